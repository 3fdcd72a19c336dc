//! The engine: JSON of a vendor to what it means.

use core::fmt;
use core::time::Duration;

use alarm_codes::{
    Attachment, Change, Class, Decoder, DeviceTime, Event, EventId, Handling, HistoryEntry, Kind,
    Phase, Priority, Private, Profile, Raw, RecordedMapping, Relation, System, Timestamp,
};
use serde_json::Value;

use super::rules::{Action, Rule, Test, Vocabulary, folded};
use crate::codes::EventType;

/// Why a message is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// More bytes than the limit.
    #[error("the message has {bytes} bytes, at most {limit} are read")]
    TooLarge {
        /// How many.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Nested deeper than the limit.
    #[error("the message is nested deeper than {limit} levels")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// No JSON.
    #[error("the message is no JSON at line {line}, column {column}")]
    NotJson {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// More events than the limit.
    #[error("the message has {events} events, at most {limit} are read")]
    TooManyEvents {
        /// How many.
        events: usize,
        /// The limit.
        limit: usize,
    },
}

/// What was not as the file says, and is read all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReadWarning {
    /// Nothing at the path of the list, or no array: the message is read as one event.
    NoList,
    /// Nothing at the path of the device.
    NoDevice,
    /// Nothing at the path of the event.
    NoEvent,
    /// No row for the event.
    UnknownEvent,
    /// Neither a row nor the list of states knows the state; taken for a start.
    UnknownState,
    /// An array or object where a text, number or boolean was expected.
    NotAScalar,
}

impl fmt::Display for ReadWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoList => "no list where the file expects one",
            Self::NoDevice => "the message names no device",
            Self::NoEvent => "the message names no event",
            Self::UnknownEvent => "the event is not in the file",
            Self::UnknownState => "the state is not in the file",
            Self::NotAScalar => "an array or object stands where a value was expected",
        })
    }
}

/// Why an event was given its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Basis<'v> {
    /// By this row.
    Rule(&'v Rule),
    /// By the file's word for what it does not know.
    Unmatched,
}

/// One event of a message, and what it means by the file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reading<'v> {
    /// The device, as written.
    pub device: Option<String>,
    /// The vendor's word for the event, as written.
    pub event: Option<String>,
    /// The state, as written.
    pub state: Option<String>,
    /// The time, as written.
    pub time: Option<DeviceTime>,
    /// The vendor's id of the event.
    pub reference: Option<String>,
    /// Text for people.
    pub text: Option<Private<String>>,
    /// What happened.
    pub kind: Kind,
    /// Whether it begins, goes on or ends.
    pub phase: Phase,
    /// Whether it is an alarm or only logged.
    pub action: Action,
    /// The code of the Partner API that the file names.
    pub event_type: Option<EventType>,
    /// Why.
    pub basis: Basis<'v>,
    /// What was not as the file says.
    pub warnings: Vec<ReadWarning>,
    system: Option<System>,
}

impl Vocabulary {
    /// Reads a message. One that holds no list is one event; what the file does not know is an
    /// event all the same, of the kind that the file keeps for it.
    ///
    /// # Errors
    ///
    /// [`ReadError`] for what is no JSON, or passes a limit.
    pub fn read(&self, bytes: &[u8]) -> Result<Vec<Reading<'_>>, ReadError> {
        let limits = self.limits;
        if bytes.len() > limits.bytes {
            return Err(ReadError::TooLarge {
                bytes: bytes.len(),
                limit: limits.bytes,
            });
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        if depth_of(bytes) > limits.depth {
            return Err(ReadError::TooDeep {
                limit: limits.depth,
            });
        }
        let whole: Value = serde_json::from_slice(bytes).map_err(|error| ReadError::NotJson {
            line: error.line(),
            column: error.column(),
        })?;
        let Some(list) = &self.paths.list else {
            return Ok(vec![self.reading(&whole, &whole, Vec::new())]);
        };
        match whole.pointer(list) {
            Some(Value::Array(items)) if items.len() > limits.events => {
                Err(ReadError::TooManyEvents {
                    events: items.len(),
                    limit: limits.events,
                })
            }
            Some(Value::Array(items)) => Ok(items
                .iter()
                .map(|item| self.reading(item, &whole, Vec::new()))
                .collect()),
            _ => Ok(vec![self.reading(
                &whole,
                &whole,
                vec![ReadWarning::NoList],
            )]),
        }
    }

    /// Reads one item; what it does not hold is looked for in the whole message.
    fn reading(&self, item: &Value, whole: &Value, warnings: Vec<ReadWarning>) -> Reading<'_> {
        let mut found = Found {
            item,
            whole,
            warnings,
        };
        let paths = &self.paths;
        let device = found.text(Some(&paths.device));
        let event = found.text(Some(&paths.event));
        let state = found.text(paths.state.as_deref());
        let time = found.text(paths.time.as_deref()).map(DeviceTime::new);
        let reference = found.text(paths.reference.as_deref());
        let text = found.text(paths.text.as_deref()).map(Private::new);
        if device.is_none() {
            found.warnings.push(ReadWarning::NoDevice);
        }
        let rule = match &event {
            None => {
                found.warnings.push(ReadWarning::NoEvent);
                None
            }
            Some(event) => {
                let rule = self.find(event, state.as_deref());
                if rule.is_none() {
                    found.warnings.push(ReadWarning::UnknownEvent);
                }
                rule
            }
        };
        let by_state = state
            .as_deref()
            .map(|state| self.states.get(&folded(state)));
        let mut phase = rule.and_then(|(rule, _)| rule.phase);
        if phase.is_none() {
            match by_state {
                Some(Some(by_state)) => phase = Some(*by_state),
                // A row of its own for the state has said all there is to say.
                Some(None) if !rule.is_some_and(|(_, exact)| exact) => {
                    found.warnings.push(ReadWarning::UnknownState);
                }
                _ => {}
            }
        }
        let (kind, mut action) = rule.map_or(self.unmatched, |(rule, _)| (rule.kind, rule.action));
        for condition in &self.conditions {
            let value = found.value(&condition.path).and_then(scalar);
            let holds = match &condition.test {
                Test::Present(present) => value.is_some() == *present,
                Test::OneOf(values) => value.is_some_and(|value| values.contains(&folded(&value))),
            };
            if holds {
                action = condition.action.unwrap_or(action);
                phase = condition.phase.or(phase);
            }
        }
        Reading {
            device,
            event,
            state,
            time,
            reference,
            text,
            kind,
            phase: phase.unwrap_or(Phase::Start),
            action,
            event_type: rule.and_then(|(rule, _)| rule.event_type),
            basis: rule.map_or(Basis::Unmatched, |(rule, _)| Basis::Rule(rule)),
            warnings: found.warnings,
            system: self.system,
        }
    }

    /// The row for an event, and whether it is one for this state alone.
    fn find(&self, event: &str, state: Option<&str>) -> Option<(&Rule, bool)> {
        let mut key = (folded(event), state.map(folded));
        let exact = self.index.get(&key).filter(|_| key.1.is_some());
        if let Some(place) = exact {
            return Some((&self.rules[*place], true));
        }
        key.1 = None;
        self.index
            .get(&key)
            .map(|place| (&self.rules[*place], false))
    }
}

struct Found<'a> {
    item: &'a Value,
    whole: &'a Value,
    warnings: Vec<ReadWarning>,
}

impl<'a> Found<'a> {
    fn value(&self, path: &str) -> Option<&'a Value> {
        let found = self.item.pointer(path).or_else(|| self.whole.pointer(path));
        found.filter(|value| !value.is_null())
    }

    fn text(&mut self, path: Option<&str>) -> Option<String> {
        let value = self.value(path?)?;
        let text = scalar(value);
        if text.is_none() && !self.warnings.contains(&ReadWarning::NotAScalar) {
            self.warnings.push(ReadWarning::NotAScalar);
        }
        text.filter(|text| !text.is_empty())
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// How deep arrays and objects stand within one another, without building anything.
fn depth_of(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in bytes {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_text = !in_text,
            (false, b'{' | b'[') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

impl Reading<'_> {
    /// The kinds whose condition this event ends.
    #[must_use]
    pub fn clears(&self) -> &[Kind] {
        match self.basis {
            Basis::Rule(rule) if !rule.clears.is_empty() => &rule.clears,
            Basis::Rule(_) if self.phase == Phase::End => core::slice::from_ref(&self.kind),
            _ => &[],
        }
    }

    /// How old the events that it ends may be; any age without it.
    #[must_use]
    pub const fn clears_within(&self) -> Option<Duration> {
        match self.basis {
            Basis::Rule(rule) => rule.clears_within,
            Basis::Unmatched => None,
        }
    }

    /// Whether the kind is a guess.
    #[must_use]
    pub const fn uncertain(&self) -> bool {
        match self.basis {
            Basis::Rule(rule) => rule.uncertain,
            Basis::Unmatched => true,
        }
    }

    /// The end that this event brings to others beside saying something itself: a dose that was
    /// taken settles the one that was not. `None` when it brings none, or is an end itself.
    ///
    /// The caller decides by [`clears_within`](Self::clears_within) whether what is open is young enough.
    #[must_use]
    pub fn settles(&self, id: EventId, received: Timestamp) -> Option<Event> {
        if self.clears().is_empty() || self.phase == Phase::End {
            return None;
        }
        let mut event = Event::new(id, Kind::Cancel, received);
        event.device.controller.clone_from(&self.device);
        event.times.device.clone_from(&self.time);
        event.correlation.clears_kinds = self.clears().to_vec();
        Some(event)
    }

    /// The event for the shared model. `id` is the caller's; `message` the bytes as received.
    ///
    /// What is only logged is of class info and closed, so that it raises nothing. What the file does
    /// not know keeps the vendor's word as detail.
    #[must_use]
    pub fn to_event(&self, id: EventId, received: Timestamp, message: &[u8]) -> Event {
        let mut event = Event::new(id, self.kind, received);
        event.phase = self.phase;
        event.condition = match self.phase {
            Phase::Start | Phase::Update => alarm_codes::Condition::Active,
            Phase::End => alarm_codes::Condition::Cleared,
        };
        event.correlation.clears_kinds = self.clears().to_vec();
        event.correlation.source_ref.clone_from(&self.reference);
        event.device.controller.clone_from(&self.device);
        event.times.device.clone_from(&self.time);
        let text = self.text.iter().cloned().map(Attachment::Text);
        event.attachments.extend(text);
        let (relation, profile) = match self.basis {
            Basis::Rule(rule) => (rule.relation, None),
            Basis::Unmatched => (Relation::None, Some(Profile::Any)),
        };
        if relation != Relation::Equal {
            event.detail.clone_from(&self.event);
        }
        event.mapping = self.system.map(|system| RecordedMapping {
            system,
            profile: profile.unwrap_or(system.base_profile()),
            code: self.event.clone().unwrap_or_default(),
            relation,
            uncertain: self.uncertain(),
        });
        let mut raw = Raw::new(message);
        raw.decoder = Some(Decoder {
            name: concat!(env!("CARGO_PKG_NAME"), " vocabulary").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        });
        event.raw = Some(raw);
        if self.action == Action::Log {
            event.class = Class::Info;
            event.priority = Priority::Info;
            event.handling = Handling::Closed;
            event.history.push(HistoryEntry {
                at: received,
                change: Change::Handling(Handling::Closed),
                by: None,
            });
        }
        event
    }
}
