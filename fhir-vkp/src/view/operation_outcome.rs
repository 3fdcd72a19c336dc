//! OperationOutcome: why something was refused (FHIR reference 8, 9.1).

use super::{CodeableConcept, accessors, element_view, resource_view, texts};
use crate::{CodeSystem, OutcomeCode};

resource_view! {
    /// What a server has to say about a request.
    OperationOutcome
}

accessors! { OperationOutcome:
    /// The issues.
    issues: many Issue "issue";
}

impl<'r> OperationOutcome<'r> {
    /// The first code of VKP's list.
    #[must_use]
    pub fn outcome_code(self) -> Option<OutcomeCode> {
        self.issues().find_map(Issue::outcome_code)
    }

    /// Whether an issue is an error or worse. A warning or information may come with success.
    #[must_use]
    pub fn is_error(self) -> bool {
        self.issues()
            .any(|issue| !matches!(issue.severity(), Some("warning" | "information")))
    }

    /// The words of the first issue that has any.
    #[must_use]
    pub fn text(self) -> Option<&'r str> {
        self.issues().find_map(Issue::text)
    }
}

element_view! {
    /// One issue.
    Issue
}

accessors! { Issue:
    /// `fatal`, `error`, `warning`, `information`.
    severity: text "severity";
    /// The kind by FHIR's list: `forbidden`, `invalid`, `timeout` …
    code: text "code";
    /// The kind in detail.
    details: one CodeableConcept "details";
    /// Words for technicians; some servers put all they have to say here.
    diagnostics: text "diagnostics";
}

impl<'r> Issue<'r> {
    /// The code of VKP's list, also where only its English name is given.
    #[must_use]
    pub fn outcome_code(self) -> Option<OutcomeCode> {
        let details = self.details();
        let code = details.and_then(|details| details.code_in(CodeSystem::OUTCOME_CODE));
        if let Some(code) = code.and_then(OutcomeCode::from_code) {
            return Some(code);
        }
        let texts = [self.diagnostics(), details.and_then(CodeableConcept::text)];
        texts
            .into_iter()
            .flatten()
            .find_map(|text| match text.trim() {
                "MissingActiveService" => Some(OutcomeCode::NO_ACTIVE_SERVICE),
                "NoAccess" => Some(OutcomeCode::NO_ACCESS),
                "NotAuthorized" => Some(OutcomeCode::NOT_AUTHORIZED),
                _ => None,
            })
    }

    /// The words: `details.text`, else `diagnostics`, else the display of a code. They may hold personal
    /// data.
    #[must_use]
    pub fn text(self) -> Option<&'r str> {
        let details = self.details();
        details
            .and_then(CodeableConcept::text)
            .or_else(|| self.diagnostics())
            .or_else(|| details?.shown())
    }

    /// Where in the request, as FHIRPath.
    pub fn expressions(self) -> impl Iterator<Item = &'r str> + use<'r> {
        texts(self.node, "expression").chain(texts(self.node, "location"))
    }
}
