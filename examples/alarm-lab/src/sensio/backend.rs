//! What stands behind the simulated Sensio: events that are active, and devices that are registered.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sensio_partner::server::{
    ActiveEvent, ActiveEvents, Backend, Change, EventAction, EventCall, Refused, StatusCall,
};
use sensio_partner::{DeviceIdentifier, EventType};
use tokio::sync::mpsc;

use super::told::{EventTold, SensioEvent};

/// Events that may be active.
const ACTIVE: usize = 10_000;
/// Devices of a batch that are told by name.
const NAMED: usize = 20;

/// What the run has to know about a call.
#[derive(Debug)]
pub(super) enum Told {
    Event {
        told: EventTold,
        /// What it was about, once it was taken.
        changed: Option<(DeviceIdentifier, EventType, Change)>,
    },
    /// Everything else is told as it is.
    Other(SensioEvent),
}

/// Clones share everything.
#[derive(Clone)]
pub(super) struct Lab {
    state: Arc<Mutex<State>>,
    /// Bounded: a slow reader of the output slows the partners down.
    tell: mpsc::Sender<Told>,
}

struct State {
    active: ActiveEvents,
    /// `None`: every device.
    registered: Option<HashSet<DeviceIdentifier>>,
    /// Any call: what closes an event at Sensio's side is made of it.
    template: Option<EventCall>,
}

impl Lab {
    pub(super) fn new(registered: &[DeviceIdentifier], tell: mpsc::Sender<Told>) -> Self {
        Lab {
            state: Arc::new(Mutex::new(State {
                active: ActiveEvents::new(ACTIVE),
                registered: (!registered.is_empty()).then(|| registered.iter().cloned().collect()),
                template: None,
            })),
            tell,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An active event.
    pub(super) fn find(&self, device: &DeviceIdentifier, code: EventType) -> Option<ActiveEvent> {
        self.state().active.get(device, code).cloned()
    }

    /// Ends an event at Sensio's side; gives it if it was active.
    pub(super) fn close(&self, device: &DeviceIdentifier, code: EventType) -> Option<ActiveEvent> {
        let mut state = self.state();
        let event = state.active.get(device, code)?.clone();
        let mut call = state.template.clone()?;
        call.action = EventAction::Deactivate;
        call.device = event.device.clone();
        call.event_type = event.event_type;
        state.active.apply(&call).ok()?;
        Some(event)
    }

    /// The active events, by device and code.
    pub(super) fn active(&self) -> Vec<(DeviceIdentifier, EventType)> {
        let state = self.state();
        let all = state.active.iter();
        let mut all: Vec<_> = all
            .map(|one| (one.device.clone(), one.event_type))
            .collect();
        all.sort_by(|a, b| (a.0.as_str(), a.1).cmp(&(b.0.as_str(), b.1)));
        all
    }

    pub(super) fn active_count(&self) -> usize {
        self.state().active.len()
    }

    pub(super) async fn tell(&self, told: Told) {
        // Nobody listens when the run was ended.
        let _ = self.tell.send(told).await;
    }
}

impl State {
    fn is_registered(&self, device: &DeviceIdentifier) -> bool {
        let registered = self.registered.as_ref();
        registered.is_none_or(|registered| registered.contains(device))
    }

    fn apply(&mut self, call: &EventCall) -> Result<Change, Refused> {
        if !self.is_registered(&call.device) {
            return Err(Refused::UnknownDevice);
        }
        let change = self.active.apply(call)?;
        if self.template.is_none() {
            self.template = Some(call.clone());
        }
        Ok(change)
    }
}

impl Backend for Lab {
    async fn event(&self, call: EventCall) -> Result<(), Refused> {
        let outcome = self.state().apply(&call);
        let sent = call.decoded.message();
        let told = EventTold {
            client: call.client.as_str().to_owned(),
            action: match call.action {
                EventAction::Trigger => "trigger",
                EventAction::Update => "update",
                EventAction::Deactivate => "deactivate",
            },
            device: call.device.as_str().to_owned(),
            event_type: call.event_type.0,
            event_type_name: call.event_type.name(),
            external_event_id: sent
                .external_event_id
                .as_ref()
                .map(|id| id.as_str().to_owned()),
            state: sent.state.map(|state| state.0),
            trigger_value: sent.trigger_value.map(|value| value.value()),
            description: sent
                .description
                .as_ref()
                .map(|text| text.as_str().to_owned()),
            images: sent.images.len(),
            change: outcome.ok().map(name),
            refused: outcome.err().map(|refused| refused.to_string()),
            warnings: call.warnings.iter().map(ToString::to_string).collect(),
        };
        let changed = outcome
            .ok()
            .map(|change| (call.device, call.event_type, change));
        self.tell(Told::Event { told, changed }).await;
        outcome.map(|_| ())
    }

    async fn statuses(&self, call: StatusCall) -> Result<(), Refused> {
        let outcome = {
            let state = self.state();
            let known = call
                .entries
                .iter()
                .all(|entry| state.is_registered(&entry.device));
            // All or nothing.
            if known {
                Ok(())
            } else {
                Err(Refused::UnknownDevice)
            }
        };
        let named = call.entries.iter().take(NAMED);
        self.tell(Told::Other(SensioEvent::Statuses {
            client: call.client.as_str().to_owned(),
            batch: call.batch,
            devices: named
                .map(|entry| entry.device.as_str().to_owned())
                .collect(),
            count: call.entries.len(),
            refused: outcome.err().map(|refused| refused.to_string()),
            warnings: call.warnings.iter().map(ToString::to_string).collect(),
        }))
        .await;
        outcome
    }
}

/// A change in a word.
fn name(change: Change) -> &'static str {
    match change {
        Change::Raised => "raised",
        Change::Unchanged => "repeated",
        Change::Replaced => "replaced",
        Change::Updated => "updated",
        Change::Closed => "closed",
        _ => "changed",
    }
}
