//! The code tables against `data/scaip-codes.csv`, which is their source.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use scaip::{
    CallHandling, CallHandlingReply, Confidence, DeviceComponent, DeviceType, HeartbeatOptions,
    LocationCode, MediaReply, MediaRequest, StatusCode, StatusNumber, SystemConfiguration, Tag,
};

type Table = BTreeMap<u32, (String, Confidence)>;

/// Reads the file: table, code, name, note; an unquoted comma in a name is carried by quotes.
fn tables() -> BTreeMap<String, Table> {
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/scaip-codes.csv");
    let mut rows = csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(path)
        .unwrap();
    for row in rows.records() {
        let row = row.unwrap();
        let Ok(number) = row[1].parse::<u32>() else {
            continue;
        };
        let note = &row[row.len() - 1];
        let confidence = match note.split("confidence ").nth(1).map(|mark| &mark[..1]) {
            Some("A") => Confidence::A,
            Some("B") => Confidence::B,
            Some("C") => Confidence::C,
            _ => panic!("no confidence in {row:?}"),
        };
        tables
            .entry(row[0].to_owned())
            .or_default()
            .insert(number, (row[2].to_owned(), confidence));
    }
    tables
}

macro_rules! compare {
    ($tables:ident, $table:literal, $type:ident) => {{
        let mut table = $tables.remove($table).unwrap();
        // A number that the file lists without a name has none here either.
        let unnamed: BTreeSet<u32> = table
            .iter()
            .filter(|(_, (name, _))| name == "unknown")
            .map(|(&number, _)| number)
            .collect();
        table.retain(|number, _| !unnamed.contains(number));
        let ours: Table = $type::NAMED
            .iter()
            .map(|&(code, name, confidence)| (code.number(), (name.to_owned(), confidence)))
            .collect();
        assert_eq!(ours, table, $table);
        for (code, name, confidence) in $type::NAMED {
            assert_eq!(code.name(), Some(*name));
            assert_eq!(code.confidence(), Some(*confidence));
        }
        for number in unnamed {
            let code = $type::try_from(number).unwrap();
            assert_eq!((code.name(), code.confidence()), (None, None));
        }
    }};
}

#[test]
fn every_code_of_the_file_has_its_name_and_confidence_and_no_other_has() {
    let mut tables = tables();
    compare!(tables, "system_config", SystemConfiguration);
    compare!(tables, "call_handling", CallHandling);
    compare!(tables, "heartbeat_option", HeartbeatOptions);
    compare!(tables, "device_type", DeviceType);
    compare!(tables, "device_component", DeviceComponent);
    compare!(tables, "media_request", MediaRequest);
    compare!(tables, "status_code", StatusCode);
    compare!(tables, "location_code", LocationCode);
    compare!(tables, "media_reply", MediaReply);
    compare!(tables, "call_handling_reply", CallHandlingReply);
    compare!(tables, "status_number", StatusNumber);
    // The meaning of the five intervals is not public; the tones belong to the voice call.
    assert!(
        tables
            .remove("heartbeat_interval")
            .unwrap()
            .values()
            .all(|(name, _)| name == "unknown")
    );
    assert_eq!(tables.remove("dtmf").unwrap().len(), 7);
    assert!(
        tables.is_empty(),
        "tables nobody compares: {:?}",
        tables.keys()
    );
}

#[test]
fn every_element_of_the_file_has_a_tag_and_no_other_has() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/scaip-codes.csv");
    let mut rows = csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(path)
        .unwrap();
    let listed: BTreeSet<String> = rows
        .records()
        .map(Result::unwrap)
        .filter(|row| row[0].ends_with("_element"))
        .map(|row| row[1].rsplit('/').next().unwrap().to_owned())
        .collect();
    let ours: BTreeSet<String> = Tag::ALL.iter().map(|tag| tag.wire().to_owned()).collect();
    assert_eq!(ours, listed);
}
