//! The visit of a carer and the rule of doubles, beside lists that are walked (Climax reference
//! 5.2, 5.6 and 7.3).

use std::time::Duration;

use arbitrary::Arbitrary;
use climax_rf::Time;
use climax_rf::contact_id::{ContactId, EventCode, Group, Qualifier, Zone};
use climax_rf::events::visit::{Settings, Step, Visit, Visits, Warning};
use climax_rf::events::{DoubleSettings, Doubles, Profile, Seen, meaning};

const OPERATIONS: usize = 200;
const ACCOUNTS: [&str; 3] = ["4711", "4712", "C0FFEE"];
const CODES: [u16; 16] = [
    100, 101, 120, 137, 144, 147, 384, 406, 602, 641, 661, 662, 663, 732, 737, 772,
];
const PROFILES: [Profile; 6] = [
    Profile::CareUnitA,
    Profile::CareUnitB,
    Profile::Mobile,
    Profile::Intrusion,
    Profile::Cloud,
    Profile::Unknown,
];

#[derive(Debug, Arbitrary)]
pub(super) struct Input {
    accounts: u8,
    entries: u8,
    window: u8,
    operations: Vec<Operation>,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
struct Operation {
    /// Seconds.
    wait: u16,
    /// Many hours, now and then.
    pause: u8,
    account: u8,
    code: u8,
    qualifier: u8,
    zone: bool,
    profile: u8,
    path: bool,
    keep: bool,
}

impl Operation {
    fn report(self) -> ContactId {
        ContactId {
            qualifier: [Qualifier::EVENT, Qualifier::RESTORE, Qualifier::STATUS]
                [usize::from(self.qualifier % 3)],
            code: EventCode::new(CODES[usize::from(self.code % 16)]).expect("three digits"),
            group: Group::PANEL,
            zone: Zone::new(u16::from(self.zone)).expect("three digits"),
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Case {
    account: &'static str,
    state: Visit,
    first: Option<usize>,
    /// Report, its time, the latest, repetitions.
    request: Option<(usize, Time, Time, u32)>,
    due: Time,
}

/// A report that was kept.
struct Kept {
    at: Time,
    account: &'static str,
    report: ContactId,
    path: bool,
    id: usize,
    count: u32,
}

pub(super) fn visits(input: &Input) {
    let mut settings = Settings::default();
    settings.accounts = usize::from(input.accounts % 4);
    let mut window = DoubleSettings::default();
    window.entries = usize::from(input.entries % 8);
    window.window = Duration::from_secs(u64::from(input.window));
    let mut all = All {
        now: Time::ZERO,
        settings,
        visits: Visits::new(settings),
        cases: Vec::new(),
        window,
        doubles: Doubles::new(window),
        kept: Vec::new(),
        pushed_out: 0,
    };
    for (id, operation) in input.operations.iter().take(OPERATIONS).enumerate() {
        let hours = u64::from(operation.pause.saturating_sub(200));
        let seconds = u64::from(operation.wait % 2000) + hours * 3600;
        all.now = all.now + Duration::from_secs(seconds);
        if operation.keep || operation.path {
            all.expire();
        }
        all.report(id, *operation);
        all.double(id, *operation);
        named(operation.report());
    }
    all.now = all.now + Duration::from_secs(48 * 3600);
    all.expire();
    assert!(all.visits.is_empty() && all.visits.poll_timeout().is_none());
}

struct All {
    now: Time,
    settings: Settings,
    visits: Visits<usize>,
    cases: Vec<Case>,
    window: DoubleSettings,
    doubles: Doubles<bool, usize>,
    kept: Vec<Kept>,
    pushed_out: u64,
}

impl All {
    fn expire(&mut self) {
        let now = self.now;
        loop {
            let due = self.cases.iter().map(|case| (case.due, case.account)).min();
            let walked = due.filter(|(due, _)| *due <= now);
            assert_eq!(self.visits.poll_timeout(), due.map(|(due, _)| due));
            let expired = self.visits.poll_event(now);
            let Some((_, account)) = walked else {
                assert!(expired.is_none());
                return;
            };
            let at = self.cases.iter().position(|case| case.account == account);
            let case = self.cases.remove(at.expect("it is there"));
            let expired = expired.expect("a case is past its time");
            assert_eq!(
                (&*expired.account, expired.state, expired.first),
                (account, case.state, case.first)
            );
        }
    }

    fn report(&mut self, id: usize, operation: Operation) {
        let account = ACCOUNTS[usize::from(operation.account % 3)];
        let profile = PROFILES[usize::from(operation.profile % 6)];
        let report = operation.report();
        let handled = self.visits.handle(self.now, account, id, profile, &report);
        let (step, state, warning) = self.walk(id, account, profile, &report);
        assert_eq!((handled.step, handled.warning), (step, warning));
        if step != Step::Unrelated {
            assert_eq!(handled.state, state);
            assert_eq!(self.visits.state(account), state);
        }
        assert_eq!(self.visits.len(), self.cases.len());
        assert!(self.visits.len() <= self.settings.accounts);
        if let Some(warning) = handled.warning {
            assert!(!warning.code().is_empty());
        }
    }

    /// The states of reference 7.3 to the letter.
    fn walk(
        &mut self,
        id: usize,
        account: &'static str,
        profile: Profile,
        report: &ContactId,
    ) -> (Step<usize>, Visit, Option<Warning>) {
        let now = self.now;
        let at = self.cases.iter().position(|case| case.account == account);
        let known = at.map(|at| self.cases[at]);
        let mut case = known.filter(|case| case.due > now).unwrap_or(Case {
            account,
            state: Visit::Idle,
            first: None,
            request: None,
            due: now,
        });
        let attended = case.state == Visit::Attended;
        let first = case.first;
        let number = report.code.number().expect("decimal codes");
        let new = report.qualifier == Qualifier::EVENT;
        let restore = report.qualifier == Qualifier::RESTORE;
        let arrival = number == 661 || (number == 406 && profile == Profile::CareUnitB);
        let (step, warning) = match number {
            _ if arrival && new => {
                let warning = (case.state == Visit::Idle).then_some(Warning::ArrivedWithoutAlarm);
                (case.state, case.request) = (Visit::Attended, None);
                (Step::Arrived { first }, warning)
            }
            661 if restore => {
                case.state = Visit::Idle;
                (
                    Step::Finished { first },
                    (!attended).then_some(Warning::FinishedWithoutArrival),
                )
            }
            662 if !restore => {
                let early = (!attended).then_some(Warning::MoreHelpBeforeArrival);
                if !attended {
                    case.state = Visit::Alarm;
                }
                let latest = Duration::from_secs(3600 + 120);
                match case
                    .request
                    .filter(|request| now.since(request.1) <= latest)
                {
                    Some((request, at, before, count)) => {
                        let off = now.since(before).abs_diff(Duration::from_secs(900));
                        let off = (off > Duration::from_secs(120)).then_some(Warning::OffInterval);
                        case.request = Some((request, at, now, count + 1));
                        case.first = first.or(Some(id));
                        let repetition = count + 1;
                        let step = Step::MoreHelpRepeated {
                            first,
                            request,
                            repetition,
                        };
                        (step, early.or(off))
                    }
                    None => {
                        case.request = Some((id, now, now, 0));
                        case.first = first.or(Some(id));
                        (Step::MoreHelp { first }, early)
                    }
                }
            }
            663 if new => {
                (case.state, case.request) = (Visit::Attended, None);
                (
                    Step::ClosedOnSite { first },
                    (!attended).then_some(Warning::ClosedBeforeArrival),
                )
            }
            100 | 101 | 120 | 641 | 732 | 772 if new => {
                case.first = first.or(Some(id));
                if case.state == Visit::Idle {
                    case.state = Visit::Alarm;
                    (Step::Began, None)
                } else {
                    (Step::Another { first, attended }, None)
                }
            }
            _ => return (Step::Unrelated, case.state, None),
        };
        if let Some(at) = at {
            self.cases.remove(at);
        }
        if case.state == Visit::Idle {
            return (step, Visit::Idle, warning);
        }
        if self.cases.len() >= self.settings.accounts {
            return (step, Visit::Idle, Some(Warning::NotFollowed));
        }
        let hours = if case.state == Visit::Attended {
            12
        } else {
            24
        };
        case.due = now + Duration::from_secs(hours * 3600);
        self.cases.push(case);
        (step, case.state, warning)
    }

    fn double(&mut self, id: usize, operation: Operation) {
        let now = self.now;
        let (account, path) = (ACCOUNTS[usize::from(operation.account % 3)], operation.path);
        let report = operation.report();
        self.kept
            .retain(|kept| now.since(kept.at) < self.window.window);
        let known = self
            .kept
            .iter_mut()
            .find(|kept| kept.account == account && kept.report == report);
        let expected = match known {
            None => Seen::New,
            Some(kept) => {
                kept.count += 1;
                let (first, ago, count) = (kept.id, now.since(kept.at), kept.count);
                if kept.path == path {
                    Seen::Repeated { first, ago, count }
                } else {
                    Seen::OtherPath {
                        first,
                        path: kept.path,
                        ago,
                        count,
                    }
                }
            }
        };
        let seen = self.doubles.see(now, account, &report, path);
        assert_eq!(seen, expected);
        if operation.keep {
            self.doubles.keep(now, account, &report, path, id);
            if seen.is_new() && self.window.entries > 0 {
                if self.kept.len() == self.window.entries {
                    self.kept.remove(0);
                    self.pushed_out += 1;
                }
                self.kept.push(Kept {
                    at: now,
                    account,
                    report,
                    path,
                    id,
                    count: 0,
                });
            }
        }
        // A window of nothing keeps until the next look.
        if !self.window.window.is_zero() {
            assert_eq!(self.doubles.len(), self.kept.len());
            assert_eq!(self.doubles.pushed_out(), self.pushed_out);
        }
    }
}

/// Every report means something in every profile, and its own source is among those who say so.
fn named(report: ContactId) {
    for profile in PROFILES {
        let meanings = meaning(profile, &report);
        assert_eq!(meanings.profile(), profile);
        assert!(!meanings.meaning().is_empty() && !meanings.all().is_empty());
        let _ = (
            meanings.claim(),
            meanings.is_ambiguous(),
            meanings.is_unknown_code(),
        );
    }
}
