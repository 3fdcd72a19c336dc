//! Time and chance, from the system.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use crate::dc09::{Padding, Timestamp};
use crate::station::Moment;
use crate::time::Time;

/// The clocks of one connection. They share the beginning of the driver's time, so that times of two
/// connections compare.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    random: RandomState,
    count: u64,
}

/// When the first clock of the program was read.
static EPOCH: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();

pub(super) fn now() -> Time {
    Time::from(EPOCH.get_or_init(Instant::now).elapsed())
}

/// When a time of the driver comes.
pub(super) fn instant(time: Time) -> Instant {
    let epoch = *EPOCH.get_or_init(Instant::now);
    epoch.checked_add(time.elapsed()).unwrap_or(epoch)
}

pub(super) fn utc() -> Timestamp {
    let seconds = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_secs()).unwrap_or(0),
    };
    Timestamp::from_unix_seconds(seconds).unwrap_or(EARLIEST)
}

const EARLIEST: Timestamp = match Timestamp::new((1970, 1, 1), (0, 0, 0)) {
    Some(time) => time,
    None => unreachable!(),
};

impl Clock {
    pub(super) fn new() -> Self {
        Clock {
            random: RandomState::new(),
            count: 0,
        }
    }

    pub(super) fn moment(&self) -> Moment {
        Moment {
            now: now(),
            utc: utc(),
            padding: Padding::from_random([0; 16]),
        }
    }

    /// With fresh padding: keyed hashes of a counter, the key from the system's random numbers.
    pub(super) fn moment_to_answer(&mut self) -> Moment {
        let mut bytes = [0; 16];
        for half in bytes.chunks_exact_mut(8) {
            self.count += 1;
            half.copy_from_slice(&self.random.hash_one(self.count).to_be_bytes());
        }
        Moment {
            padding: Padding::from_random(bytes),
            ..self.moment()
        }
    }
}
