//! The tables of ESPA: captures, blocks, answers on a terminal, memory.

use std::hint::black_box;
use std::process::{Command, ExitCode};
#[cfg(unix)]
use std::time::Duration;

use benches::clock::{Effort, Row, measure};
#[cfg(unix)]
use benches::espa::answer::{self, DecidedBy};
use benches::espa::captures::{self, Capture};
use benches::espa::handing::{Handing, handing};
use benches::espa::machines::{
    Plain, crate_blocks, crate_blocks_owned, crate_blocks_unopened, crate_items, limit, plain,
    tight,
};
use benches::espa::memory;

#[cfg(unix)]
use crate::microseconds;
use crate::{Verdict, time};

/// At least so many megabytes of a capture in a second.
const OF_A_CAPTURE: f64 = 500.0;
/// At least so many times quicker than a machine of a byte at a time that hands blocks out.
const THAN_A_MACHINE: f64 = 5.0;
/// From BCC to ACK in microseconds, at most, in the median.
#[cfg(unix)]
const OF_AN_ANSWER: f64 = 1_000.0;
/// A link, less than so many bytes.
const OF_A_LINK: f64 = 4_096.0;

/// Whose links are counted.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Measured {
    /// Those of receivers.
    Receiver,
    /// Those of callers.
    Caller,
}

impl Measured {
    /// In this process, before anything else has left room in its heap.
    pub(crate) fn print(self) -> ExitCode {
        match memory::bytes_for_each(matches!(self, Measured::Caller)) {
            Some(bytes) => {
                println!("{bytes}");
                ExitCode::SUCCESS
            }
            None => ExitCode::FAILURE,
        }
    }

    /// In a process of its own.
    fn bytes_for_each(self) -> Option<f64> {
        let role = match self {
            Measured::Receiver => "receiver",
            Measured::Caller => "caller",
        };
        let child = Command::new(std::env::current_exe().ok()?)
            .args(["--memory-of-links", role])
            .output()
            .ok()?;
        String::from_utf8(child.stdout).ok()?.trim().parse().ok()
    }
}

/// Every table.
pub(crate) fn all(effort: Effort, verdicts: &mut Vec<Verdict>) {
    for one in captures::all() {
        capture(&one, effort, verdicts);
    }
    blocks(effort);
    #[cfg(unix)]
    if let Err(error) = answers(effort, verdicts) {
        println!("\nNo pseudo terminal could be used: {error}");
    }
    memory_of_links(verdicts);
}

/// Two jobs over one capture, each beside machines of a byte at a time that do the same job.
fn capture(capture: &Capture, effort: Effort, verdicts: &mut Vec<Verdict>) {
    const BLOCKS: &str = "espa444, blocks and their records";
    const HANDING: &str = "handing machine, blocks and their records";
    const PLAIN_BLOCKS: &str = "plain machine, blocks and their records";
    const ITEMS: &str = "espa444, everything on the line";
    const PLAIN_ITEMS: &str = "plain machine, everything on the line";
    const TIGHT: &str = "tight machine, everything on the line";
    let bytes = capture.bytes.as_slice();
    let options = espa444::DecodeOptions::lenient();
    let mut for_blocks = Plain::<false>::default();
    let mut for_items = Plain::<true>::default();
    let mut handing_out = Handing::default();
    let mut rows = [
        Row::new("memchr over the bytes", || limit(black_box(bytes))),
        Row::new("espa444, blocks, records unopened", || {
            crate_blocks_unopened(black_box(bytes), &options)
        }),
        Row::new(BLOCKS, || crate_blocks(black_box(bytes), &options)),
        Row::new("espa444, owned blocks and their records", || {
            crate_blocks_owned(black_box(bytes), &options)
        }),
        Row::new(HANDING, || handing(black_box(bytes), &mut handing_out)),
        Row::new(PLAIN_BLOCKS, || plain(black_box(bytes), &mut for_blocks)),
        Row::new(ITEMS, || crate_items(black_box(bytes), &options)),
        Row::new(PLAIN_ITEMS, || plain(black_box(bytes), &mut for_items)),
        Row::new(TIGHT, || tight(black_box(bytes))),
    ];
    measure(&mut rows, effort);
    let (title, length) = (capture.name, bytes.len());
    println!(
        "\n## ESPA capture: {title}, {length} bytes\n\n\
         | row | MB/s | times the handing machine | times the plain machine of the same job | times the tight machine |\n\
         |---|---:|---:|---:|---:|"
    );
    let [handing, plain_blocks, plain_items, tight] =
        [HANDING, PLAIN_BLOCKS, PLAIN_ITEMS, TIGHT].map(|name| time(&rows, name));
    for row in &rows {
        let (name, nanoseconds) = (row.name(), row.nanoseconds());
        let plain = if name.ends_with("line") {
            plain_items
        } else {
            plain_blocks
        };
        println!(
            "| {name} | {:.0} | {:.2} | {:.2} | {:.2} |",
            rate(bytes, nanoseconds),
            handing / nanoseconds,
            plain / nanoseconds,
            tight / nanoseconds
        );
    }
    let mut judge = |what: &str, found: f64, wanted: f64, goal: bool| {
        verdicts.push(Verdict {
            target: format!("{title}, {what}"),
            found: format!("{found:.1}"),
            met: found >= wanted,
            goal,
        });
    };
    let ours = time(&rows, BLOCKS);
    let rate_of = |nanoseconds| rate(bytes, nanoseconds);
    judge(
        "blocks and records: at least 500 MB/s",
        rate_of(ours),
        OF_A_CAPTURE,
        false,
    );
    judge(
        "blocks and records: at least 5 times the handing machine",
        handing / ours,
        THAN_A_MACHINE,
        true,
    );
    judge(
        "blocks and records: at least 5 times the plain machine",
        plain_blocks / ours,
        THAN_A_MACHINE,
        true,
    );
    // Telling every poll is a byte or two a time for anybody: no ratio is asked for.
    judge(
        "everything: at least 500 MB/s",
        rate_of(time(&rows, ITEMS)),
        OF_A_CAPTURE,
        false,
    );
}

/// Megabytes in a second.
#[expect(
    clippy::cast_precision_loss,
    reason = "captures are far shorter than 2^52 bytes"
)]
fn rate(bytes: &[u8], nanoseconds: f64) -> f64 {
    bytes.len() as f64 / nanoseconds * 1e3
}

fn blocks(effort: Effort) {
    let options = espa444::DecodeOptions::lenient();
    let to_write = espa444::EncodeOptions::new();
    println!(
        "\n## ESPA blocks\n\n| block | bytes | decode ns | with its records ns | encode ns |\n|---|---:|---:|---:|---:|"
    );
    for (name, bytes) in captures::blocks() {
        let Ok(decoded) = espa444::decode(&bytes, &options) else {
            continue;
        };
        let block = decoded.block();
        let mut out = Vec::with_capacity(512);
        let mut rows = [
            Row::new("decode", || {
                black_box(&espa444::decode(black_box(&bytes), &options)).is_ok()
            }),
            Row::new("records", || {
                let decoded = espa444::decode(black_box(&bytes), &options);
                decoded.map_or(0, |decoded| {
                    let records = decoded.block().records();
                    records.map(|record| record.data().len()).sum::<usize>()
                })
            }),
            Row::new("encode", || {
                out.clear();
                espa444::encode(black_box(&block), &to_write, &mut out).is_ok()
            }),
        ];
        measure(&mut rows, effort);
        let [decode, records, encode] = &rows;
        println!(
            "| {name} | {} | {:.1} | {:.1} | {:.1} |",
            bytes.len(),
            decode.nanoseconds(),
            records.nanoseconds(),
            encode.nanoseconds()
        );
    }
}

#[cfg(unix)]
fn answers(effort: Effort, verdicts: &mut Vec<Verdict>) -> std::io::Result<()> {
    let count = effort.rounds * 5 / 2;
    println!(
        "\n## ESPA receiver: from the BCC to the ACK, {count} calls on a pseudo terminal\n\n\
         | row | median µs | 99 % µs | longest µs |\n|---|---:|---:|---:|"
    );
    let line = |name: &str, times: &[Duration]| {
        let [median, tail, longest] = [50.0, 99.0, 100.0].map(|part| microseconds(times, part));
        println!("| {name} | {median:.0} | {tail:.0} | {longest:.0} |");
        median
    };
    let bare = answer::bare_terminal(count)?;
    line("a thread that answers every byte", &bare);
    for (name, decided_by) in [
        ("receiver, decided by a closure", DecidedBy::Decider),
        ("receiver, decided through the handle", DecidedBy::Handle),
    ] {
        let median = line(name, &answer::receiver(decided_by, count)?);
        verdicts.push(Verdict {
            target: format!("{name}: BCC to ACK within 1 ms in the median"),
            found: format!("{median:.0} µs"),
            met: median < OF_AN_ANSWER,
            goal: false,
        });
    }
    Ok(())
}

fn memory_of_links(verdicts: &mut Vec<Verdict>) {
    println!(
        "\n## ESPA link: memory, the mean of {}\n\n| row | bytes |\n|---|---:|\n\
         | `Link` alone, without its heap | {} |",
        memory::LINKS,
        size_of::<espa444::Link>()
    );
    for (name, measured) in [
        ("receiver", Measured::Receiver),
        ("caller", Measured::Caller),
    ] {
        let Some(bytes) = measured.bytes_for_each() else {
            continue;
        };
        println!("| {name}, heap and allocator included | {bytes:.0} |");
        verdicts.push(Verdict {
            target: format!("a link, {name}: less than 4096 bytes"),
            found: format!("{bytes:.0}"),
            met: bytes < OF_A_LINK,
            goal: false,
        });
    }
}
