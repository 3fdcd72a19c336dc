//! What is raised at the Sensio server, by device and code: what an end has to delete, and what a
//! webhook means.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use alarm_codes::{EventId as AlarmId, Kind};
use bytes::Bytes;
use sensio_partner::queue::Pair;
use sensio_partner::webhook::{
    Action, Correlator, CorrelatorConfig, EventKey, EventName, EventStateChanged, NothingToDo,
    Webhook,
};
use sensio_partner::{DeviceIdentifier, EventType, ExternalEventId, Time, UnityVersion};
use serde::{Deserialize, Serialize};

use crate::journal::{KeptState, Sequence, StateChange};

/// Most events that are remembered; the oldest make room.
const LIMIT: usize = 100_000;

/// One event that is raised.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Row {
    /// The alarm that raised it, and its `externalEventId`.
    pub(super) id: AlarmId,
    /// The place of that alarm in the journal.
    pub(super) sequence: i64,
    pub(super) identifier: String,
    pub(super) code: u32,
    pub(super) kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) controller: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) device: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) source_ref: Option<String>,
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row")
            .field("id", &self.id)
            .field("code", &self.code)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl Row {
    pub(super) fn key(&self) -> String {
        key(&self.identifier, EventType(self.code))
    }

    fn names(&self) -> Option<(DeviceIdentifier, ExternalEventId)> {
        let device = DeviceIdentifier::new(&self.identifier).ok()?;
        Some((device, ExternalEventId::new(&self.id.to_string()).ok()?))
    }
}

/// Device and code; 917 and 923 are the same.
pub(super) fn key(identifier: &str, code: EventType) -> String {
    format!("{}\0{identifier}", code.for_version(UnityVersion::LATEST).0)
}

/// What is raised, shared by the output and the webhooks.
#[derive(Clone)]
pub struct Raised(Arc<Mutex<State>>);

struct State {
    correlator: Correlator,
    started: Instant,
    rows: HashMap<String, Row>,
    by_id: HashMap<AlarmId, String>,
    /// The oldest first.
    order: BTreeMap<i64, String>,
    changed: HashMap<String, ()>,
}

impl Default for Raised {
    fn default() -> Self {
        let mut config = CorrelatorConfig::default();
        // Those that are finished need room, too.
        config.events = LIMIT + LIMIT / 10;
        Self(Arc::new(Mutex::new(State {
            correlator: Correlator::new(config),
            started: Instant::now(),
            rows: HashMap::new(),
            by_id: HashMap::new(),
            order: BTreeMap::new(),
            changed: HashMap::new(),
        })))
    }
}

impl fmt::Debug for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raised({} events)", self.state().rows.len())
    }
}

/// The alarm that a webhook means, while it is being closed.
#[derive(Clone, Debug)]
pub(crate) struct Meant {
    key: EventKey,
    pub(crate) id: AlarmId,
    pub(crate) sequence: Sequence,
    pub(crate) controller: Option<String>,
    pub(crate) device: Option<String>,
}

impl State {
    fn now(&self) -> Time {
        Time::from(self.started.elapsed())
    }

    fn insert(&mut self, row: Row) {
        let key = row.key();
        self.take(&key);
        while self.rows.len() >= LIMIT
            && let Some((_, oldest)) = self.order.pop_first()
        {
            let now = self.now();
            if let Some(row) = self.take(&oldest)
                && let Some((device, _)) = row.names()
            {
                self.correlator.closed(now, &device, EventType(row.code));
            }
            self.changed.insert(oldest, ());
        }
        if let Some((device, id)) = row.names()
            && let Err(error) = self
                .correlator
                .raised(device, EventType(row.code), Some(id))
        {
            tracing::warn!(%error, "webhooks will not close an alarm");
        }
        self.order.insert(row.sequence, key.clone());
        self.by_id.insert(row.id, key.clone());
        self.rows.insert(key, row);
    }

    fn take(&mut self, key: &str) -> Option<Row> {
        let row = self.rows.remove(key)?;
        self.by_id.remove(&row.id);
        // Two events of one alarm have one place: it may stand for the other.
        if self.order.get(&row.sequence).is_some_and(|at| at == key) {
            self.order.remove(&row.sequence);
        }
        Some(row)
    }
}

impl Raised {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An event is raised.
    pub(super) fn raise(&self, row: Row) {
        let mut state = self.state();
        state.changed.insert(row.key(), ());
        state.insert(row);
    }

    /// An event is raised no longer. `deletes`: this server sends the DELETE, whose echo may come.
    pub(super) fn lower(&self, key: &str, deletes: bool) {
        let mut state = self.state();
        let Some(row) = state.take(key) else { return };
        state.changed.insert(key.to_owned(), ());
        let Some((device, id)) = row.names() else {
            return;
        };
        let (now, code) = (state.now(), EventType(row.code));
        if deletes {
            state.correlator.closed(now, &device, code);
            return;
        }
        // Unless the webhook has said so already.
        let closed = EventStateChanged::inactive(device, code).with_external_event_id(id);
        if let Action::Deactivate(key) = state.correlator.handle_webhook(now, &closed.into()) {
            state.correlator.deactivated(now, key);
        }
    }

    /// The server goes on with an older event of the device and code in place of this one, and will
    /// speak of it by that one's id.
    pub(super) fn already_active(&self, pair: &Pair, id: Option<&ExternalEventId>) {
        let mut state = self.state();
        state
            .correlator
            .already_active(&pair.device, pair.event_type, id);
    }

    /// What is raised for this device and code.
    pub(super) fn get(&self, key: &str) -> Option<Row> {
        self.state().rows.get(key).cloned()
    }

    /// What this alarm has raised.
    pub(super) fn of(&self, id: AlarmId) -> Option<Row> {
        let state = self.state();
        state.rows.get(state.by_id.get(&id)?).cloned()
    }

    /// Everything that fits. Looks at all of them.
    pub(super) fn find(&self, fits: impl Fn(&Row) -> bool) -> Vec<Row> {
        let state = self.state();
        state
            .rows
            .values()
            .filter(|row| fits(row))
            .cloned()
            .collect()
    }

    /// Finds the alarm that a webhook means, or says why there is nothing to close.
    pub(crate) fn handle_webhook(&self, webhook: &Webhook) -> Result<Meant, &'static str> {
        let mut state = self.state();
        let now = state.now();
        let event = match state.correlator.handle_webhook(now, webhook) {
            Action::Deactivate(event) => event,
            Action::Nothing(why) => return Err(because(why)),
            _ => return Err("nothing to do"),
        };
        let key = key(webhook.device().as_str(), webhook.event_type());
        let Some(row) = state.rows.get(&key) else {
            state.correlator.deactivation_failed(event);
            return Err("no such event is known");
        };
        Ok(Meant {
            key: event,
            id: row.id,
            sequence: Sequence::new(row.sequence),
            controller: row.controller.clone(),
            device: row.device.clone(),
        })
    }

    /// The end of what a webhook meant is stored, or is not.
    pub(crate) fn closed_here(&self, meant: Result<Meant, &'static str>, stored: bool) {
        let Ok(meant) = meant else { return };
        let mut state = self.state();
        let now = state.now();
        match stored {
            // Whether a DELETE follows is found in the journal, in order with everything else.
            true => drop(state.correlator.deactivated(now, meant.key)),
            false => state.correlator.deactivation_failed(meant.key),
        }
    }

    /// What has changed since the last time, for the journal to keep.
    pub(super) fn changes(&self) -> Vec<StateChange> {
        let mut state = self.state();
        let changed = std::mem::take(&mut state.changed);
        let row = |key: String| StateChange {
            value: state
                .rows
                .get(&key)
                .and_then(|row| serde_json::to_vec(row).ok())
                .map(Bytes::from),
            key: key.into_bytes().into(),
        };
        changed.into_keys().map(row).collect()
    }

    /// What of it was not kept after all.
    pub(super) fn not_kept(&self, changes: &[StateChange]) {
        let mut state = self.state();
        for change in changes {
            if let Ok(key) = std::str::from_utf8(&change.key)
                && !key.is_empty()
            {
                state.changed.insert(key.to_owned(), ());
            }
        }
    }

    /// Takes back what was kept before a restart.
    pub(super) fn restore(&self, kept: &[KeptState]) {
        let rows = kept.iter().filter(|row| !row.key.is_empty());
        let rows = rows.filter_map(|row| serde_json::from_slice::<Row>(&row.value).ok());
        let mut rows: Vec<Row> = rows.collect();
        rows.sort_by_key(|row| row.sequence);
        let mut state = self.state();
        for row in rows {
            state.insert(row);
        }
        state.changed.clear();
    }
}

fn because(why: NothingToDo) -> &'static str {
    match why {
        NothingToDo::StillActive => "it says that the event is active",
        NothingToDo::Unknown => "no such event is known",
        NothingToDo::ClosedAlready => "the event is closed already",
        NothingToDo::UnderWay => "the event is being closed",
        NothingToDo::NewerEvent => "it means an older event of the device and code",
        NothingToDo::Mismatch => "its id belongs to another device or code",
        NothingToDo::PerhapsEcho => "it may be the echo of a DELETE",
        _ => "nothing to do",
    }
}

/// How the journal names a webhook: what it is, the code, and the id that it carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HookReference {
    name: EventName,
    code: u32,
    id: Option<String>,
}

impl HookReference {
    /// That of a webhook.
    pub(crate) fn of(webhook: &Webhook) -> Self {
        Self {
            name: webhook.name(),
            code: webhook.event_type().0,
            id: webhook.external_event_id().map(ToString::to_string),
        }
    }

    /// Whether a reference is one of a command, which wants a DELETE.
    pub(super) fn is_command(reference: &str) -> bool {
        reference.split(' ').next() == Some(EventName::RequestDeactivateEvent.as_str())
    }
}

impl fmt::Display for HookReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.code)?;
        match &self.id {
            Some(id) => write!(f, " {id}"),
            None => Ok(()),
        }
    }
}
