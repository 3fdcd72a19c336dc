//! Taxonomy reference section 12, line 6: no order of start, update, end, duplicate and late messages
//! clears the wrong occurrence, loses one, or closes one.

use std::collections::{HashMap, HashSet};

use alarm_codes::{
    Condition, DeviceTime, Event, EventId, Handling, Kind, Limits, Outcome, Phase, Reference,
    Timestamp, TrackError, Tracker,
};
use proptest::prelude::*;

/// What truly happened: when an occurrence was over, in seconds by the device's clock.
type Truth = HashMap<EventId, (Kind, String, i64)>;

#[derive(Clone, Copy, Debug)]
enum Group {
    Help,
    Fall,
    /// Low, then failed, then one message that ends both.
    Battery,
    /// A help call withdrawn by a cancel that names the kind.
    Cancelled,
}

#[derive(Clone, Debug)]
struct Cycle {
    controller: u8,
    /// Device 0 names what it ends by reference and its occurrences overlap. Device 1 names nothing
    /// and, per kind, ends one thing before it begins the next.
    device: u8,
    group: Group,
    overlap: i64,
    end_is_lost: bool,
}

fn cycle() -> impl Strategy<Value = Cycle> {
    let group = prop_oneof![
        Just(Group::Help),
        Just(Group::Fall),
        Just(Group::Battery),
        Just(Group::Cancelled)
    ];
    (0..2u8, 0..2u8, group, 0..60i64, prop::bool::weighted(0.2)).prop_map(
        |(controller, device, group, overlap, end_is_lost)| Cycle {
            controller,
            device,
            group,
            overlap,
            end_is_lost,
        },
    )
}

struct World {
    messages: Vec<Event>,
    truth: Truth,
    next_id: u128,
}

impl World {
    fn message(&mut self, cycle: &Cycle, kind: Kind, phase: Phase, at: i64) -> Event {
        self.next_id += 1;
        let mut event = Event::new(EventId(self.next_id), kind, Timestamp::UNIX_EPOCH);
        event.phase = phase;
        event.device.controller = Some(format!("4021187{}", cycle.controller));
        event.device.device = Some(format!("device-{}", cycle.device));
        event.times.device = Some(DeviceTime::new(format!(
            "2026-06-01T12:{:02}:{:02}",
            at / 60,
            at % 60
        )));
        event.correlation.source_ref = Some(format!("{:04}", self.next_id));
        event
    }

    fn place(event: &Event) -> String {
        format!("{:?}/{:?}", event.device.controller, event.device.device)
    }

    fn play(cycles: &[Cycle]) -> Self {
        let mut world = Self {
            messages: Vec::new(),
            truth: Truth::new(),
            next_id: 0,
        };
        for (i, cycle) in cycles.iter().enumerate() {
            let begin = 10 * i64::try_from(i).expect("few cycles");
            let by_reference = cycle.device == 0;
            let end = begin + 5 + if by_reference { cycle.overlap } else { 0 };
            let kinds: &[Kind] = match cycle.group {
                Group::Help | Group::Cancelled => &[Kind::HelpCall],
                Group::Fall => &[Kind::Fall],
                Group::Battery => &[Kind::BatteryLow, Kind::BatteryFailure],
            };
            let mut refs = Vec::new();
            for &kind in kinds {
                let start = world.message(cycle, kind, Phase::Start, begin + 1);
                refs.push(start.correlation.source_ref.clone().expect("set above"));
                // An end that is lost still happened: the device only failed to say so.
                world
                    .truth
                    .insert(start.event_id, (kind, Self::place(&start), end));
                world.messages.push(start);
                let mut update = world.message(cycle, kind, Phase::Update, begin + 2);
                if by_reference {
                    update.correlation.updates = refs.last().cloned().map(Reference::SourceRef);
                }
                world.messages.push(update);
            }
            if cycle.end_is_lost {
                continue;
            }
            if by_reference {
                for (kind, name) in kinds.iter().zip(refs) {
                    let mut message = world.message(cycle, *kind, Phase::End, end);
                    message.correlation.clears = Some(Reference::SourceRef(name));
                    world.messages.push(message);
                }
            } else {
                let kind = match cycle.group {
                    Group::Cancelled => Kind::Cancel,
                    _ => kinds[0],
                };
                let mut message = world.message(cycle, kind, Phase::End, end);
                message.correlation.clears_kinds = kinds.to_vec();
                world.messages.push(message);
            }
        }
        world
    }
}

/// Each message once, some twice or three times, in any order.
fn deliveries() -> impl Strategy<Value = (Vec<Event>, Truth)> {
    prop::collection::vec(cycle(), 1..10)
        .prop_flat_map(|cycles| {
            let world = World::play(&cycles);
            let count = world.messages.len();
            let copies =
                prop::collection::vec(prop_oneof![4 => Just(1usize), 1 => 2..4usize], count);
            (Just(world.messages), Just(world.truth), copies)
        })
        .prop_flat_map(|(messages, truth, copies)| {
            let mut sent = Vec::new();
            for (message, copies) in messages.iter().zip(copies) {
                sent.extend(std::iter::repeat_n(message.clone(), copies));
            }
            (Just(sent).prop_shuffle(), Just(truth))
        })
        .prop_map(|(mut sent, truth)| {
            for (i, event) in sent.iter_mut().enumerate() {
                let micros = 1_000_000 * i64::try_from(i).expect("few messages");
                event.times.received.at = Timestamp::from_micros(micros).expect("in range");
            }
            (sent, truth)
        })
}

fn seconds(event: &Event) -> i64 {
    let text = event
        .times
        .device
        .as_ref()
        .expect("set by the world")
        .as_str();
    let part = |from: usize| text[from..from + 2].parse::<i64>().expect("digits");
    60 * part(14) + part(17)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_order_of_messages_clears_what_was_not_over((sent, truth) in deliveries()) {
        let mut tracker = Tracker::new(Limits::default());
        let mut seen = HashSet::new();
        // The world stamps retransmissions with a new id, as a receiver does.
        for (i, message) in sent.iter().enumerate() {
            let mut event = message.clone();
            let first = seen.insert(message.event_id);
            if !first {
                event.event_id = EventId(1_000_000 + u128::try_from(i).expect("small"));
            }
            let before: HashMap<_, _> = tracker.open().map(|o| (o.id, o.condition)).collect();
            let outcome = tracker.handle(&event);
            match (first, event.phase, &outcome) {
                (false, Phase::Start | Phase::End, _) => {
                    prop_assert_eq!(&outcome, &Outcome::Duplicate { of: message.event_id });
                }
                (true, Phase::Start, _) => {
                    let started = matches!(outcome, Outcome::Started | Outcome::StartedCleared { .. });
                    prop_assert!(started, "{:?}", outcome);
                }
                (_, Phase::Update, Outcome::Updated { occurrence }) => {
                    let (kind, place, _) = &truth[occurrence];
                    prop_assert_eq!(*kind, event.kind);
                    prop_assert_eq!(place, &World::place(&event));
                }
                _ => {}
            }
            for occurrence in tracker.open() {
                prop_assert_eq!(occurrence.handling, Handling::Received, "only people close");
                let was = before.get(&occurrence.id).copied().unwrap_or(Condition::Active);
                if was == occurrence.condition {
                    continue;
                }
                let (kind, place, over) = &truth[&occurrence.id];
                let at = match &outcome {
                    Outcome::StartedCleared { by } => {
                        let end = sent.iter().find(|m| m.event_id == *by).expect("was sent");
                        seconds(end)
                    }
                    _ => seconds(&event),
                };
                prop_assert!(*over <= at, "cleared at {at}, over at {over}: {occurrence:?}");
                prop_assert_eq!(place, &World::place(&event));
                prop_assert_eq!(*kind, occurrence.kind);
            }
            let ids: HashSet<_> = tracker.open().map(|o| o.id).collect();
            prop_assert!(before.keys().all(|id| ids.contains(id)), "nothing leaves the list");
        }
        prop_assert_eq!(tracker.len(), truth.len(), "every start is an occurrence");
    }

    #[test]
    fn messages_in_order_and_complete_clear_everything(cycles in prop::collection::vec(cycle(), 1..10)) {
        let cycles: Vec<_> =
            cycles.into_iter().map(|c| Cycle { end_is_lost: false, ..c }).collect();
        let world = World::play(&cycles);
        let mut messages = world.messages;
        messages.sort_by_key(seconds);
        let mut tracker = Tracker::new(Limits::default());
        for (i, mut event) in messages.into_iter().enumerate() {
            let micros = 1_000_000 * i64::try_from(i).expect("few messages");
            event.times.received.at = Timestamp::from_micros(micros).expect("in range");
            let outcome = tracker.handle(&event);
            prop_assert!(
                !matches!(outcome, Outcome::Unmatched | Outcome::Ambiguous { .. }),
                "{:?} {:?}", event, outcome
            );
        }
        prop_assert!(tracker.open().all(|o| o.condition == Condition::Cleared));
        prop_assert_eq!(tracker.len(), world.truth.len());
    }

    #[test]
    fn memory_stays_within_the_limits(
        (sent, _) in deliveries(),
        occurrences in 0..4usize,
        remembered in 0..4usize,
    ) {
        let limits = Limits { occurrences, remembered, ..Limits::default() };
        let mut tracker = Tracker::new(limits);
        for event in &sent {
            let full = tracker.len() == occurrences;
            let outcome = tracker.handle(event);
            prop_assert!(tracker.len() <= occurrences);
            if outcome == Outcome::Full {
                prop_assert!(full);
            }
        }
    }
}

fn event(id: u128, kind: Kind, phase: Phase, seconds: i64) -> Event {
    let at = Timestamp::from_micros(seconds * 1_000_000).expect("in range");
    let mut event = Event::new(EventId(id), kind, at);
    event.phase = phase;
    event.device.controller = Some("40211870".into());
    event.device.device = Some("pendant".into());
    event
}

#[test]
fn a_repeat_within_the_window_is_a_duplicate_and_after_it_a_new_occurrence() {
    let mut tracker = Tracker::new(Limits {
        window_micros: 60_000_000,
        ..Limits::default()
    });
    let with_ref = |id, seconds| {
        let mut event = event(id, Kind::HelpCall, Phase::Start, seconds);
        event.correlation.source_ref = Some("0001".into());
        event
    };
    assert_eq!(tracker.handle(&with_ref(1, 0)), Outcome::Started);
    assert_eq!(
        tracker.handle(&with_ref(2, 60)),
        Outcome::Duplicate { of: EventId(1) }
    );
    assert_eq!(tracker.get(EventId(1)).map(|o| o.repeats), Some(1));
    assert_eq!(tracker.handle(&with_ref(3, 61)), Outcome::Started);
    let mut other_unit = with_ref(4, 61);
    other_unit.device.controller = Some("40211871".into());
    assert_eq!(
        tracker.handle(&other_unit),
        Outcome::Started,
        "another unit counts for itself"
    );
    let mut other_kind = with_ref(5, 61);
    other_kind.kind = Kind::Fall;
    assert_eq!(
        tracker.handle(&other_kind),
        Outcome::Started,
        "a restarted unit counts anew"
    );
}

#[test]
fn a_refused_start_is_taken_when_it_is_sent_again() {
    let mut tracker = Tracker::new(Limits {
        occurrences: 1,
        ..Limits::default()
    });
    assert_eq!(
        tracker.handle(&event(1, Kind::HelpCall, Phase::Start, 0)),
        Outcome::Started
    );
    let mut second = event(2, Kind::HelpCall, Phase::Start, 1);
    second.correlation.source_ref = Some("0002".into());
    assert_eq!(tracker.handle(&second), Outcome::Full);
    tracker.close(EventId(1)).expect("open");
    assert_eq!(tracker.handle(&second), Outcome::Started);
}

#[test]
fn an_end_that_fits_two_presses_touches_neither_until_somebody_chooses() {
    let mut tracker = Tracker::new(Limits::default());
    tracker.handle(&event(1, Kind::HelpCall, Phase::Start, 0));
    tracker.handle(&event(2, Kind::HelpCall, Phase::Start, 5));
    let candidates = vec![EventId(1), EventId(2)];
    assert_eq!(
        tracker.handle(&event(3, Kind::HelpCall, Phase::End, 9)),
        Outcome::Ambiguous { candidates }
    );
    assert!(tracker.open().all(|o| o.condition == Condition::Active));
    assert_eq!(tracker.clear(EventId(1)), Ok(()));
    assert!(matches!(
        tracker.clear(EventId(1)),
        Err(TrackError::Condition(_))
    ));
}

#[test]
fn a_cancel_that_names_nothing_is_shown_with_what_it_may_mean() {
    let mut tracker = Tracker::new(Limits::default());
    let cancel = |id, at| event(id, Kind::Cancel, Phase::End, at);
    assert_eq!(tracker.handle(&cancel(1, 0)), Outcome::Unmatched);
    tracker.handle(&event(2, Kind::BatteryLow, Phase::Start, 1));
    let candidates = vec![EventId(2)];
    assert_eq!(
        tracker.handle(&cancel(3, 2)),
        Outcome::Ambiguous { candidates }
    );
}

#[test]
fn an_end_of_another_device_component_or_kind_is_unmatched() {
    let mut tracker = Tracker::new(Limits::default());
    let mut start = event(1, Kind::HelpCall, Phase::Start, 0);
    start.device.component = Some("002".into());
    tracker.handle(&start);
    let mut other = event(2, Kind::HelpCall, Phase::End, 1);
    other.device.device = Some("wall button".into());
    assert_eq!(tracker.handle(&other), Outcome::Unmatched);
    let mut other = event(3, Kind::HelpCall, Phase::End, 1);
    other.device.component = Some("003".into());
    assert_eq!(tracker.handle(&other), Outcome::Unmatched);
    assert_eq!(
        tracker.handle(&event(4, Kind::Fall, Phase::End, 1)),
        Outcome::Unmatched
    );
    let mut nobody = event(5, Kind::HelpCall, Phase::End, 1);
    nobody.device.controller = None;
    assert_eq!(tracker.handle(&nobody), Outcome::Unmatched);
    assert!(tracker.open().all(|o| o.condition == Condition::Active));
}

#[test]
fn a_reference_that_fits_nothing_is_not_replaced_by_a_guess() {
    let mut tracker = Tracker::new(Limits::default());
    tracker.handle(&event(1, Kind::HelpCall, Phase::Start, 0));
    let mut end = event(2, Kind::HelpCall, Phase::End, 1);
    end.correlation.clears = Some(Reference::SourceRef("0099".into()));
    assert_eq!(tracker.handle(&end), Outcome::Unmatched);
    end.event_id = EventId(3);
    end.correlation.clears = Some(Reference::Event(EventId(1)));
    assert!(matches!(tracker.handle(&end), Outcome::Ended { .. }));
}

#[test]
fn an_occurrence_leaves_the_list_when_closed_and_returns_when_reopened() {
    let mut tracker = Tracker::new(Limits::default());
    tracker.handle(&event(1, Kind::HelpCall, Phase::Start, 0));
    tracker.handle(&event(2, Kind::HelpCall, Phase::End, 1));
    assert_eq!(tracker.len(), 1, "cleared, not closed");
    assert_eq!(tracker.advance(EventId(1), Handling::Accepted), Ok(()));
    assert!(
        tracker.advance(EventId(1), Handling::Closed).is_err(),
        "closing has its own way"
    );
    let closed = tracker.close(EventId(1)).expect("open");
    assert_eq!((closed.handling, tracker.len()), (Handling::Closed, 0));
    assert_eq!(tracker.close(EventId(1)), Err(TrackError::NotOpen));
    tracker.reopen(closed).expect("room");
    assert_eq!(
        tracker.get(EventId(1)).map(|o| o.handling),
        Some(Handling::Reopened)
    );
}

#[test]
fn signs_of_life_tests_and_reports_stay_off_the_list_but_a_plea_for_help_does_not() {
    let mut tracker = Tracker::new(Limits::default());
    for kind in [
        Kind::Heartbeat,
        Kind::TestPeriodic,
        Kind::MedicationTaken,
        Kind::VoiceFollows,
    ] {
        assert_eq!(
            tracker.handle(&event(1, kind, Phase::Start, 0)),
            Outcome::NotTracked,
            "{kind}"
        );
    }
    let outcome = tracker.handle(&event(2, Kind::HelpStillNeeded, Phase::Start, 0));
    assert_eq!(outcome, Outcome::Started);
}

#[test]
fn a_restart_puts_back_what_was_open_and_still_knows_its_repeats() {
    let mut start = event(1, Kind::HelpCall, Phase::Start, 0);
    start.correlation.source_ref = Some("0001".into());
    start.handling = Handling::Accepted;
    let mut closed = event(2, Kind::Fall, Phase::Start, 0);
    closed.handling = Handling::Closed;
    let mut tracker = Tracker::new(Limits::default());
    tracker.restore(&start).expect("room");
    tracker.restore(&closed).expect("passed over");
    assert_eq!(
        tracker
            .open()
            .map(|o| (o.id, o.handling))
            .collect::<Vec<_>>(),
        [(EventId(1), Handling::Accepted)]
    );
    start.event_id = EventId(3);
    assert_eq!(
        tracker.handle(&start),
        Outcome::Duplicate { of: EventId(1) }
    );
}

#[test]
fn heartbeats_do_not_push_out_the_memory_of_alarms() {
    let mut tracker = Tracker::new(Limits {
        remembered: 3,
        ..Limits::default()
    });
    let with_ref = |id: u128, kind, name: &str| {
        let mut event = event(id, kind, Phase::Start, 0);
        event.correlation.source_ref = Some(name.into());
        event
    };
    assert_eq!(
        tracker.handle(&with_ref(1, Kind::HelpCall, "0001")),
        Outcome::Started
    );
    for id in 2..20 {
        let ping = with_ref(id, Kind::Heartbeat, &format!("{id:04}"));
        assert_eq!(tracker.handle(&ping), Outcome::NotTracked);
    }
    let repeat = with_ref(20, Kind::HelpCall, "0001");
    assert_eq!(
        tracker.handle(&repeat),
        Outcome::Duplicate { of: EventId(1) }
    );
}
