//! Values of measurements and answers.

use core::fmt;

use crate::note::{AtLeastOne, Decimal, ExtraCoding, Text};

/// A number with a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quantity {
    /// The number as it was given.
    pub value: Decimal,
    /// The unit as people read it.
    pub unit: Option<Text>,
    /// The unit as a code of UCUM, for example `mmol/L`.
    pub ucum: Option<Text>,
}

impl Quantity {
    /// A number without a unit.
    #[must_use]
    pub const fn new(value: Decimal) -> Self {
        Self {
            value,
            unit: None,
            ucum: None,
        }
    }
}

/// A code, a text, or both. `Debug` hides which, for it is a result.
#[derive(Clone, PartialEq, Eq)]
pub struct Concept {
    codings: Vec<ExtraCoding>,
    text: Option<Text>,
}

impl Concept {
    /// One or more codes that say the same, and perhaps a text.
    #[must_use]
    pub fn coded(codings: AtLeastOne<ExtraCoding>, text: Option<Text>) -> Self {
        Self {
            codings: codings.into_vec(),
            text,
        }
    }

    /// A text without a code.
    #[must_use]
    pub const fn text_only(text: Text) -> Self {
        Self {
            codings: Vec::new(),
            text: Some(text),
        }
    }

    /// The codes.
    #[must_use]
    pub fn codings(&self) -> &[ExtraCoding] {
        &self.codings
    }

    /// The text.
    #[must_use]
    pub const fn text(&self) -> Option<&Text> {
        self.text.as_ref()
    }
}

impl fmt::Debug for Concept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Concept(hidden)")
    }
}
