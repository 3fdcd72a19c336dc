//! Reading why FHIR servers refuse (FHIR reference 9.1, 14.6).

use core::fmt;

use crate::codes::{CodeSystem, OutcomeCode};
use crate::decode::{DecodeOptions, Resource, decode};
use crate::view;

/// Issues and codings that are kept; more are not.
const MOST: usize = 64;

/// An `OperationOutcome`, read leniently: single objects count as arrays, what is missing is `None`.
///
/// The texts came from outside and may name persons: they are kept for an operator who asks, and do
/// not print.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationOutcome {
    /// The issues, at most 64.
    pub issues: Vec<Issue>,
}

/// One issue of an `OperationOutcome`.
#[derive(Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Issue {
    /// `severity`: `fatal`, `error`, `warning`, `information`.
    pub severity: Option<String>,
    /// `code`, of FHIR's own list.
    pub code: Option<String>,
    /// The codes in `details.coding` that are VKP's, whatever the version or alias of the system.
    pub details: Vec<OutcomeCode>,
    /// `details.text`
    pub text: Option<String>,
    /// `diagnostics`
    pub diagnostics: Option<String>,
    /// What a text names where no code is written.
    named: Option<OutcomeCode>,
}

impl OperationOutcome {
    /// Reads a body; `None` when it is something else.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Self> {
        let decoded = decode(body, DecodeOptions::lenient()).ok()?;
        Self::of(decoded.resource())
    }

    /// The same from what was decoded already, such as an entry of a batch.
    #[must_use]
    pub fn of(resource: Resource<'_>) -> Option<Self> {
        let issues = view::OperationOutcome::of(resource)?.issues();
        Some(Self {
            issues: issues.take(MOST).map(Issue::of).collect(),
        })
    }

    /// VKP's code: the first one among the codings, or else the one that a text names, such as
    /// `MissingActiveService`.
    #[must_use]
    pub fn code(&self) -> Option<OutcomeCode> {
        let coded = self.issues.iter().flat_map(|issue| &issue.details);
        let named = self.issues.iter().filter_map(|issue| issue.named);
        coded.copied().chain(named).next()
    }
}

impl Issue {
    fn of(issue: view::Issue<'_>) -> Self {
        let details = issue.details();
        let codings = details.into_iter().flat_map(|details| details.codings());
        let text = details.and_then(|details| details.text());
        Self {
            severity: issue.severity().map(Into::into),
            code: issue.code().map(Into::into),
            details: codings.take(MOST).filter_map(vkp_code).collect(),
            text: text.map(Into::into),
            diagnostics: issue.diagnostics().map(Into::into),
            named: issue.outcome_code(),
        }
    }
}

/// A code of the list, if the system is the list's by any of its addresses, or is not written. Codes of
/// older versions have other numbers (FHIR reference 8) and are not mapped.
fn vkp_code(coding: view::Coding<'_>) -> Option<OutcomeCode> {
    let code = match coding.system() {
        Some(_) => coding.code_in(CodeSystem::OUTCOME_CODE),
        None => coding.code(),
    };
    OutcomeCode::from_code(code?)
}

impl fmt::Debug for OperationOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OperationOutcome")
            .field(&self.issues)
            .finish()
    }
}

impl fmt::Debug for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issue")
            .field("details", &self.details)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(issue: &str) -> Option<OutcomeCode> {
        let body = format!(r#"{{"resourceType":"OperationOutcome","issue":{issue}}}"#);
        OperationOutcome::read(body.as_bytes())?.code()
    }

    #[test]
    fn the_code_is_found_in_the_coding_or_by_its_name() {
        let found = Some(OutcomeCode::NO_ACTIVE_SERVICE);
        for issue in [
            r#"[{"details":{"coding":[{"system":"http://ehelse.no/fhir/CodeSystem/vkp-operation-outcome-v090","code":"1.3"}]}}]"#,
            r#"[{"details":{"coding":[{"system":"http://ehelse.no/fhir/ValueSet/vkp-operation-outcome-v090","code":"1.3"}]}}]"#,
            r#"{"details":{"coding":{"code":"1.3"}}}"#,
            r#"[{"severity":"warning"},{"details":{"coding":[{"system":"x","code":"1.4"},{"code":"1.3"}]}}]"#,
            r#"[{"diagnostics":"MissingActiveService"}]"#,
            r#"[{"details":{"text":"MissingActiveService"}}]"#,
        ] {
            assert_eq!(code(issue), found, "{issue}");
        }
        for issue in [
            "[]",
            "null",
            "7",
            r#"[{"details":"1.3"}]"#,
            r#"[{"details":{"coding":[{"system":"http://ehelse.no/fhir/CodeSystem/vkp-operation-outcome-v06","code":"1.3"}]}}]"#,
        ] {
            assert_eq!(code(issue), None, "{issue}");
        }
        assert!(OperationOutcome::read(br#"{"resourceType":"Bundle"}"#).is_none());
    }

    #[test]
    fn texts_do_not_print() {
        let body =
            br#"{"resourceType":"OperationOutcome","issue":[{"diagnostics":"Kari 15813410033"}]}"#;
        let outcome = OperationOutcome::read(body).expect("an outcome");
        assert_eq!(
            outcome.issues[0].diagnostics.as_deref(),
            Some("Kari 15813410033")
        );
        assert!(!format!("{outcome:?}").contains("Kari"));
    }
}
