//! What a link costs in memory.

use espa444::link::{Link, Role};
use espa444::{Profile, Time};

use crate::clock::of_this_process;

/// So many at once, that what the allocator takes in one go is nothing for each.
pub const LINKS: usize = 10_000;

/// Links of a receiver, or of a caller, in memory that was there before.
pub fn fill(links: &mut Vec<Link>, caller: bool) {
    let role = || {
        if caller {
            Role::caller()
        } else {
            Role::receiver()
        }
    };
    links.extend((0..LINKS).map(|_| Link::new(role(), &Profile::FIELD, Time::ZERO)));
}

/// By how many bytes the memory of the process grows for each link: its own size, its heap, and
/// what the allocator keeps beside it. To be measured while the heap has no room to reuse.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "ten thousand")]
pub fn bytes_for_each(caller: bool) -> Option<f64> {
    // Address space for data: heap that is reserved and not touched counts as well.
    let before = of_this_process("VmData:")?;
    let mut links = Vec::with_capacity(LINKS);
    fill(&mut links, caller);
    let grown = of_this_process("VmData:")? - before;
    (links.len() == LINKS).then_some(grown / LINKS as f64)
}
