//! All of XML that a message may use, read with quick-xml.
//!
//! Entities are never resolved and a document type definition ends the reading. What quick-xml
//! leaves to its caller is checked here: the root, what stands outside it, an end that is
//! missing, characters that XML forbids.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::{Document, Draft, ExtraElement, Slot};
use crate::error::{DecodeError, DecodeErrorKind, NotWellFormed};
use crate::options::{DecodeOptions, Mode};
use crate::tag::Tag;
use crate::warning::WarningKind;

/// What an open element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Known(Tag),
    Other,
}

/// An element whose end has not come yet.
#[derive(Debug)]
struct Open<'a> {
    place: Place,
    name: &'a str,
    /// Where its content begins.
    start: usize,
    text: Cow<'a, str>,
    /// Whether it has children, so that its markup has to be kept and not its text.
    nested: bool,
}

struct Walk<'a, 'd> {
    source: &'a str,
    options: &'d DecodeOptions,
    draft: &'d mut Draft<'a>,
    open: Vec<Open<'a>>,
    elements: usize,
    seen_root: bool,
    /// Whether anything but white space has been met.
    started: bool,
}

/// Reads the whole text into `draft`.
#[cold]
pub(super) fn read<'a>(
    source: &'a str,
    options: &DecodeOptions,
    draft: &mut Draft<'a>,
) -> Result<(), DecodeError> {
    let mut reader = Reader::from_str(source);
    reader.config_mut().check_comments = options.mode == Mode::Strict;
    let mut walk = Walk {
        source,
        options,
        draft,
        open: Vec::with_capacity(4),
        elements: 0,
        seen_root: false,
        started: false,
    };
    loop {
        let before = position(reader.buffer_position());
        let event = reader
            .read_event()
            .map_err(|error| walk.malformed(&error, position(reader.error_position())))?;
        let after = position(reader.buffer_position());
        if walk.event(event, before, after)? {
            return Ok(());
        }
    }
}

fn position(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

fn not_well_formed(what: NotWellFormed, offset: usize) -> DecodeError {
    DecodeError::new(DecodeErrorKind::NotWellFormed(what), offset)
}

impl<'a> Walk<'a, '_> {
    fn malformed(&self, error: &Error, offset: usize) -> DecodeError {
        let what = match error {
            Error::IllFormed(
                IllFormedError::MismatchedEndTag { .. }
                | IllFormedError::UnmatchedEndTag(_)
                | IllFormedError::MissingEndTag(_),
            ) => NotWellFormed::Tags,
            Error::Syntax(SyntaxError::InvalidBangMarkup) => NotWellFormed::Markup,
            Error::Syntax(_) => NotWellFormed::Truncated,
            _ => NotWellFormed::Markup,
        };
        not_well_formed(what, offset.min(self.source.len()))
    }

    /// Takes one event; `true` at the end of a whole message.
    fn event(
        &mut self,
        event: Event<'a>,
        before: usize,
        after: usize,
    ) -> Result<bool, DecodeError> {
        match event {
            Event::Start(tag) => self.start(&tag, before, after)?,
            Event::Empty(tag) => {
                self.start(&tag, before, after)?;
                self.end(after)?;
            }
            Event::End(_) => self.end(before)?,
            Event::Text(text) => self.text(text.xml10_content(), before)?,
            Event::CData(text) => {
                if self.open.is_empty() {
                    return Err(not_well_formed(NotWellFormed::OutsideRoot, before));
                }
                self.text(text.xml10_content(), before)?;
            }
            Event::GeneralRef(reference) => {
                let character = resolve(&reference, before)?;
                if self.open.is_empty() {
                    return Err(not_well_formed(NotWellFormed::OutsideRoot, before));
                }
                self.text(Cow::Owned(character.to_string()), before)?;
            }
            Event::Decl(_) => {
                if self.started || self.seen_root {
                    return Err(not_well_formed(NotWellFormed::Markup, before));
                }
                if before > 0 {
                    self.draft
                        .deviation(WarningKind::BlankBeforeDeclaration, 0)?;
                }
                self.started = true;
            }
            Event::DocType(_) => {
                return Err(DecodeError::new(DecodeErrorKind::DocumentType, before));
            }
            Event::Comment(_) | Event::PI(_) => self.started = true,
            Event::Eof => return self.finish(before).map(|()| true),
        }
        Ok(false)
    }

    fn finish(&self, offset: usize) -> Result<(), DecodeError> {
        if !self.open.is_empty() {
            return Err(not_well_formed(NotWellFormed::Truncated, offset));
        }
        if !self.seen_root {
            let kind = if self.started {
                DecodeErrorKind::Root
            } else {
                DecodeErrorKind::EmptyBody
            };
            return Err(DecodeError::new(kind, offset));
        }
        Ok(())
    }

    fn start(
        &mut self,
        tag: &BytesStart<'a>,
        before: usize,
        after: usize,
    ) -> Result<(), DecodeError> {
        self.started = true;
        let limits = self.options.limits;
        self.elements += 1;
        if self.elements > limits.elements {
            let limit = limits.elements;
            return Err(DecodeError::new(
                DecodeErrorKind::TooManyElements { limit },
                before,
            ));
        }
        if self.open.len() >= limits.depth {
            let limit = limits.depth;
            return Err(DecodeError::new(DecodeErrorKind::TooDeep { limit }, before));
        }
        let name = self.name(tag, before)?;
        let lower = if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            self.draft.deviation(WarningKind::LetterCase, before)?;
            Cow::Owned(name.to_ascii_lowercase())
        } else {
            Cow::Borrowed(name)
        };
        let parent = self.open.last().map(|open| open.place);
        let place = match parent {
            None if self.seen_root => {
                return Err(not_well_formed(NotWellFormed::OutsideRoot, before));
            }
            None => {
                self.seen_root = true;
                self.draft.document = Document::named(lower.as_bytes(), self.options)
                    .ok_or_else(|| DecodeError::new(DecodeErrorKind::Root, before))?;
                if self.draft.document == Document::Either {
                    self.draft.deviation(WarningKind::PrivateRoot, before)?;
                }
                Place::Root
            }
            Some(Place::Root) => match Tag::below_root(lower.as_bytes()) {
                // Its children must not fill the gaps of the first one.
                Some(Tag::GeographicLocation) if self.draft.has(Tag::GeographicLocation) => {
                    let kind = WarningKind::Repeated(Tag::GeographicLocation);
                    self.draft.deviation(kind, before)?;
                    Place::Other
                }
                Some(tag) => Place::Known(tag),
                None => {
                    self.draft.deviation(WarningKind::UnknownElement, before)?;
                    Place::Other
                }
            },
            Some(parent) => {
                let known = match parent {
                    Place::Known(Tag::GeographicLocation) => Tag::below_location(lower.as_bytes()),
                    _ => None,
                };
                if known.is_none() {
                    self.draft.deviation(WarningKind::UnknownElement, before)?;
                }
                known.map_or(Place::Other, Place::Known)
            }
        };
        if let Some(parent) = self.open.last_mut() {
            parent.nested = true;
        }
        let text = Cow::Borrowed("");
        self.open.push(Open {
            place,
            name,
            start: after,
            text,
            nested: false,
        });
        Ok(())
    }

    /// The name without its prefix; attributes are looked at on the way.
    fn name(&mut self, tag: &BytesStart<'a>, offset: usize) -> Result<&'a str, DecodeError> {
        // The tag is borrowed from the source, but its name only from the tag.
        let length = tag.name().as_ref().len();
        let name = self
            .source
            .get(offset + 1..offset + 1 + length)
            .ok_or_else(|| not_well_formed(NotWellFormed::Markup, offset))?;
        if name.is_empty() {
            return Err(not_well_formed(NotWellFormed::Markup, offset));
        }
        // Nearly every tag is a bare name.
        if tag.len() > length {
            for attribute in tag.attributes().with_checks(false) {
                let attribute =
                    attribute.map_err(|_| not_well_formed(NotWellFormed::Markup, offset))?;
                let key = attribute.key.as_ref();
                let namespace = key == "xmlns" || key.starts_with("xmlns:");
                let kind = if namespace {
                    WarningKind::Namespace
                } else {
                    WarningKind::Attribute
                };
                self.draft.deviation(kind, offset)?;
            }
        }
        match name.rsplit_once(':') {
            Some((_, local)) if !local.is_empty() => {
                self.draft.deviation(WarningKind::Namespace, offset)?;
                Ok(local)
            }
            _ => Ok(name),
        }
    }

    fn end(&mut self, before: usize) -> Result<(), DecodeError> {
        let Some(open) = self.open.pop() else {
            return Err(not_well_formed(NotWellFormed::Tags, before));
        };
        match open.place {
            Place::Known(tag) => {
                let slot = Slot {
                    text: open.text,
                    offset: open.start,
                };
                self.draft.set(tag, open.name, slot)
            }
            // Inside another unknown element the outer one keeps the markup of both.
            Place::Other if self.open.iter().all(|open| open.place != Place::Other) => {
                let content = if open.nested {
                    Cow::Borrowed(self.source.get(open.start..before).unwrap_or_default())
                } else {
                    open.text
                };
                let name = Cow::Borrowed(open.name);
                self.draft.extra.push(ExtraElement {
                    name,
                    content,
                    offset: open.start,
                });
                Ok(())
            }
            Place::Other | Place::Root => Ok(()),
        }
    }

    fn text(&mut self, text: Cow<'a, str>, offset: usize) -> Result<(), DecodeError> {
        let blank = text
            .bytes()
            .all(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'));
        let Some(place) = self.open.last().map(|open| open.place) else {
            return self.outside(&text, blank, offset);
        };
        if text.contains("]]>") {
            return Err(not_well_formed(NotWellFormed::Markup, offset));
        }
        if text.chars().any(forbidden) {
            self.draft
                .deviation(WarningKind::ControlCharacter, offset)?;
        }
        if place == Place::Root {
            if !blank {
                self.draft.deviation(WarningKind::StrayText, offset)?;
            }
        } else if place != Place::Known(Tag::GeographicLocation) {
            if let Some(open) = self.open.last_mut() {
                if open.text.is_empty() {
                    open.text = text;
                } else {
                    open.text.to_mut().push_str(&text);
                }
            }
        }
        Ok(())
    }

    fn outside(&mut self, text: &str, blank: bool, offset: usize) -> Result<(), DecodeError> {
        if blank {
            return Ok(());
        }
        let nul = text
            .bytes()
            .all(|b| matches!(b, 0 | b' ' | b'\t' | b'\r' | b'\n'));
        if nul && self.seen_root {
            return self.draft.deviation(WarningKind::NulAfterRoot, offset);
        }
        Err(not_well_formed(NotWellFormed::OutsideRoot, offset))
    }
}

/// Characters outside the production `Char` of XML 1.0.
fn forbidden(character: char) -> bool {
    matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

fn resolve(reference: &BytesRef<'_>, offset: usize) -> Result<char, DecodeError> {
    if reference.is_char_ref() {
        return reference
            .resolve_char_ref()
            .ok()
            .flatten()
            .ok_or_else(|| not_well_formed(NotWellFormed::CharacterReference, offset));
    }
    match reference.as_ref() {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(DecodeError::new(DecodeErrorKind::Entity, offset)),
    }
}
