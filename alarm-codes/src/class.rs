//! The class of a kind: what an event is routed by.

use crate::names::names;

names! {
    /// What an event is routed by (taxonomy reference sections 3 and 4).
    #[non_exhaustive]
    pub enum Class ("class") {
        /// A person may need help. To the response centre.
        Care = "care",
        /// Fire, smoke, gas and the like. To the response centre.
        LifeSafety = "life_safety",
        /// Damage to or intrusion into a property. To the response centre.
        Property = "property",
        /// The equipment has a problem. To the technical desk; on to the response centre by rule only.
        Technical = "technical",
        /// Signs of life. Feeds the supervision clock, never an operator.
        Supervision = "supervision",
        /// Test messages. To the log.
        Test = "test",
        /// What staff do and report. To the log.
        Service = "service",
        /// Things worth knowing. To the log.
        Info = "info",
        /// Says something about another event and never stands alone.
        Control = "control",
        /// Not understood, therefore handled like care until a profile says otherwise.
        Unknown = "unknown",
    }
}

/// Where a class goes unless a rule of the installation says otherwise (taxonomy reference section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Route {
    /// People who answer alarms.
    ResponseCentre,
    /// People who repair equipment.
    TechnicalDesk,
    /// The clock that notices missing signs of life.
    SupervisionClock,
    /// The log only.
    Log,
    /// Nowhere of its own: it changes the event that it belongs to.
    WithItsEvent,
}

impl Class {
    /// The default destination.
    ///
    /// The reference does not route `unknown`; its rule that an unknown code counts as a care event
    /// sends it to the response centre.
    #[must_use]
    pub const fn route(self) -> Route {
        match self {
            Self::Care | Self::LifeSafety | Self::Property | Self::Unknown => Route::ResponseCentre,
            Self::Technical => Route::TechnicalDesk,
            Self::Supervision => Route::SupervisionClock,
            Self::Test | Self::Service | Self::Info => Route::Log,
            Self::Control => Route::WithItsEvent,
        }
    }
}
