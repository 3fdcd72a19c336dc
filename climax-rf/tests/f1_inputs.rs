//! Packets, rows and declared families: Climax reference 2.7 and 11.

#![allow(clippy::unwrap_used)]

#[path = "support/f1.rs"]
mod support;

use climax_rf::Provenance;
use climax_rf::f1::{
    ChipCrc, Declaration, DecodeError, Family, FamilyError, LengthRule, Polarity, Row,
    RowErrorKind, SearchOptions, State, SyncWord, Truncated, WarningKind, packet, rows,
};
use support::{E1, E5, e1_payload, event, hex, one};

#[test]
fn a_packet_is_read_with_crc_bytes_or_with_the_word_of_the_chip() {
    let bytes = &hex(E1)[8..];
    let frame = packet(bytes, ChipCrc::Bytes, &Family::F1).unwrap();
    assert_eq!(event(&frame), (State::Ok, vec![]));
    assert_eq!(frame.sync_errors(), None);
    let frame = packet(&bytes[..11], ChipCrc::Passed, &Family::F1).unwrap();
    assert_eq!(event(&frame), (State::Ok, vec![WarningKind::CrcByChip]));
    assert_eq!(frame.check(), None);
    let frame = packet(&bytes[..11], ChipCrc::Failed, &Family::F1).unwrap();
    assert_eq!(frame.state(), State::BadCrc);
    assert_eq!(frame.payload(), e1_payload());

    let cut = packet(&bytes[..12], ChipCrc::Bytes, &Family::F1).unwrap();
    let truncated = Truncated {
        crc_bits: 8,
        right: true,
    };
    assert_eq!(cut.state(), State::Truncated(truncated));
    let cut = packet(&bytes[..10], ChipCrc::Passed, &Family::F1).unwrap();
    assert!(matches!(cut.state(), State::Truncated(_)));

    let longer = [bytes, &[0xB0, 0x80]].concat();
    let frame = packet(&longer, ChipCrc::Bytes, &Family::F1).unwrap();
    assert_eq!(event(&frame), (State::Ok, vec![WarningKind::TrailingBytes]));
    assert_eq!(
        packet(&[], ChipCrc::Bytes, &Family::F1),
        Err(DecodeError::Empty)
    );
}

#[test]
fn a_declared_family_is_found_by_its_own_words() {
    let declared = |sync, length, crc| {
        Family::declare(Declaration {
            name: "own".into(),
            provenance: Provenance::User,
            sync,
            length,
            crc,
            seen_below: None,
            ..Family::F1.declaration().clone()
        })
        .unwrap()
    };
    // 16 bits, a fixed length, no check.
    let own = declared(
        SyncWord::new(0x2DD4, 16).unwrap(),
        LengthRule::Fixed(3),
        None,
    );
    let options = SearchOptions::strict().with_family(own);
    let found = one(&hex("aa2dd4a1b2c3"), &options);
    assert_eq!(event(&found.frame), (State::Ok, vec![WarningKind::NoCrc]));
    assert_eq!(found.frame.payload(), [0xA1, 0xB2, 0xC3]);
    // 64 bits, the other way round as well.
    let sync = SyncWord::new(0x0123_4567_89AB_CDEF, 64).unwrap();
    let own = declared(sync, LengthRule::F1, Family::F1.crc().copied());
    let options = SearchOptions::new().with_family(own);
    let bytes = [&hex("0123456789abcdef")[..], &hex(E1)[8..]].concat();
    assert_eq!(one(&bytes, &options).frame.state(), State::Ok);
    let inverted: Vec<u8> = bytes.iter().map(|byte| !byte).collect();
    assert_eq!(
        one(&inverted, &options).frame.polarity(),
        Polarity::Inverted
    );
}

#[test]
fn a_family_that_cannot_be_is_refused() {
    let refused = |change: fn(&mut Declaration)| {
        let mut declaration = Family::F1.declaration().clone();
        change(&mut declaration);
        Family::declare(declaration).unwrap_err()
    };
    assert_eq!(refused(|d| d.name = "".into()), FamilyError::NameMissing);
    assert_eq!(refused(|d| d.bit_rate = 0), FamilyError::BitRateZero);
    assert_eq!(
        refused(|d| d.preamble = vec![0xAA; 65].into()),
        FamilyError::PreambleTooLong { length: 65 }
    );
    assert_eq!(
        refused(|d| d.length = LengthRule::Fixed(0)),
        FamilyError::LengthRange { min: 0, max: 0 }
    );
    assert_eq!(
        refused(|d| d.length = LengthRule::Byte {
            min: 9,
            max: 8,
            expected: [][..].into()
        }),
        FamilyError::LengthRange { min: 9, max: 8 }
    );
    assert_eq!(
        refused(|d| d.length = LengthRule::Byte {
            min: 3,
            max: 8,
            expected: vec![9].into()
        }),
        FamilyError::ExpectedLength {
            length: 9,
            min: 3,
            max: 8
        }
    );
    assert_eq!(
        refused(|d| d.length = LengthRule::Fixed(2)),
        FamilyError::SeenBelow {
            byte: 2,
            shortest: 2
        }
    );
    assert_eq!(
        refused(|d| d.crc.as_mut().unwrap().parameters.polynomial = 0x1_8005),
        FamilyError::Crc
    );
    assert_eq!(
        SyncWord::new(1, 15),
        Err(FamilyError::SyncLength { length: 15 })
    );
    assert_eq!(
        SyncWord::new(1, 65),
        Err(FamilyError::SyncLength { length: 65 })
    );
    assert_eq!(SyncWord::new(0x1_0000, 16), Err(FamilyError::SyncValue));
}

#[test]
fn rows_are_read_as_software_radios_print_them() {
    let read = |text: &str| {
        let mut buffer = [0; 64];
        Row::parse(text)?
            .read_into(&mut buffer)
            .map(|bits| (bits.len(), bits.as_bytes().to_vec()))
    };
    assert_eq!(read("{12}abc"), Ok((12, vec![0xAB, 0xC0])));
    assert_eq!(read("{12}abc0"), Ok((12, vec![0xAB, 0xC0])));
    assert_eq!(read("{ 12 } 0xAB C"), Ok((12, vec![0xAB, 0xC0])));
    assert_eq!(
        read("[00] {16} ab cd : 10101011"),
        Ok((16, vec![0xAB, 0xCD]))
    );
    assert_eq!(read("{0}"), Ok((0, vec![])));
    let line = r#"{"time":"12:00","codes":["{8}a5","{4}f","{x}1","{9}1","{8}a5"]}"#;
    let kinds: Vec<_> = rows(line)
        .map(|row| row.map(|row| row.bits()).map_err(|error| error.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            Ok(8),
            Ok(4),
            Err(RowErrorKind::BitCount),
            Err(RowErrorKind::TooShort { bits: 9, digits: 1 }),
            Ok(8)
        ]
    );
}

#[test]
fn a_row_that_cannot_be_read_says_why_and_where() {
    let error = |text: &str| {
        let error = Row::parse(text).unwrap_err();
        (error.kind, error.offset)
    };
    assert_eq!(error("a5a5"), (RowErrorKind::NoRow, 4));
    assert_eq!(error("x {8"), (RowErrorKind::BraceOpen, 2));
    assert_eq!(error("{}a5"), (RowErrorKind::BitCount, 0));
    assert_eq!(error("{-8}a5"), (RowErrorKind::BitCount, 0));
    assert_eq!(
        error("{8}a5a"),
        (RowErrorKind::TooManyDigits { bits: 8 }, 0)
    );
    assert_eq!(error("{4}a5"), (RowErrorKind::TooManyDigits { bits: 4 }, 0));
    assert_eq!(
        error("{16}a5a"),
        (
            RowErrorKind::TooShort {
                bits: 16,
                digits: 3
            },
            0
        )
    );
    assert_eq!(error("{8}a50").0, RowErrorKind::TooManyDigits { bits: 8 });
    assert!(matches!(
        error("{65537}00").0,
        RowErrorKind::TooLong { bits: 65537, .. }
    ));
    assert!(matches!(
        error("{99999999999999999999999}00").0,
        RowErrorKind::TooLong { .. }
    ));
    let row = Row::parse(E5).unwrap();
    let small = row.read_into(&mut [0; 21]).unwrap_err();
    assert_eq!(small.kind, RowErrorKind::BufferTooSmall { needed: 22 });
}
