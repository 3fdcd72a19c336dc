//! Blocks to bytes, in the one form that strict readers accept.

use alloc::vec::Vec;

use crate::bcc;
use crate::block::Block;
use crate::codes::{ETX, RS, RecordId, SOH, STX};
use crate::decode::is_control;
use crate::error::EncodeError;
use crate::options::{BccForm, EncodeOptions, Limits};

/// Appends a block to `out`: SOH, header, STX, records, ETX, BCC. No RS stands before ETX.
///
/// Nothing is written when an error is returned. A buffer with room enough is not reallocated.
///
/// # Errors
///
/// The first thing that breaks a limit or the grammar of ESPA reference 6 and 7.
///
/// ```
/// use espa444::{BlockBuf, CallType, EncodeOptions, RecordId, encode};
///
/// let mut call = BlockBuf::call(b"31")?;
/// call.push(RecordId::DISPLAY_MESSAGE, b"TEST")?;
/// let mut line = Vec::new();
/// encode(&call.as_block(), &EncodeOptions::new(), &mut line)?;
/// assert_eq!(line, b"\x011\x021\x1F31\x1E2\x1FTEST\x03\x39");
/// # Ok::<(), espa444::EncodeError>(())
/// ```
pub fn encode(
    block: &Block<'_>,
    options: &EncodeOptions,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let length = check(block, options)?;
    let start = out.len();
    out.reserve(length);
    write(block, |bytes| out.extend_from_slice(bytes));
    let bcc = form(bcc::xor(&out[start + 1..]), options.bcc);
    out.push(bcc);
    Ok(())
}

/// Writes a block to the front of a buffer and gives the number of bytes.
///
/// # Errors
///
/// As [`encode`], and [`EncodeError::BufferTooSmall`]; the buffer is then as it was.
pub fn encode_into(
    block: &Block<'_>,
    options: &EncodeOptions,
    buffer: &mut [u8],
) -> Result<usize, EncodeError> {
    let needed = check(block, options)?;
    let Some(buffer) = buffer.get_mut(..needed) else {
        return Err(EncodeError::BufferTooSmall { needed });
    };
    let mut end = 0;
    write(block, |bytes| {
        buffer[end..end + bytes.len()].copy_from_slice(bytes);
        end += bytes.len();
    });
    buffer[end] = form(bcc::xor(&buffer[1..end]), options.bcc);
    Ok(needed)
}

/// How many bytes the block takes on the line, SOH to BCC.
///
/// # Errors
///
/// As [`encode`].
pub fn encoded_len(block: &Block<'_>, options: &EncodeOptions) -> Result<usize, EncodeError> {
    check(block, options)
}

const fn form(bcc: u8, form: BccForm) -> u8 {
    match form {
        BccForm::EightBit => bcc,
        BccForm::SevenBit => bcc & 0x7F,
    }
}

fn write(block: &Block<'_>, mut put: impl FnMut(&[u8])) {
    put(&[SOH]);
    put(block.raw_header());
    let mut before = STX;
    for record in block.records() {
        put(&[before]);
        put(record.as_bytes());
        before = RS;
    }
    put(&[ETX]);
}

/// Everything that is refused; gives the length.
fn check(block: &Block<'_>, options: &EncodeOptions) -> Result<usize, EncodeError> {
    check_header(block.raw_header())?;
    if !options.allow_unknown_header && !block.header().is_standard() {
        return Err(EncodeError::UnknownHeader);
    }
    // SOH, header, ETX, BCC; every record brings its STX or RS.
    let mut length = 3 + block.raw_header().len();
    let mut any = false;
    for record in block.records() {
        let identifier = record.raw_identifier().ok_or(EncodeError::Identifier)?;
        check_record(identifier, record.data())?;
        for (limited, limit) in [
            (RecordId::CALL_ADDRESS, options.limits.address),
            (RecordId::DISPLAY_MESSAGE, options.limits.text),
        ] {
            if identifier == limited.as_bytes() && record.data().len() > limit {
                return Err(EncodeError::TooLong {
                    record: limited,
                    limit,
                });
            }
        }
        length += 1 + record.as_bytes().len();
        any = true;
    }
    if !any {
        return Err(EncodeError::NoRecords);
    }
    let limit = options.limits.block.min(Limits::LARGEST_BLOCK);
    if length > limit {
        return Err(EncodeError::TooLarge { limit });
    }
    Ok(length)
}

pub(crate) fn check_header(header: &[u8]) -> Result<(), EncodeError> {
    if header.is_empty() || !header.iter().all(u8::is_ascii_graphic) {
        return Err(EncodeError::Header);
    }
    Ok(())
}

pub(crate) fn check_record(identifier: &[u8], data: &[u8]) -> Result<(), EncodeError> {
    if identifier.is_empty() || !identifier.iter().all(u8::is_ascii_graphic) {
        return Err(EncodeError::Identifier);
    }
    if data.iter().any(|&byte| is_control(byte)) {
        return Err(EncodeError::ControlCharacter);
    }
    Ok(())
}
