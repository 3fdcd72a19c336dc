//! Patients of open alarms, asked for at VKP, beside everything else.
//!
//! It begins after an alarm is stored and answered, and waits for nobody: at most so many calls at a
//! time, each within its time, and when more alarms come than can be asked about, the rest are counted.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use fhir_vkp::Identifier;
use fhir_vkp::answer::Class;
use fhir_vkp::client::{CallError, Client};
use fhir_vkp::decode::{DecodeOptions, decode};
use fhir_vkp::identifier::system;
use fhir_vkp::request::{ServiceCodes, VkpRequests};
use fhir_vkp::view::Patient;
use metrics::counter;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::journal::EventId;
use crate::patients::{PatientFacts, PatientView, Patients};
use crate::time::Timestamp;

/// Questions that may wait.
const WAITING: usize = 1_000;
/// Calls at a time.
const PARALLEL: usize = 4;
/// How often what is too old is forgotten.
const FORGET: Duration = Duration::from_secs(5);

/// How patients are looked up.
#[derive(Debug)]
pub(super) struct LookUp {
    pub(super) client: Client,
    pub(super) vkp: VkpRequests,
    pub(super) codes: ServiceCodes,
    pub(super) within: Duration,
    pub(super) keep: Duration,
    pub(super) most: usize,
}

/// Who is to be looked up, for which alarm.
pub(super) struct Question {
    pub(super) alarm: EventId,
    /// Tells persons apart without naming them.
    pub(super) person: u64,
    pub(super) identifier: Identifier,
}

/// Where questions are asked.
#[derive(Clone, Debug)]
pub(super) struct Desk(mpsc::Sender<Question>);

impl Desk {
    /// Asks, if there is room.
    pub(super) fn ask(&self, question: Question) {
        if self.0.try_send(question).is_err() {
            count("no_room");
        }
    }
}

fn count(result: &'static str) {
    counter!("alarm_fhir_look_ups_total", "result" => result).increment(1);
}

/// An answer, with the reason where there is none.
type Found = Result<Arc<PatientFacts>, &'static str>;

/// The work of looking up.
pub(super) struct Worker {
    shared: Arc<LookUp>,
    patients: Patients,
    questions: mpsc::Receiver<Question>,
    /// Answers by person, until when they are good.
    answers: HashMap<u64, (Instant, Arc<PatientFacts>)>,
    /// Who is being asked about, and for which alarms.
    asked: HashMap<u64, Vec<EventId>>,
}

impl Worker {
    pub(super) fn new(look_up: LookUp, patients: Patients) -> (Self, Desk) {
        let (sender, questions) = mpsc::channel(WAITING);
        let worker = Self {
            shared: Arc::new(look_up),
            patients,
            questions,
            answers: HashMap::new(),
            asked: HashMap::new(),
        };
        (worker, Desk(sender))
    }

    fn note(&self, alarm: EventId, view: PatientView) {
        let LookUp { keep, most, .. } = &*self.shared;
        self.patients.note(alarm, view, *keep, *most);
    }

    /// Runs until stopped, or until nobody can ask any more.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut calls: JoinSet<(u64, Found)> = JoinSet::new();
        let mut forget = tokio::time::interval(FORGET);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                question = self.questions.recv(), if calls.len() < PARALLEL => match question {
                    Some(question) => self.ask(question, &mut calls),
                    None => return,
                },
                Some(ended) = calls.join_next() => if let Ok((person, found)) = ended {
                    self.answered(person, found);
                },
                _ = forget.tick() => {
                    self.answers.retain(|_, (until, _)| Instant::now() < *until);
                    self.patients.forget_old();
                }
            }
        }
    }

    fn ask(&mut self, question: Question, calls: &mut JoinSet<(u64, Found)>) {
        let Question {
            alarm,
            person,
            identifier,
        } = question;
        if let Some((until, facts)) = self.answers.get(&person)
            && Instant::now() < *until
        {
            count("kept");
            let facts = Arc::clone(facts);
            return self.note(
                alarm,
                PatientView::Found {
                    at: Timestamp::now(),
                    facts,
                },
            );
        }
        self.note(alarm, PatientView::Asked);
        let waiting = self.asked.entry(person).or_default();
        waiting.push(alarm);
        if waiting.len() > 1 {
            return;
        }
        let shared = Arc::clone(&self.shared);
        calls.spawn(async move { (person, shared.find(&identifier).await) });
    }

    fn answered(&mut self, person: u64, found: Found) {
        let at = Timestamp::now();
        let view = match found {
            Ok(facts) => {
                count("found");
                if self.answers.len() < self.shared.most {
                    let until = Instant::now() + self.shared.keep;
                    self.answers.insert(person, (until, Arc::clone(&facts)));
                }
                PatientView::Found { at, facts }
            }
            Err(reason) => {
                count(reason);
                tracing::warn!(reason, "a patient was not looked up");
                PatientView::NotFound { at, reason }
            }
        };
        for alarm in self.asked.remove(&person).unwrap_or_default() {
            self.note(alarm, view.clone());
        }
    }
}

impl LookUp {
    async fn find(&self, identifier: &Identifier) -> Found {
        let answer = self
            .client
            .patient(&self.vkp, &self.codes, identifier, self.within);
        match answer.await {
            Ok(outcome) => facts(outcome.body(), identifier),
            Err(CallError::Deadline) => Err("too_slow"),
            Err(CallError::NoToken(_)) => Err("no_token"),
            Err(CallError::Outcome(outcome)) => Err(match outcome.class {
                Class::Refused(_) | Class::Permission => "refused",
                _ => "not_available",
            }),
            Err(_) => Err("not_available"),
        }
    }
}

/// Whether an identifier of an answer is the wanted one: the same value, under the same system by any of
/// its addresses. An answer without system is believed.
fn is_same(own: fhir_vkp::view::Identifier<'_>, wanted: &Identifier) -> bool {
    let due = |system| system::canonical(system).unwrap_or(system);
    own.reveal() == Some(wanted.reveal())
        && own
            .system()
            .is_none_or(|system| due(system) == due(wanted.system()))
}

/// The patient with this identifier among those of the answer: nobody else's door is opened. Of several
/// who differ it is none.
fn facts(body: &[u8], identifier: &Identifier) -> Found {
    let Ok(decoded) = decode(body, DecodeOptions::lenient()) else {
        return Err("unreadable");
    };
    let Some(bundle) = decoded.bundle() else {
        return Err("unreadable");
    };
    let mut patients = bundle
        .of_type(Patient::RESOURCE_TYPE)
        .filter_map(Patient::of)
        .filter(|patient| patient.identifiers().any(|own| is_same(own, identifier)))
        .map(shown);
    let facts = patients.next().ok_or("unknown")?;
    match patients.all(|other| other == facts) {
        true => Ok(Arc::new(facts)),
        false => Err("ambiguous"),
    }
}

/// What is shown of a patient.
fn shown(patient: Patient<'_>) -> PatientFacts {
    let home = patient.home();
    let mut address = Vec::new();
    if let Some(home) = home {
        address.extend(home.lines().filter_map(|line| line.text).map(str::to_owned));
        let town = [home.postal_code(), home.city()];
        let town = town.into_iter().flatten().collect::<Vec<_>>().join(" ");
        if !town.is_empty() {
            address.push(town);
        }
    }
    PatientFacts {
        name: patient.full_name(),
        zones: patient.zones().into_iter().map(str::to_owned).collect(),
        electronic_lock: patient.electronic_lock().map(str::to_owned),
        address,
        door_hint: home.and_then(|home| home.door_hint()).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests;
