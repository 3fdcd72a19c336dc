//! Plans for any two states, and what comes of them (Partner API reference 12).

use std::collections::{BTreeMap, BTreeSet};

use arbitrary::{Arbitrary, Unstructured};
use sensio_partner::provisioning::{
    ActualState, Attributes, Confirmation, DesiredState, Directory, Employee, EmployeeId,
    Exclusions, FingerprintKey, Group, GroupId, InMemoryDirectory, MatchAttribute, OperationError,
    OperationErrorKind, Person, PersonId, Plan, RunKind, Settings, Site, SiteId, apply, plan,
};

const SITES: u8 = 3;
const GROUPS: u8 = 7;
const PEOPLE: usize = 12;

#[derive(Debug, Arbitrary)]
struct Input {
    first: bool,
    /// Sites and groups by bits.
    excluded: (u8, u8),
    employees: Vec<Someone>,
    persons: Vec<Someone>,
    /// After how many operations the server fails.
    stops: Vec<u8>,
}

/// An employee, or a person to be one.
#[derive(Debug, Clone, Copy, Arbitrary)]
struct Someone {
    id: u8,
    name: u8,
    sites: u8,
    groups: u8,
}

fn site(n: u8) -> SiteId {
    SiteId::new(&format!("S{n}")).expect("an id")
}

fn group(n: u8) -> GroupId {
    GroupId::new(&format!("G{n}")).expect("an id")
}

fn bits(set: u8, of: u8) -> impl Iterator<Item = u8> {
    (0..of).filter(move |n| set >> n & 1 == 1)
}

impl Someone {
    fn attributes(self) -> Attributes {
        let names = ["Ada", "Bo", "Cato"];
        Attributes {
            external_id: match self.id % 10 {
                8 => None,
                9 => Some(" ".into()),
                id => Some(format!("id-{id}")),
            },
            display_name: names.get(usize::from(self.name % 4)).map(|n| (*n).into()),
            ..Attributes::default()
        }
    }
}

fn actual(employees: &[Someone]) -> ActualState {
    let employee = |(n, someone): (usize, &Someone)| Employee {
        id: EmployeeId::new(&format!("E{n}")).expect("an id"),
        attributes: someone.attributes(),
        sites: bits(someone.sites, SITES).map(site).collect(),
        groups: bits(someone.groups, GROUPS).map(group).collect(),
    };
    ActualState {
        sites: (0..SITES)
            .map(|n| Site {
                id: site(n),
                name: format!("Site {n}"),
            })
            .collect(),
        groups: (0..GROUPS)
            .map(|n| Group {
                id: group(n),
                site: site(n % SITES),
                name: "Natt".into(),
            })
            .collect(),
        employees: employees
            .iter()
            .take(PEOPLE)
            .enumerate()
            .map(employee)
            .collect(),
    }
}

/// With `unknown`, one site and one group more than there are.
fn desired(persons: &[Someone], unknown: u8) -> DesiredState {
    let person = |(n, someone): (usize, &Someone)| {
        let id = PersonId::new(&format!("P{n}")).expect("an id");
        let mut person = Person::new(id, someone.attributes());
        person.sites = bits(someone.sites, SITES + unknown).map(site).collect();
        person.groups = bits(someone.groups, GROUPS + unknown).map(group).collect();
        person
    };
    DesiredState {
        persons: persons
            .iter()
            .take(PEOPLE)
            .enumerate()
            .map(person)
            .collect(),
    }
}

/// Plans, applies, interrupts.
pub fn sensio_provisioning(data: &[u8]) {
    let Ok(input) = Input::arbitrary(&mut Unstructured::new(data)) else {
        return;
    };
    let run = if input.first {
        RunKind::First
    } else {
        RunKind::Regular
    };
    let key = FingerprintKey::new(&[7; 32]).expect("long enough");
    let mut settings = Settings::new(MatchAttribute::ExternalId, run, key);
    settings.exclusions = Exclusions {
        sites: bits(input.excluded.0, SITES).map(site).collect(),
        groups: bits(input.excluded.1, GROUPS).map(group).collect(),
    };
    let actual = actual(&input.employees);
    braked(&desired(&input.persons, 1), &actual, &settings);
    settings.brakes.percent = 100;
    reached(&desired(&input.persons, 0), &actual, &settings);
    untouched(&desired(&input.persons, 1), &actual, &settings);
    interrupted(
        &desired(&input.persons, 1),
        &actual,
        &settings,
        &input.stops,
    );
}

fn made(
    desired: &DesiredState,
    server: &mut InMemoryDirectory,
    settings: &Settings,
) -> Option<Plan> {
    let actual = server.read().expect("a state");
    plan(desired, &actual, settings).ok()
}

/// Whether all of it was done; `None` when there is nothing to plan from.
fn done(
    desired: &DesiredState,
    server: &mut InMemoryDirectory,
    settings: &Settings,
) -> Option<bool> {
    let actual = server.read().expect("a state");
    let plan = plan(desired, &actual, settings).ok()?;
    let json = serde_json::to_string(&plan).expect("JSON");
    assert_eq!(serde_json::from_str::<Plan>(&json).expect("a plan"), plan);
    let report = apply(plan, &actual, settings, Confirmation::None, server).expect("no brake");
    Some(report.is_complete())
}

/// A plan that pulls a brake changes nothing until somebody says so.
fn braked(desired: &DesiredState, actual: &ActualState, settings: &Settings) {
    let Ok(plan) = plan(desired, actual, settings) else {
        return;
    };
    let mut server = InMemoryDirectory::new(actual.clone());
    if apply(plan, actual, settings, Confirmation::None, &mut server).is_err() {
        assert_eq!(server.state(), actual, "a brake was pulled");
    }
}

fn reached(desired: &DesiredState, actual: &ActualState, settings: &Settings) {
    let mut server = InMemoryDirectory::new(actual.clone());
    let Some(complete) = done(desired, &mut server, settings) else {
        return;
    };
    assert!(complete);
    let again = made(desired, &mut server, settings).expect("a plan");
    assert!(again.is_empty(), "{:?}", again.operations);
    let persons = how_often(desired.persons.iter().map(|person| &person.attributes));
    let employees = how_often(actual.employees.iter().map(|employee| &employee.attributes));
    for person in &desired.persons {
        let Some(id) = key(&person.attributes) else {
            continue;
        };
        if persons[id] > 1 || employees.get(id).is_some_and(|count| *count > 1) {
            continue;
        }
        let mut found = server.state().employees.iter();
        let employee = found
            .find(|e| key(&e.attributes) == Some(id))
            .expect("created or found");
        if person.attributes.display_name.is_some() {
            assert_eq!(
                employee.attributes.display_name,
                person.attributes.display_name
            );
        }
        for group in &person.groups {
            if let Some(of) = open_group(group, settings) {
                assert!(employee.groups.contains(group) && employee.sites.contains(&of));
            }
        }
        let before = actual.employees.iter().find(|e| e.id == employee.id);
        for group in employee
            .groups
            .iter()
            .filter(|g| open_group(g, settings).is_some())
        {
            let had = before.is_some_and(|before| before.groups.contains(group));
            let kept = settings.run == RunKind::First && had;
            assert!(
                kept || person.groups.contains(group),
                "a group that nobody wants"
            );
        }
    }
    if settings.run == RunKind::First {
        return;
    }
    // Leavers have nothing left but what is excluded.
    for employee in &server.state().employees {
        let leaver = key(&employee.attributes).is_some_and(|id| !persons.contains_key(id));
        let mut left = employee.groups.iter();
        assert!(!leaver || left.all(|group| open_group(group, settings).is_none()));
    }
}

/// What is excluded or in conflict stays as it is, and nobody is deleted.
fn untouched(desired: &DesiredState, actual: &ActualState, settings: &Settings) {
    let mut server = InMemoryDirectory::new(actual.clone());
    if done(desired, &mut server, settings).is_none() {
        return;
    }
    let persons = how_often(desired.persons.iter().map(|person| &person.attributes));
    let employees = how_often(actual.employees.iter().map(|employee| &employee.attributes));
    let closed = |id: &&GroupId| open_group(id, settings).is_none();
    let nothing = BTreeSet::new();
    for after in &server.state().employees {
        let before = actual.employees.iter().find(|e| e.id == after.id);
        let groups = before.map_or(&nothing, |before| &before.groups);
        assert!(
            after
                .groups
                .iter()
                .filter(closed)
                .eq(groups.iter().filter(closed))
        );
        let Some(before) = before else { continue };
        for site in &settings.exclusions.sites {
            assert_eq!(after.sites.contains(site), before.sites.contains(site));
        }
        let conflict = key(&before.attributes).is_none_or(|id| {
            let doubled = |count: &usize| *count > 1;
            persons.get(id).is_some_and(doubled)
                || persons.contains_key(id) && employees.get(id).is_some_and(doubled)
        });
        assert!(!conflict || after == before, "a conflict is touched");
    }
    for before in &actual.employees {
        let mut after = server.state().employees.iter();
        let after = after
            .find(|e| e.id == before.id)
            .expect("nobody is deleted");
        if settings.run == RunKind::First {
            assert!(before.sites.is_subset(&after.sites));
            assert!(before.groups.is_subset(&after.groups));
        }
    }
}

/// A run that was cut short is continued by running again.
fn interrupted(desired: &DesiredState, actual: &ActualState, settings: &Settings, stops: &[u8]) {
    let mut straight = InMemoryDirectory::new(actual.clone());
    if done(desired, &mut straight, settings).is_none() {
        return;
    }
    let mut server = InMemoryDirectory::new(actual.clone());
    for after in stops.iter().take(4) {
        let error = OperationError::new(OperationErrorKind::Connection);
        server.fail_after(usize::from(after % 8), error);
        done(desired, &mut server, settings);
    }
    // Stops that no run came to are still waiting.
    let mut runs = 0;
    while done(desired, &mut server, settings) != Some(true) {
        runs += 1;
        assert!(runs < 8, "it never ends");
    }
    assert_eq!(server.state(), straight.state());
}

fn key(attributes: &Attributes) -> Option<&str> {
    let id = attributes.external_id.as_deref().map(str::trim);
    id.filter(|id| !id.is_empty())
}

fn how_often<'a>(all: impl Iterator<Item = &'a Attributes>) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    for key in all.filter_map(key) {
        *count.entry(key.to_owned()).or_default() += 1;
    }
    count
}

/// The site of a group that may be written to.
fn open_group(id: &GroupId, settings: &Settings) -> Option<SiteId> {
    let n = (0..GROUPS).find(|n| group(*n) == *id)?;
    let of = site(n % SITES);
    let exclusions = &settings.exclusions;
    let excluded = exclusions.groups.contains(id) || exclusions.sites.contains(&of);
    (!excluded).then_some(of)
}
