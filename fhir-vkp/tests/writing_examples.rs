//! The examples of FHIR reference 14 that this crate writes, compared in content. The files in `golden/` have
//! identifiers and texts of their own; everything else is as in the reference.

#[path = "../examples/write_samples/samples.rs"]
mod samples;

use serde_json::Value;

fn sample(name: &str) -> Value {
    let samples = samples::all().expect("samples");
    let (_, json) = samples
        .iter()
        .find(|(found, _)| *found == name)
        .expect(name);
    serde_json::from_slice(json).expect("JSON")
}

/// Gives every `urn:uuid:` a number in the order in which it first appears.
fn numbered(value: &mut Value, seen: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with("urn:uuid:") => {
            let index = seen
                .iter()
                .position(|known| known == text)
                .unwrap_or_else(|| {
                    seen.push(text.clone());
                    seen.len() - 1
                });
            *text = format!("uuid {index}");
        }
        Value::Array(list) => list.iter_mut().for_each(|value| numbered(value, seen)),
        Value::Object(map) => map.values_mut().for_each(|value| numbered(value, seen)),
        _ => {}
    }
}

/// The reference prints displays for the codes of one measure only; they may always be left out.
fn without_displays_of_measures(value: &mut Value) {
    const SYSTEMS: [&str; 2] = ["http://loinc.org", "http://snomed.info/sct"];
    match value {
        Value::Array(list) => list.iter_mut().for_each(without_displays_of_measures),
        Value::Object(map) => {
            let system = map.get("system").and_then(Value::as_str);
            if system.is_some_and(|system| SYSTEMS.contains(&system)) {
                map.remove("display");
            }
            map.values_mut().for_each(without_displays_of_measures);
        }
        _ => {}
    }
}

fn same(name: &str, golden: &str) {
    let mut written = sample(name);
    let mut expected: Value = serde_json::from_str(golden).expect("golden JSON");
    for value in [&mut written, &mut expected] {
        numbered(value, &mut Vec::new());
    }
    assert_eq!(written, expected, "{name}");
}

#[test]
fn example_14_1_a_fall_alarm_with_its_supervision() {
    same("fall-alarm", include_str!("golden/fall-alarm.json"));
}

#[test]
fn example_14_2_medicine_handed_out() {
    same(
        "medication-dispense",
        include_str!("golden/medication-dispense.json"),
    );
}

#[test]
fn example_14_3_a_patient() {
    same("patient", include_str!("golden/patient.json"));
}

#[test]
fn example_14_7_a_heart_rate_as_a_batch() {
    let mut written = sample("pmd-heart-rate");
    without_displays_of_measures(&mut written);
    let mut expected: Value =
        serde_json::from_str(include_str!("golden/pmd-heart-rate.json")).expect("golden JSON");
    // The performer makes the difference: an organisation fits the common profile only.
    for value in [&mut written, &mut expected] {
        numbered(value, &mut Vec::new());
    }
    assert_eq!(written, expected);
}

#[test]
fn decimals_keep_their_digits() {
    let samples = samples::all().expect("samples");
    let (_, json) = samples
        .iter()
        .find(|(name, _)| *name == "pmd-heart-rate")
        .expect("sample");
    let json = String::from_utf8(json.clone()).expect("UTF-8");
    assert!(json.contains(r#""value":72.50,"#), "{json}");
}
