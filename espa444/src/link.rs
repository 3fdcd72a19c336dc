//! One station of a line, without a port and without a clock (ESPA reference 3, 4, 5, 11, 12).
//!
//! Bytes and time go in, bytes and events come out. After every `handle_…` and every call of the
//! application: send what [`Link::poll_transmit`] gives, until it gives nothing; read
//! [`Link::poll_event`] until it is `None`; call [`Link::handle_timeout`] when
//! [`Link::poll_timeout`] says so.
//!
//! All roles are the same machine: a [`Role`] says which address it has and whether it owns the
//! line, a [`Profile`] everything else.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::address::Address;
use crate::block::Block;
use crate::codes::{ACK, ENQ, EOT, NakPrefix};
use crate::diagnosis::{Diagnosis, FindingKind};
use crate::profile::Profile;
use crate::time::Time;

mod control;
mod event;
mod input;
mod lexer;
mod master;
mod outbox;
mod recent;
mod role;
mod slave;
mod station;
mod timers;
mod wire;

pub use event::{
    Accepted, BlockId, CallId, Event, FailureReason, NotHeld, Received, Refusal, SendError,
};
pub use recent::PossibleRepeat;
pub use role::Role;

pub(crate) use event::Pending;
pub(crate) use lexer::{Gap, Lexer, Token};
use outbox::Outbox;
use recent::Recent;
use slave::Held;
use station::Station;
use wire::Wire;

/// Events that may wait; input is not taken while there is no room for those of one more byte.
const EVENTS: usize = 12;
/// The most events that one byte or one timer causes.
const EVENTS_PER_STEP: usize = 7;

/// Where the station is in the dialogue (ESPA reference 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// At the start, and after garbage: the next address and ENQ may be a poll or a select.
    Unknown,
    /// After an EOT. A control station owns the line.
    Idle,
    /// Another station has been polled, and may select this one.
    OtherMaster,
    /// A third station has been selected.
    Watching,
    /// Selected, waiting for a block or in it.
    Ready,
    /// A block is checked and waits for the application.
    Deciding,
    /// A select was sent.
    Selecting,
    /// A block was sent.
    Sending,
    /// A poll was sent; a control station only.
    Polling,
}

/// The call being sent.
#[derive(Clone, Copy)]
struct Current {
    id: CallId,
    station: u8,
    repeats: u8,
    blocks: u8,
}

/// One station of a line.
///
/// ```
/// use espa444::link::{Event, Link, Role};
/// use espa444::{Profile, Time};
///
/// let mut link = Link::new(Role::receiver(), &Profile::FIELD, Time::ZERO);
/// let mut line = [0; 64];
/// // The caller polls itself and selects us.
/// let taken = link.handle_bytes(Time::from_millis(1), b"\x041\x052\x05");
/// assert_eq!(taken, 5);
/// let length = link.poll_transmit(&mut line);
/// assert_eq!(line[..length], [0x06]);
///
/// link.handle_bytes(Time::from_millis(40), b"\x011\x021\x1F31\x1E2\x1FTEST\x03\x39");
/// let Some(Event::Block(received)) = link.poll_event() else { panic!("no call") };
/// let id = received.id;
/// // Nothing is acknowledged before the application has the call in safety.
/// assert_eq!(link.poll_transmit(&mut line), 0);
/// link.accept(Time::from_millis(42), id)?;
/// let length = link.poll_transmit(&mut line);
/// assert_eq!(line[..length], [0x06]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Link {
    profile: Profile,
    address: Address,
    control: bool,
    /// Not a single byte is sent.
    mute: bool,
    /// The stations calls go to; a control station polls them.
    stations: Vec<Station>,

    state: State,
    /// When the state is left.
    deadline: Option<Time>,
    /// When the line counts as silent inside a block, after a lone character, or for an echo.
    gap: Option<Time>,
    /// When a block has taken too long, though characters come.
    block_until: Option<Time>,
    /// Before it nothing is sent.
    release_at: Time,
    /// Before it a control station starts nothing.
    quiet_until: Time,
    /// There is another control station, and this one has stepped back until then.
    yielding_until: Option<Time>,
    next_poll: Option<Time>,
    polled: usize,
    last_valid: Time,
    heard_at: Time,
    /// When the last byte written has left the wire.
    sent_at: Time,
    now: Time,

    lexer: Lexer,
    wire: Wire,
    outbox: Outbox,
    held: Held,
    recent: Recent,
    diagnosis: Diagnosis,
    events: VecDeque<Pending>,
    current: Option<Current>,
    next_block: u64,
    /// Counts the EOTs.
    transaction: u32,
    /// Garbage since the last own transmission.
    garbage: u8,
    /// Enquiries of another control station, and what went well since the last of them.
    foreign: u8,
    undisturbed: u8,
    /// The last answer to a block or select in this transaction was a NAK.
    nak_sent: Option<NakPrefix>,
    /// Own address and ENQ were heard in the unknown state.
    enquiry_seen: bool,
    after_pause: bool,
    busy: bool,
    connected: bool,
    lost: bool,
}

impl Link {
    /// A station on a line that is open. All memory is taken here.
    #[must_use]
    pub fn new(role: Role, profile: &Profile, now: Time) -> Self {
        let Role {
            address,
            control,
            listener,
            stations,
        } = role;
        let long = address.as_bytes().len() > 1
            || stations.iter().any(|station| station.as_bytes().len() > 1);
        let block = profile.decode.limits.largest_block();
        let sent =
            profile.encode.limits.largest_block() + profile.sending.line_end.as_bytes().len();
        let mut link = Link {
            profile: *profile,
            address,
            control,
            mute: listener || (!profile.answers && !control),
            stations: stations.into_iter().map(|a| Station::new(a, now)).collect(),
            state: State::Unknown,
            deadline: None,
            gap: None,
            block_until: None,
            release_at: now,
            quiet_until: now,
            yielding_until: None,
            next_poll: None,
            polled: 0,
            last_valid: now,
            heard_at: now,
            sent_at: now,
            now,
            lexer: Lexer::new(&profile.decode, long),
            wire: Wire::new(profile.line.echo.then_some(sent)),
            outbox: Outbox::new(
                profile.sending.queue_calls,
                profile.sending.queue_bytes.max(sent),
            ),
            held: Held::new(block),
            recent: Recent::new(),
            diagnosis: Diagnosis::new(),
            events: VecDeque::with_capacity(EVENTS),
            current: None,
            next_block: 1,
            transaction: 0,
            garbage: 0,
            foreign: 0,
            undisturbed: 0,
            nak_sent: None,
            enquiry_seen: false,
            after_pause: false,
            busy: false,
            connected: true,
            lost: false,
        };
        link.start();
        link
    }

    /// The unknown state; a control station leaves it at once, with an EOT.
    fn start(&mut self) {
        self.state = State::Unknown;
        self.enquiry_seen = false;
        self.deadline = Some(if self.control {
            self.now
        } else {
            self.now + self.profile.timers.regain
        });
        self.next_poll = self
            .profile
            .timers
            .poll_interval
            .map(|interval| self.now + interval);
    }

    /// The connection is gone: half a block is dropped, calls go back to the queue, the link is
    /// reported lost. Nothing happens until [`handle_connected`](Self::handle_connected).
    pub fn handle_disconnected(&mut self, now: Time) {
        self.advance(now);
        if !self.connected {
            return;
        }
        self.connected = false;
        self.current = None;
        self.lexer.reset();
        self.wire.clear();
        self.gap = None;
        self.block_until = None;
        self.transaction = self.transaction.wrapping_add(1);
        self.start();
        if !self.lost {
            self.lost = true;
            self.event(Pending::LinkLost);
        }
    }

    /// A new connection: begins in the unknown state, a control station with an EOT. Where nothing
    /// is supervised, and so nothing need come, the link is restored by it.
    pub fn handle_connected(&mut self, now: Time) {
        self.handle_disconnected(now);
        self.connected = true;
        self.last_valid = self.now;
        self.start();
        if self.supervision().is_none() && core::mem::take(&mut self.lost) {
            // A loss that nobody has heard of is none.
            if matches!(self.events.back(), Some(Pending::LinkLost)) {
                self.events.pop_back();
            } else {
                self.event(Pending::LinkRestored);
            }
        }
    }

    /// Bytes to send, written to the front of a buffer of any size; 0 when there are none now.
    #[must_use]
    pub fn poll_transmit(&mut self, buffer: &mut [u8]) -> usize {
        if !self.connected || self.release_at > self.now {
            return 0;
        }
        let parity = self.lexer.has_parity();
        let length = self.wire.take(buffer, &self.outbox, parity);
        if length > 0 {
            self.sent_at = self.after_sending(length);
        }
        if self.wire.awaits_echo() {
            self.gap = Some(self.after_sending(length) + self.character_gap());
        }
        length
    }

    /// What has happened, oldest first.
    pub fn poll_event(&mut self) -> Option<Event<'_>> {
        let pending = self.events.pop_front()?;
        Some(match pending {
            Pending::Block => match self.held.read(&self.profile.decode) {
                Some(received) => Event::Block(received),
                None => return None,
            },
            Pending::Ignored => match self.held.read(&self.profile.decode) {
                Some(received) => Event::Ignored(received.block),
                None => return None,
            },
            Pending::Refused(error) => Event::Refused(error),
            Pending::Undecided(id) => Event::Undecided(id),
            Pending::Doubtful(id) => Event::Doubtful(id),
            Pending::Delivered { id, acknowledged } => Event::Delivered { id, acknowledged },
            Pending::Failing(id, reason, transactions) => Event::Failing {
                id,
                reason,
                transactions,
            },
            Pending::Failed(id, reason, transactions) => Event::Failed {
                id,
                reason,
                transactions,
            },
            Pending::StationSilent(at) => Event::StationSilent(self.station_address(at)),
            Pending::StationBack(at) => Event::StationBack(self.station_address(at)),
            Pending::LinkLost => Event::LinkLost,
            Pending::LinkRestored => Event::LinkRestored,
            Pending::Finding(finding) => Event::Finding(finding),
        })
    }

    /// Queues a block for the other station, the first one of a control station with several.
    ///
    /// # Errors
    ///
    /// A [`SendError`]; nothing is queued then.
    pub fn send(&mut self, now: Time, block: &Block<'_>) -> Result<CallId, SendError> {
        let to = self.stations.first().map(|station| station.address);
        self.send_to(now, to.ok_or(SendError::UnknownStation)?, block)
    }

    /// Queues a block for one of the stations.
    ///
    /// Calls go by priority (record 6; without it normal), then age. The block is sent as soon as
    /// this station may: a control station at once, any other when it is polled.
    ///
    /// # Errors
    ///
    /// A [`SendError`]; nothing is queued then.
    pub fn send_to(
        &mut self,
        now: Time,
        station: Address,
        block: &Block<'_>,
    ) -> Result<CallId, SendError> {
        self.advance(now);
        if self.mute {
            return Err(SendError::ListenOnly);
        }
        let (index, at) = (0_u8..)
            .zip(0..self.stations.len())
            .find(|&(_, at)| self.stations[at].address == station)
            .ok_or(SendError::UnknownStation)?;
        let urgent = self.outbox.most_urgent(index);
        let (id, priority) = self.outbox.push(
            block,
            &self.profile.encode,
            self.profile.sending.line_end.as_bytes(),
            index,
            self.now,
        )?;
        // What is more urgent than all that waits does not wait for the retry of the others.
        if urgent.is_none_or(|urgent| priority < urgent) {
            self.stations[at].not_before = self.now;
        }
        self.duties();
        Ok(id)
    }

    /// Takes a call back. `false` when it is not queued any more
    /// or is on the line at this moment.
    pub fn cancel(&mut self, id: CallId) -> bool {
        if self.current.is_some_and(|current| current.id == id) {
            return false;
        }
        self.outbox.remove(id)
    }

    /// How many calls wait, the one being sent included.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.outbox.len()
    }

    /// Answers every select with busy, until switched off again; polls are answered as ever.
    pub fn set_busy(&mut self, busy: bool) {
        self.busy = busy;
    }

    /// Where the station is in the dialogue.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Own address.
    #[must_use]
    pub const fn address(&self) -> Address {
        self.address
    }

    /// What is known to be wrong with the line.
    #[must_use]
    pub const fn diagnosis(&self) -> &Diagnosis {
        &self.diagnosis
    }

    /// Whether supervision has reported the link lost.
    #[must_use]
    pub const fn is_lost(&self) -> bool {
        self.lost
    }

    fn station_address(&self, at: u8) -> Address {
        self.stations
            .get(usize::from(at))
            .map_or(self.address, |station| station.address)
    }

    /// Room for what one more step may produce.
    fn has_room(&self) -> bool {
        self.events.len() + EVENTS_PER_STEP <= EVENTS
            && self.wire.has_room()
            && !self
                .events
                .iter()
                .any(|event| matches!(event, Pending::Block | Pending::Ignored))
    }

    fn event(&mut self, event: Pending) {
        self.events.push_back(event);
    }

    fn observe(&mut self, kind: FindingKind) {
        if let Some(finding) = self.diagnosis.observe(kind) {
            self.event(Pending::Finding(finding));
        }
    }

    fn advance(&mut self, now: Time) {
        self.now = self.now.max(now);
    }

    /// Owns the line, and has not stepped back.
    fn in_control(&self) -> bool {
        self.control && self.yielding_until.is_none()
    }

    fn put(&mut self, bytes: &[u8]) {
        if !self.mute {
            self.wire.put(bytes, self.lexer.has_parity());
            self.garbage = 0;
        }
    }

    fn put_enquiry(&mut self, address: Address) {
        self.put(address.as_bytes());
        self.put(&[ENQ]);
    }

    fn acknowledge(&mut self) {
        self.nak_sent = None;
        if self.profile.answers {
            self.put(&[ACK]);
        }
    }

    fn refuse_with(&mut self, prefix: NakPrefix) {
        self.nak_sent = Some(prefix);
        if self.profile.answers {
            self.put(&prefix.answer());
        }
    }

    fn enter(&mut self, state: State, limit: Duration) {
        self.state = state;
        self.deadline = Some(self.now + limit);
    }

    /// The line is free, an EOT was sent or heard.
    fn idle(&mut self) {
        self.state = State::Idle;
        self.deadline = None;
        self.transaction = self.transaction.wrapping_add(1);
        self.nak_sent = None;
    }

    /// Ends what this station is master of.
    fn release(&mut self) {
        self.wire.drop_block();
        self.put(&[EOT]);
        self.idle();
    }

    /// A doubled answer or EOT is over before a control station begins anything: a second ACK to
    /// a block would pass for the answer to the next select.
    fn settle(&mut self) {
        let quiet = self.profile.serial.character_time() * 3;
        self.quiet_until = self.quiet_until.max(self.now + quiet);
    }

    /// Nothing is known any more.
    fn lose_track(&mut self) {
        self.enquiry_seen = false;
        let limit = if self.in_control() {
            self.profile.serial.character_time() * 20 + Duration::from_millis(50)
        } else {
            self.profile.timers.regain
        };
        self.enter(State::Unknown, limit);
    }

    /// Something valid for supervision.
    fn valid(&mut self) {
        self.last_valid = self.now;
        if self.lost {
            self.lost = false;
            self.event(Pending::LinkRestored);
        }
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("address", &self.address)
            .field("control", &self.control)
            .field("profile", &self.profile.name)
            .field("state", &self.state)
            .field("queued", &self.queued())
            .finish_non_exhaustive()
    }
}
