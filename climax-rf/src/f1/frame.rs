//! A frame as it was received.

use core::fmt;

use super::family::MAX_PAYLOAD;
use super::warning::Warnings;
use crate::provenance::Provenance;

/// How a frame was met (Climax reference 12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum State {
    /// Sync word within the allowed errors, CRC right, a length that was seen before.
    Ok,
    /// CRC right, a length that was not seen before: an event, marked.
    UnseenLength,
    /// CRC wrong: never an event.
    BadCrc,
    /// The bits end before the frame does: never an event.
    Truncated(Truncated),
    /// Accepted by a leniency for recorded material: a record, never an event.
    Lenient(Leniency),
}

/// What was there of a frame whose bits ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Truncated {
    /// Bits of the CRC that were there; 0 when the bits ended in front of it.
    pub crc_bits: u8,
    /// Whether those bits are right. With none of them, nothing is wrong.
    pub right: bool,
}

/// A leniency for recorded material (Climax reference 2.7). Off unless asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Leniency {
    /// The CRC differs in its final bit alone.
    LastBitLost,
    /// The CRC ends early; at least three quarters of it are there, 12 bits of 16, and right.
    CrcCutShort,
}

/// What to do with a frame (Climax reference 12, the column "forward as event").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Forward {
    /// It is an event.
    Event,
    /// It is an event, marked as unusual.
    MarkedEvent,
    /// Keep it as a record.
    RecordOnly,
    /// Count it.
    Never,
}

impl State {
    /// What to do with a frame in this state.
    #[must_use]
    pub const fn forward(self) -> Forward {
        match self {
            State::Ok => Forward::Event,
            State::UnseenLength => Forward::MarkedEvent,
            State::Lenient(_) => Forward::RecordOnly,
            State::BadCrc | State::Truncated(_) => Forward::Never,
        }
    }

    /// Whether the check was right: the frame counts as an event.
    #[must_use]
    pub const fn is_event(self) -> bool {
        matches!(self, State::Ok | State::UnseenLength)
    }

    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::UnseenLength => "unseen-length",
            State::BadCrc => "bad-crc",
            State::Truncated(_) => "truncated",
            State::Lenient(_) => "lenient",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            State::Ok => f.write_str("ok"),
            State::UnseenLength => f.write_str("ok, unseen length"),
            State::BadCrc => f.write_str("bad CRC"),
            State::Truncated(truncated) => {
                let verdict = if truncated.right { "right" } else { "wrong" };
                match truncated.crc_bits {
                    0 => f.write_str("truncated before the CRC"),
                    bits => write!(f, "truncated after {bits} CRC bits, {verdict}"),
                }
            }
            State::Lenient(Leniency::LastBitLost) => f.write_str("lenient, last bit lost"),
            State::Lenient(Leniency::CrcCutShort) => f.write_str("lenient, CRC cut short"),
        }
    }
}

/// Whether the bits came as they are or all inverted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Polarity {
    /// As the family declares them.
    Normal,
    /// All of them inverted.
    Inverted,
}

/// A check as it came and as it should be, each in the order of the air: the bit that came first
/// is the highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CheckBits {
    /// Bits that came, at most the width of the check.
    pub bits: u8,
    /// Those bits, the last one lowest.
    pub received: u32,
    /// The whole check, computed.
    pub computed: u32,
}

impl CheckBits {
    /// Whether the bits that came are right.
    pub(super) const fn is_right(self, width: u32) -> bool {
        let missing = width - self.bits as u32;
        // A shift by the whole width happens when no bit came.
        self.computed as u64 >> missing == self.received as u64
    }
}

/// One frame. It has no device, no kind of event and no battery: those are in the payload, whose
/// inside is not public. See [`Payload`](super::Payload).
///
/// `Debug` leaves the payload out: a recorded frame is accepted by its panel months later (Climax
/// reference 2.6), so it does not belong into a log.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    pub(super) state: State,
    pub(super) warnings: Warnings,
    pub(super) provenance: Provenance,
    pub(super) polarity: Polarity,
    pub(super) sync_errors: Option<u8>,
    pub(super) length: Option<u8>,
    pub(super) held: u8,
    pub(super) check: Option<CheckBits>,
    pub(super) payload: [u8; MAX_PAYLOAD],
}

impl Frame {
    /// How it was met.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// What is unusual about it.
    #[must_use]
    pub const fn warnings(&self) -> Warnings {
        self.warnings
    }

    /// How sure the family is that frames look like this.
    #[must_use]
    pub const fn provenance(&self) -> Provenance {
        self.provenance
    }

    /// Whether the bits came inverted. A chip in packet mode is told, so there it is
    /// [`Polarity::Normal`].
    #[must_use]
    pub const fn polarity(&self) -> Polarity {
        self.polarity
    }

    /// Wrong bits in the sync word; `None` when a chip found it.
    #[must_use]
    pub const fn sync_errors(&self) -> Option<u8> {
        self.sync_errors
    }

    /// Bytes of the payload as the frame says, or as the family says; `None` when the bits ended
    /// before the length.
    #[must_use]
    pub const fn length(&self) -> Option<u8> {
        self.length
    }

    /// The payload, opaque. Shorter than [`length`](Self::length) when the bits ended inside it.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload[..usize::from(self.held)]
    }

    /// The check; `None` when the family has none, its bytes were not seen, or the payload is not
    /// complete.
    #[must_use]
    pub const fn check(&self) -> Option<CheckBits> {
        self.check
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("state", &self.state)
            .field("warnings", &self.warnings)
            .field("provenance", &self.provenance)
            .field("polarity", &self.polarity)
            .field("sync_errors", &self.sync_errors)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}
