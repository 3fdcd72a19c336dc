//! Whatever the service does and whenever the process dies: no document is lost, and none is called
//! journaled that is not.
#![cfg(feature = "requests")]

#[path = "delivery/flaky.rs"]
mod flaky;
#[path = "delivery/support.rs"]
#[allow(dead_code)]
mod support;

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use fhir_vkp::answer::{Class, Failure, Outcome};
use fhir_vkp::delivery::{
    Config, Delivery, DeliveryCall, EntryId, EntryState, Event, Lane, MemoryStore, Store,
};
use fhir_vkp::request::{Action, Document, Resource};
use fhir_vkp::{Random, Time, WallMicros};
use flaky::Flaky;
use proptest::prelude::*;
use support::{Answer, bundle, dispense, jft};

/// Notes, and medicines handed out.
fn document(number: u32) -> Document {
    match number % 3 {
        2 => dispense(number),
        _ => bundle(number),
    }
}

/// What JFT really knows.
#[derive(Default)]
struct Jft {
    /// By the bytes of the document: its number at JFT.
    taken: BTreeMap<Vec<u8>, usize>,
    order: Vec<Vec<u8>>,
    journaled: BTreeSet<usize>,
    failed: BTreeSet<usize>,
    /// An answer as from a wrong address was given, after which other types go ahead.
    turned_away: bool,
    calm: bool,
}

impl Jft {
    fn take(&mut self, body: &[u8]) -> usize {
        if let Some(known) = self.taken.get(body) {
            return *known;
        }
        let number = self.taken.len();
        self.taken.insert(body.to_vec(), number);
        self.order.push(body.to_vec());
        number
    }

    /// `None`: no answer comes.
    fn answer(&mut self, call: &DeliveryCall, luck: u8) -> Option<Outcome> {
        let luck = if self.calm { 0 } else { luck };
        let lost = |why| Some(Outcome::failed(call.request.call(), why));
        if call.request.call().action == Action::Write {
            return match luck % 16 {
                1 => lost(Failure::NotSent),
                2 => Some(Answer::of(503).with(("Retry-After", "1")).read(call)),
                3 => {
                    self.take(call.request.body());
                    Some(Answer::of(500).read(call))
                }
                4 => Some(Answer::of(401).read(call)),
                5 => Some(Answer::of(400).read(call)),
                6 => Some(Answer::of(429).with(("Retry-After", "30")).read(call)),
                7 => Some(Answer::of(302).read(call)),
                8 => {
                    self.take(call.request.body());
                    lost(Failure::ConnectionLost)
                }
                9 => {
                    self.take(call.request.body());
                    None
                }
                10 => {
                    self.take(call.request.body());
                    Some(Answer::of(202).read(call))
                }
                11 => {
                    // A proxy says so, after it has handed the document on.
                    self.take(call.request.body());
                    Some(Answer::of(503).read(call))
                }
                12 | 13 if call.request.resource() == Some(Resource::MedicationDispense) => {
                    Some(Answer::of(404).read(call))
                }
                _ => {
                    let number = self.take(call.request.body());
                    let location = format!("/v1/Bundle/{number}/$status");
                    let location: &'static str = location.leak();
                    Some(Answer::of(202).with(("Location", location)).read(call))
                }
            };
        }
        let number = call.request.url().split('/').nth(5).expect("an id");
        let number: usize = number.parse().expect("a number");
        if luck % 8 == 1 && !self.failed.contains(&number) {
            self.journaled.insert(number);
        } else if luck % 32 == 2 && !self.journaled.contains(&number) {
            self.failed.insert(number);
        } else if self.calm && !self.failed.contains(&number) {
            self.journaled.insert(number);
        }
        let said = |known: bool| {
            if known {
                "\"2026-03-14T02:21:00Z\""
            } else {
                "null"
            }
        };
        let body = format!(
            r#"{{"registered":"2026-03-14T02:20:00Z","journaled":{},"failed":{}}}"#,
            said(self.journaled.contains(&number)),
            said(self.failed.contains(&number))
        );
        match luck / 32 {
            3 => None,
            4 => Some(Answer::of(404).read(call)),
            5 => Some(Answer::of(200).body("<html>journaled</html>").read(call)),
            6 => lost(Failure::ConnectionLost),
            7 => Some(Answer::of(403).read(call)),
            _ => Some(Answer::of(200).body(&body).read(call)),
        }
    }
}

struct Run {
    delivery: Delivery<Flaky>,
    store: Flaky,
    jft: Jft,
    now: Time,
    documents: BTreeMap<EntryId, (u32, Option<Lane>)>,
    journaled: BTreeSet<EntryId>,
    parked: BTreeSet<EntryId>,
    /// Parked, which a crash came before the store could keep: others may have gone since.
    came_back: BTreeSet<EntryId>,
}

fn wall(now: Time) -> WallMicros {
    support::WALL.after(now.elapsed())
}

fn open<S: Store>(now: Time, store: S) -> Delivery<S> {
    let random = Random::new(now.elapsed().as_secs());
    Delivery::open(now, wall(now), jft(), store, Config::default(), random).expect("opened")
}

impl Run {
    fn events(&mut self) {
        while let Some(event) = self.delivery.poll_event() {
            match event {
                Event::Journaled { id, .. } => {
                    let (number, _) = self.documents[&id];
                    let at_jft = self.jft.taken[document(number).body()];
                    assert!(
                        self.jft.journaled.contains(&at_jft),
                        "journaled out of thin air"
                    );
                    assert!(self.journaled.insert(id), "twice");
                }
                Event::Parked { id, why } => {
                    assert!(self.parked.insert(id), "twice");
                    let (number, _) = self.documents[&id];
                    if let Some(at_jft) = self.jft.taken.get(document(number).body()) {
                        let failed = self.jft.failed.contains(at_jft);
                        assert!(why.may_have_arrived() || failed, "it has arrived: {why}");
                    }
                }
                Event::Done { .. } => panic!("JFT does not confirm at once"),
                _ => {}
            }
        }
    }

    fn crash(&mut self) {
        // What the store could not keep until now comes again.
        for entry in self.store.entries() {
            self.journaled.remove(&entry.id);
            if !matches!(entry.state, EntryState::Parked { .. }) && self.parked.remove(&entry.id) {
                self.came_back.insert(entry.id);
            }
        }
        self.delivery = open(self.now, self.store.clone());
    }

    fn turn(&mut self, luck: &mut impl Iterator<Item = u8>) {
        self.delivery.handle_timeout(self.now);
        let mut calls = Vec::new();
        while let Some(call) = self.delivery.poll_call(self.now) {
            let (number, _) = self.documents[&call.entry];
            if call.request.call().action == Action::Write {
                assert_eq!(call.request.body(), document(number).body());
            }
            calls.push(call);
            // Answers come in any order.
            if luck.next().unwrap_or(0) % 3 == 0 {
                self.answer(&calls.remove(0), luck);
            }
        }
        for call in calls.into_iter().rev() {
            self.answer(&call, luck);
        }
        self.events();
    }

    fn answer(&mut self, call: &DeliveryCall, luck: &mut impl Iterator<Item = u8>) {
        if let Some(outcome) = self.jft.answer(call, luck.next().unwrap_or(0)) {
            let is_write = call.request.call().action == Action::Write;
            self.jft.turned_away |= is_write && outcome.class == Class::Configuration;
            self.delivery.handle_outcome(self.now, call.id, &outcome);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_document_is_lost_and_none_is_called_journaled_that_is_not(
        luck in prop::collection::vec(any::<u8>(), 0..400),
        lanes in prop::collection::vec(prop::option::of(0u64..3), 1..12),
        crashes in prop::collection::btree_set(0usize..60, 0..4),
    ) {
        let mut luck = luck.into_iter();
        let store = Flaky::default();
        let mut run = Run {
            delivery: open(Time::ZERO, store.clone()),
            store,
            jft: Jft::default(),
            now: Time::ZERO,
            documents: BTreeMap::new(),
            journaled: BTreeSet::new(),
            parked: BTreeSet::new(),
            came_back: BTreeSet::new(),
        };
        for (number, lane) in (0..).zip(&lanes) {
            let lane = lane.map(Lane);
            run.store.failures.set(0);
            let submitted = run.delivery.submit(run.now, &document(number), lane);
            let submitted = submitted.expect("taken over");
            prop_assert!(!submitted.repeated);
            run.documents.insert(submitted.id, (number, lane));
            run.turn(&mut luck);
        }
        for step in 0.. {
            if crashes.contains(&step) {
                run.crash();
            }
            run.jft.calm = luck.len() == 0;
            if luck.next().unwrap_or(0) % 16 == 1 {
                run.store.failures.set(luck.next().unwrap_or(0).into());
            }
            prop_assert!(step < 20_000, "it never ends");
            // As late as asked for, and sometimes much later.
            let Some(next) = run.delivery.poll_timeout() else { break };
            run.now = run.now.max(next);
            if luck.next().unwrap_or(1) == 0 {
                run.now = run.now + Duration::from_secs(7_200);
            }
            run.turn(&mut luck);
        }
        // Everybody is accounted for: journaled, or in the store for an operator.
        for id in run.documents.keys() {
            prop_assert_eq!(run.delivery.state(*id), run.store.state(*id));
            let kept = run.store.state(*id).is_some();
            prop_assert_eq!(run.journaled.contains(id), !kept);
            prop_assert_eq!(run.parked.contains(id), kept);
        }
        prop_assert_eq!(run.delivery.unkept_documents(), 0);
        // What was taken of a lane was taken in its order, but for another type whose address seemed wrong.
        let types = match run.jft.turned_away {
            true => vec![vec![Resource::Bundle], vec![Resource::MedicationDispense]],
            false => vec![vec![Resource::Bundle, Resource::MedicationDispense]],
        };
        for (lane, types) in (0..3).flat_map(|lane| types.iter().map(move |types| (lane, types))) {
            let in_lane = run.documents.iter().filter(|(id, (_, of))| {
                *of == Some(Lane(lane)) && !run.came_back.contains(id)
            });
            let documents = in_lane.map(|(_, (number, _))| document(*number));
            let submitted: Vec<_> = documents
                .filter(|document| types.contains(&document.resource()))
                .map(|document| document.body().to_vec())
                .collect();
            let taken: Vec<_> = run.jft.order.iter().filter(|body| submitted.contains(body)).collect();
            let expected: Vec<_> = submitted.iter().filter(|body| taken.contains(body)).collect();
            prop_assert_eq!(taken, expected);
        }
    }

    #[test]
    fn whatever_comes_of_questions_no_write_waits(
        luck in prop::collection::vec(any::<u8>(), 0..400),
        pauses in prop::collection::vec(0u64..2_000, 1..30),
    ) {
        let mut luck = luck.into_iter().cycle();
        let mut delivery = open(Time::ZERO, MemoryStore::new());
        let (mut now, mut held) = (Time::ZERO, Vec::new());
        for (number, pause) in (0..).zip(pauses) {
            let submitted = delivery.submit(now, &bundle(number), None).expect("taken over").id;
            let mut written = false;
            let until = now + Duration::from_secs(pause);
            loop {
                delivery.handle_timeout(now);
                while let Some(call) = delivery.poll_call(now) {
                    if call.request.call().action == Action::Write {
                        prop_assert_eq!(call.entry, submitted);
                        prop_assert!(!written);
                        written = true;
                        let number = format!("/v1/Bundle/{number}/$status").leak();
                        let answer = Answer::of(202).with(("Location", number));
                        delivery.handle_outcome(now, call.id, &answer.read(&call));
                        continue;
                    }
                    let later = ("Retry-After", "86400");
                    let answer = match luck.next().unwrap_or(0) % 10 {
                        // No answer, for now or at all.
                        0 => { held.push(call); continue }
                        1 => Answer::of(401),
                        2 => Answer::of(403),
                        3 => Answer::of(302),
                        4 => Answer::of(407),
                        5 => Answer::of(429).with(later),
                        6 => Answer::of(503).with(later),
                        7 => Answer::of(404),
                        8 => Answer::of(415),
                        _ => Answer::of(200).body("{\"registered\":\"2026-03-14T02:20:00Z\"}"),
                    };
                    delivery.handle_outcome(now, call.id, &answer.read(&call));
                }
                prop_assert!(written, "it waits");
                if luck.next().unwrap_or(0) % 4 == 0 {
                    if let Some(call) = held.pop() {
                        delivery.handle_outcome(now, call.id, &Answer::of(403).read(&call));
                    }
                }
                match delivery.poll_timeout() {
                    Some(next) if next < until => now = now.max(next),
                    _ => break,
                }
            }
            now = until;
        }
    }

    #[test]
    fn states_of_any_text_are_read_or_refused(text in "\\PC*") {
        let _ = fhir_vkp::delivery::EntryState::from_text(&text);
        let _ = fhir_vkp::answer::JournalStatus::read(text.as_bytes());
        let _ = fhir_vkp::answer::OperationOutcome::read(text.as_bytes());
        let _ = fhir_vkp::answer::BatchAnswer::read(text.as_bytes(), text.as_bytes());
        let _ = fhir_vkp::request::Document::from_json(text.as_bytes());
    }
}
