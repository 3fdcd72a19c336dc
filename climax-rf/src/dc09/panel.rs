//! The panel's side (Climax reference 5.4 and 5.6), without I/O: for simulators and tests.

mod settings;

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;

use super::data::put_contact_id;
use super::decode::{Decoded, decode};
use super::encode::encode;
use super::error::EncodeError;
use super::frame::{Clear, Content, Frame, Sequence, Token};
use super::options::DecodeOptions;
use super::padding::Padding;
use super::scan::{Item, Scanner};
use super::timestamp::Timestamp;
use crate::contact_id::{Account, ContactId};
use crate::identifier::identifier;
use crate::time::Time;

pub use settings::PanelSettings;

/// What a panel has to say.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outgoing {
    /// A report with token `ADM-CID`.
    ContactId(ContactId),
    /// A report with token `SIA-DCS`: what stands behind the account, such as `Nri1/MA0005`.
    Sia(Vec<u8>),
    /// A link test.
    LinkTest,
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outgoing::ContactId(event) => event.fmt(f),
            Outgoing::Sia(data) => write!(f, "Sia({} bytes)", data.len()),
            Outgoing::LinkTest => f.write_str("LinkTest"),
        }
    }
}

identifier! {
    /// Something that was queued; numbers rise.
    ReportId
}

/// A report that is not queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// It cannot be written.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// Too many wait.
    #[error("the queue of reports is full")]
    QueueFull,
}

/// Why a report was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Failure {
    /// No answer, or the connection was gone, the last time.
    NoAnswer,
    /// `NAK` the last time.
    Nak,
    /// `DUH`: the station cannot process it.
    Duh,
    /// It cannot be written, as with a time beyond the year 9999.
    NotWritable,
}

/// Something that has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PanelEvent {
    /// The station has taken it.
    Delivered(ReportId),
    /// Given up.
    Failed(ReportId, Failure),
    /// The panel's clock was set by a `NAK`: so many seconds are now added to the time given.
    ClockSet(i64),
    /// Something that is no answer to what was sent last: another number, no encryption where it
    /// belongs, junk.
    Unexpected,
}

struct Queued {
    id: ReportId,
    content: Outgoing,
    sequence: Sequence,
    attempts: u32,
}

/// Sends one frame at a time and repeats it, with the same number, until it is answered.
///
/// ```
/// use climax_rf::Time;
/// use climax_rf::dc09::*;
///
/// let utc = Timestamp::new((2026, 3, 14), (9, 30, 0)).unwrap();
/// let padding = Padding::from_random([7; 16]);
/// let mut panel = Panel::new(PanelSettings::new("4711")?);
/// let id = panel.send(Outgoing::LinkTest)?;
/// let sent = panel.poll_transmit(Time::ZERO, utc, padding).unwrap();
/// assert_eq!(sent, b"\nF22F0013\"NULL\"0000L0#4711[]\r");
/// panel.handle_bytes(Time::ZERO, utc, b"\nC8410012\"ACK\"0000L0#4711[]\r");
/// # let _ = (id, panel.poll_event());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Panel {
    settings: PanelSettings,
    scanner: Scanner,
    queue: VecDeque<Queued>,
    /// When the answer to the first of the queue is due; `None` when it is to be sent.
    due: Option<Time>,
    /// When the line was quiet since.
    quiet_since: Option<Time>,
    sequence: Sequence,
    clock: i64,
    events: VecDeque<PanelEvent>,
    next: ReportId,
}

impl fmt::Debug for Panel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Panel")
            .field("settings", &self.settings)
            .field("queued", &self.queue.len())
            .field("sequence", &self.sequence)
            .finish_non_exhaustive()
    }
}

impl Panel {
    /// A panel with nothing to say.
    #[must_use]
    pub const fn new(settings: PanelSettings) -> Self {
        Panel {
            settings,
            scanner: Scanner::new(),
            queue: VecDeque::new(),
            due: None,
            quiet_since: None,
            sequence: Sequence::FIRST,
            clock: 0,
            events: VecDeque::new(),
            next: ReportId::FIRST,
        }
    }

    /// The same with another number for the first report.
    #[must_use]
    pub const fn beginning_with(mut self, sequence: Sequence) -> Self {
        self.sequence = sequence;
        self
    }

    /// Queues a report or a link test.
    ///
    /// # Errors
    ///
    /// [`SendError`]; nothing is queued then.
    pub fn send(&mut self, content: Outgoing) -> Result<ReportId, SendError> {
        if self.queue.len() >= self.settings.queue {
            return Err(SendError::QueueFull);
        }
        let sequence = match content {
            Outgoing::LinkTest => Sequence::ZERO,
            _ => self.sequence,
        };
        let queued = Queued {
            id: self.next,
            content,
            sequence,
            attempts: 0,
        };
        // Once for trial, so that what cannot be written is not queued.
        let year_2000 = Timestamp::from_unix_seconds(946_684_800);
        self.write(&queued, year_2000, Padding::from_random([0; 16]))?;
        if sequence != Sequence::ZERO {
            self.sequence = sequence.next();
        }
        let id = self.next.take();
        self.queue.push_back(queued);
        Ok(id)
    }

    /// What is to be sent now: one frame, for a connection or as a datagram.
    pub fn poll_transmit(
        &mut self,
        now: Time,
        utc: Timestamp,
        padding: Padding,
    ) -> Option<Vec<u8>> {
        if self.due.is_some() {
            return None;
        }
        while let Some(mut first) = self.queue.pop_front() {
            let seconds = utc.unix_seconds().saturating_add(self.clock);
            let timestamp = Timestamp::from_unix_seconds(seconds);
            match self.write(&first, timestamp, padding) {
                Ok(bytes) => {
                    first.attempts += 1;
                    self.queue.push_front(first);
                    self.due = Some(now + self.settings.answer);
                    self.quiet_since = Some(now);
                    return Some(bytes);
                }
                Err(_) => self.event(PanelEvent::Failed(first.id, Failure::NotWritable)),
            }
        }
        None
    }

    /// Takes what the station answers, in any portions.
    pub fn handle_bytes(&mut self, now: Time, utc: Timestamp, mut bytes: &[u8]) {
        self.handle_timeout(now);
        let mut scanner = core::mem::take(&mut self.scanner);
        while let Some(item) = scanner.next(&mut bytes) {
            let decoded = match item {
                Item::Frame(frame) => decode(frame, &DecodeOptions::lenient()).ok(),
                _ => None,
            };
            match decoded {
                Some(decoded) => self.answered(utc, &decoded),
                None => self.event(PanelEvent::Unexpected),
            }
        }
        self.scanner = scanner;
    }

    /// The connection is gone: what is under way is sent again on the next one.
    pub fn disconnected(&mut self) {
        self.scanner.reset();
        if self.due.take().is_some() {
            self.give_up_or_repeat(Failure::NoAnswer);
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        if self.due.is_some() || !self.queue.is_empty() {
            return self.due;
        }
        let quiet_since = self.quiet_since.unwrap_or(Time::ZERO);
        self.settings
            .link_test
            .map(|interval| quiet_since + interval)
    }

    /// Repeats what was not answered in time, or gives it up; queues a link test when nothing was
    /// sent for long.
    pub fn handle_timeout(&mut self, now: Time) {
        if self.due.is_some_and(|due| due <= now) {
            self.due = None;
            self.give_up_or_repeat(Failure::NoAnswer);
        }
        let quiet = self.queue.is_empty();
        if quiet && self.poll_timeout().is_some_and(|due| due <= now) {
            self.quiet_since = Some(now);
            let _ = self.send(Outgoing::LinkTest);
        }
    }

    /// What has happened, the oldest first.
    pub fn poll_event(&mut self) -> Option<PanelEvent> {
        self.events.pop_front()
    }

    /// Frames that wait, the one under way included.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.queue.len()
    }

    fn answered(&mut self, utc: Timestamp, decoded: &Decoded<'_>) {
        let frame = &decoded.frame;
        let under_way = self.queue.front().filter(|_| self.due.is_some());
        let is_ours = under_way.is_some_and(|first| first.sequence == frame.sequence);
        let trusted = self.is_encrypted_as_it_should(decoded);
        match frame.token {
            Token::Nak if under_way.is_some() => {
                if let Content::Clear(Clear {
                    timestamp: Some(theirs),
                    ..
                }) = frame.content
                {
                    let clock = theirs.unix_seconds() - utc.unix_seconds();
                    if clock != self.clock {
                        self.clock = clock;
                        self.event(PanelEvent::ClockSet(clock));
                    }
                }
                self.due = None;
                self.give_up_or_repeat(Failure::Nak);
            }
            Token::Ack if is_ours && trusted => {
                self.due = None;
                if let Some(first) = self.queue.pop_front() {
                    self.event(PanelEvent::Delivered(first.id));
                }
            }
            Token::Duh if is_ours && trusted => {
                self.due = None;
                if let Some(first) = self.queue.pop_front() {
                    self.event(PanelEvent::Failed(first.id, Failure::Duh));
                }
            }
            _ => self.event(PanelEvent::Unexpected),
        }
    }

    /// With a key, only who has it, too, can say that a report was taken.
    #[cfg_attr(not(feature = "aes"), allow(clippy::unused_self))]
    fn is_encrypted_as_it_should(&self, decoded: &Decoded<'_>) -> bool {
        #[cfg(feature = "aes")]
        if let Some(key) = &self.settings.key {
            return key.decrypt(decoded, &mut Vec::new()).is_ok();
        }
        !decoded.encrypted
    }

    fn give_up_or_repeat(&mut self, failure: Failure) {
        let attempts = self.settings.attempts;
        if self.queue.front().is_some_and(|f| f.attempts >= attempts) {
            if let Some(first) = self.queue.pop_front() {
                self.event(PanelEvent::Failed(first.id, failure));
            }
        }
    }

    #[cfg_attr(not(feature = "aes"), allow(unused_variables))]
    fn write(
        &self,
        queued: &Queued,
        timestamp: Option<Timestamp>,
        padding: Padding,
    ) -> Result<Vec<u8>, EncodeError> {
        let account = Account::received(self.settings.account.as_bytes());
        let mut data = Vec::with_capacity(64);
        let token = match &queued.content {
            Outgoing::ContactId(event) => {
                put_contact_id(account, event, &mut data);
                Token::AdmCid
            }
            Outgoing::Sia(text) => {
                data.push(b'#');
                data.extend_from_slice(account.as_bytes());
                data.push(b'|');
                data.extend_from_slice(text);
                Token::SiaDcs
            }
            Outgoing::LinkTest => Token::Null,
        };
        let mut clear = Clear {
            data: &data,
            extended: &[],
            timestamp,
        };
        let mut digits = Vec::new();
        let content = match self.encrypted(&clear, padding, &mut digits)? {
            true => Content::Encrypted(&digits),
            false => {
                if !self.settings.with_time {
                    clear.timestamp = None;
                }
                Content::Clear(clear)
            }
        };
        let frame = Frame {
            token,
            sequence: queued.sequence,
            receiver: self.settings.receiver,
            line: Some(self.settings.line),
            account: Some(account),
            content,
        };
        let mut out = Vec::with_capacity(128);
        encode(&frame, self.settings.form, &mut out)?;
        Ok(out)
    }

    /// Encrypts when there is a key, and says whether.
    #[cfg_attr(
        not(feature = "aes"),
        allow(
            unused_variables,
            clippy::unused_self,
            clippy::unnecessary_wraps,
            clippy::ptr_arg
        )
    )]
    fn encrypted(
        &self,
        clear: &Clear<'_>,
        padding: Padding,
        digits: &mut Vec<u8>,
    ) -> Result<bool, EncodeError> {
        #[cfg(feature = "aes")]
        if let Some(key) = &self.settings.key {
            key.encrypt(clear, padding, digits)?;
            return Ok(true);
        }
        Ok(false)
    }

    /// Events wait for as many as the queue may hold, twice; the oldest goes first.
    fn event(&mut self, event: PanelEvent) {
        if self.events.len() >= 2 * self.settings.queue.max(8) {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }
}
