//! Climax: noise to search, reports to read, answers of the web interface, and what one would write
//! instead. All accounts, names and payloads are made up.

use std::fmt::Write;

use ::climax_rf::checksum::{crc_16_arc, fletcher_256};
use ::climax_rf::dc09::{Body, DecodeOptions};
use ::climax_rf::{contact_id, dc09};

pub use window::{counted, window};

pub mod false_frames;
mod window;

/// Bytes of noise: a megabit and a bit.
pub const NOISE: usize = 1 << 17;

/// Noise, the same each time.
#[must_use]
pub fn noise() -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut bytes = Vec::with_capacity(NOISE);
    while bytes.len() < NOISE {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes
}

/// Nothing but frames, one behind the other.
#[must_use]
pub fn frames() -> Vec<u8> {
    b"\xaa\xaa\xaa\xaa\x29\xcd\x29\xcd\x0a\x00\x00\x2b\x5a\x10\xc3\x7e\x91\x04\xd8\x24\xf8"
        .repeat(NOISE / 21)
}

/// Reports in brackets (Climax reference 5.2).
pub const BRACKETS: [(&str, &[u8]); 3] = [
    ("brackets", b"[4711 18110101005FF0F]"),
    ("brackets, a word", b"[room-217 1817320201412D1]"),
    ("brackets, odd", b"[4711  18110101005]"),
];

/// Frames (Climax reference 5.4).
pub const FRAMES: [(&str, &[u8]); 4] = [
    (
        "DC-09 with Contact ID",
        b"\n47CC0027\"ADM-CID\"0042L0#4711[#4711|1101 01 005]\r",
    ),
    (
        "DC-09 with Contact ID, raw CRC and time",
        b"\n\x0C\xF6003B\"ADM-CID\"0044L0#4711[#4711|1641 00 072]_09:30:00,03-14-2026\r",
    ),
    (
        "DC-09 with SIA",
        b"\n36DF0027\"SIA-DCS\"0043L0#4711[#4711|Nri1/MA0005]\r",
    ),
    ("DC-09 link test", b"\nF22F0013\"NULL\"0000L0#4711[]\r"),
];

/// The limit of the machine for brackets: memchr for a byte that is not there, and the checksum.
#[must_use]
pub fn bracket_limit(bytes: &[u8]) -> u16 {
    let found = memchr::memchr(0, bytes).is_some();
    fletcher_256(bytes) ^ u16::from(found)
}

/// The limit of the machine for a frame, likewise.
#[must_use]
pub fn frame_limit(bytes: &[u8]) -> u16 {
    let found = memchr::memchr(0, bytes).is_some();
    crc_16_arc(bytes) ^ u16::from(found)
}

/// Reads a report: account and event out of it.
#[must_use]
pub fn read_bracket(bytes: &[u8], options: &contact_id::DecodeOptions) -> usize {
    let decoded = contact_id::decode_bracket(bytes, options);
    decoded.map_or(0, |decoded| {
        decoded.report.account.as_bytes().len() + usize::from(decoded.report.event.code.packed())
    })
}

/// Reads a frame and the data in it.
#[must_use]
pub fn read_frame(bytes: &[u8], options: &DecodeOptions) -> usize {
    let Ok(decoded) = dc09::decode(bytes, options) else {
        return 0;
    };
    let Ok(data) = decoded.frame.data(options) else {
        return 0;
    };
    match data.body {
        Body::ContactId(event) => usize::from(event.code.packed()),
        Body::Sia(sia) => sia.events().map(|event| event.number.len()).sum(),
        _ => 1,
    }
}

/// What one writes for brackets: text, parts, numbers.
#[must_use]
pub fn plain_bracket(bytes: &[u8]) -> Option<(String, u16)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let inside = text.strip_prefix('[')?.strip_suffix(']')?;
    let (account, digits) = inside.split_once(' ')?;
    let digits = digits.strip_prefix("18")?;
    let checksum = u16::from_str_radix(digits.get(9..13)?, 16).ok()?;
    if fletcher_256(&inside.as_bytes()[..inside.len() - 4]) != checksum {
        return None;
    }
    let code = u16::from_str_radix(digits.get(1..4)?, 16).ok()?;
    Some((account.to_owned(), code))
}

/// A layout of the crate that describes a line with marks, escapes and a CRC.
pub const LAYOUT: &str = include_str!("../../climax-rf/layouts/example-binary-crc.toml");

/// A frame of that line, one of its samples.
///
/// # Panics
///
/// When the layout has no sample in digits.
#[must_use]
pub fn layout_frame() -> Vec<u8> {
    let sample = LAYOUT.split("[[sample]]").nth(1).expect("a sample");
    let bytes = sample.split("bytes = \"").nth(1).expect("its bytes");
    let bytes = bytes.split('"').next().expect("their end");
    let byte = |digits| u8::from_str_radix(digits, 16).expect("digits");
    bytes.split_whitespace().map(byte).collect()
}

/// An answer with fifty devices, as new panels give it.
#[must_use]
pub fn devices() -> String {
    let mut text = String::from("{\"senrows\":[");
    for zone in 1..=50 {
        let comma = if zone == 1 { "" } else { "," };
        let _ = write!(
            text,
            "{comma}{{\"area\":1,\"zone\":{zone},\"type\":4,\"name\":\"Door {zone}\",\
             \"id\":\"RF:{zone:08x}\",\"status\":\"{{WEB_MSG_DC_OPEN}}\",\"rssi\":\"Strong, 9\",\
             \"battery_ok\":\"1\",\"tamper_ok\":\"1\",\"bypass\":\"No\"}}"
        );
    }
    text + "]}"
}

/// The same as old panels give it: no quotes around names, and a wrapper.
#[must_use]
pub fn devices_of_old() -> String {
    let mut text = devices();
    for name in [
        "senrows",
        "area",
        "zone",
        "type",
        "name",
        "id",
        "status",
        "rssi",
        "battery_ok",
        "tamper_ok",
        "bypass",
    ] {
        text = text.replace(&format!("\"{name}\":"), &format!("{name} : "));
    }
    format!("/*-secure-\n{text}*/")
}
