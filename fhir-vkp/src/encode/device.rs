//! Device (FHIR reference 5.2).

use super::json::Object;
use super::part;
use crate::note::{AlarmNote, Device};
use crate::{Role, Uuid};

/// A device; it has no profile of VKP.
pub(super) fn inside(o: &mut Object<'_, '_>, device: &Device) {
    part::head(o, "Device", None);
    o.array_of_one("identifier", |o| {
        part::identifier(o, &device.identifier, "Device.identifier");
    });
    o.text("manufacturer", device.manufacturer.as_ref());
    o.text("serialNumber", device.serial_number.as_ref());
    o.array("deviceName", |a| {
        let names = [
            (&device.name, "user-friendly-name"),
            (&device.model_name, "model-name"),
        ];
        for (name, kind) in names {
            if let Some(name) = name {
                a.object(|o| {
                    o.any_text("name", name.as_str());
                    o.constant("type", kind);
                });
            }
        }
    });
    o.text("modelNumber", device.model_number.as_ref());
    o.object("type", |o| {
        part::concept(o, &device.kind_codings, device.kind.as_ref());
    });
    if let Some(owner) = &device.owner {
        o.object("owner", |o| part::person(o, owner, "Device.owner"));
    }
    o.object("location", |o| o.text("display", device.location.as_ref()));
}

/// The `fullUrl`s of the devices of a note, in its order.
pub(super) fn uuids(note: &AlarmNote) -> Vec<Uuid> {
    let numbers = 0..=u32::MAX;
    let devices = note.devices().iter().zip(numbers);
    devices
        .map(|(_, number)| note.journal.id.uuid(Role::Device, number))
        .collect()
}
