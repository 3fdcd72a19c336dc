//! False frames from noise stay at the arithmetic of Climax reference 2.7.
//!
//! Ten million bits here; the benchmarks of the repository search 10^9.

#![allow(clippy::cast_precision_loss, clippy::unwrap_used)]

use climax_rf::checksum::{CrcParameters, CrcWidth};
use climax_rf::f1::{
    Bits, Declaration, FalseFrames, Family, FrameCrc, Polarities, SearchOptions, SyncTolerance,
    SyncWord, search,
};

const BITS: usize = 10_000_000;

fn noise(seed: u64) -> Vec<u8> {
    let mut noise = vec![0; BITS / 8];
    fastrand::Rng::with_seed(seed).fill(&mut noise);
    noise
}

/// Sync words, bodies, events.
fn count(noise: &[u8], options: &SearchOptions) -> [u64; 3] {
    let mut found = search(Bits::of_bytes(noise), options);
    let (mut bodies, mut events) = (0, 0);
    for found in found.by_ref() {
        bodies += 1;
        events += u64::from(found.frame.state().is_event());
    }
    [bodies + found.refused(), bodies, events]
}

#[track_caller]
fn assert_near(counted: u64, per_bit: f64) {
    let expected = per_bit * BITS as f64;
    // Six times what chance alone moves it.
    let room = 6.0 * expected.sqrt() + 1.0;
    let difference = (counted as f64 - expected).abs();
    assert!(
        difference <= room,
        "{counted} counted, {expected:.1} expected"
    );
}

#[test]
fn noise_gives_no_event() {
    for (seed, tolerance) in (10..).zip(SyncTolerance::ALL) {
        let options = SearchOptions::new().with_tolerance(tolerance);
        let expected = FalseFrames::of(&options);
        assert!(expected.frames_per_bit * (BITS as f64) < 1e-3);
        let [sync_words, bodies, events] = count(&noise(seed), &options);
        assert_near(sync_words, expected.sync_words_per_bit);
        assert_near(bodies, expected.bodies_per_bit);
        assert_eq!(events, 0);
    }
}

/// With a sync word of 16 bits and a check of 8 there is enough to count.
#[test]
fn a_weaker_family_gives_as_many_false_frames_as_the_arithmetic_says() {
    let weak = Family::declare(Declaration {
        sync: SyncWord::new(0x29CD, 16).unwrap(),
        crc: Some(FrameCrc {
            parameters: CrcParameters {
                width: CrcWidth::Bits8,
                polynomial: 0x07,
                initial: 0xFF,
                ..CrcParameters::CMS
            },
            ..FrameCrc::CMS
        }),
        ..Family::F1.declaration().clone()
    })
    .unwrap();
    let noise = noise(20);
    for tolerance in SyncTolerance::ALL {
        for polarities in [Polarities::Both, Polarities::Normal] {
            let options = SearchOptions::new()
                .with_family(weak.clone())
                .with_tolerance(tolerance)
                .with_polarities(polarities);
            let expected = FalseFrames::of(&options);
            let [_, bodies, events] = count(&noise, &options);
            // Behind an event the search goes on after it, which skips some at three wrong bits.
            if tolerance <= SyncTolerance::Two {
                assert_near(events, expected.frames_per_bit);
            }
            assert!(bodies > events);
        }
    }
}

#[test]
fn the_years_of_the_reference_come_out() {
    let years = |tolerance, polarities| {
        let options = SearchOptions::new()
            .with_tolerance(tolerance)
            .with_polarities(polarities);
        FalseFrames::of(&options).years_per_frame()
    };
    let exact = years(SyncTolerance::Exact, Polarities::Normal);
    assert!((3850.0..3950.0).contains(&exact), "{exact}");
    let one = years(SyncTolerance::One, Polarities::Normal);
    assert!((116.5..117.5).contains(&one), "{one}");
    let two = years(SyncTolerance::Two, Polarities::Normal);
    assert!((6.5..7.5).contains(&two), "{two}");
    let both = years(SyncTolerance::Two, Polarities::Both);
    assert!((two / both - 2.0).abs() < 1e-9);
    // Length 10 alone: 59 times longer.
    let ten = Family::declare(Declaration {
        length: climax_rf::f1::LengthRule::Byte {
            min: 10,
            max: 10,
            expected: vec![10].into(),
        },
        ..Family::F1.declaration().clone()
    });
    let ten = SearchOptions::new().with_family(ten.unwrap());
    assert!((FalseFrames::of(&ten).years_per_frame() / both - 59.0).abs() < 1e-6);
}
