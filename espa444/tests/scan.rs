//! Captures: poll against select (ESPA reference 3.3), parity, garbage.

#![allow(clippy::unwrap_used)]

mod support;

use std::ops::Range;

use espa444::{Address, DecodeErrorKind, DecodeOptions, Item, Limits, decode, parity, scan};
use support::{DIALOGUE, example, hex};

fn items(capture: &[u8]) -> Vec<Item<'_>> {
    scan(capture, &DecodeOptions::lenient())
        .map(|scanned| scanned.item)
        .collect()
}

const CALLER: Address = Address::CALLER;
const RECEIVER: Address = Address::RECEIVER;

#[test]
fn section_3_3_a_poll_directly_follows_an_eot_and_a_select_never_does() {
    assert_eq!(
        items(b"\x041\x052\x05\x042\x05"),
        [
            Item::EndOfTransmission,
            Item::Poll(CALLER),
            Item::Select(RECEIVER),
            Item::EndOfTransmission,
            Item::Poll(RECEIVER),
        ]
    );
}

#[test]
fn section_3_3_only_the_first_enquiry_of_an_unknown_state_is_open() {
    assert_eq!(
        items(b"1\x052\x05"),
        [Item::PollOrSelect(CALLER), Item::Select(RECEIVER)]
    );
    assert_eq!(
        items(b"\x04\xFF2\x05"),
        [
            Item::EndOfTransmission,
            Item::Garbage,
            Item::PollOrSelect(RECEIVER)
        ]
    );
}

#[test]
fn section_3_1_an_address_is_the_run_before_enq_up_to_16_characters() {
    let long = Address::new(b"BCDEFGHIJKLMNOPQ").unwrap();
    assert_eq!(
        items(b"\x0412\x05\x04ABCDEFGHIJKLMNOPQ\x05\x05"),
        [
            Item::EndOfTransmission,
            Item::Poll(Address::new(b"12").unwrap()),
            Item::EndOfTransmission,
            Item::Garbage,
            Item::PollOrSelect(long),
            Item::BareEnquiry,
        ]
    );
}

/// What stands where, without the content.
fn shape(capture: &[u8]) -> Vec<(String, Range<usize>)> {
    scan(capture, &DecodeOptions::lenient())
        .map(|scanned| {
            let shown = format!("{:?}", scanned.item);
            let name = shown.split(|c: char| !c.is_alphabetic()).next();
            (name.unwrap().to_owned(), scanned.range)
        })
        .collect()
}

#[test]
fn section_1_1_parity_left_in_a_capture_is_recognised_and_the_session_reads_on() {
    let plain = hex(DIALOGUE);
    let mut capture = plain.clone();
    parity::add(&mut capture);
    let (with, without) = (shape(&capture), shape(&plain));
    assert_eq!(with, without);
    // The port set right in the middle of the capture.
    capture.extend_from_slice(&plain);
    let both = shape(&capture);
    assert_eq!(both.len(), 2 * without.len());
    assert!(matches!(
        items(&capture)[both.len() - 3],
        Item::Block(ref decoded) if !decoded.has_parity_in_data()
    ));
}

#[test]
fn a_block_cut_by_eot_or_a_new_block_is_told_and_the_next_one_is_read() {
    let good = example('B');
    for cut in 1..good.len() - 1 {
        for between in [&b"\x04"[..], b""] {
            let capture = [&good[..cut], between, &good[..]].concat();
            let items = items(&capture);
            assert_eq!(items[0], Item::TruncatedBlock);
            assert!(matches!(items.last(), Some(Item::Block(_))), "{cut}");
        }
    }
}

#[test]
fn garbage_of_every_byte_does_not_hide_the_next_block() {
    for byte in 0..=255_u8 {
        // An open block, and only that, may take what follows for its own.
        if matches!(byte, 0x01 | 0x81) {
            continue;
        }
        let capture = [&[byte; 40][..], b"\x04", &example('B')].concat();
        assert!(
            matches!(items(&capture).last(), Some(Item::Block(_))),
            "{byte:02X}"
        );
    }
}

#[test]
fn an_open_block_with_parity_ends_where_the_line_is_read_as_it_is() {
    let mut with_parity = example('B');
    parity::add(&mut with_parity);
    let good = example('B');
    for cut in 4..with_parity.len() - 2 {
        for between in [&b"\x04"[..], b""] {
            // So much of parity is needed to be recognised.
            let polls = b"\x84\xB2\x05".repeat(6);
            let capture = [&polls, &with_parity[..cut], between, &good].concat();
            let items = items(&capture);
            assert!(items.contains(&Item::TruncatedBlock), "{cut}");
            assert!(
                matches!(items.last(), Some(Item::Block(decoded)) if decoded.raw() == good),
                "{cut}"
            );
        }
    }
}

#[test]
fn section_3_3_only_what_directly_follows_eot_is_a_poll() {
    for between in [&b"\x05"[..], &example('B')] {
        let capture = [b"\x04", between, b"2\x05"].concat();
        assert_eq!(
            items(&capture).last(),
            Some(&Item::Select(Address::RECEIVER))
        );
    }
}

#[test]
fn an_eot_behind_a_refused_block_without_bcc_is_an_eot() {
    let options = DecodeOptions::strict().accepting_missing_bcc();
    let capture = b"\x042\x05\x011\x021\x1F31\x03\x042\x05";
    let items: Vec<_> = scan(capture, &options).map(|one| one.item).collect();
    assert!(matches!(items[2], Item::RefusedBlock(_)));
    assert_eq!(items[3], Item::EndOfTransmission);
    assert_eq!(items[4], Item::Poll(Address::RECEIVER));
}

#[test]
fn a_block_one_byte_beyond_the_limit_is_too_large_whatever_that_byte_is() {
    let block = example('B');
    let options = DecodeOptions::lenient().with_limits(Limits {
        block: block.len() - 1,
        ..Limits::LENIENT
    });
    for last in 0..=255 {
        let mut block = block.clone();
        *block.last_mut().unwrap() = last;
        let kind = decode(&block, &options).unwrap_err().kind;
        let limit = block.len() - 1;
        assert_eq!(kind, DecodeErrorKind::TooLarge { limit }, "{last:02X}");
    }
}
