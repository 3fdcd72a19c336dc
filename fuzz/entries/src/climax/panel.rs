//! Panels against stations over a line that loses, doubles and cuts: what a panel believes to be
//! delivered was accepted, and everything queued ends in one way.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use climax_rf::Time;
use climax_rf::contact_id::{self, Account, MessageType, Report};
use climax_rf::dc09::{
    self, Content, CrcForm, Failure, Key, Outgoing, Padding, PanelSettings, Refusal, Security,
    Sequence, Timestamp,
};

use super::contact_id::BuiltEvent;
use super::dc09::KEYS;

const OPERATIONS: usize = 120;
/// 2026-03-14 09:30:00.
const BEGIN: i64 = 1_773_480_600;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    brackets: bool,
    attempts: u8,
    answer: u8,
    queue: u8,
    key: Option<u8>,
    other_key: bool,
    raw: bool,
    with_time: bool,
    link_test: Option<u8>,
    /// How many seconds the clock of the panel is off.
    clock: i8,
    first: u16,
    operations: Vec<Operation<'a>>,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Operation<'a> {
    Send(BuiltEvent),
    Sia(&'a [u8]),
    LinkTest,
    /// Takes what waits on the line: from the panel, or to it.
    Carry {
        to_panel: bool,
        fault: Fault,
    },
    Decide {
        accept: bool,
        how: u8,
    },
    Wait {
        milliseconds: u16,
    },
    Timeout,
    Disconnected,
    /// Somebody says something to the panel.
    Injected(&'a [u8]),
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Fault {
    None,
    Lost,
    Doubled,
    Cut(u8),
}

/// Runs the operations with the panel of one of the two formats.
pub fn climax_panel(data: &[u8]) {
    let Ok(input) = Input::arbitrary(&mut Unstructured::new(data)) else {
        return;
    };
    if input.brackets {
        Brackets::new(&input).run(&input);
    } else {
        Frames::new(&input).run(&input);
    }
}

/// What the line makes of bytes.
fn carried(bytes: Vec<u8>, fault: Fault) -> Vec<Vec<u8>> {
    match fault {
        Fault::None => vec![bytes],
        Fault::Lost => Vec::new(),
        Fault::Doubled => vec![bytes.clone(), bytes],
        Fault::Cut(at) => {
            let at = usize::from(at).min(bytes.len());
            vec![bytes[..at].to_vec(), bytes[at..].to_vec()]
        }
    }
}

/// Waits until the next timer is due, if there is one.
pub(super) fn to_the_next<const N: usize>(now: &mut Time, timers: [Option<Time>; N]) -> bool {
    let due = timers.into_iter().flatten().min();
    *now = due.map_or(*now, |due| (*now).max(due));
    due.is_some()
}

struct Brackets {
    now: Time,
    panel: contact_id::Panel,
    station: contact_id::Station,
    settings: contact_id::PanelSettings,
    to_station: VecDeque<Vec<u8>>,
    to_panel: VecDeque<Vec<u8>>,
    open: VecDeque<contact_id::Token>,
    queued: BTreeSet<contact_id::ReportId>,
    delivered: usize,
    acks: usize,
}

impl Brackets {
    fn new(input: &Input<'_>) -> Self {
        let mut settings = contact_id::PanelSettings::default();
        settings.attempts = u32::from(input.attempts % 5);
        settings.answer = Duration::from_millis(100 + u64::from(input.answer) * 100);
        settings.queue = usize::from(input.queue % 9);
        Brackets {
            now: Time::ZERO,
            panel: contact_id::Panel::new(settings),
            station: contact_id::Station::new(contact_id::Settings::default()),
            settings,
            to_station: VecDeque::new(),
            to_panel: VecDeque::new(),
            open: VecDeque::new(),
            queued: BTreeSet::new(),
            delivered: 0,
            acks: 0,
        }
    }

    fn run(&mut self, input: &Input<'_>) {
        for operation in input.operations.iter().take(OPERATIONS) {
            match *operation {
                Operation::Send(event) => self.send(event),
                Operation::Sia(_) | Operation::LinkTest => {}
                Operation::Carry { to_panel, fault } => self.carry(to_panel, fault),
                Operation::Decide { accept, .. } => self.decide(accept),
                Operation::Wait { milliseconds } => {
                    self.now = self.now + Duration::from_millis(u64::from(milliseconds));
                }
                Operation::Timeout => self.timeout(),
                Operation::Disconnected => {
                    self.panel.disconnected();
                    self.station = contact_id::Station::new(contact_id::Settings::default());
                    self.to_station.clear();
                    self.to_panel.clear();
                    self.open.clear();
                }
                Operation::Injected(bytes) => {
                    self.acks += bytes.iter().filter(|&&byte| byte == 6).count();
                    self.panel.handle_bytes(self.now, bytes);
                }
            }
            self.drain();
        }
        self.end();
    }

    fn send(&mut self, event: BuiltEvent) {
        let report = Report {
            account: Account::new("4711").expect("an account"),
            message_type: MessageType::Standard,
            event: event.event(),
        };
        match self.panel.send(&report) {
            Ok(id) => assert!(self.queued.insert(id)),
            Err(error) => {
                assert_eq!(error, contact_id::SendError::QueueFull);
                assert_eq!(self.panel.queued(), self.settings.queue);
            }
        }
    }

    fn carry(&mut self, to_panel: bool, fault: Fault) {
        if to_panel {
            for bytes in self
                .to_panel
                .pop_front()
                .into_iter()
                .flat_map(|b| carried(b, fault))
            {
                self.acks += bytes.len();
                self.panel.handle_bytes(self.now, &bytes);
            }
        } else {
            for bytes in self
                .to_station
                .pop_front()
                .into_iter()
                .flat_map(|b| carried(b, fault))
            {
                self.station.handle_bytes(self.now, &bytes);
            }
        }
    }

    fn decide(&mut self, accept: bool) {
        if let Some(token) = self.open.pop_front() {
            // Its time may be over.
            let _ = if accept {
                self.station.accept(self.now, token)
            } else {
                self.station.refuse(self.now, token)
            };
        }
    }

    fn timeout(&mut self) {
        let timers = self.timers();
        if !to_the_next(&mut self.now, timers) {
            return;
        }
        self.panel.handle_timeout(self.now);
        self.station.handle_timeout(self.now);
        let late = |timer: Option<Time>| timer.is_some_and(|due| due <= self.now);
        assert!(
            !self.timers().into_iter().any(late),
            "a timer that ran is due"
        );
    }

    fn timers(&self) -> [Option<Time>; 2] {
        [self.panel.poll_timeout(), self.station.poll_timeout()]
    }

    fn drain(&mut self) {
        if let Some(message) = self.panel.poll_transmit(self.now) {
            self.to_station.push_back(message.as_bytes().to_vec());
            let again = self.panel.poll_transmit(self.now);
            assert!(again.is_none(), "one at a time");
        }
        while let Some(event) = self.panel.poll_event() {
            match event {
                contact_id::PanelEvent::Delivered(id) => {
                    assert!(self.queued.remove(&id), "an outcome for each, once");
                    self.delivered += 1;
                }
                contact_id::PanelEvent::Failed(id) => {
                    assert!(self.queued.remove(&id), "an outcome for each, once");
                }
                contact_id::PanelEvent::Unexpected(count) => assert!(count > 0),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(self.panel.queued(), self.queued.len());
        assert!(self.delivered <= self.acks);
        while let Some(event) = self.station.poll_event() {
            if let contact_id::Event::Report { token, .. } = event {
                self.open.push_back(token);
            }
        }
        while let Some(answer) = self.station.poll_transmit() {
            self.to_panel.push_back(answer.to_vec());
        }
    }

    /// On a new connection without faults, everything that waits is delivered.
    fn end(&mut self) {
        self.panel.disconnected();
        self.to_station.clear();
        self.to_panel.clear();
        self.open.clear();
        self.station = contact_id::Station::new(contact_id::Settings::default());
        self.drain();
        let waiting = self.queued.len();
        let before = self.delivered;
        for _ in 0..3 * waiting {
            self.carry(false, Fault::None);
            self.drain();
            self.decide(true);
            self.drain();
            self.carry(true, Fault::None);
            self.drain();
        }
        assert_eq!(self.delivered, before + waiting);
        assert!(self.queued.is_empty());
        assert_eq!(self.panel.poll_timeout(), None);
    }
}

/// What went out under a number.
type Sent = BTreeMap<dc09::ReportId, Outgoing>;

struct Frames {
    now: Time,
    panel: dc09::Panel,
    station: dc09::Station,
    attempts: u32,
    queue: usize,
    key: Option<usize>,
    station_key: Option<usize>,
    clock: i64,
    link_tests: bool,
    to_station: VecDeque<Vec<u8>>,
    to_panel: VecDeque<Vec<u8>>,
    open: VecDeque<(dc09::FrameId, Vec<u8>)>,
    sent: Sent,
    outcomes: BTreeMap<dc09::ReportId, Result<(), Failure>>,
    /// Data of frames that the station accepted.
    accepted: Vec<Vec<u8>>,
    injected: bool,
}

fn key(which: usize) -> Key {
    Key::from_hexadecimal(KEYS[which]).expect("a key")
}

impl Frames {
    fn new(input: &Input<'_>) -> Self {
        let mut settings = PanelSettings::new("4711").expect("an account");
        settings.attempts = u32::from(input.attempts % 5);
        settings.answer = Duration::from_millis(100 + u64::from(input.answer) * 100);
        settings.queue = usize::from(input.queue % 9);
        settings.form = [CrcForm::Hexadecimal, CrcForm::Raw][usize::from(input.raw)];
        settings.with_time = input.with_time;
        let link_test = input
            .link_test
            .map(|link| Duration::from_secs(1 + u64::from(link)));
        settings.link_test = link_test;
        let key_number = input.key.map(|which| usize::from(which % 3));
        settings.key = key_number.map(key);
        let (attempts, queue) = (settings.attempts, settings.queue);
        let first = Sequence::new(1 + input.first % 9999).expect("four digits");
        Frames {
            now: Time::ZERO,
            panel: dc09::Panel::new(settings).beginning_with(first),
            station: dc09::Station::new(dc09::Settings::default()),
            attempts,
            queue,
            key: key_number,
            station_key: key_number.map(|which| {
                if input.other_key {
                    (which + 1) % 3
                } else {
                    which
                }
            }),
            clock: i64::from(input.clock),
            link_tests: link_test.is_some(),
            to_station: VecDeque::new(),
            to_panel: VecDeque::new(),
            open: VecDeque::new(),
            sent: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            accepted: Vec::new(),
            injected: false,
        }
    }

    fn utc(&self, off: i64) -> Timestamp {
        let elapsed = i64::try_from(self.now.elapsed().as_secs()).expect("a short run");
        Timestamp::from_unix_seconds(BEGIN + elapsed + off).expect("a year of four digits")
    }

    fn run(&mut self, input: &Input<'_>) {
        for operation in input.operations.iter().take(OPERATIONS) {
            match *operation {
                Operation::Send(event) => self.send(Outgoing::ContactId(event.event())),
                Operation::Sia(data) => self.send(Outgoing::Sia(data.to_vec())),
                Operation::LinkTest => self.send(Outgoing::LinkTest),
                Operation::Carry { to_panel, fault } => self.carry(to_panel, fault),
                Operation::Decide { accept, how } => self.decide(accept, how),
                Operation::Wait { milliseconds } => {
                    self.now = self.now + Duration::from_millis(u64::from(milliseconds));
                }
                Operation::Timeout => self.timeout(),
                Operation::Disconnected => self.disconnected(),
                Operation::Injected(bytes) => {
                    self.injected = true;
                    self.panel
                        .handle_bytes(self.now, self.utc(self.clock), bytes);
                }
            }
            self.drain();
        }
        self.end();
    }

    fn send(&mut self, content: Outgoing) {
        match self.panel.send(content.clone()) {
            Ok(id) => assert!(self.sent.insert(id, content).is_none()),
            Err(dc09::SendError::QueueFull) => assert!(self.panel.queued() >= self.queue),
            Err(_) => assert!(matches!(content, Outgoing::Sia(_))),
        }
    }

    fn carry(&mut self, to_panel: bool, fault: Fault) {
        if to_panel {
            for bytes in self
                .to_panel
                .pop_front()
                .into_iter()
                .flat_map(|b| carried(b, fault))
            {
                self.panel
                    .handle_bytes(self.now, self.utc(self.clock), &bytes);
            }
        } else {
            let station_key = self.station_key;
            let accounts = move |_: Option<Account<'_>>| match station_key {
                Some(which) => Security::Encrypted(key(which)),
                None => Security::Clear,
            };
            for bytes in self
                .to_station
                .pop_front()
                .into_iter()
                .flat_map(|b| carried(b, fault))
            {
                self.station
                    .handle_bytes(self.now, self.utc(0), &bytes, &accounts);
            }
        }
    }

    fn decide(&mut self, accept: bool, how: u8) {
        let Some((token, data)) = self.open.pop_front() else {
            return;
        };
        let (now, utc, padding) = (self.now, self.utc(0), Padding::from_random([7; 16]));
        if accept {
            if self.station.accept(now, utc, token, padding).is_ok() {
                self.accepted.push(data);
            }
        } else {
            let how = [Refusal::Silence, Refusal::Nak, Refusal::Duh][usize::from(how % 3)];
            let _ = self.station.refuse(now, utc, token, how, padding);
        }
    }

    fn timeout(&mut self) {
        let timers = self.timers();
        if !to_the_next(&mut self.now, timers) {
            return;
        }
        self.panel.handle_timeout(self.now);
        self.station.handle_timeout(self.now);
        let late = |timer: Option<Time>| timer.is_some_and(|due| due <= self.now);
        assert!(
            !self.timers().into_iter().any(late),
            "a timer that ran is due"
        );
    }

    fn timers(&self) -> [Option<Time>; 2] {
        [self.panel.poll_timeout(), self.station.poll_timeout()]
    }

    fn disconnected(&mut self) {
        self.panel.disconnected();
        self.to_station.clear();
        self.to_panel.clear();
        self.open.clear();
        self.station = dc09::Station::new(dc09::Settings::default());
    }

    fn drain(&mut self) {
        let utc = self.utc(self.clock);
        let padding = Padding::from_random([9; 16]);
        if let Some(bytes) = self.panel.poll_transmit(self.now, utc, padding) {
            self.to_station.push_back(bytes);
            let again = self.panel.poll_transmit(self.now, utc, padding);
            assert!(again.is_none(), "one at a time");
        }
        while let Some(event) = self.panel.poll_event() {
            match event {
                dc09::PanelEvent::Delivered(id) => {
                    assert_eq!(self.outcomes.insert(id, Ok(())), None);
                    self.really(id);
                }
                dc09::PanelEvent::Failed(id, failure) => {
                    assert_eq!(self.outcomes.insert(id, Err(failure)), None);
                }
                dc09::PanelEvent::ClockSet(_) | dc09::PanelEvent::Unexpected => {}
                other => panic!("{other:?}"),
            }
        }
        while let Some(event) = self.station.poll_event() {
            if let dc09::Event::Frame { token, message, .. } = event {
                let decoded = message.decode().expect("it was read");
                let Content::Clear(clear) = decoded.frame.content else {
                    panic!("it is open");
                };
                self.open.push_back((token, clear.data.to_vec()));
            }
        }
        while let Some(answer) = self.station.poll_transmit() {
            self.to_panel.push_back(answer.bytes);
        }
    }

    /// What is delivered was accepted. Only without a key can somebody else say so.
    fn really(&self, id: dc09::ReportId) {
        let mut data = Vec::new();
        let account = Account::new("4711").expect("an account");
        match self.sent.get(&id) {
            Some(Outgoing::ContactId(event)) => dc09::put_contact_id(account, event, &mut data),
            Some(Outgoing::Sia(text)) => data = [b"#4711|", &text[..]].concat(),
            // A link test, of the caller's or of the panel's own.
            _ => {}
        }
        assert!(
            self.accepted.contains(&data) || (self.injected && self.key.is_none()),
            "delivered and never accepted"
        );
    }

    /// On a new connection without faults, everything that waits ends.
    fn end(&mut self) {
        self.disconnected();
        self.drain();
        for _ in 0..4 * (self.queue + 2) * (self.attempts as usize + 2) {
            if self.is_over() {
                break;
            }
            self.carry(false, Fault::None);
            self.drain();
            self.decide(true, 0);
            self.drain();
            while !self.to_panel.is_empty() {
                self.carry(true, Fault::None);
                self.drain();
            }
            let waits = !self.is_over() && self.to_station.is_empty();
            if waits {
                self.timeout();
                self.drain();
            }
        }
        assert!(self.is_over(), "an outcome for each");
        let others = self.outcomes.len() - self.sent.len();
        assert!(others == 0 || self.link_tests);
        if self.link_tests {
            assert!(self.panel.poll_timeout().is_some());
        } else {
            assert_eq!((self.panel.queued(), self.panel.poll_timeout()), (0, None));
        }
    }

    /// Whether everything queued has ended. The panel's own link tests may go on.
    fn is_over(&self) -> bool {
        self.sent.keys().all(|id| self.outcomes.contains_key(id))
    }
}
