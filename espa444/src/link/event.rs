//! What a link says to the application, and hears from it.

use crate::address::Address;
use crate::decode::Decoded;
use crate::diagnosis::Finding;
use crate::error::{DecodeError, EncodeError};
use crate::link::recent::PossibleRepeat;

/// A block received by a link; numbers rise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlockId(pub(crate) u64);

impl BlockId {
    /// The number, from 1.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// A block queued in a link; numbers rise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallId(pub(crate) u64);

impl CallId {
    /// The number, from 1.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// A block that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received<'a> {
    /// To [`accept`](super::Link::accept) or [`refuse`](super::Link::refuse) it by.
    pub id: BlockId,
    /// The block.
    pub block: Decoded<'a>,
    /// An equal block came before; it may be the same call again. It is never dropped.
    pub possible_repeat: Option<PossibleRepeat>,
    /// It was accepted when it came first, too late for an answer, and is already acknowledged.
    pub accepted: bool,
}

/// Something that has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A block, to be accepted or refused.
    Block(Received<'a>),
    /// A block whose header the profile has acknowledged unread.
    Ignored(Decoded<'a>),
    /// A block that could not be read; the answer in it was sent.
    Refused(DecodeError),
    /// No decision in time: busy was answered. A later `accept` still counts, and the block is
    /// acknowledged when it is repeated.
    Undecided(BlockId),
    /// Garbage followed the block directly: it may have been cut short by a damaged character
    /// that looked like ETX (ESPA reference 17, case 2).
    Doubtful(BlockId),
    /// A call was sent.
    Delivered {
        /// Which.
        id: CallId,
        /// Whether the other side said so; `false` where the profile has no answers.
        acknowledged: bool,
    },
    /// A call failed in as many transactions as the profile says, or a multiple. It stays queued.
    Failing {
        /// Which.
        id: CallId,
        /// What happened the last time.
        reason: FailureReason,
        /// How often it failed.
        transactions: u32,
    },
    /// A call is given up and no longer queued.
    Failed {
        /// Which.
        id: CallId,
        /// What happened the last time.
        reason: FailureReason,
        /// How often it failed.
        transactions: u32,
    },
    /// A station has missed its polls and is left out for a while.
    StationSilent(Address),
    /// It answers again.
    StationBack(Address),
    /// Nothing valid for the time of supervision, or the connection is gone.
    LinkLost,
    /// Something valid has come again; without supervision, a connection.
    LinkRestored,
    /// Something is wrong with the line.
    Finding(Finding),
}

/// An event as it waits.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pending {
    Block,
    Ignored,
    Refused(DecodeError),
    Undecided(BlockId),
    Doubtful(BlockId),
    Delivered { id: CallId, acknowledged: bool },
    Failing(CallId, FailureReason, u32),
    Failed(CallId, FailureReason, u32),
    StationSilent(u8),
    StationBack(u8),
    LinkLost,
    LinkRestored,
    Finding(Finding),
}

/// Why a transaction failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureReason {
    /// No answer to the select.
    NoAnswerToSelect,
    /// The select was refused, and not with busy.
    NotReady,
    /// `'2'` NAK to select or block.
    Busy,
    /// No answer to the block, repeats included.
    NoAnswerToBlock,
    /// `'1'` NAK or a bare one, repeats included.
    TransmissionError,
    /// `'3'` NAK: the same content is not sent again.
    InvalidMessage,
    /// EOT instead of an answer.
    LineTaken,
    /// Garbage instead of an answer.
    Collision,
}

/// Why a block is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// `'2'` NAK: cannot be taken now; the caller tries again.
    Busy,
    /// `'3'` NAK: not understood; the caller gives up.
    Invalid,
}

/// What an accepted block came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Accepted {
    /// ACK is on its way.
    Acknowledged,
    /// The caller no longer waits. The block is acknowledged when it is repeated.
    Late,
    /// Nobody waits for an answer: the line has none, or the caller left out the BCC and ended the
    /// transaction with the block.
    NoAnswers,
}

/// The link holds no undecided block of this number: it is decided, or another one has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the link holds no undecided block of this number")]
#[non_exhaustive]
pub struct NotHeld;

/// A block that is not queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// It cannot be written.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// No room: too many calls or bytes wait.
    #[error("the queue of calls is full")]
    QueueFull,
    /// No such station on this line.
    #[error("no such station on this line")]
    UnknownStation,
    /// This station sends nothing.
    #[error("this station only listens")]
    ListenOnly,
}
