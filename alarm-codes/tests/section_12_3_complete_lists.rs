//! Taxonomy reference section 12, line 3: every Sensio event code and every VKP alert code is present.

use std::collections::BTreeSet;

use alarm_codes::{Kind, Pattern, Profile, SensioEvent, System, kind_of_text, rows};

/// The 49 event codes of the Sensio documentation, the legacy 917 included.
const SENSIO: [u32; 49] = [
    1, 2, 4, 6, 7, 8, 9, 10, 11, 12, 14, 47, 899, 900, 901, 903, 904, 905, 906, 907, 908, 909, 910,
    911, 912, 913, 914, 915, 916, 917, 918, 919, 920, 921, 922, 923, 950, 951, 952, 954, 955, 956,
    957, 966, 967, 968, 1001, 1002, 10014,
];

/// The 65 alert codes of VKP, group codes included.
const VKP: [&str; 65] = [
    "1", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9", "1.10", "1.11", "1.12",
    "1.13", "1.14", "1.15", "1.16", "1.17", "1.18", "1.19", "1.20", "1.21", "1.22", "1.23", "2",
    "3", "4", "4.1", "4.2", "4.3", "4.4", "4.5", "4.6", "4.7", "4.8", "4.9", "4.10", "4.11",
    "4.12", "4.13", "4.14", "4.15", "4.16", "4.17", "4.18", "4.19", "4.20", "4.21", "4.22", "4.23",
    "4.24", "4.25", "4.26", "5", "5.1", "5.2", "5.2.1", "5.2.2", "5.2.3", "5.3", "5.3.1", "5.3.2",
    "6", "7", "7.1",
];

#[test]
fn every_sensio_event_code_is_known_in_every_sensio_profile() {
    for profile in [
        Profile::Standard,
        Profile::PartnerApi6134,
        Profile::PartnerApiBefore6134,
    ] {
        for code in SENSIO {
            let answer = kind_of_text(System::Sensio, profile, &code.to_string()).unwrap();
            assert_ne!(answer.kind(), Kind::Unmapped, "{profile} {code}");
        }
    }
}

#[test]
fn the_tables_hold_no_sensio_event_code_beyond_the_49() {
    let in_tables: BTreeSet<u32> = rows()
        .filter_map(|row| match row.pattern() {
            Pattern::SensioEvent(SensioEvent(code)) => Some(code),
            _ => None,
        })
        .collect();
    assert_eq!(in_tables, BTreeSet::from(SENSIO));
}

#[test]
fn every_vkp_alert_code_is_known_and_there_are_no_others() {
    for code in VKP {
        let answer = kind_of_text(System::VkpAlert, Profile::V090, code).unwrap();
        assert_ne!(answer.kind(), Kind::Unmapped, "{code}");
    }
    let in_tables: BTreeSet<&str> = rows()
        .filter_map(|row| match row.pattern() {
            Pattern::Text(System::VkpAlert, code) => Some(code),
            _ => None,
        })
        .collect();
    assert_eq!(in_tables, BTreeSet::from(VKP));
}
