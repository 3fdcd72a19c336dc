//! The table of false frames.

use benches::climax::false_frames::count_false_frames;

use crate::Verdict;

/// Searches noise and prints what looked like a frame, beside the arithmetic.
pub(crate) fn false_frames(bits: u64, seed: u64, verdicts: &mut Vec<Verdict>) {
    let (searched, counts) = count_false_frames(bits, seed);
    println!(
        "\n## F1: what looks like a frame in {searched} bits of noise, both polarities, seed {seed}\n\n\
         | row | found | expected | chance explains |\n|---|---:|---:|---:|"
    );
    for count in &counts {
        let (least, most) = count.bounds();
        println!(
            "| {} | {} | {:.6} | {least} to {most} |",
            count.what, count.counted, count.expected
        );
    }
    let off = counts.iter().filter(|count| !count.is_explained()).count();
    verdicts.push(Verdict {
        target: String::from("F1 in noise: as often as the arithmetic says"),
        found: format!("{off} of {} counts off", counts.len()),
        met: off == 0,
        goal: false,
    });
}
