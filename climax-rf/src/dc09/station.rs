//! The station's side of a connection or of a socket for datagrams (Climax reference 5.4), without
//! I/O.

mod settings;

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;
use core::net::{IpAddr, SocketAddr};

use super::decode::{Decoded, decode, decode_prefix};
use super::encode::{encode, encode_answer};
use super::event::{Event, FrameId, NotHeld, Reason, Refusal, Transmit};
use super::frame::{self, Clear, Content, CrcForm, Frame, Number, Sequence};
use super::message::Message;
use super::padding::Padding;
use super::repeats::{Identity, Repeats};
use super::scan::{Item, Scanner};
use super::security::{Accounts, Security};
use super::timestamp::Timestamp;
use crate::queue::{Junk, Queue};
use crate::time::Time;

pub use settings::{Settings, Unaccepted, Window};

#[cfg(feature = "aes")]
type OwnKey = super::Key;
/// Without feature `aes` there are no keys.
#[cfg(not(feature = "aes"))]
#[derive(Clone)]
enum OwnKey {}

struct Pending {
    token: FrameId,
    until: Time,
    from: Option<SocketAddr>,
    form: CrcForm,
    /// What the answer repeats.
    header: Vec<u8>,
    key: Option<OwnKey>,
}

impl Pending {
    /// Whose it is: the account in the header, and the address that it came from.
    fn panel(&self) -> (&[u8], Option<IpAddr>) {
        let account = memchr::memchr(b'#', &self.header).unwrap_or(self.header.len());
        (
            &self.header[account..],
            self.from.map(|address| address.ip()),
        )
    }
}

/// Answers that may wait to be polled; beyond them frames go without one and are repeated.
const ANSWERS: usize = 256;
/// Events beyond the frames that may wait to be polled.
const EVENTS: usize = 64;

/// One connection of a panel, or a socket on which any number of panels send datagrams.
///
/// Nothing is answered with `ACK` before the application has accepted it. A frame that comes again
/// within [`Settings::repeat`] is answered as before, with the present time, and marked.
///
/// ```
/// use climax_rf::Time;
/// use climax_rf::dc09::{AllClear, Event, Padding, Settings, Station, Timestamp};
///
/// let utc = Timestamp::new((2026, 3, 14), (9, 30, 0)).unwrap();
/// let mut station = Station::new(Settings::default());
/// let frame = b"\n47CC0027\"ADM-CID\"0042L0#4711[#4711|1101 01 005]\r";
/// station.handle_bytes(Time::ZERO, utc, frame, &AllClear);
/// let Some(Event::Frame { token, .. }) = station.poll_event() else { panic!() };
/// // Keep it, durably, then:
/// station.accept(Time::ZERO, utc, token, Padding::from_random([7; 16]))?;
/// let answer = station.poll_transmit().unwrap();
/// assert_eq!(answer.bytes, b"\nC8F90012\"ACK\"0042L0#4711[]\r");
/// # Ok::<(), climax_rf::dc09::NotHeld>(())
/// ```
pub struct Station {
    settings: Settings,
    scanner: Scanner,
    /// When the frame that is open is given up.
    partial_until: Option<Time>,
    pending: VecDeque<Pending>,
    repeats: Repeats,
    events: Queue<Event>,
    answers: VecDeque<Transmit>,
    next: FrameId,
    lost_answers: u64,
}

impl fmt::Debug for Station {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Station")
            .field("settings", &self.settings)
            .field("scanner", &self.scanner)
            .field("pending", &self.pending.len())
            .finish_non_exhaustive()
    }
}

impl Station {
    /// A fresh connection or socket.
    #[must_use]
    pub const fn new(settings: Settings) -> Self {
        Station {
            settings,
            scanner: Scanner::new(),
            partial_until: None,
            pending: VecDeque::new(),
            repeats: Repeats::new(),
            events: Queue::new(),
            answers: VecDeque::new(),
            next: FrameId::FIRST,
            lost_answers: 0,
        }
    }

    /// Takes bytes of a connection, in any portions.
    pub fn handle_bytes(
        &mut self,
        now: Time,
        utc: Timestamp,
        bytes: &[u8],
        accounts: &(impl Accounts + ?Sized),
    ) {
        self.handle_timeout(now);
        if self.scan(now, utc, bytes, accounts) {
            self.partial_until = None;
        }
        if self.scanner.held() == 0 {
            self.partial_until = None;
        } else if self.partial_until.is_none() {
            self.partial_until = Some(now + self.settings.partial);
        }
    }

    /// Takes one datagram, which is one frame.
    pub fn handle_datagram(
        &mut self,
        now: Time,
        utc: Timestamp,
        from: SocketAddr,
        datagram: &[u8],
        accounts: &(impl Accounts + ?Sized),
    ) {
        self.handle_timeout(now);
        let end = match decode_prefix(datagram, &self.settings.decode) {
            Ok(decoded) => decoded.raw.len(),
            Err(_) => datagram.len(),
        };
        let (frame, behind) = datagram.split_at(end);
        self.take(now, utc, frame, Some(from), accounts);
        self.junk(behind.iter().filter(|&&byte| byte != 0).count());
    }

    /// The frame is in safety: `ACK` is sent, encrypted where the frame was.
    ///
    /// # Errors
    ///
    /// [`NotHeld`].
    pub fn accept(
        &mut self,
        now: Time,
        utc: Timestamp,
        token: FrameId,
        padding: Padding,
    ) -> Result<(), NotHeld> {
        let pending = self.decide(now, token)?;
        if let Some(bytes) = answer(frame::Token::Ack, &pending, utc, padding) {
            self.repeats.answered(now, token, padding);
            self.transmit(pending.from, bytes);
        }
        Ok(())
    }

    /// The frame is not taken.
    ///
    /// # Errors
    ///
    /// [`NotHeld`].
    pub fn refuse(
        &mut self,
        now: Time,
        utc: Timestamp,
        token: FrameId,
        refusal: Refusal,
        padding: Padding,
    ) -> Result<(), NotHeld> {
        let pending = self.decide(now, token)?;
        self.repeats.forget(token);
        match refusal {
            Refusal::Silence => {}
            Refusal::Nak => self.nak(pending.form, utc, pending.from),
            Refusal::Duh => {
                if let Some(bytes) = answer(frame::Token::Duh, &pending, utc, padding) {
                    self.transmit(pending.from, bytes);
                }
            }
        }
        Ok(())
    }

    /// What has happened, the oldest first.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop()
    }

    /// What is to be sent, the oldest first.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.answers.pop_front()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        let decisions = self.pending.iter().map(|pending| pending.until);
        decisions.chain(self.partial_until).min()
    }

    /// Gives up what has taken too long.
    pub fn handle_timeout(&mut self, now: Time) {
        if self.partial_until.is_some_and(|until| until <= now) {
            self.partial_until = None;
            // A length that is wrong may have swallowed good frames; but what is this late is
            // repeated anyway.
            let dropped = self.scanner.reset();
            self.junk(dropped);
        }
        while self.pending.front().is_some_and(|first| first.until <= now) {
            if let Some(late) = self.pending.pop_front() {
                self.repeats.forget(late.token);
                self.event(Event::Undecided(late.token));
            }
        }
        self.repeats.forget_old(now, self.settings.repeat);
    }

    /// Frames that wait for their decision.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Events that were not kept, because nobody polled for them. Frames to be decided are never
    /// among them.
    #[must_use]
    pub const fn lost_events(&self) -> u64 {
        self.events.lost()
    }

    /// Answers that were not kept, because nobody polled for them.
    #[must_use]
    pub const fn lost_answers(&self) -> u64 {
        self.lost_answers
    }

    /// Whether anything has ended.
    fn scan(
        &mut self,
        now: Time,
        utc: Timestamp,
        mut bytes: &[u8],
        accounts: &(impl Accounts + ?Sized),
    ) -> bool {
        let mut found = false;
        // Out of the way, so that a frame can stay where it is while it is looked at.
        let mut scanner = core::mem::take(&mut self.scanner);
        while let Some(item) = scanner.next(&mut bytes) {
            found = true;
            match item {
                Item::Frame(frame) => self.take(now, utc, frame, None, accounts),
                Item::Junk(count) => self.junk(count),
                Item::Broken(kind) => {
                    let reason = Reason::Unreadable(kind);
                    self.refused(reason, &[], None);
                    if self.settings.unreadable == Unaccepted::Nak {
                        self.nak(CrcForm::Hexadecimal, utc, None);
                    }
                }
            }
        }
        self.scanner = scanner;
        found
    }

    fn take(
        &mut self,
        now: Time,
        utc: Timestamp,
        raw: &[u8],
        from: Option<SocketAddr>,
        accounts: &(impl Accounts + ?Sized),
    ) {
        let decoded = match decode(raw, &self.settings.decode) {
            Ok(decoded) => decoded,
            Err(error) => {
                self.refused(Reason::Unreadable(error.kind), raw, from);
                if self.settings.unreadable == Unaccepted::Nak {
                    self.nak(form_of(raw), utc, from);
                }
                return;
            }
        };
        if decoded.frame.token.is_answer() {
            return self.refused(Reason::Answer, raw, from);
        }
        let security = accounts.security(decoded.frame.account);
        let mut text = Vec::new();
        let opened = self
            .open(&decoded, security, &mut text)
            .and_then(|(opened, key)| {
                self.check_time(&opened, utc)?;
                Ok((opened, key))
            });
        match opened {
            Ok((opened, key)) => {
                let identity = Identity::of(&opened);
                let message = Message {
                    frame: raw.into(),
                    text: None,
                    options: self.settings.decode,
                };
                let pending = Pending {
                    token: self.next,
                    until: now + self.settings.decision,
                    from,
                    form: decoded.crc_form,
                    header: decoded.header.to_vec(),
                    key,
                };
                let text = (!text.is_empty()).then(|| text.into());
                self.hold(now, utc, identity, Message { text, ..message }, pending);
            }
            Err(reason) => {
                self.refused(reason, raw, from);
                let nak = match reason {
                    Reason::OutOfWindow(_) | Reason::TimestampMissing => true,
                    _ => self.settings.not_opened == Unaccepted::Nak,
                };
                if nak {
                    self.nak(decoded.crc_form, utc, from);
                }
            }
        }
    }

    /// Reads encrypted content, or says why not.
    #[cfg_attr(
        not(feature = "aes"),
        allow(unused_variables, clippy::needless_pass_by_value, clippy::ptr_arg)
    )]
    fn open<'b>(
        &self,
        decoded: &Decoded<'b>,
        security: Security,
        text: &'b mut Vec<u8>,
    ) -> Result<(Decoded<'b>, Option<OwnKey>), Reason> {
        match security {
            Security::Clear if decoded.encrypted => Err(Reason::NoKey),
            Security::Clear => Ok((*decoded, None)),
            #[cfg(feature = "aes")]
            Security::Encrypted(key) if decoded.encrypted => {
                let opened = key.decrypt(decoded, text).map_err(|_| Reason::WrongKey)?;
                Ok((opened, Some(key)))
            }
            #[cfg(feature = "aes")]
            Security::Encrypted(_) if self.settings.accept_clear => Ok((*decoded, None)),
            #[cfg(feature = "aes")]
            Security::Encrypted(_) => Err(Reason::NotEncrypted),
        }
    }

    fn check_time(&self, decoded: &Decoded<'_>, utc: Timestamp) -> Result<(), Reason> {
        let Some(window) = self.settings.window else {
            return Ok(());
        };
        let timestamp = match decoded.frame.content {
            Content::Clear(clear) => clear.timestamp,
            Content::Encrypted(_) => None,
        };
        match timestamp {
            None if decoded.encrypted => Err(Reason::TimestampMissing),
            None => Ok(()),
            Some(_) if !decoded.encrypted && !window.also_clear => Ok(()),
            Some(timestamp) => {
                let away = timestamp.unix_seconds() - utc.unix_seconds();
                let seconds =
                    |d: core::time::Duration| i64::try_from(d.as_secs()).unwrap_or(i64::MAX);
                if away > seconds(window.ahead) || -away > seconds(window.behind) {
                    Err(Reason::OutOfWindow(away))
                } else {
                    Ok(())
                }
            }
        }
    }

    /// Hands a frame to the application, or answers a repeat as before.
    fn hold(
        &mut self,
        now: Time,
        utc: Timestamp,
        identity: Option<Identity>,
        message: Message,
        pending: Pending,
    ) {
        if let Some(known) = identity.as_ref().and_then(|of| self.repeats.find(of)) {
            let first = known.number;
            let again = known
                .answered
                .and_then(|padding| answer(frame::Token::Ack, &pending, utc, padding));
            let answered = again.is_some();
            if let Some(bytes) = again {
                self.transmit(pending.from, bytes);
            } else if let Some(open) = self.pending.iter_mut().find(|open| open.token == first) {
                // The panel may have changed its port meanwhile.
                open.from = pending.from;
            }
            return self.event(Event::Repeated {
                first,
                message,
                answered,
            });
        }
        let full = self.pending.len() >= self.settings.pending || self.has_its_share(&pending);
        if full || self.events.len() >= self.settings.pending.saturating_add(EVENTS) {
            return self.refused(Reason::Overloaded, &message.frame, pending.from);
        }
        self.next.take();
        let (token, from) = (pending.token, pending.from);
        if let Some(identity) = identity {
            let most = self.settings.repeats.max(self.settings.pending);
            self.repeats.add(now, token, identity, most);
        }
        self.pending.push_back(pending);
        self.event(Event::Frame {
            token,
            message,
            from,
        });
    }

    /// Whether the account of a frame has as many waiting as one may have.
    fn has_its_share(&self, next: &Pending) -> bool {
        let same = |open: &&Pending| open.panel() == next.panel();
        self.pending.iter().filter(same).count() >= self.settings.pending_of_account
    }

    fn decide(&mut self, now: Time, token: FrameId) -> Result<Pending, NotHeld> {
        self.handle_timeout(now);
        let at = self.pending.iter().position(|open| open.token == token);
        at.and_then(|at| self.pending.remove(at)).ok_or(NotHeld)
    }

    /// `NAK` names nobody and carries the present time (Climax reference 5.4).
    fn nak(&mut self, form: CrcForm, utc: Timestamp, to: Option<SocketAddr>) {
        let nak = Frame {
            token: frame::Token::Nak,
            sequence: Sequence::ZERO,
            receiver: Some(Number::ZERO),
            line: Some(Number::ZERO),
            account: None,
            content: Content::Clear(Clear {
                timestamp: Some(utc),
                ..Clear::default()
            }),
        };
        let mut bytes = Vec::with_capacity(64);
        if encode(&nak, form, &mut bytes).is_ok() {
            self.transmit(to, bytes);
        }
    }

    fn transmit(&mut self, to: Option<SocketAddr>, bytes: Vec<u8>) {
        if self.answers.len() < ANSWERS {
            self.answers.push_back(Transmit { to, bytes });
        } else {
            self.lost_answers += 1;
        }
    }

    fn refused(&mut self, reason: Reason, bytes: &[u8], from: Option<SocketAddr>) {
        self.event(Event::Refused {
            reason,
            bytes: bytes.to_vec(),
            from,
        });
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

/// The CRC form of a frame that cannot be read any further.
fn form_of(raw: &[u8]) -> CrcForm {
    super::decode::Envelope::find(raw).map_or(CrcForm::Hexadecimal, |envelope| envelope.form)
}

/// An answer with the header of the frame, encrypted when that was.
#[cfg_attr(not(feature = "aes"), allow(unused_variables))]
fn answer(
    token: frame::Token<'_>,
    pending: &Pending,
    utc: Timestamp,
    padding: Padding,
) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(128);
    let header = &pending.header;
    match &pending.key {
        None => {
            let content = Content::Clear(Clear::default());
            encode_answer(token, header, &content, pending.form, &mut bytes).ok()?;
        }
        #[cfg(feature = "aes")]
        Some(key) => {
            let clear = Clear {
                timestamp: Some(utc),
                ..Clear::default()
            };
            let mut text = Vec::with_capacity(96);
            key.encrypt(&clear, padding, &mut text).ok()?;
            let content = Content::Encrypted(&text);
            encode_answer(token, header, &content, pending.form, &mut bytes).ok()?;
        }
        #[cfg(not(feature = "aes"))]
        Some(key) => match *key {},
    }
    Some(bytes)
}
