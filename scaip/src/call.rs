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

    /// Remembers the number from which a unit calls, for units that do not know their own. One
    /// number may be learned for 64 units.
    ///
    /// # Errors
    ///
    /// A limit; then nothing has changed.
    pub fn learn(
        &mut self,
        controller: &ControllerId<'_>,
        number: &PhoneNumber,
    ) -> Result<(), CallError> {
        if controller.as_str().len() > LONGEST_CONTROLLER_ID {
            return Err(CallError::ControllerIdTooLong);
        }
        let entry = (number.clone(), Arc::from(controller.as_str()));
        let limit = self.settings.learned;
        if self.learned.contains(&entry) {
            return Ok(());
        }
        if self.learned.len() >= limit {
            return Err(CallError::TooManyNumbers { limit });
        }
        let limit = MOST_UNITS_OF_A_NUMBER;
        if self.owners(number).len() >= limit {
            return Err(CallError::TooManyNumbers { limit });
        }
        self.learned.insert(entry);
        Ok(())
    }

    /// Forgets a learned number. Whether it was known.
    pub fn unlearn(&mut self, controller: &ControllerId<'_>, number: &PhoneNumber) -> bool {
        let entry = (number.clone(), Arc::from(controller.as_str()));
        self.learned.remove(&entry)
    }

    /// Which alarm an incoming call is about. A match counts as one call about it; then tell
    /// [`call_started`](Self::call_started) if it is answered.
    pub fn incoming(&mut self, now: Instant, call: &IncomingCall<'_>) -> Match<K> {
        // Gateways put the number into From.
        let number = call.caller_number.or(call.from_user);
        let number = number.and_then(PhoneNumber::read);
        let called: Vec<u64> = call
            .called
            .and_then(Key::called)
            .map(|key| self.ids(key))
            .unwrap_or_default();
        let owners = number.as_ref().map(|number| self.owners(number));
        let owners = owners.unwrap_or_default();
        let rules = [
            (
                PairedBy::FromUser,
                call.from_user.and_then(Key::user).map(|key| self.ids(key)),
            ),
            (
                PairedBy::CallerNumber,
                number.clone().map(|number| self.ids(Key::Number(number))),
            ),
            (
                PairedBy::LearnedNumber,
                Some(
                    owners
                        .iter()
                        .flat_map(|owner| self.ids(Key::User((&**owner).into())))
                        .collect(),
                ),
            ),
            (PairedBy::CalledAddress, Some(called.clone())),
        ];
        for (by, ids) in rules {
            let ids = ids.unwrap_or_default();
            if let Some(id) = self.best(now, &ids, &called) {
                let ambiguous = self.several_units(now, &ids);
                if let Some(found) = self.pair(now, id, by, ambiguous) {
                    return found;
                }
            }
        }
        Match::Unexpected {
            known: match owners.as_slice() {
                [owner] => Some(ControllerId::new(owner.to_string())),
                _ => None,
            },
        }
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
        let end = now.checked_add(self.settings.longest_call).unwrap_or(now);
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
            let again = now
                .checked_add(self.settings.wait.max(Duration::from_secs(1)))
                .unwrap_or(now);
            if again > now {
                entry.timer = again;
                entry.gone = again;
                self.timers.insert((again, Timer::Expectation(id)));
                return None;
            }
        }
        self.remove(id);
        None
    }

    fn window(&self, now: Instant, wait: Duration) -> (Instant, Instant) {
        let until = now.checked_add(wait).unwrap_or(now);
        let gone = until.checked_add(self.settings.grace).unwrap_or(until);
        (until, gone)
    }

    fn ids(&self, key: Key) -> Vec<u64> {
        let last = (key.clone(), u64::MAX);
        self.keys
            .range((key, 0)..=last)
            .map(|&(_, id)| id)
            .collect()
    }

    /// The units that a number was learned for.
    fn owners(&self, number: &PhoneNumber) -> Vec<Arc<str>> {
        let first = (number.clone(), Arc::from(""));
        self.learned
            .range(first..)
            .take_while(|(found, _)| found == number)
            .map(|(_, owner)| owner.clone())
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

    /// Those that are not past the time of grace, even if nobody has asked since.
    fn alive(&self, now: Instant, id: u64) -> Option<&Entry<K>> {
        self.entries.get(&id).filter(|entry| {
            let controller = &entry.expectation.controller;
            entry.gone > now || (entry.expectation.attempts > 0 && self.in_call(controller))
        })
    }

    fn best(&self, now: Instant, ids: &[u64], called: &[u64]) -> Option<u64> {
        ids.iter()
            .filter_map(|&id| self.alive(now, id).map(|entry| (id, entry)))
            .min_by_key(|(id, entry)| {
                (
                    !called.contains(id),
                    !entry.awaited,
                    entry.expectation.until <= now,
                    *id,
                )
            })
            .map(|(id, _)| id)
    }

    fn several_units(&self, now: Instant, ids: &[u64]) -> bool {
        let mut units = ids
            .iter()
            .filter_map(|&id| self.alive(now, id))
            .map(|entry| &entry.expectation.controller);
        let first = units.next();
        units.any(|unit| Some(unit) != first)
    }

    fn pair(&mut self, now: Instant, id: u64, by: PairedBy, ambiguous: bool) -> Option<Match<K>> {
        let entry = self.entries.get_mut(&id)?;
        entry.awaited = false;
        let expectation = &mut entry.expectation;
        expectation.attempts = expectation.attempts.saturating_add(1);
        let pairing = Pairing {
            controller: expectation.controller.clone(),
            alarm: expectation.alarm.clone(),
            media: expectation.media,
            by,
            attempt: expectation.attempts,
            ambiguous,
        };
        let late_by = now.saturating_duration_since(expectation.until);
        Some(if expectation.until > now {
            Match::Paired(pairing)
        } else {
            Match::Late { pairing, late_by }
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
