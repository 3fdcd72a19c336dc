//! Which unit and which sensor.

use alloc::string::String;

use crate::device_kind::DeviceKind;
use crate::system::Profile;

/// Who reports: the unit, the trigger or sensor behind it, and a part of that.
///
/// SCAIP: `cid`, `did`, `dco`, `dty`. Sensio: `deviceIdentifier`. Contact ID: account and zone.
/// ESPA 4.4.4: call address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
pub struct Device {
    /// The unit that reports.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub controller: Option<String>,
    /// The trigger or sensor.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub device: Option<String>,
    /// A part of the device, for example its second button.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub component: Option<String>,
    /// What kind of device it is.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub kind: Option<DeviceKind>,
    /// The source's own code for the kind of device, also when it has no name here.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub kind_code: Option<String>,
    /// The dialect that the registry states for the controller.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub profile: Option<Profile>,
    /// Software version as the device states it.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub software_version: Option<String>,
}

impl Device {
    /// True when nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
