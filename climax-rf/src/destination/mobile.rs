//! The number that selects the format in mobile care units (Climax reference 5.7).

use core::fmt;

use super::{Dialect, Format};
use crate::provenance::Provenance;

/// What carries a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Transport {
    /// A connection.
    Tcp,
    /// Datagrams.
    Udp,
    /// A short message.
    ShortMessage,
    /// A speech call.
    Speech,
}

/// The type of a report of a mobile care unit, a number. Unknown ones are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MobileReportType(pub u8);

impl MobileReportType {
    /// All of the table are from one source.
    pub const PROVENANCE: Provenance = Provenance::SingleSource;

    /// How it is sent; `None` for a number that is not in the table, and for the XML of number
    /// 18, whose transport is not public.
    #[must_use]
    pub const fn transport(self) -> Option<Transport> {
        match self.0 {
            0 => Some(Transport::Speech),
            10..=12 | 20 | 21 => Some(Transport::Tcp),
            13 | 14 | 22 | 23 => Some(Transport::Udp),
            30 | 31 => Some(Transport::ShortMessage),
            _ => None,
        }
    }

    /// What is sent over TCP or UDP, as the suffix that a panel would have; `None` for everything
    /// else.
    #[must_use]
    pub const fn format(self) -> Option<Format> {
        let dialect = match self.0 {
            10 => return Some(Format::ContactId),
            11..=14 => Dialect::First,
            20..=23 => Dialect::Second,
            _ => return None,
        };
        Some(match self.0 {
            11 | 13 | 20 | 22 => Format::ContactIdOverDc09 { dialect, key: None },
            _ => Format::Sia {
                dialect,
                area_in_zone: false,
                key: None,
            },
        })
    }
}

impl fmt::Display for MobileReportType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
