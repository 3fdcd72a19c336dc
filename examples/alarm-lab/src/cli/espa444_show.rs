//! Events of an ESPA 4.4.4 line, for people.

use std::io::{self, Write};

use alarm_lab::decode::Object;
use alarm_lab::decode::espa444::{Finding, Sender};
use alarm_lab::espa444::{CallOutcome, Event, Heard, Taken};
use serde_json::Value;

use super::shower::Told;

impl Told for Event {
    fn is_dialogue(&self) -> bool {
        matches!(self, Event::Heard(_))
    }

    fn text(&self) -> io::Result<()> {
        text(self)
    }
}

fn text(event: &Event) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match event {
        Event::Line { state, detail } => writeln!(out, "{state}: {detail}")?,
        Event::Call(call) => show_call(&mut out, call)?,
        Event::Block(taken) => show_taken(&mut out, taken)?,
        Event::Refused(refused) => {
            let answer = refused.error.answer.as_deref();
            let answer = answer.map_or("no answer".to_owned(), |prefix| format!("'{prefix}' NAK"));
            writeln!(out, "damaged block, {answer}: {}", refused.error.detail)?;
        }
        Event::Status { number, outcome } => writeln!(out, "status of {number}: {outcome}")?,
        Event::Heard(heard) => show_heard(&mut out, heard)?,
        Event::Finding(finding) => show_finding(&mut out, finding)?,
        other => writeln!(out, "{other:?}")?,
    }
    out.flush()
}

fn show_call(out: &mut impl Write, call: &CallOutcome) -> io::Result<()> {
    write!(
        out,
        "call {}: {} after {:.1} ms",
        call.number, call.detail, call.time_ms
    )?;
    if call.replaced > 0 {
        write!(out, "; {} characters written as others", call.replaced)?;
    }
    if call.cut {
        write!(out, "; the text was cut")?;
    }
    writeln!(out)
}

fn show_taken(out: &mut impl Write, taken: &Taken) -> io::Result<()> {
    let repeat = if taken.possible_repeat {
        ", possible repeat"
    } else {
        ""
    };
    let (number, answer) = (taken.number, taken.answer);
    writeln!(
        out,
        "{number}: {}; {answer}{repeat}",
        records(&taken.message)
    )?;
    for warning in &taken.warnings {
        writeln!(out, "  warning {}: {}", warning.code, warning.detail)?;
    }
    Ok(())
}

fn show_finding(out: &mut impl Write, finding: &Finding) -> io::Result<()> {
    let times = finding.evidence.unwrap_or(1);
    writeln!(
        out,
        "finding {}: {} (seen {times} times)",
        finding.code, finding.detail
    )?;
    writeln!(out, "  {}", finding.advice)
}

fn show_heard(out: &mut impl Write, heard: &Heard) -> io::Result<()> {
    let mark = match heard.sender {
        Some(Sender::Caller) => ">",
        Some(Sender::Receiver) => "<",
        None => " ",
    };
    write!(out, "{:10.1} ms {mark} {}", heard.after_ms, heard.item)?;
    if let Some(address) = &heard.address {
        write!(out, " '{address}'")?;
    }
    if let Some(prefix) = &heard.prefix {
        let name = prefix["name"].as_str().unwrap_or("unknown reason");
        write!(
            out,
            " '{}' ({name})",
            prefix["value"].as_str().unwrap_or("?")
        )?;
    }
    if let Some(message) = &heard.message {
        write!(out, " {}", records(message))?;
    }
    if let Some(error) = &heard.error {
        write!(out, ": {}", error.detail)?;
    }
    if let Some(dialogue) = &heard.dialogue {
        write!(out, "{}", summary(dialogue))?;
    }
    writeln!(out)?;
    for warning in heard.warnings.iter().flatten() {
        writeln!(out, "{:15}warning {}: {}", "", warning.code, warning.detail)?;
    }
    Ok(())
}

/// What was done before an EOT, in brackets.
fn summary(dialogue: &Value) -> String {
    if dialogue["link_test"] == true {
        return " (link test without data)".to_owned();
    }
    let count = |name: &str| dialogue[name].as_u64().unwrap_or(0);
    match dialogue["selected"].as_str() {
        Some(selected) => format!(
            " ('{selected}' was selected: {} blocks, {} acknowledged, {} refused)",
            count("blocks") + count("damaged"),
            count("acknowledged"),
            count("refused")
        ),
        None => String::new(),
    }
}

/// `call to pager: call address "31", display message "TEST"`; quoted, so that nothing in a text
/// acts on the terminal.
fn records(message: &Object) -> String {
    let header = message.get("header").and_then(Value::as_str).unwrap_or("?");
    let name = message.get("header_name").and_then(Value::as_str);
    let records = message.get("records").and_then(Value::as_array);
    let records: Vec<_> = records
        .into_iter()
        .flatten()
        .map(|record| {
            let id = record["id"].as_str().unwrap_or("?");
            let name = record["name"].as_str().unwrap_or(id);
            let value = record["text"].as_str().or(record["value"].as_str());
            format!("{name} {:?}", value.unwrap_or_default())
        })
        .collect();
    format!("{}: {}", name.unwrap_or(header), records.join(", "))
}
