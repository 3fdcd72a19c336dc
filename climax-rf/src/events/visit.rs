//! A carer's visit as one case (Climax reference 7.3).
//!
//! ```text
//! Idle --1101, 1120 ...--> Alarm --1661--> Attended --3661--> Idle
//!                            1662: more help, a new alarm linked to the first
//!                            1663: closed on site; the visit goes on until 3661
//! ```
//!
//! The machine links; it never holds an alarm back. Whatever [`Visits::handle`] answers, the event
//! itself is the caller's to raise.
//!
//! Only Contact ID takes part: no public table has SIA codes for the arrival and the end of a visit,
//! so that a case begun by an SIA alarm would stay open until it is too old.
//!
//! ```
//! use climax_rf::Time;
//! use climax_rf::contact_id::{ContactId, EventCode, Group, Qualifier, Zone};
//! use climax_rf::events::Profile;
//! use climax_rf::events::visit::{Settings, Step, Visits};
//!
//! let report = |qualifier, code| -> Option<ContactId> {
//!     Some(ContactId {
//!         qualifier,
//!         code: EventCode::new(code)?,
//!         group: Group::PANEL,
//!         zone: Zone::PANEL,
//!     })
//! };
//! let fall = report(Qualifier::EVENT, 120).ok_or("three digits")?;
//! let more_help = report(Qualifier::EVENT, 662).ok_or("three digits")?;
//!
//! let mut visits = Visits::new(Settings::default());
//! let now = Time::from_millis(0);
//! let done = visits.handle(now, "4711", 1, Profile::CareUnitA, &fall);
//! assert_eq!(done.step, Step::Began);
//! let done = visits.handle(now, "4711", 2, Profile::CareUnitA, &more_help);
//! assert_eq!(done.step, Step::MoreHelp { first: Some(1) });
//! # Ok::<(), &str>(())
//! ```

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use core::time::Duration;

use super::class::EventClass;
use super::profile::Profile;
use crate::contact_id::{ContactId, Qualifier};
use crate::time::Time;

/// Settings of [`Visits`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// Accounts with an open case, default 10,000. Beyond it cases are not followed; the answer
    /// says so.
    pub accounts: usize,
    /// How often a unit repeats 1662: 15 min (Climax reference 7.3).
    pub repeat_every: Duration,
    /// How long it repeats 1662: 1 h (Climax reference 7.3). A later one is a new request.
    pub repeat_for: Duration,
    /// How much early or late a repetition may come: 2 min. A choice.
    pub tolerance: Duration,
    /// How long after its last step an unattended case is followed: 24 h. A choice; units without
    /// visit reports never end a case.
    pub longest_alarm: Duration,
    /// How long after its last step a visit is followed: 12 h. A choice.
    pub longest_visit: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        let hour = Duration::from_secs(3600);
        Self {
            accounts: 10_000,
            repeat_every: hour / 4,
            repeat_for: hour,
            tolerance: Duration::from_secs(120),
            longest_alarm: 24 * hour,
            longest_visit: 12 * hour,
        }
    }
}

/// Where the case of an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Visit {
    /// Nothing is open.
    #[default]
    Idle,
    /// An alarm waits for somebody to arrive.
    Alarm,
    /// Somebody is there.
    Attended,
}

/// What a report did to the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step<Id> {
    /// An alarm that begins a case.
    Began,
    /// One more alarm of an open case. Raise it as any other.
    Another {
        /// The first of the case; `None` when the case began with an arrival.
        first: Option<Id>,
        /// Whether somebody is there already.
        attended: bool,
    },
    /// Help has arrived.
    Arrived {
        /// The alarm; `None` when there was none.
        first: Option<Id>,
    },
    /// More help is needed: a new alarm linked to the first.
    MoreHelp {
        /// The first alarm of the case; `None` when the case began otherwise.
        first: Option<Id>,
    },
    /// The unit says again that more help is needed.
    MoreHelpRepeated {
        /// The first alarm of the case, as in [`MoreHelp`](Self::MoreHelp).
        first: Option<Id>,
        /// The report that asked for more help.
        request: Id,
        /// How many repetitions there were, this one included.
        repetition: u32,
    },
    /// The case was closed on site; there was no real need.
    ClosedOnSite {
        /// The alarm; `None` when there was none.
        first: Option<Id>,
    },
    /// The visit is over and the account idle.
    Finished {
        /// The alarm; `None` when there was none.
        first: Option<Id>,
    },
    /// The report has no part in a visit.
    Unrelated,
}

/// A step out of the order of Climax reference 7.3. It was taken all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Warning {
    /// 1661 without an alarm.
    ArrivedWithoutAlarm,
    /// 1662 without a 1661.
    MoreHelpBeforeArrival,
    /// A repetition of 1662 off its interval.
    OffInterval,
    /// 1663 without a 1661.
    ClosedBeforeArrival,
    /// 3661 without a 1661.
    FinishedWithoutArrival,
    /// There is no room to follow the case of this account.
    NotFollowed,
}

impl Warning {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ArrivedWithoutAlarm => "arrived-without-alarm",
            Self::MoreHelpBeforeArrival => "more-help-before-arrival",
            Self::OffInterval => "off-interval",
            Self::ClosedBeforeArrival => "closed-before-arrival",
            Self::FinishedWithoutArrival => "finished-without-arrival",
            Self::NotFollowed => "not-followed",
        }
    }
}

/// What [`Visits::handle`] made of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Handled<Id> {
    /// The step.
    pub step: Step<Id>,
    /// Where the case stands now.
    pub state: Visit,
    /// What was out of order.
    pub warning: Option<Warning>,
}

/// A case ended by its age, not by a report. Nothing is known of how it went.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expired<Id> {
    /// The account.
    pub account: Box<str>,
    /// Where the case stood: [`Visit::Alarm`] if nobody reported an arrival.
    pub state: Visit,
    /// The first alarm of the case.
    pub first: Option<Id>,
}

#[derive(Clone, Copy)]
struct Request<Id> {
    id: Id,
    at: Time,
    latest: Time,
    repetitions: u32,
}

struct Case<Id> {
    state: Visit,
    first: Option<Id>,
    request: Option<Request<Id>>,
    due: Time,
}

/// What a report is to a visit.
enum Part {
    Alarm,
    Arrival,
    MoreHelp,
    Closed,
    Finished,
    None,
}

/// Which reports take part. 661 to 663 mean the same wherever they are met; 406 is an arrival on
/// care unit B only (Climax reference 7.1), and in doubt it is not.
fn part(profile: Profile, report: &ContactId) -> Part {
    let new = report.qualifier == Qualifier::EVENT;
    match report.code.number() {
        Some(661) if new => Part::Arrival,
        Some(661) if report.qualifier == Qualifier::RESTORE => Part::Finished,
        Some(662) if report.qualifier != Qualifier::RESTORE => Part::MoreHelp,
        Some(663) if new => Part::Closed,
        Some(406) if new && profile == Profile::CareUnitB => Part::Arrival,
        _ if new && is_alarm(report) => Part::Alarm,
        _ => Part::None,
    }
}

/// Alarms that somebody is sent for: 1xx but tamper and supervision, inactivity and the care
/// alarms of 7xx. A choice; it decides what begins a case and never what is raised.
fn is_alarm(report: &ContactId) -> bool {
    match report.code.number() {
        Some(137 | 141..=145 | 147) => false,
        Some(641 | 731..=736 | 772) => true,
        _ => EventClass::of(report.code).is_alarm(),
    }
}

/// Follows one case per account; see the [module](self).
///
/// `Id` is the caller's name for an event. Memory is bounded by [`Settings::accounts`], and each
/// case by the two longest times.
pub struct Visits<Id> {
    settings: Settings,
    cases: BTreeMap<Box<str>, Case<Id>>,
    timers: BTreeSet<(Time, Box<str>)>,
}

impl<Id> core::fmt::Debug for Visits<Id> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Visits")
            .field("settings", &self.settings)
            .field("cases", &self.cases.len())
            .finish_non_exhaustive()
    }
}

impl<Id: Copy> Visits<Id> {
    /// No case is open.
    #[must_use]
    pub const fn new(settings: Settings) -> Self {
        Self {
            settings,
            cases: BTreeMap::new(),
            timers: BTreeSet::new(),
        }
    }

    /// Where the case of an account stands.
    #[must_use]
    pub fn state(&self, account: &str) -> Visit {
        self.cases
            .get(account)
            .map_or(Visit::Idle, |case| case.state)
    }

    /// How many cases are open.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// Takes a report that was accepted and is no double. `id` is the caller's name for it.
    pub fn handle(
        &mut self,
        now: Time,
        account: &str,
        id: Id,
        profile: Profile,
        report: &ContactId,
    ) -> Handled<Id> {
        let part = part(profile, report);
        // A case that is past its time is over, whether its end was taken or not.
        let open = self.cases.get(account).filter(|case| case.due > now);
        let state = open.map_or(Visit::Idle, |case| case.state);
        let first = open.and_then(|case| case.first);
        let request = open.and_then(|case| case.request);
        let attended = state == Visit::Attended;
        let (step, next, warning) = match part {
            Part::None => return self.unrelated(account),
            Part::Alarm if state == Visit::Idle => (Step::Began, Visit::Alarm, None),
            Part::Alarm => (Step::Another { first, attended }, state, None),
            Part::Arrival => {
                let early = (state == Visit::Idle).then_some(Warning::ArrivedWithoutAlarm);
                (Step::Arrived { first }, Visit::Attended, early)
            }
            Part::MoreHelp => {
                let (step, off) = self.more_help(now, first, request.as_ref());
                let early = (!attended).then_some(Warning::MoreHelpBeforeArrival);
                let state = if attended { state } else { Visit::Alarm };
                (step, state, early.or(off))
            }
            Part::Closed => {
                let early = (!attended).then_some(Warning::ClosedBeforeArrival);
                (Step::ClosedOnSite { first }, Visit::Attended, early)
            }
            Part::Finished => {
                let early = (!attended).then_some(Warning::FinishedWithoutArrival);
                (Step::Finished { first }, Visit::Idle, early)
            }
        };
        let first = match part {
            Part::Alarm | Part::MoreHelp => first.or(Some(id)),
            _ => first,
        };
        let request = match step {
            Step::MoreHelp { .. } => Some(Request {
                id,
                at: now,
                latest: now,
                repetitions: 0,
            }),
            Step::MoreHelpRepeated { repetition, .. } => request.map(|request| Request {
                latest: now,
                repetitions: repetition,
                ..request
            }),
            Step::Arrived { .. } | Step::ClosedOnSite { .. } => None,
            _ => request,
        };
        let stands = self.put(now, account, next, first, request);
        let lost = (stands != next).then_some(Warning::NotFollowed);
        Handled {
            step,
            state: stands,
            warning: lost.or(warning),
        }
    }

    fn unrelated(&self, account: &str) -> Handled<Id> {
        Handled {
            step: Step::Unrelated,
            state: self.state(account),
            warning: None,
        }
    }

    fn more_help(
        &self,
        now: Time,
        first: Option<Id>,
        request: Option<&Request<Id>>,
    ) -> (Step<Id>, Option<Warning>) {
        let Settings {
            repeat_every,
            repeat_for,
            tolerance,
            ..
        } = self.settings;
        let repeats =
            |request: &&Request<Id>| now.since(request.at) <= repeat_for.saturating_add(tolerance);
        let Some(request) = request.filter(repeats) else {
            return (Step::MoreHelp { first }, None);
        };
        let off = now.since(request.latest).abs_diff(repeat_every) > tolerance;
        let step = Step::MoreHelpRepeated {
            first,
            request: request.id,
            repetition: request.repetitions.saturating_add(1),
        };
        (step, off.then_some(Warning::OffInterval))
    }

    /// Writes the case down and says where it stands then.
    fn put(
        &mut self,
        now: Time,
        account: &str,
        state: Visit,
        first: Option<Id>,
        request: Option<Request<Id>>,
    ) -> Visit {
        let name: Box<str> = match self.cases.remove_entry(account) {
            Some((name, case)) => {
                let timer = (case.due, name);
                self.timers.remove(&timer);
                timer.1
            }
            None => account.into(),
        };
        if state == Visit::Idle || self.cases.len() >= self.settings.accounts {
            return Visit::Idle;
        }
        let longest = match state {
            Visit::Attended => self.settings.longest_visit,
            _ => self.settings.longest_alarm,
        };
        let due = now + longest;
        self.timers.insert((due, name.clone()));
        let case = Case {
            state,
            first,
            request,
            due,
        };
        self.cases.insert(name, case);
        state
    }

    /// When a case ends by its age next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        self.timers.first().map(|(due, _)| *due)
    }

    /// The next case that ended by its age. A case that a report replaced before that is not
    /// among them.
    pub fn poll_event(&mut self, now: Time) -> Option<Expired<Id>> {
        let due = self.timers.first().is_some_and(|(due, _)| *due <= now);
        let (_, account) = due.then(|| self.timers.pop_first())??;
        let case = self.cases.remove(&*account)?;
        Some(Expired {
            account,
            state: case.state,
            first: case.first,
        })
    }
}
