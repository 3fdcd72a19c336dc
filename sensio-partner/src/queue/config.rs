//! Settings of a queue.

use core::num::{NonZeroU32, NonZeroUsize};
use core::time::Duration;

use crate::answer::PAUSE_LIMIT;
use crate::backoff::Backoff;
use crate::status::BATCH;

use super::late::LateDescription;

/// Settings of one customer's queue (Partner API reference 8.2, 9 and 16).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// Calls at once. Default 4; statuses and slots leave one of them to events.
    pub parallel: NonZeroUsize,
    /// Calls begun within any second. Default 10; statuses and slots leave a fifth to events.
    pub per_second: NonZeroU32,
    /// Pauses between repeats: 0.2 seconds, doubling to 30, drawn at random.
    pub backoff: Backoff,
    /// The longest `Retry-After` that is honoured. Default [`PAUSE_LIMIT`](crate::PAUSE_LIMIT), a
    /// minute, as the crate's own client does. One that answered a status or a slot does not hold up
    /// an event.
    pub retry_after_limit: Duration,
    /// Repeats that may be made at once from rest, shared by all events. Default 20. A success gives
    /// two back, so that a server that has recovered is caught up with at full rate.
    pub repeat_burst: NonZeroU32,
    /// Repeats per second against a server that takes nothing. Default 2.
    pub repeats_per_second: NonZeroU32,
    /// An event that waits longer is reported as [`Late`](super::Event::Late). Default 1 minute.
    pub late_after: Duration,
    /// Whether a refused event is sent with less (Partner API reference 8.3). Default on.
    pub send_less: bool,
    /// How long 500 to a body that cannot be made smaller is taken as a passing fault. After that it
    /// is a refusal if the server has taken another call meanwhile, else the fault is not in the
    /// call and it is repeated. Default 1 minute.
    pub server_fault_patience: Duration,
    /// The first pause of the whole queue after 401, 403 or 3xx. Default 1 minute.
    pub first_pause: Duration,
    /// The longest such pause. Default 15 minutes.
    pub longest_pause: Duration,
    /// A status that waits longer is dropped. Default 3 minutes.
    pub status_life: Duration,
    /// Statuses in one call. Default 100; 1 to use only the call for one device.
    pub status_batch: NonZeroUsize,
    /// Devices whose status may wait. Default 100,000.
    pub statuses: usize,
    /// Event calls that may be kept, waiting or parked. Default 100,000.
    pub entries: usize,
    /// Conditions that may last at a time. Default 100,000.
    pub conditions: usize,
    /// Slots that may wait. Default 1,000.
    pub slots: usize,
    /// Whether a PUT that finds no active event is sent as a POST. Default off, since it raises an
    /// event again that the staff has closed meanwhile.
    pub post_when_not_active: bool,
    /// Whether late events tell when they happened. Default not.
    pub late_description: Option<LateDescription>,
}

impl Default for Config {
    fn default() -> Self {
        const FOUR: NonZeroUsize = NonZeroUsize::MIN.saturating_add(3);
        const ALL: NonZeroUsize = NonZeroUsize::MIN.saturating_add(BATCH - 1);
        const TWO: NonZeroU32 = NonZeroU32::MIN.saturating_add(1);
        const TEN: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
        const TWENTY: NonZeroU32 = NonZeroU32::MIN.saturating_add(19);
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        Self {
            parallel: FOUR,
            per_second: TEN,
            backoff: Backoff::default(),
            retry_after_limit: PAUSE_LIMIT,
            repeat_burst: TWENTY,
            repeats_per_second: TWO,
            late_after: minutes(1),
            send_less: true,
            server_fault_patience: minutes(1),
            first_pause: minutes(1),
            longest_pause: minutes(15),
            status_life: minutes(3),
            status_batch: ALL,
            statuses: 100_000,
            entries: 100_000,
            conditions: 100_000,
            slots: 1_000,
            post_when_not_active: false,
            late_description: None,
        }
    }
}
