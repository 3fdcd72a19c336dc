//! What the tests of deliveries share.

use std::time::SystemTime;

use fhir_vkp::answer::Outcome;
use fhir_vkp::delivery::{
    Config, Delivery, DeliveryCall, EntryId, Event, Lane, MemoryStore, ParkReason, Parked, Store,
    Target,
};
use fhir_vkp::identifier::OrganisationNumber;
use fhir_vkp::request::{Action, BaseAddress, Document, JftRequests, VkpRequests};
use fhir_vkp::{Random, Time, WallMicros};

pub(crate) const WALL: WallMicros = WallMicros(1_795_332_425_000_000);

pub(crate) fn at(millis: u64) -> Time {
    Time::from_millis(millis)
}

fn base(text: &str) -> BaseAddress {
    BaseAddress::new(text).expect("an address")
}

pub(crate) fn vkp() -> Target {
    let organisation = OrganisationNumber::new("310000000").expect("a number");
    Target::Vkp(VkpRequests::new(
        base("https://vkp.example.net"),
        &organisation,
    ))
}

pub(crate) fn jft() -> Target {
    let (write, read) = (
        base("https://write.example.net"),
        base("https://read.example.net"),
    );
    Target::Jft(JftRequests::new(write, read))
}

pub(crate) fn bundle(number: u32) -> Document {
    let json = format!(
        r#"{{"resourceType":"Bundle","type":"document","identifier":{{"system":"urn:ietf:rfc:3986","value":"urn:uuid:{number}"}}}}"#
    );
    Document::from_json(json.into_bytes()).expect("a document")
}

/// A medicine that was handed out.
pub(crate) fn dispense(number: u32) -> Document {
    let json = format!(
        r#"{{"resourceType":"MedicationDispense","identifier":[{{"system":"urn:ietf:rfc:3986","value":"urn:uuid:{number}"}}]}}"#
    );
    Document::from_json(json.into_bytes()).expect("a document")
}

pub(crate) fn open<S: Store>(target: Target, config: Config, store: S) -> Delivery<S> {
    Delivery::open(Time::ZERO, WALL, target, store, config, Random::new(7)).expect("opened")
}

pub(crate) fn delivery(target: Target) -> Delivery<MemoryStore> {
    open(target, Config::default(), MemoryStore::new())
}

pub(crate) fn events(delivery: &mut Delivery<impl Store>) -> Vec<Event> {
    core::iter::from_fn(|| delivery.poll_event()).collect()
}

/// What is told of a document that is parked.
pub(crate) fn parked(id: EntryId, reason: ParkReason, maybe_taken: bool) -> Event {
    let why = Parked {
        reason,
        maybe_taken,
    };
    Event::Parked { id, why }
}

/// The next call, which must be for this.
pub(crate) fn sent(delivery: &mut Delivery<impl Store>, now: Time, action: Action) -> DeliveryCall {
    let call = delivery.poll_call(now).expect("a call is due");
    assert_eq!(call.request.call().action, action);
    call
}

/// The number that a document got, which is taken over.
pub(crate) fn submitted(
    delivery: &mut Delivery<impl Store>,
    now: Time,
    number: u32,
    lane: Option<Lane>,
) -> EntryId {
    taken_over(delivery, now, &bundle(number), lane)
}

/// The number that this document got.
pub(crate) fn taken_over(
    delivery: &mut Delivery<impl Store>,
    now: Time,
    document: &Document,
    lane: Option<Lane>,
) -> EntryId {
    let submitted = delivery.submit(now, document, lane);
    submitted.expect("taken over").id
}

/// The answer to a call has come.
pub(crate) fn reply(
    delivery: &mut Delivery<impl Store>,
    now: Time,
    call: &DeliveryCall,
    answer: &Answer,
) {
    delivery.handle_outcome(now, call.id, &answer.read(call));
}

/// The next call, which must be for this, is answered at once.
pub(crate) fn exchange(
    delivery: &mut Delivery<impl Store>,
    now: Time,
    action: Action,
    answer: &Answer,
) {
    let call = sent(delivery, now, action);
    reply(delivery, now, &call, answer);
}

/// A document that JFT has accepted at the start and that is followed now.
pub(crate) fn followed(delivery: &mut Delivery<impl Store>, number: u32) -> EntryId {
    let id = submitted(delivery, at(0), number, None);
    exchange(delivery, at(0), Action::Write, &accepted());
    id
}

/// The next question for the state, asked when it is due, is answered with this.
pub(crate) fn asked(delivery: &mut Delivery<impl Store>, body: &str) {
    let now = delivery.poll_timeout().expect("a question");
    let answer = Answer::of(200).body(body);
    exchange(delivery, now, Action::Status, &answer);
}

/// Answers all that is due with a status; how many calls that were.
pub(crate) fn serve(
    delivery: &mut Delivery<impl Store>,
    now: Time,
    status: impl Fn(&DeliveryCall) -> u16,
) -> u32 {
    delivery.handle_timeout(now);
    let mut calls = 0;
    while let Some(call) = delivery.poll_call(now) {
        calls += 1;
        reply(delivery, now, &call, &Answer::of(status(&call)));
    }
    calls
}

/// JFT accepts a document and says where its state is told.
pub(crate) fn accepted() -> Answer {
    Answer::of(202).with(("Location", "/v1/Bundle/7/$status"))
}

/// One answer of the double.
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    body: String,
}

impl Answer {
    pub(crate) fn of(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    pub(crate) fn with(mut self, header: (&'static str, &'static str)) -> Self {
        self.headers.push(header);
        self
    }

    pub(crate) fn body(mut self, body: &str) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn read(&self, call: &DeliveryCall) -> Outcome {
        let headers = self.headers.iter();
        let headers = headers.map(|(name, value)| (*name, value.as_bytes()));
        let body = self.body.clone().into_bytes();
        Outcome::read(
            call.request.call(),
            self.status,
            headers,
            body,
            SystemTime::UNIX_EPOCH,
        )
    }
}
