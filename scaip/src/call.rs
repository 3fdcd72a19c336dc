//! The voice call that belongs to an alarm: which one to expect, for how long, and which alarm an
//! incoming one is about (SCAIP reference 6).
//!
//! No audio and no INVITE: something else takes the call and asks here. [`VoiceReply`] writes
//! what the response says about the call, [`CallExpectations`] waits for it and pairs it,
//! [`ClearDown`] ends it, [`dtmf`](crate::dtmf) steers it.
//!
//! ```
//! use std::time::Instant;
//! use scaip::call::{CallExpectations, CallSettings, IncomingCall, Match, VoiceReply, VoiceTarget};
//! use scaip::{ControllerId, DeviceType, MediaReply, Reference, Request, Response, StatusNumber};
//!
//! let alarm = Request::new(
//!     Reference::new("a1"),
//!     ControllerId::new("40211870"),
//!     DeviceType::PERSONAL_TRIGGER,
//! );
//! let voice = VoiceReply::new(MediaReply::DUPLEX, VoiceTarget::Configured);
//! let mut response = Response::new(alarm.reference.clone(), StatusNumber::OK);
//! voice.fill(&alarm, &mut response)?;
//!
//! let now = Instant::now();
//! let mut calls = CallExpectations::new(CallSettings::default());
//! calls.expect(now, 1_u64, &alarm, &response, &voice.target)?;
//! let invite = IncomingCall { from_user: Some("40211870"), ..IncomingCall::default() };
//! let Match::Paired(pairing) = calls.incoming(now, &invite) else { panic!() };
//! assert_eq!(pairing.alarm, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Which of several alarms of one unit a call is about is decided in this order: the one whose own
//! number was called, one that still waits for a call, one within its wait, the oldest.

mod clear_down;
mod config;
mod expectation;
mod number;
mod pairing;
mod reply;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use clear_down::{ClearDown, ClearDownOutput, ClearedBy};
pub use config::{CallEnd, CallError, CallSettings, DuringCall, Event};
pub use expectation::{Expectation, ExpectedCall, IncomingCall, Match, PairedBy, Pairing};
pub use number::PhoneNumber;
pub use reply::{NoCall, VoiceReply, VoiceTarget};

use crate::codes::{CallHandling, StatusNumber};
use crate::message::{MessageType, Request, Response};
use crate::text::ControllerId;
use expectation::{Key, marks};

/// Bytes of the longest `cid` that calls are expected for.
pub const LONGEST_CONTROLLER_ID: usize = 64;

/// Calls expected of one unit at a time. It can place one.
const MOST_CALLS_OF_A_UNIT: usize = 16;

/// Units that one number can be learned for. A number of more tells nothing.
const MOST_UNITS_OF_A_NUMBER: usize = 64;

/// The longest that counts of any wait: a year, so that sums of times stay far from their end.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The end of a time that begins now.
fn after(now: Instant, time: Duration) -> Instant {
    now + time.min(LONGEST)
}

struct Entry<K> {
    expectation: Expectation<K>,
    /// How long is waited for its call.
    wait: Duration,
    /// The end of the time of grace.
    gone: Instant,
    /// Whether a call is waited for, the first or one after a dropped one.
    awaited: bool,
    /// Whether the wait is over.
    late: bool,
    timer: Instant,
}

struct OngoingCall {
    calls: u32,
    timer: Instant,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    Expectation(u64),
    Call(Arc<str>),
}

/// The calls that are expected and those going on. `K` names an alarm to the caller.
///
/// After time has passed take every [`poll_event`](Self::poll_event), then ask
/// [`poll_timeout`](Self::poll_timeout).
pub struct CallExpectations<K> {
    settings: CallSettings,
    entries: BTreeMap<u64, Entry<K>>,
    keys: BTreeSet<(Key, u64)>,
    learned: BTreeSet<(PhoneNumber, Arc<str>)>,
    ongoing: HashMap<Arc<str>, OngoingCall>,
    timers: BTreeSet<(Instant, Timer)>,
    last: u64,
}

impl<K> fmt::Debug for CallExpectations<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallExpectations")
            .field("settings", &self.settings)
            .field("expected", &self.entries.len())
            .field("going_on", &self.ongoing.len())
            .field("learned", &self.learned.len())
            .finish_non_exhaustive()
    }
}

impl<K: Clone + PartialEq> CallExpectations<K> {
    /// Nothing expected.
    #[must_use]
    pub fn new(settings: CallSettings) -> Self {
        CallExpectations {
            settings,
            entries: BTreeMap::new(),
            keys: BTreeSet::new(),
            learned: BTreeSet::new(),
            ongoing: HashMap::new(),
            timers: BTreeSet::new(),
            last: 0,
        }
    }

    /// How many calls are expected, the late ones included.
    #[must_use]
    pub fn expected(&self) -> usize {
        self.entries.len()
    }

    /// Whether a call with this unit is going on.
    #[must_use]
    pub fn in_call(&self, controller: &ControllerId<'_>) -> bool {
        self.ongoing.contains_key(controller.as_str())
    }

    /// Waits for the call about an accepted alarm. Give the response as it leaves and the target
    /// that was put into it. An alarm that is repeated before its call has come is waited for
    /// afresh; it stays one expectation.
    ///
    /// # Errors
    ///
    /// [`CallError::NoCall`] when none will come: not accepted, `mre` 0, `no-voice:`, `mreq` 4,
    /// any type but `ME`, or `cha` 1. Otherwise a limit: that of the settings, or 16 for
    /// one unit.
    pub fn expect(
        &mut self,
        now: Instant,
        alarm: K,
        request: &Request<'_>,
        response: &Response<'_>,
        target: &VoiceTarget<'_>,
    ) -> Result<&Expectation<K>, CallError> {
        self.expect_within(now, self.settings.wait, alarm, request, response, target)
    }

    /// The same with a wait of its own instead of [`CallSettings::wait`].
    ///
    /// # Errors
    ///
    /// As [`expect`](Self::expect).
    pub fn expect_within(
        &mut self,
        now: Instant,
        wait: Duration,
        alarm: K,
        request: &Request<'_>,
        response: &Response<'_>,
        target: &VoiceTarget<'_>,
    ) -> Result<&Expectation<K>, CallError> {
        if let Some(reason) = reply::forbidden(request) {
            return Err(reason.into());
        }
        if !response.status_number.is_accepted() {
            return Err(NoCall::NotAccepted.into());
        }
        if response.call_target().is_none() {
            return Err(NoCall::NotWanted.into());
        }
        if request.call_handling == CallHandling::RECEIVER_CALLS_BACK {
            return Err(NoCall::CallBack.into());
        }
        let controller = request.controller_id.clone().into_owned();
        if controller.as_str().len() > LONGEST_CONTROLLER_ID {
            return Err(CallError::ControllerIdTooLong);
        }
        let (until, gone) = self.window(now, wait);
        let id = if let Some(id) = self.find(&controller, &alarm) {
            let waiting = self.entries.get_mut(&id);
            if let Some(entry) = waiting.filter(|entry| entry.expectation.attempts == 0) {
                entry.expectation.until = until;
                entry.wait = wait;
                entry.gone = gone;
                entry.late = false;
                self.set_timer(id, until);
            }
            id
        } else {
            let limit = self.settings.calls;
            if self.entries.len() >= limit {
                return Err(CallError::TooManyCalls { limit });
            }
            let limit = MOST_CALLS_OF_A_UNIT;
            let own = Key::user(controller.as_str()).map_or(0, |key| self.ids(key).len());
            if own >= limit {
                return Err(CallError::TooManyCalls { limit });
            }
            self.last += 1;
            let id = self.last;
            let expectation = Expectation {
                controller,
                alarm,
                media: response.media_reply,
                calls: marks(request, target),
                until,
                attempts: 0,
            };
            for key in expectation.calls.iter().filter_map(ExpectedCall::key) {
                self.keys.insert((key, id));
            }
            self.entries.insert(
                id,
                Entry {
                    expectation,
                    wait,
                    gone,
                    awaited: true,
                    late: false,
                    timer: until,
                },
            );
            self.timers.insert((until, Timer::Expectation(id)));
            id
        };
        match self.entries.get(&id) {
            Some(entry) => Ok(&entry.expectation),
            // Inserted or found above.
            None => Err(NoCall::NotWanted.into()),
        }
    }

    /// Stops waiting for the call about one alarm, as after a reset. Whether it was expected.
    pub fn cancel(&mut self, controller: &ControllerId<'_>, alarm: &K) -> bool {
        match self.find(controller, alarm) {
            Some(id) => self.remove(id),
            None => false,
        }
    }

    /// Stops waiting for the calls about those alarms of a unit that `withdrawn` picks. How many
    /// there were.
    pub fn cancel_where(
        &mut self,
        controller: &ControllerId<'_>,
        mut withdrawn: impl FnMut(&K) -> bool,
    ) -> usize {
        let own = Key::user(controller.as_str()).map(|key| self.ids(key));
        let mut cancelled = 0;
        for id in own.unwrap_or_default() {
            let picked = self.entries.get(&id).is_some_and(|entry| {
                entry.expectation.controller == *controller && withdrawn(&entry.expectation.alarm)
            });
            if picked && self.remove(id) {
                cancelled += 1;
            }
        }
        cancelled
    }

    /// A call with this unit is going on, expected or not. A second one counts too.
    ///
    /// # Errors
    ///
    /// A limit.
    pub fn call_started(
        &mut self,
        now: Instant,
        controller: &ControllerId<'_>,
    ) -> Result<(), CallError> {
        let name = controller.as_str();
        if name.len() > LONGEST_CONTROLLER_ID {
            return Err(CallError::ControllerIdTooLong);
        }
        let end = after(now, self.settings.longest_call);
        if let Some((name, ongoing)) = self.ongoing.get_key_value(name) {
            self.timers
                .remove(&(ongoing.timer, Timer::Call(name.clone())));
        } else if self.ongoing.len() >= self.settings.calls {
            let limit = self.settings.calls;
            return Err(CallError::TooManyCalls { limit });
        }
        let name: Arc<str> = Arc::from(name);
        let ongoing = self.ongoing.entry(name.clone()).or_insert(OngoingCall {
            calls: 0,
            timer: end,
        });
        ongoing.calls = ongoing.calls.saturating_add(1);
        ongoing.timer = end;
        self.timers.insert((end, Timer::Call(name)));
        Ok(())
    }

    /// A call with this unit has ended. After a dropped one its alarms are waited for once more.
    /// Whether one was going on.
    pub fn call_ended(
        &mut self,
        now: Instant,
        controller: &ControllerId<'_>,
        end: CallEnd,
    ) -> bool {
        let name = controller.as_str();
        let Some(ongoing) = self.ongoing.get_mut(name) else {
            return false;
        };
        ongoing.calls = ongoing.calls.saturating_sub(1);
        if ongoing.calls == 0 {
            let timer = ongoing.timer;
            self.ongoing.remove(name);
            self.timers.remove(&(timer, Timer::Call(Arc::from(name))));
        }
        for id in self.ids(Key::User(name.into())) {
            let Some(wait) = self.entries.get(&id).map(|entry| entry.wait) else {
                continue;
            };
            let (until, gone) = self.window(now, wait);
            let Some(entry) = self.entries.get_mut(&id) else {
                continue;
            };
            let expectation = &mut entry.expectation;
            if expectation.attempts == 0 || expectation.controller != *controller {
                continue;
            }
            match end {
                CallEnd::ClearedDown => {
                    self.remove(id);
                }
                CallEnd::Dropped => {
                    expectation.until = until;
                    entry.gone = gone;
                    entry.awaited = true;
                    entry.late = false;
                    self.set_timer(id, until);
                }
            }
        }
        true
    }

    /// Changes a response to a unit with which a call is going on, so that no second call is set
    /// up; see [`DuringCall`]. Whether it applied. The call itself is untouched.
    pub fn restrain(&self, request: &Request<'_>, response: &mut Response<'_>) -> bool {
        if !self.in_call(&request.controller_id) {
            return false;
        }
        reply::silence(response);
        if self.is_busy_for(request) && response.status_number.is_accepted() {
            response.status_number = StatusNumber::BUSY;
        }
        true
    }

    /// Takes the call out of a response: during a call as [`restrain`](Self::restrain) does, but
    /// never with `snu` 6; and where the request itself forbids one (`no-voice:`, `mreq` 4, any
    /// type but `ME`). For a message that was accepted already. Whether it applied.
    pub fn silence(&self, request: &Request<'_>, response: &mut Response<'_>) -> bool {
        let applies = self.in_call(&request.controller_id) || reply::forbidden(request).is_some();
        if applies {
            reply::silence(response);
        }
        applies
    }

    /// Whether this message hears `snu` 6 now: [`DuringCall::Busy`], type `ME`, and a call going
    /// on. Ask before it is kept.
    #[must_use]
    pub fn is_busy_for(&self, request: &Request<'_>) -> bool {
        self.settings.during_call == DuringCall::Busy
            && request.message_type == MessageType::Message
            && self.in_call(&request.controller_id)
    }

    /// When to ask for events next. It may turn out that there is none then.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// The next event that is due at `now`.
    pub fn poll_event(&mut self, now: Instant) -> Option<Event<K>> {
        loop {
            if self.timers.first()?.0 > now {
                return None;
            }
            let (_, timer) = self.timers.pop_first()?;
            let event = match timer {
                Timer::Call(name) => self.ongoing.remove(&name).map(|_| Event::CallOverrun {
                    controller: ControllerId::new(name.to_string()),
                }),
                Timer::Expectation(id) => self.waited(id, now),
            };
            if event.is_some() {
                return event;
            }
        }
    }

    /// The timer of an expectation has fired and is out of the set.
    fn waited(&mut self, id: u64, now: Instant) -> Option<Event<K>> {
        let entry = self.entries.get_mut(&id)?;
        if !entry.late {
            entry.late = true;
            entry.timer = entry.gone;
            self.timers.insert((entry.gone, Timer::Expectation(id)));
            let expectation = &entry.expectation;
            return entry.awaited.then(|| Event::NotCalled {
                controller: expectation.controller.clone(),
                alarm: expectation.alarm.clone(),
                attempts: expectation.attempts,
            });
        }
        // While the call goes on its alarm stays; a call has an end by itself.
        if self
            .ongoing
            .contains_key(entry.expectation.controller.as_str())
            && entry.expectation.attempts > 0
        {
            let again = after(now, self.settings.wait.max(Duration::from_secs(1)));
            entry.timer = again;
            entry.gone = again;
            self.timers.insert((again, Timer::Expectation(id)));
            return None;
        }
        self.remove(id);
        None
    }

    fn window(&self, now: Instant, wait: Duration) -> (Instant, Instant) {
        let until = after(now, wait);
        let gone = after(until, self.settings.grace);
        (until, gone)
    }

    fn ids(&self, key: Key) -> Vec<u64> {
        let last = (key.clone(), u64::MAX);
        self.keys
            .range((key, 0)..=last)
            .map(|&(_, id)| id)
            .collect()
    }

    fn find(&self, controller: &ControllerId<'_>, alarm: &K) -> Option<u64> {
        self.ids(Key::user(controller.as_str())?)
            .into_iter()
            .find(|id| {
                self.entries.get(id).is_some_and(|entry| {
                    entry.expectation.alarm == *alarm && entry.expectation.controller == *controller
                })
            })
    }

    fn set_timer(&mut self, id: u64, at: Instant) {
        if let Some(entry) = self.entries.get_mut(&id) {
            self.timers.remove(&(entry.timer, Timer::Expectation(id)));
            entry.timer = at;
            self.timers.insert((at, Timer::Expectation(id)));
        }
    }

    fn remove(&mut self, id: u64) -> bool {
        let Some(entry) = self.entries.remove(&id) else {
            return false;
        };
        self.timers.remove(&(entry.timer, Timer::Expectation(id)));
        for key in entry.expectation.calls.iter().filter_map(ExpectedCall::key) {
            self.keys.remove(&(key, id));
        }
        true
    }
}
