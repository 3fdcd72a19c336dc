//! What becomes of messages, over whatever path they came: kept, and only then answered.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use alarm_codes::EventId as AlarmId;
use climax_rf::alarm::Content;
use climax_rf::contact_id::ContactId;
use climax_rf::dc09::Refusal;
use climax_rf::driver::{Handle, Id};
use climax_rf::events::Profile;
use climax_rf::events::visit::Step;
use metrics::counter;

use super::super::keeper::Keeper;
use super::super::record::Arrival;
use super::super::repeats::{Repeats, event_id, now};
use super::accounts::{Accounts, Objection};
use super::cases::{self, Cases};
use super::entry::{self, Case, NOBODY};
use super::said::{Format, Said, Says};
use super::signs::Signs;
use crate::config::{PanelConfig, UnknownAccounts};
use crate::input::InputContext;
use crate::journal::{
    AnswerDelivery, BoxFuture, Entry, Health, JournalError, Note, Sequence, Stored, StoredOutcome,
    TransportFacts, Verdict,
};
use crate::lines::LineHandle;
use crate::time::Timestamp;

/// A way to this receiver, as far as doubles go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Path {
    pub(super) format: Format,
    pub(super) transport: &'static str,
    pub(super) peer: Option<IpAddr>,
}

/// What a sender is to hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decision {
    Accept,
    Refuse(Refusal),
}

/// An event on its way to the journal.
struct Keeping {
    stored: BoxFuture<'static, Result<Stored, JournalError>>,
    key: String,
    id: AlarmId,
    at: Timestamp,
    event: Option<ContactId>,
    step: Step<AlarmId>,
    double: bool,
    other_path: bool,
}

/// A message that was looked at.
pub(super) struct Taken {
    account: String,
    decision: Decision,
    keeping: Vec<Keeping>,
}

impl fmt::Debug for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Taken")
            .field("decision", &self.decision)
            .field("events", &self.keeping.len())
            .finish_non_exhaustive()
    }
}

/// One receiver.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) name: Arc<str>,
    pub(super) context: InputContext,
    pub(super) shown: Arc<LineHandle>,
    accounts: Arc<Accounts>,
    unknown: UnknownAccounts,
    window: Duration,
    signs: Arc<Signs>,
    state: Mutex<State>,
    keeper: Mutex<Keeper>,
}

#[derive(Debug)]
struct State {
    repeats: Repeats<Path, Step<AlarmId>>,
    cases: Cases,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desk {
    pub(super) fn new(
        config: &PanelConfig,
        context: InputContext,
        shown: Arc<LineHandle>,
        accounts: Arc<Accounts>,
        signs: Arc<Signs>,
        cases: Cases,
    ) -> Self {
        let window = config.duplicate_window.0;
        Self {
            name: config.name.as_str().into(),
            keeper: Mutex::new(Keeper::new(Arc::clone(&context.journal))),
            context,
            shown,
            accounts,
            unknown: config.unknown_accounts,
            window,
            signs,
            state: Mutex::new(State {
                repeats: Repeats::new(window),
                cases,
            }),
        }
    }

    pub(super) fn count(&self, event: &'static str) {
        let panel = self.name.to_string();
        counter!("alarm_panel_events_total", "panel" => panel, "event" => event).increment(1);
    }

    /// Looks at a message and queues what it says for the journal, in the order of the calls.
    pub(super) fn take(&self, said: &Said<'_>, path: Path, transport: &TransportFacts) -> Taken {
        let arrival = Arrival::now();
        self.context.counters.received.increment(1);
        self.context
            .counters
            .warnings
            .increment(said.warnings as u64);
        self.shown.change(|line| {
            line.counts.received += 1;
            line.last_message = Some(arrival.at);
        });
        let account = said
            .account
            .map_or_else(|| NOBODY.to_owned(), |account| account.to_string());
        let mut taken = Taken {
            account,
            decision: Decision::Accept,
            keeping: Vec::new(),
        };
        let reason = match self.objection(said, &arrival) {
            Some((reason, refusal)) => {
                taken.decision = Decision::Refuse(refusal);
                Some(reason)
            }
            None => match self.queue(said, path, transport, arrival, &mut taken) {
                Ok(()) => None,
                Err(error) => {
                    // Nothing in the model can fail to be written; if it does, nobody hears yes.
                    tracing::error!(%error, "an event cannot be written as JSON");
                    taken.decision = Decision::Refuse(Refusal::Silence);
                    None
                }
            },
        };
        if let Some(reason) = reason {
            let answer = match taken.decision {
                Decision::Refuse(refusal) => answer(said.format, refusal),
                Decision::Accept => "none",
            };
            let (account, raw) = (Some(&*taken.account), said.raw);
            self.refused(
                said.format.protocol(),
                account,
                raw,
                transport,
                reason,
                answer,
            );
        }
        taken
    }

    /// Why a message is not taken, and what its sender hears.
    fn objection(&self, said: &Said<'_>, arrival: &Arrival) -> Option<(&'static str, Refusal)> {
        let present = arrival.at.as_micros().div_euclid(1_000_000);
        if let Err(objection) = self.accounts.check(said, present) {
            let refusal = match objection {
                // NAK has the time in it, for the panel to set its clock by.
                Objection::OutOfWindow | Objection::NoTime => Refusal::Nak,
                Objection::NotEncrypted => Refusal::Silence,
            };
            return Some((objection.code(), refusal));
        }
        if self.accounts.get(said.account).is_none() {
            if self.unknown == UnknownAccounts::Refuse {
                return Some(("unknown-account", Refusal::Duh));
            }
            self.count("unknown-account");
        }
        match &said.says {
            // Not a word of what it says can be read, now or when it is sent again.
            Says::Unreadable(reason) => Some((reason, Refusal::Duh)),
            _ => None,
        }
    }

    fn queue(
        &self,
        said: &Said<'_>,
        path: Path,
        transport: &TransportFacts,
        arrival: Arrival,
        taken: &mut Taken,
    ) -> Result<(), serde_json::Error> {
        let known = self.accounts.get(said.account);
        let profile = known.map_or(Profile::Unknown, |known| known.profile);
        let mut state = lock(&self.state);
        let mut one = |text: &str,
                       content: Option<ContactId>,
                       make: &dyn Fn(&Case<'_>) -> Result<Entry, serde_json::Error>|
         -> Result<Keeping, serde_json::Error> {
            let key = format!("{}\0{text}", taken.account);
            let state = &mut *state;
            // One for each event of a message.
            let fresh = Arrival::now().alarm_id();
            let judgement = state.repeats.judge(now(), &key, path, fresh);
            let step = match (judgement.found, &content) {
                (Some(found), _) => found,
                (None, Some(event)) if judgement.double_of.is_none() && !judgement.again => {
                    let (step, warning) =
                        (state.cases).handle(now(), &taken.account, judgement.id, profile, event);
                    if let Some(warning) = warning {
                        self.count(warning.code());
                    }
                    step
                }
                _ => Step::Unrelated,
            };
            let case = Case {
                arrival: Arrival {
                    id: event_id(judgement.id),
                    at: arrival.at,
                },
                account: &taken.account,
                key: &key,
                double_of: judgement.double_of,
                step,
                window: self.window,
                transport: transport.clone(),
            };
            let entry = make(&case)?;
            tracing::debug!(
                panel = &*self.name,
                event = %entry.id,
                kind = entry.kind.as_deref(),
                double = judgement.double_of.is_some(),
                "report"
            );
            Ok(Keeping {
                // Under the lock: the journal keeps the order of the calls.
                stored: self.context.journal.store(entry),
                id: judgement.id,
                at: arrival.at,
                event: content,
                step,
                double: judgement.double_of.is_some(),
                other_path: judgement.other_path,
                key,
            })
        };
        let mut keeping = Vec::new();
        match &said.says {
            Says::Events(events) => {
                for told in events {
                    let content = match told.content {
                        Content::ContactId(event) => Some(event),
                        _ => None,
                    };
                    let make = |case: &Case<'_>| entry::accepted(case, said, told, known);
                    keeping.push(one(&told.text(), content, &make)?);
                }
            }
            Says::Other(token) => {
                let text = format!("{token} {}", said.raw.escape_ascii());
                let make = |case: &Case<'_>| entry::unmapped(case, said, token, known);
                keeping.push(one(&text, None, &make)?);
            }
            // Whoever hears that the line is good relies on it.
            Says::LinkTest if !matches!(self.context.journal.health(), Health::Healthy) => {
                self.count("link-test-unanswered");
                taken.decision = Decision::Refuse(Refusal::Silence);
            }
            Says::LinkTest => self.count("link-test"),
            Says::Unreadable(_) => {}
        }
        taken.keeping = keeping;
        Ok(())
    }

    /// Waits for the journal and answers; the only place where a positive answer leaves. Gives
    /// where the last event of the message is kept.
    pub(super) async fn finish(
        &self,
        taken: Taken,
        format: Format,
        handle: &Handle,
        id: Id,
    ) -> Option<Sequence> {
        let Taken {
            account,
            decision,
            keeping,
        } = taken;
        let mut kept = Vec::with_capacity(keeping.len());
        let mut failed = None;
        for mut one in keeping {
            let stored = (&mut one.stored).await;
            match stored {
                Ok(stored) => kept.push((one, stored)),
                Err(error) => {
                    self.context.counters.stored(Verdict::Accepted, Err(&error));
                    if !one.double {
                        let mut state = lock(&self.state);
                        state.repeats.not_kept(now(), one.key, one.id, one.step);
                    }
                    failed = Some(error);
                }
            }
        }
        // What is kept is kept, whatever its sender hears.
        for (one, stored) in &kept {
            self.note(&account, one, stored);
        }
        if let Some(error) = failed {
            self.shown.change(|line| line.counts.unavailable += 1);
            lock(&self.keeper).declined(&error, "none");
            self.not_answered(&kept);
            // Nothing is heard: the panel sends it again, or to its next receiver.
            let _ = handle.refuse(id, Refusal::Silence).await;
            return None;
        }
        match decision {
            Decision::Refuse(refusal) => {
                let _ = handle.refuse(id, refusal).await;
                return None;
            }
            Decision::Accept => {}
        }
        let answered = handle.accept(id).await.is_ok();
        if answered {
            self.signs.heard(&account);
        } else {
            self.not_answered(&kept);
        }
        for (one, stored) in &kept {
            self.answered(one, stored, format, answered);
        }
        kept.last().map(|(_, stored)| stored.sequence)
    }

    /// Whoever sent these will send them again.
    fn not_answered(&self, kept: &[(Keeping, Stored)]) {
        let mut state = lock(&self.state);
        for (one, _) in kept {
            state.repeats.not_answered(now(), one.key.clone());
        }
    }

    /// What else is to be kept with a report that is stored.
    fn note(&self, account: &str, one: &Keeping, stored: &Stored) {
        if one.other_path {
            self.context.journal.note(
                stored.sequence,
                note("came over another path than the first one"),
            );
        }
        if let (Some(event), StoredOutcome::New) = (&one.event, &stored.outcome) {
            let change =
                (lock(&self.state).cases).stored(account, one.at, one.id, event, &one.step);
            if let Some(change) = change {
                // Nobody waits for it: without it a later step names no first alarm, no more.
                drop(self.context.journal.keep(cases::AREA, vec![change]));
            }
        }
    }

    fn answered(&self, one: &Keeping, stored: &Stored, format: Format, answered: bool) {
        let counters = &self.context.counters;
        let duplicate = matches!(stored.outcome, StoredOutcome::Duplicate { .. });
        let repeat = duplicate || one.double;
        match (answered, one.double) {
            (false, _) => counters.late.increment(1),
            (true, true) => counters.duplicates.increment(1),
            (true, false) => counters.stored(Verdict::Accepted, Ok(&stored.outcome)),
        }
        self.shown.change(|line| {
            line.counts.accepted += u64::from(answered && !repeat);
            line.counts.repeats += u64::from(repeat);
        });
        if repeat {
            self.count(if one.other_path {
                "other-path"
            } else {
                "repeat"
            });
        }
        let detail = match (answered, format) {
            (true, Format::ContactId) => "06 sent, not confirmed",
            (true, Format::Dc09) => "ACK sent, not confirmed",
            (false, _) => "stored too late, its sender had gone on",
        };
        let delivery = AnswerDelivery {
            at: Timestamp::now(),
            delivered: false,
            detail: Cow::Borrowed(detail),
        };
        self.context.journal.answered(stored.sequence, delivery);
    }

    /// A report is kept, and its answer did not leave, because it would pass for that of an earlier
    /// one that was not kept.
    pub(super) fn withheld(&self, kept: Option<Sequence>) {
        self.count("withheld");
        if let Some(kept) = kept {
            let text = "its 06 did not leave: an earlier report had no answer";
            self.context.journal.note(kept, note(text));
        }
    }

    /// A frame came again and was answered as before, by the station itself.
    pub(super) fn repeated(&self, account: Option<&str>, first: Option<Sequence>) {
        account.iter().for_each(|account| self.signs.heard(account));
        self.context.counters.received.increment(1);
        self.context.counters.duplicates.increment(1);
        self.shown.change(|line| {
            line.counts.received += 1;
            line.counts.repeats += 1;
        });
        self.count("repeat");
        if let Some(first) = first {
            let text = "the frame came again and was answered as before";
            self.context.journal.note(first, note(text));
        }
    }

    /// Counts and logs what was not taken, and keeps it as evidence, within a budget.
    pub(super) fn refused(
        &self,
        protocol: &'static str,
        account: Option<&str>,
        raw: &[u8],
        transport: &TransportFacts,
        reason: &'static str,
        answer: &'static str,
    ) {
        self.context.counters.refused.increment(1);
        let panel = self.name.to_string();
        counter!("alarm_panel_refused_total", "panel" => panel, "reason" => reason).increment(1);
        let mut keeper = lock(&self.keeper);
        if let Some(held_back) = keeper.rubbish() {
            tracing::warn!(
                panel = &*self.name,
                format = protocol,
                reason,
                answer,
                held_back,
                "a message was not taken"
            );
            let arrival = Arrival::now();
            let transport = transport.clone();
            let entry = entry::refused(arrival, protocol, account, raw, transport, reason, answer);
            keeper.evidence(entry);
        }
    }

    /// The same for what is not even a message.
    pub(super) fn malformed(
        &self,
        protocol: &'static str,
        raw: &[u8],
        transport: &TransportFacts,
        reason: &'static str,
    ) {
        self.context.counters.malformed.increment(1);
        self.shown.change(|line| line.counts.malformed += 1);
        let panel = self.name.to_string();
        counter!("alarm_panel_refused_total", "panel" => panel, "reason" => reason).increment(1);
        let mut keeper = lock(&self.keeper);
        if let Some(held_back) = keeper.rubbish() {
            let (panel, bytes) = (&*self.name, raw.len());
            tracing::warn!(
                panel,
                format = protocol,
                reason,
                bytes,
                held_back,
                "bytes that are no message of a panel"
            );
            if !raw.is_empty() {
                let arrival = Arrival::now();
                let (facts, none) = (transport.clone(), "none");
                keeper.evidence(entry::refused(
                    arrival, protocol, None, raw, facts, reason, none,
                ));
            }
        }
    }

    /// More wait than may.
    pub(super) fn overloaded(&self) {
        self.context.counters.busy.increment(1);
        self.shown.change(|line| line.counts.unavailable += 1);
        self.count("overloaded");
        if let Some(held_back) = lock(&self.keeper).busy() {
            tracing::error!(
                panel = &*self.name,
                held_back,
                "a panel sends more than is taken: it hears nothing"
            );
        }
    }

    /// Ends cases by their age, until stopped.
    pub(super) async fn tidy(self: Arc<Self>) {
        /// How often is looked.
        const EVERY: Duration = Duration::from_secs(60);
        let stop = self.context.shutdown.clone();
        while tokio::time::timeout(EVERY, stop.cancelled()).await.is_err() {
            let changes = lock(&self.state).cases.expired(now());
            if !changes.is_empty() {
                drop(self.context.journal.keep(cases::AREA, changes));
            }
        }
    }
}

fn note(text: &'static str) -> Note {
    Note {
        at: Timestamp::now(),
        text: Cow::Borrowed(text),
    }
}

const fn answer(format: Format, refusal: Refusal) -> &'static str {
    match (format, refusal) {
        (Format::Dc09, Refusal::Nak) => "NAK",
        (Format::Dc09, Refusal::Duh) => "DUH",
        _ => "none",
    }
}
