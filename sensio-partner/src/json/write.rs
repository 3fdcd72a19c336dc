//! JSON written straight into bytes.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// An object that is being written: commas and names are its business.
pub(crate) struct ObjectWriter<'a> {
    out: &'a mut Vec<u8>,
    empty: bool,
}

impl<'a> ObjectWriter<'a> {
    pub(crate) fn begin(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, empty: true }
    }

    fn next(&mut self) {
        if !self.empty {
            self.out.push(b',');
        }
        self.empty = false;
    }

    /// The output, placed behind the caller's name of the next member.
    pub(crate) fn any_member(&mut self, name: &str) -> &mut Vec<u8> {
        self.next();
        write_string(self.out, name);
        self.out.push(b':');
        self.out
    }

    /// The output, placed behind the name of the next member. The name is ours and needs no escape.
    pub(crate) fn member(&mut self, name: &str) -> &mut Vec<u8> {
        self.next();
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }

    pub(crate) fn end(self) {
        self.out.push(b'}');
    }
}

/// The text in quotes, escaped as RFC 8259 7 demands and no further.
pub(crate) fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut done = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        let short = match byte {
            b'"' | b'\\' => byte,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x20.. => continue,
            _ => {
                out.extend_from_slice(&bytes[done..at]);
                out.extend_from_slice(b"\\u00");
                out.push(b"01"[usize::from(byte >> 4)]);
                out.push(b"0123456789abcdef"[usize::from(byte & 15)]);
                done = at + 1;
                continue;
            }
        };
        out.extend_from_slice(&bytes[done..at]);
        out.extend_from_slice(&[b'\\', short]);
        done = at + 1;
    }
    out.extend_from_slice(&bytes[done..]);
    out.push(b'"');
}

/// Base64 in quotes: standard alphabet, padded, without line breaks (Partner API reference 4.3).
pub(crate) fn write_base64(out: &mut Vec<u8>, data: &[u8]) {
    out.push(b'"');
    let start = out.len();
    out.resize(start + data.len().div_ceil(3) * 4, 0);
    let written = STANDARD.encode_slice(data, &mut out[start..]);
    debug_assert_eq!(written, Ok(out.len() - start), "the length is exact");
    out.push(b'"');
}

/// An integer.
pub(crate) fn write_integer(out: &mut Vec<u8>, value: i64) {
    // Writing into a vector cannot fail.
    let _ = write!(out, "{value}");
}

/// A finite number; without a decimal point when it is integral (Partner API reference 4.2).
pub(crate) fn write_number(out: &mut Vec<u8>, value: f64) {
    /// Up to here every integral `f64` is exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value == 0.0 {
        out.push(b'0'); // also -0.0, which says no more than 0
    } else if value.fract() == 0.0 && value.abs() <= EXACT {
        #[allow(clippy::cast_possible_truncation, reason = "integral and below 2^53")]
        write_integer(out, value as i64);
    } else if (1e-5..1e17).contains(&value.abs()) {
        let _ = write!(out, "{value}");
    } else {
        let _ = write!(out, "{value:e}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn integral_numbers_have_no_point() {
        for (value, expected) in [
            (31.0, "31"),
            (0.0, "0"),
            (-0.0, "0"),
            (-7.0, "-7"),
            (36.6, "36.6"),
            (1e300, "1e300"),
            (1.5e-9, "1.5e-9"),
        ] {
            assert_eq!(text(|out| write_number(out, value)), expected);
        }
    }

    #[test]
    fn strings_are_escaped_as_serde_json_reads_them() {
        let all: String = (0u8..=127).map(char::from).chain("æ🛏".chars()).collect();
        let written = text(|out| write_string(out, &all));
        assert_eq!(serde_json::from_str::<String>(&written).expect("JSON"), all);
    }
}
