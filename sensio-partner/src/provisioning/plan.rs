//! A plan as data: what would be written, and what would not and why.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::id::{EmployeeId, GroupId, PersonId, SiteId};
use super::settings::{MatchAttribute, Settings};
use super::state::{Attributes, DesiredState};
use super::value::{FingerprintKey, Pid, Value};

/// The attribute and value by which an employee is recognised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchKey {
    /// The attribute.
    pub by: MatchAttribute,
    /// Its value.
    pub value: Value,
}

/// Attributes to write; absent ones stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct AttributeSet {
    /// The name to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<Value>,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Value>,
    /// User name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<Value>,
    /// The identity system's id.
    #[serde(rename = "externalID", skip_serializing_if = "Option::is_none")]
    pub external_id: Option<Value>,
    /// National identity number, as a hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<Value>,
}

impl AttributeSet {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The value of an attribute to match by.
    #[must_use]
    pub const fn value(&self, attribute: MatchAttribute) -> Option<&Value> {
        match attribute {
            MatchAttribute::Email => self.email.as_ref(),
            MatchAttribute::Username => self.username.as_ref(),
            MatchAttribute::Pid => self.pid.as_ref(),
            MatchAttribute::ExternalId => self.external_id.as_ref(),
        }
    }

    const fn slot(&mut self, attribute: MatchAttribute) -> &mut Option<Value> {
        match attribute {
            MatchAttribute::Email => &mut self.email,
            MatchAttribute::Username => &mut self.username,
            MatchAttribute::Pid => &mut self.pid,
            MatchAttribute::ExternalId => &mut self.external_id,
        }
    }

    /// What of `wanted` differs from `present`, compared as for matching.
    pub(super) fn difference(
        wanted: &Attributes,
        present: &Attributes,
        key: &FingerprintKey,
    ) -> Self {
        let mut set = Self::default();
        let name = wanted.display_name.as_deref().map(str::trim);
        let name = name.filter(|name| !name.is_empty());
        if name.is_some() && name != present.display_name.as_deref().map(str::trim) {
            // The name is not matched by; the attribute only says how it would be compared.
            set.display_name = name.map(|name| Value::new(MatchAttribute::ExternalId, name, key));
        }
        for &attribute in ATTRIBUTES {
            let Some(value) = wanted.value(attribute) else {
                continue;
            };
            let same = present
                .value(attribute)
                .is_some_and(|other| attribute.normalised(other) == attribute.normalised(value));
            if !same {
                *set.slot(attribute) = Some(Value::new(attribute, value.trim(), key));
            }
        }
        set
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Value> {
        [
            &self.display_name,
            &self.email,
            &self.username,
            &self.external_id,
            &self.pid,
        ]
        .into_iter()
        .flatten()
    }

    fn attach(&mut self, other: &Self) {
        let pairs = [
            (&mut self.display_name, &other.display_name),
            (&mut self.email, &other.email),
            (&mut self.username, &other.username),
            (&mut self.external_id, &other.external_id),
            (&mut self.pid, &other.pid),
        ];
        for (mine, other) in pairs {
            if let (Some(mine), Some(other)) = (mine, other) {
                mine.attach(other);
            }
        }
    }

    pub(super) fn take(&mut self, attribute: MatchAttribute) {
        *self.slot(attribute) = None;
    }
}

pub(super) const ATTRIBUTES: &[MatchAttribute] = &[
    MatchAttribute::Email,
    MatchAttribute::Username,
    MatchAttribute::Pid,
    MatchAttribute::ExternalId,
];

/// Whom an operation is about: the id of an employee that exists, or what a create operation of the same
/// plan shows as the value that it matches by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EmployeeRef(String);

impl EmployeeRef {
    pub(super) fn created(key: &MatchKey) -> Self {
        Self(key.value.shown().to_owned())
    }

    /// The id, or the shown value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&EmployeeId> for EmployeeRef {
    fn from(id: &EmployeeId) -> Self {
        Self(id.as_str().to_owned())
    }
}

impl fmt::Display for EmployeeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Operation {
    /// Create an employee.
    CreateEmployee {
        /// By what the employee will be recognised; written along with `set`.
        #[serde(rename = "match")]
        matching: MatchKey,
        /// Everything else to write.
        #[serde(default)]
        set: AttributeSet,
        /// Who it is in the identity system.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<PersonId>,
    },
    /// Change attributes.
    UpdateEmployee {
        /// Who.
        employee: EmployeeRef,
        /// What.
        set: AttributeSet,
    },
    /// Add to a site.
    AddToSite {
        /// Who.
        employee: EmployeeRef,
        /// Where.
        site_id: SiteId,
    },
    /// Add to a group.
    AddToGroup {
        /// Who.
        employee: EmployeeRef,
        /// Where.
        group_id: GroupId,
        /// `[SiteName] - [GroupName]`, to show and never to parse.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        display: String,
    },
    /// Take out of a group.
    RemoveFromGroup {
        /// Who.
        employee: EmployeeRef,
        /// Whence.
        group_id: GroupId,
        /// `[SiteName] - [GroupName]`, to show and never to parse.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        display: String,
    },
    /// Take out of a site.
    RemoveFromSite {
        /// Who.
        employee: EmployeeRef,
        /// Whence.
        site_id: SiteId,
    },
}

impl Operation {
    /// Whether it takes a membership away.
    #[must_use]
    pub const fn is_removal(&self) -> bool {
        matches!(
            self,
            Self::RemoveFromGroup { .. } | Self::RemoveFromSite { .. }
        )
    }

    /// Whom it is about.
    #[must_use]
    pub fn employee(&self) -> EmployeeRef {
        match self {
            Self::CreateEmployee { matching, .. } => EmployeeRef::created(matching),
            Self::UpdateEmployee { employee, .. }
            | Self::AddToSite { employee, .. }
            | Self::AddToGroup { employee, .. }
            | Self::RemoveFromGroup { employee, .. }
            | Self::RemoveFromSite { employee, .. } => employee.clone(),
        }
    }
}

/// Why persons and employees were not brought together, or a wish could not be understood. Nothing is
/// written for those concerned, or nothing removed from them where only a group is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ConflictReason {
    /// One person matches several employees.
    AmbiguousMatch,
    /// Several persons match one employee.
    SharedEmployee,
    /// Several persons have the same value of the attribute.
    DuplicatePerson,
    /// The value to match a new employee by is the id of another one.
    IdCollision,
    /// A role fits several groups.
    AmbiguousRole,
    /// A role fits no group. The person loses nothing in this run.
    UnknownRole,
    /// A wanted group does not exist. The person loses nothing in this run.
    UnknownGroup,
    /// A wanted site does not exist. The person loses nothing in this run.
    UnknownSite,
}

/// A conflict, by ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Conflict {
    /// Why.
    pub reason: ConflictReason,
    /// The attribute that was matched by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<MatchAttribute>,
    /// How many there were where one was expected.
    #[serde(default)]
    pub candidates: usize,
    /// The persons concerned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub persons: Vec<PersonId>,
    /// The employees concerned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub employees: Vec<EmployeeId>,
    /// The site that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_id: Option<SiteId>,
    /// The group that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<GroupId>,
    /// The role that fits no group, or several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

impl Conflict {
    pub(super) const fn new(reason: ConflictReason, candidates: usize) -> Self {
        Self {
            reason,
            by: None,
            candidates,
            persons: Vec::new(),
            employees: Vec::new(),
            site_id: None,
            group_id: None,
            role: None,
        }
    }
}

/// Why something was left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum SkipReason {
    /// The site is excluded.
    ExcludedSite,
    /// The group is excluded, or its site is.
    ExcludedGroup,
    /// The person or employee has no value to match by.
    NoMatchAttribute,
    /// The very first run removes nothing.
    FirstRun,
    /// The membership predates the integration.
    Predating,
    /// The site stays because a group in it stays.
    NeededByGroup,
    /// A conflict: nothing is removed from those concerned.
    Conflict,
    /// The operation names a group or site that the server does not have.
    Unknown,
    /// An earlier operation on the same employee failed.
    DependsOnFailed,
}

/// What was left alone, counted by reason and place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Skipped {
    /// Why.
    pub reason: SkipReason,
    /// The site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_id: Option<SiteId>,
    /// The group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<GroupId>,
    /// The person, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// The employee, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employee: Option<EmployeeRef>,
    /// How many times.
    pub count: usize,
}

impl Skipped {
    pub(super) const fn new(reason: SkipReason) -> Self {
        Self {
            reason,
            site_id: None,
            group_id: None,
            person: None,
            employee: None,
            count: 1,
        }
    }

    /// Adds one to an equal entry, or a new entry.
    pub(super) fn note(self, list: &mut std::collections::BTreeMap<Self, usize>) {
        *list.entry(self).or_default() += 1;
    }

    pub(super) fn counted(list: std::collections::BTreeMap<Self, usize>) -> Vec<Self> {
        list.into_iter()
            .map(|(skipped, count)| Self { count, ..skipped })
            .collect()
    }
}

/// What an operator should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "warning",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[non_exhaustive]
pub enum Warning {
    /// An excluded site that the server does not have.
    UnknownExcludedSite {
        /// The site.
        site_id: SiteId,
    },
    /// An excluded group that the server does not have.
    UnknownExcludedGroup {
        /// The group.
        group_id: GroupId,
    },
    /// A group whose site the server did not give; it is left alone.
    GroupOfUnknownSite {
        /// The group.
        group_id: GroupId,
    },
    /// The national identity number of a person fails its check digits, or is no number.
    SuspectPersonNumber {
        /// The person.
        person: PersonId,
    },
    /// The national identity number of an employee fails its check digits, or is no number.
    SuspectEmployeeNumber {
        /// The employee.
        employee: EmployeeId,
    },
}

/// Why a plan does not run without being confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Brake {
    /// How many memberships the plan removes.
    pub removals: usize,
    /// How many there are.
    pub memberships: usize,
    /// How many may be removed without asking.
    pub allowed: usize,
}

/// How much was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReadCounts {
    /// Persons that the identity system wants.
    pub persons: usize,
    /// Employees that the server has.
    pub employees: usize,
    /// Its sites.
    pub sites: usize,
    /// Its groups.
    pub groups: usize,
}

/// What would be written, in the order of writing, and what would not.
///
/// Its JSON is the example of Partner API reference 12.2. It holds names and e-mail addresses, for whoever
/// has to approve it, and no national identity number.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Plan {
    /// The writes.
    pub operations: Vec<Operation>,
    /// What could not be decided.
    #[serde(default)]
    pub conflicts: Vec<Conflict>,
    /// What was left alone.
    #[serde(default)]
    pub skipped: Vec<Skipped>,
    /// What an operator should look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// Set when the plan must be confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brake: Option<Brake>,
    /// What it was made from.
    #[serde(default)]
    pub read: ReadCounts,
}

impl Plan {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// How many memberships it takes away.
    #[must_use]
    pub fn removals(&self) -> usize {
        self.operations.iter().filter(|o| o.is_removal()).count()
    }

    /// Puts back what JSON did not carry: the values behind the hashes, found in the desired state
    /// by the same key. What is not found stays a hash, and its operation fails without being sent.
    pub fn attach_hidden(&mut self, desired: &DesiredState, settings: &Settings) {
        let nobody = Attributes::default();
        let all: Vec<AttributeSet> = desired
            .persons
            .iter()
            .map(|person| AttributeSet::difference(&person.attributes, &nobody, &settings.key))
            .filter(|set| set.values().any(Value::is_hidden))
            .collect();
        for operation in &mut self.operations {
            match operation {
                Operation::CreateEmployee { matching, set, .. } => {
                    for known in &all {
                        if let Some(value) = known.value(matching.by) {
                            matching.value.attach(value);
                        }
                        set.attach(known);
                    }
                }
                Operation::UpdateEmployee { set, .. } => {
                    all.iter().for_each(|known| set.attach(known));
                }
                _ => {}
            }
        }
    }
}

/// The warning for a number that looks wrong.
pub(super) fn is_suspect(attributes: &Attributes) -> bool {
    let digits = |pid: &&Pid| !pid.digits().is_empty();
    attributes
        .pid
        .as_ref()
        .filter(digits)
        .is_some_and(Pid::is_suspect)
}
