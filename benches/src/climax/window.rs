//! The rivals of the search: a window that slides over single bits.

use climax_rf::f1::Bits;

/// What is usually written: one bit in, one comparison, and the place told.
#[must_use]
pub fn window(bits: Bits<'_>, allowed: u32) -> Vec<usize> {
    let mut window = 0_u32;
    let mut places = Vec::new();
    for at in 0..bits.len() {
        let bit = bits.get(at).unwrap_or(false);
        window = (window << 1) | u32::from(bit);
        let wrong = (window ^ 0x29CD_29CD).count_ones();
        if at >= 31 && (wrong <= allowed || wrong >= 32 - allowed) {
            places.push(at - 31);
        }
    }
    places
}

/// The same, byte by byte, without telling where.
#[must_use]
pub fn counted(noise: &[u8], allowed: u32) -> usize {
    let mut window = 0_u32;
    let mut matches = 0;
    for byte in noise {
        for bit in (0..8).rev() {
            window = (window << 1) | u32::from((byte >> bit) & 1);
            let wrong = (window ^ 0x29CD_29CD).count_ones();
            if wrong <= allowed || wrong >= 32 - allowed {
                matches += 1;
            }
        }
    }
    matches
}
