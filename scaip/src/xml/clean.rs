//! The shape nearly every sender writes, read in one pass without the heap.
//!
//! `<mrq>` or `<mrs>`, known elements once each in any order, `lge` with its children, white
//! space between them; no attributes, references, comments or declarations. Anything else makes
//! [`read`] give up, and the general reader decides.

use std::borrow::Cow;

use super::{Document, Draft, Slot};
use crate::options::DecodeOptions;
use crate::tag::Tag;

/// Whether the text had the clean shape; `draft` is only good if it had.
#[inline]
pub(super) fn read<'a>(text: &'a str, options: &DecodeOptions, draft: &mut Draft<'a>) -> bool {
    if options.limits.depth < 3 || text.len() > options.limits.body {
        return false;
    }
    let scan = Scan {
        text,
        bytes: text.as_bytes(),
        left: options.limits.elements,
    };
    scan.message(draft).is_some()
}

struct Scan<'a> {
    text: &'a str,
    bytes: &'a [u8],
    /// Elements that may still come.
    left: usize,
}

impl<'a> Scan<'a> {
    fn message(mut self, draft: &mut Draft<'a>) -> Option<()> {
        let mut at = self.blank(0);
        let root = self.bytes.get(at..at + 5)?;
        draft.document = match root {
            b"<mrq>" => Document::Request,
            b"<mrs>" => Document::Response,
            _ => return None,
        };
        self.left = self.left.checked_sub(1)?;
        at += 5;
        loop {
            at = self.blank(at);
            let (name, value) = self.tag(at)?;
            if name[0] == b'/' {
                let closes =
                    self.bytes[at + 1..value - 1] == *[b'/', root[1], root[2], root[3]].as_slice();
                return (closes && self.blank(value) == self.bytes.len()).then_some(());
            }
            let tag = Tag::below_root(name)?;
            at = if tag == Tag::GeographicLocation {
                self.location(value, draft)?
            } else {
                self.leaf(tag, name, value, draft)?
            };
        }
    }

    /// The children of `lge`, from behind its start tag to behind its end tag.
    fn location(&mut self, start: usize, draft: &mut Draft<'a>) -> Option<usize> {
        self.put(Tag::GeographicLocation, start, start, draft)?;
        let mut at = start;
        loop {
            at = self.blank(at);
            let (name, value) = self.tag(at)?;
            if name == b"/lge" {
                return Some(value);
            }
            at = self.leaf(Tag::below_location(name)?, name, value, draft)?;
        }
    }

    /// The text of an element and its end tag; returns the place behind it.
    #[inline]
    fn leaf(
        &mut self,
        tag: Tag,
        name: &[u8],
        start: usize,
        draft: &mut Draft<'a>,
    ) -> Option<usize> {
        let mut end = start;
        loop {
            match self.bytes.get(end)? {
                b'<' => break,
                // A reference, a line end to be normalised, `]]>`, or something XML forbids.
                b'&' | b'>' | 0..0x20 | 0xef => return None,
                _ => end += 1,
            }
        }
        self.put(tag, start, end, draft)?;
        let behind = end + 2 + name.len() + 1;
        let close = self.bytes.get(end + 1..behind)?;
        let closes =
            close[0] == b'/' && close[1..=name.len()] == *name && close[name.len() + 1] == b'>';
        closes.then_some(behind)
    }

    /// The name between `<` at `at` and the next `>`, and the place behind that.
    #[inline]
    fn tag(&self, at: usize) -> Option<(&'a [u8], usize)> {
        let rest = self.bytes.get(at..)?;
        let (&b'<', rest) = rest.split_first()? else {
            return None;
        };
        // Names have three or four letters, an end tag a stroke more.
        let length = rest
            .iter()
            .take(6)
            .position(|&b| b == b'>')
            .filter(|&length| length > 0)?;
        Some((&rest[..length], at + 1 + length + 1))
    }

    #[inline]
    fn put(&mut self, tag: Tag, start: usize, end: usize, draft: &mut Draft<'a>) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        if draft.has(tag) {
            return None;
        }
        // Both ends lie next to ASCII, so this is a character boundary.
        let text = Cow::Borrowed(self.text.get(start..end)?);
        draft.put(
            tag,
            Slot {
                text,
                offset: start,
            },
        );
        Some(())
    }

    #[inline]
    fn blank(&self, mut at: usize) -> usize {
        while matches!(self.bytes.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            at += 1;
        }
        at
    }
}
