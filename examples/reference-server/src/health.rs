//! Whether the server does its work, for people, load balancers and the service manager.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;

use crate::journal::Health;
use crate::output::DeliveryState;
use crate::time::Timestamp;

/// How an input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum InputStatus {
    /// Receives.
    Running,
    /// Ended although nobody asked it to.
    Failed,
    /// Ended because the server stops.
    Stopped,
}

/// An input and how it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct InputState {
    /// Its name.
    pub name: &'static str,
    /// How it is.
    pub status: InputStatus,
}

/// An output and how it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct OutputState {
    name: &'static str,
    status: InputStatus,
    /// Why nothing is sent for a while. What waits is kept, and the inputs work all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    paused: Option<&'static str>,
    /// What is wrong though it works.
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<&'static str>,
    /// Why nobody asks for a while how far is what was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    questions_paused: Option<&'static str>,
    /// How many of those that wait are late, where that is watched.
    #[serde(skip_serializing_if = "Option::is_none")]
    late: Option<usize>,
    /// That more was refused for good than anybody looks at.
    #[serde(skip_serializing_if = "Option::is_none")]
    crowded: Option<&'static str>,
}

impl OutputState {
    /// That of an output which says so much of itself.
    #[must_use]
    pub fn of(state: &DeliveryState) -> Self {
        Self {
            name: state.name,
            status: state.status,
            paused: state.paused,
            warning: state.warning,
            questions_paused: state.questions_paused,
            late: state.late,
            crowded: state.crowded,
        }
    }
}

/// The inputs of a server, shared with those who ask.
#[derive(Clone, Debug, Default)]
pub struct Inputs(Arc<Mutex<Vec<InputState>>>);

impl Inputs {
    /// How each input is, in the order they were added.
    #[must_use]
    pub fn states(&self) -> Vec<InputState> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn set(&self, name: &'static str, status: InputStatus) {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match states.iter_mut().find(|state| state.name == name) {
            Some(state) => state.status = status,
            None => states.push(InputState { name, status }),
        }
    }
}

/// What `/healthz` says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ServerHealth {
    status: &'static str,
    uptime_seconds: u64,
    journal: JournalView,
    inputs: Vec<InputState>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    outputs: Vec<OutputState>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct JournalView {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
}

impl ServerHealth {
    /// Puts the parts together.
    #[must_use]
    pub fn new(
        uptime: Duration,
        journal: Health,
        inputs: Vec<InputState>,
        outputs: Vec<OutputState>,
    ) -> Self {
        let (word, reason, since) = match journal {
            Health::Healthy => ("healthy", None, None),
            Health::Unhealthy { reason, since } => ("unhealthy", Some(reason), Some(since)),
            Health::Closed => ("closed", None, None),
        };
        let is = |status| {
            let outputs = outputs.iter().map(|output| output.status);
            let mut all = inputs.iter().map(|input| input.status).chain(outputs);
            all.any(|one| one == status)
        };
        let status = if word == "closed" || is(InputStatus::Stopped) {
            "stopping"
        } else if word == "unhealthy" || is(InputStatus::Failed) {
            "unavailable"
        } else {
            "ok"
        };
        Self {
            status,
            uptime_seconds: uptime.as_secs(),
            journal: JournalView {
                status: word,
                reason,
                since,
            },
            inputs,
            outputs,
        }
    }

    /// Whether everything works.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.status == "ok"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health(journal: Health, input: InputStatus) -> ServerHealth {
        let inputs = vec![InputState {
            name: "scaip",
            status: input,
        }];
        ServerHealth::new(Duration::from_secs(7), journal, inputs, Vec::new())
    }

    #[test]
    fn it_is_ok_only_when_the_journal_and_every_input_are() {
        assert!(health(Health::Healthy, InputStatus::Running).is_ok());
        assert!(!health(Health::Healthy, InputStatus::Failed).is_ok());
        assert!(!health(Health::Closed, InputStatus::Running).is_ok());
        let since = Timestamp::from_micros(0);
        let full = Health::Unhealthy {
            reason: "full".into(),
            since,
        };
        let shown = serde_json::to_value(health(full, InputStatus::Running)).unwrap();
        assert_eq!(shown["status"], "unavailable");
        assert_eq!(shown["journal"]["reason"], "full");
        assert_eq!(shown["journal"]["since"], "1970-01-01T00:00:00.000000Z");
    }
}
