//! CarePlan: visits, and older plans of measures (FHIR reference 6).

use super::extension::extension_string;
use super::{
    CodeableConcept, Identifier, Period, Reference, accessors, element_view, one, resource_view,
};
use crate::{CarePlanCategory, CodeSystem};

const DETAIL_HEADER: &str = "http://ehelse.no/fhir/StructureDefinition/vkp-detailheader-v090";

resource_view! {
    /// A plan. Of the four categories only the visit plan is delivered today.
    CarePlan
}

accessors! { CarePlan:
    /// Identifiers in the EPJ.
    identifiers: many Identifier "identifier";
    /// `active`, `completed` …
    status: text "status";
    /// `plan` …
    intent: text "intent";
    /// What kind of plan it is.
    categories: many CodeableConcept "category";
    /// Its title.
    title: text "title";
    /// What it is about.
    description: text "description";
    /// Whose plan it is.
    subject: one Reference "subject";
    /// The days it covers.
    period: one Period "period";
    /// When it was made.
    created: time "created";
    /// What is planned.
    activities: many Activity "activity";
}

impl CarePlan<'_> {
    /// The category by VKP's list; `None` for another or an unknown one.
    #[must_use]
    pub fn category(self) -> Option<CarePlanCategory> {
        self.categories()
            .filter_map(|category| category.code_in(CodeSystem::CARE_PLAN_CATEGORY))
            .find_map(CarePlanCategory::from_code)
    }
}

element_view! {
    /// One visit, or one item of an older plan of measures.
    Activity
}

impl<'r> Activity<'r> {
    fn text(self, name: &str) -> Option<&'r str> {
        self.node.get("detail")?.text(name)
    }

    /// `Appointment` for a visit.
    #[must_use]
    pub fn kind(self) -> Option<&'r str> {
        self.text("kind")
    }

    /// `scheduled`, `completed`, `cancelled` …
    #[must_use]
    pub fn status(self) -> Option<&'r str> {
        self.text("status")
    }

    /// Why it has this status.
    #[must_use]
    pub fn status_reason(self) -> Option<CodeableConcept<'r>> {
        one(self.node.get("detail")?, "statusReason")
    }

    /// What kind of activity it is.
    #[must_use]
    pub fn code(self) -> Option<CodeableConcept<'r>> {
        one(self.node.get("detail")?, "code")
    }

    /// What is to be done.
    #[must_use]
    pub fn description(self) -> Option<&'r str> {
        self.text("description")
    }

    /// When: `scheduledPeriod`, in older data the bounds of `scheduledTiming`.
    #[must_use]
    pub fn period(self) -> Option<Period<'r>> {
        let detail = self.node.get("detail")?;
        one(detail, "scheduledPeriod").or_else(|| {
            let timing = detail.get("scheduledTiming")?;
            one(timing.get("repeat")?, "boundsPeriod")
        })
    }

    /// When, in words.
    #[must_use]
    pub fn scheduled_text(self) -> Option<&'r str> {
        self.text("scheduledString")
    }

    /// The first of the times a timing names one by one.
    #[must_use]
    pub fn first_event(self) -> Option<crate::DateTime> {
        let timing = self.node.get("detail")?.get("scheduledTiming")?;
        let first = timing.list("event").first()?.as_str()?;
        crate::DateTime::parse(first).ok().map(|(at, _)| at)
    }

    /// Who is to do it.
    pub fn performers(self) -> impl Iterator<Item = Reference<'r>> + use<'r> {
        let detail = self.node.get("detail").into_iter();
        detail.flat_map(|detail| super::many(detail, "performer"))
    }

    /// The heading in an older plan of measures: problem, goal, measure, evaluation.
    #[must_use]
    pub fn header(self) -> Option<&'r str> {
        extension_string(self.node.get("detail")?, DETAIL_HEADER)
    }

    /// A resource that holds the activity instead.
    #[must_use]
    pub fn reference(self) -> Option<Reference<'r>> {
        one(self.node, "reference")
    }
}
