//! Sensio Partner: bodies with pictures, a delivery queue with 10,000 devices, and what one would
//! write instead.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sensio_partner::queue::{Config, EventCall, MemoryStore, Outcome, Queue, WallMicros, Work};
use sensio_partner::{
    Description, DeviceIdentifier, EventParameters, EventType, ExternalEventId, Image, ImageLimits,
    Images, Random, Time, UnityVersion, encode_event,
};
use serde::{Deserialize, Serialize};

/// Devices with an event that waits.
pub const DEVICES: usize = 10_000;

/// An event with five pictures of the largest size that is sent by default.
///
/// # Panics
///
/// Never: everything is within its limits.
#[must_use]
pub fn event_with_pictures() -> EventParameters {
    let mut random = Random::new(7);
    let picture = |number: usize| {
        let bytes = (0..ImageLimits::DEFAULT.bytes).map(|_| random.next_u64().to_le_bytes()[0]);
        let image = Image::new(bytes.collect()).expect("not empty");
        image.with_name(&format!("rom-{number}.jpg"))
    };
    EventParameters {
        images: Images::new((0..5).map(picture).collect()).expect("five"),
        ..event("Fall ved sengen, sensor i rom 12", 1)
    }
}

/// An event without pictures.
///
/// # Panics
///
/// When the text is none that an event can carry.
#[must_use]
pub fn event(text: &str, number: usize) -> EventParameters {
    EventParameters {
        trigger_value: Some(31.into()),
        external_event_id: ExternalEventId::new(&format!("01J9Z7P4WQ{number}")).ok(),
        description: Some(Description::new(text).expect("a description")),
        ..EventParameters::new()
    }
}

/// Its body.
#[must_use]
pub fn body(event: &EventParameters) -> Vec<u8> {
    let mut body = Vec::new();
    encode_event(event, UnityVersion::LATEST, &mut body);
    body
}

/// The body as one derives it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Derived<'a> {
    /// A measured value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger_value: Option<f64>,
    /// The pictures.
    #[serde(borrow, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<DerivedImage<'a>>,
    /// The partner's own id.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub external_event_id: Option<Cow<'a, str>>,
    /// The text for staff.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub description: Option<Cow<'a, str>>,
}

/// One picture of it, in base64.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DerivedImage<'a> {
    /// The picture.
    #[serde(borrow)]
    pub image_data: Cow<'a, str>,
    /// Its name.
    #[serde(borrow)]
    pub name: Option<Cow<'a, str>>,
}

/// The structure with its base64 ready, so that serde_json is all that is left.
#[must_use]
pub fn derived(event: &EventParameters) -> Derived<'_> {
    let image = |image: &'_ Image| DerivedImage {
        image_data: STANDARD.encode(image.data()).into(),
        name: image.name().map(|name| name.to_owned().into()),
    };
    Derived {
        trigger_value: event.trigger_value.map(|value| value.value()),
        images: event.images.iter().map(image).collect(),
        external_event_id: event
            .external_event_id
            .as_ref()
            .map(|id| id.as_str().into()),
        description: event.description.as_ref().map(|text| text.as_str().into()),
    }
}

/// Base64 and JSON as one writes them: an encoded text for each picture, then serde_json.
#[must_use]
pub fn write_with_serde(event: &EventParameters) -> Vec<u8> {
    serde_json::to_vec(&derived(event)).unwrap_or_default()
}

/// Reads a body with serde_json and decodes its pictures; how many bytes they have.
#[must_use]
pub fn read_with_serde(body: &[u8]) -> Option<usize> {
    let read: Derived<'_> = serde_json::from_slice(body).ok()?;
    let pictures = read
        .images
        .iter()
        .map(|image| STANDARD.decode(image.image_data.as_bytes()));
    pictures.map(|picture| Some(picture.ok()?.len())).sum()
}

/// Whether the next call fails: one in five, the same for everybody.
fn fails(random: &mut Random) -> bool {
    random.next_u64().is_multiple_of(5)
}

fn device(number: usize) -> DeviceIdentifier {
    DeviceIdentifier::new(&format!("SN-{number:06}")).expect("valid")
}

const WALL: WallMicros = WallMicros(1_795_332_425_000_000);
/// What passes between two events.
const STEP: Duration = Duration::from_millis(1);

/// The queue of the crate with every limit out of the way, [`DEVICES`] events waiting in it all the time.
#[derive(Debug)]
pub struct QueueRound {
    queue: Queue<MemoryStore>,
    calls: Vec<EventCall>,
    fate: Random,
    now: Time,
    next: usize,
    /// Calls that were made.
    pub made: u64,
}

impl Default for QueueRound {
    fn default() -> Self {
        Self::new()
    }
}

impl QueueRound {
    /// Fills the queue.
    ///
    /// # Panics
    ///
    /// Never: there is room.
    #[must_use]
    pub fn new() -> Self {
        let many = NonZeroU32::new(1_000_000).expect("not zero");
        let mut config = Config::default();
        config.parallel = NonZeroUsize::new(64).expect("not zero");
        (
            config.per_second,
            config.repeat_burst,
            config.repeats_per_second,
        ) = (many, many, many);
        let store = MemoryStore::new();
        let mut queue =
            Queue::open(Time::ZERO, WALL, store, config, Random::new(7)).expect("empty");
        let calls: Vec<_> = (0..DEVICES).map(call).collect();
        queue.submit_all(Time::ZERO, &calls).expect("there is room");
        Self {
            queue,
            calls,
            fate: Random::new(9),
            now: Time::ZERO,
            next: 0,
            made: 0,
        }
    }

    /// Takes one event in and makes calls until one is delivered.
    ///
    /// # Panics
    ///
    /// When nothing is due although thousands wait.
    pub fn run(&mut self) {
        self.now = self.now + STEP;
        self.next = (self.next + 1) % DEVICES;
        self.queue
            .submit(self.now, &self.calls[self.next])
            .expect("there is room");
        loop {
            let call = self.queue.poll_call(self.now).expect("thousands wait");
            assert!(matches!(call.work, Work::Event(_)));
            self.made += 1;
            let failed = fails(&mut self.fate);
            let outcome = if failed {
                Outcome::Repeat { after: None }
            } else {
                Outcome::Done
            };
            self.queue.handle_outcome(self.now, call.id, outcome);
            while self.queue.poll_event().is_some() {}
            let _ = self.queue.poll_timeout();
            if !failed {
                return;
            }
        }
    }

    /// Events that wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue.waiting()
    }
}

fn call(number: usize) -> EventCall {
    let parameters = event("Fall, sensor i rom 12", number);
    EventCall::post(device(number), EventType::FALL, WALL, parameters)
}

/// What one writes: a list for each device, those whose turn it is, and a heap of those that failed. It
/// keeps nothing, knows no limits and tells nobody.
#[derive(Debug)]
pub struct MapRound {
    waiting: HashMap<DeviceIdentifier, VecDeque<EventParameters>>,
    ready: VecDeque<DeviceIdentifier>,
    failed: BinaryHeap<(Reverse<Time>, DeviceIdentifier)>,
    calls: Vec<EventCall>,
    fate: Random,
    now: Time,
    next: usize,
}

impl Default for MapRound {
    fn default() -> Self {
        Self::new()
    }
}

impl MapRound {
    /// Fills the lists.
    #[must_use]
    pub fn new() -> Self {
        let mut round = Self {
            waiting: HashMap::new(),
            ready: VecDeque::new(),
            failed: BinaryHeap::new(),
            calls: (0..DEVICES).map(call).collect(),
            fate: Random::new(9),
            now: Time::ZERO,
            next: 0,
        };
        (0..DEVICES).for_each(|number| round.submit(number));
        round
    }

    fn submit(&mut self, number: usize) {
        let call = &self.calls[number];
        let list = self.waiting.entry(call.pair.device.clone()).or_default();
        if list.is_empty() {
            self.ready.push_back(call.pair.device.clone());
        }
        if let Some(parameters) = call.action.parameters() {
            list.push_back(parameters.as_ref().clone());
        }
    }

    /// Takes one event in and makes calls until one is delivered.
    pub fn run(&mut self) {
        self.now = self.now + STEP;
        self.next = (self.next + 1) % DEVICES;
        self.submit(self.next);
        loop {
            while self
                .failed
                .peek()
                .is_some_and(|(Reverse(at), _)| *at <= self.now)
            {
                self.ready
                    .extend(self.failed.pop().map(|(_, device)| device));
            }
            let Some(device) = self.ready.pop_front() else {
                return;
            };
            if fails(&mut self.fate) {
                let pause = Duration::from_millis(200 + self.fate.next_u64() % 30_000);
                self.failed.push((Reverse(self.now + pause), device));
                continue;
            }
            if let Some(list) = self.waiting.get_mut(&device) {
                list.pop_front();
                if !list.is_empty() {
                    self.ready.push_back(device);
                }
            }
            return;
        }
    }

    /// Events that wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.values().map(VecDeque::len).sum()
    }
}

/// A queue in which so many events wait that carry all but pictures, their texts as long as allowed.
///
/// # Panics
///
/// Never: there is room.
#[must_use]
pub fn long_queue(events: usize) -> Queue<MemoryStore> {
    let mut config = Config::default();
    config.entries = events;
    let random = Random::new(1);
    let mut queue =
        Queue::open(Time::ZERO, WALL, MemoryStore::new(), config, random).expect("empty");
    let text = "x".repeat(Description::LIMIT);
    for number in 0..events {
        let call = EventCall::post(device(number), EventType::FALL, WALL, event(&text, number));
        queue.submit(Time::ZERO, &call).expect("there is room");
    }
    queue
}
