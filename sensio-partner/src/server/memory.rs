//! A backend for tests.

use core::fmt;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::active::{ActiveEvent, ActiveEvents, Change};
use super::backend::{Backend, EventCall, Refused, StatusCall};
use crate::codes::{DeviceType, EventType};
use crate::identifier::{DeviceIdentifier, IdentifierRules, InvalidIdentifier};
use crate::status::DeviceStatus;

/// Keeps everything in memory and remembers what it was called for. For tests: nothing of it is durable.
/// Clones share the same memory.
#[derive(Clone)]
pub struct MemoryBackend(Arc<Mutex<Memory>>);

/// Calls that are remembered, the latest.
const CALLS: usize = 100_000;
/// Events that may be active.
const ACTIVE: usize = 100_000;

struct Memory {
    devices: HashMap<DeviceIdentifier, Option<DeviceType>>,
    active: ActiveEvents,
    statuses: HashMap<DeviceIdentifier, DeviceStatus>,
    calls: VecDeque<Recorded>,
}

/// A call that a [`MemoryBackend`] got, and what came of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Recorded {
    /// A call about an event.
    Event {
        /// The call.
        call: EventCall,
        /// What it changed, or why it was refused.
        outcome: Result<Change, Refused>,
    },
    /// Statuses.
    Statuses {
        /// The call.
        call: StatusCall,
        /// Whether it was taken.
        outcome: Result<(), Refused>,
    },
}

impl Default for MemoryBackend {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Memory {
            devices: HashMap::new(),
            active: ActiveEvents::new(ACTIVE),
            statuses: HashMap::new(),
            calls: VecDeque::new(),
        })))
    }
}

impl MemoryBackend {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers a device that may raise every event.
    ///
    /// # Errors
    ///
    /// [`InvalidIdentifier`].
    pub fn register(&self, device: &str) -> Result<(), InvalidIdentifier> {
        self.insert(device, None)
    }

    /// Registers a device that may raise the events documented for its type.
    ///
    /// # Errors
    ///
    /// [`InvalidIdentifier`].
    pub fn register_as(&self, device: &str, of: DeviceType) -> Result<(), InvalidIdentifier> {
        self.insert(device, Some(of))
    }

    fn insert(&self, device: &str, of: Option<DeviceType>) -> Result<(), InvalidIdentifier> {
        let rules = IdentifierRules { slashes: true };
        let device = DeviceIdentifier::with_rules(device, rules)?;
        self.memory().devices.insert(device, of);
        Ok(())
    }

    /// The active event of this device and code.
    #[must_use]
    pub fn active(&self, device: &DeviceIdentifier, code: EventType) -> Option<ActiveEvent> {
        self.memory().active.get(device, code).cloned()
    }

    /// How many events are active.
    #[must_use]
    pub fn active_count(&self) -> usize {
        self.memory().active.len()
    }

    /// The last status of a device.
    #[must_use]
    pub fn status(&self, device: &DeviceIdentifier) -> Option<DeviceStatus> {
        self.memory().statuses.get(device).cloned()
    }

    /// The calls so far, the latest 100,000.
    #[must_use]
    pub fn calls(&self) -> Vec<Recorded> {
        self.memory().calls.iter().cloned().collect()
    }
}

impl Memory {
    fn record(&mut self, call: Recorded) {
        if self.calls.len() == CALLS {
            self.calls.pop_front();
        }
        self.calls.push_back(call);
    }

    fn apply(&mut self, call: &EventCall) -> Result<Change, Refused> {
        let device = self.devices.get(&call.device);
        match device.ok_or(Refused::UnknownDevice)? {
            // Codes that are in no table are data.
            Some(of) if call.sent_as.name().is_some() && !call.sent_as.is_documented_for(*of) => {
                Err(Refused::WrongDeviceType)
            }
            _ => self.active.apply(call),
        }
    }

    /// All or nothing.
    fn keep(&mut self, call: &StatusCall) -> Result<(), Refused> {
        let known = |entry: &crate::StatusEntry| self.devices.contains_key(&entry.device);
        if !call.entries.iter().all(known) {
            return Err(Refused::UnknownDevice);
        }
        for entry in &call.entries {
            self.statuses
                .insert(entry.device.clone(), entry.status.clone());
        }
        Ok(())
    }
}

impl Backend for MemoryBackend {
    async fn event(&self, call: EventCall) -> Result<(), Refused> {
        let mut memory = self.memory();
        let outcome = memory.apply(&call);
        memory.record(Recorded::Event { call, outcome });
        outcome.map(|_| ())
    }

    async fn statuses(&self, call: StatusCall) -> Result<(), Refused> {
        let mut memory = self.memory();
        let outcome = memory.keep(&call);
        memory.record(Recorded::Statuses { call, outcome });
        outcome
    }
}

impl fmt::Debug for MemoryBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let memory = self.memory();
        f.debug_struct("MemoryBackend")
            .field("devices", &memory.devices.len())
            .field("active", &memory.active)
            .field("calls", &memory.calls.len())
            .finish_non_exhaustive()
    }
}
