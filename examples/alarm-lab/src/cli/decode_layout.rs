//! `alarm-lab decode layout` and `alarm-lab check-layout`.

use std::io::{self, Write};

use alarm_lab::decode::climax::layout::{Decoded, decode_line, decode_payload, reads_payloads};
use alarm_lab::decode::{Failure, from_hex};
use climax_rf::layout::{Layout, Report, Verification, check};
use serde::Serialize;

use super::decode::{Bad, Unreadable, read};
use super::decode_files::Files;
use super::{Success, output, wrong_usage};

pub(crate) const LONG: &str = "\
Reads a recording of a line whose frames a layout declares, or clear payload bytes, and prints one JSON \
object per item:

  {\"file\",\"protocol\",\"item\",\"at\",\"bytes\",\"decoded\":{\"layout\",\"provenance\",\"verification\",\"device\",\"events\",\
\"battery\",\"fields\":[...],...},\"warnings\":[...],\"answer\"}

item is frame, payload, heartbeat or skipped. decoded carries the provenance of the layout: it is what \
whoever wrote the layout says, and verification tells whether its samples pass. answer is what a \
receiver sends once the frame is safe. at counts the bytes read when the item was told; of payloads with \
--hex, the lines. A frame that is refused comes with

  \"error\":{\"code\",\"detail\",\"layer\",\"offset\"}

A recording has no times: time-outs and silence cannot show.";

const EXAMPLES: &str = "\
Examples:
  alarm-lab check-layout receiver.toml                      is the layout right?
  alarm-lab decode layout --layout receiver.toml line.bin   what was on the line?
  alarm-lab decode layout --layout payload.toml --hex clear.txt

How a layout is written stands in LAYOUTS.md of the crate climax-rf.

Exit status: 0 when everything was decoded, 1 when something was not, 2 for wrong usage.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    files: Files,
    /// The layout, as TOML
    #[arg(long, value_name = "FILE", required = true, help_heading = "Input")]
    layout: String,
    /// The files hold hexadecimal digits; of payloads, one per line
    #[arg(long, help_heading = "Input")]
    hex: bool,
}

/// A layout without faults; one with any is wrong usage.
pub(super) fn load(file: &str) -> Layout {
    let text = text(file).unwrap_or_else(|error| {
        wrong_usage(format!("--layout {file}: {}", error.detail()));
    });
    Layout::parse(&text).unwrap_or_else(|errors| {
        let first = &errors.errors()[0];
        wrong_usage(format!(
            "--layout {file}:{}:{}: {}; `alarm-lab check-layout {file}` says all",
            first.line, first.column, first.kind
        ))
    })
}

fn text(file: &str) -> Result<String, Unreadable> {
    String::from_utf8(read(file)?)
        .map_err(|_| Unreadable::new("utf-8", "the file is not UTF-8".to_owned(), None))
}

/// A payload in hexadecimal digits on each line.
pub(super) fn payloads(layout: &Layout, text: &[u8]) -> Vec<Result<Decoded, Failure<Decoded>>> {
    let lines = text.split(|&byte| byte == b'\n').enumerate();
    lines
        .filter(|(_, line)| !line.trim_ascii().is_empty())
        .map(|(index, line)| match from_hex(line) {
            Ok(bytes) => decode_payload(layout, &bytes, index + 1),
            Err(error) => Err(Failure::in_line(index + 1, "hex", error)),
        })
        .collect()
}

pub(crate) fn run(args: &Args) -> io::Result<Success> {
    let layout = load(&args.layout);
    let payload = reads_payloads(&layout).unwrap_or_else(|error| wrong_usage(error));
    args.files.each(args.hex && !payload, |shown, bytes| {
        if !payload {
            let items = decode_line(&layout, bytes);
            return shown.all(items.unwrap_or_else(|error| wrong_usage(error)));
        }
        if args.hex {
            shown.all(payloads(&layout, bytes))
        } else {
            shown.all([decode_payload(&layout, bytes, 1)])
        }
    })
}

pub(crate) const CHECK_LONG: &str = "\
Reads layouts, runs their samples, and says everything that is wrong, with line and column:

  receiver.toml:12:9: error: `checksum` needs `kind`
  receiver.toml:40: sample \"fall\": FAILED: device should be 40211870, and is 40211871
  receiver.toml: failed: 1 of 3 samples

A layout without samples passes, and is untested: nothing shows that it is right.";

const CHECK_EXAMPLES: &str = "\
Examples:
  alarm-lab check-layout receiver.toml
  alarm-lab check-layout --json layouts/*.toml | jq -r 'select(.verification == \"untested\").file'

Exit status: 0 when no layout has faults or failing samples, 1 when one has, 2 for wrong usage.";

#[derive(clap::Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(crate) struct CheckArgs {
    /// Layouts to check; - is the standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// One JSON object per layout instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Checked<'a> {
    file: &'a str,
    passed: bool,
    #[serde(flatten)]
    report: Report,
}

pub(crate) fn run_check(args: &CheckArgs) -> io::Result<Success> {
    let mut success = true;
    for file in &args.files {
        match text(file) {
            Ok(text) => {
                let report = check(&text);
                let passed = report.passed();
                success &= passed;
                if args.json {
                    let checked = Checked {
                        file,
                        passed,
                        report,
                    };
                    output::json(&checked, false)?;
                } else {
                    show(file, &report)?;
                }
            }
            Err(error) => {
                success = false;
                if args.json {
                    output::json(&Bad { file, error }, false)?;
                } else {
                    let mut out = io::stdout().lock();
                    writeln!(out, "{file}: error: {}", error.detail())?;
                }
            }
        }
    }
    Ok(success)
}

fn show(file: &str, report: &Report) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let kinds = [("error", &report.errors), ("warning", &report.warnings)];
    for (kind, lines) in kinds {
        for line in lines {
            let (at, column) = (line.line, line.column);
            writeln!(out, "{file}:{at}:{column}: {kind}: {}", line.message)?;
        }
    }
    for sample in &report.samples {
        let place = format!("{file}:{}: sample {:?}", sample.line, sample.name);
        let verdict = if sample.passed() { "passed" } else { "FAILED" };
        let tolerated = match sample.warnings.as_slice() {
            [] => String::new(),
            codes => format!(" (tolerated: {})", codes.join(", ")),
        };
        if sample.passed() {
            writeln!(out, "{place}: {verdict}{tolerated}")?;
        }
        for finding in &sample.findings {
            writeln!(out, "{place}: {verdict}: {finding}{tolerated}")?;
        }
    }
    let verdict = match report.verification {
        None => format!(
            "{} faults; it reads nothing until they are gone",
            report.errors.len()
        ),
        Some(Verification::Untested) => {
            "untested: it has no samples, so that nothing shows that it is right".to_owned()
        }
        Some(Verification::Passed { samples }) => format!("passed: {samples} samples"),
        Some(Verification::Failed { samples, failed }) => {
            format!("failed: {failed} of {samples} samples")
        }
        Some(other) => format!("{other:?}"),
    };
    writeln!(out, "{file}: {verdict}")?;
    out.flush()
}
