//! SIA DC-09 frames (Climax reference 5.4).

#![allow(clippy::unwrap_used)]

mod dc09_support;

use climax_rf::dc09::*;
use dc09_support::*;

#[test]
fn section_5_4_every_example_is_read_and_written() {
    for text in EXAMPLES {
        let bytes = framed(text);
        let decoded = decode(&bytes, &STRICT).unwrap();
        assert!(decoded.warnings.is_empty());
        assert_eq!(decoded.crc_form, CrcForm::Hexadecimal);
        let mut again = Vec::new();
        encode(&decoded.frame, CrcForm::Hexadecimal, &mut again).unwrap();
        assert_eq!(again, bytes);
    }
}

#[test]
fn section_5_4_the_raw_form_is_read_and_written() {
    for (dump, event) in [(RAW, "1101 01 005"), (RAW_WITH_CR, "1602 00 000")] {
        let bytes = hex(dump);
        assert_eq!(bytes.len(), 47);
        let decoded = decode(&bytes, &STRICT).unwrap();
        assert_eq!(decoded.crc_form, CrcForm::Raw);
        let Body::ContactId(read) = decoded.frame.data(&STRICT).unwrap().body else {
            panic!()
        };
        assert_eq!(read.to_string(), event);
        let mut again = Vec::new();
        encode(&decoded.frame, CrcForm::Raw, &mut again).unwrap();
        assert_eq!(again, bytes);
    }
}

#[test]
fn the_data_of_each_token_is_read() {
    let bytes = framed(EXAMPLES[1]);
    let frame = decode(&bytes, &STRICT).unwrap().frame;
    let data = frame.data(&STRICT).unwrap();
    assert_eq!(
        frame.reporting_account(&data).unwrap().as_str(),
        Some("4711")
    );
    let Body::Sia(sia) = data.body else { panic!() };
    let events: Vec<SiaEvent<'_>> = sia.events().collect();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].code.as_str(), "MA");
    assert_eq!(
        (events[0].area, events[0].number),
        (Some(&b"1"[..]), &b"0005"[..])
    );

    let bytes = framed(EXAMPLES[2]);
    let Content::Clear(clear) = decode(&bytes, &STRICT).unwrap().frame.content else {
        panic!()
    };
    assert_eq!(clear.timestamp.unwrap().to_string(), "2026-03-14T09:30:00Z");

    let bytes = framed(EXAMPLES[3]);
    let data = decode(&bytes, &STRICT)
        .unwrap()
        .frame
        .data(&STRICT)
        .unwrap();
    assert_eq!(data.body, Body::Empty);
}

#[test]
fn an_account_inside_without_hash_and_another_one_is_kept_beside_the_outer() {
    let bytes = around("\"SIA-DCS\"0043L0#4711[9999|Nri1MA0005]", CrcForm::Raw);
    let frame = decode(&bytes, &LENIENT).unwrap().frame;
    let data = frame.data(&LENIENT).unwrap();
    assert_eq!(data.account.unwrap().as_str(), Some("9999"));
    assert_eq!(
        frame.reporting_account(&data).unwrap().as_str(),
        Some("4711")
    );
    assert!(data.warnings.contains(WarningKind::InnerAccountDiffers));
    assert!(data.warnings.contains(WarningKind::InnerAccountWithoutHash));
    assert!(matches!(frame.data(&STRICT), Err(DataError::Deviation(_))));
}

#[test]
fn sia_data_with_several_events_texts_and_separators_is_read() {
    let data = SiaData::new(b"Nti10:23/ri1/BA0001*hall*^anna^/MA2/ri0A/|RP?x/CL").unwrap();
    let events: Vec<SiaEvent<'_>> = data.events().collect();
    let codes: Vec<&str> = events.iter().map(|event| event.code.as_str()).collect();
    assert_eq!(codes, ["BA", "MA", "RP", "CL"]);
    assert_eq!(events[0].time, Some(&b"10:23"[..]));
    assert_eq!(
        (events[0].name, events[0].user),
        (Some(&b"hall"[..]), Some(&b"anna"[..]))
    );
    assert_eq!(
        (events[1].area, events[1].number),
        (Some(&b"1"[..]), &b"2"[..])
    );
    assert_eq!(events[2].area, Some(&b"0A"[..]));
    assert!(data.items().any(|item| item == SiaItem::Unknown(b"?x")));
    let text_first = SiaData::new(b"Nri1^anna^CL501").unwrap();
    assert_eq!(text_first.events().next().unwrap().user, Some(&b"anna"[..]));
    let without_block = SiaData::new(b"MA0005").unwrap();
    assert_eq!(
        (without_block.block(), without_block.events().count()),
        (None, 1)
    );
    let plain = SiaData::new(b"NRP00").unwrap();
    assert_eq!((plain.block(), plain.events().count()), (Some(b'N'), 1));
}

#[test]
fn what_is_met_in_the_field_is_tolerated_and_marked() {
    let cases = [
        (
            "\"ADM-CID\"0042#4711[#4711|1101 01 005]",
            WarningKind::LineMissing,
        ),
        (
            "\"ADM-CID\"0042L0#room-217[|1101 01 005]",
            WarningKind::UnusualAccount,
        ),
        ("\"X-TEST\"0042L0#4711[abc]", WarningKind::UnknownToken),
        (
            "\"ADM-CID\"0000L0#4711[#4711|1101 01 005]",
            WarningKind::UnusualSequence,
        ),
        (
            "\"ADM-CID\"0042L0#4711[]_99:00:00,03-14-2026",
            WarningKind::TimestampInvalid,
        ),
        ("\"ADM-CID\"0042L0#4711[]tail", WarningKind::TrailingData),
        ("\"ADM-CID\"0042La#4711[]", WarningKind::LowerCase),
    ];
    for (body, expected) in cases {
        let bytes = around(body, CrcForm::Hexadecimal);
        let decoded = decode(&bytes, &LENIENT).unwrap();
        assert!(decoded.warnings.contains(expected), "{body}");
        if expected.is_allowed_when_strict() {
            continue;
        }
        let refused = decode(&bytes, &STRICT).unwrap_err().kind;
        assert_eq!(refused, DecodeErrorKind::Deviation(expected), "{body}");
    }
}

#[test]
fn further_data_is_given_block_by_block() {
    let body =
        "\"ADM-CID\"0042L0#4711[#4711|1101 01 005][X015E00.000][Y59N00.000]_09:30:00,03-14-2026";
    let bytes = around(body, CrcForm::Hexadecimal);
    let Content::Clear(clear) = decode(&bytes, &STRICT).unwrap().frame.content else {
        panic!()
    };
    let blocks: Vec<&[u8]> = clear.blocks().collect();
    assert_eq!(blocks, [&b"X015E00.000"[..], b"Y59N00.000"]);
    assert!(clear.timestamp.is_some());
}

#[test]
fn what_is_no_frame_gets_a_typed_error() {
    let kind = |bytes: &[u8]| decode(bytes, &LENIENT).unwrap_err().kind;
    assert_eq!(kind(b"x"), DecodeErrorKind::LineFeedMissing);
    assert_eq!(kind(b"\nxxxxxxxxxxxxxx"), DecodeErrorKind::NoFrame);
    assert_eq!(kind(b"\n00000401\""), DecodeErrorKind::TooLong);
    assert_eq!(
        kind(b"\n47CC0027\"ADM"),
        DecodeErrorKind::Truncated { needed: 49 }
    );
    let mut wrong = framed(HELP);
    wrong[1] = b'5';
    assert_eq!(kind(&wrong), DecodeErrorKind::Crc);
    let mut longer = framed(HELP);
    longer[8] = b'6';
    assert_eq!(kind(&longer), DecodeErrorKind::CarriageReturnMissing);
    let mut trailing = framed(HELP);
    trailing.extend(b"\0\0x");
    assert_eq!(kind(&trailing), DecodeErrorKind::TrailingBytes);
    for (body, expected) in [
        ("\"", DecodeErrorKind::Token),
        ("\"\"0042L0[]", DecodeErrorKind::Token),
        ("\"NULL\"004xL0[]", DecodeErrorKind::Sequence),
        ("\"NULL\"0000L[]", DecodeErrorKind::Number),
        ("\"NULL\"0000L1234567[]", DecodeErrorKind::Number),
        ("\"NULL\"0000L0", DecodeErrorKind::BracketMissing),
        ("\"NULL\"0000L0[", DecodeErrorKind::BracketOpen),
        ("\"*NULL\"0000L0[AB", DecodeErrorKind::EncryptedText),
    ] {
        assert_eq!(
            kind(&around(body, CrcForm::Hexadecimal)),
            expected,
            "{body}"
        );
    }
}

#[test]
fn the_two_forms_of_the_crc_never_fit_the_same_bytes() {
    // The raw form has its quote where the other has a digit of its length.
    for byte in 0..=u8::MAX {
        let mut bytes = *b"\n4700270027\"";
        bytes[7] = byte;
        bytes[9] = b'"';
        let fits_raw = byte == b'"' && bytes[3..7].iter().all(u8::is_ascii_hexdigit);
        let fits_hexadecimal = bytes[5..9].iter().all(u8::is_ascii_hexdigit);
        assert!(!(fits_raw && fits_hexadecimal));
    }
    // A hexadecimal CRC whose characters look like a length in the raw form's place.
    let hexadecimal = framed(EXAMPLES[3]);
    assert_eq!(
        decode(&hexadecimal, &STRICT).unwrap().crc_form,
        CrcForm::Hexadecimal
    );
}

fn scan(segments: &[&[u8]]) -> (Vec<Vec<u8>>, usize, usize) {
    let mut scanner = Scanner::new();
    let (mut frames, mut junk, mut broken) = (Vec::new(), 0, 0);
    for mut segment in segments.iter().copied() {
        while let Some(item) = scanner.next(&mut segment) {
            match item {
                Item::Frame(bytes) => frames.push(bytes.to_vec()),
                Item::Junk(count) => junk += count,
                Item::Broken(_) => broken += 1,
                _ => unreachable!(),
            }
        }
    }
    (frames, junk, broken)
}

#[test]
fn a_stream_split_at_every_byte_gives_the_same_frames() {
    let mut stream = b"junk".to_vec();
    for text in EXAMPLES {
        stream.extend(framed(text));
        stream.extend(b"\0\0");
    }
    stream.extend(hex(RAW));
    stream.extend(hex(RAW_WITH_CR));
    stream.extend(b"\n\n");
    stream.extend(around("\"NULL\"0000L0#4711[]", CrcForm::Raw));
    let whole = scan(&[&stream]);
    assert_eq!((whole.0.len(), whole.2), (10, 0));
    assert_eq!(whole.1, 6, "zero bytes do not count");
    for at in 0..=stream.len() {
        let (first, second) = stream.split_at(at);
        assert_eq!(scan(&[first, second]), whole, "{at}");
    }
    let single: Vec<&[u8]> = stream.chunks(1).collect();
    assert_eq!(scan(&single), whole);
}

#[test]
fn a_raw_crc_of_any_two_bytes_is_no_end_and_no_beginning() {
    // Link tests, each with a line number of its own, until the CRCs looked for have come.
    let mut wanted = std::collections::BTreeSet::from([*b"\n\r", *b"\r\n", *b"\n\n", *b"\r\r"]);
    for number in 0..0x100_0000_u32 {
        if wanted.is_empty() {
            break;
        }
        let bytes = around(&format!("\"NULL\"0000L{number:06X}[]"), CrcForm::Raw);
        wanted.remove(&[bytes[1], bytes[2]]);
        if bytes[1..3]
            .iter()
            .any(|byte| matches!(byte, b'\n' | b'\r' | b'"' | 0))
        {
            assert_eq!(scan(&[&bytes]).0, std::slice::from_ref(&bytes));
            let (first, second) = bytes.split_at(2);
            assert_eq!(scan(&[first, second]).0, std::slice::from_ref(&bytes));
        }
    }
    assert!(wanted.is_empty());
}

#[test]
fn a_wrong_length_does_not_hide_the_frame_behind_it() {
    let mut longer = framed(HELP);
    longer[8] = b'9';
    let stream = [longer, framed(EXAMPLES[1]), framed(EXAMPLES[3])].concat();
    let (frames, _, broken) = scan(&[&stream]);
    assert_eq!((frames.len(), broken), (2, 1));
    assert_eq!(scan(&[b"\n0000FFFF\"", &framed(HELP)]).0.len(), 1);
}

#[test]
fn what_cannot_be_written_is_refused_and_nothing_is_written() {
    let bytes = framed(HELP);
    let good = decode(&bytes, &STRICT).unwrap().frame;
    let clear = |data, extended| {
        Content::Clear(Clear {
            data,
            extended,
            timestamp: None,
        })
    };
    let long = vec![b'x'; 1024];
    for (frame, expected) in [
        (Frame { line: None, ..good }, EncodeError::LineMissing),
        (
            Frame {
                token: Token::Other(b"a\"b"),
                ..good
            },
            EncodeError::Token,
        ),
        (
            Frame {
                token: Token::Other(b"*x"),
                ..good
            },
            EncodeError::Token,
        ),
        (
            Frame {
                token: Token::Other(b"ACK"),
                ..good
            },
            EncodeError::Token,
        ),
        (
            Frame {
                content: clear(b"a]b", b""),
                ..good
            },
            EncodeError::Data,
        ),
        (
            Frame {
                content: clear(b"", b"[X"),
                ..good
            },
            EncodeError::Data,
        ),
        (
            Frame {
                content: clear(b"", b"x"),
                ..good
            },
            EncodeError::Data,
        ),
        (
            Frame {
                content: clear(&long, b""),
                ..good
            },
            EncodeError::TooLong,
        ),
        (
            Frame {
                content: Content::Encrypted(b"AB"),
                ..good
            },
            EncodeError::EncryptedText,
        ),
    ] {
        let mut out = b"before".to_vec();
        assert_eq!(encode(&frame, CrcForm::Raw, &mut out), Err(expected));
        assert_eq!(out, b"before");
    }
}
