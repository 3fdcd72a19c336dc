//! Where outputs plug in: whatever hands stored alarms on. An output reads the journal behind a mark
//! of its own and never stands between an input and its answer.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::health::InputStatus;
use crate::journal::{BoxFuture, EventId, JournalError, JournalHandle, Sequence};
use crate::patients::Patients;
use crate::time::Timestamp;

mod orders;
mod retry_all;

pub use orders::{Action, Order, OrderError, Orders, PageQuestion};
pub use retry_all::{RetriedAll, RetryAllError};

/// A sender of stored alarms.
pub trait Output: Send + 'static {
    /// Its short name, as metrics and health show it: `sensio`.
    fn name(&self) -> &'static str;

    /// Opens what it keeps and finds its place in the journal, before any input runs.
    ///
    /// # Errors
    /// [`OutputError`]: the server does not start.
    fn prepare(&mut self, journal: JournalHandle) -> BoxFuture<'_, Result<(), OutputError>>;

    /// Sends until `context.shutdown` is cancelled. What was not delivered by then is kept.
    ///
    /// # Errors
    /// When it cannot go on. The server stays up and its health says so.
    fn run(self: Box<Self>, context: OutputContext) -> BoxFuture<'static, Result<(), OutputError>>;
}

/// What an output works with.
#[derive(Clone, Debug)]
pub struct OutputContext {
    /// What is to be sent.
    pub journal: JournalHandle,
    /// Where it says how far it is.
    pub deliveries: Deliveries,
    /// What it finds out about the patients of open alarms.
    pub patients: Patients,
    /// Cancelled when the server stops.
    pub shutdown: CancellationToken,
}

/// An output cannot start or cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Anything else; the text must hold no personal data.
    #[error(transparent)]
    Other(Box<dyn Error + Send + Sync>),
}

impl OutputError {
    /// Anything else.
    pub fn other(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Other(error.into())
    }
}

/// How far an output is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DeliveryState {
    /// Its name.
    pub name: &'static str,
    /// Whether it works.
    pub status: InputStatus,
    /// The place of the last alarm that it took over.
    pub taken: Sequence,
    /// Calls that wait or are under way.
    pub waiting: usize,
    /// Calls under way, where that is counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_flight: Option<usize>,
    /// Why nothing, or nothing of one type, is sent for a while.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused: Option<&'static str>,
    /// What is wrong though it works, such as with a file that it reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<&'static str>,
    /// Why nobody asks for a while how far is what was sent; what waits is sent all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub questions_paused: Option<&'static str>,
    /// How many of those that wait are late, where that is watched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late: Option<usize>,
    /// Calls that were delivered since the start.
    pub delivered: u64,
    /// When the last one was delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_delivered: Option<Timestamp>,
    /// How many calls were refused for good and are kept for an operator.
    pub dead: usize,
    /// That there are more of them than anybody looks at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crowded: Option<&'static str>,
    /// The latest of them, at most 100.
    pub dead_letters: Vec<DeadLetter>,
    /// Alarms that are open and will be sent when they are closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<usize>,
    /// Alarms since the start that are not sent, by the reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub not_sent: BTreeMap<&'static str, u64>,
    /// The latest documents and how far they have come, at most 100.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<DocumentState>,
}

/// A document and how far it has come.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DocumentState {
    /// Its number in the outbox; that of its dead letter, if it becomes one.
    pub id: u64,
    /// The alarm that it is about.
    pub alarm: EventId,
    /// How many documents about the alarm went before: it was closed, opened again and corrected.
    #[serde(skip_serializing_if = "is_zero")]
    pub writing: u32,
    /// What it is about, in the receiver's code.
    pub code: String,
    /// In a word: `waiting`, `taken`, `registered`, `read`, `journaled`, `done`, `not_taken`, `refused`,
    /// `failed`, `unconfirmed` (it may have arrived), `contradictory`, `lost`, `withheld`, `dismissed`,
    /// `expired`.
    pub state: String,
    /// Since when.
    pub since: Timestamp,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde wants it")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// A call that was refused for good.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DeadLetter {
    /// Its number in the queue, by which it can be sent again or discarded.
    pub id: u64,
    /// The device, as the receiver has it.
    pub device: String,
    /// What it was about, in the receiver's code.
    pub code: String,
    /// What was to be done.
    pub method: &'static str,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it was refused.
    pub refused_at: Timestamp,
    /// Why.
    pub reason: String,
    /// Whether the receiver may have it all the same, where that is known: somebody has to look there
    /// before it is done by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub may_have_arrived: Option<bool>,
    /// Whether a later call has overtaken it.
    pub superseded: bool,
    /// The alarm that it is about, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarm: Option<EventId>,
}

impl DeliveryState {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            status: InputStatus::Running,
            taken: Sequence::START,
            waiting: 0,
            in_flight: None,
            paused: None,
            warning: None,
            questions_paused: None,
            late: None,
            delivered: 0,
            last_delivered: None,
            dead: 0,
            crowded: None,
            dead_letters: Vec::new(),
            open: None,
            not_sent: BTreeMap::new(),
            documents: Vec::new(),
        }
    }
}

/// How far the outputs of a server are, shared with those who ask; and the way of orders to them.
#[derive(Clone, Debug, Default)]
pub struct Deliveries {
    states: Arc<Mutex<BTreeMap<&'static str, DeliveryState>>>,
    desks: orders::Desks,
}

impl Deliveries {
    fn states(&self) -> MutexGuard<'_, BTreeMap<&'static str, DeliveryState>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Each output, by name.
    #[must_use]
    pub fn all(&self) -> Vec<DeliveryState> {
        self.states().values().cloned().collect()
    }

    /// Changes what is said of an output.
    pub fn update(&self, name: &'static str, change: impl FnOnce(&mut DeliveryState)) {
        let mut states = self.states();
        change(
            states
                .entry(name)
                .or_insert_with(|| DeliveryState::new(name)),
        );
    }

    /// Where the orders for this output arrive from now on, and the questions for its dead letters. Each
    /// wants an answer.
    #[must_use]
    pub fn orders(&self, name: &'static str) -> (Orders, mpsc::Receiver<PageQuestion>) {
        self.desks.open(name)
    }

    /// The dead letters of an output with a greater id, in the order of their ids, at most `limit`.
    ///
    /// # Errors
    /// [`OrderError`]
    pub async fn dead_letters(
        &self,
        output: &str,
        after: u64,
        limit: u32,
    ) -> Result<Vec<DeadLetter>, OrderError> {
        let known = self.states().keys().find(|name| **name == output).copied();
        self.desks.dead_letters(known, output, after, limit).await
    }

    /// Has a dead letter of an output sent again or discarded. When this returns `Ok` it is on stable
    /// storage that it is so.
    ///
    /// # Errors
    /// [`OrderError`]
    pub async fn order(&self, output: &str, id: u64, action: Action) -> Result<(), OrderError> {
        let known = self.states().keys().find(|name| **name == output).copied();
        self.desks.order(known, output, id, action).await
    }
}
