//! The status of devices (Partner API reference 5).

mod batch;

pub use batch::{BATCH, BatchPlan};

use core::fmt;

use serde_json::{Map, Value};

use crate::identifier::DeviceIdentifier;
use crate::wire::StatusNames;

/// The status of a device: a JSON object as the caller wants it, since no member is documented. Empty,
/// it is a heartbeat: the call itself is taken as the sign of life \[I-low\].
///
/// It never holds `null`, `""`, `[]` or `{}`, which must not be sent. Values do not print.
#[derive(Clone, PartialEq, Default)]
pub struct DeviceStatus(Map<String, Value>);

/// Why something cannot stand in a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidStatus {
    /// `null`, `""`, `[]` or `{}`, here or deeper inside.
    #[error("an unused member must be left out of a status")]
    NotUsed,
    /// A member without a name.
    #[error("a member of a status needs a name")]
    EmptyName,
    /// The member that names the device in a batch is written from the entry.
    #[error("the member that names the device belongs to the batch, not to the status")]
    NamesDevice,
}

/// How full a battery is: 0 to 100 percent. Unit and member are guesses \[I-low\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BatteryLevel(u8);

impl BatteryLevel {
    /// `None` above 100.
    #[must_use]
    pub fn new(percent: u8) -> Option<Self> {
        (percent <= 100).then_some(Self(percent))
    }

    /// The percentage.
    #[must_use]
    pub const fn percent(self) -> u8 {
        self.0
    }
}

impl DeviceStatus {
    /// Nothing but the sign of life.
    #[must_use]
    pub fn heartbeat() -> Self {
        Self::default()
    }

    /// The object as it is.
    ///
    /// # Errors
    ///
    /// [`InvalidStatus`] when something in it must not be sent.
    pub fn new(members: Map<String, Value>) -> Result<Self, InvalidStatus> {
        if members.contains_key("") {
            return Err(InvalidStatus::EmptyName);
        }
        match members.values().all(is_used) {
            true => Ok(Self(members)),
            false => Err(InvalidStatus::NotUsed),
        }
    }

    /// The same with one member more, or another value of it.
    ///
    /// # Errors
    ///
    /// [`InvalidStatus`] when it must not be sent.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Result<Self, InvalidStatus> {
        let value = value.into();
        if name.is_empty() {
            return Err(InvalidStatus::EmptyName);
        }
        if !is_used(&value) {
            return Err(InvalidStatus::NotUsed);
        }
        self.0.insert(name.to_owned(), value);
        Ok(self)
    }

    /// The same with a battery level, under the profile's guess of a name.
    #[must_use]
    pub fn with_battery_level(mut self, level: BatteryLevel, names: &StatusNames) -> Self {
        if !names.battery_level.is_empty() {
            self.0.insert(names.battery_level.clone(), level.0.into());
        }
        self
    }

    /// The battery level, if the profile's name holds a whole percentage.
    #[must_use]
    pub fn battery_level(&self, names: &StatusNames) -> Option<BatteryLevel> {
        let value = self.get(&names.battery_level)?;
        let percent = value
            .as_u64()
            .or_else(|| value.as_str()?.trim().parse().ok())?;
        BatteryLevel::new(u8::try_from(percent).ok()?)
    }

    /// A member, its name compared without case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Every member.
    #[must_use]
    pub fn members(&self) -> &Map<String, Value> {
        &self.0
    }
}

impl fmt::Debug for DeviceStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceStatus({} members, hidden)", self.0.len())
    }
}

/// Whether a value says something: "not used" is never sent (Partner API reference 4.2).
pub(crate) fn is_used(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => !values.is_empty() && values.iter().all(is_used),
        Value::Object(members) => !members.is_empty() && members.values().all(is_used),
    }
}

/// One element of the batch call.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusEntry {
    /// Whose status it is.
    pub device: DeviceIdentifier,
    /// The status.
    pub status: DeviceStatus,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn refuses_what_must_not_be_sent() {
        for value in [
            json!(null),
            json!(""),
            json!([]),
            json!({}),
            json!({"a": [null]}),
        ] {
            assert_eq!(
                DeviceStatus::heartbeat().with("member", value),
                Err(InvalidStatus::NotUsed)
            );
        }
        assert!(DeviceStatus::heartbeat().with("zero", 0).is_ok());
    }

    #[test]
    fn the_battery_goes_by_the_name_of_the_profile() {
        let names = StatusNames::default();
        let level = BatteryLevel::new(78).expect("a percentage");
        let status = DeviceStatus::heartbeat().with_battery_level(level, &names);
        assert_eq!(status.get("BatteryLevel"), Some(&json!(78)));
        assert_eq!(status.battery_level(&names), Some(level));
        assert_eq!(BatteryLevel::new(101), None);
    }
}
