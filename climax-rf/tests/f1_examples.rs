//! The examples and rules of Climax reference 2 and the error states of 12, one by one.

#![allow(clippy::unwrap_used)]

#[path = "support/f1.rs"]
mod support;

use climax_rf::Provenance;
use climax_rf::f1::{
    Bits, ChipCrc, DecodeError, Family, Forward, Found, Leniency, Polarities, Polarity, Row,
    SearchOptions, State, SyncTolerance, Truncated, WarningKind, decode, packet, search,
};
use support::{E1, E2, E3, E4, E5, E6, all, e1_payload, event, hex, one};

fn row(text: &str, options: &SearchOptions) -> Vec<Found> {
    let mut buffer = [0; 64];
    let bits = Row::parse(text).unwrap().read_into(&mut buffer).unwrap();
    search(bits, options).collect()
}

/// The bits of a frame as text, to cut and paste.
fn ones_and_zeros(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:08b}")).collect()
}

fn of_ones_and_zeros(text: &str) -> (Vec<u8>, usize) {
    let mut bytes = vec![0_u8; text.len().div_ceil(8)];
    for (at, bit) in text.bytes().enumerate() {
        if bit == b'1' {
            bytes[at / 8] |= 0x80 >> (at % 8);
        }
    }
    (bytes, text.len())
}

fn search_text(text: &str, options: &SearchOptions) -> Vec<Found> {
    let (bytes, len) = of_ones_and_zeros(text);
    search(Bits::new(&bytes, len).unwrap(), options).collect()
}

#[test]
fn e1_to_e3_are_frames_without_a_warning() {
    let options = SearchOptions::new();
    for (text, payload) in [
        (E1, "00002b5a10c37e9104d8"),
        (E2, "000007f15522a0c84e3b"),
        (E3, "00003e01020304050607"),
    ] {
        let found = one(&hex(text), &options);
        assert_eq!(event(&found.frame), (State::Ok, vec![]));
        assert_eq!(found.frame.payload(), hex(payload));
        assert_eq!(found.frame.length(), Some(10));
        assert_eq!(found.frame.sync_errors(), Some(0));
        assert_eq!(found.frame.polarity(), Polarity::Normal);
        assert_eq!(found.frame.provenance(), Provenance::Confirmed);
        assert_eq!((found.offset, found.body, found.end), (32, 64, 168));
        let check = found.frame.check().unwrap();
        assert_eq!((check.bits, check.received), (16, check.computed));
    }
}

#[test]
fn e4_is_an_event_of_an_unseen_length() {
    let found = one(&hex(E4), &SearchOptions::new());
    assert_eq!(found.frame.state(), State::UnseenLength);
    assert_eq!(found.frame.state().forward(), Forward::MarkedEvent);
    assert_eq!(event(&found.frame).1, [WarningKind::UnseenLength]);
    assert_eq!(found.frame.payload(), hex("0000113344"));
}

#[test]
fn e5_is_e1_one_bit_late() {
    let found = row(E5, &SearchOptions::new());
    assert_eq!(found.len(), 1);
    assert_eq!(event(&found[0].frame), (State::Ok, vec![]));
    assert_eq!(found[0].frame.payload(), e1_payload());
    assert_eq!(found[0].offset, 33);
}

#[test]
fn e6_is_truncated_with_13_of_16_crc_bits_all_right() {
    let found = row(E6, &SearchOptions::new());
    assert_eq!(found.len(), 1);
    let truncated = Truncated {
        crc_bits: 13,
        right: true,
    };
    assert_eq!(found[0].frame.state(), State::Truncated(truncated));
    assert_eq!(found[0].frame.payload(), e1_payload());
    assert_eq!(found[0].frame.state().forward(), Forward::Never);
}

#[test]
fn e6_is_a_record_where_a_crc_cut_short_is_taken() {
    let mut options = SearchOptions::new();
    options.crc_cut_short = true;
    let found = row(E6, &options);
    let state = found[0].frame.state();
    assert_eq!(state, State::Lenient(Leniency::CrcCutShort));
    assert_eq!(state.forward(), Forward::RecordOnly);
    assert_eq!(event(&found[0].frame).1, [WarningKind::CrcCutShort]);
}

#[test]
fn a_crc_of_11_bits_is_too_short_and_one_of_12_enough() {
    let mut options = SearchOptions::new();
    options.crc_cut_short = true;
    let bits = ones_and_zeros(&hex(E1));
    for lost in 1..=16 {
        let found = search_text(&bits[..168 - lost], &options);
        let expected = if lost <= 4 {
            State::Lenient(Leniency::CrcCutShort)
        } else {
            State::Truncated(Truncated {
                crc_bits: u8::try_from(16 - lost).unwrap(),
                right: true,
            })
        };
        assert_eq!(found[0].frame.state(), expected, "{lost} bits lost");
    }
}

#[test]
fn a_crc_cut_short_with_a_wrong_bit_stays_truncated() {
    let mut options = SearchOptions::new();
    options.crc_cut_short = true;
    let mut bits = ones_and_zeros(&hex(E1));
    bits.replace_range(160..161, if &bits[160..161] == "1" { "0" } else { "1" });
    let found = search_text(&bits[..166], &options);
    let truncated = Truncated {
        crc_bits: 14,
        right: false,
    };
    assert_eq!(found[0].frame.state(), State::Truncated(truncated));
}

#[test]
fn e1_with_the_last_byte_f9_is_a_bad_crc_or_a_record() {
    let mut bytes = hex(E1);
    *bytes.last_mut().unwrap() = 0xF9;
    let mut options = SearchOptions::new();
    let found = one(&bytes, &options);
    assert_eq!(found.frame.state(), State::BadCrc);
    assert_eq!(found.frame.state().forward(), Forward::Never);
    let check = found.frame.check().unwrap();
    assert_eq!((check.received, check.computed), (0x24F9, 0x24F8));

    options.last_bit_lost = true;
    let found = one(&bytes, &options);
    assert_eq!(found.frame.state(), State::Lenient(Leniency::LastBitLost));
    assert_eq!(event(&found.frame).1, [WarningKind::LastBitLost]);

    *bytes.last_mut().unwrap() = 0xFA;
    assert_eq!(one(&bytes, &options).frame.state(), State::BadCrc);
}

#[test]
fn e1_with_the_sync_word_29cd29cc_has_one_sync_error() {
    let mut bytes = hex(E1);
    bytes[7] = 0xCC;
    let found = one(&bytes, &SearchOptions::new());
    assert_eq!(
        event(&found.frame),
        (State::Ok, vec![WarningKind::SyncErrors])
    );
    assert_eq!(found.frame.sync_errors(), Some(1));
    assert!(all(&bytes, &SearchOptions::strict()).is_empty());
}

#[test]
fn section_12_what_is_forwarded_as_an_event() {
    let plain = SearchOptions::new();
    let mut lenient = SearchOptions::new();
    lenient.last_bit_lost = true;
    lenient.crc_cut_short = true;
    let last_bit = E1.replace("f8", "f9");
    for (text, options, forward) in [
        (E1, &plain, Forward::Event),
        (E4, &plain, Forward::MarkedEvent),
        (&last_bit, &plain, Forward::Never),
        (&last_bit, &lenient, Forward::RecordOnly),
    ] {
        let frame = one(&hex(text), options).frame;
        assert_eq!(frame.state().forward(), forward);
        let events = [Forward::Event, Forward::MarkedEvent];
        assert_eq!(frame.state().is_event(), events.contains(&forward));
    }
    let cut = hex(E1);
    let cut = Bits::new(&cut, cut.len() * 8 - 3).unwrap();
    for (options, forward) in [(&plain, Forward::Never), (&lenient, Forward::RecordOnly)] {
        let found: Vec<_> = search(cut, options).collect();
        assert_eq!(found[0].frame.state().forward(), forward);
    }
}

#[test]
fn two_wrong_bits_are_the_default_and_three_the_most() {
    let mut bytes = hex(E1);
    bytes[4] ^= 0x81;
    assert_eq!(
        one(&bytes, &SearchOptions::new()).frame.sync_errors(),
        Some(2)
    );
    bytes[6] ^= 0x10;
    assert!(all(&bytes, &SearchOptions::new()).is_empty());
    let three = SearchOptions::new().with_tolerance(SyncTolerance::Three);
    assert_eq!(one(&bytes, &three).frame.sync_errors(), Some(3));
    bytes[5] ^= 0x01;
    assert!(all(&bytes, &three).is_empty());
}

#[test]
fn an_inverted_frame_is_found_and_marked() {
    let bytes: Vec<u8> = hex(E1).iter().map(|byte| !byte).collect();
    assert_eq!(bytes[4..8], hex("d632d632"));
    let found = one(&bytes, &SearchOptions::new());
    assert_eq!(
        event(&found.frame),
        (State::Ok, vec![WarningKind::Inverted])
    );
    assert_eq!(found.frame.polarity(), Polarity::Inverted);
    assert_eq!(found.frame.payload(), e1_payload());
    let normal = SearchOptions::new().with_polarities(Polarities::Normal);
    assert!(all(&bytes, &normal).is_empty());
    let inverted = SearchOptions::new().with_polarities(Polarities::Inverted);
    assert_eq!(all(&bytes, &inverted).len(), 1);
    assert!(all(&hex(E1), &inverted).is_empty());
}

#[test]
fn lengths_from_3_to_61_are_read_and_others_refused() {
    for length in 0..=255_u8 {
        let mut bytes = vec![length];
        bytes.resize(usize::from(length) + 1, 0x11);
        let crc = Family::F1.crc().unwrap().parameters.compute(&bytes);
        bytes.extend_from_slice(&crc.to_be_bytes()[2..]);
        let framed = [&hex("aaaaaaaa29cd29cd")[..], &bytes].concat();
        let options = SearchOptions::new();
        let mut found = search(Bits::of_bytes(&framed), &options);
        let state = found.next().map(|found| found.frame.state());
        let expected = match length {
            0..=2 | 62..=255 => None,
            10 => Some(State::Ok),
            _ => Some(State::UnseenLength),
        };
        assert_eq!(state, expected, "length {length}");
        if expected.is_none() {
            assert_eq!((found.refused(), found.refused_length()), (1, Some(length)));
            let refused = Err(DecodeError::Length { length });
            assert_eq!(decode(&framed, &SearchOptions::new()), refused);
            assert_eq!(
                packet(&bytes, ChipCrc::Bytes, &Family::F1),
                refused.map(|f: Found| f.frame)
            );
        }
    }
}

#[test]
fn byte_two_from_0x40_on_is_suspect() {
    for (value, suspect) in [(0x3F, false), (0x40, true), (0xFF, true)] {
        let bytes = [10, 0, 0, value, 1, 2, 3, 4, 5, 6, 7];
        let frame = packet(&bytes, ChipCrc::Passed, &Family::F1).unwrap();
        assert_eq!(frame.warnings().contains(WarningKind::SuspectByte), suspect);
        assert_eq!(frame.state(), State::Ok);
    }
}

#[test]
fn the_search_goes_on_after_a_frame_and_one_bit_further_after_a_bad_one() {
    // Inside the payload stands a whole frame.
    let inner = hex("29cd29cd0500001133").into_iter().chain(hex("44b211"));
    let mut bytes = vec![14, 0, 0];
    bytes.extend(inner);
    bytes.truncate(15);
    let crc = Family::F1.crc().unwrap().parameters.compute(&bytes);
    let mut outer = hex("aaaaaaaa29cd29cd");
    outer.extend(&bytes);
    outer.extend_from_slice(&crc.to_be_bytes()[2..]);
    let options = SearchOptions::new();
    let right = one(&outer, &options);
    assert_eq!((right.frame.length(), right.end), (Some(14), 200));

    *outer.last_mut().unwrap() ^= 1;
    let both = all(&outer, &options);
    let states: Vec<State> = both.iter().map(|found| found.frame.state()).collect();
    assert_eq!(states, [State::BadCrc, State::UnseenLength]);
    assert_eq!(both[1].frame.payload(), hex("0000113344"));
}

#[test]
fn frames_one_behind_the_other_are_all_found() {
    let mut bytes = Vec::new();
    for _ in 0..50 {
        for text in [E1, E2, E3] {
            bytes.extend(hex(text));
        }
    }
    let found = all(&bytes, &SearchOptions::new());
    assert_eq!(found.len(), 150);
    assert!(found.iter().all(|found| found.frame.state() == State::Ok));
}

#[test]
fn a_frame_directly_behind_a_long_one_is_found() {
    let mut body = vec![61];
    body.resize(62, 0x11);
    let crc = Family::F1.crc().unwrap().parameters.compute(&body);
    let mut bytes = hex("29cd29cd");
    bytes.extend(&body);
    bytes.extend_from_slice(&crc.to_be_bytes()[2..]);
    bytes.extend_from_slice(&hex(E1)[4..]);
    let bits = ones_and_zeros(&bytes);
    for lead in 0..240 {
        let found = search_text(
            &format!("{}{bits}", "0".repeat(lead)),
            &SearchOptions::new(),
        );
        let states: Vec<State> = found.iter().map(|found| found.frame.state()).collect();
        assert_eq!(
            states,
            [State::UnseenLength, State::Ok],
            "{lead} bits in front"
        );
        assert_eq!(found[1].offset, found[0].end);
    }
}

#[test]
fn a_late_row_is_taken_when_asked_for() {
    let bits = ones_and_zeros(&hex(E1));
    let mut options = SearchOptions::new();
    for begin in 33..=40 {
        assert!(search_text(&bits[begin..], &options).is_empty());
    }
    options.late_rows = true;
    for begin in 33..=40 {
        let found = search_text(&bits[begin..], &options);
        assert_eq!(found.len(), 1, "from bit {begin}");
        assert_eq!(
            event(&found[0].frame),
            (State::Ok, vec![WarningKind::LateRow])
        );
        assert_eq!(found[0].frame.sync_errors(), None);
        assert_eq!(found[0].offset, 40 - begin);
    }
    // One bit fewer is not enough.
    assert!(search_text(&bits[41..], &options).is_empty());
    // With a frame behind it.
    let longer = format!("{}{}", &bits[36..], ones_and_zeros(&hex(E2)));
    assert_eq!(search_text(&longer, &options).len(), 2);
}

#[test]
fn a_late_row_needs_a_right_crc_and_the_expected_length() {
    let mut options = SearchOptions::recordings();
    options.late_rows = true;
    let mut bytes = hex(E1);
    *bytes.last_mut().unwrap() ^= 1;
    assert!(all(&bytes[5..], &options).is_empty());
    assert!(all(&hex(E4)[5..], &options).is_empty());
    assert_eq!(all(&hex(E1)[5..], &options).len(), 1);
    let inverted: Vec<u8> = hex(E1)[5..].iter().map(|byte| !byte).collect();
    assert_eq!(all(&inverted, &options).len(), 1);
}

#[test]
fn a_wrong_first_bit_and_any_bits_in_front_do_not_matter() {
    let bits = ones_and_zeros(&hex(E1));
    for lead in 0..130 {
        let noise: String = (0..lead)
            .map(|n| if n % 3 == 0 { '1' } else { '0' })
            .collect();
        let found = search_text(
            &format!("{noise}0{}0000", &bits[1..]),
            &SearchOptions::new(),
        );
        assert_eq!(found.len(), 1, "{lead} bits in front");
        assert_eq!(found[0].frame.state(), State::Ok);
    }
}

#[test]
fn a_row_cut_at_any_bit_says_what_was_there() {
    let bits = ones_and_zeros(&hex(E1));
    for end in 0..168 {
        let found = search_text(&bits[..end], &SearchOptions::new());
        if end < 62 {
            assert!(found.is_empty(), "{end} bits");
        } else if end >= 64 {
            let crc_bits = u8::try_from(end.saturating_sub(152)).unwrap();
            let truncated = Truncated {
                crc_bits,
                right: true,
            };
            assert_eq!(
                found[0].frame.state(),
                State::Truncated(truncated),
                "{end} bits"
            );
            let held = (end.saturating_sub(72) / 8).min(10);
            assert_eq!(found[0].frame.payload(), &e1_payload()[..held]);
            assert_eq!(found[0].frame.length().is_some(), end >= 72);
        }
    }
}

#[test]
fn decode_prefers_the_event() {
    let mut bytes = hex(E1);
    *bytes.last_mut().unwrap() ^= 1;
    bytes.extend(hex(E2));
    let options = SearchOptions::recordings();
    let found = decode(&bytes, &options).unwrap();
    assert_eq!(found.frame.state(), State::Ok);
    let record = decode(&bytes[..25], &options).unwrap();
    assert_eq!(record.frame.state(), State::Lenient(Leniency::LastBitLost));
    let bad = decode(&bytes[..25], &SearchOptions::new()).unwrap();
    assert_eq!(bad.frame.state(), State::BadCrc);
    assert_eq!(decode(&[], &options), Err(DecodeError::Empty));
    assert_eq!(
        decode(&[0; 9], &options),
        Err(DecodeError::NoSync { bits: 72 })
    );
}

#[test]
fn a_frame_does_not_print_what_could_be_replayed() {
    let frame = one(&hex(E1), &SearchOptions::new()).frame;
    let printed = format!("{frame:?}");
    assert!(
        !printed.contains("90") && !printed.contains("5a"),
        "{printed}"
    );
    let shown = format!("{:?}", Row::parse(E5).unwrap());
    assert_eq!(shown, "Row(172 bits)");
}

#[test]
fn the_families_say_how_sure_they_are() {
    assert_eq!(Family::F1.provenance(), Provenance::Confirmed);
    assert_eq!(Family::F1_869.provenance(), Provenance::Inferred);
    assert_eq!(Family::named("f1-869"), Some(&Family::F1_869));
    assert_eq!(Family::named("sf1"), None);
    assert_eq!(Family::F1.frame_bits(10), 168);
    let options = SearchOptions::new().with_family(Family::F1_869);
    let found = one(&hex(E1), &options);
    assert_eq!(found.frame.provenance(), Provenance::Inferred);
}
