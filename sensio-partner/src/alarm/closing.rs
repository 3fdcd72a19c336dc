//! Webhooks: somebody else closed an event, or wants it closed.

use alarm_codes::{
    Ack, Change, Code, Condition, Event, Handling, HistoryEntry, Phase, Private, Reference, System,
    Timestamp, kind_of,
};

use super::{Received, code_of, end_of, fill_device, kinds_of, profile_of, reference_of};
use crate::codes::EventType;
use crate::version::UnityVersion;
use crate::webhook::Webhook;

/// The event that a webhook is: an end, that of [`RequestDeactivateEvent`] and of an event which is no longer
/// active; otherwise an update.
///
/// An external event id names what it ends by [`Correlation::clears`]; the kinds that the code can mean stand
/// beside it. [`calls_of`] must not be called with it: Sensio knows already, or gets the DELETE after the
/// local deactivation (Partner API reference 6.4).
///
/// [`RequestDeactivateEvent`]: crate::webhook::RequestDeactivateEvent
/// [`Correlation::clears`]: alarm_codes::Correlation::clears
/// [`calls_of`]: super::calls_of
#[must_use]
pub fn event_of_webhook(webhook: &Webhook, received: &Received<'_>) -> Event {
    let profile = profile_of(received.version);
    let reference = webhook
        .external_event_id()
        .map(|id| reference_of(id.as_str()));
    let mut event = if is_end(webhook) {
        let mut event = end_of(webhook.event_type(), profile, received);
        event.correlation.clears = reference;
        event
    } else {
        let code = code_of(webhook.event_type(), None);
        let mapping = kind_of(profile, &code);
        let mut event = Event::from_mapping(received.id, received.at, &mapping, code.to_string());
        event.phase = Phase::Update;
        event.correlation.updates = reference;
        event
    };
    fill_device(&mut event, webhook.device(), received);
    event
}

const fn is_end(webhook: &Webhook) -> bool {
    match webhook {
        Webhook::EventStateChanged(changed) => !changed.is_active,
        Webhook::RequestDeactivateEvent(_) => true,
    }
}

/// What a webhook did to an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Closed {
    /// It is closed now. After [`RequestDeactivateEvent`](crate::webhook::RequestDeactivateEvent) the DELETE is
    /// to be sent.
    Now,
    /// It was closed before; answer 200 all the same.
    Before,
    /// The webhook says that the event is active; nothing changes.
    StillActive,
    /// The webhook means another event: another device, code or external event id.
    AnotherEvent,
}

/// Closes the event that a webhook means: condition cleared, handling closed, and Sensio's word among the
/// acknowledgements.
///
/// With an external event id the event must be the one that it names, by its own id or by the source's;
/// so a newer event of the same pair is never closed (Partner API reference 6.4). `at` is when
/// the webhook came.
pub fn close(event: &mut Event, webhook: &Webhook, version: UnityVersion, at: Timestamp) -> Closed {
    if !is_meant(event, webhook, version) {
        return Closed::AnotherEvent;
    }
    if !is_end(webhook) {
        return Closed::StillActive;
    }
    let mut changes = Vec::new();
    if event.condition == Condition::Active {
        event.condition = Condition::Cleared;
        changes.push(Change::Condition(Condition::Cleared));
    }
    let before = !event.is_open();
    if let Ok(closed) = event.handling.advance(Handling::Closed) {
        event.handling = closed;
        changes.push(Change::Handling(closed));
    }
    for change in changes {
        event.history.push(HistoryEntry {
            at,
            change,
            by: Some(Private::new(SENSIO.to_owned())),
        });
    }
    if before {
        return Closed::Before;
    }
    event.acks.push(Ack::Receiver {
        receiver: SENSIO.to_owned(),
        at,
        answer: webhook.name().as_str().to_owned(),
    });
    Closed::Now
}

const SENSIO: &str = "sensio-partner";

fn is_meant(event: &Event, webhook: &Webhook, version: UnityVersion) -> bool {
    if event.device.controller.as_deref() != Some(webhook.device().as_str()) {
        return false;
    }
    let named = webhook
        .external_event_id()
        .map(|id| reference_of(id.as_str()));
    let is_named = match &named {
        None => true,
        Some(Reference::Event(id)) => {
            let text = id.to_string();
            *id == event.event_id || event.correlation.source_ref.as_deref() == Some(&*text)
        }
        Some(Reference::SourceRef(id)) => event.correlation.source_ref.as_ref() == Some(id),
    };
    is_named && is_coded(event, webhook.event_type(), version)
}

/// Whether the code can mean the kind of the event: by the crosswalk, as the code that it came with, or
/// as the one that would be suggested for it.
fn is_coded(event: &Event, event_type: EventType, version: UnityVersion) -> bool {
    let own = event.mapping.as_ref().is_some_and(|mapping| {
        let code = Code::parse(mapping.system, &mapping.code);
        match (mapping.system, code) {
            (System::Sensio, Ok(Code::SensioEvent(code))) => same(EventType(code.0), event_type),
            (System::SensioState, Ok(Code::SensioState(code))) => {
                same(EventType(code.event.0), event_type)
            }
            _ => false,
        }
    });
    let suggested = || {
        super::suggested_code(event.kind, event.class).is_some_and(|code| same(code, event_type))
    };
    own || kinds_of(event_type, profile_of(version)).contains(&event.kind) || suggested()
}

/// 917 and 923 are one event.
fn same(a: EventType, b: EventType) -> bool {
    a.for_version(UnityVersion::LATEST) == b.for_version(UnityVersion::LATEST)
}
