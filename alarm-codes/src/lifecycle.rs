//! The two tracks of an occurrence: its condition and its handling (taxonomy reference section 6).

use core::fmt;

use crate::names::names;

names! {
    /// Whether what happened still goes on. Driven by the device or by its withdrawal.
    pub enum Condition ("condition") {
        /// It goes on.
        Active = "active",
        /// It is over. That alone closes nothing: a person may still need help.
        Cleared = "cleared",
    }
}

names! {
    /// How far people and receivers have come with it.
    pub enum Handling ("handling") {
        /// Durably stored.
        Received = "received",
        /// An operator's client has it.
        Presented = "presented",
        /// A person took it.
        Accepted = "accepted",
        /// Given on to responders or to another receiver.
        HandedOver = "handed_over",
        /// Done. Only now does it leave the active list.
        Closed = "closed",
        /// Closed too early.
        Reopened = "reopened",
    }
}

/// A step that the lifecycle does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IllegalTransition<T> {
    /// Where it stands.
    pub from: T,
    /// Where it was to go.
    pub to: T,
}

impl<T: fmt::Display> fmt::Display for IllegalTransition<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no step from {} to {}", self.from, self.to)
    }
}

impl<T: fmt::Debug + fmt::Display> core::error::Error for IllegalTransition<T> {}

impl Condition {
    /// True when the step is legal: active to cleared. What begins anew is a new occurrence.
    #[must_use]
    pub const fn may_become(self, to: Self) -> bool {
        matches!((self, to), (Self::Active, Self::Cleared))
    }

    /// Takes the step.
    ///
    /// # Errors
    ///
    /// [`IllegalTransition`] when the step is not legal.
    pub const fn advance(self, to: Self) -> Result<Self, IllegalTransition<Self>> {
        if self.may_become(to) {
            Ok(to)
        } else {
            Err(IllegalTransition { from: self, to })
        }
    }
}

impl Handling {
    /// True while the occurrence belongs on the active list: until it is closed, and again when reopened.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Closed)
    }

    /// True when the step is legal.
    ///
    /// The reference names the steps in order; which may be left out is this crate's reading. Forward
    /// steps may be skipped, because not every receiver reports each of them. A handed-over
    /// occurrence may be accepted again. From closed only reopened follows, and reopened goes on like
    /// received.
    #[must_use]
    pub const fn may_become(self, to: Self) -> bool {
        matches!(
            (self, to),
            (
                Self::Received | Self::Reopened,
                Self::Presented | Self::Accepted | Self::HandedOver | Self::Closed,
            ) | (
                Self::Presented,
                Self::Accepted | Self::HandedOver | Self::Closed
            ) | (Self::Accepted, Self::HandedOver | Self::Closed)
                | (Self::HandedOver, Self::Accepted | Self::Closed)
                | (Self::Closed, Self::Reopened)
        )
    }

    /// Takes the step.
    ///
    /// # Errors
    ///
    /// [`IllegalTransition`] when the step is not legal.
    pub const fn advance(self, to: Self) -> Result<Self, IllegalTransition<Self>> {
        if self.may_become(to) {
            Ok(to)
        } else {
            Err(IllegalTransition { from: self, to })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_the_reference_is_legal() {
        let path = [
            Handling::Presented,
            Handling::Accepted,
            Handling::HandedOver,
            Handling::Closed,
            Handling::Reopened,
            Handling::Closed,
        ];
        let mut now = Handling::Received;
        for step in path {
            now = now.advance(step).unwrap();
        }
        assert_eq!(now, Handling::Closed);
    }

    #[test]
    fn only_closed_leaves_the_active_list_and_only_reopened_returns_to_it() {
        for &from in Handling::ALL {
            assert_eq!(from.is_open(), from != Handling::Closed);
            assert!(!from.may_become(from));
            assert!(!from.may_become(Handling::Received));
            assert_eq!(
                Handling::Closed.may_become(from),
                from == Handling::Reopened
            );
            assert_eq!(
                from.may_become(Handling::Reopened),
                from == Handling::Closed
            );
        }
    }

    #[test]
    fn a_cleared_condition_never_becomes_active_again() {
        assert_eq!(
            Condition::Active.advance(Condition::Cleared),
            Ok(Condition::Cleared)
        );
        assert!(Condition::Cleared.advance(Condition::Active).is_err());
    }
}
