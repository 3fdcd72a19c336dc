//! Alarms: each DetectedIssue with its device, its kind in the shared model, and what was written
//! about it.

use fhir_vkp::CodeSystem;
use fhir_vkp::alarm::mapping_of_issue;
use fhir_vkp::decode::Bundle;
use fhir_vkp::view::{AlarmReading, DetectedIssue, Device, Observation, Section};
use serde::Serialize;

use super::coded::{ShownCode, code};
use super::mask::{Mask, Referred, ShownIdentifier, when};
use super::note::{ShownSection, section};
use super::rest::{ShownMeasurement, measurement};

/// One alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShownAlarm {
    /// Where it stands.
    pub path: String,
    /// What the crosswalk makes of its code.
    pub kind: Meaning,
    /// What happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<ShownCode>,
    /// `high`, `moderate`, `low`; absent means unknown, not low.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// The severity in the words of the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// `final`, `preliminary` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// When it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// To whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<Referred>,
    /// What raised it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<ShownDevice>,
    /// Who raised it, where no device is found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<Referred>,
    /// Its identifiers: repeats carry the same.
    pub identifiers: Vec<ShownIdentifier>,
    /// What it is about, in home follow-up.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<Referred>,
    /// The measurements among that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub measurements: Vec<ShownMeasurement>,
    /// What was written about this alarm.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<ShownSection>,
}

/// What the crosswalk makes of a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Meaning {
    /// The kind of the shared model; `unmapped` where no code is known.
    pub name: &'static str,
    /// What the kind means.
    pub definition: &'static str,
    /// How the code stands to the kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation: Option<&'static str>,
    /// What is lost, or which trap to avoid.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub note: &'static str,
}

/// A device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShownDevice {
    /// The name to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_: Option<ShownCode>,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<String>,
    /// The number of the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_number: Option<String>,
    /// The serial number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<String>,
    /// Serial number or IMEI, as `system|value`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<String>,
    /// Who owns it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Referred>,
}

pub(super) fn device(device: Device<'_>, mask: &Mask, bundles: &[Bundle<'_>]) -> ShownDevice {
    let plain = |text: &str| mask.plain(text);
    let identifier = |one: fhir_vkp::view::Identifier<'_>| {
        let system = one.system().unwrap_or_default();
        Some(plain(&format!("{system}|{}", one.reveal()?)))
    };
    let owner = device.owner();
    ShownDevice {
        name: device.name().map(|name| mask.text(name)),
        type_: device.type_().map(|concept| code(concept, None, mask)),
        manufacturer: device.manufacturer().map(plain),
        model_number: device.model_number().map(plain),
        serial_number: device.serial_number().map(plain),
        identifiers: device.identifiers().filter_map(identifier).collect(),
        owner: owner.map(|owner| mask.reference(owner, "owner", bundles)),
    }
}

fn meaning(issue: DetectedIssue<'_>) -> Meaning {
    let mapping = mapping_of_issue(issue);
    let kind = mapping
        .as_ref()
        .map_or(alarm_codes::Kind::Unmapped, |mapping| mapping.kind());
    Meaning {
        name: kind.name(),
        definition: kind.definition(),
        relation: mapping.as_ref().map(|mapping| mapping.relation().name()),
        note: mapping.as_ref().map_or("", |mapping| mapping.note()),
    }
}

/// An alarm on its own.
pub(super) fn alone(
    path: String,
    issue: DetectedIssue<'_>,
    mask: &Mask,
    bundles: &[Bundle<'_>],
) -> ShownAlarm {
    let plain = |text: &str| mask.plain(text);
    let referred = |reference, member| mask.reference(reference, member, bundles);
    ShownAlarm {
        path,
        kind: meaning(issue),
        code: issue
            .code()
            .map(|concept| code(concept, Some(CodeSystem::ALERT_CODE), mask)),
        severity: issue.severity_text().map(plain),
        detail: issue.detail().map(|text| mask.text(text)),
        status: issue.status().map(plain),
        at: issue.identified().and_then(|at| when(&at, mask)),
        patient: issue.patient().map(|patient| referred(patient, "patient")),
        device: None,
        author: issue.author().map(|author| referred(author, "author")),
        identifiers: issue
            .identifiers()
            .filter_map(|identifier| mask.of_record(identifier))
            .collect(),
        about: issue
            .implicated()
            .map(|about| referred(about, "implicated"))
            .collect(),
        measurements: Vec::new(),
        sections: Vec::new(),
    }
}

/// An alarm of a Bundle, with what belongs to it there.
pub(super) fn of_bundle(
    path: &str,
    reading: &AlarmReading<'_>,
    mask: &Mask,
    bundles: &[Bundle<'_>],
) -> ShownAlarm {
    let mut alarm = alone(path.to_owned(), reading.issue, mask, bundles);
    if let Some(found) = reading.device {
        alarm.device = Some(device(found, mask, bundles));
        alarm.author = None;
    }
    let observed = reading.observations.iter();
    alarm.measurements = observed
        .map(|&one: &Observation<'_>| measurement(path.to_owned(), one, mask, bundles))
        .collect();
    let sections = reading.sections.iter().copied();
    let all = sections.chain(reading.general_sections());
    alarm.sections = all.map(|one: Section<'_>| section(0, one, mask)).collect();
    alarm
}
