//! From an alarm of the journal to calls: which of them are sent, as what, and for which device.

use std::collections::{HashMap, HashSet};

use alarm_codes::{Class, Event, Kind, Part, Phase, Reference};
use sensio_partner::alarm::{Fallback, Target, Unsayable, calls_of};
use sensio_partner::queue::{EventCall, EventMethod, WallMicros};
use sensio_partner::{DeviceIdentifier, DeviceType, EventType, Feature, UnityVersion};

use super::HOOK_PROTOCOL;
use super::raised::{HookReference, Raised, Row, key};
use crate::config::{SensioOutputConfig, Unlisted};
use crate::journal::{AlarmRecord, Verdict};

/// A device, as Sensio has it.
#[derive(Clone)]
struct Known {
    identifier: DeviceIdentifier,
    device_type: Option<DeviceType>,
}

/// By controller, and by device of it.
type Devices = HashMap<(String, Option<String>), Known>;

/// Decides what of the journal is sent.
pub(super) struct Planner {
    devices: Devices,
    unlisted: Unlisted,
    classes: HashSet<Class>,
    kinds: HashSet<Kind>,
    without: HashSet<Kind>,
    heartbeats: bool,
    fallback: Fallback,
    version: UnityVersion,
}

/// What an alarm leads to.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The calls, each with what it changes.
    pub(super) calls: Vec<(EventCall, Change)>,
    /// What is closed without a call: Sensio knows.
    pub(super) lowers: Option<String>,
    /// A sign of life of this device.
    pub(super) status: Option<DeviceIdentifier>,
    /// For the metrics.
    pub(super) outcome: &'static str,
}

/// What a call changes of what is raised.
#[derive(Debug)]
pub(super) enum Change {
    Raises(Row),
    Lowers(String),
    Nothing,
}

impl Plan {
    fn nothing(outcome: &'static str) -> Self {
        Self {
            outcome,
            ..Self::default()
        }
    }
}

impl Planner {
    pub(super) fn new(config: &SensioOutputConfig) -> Self {
        let kinds = |names: &[String]| {
            names
                .iter()
                .filter_map(|name| Kind::from_name(name))
                .collect()
        };
        let devices = config.devices.iter().filter_map(|device| {
            let known = Known {
                identifier: DeviceIdentifier::new(&device.identifier).ok()?,
                device_type: device.device_type(),
            };
            Some(((device.controller.clone(), device.device.clone()), known))
        });
        Self {
            devices: devices.collect(),
            unlisted: config.unlisted,
            classes: config
                .classes
                .iter()
                .filter_map(|name| Class::from_name(name))
                .collect(),
            kinds: kinds(&config.kinds),
            without: kinds(&config.without_kinds),
            heartbeats: config.heartbeats,
            fallback: match config.broader_codes {
                true => Fallback::Suggested,
                false => Fallback::Refuse,
            },
            version: config.version.parse().unwrap_or(UnityVersion::LATEST),
        }
    }

    fn device(&self, event: &Event) -> Option<Known> {
        let controller = event.device.controller.clone()?;
        let device = event.device.device.clone();
        let exact = device.is_some().then_some(device).flatten();
        let exact = exact.and_then(|device| self.devices.get(&(controller.clone(), Some(device))));
        let known = exact.or_else(|| self.devices.get(&(controller.clone(), None)));
        match (known, self.unlisted) {
            (Some(known), _) => Some(known.clone()),
            (None, Unlisted::Skip) => None,
            (None, Unlisted::Controller) => Some(Known {
                identifier: DeviceIdentifier::new(&controller).ok()?,
                device_type: None,
            }),
        }
    }

    fn wants(&self, event: &Event) -> bool {
        let named = self.kinds.contains(&event.kind) || self.classes.contains(&event.class);
        named && !self.without.contains(&event.kind) && event.handling.is_open()
    }

    /// What an alarm leads to, given what is raised.
    pub(super) fn plan(&self, record: &AlarmRecord, raised: &Raised) -> Plan {
        if record.verdict != Verdict::Accepted || record.kind.is_none() {
            return Plan::nothing("no_alarm");
        }
        let Ok(event) = serde_json::from_str::<Event>(&record.event) else {
            return Plan::nothing("unreadable");
        };
        if record.protocol == HOOK_PROTOCOL {
            return Self::closed_by_webhook(record, &event, raised);
        }
        if event.phase == Phase::End || event.kind == Kind::Cancel {
            return self.end(&event, raised);
        }
        if event.kind == Kind::Heartbeat {
            return match self.heartbeats {
                true => Plan {
                    status: self.device(&event).map(|known| known.identifier),
                    ..Plan::nothing("heartbeat")
                },
                false => Plan::nothing("not_wanted"),
            };
        }
        if !self.wants(&event) {
            return Plan::nothing("not_wanted");
        }
        let Some(known) = self.device(&event) else {
            return Plan::nothing("no_device");
        };
        match self.begin(record, &event, &known, raised) {
            Ok(plan) => plan,
            Err(error) => {
                tracing::warn!(id = %record.id, %error, "an alarm is not sent to Sensio");
                Plan::nothing("unsayable")
            }
        }
    }

    fn begin(
        &self,
        record: &AlarmRecord,
        event: &Event,
        known: &Known,
        raised: &Raised,
    ) -> Result<Plan, Unsayable> {
        let mut target = Target::new(self.version).with_fallback(self.fallback);
        if let Some(device_type) = known.device_type {
            target = target.with_device_type(device_type);
        }
        let identifier = &known.identifier;
        let is_raised = |code: EventType| raised.get(&key(identifier.as_str(), code));
        let mut written = calls_of(event, identifier, &target)?;
        let active = written.calls.first().is_some_and(|call| {
            let parameters = call.action.parameters();
            let state = parameters.is_some_and(|parameters| parameters.state.is_some());
            state && is_raised(call.pair.event_type).is_some()
        });
        if active {
            written = calls_of(event, identifier, &target.with_active(true))?;
        }
        if written.left_out.contains(&Part::Text) && self.version.has(Feature::Description) {
            tracing::warn!(id = %record.id, "the text of an alarm is longer than Sensio takes");
        }
        let mut plan = Plan::nothing("sent");
        for call in written.calls {
            let code = call.pair.event_type;
            let before = is_raised(code);
            let change = match (call.action.method(), before) {
                (EventMethod::Post, _) => Change::Raises(Row {
                    id: event.event_id,
                    sequence: record.sequence.get(),
                    identifier: identifier.as_str().to_owned(),
                    code: code.0,
                    kind: event.kind,
                    controller: event.device.controller.clone(),
                    device: event.device.device.clone(),
                    source_ref: event.correlation.source_ref.clone(),
                }),
                // What is not raised there can neither be added to nor ended.
                (_, None) => continue,
                (EventMethod::Put, Some(row)) => match &event.correlation.updates {
                    // It adds to an older event, which has made room for this one.
                    Some(Reference::Event(id)) if *id != row.id => continue,
                    _ => Change::Nothing,
                },
                (EventMethod::Delete, Some(row)) => Change::Lowers(row.key()),
            };
            plan.calls.push((call, change));
        }
        if plan.calls.is_empty() {
            plan.outcome = "not_raised";
        }
        Ok(plan)
    }

    /// An end deletes what it names, or else what its kinds have raised for its device.
    fn end(&self, event: &Event, raised: &Raised) -> Plan {
        let named = match &event.correlation.clears {
            Some(Reference::Event(id)) => raised.of(*id).into_iter().collect(),
            Some(Reference::SourceRef(reference)) => raised.find(|row| {
                row.controller == event.device.controller
                    && row.source_ref.as_ref() == Some(reference)
            }),
            None => Vec::new(),
        };
        let kinds = &event.correlation.clears_kinds;
        let rows = match named.is_empty() && event.correlation.clears.is_none() {
            false => named,
            true => raised.find(|row| {
                let device = &event.device.device;
                row.controller == event.device.controller
                    && (device.is_none() || row.device == *device)
                    && (row.kind == event.kind || kinds.contains(&row.kind))
            }),
        };
        if rows.is_empty() {
            return Plan::nothing("not_raised");
        }
        let occurred = WallMicros(event.times.received.at.as_micros());
        Plan {
            calls: rows
                .iter()
                .filter_map(|row| delete(row, occurred))
                .collect(),
            ..Plan::nothing("sent")
        }
    }

    /// A command wants its DELETE; what Sensio closed by itself is only noted (Partner API reference
    /// 6.4).
    fn closed_by_webhook(record: &AlarmRecord, event: &Event, raised: &Raised) -> Plan {
        let row = match event.correlation.clears {
            Some(Reference::Event(id)) => raised.of(id),
            _ => None,
        };
        let Some(row) = row else {
            return Plan::nothing("not_raised");
        };
        let command = record
            .source_ref
            .as_deref()
            .is_some_and(HookReference::is_command);
        if !command {
            return Plan {
                lowers: Some(row.key()),
                ..Plan::nothing("closed_there")
            };
        }
        let occurred = WallMicros(record.received_at.as_micros());
        Plan {
            calls: delete(&row, occurred).into_iter().collect(),
            ..Plan::nothing("sent")
        }
    }
}

fn delete(row: &Row, occurred: WallMicros) -> Option<(EventCall, Change)> {
    let device = DeviceIdentifier::new(&row.identifier).ok()?;
    let call = EventCall::delete(device, EventType(row.code), occurred);
    Some((call, Change::Lowers(row.key())))
}
