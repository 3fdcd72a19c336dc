//! What stands in the brackets of a frame.

use alloc::vec::Vec;
use core::fmt;

use super::error::DataError;
use super::frame::{Clear, Content, Frame, Token};
use super::options::DecodeOptions;
use super::sia::SiaData;
use super::warning::{WarningKind, Warnings};
use crate::contact_id::{Account, ContactId, Oddity, Unreadable, read_event};
use crate::mode::Mode;

/// The data of a frame, together with what reading it brought to light. Offsets of warnings count
/// from the opening bracket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Data<'a> {
    /// The account inside of the data. Where it differs from the outer one, the outer one counts.
    pub account: Option<Account<'a>>,
    /// What happened.
    pub body: Body<'a>,
    /// Every deviation that was tolerated.
    pub warnings: Warnings,
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body<'a> {
    /// Nothing: a link test or an answer.
    Empty,
    /// `ADM-CID`.
    ContactId(ContactId),
    /// `SIA-DCS`.
    Sia(SiaData<'a>),
    /// The data behind a token that is not known, the account included.
    Other(&'a [u8]),
}

impl fmt::Debug for Body<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Body::Empty => f.write_str("Empty"),
            Body::ContactId(event) => event.fmt(f),
            Body::Sia(data) => data.fmt(f),
            Body::Other(bytes) => write!(f, "Other({} bytes)", bytes.len()),
        }
    }
}

impl<'a> Frame<'a> {
    /// Reads the data in the brackets, without allocating.
    ///
    /// ```
    /// use climax_rf::dc09::{Body, DecodeOptions, decode};
    ///
    /// let options = DecodeOptions::lenient();
    /// let frame = b"\n47CC0027\"ADM-CID\"0042L0#4711[#4711|1101 01 005]\r";
    /// let data = decode(frame, &options)?.frame.data(&options)?;
    /// let Body::ContactId(event) = data.body else { panic!() };
    /// assert_eq!(event.to_string(), "1101 01 005");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DataError`].
    pub fn data(&self, options: &DecodeOptions) -> Result<Data<'a>, DataError> {
        let Content::Clear(Clear { data: bytes, .. }) = self.content else {
            return Err(DataError::Encrypted);
        };
        let mut reader = Reader {
            bytes,
            at: 0,
            strict: options.mode == Mode::Strict,
            warnings: Warnings::NONE,
        };
        if bytes.is_empty() {
            return Ok(reader.data(None, Body::Empty));
        }
        if let Token::Other(_) = self.token {
            return Ok(reader.data(None, Body::Other(bytes)));
        }
        let account = reader.account(self.account)?;
        let body = match self.token {
            Token::AdmCid => Body::ContactId(reader.contact_id()?),
            Token::SiaDcs => {
                let data = SiaData::new(reader.rest()).ok_or(DataError::Sia)?;
                if !data.is_new() {
                    reader.deviation(WarningKind::UnusualBlock, reader.at)?;
                }
                Body::Sia(data)
            }
            _ => Body::Other(reader.rest()),
        };
        Ok(reader.data(account, body))
    }

    /// Whom the frame is about: the outer account, or the inner one where there is no other.
    #[must_use]
    pub fn reporting_account(&self, data: &Data<'a>) -> Option<Account<'a>> {
        self.account.or(data.account)
    }
}

/// Writes `#ACCT|QXYZ GG CCC`, the data of `ADM-CID`, behind what the buffer holds.
pub fn put_contact_id(account: Account<'_>, event: &ContactId, out: &mut Vec<u8>) {
    out.push(b'#');
    out.extend_from_slice(account.as_bytes());
    out.push(b'|');
    let digit = |value: u16| b"0123456789ABCDEF"[usize::from(value & 0xF)];
    let (code, zone) = (event.code.packed(), event.zone.packed());
    let group = u16::from(event.group.packed());
    out.extend([
        digit(u16::from(event.qualifier.value())),
        digit(code >> 8),
        digit(code >> 4),
        digit(code),
        b' ',
        digit(group >> 4),
        digit(group),
        b' ',
        digit(zone >> 8),
        digit(zone >> 4),
        digit(zone),
    ]);
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    strict: bool,
    warnings: Warnings,
}

impl<'a> Reader<'a> {
    fn data(&self, account: Option<Account<'a>>, body: Body<'a>) -> Data<'a> {
        Data {
            account,
            body,
            warnings: self.warnings,
        }
    }

    fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    fn deviation(&mut self, kind: WarningKind, offset: usize) -> Result<(), DataError> {
        if self.strict && !kind.is_allowed_when_strict() {
            return Err(DataError::Deviation(kind));
        }
        self.warnings.add(kind, offset);
        Ok(())
    }

    /// What stands before the first `|`.
    fn account(&mut self, outer: Option<Account<'_>>) -> Result<Option<Account<'a>>, DataError> {
        let Some(end) = memchr::memchr(b'|', self.bytes) else {
            return Ok(None);
        };
        self.at = end + 1;
        let text = match &self.bytes[..end] {
            [] => return Ok(None),
            [b'#'] => {
                self.deviation(WarningKind::UnusualAccount, 0)?;
                return Ok(None);
            }
            [b'#', text @ ..] => text,
            text => {
                self.deviation(WarningKind::InnerAccountWithoutHash, 0)?;
                text
            }
        };
        if outer.is_some_and(|outer| outer.as_bytes() != text) {
            self.deviation(WarningKind::InnerAccountDiffers, 0)?;
        }
        Ok(Some(Account::received(text)))
    }

    fn contact_id(&mut self) -> Result<ContactId, DataError> {
        let start = self.at;
        let (event, length) = read_event(self.rest(), [0, 1, 1], |oddity, at| {
            let kind = match oddity {
                Oddity::Spaces => WarningKind::Spaces,
                Oddity::LowerCase => WarningKind::LowerCase,
                Oddity::LetterA => WarningKind::LetterA,
                Oddity::UnusualQualifier => WarningKind::UnusualQualifier,
            };
            self.deviation(kind, start + at)
        })?;
        self.at += length;
        if !self.rest().is_empty() {
            self.deviation(WarningKind::TrailingData, self.at)?;
        }
        Ok(event)
    }
}

impl From<Unreadable> for DataError {
    fn from(_: Unreadable) -> Self {
        DataError::ContactId
    }
}
