//! The layouts that come along, run against their samples.
#![cfg(feature = "layout")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on")]

use climax_rf::Provenance;
use climax_rf::layout::{Layout, Shape, Verification, check};

fn examples() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/layouts");
    let mut all: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    all.sort();
    all
}

#[test]
fn every_example_passes_its_own_samples() {
    let all = examples();
    assert!(all.len() >= 4);
    for (name, text) in all {
        let report = check(&text);
        assert!(report.passed(), "{name}: {report:#?}");
        assert!(report.samples.len() >= 3, "{name}");
        let samples = report.samples.len();
        assert_eq!(report.verification, Some(Verification::Passed { samples }));
    }
}

#[test]
fn no_example_claims_to_be_a_fact() {
    for (name, text) in examples() {
        let layout = Layout::parse(&text).unwrap();
        assert!(name.starts_with("example-"), "{name}");
        assert_eq!(layout.name(), name);
        assert_eq!(layout.provenance(), Provenance::User, "{name}");
    }
}

#[test]
fn a_sample_that_comes_out_otherwise_is_found() {
    for (name, text) in examples() {
        // Each number or text that a sample expects, once made another one.
        for line in text.lines().filter(|line| line.starts_with("device = ")) {
            let other = text.replacen(line, "device = 1", 1);
            let report = check(&other);
            assert!(!report.passed(), "{name}");
            let layout = Layout::parse(&other).unwrap();
            assert!(matches!(
                layout.verification(),
                Verification::Failed { failed: 1, .. }
            ));
        }
    }
}

#[test]
fn a_byte_that_no_field_describes_fails_the_way_back() {
    let text = r#"
        version = 1
        name = "example"
        [payload]
        length = 2
        [[field]]
        name = "device"
        offset = 0
        role = "device"
        [[sample]]
        name = "second byte unknown"
        bytes = "01 07"
    "#;
    let report = check(text);
    assert_eq!(report.samples[0].line, 10);
    let findings: Vec<String> = report.samples[0]
        .findings
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        findings,
        ["written back, the frame differs from byte 1 on: 01 00"]
    );
    assert_eq!(report.samples[0].warnings, ["undescribed"]);
}

#[test]
fn a_layout_without_samples_is_untested() {
    let text = "version = 1\nname = \"example\"\n[payload]\nlength = 1\n";
    let layout = Layout::parse(text).unwrap();
    assert_eq!(layout.verification(), Verification::Untested);
    assert!(
        layout
            .warnings()
            .iter()
            .any(|warning| warning.kind.code() == "untested")
    );
}

#[test]
fn a_frame_family_is_data() {
    let (_, text) = examples()
        .into_iter()
        .find(|(name, _)| name == "example-payload")
        .unwrap();
    let layout = Layout::parse(&text).unwrap();
    let family = layout.frame_family().unwrap();
    assert_eq!(family.sync().word(), 0xb42b_b42b);
    assert!(family.length().accepts(10) && family.length().accepts(12));
    assert!(!family.length().accepts(9) && !family.length().accepts(13));
    assert_eq!(family.declaration().bit_rate, 9600);
    // CRC-16/SPI-FUJITSU of the catalogue of parametrised CRC algorithms.
    let crc = family.crc().unwrap();
    assert_eq!(crc.parameters.compute(b"123456789"), 0xE5CC);
    assert!(matches!(layout.shape(), Shape::Payload(_)));

    let alone = "version = 1\nname = \"example\"\n[frame_family]\nname = \"f\"\nsync = \"01 02\"\n\
        bit_rate = 1\ncrc = { width = 8, polynomial = 7 }\n";
    let layout = Layout::parse(alone).unwrap();
    assert_eq!(layout.shape(), &Shape::FrameFamily);
    assert_eq!(
        layout.decode_frame(b"x").unwrap_err().kind.code(),
        "not-declared"
    );
}

#[test]
fn the_report_and_a_frame_are_json() {
    let (_, text) = examples()
        .into_iter()
        .find(|(name, _)| name == "example-binary-crc")
        .unwrap();
    let report = serde_json::to_value(check(&text)).unwrap();
    assert_eq!(report["verification"]["passed"]["samples"], 5);
    assert_eq!(report["samples"][0]["name"], "help from 40211870");
    let layout = Layout::parse(&text).unwrap();
    let frame = [
        2, 7, 0x10, 0x22, 0x65, 0x95, 0x9e, 0x10, 0x30, 1, 0xb9, 0x8c, 0x74, 0x8c, 3,
    ];
    let decoded = layout.decode_frame(&frame).unwrap();
    let json = serde_json::to_value(&decoded).unwrap();
    assert_eq!(json["device"], 40_211_870);
    assert_eq!(json["provenance"], "user");
    assert_eq!(json["events"][0]["kind"], "help_call");
    assert_eq!(json["battery"]["low"], false);
    assert_eq!(json["fields"][2]["label"], "pendant");
    // Values of fields stay out of logs.
    let debug = format!("{decoded:?}");
    assert!(
        debug.contains("sequence") && !debug.contains("40211870"),
        "{debug}"
    );
}

#[test]
fn the_layout_in_the_format_page_passes() {
    let page = include_str!("../LAYOUTS.md");
    let (_, behind) = page.split_once("```toml\n").unwrap();
    let (text, _) = behind.split_once("```").unwrap();
    let report = check(text);
    assert!(report.passed(), "{report:#?}");
    assert_eq!(report.samples.len(), 1);
}
