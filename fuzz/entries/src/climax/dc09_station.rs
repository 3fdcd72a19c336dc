//! The DC-09 station under a list of operations, on a connection and on a socket, in clear and
//! encrypted; and the station that finds out what a connection speaks.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use climax_rf::Time;
use climax_rf::contact_id::Account;
use climax_rf::dc09::{
    Clear, Content, CrcForm, DecodeOptions, Decoded, Event, Frame, FrameId, Key, Message, Number,
    Padding, Reason, Refusal, Security, Sequence, Settings, Station, Timestamp, Token, Transmit,
    Unaccepted, Window, decode, encode, put_contact_id,
};
use climax_rf::station::{self, Detected, ENOUGH, Moment, NoHandler, detect};

use super::contact_id::BuiltEvent;
use super::dc09::KEYS;
use super::panel::to_the_next;

const OPERATIONS: usize = 120;
/// The first reports in clear, the others have keys.
const ACCOUNTS: [&str; 4] = ["4711", "4712", "4713", "4714"];
const PADDING: [u8; 16] = [7; 16];
/// 2026-03-14 09:30:00.
const BEGIN: i64 = 1_773_480_600;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    datagrams: bool,
    pending: u8,
    repeats: u8,
    decision: u8,
    repeat: u8,
    nak_unreadable: bool,
    nak_not_opened: bool,
    window: Option<bool>,
    accept_clear: bool,
    operations: Vec<Operation<'a>>,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Operation<'a> {
    Bytes(&'a [u8]),
    Frame {
        account: u8,
        key: Option<u8>,
        link_test: bool,
        sequence: u8,
        event: BuiltEvent,
        late: Option<i8>,
        raw: bool,
        port: u8,
        /// Cut into pieces of so many bytes.
        piece: u8,
    },
    Again {
        port: u8,
    },
    Accept(u8),
    Refuse(u8, u8),
    Wait {
        milliseconds: u16,
    },
    Timeout,
}

/// Runs the operations, then finds out what the bytes are.
pub fn dc09_station(data: &[u8]) {
    detected(data);
    let Ok(input) = Input::arbitrary(&mut Unstructured::new(data)) else {
        return;
    };
    let unaccepted = |nak| {
        if nak {
            Unaccepted::Nak
        } else {
            Unaccepted::Silence
        }
    };
    let mut settings = Settings::default();
    settings.pending = usize::from(input.pending % 8);
    settings.repeats = usize::from(input.repeats % 8);
    settings.decision = Duration::from_secs(u64::from(input.decision % 40));
    settings.repeat = Duration::from_secs(u64::from(input.repeat % 80));
    settings.unreadable = unaccepted(input.nak_unreadable);
    settings.not_opened = unaccepted(input.nak_not_opened);
    settings.window = input.window.map(|also_clear| {
        let mut window = Window::STANDARD;
        window.also_clear = also_clear;
        window
    });
    settings.accept_clear = input.accept_clear;
    let mut line = Line {
        now: Time::ZERO,
        datagrams: input.datagrams,
        station: Station::new(settings),
        settings,
        frames: BTreeMap::new(),
        last: None,
        naks: 0,
        naks_allowed: 0,
        acks: 0,
        duhs: 0,
        answered_again: 0,
    };
    for operation in input.operations.iter().take(OPERATIONS) {
        line.run(*operation);
        line.drain();
    }
    line.end();
}

fn security(account: Option<Account<'_>>) -> Security {
    let account = account.and_then(|account| account.as_str().map(str::to_owned));
    match ACCOUNTS
        .iter()
        .position(|known| Some(*known) == account.as_deref())
    {
        None | Some(0) => Security::Clear,
        Some(at) => Security::Encrypted(key(at - 1)),
    }
}

fn key(which: usize) -> Key {
    Key::from_hexadecimal(KEYS[which]).expect("a key")
}

#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum Outcome {
    Open,
    Accepted,
    Silent,
    Nak,
    Duh,
    Undecided,
}

struct Held {
    message: Message,
    from: Option<SocketAddr>,
    outcome: Outcome,
}

struct Line {
    now: Time,
    datagrams: bool,
    station: Station,
    settings: Settings,
    frames: BTreeMap<FrameId, Held>,
    last: Option<Vec<u8>>,
    naks: usize,
    naks_allowed: usize,
    acks: usize,
    duhs: usize,
    answered_again: usize,
}

impl Line {
    fn utc(&self) -> Timestamp {
        let elapsed = i64::try_from(self.now.elapsed().as_secs()).expect("a short run");
        Timestamp::from_unix_seconds(BEGIN + elapsed).expect("a year of four digits")
    }

    fn give(&mut self, bytes: &[u8], port: u8) {
        let utc = self.utc();
        if self.datagrams {
            let from = SocketAddr::from((Ipv4Addr::LOCALHOST, 1000 + u16::from(port % 4)));
            self.station
                .handle_datagram(self.now, utc, from, bytes, &security);
        } else {
            self.station.handle_bytes(self.now, utc, bytes, &security);
        }
    }

    fn run(&mut self, operation: Operation<'_>) {
        match operation {
            Operation::Bytes(bytes) => self.give(bytes, 0),
            Operation::Frame {
                account,
                key: encrypt,
                link_test,
                sequence,
                event,
                late,
                raw,
                port,
                piece,
            } => {
                let account = Account::new(ACCOUNTS[usize::from(account % 4)]).expect("an account");
                let mut text = Vec::new();
                if !link_test {
                    put_contact_id(account, &event.event(), &mut text);
                }
                let timestamp = late.map(|late| {
                    let seconds = self.utc().unix_seconds() - i64::from(late);
                    Timestamp::from_unix_seconds(seconds).expect("near the present")
                });
                let clear = Clear {
                    data: &text,
                    extended: &[],
                    timestamp,
                };
                let mut digits = Vec::new();
                let content = match encrypt.map(|which| key(usize::from(which % 3))) {
                    Some(key) if late.is_some() => {
                        let padding = Padding::from_random(PADDING);
                        key.encrypt(&clear, padding, &mut digits)
                            .expect("it has a time");
                        Content::Encrypted(&digits)
                    }
                    _ => Content::Clear(clear),
                };
                let frame = Frame {
                    token: if link_test {
                        Token::Null
                    } else {
                        Token::AdmCid
                    },
                    sequence: Sequence::new(u16::from(sequence % 8)).expect("one digit"),
                    receiver: None,
                    line: Some(Number::ZERO),
                    account: Some(account),
                    content,
                };
                let form = [CrcForm::Hexadecimal, CrcForm::Raw][usize::from(raw)];
                let mut bytes = Vec::new();
                encode(&frame, form, &mut bytes).expect("a frame");
                if self.datagrams {
                    self.give(&bytes, port);
                } else {
                    for piece in bytes.chunks(usize::from(piece).max(1)) {
                        self.give(piece, port);
                        self.drain();
                    }
                }
                self.last = Some(bytes);
            }
            Operation::Again { port } => {
                if let Some(bytes) = self.last.clone() {
                    self.give(&bytes, port);
                }
            }
            Operation::Accept(which) => self.decide(which, None),
            Operation::Refuse(which, how) => {
                let how = [Refusal::Silence, Refusal::Nak, Refusal::Duh][usize::from(how % 3)];
                self.decide(which, Some(how));
            }
            Operation::Wait { milliseconds } => {
                self.now = self.now + Duration::from_millis(u64::from(milliseconds));
            }
            Operation::Timeout => self.timeout(),
        }
        assert!(self.station.pending() <= self.settings.pending);
    }

    fn timeout(&mut self) {
        if !to_the_next(&mut self.now, [self.station.poll_timeout()]) {
            return;
        }
        self.station.handle_timeout(self.now);
        let next = self.station.poll_timeout();
        assert!(
            next.is_none_or(|next| next > self.now),
            "a timer that ran is due"
        );
    }

    fn decide(&mut self, which: u8, refusal: Option<Refusal>) {
        let open = |held: &&FrameId| self.frames[held].outcome == Outcome::Open;
        let open: Vec<_> = self.frames.keys().filter(open).copied().collect();
        let Some(&token) = open.get(usize::from(which) % open.len().max(1)) else {
            return;
        };
        let (now, utc, padding) = (self.now, self.utc(), Padding::from_random(PADDING));
        let done = match refusal {
            None => self.station.accept(now, utc, token, padding),
            Some(refusal) => self.station.refuse(now, utc, token, refusal, padding),
        };
        if done.is_ok() {
            let outcome = match refusal {
                None => Outcome::Accepted,
                Some(Refusal::Silence) => Outcome::Silent,
                Some(Refusal::Nak) => Outcome::Nak,
                _ => Outcome::Duh,
            };
            self.naks_allowed += usize::from(outcome == Outcome::Nak);
            self.frames.get_mut(&token).expect("it is open").outcome = outcome;
            assert!(
                self.station.accept(now, utc, token, padding).is_err(),
                "decided once"
            );
        }
        self.drain();
        let told = self.frames[&token].outcome != Outcome::Open;
        assert!(told || self.is_flooded());
    }

    fn drain(&mut self) {
        while let Some(event) = self.station.poll_event() {
            match event {
                Event::Frame {
                    token,
                    message,
                    from,
                } => {
                    assert_eq!(from.is_some(), self.datagrams);
                    let decoded = message.decode().expect("it was read");
                    assert!(!decoded.frame.token.is_answer());
                    assert!(
                        matches!(decoded.frame.content, Content::Clear(_)),
                        "it is open"
                    );
                    self.protected(&decoded);
                    let last = self.frames.last_key_value().map(|(last, _)| *last);
                    assert!(last.is_none_or(|last| last < token), "numbers rise");
                    let outcome = Outcome::Open;
                    let held = Held {
                        message,
                        from,
                        outcome,
                    };
                    self.frames.insert(token, held);
                }
                Event::Repeated {
                    first,
                    message,
                    answered,
                } => {
                    let held = &self.frames[&first];
                    let (this, that) = (message.decode(), held.message.decode());
                    let (this, that) = (this.expect("read"), that.expect("read"));
                    assert_eq!(identity(&this), identity(&that));
                    let expected = if answered {
                        Outcome::Accepted
                    } else {
                        Outcome::Open
                    };
                    assert_eq!(held.outcome, expected);
                    self.answered_again += usize::from(answered);
                }
                Event::Refused { reason, bytes, .. } => {
                    let nak = match reason {
                        Reason::Unreadable(_) => {
                            assert!(decode(&bytes, &self.settings.decode).is_err());
                            self.settings.unreadable == Unaccepted::Nak
                        }
                        Reason::NoKey | Reason::WrongKey | Reason::NotEncrypted => {
                            self.settings.not_opened == Unaccepted::Nak
                        }
                        Reason::OutOfWindow(_) | Reason::TimestampMissing => {
                            assert!(self.settings.window.is_some());
                            true
                        }
                        _ => false,
                    };
                    self.naks_allowed += usize::from(nak);
                }
                Event::Undecided(token) => {
                    let held = self.frames.get_mut(&token).expect("it was handed out");
                    assert_eq!(held.outcome, Outcome::Open);
                    held.outcome = Outcome::Undecided;
                }
                Event::Junk(count) => assert!(count > 0),
                other => panic!("{other:?}"),
            }
        }
        while let Some(transmit) = self.station.poll_transmit() {
            self.sent(&transmit);
        }
        let count = |wanted| {
            self.frames
                .values()
                .filter(|held| held.outcome == wanted)
                .count()
        };
        assert!(self.duhs <= count(Outcome::Duh));
        if !self.is_flooded() {
            assert!(self.acks <= count(Outcome::Accepted) + self.answered_again);
            assert!(self.naks <= self.naks_allowed);
        }
    }

    /// More came at once than anybody was told of, so that the books cannot be kept.
    fn is_flooded(&self) -> bool {
        self.station.lost_events() + self.station.lost_answers() > 0
    }

    /// Who has a key is taken in clear only where the settings say so.
    fn protected(&self, decoded: &Decoded<'_>) {
        match security(decoded.frame.account) {
            Security::Encrypted(_) => assert!(decoded.encrypted || self.settings.accept_clear),
            _ => assert!(!decoded.encrypted),
        }
    }

    fn sent(&mut self, transmit: &Transmit) {
        let answer = decode(&transmit.bytes, &DecodeOptions::lenient()).expect("an answer");
        match answer.frame.token {
            Token::Nak => {
                assert_eq!(answer.frame.sequence, Sequence::ZERO);
                self.naks += 1;
                return;
            }
            Token::Ack => self.acks += 1,
            Token::Duh => self.duhs += 1,
            other => panic!("{other:?}"),
        }
        let wanted = |held: &Held| match answer.frame.token {
            Token::Ack => held.outcome == Outcome::Accepted,
            _ => held.outcome == Outcome::Duh,
        };
        let meant = self.frames.values().any(|held| {
            let Ok(decoded) = held.message.decode() else {
                return false;
            };
            wanted(held)
                && decoded.frame.sequence == answer.frame.sequence
                && decoded.frame.account == answer.frame.account
                && decoded.encrypted == answer.encrypted
        });
        assert!(meant, "an answer to nothing that was decided so");
        let known = |held: &Held| held.from.is_some();
        assert_eq!(transmit.to.is_some(), self.frames.values().any(known));
        if answer.encrypted {
            let Security::Encrypted(key) = security(answer.frame.account) else {
                panic!("there is no key");
            };
            let mut text = Vec::new();
            let opened = key.decrypt(&answer, &mut text).expect("the same key");
            let Content::Clear(clear) = opened.frame.content else {
                panic!("it is open");
            };
            assert!(clear.timestamp.is_some() && clear.data.is_empty());
        }
    }

    fn end(&mut self) {
        for _ in 0..OPERATIONS * 2 {
            if self.station.poll_timeout().is_none() {
                break;
            }
            self.timeout();
            self.drain();
        }
        assert_eq!(
            (self.station.poll_timeout(), self.station.pending()),
            (None, 0)
        );
        if self.is_flooded() {
            return;
        }
        let count = |wanted| {
            self.frames
                .values()
                .filter(|held| held.outcome == wanted)
                .count()
        };
        assert_eq!(count(Outcome::Open), 0);
        assert_eq!(self.acks, count(Outcome::Accepted) + self.answered_again);
        assert_eq!(
            (self.duhs, self.naks),
            (count(Outcome::Duh), self.naks_allowed)
        );
    }
}

/// What makes two frames the same.
fn identity(decoded: &Decoded<'_>) -> (Vec<u8>, Sequence, Vec<u8>) {
    let frame = &decoded.frame;
    let account = frame.account.map_or(&[][..], |account| account.as_bytes());
    let Content::Clear(clear) = frame.content else {
        panic!("it is open");
    };
    (account.to_vec(), frame.sequence, clear.data.to_vec())
}

/// What a connection speaks does not depend on how its bytes were cut.
fn detected(bytes: &[u8]) {
    let mut found: Option<Detected> = None;
    for end in 0..=bytes.len().min(ENOUGH + 40) {
        let now = detect(&bytes[..end]);
        assert!(found.is_none() || now == found, "{found:?} became {now:?}");
        assert!(end < ENOUGH || now.is_some());
        found = now;
    }
    // So many at once are more than a station holds.
    let marks = bytes.iter().filter(|byte| b"[\n".contains(byte)).count();
    if marks > 60 {
        return;
    }
    let moment = Moment {
        now: Time::ZERO,
        utc: Timestamp::from_unix_seconds(BEGIN).expect("a time"),
        padding: Padding::from_random(PADDING),
    };
    let events = |pieces: &mut dyn Iterator<Item = &[u8]>| {
        let mut station = station::Station::new(station::Settings::default(), NoHandler);
        let (mut format, mut decided) = (None, 0);
        for piece in pieces {
            station.handle_bytes(moment, piece, &security);
            while let Some(event) = station.poll_event() {
                if let station::Event::Detected(found) = event {
                    assert_eq!(format.replace(found), None);
                }
                if let Some(id) = event.to_decide() {
                    station.accept(moment, id).expect("it waits");
                    decided += 1;
                }
            }
            while station.poll_transmit().is_some() {}
        }
        (format, decided)
    };
    let whole = events(&mut std::iter::once(bytes));
    assert_eq!(events(&mut bytes.chunks(1)), whole);
}
