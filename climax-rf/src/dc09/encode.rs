//! Frames to bytes.

use alloc::vec::Vec;

use super::decode::{CR, LF, LONGEST_BODY};
use super::error::EncodeError;
use super::frame::{Clear, Content, CrcForm, Frame, Token};
use crate::checksum::crc_16_arc;

/// Writes a frame, LF to CR, behind what the buffer holds.
///
/// ```
/// use climax_rf::dc09::*;
///
/// let test = Frame {
///     token: Token::Null,
///     sequence: Sequence::ZERO,
///     receiver: None,
///     line: Some(Number::ZERO),
///     account: Some("4711".try_into()?),
///     content: Content::Clear(Clear::default()),
/// };
/// let mut out = Vec::new();
/// encode(&test, CrcForm::Hexadecimal, &mut out)?;
/// assert_eq!(out, b"\nF22F0013\"NULL\"0000L0#4711[]\r");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`EncodeError`]; nothing is written then.
pub fn encode(frame: &Frame<'_>, form: CrcForm, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    check(frame)?;
    let write = |out: &mut Vec<u8>| {
        put_token(
            frame.token,
            matches!(frame.content, Content::Encrypted(_)),
            out,
        );
        out.extend(digits(frame.sequence.get()));
        for (letter, number) in [(b'R', frame.receiver), (b'L', frame.line)] {
            if let Some(number) = number {
                out.push(letter);
                out.extend_from_slice(number.as_bytes());
            }
        }
        match frame.account {
            Some(account) => {
                out.push(b'#');
                out.extend_from_slice(account.as_bytes());
            }
            None if frame.token == Token::Nak => out.extend_from_slice(b"A0"),
            None => {}
        }
        put_content(&frame.content, out);
    };
    envelope(form, out, write)
}

/// Writes an answer that repeats the header of what it answers, byte for byte.
pub(super) fn encode_answer(
    token: Token<'_>,
    header: &[u8],
    content: &Content<'_>,
    form: CrcForm,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    envelope(form, out, |out| {
        put_token(token, matches!(content, Content::Encrypted(_)), out);
        out.extend_from_slice(header);
        put_content(content, out);
    })
}

/// Writes data, further data and time, without the opening bracket.
pub(super) fn put_clear(clear: &Clear<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(clear.data);
    out.push(b']');
    out.extend_from_slice(clear.extended);
    if let Some(timestamp) = clear.timestamp {
        out.extend(timestamp.to_bytes());
    }
}

/// Whether data can stand between brackets, and further data is in brackets of its own.
pub(super) fn check_clear(clear: &Clear<'_>) -> Result<(), EncodeError> {
    let plain = |byte: &u8| !matches!(byte, 0..=0x1F | b'[' | b']' | 0x7F);
    let blocks = clear.blocks();
    let whole: usize = clear.blocks().map(|block| block.len() + 2).sum();
    let clean = clear.data.iter().all(plain)
        && whole == clear.extended.len()
        && blocks.flatten().all(plain);
    if clean {
        Ok(())
    } else {
        Err(EncodeError::Data)
    }
}

fn check(frame: &Frame<'_>) -> Result<(), EncodeError> {
    if frame.account.is_some_and(|account| !account.is_writable()) {
        return Err(EncodeError::Account);
    }
    let line = frame.line.ok_or(EncodeError::LineMissing)?;
    if frame.token == Token::Nak && line.as_bytes().contains(&b'A') {
        return Err(EncodeError::NakLine);
    }
    if let Token::Other(text) = frame.token {
        let plain = |byte: &u8| byte.is_ascii_graphic() && *byte != b'"';
        let known = Token::from_bytes(text) != frame.token;
        if text.is_empty() || text[0] == b'*' || known || !text.iter().all(plain) {
            return Err(EncodeError::Token);
        }
    }
    match &frame.content {
        Content::Clear(clear) => check_clear(clear),
        Content::Encrypted(text) => {
            let whole = !text.is_empty() && text.len() % 32 == 0;
            if whole && text.iter().all(u8::is_ascii_hexdigit) {
                Ok(())
            } else {
                Err(EncodeError::EncryptedText)
            }
        }
    }
}

fn put_token(token: Token<'_>, encrypted: bool, out: &mut Vec<u8>) {
    out.push(b'"');
    if encrypted {
        out.push(b'*');
    }
    out.extend_from_slice(token.as_bytes());
    out.push(b'"');
}

fn put_content(content: &Content<'_>, out: &mut Vec<u8>) {
    out.push(b'[');
    match content {
        Content::Clear(clear) => put_clear(clear, out),
        Content::Encrypted(text) => out.extend_from_slice(text),
    }
}

/// Writes LF, CRC and length around a body.
fn envelope(
    form: CrcForm,
    out: &mut Vec<u8>,
    body: impl FnOnce(&mut Vec<u8>),
) -> Result<(), EncodeError> {
    let start = out.len();
    let body_start = start + 1 + form.width() + 4;
    out.push(LF);
    out.resize(body_start, 0);
    body(out);
    let written = &out[body_start..];
    let length = match u16::try_from(written.len()) {
        Ok(length) if usize::from(length) <= LONGEST_BODY => length,
        _ => {
            out.truncate(start);
            return Err(EncodeError::TooLong);
        }
    };
    let crc = crc_16_arc(written);
    let (crc_place, length_place) = out[start + 1..body_start].split_at_mut(form.width());
    match form {
        CrcForm::Raw => crc_place.copy_from_slice(&crc.to_be_bytes()),
        CrcForm::Hexadecimal => crc_place.copy_from_slice(&hexadecimal(crc)),
    }
    length_place.copy_from_slice(&hexadecimal(length));
    out.push(CR);
    Ok(())
}

/// Four upper-case hexadecimal digits.
fn hexadecimal(value: u16) -> [u8; 4] {
    [12, 8, 4, 0].map(|shift| b"0123456789ABCDEF"[usize::from(value >> shift & 0xF)])
}

/// Four decimal digits.
fn digits(value: u16) -> [u8; 4] {
    [1000, 100, 10, 1].map(|unit| b"0123456789"[usize::from(value / unit % 10)])
}
