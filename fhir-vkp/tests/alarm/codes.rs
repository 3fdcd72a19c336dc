//! Event kind to alert code and back, and what has no code (FHIR reference 11.3).

use alarm_codes::{DeviceKind, Event, Kind, Phase, Relation};
use fhir_vkp::alarm::{
    AlarmSystem, NotJournalableReason, alert_of, device_words, dispense_event_of, mapping_of,
    mapping_of_alert, mapping_of_dispense, mapping_of_issue, mapping_of_medication,
    medication_dispense, words_of,
};
use fhir_vkp::codes::CodeSystem;
use fhir_vkp::decode::{DecodeOptions, decode};
use fhir_vkp::note::Performer;
use fhir_vkp::{AlertCode, Coding, DispenseEvent, EncounterReason, encode, view};

use crate::support::{
    code_of, context, event, event_from, event_of, identifier, journaled, reason_of, words_in,
};

#[track_caller]
fn assert_code(event: &Event, code: &str) {
    let given = code_of(event).expect("journalable");
    assert_eq!(given.code(), code, "{}", event.kind);
}

#[test]
fn every_row_of_the_reference_gives_its_code() {
    let rows = [
        (Kind::HelpCall, "3"),
        (Kind::Fall, "4.1"),
        (Kind::BedExit, "4.2"),
        (Kind::BedSitUp, "4.3"),
        (Kind::BedEntered, "4.20"),
        (Kind::ChairExit, "4.4"),
        (Kind::RoomEntered, "4.5"),
        (Kind::RoomLeft, "4.6"),
        (Kind::AwayTooLong, "4.7"),
        (Kind::Absence, "4.12"),
        (Kind::Activity, "4.8"),
        (Kind::Inactivity, "4.9"),
        (Kind::BathTooLong, "4.23"),
        (Kind::SoundLevel, "4.10"),
        (Kind::Smoke, "4.11"),
        (Kind::Fire, "4.11"),
        (Kind::Heat, "4.11"),
        (Kind::WaterLeak, "4.17"),
        (Kind::DoorOpened, "4.15"),
        (Kind::DoorClosed, "4.16"),
        (Kind::Wandering, "4.21"),
        (Kind::GeofenceCrossed, "2"),
        (Kind::EpilepticSeizure, "4.24"),
        (Kind::Incontinence, "7.1"),
        (Kind::LockState, "6"),
        (Kind::FailedUserCall, "4.22"),
        (Kind::MedicationNotTaken, "1.1"),
        (Kind::DispenserFault, "1.5"),
        (Kind::MedicationEmpty, "1.13"),
        (Kind::MedicationLow, "1.12"),
        (Kind::CallAlarmGeneric, "4"),
        // The kind does not say whether a measurement or a questionnaire is missing.
        (Kind::MeasurementMissing, "5.3"),
    ];
    for (kind, code) in rows {
        assert_code(&event(kind), code);
    }
}

#[test]
fn a_help_call_is_coded_by_its_device_and_system() {
    let code = |device, system| {
        let event = event_of(Kind::HelpCall, device);
        alert_of(&event, system, None).expect("journalable").code
    };
    let digital = Some(AlarmSystem::DigitalSupervision);
    assert_eq!(
        code(DeviceKind::PersonalTrigger, None),
        AlertCode::SOCIAL_ALARM
    );
    assert_eq!(
        code(DeviceKind::PersonalTrigger, digital),
        AlertCode::BUTTON_PRESSED
    );
    assert_eq!(code(DeviceKind::PullCord, None), AlertCode::CORD_PULLED);
    assert_eq!(code(DeviceKind::PullCord, digital), AlertCode::CORD_PULLED);
    let nurse_call = Some(AlarmSystem::NurseCall);
    assert_eq!(
        code(DeviceKind::FixedTrigger, nurse_call),
        AlertCode::NURSE_CALL_SYSTEM
    );
    let social = Some(AlarmSystem::SocialAlarm);
    let generic = event(Kind::CallAlarmGeneric);
    let alert = alert_of(&generic, social, None).expect("journalable");
    assert_eq!(alert.code, AlertCode::SOCIAL_ALARM);
}

#[test]
fn technical_events_are_journaled_for_a_medicine_dispenser_only() {
    let rows = [
        (Kind::BatteryLow, "1.17"),
        (Kind::BatteryCritical, "1.17"),
        (Kind::BatteryFailure, "1.18"),
        (Kind::MainsFailure, "1.19"),
        (Kind::DeviceOffline, "1.20"),
        (Kind::LinkFailure, "1.20"),
        (Kind::Malfunction, "1.5"),
        (Kind::Tamper, "1.22"),
    ];
    for (kind, code) in rows {
        let dispenser = event_of(kind, DeviceKind::MedicineDispenser);
        assert_code(&dispenser, code);
        let pendant = event_of(kind, DeviceKind::PersonalTrigger);
        let answer = code_of(&pendant).expect_err("not journalable");
        assert_eq!(answer.reason, NotJournalableReason::NotCare, "{kind}");
        assert_eq!(answer.family, AlertCode::SOCIAL_ALARM);
        assert_eq!(reason_of(&event(kind)), Some(NotJournalableReason::NotCare));
    }
}

#[test]
fn what_has_no_code_is_never_given_a_neighbouring_one() {
    use NotJournalableReason::{NoCode, NotCare};
    let rows = [
        (Kind::CarbonMonoxide, NoCode, "4"),
        (Kind::Gas, NoCode, "4"),
        (Kind::StoveGuard, NoCode, "4"),
        // Codes nearby speak of a room, of a door that opened, of a fall: none of these.
        (Kind::BedNotReturned, NoCode, "4"),
        (Kind::BedNotLeft, NoCode, "4"),
        (Kind::DoorLeftOpen, NoCode, "4"),
        (Kind::StaffEmergency, NoCode, "4"),
        (Kind::CallbackRequest, NoCode, "4"),
        (Kind::AssistanceCall, NoCode, "7"),
        (Kind::HeartRate, NoCode, "5"),
        (Kind::Unmapped, NoCode, "4"),
        (Kind::TemperatureHigh, NotCare, "4"),
        (Kind::Intrusion, NotCare, "4"),
        (Kind::Heartbeat, NotCare, "4"),
        (Kind::PresencePlanned, NotCare, "4"),
    ];
    for (kind, reason, family) in rows {
        let answer = code_of(&event(kind)).expect_err("not journalable");
        assert_eq!((answer.kind, answer.reason), (kind, reason));
        assert_eq!(answer.family.code(), family, "{kind}");
    }
}

#[test]
fn a_man_down_is_coded_as_lack_of_movement_and_the_lying_posture_is_told_as_a_loss() {
    let down = event(Kind::ManDown);
    let alert = alert_of(&down, None, None).expect("journalable");
    assert_eq!(alert.code, AlertCode::NO_MOVEMENT);
    assert_eq!(alert.code.code(), "4.19");
    let loss = alert.loss.expect("told");
    assert_eq!(loss.relation, Relation::Overlap);
    assert!(loss.note.contains("lying posture"), "{}", loss.note);
    let words = "Manglende bevegelse eller liggende stilling";
    assert_eq!(words_in(&journaled(&down).note), Some(words));
}

#[test]
fn tests_and_ends_are_not_journaled() {
    let mut tested = event(Kind::Fall);
    tested.test = true;
    assert_eq!(reason_of(&tested), Some(NotJournalableReason::Test));
    assert_eq!(
        reason_of(&event(Kind::TestManual)),
        Some(NotJournalableReason::Test)
    );
    assert_eq!(
        reason_of(&event(Kind::Cancel)),
        Some(NotJournalableReason::Ended)
    );
    let mut ended = event(Kind::Fall);
    ended.phase = Phase::End;
    assert_eq!(reason_of(&ended), Some(NotJournalableReason::Ended));
}

#[test]
fn every_kind_gets_a_code_or_an_answer_with_a_family() {
    for &kind in Kind::ALL {
        for &device in DeviceKind::ALL {
            for system in [
                None,
                Some(AlarmSystem::SocialAlarm),
                Some(AlarmSystem::NurseCall),
            ] {
                match alert_of(&event_of(kind, device), system, None) {
                    Ok(alert) => {
                        let back = mapping_of_alert(alert.code.code()).kind();
                        // A code that says the same leads back.
                        assert!(
                            alert.loss.is_some() || back == kind,
                            "{kind} {}",
                            alert.code
                        );
                    }
                    Err(answer) => assert!(!answer.family.code().contains('.'), "{kind}"),
                }
            }
        }
    }
}

#[test]
fn a_kind_whose_codes_all_claim_more_gets_the_code_of_its_family() {
    for (kind, family) in [
        (Kind::MedicationPlanIssue, AlertCode::MEDICATION_SUPPORT),
        (Kind::DispenserOpened, AlertCode::MEDICATION_SUPPORT),
        (Kind::CameraVisit, AlertCode::DIGITAL_SUPERVISION),
    ] {
        let alert = alert_of(&event(kind), None, None).expect("journalable");
        assert_eq!(alert.code, family);
        assert_eq!(alert.loss.expect("told").relation, Relation::CodeNarrower);
        let note = journaled(&event(kind)).note;
        assert_eq!(words_in(&note), Some(words_of(kind)));
    }
    let camera = |reason| alert_of(&event(Kind::CameraVisit), None, Some(reason)).map(|a| a.code);
    assert_eq!(
        camera(EncounterReason::PLANNED),
        Ok(AlertCode::PLANNED_CAMERA_SUPERVISION)
    );
    assert_eq!(
        camera(EncounterReason::EVENT_BASED),
        Ok(AlertCode::TRIGGERED_CAMERA_SUPERVISION)
    );
}

#[test]
fn every_alert_code_survives_the_way_into_an_event_and_back() {
    for code in AlertCode::ALL {
        let mapping = mapping_of_alert(code.code());
        assert_ne!(mapping.kind(), Kind::Unmapped, "{code}");
        let event = event_from(&mapping, code.code());
        assert_eq!(code_of(&event), Ok(code));
    }
    for code in DispenseEvent::ALL {
        let mapping = mapping_of_dispense(code.code());
        assert_ne!(mapping.kind(), Kind::Unmapped, "{code}");
        let event = event_from(&mapping, code.code());
        assert_eq!(dispense_event_of(&event), Some(code));
        assert_eq!(
            reason_of(&event),
            Some(NotJournalableReason::Dispense(code))
        );
    }
    assert_eq!(mapping_of_alert("1.01").kind(), Kind::Unmapped);
    assert_eq!(mapping_of_dispense("").kind(), Kind::Unmapped);
}

#[test]
fn codings_that_were_read_lead_to_a_kind_whatever_address_they_have() {
    let coding = |system: &str, code: &str| Coding {
        system: Some(system.to_owned()),
        code: Some(code.to_owned()),
        display: None,
    };
    let kind = |codings: &[Coding]| mapping_of(codings).map(|mapping| mapping.kind());
    let fall = coding("http://ehelse.no/fhir/ValueSet/vkp-alert-code-v090", "4.1");
    let person = coding("http://snomed.info/sct", "404684003");
    let sensor = coding("urn:iso:std:iso:11073:10101", "8519683");
    assert_eq!(kind(&[person.clone(), fall.clone()]), Some(Kind::Fall));
    assert_eq!(kind(std::slice::from_ref(&sensor)), Some(Kind::Smoke));
    assert_eq!(kind(&[sensor, fall]), Some(Kind::Fall));
    assert_eq!(kind(&[person]), None);
    let taken = coding(CodeSystem::DISPENSE_EVENT.url(), "1.1");
    assert_eq!(kind(&[taken]), Some(Kind::MedicationTaken));
    // In older versions this number says that nothing was handed out.
    let old = coding(
        "http://ehelse.no/fhir/CodeSystem/vkp-medicationdispense-events-v05",
        "2",
    );
    assert_eq!(kind(&[old]), None);
    let unknown = coding(CodeSystem::ALERT_CODE.url(), "4.99");
    assert_eq!(kind(&[unknown]), Some(Kind::Unmapped));
    assert_eq!(
        kind(&[coding("urn:iso:std:iso:11073:10101", "528455")]),
        None
    );
    assert_eq!(kind(&[Coding::default()]), None);
}

#[test]
fn what_was_written_leads_back_to_its_kind() {
    let mut json = Vec::new();
    for (kind, back) in [
        (Kind::Fall, Kind::Fall),
        (Kind::HelpCall, Kind::HelpCall),
        // Smoke is coded as fire; that is told as a loss.
        (Kind::Smoke, Kind::Fire),
        (Kind::MedicationNotTaken, Kind::MedicationNotTaken),
    ] {
        json.clear();
        encode::alarm_document(&journaled(&event(kind)).note, &mut json).expect("complete");
        let decoded = decode(&json, DecodeOptions::lenient()).expect("JSON");
        assert!(decoded.findings().is_empty(), "{:?}", decoded.findings());
        let bundle = decoded.bundle().expect("a Bundle");
        let issue = bundle.alarms()[0].issue;
        let read = mapping_of_issue(issue).expect("a known code").kind();
        assert_eq!(read, back);
    }

    let taken = event_of(Kind::MedicationTaken, DeviceKind::MedicineDispenser);
    let serial = identifier("https://vendor.example.net/serial", "MD-1");
    let dispense = medication_dispense(&taken, &context(), Performer::new(serial, None));
    json.clear();
    encode::medication_dispense(&dispense.expect("complete"), &mut json).expect("complete");
    let decoded = decode(&json, DecodeOptions::lenient()).expect("JSON");
    let read = view::MedicationDispense::of(decoded.resource()).expect("one");
    let mapping = mapping_of_medication(read).expect("a known code");
    assert_eq!(mapping.kind(), Kind::MedicationTaken);
}

#[test]
fn every_kind_has_words_of_its_own() {
    let words: std::collections::HashSet<_> =
        Kind::ALL.iter().map(|kind| words_of(*kind)).collect();
    assert_eq!(words.len(), Kind::ALL.len());
    let devices = DeviceKind::ALL.iter().map(|kind| device_words(*kind));
    // Unknown and undefined are the same in words.
    let devices: std::collections::HashSet<_> = devices.collect();
    assert!(devices.len() + 2 >= DeviceKind::ALL.len());
}

#[test]
fn an_alarm_that_says_no_more_gets_the_family_of_its_device() {
    use DeviceKind as Device;
    for (device, code) in [
        (None, AlertCode::DIGITAL_SUPERVISION),
        (Some(Device::PersonalTrigger), AlertCode::SOCIAL_ALARM),
        (Some(Device::TrackingDevice), AlertCode::LOCATION_TECHNOLOGY),
        (
            Some(Device::MedicineDispenser),
            AlertCode::MEDICATION_SUPPORT,
        ),
        (
            Some(Device::AccessController),
            AlertCode::ELECTRONIC_DOOR_LOCK,
        ),
    ] {
        let mut event = event(Kind::CallAlarmGeneric);
        event.device.kind = device;
        let alert = alert_of(&event, None, None).expect("journalable");
        assert_eq!(alert.code, code, "{device:?}");
        let loss = alert.loss.expect("told");
        assert_eq!(loss.relation, Relation::CodeBroader);
    }
}
