//! Device: what raised the alarm (FHIR reference 5.2).

use super::{CodeableConcept, Identifier, Reference, accessors, element_view, resource_view};

resource_view! {
    /// A device.
    Device
}

accessors! { Device:
    /// Serial number or IMEI, under an address of the manufacturer.
    identifiers: many Identifier "identifier";
    /// `active`, `inactive` …
    status: text "status";
    /// The serial number.
    serial_number: text "serialNumber";
    /// Its names, of several kinds.
    names: many DeviceName "deviceName";
    /// The number of the model.
    model_number: text "modelNumber";
    /// Who made it.
    manufacturer: text "manufacturer";
    /// What it is.
    type_: one CodeableConcept "type";
    /// Who owns it.
    owner: one Reference "owner";
    /// Where it is.
    location: one Reference "location";
    /// Whom it is assigned to.
    patient: one Reference "patient";
}

impl<'r> Device<'r> {
    /// The name to show: the one for people, else the first, else what it is.
    #[must_use]
    pub fn name(self) -> Option<&'r str> {
        self.names()
            .find(|name| name.type_() == Some("user-friendly-name"))
            .and_then(DeviceName::name)
            .or_else(|| self.names().find_map(DeviceName::name))
            .or_else(|| self.type_().and_then(CodeableConcept::shown))
    }
}

element_view! {
    /// One name of a device.
    DeviceName
}

accessors! { DeviceName:
    /// The name.
    name: text "name";
    /// `user-friendly-name`, `model-name`, `manufacturer-name` …
    type_: text "type";
}
