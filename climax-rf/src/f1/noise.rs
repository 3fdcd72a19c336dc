//! What pure noise gives: the arithmetic of Climax reference 2.7.

use super::family::LengthRule;
use super::options::{Polarities, SearchOptions};

/// What to expect of noise in which each bit is 0 or 1 with the same chance.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct FalseFrames {
    /// Sync words per bit, all lengths counted.
    pub sync_words_per_bit: f64,
    /// Of those, the ones followed by a length that is read, per bit.
    pub bodies_per_bit: f64,
    /// Of those, the ones whose check fits by chance, per bit: false frames.
    pub frames_per_bit: f64,
    /// Bits in a second.
    bit_rate: f64,
}

impl FalseFrames {
    /// For a search with `options`. Late rows and leniencies are left out.
    ///
    /// ```
    /// use climax_rf::f1::{FalseFrames, Polarities, SearchOptions, SyncTolerance};
    ///
    /// let one = SearchOptions::new().with_polarities(Polarities::Normal);
    /// let two_bits = FalseFrames::of(&one).years_per_frame();
    /// let exact = FalseFrames::of(&one.with_tolerance(SyncTolerance::Exact)).years_per_frame();
    /// assert_eq!(two_bits.round(), 7.0);
    /// assert!((3850.0..3950.0).contains(&exact));
    /// ```
    #[must_use]
    pub fn of(options: &SearchOptions) -> Self {
        let family = &options.family;
        let length = family.sync().len();
        // The words within the tolerance: 1, and n over 1, 2 and 3.
        let mut words = 0.0;
        let mut choices = 1.0;
        for wrong in 0..=options.tolerance.bits() {
            words += choices;
            choices = choices * f64::from(length - wrong) / f64::from(wrong + 1);
        }
        let polarities = match options.polarities {
            Polarities::Both => 2.0,
            Polarities::Normal | Polarities::Inverted => 1.0,
        };
        let sync_words_per_bit = words * polarities * half_to(length);
        let lengths = match family.length() {
            LengthRule::Fixed(_) => 1.0,
            LengthRule::Byte { min, max, .. } => f64::from(u16::from(max - min) + 1) / 256.0,
        };
        let bodies_per_bit = sync_words_per_bit * lengths;
        FalseFrames {
            sync_words_per_bit,
            bodies_per_bit,
            frames_per_bit: bodies_per_bit * half_to(family.crc_bits()),
            bit_rate: f64::from(family.declaration().bit_rate),
        }
    }

    /// Years of noise until the next false frame, on average.
    #[must_use]
    pub fn years_per_frame(&self) -> f64 {
        1.0 / (self.frames_per_bit * self.bit_rate * 365.25 * 86_400.0)
    }
}

/// One half to the power of `exponent`, which is at most 64.
fn half_to(exponent: u32) -> f64 {
    (0..exponent).fold(1.0, |number, _| number / 2.0)
}
