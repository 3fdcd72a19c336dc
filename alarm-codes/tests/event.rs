//! An event takes from the crosswalk what the crosswalk knows, and keeps the rest.

use alarm_codes::{
    Change, Class, Condition, Event, EventId, Handling, Kind, Phase, Priority, Profile, System,
    Timestamp, kind_of_text,
};

fn event(system: System, profile: Profile, code: &str) -> Event {
    let answer = kind_of_text(system, profile, code).expect("a code");
    Event::from_mapping(EventId(1), Timestamp::UNIX_EPOCH, &answer, code)
}

#[test]
fn class_priority_and_test_follow_from_the_kind() {
    for &kind in Kind::ALL {
        let event = Event::new(EventId(1), kind, Timestamp::UNIX_EPOCH);
        assert_eq!(
            (event.class, event.priority),
            (kind.class(), kind.default_priority())
        );
        assert_eq!(event.test, kind.class() == Class::Test);
        assert_eq!(event.phase == Phase::End, kind == Kind::Cancel);
    }
}

#[test]
fn a_code_that_says_more_than_the_kind_is_kept_as_detail() {
    let scaip = |code| event(System::Scaip, Profile::Standard, code).detail;
    assert_eq!(
        scaip("dty=7;stc=10").as_deref(),
        Some("dty=7;stc=10"),
        "narrower"
    );
    assert_eq!(
        scaip("dty=43;stc=127").as_deref(),
        Some("dty=43;stc=127"),
        "one of several"
    );
    assert_eq!(scaip("dty=4;stc=10"), None, "equal");
    let plural = event(System::Sensio, Profile::PartnerApi6134, "918");
    assert_eq!(plural.detail.as_deref(), Some("918"), "overlap");
}

#[test]
fn an_end_names_what_it_clears_and_its_condition_is_cleared() {
    let end = event(System::Scaip, Profile::Standard, "dty=3;stc=15");
    assert_eq!((end.phase, end.condition), (Phase::End, Condition::Cleared));
    assert_eq!(
        end.correlation.clears_kinds,
        [Kind::BatteryLow, Kind::BatteryFailure]
    );
    assert_eq!(end.priority, Priority::Low);
}

#[test]
fn another_profile_changes_the_kind_and_leaves_the_evidence_alone() {
    let mut event = event(System::ContactId, Profile::Standard, "120");
    event.test = true;
    event.device.controller = Some("40211870".into());
    event.raw = Some(alarm_codes::Raw::new(*b"1234 18 1120 01 001 8"));
    let before = event.clone();
    let answer = kind_of_text(System::ContactId, Profile::ClimaxMp, "120").expect("a code");
    event.apply_mapping(&answer, "120");
    assert_eq!(event.kind, Kind::Fall);
    assert_eq!(
        event.mapping.as_ref().map(|m| m.profile),
        Some(Profile::ClimaxMp)
    );
    assert!(event.test, "a test stays a test");
    assert_eq!((&event.raw, &event.device), (&before.raw, &before.device));
}

#[test]
fn steps_of_the_lifecycle_are_checked_and_written_down() {
    let mut event = event(System::Sensio, Profile::PartnerApi6134, "4");
    let at = Timestamp::UNIX_EPOCH;
    assert!(event.advance(Handling::Reopened, at).is_err());
    assert!(event.history.is_empty(), "a refused step leaves no trace");
    event.clear(at).expect("active");
    assert!(event.clear(at).is_err());
    assert!(event.is_open(), "cleared is not closed");
    event.advance(Handling::Closed, at).expect("legal");
    assert!(!event.is_open());
    let changes: Vec<_> = event
        .history
        .iter()
        .map(|entry| entry.change.clone())
        .collect();
    assert_eq!(
        changes,
        [
            Change::Condition(Condition::Cleared),
            Change::Handling(Handling::Closed)
        ]
    );
}
