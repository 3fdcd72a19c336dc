//! DetectedIssue: one alarm (FHIR reference 5.1).

use super::{CodeableConcept, Identifier, Reference, When, accessors, resource_view};
use crate::{AlertCode, CodeSystem, Severity};

resource_view! {
    /// One alarm.
    DetectedIssue
}

accessors! { DetectedIssue:
    /// Identifiers of the alarm: repeats carry the same.
    identifiers: many Identifier "identifier";
    /// `final`, `preliminary` … as written.
    status: text "status";
    /// What happened.
    code: one CodeableConcept "code";
    /// `high`, `moderate`, `low` … as written; absent means unknown.
    severity_text: text "severity";
    /// To whom it happened.
    patient: one Reference "patient";
    /// What raised it, mostly the device.
    author: one Reference "author";
    /// The measurement or questionnaire it is about, in home follow-up.
    implicated: many Reference "implicated";
    /// The severity in the words of the source.
    detail: text "detail";
}

impl<'r> DetectedIssue<'r> {
    /// The code by VKP's list; `None` for another or an unknown one: then show
    /// [`code`](Self::code).
    #[must_use]
    pub fn alert_code(self) -> Option<AlertCode> {
        AlertCode::from_code(self.code()?.code_in(CodeSystem::ALERT_CODE)?)
    }

    /// The severity. `None` means unknown, not low (FHIR reference 11.4).
    #[must_use]
    pub fn severity(self) -> Option<Severity> {
        self.severity_text().and_then(Severity::from_code)
    }

    /// When it happened.
    #[must_use]
    pub fn identified(self) -> Option<When<'r>> {
        When::of(self.node, "identifiedDateTime", "identifiedPeriod")
    }
}
