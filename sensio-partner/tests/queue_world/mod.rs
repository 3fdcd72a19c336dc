//! What was submitted, tried and delivered, and the server that it goes to: the books that the queue is held
//! against, here under random operations and in `fuzz/` under those of a fuzzer.

mod disk;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use sensio_partner::queue::{
    Call, CallId, Config, EntryId, Event, EventAction, EventCall, EventMethod, EventWork, Outcome,
    Pair, Queue, RetryError, SlotId, WallMicros, Work,
};
use sensio_partner::{
    Description, DeviceIdentifier, DeviceStatus, EventParameters, EventType, ExternalEventId,
    Image, Images, Member, Random, State, Time, TriggerValue,
};

use disk::Disk;

/// What may happen to a call.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fate {
    Answered,
    AppliedButLost,
    Lost,
    NotSent,
    /// For so many seconds, if it says.
    Busy(Option<u8>),
    Fault {
        applied: bool,
    },
    /// With one of the statuses that say so, or none.
    Refused(u8),
    TooLarge,
    Forbidden,
    TokenRefused,
    Redirected,
}

impl Fate {
    /// Any of them.
    pub(crate) fn of(kind: u8, detail: u8) -> Self {
        match kind % 12 {
            0 => Self::Answered,
            1 => Self::AppliedButLost,
            2 => Self::Lost,
            3 => Self::NotSent,
            4 => Self::Busy(None),
            5 => Self::Busy(Some(detail)),
            6 => Self::Fault {
                applied: detail % 2 == 1,
            },
            7 => Self::Refused(detail),
            8 => Self::TooLarge,
            9 => Self::Forbidden,
            10 => Self::TokenRefused,
            _ => Self::Redirected,
        }
    }
}

struct Submitted {
    pair: Pair,
    action: EventAction,
}

pub(crate) struct World {
    queue: Queue<Disk>,
    disk: Disk,
    now: Time,
    runs: u64,
    submitted: BTreeMap<EntryId, Submitted>,
    delivered: HashSet<EntryId>,
    retried: HashSet<EntryId>,
    /// The greatest id that was attempted for each pair.
    attempted: HashMap<Pair, EntryId>,
    /// Those that were attempted in this run, and those that were delivered in it.
    tried: HashSet<EntryId>,
    done: HashSet<EntryId>,
    ever_tried: HashSet<EntryId>,
    in_flight: Vec<Call>,
    over: Option<CallId>,
    begun: VecDeque<Time>,
    slots: HashSet<SlotId>,
    conditions: HashSet<Pair>,
    /// The server: which pairs are active.
    active: HashMap<Pair, bool>,
}

fn device(index: u8) -> DeviceIdentifier {
    DeviceIdentifier::new(&format!("SN-{}", index % 3)).expect("valid")
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
    pub(crate) fn new() -> Self {
        let disk = Disk::default();
        Self {
            queue: open(&disk, Time::ZERO, 0),
            disk,
            now: Time::ZERO,
            runs: 0,
            submitted: BTreeMap::new(),
            delivered: HashSet::new(),
            retried: HashSet::new(),
            attempted: HashMap::new(),
            tried: HashSet::new(),
            done: HashSet::new(),
            ever_tried: HashSet::new(),
            in_flight: Vec::new(),
            over: None,
            begun: VecDeque::new(),
            slots: HashSet::new(),
            conditions: HashSet::new(),
            active: HashMap::new(),
        }
    }

    pub(crate) fn submit(&mut self, index: u8, method: EventMethod) {
        let (device, event_type) = pair(index);
        let parameters = rich(self.submitted.len());
        let occurred = WallMicros(0);
        let call = match method {
            EventMethod::Post => EventCall::post(device, event_type, occurred, parameters),
            EventMethod::Put => EventCall::put(device, event_type, occurred, parameters),
            EventMethod::Delete => EventCall::delete(device, event_type, occurred),
        };
        if let Ok(id) = self.queue.submit(self.now, &call) {
            self.submitted(id, call);
        }
    }

    fn submitted(&mut self, id: EntryId, call: EventCall) {
        let EventCall { pair, action, .. } = call;
        let last = self.submitted.last_key_value().map(|(last, _)| *last);
        assert!(last.is_none_or(|last| last < id), "numbers rise");
        self.submitted.insert(id, Submitted { pair, action });
    }

    pub(crate) fn submit_status(&mut self, index: u8) {
        let status = DeviceStatus::heartbeat();
        let taken = self.queue.submit_status(self.now, device(index), status);
        taken.expect("there is room");
    }

    pub(crate) fn submit_slot(&mut self) {
        let slot = self.queue.submit_slot(self.now).expect("there is room");
        self.slots.insert(slot);
    }

    pub(crate) fn condition(&mut self, index: u8, begins: bool) {
        let (device, event_type) = pair(index);
        let (now, occurred) = (self.now, WallMicros(0));
        let parameters = rich(self.submitted.len());
        let call = match begins {
            true => EventCall::post(device.clone(), event_type, occurred, parameters.clone()),
            false => EventCall::delete(device.clone(), event_type, occurred),
        };
        let changed = match begins {
            true => self
                .queue
                .begin_condition(now, device, event_type, occurred, parameters),
            false => self.queue.end_condition(now, device, event_type, occurred),
        };
        let changes = self.conditions.contains(&call.pair) != begins;
        match changed {
            Ok(None) => assert!(!changes, "a condition is forgotten"),
            Ok(Some(id)) => {
                assert!(changes, "a condition begins or ends twice");
                match begins {
                    true => self.conditions.insert(call.pair.clone()),
                    false => self.conditions.remove(&call.pair),
                };
                self.submitted(id, call);
            }
            Err(_) => {}
        }
        let known: HashSet<_> = self.queue.conditions().cloned().collect();
        assert_eq!(known, self.conditions);
    }

    /// So many of the next operations of the store fail.
    pub(crate) fn fail_disk(&mut self, operations: u8) {
        self.disk.fail((operations % 4).into());
    }

    pub(crate) fn pass(&mut self, milliseconds: u64) {
        self.now = self.now + Duration::from_millis(milliseconds);
    }

    pub(crate) fn until_due(&mut self) {
        if let Some(at) = self.queue.poll_timeout() {
            self.now = self.now.max(at);
        }
    }

    pub(crate) fn answer(&mut self, which: u8, fate: Fate) {
        if self.in_flight.is_empty() {
            return;
        }
        let place = usize::from(which) % self.in_flight.len();
        let call = self.in_flight.swap_remove(place);
        let outcome = self.serve(&call, fate);
        assert!(
            self.queue.handle_outcome(self.now, call.id, outcome),
            "it was under way"
        );
        self.over = Some(call.id);
    }

    /// An outcome for a call that is over.
    pub(crate) fn stray(&mut self, done: bool) {
        if let Some(id) = self.over {
            let outcome = if done {
                Outcome::Done
            } else {
                Outcome::Ambiguous
            };
            assert!(
                !self.queue.handle_outcome(self.now, id, outcome),
                "an end comes once"
            );
        }
    }

    pub(crate) fn retry(&mut self, which: u8, as_post: bool) {
        let letters: Vec<_> = self.queue.dead_letters().map(|letter| letter.id).collect();
        let Some(&id) = letters.get(usize::from(which) % letters.len().max(1)) else {
            return;
        };
        let retried = match as_post {
            true => self.queue.retry_as_post(self.now, id),
            false => self.queue.retry(self.now, id),
        };
        match retried {
            Ok(()) => {
                self.retried.insert(id);
                // Its attempts begin anew, so that it counts as one that was never tried.
                self.tried.remove(&id);
            }
            // It may have been noted all the same, and then goes after a crash.
            Err(RetryError::Store(_)) => drop(self.retried.insert(id)),
            Err(RetryError::Superseded | RetryError::NotAPut) => {}
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) fn crash(&mut self, fate: Fate) {
        for call in std::mem::take(&mut self.in_flight) {
            self.serve(&call, fate);
        }
        self.runs += 1;
        self.drain_events();
        self.disk.fail(0);
        self.tried.clear();
        self.done.clear();
        self.begun.clear();
        self.slots.clear();
        self.over = None;
        self.queue = open(&self.disk, self.now, self.runs);
        let known: HashSet<_> = self.queue.conditions().cloned().collect();
        assert_eq!(known, self.conditions, "a condition is lost");
    }

    /// The server and the way to it.
    fn serve(&mut self, call: &Call, fate: Fate) -> Outcome {
        let mut apply = || match &call.work {
            Work::Event(event) => apply(&mut self.active, event),
            _ => Outcome::Done,
        };
        match fate {
            Fate::Answered => apply(),
            Fate::AppliedButLost => {
                apply();
                Outcome::Ambiguous
            }
            Fate::Lost => Outcome::Ambiguous,
            Fate::NotSent => Outcome::NotSent,
            Fate::Busy(after) => Outcome::Repeat {
                after: after.map(|seconds| Duration::from_secs(seconds.into())),
            },
            Fate::Fault { applied } => {
                if applied {
                    apply();
                }
                Outcome::ServerFault
            }
            Fate::Refused(which) => Outcome::Permanent {
                status: [Some(400), Some(405), Some(422), None][usize::from(which % 4)],
            },
            Fate::TooLarge => Outcome::TooLarge,
            Fate::Forbidden => Outcome::Permission,
            Fate::TokenRefused => Outcome::Token,
            Fate::Redirected => Outcome::Configuration,
        }
    }

    pub(crate) fn poll(&mut self) {
        while let Some(call) = self.queue.poll_call(self.now) {
            self.check_limits();
            match &call.work {
                Work::Event(event) => self.check_event(event),
                Work::Statuses(entries) => {
                    assert!(!entries.is_empty());
                    self.check_no_event_is_due();
                }
                Work::Slot(slot) => {
                    assert!(self.slots.remove(slot), "a slot that nobody asked for");
                    self.check_no_event_is_due();
                }
                other => panic!("nobody asked for {other:?}"),
            }
            self.in_flight.push(call);
        }
        assert_eq!(self.queue.in_flight(), self.in_flight.len());
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
        // Only a crash may come before the store was told.
        assert!(!self.done.contains(&id), "what was delivered goes again");
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
                assert!(self.tried.contains(&id), "something goes ahead of an event");
            }
        }
    }

    fn drain_events(&mut self) {
        while let Some(event) = self.queue.poll_event() {
            if let Event::Delivered(delivered) = event {
                assert!(self.submitted.contains_key(&delivered.id));
                self.delivered.insert(delivered.id);
                assert!(self.done.insert(delivered.id), "delivered twice");
            }
        }
    }

    /// The server behaves; everything must come to an end.
    pub(crate) fn settle(&mut self) {
        self.disk.fail(0);
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
        assert_eq!(self.disk.len(), dead.len(), "left behind");
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

fn open(disk: &Disk, now: Time, run: u64) -> Queue<Disk> {
    let elapsed = i64::try_from(now.elapsed().as_micros()).expect("small");
    let run_in_millis = 1000 * i64::try_from(run).expect("small");
    let wall = WallMicros(1_795_332_425_000_000 + run_in_millis + elapsed);
    Queue::open(now, wall, disk.clone(), Config::default(), Random::new(run))
        .expect("the disk can be read")
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
