//! Enumerations, device types, batteries and events (Climax reference 11, items 4 to 6).

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use super::field::{Condition, Test};

/// Names of the values of a field. A value without a name is kept as its number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Enumeration {
    pub(super) name: String,
    /// In the order of the numbers.
    pub(super) labels: Vec<(i128, String)>,
}

impl Enumeration {
    /// The name of the enumeration.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of a value.
    #[must_use]
    pub fn label(&self, number: i128) -> Option<&str> {
        let at = self
            .labels
            .binary_search_by_key(&number, |(number, _)| *number)
            .ok()?;
        Some(&self.labels[at].1)
    }

    /// The value with this name.
    #[must_use]
    pub fn number(&self, label: &str) -> Option<i128> {
        let found = self.labels.iter().find(|(_, known)| known == label);
        found.map(|(number, _)| *number)
    }

    /// Every value with its name, in rising order.
    pub fn labels(&self) -> impl Iterator<Item = (i128, &str)> {
        self.labels
            .iter()
            .map(|(number, label)| (*number, label.as_str()))
    }
}

/// What the quantity of the battery field means.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct BatteryScale {
    /// The quantity of an empty battery and of a full one.
    pub range: Option<(f64, f64)>,
    /// At this quantity and nearer to empty, the battery is low.
    pub low: Option<f64>,
}

impl BatteryScale {
    /// The state behind a quantity.
    #[must_use]
    pub fn state(&self, quantity: f64) -> Battery {
        let falling = self.range.is_some_and(|(empty, full)| full < empty);
        Battery {
            quantity,
            percent: self.range.map(|(empty, full)| {
                ((quantity - empty) / (full - empty) * 100.0).clamp(0.0, 100.0)
            }),
            low: self.low.map(|low| {
                if falling {
                    quantity >= low
                } else {
                    quantity <= low
                }
            }),
        }
    }
}

/// The battery of a device.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Battery {
    /// As the field gives it, in its unit.
    pub quantity: f64,
    /// 0 to 100, where the layout says what empty and full are.
    pub percent: Option<f64>,
    /// Where the layout says what low is.
    pub low: Option<bool>,
}

/// A type of device.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DeviceType {
    /// The number in the field with the role `device_type`.
    pub number: u64,
    /// Its name, unique in the layout.
    pub name: String,
    /// The longest time between two signs of life; `None`: not supervised.
    pub supervision: Option<Duration>,
    /// Names of the events that it sends; empty: not declared.
    pub events: Vec<String>,
    /// What its battery field means.
    pub battery: Option<BatteryScale>,
}

/// Whether an event begins or ends what it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventCondition {
    /// It goes on.
    #[default]
    Active,
    /// It is over.
    Cleared,
}

/// From what a frame says to the neutral care event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventRule {
    /// The name of the event.
    pub name: String,
    /// The kind of the shared event model, by its name there; with feature `alarm-codes` it is
    /// known to exist.
    pub kind: Option<String>,
    /// Whether it begins or ends.
    pub condition: EventCondition,
    /// What the event field must say; `None`: anything, or there is none.
    pub code: Option<Test>,
    /// The types of device it is for; empty: every one.
    pub device_types: Vec<u64>,
    /// What else must hold.
    pub when: Vec<Condition>,
}
