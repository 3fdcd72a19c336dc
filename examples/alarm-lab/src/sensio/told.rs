//! What is told while a side is simulated.

use std::collections::BTreeMap;

use sensio_partner::{Class, Effect, Refusal};
use serde::Serialize;

use crate::scaip::Latencies;

/// Something that a partner tells; as JSON an object with `event` first.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PartnerEvent {
    /// What the call for a token came to.
    Token {
        /// In a word.
        outcome: &'static str,
        /// One line for people.
        detail: String,
        /// How long it took, in milliseconds.
        time_ms: f64,
    },
    /// What became of a call.
    Call(CallOutcome),
    /// It takes webhooks.
    Listening {
        /// Where.
        url: String,
    },
    /// A webhook came, with the right token and in order.
    Webhook {
        /// `EventStateChanged` or `RequestDeactivateEvent`.
        name: &'static str,
        /// Which device.
        device: String,
        /// Which code.
        event_type: u32,
        /// The partner's id of the event.
        #[serde(skip_serializing_if = "Option::is_none")]
        external_event_id: Option<String>,
        /// What was tolerated.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        warnings: Vec<String>,
        /// What was done, for people.
        did: &'static str,
    },
    /// A request, without its token.
    Sent {
        /// When, in milliseconds after the start.
        after_ms: f64,
        /// Method, path and body; pictures cut short.
        text: String,
    },
    /// An answer.
    Received {
        /// When, in milliseconds after the start.
        after_ms: f64,
        /// Status and body, cut short.
        text: String,
    },
}

/// What became of a call.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct CallOutcome {
    /// The number of the call in this run, from 1.
    pub number: u64,
    /// What was done: `post`, `put`, `delete`, `status` or `statuses`.
    pub action: &'static str,
    /// To which device.
    pub device: String,
    /// Which code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_type: Option<u32>,
    /// The partner's id of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_event_id: Option<String>,
    /// In a word.
    pub outcome: &'static str,
    /// One line for people.
    pub detail: String,
    /// The status of the answer.
    pub status: Option<u16>,
    /// What the server said about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// From the time at which it was to be sent, in milliseconds.
    pub time_ms: f64,
    /// How often it was sent.
    pub attempts: u32,
    /// Which faults it had.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<&'static str>,
    /// Members that a server of this version does not know and that stayed at home.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<&'static str>,
}

/// What a partner did.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct PartnerReport {
    /// Calls, tokens not counted.
    pub calls: u64,
    /// Calls that the server has.
    pub accepted: u64,
    /// Calls that came to anything else.
    pub failed: u64,
    /// Calls by outcome.
    pub by_outcome: BTreeMap<&'static str, u64>,
    /// From the planned time of sending to the answer, of accepted calls.
    pub latency: Latencies,
    /// Webhooks that came with the right token and in order.
    pub webhooks: u64,
    /// How long it took, in seconds.
    pub elapsed_s: f64,
}

impl PartnerReport {
    /// Whether the server has every call, and there was one.
    #[must_use]
    pub const fn is_all_accepted(&self) -> bool {
        self.calls > 0 && self.failed == 0
    }
}

/// A class in a word.
pub(super) const fn word(class: Class) -> &'static str {
    match class {
        Class::Done(Effect::Accepted) => "accepted",
        Class::Done(Effect::AlreadyActive) => "already-active",
        Class::Done(Effect::WasNotActive) => "was-not-active",
        Class::NotSent => "not-sent",
        Class::Ambiguous => "no-answer",
        Class::Transient => "busy",
        Class::ServerFault => "server-fault",
        Class::TooLarge => "too-large",
        Class::Permanent(Refusal::UnknownDevice) => "unknown-device",
        Class::Permanent(Refusal::NoActiveEvent) => "no-active-event",
        Class::Permanent(Refusal::NotFound) => "not-found",
        Class::Permanent(_) => "refused",
        Class::Token => "token-refused",
        Class::Permission => "not-permitted",
        Class::Configuration => "unexpected-answer",
        _ => "other",
    }
}

/// Something that a Sensio tells; as JSON an object with `event` first.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SensioEvent {
    /// It listens.
    Listening {
        /// The base URL for partners.
        url: String,
    },
    /// A call about an event.
    Call(EventTold),
    /// A call with statuses.
    Statuses {
        /// Whose token came with it.
        client: String,
        /// Whether it is the batch call.
        batch: bool,
        /// The devices, at most 20 of them.
        devices: Vec<String>,
        /// How many there were.
        count: usize,
        /// Why it was not taken.
        #[serde(skip_serializing_if = "Option::is_none")]
        refused: Option<String>,
        /// What was tolerated.
        warnings: Vec<String>,
    },
    /// The answer to any request.
    Answer {
        /// The method.
        method: String,
        /// The path.
        path: String,
        /// The status; `None` when the connection was cut on purpose.
        status: Option<u16>,
        /// How long it took, in milliseconds.
        time_ms: f64,
    },
    /// What became of a webhook.
    Webhook {
        /// How far it is.
        state: WebhookState,
        /// Which one.
        name: &'static str,
        /// About which device.
        device: String,
        /// About which code.
        event_type: u32,
        /// One line for people.
        detail: String,
    },
    /// An event that is active, when asked for.
    Active {
        /// Which device.
        device: String,
        /// Which code.
        event_type: u32,
    },
    /// A command that was not carried out.
    Problem {
        /// One line for people.
        detail: String,
    },
}

/// How far a webhook is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WebhookState {
    /// It waits to be sent.
    Submitted,
    /// The partner has it.
    Delivered,
    /// An attempt failed; another follows.
    Retrying,
    /// The partner refused it, or it was tried long enough.
    GivenUp,
}

/// A call about an event, and what it has changed.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct EventTold {
    /// Whose token came with it.
    pub client: String,
    /// `trigger`, `update` or `deactivate`.
    pub action: &'static str,
    /// Which device.
    pub device: String,
    /// Which code, under the number of the version.
    pub event_type: u32,
    /// The vendor's name of the code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_type_name: Option<&'static str>,
    /// The partner's id of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_event_id: Option<String>,
    /// The state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<i32>,
    /// The trigger value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger_value: Option<f64>,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How many pictures came along.
    pub images: usize,
    /// `raised`, `repeated`, `replaced`, `updated` or `closed`; `None` when it was not taken.
    pub change: Option<&'static str>,
    /// Why it was not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// What was tolerated.
    pub warnings: Vec<String>,
}

/// What a Sensio has seen.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct SensioReport {
    /// Calls about events.
    pub calls: u64,
    /// Changes of events, by name; what was not taken counts as `refused`.
    pub changes: BTreeMap<&'static str, u64>,
    /// Calls with statuses.
    pub status_calls: u64,
    /// Statuses in them that were taken.
    pub statuses: u64,
    /// Answers by status; cut connections are `cut`.
    pub answers: BTreeMap<String, u64>,
    /// Calls with tolerated deviations.
    pub with_warnings: u64,
    /// Events that are still active.
    pub active: usize,
    /// Webhooks that the partner has.
    pub webhooks_delivered: u64,
    /// Webhooks that were given up.
    pub webhooks_given_up: u64,
    /// Webhooks that were still waiting.
    pub webhooks_waiting: usize,
    /// How long it took, in seconds.
    pub elapsed_s: f64,
}

impl SensioReport {
    /// Whether no webhook was given up.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        self.webhooks_given_up == 0
    }
}
