//! A radio frame family as data (Climax reference 2.1 and 11, item 2).

use alloc::string::String;
use alloc::vec::Vec;

use super::crc::CrcParameters;
use super::value::ByteOrder;

/// Another form of radio frame: what is sent before the payload and how it is checked.
///
/// Plain data. The length byte counts the payload; the check covers length byte and payload.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct FrameFamily {
    /// Its name.
    pub name: String,
    /// The preamble.
    pub preamble: Vec<u8>,
    /// The whole sync word as sent, 1 to 8 bytes.
    pub sync: Vec<u8>,
    /// The shortest payload, in bytes.
    pub min_length: u8,
    /// The longest payload, in bytes.
    pub max_length: u8,
    /// Lengths that are usual; others are marked. Empty: all are.
    pub usual_lengths: Vec<u8>,
    /// The check.
    pub crc: CrcParameters,
    /// Which byte of the check comes first.
    pub crc_order: ByteOrder,
    /// Bits per second.
    pub bit_rate: u32,
}
