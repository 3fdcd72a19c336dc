//! Where in a stream a sync word may begin, 56 bit positions at a time.
//!
//! Instead of sliding a window and counting wrong bits in it, the count is turned on its side: one
//! word holds the same bit of the window for many positions at once, and a tree of adders over such
//! words counts the wrong bits of all positions together. It has no branches, gives both polarities
//! at once, and costs about two operations per bit of the stream.
//!
//! Only the first 24 bits of the sync word are counted this way (16 of a shorter one); what passes
//! is compared whole. That is exact: more wrong bits in a part than allowed in the whole rule a
//! position out.

use core::ops::{BitAnd, BitOr, BitXor, Not, Shl};

use super::bits::{Bits, load};
use super::family::SyncWord;
use super::frame::Polarity;
use super::options::{Polarities, SyncTolerance};

/// Positions in one step: a shift by up to 7 bits leaves that many of 64 whole.
const POSITIONS: usize = 56;

/// Bytes that one step goes on.
pub(super) const STEP_BYTES: usize = LANES * POSITIONS / 8;

/// Positions at which a sync word may begin.
#[derive(Debug, Clone)]
pub(super) struct Candidates(Lanes);

impl Candidates {
    pub(super) const NONE: Candidates = Candidates(Lanes([0; LANES]));

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0.0.iter().fold(0, |all, lane| all | lane) == 0
    }

    /// Takes the first one out, as bits behind the byte they were looked for at.
    #[inline]
    pub(super) fn take_first(&mut self) -> Option<usize> {
        let mut lanes = self.0.0.iter_mut().enumerate();
        let (index, lane) = lanes.find(|(_, lane)| **lane != 0)?;
        let first = lane.leading_zeros();
        *lane &= !(1 << 63 >> first);
        Some(index * POSITIONS + first as usize)
    }
}

/// A sync word made ready.
#[derive(Debug, Clone)]
pub(super) struct Matcher {
    sync: SyncWord,
    allowed: u32,
    normal: bool,
    inverted: bool,
    /// All ones for each 1 of the sync word.
    expected: [u64; 24],
    /// The positions that count, if that polarity is tried.
    normal_mask: Lanes,
    inverted_mask: Lanes,
}

impl Matcher {
    pub(super) fn new(sync: SyncWord, tolerance: SyncTolerance, polarities: Polarities) -> Self {
        let mut expected = [0_u64; 24];
        for (index, mask) in (1..=sync.len()).zip(&mut expected) {
            *mask = 0_u64.wrapping_sub((sync.word() >> (sync.len() - index)) & 1);
        }
        let counted = |tried| Lanes([if tried { !(u64::MAX >> POSITIONS) } else { 0 }; LANES]);
        let normal = polarities != Polarities::Inverted;
        let inverted = polarities != Polarities::Normal;
        Matcher {
            sync,
            allowed: tolerance.bits(),
            normal,
            inverted,
            expected,
            normal_mask: counted(normal),
            inverted_mask: counted(inverted),
        }
    }

    /// Positions from byte `byte` on at which a sync word may begin, [`LANES`] blocks of them. The
    /// highest bit of each is its first position.
    #[inline]
    pub(super) fn candidates(&self, bytes: &[u8], byte: usize) -> Candidates {
        let first = self.wrong_bits(bytes, byte, 0);
        let second = self.wrong_bits(bytes, byte, 1);
        let sixteen = first.plus(second);
        let (few, many) = if self.sync.len() >= 24 {
            let third = self.wrong_bits(bytes, byte, 2);
            let [ones, twos, fours, eights, sixteens] = sixteen.plus(third);
            // At most 3 of 24, and at least 21.
            let few = !(fours | eights | sixteens);
            (few, sixteens & (eights | (fours & (twos | ones))))
        } else {
            let [ones, twos, fours, eights, sixteens] = sixteen.0;
            // At most 3 of 16, and at least 13.
            let few = !(fours | eights | sixteens);
            (few, sixteens | (eights & fours & (twos | ones)))
        };
        Candidates((few & self.normal_mask) | (many & self.inverted_mask))
    }

    /// How many of eight bits of the sync word are wrong, for each position.
    #[inline(always)]
    fn wrong_bits(&self, bytes: &[u8], byte: usize, part: usize) -> Nibbles {
        let stream = Lanes::load(bytes, byte + part);
        let expected = &self.expected[part * 8..part * 8 + 8];
        let wrong = |bit: usize| (stream << bit) ^ Lanes([expected[bit]; LANES]);
        let (a, a2) = full(wrong(0), wrong(1), wrong(2));
        let (b, b2) = full(wrong(3), wrong(4), wrong(5));
        let (c, c2) = full(a, b, wrong(6));
        let (ones, d2) = half(c, wrong(7));
        let (e, e4) = full(a2, b2, c2);
        let (twos, f4) = half(e, d2);
        let (fours, eights) = half(e4, f4);
        Nibbles([ones, twos, fours, eights])
    }

    /// Compares the whole sync word at `at`, which has to be there.
    #[inline]
    pub(super) fn compare(&self, bits: Bits<'_>, at: usize) -> Option<(Polarity, u8)> {
        let length = self.sync.len();
        let wrong = (bits.window(at, length) ^ self.sync.word()).count_ones();
        let (polarity, wrong) = if self.normal && wrong <= self.allowed {
            (Polarity::Normal, wrong)
        } else if self.inverted && length - wrong <= self.allowed {
            (Polarity::Inverted, length - wrong)
        } else {
            return None;
        };
        // At most 3.
        Some((polarity, u8::try_from(wrong).unwrap_or(3)))
    }

    /// Compares all but the first byte of the sync word at `at`, exactly.
    pub(super) fn compare_late(&self, bits: Bits<'_>, at: usize) -> Option<Polarity> {
        let length = self.sync.len() - 8;
        let mask = u64::MAX >> (64 - length);
        let wrong = bits.window(at, length) ^ (self.sync.word() & mask);
        if self.normal && wrong == 0 {
            Some(Polarity::Normal)
        } else if self.inverted && wrong == mask {
            Some(Polarity::Inverted)
        } else {
            None
        }
    }
}

/// Blocks in one step: the compiler makes vectors of them.
const LANES: usize = 4;

/// One bit for each position of each block.
#[derive(Clone, Copy, Debug)]
struct Lanes([u64; LANES]);

impl Lanes {
    #[inline(always)]
    fn load(bytes: &[u8], at: usize) -> Self {
        Lanes(core::array::from_fn(|lane| {
            load(bytes, at + lane * (POSITIONS / 8))
        }))
    }
}

impl Shl<usize> for Lanes {
    type Output = Lanes;

    #[inline(always)]
    fn shl(self, bits: usize) -> Lanes {
        Lanes(self.0.map(|lane| lane << bits))
    }
}

impl Not for Lanes {
    type Output = Lanes;

    #[inline(always)]
    fn not(self) -> Lanes {
        Lanes(self.0.map(|lane| !lane))
    }
}

macro_rules! lane_by_lane {
    ($($operator:ident $function:ident;)*) => {$(
        impl $operator for Lanes {
            type Output = Lanes;

            #[inline(always)]
            fn $function(self, other: Lanes) -> Lanes {
                Lanes(core::array::from_fn(|lane| self.0[lane].$function(other.0[lane])))
            }
        }
    )*};
}

lane_by_lane! {
    BitAnd bitand;
    BitOr bitor;
    BitXor bitxor;
}

/// A number of four bits for each position.
#[derive(Clone, Copy)]
struct Nibbles([Lanes; 4]);

/// A number of five bits for each position.
#[derive(Clone, Copy)]
struct Sums([Lanes; 5]);

impl Nibbles {
    #[inline(always)]
    fn plus(self, other: Nibbles) -> Sums {
        let (ones, carry) = half(self.0[0], other.0[0]);
        let (twos, carry) = full(self.0[1], other.0[1], carry);
        let (fours, carry) = full(self.0[2], other.0[2], carry);
        let (eights, sixteens) = full(self.0[3], other.0[3], carry);
        Sums([ones, twos, fours, eights, sixteens])
    }
}

impl Sums {
    /// Sums up to 24 stay below 32.
    #[inline(always)]
    fn plus(self, other: Nibbles) -> [Lanes; 5] {
        let (ones, carry) = half(self.0[0], other.0[0]);
        let (twos, carry) = full(self.0[1], other.0[1], carry);
        let (fours, carry) = full(self.0[2], other.0[2], carry);
        let (eights, carry) = full(self.0[3], other.0[3], carry);
        [ones, twos, fours, eights, self.0[4] ^ carry]
    }
}

/// Sum and carry of two.
#[inline(always)]
fn half(a: Lanes, b: Lanes) -> (Lanes, Lanes) {
    (a ^ b, a & b)
}

/// Sum and carry of three.
#[inline(always)]
fn full(a: Lanes, b: Lanes, c: Lanes) -> (Lanes, Lanes) {
    let sum = a ^ b;
    (sum ^ c, (a & b) | (sum & c))
}
