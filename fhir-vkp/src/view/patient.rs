//! Patient: who is to be helped, where, and how to get in (FHIR reference 6).

use super::extension::{extension_string, extensions};
use super::{
    Address, CodeableConcept, ContactPoint, Extension, HumanName, Identifier, Period, Reference,
    accessors, element_view, resource_view,
};
use crate::IdentifierKind;

const ZONE: &str = "http://ehelse.no/fhir/StructureDefinition/vkp-sone-v090";
const HOUSEHOLD: &str = "http://ehelse.no/fhir/StructureDefinition/vkp-household-v090";
const NATIONALITY: &str = "http://hl7.org/fhir/StructureDefinition/patient-nationality";
/// The extension of HL7, and the older one of HL7 Norway.
const CITIZENSHIPS: [&str; 2] = [
    "http://hl7.org/fhir/StructureDefinition/patient-citizenship",
    "http://hl7.no/fhir/StructureDefinition/no-basis-person-citizenship",
];
/// Code `C` of this system marks the main contact.
const RELATIONSHIP: &str = "http://terminology.hl7.org/CodeSystem/v2-0131";

resource_view! {
    /// The person who receives the service.
    Patient
}

accessors! { Patient:
    /// All identifiers, national ones and those of the EPJ.
    identifiers: many Identifier "identifier";
    /// Whether the record is in use.
    active: flag "active";
    /// All names.
    names: many HumanName "name";
    /// Telephone numbers and other ways to reach the person.
    telecom: many ContactPoint "telecom";
    /// `male`, `female`, `other` or `unknown`; other words as they came.
    gender: text "gender";
    /// The day of birth.
    birth_date: time "birthDate";
    /// When the person died.
    deceased_at: time "deceasedDateTime";
    /// All addresses.
    addresses: many Address "address";
    /// Next of kin and others to call.
    contacts: many Contact "contact";
    /// General practitioners, by HER-id.
    general_practitioners: many Reference "generalPractitioner";
    /// The organisation that keeps the record.
    managing_organization: one Reference "managingOrganization";
}

impl<'r> Patient<'r> {
    /// The national identity number, D-number or felles hjelpenummer, in this order.
    #[must_use]
    pub fn national_identifier(self) -> Option<Identifier<'r>> {
        [
            IdentifierKind::Fodselsnummer,
            IdentifierKind::DNumber,
            IdentifierKind::FellesHjelpenummer,
        ]
        .into_iter()
        .find_map(|kind| self.identifiers().find(|found| found.kind() == kind))
    }

    /// The name to use: the official one, else the first that is not old.
    #[must_use]
    pub fn name(self) -> Option<HumanName<'r>> {
        self.names()
            .find(|name| name.usage() == Some("official"))
            .or_else(|| self.names().find(|name| name.usage() != Some("old")))
            .or_else(|| self.names().next())
    }

    /// Given, middle and family name of [`name`](Self::name).
    #[must_use]
    pub fn full_name(self) -> Option<String> {
        self.name().and_then(HumanName::full_name)
    }

    /// Municipality, district, zone, sub-zone: as deep as the municipality divides itself.
    #[must_use]
    pub fn zones(self) -> Vec<&'r str> {
        extension_string(self.node, ZONE)
            .map(|zones| {
                let zones = zones.split('|').map(str::trim);
                zones.filter(|zone| !zone.is_empty()).collect()
            })
            .unwrap_or_default()
    }

    /// Who else lives there, animals, and what else one must know before entering.
    #[must_use]
    pub fn household(self) -> Option<&'r str> {
        extension_string(self.node, HOUSEHOLD)
    }

    /// Of which countries the person is a citizen.
    pub fn citizenships(self) -> impl Iterator<Item = CodeableConcept<'r>> + use<'r> {
        CITIZENSHIPS
            .into_iter()
            .flat_map(move |url| self.countries(url))
    }

    /// Nationalities.
    pub fn nationalities(self) -> impl Iterator<Item = CodeableConcept<'r>> + use<'r> {
        self.countries(NATIONALITY)
    }

    /// The part `code` of extensions with a period beside it.
    fn countries(self, url: &'static str) -> impl Iterator<Item = CodeableConcept<'r>> + use<'r> {
        let code = |extension: Extension<'r>| extension.part("code")?.concept();
        extensions(self.node, url).filter_map(code)
    }

    /// Whether the person is dead, by flag or by date.
    #[must_use]
    pub fn is_deceased(self) -> Option<bool> {
        let flag = self
            .node
            .get("deceasedBoolean")
            .and_then(|flag| flag.as_bool());
        flag.or_else(|| self.node.get("deceasedDateTime").map(|_| true))
    }

    /// The address to go to: at home and not old, else the first.
    #[must_use]
    pub fn home(self) -> Option<Address<'r>> {
        self.addresses()
            .find(|address| address.usage() == Some("home"))
            .or_else(|| {
                self.addresses()
                    .find(|address| address.usage() != Some("old"))
            })
            .or_else(|| self.addresses().next())
    }

    /// The electronic lock of the home, or of the first address that has one.
    #[must_use]
    pub fn electronic_lock(self) -> Option<&'r str> {
        self.home()
            .into_iter()
            .chain(self.addresses())
            .find_map(Address::electronic_lock)
    }

    /// The contact to call first: marked as emergency contact, else the first.
    #[must_use]
    pub fn main_contact(self) -> Option<Contact<'r>> {
        self.contacts()
            .find(|contact| contact.is_main())
            .or_else(|| self.contacts().next())
    }

    /// The HER-id of the general practitioner.
    #[must_use]
    pub fn general_practitioner_her_id(self) -> Option<Identifier<'r>> {
        self.general_practitioners()
            .filter_map(Reference::identifier)
            .find(|identifier| identifier.kind() == IdentifierKind::HerId)
    }
}

element_view! {
    /// Somebody to call about a patient.
    Contact
}

accessors! { Contact:
    /// What they are to the patient: codes, texts, often in separate concepts.
    relationships: many CodeableConcept "relationship";
    /// Their name.
    name: one HumanName "name";
    /// How to reach them.
    telecom: many ContactPoint "telecom";
    /// Where they live.
    address: one Address "address";
    /// The organisation they stand for.
    organization: one Reference "organization";
    /// When to call them or not.
    period: one Period "period";
}

impl<'r> Contact<'r> {
    /// Whether this is marked as the main one: code `C`, emergency contact.
    #[must_use]
    pub fn is_main(self) -> bool {
        self.relationships()
            .flat_map(CodeableConcept::codings)
            .any(|coding| {
                coding.code() == Some("C")
                    && coding
                        .system()
                        .is_none_or(|system| crate::codes::same_system(system, RELATIONSHIP))
            })
    }

    /// What they are to the patient, in words: `Datter`.
    #[must_use]
    pub fn relationship(self) -> Option<&'r str> {
        self.relationships()
            .find_map(CodeableConcept::text)
            .or_else(|| self.relationships().find_map(CodeableConcept::shown))
    }
}
