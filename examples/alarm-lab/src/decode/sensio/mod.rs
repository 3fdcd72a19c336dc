//! The Sensio Partner API: calls about events and statuses, and webhooks, as bodies or as whole HTTP
//! requests one behind the other.

mod call;
mod event;
mod failure;
mod head;
mod webhook;

pub use call::{Call, InvalidCall};

use alarm_codes::{Attachment, Event, EventId, Timestamp};
use sensio_partner::alarm::{Received, mapping_of};
use sensio_partner::webhook::EventName;
use sensio_partner::wire::WireProfile;
use sensio_partner::{DecodeOptions, DeviceType, EventType, Limits, Mode, State, UnityVersion};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::failure::{Failure, Warning};
use super::json::Object;

/// How a capture is read.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// Lenient or strict. Lenient reads larger bodies and pictures than a server takes, with a
    /// warning.
    pub mode: Mode,
    /// The version that is spoken.
    pub version: UnityVersion,
    /// The type under which the device is registered: whether the code belongs to it is then told.
    pub device_type: Option<DeviceType>,
    /// Paths and names that are guessed.
    pub wire: WireProfile,
    /// Keep the raw body and the pictures in the event.
    pub raw: bool,
    /// When the input counts as received.
    pub received: Timestamp,
}

impl Options {
    /// Lenient, the latest version, without raw bytes.
    #[must_use]
    pub fn new(received: Timestamp) -> Self {
        Options {
            mode: Mode::Lenient,
            version: UnityVersion::LATEST,
            device_type: None,
            wire: WireProfile::default(),
            raw: false,
            received,
        }
    }

    fn decode_options(&self) -> DecodeOptions {
        match self.mode {
            Mode::Strict => DecodeOptions::strict(),
            Mode::Lenient => DecodeOptions::lenient().with_limits(Limits {
                body: 64 << 20,
                image: 16 << 20,
                members: 1_000,
                batch: 100_000,
            }),
        }
    }

    fn received<'a>(&self, id: EventId, raw: &'a [u8]) -> Received<'a> {
        let mut received = Received::new(id, self.received).with_version(self.version);
        if let Some(device_type) = self.device_type {
            received = received.with_device_type(device_type);
        }
        if self.raw {
            received = received.with_raw(raw);
        }
        received
    }

    /// The event as JSON; pictures only with the raw bytes, as the message tells their size.
    fn alarm(&self, mut event: Event) -> Value {
        if !self.raw {
            let is_picture = |one: &Attachment| matches!(one, Attachment::Picture(_));
            event.attachments.retain(|one| !is_picture(one));
        }
        serde_json::to_value(&event).unwrap_or_default()
    }
}

/// One call or webhook.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Decoded {
    /// `sensio-partner`.
    pub protocol: &'static str,
    /// `event`, `status`, `statuses`, `token` or `webhook`.
    pub item: &'static str,
    /// Where it begins in the input.
    pub offset: usize,
    /// Method, device and code, or the name of a webhook: what stands beside the body.
    pub call: Object,
    /// The members of the body by their names in snake case.
    pub message: Object,
    /// Members without a place in the message, as they came.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub unknown: Map<String, Value>,
    /// Every deviation that was tolerated.
    pub warnings: Vec<Warning>,
    /// What the code means by the crosswalk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meaning: Option<Value>,
    /// The event of the shared model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarm: Option<Value>,
    /// The events of the shared model, of a batch of statuses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alarms: Vec<Value>,
}

impl Decoded {
    fn new(item: &'static str, offset: usize, warnings: Vec<Warning>) -> Self {
        Decoded {
            protocol: "sensio-partner",
            item,
            offset,
            call: Object::new(),
            message: Object::new(),
            unknown: Map::new(),
            warnings,
            meaning: None,
            alarm: None,
            alarms: Vec::new(),
        }
    }
}

/// Decodes calls of a partner: whole HTTP requests, or one body that belongs to `call`. `new_id` is
/// asked for the id of each event.
pub fn decode_calls(
    input: &[u8],
    call: Option<&Call>,
    options: &Options,
    mut new_id: impl FnMut() -> EventId,
) -> Vec<Result<Decoded, Failure<Decoded>>> {
    if let (None, true) = (call, head::is_request(input)) {
        return head::requests(input)
            .into_iter()
            .map(|request| event::of_request(&request?, options, &mut new_id))
            .collect();
    }
    let whole = Call::Event {
        method: sensio_partner::queue::EventMethod::Post,
        device: None,
        event_type: None,
    };
    let call = call.unwrap_or(&whole);
    vec![event::of_body(
        call,
        head::Body::new(input, 0, 0),
        Vec::new(),
        options,
        &mut new_id,
    )]
}

/// Decodes webhooks: whole HTTP requests, whose header names them, or one body of this name.
/// `new_id` is asked for the id of each event.
pub fn decode_webhooks(
    input: &[u8],
    name: Option<EventName>,
    options: &Options,
    mut new_id: impl FnMut() -> EventId,
) -> Vec<Result<Decoded, Failure<Decoded>>> {
    if head::is_request(input) {
        return head::requests(input)
            .into_iter()
            .map(|request| webhook::of_request(&request?, name, options, &mut new_id))
            .collect();
    }
    vec![webhook::of_body(
        name,
        head::Body::new(input, 0, 0),
        Vec::new(),
        options,
        &mut new_id,
    )]
}

/// The codes, their names, and what is unusual about them.
fn tell_event_type(
    event_type: EventType,
    options: &Options,
    call: &mut Object,
    warnings: &mut Vec<Warning>,
) {
    call.add("event_type", event_type.0);
    if let Some(name) = event_type.name() {
        call.add("event_type_name", name);
    } else {
        let detail = "the event type is in no table; it is data all the same";
        warnings.push(Warning::new("unknown-event-type", detail, None));
    }
    let written = event_type.for_version(options.version);
    if written != event_type {
        call.add("event_type_of_version", written.0);
    }
    if let Some(feature) = event_type.needs().filter(|f| !options.version.has(*f)) {
        let detail = format!("the event type came with version {}", feature.since());
        warnings.push(Warning::new("event-type-too-new", detail, None));
    }
    if let Some(device_type) = options.device_type
        && event_type.name().is_some()
        && !event_type.is_documented_for(device_type)
    {
        let detail = format!(
            "the event type is not documented for {}",
            device_type.name()
        );
        warnings.push(Warning::new("event-type-not-of-device", detail, None));
    }
}

fn meaning(event_type: EventType, state: Option<State>, version: UnityVersion) -> Value {
    let mapping = mapping_of(event_type, state, version);
    let mut meaning = json!({
        "kind": mapping.kind().name(),
        "definition": mapping.kind().definition(),
        "relation": mapping.relation().name(),
        "uncertain": mapping.uncertain(),
    });
    if !mapping.note().is_empty() {
        meaning["note"] = mapping.note().into();
    }
    meaning
}

#[cfg(test)]
mod tests;
