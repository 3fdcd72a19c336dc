//! A link driven by a test: its bytes and events collected, its clock wound by hand.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::time::Duration;

use espa444::link::{BlockId, CallId, Event, FailureReason, Link, PossibleRepeat, Refusal, Role};
use espa444::{Address, Block, BlockBuf, FindingKind, Priority, Profile, RecordId, Time};

/// An event without what it borrows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    Block {
        id: BlockId,
        raw: Vec<u8>,
        repeat: Option<PossibleRepeat>,
        accepted: bool,
    },
    Ignored,
    Refused(&'static str),
    Undecided(BlockId),
    Doubtful(BlockId),
    Delivered(CallId, bool),
    Failing(CallId, FailureReason, u32),
    Failed(CallId, FailureReason, u32),
    StationSilent(Address),
    StationBack(Address),
    LinkLost,
    LinkRestored,
    Finding(FindingKind),
}

/// What the application does with a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decide {
    Accept,
    Refuse(Refusal),
    Nothing,
}

pub struct Driven {
    pub link: Link,
    pub now: Time,
    pub sent: Vec<u8>,
    pub events: Vec<Seen>,
    pub decide: Decide,
}

impl Driven {
    pub fn new(role: Role, profile: &Profile) -> Self {
        let mut driven = Driven {
            link: Link::new(role, profile, Time::ZERO),
            now: Time::ZERO,
            sent: Vec::new(),
            events: Vec::new(),
            decide: Decide::Accept,
        };
        driven.run();
        driven
    }

    pub fn receiver() -> Self {
        Driven::new(Role::receiver(), &Profile::FIELD)
    }

    /// After its first EOT.
    pub fn caller() -> Self {
        Driven::caller_with(&quiet())
    }

    pub fn caller_with(profile: &Profile) -> Self {
        let mut driven = Driven::new(Role::caller(), profile);
        assert_eq!(driven.sent(), [0x04], "a control station begins with EOT");
        driven
    }

    /// Everything that can be done without time passing.
    pub fn drain(&mut self) {
        loop {
            let mut buffer = [0; 7];
            let length = self.link.poll_transmit(&mut buffer);
            self.sent.extend_from_slice(&buffer[..length]);
            let Some(event) = self.link.poll_event() else {
                if length == 0 {
                    break;
                }
                continue;
            };
            let (seen, decide) = match event {
                Event::Block(received) => (
                    Seen::Block {
                        id: received.id,
                        raw: received.block.raw().to_vec(),
                        repeat: received.possible_repeat,
                        accepted: received.accepted,
                    },
                    (!received.accepted).then_some(received.id),
                ),
                Event::Ignored(_) => (Seen::Ignored, None),
                Event::Refused(error) => (Seen::Refused(error.kind.code()), None),
                Event::Undecided(id) => (Seen::Undecided(id), None),
                Event::Doubtful(id) => (Seen::Doubtful(id), None),
                Event::Delivered { id, acknowledged } => (Seen::Delivered(id, acknowledged), None),
                Event::Failing {
                    id,
                    reason,
                    transactions,
                } => (Seen::Failing(id, reason, transactions), None),
                Event::Failed {
                    id,
                    reason,
                    transactions,
                } => (Seen::Failed(id, reason, transactions), None),
                Event::StationSilent(address) => (Seen::StationSilent(address), None),
                Event::StationBack(address) => (Seen::StationBack(address), None),
                Event::LinkLost => (Seen::LinkLost, None),
                Event::LinkRestored => (Seen::LinkRestored, None),
                Event::Finding(finding) => (Seen::Finding(finding.kind), None),
                _ => unreachable!("an event without a test"),
            };
            self.events.push(seen);
            if let Some(id) = decide {
                match self.decide {
                    Decide::Accept => {
                        self.link.accept(self.now, id).unwrap();
                    }
                    Decide::Refuse(refusal) => self.link.refuse(self.now, id, refusal).unwrap(),
                    Decide::Nothing => {}
                }
            }
        }
    }

    /// Everything that is due now.
    pub fn run(&mut self) {
        self.drain();
        for _ in 0..1000 {
            match self.link.poll_timeout() {
                Some(at) if at <= self.now => {
                    self.link.handle_timeout(self.now);
                    self.drain();
                }
                _ => return,
            }
        }
        panic!("a timer that is always due, in {:?}", self.link);
    }

    pub fn feed(&mut self, bytes: &[u8]) -> &mut Self {
        let mut at = 0;
        while at < bytes.len() {
            let taken = self.link.handle_bytes(self.now, &bytes[at..]);
            at += taken;
            let before = self.events.len() + self.sent.len();
            self.drain();
            assert!(
                taken > 0 || self.events.len() + self.sent.len() > before,
                "stuck"
            );
        }
        self.run();
        self
    }

    pub fn byte_error(&mut self) -> &mut Self {
        assert!(self.link.handle_byte_error(self.now));
        self.run();
        self
    }

    /// Lets time pass, every timer on time.
    pub fn wait(&mut self, duration: Duration) -> &mut Self {
        let until = self.now + duration;
        for _ in 0..1_000_000 {
            match self.link.poll_timeout() {
                Some(at) if at <= until => {
                    self.now = self.now.max(at);
                    self.link.handle_timeout(self.now);
                    self.drain();
                }
                _ => {
                    self.now = until;
                    self.link.handle_timeout(self.now);
                    self.drain();
                    return self;
                }
            }
        }
        panic!("timers without end, in {:?}", self.link);
    }

    pub fn wait_ms(&mut self, millis: u64) -> &mut Self {
        self.wait(Duration::from_millis(millis))
    }

    /// What was sent since the last time.
    pub fn sent(&mut self) -> Vec<u8> {
        self.run();
        std::mem::take(&mut self.sent)
    }

    /// What happened since the last time, findings left out.
    pub fn events(&mut self) -> Vec<Seen> {
        self.run();
        let mut events = std::mem::take(&mut self.events);
        events.retain(|event| !matches!(event, Seen::Finding(_)));
        events
    }

    pub fn findings(&self) -> Vec<FindingKind> {
        self.link.diagnosis().findings().map(|f| f.kind).collect()
    }

    pub fn send(&mut self, block: &Block<'_>) -> CallId {
        let id = self.link.send(self.now, block).unwrap();
        self.run();
        id
    }

    /// The blocks among the events since the last time.
    pub fn blocks(&mut self) -> Vec<Vec<u8>> {
        let blocks = self.events().into_iter();
        blocks
            .filter_map(|event| match event {
                Seen::Block { raw, .. } => Some(raw),
                _ => None,
            })
            .collect()
    }
}

/// The field profile without polls and supervision, so that only what a test does happens.
pub fn quiet() -> Profile {
    let mut profile = Profile::FIELD;
    profile.timers.poll_interval = None;
    profile.timers.supervision = None;
    profile
}

/// A call to 31.
pub fn call(text: &str) -> BlockBuf {
    let mut call = BlockBuf::call(b"31").unwrap();
    call.push(RecordId::DISPLAY_MESSAGE, text.as_bytes())
        .unwrap();
    call
}

pub fn urgent(text: &str, priority: Priority<'_>) -> BlockBuf {
    let mut call = call(text);
    call.push(RecordId::PRIORITY, priority.as_bytes()).unwrap();
    call
}

/// A block as it goes on the line.
pub fn line(block: &BlockBuf) -> Vec<u8> {
    let mut out = Vec::new();
    espa444::encode(&block.as_block(), &espa444::EncodeOptions::new(), &mut out).unwrap();
    out
}
