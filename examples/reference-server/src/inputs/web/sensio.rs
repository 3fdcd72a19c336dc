//! Third parties send in the form of the Sensio Partner API (Partner API reference 3 to 5).
//!
//! POST begins an occurrence, PUT adds to it, DELETE ends it. A call is on stable storage before it
//! is answered. What is open is known by device and code, so that a repeat raises nothing twice: by
//! the partner's own id, and without one by equal content within a window.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

use alarm_codes::{Attachment, Event, Phase, Private, Reference};
use bytes::Bytes;
use sensio_partner::alarm::{Received, Reported, event_of, heartbeat_of};
use sensio_partner::server::{
    Backend, Client, Config, EventAction, EventCall, Refused, StatusCall,
};
use sensio_partner::{EventType, Mode, StatusEntry, UnityVersion, encode_status};
use tokio::sync::Mutex;

use super::super::record::{self, Arrival, Message};
use super::desk::Desk;
use super::evidence::Evidence;
use super::occurrences::{Occurrence, Occurrences, Said};
use super::{SettingError, secrets};
use crate::config::SensioInputConfig;
use crate::journal::{
    AlarmRecord, Answer, ContentHash, Entry, JournalError, TransportFacts, Verdict,
};
use crate::outputs::sensio::HOOK_PROTOCOL;

/// What the journal calls it.
pub(super) const PROTOCOL: &str = "sensio-partner";
/// Where open occurrences are kept.
pub(super) const AREA: &str = "sensio.active";
/// Calls of so many devices and codes are stored at a time; those of one go one after the other.
const TURNS: usize = 64;
/// How long a sender that was turned away should wait.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// The settings of the server side.
pub(super) fn server_config(config: &SensioInputConfig) -> Result<Config, SettingError> {
    let clients = config.clients.iter().map(|client| {
        let secrets = secrets::read_all(&client.secrets)?;
        Client::new(&client.id, &secrets).map_err(|_| SettingError::Client {
            id: client.id.clone(),
        })
    });
    let clients = clients.collect::<Result<Vec<_>, SettingError>>()?;
    let mut seed = [0; 32];
    seed[..16].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    seed[16..].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    let mut server = Config::new(seed, clients);
    server.base.clone_from(&config.base);
    server.version = config.version.parse().unwrap_or(UnityVersion::LATEST);
    if config.strict {
        server.mode = Mode::Strict;
    }
    Ok(server)
}

/// Takes the calls of partners.
#[derive(Clone, Debug)]
pub(super) struct Partners(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    desk: Desk,
    active: Arc<Occurrences>,
    turns: [Mutex<()>; TURNS],
    hasher: RandomState,
    window: Duration,
    version: UnityVersion,
    /// Empty: every device.
    devices: HashSet<String>,
}

/// What a call means, given what is open.
enum Meaning {
    /// Something begins.
    Start,
    /// It was said before: nothing is new.
    Repeat,
    /// It adds to what this event began.
    Adds(Occurrence),
    /// It ends what this event began, if any is known.
    Ends(Option<Occurrence>),
    /// There is nothing to add to.
    Nothing,
}

impl Partners {
    pub(super) fn new(config: &SensioInputConfig, desk: Desk, active: Arc<Occurrences>) -> Self {
        Self(Arc::new(Shared {
            desk,
            active,
            turns: [const { Mutex::const_new(()) }; TURNS],
            hasher: RandomState::new(),
            window: config.duplicate_window.0,
            version: config.version.parse().unwrap_or(UnityVersion::LATEST),
            devices: config.devices.iter().cloned().collect(),
        }))
    }
}

/// Device and code; 917 and 923 are the same.
fn key(device: &str, code: EventType) -> String {
    format!("{}\0{device}", code.for_version(UnityVersion::LATEST).0)
}

/// How the journal names a call: the code, and the partner's own id.
fn reference(code: EventType, id: Option<&str>) -> String {
    match id {
        Some(id) => format!("{code} {id}"),
        None => code.to_string(),
    }
}

/// An alarm was closed by a webhook: for its partner it is active no longer, and what is sent anew is
/// new.
pub(super) fn closed(
    event: &Event,
    code: EventType,
    at: i64,
    known: &dyn Fn(&str) -> Option<Occurrence>,
) -> Option<(String, Occurrence)> {
    let key = key(event.device.controller.as_deref()?, code);
    let before = known(&key).filter(|known| known.open)?;
    let named = event.correlation.clears == Some(Reference::Event(before.id));
    let after = Occurrence {
        open: false,
        at,
        ..before
    };
    named.then_some((key, after))
}

/// What an alarm of the journal says about what is open.
pub(super) fn said(record: &AlarmRecord, known: &dyn Fn(&str) -> Option<Occurrence>) -> Said {
    let at = record.received_at.as_micros();
    let said = || {
        if record.protocol == HOOK_PROTOCOL && record.kind.is_some() {
            let code = record
                .source_ref
                .as_deref()?
                .split(' ')
                .nth(1)?
                .parse()
                .ok()?;
            let event: Event = serde_json::from_str(&record.event).ok()?;
            return closed(&event, EventType(code), at, known);
        }
        if record.protocol != PROTOCOL || record.verdict != Verdict::Accepted {
            return None;
        }
        let reference = record.source_ref.as_deref()?;
        let (code, id) = match reference.split_once(' ') {
            Some((code, id)) => (code, Some(id.to_owned())),
            None => (reference, None),
        };
        let key = key(&record.sender, EventType(code.parse().ok()?));
        let event: Event = serde_json::from_str(&record.event).ok()?;
        let before = known(&key);
        let occurrence = match event.phase {
            // A PUT may say another kind of what is open already.
            Phase::Start if event.correlation.updates.is_none() => Occurrence {
                content: before
                    .filter(|before| before.id == event.event_id)
                    .and_then(|before| before.content),
                id: event.event_id,
                reference: id,
                at,
                open: true,
            },
            Phase::End => Occurrence {
                open: false,
                at,
                ..before?
            },
            _ => return None,
        };
        Some((key, occurrence))
    };
    said().into_iter().collect()
}

fn refused(error: &JournalError) -> Refused {
    match error {
        JournalError::Busy => Refused::TooMany {
            retry_after: RETRY_AFTER,
        },
        JournalError::Rejected { .. } => Refused::Failed,
        _ => Refused::Unavailable,
    }
}

impl Backend for Partners {
    async fn event(&self, call: EventCall) -> Result<(), Refused> {
        let (shared, evidence) = (Arc::clone(&self.0), Evidence::of_this_call());
        // On its own: the partner may go away while the journal has it.
        let work = tokio::spawn(async move { shared.event(call, evidence).await });
        work.await.unwrap_or(Err(Refused::Failed))
    }

    async fn statuses(&self, call: StatusCall) -> Result<(), Refused> {
        let (shared, evidence) = (Arc::clone(&self.0), Evidence::of_this_call());
        let work = tokio::spawn(async move { shared.statuses(call, evidence).await });
        work.await.unwrap_or(Err(Refused::Failed))
    }
}

impl Shared {
    fn takes(&self, device: &str) -> bool {
        self.devices.is_empty() || self.devices.contains(device)
    }

    fn meaning(&self, call: &EventCall, key: &str, content: &str, arrival: Arrival) -> Meaning {
        let known = self.active.get(key);
        let id = call.decoded.message().external_event_id.as_ref();
        let id = id.map(sensio_partner::ExternalEventId::as_str);
        match (call.action, known) {
            (EventAction::Trigger, Some(known)) if known.open => {
                let fresh = known.is_within(self.window, arrival.at);
                let same_id = id.is_some() && known.reference.as_deref() == id;
                let same = id.is_none()
                    && known.reference.is_none()
                    && known.content.as_deref() == Some(content);
                match (same_id, same && fresh) {
                    (true, _) if fresh => Meaning::Repeat,
                    (true, _) => Meaning::Adds(known),
                    (false, true) => Meaning::Repeat,
                    // Rather an alarm twice than none: nobody knows whether the first one was ended.
                    (false, false) => Meaning::Start,
                }
            }
            (EventAction::Trigger, _) => Meaning::Start,
            (EventAction::Update, Some(known)) if known.open => Meaning::Adds(known),
            (EventAction::Update, _) => Meaning::Nothing,
            (EventAction::Deactivate, Some(known)) if known.open => Meaning::Ends(Some(known)),
            (EventAction::Deactivate, Some(known)) if known.is_within(self.window, arrival.at) => {
                Meaning::Repeat
            }
            (EventAction::Deactivate, _) => Meaning::Ends(None),
        }
    }

    async fn event(&self, call: EventCall, evidence: Option<Evidence>) -> Result<(), Refused> {
        let counters = &self.desk.counters;
        counters.received.increment(1);
        counters.warnings.increment(call.warnings.len() as u64);
        let device = call.device.as_str();
        let key = key(device, call.event_type);
        let place = self.hasher.hash_one(&key) % TURNS as u64;
        let place = usize::try_from(place).unwrap_or(0);
        // The calls of one device and code are judged and stored one after the other.
        let _turn = self.turns[place].lock().await;
        let arrival = Arrival::now();
        let raw = evidence.as_ref().map_or_else(Bytes::new, Evidence::raw);
        let content = content_of(&raw);
        if !self.takes(device) {
            let entry = || self.evidence(arrival, &call, raw, evidence.as_ref(), "404, not listed");
            let reason = "the device is not listed";
            self.desk.refused(&counters.refused, reason, entry);
            return Err(Refused::UnknownDevice);
        }
        self.desk.reporting.heard(PROTOCOL, device, arrival.at);
        let meaning = self.meaning(&call, &key, &content, arrival);
        let mut event = event_of(
            &Reported::from(&call),
            &Received::new(arrival.alarm_id(), arrival.alarm_time()).with_version(self.version),
        );
        let answer = match &meaning {
            Meaning::Repeat => {
                self.desk.repeated();
                return Ok(());
            }
            Meaning::Nothing => {
                let entry =
                    || self.evidence(arrival, &call, raw, evidence.as_ref(), "404, not active");
                let reason = "an update of nothing that is active";
                self.desk.refused(&counters.refused, reason, entry);
                return Err(Refused::NotActive);
            }
            Meaning::Start => "200",
            Meaning::Adds(first) => {
                if call.action == EventAction::Trigger {
                    event.phase = Phase::Update;
                }
                event.correlation.updates = Some(Reference::Event(first.id));
                "200"
            }
            Meaning::Ends(Some(first)) => {
                event.correlation.clears = Some(Reference::Event(first.id));
                "200"
            }
            Meaning::Ends(None) => "200, nothing was known to be active",
        };
        if !call.decoded.unknown().is_empty()
            && let Ok(unknown) = serde_json::to_string(call.decoded.unknown())
        {
            event
                .attachments
                .push(Attachment::Text(Private::new(unknown)));
        }
        let message = self.message(&call, raw, evidence.as_ref(), answer);
        let entry = record::accepted(arrival, &mut event, message).map_err(|_| Refused::Failed)?;
        let ticket = self.active.begin(&self.desk.journal);
        let stored = self.desk.store(entry).await;
        if stored.is_ok() {
            let id = call.decoded.message().external_event_id.as_ref();
            let after = match meaning {
                Meaning::Start => Some(Occurrence {
                    id: arrival.alarm_id(),
                    reference: id.map(|id| id.as_str().to_owned()),
                    content: Some(content),
                    at: arrival.at.as_micros(),
                    open: true,
                }),
                Meaning::Ends(Some(first)) => Some(Occurrence {
                    at: arrival.at.as_micros(),
                    open: false,
                    ..first
                }),
                _ => None,
            };
            if let Some(after) = after {
                self.active.set(&key, after);
            }
        }
        self.active.end(ticket);
        stored.map(drop).map_err(|error| refused(&error))
    }

    fn message(
        &self,
        call: &EventCall,
        raw: Bytes,
        evidence: Option<&Evidence>,
        answer: &'static str,
    ) -> Message {
        let id = call.decoded.message().external_event_id.as_ref();
        let id = id.map(sensio_partner::ExternalEventId::as_str);
        Message {
            protocol: PROTOCOL,
            sender: call.device.as_str().to_owned(),
            source_ref: Some(reference(call.sent_as, id)),
            content_hash: ContentHash::of(&raw),
            // Repeats are found here: the journal does not know what is still open.
            duplicate_window: Duration::ZERO,
            raw,
            transport: facts(evidence, call.client.as_str()),
            answer: Answer {
                bytes: Bytes::new(),
                summary: Cow::Borrowed(answer),
            },
        }
    }

    fn evidence(
        &self,
        arrival: Arrival,
        call: &EventCall,
        raw: Bytes,
        evidence: Option<&Evidence>,
        answer: &'static str,
    ) -> Option<Entry> {
        let message = self.message(call, raw, evidence, answer);
        let json = serde_json::json!({ "sensio": { "refused": answer } }).to_string();
        Some(record::data(arrival, Verdict::Refused, json, message))
    }

    /// All of them or an error; the partner repeats then, and a sign of life that is kept twice does
    /// no harm.
    async fn statuses(&self, call: StatusCall, evidence: Option<Evidence>) -> Result<(), Refused> {
        let counters = &self.desk.counters;
        counters.received.increment(1);
        counters.warnings.increment(call.warnings.len() as u64);
        if !call
            .entries
            .iter()
            .all(|entry| self.takes(entry.device.as_str()))
        {
            let reason = "a status of a device that is not listed";
            self.desk.refused(&counters.refused, reason, || None);
            return Err(Refused::UnknownDevice);
        }
        let transport = facts(evidence.as_ref(), call.client.as_str());
        let mut storing = Vec::with_capacity(call.entries.len());
        for entry in &call.entries {
            let arrival = Arrival::now();
            let entry = self.heartbeat(arrival, entry, transport.clone());
            storing.push((
                arrival,
                self.desk.journal.store(entry.map_err(|_| Refused::Failed)?),
            ));
        }
        let mut answer = Ok(());
        for ((arrival, stored), entry) in storing.into_iter().zip(&call.entries) {
            let stored = stored.await;
            let outcome = stored.as_ref().map(|stored| &stored.outcome);
            counters.stored(Verdict::Accepted, outcome);
            match stored {
                Ok(_) => {
                    let device = entry.device.as_str();
                    self.desk.reporting.heard(PROTOCOL, device, arrival.at);
                }
                Err(error) => answer = Err(refused(&error)),
            }
        }
        answer
    }

    fn heartbeat(
        &self,
        arrival: Arrival,
        entry: &StatusEntry,
        transport: TransportFacts,
    ) -> Result<Entry, serde_json::Error> {
        let received =
            Received::new(arrival.alarm_id(), arrival.alarm_time()).with_version(self.version);
        let mut event = heartbeat_of(&entry.device, &received);
        let mut body = Vec::new();
        encode_status(&entry.status, &mut body);
        if !entry.status.members().is_empty() {
            let text = String::from_utf8_lossy(&body).into_owned();
            event.attachments.push(Attachment::Text(Private::new(text)));
        }
        let message = Message {
            protocol: PROTOCOL,
            sender: entry.device.as_str().to_owned(),
            source_ref: None,
            content_hash: ContentHash::of(&body),
            duplicate_window: Duration::ZERO,
            raw: body.into(),
            transport,
            answer: Answer {
                bytes: Bytes::new(),
                summary: Cow::Borrowed("200"),
            },
        };
        record::accepted(arrival, &mut event, message)
    }
}

fn content_of(raw: &[u8]) -> String {
    let hash = ContentHash::of(raw);
    hash.as_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

pub(super) fn facts(evidence: Option<&Evidence>, client: &str) -> TransportFacts {
    match evidence {
        Some(evidence) => evidence.facts(Some(client)),
        None => TransportFacts {
            transport: Cow::Borrowed("http"),
            peer: String::new(),
            local: String::new(),
        },
    }
}
