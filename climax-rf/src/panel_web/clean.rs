//! From text that is almost JSON to JSON (Climax reference 9).

use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use super::{Limits, ReadError, Warning, Warnings};

const WRAPPER: &str = "/*-secure-";

/// Reads an answer: cleans it, then parses it.
pub(super) fn read(
    answer: &[u8],
    limits: &Limits,
    warnings: &mut Warnings,
) -> Result<Value, ReadError> {
    if answer.len() > limits.bytes {
        return Err(ReadError::TooLong {
            length: answer.len(),
            limit: limits.bytes,
        });
    }
    let latin;
    let text = match core::str::from_utf8(answer) {
        Ok(text) => text,
        Err(_) => {
            warnings.push(Warning::NotUtf8);
            latin = answer
                .iter()
                .map(|&byte| char::from(byte))
                .collect::<String>();
            &latin
        }
    };
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => {
            warnings.push(Warning::ByteOrderMark);
            rest
        }
        None => text,
    };
    let text = unwrap(text, warnings);
    let mut cleaner = Cleaner::new(text, limits.depth.min(64));
    cleaner.run()?;
    cleaner.counts.report(warnings);
    serde_json::from_str(&cleaner.out).map_err(|error| ReadError::Syntax {
        line: error.line(),
        column: error.column(),
    })
}

fn unwrap<'a>(text: &'a str, warnings: &mut Warnings) -> &'a str {
    let blank = |c: char| c.is_whitespace() || c.is_control();
    let trimmed = text.trim_matches(blank);
    let Some(rest) = trimmed.strip_prefix(WRAPPER) else {
        return trimmed;
    };
    warnings.push(Warning::Wrapped);
    rest.strip_suffix("*/").unwrap_or(rest).trim_matches(blank)
}

#[derive(Default)]
struct Counts {
    control: usize,
    names: usize,
    values: usize,
    single: usize,
    escapes: usize,
    commas: usize,
    after: bool,
}

impl Counts {
    fn report(&self, warnings: &mut Warnings) {
        let all = [
            Warning::ControlCharacters {
                count: self.control,
            },
            Warning::UnquotedNames { count: self.names },
            Warning::UnquotedValues { count: self.values },
            Warning::SingleQuotes { count: self.single },
            Warning::Escapes {
                count: self.escapes,
            },
            Warning::SpareCommas { count: self.commas },
        ];
        let counts = [
            self.control,
            self.names,
            self.values,
            self.single,
            self.escapes,
            self.commas,
        ];
        for (warning, count) in all.into_iter().zip(counts) {
            if count > 0 {
                warnings.push(warning);
            }
        }
        if self.after {
            warnings.push(Warning::AfterTheEnd);
        }
    }
}

struct Cleaner<'a> {
    text: &'a str,
    position: usize,
    out: String,
    /// For each open bracket whether it is an object.
    open: Vec<bool>,
    depth: usize,
    /// Whether a name comes next.
    name: bool,
    /// Where in `out` a comma stands that nothing has followed.
    comma: Option<usize>,
    counts: Counts,
}

impl<'a> Cleaner<'a> {
    fn new(text: &'a str, depth: usize) -> Self {
        Self {
            text,
            position: 0,
            out: String::with_capacity(text.len() + text.len() / 8),
            open: Vec::new(),
            depth,
            name: false,
            comma: None,
            counts: Counts::default(),
        }
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.position..)?.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.position += c.len_utf8();
        Some(c)
    }

    fn run(&mut self) -> Result<(), ReadError> {
        while let Some(c) = self.peek() {
            match c {
                _ if c.is_whitespace() || c.is_control() => {
                    self.next();
                }
                _ if self.open.is_empty() && !self.out.is_empty() => {
                    // One value is all there is.
                    self.counts.after = true;
                    break;
                }
                '{' | '[' => self.begin(c)?,
                '}' | ']' => self.end(c),
                ',' => {
                    self.next();
                    self.comma = Some(self.out.len());
                    self.out.push(',');
                    self.name = self.open.last() == Some(&true);
                }
                ':' => {
                    self.next();
                    self.out.push(':');
                    self.name = false;
                }
                '"' | '\'' => self.quoted(c),
                _ => self.bare(),
            }
        }
        Ok(())
    }

    fn begin(&mut self, bracket: char) -> Result<(), ReadError> {
        if self.open.len() >= self.depth {
            return Err(ReadError::TooDeep {
                limit: self.depth,
                position: self.position,
            });
        }
        self.next();
        self.comma = None;
        self.out.push(bracket);
        self.open.push(bracket == '{');
        self.name = bracket == '{';
        Ok(())
    }

    fn end(&mut self, bracket: char) {
        self.next();
        if let Some(comma) = self.comma.take() {
            self.out.truncate(comma);
            self.counts.commas += 1;
        }
        self.out.push(bracket);
        self.open.pop();
        self.name = false;
    }

    /// A text in quotes of either kind.
    fn quoted(&mut self, quote: char) {
        self.next();
        self.comma = None;
        if quote == '\'' {
            self.counts.single += 1;
        }
        self.out.push('"');
        while let Some(c) = self.next() {
            match c {
                _ if c == quote => {
                    self.out.push('"');
                    return;
                }
                '\\' => self.escape(),
                _ => self.put(c),
            }
        }
        // Without its end it is no JSON, and the parser says where.
    }

    fn escape(&mut self) {
        match self.peek() {
            Some('u') if self.is_unicode_escape() => self.out.push('\\'),
            Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => {
                self.out.push('\\');
                if let Some(c) = self.next() {
                    self.out.push(c);
                }
            }
            Some('\'') => self.counts.escapes += 1,
            _ => {
                self.counts.escapes += 1;
                self.out.push_str("\\\\");
            }
        }
    }

    /// Four digits, and no half of a pair: JSON has no place for those.
    fn is_unicode_escape(&self) -> bool {
        let digits = self.text.get(self.position + 1..self.position + 5);
        let number = digits
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|digits| u16::from_str_radix(digits, 16).ok());
        match number {
            Some(0xD800..=0xDBFF) => {
                let low = self.text.get(self.position + 5..self.position + 11);
                low.and_then(|low| low.strip_prefix("\\u"))
                    .filter(|low| low.bytes().all(|b| b.is_ascii_hexdigit()))
                    .and_then(|low| u16::from_str_radix(low, 16).ok())
                    .is_some_and(|low| (0xDC00..=0xDFFF).contains(&low))
            }
            // The second half follows the first, which let it pass.
            Some(0xDC00..=0xDFFF) => self.after_high_half(),
            Some(_) => true,
            None => false,
        }
    }

    fn after_high_half(&self) -> bool {
        // What was written last is `\ud8xx` when the first half was let pass.
        let bytes = self.out.as_bytes();
        let Some(last) = bytes.len().checked_sub(6).and_then(|at| bytes.get(at..)) else {
            return false;
        };
        last.starts_with(b"\\u")
            && matches!(last.get(2), Some(b'd' | b'D'))
            && matches!(last.get(3), Some(b'8' | b'9' | b'a' | b'b' | b'A' | b'B'))
    }

    fn put(&mut self, c: char) {
        match c {
            '"' => self.out.push_str("\\\""),
            _ if c.is_control() => self.counts.control += 1,
            _ => self.out.push(c),
        }
    }

    /// A name or value without quotes.
    fn bare(&mut self) {
        self.comma = None;
        let start = self.position;
        let name = self.name;
        while let Some(c) = self.peek() {
            let ends = match c {
                ',' | '}' | ']' | '{' | '[' | '"' | '\'' => true,
                ':' => name,
                _ => c.is_control(),
            };
            if ends {
                break;
            }
            self.next();
        }
        let token = self
            .text
            .get(start..self.position)
            .unwrap_or_default()
            .trim();
        if !name && is_json(token) {
            self.out.push_str(token);
            return;
        }
        if name {
            self.counts.names += 1;
        } else {
            self.counts.values += 1;
        }
        self.out.push('"');
        for c in token.chars() {
            match c {
                '\\' => self.out.push_str("\\\\"),
                _ => self.put(c),
            }
        }
        self.out.push('"');
    }
}

/// A word or number as JSON has them, and of a size that it can hold.
fn is_json(token: &str) -> bool {
    matches!(token, "true" | "false" | "null") || {
        let number = token.strip_prefix('-').unwrap_or(token).as_bytes();
        let digits = |from: &[u8]| from.iter().take_while(|b| b.is_ascii_digit()).count();
        let whole = digits(number);
        if whole == 0 || whole > 18 || (whole > 1 && number[0] == b'0') {
            return false;
        }
        match &number[whole..] {
            [] => true,
            [b'.', fraction @ ..] => !fraction.is_empty() && digits(fraction) == fraction.len(),
            // An exponent is nothing that panels write.
            _ => false,
        }
    }
}
