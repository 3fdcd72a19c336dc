//! Codes for kinds that the crosswalk has none for.

use alarm_codes::{Class, Kind};

use crate::codes::EventType;

/// A broader code for a kind without a code of its own, where silence would be worse. Suggestions, as
/// Partner API reference 15 makes them for Safemate and RoomMate, and guesses in the same spirit beyond
/// that: what is on fire goes out as fire, what else needs a person as the alarm of a multi detector
/// (1). Kinds then share a code, and the end of one ends the others of that device at the server. Whether a server takes code 1 from every type of device is unknown.
///
/// `None` for technical, service, test and other events that no person waits for.
#[must_use]
pub const fn suggested_code(kind: Kind, class: Class) -> Option<EventType> {
    Some(match kind {
        Kind::ManDown => EventType::FALL,
        Kind::GeofenceCrossed | Kind::RoomLeft => EventType::WANDERING,
        Kind::BathTooLong => EventType::TOO_LONG_GONE,
        Kind::Smoke | Kind::Heat | Kind::Gas | Kind::CarbonMonoxide => EventType::FIRE_ALARM,
        Kind::DeviceSwitchedOff | Kind::LinkFailure => EventType::OFFLINE,
        Kind::SelfTestFailed => EventType::MALFUNCTION,
        _ => match class {
            Class::Care | Class::LifeSafety | Class::Property | Class::Unknown => EventType::ALARM,
            _ => return None,
        },
    })
}
