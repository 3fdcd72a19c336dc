//! The tables of FHIR: an alarm as a document Bundle, and what is handed out.

use std::hint::black_box;

use benches::clock::{Effort, Row, measure};
use benches::records::{
    by_entry, by_tree, document, event, note, read, searchset, tree, write_event,
};
use fhir_vkp::encode;
use serde_json::Value;

use crate::{Verdict, table, time};

/// At most so many times the time of serialising the same `serde_json::Value`.
const OF_A_VALUE: f64 = 1.5;
/// At most so many times serde_json's tree and fhir-sdk's typed parse.
#[cfg(feature = "fhir-sdk")]
const OF_TREE_AND_TYPES: f64 = 2.0;

/// Every table.
pub(crate) fn all(effort: Effort, verdicts: &mut Vec<Verdict>) {
    writing(verdicts);
    writing_events(verdicts);
    reading(effort, verdicts);
    page(effort);
}

fn writing(verdicts: &mut Vec<Verdict>) {
    const OURS: &str = "fhir-vkp: alarm to Bundle";
    const VALUE: &str = "serde_json: the same Value to JSON";
    let (note, body) = (note(), document());
    let value: Value = serde_json::from_slice(&body).unwrap_or_default();
    let (mut out, mut json) = (Vec::new(), Vec::new());
    let mut rows = [
        Row::new(OURS, || {
            out.clear();
            encode::alarm_document(black_box(&note), &mut out).is_ok()
        }),
        Row::new(VALUE, || {
            json.clear();
            serde_json::to_writer(&mut json, black_box(&value)).is_ok()
        }),
    ];
    // Half a second makes the ratio steady enough to be judged in CI.
    measure(&mut rows, Effort::FULL);
    let title = format!("FHIR: write an alarm, {} bytes", body.len());
    table(&title, &rows, VALUE);
    let found = time(&rows, OURS) / time(&rows, VALUE);
    verdicts.push(Verdict {
        target: "FHIR: alarm to Bundle JSON at most 1.5 times the same Value".into(),
        found: format!("{found:.2}"),
        met: found <= OF_A_VALUE,
        goal: false,
    });
}

/// From the event on: device, alert code, severity, log and texts, and the note that they make, which
/// [`writing`] finds done.
fn writing_events(verdicts: &mut Vec<Verdict>) {
    const OURS: &str = "fhir-vkp: event to Bundle";
    const VALUE: &str = "serde_json: the same Value to JSON";
    let (event, context) = event();
    let mut body = Vec::new();
    if !write_event(&event, &context, &mut body) {
        println!("\nThe event was not written.");
    }
    let value: Value = serde_json::from_slice(&body).unwrap_or_default();
    let (mut out, mut json) = (Vec::new(), Vec::new());
    let mut rows = [
        Row::new(OURS, || {
            out.clear();
            write_event(black_box(&event), black_box(&context), &mut out)
        }),
        Row::new(VALUE, || {
            json.clear();
            serde_json::to_writer(&mut json, black_box(&value)).is_ok()
        }),
    ];
    measure(&mut rows, Effort::FULL);
    let title = format!("FHIR: write an alarm from its event, {} bytes", body.len());
    table(&title, &rows, VALUE);
    let found = time(&rows, OURS) / time(&rows, VALUE);
    verdicts.push(Verdict {
        target: "FHIR: event to Bundle JSON at most 1.5 times the same Value".into(),
        found: format!("{found:.2}"),
        met: found <= OF_A_VALUE,
        // The note is made on the way, which a finished Value is spared: between 1.3 and 1.6, as the heap lies.
        goal: true,
    });
}

fn reading(effort: Effort, verdicts: &mut Vec<Verdict>) {
    const TREE: &str = "serde_json: Value";
    let body = document();
    let mut rows = vec![
        Row::new("fhir-vkp: tree, repairs, findings", || {
            read(black_box(&body))
        }),
        Row::new(TREE, || tree(black_box(&body))),
    ];
    #[cfg(feature = "fhir-sdk")]
    rows.extend([
        Row::new(OURS, || benches::records::read_typed(black_box(&body))),
        Row::new("fhir-sdk: typed parse", || {
            benches::records::types(black_box(&body))
        }),
        Row::new(THEIRS, || {
            benches::records::tree_and_types(black_box(&body))
        }),
    ]);
    measure(&mut rows, effort);
    table(&format!("FHIR: read it, {} bytes", body.len()), &rows, TREE);
    typed(&rows, verdicts);
}

#[cfg(feature = "fhir-sdk")]
const OURS: &str = "fhir-vkp: the same, then types and what they lose";
#[cfg(feature = "fhir-sdk")]
const THEIRS: &str = "serde_json: Value, then fhir-sdk: typed parse";

#[cfg(feature = "fhir-sdk")]
fn typed(rows: &[Row<'_>], verdicts: &mut Vec<Verdict>) {
    let found = time(rows, OURS) / time(rows, THEIRS);
    verdicts.push(Verdict {
        target: "FHIR: tolerant reading and types at most twice Value and fhir-sdk".into(),
        found: format!("{found:.2}"),
        met: found <= OF_TREE_AND_TYPES,
        goal: false,
    });
}

#[cfg(not(feature = "fhir-sdk"))]
fn typed(_rows: &[Row<'_>], _verdicts: &mut Vec<Verdict>) {
    println!("\nReading into types is measured with `--features fhir-sdk`.");
}

fn page(effort: Effort) {
    const TREE: &str = "serde_json: Value of all";
    let body = searchset();
    // One turn takes a tenth of a second.
    let few = Effort {
        rounds: effort.rounds / 40,
        ..effort
    };
    let mut rows = [
        Row::new("fhir-vkp: entry by entry", || by_entry(black_box(&body))),
        Row::new(TREE, || by_tree(black_box(&body))),
    ];
    measure(&mut rows, few);
    table(
        &format!("FHIR: a searchset, {} bytes", body.len()),
        &rows,
        TREE,
    );
}
