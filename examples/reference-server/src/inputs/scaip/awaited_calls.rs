//! Which alarm each awaited call is about, so that one that does not come is noted with it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::journal::Sequence;

/// After the wait the receiver tells within moments; an entry that nobody asked for is dropped.
const AFTER: Duration = Duration::from_secs(60);

/// Controller and reference.
type Key = (Arc<str>, Arc<str>);

/// The alarms whose devices were asked to call, bounded in number and time.
#[derive(Debug)]
pub(super) struct AwaitedCalls {
    wait: Duration,
    limit: usize,
    alarms: HashMap<Key, (Instant, Sequence)>,
    order: VecDeque<(Instant, Key)>,
}

impl AwaitedCalls {
    pub(super) fn new(wait: Duration, limit: usize) -> Self {
        Self {
            wait,
            limit,
            alarms: HashMap::new(),
            order: VecDeque::new(),
        }
    }

    pub(super) fn wait(&self) -> Duration {
        self.wait
    }

    /// The device of this alarm was asked to call.
    pub(super) fn put(&mut self, controller: &str, reference: &str, at: Sequence, now: Instant) {
        while let Some((since, _)) = self.order.front()
            && (self.order.len() >= self.limit.max(1) || now - *since > self.wait + AFTER)
        {
            if let Some((since, key)) = self.order.pop_front()
                && self.alarms.get(&key).is_some_and(|(of, _)| *of == since)
            {
                self.alarms.remove(&key);
            }
        }
        if self.limit == 0 {
            return;
        }
        let key = (Arc::from(controller), Arc::from(reference));
        self.order.push_back((now, Key::clone(&key)));
        self.alarms.insert(key, (now, at));
    }

    /// Where the alarm is, once.
    pub(super) fn take(&mut self, controller: &str, reference: &str) -> Option<Sequence> {
        let key = (Arc::from(controller), Arc::from(reference));
        self.alarms.remove(&key).map(|(_, at)| at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alarms_are_found_once_and_forgotten_in_time() {
        let (mut calls, now) = (AwaitedCalls::new(Duration::from_secs(1), 2), Instant::now());
        calls.put("1", "a", Sequence::new(1), now);
        calls.put("1", "b", Sequence::new(2), now);
        calls.put("1", "c", Sequence::new(3), now);
        assert_eq!(calls.take("1", "a"), None, "beyond the limit");
        assert_eq!(calls.take("1", "b"), Some(Sequence::new(2)));
        assert_eq!(calls.take("1", "b"), None);
        calls.put("2", "d", Sequence::new(4), now + AFTER * 2);
        assert_eq!(calls.take("1", "c"), None, "too old");
        assert_eq!((calls.alarms.len(), calls.order.len()), (1, 1));
    }
}
