//! The check behind a frame, as data.

use crate::ByteOrder;
use crate::checksum::CrcParameters;

/// The check of a frame: how it is computed, over what, and how it goes on the air.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct FrameCrc {
    /// The algorithm.
    pub parameters: CrcParameters,
    /// Which byte of the result goes on the air first.
    pub byte_order: ByteOrder,
    /// What the sum covers.
    pub over: CrcOver,
}

/// What a check covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum CrcOver {
    /// The length byte, then the payload.
    LengthAndPayload,
    /// The payload alone.
    Payload,
}

impl FrameCrc {
    /// CRC-16/CMS over length and payload, high byte first (Climax reference 2.2).
    pub const CMS: FrameCrc = FrameCrc {
        parameters: CrcParameters::CMS,
        byte_order: ByteOrder::HighFirst,
        over: CrcOver::LengthAndPayload,
    };

    /// Bits of the check.
    pub(super) const fn bits(&self) -> u8 {
        self.parameters.width.bits()
    }

    /// The check over length byte and payload, in the order of the air: the bit that goes first
    /// is the highest of the width.
    pub(super) fn on_air(&self, length: Option<u8>, payload: &[u8]) -> u32 {
        let first = match self.over {
            CrcOver::LengthAndPayload => length,
            CrcOver::Payload => None,
        };
        let result = self.parameters.compute_parts(first, payload);
        match self.byte_order {
            ByteOrder::HighFirst => result,
            ByteOrder::LowFirst => result.swap_bytes() >> (32 - u32::from(self.bits())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_low_byte_goes_first_when_declared_so() {
        let low = FrameCrc {
            byte_order: ByteOrder::LowFirst,
            ..FrameCrc::CMS
        };
        let payload = b"\x00\x00\x11\x33\x44";
        assert_eq!(FrameCrc::CMS.on_air(Some(5), payload), 0xB211);
        assert_eq!(low.on_air(Some(5), payload), 0x11B2);
    }
}
