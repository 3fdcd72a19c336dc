//! Reading why FHIR servers refuse (FHIR reference 9.1, 14.6).

use core::fmt;

use serde_json::Value;

use crate::codes::OutcomeCode;

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
}

impl OperationOutcome {
    /// Reads a body; `None` when it is something else.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Self> {
        let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
        let value: Value = serde_json::from_slice(body).ok()?;
        Self::from_value(&value)
    }

    /// The same from JSON that is already read, such as an entry of a batch.
    #[must_use]
    pub(super) fn from_value(value: &Value) -> Option<Self> {
        if value.get("resourceType")?.as_str()? != "OperationOutcome" {
            return None;
        }
        let issues = many(value.get("issue"));
        Some(Self {
            issues: issues.iter().take(MOST).map(Issue::read).collect(),
        })
    }

    /// VKP's code: the first one among the codings, or else the one that a text names, such as
    /// `MissingActiveService`.
    #[must_use]
    pub fn code(&self) -> Option<OutcomeCode> {
        let coded = self.issues.iter().flat_map(|issue| &issue.details);
        let named = self.issues.iter().filter_map(Issue::named);
        coded.copied().chain(named).next()
    }
}

impl Issue {
    fn read(value: &Value) -> Self {
        let text = |value: &Value, name| {
            let text = value.get(name)?.as_str()?;
            (!text.is_empty()).then(|| text.to_owned())
        };
        let details = value.get("details").unwrap_or(&Value::Null);
        let codings = many(details.get("coding"));
        Self {
            severity: text(value, "severity"),
            code: text(value, "code"),
            details: codings.iter().take(MOST).filter_map(vkp_code).collect(),
            text: text(details, "text"),
            diagnostics: text(value, "diagnostics"),
        }
    }

    /// The names that VKP gives the refusals of access (FHIR reference 8), where no code is written.
    fn named(&self) -> Option<OutcomeCode> {
        [&self.diagnostics, &self.text]
            .into_iter()
            .flatten()
            .find_map(|text| {
                let is = |name: &str| text.trim().eq_ignore_ascii_case(name);
                if is("MissingActiveService") {
                    Some(OutcomeCode::NO_ACTIVE_SERVICE)
                } else if is("NoAccess") {
                    Some(OutcomeCode::NO_ACCESS)
                } else if is("NotAuthorized") {
                    Some(OutcomeCode::NOT_AUTHORIZED)
                } else {
                    None
                }
            })
    }
}

/// A code of the list, if the system is the list's, its `ValueSet` address, or not written. Codes of
/// older versions have other numbers (FHIR reference 8) and are not mapped.
fn vkp_code(coding: &Value) -> Option<OutcomeCode> {
    let system = coding.get("system").and_then(Value::as_str).unwrap_or("");
    let alias = system.replace("/ValueSet/", "/CodeSystem/");
    if !alias.is_empty() && alias != OutcomeCode::SYSTEM.url() {
        return None;
    }
    OutcomeCode::from_code(coding.get("code")?.as_str()?)
}

/// The elements of an array; a single value counts as one.
pub(super) fn many(value: Option<&Value>) -> &[Value] {
    match value {
        None | Some(Value::Null) => &[],
        Some(Value::Array(many)) => many,
        Some(one) => core::slice::from_ref(one),
    }
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
            r#"[{"details":{"text":"missingactiveservice"}}]"#,
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
