//! From bytes to the texts of the elements, without meaning yet.
//!
//! Two readers fill the same [`Draft`]. [`clean`] walks the shape that nearly every sender
//! writes (bare elements, plain text, nothing else) without touching the heap; whatever it does
//! not recognise goes to [`general`], which is quick-xml and reads all of XML. A property test
//! and a fuzz target hold the two to the same result.

mod clean;
pub(crate) mod encoding;
mod general;

use std::borrow::Cow;
use std::fmt;

use crate::error::DecodeError;
use crate::options::{DecodeOptions, Mode, Root};
use crate::tag::Tag;
use crate::text::Reference;
use crate::warning::{Warning, WarningKind};

/// Warnings kept per message; a hostile body cannot make more.
const GREATEST_WARNINGS: usize = 512;

/// The text of one element and where it begins in the text that was read.
#[derive(Debug, PartialEq)]
pub(crate) struct Slot<'a> {
    pub(crate) text: Cow<'a, str>,
    pub(crate) offset: usize,
}

/// An element that has no place in the typed message: unknown, repeated, of the other document,
/// or unreadable. Kept so that nothing is lost.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ExtraElement<'a> {
    /// The name as sent.
    pub name: Cow<'a, str>,
    /// The text inside; for an element with children the markup inside, as sent.
    pub content: Cow<'a, str>,
    /// Byte offset of the content in the body.
    pub offset: usize,
}

impl ExtraElement<'_> {
    /// The same, no longer borrowed.
    #[must_use]
    pub fn into_owned(self) -> ExtraElement<'static> {
        ExtraElement {
            name: Cow::Owned(self.name.into_owned()),
            content: Cow::Owned(self.content.into_owned()),
            offset: self.offset,
        }
    }
}

impl fmt::Debug for ExtraElement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "<{}> of {} bytes at {}",
            self.name,
            self.content.len(),
            self.offset
        )
    }
}

const fn bit(tag: Tag) -> u64 {
    const { assert!(Tag::COUNT <= 64) };
    1 << tag as u32
}

/// Which document the root names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Document {
    Request,
    Response,
    /// The private root `scaip`, which serves for both.
    Either,
}

impl Document {
    fn named(name: &[u8], options: &DecodeOptions) -> Option<Document> {
        match name {
            b"mrq" => Some(Document::Request),
            b"mrs" => Some(Document::Response),
            b"scaip" if options.accept_scaip_root => Some(Document::Either),
            _ => None,
        }
    }

    pub(crate) fn root(self) -> Root {
        if self == Document::Either {
            Root::Scaip
        } else {
            Root::Standard
        }
    }
}

/// The elements of one message as texts.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) document: Document,
    slots: [Option<Slot<'a>>; Tag::COUNT],
    /// One bit for each slot that is filled.
    filled: u64,
    /// Second and later `crd` and `tnu`.
    pub(crate) more: Vec<(Tag, Slot<'a>)>,
    pub(crate) extra: Vec<ExtraElement<'a>>,
    pub(crate) warnings: Vec<Warning>,
    mode: Mode,
}

impl<'a> Draft<'a> {
    fn new(mode: Mode) -> Self {
        Draft {
            document: Document::Request,
            slots: [const { None }; Tag::COUNT],
            filled: 0,
            more: Vec::new(),
            extra: Vec::new(),
            warnings: Vec::new(),
            mode,
        }
    }

    /// A deviation: refused in strict mode, a warning otherwise.
    pub(crate) fn deviation(
        &mut self,
        kind: WarningKind,
        offset: usize,
    ) -> Result<(), DecodeError> {
        let warning = Warning { kind, offset };
        if self.mode == Mode::Strict {
            return Err(DecodeError::deviation(warning));
        }
        if self.warnings.len() < GREATEST_WARNINGS {
            self.warnings.push(warning);
        }
        Ok(())
    }

    /// Takes the text of an element out.
    #[inline]
    pub(crate) fn take(&mut self, tag: Tag) -> Option<Slot<'a>> {
        if !self.has(tag) {
            return None;
        }
        self.filled &= !bit(tag);
        self.slots[tag as usize].take()
    }

    /// Fills the slot of an element.
    #[inline]
    fn put(&mut self, tag: Tag, slot: Slot<'a>) {
        self.filled |= bit(tag);
        self.slots[tag as usize] = Some(slot);
    }

    /// Whether every element has been taken.
    #[inline]
    pub(crate) fn is_exhausted(&self) -> bool {
        self.filled == 0 && self.more.is_empty()
    }

    /// Whether the element is there.
    #[inline]
    pub(crate) fn has(&self, tag: Tag) -> bool {
        self.filled & bit(tag) != 0
    }

    /// The reference, for an answer to a message that fails later.
    fn reference(&self) -> Option<&str> {
        let slot = self.slots[Tag::Reference as usize].as_ref()?;
        Some(slot.text.trim()).filter(|text| !text.is_empty())
    }

    /// Puts an element in its place; the first one wins.
    fn set(&mut self, tag: Tag, name: &'a str, slot: Slot<'a>) -> Result<(), DecodeError> {
        if !self.has(tag) {
            self.put(tag, slot);
            return Ok(());
        }
        if matches!(tag, Tag::CallerId | Tag::TransferredNumber) {
            // Judged later, when the edition is known to matter.
            self.more.push((tag, slot));
            return Ok(());
        }
        self.deviation(WarningKind::Repeated(tag), slot.offset)?;
        self.extra.push(ExtraElement {
            name: name.into(),
            content: slot.text,
            offset: slot.offset,
        });
        Ok(())
    }
}

/// Reads a text into the texts of its elements; `warnings` are those found on the way here.
pub(crate) fn read<'a>(
    text: &'a str,
    options: &DecodeOptions,
    warnings: Vec<Warning>,
) -> Result<Draft<'a>, DecodeError> {
    let mut draft = Draft::new(options.mode);
    if !clean::read(text, options, &mut draft) {
        draft = Draft::new(options.mode);
        draft.warnings = warnings;
        general::read(text, options, &mut draft).map_err(|mut error| {
            error.reference = draft
                .reference()
                .map(|text| Reference::new(text.to_owned()));
            error
        })?;
    } else if !warnings.is_empty() {
        draft.warnings = warnings;
    }
    Ok(draft)
}

/// Looks for a reference in bytes that failed as XML: the first `<ref>` with plain text.
pub(crate) fn salvage_reference(body: &[u8]) -> Option<Reference<'static>> {
    const LONGEST: usize = 256;
    let mut rest = body;
    loop {
        let start = memchr::memchr(b'<', rest)?;
        rest = &rest[start + 1..];
        if !rest
            .get(..4)
            .is_some_and(|tag| tag.eq_ignore_ascii_case(b"ref>"))
        {
            continue;
        }
        let value = &rest[4..rest.len().min(4 + LONGEST)];
        let end = memchr::memchr2(b'<', b'&', value)?;
        if value[end] == b'&' {
            return None;
        }
        let text = std::str::from_utf8(&value[..end]).ok()?.trim();
        let usable = !text.is_empty() && !text.chars().any(char::is_control);
        return usable.then(|| Reference::new(text.to_owned()));
    }
}
