//! Blocks taken before, to mark repeats.

use core::time::Duration;

use super::BlockId;
use crate::time::Time;

/// How many are remembered.
const MOST: usize = 8;

/// The block that a possible repeat is equal to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PossibleRepeat {
    /// The block that came first.
    pub of: BlockId,
    /// No EOT came between the two: very probably our ACK was lost (ESPA reference 5). Otherwise
    /// it is the sender's later attempt, or the same call made again.
    pub same_transaction: bool,
}

#[derive(Clone, Copy)]
struct Seen {
    hash: u64,
    id: BlockId,
    transaction: u32,
    at: Time,
}

/// A ring of hashes; two equal hashes cost a mark that says "possible", nothing more.
pub(crate) struct Recent {
    seen: [Option<Seen>; MOST],
    next: usize,
}

impl Recent {
    pub(crate) const fn new() -> Self {
        Recent {
            seen: [None; MOST],
            next: 0,
        }
    }

    pub(crate) fn remember(
        &mut self,
        block: &[u8],
        id: BlockId,
        transaction: u32,
        now: Time,
        window: Duration,
    ) {
        let hash = hash(block);
        // A repeat takes no place of its own, so that repeats of one drive out no other.
        if let Some(seen) = self
            .seen
            .iter_mut()
            .flatten()
            .find(|seen| seen.hash == hash)
        {
            let alive = seen.transaction == transaction || now.since(seen.at) <= window;
            *seen = Seen {
                hash,
                id: if alive { seen.id } else { id },
                transaction,
                at: now,
            };
            return;
        }
        self.seen[self.next] = Some(Seen {
            hash,
            id,
            transaction,
            at: now,
        });
        self.next = (self.next + 1) % MOST;
    }

    /// A block that was refused: when it comes again, it is no repeat.
    pub(crate) fn forget(&mut self, id: BlockId) {
        for seen in &mut self.seen {
            if seen.is_some_and(|seen| seen.id == id) {
                *seen = None;
            }
        }
    }

    /// The first equal block, if the last one is within the window.
    pub(crate) fn find(
        &self,
        block: &[u8],
        transaction: u32,
        now: Time,
        window: Duration,
    ) -> Option<PossibleRepeat> {
        let hash = hash(block);
        self.seen
            .iter()
            .flatten()
            .find(|seen| {
                seen.hash == hash
                    && (seen.transaction == transaction || now.since(seen.at) <= window)
            })
            .map(|seen| PossibleRepeat {
                of: seen.id,
                same_transaction: seen.transaction == transaction,
            })
    }
}

/// FNV-1a over the low seven bits, so that parity makes no difference.
pub(crate) fn hash(block: &[u8]) -> u64 {
    block.iter().fold(0xCBF2_9CE4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte & 0x7F)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}
