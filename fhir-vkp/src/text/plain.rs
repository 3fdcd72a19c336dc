//! Narratives as text.

use std::borrow::Cow;

use super::entity;

/// Elements of XHTML that a narrative may hold, and others that occur, that stand on lines of their
/// own.
const BLOCKS: [&str; 29] = [
    "address",
    "article",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "html",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tr",
    "ul",
    "form",
];

/// Those within a line.
const INLINE: [&str; 34] = [
    "a", "abbr", "acronym", "b", "big", "cite", "code", "col", "colgroup", "dfn", "em", "font",
    "i", "img", "kbd", "map", "area", "q", "s", "samp", "small", "span", "strike", "strong", "sub",
    "sup", "tbody", "tfoot", "thead", "tt", "u", "var", "head", "bdo",
];

/// Those whose content is not for people.
const HIDDEN: [&str; 3] = ["script", "style", "title"];

/// What a tag does to the text.
#[derive(Clone, Copy)]
enum Effect {
    Nothing,
    /// The text before and after stand on different lines.
    Apart,
    /// A new line, always.
    NewLine,
    /// Cells of a row stay apart.
    Space,
    /// Everything up to the end of this element is left out.
    Hide(&'static str),
}

/// The text of a narrative for showing (FHIR reference 13 rule 11).
///
/// Tags go, lines stay: `<br/>` and the ends of paragraphs, list items and rows become `\n`, as do
/// `\r\n` and `\r`. Character references become characters, scripts and comments are left out, and
/// so are control characters. A `div` that is plain text in truth comes out as it is, and so does what
/// only looks like a tag or a reference (`puls <60`, `A&B`).
///
/// The result is text: whoever shows it in HTML has to escape it.
///
/// ```
/// use fhir_vkp::plain_text;
///
/// let div = "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>Puls &lt; 60</p><p>P&aring;r&oslash;rende varslet</p></div>";
/// assert_eq!(plain_text(div), "Puls < 60\nPårørende varslet");
/// assert_eq!(plain_text("puls <60\r\nfall & svimmel"), "puls <60\nfall & svimmel");
/// ```
#[must_use]
pub fn plain_text(div: &str) -> String {
    let mut out = String::with_capacity(div.len());
    // Behind the last `>` there is no tag: nothing to look for one.
    let tail = div
        .rfind('>')
        .map_or(div.len(), |last| div.len() - last - 1);
    let (mut rest, mut from) = (div, 0);
    while let Some(at) = rest[from..].find('<').map(|at| from + at) {
        if rest.len() - at <= tail {
            break;
        }
        let Some((effect, behind)) = comment(&rest[at..]).or_else(|| tag(&rest[at..])) else {
            from = at + 1;
            continue;
        };
        text(&mut out, &rest[..at]);
        (rest, from) = (behind, 0);
        match effect {
            Effect::Nothing => {}
            Effect::Apart if out.is_empty() || out.ends_with('\n') => {}
            Effect::Apart | Effect::NewLine => out.push('\n'),
            Effect::Space => out.push(' '),
            Effect::Hide(element) => rest = behind_end(rest, element),
        }
    }
    text(&mut out, rest);
    let end = out.trim_end().len();
    out.truncate(end);
    let start = out.len() - out.trim_start().len();
    out.drain(..start);
    out
}

/// Appends the text between two tags. White space with a line break alone is the layout of the XHTML.
fn text(out: &mut String, text: &str) {
    if text.contains(['\n', '\r']) && text.trim().is_empty() {
        return;
    }
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        rest = &rest[character.len_utf8()..];
        match character {
            '\r' => {
                rest = rest.strip_prefix('\n').unwrap_or(rest);
                out.push('\n');
            }
            '&' => match entity::decode(rest) {
                Some((character, length)) => {
                    rest = &rest[length..];
                    shown(out, character);
                }
                None => out.push('&'),
            },
            other => shown(out, other),
        }
    }
}

/// Appends a character that may be shown.
fn shown(out: &mut String, character: char) {
    if !character.is_control() || matches!(character, '\n' | '\t') {
        out.push(character);
    }
}

/// What stands behind a comment, a processing instruction or a document type.
fn comment(rest: &str) -> Option<(Effect, &str)> {
    let (open, end) = [("<!--", "-->"), ("<?", "?>"), ("<!DOCTYPE", ">")]
        .into_iter()
        .find(|(open, _)| rest.starts_with(open))?;
    let (_, behind) = rest[open.len()..].split_once(end).unwrap_or_default();
    Some((Effect::Nothing, behind))
}

/// The effect of the tag that a text begins with, and what stands behind it; `None` for what is no tag
/// of XHTML.
fn tag(rest: &str) -> Option<(Effect, &str)> {
    let inner = &rest[1..];
    let (closing, inner) = match inner.strip_prefix('/') {
        Some(inner) => (true, inner),
        None => (false, inner),
    };
    let length = inner.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let name = lower_case(inner.get(..length).filter(|name| name.len() <= 10)?);
    let effect = effect(&name, closing)?;
    let behind = inner.get(length..)?;
    if !behind.starts_with(['>', '/', ' ', '\t', '\r', '\n']) {
        return None;
    }
    let end = end_of_tag(behind)?;
    let alone = behind[..end].ends_with('/');
    let effect = if alone && matches!(effect, Effect::Hide(_)) {
        Effect::Nothing
    } else {
        effect
    };
    Some((effect, &behind[end + 1..]))
}

fn lower_case(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        name.to_ascii_lowercase().into()
    } else {
        name.into()
    }
}

fn effect(name: &str, closing: bool) -> Option<Effect> {
    let hidden = HIDDEN.into_iter().find(|element| *element == name);
    match name {
        "br" if !closing => Some(Effect::NewLine),
        "td" | "th" => Some(if closing {
            Effect::Space
        } else {
            Effect::Nothing
        }),
        "br" => Some(Effect::Nothing),
        _ if BLOCKS.contains(&name) => Some(Effect::Apart),
        _ if INLINE.contains(&name) => Some(Effect::Nothing),
        _ if closing => hidden.map(|_| Effect::Nothing),
        _ => hidden.map(Effect::Hide),
    }
}

/// Where the `>` of a tag is, outside quotation marks. Where the marks do not end soon, the first `>`
/// counts: every look takes a bounded number of them, so the time stays linear.
fn end_of_tag(text: &str) -> Option<usize> {
    let (mut quote, mut first, mut quoted) = (None, None, 0);
    for (at, byte) in text.bytes().enumerate() {
        match (byte, quote) {
            (b'>', None) => return Some(at),
            (b'>', Some(_)) => {
                first = first.or(Some(at));
                quoted += 1;
                if quoted == 8 {
                    break;
                }
            }
            (b'"' | b'\'', None) => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            _ => {}
        }
    }
    first
}

/// What stands behind the end tag of an element; nothing where it does not end.
fn behind_end<'a>(text: &'a str, element: &str) -> &'a str {
    let mut rest = text;
    while let Some(at) = rest.find("</") {
        rest = &rest[at + 2..];
        let name = rest.get(..element.len());
        if name.is_some_and(|name| name.eq_ignore_ascii_case(element)) {
            return rest.split_once('>').map_or("", |(_, behind)| behind);
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_characters_come_out_of_markup() {
        let texts = [
            ("<div><p>a</p><p>b</p></div>", "a\nb"),
            ("<div>\r\n  <p>a</p>\r\n  <p>b</p>\r\n</div>", "a\nb"),
            ("<div>a<br/>b<br />c<BR>d</div>", "a\nb\nc\nd"),
            ("<div>a<br/><br/>b</div>", "a\n\nb"),
            ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
            (
                "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
                "a b \nc",
            ),
            (
                "<div>for&aring;rsaket av <b>fall</b></div>",
                "forårsaket av fall",
            ),
            ("<div title=\"a > b\">x</div>", "x"),
            (
                "<div><script>alert('x')</script>y<style>p {}</style></div>",
                "y",
            ),
            ("<div><!-- <p>x</p> -->y</div>", "y"),
            (
                "<div>Kari\r\nringte\rto\nganger</div>",
                "Kari\nringte\nto\nganger",
            ),
            ("<div>&amp;lt;b&amp;gt;</div>", "&lt;b&gt;"),
            ("<div>&#0;&#27;a\u{7}\u{85}</div>", "a"),
        ];
        for (div, text) in texts {
            assert_eq!(plain_text(div), text, "{div}");
        }
    }

    #[test]
    fn what_only_looks_like_markup_stays() {
        for text in [
            "puls <60 og >40",
            "A&B; <ukjent> x",
            "a < b",
            "<div",
            "<p class='x",
            "</",
            "<",
            "x <3",
        ] {
            assert_eq!(plain_text(text), text);
        }
    }

    #[test]
    fn what_is_not_closed_ends_with_the_text() {
        assert_eq!(plain_text("a<!-- b>"), "a");
        assert_eq!(plain_text("a<script>b"), "a");
        assert_eq!(plain_text("a<p title=\"b>c"), "a\nc");
        assert_eq!(plain_text("a<script/>b"), "ab");
        for hostile in ["<a \"", "<a \">", "<!--", "<script", "<p '>", "&#x", "<"] {
            // Were the time not linear, this would not end.
            let text = hostile.repeat(50_000) + ">";
            assert!(plain_text(&text).len() <= text.len());
        }
    }
}
