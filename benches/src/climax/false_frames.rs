//! How often noise looks like a frame, beside the arithmetic (Climax reference 2.7).
//!
//! Chance alone moves a count, so each is judged by how likely a count that far out is where events
//! come by themselves, one by one: the Poisson distribution.

use ::climax_rf::f1::{
    Bits, Declaration, FalseFrames, Family, Found, SearchOptions, SyncTolerance, SyncWord, search,
};

/// Bytes that are searched at a time.
const CHUNK: usize = 1 << 20;

/// What is counted and what it should be.
#[derive(Debug, Clone)]
pub struct Count {
    /// What is counted.
    pub what: String,
    /// How often it was found.
    pub counted: u64,
    /// How often the arithmetic expects it.
    pub expected: f64,
}

impl Count {
    /// Counts less likely than this, on either side, are taken for a fault: one run in ten thousand
    /// would be wrong about one of a dozen counts.
    pub const UNLIKELY: f64 = 5e-6;

    /// The least and the most that chance explains.
    #[must_use]
    pub fn bounds(&self) -> (u64, u64) {
        poisson_bounds(self.expected, Self::UNLIKELY)
    }

    /// Whether chance explains the count.
    #[must_use]
    pub fn is_explained(&self) -> bool {
        let (least, most) = self.bounds();
        (least..=most).contains(&self.counted)
    }
}

/// The least and the most of a Poisson distribution: what lies below the least, and what lies above
/// the most, is at most as likely as `unlikely`.
#[must_use]
pub fn poisson_bounds(mean: f64, unlikely: f64) -> (u64, u64) {
    let (mut below, mut least) = (0.0, 0);
    let mut at = 0;
    // In logarithms, because e to the minus of a large mean is no number any more.
    let mut logarithm = -mean;
    loop {
        let chance = logarithm.exp();
        if below + chance <= unlikely {
            least = at + 1;
        }
        below += chance;
        // The sum of what is left, from above: the terms fall at least as fast as this series.
        let next = mean / count(at + 1);
        if next < 1.0 && chance * next / (1.0 - next) <= unlikely {
            return (least, at);
        }
        at += 1;
        logarithm += (mean / count(at)).ln();
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn count(number: u64) -> f64 {
    number as f64
}

/// A search and what came out of it.
struct Tally {
    name: String,
    options: SearchOptions,
    /// Only its frames are judged.
    weak: bool,
    sync_words: u64,
    bodies: u64,
    frames: u64,
}

impl Tally {
    fn new(name: String, options: SearchOptions, weak: bool) -> Self {
        Tally {
            name,
            options,
            weak,
            sync_words: 0,
            bodies: 0,
            frames: 0,
        }
    }

    fn search(&mut self, noise: &[u8]) {
        let mut found = search(Bits::of_bytes(noise), &self.options);
        for Found { frame, .. } in found.by_ref() {
            self.sync_words += 1;
            self.bodies += u64::from(frame.length().is_some());
            self.frames += u64::from(frame.state().is_event());
        }
        self.sync_words += found.refused();
    }

    fn counts(&self, bits: f64) -> impl Iterator<Item = Count> {
        let expected = FalseFrames::of(&self.options);
        let counts = [
            ("sync words", self.sync_words, expected.sync_words_per_bit),
            ("bodies", self.bodies, expected.bodies_per_bit),
            ("false frames", self.frames, expected.frames_per_bit),
        ];
        let skip = if self.weak { 2 } else { 0 };
        counts.into_iter().skip(skip).map(move |of| {
            let (what, counted, per_bit) = of;
            Count {
                what: format!("{}: {what}", self.name),
                counted,
                expected: per_bit * bits,
            }
        })
    }
}

/// Searches at least so many bits of noise, both polarities, with none to three wrong bits. Gives
/// how many bits they were and what was found.
///
/// F1 itself gives next to no false frame in a time that anybody waits for, so what is counted of
/// it are sync words and bodies. A family with half of the sync word and all else alike is searched,
/// too: its false frames can be counted, and pass the same CRC.
///
/// # Panics
///
/// When half of the sync word makes no family.
#[must_use]
pub fn count_false_frames(bits: u64, seed: u64) -> (u64, Vec<Count>) {
    let half = Family::declare(Declaration {
        sync: SyncWord::new(0x29CD, 16).expect("a sync word"),
        ..Family::F1.declaration().clone()
    })
    .expect("a family");
    let mut tallies = Vec::new();
    for tolerance in SyncTolerance::ALL {
        let options = SearchOptions::new().with_tolerance(tolerance);
        let wrong = tolerance.bits();
        let name = format!("F1, {wrong} wrong bits");
        tallies.push(Tally::new(name, options.clone(), false));
        let name = format!("half the sync word, {wrong} wrong bits");
        let options = options.with_family(half.clone());
        tallies.push(Tally::new(name, options, true));
    }
    let mut random = fastrand::Rng::with_seed(seed);
    let mut noise = vec![0; CHUNK];
    let chunks = bits.div_ceil(CHUNK as u64 * 8);
    for _ in 0..chunks {
        random.fill(&mut noise);
        for tally in &mut tallies {
            tally.search(&noise);
        }
    }
    let searched = chunks * CHUNK as u64 * 8;
    let counts = tallies
        .iter()
        .flat_map(|tally| tally.counts(count(searched)));
    (searched, counts.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_are_those_of_the_tables() {
        // Of a mean of 10: 2 or fewer 0.28 %, 3 or fewer 1.03 %, more than 18 0.72 %, more than 17
        // 1.43 %.
        assert_eq!(poisson_bounds(10.0, 0.01), (3, 18));
        // Of a mean of 0.001: one or more 0.1 %, two or more 5e-7.
        assert_eq!(poisson_bounds(0.001, 0.01), (0, 0));
        assert_eq!(poisson_bounds(0.001, 1e-5), (0, 1));
        // About a mean of 10,000 they are some four and a half times its root away.
        let (least, most) = poisson_bounds(10_000.0, 5e-6);
        assert!((9_540..9_580).contains(&least), "{least}");
        assert!((10_430..10_470).contains(&most), "{most}");
    }

    #[test]
    fn a_count_that_is_off_is_noticed() {
        let count = |counted| Count {
            what: String::new(),
            counted,
            expected: 75.0,
        };
        assert!(count(75).is_explained());
        assert!(!count(37).is_explained());
        assert!(!count(150).is_explained());
    }

    #[test]
    fn ten_million_bits_are_as_the_arithmetic_says() {
        let (bits, counts) = count_false_frames(10_000_000, 3);
        assert!(bits >= 10_000_000);
        assert_eq!(counts.len(), 16);
        for count in counts {
            assert!(count.is_explained(), "{count:?}");
        }
    }
}
