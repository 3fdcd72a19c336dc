//! The events of the Contact ID standard.

use super::tables::CONTACT_ID_EVENT;

/// What a standard event is about (Climax reference 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum StandardClass {
    /// 1xx.
    Alarm,
    /// 2xx: supervision of fire equipment.
    Supervisory,
    /// 3xx.
    Trouble,
    /// 4xx.
    OpenCloseAccessRemote,
    /// 5xx.
    BypassDisable,
    /// 6xx.
    TestMisc,
}

/// What the third field of a report, CCC, holds for an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum ThirdField {
    /// A zone.
    Zone,
    /// A zone, or 000 for the panel.
    ZoneOrPanel,
    /// A user.
    User,
    /// A user, or a door.
    UserOrAccessPoint,
    /// A module or device of the panel.
    ModuleOrDevice,
}

/// One event of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct StandardEvent {
    /// The event number.
    pub code: u16,
    /// Its name, in English.
    pub name: &'static str,
    /// What it is about.
    pub class: StandardClass,
    /// What the third field holds.
    pub third_field: ThirdField,
}

impl StandardEvent {
    /// The event of a number; `None` when the standard has none.
    #[must_use]
    pub fn get(code: u16) -> Option<&'static Self> {
        let found = CONTACT_ID_EVENT
            .binary_search_by_key(&code, |event| event.code)
            .ok()?;
        CONTACT_ID_EVENT.get(found)
    }
}
