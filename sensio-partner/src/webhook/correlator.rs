//! Which event a call means, and whether anything has to be done (Partner API reference 6.4, steps 5
//! to 9).

use core::fmt;
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::message::Webhook;
use crate::codes::EventType;
use crate::external_event_id::ExternalEventId;
use crate::identifier::DeviceIdentifier;
use crate::pair::{Pair, pair};
use crate::time::Time;

/// Knows the events that the partner has raised, finds the one that a webhook means, and says whether
/// to close it and whether a DELETE has to follow.
///
/// It is told what happens ([`raised`](Self::raised), [`closed`](Self::closed)) and asked about each
/// call ([`handle_webhook`](Self::handle_webhook)). Three rules are its whole purpose:
///
/// - only a `RequestDeactivateEvent` that closed an event here leads to a DELETE, and only after
///   [`deactivated`](Self::deactivated) said that it is closed;
/// - no echo, repeat or late call leads to another call;
/// - a call about an older event never closes a newer one of the same device and code.
///
/// Memory is bounded. Finished events are forgotten from the oldest on; open ones never.
/// It lives in memory: after a restart tell it of the open events again.
///
/// ```
/// use sensio_partner::webhook::{Action, Correlator, CorrelatorConfig, EventStateChanged};
/// use sensio_partner::webhook::{NothingToDo, RequestDeactivateEvent};
/// use sensio_partner::{DeviceIdentifier, EventType, ExternalEventId, Time};
///
/// let (now, device) = (Time::ZERO, DeviceIdentifier::new("SN-004711")?);
/// let id = ExternalEventId::new("01J9Z7P4WQ3N")?;
/// let mut correlator = Correlator::new(CorrelatorConfig::default());
/// correlator.raised(device.clone(), EventType::FALL, Some(id.clone()))?;
///
/// let request = RequestDeactivateEvent::new(device.clone(), EventType::FALL);
/// let request = request.with_external_event_id(id).into();
/// let Action::Deactivate(key) = correlator.handle_webhook(now, &request) else {
///     panic!("the event is open")
/// };
/// // The alarm is closed here; now the DELETE goes through the queue.
/// let delete = correlator.deactivated(now, key).expect("a command wants its DELETE");
/// assert_eq!(delete.event_type, EventType::FALL);
///
/// // The echo of that DELETE.
/// let echo = EventStateChanged::inactive(device, EventType::FALL).into();
/// let action = correlator.handle_webhook(now, &echo);
/// assert_eq!(action, Action::Nothing(NothingToDo::ClosedAlready));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Correlator {
    config: CorrelatorConfig,
    events: BTreeMap<EventKey, Event>,
    finished: BTreeSet<EventKey>,
    by_pair: HashMap<Pair, EventKey>,
    by_id: HashMap<ExternalEventId, EventKey>,
    last: u64,
}

/// Settings of a [`Correlator`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CorrelatorConfig {
    /// Events that are remembered, open and finished: 10,000.
    pub events: usize,
    /// How long after our own DELETE a call without an id is held for its echo, when the same event was
    /// raised anew meanwhile: 30 seconds. A call without an id cannot say which of the two it means, and
    /// an alarm closed by mistake is worse than one left open. One call per DELETE.
    pub echo_window: Duration,
}

impl Default for CorrelatorConfig {
    fn default() -> Self {
        Self {
            events: 10_000,
            echo_window: Duration::from_secs(30),
        }
    }
}

/// One event of a [`Correlator`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventKey(u64);

struct Event {
    device: DeviceIdentifier,
    event_type: EventType,
    id: Option<ExternalEventId>,
    state: State,
    /// Until when the echo of a DELETE for an earlier event of the pair may come.
    echo_until: Option<Time>,
    /// The server goes on with an earlier event in its place.
    under_older_id: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// Being closed here; then send a DELETE, or not.
    Closing {
        delete: bool,
    },
    Closed,
    /// A newer event of the same pair took its place while it was open.
    Superseded,
}

/// What to do about a call. Answer 200 in every case, once it is done and durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Close the event here, then say [`Correlator::deactivated`]. If that fails say
    /// [`Correlator::deactivation_failed`] and answer 500.
    Deactivate(EventKey),
    /// Leave everything as it is.
    Nothing(NothingToDo),
}

/// Why there is nothing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NothingToDo {
    /// `IsActive: true`: record it, raise nothing.
    StillActive,
    /// No such event is known: never raised here, or forgotten.
    Unknown,
    /// It is closed here: a repeat, or the echo of our own DELETE. A command that says so long after
    /// the DELETE may mean that the DELETE never arrived: look whether the queue gave it up.
    ClosedAlready,
    /// It is being closed.
    UnderWay,
    /// It means an older event; a newer one of the same device and code is open and stays so.
    NewerEvent,
    /// The id belongs to an event of another device or code.
    Mismatch,
    /// The call has no id and may be the echo of a DELETE for an older event.
    PerhapsEcho,
}

/// The call that a command asks for, for the ordered queue.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delete {
    /// Which device.
    pub device: DeviceIdentifier,
    /// Which event, under the number that it was raised with.
    pub event_type: EventType,
    /// The partner's own id of it.
    pub external_event_id: Option<ExternalEventId>,
}

/// All events that may be remembered are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{limit} events are open, and no more can be remembered")]
pub struct CorrelatorFull {
    /// [`CorrelatorConfig::events`].
    pub limit: usize,
}

impl Correlator {
    /// Knows no event.
    #[must_use]
    pub fn new(config: CorrelatorConfig) -> Self {
        Self {
            config,
            events: BTreeMap::new(),
            finished: BTreeSet::new(),
            by_pair: HashMap::new(),
            by_id: HashMap::new(),
            last: 0,
        }
    }

    /// The partner raises an event: say so when its POST is queued. A second one with the same id is
    /// the same event; any other takes the place of what was open for the device and code.
    ///
    /// # Errors
    ///
    /// [`CorrelatorFull`]; the event is not known then, and webhooks will not close it.
    pub fn raised(
        &mut self,
        device: DeviceIdentifier,
        event_type: EventType,
        id: Option<ExternalEventId>,
    ) -> Result<EventKey, CorrelatorFull> {
        let place = pair(&device, event_type);
        let previous = self.by_pair.get(&place).copied();
        let mut echo_until = None;
        if let Some(key) = previous {
            if let Some(event) = self.events.get_mut(&key) {
                let open = !matches!(event.state, State::Closed);
                if open && id.is_some() && event.id == id {
                    return Ok(key);
                }
                echo_until = event.echo_until;
            }
        }
        // What is taken over makes room, so it goes first.
        let limit = self.config.events;
        let superseded = previous.is_some_and(|key| !self.finished.contains(&key));
        if self.events.len() >= limit && self.finished.is_empty() && !superseded {
            return Err(CorrelatorFull { limit });
        }
        if let Some(key) = previous {
            if let Some(event) = self.events.get_mut(&key) {
                if event.state != State::Closed {
                    event.state = State::Superseded;
                }
                self.finished.insert(key);
            }
        }
        self.last += 1;
        let key = EventKey(self.last);
        while self.events.len() >= limit {
            let Some(oldest) = self.finished.pop_first() else {
                break;
            };
            self.forget(oldest);
        }
        if let Some(id) = &id {
            self.by_id.insert(id.clone(), key);
        }
        self.by_pair.insert(place, key);
        self.events.insert(
            key,
            Event {
                device,
                event_type,
                id,
                state: State::Open,
                echo_until,
                under_older_id: false,
            },
        );
        Ok(key)
    }

    fn forget(&mut self, key: EventKey) {
        let Some(event) = self.events.remove(&key) else {
            return;
        };
        let place = pair(&event.device, event.event_type);
        if self.by_pair.get(&place) == Some(&key) {
            self.by_pair.remove(&place);
        }
        if let Some(id) = event.id {
            if self.by_id.get(&id) == Some(&key) {
                self.by_id.remove(&id);
            }
        }
    }

    /// The server answered the POST of this event with 409
    /// ([`AlreadyActive`](crate::Effect::AlreadyActive)): it goes on with an event of the pair that it
    /// already had, under the id of that one (Partner API reference 4.4). As long as the event is the
    /// newest of its pair, calls that carry the id of one whose place it took mean it, too. Ids of
    /// closed events and ids that nobody knows still close nothing.
    pub fn already_active(
        &mut self,
        device: &DeviceIdentifier,
        event_type: EventType,
        id: Option<&ExternalEventId>,
    ) {
        let newest = self.by_pair.get(&pair(device, event_type));
        if let Some(event) = newest.and_then(|key| self.events.get_mut(key)) {
            if event.id.as_ref() == id {
                event.under_older_id = true;
            }
        }
    }

    /// The partner closes an event by itself: say so when its DELETE is queued.
    pub fn closed(&mut self, now: Time, device: &DeviceIdentifier, event_type: EventType) {
        if let Some(&key) = self.by_pair.get(&pair(device, event_type)) {
            self.close(now, key, true);
        }
    }

    fn close(&mut self, now: Time, key: EventKey, deletes: bool) {
        if let Some(event) = self.events.get_mut(&key) {
            event.state = State::Closed;
            if deletes {
                event.echo_until = Some(now + self.config.echo_window);
            }
            self.finished.insert(key);
        }
    }

    /// Finds the event that a call means.
    pub fn handle_webhook(&mut self, now: Time, webhook: &Webhook) -> Action {
        let command = matches!(webhook, Webhook::RequestDeactivateEvent(_));
        if let Webhook::EventStateChanged(changed) = webhook {
            if changed.is_active {
                return Action::Nothing(NothingToDo::StillActive);
            }
        }
        let key = match self.find(webhook) {
            Ok(key) => key,
            Err(nothing) => return Action::Nothing(nothing),
        };
        let Some(event) = self.events.get_mut(&key) else {
            return Action::Nothing(NothingToDo::Unknown);
        };
        // An echo that is waited for comes once, whatever it finds.
        let echo = !command
            && webhook.external_event_id().is_none()
            && event.echo_until.take().is_some_and(|until| now <= until);
        Action::Nothing(match event.state {
            State::Open if echo => NothingToDo::PerhapsEcho,
            State::Open => {
                event.state = State::Closing { delete: command };
                return Action::Deactivate(key);
            }
            State::Closing { .. } => {
                // Sensio knows by itself: no DELETE is needed any more.
                if !command {
                    event.state = State::Closing { delete: false };
                }
                NothingToDo::UnderWay
            }
            State::Closed => NothingToDo::ClosedAlready,
            State::Superseded => NothingToDo::NewerEvent,
        })
    }

    fn find(&self, webhook: &Webhook) -> Result<EventKey, NothingToDo> {
        let place = pair(webhook.device(), webhook.event_type());
        let newest = self.by_pair.get(&place).copied();
        let Some(id) = webhook.external_event_id() else {
            return newest.ok_or(NothingToDo::Unknown);
        };
        if let Some(key) = self.by_id.get(id) {
            let event = self.events.get(key).ok_or(NothingToDo::Unknown)?;
            if pair(&event.device, event.event_type) != place {
                return Err(NothingToDo::Mismatch);
            }
            if newest == Some(*key) {
                return Ok(*key);
            }
            let newest = newest.and_then(|key| Some((key, self.events.get(&key)?)));
            return match newest {
                // The server knows the newest one under this id.
                Some((newest, standing))
                    if standing.under_older_id && event.state == State::Superseded =>
                {
                    Ok(newest)
                }
                // Closed before, and another one is open by now.
                _ => Err(NothingToDo::NewerEvent),
            };
        }
        // An id nobody knows: an event that has one of its own is not the one that is meant.
        let newest = newest.ok_or(NothingToDo::Unknown)?;
        match self.events.get(&newest) {
            Some(event) if event.id.is_none() => Ok(newest),
            Some(_) => Err(NothingToDo::NewerEvent),
            None => Err(NothingToDo::Unknown),
        }
    }

    /// The event is closed here, durably. The answer is the DELETE to queue, if one has to follow: not
    /// when Sensio closed the event itself, and not when the event was raised anew meanwhile, since a
    /// DELETE would close that one.
    pub fn deactivated(&mut self, now: Time, key: EventKey) -> Option<Delete> {
        let event = self.events.get(&key)?;
        let State::Closing { delete } = event.state else {
            return None;
        };
        let delete = delete.then(|| Delete {
            device: event.device.clone(),
            event_type: event.event_type,
            external_event_id: event.id.clone(),
        });
        self.close(now, key, delete.is_some());
        delete
    }

    /// The event could not be closed here: it is still on, and no DELETE may go.
    pub fn deactivation_failed(&mut self, key: EventKey) {
        if let Some(event) = self.events.get_mut(&key) {
            if matches!(event.state, State::Closing { .. }) {
                event.state = State::Open;
            }
        }
    }

    /// Events that are open or being closed.
    #[must_use]
    pub fn open(&self) -> usize {
        self.events.len() - self.finished.len()
    }
}

impl fmt::Debug for Correlator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Correlator")
            .field("config", &self.config)
            .field("open", &self.open())
            .field("finished", &self.finished.len())
            .finish_non_exhaustive()
    }
}
