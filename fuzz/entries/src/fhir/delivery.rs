//! The way of documents under a list of operations, beside books (FHIR reference 9.1 and 9.2).

mod disk;
mod service;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use fhir_vkp::answer::{Class, Outcome};
use fhir_vkp::delivery::{
    Config, Delivery, DeliveryCall, EntryId, EntryState, Event, Lane, Order, ParkReason, Retried,
    SubmitError, Target,
};
use fhir_vkp::identifier::OrganisationNumber;
use fhir_vkp::request::{Action, BaseAddress, Document, JftRequests, Resource, VkpRequests};
use fhir_vkp::{Random, Time, WallMicros};

use super::luck::Luck;
use disk::Disk;
use service::{Service, is_write, number_of};

const OPERATIONS: usize = 200;
const WALL: WallMicros = WallMicros(1_795_332_425_000_000);
const DOCUMENTS: usize = 24;
const HERE: &str = "https://service.example.net";
/// A token for the one address must not go to the other.
const THERE: &str = "https://moved.example.net";

/// One document in the books.
#[derive(Clone, Copy)]
struct Page {
    number: usize,
    lane: Option<Lane>,
    /// It was parked once: its place in its lane is another.
    parked: bool,
    /// Since when it has the patience for what is not taken, as it was promised.
    tried: Time,
    /// Since when it has the patience for what is not confirmed.
    taken: Time,
}

impl Page {
    fn resource(&self) -> Resource {
        document(self.number, "").resource()
    }
}

struct World {
    now: Time,
    jft: bool,
    base: &'static str,
    config: Config,
    delivery: Delivery<Disk>,
    service: Service,
    /// What was taken over and has not ended.
    books: BTreeMap<EntryId, Page>,
    ended: BTreeSet<EntryId>,
    /// An append that failed may be in the store.
    doubtful: BTreeMap<usize, Option<Lane>>,
    /// A dismissal that failed may have left the store.
    dismissing: BTreeSet<EntryId>,
    calls: Vec<DeliveryCall>,
    numbers: usize,
    /// The types that an answer as from a wrong address came to in this run: others need not wait for them.
    turned_away: BTreeSet<Resource>,
    /// Whether a write or the disk gave trouble since the start: otherwise no write waits.
    trouble: bool,
}

/// Runs the operations; then service and store behave.
pub fn fhir_delivery(data: &[u8]) {
    let mut luck = Luck::new(data);
    let settings = luck.byte();
    let mut config = Config::default();
    config.capacity = 16;
    if settings & 2 != 0 {
        config.order = Order::Journaled;
    }
    let mut world = World {
        now: Time::ZERO,
        jft: settings & 1 == 0,
        config,
        base: HERE,
        delivery: open(Time::ZERO, settings & 1 == 0, HERE, config, Disk::default()),
        service: Service::default(),
        books: BTreeMap::new(),
        ended: BTreeSet::new(),
        doubtful: BTreeMap::new(),
        dismissing: BTreeSet::new(),
        calls: Vec::new(),
        numbers: 0,
        turned_away: BTreeSet::new(),
        trouble: false,
    };
    for _ in 0..OPERATIONS {
        if luck.is_over() {
            break;
        }
        world.run(&mut luck);
        world.poll();
    }
    world.settle();
}

fn open(now: Time, jft: bool, address: &str, config: Config, disk: Disk) -> Delivery<Disk> {
    let base = |text: &str| BaseAddress::new(text).expect("an address");
    let target = if jft {
        let read = base("https://read.example.net");
        Target::Jft(JftRequests::new(base(address), read))
    } else {
        let organisation = OrganisationNumber::new("310000000").expect("a number");
        Target::Vkp(VkpRequests::new(base(address), &organisation))
    };
    let random = Random::new(now.elapsed().as_secs());
    let wall = WALL.after(now.elapsed());
    Delivery::open(now, wall, target, disk, config, random).expect("opened")
}

/// A document with this number; the same number with another note is another document with its identifier.
fn document(number: usize, note: &str) -> Document {
    let kind = match number % 3 {
        0 => "MedicationDispense",
        _ => "Bundle",
    };
    let json = format!(
        r#"{{"resourceType":"{kind}","type":"document","identifier":{{"system":"urn:ietf:rfc:3986","value":"urn:uuid:{number}"}},"note":"{note}"}}"#
    );
    Document::from_json(json.into_bytes()).expect("a document")
}

impl World {
    fn run(&mut self, luck: &mut Luck<'_>) {
        match luck.byte() % 16 {
            0 | 1 => self.submit(luck),
            2 => self.submit_again(luck),
            3..=6 => self.answer(luck),
            7 => self.now = self.now + Duration::from_secs(u64::from(luck.byte())),
            8 => self.now = self.now + Duration::from_secs(600 * u64::from(luck.byte())),
            9 | 10 => self.until_due(),
            11 => self.crash(),
            12 => self.restart_with_a_failing_disk(luck.byte()),
            13 => self.retry(luck),
            14 => self.dismiss(luck),
            _ => self.delivery.resume(self.now),
        }
    }

    /// The store is not handed out to be changed: it is taken out and put back, as a restart does. The
    /// service may have another address then.
    fn restart_with_a_failing_disk(&mut self, failures: u8) {
        let mut disk = self.crashed();
        self.trouble = failures % 4 > 0;
        (disk.failures, disk.half) = (failures % 4, failures >= 128);
        self.base = if failures & 64 == 0 { HERE } else { THERE };
        self.delivery = open(self.now, self.jft, self.base, self.config, disk);
    }

    fn crashed(&mut self) -> Disk {
        self.calls.clear();
        self.trouble = false;
        self.turned_away.clear();
        // A start takes its time; ids are drawn from the clock.
        self.now = self.now + Duration::from_secs(1);
        let fresh = open(self.now, self.jft, self.base, self.config, Disk::default());
        let dead = core::mem::replace(&mut self.delivery, fresh);
        let mut disk = dead.into_store();
        disk.failures = 0;
        // What may have been kept is kept or not: now it is known.
        for entry in disk.kept.entries() {
            let number = number_of(entry.document.body());
            if let Some(lane) = self.doubtful.get(&number).copied() {
                let known = self.books.contains_key(&entry.id) || self.ended.contains(&entry.id);
                if !known {
                    let page = Page {
                        number,
                        lane,
                        parked: true,
                        tried: Time::ZERO,
                        taken: Time::ZERO,
                    };
                    self.books.insert(entry.id, page);
                }
            }
        }
        self.doubtful.clear();
        for id in core::mem::take(&mut self.dismissing) {
            if self.books.contains_key(&id) && !disk.kept.entries().any(|one| one.id == id) {
                self.end(id);
            }
        }
        // The end of a document that could not be kept comes again.
        for entry in disk.kept.entries() {
            if self.ended.remove(&entry.id) {
                let number = number_of(entry.document.body());
                let page = Page {
                    number,
                    lane: entry.lane,
                    parked: true,
                    tried: Time::ZERO,
                    taken: Time::ZERO,
                };
                self.books.insert(entry.id, page);
            }
        }
        disk
    }

    fn crash(&mut self) {
        let disk = self.crashed();
        self.base = HERE;
        self.delivery = open(self.now, self.jft, self.base, self.config, disk);
    }

    fn submit(&mut self, luck: &mut Luck<'_>) {
        if self.numbers == DOCUMENTS {
            return;
        }
        let lane = luck.byte() % 4;
        let lane = (lane > 0).then(|| Lane(lane.into()));
        self.numbers += 1;
        let number = self.numbers;
        match self.delivery.submit(self.now, &document(number, ""), lane) {
            Ok(submitted) => {
                assert!(!submitted.repeated);
                let page = Page {
                    number,
                    lane,
                    parked: false,
                    tried: self.now,
                    taken: self.now,
                };
                assert!(
                    self.books.insert(submitted.id, page).is_none(),
                    "an id twice"
                );
                assert!(!self.ended.contains(&submitted.id), "an id that was used");
                let kept = self
                    .delivery
                    .store()
                    .kept
                    .entries()
                    .any(|one| one.id == submitted.id);
                assert!(kept, "taken over without being kept");
            }
            Err(SubmitError::Full) => {
                // What has left and is still in the store has its place there.
                let kept = self.books.len() + self.delivery.unkept_documents();
                assert!(kept >= self.config.capacity);
            }
            Err(SubmitError::Store(_)) => drop(self.doubtful.insert(number, lane)),
            Err(other) => panic!("{other}"),
        }
    }

    /// The same document again, or another one with its identifier.
    fn submit_again(&mut self, luck: &mut Luck<'_>) {
        if self.books.is_empty() {
            return;
        }
        let which = luck.below(self.books.len());
        let (id, page) = self
            .books
            .iter()
            .nth(which)
            .map(|(id, page)| (*id, *page))
            .expect("one");
        let again = self
            .delivery
            .submit(self.now, &document(page.number, ""), None);
        let again = again.expect("it is here already");
        let (kept, repeated) = (again.id, again.repeated);
        assert!(
            repeated
                && self
                    .books
                    .get(&kept)
                    .is_some_and(|one| one.number == page.number)
        );
        assert!(kept == id || self.books.len() > 1);
        let other = self
            .delivery
            .submit(self.now, &document(page.number, "other"), None);
        assert!(
            matches!(other, Err(SubmitError::IdentifierReused)),
            "{other:?}"
        );
    }

    fn answer(&mut self, luck: &mut Luck<'_>) {
        if self.calls.is_empty() {
            return;
        }
        let call = self.calls.remove(luck.below(self.calls.len()));
        let kind = luck.byte();
        let is_write = is_write(&call);
        let Some(outcome) = self.service.answer(&call, self.jft, kind) else {
            self.trouble |= is_write;
            return;
        };
        self.trouble |= is_write && outcome.class != Class::Done;
        if let Some(resource) = call.request.resource().filter(|_| is_write) {
            if outcome.class == Class::Configuration {
                self.turned_away.insert(resource);
            }
        }
        self.delivery.handle_outcome(self.now, call.id, &outcome);
        // A second answer to the same call says nothing.
        self.events();
        let done = Outcome::read(
            call.request.call(),
            200,
            [("Location", &b"/v1/Bundle/0/$status"[..])],
            br#"{"journaled":"2026-03-14T02:20:00Z"}"#.to_vec(),
            SystemTime::UNIX_EPOCH,
        );
        self.delivery.handle_outcome(self.now, call.id, &done);
        assert!(
            self.delivery.poll_event().is_none(),
            "an answer counts twice"
        );
    }

    fn until_due(&mut self) {
        if let Some(due) = self.delivery.poll_timeout() {
            self.now = self.now.max(due);
        }
    }

    fn parked(&self, luck: &mut Luck<'_>) -> Option<EntryId> {
        let mut parked: Vec<_> = self.delivery.parked().map(|(id, ..)| id).collect();
        parked.sort();
        parked.get(luck.below(parked.len().max(1))).copied()
    }

    fn retry(&mut self, luck: &mut Luck<'_>) {
        if let Some(id) = self.parked(luck) {
            let parked = self.delivery.state(id);
            let Some(EntryState::Parked { why, status, .. }) = &parked else {
                panic!("it is parked: {parked:?}");
            };
            let tried = self.delivery.retry(self.now, id);
            let state = self.delivery.state(id);
            let page = self.books.get_mut(&id).expect("a document");
            match tried {
                Ok(Retried::Written) => {
                    assert!(!why.was_taken(), "what was taken is written again");
                    assert!(matches!(state, Some(EntryState::Waiting { .. })));
                    page.tried = self.now;
                }
                Ok(Retried::Asked) => {
                    assert!(status.is_some() && matches!(state, Some(EntryState::Taken { .. })));
                    page.taken = self.now;
                }
                Ok(Retried::TakenBefore) => {
                    let known = status.as_ref().map(|status| status.as_str());
                    let here = known.is_some_and(|status| status.starts_with(self.base));
                    assert!(!here && why.was_taken() && state == parked);
                    if luck.byte() < 128 {
                        return;
                    }
                    let again = self.delivery.write_again(self.now, id);
                    assert_ne!(again, Ok(false), "it was parked");
                    if again.is_ok() {
                        page.tried = self.now;
                    }
                }
                Err(_) => assert_eq!(state, parked),
                other => panic!("it was parked: {other:?}"),
            }
        }
    }

    fn dismiss(&mut self, luck: &mut Luck<'_>) {
        if let Some(id) = self.parked(luck) {
            match self.delivery.dismiss(id) {
                Ok(parked) => {
                    assert!(parked);
                    self.end(id);
                }
                // It may be gone from the store; it stays parked.
                Err(_) => {
                    assert!(self.delivery.state(id).is_some());
                    self.dismissing.insert(id);
                }
            }
        }
    }

    fn end(&mut self, id: EntryId) {
        assert!(self.books.remove(&id).is_some(), "an end that is none");
        self.ended.insert(id);
    }

    fn poll(&mut self) {
        let now = self.now;
        // A write whose time is over is given up, and repeated later.
        let mut writes = self.calls.iter().filter(|call| is_write(call));
        self.trouble |= writes.any(|call| call.deadline <= now);
        self.delivery.handle_timeout(self.now);
        while let Some(call) = self.delivery.poll_call(self.now) {
            self.called(&call);
            self.calls.push(call);
            // A call whose time is over is given up, and may be made anew.
            let now = self.now;
            let open = self.calls.iter().filter(|call| call.deadline > now).count();
            assert!(open <= self.config.parallel.get(), "too many at once");
        }
        self.events();
        let due = self.delivery.poll_timeout();
        assert!(
            due.is_none_or(|due| due > self.now),
            "what is due is not done"
        );
        for id in self.books.keys() {
            assert!(self.delivery.state(*id).is_some(), "a document is lost");
        }
        self.no_write_waits();
        self.store_knows();
        let printed = format!("{:?}", self.delivery);
        assert!(!printed.contains("uuid"));
    }

    /// Once the store has kept what it could not keep at first, it knows what there is to know.
    fn store_knows(&self) {
        if self.delivery.unkept_documents() > 0 {
            let due = self.delivery.poll_timeout();
            assert!(due.is_some(), "it is never kept");
            return;
        }
        let kept = self.delivery.store().kept.entries();
        let kept: BTreeMap<_, _> = kept.map(|one| (one.id, &one.state)).collect();
        for id in self.books.keys() {
            // A dismissal that failed may have left the store.
            if !self.dismissing.contains(id) {
                assert_eq!(kept.get(id).copied(), self.delivery.state(*id).as_ref());
            }
        }
        for id in &self.ended {
            assert!(!kept.contains_key(id), "what has ended would come again");
        }
    }

    /// Whatever comes of questions, there is room for one write at a time. Where writes gave trouble there
    /// are good reasons to wait.
    fn no_write_waits(&self) {
        let mut open = self.calls.iter().filter(|call| call.deadline > self.now);
        if self.trouble || open.any(is_write) {
            return;
        }
        for (id, page) in &self.books {
            let waits = matches!(self.delivery.state(*id), Some(EntryState::Waiting { .. }));
            if waits && page.lane.is_none() {
                let under_way = self.calls.iter().any(|call| call.entry == *id);
                assert!(under_way, "a write waits, and writes gave no trouble");
            }
        }
    }

    fn called(&self, call: &DeliveryCall) {
        let page = self
            .books
            .get(&call.entry)
            .expect("a call for what has ended");
        let state = self.delivery.state(call.entry);
        let write = call.request.call().action == Action::Write;
        assert!(call.request.url().starts_with(self.base), "a token abroad");
        if !write {
            assert!(self.jft && matches!(state, Some(EntryState::Taken { .. })));
            return;
        }
        assert!(
            matches!(state, Some(EntryState::Waiting { .. })),
            "written twice"
        );
        assert_eq!(call.request.body(), document(page.number, "").body());
        if page.parked || page.lane.is_none() {
            return;
        }
        for (earlier, other) in self.books.range(..call.entry) {
            let aside = self.turned_away.contains(&other.resource());
            let aside = aside && other.resource() != page.resource();
            if other.lane == page.lane && !other.parked {
                let before = match self.delivery.state(*earlier) {
                    Some(EntryState::Waiting { .. }) => !aside,
                    Some(EntryState::Taken { .. }) => self.config.order == Order::Journaled,
                    _ => false,
                };
                assert!(!before, "out of order");
            }
        }
    }

    fn events(&mut self) {
        while let Some(event) = self.delivery.poll_event() {
            match event {
                Event::Journaled { id, .. } => {
                    let number = self.books[&id].number;
                    assert!(
                        self.jft && self.service.journaled.contains(&number),
                        "not journaled"
                    );
                    self.end(id);
                }
                Event::Done { id } => {
                    let number = self.books[&id].number;
                    assert!(
                        !self.jft && self.service.taken.contains(&number),
                        "not taken"
                    );
                    self.end(id);
                }
                Event::Taken { id } => {
                    let page = self.books.get_mut(&id).expect("a document");
                    page.taken = self.now;
                    assert!(
                        self.jft && self.service.taken.contains(&page.number),
                        "not taken"
                    );
                }
                Event::Parked { id, why } => {
                    let page = self.books.get_mut(&id).expect("a document");
                    page.parked = true;
                    let has_arrived = self.service.taken.contains(&page.number);
                    let failed = self.service.failed.contains(&page.number);
                    assert!(
                        !has_arrived || failed || why.may_have_arrived(),
                        "it has arrived: {why}"
                    );
                    // Not before its time, which an operator may have given it anew.
                    let patience = match why.reason {
                        ParkReason::NotTaken => (page.tried, self.config.take_within),
                        ParkReason::Unconfirmed | ParkReason::Contradictory => {
                            (page.taken, self.config.confirm_within)
                        }
                        _ => (page.tried, Duration::ZERO),
                    };
                    // The wall clock counts in microseconds.
                    let now = self.now + Duration::from_micros(2);
                    assert!(now >= patience.0 + patience.1, "given up too early");
                    assert!(!why.to_string().is_empty());
                    assert!(self.delivery.parked().any(|(parked, ..)| parked == id));
                }
                Event::Late { id, .. } | Event::Progress { id, .. } => {
                    assert!(self.books.contains_key(&id));
                }
                Event::Unreadable { .. } => panic!("everything can be read"),
                Event::StoreFailed { .. } => self.trouble = true,
                _ => {}
            }
        }
    }

    /// Everybody behaves: all that is open ends, and nothing is missing.
    fn settle(&mut self) {
        self.crash();
        for step in 0.. {
            assert!(step < 5_000, "it never ends");
            self.poll();
            if self.calls.is_empty() {
                if self.delivery.poll_timeout().is_none() {
                    break;
                }
                self.until_due();
            }
            for call in core::mem::take(&mut self.calls) {
                let outcome = self.service.answer(&call, self.jft, 0).expect("an answer");
                self.delivery.handle_outcome(self.now, call.id, &outcome);
            }
        }
        assert_eq!(self.delivery.open_documents(), 0);
        let kept: BTreeSet<_> = self
            .delivery
            .store()
            .kept
            .entries()
            .map(|one| one.id)
            .collect();
        assert!(self.books.keys().eq(kept.iter()), "store and books differ");
        for id in self.books.keys() {
            assert!(
                self.delivery.parked().any(|(parked, ..)| parked == *id),
                "it waits for ever"
            );
        }
    }
}
