//! QuestionnaireResponse: an answered questionnaire (FHIR reference 5.6).

use super::EncodeError;
use super::json::{Array, Object};
use super::part;
use crate::note::{Answer, Decimal, Item, Questionnaire, is_address};
use crate::{Person, Role, Uuid};

/// How deep groups of questions may be nested. Each is two levels of JSON, of which readers take 128 or so.
pub const MAX_ITEM_DEPTH: usize = 48;

/// The misspelling is in the address.
const PROFILE: &str = "http://ehelse.no/fhir/StructureDefinition/vkp-QuestionnaireReponse-v090";

/// An answered questionnaire.
pub(super) fn inside(o: &mut Object<'_, '_>, questionnaire: &Questionnaire, subject: &Person) {
    part::head(o, "QuestionnaireResponse", Some(PROFILE));
    // One identifier, not a list: so FHIR has it here.
    o.object("identifier", |o| {
        part::uuid_identifier(o, uuid(questionnaire));
    });
    if let Some(address) = &questionnaire.address {
        if !is_address(address.as_str()) {
            o.fail(EncodeError::InvalidAddress);
        }
        o.any_text("questionnaire", address.as_str());
    }
    if let Some(title) = &questionnaire.title {
        o.object("_questionnaire", |o| {
            o.array_of_one("extension", |o| {
                o.constant("url", "http://hl7.org/fhir/StructureDefinition/display");
                o.any_text("valueString", title.as_str());
            });
        });
    }
    o.constant("status", questionnaire.status.code());
    part::patient(o, "subject", subject, "QuestionnaireResponse.subject");
    if let Some(at) = &questionnaire.at {
        o.date_time("authored", at);
    }
    if let Some(author) = &questionnaire.author {
        o.object("author", |o| {
            part::operator(o, author, "QuestionnaireResponse.author");
        });
    }
    o.array("item", |a| items(a, &questionnaire.items, MAX_ITEM_DEPTH));
}

fn items(a: &mut Array<'_, '_>, list: &[Item], depth: usize) {
    if list.is_empty() {
        return;
    }
    let Some(depth) = depth.checked_sub(1) else {
        return a.fail(EncodeError::TooDeep);
    };
    for item in list {
        a.object(|o| {
            o.any_text("linkId", item.link_id.as_str());
            o.text("text", item.text.as_ref());
            if !item.answers.is_empty() && !item.items.is_empty() {
                o.fail(EncodeError::AnswersAndItems);
            }
            o.array("answer", |a| {
                for given in &item.answers {
                    a.object(|o| answer(o, given));
                }
            });
            o.array("item", |a| items(a, &item.items, depth));
        });
    }
}

fn answer(o: &mut Object<'_, '_>, answer: &Answer) {
    match answer {
        Answer::Boolean(value) => o.boolean("valueBoolean", *value),
        Answer::Decimal(value) => o.decimal("valueDecimal", value),
        Answer::Integer(value) => o.decimal("valueInteger", &Decimal::from(*value)),
        Answer::Text(text) => o.any_text("valueString", text.as_str()),
        Answer::DateTime(value) => o.date_time("valueDateTime", value),
        Answer::Coding(coding) => {
            o.object("valueCoding", |o| part::extra_coding(o, coding));
        }
        Answer::Quantity(value) => {
            o.object("valueQuantity", |o| part::quantity(o, value));
        }
    }
}

/// The `fullUrl` and identifier.
pub(super) fn uuid(questionnaire: &Questionnaire) -> Uuid {
    questionnaire.id.uuid(Role::QuestionnaireResponse, 0)
}
