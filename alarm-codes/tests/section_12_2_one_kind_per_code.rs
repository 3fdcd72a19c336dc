//! Taxonomy reference section 12, line 2: every code of a system and profile decodes to one kind.
//!
//! The data file is read here without the generator, so that both can be wrong only in the same way
//! by chance.

mod data;

use std::collections::HashMap;

use alarm_codes::{Kind, Profile, System, kind_of, kind_of_text, rows};

#[test]
fn no_code_of_a_system_and_profile_has_two_rows_that_decode() {
    let mut seen: HashMap<(String, String, String), String> = HashMap::new();
    for row in data::rows() {
        if row["system"] == "definition" || row["direction"] == "encode" {
            continue;
        }
        for code in data::spread(&row["code"]) {
            let key = (row["system"].clone(), row["profile"].clone(), code);
            if let Some(other) = seen.insert(key.clone(), row["kind"].clone()) {
                panic!("{key:?} decodes to {other} and to {}", row["kind"]);
            }
        }
    }
}

#[test]
fn every_code_of_the_data_file_decodes_to_the_kind_of_its_row() {
    let mut checked = 0;
    for row in data::rows() {
        let Some(system) = System::from_name(&row["system"]) else {
            continue;
        };
        if row["direction"] == "encode" {
            continue;
        }
        let profile: Profile = row["profile"].parse().expect("a known profile");
        let kind: Kind = row["kind"].parse().expect("a known kind");
        for code in data::spread(&row["code"]) {
            // A raising and a restoring half share a row in SIA.
            let code = match system {
                System::SiaDc03 => code.split('/').next().unwrap_or_default().to_owned(),
                _ => code.replace("dty=*;", ""),
            };
            let answer = kind_of_text(system, profile, &code).expect("a well-formed code");
            assert_eq!(answer.kind(), kind, "{system} {profile} {code}");
            assert_eq!(answer.profile(), profile, "{system} {profile} {code}");
            assert_eq!(answer.relation().name(), row["relation"]);
            assert_eq!(answer.direction().name(), row["direction"]);
            assert_eq!(answer.uncertain(), row["uncertain"] == "yes");
            assert_eq!(answer.note(), row["note"]);
            assert_eq!(answer.source(), row["source"]);
            checked += 1;
        }
    }
    assert!(checked > 440, "{checked}");
}

#[test]
fn the_tables_hold_every_kind_and_every_row_of_the_data_file() {
    let all = data::rows();
    let definitions: Vec<_> = all.iter().filter(|r| r["system"] == "definition").collect();
    assert_eq!(definitions.len(), 87);
    assert_eq!(Kind::ALL.len(), 87);
    for (row, kind) in definitions.iter().zip(Kind::ALL) {
        assert_eq!(row["kind"], kind.name());
        assert_eq!(row["class"], kind.class().name());
        assert_eq!(row["default_priority"], kind.default_priority().name());
        assert_eq!(row["medical_border"] == "yes", kind.medical_border());
        assert_eq!(row["note"], kind.definition());
        assert_eq!(Kind::from_name(kind.name()), Some(*kind));
    }
    // Every mapping row but the one for unknown codes.
    assert_eq!(rows().count(), all.len() - definitions.len() - 1);
}

#[test]
fn answers_do_not_depend_on_a_profile_that_the_system_does_not_have() {
    for row in rows() {
        let Some(code) = row.code(row.phase()) else {
            continue;
        };
        let base = kind_of(row.system().base_profile(), &code);
        for &profile in Profile::ALL {
            if !row.system().profiles().contains(&profile) {
                assert_eq!(kind_of(profile, &code), base, "{profile} {code}");
            }
        }
    }
}
