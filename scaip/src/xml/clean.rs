//! The shape nearly every sender writes, read in one pass without the heap.
//!
//! An XML declaration or none, `<mrq>` or `<mrs>`, known elements once each in any order, `lge`
//! with its children, white space between them; no attributes and no comments. A text with
//! references becomes one of its own, and nothing else does. Anything else makes [`read`] give
//! up, and the general reader decides.

use std::borrow::Cow;

use quick_xml::escape::{resolve_xml_entity, unescape_with};

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
        let mut at = self.blank(self.declaration()?);
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

    /// The place behind the XML declaration; 0 without one. The encoding it names was looked at
    /// before there was a text.
    #[inline]
    fn declaration(&self) -> Option<usize> {
        const START: &[u8] = b"<?xml";
        if !self.bytes.starts_with(START) {
            return Some(0);
        }
        let close = memchr::memchr(b'>', self.bytes)?;
        let inside = self.bytes.get(START.len()..close)?;
        matches!(inside, [b' ' | b'\t' | b'\r' | b'\n', .., b'?']).then_some(close + 1)
    }

    /// The children of `lge`, from behind its start tag to behind its end tag.
    fn location(&mut self, start: usize, draft: &mut Draft<'a>) -> Option<usize> {
        self.put(Tag::GeographicLocation, start, Cow::Borrowed(""), draft)?;
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
        let text = loop {
            match self.bytes.get(end)? {
                // Both ends lie next to ASCII, so this is a character boundary.
                b'<' => break Cow::Borrowed(self.text.get(start..end)?),
                b'&' => {
                    let (text, behind) = self.resolved(start, end)?;
                    end = behind;
                    break Cow::Owned(text);
                }
                // A line end to be normalised, `]]>`, or something XML forbids.
                b'>' | 0..0x20 | 0xef => return None,
                _ => end += 1,
            }
        };
        self.put(tag, start, text, draft)?;
        let behind = end + 2 + name.len() + 1;
        let close = self.bytes.get(end + 1..behind)?;
        let closes =
            close[0] == b'/' && close[1..=name.len()] == *name && close[name.len() + 1] == b'>';
        closes.then_some(behind)
    }

    /// The text from `start`, whose first reference is at `first`, and the place of the `<` behind
    /// it.
    #[inline(never)]
    fn resolved(&self, start: usize, first: usize) -> Option<(String, usize)> {
        let end = first + memchr::memchr2(b'<', b'>', self.bytes.get(first..)?)?;
        if self.bytes[end] == b'>' {
            return None;
        }
        // Named here, so that no feature of the library brings in the entities of HTML.
        let text = unescape_with(self.text.get(start..end)?, resolve_xml_entity).ok()?;
        // What a number stands for is held to the same as what stands there itself.
        let plain = text.bytes().all(|byte| byte >= 0x20 && byte != 0xef);
        plain.then(|| (text.into_owned(), end))
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
    fn put(
        &mut self,
        tag: Tag,
        offset: usize,
        text: Cow<'a, str>,
        draft: &mut Draft<'a>,
    ) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        if draft.has(tag) {
            return None;
        }
        draft.put(tag, Slot { text, offset });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::general;

    /// What is read of a text, or whether it was left to the general reader; what both read is
    /// the same.
    fn taken(text: &str) -> bool {
        let options = DecodeOptions::lenient();
        let mut clean = Draft::new(options.mode);
        let taken = read(text, &options, &mut clean);
        let mut whole = Draft::new(options.mode);
        let result = general::read(text, &options, &mut whole);
        if taken {
            assert!(result.is_ok(), "{text}: {result:?}");
            assert_eq!(clean.document, whole.document, "{text}");
            assert_eq!(clean.slots, whole.slots, "{text}");
            assert!(whole.is_plain(), "{text}");
        }
        taken
    }

    impl Draft<'_> {
        fn is_plain(&self) -> bool {
            self.more.is_empty() && self.extra.is_empty() && self.warnings.is_empty()
        }
    }

    #[test]
    fn a_declaration_is_stepped_over_where_it_may_stand() {
        let body = "<mrq><ref>a</ref></mrq>";
        for declaration in [
            "",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "<?xml\tversion='1.0' standalone='yes' ?>\r\n",
        ] {
            assert!(taken(&format!("{declaration}{body}")), "{declaration}");
        }
        for declaration in [
            " <?xml version='1.0'?>",
            "<?xml?>",
            "<?xml-stylesheet href='a'?>",
            "<?xml version='>'?>",
            "<?xml version='1.0'>",
            "<?xml version='1.0'?><?xml version='1.0'?>",
            "<?xml ",
        ] {
            assert!(!taken(&format!("{declaration}{body}")), "{declaration}");
        }
    }

    #[test]
    fn references_are_resolved_and_what_may_not_be_there_is_left_to_the_other() {
        for text in [
            "5&amp;19",
            "&lt;&gt;&quot;&apos;",
            "R&#248;yk &#xF8;",
            "]]&gt;",
            "ø&#x1F600;",
            "&amp;amp;",
        ] {
            assert!(taken(&format!("<mrq><dte>{text}</dte></mrq>")), "{text}");
        }
        for text in [
            "&",
            "&;",
            "&amp",
            "&nbsp;",
            "&#0;",
            "&#1;",
            "&#9;",
            "&#13;",
            "&#xFFFE;",
            "&#xD800;",
            "&#+65;",
            "&#X41;",
            "&amp;]]>",
            "]]>&amp;",
            "&amp;\r\n",
            "&lt;\u{1}",
            "&gt;\u{fffe}",
            "&a&amp;b;",
            "&amp;<b/>",
        ] {
            assert!(!taken(&format!("<mrq><dte>{text}</dte></mrq>")), "{text}");
        }
        assert!(!taken("<mrq>&#32;<ref>a</ref></mrq>"));
        assert!(!taken("<mrq><lge>&#32;<geo>1,2</geo></lge></mrq>"));
        assert!(taken("<mrq><lge><gga>&#36;GPGGA</gga></lge></mrq>"));
    }
}
