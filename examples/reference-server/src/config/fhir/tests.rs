use std::path::Path;

use super::super::{Config, DEFAULT_FILE};
use super::*;

fn checked(text: &str) -> Result<Config, ConfigError> {
    let config = Config::parse(text, Path::new("server.toml"))?;
    config.check()?;
    Ok(config)
}

/// The output to the patient record, with this change.
fn patient_record(from: &str, to: &str) -> Result<Config, ConfigError> {
    let text = r#"
[outputs.fhir]
service = "jft"
stage = "test"
organisation = "310000000"
sender = "https://alarm.example.net"
client_id = "client-1"
key = { file = "/etc/key" }
patients = "patients.toml"
addresses = { vkp = "http://127.0.0.1:1" }
[outputs.fhir.look_up]
within = "2s"
"#;
    checked(&text.replacen(from, to, 1))
}

#[test]
fn what_does_not_hold_together_is_named_with_its_key() {
    let config = patient_record("", "").expect("good");
    let fhir = config.outputs.fhir.as_ref().expect("there");
    assert_eq!(fhir.closed_by, ClosedBy::Handling);
    assert_eq!(fhir.look_up.as_ref().map(|found| found.most), Some(1_000));
    let client = |line: &str| format!("{line}\nclient_id");
    for (from, to, key) in [
        ("310000000", "31000000", "organisation"),
        (
            "client_id",
            &*client("on_behalf_of = \"1\""),
            "on_behalf_of",
        ),
        (
            "client_id",
            &*client("on_behalf_of = { parent = \"310000000\", child = \"1\" }"),
            "on_behalf_of",
        ),
        (
            "client_id",
            &*client("await_patient = \"9000h\""),
            "await_patient",
        ),
        ("https://alarm.example.net", " ", "sender"),
        ("client_id", &client("scopes = [\"a b\"]"), "scopes"),
        ("client-1", "", "client_id"),
        ("{ file = \"/etc/key\" }", "{}", "key"),
        (
            "client_id",
            &client("key_algorithm = \"none\""),
            "key_algorithm",
        ),
        ("http://127.0.0.1:1", "http://epj.example.net", "addresses"),
        ("patients.toml", "", "patients"),
        ("client_id", &client("operators = \"\""), "operators"),
        (
            "client_id",
            &client("source_system = \"ø\""),
            "source_system",
        ),
        (
            "client_id",
            &client("status_after = \"1ms\""),
            "status_after",
        ),
        (
            "within",
            "service_codes = []\nwithin",
            "look_up.service_codes",
        ),
        ("2s", "2m", "look_up.within"),
        ("within", "keep = \"48h\"\nwithin", "look_up.keep"),
        ("within", "most = 0\nwithin", "look_up.most"),
    ] {
        let error = patient_record(from, to).expect_err(key);
        let ConfigError::Value { key: found, .. } = error else {
            panic!("{to}: {error}");
        };
        assert_eq!(found, format!("outputs.fhir.{key}"), "{to}");
    }
    for (from, to) in [
        ("\"jft\"", "\"epj\""),
        ("within", "withing"),
        ("stage", "level"),
        ("client_id", &*client("uncoded_care = \"guess\"")),
        (
            "client_id",
            &*client("on_behalf_of = { child = \"310000001\" }"),
        ),
    ] {
        let unknown = patient_record(from, to);
        assert!(matches!(unknown, Err(ConfigError::File { .. })), "{to}");
    }
}

#[test]
fn a_client_acts_for_an_entity_below_its_main_entity_or_for_that_alone() {
    for (written, child) in [
        ("\"310000000\"", None),
        ("{ parent = \"310000000\" }", None),
        (
            "{ parent = \"310000000\", child = \"310000001\" }",
            Some("310000001"),
        ),
    ] {
        let line = format!("on_behalf_of = {written}\nclient_id");
        let config = patient_record("client_id", &line).expect(written);
        let found = config.outputs.fhir.and_then(|fhir| fhir.on_behalf_of);
        let wanted = OnBehalfOf {
            parent: "310000000".into(),
            child: child.map(Into::into),
        };
        assert_eq!(found, Some(wanted), "{written}");
    }
}

#[test]
fn the_commented_table_of_the_printed_file_is_read_with_every_key() {
    let lines = DEFAULT_FILE.lines();
    let lines = lines.skip_while(|line| *line != "# [outputs.fhir]");
    let lines = lines.take_while(|line| line.starts_with('#'));
    let text: String = lines
        .filter_map(|line| line.strip_prefix("# "))
        .filter(|line| line.starts_with('[') || line.contains(" = "))
        .map(|line| format!("{line}\n"))
        .collect();
    let config = checked(&text).expect("good");
    let fhir = config.outputs.fhir.expect("there");
    let written = toml::Table::try_from(&fhir).expect("a table");
    let keys: Vec<_> = written.keys().map(String::as_str).collect();
    assert_eq!(keys.len(), 25, "{keys:?}");
    assert_eq!(fhir.look_up, Some(LookUpConfig::default()));
    assert_eq!(
        toml::Table::try_from(&fhir.addresses).map(|keys| keys.len()),
        Ok(4)
    );
}
