//! `alarm-lab decode` of radio frames, panel reports and declared layouts, and the lists that go
//! with them, as a person or a script meets them.
#![allow(clippy::unwrap_used)]

#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/stations.rs"]
mod stations;

use std::process::Output;

use climax_rf::f1::{EncodeOptions, Family, Polarity, encode};
use scratch::Scratch;
use serde_json::{Value, json};
use stations::{command, lab, lines};

/// Climax reference 2.9: E1 one bit late, and E1 with its last three bits lost.
const E5: &str = "{172}d555555514e694e685000015ad0861bf48826c127c0";
const E6: &str = "{168}155555554539a539a14000056b42186fd2209b049f";
const E1: &str = "aaaaaaaa29cd29cd0a00002b5a10c37e9104d824f8";
const E4: &str = "aaaaaaaa29cd29cd0500001133 44b211";

/// Climax reference 5.4, the key and the text of a help button.
const KEY: &str = "000102030405060708090A0B0C0D0E0F";
const ENCRYPTED: &str = "57E50076\"*ADM-CID\"0042L0#4711[3A453243A366BC389A903CBFFB988E60BDFA81D4\
    B779E2324D6DB4830EBB7F4858D038A7198967973A0E2536422A6D36";

fn decode(arguments: &[&str], input: impl AsRef<[u8]>) -> (Vec<Value>, Option<i32>) {
    let output = lab(&[&["decode"], arguments, &["-"]].concat(), input.as_ref());
    (lines(&output), output.status.code())
}

fn one(arguments: &[&str], input: impl AsRef<[u8]>) -> Value {
    let (mut all, _) = decode(arguments, input);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

fn codes(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap();
    list.iter().map(|it| it["code"].as_str().unwrap()).collect()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn layout(name: &str) -> String {
    format!(
        "{}/../../climax-rf/layouts/{name}",
        env!("CARGO_MANIFEST_DIR")
    )
}

#[test]
fn a_row_of_a_software_radio_is_a_frame_with_an_opaque_payload() {
    let rows = ["decode", "climax-f1", "--rows", "-"];
    let output = lab(&rows, format!("codes : {E5}, {{4}}f\n").as_bytes());
    let all = lines(&output);
    let start = "{\"file\":\"-\",\"protocol\":\"climax-f1\",\"line\":1,\"row\":1,\"offset\":33";
    assert!(text(&output.stdout).starts_with(start), "{all:?}");
    let frame = &all[0];
    assert_eq!(
        (&frame["state"], &frame["forward"]),
        (&json!("ok"), &json!("event"))
    );
    assert_eq!(frame["payload"], json!({"opaque": "00002b5a10c37e9104d8"}));
    assert_eq!(
        frame["crc"],
        json!({"received": "24f8", "computed": "24f8", "bits": 16})
    );
    assert_eq!(frame["provenance"], "confirmed");
    assert_eq!(frame["warnings"], json!([]));
    for nothing in ["device", "kind", "alarm", "battery"] {
        assert_eq!(frame.get(nothing), None, "the payload is opaque");
    }
    assert_eq!(all[1]["error"]["code"], "no-sync");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_frame_that_is_no_event_is_shown_with_the_reason_and_a_leniency_makes_it_a_record() {
    let (all, status) = decode(&["climax-f1", "--rows"], E6);
    assert_eq!(
        (all[0]["state"].as_str(), status),
        (Some("truncated"), Some(1))
    );
    assert_eq!(all[0]["truncated"], json!({"crc_bits": 13, "right": true}));
    assert_eq!(all[0]["error"]["code"], "truncated");
    assert!(
        all[0]["error"]["advice"]
            .as_str()
            .unwrap()
            .contains("--crc-cut-short")
    );
    for leniency in ["--crc-cut-short", "--recordings"] {
        let (all, status) = decode(&["climax-f1", "--rows", leniency], E6);
        assert_eq!(
            (all[0]["forward"].as_str(), status),
            (Some("record-only"), Some(0))
        );
        assert_eq!(codes(&all[0]["warnings"]), ["crc-cut-short"]);
    }

    let wrong = E1.replace("24f8", "24f9");
    let (all, status) = decode(&["climax-f1", "--hex"], &wrong);
    assert_eq!(
        (all[0]["error"]["code"].as_str(), status),
        (Some("bad-crc"), Some(1))
    );
    let (all, status) = decode(&["climax-f1", "--hex", "--last-bit-lost"], &wrong);
    assert_eq!(
        (all[0]["leniency"].as_str(), status),
        (Some("last-bit-lost"), Some(0))
    );
}

#[test]
fn tolerance_polarity_and_lengths_are_as_asked() {
    let odd = E1.replace("29cd29cd", "29cd29cc");
    assert_eq!(one(&["climax-f1", "--hex"], &odd)["sync_errors"], 1);
    let strict = one(&["climax-f1", "--hex", "--tolerance", "0"], &odd);
    assert_eq!(strict["error"]["code"], "no-sync");
    assert!(
        strict["error"]["advice"]
            .as_str()
            .unwrap()
            .contains("--tolerance")
    );

    let unseen = one(&["climax-f1", "--hex"], E4);
    assert_eq!(unseen["state"], "unseen-length");
    assert_eq!(codes(&unseen["warnings"]), ["unseen-length"]);

    let mut buffer = [0; 64];
    let inverted = EncodeOptions::new().with_polarity(Polarity::Inverted);
    let bits = encode(
        &[0, 0, 1, 2, 3, 4, 5, 6, 7, 8],
        &Family::F1,
        inverted,
        &mut buffer,
    );
    let bytes = bits.unwrap().as_bytes().to_vec();
    let found = one(&["climax-f1"], &bytes);
    assert_eq!(found["polarity"], "inverted");
    assert_eq!(codes(&found["warnings"]), ["inverted"]);
    let normal = one(&["climax-f1", "--polarity", "normal"], &bytes);
    assert_eq!(normal["error"]["code"], "no-sync");
}

#[test]
fn packets_of_a_chip_are_read_line_by_line() {
    let input = "05 00 00 11 33 44\n\n0a 00 00\nzz\n";
    let (all, status) = decode(&["climax-f1", "--packets", "passed"], input);
    assert_eq!(status, Some(1));
    assert_eq!(codes(&all[0]["warnings"]), ["unseen-length", "crc-by-chip"]);
    assert_eq!(all[0]["sync_errors"], Value::Null);
    let reasons: Vec<_> = all[1..].iter().map(|one| &one["error"]["code"]).collect();
    assert_eq!(reasons, ["truncated", "hex"]);
    let failed = one(&["climax-f1", "--packets", "failed"], "05 00 00 11 33 44");
    assert_eq!(failed["state"], "bad-crc");
}

#[test]
fn a_family_of_ones_own_begins_with_one_that_is_listed() {
    let listed = lab(&["families", "--json"], b"");
    let families: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let mut own = families[0].clone();
    own["name"] = json!("workshop");
    own["provenance"] = json!("user");
    own["sync"] = json!({"word": 0x2DD4_2DD4_u32, "length": 32});
    let file = Scratch::new("family.json", &own.to_string());
    let input = E1.replace("29cd29cd", "2dd42dd4");
    let found = one(&["climax-f1", "--hex", "--family", file.path()], &input);
    assert_eq!(
        (&found["family"], &found["provenance"]),
        (&json!("workshop"), &json!("user"))
    );
    let declared = "version = 1\nname = \"example\"\n[frame_family]\nname = \"example-family\"\n\
        sync = \"2d d4 2d d4\"\nbit_rate = 9600\ncrc = { width = 16, polynomial = 0x8005, initial = 0xFFFF }\n";
    let layout = Scratch::new("family.toml", declared);
    let found = one(&["climax-f1", "--hex", "--family", layout.path()], &input);
    assert_eq!(found["family"], "example-family");
    let named = one(&["climax-f1", "--hex", "--family", "f1-869"], E1);
    assert_eq!(named["provenance"], "inferred");
    let output = lab(&["decode", "climax-f1", "--family", "f2", "-"], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("f1, f1-869"), "{output:?}");
}

#[test]
fn a_layout_reads_clear_payloads_and_nothing_else() {
    let file = layout("example-payload.toml");
    let input = "02 65 95 9e 15 07 3a 50 c0 de\n02 65\n";
    let clear = ["climax-f1", "--clear", "--layout", &file, "--hex"];
    let (all, status) = decode(&clear, input);
    assert_eq!(status, Some(1));
    assert_eq!(all[0]["decoded"]["device"], 40_211_870);
    assert_eq!(all[0]["decoded"]["provenance"], "user");
    assert_eq!(all[0]["decoded"]["events"][0]["name"], "fall");
    assert_eq!(all[1]["error"]["code"], "too-short");

    for arguments in [
        &["climax-f1", "--layout", &file, "-"][..],
        &["climax-f1", "--clear", "-"],
        &[
            "climax-f1",
            "--clear",
            "--layout",
            &layout("example-ascii-line.toml"),
            "-",
        ],
    ] {
        let output = lab(&[&["decode"], arguments].concat(), b"");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn a_fall_or_a_panic_depends_on_the_profile() {
    let report = "[C0FFEE 1811200000304C9]";
    let unknown = one(&["contact-id"], report);
    assert_eq!(unknown["meaning"], "fall or panic");
    assert_eq!(unknown["interpretation"]["uncertain"], true);
    assert_eq!(unknown["alarm"]["kind"], "fall");
    let sources = unknown["meanings"]["meanings"].as_array().unwrap();
    assert_eq!(sources.len(), 2, "both meanings, with those who give them");
    assert_eq!(
        sources[0]["claims"][0]["names"][0]["provenance"],
        "single_source"
    );

    let care = one(&["contact-id", "--profile", "care-unit-a"], report);
    assert_eq!(care["meaning"], "fall");
    assert_eq!(
        care["interpretation"],
        json!({"uncertain": false, "alternatives": []})
    );
    let intrusion = one(&["contact-id", "--profile", "intrusion"], report);
    assert_eq!(intrusion["meaning"], "panic");
    assert_ne!(intrusion["alarm"]["kind"], "fall");
}

#[test]
fn reports_of_every_form_in_one_capture_are_decoded() {
    let input = "[4711 18110101005FF0F]\x06[4711 18110101005FF0F]\r\n\
        4711 18 1101 01 005 C86F\n<4711 18 1101 01 005 4>\n";
    let output = lab(&["decode", "contact-id", "-"], input.as_bytes());
    assert_eq!(output.status.code(), Some(0));
    let all = lines(&output);
    let forms: Vec<_> = all
        .iter()
        .map(|item| item["form"].as_str().unwrap_or("ack"))
        .collect();
    assert_eq!(forms, ["bracket", "ack", "bracket", "sms", "angle"]);
    assert_eq!(all[2]["occurrence"], 2);
    let right: Vec<_> = all
        .iter()
        .filter_map(|item| item["checksum"]["right"].as_bool())
        .collect();
    assert_eq!(right, [true; 4]);
    assert_eq!(all[0]["event"]["zone_means"][0]["reading"], "zone 5");
    let members = "\"protocol\":\"contact-id\",\"item\":\"report\",\"offset\":0";
    assert!(text(&output.stdout).contains(members));
    let raw = one(&["contact-id", "--raw"], "[4711 18110101005FF0F]");
    assert_eq!(
        raw["alarm"]["raw"]["bytes"]["text"],
        "[4711 18110101005FF0F]"
    );
}

#[test]
fn a_wrong_checksum_is_an_error_unless_it_is_taken() {
    let report = "[4712 18110101005FF0F]";
    let (all, status) = decode(&["contact-id"], report);
    assert_eq!(
        (all[0]["error"]["code"].as_str(), status),
        (Some("checksum-wrong"), Some(1))
    );
    let taken = one(&["contact-id", "--accept-wrong-checksum"], report);
    assert_eq!(codes(&taken["warnings"]), ["checksum-wrong"]);
    assert_eq!(taken["checksum"]["right"], false);
    let lower = "[4711 18110101005ff0f]";
    assert_eq!(
        codes(&one(&["contact-id"], lower)["warnings"]),
        ["lower-case"]
    );
    assert_eq!(
        one(&["contact-id", "--strict"], lower)["error"]["code"],
        "lower-case"
    );
    let hex: String = report.bytes().map(|byte| format!("{byte:02x} ")).collect();
    let hex = one(&["contact-id", "--hex", "--accept-wrong-checksum"], hex);
    assert_eq!(hex["account"], "4712");
}

#[test]
fn dc09_frames_are_decoded_with_the_time_and_their_data() {
    let input = "47CC0027\"ADM-CID\"0042L0#4711[#4711|1101 01 005]\n\
        36DF0027\"SIA-DCS\"0043L0#4711[#4711|Nri1/MA0005]\n\
        0CF6003B\"ADM-CID\"0044L0#4711[#4711|1641 00 072]_09:30:00,03-14-2026\n\
        F22F0013\"NULL\"0000L0#4711[]\n\
        F1720025\"NAK\"0000R0L0A0[]_09:30:05,03-14-2026\n";
    let (all, status) = decode(&["dc09", "--lines", "--profile", "care-unit-b"], input);
    assert_eq!(status, Some(0));
    let items: Vec<_> = all
        .iter()
        .map(|one| one["item"].as_str().unwrap())
        .collect();
    assert_eq!(items, ["report", "report", "report", "link-test", "answer"]);
    assert_eq!(all[0]["data"]["contact_id"]["text"], "1101 01 005");
    assert_eq!(all[1]["data"]["sia"]["pieces"][1]["code"], "MA");
    assert_eq!(all[1]["alarm"]["device"]["device"], "1/0005");
    assert_eq!(all[2]["timestamp"], "2026-03-14T09:30:00Z");
    assert_eq!(all[2]["alarm"]["times"]["device"], "2026-03-14T09:30:00Z");
    assert_eq!((all[3].get("alarm"), all[4].get("alarm")), (None, None));
    // A panel that sends its CRC as raw bytes, one of them CR.
    let raw = "0a 0d 0b 30 30 32 37 22 41 44 4d 2d 43 49 44 22 30 31 30 34 4c 30 23 34\
        37 31 31 5b 23 34 37 31 31 7c 31 36 30 32 20 30 30 20 30 30 30 5d 0d";
    let raw = one(&["dc09", "--hex"], raw);
    assert_eq!(
        (&raw["crc_form"], &raw["provenance"]),
        (&json!("raw"), &json!("single_source"))
    );
}

#[test]
fn an_encrypted_frame_is_opened_by_a_key_file_or_the_environment() {
    let opened = |all: &[Value]| {
        assert_eq!(all[0]["encrypted"], true);
        assert_eq!(all[0]["data"]["contact_id"]["text"], "1101 01 005");
        assert_eq!(all[0]["timestamp"], "2026-03-14T09:30:00Z");
    };
    let file = Scratch::new("keys", &format!("# keys\nC0FFEE {KEY}\n4711 {KEY}\n"));
    let (all, status) = decode(&["dc09", "--lines", "--key-file", file.path()], ENCRYPTED);
    assert_eq!(status, Some(0));
    opened(&all);

    let capture = Scratch::new("encrypted", ENCRYPTED);
    let with = |key: Option<&str>, arguments: &[&str]| -> Output {
        let mut command = command(&["decode", "dc09", "--lines", capture.path()]);
        command.args(arguments).env_remove("ALARM_LAB_KEY");
        if let Some(key) = key {
            command.env("ALARM_LAB_KEY", key);
        }
        command.output().unwrap()
    };
    let output = with(Some(KEY), &[]);
    opened(&lines(&output));
    assert_eq!(text(&output.stderr), "");

    let output = with(None, &["--key", KEY]);
    opened(&lines(&output));
    assert!(
        text(&output.stderr).contains("warning"),
        "a key on the command line is warned about"
    );
    assert!(!text(&output.stderr).contains(KEY));

    let none = lines(&with(None, &[])).remove(0);
    assert_eq!(none["error"]["code"], "encrypted");
    assert!(
        none["error"]["advice"]
            .as_str()
            .unwrap()
            .contains("--key-file")
    );
    assert_eq!(
        (&none["account"], &none["data"]),
        (&json!("4711"), &Value::Null)
    );
    let other = KEY.replace("00", "11");
    let wrong = with(Some(&other), &[]);
    assert_eq!(lines(&wrong)[0]["error"]["code"], "wrong-key");
    assert_eq!(wrong.status.code(), Some(1));
    let short = with(Some("0011"), &[]);
    assert_eq!(short.status.code(), Some(2));
    assert!(text(&short.stderr).contains("32, 48 or 64"), "{short:?}");
}

#[test]
fn a_recording_of_a_line_is_read_by_a_layout() {
    let file = layout("example-ascii-line.toml");
    let line = "PING\r\n$0042,40211870,SOS,00,7*77\r\n$0042,40211878,SOS,00,7*77\r\n";
    let (all, status) = decode(&["layout", "--layout", &file], line);
    assert_eq!(status, Some(1), "one frame is damaged");
    let items: Vec<_> = all
        .iter()
        .map(|one| one["item"].as_str().unwrap())
        .collect();
    assert_eq!(items[..3], ["heartbeat", "frame", "refused"]);
    assert_eq!(all[1]["decoded"]["events"][0]["kind"], "help_call");
    assert_eq!(
        all[1]["decoded"]["verification"],
        json!({"passed": {"samples": 5}})
    );
    let answer: String = b"$OK,0042*2E\r\n"
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(all[1]["answer"], answer.as_str());
    assert_eq!(all[2]["error"]["code"], "checksum");
}

#[test]
fn a_layout_is_checked_with_lines_and_columns_and_its_samples_are_run() {
    let good = layout("example-binary-crc.toml");
    let output = lab(&["check-layout", &good], b"");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(
        text(&output.stdout).ends_with("passed: 5 samples\n"),
        "{output:?}"
    );

    let faulty = "version = 1\nname = \"x\"\n[framing]\nend = \"0g\"\nlenght = 3\n";
    let faulty = Scratch::new("faulty.toml", faulty);
    let output = lab(&["check-layout", faulty.path()], b"");
    assert_eq!(output.status.code(), Some(1));
    let shown = text(&output.stdout);
    assert!(shown.contains(&format!("{}:4:", faulty.path())), "{shown}");
    assert!(shown.contains("`lenght` is no key"), "{shown}");
    // Whoever decodes with it is told the first fault and where to see all.
    let output = lab(&["decode", "layout", "--layout", faulty.path(), "-"], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("alarm-lab check-layout"),
        "{output:?}"
    );

    let content = std::fs::read_to_string(&good).unwrap();
    let failing = content.replacen("device = 40211870", "device = 40211871", 1);
    let failing = Scratch::new("failing.toml", &failing);
    let output = lab(
        &[
            "check-layout",
            "--json",
            failing.path(),
            &good,
            "no/such/file",
        ],
        b"",
    );
    assert_eq!(output.status.code(), Some(1));
    let all = lines(&output);
    assert_eq!(all[0]["passed"], false);
    assert_eq!(
        all[0]["verification"],
        json!({"failed": {"samples": 5, "failed": 1}})
    );
    assert!(
        all[0]["samples"][0]["findings"][0]
            .as_str()
            .unwrap()
            .contains("40211871")
    );
    assert_eq!(
        (&all[1]["passed"], &all[1]["errors"]),
        (&json!(true), &json!([]))
    );
    assert_eq!(all[2]["error"]["code"], "file");
}

#[test]
fn the_tables_meanings_and_faults_of_panels_are_listed() {
    let json = |arguments: &[&str]| -> Value {
        let output = lab(arguments, b"");
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let tables = json(&["tables", "--json"]);
    for table in tables.as_array().unwrap() {
        let name = table["table"].as_str().unwrap();
        let codes = json(&["tables", name, "--json"]);
        let count: usize = table["codes"].as_str().unwrap().parse().unwrap();
        let codes = codes.as_array().unwrap();
        assert!(codes.len() >= count && count > 0, "{name}");
        assert!(codes.iter().all(|code| code["provenance"] != ""), "{name}");
    }
    let types = json(&["tables", "panel_device_type", "--json"]);
    let pendant = types
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["code"] == "21");
    assert!(
        pendant.unwrap()["name"]
            .as_str()
            .unwrap()
            .contains("pendant")
    );
    let meanings = json(&["meanings", "--json", "--profile", "care-unit-a"]);
    let fall = json!({"event": "1120", "profile": "care-unit-a", "meaning": "fall", "provenance": "single_source"});
    assert!(meanings.as_array().unwrap().contains(&fall));
    let faults = json(&["faults", "climax-panel", "--json"]);
    assert!(
        faults
            .as_array()
            .unwrap()
            .iter()
            .any(|fault| fault["fault"] == "raw-crc")
    );
    let unknown = lab(&["tables", "none"], b"");
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("`alarm-lab tables` lists them"));
}
