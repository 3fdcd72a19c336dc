//! Which call a status or reset is about (ESPA reference 8).

#![allow(clippy::unwrap_used)]

mod support;

use espa444::matching::{MatchBasis, Reset};
use espa444::{BlockBuf, CallStatus, CallType, Header, OpenCalls, RecordId};
use support::call_a;

fn call(records: &[(&str, &[u8])]) -> BlockBuf {
    with(Header::CALL, records)
}

fn with(header: Header<'_>, records: &[(&str, &[u8])]) -> BlockBuf {
    let mut block = BlockBuf::new(header).unwrap();
    for (identifier, data) in records {
        block.push(RecordId::new(identifier), data).unwrap();
    }
    block
}

fn table(calls: &[BlockBuf]) -> OpenCalls<usize> {
    let mut table = OpenCalls::new(8);
    for (key, call) in calls.iter().enumerate() {
        table.open(key, &call.as_block()).unwrap();
    }
    table
}

fn found(table: &OpenCalls<usize>, status: &BlockBuf) -> Option<(usize, MatchBasis)> {
    let found = table.find(&status.as_block())?;
    Some((*found.key, found.basis))
}

const STATUS: Header<'_> = Header::STATUS_INFORMATION;

#[test]
fn section_8_a_status_finds_the_call_whose_records_it_repeats() {
    let other = call(&[("1", b"208"), ("2", b"ANOTHER TEXT")]);
    let table = table(&[other, call_a()]);
    let status = BlockBuf::status_information(&call_a().as_block(), CallStatus::PAGED).unwrap();
    assert_eq!(
        found(&table, &status),
        Some((1, MatchBasis::AddressAndText))
    );
    let request = BlockBuf::status_request(&call_a().as_block()).unwrap();
    assert_eq!(
        found(&table, &request),
        Some((1, MatchBasis::AddressAndText))
    );
}

#[test]
fn section_8_of_several_that_fit_the_oldest_is_meant() {
    let table = table(&[call_a(), call_a(), call_a()]);
    let status = with(STATUS, &[("1", b"208"), ("7", b"3")]);
    assert_eq!(found(&table, &status), Some((0, MatchBasis::AddressOrText)));
}

#[test]
fn section_8_address_and_text_go_before_either() {
    let table = table(&[call(&[("1", b"31")]), call(&[("1", b"31"), ("2", b"TEST")])]);
    let status = with(STATUS, &[("1", b"31"), ("2", b"TEST"), ("7", b"3")]);
    assert_eq!(
        found(&table, &status),
        Some((1, MatchBasis::AddressAndText))
    );
}

#[test]
fn section_8_every_record_present_in_both_has_to_agree() {
    let table = table(&[call(&[("1", b"31"), ("6", b"1")])]);
    for (status, expected) in [
        (
            with(STATUS, &[("1", b"31"), ("6", b"2"), ("7", b"3")]),
            None,
        ),
        (with(STATUS, &[("1", b"031"), ("7", b"3")]), None),
        (
            with(STATUS, &[("1", b"31"), ("3", b"9"), ("7", b"3")]),
            Some((0, MatchBasis::AddressOrText)),
        ),
        (
            with(STATUS, &[("6", b"1"), ("7", b"3")]),
            Some((0, MatchBasis::OtherRecords)),
        ),
        (
            with(STATUS, &[("7", b"3")]),
            Some((0, MatchBasis::OnlyOpenCall)),
        ),
        (with(STATUS, &[("8", b"1")]), None),
    ] {
        assert_eq!(found(&table, &status), expected, "{status:?}");
    }
}

#[test]
fn section_8_a_status_that_names_nothing_is_not_guessed_among_two() {
    let table = table(&[call(&[("1", b"31")]), call(&[("1", b"32")])]);
    assert_eq!(found(&table, &with(STATUS, &[("7", b"3")])), None);
}

#[test]
fn section_8_vendor_references_decide() {
    let table = table(&[
        call(&[("1", b"31"), ("2", b"TEST"), ("D", b"0001")]),
        call(&[("1", b"31"), ("2", b"TEST"), ("D", b"0002")]),
        call(&[("1", b"32"), ("2", b"TEST"), ("9", b"A77")]),
    ]);
    let by_number = with(
        STATUS,
        &[("1", b"31"), ("2", b"TEST"), ("D", b"0002"), ("7", b"3")],
    );
    assert_eq!(found(&table, &by_number), Some((1, MatchBasis::Reference)));
    let by_identity = with(STATUS, &[("9", b"A77"), ("7", b"6")]);
    assert_eq!(
        found(&table, &by_identity),
        Some((2, MatchBasis::Reference))
    );
    let neither = with(
        STATUS,
        &[("1", b"31"), ("2", b"TEST"), ("D", b"0009"), ("7", b"3")],
    );
    assert_eq!(found(&table, &neither), None);
}

#[test]
fn section_8_blanks_that_pad_a_text_are_no_difference() {
    let table = table(&[call(&[("1", b"31"), ("2", b"DETECTOR    ")])]);
    let status = with(STATUS, &[("1", b"31"), ("2", b"DETECTOR"), ("7", b"3")]);
    assert_eq!(
        found(&table, &status),
        Some((0, MatchBasis::AddressAndText))
    );
}

#[test]
fn section_8_a_reset_ends_its_call_and_no_other() {
    let mut table = table(&[call(&[("1", b"208"), ("2", b"OTHER")]), call_a()]);
    let reset = call(&[("1", b"208"), ("2", b"BRANN SLOYFE 3 DET 17"), ("4", b"1")]);
    let Reset::Closed(closed) = table.reset(&reset.as_block()) else {
        panic!("not closed");
    };
    assert_eq!((closed.key, closed.basis), (1, MatchBasis::AddressAndText));
    assert_eq!(table.len(), 1);
    assert_eq!(
        table.reset(&reset.as_block()),
        Reset::NoSuchCall,
        "reported, not dropped"
    );
    assert_eq!(table.reset(&call_a().as_block()), Reset::NotAReset);

    let refined = call(&[("1", b"208"), ("4", b"12")]);
    assert!(matches!(table.reset(&refined.as_block()), Reset::Closed(_)));
    assert!(table.is_empty());
}

#[test]
fn section_8_a_reset_without_text_ends_the_oldest_call_to_the_address() {
    let mut table = table(&[call_a(), call_a()]);
    let mut reset = BlockBuf::call(b"208").unwrap();
    reset
        .push(RecordId::CALL_TYPE, CallType::RESET.as_bytes())
        .unwrap();
    for key in [0, 1] {
        let Reset::Closed(closed) = table.reset(&reset.as_block()) else {
            panic!("not closed");
        };
        assert_eq!(closed.key, key);
    }
}

#[test]
fn the_table_is_bounded_and_a_call_too_many_comes_back() {
    let mut table = OpenCalls::new(1);
    table.open("a", &call_a().as_block()).unwrap();
    let full = table.open("b", &call_a().as_block()).unwrap_err();
    assert_eq!(full.key, "b");
    assert_eq!(table.close_oldest(), Some("a"));
    table.open("b", &call_a().as_block()).unwrap();
    assert!(!table.close(&"a"));
    assert!(table.close(&"b"));
    assert!(table.is_empty());
    assert!(!format!("{table:?}").contains("BRANN"));
}
