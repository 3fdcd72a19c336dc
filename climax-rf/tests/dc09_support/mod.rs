//! Frames, times and settings that several tests share.

#![allow(dead_code, clippy::unwrap_used)]

use std::time::Duration;

use climax_rf::Time;
use climax_rf::dc09::{CrcForm, DecodeOptions, Padding, Timestamp};

pub(crate) const LENIENT: DecodeOptions = DecodeOptions::lenient();
pub(crate) const STRICT: DecodeOptions = DecodeOptions::strict();

pub(crate) const HELP: &str = "47CC0027\"ADM-CID\"0042L0#4711[#4711|1101 01 005]";
/// The examples of 5.4 without LF and CR.
pub(crate) const EXAMPLES: [&str; 7] = [
    HELP,
    "36DF0027\"SIA-DCS\"0043L0#4711[#4711|Nri1/MA0005]",
    "0CF6003B\"ADM-CID\"0044L0#4711[#4711|1641 00 072]_09:30:00,03-14-2026",
    "F22F0013\"NULL\"0000L0#4711[]",
    "C8F90012\"ACK\"0042L0#4711[]",
    "F1720025\"NAK\"0000R0L0A0[]_09:30:05,03-14-2026",
    "33760012\"DUH\"0043L0#4711[]",
];
pub(crate) const RAW: &str =
    "0a 47 cc 30 30 32 37 22 41 44 4d 2d 43 49 44 22 30 30 34 32 4c 30 23 34
    37 31 31 5b 23 34 37 31 31 7c 31 31 30 31 20 30 31 20 30 30 35 5d 0d";
pub(crate) const RAW_WITH_CR: &str =
    "0a 0d 0b 30 30 32 37 22 41 44 4d 2d 43 49 44 22 30 31 30 34 4c 30 23 34
    37 31 31 5b 23 34 37 31 31 7c 31 36 30 32 20 30 30 20 30 30 30 5d 0d";

pub(crate) fn hex(dump: &str) -> Vec<u8> {
    let byte = |text| u8::from_str_radix(text, 16).unwrap();
    dump.split_whitespace().map(byte).collect()
}

pub(crate) fn framed(text: &str) -> Vec<u8> {
    format!("\n{text}\r").into_bytes()
}

/// A frame around any body.
pub(crate) fn around(body: &str, form: CrcForm) -> Vec<u8> {
    let crc = climax_rf::checksum::crc_16_arc(body.as_bytes());
    let mut out = vec![b'\n'];
    match form {
        CrcForm::Raw => out.extend(crc.to_be_bytes()),
        CrcForm::Hexadecimal => out.extend(format!("{crc:04X}").bytes()),
    }
    out.extend(format!("{:04X}{body}\r", body.len()).bytes());
    out
}

pub(crate) fn utc() -> Timestamp {
    Timestamp::new((2026, 3, 14), (9, 30, 5)).unwrap()
}

pub(crate) fn after(seconds: u64) -> Time {
    Time::from(Duration::from_secs(seconds))
}

pub(crate) fn padding() -> Padding {
    Padding::from_random([9; 16])
}
