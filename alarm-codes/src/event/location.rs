//! Where it happened.

use alloc::string::String;

use crate::private::Private;
use crate::time::DeviceTime;

/// Where it happened. SCAIP: `lco`, `lva`, `lte`, `lge`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
pub struct Location {
    /// The source's code of the place, for example the SCAIP location code `011`.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub code: Option<String>,
    /// Which one of these places, for example bedroom 2.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub value: Option<String>,
    /// Free text.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub text: Option<Private<String>>,
    /// Postal address.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub address: Option<Private<String>>,
    /// Position on the globe.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub position: Option<Private<Position>>,
}

impl Location {
    /// True when nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A position. Accuracy and time travel with it: an old or coarse position sends help to the wrong place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Position {
    /// Latitude, north positive.
    pub latitude: Latitude,
    /// Longitude, east positive.
    pub longitude: Longitude,
    /// Radius of uncertainty in metres.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub accuracy_m: Option<u32>,
    /// When the position was taken, as the device wrote it.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub time: Option<DeviceTime>,
    /// How it was found, for example `gnss`, `wifi`, `cell` or `beacon`.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub method: Option<String>,
}

impl Position {
    /// A position of which nothing else is known.
    #[must_use]
    pub const fn new(latitude: Latitude, longitude: Longitude) -> Self {
        Self {
            latitude,
            longitude,
            accuracy_m: None,
            time: None,
            method: None,
        }
    }
}

/// Degrees to ten-millionths, rounded; `None` when not a number or out of range.
#[allow(
    clippy::cast_possible_truncation,
    reason = "the range is checked before the cast"
)]
fn to_e7(degrees: f64, limit: f64) -> Option<i32> {
    if degrees >= -limit && degrees <= limit {
        let scaled = degrees * 1e7;
        Some(if scaled < 0.0 {
            (scaled - 0.5) as i32
        } else {
            (scaled + 0.5) as i32
        })
    } else {
        None
    }
}

macro_rules! angle {
    ($(#[$meta:meta])* $name:ident, $limit:literal, $limit_e7:literal, $expected:literal) => {
        $(#[$meta])*
        ///
        /// Kept in ten-millionths of a degree (about one centimetre), so that it compares exactly and
        /// survives JSON. `Debug` hides it; [`degrees`](Self::degrees) reads it.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i32);

        impl $name {
            /// From degrees, rounded; `None` when not a number or out of range.
            #[must_use]
            pub fn from_degrees(degrees: f64) -> Option<Self> {
                to_e7(degrees, $limit).map(Self)
            }

            /// From ten-millionths of a degree; `None` when out of range.
            #[must_use]
            pub const fn from_e7(e7: i32) -> Option<Self> {
                if e7 >= -$limit_e7 && e7 <= $limit_e7 { Some(Self(e7)) } else { None }
            }

            /// Degrees.
            #[must_use]
            pub fn degrees(self) -> f64 {
                f64::from(self.0) / 1e7
            }

            /// Ten-millionths of a degree.
            #[must_use]
            pub const fn e7(self) -> i32 {
                self.0
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(concat!(stringify!($name), "(private)"))
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_f64(self.degrees())
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let degrees = f64::deserialize(deserializer)?;
                Self::from_degrees(degrees).ok_or_else(|| serde::de::Error::custom($expected))
            }
        }
    };
}

angle! {
    /// Latitude, -90 to 90 degrees.
    Latitude, 90.0, 900_000_000, "latitude is not between -90 and 90 degrees"
}
angle! {
    /// Longitude, -180 to 180 degrees.
    Longitude, 180.0, 1_800_000_000, "longitude is not between -180 and 180 degrees"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_are_rounded_and_their_range_is_checked() {
        assert_eq!(
            Latitude::from_degrees(59.913_868_8).unwrap().e7(),
            599_138_688
        );
        assert_eq!(Longitude::from_degrees(-0.000_000_05).unwrap().e7(), -1);
        assert_eq!(Latitude::from_degrees(90.000_001), None);
        assert_eq!(Longitude::from_degrees(f64::NAN), None);
        assert_eq!(Longitude::from_e7(1_800_000_001), None);
        assert!(Longitude::from_degrees(-180.0).is_some());
    }
}
