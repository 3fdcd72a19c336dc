//! Where the lines of a head are: one pass, no copies.

use bytes::Bytes;
use memchr::memchr;

use super::{HeaderName, SipError, SipLimits};

/// A range of bytes. Heads are far below 4 GiB: [`Layout::scan`] sees to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    fn new(start: usize, end: usize) -> Self {
        Self {
            start: narrow(start),
            end: narrow(end),
        }
    }

    pub(crate) fn of(self, text: &[u8]) -> &[u8] {
        text.get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }
}

pub(crate) fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) name: HeaderName,
    pub(crate) label: Span,
    pub(crate) value: Span,
}

/// The lines of one head by position.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    pub(crate) start_line: Span,
    pub(crate) fields: Vec<Field>,
    pub(crate) ignored: Vec<u32>,
    pub(crate) bare_line_feed: bool,
    pub(crate) body_start: usize,
    folds: Vec<Span>,
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

pub(crate) fn is_control(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\t') || byte == 0x7f
}

/// Token characters (RFC 3261 25.1).
pub(crate) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte)
}

/// The range without blanks at either end, as positions in `text`.
fn trimmed(text: &[u8], start: usize, end: usize) -> Span {
    let line = text.get(start..end).unwrap_or_default();
    let Some(first) = line.iter().position(|&b| !is_blank(b)) else {
        return Span::new(end, end);
    };
    let last = line.iter().rposition(|&b| !is_blank(b)).unwrap_or(first);
    Span::new(start + first, start + last + 1)
}

impl Layout {
    /// Reads the lines from `start` to the empty line. On an error what was read so far stays.
    pub(crate) fn scan(
        &mut self,
        text: &[u8],
        start: usize,
        limits: &SipLimits,
    ) -> Result<(), SipError> {
        let head_limit = limits.head.min(u32::MAX as usize / 2);
        let mut at = start;
        let mut lines = 0_usize;
        // Continuation lines of an ignored header are ignored with it.
        let mut field_open = false;
        loop {
            let rest = text.get(at..).unwrap_or_default();
            let Some(length) = memchr(b'\n', rest) else {
                return Err(if text.len() - start > head_limit {
                    SipError::HeadTooLarge { limit: limits.head }
                } else {
                    SipError::HeadUnterminated {
                        length: text.len() - start,
                    }
                });
            };
            let next = at + length + 1;
            if next - start > head_limit {
                return Err(SipError::HeadTooLarge { limit: limits.head });
            }
            let mut end = at + length;
            if end > at && text[end - 1] == b'\r' {
                end -= 1;
            } else {
                self.bare_line_feed = true;
            }
            if end == at {
                self.body_start = next;
                return Ok(());
            }
            if lines == 0 {
                self.start_line = Span::new(at, end);
            } else if lines > limits.headers {
                return Err(SipError::TooManyHeaders {
                    limit: limits.headers,
                });
            } else if is_blank(text[at]) {
                if field_open && !self.continue_field(text, at, end) {
                    field_open = false;
                }
            } else {
                field_open = self.open_field(text, at, end);
                if !field_open {
                    self.ignored.push(narrow(at));
                }
            }
            lines += 1;
            at = next;
        }
    }

    fn open_field(&mut self, text: &[u8], at: usize, end: usize) -> bool {
        let line = &text[at..end];
        let Some(colon) = memchr(b':', line) else {
            return false;
        };
        let label = trimmed(text, at, at + colon);
        let name = label.of(text);
        if name.is_empty()
            || !name.iter().copied().all(is_token)
            || line.iter().copied().any(is_control)
        {
            return false;
        }
        self.fields.push(Field {
            name: HeaderName::from_bytes(name),
            label,
            value: trimmed(text, at + colon + 1, end),
        });
        true
    }

    fn continue_field(&mut self, text: &[u8], at: usize, end: usize) -> bool {
        if text[at..end].iter().copied().any(is_control) {
            if let Some(field) = self.fields.pop() {
                self.ignored.push(field.label.start);
            }
            return false;
        }
        let more = trimmed(text, at, end);
        if let Some(field) = self.fields.last_mut() {
            if field.value.start == field.value.end {
                field.value = more;
            } else if more.start < more.end {
                self.folds.push(Span {
                    start: field.value.end,
                    end: more.start,
                });
                field.value.end = more.end;
            }
        }
        true
    }

    /// Joins the positions with the bytes. Folds become blanks in a copy of the same length, so that every
    /// position stays true; without folds nothing is copied.
    pub(crate) fn settle(self, raw: &Bytes) -> Head {
        let text = if self.folds.is_empty() {
            raw.clone()
        } else {
            let end = self
                .fields
                .iter()
                .map(|field| field.value.end as usize)
                .max()
                .unwrap_or_default();
            let mut copy = raw.get(..end).unwrap_or(raw).to_vec();
            for fold in &self.folds {
                if let Some(gap) = copy.get_mut(fold.start as usize..fold.end as usize) {
                    gap.fill(b' ');
                }
            }
            Bytes::from(copy)
        };
        Head {
            text,
            start_line: self.start_line,
            fields: self.fields,
        }
    }
}

/// The head of one message: its bytes, unfolded, and where the fields are.
#[derive(Clone)]
pub(crate) struct Head {
    pub(crate) text: Bytes,
    pub(crate) start_line: Span,
    pub(crate) fields: Vec<Field>,
}

impl Head {
    pub(crate) fn value(&self, field: &Field) -> &[u8] {
        field.value.of(&self.text)
    }

    pub(crate) fn field(&self, name: HeaderName) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    pub(crate) fn first(&self, name: HeaderName) -> Option<&[u8]> {
        self.field(name).map(|field| self.value(field))
    }

    pub(crate) fn start_line(&self) -> &[u8] {
        self.start_line.of(&self.text)
    }
}
