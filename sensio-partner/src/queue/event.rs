//! What a queue reports.

use core::time::Duration;
use std::sync::Arc;

use crate::answer::Effect;
use crate::external_event_id::ExternalEventId;
use crate::identifier::DeviceIdentifier;
use crate::member::Members;
use crate::time::Time;

use super::call::{EntryId, EventMethod, Pair};
use super::store::StoreError;
use super::wall::WallMicros;

/// What happened. Texts and pictures are in none of them; the device is shortened in `Debug`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// The server has it.
    Delivered(Delivered),
    /// It was refused for good and is kept for an operator: see
    /// [`dead_letters`](super::Queue::dead_letters).
    Parked(DeadLetter),
    /// It waits for longer than [`late_after`](super::Config::late_after). Reported once per process;
    /// it goes on being tried.
    Late {
        /// Which.
        id: EntryId,
        /// Device and code.
        pair: Arc<Pair>,
        /// What is to be done.
        method: EventMethod,
        /// How long it has waited.
        waited: Duration,
    },
    /// Nothing is sent to this customer for a while; nothing is discarded. An operator should look.
    Paused {
        /// Why.
        reason: PauseReason,
        /// Until one call is tried again.
        until: Time,
    },
    /// Only this pair waits: the same refusal came again while others were taken.
    PairPaused {
        /// Device and code.
        pair: Arc<Pair>,
        /// Why.
        reason: PauseReason,
        /// Until it is tried again.
        until: Time,
    },
    /// Only statuses wait: the same refusal came again while events were taken.
    StatusesPaused {
        /// Why.
        reason: PauseReason,
        /// Until they are tried again.
        until: Time,
    },
    /// The customer's server takes calls again.
    Resumed,
    /// Statuses were dropped since they could not be delivered in time.
    StatusesDropped {
        /// How many.
        count: usize,
    },
    /// The status of this device was refused and dropped.
    StatusRefused {
        /// The device.
        device: DeviceIdentifier,
        /// Why.
        reason: RefusalReason,
    },
    /// The store could not do what was asked. What waits goes on waiting and is tried again.
    StoreFailed(StoreError),
    /// This entry of the store cannot be read. It stays where it is and is not sent.
    Unreadable(EntryId),
    /// So many reports in front of the next one were dropped, since nobody read them. What they were
    /// about is not lost: see [`dead_letters`](super::Queue::dead_letters) and
    /// [`waiting`](super::Queue::waiting). Only the [driver](super::driver) gives this.
    Missed {
        /// How many.
        count: u64,
    },
}

/// A call that the server has.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivered {
    /// Which.
    pub id: EntryId,
    /// Device and code.
    pub pair: Arc<Pair>,
    /// What was done.
    pub method: EventMethod,
    /// The partner's own id that it was submitted with.
    pub external_event_id: Option<ExternalEventId>,
    /// In which sense it is done. After [`Effect::AlreadyActive`] the server goes on with an older
    /// event: tell the [`Correlator`](crate::webhook::Correlator::already_active).
    pub effect: Effect,
    /// What was submitted and did not arrive, since the server refused more (Partner API reference
    /// 8.3), its version does not know it (10.4) or the event has no states (10.2).
    pub left_out: Members,
    /// Attempts since the start of the process.
    pub attempts: u32,
    /// From submission to delivery.
    pub waited: Duration,
}

/// Why calls wait for a longer time (Partner API reference 8.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PauseReason {
    /// 401 in spite of a fresh token, or refused credentials.
    Token,
    /// 403: a permission or the network.
    Permission,
    /// 3xx: the URL or a proxy.
    Configuration,
}

/// Why a call is not repeated (Partner API reference 8.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusalReason {
    /// Refused, with the least that can be sent.
    Refused {
        /// The status; `None` when the client refused to send it.
        status: Option<u16>,
    },
    /// 413, with the least that can be sent.
    TooLarge,
    /// 500 again and again while other calls were taken.
    ServerFault,
    /// 404 to POST or to a status: the device is not registered.
    UnknownDevice,
    /// 404 to PUT: no such event is active. It can be
    /// [sent as a POST](super::Queue::retry_as_post).
    NotActive,
}

/// A call that was refused for good, kept for inspection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadLetter {
    /// Which.
    pub id: EntryId,
    /// Device and code.
    pub pair: Arc<Pair>,
    /// What was to be done.
    pub method: EventMethod,
    /// When it happened.
    pub occurred: WallMicros,
    /// When it was submitted.
    pub submitted: WallMicros,
    /// When it was refused.
    pub parked: WallMicros,
    /// Why.
    pub reason: RefusalReason,
    /// A later call for the pair has overtaken it, and sending it now would do harm: raise an alarm
    /// that is closed, or close a newer one.
    pub superseded: bool,
}
