//! Reports to bytes.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write as _};

use super::error::EncodeError;
use super::report::{Form, Report};
use crate::checksum::{contact_id_digit, fletcher_256};

/// Bytes of the report in this form.
#[must_use]
pub const fn encoded_len(report: &Report<'_>, form: Form) -> usize {
    // Behind the account: a space, 18, Q, XYZ, GG, CCC and the checksum.
    report.account.as_bytes().len()
        + match form {
            Form::Bracket => 2 + 1 + 11 + 4,
            Form::ShortMessage => 1 + 11 + 4 + 4,
            Form::Angle => 2 + 1 + 11 + 4 + 1,
        }
}

/// Writes a report behind what the buffer holds.
///
/// # Errors
///
/// [`EncodeError`]; nothing is written then.
pub fn encode(report: &Report<'_>, form: Form, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let start = out.len();
    out.resize(start + encoded_len(report, form), 0);
    match encode_into(report, form, &mut out[start..]) {
        Ok(_) => Ok(()),
        Err(error) => {
            out.truncate(start);
            Err(error)
        }
    }
}

/// Writes a report at the start of a buffer and returns its length.
///
/// ```
/// use climax_rf::contact_id::*;
///
/// let report = Report {
///     account: Account::new("4711")?,
///     message_type: MessageType::Standard,
///     event: ContactId {
///         qualifier: Qualifier::EVENT,
///         code: EventCode::new(101).unwrap(),
///         group: Group::new(1).unwrap(),
///         zone: Zone::new(5).unwrap(),
///     },
/// };
/// let mut buffer = [0; 64];
/// let length = encode_into(&report, Form::Bracket, &mut buffer)?;
/// assert_eq!(&buffer[..length], b"[4711 18110101005FF0F]");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`EncodeError`]; nothing is written then.
pub fn encode_into(
    report: &Report<'_>,
    form: Form,
    buffer: &mut [u8],
) -> Result<usize, EncodeError> {
    if !report.account.is_writable() {
        return Err(EncodeError::Account);
    }
    let needed = encoded_len(report, form);
    let mut text = [0; LONGEST];
    let mut out = Text {
        bytes: &mut text,
        length: 0,
    };
    write_report(report, form, &mut out)?;
    let length = out.length;
    debug_assert_eq!(length, needed);
    match buffer.get_mut(..length) {
        Some(place) => {
            place.copy_from_slice(&text[..length]);
            Ok(length)
        }
        None => Err(EncodeError::BufferTooSmall { needed }),
    }
}

/// Writes a report as a text of its own.
///
/// # Errors
///
/// [`EncodeError`].
pub fn encode_to_string(report: &Report<'_>, form: Form) -> Result<String, EncodeError> {
    let mut text = [0; LONGEST];
    let length = encode_into(report, form, &mut text)?;
    Ok(text[..length].iter().copied().map(char::from).collect())
}

/// The longest account in the longest form.
const LONGEST: usize = super::Account::LONGEST + 20;

struct Text<'b> {
    bytes: &'b mut [u8],
    length: usize,
}

impl Text<'_> {
    fn put(&mut self, bytes: &[u8]) -> fmt::Result {
        let place = self
            .bytes
            .get_mut(self.length..self.length + bytes.len())
            .ok_or(fmt::Error)?;
        place.copy_from_slice(bytes);
        self.length += bytes.len();
        Ok(())
    }
}

impl fmt::Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.put(text.as_bytes())
    }
}

fn write_report(report: &Report<'_>, form: Form, out: &mut Text<'_>) -> Result<(), EncodeError> {
    let too_small = |_: fmt::Error| EncodeError::BufferTooSmall {
        needed: encoded_len(report, form),
    };
    let gap: &[u8] = if form.gap() == 0 { b"" } else { b" " };
    let (open, close) = match form.delimiters() {
        Some((open, close)) => ([open], [close]),
        None => ([0], [0]),
    };
    let delimited = usize::from(form.delimiters().is_some());
    out.put(&open[..delimited]).map_err(too_small)?;
    let start = out.length;
    let event = &report.event;
    let mut body = || -> fmt::Result {
        out.put(report.account.as_bytes())?;
        out.put(b" ")?;
        out.put(&report.message_type.digits())?;
        out.put(gap)?;
        write!(out, "{}{}", event.qualifier, event.code)?;
        out.put(gap)?;
        write!(out, "{}", event.group)?;
        out.put(gap)?;
        write!(out, "{}", event.zone)
    };
    body().map_err(too_small)?;
    let summed = &out.bytes[start..out.length];
    match form {
        Form::Angle => {
            let digit = contact_id_digit(summed).ok_or(EncodeError::CheckDigit)?;
            out.put(gap)
                .and_then(|()| out.put(&[digit]))
                .map_err(too_small)?;
        }
        Form::Bracket | Form::ShortMessage => {
            let sum = fletcher_256(summed);
            out.put(gap)
                .and_then(|()| write!(out, "{sum:04X}"))
                .map_err(too_small)?;
        }
    }
    out.put(&close[..delimited]).map_err(too_small)
}
