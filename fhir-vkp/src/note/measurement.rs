//! Measurements of home follow-up.

use crate::note::{
    AtLeastOne, Concept, Decimal, Device, ExtraCoding, Operator, Quantity, RecordId, ResourceId,
    Text,
};
use crate::{DateTime, Person};

/// A measurement (FHIR reference 5.6): the Observation.
///
/// `Debug` tells what was measured and neither the result nor of whom.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Measurement {
    /// Stable over resends and corrections.
    pub id: RecordId,
    /// What was measured, and the result.
    pub reading: Reading,
    /// When; of a vital sign at least the day.
    pub at: DateTime,
    /// Who measured or is responsible: persons by fødselsnummer, organisations by organisation number
    /// or RESH id.
    ///
    /// The profiles for single measures take only persons with a fødselsnummer; with anybody else here
    /// the common profile is claimed instead.
    pub performers: Vec<Operator>,
    /// The device that measured. Written by identifier and name.
    pub device: Option<Device>,
    /// A remark.
    pub note: Option<Text>,
    /// `final` unless corrected.
    pub status: MeasurementStatus,
}

impl Measurement {
    /// A measurement.
    #[must_use]
    pub const fn new(id: RecordId, reading: Reading, at: DateTime) -> Self {
        Self {
            id,
            reading,
            at,
            performers: Vec::new(),
            device: None,
            note: None,
            status: MeasurementStatus::Final,
        }
    }
}

/// The status of a measurement, by the FHIR value set `observation-status`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MeasurementStatus {
    /// `final`
    #[default]
    Final,
    /// `preliminary`
    Preliminary,
    /// `amended`: changed, or something was added.
    Amended,
    /// `corrected`: it was wrong.
    Corrected,
    /// `entered-in-error`
    EnteredInError,
}

impl MeasurementStatus {
    /// The code of FHIR.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Final => "final",
            Self::Preliminary => "preliminary",
            Self::Amended => "amended",
            Self::Corrected => "corrected",
            Self::EnteredInError => "entered-in-error",
        }
    }
}

/// What was measured, with its result in the unit of the measure (FHIR reference 5.6).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reading {
    /// Beats per minute.
    HeartRate(Decimal),
    /// Millimetres of mercury.
    BloodPressure {
        /// The upper pressure.
        systolic: Decimal,
        /// The lower pressure.
        diastolic: Decimal,
    },
    /// Per cent.
    OxygenSaturation(Decimal),
    /// Millimoles per litre of blood.
    BloodGlucose(Decimal),
    /// Degrees Celsius.
    BodyTemperature(Decimal),
    /// Kilograms.
    BodyWeight(Decimal),
    /// Breaths per minute.
    RespiratoryRate(Decimal),
    /// The total of NEWS2.
    News2Score(Decimal),
    /// Level of consciousness by ACVPU.
    Consciousness(Concept),
    /// Clinical Frailty Scale.
    ClinicalFrailtyScale(Decimal),
    /// The score of a questionnaire.
    QuestionnaireScore(Decimal),
    /// Any other measure.
    Other {
        /// Its codes.
        codings: AtLeastOne<ExtraCoding>,
        /// What people call it.
        text: Option<Text>,
        /// The result with its unit.
        value: Quantity,
    },
}

/// One measurement for PMD, of whom, and how it is to be stored (FHIR reference 5.6).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchEntry {
    /// What was measured.
    pub measurement: Measurement,
    /// Of whom: by fødselsnummer, D-nummer or felles hjelpenummer.
    pub subject: Person,
    /// A new resource, or one that is replaced.
    pub method: ObservationMethod,
}

impl BatchEntry {
    /// A new measurement.
    #[must_use]
    pub const fn new(measurement: Measurement, subject: Person) -> Self {
        Self {
            measurement,
            subject,
            method: ObservationMethod::Post,
        }
    }
}

/// How PMD is to store an Observation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ObservationMethod {
    /// `POST`: a new resource.
    #[default]
    Post,
    /// `PUT`: the resource with the id that the server gave it is replaced.
    Put(ResourceId),
}
