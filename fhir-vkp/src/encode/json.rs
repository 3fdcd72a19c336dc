//! A JSON writer that cannot write what FHIR forbids: no empty string, no empty object, no empty array,
//! no `null` (FHIR reference 13).
//!
//! Objects and arrays in which nothing was written are taken back, name and all. The first error sticks;
//! after it nothing more is written, and the caller takes everything back.
//!
//! A document is some two hundred short names and values, so what each of them costs is what the document costs.
//! Names are known where they are written: what takes one is always compiled in there (`inline(always)`), so that
//! the bytes are stored straight away, with no call that copies a text of any length.

use super::EncodeError;
use crate::note::{Decimal, Text};
use crate::{DateTime, Precision, Uuid};

/// Where the JSON goes.
struct Sink<'a> {
    out: &'a mut Vec<u8>,
    /// No byte may be written at or behind this place; 0 after an error, so that room and errors are one question.
    end: usize,
    limit: usize,
    error: Option<EncodeError>,
}

impl Sink<'_> {
    #[cold]
    fn fail(&mut self, error: EncodeError) {
        self.error.get_or_insert(error);
        self.end = 0;
    }

    /// Whether `more` bytes fit, which will certainly be written. Text is counted before it is escaped:
    /// none is copied that is too long anyway.
    fn fits(&mut self, more: usize) -> bool {
        if self.out.len().saturating_add(more) > self.end {
            let limit = self.limit;
            self.fail(EncodeError::TooLarge { limit });
            return false;
        }
        true
    }

    /// A comma, unless this is the first of its object or array: a finished value never ends with an
    /// opening bracket.
    #[inline(always)]
    fn separate(&mut self) {
        if !matches!(self.out.last(), Some(b'{' | b'[')) {
            self.out.push(b',');
        }
    }

    /// A name, with what ends it and opens the value: `":`, `":"`, `":{`, `":[`, `":[{`.
    #[inline(always)]
    fn name(&mut self, name: &'static str, open: &'static str) {
        self.separate();
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(open.as_bytes());
    }

    /// Writes what stands between brackets, of which the opening ones are there since `start`, and the closing
    /// ones; takes all back to `start` if nothing stands between them.
    fn bracket(&mut self, start: usize, close: &'static str, fill: impl FnOnce(&mut Self)) -> bool {
        let inside = self.out.len();
        fill(self);
        if self.out.len() == inside {
            self.out.truncate(start);
            return false;
        }
        self.out.extend_from_slice(close.as_bytes());
        true
    }

    /// The rest of a text of ours that needs no escape, behind its quote.
    #[inline(always)]
    fn constant(&mut self, text: &'static str) {
        let needs_none = |byte| byte >= 0x20 && byte != b'"' && byte != b'\\';
        debug_assert!(!text.is_empty() && text.bytes().all(needs_none));
        self.out.extend_from_slice(text.as_bytes());
        self.out.push(b'"');
    }

    /// The rest of any text, behind its quote.
    fn text(&mut self, text: &str) {
        escape(self.out, text);
        self.out.push(b'"');
    }
}

/// Writes one resource, or nothing at all.
pub(super) fn resource(
    out: &mut Vec<u8>,
    limit: usize,
    fill: impl FnOnce(&mut Object<'_, '_>),
) -> Result<(), EncodeError> {
    let start = out.len();
    let mut sink = Sink {
        end: start.saturating_add(limit),
        out,
        limit,
        error: None,
    };
    sink.out.push(b'{');
    sink.bracket(start, "}", |sink| fill(&mut Object(sink)));
    if sink.out.len() > sink.end {
        sink.fail(EncodeError::TooLarge { limit });
    }
    let error = sink.error;
    match error {
        None => Ok(()),
        Some(error) => {
            out.truncate(start);
            Err(error)
        }
    }
}

/// An object that is being written.
pub(super) struct Object<'s, 'a>(&'s mut Sink<'a>);

impl Object<'_, '_> {
    /// Nothing will be written at all.
    pub(super) fn fail(&mut self, error: EncodeError) {
        self.0.fail(error);
    }

    /// A text of ours that needs no escape.
    #[inline(always)]
    pub(super) fn constant(&mut self, name: &'static str, text: &'static str) {
        if self.0.fits(text.len()) {
            self.0.name(name, "\":\"");
            self.0.constant(text);
        }
    }

    pub(super) fn text(&mut self, name: &'static str, text: Option<&Text>) {
        if let Some(text) = text {
            self.any_text(name, text.as_str());
        }
    }

    /// Any text; one that is blank is left out.
    #[inline(always)]
    pub(super) fn any_text(&mut self, name: &'static str, text: &str) {
        if !is_blank(text) && self.0.fits(text.len()) {
            self.0.name(name, "\":\"");
            self.0.text(text);
        }
    }

    /// A text of ours with its first letter in upper case.
    pub(super) fn capitalised(&mut self, name: &'static str, text: &'static str) {
        let mut characters = text.chars();
        if let Some(first) = characters.next() {
            if self.0.fits(text.len()) {
                self.0.name(name, "\":\"");
                for letter in first.to_uppercase() {
                    escape(self.0.out, letter.encode_utf8(&mut [0; 4]));
                }
                self.0.text(characters.as_str());
            }
        }
    }

    pub(super) fn boolean(&mut self, name: &'static str, value: bool) {
        self.raw(name, if value { "true" } else { "false" });
    }

    pub(super) fn decimal(&mut self, name: &'static str, value: &Decimal) {
        self.raw(name, value.as_str());
    }

    /// A number or a literal of JSON.
    fn raw(&mut self, name: &'static str, text: &str) {
        if self.0.fits(text.len()) {
            self.0.name(name, "\":");
            self.0.out.extend_from_slice(text.as_bytes());
        }
    }

    /// `urn:uuid:` and the UUID.
    #[inline(always)]
    pub(super) fn uuid(&mut self, name: &'static str, uuid: Uuid) {
        if self.0.fits(uuid::fmt::Urn::LENGTH) {
            self.0.name(name, "\":\"");
            let mut quoted = [b'"'; uuid::fmt::Urn::LENGTH + 1];
            uuid.urn().encode_lower(&mut quoted);
            self.0.out.extend_from_slice(&quoted);
        }
    }

    /// A `dateTime`: as precise as it is known, a time of day always with seconds and offset.
    #[inline(always)]
    pub(super) fn date_time(&mut self, name: &'static str, value: &DateTime) {
        if !self.0.fits(0) {
            return;
        }
        self.0.name(name, "\":\"");
        let out = &mut *self.0.out;
        if value.precision() == Precision::Second && !value.assumed_offset() {
            out.extend_from_slice(value.as_str().as_bytes());
        } else {
            // Writing into a vector cannot fail.
            let _ = std::io::Write::write_fmt(out, format_args!("{value}"));
        }
        out.push(b'"');
    }

    /// An `instant`: at least to the second.
    pub(super) fn instant(&mut self, name: &'static str, value: &DateTime, element: &'static str) {
        if value.precision() < Precision::Minute {
            self.fail(EncodeError::NoTimeOfDay { element });
        }
        self.date_time(name, value);
    }

    /// The narrative of FHIR: the text as one `div` of XHTML (FHIR reference 5.4).
    pub(super) fn narrative(&mut self, name: &'static str, text: &Text) {
        let text = text.as_str();
        if self.0.fits(text.len()) {
            self.0.name(name, "\":\"");
            let out = &mut *self.0.out;
            out.extend_from_slice(b"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">");
            escape_xhtml(out, text);
            out.extend_from_slice(b"</div>\"");
        }
    }

    /// Whether anything was written.
    #[inline(always)]
    pub(super) fn object(
        &mut self,
        name: &'static str,
        fill: impl FnOnce(&mut Object<'_, '_>),
    ) -> bool {
        if !self.0.fits(0) {
            return false;
        }
        let start = self.0.out.len();
        self.0.name(name, "\":{");
        self.0.bracket(start, "}", |sink| fill(&mut Object(sink)))
    }

    /// Whether anything was written.
    #[inline(always)]
    pub(super) fn array(
        &mut self,
        name: &'static str,
        fill: impl FnOnce(&mut Array<'_, '_>),
    ) -> bool {
        if !self.0.fits(0) {
            return false;
        }
        let start = self.0.out.len();
        self.0.name(name, "\":[");
        self.0.bracket(start, "]", |sink| fill(&mut Array(sink)))
    }

    /// An array of one object, which FHIR often wants.
    #[inline(always)]
    pub(super) fn array_of_one(
        &mut self,
        name: &'static str,
        fill: impl FnOnce(&mut Object<'_, '_>),
    ) -> bool {
        if !self.0.fits(0) {
            return false;
        }
        let start = self.0.out.len();
        self.0.name(name, "\":[{");
        self.0.bracket(start, "}]", |sink| fill(&mut Object(sink)))
    }
}

/// An array that is being written.
pub(super) struct Array<'s, 'a>(&'s mut Sink<'a>);

impl Array<'_, '_> {
    /// Nothing will be written at all.
    pub(super) fn fail(&mut self, error: EncodeError) {
        self.0.fail(error);
    }

    pub(super) fn object(&mut self, fill: impl FnOnce(&mut Object<'_, '_>)) {
        if self.0.fits(0) {
            let start = self.0.out.len();
            self.0.separate();
            self.0.out.push(b'{');
            self.0.bracket(start, "}", |sink| fill(&mut Object(sink)));
        }
    }

    /// A text of ours that needs no escape.
    pub(super) fn constant(&mut self, text: &'static str) {
        if self.0.fits(text.len()) {
            self.0.separate();
            self.0.out.push(b'"');
            self.0.constant(text);
        }
    }

    pub(super) fn text(&mut self, text: &Text) {
        self.any_text(text.as_str());
    }

    /// Any text; one that is blank is left out.
    pub(super) fn any_text(&mut self, text: &str) {
        if !is_blank(text) && self.0.fits(text.len()) {
            self.0.separate();
            self.0.out.push(b'"');
            self.0.text(text);
        }
    }
}

/// Whether there is nothing but white space.
fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

/// The inside of a JSON string (RFC 8259 7). Control characters, which a FHIR string must not hold, become
/// `U+FFFD`.
fn escape(out: &mut Vec<u8>, text: &str) {
    // Most texts need none. Without a way out of the loop the compiler takes many bytes at a time.
    let needs = |found, byte: &u8| found | (*byte < 0x20) | (*byte == b'"') | (*byte == b'\\');
    if !text.as_bytes().iter().fold(false, needs) {
        return out.extend_from_slice(text.as_bytes());
    }
    escape_with(out, text, |byte, _| match byte {
        b'"' => Some(br#"\""#),
        b'\\' => Some(br"\\"),
        b'\n' => Some(br"\n"),
        b'\r' => Some(br"\r"),
        b'\t' => Some(br"\t"),
        0x20.. => None,
        _ => Some("\u{FFFD}".as_bytes()),
    });
}

/// The same for text in XHTML; a line break becomes `<br/>`, as in
/// [`narrative_div`](crate::narrative_div).
fn escape_xhtml(out: &mut Vec<u8>, text: &str) {
    escape_with(out, text, |byte, before| match byte {
        b'&' => Some(b"&amp;"),
        b'<' => Some(b"&lt;"),
        b'>' => Some(b"&gt;"),
        b'"' => Some(b"&quot;"),
        b'\\' => Some(br"\\"),
        b'\n' if before == b'\r' => Some(b""),
        b'\n' | b'\r' => Some(b"<br/>"),
        b'\t' => Some(br"\t"),
        0x20.. => None,
        _ => Some("\u{FFFD}".as_bytes()),
    });
}

/// Copies what stays in runs; `replace` is asked for each byte, with the byte before it.
fn escape_with<'r>(out: &mut Vec<u8>, text: &str, replace: impl Fn(u8, u8) -> Option<&'r [u8]>) {
    let bytes = text.as_bytes();
    let (mut done, mut before) = (0, 0);
    for (at, &byte) in bytes.iter().enumerate() {
        if let Some(replacement) = replace(byte, before) {
            out.extend_from_slice(&bytes[done..at]);
            out.extend_from_slice(replacement);
            done = at + 1;
        }
        before = byte;
    }
    out.extend_from_slice(&bytes[done..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::narrative_div;

    fn written(fill: impl FnOnce(&mut Object<'_, '_>)) -> Result<String, EncodeError> {
        let mut out = b"before".to_vec();
        let result = resource(&mut out, 1000, fill);
        let text = String::from_utf8(out).expect("UTF-8");
        result.map(|()| text.strip_prefix("before").expect("kept").to_owned())
    }

    #[test]
    fn nothing_empty_is_written() {
        let json = written(|o| {
            o.any_text("a", " ");
            o.object("b", |o| {
                o.array("c", |a| a.object(|o| o.any_text("d", "")));
            });
            o.constant("e", "f");
            o.array("g", |a| {
                a.any_text("");
                a.any_text("h");
                a.object(|_| ());
                a.any_text("i");
            });
            o.text("j", None);
            o.boolean("k", false);
        });
        assert_eq!(
            json.expect("written"),
            r#"{"e":"f","g":["h","i"],"k":false}"#
        );
    }

    #[test]
    fn strings_are_read_back_by_serde_json() {
        let ascii: String = (0u8..127).map(char::from).collect();
        let all = format!("x{ascii}æ🛏\r\nx");
        let json = written(|o| {
            o.any_text("a", &all);
            o.narrative("b", &Text::new(all.as_str()).expect("text"));
        });
        let read: serde_json::Value = serde_json::from_str(&json.expect("written")).expect("JSON");
        let clean = Text::new(all.as_str()).expect("text");
        let text = read["a"].as_str().and_then(Text::new).expect("text");
        assert_eq!(text, clean);
        assert_eq!(read["b"], narrative_div(clean.as_str()));
    }

    #[test]
    fn what_is_too_long_or_fails_leaves_the_buffer_as_it_was() {
        let long = "x".repeat(2000);
        assert_eq!(
            written(|o| o.any_text("a", &long)),
            Err(EncodeError::TooLarge { limit: 1000 })
        );
        assert_eq!(
            written(|o| o.any_text("a", &"\"".repeat(900))),
            Err(EncodeError::TooLarge { limit: 1000 })
        );
        let failed = written(|o| {
            o.constant("a", "b");
            o.fail(EncodeError::NoMode);
            o.fail(EncodeError::EmptyBatch);
        });
        assert_eq!(failed, Err(EncodeError::NoMode));
    }
}
