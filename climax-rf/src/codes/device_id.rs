//! How panels write which device they mean.

use core::fmt;
use core::hash::{Hash, Hasher};

/// Which family a device identifier belongs to, by its prefix (Climax reference 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeviceIdKind {
    /// `RF:`, a radio device of the family, with the 32 bits of its eight hexadecimal digits. How
    /// they follow from the number printed on the device is not known.
    Radio(u32),
    /// `RF:` without eight hexadecimal digits after it.
    RadioOther,
    /// `ZB:` or `ZS:`, a ZigBee device.
    Zigbee,
    /// `ZW:`, a Z-Wave device.
    ZWave,
    /// `PF:`, a slot for a plug switch.
    Plug,
    /// Any other prefix, or none.
    Other,
}

/// A device identifier such as `RF:01a2b3c4`. Two are equal without regard to the case of letters.
#[derive(Debug, Clone, Copy)]
pub struct DeviceId<'a>(&'a str);

impl<'a> DeviceId<'a> {
    /// Takes any text; blanks around it do not count.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self(text.trim())
    }

    /// The text as the panel wrote it.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.0
    }

    /// The family.
    #[must_use]
    pub fn kind(&self) -> DeviceIdKind {
        let Some((prefix, rest)) = self.0.split_once(':') else {
            return DeviceIdKind::Other;
        };
        let is = |name: &str| prefix.eq_ignore_ascii_case(name);
        if is("RF") {
            let digits = rest.len() == 8 && rest.bytes().all(|b| b.is_ascii_hexdigit());
            match u32::from_str_radix(rest, 16) {
                Ok(number) if digits => DeviceIdKind::Radio(number),
                _ => DeviceIdKind::RadioOther,
            }
        } else if is("ZB") || is("ZS") {
            DeviceIdKind::Zigbee
        } else if is("ZW") {
            DeviceIdKind::ZWave
        } else if is("PF") {
            DeviceIdKind::Plug
        } else {
            DeviceIdKind::Other
        }
    }
}

impl PartialEq for DeviceId<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for DeviceId<'_> {}

impl Hash for DeviceId<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for byte in self.0.bytes() {
            state.write_u8(byte.to_ascii_lowercase());
        }
    }
}

impl fmt::Display for DeviceId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_compare_without_regard_to_case_and_keep_unknown_prefixes() {
        let kind = |text| DeviceId::new(text).kind();
        assert_eq!(kind("RF:01a2B3c4"), DeviceIdKind::Radio(0x01A2_B3C4));
        assert_eq!(kind(" rf:01A2B3C4 "), DeviceIdKind::Radio(0x01A2_B3C4));
        assert_eq!(kind("RF:+1A2B3C4"), DeviceIdKind::RadioOther);
        assert_eq!(kind("zs:1"), DeviceIdKind::Zigbee);
        assert_eq!(kind("PF:02"), DeviceIdKind::Plug);
        assert_eq!(kind("QX:02"), DeviceIdKind::Other);
        assert_eq!(DeviceId::new("rf:ab"), DeviceId::new("RF:AB"));
    }
}
