//! What is wanted and what is there.

use core::fmt;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::id::{EmployeeId, GroupId, PersonId, SiteId};
use super::settings::MatchAttribute;
use super::value::Pid;

/// A site: read only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// The server's id.
    pub id: SiteId,
    /// The name, for display.
    pub name: String,
}

/// A group of a site: read only but for its members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The server's id.
    pub id: GroupId,
    /// The site that it belongs to.
    pub site: SiteId,
    /// The name, for display.
    pub name: String,
}

/// What is known of a person. `Debug` hides it all. An absent value is left alone on the server.
#[derive(Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Attributes {
    /// The name to show.
    pub display_name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// User name.
    pub username: Option<String>,
    /// The identity system's id of the person.
    #[serde(rename = "externalID")]
    pub external_id: Option<String>,
    /// National identity number.
    pub pid: Option<Pid>,
}

impl Attributes {
    /// The value to match by, as it was given; `None` when absent or empty.
    #[must_use]
    pub fn value(&self, attribute: MatchAttribute) -> Option<&str> {
        let value = match attribute {
            MatchAttribute::Email => self.email.as_deref(),
            MatchAttribute::Username => self.username.as_deref(),
            MatchAttribute::Pid => self.pid.as_ref().map(Pid::reveal),
            MatchAttribute::ExternalId => self.external_id.as_deref(),
        };
        value.filter(|value| !attribute.normalised(value).is_empty())
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attributes(private)")
    }
}

/// An employee as the server has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Employee {
    /// The server's id.
    pub id: EmployeeId,
    /// Who it is.
    #[serde(default)]
    pub attributes: Attributes,
    /// The sites it belongs to.
    #[serde(default)]
    pub sites: BTreeSet<SiteId>,
    /// The groups it belongs to.
    #[serde(default)]
    pub groups: BTreeSet<GroupId>,
}

/// A person as the identity system wants it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WrittenPerson")]
pub struct Person {
    /// The identity system's own id, for plans and reports.
    pub id: PersonId,
    /// Who it is.
    pub attributes: Attributes,
    /// Sites by id. The site of every group is wanted too.
    pub sites: BTreeSet<SiteId>,
    /// Groups by id.
    pub groups: BTreeSet<GroupId>,
    /// Groups by their composed name `[SiteName] - [GroupName]`, for systems that have no ids. Compared
    /// with the composed names of the known groups and never taken apart.
    pub roles: BTreeSet<String>,
}

impl Person {
    /// A person who belongs nowhere.
    #[must_use]
    pub fn new(id: PersonId, attributes: Attributes) -> Self {
        Self {
            id,
            attributes,
            sites: BTreeSet::new(),
            groups: BTreeSet::new(),
            roles: BTreeSet::new(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPerson {
    id: PersonId,
    #[serde(default)]
    attributes: Attributes,
    sites: Option<BTreeSet<SiteId>>,
    groups: Option<BTreeSet<GroupId>>,
    roles: Option<BTreeSet<String>>,
}

impl TryFrom<WrittenPerson> for Person {
    type Error = &'static str;

    fn try_from(written: WrittenPerson) -> Result<Self, Self::Error> {
        let WrittenPerson {
            id,
            attributes,
            sites,
            groups,
            roles,
        } = written;
        // A person without any list would lose everything by a forgotten member.
        if sites.is_none() && groups.is_none() && roles.is_none() {
            return Err("a person needs `sites`, `groups` or `roles`, if only an empty list");
        }
        Ok(Self {
            id,
            attributes,
            sites: sites.unwrap_or_default(),
            groups: groups.unwrap_or_default(),
            roles: roles.unwrap_or_default(),
        })
    }
}

/// Everything that the identity system wants. Hand in only what was read whole: who is missing
/// is taken for a leaver.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DesiredState {
    /// The persons.
    pub persons: Vec<Person>,
}

/// Everything that the server has, read whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActualState {
    /// The sites.
    pub sites: Vec<Site>,
    /// The groups.
    pub groups: Vec<Group>,
    /// The employees.
    pub employees: Vec<Employee>,
}

impl ActualState {
    /// Every membership there is, for [`Settings::predating`](super::Settings::predating).
    #[must_use]
    pub fn memberships(&self) -> Memberships {
        let of = |employee: &Employee| employee.id.clone();
        Memberships {
            sites: self
                .employees
                .iter()
                .flat_map(|e| e.sites.iter().map(move |site| (of(e), site.clone())))
                .collect(),
            groups: self
                .employees
                .iter()
                .flat_map(|e| e.groups.iter().map(move |group| (of(e), group.clone())))
                .collect(),
        }
    }
}

/// A set of memberships.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Memberships {
    /// Who belongs to which site.
    pub sites: BTreeSet<(EmployeeId, SiteId)>,
    /// Who belongs to which group.
    pub groups: BTreeSet<(EmployeeId, GroupId)>,
}
