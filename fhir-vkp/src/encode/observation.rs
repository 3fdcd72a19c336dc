//! Observation: a measurement (FHIR reference 5.6).

use super::EncodeError;
use super::json::{Array, Object};
use super::part;
use crate::codes::{CodeSystem, Measure};
use crate::note::{Decimal, Measurement, Reading, ResourceId};
use crate::{Identifier, IdentifierKind, Person, Precision, Role, Uuid};

/// The profile of every measure; most measures have a narrower one.
const PROFILE: &str = "http://hl7.no/fhir/vkpobservation/StructureDefinition/vkp-Observation";

/// What FHIR and VKP fix for a measure.
struct Form {
    measure: Measure,
    /// Whether it is one of the vital signs of FHIR, which demand their category.
    vital_sign: bool,
    /// Whether the profile of the measure takes persons with a fødselsnummer only as performers.
    persons_only: bool,
    /// The unit as people read it, and as a code of UCUM.
    unit: (&'static str, &'static str),
}

impl Form {
    const fn vital_sign(measure: Measure, unit: (&'static str, &'static str)) -> Self {
        Self {
            measure,
            vital_sign: true,
            persons_only: true,
            unit,
        }
    }

    const fn other(measure: Measure, unit: (&'static str, &'static str)) -> Self {
        Self {
            measure,
            vital_sign: false,
            persons_only: false,
            unit,
        }
    }

    /// `None` for measures that VKP does not know.
    const fn of(reading: &Reading) -> Option<Self> {
        const SCORE: (&str, &str) = ("poeng", "{score}");
        Some(match reading {
            Reading::HeartRate(_) => Self::vital_sign(Measure::HEART_RATE, ("slag/min", "/min")),
            Reading::BloodPressure { .. } => {
                Self::vital_sign(Measure::BLOOD_PRESSURE, ("mmHg", "mm[Hg]"))
            }
            Reading::OxygenSaturation(_) => {
                Self::vital_sign(Measure::OXYGEN_SATURATION, ("%", "%"))
            }
            Reading::BloodGlucose(_) => Self::other(Measure::BLOOD_GLUCOSE, ("mmol/L", "mmol/L")),
            Reading::BodyTemperature(_) => {
                Self::vital_sign(Measure::BODY_TEMPERATURE, ("°C", "Cel"))
            }
            Reading::BodyWeight(_) => Self::vital_sign(Measure::BODY_WEIGHT, ("kg", "kg")),
            Reading::RespiratoryRate(_) => {
                Self::vital_sign(Measure::RESPIRATORY_RATE, ("pust/min", "/min"))
            }
            Reading::News2Score(_) => Self::other(Measure::NEWS2_SCORE, SCORE),
            Reading::Consciousness(_) => Self {
                persons_only: true,
                ..Self::other(Measure::CONSCIOUSNESS, SCORE)
            },
            Reading::ClinicalFrailtyScale(_) => Self::other(Measure::CLINICAL_FRAILTY_SCALE, SCORE),
            Reading::QuestionnaireScore(_) => Self::other(Measure::QUESTIONNAIRE_SCORE, SCORE),
            Reading::Other { .. } => return None,
        })
    }
}

/// An Observation for PMD: the subject has a national number.
pub(super) fn for_pmd(
    o: &mut Object<'_, '_>,
    measurement: &Measurement,
    subject: &Person,
    id: Option<&ResourceId>,
) {
    if let Some(identifier) = &subject.identifier {
        let kind = identifier.kind();
        if !kind.is_national() {
            o.fail(EncodeError::WrongIdentifier {
                element: "Observation.subject",
                kind,
            });
        }
    }
    inside(o, measurement, subject, id);
}

/// An Observation. A subject without a national number is written without a claim to a profile: the
/// profiles of PMD know no other.
pub(super) fn inside(
    o: &mut Object<'_, '_>,
    measurement: &Measurement,
    subject: &Person,
    id: Option<&ResourceId>,
) {
    let form = Form::of(&measurement.reading);
    o.constant("resourceType", "Observation");
    if let Some(id) = id {
        o.any_text("id", id.as_str());
    }
    if part::is_national(subject) {
        o.object("meta", |o| {
            o.array("profile", |a| profile(a, measurement, form.as_ref()));
        });
    }
    part::own_identifier(o, uuid(measurement));
    o.constant("status", measurement.status.code());
    let is_vital_sign = form.as_ref().is_some_and(|form| form.vital_sign);
    if is_vital_sign {
        o.array_of_one("category", |o| {
            o.array_of_one("coding", |o| {
                o.constant(
                    "system",
                    "http://terminology.hl7.org/CodeSystem/observation-category",
                );
                o.constant("code", "vital-signs");
                o.constant("display", "Vital Signs");
            });
        });
    }
    o.object("code", |o| match (&form, &measurement.reading) {
        (Some(form), _) => codings(o, form.measure),
        (None, Reading::Other { codings, text, .. }) => {
            o.array("coding", |a| {
                for coding in codings.iter() {
                    a.object(|o| part::extra_coding(o, coding));
                }
            });
            o.text("text", text.as_ref());
        }
        (None, _) => {}
    });
    part::patient(o, "subject", subject, "Observation.subject");
    if is_vital_sign && measurement.at.precision() < Precision::Day {
        o.fail(EncodeError::NoDay {
            element: "Observation.effectiveDateTime",
        });
    }
    o.date_time("effectiveDateTime", &measurement.at);
    o.array("performer", |a| {
        for performer in &measurement.performers {
            a.object(|o| {
                if is_organisation(performer.person()) {
                    o.constant("type", "Organization");
                }
                part::operator(o, performer, "Observation.performer");
            });
        }
    });
    value(o, &measurement.reading, form.as_ref());
    o.array("note", |a| {
        if let Some(note) = &measurement.note {
            a.object(|o| o.any_text("text", note.as_str()));
        }
    });
    if let Some(device) = &measurement.device {
        o.object("device", |o| {
            part::logical_device(o, device, "Observation.device");
        });
    }
    if let Reading::BloodPressure {
        systolic,
        diastolic,
    } = &measurement.reading
    {
        o.array("component", |a| {
            component(a, Measure::SYSTOLIC_BLOOD_PRESSURE, systolic, form.as_ref());
            component(
                a,
                Measure::DIASTOLIC_BLOOD_PRESSURE,
                diastolic,
                form.as_ref(),
            );
        });
    }
}

/// The narrowest profile that the performers fit.
fn profile(a: &mut Array<'_, '_>, measurement: &Measurement, form: Option<&Form>) {
    match form {
        Some(form) if !form.persons_only || all_persons(measurement) => {
            a.any_text(&form.measure.profile());
        }
        _ => a.any_text(PROFILE),
    }
}

/// Whether every performer is a person with a fødselsnummer, or has no identifier at all.
fn all_persons(measurement: &Measurement) -> bool {
    let identifiers = measurement
        .performers
        .iter()
        .filter_map(|performer| performer.person().identifier.as_ref());
    identifiers
        .map(Identifier::kind)
        .all(|kind| kind == IdentifierKind::Fodselsnummer)
}

fn is_organisation(person: &Person) -> bool {
    let kind = person.identifier.as_ref().map(Identifier::kind);
    matches!(
        kind,
        Some(IdentifierKind::Organisation | IdentifierKind::Resh | IdentifierKind::HerId)
    )
}

/// The codings of a measure: LOINC, SNOMED CT, NLK.
fn codings(o: &mut Object<'_, '_>, measure: Measure) {
    let codes = [
        (CodeSystem::LOINC, measure.loinc()),
        (CodeSystem::SNOMED_CT, measure.snomed_ct()),
        (CodeSystem::NLK, measure.nlk()),
    ];
    o.array("coding", |a| {
        for (system, code) in codes {
            if let Some(code) = code {
                a.object(|o| {
                    o.constant("system", system.url());
                    o.constant("code", code);
                    let display = system.entry(code).map_or("", |entry| entry.display);
                    o.any_text("display", display);
                });
            }
        }
    });
}

fn value(o: &mut Object<'_, '_>, reading: &Reading, form: Option<&Form>) {
    match reading {
        Reading::HeartRate(value)
        | Reading::OxygenSaturation(value)
        | Reading::BloodGlucose(value)
        | Reading::BodyTemperature(value)
        | Reading::BodyWeight(value)
        | Reading::RespiratoryRate(value)
        | Reading::News2Score(value)
        | Reading::ClinicalFrailtyScale(value)
        | Reading::QuestionnaireScore(value) => number(o, value, form),
        Reading::Consciousness(concept) => {
            o.object("valueCodeableConcept", |o| part::value_concept(o, concept));
        }
        Reading::Other { value, .. } => {
            o.object("valueQuantity", |o| part::quantity(o, value));
        }
        // In the components.
        Reading::BloodPressure { .. } => {}
    }
}

/// A number in the unit of the measure.
fn number(o: &mut Object<'_, '_>, value: &Decimal, form: Option<&Form>) {
    o.object("valueQuantity", |o| {
        o.decimal("value", value);
        if let Some(form) = form {
            let (unit, code) = form.unit;
            o.constant("unit", unit);
            o.constant("system", part::UCUM);
            o.constant("code", code);
        }
    });
}

fn component(a: &mut Array<'_, '_>, measure: Measure, value: &Decimal, form: Option<&Form>) {
    a.object(|o| {
        o.object("code", |o| codings(o, measure));
        number(o, value, form);
    });
}

/// The `fullUrl` and identifier.
pub(super) fn uuid(measurement: &Measurement) -> Uuid {
    measurement.id.uuid(Role::Observation, 0)
}
