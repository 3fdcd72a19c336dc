//! A queue with a clock to be moved by hand.

use std::time::Duration;

use sensio_partner::queue::{
    Call, Config, EntryId, Event, EventCall, EventMethod, MemoryStore, Outcome, Queue, WallMicros,
    Work,
};
use sensio_partner::{
    Description, DeviceIdentifier, DeviceStatus, EventParameters, EventType, ExternalEventId,
    Image, Images, Member, Members, Random, State, Time, TriggerValue,
};

pub(crate) const WALL: WallMicros = WallMicros(1_795_332_425_000_000);
pub(crate) const DONE: Outcome = Outcome::Done;
pub(crate) const BUSY: Outcome = Outcome::Repeat { after: None };
pub(crate) const BAD_REQUEST: Outcome = Outcome::Permanent { status: Some(400) };

pub(crate) fn device(name: &str) -> DeviceIdentifier {
    DeviceIdentifier::new(name).expect("valid")
}

pub(crate) fn post(name: &str) -> EventCall {
    EventCall::post(device(name), EventType::FALL, WALL, EventParameters::new())
}

pub(crate) fn delete(name: &str) -> EventCall {
    EventCall::delete(device(name), EventType::FALL, WALL)
}

pub(crate) fn put(name: &str) -> EventCall {
    let mut parameters = EventParameters::new();
    parameters.state = Some(State::PRESENT);
    EventCall::put(device(name), EventType::FALL, WALL, parameters)
}

pub(crate) fn rich() -> EventParameters {
    let image = Image::new(vec![0xFF, 0xD8, 0xFF]).expect("not empty");
    EventParameters {
        trigger_value: Some(TriggerValue::from(31)),
        images: Images::new(vec![image]).expect("one"),
        external_event_id: ExternalEventId::new("01J9Z7P4WQ3N").ok(),
        state: Some(State::ALARM_CALL),
        description: Description::new("a synthetic text").ok(),
    }
}

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) struct Bench {
    pub(crate) queue: Queue<MemoryStore>,
    pub(crate) now: Time,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        change(&mut config);
        let queue = Queue::open(Time::ZERO, WALL, MemoryStore::new(), config, Random::new(1));
        Self {
            queue: queue.expect("memory can be read"),
            now: Time::ZERO,
        }
    }

    pub(crate) fn restart(self) -> Self {
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

    pub(crate) fn submit(&mut self, call: &EventCall) -> EntryId {
        self.queue.submit(self.now, call).expect("there is room")
    }

    pub(crate) fn status(&mut self, name: &str) {
        let status = DeviceStatus::heartbeat();
        let taken = self.queue.submit_status(self.now, device(name), status);
        taken.expect("there is room");
    }

    pub(crate) fn pass(&mut self, time: Duration) {
        self.now = self.now + time;
        self.queue.handle_timeout(self.now);
    }

    pub(crate) fn call(&mut self) -> Option<Call> {
        self.queue.poll_call(self.now)
    }

    /// The next call, whenever it comes; every other call is expected to have ended.
    pub(crate) fn next(&mut self) -> Call {
        for _ in 0..10_000 {
            if let Some(call) = self.call() {
                return call;
            }
            self.now = self.queue.poll_timeout().expect("something waits");
        }
        panic!("no call comes");
    }

    pub(crate) fn end(&mut self, call: &Call, outcome: Outcome) {
        assert!(self.queue.handle_outcome(self.now, call.id, outcome));
        self.queue.handle_timeout(self.now);
    }

    pub(crate) fn once(&mut self, outcome: Outcome) -> Call {
        let call = self.next();
        self.end(&call, outcome);
        call
    }

    pub(crate) fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.queue.poll_event()).collect()
    }

    pub(crate) fn event(&mut self) -> Event {
        let mut events = self.events();
        assert_eq!(events.len(), 1, "{events:?}");
        events.remove(0)
    }
}

pub(crate) fn sent(call: &Call) -> EventParameters {
    match &call.work {
        Work::Event(event) => {
            let parameters = event.action.parameters().expect("not a DELETE");
            EventParameters::clone(parameters)
        }
        other => panic!("{other:?}"),
    }
}

pub(crate) fn of(call: &Call) -> (String, EventMethod) {
    match &call.work {
        Work::Event(event) => {
            let name = event.pair.device.as_str().to_owned();
            (name, event.action.method())
        }
        other => panic!("{other:?}"),
    }
}

pub(crate) fn devices(call: &Call) -> Vec<&str> {
    match &call.work {
        Work::Statuses(entries) => entries.iter().map(|entry| entry.device.as_str()).collect(),
        other => panic!("{other:?}"),
    }
}

pub(crate) fn members(members: &[Member]) -> Members {
    members.iter().copied().collect()
}
