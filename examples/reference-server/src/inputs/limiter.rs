//! A budget for what hostile or broken peers can cause: log lines and stored rubbish.

use std::time::{Duration, Instant};

/// Lets so many through in each second and counts the rest.
#[derive(Debug)]
pub(super) struct Limiter {
    per_second: u32,
    begun: Option<Instant>,
    used: u32,
    held_back: u64,
}

impl Limiter {
    pub(super) fn new(per_second: u32) -> Self {
        Self {
            per_second,
            begun: None,
            used: 0,
            held_back: 0,
        }
    }

    /// `Some` when this one may pass, with the number held back since the last that passed.
    pub(super) fn pass(&mut self, now: Instant) -> Option<u64> {
        if self
            .begun
            .is_none_or(|begun| now.duration_since(begun) >= Duration::from_secs(1))
        {
            self.begun = Some(now);
            self.used = 0;
        }
        if self.used >= self.per_second {
            self.held_back += 1;
            return None;
        }
        self.used += 1;
        Some(std::mem::take(&mut self.held_back))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_back_is_counted_and_told_later() {
        let mut limiter = Limiter::new(2);
        let start = Instant::now();
        assert_eq!(limiter.pass(start), Some(0));
        assert_eq!(limiter.pass(start), Some(0));
        assert_eq!(limiter.pass(start), None);
        assert_eq!(limiter.pass(start), None);
        assert_eq!(limiter.pass(start + Duration::from_secs(1)), Some(2));
        assert_eq!(limiter.pass(start + Duration::from_secs(1)), Some(0));
    }
}
