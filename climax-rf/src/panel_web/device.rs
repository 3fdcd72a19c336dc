//! Devices: `deviceListGet`, older `sensorListGet`, `deviceListPSSGet`, older `pssStatusGet`.

use alloc::string::String;
use alloc::vec::Vec;

use super::members::{Members, read_rows};
use super::{Flag, Limits, Member, PersonalText, Read, ReadError, Reading, Signal, Text};
use crate::codes::DeviceTypeCode;

/// A device of a panel. What the panel did not say is `None`.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Device {
    /// Area.
    pub area: Option<u16>,
    /// Zone.
    pub zone: Option<u16>,
    /// The number of its type, also when it came as `{D_TYPE_n}`.
    pub device_type: Option<DeviceTypeCode>,
    /// Its type in words.
    pub type_text: Option<Text>,
    /// Its name.
    pub name: Option<PersonalText>,
    /// Its identifier; see [`DeviceId`](crate::codes::DeviceId).
    pub id: Option<String>,
    /// Its status; older panels call it `cond`.
    pub status: Option<Text>,
    /// Whether it is bypassed, in the panel's words.
    pub bypass: Option<Text>,
    /// How strong it is heard.
    pub signal: Option<Signal>,
    /// Temperature in degrees Celsius, from the status.
    pub temperature: Option<Reading>,
    /// Relative humidity in per cent, from the status.
    pub humidity: Option<Reading>,
    /// Battery, tamper and whatever else has a flag.
    pub flags: Vec<Flag>,
    /// Everything else.
    pub others: Vec<Member>,
}

impl Device {
    /// A flag by its name without `_ok`, and without regard to case.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        let mut flags = self.flags.iter();
        flags.find(|flag| flag.name.eq_ignore_ascii_case(name))
    }
}

/// Type by number or by place holder.
pub(super) fn device_type(members: &mut Members<'_>) -> (Option<DeviceTypeCode>, Option<Text>) {
    let text = members.placeholder(&["type_f", "type_text"]);
    let from_text = |text: &Text| text.number_of("D_TYPE").map(DeviceTypeCode);
    // The number itself may be a text such as `{D_TYPE_4}` or `Door Contact`.
    let plain = members.text(&["type", "dtype"]).map(Text::new);
    let number = plain
        .as_ref()
        .and_then(|text| text.as_str().trim().parse().ok().map(DeviceTypeCode));
    let device_type = number
        .or_else(|| plain.as_ref().and_then(from_text))
        .or_else(|| text.as_ref().and_then(from_text));
    let spare = if number.is_some() { None } else { plain };
    (device_type, text.or(spare))
}

/// Reads the devices of an answer.
///
/// # Errors
///
/// [`ReadError`] when the answer is too large, no JSON, or without rows.
pub fn read_devices(answer: &[u8], limits: &Limits) -> Result<Read<Device>, ReadError> {
    read_rows(answer, limits, |row| {
        let flags = row.flags();
        let (device_type, type_text) = device_type(row);
        let status = row.placeholder(&["status", "cond"]);
        let temperature = status
            .as_ref()
            .and_then(Text::temperature)
            .or_else(|| row.reading(&["temperature", "temp"]));
        let humidity = status
            .as_ref()
            .and_then(Text::humidity)
            .or_else(|| row.reading(&["humidity"]));
        Device {
            area: row.number("area", &["area"]),
            zone: row.number("zone", &["zone"]),
            device_type,
            type_text,
            name: row.personal(&["name"]),
            id: row.text(&["sid", "id"]),
            status,
            bypass: row.placeholder(&["bypass"]),
            signal: row.signal(&["rssi"]),
            temperature,
            humidity,
            flags,
            others: row.others(),
        }
    })
}
