//! Measured amounts.

use super::{accessors, element_view};

element_view! {
    /// An amount with its unit.
    Quantity
}

accessors! { Quantity:
    /// `<`, `<=`, `>=`, `>`: the value is only a bound.
    comparator: text "comparator";
    /// The unit, for people.
    unit: text "unit";
    /// The system of the unit, mostly UCUM.
    system: text "system";
    /// The code of the unit.
    code: text "code";
}

impl<'r> Quantity<'r> {
    /// The value with exactly the digits that were written: `72.50` is more precise than `72.5`.
    #[must_use]
    pub fn value(self) -> Option<&'r str> {
        self.node.get("value")?.as_number()
    }
}
