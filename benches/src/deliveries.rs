//! The tables of Sensio Partner: bodies with pictures, and the delivery queue.

use std::hint::black_box;

use benches::clock::{Effort, Row, measure, of_this_process};
use benches::partner::{
    DEVICES, MapRound, QueueRound, body, derived, event_with_pictures, long_queue, read_with_serde,
    write_with_serde,
};
use sensio_partner::{DecodeOptions, UnityVersion, decode_event, encode_event};

use crate::{Verdict, table, time};

/// Megabytes of body in a second, at least.
const MEGABYTES: f64 = 500.0;
/// Microseconds of the queue for one event with the calls it takes, at most.
const MICROSECONDS: f64 = 50.0;
/// Bytes of memory for an event that waits, pictures aside, at most.
const EACH: f64 = 1024.0;
/// Events to find that with.
const EVENTS: usize = 50_000;

/// By how much the process grows for each event that waits; early, before there is free memory to
/// reuse.
pub(crate) fn bytes_for_each() -> Option<f64> {
    let before = of_this_process("VmRSS:")?;
    let queue = long_queue(EVENTS);
    let grown = of_this_process("VmRSS:")? - before;
    black_box(&queue);
    Some(grown / EVENTS as f64)
}

/// Every table. `each` is what [`bytes_for_each`] found.
pub(crate) fn all(effort: Effort, each: Option<f64>, verdicts: &mut Vec<Verdict>) {
    // A turn is a body of a third of a megabyte: long enough with few of them.
    let few = Effort {
        rounds: effort.rounds / 4,
        ..effort
    };
    writing(few, verdicts);
    reading(few, verdicts);
    queue(effort, each, verdicts);
}

fn judge(verdicts: &mut Vec<Verdict>, target: String, found: f64, met: bool) {
    verdicts.push(Verdict {
        target,
        found: format!("{found:.2}"),
        met,
        goal: false,
    });
}

fn megabytes(body: &[u8], nanoseconds: f64) -> f64 {
    body.len() as f64 * 1e3 / nanoseconds
}

fn writing(effort: Effort, verdicts: &mut Vec<Verdict>) {
    const OURS: &str = "sensio-partner: base64 and JSON";
    const ALONE: &str = "serde_json alone, base64 made before";
    const BOTH: &str = "base64 into texts, then serde_json";
    let event = event_with_pictures();
    let expected = body(&event);
    let ready = derived(&event);
    let (mut copy, mut out, mut text) = (Vec::new(), Vec::new(), Vec::new());
    let mut rows = [
        Row::new("copy of the body", || {
            copy.clear();
            copy.extend_from_slice(black_box(&expected));
        }),
        Row::new(OURS, || {
            out.clear();
            encode_event(black_box(&event), UnityVersion::LATEST, &mut out)
        }),
        Row::new(ALONE, || {
            text.clear();
            serde_json::to_writer(&mut text, black_box(&ready)).is_ok()
        }),
        Row::new(BOTH, || write_with_serde(black_box(&event)).len()),
    ];
    measure(&mut rows, effort);
    table(
        &format!(
            "Sensio: write an event with five pictures, {} bytes",
            expected.len()
        ),
        &rows,
        ALONE,
    );
    let ours = time(&rows, OURS);
    judge_body(
        "written",
        &expected,
        ours,
        ours / time(&rows, BOTH),
        verdicts,
    );
}

fn reading(effort: Effort, verdicts: &mut Vec<Verdict>) {
    const OURS: &str = "sensio-partner: JSON and base64";
    const ALONE: &str = "serde_json alone, base64 left in";
    const BOTH: &str = "serde_json, then base64";
    let body = body(&event_with_pictures());
    let options = DecodeOptions::lenient();
    let mut rows = [
        Row::new("check of UTF-8", || {
            std::str::from_utf8(black_box(&body)).is_ok()
        }),
        Row::new(OURS, || {
            black_box(&decode_event(black_box(&body), &options)).is_ok()
        }),
        Row::new(ALONE, || {
            let read: Result<benches::partner::Derived<'_>, _> =
                serde_json::from_slice(black_box(&body));
            black_box(&read).is_ok()
        }),
        Row::new(BOTH, || read_with_serde(black_box(&body))),
        Row::new("serde_json::Value", || {
            black_box(&serde_json::from_slice::<serde_json::Value>(black_box(
                &body,
            )))
            .is_ok()
        }),
    ];
    measure(&mut rows, effort);
    table(
        &format!(
            "Sensio: read an event with five pictures, {} bytes",
            body.len()
        ),
        &rows,
        ALONE,
    );
    let ours = time(&rows, OURS);
    judge_body("read", &body, ours, ours / time(&rows, BOTH), verdicts);
}

/// At most so many times serde_json and base64 one after the other, which is the same job.
const OF_SERDE: f64 = 1.25;

fn judge_body(what: &str, body: &[u8], ours: f64, ratio: f64, verdicts: &mut Vec<Verdict>) {
    let rate = megabytes(body, ours);
    println!("\n{what}: {rate:.0} MB/s");
    let target = format!("event with five pictures {what}: at least {MEGABYTES} MB/s");
    judge(verdicts, target, rate, rate >= MEGABYTES);
    let target =
        format!("event with five pictures {what}: at most {OF_SERDE} times serde_json and base64");
    judge(verdicts, target, ratio, ratio <= OF_SERDE);
}

fn queue(effort: Effort, each: Option<f64>, verdicts: &mut Vec<Verdict>) {
    const OURS: &str = "delivery queue";
    const MAP: &str = "a map of lists and a heap";
    let (mut ours, mut map) = (QueueRound::new(), MapRound::new());
    let mut rows = [Row::new(OURS, || ours.run()), Row::new(MAP, || map.run())];
    measure(&mut rows, effort);
    let title = format!(
        "Sensio: an event taken in and one delivered, {DEVICES} waiting, 20 % of calls fail"
    );
    table(&title, &rows, MAP);
    let found = time(&rows, OURS) / 1e3;
    let ratio = time(&rows, OURS) / time(&rows, MAP);
    let target = format!("delivery queue: at most {MICROSECONDS} µs for an event");
    judge(verdicts, target, found, found <= MICROSECONDS);
    let target = format!("delivery queue: at most {OF_THE_MAP} times a map of lists and a heap");
    judge(verdicts, target, ratio, ratio <= OF_THE_MAP);
    let Some(each) = each else {
        println!("\nMemory of a waiting event: not told by this system.");
        return;
    };
    println!("\n{each:.0} bytes of memory for each waiting event with a text of 200 characters");
    let target =
        format!("delivery queue: at most {EACH} bytes for a waiting event without pictures");
    judge(verdicts, target, each, each <= EACH);
}

/// The queue keeps each call in its store, tells of each and holds to limits; the map does nothing of it.
const OF_THE_MAP: f64 = 10.0;
