//! FHIR of VKP, JFT, PIT and PMD: any resource, Bundles among them, by what it says.
//!
//! Unlike the other decoders this one hides persons unless asked not to: a Bundle is a page of a
//! patient record.

mod alarm;
mod coded;
mod failure;
mod mask;
mod note;
mod outcome;
mod patient;
mod rest;

pub use alarm::{Meaning, ShownAlarm, ShownDevice};
pub use coded::ShownCode;
pub use mask::{Referred, ShownIdentifier};
pub use note::{ShownFollowUp, ShownNote, ShownParticipant, ShownSection, ShownStep};
pub use outcome::{ShownIssue, advice_for};
pub use patient::{ShownAddress, ShownContact, ShownPatient, ShownTelecom};
pub use rest::{
    ShownActivity, ShownDispense, ShownHealth, ShownMeasurement, ShownPlan, ShownService,
};

use fhir_vkp::decode::{self, Bundle, DecodeOptions, Entry, Limits, Mode, Resource, SearchMode};
use fhir_vkp::view::{
    CarePlan, Composition, DetectedIssue, Encounter, EpisodeOfCare, MedicationDispense,
    Observation, OperationOutcome, Patient, QuestionnaireResponse, Reference,
};
use fhir_vkp::{Finding, FindingKind, Path};
use serde::Serialize;

use self::mask::Mask;
use super::failure::Failure;

/// How a document is read and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Lenient or strict.
    pub mode: Mode,
    /// What a document may cost.
    pub limits: Limits,
    /// Show persons: identifiers whole, names, days of birth, addresses, telephone numbers.
    pub reveal: bool,
}

impl Default for Options {
    /// Lenient, with the limits of the crate, persons hidden.
    fn default() -> Self {
        Options {
            mode: Mode::Lenient,
            limits: Limits::DEFAULT,
            reveal: false,
        }
    }
}

impl Options {
    /// The same with another limit on the bytes of a document; the limit on values grows with it.
    #[must_use]
    pub fn with_bytes(mut self, bytes: usize) -> Self {
        self.limits.bytes = bytes;
        self.limits.values = Limits::DEFAULT.values.max(bytes / 10);
        self
    }
}

/// One document, by what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Decoded {
    /// `fhir`.
    pub protocol: &'static str,
    /// The type of the resource: `Bundle`, `Patient` …
    pub item: String,
    /// Whether persons are hidden.
    pub masked: bool,
    /// `R4`, or `STU3` where something speaks for the older interface.
    pub release: &'static str,
    /// What the Bundle says of itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundle: Option<ShownBundle>,
    /// Every resource, in order; of a Bundle its entries.
    pub resources: Vec<ShownResource>,
    /// The alarms.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alarms: Vec<ShownAlarm>,
    /// Journal notes and plans of measures.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<ShownNote>,
    /// Follow-ups and planned supervision.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub follow_ups: Vec<ShownFollowUp>,
    /// Medicine handed out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dispenses: Vec<ShownDispense>,
    /// Measurements.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub measurements: Vec<ShownMeasurement>,
    /// Patients.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub patients: Vec<ShownPatient>,
    /// Services that were granted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ShownService>,
    /// Plans, of visits mostly.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<ShownPlan>,
    /// Diagnoses, allergies, medicine in use.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub health: Vec<ShownHealth>,
    /// What a server says about a request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<ShownIssue>,
    /// Every deviation that was tolerated, at most as many as the limits keep.
    pub findings: Vec<ShownFinding>,
    /// How many more there were.
    #[serde(skip_serializing_if = "is_zero")]
    pub more_findings: usize,
}

/// What a Bundle says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShownBundle {
    /// `document`, `searchset`, `batch` …
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_: Option<String>,
    /// Its identifier: repeats carry the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<ShownIdentifier>,
    /// When it was put together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// How many entries it has.
    pub entries: usize,
    /// How many matches there are on all pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Where the next page is, to be followed as given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One resource, in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShownResource {
    /// Where it stands.
    pub path: String,
    /// Its type; empty where it has none.
    #[serde(rename = "type")]
    pub type_: String,
    /// False for a type that is not looked into.
    #[serde(skip_serializing_if = "is_true")]
    pub known: bool,
    /// Its id on a server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The profiles it claims.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub profiles: Vec<String>,
    /// Its status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Whom it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<Referred>,
    /// When: what it tells of, else when a server changed it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Why it is in an answer to a search: `match`, `include`, `outcome`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<&'static str>,
}

/// A deviation that was tolerated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShownFinding {
    /// A stable name for machines.
    pub code: String,
    /// Where, as FHIRPath.
    pub path: String,
    /// One line for people; never a value.
    pub detail: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_zero(count: &usize) -> bool {
    *count == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_true(flag: &bool) -> bool {
    *flag
}

/// Reads one document.
///
/// # Errors
///
/// [`Failure`], with a reason, when no resource can be made out; in strict mode also for the first
/// deviation.
pub fn decode(input: &[u8], options: &Options) -> Result<Decoded, Failure<Decoded>> {
    let reading = match options.mode {
        Mode::Strict => DecodeOptions::strict(),
        Mode::Lenient => DecodeOptions::lenient(),
    };
    let document = decode::decode(input, reading.with_limits(options.limits))
        .map_err(|error| failure::reason(&error).alone())?;
    let root = document.resource();
    let mut places = Vec::new();
    let mut bundles = Vec::new();
    gather(
        root,
        &Path::new(root.resource_type()),
        None,
        None,
        &mut places,
        &mut bundles,
    );
    let mask = Mask::new(options.reveal, root.node(), &bundles);
    let mut decoded = Decoded::new(mask.resource_type(root), options.reveal);
    if document.is_older_release() {
        decoded.release = "STU3";
    }
    decoded.bundle = document.bundle().map(|bundle| of_bundle(&bundle, &mask));
    for (path, bundle) in bundle_paths(&places, &bundles) {
        for reading in bundle.alarms() {
            let path = format!("{path}.entry[{}].resource", reading.entry.index());
            let shown = alarm::of_bundle(&path, &reading, &mask, &bundles);
            decoded.alarms.push(shown);
        }
    }
    // The Bundle itself is told already.
    let outermost = usize::from(decoded.bundle.is_some());
    for place in &places[outermost..] {
        decoded.add(place, &mask, &bundles);
    }
    let findings = document.findings();
    decoded.findings = findings.iter().map(finding).collect();
    decoded.more_findings = findings.more();
    Ok(decoded)
}

/// A resource, where it stands, and in which of the Bundles.
struct Place<'r> {
    path: Path,
    resource: Resource<'r>,
    entry: Option<Entry<'r>>,
    /// Whether a Bundle has it, and tells its alarms.
    in_bundle: bool,
}

/// Every resource of a document, and every Bundle: JFT hands out Bundles in Bundles.
fn gather<'r>(
    resource: Resource<'r>,
    path: &Path,
    entry: Option<Entry<'r>>,
    within: Option<usize>,
    places: &mut Vec<Place<'r>>,
    bundles: &mut Vec<Bundle<'r>>,
) {
    let below = Bundle::of(resource);
    places.push(Place {
        path: path.clone(),
        resource,
        entry,
        in_bundle: within.is_some(),
    });
    let Some(bundle) = below else { return };
    let number = bundles.len();
    bundles.push(bundle.clone());
    for entry in bundle.entries() {
        let path = path.member("entry").index(entry.index());
        if let Some(resource) = entry.resource() {
            let path = path.member("resource");
            gather(resource, &path, Some(entry), Some(number), places, bundles);
        }
        if let Some(outcome) = entry.response_outcome() {
            let path = path.member("response").member("outcome");
            gather(outcome, &path, Some(entry), Some(number), places, bundles);
        }
    }
}

/// The Bundles with their paths, which stand in the same order among the places.
fn bundle_paths<'p, 'r>(
    places: &'p [Place<'r>],
    bundles: &'p [Bundle<'r>],
) -> impl Iterator<Item = (&'p str, &'p Bundle<'r>)> {
    let paths = places
        .iter()
        .filter(|place| Bundle::of(place.resource).is_some());
    paths.map(|place| place.path.as_str()).zip(bundles)
}

fn of_bundle(bundle: &Bundle<'_>, mask: &Mask) -> ShownBundle {
    ShownBundle {
        type_: bundle.bundle_type().map(|text| mask.plain(text)),
        identifier: bundle.identifier().and_then(|it| mask.of_record(it)),
        timestamp: coded::at(bundle.timestamp()),
        entries: bundle.len(),
        total: bundle.total(),
        next: bundle.link("next").map(|url| mask.plain(url)),
    }
}

fn finding(finding: &Finding) -> ShownFinding {
    ShownFinding {
        code: code_of(finding.kind),
        path: finding.path.to_string(),
        detail: finding.kind.to_string(),
    }
}

/// The name of a kind in lower case, with hyphens.
fn code_of(kind: FindingKind) -> String {
    let mut code = String::new();
    for c in format!("{kind:?}").chars() {
        if c.is_ascii_uppercase() && !code.is_empty() {
            code.push('-');
        }
        code.push(c.to_ascii_lowercase());
    }
    code
}

impl Decoded {
    fn new(item: String, revealed: bool) -> Self {
        Decoded {
            protocol: "fhir",
            item,
            masked: !revealed,
            release: "R4",
            bundle: None,
            resources: Vec::new(),
            alarms: Vec::new(),
            notes: Vec::new(),
            follow_ups: Vec::new(),
            dispenses: Vec::new(),
            measurements: Vec::new(),
            patients: Vec::new(),
            services: Vec::new(),
            plans: Vec::new(),
            health: Vec::new(),
            outcomes: Vec::new(),
            findings: Vec::new(),
            more_findings: 0,
        }
    }

    /// Adds a resource to the list of its kind, and to that of all.
    fn add(&mut self, place: &Place<'_>, mask: &Mask, bundles: &[Bundle<'_>]) {
        let resource = place.resource;
        let path = place.path.to_string();
        let node = resource.node();
        let mut at = coded::at(resource.last_updated());
        let mut about = None;
        let mut tell = |time: &Option<String>, who: Option<Reference<'_>>| {
            at = time.clone().or(at.take());
            about = who.map(|who| mask.reference(who, "subject", bundles));
        };
        if let Some(issue) = DetectedIssue::of(resource) {
            let shown = alarm::alone(path.clone(), issue, mask, bundles);
            tell(&shown.at, issue.patient());
            if !place.in_bundle {
                self.alarms.push(shown);
            }
        } else if let Some(one) = Composition::of(resource) {
            let shown = note::note(path.clone(), one, mask, bundles);
            tell(&shown.date, one.subject());
            self.notes.push(shown);
        } else if let Some(one) = Encounter::of(resource) {
            let shown = note::follow_up(path.clone(), one, mask, bundles);
            tell(&shown.period, one.subject());
            self.follow_ups.push(shown);
        } else if let Some(one) = MedicationDispense::of(resource) {
            let shown = rest::dispense(path.clone(), one, mask, bundles);
            tell(&shown.at, one.subject());
            self.dispenses.push(shown);
        } else if let Some(one) = Observation::of(resource) {
            let shown = rest::measurement(path.clone(), one, mask, bundles);
            tell(&shown.at, one.subject());
            self.measurements.push(shown);
        } else if let Some(one) = QuestionnaireResponse::of(resource) {
            tell(&coded::at(one.authored()), one.subject());
        } else if let Some(one) = Patient::of(resource) {
            let shown = patient::patient(path.clone(), one, mask, bundles);
            self.patients.push(shown);
        } else if let Some(one) = EpisodeOfCare::of(resource) {
            let shown = rest::service(path.clone(), one, mask, bundles);
            tell(&shown.period, one.patient());
            self.services.push(shown);
        } else if let Some(one) = CarePlan::of(resource) {
            let shown = rest::plan(path.clone(), one, mask, bundles);
            tell(&shown.period, one.subject());
            self.plans.push(shown);
        } else if let Some(one) = OperationOutcome::of(resource) {
            self.outcomes.extend(outcome::issues(&path, one, mask));
        } else if let Some((shown, who)) = rest::health(&path, resource, mask) {
            tell(&shown.since, who);
            self.health.push(shown);
        }
        self.resources.push(ShownResource {
            path,
            type_: mask.resource_type(resource),
            known: resource.is_known(),
            id: resource.id().map(|id| mask.plain(id)),
            profiles: resource.profiles().map(|url| mask.plain(url)).collect(),
            status: node.text("status").map(|text| mask.plain(text)),
            about,
            at,
            mode: place.entry.and_then(|entry| match entry.search_mode() {
                SearchMode::Match => Some("match"),
                SearchMode::Include => Some("include"),
                SearchMode::Outcome => Some("outcome"),
                _ => None,
            }),
        });
    }

    /// Whether a server refused something: an issue that is no warning and no information.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.outcomes
            .iter()
            .any(|issue| !matches!(issue.severity.as_deref(), Some("warning" | "information")))
    }
}

#[cfg(test)]
mod tests;
