//! Codes that are numbers. Any number is one; the tables name some of them.

use core::fmt;

use super::tables;
use super::{Row, Table};

macro_rules! number {
    ($(#[$doc:meta])* $name:ident, $table:ident, $unknown:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(transparent))]
        pub struct $name(
            /// The number.
            pub u16,
        );

        impl $name {
            /// The table that names these numbers.
            pub const TABLE: &'static Table<u16> = &tables::$table;

            /// The row of the table; `None` when no source names the number.
            #[must_use]
            pub fn row(self) -> Option<&'static Row<u16>> {
                Self::TABLE.get(self.0)
            }

            /// The name; `None` when no source names the number.
            #[must_use]
            pub fn name(self) -> Option<&'static str> {
                self.row().map(|row| row.name())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.name() {
                    Some(name) => f.pad(name),
                    None => write!(f, concat!($unknown, " {}"), self.0),
                }
            }
        }

        impl From<u16> for $name {
            fn from(number: u16) -> Self {
                Self(number)
            }
        }
    };
}

number! {
    /// A device type of a panel's database (Climax reference 8).
    DeviceTypeCode, PANEL_DEVICE_TYPE, "unknown type"
}

number! {
    /// What a device is set to raise, in the settings of a panel (Climax reference 9).
    ResponseValue, PANEL_RESPONSE_VALUE, "unknown response"
}

number! {
    /// How a mobile unit reports to a destination (Climax reference 5.7).
    MobileReportType, MOBILE_REPORT_TYPE, "unknown report type"
}

number! {
    /// Which events a mobile unit reports to a destination (Climax reference 5.7).
    MobileReportFilter, MOBILE_REPORT_FILTER, "unknown filter"
}

impl DeviceTypeCode {
    /// 4: door or window contact.
    pub const CONTACT: Self = Self(4);
    /// 5: water leak sensor.
    pub const WATER: Self = Self(5);
    /// 6: panic button, a variant of 7.
    pub const PANIC_BUTTON_VARIANT: Self = Self(6);
    /// 7: panic button.
    pub const PANIC_BUTTON: Self = Self(7);
    /// 9: motion sensor.
    pub const MOTION: Self = Self(9);
    /// 11: smoke detector.
    pub const SMOKE: Self = Self(11);
    /// 13: carbon monoxide detector.
    pub const CARBON_MONOXIDE: Self = Self(13);
    /// 21: medical alarm transmitter.
    pub const MEDICAL_TRANSMITTER: Self = Self(21);
    /// 26: repeater.
    pub const REPEATER: Self = Self(26);
    /// 54: room sensor for temperature and humidity.
    pub const ROOM_SENSOR: Self = Self(54);
}
