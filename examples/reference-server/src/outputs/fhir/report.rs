//! What became of the documents: metrics, lines of the log, and what `GET /api/deliveries` shows.

use std::collections::BTreeSet;

use fhir_vkp::answer::{Class, JournalState};
use fhir_vkp::client::Client;
use fhir_vkp::delivery::{Calls, Event};
use fhir_vkp::request::Resource;
use fhir_vkp::security;
use metrics::{Unit, counter, describe_counter, describe_gauge, gauge};

use super::NAME;
use super::outbox::Outbox;
use crate::output::Deliveries;
use crate::time::Timestamp;

pub(super) fn describe() {
    for (name, text) in [
        (
            "alarm_fhir_taken_total",
            "Alarms that the FHIR output took over, by what they led to.",
        ),
        (
            "alarm_fhir_documents_total",
            "Documents for the patient record, by what became of them.",
        ),
        (
            "alarm_fhir_look_ups_total",
            "Patients of open alarms that were looked up, by what came of it.",
        ),
    ] {
        describe_counter!(name, Unit::Count, text);
    }
    for (name, text) in [
        (
            "alarm_fhir_open",
            "Alarms that become documents when they are closed.",
        ),
        (
            "alarm_fhir_waiting",
            "Documents that wait, are under way or are not confirmed yet.",
        ),
        (
            "alarm_fhir_dead_letters",
            "Documents that failed, were refused or are withheld.",
        ),
        (
            "alarm_fhir_paused",
            "1 while no document, or none of one type, is sent for a while.",
        ),
        (
            "alarm_fhir_register_devices",
            "Devices in the register of patients that is used.",
        ),
        (
            "alarm_fhir_register_trouble",
            "1 while something is wrong with the register of patients.",
        ),
        (
            "alarm_fhir_questions_paused",
            "1 while nobody asks for a while how far documents are that were sent.",
        ),
        (
            "alarm_fhir_late",
            "Documents that wait to be taken for longer than they should.",
        ),
    ] {
        describe_gauge!(name, Unit::Count, text);
    }
}

/// What became of an alarm that was taken over.
pub(super) fn taken(outcome: &'static str) {
    counter!("alarm_fhir_taken_total", "outcome" => outcome).increment(1);
}

/// How everything is.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) waiting: usize,
    pub(super) late: usize,
    /// Alarms that are not closed.
    pub(super) open: usize,
    /// Documents of which the outbox could not keep how far they have come.
    pub(super) unkept: usize,
    pub(super) writes_paused: bool,
    pub(super) questions_paused: bool,
    /// What is wrong with the register of patients, and how many devices it has.
    pub(super) register_warning: Option<&'static str>,
    pub(super) register_devices: usize,
}

#[derive(Debug)]
pub(super) struct Reporter {
    pub(super) deliveries: Deliveries,
    pub(super) outbox: Outbox,
    pub(super) client: Client,
    /// Why there is no token.
    pub(super) no_token: Option<&'static str>,
    /// Why all documents wait.
    pub(super) paused: Option<&'static str>,
    /// The types of documents that wait alone, because their address seems wrong.
    pub(super) types_paused: BTreeSet<Resource>,
    /// Why all questions about what was sent wait.
    pub(super) questions_paused: Option<&'static str>,
}

impl Reporter {
    /// An alarm that is not sent, and why.
    pub(super) fn not_sent(&self, reason: &'static str) {
        taken(reason);
        self.deliveries.update(NAME, |state| {
            *state.not_sent.entry(reason).or_default() += 1;
        });
    }

    pub(super) fn tell(&mut self, event: &Event) {
        let count = |result: &'static str| {
            counter!("alarm_fhir_documents_total", "result" => result).increment(1);
        };
        // The log names documents as the API does.
        let document = |id| self.outbox.number(id);
        match event {
            Event::Done { .. } | Event::Journaled { .. } => {
                count(match event {
                    Event::Journaled { .. } => "journaled",
                    _ => "done",
                });
                self.deliveries.update(NAME, |state| {
                    state.delivered += 1;
                    state.last_delivered = Some(Timestamp::now());
                });
            }
            Event::Taken { .. } => count("taken"),
            Event::Progress { id, state } => {
                if let Err(error) = self.outbox.heard(*id, word(*state)) {
                    tracing::warn!(%error, "how far a document has come is not shown");
                }
            }
            Event::Parked { id, why } => {
                count("dead");
                let document = document(*id);
                if why.may_have_arrived() {
                    tracing::error!(
                        document,
                        reason = %why,
                        "nobody knows whether a document is in the patient record: look there before it is \
                         written by hand, and see /api/deliveries"
                    );
                } else {
                    tracing::error!(
                        document,
                        reason = %why,
                        "a document is not in the patient record: see /api/deliveries"
                    );
                }
            }
            Event::Late { id, last } => {
                count("late");
                // No word of the receiver.
                let last = last.map_or_else(|| "none was made".to_owned(), |last| last.to_string());
                tracing::error!(
                    document = document(*id),
                    last_attempt = %last,
                    "a document is late; it goes on being tried"
                );
            }
            Event::Paused {
                calls: Calls::Writes,
                resource: None,
                class,
                ..
            } => {
                self.paused = Some(pause(*class));
                tracing::error!(reason = self.paused, "no document is sent for a while");
            }
            Event::Paused {
                calls: Calls::Writes,
                resource: Some(resource),
                ..
            } => {
                self.types_paused.insert(*resource);
                tracing::error!(
                    r#type = resource.name(),
                    reason = type_pause(*resource),
                    "documents of one type are not sent for a while; the others are"
                );
            }
            Event::Paused { class, .. } => {
                self.questions_paused = Some(question_pause(*class));
                tracing::error!(
                    reason = self.questions_paused,
                    "nobody asks for a while how far documents are that were sent"
                );
            }
            Event::Resumed {
                calls: Calls::Writes,
                resource: None,
            } => {
                self.paused = None;
                tracing::info!("documents are sent again");
            }
            Event::Resumed {
                calls: Calls::Writes,
                resource: Some(resource),
            } => {
                self.types_paused.remove(resource);
                tracing::info!(
                    r#type = resource.name(),
                    "documents of this type are sent again"
                );
            }
            Event::Resumed { .. } => {
                self.questions_paused = None;
                tracing::info!("how far documents are is asked for again");
            }
            Event::Unreadable { id } => {
                count("unreadable");
                tracing::error!(document = document(*id), "a kept document cannot be read");
            }
            Event::StoreFailed { id, error } => {
                count("store_failed");
                tracing::error!(document = document(*id), %error, "the outbox does not do what it should; it is asked again");
            }
            Event::StoreRecovered => {
                tracing::info!("what the outbox could not keep is kept now");
            }
            _ => {}
        }
    }

    fn tokens(&mut self) {
        while let Some(event) = self.client.poll_event() {
            match event {
                security::Event::Renewed { .. } => self.no_token = None,
                security::Event::Failed {
                    problem,
                    still_valid,
                    ..
                } => {
                    if problem.is_permanent() {
                        tracing::error!(%problem, still_valid, "HelseID gives no token: somebody has to act");
                    } else {
                        tracing::warn!(%problem, still_valid, "HelseID gives no token now");
                    }
                    if !still_valid {
                        self.no_token = Some(match problem.is_permanent() {
                            true => "HelseID refuses the client",
                            false => "HelseID gives no token",
                        });
                    }
                }
                _ => {}
            }
        }
    }

    /// Shows how everything is.
    pub(super) fn look(&mut self, look: &Look) {
        self.tokens();
        let Look {
            waiting,
            late,
            open,
            ..
        } = *look;
        if !look.writes_paused {
            self.paused = None;
            self.types_paused.clear();
        }
        if !look.questions_paused {
            self.questions_paused = None;
        }
        let overview = match self.outbox.overview() {
            Ok(overview) => overview,
            Err(error) => {
                tracing::warn!(%error, "the outbox is not shown");
                return;
            }
        };
        let type_paused = self.types_paused.first().copied().map(type_pause);
        let paused = self.paused.or(self.no_token).or(type_paused);
        let warning = match look.unkept {
            0 => look.register_warning,
            _ => Some(
                "the outbox cannot be written: after a crash now, documents would be sent again",
            ),
        };
        #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
        for (name, count) in [
            ("alarm_fhir_open", open),
            ("alarm_fhir_waiting", waiting),
            ("alarm_fhir_dead_letters", overview.dead),
            ("alarm_fhir_late", late),
            ("alarm_fhir_paused", usize::from(paused.is_some())),
            ("alarm_fhir_register_devices", look.register_devices),
            (
                "alarm_fhir_register_trouble",
                usize::from(look.register_warning.is_some()),
            ),
            (
                "alarm_fhir_questions_paused",
                usize::from(self.questions_paused.is_some()),
            ),
        ] {
            gauge!(name).set(count as f64);
        }
        self.deliveries.update(NAME, |state| {
            state.waiting = waiting;
            state.late = Some(late);
            state.questions_paused = self.questions_paused;
            state.open = Some(open);
            state.paused = paused;
            state.warning = warning;
            state.dead = overview.dead;
            state.dead_letters = overview.dead_letters;
            state.documents = overview.documents;
        });
    }
}

fn word(state: JournalState) -> &'static str {
    match state {
        JournalState::Registered => "registered",
        JournalState::Read => "read",
        JournalState::Journaled => "journaled",
        JournalState::Failed => "failed",
        JournalState::Contradictory => "contradictory",
        _ => "taken",
    }
}

fn pause(class: Class) -> &'static str {
    match class {
        Class::Token | Class::NonceWanted => "the token is refused",
        Class::Permission => "403: a permission is missing",
        Class::Configuration => {
            "answers that no such service gives: the address, the media type or a proxy"
        }
        _ => "paused",
    }
}

/// One type alone waits. VKP documents the path of Bundles, those of the others are likely.
const fn type_pause(resource: Resource) -> &'static str {
    match resource {
        Resource::Bundle => {
            "notes alone wait (Bundle): the address, the media type or a proxy is wrong"
        }
        Resource::MedicationDispense => {
            "medicines alone wait (MedicationDispense): the address, the media type or a proxy is wrong"
        }
        _ => "one type of documents alone waits: the address, the media type or a proxy is wrong",
    }
}

fn question_pause(class: Class) -> &'static str {
    match class {
        Class::Token | Class::NonceWanted => "the token is refused to questions about the status",
        Class::Permission => "403 to questions about the status: a permission is missing",
        Class::Configuration => {
            "answers to questions about the status that no such service gives: the address or a proxy"
        }
        _ => "paused",
    }
}
