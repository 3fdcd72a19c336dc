//! What an event means, profile by profile (Climax reference 7.1, 7.2, 7.4).

use climax_rf::Provenance::{self, Confirmed, Inferred, SingleSource, Standard};
use climax_rf::codes::{SiaCode, StandardEvent, ThirdField, tables};
use climax_rf::contact_id::{ContactId, EventCode, Group, Qualifier, Zone};
use climax_rf::events::{
    CareZone, EventClass, GroupReading, Profile, Source, ZoneReading, all_meanings, area_and_zone,
    meaning, read_group, read_zone,
};
use proptest::prelude::*;

fn report(number: u16) -> ContactId {
    ContactId {
        qualifier: Qualifier::new(u8::try_from(number / 1000).expect("a digit")).expect("a digit"),
        code: EventCode::new(number % 1000).expect("three digits"),
        group: Group::PANEL,
        zone: Zone::PANEL,
    }
}

/// Climax reference 7.1. `None` is a dash: the profile has no meaning of its own.
type Cell = Option<(&'static str, Provenance)>;

#[test]
fn every_cell_of_the_table_of_meanings_is_given_with_its_provenance() {
    const A: Profile = Profile::CareUnitA;
    const B: Profile = Profile::CareUnitB;
    const M: Profile = Profile::Mobile;
    const I: Profile = Profile::Intrusion;
    let c1 = |text| Some((text, SingleSource));
    let c2 = |text| Some((text, Confirmed));
    let std = |text| Some((text, Standard));
    let rows: &[(u16, [Cell; 5])] = &[
        (
            100,
            [
                c1("help button on the unit"),
                c1("help button"),
                c1("help button (if so set)"),
                c2("medical"),
                std("medical"),
            ],
        ),
        (
            101,
            [
                c1("transmitter button"),
                c1("transmitter button"),
                c1("transmitter button, or help button"),
                c2("personal emergency"),
                std("personal emergency"),
            ],
        ),
        (
            102,
            [
                c1("no movement after a fall"),
                c1("no movement after a fall"),
                c1("no movement after a fall"),
                std("fails to report in"),
                std("fails to report in"),
            ],
        ),
        (
            120,
            [
                c1("fall"),
                None,
                c1("fall, or help button"),
                c2("panic"),
                std("panic"),
            ],
        ),
        (
            333,
            [
                None,
                c1("no transmitter enrolled"),
                None,
                std("expansion module"),
                std("expansion module failure"),
            ],
        ),
        (
            373,
            [
                None,
                c1("smoke detector battery low"),
                None,
                std("fire trouble"),
                std("fire trouble"),
            ],
        ),
        (
            380,
            [
                None,
                c1("transmitter battery low"),
                None,
                c1("mains lost at a device"),
                std("sensor trouble"),
            ],
        ),
        (
            384,
            [
                c1("device battery low"),
                c1("battery low of others"),
                None,
                c2("sensor battery low"),
                std("sensor battery low"),
            ],
        ),
        (
            406,
            [
                None,
                c1("help has arrived"),
                None,
                std("cancel"),
                std("cancel"),
            ],
        ),
        (
            641,
            [
                c1("inactivity"),
                c1("mobility"),
                None,
                std("senior watch"),
                std("senior watch trouble"),
            ],
        ),
        (661, [c1("help arrived"), None, None, None, None]),
        (662, [c1("more help needed"), None, None, None, None]),
        (663, [c1("closed on site"), None, None, None, None]),
    ];
    for (code, cells) in rows {
        for (profile, cell) in [A, B, M, I].into_iter().zip(cells) {
            let found = meaning(profile, &report(1000 + code));
            assert_eq!(found.all().len(), 1, "{code} {profile}");
            match cell {
                Some((text, provenance)) => {
                    assert_eq!(found.source(), Some(Source::Profile(profile)), "{code}");
                    assert_eq!(found.meaning(), *text, "{code} {profile}");
                    assert_eq!(found.claim().provenance(), *provenance, "{code} {profile}");
                }
                None => assert_ne!(found.source(), Some(Source::Profile(profile)), "{code}"),
            }
        }
        // In the profile unknown every cell is there, with who says so.
        let unknown = meaning(Profile::Unknown, &report(1000 + code));
        assert_eq!(unknown.source(), None);
        let columns = [A, B, M, I]
            .map(Source::Profile)
            .into_iter()
            .chain([Source::Standard]);
        for (source, cell) in columns.zip(cells) {
            let claims: Vec<_> = unknown
                .all()
                .iter()
                .filter_map(|meaning| meaning.claim(source))
                .collect();
            match cell {
                Some((text, provenance)) => {
                    assert_eq!(claims.len(), 1, "{code} {source}");
                    assert_eq!(claims[0].meaning(), *text);
                    assert_eq!(claims[0].provenance(), *provenance);
                }
                None => assert!(claims.is_empty(), "{code} {source}"),
            }
        }
    }
}

#[test]
fn the_profile_unknown_gives_both_meanings_care_first() {
    for (number, text) in [
        (1100, "help button on the unit or medical"),
        (1101, "transmitter button or personal emergency"),
        (
            1102,
            "no movement after a fall or fails to report in or fall detected",
        ),
        (1120, "fall or panic"),
        (1333, "no transmitter enrolled or expansion module"),
        (1373, "smoke detector battery low or fire trouble"),
        (
            1380,
            "transmitter battery low or mains lost at a device or sensor trouble",
        ),
        (1406, "help has arrived or cancel"),
        (1641, "inactivity or mobility or senior watch"),
    ] {
        let found = meaning(Profile::Unknown, &report(number));
        assert!(found.is_ambiguous(), "{number}");
        assert_eq!(found.to_string(), text);
        assert!(found.all().iter().all(|m| m.distinction().is_some()));
    }
    // The same matter in other words is one meaning.
    for number in [1384, 1111, 1154, 1162, 1301, 1302, 1344, 1383, 1602, 1606] {
        let found = meaning(Profile::Unknown, &report(number));
        assert!(!found.is_ambiguous(), "{number}");
        assert!(found.all()[0].claims().len() > 1, "{number}");
    }
}

#[test]
fn visits_have_a_meaning_by_qualifier() {
    for profile in [Profile::CareUnitA, Profile::Cloud, Profile::Unknown] {
        assert_eq!(meaning(profile, &report(1661)).meaning(), "help arrived");
        assert_eq!(meaning(profile, &report(3661)).meaning(), "visit finished");
    }
}

#[test]
fn a_newer_cloud_calls_102_a_fall() {
    let found = meaning(Profile::Cloud, &report(1102));
    assert_eq!(found.meaning(), "fall detected");
    assert_eq!(found.claim().names()[0].name(), "Fall Detected");
    assert_eq!(found.claim().provenance(), SingleSource);
}

#[test]
fn care_codes_have_the_names_of_the_makers_table() {
    for (number, name, provenance) in [
        (1147, "Supervision Failure", Confirmed),
        (1311, "Battery Missing/Dead", Confirmed),
        (1643, "Location Accuracy Deviation", SingleSource),
        (1649, "Mobile Unit Disconnected from Base", Confirmed),
        (1660, "Person left (exit detected)", SingleSource),
        (3660, "Person came back (entry detected)", SingleSource),
        (1666, "User set away", SingleSource),
        (3666, "User set home", SingleSource),
        (1669, "Green button: call-back wanted", SingleSource),
        (1705, "Medication Taken", SingleSource),
        (1708, "Dispenser Upside Down", SingleSource),
        (1731, "Refrigerator zone alarm", SingleSource),
        (1732, "Wandering person zone alarm", SingleSource),
        (1733, "Person not back in bed", SingleSource),
        (1734, "Person has not got up", SingleSource),
        (1735, "Epilepsy sensor alarm", SingleSource),
        (1736, "Person out of bed", SingleSource),
        (1772, "Panic Alarm Location", SingleSource),
    ] {
        let row = tables::CLIMAX_CID_QUALIFIED.get(number).expect("listed");
        assert_eq!((row.name(), row.provenance()), (name, provenance));
        // For a unit without a meaning of its own the maker's list answers.
        let found = meaning(Profile::CareUnitB, &report(number));
        assert_eq!(found.meaning(), name);
        assert_eq!(found.source(), Some(Source::Profile(Profile::Cloud)));
    }
}

#[test]
fn all_names_are_kept_and_the_first_is_used() {
    let found = meaning(Profile::Cloud, &report(1147));
    let names: Vec<_> = found.claim().names().iter().map(|n| n.name()).collect();
    assert_eq!(names, ["Supervision Failure", "GSM Dongle Removed"]);
    // A restore without a name of its own is named by what it restores.
    assert_eq!(
        meaning(Profile::Cloud, &report(3111)).meaning(),
        "Smoke Alarm"
    );
}

#[test]
fn section_12_the_standard_and_then_the_class_answer_for_what_the_maker_does_not_list() {
    let standard = meaning(Profile::CareUnitA, &report(1112));
    assert_eq!(standard.meaning(), "Combustion");
    assert_eq!(standard.source(), Some(Source::Standard));
    for (number, text) in [
        (1109, "medical alarm"),
        (1119, "fire alarm"),
        (1129, "panic alarm"),
        (1138, "Near alarm"),
        (1149, "general alarm"),
        (1169, "other alarm"),
        (1199, "other alarm"),
        (1299, "fire supervision"),
        (1399, "trouble"),
        (1499, "open, close or access"),
        (1599, "bypass"),
        (1698, "test or other"),
        (1799, "not assigned"),
        (1099, "not assigned"),
        (1950, "download"),
    ] {
        for profile in Profile::ALL {
            assert_eq!(meaning(profile, &report(number)).meaning(), text);
        }
    }
    assert!(meaning(Profile::Unknown, &report(1799)).is_unknown_code());
}

#[test]
fn what_the_tables_part_without_a_word_is_marked_inferred() {
    let found = meaning(Profile::Unknown, &report(1303));
    assert_eq!(found.to_string(), "Panel Bat 50% or RAM checksum bad");
    assert_eq!(found.all()[0].distinction(), Some(Inferred));
    assert_eq!(
        meaning(Profile::Unknown, &report(1120)).all()[0].distinction(),
        Some(SingleSource)
    );
    let same = meaning(Profile::Unknown, &report(1111)).all()[0];
    assert_eq!(same.distinction(), None);
}

#[test]
fn every_event_has_meanings_and_no_source_gives_two() {
    let mut count = 0;
    for (key, meanings) in all_meanings() {
        count += 1;
        assert!(!meanings.is_empty());
        let mut sources = Vec::new();
        for meaning in meanings {
            assert!(!meaning.claims().is_empty());
            for claim in meaning.claims() {
                assert!(
                    !claim.names().is_empty() && !claim.meaning().is_empty(),
                    "{key}"
                );
                assert!(!sources.contains(&claim.source()), "{key}");
                sources.push(claim.source());
            }
        }
        if meanings.len() > 1 {
            assert!(meanings.iter().all(|m| m.distinction().is_some()), "{key}");
        }
    }
    assert!(count > 400, "{count}");
}

#[test]
fn every_table_is_found_by_its_own_codes() {
    for table in [
        &tables::PANEL_DEVICE_TYPE,
        &tables::CLIMAX_CID_QUALIFIED,
        &tables::PANEL_RESPONSE_VALUE,
        &tables::MOBILE_REPORT_TYPE,
    ] {
        assert!(!table.is_empty());
        for row in table.rows() {
            assert_eq!(table.get(row.code()), Some(row));
        }
        assert_eq!(table.get(9_999), None);
    }
    for table in [
        &tables::PANEL_STATUS_TEXT,
        &tables::CLOUD_DEVICE_TYPE_TAG,
        &tables::REPORT_URL_SUFFIX,
        &tables::MOBILE_LOCATION_KEY,
        &tables::DEVICE_ID_PREFIX,
    ] {
        for row in table.rows() {
            assert_eq!(table.get(row.code()), Some(row));
            assert_eq!(table.get(&row.code().to_ascii_uppercase()), Some(row));
        }
        assert_eq!(table.get(""), None);
    }
    assert_eq!(
        tables::CLIMAX_CID_QUALIFIED
            .rows()
            .iter()
            .map(|r| r.entries().len())
            .sum::<usize>(),
        304
    );
}

#[test]
fn sia_codes_lead_to_contact_id() {
    let row = |letters| {
        SiaCode::new(letters)
            .and_then(SiaCode::row)
            .expect("in the map")
    };
    let medical = row(*b"ma").entries()[0];
    assert_eq!(medical.code(), EventCode::new(100));
    assert_eq!(medical.qualifier(), Qualifier::EVENT);
    assert_eq!(row(*b"HA").entries().len(), 2);
    assert_eq!(row(*b"NS").entries()[0].qualifier(), Qualifier::RESTORE);
    for row in tables::SIA_TO_CID_MAP {
        assert_eq!(row.code().row(), Some(row));
        assert!(row.entries().iter().all(|entry| entry.code().is_some()));
    }
    assert_eq!(SiaCode::new(*b"QQ").and_then(SiaCode::row), None);
}

#[test]
fn group_and_zone_follow_the_conventions() {
    let at = |number, zone| ContactId {
        zone: Zone::new(zone).expect("three digits"),
        ..report(number)
    };
    let first = |profile, number, zone| read_zone(profile, &at(number, zone)).first();
    let any = Profile::Unknown;
    assert_eq!(read_group(Group::PANEL), GroupReading::WholePanel);
    assert_eq!(
        read_group(Group::new(2).expect("two digits")),
        GroupReading::Area(2)
    );
    assert_eq!(first(any, 1101, 0), ZoneReading::Panel);
    assert_eq!(first(any, 1401, 997), ZoneReading::TemporaryCode);
    assert_eq!(first(any, 1121, 998), ZoneReading::DuressCode);
    assert_eq!(first(any, 1401, 6), ZoneReading::UserCode(6));
    assert_eq!(first(any, 1401, 7), ZoneReading::User(7));
    assert_eq!(first(any, 1401, 34), ZoneReading::WebUser);
    assert_eq!(first(any, 1401, 911), ZoneReading::Automation);
    assert_eq!(first(any, 1101, 6), ZoneReading::Zone(6));
    let mobility = ZoneReading::Care(CareZone::MobilityTimer);
    assert_eq!(first(Profile::CareUnitB, 1641, 71), mobility);
    assert_eq!(
        first(Profile::CareUnitA, 1641, 72),
        ZoneReading::Care(CareZone::InactivityOrNoTransmitter)
    );
    assert_eq!(first(Profile::Intrusion, 1130, 71), ZoneReading::Zone(71));
    let both = read_zone(any, &at(1641, 71));
    assert_eq!(
        (both.first(), both.second()),
        (mobility, Some(ZoneReading::Zone(71)))
    );
    let area = area_and_zone(Zone::new(105).expect("three digits")).expect("a number");
    assert_eq!((area.area, area.zone), (2, 5));
    let duress = StandardEvent::get(121).expect("in the standard");
    assert_eq!(duress.third_field, ThirdField::User);
}

#[test]
fn profiles_are_read_back_from_their_names() {
    for profile in Profile::ALL {
        assert_eq!(profile.name().parse(), Ok(profile));
    }
    assert_eq!(Profile::default(), Profile::Unknown);
    assert!("vesta".parse::<Profile>().is_err());
}

#[cfg(feature = "serde")]
#[test]
fn provenance_stands_in_the_json() {
    let found = meaning(Profile::Unknown, &report(1120));
    let json = serde_json::to_value(found).expect("plain data");
    assert_eq!(json["profile"], "unknown");
    let fall = &json["meanings"][0];
    assert_eq!(fall["distinction"], "single_source");
    assert_eq!(fall["claims"][0]["source"]["profile"], "care-unit-a");
    assert_eq!(fall["claims"][0]["meaning"], "fall");
    assert_eq!(fall["claims"][0]["names"][0]["name"], "Fall detected");
    assert_eq!(fall["claims"][0]["names"][0]["provenance"], "single_source");
    let panic = &json["meanings"][1]["claims"];
    assert_eq!(panic[2]["source"], "standard");
    assert_eq!(panic[2]["names"][0]["provenance"], "standard");
    assert_eq!(
        serde_json::to_value(Profile::CareUnitB).expect("a name"),
        "care-unit-b"
    );
}

#[test]
fn looking_up_does_not_allocate() {
    let counted = allocation_counter::measure(|| {
        for number in [1120, 3661, 1799, 1732] {
            for profile in Profile::ALL {
                std::hint::black_box(meaning(profile, &report(number)).meaning());
            }
        }
        std::hint::black_box(tables::PANEL_STATUS_TEXT.get("{WEB_MSG_DC_OPEN}"));
    });
    assert_eq!(counted.count_total, 0);
}

proptest! {
    #[test]
    fn there_is_always_a_meaning(digits in prop::array::uniform3(0u8..16), qualifier in (0u8..16).prop_filter_map("a digit", Qualifier::new)) {
        let digits = digits.map(|d| b"0123456789ABCDEF"[usize::from(d)]);
        let report = ContactId {
            qualifier,
            code: EventCode::from_digits(digits).expect("digits"),
            group: Group::PANEL,
            zone: Zone::PANEL,
        };
        for profile in Profile::ALL {
            let found = meaning(profile, &report);
            prop_assert!(!found.meaning().is_empty());
            prop_assert_eq!(found.all().len() > 1, found.is_ambiguous());
            prop_assert!(profile == Profile::Unknown || !found.is_ambiguous());
            if found.is_unknown_code() {
                prop_assert_eq!(found.meaning(), EventClass::of(report.code).name());
            }
            let _ = read_zone(profile, &report);
        }
    }
}
