//! A frame that was read.

use alloc::vec::Vec;
use core::fmt;

use serde::ser::SerializeMap;

use super::field::{Field, Role};
use super::meaning::{Battery, DeviceType, EventRule};
use super::value::{Value, Values};
use super::{Layout, Warning};

/// A frame that was read by a layout.
///
/// [`Debug`](fmt::Debug) names the fields and shows no values.
#[derive(Clone)]
pub struct Decoded {
    pub(super) layout: Layout,
    /// One for each field of the layout.
    pub(super) values: Vec<Option<Value>>,
    /// Indices of events of the layout.
    pub(super) events: Vec<usize>,
    pub(super) warnings: Vec<Warning>,
}

/// A field and what it holds.
#[derive(Clone, Copy)]
pub struct FieldValue<'a> {
    layout: &'a Layout,
    field: &'a Field,
    value: &'a Value,
}

impl<'a> FieldValue<'a> {
    /// The name of the field.
    #[must_use]
    pub fn name(&self) -> &'a str {
        &self.field.name
    }

    /// The field as declared.
    #[must_use]
    pub const fn field(&self) -> &'a Field {
        self.field
    }

    /// The raw value.
    #[must_use]
    pub const fn value(&self) -> &'a Value {
        self.value
    }

    /// The number with scale and addend, in [`unit`](Self::unit); `None` for text and bytes.
    #[must_use]
    pub fn quantity(&self) -> Option<f64> {
        self.field.quantity(self.value)
    }

    /// The unit of [`quantity`](Self::quantity).
    #[must_use]
    pub fn unit(&self) -> Option<&'a str> {
        self.field.unit.as_deref()
    }

    /// The name of the value in the enumeration of the field.
    #[must_use]
    pub fn label(&self) -> Option<&'a str> {
        let enumeration = &self.layout.definition.enumerations[self.field.enumeration?];
        enumeration.label(self.value.number()?)
    }
}

impl fmt::Debug for FieldValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldValue")
            .field("name", &self.field.name)
            .finish_non_exhaustive()
    }
}

impl Decoded {
    /// The layout that read it.
    #[must_use]
    pub const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The fields that are there, in the order of the layout.
    pub fn fields(&self) -> impl Iterator<Item = FieldValue<'_>> {
        let fields = self.layout.definition.fields.iter();
        fields
            .zip(&self.values)
            .filter_map(|(field, value)| Some(self.field_value(field, value.as_ref()?)))
    }

    /// A field by its name; `None` when it is not there.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<FieldValue<'_>> {
        self.fields().find(|field| field.name() == name)
    }

    const fn field_value<'a>(&'a self, field: &'a Field, value: &'a Value) -> FieldValue<'a> {
        FieldValue {
            layout: &self.layout,
            field,
            value,
        }
    }

    pub(super) fn index_with(&self, role: Role) -> Option<usize> {
        let fields = self.layout.definition.fields.iter().zip(&self.values);
        fields
            .enumerate()
            .find(|(_, (field, value))| field.role == Some(role) && value.is_some())
            .map(|(index, _)| index)
    }

    /// The first field with a role that is there.
    #[must_use]
    pub fn with_role(&self, role: Role) -> Option<FieldValue<'_>> {
        let index = self.index_with(role)?;
        let field = &self.layout.definition.fields[index];
        Some(self.field_value(field, self.values[index].as_ref()?))
    }

    /// The number or name of the device.
    #[must_use]
    pub fn device(&self) -> Option<&Value> {
        Some(self.with_role(Role::Device)?.value)
    }

    /// The number of its type, declared or not.
    #[must_use]
    pub fn device_type_number(&self) -> Option<u64> {
        let number = self.with_role(Role::DeviceType)?.value.number()?;
        u64::try_from(number).ok()
    }

    /// The type of device; `None` when the layout does not declare it.
    #[must_use]
    pub fn device_type(&self) -> Option<&DeviceType> {
        self.layout
            .definition
            .device_type(self.device_type_number()?)
    }

    /// The code of what happened, declared or not.
    #[must_use]
    pub fn event_code(&self) -> Option<&Value> {
        Some(self.with_role(Role::Event)?.value)
    }

    /// Every event of the layout that this frame says, in the order of the layout. A frame can say
    /// several: a button and a low battery.
    pub fn events(&self) -> impl Iterator<Item = &EventRule> {
        let rules = &self.layout.definition.events;
        self.events.iter().map(move |index| &rules[*index])
    }

    /// The battery, in the scale of the device type, else of the layout.
    #[must_use]
    pub fn battery(&self) -> Option<Battery> {
        let quantity = self.with_role(Role::Battery)?.quantity()?;
        let of_type = self.device_type().and_then(|known| known.battery);
        let scale = of_type.or(self.layout.definition.battery);
        Some(scale.map_or(
            Battery {
                quantity,
                percent: None,
                low: None,
            },
            |scale| scale.state(quantity),
        ))
    }

    /// The signal strength, in the unit of its field.
    #[must_use]
    pub fn rssi(&self) -> Option<f64> {
        self.with_role(Role::Rssi)?.quantity()
    }

    /// What was tolerated.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The raw values by name, as [`Layout::encode`] takes them.
    #[must_use]
    pub fn values(&self) -> Values {
        let mut values = Values::new();
        for field in self.fields() {
            values.set(field.name(), field.value().clone());
        }
        values
    }
}

impl fmt::Debug for Decoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.fields().map(|field| field.name()).collect();
        f.debug_struct("Decoded")
            .field("layout", &self.layout.name())
            .field("fields", &names)
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

impl serde::Serialize for FieldValue<'_> {
    /// `name`, `value`, and where they exist `label`, `quantity` and `unit`.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", self.name())?;
        map.serialize_entry("value", self.value)?;
        if let Some(label) = self.label() {
            map.serialize_entry("label", label)?;
        }
        if self.field.is_scaled() {
            if let Some(quantity) = self.quantity() {
                map.serialize_entry("quantity", &quantity)?;
            }
        }
        if let Some(unit) = self.unit() {
            map.serialize_entry("unit", unit)?;
        }
        map.end()
    }
}

impl serde::Serialize for Decoded {
    /// Everything, with the provenance: the layout's, never the maker's. Holds personal data where
    /// the fields do.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("layout", self.layout.name())?;
        map.serialize_entry("provenance", &self.layout.provenance())?;
        map.serialize_entry("verification", &self.layout.verification())?;
        map.serialize_entry("device", &self.device())?;
        map.serialize_entry("device_type_number", &self.device_type_number())?;
        let device_type = self.device_type().map(|known| &known.name);
        map.serialize_entry("device_type", &device_type)?;
        let events: Vec<EventView<'_>> = self.events().map(EventView).collect();
        map.serialize_entry("events", &events)?;
        map.serialize_entry("battery", &self.battery())?;
        map.serialize_entry("rssi", &self.rssi())?;
        map.serialize_entry("fields", &self.fields().collect::<Vec<_>>())?;
        let warnings: Vec<&str> = self.warnings.iter().map(|one| one.kind.code()).collect();
        map.serialize_entry("warnings", &warnings)?;
        map.end()
    }
}

struct EventView<'a>(&'a EventRule);

impl serde::Serialize for EventView<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("name", &self.0.name)?;
        map.serialize_entry("kind", &self.0.kind)?;
        map.serialize_entry("condition", &self.0.condition)?;
        map.end()
    }
}
