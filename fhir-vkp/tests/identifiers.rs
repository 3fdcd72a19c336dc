//! Identifiers of persons and organisations (FHIR reference 3 and 4).

use alarm_codes::Timestamp;
use alarm_codes::national_identity_number::{NationalIdentityNumber, Population, Rule};
use fhir_vkp::identifier::{
    Admission, CheckDigit, DufNumber, HerId, HprNumber, IdentifierWarning, InvalidNumber,
    OrganisationNumber, ReshId, Stage, system,
};
use fhir_vkp::{Identifier, IdentifierKind, InvalidIdentifier, Person};

fn number(text: &str) -> NationalIdentityNumber {
    text.parse().expect("a valid number")
}

/// The values of FHIR reference 4 that are numbers.
const NUMBERS: [(&str, IdentifierKind, Option<Population>, Rule); 9] = {
    use IdentifierKind::{DNumber, FellesHjelpenummer, Fodselsnummer, HNumber};
    use Population::{SyntheticNhn, SyntheticSkatteetaten};
    use Rule::{Legacy, Rule2032};
    [
        (
            "15813410033",
            Fodselsnummer,
            Some(SyntheticSkatteetaten),
            Legacy,
        ),
        (
            "15813499980",
            Fodselsnummer,
            Some(SyntheticSkatteetaten),
            Rule2032,
        ),
        (
            "15813499999",
            Fodselsnummer,
            Some(SyntheticSkatteetaten),
            Rule2032,
        ),
        (
            "15813499816",
            Fodselsnummer,
            Some(SyntheticSkatteetaten),
            Rule2032,
        ),
        ("55813410027", DNumber, Some(SyntheticSkatteetaten), Legacy),
        ("17712811226", Fodselsnummer, Some(SyntheticNhn), Legacy),
        ("15413410050", HNumber, None, Legacy),
        ("81234510053", FellesHjelpenummer, None, Legacy),
        ("99876110039", FellesHjelpenummer, None, Legacy),
    ]
};

#[test]
fn every_number_of_the_reference_goes_under_the_system_of_its_kind() {
    for (text, kind, population, rule) in NUMBERS {
        let identifier = Identifier::from(number(text));
        assert_eq!(identifier.kind(), kind);
        assert_eq!(Some(identifier.system()), kind.system());
        assert_eq!(identifier.reveal(), text);
        let back = identifier
            .national_identity_number()
            .expect("national")
            .expect("valid");
        assert_eq!((back.population(), back.rule()), (population, rule));
        let expected = match (kind, rule) {
            (IdentifierKind::HNumber, _) => Some(IdentifierWarning::NoAssigner),
            (_, Rule::Rule2032) => Some(IdentifierWarning::Rule2032),
            _ => None,
        };
        assert_eq!(identifier.warning(), expected);
    }
}

#[test]
fn an_invalid_number_is_taken_and_warned_about() {
    for text in [
        "15814410033",
        "15813410034",
        "15813410043",
        "1581341003",
        "kari",
    ] {
        let identifier = Identifier::new(system::FODSELSNUMMER, text).expect("not empty");
        assert!(
            identifier
                .national_identity_number()
                .expect("national")
                .is_err()
        );
        assert_eq!(
            identifier.warning(),
            Some(IdentifierWarning::NoIdentityNumber)
        );
        assert_eq!(Stage::Test.admits_person(&identifier), Admission::Unknown);
    }
}

#[test]
fn a_number_under_the_system_of_another_kind_is_warned_about() {
    let d_number = Identifier::new(system::FODSELSNUMMER, "55813410027").expect("not empty");
    assert_eq!(d_number.warning(), Some(IdentifierWarning::OtherKind));
    let fodselsnummer = Identifier::new(system::D_NUMBER, "15813410033").expect("not empty");
    assert_eq!(fodselsnummer.warning(), Some(IdentifierWarning::OtherKind));
    // Test tools mark synthetic persons as H-numbers are marked.
    let marked = Identifier::new(system::FODSELSNUMMER, "15413410050").expect("not empty");
    assert_eq!(marked.warning(), None);
}

#[test]
fn the_test_environment_takes_synthetic_numbers_only_and_production_real_ones_only() {
    let admitted = |text: &str| {
        let identifier = Identifier::from(number(text));
        (
            Stage::Test.admits_person(&identifier),
            Stage::Production.admits_person(&identifier),
        )
    };
    for synthetic in ["15813410033", "17712811226", "55813410027"] {
        assert_eq!(
            admitted(synthetic),
            (Admission::Admitted, Admission::Refused)
        );
    }
    // A number without any mark that belongs to nobody: its day of birth has passed, its serial
    // number was never in use for that year.
    let unmarked = unmarked_number(Rule::Legacy);
    assert_eq!(
        admitted(&unmarked),
        (Admission::Refused, Admission::Admitted)
    );
    for unknown in ["15413410050", "81234510053"] {
        assert_eq!(admitted(unknown), (Admission::Unknown, Admission::Unknown));
    }
}

#[test]
fn a_number_of_the_rule_from_2032_is_not_yet_issued_before_that_year_begins_in_norway() {
    let at = |text: &str| text.parse::<Timestamp>().expect("a time");
    let before = at("2031-12-31T22:59:59.999999Z");
    let from = at("2031-12-31T23:00:00Z");
    for text in ["15813499980", "15813499999", "15813499816"] {
        let early = Identifier::from(number(text));
        let test = |now| Stage::Test.admits_person_at(&early, now);
        assert_eq!(test(before), Admission::NotYetIssued, "{text}");
        assert_eq!(test(from), Admission::Admitted, "{text}");
        // That the environment refuses it anyway weighs more.
        let production = |now| Stage::Production.admits_person_at(&early, now);
        assert_eq!(production(before), Admission::Refused);
        assert_eq!(production(from), Admission::Refused);
        assert!(early.is_not_yet_issued(before) && !early.is_not_yet_issued(from));
        // Without a date nobody can say so.
        assert_eq!(Stage::Test.admits_person(&early), Admission::Admitted);
    }
    let unmarked = Identifier::from(number(&unmarked_number(Rule::Rule2032)));
    let production = |now| Stage::Production.admits_person_at(&unmarked, now);
    assert_eq!(production(before), Admission::NotYetIssued);
    assert_eq!(production(from), Admission::Admitted);
    let legacy = Identifier::from(number("15813410033"));
    assert_eq!(
        Stage::Test.admits_person_at(&legacy, before),
        Admission::Admitted
    );
    let local = Identifier::new("https://epj.example.net/patient", "P-77").expect("not empty");
    assert_eq!(
        Stage::Test.admits_person_at(&local, before),
        Admission::Unknown
    );
    assert!(!legacy.is_not_yet_issued(before) && !local.is_not_yet_issued(before));
}

/// A number with the form of a real one: of the year 40 with a serial number from 500 to 899, which
/// no century uses for that year.
fn unmarked_number(rule: Rule) -> String {
    (500..900)
        .flat_map(|serial| (0..100).map(move |check| format!("010140{serial}{check:02}")))
        .find(|text| {
            text.parse::<NationalIdentityNumber>()
                .is_ok_and(|number| number.rule() == rule)
        })
        .expect("one of them is valid")
}

#[test]
fn an_h_number_needs_its_assigner() {
    let h_number = number("15413410050");
    let identifier = Identifier::h_number(&h_number, "Sykehuset i Eksempel").expect("complete");
    assert_eq!(identifier.system(), "HNR");
    assert_eq!(identifier.assigner(), Some("Sykehuset i Eksempel"));
    assert_eq!(identifier.warning(), None);
    assert_eq!(
        Identifier::h_number(&h_number, ""),
        Err(InvalidIdentifier::EmptyAssigner)
    );
    let other = number("15813410033");
    assert_eq!(
        Identifier::h_number(&other, "x"),
        Err(InvalidIdentifier::OtherKind)
    );
}

#[test]
fn neither_system_nor_value_is_ever_empty() {
    assert_eq!(
        Identifier::new("", "1"),
        Err(InvalidIdentifier::EmptySystem)
    );
    assert_eq!(Identifier::new("x", ""), Err(InvalidIdentifier::EmptyValue));
}

#[test]
fn a_local_patient_number_is_an_identifier_like_any_other() {
    let local = Identifier::new("https://epj.example.net/patient", "P-77").expect("not empty");
    assert_eq!(local.kind(), IdentifierKind::Other);
    assert_eq!(local.warning(), None);
}

#[test]
fn nothing_personal_is_printed() {
    let identifier = Identifier::from(number("15813410033"));
    assert_eq!(
        identifier.to_string(),
        "urn:oid:2.16.578.1.12.4.1.4.1|158134*****"
    );
    let person = Person::new(identifier.clone(), "Kari Eksempel");
    let hpr: HprNumber = "7654321".parse().expect("digits");
    let duf: DufNumber = "201012345678".parse().expect("digits");
    let printed = format!("{identifier:?} {person:?} {hpr:?} {hpr} {duf:?} {duf}");
    for secret in ["10033", "Kari", "54321", "45678"] {
        assert!(!printed.contains(secret), "{printed}");
    }
    let short = Identifier::new("x", "1234").expect("not empty");
    assert_eq!(short.to_string(), "x|*****");
}

#[test]
fn the_check_digit_of_an_organisation_number_is_told_and_never_refused() {
    for (digits, fits) in [
        ("314159265", CheckDigit::DoesNotFit),
        ("000000019", CheckDigit::Fits),
    ] {
        let number: OrganisationNumber = digits.parse().expect("nine digits");
        assert_eq!(number.check_digit(), fits);
        let identifier = Identifier::from(number);
        assert_eq!(identifier.kind(), IdentifierKind::Organisation);
        let warned = identifier.warning() == Some(IdentifierWarning::CheckDigit);
        assert_eq!(warned, fits == CheckDigit::DoesNotFit);
    }
    // A sum with the remainder 1 has no check digit at all.
    let none = (0..10).filter(|last| {
        let number: OrganisationNumber = format!("00000006{last}").parse().expect("nine digits");
        number.check_digit() == CheckDigit::Fits
    });
    assert_eq!(none.count(), 0);
}

#[test]
fn numbers_of_personnel_and_organisations_have_their_lengths() {
    assert!("1".parse::<HprNumber>().is_ok() && "123456789".parse::<HprNumber>().is_ok());
    assert_eq!(
        "1234567890".parse::<HprNumber>(),
        Err(InvalidNumber::Length)
    );
    assert_eq!(
        "20101234567".parse::<DufNumber>(),
        Err(InvalidNumber::Length)
    );
    assert_eq!(
        "00000001".parse::<OrganisationNumber>(),
        Err(InvalidNumber::Length)
    );
    assert_eq!(
        "00000001x".parse::<OrganisationNumber>(),
        Err(InvalidNumber::NotDigits)
    );
    assert_eq!(
        "000 000 019".parse::<OrganisationNumber>(),
        Err(InvalidNumber::NotDigits)
    );
    assert_eq!("".parse::<HerId>(), Err(InvalidNumber::NotDigits));
    let her_id = Identifier::from("1000001".parse::<HerId>().expect("digits"));
    assert_eq!(her_id.system(), "urn:oid:2.16.578.1.12.4.1.2");
    assert_eq!(ReshId::try_from(&her_id), Err(InvalidNumber::OtherSystem));
    assert_eq!(
        HerId::try_from(&her_id).expect("its own").as_str(),
        "1000001"
    );
    let malformed = Identifier::new(system::RESH, "12a").expect("not empty");
    assert_eq!(malformed.warning(), Some(IdentifierWarning::Form));
}

#[test]
fn every_kind_has_the_system_of_the_reference() {
    let table = [
        (
            IdentifierKind::Fodselsnummer,
            "urn:oid:2.16.578.1.12.4.1.4.1",
        ),
        (IdentifierKind::DNumber, "urn:oid:2.16.578.1.12.4.1.4.2"),
        (
            IdentifierKind::FellesHjelpenummer,
            "urn:oid:2.16.578.1.12.4.1.4.3",
        ),
        (IdentifierKind::HNumber, "HNR"),
        (IdentifierKind::Hpr, "urn:oid:2.16.578.1.12.4.1.4.4"),
        (IdentifierKind::Duf, "urn:oid:2.16.578.1.12.4.1.4.5"),
        (
            IdentifierKind::Organisation,
            "urn:oid:2.16.578.1.12.4.1.4.101",
        ),
        (IdentifierKind::Resh, "urn:oid:2.16.578.1.12.4.1.4.102"),
        (IdentifierKind::HerId, "urn:oid:2.16.578.1.12.4.1.2"),
        (IdentifierKind::Uuid, "urn:ietf:rfc:3986"),
    ];
    for (kind, address) in table {
        assert_eq!(kind.system(), Some(address));
        assert_eq!(IdentifierKind::of_system(address), kind);
        let bare = address.strip_prefix("urn:oid:");
        assert_eq!(bare.and_then(system::canonical), bare.map(|_| address));
    }
    assert_eq!(IdentifierKind::Other.system(), None);
}

/// Other addresses of the system of the fødselsnummer.
const ALIASES: [&str; 6] = [
    "http://hl7.no/fhir/NamingSystem/FNR",
    "https://hl7.no/fhir/NamingSystem/FNR",
    "http://hl7.no/fhir/NamingSystem/FNR/",
    "2.16.578.1.12.4.1.4.1",
    "URN:OID:2.16.578.1.12.4.1.4.1",
    " urn:oid:2.16.578.1.12.4.1.4.1 ",
];

#[test]
fn every_address_of_a_system_means_the_same_kind_and_the_same_environment() {
    for alias in ALIASES {
        let identifier = Identifier::new(alias, "15813410033").expect("not empty");
        assert_eq!(identifier.kind(), IdentifierKind::Fodselsnummer, "{alias}");
        assert_eq!(identifier.system(), alias, "kept as it was given");
        assert_eq!(identifier.canonical_system(), system::FODSELSNUMMER);
        assert_eq!(identifier.warning(), Some(IdentifierWarning::SystemAlias));
        assert_eq!(
            Stage::Production.admits_person(&identifier),
            Admission::Refused
        );
        let real = Identifier::new(alias, unmarked_number(Rule::Legacy)).expect("not empty");
        assert_eq!(Stage::Test.admits_person(&real), Admission::Refused);
        // What is graver than the address is told instead of it.
        let none = Identifier::new(alias, "15813410034").expect("not empty");
        assert_eq!(none.warning(), Some(IdentifierWarning::NoIdentityNumber));
    }
    let uuid = Identifier::new(
        "URN:IETF:RFC:3986",
        "urn:uuid:6f9619ff-8b86-d011-b42d-00cf4fc964ff",
    );
    let uuid = uuid.expect("not empty");
    assert_eq!(uuid.kind(), IdentifierKind::Uuid);
    assert_eq!(uuid.canonical_system(), system::UUID);
    let her_id = Identifier::new("2.16.578.1.12.4.1.2", "1000001").expect("not empty");
    assert!(HerId::try_from(&her_id).is_ok());
    for other in ["https://epj.example.net/patient", "HNR", system::D_NUMBER] {
        let other = Identifier::new(other, "1").expect("not empty");
        assert_eq!(other.canonical_system(), other.system());
    }
}

#[test]
fn a_national_number_under_any_other_system_is_not_sent_to_the_wrong_environment() {
    let real = unmarked_number(Rule::Legacy);
    for system in [
        "https://epj.example.net/patient",
        "http://hl7.no/fhir/NamingSystem/fnr",
        "urn:oid:2.16.578.1.12.4.1.4.1.1",
        system::HPR,
    ] {
        let hidden = |value: &str| Identifier::new(system, value).expect("not empty");
        let said = |value: &str| {
            let identifier = hidden(value);
            let stages = [Stage::Test, Stage::Production];
            let admissions = stages.map(|stage| stage.admits_person(&identifier));
            (admissions, identifier.warning())
        };
        let warning = Some(IdentifierWarning::HiddenIdentityNumber);
        assert_eq!(
            said("15813410033"),
            ([Admission::Unknown, Admission::Refused], warning)
        );
        assert_eq!(
            said(&real),
            ([Admission::Refused, Admission::Unknown], warning)
        );
        let spaced = format!("{} {}", &real[..6], &real[6..]);
        assert_eq!(said(&spaced).0, [Admission::Refused, Admission::Unknown]);
        let named = format!("urn:fnr:{real}");
        assert_eq!(said(&named).0, [Admission::Refused, Admission::Unknown]);
        assert_eq!(said("81234510053"), ([Admission::Unknown; 2], warning));
        assert_eq!(
            hidden("15813410033").hidden_identity_number(),
            Some(number("15813410033"))
        );
        assert_eq!(hidden("15813410034").hidden_identity_number(), None);
        assert_eq!(said("15813410034").0, [Admission::Unknown; 2]);
    }
    // Written with a space under its own system it is no number of that system, and no less real.
    let spaced = format!("{}-{}", &real[..6], &real[6..]);
    let spaced = Identifier::new(system::FODSELSNUMMER, spaced).expect("not empty");
    assert_eq!(spaced.warning(), Some(IdentifierWarning::NoIdentityNumber));
    assert_eq!(Stage::Test.admits_person(&spaced), Admission::Refused);
    assert_eq!(Stage::Production.admits_person(&spaced), Admission::Unknown);
    // A UUID may hold eleven digits in a row by chance.
    let uuid = format!("urn:uuid:6f9619ff-8b86-d011-b42d-{real}f");
    let uuid = Identifier::new(system::UUID, uuid).expect("not empty");
    assert_eq!(uuid.hidden_identity_number(), None);
}

#[test]
fn a_uuid_is_written_in_lower_case() {
    let uuid = "6F9619FF-8B86-D011-B42D-00CF4FC964FF"
        .parse()
        .expect("a UUID");
    let identifier = Identifier::uuid(&uuid);
    assert_eq!(
        identifier.reveal(),
        "urn:uuid:6f9619ff-8b86-d011-b42d-00cf4fc964ff"
    );
    assert_eq!(identifier.warning(), None);
    for odd in [
        "urn:uuid:6F9619FF-8b86-d011-b42d-00cf4fc964ff",
        "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
        "urn:uuid:6f9619ff8b86d011b42d00cf4fc964ff",
    ] {
        let identifier = Identifier::new(system::UUID, odd).expect("not empty");
        assert_eq!(identifier.warning(), Some(IdentifierWarning::NoUuid));
    }
}

proptest::proptest! {
    #[test]
    fn the_end_of_a_value_is_never_printed(value in "[0-9]{1,12}|\\PC{1,20}") {
        if let Ok(identifier) = Identifier::new("x", value.clone()) {
            let hidden: String = value.chars().rev().take(5).collect::<Vec<_>>().into_iter().rev().collect();
            let shown = value.strip_suffix(&hidden).unwrap_or_default();
            proptest::prop_assert_eq!(identifier.to_string(), format!("x|{shown}*****"));
            let _ = identifier.warning();
        }
    }
}
