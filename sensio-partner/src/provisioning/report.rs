//! What a run did, by ids and never by national identity numbers.

use serde::{Serialize, Serializer};

use super::directory::{OperationError, OperationErrorKind};
use super::id::{EmployeeId, GroupId, SiteId};
use super::plan::{Conflict, EmployeeRef, Plan, ReadCounts, Skipped, Warning};

/// What kind of write it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
#[allow(missing_docs, reason = "the words of Partner API reference 12.1")]
pub enum OperationKind {
    CreateEmployee,
    UpdateEmployee,
    AddToSite,
    AddToGroup,
    RemoveFromGroup,
    RemoveFromSite,
}

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Effect {
    /// It was done.
    Done,
    /// It was so already: "already a member" and "was not a member" are successes.
    Unchanged,
}

/// One write that succeeded: together they are the history of each object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Entry {
    /// The place of the operation in the plan, from 0.
    pub index: usize,
    /// What it was.
    pub op: OperationKind,
    /// The employee, by the server's id.
    pub employee: EmployeeId,
    /// How the plan named a new employee.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_as: Option<EmployeeRef>,
    /// The site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_id: Option<SiteId>,
    /// The group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<GroupId>,
    /// What became of it.
    pub effect: Effect,
}

/// One write that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Failure {
    /// The place of the operation in the plan, from 0.
    pub index: usize,
    /// What it was.
    pub op: OperationKind,
    /// Whom it was about, as the plan names it.
    pub employee: EmployeeRef,
    /// The site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_id: Option<SiteId>,
    /// The group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<GroupId>,
    /// Why.
    pub error: FailureReason,
}

/// Why a write failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureReason {
    /// The plan came from JSON and the value behind a hash was not put back; nothing was sent.
    HiddenValueMissing,
    /// The employee was created, but the transport did not learn its id. The next run finds it.
    NoEmployeeId,
    /// The server refused.
    Refused(OperationError),
}

impl Serialize for FailureReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::HiddenValueMissing => serializer.serialize_str("hiddenValueMissing"),
            Self::NoEmployeeId => serializer.serialize_str("noEmployeeId"),
            Self::Refused(error) => error.serialize(serializer),
        }
    }
}

/// The report of one run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Report {
    /// What the plan was made from.
    pub read: ReadCounts,
    /// Employees created.
    pub created: usize,
    /// Employees changed.
    pub updated: usize,
    /// Memberships added.
    pub added: usize,
    /// Memberships removed.
    pub removed: usize,
    /// Writes that found everything as wanted.
    pub unchanged: usize,
    /// Every write that succeeded, in order.
    pub entries: Vec<Entry>,
    /// What was left alone, by the plan and by the run.
    pub skipped: Vec<Skipped>,
    /// What the plan could not decide.
    pub conflicts: Vec<Conflict>,
    /// What failed.
    pub failures: Vec<Failure>,
    /// What an operator should look at.
    pub warnings: Vec<Warning>,
    /// Why the run stopped before its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<OperationErrorKind>,
    /// Operations not written because the run stopped or has not come to them: run again to continue.
    pub remaining: usize,
}

impl Report {
    pub(super) fn new(plan: &Plan) -> Self {
        Self {
            read: plan.read,
            conflicts: plan.conflicts.clone(),
            warnings: plan.warnings.clone(),
            remaining: plan.operations.len(),
            ..Self::default()
        }
    }

    /// Whether everything was written.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.remaining == 0 && self.failures.is_empty()
    }

    pub(super) fn note(&mut self, entry: Entry) {
        let counter = match (entry.effect, entry.op) {
            (Effect::Unchanged, _) => &mut self.unchanged,
            (_, OperationKind::CreateEmployee) => &mut self.created,
            (_, OperationKind::UpdateEmployee) => &mut self.updated,
            (_, OperationKind::AddToSite | OperationKind::AddToGroup) => &mut self.added,
            (_, OperationKind::RemoveFromGroup | OperationKind::RemoveFromSite) => {
                &mut self.removed
            }
        };
        *counter += 1;
        self.entries.push(entry);
    }
}
