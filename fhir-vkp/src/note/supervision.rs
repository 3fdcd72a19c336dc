//! Digital or physical supervision.

use crate::note::{AtLeastOne, DeviceRef, Period, PeriodReversed, Text};
use crate::{DateTime, EncounterMode, EncounterReason, Person};

/// How somebody looked after the person (FHIR reference 5.3): the Encounter of a note.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Supervision {
    /// At a distance or at the person's home.
    pub kind: SupervisionKind,
    /// Who or what took part, and in which mode.
    pub participants: AtLeastOne<Participation>,
    period: Period,
    /// Planned or because of an event.
    pub reason: Option<EncounterReason>,
    /// Where, as text: `<room> @ <place>`. See [`Supervision::set_location`].
    pub location: Option<Text>,
}

impl Supervision {
    /// A supervision that began and ended.
    ///
    /// # Errors
    ///
    /// [`PeriodReversed`] if it ended before it began.
    pub fn new(
        kind: SupervisionKind,
        first: Participation,
        start: DateTime,
        end: DateTime,
    ) -> Result<Self, PeriodReversed> {
        Period::between(start, end).map(|period| Self::with_period(kind, first, period))
    }

    /// A supervision of which only the end is known.
    #[must_use]
    pub fn ended(kind: SupervisionKind, first: Participation, end: DateTime) -> Self {
        Self::with_period(kind, first, Period::until(end))
    }

    fn with_period(kind: SupervisionKind, first: Participation, period: Period) -> Self {
        Self {
            kind,
            participants: first.into(),
            period,
            reason: None,
            location: None,
        }
    }

    /// When it was. The end is always known.
    #[must_use]
    pub const fn period(&self) -> &Period {
        &self.period
    }

    /// Sets the place in the form that VKP asks for.
    pub fn set_location(&mut self, room: &Text, place: &Text) {
        self.location = Text::new(format!("{} @ {}", room.as_str(), place.as_str()));
    }
}

/// Where the one who supervised was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SupervisionKind {
    /// At a distance: class `VR`.
    #[default]
    Virtual,
    /// At the person's home: class `HH`, which the reference calls likely.
    Physical,
}

/// One person or device in one mode (FHIR reference 5.3).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Participation {
    /// The mode. VKP demands one and has none for somebody who came in person: without a mode that
    /// the caller chose, such a visit cannot be written.
    pub mode: Option<EncounterMode>,
    /// When this mode was in use.
    pub period: Option<Period>,
    /// The person or device. VKP takes devices, although base FHIR does not.
    pub individual: Option<Individual>,
}

impl Participation {
    /// Someone or something in a mode.
    #[must_use]
    pub const fn new(mode: EncounterMode) -> Self {
        Self {
            mode: Some(mode),
            period: None,
            individual: None,
        }
    }

    /// Someone who came in person: refused by the writer until the caller chooses a mode.
    #[must_use]
    pub const fn in_person(person: Person) -> Self {
        Self {
            mode: None,
            period: None,
            individual: Some(Individual::Person(person)),
        }
    }
}

/// Who or what took part.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Individual {
    /// An operator, a nurse, a relative.
    Person(Person),
    /// A device of the note.
    Device(DeviceRef),
}
