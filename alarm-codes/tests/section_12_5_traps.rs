//! Taxonomy reference section 12, line 5: each trap of section 7, with the profile and without it.
//!
//! Traps about XML, transports and radio packets belong to the protocol crates; the table in the
//! crate page says which.

use alarm_codes::{
    Code, DeviceKind, DeviceTime, Encoding, Event, EventId, Kind, Latitude, Limits, Longitude,
    Mapping, Outcome, Phase, Position, Profile, Relation, ScaipCode, ScaipMessageType, SensioEvent,
    SensioState, System, Timestamp, Tracker, codes_of, kind_of, kind_of_text, rows,
};

fn decode(system: System, profile: Profile, text: &str) -> Mapping {
    kind_of_text(system, profile, text).expect("a well-formed code")
}

fn contact_id(profile: Profile, text: &str) -> (Kind, Profile) {
    let answer = decode(System::ContactId, profile, text);
    (answer.kind(), answer.profile())
}

const STANDARD: Profile = Profile::Standard;

#[test]
fn contact_id_decodes_a_fall_only_with_a_vendor_profile() {
    assert_eq!(
        contact_id(Profile::ClimaxMp, "120"),
        (Kind::Fall, Profile::ClimaxMp)
    );
    assert_eq!(
        contact_id(Profile::ClimaxMp, "102"),
        (Kind::Fall, Profile::ClimaxMp)
    );
    assert_eq!(
        contact_id(Profile::ClimaxVesta, "102"),
        (Kind::Fall, Profile::ClimaxVesta)
    );
    assert_eq!(
        contact_id(Profile::Evalink, "103"),
        (Kind::Fall, Profile::Evalink)
    );
    // Calls by hand elsewhere.
    assert_eq!(contact_id(Profile::ClimaxMp, "101").0, Kind::HelpCall);
    assert_eq!(contact_id(Profile::ClimaxVesta, "120").0, Kind::HelpCall);
    assert_eq!(contact_id(STANDARD, "120"), (Kind::HelpCall, STANDARD));
    assert_eq!(contact_id(STANDARD, "103"), (Kind::Unmapped, Profile::Any));
    for number in 0..=999 {
        for qualifier in [1, 3, 6] {
            let code = format!("{qualifier}:{number:03}");
            assert_ne!(contact_id(STANDARD, &code).0, Kind::Fall, "{code}");
            assert_ne!(
                contact_id(Profile::ClimaxCtc1052, &code).0,
                Kind::Fall,
                "{code}"
            );
        }
    }
}

#[test]
fn contact_id_encodes_a_fall_only_with_a_vendor_profile() {
    let best = |profile| codes_of(Kind::Fall, System::ContactId, profile).best();
    assert_eq!(best(Profile::ClimaxMp).unwrap().code_text(), "120");
    assert_eq!(best(Profile::ClimaxVesta).unwrap().code_text(), "102");
    assert_eq!(best(Profile::Evalink).unwrap().code_text(), "103");
    for profile in [STANDARD, Profile::ClimaxCtc1052, Profile::Any] {
        let answer = codes_of(Kind::Fall, System::ContactId, profile);
        assert!(matches!(answer, Encoding::NoCode(_)), "{profile}");
        assert_eq!(answer.best(), None);
    }
}

#[test]
fn contact_id_102_is_a_missed_check_in_unless_a_profile_makes_it_a_fall() {
    assert_eq!(contact_id(STANDARD, "102"), (Kind::Inactivity, STANDARD));
    assert_eq!(
        decode(System::ContactId, STANDARD, "102").relation(),
        Relation::Overlap
    );
    assert_eq!(contact_id(Profile::ClimaxMp, "102").0, Kind::Fall);
    assert_eq!(contact_id(Profile::ClimaxVesta, "102").0, Kind::Fall);
    // A dialect that re-uses the number is not offered it for the standard meaning.
    for profile in [Profile::ClimaxMp, Profile::ClimaxVesta] {
        let codes = codes_of(Kind::Inactivity, System::ContactId, profile).codes();
        assert!(
            codes.into_iter().all(|m| m.code_text() != "102"),
            "{profile}"
        );
    }
}

#[test]
fn contact_id_380_373_406_and_356_mean_what_the_profile_says() {
    assert_eq!(contact_id(STANDARD, "380").0, Kind::Malfunction);
    assert_eq!(
        contact_id(Profile::ClimaxCtc1052, "380").0,
        Kind::BatteryLow
    );
    assert_eq!(
        contact_id(Profile::ClimaxVesta, "380").0,
        Kind::MainsFailure
    );
    assert_eq!(contact_id(STANDARD, "373").0, Kind::Unmapped);
    assert_eq!(
        contact_id(Profile::ClimaxCtc1052, "373").0,
        Kind::BatteryLow
    );
    assert_eq!(contact_id(STANDARD, "406").0, Kind::Cancel);
    assert_eq!(
        contact_id(Profile::ClimaxCtc1052, "406").0,
        Kind::PresenceAfterAlarm
    );
    assert_eq!(contact_id(STANDARD, "356").0, Kind::DeviceOffline);
    assert_eq!(contact_id(Profile::ClimaxVesta, "356").0, Kind::LinkFailure);
    // And the way back never uses a number that the dialect gave away.
    let cancel = codes_of(Kind::Cancel, System::ContactId, Profile::ClimaxCtc1052);
    assert!(matches!(cancel, Encoding::NoRow));
    let malfunction = codes_of(Kind::Malfunction, System::ContactId, Profile::ClimaxVesta);
    assert!(malfunction.codes().all(|m| m.code_text() != "380"));
}

#[test]
fn contact_id_113_is_no_leak_without_a_profile_and_411_is_kept_as_lossy() {
    for &profile in System::ContactId.profiles() {
        let answer = decode(System::ContactId, profile, "113");
        assert_eq!(answer.kind(), Kind::Unmapped, "{profile}");
        assert!(answer.note().contains("sprinkler"));
    }
    let callback = decode(System::ContactId, STANDARD, "411");
    assert_eq!(callback.kind(), Kind::CallbackRequest);
    assert!(callback.loss().unwrap().note.contains("not a person"));
    assert!(
        codes_of(Kind::CallbackRequest, System::ContactId, STANDARD)
            .best()
            .is_none()
    );
}

#[test]
fn sia_loses_smoke_carbon_monoxide_and_the_difference_of_heat_and_temperature() {
    for (kind, code, back) in [
        (Kind::Smoke, "FA/FH", Kind::Fire),
        (Kind::CarbonMonoxide, "GA/GH", Kind::Gas),
        (Kind::TemperatureHigh, "KA/KH", Kind::Heat),
    ] {
        let best = codes_of(kind, System::SiaDc03, STANDARD).best().unwrap();
        assert_eq!(best.code_text(), code);
        assert_eq!(best.loss().unwrap().relation, Relation::CodeBroader);
        let sent = best.code(Phase::Start).unwrap();
        assert_eq!(kind_of(STANDARD, &sent).kind(), back);
    }
    assert_eq!(decode(System::SiaDc03, STANDARD, "KA").kind(), Kind::Heat);
}

#[test]
fn scaip_codes_are_compared_as_numbers() {
    for text in ["dty=0004;stc=0010", "dty=4;stc=10", "dty=00004;stc=00010"] {
        assert_eq!(
            decode(System::Scaip, STANDARD, text).kind(),
            Kind::HelpCall,
            "{text}"
        );
    }
    let event = Event::from_mapping(
        EventId(1),
        Timestamp::UNIX_EPOCH,
        &decode(System::Scaip, STANDARD, "dty=4;stc=10"),
        "dty=4;stc=10",
    );
    assert_eq!(
        event.mapping.unwrap().code,
        "dty=4;stc=10",
        "the text stays as received"
    );
}

#[test]
fn identifiers_of_any_length_and_codes_of_more_than_four_digits_are_kept() {
    let mut event = Event::new(EventId(1), Kind::HelpCall, Timestamp::UNIX_EPOCH);
    event.device.controller = Some("+4740211870".into());
    event.device.device = Some("longer-than-eight-characters".into());
    assert_eq!(
        Tracker::new(Limits::default()).handle(&event),
        Outcome::Started
    );
    let code = ScaipCode::pair(12_345, 67_890);
    assert_eq!(kind_of(STANDARD, &Code::Scaip(code)).kind(), Kind::Unmapped);
    assert_eq!(code.to_string(), "dty=12345;stc=67890");
}

#[test]
fn positions_in_the_west_and_in_the_south_can_be_held() {
    let south = Latitude::from_degrees(-33.9).unwrap();
    let west = Longitude::from_degrees(-70.6).unwrap();
    assert!(Position::new(south, west).longitude.degrees() < 0.0);
}

#[test]
fn scaip_0049_and_0050_are_no_event_in_any_reading() {
    for stc in [49, 50] {
        for dty in 0..52 {
            let code = Code::Scaip(ScaipCode::pair(dty, stc));
            let kind = kind_of(STANDARD, &code).kind();
            assert!(
                matches!(kind, Kind::Unmapped | Kind::DutyChange),
                "{code} {kind}"
            );
        }
    }
}

#[test]
fn sensio_event_10_is_not_sensio_state_10() {
    let event = Code::SensioEvent(SensioEvent(10));
    let state = Code::SensioState(SensioState {
        event: SensioEvent(2),
        state: 10,
    });
    for profile in [
        Profile::PartnerApi6134,
        Profile::PartnerApiBefore6134,
        STANDARD,
    ] {
        assert_eq!(kind_of(profile, &event).kind(), Kind::Wandering);
        assert_eq!(kind_of(profile, &state).kind(), Kind::StaffEmergency);
    }
    assert!(kind_of(STANDARD, &state).uncertain());
}

#[test]
fn pull_cord_states_that_look_like_scaip_status_codes_agree_with_them_where_both_are_known() {
    for number in [88, 110] {
        let state = Code::SensioState(SensioState {
            event: SensioEvent(2),
            state: number,
        });
        let status = Code::Scaip(ScaipCode::pair(4, number));
        assert_eq!(
            kind_of(STANDARD, &state).kind(),
            kind_of(STANDARD, &status).kind()
        );
        assert!(
            kind_of(STANDARD, &status).uncertain(),
            "an inference stays marked"
        );
    }
}

#[test]
fn sensio_917_is_always_understood_and_only_older_servers_are_sent_it() {
    for profile in [
        Profile::PartnerApi6134,
        Profile::PartnerApiBefore6134,
        STANDARD,
    ] {
        let answer = decode(System::Sensio, profile, "917");
        assert_eq!(answer.kind(), Kind::MedicationNotTaken);
        assert_eq!(answer.profile(), Profile::PartnerApiBefore6134);
        assert_eq!(
            decode(System::Sensio, profile, "923").kind(),
            Kind::MedicationNotTaken
        );
        assert_eq!(
            decode(System::Sensio, profile, "10014").kind(),
            Kind::MedicationTaken
        );
    }
    let best = |profile| {
        codes_of(Kind::MedicationNotTaken, System::Sensio, profile)
            .best()
            .unwrap()
            .code_text()
    };
    assert_eq!(best(Profile::PartnerApiBefore6134), "917");
    assert_eq!(best(Profile::PartnerApi6134), "923");
    assert_eq!(best(STANDARD), "923");
}

#[test]
fn vkp_3_and_7_are_both_a_call_for_help_and_the_encoder_may_choose() {
    for code in ["3", "7"] {
        let answer = decode(System::VkpAlert, Profile::V090, code);
        assert_eq!(answer.kind(), Kind::HelpCall);
        assert_eq!(answer.relation(), Relation::CodeBroader);
    }
    let offered: Vec<_> = codes_of(Kind::HelpCall, System::VkpAlert, Profile::V090)
        .codes()
        .map(|m| m.code_text())
        .collect();
    assert_eq!(offered, ["3", "7", "4.13", "4.14"]);
}

#[test]
fn vkp_has_technical_codes_for_medicine_dispensers_only_and_the_answer_says_so() {
    for kind in [
        Kind::BatteryLow,
        Kind::BatteryFailure,
        Kind::MainsFailure,
        Kind::DeviceOffline,
    ] {
        let best = codes_of(kind, System::VkpAlert, Profile::V090)
            .best()
            .unwrap();
        let loss = best.loss().unwrap();
        assert_eq!(loss.relation, Relation::CodeNarrower);
        assert!(loss.note.contains("Only for medicine dispensers"));
    }
    for kind in [
        Kind::SignalLow,
        Kind::LinkFailure,
        Kind::Tamper,
        Kind::Malfunction,
    ] {
        assert!(matches!(
            codes_of(kind, System::VkpAlert, Profile::V090),
            Encoding::NoRow
        ));
    }
}

#[test]
fn an_espa_reset_that_matches_nothing_is_shown() {
    let reset = decode(System::Espa444, STANDARD, "type=1");
    assert_eq!((reset.kind(), reset.phase()), (Kind::Cancel, Phase::End));
    let mut event = Event::from_mapping(EventId(1), Timestamp::UNIX_EPOCH, &reset, "1");
    event.device.controller = Some("line-1".into());
    event.device.device = Some("4711".into());
    assert_eq!(
        Tracker::new(Limits::default()).handle(&event),
        Outcome::Unmatched
    );
}

#[test]
fn an_espa_call_without_a_text_rule_is_a_generic_call_and_never_dropped() {
    for call_type in ["type=2", "type=3"] {
        let answer = decode(System::Espa444, STANDARD, call_type);
        assert_eq!(answer.kind(), Kind::CallAlarmGeneric);
        assert_eq!(answer.loss().unwrap().relation, Relation::CodeBroader);
    }
    assert_eq!(
        decode(System::Espa444, STANDARD, "type=7").kind(),
        Kind::Unmapped
    );
}

#[test]
fn one_tunstall_like_code_for_two_things_is_marked_lossy() {
    for (code, kind, both) in [
        ("D#1016", Kind::Fall, "Personal call and fall"),
        ("D#1017", Kind::WaterLeak, "Base call and water"),
    ] {
        for profile in [Profile::ClimaxTtnew, STANDARD] {
            let answer = decode(System::Ttnew, profile, code);
            assert_eq!(answer.kind(), kind);
            assert!(answer.loss().unwrap().note.contains(both));
        }
    }
}

#[test]
fn several_presses_stay_several_occurrences_here_whatever_a_radio_driver_merged_before() {
    let mut tracker = Tracker::new(Limits::default());
    for id in 1..=6 {
        let mut press = Event::new(EventId(id), Kind::HelpCall, Timestamp::UNIX_EPOCH);
        press.device.controller = Some("40211870".into());
        press.device.device = Some("pendant".into());
        assert_eq!(tracker.handle(&press), Outcome::Started);
    }
    assert_eq!(tracker.len(), 6);
}

// Rules of sections 3 and 7 that the crosswalk itself must keep.

#[test]
fn a_scaip_heartbeat_is_never_an_alarm_and_a_reset_never_a_start() {
    for (dty, stc) in [(4, 10), (23, 9), (3, 16), (5, 9)] {
        let code = ScaipCode::pair(dty, stc);
        let ping = code.with_message_type(ScaipMessageType::Heartbeat);
        assert_eq!(
            kind_of(STANDARD, &Code::Scaip(ping)).kind(),
            Kind::Heartbeat
        );
        let reset = kind_of(
            STANDARD,
            &Code::Scaip(code.with_message_type(ScaipMessageType::Reset)),
        );
        assert_eq!((reset.kind(), reset.phase()), (Kind::Cancel, Phase::End));
        assert_eq!(
            reset.clears(),
            [kind_of(STANDARD, &Code::Scaip(code)).kind()]
        );
    }
    let bare = ScaipCode::default().with_message_type(ScaipMessageType::Reset);
    assert!(kind_of(STANDARD, &Code::Scaip(bare)).clears().is_empty());
}

#[test]
fn an_information_message_is_an_update() {
    let code = ScaipCode::pair(4, 10).with_message_type(ScaipMessageType::Information);
    let answer = kind_of(STANDARD, &Code::Scaip(code));
    assert_eq!(
        (answer.kind(), answer.phase()),
        (Kind::HelpCall, Phase::Update)
    );
}

#[test]
fn a_button_on_a_fall_detector_is_a_help_call_and_its_detector_a_fall() {
    let button = kind_of(STANDARD, &Code::Scaip(ScaipCode::pair(5, 10)));
    assert_eq!(button.kind(), Kind::HelpCall);
    assert_eq!(DeviceKind::from_scaip(5), Some(DeviceKind::FallDetector));
    assert_eq!(
        kind_of(STANDARD, &Code::Scaip(ScaipCode::pair(5, 9))).kind(),
        Kind::Fall
    );
    // Nobody is told to send a help call that way.
    let codes = codes_of(Kind::HelpCall, System::Scaip, STANDARD).codes();
    assert!(
        codes
            .into_iter()
            .all(|m| m.code_text() != "dty=0005;stc=0010")
    );
}

#[test]
fn a_wish_to_be_called_back_changes_no_kind() {
    for dty in 0..60 {
        for stc in 0..130 {
            let code = ScaipCode::pair(dty, stc);
            let plain = kind_of(STANDARD, &Code::Scaip(code));
            let wish = kind_of(STANDARD, &Code::Scaip(code.with_call_handling(1)));
            assert_eq!(plain, wish);
            assert_ne!(wish.kind(), Kind::CallbackRequest);
        }
    }
}

#[test]
fn scaip_falls_back_from_pair_to_status_to_device_type() {
    let kind = |dty, stc| kind_of(STANDARD, &Code::Scaip(ScaipCode::pair(dty, stc))).kind();
    assert_eq!(kind(51, 9), Kind::Unmapped);
    let fenced = ScaipCode::pair(51, 9).with_location(19);
    assert_eq!(
        kind_of(STANDARD, &Code::Scaip(fenced)).kind(),
        Kind::GeofenceCrossed
    );
    assert_eq!(kind(51, 16), Kind::BatteryLow, "status alone");
    assert_eq!(kind(8, 9999), Kind::DutyChange, "device type alone");
    assert_eq!(kind(48, 102), Kind::TestPeriodic);
}

#[test]
fn messages_that_end_a_condition_name_what_they_end() {
    for (stc, kind, clears) in [
        (
            15,
            Kind::BatteryLow,
            &[Kind::BatteryLow, Kind::BatteryFailure][..],
        ),
        (75, Kind::DeviceOffline, &[Kind::DeviceOffline]),
        (86, Kind::MainsFailure, &[Kind::MainsFailure]),
        (112, Kind::LinkFailure, &[Kind::LinkFailure]),
        (113, Kind::LinkFailure, &[Kind::LinkFailure]),
        (114, Kind::LinkFailure, &[Kind::LinkFailure]),
        (115, Kind::LinkFailure, &[Kind::LinkFailure]),
        (116, Kind::LinkFailure, &[Kind::LinkFailure]),
        (124, Kind::DeviceOffline, &[Kind::DeviceOffline]),
    ] {
        for dty in [0, 3, 48, 99_999] {
            let answer = kind_of(STANDARD, &Code::Scaip(ScaipCode::pair(dty, stc)));
            assert_eq!((answer.kind(), answer.phase()), (kind, Phase::End), "{stc}");
            assert_eq!(answer.clears(), clears, "{stc}");
        }
    }
    for stc in [19, 70, 91, 92, 93, 94] {
        let answer = kind_of(STANDARD, &Code::Scaip(ScaipCode::pair(3, stc)));
        assert_eq!(
            (answer.kind(), answer.phase()),
            (Kind::Cancel, Phase::End),
            "{stc}"
        );
        assert!(answer.clears().is_empty());
    }
    let restored = decode(System::ContactId, STANDARD, "3:301");
    assert_eq!(
        (restored.kind(), restored.phase()),
        (Kind::MainsFailure, Phase::End)
    );
    let restored = decode(System::SiaDc03, STANDARD, "YR");
    assert_eq!(restored.phase(), Phase::End);
    assert_eq!(restored.clears(), [Kind::BatteryLow, Kind::BatteryFailure]);
    let closed = decode(System::ContactId, Profile::ClimaxMp, "3:661");
    assert_eq!(
        (closed.kind(), closed.phase()),
        (Kind::HelpCompleted, Phase::Start)
    );
}

#[test]
fn an_end_is_the_end_of_the_right_thing_by_its_whole_life() {
    // A second press ends nothing, and the device's clock tells an old end from a new start.
    let press = |id, kind: Kind, at: &str| {
        let mut event = Event::new(EventId(id), kind, Timestamp::UNIX_EPOCH);
        event.device.controller = Some("40211870".into());
        event.device.device = Some("pendant".into());
        event.times.device = Some(DeviceTime::new(at));
        event
    };
    let mut tracker = Tracker::new(Limits::default());
    assert_eq!(
        tracker.handle(&press(1, Kind::HelpCall, "2026-06-01T12:00:05")),
        Outcome::Started
    );
    let mut old_end = press(2, Kind::HelpCall, "2026-06-01T12:00:03");
    old_end.phase = Phase::End;
    assert_eq!(tracker.handle(&old_end), Outcome::Unmatched);
    let mut end = press(3, Kind::HelpCall, "2026-06-01T12:00:07");
    end.phase = Phase::End;
    assert_eq!(
        tracker.handle(&end),
        Outcome::Ended {
            cleared: vec![EventId(1)],
            ambiguous: Vec::new()
        }
    );
    assert_eq!(tracker.len(), 1, "cleared is not closed");
}

#[test]
fn no_row_for_a_measured_value_depends_on_a_value() {
    // The medical border: the crosswalk looks at codes only, and the kinds are marked.
    for row in rows() {
        if row.kind().medical_border() {
            assert!(!row.code_text().contains(['<', '>']), "{row:?}");
        }
    }
    assert!(Kind::HeartRate.medical_border());
    assert!(!Kind::HelpCall.medical_border());
}
