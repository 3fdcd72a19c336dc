//! From the journal into the outbox, by a mark that follows; and the way of the documents from there.

use std::sync::Arc;
use std::time::Duration;

use alarm_codes::{Event, EventId as AlarmId};
use fhir_vkp::client::Courier;
use fhir_vkp::delivery::{Calls, StoreError, SubmitError};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use super::super::place::mark_row;
use super::cases::{Case, Cases, Step};
use super::document::{Story, Unwritten, Writer, Written};
use super::look_up::{Desk, Question};
use super::outbox::{ANOTHER, About, Earlier, NOBODY, Outbox, PersonMark};
use super::register::WatchedRegister;
use super::report::{self, Look, Reporter};
use super::{AREA, NAME};
use crate::journal::{AlarmRecord, EventId, JournalError, JournalHandle, Sequence, Verdict};
use crate::output::{Orders, PageQuestion};

mod awaiting;
mod orders;

pub(super) use awaiting::Awaiting;

/// How often the journal is asked whether there is more.
const LOOK: Duration = Duration::from_millis(50);
/// How often everything is shown anew, and the mark kept while nothing is sent.
const SHOW: Duration = Duration::from_millis(500);
/// Alarms read at a time.
const PAGE: u32 = 200;
/// Dead letters from which on the health says so: they stay until somebody acts.
const MANY: usize = 10_000;
const CROWDED: &str = "more than 10,000 dead letters wait for somebody";
/// How long to wait when the outbox or the journal does not do what it should.
const RECOVERY: Duration = Duration::from_secs(1);

/// Takes alarms over, and drives their documents.
pub(super) struct Feeder {
    pub(super) journal: JournalHandle,
    pub(super) cases: Cases,
    pub(super) writer: Writer,
    pub(super) register: WatchedRegister,
    pub(super) outbox: Outbox,
    pub(super) courier: Courier<Outbox>,
    pub(super) desk: Option<Desk>,
    pub(super) reporter: Reporter,
    /// What operators want.
    pub(super) orders: Orders,
    pub(super) questions: mpsc::Receiver<PageQuestion>,
    /// What waits for the register.
    pub(super) awaiting: Awaiting,
    /// The last alarm that was taken over.
    pub(super) mark: Sequence,
}

/// Why no more is taken over.
enum Stopped {
    /// For now.
    Again(String),
    /// The server stops.
    Asked,
}

impl From<JournalError> for Stopped {
    fn from(error: JournalError) -> Self {
        Self::Again(error.to_string())
    }
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Again(error.to_string())
    }
}

/// Keeps the mark, and the cases that are open there.
pub(super) async fn keep(
    journal: &JournalHandle,
    cases: &mut Cases,
    mark: Sequence,
) -> Result<(), JournalError> {
    let mut rows = cases.changes();
    rows.push(mark_row(mark));
    let kept = journal.keep(AREA, rows.clone()).await;
    if kept.is_err() {
        cases.not_kept(&rows);
    }
    kept
}

fn journal_id(id: AlarmId) -> EventId {
    EventId::from_bytes(id.0.to_be_bytes())
}

fn alarm_id(id: EventId) -> AlarmId {
    AlarmId(u128::from_be_bytes(*id.as_bytes()))
}

fn read(record: &AlarmRecord) -> Option<Event> {
    serde_json::from_str(&record.event).ok()
}

impl Feeder {
    /// Runs until stopped.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        let (mut look, mut show) = (interval(LOOK), interval(SHOW));
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        show.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut kept, mut again) = (self.mark, Instant::now());
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                event = self.courier.next_event() => self.reporter.tell(&event),
                Some(order) = self.orders.next() => self.serve(order).await,
                Some(question) = self.questions.recv() => self.show_letters(question),
                _ = look.tick() => {
                    self.write_awaiting().await;
                    if self.journal.newest() <= self.mark || Instant::now() < again {
                        continue;
                    }
                    match self.take_page(&stop).await {
                        Ok(true) => {
                            self.keep().await;
                            kept = self.mark;
                        }
                        Ok(false) => {}
                        Err(Stopped::Asked) => break,
                        Err(Stopped::Again(error)) => {
                            tracing::error!(%error, "alarms for the patient record wait");
                            again = Instant::now() + RECOVERY;
                        }
                    }
                }
                _ = show.tick() => {
                    if self.mark > kept {
                        self.keep().await;
                        kept = self.mark;
                    }
                    self.show();
                }
            }
        }
        self.keep().await;
        self.show();
    }

    fn show(&mut self) {
        self.outbox.make_good();
        self.expire();
        let open = self.cases.len();
        for _ in 0..self.cases.take_forgotten() {
            self.reporter.not_sent("forgotten");
        }
        for _ in 0..self.cases.take_passed_over() {
            self.reporter.not_sent("no_room");
        }
        let delivery = self.courier.delivery();
        // A register that has changed is seen though no alarm asks for it.
        self.register.now();
        let look = Look {
            waiting: delivery.open_documents(),
            late: delivery.late_documents(),
            open,
            unkept: delivery.unkept_documents(),
            writes_paused: delivery.is_paused(Calls::Writes),
            questions_paused: delivery.is_paused(Calls::Questions),
            register_warning: self.register.warning(),
            register_devices: self.register.devices(),
        };
        self.reporter.look(&look);
        self.tell_crowded();
    }

    /// Says so where more wait for somebody than anybody looks at.
    fn tell_crowded(&self) {
        let deliveries = &self.reporter.deliveries;
        deliveries.update(NAME, |state| {
            let crowded = (state.dead > MANY).then_some(CROWDED);
            if crowded.is_some() && state.crowded.is_none() {
                tracing::error!(dead = state.dead, "{CROWDED}");
            }
            state.crowded = crowded;
        });
    }

    async fn keep(&mut self) {
        if let Err(error) = keep(&self.journal, &mut self.cases, self.mark).await {
            tracing::warn!(%error, "how far alarms were taken over for the patient record was not kept");
        }
        let mark = self.mark;
        let deliveries = &self.reporter.deliveries;
        deliveries.update(NAME, |state| state.taken = mark);
    }

    /// Takes over what comes next. Whether anything of it changed what has to be kept.
    async fn take_page(&mut self, stop: &CancellationToken) -> Result<bool, Stopped> {
        let page = self.journal.alarms_after(self.mark, PAGE).await?;
        let mut changed = false;
        for record in &page {
            changed |= self.take(record, stop).await?;
            self.mark = record.sequence;
        }
        Ok(changed)
    }

    /// Takes one alarm over: what it closes is in the outbox then.
    async fn take(
        &mut self,
        record: &AlarmRecord,
        stop: &CancellationToken,
    ) -> Result<bool, Stopped> {
        if record.verdict != Verdict::Accepted || record.kind.is_none() {
            report::taken("no_alarm");
            return Ok(false);
        }
        let Some(event) = read(record) else {
            self.reporter.not_sent("unreadable");
            return Ok(false);
        };
        let mut step = self.cases.step(&event, record.sequence.get());
        if let Step::Opens(case) | Step::AtOnce(case) = &mut step {
            let known = self.register.known(&event);
            case.person = known.map(|identifier| self.outbox.mark(&identifier));
        }
        match &step {
            Step::Nothing(reason @ ("no_alarm" | "no_open_alarm")) => {
                report::taken(reason);
                return Ok(false);
            }
            Step::Nothing(reason) => {
                self.reporter.not_sent(reason);
                return Ok(false);
            }
            Step::Opens(_) => {
                report::taken("opened");
                self.look_up(record.id, &event);
            }
            Step::Adds { .. } => report::taken("added"),
            Step::Reopens(alarm) => return self.reopen(*alarm, record.id).await,
            Step::AtOnce(case) => self.close(case, Some(&event), None, stop).await?,
            Step::Closes(cases) => {
                for case in cases {
                    self.close(case, None, Some(&event), stop).await?;
                }
            }
        }
        self.cases.apply(step, event.event_id);
        Ok(true)
    }

    /// Asks who it is, beside everything else. Nobody is asked about whom the stage would refuse.
    fn look_up(&mut self, alarm: EventId, event: &Event) {
        let Some(desk) = &self.desk else { return };
        let Ok(Some(person)) = self.register.person(event) else {
            return;
        };
        let Some(identifier) = person.identifier else {
            return;
        };
        if self.writer.admits(&identifier) {
            let person = self.writer.lane(&identifier).0;
            desk.ask(Question {
                alarm,
                person,
                identifier,
            });
        }
    }

    /// Opens an alarm again whose document is here or was delivered: closed once more, it amends that one.
    async fn reopen(&mut self, alarm: AlarmId, by: EventId) -> Result<bool, Stopped> {
        let id = journal_id(alarm);
        // A correction that leaves out what is in the record already would be none.
        let Some(Earlier {
            writing,
            later: Some(later),
            mut reopened_by,
        }) = self.outbox.before(id, by)?
        else {
            self.reporter.not_sent("closed_unknown");
            return Ok(false);
        };
        let found = self.journal.alarm(id).await?.map(|found| found.record);
        let Some((first, record)) = found.and_then(|record| Some((read(&record)?, record))) else {
            self.reporter.not_sent("gone");
            return Ok(false);
        };
        if !self.writer.is_note(&first) {
            // A handing out has no status that corrects it.
            self.reporter.not_sent("not_corrected");
            return Ok(false);
        }
        report::taken("reopened");
        self.look_up(id, &first);
        reopened_by.push(by);
        let later = later.into_iter().chain([by]).map(alarm_id).collect();
        let case = Case::reopened(
            &first,
            record.sequence.get(),
            writing.saturating_add(1),
            later,
            reopened_by.into_iter().map(alarm_id).collect(),
        );
        self.cases.apply(Step::Opens(case), alarm_id(by));
        Ok(true)
    }

    async fn fetch(&self, id: AlarmId) -> Result<Option<Event>, JournalError> {
        let alarm = self.journal.alarm(journal_id(id)).await?;
        Ok(alarm.and_then(|alarm| read(&alarm.record)))
    }

    /// Makes the document of a case and puts it into the outbox. `first` is what began it, if it is at
    /// hand, `last` what closes it.
    async fn close(
        &mut self,
        case: &Case,
        first: Option<&Event>,
        last: Option<&Event>,
        stop: &CancellationToken,
    ) -> Result<(), Stopped> {
        let alarm = journal_id(case.id);
        if self.outbox.knows(alarm, case.writing)? {
            // Taken over again after a crash.
            report::taken("repeated");
            return Ok(());
        }
        let first = match first {
            Some(first) => Some(first.clone()),
            None => self.fetch(case.id).await?,
        };
        let Some(first) = first else {
            self.reporter.not_sent("gone");
            return Ok(());
        };
        let mut later = Vec::with_capacity(case.later.len() + 1);
        for id in &case.later {
            later.extend(self.fetch(*id).await?);
        }
        later.extend(last.cloned());
        let (writing, raised_by) = (case.writing, case.person);
        let (written, person) =
            self.write(&first, &later, &case.reopened_by, writing, raised_by)?;
        let reopened_by = case.reopened_by.iter().copied().map(journal_id);
        let about = |code: &str, person| About {
            reopened_by: reopened_by.clone().collect(),
            person,
            alarm,
            writing: case.writing,
            later: later
                .iter()
                .map(|event| journal_id(event.event_id))
                .collect(),
            device: first.device.controller.clone().unwrap_or_default(),
            code: code.to_owned(),
            occurred: first.times.received.at.as_micros(),
        };
        match written {
            Ok(written) => {
                let about = about(written.code, person);
                self.submit(&written, about, stop).await
            }
            Err(Unwritten::Counted(reason)) => {
                self.reporter.not_sent(reason);
                Ok(())
            }
            Err(Unwritten::Withheld(reason) | Unwritten::Patient(reason)) => {
                self.withhold(&about(first.kind.name(), person), reason)
            }
            Err(Unwritten::NoPatient) => self.await_patient(&about(first.kind.name(), person)),
        }
    }

    /// Makes the document of an alarm by the register of now, and says whose it is. What went before
    /// decides whether it may be, and whose device it was when it was raised, where the outbox does not know
    /// that yet: an alarm is one person's.
    fn write(
        &mut self,
        first: &Event,
        later: &[Event],
        reopened_by: &[AlarmId],
        writing: u32,
        raised_by: Option<PersonMark>,
    ) -> Result<(Result<Written, Unwritten>, Option<PersonMark>), StoreError> {
        let history = self.outbox.history(journal_id(first.event_id), writing)?;
        let person = match self.register.person(first) {
            Ok(person) => person,
            Err(reason) => return Ok((Err(Unwritten::Patient(reason)), raised_by)),
        };
        let identifier = person.as_ref().and_then(|one| one.identifier.as_ref());
        let mark = identifier.map(|identifier| self.outbox.mark(identifier));
        let story = Story {
            first,
            later,
            reopened_by,
            writing,
            replaces: history.replaces,
        };
        let written = self.writer.write(&story, person);
        let is_another = raised_by.is_some() && mark.is_some() && raised_by != mark;
        Ok(match (written, history.objection(mark)) {
            (Err(no @ Unwritten::Counted(_)), _) => (Err(no), mark),
            // Whose it was, for when the register knows the device again.
            (Err(no @ Unwritten::NoPatient), _) => (Err(no), history.person().or(raised_by)),
            _ if is_another => (Err(Unwritten::Patient(ANOTHER)), raised_by),
            (Ok(_), Some(reason)) => (Err(Unwritten::Patient(reason)), None),
            // The number itself is what is wrong.
            (Err(no @ Unwritten::Patient(_)), _) => (Err(no), None),
            (written, _) => (written, mark),
        })
    }

    fn withhold(&self, about: &About, reason: &'static str) -> Result<(), Stopped> {
        tracing::error!(alarm = %about.alarm, reason, "an alarm is withheld from the patient record: see /api/deliveries");
        self.outbox.withhold(about, reason)?;
        self.reporter.not_sent("withheld");
        Ok(())
    }

    async fn submit(
        &mut self,
        written: &Written,
        about: About,
        stop: &CancellationToken,
    ) -> Result<(), Stopped> {
        loop {
            self.outbox.announce(about.clone());
            let error = match self.courier.submit(&written.document, Some(written.lane)) {
                Ok(_) => {
                    report::taken("sent");
                    return Ok(());
                }
                Err(SubmitError::IdentifierReused) => {
                    report::taken("repeated");
                    return Ok(());
                }
                Err(SubmitError::Request(_)) => {
                    return self.withhold(&about, "the service takes no such document");
                }
                Err(error) => error,
            };
            tracing::error!(%error, "alarms for the patient record wait");
            self.wait(stop).await?;
        }
    }

    /// Goes on with what is under way, for a while.
    async fn wait(&mut self, stop: &CancellationToken) -> Result<(), Stopped> {
        let mut over = Box::pin(sleep(RECOVERY));
        loop {
            tokio::select! {
                () = stop.cancelled() => return Err(Stopped::Asked),
                event = self.courier.next_event() => self.reporter.tell(&event),
                // What is given up makes room.
                Some(order) = self.orders.next() => self.serve(order).await,
                Some(question) = self.questions.recv() => self.show_letters(question),
                () = &mut over => {
                    self.show();
                    return Ok(());
                }
            }
        }
    }
}

impl std::fmt::Debug for Feeder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Feeder")
            .field("journal", &Arc::as_ptr(&self.journal))
            .field("mark", &self.mark)
            .finish_non_exhaustive()
    }
}
