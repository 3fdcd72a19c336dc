//! Captured lines, both directions merged. All texts, rooms and numbers are made up.

use espa444::{BlockBuf, EncodeOptions, Header, RecordId, encode};

/// A captured line and its name in the tables.
#[derive(Clone, Debug)]
pub struct Capture {
    /// What it is.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// About as many bytes of each: more than the innermost cache holds.
const LENGTH: usize = 200_000;

/// All of them.
#[must_use]
pub fn all() -> [Capture; 3] {
    [fire_line(), nurse_call_line(), polling_line()]
}

fn block(header: Header<'_>, records: &[(&str, &[u8])]) -> Vec<u8> {
    let mut block = BlockBuf::new(header).expect("a header");
    for (identifier, data) in records {
        let identifier = RecordId::new(identifier);
        block.push(identifier, data).expect("a record");
    }
    let mut bytes = Vec::new();
    encode(&block.as_block(), &EncodeOptions::new(), &mut bytes).expect("a block");
    bytes
}

/// A fire panel that calls: texts of 0 to 128 characters in cells of twelve padded with blanks,
/// records 1 to 6, poll and select in one burst (ESPA reference 10, Autronica).
#[must_use]
pub fn fire_line() -> Capture {
    const CELLS: [&[u8]; 6] = [
        b"BRANN       ",
        b"SLOYFE 3    ",
        b"DETEKTOR 17 ",
        b"2. ETG  VEST",
        b"KJOKKEN     ",
        b"-FEIL     # ",
    ];
    let mut bytes = Vec::new();
    let mut length = 0;
    while bytes.len() < LENGTH {
        let text: Vec<u8> = CELLS
            .iter()
            .cycle()
            .copied()
            .flatten()
            .copied()
            .take(length)
            .collect();
        let fault = length % 3 == 0;
        let (beep, priority): (&[u8], &[u8]) = if fault { (b"1", b"3") } else { (b"9", b"1") };
        let records: [(&str, &[u8]); 6] = [
            ("1", b"208"),
            ("2", &text),
            ("3", beep),
            ("4", b"3"),
            ("5", b"1"),
            ("6", priority),
        ];
        bytes.extend_from_slice(b"\x041\x052\x05\x06");
        bytes.extend(block(Header::CALL, &records));
        bytes.extend_from_slice(b"\x06\x04");
        length = (length + 37) % 129;
    }
    Capture {
        name: "fire line",
        bytes,
    }
}

/// A nurse call system with sixty signs of life to a call; records 1, 3, 2, 5 (ESPA reference 10).
#[must_use]
pub fn nurse_call_line() -> Capture {
    let mut bytes = Vec::new();
    let mut room = 10;
    while bytes.len() < LENGTH {
        for _ in 0..60 {
            bytes.extend_from_slice(b"\x041\x052\x05\x06\x04");
        }
        let text = format!("4711 ROM {room} SENG 2");
        let records: [(&str, &[u8]); 4] = [
            ("1", b"31"),
            ("3", b"2"),
            ("2", text.as_bytes()),
            ("5", b"2"),
        ];
        bytes.extend_from_slice(b"\x041\x052\x05\x06");
        bytes.extend(block(Header::CALL, &records));
        bytes.extend_from_slice(b"\x06\x04");
        room = 10 + (room + 7) % 90;
    }
    Capture {
        name: "nurse call line",
        bytes,
    }
}

/// A control station that polls five stations, of which one has a status now and then.
#[must_use]
pub fn polling_line() -> Capture {
    let mut bytes = Vec::new();
    while bytes.len() < LENGTH {
        for _ in 0..20 {
            for station in b'2'..=b'6' {
                bytes.extend_from_slice(&[0x04, station, 0x05, 0x04]);
            }
        }
        let records: [(&str, &[u8]); 3] = [("1", b"31"), ("2", b"PUMPE STOPP"), ("7", b"3")];
        bytes.extend_from_slice(b"\x042\x051\x05\x06");
        bytes.extend(block(Header::STATUS_INFORMATION, &records));
        bytes.extend_from_slice(b"\x06\x04");
    }
    Capture {
        name: "polling line",
        bytes,
    }
}

/// Single blocks: a small call, a fire alarm with all six records, and the longest of those.
#[must_use]
pub fn blocks() -> [(&'static str, Vec<u8>); 3] {
    let six = |text: &[u8]| {
        let records: [(&str, &[u8]); 6] = [
            ("1", b"208"),
            ("2", text),
            ("3", b"9"),
            ("4", b"3"),
            ("5", b"1"),
            ("6", b"1"),
        ];
        block(Header::CALL, &records)
    };
    [
        (
            "small call",
            block(Header::CALL, &[("1", b"31"), ("2", b"TEST")]),
        ),
        ("fire alarm", six(b"BRANN SLOYFE 3 DET 17")),
        ("text of 128", six(&[b'X'; 128])),
    ]
}
