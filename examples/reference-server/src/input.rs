//! Where inputs plug in: anything that receives messages and hands them to the journal.

use std::borrow::Cow;
use std::error::Error;
use std::io;
use std::net::SocketAddr;

use metrics::{Counter, counter};
use tokio_util::sync::CancellationToken;

use crate::devices::Devices;
use crate::journal::{BoxFuture, JournalError, JournalHandle, StoredOutcome, Verdict};
use crate::lines::Lines;

/// A receiver of messages.
///
/// The server binds every input before it runs any, so that an address in use is found before
/// the first message is taken.
pub trait Input: Send + 'static {
    /// Its short name, as metrics and health show it: `scaip`.
    fn name(&self) -> &'static str;

    /// Opens what it listens on.
    ///
    /// # Errors
    /// [`InputError::Bind`] names the address.
    fn bind(&mut self) -> BoxFuture<'_, Result<Vec<BoundAddress>, InputError>>;

    /// Receives until `context.shutdown` is cancelled, then finishes what it began: a message
    /// that waits for the journal is still answered. The journal stays open until this returns
    /// or the configured shutdown time is over.
    ///
    /// # Errors
    /// When it cannot go on. The server stays up and its health says so.
    fn run(self: Box<Self>, context: InputContext) -> BoxFuture<'static, Result<(), InputError>>;
}

/// An address that is listened on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundAddress {
    /// Its name on the ready line and in the addresses file: `udp`, `espa444.ward-3`.
    pub name: Cow<'static, str>,
    /// The address, with the port that the operating system chose.
    pub address: SocketAddr,
}

/// What an input works with.
#[derive(Clone, Debug)]
pub struct InputContext {
    /// Stores what comes in.
    pub journal: JournalHandle,
    /// Counts it.
    pub counters: InputCounters,
    /// The units that are supervised.
    pub devices: Devices,
    /// The lines that are open to known peers.
    pub lines: Lines,
    /// Cancelled when the server stops.
    pub shutdown: CancellationToken,
}

/// What became of the messages of one input.
#[derive(Clone, Debug)]
pub struct InputCounters {
    /// Messages that arrived.
    pub received: Counter,
    /// Stored, and answered positively.
    pub accepted: Counter,
    /// Stored, but only after the sender had been told that nothing was decided.
    pub late: Counter,
    /// Stored as evidence, and answered negatively.
    pub refused: Counter,
    /// Repeats, answered again.
    pub duplicates: Counter,
    /// Turned away because too many were waiting.
    pub busy: Counter,
    /// Answered negatively because the journal did not take them.
    pub unavailable: Counter,
    /// Not even a message of the protocol: dropped, or refused without being stored.
    pub malformed: Counter,
    /// Tolerated deviations from the protocol.
    pub warnings: Counter,
}

impl InputCounters {
    /// The counters of the input with this name.
    #[must_use]
    pub fn new(input: &'static str) -> Self {
        let result =
            |result| counter!("alarm_input_messages_total", "input" => input, "result" => result);
        Self {
            received: result("received"),
            accepted: result("accepted"),
            late: result("late"),
            refused: result("refused"),
            duplicates: result("duplicate"),
            busy: result("busy"),
            unavailable: result("unavailable"),
            malformed: result("malformed"),
            warnings: counter!("alarm_input_warnings_total", "input" => input),
        }
    }

    /// Counts the result of [`crate::journal::Journal::store`] for an entry with this verdict,
    /// whose sender hears it. What came too late for that is for [`late`](Self::late).
    pub fn stored(&self, verdict: Verdict, outcome: Result<&StoredOutcome, &JournalError>) {
        match (outcome, verdict) {
            (Ok(StoredOutcome::Duplicate { .. }), _) => &self.duplicates,
            (Ok(_), Verdict::Accepted) => &self.accepted,
            (Ok(_), Verdict::Refused) => &self.refused,
            (Err(JournalError::Busy), _) => &self.busy,
            (Err(_), _) => &self.unavailable,
        }
        .increment(1);
    }
}

/// An input cannot start or cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// An address cannot be listened on.
    #[error("{what} cannot listen on {address}: {source}")]
    Bind {
        /// What wanted to listen: `SCAIP over UDP`.
        what: &'static str,
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// The operating system failed it.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Anything else; the text must hold no personal data.
    #[error(transparent)]
    Other(Box<dyn Error + Send + Sync>),
}
