//! The rest of what a patient record hands out: plans, services, medicine, measurements, diagnoses.

use fhir_vkp::CodeSystem;
use fhir_vkp::alarm::mapping_of_medication;
use fhir_vkp::decode::{Bundle, Resource};
use fhir_vkp::view::{
    AllergyIntolerance, CarePlan, CodeableConcept, Component, Condition, EpisodeOfCare,
    MedicationDispense, MedicationStatement, Observation, ObservationValue, Quantity, Reference,
    When,
};
use serde::Serialize;

use super::coded::{ShownCode, at, code};
use super::mask::{Mask, Referred, period, when};

/// A plan: CarePlan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShownPlan {
    /// Where it stands.
    pub path: String,
    /// What kind of plan it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<ShownCode>,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// `active` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// `start/end`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// Whose plan it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<Referred>,
    /// Visits, or the items of an older plan.
    pub activities: Vec<ShownActivity>,
}

/// A visit, or an item of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShownActivity {
    /// `start/end`, a point in time, or words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// `scheduled`, `completed` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The heading in an older plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// What is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A service that was granted: EpisodeOfCare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShownService {
    /// Where it stands.
    pub path: String,
    /// Which service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<ShownCode>,
    /// Whether it runs.
    pub active: bool,
    /// `active`, `planned` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// `start/end`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// Who receives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<Referred>,
    /// Who grants it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<Referred>,
}

/// Medicine handed out: MedicationDispense.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShownDispense {
    /// Where it stands.
    pub path: String,
    /// What the crosswalk makes of its code: a kind of the shared model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// How it was handed out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<ShownCode>,
    /// `completed` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// To whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<Referred>,
    /// The dispenser first, then who helped.
    pub performers: Vec<Referred>,
    /// The medicine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medicine: Option<ShownCode>,
    /// Doses in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub doses: Vec<String>,
}

/// A measurement, or a part of one: Observation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShownMeasurement {
    /// Where it stands; empty for a part.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// The measure of home follow-up, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measure: Option<&'static str>,
    /// What was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<ShownCode>,
    /// The value with its unit, digits as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// On whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<Referred>,
    /// Systolic and diastolic, and other parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<ShownMeasurement>,
}

/// A diagnosis, an allergy or a medicine in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShownHealth {
    /// Where it stands.
    pub path: String,
    /// `Condition`, `AllergyIntolerance` or `MedicationStatement`.
    #[serde(rename = "type")]
    pub type_: &'static str,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<ShownCode>,
    /// `active`, `resolved` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

pub(super) fn plan(
    path: String,
    plan: CarePlan<'_>,
    mask: &Mask,
    bundles: &[Bundle<'_>],
) -> ShownPlan {
    let activities = plan.activities().map(|activity| ShownActivity {
        at: activity
            .period()
            .and_then(period)
            .or_else(|| at(activity.first_event()))
            .or_else(|| activity.scheduled_text().map(|text| mask.text(text))),
        status: activity.status().map(|text| mask.plain(text)),
        header: activity.header().map(|text| mask.text(text)),
        description: activity.description().map(|text| mask.text(text)),
    });
    ShownPlan {
        path,
        category: plan
            .categories()
            .next()
            .map(|category| code(category, Some(CodeSystem::CARE_PLAN_CATEGORY), mask)),
        title: plan.title().map(|text| mask.text(text)),
        status: plan.status().map(|text| mask.plain(text)),
        period: plan.period().and_then(period),
        patient: plan
            .subject()
            .map(|subject| mask.reference(subject, "subject", bundles)),
        activities: activities.collect(),
    }
}

pub(super) fn service(
    path: String,
    episode: EpisodeOfCare<'_>,
    mask: &Mask,
    bundles: &[Bundle<'_>],
) -> ShownService {
    let referred = |reference, member| mask.reference(reference, member, bundles);
    ShownService {
        path,
        service: episode
            .services()
            .next()
            .map(|service| code(service, None, mask)),
        active: episode.is_active(),
        status: episode.status().map(|text| mask.plain(text)),
        period: episode.period().and_then(period),
        patient: episode
            .patient()
            .map(|patient| referred(patient, "patient")),
        organisation: episode
            .managing_organization()
            .map(|organisation| referred(organisation, "managingOrganization")),
    }
}

pub(super) fn dispense(
    path: String,
    dispense: MedicationDispense<'_>,
    mask: &Mask,
    bundles: &[Bundle<'_>],
) -> ShownDispense {
    let actors = dispense.performers().filter_map(|one| one.actor());
    ShownDispense {
        path,
        kind: mapping_of_medication(dispense).map(|mapping| mapping.kind().name()),
        event: dispense
            .category()
            .map(|category| code(category, Some(CodeSystem::DISPENSE_EVENT), mask)),
        status: dispense.status().map(|text| mask.plain(text)),
        at: at(dispense.when_handed_over()),
        patient: dispense
            .subject()
            .map(|subject| mask.reference(subject, "subject", bundles)),
        performers: actors
            .map(|actor| mask.reference(actor, "actor", bundles))
            .collect(),
        medicine: dispense
            .medication()
            .map(|medicine| code(medicine, None, mask)),
        doses: dispense
            .dosages()
            .filter_map(|dosage| dosage.text())
            .map(|text| mask.text(text))
            .collect(),
    }
}

pub(super) fn measurement(
    path: String,
    observation: Observation<'_>,
    mask: &Mask,
    bundles: &[Bundle<'_>],
) -> ShownMeasurement {
    let part = |one: Component<'_>| ShownMeasurement {
        path: String::new(),
        measure: one.measure().map(|measure| measure.name()),
        code: one.code().map(|concept| code(concept, None, mask)),
        value: value(one.value(), one.data_absent_reason(), mask),
        at: None,
        patient: None,
        parts: Vec::new(),
    };
    let absent = observation.data_absent_reason();
    ShownMeasurement {
        path,
        measure: observation.measure().map(|measure| measure.name()),
        code: observation.code().map(|concept| code(concept, None, mask)),
        value: value(observation.value(), absent, mask),
        at: observation.effective().and_then(|at| when(&at, mask)),
        patient: observation
            .subject()
            .map(|subject| mask.reference(subject, "subject", bundles)),
        parts: observation.components().map(part).collect(),
    }
}

fn value(
    value: Option<ObservationValue<'_>>,
    absent: Option<CodeableConcept<'_>>,
    mask: &Mask,
) -> Option<String> {
    let Some(value) = value else {
        let reason = absent.and_then(CodeableConcept::shown)?;
        return Some(format!("none: {}", mask.text(reason)));
    };
    Some(match value {
        ObservationValue::Quantity(quantity) => amount(quantity, mask),
        ObservationValue::Concept(concept) => code(concept, None, mask).line(),
        ObservationValue::Text(text) => mask.text(text),
        ObservationValue::Boolean(yes) => yes.to_string(),
        ObservationValue::Integer(digits) => digits.to_owned(),
        ObservationValue::DateTime(at) => at.to_string(),
        ObservationValue::Period(span) => period(span)?,
        _ => "a value of another kind".to_owned(),
    })
}

fn amount(quantity: Quantity<'_>, mask: &Mask) -> String {
    let unit = quantity.unit().or_else(|| quantity.code());
    let parts = [quantity.comparator(), quantity.value(), unit];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    mask.plain(&parts.join(" "))
}

/// A diagnosis, an allergy or a medicine in use, if the resource is one, and who has it.
pub(super) fn health<'r>(
    path: &str,
    resource: Resource<'r>,
    mask: &Mask,
) -> Option<(ShownHealth, Option<Reference<'r>>)> {
    let shown = |type_, concept: Option<CodeableConcept<'_>>, status, since: Option<When<'_>>| {
        ShownHealth {
            path: path.to_owned(),
            type_,
            code: concept.map(|concept| code(concept, None, mask)),
            status,
            since: since.and_then(|at| when(&at, mask)),
        }
    };
    let words = |concept: Option<CodeableConcept<'_>>| {
        let concept = concept.and_then(CodeableConcept::shown);
        concept.map(|text| mask.text(text))
    };
    if let Some(one) = Condition::of(resource) {
        let status = words(one.clinical_status());
        let shown = shown(Condition::RESOURCE_TYPE, one.code(), status, one.onset());
        return Some((shown, one.subject()));
    }
    if let Some(one) = AllergyIntolerance::of(resource) {
        let (type_, status) = (
            AllergyIntolerance::RESOURCE_TYPE,
            words(one.clinical_status()),
        );
        return Some((shown(type_, one.code(), status, one.onset()), one.patient()));
    }
    let one = MedicationStatement::of(resource)?;
    let status = one.status().map(|text| mask.plain(text));
    let type_ = MedicationStatement::RESOURCE_TYPE;
    let shown = shown(type_, one.medication(), status, one.effective());
    Some((shown, one.subject()))
}
