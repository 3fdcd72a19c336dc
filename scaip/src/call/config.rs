//! Settings, errors and events of the waiting.

use std::time::Duration;

use super::LONGEST_CONTROLLER_ID;
use super::reply::NoCall;
use crate::text::ControllerId;

/// What further messages of a unit hear while a call with it is going on (SCAIP reference 6.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DuringCall {
    /// What they would hear otherwise, with `mre` 0, so that no second call is set up.
    #[default]
    NoVoice,
    /// A `ME` hears `snu` 6 and is repeated later; it is then not accepted and must not be kept as
    /// if it were. Heartbeats, resets and information are answered as above: turning them away
    /// would gain nothing.
    Busy,
}

/// Settings of [`CallExpectations`](super::CallExpectations). Of a time longer than 365 days, 365
/// days count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallSettings {
    /// How long to wait for the call. Default 60 s (SCAIP reference 10, one source).
    pub wait: Duration,
    /// How long after the wait a call is still paired, as late. Default 5 min.
    pub grace: Duration,
    /// What is said during a call.
    pub during_call: DuringCall,
    /// After this a call whose end nobody reported counts as ended, so that the unit is not left
    /// without voice. Default 2 h.
    pub longest_call: Duration,
    /// Most calls expected, and most going on, at a time. Default 20,000 each.
    pub calls: usize,
    /// Most learned numbers. Default 200,000.
    pub learned: usize,
}

impl Default for CallSettings {
    fn default() -> Self {
        CallSettings {
            wait: Duration::from_secs(60),
            grace: Duration::from_secs(300),
            during_call: DuringCall::NoVoice,
            longest_call: Duration::from_secs(2 * 60 * 60),
            calls: 20_000,
            learned: 200_000,
        }
    }
}

/// Why something was not taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// There will be no call to wait for.
    #[error(transparent)]
    NoCall(#[from] NoCall),
    /// As many calls as the settings allow.
    #[error("more than {limit} calls")]
    TooManyCalls {
        /// The limit.
        limit: usize,
    },
    /// As many learned numbers as the settings allow.
    #[error("more than {limit} learned numbers")]
    TooManyNumbers {
        /// The limit.
        limit: usize,
    },
    /// A `cid` of more than [`LONGEST_CONTROLLER_ID`] bytes.
    #[error("a cid of more than {LONGEST_CONTROLLER_ID} bytes")]
    ControllerIdTooLong,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallEnd {
    /// With DTMF 0: the device treats the alarm as handled and will not call again.
    ClearedDown,
    /// Without it: the device is likely to call again, and is waited for once more.
    Dropped,
}

/// Something that happened by time alone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<K> {
    /// The wait is over and no call has come. It is still paired during the time of grace.
    NotCalled {
        /// The unit.
        controller: ControllerId<'static>,
        /// The alarm.
        alarm: K,
        /// Calls that came and were dropped before; 0 if the unit has never called about it.
        attempts: u32,
    },
    /// A call went on longer than any; it counts as ended.
    CallOverrun {
        /// The unit.
        controller: ControllerId<'static>,
    },
}
