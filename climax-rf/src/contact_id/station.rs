//! The station's side of one connection (Climax reference 5.2), without I/O.

use alloc::collections::VecDeque;
use core::time::Duration;

use super::decode::decode_bracket;
use super::error::DecodeError;
use super::options::DecodeOptions;
use super::scan::{Item, Message, Scanner};
use crate::identifier::identifier;
use crate::queue::{Junk, Queue};
use crate::time::Time;

/// The answer to an accepted report: one byte, nothing else (Climax reference 5.2).
pub const ACK: &[u8] = &[0x06];

/// Settings of a station.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// How reports are read; also whether one with a wrong checksum is taken.
    pub decode: DecodeOptions,
    /// Reports that may wait for their decision, 64 by default.
    pub pending: usize,
    /// How long a decision may take, 20 s by default (a choice: how long panels wait is not
    /// public).
    pub decision: Duration,
    /// How long the rest of a message may take, 10 s by default.
    pub partial: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            decode: DecodeOptions::lenient(),
            pending: 64,
            decision: Duration::from_secs(20),
            partial: Duration::from_secs(10),
        }
    }
}

identifier! {
    /// A report on one connection; numbers rise.
    Token
}

/// The station holds no undecided report of this number: it is decided, or its time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the station holds no undecided report of this number")]
#[non_exhaustive]
pub struct NotHeld;

/// Something that has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
// Reports are what nearly all events are; a box for each would cost more.
#[allow(clippy::large_enum_variant)]
pub enum Event {
    /// A report, to be accepted or refused.
    Report {
        /// To decide it by.
        token: Token,
        /// What came; it can be read with the options of the station.
        message: Message,
    },
    /// A message that cannot be read. It is not answered, so that the panel repeats it.
    Refused {
        /// What came.
        message: Message,
        /// Why.
        error: DecodeError,
    },
    /// More reports wait than the settings allow. This one is not answered; the panel repeats it.
    Overloaded(Message),
    /// No decision in time: the report stays without an answer.
    Undecided(Token),
    /// Accepted, but an earlier message of the panel had no answer, and this one's would pass for
    /// it. The panel repeats both.
    Withheld(Token),
    /// So many bytes outside of brackets, in brackets that did not close, or in messages that were
    /// too long.
    Junk(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Accepted,
}

#[derive(Debug, Clone, Copy)]
struct Pending {
    token: Token,
    until: Time,
    state: State,
    /// An earlier message went without an answer.
    withheld: bool,
}

/// One connection of a panel that reports in brackets.
///
/// The answer carries no number. So answers leave in the order of the reports; and where one
/// report goes without an answer, those that the panel had sent behind it are not answered either
/// ([`Event::Withheld`]), because their answer would pass for the missing one. Panels send one at
/// a time and do not notice.
///
/// ```
/// use climax_rf::Time;
/// use climax_rf::contact_id::{Event, Settings, Station};
///
/// let mut station = Station::new(Settings::default());
/// station.handle_bytes(Time::ZERO, b"[4711 18110101005FF0F]");
/// let Some(Event::Report { token, message }) = station.poll_event() else { panic!() };
/// assert_eq!(station.poll_transmit(), None);
/// // Keep it, durably, then:
/// station.accept(Time::ZERO, token)?;
/// assert_eq!(station.poll_transmit(), Some(&b"\x06"[..]));
/// # Ok::<(), climax_rf::contact_id::NotHeld>(())
/// ```
#[derive(Debug)]
pub struct Station {
    settings: Settings,
    scanner: Scanner,
    /// When the message that is open is given up.
    partial_until: Option<Time>,
    pending: VecDeque<Pending>,
    events: Queue<Event>,
    answers: usize,
    next: Token,
}

/// Events beyond the reports that may wait to be polled.
const EVENTS: usize = 64;

impl Station {
    /// A fresh connection.
    #[must_use]
    pub const fn new(settings: Settings) -> Self {
        Station {
            settings,
            scanner: Scanner::new(),
            partial_until: None,
            pending: VecDeque::new(),
            events: Queue::new(),
            answers: 0,
            next: Token::FIRST,
        }
    }

    /// How reports are read.
    #[must_use]
    pub const fn options(&self) -> &DecodeOptions {
        &self.settings.decode
    }

    /// Takes bytes of the panel, in any portions.
    pub fn handle_bytes(&mut self, now: Time, mut bytes: &[u8]) {
        self.handle_timeout(now);
        // A message without an answer shadows those that came with it.
        let mut shadow = false;
        while let Some(item) = self.scanner.next(&mut bytes) {
            // What is open now is a younger message.
            self.partial_until = None;
            let raw = match item {
                Item::Message(raw) => raw,
                Item::Junk(count) | Item::TooLong(count) => {
                    self.junk(count);
                    continue;
                }
            };
            let error = decode_bracket(raw, &self.settings.decode).err();
            // Always so: the scanner gives no longer ones.
            let Some(message) = Message::new(raw) else {
                continue;
            };
            shadow |= !self.take(now, message, error, shadow);
        }
        if self.scanner.held() == 0 {
            self.partial_until = None;
        } else if self.partial_until.is_none() {
            self.partial_until = Some(now + self.settings.partial);
        }
    }

    /// Hands a message out; `false` when it goes without an answer.
    fn take(
        &mut self,
        now: Time,
        message: Message,
        error: Option<DecodeError>,
        withheld: bool,
    ) -> bool {
        if let Some(error) = error {
            self.event(Event::Refused { message, error });
            return false;
        }
        let full = self.pending.len() >= self.settings.pending;
        if full || self.events.len() >= self.settings.pending.saturating_add(EVENTS) {
            self.event(Event::Overloaded(message));
            return false;
        }
        let token = self.next.take();
        self.pending.push_back(Pending {
            token,
            until: now + self.settings.decision,
            state: State::Open,
            withheld,
        });
        self.event(Event::Report { token, message });
        true
    }

    /// The report is in safety: it is answered.
    ///
    /// # Errors
    ///
    /// [`NotHeld`].
    pub fn accept(&mut self, now: Time, token: Token) -> Result<(), NotHeld> {
        self.handle_timeout(now);
        let at = self.find(token)?;
        self.pending[at].state = State::Accepted;
        self.release();
        Ok(())
    }

    /// The report is not taken. It is not answered, and the panel repeats it.
    ///
    /// # Errors
    ///
    /// [`NotHeld`].
    pub fn refuse(&mut self, now: Time, token: Token) -> Result<(), NotHeld> {
        self.handle_timeout(now);
        let at = self.find(token)?;
        self.leave_unanswered(at);
        self.release();
        Ok(())
    }

    /// What has happened, the oldest first.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop()
    }

    /// What is to be sent: [`ACK`], once for each answer.
    pub fn poll_transmit(&mut self) -> Option<&'static [u8]> {
        self.answers = self.answers.checked_sub(1)?;
        Some(ACK)
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        let open = |pending: &&Pending| pending.state == State::Open;
        let decisions = self
            .pending
            .iter()
            .filter(open)
            .map(|pending| pending.until);
        decisions.chain(self.partial_until).min()
    }

    /// Gives up what has taken too long.
    pub fn handle_timeout(&mut self, now: Time) {
        if self.partial_until.is_some_and(|until| until <= now) {
            self.partial_until = None;
            let dropped = self.scanner.reset();
            self.junk(dropped);
        }
        let late = |pending: &Pending| pending.state == State::Open && pending.until <= now;
        while let Some(at) = self.pending.iter().position(late) {
            let token = self.pending[at].token;
            self.leave_unanswered(at);
            self.event(Event::Undecided(token));
            self.release();
        }
    }

    /// Reports that wait for their decision, or for that of an earlier one.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Events that were not kept, because nobody polled for them. Reports are never among them.
    #[must_use]
    pub const fn lost_events(&self) -> u64 {
        self.events.lost()
    }

    fn find(&self, token: Token) -> Result<usize, NotHeld> {
        let open = |pending: &Pending| pending.token == token && pending.state == State::Open;
        self.pending.iter().position(open).ok_or(NotHeld)
    }

    fn leave_unanswered(&mut self, at: usize) {
        self.pending.remove(at);
        for later in self.pending.range_mut(at..) {
            later.withheld = true;
        }
    }

    /// Answers what is accepted and has nothing undecided before it.
    fn release(&mut self) {
        while let Some(first) = self.pending.front() {
            if first.state != State::Accepted {
                break;
            }
            if first.withheld {
                let token = first.token;
                self.event(Event::Withheld(token));
            } else {
                self.answers += 1;
            }
            self.pending.pop_front();
        }
    }

    fn event(&mut self, event: Event) {
        self.events.push(event, self.most_events());
    }

    fn junk(&mut self, count: usize) {
        self.events.push_junk(count, self.most_events());
    }

    fn most_events(&self) -> usize {
        self.settings.pending.saturating_add(2 * EVENTS)
    }
}

impl Junk for Event {
    fn junk(count: usize) -> Self {
        Event::Junk(count)
    }

    fn as_junk(&mut self) -> Option<&mut usize> {
        match self {
            Event::Junk(count) => Some(count),
            _ => None,
        }
    }
}
