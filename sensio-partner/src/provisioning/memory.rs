//! A server in memory, for tests and trials.

use core::time::Duration;

use super::directory::{Directory, OperationError, OperationErrorKind as Kind, Outcome, Write};
use super::id::EmployeeId;
use super::plan::AttributeSet;
use super::settings::MatchAttribute;
use super::state::{ActualState, Attributes, Employee};
use super::value::{Pid, Value};

/// Sites, groups and employees in memory, behaving as Partner API reference 12.1: sites and groups are
/// read only, employees are never deleted, and only members of a site are taken into its groups. The
/// last is this crate's reading of "it is the scope of group memberships".
///
/// It does not sleep when told to wait, and can be told to fail.
#[derive(Debug, Clone, Default)]
pub struct InMemoryDirectory {
    state: ActualState,
    writes: usize,
    waited: Duration,
    failures: Vec<(usize, OperationError)>,
}

impl InMemoryDirectory {
    /// A server that holds this.
    #[must_use]
    pub fn new(state: ActualState) -> Self {
        Self {
            state,
            ..Self::default()
        }
    }

    /// What it holds.
    #[must_use]
    pub const fn state(&self) -> &ActualState {
        &self.state
    }

    /// How many writes were asked for, in vain or not.
    #[must_use]
    pub const fn writes(&self) -> usize {
        self.writes
    }

    /// How long it was told to wait altogether.
    #[must_use]
    pub const fn waited(&self) -> Duration {
        self.waited
    }

    /// Fails the write after this many further ones, and only that.
    pub fn fail_after(&mut self, writes: usize, error: OperationError) {
        self.failures.push((self.writes + writes, error));
    }

    fn employee(&mut self, id: &EmployeeId) -> Result<&mut Employee, OperationError> {
        let found = self.state.employees.iter_mut().find(|e| e.id == *id);
        found.ok_or(OperationError::new(Kind::NotFound))
    }

    fn free_id(&self) -> Result<EmployeeId, OperationError> {
        let taken = |id: &EmployeeId| self.state.employees.iter().any(|e| e.id == *id);
        (self.state.employees.len()..)
            .filter_map(|number| EmployeeId::new(&format!("E{number}")).ok())
            .find(|id| !taken(id))
            .ok_or(OperationError::new(Kind::ServerError))
    }
}

fn set(attributes: &mut Attributes, attribute: MatchAttribute, value: Option<&str>) {
    let Some(value) = value else { return };
    let owned = Some(value.to_owned());
    match attribute {
        MatchAttribute::Email => attributes.email = owned,
        MatchAttribute::Username => attributes.username = owned,
        MatchAttribute::Pid => attributes.pid = Some(Pid::new(value)),
        MatchAttribute::ExternalId => attributes.external_id = owned,
    }
}

fn update(attributes: &mut Attributes, changes: &AttributeSet) {
    let revealed = |value: Option<&Value>| value.and_then(Value::reveal).map(str::to_owned);
    if let Some(name) = revealed(changes.display_name.as_ref()) {
        attributes.display_name = Some(name);
    }
    for &attribute in super::plan::ATTRIBUTES {
        set(
            attributes,
            attribute,
            revealed(changes.value(attribute)).as_deref(),
        );
    }
}

impl Directory for InMemoryDirectory {
    fn read(&mut self) -> Result<ActualState, OperationError> {
        Ok(self.state.clone())
    }

    fn write(&mut self, write: Write<'_>) -> Result<Outcome, OperationError> {
        let now = self.writes;
        self.writes += 1;
        if let Some(place) = self.failures.iter().position(|(at, _)| *at == now) {
            return Err(self.failures.swap_remove(place).1);
        }
        let changed = match write {
            Write::CreateEmployee(new) => {
                let id = self.free_id()?;
                let mut attributes = Attributes {
                    display_name: new.display_name().map(str::to_owned),
                    ..Attributes::default()
                };
                for &attribute in super::plan::ATTRIBUTES {
                    set(&mut attributes, attribute, new.value(attribute));
                }
                self.state.employees.push(Employee {
                    id: id.clone(),
                    attributes,
                    sites: Default::default(),
                    groups: Default::default(),
                });
                return Ok(Outcome::Created(id));
            }
            Write::UpdateEmployee { employee, set } => {
                update(&mut self.employee(employee)?.attributes, set);
                true
            }
            Write::AddToSite { employee, site } => {
                if !self.state.sites.iter().any(|known| known.id == *site) {
                    return Err(OperationError::new(Kind::NotFound));
                }
                self.employee(employee)?.sites.insert(site.clone())
            }
            Write::AddToGroup { employee, group } => {
                let known = self.state.groups.iter().find(|known| known.id == *group);
                let known = known.ok_or(OperationError::new(Kind::NotFound))?;
                let site = known.site.clone();
                let employee = self.employee(employee)?;
                if !employee.sites.contains(&site) {
                    return Err(OperationError::new(Kind::Contradiction));
                }
                employee.groups.insert(group.clone())
            }
            Write::RemoveFromGroup { employee, group } => {
                self.employee(employee)?.groups.remove(group)
            }
            Write::RemoveFromSite { employee, site } => self.employee(employee)?.sites.remove(site),
        };
        Ok(match changed {
            true => Outcome::Done,
            false => Outcome::Unchanged,
        })
    }

    fn wait(&mut self, pause: Duration) {
        self.waited = self.waited.saturating_add(pause);
    }
}
