//! The server's side of provisioning as a trait, since no path of it is public.

use core::fmt;
use core::time::Duration;

use serde::Serialize;

use super::id::{EmployeeId, GroupId, SiteId};
use super::plan::{AttributeSet, MatchKey, Plan};
use super::report::Report;
use super::run::{Confirmation, Refused, Run};
use super::settings::{MatchAttribute, Settings};
use super::state::ActualState;
use super::value::Value;
use crate::time::Time;

/// One write, ready to be sent: every value can be revealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Write<'a> {
    /// Create an employee.
    CreateEmployee(NewEmployee<'a>),
    /// Change attributes.
    UpdateEmployee {
        /// Who.
        employee: &'a EmployeeId,
        /// What; absent values stay as they are.
        set: &'a AttributeSet,
    },
    /// Add to a site.
    AddToSite {
        /// Who.
        employee: &'a EmployeeId,
        /// Where.
        site: &'a SiteId,
    },
    /// Add to a group.
    AddToGroup {
        /// Who.
        employee: &'a EmployeeId,
        /// Where.
        group: &'a GroupId,
    },
    /// Take out of a group.
    RemoveFromGroup {
        /// Who.
        employee: &'a EmployeeId,
        /// Whence.
        group: &'a GroupId,
    },
    /// Take out of a site.
    RemoveFromSite {
        /// Who.
        employee: &'a EmployeeId,
        /// Whence.
        site: &'a SiteId,
    },
}

/// The attributes of an employee to create.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewEmployee<'a> {
    pub(super) matching: &'a MatchKey,
    pub(super) set: &'a AttributeSet,
}

impl<'a> NewEmployee<'a> {
    /// The value of an attribute; that which the employee is recognised by is always there.
    #[must_use]
    pub fn value(&self, attribute: MatchAttribute) -> Option<&'a str> {
        let value = match self.matching.by == attribute {
            true => Some(&self.matching.value),
            false => self.set.value(attribute),
        };
        value.and_then(Value::reveal)
    }

    /// The name to show.
    #[must_use]
    pub fn display_name(&self) -> Option<&'a str> {
        self.set.display_name.as_ref().and_then(Value::reveal)
    }
}

/// What a write came to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was so already: already a member, was not a member.
    Unchanged,
    /// The employee was created under this id.
    Created(EmployeeId),
}

/// What went wrong, as far as it decides what happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum OperationErrorKind {
    /// The object does not exist. Concerns the object.
    NotFound,
    /// The server has something that contradicts it, such as another employee with the same
    /// address. Concerns the object.
    Contradiction,
    /// The server takes the request for invalid. Concerns the object.
    Invalid,
    /// The server failed at this request. Concerns the object.
    ServerError,
    /// The limit of the server is reached: pause and repeat; five repeats in vain stop the run.
    Throttled,
    /// The credentials are refused. Stops the run.
    Authentication,
    /// The credentials do not allow it. Stops the run.
    Permission,
    /// The server cannot be reached. Stops the run.
    Connection,
}

impl OperationErrorKind {
    /// Whether the run stops.
    #[must_use]
    pub const fn stops(self) -> bool {
        matches!(
            self,
            Self::Authentication | Self::Permission | Self::Connection
        )
    }
}

/// Why a write or a read failed. Carries no text of the server's: it may repeat what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct OperationError {
    /// What went wrong.
    pub kind: OperationErrorKind,
    /// The HTTP status, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How long the server wants to be left alone.
    #[serde(skip)]
    pub retry_after: Option<Duration>,
}

impl OperationError {
    /// Without status.
    #[must_use]
    pub const fn new(kind: OperationErrorKind) -> Self {
        Self {
            kind,
            status: None,
            retry_after: None,
        }
    }

    /// From an HTTP status, by the classes of Partner API reference 8.2. That provisioning answers
    /// by these classes is inferred: nothing of it is public.
    #[must_use]
    pub const fn from_status(status: u16, retry_after: Option<Duration>) -> Self {
        Self {
            kind: match status {
                401 => OperationErrorKind::Authentication,
                403 => OperationErrorKind::Permission,
                404 | 410 => OperationErrorKind::NotFound,
                409 => OperationErrorKind::Contradiction,
                408 | 425 | 429 | 503 => OperationErrorKind::Throttled,
                300..=399 | 502 | 504 => OperationErrorKind::Connection,
                500..=599 => OperationErrorKind::ServerError,
                _ => OperationErrorKind::Invalid,
            },
            status: Some(status),
            retry_after,
        }
    }
}

impl fmt::Display for OperationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            OperationErrorKind::NotFound => "the object does not exist",
            OperationErrorKind::Contradiction => "the server has something that contradicts it",
            OperationErrorKind::Invalid => "the server takes the request for invalid",
            OperationErrorKind::ServerError => "the server failed",
            OperationErrorKind::Throttled => "the limit of the server is reached",
            OperationErrorKind::Authentication => "the credentials are refused",
            OperationErrorKind::Permission => "the credentials do not allow it",
            OperationErrorKind::Connection => "the server cannot be reached",
        })?;
        match self.status {
            Some(status) => write!(f, " (HTTP {status})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for OperationError {}

/// A server that holds sites, groups and employees, for callers that may block.
///
/// Others drive a [`Run`] themselves.
pub trait Directory {
    /// Reads everything. A read that is not whole is an error, never a shorter list.
    ///
    /// # Errors
    ///
    /// [`OperationError`].
    fn read(&mut self) -> Result<ActualState, OperationError>;

    /// Writes one thing. A membership that is as wanted already is [`Outcome::Unchanged`].
    ///
    /// # Errors
    ///
    /// [`OperationError`].
    fn write(&mut self, write: Write<'_>) -> Result<Outcome, OperationError>;

    /// Waits, when the server wants to be left alone.
    fn wait(&mut self, pause: Duration) {
        std::thread::sleep(pause);
    }
}

/// Writes a plan to the end, or until the run stops.
///
/// `actual` is what the server has now; exclusions and brakes are held against it once more.
///
/// # Errors
///
/// [`Refused`] before anything is written.
pub fn apply(
    plan: Plan,
    actual: &ActualState,
    settings: &Settings,
    confirmation: Confirmation,
    directory: &mut impl Directory,
) -> Result<Report, Refused> {
    let mut run = Run::new(plan, actual, settings, confirmation)?;
    // Only pauses move this clock: writing takes no time on it, so that no pause is cut short.
    let mut now = Time::ZERO;
    while !run.is_finished() {
        if let Some(write) = run.poll_operation(now) {
            let result = directory.write(write);
            run.handle_result(now, result);
        } else if let Some(at) = run.poll_timeout() {
            directory.wait(at.since(now));
            now = at;
        }
    }
    Ok(run.into_report())
}
