//! The device that raised an alarm.

use crate::note::{ExtraCoding, Text};
use crate::{Identifier, Person};

/// A device (FHIR reference 5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Device {
    /// Serial number or IMEI under an address of the manufacturer or vendor.
    pub identifier: Identifier,
    /// The serial number alone.
    pub serial_number: Option<Text>,
    /// The name that people use, for example `Fallsensor soverom`. Also the display of references.
    pub name: Option<Text>,
    /// The name of the model, for example `Room sensor`.
    pub model_name: Option<Text>,
    /// The number of the model.
    pub model_number: Option<Text>,
    /// Who made it.
    pub manufacturer: Option<Text>,
    /// What it is, in words: `Fallsensor`.
    pub kind: Option<Text>,
    /// What it is, in codes, for example [`ExtraCoding::ieee_11073`].
    pub kind_codings: Vec<ExtraCoding>,
    /// The organisation that owns it.
    pub owner: Option<Person>,
    /// Where it is, in words.
    pub location: Option<Text>,
}

impl Device {
    /// A device of which no more is known than what it is called.
    #[must_use]
    pub const fn new(identifier: Identifier) -> Self {
        Self {
            identifier,
            serial_number: None,
            name: None,
            model_name: None,
            model_number: None,
            manufacturer: None,
            kind: None,
            kind_codings: Vec::new(),
            owner: None,
            location: None,
        }
    }
}

/// One of the devices of a note; given by [`AlarmNote::add_device`](crate::note::AlarmNote::add_device)
/// and good for that note only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeviceRef(pub(crate) usize);
