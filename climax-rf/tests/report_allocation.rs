//! What reading costs the heap: nothing.

#![allow(clippy::unwrap_used)]

use std::hint::black_box;

use climax_rf::contact_id::{self, Form, Item, Scanner};
use climax_rf::dc09::{self, Body};

const BRACKET: &[u8] = b"[4711 18110101005FF0F]";
const ODD: &[u8] = b"[room-217  18110101005]";
const FRAMES: [&[u8]; 3] = [
    b"\n47CC0027\"ADM-CID\"0042L0#4711[#4711|1101 01 005]\r",
    b"\n36DF0027\"SIA-DCS\"0043L0#4711[#4711|Nri1/MA0005]\r",
    b"\n0CF6003B\"ADM-CID\"0044L0#4711[#4711|1641 00 072]_09:30:00,03-14-2026\r",
];

#[test]
fn reports_are_read_and_written_without_the_heap() {
    let options = contact_id::DecodeOptions::lenient();
    let cost = allocation_counter::measure(|| {
        for bytes in [BRACKET, ODD] {
            let decoded = contact_id::decode_bracket(bytes, &options).unwrap();
            black_box(decoded.warnings.iter().count());
            let mut buffer = [0; 64];
            contact_id::encode_into(&decoded.report, Form::Angle, &mut buffer).ok();
            contact_id::encode_into(&decoded.report, Form::Bracket, &mut buffer).unwrap();
        }
    });
    assert_eq!(cost.count_total, 0);
}

#[test]
fn a_stream_of_brackets_is_cut_without_the_heap() {
    let stream = [&b"junk"[..], BRACKET, BRACKET, &BRACKET[..9]].concat();
    let cost = allocation_counter::measure(|| {
        let mut scanner = Scanner::new();
        let mut messages = 0;
        for mut segment in [&stream[..], &BRACKET[9..]] {
            while let Some(item) = scanner.next(&mut segment) {
                messages += usize::from(matches!(item, Item::Message(_)));
            }
        }
        assert_eq!(messages, 3);
    });
    assert_eq!(cost.count_total, 0);
}

#[test]
fn frames_and_their_data_are_read_without_the_heap() {
    let options = dc09::DecodeOptions::lenient();
    let cost = allocation_counter::measure(|| {
        for bytes in FRAMES {
            let decoded = dc09::decode(bytes, &options).unwrap();
            match decoded.frame.data(&options).unwrap().body {
                Body::Sia(sia) => assert_eq!(sia.events().count(), 1),
                body => drop(black_box(body)),
            }
            let mut scanner = dc09::Scanner::new();
            let mut segment = bytes;
            assert!(scanner.next(&mut segment).is_some());
        }
    });
    assert_eq!(cost.count_total, 0);
}

#[test]
fn the_counter_counts() {
    let cost = allocation_counter::measure(|| drop(black_box(vec![1_u8])));
    assert_eq!(cost.count_total, 1);
}
