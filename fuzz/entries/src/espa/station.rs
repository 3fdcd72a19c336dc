//! One link and the books about it: what it says and sends must follow from what it was given.

mod books;

use std::collections::BTreeMap;
use std::time::Duration;

use espa444::link::{
    Accepted, BlockId, CallId, FailureReason, Link, PossibleRepeat, Refusal, Role, SendError, State,
};
use espa444::{Address, BlockBuf, Profile, Time, encode};

const EOT: u8 = 0x04;
const ENQ: u8 = 0x05;
const ACK: u8 = 0x06;
const NAK: u8 = 0x15;

/// Stands among the bytes heard for a character with an error.
const ERROR: u16 = 0x100;

/// A block that was handed out.
pub(super) struct Handed {
    pub(super) id: BlockId,
    /// As received, parity masked: equal ones are the same call.
    pub(super) bytes: Vec<u8>,
    pub(super) repeat: Option<PossibleRepeat>,
    /// Accepted, at once or in an earlier coming.
    pub(super) accepted: bool,
    pub(super) refused: bool,
}

/// A call that was queued.
pub(super) struct Queued {
    /// As it goes on the line.
    pub(super) bytes: Vec<u8>,
    pub(super) outcome: Option<Outcome>,
    failures: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Delivered,
    Failed(FailureReason),
    Cancelled,
}

/// The last of what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Last {
    Nothing,
    Control,
    /// Its bytes: of equal calls nobody can say which it was.
    Block(Vec<u8>),
}

/// A block as it is kept to mark repeats: the eight different ones that came last.
struct Remembered {
    bytes: Vec<u8>,
    id: BlockId,
    at: Time,
}

/// A link, its clock and its books.
pub(super) struct Station {
    pub(super) link: Link,
    pub(super) now: Time,
    profile: Profile,
    addresses: Vec<Address>,
    control: bool,
    mute: bool,
    connected: bool,
    /// What was heard since the connection was made.
    heard: Vec<u16>,
    enquiries: usize,
    acks: usize,
    acks_due: usize,
    last: Last,
    /// The same when the present character came.
    last_before: Last,
    /// What is sent takes until then to leave, as far as known here.
    settled: Time,
    /// Sent and not yet carried away.
    pub(super) out: Vec<u8>,
    /// The port takes nothing.
    pub(super) held: bool,
    /// It has taken nothing since something may have been there.
    withheld: bool,
    /// Own characters were still leaving when the link was last asked.
    leaving: bool,
    pub(super) handed: Vec<Handed>,
    /// How many of those the owner has looked at.
    pub(super) looked_at: usize,
    /// The last one may still be decided.
    open: bool,
    /// The last one first.
    remembered: Vec<Remembered>,
    pub(super) calls: BTreeMap<CallId, Queued>,
    lost: bool,
    silent: Vec<Address>,
}

impl Station {
    pub(super) fn new(role: Role, profile: &Profile, stations: &[Address], control: bool) -> Self {
        let mute = role == Role::listener() || (!profile.answers && !control);
        let link = Link::new(role, profile, Time::ZERO);
        let mut addresses = vec![link.address()];
        addresses.extend_from_slice(stations);
        let mut station = Station {
            link,
            now: Time::ZERO,
            profile: *profile,
            addresses,
            control,
            mute,
            connected: true,
            heard: Vec::new(),
            enquiries: 0,
            acks: 0,
            acks_due: 0,
            last: Last::Nothing,
            last_before: Last::Nothing,
            settled: Time::ZERO,
            out: Vec::new(),
            held: false,
            withheld: false,
            leaving: false,
            handed: Vec::new(),
            looked_at: 0,
            open: false,
            remembered: Vec::new(),
            calls: BTreeMap::new(),
            lost: false,
            silent: Vec::new(),
        };
        station.drain();
        station
    }

    pub(super) const fn is_mute(&self) -> bool {
        self.mute
    }

    pub(super) const fn is_control(&self) -> bool {
        self.control
    }

    pub(super) const fn profile(&self) -> &Profile {
        &self.profile
    }

    pub(super) fn open_calls(&self) -> usize {
        self.calls
            .values()
            .filter(|call| call.outcome.is_none())
            .count()
    }

    /// One character; `None` came with an error.
    pub(super) fn feed(&mut self, byte: Option<u8>) {
        self.take(false);
        self.last_before = self.last.clone();
        for attempt in 0.. {
            assert!(attempt < 20, "a character is never taken: {:?}", self.link);
            let taken = match byte {
                Some(byte) => self.link.handle_bytes(self.now, &[byte]) == 1,
                None => self.link.handle_byte_error(self.now),
            };
            if taken {
                if self.connected {
                    self.heard.push(byte.map_or(ERROR, u16::from));
                    self.enquiries += usize::from(byte.is_some_and(|byte| byte & 0x7F == ENQ));
                }
                break;
            }
            if !self.take(true) && !self.events() {
                // What is to be sent waits for the other side to turn round.
                let at = self.link.poll_timeout().expect("it says when");
                assert!(at > self.now, "stuck");
                self.now = at;
                self.link.handle_timeout(at);
            }
        }
        self.drain();
        self.due();
    }

    pub(super) fn feed_all(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.feed(Some(byte));
        }
    }

    /// Lets time pass, every timer on time.
    pub(super) fn wait(&mut self, duration: Duration) {
        let until = self.now + duration;
        while let Some(at) = self.link.poll_timeout().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.link.handle_timeout(self.now);
            self.drain();
            self.due();
        }
        self.now = until;
        self.link.handle_timeout(until);
        self.drain();
        self.due();
    }

    /// Runs what is due; nothing stays due.
    pub(super) fn due(&mut self) {
        for _ in 0..32 {
            match self.link.poll_timeout() {
                Some(at) if at <= self.now => {
                    self.link.handle_timeout(self.now);
                    self.drain();
                }
                _ => return,
            }
            // What waits to be sent is held by the test, not by the link.
            if self.held {
                return;
            }
        }
        panic!("a timer that is always due: {:?}", self.link);
    }

    pub(super) fn disconnect(&mut self) {
        self.link.handle_disconnected(self.now);
        self.connected = false;
        self.heard.clear();
        self.drain();
    }

    pub(super) fn connect(&mut self) {
        self.link.handle_connected(self.now);
        self.connected = true;
        self.heard.clear();
        self.drain();
        self.due();
    }

    pub(super) const fn is_connected(&self) -> bool {
        self.connected
    }

    pub(super) fn send(&mut self, to: Address, block: &BlockBuf) -> Option<CallId> {
        let before = self.link.queued();
        let sent = self.link.send_to(self.now, to, &block.as_block());
        let id = match sent {
            Ok(id) => id,
            Err(error) => {
                match error {
                    SendError::ListenOnly => assert!(self.mute),
                    SendError::UnknownStation => {
                        assert!(!self.addresses[1..].contains(&to));
                    }
                    SendError::QueueFull => assert!(before > 0),
                    other => panic!("{other}"),
                }
                assert_eq!(self.link.queued(), before);
                return None;
            }
        };
        assert!(!self.mute && self.addresses[1..].contains(&to));
        let mut bytes = Vec::new();
        encode(&block.as_block(), &self.profile.encode, &mut bytes).expect("it was queued");
        let newer = self
            .calls
            .last_key_value()
            .is_none_or(|(last, _)| *last < id);
        assert!(newer, "numbers rise");
        self.calls.insert(
            id,
            Queued {
                bytes,
                outcome: None,
                failures: 0,
            },
        );
        self.drain();
        self.due();
        Some(id)
    }

    pub(super) fn cancel(&mut self, id: CallId) {
        self.drain();
        let gone = self.link.cancel(id);
        let call = self.calls.get_mut(&id).expect("one of ours");
        if gone {
            assert_eq!(call.outcome, None, "cancelled after its end");
            call.outcome = Some(Outcome::Cancelled);
        } else if call.outcome.is_none() {
            let busy = matches!(self.link.state(), State::Selecting | State::Sending);
            assert!(busy, "a call that is not on the line can be taken back");
        }
        self.drain();
    }

    /// Accepts one of the blocks handed out, `None`, or refuses it.
    pub(super) fn decide(&mut self, at: usize, refusal: Option<Refusal>) {
        self.take(false);
        let quiet = !self.withheld && self.settled < self.now;
        let last = at + 1 == self.handed.len();
        let id = self.handed[at].id;
        let deciding = self.link.state() == State::Deciding;
        let before = self.out.len();
        let possible = last && self.open;
        let answer = match refusal {
            None => {
                let accepted = self.link.accept(self.now, id);
                assert_eq!(accepted.is_ok(), possible, "accept of {id:?}");
                match accepted {
                    Ok(Accepted::Acknowledged) => {
                        assert!(deciding && self.profile.answers);
                        self.acks_due += 1;
                        vec![ACK]
                    }
                    Ok(Accepted::Late) => {
                        assert!(!deciding);
                        vec![]
                    }
                    Ok(Accepted::NoAnswers) => {
                        assert!(
                            self.mute
                                || !self.profile.answers
                                || self.profile.decode.accept_missing_bcc
                        );
                        vec![]
                    }
                    Ok(other) => panic!("not known here: {other:?}"),
                    Err(_) => return,
                }
            }
            Some(refusal) => {
                let refused = self.link.refuse(self.now, id, refusal);
                assert_eq!(refused.is_ok(), possible, "refuse of {id:?}");
                if refused.is_err() {
                    return;
                }
                match refusal {
                    _ if !deciding || !self.profile.answers => vec![],
                    Refusal::Busy => vec![b'2', NAK],
                    Refusal::Invalid => vec![b'3', NAK],
                }
            }
        };
        self.open = false;
        let handed = &mut self.handed[at];
        handed.accepted = refusal.is_none();
        handed.refused = refusal.is_some();
        if refusal.is_some() {
            self.remembered.retain(|one| one.id != id);
        }
        self.take(false);
        if quiet && self.profile.line.turnaround.is_zero() {
            let sent: Vec<u8> = self.out[before..].iter().map(|byte| byte & 0x7F).collect();
            assert_eq!(sent, answer, "the answer to a decision");
        }
        self.drain();
        self.due();
    }

    /// Everything that can be done without time passing.
    pub(super) fn drain(&mut self) {
        let deciding = self.link.state() == State::Deciding;
        // What a block that is about to leave holds back stays so without it.
        if self.link.state() == State::Sending {
            let character = self.profile.serial.character_time();
            self.settled = self.now + character * 2;
        }
        // An answer to a select that the port has not taken, or that waited for own characters to
        // leave, goes out behind the block.
        let at_once = self.settled < self.now
            && self.profile.line.turnaround.is_zero()
            && !self.withheld
            && !self.leaving;
        let before = self.acks;
        for _ in 0..64 {
            let sent = self.take(false);
            let events = self.events();
            if !sent && !events {
                let waits = self.link.state() == State::Deciding;
                if deciding && waits && at_once {
                    assert_eq!(self.acks, before, "acknowledged before it was accepted");
                }
                let most = self.enquiries + self.acks_due;
                assert!(self.acks <= most, "{} ACK, {most} due", self.acks);
                assert_eq!(self.link.queued(), self.open_calls());
                assert_eq!(self.link.is_lost(), self.lost);
                self.withheld &= self.held;
                self.leaving = self.settled >= self.now;
                return;
            }
        }
        panic!("events and bytes without end: {:?}", self.link);
    }

    /// What is to be sent; whether there was anything.
    fn take(&mut self, always: bool) -> bool {
        if self.held && !always {
            self.withheld = true;
            return false;
        }
        let mut chunk = Vec::new();
        let mut buffer = [0; 48];
        loop {
            match self.link.poll_transmit(&mut buffer) {
                0 => break,
                length => chunk.extend_from_slice(&buffer[..length]),
            }
        }
        if chunk.is_empty() {
            return false;
        }
        assert!(!self.mute, "a listener sends {chunk:02X?}");
        assert!(self.connected, "sent into nothing");
        assert!(chunk.len() <= 96 + 2048, "{} bytes at once", chunk.len());
        self.read_sent(&chunk);
        self.out.extend_from_slice(&chunk);
        true
    }

    /// Sent are control characters, enquiries of known stations, and blocks that are queued.
    fn read_sent(&mut self, chunk: &[u8]) {
        // What waits while parity is found has both.
        let even = |byte: &u8| byte.count_ones() % 2 == 0;
        assert!(chunk.iter().all(|byte| *byte < 0x80 || even(byte)));
        let plain = masked(chunk);
        let mut rest = plain.as_slice();
        while let Some((&first, behind)) = rest.split_first() {
            self.last = Last::Control;
            rest = match (first, behind) {
                (EOT, _) => behind,
                (ACK, _) => {
                    assert!(self.profile.answers);
                    self.acks += 1;
                    behind
                }
                (NAK, _) | (b'1'..=b'3', [NAK, ..]) => {
                    assert!(self.profile.answers);
                    &behind[usize::from(first != NAK)..]
                }
                (0x01, _) => {
                    let end = self.profile.sending.line_end;
                    let line_end: &[u8] = match end {
                        espa444::profile::LineEnd::None => b"",
                        espa444::profile::LineEnd::CarriageReturn => b"\r",
                        _ => b"\r\n",
                    };
                    let mut calls = self.calls.values_mut();
                    let call = calls
                        .find(|call| call.outcome.is_none() && rest.starts_with(&call.bytes))
                        .expect("a block of the queue, whole");
                    self.last = Last::Block(call.bytes.clone());
                    let behind = &rest[call.bytes.len()..];
                    behind.strip_prefix(line_end).expect("its line end")
                }
                _ => {
                    let length = rest.iter().position(|&byte| byte == ENQ);
                    let length = length.expect("an enquiry");
                    let address = Address::new(&rest[..length]).expect("an address");
                    let own = address == self.addresses[0];
                    assert!(self.addresses.contains(&address), "{address:?}");
                    assert!(!own || self.control, "only the owner polls itself");
                    &rest[length + 1..]
                }
            };
        }
        let character = self.profile.serial.character_time();
        self.settled = self.now + character * 2;
    }
}

fn masked(raw: &[u8]) -> Vec<u8> {
    raw.iter().map(|byte| byte & 0x7F).collect()
}
