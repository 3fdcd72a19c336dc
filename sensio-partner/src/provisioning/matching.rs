//! Who is who: persons of the identity system and employees of the server.

use core::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use zeroize::Zeroizing;

use super::plan::{Conflict, ConflictReason};
use super::settings::MatchAttribute;
use super::state::{Attributes, Employee, Person};

/// What became of a person. Numbers are places in the lists of employees and persons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    /// This employee.
    Employee(usize),
    /// Nobody yet; recognised by this attribute from now on.
    New(MatchAttribute),
    /// No value to match by.
    NoAttribute,
    /// Nothing may be touched.
    Conflict,
}

#[derive(Debug, Default)]
pub(super) struct Matched {
    pub(super) persons: Vec<Match>,
    /// Employees of a conflict: never leavers.
    pub(super) untouchable: BTreeSet<usize>,
    pub(super) conflicts: Vec<Conflict>,
}

/// A value in the form in which it is compared; may be a national identity number.
#[derive(PartialEq, Eq)]
struct Key(Zeroizing<String>);

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.as_str().cmp(other.0.as_str())
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn key_of(attributes: &Attributes, attribute: MatchAttribute) -> Option<Key> {
    let value = attributes.value(attribute)?;
    let normalised = attribute.normalised(value).into_owned();
    Some(Key(Zeroizing::new(normalised)))
}

/// Everybody by the values of one attribute.
fn index<'a>(
    all: impl Iterator<Item = &'a Attributes>,
    attribute: MatchAttribute,
) -> BTreeMap<Key, Vec<usize>> {
    let mut index = BTreeMap::<_, Vec<_>>::new();
    for (place, attributes) in all.enumerate() {
        if let Some(key) = key_of(attributes, attribute) {
            index.entry(key).or_default().push(place);
        }
    }
    index
}

pub(super) fn match_all(
    persons: &[Person],
    employees: &[Employee],
    attributes: &[MatchAttribute],
) -> Matched {
    let mut matched = Matched {
        persons: vec![Match::NoAttribute; persons.len()],
        ..Matched::default()
    };
    // Decided on the first attribute that finds anybody.
    let mut found: Vec<Option<(MatchAttribute, Vec<usize>)>> = vec![None; persons.len()];
    for &attribute in attributes {
        let index = index(employees.iter().map(|e| &e.attributes), attribute);
        for (place, person) in persons.iter().enumerate() {
            let Some(key) = key_of(&person.attributes, attribute) else {
                continue;
            };
            if matched.persons[place] == Match::NoAttribute {
                matched.persons[place] = Match::New(attribute);
            }
            if let (None, Some(candidates)) = (&found[place], index.get(&key)) {
                found[place] = Some((attribute, candidates.clone()));
            }
        }
    }
    let mut by_employee = BTreeMap::<usize, Vec<usize>>::new();
    for (place, found) in found.iter().enumerate() {
        let Some((attribute, candidates)) = found else {
            continue;
        };
        for &employee in candidates {
            by_employee.entry(employee).or_default().push(place);
        }
        matched.persons[place] = match candidates[..] {
            [employee] => Match::Employee(employee),
            _ => {
                let mut conflict = Conflict::new(ConflictReason::AmbiguousMatch, candidates.len());
                conflict.by = Some(*attribute);
                conflict.persons = vec![persons[place].id.clone()];
                conflict.employees = candidates
                    .iter()
                    .map(|e| employees[*e].id.clone())
                    .collect();
                matched.conflicts.push(conflict);
                matched.untouchable.extend(candidates);
                Match::Conflict
            }
        };
    }
    for (employee, places) in by_employee {
        if places.len() > 1 {
            let mut conflict = Conflict::new(ConflictReason::SharedEmployee, places.len());
            conflict.by = found[places[0]].as_ref().map(|(attribute, _)| *attribute);
            conflict.employees = vec![employees[employee].id.clone()];
            matched.refuse(conflict, &places, persons);
            matched.untouchable.insert(employee);
        }
    }
    for &attribute in attributes {
        for places in index(persons.iter().map(|p| &p.attributes), attribute).into_values() {
            let fresh = |place: &&usize| matched.persons[**place] != Match::Conflict;
            if places.len() > 1 && places.iter().any(|place| fresh(&place)) {
                let mut conflict = Conflict::new(ConflictReason::DuplicatePerson, places.len());
                conflict.by = Some(attribute);
                for &place in &places {
                    if let Match::Employee(employee) = matched.persons[place] {
                        conflict.employees.push(employees[employee].id.clone());
                        matched.untouchable.insert(employee);
                    }
                }
                matched.refuse(conflict, &places, persons);
            }
        }
    }
    matched.refuse_collisions(persons, employees);
    matched
}

impl Matched {
    fn refuse(&mut self, mut conflict: Conflict, places: &[usize], persons: &[Person]) {
        for &place in places {
            conflict.persons.push(persons[place].id.clone());
            self.persons[place] = Match::Conflict;
        }
        self.conflicts.push(conflict);
    }

    /// A plan names new employees by the value that they match by, and others by their id: no two
    /// may have one name.
    fn refuse_collisions(&mut self, persons: &[Person], employees: &[Employee]) {
        let ids: BTreeMap<&str, &Employee> = employees.iter().map(|e| (e.id.as_str(), e)).collect();
        let mut names = BTreeMap::<&str, Vec<usize>>::new();
        for (place, person) in persons.iter().enumerate() {
            let Match::New(attribute) = self.persons[place] else {
                continue;
            };
            if let Some(value) = person.attributes.value(attribute) {
                names.entry(value.trim()).or_default().push(place);
            }
        }
        for (name, places) in names {
            let employee = ids.get(name);
            if employee.is_none() && places.len() == 1 {
                continue;
            }
            let mut conflict = Conflict::new(ConflictReason::IdCollision, places.len());
            conflict.employees = employee.map(|e| e.id.clone()).into_iter().collect();
            self.refuse(conflict, &places, persons);
        }
    }
}
