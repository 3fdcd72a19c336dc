//! The code systems of VKP (FHIR reference 8).

use std::collections::HashSet;

use fhir_vkp::codes::{DeviceTypeCode, SnomedConcept};
use fhir_vkp::{
    AlertCode, CarePlanCategory, CodeSystem, DispenseEvent, EncounterMode, EncounterReason,
    NoteCategory, NoteEvent, NoteSection, OutcomeCode, Severity,
};

/// Checks one list: every code is found by its text, and the system holds the same.
macro_rules! check {
    ($list:ident, $count:literal) => {
        assert_eq!($list::ALL.len(), $count);
        assert_eq!($list::SYSTEM.entries().len(), $count);
        for (code, entry) in $list::ALL.into_iter().zip($list::SYSTEM.entries()) {
            assert_eq!((code.code(), code.display()), (entry.code, entry.display));
            assert_eq!($list::from_code(entry.code), Some(code));
            assert_eq!($list::SYSTEM.entry(entry.code), Some(entry));
            let coding = code.coding();
            assert_eq!(coding.system.as_deref(), Some($list::SYSTEM.url()));
            assert_eq!(coding.code.as_deref(), Some(entry.code));
            assert_eq!(
                coding.display.as_deref(),
                Some(entry.display).filter(|d| !d.is_empty())
            );
        }
        for unknown in ["", " 1", "01", "1.0", "1 ", "99", "1.01"] {
            assert_eq!($list::from_code(unknown), None);
        }
    };
}

#[test]
fn every_list_is_complete_and_found_by_its_codes() {
    check!(AlertCode, 65);
    check!(NoteCategory, 2);
    check!(NoteEvent, 10);
    check!(NoteSection, 5);
    check!(EncounterMode, 5);
    check!(EncounterReason, 2);
    check!(DispenseEvent, 8);
    check!(CarePlanCategory, 4);
    check!(OutcomeCode, 13);
    check!(SnomedConcept, 15);
    check!(DeviceTypeCode, 15);
}

#[test]
fn codes_are_texts_and_not_numbers() {
    assert_ne!(AlertCode::from_code("1.10"), AlertCode::from_code("1.1"));
    assert_eq!(
        AlertCode::from_code("1.10"),
        Some(AlertCode::MEDICINE_WAITING)
    );
    assert_eq!(AlertCode::from_code("1.1"), Some(AlertCode::NOT_DISPENSED));
    assert_eq!(
        AlertCode::from_code("4.20"),
        Some(AlertCode::LAY_DOWN_IN_BED)
    );
    assert_eq!(AlertCode::from_code("4.2"), Some(AlertCode::LEFT_BED));
    assert_eq!(NoteEvent::from_code("2"), None);
}

#[test]
fn the_named_codes_are_the_ones_of_the_reference() {
    assert_eq!(
        (AlertCode::FALL.code(), AlertCode::FALL.display()),
        ("4.1", "Fall")
    );
    assert_eq!(AlertCode::SOCIAL_ALARM.display(), "Trygghetsalarm");
    assert_eq!(NoteEvent::ACKNOWLEDGED.code(), "3");
    assert_eq!(DispenseEvent::DISPENSED_FOR_TRAVEL.code(), "2");
    assert_eq!(OutcomeCode::NO_ACTIVE_SERVICE.code(), "1.3");
    assert_eq!(CarePlanCategory::VISIT_PLAN.display(), "besoksplan");
    assert_eq!(DeviceTypeCode::FALL.code(), "8519681");
    assert_eq!(
        AlertCode::SYSTEM.url(),
        "http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v090"
    );
    assert_eq!(format!("{:?}", AlertCode::FALL), "AlertCode(4.1 Fall)");
}

#[test]
fn sensor_kinds_stand_in_partition_130() {
    for (kind, code) in (1..).zip(DeviceTypeCode::ALL.into_iter().skip(1)) {
        assert_eq!(code.code(), (130 * 65_536 + kind).to_string());
    }
    assert_eq!(
        DeviceTypeCode::INDEPENDENT_LIVING_ACTIVITY_HUB.code(),
        "528455"
    );
}

#[test]
fn no_two_systems_share_an_address() {
    let addresses: HashSet<_> = CodeSystem::ALL.iter().map(|system| system.url()).collect();
    assert_eq!(addresses.len(), CodeSystem::ALL.len());
}

#[test]
fn a_severity_has_the_code_of_fhir() {
    for severity in Severity::ALL {
        assert_eq!(Severity::from_code(severity.code()), Some(severity));
    }
    assert_eq!(Severity::from_code("High"), None);
    assert!(Severity::Low < Severity::High);
}
