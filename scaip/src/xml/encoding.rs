//! From bytes to text: UTF-8 as the protocol says, Latin encodings as the field sends them
//! (SCAIP reference 2 and 11 rule 6).

use std::str;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use crate::error::{DecodeError, DecodeErrorKind};
use crate::options::Mode;
use crate::warning::{Warning, WarningKind};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The text of a body; it begins at `start` of the body.
#[derive(Debug)]
pub(crate) enum Source<'a> {
    /// UTF-8 as it came.
    AsReceived {
        text: &'a str,
        start: usize,
        warning: Option<Warning>,
    },
    /// Read from a one-byte encoding: one character for each byte.
    Transcoded {
        text: String,
        start: usize,
        warning: Warning,
    },
}

impl<'a> Source<'a> {
    #[inline]
    pub(crate) fn of(body: &'a [u8], mode: Mode) -> Result<Source<'a>, DecodeError> {
        let marked = body.starts_with(BYTE_ORDER_MARK);
        let start = if marked { BYTE_ORDER_MARK.len() } else { 0 };
        let rest = &body[start..];
        let declared = declared_encoding(rest);
        // A mark says UTF-8 louder than a declaration says something else.
        if declared == Some(WINDOWS_1252) && !marked {
            return transcode(rest, start, WarningKind::DeclaredEncoding, 0, mode);
        }
        match str::from_utf8(rest) {
            Ok(text) => {
                let foreign = declared.is_some_and(|encoding| encoding != UTF_8);
                let warning = if foreign {
                    Some(tolerated(WarningKind::DeclaredEncoding, 0, mode)?)
                } else {
                    None
                };
                Ok(Source::AsReceived {
                    text,
                    start,
                    warning,
                })
            }
            Err(_) if wide(body) => Err(DecodeError::new(DecodeErrorKind::Encoding, 0)),
            Err(error) => {
                let offset = start + error.valid_up_to();
                transcode(rest, start, WarningKind::AssumedWindows1252, offset, mode)
            }
        }
    }
}

fn tolerated(kind: WarningKind, offset: usize, mode: Mode) -> Result<Warning, DecodeError> {
    let warning = Warning { kind, offset };
    match mode {
        Mode::Strict => Err(DecodeError::deviation(warning)),
        Mode::Lenient => Ok(warning),
    }
}

#[cold]
fn transcode(
    rest: &[u8],
    start: usize,
    kind: WarningKind,
    offset: usize,
    mode: Mode,
) -> Result<Source<'static>, DecodeError> {
    let warning = tolerated(kind, offset, mode)?;
    // Every byte has a character in this encoding, so nothing can fail or be replaced.
    let text = WINDOWS_1252
        .decode_without_bom_handling(rest)
        .0
        .into_owned();
    Ok(Source::Transcoded {
        text,
        start,
        warning,
    })
}

/// Whether the body begins with a byte-order mark of UTF-16 or UTF-32.
fn wide(body: &[u8]) -> bool {
    body.starts_with(b"\xff\xfe") || body.starts_with(b"\xfe\xff")
}

/// The encoding an XML declaration names; ISO-8859-1 counts as Windows-1252, which contains it,
/// and ASCII as UTF-8. A name that nobody knows is some encoding other than UTF-8: the bytes decide.
fn declared_encoding(body: &[u8]) -> Option<&'static Encoding> {
    let body = body.trim_ascii_start();
    if !body.starts_with(b"<?xml") {
        return None;
    }
    // A declaration is too short for a search that has to be prepared.
    let find = |text: &[u8], wanted: &[u8]| {
        text.windows(wanted.len())
            .position(|window| window == wanted)
    };
    let end = find(&body[..body.len().min(256)], b"?>")?;
    let declaration = &body[..end];
    let name = find(declaration, b"encoding")?;
    let value = declaration[name + "encoding".len()..].trim_ascii_start();
    let value = value.strip_prefix(b"=")?.trim_ascii_start();
    let (&quote, value) = value.split_first()?;
    let end = memchr::memchr(quote, value)?;
    let label = value[..end].trim_ascii();
    if label.eq_ignore_ascii_case(b"utf-8") {
        return Some(UTF_8);
    }
    if label.eq_ignore_ascii_case(b"us-ascii") || label.eq_ignore_ascii_case(b"ascii") {
        return Some(UTF_8);
    }
    Some(Encoding::for_label(label).unwrap_or(encoding_rs::REPLACEMENT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_encodings_are_found() {
        let of = |text: &str| declared_encoding(text.as_bytes()).map(Encoding::name);
        assert_eq!(of("<mrq>"), None);
        assert_eq!(of("<?xml version='1.0'?>"), None);
        assert_eq!(
            of("<?xml version=\"1.0\" encoding=\"utf-8\"?>"),
            Some("UTF-8")
        );
        assert_eq!(of("<?xml encoding = 'ISO-8859-1' ?>"), Some("windows-1252"));
        assert_eq!(
            of("\r\n<?xml encoding='Windows-1252'?>"),
            Some("windows-1252")
        );
        assert_eq!(of("<?xml encoding='klingon'?>"), Some("replacement"));
        assert_eq!(of("<?xml encoding='us-ascii'?>"), Some("UTF-8"));
    }
}
