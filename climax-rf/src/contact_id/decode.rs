//! Bytes to reports.

use core::fmt;

use super::error::{DecodeError, DecodeErrorKind};
use super::options::DecodeOptions;
use super::report::{Checksum, Form, MessageType, Report};
use super::warning::{WarningKind, Warnings};
use super::{Account, ContactId, LONGEST_MESSAGE, Oddity, Unreadable, hexadecimal, read_event};
use crate::checksum::{contact_id_digit, fletcher_256};
use crate::mode::Mode;

/// A report together with everything that reading it brought to light.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decoded<'a> {
    /// What it says.
    pub report: Report<'a>,
    /// The text around it.
    pub form: Form,
    /// Its check.
    pub checksum: Checksum,
    /// Every deviation that was tolerated.
    pub warnings: Warnings,
    /// The bytes as they were given.
    pub raw: &'a [u8],
}

impl fmt::Debug for Decoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoded")
            .field("report", &self.report)
            .field("form", &self.form)
            .field("checksum", &self.checksum)
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

/// Reads `[ACCT 18QXYZGGCCCSSSS]` (Climax reference 5.2). Nothing is allocated.
///
/// ```
/// use climax_rf::contact_id::{DecodeOptions, decode_bracket};
///
/// let decoded = decode_bracket(b"[4711 18110101005FF0F]", &DecodeOptions::lenient())?;
/// assert_eq!(decoded.report.account.as_str(), Some("4711"));
/// assert_eq!(decoded.report.event.to_string(), "1101 01 005");
/// assert!(decoded.checksum.is_right());
/// # Ok::<(), climax_rf::contact_id::DecodeError>(())
/// ```
///
/// # Errors
///
/// A [`DecodeError`] with the place.
pub fn decode_bracket<'a>(
    bytes: &'a [u8],
    options: &DecodeOptions,
) -> Result<Decoded<'a>, DecodeError> {
    decode(bytes, Form::Bracket, options)
}

/// Reads `ACCT 18 QXYZ GG CCC SSSS` (Climax reference 5.3).
///
/// # Errors
///
/// A [`DecodeError`] with the place.
pub fn decode_sms<'a>(
    bytes: &'a [u8],
    options: &DecodeOptions,
) -> Result<Decoded<'a>, DecodeError> {
    decode(bytes, Form::ShortMessage, options)
}

/// Reads `<ACCT 18 QXYZ GG CCC K>`, with or without the angles (Climax reference 5.3).
///
/// # Errors
///
/// A [`DecodeError`] with the place.
pub fn decode_angle<'a>(
    bytes: &'a [u8],
    options: &DecodeOptions,
) -> Result<Decoded<'a>, DecodeError> {
    decode(bytes, Form::Angle, options)
}

/// Reads a report of the given form.
///
/// # Errors
///
/// A [`DecodeError`] with the place.
pub fn decode<'a>(
    bytes: &'a [u8],
    form: Form,
    options: &DecodeOptions,
) -> Result<Decoded<'a>, DecodeError> {
    let mut reader = Reader {
        bytes,
        at: 0,
        end: bytes.len(),
        strict: options.mode == Mode::Strict,
        warnings: Warnings::NONE,
    };
    reader.surroundings()?;
    reader.delimiters(form)?;
    if reader.end - reader.at > LONGEST_MESSAGE {
        return Err(reader.error(DecodeErrorKind::TooLong));
    }

    reader.spaces(0)?;
    let start = reader.at;
    let account = reader.account()?;
    reader.spaces(1)?;
    let message_type = reader.message_type()?;
    let event = reader.event(form)?;
    let summed = &bytes[start..reader.at];

    let checksum = match form {
        Form::Angle => reader.check_digit(form, contact_id_digit(summed))?,
        Form::Bracket | Form::ShortMessage => reader.fletcher(form, fletcher_256(summed))?,
    };
    let wrong = match checksum {
        Checksum::Fletcher { received, computed } => received.is_some_and(|r| r != computed),
        Checksum::Digit { received, computed } => {
            received.is_some() && computed.is_some() && received != computed
        }
    };
    if wrong {
        let accepted = options.accept_wrong_checksum && !reader.strict;
        if !accepted {
            return Err(reader.error(DecodeErrorKind::ChecksumWrong));
        }
        reader.warnings.add(WarningKind::ChecksumWrong, reader.at);
    }
    Ok(Decoded {
        report: Report {
            account,
            message_type,
            event,
        },
        form,
        checksum,
        warnings: reader.warnings,
        raw: bytes,
    })
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
        DecodeError {
            kind,
            offset: self.at,
        }
    }

    fn deviation(&mut self, kind: WarningKind, offset: usize) -> Result<(), DecodeError> {
        if self.strict && !kind.is_allowed_when_strict() {
            return Err(DecodeError {
                kind: DecodeErrorKind::Deviation(kind),
                offset,
            });
        }
        self.warnings.add(kind, offset);
        Ok(())
    }

    fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..self.end]
    }

    fn surroundings(&mut self) -> Result<(), DecodeError> {
        let meaningless = |byte: u8| matches!(byte, b'\r' | b'\n' | b'\0' | b'\t' | b' ');
        while self.rest().first().is_some_and(|&byte| meaningless(byte)) {
            self.deviation(WarningKind::Surroundings, self.at)?;
            self.at += 1;
        }
        while self.rest().last().is_some_and(|&byte| meaningless(byte)) {
            self.deviation(WarningKind::Surroundings, self.end - 1)?;
            self.end -= 1;
        }
        Ok(())
    }

    fn delimiters(&mut self, form: Form) -> Result<(), DecodeError> {
        let Some((open, close)) = form.delimiters() else {
            return Ok(());
        };
        let rest = self.rest();
        match (rest.first() == Some(&open), rest.last() == Some(&close)) {
            (true, true) if rest.len() >= 2 => {
                self.at += 1;
                self.end -= 1;
                Ok(())
            }
            (false, false) if form == Form::Angle => {
                self.deviation(WarningKind::DelimitersMissing, self.at)
            }
            _ => Err(self.error(DecodeErrorKind::DelimitersMissing)),
        }
    }

    fn spaces(&mut self, expected: usize) -> Result<(), DecodeError> {
        let start = self.at;
        while self.rest().first() == Some(&b' ') {
            self.at += 1;
        }
        if self.at - start == expected {
            return Ok(());
        }
        self.deviation(WarningKind::Spaces, start)
    }

    fn account(&mut self) -> Result<Account<'a>, DecodeError> {
        let start = self.at;
        let length = memchr::memchr(b' ', self.rest()).unwrap_or(0);
        if length == 0 {
            return Err(self.error(DecodeErrorKind::AccountMissing));
        }
        self.at += length;
        let account = Account::received(&self.bytes[start..self.at]);
        if !account.is_writable() {
            self.deviation(WarningKind::UnusualAccount, start)?;
        }
        Ok(account)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        match self.rest().first_chunk::<N>() {
            Some(chunk) => {
                self.at += N;
                Ok(*chunk)
            }
            None => Err(self.error(DecodeErrorKind::Truncated)),
        }
    }

    fn message_type(&mut self) -> Result<MessageType, DecodeError> {
        let start = self.at;
        let found = MessageType::from_digits(self.take()?).ok_or(DecodeError {
            kind: DecodeErrorKind::MessageType,
            offset: start,
        })?;
        if found == MessageType::Alternative {
            self.deviation(WarningKind::AlternativeMessageType, start)?;
        }
        Ok(found)
    }

    fn event(&mut self, form: Form) -> Result<ContactId, DecodeError> {
        let start = self.at;
        let (event, length) = read_event(self.rest(), [form.gap(); 3], |oddity, at| {
            let kind = match oddity {
                Oddity::Spaces => WarningKind::Spaces,
                Oddity::LowerCase => WarningKind::LowerCase,
                Oddity::LetterA => WarningKind::LetterA,
                Oddity::UnusualQualifier => WarningKind::UnusualQualifier,
            };
            self.deviation(kind, start + at).map_err(Stop::Refused)
        })
        .map_err(|stop| match stop {
            Stop::Refused(error) => error,
            Stop::Unreadable(Unreadable::Truncated(at)) => DecodeError {
                kind: DecodeErrorKind::Truncated,
                offset: start + at,
            },
            Stop::Unreadable(Unreadable::Digit(at)) => DecodeError {
                kind: DecodeErrorKind::InvalidDigit,
                offset: start + at,
            },
        })?;
        self.at += length;
        Ok(event)
    }

    /// What follows the zone; `None` when nothing does.
    fn check(&mut self, form: Form) -> Result<Option<&'a [u8]>, DecodeError> {
        let start = self.at;
        let mut text = self.rest();
        while let [b' ', rest @ ..] = text {
            text = rest;
            self.at += 1;
        }
        let spaces = self.at - start;
        while let [rest @ .., b' '] = text {
            self.deviation(WarningKind::Spaces, self.at + rest.len())?;
            text = rest;
        }
        if text.is_empty() {
            self.deviation(WarningKind::ChecksumMissing, start)?;
            return Ok(None);
        }
        if spaces != form.gap() {
            self.deviation(WarningKind::Spaces, start)?;
        }
        if text.iter().any(u8::is_ascii_lowercase) {
            self.deviation(WarningKind::LowerCase, self.at)?;
        }
        Ok(Some(text))
    }

    fn fletcher(&mut self, form: Form, computed: u16) -> Result<Checksum, DecodeError> {
        let mut received = None;
        if let Some(text) = self.check(form)? {
            let value = hexadecimal(text).ok_or(self.error(DecodeErrorKind::InvalidDigit))?;
            if text.len() == 4 {
                received = Some(value);
            } else {
                self.deviation(WarningKind::ChecksumShort, self.at)?;
            }
        }
        Ok(Checksum::Fletcher { received, computed })
    }

    fn check_digit(&mut self, form: Form, computed: Option<u8>) -> Result<Checksum, DecodeError> {
        let received = match self.check(form)? {
            None => None,
            Some(&[digit]) if digit.is_ascii_hexdigit() => Some(match digit {
                // Ten is printed 0; its other name counts the same.
                b'A' | b'a' => b'0',
                digit => digit.to_ascii_uppercase(),
            }),
            Some(_) => return Err(self.error(DecodeErrorKind::InvalidDigit)),
        };
        if computed.is_none() {
            self.deviation(WarningKind::CheckDigitUnknown, 0)?;
        }
        Ok(Checksum::Digit { received, computed })
    }
}

/// Why the digits were not read to their end.
enum Stop {
    Refused(DecodeError),
    Unreadable(Unreadable),
}

impl From<Unreadable> for Stop {
    fn from(unreadable: Unreadable) -> Self {
        Stop::Unreadable(unreadable)
    }
}
