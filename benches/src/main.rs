//! Measures every row in one run and prints the table of ratios:
//! `cargo run --release -p benches`. See the README beside it.

#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]

mod deliveries;
mod journals;
mod lines;
mod noise;
mod reports;
mod roles;

use std::hint::black_box;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use benches::clock::{Effort, Row, measure};
use benches::journal::{Bench, folder};
use benches::rivals::{bare_event_loop, scan, with_a_tree, with_serde, write_with_serde};
use benches::samples::{ALARM, ALL, Sample};
use benches::sip::{Datagrams, EndpointRound, ReceiverRound};
use benches::{codes, rivals};
use clap::Parser;
use reference_server::measure::{bare_commit, bare_flush, percentile};
use scaip::sip::{Message, SipLimits};
use scaip::{DecodeOptions, Edition, EncodeOptions, decode, decode_request, encode_request};

/// Measures the crates beside what one would pick instead, and prints a Markdown table.
#[derive(Debug, Parser)]
struct Arguments {
    /// Short batches, for CI: the ratios are rough.
    #[arg(long)]
    quick: bool,
    /// How many bits of noise are searched for false frames; 10^9 without, 10^8 with `--quick`.
    #[arg(long, value_name = "N")]
    noise_bits: Option<u64>,
    /// Other noise.
    #[arg(long, value_name = "N", default_value_t = 1)]
    noise_seed: u64,
    /// Leave the journal out, which flushes the disk.
    #[arg(long)]
    no_journal: bool,
    /// Where the journal is put; a folder on the disk to be judged.
    #[arg(long, value_name = "FOLDER")]
    directory: Option<PathBuf>,
    /// Prints what a link takes, measured in a process of its own, and nothing else.
    #[arg(long, value_name = "ROLE", hide = true)]
    memory_of_links: Option<lines::Measured>,
}

/// A target and what came out.
pub(crate) struct Verdict {
    pub(crate) target: String,
    pub(crate) found: String,
    pub(crate) met: bool,
    /// What is still worked for: printed, without failing the run.
    pub(crate) goal: bool,
}

/// At most so many times the bare event loop.
const OF_THE_LOOP: f64 = 1.25;
/// At least so many times quicker than serde.
const THAN_SERDE: f64 = 2.5;

/// Bits of noise that are searched for false frames.
const NOISE: u64 = 1_000_000_000;
/// The same with `--quick`.
const QUICK_NOISE: u64 = 100_000_000;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(measured) = arguments.memory_of_links {
        return measured.print();
    }
    let each = roles::bytes_for_each();
    let each_event = deliveries::bytes_for_each();
    let effort = if arguments.quick {
        Effort::QUICK
    } else {
        Effort::FULL
    };
    heading();
    let mut verdicts = Vec::new();
    for sample in ALL {
        reading(sample, effort, &mut verdicts);
    }
    for sample in ALL {
        writing(sample, effort);
    }
    sip(effort);
    roles::all(effort, each, &mut verdicts);
    lines::all(effort, &mut verdicts);
    reports::all(effort, &mut verdicts);
    let enough = if arguments.quick { QUICK_NOISE } else { NOISE };
    let bits = arguments.noise_bits.unwrap_or(enough);
    noise::false_frames(bits, arguments.noise_seed, &mut verdicts);
    deliveries::all(effort, each_event, &mut verdicts);
    journals::all(effort, &mut verdicts);
    lookups(effort);
    if !arguments.no_journal
        && let Err(error) = journal(&arguments)
    {
        println!("\nThe journal could not be measured: {error}");
        return ExitCode::FAILURE;
    }
    println!("\n## Targets\n\n| target | found | |\n|---|---:|---|");
    for verdict in &verdicts {
        let mark = match (verdict.met, verdict.goal) {
            (true, _) => "PASS",
            (false, true) => "not yet met",
            (false, false) => "**FAIL**",
        };
        println!("| {} | {} | {mark} |", verdict.target, verdict.found);
    }
    if verdicts.iter().all(|verdict| verdict.met || verdict.goal) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn heading() {
    let processor = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processor
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown processor", |(_, model)| model.trim());
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let date = jiff::Timestamp::now().strftime("%Y-%m-%d");
    println!("{date}, {model}, {cores} cores, {}", env!("COMPILER"));
    if cfg!(debug_assertions) {
        println!("\n**Not a release build: these numbers mean nothing.**");
    }
}

/// Prints a table whose ratios are to the row of that name.
pub(crate) fn table(title: &str, rows: &[Row<'_>], base: &str) {
    let base = time(rows, base);
    println!("\n## {title}\n\n| row | ns | ratio |\n|---|---:|---:|");
    for row in rows {
        let time = row.nanoseconds();
        println!("| {} | {time:.1} | {:.2} |", row.name(), time / base);
    }
}

pub(crate) fn time(rows: &[Row<'_>], name: &str) -> f64 {
    rows.iter()
        .find(|row| row.name() == name)
        .map_or(f64::NAN, Row::nanoseconds)
}

fn reading(sample: Sample, effort: Effort, verdicts: &mut Vec<Verdict>) {
    let body = sample.body;
    let options = DecodeOptions::lenient();
    let mut rows = [
        Row::new("scan of the bytes", || scan(black_box(body.as_bytes()))),
        Row::new("bare quick-xml events", || bare_event_loop(black_box(body))),
        Row::new("scaip, borrowed", || {
            black_box(&decode(black_box(body.as_bytes()), &options)).is_ok()
        }),
        Row::new("scaip, owned", || {
            let decoded = decode(black_box(body.as_bytes()), &options);
            black_box(&decoded.map(|decoded| decoded.into_owned())).is_ok()
        }),
        Row::new("roxmltree", || {
            with_a_tree(black_box(body), |request| {
                black_box(request);
            });
        }),
        Row::new("quick-xml with serde", || {
            black_box(&with_serde(black_box(body))).dty
        }),
    ];
    measure(&mut rows, effort);
    let title = format!("Read: {}, {} bytes", sample.name, body.len());
    table(&title, &rows, "bare quick-xml events");
    let ours = time(&rows, "scaip, borrowed");
    let events = ours / time(&rows, "bare quick-xml events");
    let serde = time(&rows, "quick-xml with serde") / ours;
    let tree = time(&rows, "roxmltree") / ours;
    for (what, found, met) in [
        (
            "at most 1.25 times the bare event loop",
            events,
            events <= OF_THE_LOOP,
        ),
        (
            "at least 2.5 times faster than serde",
            serde,
            serde >= THAN_SERDE,
        ),
        ("faster than the DOM", tree, tree > 1.0),
    ] {
        verdicts.push(Verdict {
            target: format!("{}: {what}", sample.name),
            found: format!("{found:.2}"),
            met,
            goal: false,
        });
    }
}

fn writing(sample: Sample, effort: Effort) {
    let newer = EncodeOptions::new().with_edition(Edition::ClcTs50134);
    let Ok(decoded) = decode_request(sample.body.as_bytes(), &DecodeOptions::lenient()) else {
        return;
    };
    let structure: rivals::Request<'_> = with_serde(sample.body);
    let mut copy = Vec::with_capacity(4096);
    let mut out = Vec::with_capacity(4096);
    let mut text = String::with_capacity(4096);
    let mut rows = [
        Row::new("copy of the bytes", || {
            copy.clear();
            copy.extend_from_slice(black_box(sample.body.as_bytes()));
            copy.len()
        }),
        Row::new("scaip", || {
            out.clear();
            encode_request(black_box(decoded.message()), &newer, &mut out).is_ok()
        }),
        Row::new("quick-xml with serde", || {
            text.clear();
            write_with_serde(black_box(&structure), &mut text);
            text.len()
        }),
    ];
    measure(&mut rows, effort);
    table(
        &format!("Write: {}", sample.name),
        &rows,
        "quick-xml with serde",
    );
}

fn sip(effort: Effort) {
    let limits = SipLimits::default();
    let datagram = Datagrams::of(ALARM.body).next_one();
    let mut endpoint = EndpointRound::new(ALARM.body);
    let mut receiver = ReceiverRound::new(ALARM.body);
    let mut rows = [
        Row::new("line ends of a datagram", || {
            memchr::memchr_iter(b'\n', black_box(&datagram)).count()
        }),
        Row::new("read a datagram", || {
            black_box(&Message::parse_datagram(datagram.clone(), &limits)).is_ok()
        }),
        Row::new("endpoint: request and answer", || endpoint.run()),
        Row::new("receiver: alarm and mrs in the 200", || receiver.run()),
    ];
    measure(&mut rows, effort);
    let title = format!("SIP: alarm over UDP, {} bytes", datagram.len());
    table(&title, &rows, "read a datagram");
}

fn lookups(effort: Effort) {
    println!("\n## From code to kind\n\n| code | ns | walk over the rows, ns |\n|---|---:|---:|");
    for (name, code) in codes::samples() {
        let system = code.system();
        let profile = system.base_profile();
        let mut rows = [
            Row::new("index", || alarm_codes::kind_of(profile, black_box(&code))),
            Row::new("walk", || codes::walk(system, profile, black_box(&code))),
        ];
        measure(&mut rows, effort);
        let [index, walk] = &rows;
        println!(
            "| {name} | {:.1} | {:.1} |",
            index.nanoseconds(),
            walk.nanoseconds()
        );
    }
}

pub(crate) fn microseconds(sorted: &[Duration], percent: f64) -> f64 {
    percentile(sorted, percent).map_or(f64::NAN, |time| time.as_secs_f64() * 1e6)
}

fn journal(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let folder = folder(arguments.directory.as_deref())?;
    let (yardstick, alarms) = if arguments.quick {
        (50, 1_000)
    } else {
        (500, 20_000)
    };
    println!(
        "\n## Journal: alarms made durable\n\n\
         | row | per second | median µs | 99 % µs |\n|---|---:|---:|---:|"
    );
    let line = |name: &str, rate: f64, waits: &[Duration]| {
        let (median, tail) = (microseconds(waits, 50.0), microseconds(waits, 99.0));
        println!("| {name} | {rate:.0} | {median:.0} | {tail:.0} |");
    };
    let alone = |times: &[Duration]| {
        let count = u32::try_from(times.len()).unwrap_or(u32::MAX);
        f64::from(count) / times.iter().sum::<Duration>().as_secs_f64()
    };
    let flushes = bare_flush(folder.path(), yardstick)?;
    line("bare flush of 4 KiB", alone(&flushes), &flushes);
    let commits = bare_commit(folder.path(), yardstick)?;
    line("bare SQLite commit of one row", alone(&commits), &commits);
    let bench = Bench::open(folder.path());
    for (name, producers) in [
        ("store, 1 producer", 1),
        ("store, 64 producers", 64),
        ("store, 256 producers", 256),
    ] {
        let count = if producers == 1 { alarms / 20 } else { alarms };
        let stored = bench.store(producers, count);
        line(name, stored.rate(), &stored.waits);
    }
    Ok(())
}
