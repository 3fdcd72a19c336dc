//! Random orders, failures, lost answers and crashes: nothing is lost, order is kept, alarms stay closed.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use sensio_partner::queue::{
    Call, Config, EntryId, EntryState, Event, EventAction, EventCall, EventMethod, EventWork,
    MemoryStore, NewEntry, Outcome, Pair, Queue, RetryError, Store, StoreError, Stored, WallMicros,
    Work,
};
use sensio_partner::{
    Description, DeviceIdentifier, DeviceStatus, EventParameters, EventType, ExternalEventId,
    Image, Images, Member, Random, State, Time, TriggerValue,
};

/// A store that survives the queue and fails when told to.
#[derive(Clone, Default)]
struct Disk {
    kept: Rc<RefCell<MemoryStore>>,
    /// So many of the next operations fail; of those that do, every second one is done all the same.
    failing: Rc<Cell<u32>>,
}

impl Disk {
    fn run<R>(&self, mut run: impl FnMut(&mut MemoryStore) -> R) -> Result<R, StoreError> {
        let failing = self.failing.get();
        if failing > 0 {
            self.failing.set(failing - 1);
            if failing % 2 == 0 {
                run(&mut self.kept.borrow_mut());
            }
            return Err(StoreError::failed(std::io::Error::other("a failing disk")));
        }
        Ok(run(&mut self.kept.borrow_mut()))
    }
}

impl Store for Disk {
    fn append(&mut self, entries: &[NewEntry<'_>]) -> Result<(), StoreError> {
        if self.failing.get() > 0 {
            self.failing.set(self.failing.get() - 1);
            return Err(StoreError::failed(std::io::Error::other("a failing disk")));
        }
        self.kept.borrow_mut().append(entries)
    }

    fn update(&mut self, id: EntryId, state: EntryState) -> Result<(), StoreError> {
        self.run(|kept| kept.update(id, state))?
    }

    fn remove(&mut self, ids: &[EntryId]) -> Result<(), StoreError> {
        self.run(|kept| kept.remove(ids))?
    }

    fn parameters(&mut self, id: EntryId) -> Result<Option<Arc<EventParameters>>, StoreError> {
        self.run(|kept| kept.parameters(id))?
    }

    fn load(&mut self, visit: &mut dyn FnMut(Stored)) -> Result<(), StoreError> {
        self.kept.borrow_mut().load(visit)
    }
}

/// What may happen to a call.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Answered,
    AppliedButLost,
    Lost,
    NotSent,
    Busy(Option<u16>),
    Fault { applied: bool },
    Refused(u16),
    TooLarge,
    Forbidden,
    TokenRefused,
    Redirected,
}

#[derive(Debug, Clone)]
enum Step {
    Submit(u8, EventMethod),
    Status(u8),
    Pass(u32),
    End(u8, Fate),
    Crash(Fate),
    FailDisk(u8),
    Retry(u8),
    RetryAsPost(u8),
}

fn fates() -> impl Strategy<Value = Fate> {
    prop_oneof![
        6 => Just(Fate::Answered),
        2 => Just(Fate::AppliedButLost),
        2 => Just(Fate::Lost),
        2 => Just(Fate::NotSent),
        2 => proptest::option::of(0u16..200).prop_map(Fate::Busy),
        2 => any::<bool>().prop_map(|applied| Fate::Fault { applied }),
        1 => prop_oneof![Just(400u16), Just(405), Just(422)].prop_map(Fate::Refused),
        1 => Just(Fate::TooLarge),
        1 => Just(Fate::Forbidden),
        1 => Just(Fate::TokenRefused),
        1 => Just(Fate::Redirected),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    let method = prop_oneof![
        3 => Just(EventMethod::Post),
        1 => Just(EventMethod::Put),
        3 => Just(EventMethod::Delete),
    ];
    prop_oneof![
        8 => (0u8..6, method).prop_map(|(pair, method)| Step::Submit(pair, method)),
        2 => (0u8..3).prop_map(Step::Status),
        4 => (0u32..120_000).prop_map(Step::Pass),
        4 => (0u32..500).prop_map(Step::Pass),
        14 => (any::<u8>(), fates()).prop_map(|(index, fate)| Step::End(index, fate)),
        1 => fates().prop_map(Step::Crash),
        1 => (1u8..4).prop_map(Step::FailDisk),
        1 => any::<u8>().prop_map(Step::Retry),
        1 => any::<u8>().prop_map(Step::RetryAsPost),
    ]
}

/// What was submitted.
struct Submitted {
    pair: Pair,
    action: EventAction,
}

struct World {
    queue: Queue<Disk>,
    disk: Disk,
    now: Time,
    runs: u64,
    submitted: BTreeMap<EntryId, Submitted>,
    delivered: HashSet<EntryId>,
    retried: HashSet<EntryId>,
    /// The greatest id that was attempted for each pair.
    attempted: HashMap<Pair, EntryId>,
    /// Those that were attempted in this run.
    tried: HashSet<EntryId>,
    ever_tried: HashSet<EntryId>,
    in_flight: Vec<Call>,
    begun: VecDeque<Time>,
    /// The server: which pairs are active.
    active: HashMap<Pair, bool>,
}

fn device(index: u8) -> DeviceIdentifier {
    DeviceIdentifier::new(&format!("SN-{index}")).expect("valid")
}

fn pair(index: u8) -> (DeviceIdentifier, EventType) {
    let codes = [EventType::FALL, EventType::LOW_BATTERY];
    (device(index / 2), codes[usize::from(index % 2)])
}

fn rich(number: usize) -> EventParameters {
    let mut parameters = EventParameters::new();
    parameters.external_event_id = ExternalEventId::new(&format!("id-{number}")).ok();
    parameters.state = (number % 3 == 0).then_some(State::ALARM_CALL);
    parameters.trigger_value = (number % 2 == 0).then_some(TriggerValue::from(31));
    if number % 5 < 3 {
        parameters.description = Description::new("a synthetic text").ok();
        let image = Image::new(vec![0xFF, 0xD8, 0xFF]).expect("not empty");
        parameters.images = Images::new(vec![image]).expect("one");
    }
    parameters
}

impl World {
    fn new() -> Self {
        let disk = Disk::default();
        let queue = Self::open(&disk, Time::ZERO, 0);
        Self {
            queue,
            disk,
            now: Time::ZERO,
            runs: 0,
            submitted: BTreeMap::new(),
            delivered: HashSet::new(),
            retried: HashSet::new(),
            attempted: HashMap::new(),
            tried: HashSet::new(),
            ever_tried: HashSet::new(),
            in_flight: Vec::new(),
            begun: VecDeque::new(),
            active: HashMap::new(),
        }
    }

    fn open(disk: &Disk, now: Time, run: u64) -> Queue<Disk> {
        let wall = WallMicros(1_795_332_425_000_000).0 + 1000 * i64::try_from(run).expect("small");
        let wall = WallMicros(wall + i64::try_from(now.elapsed().as_micros()).expect("small"));
        Queue::open(now, wall, disk.clone(), Config::default(), Random::new(run))
            .expect("the disk can be read")
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Submit(index, method) => {
                let (device, event_type) = pair(index);
                let parameters = rich(self.submitted.len());
                let occurred = WallMicros(0);
                let call = match method {
                    EventMethod::Post => EventCall::post(device, event_type, occurred, parameters),
                    EventMethod::Put => EventCall::put(device, event_type, occurred, parameters),
                    EventMethod::Delete => EventCall::delete(device, event_type, occurred),
                };
                if let Ok(id) = self.queue.submit(self.now, &call) {
                    let EventCall { pair, action, .. } = call;
                    assert!(
                        self.submitted
                            .insert(id, Submitted { pair, action })
                            .is_none()
                    );
                }
            }
            Step::Status(index) => {
                let status = DeviceStatus::heartbeat();
                let taken = self.queue.submit_status(self.now, device(index), status);
                taken.expect("there is room");
            }
            Step::Pass(millis) => self.now = self.now + Duration::from_millis(millis.into()),
            Step::End(index, fate) => {
                if !self.in_flight.is_empty() {
                    let place = usize::from(index) % self.in_flight.len();
                    let call = self.in_flight.swap_remove(place);
                    let outcome = self.serve(&call, fate);
                    assert!(self.queue.handle_outcome(self.now, call.id, outcome));
                }
                // Several outcomes may be handed in before the next poll, or a crash.
                if index % 4 == 0 {
                    return;
                }
            }
            Step::Crash(fate) => self.crash(fate),
            Step::FailDisk(count) => self.disk.failing.set(count.into()),
            Step::Retry(index) => self.retry(index, false),
            Step::RetryAsPost(index) => self.retry(index, true),
        }
        self.poll();
    }

    fn retry(&mut self, index: u8, as_post: bool) {
        let letters: Vec<_> = self.queue.dead_letters().cloned().collect();
        if letters.is_empty() {
            return;
        }
        let letter = &letters[usize::from(index) % letters.len()];
        let retried = match as_post {
            true => self.queue.retry_as_post(self.now, letter.id),
            false => self.queue.retry(self.now, letter.id),
        };
        match retried {
            Ok(()) => {
                self.retried.insert(letter.id);
                // Its attempts begin anew, so that it counts as one that was never tried.
                self.tried.remove(&letter.id);
            }
            // It may have been noted all the same, and then goes after a crash.
            Err(RetryError::Store(_)) => drop(self.retried.insert(letter.id)),
            Err(RetryError::Superseded | RetryError::NotAPut) => {}
            Err(error) => panic!("{error}"),
        }
    }

    fn crash(&mut self, fate: Fate) {
        for call in std::mem::take(&mut self.in_flight) {
            self.serve(&call, fate);
        }
        self.runs += 1;
        self.drain_events();
        self.disk.failing.set(0);
        self.tried.clear();
        self.begun.clear();
        self.queue = Self::open(&self.disk, self.now, self.runs);
    }

    /// The server and the way to it.
    fn serve(&mut self, call: &Call, fate: Fate) -> Outcome {
        let apply = |active: &mut HashMap<Pair, bool>| match &call.work {
            Work::Event(event) => apply(active, event),
            _ => Outcome::Done,
        };
        match fate {
            Fate::Answered => apply(&mut self.active),
            Fate::AppliedButLost => {
                apply(&mut self.active);
                Outcome::Ambiguous
            }
            Fate::Lost => Outcome::Ambiguous,
            Fate::NotSent => Outcome::NotSent,
            Fate::Busy(after) => Outcome::Repeat {
                after: after.map(|seconds| Duration::from_secs(seconds.into())),
            },
            Fate::Fault { applied } => {
                if applied {
                    apply(&mut self.active);
                }
                Outcome::ServerFault
            }
            Fate::Refused(status) => Outcome::Permanent {
                status: Some(status),
            },
            Fate::TooLarge => Outcome::TooLarge,
            Fate::Forbidden => Outcome::Permission,
            Fate::TokenRefused => Outcome::Token,
            Fate::Redirected => Outcome::Configuration,
        }
    }

    fn poll(&mut self) {
        while let Some(call) = self.queue.poll_call(self.now) {
            self.check_limits();
            match &call.work {
                Work::Event(event) => self.check_event(event),
                Work::Statuses(entries) => {
                    assert!(!entries.is_empty());
                    self.check_no_event_is_due();
                }
                other => panic!("nobody asked for {other:?}"),
            }
            self.in_flight.push(call);
        }
        self.drain_events();
        let timeout = self.queue.poll_timeout();
        if let Some(at) = timeout {
            assert!(at > self.now, "no turn without anything to do");
            let longest = Duration::from_secs(15 * 60 + 1);
            assert!(at <= self.now + longest, "pauses are bounded");
        }
        if self.in_flight.is_empty() && self.queue.waiting() > 0 {
            assert!(timeout.is_some(), "what waits is not forgotten");
        }
    }

    fn check_limits(&mut self) {
        assert!(self.in_flight.len() < 4);
        let second = Duration::from_secs(1);
        while self.begun.front().is_some_and(|t| *t + second <= self.now) {
            self.begun.pop_front();
        }
        assert!(self.begun.len() < 10, "ten calls begin within a second");
        self.begun.push_back(self.now);
    }

    fn check_event(&mut self, event: &EventWork) {
        let pair = event.pair.as_ref();
        let same = self.in_flight.iter().any(|call| match &call.work {
            Work::Event(other) => other.pair == event.pair,
            _ => false,
        });
        assert!(!same, "one at a time for a pair");
        let id = event.entry;
        let submitted = &self.submitted[&id];
        assert_eq!(&submitted.pair, pair);
        let attempted = self.attempted.entry(pair.clone()).or_insert(id);
        if id < *attempted {
            assert!(self.retried.contains(&id), "order per pair");
            let mut later = self.submitted.range(id..).skip(1);
            let harmful = later.any(|(id, later)| {
                later.pair == submitted.pair
                    && later.action.method() != EventMethod::Put
                    && self.ever_tried.contains(id)
            });
            assert!(!harmful, "nothing is sent after what closed or replaced it");
        }
        *attempted = id.max(*attempted);
        self.tried.insert(id);
        self.ever_tried.insert(id);

        let Some(sent) = event.action.parameters() else {
            assert_eq!(submitted.action, EventAction::Delete);
            return;
        };
        let whole = submitted.action.parameters().expect("not a DELETE");
        assert_eq!(sent.state, whole.state, "the state always stays");
        if event.left_out.is_empty() {
            assert_eq!(sent, whole);
        } else if whole.images.is_empty() {
            assert!(!event.left_out.contains(Member::Images));
        } else {
            assert!(event.left_out.contains(Member::Images), "images go first");
        }
    }

    /// Whoever was never tried and is the first of its pair could go at once.
    fn check_no_event_is_due(&self) {
        let mut seen = HashSet::new();
        for (id, pair, _) in self.queue.waiting_calls() {
            if seen.insert(Arc::clone(pair)) {
                assert!(self.tried.contains(&id), "a status goes ahead of an event");
            }
        }
    }

    fn drain_events(&mut self) {
        while let Some(event) = self.queue.poll_event() {
            if let Event::Delivered(delivered) = event {
                assert!(self.submitted.contains_key(&delivered.id));
                self.delivered.insert(delivered.id);
            }
        }
    }

    /// The server behaves; everything must come to an end.
    fn settle(&mut self) {
        self.disk.failing.set(0);
        let deadline = self.now + Duration::from_secs(3600);
        loop {
            self.poll();
            if let Some(call) = self.in_flight.pop() {
                let outcome = self.serve(&call, Fate::Answered);
                self.queue.handle_outcome(self.now, call.id, outcome);
                continue;
            }
            if self.queue.waiting() == 0 && self.queue.waiting_statuses() == 0 {
                break;
            }
            self.now = self.queue.poll_timeout().expect("something waits");
            assert!(self.now < deadline, "everything is delivered in the end");
        }
        self.drain_events();
        assert_eq!(self.queue.waiting(), 0);
        let dead: HashSet<_> = self.queue.dead_letters().map(|letter| letter.id).collect();
        for id in self.submitted.keys() {
            assert!(self.delivered.contains(id) || dead.contains(id), "lost");
        }
        assert_eq!(self.disk.kept.borrow().len(), dead.len(), "left behind");
        self.check_alarms(&dead);
    }

    /// Whose last call is a DELETE that was delivered is closed.
    fn check_alarms(&self, dead: &HashSet<EntryId>) {
        let mut last = HashMap::new();
        for (id, submitted) in &self.submitted {
            last.insert(&submitted.pair, (*id, submitted.action.method()));
        }
        for (pair, (id, method)) in last {
            if dead.contains(&id) {
                continue;
            }
            let active = self.active.get(pair).copied().unwrap_or(false);
            match method {
                EventMethod::Delete => assert!(!active, "a closed alarm is on"),
                EventMethod::Post => assert!(active, "an alarm is not on"),
                EventMethod::Put => {}
            }
        }
    }
}

fn apply(active: &mut HashMap<Pair, bool>, event: &EventWork) -> Outcome {
    let active = active.entry(event.pair.as_ref().clone()).or_default();
    match (event.action.method(), *active) {
        (EventMethod::Post, true) => Outcome::AlreadyActive,
        (EventMethod::Post, false) => {
            *active = true;
            Outcome::Done
        }
        (EventMethod::Put, true) => Outcome::Done,
        (EventMethod::Put, false) => Outcome::NotFound,
        (EventMethod::Delete, true) => {
            *active = false;
            Outcome::Done
        }
        (EventMethod::Delete, false) => Outcome::WasNotActive,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn nothing_is_lost_order_is_kept_and_closed_alarms_stay_closed(
        steps in proptest::collection::vec(steps(), 1..160)
    ) {
        let mut world = World::new();
        for step in &steps {
            world.step(step);
        }
        world.settle();
    }
}
