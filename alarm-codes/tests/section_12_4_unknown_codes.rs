//! Taxonomy reference section 12, line 4: whatever is unknown decodes to `unmapped` without an error,
//! and its event can be taken like any other.

mod data;

use std::collections::{HashMap, HashSet};

use alarm_codes::{
    Class, Code, ContactIdCode, ContactIdEvent, Event, EventId, Kind, Mapping, Outcome, Phase,
    Priority, Profile, Qualifier, ScaipCode, ScaipMessageType, SensioEvent, SensioState, SiaCode,
    System, Timestamp, Tracker, kind_of, kind_of_text,
};
use proptest::prelude::*;

/// What is unknown is kept, is urgent, and reaches the active list.
fn assert_is_taken(answer: &Mapping, code: &Code<'_>) {
    assert_eq!(answer.kind(), Kind::Unmapped, "{code}");
    assert!(answer.clears().is_empty(), "{code}");
    let received = Timestamp::UNIX_EPOCH;
    let event = Event::from_mapping(EventId(1), received, answer, code.to_string());
    assert_eq!(
        (event.class, event.priority),
        (Class::Unknown, Priority::High)
    );
    let outcome = Tracker::new(alarm_codes::Limits::default()).handle(&event);
    match answer.phase() {
        Phase::Start => assert_eq!(outcome, Outcome::Started, "{code}"),
        Phase::Update | Phase::End => assert_eq!(outcome, Outcome::Unmatched, "{code}"),
    }
}

/// Device type, status code and location code; `None` for any.
type Key = (Option<u32>, Option<u32>, Option<u32>);

/// Kinds of the SCAIP rows by device type and status, read from the data file.
fn scaip_rows() -> HashMap<Key, String> {
    let mut out = HashMap::new();
    for row in data::rows() {
        if row["system"] != "scaip" || row["direction"] == "encode" {
            continue;
        }
        let codes = data::spread(&row["code"])
            .into_iter()
            .map(|code| (code, row["kind"].clone()));
        let clears = Some((row["cleared_by"].clone(), row["kind"].clone()));
        for (code, kind) in codes.chain(clears.filter(|(code, _)| !code.is_empty())) {
            let part = |name: &str| {
                let value = code.split(';').find_map(|p| p.strip_prefix(name));
                value
                    .filter(|v| *v != "*")
                    .map(|v| v.parse().expect("a number"))
            };
            if !code.starts_with("mty=") {
                out.entry((part("dty="), part("stc="), part("lco=")))
                    .or_insert(kind);
            }
        }
    }
    out
}

/// Rule 3 of section 3, written down a second time.
fn expected(rows: &HashMap<Key, String>, c: ScaipCode) -> Kind {
    [
        (c.device_type, c.status, c.location),
        (c.device_type, c.status, None),
        (None, c.status, None),
        (c.device_type, None, None),
    ]
    .iter()
    .find_map(|key| rows.get(key))
    .map_or(Kind::Unmapped, |name| name.parse().expect("a known kind"))
}

#[test]
fn every_pair_of_a_published_device_type_and_a_four_digit_status_is_answered() {
    let rows = scaip_rows();
    let mut unmapped = 0;
    for dty in 0..=52 {
        for stc in 0..=9999 {
            let code = ScaipCode::pair(dty, stc);
            let answer = kind_of(Profile::Standard, &Code::Scaip(code));
            assert_eq!(answer.kind(), expected(&rows, code), "{code}");
            if answer.kind() == Kind::Unmapped {
                unmapped += 1;
                if stc < 200 {
                    assert_is_taken(&answer, &Code::Scaip(code));
                }
            }
        }
    }
    assert!(unmapped > 500_000);
}

#[test]
fn every_unused_contact_id_code_is_unmapped_in_every_profile() {
    let mut used: HashSet<(String, String)> = HashSet::new();
    for row in data::rows() {
        if row["system"] == "contact-id" && row["direction"] != "encode" {
            let number = row["code"]
                .rsplit(':')
                .next()
                .unwrap_or_default()
                .to_owned();
            for number in data::spread(&number) {
                used.insert((row["profile"].clone(), number));
            }
        }
    }
    for &profile in System::ContactId.profiles() {
        for number in 0..=999 {
            let text = format!("{number:03}");
            let known = used.contains(&(profile.name().to_owned(), text.clone()))
                || used.contains(&("standard".to_owned(), text));
            for digit in 0..=15 {
                let qualifier = Qualifier::new(digit).unwrap();
                let code = Code::ContactId(ContactIdCode::new(qualifier, number).unwrap());
                let answer = kind_of(profile, &code);
                if !known {
                    assert_is_taken(&answer, &code);
                }
            }
        }
    }
    let odd = ContactIdEvent::from_digits(*b"1B0").unwrap();
    let code = Code::ContactId(ContactIdCode {
        qualifier: Qualifier::EVENT,
        event: odd,
    });
    assert_is_taken(&kind_of(Profile::Standard, &code), &code);
}

#[test]
fn every_two_letter_sia_code_without_a_row_is_unmapped() {
    let mut used = HashSet::new();
    for row in data::rows() {
        if row["system"] == "sia-dc03" && row["direction"] != "encode" {
            used.extend(row["code"].split('/').map(str::to_owned));
        }
    }
    let mut unmapped = 0;
    for a in b'A'..=b'Z' {
        for b in b'A'..=b'Z' {
            let code = Code::SiaDc03(SiaCode::new([a, b]).unwrap());
            let answer = kind_of(Profile::Standard, &code);
            if used.contains(&code.to_string()) {
                assert_ne!(answer.kind(), Kind::Unmapped, "{code}");
            } else {
                unmapped += 1;
                assert_is_taken(&answer, &code);
            }
        }
    }
    assert!(unmapped > 600, "{unmapped}");
}

#[test]
fn unknown_codes_of_the_other_systems_are_unmapped() {
    for (system, text) in [
        (System::Sensio, "953"),
        (System::Sensio, "4294967295"),
        (System::SensioState, "99/1"),
        (System::SiaDc09, "XYZ"),
        (System::Ieee11073, "device=4711;event=strange"),
        (System::VkpAlert, "9.9"),
        (System::VkpDispense, "9"),
        (System::SafemateText, "something else"),
        (System::Espa444, "type=9"),
        (System::SnomedCt, "1912002"),
        (System::CpcDigit, "9Z"),
        (System::Ttnew, "D#9999"),
    ] {
        for &profile in Profile::ALL {
            let answer = kind_of_text(system, profile, text).expect("well formed");
            assert_eq!(answer.kind(), Kind::Unmapped, "{system} {text}");
            assert_eq!((answer.system(), answer.profile()), (system, Profile::Any));
        }
    }
}

#[test]
fn an_undocumented_pull_cord_state_leaves_what_the_event_says() {
    let state = SensioState {
        event: SensioEvent(2),
        state: 77,
    };
    let answer = kind_of(Profile::PartnerApi6134, &Code::SensioState(state));
    assert_eq!(
        (answer.kind(), answer.system()),
        (Kind::HelpCall, System::Sensio)
    );
}

proptest! {
    #[test]
    fn any_scaip_numbers_are_answered_as_the_rule_says(
        dty in prop_oneof![0u32..60, any::<u32>()],
        stc in prop_oneof![0u32..140, any::<u32>()],
        lco in proptest::option::of(prop_oneof![0u32..60, any::<u32>()]),
        cha in proptest::option::of(any::<u32>()),
        profile in 0..Profile::ALL.len(),
    ) {
        let code = ScaipCode { location: lco, call_handling: cha, ..ScaipCode::pair(dty, stc) };
        let answer = kind_of(Profile::ALL[profile], &Code::Scaip(code));
        prop_assert_eq!(answer.kind(), expected(&scaip_rows(), code));
        let heartbeat = code.with_message_type(ScaipMessageType::Heartbeat);
        prop_assert_eq!(kind_of(Profile::Standard, &Code::Scaip(heartbeat)).kind(), Kind::Heartbeat);
        let reset = code.with_message_type(ScaipMessageType::Reset);
        prop_assert_eq!(kind_of(Profile::Standard, &Code::Scaip(reset)).kind(), Kind::Cancel);
    }

    #[test]
    fn any_text_is_a_code_or_a_typed_error_and_never_a_panic(
        text in "\\PC{0,40}",
        system in 0..System::ALL.len(),
        profile in 0..Profile::ALL.len(),
    ) {
        let (system, profile) = (System::ALL[system], Profile::ALL[profile]);
        if let Ok(code) = Code::parse(system, &text) {
            let _ = kind_of(profile, &code);
            let printed = code.to_string();
            prop_assert_eq!(Code::parse(system, &printed), Ok(code));
        }
    }
}
