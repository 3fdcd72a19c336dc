//! Building a block to send.

use alloc::vec::Vec;
use core::fmt;

use crate::block::Block;
use crate::codes::{CallStatus, Header, RS, RecordId};
use crate::decode::is_control;
use crate::encode::{check_header, check_record};
use crate::error::EncodeError;

/// A block of one's own.
///
/// Holds header and records in the order pushed; what no line can carry is refused when it is
/// pushed, and limits are checked by [`encode`](crate::encode). It can be used again with
/// [`clear`](Self::clear), and then keeps its memory. `Debug` shows no text and no address.
///
/// ```
/// use espa444::{BeepCode, BlockBuf, CallType, CharacterSet, Header, Priority, RecordId};
///
/// let mut call = BlockBuf::call(b"208")?;
/// let mut text = Vec::new();
/// CharacterSet::Iso646Norway.encode("RØYK KJØKKEN", 128, &mut text);
/// call.push(RecordId::DISPLAY_MESSAGE, &text)?
///     .push(RecordId::BEEP_CODING, b"2")?
///     .push(RecordId::CALL_TYPE, CallType::STANDARD.as_bytes())?
///     .push(RecordId::PRIORITY, Priority::ALARM.as_bytes())?;
/// assert_eq!(call.as_block().header(), Header::CALL);
/// assert_eq!(call.as_block().beep_code(), Some(BeepCode::new("2")));
/// # Ok::<(), espa444::EncodeError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BlockBuf {
    header: Vec<u8>,
    /// Without RS at the end.
    records: Vec<u8>,
}

impl BlockBuf {
    /// A block without records yet.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Header`] unless the header is printable and without blanks.
    pub fn new(header: Header<'_>) -> Result<Self, EncodeError> {
        check_header(header.as_bytes())?;
        Ok(BlockBuf {
            header: header.as_bytes().to_vec(),
            records: Vec::new(),
        })
    }

    /// A call to an address, without text yet.
    ///
    /// # Errors
    ///
    /// [`EncodeError::ControlCharacter`] in the address.
    pub fn call(address: &[u8]) -> Result<Self, EncodeError> {
        let mut block = BlockBuf::new(Header::CALL)?;
        block.push(RecordId::CALL_ADDRESS, address)?;
        Ok(block)
    }

    /// The status of a call: its records, a status of its own left out, and record 7 (ESPA
    /// reference 8).
    ///
    /// What could not be sent again is left out: records without identifier, control characters.
    ///
    /// # Errors
    ///
    /// [`EncodeError::ControlCharacter`] in the status.
    pub fn status_information(
        call: &Block<'_>,
        status: CallStatus<'_>,
    ) -> Result<Self, EncodeError> {
        let mut block = BlockBuf::new(Header::STATUS_INFORMATION)?;
        block.repeat(call);
        block.push(RecordId::CALL_STATUS, status.as_bytes())?;
        Ok(block)
    }

    /// The request for the status of a call: the same records (ESPA reference 8).
    ///
    /// What could not be sent again is left out: records without identifier, control characters.
    ///
    /// # Errors
    ///
    /// None that the records of a call could cause.
    pub fn status_request(call: &Block<'_>) -> Result<Self, EncodeError> {
        let mut block = BlockBuf::new(Header::STATUS_REQUEST)?;
        block.repeat(call);
        Ok(block)
    }

    /// Adds a record. The order is that of the calls; an identifier may repeat.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Identifier`] and [`EncodeError::ControlCharacter`]; nothing is added then.
    pub fn push(
        &mut self,
        identifier: RecordId<'_>,
        data: &[u8],
    ) -> Result<&mut Self, EncodeError> {
        check_record(identifier.as_bytes(), data)?;
        self.append(identifier, data.iter().copied());
        Ok(self)
    }

    /// Starts over with another header, keeping the memory.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new); nothing is changed then.
    pub fn clear(&mut self, header: Header<'_>) -> Result<(), EncodeError> {
        check_header(header.as_bytes())?;
        self.header.clear();
        self.header.extend_from_slice(header.as_bytes());
        self.records.clear();
        Ok(())
    }

    /// The block, to read from or to encode.
    #[must_use]
    pub fn as_block(&self) -> Block<'_> {
        Block::from_parts(&self.header, &self.records)
    }

    fn append(&mut self, identifier: RecordId<'_>, data: impl Iterator<Item = u8>) {
        if !self.records.is_empty() {
            self.records.push(RS);
        }
        self.records.extend_from_slice(identifier.as_bytes());
        self.records.push(crate::codes::US);
        self.records.extend(data);
    }

    fn repeat(&mut self, call: &Block<'_>) {
        for record in call.records() {
            let Some(identifier) = record.identifier() else {
                continue;
            };
            if identifier == RecordId::CALL_STATUS
                || check_record(identifier.as_bytes(), b"").is_err()
            {
                continue;
            }
            let data = record.data().iter().copied();
            self.append(identifier, data.filter(|&byte| !is_control(byte)));
        }
    }
}

impl TryFrom<&Block<'_>> for BlockBuf {
    type Error = EncodeError;

    /// A copy to send; refused as [`BlockBuf::push`] does. Empty records are left out.
    fn try_from(block: &Block<'_>) -> Result<Self, EncodeError> {
        let mut copy = BlockBuf::new(block.header())?;
        for record in block.records() {
            let identifier = record.identifier().ok_or(EncodeError::Identifier)?;
            copy.push(identifier, record.data())?;
        }
        Ok(copy)
    }
}

impl fmt::Debug for BlockBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_block().fmt(f)
    }
}
