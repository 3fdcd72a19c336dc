//! Any bytes as a document (FHIR reference 13).

use fhir_vkp::decode::{
    Bundle, DecodeErrorKind, DecodeOptions, Decoded, Entries, Limits, Resource, decode,
};
use fhir_vkp::view::{
    AllergyIntolerance, CarePlan, Composition, Condition, DetectedIssue, Device, Encounter,
    EpisodeOfCare, MedicationDispense, MedicationStatement, Observation, OperationOutcome, Patient,
    QuestionnaireResponse,
};
use fhir_vkp::{FindingKind, plain_text};
use serde_json::Value;

use super::exists::assert_exists;
use super::twice::has_a_key_twice;

const LIMITS: Limits = Limits {
    values: 20_000,
    findings: 50,
    ..Limits::DEFAULT
};

/// Limits that are met by short inputs.
const TIGHT: Limits = Limits {
    bytes: 4_000,
    depth: 12,
    section_depth: 3,
    values: 200,
    findings: 3,
};

/// Reads any bytes.
pub fn fhir_read(data: &[u8]) {
    let read = decode(data, DecodeOptions::lenient().with_limits(LIMITS));
    let strict = decode(data, DecodeOptions::strict().with_limits(LIMITS));
    let plain = plain(data);
    match (&read, &strict) {
        (Ok(lenient), Ok(strict)) => {
            assert!(lenient == strict, "the modes differ");
            assert!(strict.findings().first_deviation().is_none());
        }
        (Ok(lenient), Err(error)) => {
            let first = lenient.findings().first_deviation().expect("a deviation");
            assert_eq!(error.kind, DecodeErrorKind::Deviation(first.kind));
            assert_eq!(error.path, first.path);
        }
        (Err(lenient), Err(strict)) => {
            // A deviation in the text is met before what cannot be read behind it.
            let deviates = matches!(strict.kind, DecodeErrorKind::Deviation(_));
            assert!(lenient == strict || deviates, "{lenient} and {strict}");
            assert!(!lenient.to_string().is_empty());
        }
        (Err(error), Ok(_)) => panic!("strict rules accept what lenient ones refuse: {error}"),
    }
    if let Err(error) = &read {
        assert!(error.offset <= data.len());
        if let Some(plain) = &plain {
            assert!(
                may_be_refused(error.kind, plain),
                "JSON is refused: {error}"
            );
        }
    }
    if let Ok(decoded) = &read {
        checked(decoded, plain.as_ref(), data);
    }
    entries(data, read.as_ref().ok());
    let tight = decode(data, DecodeOptions::lenient().with_limits(TIGHT));
    if let Ok(tight) = tight {
        assert!(data.len() <= TIGHT.bytes && tight.findings().as_slice().len() <= TIGHT.findings);
    }
}

/// The document as serde_json alone reads it.
fn plain(data: &[u8]) -> Option<Value> {
    let data = data.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(data);
    serde_json::from_slice(data).ok()
}

/// Why a body that is JSON may be refused: no resource, or a limit.
fn may_be_refused(kind: DecodeErrorKind, plain: &Value) -> bool {
    match kind {
        DecodeErrorKind::NotAnObject => !plain.is_object(),
        DecodeErrorKind::NoResourceType => plain["resourceType"].as_str().is_none_or(str::is_empty),
        kind => matches!(
            kind,
            DecodeErrorKind::TooDeep { .. }
                | DecodeErrorKind::TooManyValues { .. }
                | DecodeErrorKind::SectionsTooDeep { .. }
        ),
    }
}

fn checked(decoded: &Decoded<'_>, plain: Option<&Value>, data: &[u8]) {
    let findings = decoded.findings();
    assert!(findings.as_slice().len() <= LIMITS.findings);
    let has = |kind| findings.more() > 0 || findings.of(kind).next().is_some();
    let plain = plain.filter(|_| !has(FindingKind::InvalidString));
    // A number that a float does not hold is JSON all the same.
    let big = || {
        let body = data.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(data);
        let error = serde_json::from_slice::<Value>(body).expect_err("refused");
        error.to_string().starts_with("number out of range")
    };
    // A string that JSON does not allow is told, or what it stands in.
    assert!(
        plain.is_some() || !findings.is_empty() || big(),
        "read what is no JSON"
    );
    if let Some(plain) = plain {
        // What is repaired away counts as absent: a second one of its name is the only one, and no finding.
        if !has_a_key_twice(data) {
            for finding in findings {
                assert_exists(finding, plain);
            }
            if findings.is_empty() {
                let written = decoded.resource().to_json();
                let written: Value = serde_json::from_str(&written).expect("own output");
                assert!(written == *plain, "written otherwise than read");
            }
        }
    }
    let resource = decoded.resource();
    let json = resource.to_json();
    let unbounded = Limits {
        bytes: usize::MAX,
        ..LIMITS
    };
    let again = decode(
        json.as_bytes(),
        DecodeOptions::lenient().with_limits(unbounded),
    );
    let again = again.expect("what was repaired is read");
    assert_eq!(again.resource().to_json(), json, "a repair is not the last");
    let _ = (
        format!("{decoded:?}"),
        decoded.is_older_release(),
        resource.unknown_members(),
    );
    seen(resource);
    if let Some(bundle) = decoded.bundle() {
        bundled(&bundle);
    }
    #[cfg(feature = "typed")]
    typed(resource);
}

/// What has a type keeps the text, and tells what it lost.
#[cfg(feature = "typed")]
fn typed(resource: Resource<'_>) {
    if let Ok(typed) = fhir_vkp::typed::any(resource) {
        assert_eq!(typed.original, resource.original());
        for finding in &typed.lost {
            assert_eq!(finding.kind, FindingKind::LostByTypedModel);
        }
        let _ = format!("{typed:?}");
    }
}

fn bundled(bundle: &Bundle<'_>) {
    for alarm in bundle.alarms() {
        assert_eq!(alarm.issue.resource().resource_type(), "DetectedIssue");
        let _ = (alarm.issue.identified(), alarm.sections.len());
    }
    assert_eq!(bundle.entries().count(), bundle.len());
    for entry in bundle.entries() {
        assert!(entry.path().as_str().starts_with("Bundle.entry["));
        if let Some(url) = entry.full_url() {
            assert!(
                bundle.resolve(url).is_some(),
                "an entry that its own address does not find"
            );
        }
        if let Some(resource) = entry.resource() {
            seen(resource);
        }
    }
    assert!(bundle.page().matches().count() <= bundle.len());
}

/// Entry by entry comes what comes at once.
fn entries(data: &[u8], whole: Option<&Decoded<'_>>) {
    let options = DecodeOptions::lenient().with_limits(LIMITS);
    let Ok(mut entries) = Entries::new(data, options) else {
        assert!(whole.is_none(), "readable as a whole only");
        return;
    };
    let mut texts = Vec::new();
    let mut ended = Ok(());
    for entry in &mut entries {
        match entry {
            Ok(entry) => {
                assert!(entry.findings().as_slice().len() <= LIMITS.findings);
                texts.push(entry.entry().original().to_owned());
            }
            Err(error) => ended = Err(error),
        }
    }
    let Some(bundle) = whole.and_then(Decoded::bundle) else {
        return;
    };
    ended.expect("a Bundle that was read as a whole");
    let twice = whole.is_some_and(|read| {
        read.findings().more() > 0
            || read
                .findings()
                .of(FindingKind::DuplicateKey)
                .next()
                .is_some()
    });
    if !twice {
        let at_once: Vec<_> = bundle
            .entries()
            .map(|entry| entry.original().to_owned())
            .collect();
        let kept = texts.iter().filter(|text| at_once.contains(text)).count();
        assert!(kept >= at_once.len(), "entries differ");
        assert_eq!(entries.next_page(), bundle.link("next"));
        assert_eq!(entries.total(), bundle.total());
    }
}

/// Looks at everything that has a name.
fn seen(resource: Resource<'_>) {
    let _ = (
        resource.id(),
        resource.last_updated(),
        resource.profiles().count(),
    );
    let _ = (
        resource.tag("x"),
        resource.contained("x").is_some(),
        resource.is_known(),
    );
    if let Some(patient) = Patient::of(resource) {
        let _ = (
            patient.full_name(),
            patient.zones(),
            patient.home(),
            patient.household(),
        );
        let _ = (
            patient.national_identifier(),
            patient.electronic_lock(),
            patient.is_deceased(),
        );
        for contact in patient.contacts().chain(patient.main_contact()) {
            let _ = (contact.relationship(), contact.is_main(), contact.name());
        }
        for identifier in patient.identifiers() {
            let _ = format!("{identifier:?}");
        }
        let _ = patient.general_practitioner_her_id();
    }
    if let Some(note) = Composition::of(resource) {
        let _ = (note.category(), note.is_care_measures(), note.date());
        for (_, section) in note.all_sections() {
            let _ = (
                section.section(),
                section.heading(),
                section.entries().count(),
            );
            let shown = section.plain_text();
            assert!(shown.is_none_or(|text| !text.contains('\0')));
        }
        for event in note.events() {
            let _ = (event.event(), event.text(), event.start());
        }
        if let Some(text) = note.text() {
            let _ = plain_text(text.node().text("div").unwrap_or_default());
        }
    }
    if let Some(plan) = CarePlan::of(resource) {
        let _ = plan.category();
        for visit in plan.activities() {
            let _ = (
                visit.kind(),
                visit.status(),
                visit.code(),
                visit.description(),
            );
            let _ = (visit.period(), visit.scheduled_text(), visit.first_event());
            let _ = (
                visit.performers().count(),
                visit.header(),
                visit.reference(),
            );
        }
    }
    if let Some(observation) = Observation::of(resource) {
        let _ = (
            observation.effective(),
            observation.measure(),
            observation.value(),
        );
        for component in observation.components() {
            let _ = (component.measure(), component.value());
        }
    }
    if let Some(issue) = DetectedIssue::of(resource) {
        let _ = (issue.alert_code(), issue.severity(), issue.identified());
        let _ = fhir_vkp::alarm::mapping_of_issue(issue);
    }
    if let Some(encounter) = Encounter::of(resource) {
        let _ = (encounter.reason(), encounter.locations().count());
        let _ = encounter
            .participants()
            .filter_map(|one| one.mode())
            .count();
    }
    if let Some(dispense) = MedicationDispense::of(resource) {
        let _ = (
            dispense.event(),
            dispense.when_handed_over(),
            dispense.quantity(),
        );
    }
    if let Some(statement) = MedicationStatement::of(resource) {
        let _ = (statement.effective(), statement.medicine());
    }
    if let Some(condition) = Condition::of(resource) {
        let _ = (condition.onset(), condition.abatement());
    }
    if let Some(allergy) = AllergyIntolerance::of(resource) {
        let _ = (allergy.onset(), allergy.reactions().count());
    }
    if let Some(episode) = EpisodeOfCare::of(resource) {
        let _ = (episode.service(), episode.is_active());
    }
    if let Some(outcome) = OperationOutcome::of(resource) {
        let _ = (outcome.outcome_code(), outcome.is_error(), outcome.text());
    }
    if let Some(answers) = QuestionnaireResponse::of(resource) {
        for item in answers.items() {
            let _ = item.answers().filter_map(|answer| answer.number()).count();
        }
    }
    if let Some(device) = Device::of(resource) {
        let _ = (device.name(), device.names().count());
    }
}
