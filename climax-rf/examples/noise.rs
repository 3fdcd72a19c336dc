//! Searches pure noise for frames: how fast, and how many false ones.
//!
//! ```text
//! cargo run --release -p climax-rf --example noise -- --bits 1000000000
//! ```
//!
//! The first part searches the same noise with this crate and with a window that slides bit by bit;
//! the second counts what looks like a frame and prints it beside what arithmetic expects.
#![allow(clippy::print_stdout, clippy::cast_precision_loss)]

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use climax_rf::f1::{Bits, FalseFrames, Found, SearchOptions, SyncTolerance, search};

/// Bytes that are searched at a time.
const CHUNK: usize = 1 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    let (bits, seed) = arguments()?;
    let mut random = fastrand::Rng::with_seed(seed);
    let mut noise = vec![0; CHUNK];
    random.fill(&mut noise);

    speed(&noise);
    println!();
    println!("{bits} bits of noise, both polarities, seed {seed}");
    println!("wrong bits | sync words, expected | bodies, expected | false frames, expected");
    let mut counts = [Counts::default(); 3];
    let chunks = bits.div_ceil(CHUNK as u64 * 8);
    for _ in 0..chunks {
        random.fill(&mut noise);
        for (count, tolerance) in counts.iter_mut().zip(SyncTolerance::ALL) {
            let options = SearchOptions::new().with_tolerance(tolerance);
            count.search(&noise, &options);
        }
    }
    let searched = (chunks * CHUNK as u64 * 8) as f64;
    for (count, tolerance) in counts.iter().zip(SyncTolerance::ALL) {
        let expected = FalseFrames::of(&SearchOptions::new().with_tolerance(tolerance));
        println!(
            "{:>10} | {:>10} {:>9.1} | {:>6} {:>9.1} | {:>5} {:>12.6}",
            tolerance.bits(),
            count.sync_words,
            expected.sync_words_per_bit * searched,
            count.bodies,
            expected.bodies_per_bit * searched,
            count.frames,
            expected.frames_per_bit * searched,
        );
    }
    Ok(())
}

/// `--bits N` and `--seed N`.
fn arguments() -> Result<(u64, u64), Box<dyn Error>> {
    let (mut bits, mut seed) = (100_000_000, 1);
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or("a number is missing")?.parse()?;
        match name.as_str() {
            "--bits" => bits = value,
            "--seed" => seed = value,
            _ => return Err(format!("{name} is not known: --bits N, --seed N").into()),
        }
    }
    Ok((bits, seed))
}

#[derive(Clone, Copy, Default)]
struct Counts {
    sync_words: u64,
    bodies: u64,
    frames: u64,
}

impl Counts {
    fn search(&mut self, noise: &[u8], options: &SearchOptions) {
        let mut found = search(Bits::of_bytes(noise), options);
        for Found { frame, .. } in found.by_ref() {
            self.sync_words += 1;
            self.bodies += u64::from(frame.length().is_some());
            self.frames += u64::from(frame.state().is_event());
        }
        self.sync_words += found.refused();
    }
}

fn speed(noise: &[u8]) {
    let bits = Bits::of_bytes(noise);
    let rate = |time: Duration| noise.len() as f64 * 8.0 / time.as_secs_f64() / 1e6;
    let window = best(|| window(bits, 2).len());
    let counted = best(|| counted(noise, 2));
    println!(
        "Mbit/s, the best of nine runs over {} bits, both polarities",
        bits.len()
    );
    println!(
        "window over single bits, places told, 2 wrong bits: {:>6.0}",
        rate(window)
    );
    println!("the same, places only counted, so that the compiler");
    println!(
        "takes eight at a time:                              {:>6.0}",
        rate(counted)
    );
    for tolerance in SyncTolerance::ALL {
        let options = SearchOptions::new().with_tolerance(tolerance);
        let time = best(|| search(bits, &options).count());
        println!(
            "search, {} wrong bits:                               {:>6.0}, {:.1} and {:.1} times those",
            tolerance.bits(),
            rate(time),
            window.as_secs_f64() / time.as_secs_f64(),
            counted.as_secs_f64() / time.as_secs_f64(),
        );
    }
    // Nothing but frames, one behind the other.
    let frame =
        b"\xaa\xaa\xaa\xaa\x29\xcd\x29\xcd\x0a\x00\x00\x2b\x5a\x10\xc3\x7e\x91\x04\xd8\x24\xf8";
    let frames = frame.repeat(noise.len() / frame.len());
    let options = SearchOptions::new();
    let time = best(|| search(Bits::of_bytes(&frames), &options).count());
    println!(
        "search, frames without pause:                       {:>6.0}",
        rate(time)
    );
}

fn best(mut run: impl FnMut() -> usize) -> Duration {
    let times = (0..9).map(|_| {
        let begun = Instant::now();
        black_box(run());
        begun.elapsed()
    });
    times.min().unwrap_or_default()
}

/// What is usually written: one bit in, one comparison, and the place told.
fn window(bits: Bits<'_>, allowed: u32) -> Vec<usize> {
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
fn counted(noise: &[u8], allowed: u32) -> usize {
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
