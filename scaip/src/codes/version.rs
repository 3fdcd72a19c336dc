//! The version of the protocol.

use core::fmt;

use super::write_number;

/// Version of the protocol, `NN.NN` on the wire; 01.00 unless said otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version {
    major: u8,
    minor: u8,
}

impl Version {
    /// Version 01.00 of SS 91100, the default.
    pub const V01_00: Version = Version { major: 1, minor: 0 };

    /// A version; both parts at most 99, else `None`.
    #[must_use]
    pub const fn new(major: u8, minor: u8) -> Option<Version> {
        if major > 99 || minor > 99 {
            None
        } else {
            Some(Version { major, minor })
        }
    }

    /// The part before the full stop.
    #[must_use]
    pub const fn major(self) -> u8 {
        self.major
    }

    /// The part after the full stop.
    #[must_use]
    pub const fn minor(self) -> u8 {
        self.minor
    }

    /// Reads `NN.NN`, and leniently one digit on either side.
    pub(crate) fn read(text: &str) -> Option<Version> {
        let (major, minor) = text.split_once('.')?;
        let part = |digits: &str| {
            let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            if plain {
                digits.parse::<u8>().ok()
            } else {
                None
            }
        };
        Version::new(part(major)?, part(minor)?)
    }

    pub(crate) fn write(self, out: &mut Vec<u8>) {
        write_number(u32::from(self.major), 2, out);
        out.push(b'.');
        write_number(u32::from(self.minor), 2, out);
    }
}

impl Default for Version {
    fn default() -> Self {
        Version::V01_00
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}.{:02}", self.major, self.minor)
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
