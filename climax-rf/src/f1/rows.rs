//! Rows of bits as software radios print them: `{172}d555…`.

use super::bits::Bits;
use super::error::{RowError, RowErrorKind};

/// The longest row that is read: 8 KiB of bits.
pub const MAX_ROW_BITS: usize = 65_536;

/// A row as printed: a bit count in braces, then hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Row<'a> {
    bits: usize,
    digits: &'a str,
    offset: usize,
}

/// The rows of a text, for instance of one line of a log. Text around them is skipped; blanks
/// between digits and `0x` before them are taken.
///
/// ```
/// use climax_rf::f1::rows;
///
/// let mut buffer = [0; 64];
/// let line = "codes : {172}d555555514e694e685000015ad0861bf48826c127c0, {4}f";
/// let lengths: Result<Vec<usize>, _> = rows(line)
///     .map(|row| row?.read_into(&mut buffer).map(|bits| bits.len()))
///     .collect();
/// assert_eq!(lengths?, [172, 4]);
/// # Ok::<(), climax_rf::f1::RowError>(())
/// ```
#[must_use]
pub fn rows(text: &str) -> Rows<'_> {
    Rows { text, at: 0 }
}

/// Iterator over the rows of a text; see [`rows`]. Behind an error it goes on
/// with the next row.
#[derive(Clone)]
pub struct Rows<'a> {
    text: &'a str,
    at: usize,
}

impl core::fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Rows(at {})", self.at)
    }
}

impl core::fmt::Debug for Row<'_> {
    /// Without the digits, as for [`Bits`].
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Row({} bits)", self.bits)
    }
}

impl<'a> Row<'a> {
    /// The first row of a text.
    ///
    /// # Errors
    ///
    /// [`RowErrorKind::NoRow`] when there is none, otherwise what is wrong with it.
    pub fn parse(text: &'a str) -> Result<Self, RowError> {
        rows(text).next().unwrap_or(Err(RowError {
            kind: RowErrorKind::NoRow,
            offset: text.len(),
        }))
    }

    /// How many bits it has.
    #[must_use]
    pub const fn bits(&self) -> usize {
        self.bits
    }

    /// Bytes of buffer that [`read_into`](Self::read_into) needs.
    #[must_use]
    pub const fn byte_len(&self) -> usize {
        self.bits.div_ceil(8)
    }

    /// Where its `{` stands in the text.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// Its bits, in the caller's buffer.
    ///
    /// # Errors
    ///
    /// [`RowErrorKind::BufferTooSmall`].
    pub fn read_into<'b>(&self, buffer: &'b mut [u8]) -> Result<Bits<'b>, RowError> {
        let needed = self.byte_len();
        let error = RowError {
            kind: RowErrorKind::BufferTooSmall { needed },
            offset: self.offset,
        };
        let bytes = buffer.get_mut(..needed).ok_or(error)?;
        bytes.fill(0);
        let nibbles = self.digits.bytes().filter_map(nibble);
        for (index, nibble) in nibbles.take(needed * 2).enumerate() {
            let shift = if index % 2 == 0 { 4 } else { 0 };
            bytes[index / 2] |= nibble << shift;
        }
        Bits::new(bytes, self.bits).map_err(|_| error)
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = Result<Row<'a>, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (offset, count) = loop {
            let rest = self.text.get(self.at..)?;
            let brace = rest.find('{')?;
            let offset = self.at + brace;
            let inside = &rest[brace + 1..];
            self.at = offset + 1;
            // A log in JSON has braces of its own.
            if inside.trim_start().starts_with('"') {
                continue;
            }
            match inside.find(['}', '{']) {
                Some(end) if inside.as_bytes()[end] == b'}' => {
                    self.at += end + 1;
                    break (offset, inside[..end].trim());
                }
                end => {
                    self.at += end.unwrap_or(inside.len());
                    let kind = RowErrorKind::BraceOpen;
                    return Some(Err(RowError { kind, offset }));
                }
            }
        };
        let fail = |kind| Some(Err(RowError { kind, offset }));
        if count.is_empty() || !count.bytes().all(|byte| byte.is_ascii_digit()) {
            return fail(RowErrorKind::BitCount);
        }
        // Digits alone: what does not fit is too long.
        let bits = count.parse().unwrap_or(usize::MAX);
        if bits > MAX_ROW_BITS {
            let limit = MAX_ROW_BITS;
            return fail(RowErrorKind::TooLong { bits, limit });
        }

        let mut digits = &self.text[self.at..];
        let trimmed = digits.trim_start_matches(' ');
        digits = trimmed.strip_prefix("0x").unwrap_or(trimmed);
        let start = self.text.len() - digits.len();
        let needed = bits.div_ceil(4);
        let mut length = 0;
        let mut seen = 0;
        // Up to the digits needed blanks are taken; a digit that pads to a whole byte only where it
        // follows directly, and only a zero.
        for byte in digits.bytes() {
            match nibble(byte) {
                Some(_) if seen < needed => seen += 1,
                Some(0) if seen == needed && needed % 2 == 1 => seen += 1,
                Some(_) => {
                    self.at = start + length;
                    self.skip_digits();
                    return fail(RowErrorKind::TooManyDigits { bits });
                }
                None if byte == b' ' && seen < needed => {}
                None => break,
            }
            length += 1;
        }
        self.at = start + length;
        if seen < needed {
            let digits = seen;
            return fail(RowErrorKind::TooShort { bits, digits });
        }
        Some(Ok(Row {
            bits,
            digits: &digits[..length],
            offset,
        }))
    }
}

impl Rows<'_> {
    fn skip_digits(&mut self) {
        let digits = self.text[self.at..]
            .bytes()
            .take_while(u8::is_ascii_hexdigit);
        self.at += digits.count();
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}
