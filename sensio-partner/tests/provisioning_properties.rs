//! Provisioning over random states: what is wanted is reached, once and for all, and what is excluded
//! is never touched.
#![cfg(feature = "provisioning")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use sensio_partner::provisioning::{
    ActualState, Attributes, Confirmation, DesiredState, Directory, Employee, EmployeeId,
    Exclusions, FingerprintKey, Group, GroupId, InMemoryDirectory, MatchAttribute, OperationError,
    OperationErrorKind, Person, PersonId, Plan, RunKind, Settings, Site, SiteId, apply, plan,
};

const SITES: usize = 3;
const GROUPS: usize = 7;

fn site(n: usize) -> SiteId {
    SiteId::new(&format!("S{n}")).expect("an id")
}

fn group(n: usize) -> GroupId {
    GroupId::new(&format!("G{n}")).expect("an id")
}

fn site_of(n: usize) -> usize {
    n % SITES
}

/// External ids from a small alphabet, so that there are doubles; none and empty ones too.
fn attributes() -> impl Strategy<Value = Attributes> {
    let id = prop_oneof![
        8 => "[a-f]".prop_map(Some),
        1 => Just(None),
        1 => Just(Some(String::from(" "))),
    ];
    (id, prop::option::of("[a-c]")).prop_map(|(external_id, name)| Attributes {
        display_name: name,
        external_id,
        ..Attributes::default()
    })
}

fn sites(of: usize) -> impl Strategy<Value = BTreeSet<SiteId>> {
    btree_set((0..of).prop_map(site), 0..of)
}

fn groups(of: usize) -> impl Strategy<Value = BTreeSet<GroupId>> {
    btree_set((0..of).prop_map(group), 0..of)
}

fn actual() -> impl Strategy<Value = ActualState> {
    vec((attributes(), sites(SITES), groups(GROUPS)), 1..8).prop_map(|employees| {
        let employee = |(n, (attributes, sites, groups))| Employee {
            id: EmployeeId::new(&format!("E{n}")).expect("an id"),
            attributes,
            sites,
            groups,
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
                    site: site(site_of(n)),
                    name: "Natt".into(),
                })
                .collect(),
            employees: employees.into_iter().enumerate().map(employee).collect(),
        }
    })
}

/// One more than there are: unknown places are wanted now and then.
fn desired(unknown: usize) -> impl Strategy<Value = DesiredState> {
    let person = (
        attributes(),
        sites(SITES + unknown),
        groups(GROUPS + unknown),
    );
    vec(person, 1..8).prop_map(|persons| {
        let person = |(n, (attributes, sites, groups))| {
            let id = PersonId::new(&format!("P{n}")).expect("an id");
            let mut person = Person::new(id, attributes);
            person.sites = sites;
            person.groups = groups;
            person
        };
        DesiredState {
            persons: persons.into_iter().enumerate().map(person).collect(),
        }
    })
}

fn settings() -> impl Strategy<Value = Settings> {
    let excluded = (
        btree_set((0..SITES).prop_map(site), 0..2),
        btree_set((0..GROUPS).prop_map(group), 0..3),
    );
    (excluded, any::<bool>()).prop_map(|((sites, groups), first)| {
        let key = FingerprintKey::new(&[7; 32]).expect("long enough");
        let run = if first {
            RunKind::First
        } else {
            RunKind::Regular
        };
        let mut settings = Settings::new(MatchAttribute::ExternalId, run, key);
        settings.exclusions = Exclusions { sites, groups };
        settings.brakes.percent = 100;
        settings
    })
}

fn made(
    desired: &DesiredState,
    server: &mut InMemoryDirectory,
    settings: &Settings,
) -> (Plan, ActualState) {
    let actual = server.read().expect("a state");
    (plan(desired, &actual, settings).expect("a plan"), actual)
}

fn run(desired: &DesiredState, server: &mut InMemoryDirectory, settings: &Settings) -> bool {
    let (plan, actual) = made(desired, server, settings);
    let report = apply(plan, &actual, settings, Confirmation::None, server).expect("not refused");
    report.is_complete()
}

fn key(attributes: &Attributes) -> Option<&str> {
    attributes
        .external_id
        .as_deref()
        .map(str::trim)
        .filter(|id| !id.is_empty())
}

fn how_often<'a>(all: impl Iterator<Item = &'a Attributes>) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    for key in all.filter_map(key) {
        *count.entry(key.to_owned()).or_default() += 1;
    }
    count
}

/// The site of a group and whether it may be written to.
fn open_group(id: &GroupId, settings: &Settings) -> Option<SiteId> {
    let n = (0..GROUPS).find(|n| group(*n) == *id)?;
    let of = site(site_of(n));
    let excluded =
        settings.exclusions.groups.contains(id) || settings.exclusions.sites.contains(&of);
    (!excluded).then_some(of)
}

proptest! {
    #[test]
    fn the_desired_state_is_reached_and_the_second_plan_is_empty(
        actual in actual(), desired in desired(0), settings in settings(),
    ) {
        let mut server = InMemoryDirectory::new(actual.clone());
        prop_assert!(run(&desired, &mut server, &settings));
        let (again, _) = made(&desired, &mut server, &settings);
        prop_assert!(again.is_empty(), "{:?}", again.operations);

        let persons = how_often(desired.persons.iter().map(|p| &p.attributes));
        let employees = how_often(actual.employees.iter().map(|e| &e.attributes));
        let state = server.state();
        for person in &desired.persons {
            let Some(id) = key(&person.attributes) else { continue };
            if persons[id] > 1 || employees.get(id).is_some_and(|count| *count > 1) {
                continue;
            }
            let employee = state.employees.iter().find(|e| key(&e.attributes) == Some(id));
            let employee = employee.expect("created or found");
            if person.attributes.display_name.is_some() {
                prop_assert_eq!(&employee.attributes.display_name, &person.attributes.display_name);
            }
            for group in &person.groups {
                if let Some(of) = open_group(group, &settings) {
                    prop_assert!(employee.groups.contains(group) && employee.sites.contains(&of));
                }
            }
            let open = employee.groups.iter().filter(|g| open_group(g, &settings).is_some());
            for group in open {
                let before = actual.employees.iter().find(|e| e.id == employee.id);
                let kept = settings.run == RunKind::First
                    && before.is_some_and(|before| before.groups.contains(group));
                prop_assert!(kept || person.groups.contains(group));
            }
        }
        // Leavers have nothing left but what is excluded, and the sites of that.
        for employee in &state.employees {
            let Some(id) = key(&employee.attributes) else { continue };
            if persons.contains_key(id) || settings.run == RunKind::First {
                continue;
            }
            for group in &employee.groups {
                prop_assert!(open_group(group, &settings).is_none());
            }
        }
    }

    #[test]
    fn what_is_excluded_or_in_conflict_is_never_touched(
        actual in actual(), desired in desired(1), settings in settings(),
    ) {
        let mut server = InMemoryDirectory::new(actual.clone());
        run(&desired, &mut server, &settings);
        let closed = |id: &&GroupId| open_group(id, &settings).is_none();
        let persons = how_often(desired.persons.iter().map(|p| &p.attributes));
        let employees = how_often(actual.employees.iter().map(|e| &e.attributes));
        for after in &server.state().employees {
            let before = actual.employees.iter().find(|e| e.id == after.id);
            let nothing = BTreeSet::new();
            let before_groups = before.map_or(&nothing, |e| &e.groups);
            prop_assert!(after.groups.iter().filter(closed).eq(before_groups.iter().filter(closed)));
            let Some(before) = before else { continue };
            for site in &settings.exclusions.sites {
                prop_assert_eq!(after.sites.contains(site), before.sites.contains(site));
            }
            let conflict = key(&before.attributes).is_none_or(|id| {
                let doubled = |count: &usize| *count > 1;
                persons.get(id).is_some_and(doubled)
                    || persons.contains_key(id) && employees.get(id).is_some_and(doubled)
            });
            if conflict {
                prop_assert_eq!(after, before);
            }
        }
        if settings.run == RunKind::First {
            for before in &actual.employees {
                let after = server.state().employees.iter().find(|e| e.id == before.id);
                let after = after.expect("nobody is deleted");
                prop_assert!(before.sites.is_subset(&after.sites) && before.groups.is_subset(&after.groups));
            }
        }
    }

    #[test]
    fn an_interrupted_run_is_continued_by_running_again(
        actual in actual(), desired in desired(1), settings in settings(), stops in vec(0_usize..6, 1..4),
    ) {
        let mut straight = InMemoryDirectory::new(actual.clone());
        run(&desired, &mut straight, &settings);
        let mut server = InMemoryDirectory::new(actual);
        for after in stops {
            server.fail_after(after, OperationError::new(OperationErrorKind::Connection));
            run(&desired, &mut server, &settings);
        }
        // Stops that no run came to are still waiting.
        while !run(&desired, &mut server, &settings) {}
        prop_assert_eq!(server.state(), straight.state());
    }

    #[test]
    fn a_plan_survives_json(actual in actual(), desired in desired(1), settings in settings()) {
        let plan = plan(&desired, &actual, &settings).expect("a plan");
        let json = serde_json::to_string(&plan).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<Plan>(&json).expect("a plan"), plan);
    }
}
