//! Bytes to frames.

use core::fmt;

use super::error::{DecodeError, DecodeErrorKind};
use super::frame::{Clear, Content, CrcForm, Frame, Number, Sequence, Token};
use super::options::DecodeOptions;
use super::timestamp::Timestamp;
use super::warning::{WarningKind, Warnings};
use crate::checksum::crc_16_arc;
use crate::contact_id::{Account, hexadecimal};
use crate::mode::Mode;

/// Bytes of a body, from the quote to before CR (Climax reference 5.4).
pub const LONGEST_BODY: usize = 1024;
/// Bytes of a frame, from LF to CR.
pub const LONGEST_FRAME: usize = 1 + 4 + 4 + LONGEST_BODY + 1;

pub(super) const LF: u8 = 0x0A;
pub(super) const CR: u8 = 0x0D;

/// A frame together with everything that reading it brought to light.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decoded<'a> {
    /// What it says.
    pub frame: Frame<'a>,
    /// How the CRC stood in it; it was right.
    pub crc_form: CrcForm,
    /// It came encrypted. Its content is clear when it was decrypted.
    pub encrypted: bool,
    /// Every deviation that was tolerated.
    pub warnings: Warnings,
    /// LF to CR as received.
    pub raw: &'a [u8],
    /// SEQ up to before the opening bracket, which an answer repeats.
    pub(super) header: &'a [u8],
}

impl fmt::Debug for Decoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoded")
            .field("frame", &self.frame)
            .field("crc_form", &self.crc_form)
            .field("encrypted", &self.encrypted)
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

/// Reads one complete frame, LF to CR: a datagram, for instance. Zero bytes may follow. Nothing is
/// allocated.
///
/// ```
/// use climax_rf::dc09::{DecodeOptions, Token, decode};
///
/// let frame = b"\n47CC0027\"ADM-CID\"0042L0#4711[#4711|1101 01 005]\r";
/// let decoded = decode(frame, &DecodeOptions::lenient())?;
/// assert_eq!(decoded.frame.token, Token::AdmCid);
/// assert_eq!(decoded.frame.sequence.get(), 42);
/// # Ok::<(), climax_rf::dc09::DecodeError>(())
/// ```
///
/// # Errors
///
/// A [`DecodeError`] with the place.
pub fn decode<'a>(bytes: &'a [u8], options: &DecodeOptions) -> Result<Decoded<'a>, DecodeError> {
    let decoded = decode_prefix(bytes, options);
    // Looked at in its place: it is large, and moving it would cost a tenth of a link test.
    if let Ok(Decoded { raw, .. }) = &decoded {
        let end = raw.len();
        if let Some(more) = bytes[end..].iter().position(|&byte| byte != 0) {
            return Err(error(DecodeErrorKind::TrailingBytes, end + more));
        }
    }
    decoded
}

/// Reads the frame that the bytes start with, whatever follows it. The length of
/// [`Decoded::raw`] says where it ended.
///
/// # Errors
///
/// A [`DecodeError`]; [`DecodeErrorKind::Truncated`] when more bytes are needed.
pub fn decode_prefix<'a>(
    bytes: &'a [u8],
    options: &DecodeOptions,
) -> Result<Decoded<'a>, DecodeError> {
    let envelope = Envelope::find(bytes)?;
    let raw = &bytes[..envelope.length];
    let crc = &raw[1..=envelope.form.width()];
    let body_start = raw.len() - 1 - envelope.body;
    let body = &raw[body_start..raw.len() - 1];
    let received = match envelope.form {
        CrcForm::Raw => Some(u16::from_be_bytes([crc[0], crc[1]])),
        CrcForm::Hexadecimal => hexadecimal(crc),
    };
    if received != Some(crc_16_arc(body)) {
        return Err(error(DecodeErrorKind::Crc, 1));
    }
    let mut reader = Reader {
        bytes: raw,
        at: body_start,
        end: raw.len() - 1,
        strict: options.mode == Mode::Strict,
        warnings: Warnings::NONE,
    };
    let before = &raw[1..body_start];
    let digits = match envelope.form {
        CrcForm::Raw => &before[2..],
        CrcForm::Hexadecimal => before,
    };
    reader.upper_case(digits, body_start - digits.len())?;
    let (frame, header) = reader.frame()?;
    Ok(Decoded {
        frame,
        crc_form: envelope.form,
        encrypted: matches!(frame.content, Content::Encrypted(_)),
        warnings: reader.warnings,
        raw,
        header,
    })
}

const fn error(kind: DecodeErrorKind, offset: usize) -> DecodeError {
    DecodeError { kind, offset }
}

/// Where a frame ends, by its length alone: a CR may be part of a raw CRC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Envelope {
    pub(super) form: CrcForm,
    /// Bytes of the body.
    body: usize,
    /// LF to CR.
    pub(super) length: usize,
}

impl Envelope {
    /// Finds the end of the frame at the start of the bytes and looks for its CR.
    ///
    /// The two forms never fit both: where one has its quote the other has a digit of its length.
    pub(super) fn find(bytes: &[u8]) -> Result<Self, DecodeError> {
        match bytes.first() {
            None => return Err(error(DecodeErrorKind::Truncated { needed: 8 }, 0)),
            Some(&LF) => {}
            Some(_) => return Err(error(DecodeErrorKind::LineFeedMissing, 0)),
        }
        for form in [CrcForm::Raw, CrcForm::Hexadecimal] {
            let quote = 1 + form.width() + 4;
            let Some(length) = bytes.get(quote - 4..quote) else {
                return Err(error(
                    DecodeErrorKind::Truncated { needed: quote + 1 },
                    bytes.len(),
                ));
            };
            if form == CrcForm::Hexadecimal && bytes[1..quote - 4].contains(&LF) {
                // A stray LF before a raw frame, whose own LF is among these.
                break;
            }
            // The quote first: of the two forms one is mostly told by it alone.
            let last = bytes.get(quote);
            if last.is_some_and(|&byte| byte != b'"') {
                continue;
            }
            match (last, hexadecimal(length)) {
                (Some(_), Some(body)) => return Self::of(bytes, form, usize::from(body)),
                (None, Some(_)) => {
                    let needed = quote + 1;
                    return Err(error(DecodeErrorKind::Truncated { needed }, bytes.len()));
                }
                // The shorter form does not fit; the longer one may.
                (_, None) => {}
            }
        }
        Err(error(DecodeErrorKind::NoFrame, 0))
    }

    fn of(bytes: &[u8], form: CrcForm, body: usize) -> Result<Self, DecodeError> {
        let start = 1 + form.width() + 4;
        if body > LONGEST_BODY {
            return Err(error(DecodeErrorKind::TooLong, start - 4));
        }
        let length = start + body + 1;
        match bytes.get(length - 1) {
            None => Err(error(
                DecodeErrorKind::Truncated { needed: length },
                bytes.len(),
            )),
            Some(&CR) => Ok(Envelope { form, body, length }),
            Some(_) => Err(error(DecodeErrorKind::CarriageReturnMissing, length - 1)),
        }
    }
}

/// Reads what stands behind the `|` that ends the padding of decrypted text. Offsets count from the start of `text`.
#[cfg(feature = "aes")]
pub(super) fn read_clear<'a>(
    text: &'a [u8],
    strict: bool,
    warnings: &mut Warnings,
) -> Result<Clear<'a>, DecodeError> {
    let mut reader = Reader {
        bytes: text,
        at: 0,
        end: text.len(),
        strict,
        warnings: *warnings,
    };
    let clear = reader.clear()?;
    *warnings = reader.warnings;
    Ok(clear)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
    strict: bool,
    warnings: Warnings,
}

impl<'a> Reader<'a> {
    fn error(&self, kind: DecodeErrorKind) -> DecodeError {
        error(kind, self.at)
    }

    fn deviation(&mut self, kind: WarningKind, offset: usize) -> Result<(), DecodeError> {
        if self.strict && !kind.is_allowed_when_strict() {
            return Err(error(DecodeErrorKind::Deviation(kind), offset));
        }
        self.warnings.add(kind, offset);
        Ok(())
    }

    fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..self.end]
    }

    fn upper_case(&mut self, digits: &[u8], offset: usize) -> Result<(), DecodeError> {
        match digits.iter().position(u8::is_ascii_lowercase) {
            Some(at) => self.deviation(WarningKind::LowerCase, offset + at),
            None => Ok(()),
        }
    }

    /// Takes a byte if it is the next one.
    fn takes(&mut self, byte: u8) -> bool {
        let is_next = self.rest().first() == Some(&byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn frame(&mut self) -> Result<(Frame<'a>, &'a [u8]), DecodeError> {
        let (token, encrypted) = self.token()?;
        let start = self.at;
        let sequence = self.sequence(token)?;
        let receiver = self.number(b'R')?;
        let line = self.line(token)?;
        if line.is_none() {
            self.deviation(WarningKind::LineMissing, self.at)?;
        }
        let account = self.account(token)?;
        let header = &self.bytes[start..self.at];
        if !self.takes(b'[') {
            return Err(self.error(DecodeErrorKind::BracketMissing));
        }
        let content = if encrypted {
            Content::Encrypted(self.encrypted()?)
        } else {
            Content::Clear(self.clear()?)
        };
        let frame = Frame {
            token,
            sequence,
            receiver,
            line,
            account,
            content,
        };
        Ok((frame, header))
    }

    fn token(&mut self) -> Result<(Token<'a>, bool), DecodeError> {
        self.at += 1;
        let start = self.at;
        let end = memchr::memchr(b'"', self.rest());
        let text = end.map(|end| &self.rest()[..end]);
        let (text, encrypted) = match text {
            Some([b'*', text @ ..]) => (text, true),
            Some(text) => (text, false),
            None => (&[][..], false),
        };
        if text.is_empty() {
            return Err(self.error(DecodeErrorKind::Token));
        }
        self.at += usize::from(encrypted) + text.len() + 1;
        let token = Token::from_bytes(text);
        if let Token::Other(_) = token {
            self.deviation(WarningKind::UnknownToken, start)?;
        }
        Ok((token, encrypted))
    }

    fn sequence(&mut self, token: Token<'_>) -> Result<Sequence, DecodeError> {
        let digits = self.rest().first_chunk::<4>();
        let number = digits
            .filter(|digits| digits.iter().all(u8::is_ascii_digit))
            .map(|digits| {
                digits
                    .iter()
                    .fold(0, |number, digit| number * 10 + u16::from(digit - b'0'))
            });
        let Some(sequence) = number.and_then(Sequence::new) else {
            return Err(self.error(DecodeErrorKind::Sequence));
        };
        let is_zero = sequence == Sequence::ZERO;
        let fits = match token {
            Token::Null | Token::Nak => is_zero,
            // The answer to a link test has its number.
            Token::Ack | Token::Duh | Token::Other(_) => true,
            Token::SiaDcs | Token::AdmCid => !is_zero,
        };
        if !fits {
            self.deviation(WarningKind::UnusualSequence, self.at)?;
        }
        self.at += 4;
        Ok(sequence)
    }

    fn line(&mut self, token: Token<'_>) -> Result<Option<Number>, DecodeError> {
        // In R0L0A0 of a NAK the A begins the account and is no digit.
        let is_digit =
            |byte: &u8| byte.is_ascii_hexdigit() && (token != Token::Nak || *byte != b'A');
        self.number_of(b'L', is_digit)
    }

    fn number(&mut self, letter: u8) -> Result<Option<Number>, DecodeError> {
        self.number_of(letter, u8::is_ascii_hexdigit)
    }

    fn number_of(
        &mut self,
        letter: u8,
        is_digit: impl Fn(&u8) -> bool,
    ) -> Result<Option<Number>, DecodeError> {
        if !self.takes(letter) {
            return Ok(None);
        }
        let rest = self.rest();
        let digits = rest.iter().take_while(|byte| is_digit(byte)).count();
        let Some(number) = Number::from_digits(&rest[..digits]) else {
            return Err(self.error(DecodeErrorKind::Number));
        };
        self.upper_case(&rest[..digits], self.at)?;
        self.at += digits;
        Ok(Some(number))
    }

    fn account(&mut self, token: Token<'_>) -> Result<Option<Account<'a>>, DecodeError> {
        if token == Token::Nak {
            // A NAK names no account: R0 L0 A0.
            self.number(b'A')?;
        }
        if !self.takes(b'#') {
            return Ok(None);
        }
        let start = self.at;
        let rest = self.rest();
        let length = memchr::memchr(b'[', rest).unwrap_or(rest.len());
        if length == 0 {
            self.deviation(WarningKind::UnusualAccount, start)?;
            return Ok(None);
        }
        let text = &rest[..length];
        if !(3..=16).contains(&length) || !text.iter().all(u8::is_ascii_hexdigit) {
            self.deviation(WarningKind::UnusualAccount, start)?;
        }
        self.at += length;
        Ok(Some(Account::received(text)))
    }

    fn encrypted(&mut self) -> Result<&'a [u8], DecodeError> {
        let text = self.rest();
        let whole = !text.is_empty() && text.len() % 32 == 0;
        if !whole || !text.iter().all(u8::is_ascii_hexdigit) {
            return Err(self.error(DecodeErrorKind::EncryptedText));
        }
        self.upper_case(text, self.at)?;
        self.at = self.end;
        Ok(text)
    }

    fn clear(&mut self) -> Result<Clear<'a>, DecodeError> {
        let rest = self.rest();
        let Some(end) = memchr::memchr(b']', rest) else {
            return Err(self.error(DecodeErrorKind::BracketOpen));
        };
        let data = &rest[..end];
        self.at += end + 1;
        let start = self.at;
        while self.rest().first() == Some(&b'[') {
            match memchr::memchr(b']', self.rest()) {
                Some(end) => self.at += end + 1,
                None => break,
            }
        }
        let extended = &self.bytes[start..self.at];
        let mut timestamp = None;
        let behind = self.rest();
        if behind.first() == Some(&b'_') {
            let length = behind.len().min(Timestamp::LENGTH);
            timestamp = Timestamp::from_bytes(&behind[..length]);
            if timestamp.is_none() {
                self.deviation(WarningKind::TimestampInvalid, self.at)?;
            }
            self.at += length;
        }
        if !self.rest().is_empty() {
            self.deviation(WarningKind::TrailingData, self.at)?;
        }
        Ok(Clear {
            data,
            extended,
            timestamp,
        })
    }
}
