//! Which call a status or a reset is about (ESPA reference 8).
//!
//! The standard has no reference number: a status repeats enough of the call to be recognised.
//! Records present in both are compared; among calls that fit, one that fits in address and text
//! goes before one that fits in either, and then the oldest. The vendor records 9 and D are
//! references and decide where both sides have them. The order of preference is inferred.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;

use crate::block::Block;
use crate::codes::RecordId;

/// Why a call fits, from weak to strong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum MatchBasis {
    /// A call status with nothing to compare, and no other call is open. A guess.
    OnlyOpenCall,
    /// Neither address nor text, but other records.
    OtherRecords,
    /// Address or text.
    AddressOrText,
    /// Address and text.
    AddressAndText,
    /// The vendor's reference, record 9 or D.
    Reference,
}

/// The call that a status is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Match<K> {
    /// The key the call was opened with.
    pub key: K,
    /// Why it fits.
    pub basis: MatchBasis,
}

/// What a reset came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reset<K> {
    /// It ended this call, which is no longer open.
    Closed(Match<K>),
    /// It names no open call. Worth telling: the call may have been lost, or been ended before.
    NoSuchCall,
    /// The block is no reset.
    NotAReset,
}

/// No room for a further call; the key comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("as many calls are open as the table has room for")]
#[non_exhaustive]
pub struct TableFull<K: fmt::Debug> {
    /// The key given.
    pub key: K,
}

/// Calls that are not ended, oldest first, up to a number.
///
/// Keeps the bytes of each call, at most a block. Which of them end, and when one that nobody
/// ends is given up, is for the application to decide.
///
/// ```
/// use espa444::matching::{MatchBasis, Reset};
/// use espa444::{BlockBuf, CallStatus, CallType, OpenCalls, RecordId};
///
/// let mut calls = OpenCalls::new(16);
/// let call = BlockBuf::call(b"208")?;
/// calls.open("first", &call.as_block()).expect("there is room");
///
/// let status = BlockBuf::status_information(&call.as_block(), CallStatus::PAGED)?;
/// let found = calls.find(&status.as_block()).expect("it is open");
/// assert_eq!((*found.key, found.basis), ("first", MatchBasis::AddressOrText));
///
/// let mut reset = call.clone();
/// reset.push(RecordId::CALL_TYPE, CallType::RESET.as_bytes())?;
/// assert!(matches!(calls.reset(&reset.as_block()), Reset::Closed(_)));
/// assert!(matches!(calls.reset(&reset.as_block()), Reset::NoSuchCall));
/// # Ok::<(), espa444::EncodeError>(())
/// ```
#[derive(Clone)]
pub struct OpenCalls<K> {
    calls: VecDeque<OpenCall<K>>,
    most: usize,
}

#[derive(Clone)]
struct OpenCall<K> {
    key: K,
    header: Vec<u8>,
    records: Vec<u8>,
}

impl<K> OpenCall<K> {
    fn block(&self) -> Block<'_> {
        Block::from_parts(&self.header, &self.records)
    }
}

impl<K> OpenCalls<K> {
    /// A table for `most` calls. Memory is taken as calls come.
    #[must_use]
    pub const fn new(most: usize) -> Self {
        OpenCalls {
            calls: VecDeque::new(),
            most,
        }
    }

    /// How many calls are open.
    #[must_use]
    pub fn len(&self) -> usize {
        self.calls.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Adds a call, as the youngest.
    ///
    /// # Errors
    ///
    /// [`TableFull`]; [`close_oldest`](Self::close_oldest) makes room.
    pub fn open(&mut self, key: K, call: &Block<'_>) -> Result<(), TableFull<K>>
    where
        K: fmt::Debug,
    {
        if self.calls.len() >= self.most {
            return Err(TableFull { key });
        }
        self.calls.push_back(OpenCall {
            key,
            header: call.raw_header().to_vec(),
            records: call.raw_records().to_vec(),
        });
        Ok(())
    }

    /// The open calls, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (&K, Block<'_>)> {
        self.calls.iter().map(|call| (&call.key, call.block()))
    }

    /// The call that a status or a status request is about.
    ///
    /// Compared are all records of both sides but call status and system status.
    #[must_use]
    pub fn find(&self, status: &Block<'_>) -> Option<Match<&K>> {
        let found = self.best(|call| fits(call, status, compared_for_status));
        match found {
            Some((at, basis)) => Some(Match {
                key: &self.calls[at].key,
                basis,
            }),
            // The state of the system alone is about no call.
            None if self.calls.len() == 1
                && status.call_status().is_some()
                && !compares(&self.calls[0].block(), status) =>
            {
                Some(Match {
                    key: &self.calls[0].key,
                    basis: MatchBasis::OnlyOpenCall,
                })
            }
            None => None,
        }
    }

    /// Ends the call that a reset is about.
    ///
    /// Compared are address and text, and the vendor's references; beep, priority and the like of
    /// a reset need not be those of the call. Without text the oldest call to the address ends.
    pub fn reset(&mut self, reset: &Block<'_>) -> Reset<K> {
        if !reset.is_reset() {
            return Reset::NotAReset;
        }
        let found = self.best(|call| fits(call, reset, compared_for_reset));
        match found.and_then(|(at, basis)| Some((self.calls.remove(at)?, basis))) {
            Some((call, basis)) => Reset::Closed(Match {
                key: call.key,
                basis,
            }),
            None => Reset::NoSuchCall,
        }
    }

    /// Ends a call by its key; `false` when it is not open.
    pub fn close(&mut self, key: &K) -> bool
    where
        K: PartialEq,
    {
        self.close_if(|open| open == key)
    }

    /// Ends the oldest call with a key like this.
    pub(crate) fn close_if(&mut self, like: impl Fn(&K) -> bool) -> bool {
        let found = self.calls.iter().position(|call| like(&call.key));
        found.and_then(|at| self.calls.remove(at)).is_some()
    }

    /// The oldest call with a key like this.
    pub(crate) fn get_mut(&mut self, like: impl Fn(&K) -> bool) -> Option<(&mut K, Block<'_>)> {
        let call = self.calls.iter_mut().find(|call| like(&call.key))?;
        let block = Block::from_parts(&call.header, &call.records);
        Some((&mut call.key, block))
    }

    /// Ends the oldest call, to make room or because nobody ends it.
    pub fn close_oldest(&mut self) -> Option<K> {
        self.calls.pop_front().map(|call| call.key)
    }

    /// The strongest, and of equals the oldest.
    fn best(&self, fits: impl Fn(&Block<'_>) -> Option<MatchBasis>) -> Option<(usize, MatchBasis)> {
        let mut best: Option<(usize, MatchBasis)> = None;
        for (at, call) in self.calls.iter().enumerate() {
            if let Some(basis) = fits(&call.block()) {
                if best.is_none_or(|(_, so_far)| basis > so_far) {
                    best = Some((at, basis));
                }
            }
        }
        best
    }
}

impl<K: fmt::Debug> fmt::Debug for OpenCalls<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

fn compared_for_status(identifier: RecordId<'_>) -> bool {
    identifier != RecordId::CALL_STATUS && identifier != RecordId::SYSTEM_STATUS
}

fn compared_for_reset(identifier: RecordId<'_>) -> bool {
    identifier == RecordId::CALL_ADDRESS || identifier == RecordId::DISPLAY_MESSAGE
}

/// Whether anything can be compared at all.
fn compares(call: &Block<'_>, other: &Block<'_>) -> bool {
    firsts(other)
        .any(|(identifier, _)| compared_for_status(identifier) && call.record(identifier).is_some())
}

/// Each identifier of a block with its first data.
fn firsts<'a>(block: &Block<'a>) -> impl Iterator<Item = (RecordId<'a>, &'a [u8])> {
    let block = *block;
    block.records().filter_map(move |record| {
        let identifier = record.identifier()?;
        let first = block.record(identifier)?;
        core::ptr::eq(first.as_bytes(), record.as_bytes()).then(|| (identifier, record.data()))
    })
}

/// Blanks at the end of a text are no difference: panels pad with them (inferred).
fn same(identifier: RecordId<'_>, left: &[u8], right: &[u8]) -> bool {
    if identifier == RecordId::DISPLAY_MESSAGE {
        left.trim_ascii_end() == right.trim_ascii_end()
    } else {
        left == right
    }
}

fn fits(
    call: &Block<'_>,
    other: &Block<'_>,
    compared: impl Fn(RecordId<'_>) -> bool,
) -> Option<MatchBasis> {
    let mut references = 0;
    for identifier in [RecordId::PAGING_IDENTITY, RecordId::RUNNING_NUMBER] {
        if let (Some(left), Some(right)) = (call.record(identifier), other.record(identifier)) {
            if left.data() != right.data() {
                return None;
            }
            references += 1;
        }
    }
    if references > 0 {
        return Some(MatchBasis::Reference);
    }
    let mut basis = None;
    for (identifier, theirs) in firsts(other) {
        if !compared(identifier) {
            continue;
        }
        let Some(ours) = call.record(identifier) else {
            continue;
        };
        if !same(identifier, ours.data(), theirs) {
            return None;
        }
        basis = match identifier {
            RecordId::CALL_ADDRESS | RecordId::DISPLAY_MESSAGE => match basis {
                Some(MatchBasis::AddressOrText) => Some(MatchBasis::AddressAndText),
                _ => Some(MatchBasis::AddressOrText),
            },
            _ => basis.max(Some(MatchBasis::OtherRecords)),
        };
    }
    basis
}
