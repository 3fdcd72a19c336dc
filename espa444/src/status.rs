//! Status of calls on both sides of a link (ESPA reference 8).
//!
//! The receiver keeps the calls it took in [`TakenCalls`] and makes status information of them;
//! the caller keeps those it sent in [`SentCalls`] and finds the call that a status is about. Both
//! stand beside a [`Link`](crate::Link): it carries blocks, they know what the blocks are about.
//! What ends a call is the policy of the application (ESPA reference 8).

use core::fmt;

use crate::block::Block;
use crate::builder::BlockBuf;
use crate::codes::{CallStatus, Header, SystemStatus};
use crate::error::EncodeError;
use crate::matching::{Match, OpenCalls, Reset, TableFull};

/// The calls that a receiver took and that are not ended.
///
/// ```
/// use espa444::status::{Taken, TakenCalls};
/// use espa444::{BlockBuf, CallStatus};
///
/// let mut calls = TakenCalls::new(16);
/// let call = BlockBuf::call(b"208")?;
/// assert!(matches!(calls.take(1, &call.as_block()), Ok(Taken::Call)));
/// // To be sent when the caller polls.
/// let status = calls.status(&1, CallStatus::PAGED)?.expect("it is open");
/// assert_eq!(status.as_block().call_status(), Some(CallStatus::PAGED));
///
/// let request = BlockBuf::status_request(&call.as_block())?;
/// let Ok(Taken::StatusRequest(Some(reply))) = calls.take(2, &request.as_block()) else { panic!() };
/// assert_eq!(reply, status);
/// # Ok::<(), espa444::EncodeError>(())
/// ```
pub struct TakenCalls<K> {
    calls: OpenCalls<Taking<K>>,
}

struct Taking<K> {
    key: K,
    /// The last one made.
    status: Option<CallStatus<'static>>,
}

/// What a block that came meant for the calls that are open.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Taken<K> {
    /// A call; it is open now.
    Call,
    /// A reset: which call it ended, or that it matches nothing.
    Reset(Reset<K>),
    /// A request, and the status to send. `None` when it matches nothing: the standard has no
    /// answer to that. A call that has no status yet is in queue.
    StatusRequest(Option<BlockBuf>),
    /// Nothing that opens or ends a call: another header.
    Other,
}

impl<K: fmt::Debug> TakenCalls<K> {
    /// Room for `most` calls.
    #[must_use]
    pub const fn new(most: usize) -> Self {
        TakenCalls {
            calls: OpenCalls::new(most),
        }
    }

    /// Takes a block that was accepted.
    ///
    /// # Errors
    ///
    /// [`TableFull`] for a call too many; [`close_oldest`](Self::close_oldest) makes room.
    pub fn take(&mut self, key: K, block: &Block<'_>) -> Result<Taken<K>, TableFull<K>> {
        if block.is_reset() {
            return Ok(Taken::Reset(match self.calls.reset(block) {
                Reset::Closed(found) => Reset::Closed(Match {
                    key: found.key.key,
                    basis: found.basis,
                }),
                Reset::NoSuchCall => Reset::NoSuchCall,
                Reset::NotAReset => Reset::NotAReset,
            }));
        }
        match block.header() {
            Header::CALL => {
                let taking = Taking { key, status: None };
                match self.calls.open(taking, block) {
                    Ok(()) => Ok(Taken::Call),
                    Err(TableFull { key }) => Err(TableFull { key: key.key }),
                }
            }
            Header::STATUS_REQUEST => {
                let status = self
                    .calls
                    .find(block)
                    .map(|found| found.key.status.unwrap_or(CallStatus::IN_QUEUE));
                let reply =
                    status.and_then(|status| BlockBuf::status_information(block, status).ok());
                Ok(Taken::StatusRequest(reply))
            }
            _ => Ok(Taken::Other),
        }
    }

    /// The status information of a call, and the status to answer requests with from now on.
    /// `None` when the call is not open.
    ///
    /// # Errors
    ///
    /// None that a call which was taken could cause.
    pub fn status(
        &mut self,
        key: &K,
        status: CallStatus<'static>,
    ) -> Result<Option<BlockBuf>, EncodeError>
    where
        K: PartialEq,
    {
        match self.calls.get_mut(|taking| taking.key == *key) {
            Some((taking, block)) => {
                taking.status = Some(status);
                BlockBuf::status_information(&block, status).map(Some)
            }
            None => Ok(None),
        }
    }

    /// Ends a call; `false` when it is not open.
    pub fn close(&mut self, key: &K) -> bool
    where
        K: PartialEq,
    {
        self.calls.close_if(|taking| taking.key == *key)
    }

    /// Ends the oldest call.
    pub fn close_oldest(&mut self) -> Option<K> {
        self.calls.close_oldest().map(|taking| taking.key)
    }

    /// How many are open.
    #[must_use]
    pub fn len(&self) -> usize {
        self.calls.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }
}

impl<K: fmt::Debug> fmt::Debug for Taking<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Taking")
            .field(&self.key)
            .field(&self.status)
            .finish()
    }
}

impl<K: fmt::Debug> fmt::Debug for TakenCalls<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.calls.fmt(f)
    }
}

/// The calls that a caller sent and that are not ended.
///
/// ```
/// use espa444::status::{SentCalls, StatusOf};
/// use espa444::{BlockBuf, CallStatus};
///
/// let mut calls = SentCalls::new(16);
/// let call = BlockBuf::call(b"208")?;
/// calls.open(7, &call.as_block()).expect("there is room");
/// let status = BlockBuf::status_information(&call.as_block(), CallStatus::ACKNOWLEDGED)?;
/// let block = status.as_block();
/// let StatusOf::Call { found, status } = calls.status(&block) else { panic!("not ours") };
/// assert_eq!((*found.key, status), (7, CallStatus::ACKNOWLEDGED));
/// # Ok::<(), espa444::EncodeError>(())
/// ```
pub struct SentCalls<K> {
    calls: OpenCalls<K>,
}

/// What a block of status information is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatusOf<'k, 'b, K> {
    /// A call that is open.
    Call {
        /// Which, and why it fits.
        found: Match<&'k K>,
        /// Its status.
        status: CallStatus<'b>,
    },
    /// The paging system itself.
    System(SystemStatus<'b>),
    /// A status that matches no open call.
    NoSuchCall(CallStatus<'b>),
    /// No status information, or one without a status.
    Nothing,
}

impl<K: fmt::Debug> SentCalls<K> {
    /// Room for `most` calls.
    #[must_use]
    pub const fn new(most: usize) -> Self {
        SentCalls {
            calls: OpenCalls::new(most),
        }
    }

    /// Keeps a call that is sent; a reset ends the call it is about instead.
    ///
    /// # Errors
    ///
    /// [`TableFull`]; [`close_oldest`](Self::close_oldest) makes room.
    pub fn open(&mut self, key: K, block: &Block<'_>) -> Result<(), TableFull<K>> {
        if block.is_reset() {
            let _ = self.calls.reset(block);
            return Ok(());
        }
        if block.header() != Header::CALL {
            return Ok(());
        }
        self.calls.open(key, block)
    }

    /// What a block that came is about. A call status goes before a system status in the same
    /// block.
    #[must_use]
    pub fn status<'b>(&self, block: &Block<'b>) -> StatusOf<'_, 'b, K> {
        if block.header() != Header::STATUS_INFORMATION {
            return StatusOf::Nothing;
        }
        match (block.call_status(), block.system_status()) {
            (Some(status), _) => match self.calls.find(block) {
                Some(found) => StatusOf::Call { found, status },
                None => StatusOf::NoSuchCall(status),
            },
            (None, Some(status)) => StatusOf::System(status),
            (None, None) => StatusOf::Nothing,
        }
    }

    /// Ends a call; `false` when it is not open.
    pub fn close(&mut self, key: &K) -> bool
    where
        K: PartialEq,
    {
        self.calls.close(key)
    }

    /// Ends the oldest call.
    pub fn close_oldest(&mut self) -> Option<K> {
        self.calls.close_oldest()
    }

    /// How many are open.
    #[must_use]
    pub fn len(&self) -> usize {
        self.calls.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }
}

impl<K: fmt::Debug> fmt::Debug for SentCalls<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.calls.fmt(f)
    }
}
