//! Blocks of ESPA reference 13 and 6.2, and blocks of any kind.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use espa444::{BlockBuf, CallType, Header, RecordId};
use proptest::prelude::*;

/// Bytes from a dump.
pub fn hex(dump: &str) -> Vec<u8> {
    dump.split_whitespace()
        .map(|byte| u8::from_str_radix(byte, 16).unwrap())
        .collect()
}

/// A block around a body, `header STX records`, with the right BCC.
pub fn block(body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x01];
    bytes.extend_from_slice(body);
    bytes.push(0x03);
    let bcc = bytes[1..].iter().fold(0, |sum, byte| sum ^ byte);
    bytes.push(bcc);
    bytes
}

/// ESPA reference 13, A to R.
pub const EXAMPLES: &[(char, &str)] = &[
    (
        'A',
        "01 31 02 31 1F 32 30 38 1E 32 1F 42 52 41 4E 4E 20 53 4C 4F 59 46 45 20 33 20 44 45 54 20 31 37 1E 33 1F 32 1E 34 1F 33 1E 36 1F 31 03 2C",
    ),
    ('B', "01 31 02 31 1F 33 31 1E 32 1F 54 45 53 54 03 39"),
    (
        'C',
        "01 31 02 31 1F 32 30 38 1E 32 1F 42 52 41 4E 4E 20 53 4C 4F 59 46 45 20 33 20 44 45 54 20 31 37 1E 34 1F 31 03 28",
    ),
    (
        'D',
        "01 32 02 31 1F 32 30 38 1E 32 1F 42 52 41 4E 4E 20 53 4C 4F 59 46 45 20 33 20 44 45 54 20 31 37 1E 33 1F 32 1E 34 1F 33 1E 36 1F 31 1E 37 1F 32 03 2B",
    ),
    (
        'E',
        "01 32 02 31 1F 32 30 38 1E 32 1F 42 52 41 4E 4E 20 53 4C 4F 59 46 45 20 33 20 44 45 54 20 31 37 1E 33 1F 32 1E 34 1F 33 1E 36 1F 31 1E 37 1F 33 03 2A",
    ),
    (
        'F',
        "01 33 02 31 1F 32 30 38 1E 32 1F 42 52 41 4E 4E 20 53 4C 4F 59 46 45 20 33 20 44 45 54 20 31 37 1E 33 1F 32 1E 34 1F 33 1E 36 1F 31 03 2E",
    ),
    ('G', "01 32 02 38 1F 31 03 25"),
    ('H', "01 34 02 31 1F 36 30 32 31 03 1E"),
    ('I', "01 31 02 31 1F 33 31 1E 32 1F 54 45 53 54 1E 03 27"),
    (
        'J',
        "01 31 02 31 1F 33 31 1E 32 1F 52 5C 59 4B 20 4B 4A 5C 4B 4B 45 4E 03 45",
    ),
    (
        'K',
        "01 31 02 31 1F 33 31 1E 32 1F 42 52 5B 4E 44 45 52 20 4B 5C 4B 03 05",
    ),
    ('L', "01 31 02 31 1F 33 31 1E 32 1F 52 D8 59 4B 03 B7"),
    ('M', "01 31 02 31 1F 33 31 1E 32 1F 52 D8 59 4B 03 37"),
    ('N', "01 31 02 31 1F 33 31 1E 32 1F 52 C3 98 59 4B 03 34"),
    ('O', "01 32 02 31 1F 33 31 1E 37 1F 37 31 03 2F"),
    ('P', "81 B1 82 B1 9F 33 B1 1E B2 9F D4 C5 53 D4 03 39"),
    (
        'Q',
        "01 31 02 31 1F 33 31 1E 32 1F 54 45 53 54 1E 39 1F 41 37 37 1E 44 1F 30 30 31 32 03 06",
    ),
    (
        'R',
        "01 31 02 36 1F 32 1E 34 1F 33 1E 31 1F 33 31 1E 33 1F 31 1E 32 1F 50 55 4D 50 45 20 53 54 4F 50 50 03 1A",
    ),
];

/// One example of section 13.
pub fn example(letter: char) -> Vec<u8> {
    let (_, dump) = EXAMPLES.iter().find(|(of, _)| *of == letter).unwrap();
    hex(dump)
}

/// ESPA reference 13, example S, both directions merged.
pub const DIALOGUE: &str = "04 31 05 32 05 32 15 04 04 31 05 32 05 06 \
    01 31 02 31 1F 33 31 1E 32 1F 54 44 53 54 03 39 31 15 \
    01 31 02 31 1F 33 31 1E 32 1F 54 45 53 54 03 39 06 04 \
    04 32 05 31 05 06 \
    01 32 02 31 1F 33 31 1E 32 1F 54 45 53 54 1E 37 1F 33 03 3F 06 04";

/// ESPA reference 6.2.
pub const BCC_LOOKS_LIKE: &[(u8, &str)] = &[
    (
        0x01,
        "01 31 02 31 1F 33 31 1E 32 1F 44 45 54 20 31 30 5A 03 01",
    ),
    (
        0x03,
        "01 31 02 31 1F 33 31 1E 32 1F 44 45 54 20 31 30 58 03 03",
    ),
    (
        0x04,
        "01 31 02 31 1F 33 31 1E 32 1F 44 45 54 20 31 35 5A 03 04",
    ),
    (
        0x05,
        "01 31 02 31 1F 33 31 1E 32 1F 44 45 54 20 31 34 5A 03 05",
    ),
    (
        0x06,
        "01 31 02 31 1F 33 31 1E 32 1F 44 45 54 20 31 34 59 03 06",
    ),
    (
        0x0A,
        "01 31 02 31 1F 33 31 1E 32 1F 44 45 54 20 31 30 51 03 0A",
    ),
    (
        0x11,
        "01 31 02 31 1F 33 31 1E 32 1F 44 45 54 20 31 30 4A 03 11",
    ),
    (
        0x13,
        "01 31 02 31 1F 33 31 1E 32 1F 44 45 54 20 31 30 48 03 13",
    ),
    (
        0x15,
        "01 31 02 31 1F 33 31 1E 32 1F 44 45 54 20 31 30 4E 03 15",
    ),
    (
        0x1E,
        "01 31 02 31 1F 33 31 1E 32 1F 44 45 54 20 31 30 45 03 1E",
    ),
    (
        0x00,
        "01 31 02 31 1F 33 31 1E 32 1F 44 45 54 20 31 31 5A 03 00",
    ),
    (
        0x20,
        "01 31 02 31 1F 33 31 1E 32 1F 44 45 54 20 31 4B 03 20",
    ),
];

/// Call A of section 13.
pub fn call_a() -> BlockBuf {
    let mut call = BlockBuf::call(b"208").unwrap();
    call.push(RecordId::DISPLAY_MESSAGE, b"BRANN SLOYFE 3 DET 17")
        .unwrap()
        .push(RecordId::BEEP_CODING, b"2")
        .unwrap()
        .push(RecordId::CALL_TYPE, CallType::STANDARD.as_bytes())
        .unwrap()
        .push(RecordId::PRIORITY, b"1")
        .unwrap();
    call
}

fn any_data(top: u8, longest: usize) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        8 => 0x20_u8..0x7F,
        1 => 0x7F_u8..=top,
        1 => prop::sample::select(vec![b'\r', b'\n', b'\t']),
    ];
    prop::collection::vec(byte, 0..=longest)
}

/// Any block that can be written under the limits of the standard.
pub fn any_block() -> impl Strategy<Value = BlockBuf> {
    any_block_up_to(0xFF)
}

/// The same with data up to a byte; 7F for a 7-bit line.
pub fn any_block_up_to(top: u8) -> impl Strategy<Value = BlockBuf> {
    let record = prop_oneof![
        any_data(top, 16).prop_map(|data| (b"1".to_vec(), data)),
        any_data(top, 128).prop_map(|data| (b"2".to_vec(), data)),
        ("[3-9A-F]", any_data(top, 6)).prop_map(|(id, data)| (id.into_bytes(), data)),
        ("[!-~]{1,3}", any_data(top, 10)).prop_map(|(id, mut data)| {
            data.truncate(10);
            (id.into_bytes(), data)
        }),
    ];
    ("[1-5]", prop::collection::vec(record, 1..7))
        .prop_map(|(header, records)| {
            let mut block = BlockBuf::new(Header::new(&header)).unwrap();
            for (identifier, data) in records {
                block
                    .push(RecordId::from_bytes(&identifier), &data)
                    .unwrap();
            }
            block
        })
        .prop_filter("within 512 bytes", |block| {
            block.as_block().raw_records().len() < 500
        })
}
