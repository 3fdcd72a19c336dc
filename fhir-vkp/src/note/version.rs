//! First writing, and corrections.

use core::num::NonZeroU32;

/// The status of a note or of an alarm; the same codes in Composition and DetectedIssue (FHIR
/// reference 5.1, 5.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecordStatus {
    /// `preliminary`: sent before the alarm was closed.
    Preliminary,
    /// `final`
    #[default]
    Final,
    /// `amended`: changed after it was final.
    Amended,
    /// `entered-in-error`: should not have been written.
    EnteredInError,
}

impl RecordStatus {
    /// The code of FHIR.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Preliminary => "preliminary",
            Self::Final => "final",
            Self::Amended => "amended",
            Self::EnteredInError => "entered-in-error",
        }
    }
}

/// Which writing of a note this is. A resend is the same writing and gives the same bytes; a
/// correction is the next one and gets identifiers of its own.
///
/// ```
/// use fhir_vkp::note::{RecordStatus, Version};
///
/// let first = Version::FINAL;
/// let second = first.amended();
/// assert_eq!((second.status(), second.number()), (RecordStatus::Amended, 1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Version {
    status: RecordStatus,
    correction: Option<NonZeroU32>,
    /// The number of the writing that this one replaces.
    replaced: Option<u32>,
}

impl Version {
    /// The first writing, and final.
    pub const FINAL: Self = Self {
        status: RecordStatus::Final,
        correction: None,
        replaced: None,
    };

    /// The first writing, before the alarm is closed.
    pub const PRELIMINARY: Self = Self {
        status: RecordStatus::Preliminary,
        correction: None,
        replaced: None,
    };

    /// A writing kept by the caller: the status and how many went before it. `None` for a
    /// correction that corrects nothing.
    #[must_use]
    pub const fn from_parts(status: RecordStatus, number: u32) -> Option<Self> {
        let correction = NonZeroU32::new(number);
        match (status, correction) {
            (RecordStatus::Amended | RecordStatus::EnteredInError, None) => None,
            (status, correction) => Some(Self {
                status,
                correction,
                replaced: number.checked_sub(1),
            }),
        }
    }

    /// The same writing, replacing the one with this number, or none: where one in between never reached
    /// the patient record, nobody there could find it. `None` for a number that is not an earlier one,
    /// and for a correction that would correct nothing.
    ///
    /// ```
    /// use fhir_vkp::note::{RecordStatus, Version};
    ///
    /// // The second writing, when the first was refused.
    /// let second = Version::from_parts(RecordStatus::Final, 1).and_then(|one| one.replacing(None));
    /// assert_eq!(second.map(|one| (one.number(), one.replaced())), Some((1, None)));
    /// ```
    #[must_use]
    pub const fn replacing(self, replaced: Option<u32>) -> Option<Self> {
        let is_good = match (self.status, replaced) {
            (_, Some(number)) => number < self.number(),
            (RecordStatus::Amended | RecordStatus::EnteredInError, None) => false,
            (RecordStatus::Preliminary | RecordStatus::Final, None) => true,
        };
        match is_good {
            true => Some(Self { replaced, ..self }),
            false => None,
        }
    }

    /// The next writing: something was changed, and the alarm is not closed yet.
    #[must_use]
    pub const fn continued(self) -> Self {
        self.next(RecordStatus::Preliminary)
    }

    /// The next writing: the alarm of a preliminary note is closed.
    #[must_use]
    pub const fn completed(self) -> Self {
        self.next(RecordStatus::Final)
    }

    /// The next writing: something was changed.
    #[must_use]
    pub const fn amended(self) -> Self {
        self.next(RecordStatus::Amended)
    }

    /// The next writing: the note should not have been written.
    #[must_use]
    pub const fn entered_in_error(self) -> Self {
        self.next(RecordStatus::EnteredInError)
    }

    const fn next(self, status: RecordStatus) -> Self {
        let correction = match self.correction {
            Some(number) => number.saturating_add(1),
            None => NonZeroU32::MIN,
        };
        Self {
            status,
            correction: Some(correction),
            replaced: Some(self.number()),
        }
    }

    /// The status that is written.
    #[must_use]
    pub const fn status(self) -> RecordStatus {
        self.status
    }

    /// How many writings went before: 0 for the first.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self.correction {
            Some(number) => number.get(),
            None => 0,
        }
    }

    /// The number of the writing that this one replaces: the one before it, unless it was
    /// [said otherwise](Self::replacing).
    #[must_use]
    pub const fn replaced(self) -> Option<u32> {
        self.replaced
    }
}

impl Default for Version {
    /// [`Version::FINAL`].
    fn default() -> Self {
        Self::FINAL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_correction_needs_something_to_correct() {
        assert_eq!(Version::from_parts(RecordStatus::Amended, 0), None);
        assert_eq!(Version::from_parts(RecordStatus::EnteredInError, 0), None);
        let kept = Version::from_parts(RecordStatus::EnteredInError, 2);
        assert_eq!(
            kept,
            Some(Version::PRELIMINARY.completed().entered_in_error())
        );
    }

    #[test]
    fn what_is_replaced_is_an_earlier_writing_or_none() {
        let third = Version::FINAL.amended().amended();
        assert_eq!((third.number(), third.replaced()), (2, Some(1)));
        let of_first = third.replacing(Some(0)).expect("an earlier one");
        assert_eq!((of_first.number(), of_first.replaced()), (2, Some(0)));
        assert_eq!(of_first.amended().replaced(), Some(2));
        assert_eq!(third.replacing(Some(2)), None);
        assert_eq!(third.replacing(None), None);
        assert_eq!(Version::FINAL.replacing(Some(0)), None);
        assert_eq!(Version::FINAL.replacing(None), Some(Version::FINAL));
    }
}
