//! Where it happened.

use alloc::borrow::ToOwned;

use alarm_codes::{DeviceTime, Latitude, Location, Longitude, Position, Private};

use crate::events::PositionText;

/// Coordinates in degrees, north and east positive. `Debug` hides them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coordinates {
    /// -90 to 90.
    pub latitude: Latitude,
    /// -180 to 180.
    pub longitude: Longitude,
}

/// The location of a report.
///
/// The location text stays whole, because its form is not public. Accuracy, time and method of its
/// keys go with the coordinates, if the caller has any; without them they stay in the text.
#[must_use]
pub fn location_of(text: Option<&str>, coordinates: Option<Coordinates>) -> Location {
    let mut location = Location {
        text: text.map(|text| Private::new(text.to_owned())),
        ..Location::default()
    };
    let said = PositionText::read(text.unwrap_or_default());
    location.position = coordinates.map(|found| {
        let mut position = Position::new(found.latitude, found.longitude);
        // 0 says where the position is from and not how good it is.
        position.accuracy_m = said.error_radius_m.filter(|metres| *metres > 0);
        position.time = said.taken.map(DeviceTime::new);
        position.method = said.error_radius_m.map(|metres| {
            let method = if metres == 0 { "gnss" } else { "cell" };
            method.to_owned()
        });
        Private::new(position)
    });
    location
}
