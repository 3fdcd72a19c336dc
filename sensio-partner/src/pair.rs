//! What addresses an event: its device and its code.

use crate::codes::EventType;
use crate::identifier::DeviceIdentifier;
use crate::version::UnityVersion;

/// Device and code: at most one event is active for each (Partner API reference 4.4).
pub(crate) type Pair = (DeviceIdentifier, EventType);

/// The pair as a key: 917 and 923 are the same event under two numbers.
pub(crate) fn pair(device: &DeviceIdentifier, event_type: EventType) -> Pair {
    (device.clone(), event_type.for_version(UnityVersion::LATEST))
}
