//! ESPA reference 13 and 6.2 byte for byte; cases 1, 2, 3, 11 and 12 of section 17.

#![allow(clippy::unwrap_used)]

mod support;

use espa444::codes::{EOT, ETX};
use espa444::{
    BccForm, BccVariant, BeepCode, BlockBuf, CallStatus, CallType, CharacterSet, DecodeErrorKind,
    DecodeOptions, EncodeError, EncodeOptions, Header, Item, Limits, Message, NakPrefix, Priority,
    RecordId, SystemStatus, WarningKind, decode, encode, encode_into, parity, scan,
};
use support::{BCC_LOOKS_LIKE, DIALOGUE, EXAMPLES, block, call_a, example, hex};

fn written(block: &BlockBuf) -> Vec<u8> {
    let mut out = Vec::new();
    encode(&block.as_block(), &EncodeOptions::new(), &mut out).unwrap();
    out
}

fn kinds(bytes: &[u8]) -> Vec<WarningKind> {
    let decoded = decode(bytes, &DecodeOptions::lenient()).unwrap();
    decoded
        .warnings()
        .iter()
        .map(|warning| warning.kind)
        .collect()
}

#[test]
fn examples_a_to_f_are_written_byte_for_byte() {
    let call = call_a();
    assert_eq!(written(&call), example('A'));

    let mut test = BlockBuf::call(b"31").unwrap();
    test.push(RecordId::DISPLAY_MESSAGE, b"TEST").unwrap();
    assert_eq!(written(&test), example('B'));

    let mut reset = BlockBuf::call(b"208").unwrap();
    reset
        .push(RecordId::DISPLAY_MESSAGE, b"BRANN SLOYFE 3 DET 17")
        .unwrap()
        .push(RecordId::CALL_TYPE, CallType::RESET.as_bytes())
        .unwrap();
    assert_eq!(written(&reset), example('C'));

    for (letter, status) in [('D', CallStatus::IN_QUEUE), ('E', CallStatus::PAGED)] {
        let status = BlockBuf::status_information(&call.as_block(), status).unwrap();
        assert_eq!(written(&status), example(letter));
    }
    let request = BlockBuf::status_request(&call.as_block()).unwrap();
    assert_eq!(written(&request), example('F'));
}

#[test]
fn example_a_is_read() {
    let bytes = example('A');
    let decoded = decode(&bytes, &DecodeOptions::strict()).unwrap();
    let Message::Call(call) = decoded.block().message() else {
        panic!("not a call");
    };
    assert_eq!(call.call_address().unwrap().as_str(), Some("208"));
    let text = call.display_message().unwrap();
    assert_eq!(text.decode(CharacterSet::Auto), "BRANN SLOYFE 3 DET 17");
    assert_eq!(call.beep_code(), Some(BeepCode::new("2")));
    assert_eq!(call.call_type(), Some(CallType::STANDARD));
    assert_eq!(call.priority(), Some(Priority::ALARM));
    assert_eq!(call.transmissions(), None);
    assert!(!call.is_reset());
    assert!(
        decode(&example('C'), &DecodeOptions::strict())
            .unwrap()
            .block()
            .is_reset()
    );
}

#[test]
fn examples_d_to_h_are_read() {
    let read = |letter| {
        decode(&example(letter), &DecodeOptions::strict())
            .unwrap()
            .into_owned()
    };
    for (letter, status) in [('D', CallStatus::IN_QUEUE), ('E', CallStatus::PAGED)] {
        let decoded = read(letter);
        let Message::StatusInformation(information) = decoded.block().message() else {
            panic!("not a status");
        };
        assert_eq!(information.call_status(), Some(status));
    }
    assert!(matches!(
        read('F').block().message(),
        Message::StatusRequest(_)
    ));
    let system = read('G');
    assert_eq!(
        system.block().system_status(),
        Some(SystemStatus::TRANSMITTER_FAILURE)
    );
    let line = read('H');
    let Message::SubscriberLineCall(call) = line.block().message() else {
        panic!("not a subscriber line call");
    };
    assert_eq!(call.call_address().unwrap().as_bytes(), b"6021");
}

#[test]
fn example_i_has_a_separator_before_etx() {
    assert_eq!(kinds(&example('I')), [WarningKind::SeparatorBeforeEnd]);
    let bytes = example('I');
    let strict = decode(&bytes, &DecodeOptions::strict()).unwrap();
    assert_eq!(strict.block().records().count(), 2);
}

#[test]
fn examples_j_to_n_are_texts() {
    for (letter, characters, text) in [
        ('J', CharacterSet::Iso646Norway, "RØYK KJØKKEN"),
        ('K', CharacterSet::Iso646Sweden, "BRÄNDER KÖK"),
        ('L', CharacterSet::Latin1, "RØYK"),
        ('L', CharacterSet::Auto, "RØYK"),
        ('M', CharacterSet::Windows1252, "RØYK"),
        ('N', CharacterSet::Utf8, "RØYK"),
        ('N', CharacterSet::Auto, "RØYK"),
    ] {
        let bytes = example(letter);
        let decoded = decode(&bytes, &DecodeOptions::lenient()).unwrap();
        let message = decoded.block().display_message().unwrap();
        assert_eq!(message.decode(characters), text, "{letter}");

        if letter != 'M' && characters != CharacterSet::Auto {
            let mut own = Vec::new();
            let result = characters.encode(text, 128, &mut own);
            assert_eq!((result.replaced, result.cut), (0, false));
            let mut call = BlockBuf::call(b"31").unwrap();
            call.push(RecordId::DISPLAY_MESSAGE, &own).unwrap();
            assert_eq!(written(&call), bytes, "{letter}");
        }
    }
}

#[test]
fn example_m_masks_the_bcc() {
    let bytes = example('M');
    let decoded = decode(&bytes, &DecodeOptions::lenient()).unwrap();
    let bcc = decoded.bcc();
    assert_eq!((bcc.received, bcc.computed), (Some(0x37), 0xB7));
    assert_eq!(bcc.variant, BccVariant::SevenBit);
    assert_eq!(kinds(&bytes), [WarningKind::SevenBitBcc]);
    let error = decode(&bytes, &DecodeOptions::strict()).unwrap_err();
    assert_eq!(error.answer, Some(NakPrefix::TRANSMISSION_ERROR));

    let mut call = BlockBuf::call(b"31").unwrap();
    call.push(RecordId::DISPLAY_MESSAGE, b"R\xD8YK").unwrap();
    let mut out = Vec::new();
    let options = EncodeOptions::new().with_bcc(BccForm::SevenBit);
    encode(&call.as_block(), &options, &mut out).unwrap();
    assert_eq!(out, bytes);
}

#[test]
fn example_o_has_a_refined_status() {
    let bytes = example('O');
    let decoded = decode(&bytes, &DecodeOptions::strict()).unwrap();
    let status = decoded.block().call_status().unwrap();
    assert_eq!(status, CallStatus::SPEECH_CHANNEL_OPEN_PAGED);
    assert_eq!(status.base(), CallStatus::SPEECH_CHANNEL_OPEN);
}

#[test]
fn case_11_example_p_is_example_b_with_parity_left_in() {
    let bytes = example('P');
    let decoded = decode(&bytes, &DecodeOptions::lenient()).unwrap();
    assert_eq!(decoded.raw(), bytes);
    let plain = example('B');
    assert_eq!(
        decoded.block(),
        decode(&plain, &DecodeOptions::strict()).unwrap().block()
    );
    assert_eq!(decoded.bcc().variant, BccVariant::ParityInData);
    assert!(decoded.has_parity_in_data());
    assert_eq!(kinds(&bytes), [WarningKind::ParityInData]);

    let error = decode(&bytes, &DecodeOptions::strict()).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::SohMissing);

    let mut damaged = bytes.clone();
    damaged[12] ^= 0x01;
    let error = decode(&damaged, &DecodeOptions::lenient()).unwrap_err();
    assert_eq!((error.kind, error.offset), (DecodeErrorKind::Parity, 12));

    let mut own = plain;
    parity::add(&mut own);
    assert_eq!(own, bytes);
}

#[test]
fn example_q_has_vendor_records() {
    let bytes = example('Q');
    let decoded = decode(&bytes, &DecodeOptions::strict()).unwrap();
    assert_eq!(decoded.block().paging_identity(), Some(&b"A77"[..]));
    assert_eq!(decoded.block().running_number(), Some(&b"0012"[..]));
    assert_eq!(decoded.bcc().received, Some(0x06));
}

#[test]
fn example_r_has_its_records_in_free_order() {
    let bytes = example('R');
    let decoded = decode(&bytes, &DecodeOptions::strict()).unwrap();
    let order: Vec<_> = decoded.block().records().map(|r| r.as_bytes()[0]).collect();
    assert_eq!(order, b"64132");
    assert_eq!(decoded.block().priority(), Some(Priority::HIGH));
}

#[test]
fn example_s_is_a_dialogue() {
    let capture = hex(DIALOGUE);
    let mut out = String::new();
    for scanned in scan(&capture, &DecodeOptions::lenient()) {
        out += &match scanned.item {
            Item::Poll(address) => format!("poll {address}, "),
            Item::Select(address) => format!("select {address}, "),
            Item::Acknowledgement => "ACK, ".into(),
            Item::NegativeAcknowledgement(Some(prefix)) => format!("{prefix} NAK, "),
            Item::EndOfTransmission => "EOT, ".into(),
            Item::Block(decoded) => format!("block {}, ", decoded.block().header()),
            Item::RefusedBlock(error) => format!("{}, ", error.kind.code()),
            item => panic!("{item:?}"),
        };
    }
    assert_eq!(
        out,
        "EOT, poll 1, select 2, 2 NAK, EOT, EOT, poll 1, select 2, ACK, bcc, 1 NAK, block 1, ACK, \
         EOT, EOT, poll 2, select 1, ACK, block 2, ACK, EOT, "
    );
}

#[test]
fn case_01_every_example_reads_whole_and_no_part_of_it_does() {
    let all = EXAMPLES.iter().map(|(_, dump)| *dump);
    for dump in all.chain(BCC_LOOKS_LIKE.iter().map(|(_, dump)| *dump)) {
        let bytes = hex(dump);
        let decoded = decode(&bytes, &DecodeOptions::lenient()).unwrap();
        assert_eq!(decoded.raw(), bytes);
        for end in 0..bytes.len() {
            let error = decode(&bytes[..end], &DecodeOptions::lenient()).unwrap_err();
            let expected = match end {
                0 => DecodeErrorKind::Empty,
                end if end == bytes.len() - 1 => DecodeErrorKind::BccMissing,
                _ => DecodeErrorKind::Truncated,
            };
            assert_eq!((error.kind, error.offset), (expected, end), "{dump}");
        }
    }
}

#[test]
fn case_02_no_single_bit_error_passes_as_a_good_block() {
    for (letter, dump) in EXAMPLES {
        let good = hex(dump);
        for at in 0..good.len() {
            for bit in 0..7 {
                let mut bytes = good.clone();
                bytes[at] ^= 1 << bit;
                // The limit of the protocol: a new ETX cuts the block. What follows tells.
                let cut = bytes[at] & 0x7F == ETX;
                let items: Vec<_> = scan(&bytes, &DecodeOptions::lenient()).collect();
                let good_block = |item: &Item<'_>| matches!(item, Item::Block(_));
                let passes = items.iter().any(|scanned| good_block(&scanned.item));
                assert!(!passes || cut && items.len() > 1, "{letter} {at} {bit}");
                assert!(
                    decode(&bytes, &DecodeOptions::lenient()).is_err(),
                    "{letter} {at} {bit}"
                );
            }
        }
    }
}

#[test]
fn case_03_section_6_2_a_bcc_may_look_like_anything() {
    for (bcc, dump) in BCC_LOOKS_LIKE {
        let bytes = hex(dump);
        let decoded = decode(&bytes, &DecodeOptions::strict()).unwrap();
        assert_eq!(decoded.bcc().received, Some(*bcc));
        assert_eq!(decoded.bcc().variant, BccVariant::Exact);
        let copy = BlockBuf::try_from(&decoded.block()).unwrap();
        assert_eq!(written(&copy), bytes);
    }
}

#[test]
fn case_03_a_bcc_of_every_value_is_part_of_its_block() {
    let mut seen = [false; 256];
    // Two bytes of text reach every sum.
    for (high, low) in
        (0x20..=0xFF_u8).flat_map(|high| (0x20..=0xFF_u8).map(move |low| (high, low)))
    {
        let bytes = block(&[b'1', 2, b'1', 0x1F, b'3', 0x1E, b'2', 0x1F, high, low]);
        let bcc = bytes[bytes.len() - 1];
        if std::mem::replace(&mut seen[usize::from(bcc)], true) {
            continue;
        }
        let decoded = decode(&bytes, &DecodeOptions::strict()).unwrap();
        assert_eq!(decoded.bcc().received, Some(bcc));

        let mut capture = vec![EOT, b'1', 5, b'2', 5, 6];
        capture.extend_from_slice(&bytes);
        capture.extend_from_slice(&[6, EOT]);
        let items: Vec<_> = scan(&capture, &DecodeOptions::strict()).collect();
        assert_eq!(items.len(), 7, "{bcc:02X}");
        assert!(matches!(items[4].item, Item::Block(_)));
        assert_eq!(items[4].range, 6..6 + bytes.len());
    }
    assert_eq!(seen, [true; 256]);
}

#[test]
fn case_11_both_forms_of_bcc_for_every_character_set() {
    for &characters in CharacterSet::ALL {
        let mut text = Vec::new();
        characters.encode("RØYK ÆØÅ ÄÖÜ é ¤", 128, &mut text);
        let mut call = BlockBuf::call(b"31").unwrap();
        call.push(RecordId::DISPLAY_MESSAGE, &text).unwrap();
        for form in [BccForm::EightBit, BccForm::SevenBit] {
            let mut out = Vec::new();
            encode(
                &call.as_block(),
                &EncodeOptions::new().with_bcc(form),
                &mut out,
            )
            .unwrap();
            let decoded = decode(&out, &DecodeOptions::lenient()).unwrap();
            assert_eq!(decoded.block().display_message().unwrap().as_bytes(), text);
            if characters.is_seven_bit() {
                assert_eq!(decoded.bcc().variant, BccVariant::Exact);
            }
        }
    }
}

fn largest(text: usize) -> BlockBuf {
    let mut call = BlockBuf::call(&[b'7'; 16]).unwrap();
    call.push(RecordId::DISPLAY_MESSAGE, &vec![b'T'; text])
        .unwrap();
    for identifier in ["3", "4", "5", "6"] {
        call.push(RecordId::new(identifier), b"1").unwrap();
    }
    call
}

#[test]
fn case_12_the_largest_blocks() {
    let call = largest(128);
    let bytes = written(&call);
    assert_eq!(bytes.len(), 170);
    assert_eq!(
        decode(&bytes, &DecodeOptions::strict()).unwrap().block(),
        call.as_block()
    );

    let mut status = largest(128);
    status.push(RecordId::CALL_STATUS, b"71").unwrap();
    status.push(RecordId::SYSTEM_STATUS, b"1").unwrap();
    let bytes = written(&status);
    assert_eq!(bytes.len(), 179);
    assert!(decode(&bytes, &DecodeOptions::strict()).is_ok());
}

#[test]
fn case_12_a_block_of_2048_bytes_and_one_more() {
    let wide = Limits {
        block: usize::MAX,
        ..Limits::LENIENT
    };
    let read = DecodeOptions::lenient().with_limits(wide);
    let write = EncodeOptions::new().with_limits(wide);
    let mut call = largest(1000);
    let rest = 2048 - espa444::encoded_len(&call.as_block(), &write).unwrap();
    call.push(RecordId::new("E"), &vec![b'x'; rest - 3])
        .unwrap();
    let mut bytes = Vec::new();
    encode(&call.as_block(), &write, &mut bytes).unwrap();
    assert_eq!(bytes.len(), 2048);
    assert_eq!(decode(&bytes, &read).unwrap().block(), call.as_block());
    let by_default = decode(&bytes, &DecodeOptions::lenient()).unwrap_err();
    assert_eq!(by_default.kind, DecodeErrorKind::TooLarge { limit: 512 });
    assert_eq!(by_default.answer, Some(NakPrefix::INVALID_MESSAGE));

    let mut longer = bytes[..bytes.len() - 2].to_vec();
    longer.push(b'x');
    let longer = block(&longer[1..]);
    let error = decode(&longer, &read).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::TooLarge { limit: 2048 });

    call.push(RecordId::new("F"), b"").unwrap();
    let error = encode(&call.as_block(), &write, &mut bytes).unwrap_err();
    assert_eq!(error, EncodeError::TooLarge { limit: 2048 });
    assert_eq!(bytes.len(), 2048, "nothing was written");
}

#[test]
fn case_12_a_block_that_never_ends() {
    let mut bytes = b"\x011\x021\x1F31\x1E2\x1F".to_vec();
    bytes.resize(1_000_000, b'A');
    let error = decode(&bytes, &DecodeOptions::lenient()).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::TooLarge { limit: 512 });
    let items: Vec<_> = scan(&bytes, &DecodeOptions::lenient()).collect();
    assert!(matches!(items[..], [ref one] if one.item == Item::TruncatedBlock));
    bytes.push(EOT);
    bytes.extend(example('B'));
    let items: Vec<_> = scan(&bytes, &DecodeOptions::lenient()).collect();
    assert!(
        matches!(items[2].item, Item::Block(_)),
        "the next good call is taken"
    );
}

#[test]
fn limits_are_errors_before_a_byte_is_written() {
    let mut out = b"before".to_vec();
    let mut refuse = |call: &BlockBuf, expected| {
        let result = encode(&call.as_block(), &EncodeOptions::new(), &mut out);
        assert_eq!(result, Err(expected));
        assert_eq!(out, b"before");
    };
    refuse(
        &BlockBuf::call(&[b'1'; 17]).unwrap(),
        EncodeError::TooLong {
            record: RecordId::CALL_ADDRESS,
            limit: 16,
        },
    );
    refuse(
        &largest(129),
        EncodeError::TooLong {
            record: RecordId::DISPLAY_MESSAGE,
            limit: 128,
        },
    );
    refuse(
        &BlockBuf::new(Header::CALL).unwrap(),
        EncodeError::NoRecords,
    );
    let mut licence = BlockBuf::new(Header::LICENCE_REQUEST).unwrap();
    licence.push(RecordId::new("1"), b"").unwrap();
    refuse(&licence, EncodeError::UnknownHeader);
    let allowing = EncodeOptions::new().allowing_unknown_headers();
    assert_eq!(
        encode(&licence.as_block(), &allowing, &mut Vec::new()),
        Ok(())
    );

    assert_eq!(BlockBuf::new(Header::new(" 1")), Err(EncodeError::Header));
    let mut call = BlockBuf::call(b"31").unwrap();
    for bad in [b"\x03", b"\x1E", b"\x1F", b"\x00"] {
        let result = call.push(RecordId::DISPLAY_MESSAGE, bad).map(|_| ());
        assert_eq!(result, Err(EncodeError::ControlCharacter));
    }
    let result = call.push(RecordId::new(""), b"").map(|_| ());
    assert_eq!(result, Err(EncodeError::Identifier));
}

#[test]
fn a_caller_without_a_heap_brings_a_buffer() {
    let call = call_a();
    let mut buffer = [0xEE; 64];
    let length = encode_into(&call.as_block(), &EncodeOptions::new(), &mut buffer).unwrap();
    assert_eq!(buffer[..length], example('A'));
    assert_eq!(buffer[length], 0xEE);
    let mut small = [0; 10];
    assert_eq!(
        encode_into(&call.as_block(), &EncodeOptions::new(), &mut small),
        Err(EncodeError::BufferTooSmall { needed: length })
    );
    assert_eq!(small, [0; 10]);
}

#[test]
fn debug_shows_no_address_and_no_text() {
    let bytes = example('A');
    let decoded = decode(&bytes, &DecodeOptions::lenient()).unwrap();
    let shown = format!(
        "{decoded:?} {:?} {:?} {:?} {:?}",
        decoded.block().message(),
        decoded.block().call_address(),
        decoded.block().display_message(),
        call_a(),
    );
    assert!(
        !shown.contains("BRANN") && !shown.contains("208"),
        "{shown}"
    );
}
