//! The tolerance rules of ESPA reference 11 that are about blocks, row by row. The rows about the
//! line belong to the link machines.

#![allow(clippy::unwrap_used)]

mod support;

use espa444::codes::EOT;
use espa444::{
    BccVariant, CharacterSet, DecodeError, DecodeErrorKind, DecodeOptions, Header, Item, Limits,
    Message, NakPrefix, Priority, RecordId, Warning, WarningKind, decode, scan,
};
use support::{block, example};

const INVALID: Option<NakPrefix> = Some(NakPrefix::INVALID_MESSAGE);
const DAMAGED: Option<NakPrefix> = Some(NakPrefix::TRANSMISSION_ERROR);

fn warnings(bytes: &[u8], options: &DecodeOptions) -> Vec<(WarningKind, usize)> {
    let decoded = decode(bytes, options).unwrap();
    let pair = |warning: &Warning| (warning.kind, warning.offset);
    decoded.warnings().iter().map(pair).collect()
}

/// Lenient reading takes it with these warnings, strict reading refuses the first of them.
fn tolerated(body: &[u8], expected: &[(WarningKind, usize)]) {
    let bytes = block(body);
    assert_eq!(warnings(&bytes, &DecodeOptions::lenient()), expected);
    let error = decode(&bytes, &DecodeOptions::strict()).unwrap_err();
    let (first, offset) = expected[0];
    assert_eq!(error.kind, DecodeErrorKind::Deviation(first));
    assert_eq!(
        (error.offset, error.answer),
        (offset, first.strict_answer())
    );
    assert_eq!(error.answer, INVALID);
}

/// Both take it, with the same warnings.
fn accepted(body: &[u8], expected: &[(WarningKind, usize)]) {
    let bytes = block(body);
    assert_eq!(warnings(&bytes, &DecodeOptions::lenient()), expected);
    assert_eq!(warnings(&bytes, &DecodeOptions::strict()), expected);
}

fn refused(bytes: &[u8], options: &DecodeOptions) -> DecodeError {
    decode(bytes, options).unwrap_err()
}

#[test]
fn section_11_rs_before_etx_is_taken() {
    accepted(b"1\x021\x1F31\x1E", &[(WarningKind::SeparatorBeforeEnd, 7)]);
}

#[test]
fn section_11_an_empty_record_is_skipped() {
    tolerated(
        b"1\x021\x1F31\x1E\x1E2\x1FA",
        &[(WarningKind::EmptyRecord, 8)],
    );
    let bytes = block(b"1\x02\x1E1\x1F31");
    let decoded = decode(&bytes, &DecodeOptions::lenient()).unwrap();
    assert_eq!(decoded.block().records().count(), 1);
}

#[test]
fn section_11_a_record_without_us_is_kept_as_unknown() {
    tolerated(
        b"1\x021\x1F31\x1EXYZ",
        &[(WarningKind::RecordWithoutSeparator, 8)],
    );
    let bytes = block(b"1\x021\x1F31\x1EXYZ");
    let decoded = decode(&bytes, &DecodeOptions::lenient()).unwrap();
    let last = decoded.block().records().last().unwrap();
    assert_eq!((last.identifier(), last.data()), (None, &b"XYZ"[..]));
}

#[test]
fn section_11_a_record_without_identifier_is_kept_as_unknown() {
    tolerated(
        b"1\x021\x1F31\x1E\x1FX",
        &[(WarningKind::RecordWithoutIdentifier, 8)],
    );
}

#[test]
fn section_11_blanks_around_header_and_identifier_are_trimmed_for_the_comparison() {
    tolerated(
        b" 1 \x02 1\x1F31\x1E2 \x1FA",
        &[
            (WarningKind::Blanks, 1),
            (WarningKind::Blanks, 5),
            (WarningKind::Blanks, 11),
        ],
    );
    let bytes = block(b" 1 \x02 1\x1F31\x1E2 \x1FA");
    let decoded = decode(&bytes, &DecodeOptions::lenient()).unwrap();
    assert_eq!(decoded.block().header(), Header::CALL);
    assert_eq!(decoded.block().raw_header(), b" 1 ");
    let first = decoded.block().records().next().unwrap();
    assert_eq!(first.identifier(), Some(RecordId::CALL_ADDRESS));
    assert_eq!(first.raw_identifier(), Some(&b" 1"[..]));
    assert_eq!(decoded.block().call_address().unwrap().as_bytes(), b"31");
}

#[test]
fn section_11_unknown_identifiers_and_vendor_records_are_kept() {
    accepted(b"1\x021\x1F31\x1EB\x1Fx\x1EE\x1Fy\x1EZZ\x1Fz", &[]);
    let bytes = block(b"1\x021\x1F31\x1EB\x1Fx\x1EZZ\x1Fz");
    let decoded = decode(&bytes, &DecodeOptions::strict()).unwrap();
    let unknown = decoded.block().record(RecordId::new("ZZ")).unwrap();
    assert_eq!(
        (unknown.identifier().unwrap().name(), unknown.data()),
        (None, &b"z"[..])
    );
}

#[test]
fn section_11_of_an_identifier_that_comes_twice_the_first_counts() {
    accepted(
        b"1\x021\x1F31\x1E1\x1F32",
        &[(WarningKind::RepeatedRecord, 8)],
    );
    accepted(
        b"1\x021\x1F31\x1EZZ\x1F\x1EZZ\x1F",
        &[(WarningKind::RepeatedRecord, 12)],
    );
    let bytes = block(b"1\x021\x1F31\x1E1\x1F32");
    let decoded = decode(&bytes, &DecodeOptions::strict()).unwrap();
    assert_eq!(decoded.block().call_address().unwrap().as_bytes(), b"31");
    assert_eq!(decoded.block().records().count(), 2);
}

#[test]
fn section_11_an_unknown_header_is_delivered_raw() {
    for header in [&b"6"[..], b"8", b"7", b"11", b""] {
        let body = [header, b"\x021\x1F31"].concat();
        tolerated(&body, &[(WarningKind::UnknownHeader, 1)]);
        let bytes = block(&body);
        let decoded = decode(&bytes, &DecodeOptions::lenient()).unwrap();
        assert_eq!(decoded.block().header().as_bytes(), header);
        let refusing = DecodeOptions::lenient().refusing_unknown_headers();
        assert_eq!(refused(&bytes, &refusing).answer, INVALID);
    }
    let bytes = block(b"6\x021\x1F31");
    let decoded = decode(&bytes, &DecodeOptions::lenient()).unwrap();
    assert!(matches!(decoded.block().message(), Message::Unknown(_)));
}

#[test]
fn section_11_values_out_of_range_are_data() {
    for value in ["0", "4", "X", "01", ""] {
        accepted(format!("1\x021\x1F31\x1E6\x1F{value}").as_bytes(), &[]);
        let bytes = block(format!("1\x021\x1F31\x1E6\x1F{value}").as_bytes());
        let decoded = decode(&bytes, &DecodeOptions::strict()).unwrap();
        assert_eq!(decoded.block().priority(), Some(Priority::new(value)));
    }
}

#[test]
fn section_11_long_addresses_and_texts_are_taken_up_to_1024() {
    let wide = DecodeOptions::lenient().with_limits(Limits {
        block: 2048,
        ..Limits::LENIENT
    });
    for (identifier, limit, warning) in [
        ("1", 16, WarningKind::AddressTooLong),
        ("2", 128, WarningKind::TextTooLong),
    ] {
        let body = |length: usize| {
            let other = if identifier == "1" { "2" } else { "1" };
            format!(
                "1\x02{other}\x1F1\x1E{identifier}\x1F{}",
                "7".repeat(length)
            )
            .into_bytes()
        };
        accepted(&body(limit), &[]);
        tolerated(&body(limit + 1), &[(warning, 9)]);
        assert_eq!(warnings(&block(&body(1024)), &wide), [(warning, 9)]);
        let error = refused(&block(&body(1025)), &wide);
        assert_eq!((error.offset, error.answer), (9, INVALID));
        assert!(matches!(
            error.kind,
            DecodeErrorKind::AddressTooLong { limit: 1024 }
                | DecodeErrorKind::TextTooLong { limit: 1024 }
        ));
    }
}

#[test]
fn section_11_a_bcc_that_differs_in_bit_7_is_taken() {
    let mut bytes = example('B');
    *bytes.last_mut().unwrap() ^= 0x80;
    assert_eq!(
        warnings(&bytes, &DecodeOptions::lenient()),
        [(WarningKind::SevenBitBcc, 15)]
    );
    let error = refused(&bytes, &DecodeOptions::strict());
    assert_eq!((error.offset, error.answer), (15, DAMAGED));
}

#[test]
fn section_11_a_wrong_bcc_is_refused_whatever_the_content() {
    for body in [&b"1\x021\x1F31"[..], b"nonsense"] {
        let mut bytes = block(body);
        let at = bytes.len() - 1;
        bytes[at] ^= 0x10;
        for options in [
            DecodeOptions::lenient(),
            DecodeOptions::strict(),
            DecodeOptions::lenient().accepting_missing_bcc(),
        ] {
            let error = refused(&bytes, &options);
            assert!(matches!(error.kind, DecodeErrorKind::Bcc { .. }));
            assert_eq!((error.offset, error.answer), (at, DAMAGED));
        }
    }
}

#[test]
fn section_11_a_missing_bcc_with_nothing_behind_it_is_an_option() {
    let mut bytes = example('B');
    bytes.pop();
    for options in [DecodeOptions::lenient(), DecodeOptions::strict()] {
        let error = refused(&bytes, &options);
        assert_eq!(
            (error.kind, error.answer),
            (DecodeErrorKind::BccMissing, DAMAGED)
        );
    }
    let option = DecodeOptions::lenient().accepting_missing_bcc();
    let decoded = decode(&bytes, &option).unwrap();
    assert_eq!(decoded.bcc().variant, BccVariant::Missing);
    assert_eq!(
        (decoded.bcc().received, decoded.bcc().computed),
        (None, 0x39)
    );
    assert_eq!(warnings(&bytes, &option), [(WarningKind::BccMissing, 15)]);
}

#[test]
fn section_11_a_missing_bcc_with_eot_behind_etx_is_an_option() {
    let mut bytes = example('B');
    bytes.pop();
    bytes.push(EOT);
    let error = refused(&bytes, &DecodeOptions::lenient());
    assert_eq!(
        error.kind,
        DecodeErrorKind::Bcc {
            received: EOT,
            computed: 0x39
        }
    );
    let option = DecodeOptions::lenient().accepting_missing_bcc();
    let decoded = decode(&bytes, &option).unwrap();
    assert_eq!(decoded.raw(), &bytes[..15]);
    let items: Vec<_> = scan(&bytes, &option).collect();
    assert!(matches!(items[0].item, Item::Block(_)));
    assert_eq!(items[1].item, Item::EndOfTransmission);

    // Where EOT is the right BCC it is the BCC, with the option as well.
    let right = block(b"1\x021\x1F31\x1E2\x1FDET 15Z");
    assert_eq!(right.last(), Some(&EOT));
    assert_eq!(
        decode(&right, &option).unwrap().bcc().variant,
        BccVariant::Exact
    );
}

#[test]
fn section_11_cr_lf_nul_and_blanks_outside_a_block_have_no_meaning() {
    let mut bytes = example('B');
    bytes.extend(b"\r\n\0 ");
    assert_eq!(warnings(&bytes, &DecodeOptions::strict()), []);
    let items: Vec<_> = scan(&bytes, &DecodeOptions::strict()).collect();
    assert_eq!((items.len(), &items[1].item), (2, &Item::Padding));
    bytes.push(b'x');
    let error = refused(&bytes, &DecodeOptions::lenient());
    assert_eq!(
        (error.kind, error.offset),
        (DecodeErrorKind::TrailingBytes, 20)
    );
}

#[test]
fn section_11_cr_lf_and_tab_inside_the_text_are_text() {
    accepted(b"1\x021\x1F31\x1E2\x1FA\r\nB\tC", &[]);
    let bytes = block(b"1\x021\x1F31\x1E2\x1FA\r\nB\tC");
    let decoded = decode(&bytes, &DecodeOptions::strict()).unwrap();
    let message = decoded.block().display_message().unwrap();
    assert_eq!(message.decode(CharacterSet::Auto), "A\r\nB\tC");
    assert_eq!(message.decode_line(CharacterSet::Auto), "A B C");
}

#[test]
fn section_11_other_control_characters_are_dropped_from_the_text() {
    for control in [0x00, 0x02, 0x05, 0x06, 0x15, 0x1F, 0x1B] {
        let body = [b"1\x021\x1F31\x1E2\x1FA", &[control][..], b"B"].concat();
        tolerated(&body, &[(WarningKind::ControlCharacter, 11)]);
        let bytes = block(&body);
        let decoded = decode(&bytes, &DecodeOptions::lenient()).unwrap();
        let message = decoded.block().display_message().unwrap();
        assert_eq!(message.decode(CharacterSet::Auto), "AB");
        assert_eq!(message.as_bytes(), [b'A', control, b'B']);
    }
}

#[test]
fn section_11_a_block_without_soh_is_no_block() {
    let bytes = example('B');
    let error = refused(&bytes[1..], &DecodeOptions::lenient());
    assert_eq!(
        (error.kind, error.answer),
        (DecodeErrorKind::SohMissing, None)
    );
    // With and without its BCC; the answer is not eaten.
    for end in [bytes.len(), bytes.len() - 1] {
        let mut capture = bytes[1..end].to_vec();
        capture.extend([b'1', 0x15]);
        let items: Vec<_> = scan(&capture, &DecodeOptions::lenient()).collect();
        assert_eq!(items[0].item, Item::BlockWithoutStart);
        assert_eq!(
            items[1].item,
            Item::NegativeAcknowledgement(DAMAGED),
            "{items:?}"
        );
    }
}

#[test]
fn section_11_a_nak_may_have_any_prefix_or_none_and_ack_and_eot_ignore_it() {
    let items: Vec<_> = scan(b"\x159\x15X\x062\x04", &DecodeOptions::lenient())
        .map(|scanned| scanned.item)
        .collect();
    assert_eq!(
        items,
        [
            Item::NegativeAcknowledgement(None),
            Item::NegativeAcknowledgement(NakPrefix::new(b'9')),
            Item::Acknowledgement,
            Item::EndOfTransmission,
        ]
    );
}

#[test]
fn section_11_blocks_without_the_usual_records_are_taken() {
    accepted(b"1\x022\x1FTEST", &[(WarningKind::CallAddressMissing, 9)]);
    accepted(b"3\x022\x1FTEST", &[(WarningKind::CallAddressMissing, 9)]);
    accepted(b"4\x022\x1FTEST", &[(WarningKind::CallAddressMissing, 9)]);
    accepted(b"2\x021\x1F31", &[(WarningKind::StatusMissing, 7)]);
    accepted(b"5\x02X\x1F", &[]);
    tolerated(
        b"1\x02",
        &[
            (WarningKind::NoRecords, 3),
            (WarningKind::CallAddressMissing, 3),
        ],
    );
}

#[test]
fn a_block_without_stx_or_cut_by_eot_or_soh_is_refused() {
    let cases = [
        (block(b"11\x1F31"), DecodeErrorKind::StxMissing, INVALID),
        (
            b"\x011\x021\x1F\x04".to_vec(),
            DecodeErrorKind::Aborted,
            None,
        ),
        (
            b"\x011\x021\x1F\x011".to_vec(),
            DecodeErrorKind::Restarted,
            None,
        ),
    ];
    for (bytes, kind, answer) in cases {
        let error = refused(&bytes, &DecodeOptions::lenient());
        assert_eq!((error.kind, error.answer), (kind, answer));
    }
}

#[test]
fn warnings_are_kept_to_32_and_the_rest_is_counted() {
    let mut body = b"1\x021\x1F31".to_vec();
    body.extend([0x1E; 100]);
    let bytes = block(&body);
    let decoded = decode(&bytes, &DecodeOptions::lenient()).unwrap();
    assert_eq!(decoded.warnings().len(), 32);
    assert_eq!(decoded.warnings().len() + decoded.omitted_warnings(), 100);
}

#[test]
fn every_warning_has_a_name_of_its_own() {
    let mut codes: Vec<_> = WarningKind::ALL.iter().map(|kind| kind.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), WarningKind::ALL.len());
    let readme = include_str!("../README.md");
    for code in codes {
        assert!(readme.contains(&format!("`{code}`")), "{code}");
    }
}
