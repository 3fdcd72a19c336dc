//! What an alarm of home follow-up is about.

use crate::Identifier;
use crate::note::{Measurement, Questionnaire, Text};

/// What an alarm is about (FHIR reference 5.1 `implicated`, 5.6).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Implicated {
    /// A measurement; it becomes an entry of the document.
    Measurement(Box<Measurement>),
    /// An answered questionnaire; it becomes an entry of the document.
    Questionnaire(Box<Questionnaire>),
    /// A measurement that did not come.
    MissingMeasurement(MissingMeasurement),
    /// A questionnaire that was not answered.
    MissingQuestionnaire(MissingQuestionnaire),
}

/// Defines something that is missing and known by a name, an identifier, or both.
macro_rules! missing {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            display: Option<Text>,
            identifier: Option<Identifier>,
        }

        impl $name {
            /// Known by what people call it.
            #[must_use]
            pub const fn named(display: Text) -> Self {
                Self { display: Some(display), identifier: None }
            }

            /// Known by an identifier, and perhaps a name.
            #[must_use]
            pub const fn identified(identifier: Identifier, display: Option<Text>) -> Self {
                Self { display, identifier: Some(identifier) }
            }

            /// What people call it.
            #[must_use]
            pub const fn display(&self) -> Option<&Text> {
                self.display.as_ref()
            }

            /// Its identifier.
            #[must_use]
            pub const fn identifier(&self) -> Option<&Identifier> {
                self.identifier.as_ref()
            }
        }
    };
}

missing! {
    /// A measurement that did not come: alert code 5.3.2.
    MissingMeasurement
}
missing! {
    /// A questionnaire that was not answered: alert code 5.3.1.
    MissingQuestionnaire
}
