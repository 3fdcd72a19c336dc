//! What becomes of connections, counted and told in the log within a budget.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use metrics::counter;

use super::limiter::Limiter;

/// Lines of the log about connections that came to nothing, in one second.
const LINES: u32 = 5;

/// Tells what became of the connections of one transport.
#[derive(Clone, Debug)]
pub(super) struct Report {
    /// The metric that counts.
    metric: &'static str,
    transport: &'static str,
    lines: Arc<Mutex<Limiter>>,
}

impl Report {
    pub(super) fn new(metric: &'static str, transport: &'static str) -> Self {
        Self {
            metric,
            transport,
            lines: Arc::new(Mutex::new(Limiter::new(LINES))),
        }
    }

    /// Counts and logs one that was closed by this server.
    pub(super) fn closed(&self, outcome: &'static str, what: &'static str) {
        self.count(outcome);
        if let Some(held_back) = self.may_log() {
            tracing::warn!(
                transport = self.transport,
                outcome,
                held_back,
                "closed {what}"
            );
        }
    }

    /// Counts and logs one that failed.
    pub(super) fn failed(&self, outcome: &'static str, what: &'static str, error: &std::io::Error) {
        self.count(outcome);
        if let Some(held_back) = self.may_log() {
            tracing::warn!(
                %error,
                transport = self.transport,
                outcome,
                held_back,
                "{what}"
            );
        }
    }

    pub(super) fn count(&self, outcome: &'static str) {
        counter!(
            self.metric,
            "transport" => self.transport,
            "outcome" => outcome
        )
        .increment(1);
    }

    fn may_log(&self) -> Option<u64> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.pass(Instant::now())
    }
}
