//! Reading and writing `scheme name=value, name="value"` lists (RFC 7235 2.1, RFC 3261 25.1).

use std::borrow::Cow;

/// A challenge or answer that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed authentication header at byte {offset}")]
pub struct MalformedHeader {
    /// Where in the value reading stopped.
    pub offset: usize,
}

/// One scheme with its parameters.
#[derive(Debug, Default)]
pub(super) struct Scheme<'a> {
    pub(super) name: &'a str,
    parameters: Vec<(&'a str, Cow<'a, str>)>,
}

impl Scheme<'_> {
    /// A parameter by name in any letter case. The first counts.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(present, _)| present.eq_ignore_ascii_case(name))
            .map(|(_, value)| &**value)
    }

    pub(super) fn is_digest(&self) -> bool {
        self.name.eq_ignore_ascii_case("Digest")
    }

    /// Whether a parameter stands twice.
    pub(super) fn is_ambiguous(&self) -> bool {
        self.parameters
            .iter()
            .enumerate()
            .any(|(index, (name, _))| {
                self.parameters[..index]
                    .iter()
                    .any(|(earlier, _)| earlier.eq_ignore_ascii_case(name))
            })
    }
}

/// Most schemes in a value and most parameters in a scheme.
const MOST: usize = 32;

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
    }

    fn blanks(&mut self) {
        self.skip(|byte| matches!(byte, b' ' | b'\t'));
    }

    fn take(&mut self, wanted: impl Fn(u8) -> bool) -> &'a str {
        let start = self.at;
        self.skip(wanted);
        // Only ASCII bytes and whole characters are skipped.
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn error(&self) -> MalformedHeader {
        MalformedHeader { offset: self.at }
    }

    /// A value: quoted, or up to the next comma or blank.
    fn value(&mut self) -> Result<Cow<'a, str>, MalformedHeader> {
        if self.peek() != Some(b'"') {
            // Wider than a token: real stacks leave quotes away.
            return Ok(Cow::Borrowed(self.take(|byte| {
                byte != b',' && byte != b'"' && byte > b' ' && byte != 0x7f
            })));
        }
        self.at += 1;
        let start = self.at;
        let mut unescaped: Option<String> = None;
        let mut from = start;
        loop {
            match self.peek() {
                None => return Err(self.error()),
                Some(b'"') => {
                    let last = self.text.get(from..self.at).unwrap_or_default();
                    self.at += 1;
                    return Ok(match unescaped {
                        Some(mut text) => {
                            text.push_str(last);
                            Cow::Owned(text)
                        }
                        None => Cow::Borrowed(last),
                    });
                }
                Some(b'\\') => {
                    let before = self.text.get(from..self.at).unwrap_or_default();
                    unescaped.get_or_insert_default().push_str(before);
                    self.at += 1;
                    // The escaped character opens the next run, so that a quote in it is passed over.
                    from = self.at;
                    let next = self
                        .text
                        .get(self.at..)
                        .and_then(|rest| rest.chars().next());
                    match next {
                        Some(next) if !next.is_control() => self.at += next.len_utf8(),
                        _ => return Err(self.error()),
                    }
                }
                Some(byte) if byte.is_ascii_control() && byte != b'\t' => return Err(self.error()),
                Some(_) => self.at += 1,
            }
        }
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~/".contains(&byte)
}

/// Reads a header value: one scheme or several.
pub(super) fn read(value: &[u8]) -> Result<Vec<Scheme<'_>>, MalformedHeader> {
    let text = std::str::from_utf8(value).map_err(|error| MalformedHeader {
        offset: error.valid_up_to(),
    })?;
    let mut cursor = Cursor { text, at: 0 };
    let mut schemes: Vec<Scheme<'_>> = Vec::new();
    loop {
        cursor.skip(|byte| matches!(byte, b' ' | b'\t' | b','));
        if cursor.peek().is_none() {
            break;
        }
        let name = cursor.take(is_token);
        if name.is_empty() {
            return Err(cursor.error());
        }
        cursor.blanks();
        if cursor.peek() == Some(b'=') {
            cursor.at += 1;
            cursor.blanks();
            let value = cursor.value()?;
            let error = cursor.error();
            let scheme = schemes.last_mut().ok_or(error)?;
            if scheme.parameters.len() >= MOST {
                return Err(error);
            }
            scheme.parameters.push((name, value));
            cursor.blanks();
            if !matches!(cursor.peek(), None | Some(b',')) {
                return Err(cursor.error());
            }
        } else {
            if schemes.len() >= MOST {
                return Err(cursor.error());
            }
            schemes.push(Scheme {
                name,
                parameters: Vec::new(),
            });
        }
    }
    if schemes.is_empty() {
        return Err(cursor.error());
    }
    Ok(schemes)
}

/// Appends `name="value"`, escaped.
pub(super) fn put_quoted(out: &mut String, name: &str, value: &str) {
    if !out.ends_with(' ') {
        out.push_str(", ");
    }
    out.push_str(name);
    out.push_str("=\"");
    for character in value.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
}

/// Appends `name=value`.
pub(super) fn put_plain(out: &mut String, name: &str, value: &str) {
    if !out.ends_with(' ') {
        out.push_str(", ");
    }
    out.push_str(name);
    out.push('=');
    out.push_str(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_schemes_in_one_value_are_told_apart() {
        let value = br#"Basic realm="a, b=c",Digest realm="x\"y\\", nonce=abc== , qop="auth", Digest nonce="2""#;
        let schemes = read(value).expect("three schemes");
        assert_eq!(schemes.len(), 3);
        assert_eq!(schemes[0].get("REALM"), Some("a, b=c"));
        assert_eq!(schemes[1].get("realm"), Some(r#"x"y\"#));
        assert_eq!(schemes[1].get("nonce"), Some("abc=="));
        assert_eq!(schemes[2].get("nonce"), Some("2"));
    }

    #[test]
    fn broken_values_are_told_with_their_place() {
        assert_eq!(read(b"").err(), Some(MalformedHeader { offset: 0 }));
        for value in [
            &b"realm=\"a\""[..],
            b"Digest realm=\"a",
            b"Digest realm=\"a\\",
            b"Digest realm=\"a\"b",
            b"Digest =",
            b"Digest \xff",
            b"Digest realm=\"a\nb\"",
        ] {
            assert!(read(value).is_err(), "{}", value.escape_ascii());
        }
    }
}
