//! What a link costs in memory.

use espa444::link::{Link, Role};
use espa444::{Profile, Time};

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

/// Address space for data that this process has taken, in bytes, where the system tells: heap that
/// is reserved and not touched counts as well.
fn taken() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmData:"))?;
    let kibibytes: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kibibytes * 1024.0)
}

/// By how many bytes the memory of the process grows for each link: its own size, its heap, and
/// what the allocator keeps beside it. To be measured while the heap has no room to reuse.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "ten thousand")]
pub fn bytes_for_each(caller: bool) -> Option<f64> {
    let before = taken()?;
    let mut links = Vec::with_capacity(LINKS);
    fill(&mut links, caller);
    let grown = taken()? - before;
    (links.len() == LINKS).then_some(grown / LINKS as f64)
}
