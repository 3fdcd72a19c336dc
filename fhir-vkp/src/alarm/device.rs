//! The device of an event (FHIR reference 5.2).

use alarm_codes::Event;

use super::device_words;
use crate::note::{Device, ExtraCoding, Text};
use crate::{Identifier, InvalidIdentifier};

/// The device that raised an event, under the address of its vendor: the trigger or sensor, or the unit
/// where no sensor is named. `None` where the event names no device at all.
///
/// # Errors
///
/// [`InvalidIdentifier::EmptySystem`].
pub fn device_of(event: &Event, system: &str) -> Result<Option<Device>, InvalidIdentifier> {
    let named = [&event.device.device, &event.device.controller];
    let Some(id) = named.into_iter().flatten().find(|id| !id.trim().is_empty()) else {
        return Ok(None);
    };
    let mut device = Device::new(Identifier::new(system, id.trim())?);
    if let Some(kind) = event.device.kind {
        device.kind = Text::new(device_words(kind));
        let code = kind.ieee_11073_10471();
        let coding = code.map(|code| ExtraCoding::ieee_11073(130 << 16 | u32::from(code)));
        device.kind_codings = coding.into_iter().collect();
    }
    let place = event
        .location
        .text
        .as_ref()
        .map(|text| text.reveal().clone());
    let coded = || {
        let parts = [&event.location.code, &event.location.value];
        parts
            .into_iter()
            .flatten()
            .cloned()
            .collect::<Vec<_>>()
            .join(" ")
    };
    device.location = Text::new(place.unwrap_or_else(coded));
    Ok(Some(device))
}
