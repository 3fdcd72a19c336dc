//! From bytes to text: UTF-8 as the protocol says, Latin encodings as the field sends them
//! (SCAIP reference 2 and 11 rule 6).

use std::str;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use crate::error::{DecodeError, DecodeErrorKind};
use crate::options::Mode;
use crate::warning::{Warning, WarningKind};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The text of a body.
#[derive(Debug)]
pub(crate) enum Source<'a> {
    /// UTF-8 as it came; the text begins at `start` of the body.
    AsReceived { text: &'a str, start: usize },
    /// Read from a one-byte encoding: one character for each byte of the body.
    Transcoded { text: String, warning: Warning },
}

impl<'a> Source<'a> {
    #[inline]
    pub(crate) fn of(body: &'a [u8], mode: Mode) -> Result<Source<'a>, DecodeError> {
        let start = if body.starts_with(BYTE_ORDER_MARK) {
            BYTE_ORDER_MARK.len()
        } else {
            0
        };
        let marked = start > 0;
        let rest = &body[start..];
        let declared = declared_encoding(rest);
        if declared.is_none_or(|encoding| encoding == UTF_8) || marked {
            match str::from_utf8(rest) {
                Ok(text) => return Ok(Source::AsReceived { text, start }),
                Err(_) if wide(body) => {
                    return Err(DecodeError::new(DecodeErrorKind::Encoding, 0));
                }
                Err(error) => {
                    let offset = start + error.valid_up_to();
                    return Source::transcode(body, WarningKind::AssumedWindows1252, offset, mode);
                }
            }
        }
        if declared == Some(WINDOWS_1252) {
            return Source::transcode(body, WarningKind::DeclaredEncoding, 0, mode);
        }
        Err(DecodeError::new(DecodeErrorKind::Encoding, 0))
    }

    #[cold]
    fn transcode(
        body: &[u8],
        kind: WarningKind,
        offset: usize,
        mode: Mode,
    ) -> Result<Source<'a>, DecodeError> {
        let warning = Warning { kind, offset };
        if mode == Mode::Strict {
            return Err(DecodeError::deviation(warning));
        }
        // Every byte has a character in this encoding, so nothing can fail or be replaced.
        let text = WINDOWS_1252
            .decode_without_bom_handling(body)
            .0
            .into_owned();
        Ok(Source::Transcoded { text, warning })
    }
}

/// UTF-16 and UTF-32, with or without a byte-order mark, begin with a mark or a zero byte next
/// to `<`.
fn wide(body: &[u8]) -> bool {
    body.starts_with(b"\xff\xfe") || body.starts_with(b"\xfe\xff")
}

/// The encoding an XML declaration names; ISO-8859-1 and ASCII count as Windows-1252, which
/// contains them. An unknown name is taken for UTF-8: the bytes decide.
fn declared_encoding(body: &[u8]) -> Option<&'static Encoding> {
    let body = body.trim_ascii_start();
    if !body.starts_with(b"<?xml") {
        return None;
    }
    let end = memchr::memmem::find(&body[..body.len().min(256)], b"?>")?;
    let declaration = &body[..end];
    let name = memchr::memmem::find(declaration, b"encoding")?;
    let value = declaration[name + "encoding".len()..].trim_ascii_start();
    let value = value.strip_prefix(b"=")?.trim_ascii_start();
    let (&quote, value) = value.split_first()?;
    let end = memchr::memchr(quote, value)?;
    let label = value[..end].trim_ascii();
    if label.eq_ignore_ascii_case(b"us-ascii") || label.eq_ignore_ascii_case(b"ascii") {
        return Some(UTF_8);
    }
    Some(Encoding::for_label(label).unwrap_or(UTF_8))
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
        assert_eq!(of("<?xml encoding='klingon'?>"), Some("UTF-8"));
        assert_eq!(of("<?xml encoding='us-ascii'?>"), Some("UTF-8"));
    }
}
