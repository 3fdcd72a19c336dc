//! What an operator has done with something that was refused for good: sent again, or given up.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use metrics::counter;
use tokio::sync::{mpsc, oneshot};

use super::DeadLetter;

/// Orders that wait at one output; further ones wait for room.
const WAITING: usize = 16;
/// How long an output may take for one.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is to be done with a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// It is sent again, with new patience.
    Retry {
        /// An update of something that is not active goes as a new event (Partner API reference 4.4).
        as_post: bool,
        /// A document goes although the service has taken it, and may stand in the record twice then.
        even_if_taken: bool,
        /// It is one of all, and nobody has looked at it: where it is not known whose it was it stays.
        is_bulk: bool,
    },
    /// It is given up, and what it held is erased.
    Discard,
}

impl Action {
    /// In a word: `retry`, `discard`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Retry { .. } => "retry",
            Self::Discard => "discard",
        }
    }
}

/// Why an order was not carried out. The text says what to do, and holds no personal data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OrderError {
    /// There is no such output.
    #[error("there is no output {0:?}: GET /api/deliveries names them")]
    NoOutput(String),
    /// The output has nothing with this id.
    #[error("the output has nothing with this id: GET /api/deliveries has the ids")]
    Unknown,
    /// It has, and it is not refused.
    #[error("it is not refused: it waits, is under way or is done, and nothing has to be done")]
    NotParked,
    /// It was given up, by an operator or because it had waited for long, and cannot be sent again.
    #[error("it was given up: look in the record, and write it by hand if it is not there")]
    GivenUp,
    /// Nobody knows whose it was, so somebody has to look.
    #[error(
        "nobody knows whose it was when it was raised: look who had the device then, and retry it by its \
         id if the register names that person, or discard it"
    )]
    PersonUnknown,
    /// Something later has overtaken it.
    #[error("something later has overtaken it, and sent now it would do harm: discard it")]
    Superseded,
    /// Only an update can go as a new event.
    #[error("only a PUT to Sensio can be sent as a POST: retry without as_post")]
    NotAnUpdate,
    /// It may be there already, and nobody can ask.
    #[error(
        "the receiver has taken it, and its status cannot be asked for: sent again it may stand in the \
         record twice, so nothing was sent. If the address of the service was changed by mistake, put it \
         right and retry. Otherwise look in the record: discard it if it is there, retry with \
         {{\"even_if_taken\":true}} if it is not"
    )]
    TakenBefore,
    /// Only a document for the patient record can go although it was taken.
    #[error("nothing that the receiver has taken waits here: retry without even_if_taken")]
    NothingTaken,
    /// It cannot be sent as things are.
    #[error("it cannot be sent as things are ({0}): mend that and retry, or discard it")]
    StillRefused(&'static str),
    /// That could not be kept, so it was not done.
    #[error("it could not be kept and nothing has changed: mend the disk and try again ({0})")]
    NotKept(String),
    /// What it keeps cannot be read.
    #[error("what the output keeps could not be read: the log says why; try again")]
    NotRead,
    /// The output does not run.
    #[error("the output does not run: the log says why; start the server anew and try again")]
    Stopped,
    /// Nobody knows whether it was done.
    #[error("the output did not answer in time: see GET /api/deliveries whether it was done")]
    TooSlow,
}

impl OrderError {
    /// In a word, for metrics.
    const fn name(&self) -> &'static str {
        match self {
            Self::NoOutput(_) | Self::Unknown => "unknown",
            Self::NotParked => "not_parked",
            Self::GivenUp => "given_up",
            Self::Superseded => "superseded",
            Self::TakenBefore => "taken_before",
            Self::NotAnUpdate
            | Self::NothingTaken
            | Self::PersonUnknown
            | Self::StillRefused(_) => "refused",
            Self::NotKept(_) => "not_kept",
            Self::NotRead => "not_read",
            Self::Stopped => "stopped",
            Self::TooSlow => "too_slow",
        }
    }
}

/// One order, as an output gets it. It is logged and counted when it is answered, whether or not somebody
/// still listens.
#[derive(Debug)]
pub struct Order {
    /// The id of the [dead letter](super::DeadLetter::id).
    pub id: u64,
    /// What is to be done.
    pub action: Action,
    output: &'static str,
    answer: Option<oneshot::Sender<Result<(), OrderError>>>,
}

impl Order {
    /// Says what became of it. Only what is on stable storage is done.
    pub fn answer(mut self, result: Result<(), OrderError>) {
        note(self.output, self.id, self.action, word(&result));
        if let Some(answer) = self.answer.take() {
            // Whoever asked may be gone.
            let _ = answer.send(result);
        }
    }

    /// Whether nobody waits for it any more.
    fn is_withdrawn(&self) -> bool {
        self.answer.as_ref().is_none_or(oneshot::Sender::is_closed)
    }
}

impl Drop for Order {
    fn drop(&mut self) {
        if let Some(answer) = &self.answer {
            let word = match answer.is_closed() {
                true => "withdrawn",
                // The output ended; it may have done it.
                false => "unanswered",
            };
            note(self.output, self.id, self.action, word);
        }
    }
}

fn word(result: &Result<(), OrderError>) -> &'static str {
    result.as_ref().err().map_or("done", OrderError::name)
}

/// The trace of an order.
fn note(output: &'static str, id: u64, action: Action, result: &'static str) {
    let action = action.name();
    counter!("alarm_delivery_orders_total", "output" => output, "action" => action, "result" => result)
        .increment(1);
    tracing::info!(output, id, action, result, "order of an operator");
}

/// The orders for an output, in the order in which they came.
#[derive(Debug)]
pub struct Orders(mpsc::Receiver<Order>);

impl Orders {
    /// The next one; `None` when there will be none. Those that nobody waits for any more are passed over:
    /// whoever gave them was told that nobody knows, and may have changed their mind. Nothing is lost when
    /// this is dropped before it is done.
    pub async fn next(&mut self) -> Option<Order> {
        loop {
            let order = self.0.recv().await?;
            if !order.is_withdrawn() {
                return Some(order);
            }
        }
    }

    /// Takes no more. Those that wait still come.
    pub fn close(&mut self) {
        self.0.close();
    }
}

/// A question for a page of dead letters.
#[derive(Debug)]
pub struct PageQuestion {
    /// Those with a greater id are wanted, in the order of their ids.
    pub after: u64,
    /// At most so many.
    pub limit: u32,
    answer: oneshot::Sender<Vec<DeadLetter>>,
}

impl PageQuestion {
    /// Hands the page over. A question that is dropped without it is told as not answered.
    pub fn answer(self, letters: Vec<DeadLetter>) {
        // Whoever asked may be gone.
        let _ = self.answer.send(letters);
    }
}

/// The ways to one output.
#[derive(Clone, Debug)]
struct Desk {
    orders: mpsc::Sender<Order>,
    questions: mpsc::Sender<PageQuestion>,
}

/// Where orders go, by the name of the output.
#[derive(Clone, Default)]
pub(super) struct Desks(Arc<Mutex<BTreeMap<&'static str, Desk>>>);

impl fmt::Debug for Desks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.desks().keys()).finish()
    }
}

impl Desks {
    fn desks(&self) -> MutexGuard<'_, BTreeMap<&'static str, Desk>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn open(&self, name: &'static str) -> (Orders, mpsc::Receiver<PageQuestion>) {
        let (orders, ordered) = mpsc::channel(WAITING);
        let (questions, asked) = mpsc::channel(WAITING);
        self.desks().insert(name, Desk { orders, questions });
        (Orders(ordered), asked)
    }

    /// A page of the dead letters of an output, if there is one by this name.
    pub(super) async fn dead_letters(
        &self,
        known: Option<&'static str>,
        output: &str,
        after: u64,
        limit: u32,
    ) -> Result<Vec<DeadLetter>, OrderError> {
        let name = known.ok_or_else(|| OrderError::NoOutput(output.to_owned()))?;
        let desk = self.desks().get(name).cloned();
        let desk = desk.ok_or(OrderError::Stopped)?;
        let (answer, answered) = oneshot::channel();
        let question = PageQuestion {
            after,
            limit,
            answer,
        };
        let asked = async {
            let sent = desk.questions.send(question).await;
            sent.map_err(|_| OrderError::Stopped)?;
            answered.await.map_err(|_| OrderError::NotRead)
        };
        let asked = tokio::time::timeout(PATIENCE, asked).await;
        asked.unwrap_or(Err(OrderError::TooSlow))
    }

    /// `known` is the name of the output, if there is one.
    pub(super) async fn order(
        &self,
        known: Option<&'static str>,
        output: &str,
        id: u64,
        action: Action,
    ) -> Result<(), OrderError> {
        let Some(name) = known else {
            let error = OrderError::NoOutput(output.to_owned());
            note("none", id, action, error.name());
            return Err(error);
        };
        let desk = self.desks().get(name).cloned();
        let (answer, answered) = oneshot::channel();
        let order = Order {
            id,
            action,
            output: name,
            answer: Some(answer),
        };
        let Some(desk) = desk else {
            order.answer(Err(OrderError::Stopped));
            return Err(OrderError::Stopped);
        };
        let asked = async {
            if let Err(refused) = desk.orders.send(order).await {
                refused.0.answer(Err(OrderError::Stopped));
            }
            // An output that ends after it has taken the order may have done it.
            answered.await.map_err(|_| OrderError::TooSlow)?
        };
        let asked = tokio::time::timeout(PATIENCE, asked).await;
        asked.unwrap_or(Err(OrderError::TooSlow))
    }
}
