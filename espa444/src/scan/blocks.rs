//! The blocks of a capture without the traffic between them.

use core::iter::FusedIterator;

use super::{Item, Scan, Scanned, clean_block};
use crate::codes::{SOH, STX};
use crate::decode::clean;
use crate::parity;
use crate::search::{self, ONES};

/// The blocks of a capture; see [`Scan::blocks`].
#[derive(Debug, Clone)]
pub struct Blocks<'a> {
    pub(super) scan: Scan<'a>,
}

impl<'a> Blocks<'a> {
    /// Moves to where the next block can begin; `false` at the end of the capture.
    ///
    /// Outside a block SOH begins one wherever it stands, STX one without SOH, and 81 or 84 may
    /// begin a line with parity: garbage and runs of characters all end there, so that what lies
    /// before need not be told apart.
    #[inline]
    fn seek(&mut self) -> bool {
        let scan = &mut self.scan;
        // A sound line has the next block behind a few bytes, or behind a few thousand.
        while let Some(at) = candidate(scan.capture, scan.at) {
            match scan.capture[at] {
                SOH => {
                    scan.at = at;
                    return true;
                }
                STX => {
                    // Its header, if there is one and it is not part of a block before.
                    let header = at > scan.at && scan.capture[at - 1].is_ascii_graphic();
                    scan.at = at - usize::from(header);
                    return true;
                }
                parity::SOH | parity::EOT if scan.parity_begins(at) => {
                    scan.at = at;
                    return true;
                }
                _ => scan.at = at + 1,
            }
        }
        scan.at = scan.capture.len();
        false
    }
}

impl<'a> Iterator for Blocks<'a> {
    type Item = Scanned<'a>;

    #[inline(always)]
    fn next(&mut self) -> Option<Scanned<'a>> {
        if !self.scan.with_parity {
            if !self.seek() {
                return None;
            }
            let start = self.scan.at;
            let rest = &self.scan.capture[start..];
            if let Some(etx) = clean_block(rest, self.scan.options.limits) {
                let item = Item::Block(clean(rest, etx));
                return Some(self.scan.taken(item, start + etx + 2));
            }
        }
        let (next, scan) = deviating(self.scan.clone());
        self.scan.at = scan.0;
        self.scan.with_parity = scan.1;
        next
    }
}

/// [`Blocks::next`] for everything else, on a copy as in [`Scan::step`]; with the place reached and
/// whether there is parity.
#[inline(never)]
fn deviating(scan: Scan<'_>) -> (Option<Scanned<'_>>, (usize, bool)) {
    let mut blocks = Blocks { scan };
    let next = loop {
        if !blocks.scan.with_parity && !blocks.seek() {
            break None;
        }
        let Some(scanned) = blocks.scan.next() else {
            break None;
        };
        let is_block = matches!(
            scanned.item,
            Item::Block(_) | Item::RefusedBlock(_) | Item::TruncatedBlock | Item::BlockWithoutStart
        );
        if is_block {
            break Some(scanned);
        }
    };
    (next, (blocks.scan.at, blocks.scan.with_parity))
}

impl FusedIterator for Blocks<'_> {}

/// The first byte from `from` on that is 0, 1, 2 or at least 80: few others than those looked for.
#[inline]
fn candidate(bytes: &[u8], from: usize) -> Option<usize> {
    let marks = |word: u64| !((word & (ONES * 0x7F)) + ONES * 0x7D) | word;
    search::first::<32>(bytes, from, marks, |byte| byte <= 2 || byte >= 0x80)
}
