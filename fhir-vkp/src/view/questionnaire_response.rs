//! QuestionnaireResponse: an answered form (FHIR reference 5.6).

use super::{
    CodeableConcept, Coding, Identifier, Quantity, Reference, accessors, element_view, one,
    resource_view,
};
use crate::decode::Node;

resource_view! {
    /// An answered form.
    QuestionnaireResponse
}

accessors! { QuestionnaireResponse:
    /// The business identifier.
    identifier: one Identifier "identifier";
    /// The address of the form.
    questionnaire: text "questionnaire";
    /// `completed`, `in-progress` …
    status: text "status";
    /// Whom it is about.
    subject: one Reference "subject";
    /// When it was answered.
    authored: time "authored";
    /// Who wrote the answers down.
    author: one Reference "author";
    /// Who gave the answers.
    source: one Reference "source";
    /// The questions, each with questions in it.
    items: many AnswerItem "item";
}

element_view! {
    /// A question or a group of questions.
    AnswerItem
}

accessors! { AnswerItem:
    /// Which question of the form it is.
    link_id: text "linkId";
    /// The question.
    text: text "text";
    /// The answers.
    answers: many Answer "answer";
    /// Questions in it.
    items: many AnswerItem "item";
}

element_view! {
    /// One answer.
    Answer
}

accessors! { Answer:
    /// Yes or no.
    boolean: flag "valueBoolean";
    /// A text.
    string: text "valueString";
    /// A choice.
    coding: one Coding "valueCoding";
    /// An amount.
    quantity: one Quantity "valueQuantity";
    /// A date.
    date: time "valueDate";
    /// A point in time.
    date_time: time "valueDateTime";
    /// Another resource.
    reference: one Reference "valueReference";
    /// Questions that follow from the answer.
    items: many AnswerItem "item";
}

impl<'r> Answer<'r> {
    /// The digits of a decimal or whole number, as written.
    #[must_use]
    pub fn number(self) -> Option<&'r str> {
        ["valueInteger", "valueDecimal"]
            .into_iter()
            .find_map(|name| self.node.get(name).and_then(Node::as_number))
    }

    /// A concept, as some programs write a choice.
    #[must_use]
    pub fn concept(self) -> Option<CodeableConcept<'r>> {
        one(self.node, "valueCodeableConcept")
    }
}
