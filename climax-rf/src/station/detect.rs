//! Which format a connection speaks, by its first bytes.

use crate::contact_id::{self, Item, Scanner};
use crate::dc09::{CrcForm, DecodeErrorKind, DecodeOptions, decode_prefix};

/// What the first bytes of a connection look like.
///
/// Bracket and DC-09 are certain. The others have no public layout or no known transport: they are
/// guesses from the first characters, good for choosing a handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Detected {
    /// Contact ID in brackets (Climax reference 5.2).
    Bracket,
    /// SIA DC-09, and the CRC form of the first frame (Climax reference 5.4).
    Dc09(CrcForm),
    /// Contact ID in angles (Climax reference 5.3). That it is sent over TCP is not known.
    Angle,
    /// XML, such as `/MAN` sends (Climax reference 5.5).
    Xml,
    /// Text with commas, perhaps `/CSV` (Climax reference 5.5).
    Csv,
    /// Anything else.
    Unknown,
}

/// Bytes after which a decision is made in any case.
pub const ENOUGH: usize = 128;

/// Looks at the first [`ENOUGH`] bytes of a connection. `None` when more are needed.
///
/// Bytes that belong to nothing may stand before the first report (Climax reference 5.2): where they
/// tell no format of their own, a whole report with a right check behind them does. So
/// [`Detected::Unknown`] is not said before [`ENOUGH`] bytes: a report may follow.
///
/// ```
/// use climax_rf::station::{Detected, detect};
///
/// assert_eq!(detect(b"[4711 18"), Some(Detected::Bracket));
/// assert_eq!(detect(b"<?xml"), Some(Detected::Xml));
/// assert_eq!(detect(b"\n47CC"), None);
/// ```
#[must_use]
pub fn detect(bytes: &[u8]) -> Option<Detected> {
    // Not one byte more, however much came at once: the cut must not make a difference.
    let bytes = &bytes[..bytes.len().min(ENOUGH)];
    // Whichever can be told first, or it would matter how the bytes were cut.
    let report = behind_junk(bytes);
    let before = report.map_or(bytes, |(_, end)| &bytes[..end - 1]);
    by_start(before)
        .filter(|found| *found != Detected::Unknown)
        .or(report.map(|(found, _)| found))
        .or_else(|| undecided(bytes))
}

/// Whether the first bytes are of no format known here. A report may still follow them.
pub(super) fn is_foreign(bytes: &[u8]) -> bool {
    by_start(bytes) == Some(Detected::Unknown)
}

fn by_start(bytes: &[u8]) -> Option<Detected> {
    let mut rest = bytes;
    loop {
        match rest {
            [] => return undecided(bytes),
            [b'[', ..] => return Some(Detected::Bracket),
            [b'\n', behind @ ..] => match dc09(rest) {
                Some(Some(form)) => return Some(Detected::Dc09(form)),
                Some(None) => return undecided(bytes),
                None => rest = behind,
            },
            [0 | b'\r' | b'\t' | b' ', behind @ ..] => rest = behind,
            [b'<', behind @ ..] => return angle_or_xml(behind).or_else(|| undecided(bytes)),
            _ => return text(rest).or_else(|| undecided(bytes)),
        }
    }
}

/// By a whole report with a right check, wherever it stands, and the byte behind it.
fn behind_junk(bytes: &[u8]) -> Option<(Detected, usize)> {
    let frames = memchr::memchr_iter(b'\n', bytes).filter_map(|at| {
        let options = DecodeOptions::lenient();
        decode_prefix(&bytes[at..], &options).ok()?;
        (at + 1..=bytes.len()).find_map(|end| {
            let read = decode_prefix(&bytes[at..end], &options).ok()?;
            Some((Detected::Dc09(read.crc_form), end))
        })
    });
    bracket(bytes)
        .into_iter()
        .chain(frames)
        .min_by_key(|(_, end)| *end)
}

fn bracket(bytes: &[u8]) -> Option<(Detected, usize)> {
    let mut rest = bytes;
    let mut scanner = Scanner::new();
    while let Some(item) = scanner.next(&mut rest) {
        if let Item::Message(message) = item {
            let options = contact_id::DecodeOptions::lenient();
            let read = contact_id::decode_bracket(message, &options);
            if read.is_ok_and(|read| read.checksum.is_right()) {
                return Some((Detected::Bracket, bytes.len() - rest.len()));
            }
        }
    }
    None
}

fn undecided(bytes: &[u8]) -> Option<Detected> {
    (bytes.len() >= ENOUGH).then_some(Detected::Unknown)
}

/// `None` when it is no frame, `Some(None)` when that is not clear yet.
fn dc09(bytes: &[u8]) -> Option<Option<CrcForm>> {
    match decode_prefix(bytes, &DecodeOptions::lenient()) {
        Ok(decoded) => Some(Some(decoded.crc_form)),
        Err(error) if error.kind == DecodeErrorKind::NoFrame => None,
        Err(_) => {
            // Whatever is wrong behind it, length and quote tell.
            let raw = by_quote(bytes, 3, 7);
            let hexadecimal = by_quote(bytes, 1, 9);
            match (raw, hexadecimal) {
                (Some(true), _) => Some(Some(CrcForm::Raw)),
                (_, Some(true)) => Some(Some(CrcForm::Hexadecimal)),
                (None, None) => None,
                _ => Some(None),
            }
        }
    }
}

/// Whether a quote stands behind hexadecimal digits; `Some(false)` when the bytes end before it,
/// `None` when something else stands there.
fn by_quote(bytes: &[u8], digits: usize, quote: usize) -> Option<bool> {
    let there = bytes
        .get(digits..quote.min(bytes.len()))
        .unwrap_or_default();
    let last = bytes.get(quote);
    let fits = there.iter().all(u8::is_ascii_hexdigit) && last.is_none_or(|&byte| byte == b'"');
    fits.then_some(last.is_some())
}

/// By what follows the first angle.
fn angle_or_xml(bytes: &[u8]) -> Option<Detected> {
    if matches!(bytes.first()?, b'?' | b'!' | b'/') {
        return Some(Detected::Xml);
    }
    let end = bytes
        .iter()
        .position(|byte| matches!(byte, b' ' | b'>' | b'\n'))?;
    if bytes[end] != b' ' {
        return Some(Detected::Xml);
    }
    let behind = bytes[end..].trim_ascii_start();
    match behind.first_chunk::<2>()? {
        b"18" | b"98" => Some(Detected::Angle),
        _ => Some(Detected::Xml),
    }
}

/// Text with a comma in its first line.
fn text(bytes: &[u8]) -> Option<Detected> {
    for &byte in bytes {
        match byte {
            b',' | b';' => return Some(Detected::Csv),
            b'\t' | 0x20..=0x7E | 0x80.. => {}
            _ => return Some(Detected::Unknown),
        }
    }
    None
}
