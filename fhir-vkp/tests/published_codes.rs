//! The tables against the published code systems and profiles. They carry no licence and are not part of this
//! repository, so these tests run only when asked for, and fail without them:
//!
//! `FHIR_PROFILES=FOLDER cargo test -p fhir-vkp --test published_codes -- --ignored`
//!
//! FOLDER counts from the root of the workspace. Other JSON in it is left out; what is there twice must be equal.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use fhir_vkp::CodeSystem;
use fhir_vkp::codes::{Measure, SystemMatch};
use fhir_vkp::identifier::system;
use serde_json::Value;

/// Every definition in the folder and those below it, once.
fn published() -> Vec<Value> {
    let folder = std::env::var_os("FHIR_PROFILES").expect("FHIR_PROFILES names the folder");
    // Tests run in the folder of the crate, people in that of the workspace.
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let documents = definitions(&workspace.join(folder));
    assert!(!documents.is_empty(), "the folder holds no definitions");
    documents
}

/// What has a type and a name, once.
fn definitions(folder: &Path) -> Vec<Value> {
    let mut documents = Vec::new();
    collect(folder, &mut documents);
    let mut found: BTreeMap<(String, String), Value> = BTreeMap::new();
    for document in documents {
        let kind = text(&document, "resourceType").to_owned();
        // A NamingSystem of R4 has no `url`.
        let name = match kind.as_str() {
            "CodeSystem" | "StructureDefinition" => text(&document, "url"),
            "NamingSystem" => text(&document, "name"),
            _ => continue,
        };
        if name.is_empty() {
            continue;
        }
        let key = (kind, name.to_owned());
        if let Some(known) = found.get(&key) {
            assert!(*known == document, "{} is there in two versions", key.1);
        }
        found.insert(key, document);
    }
    found.into_values().collect()
}

fn collect(folder: &Path, documents: &mut Vec<Value>) {
    let entries = fs::read_dir(folder);
    for entry in entries.unwrap_or_else(|why| panic!("{}: {why}", folder.display())) {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, documents);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let text = fs::read_to_string(&path).expect("a file");
            let text = text.trim_start_matches('\u{feff}');
            let document = serde_json::from_str(text);
            documents.push(document.unwrap_or_else(|why| panic!("{}: {why}", path.display())));
        }
    }
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}

/// Codes and displays of a code system, nested concepts included.
fn concepts(value: &Value, out: &mut Vec<(String, String)>) {
    for concept in value["concept"].as_array().into_iter().flatten() {
        out.push((
            text(concept, "code").to_owned(),
            text(concept, "display").to_owned(),
        ));
        concepts(concept, out);
    }
}

#[test]
fn definitions_are_found_once_among_other_json() {
    let name = format!("definitions-{}", std::process::id());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(folder.join("build")).expect("a folder");
    let list = r#"{"resourceType": "CodeSystem", "url": "https://example.net/a"}"#;
    for (name, content) in [
        ("package.json", r#"{"name": "a"}"#),
        ("list.json", "[1]"),
        ("a.json", list),
        ("build/example.json", r#"{"resourceType": "Patient"}"#),
        ("build/a.json", &format!("\u{feff}{list}\n")),
    ] {
        fs::write(folder.join(name), content).expect("a file");
    }
    assert_eq!(definitions(&folder).len(), 1);
    let other = list.replace("}", r#", "version": "2"}"#);
    fs::write(folder.join("build/b.json"), other).expect("a file");
    let refused = std::panic::catch_unwind(|| definitions(&folder));
    assert!(refused.is_err(), "two versions of one list");
    fs::remove_dir_all(folder).expect("removed");
}

#[test]
#[ignore = "needs the published JSON, which is not ours to hand on, so CI lacks it: FHIR_PROFILES=FOLDER … -- --ignored"]
fn every_code_system_is_as_it_was_published() {
    let documents = published();
    let mut compared = 0;
    for document in documents
        .iter()
        .filter(|document| document["resourceType"] == "CodeSystem")
    {
        let url = text(document, "url");
        if !url.starts_with("http://ehelse.no/") {
            continue;
        }
        let system = match CodeSystem::recognise(url) {
            Some(SystemMatch::Canonical(system)) => system,
            // Kept beside the present one in some states of the repository.
            Some(SystemMatch::OldVersion(_)) => continue,
            _ => panic!("{url} is missing"),
        };
        let mut expected = Vec::new();
        concepts(document, &mut expected);
        let ours: Vec<_> = system
            .entries()
            .iter()
            .map(|e| (e.code.to_owned(), e.display.to_owned()))
            .collect();
        assert_eq!(ours, expected, "{url}");
        compared += 1;
    }
    let of_vkp = CodeSystem::ALL
        .iter()
        .filter(|system| system.url().starts_with("http://ehelse.no/"));
    assert_eq!(compared, of_vkp.count());
}

#[test]
#[ignore = "needs the published JSON, which is not ours to hand on, so CI lacks it: FHIR_PROFILES=FOLDER … -- --ignored"]
fn every_measure_has_the_code_that_its_profile_fixes() {
    let documents = published();
    let profiles: BTreeMap<&str, &Value> = documents
        .iter()
        .filter(|document| document["resourceType"] == "StructureDefinition")
        .map(|document| (text(document, "url"), document))
        .collect();
    let mut compared = 0;
    for measure in Measure::ALL {
        let profile = measure.profile();
        let document = profiles
            .get(profile.as_str())
            .unwrap_or_else(|| panic!("{profile}"));
        let elements = document["differential"]["element"]
            .as_array()
            .expect("elements");
        for element in elements
            .iter()
            .filter(|e| text(e, "path") == "Observation.code.coding.code")
        {
            assert_eq!(
                element["patternCode"].as_str(),
                measure.snomed_ct(),
                "{measure:?}"
            );
            compared += 1;
        }
        if measure == Measure::BLOOD_PRESSURE {
            let fixed: Vec<_> = elements
                .iter()
                .filter_map(|e| e["fixedCode"].as_str())
                .collect();
            let parts = [
                Measure::SYSTOLIC_BLOOD_PRESSURE,
                Measure::DIASTOLIC_BLOOD_PRESSURE,
            ];
            assert_eq!(
                fixed,
                parts.map(|part| part.snomed_ct().unwrap_or_default())
            );
        }
    }
    assert_eq!(compared, 9);
}

#[test]
#[ignore = "needs the published JSON, which is not ours to hand on, so CI lacks it: FHIR_PROFILES=FOLDER … -- --ignored"]
fn the_naming_systems_lead_to_the_systems_of_the_table() {
    let documents = published();
    let mut compared = 0;
    for document in documents
        .iter()
        .filter(|document| document["resourceType"] == "NamingSystem")
    {
        let ids = document["uniqueId"].as_array().expect("identifiers");
        let of = |kind: &str| ids.iter().find(|id| text(id, "type") == kind);
        let (Some(uri), Some(oid)) = (of("uri"), of("oid")) else {
            continue;
        };
        let oid = format!("urn:oid:{}", text(oid, "value"));
        if let Some(system) = system::canonical(text(uri, "value")) {
            assert_eq!(system, oid);
            compared += 1;
        }
    }
    assert!(compared >= 5, "{compared}");
}
