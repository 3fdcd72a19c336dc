//! `alarm-lab check-vocabulary`.

use std::io::{self, Write};

use sensio_partner::vocabulary::{Basis, Report, SHIPPED, Status, Vocabulary, check};
use serde::Serialize;

use super::decode::{Unreadable, read};
use super::{Success, output, wrong_usage};

pub(crate) const LONG: &str = "\
Checks files that say what the events of a vendor's JSON mean, and says everything that is wrong, with its \
line:

  vendor.toml:12: error: the row needs `kind` or `sensio`
  vendor.toml:40: error: event 1 of the sample: `kind` is fall, help_call was expected
  vendor.toml: refused: 2 problems

A file is held against its own samples. With --message it is also shown what it makes of a message that a \
vendor has sent. A file in which no sample shows a row passes with a warning: nothing shows that the row is right. \
shipped:NAME is a file of the crate sensio-partner: evondos, safemate, roommate or somnofy, all of them suggestions \
with invented paths.";

const EXAMPLES: &str = "\
Examples:
  alarm-lab check-vocabulary vendor.toml
  alarm-lab check-vocabulary vendor.toml --message captured.json
  alarm-lab check-vocabulary shipped:safemate --json | jq .rows

How a file is written stands in the documentation of sensio_partner::vocabulary.

Exit status: 0 when every file can be used and every message is read with it and has no event that it does \
not know, 1 when not, 2 for wrong usage.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Files to check; - is the standard input, shipped:NAME a shipped one
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// A message of the vendor to read with each file; may be given several times
    #[arg(long, value_name = "FILE")]
    message: Vec<String>,
    /// One JSON object per file instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Checked<'a> {
    file: &'a str,
    passed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    rows: usize,
    samples: usize,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
    messages: Vec<Message<'a>>,
}

#[derive(Serialize)]
struct Problem {
    line: usize,
    detail: String,
}

#[derive(Serialize)]
struct Message<'a> {
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    events: Vec<Read>,
}

#[derive(Serialize)]
struct Read {
    device: Option<String>,
    event: Option<String>,
    state: Option<String>,
    time: Option<String>,
    reference: Option<String>,
    kind: &'static str,
    phase: &'static str,
    action: &'static str,
    sensio: Option<u32>,
    /// The line of the row that was used; null when no row knows the event.
    row: Option<usize>,
    uncertain: bool,
    warnings: Vec<String>,
}

pub(crate) fn run(args: &Args) -> io::Result<Success> {
    let messages: Vec<_> = args
        .message
        .iter()
        .map(|file| match read(file) {
            Ok(bytes) => (file.as_str(), bytes),
            Err(error) => wrong_usage(format!("--message {file}: {}", error.detail())),
        })
        .collect();
    let mut success = true;
    for file in &args.files {
        let checked = match text(file) {
            Ok(text) => checked(file, &text, &messages),
            Err(error) => {
                let mut checked = unread(file);
                checked.error = Some(error.detail().to_owned());
                checked
            }
        };
        success &= checked.passed;
        if args.json {
            output::json(&checked, false)?;
        } else {
            show(&checked)?;
        }
    }
    Ok(success)
}

fn text(file: &str) -> Result<String, Unreadable> {
    if let Some(name) = file.strip_prefix("shipped:") {
        let found = SHIPPED.iter().find(|(known, _)| *known == name);
        let Some((_, text)) = found else {
            let names: Vec<_> = SHIPPED.iter().map(|(name, _)| *name).collect();
            wrong_usage(format!("shipped are {}", names.join(", ")));
        };
        return Ok((*text).to_owned());
    }
    String::from_utf8(read(file)?)
        .map_err(|_| Unreadable::new("utf-8", "the file is not UTF-8".to_owned(), None))
}

fn unread(file: &str) -> Checked<'_> {
    Checked {
        file,
        passed: false,
        error: None,
        name: None,
        version: None,
        status: None,
        rows: 0,
        samples: 0,
        problems: Vec::new(),
        warnings: Vec::new(),
        messages: Vec::new(),
    }
}

fn checked<'a>(file: &'a str, text: &str, messages: &[(&'a str, Vec<u8>)]) -> Checked<'a> {
    let report: Report = check(text);
    let problems = |found: &[sensio_partner::vocabulary::Problem]| {
        let found = found.iter().map(|problem| Problem {
            line: problem.line,
            detail: problem.kind.to_string(),
        });
        found.collect()
    };
    let mut checked = Checked {
        passed: report.is_usable(),
        rows: report.rows,
        samples: report.samples,
        problems: problems(&report.problems),
        warnings: problems(&report.warnings),
        ..unread(file)
    };
    if let Ok(vocabulary) = Vocabulary::parse(text) {
        checked.name = Some(vocabulary.name().to_owned());
        checked.version = Some(vocabulary.version().to_owned());
        checked.status = Some(match vocabulary.status() {
            Status::Suggestion => "suggestion",
            Status::Confirmed => "confirmed",
            _ => "other",
        });
        for (name, bytes) in messages {
            let (message, is_known) = message(&vocabulary, name, bytes);
            checked.passed &= is_known;
            checked.messages.push(message);
        }
    }
    checked
}

/// What the file makes of a message, and whether it knows all of it.
fn message<'a>(vocabulary: &Vocabulary, name: &'a str, bytes: &[u8]) -> (Message<'a>, bool) {
    let mut shown = Message {
        message: name,
        error: None,
        events: Vec::new(),
    };
    let readings = match vocabulary.read(bytes) {
        Ok(readings) => readings,
        Err(error) => {
            shown.error = Some(error.to_string());
            return (shown, false);
        }
    };
    let mut is_known = true;
    for reading in readings {
        let (row, uncertain) = match reading.basis {
            Basis::Rule(rule) => (Some(rule.line), rule.uncertain),
            _ => (None, true),
        };
        is_known &= row.is_some();
        shown.events.push(Read {
            device: reading.device,
            event: reading.event,
            state: reading.state,
            time: reading.time.map(|time| time.as_str().to_owned()),
            reference: reading.reference,
            kind: reading.kind.name(),
            phase: reading.phase.name(),
            action: reading.action.name(),
            sensio: reading.event_type.map(|code| code.0),
            row,
            uncertain,
            warnings: reading.warnings.iter().map(ToString::to_string).collect(),
        });
    }
    (shown, is_known)
}

fn show(checked: &Checked<'_>) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let file = checked.file;
    if let Some(error) = &checked.error {
        writeln!(out, "{file}: error: {error}")?;
        return out.flush();
    }
    for (kind, found) in [("error", &checked.problems), ("warning", &checked.warnings)] {
        for Problem { line, detail } in found {
            writeln!(out, "{file}:{line}: {kind}: {detail}")?;
        }
    }
    for message in &checked.messages {
        let name = message.message;
        if let Some(error) = &message.error {
            writeln!(out, "{name}: error: {error}")?;
        }
        for (number, read) in message.events.iter().enumerate() {
            let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
            let row = read
                .row
                .map_or_else(|| "no row knows it".to_owned(), |row| format!("line {row}"));
            let uncertain = if read.uncertain { ", uncertain" } else { "" };
            let code = read
                .sensio
                .map_or_else(|| "-".to_owned(), |code| code.to_string());
            writeln!(
                out,
                "{name}: event {}: {} of {}: {} {} ({}), Sensio code {code}; {row}{uncertain}",
                number + 1,
                word(&read.event),
                word(&read.device),
                read.kind,
                read.phase,
                read.action,
            )?;
            for warning in &read.warnings {
                writeln!(out, "{name}: event {}: warning: {warning}", number + 1)?;
            }
        }
    }
    let Checked { rows, samples, .. } = checked;
    let verdict = match (checked.problems.len(), checked.passed, checked.status) {
        (0, true, Some("suggestion")) => {
            format!("passed: {rows} rows, {samples} samples; a suggestion: nobody has seen it work")
        }
        (0, true, _) => format!("passed: {rows} rows, {samples} samples"),
        (0, false, _) => "a message is not read, or holds what the file does not know".to_owned(),
        (problems, _, _) => format!("refused: {problems} problems"),
    };
    writeln!(out, "{file}: {verdict}")?;
    out.flush()
}
