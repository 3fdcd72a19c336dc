//! Employees, sites and groups kept in step with an identity system (Partner API reference 12).
//!
//! Read both sides, [`plan`], show the plan, [`apply`] it. No path of the interface is public, so the
//! server stands behind the trait [`Directory`]; [`InMemoryDirectory`] behaves as the reference says, and
//! callers with a transport of their own drive a [`Run`].
//!
//! ```
//! use sensio_partner::provisioning::{
//!     ActualState, Confirmation, DesiredState, Directory, FingerprintKey, InMemoryDirectory,
//!     MatchAttribute, RunKind, Settings, apply, plan,
//! };
//!
//! let actual: ActualState = serde_json::from_str(r#"{
//!     "sites": [{ "id": 17, "name": "Solvik sykehjem" }],
//!     "groups": [{ "id": 204, "site": 17, "name": "Natt" }],
//!     "employees": []
//! }"#)?;
//! let desired: DesiredState = serde_json::from_str(r#"{ "persons": [{
//!     "id": "A10023",
//!     "attributes": { "externalID": "A10023", "displayName": "Kari Eksempel" },
//!     "roles": ["Solvik sykehjem - Natt"]
//! }] }"#)?;
//! let key = FingerprintKey::new(b"from a random source")?;
//! let settings = Settings::new(MatchAttribute::ExternalId, RunKind::First, key);
//!
//! let mut server = InMemoryDirectory::new(actual);
//! let actual = server.read()?;
//! let plan = plan(&desired, &actual, &settings)?;
//! println!("{}", serde_json::to_string_pretty(&plan)?); // the dry run
//!
//! let report = apply(plan, &actual, &settings, Confirmation::None, &mut server)?;
//! assert_eq!((report.created, report.added), (1, 2)); // the site of the group too
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | rule of 12.2 | where |
//! |---|---|
//! | plan before anything is written | [`plan`], [`Plan`] as JSON |
//! | exclusions first and twice | [`Exclusions`], in [`plan`] and in [`Run::new`] |
//! | ids, not names | [`Person::roles`] |
//! | matching | [`MatchAttribute`], [`Conflict`] |
//! | order of writes | [`Plan::operations`] |
//! | brakes | [`Brakes`], [`Brake`], [`Confirmation`], [`RunKind`] |
//! | idempotent | [`Outcome::Unchanged`] |
//! | errors of one object, errors that stop | [`OperationErrorKind`] |
//! | report by ids | [`Report`] |
//!
//! Where the reference is silent: an employee without a value to match by is left alone and not taken for
//! a leaver; a person whose wish names an unknown group loses nothing; a server without employees is a
//! failed read except on the first run; attributes absent from the desired state are not cleared.
//!
//! National identity numbers appear in no plan, report, error or `Debug` output: where one has to be
//! told apart it is shown as a keyed hash ([`Value`]).

mod directory;
mod id;
mod matching;
mod memory;
mod plan;
mod planner;
mod report;
mod run;
mod settings;
mod state;
mod value;

pub use directory::{
    Directory, NewEmployee, OperationError, OperationErrorKind, Outcome, Write, apply,
};
pub use id::{EmployeeId, GroupId, InvalidId, PersonId, SiteId};
pub use memory::InMemoryDirectory;
pub use plan::{
    AttributeSet, Brake, Conflict, ConflictReason, EmployeeRef, MatchKey, Operation, Plan,
    ReadCounts, SkipReason, Skipped, Warning,
};
pub use planner::{Object, PlanError, plan};
pub use report::{Effect, Entry, Failure, FailureReason, OperationKind, Report};
pub use run::{Confirmation, Refused, Run};
pub use settings::{Brakes, Exclusions, MatchAttribute, RunKind, Settings};
pub use state::{
    ActualState, Attributes, DesiredState, Employee, Group, Memberships, Person, Site,
};
pub use value::{FingerprintKey, Pid, ShortKey, Value};
