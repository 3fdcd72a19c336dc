//! Writing a plan, one operation at a time, without transport and clock.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use super::directory::{NewEmployee, OperationError, OperationErrorKind, Outcome, Write};
use super::id::{EmployeeId, GroupId, SiteId};
use super::plan::{Brake, EmployeeRef, Operation, Plan, SkipReason, Skipped};
use super::planner::Scope;
use super::report::{Effect, Entry, Failure, FailureReason, OperationKind, Report};
use super::settings::{RunKind, Settings};
use super::state::ActualState;
use super::value::Value;
use crate::time::Time;

/// What a person has said to a plan that removes a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Confirmation {
    /// Nothing.
    #[default]
    None,
    /// That this many removals are meant. A plan with another number needs another confirmation.
    Removals(usize),
}

/// Why a plan is not written at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// It removes more than the brakes allow.
    #[error(
        "the plan removes {} of {} memberships, more than {}: confirm it by that number",
        .0.removals, .0.memberships, .0.allowed
    )]
    TooManyRemovals(Brake),
    /// It removes something on the very first run.
    #[error("the very first run must not remove anything")]
    RemovalOnFirstRun,
    /// Two of its create operations go by one name.
    #[error("two employees to create go by one name")]
    DuplicateCreate,
}

/// Repeats of one operation when the server is busy.
const REPEATS: u32 = 5;
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Writes a plan: [`poll_operation`](Self::poll_operation) says what to send,
/// [`handle_result`](Self::handle_result) takes what came of it.
///
/// Errors of one object are collected, and what depends on it is skipped; errors of authentication,
/// permission and connection stop the run. A run that stopped is continued by reading, planning and
/// running again.
#[derive(Debug)]
pub struct Run {
    operations: Vec<Operation>,
    next: usize,
    /// The next operation was handed out.
    sent: bool,
    created: BTreeMap<EmployeeRef, Option<EmployeeId>>,
    /// Where a failure makes later operations senseless: `None` for the employee as a whole.
    failed: BTreeSet<(EmployeeRef, Option<SiteId>)>,
    site_of_group: BTreeMap<GroupId, SiteId>,
    repeats: u32,
    paused_until: Option<Time>,
    current: Option<EmployeeId>,
    skipped: BTreeMap<Skipped, usize>,
    report: Report,
}

impl Run {
    /// Holds the plan against the brakes and exclusions once more and gets ready to write.
    ///
    /// Operations on what is excluded, or on what the server does not have, are skipped and reported.
    ///
    /// # Errors
    ///
    /// [`Refused`].
    pub fn new(
        plan: Plan,
        actual: &ActualState,
        settings: &Settings,
        confirmation: Confirmation,
    ) -> Result<Self, Refused> {
        let mut report = Report::new(&plan);
        let scope = Scope::new(actual, &settings.exclusions, &mut Vec::new());
        let mut skipped: BTreeMap<_, _> = plan
            .skipped
            .into_iter()
            .map(|skipped| {
                let count = skipped.count;
                (
                    Skipped {
                        count: 1,
                        ..skipped
                    },
                    count,
                )
            })
            .collect();
        let mut operations = plan.operations;
        operations.retain(|operation| match refusal(operation, &scope) {
            Some(refusal) => {
                refusal.note(&mut skipped);
                false
            }
            None => true,
        });
        report.remaining = operations.len();
        let removals = operations.iter().filter(|o| o.is_removal()).count();
        if removals > 0 && settings.run == RunKind::First {
            return Err(Refused::RemovalOnFirstRun);
        }
        let memberships = scope.memberships(actual);
        let allowed = settings.brakes.allowed(memberships);
        if removals > allowed && confirmation != Confirmation::Removals(removals) {
            return Err(Refused::TooManyRemovals(Brake {
                removals,
                memberships,
                allowed,
            }));
        }
        let mut created = BTreeMap::new();
        for operation in &operations {
            let is_create = matches!(operation, Operation::CreateEmployee { .. });
            if is_create && created.insert(operation.employee(), None).is_some() {
                return Err(Refused::DuplicateCreate);
            }
        }
        let site_of_group = scope.groups.values();
        let site_of_group = site_of_group
            .map(|group| (group.id.clone(), group.site.clone()))
            .collect();
        Ok(Self {
            operations,
            next: 0,
            sent: false,
            created,
            failed: BTreeSet::new(),
            site_of_group,
            repeats: 0,
            paused_until: None,
            current: None,
            skipped,
            report,
        })
    }

    /// What to send now; `None` while an answer is awaited, during a pause, and at the end.
    pub fn poll_operation(&mut self, now: Time) -> Option<Write<'_>> {
        if self.sent || self.paused_until.is_some_and(|until| now < until) {
            return None;
        }
        self.paused_until = None;
        while !self.is_finished() {
            match self.obstacle() {
                None => {
                    self.sent = true;
                    return self.write();
                }
                Some(Obstacle::Skip(skipped)) => skipped.note(&mut self.skipped),
                Some(Obstacle::Fail(reason)) => self.fail(reason),
            }
            self.advance();
        }
        None
    }

    /// When to ask again; `None` unless paused.
    #[must_use]
    pub const fn poll_timeout(&self) -> Option<Time> {
        self.paused_until
    }

    /// Takes what came of the operation that was handed out. Without one, nothing happens.
    pub fn handle_result(&mut self, now: Time, result: Result<Outcome, OperationError>) {
        if !self.sent || self.is_finished() {
            return;
        }
        self.sent = false;
        match result {
            Ok(outcome) => self.succeed(outcome),
            Err(error) if error.kind.stops() => {
                self.fail(FailureReason::Refused(error));
                self.report.stopped = Some(error.kind);
                return;
            }
            Err(error) if error.kind == OperationErrorKind::Throttled => {
                if self.repeats == REPEATS {
                    self.fail(FailureReason::Refused(error));
                    self.report.stopped = Some(error.kind);
                    return;
                }
                let pause = Duration::from_secs(1 << self.repeats);
                let pause = error.retry_after.unwrap_or(pause).min(LONGEST_PAUSE);
                self.repeats += 1;
                self.paused_until = Some(now + pause);
                return;
            }
            Err(error) => self.fail(FailureReason::Refused(error)),
        }
        self.advance();
    }

    /// Whether nothing will be written any more.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.report.stopped.is_some() || self.next >= self.operations.len()
    }

    /// The report as it stands; what was left alone comes with [`into_report`](Self::into_report).
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// The report.
    #[must_use]
    pub fn into_report(mut self) -> Report {
        self.report.skipped = Skipped::counted(self.skipped);
        self.report
    }

    fn advance(&mut self) {
        self.next += 1;
        self.repeats = 0;
        self.report.remaining = self.operations.len() - self.next;
    }

    fn operation(&self) -> Option<&Operation> {
        self.operations.get(self.next)
    }

    /// Why the next operation is not sent. Leaves the id of its employee in `current`.
    fn obstacle(&mut self) -> Option<Obstacle> {
        let operation = self.operation()?;
        let of = operation.employee();
        let target = Target::of(operation);
        let missing = match operation {
            Operation::CreateEmployee { matching, set, .. } => {
                matching.value.reveal().is_none() || is_hidden(set.values())
            }
            Operation::UpdateEmployee { set, .. } => is_hidden(set.values()),
            _ => false,
        };
        if missing {
            return Some(Obstacle::Fail(FailureReason::HiddenValueMissing));
        }
        let is_create = matches!(operation, Operation::CreateEmployee { .. });
        let site = target.site(&self.site_of_group);
        let depends = self.failed.contains(&(of.clone(), None))
            || site.is_some() && self.failed.contains(&(of.clone(), site));
        let id = match self.created.get(&of) {
            Some(created) => created.clone(),
            None => EmployeeId::new(of.as_str()).ok(),
        };
        if depends || !is_create && id.is_none() {
            let mut skipped = Skipped::new(SkipReason::DependsOnFailed);
            skipped.employee = Some(of);
            skipped.site_id = target.site_id;
            skipped.group_id = target.group_id;
            return Some(Obstacle::Skip(skipped));
        }
        self.current = id;
        None
    }

    fn write(&self) -> Option<Write<'_>> {
        let employee = self.current.as_ref();
        Some(match self.operation()? {
            Operation::CreateEmployee { matching, set, .. } => {
                Write::CreateEmployee(NewEmployee { matching, set })
            }
            Operation::UpdateEmployee { set, .. } => Write::UpdateEmployee {
                employee: employee?,
                set,
            },
            Operation::AddToSite { site_id: site, .. } => Write::AddToSite {
                employee: employee?,
                site,
            },
            Operation::AddToGroup {
                group_id: group, ..
            } => Write::AddToGroup {
                employee: employee?,
                group,
            },
            Operation::RemoveFromGroup {
                group_id: group, ..
            } => Write::RemoveFromGroup {
                employee: employee?,
                group,
            },
            Operation::RemoveFromSite { site_id: site, .. } => Write::RemoveFromSite {
                employee: employee?,
                site,
            },
        })
    }

    fn succeed(&mut self, outcome: Outcome) {
        let Some(operation) = self.operation() else {
            return;
        };
        let (of, target) = (operation.employee(), Target::of(operation));
        let is_create = target.op == OperationKind::CreateEmployee;
        let effect = match outcome {
            Outcome::Unchanged => Effect::Unchanged,
            Outcome::Done | Outcome::Created(_) => Effect::Done,
        };
        let employee = match (outcome, is_create) {
            (Outcome::Created(id), true) => {
                self.created.insert(of.clone(), Some(id.clone()));
                id
            }
            (_, true) => return self.fail(FailureReason::NoEmployeeId),
            (_, false) => match self.current.take() {
                Some(id) => id,
                None => return,
            },
        };
        let created_as = self.created.contains_key(&of).then_some(of);
        self.report.note(Entry {
            index: self.next,
            op: target.op,
            employee,
            created_as,
            site_id: target.site_id,
            group_id: target.group_id,
            effect,
        });
    }

    fn fail(&mut self, error: FailureReason) {
        let Some(operation) = self.operation() else {
            return;
        };
        let (employee, target) = (operation.employee(), Target::of(operation));
        // A failed update leaves the memberships sensible; a failed create leaves nobody.
        match target.op {
            OperationKind::UpdateEmployee => {}
            OperationKind::CreateEmployee => {
                self.failed.insert((employee.clone(), None));
            }
            _ => {
                let site = target.site(&self.site_of_group);
                self.failed.insert((employee.clone(), site));
            }
        }
        self.report.failures.push(Failure {
            index: self.next,
            op: target.op,
            employee,
            site_id: target.site_id,
            group_id: target.group_id,
            error,
        });
    }
}

enum Obstacle {
    Skip(Skipped),
    Fail(FailureReason),
}

fn is_hidden<'a>(mut values: impl Iterator<Item = &'a Value>) -> bool {
    values.any(|value| value.reveal().is_none())
}

/// What an operation is and where it happens.
struct Target {
    op: OperationKind,
    site_id: Option<SiteId>,
    group_id: Option<GroupId>,
}

impl Target {
    fn of(operation: &Operation) -> Self {
        let (op, site_id, group_id) = match operation {
            Operation::CreateEmployee { .. } => (OperationKind::CreateEmployee, None, None),
            Operation::UpdateEmployee { .. } => (OperationKind::UpdateEmployee, None, None),
            Operation::AddToSite { site_id, .. } => (OperationKind::AddToSite, Some(site_id), None),
            Operation::AddToGroup { group_id, .. } => {
                (OperationKind::AddToGroup, None, Some(group_id))
            }
            Operation::RemoveFromGroup { group_id, .. } => {
                (OperationKind::RemoveFromGroup, None, Some(group_id))
            }
            Operation::RemoveFromSite { site_id, .. } => {
                (OperationKind::RemoveFromSite, Some(site_id), None)
            }
        };
        Self {
            op,
            site_id: site_id.cloned(),
            group_id: group_id.cloned(),
        }
    }

    fn site(&self, site_of_group: &BTreeMap<GroupId, SiteId>) -> Option<SiteId> {
        let of_group = self.group_id.as_ref().and_then(|g| site_of_group.get(g));
        self.site_id.as_ref().or(of_group).cloned()
    }
}

/// Why an operation must not be written, whatever the plan says.
fn refusal(operation: &Operation, scope: &Scope<'_>) -> Option<Skipped> {
    let target = Target::of(operation);
    let reason = match (&target.site_id, &target.group_id) {
        (Some(site), _) if scope.excluded.sites.contains(site) => SkipReason::ExcludedSite,
        (Some(site), _) if !scope.has_site(site) => SkipReason::Unknown,
        (_, Some(group)) if scope.excluded.groups.contains(group) => SkipReason::ExcludedGroup,
        (_, Some(group)) if !scope.groups.contains_key(group) => SkipReason::Unknown,
        _ => return None,
    };
    let mut skipped = Skipped::new(reason);
    skipped.site_id = target.site_id;
    skipped.group_id = target.group_id;
    Some(skipped)
}
