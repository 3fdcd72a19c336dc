//! Bytes to blocks.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use crate::bcc::{self, Bcc, BccVariant};
use crate::block::{Block, Record, trim};
use crate::codes::{EOT, ETX, Header, RS, RecordId, SOH, STX};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::options::{DecodeOptions, Limits, Mode};
use crate::parity;
use crate::skim;
use crate::warning::{Warning, WarningKind};

/// Warnings kept per block; further ones are counted.
const MOST_WARNINGS: usize = 32;

/// A block together with everything that reading it brought to light.
#[derive(Clone, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// SOH to BCC as received.
    raw: Cow<'a, [u8]>,
    stx: usize,
    etx: usize,
    bcc: Bcc,
    /// Nothing on the heap for a clean block.
    deviations: Option<Box<Deviations>>,
}

#[derive(Clone, PartialEq, Eq, Default)]
struct Deviations {
    warnings: Vec<Warning>,
    omitted: usize,
    /// The bytes without the parity that was left in them.
    stripped: Option<Vec<u8>>,
}

impl Decoded<'_> {
    /// Header and records.
    #[must_use]
    #[inline]
    pub fn block(&self) -> Block<'_> {
        let bytes = self
            .deviations
            .as_ref()
            .and_then(|deviations| deviations.stripped.as_deref())
            .unwrap_or(&self.raw);
        Block::from_parts(&bytes[1..self.stx], &bytes[self.stx + 1..self.etx])
    }

    /// The block check character.
    #[must_use]
    #[inline]
    pub const fn bcc(&self) -> Bcc {
        self.bcc
    }

    /// Every deviation that was tolerated, in the order met; the first 32 of them.
    #[must_use]
    #[inline]
    pub fn warnings(&self) -> &[Warning] {
        self.deviations
            .as_ref()
            .map_or(&[], |deviations| &deviations.warnings)
    }

    /// How many warnings there were beyond those in [`warnings`](Self::warnings).
    #[must_use]
    pub fn omitted_warnings(&self) -> usize {
        self.deviations
            .as_ref()
            .map_or(0, |deviations| deviations.omitted)
    }

    /// The bytes exactly as received, SOH to BCC (to ETX when the BCC is missing).
    #[must_use]
    #[inline]
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// Whether even parity was left in bit 7 and has been stripped from [`block`](Self::block).
    #[must_use]
    pub fn has_parity_in_data(&self) -> bool {
        self.bcc.variant == BccVariant::ParityInData
            || self
                .deviations
                .as_ref()
                .is_some_and(|deviations| deviations.stripped.is_some())
    }

    /// The same, no longer borrowed.
    #[must_use]
    pub fn into_owned(self) -> Decoded<'static> {
        Decoded {
            raw: Cow::Owned(self.raw.into_owned()),
            stx: self.stx,
            etx: self.etx,
            bcc: self.bcc,
            deviations: self.deviations,
        }
    }
}

impl fmt::Debug for Decoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoded")
            .field("block", &self.block())
            .field("bcc", &self.bcc)
            .field("warnings", &self.warnings())
            .finish_non_exhaustive()
    }
}

/// Reads one complete block, SOH to BCC.
///
/// CR, LF, NUL and blanks behind it have no meaning and are passed over. A block without
/// deviations is read without allocating.
///
/// # Errors
///
/// A [`DecodeError`] with the place and the answer that fits. A wrong BCC is found before anything
/// about the content, so that damage is never answered as nonsense.
#[inline]
pub fn decode<'a>(bytes: &'a [u8], options: &DecodeOptions) -> Result<Decoded<'a>, DecodeError> {
    if let Some(etx) = skim::clean(bytes, &options.limits) {
        if etx + 2 == bytes.len() {
            return Ok(clean(bytes, etx));
        }
    }
    let decoded = general(bytes, options)?;
    let end = decoded.raw.len();
    let missing_bcc = decoded.bcc.variant == BccVariant::Missing;
    let meaningless = |byte: u8| {
        matches!(byte, b'\r' | b'\n' | b'\0' | b' ') || missing_bcc && byte & 0x7F == EOT
    };
    match bytes[end..].iter().position(|&byte| !meaningless(byte)) {
        Some(more) => Err(DecodeError::new(DecodeErrorKind::TrailingBytes, end + more)),
        None => Ok(decoded),
    }
}

/// Reads the block that the bytes start with, whatever follows it.
///
/// The length of [`Decoded::raw`] says where it ended.
///
/// # Errors
///
/// As [`decode`].
#[inline]
pub fn decode_prefix<'a>(
    bytes: &'a [u8],
    options: &DecodeOptions,
) -> Result<Decoded<'a>, DecodeError> {
    match skim::clean(bytes, &options.limits) {
        Some(etx) => Ok(clean(bytes, etx)),
        None => general(bytes, options),
    }
}

/// A block that `skim` found to be without deviation.
#[inline(always)]
pub(crate) fn clean(bytes: &[u8], etx: usize) -> Decoded<'_> {
    let received = bytes[etx + 1];
    Decoded {
        raw: Cow::Borrowed(&bytes[..etx + 2]),
        stx: 2,
        etx,
        bcc: Bcc {
            received: Some(received),
            computed: received,
            variant: BccVariant::Exact,
        },
        deviations: None,
    }
}

/// What ends the bytes after SOH.
pub(crate) enum Frame {
    /// ETX, at this offset.
    Etx(usize),
    /// A new SOH.
    Soh(usize),
    /// EOT.
    Eot(usize),
    /// Nothing.
    Open,
}

/// Finds the end of a block; `bytes` start with its SOH.
///
/// With parity SOH and EOT end it also where theirs is wrong: they are damaged, or the line is
/// read as it is again and what follows is no part of this block.
pub(crate) fn frame(bytes: &[u8], with_parity: bool) -> Frame {
    let after = bytes.get(1..).unwrap_or_default();
    let mut end = memchr::memchr3(SOH, ETX, EOT, after);
    if with_parity {
        let before = &after[..end.unwrap_or(after.len())];
        end = memchr::memchr2(parity::SOH, parity::EOT, before).or(end);
    }
    match end {
        None => Frame::Open,
        Some(at) => match after[at] {
            ETX => Frame::Etx(at + 1),
            SOH | parity::SOH => Frame::Soh(at + 1),
            _ => Frame::Eot(at + 1),
        },
    }
}

/// Every block that is not as `skim` wants it.
pub(crate) fn general<'a>(
    bytes: &'a [u8],
    options: &DecodeOptions,
) -> Result<Decoded<'a>, DecodeError> {
    let error = |kind, offset| Err(DecodeError::new(kind, offset));
    let with_parity = match bytes.first() {
        None => return error(DecodeErrorKind::Empty, 0),
        Some(&SOH) => false,
        Some(&parity::SOH) if options.accept_parity => true,
        Some(_) => return error(DecodeErrorKind::SohMissing, 0),
    };
    let limit = options.limits.largest_block();
    let too_large = DecodeErrorKind::TooLarge { limit };
    let etx = match frame(bytes, with_parity) {
        // An end beyond the limit says nothing about this block.
        Frame::Etx(at) | Frame::Soh(at) | Frame::Eot(at) if at + 1 > limit => {
            return error(too_large, limit);
        }
        Frame::Etx(at) => at,
        Frame::Soh(at) => return error(DecodeErrorKind::Restarted, at),
        Frame::Eot(at) => return error(DecodeErrorKind::Aborted, at),
        Frame::Open if bytes.len() > limit => return error(too_large, limit),
        Frame::Open => return error(DecodeErrorKind::Truncated, bytes.len()),
    };

    let mut reader = Reader {
        strict: options.mode == Mode::Strict,
        options,
        deviations: Deviations::default(),
    };
    let bcc = match reader.check(bytes, etx, with_parity) {
        Ok(bcc) => bcc,
        // The byte beyond the limit, whatever it is.
        Err(wrong) if etx + 2 > limit && matches!(wrong.kind, DecodeErrorKind::Bcc { .. }) => {
            return error(too_large, limit);
        }
        Err(wrong) => return Err(wrong),
    };
    let end = etx + 1 + usize::from(bcc.received.is_some());
    if end > limit {
        return error(too_large, limit);
    }
    let raw = &bytes[..end];
    if with_parity {
        let mut stripped = raw.to_vec();
        parity::strip(&mut stripped);
        let stx = reader.structure(&stripped, etx)?;
        reader.deviations.stripped = Some(stripped);
        return Ok(reader.finish(raw, stx, etx, bcc));
    }
    let stx = reader.structure(raw, etx)?;
    Ok(reader.finish(raw, stx, etx, bcc))
}

struct Reader<'o> {
    strict: bool,
    options: &'o DecodeOptions,
    deviations: Deviations,
}

impl Reader<'_> {
    /// Notes a deviation, or refuses it.
    fn warn(&mut self, kind: WarningKind, offset: usize) -> Result<(), DecodeError> {
        let warning = Warning { kind, offset };
        if self.strict && kind.strict_answer().is_some() {
            return Err(DecodeError::deviation(warning));
        }
        if self.deviations.warnings.len() < MOST_WARNINGS {
            self.deviations.warnings.push(warning);
        } else {
            self.deviations.omitted += 1;
        }
        Ok(())
    }

    fn finish(self, raw: &[u8], stx: usize, etx: usize, bcc: Bcc) -> Decoded<'_> {
        let some = !self.deviations.warnings.is_empty() || self.deviations.stripped.is_some();
        Decoded {
            raw: Cow::Borrowed(raw),
            stx,
            etx,
            bcc,
            deviations: some.then(|| Box::new(self.deviations)),
        }
    }

    /// The BCC, parity included (ESPA reference 6.1, 1.1).
    fn check(&mut self, bytes: &[u8], etx: usize, with_parity: bool) -> Result<Bcc, DecodeError> {
        let at = etx + 1;
        let computed = bcc::xor(&bytes[1..at]);
        let missing = Bcc {
            received: None,
            computed,
            variant: BccVariant::Missing,
        };
        if with_parity {
            let checked = &bytes[..bytes.len().min(at + 1)];
            if let Some(odd) = parity::first_odd(checked) {
                return Err(DecodeError::new(DecodeErrorKind::Parity, odd));
            }
            self.warn(WarningKind::ParityInData, 0)?;
        }
        let Some(&received) = bytes.get(at) else {
            if !self.options.accept_missing_bcc {
                return Err(DecodeError::new(DecodeErrorKind::BccMissing, at));
            }
            self.warn(WarningKind::BccMissing, at)?;
            return Ok(missing);
        };
        match Bcc::compare(received, computed) {
            Some(mut bcc) => {
                // Parity is linear: with all of it even, the sum closes in bit 7 too.
                if with_parity {
                    bcc.variant = BccVariant::ParityInData;
                } else if bcc.variant == BccVariant::SevenBit {
                    self.warn(WarningKind::SevenBitBcc, at)?;
                }
                Ok(bcc)
            }
            None if self.options.accept_missing_bcc && is_eot(received, with_parity) => {
                self.warn(WarningKind::BccMissing, at)?;
                Ok(missing)
            }
            None => Err(DecodeError::new(
                DecodeErrorKind::Bcc { received, computed },
                at,
            )),
        }
    }

    /// Header and records; gives the place of STX.
    fn structure(&mut self, bytes: &[u8], etx: usize) -> Result<usize, DecodeError> {
        let Some(stx) = memchr::memchr(STX, &bytes[1..etx]).map(|at| at + 1) else {
            return Err(DecodeError::new(DecodeErrorKind::StxMissing, etx));
        };
        let raw_header = &bytes[1..stx];
        self.label(raw_header, 1)?;
        let header = Header::from_bytes(trim(raw_header));
        if !header.is_standard() {
            if !self.options.accept_unknown_header {
                return Err(DecodeError::deviation(Warning {
                    kind: WarningKind::UnknownHeader,
                    offset: 1,
                }));
            }
            self.warn(WarningKind::UnknownHeader, 1)?;
        }
        let seen = self.records(&bytes[..etx], stx + 1)?;
        match header {
            Header::CALL | Header::STATUS_REQUEST | Header::SUBSCRIBER_LINE_CALL
                if !seen.has(b'1') =>
            {
                self.warn(WarningKind::CallAddressMissing, etx)?;
            }
            Header::STATUS_INFORMATION if !seen.has(b'7') && !seen.has(b'8') => {
                self.warn(WarningKind::StatusMissing, etx)?;
            }
            _ => {}
        }
        Ok(stx)
    }

    /// Blanks and control characters in a header or identifier.
    fn label(&mut self, raw: &[u8], offset: usize) -> Result<(), DecodeError> {
        if trim(raw).len() != raw.len() {
            self.warn(WarningKind::Blanks, offset)?;
        }
        match raw.iter().position(|&byte| byte < b' ') {
            Some(at) => self.warn(WarningKind::ControlCharacter, offset + at),
            None => Ok(()),
        }
    }

    /// The records of `bytes[first..]`.
    fn records(&mut self, bytes: &[u8], first: usize) -> Result<Seen, DecodeError> {
        let mut seen = Seen(0);
        let mut start = first;
        let mut any = false;
        loop {
            let rest = &bytes[start..];
            let separator = memchr::memchr(RS, rest);
            let raw = &rest[..separator.unwrap_or(rest.len())];
            if raw.is_empty() {
                match separator {
                    Some(_) => self.warn(WarningKind::EmptyRecord, start)?,
                    None if start > first => {
                        self.warn(WarningKind::SeparatorBeforeEnd, start - 1)?;
                    }
                    None => {}
                }
            } else {
                any = true;
                self.record(raw, start, &bytes[first..start], &mut seen)?;
            }
            match separator {
                Some(at) => start += at + 1,
                None => break,
            }
        }
        if !any {
            self.warn(WarningKind::NoRecords, bytes.len())?;
        }
        Ok(seen)
    }

    fn record(
        &mut self,
        raw: &[u8],
        offset: usize,
        earlier: &[u8],
        seen: &mut Seen,
    ) -> Result<(), DecodeError> {
        let record = Record::from_raw(raw);
        let (Some(identifier), Some(raw_identifier)) =
            (record.identifier(), record.raw_identifier())
        else {
            self.warn(WarningKind::RecordWithoutSeparator, offset)?;
            return self.data(raw, offset);
        };
        if identifier.as_bytes().is_empty() {
            self.warn(WarningKind::RecordWithoutIdentifier, offset)?;
        }
        self.label(raw_identifier, offset)?;
        let repeated = match identifier.as_bytes() {
            &[byte] if byte < 0x80 => !seen.insert(byte),
            _ => Block::from_parts(&[], earlier).record(identifier).is_some(),
        };
        if repeated {
            self.warn(WarningKind::RepeatedRecord, offset)?;
        }
        let data = record.data();
        let data_offset = offset + raw_identifier.len() + 1;
        let limits = &self.options.limits;
        let (warning, error) = match identifier {
            RecordId::CALL_ADDRESS => (
                (data.len() > Limits::ADDRESS).then_some(WarningKind::AddressTooLong),
                (data.len() > limits.address).then_some(DecodeErrorKind::AddressTooLong {
                    limit: limits.address,
                }),
            ),
            RecordId::DISPLAY_MESSAGE => (
                (data.len() > Limits::TEXT).then_some(WarningKind::TextTooLong),
                (data.len() > limits.text)
                    .then_some(DecodeErrorKind::TextTooLong { limit: limits.text }),
            ),
            _ => (None, None),
        };
        if let Some(kind) = warning {
            self.warn(kind, data_offset)?;
        }
        if let Some(kind) = error {
            return Err(DecodeError::new(kind, data_offset));
        }
        self.data(data, data_offset)
    }

    /// Control characters in data; one warning for each record.
    fn data(&mut self, data: &[u8], offset: usize) -> Result<(), DecodeError> {
        match data.iter().position(|&byte| is_control(byte)) {
            Some(at) => self.warn(WarningKind::ControlCharacter, offset + at),
            None => Ok(()),
        }
    }
}

/// Which one-character identifiers have come.
struct Seen(u128);

impl Seen {
    fn has(&self, identifier: u8) -> bool {
        self.0 & (1 << identifier) != 0
    }

    /// Whether it is new.
    fn insert(&mut self, identifier: u8) -> bool {
        let new = !self.has(identifier);
        self.0 |= 1 << identifier;
        new
    }
}

/// Control characters that are no text; CR, LF and TAB are.
#[inline]
pub(crate) const fn is_control(byte: u8) -> bool {
    byte < b' ' && !matches!(byte, b'\r' | b'\n' | b'\t')
}

const fn is_eot(byte: u8, with_parity: bool) -> bool {
    byte == if with_parity { parity::EOT } else { EOT }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_fast_way_and_the_general_one_agree(
            header in "[0-6]",
            records in prop::collection::vec(
                ("[1-9AD ]{0,2}", "[\x1F!]?", "[A-Z \r\x07]{0,20}"), 1..12),
            strict in any::<bool>(),
            block in 20_usize..120,
        ) {
            let mut bytes = std::vec![SOH];
            bytes.extend(header.bytes());
            bytes.push(STX);
            for (index, (identifier, separator, data)) in records.iter().enumerate() {
                if index > 0 {
                    bytes.push(RS);
                }
                // Nearly always a good separator.
                let separator = if separator.is_empty() { "\x1F" } else { separator };
                bytes.extend(identifier.bytes().chain(separator.bytes()).chain(data.bytes()));
            }
            bytes.push(ETX);
            bytes.push(bcc::xor(&bytes[1..]));
            let mut options = if strict {
                DecodeOptions::strict()
            } else {
                DecodeOptions::lenient()
            };
            options.limits.block = block;
            options.limits.text = 12;
            if let Some(etx) = skim::clean(&bytes, &options.limits) {
                prop_assert_eq!(Ok(clean(&bytes, etx)), general(&bytes, &options));
            }
        }

        #[test]
        fn a_plain_block_goes_the_fast_way(
            address in "[0-9]{1,16}",
            text in "[ -~]{0,128}",
            priority in "[1-3]",
        ) {
            let body = std::format!("1\x021\x1F{address}\x1E2\x1F{text}\x1E6\x1F{priority}\x03");
            let mut bytes = std::vec![SOH];
            bytes.extend(body.bytes());
            bytes.push(bcc::xor(body.as_bytes()));
            let etx = skim::clean(&bytes, &Limits::LENIENT);
            prop_assert_eq!(etx, Some(bytes.len() - 2));
            prop_assert_eq!(
                Ok(clean(&bytes, bytes.len() - 2)),
                general(&bytes, &DecodeOptions::strict())
            );
        }
    }
}
