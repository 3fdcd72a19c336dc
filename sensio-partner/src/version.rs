//! What a server of a given version understands.

use core::fmt;
use core::str::FromStr;

/// The version of the Unity platform behind a server. It cannot be asked for: a setting per customer,
/// [latest](UnityVersion::LATEST) by default (Partner API reference 10.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnityVersion {
    major: u16,
    minor: u16,
    patch: u16,
}

impl UnityVersion {
    /// 6.3 of 2019-10-10: the interface is documented.
    pub const V6_3: Self = Self::new(6, 3, 0);
    /// 6.8 of 2021-01-22: 921 and 922.
    pub const V6_8: Self = Self::new(6, 8, 0);
    /// 6.9 of 2021-04-15: webhooks.
    pub const V6_9: Self = Self::new(6, 9, 0);
    /// 6.11 of 2021-10-19: `ExternalEventId` in webhooks, `description`, 967 and 968.
    pub const V6_11: Self = Self::new(6, 11, 0);
    /// 6.13.4 of 2022-07-01: *Medicine Not Taken* becomes 923.
    pub const V6_13_4: Self = Self::new(6, 13, 4);
    /// Newer than all that is documented.
    pub const LATEST: Self = Self::new(u16::MAX, u16::MAX, u16::MAX);

    /// A version of three numbers.
    #[must_use]
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self {
            major,
            minor,
            patch,
        }
    }

    /// Whether a server of this version has the feature.
    #[must_use]
    pub fn has(self, feature: Feature) -> bool {
        self >= feature.since()
    }
}

impl Default for UnityVersion {
    fn default() -> Self {
        Self::LATEST
    }
}

/// What came with a version: the whole table of differences (Partner API reference 10.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Feature {
    /// Events 921 and 922 of the supervision sensor.
    RespirationAndOxygen,
    /// Webhooks.
    Webhooks,
    /// `description` in POST and PUT.
    Description,
    /// `ExternalEventId` in webhooks; before, only device and code correlate.
    ExternalEventIdInWebhooks,
    /// Events 967 and 968 of the medicine dispenser.
    ContainerMalfunctions,
    /// *Medicine Not Taken* is 923; before, it was 917.
    MedicineNotTaken923,
}

impl Feature {
    /// Every feature, oldest first.
    pub const ALL: &'static [Self] = &[
        Self::RespirationAndOxygen,
        Self::Webhooks,
        Self::Description,
        Self::ExternalEventIdInWebhooks,
        Self::ContainerMalfunctions,
        Self::MedicineNotTaken923,
    ];

    /// The first version that has it.
    #[must_use]
    pub const fn since(self) -> UnityVersion {
        match self {
            Self::RespirationAndOxygen => UnityVersion::V6_8,
            Self::Webhooks => UnityVersion::V6_9,
            Self::Description | Self::ExternalEventIdInWebhooks | Self::ContainerMalfunctions => {
                UnityVersion::V6_11
            }
            Self::MedicineNotTaken923 => UnityVersion::V6_13_4,
        }
    }
}

/// A text that is not `latest` or one to three numbers with points between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a Unity version reads \"latest\" or like \"6.13.4\"")]
pub struct InvalidVersion;

impl FromStr for UnityVersion {
    type Err = InvalidVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.eq_ignore_ascii_case("latest") {
            return Ok(Self::LATEST);
        }
        let mut numbers = [0; 3];
        let mut parts = text.split('.');
        for (i, number) in numbers.iter_mut().enumerate() {
            match parts.next() {
                Some(part) => *number = part.parse().map_err(|_| InvalidVersion)?,
                None if i > 0 => break,
                None => return Err(InvalidVersion),
            }
        }
        if parts.next().is_some() {
            return Err(InvalidVersion);
        }
        Ok(Self::new(numbers[0], numbers[1], numbers[2]))
    }
}

impl fmt::Display for UnityVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            major,
            minor,
            patch,
        } = *self;
        if *self == Self::LATEST {
            f.write_str("latest")
        } else if patch == 0 {
            write!(f, "{major}.{minor}")
        } else {
            write!(f, "{major}.{minor}.{patch}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_eleven_is_younger_than_six_nine() {
        assert!(UnityVersion::V6_11 > UnityVersion::V6_9);
        assert!(!UnityVersion::V6_9.has(Feature::Description));
        assert!(UnityVersion::LATEST.has(Feature::MedicineNotTaken923));
    }

    #[test]
    fn reads_what_it_prints() {
        for text in ["6.3", "6.13.4", "latest"] {
            assert_eq!(
                text.parse::<UnityVersion>()
                    .map(|v| v.to_string())
                    .as_deref(),
                Ok(text)
            );
        }
        for text in ["", "6.", "6.1.2.3", "six"] {
            assert_eq!(
                text.parse::<UnityVersion>(),
                Err(InvalidVersion),
                "{text:?}"
            );
        }
    }
}
