//! The tables of Climax: the search for frames, reports, a declared layout, the web interface.

use std::hint::black_box;

use benches::climax::{
    BRACKETS, FRAMES, LAYOUT, NOISE, bracket_limit, counted, devices, devices_of_old, frame_limit,
    frames, layout_frame, noise, plain_bracket, read_bracket, read_frame, window,
};
use benches::clock::{Effort, Row, measure};
use climax_rf::f1::{Bits, SearchOptions, SyncTolerance, search};
use climax_rf::layout::Layout;
use climax_rf::panel_web::{Limits, read_devices};
use climax_rf::{checksum, contact_id, dc09};

use crate::{Verdict, table, time};

/// At least so many megabits in a second; the channel carries a hundredth of one.
const MEGABITS: f64 = 100.0;
/// At least so many times the window over single bits.
const OF_THE_WINDOW: f64 = 10.0;
/// At most so many times memchr and the checksum.
const OF_THE_LIMIT: f64 = 3.0;

/// Every table.
pub(crate) fn all(effort: Effort, verdicts: &mut Vec<Verdict>) {
    radio(effort, verdicts);
    for (name, bytes) in BRACKETS {
        brackets(name, bytes, effort, verdicts);
    }
    for (name, bytes) in FRAMES {
        report_frames(name, bytes, verdicts);
    }
    layout(effort);
    panel_web(effort);
}

fn radio(effort: Effort, verdicts: &mut Vec<Verdict>) {
    const WINDOW: &str = "window over single bits, places told, 2 wrong bits";
    const SEARCH: &str = "search, 2 wrong bits";
    // A turn is a whole search: long enough with few of them.
    let effort = Effort {
        rounds: effort.rounds / 4,
        ..effort
    };
    let (noise, frames) = (noise(), frames());
    let bits = Bits::of_bytes(&noise);
    let options = SyncTolerance::ALL.map(|wrong| SearchOptions::new().with_tolerance(wrong));
    let [exact, one, two, three] = &options;
    let run = |options| search(black_box(bits), options).count();
    let mut rows = [
        Row::new(WINDOW, || window(black_box(bits), 2)),
        Row::new("the same, places only counted", || {
            counted(black_box(&noise), 2)
        }),
        Row::new("search, the exact sync word", || run(exact)),
        Row::new("search, 1 wrong bit", || run(one)),
        Row::new(SEARCH, || run(two)),
        Row::new("search, 3 wrong bits", || run(three)),
        Row::new("search, frames without pause", || {
            search(Bits::of_bytes(black_box(&frames)), two).count()
        }),
    ];
    measure(&mut rows, effort);
    let (naive, ours) = (time(&rows, WINDOW), time(&rows, SEARCH));
    println!(
        "\n## F1: search of {} bits of noise, both polarities\n\n\
         | row | Mbit/s | times the window |\n|---|---:|---:|",
        NOISE * 8
    );
    for row in &rows {
        let nanoseconds = row.nanoseconds();
        println!(
            "| {} | {:.0} | {:.1} |",
            row.name(),
            megabits(nanoseconds),
            naive / nanoseconds
        );
    }
    for (what, found, wanted) in [
        ("at least 100 Mbit/s", megabits(ours), MEGABITS),
        (
            "at least 10 times the window over single bits",
            naive / ours,
            OF_THE_WINDOW,
        ),
    ] {
        verdicts.push(Verdict {
            target: format!("F1 search: {what}"),
            found: format!("{found:.1}"),
            met: found >= wanted,
            goal: false,
        });
    }
}

/// Megabits in a second when the noise takes so long.
fn megabits(nanoseconds: f64) -> f64 {
    let bits = u32::try_from(NOISE * 8).map_or(f64::NAN, f64::from);
    bits / nanoseconds * 1e3
}

fn judge(verdicts: &mut Vec<Verdict>, name: &str, ours: f64, limit: f64) {
    verdicts.push(Verdict {
        target: format!("{name}: at most 3 times memchr and the checksum"),
        found: format!("{:.2}", ours / limit),
        met: ours <= limit * OF_THE_LIMIT,
        goal: false,
    });
}

const LIMIT: &str = "memchr over the bytes, and the checksum";

fn brackets(name: &str, bytes: &[u8], effort: Effort, verdicts: &mut Vec<Verdict>) {
    const OURS: &str = "climax-rf, decode_bracket";
    let options = contact_id::DecodeOptions::lenient();
    let mut rows = [
        Row::new(LIMIT, || bracket_limit(black_box(bytes))),
        Row::new(OURS, || read_bracket(black_box(bytes), &options)),
        Row::new("text, parts, numbers", || plain_bracket(black_box(bytes))),
    ];
    measure(&mut rows, effort);
    table(
        &format!("Contact ID: {name}, {} bytes", bytes.len()),
        &rows,
        LIMIT,
    );
    // What deviates goes the careful way, which says where: printed and not judged.
    let clean = contact_id::decode_bracket(bytes, &options).is_ok_and(|d| d.warnings.is_empty());
    if clean {
        judge(verdicts, name, time(&rows, OURS), time(&rows, LIMIT));
    }
}

fn report_frames(name: &str, bytes: &[u8], verdicts: &mut Vec<Verdict>) {
    const OURS: &str = "climax-rf, decode and data";
    let options = dc09::DecodeOptions::lenient();
    let mut rows = [
        Row::new(LIMIT, || frame_limit(black_box(bytes))),
        Row::new("climax-rf, decode", || {
            black_box(&dc09::decode(black_box(bytes), &options)).is_ok()
        }),
        Row::new(OURS, || read_frame(black_box(bytes), &options)),
    ];
    // Short texts: a steady ratio takes half a second.
    measure(&mut rows, Effort::FULL);
    table(&format!("{name}, {} bytes", bytes.len()), &rows, LIMIT);
    judge(verdicts, name, time(&rows, OURS), time(&rows, LIMIT));
}

fn layout(effort: Effort) {
    let Ok(layout) = Layout::parse(LAYOUT) else {
        return;
    };
    let frame = layout_frame();
    let limit = "memchr over the bytes, and the CRC";
    let mut rows = [
        Row::new(limit, || {
            let bytes = black_box(&frame[..]);
            (memchr::memchr(0xFF, bytes), checksum::crc_16_cms(bytes))
        }),
        Row::new("climax-rf, decode_frame", || {
            layout.decode_frame(black_box(&frame)).is_ok()
        }),
    ];
    measure(&mut rows, effort);
    let title = format!(
        "Declared layout: a frame with marks, escape and CRC, {} bytes",
        frame.len()
    );
    table(&title, &rows, limit);
}

fn panel_web(effort: Effort) {
    const VALUE: &str = "serde_json::Value, JSON";
    let (json, old) = (devices(), devices_of_old());
    let limits = Limits::default();
    let mut rows = [
        Row::new(VALUE, || {
            serde_json::from_str::<serde_json::Value>(black_box(&json)).is_ok()
        }),
        Row::new("climax-rf, read_devices, JSON", || {
            read_devices(black_box(json.as_bytes()), &limits).is_ok()
        }),
        Row::new("climax-rf, read_devices, text of old panels", || {
            read_devices(black_box(old.as_bytes()), &limits).is_ok()
        }),
    ];
    measure(&mut rows, effort);
    let title = format!("Web interface of panels: 50 devices, {} bytes", json.len());
    table(&title, &rows, VALUE);
}
