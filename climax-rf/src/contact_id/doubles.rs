//! The same event, reported again or over a second path.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use core::fmt;
use core::time::Duration;

use super::{ContactId, Report};
use crate::time::Time;

/// An event that was seen before, within the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Double {
    /// When it came first.
    pub first: Time,
    /// How often it has come, this time included: 2 or more.
    pub count: u32,
}

/// Remembers (account, Q, XYZ, GG, CCC) for a while (Climax reference 5.2).
///
/// One of these serves all connections of a station, so that a panel's second path is covered.
/// A double is answered like any report; nothing here decides that it may be dropped.
///
/// ```
/// use climax_rf::Time;
/// use climax_rf::contact_id::{DecodeOptions, Doubles, decode_bracket};
///
/// let decoded = decode_bracket(b"[4711 18110101005FF0F]", &DecodeOptions::lenient())?;
/// let mut doubles = Doubles::default();
/// assert_eq!(doubles.see(Time::ZERO, &decoded.report), None);
/// let again = doubles.see(Time::from_millis(900), &decoded.report).unwrap();
/// assert_eq!((again.first, again.count), (Time::ZERO, 2));
/// # Ok::<(), climax_rf::contact_id::DecodeError>(())
/// ```
pub struct Doubles {
    window: Duration,
    most: usize,
    /// The latest at the back.
    seen: VecDeque<Seen>,
    pushed_out: u64,
}

struct Seen {
    event: ContactId,
    account: Box<[u8]>,
    first: Time,
    last: Time,
    count: u32,
}

impl Seen {
    fn is(&self, account: &[u8], event: ContactId) -> bool {
        self.event == event && *self.account == *account
    }
}

impl Doubles {
    /// The window unless set otherwise.
    pub const WINDOW: Duration = Duration::from_secs(60);
    /// Events remembered unless set otherwise.
    pub const MOST: usize = 1024;

    /// With another window, and another number of events remembered.
    #[must_use]
    pub const fn new(window: Duration, most: usize) -> Self {
        Doubles {
            window,
            most: if most == 0 { 1 } else { most },
            seen: VecDeque::new(),
            pushed_out: 0,
        }
    }

    /// Remembers a report and says whether it is a double. The window begins anew with each one.
    pub fn see(&mut self, now: Time, report: &Report<'_>) -> Option<Double> {
        self.see_event(now, report.account.as_bytes(), report.event)
    }

    /// The same for an event that came in another form, such as DC-09.
    pub fn see_event(&mut self, now: Time, account: &[u8], event: ContactId) -> Option<Double> {
        while let Some(oldest) = self.seen.front() {
            if now.since(oldest.last) < self.window {
                break;
            }
            self.seen.pop_front();
        }
        let known = self.seen.iter().rposition(|seen| seen.is(account, event));
        if let Some(mut seen) = known.and_then(|at| self.seen.remove(at)) {
            seen.count = seen.count.saturating_add(1);
            seen.last = now;
            let double = Double {
                first: seen.first,
                count: seen.count,
            };
            self.seen.push_back(seen);
            return Some(double);
        }
        if self.seen.len() >= self.most {
            self.seen.pop_front();
            self.pushed_out += 1;
        }
        self.seen.push_back(Seen {
            event,
            account: account.into(),
            first: now,
            last: now,
            count: 1,
        });
        None
    }

    /// Forgets an event that was not taken: when it comes again it is no double.
    pub fn forget(&mut self, account: &[u8], event: ContactId) {
        self.seen.retain(|seen| !seen.is(account, event));
    }

    /// How many events are remembered, those that are over the window included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// Events forgotten within their window, for want of room.
    #[must_use]
    pub const fn pushed_out(&self) -> u64 {
        self.pushed_out
    }
}

impl Default for Doubles {
    fn default() -> Self {
        Doubles::new(Self::WINDOW, Self::MOST)
    }
}

impl fmt::Debug for Doubles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Doubles")
            .field("window", &self.window)
            .field("seen", &self.seen.len())
            .field("pushed_out", &self.pushed_out)
            .finish_non_exhaustive()
    }
}
