//! A carer's visit as one case (Climax reference 7.3).

use std::collections::BTreeMap;
use std::time::Duration;

use climax_rf::Time;
use climax_rf::contact_id::{ContactId, EventCode, Group, Qualifier, Zone};
use climax_rf::events::Profile;
use climax_rf::events::visit::{Settings, Step, Visit, Visits, Warning};
use proptest::prelude::*;

const MINUTE: Duration = Duration::from_secs(60);

fn report(number: u16) -> ContactId {
    ContactId {
        qualifier: Qualifier::new(u8::try_from(number / 1000).expect("a digit")).expect("a digit"),
        code: EventCode::new(number % 1000).expect("three digits"),
        group: Group::PANEL,
        zone: Zone::PANEL,
    }
}

struct Unit {
    visits: Visits<u32>,
    next: u32,
    profile: Profile,
}

impl Unit {
    fn new() -> Self {
        Self {
            visits: Visits::new(Settings::default()),
            next: 0,
            profile: Profile::CareUnitA,
        }
    }

    fn sends(&mut self, minute: u32, number: u16) -> (Step<u32>, Visit, Option<Warning>) {
        self.next += 1;
        let now = Time::from(MINUTE * minute);
        let (id, profile) = (self.next, self.profile);
        let done = self
            .visits
            .handle(now, "4711", id, profile, &report(number));
        (done.step, done.state, done.warning)
    }
}

#[test]
fn alarm_arrival_and_leaving_are_one_case() {
    for alarm in [1100, 1101, 1102, 1120, 1111, 1641, 1732] {
        let mut unit = Unit::new();
        assert_eq!(unit.sends(0, alarm), (Step::Began, Visit::Alarm, None));
        let first = Some(1);
        assert_eq!(
            unit.sends(9, 1661),
            (Step::Arrived { first }, Visit::Attended, None)
        );
        assert_eq!(
            unit.sends(30, 3661),
            (Step::Finished { first }, Visit::Idle, None)
        );
        assert!(unit.visits.is_empty());
        assert_eq!(unit.visits.poll_timeout(), None);
    }
}

#[test]
fn more_help_is_a_new_alarm_linked_to_the_first_and_repeats_for_an_hour() {
    let mut unit = Unit::new();
    unit.sends(0, 1120);
    unit.sends(5, 1661);
    let first = Some(1);
    assert_eq!(
        unit.sends(10, 1662),
        (Step::MoreHelp { first }, Visit::Attended, None)
    );
    for (repetition, minute) in [25, 40, 55, 70].into_iter().enumerate() {
        let expected = Step::MoreHelpRepeated {
            first,
            request: 3,
            repetition: u32::try_from(repetition).expect("small") + 1,
        };
        assert_eq!(unit.sends(minute, 1662), (expected, Visit::Attended, None));
    }
    // After the hour it is another request.
    let (step, ..) = unit.sends(85, 1662);
    assert_eq!(step, Step::MoreHelp { first });
    // Help arrives and ends the repetitions.
    let (step, ..) = unit.sends(90, 1661);
    assert_eq!(step, Step::Arrived { first });
    let (step, ..) = unit.sends(95, 1662);
    assert_eq!(step, Step::MoreHelp { first });
}

#[test]
fn a_repetition_off_its_interval_is_told() {
    let mut unit = Unit::new();
    unit.sends(0, 1101);
    unit.sends(1, 1661);
    unit.sends(2, 1662);
    let (step, _, warning) = unit.sends(5, 1662);
    assert!(matches!(step, Step::MoreHelpRepeated { .. }));
    assert_eq!(warning, Some(Warning::OffInterval));
}

#[test]
fn a_case_closed_on_site_goes_on_until_the_carer_leaves() {
    let mut unit = Unit::new();
    unit.sends(0, 1101);
    unit.sends(1, 1661);
    let first = Some(1);
    assert_eq!(
        unit.sends(2, 1663),
        (Step::ClosedOnSite { first }, Visit::Attended, None)
    );
    assert_eq!(
        unit.sends(3, 3661),
        (Step::Finished { first }, Visit::Idle, None)
    );
}

#[test]
fn steps_out_of_order_are_taken_with_a_warning() {
    for (number, step, state, warning) in [
        (
            3661,
            Step::Finished { first: None },
            Visit::Idle,
            Warning::FinishedWithoutArrival,
        ),
        (
            1661,
            Step::Arrived { first: None },
            Visit::Attended,
            Warning::ArrivedWithoutAlarm,
        ),
        (
            1662,
            Step::MoreHelp { first: None },
            Visit::Alarm,
            Warning::MoreHelpBeforeArrival,
        ),
        (
            1663,
            Step::ClosedOnSite { first: None },
            Visit::Attended,
            Warning::ClosedBeforeArrival,
        ),
    ] {
        assert_eq!(Unit::new().sends(0, number), (step, state, Some(warning)));
    }
    let mut unit = Unit::new();
    unit.sends(0, 1101);
    let (step, state, warning) = unit.sends(1, 3661);
    assert_eq!(
        (step, state),
        (Step::Finished { first: Some(1) }, Visit::Idle)
    );
    assert_eq!(warning, Some(Warning::FinishedWithoutArrival));
}

#[test]
fn an_alarm_during_a_visit_is_another_alarm() {
    let mut unit = Unit::new();
    unit.sends(0, 1101);
    let again = Step::Another {
        first: Some(1),
        attended: false,
    };
    assert_eq!(unit.sends(1, 1101), (again, Visit::Alarm, None));
    unit.sends(2, 1661);
    let during = Step::Another {
        first: Some(1),
        attended: true,
    };
    assert_eq!(unit.sends(3, 1120), (during, Visit::Attended, None));
}

#[test]
fn what_has_no_part_changes_nothing() {
    let mut unit = Unit::new();
    unit.sends(0, 1101);
    for number in [3101, 1602, 1384, 1147, 1137, 1401, 6101, 1606] {
        assert_eq!(
            unit.sends(1, number),
            (Step::Unrelated, Visit::Alarm, None),
            "{number}"
        );
    }
}

#[test]
fn only_care_unit_b_says_406_for_an_arrival() {
    for (profile, arrived) in [
        (Profile::CareUnitB, true),
        (Profile::CareUnitA, false),
        (Profile::Unknown, false),
        (Profile::Intrusion, false),
    ] {
        let mut unit = Unit::new();
        unit.profile = profile;
        unit.sends(0, 1101);
        let (step, ..) = unit.sends(1, 1406);
        assert_eq!(
            step == Step::Arrived { first: Some(1) },
            arrived,
            "{profile}"
        );
    }
}

#[test]
fn a_case_that_nobody_ends_expires_and_is_told() {
    let mut unit = Unit::new();
    unit.sends(0, 1101);
    let due = Time::from(MINUTE * 24 * 60);
    assert_eq!(unit.visits.poll_timeout(), Some(due));
    assert_eq!(unit.visits.poll_event(Time::from(MINUTE)), None);
    let expired = unit.visits.poll_event(due).expect("due");
    assert_eq!(
        (&*expired.account, expired.state, expired.first),
        ("4711", Visit::Alarm, Some(1))
    );
    assert_eq!(unit.visits.state("4711"), Visit::Idle);
    assert_eq!(unit.visits.poll_event(due), None);
}

#[test]
fn without_room_the_answer_says_that_a_case_is_not_followed() {
    let mut settings = Settings::default();
    settings.accounts = 1;
    let mut visits = Visits::new(settings);
    let now = Time::ZERO;
    let alarm = report(1101);
    visits.handle(now, "4711", 1, Profile::CareUnitA, &alarm);
    let other = visits.handle(now, "4712", 2, Profile::CareUnitA, &alarm);
    assert_eq!(other.step, Step::Began);
    assert_eq!(other.state, Visit::Idle);
    assert_eq!(other.warning, Some(Warning::NotFollowed));
    let same = visits.handle(now, "4711", 3, Profile::CareUnitA, &report(1661));
    assert_eq!(same.state, Visit::Attended);
}

proptest! {
    #[test]
    fn any_order_keeps_the_states_and_holds_no_alarm_back(
        steps in prop::collection::vec(
            (0usize..4, prop::sample::select(vec![1101, 1120, 3101, 1661, 3661, 1662, 1663, 1602, 1406]), 0u64..40_000, any::<bool>()),
            0..80,
        ),
    ) {
        let mut settings = Settings::default();
        settings.accounts = 3;
        let mut visits: Visits<usize> = Visits::new(settings);
        let mut model: BTreeMap<usize, Visit> = BTreeMap::new();
        let mut now = Duration::ZERO;
        for (id, (account, number, later, poll)) in steps.into_iter().enumerate() {
            now += Duration::from_secs(later);
            let at = Time::from(now);
            // Expired cases are taken first, so that the model knows of them.
            while let Some(expired) = visits.poll_event(at) {
                let account: usize = expired.account.parse().expect("a number");
                prop_assert_eq!(model.remove(&account), Some(expired.state));
            }
            let before = model.get(&account).copied().unwrap_or_default();
            let name = account.to_string();
            let done = visits.handle(at, &name, id, Profile::CareUnitA, &report(number));
            match number {
                1101 | 1120 => {
                    let alarm = matches!(done.step, Step::Began | Step::Another { .. });
                    prop_assert!(alarm);
                    prop_assert_eq!(done.step == Step::Began, before == Visit::Idle);
                }
                1662 => {
                    let alarm = matches!(done.step, Step::MoreHelp { .. } | Step::MoreHelpRepeated { .. });
                    prop_assert!(alarm);
                }
                3661 => {
                    prop_assert_eq!(done.state, Visit::Idle);
                    let warned = done.warning == Some(Warning::FinishedWithoutArrival);
                    prop_assert_eq!(warned, before != Visit::Attended);
                }
                1661 | 1663 => {
                    prop_assert!(done.state == Visit::Attended || done.warning == Some(Warning::NotFollowed));
                }
                _ => {
                    prop_assert_eq!(done.step, Step::Unrelated);
                    prop_assert_eq!(done.state, before);
                }
            }
            prop_assert_eq!(visits.state(&name), done.state);
            if done.state == Visit::Idle {
                model.remove(&account);
            } else {
                model.insert(account, done.state);
            }
            prop_assert!(visits.len() <= 3);
            prop_assert_eq!(visits.len(), model.len());
            prop_assert_eq!(visits.poll_timeout().is_some(), !visits.is_empty());
            if poll {
                let account = visits.state("nobody");
                prop_assert_eq!(account, Visit::Idle);
            }
        }
    }
}
