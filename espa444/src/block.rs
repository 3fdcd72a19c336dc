//! A block as records (ESPA reference 6).

use core::fmt;
use core::iter::FusedIterator;

use crate::codes::{
    BeepCode, CallStatus, CallType, Header, Priority, RS, RecordId, SystemStatus, Transmissions, US,
};
use crate::search::{self, ONES};
use crate::value::{CallAddress, DisplayMessage};

/// Header and records of a block, borrowed from the bytes they came in.
///
/// Framing and BCC are not part of it; [`Decoded`](crate::Decoded) has them. Records are found
/// when asked for, without allocating. With a repeated identifier the first record counts and all
/// of them are among [`records`](Self::records). `Debug` shows no text and no address.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Block<'a> {
    header: &'a [u8],
    records: &'a [u8],
}

impl<'a> Block<'a> {
    /// From the bytes between SOH and STX and those between STX and ETX.
    #[inline]
    pub(crate) const fn from_parts(header: &'a [u8], records: &'a [u8]) -> Self {
        Block { header, records }
    }

    /// The header, blanks around it trimmed.
    #[must_use]
    #[inline]
    pub fn header(&self) -> Header<'a> {
        Header::from_bytes(trim(self.header))
    }

    /// The bytes between SOH and STX.
    #[must_use]
    pub const fn raw_header(&self) -> &'a [u8] {
        self.header
    }

    /// The bytes between STX and ETX.
    #[must_use]
    pub const fn raw_records(&self) -> &'a [u8] {
        self.records
    }

    /// All records in the order sent; empty ones are skipped.
    #[must_use]
    #[inline]
    pub const fn records(&self) -> Records<'a> {
        Records { rest: self.records }
    }

    /// The first record with an identifier.
    #[must_use]
    #[inline]
    pub fn record(&self, identifier: RecordId<'_>) -> Option<Record<'a>> {
        self.records()
            .find(|record| record.identifier() == Some(identifier))
    }

    fn data(&self, identifier: RecordId<'_>) -> Option<&'a [u8]> {
        self.record(identifier).map(|record| record.data())
    }

    /// Record 1.
    #[must_use]
    pub fn call_address(&self) -> Option<CallAddress<'a>> {
        self.data(RecordId::CALL_ADDRESS)
            .map(CallAddress::from_bytes)
    }

    /// Record 2. A call without one is a tone only.
    #[must_use]
    pub fn display_message(&self) -> Option<DisplayMessage<'a>> {
        self.data(RecordId::DISPLAY_MESSAGE)
            .map(DisplayMessage::from_bytes)
    }

    /// Record 3. Absent means the receiver's default, as for every record (ESPA reference 6).
    #[must_use]
    pub fn beep_code(&self) -> Option<BeepCode<'a>> {
        self.data(RecordId::BEEP_CODING).map(BeepCode::from_bytes)
    }

    /// Record 4.
    #[must_use]
    pub fn call_type(&self) -> Option<CallType<'a>> {
        self.data(RecordId::CALL_TYPE).map(CallType::from_bytes)
    }

    /// Record 5.
    #[must_use]
    pub fn transmissions(&self) -> Option<Transmissions<'a>> {
        self.data(RecordId::NUMBER_OF_TRANSMISSIONS)
            .map(Transmissions::from_bytes)
    }

    /// Record 6.
    #[must_use]
    pub fn priority(&self) -> Option<Priority<'a>> {
        self.data(RecordId::PRIORITY).map(Priority::from_bytes)
    }

    /// Record 7.
    #[must_use]
    pub fn call_status(&self) -> Option<CallStatus<'a>> {
        self.data(RecordId::CALL_STATUS).map(CallStatus::from_bytes)
    }

    /// Record 8.
    #[must_use]
    pub fn system_status(&self) -> Option<SystemStatus<'a>> {
        self.data(RecordId::SYSTEM_STATUS)
            .map(SystemStatus::from_bytes)
    }

    /// Record 9 of the Ascom dialect (one source).
    #[must_use]
    pub fn paging_identity(&self) -> Option<&'a [u8]> {
        self.data(RecordId::PAGING_IDENTITY)
    }

    /// Record D of the Ascom dialect (one source).
    #[must_use]
    pub fn running_number(&self) -> Option<&'a [u8]> {
        self.data(RecordId::RUNNING_NUMBER)
    }

    /// Whether it is a call of type reset, refined or not (ESPA reference 8).
    #[must_use]
    pub fn is_reset(&self) -> bool {
        self.header() == Header::CALL
            && self
                .call_type()
                .is_some_and(|call_type| call_type.base() == CallType::RESET)
    }
}

impl fmt::Debug for Block<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Block")
            .field("header", &self.header())
            .field("records", &self.records())
            .finish()
    }
}

/// One record: an identifier and its data.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Record<'a> {
    raw: &'a [u8],
    /// Where US stands.
    separator: Option<usize>,
}

impl<'a> Record<'a> {
    #[inline]
    pub(crate) fn from_raw(raw: &'a [u8]) -> Self {
        let separator = match *raw {
            // Nearly every identifier is one character.
            [first, US, ..] if first != US => Some(1),
            _ => raw.iter().position(|&byte| byte == US),
        };
        Record { raw, separator }
    }

    /// The identifier, blanks around it trimmed; `None` for a record without US.
    #[must_use]
    #[inline]
    pub fn identifier(&self) -> Option<RecordId<'a>> {
        self.raw_identifier()
            .map(|bytes| RecordId::from_bytes(trim(bytes)))
    }

    /// The identifier as it stands on the line; `None` for a record without US.
    #[must_use]
    #[inline]
    pub fn raw_identifier(&self) -> Option<&'a [u8]> {
        self.separator.map(|at| &self.raw[..at])
    }

    /// What follows the first US; everything in a record without one.
    #[must_use]
    #[inline]
    pub fn data(&self) -> &'a [u8] {
        match self.separator {
            Some(at) => &self.raw[at + 1..],
            None => self.raw,
        }
    }

    /// All bytes of the record, without RS.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.raw
    }
}

impl fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.identifier() {
            Some(identifier) => write!(f, "{identifier:?}: {} bytes", self.data().len()),
            None => write!(f, "without identifier: {} bytes", self.raw.len()),
        }
    }
}

/// The records of a [`Block`].
#[derive(Clone)]
pub struct Records<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    #[inline]
    fn next(&mut self) -> Option<Record<'a>> {
        while !self.rest.is_empty() {
            let end = end_of_record(self.rest);
            let raw = &self.rest[..end];
            self.rest = self.rest.get(end + 1..).unwrap_or_default();
            if !raw.is_empty() {
                return Some(Record::from_raw(raw));
            }
        }
        None
    }
}

impl FusedIterator for Records<'_> {}

impl fmt::Debug for Records<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// Where the first RS stands, or the end. Most records hold one character, and then nothing waits
/// for a computed length.
#[inline]
fn end_of_record(bytes: &[u8]) -> usize {
    match *bytes {
        [a, b, c, RS, ..] if a != RS && b != RS && c != RS => return 3,
        [a, b, c] if a != RS && b != RS && c != RS => return 3,
        _ => {}
    }
    // The lowest byte that is zero is found exactly; above it there may be false ones.
    let marks = |word: u64| {
        let differing = word ^ (ONES * u64::from(RS));
        differing.wrapping_sub(ONES) & !differing
    };
    search::first::<16>(bytes, 0, marks, |byte| byte == RS).unwrap_or(bytes.len())
}

/// Without the blanks around.
#[inline]
pub(crate) fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ', rest @ ..] = bytes {
        bytes = rest;
    }
    while let [rest @ .., b' '] = bytes {
        bytes = rest;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_record_ends_at_the_first_rs(bytes in prop::collection::vec(0x1D_u8..0x20, 0..20)) {
            let slow = bytes.iter().position(|&byte| byte == RS).unwrap_or(bytes.len());
            prop_assert_eq!(end_of_record(&bytes), slow);
            let separator = bytes.iter().position(|&byte| byte == US);
            prop_assert_eq!(Record::from_raw(&bytes).separator, separator);
        }
    }
}
