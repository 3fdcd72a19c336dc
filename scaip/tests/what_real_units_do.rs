//! Holds the page "what real units do" to what the crate does.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use scaip::{DecodeOptions, decode_request};

const PAGE: &str = include_str!("../WHAT-REAL-UNITS-DO.md");

/// `\xF8` on the page stands for one byte.
fn bytes(sample: &str) -> Vec<u8> {
    let mut parts = sample.split("\\x");
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    bytes
}

/// The samples, each with the codes named under it.
fn samples() -> Vec<(&'static str, BTreeSet<&'static str>)> {
    PAGE.split("```xml\n")
        .skip(1)
        .map(|rest| {
            let (sample, after) = rest.split_once("\n```\n").unwrap();
            let line = after.lines().next().unwrap();
            let named = line.strip_prefix("Warnings: ").expect(line);
            let codes = named
                .split(", ")
                .filter(|name| *name != "none")
                .map(|name| name.trim_matches('`'))
                .collect();
            (sample, codes)
        })
        .collect()
}

#[test]
fn each_sample_gives_the_warnings_that_the_page_names() {
    let samples = samples();
    assert!(samples.len() >= 17, "{}", samples.len());
    for (sample, codes) in samples {
        let body = bytes(sample);
        let decoded = decode_request(&body, &DecodeOptions::lenient())
            .unwrap_or_else(|error| panic!("{sample}: {error}"));
        let found: BTreeSet<_> = decoded
            .warnings()
            .iter()
            .map(|warning| warning.kind.code())
            .collect();
        assert_eq!(found, codes, "{sample}");
        let strict = decode_request(&body, &DecodeOptions::strict());
        assert!(strict.is_err() || codes.is_empty(), "{sample}: {strict:?}");
    }
}

#[test]
fn the_table_names_only_warnings_that_exist() {
    let sources = [
        include_str!("../src/sip/warning.rs"),
        include_str!("../src/receiver/event.rs"),
    ]
    .concat();
    let rows = PAGE.lines().filter(|line| line.starts_with("| "));
    let mut named = 0;
    for row in rows.skip(1) {
        let last = row.trim_end_matches(" |").rsplit("| ").next().unwrap();
        if let Some(code) = last
            .strip_prefix('`')
            .and_then(|code| code.strip_suffix('`'))
        {
            assert!(sources.contains(&format!("=> \"{code}\"")), "{code}");
            named += 1;
        }
    }
    assert!(named >= 6, "{named}");
}
