//! Text to tree. The grammar is RFC 8259; the leniencies are marked on the value.
//!
//! Own code, because the tree must keep what libraries give up: the digits of numbers, repeated
//! names, and the text each value was read from.

use std::borrow::Cow;

use super::error::{DecodeErrorKind, Fault, JsonFault};
use super::flags::Flags;
use super::limits::Limits;
use super::node::{Member, Node, Value};

/// Reads one value at a time from a text.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    values_left: usize,
    limits: Limits,
}

impl<'a> Reader<'a> {
    /// A reader at `at`, which must be a character boundary.
    pub(super) const fn new(text: &'a str, at: usize, limits: Limits) -> Self {
        Reader {
            text,
            at,
            values_left: limits.values,
            limits,
        }
    }

    pub(super) const fn position(&self) -> usize {
        self.at
    }

    /// Lets the next value cost as much as the limits say.
    pub(super) const fn refill(&mut self) {
        self.values_left = self.limits.values;
    }

    pub(super) fn peek(&mut self) -> Option<u8> {
        self.skip_space();
        self.byte()
    }

    /// Takes `byte` if it is the next one after white space.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.at += 1;
        }
        found
    }

    /// After the last value nothing may follow.
    pub(super) fn end(&mut self) -> Result<(), Fault> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.fault(JsonFault::TrailingText)),
        }
    }

    pub(super) fn fault(&self, fault: JsonFault) -> Fault {
        let fault = if self.at >= self.text.len() {
            JsonFault::Truncated
        } else {
            fault
        };
        Fault::new(DecodeErrorKind::Json(fault), self.at)
    }

    /// The next value with everything in it; `depth` containers are open around it.
    pub(super) fn value(&mut self, depth: usize) -> Result<Node<'a>, Fault> {
        let Some(first) = self.peek() else {
            return Err(self.fault(JsonFault::Truncated));
        };
        self.count(depth)?;
        let start = self.at;
        let (value, flags) = match first {
            b'{' => self.object(depth)?,
            b'[' => self.array(depth)?,
            b'"' => {
                let (text, relaxed) = self.string()?;
                (Value::Text(text), relaxed)
            }
            b'-' | b'0'..=b'9' => {
                self.number()?;
                (Value::Number, Flags::NONE)
            }
            b't' => (self.word("true", Value::Bool(true))?, Flags::NONE),
            b'f' => (self.word("false", Value::Bool(false))?, Flags::NONE),
            b'n' => (self.word("null", Value::Null)?, Flags::NONE),
            _ => return Err(self.fault(JsonFault::Unexpected)),
        };
        let mut node = Node::new(value, &self.text[start..self.at]);
        node.flags = flags;
        Ok(node)
    }

    fn count(&mut self, depth: usize) -> Result<(), Fault> {
        if depth >= self.limits.depth {
            return Err(Fault::new(
                DecodeErrorKind::TooDeep {
                    limit: self.limits.depth,
                },
                self.at,
            ));
        }
        match self.values_left.checked_sub(1) {
            Some(left) => {
                self.values_left = left;
                Ok(())
            }
            None => Err(Fault::new(
                DecodeErrorKind::TooManyValues {
                    limit: self.limits.values,
                },
                self.at,
            )),
        }
    }

    fn object(&mut self, depth: usize) -> Result<(Value<'a>, Flags), Fault> {
        self.at += 1;
        let mut members = Vec::new();
        let mut flags = Flags::NONE;
        if self.take(b'}') {
            return Ok((Value::Object(members), flags));
        }
        loop {
            let (name, name_flags) = self.name()?;
            let node = self
                .value(depth + 1)
                .map_err(|error| error.inside_member(&name))?;
            flags.add(name_flags.for_parent());
            flags.add(node.flags.for_parent());
            members.push(Member { name, node });
            if self.take(b',') {
                continue;
            }
            if self.take(b'}') {
                return Ok((Value::Object(members), flags));
            }
            return Err(self.fault(JsonFault::ExpectedCommaOrEnd));
        }
    }

    /// A member's name and the colon behind it.
    pub(super) fn name(&mut self) -> Result<(Cow<'a, str>, Flags), Fault> {
        if self.peek() != Some(b'"') {
            return Err(self.fault(JsonFault::ExpectedName));
        }
        let name = self.string()?;
        if self.take(b':') {
            Ok(name)
        } else {
            Err(self.fault(JsonFault::ExpectedColon))
        }
    }

    fn array(&mut self, depth: usize) -> Result<(Value<'a>, Flags), Fault> {
        self.at += 1;
        let mut items = Vec::new();
        let mut flags = Flags::NONE;
        if self.take(b']') {
            return Ok((Value::Array(items), flags));
        }
        loop {
            let node = self
                .value(depth + 1)
                .map_err(|error| error.inside_item(items.len()))?;
            flags.add(node.flags.for_parent());
            items.push(node);
            if self.take(b',') {
                continue;
            }
            if self.take(b']') {
                return Ok((Value::Array(items), flags));
            }
            return Err(self.fault(JsonFault::ExpectedCommaOrEnd));
        }
    }

    /// A string, borrowed where it holds no escape. Control characters and lone surrogates are
    /// accepted and marked.
    fn string(&mut self) -> Result<(Cow<'a, str>, Flags), Fault> {
        self.at += 1;
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut flags = Flags::NONE;
        let relaxed = |flags: &mut Flags| {
            flags.add(Flags::RELAXED);
            flags.add(Flags::REPAIRED);
        };
        // Borrowed as long as nothing needs to be resolved.
        let mut owned: Option<String> = None;
        let mut copied = start;
        loop {
            match bytes.get(self.at) {
                None => return Err(self.fault(JsonFault::Truncated)),
                Some(b'"') => break,
                Some(b'\\') => {
                    let text = owned.get_or_insert_default();
                    text.push_str(&self.text[copied..self.at]);
                    let (character, lone) = self.escape()?;
                    if lone {
                        relaxed(&mut flags);
                    }
                    // `escape` borrows self, so the string is looked up again.
                    if let Some(text) = owned.as_mut() {
                        text.push(character);
                    }
                    copied = self.at;
                }
                Some(&byte) => {
                    if byte < 0x20 {
                        relaxed(&mut flags);
                    }
                    self.at += 1;
                }
            }
        }
        let rest = &self.text[copied..self.at];
        self.at += 1;
        let text = match owned {
            None => Cow::Borrowed(rest),
            Some(mut text) => {
                text.push_str(rest);
                Cow::Owned(text)
            }
        };
        Ok((text, flags))
    }

    /// The character an escape stands for, and whether it was half a surrogate pair.
    fn escape(&mut self) -> Result<(char, bool), Fault> {
        let bytes = self.text.as_bytes();
        let character = match bytes.get(self.at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(self.fault(JsonFault::Escape)),
        };
        self.at += 2;
        Ok((character, false))
    }

    fn unicode_escape(&mut self) -> Result<(char, bool), Fault> {
        let Some(unit) = self.four_digits(self.at + 2) else {
            return Err(self.fault(JsonFault::Escape));
        };
        if let Some(character) = char::from_u32(unit) {
            self.at += 6;
            return Ok((character, false));
        }
        let bytes = self.text.as_bytes();
        let has_second = bytes.get(self.at + 6..self.at + 8) == Some(b"\\u");
        let second = if has_second && unit < 0xdc00 {
            self.four_digits(self.at + 8)
                .filter(|low| (0xdc00..0xe000).contains(low))
        } else {
            None
        };
        let pair = second
            .and_then(|low| char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00)));
        match pair {
            Some(character) => {
                self.at += 12;
                Ok((character, false))
            }
            None => {
                self.at += 6;
                Ok((char::REPLACEMENT_CHARACTER, true))
            }
        }
    }

    fn four_digits(&self, at: usize) -> Option<u32> {
        let digits = self.text.as_bytes().get(at..at + 4)?;
        digits.iter().try_fold(0, |sum, &digit| {
            char::from(digit)
                .to_digit(16)
                .map(|value| (sum << 4) | value)
        })
    }

    fn number(&mut self) -> Result<(), Fault> {
        let length = number_length(&self.text.as_bytes()[self.at..]);
        match length {
            Some(length) => {
                self.at += length;
                Ok(())
            }
            None => Err(self.fault(JsonFault::Number)),
        }
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Result<Value<'a>, Fault> {
        let rest = &self.text.as_bytes()[self.at..];
        if rest.starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(value)
        } else if word.as_bytes().starts_with(rest) {
            self.at = self.text.len();
            Err(self.fault(JsonFault::Truncated))
        } else {
            Err(self.fault(JsonFault::Unexpected))
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
    }
}

/// How many bytes of `bytes` are a JSON number, `None` when it does not begin with one.
pub(super) fn number_length(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize| {
        bytes
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 || (whole > 1 && bytes.get(at) == Some(&b'0')) {
        return None;
    }
    at += whole;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return None;
        }
        at += 1 + fraction;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at + 1 + sign);
        if exponent == 0 {
            return None;
        }
        at += 1 + sign + exponent;
    }
    Some(at)
}
