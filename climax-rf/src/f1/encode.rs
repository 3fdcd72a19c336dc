//! Frames as bits, for tests and recordings. Nothing here drives a transmitter.

use super::bits::Bits;
use super::error::EncodeError;
use super::family::Family;
use super::frame::Polarity;

/// How to write a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodeOptions {
    /// As it is, or all bits inverted.
    pub polarity: Polarity,
    /// Zero bits in front of the preamble.
    pub lead: usize,
}

impl EncodeOptions {
    /// As it is, nothing in front.
    #[must_use]
    pub const fn new() -> Self {
        EncodeOptions {
            polarity: Polarity::Normal,
            lead: 0,
        }
    }

    /// The same with bits in front. They are zeros in either polarity.
    #[must_use]
    pub const fn with_lead(mut self, lead: usize) -> Self {
        self.lead = lead;
        self
    }

    /// The same in another polarity.
    #[must_use]
    pub const fn with_polarity(mut self, polarity: Polarity) -> Self {
        self.polarity = polarity;
        self
    }
}

impl Default for EncodeOptions {
    fn default() -> Self {
        EncodeOptions::new()
    }
}

/// Writes a frame: preamble, sync word, length byte, payload, check. Bits behind it in its last byte
/// are zero.
///
/// ```
/// use climax_rf::f1::{EncodeOptions, Family, encode};
///
/// let mut buffer = [0; 64];
/// let payload = [0x00, 0x00, 0x11, 0x33, 0x44];
/// let bits = encode(&payload, &Family::F1, EncodeOptions::new(), &mut buffer)?;
/// assert_eq!(bits.len(), 128);
/// assert_eq!(bits.as_bytes()[8..], [5, 0x00, 0x00, 0x11, 0x33, 0x44, 0xB2, 0x11]);
/// # Ok::<(), climax_rf::f1::EncodeError>(())
/// ```
///
/// # Errors
///
/// [`EncodeError`]; the buffer is then as it was.
pub fn encode<'b>(
    payload: &[u8],
    family: &Family,
    options: EncodeOptions,
    buffer: &'b mut [u8],
) -> Result<Bits<'b>, EncodeError> {
    let refused = EncodeError::Length {
        length: payload.len(),
    };
    let length = u8::try_from(payload.len()).map_err(|_| refused)?;
    if !family.length().accepts(length) {
        return Err(refused);
    }
    let bits = options
        .lead
        .saturating_add(family.frame_bits(length) as usize);
    let needed = bits.div_ceil(8);
    let Some(bytes) = buffer.get_mut(..needed) else {
        return Err(EncodeError::BufferTooSmall { needed });
    };
    bytes.fill(0);

    let mut writer = Writer {
        bytes,
        at: options.lead,
        inverted: options.polarity == Polarity::Inverted,
    };
    for byte in family.declaration().preamble.iter() {
        writer.put(u64::from(*byte), 8);
    }
    writer.put(family.sync().word(), family.sync().len());
    let length = family.length().has_byte().then_some(length);
    for byte in length.iter().chain(payload) {
        writer.put(u64::from(*byte), 8);
    }
    if let Some(crc) = family.crc() {
        writer.put(u64::from(crc.on_air(length, payload)), family.crc_bits());
    }
    Ok(Bits::new(writer.bytes, bits).unwrap_or(Bits::of_bytes(&[])))
}

struct Writer<'b> {
    bytes: &'b mut [u8],
    at: usize,
    inverted: bool,
}

impl Writer<'_> {
    /// The lowest `count` bits of `value`, the highest of them first.
    fn put(&mut self, value: u64, count: u32) {
        for bit in (0..count).rev() {
            let one = (value >> bit) & 1 == 1;
            if one != self.inverted {
                self.bytes[self.at / 8] |= 0x80 >> (self.at % 8);
            }
            self.at += 1;
        }
    }
}
