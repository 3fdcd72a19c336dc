//! What was read, by name: one view per resource and data type (FHIR reference 6).
//!
//! A view borrows the tree and is cheap to copy. Every element may be missing, because nobody is
//! obliged to send it; unknown codes come as the text they are. What has no name here is reached by
//! `node()`. `Debug` shows the type only: all of this is personal data.
//!
//! ```
//! use fhir_vkp::decode::{DecodeOptions, decode};
//! use fhir_vkp::view::Patient;
//!
//! let body = br#"{"resourceType": "Patient",
//!     "extension": [{"url": "http://ehelse.no/fhir/StructureDefinition/vkp-sone-v090",
//!                    "valueString": "Eksempel|Nord|Sone 2"}],
//!     "name": [{"given": ["BLID"], "family": "FJELLREV"}]}"#;
//! let decoded = decode(body, DecodeOptions::lenient())?;
//! let patient = Patient::of(decoded.resource()).expect("it says so");
//! assert_eq!(patient.full_name().as_deref(), Some("BLID FJELLREV"));
//! assert_eq!(patient.zones(), ["Eksempel", "Nord", "Sone 2"]);
//! # Ok::<(), fhir_vkp::decode::DecodeError>(())
//! ```

mod alarm;
mod care_plan;
mod coded;
mod composition;
mod contact;
mod detected_issue;
mod device;
mod encounter;
mod episode_of_care;
mod extension;
mod health;
mod identifier;
mod medication;
mod narrative;
mod observation;
mod operation_outcome;
mod patient;
mod period;
mod quantity;
mod questionnaire_response;

pub use alarm::AlarmReading;
pub use care_plan::{Activity, CarePlan};
pub use coded::{CodeableConcept, Coding};
pub use composition::{Composition, LogEvent, Section};
pub use contact::{Address, AddressLine, ContactPoint, HumanName, Property};
pub use detected_issue::DetectedIssue;
pub use device::{Device, DeviceName};
pub use encounter::{Encounter, Participant};
pub use episode_of_care::EpisodeOfCare;
pub use extension::Extension;
pub use health::{AllergyIntolerance, Condition, Reaction};
pub use identifier::{Identifier, Reference};
pub use medication::{Dosage, MedicationDispense, MedicationStatement, Performer};
pub use narrative::{Annotation, Narrative};
pub use observation::{Component, Observation, ObservationValue};
pub use operation_outcome::{Issue, OperationOutcome};
pub use patient::{Contact, Patient};
pub use period::{Period, When};
pub use quantity::Quantity;
pub use questionnaire_response::{Answer, AnswerItem, QuestionnaireResponse};

use crate::DateTime;
use crate::decode::Node;

/// A view over a node.
trait View<'r> {
    fn over(node: &'r Node<'r>) -> Self;
}

fn one<'r, T: View<'r>>(node: &'r Node<'r>, name: &str) -> Option<T> {
    node.get(name).map(T::over)
}

fn many<'r, T: View<'r>>(node: &'r Node<'r>, name: &str) -> impl Iterator<Item = T> + use<'r, T> {
    node.list(name).iter().map(T::over)
}

fn texts<'r>(node: &'r Node<'r>, name: &str) -> impl Iterator<Item = &'r str> + use<'r> {
    node.list(name).iter().filter_map(Node::as_str)
}

fn time(node: &Node<'_>, name: &str) -> Option<DateTime> {
    let (date_time, _) = DateTime::parse(node.text(name)?).ok()?;
    Some(date_time)
}

/// Defines a view over a data type or a part of a resource.
macro_rules! element_view {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy)]
        pub struct $name<'r> {
            node: &'r $crate::decode::Node<'r>,
        }

        impl<'r> $name<'r> {
            /// The tree beneath.
            #[must_use]
            pub const fn node(self) -> &'r $crate::decode::Node<'r> {
                self.node
            }
        }

        impl<'r> $crate::view::View<'r> for $name<'r> {
            fn over(node: &'r $crate::decode::Node<'r>) -> Self {
                $name { node }
            }
        }

        $crate::view::same_place!($name);
        $crate::view::hidden_debug!($name);
    };
}

/// Defines a view over a resource.
macro_rules! resource_view {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy)]
        pub struct $name<'r> {
            node: &'r $crate::decode::Node<'r>,
        }

        impl<'r> $name<'r> {
            /// The type of the resource.
            pub const RESOURCE_TYPE: &'static str = stringify!($name);

            /// The view, if the resource is of this type.
            #[must_use]
            pub fn of(resource: $crate::decode::Resource<'r>) -> Option<Self> {
                let node = resource.node();
                (resource.resource_type() == Self::RESOURCE_TYPE).then_some($name { node })
            }

            /// The resource: type, id, original text, everything without a name here.
            #[must_use]
            pub const fn resource(self) -> $crate::decode::Resource<'r> {
                $crate::decode::Resource::new(self.node)
            }
        }

        $crate::view::same_place!($name);
        $crate::view::hidden_debug!($name);
    };
}

macro_rules! same_place {
    ($name:ident) => {
        impl $name<'_> {
            /// Whether both look at the same place of the same tree.
            #[must_use]
            pub fn is_same(self, other: Self) -> bool {
                core::ptr::eq(self.node, other.node)
            }
        }
    };
}

macro_rules! hidden_debug {
    ($name:ident) => {
        impl core::fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

/// Writes the accessors that only hand out an element: `name: form "element"`.
macro_rules! accessors {
    ($view:ident: $($(#[$meta:meta])* $name:ident: $form:ident $($of:ident)? $element:literal;)+) => {
        impl<'r> $view<'r> {
            $($crate::view::accessors!(@ $(#[$meta])* $name $form $($of)? $element);)+
        }
    };
    (@ $(#[$meta:meta])* $name:ident text $element:literal) => {
        $(#[$meta])*
        #[must_use]
        pub fn $name(self) -> Option<&'r str> {
            self.node.text($element)
        }
    };
    (@ $(#[$meta:meta])* $name:ident texts $element:literal) => {
        $(#[$meta])*
        pub fn $name(self) -> impl Iterator<Item = &'r str> + use<'r> {
            $crate::view::texts(self.node, $element)
        }
    };
    (@ $(#[$meta:meta])* $name:ident flag $element:literal) => {
        $(#[$meta])*
        #[must_use]
        pub fn $name(self) -> Option<bool> {
            self.node.get($element)?.as_bool()
        }
    };
    (@ $(#[$meta:meta])* $name:ident time $element:literal) => {
        $(#[$meta])*
        #[must_use]
        pub fn $name(self) -> Option<$crate::DateTime> {
            $crate::view::time(self.node, $element)
        }
    };
    (@ $(#[$meta:meta])* $name:ident one $of:ident $element:literal) => {
        $(#[$meta])*
        #[must_use]
        pub fn $name(self) -> Option<$of<'r>> {
            $crate::view::one(self.node, $element)
        }
    };
    (@ $(#[$meta:meta])* $name:ident many $of:ident $element:literal) => {
        $(#[$meta])*
        pub fn $name(self) -> impl Iterator<Item = $of<'r>> + use<'r> {
            $crate::view::many(self.node, $element)
        }
    };
}

use {accessors, element_view, hidden_debug, resource_view, same_place};
