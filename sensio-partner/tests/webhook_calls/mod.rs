//! Webhooks about one event of one device.

use sensio_partner::webhook::{EventStateChanged, RequestDeactivateEvent, Webhook};
use sensio_partner::{DeviceIdentifier, EventType, ExternalEventId};

pub(crate) fn device() -> DeviceIdentifier {
    DeviceIdentifier::new("SN-004711").expect("valid")
}

pub(crate) fn id(text: &str) -> ExternalEventId {
    ExternalEventId::new(text).expect("not empty")
}

pub(crate) fn request(external: Option<&str>) -> Webhook {
    let request = RequestDeactivateEvent::new(device(), EventType::FALL);
    match external {
        Some(text) => request.with_external_event_id(id(text)).into(),
        None => request.into(),
    }
}

pub(crate) fn inactive(external: Option<&str>) -> Webhook {
    let changed = EventStateChanged::inactive(device(), EventType::FALL);
    match external {
        Some(text) => changed.with_external_event_id(id(text)).into(),
        None => changed.into(),
    }
}
