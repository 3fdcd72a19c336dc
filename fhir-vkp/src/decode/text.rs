//! Bytes to text: size, byte-order mark, encoding, and bodies that are not JSON at all.

use super::error::{DecodeError, DecodeErrorKind};
use super::findings::Findings;
use super::limits::{DecodeOptions, Limits, Mode};
use crate::{Finding, FindingKind, Path};

/// A body ready to be read.
pub(super) struct Opened<'a> {
    pub(super) text: &'a str,
    pub(super) limits: Limits,
    /// Bytes before the text.
    pub(super) skipped: usize,
    pub(super) findings: Findings,
}

pub(super) fn open(body: &[u8], options: DecodeOptions) -> Result<Opened<'_>, DecodeError> {
    let limits = options.limits.bounded();
    if body.len() > limits.bytes {
        let kind = DecodeErrorKind::TooLarge {
            limit: limits.bytes,
        };
        return Err(DecodeError::new(kind, limits.bytes));
    }
    let mut findings = Findings::new(limits.findings);
    let (rest, skipped) = match body.strip_prefix(b"\xef\xbb\xbf") {
        None => (body, 0),
        Some(rest) => {
            let mark = Finding::new(Path::default(), FindingKind::ByteOrderMark);
            if options.mode == Mode::Strict {
                return Err(DecodeError::deviation(&mark));
            }
            findings.push(mark.kind, || mark.path);
            (rest, 3)
        }
    };
    let text = core::str::from_utf8(rest).map_err(|error| {
        let offset = skipped + error.valid_up_to();
        DecodeError::new(DecodeErrorKind::Encoding, offset)
    })?;
    if let Some(kind) = not_json(text) {
        return Err(DecodeError::new(kind, skipped));
    }
    Ok(Opened {
        text,
        limits,
        skipped,
        findings,
    })
}

/// What else it is, when it cannot be JSON.
fn not_json(text: &str) -> Option<DecodeErrorKind> {
    let start = text.trim_start();
    if start.is_empty() {
        return Some(DecodeErrorKind::Empty);
    }
    if !start.starts_with('<') {
        return None;
    }
    let head: String = start
        .chars()
        .take(14)
        .map(|character| character.to_ascii_lowercase())
        .collect();
    if head.starts_with("<!doctype html") || head.starts_with("<html") {
        Some(DecodeErrorKind::Html)
    } else {
        Some(DecodeErrorKind::Xml)
    }
}
