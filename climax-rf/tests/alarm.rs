//! From reports to the shared event model.
#![cfg(feature = "alarm-codes")]

use alarm_codes::{
    Attachment, Class, Event, EventId, Kind, Latitude, Longitude, Phase, Priority, Reference,
    Relation, Timestamp, VoiceMode,
};
use climax_rf::alarm::{
    Content, Coordinates, Received, Report, Sia, event_of, interpret, location_of,
};
use climax_rf::codes::SiaCode;
use climax_rf::contact_id::{ContactId, EventCode, Group, Qualifier, Zone};
use climax_rf::events::visit::Step;
use climax_rf::events::{DoubleSettings, Doubles, Profile};
use proptest::prelude::*;

const A: Profile = Profile::CareUnitA;
const B: Profile = Profile::CareUnitB;
const M: Profile = Profile::Mobile;
const I: Profile = Profile::Intrusion;
const C: Profile = Profile::Cloud;
const U: Profile = Profile::Unknown;

fn cid(number: u16) -> Content<'static> {
    Content::ContactId(ContactId {
        qualifier: Qualifier::new(u8::try_from(number / 1000).expect("a digit")).expect("a digit"),
        code: EventCode::new(number % 1000).expect("three digits"),
        group: Group::new(1).expect("two digits"),
        zone: Zone::new(5).expect("three digits"),
    })
}

fn event(profile: Profile, number: u16) -> Event {
    let report = Report::new("4711", profile, cid(number), b"raw");
    event_of(&report, &Received::new(EventId(9), Timestamp::UNIX_EPOCH))
}

fn texts(event: &Event) -> Vec<&str> {
    fn text(attachment: &Attachment) -> Option<&str> {
        match attachment {
            Attachment::Text(text) => Some(text.reveal()),
            _ => None,
        }
    }
    event.attachments.iter().filter_map(text).collect()
}

#[test]
fn the_profile_decides_the_kind() {
    for (profile, number, kind) in [
        (A, 1100, Kind::HelpCall),
        (A, 1101, Kind::HelpCall),
        (A, 1102, Kind::Fall),
        (A, 1120, Kind::Fall),
        (A, 1641, Kind::Inactivity),
        (A, 1662, Kind::HelpStillNeeded),
        (A, 1732, Kind::Wandering),
        (B, 1100, Kind::HelpCall),
        (B, 1102, Kind::Fall),
        (B, 1120, Kind::HelpCall),
        (B, 1333, Kind::Malfunction),
        (B, 1373, Kind::BatteryLow),
        (B, 1380, Kind::BatteryLow),
        (B, 1406, Kind::PresenceAfterAlarm),
        (B, 1611, Kind::TestManual),
        (M, 1120, Kind::Fall),
        (M, 1301, Kind::MainsFailure),
        (I, 1102, Kind::Inactivity),
        (I, 1120, Kind::HelpCall),
        (I, 1121, Kind::StaffEmergency),
        (I, 1380, Kind::MainsFailure),
        (I, 1406, Kind::Cancel),
        (C, 1102, Kind::Fall),
        (C, 1706, Kind::MedicationNotTaken),
        (C, 1736, Kind::BedExit),
    ] {
        let event = event(profile, number);
        assert_eq!(event.kind, kind, "{profile} {number}");
        let mapping = event.mapping.expect("recorded");
        assert!(!mapping.uncertain, "{profile} {number}");
        assert_eq!(mapping.code, format!("{number} 01 005"));
    }
}

#[test]
fn in_the_profile_unknown_the_most_urgent_kind_is_taken_and_the_rest_is_told() {
    for (number, kind, others, text) in [
        (1120, Kind::Fall, &[Kind::HelpCall][..], "fall or panic"),
        (
            1102,
            Kind::Fall,
            &[Kind::Inactivity],
            "no movement after a fall or fails to report in or fall detected",
        ),
        (
            1380,
            Kind::MainsFailure,
            &[Kind::BatteryLow, Kind::Malfunction],
            "transmitter battery low or mains lost at a device or sensor trouble",
        ),
        // In doubt nothing is withdrawn.
        (
            1406,
            Kind::PresenceAfterAlarm,
            &[Kind::Cancel],
            "help has arrived or cancel",
        ),
        // Fire trouble has no kind, and is not taken for a flat battery.
        (
            1373,
            Kind::Unmapped,
            &[Kind::BatteryLow],
            "smoke detector battery low or fire trouble",
        ),
    ] {
        let found = interpret(U, &cid(number));
        assert_eq!(found.mapping.kind(), kind, "{number}");
        assert_eq!(found.alternatives.as_slice(), others, "{number}");
        let event = event(U, number);
        assert_eq!(event.kind, kind);
        assert!(event.mapping.as_ref().is_some_and(|m| m.uncertain));
        assert_eq!(texts(&event), [text]);
    }
    for (number, kind) in [
        (1101, Kind::HelpCall),
        (1111, Kind::Smoke),
        (1602, Kind::TestPeriodic),
        (1641, Kind::Inactivity),
        (1661, Kind::PresenceAfterAlarm),
        (3661, Kind::HelpCompleted),
    ] {
        let event = event(U, number);
        assert_eq!(event.kind, kind);
        assert!(!event.mapping.expect("recorded").uncertain, "{number}");
    }
}

#[test]
fn a_restore_ends_the_kind_that_the_profile_gives_it() {
    let fall = event(A, 3120);
    assert_eq!((fall.kind, fall.phase), (Kind::Fall, Phase::End));
    assert_eq!(fall.correlation.clears_kinds, [Kind::Fall]);
    let panic = event(I, 3120);
    assert_eq!(panic.correlation.clears_kinds, [Kind::HelpCall]);
    assert_eq!(event(A, 6101).phase, Phase::Update);
}

#[test]
fn what_nobody_knows_is_urgent_and_what_is_named_is_settled() {
    for number in [1799, 1199, 1499, 1772] {
        let event = event(U, number);
        assert_eq!(event.kind, Kind::Unmapped);
        assert_eq!(
            (event.class, event.priority),
            (Class::Unknown, Priority::High)
        );
        assert_eq!(event.detail, Some(format!("{number} 01 005")));
        assert_eq!(texts(&event).len(), 1);
    }
    for (number, class, priority) in [
        (1401, Class::Info, Priority::Info),
        (3407, Class::Info, Priority::Info),
        (1570, Class::Technical, Priority::Low),
        (1394, Class::Technical, Priority::Medium),
        (1647, Class::Info, Priority::Info),
        (1666, Class::Info, Priority::Info),
    ] {
        for profile in [I, U] {
            let event = event(profile, number);
            assert_eq!(event.kind, Kind::Unmapped, "{number}");
            assert_eq!((event.class, event.priority), (class, priority), "{number}");
        }
    }
}

#[test]
fn device_is_area_and_zone_and_a_user_is_none() {
    assert_eq!(event(A, 1101).device.device.as_deref(), Some("01/005"));
    assert_eq!(event(A, 1101).device.controller.as_deref(), Some("4711"));
    assert_eq!(event(I, 1401).device.device, None);
}

#[test]
fn voice_test_time_and_texts_come_along() {
    let mut report = Report::new("4711", A, cid(1101), b"raw");
    report.test = true;
    report.sequence = Some(42);
    report.device_time = Some("09:30:00,03-14-2026");
    report.texts = &["kitchen"];
    report.protocol = Some("dc09+tcp");
    let received = Received::new(EventId(1), Timestamp::UNIX_EPOCH);
    let event = event_of(&report, &received);
    assert!(event.test);
    assert_eq!(event.correlation.source_ref.as_deref(), Some("0042"));
    let time = event.times.device.expect("sent");
    assert!(time.timestamp().is_some());
    assert_eq!(texts(&event_of(&report, &received)), ["kitchen"]);
    let raw = event.raw.expect("kept");
    assert_eq!(raw.bytes.reveal().0, b"raw");
    assert_eq!(raw.transport.protocol.as_deref(), Some("dc09+tcp"));
    report.device_time = Some("yesterday");
    let event = event_of(&report, &received);
    assert_eq!(
        event.times.device.map(|t| t.as_str().to_owned()).as_deref(),
        Some("yesterday")
    );
    let voice = |number| self::event(A, number).voice.mode;
    assert_eq!(voice(1606), Some(VoiceMode::Expected));
    assert_eq!(voice(1669), Some(VoiceMode::Callback));
    assert_eq!(voice(1101), None);
}

#[test]
fn a_double_over_another_path_is_an_update_of_the_first() {
    let content = cid(1101);
    let Content::ContactId(contact_id) = content else {
        unreachable!("made above")
    };
    let report = Report::new("4711", A, content, b"raw");
    let mut doubles = Doubles::new(DoubleSettings::default());
    let now = climax_rf::Time::ZERO;
    doubles.keep(now, "4711", &contact_id, "ethernet", EventId(1));
    let seen = doubles.see(now, "4711", &contact_id, "cellular");
    let received = Received::new(EventId(2), Timestamp::UNIX_EPOCH).doubling(seen.first());
    let event = event_of(&report, &received);
    assert_eq!((event.kind, event.phase), (Kind::HelpCall, Phase::Update));
    assert_eq!(
        event.correlation.updates,
        Some(Reference::Event(EventId(1)))
    );
}

#[test]
fn more_help_is_linked_to_the_first_alarm_and_its_repetition_to_the_request() {
    let first = Some(EventId(1));
    let report = Report::new("4711", A, cid(1662), b"raw");
    let received = Received::new(EventId(2), Timestamp::UNIX_EPOCH);
    let event = event_of(&report, &received.in_visit(Step::MoreHelp { first }));
    assert_eq!(
        (event.kind, event.phase),
        (Kind::HelpStillNeeded, Phase::Start)
    );
    assert_eq!(
        event.correlation.caused_by,
        Some(Reference::Event(EventId(1)))
    );
    let step = Step::MoreHelpRepeated {
        first,
        request: EventId(2),
        repetition: 1,
    };
    let event = event_of(&report, &received.in_visit(step));
    assert_eq!(event.phase, Phase::Update);
    assert_eq!(
        event.correlation.updates,
        Some(Reference::Event(EventId(2)))
    );
}

#[test]
fn sia_codes_are_mapped_by_the_crosswalk_then_by_the_providers_table() {
    let sia = |letters, profile| {
        let code = SiaCode::new(letters).expect("letters");
        let sia = Sia {
            code,
            area: Some("1"),
            number: Some("0005"),
        };
        interpret(profile, &Content::Sia(sia)).mapping
    };
    assert_eq!(sia(*b"MA", A).kind(), Kind::HelpCall);
    assert_eq!(sia(*b"MH", A).phase(), Phase::End);
    assert_eq!(sia(*b"NA", U).kind(), Kind::Inactivity);
    assert_eq!(sia(*b"QQ", U).kind(), Kind::Unmapped);
    // OC is in the provider's table only: cancel, 1406.
    assert_eq!(sia(*b"OC", Profile::Intrusion).kind(), Kind::Cancel);
    let content = Content::Sia(Sia {
        code: SiaCode::new(*b"MA").expect("letters"),
        area: Some("1"),
        number: Some("0005"),
    });
    let report = Report::new("4711", A, content, b"raw");
    let event = event_of(&report, &Received::new(EventId(1), Timestamp::UNIX_EPOCH));
    let mapping = event.mapping.expect("recorded");
    assert_eq!(mapping.code, "ri1/MA0005");
    assert_ne!(mapping.relation, Relation::None);
    assert_eq!(event.device.device.as_deref(), Some("1/0005"));
}

#[test]
fn section_5_1_area_and_zone_in_one_number_are_read_for_destinations_with_a() {
    let device = |area, number, inside| {
        let content = Content::Sia(Sia {
            code: SiaCode::new(*b"MA").expect("letters"),
            area,
            number: Some(number),
        });
        let mut report = Report::new("4711", A, content, b"raw");
        report.area_in_number = inside;
        let received = Received::new(EventId(1), Timestamp::UNIX_EPOCH);
        event_of(&report, &received).device.device
    };
    for (area, number, inside, expected) in [
        (None, "105", true, "1/005"),
        (Some("1"), "0105", true, "1/0005"),
        (None, "1299", true, "12/0099"),
        (Some("1"), "0105", false, "1/0105"),
        // No area in it: as it came.
        (Some("1"), "0005", true, "1/0005"),
        (None, "999999", true, "/999999"),
    ] {
        let found = device(area, number, inside);
        assert_eq!(found.as_deref(), Some(expected), "{number}");
    }
}

#[test]
fn the_location_text_stays_whole_and_its_keys_go_with_coordinates() {
    let text = "59.9 10.7 P=300 b=80 t=093000 la=1";
    let location = location_of(Some(text), None);
    assert_eq!(
        location.text.as_ref().map(|t| t.reveal().as_str()),
        Some(text)
    );
    assert!(location.position.is_none());
    let coordinates = Coordinates {
        latitude: Latitude::from_degrees(59.9).expect("in range"),
        longitude: Longitude::from_degrees(10.7).expect("in range"),
    };
    let location = location_of(Some(text), Some(coordinates));
    let position = location.position.expect("given");
    assert_eq!(position.reveal().accuracy_m, Some(300));
    assert_eq!(position.reveal().method.as_deref(), Some("cell"));
    let location = location_of(Some("P=0"), Some(coordinates));
    let position = location.position.expect("given");
    assert_eq!(position.reveal().accuracy_m, None);
    assert_eq!(position.reveal().method.as_deref(), Some("gnss"));
}

#[test]
fn texts_and_bytes_do_not_show_in_debug() {
    let mut report = Report::new("4711", A, cid(1101), b"secret bytes");
    report.position = Some("59.9 secret");
    report.texts = &["secret name"];
    assert!(!format!("{report:?}").contains("secret"));
    let event = event_of(&report, &Received::new(EventId(1), Timestamp::UNIX_EPOCH));
    assert!(!format!("{event:?}").contains("secret"));
}

proptest! {
    #[test]
    fn every_report_is_an_event(
        digits in prop::array::uniform3(0u8..16), qualifier in (0u8..16).prop_filter_map("a digit", Qualifier::new), letters in "[A-Za-z]{2}",
        position in prop::option::of(".{0,60}"), time in prop::option::of(".{0,30}"),
    ) {
        let digits = digits.map(|d| b"0123456789ABCDEF"[usize::from(d)]);
        let contact_id = ContactId {
            qualifier,
            code: EventCode::from_digits(digits).expect("digits"),
            group: Group::PANEL,
            zone: Zone::PANEL,
        };
        let letters = letters.as_bytes();
        let sia = Sia {
            code: SiaCode::new([letters[0], letters[1]]).expect("letters"),
            area: None,
            number: None,
        };
        for profile in Profile::ALL {
            for content in [Content::ContactId(contact_id), Content::Sia(sia)] {
                let mut report = Report::new("4711", profile, content, b"raw");
                report.position = position.as_deref();
                report.device_time = time.as_deref();
                let event = event_of(&report, &Received::new(EventId(1), Timestamp::UNIX_EPOCH));
                prop_assert!(event.mapping.is_some() && event.raw.is_some());
                // What no table names stays with the response centre.
                if interpret(profile, &content).meanings.is_some_and(|m| m.is_unknown_code()) {
                    prop_assert!(event.kind != Kind::Unmapped || event.priority == Priority::High);
                }
            }
        }
    }
}
