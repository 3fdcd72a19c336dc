//! Alarm codes, states and device types (Partner API reference 10).
//!
//! The sets are open: every number travels unharmed, and a test holds the tables to `data/alarm-codes.csv`.

mod tables;

use core::fmt;

pub use tables::{DOCUMENTED, Documented};

use crate::version::{Feature, UnityVersion};

/// The integer alarm code that names what happened, `EventType` in webhooks and `eventType` in paths (that
/// a path carries the code is \[I-high\]: only the name of the parameter is documented).
///
/// Not a [`State`]: 10 is a code (wandering) and a state (emergency call). Severity cannot be read
/// from the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventType(pub u32);

#[allow(missing_docs, reason = "the vendor's table gives a name and no more")]
impl EventType {
    pub const ALARM: Self = Self(1);
    pub const PATIENT_SIGNAL: Self = Self(2);
    pub const SOCIAL_CARE_ALARM: Self = Self(4);
    pub const MOBILE_ASSAULT_ALARM: Self = Self(6);
    pub const FIXED_ASSAULT_ALARM: Self = Self(7);
    pub const HIGH_TEMPERATURE: Self = Self(8);
    pub const LOW_TEMPERATURE: Self = Self(9);
    pub const WANDERING: Self = Self(10);
    pub const MOBILE_SOCIAL_CARE_ALARM: Self = Self(11);
    pub const OUT_OF_BED: Self = Self(12);
    pub const MOBILE_ASSISTANCE: Self = Self(14);
    pub const FIRE_ALARM: Self = Self(47);
    pub const NOT_CLOSED: Self = Self(899);
    pub const NOT_STOOD_UP: Self = Self(900);
    pub const INACTIVITY: Self = Self(901);
    pub const SOUND_LEVEL_ALARM: Self = Self(903);
    pub const EPILEPSY: Self = Self(904);
    pub const LOW_FOOD_INTAKE: Self = Self(905);
    pub const FALL: Self = Self(906);
    pub const INCONTINENCE: Self = Self(907);
    pub const NOT_IN_BED: Self = Self(908);
    pub const STOVE_GUARD_ALARM: Self = Self(909);
    pub const WATER_LEAKAGE: Self = Self(910);
    pub const UP_IN_BED: Self = Self(911);
    pub const ACTIVITY: Self = Self(912);
    pub const ENTER_ROOM: Self = Self(913);
    pub const OUT_OF_CHAIR: Self = Self(914);
    pub const TOO_LONG_GONE: Self = Self(915);
    pub const ABSENCE: Self = Self(916);
    pub const MEDICINE_NOT_TAKEN_BEFORE_6_13_4: Self = Self(917);
    pub const MEDICINES_NOT_TAKEN: Self = Self(918);
    pub const MEDICINE_SOON_EMPTY: Self = Self(919);
    pub const MEDICINE_EMPTY: Self = Self(920);
    pub const RESPIRATION_RATE: Self = Self(921);
    pub const OXYGEN_SATURATION: Self = Self(922);
    pub const MEDICINE_NOT_TAKEN: Self = Self(923);
    pub const OFFLINE: Self = Self(950);
    pub const LOW_BATTERY: Self = Self(951);
    pub const BATTERY_FAILURE: Self = Self(952);
    pub const POWER_FAILURE: Self = Self(954);
    pub const TAMPER: Self = Self(955);
    pub const LOW_SIGNAL: Self = Self(956);
    pub const CRITICALLY_LOW_BATTERY: Self = Self(957);
    pub const MALFUNCTION: Self = Self(966);
    pub const MALFUNCTION_CONTENT_CONTAINER_ALERT: Self = Self(967);
    pub const MALFUNCTION_EXCESS_CONTAINER_ALERT: Self = Self(968);
    pub const MAINTENANCE_NEEDED: Self = Self(1001);
    pub const POWER_OVERLOAD: Self = Self(1002);
    pub const MEDICINE_TAKEN: Self = Self(10014);
}

impl EventType {
    /// The vendor's name; `None` for a number that is not in the tables.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        DOCUMENTED
            .iter()
            .find(|row| row.event_type == self)
            .map(|row| row.event)
    }

    /// Whether the table lists the code for this type of device. Codes for all devices fit any.
    #[must_use]
    pub fn is_documented_for(self, device: DeviceType) -> bool {
        DOCUMENTED.iter().any(|row| {
            row.event_type == self && (row.device == device || row.device == DeviceType::All)
        })
    }

    /// Whether a state is documented beside the code: only with *Patient signal* (Partner API
    /// reference 10.2).
    #[must_use]
    pub const fn has_states(self) -> bool {
        self.0 == Self::PATIENT_SIGNAL.0
    }

    /// The feature of the server that a code needs; `None` when it was always there.
    #[must_use]
    pub const fn needs(self) -> Option<Feature> {
        match self.0 {
            921 | 922 => Some(Feature::RespirationAndOxygen),
            967 | 968 => Some(Feature::ContainerMalfunctions),
            923 => Some(Feature::MedicineNotTaken923),
            _ => None,
        }
    }

    /// The code under which a server of this version knows the event: *Medicine Not Taken* is 917
    /// before 6.13.4 and 923 since.
    #[must_use]
    pub fn for_version(self, version: UnityVersion) -> Self {
        let renamed = version.has(Feature::MedicineNotTaken923);
        match self {
            Self::MEDICINE_NOT_TAKEN if !renamed => Self::MEDICINE_NOT_TAKEN_BEFORE_6_13_4,
            Self::MEDICINE_NOT_TAKEN_BEFORE_6_13_4 if renamed => Self::MEDICINE_NOT_TAKEN,
            other => other,
        }
    }

    /// Whether the code stands for a condition that begins and ends, listed for all devices (Partner
    /// API reference 11).
    #[must_use]
    pub fn is_operational(self) -> bool {
        DOCUMENTED
            .iter()
            .any(|row| row.event_type == self && row.device == DeviceType::All)
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The state beside an event that has states: only *Patient signal* of the pull cord is documented
/// with them (Partner API reference 10.2). Any integer travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct State(pub i32);

impl State {
    /// 50: a call.
    pub const ALARM_CALL: Self = Self(50);
    /// 88: staff is present.
    pub const PRESENT: Self = Self(88);
    /// 110: staff asks for assistance.
    pub const ASSISTANCE: Self = Self(110);
    /// 10: emergency call.
    pub const EMERGENCY_CALL: Self = Self(10);

    /// The vendor's name; `None` for other values.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::ALARM_CALL => Some("AlarmCall"),
            Self::PRESENT => Some("Present"),
            Self::ASSISTANCE => Some("Assistance"),
            Self::EMERGENCY_CALL => Some("EmergencyCall"),
            _ => None,
        }
    }
}

/// The type of a device as the table groups codes. Sensio knows it from the registration; no field
/// carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the vendor's table gives a name and no more")]
pub enum DeviceType {
    EmployeeAlarm,
    SocialCareAlarm,
    MotionDetector,
    DoorContact,
    SmokeFireDetector,
    FallSensor,
    WaterSensor,
    SupervisionSensor,
    MultiDetector,
    MedicineDispenser,
    PullCord,
    /// Not a type: the operational codes that every device may raise.
    All,
}

impl DeviceType {
    /// The vendor's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EmployeeAlarm => "Employee alarm",
            Self::SocialCareAlarm => "Social care alarm",
            Self::MotionDetector => "Motion detector",
            Self::DoorContact => "Door contact",
            Self::SmokeFireDetector => "Smoke/fire detector",
            Self::FallSensor => "Fall sensor",
            Self::WaterSensor => "Water sensor",
            Self::SupervisionSensor => "Supervision sensor",
            Self::MultiDetector => "Multi detector",
            Self::MedicineDispenser => "Medicine dispenser",
            Self::PullCord => "Pull cord",
            Self::All => "All",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_follow_the_version() {
        let old = UnityVersion::V6_11;
        assert_eq!(
            EventType::MEDICINE_NOT_TAKEN.for_version(old),
            EventType(917)
        );
        assert_eq!(
            EventType(917).for_version(UnityVersion::LATEST),
            EventType(923)
        );
        assert_eq!(EventType(902).for_version(old), EventType(902));
    }

    #[test]
    fn pairs_are_checked_with_their_device() {
        assert!(EventType::FALL.is_documented_for(DeviceType::FallSensor));
        assert!(!EventType::FALL.is_documented_for(DeviceType::PullCord));
        assert!(EventType::LOW_BATTERY.is_documented_for(DeviceType::PullCord));
        assert!(EventType(967).needs().is_some() && !EventType(967).is_operational());
    }
}
