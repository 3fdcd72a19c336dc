//! Heartbeat supervision: lines 65 and 66 of the conformance list (SCAIP reference 15), the
//! restart, and what 40,000 units cost. Time is an argument.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use scaip::supervision::{
    Allowance, Config, Event, HeartbeatPolicy, HeartbeatPolicyError, Interval, IntervalTable,
    MissedLimit, Presence, Saved, SupervisionError, Supervisor, WallMicros,
};
use scaip::{
    ControllerId, DecodeOptions, HeartbeatInterval, HeartbeatOptions, Reference, Request, Response,
    StatusNumber, decode_request,
};

const MINUTE: Duration = Duration::from_secs(60);

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn allowance(interval: Duration, missed: MissedLimit) -> Allowance {
    Allowance {
        interval: Interval::new(interval).unwrap(),
        missed,
    }
}

fn unit(number: usize) -> ControllerId<'static> {
    ControllerId::new(format!("{:08}", 40_000_000 + number))
}

fn supervisor(start: Instant) -> Supervisor {
    Supervisor::new(start, Config::new(allowance(MINUTE, MissedLimit::Three)))
}

fn events(supervisor: &mut Supervisor, now: Instant) -> Vec<Event> {
    std::iter::from_fn(|| supervisor.poll_event(now)).collect()
}

fn wall(start: Instant, now: Instant) -> WallMicros {
    let base = 1_900_000_000_000_000;
    WallMicros(base + i64::try_from(now.duration_since(start).as_micros()).unwrap())
}

#[test]
fn line_65_late_by_one_is_no_loss_late_by_three_is_one_loss() {
    let start = Instant::now();
    let mut supervisor = supervisor(start);
    supervisor.sign_of_life(start, &unit(1)).unwrap();
    // One heartbeat is missing, the next comes.
    let late = start + MINUTE * 2;
    assert_eq!(events(&mut supervisor, late), []);
    supervisor.sign_of_life(late, &unit(1)).unwrap();
    // Three are missing.
    let edge = late + MINUTE * 3;
    let before = edge - Duration::from_micros(1);
    assert_eq!(events(&mut supervisor, before), []);
    assert_eq!(supervisor.poll_timeout(), Some(edge));
    let lost = Event::Lost {
        controller: unit(1),
        silent_for: Some(MINUTE * 3),
        late_by: MINUTE * 2,
    };
    assert_eq!(events(&mut supervisor, edge), [lost]);
    // Once is enough.
    assert_eq!(events(&mut supervisor, edge + MINUTE * 100), []);
    assert_eq!(supervisor.poll_timeout(), None);
}

#[test]
fn line_65_recovery_is_told_once_and_supervision_goes_on() {
    let start = Instant::now();
    let mut supervisor = supervisor(start);
    supervisor.sign_of_life(start, &unit(1)).unwrap();
    assert_eq!(events(&mut supervisor, start + MINUTE * 3).len(), 1);
    let back = start + MINUTE * 10;
    supervisor.sign_of_life(back, &unit(1)).unwrap();
    assert!(supervisor.poll_timeout().unwrap() <= back, "at once");
    supervisor
        .sign_of_life(back + seconds(1), &unit(1))
        .unwrap();
    let restored = Event::Restored {
        controller: unit(1),
        absent_for: MINUTE * 10,
    };
    assert_eq!(events(&mut supervisor, back + seconds(1)), [restored]);
    // The silence counts from the last message, not from the first one after the loss.
    let edge = back + seconds(1) + MINUTE * 3;
    assert_eq!(events(&mut supervisor, edge - seconds(1)), []);
    assert_eq!(events(&mut supervisor, edge).len(), 1);
}

#[test]
fn line_65_a_loss_that_nobody_asked_about_in_time_is_still_told() {
    let start = Instant::now();
    let mut supervisor = supervisor(start);
    supervisor.sign_of_life(start, &unit(1)).unwrap();
    let back = start + MINUTE * 4;
    supervisor.sign_of_life(back, &unit(1)).unwrap();
    let lost = Event::Lost {
        controller: unit(1),
        silent_for: Some(MINUTE * 4),
        late_by: MINUTE * 3,
    };
    let restored = Event::Restored {
        controller: unit(1),
        absent_for: MINUTE * 4,
    };
    assert_eq!(events(&mut supervisor, back), [lost, restored]);
}

#[test]
fn line_65_every_interval_from_ten_seconds_to_thirty_two_days_is_kept_to_the_microsecond() {
    let start = Instant::now();
    for interval in [seconds(10), MINUTE, MINUTE * 60, seconds(32 * 86_400)] {
        for missed in [MissedLimit::Two, MissedLimit::Three] {
            let allowed = allowance(interval, missed);
            let mut supervisor = Supervisor::new(start, Config::new(allowed));
            supervisor.sign_of_life(start, &unit(1)).unwrap();
            let edge = start + allowed.silence();
            assert_eq!(supervisor.poll_timeout(), Some(edge));
            let before = edge - Duration::from_micros(1);
            assert_eq!(events(&mut supervisor, before), []);
            assert_eq!(events(&mut supervisor, edge).len(), 1);
        }
    }
}

#[test]
fn line_65_a_clock_change_has_no_effect() {
    let start = Instant::now();
    let mut supervisor = supervisor(start);
    supervisor.sign_of_life(start, &unit(1)).unwrap();
    // The wall clock only goes through snapshots; ten years either way make no event and no
    // difference to the silence that counts.
    let now = start + MINUTE;
    let saved = |wall: i64| {
        let mut all = supervisor.snapshot(now, WallMicros(wall));
        all.next().unwrap().into_owned()
    };
    let decade = 315_576_000_000_000_i64;
    let (early, late) = (saved(0), saved(decade));
    assert_eq!(early.silence, MINUTE);
    assert_eq!(late.silence, MINUTE);
    // Set back by ten years while the receiver was down.
    let mut second = Supervisor::new(start, *config_without_grace());
    second.restore(start, WallMicros(0), &late).unwrap();
    assert_eq!(events(&mut second, start + MINUTE * 2 - seconds(1)), []);
    let lost = Event::Lost {
        controller: unit(1),
        silent_for: Some(MINUTE * 3),
        late_by: MINUTE * 2,
    };
    assert_eq!(events(&mut second, start + MINUTE * 2), [lost]);
    // Set forward by ten years: the loss comes at the same moment.
    let mut third = Supervisor::new(start, *config_without_grace());
    third.restore(start, WallMicros(decade), &early).unwrap();
    assert_eq!(events(&mut third, start + MINUTE * 2 - seconds(1)), []);
    assert_eq!(events(&mut third, start + MINUTE * 2).len(), 1);
}

fn config_without_grace() -> Box<Config> {
    let mut config = Config::new(allowance(MINUTE, MissedLimit::Three));
    config.restart_grace = Duration::ZERO;
    Box::new(config)
}

#[test]
fn line_65_time_that_runs_backwards_does_no_harm() {
    let start = Instant::now();
    let mut supervisor = supervisor(start);
    let later = start + MINUTE;
    supervisor.sign_of_life(later, &unit(1)).unwrap();
    supervisor.sign_of_life(start, &unit(1)).unwrap();
    assert_eq!(supervisor.poll_timeout(), Some(later + MINUTE * 3));
    assert_eq!(events(&mut supervisor, start), []);
}

#[test]
fn line_65_down_time_of_the_receiver_does_not_count_against_a_unit() {
    let start = Instant::now();
    let mut first = supervisor(start);
    first.sign_of_life(start, &unit(1)).unwrap();
    let stop = start + seconds(100);
    let stored: Vec<Saved<'static>> = first
        .snapshot(stop, wall(start, stop))
        .map(Saved::into_owned)
        .collect();
    // An hour later: 100 s of the allowed 180 s had passed while somebody listened.
    let again = stop + MINUTE * 60;
    let mut second = Supervisor::new(again, *config_without_grace());
    for saved in &stored {
        second.restore(again, wall(start, again), saved).unwrap();
    }
    let edge = again + seconds(80);
    assert_eq!(events(&mut second, edge - Duration::from_micros(1)), []);
    let lost = Event::Lost {
        controller: unit(1),
        // What people are told is the true silence, the hour included.
        silent_for: Some(seconds(180) + MINUTE * 60),
        late_by: seconds(120),
    };
    assert_eq!(events(&mut second, edge), [lost]);
}

#[test]
fn line_65_nobody_is_lost_within_the_grace_of_a_restart() {
    let start = Instant::now();
    let mut saved = Saved::new(unit(1), Some(wall(start, start)));
    saved.silence = seconds(179);
    let mut supervisor = supervisor(start);
    supervisor
        .restore(start, wall(start, start), &saved)
        .unwrap();
    assert_eq!(events(&mut supervisor, start + seconds(59)), []);
    assert_eq!(events(&mut supervisor, start + seconds(60)).len(), 1);
}

#[test]
fn line_65_many_restarts_do_not_hide_a_dead_unit() {
    // A unit with a heartbeat a month, a receiver that is restarted every week.
    let start = Instant::now();
    let month = allowance(seconds(32 * 86_400), MissedLimit::Two);
    let config = Config::new(month);
    let mut now = start;
    let mut running = Supervisor::new(now, config);
    running.sign_of_life(now, &unit(1)).unwrap();
    let mut lost_after = None;
    for _ in 0..12 {
        now += seconds(7 * 86_400);
        if !events(&mut running, now).is_empty() {
            lost_after = Some(now - start);
            break;
        }
        let stored: Vec<_> = running
            .snapshot(now, wall(start, now))
            .map(Saved::into_owned)
            .collect();
        now += seconds(30);
        running = Supervisor::new(now, config);
        for saved in &stored {
            running.restore(now, wall(start, now), saved).unwrap();
        }
    }
    let lost_after = lost_after.expect("the loss is found");
    assert!(lost_after < seconds(71 * 86_400), "{lost_after:?}");
}

#[test]
fn line_65_a_loss_told_before_the_restart_is_not_told_again_and_its_end_is_told_once() {
    let start = Instant::now();
    let mut first = supervisor(start);
    first.sign_of_life(start, &unit(1)).unwrap();
    let stop = start + MINUTE * 5;
    assert_eq!(events(&mut first, stop).len(), 1);
    let saved = first
        .snapshot(stop, wall(start, stop))
        .next()
        .unwrap()
        .into_owned();
    assert_eq!(saved.presence, Presence::Lost);
    let again = stop + MINUTE;
    let mut second = supervisor(again);
    second.restore(again, wall(start, again), &saved).unwrap();
    assert_eq!(events(&mut second, again + MINUTE * 60), []);
    let back = again + MINUTE * 61;
    second.sign_of_life(back, &unit(1)).unwrap();
    let restored = Event::Restored {
        controller: unit(1),
        absent_for: MINUTE * 67,
    };
    assert_eq!(events(&mut second, back), [restored]);
}

#[test]
fn what_the_process_knows_already_is_not_overwritten_by_what_was_stored() {
    let start = Instant::now();
    let mut supervisor = supervisor(start);
    supervisor.sign_of_life(start, &unit(1)).unwrap();
    let mut saved = Saved::new(unit(1), None);
    saved.presence = Presence::Lost;
    supervisor
        .restore(start, wall(start, start), &saved)
        .unwrap();
    let status = supervisor.status(start, &unit(1)).unwrap();
    assert_eq!(status.presence, Presence::Present);
}

#[test]
fn a_stored_time_at_the_end_of_the_clock_is_as_long_ago_as_can_be_said() {
    let start = Instant::now();
    let mut supervisor = supervisor(start);
    let saved = Saved::new(unit(1), Some(WallMicros(i64::MIN)));
    supervisor
        .restore(start, WallMicros(i64::MAX), &saved)
        .unwrap();
    let status = supervisor.status(start + MINUTE, &unit(1)).unwrap();
    assert_eq!(
        status.silent_for,
        Some(Duration::from_micros(i64::MAX.unsigned_abs()))
    );
}

#[test]
fn a_declared_unit_that_never_speaks_is_lost_without_a_last_sign_of_life() {
    let start = Instant::now();
    let mut supervisor = supervisor(start);
    supervisor.declare(start, &unit(1), None).unwrap();
    let lost = Event::Lost {
        controller: unit(1),
        silent_for: None,
        late_by: MINUTE * 2,
    };
    assert_eq!(events(&mut supervisor, start + MINUTE * 3), [lost]);
    let status = supervisor.status(start + MINUTE * 4, &unit(1)).unwrap();
    assert_eq!((status.presence, status.silent_for), (Presence::Lost, None));
}

#[test]
fn a_shorter_allowance_counts_at_once_and_a_forgotten_unit_is_silent_for_good() {
    let start = Instant::now();
    let mut supervisor = supervisor(start);
    supervisor.sign_of_life(start, &unit(1)).unwrap();
    supervisor.sign_of_life(start, &unit(2)).unwrap();
    let now = start + seconds(30);
    let short = allowance(seconds(10), MissedLimit::Two);
    supervisor.declare(now, &unit(1), Some(short)).unwrap();
    let lost = Event::Lost {
        controller: unit(1),
        silent_for: Some(seconds(30)),
        late_by: seconds(20),
    };
    assert_eq!(events(&mut supervisor, now), [lost]);
    assert!(supervisor.forget(&unit(2)));
    assert!(!supervisor.forget(&unit(2)));
    assert_eq!(events(&mut supervisor, start + MINUTE * 10), []);
    // Its place is used again.
    supervisor
        .sign_of_life(start + MINUTE * 10, &unit(3))
        .unwrap();
    assert_eq!(supervisor.len(), 2);
    assert!(supervisor.status(start, &unit(2)).is_none());
}

#[test]
fn the_number_of_units_and_the_length_of_a_cid_are_bounded() {
    let start = Instant::now();
    let mut config = Config::new(allowance(MINUTE, MissedLimit::Three));
    config.controllers = 1;
    let mut supervisor = Supervisor::new(start, config);
    supervisor.sign_of_life(start, &unit(1)).unwrap();
    let full = Err(SupervisionError::TooManyControllers { limit: 1 });
    assert_eq!(supervisor.sign_of_life(start, &unit(2)), full);
    assert_eq!(supervisor.declare(start, &unit(2), None), full);
    supervisor.sign_of_life(start, &unit(1)).unwrap();
    supervisor.forget(&unit(1));
    let long = ControllerId::new("1".repeat(65));
    assert_eq!(
        supervisor.sign_of_life(start, &long),
        Err(SupervisionError::ControllerIdTooLong)
    );
    assert!(supervisor.is_empty());
}

#[test]
fn line_66_an_hbi_is_sent_only_to_a_unit_it_was_configured_for_and_that_takes_it() {
    let mut policy = HeartbeatPolicy::new();
    policy
        .configure(&unit(1), HeartbeatInterval::new(3))
        .unwrap();
    for (number, hbo, sent) in [
        (1, "1", true),
        (1, "001", true),
        (1, "0", false),
        (1, "2", false),
        (1, "3", false),
        (2, "1", false),
    ] {
        let body = format!(
            "<mrq><ref>H1</ref><mty>PI</mty><hbo>{hbo}</hbo><cid>{}</cid><dty>0002</dty></mrq>",
            unit(number).as_str()
        );
        let decoded = decode_request(body.as_bytes(), &DecodeOptions::lenient()).unwrap();
        let mut response = Response::new(Reference::new("H1"), StatusNumber::OK);
        policy.fill(decoded.message(), &mut response);
        let expected = sent.then(|| HeartbeatInterval::new(3));
        assert_eq!(response.heartbeat_interval, expected, "{number} {hbo}");
    }
    let mut request = Request::heartbeat(Reference::new("H1"), unit(1));
    request.heartbeat_options = HeartbeatOptions::ADJUSTABLE;
    let mut refusal = Response::new(Reference::new("H1"), StatusNumber::NOT_TREATED);
    policy.fill(&request, &mut refusal);
    assert_eq!(refusal.heartbeat_interval, None);
    assert!(policy.remove(&unit(1)));
    assert_eq!(policy.reply_to(&request), None);
}

#[test]
fn line_66_only_the_digits_of_the_schema_can_be_configured() {
    let mut policy = HeartbeatPolicy::with_limit(1);
    assert_eq!(
        policy.configure(&unit(1), HeartbeatInterval::new(5)),
        Err(HeartbeatPolicyError::NotADigit(5))
    );
    policy
        .configure(&unit(1), HeartbeatInterval::new(4))
        .unwrap();
    policy
        .configure(&unit(1), HeartbeatInterval::new(0))
        .unwrap();
    assert!(matches!(
        policy.configure(&unit(2), HeartbeatInterval::new(0)),
        Err(HeartbeatPolicyError::Controller(
            SupervisionError::TooManyControllers { limit: 1 }
        ))
    ));
}

#[test]
fn line_66_a_sender_ignores_an_hbi_it_does_not_know() {
    let own = Interval::new(MINUTE).unwrap();
    let told = Interval::new(MINUTE * 5).unwrap();
    let table = IntervalTable::new()
        .with(HeartbeatInterval::new(2), told)
        .with(HeartbeatInterval::new(9), told);
    for (hbi, after) in [(None, own), (Some(2), told), (Some(1), own), (Some(9), own)] {
        let mut response = Response::new(Reference::new("H1"), StatusNumber::OK);
        response.heartbeat_interval = hbi.map(HeartbeatInterval::new);
        assert_eq!(table.after(own, &response), after, "{hbi:?}");
        response.status_number = StatusNumber::BUSY;
        assert_eq!(table.after(own, &response), own, "{hbi:?}");
    }
}

/// Supervision as one would write it on a napkin: looks at every unit at every step.
#[derive(Default)]
struct Naive {
    units: BTreeMap<usize, (u64, Option<Allowance>, bool)>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
enum Told {
    Lost(usize, u64),
    Restored(usize, u64),
}

impl Naive {
    fn look(&mut self, now: u64, default: Allowance, told: &mut Vec<Told>) {
        for (&unit, (seen, own, lost)) in &mut self.units {
            let silence = own.unwrap_or(default).silence().as_millis();
            if !*lost && u128::from(now - *seen) >= silence {
                *lost = true;
                told.push(Told::Lost(unit, now - *seen));
            }
        }
    }

    fn hear(&mut self, now: u64, unit: usize, told: &mut Vec<Told>) {
        let (seen, _, lost) = self.units.entry(unit).or_insert((now, None, false));
        if *lost {
            told.push(Told::Restored(unit, now - *seen));
        }
        *seen = now;
        *lost = false;
    }
}

fn told(event: Event) -> Told {
    let number =
        |controller: &ControllerId<'_>| controller.as_str().parse::<usize>().unwrap() - 40_000_000;
    let millis = |length: Duration| u64::try_from(length.as_millis()).unwrap();
    match event {
        Event::Lost {
            controller,
            silent_for,
            ..
        } => Told::Lost(number(&controller), millis(silent_for.unwrap())),
        Event::Restored {
            controller,
            absent_for,
        } => Told::Restored(number(&controller), millis(absent_for)),
        other => panic!("{other:?}"),
    }
}

#[derive(Debug, Clone)]
enum Step {
    Hear(usize),
    Allow(usize, Option<Allowance>),
    Forget(usize),
    Look,
    Restart(u64),
}

fn any_allowance() -> impl Strategy<Value = Allowance> {
    (10_u64..200, any::<bool>()).prop_map(|(interval, two)| {
        let missed = if two {
            MissedLimit::Two
        } else {
            MissedLimit::Three
        };
        allowance(seconds(interval), missed)
    })
}

fn any_step() -> impl Strategy<Value = (u64, Step)> {
    let step = prop_oneof![
        6 => (0..6_usize).prop_map(Step::Hear),
        1 => (0..6_usize, prop::option::of(any_allowance())).prop_map(|(u, a)| Step::Allow(u, a)),
        1 => (0..6_usize).prop_map(Step::Forget),
        3 => Just(Step::Look),
        1 => (0..500_000_u64).prop_map(Step::Restart),
    ];
    // Long pauses as well as none.
    (prop_oneof![3 => 0..20_000_u64, 1 => 0..400_000_u64], step)
}

proptest! {
    #[test]
    fn any_stream_of_heartbeats_brings_the_events_of_the_naive_supervisor(
        steps in prop::collection::vec(any_step(), 0..80),
        default in any_allowance(),
    ) {
        let start = Instant::now();
        let mut supervisor = Supervisor::new(start, Config::new(default));
        let mut naive = Naive::default();
        let mut now = 0;
        for (pause, step) in steps {
            now += pause;
            let at = start + Duration::from_millis(now);
            let mut expected = Vec::new();
            let mut events = Vec::new();
            naive.look(now, default, &mut expected);
            match step {
                Step::Hear(number) => {
                    supervisor.sign_of_life(at, &unit(number)).unwrap();
                    naive.hear(now, number, &mut expected);
                }
                Step::Allow(number, own) if naive.units.contains_key(&number) => {
                    // The old allowance counts up to now.
                    events.extend(std::iter::from_fn(|| supervisor.poll_event(at)));
                    supervisor.declare(at, &unit(number), own).unwrap();
                    naive.units.get_mut(&number).unwrap().1 = own;
                    naive.look(now, default, &mut expected);
                }
                Step::Forget(number) => {
                    events.extend(std::iter::from_fn(|| supervisor.poll_event(at)));
                    supervisor.forget(&unit(number));
                    naive.units.remove(&number);
                }
                _ => {}
            }
            events.extend(std::iter::from_fn(|| supervisor.poll_event(at)));
            let mut events: Vec<Told> = events.into_iter().map(told).collect();
            // Between units the order is free; for one unit Lost sorts before Restored.
            events.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(events, expected);
            if let Some(next) = supervisor.poll_timeout() {
                prop_assert!(next > at, "nothing is due once all events are taken");
            }
            prop_assert_eq!(supervisor.len(), naive.units.len());
        }
    }

    #[test]
    fn any_order_of_calls_brings_lost_and_restored_in_turn_for_each_unit(
        steps in prop::collection::vec((any_step(), any::<bool>()), 0..120),
        default in any_allowance(),
    ) {
        let start = Instant::now();
        let config = Config::new(default);
        let mut supervisor = Supervisor::new(start, config);
        let mut lost: BTreeMap<usize, bool> = BTreeMap::new();
        let mut now = 0;
        for ((pause, step), asks) in steps {
            now += pause;
            let at = start + Duration::from_millis(now);
            let mut events = Vec::new();
            match step {
                Step::Hear(number) => supervisor.sign_of_life(at, &unit(number)).unwrap(),
                Step::Allow(number, own) => supervisor.declare(at, &unit(number), own).unwrap(),
                Step::Forget(number) => {
                    supervisor.forget(&unit(number));
                    lost.remove(&number);
                }
                Step::Look => {}
                Step::Restart(down) => {
                    events.extend(std::iter::from_fn(|| supervisor.poll_event(at)));
                    let stored: Vec<_> = supervisor
                        .snapshot(at, wall(start, at))
                        .map(Saved::into_owned)
                        .collect();
                    now += down;
                    let at = start + Duration::from_millis(now);
                    supervisor = Supervisor::new(at, config);
                    for saved in &stored {
                        supervisor.restore(at, wall(start, at), saved).unwrap();
                    }
                    prop_assert_eq!(supervisor.poll_event(at), None, "at once after a restart");
                }
            }
            if asks {
                let at = start + Duration::from_millis(now);
                events.extend(std::iter::from_fn(|| supervisor.poll_event(at)));
            }
            for event in events {
                let (number, gone) = match event {
                    Event::Lost { controller, .. } => (controller, true),
                    Event::Restored { controller, .. } => (controller, false),
                    other => panic!("{other:?}"),
                };
                let number = number.as_str().parse::<usize>().unwrap() - 40_000_000;
                let before = lost.insert(number, gone).unwrap_or(false);
                prop_assert_ne!(before, gone, "unit {}", number);
            }
        }
    }
}

proptest! {
    #[test]
    fn a_silent_unit_is_lost_when_its_allowance_has_passed_with_the_receiver_up(
        periods in prop::collection::vec((1_u64..400_000, 0_u64..2_000_000, 0_u64..1000), 1..30),
        allowed in any_allowance(),
    ) {
        let start = Instant::now();
        let mut config = Config::new(allowed);
        config.restart_grace = Duration::ZERO;
        let mut now = start;
        let mut supervisor = Supervisor::new(now, config);
        supervisor.sign_of_life(now, &unit(1)).unwrap();
        let mut up = Duration::ZERO;
        let mut lost = false;
        for (up_for, down_for, clock_change) in periods {
            let end = now + Duration::from_millis(up_for);
            let edge = now + (allowed.silence() - up.min(allowed.silence()));
            if !lost && edge <= end {
                prop_assert_eq!(supervisor.poll_timeout(), Some(edge));
                let before = edge - Duration::from_micros(1);
                prop_assert!(before < now || supervisor.poll_event(before).is_none());
                let event = supervisor.poll_event(edge);
                let found = matches!(event, Some(Event::Lost { .. }));
                prop_assert!(found, "at the end of its allowance");
                lost = true;
            }
            prop_assert_eq!(supervisor.poll_event(end), None);
            up += end - now;
            let stored: Vec<_> = supervisor
                .snapshot(end, wall(start, end))
                .map(Saved::into_owned)
                .collect();
            now = end + Duration::from_millis(down_for);
            supervisor = Supervisor::new(now, config);
            // Somebody sets the wall clock meanwhile.
            let WallMicros(at) = wall(start, now);
            let wall_now = WallMicros(at - i64::try_from(clock_change).unwrap() * 1_000_000_000);
            for saved in &stored {
                supervisor.restore(now, wall_now, saved).unwrap();
            }
        }
    }
}

const MANY: usize = 40_000;

#[test]
fn forty_thousand_units_cost_less_than_five_hundred_bytes_each() {
    let start = Instant::now();
    let names: Vec<_> = (0..MANY).map(unit).collect();
    let mut held = None;
    let cost = allocation_counter::measure(|| {
        let mut supervisor = supervisor(start);
        for name in &names {
            supervisor.sign_of_life(start, name).unwrap();
        }
        held = Some(supervisor);
    });
    let each = cost.bytes_current / i64::try_from(MANY).unwrap();
    println!("{each} bytes for each of {MANY} units");
    assert!(each > 16, "the counter counts");
    // The peak too, while the tables grow.
    assert!(cost.bytes_max / (MANY as u64) < 500, "{cost:?}");
    assert_eq!(held.unwrap().len(), MANY);
}

#[test]
fn a_heartbeat_of_a_known_unit_does_not_touch_the_heap() {
    let start = Instant::now();
    let mut supervisor = supervisor(start);
    let name = unit(1);
    supervisor.sign_of_life(start, &name).unwrap();
    let cost = allocation_counter::measure(|| {
        for second in 0..100 {
            let now = start + seconds(second);
            supervisor.sign_of_life(now, &name).unwrap();
            assert_eq!(supervisor.poll_event(now), None);
        }
    });
    assert_eq!(cost.count_total, 0);
}

/// 40,000 units, a heartbeat a minute each, an hour of it, with a look every 500 ms. Prints what
/// that costs with `--release -- --nocapture`.
#[test]
fn forty_thousand_units_cost_far_less_than_a_core() {
    let start = Instant::now();
    // Not in the order in which they were added: no luck with the cache.
    let names: Vec<_> = (0..MANY).map(|n| unit(n * 7919 % MANY)).collect();
    let mut supervisor = supervisor(start);
    for number in 0..MANY {
        supervisor.declare(start, &unit(number), None).unwrap();
    }
    for (number, name) in names.iter().enumerate() {
        let at = start + MINUTE * u32::try_from(number).unwrap() / 40_000;
        supervisor.sign_of_life(at, name).unwrap();
    }
    let (mut heard, mut looks) = (0_u32, 0_u32);
    let (mut hearing, mut looking) = (Duration::ZERO, Duration::ZERO);
    let mut longest = Duration::ZERO;
    for half_second in 120..7200_u64 {
        let at = start + Duration::from_millis(half_second * 500);
        let clock = Instant::now();
        for number in (half_second % 120) * 333..(half_second % 120 + 1) * 333 {
            let name = &names[usize::try_from(number).unwrap()];
            supervisor.sign_of_life(at, name).unwrap();
            heard += 1;
        }
        hearing += clock.elapsed();
        let clock = Instant::now();
        while let Some(event) = supervisor.poll_event(at) {
            // The 40 units behind 39,960 are silent here.
            assert!(matches!(event, Event::Lost { .. }));
        }
        let took = clock.elapsed();
        looking += took;
        longest = longest.max(took);
        looks += 1;
    }
    println!(
        "{heard} heartbeats, {:?} each; {looks} looks, {:?} each, longest {longest:?}; {:.5} of a core at 667/s",
        hearing / heard,
        looking / looks,
        (hearing + looking).as_secs_f64() / 3540.0
    );
    // Also without optimisation, beside other tests.
    assert!(
        hearing + looking < Duration::from_secs(354),
        "a tenth of a core"
    );
}
