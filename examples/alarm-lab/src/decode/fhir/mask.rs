//! Hiding persons: identifiers, names, dates of birth, and what texts say of them.

use std::collections::BTreeSet;

use alarm_codes::national_identity_number::holds_identity_number;
use fhir_vkp::decode::{Bundle, Node, Resource};
use fhir_vkp::view::{self, Period, When};
use fhir_vkp::{DateTime, IdentifierKind};
use serde::Serialize;

/// What stands for something hidden.
const HIDDEN: &str = "*****";

/// Members whose references are no persons.
const THINGS: [&str; 13] = [
    "assigner",
    "detail",
    "device",
    "encounter",
    "entry",
    "implicated",
    "location",
    "managingOrganization",
    "medicationReference",
    "organization",
    "owner",
    "questionnaire",
    "serviceProvider",
];

/// Shows what may be shown.
pub(super) struct Mask {
    reveal: bool,
    /// The parts of every name in the document, in lower case.
    words: BTreeSet<String>,
    /// The identifiers of persons in the document: texts may name an operator by user name.
    values: BTreeSet<String>,
}

impl Mask {
    /// A mask that knows the names in a document; with `reveal` it hides nothing.
    pub(super) fn new(reveal: bool, root: &Node<'_>, bundles: &[Bundle<'_>]) -> Self {
        let mut mask = Mask {
            reveal,
            words: BTreeSet::new(),
            values: BTreeSet::new(),
        };
        if !reveal {
            mask.gather(root, "", bundles);
        }
        mask
    }

    /// A name, a telephone number, a place: all or nothing.
    pub(super) fn private(&self, text: &str) -> String {
        let shown = if self.reveal { text } else { HIDDEN };
        shown.to_owned()
    }

    /// A day of birth or death: the year alone.
    pub(super) fn day(&self, date: &DateTime) -> String {
        match date.as_str().get(..4) {
            Some(year) if !self.reveal => format!("{year}-**-**"),
            _ => date.to_string(),
        }
    }

    /// Something that is no personal data unless somebody put a number of a person there.
    pub(super) fn plain(&self, text: &str) -> String {
        if !self.reveal && holds_identity_number(text) {
            return HIDDEN.to_owned();
        }
        text.to_owned()
    }

    /// The type of a resource: any word may stand there, so only what FHIR calls one.
    pub(super) fn resource_type(&self, resource: Resource<'_>) -> String {
        let shown = match self.reveal {
            true => resource.resource_type(),
            false => resource.shown_type(),
        };
        shown.to_owned()
    }

    /// What people wrote: without the names of the document, and without long numbers.
    pub(super) fn text(&self, text: &str) -> String {
        if self.reveal {
            return text.to_owned();
        }
        let mut without = text.to_owned();
        for value in &self.values {
            if without.contains(value.as_str()) {
                without = without.replace(value.as_str(), HIDDEN);
            }
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = without.as_str();
        while let Some(first) = rest.chars().next() {
            let end = |belongs: fn(char) -> bool| rest.find(|c| !belongs(c)).unwrap_or(rest.len());
            let length = if first.is_ascii_digit() {
                let number = end(|c| c.is_ascii_digit() || matches!(c, ' ' | '.' | '-'));
                let number = rest[..number].trim_end_matches([' ', '.', '-']);
                out.push_str(if is_long(number) { HIDDEN } else { number });
                number.len()
            } else if first.is_alphanumeric() {
                let word = &rest[..end(char::is_alphabetic).max(first.len_utf8())];
                out.push_str(if self.is_name(word) { HIDDEN } else { word });
                word.len()
            } else {
                out.push(first);
                first.len_utf8()
            };
            rest = &rest[length..];
        }
        out
    }

    /// Learns the names and identifiers of persons below a node that is the member `member`.
    fn gather(&mut self, node: &Node<'_>, member: &str, bundles: &[Bundle<'_>]) {
        let is_name = node.get("family").is_some() || node.get("given").is_some();
        if is_name || member == "name" && node.text("use").is_some() {
            let given = node.list("given").iter().filter_map(Node::as_str);
            let more = node.list("extension").iter();
            let more = more.filter_map(|one| one.text("valueString"));
            let names = [node.text("family"), node.text("text")];
            let all = names.into_iter().flatten().chain(given).chain(more);
            all.for_each(|name| self.learn(name));
        }
        let identifier = node.get("identifier");
        let is_coding = node.get("code").is_some() || node.get("system").is_some();
        let refers = node.get("reference").is_some() || identifier.is_some() || !is_coding;
        if refers && !is_thing(node, member, bundles) {
            node.text("display")
                .into_iter()
                .for_each(|name| self.learn(name));
            let own = identifier.filter(|_| node.get("resourceType").is_none());
            own.into_iter().for_each(|it| self.learn_identifier(it));
        }
        if node.text("resourceType") == Some("Patient") {
            let own = node.list("identifier").iter();
            own.for_each(|identifier| self.learn_identifier(identifier));
        }
        node.text("authorString")
            .into_iter()
            .for_each(|name| self.learn(name));
        for below in node.members() {
            self.gather(below.node(), below.name(), bundles);
        }
        for item in node.items() {
            self.gather(item, member, bundles);
        }
    }

    fn learn(&mut self, name: &str) {
        let parts = name.split(|c: char| !c.is_alphabetic());
        let parts = parts.filter(|part| part.chars().count() >= 2);
        self.words.extend(parts.map(str::to_lowercase));
    }

    /// Shorter ones stand everywhere by chance.
    fn learn_identifier(&mut self, identifier: &Node<'_>) {
        let value = identifier.text("value").map(str::trim);
        let value = value.filter(|value| value.chars().count() >= 3);
        self.values.extend(value.map(str::to_owned));
    }

    fn is_name(&self, word: &str) -> bool {
        let word = word.to_lowercase();
        let known = |word: &str| self.words.contains(word);
        // Norwegian has the genitive without an apostrophe.
        known(&word) || word.strip_suffix('s').is_some_and(known)
    }

    /// An identifier of a person, organisation or unit; that of a person without its last five
    /// characters.
    pub(super) fn identifier(&self, identifier: view::Identifier<'_>) -> Option<ShownIdentifier> {
        self.shown(identifier, false)
    }

    /// The identifier of a record: an alarm, a Bundle.
    pub(super) fn of_record(&self, identifier: view::Identifier<'_>) -> Option<ShownIdentifier> {
        self.shown(identifier, identifier.kind() == IdentifierKind::Other)
    }

    fn shown(&self, identifier: view::Identifier<'_>, public: bool) -> Option<ShownIdentifier> {
        let value = identifier.reveal()?;
        let kind = identifier.kind();
        let public = public
            || matches!(
                kind,
                IdentifierKind::Organisation
                    | IdentifierKind::Resh
                    | IdentifierKind::HerId
                    | IdentifierKind::Uuid
            );
        let shown = if self.reveal || public {
            self.plain(value)
        } else {
            let kept = value.char_indices().rev().nth(4).map_or(0, |(at, _)| at);
            format!("{}{HIDDEN}", &value[..kept])
        };
        let own = identifier.to_identifier();
        let warning = own.and_then(|own| own.warning());
        Some(ShownIdentifier {
            kind: kind_name(kind),
            system: identifier.system().map(|system| self.plain(system)),
            value: shown,
            warning: warning.map(|warning| warning.to_string()),
        })
    }

    /// Somebody or something that is referred to by the member `member`.
    pub(super) fn reference(
        &self,
        reference: view::Reference<'_>,
        member: &str,
        bundles: &[Bundle<'_>],
    ) -> Referred {
        let is_thing = is_thing(reference.node(), member, bundles);
        let name = reference.display().map(|name| {
            if is_thing {
                self.text(name)
            } else {
                self.private(name)
            }
        });
        Referred {
            name,
            identifier: reference.identifier().and_then(|it| self.identifier(it)),
            reference: reference.reference().map(|address| self.plain(address)),
        }
    }
}

/// An identifier as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShownIdentifier {
    /// What it is, by its system: `fodselsnummer`, `hpr`, `organisation` …
    pub kind: &'static str,
    /// Its system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// Its value; that of a person without the last five characters.
    pub value: String,
    /// What is odd about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}

/// Somebody or something that is referred to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Referred {
    /// The name; that of a person is hidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<ShownIdentifier>,
    /// The address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// The name of a kind of identifier.
const fn kind_name(kind: IdentifierKind) -> &'static str {
    match kind {
        IdentifierKind::Fodselsnummer => "fodselsnummer",
        IdentifierKind::DNumber => "d-number",
        IdentifierKind::FellesHjelpenummer => "felles-hjelpenummer",
        IdentifierKind::HNumber => "h-number",
        IdentifierKind::Hpr => "hpr",
        IdentifierKind::Duf => "duf",
        IdentifierKind::Organisation => "organisation",
        IdentifierKind::Resh => "resh",
        IdentifierKind::HerId => "her-id",
        IdentifierKind::Uuid => "uuid",
        _ => "other",
    }
}

/// Whether digits are so many that they may be an identity number or a telephone number.
fn is_long(number: &str) -> bool {
    let in_a_row = number.split(|c: char| !c.is_ascii_digit()).map(str::len);
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    digits >= 8 || in_a_row.max() >= Some(5)
}

/// Whether a reference is to a thing or an organisation.
fn is_thing(reference: &Node<'_>, member: &str, bundles: &[Bundle<'_>]) -> bool {
    const TYPES: [&str; 4] = ["Device", "Organization", "Location", "HealthcareService"];
    let system = reference
        .get("identifier")
        .and_then(|identifier| identifier.text("system"));
    let of_organisation = system.map(IdentifierKind::of_system).is_some_and(|kind| {
        matches!(
            kind,
            IdentifierKind::Organisation | IdentifierKind::Resh | IdentifierKind::HerId
        )
    });
    let leads_to = reference.text("reference").map(|address| {
        let path = address.rsplit('/').nth(1).unwrap_or_default();
        let found = bundles.iter().find_map(|bundle| bundle.resolve(address));
        let found = found.and_then(|entry| entry.resource());
        found.map_or(path, |resource| resource.resource_type())
    });
    let of_type = |name: Option<&str>| name.is_some_and(|name| TYPES.contains(&name));
    THINGS.contains(&member)
        || of_organisation
        || of_type(reference.text("type"))
        || of_type(leads_to)
}

/// When, as text: a point in time or a span.
pub(super) fn when(when: &When<'_>, mask: &Mask) -> Option<String> {
    match when {
        When::At(at) => Some(at.to_string()),
        When::During(during) => period(*during),
        When::Text(text) => Some(mask.text(text)),
        _ => None,
    }
}

/// A span of time as text: `start/end`, each end empty where it is open.
pub(super) fn period(period: Period<'_>) -> Option<String> {
    let end = |at: Option<DateTime>| at.map(|at| at.to_string()).unwrap_or_default();
    let (start, stop) = (end(period.start()), end(period.end()));
    (!start.is_empty() || !stop.is_empty()).then(|| format!("{start}/{stop}"))
}

#[cfg(test)]
mod tests {
    use fhir_vkp::decode::{DecodeOptions, decode};

    use super::*;

    fn masked(text: &str) -> String {
        let body = r#"{"resourceType": "Patient",
            "name": [{"given": ["Kari Anne"], "family": "Eksempel", "use": "official"}],
            "contact": [{"organization": {"display": "Nattjenesten"}}],
            "generalPractitioner": [{"display": "Ola Prøve",
                "identifier": {"system": "https://example.net/users", "value": "op-7"}}]}"#;
        let decoded = decode(body.as_bytes(), DecodeOptions::lenient()).unwrap();
        Mask::new(false, decoded.resource().node(), &[]).text(text)
    }

    #[test]
    fn names_of_the_document_are_hidden_in_texts() {
        assert_eq!(
            masked("KARI falt. Karis datter ringte Ola, sa Nattjenesten."),
            "***** falt. ***** datter ringte *****, sa Nattjenesten."
        );
        assert_eq!(masked("Karianne"), "Karianne");
    }

    #[test]
    fn long_numbers_are_hidden_in_texts_and_short_ones_stay() {
        assert_eq!(masked("fnr 158134 10033."), "fnr *****.");
        assert_eq!(masked("ring 900 00 000"), "ring *****");
        assert_eq!(
            masked("kl. 02:31, rom 12 - puls 61"),
            "kl. 02:31, rom 12 - puls 61"
        );
        assert_eq!(masked("op-8a ½ x²"), "op-8a ½ x²");
    }

    #[test]
    fn identifiers_of_persons_are_hidden_in_texts() {
        assert_eq!(masked("gjenåpnet (op-7)"), "gjenåpnet (*****)");
    }
}
