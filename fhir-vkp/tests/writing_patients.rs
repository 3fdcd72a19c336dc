//! Patients and questionnaires: what is refused.

use fhir_vkp::decode::{DecodeOptions, decode};
use fhir_vkp::encode::{self, EncodeError, MAX_ITEM_DEPTH};
use fhir_vkp::identifier::system;
use fhir_vkp::note::{
    Address, Answer, Contact, Country, HumanName, Item, MunicipalityCode, Patient, PatientProfile,
    PhoneOrMail, Property, Questionnaire, RecordId, Text, UrbanDistrictCode,
};
use fhir_vkp::{DateTime, Identifier, Person, UuidNames, view};
use serde_json::Value;

fn text(text: &str) -> Text {
    Text::new(text).expect("a text")
}

fn patient() -> Patient {
    Patient::new(Identifier::new(system::FODSELSNUMMER, "15813410033").expect("identifier"))
}

fn write(patient: &Patient) -> Result<Value, EncodeError> {
    let mut out = Vec::new();
    encode::patient(patient, &mut out)?;
    Ok(serde_json::from_slice(&out).expect("JSON"))
}

#[test]
fn a_patient_needs_no_more_than_an_identifier() {
    let written = write(&patient()).expect("written");
    let keys: Vec<_> = written.as_object().expect("object").keys().collect();
    assert_eq!(keys, ["identifier", "meta", "resourceType"]);
}

#[test]
fn a_lokalt_h_nummer_has_type_and_assigner() {
    let mut patient = patient();
    let number = "15413410050".parse().expect("number");
    patient.identifiers = Identifier::h_number(&number, "Eksempel sykehus")
        .expect("identifier")
        .into();
    let identifier = &write(&patient).expect("written")["identifier"][0];
    assert_eq!(identifier["system"], "HNR");
    assert_eq!(identifier["type"]["coding"][0]["code"], "HNR");
    assert_eq!(identifier["assigner"]["display"], "Eksempel sykehus");
}

#[test]
fn an_address_has_its_numbers_in_either_profile_and_they_are_read_back() {
    let mut patient = patient();
    let mut address = Address::new(text("Fjellveien 12"));
    address.official = Some(false);
    address.municipality = Text::new("Eksempel");
    address.municipality_code = MunicipalityCode::new("0301");
    address.urban_district = UrbanDistrictCode::new("030101");
    let mut property = Property::default();
    property.cadastral_unit_number = Some(41);
    property.leasehold_number = Some(0);
    property.municipality = MunicipalityCode::new("0301");
    // A property of which nothing is known is not written.
    address.properties = vec![Property::default(), property];
    let shown = format!("{address:?}");
    assert!(!shown.contains("301") && !shown.contains("41"));
    patient.addresses.push(address);
    for profile in [PatientProfile::Basis, PatientProfile::Vkp] {
        patient.profile = profile;
        let mut out = Vec::new();
        encode::patient(&patient, &mut out).expect("written");
        let decoded = decode(&out, DecodeOptions::strict()).expect("read");
        let read = view::Patient::of(decoded.resource()).expect("a patient");
        let read = read.home().expect("an address");
        assert_eq!(read.is_official(), Some(false));
        let code = read.municipality_code().expect("a code");
        assert_eq!(
            (code.system(), code.code()),
            (Some(system::MUNICIPALITY), Some("0301"))
        );
        let district = read.urban_district().expect("a district");
        assert_eq!(district.code(), Some("030101"));
        let properties: Vec<_> = read.properties().collect();
        let [property] = properties.as_slice() else {
            panic!("one property");
        };
        assert_eq!(property.cadastral_unit_number(), Some(41));
        assert_eq!(property.property_unit_number(), None);
        assert_eq!(property.leasehold_number(), Some(0));
        let municipality = property.municipality().and_then(|found| found.code());
        assert_eq!(municipality, Some("0301"));
    }
    for bad in ["", "301", "03011", "O301", "٠٣٠١"] {
        assert_eq!(MunicipalityCode::new(bad), None, "{bad}");
    }
}

#[test]
fn countries_are_read_back() {
    let mut patient = patient();
    patient.citizenships = vec![Country::new("NO").expect("a country")];
    patient.nationalities = vec![Country::new("SE").expect("a country")];
    let mut out = Vec::new();
    encode::patient(&patient, &mut out).expect("written");
    let decoded = decode(&out, DecodeOptions::strict()).expect("read");
    let read = view::Patient::of(decoded.resource()).expect("a patient");
    let codes = |concept: view::CodeableConcept<'_>| concept.shown().map(str::to_owned);
    let citizenships: Vec<_> = read.citizenships().filter_map(codes).collect();
    let nationalities: Vec<_> = read.nationalities().filter_map(codes).collect();
    assert_eq!(
        (citizenships, nationalities),
        (vec!["NO".into()], vec!["SE".into()])
    );
}

#[test]
fn a_part_of_a_zone_holds_no_separator() {
    let mut patient = patient();
    patient.zone = vec![text("Eksempel"), text("Nord|Sør")];
    assert_eq!(write(&patient), Err(EncodeError::ZoneSeparator));
}

#[test]
fn a_birth_date_has_no_time_of_day() {
    let mut patient = patient();
    let element = "Patient.birthDate";
    for (date, result) in [
        ("1934-01", Ok(())),
        (
            "1934-01-15T00:00:00+01:00",
            Err(EncodeError::TimeOfDay { element }),
        ),
        ("1934-01-15T00:00", Err(EncodeError::TimeOfDay { element })),
    ] {
        patient.birth_date = Some(DateTime::parse(date).expect("date").0);
        assert_eq!(write(&patient).map(drop), result, "{date}");
    }
}

#[test]
fn a_contact_can_be_reached_or_is_refused() {
    let mut patient = patient();
    let mut contact = Contact::default();
    contact.relationship = Text::new("Datter");
    contact.name = Some(HumanName::default());
    patient.contacts.push(contact);
    assert_eq!(write(&patient), Err(EncodeError::EmptyContact));
    patient.contacts[0]
        .telecoms
        .push(PhoneOrMail::email(text("datter@example.net")));
    let written = write(&patient).expect("written");
    assert_eq!(written["contact"][0].get("name"), None);
}

#[test]
fn a_general_practitioner_has_a_name_or_an_identifier() {
    let mut patient = patient();
    patient.general_practitioners.push(Person {
        identifier: None,
        name: Some(" ".into()),
    });
    let element = "Patient.generalPractitioner";
    assert_eq!(
        write(&patient),
        Err(EncodeError::EmptyReference { element })
    );
}

#[test]
fn a_country_is_two_letters() {
    assert_eq!(Country::new("no").expect("country").as_str(), "NO");
    for bad in ["", "N", "NOR", "N0", "ø"] {
        assert_eq!(Country::new(bad), None);
    }
}

fn answers(item: Item) -> Result<Value, EncodeError> {
    let id = RecordId::new(&UuidNames::new("https://example.net"), "q").expect("id");
    let mut questionnaire = Questionnaire::new(id);
    questionnaire.items.push(item);
    let subject: Person = patient().identifiers.first().clone().into();
    let mut out = Vec::new();
    encode::questionnaire_response(&questionnaire, &subject, &mut out)?;
    Ok(serde_json::from_slice(&out).expect("JSON"))
}

#[test]
fn a_question_has_answers_or_questions_below_it() {
    let mut item = Item::new(text("1"));
    item.answers.push(Answer::Boolean(false));
    let written = answers(item.clone()).expect("written");
    assert_eq!(written["item"][0]["answer"][0]["valueBoolean"], false);
    item.items.push(Item::new(text("2")));
    assert_eq!(answers(item), Err(EncodeError::AnswersAndItems));
}

#[test]
fn questions_are_nested_so_deep_and_no_deeper() {
    let nested = |depth: usize| {
        (1..depth).fold(Item::new(text("0")), |item, _| {
            let mut group = Item::new(text("1"));
            group.items.push(item);
            group
        })
    };
    assert!(answers(nested(MAX_ITEM_DEPTH)).is_ok());
    assert_eq!(
        answers(nested(MAX_ITEM_DEPTH + 1)),
        Err(EncodeError::TooDeep)
    );
}

#[test]
fn the_address_of_a_questionnaire_is_absolute() {
    let id = RecordId::new(&UuidNames::new("https://example.net"), "q").expect("id");
    let mut questionnaire = Questionnaire::new(id);
    questionnaire.address = Text::new("kols");
    let subject: Person = patient().identifiers.first().clone().into();
    let refused = encode::questionnaire_response(&questionnaire, &subject, &mut Vec::new());
    assert_eq!(refused, Err(EncodeError::InvalidAddress));
}
