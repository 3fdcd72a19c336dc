//! Growing, randomised pauses between repeats.

use core::time::Duration;

/// Pauses that double from `first` to `longest`, each drawn at random from zero to that length ("full
/// jitter"), but never shorter than a tenth of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The length of the first pause: 0.2 seconds.
    pub first: Duration,
    /// The length that is not passed: 30 seconds.
    pub longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(200),
            longest: Duration::from_secs(30),
        }
    }
}

impl Backoff {
    /// The pause after this many failures before, from 0.
    #[must_use]
    pub fn pause(&self, failures: u32, random: &mut Random) -> Duration {
        let length = self
            .first
            .saturating_mul(1u32.checked_shl(failures).unwrap_or(u32::MAX))
            .min(self.longest);
        let least = length / 10;
        least + random.below(length - least)
    }
}

/// A small generator for pauses (SplitMix64): not for secrets.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The seed should differ between installations and starts.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From zero up to, but without, this length, in steps of a microsecond.
    pub fn below(&mut self, length: Duration) -> Duration {
        let micros = u64::try_from(length.as_micros()).unwrap_or(u64::MAX);
        if micros == 0 {
            return Duration::ZERO;
        }
        Duration::from_micros(self.next_u64() % micros)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_differ() {
        let backoff = Backoff::default();
        let mut random = Random::new(7);
        for failures in 0..70 {
            let length = Duration::from_millis(200).saturating_mul(1 << failures.min(8));
            let length = length.min(backoff.longest);
            let pause = backoff.pause(failures, &mut random);
            assert!(
                pause >= length / 10 && pause < length,
                "{failures} {pause:?}"
            );
        }
        assert_ne!(backoff.pause(9, &mut random), backoff.pause(9, &mut random));
    }
}
