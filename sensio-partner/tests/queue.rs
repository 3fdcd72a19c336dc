//! What the delivery queue does about each outcome (Partner API reference 4.4, 8.2, 8.3, 9 and 11).

use std::time::Duration;

use sensio_partner::queue::{
    Call, Config, Effect, EntryId, Event, EventCall, EventMethod, LateDescription, MemoryStore,
    Outcome, PauseReason, Queue, RefusalReason, RetryError, SubmitError, WallMicros, Work,
};
use sensio_partner::{
    Description, DeviceIdentifier, DeviceStatus, EventParameters, EventType, ExternalEventId,
    Image, Images, Member, Members, Random, State, Time, TriggerValue,
};

const WALL: WallMicros = WallMicros(1_795_332_425_000_000);
const DONE: Outcome = Outcome::Done;
const BUSY: Outcome = Outcome::Repeat { after: None };
const BAD_REQUEST: Outcome = Outcome::Permanent { status: Some(400) };

fn device(name: &str) -> DeviceIdentifier {
    DeviceIdentifier::new(name).expect("valid")
}

fn post(name: &str) -> EventCall {
    EventCall::post(device(name), EventType::FALL, WALL, EventParameters::new())
}

fn delete(name: &str) -> EventCall {
    EventCall::delete(device(name), EventType::FALL, WALL)
}

fn put(name: &str) -> EventCall {
    let mut parameters = EventParameters::new();
    parameters.state = Some(State::PRESENT);
    EventCall::put(device(name), EventType::FALL, WALL, parameters)
}

fn rich() -> EventParameters {
    let image = Image::new(vec![0xFF, 0xD8, 0xFF]).expect("not empty");
    EventParameters {
        trigger_value: Some(TriggerValue::from(31)),
        images: Images::new(vec![image]).expect("one"),
        external_event_id: ExternalEventId::new("01J9Z7P4WQ3N").ok(),
        state: Some(State::ALARM_CALL),
        description: Description::new("a synthetic text").ok(),
    }
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

struct Bench {
    queue: Queue<MemoryStore>,
    now: Time,
}

impl Bench {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        change(&mut config);
        let queue = Queue::open(Time::ZERO, WALL, MemoryStore::new(), config, Random::new(1));
        Self {
            queue: queue.expect("memory can be read"),
            now: Time::ZERO,
        }
    }

    fn restart(self) -> Self {
        let wall =
            WallMicros(WALL.0 + i64::try_from(self.now.elapsed().as_micros()).expect("small"));
        let store = self.queue.into_store();
        // The clock of the new process begins anew.
        let queue = Queue::open(Time::ZERO, wall, store, Config::default(), Random::new(2));
        Self {
            queue: queue.expect("memory can be read"),
            now: Time::ZERO,
        }
    }

    fn submit(&mut self, call: &EventCall) -> EntryId {
        self.queue.submit(self.now, call).expect("there is room")
    }

    fn status(&mut self, name: &str) {
        let status = DeviceStatus::heartbeat();
        let taken = self.queue.submit_status(self.now, device(name), status);
        taken.expect("there is room");
    }

    fn pass(&mut self, time: Duration) {
        self.now = self.now + time;
        self.queue.handle_timeout(self.now);
    }

    fn call(&mut self) -> Option<Call> {
        self.queue.poll_call(self.now)
    }

    /// The next call, whenever it comes; every other call is expected to have ended.
    fn next(&mut self) -> Call {
        for _ in 0..10_000 {
            if let Some(call) = self.call() {
                return call;
            }
            self.now = self.queue.poll_timeout().expect("something waits");
        }
        panic!("no call comes");
    }

    fn end(&mut self, call: &Call, outcome: Outcome) {
        assert!(self.queue.handle_outcome(self.now, call.id, outcome));
    }

    fn once(&mut self, outcome: Outcome) -> Call {
        let call = self.next();
        self.end(&call, outcome);
        call
    }

    fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.queue.poll_event()).collect()
    }

    fn event(&mut self) -> Event {
        let mut events = self.events();
        assert_eq!(events.len(), 1, "{events:?}");
        events.remove(0)
    }
}

fn sent(call: &Call) -> EventParameters {
    match &call.work {
        Work::Event(event) => {
            let parameters = event.action.parameters().expect("not a DELETE");
            EventParameters::clone(parameters)
        }
        other => panic!("{other:?}"),
    }
}

fn of(call: &Call) -> (String, EventMethod) {
    match &call.work {
        Work::Event(event) => {
            let name = event.pair.device.as_str().to_owned();
            (name, event.action.method())
        }
        other => panic!("{other:?}"),
    }
}

fn devices(call: &Call) -> Vec<&str> {
    match &call.work {
        Work::Statuses(entries) => entries.iter().map(|entry| entry.device.as_str()).collect(),
        other => panic!("{other:?}"),
    }
}

fn members(members: &[Member]) -> Members {
    members.iter().copied().collect()
}

#[test]
fn a_refused_event_is_sent_with_less_in_the_order_of_the_reference() {
    let mut bench = Bench::new();
    let call = EventCall::post(device("a"), EventType::PATIENT_SIGNAL, WALL, rich());
    bench.submit(&call);
    let whole = bench.once(BAD_REQUEST);
    assert_eq!(sent(&whole), rich());

    let started = bench.now;
    let without_images = sent(&bench.once(Outcome::TooLarge));
    let mut expected = rich();
    expected.images = Images::default();
    assert_eq!(without_images, expected);

    let without_description = sent(&bench.once(Outcome::Permanent { status: Some(422) }));
    expected.description = None;
    assert_eq!(without_description, expected);

    let bare = bench.once(DONE);
    expected.trigger_value = None;
    expected.external_event_id = None;
    assert_eq!(sent(&bare), expected);
    assert_eq!(expected.state, Some(State::ALARM_CALL));
    assert_eq!(bare.attempt, 4);
    assert_eq!(bench.now, started, "a refusal is followed by less at once");

    let Event::Delivered(delivered) = bench.event() else {
        panic!()
    };
    let left_out = [
        Member::Images,
        Member::Description,
        Member::TriggerValue,
        Member::ExternalEventId,
    ];
    assert_eq!(delivered.left_out, members(&left_out));
}

#[test]
fn what_is_refused_with_the_least_is_parked() {
    let mut bench = Bench::new();
    let id = bench.submit(&put("a"));
    bench.once(BAD_REQUEST);
    let Event::Parked(letter) = bench.event() else {
        panic!()
    };
    assert_eq!(letter.id, id);
    assert_eq!(letter.reason, RefusalReason::Refused { status: Some(400) });
    assert_eq!(bench.queue.dead_letters().count(), 1);
    assert_eq!(bench.queue.waiting(), 0);
    assert_eq!(bench.queue.store().len(), 1, "kept for inspection");
}

#[test]
fn other_refusals_are_not_sent_with_less() {
    for status in [405, 406, 411, 415, 451] {
        let mut bench = Bench::new();
        bench.submit(&EventCall::post(device("a"), EventType::FALL, WALL, rich()));
        bench.once(Outcome::Permanent {
            status: Some(status),
        });
        assert!(matches!(bench.event(), Event::Parked(_)), "{status}");
    }
}

#[test]
fn sending_less_can_be_switched_off() {
    let mut bench = Bench::with(|config| config.send_less = false);
    bench.submit(&EventCall::post(device("a"), EventType::FALL, WALL, rich()));
    bench.once(BAD_REQUEST);
    assert!(matches!(bench.event(), Event::Parked(_)));
}

#[test]
fn a_500_is_repeated_twice_before_less_is_sent() {
    let mut bench = Bench::new();
    bench.submit(&EventCall::post(device("a"), EventType::FALL, WALL, rich()));
    for _ in 0..3 {
        let whole = bench.once(Outcome::ServerFault);
        assert_eq!(sent(&whole), rich());
    }
    assert!(sent(&bench.once(Outcome::ServerFault)).images.is_empty());
    assert_eq!(sent(&bench.once(Outcome::ServerFault)).description, None);
    let bare = sent(&bench.once(DONE));
    assert_eq!(bare.external_event_id, None);
    assert!(bench.now < Time::from_millis(60_000));
}

#[test]
fn a_500_to_a_bare_alarm_is_repeated_until_others_show_that_the_server_is_well() {
    let mut bench = Bench::new();
    bench.submit(&post("a"));
    while bench.now < Time::from_millis(600_000) {
        bench.once(Outcome::ServerFault);
    }
    let parked = |events: &[Event]| events.iter().any(|e| matches!(e, Event::Parked(_)));
    assert!(!parked(&bench.events()), "the fault is the server's");

    bench.submit(&post("b"));
    loop {
        let call = bench.next();
        match of(&call).0.as_str() {
            "a" => {
                bench.end(&call, Outcome::ServerFault);
                if parked(&bench.events()) {
                    break;
                }
            }
            _ => bench.end(&call, DONE),
        }
        assert!(bench.now < Time::from_millis(700_000));
    }
    let letter = bench.queue.dead_letters().next().expect("parked");
    assert_eq!(letter.reason, RefusalReason::ServerFault);
}

#[test]
fn a_step_down_survives_a_restart() {
    let mut bench = Bench::new();
    bench.submit(&EventCall::post(device("a"), EventType::FALL, WALL, rich()));
    bench.once(BAD_REQUEST);
    let mut bench = bench.restart();
    assert!(sent(&bench.once(DONE)).images.is_empty());
}

#[test]
fn a_call_under_way_at_a_crash_is_sent_again_with_the_same_body() {
    let mut bench = Bench::new();
    let call = EventCall::post(device("a"), EventType::FALL, WALL, rich());
    let id = bench.submit(&call);
    bench.submit(&EventCall::delete(device("a"), EventType::FALL, WALL));
    bench.next();
    let mut bench = bench.restart();
    let again = bench.once(DONE);
    assert_eq!(sent(&again), rich());
    let Event::Delivered(delivered) = bench.event() else {
        panic!()
    };
    assert_eq!(delivered.id, id);
    assert_eq!(of(&bench.next()).1, EventMethod::Delete);
}

#[test]
fn each_pair_is_in_order_and_pairs_run_side_by_side() {
    let mut bench = Bench::new();
    for name in ["a", "b", "c", "d", "e"] {
        bench.submit(&post(name));
        bench.submit(&delete(name));
    }
    let calls: Vec<_> = std::iter::from_fn(|| bench.call()).collect();
    let names: Vec<_> = calls.iter().map(|call| of(call).0).collect();
    assert_eq!(names, ["a", "b", "c", "d"]);
    assert_eq!(bench.queue.poll_timeout(), Some(Time::from_millis(60_000)));
    bench.end(&calls[0], DONE);
    let next = bench.call().expect("there is room again");
    assert_eq!(of(&next), ("e".to_owned(), EventMethod::Post));
    bench.end(&calls[1], DONE);
    let next = bench.call().expect("there is room again");
    assert_eq!(of(&next), ("a".to_owned(), EventMethod::Delete));
}

#[test]
fn ten_calls_begin_in_a_second() {
    let mut bench = Bench::new();
    for number in 0..25 {
        bench.submit(&post(&number.to_string()));
    }
    let mut times = Vec::new();
    for _ in 0..25 {
        bench.once(DONE);
        times.push(bench.now.elapsed().as_secs());
    }
    let expected: Vec<u64> = (0..25).map(|number| number / 10).collect();
    assert_eq!(times, expected);
}

#[test]
fn alarms_go_before_a_storm_of_operational_alerts() {
    let mut bench = Bench::new();
    for number in 0..100 {
        let name = number.to_string();
        let offline = EventType::OFFLINE;
        bench.submit(&EventCall::post(
            device(&name),
            offline,
            WALL,
            EventParameters::new(),
        ));
    }
    bench.submit(&post("pendant"));
    assert_eq!(of(&bench.next()).0, "pendant");
}

#[test]
fn answers_that_mean_the_wanted_state_are_deliveries() {
    for (call, outcome, effect) in [
        (post("a"), Outcome::AlreadyActive, Effect::AlreadyActive),
        (delete("a"), Outcome::WasNotActive, Effect::WasNotActive),
        (delete("a"), Outcome::NotFound, Effect::WasNotActive),
    ] {
        let mut bench = Bench::new();
        bench.submit(&call);
        bench.once(outcome);
        let Event::Delivered(delivered) = bench.event() else {
            panic!()
        };
        assert_eq!(delivered.effect, effect);
    }
}

#[test]
fn an_update_of_nothing_is_parked_and_may_be_sent_as_a_new_event() {
    let mut bench = Bench::new();
    let id = bench.submit(&put("a"));
    bench.once(Outcome::NotFound);
    let Event::Parked(letter) = bench.event() else {
        panic!()
    };
    assert_eq!(letter.reason, RefusalReason::NotActive);
    bench.queue.retry_as_post(bench.now, id).expect("a PUT");

    let mut bench = bench.restart();
    let call = bench.once(DONE);
    assert_eq!(of(&call).1, EventMethod::Post);
    assert_eq!(sent(&call).state, Some(State::PRESENT));
}

#[test]
fn an_update_of_nothing_is_a_new_event_at_once_if_so_configured() {
    let mut bench = Bench::with(|config| config.post_when_not_active = true);
    bench.submit(&put("a"));
    bench.once(Outcome::NotFound);
    assert_eq!(of(&bench.once(DONE)).1, EventMethod::Post);
}

#[test]
fn an_unknown_device_is_parked_and_retried_after_its_registration() {
    let mut bench = Bench::new();
    let id = bench.submit(&post("a"));
    bench.once(Outcome::NotFound);
    let Event::Parked(letter) = bench.event() else {
        panic!()
    };
    assert_eq!(letter.reason, RefusalReason::UnknownDevice);
    bench
        .queue
        .retry(bench.now, id)
        .expect("nothing came after it");
    assert_eq!(of(&bench.once(DONE)).0, "a");
    assert_eq!(bench.queue.store().len(), 0);
    let unknown = bench.queue.retry(bench.now, id);
    assert!(matches!(unknown, Err(RetryError::Unknown)));
}

#[test]
fn a_parked_alarm_is_not_raised_after_its_end() {
    let mut bench = Bench::new();
    let raised = bench.submit(&post("a"));
    bench.once(Outcome::NotFound);
    bench.submit(&delete("a"));
    bench.once(Outcome::WasNotActive);
    let retried = bench.queue.retry(bench.now, raised);
    assert!(matches!(retried, Err(RetryError::Superseded)));

    let mut bench = bench.restart();
    let letter = bench.queue.dead_letters().next().expect("still there");
    assert!(letter.superseded);
    let retried = bench.queue.retry(bench.now, raised);
    assert!(matches!(retried, Err(RetryError::Superseded)));
    let kept = bench.queue.parameters(raised).expect("readable");
    assert_eq!(kept.as_deref(), Some(&EventParameters::new()));
    assert!(bench.queue.discard(raised).expect("removable"));
    assert!(!bench.queue.discard(raised).expect("gone"));
    assert!(bench.queue.store().is_empty());
}

#[test]
fn a_403_pauses_the_customer_longer_and_longer() {
    let mut bench = Bench::new();
    for name in ["a", "b", "c"] {
        bench.submit(&post(name));
    }
    let mut pauses = Vec::new();
    for _ in 0..7 {
        let call = bench.next();
        if !pauses.is_empty() {
            assert!(bench.call().is_none(), "one goes ahead");
        }
        bench.end(&call, Outcome::Permission);
        let before = bench.now;
        for event in bench.events() {
            if let Event::Paused { reason, until } = event {
                assert_eq!(reason, PauseReason::Permission);
                pauses.push(until.since(before).as_secs() / 60);
            }
        }
    }
    assert_eq!(pauses, [1, 2, 4, 8, 15, 15, 15]);
    assert!(bench.queue.is_paused());
    assert_eq!(bench.queue.waiting(), 3, "nothing is discarded");
    bench.queue.resume(bench.now);
    assert!(matches!(bench.event(), Event::Resumed));
    assert!(!bench.queue.is_paused());
    bench.pass(seconds(1));
    let calls: Vec<_> = std::iter::from_fn(|| bench.call()).collect();
    assert_eq!(calls.len(), 2, "all but the one that was refused last");
}

#[test]
fn a_success_ends_the_pause_for_all() {
    let mut bench = Bench::new();
    for name in ["a", "b", "c"] {
        bench.submit(&post(name));
    }
    bench.once(Outcome::Token);
    let probe = bench.next();
    assert_eq!(of(&probe).0, "b", "another one goes ahead");
    bench.end(&probe, DONE);
    assert!(bench.events().iter().any(|e| matches!(e, Event::Resumed)));
    assert_eq!(of(&bench.next()).0, "c");
}

#[test]
fn one_forbidden_device_does_not_hold_the_others_for_ever() {
    let mut bench = Bench::new();
    bench.submit(&post("forbidden"));
    bench.once(Outcome::Permission);
    let mut taken = 0;
    let mut own = 0;
    let end = bench.now + seconds(3600);
    while bench.now < end {
        bench.submit(&post("good"));
        bench.pass(seconds(5));
        while let Some(call) = bench.call() {
            match of(&call).0.as_str() {
                "good" => {
                    taken += 1;
                    bench.end(&call, DONE);
                }
                _ => bench.end(&call, Outcome::Permission),
            }
        }
        for event in bench.events() {
            own += u32::from(matches!(event, Event::PairPaused { .. }));
        }
    }
    assert!(taken > 700, "{taken}");
    assert!((4..10).contains(&own), "{own}");
}

#[test]
fn retry_after_is_honoured_by_all_and_bounded() {
    let mut bench = Bench::new();
    bench.submit(&post("a"));
    bench.once(Outcome::Repeat {
        after: Some(seconds(3600)),
    });
    bench.submit(&post("b"));
    bench.status("c");
    assert!(bench.call().is_none());
    bench.next();
    assert_eq!(bench.now, Time::from_millis(30_000));
}

#[test]
fn an_outage_is_no_storm_and_is_caught_up_with() {
    let mut bench = Bench::new();
    for number in 0..500 {
        bench.submit(&post(&number.to_string()));
    }
    let mut attempts = 0;
    while bench.now < Time::from_millis(3_600_000) {
        bench.once(BUSY);
        attempts += 1;
    }
    // 500 first attempts, the burst, and two a second.
    assert!(attempts <= 500 + 20 + 2 * 3600 + 2, "{attempts}");
    let late = bench
        .events()
        .iter()
        .filter(|e| matches!(e, Event::Late { .. }))
        .count();
    assert_eq!(late, 500, "each once");
    let recovered = bench.now;
    while bench.queue.waiting() > 0 {
        bench.once(DONE);
    }
    let took = bench.now.since(recovered);
    assert!(took < seconds(120), "{took:?}");
}

#[test]
fn what_waits_for_a_minute_is_reported_once_also_across_a_restart() {
    let mut bench = Bench::new();
    let waiting = bench.submit(&post("a"));
    bench.once(Outcome::NotSent);
    bench.pass(seconds(40));
    assert!(bench.events().is_empty());
    let mut bench = bench.restart();
    bench.pass(seconds(25));
    let Event::Late { id, waited, .. } = bench.event() else {
        panic!()
    };
    assert_eq!(id, waiting);
    assert!(waited >= seconds(65));
    bench.pass(seconds(600));
    assert!(bench.events().is_empty());
}

#[test]
fn late_events_tell_when_they_happened_if_so_configured() {
    let late = LateDescription::utc(seconds(60));
    let mut bench = Bench::with(|config| config.late_description = Some(late));
    bench.submit(&EventCall::post(device("a"), EventType::FALL, WALL, rich()));
    let prompt = bench.once(Outcome::NotSent);
    assert_eq!(sent(&prompt), rich());
    bench.pass(seconds(90));
    let text = |call: &Call| sent(call).description.map(|text| text.as_str().to_owned());
    let call = bench.once(BAD_REQUEST);
    let expected = "2026-11-22 07:27 UTC a synthetic text";
    assert_eq!(text(&call).as_deref(), Some(expected));
    bench.once(BAD_REQUEST);
    assert_eq!(
        text(&bench.once(DONE)),
        None,
        "refused texts are left out, times with them"
    );
}

#[test]
fn a_body_that_may_have_arrived_is_repeated_unchanged() {
    let late = LateDescription::utc(seconds(60));
    let mut bench = Bench::with(|config| config.late_description = Some(late));
    bench.submit(&EventCall::post(device("a"), EventType::FALL, WALL, rich()));
    bench.once(Outcome::Ambiguous);
    bench.pass(seconds(90));
    assert_eq!(sent(&bench.once(DONE)), rich());
}

#[test]
fn a_text_without_room_for_the_time_stays_as_it_is() {
    let late = LateDescription::utc(seconds(60));
    let mut bench = Bench::with(|config| config.late_description = Some(late));
    let mut parameters = EventParameters::new();
    parameters.description = Description::new(&"x".repeat(200)).ok();
    bench.pass(seconds(90));
    let call = EventCall::post(device("a"), EventType::FALL, WALL, parameters.clone());
    bench.submit(&call);
    assert_eq!(sent(&bench.once(DONE)), parameters);
}

#[test]
fn only_the_newest_status_of_a_device_goes() {
    let mut bench = Bench::new();
    bench.submit(&post("a"));
    bench.status("a");
    bench.status("b");
    let newest = DeviceStatus::heartbeat()
        .with("batteryLevel", 78)
        .expect("valid");
    let taken = bench
        .queue
        .submit_status(bench.now, device("a"), newest.clone());
    taken.expect("there is room");
    assert_eq!(of(&bench.next()).0, "a", "events first");
    let call = bench.next();
    let Work::Statuses(entries) = &call.work else {
        panic!()
    };
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0].status, newest);
    bench.end(&call, DONE);
    assert_eq!(bench.queue.waiting_statuses(), 0);
}

#[test]
fn a_status_that_comes_meanwhile_replaces_the_one_that_failed() {
    let mut bench = Bench::new();
    bench.status("a");
    let call = bench.next();
    let newest = DeviceStatus::heartbeat()
        .with("batteryLevel", 78)
        .expect("valid");
    let taken = bench
        .queue
        .submit_status(bench.now, device("a"), newest.clone());
    taken.expect("there is room");
    bench.end(&call, BUSY);
    let call = bench.next();
    let Work::Statuses(entries) = &call.work else {
        panic!()
    };
    assert_eq!((entries.len(), &entries[0].status), (1, &newest));
    bench.end(&call, DONE);
    assert_eq!(bench.queue.waiting_statuses(), 0);
}

#[test]
fn a_refused_batch_is_halved_until_the_bad_element_is_found() {
    let mut bench = Bench::new();
    for number in 0..250 {
        bench.status(&format!("SN-{number}"));
    }
    let mut calls = 0;
    let mut largest = 0;
    while bench.queue.waiting_statuses() > 0 {
        let call = bench.next();
        calls += 1;
        let devices = devices(&call);
        largest = largest.max(devices.len());
        let outcome = match devices.contains(&"SN-77") {
            true => Outcome::NotFound,
            false => DONE,
        };
        bench.end(&call, outcome);
    }
    assert_eq!(largest, 100);
    assert!(calls < 20, "{calls}");
    let Event::StatusRefused { device, reason } = bench.event() else {
        panic!()
    };
    assert_eq!(device.as_str(), "SN-77");
    assert_eq!(reason, RefusalReason::UnknownDevice);
}

#[test]
fn statuses_are_dropped_after_some_minutes() {
    let mut bench = Bench::new();
    bench.status("a");
    bench.status("b");
    let end = Time::from_millis(10 * 60_000);
    let mut last = Time::ZERO;
    while let Some(at) = bench.queue.poll_timeout().filter(|at| *at < end) {
        bench.now = at;
        if let Some(call) = bench.call() {
            bench.end(&call, Outcome::NotSent);
            last = bench.now;
        }
    }
    assert!(last > Time::from_millis(120_000), "tried until then");
    assert!(matches!(bench.event(), Event::StatusesDropped { count: 2 }));
    assert_eq!(bench.queue.waiting_statuses(), 0);
    assert!(bench.now < Time::from_millis(5 * 60_000));
}

#[test]
fn statuses_and_slots_leave_room_for_an_alarm() {
    let mut bench = Bench::with(|config| config.status_batch = std::num::NonZeroUsize::MIN);
    for number in 0..20 {
        bench.status(&number.to_string());
        bench.queue.submit_slot(bench.now).expect("there is room");
    }
    let lower: Vec<_> = std::iter::from_fn(|| bench.call()).collect();
    assert_eq!(lower.len(), 3, "one of four is kept free");
    assert!(
        matches!(lower[0].work, Work::Statuses(_)),
        "statuses before slots"
    );
    bench.submit(&post("pendant"));
    let call = bench.call().expect("at once");
    assert_eq!(of(&call).0, "pendant");
}

#[test]
fn lower_calls_leave_a_share_of_the_rate() {
    let mut bench = Bench::with(|config| config.status_batch = std::num::NonZeroUsize::MIN);
    for number in 0..20 {
        bench.status(&number.to_string());
    }
    for _ in 0..8 {
        let call = bench.call().expect("within the rate");
        bench.end(&call, DONE);
    }
    assert!(bench.call().is_none());
    bench.submit(&post("pendant"));
    assert!(bench.call().is_some());
}

#[test]
fn the_refusal_of_a_slot_is_its_own_affair() {
    let mut bench = Bench::new();
    let asked = bench.queue.submit_slot(bench.now).expect("there is room");
    let call = bench.call().expect("nothing else waits");
    assert_eq!(call.work, Work::Slot(asked));
    bench.end(&call, Outcome::Permission);
    assert!(!bench.queue.is_paused());
    assert!(bench.events().is_empty());
}

#[test]
fn refused_statuses_do_not_hold_alarms_for_ever() {
    let mut bench = Bench::new();
    let mut delivered = 0;
    while bench.now < Time::from_millis(3_600_000) {
        bench.status("a");
        bench.submit(&post("b"));
        bench.pass(seconds(10));
        while let Some(call) = bench.call() {
            match call.work {
                Work::Statuses(_) => bench.end(&call, Outcome::Permission),
                _ => {
                    delivered += 1;
                    bench.end(&call, DONE);
                }
            }
        }
    }
    assert!(delivered > 340, "{delivered}");
    let events = bench.events();
    assert!(
        events
            .iter()
            .any(|e| matches!(e, Event::StatusesPaused { .. }))
    );
}

#[test]
fn a_condition_is_posted_once_while_it_lasts_also_across_restarts() {
    let begin = |bench: &mut Bench| {
        let parameters = EventParameters::new();
        let code = EventType::LOW_BATTERY;
        bench
            .queue
            .begin_condition(bench.now, device("a"), code, WALL, parameters)
            .expect("kept")
    };
    let end = |bench: &mut Bench| {
        let code = EventType::LOW_BATTERY;
        bench
            .queue
            .end_condition(bench.now, device("a"), code, WALL)
            .expect("kept")
    };
    let mut bench = Bench::new();
    assert!(end(&mut bench).is_none(), "nothing to end");
    assert!(begin(&mut bench).is_some());
    assert!(begin(&mut bench).is_none());
    assert_eq!(of(&bench.once(DONE)).1, EventMethod::Post);
    let mut bench = bench.restart();
    assert!(begin(&mut bench).is_none());
    assert_eq!(bench.queue.conditions().count(), 1);
    assert!(end(&mut bench).is_some());
    assert_eq!(of(&bench.once(DONE)).1, EventMethod::Delete);
    assert!(begin(&mut bench).is_some(), "it may begin anew");
}

#[test]
fn a_full_queue_says_so() {
    let mut bench = Bench::with(|config| {
        config.entries = 2;
        config.statuses = 1;
        config.slots = 0;
    });
    bench.submit(&post("a"));
    let both = bench.queue.submit_all(bench.now, &[post("b"), post("c")]);
    assert!(matches!(both, Err(SubmitError::Full)), "all or none");
    assert_eq!(bench.queue.store().len(), 1);
    bench.once(BAD_REQUEST);
    bench.submit(&post("b"));
    let third = bench.queue.submit(bench.now, &post("c"));
    assert!(matches!(third, Err(SubmitError::Full)), "parked ones count");
    bench.status("a");
    bench.status("a");
    let status = bench
        .queue
        .submit_status(bench.now, device("b"), DeviceStatus::heartbeat());
    assert!(matches!(status, Err(SubmitError::Full)));
    assert!(matches!(
        bench.queue.submit_slot(bench.now),
        Err(SubmitError::Full)
    ));
}

#[test]
fn an_unknown_outcome_changes_nothing() {
    let mut bench = Bench::new();
    bench.submit(&post("a"));
    let call = bench.once(DONE);
    assert!(!bench.queue.handle_outcome(bench.now, call.id, DONE));
}

#[test]
fn texts_and_identifiers_do_not_print() {
    let mut bench = Bench::new();
    let mut call = EventCall::post(device("SN-40211870"), EventType::FALL, WALL, rich());
    call.occurred = WALL;
    bench.submit(&call);
    let mut printed = format!("{call:?} {:?}", bench.queue);
    let sent = bench.next();
    printed += &format!("{sent:?}");
    bench.end(&sent, Outcome::NotFound);
    printed += &format!("{:?}", bench.events());
    for hidden in ["40211870", "synthetic text", "31"] {
        assert!(!printed.contains(hidden), "{hidden}");
    }
}
