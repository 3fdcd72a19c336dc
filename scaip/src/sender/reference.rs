//! References that do not come again.

use crate::digest::keyed;
use crate::text::Reference;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Where a [`ReferenceSource`] stands. Keep it over a restart, after each alarm if possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ReferenceState {
    /// A number that changes from day to day, such as days since 1970; or a count of starts.
    pub day: u32,
    /// How many references were made.
    pub counter: u32,
}

/// Makes values for `ref`: 16 characters of `0-9 A-Z a-z` (SCAIP reference 3).
///
/// The first six characters write the counter, so no two of the first 2^32 references of one
/// source are equal, whatever the seed. The last ten, 59 bits, are a keyed hash of seed, day and
/// counter. Should the counter be lost and begin again, a reference comes again only if seed and
/// day are those of the time before as well, or with probability 62^-10 (about 10^-18) each: keep
/// the state, or give a fresh seed at each start, or let the day change; any one of the three is
/// enough. Without the seed nobody can foretell a reference, so nobody off the path can forge the
/// response to an alarm.
///
/// ```
/// use scaip::sender::{ReferenceSource, ReferenceState};
///
/// let mut source = ReferenceSource::new([7; 16], ReferenceState::default());
/// let (first, second) = (source.next_reference(), source.next_reference());
/// assert_ne!(first, second);
/// assert_eq!(first.as_str().len(), 16);
/// assert!(first.is_conforming());
/// assert_eq!(source.state().counter, 2);
/// ```
#[derive(Clone)]
pub struct ReferenceSource {
    seed: [u8; 16],
    state: ReferenceState,
}

impl std::fmt::Debug for ReferenceSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReferenceSource")
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl ReferenceSource {
    /// A source with this seed, going on from a state.
    #[must_use]
    pub fn new(seed: [u8; 16], state: ReferenceState) -> Self {
        ReferenceSource { seed, state }
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> ReferenceState {
        self.state
    }

    /// Tells that another day has begun. The counter runs on.
    pub fn set_day(&mut self, day: u32) {
        self.state.day = day;
    }

    /// The next reference.
    #[must_use]
    pub fn next_reference(&mut self) -> Reference<'static> {
        let ReferenceState { day, counter } = self.state;
        self.state.counter = counter.wrapping_add(1);
        let parts = [&day.to_be_bytes()[..], &counter.to_be_bytes()];
        let hash = u128::from_be_bytes(keyed(&self.seed, &[b"reference", parts[0], parts[1]]));
        let mut text = [b'0'; 16];
        put_digits(u128::from(counter), &mut text[..6]);
        put_digits(hash, &mut text[6..]);
        Reference::new(text.map(char::from).iter().collect::<String>())
    }
}

/// Writes a number in base 62, the last digit last; what does not fit is left away.
fn put_digits(mut number: u128, out: &mut [u8]) {
    for place in out.iter_mut().rev() {
        let digit = usize::try_from(number % 62).unwrap_or(0);
        *place = DIGITS[digit];
        number /= 62;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn references_differ_by_counter_seed_and_day() {
        let mut seen = HashSet::new();
        for (seed, day) in [(1, 0), (2, 0), (1, 1)] {
            let state = ReferenceState { day, counter: 0 };
            let mut source = ReferenceSource::new([seed; 16], state);
            for _ in 0..10_000 {
                let reference = source.next_reference();
                assert!(reference.is_conforming());
                assert!(seen.insert(reference));
            }
        }
    }

    #[test]
    fn the_counter_alone_keeps_references_apart() {
        let at = |counter| {
            let state = ReferenceState { day: 0, counter };
            let reference = ReferenceSource::new([0; 16], state).next_reference();
            reference.as_str()[..6].to_owned()
        };
        assert_eq!(at(0), "000000");
        assert_eq!(at(61), "00000z");
        assert_eq!(at(62), "000010");
        assert_ne!(at(u32::MAX), at(u32::MAX - 1));
    }

    #[test]
    fn a_kept_state_goes_on_where_it_was() {
        let mut source = ReferenceSource::new([9; 16], ReferenceState::default());
        let _ = source.next_reference();
        let mut later = ReferenceSource::new([9; 16], source.state());
        assert_eq!(later.next_reference(), source.next_reference());
    }
}
