//! A station that takes every format: what a connection speaks is found by its first bytes.
//!
//! ```
//! use climax_rf::contact_id;
//! use climax_rf::dc09::{AllClear, Padding, Refusal, Timestamp};
//! use climax_rf::station::{Event, Moment, NoHandler, Settings, Station};
//! use climax_rf::Time;
//!
//! let moment = Moment {
//!     now: Time::ZERO,
//!     utc: Timestamp::new((2026, 3, 14), (9, 30, 0)).unwrap(),
//!     padding: Padding::from_random([7; 16]), // fresh random bytes, in earnest
//! };
//! let mut station = Station::new(Settings::default(), NoHandler);
//! station.handle_bytes(moment, b"[4711 18110101005FF0F]", &AllClear);
//! while let Some(event) = station.poll_event() {
//!     if let Some(id) = event.to_decide() {
//!         // Keep it, durably, then:
//!         station.accept(moment, id)?;
//!     }
//! }
//! assert_eq!(station.poll_transmit().as_deref(), Some(&b"\x06"[..]));
//! # Ok::<(), climax_rf::station::NotHeld>(())
//! ```

mod detect;
mod foreign;
mod unknown;

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::contact_id;
use crate::dc09::{self, Accounts, Padding, Refusal, Timestamp};
use crate::time::Time;

use detect::is_foreign;
pub use detect::{Detected, ENOUGH, detect};
pub use foreign::{ForeignHandler, Framing, NoHandler};
pub use unknown::{ForeignId, ForeignSettings};

use unknown::Foreign;

/// The present, as the caller knows it, and fresh random characters.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The clock that does not go backwards.
    pub now: Time,
    /// The clock on the wall.
    pub utc: Timestamp,
    /// For an answer that is encrypted.
    pub padding: Padding,
}

/// Settings for each format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Settings {
    /// For brackets.
    pub contact_id: contact_id::Settings,
    /// For DC-09.
    pub dc09: dc09::Settings,
    /// For formats that a handler knows.
    pub foreign: ForeignSettings,
}

/// A message of a station, to decide it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum MessageId {
    /// A bracket report.
    ContactId(contact_id::Token),
    /// A frame.
    Dc09(dc09::FrameId),
    /// Of a format that a handler knows.
    Foreign(ForeignId),
}

/// The station holds no undecided message of this number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the station holds no undecided message of this number")]
#[non_exhaustive]
pub struct NotHeld;

impl From<contact_id::NotHeld> for NotHeld {
    fn from(_: contact_id::NotHeld) -> Self {
        NotHeld
    }
}

impl From<dc09::NotHeld> for NotHeld {
    fn from(_: dc09::NotHeld) -> Self {
        NotHeld
    }
}

/// Something that has happened.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The format of the connection is known.
    Detected(Detected),
    /// On a connection with brackets.
    ContactId(contact_id::Event),
    /// On a connection with DC-09.
    Dc09(dc09::Event),
    /// A message of a format that a handler knows, to be accepted or refused.
    Foreign {
        /// To decide it by.
        id: ForeignId,
        /// What the connection looked like.
        format: Detected,
        /// What came.
        bytes: Vec<u8>,
    },
    /// No decision in time about a message of a format that a handler knows.
    ForeignUndecided(ForeignId),
    /// Nobody handles this format, or it broke a limit. These bytes and all that follow are
    /// dropped; the connection is best closed.
    ForeignRefused {
        /// What the connection looked like.
        format: Detected,
        /// The bytes that were held.
        bytes: Vec<u8>,
    },
}

impl Event {
    /// The message that waits for a decision, if this is one.
    #[must_use]
    pub const fn to_decide(&self) -> Option<MessageId> {
        match self {
            Event::ContactId(contact_id::Event::Report { token, .. }) => {
                Some(MessageId::ContactId(*token))
            }
            Event::Dc09(dc09::Event::Frame { token, .. }) => Some(MessageId::Dc09(*token)),
            Event::Foreign { id, .. } => Some(MessageId::Foreign(*id)),
            _ => None,
        }
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Detected(format) => write!(f, "Detected({format:?})"),
            Event::ContactId(event) => event.fmt(f),
            Event::Dc09(event) => event.fmt(f),
            Event::Foreign { id, format, bytes } => {
                let length = bytes.len();
                write!(f, "Foreign({id:?}, {format:?}, {length} bytes)")
            }
            Event::ForeignUndecided(id) => write!(f, "ForeignUndecided({id:?})"),
            Event::ForeignRefused { format, bytes } => {
                write!(f, "ForeignRefused({format:?}, {} bytes)", bytes.len())
            }
        }
    }
}

enum State {
    /// Too few bytes to tell.
    Fresh {
        held: Vec<u8>,
        /// When the first of them came.
        since: Option<Time>,
        /// When what came counts as unknown.
        until: Option<Time>,
    },
    ContactId(contact_id::Station),
    Dc09(Box<dc09::Station>),
    Foreign(Foreign),
}

/// One connection of a panel, whatever it speaks.
pub struct Station<H = NoHandler> {
    settings: Settings,
    state: State,
    handler: H,
    detected: VecDeque<Detected>,
}

impl<H> fmt::Debug for Station<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Station")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// How long the first bytes of a connection may take to tell its format.
const FRESH: Duration = Duration::from_secs(10);

/// How long nothing may follow bytes of no known format before they count as that.
const FOREIGN_REST: Duration = Duration::from_secs(1);

impl<H: ForeignHandler> Station<H> {
    /// A fresh connection.
    #[must_use]
    pub const fn new(settings: Settings, handler: H) -> Self {
        Station {
            settings,
            state: State::Fresh {
                held: Vec::new(),
                since: None,
                until: None,
            },
            handler,
            detected: VecDeque::new(),
        }
    }

    /// Takes bytes of the connection, in any portions.
    pub fn handle_bytes(
        &mut self,
        moment: Moment,
        bytes: &[u8],
        accounts: &(impl Accounts + ?Sized),
    ) {
        match &mut self.state {
            State::Fresh { held, since, until } => {
                held.extend_from_slice(bytes);
                match detect(held) {
                    Some(format) => {
                        let held = core::mem::take(held);
                        self.begin(format);
                        self.handle_bytes(moment, &held, accounts);
                    }
                    None if held.is_empty() => {}
                    None => {
                        let latest = *since.get_or_insert(moment.now) + FRESH;
                        *until = Some(if is_foreign(held) {
                            latest.min(moment.now + FOREIGN_REST)
                        } else {
                            latest
                        });
                    }
                }
            }
            State::ContactId(station) => station.handle_bytes(moment.now, bytes),
            State::Dc09(station) => {
                station.handle_bytes(moment.now, moment.utc, bytes, accounts);
            }
            State::Foreign(foreign) => foreign.handle_bytes(moment.now, bytes, &mut self.handler),
        }
    }

    /// The message is in safety: it is answered.
    ///
    /// # Errors
    ///
    /// [`NotHeld`].
    pub fn accept(&mut self, moment: Moment, id: MessageId) -> Result<(), NotHeld> {
        let Moment { now, utc, padding } = moment;
        match (&mut self.state, id) {
            (State::ContactId(station), MessageId::ContactId(token)) => {
                Ok(station.accept(now, token)?)
            }
            (State::Dc09(station), MessageId::Dc09(token)) => {
                Ok(station.accept(now, utc, token, padding)?)
            }
            (State::Foreign(foreign), MessageId::Foreign(id)) => {
                foreign.decide(now, id, true, &mut self.handler)
            }
            _ => Err(NotHeld),
        }
    }

    /// The message is not taken. Brackets know no negative answer: there is none.
    ///
    /// # Errors
    ///
    /// [`NotHeld`].
    pub fn refuse(
        &mut self,
        moment: Moment,
        id: MessageId,
        refusal: Refusal,
    ) -> Result<(), NotHeld> {
        let Moment { now, utc, padding } = moment;
        match (&mut self.state, id) {
            (State::ContactId(station), MessageId::ContactId(token)) => {
                Ok(station.refuse(now, token)?)
            }
            (State::Dc09(station), MessageId::Dc09(token)) => {
                Ok(station.refuse(now, utc, token, refusal, padding)?)
            }
            (State::Foreign(foreign), MessageId::Foreign(id)) => {
                foreign.decide(now, id, false, &mut self.handler)
            }
            _ => Err(NotHeld),
        }
    }

    /// What has happened, the oldest first.
    pub fn poll_event(&mut self) -> Option<Event> {
        if let Some(format) = self.detected.pop_front() {
            return Some(Event::Detected(format));
        }
        match &mut self.state {
            State::Fresh { .. } => None,
            State::ContactId(station) => station.poll_event().map(Event::ContactId),
            State::Dc09(station) => station.poll_event().map(Event::Dc09),
            State::Foreign(foreign) => foreign.poll_event(),
        }
    }

    /// What is to be sent, the oldest first.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        match &mut self.state {
            State::Fresh { .. } => None,
            State::ContactId(station) => station.poll_transmit().map(<[u8]>::to_vec),
            State::Dc09(station) => station.poll_transmit().map(|answer| answer.bytes),
            State::Foreign(foreign) => foreign.poll_transmit(),
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        match &self.state {
            State::Fresh { until, .. } => *until,
            State::ContactId(station) => station.poll_timeout(),
            State::Dc09(station) => station.poll_timeout(),
            State::Foreign(foreign) => foreign.poll_timeout(),
        }
    }

    /// Gives up what has taken too long.
    pub fn handle_timeout(&mut self, now: Time) {
        match &mut self.state {
            State::Fresh { held, until, .. } => {
                if until.is_some_and(|until| until <= now) {
                    let held = core::mem::take(held);
                    self.begin(Detected::Unknown);
                    if let State::Foreign(foreign) = &mut self.state {
                        foreign.handle_bytes(now, &held, &mut self.handler);
                    }
                }
            }
            State::ContactId(station) => station.handle_timeout(now),
            State::Dc09(station) => station.handle_timeout(now),
            State::Foreign(foreign) => foreign.handle_timeout(now),
        }
    }

    fn begin(&mut self, format: Detected) {
        self.detected.push_back(format);
        self.state = match format {
            Detected::Bracket => {
                State::ContactId(contact_id::Station::new(self.settings.contact_id))
            }
            Detected::Dc09(_) => State::Dc09(Box::new(dc09::Station::new(self.settings.dc09))),
            _ => State::Foreign(Foreign::new(self.settings.foreign, format)),
        };
    }
}
