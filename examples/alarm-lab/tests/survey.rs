//! `alarm-lab survey` as a person or a script meets it.
#![allow(clippy::unwrap_used)]

#[path = "support/stations.rs"]
mod stations;

use std::fmt::Write;

use serde_json::{Value, json};
use stations::{lab, lines};

const ROW: &str = "{168}aaaaaaaa29cd29cd0a00002b5a10c37e9104d824f8";
const BAD: &str = "{168}aaaaaaaa29cd29cd0a00002b5a10c37e9104d824f9";

fn survey(arguments: &[&str], log: &str) -> (Vec<Value>, Option<i32>) {
    let output = lab(
        &[&["survey", "--json"], arguments, &["-"]].concat(),
        log.as_bytes(),
    );
    (lines(&output), output.status.code())
}

/// A burst of so many copies from a second on.
fn burst(log: &mut String, second: f64, copies: u32) {
    for copy in 0..copies {
        let at = second + f64::from(copy) * 0.4;
        writeln!(log, "{at:.3} rssi=-{}.5 dBm {ROW}", 80 + copy).unwrap();
    }
}

#[test]
fn a_log_gives_a_report_on_the_link() {
    let mut log = String::from("# a walk through the house\n");
    burst(&mut log, 0.0, 6);
    burst(&mut log, 60.0, 3);
    writeln!(log, "61.2 {BAD}\n62.0 {{16}}ffff\n63.0 {{9}}f").unwrap();
    let (all, status) = survey(&[], &log);
    assert_eq!((all.len(), status), (1, Some(0)));
    let report = &all[0];
    assert_eq!(report["event"], "report");
    assert_eq!(report["frames"]["ok"], 9);
    assert_eq!(report["frames"]["bad_crc"], 1);
    assert_eq!(
        (&report["rows_without_frame"], &report["rows_unreadable"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(report["timed"]["bursts"], json!([0, 0, 1, 0, 0, 1]));
    assert_eq!(report["timed"]["link_quality"], 0.75);
    assert_eq!(report["timed"]["damaged_copies"], 1);
    assert_eq!(report["timed"]["longest_silence_s"], 58.0);
    let strength = &report["strengths"][0];
    assert_eq!(
        (&strength["unit"], &strength["weakest"]),
        (&json!("dBm"), &json!(-85.5))
    );
    assert_eq!(report["findings"][0]["code"], "rows-unreadable");

    let output = lab(&["survey", "-"], log.as_bytes());
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(
        shown.contains("75 % of the copies of 2 likely bursts"),
        "{shown}"
    );
    assert!(shown.contains("1 with 6/6, 1 with 3/6"), "{shown}");
}

#[test]
fn bursts_are_shown_as_they_end_and_those_at_the_end_too() {
    let mut log = String::new();
    burst(&mut log, 0.0, 2);
    burst(&mut log, 10.0, 4);
    let (all, _) = survey(&["--bursts"], &log);
    let copies: Vec<_> = all.iter().filter(|one| one["event"] == "burst").collect();
    assert_eq!(
        (&copies[0]["copies"], &copies[1]["copies"]),
        (&json!(2), &json!(4))
    );
    assert_eq!(copies[1]["at_s"], 10.0);
    assert_eq!(copies[1]["closed_by"], "silence");
    assert_eq!(all.last().unwrap()["event"], "report");
}

#[test]
fn json_of_a_software_radio_and_a_busy_channel_are_read() {
    let mut log = String::new();
    for copy in 0..6 {
        let micros = 250_000 + copy * 400_000;
        let (second, micros) = (micros / 1_000_000, micros % 1_000_000);
        writeln!(
            log,
            r#"{{"time":"2026-03-14 09:30:{second:02}.{micros:06}","model":"f1","rssi":-12.1,"rows":[{{"len":168,"data":"{}"}}],"codes":["{ROW}"]}}"#,
            &ROW[5..]
        )
        .unwrap();
    }
    log.push_str("2026-03-14 09:31:00.0 busy\n2026-03-14 09:31:40.0 free\n");
    let (all, _) = survey(&["--bursts"], &log);
    let report = all.last().unwrap();
    assert_eq!(report["timed"]["bursts"], json!([0, 0, 0, 0, 0, 1]));
    assert_eq!(report["strengths"][0]["unit"], "relative");
    assert_eq!(report["timed"]["busy_s"], 40.0);
    assert_eq!(report["timed"]["interference"], 1);
    assert!(
        all.iter()
            .any(|one| one["event"] == "channel" && one["state"] == "blocked")
    );
}

#[test]
fn what_the_log_cannot_tell_is_a_finding_with_advice() {
    let (all, status) = survey(&[], &format!("{ROW}\n"));
    assert_eq!((status, &all[0]["timed"]), (Some(0), &Value::Null));
    assert_eq!(all[0]["findings"][0]["code"], "no-times");
    assert!(
        all[0]["findings"][0]["advice"]
            .as_str()
            .unwrap()
            .contains("time:usec")
    );
    let (all, status) = survey(&[], "");
    assert_eq!(
        (status, &all[0]["findings"][0]["code"]),
        (Some(1), &json!("no-events"))
    );
    let output = lab(&["survey", "--json", "no/such/file"], b"");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(lines(&output)[0]["error"]["code"], "file");
}
