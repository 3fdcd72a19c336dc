use serde_json::{Value, json};

use super::*;

/// A synthetic number.
const NUMBER: &str = "15813410033";

fn patient(system: Option<&str>, value: &str, street: &str) -> Value {
    let mut identifier = json!({"value": value});
    if let Some(system) = system {
        identifier["system"] = system.into();
    }
    json!({"resourceType": "Patient", "identifier": [identifier],
        "address": [{"use": "home", "line": [street]}]})
}

/// The street of who is found among these.
fn street(wanted: (&str, &str), patients: &[Value]) -> Result<String, &'static str> {
    let entries: Vec<_> = patients
        .iter()
        .map(|patient| json!({"resource": patient}))
        .collect();
    let bundle = json!({"resourceType": "Bundle", "type": "searchset", "entry": entries});
    let identifier = Identifier::new(wanted.0, wanted.1).expect("an identifier");
    let found = facts(bundle.to_string().as_bytes(), &identifier)?;
    Ok(found.address.join(" "))
}

const LOCAL: &str = "https://epj.example.net/patients";

#[test]
fn the_same_value_of_another_system_is_somebody_else() {
    let other = patient(
        Some("https://other.example.net/patients"),
        "4711",
        "Annenveien 1",
    );
    let own = patient(Some(LOCAL), "4711", "Prøveveien 1");
    assert_eq!(
        street((LOCAL, "4711"), std::slice::from_ref(&other)),
        Err("unknown")
    );
    assert_eq!(
        street((LOCAL, "4711"), &[other, own]).as_deref(),
        Ok("Prøveveien 1")
    );
}

#[test]
fn other_addresses_of_the_same_system_and_none_are_the_same_person() {
    let wanted = (system::FODSELSNUMMER, NUMBER);
    for system in [
        Some(system::FODSELSNUMMER),
        Some("http://hl7.no/fhir/NamingSystem/FNR"),
        Some("2.16.578.1.12.4.1.4.1"),
        None,
    ] {
        let found = street(wanted, &[patient(system, NUMBER, "Prøveveien 1")]);
        assert_eq!(found.as_deref(), Ok("Prøveveien 1"), "{system:?}");
    }
    let d_number = patient(Some(system::D_NUMBER), NUMBER, "Prøveveien 1");
    assert_eq!(street(wanted, &[d_number]), Err("unknown"));
}

#[test]
fn of_two_who_differ_nobodys_door_is_shown() {
    let wanted = (system::FODSELSNUMMER, NUMBER);
    let at = |street: &str| patient(Some(system::FODSELSNUMMER), NUMBER, street);
    let two = [at("Prøveveien 1"), at("Annenveien 1")];
    assert_eq!(street(wanted, &two), Err("ambiguous"));
    // One who is told twice is one.
    let twice = [at("Prøveveien 1"), at("Prøveveien 1")];
    assert_eq!(street(wanted, &twice).as_deref(), Ok("Prøveveien 1"));
}
