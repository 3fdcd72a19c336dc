//! `alarm-lab survey`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::time::Duration;

use alarm_lab::survey::{BurstShown, Event, FrameLog, LinkReport, StrengthUnit};
use clap::ValueEnum;
use climax_rf::f1::InterferenceSettings;
use serde::Serialize;

use super::decode::{Bad, Unreadable};
use super::decode_f1::SearchArgs;
use super::{Success, output, values};

pub(crate) const LONG: &str = "\
Reads a log of F1 frames and says how good the radio link is: frames by state, copies received of the six \
that a transmitter sends, strengths, silences, interference.

A line of the log is text with a row in it, {bitcount} and hexadecimal digits; what else it says is \
optional:

  2026-03-14 09:30:00.250 rssi=-87.4 dBm {168}aaaaaaaa29cd29cd0a...
  12.250 {168}aaaaaaaa29cd29cd0a...              seconds since anything
  @12.250s codes : {168}aaaaaaaa29cd29cd0a...
  {\"time\":\"2026-03-14 09:30:00.250\",\"rssi\":-12.1,\"codes\":[\"{168}aaaaaaaa29cd29cd0a...\"]}
  12.500 busy                                    the channel is busy from now on; or free

A time alone on a line is that of the next row. Other lines, and those that begin with #, are passed over. \
Copies come every 0.4 s: without times, or with whole seconds, bursts cannot be told, and the report says \
so. Which transmitter sent what stays unknown: the payload is opaque. For a range test press one known \
button and look at --bursts.";

const EXAMPLES: &str = "\
Examples:
  alarm-lab survey frames.log
  rtl_433 -f 868.6375M -X 'n=f1,m=FSK_PCM,s=100,l=100,r=4000' -M time:usec -M level \\
      -F json | alarm-lab survey --bursts -
      A range test: each burst as it ends (the settings of rtl_433 were not tried on the air)
  alarm-lab survey --json frames.log | jq .timed.link_quality

Exit status: 0 when a frame with a right check is in the log, 1 when none is, 2 for wrong usage.";

/// More than any line with a row of the longest kind.
const LONGEST_LINE: u64 = 1024 * 1024;

#[derive(Clone, Copy, ValueEnum)]
enum UnitName {
    /// dBm where the log says so behind the number, else the receiver's own
    Auto,
    /// dBm
    Dbm,
    /// The scale of panels, 0 to 9, such as "Strong, 9"
    Level,
    /// The receiver's own, such as dB below full scale
    Relative,
}

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The log; - is the standard input
    #[arg(value_name = "FILE")]
    file: String,
    /// What the numbers behind rssi are
    #[arg(long, value_enum, default_value_t = UnitName::Auto, help_heading = "Log")]
    rssi: UnitName,
    /// The channel counts as blocked when it was busy for more than this
    #[arg(long, value_name = "TIME", default_value = "30", value_parser = values::seconds,
          help_heading = "Log")]
    blocked: Duration,
    /// Within this time
    #[arg(long, value_name = "TIME", default_value = "60", value_parser = values::seconds,
          help_heading = "Log")]
    window: Duration,
    #[command(flatten)]
    search: SearchArgs,
    /// Show each burst as it ends
    #[arg(long, help_heading = "Output")]
    bursts: bool,
    /// JSON instead of text: the report in one object, bursts before it
    #[arg(long, help_heading = "Output")]
    json: bool,
}

#[derive(Serialize)]
struct Summary<'a> {
    event: &'static str,
    file: &'a str,
    #[serde(flatten)]
    report: &'a LinkReport,
}

pub(crate) fn run(args: &Args) -> io::Result<Success> {
    let mut interference = InterferenceSettings::DEFAULT;
    interference.blocked = args.blocked;
    interference.window = args.window;
    let unit = match args.rssi {
        UnitName::Auto => StrengthUnit::Auto,
        UnitName::Dbm => StrengthUnit::Dbm,
        UnitName::Level => StrengthUnit::Level,
        UnitName::Relative => StrengthUnit::Relative,
    };
    let mut log = FrameLog::new(args.search.options(), interference, unit);
    let read = match args.file.as_str() {
        "-" => lines(io::stdin().lock(), args, &mut log)?,
        file => match File::open(file) {
            Ok(file) => lines(BufReader::new(file), args, &mut log)?,
            Err(error) => Err(error),
        },
    };
    if let Err(error) = read {
        let file = &args.file;
        if args.json {
            let error = Unreadable::new("file", error.to_string(), None);
            output::json(&Bad { file, error }, false)?;
        } else {
            eprintln!("error: {file}: {error}");
        }
        return Ok(false);
    }
    let report = log.finish();
    tell(&mut log, args)?;
    if args.json {
        let summary = Summary {
            event: "report",
            file: &args.file,
            report: &report,
        };
        output::json(&summary, false)?;
    } else {
        show(&report)?;
    }
    Ok(report.events() > 0)
}

/// Reads to the end; the error inside is one of reading, the one outside of writing.
fn lines(mut input: impl BufRead, args: &Args, log: &mut FrameLog) -> io::Result<io::Result<()>> {
    let mut line = Vec::new();
    loop {
        line.clear();
        match input
            .by_ref()
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)
        {
            Ok(0) => return Ok(Ok(())),
            Ok(_) => {
                log.line(&String::from_utf8_lossy(&line));
                tell(log, args)?;
            }
            Err(error) => return Ok(Err(error)),
        }
    }
}

fn tell(log: &mut FrameLog, args: &Args) -> io::Result<()> {
    while let Some(event) = log.poll_event() {
        if !args.bursts {
            continue;
        }
        if args.json {
            output::json(&event, false)?;
            continue;
        }
        let mut out = io::stdout().lock();
        match &event {
            Event::Burst(burst) => show_burst(&mut out, burst)?,
            Event::Channel { state, at_s } => writeln!(out, "{at_s:10.3} s  channel {state}")?,
            _ => {}
        }
        out.flush()?;
    }
    Ok(())
}

fn show_burst(out: &mut impl Write, burst: &BurstShown) -> io::Result<()> {
    write!(out, "{:10.3} s  {}/6 copies", burst.at_s, burst.copies)?;
    if burst.damaged > 0 {
        write!(out, ", {} damaged", burst.damaged)?;
    }
    if burst.extra > 0 {
        write!(out, ", {} extra", burst.extra)?;
    }
    if burst.sync_errors > 0 {
        write!(out, ", {} wrong bits in sync words", burst.sync_errors)?;
    }
    match (&burst.weakest, &burst.strongest) {
        (Some(weakest), Some(strongest)) if weakest == strongest => write!(out, ", {weakest}")?,
        (Some(weakest), Some(strongest)) => write!(out, ", {weakest} to {strongest}")?,
        _ => {}
    }
    let corrected = if burst.closed_by.is_none() {
        ", one frame more than told before"
    } else {
        ""
    };
    writeln!(out, "{corrected}")
}

/// `1 h 12 min`, `52 min 10 s`, `2.6 s`.
fn time(seconds: f64) -> String {
    let (hours, minutes) = ((seconds / 3600.0).floor(), (seconds / 60.0).floor());
    if hours >= 1.0 {
        format!("{hours:.0} h {:.0} min", minutes - hours * 60.0)
    } else if minutes >= 1.0 {
        format!(
            "{minutes:.0} min {:.0} s",
            (seconds - minutes * 60.0).floor()
        )
    } else {
        format!("{seconds:.1} s")
    }
}

fn show(report: &LinkReport) -> io::Result<()> {
    let frames = &report.frames;
    let mut rows = vec![
        (
            "frames",
            format!(
                "{}: {} ok, {} unseen length, {} bad CRC, {} truncated, {} lenient",
                frames.total(),
                frames.ok,
                frames.unseen_length,
                frames.bad_crc,
                frames.truncated,
                frames.lenient
            ),
        ),
        (
            "rows",
            format!(
                "{}: {} without a frame, {} unreadable",
                report.rows, report.rows_without_frame, report.rows_unreadable
            ),
        ),
        (
            "family",
            format!("{} ({})", report.family, report.provenance),
        ),
    ];
    let [none, one, two, three] = report.sync_errors;
    rows.push((
        "sync word",
        format!("{none} exact, {one} with one wrong bit, {two} with two, {three} with three"),
    ));
    if report.inverted > 0 {
        rows.push(("inverted", report.inverted.to_string()));
    }
    if report.suspect > 0 {
        rows.push(("suspect", report.suspect.to_string()));
    }
    for range in &report.strengths {
        rows.push((
            "strength",
            format!(
                "{} to {}, mean {} {}",
                range.weakest, range.strongest, range.mean, range.unit
            ),
        ));
    }
    if let Some(timed) = &report.timed {
        rows.push(("time", time(timed.duration_s)));
        if let (Some(bursts), Some(quality)) = (timed.bursts, timed.link_quality) {
            let total: u64 = bursts.iter().sum();
            let by_copies: Vec<_> = (1..=6_u8)
                .zip(bursts)
                .rev()
                .filter(|(_, bursts)| *bursts > 0)
                .map(|(copies, bursts)| format!("{bursts} with {copies}/6"))
                .collect();
            rows.push((
                "link quality",
                format!(
                    "{:.0} % of the copies of {total} likely bursts",
                    quality * 100.0
                ),
            ));
            rows.push(("bursts", by_copies.join(", ")));
            let damaged = timed.damaged_copies.unwrap_or(0);
            rows.push((
                "other copies",
                format!("{damaged} damaged, {} extra", timed.extra.unwrap_or(0)),
            ));
        }
        rows.push(("longest silence", time(timed.longest_silence_s)));
        rows.push(("silence at the end", time(timed.silence_s)));
        if timed.busy_s > 0.0 {
            let blocked = if timed.blocked { ", blocked now" } else { "" };
            rows.push((
                "channel busy",
                format!(
                    "{}, blocked {} times{blocked}",
                    time(timed.busy_s),
                    timed.interference
                ),
            ));
        }
    }
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(name, value)| vec![name.to_owned(), value])
        .collect();
    output::table(&rows)?;
    let mut out = io::stdout().lock();
    for finding in &report.findings {
        writeln!(
            out,
            "finding {}: {}\n  {}",
            finding.code, finding.detail, finding.advice
        )?;
    }
    out.flush()
}
