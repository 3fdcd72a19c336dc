//! What a server says about a request: OperationOutcome, with advice for VKP's codes.

use fhir_vkp::OutcomeCode;
use fhir_vkp::view::{Issue, OperationOutcome};
use serde::Serialize;

use super::mask::Mask;

/// One issue of an OperationOutcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShownIssue {
    /// Where the OperationOutcome stands.
    pub path: String,
    /// `fatal`, `error`, `warning`, `information`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// The kind by FHIR's list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The code by VKP's list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vkp_code: Option<&'static str>,
    /// What VKP's list calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<&'static str>,
    /// The words of the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Where in the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expressions: Vec<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<&'static str>,
}

pub(super) fn issues(path: &str, outcome: OperationOutcome<'_>, mask: &Mask) -> Vec<ShownIssue> {
    let issues = outcome.issues();
    issues.map(|issue| shown(path, issue, mask)).collect()
}

fn shown(path: &str, issue: Issue<'_>, mask: &Mask) -> ShownIssue {
    let vkp = issue.outcome_code();
    ShownIssue {
        path: path.to_owned(),
        severity: issue.severity().map(|text| mask.plain(text)),
        code: issue.code().map(|text| mask.plain(text)),
        vkp_code: vkp.map(OutcomeCode::code),
        display: vkp.map(OutcomeCode::display),
        text: issue.text().map(|text| mask.text(text)),
        expressions: issue.expressions().map(|text| mask.plain(text)).collect(),
        advice: vkp.and_then(advice_for),
    }
}

/// What to do about a refusal (FHIR reference 8, 9.1).
#[must_use]
pub fn advice_for(code: OutcomeCode) -> Option<&'static str> {
    Some(match code {
        OutcomeCode::NO_ACTIVE_SERVICE => {
            "the patient has no active service among those in the header ServiceCodes: have the service \
             granted in the patient record, or ask with the code of the service that is"
        }
        OutcomeCode::NO_ACCESS | OutcomeCode::NOT_AUTHORIZED => {
            "the client or its organisation has no access: check the scopes of the token, the organisation \
             number in the address, and the agreement with the municipality"
        }
        OutcomeCode::FORBIDDEN | OutcomeCode::NOT_ACTIVE | OutcomeCode::NOT_ALLOWED => {
            "the service is not active or not allowed for this client: ask the municipality and Norsk \
             helsenett"
        }
        OutcomeCode::INVALID_PERSON_IDENTIFIER => {
            "check the number with alarm-lab check-id: test takes synthetic persons only, production real \
             ones only"
        }
        OutcomeCode::INVALID_SYSTEM_IDENTIFIER => {
            "check the address of the identifier system: urn:oid:2.16.578.1.12.4.1.4.1 for a \
             fødselsnummer"
        }
        OutcomeCode::INVALID_NUMBER_OF_PARAMETERS => {
            "a parameter is missing or too many; date is given twice, as ge and as le"
        }
        OutcomeCode::INVALID_FORMAT | OutcomeCode::INVALID_DATA => {
            "the server cannot read what was sent: decode that with alarm-lab decode fhir --strict"
        }
        OutcomeCode::TIMEOUT => {
            "the patient record did not answer in time: repeat, byte for byte the same"
        }
        _ => return None,
    })
}
