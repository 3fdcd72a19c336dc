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

/// Hashes, the last one seen first; two equal hashes cost a mark that says "possible", nothing
/// more.
pub(crate) struct Recent {
    seen: [Option<Seen>; MOST],
}

impl Recent {
    pub(crate) const fn new() -> Self {
        Recent { seen: [None; MOST] }
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
        let equal = |seen: &Option<Seen>| seen.is_some_and(|seen| seen.hash == hash);
        // A repeat takes no place of its own, so that repeats of one drive out no other.
        let found = self.seen.iter().position(equal);
        let first = found
            .and_then(|at| self.seen[at])
            .filter(|seen| seen.transaction == transaction || now.since(seen.at) <= window);
        self.seen[..=found.unwrap_or(MOST - 1)].rotate_right(1);
        self.seen[0] = Some(Seen {
            hash,
            id: first.map_or(id, |seen| seen.id),
            transaction,
            at: now,
        });
    }

    /// A block that was refused: when it comes again, it is no repeat. It gives its place back.
    pub(crate) fn forget(&mut self, id: BlockId) {
        let refused = |seen: &Option<Seen>| seen.is_some_and(|seen| seen.id == id);
        if let Some(at) = self.seen.iter().position(refused) {
            self.seen[at..].rotate_left(1);
            self.seen[MOST - 1] = None;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_that_were_refused_drive_out_none_that_was_not() {
        let mut recent = Recent::new();
        let window = Duration::from_secs(120);
        recent.remember(b"kept", BlockId(1), 0, Time::ZERO, window);
        for id in 2..100 {
            recent.remember(&[b'x', id], BlockId(id.into()), 0, Time::ZERO, window);
            recent.forget(BlockId(id.into()));
        }
        let found = recent.find(b"kept", 0, Time::ZERO, window);
        assert_eq!(found.map(|repeat| repeat.of), Some(BlockId(1)));
        assert_eq!(recent.find(b"x2", 0, Time::ZERO, window), None);
    }

    #[test]
    fn the_eight_seen_last_are_remembered() {
        let mut recent = Recent::new();
        let window = Duration::from_secs(120);
        for id in 0..9 {
            // The first one comes again and again.
            recent.remember(b"0", BlockId(0), 0, Time::ZERO, window);
            recent.remember(&[b'x', id], BlockId(id.into()), 0, Time::ZERO, window);
        }
        let known = |block: &[u8]| recent.find(block, 0, Time::ZERO, window).is_some();
        assert!(known(b"0"));
        assert!(!known(&[b'x', 0]) && !known(&[b'x', 1]));
        assert!((2..9).all(|id| known(&[b'x', id])));
    }
}
