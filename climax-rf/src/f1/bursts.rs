//! Which frames are likely copies of one event (Climax reference 2.5).

mod table;

use alloc::collections::VecDeque;
use core::time::Duration;

use self::table::Table;
use super::frame::Frame;
use super::signal::Strength;
use crate::time::Time;

/// Copies of one event that a transmitter sends.
pub const COPIES: u8 = 6;
/// A frame that begins less than this after the last copy belongs to the burst: 0.60 s.
pub const GAP: Duration = Duration::from_millis(600);
/// A frame that begins less than this after the last copy comes from another transmitter: 0.25 s.
pub const CLASH: Duration = Duration::from_millis(250);
/// A burst is over this long after its first copy began: 2.6 s.
pub const LONGEST: Duration = Duration::from_millis(2600);
/// Equal payloads this close together are the same burst: 3 s.
pub const EQUAL: Duration = Duration::from_secs(3);

/// A burst, numbered in the order of the first copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BurstId(pub(super) u64);

impl BurstId {
    /// The number, from 0.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// Frames that are likely copies of one event. Never certain: opaque payloads do not say who sent
/// them, and several transmitters may be on the air at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct LikelyBurst {
    /// Its number.
    pub id: BurstId,
    /// When the first copy began.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub first: Time,
    /// When the last copy began.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub last: Time,
    /// Copies with a right check, 1 to 6.
    pub copies: u8,
    /// Frames with equal payload that cannot be one of the six: the same transmission heard twice,
    /// or a replay.
    pub extra: u16,
    /// Frames with a wrong or missing check at a time when a copy was due.
    pub damaged: u16,
    /// Whether the payloads of the copies are equal, as those of camera sensors, or differ, as
    /// those of door contacts.
    pub likeness: Likeness,
    /// Wrong bits in the sync words of all copies.
    pub sync_errors: u16,
    /// The strongest copy, if the receiver says.
    pub strongest: Option<Strength>,
    /// The weakest copy, if the receiver says.
    pub weakest: Option<Strength>,
}

impl LikelyBurst {
    /// Copies received out of the six expected.
    #[must_use]
    pub const fn link_quality(&self) -> LinkQuality {
        LinkQuality(self.copies)
    }

    /// From the start of the first copy to the start of the last one.
    #[must_use]
    pub const fn duration(&self) -> Duration {
        self.last.since(self.first)
    }
}

/// Whether the payloads of a burst are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Likeness {
    /// There is one copy.
    Single,
    /// All of them are equal.
    Equal,
    /// At least two differ.
    Different,
}

/// Copies received out of the six expected (Climax reference 2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LinkQuality(u8);

impl LinkQuality {
    /// 1 to 6.
    #[must_use]
    pub const fn copies(self) -> u8 {
        self.0
    }
}

impl core::fmt::Display for LinkQuality {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}/{COPIES}", self.0)
    }
}

/// Why a burst is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum ClosedBy {
    /// 0.60 s without a copy.
    Silence,
    /// All six copies came.
    SixCopies,
    /// 2.6 s since the first copy began.
    Length,
    /// More transmitters at once than there is room for.
    Room,
}

/// What happened to bursts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BurstEvent {
    /// A first copy. One good copy is the event: do not wait for the end of the burst.
    Opened(LikelyBurst),
    /// The burst is over.
    Closed(LikelyBurst, ClosedBy),
    /// A frame with an equal payload came behind the end, within 3 s.
    Rejoined {
        /// The burst with that frame.
        burst: LikelyBurst,
        /// [`CopyRole::Further`] or [`CopyRole::Extra`].
        role: CopyRole,
    },
}

/// The burst that a frame was put into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Grouped {
    /// The likely burst.
    pub burst: BurstId,
    /// Copies in it with this frame.
    pub copies: u8,
    /// What the frame is in it.
    pub role: CopyRole,
}

/// What a frame is in its likely burst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CopyRole {
    /// The first copy: the event.
    First,
    /// A further copy, likely: a second transmitter that sends at just that time looks the same.
    /// Whoever must not miss an event counts it as one.
    Further,
    /// Equal to a copy, but at a time when none can come, or a seventh.
    Extra,
    /// No copy: its check is not right. It came when one was due.
    Damaged,
}

/// Puts frames into likely bursts. Time and frames in, [`BurstEvent`]s out.
///
/// The rule of the reference leaves open which burst a frame continues when it could be several:
/// an equal payload decides, then the burst whose last copy is nearest to 0.40 s ago, the middle of
/// the spacings seen. That is a choice of this crate.
///
/// ```
/// use climax_rf::Time;
/// use climax_rf::f1::{BurstEvent, Bursts, ChipCrc, ClosedBy, Family, packet};
///
/// let frame = packet(b"\x0a\x00\x00\x2b\x5a\x10\xc3\x7e\x91\x04\xd8\x24\xf8", ChipCrc::Bytes, &Family::F1)?;
/// let mut bursts = Bursts::new();
/// for start in [0, 396, 792, 1189] {
///     bursts.handle_frame(Time::from_millis(start), &frame, None);
/// }
/// assert!(matches!(bursts.poll_event(), Some(BurstEvent::Opened(_))));
///
/// let timeout = bursts.poll_timeout().expect("a burst is open");
/// bursts.handle_timeout(timeout);
/// let Some(BurstEvent::Closed(burst, ClosedBy::Silence)) = bursts.poll_event() else { panic!() };
/// assert_eq!(burst.link_quality().to_string(), "4/6");
/// # Ok::<(), climax_rf::f1::DecodeError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Bursts {
    table: Table,
    events: VecDeque<BurstEvent>,
    unread: u64,
}

impl Bursts {
    /// The most events that wait for [`poll_event`](Self::poll_event). The oldest go first; see
    /// [`unread`](Self::unread).
    const EVENTS: usize = 64;

    /// Room for 16 bursts, open or over for less than 3 s.
    #[must_use]
    pub fn new() -> Self {
        Bursts::with_room(16)
    }

    /// Room for that many bursts, at least one; each takes about 2 KiB.
    #[must_use]
    pub fn with_room(room: usize) -> Self {
        Bursts {
            table: Table::new(room.max(1)),
            events: VecDeque::with_capacity(Self::EVENTS),
            unread: 0,
        }
    }

    /// Takes a frame that began at `now`.
    ///
    /// A frame whose check is not right opens no burst and keeps none open; `None` when it came at
    /// a time when no copy was due.
    pub fn handle_frame(
        &mut self,
        now: Time,
        frame: &Frame,
        strength: Option<Strength>,
    ) -> Option<Grouped> {
        self.handle_timeout(now);
        if !frame.state().is_event() {
            return self.table.damaged(now);
        }
        let (events, unread) = (&mut self.events, &mut self.unread);
        Some(self.table.put(now, frame, strength, &mut |event| {
            push(events, unread, event);
        }))
    }

    /// Closes what is over by `now`.
    pub fn handle_timeout(&mut self, now: Time) {
        let (events, unread) = (&mut self.events, &mut self.unread);
        self.table
            .expire(now, &mut |event| push(events, unread, event));
    }

    /// When to call [`handle_timeout`](Self::handle_timeout); `None` without an open burst.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        self.table.next_end().map(|(end, _)| end)
    }

    /// What happened, in order.
    pub fn poll_event(&mut self) -> Option<BurstEvent> {
        self.events.pop_front()
    }

    /// Bursts that are open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.table.open()
    }

    /// Events that were dropped because nobody polled.
    #[must_use]
    pub const fn unread(&self) -> u64 {
        self.unread
    }
}

fn push(events: &mut VecDeque<BurstEvent>, unread: &mut u64, event: BurstEvent) {
    if events.len() == Bursts::EVENTS {
        events.pop_front();
        *unread += 1;
    }
    events.push_back(event);
}

impl Default for Bursts {
    fn default() -> Self {
        Bursts::new()
    }
}
