//! Table `[outputs.fhir]`: closed care alarms into the patient record.

use std::path::{Path, PathBuf};
use std::time::Duration;

use fhir_vkp::alarm::AlarmSystem;
use fhir_vkp::identifier::{OrganisationNumber, Stage};
use fhir_vkp::request::{BaseAddress, ServiceCodes, SourceSystem};
use fhir_vkp::security::Algorithm;
use serde::{Deserialize, Serialize};

use super::outputs::StartFrom;
use super::{ConfigError, SecretSource, Span, holds};

/// Table `[outputs.fhir]`: closed care alarms as journal notes, to VKP or JFT.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FhirOutputConfig {
    /// Which service takes them.
    pub service: FhirService,
    /// Its environment. Identity numbers of the other one are not sent.
    pub stage: FhirStage,
    /// The organisation number of the municipality: VKP's path, and the author of notes where no
    /// operator is known.
    pub organisation: String,
    /// The name of this alarm centre, always the same: all identifiers of documents follow from it.
    pub sender: String,
    /// The client at HelseID.
    pub client_id: String,
    /// Its private key: a JWK, or PEM.
    pub key: SecretSource,
    /// How a key in PEM signs, such as `PS256`.
    #[serde(default = "key_algorithm")]
    pub key_algorithm: String,
    /// The id of a key in PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// The organisation that a multi-tenant client acts for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<OnBehalfOf>,
    /// The scopes for writing; those of bundles and of medicine that was handed out unless given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Whether HelseID's discovery document is read.
    #[serde(default = "yes")]
    pub discovery: bool,
    /// Addresses in place of those that are published for the stage.
    #[serde(default, skip_serializing_if = "FhirAddresses::is_default")]
    pub addresses: FhirAddresses,
    /// Root certificates, PEM, beside those of the system.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub root_certificates: PathBuf,
    /// The register of patients: which device is whose, TOML or CSV. Replace it by renaming a whole file onto it.
    pub patients: PathBuf,
    /// The name that goes with the organisation as author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author_name: Option<String>,
    /// The address under which operators are known; without it they are authors by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operators: Option<String>,
    /// The name of this system in JFT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_system: Option<String>,
    /// What closes an alarm.
    #[serde(default)]
    pub closed_by: ClosedBy,
    /// What becomes of care that the code list has no code for.
    #[serde(default)]
    pub uncoded_care: UncodedCare,
    /// How long an alarm is withheld, once it is closed, whose device the register does not know; with
    /// nothing it is counted only.
    #[serde(default = "await_patient")]
    pub await_patient: Span,
    /// What kind of system the alarms come from: help calls are coded by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm_system: Option<FhirAlarmSystem>,
    /// The SQLite file of the outbox; beside the journal, with `.fhir` at its end, unless given.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub outbox: PathBuf,
    /// Where in the journal the first start begins.
    #[serde(default)]
    pub from: StartFrom,
    /// How often it is asked at most what became of a document: the pauses grow from this one.
    #[serde(default = "status_after")]
    pub status_after: Span,
    /// Looks patients up while their alarms are open; none without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look_up: Option<LookUpConfig>,
}

/// The organisation that a multi-tenant client acts for: `{ parent = "…", child = "…" }`, or the number of
/// the main entity alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Behalf", into = "Behalf")]
pub struct OnBehalfOf {
    /// The main entity.
    pub parent: String,
    /// The entity below it that is meant. How HelseID takes one without it is a guess of `fhir-vkp`.
    pub child: Option<String>,
}

/// The forms in which it is written.
#[derive(Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "an organisation number, or { parent = \"...\", child = \"...\" }"
)]
enum Behalf {
    Parent(String),
    Entity(Entity),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entity {
    parent: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    child: Option<String>,
}

impl From<Behalf> for OnBehalfOf {
    fn from(written: Behalf) -> Self {
        let (parent, child) = match written {
            Behalf::Parent(parent) => (parent, None),
            Behalf::Entity(Entity { parent, child }) => (parent, child),
        };
        Self { parent, child }
    }
}

impl From<OnBehalfOf> for Behalf {
    fn from(OnBehalfOf { parent, child }: OnBehalfOf) -> Self {
        match child {
            None => Self::Parent(parent),
            child => Self::Entity(Entity { parent, child }),
        }
    }
}

/// To which service documents go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FhirService {
    /// VKP: 2xx is the end.
    Vkp,
    /// JFT: the status is followed.
    Jft,
}

/// An environment of Norsk helsenett.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FhirStage {
    /// Synthetic persons only.
    Test,
    /// Real persons only.
    Production,
}

impl From<FhirStage> for Stage {
    fn from(stage: FhirStage) -> Self {
        match stage {
            FhirStage::Test => Self::Test,
            FhirStage::Production => Self::Production,
        }
    }
}

/// What closes an alarm, so that it becomes a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClosedBy {
    /// A message that says that its handling is closed, such as a webhook of the Sensio server.
    #[default]
    Handling,
    /// The end of the alarm, too: at a place where devices are reset by those who came.
    End,
}

/// What becomes of a care alarm whose kind the code list has no code for, such as carbon monoxide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UncodedCare {
    /// It is counted, and not journaled.
    #[default]
    Leave,
    /// It is journaled with the code of its whole family, and its text says what happened.
    Family,
}

/// What kind of system alarms come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FhirAlarmSystem {
    /// Social alarms.
    SocialAlarm,
    /// Digital supervision.
    DigitalSupervision,
    /// Nurse call.
    NurseCall,
}

impl From<FhirAlarmSystem> for AlarmSystem {
    fn from(system: FhirAlarmSystem) -> Self {
        match system {
            FhirAlarmSystem::SocialAlarm => Self::SocialAlarm,
            FhirAlarmSystem::DigitalSupervision => Self::DigitalSupervision,
            FhirAlarmSystem::NurseCall => Self::NurseCall,
        }
    }
}

/// Addresses in place of those that are published. https, or http on loopback.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FhirAddresses {
    /// The issuer of tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub helseid: Option<String>,
    /// VKP, without the organisation number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vkp: Option<String>,
    /// Where JFT is written to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jft_write: Option<String>,
    /// Where JFT is read from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jft_read: Option<String>,
}

impl FhirAddresses {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Table `[outputs.fhir.look_up]`: patients of open alarms, asked for at VKP.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LookUpConfig {
    /// The services that give the need to know, such as `ta`.
    pub service_codes: Vec<String>,
    /// How long one may take.
    pub within: Span,
    /// How long an answer is kept, in memory only.
    pub keep: Span,
    /// How many answers are kept.
    pub most: usize,
}

impl Default for LookUpConfig {
    fn default() -> Self {
        Self {
            service_codes: vec![ServiceCodes::TA.to_owned()],
            within: Span(Duration::from_secs(5)),
            keep: Span(Duration::from_secs(900)),
            most: 1_000,
        }
    }
}

fn key_algorithm() -> String {
    Algorithm::Ps256.name().to_owned()
}

/// What may stand among scopes that blanks separate (RFC 6749 3.3).
fn is_scope(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    !text.is_empty() && text.bytes().all(allowed)
}

fn status_after() -> Span {
    Span(Duration::from_secs(2))
}

fn await_patient() -> Span {
    Span(Duration::from_secs(7 * 86_400))
}

fn yes() -> bool {
    true
}

fn is_empty(path: &Path) -> bool {
    path.as_os_str().is_empty()
}

impl FhirOutputConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let organisation = |text: &str| OrganisationNumber::new(text).is_ok();
        let given = &self.addresses;
        let addresses = [
            &given.helseid,
            &given.vkp,
            &given.jft_write,
            &given.jft_read,
        ];
        let are_addresses = addresses
            .into_iter()
            .flatten()
            .all(|text| BaseAddress::new(text).is_ok());
        holds([
            (
                organisation(&self.organisation),
                "outputs.fhir.organisation",
                "must be an organisation number of 9 digits",
            ),
            (
                self.on_behalf_of.as_ref().is_none_or(|other| {
                    organisation(&other.parent) && other.child.as_deref().is_none_or(organisation)
                }),
                "outputs.fhir.on_behalf_of",
                "must be organisation numbers of 9 digits",
            ),
            (
                !self.sender.trim().is_empty(),
                "outputs.fhir.sender",
                "must not be empty",
            ),
            (
                !self.client_id.is_empty(),
                "outputs.fhir.client_id",
                "must not be empty",
            ),
            (
                self.key.is_one(),
                "outputs.fhir.key",
                "must have either file or env",
            ),
            (
                Algorithm::from_name(&self.key_algorithm).is_some(),
                "outputs.fhir.key_algorithm",
                "must be ES256, ES384, PS256, PS384, PS512 or RS256",
            ),
            (
                self.scopes.iter().all(|scope| is_scope(scope)),
                "outputs.fhir.scopes",
                "must be scopes without blanks",
            ),
            (
                are_addresses,
                "outputs.fhir.addresses",
                "must be https URLs without user name, query and fragment, or http on loopback",
            ),
            (
                !is_empty(&self.patients),
                "outputs.fhir.patients",
                "must name a file",
            ),
            (
                self.operators.as_deref() != Some(""),
                "outputs.fhir.operators",
                "must not be empty",
            ),
            (
                self.source_system
                    .as_deref()
                    .is_none_or(|name| SourceSystem::new(name).is_ok()),
                "outputs.fhir.source_system",
                "must be 1 to 128 printable ASCII characters",
            ),
            (
                self.status_after.0 >= Duration::from_millis(100),
                "outputs.fhir.status_after",
                "must be at least 100ms",
            ),
            (
                self.await_patient.0 <= Duration::from_secs(366 * 86_400),
                "outputs.fhir.await_patient",
                "must be at most 8784h",
            ),
        ])?;
        self.look_up.as_ref().map_or(Ok(()), LookUpConfig::check)
    }
}

impl LookUpConfig {
    fn check(&self) -> Result<(), ConfigError> {
        let codes = self.service_codes.iter().map(String::as_str);
        let span = |span: Span, most: u64| {
            (Duration::from_millis(10)..=Duration::from_secs(most)).contains(&span.0)
        };
        holds([
            (
                ServiceCodes::new(codes).is_ok(),
                "outputs.fhir.look_up.service_codes",
                "must be 1 to 32 codes of letters, digits, hyphens, dots and underscores",
            ),
            (
                span(self.within, 60),
                "outputs.fhir.look_up.within",
                "must be 10ms to 60s",
            ),
            (
                span(self.keep, 86_400),
                "outputs.fhir.look_up.keep",
                "must be 10ms to 24h",
            ),
            (
                (1..=100_000).contains(&self.most),
                "outputs.fhir.look_up.most",
                "must be 1 to 100000",
            ),
        ])
    }
}

#[cfg(test)]
mod tests;
