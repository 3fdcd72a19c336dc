//! How many calls go at once, how many in a second, and who goes first (Partner API reference 9).

use core::time::Duration;
use std::collections::VecDeque;

use crate::request::Priority;
use crate::time::Time;

/// Limits of the client's own, since the server's are not public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct GateLimits {
    /// Calls at once: 4. The last of several is kept for events, so that slow statuses hold up no
    /// alarm.
    pub parallel: usize,
    /// Calls in a second, and as many in one burst after a rest: 10.
    pub per_second: u32,
    /// Calls that may wait: 10,000.
    pub waiting: usize,
}

impl Default for GateLimits {
    fn default() -> Self {
        Self {
            parallel: 4,
            per_second: 10,
            waiting: 10_000,
        }
    }
}

/// Lets calls through: events before statuses before provisioning, in the order in which they came.
///
/// A machine without a clock; `T` stands for whoever waits.
#[derive(Debug)]
pub struct Gate<T> {
    limits: GateLimits,
    waiting: [VecDeque<T>; Priority::ALL.len()],
    running: usize,
    /// When the bucket of calls was or will be full.
    full_at: Time,
    /// For each priority.
    paused_until: [Time; Priority::ALL.len()],
}

impl<T> Gate<T> {
    /// An open gate. Limits of zero count as one.
    #[must_use]
    pub fn new(limits: GateLimits) -> Self {
        Self {
            limits: GateLimits {
                parallel: limits.parallel.max(1),
                per_second: limits.per_second.max(1),
                waiting: limits.waiting.max(1),
            },
            waiting: Default::default(),
            running: 0,
            full_at: Time::ZERO,
            paused_until: Default::default(),
        }
    }

    /// Lets somebody wait.
    ///
    /// # Errors
    ///
    /// Gives back who came when too many wait already. An event makes room for itself: the newest of
    /// the least important gives way and is given back instead.
    pub fn enter(&mut self, priority: Priority, who: T) -> Result<(), T> {
        let mut refused = None;
        if self.waiting() >= self.limits.waiting {
            let lower = self.waiting.iter_mut().skip(priority as usize + 1).rev();
            match lower.filter_map(VecDeque::pop_back).next() {
                Some(newest) => refused = Some(newest),
                None => return Err(who),
            }
        }
        self.waiting[priority as usize].push_back(who);
        refused.map_or(Ok(()), Err)
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.iter().map(VecDeque::len).sum()
    }

    /// How many run.
    #[must_use]
    pub const fn running(&self) -> usize {
        self.running
    }

    /// Lets the next one through that still wants to go; [`leave`](Self::leave) ends its call.
    pub fn poll_ready(&mut self, now: Time, still_wants: impl Fn(&T) -> bool) -> Option<T> {
        let slot = self.next_slot();
        for priority in Priority::ALL {
            if !self.has_room(priority) || slot.max(self.paused_until[priority as usize]) > now {
                continue;
            }
            while let Some(who) = self.waiting[priority as usize].pop_front() {
                if still_wants(&who) {
                    self.running += 1;
                    self.full_at = self.full_at.max(now) + self.interval();
                    return Some(who);
                }
            }
        }
        None
    }

    fn has_room(&self, priority: Priority) -> bool {
        let places = match priority {
            Priority::Event => self.limits.parallel,
            Priority::Status | Priority::Provisioning => (self.limits.parallel - 1).max(1),
        };
        self.running < places
    }

    /// A call has ended.
    pub fn leave(&mut self) {
        self.running = self.running.saturating_sub(1);
    }

    /// Lets nobody of this priority or a lesser one through before this time, because the server
    /// asked for it. What a status or an employee brought about does not hold up an alarm.
    pub fn pause_until(&mut self, priority: Priority, time: Time) {
        for paused in &mut self.paused_until[priority as usize..] {
            *paused = time.max(*paused);
        }
    }

    /// When [`poll_ready`](Self::poll_ready) may let somebody through; `None` while nobody waits or
    /// nobody can go before another one leaves.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        Priority::ALL
            .into_iter()
            .filter(|&p| !self.waiting[p as usize].is_empty() && self.has_room(p))
            .map(|p| self.next_slot().max(self.paused_until[p as usize]))
            .min()
    }

    fn interval(&self) -> Duration {
        Duration::from_secs(1) / self.limits.per_second
    }

    /// A bucket that holds one second's calls and fills evenly.
    fn next_slot(&self) -> Time {
        let depth = self.interval() * (self.limits.per_second - 1);
        let slot = self.full_at.elapsed().saturating_sub(depth);
        Time::from(slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(parallel: usize, per_second: u32, waiting: usize) -> Gate<u32> {
        Gate::new(GateLimits {
            parallel,
            per_second,
            waiting,
        })
    }

    fn ready(gate: &mut Gate<u32>, millis: u64) -> Vec<u32> {
        let now = Time::from_millis(millis);
        core::iter::from_fn(|| gate.poll_ready(now, |_| true)).collect()
    }

    #[test]
    fn events_go_before_statuses_before_provisioning() {
        let mut gate = gate(9, 100, 9);
        for (who, priority) in [
            (1, Priority::Provisioning),
            (2, Priority::Status),
            (3, Priority::Event),
            (4, Priority::Status),
            (5, Priority::Event),
        ] {
            gate.enter(priority, who).expect("room");
        }
        assert_eq!(ready(&mut gate, 0), [3, 5, 2, 4, 1]);
    }

    #[test]
    fn no_more_than_the_limit_run_at_once() {
        let mut gate = gate(2, 100, 9);
        for who in 0..4 {
            gate.enter(Priority::Event, who).expect("room");
        }
        assert_eq!(ready(&mut gate, 0), [0, 1]);
        assert_eq!(gate.poll_timeout(), None);
        gate.leave();
        assert_eq!(ready(&mut gate, 0), [2]);
    }

    #[test]
    fn no_more_than_the_limit_start_in_a_second_after_the_burst() {
        let mut gate = gate(100, 10, 100);
        for who in 0..40 {
            gate.enter(Priority::Event, who).expect("room");
        }
        assert_eq!(ready(&mut gate, 5_000).len(), 10);
        assert_eq!(gate.poll_timeout(), Some(Time::from_millis(5_100)));
        assert_eq!(ready(&mut gate, 5_099).len(), 0);
        let mut later = 0;
        for millis in 5_100..6_100 {
            later += ready(&mut gate, millis).len();
        }
        assert_eq!(later, 10);
    }

    #[test]
    fn a_pause_holds_everybody_and_who_left_costs_nothing() {
        let mut gate = gate(4, 10, 9);
        gate.enter(Priority::Event, 1).expect("room");
        gate.enter(Priority::Event, 2).expect("room");
        gate.pause_until(Priority::Event, Time::from_millis(700));
        assert!(ready(&mut gate, 699).is_empty());
        assert_eq!(gate.poll_timeout(), Some(Time::from_millis(700)));
        let next = gate.poll_ready(Time::from_millis(700), |who| *who != 1);
        assert_eq!(next, Some(2));
        assert_eq!(gate.running(), 1);
    }

    #[test]
    fn neither_pauses_nor_slow_calls_of_others_hold_up_an_event() {
        let mut gate = gate(2, 100, 9);
        for who in [1, 2] {
            gate.enter(Priority::Status, who).expect("room");
        }
        assert_eq!(ready(&mut gate, 0), [1]);
        gate.pause_until(Priority::Status, Time::from_millis(60_000));
        gate.enter(Priority::Event, 3).expect("room");
        assert_eq!(ready(&mut gate, 10), [3]);
        gate.leave();
        gate.leave();
        assert_eq!(gate.poll_timeout(), Some(Time::from_millis(60_000)));
        assert_eq!(ready(&mut gate, 60_000), [2]);
    }

    #[test]
    fn an_event_finds_room_where_others_wait() {
        let mut gate = gate(1, 1, 2);
        gate.enter(Priority::Status, 1).expect("room");
        gate.enter(Priority::Provisioning, 2).expect("room");
        assert_eq!(gate.enter(Priority::Provisioning, 3), Err(3));
        assert_eq!(gate.enter(Priority::Event, 4), Err(2));
        assert_eq!(gate.enter(Priority::Event, 5), Err(1));
        assert_eq!(gate.enter(Priority::Event, 6), Err(6));
        assert_eq!(gate.waiting(), 2);
    }
}
