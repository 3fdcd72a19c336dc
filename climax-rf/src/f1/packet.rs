//! Packets from a chip that found the sync word by itself.

use super::bits::Bits;
use super::decode::{CheckBy, Reading};
use super::error::DecodeError;
use super::family::Family;
use super::frame::{Frame, Polarity};
use super::warning::WarningKind;

/// What a chip gives of the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChipCrc {
    /// Its bytes, behind the payload.
    Bytes,
    /// The chip compared it: right.
    Passed,
    /// The chip compared it: wrong.
    Failed,
}

/// Reads the bytes of a chip in packet mode: length (if the family has one), payload, and the check
/// if the chip hands it on (Climax reference 2.7, input kind b; 2.8 for the settings of the chip).
///
/// Too few bytes give a frame in state [`Truncated`](super::State::Truncated); more are ignored,
/// with [`WarningKind::TrailingBytes`].
///
/// ```
/// use climax_rf::f1::{ChipCrc, Family, State, WarningKind, packet};
///
/// let frame = packet(b"\x05\x00\x00\x11\x33\x44", ChipCrc::Passed, &Family::F1)?;
/// assert_eq!(frame.state(), State::UnseenLength);
/// assert!(frame.warnings().contains(WarningKind::CrcByChip));
/// # Ok::<(), climax_rf::f1::DecodeError>(())
/// ```
///
/// # Errors
///
/// [`DecodeError::Empty`] and [`DecodeError::Length`].
pub fn packet(bytes: &[u8], crc: ChipCrc, family: &Family) -> Result<Frame, DecodeError> {
    if bytes.is_empty() {
        return Err(DecodeError::Empty);
    }
    let bits = Bits::of_bytes(bytes);
    let reading = Reading {
        family,
        polarity: Polarity::Normal,
        check: match crc {
            ChipCrc::Bytes => CheckBy::Bits,
            ChipCrc::Passed => CheckBy::Chip(true),
            ChipCrc::Failed => CheckBy::Chip(false),
        },
        last_bit_lost: false,
        crc_cut_short: false,
    };
    let mut body = reading
        .read(bits, 0)
        .map_err(|length| DecodeError::Length { length })?;
    body.frame
        .warnings
        .add_if(body.end < bits.len(), WarningKind::TrailingBytes);
    Ok(body.frame)
}
