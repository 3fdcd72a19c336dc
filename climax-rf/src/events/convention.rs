//! What the numbers of group and zone stand for (Climax reference 7.4).

use super::class::EventClass;
use super::profile::Profile;
use crate::codes::{StandardEvent, ThirdField};
use crate::contact_id::{ContactId, Group, Zone};
use crate::provenance::Provenance;

/// What a group stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GroupReading {
    /// 00: the whole panel.
    WholePanel,
    /// 01 and up: an area.
    Area(u16),
    /// A digit above 9: no number. The group is kept in the report.
    NoNumber,
}

/// What a group stands for.
#[must_use]
pub const fn read_group(group: Group) -> GroupReading {
    match group.number() {
        Some(0) => GroupReading::WholePanel,
        Some(area) => GroupReading::Area(area),
        None => GroupReading::NoNumber,
    }
}

/// A zone that care units use for something of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CareZone {
    /// 071: the mobility timer.
    MobilityTimer,
    /// 072: the inactivity timer, or that no transmitter is enrolled.
    InactivityOrNoTransmitter,
}

/// What a zone stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ZoneReading {
    /// 000: the panel itself.
    Panel,
    /// 997: the temporary code.
    TemporaryCode,
    /// 998: the duress code.
    DuressCode,
    /// 911 in a user event: a rule of the cloud.
    Automation,
    /// 034 in a user event: the user of the web page, on one rebrand.
    WebUser,
    /// 001 to 006 in a user event: a user code.
    UserCode(u16),
    /// Any other number in a user event.
    User(u16),
    /// 071 or 072 of a care unit.
    Care(CareZone),
    /// A zone: a device or an input.
    Zone(u16),
    /// A digit above 9: no number. The zone is kept in the report.
    NoNumber,
}

impl ZoneReading {
    /// How this reading came to be known.
    #[must_use]
    pub const fn provenance(self) -> Provenance {
        match self {
            Self::Panel | Self::TemporaryCode | Self::DuressCode | Self::UserCode(_) => {
                Provenance::Confirmed
            }
            Self::Automation | Self::WebUser | Self::Care(_) => Provenance::SingleSource,
            Self::User(_) | Self::Zone(_) | Self::NoNumber => Provenance::Standard,
        }
    }
}

/// One reading, or two where nobody said what kind of equipment reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZoneReadings {
    first: ZoneReading,
    second: Option<ZoneReading>,
}

impl ZoneReadings {
    /// The first reading.
    #[must_use]
    pub const fn first(&self) -> ZoneReading {
        self.first
    }

    /// The other one, if the profile decides between two.
    #[must_use]
    pub const fn second(&self) -> Option<ZoneReading> {
        self.second
    }
}

/// Whether the third field of a report holds a user.
fn is_user_event(report: &ContactId) -> bool {
    let standard = report.code.number().and_then(StandardEvent::get);
    match standard {
        Some(event) => matches!(
            event.third_field,
            ThirdField::User | ThirdField::UserOrAccessPoint
        ),
        None => EventClass::of(report.code) == EventClass::OpenCloseAccess,
    }
}

/// What the zone of a report stands for. Whether it holds a user follows from the event.
#[must_use]
pub fn read_zone(profile: Profile, report: &ContactId) -> ZoneReadings {
    let one = |first| ZoneReadings {
        first,
        second: None,
    };
    let Some(number) = report.zone.number() else {
        return one(ZoneReading::NoNumber);
    };
    let user = is_user_event(report);
    one(match number {
        0 => ZoneReading::Panel,
        997 => ZoneReading::TemporaryCode,
        998 => ZoneReading::DuressCode,
        911 if user => ZoneReading::Automation,
        34 if user => ZoneReading::WebUser,
        1..=6 if user => ZoneReading::UserCode(number),
        _ if user => ZoneReading::User(number),
        71 | 72 if profile.is_care() || profile == Profile::Unknown => {
            let care = ZoneReading::Care(if number == 71 {
                CareZone::MobilityTimer
            } else {
                CareZone::InactivityOrNoTransmitter
            });
            return ZoneReadings {
                first: care,
                second: (profile == Profile::Unknown).then_some(ZoneReading::Zone(number)),
            };
        }
        _ => ZoneReading::Zone(number),
    })
}

/// An area and a zone within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Area {
    /// From 1.
    pub area: u16,
    /// 0 to 99.
    pub zone: u16,
}

/// The area and zone of one care panel whose first zone digit is the area less one (one source).
///
/// Only for panels that are known to do so; nothing in a report tells. `None` when a digit is
/// above 9.
#[must_use]
pub const fn area_and_zone(zone: Zone) -> Option<Area> {
    match zone.number() {
        Some(number) => Some(Area {
            area: number / 100 + 1,
            zone: number % 100,
        }),
        None => None,
    }
}

/// The area and zone in the number of an SIA event whose destination ends in `/SIA_A` or `/SIA2_A`:
/// 100 times the area plus the zone, so that `105` and `0105` are area 1, zone 5 (Climax reference
/// 5.1, one source).
///
/// Only for accounts with such a destination, which is in
/// [`Format::Sia`](crate::destination::Format::Sia); nothing in a report tells. `None` for what is no
/// number, has more than five digits, or has no area.
///
/// ```
/// use climax_rf::events::area_in_number;
///
/// let at = area_in_number("0105").ok_or("an area")?;
/// assert_eq!((at.area, at.zone), (1, 5));
/// assert_eq!(area_in_number("0005"), None);
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn area_in_number(number: &str) -> Option<Area> {
    if number.len() > 5 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u32 = number.parse().ok()?;
    let area = u16::try_from(number / 100).ok().filter(|area| *area > 0)?;
    let zone = u16::try_from(number % 100).ok()?;
    Some(Area { area, zone })
}
