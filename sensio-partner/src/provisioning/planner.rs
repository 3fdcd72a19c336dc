//! From two states to a plan.

use std::collections::{BTreeMap, BTreeSet};

use super::id::{GroupId, SiteId};
use super::matching::{Match, match_all};
use super::plan::{
    AttributeSet, Brake, Conflict, ConflictReason, EmployeeRef, MatchKey, Operation, Plan,
    ReadCounts, SkipReason, Skipped, Warning, is_suspect,
};
use super::settings::{Exclusions, RunKind, Settings};
use super::state::{ActualState, Attributes, DesiredState, Employee, Group, Person};
use super::value::Value;

/// What a plan is not made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// No person at all: a read that failed, not a wish to remove everybody.
    #[error("the desired state is empty: that is taken for a failed read")]
    EmptyDesired,
    /// No employee at all, though the integration has run before: everybody would be created anew.
    #[error("the server gave no employees, though this is not the first run")]
    EmptyActual,
    /// Two entries with one id.
    #[error("the id of a {0} occurs twice")]
    DuplicateId(Object),
}

/// What has an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the words of Partner API reference 12.1")]
pub enum Object {
    Site,
    Group,
    Employee,
    Person,
}

impl core::fmt::Display for Object {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Site => "site",
            Self::Group => "group",
            Self::Employee => "employee",
            Self::Person => "person",
        })
    }
}

fn unique<T: Ord>(ids: impl Iterator<Item = T>, object: Object) -> Result<(), PlanError> {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            return Err(PlanError::DuplicateId(object));
        }
    }
    Ok(())
}

/// The sites and groups that may be written to, and those that may not.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    pub(super) excluded: Exclusions,
    sites: BTreeMap<&'a SiteId, &'a str>,
    pub(super) groups: BTreeMap<&'a GroupId, &'a Group>,
    /// The excluded ones too.
    all_groups: BTreeMap<&'a GroupId, &'a Group>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        actual: &'a ActualState,
        exclusions: &Exclusions,
        warnings: &mut Vec<Warning>,
    ) -> Self {
        let excluded = exclusions.closed_over(&actual.sites, &actual.groups, warnings);
        let open = |site: &SiteId| !excluded.sites.contains(site);
        let sites: BTreeMap<_, _> = actual
            .sites
            .iter()
            .filter(|site| open(&site.id))
            .map(|site| (&site.id, site.name.as_str()))
            .collect();
        let mut groups = BTreeMap::new();
        for group in &actual.groups {
            if excluded.groups.contains(&group.id) {
                continue;
            }
            if sites.contains_key(&group.site) {
                groups.insert(&group.id, group);
            } else {
                warnings.push(Warning::GroupOfUnknownSite {
                    group_id: group.id.clone(),
                });
            }
        }
        Self {
            excluded,
            sites,
            groups,
            all_groups: actual.groups.iter().map(|g| (&g.id, g)).collect(),
        }
    }

    pub(super) fn has_site(&self, site: &SiteId) -> bool {
        self.sites.contains_key(site)
    }

    fn display(&self, group: &Group) -> String {
        let site = self.sites.get(&group.site).copied().unwrap_or_default();
        format!("{site} - {}", group.name)
    }

    /// How many memberships the server has that may be written to.
    pub(super) fn memberships(&self, actual: &ActualState) -> usize {
        let of = |e: &Employee| {
            e.sites.iter().filter(|site| self.has_site(site)).count()
                + e.groups
                    .iter()
                    .filter(|group| self.groups.contains_key(group))
                    .count()
        };
        actual.employees.iter().map(of).sum()
    }
}

/// What a person is to belong to.
#[derive(Debug, Default, Clone)]
struct Wish {
    sites: BTreeSet<SiteId>,
    groups: BTreeSet<GroupId>,
    /// Something of it was not understood: nothing is taken away.
    keep: bool,
}

/// Makes the plan that takes the actual state to the desired one, without writing anything.
///
/// Settings decide who is recognised how, what is excluded and whether anything may be removed at all.
/// An employee whom no person matches is a leaver and loses its memberships; one without a value to
/// match by cannot be recognised and is left alone.
///
/// # Errors
///
/// [`PlanError`] when a state cannot be what was really read.
pub fn plan(
    desired: &DesiredState,
    actual: &ActualState,
    settings: &Settings,
) -> Result<Plan, PlanError> {
    if desired.persons.is_empty() {
        return Err(PlanError::EmptyDesired);
    }
    if actual.employees.is_empty() && settings.run == RunKind::Regular {
        return Err(PlanError::EmptyActual);
    }
    unique(actual.sites.iter().map(|s| &s.id), Object::Site)?;
    unique(actual.groups.iter().map(|g| &g.id), Object::Group)?;
    unique(actual.employees.iter().map(|e| &e.id), Object::Employee)?;
    unique(desired.persons.iter().map(|p| &p.id), Object::Person)?;

    let mut warnings = Vec::new();
    let scope = Scope::new(actual, &settings.exclusions, &mut warnings);
    for person in desired.persons.iter().filter(|p| is_suspect(&p.attributes)) {
        warnings.push(Warning::SuspectPersonNumber {
            person: person.id.clone(),
        });
    }
    for employee in actual
        .employees
        .iter()
        .filter(|e| is_suspect(&e.attributes))
    {
        warnings.push(Warning::SuspectEmployeeNumber {
            employee: employee.id.clone(),
        });
    }
    let mut planner = Planner {
        settings,
        actual,
        scope,
        additions: Vec::new(),
        removals: Vec::new(),
        conflicts: Vec::new(),
        skipped: BTreeMap::new(),
    };
    planner.run(&desired.persons);
    let Planner {
        scope,
        mut additions,
        removals,
        conflicts,
        skipped,
        ..
    } = planner;
    let (count, memberships) = (removals.len(), scope.memberships(actual));
    let allowed = settings.brakes.allowed(memberships);
    additions.extend(removals);
    Ok(Plan {
        operations: additions,
        conflicts,
        skipped: Skipped::counted(skipped),
        warnings,
        brake: (count > allowed).then_some(Brake {
            removals: count,
            memberships,
            allowed,
        }),
        read: ReadCounts {
            persons: desired.persons.len(),
            employees: actual.employees.len(),
            sites: actual.sites.len(),
            groups: actual.groups.len(),
        },
    })
}

struct Planner<'a> {
    settings: &'a Settings,
    actual: &'a ActualState,
    scope: Scope<'a>,
    /// Nobody is without access in between: all that is added comes before all that is removed.
    additions: Vec<Operation>,
    removals: Vec<Operation>,
    conflicts: Vec<Conflict>,
    skipped: BTreeMap<Skipped, usize>,
}

impl Planner<'_> {
    fn run(&mut self, persons: &[Person]) {
        let attributes = self.settings.attributes();
        let employees = &self.actual.employees;
        let matched = match_all(persons, employees, &attributes);
        self.conflicts = matched.conflicts;
        let roles = self.roles();
        let mut wishes = BTreeMap::new();
        for (person, found) in persons.iter().zip(&matched.persons) {
            match *found {
                Match::Conflict => {}
                Match::NoAttribute => {
                    let mut skipped = Skipped::new(SkipReason::NoMatchAttribute);
                    skipped.person = Some(person.id.clone());
                    skipped.note(&mut self.skipped);
                }
                Match::New(attribute) => {
                    let wish = self.wish(person, &roles);
                    let Some(created) = self.create(person, attribute) else {
                        continue;
                    };
                    self.add(&created, &wish, &BTreeSet::new(), &BTreeSet::new());
                }
                Match::Employee(place) => {
                    let wish = self.wish(person, &roles);
                    let employee = &employees[place];
                    let set = AttributeSet::difference(
                        &person.attributes,
                        &employee.attributes,
                        &self.settings.key,
                    );
                    let of = EmployeeRef::from(&employee.id);
                    if !set.is_empty() {
                        self.additions.push(Operation::UpdateEmployee {
                            employee: of.clone(),
                            set,
                        });
                    }
                    wishes.insert(place, wish);
                }
            }
        }
        for (place, employee) in employees.iter().enumerate() {
            let recognisable = attributes
                .iter()
                .any(|attribute| employee.attributes.value(*attribute).is_some());
            if matched.untouchable.contains(&place) {
                self.skip_employee(SkipReason::Conflict, employee);
            } else if let Some(wish) = wishes.get(&place) {
                self.settle(employee, Some(wish));
            } else if recognisable {
                self.settle(employee, None);
            } else {
                self.skip_employee(SkipReason::NoMatchAttribute, employee);
            }
        }
    }

    /// The groups by their composed names.
    fn roles(&self) -> BTreeMap<String, Vec<GroupId>> {
        let mut roles = BTreeMap::<_, Vec<_>>::new();
        let sites: BTreeMap<_, _> = self
            .actual
            .sites
            .iter()
            .map(|site| (&site.id, site.name.trim()))
            .collect();
        // With the excluded ones, so that naming one of them is no unknown role.
        for group in &self.actual.groups {
            if let Some(site) = sites.get(&group.site) {
                let composed = format!("{site} - {}", group.name.trim());
                roles.entry(composed).or_default().push(group.id.clone());
            }
        }
        roles
    }

    fn wish(&mut self, person: &Person, roles: &BTreeMap<String, Vec<GroupId>>) -> Wish {
        let mut wish = Wish::default();
        let mut groups = person.groups.clone();
        for role in &person.roles {
            match roles.get(role.trim()).map(Vec::as_slice) {
                Some([group]) => {
                    groups.insert(group.clone());
                }
                several => {
                    let (reason, count) = match several {
                        Some(several) => (ConflictReason::AmbiguousRole, several.len()),
                        None => (ConflictReason::UnknownRole, 0),
                    };
                    let mut conflict = Conflict::new(reason, count);
                    conflict.persons = vec![person.id.clone()];
                    conflict.role = Some(role.clone());
                    self.conflicts.push(conflict);
                    wish.keep = true;
                }
            }
        }
        for group in groups {
            if self.scope.excluded.groups.contains(&group) {
                self.skip_group(SkipReason::ExcludedGroup, &group);
            } else if let Some(known) = self.scope.groups.get(&group) {
                wish.sites.insert(known.site.clone());
                wish.groups.insert(group);
            } else {
                let mut conflict = Conflict::new(ConflictReason::UnknownGroup, 0);
                conflict.persons = vec![person.id.clone()];
                conflict.group_id = Some(group);
                self.conflicts.push(conflict);
                wish.keep = true;
            }
        }
        for site in &person.sites {
            if self.scope.excluded.sites.contains(site) {
                self.skip_site(SkipReason::ExcludedSite, site);
            } else if self.scope.has_site(site) {
                wish.sites.insert(site.clone());
            } else {
                let mut conflict = Conflict::new(ConflictReason::UnknownSite, 0);
                conflict.persons = vec![person.id.clone()];
                conflict.site_id = Some(site.clone());
                self.conflicts.push(conflict);
                wish.keep = true;
            }
        }
        wish
    }

    fn create(
        &mut self,
        person: &Person,
        attribute: super::settings::MatchAttribute,
    ) -> Option<EmployeeRef> {
        let key = &self.settings.key;
        let value = person.attributes.value(attribute)?.trim();
        let matching = MatchKey {
            by: attribute,
            value: Value::new(attribute, value, key),
        };
        let mut set = AttributeSet::difference(&person.attributes, &Attributes::default(), key);
        set.take(attribute);
        let created = EmployeeRef::created(&matching);
        self.additions.push(Operation::CreateEmployee {
            matching,
            set,
            person: Some(person.id.clone()),
        });
        Some(created)
    }

    fn add(
        &mut self,
        employee: &EmployeeRef,
        wish: &Wish,
        sites: &BTreeSet<SiteId>,
        groups: &BTreeSet<GroupId>,
    ) {
        for site in wish.sites.difference(sites) {
            self.additions.push(Operation::AddToSite {
                employee: employee.clone(),
                site_id: site.clone(),
            });
        }
        for group in wish.groups.difference(groups) {
            let display = self.scope.groups.get(group);
            let display = display.map_or_else(String::new, |group| self.scope.display(group));
            self.additions.push(Operation::AddToGroup {
                employee: employee.clone(),
                group_id: group.clone(),
                display,
            });
        }
    }

    /// Brings the memberships of an employee to what is wished; a leaver has no wish.
    fn settle(&mut self, employee: &Employee, wish: Option<&Wish>) {
        let leaver = Wish::default();
        let of = EmployeeRef::from(&employee.id);
        let mut wanted = wish.unwrap_or(&leaver).clone();
        let mut sites_needed = BTreeSet::new();
        let mut out_of_groups = Vec::new();
        for group in employee.groups.difference(&wanted.groups) {
            let Some(known) = self.scope.groups.get(group).copied() else {
                // Excluded or unknown: it stays, and so does its site.
                let known = self.scope.all_groups.get(group);
                sites_needed.extend(known.map(|known| known.site.clone()));
                let reason = match self.scope.excluded.groups.contains(group) {
                    true => SkipReason::ExcludedGroup,
                    false => SkipReason::Unknown,
                };
                self.skip_group(reason, group);
                continue;
            };
            let own = (employee.id.clone(), group.clone());
            let predates = self.settings.predating.groups.contains(&own);
            if let Some(reason) = self.kept_because(wanted.keep, predates) {
                self.skip_group(reason, group);
                sites_needed.insert(known.site.clone());
                // Nobody stays in a group without being in its site.
                if wish.is_some() {
                    wanted.sites.insert(known.site.clone());
                }
                continue;
            }
            out_of_groups.push(Operation::RemoveFromGroup {
                employee: of.clone(),
                group_id: group.clone(),
                display: self.scope.display(known),
            });
        }
        self.add(&of, &wanted, &employee.sites, &employee.groups);
        self.removals.extend(out_of_groups);
        for site in employee.sites.difference(&wanted.sites) {
            let own = (employee.id.clone(), site.clone());
            let predates = self.settings.predating.sites.contains(&own);
            let reason = if self.scope.excluded.sites.contains(site) {
                SkipReason::ExcludedSite
            } else if !self.scope.has_site(site) {
                SkipReason::Unknown
            } else if let Some(reason) = self.kept_because(wanted.keep, predates) {
                reason
            } else if sites_needed.contains(site) {
                SkipReason::NeededByGroup
            } else {
                self.removals.push(Operation::RemoveFromSite {
                    employee: of.clone(),
                    site_id: site.clone(),
                });
                continue;
            };
            self.skip_site(reason, site);
        }
    }

    fn kept_because(&self, keep: bool, predates: bool) -> Option<SkipReason> {
        match (self.settings.run, keep, predates) {
            (RunKind::First, _, _) => Some(SkipReason::FirstRun),
            (_, true, _) => Some(SkipReason::Conflict),
            (_, _, true) => Some(SkipReason::Predating),
            _ => None,
        }
    }

    fn skip_group(&mut self, reason: SkipReason, group: &GroupId) {
        let mut skipped = Skipped::new(reason);
        skipped.group_id = Some(group.clone());
        skipped.note(&mut self.skipped);
    }

    fn skip_site(&mut self, reason: SkipReason, site: &SiteId) {
        let mut skipped = Skipped::new(reason);
        skipped.site_id = Some(site.clone());
        skipped.note(&mut self.skipped);
    }

    fn skip_employee(&mut self, reason: SkipReason, employee: &Employee) {
        let mut skipped = Skipped::new(reason);
        skipped.employee = Some(EmployeeRef::from(&employee.id));
        skipped.note(&mut self.skipped);
    }
}
