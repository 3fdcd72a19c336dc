//! Objects: which members are known, which stand twice, which are missing.

use super::super::elements::{COMPOSITION_SECTION, Element, Kind, Shape};
use super::super::flags::Flags;
use super::super::node::{Member, Node, Value};
use super::{Repair, Step};
use crate::FindingKind;

/// Which elements of a shape were seen; a shape has fewer than 128.
#[derive(Default)]
struct Seen {
    values: u128,
    twins: u128,
}

const fn bit(number: usize) -> u128 {
    1 << (number & 127)
}

impl Seen {
    /// Whether it was new.
    fn insert(&mut self, number: usize, twin: bool) -> bool {
        let set = if twin {
            &mut self.twins
        } else {
            &mut self.values
        };
        let new = *set & bit(number) == 0;
        *set |= bit(number);
        new
    }

    fn remove(&mut self, number: usize, twin: bool) {
        let set = if twin {
            &mut self.twins
        } else {
            &mut self.values
        };
        *set &= !bit(number);
    }

    fn has(&self, number: usize) -> bool {
        self.values & bit(number) != 0
    }

    fn has_either(&self, number: usize) -> bool {
        (self.values | self.twins) & bit(number) != 0
    }
}

impl<'a> Repair<'a> {
    /// Walks an object along its shape. Anything else is left alone.
    pub(super) fn object(&mut self, node: &mut Node<'a>, shape: &'static Shape) {
        let is_section = core::ptr::eq(shape, &COMPOSITION_SECTION);
        if is_section {
            self.section_depth += 1;
            if self.section_depth > self.deepest_section {
                self.too_deep = true;
                self.section_depth -= 1;
                return;
            }
        }
        let Value::Object(members) = &mut node.value else {
            return;
        };
        let mut seen = Seen::default();
        let mut flags = node.flags;
        let (mut hint, mut unknown, mut dropped) = (0, 0_usize, false);
        let (mut choices, mut repeated) = (false, false);
        let twins = twins(members, shape);
        for at in 0..members.len() {
            let Some(found) = self.known(members, at, shape, hint) else {
                unknown += usize::from(self.unknown(members, at, shape));
                continue;
            };
            let Known {
                number,
                element,
                twin,
            } = found;
            hint = number;
            choices |= element.choice.is_some();
            if !seen.insert(number, twin) {
                repeated = true;
                self.note_known(FindingKind::DuplicateKey, element, twin);
            }
            let has_twin = twins & bit(number) != 0;
            let Some(member) = members.get_mut(at) else {
                continue;
            };
            let step = match twin {
                true => Step::Twin(element.name),
                false => Step::Member(element.name),
            };
            self.steps.push(step);
            let keep = if twin {
                self.twin(&mut member.node, element)
            } else {
                self.expect(shape, element);
                self.element(&mut member.node, element, has_twin)
            };
            self.steps.pop();
            if keep && element.name == "modifierExtension" {
                self.note_known(FindingKind::ModifierExtension, element, false);
            }
            if !keep {
                member.node.flags.add(Flags::DROPPED);
                seen.remove(number, twin);
                dropped = true;
            }
            flags.add(member.node.flags.for_parent());
        }
        if repeated || unknown > 1 {
            dropped |= self.keep_the_last(members);
        }
        if choices {
            self.choices(members, shape, &seen, &mut flags);
        }
        self.missing(shape, &seen);
        if dropped {
            members.retain(|member| !member.node.flags.has(Flags::DROPPED));
            flags.add(Flags::REPAIRED);
        }
        node.flags = flags;
        if is_section {
            self.section_depth -= 1;
        }
    }

    /// The element that the member at `at` is, if it is one.
    fn known(
        &self,
        members: &[Member<'a>],
        at: usize,
        shape: &'static Shape,
        hint: usize,
    ) -> Option<Known> {
        let name = members.get(at)?.name();
        let (plain, twin) = match name.strip_prefix('_') {
            Some(plain) => (plain, true),
            None => (name, false),
        };
        let number = shape.find(plain, hint)?;
        let element = shape.element(number)?;
        (!twin || element.kind.is_primitive()).then_some(Known {
            number,
            element,
            twin,
        })
    }

    /// A member that is no element; whether it is to be checked for repetition.
    fn unknown(&mut self, members: &mut [Member<'a>], at: usize, shape: &'static Shape) -> bool {
        let Some(member) = members.get_mut(at) else {
            return false;
        };
        let is_type = member.name == "resourceType" && shape.is_resource();
        if !is_type {
            // Nothing but a string that JSON does not allow is repaired while it is read.
            let invalid = member.node.flags.has(Flags::REPAIRED);
            member.node.flags.add(Flags::UNKNOWN);
            self.note_member(FindingKind::UnknownMember, &member.name);
            if invalid {
                self.note_member(FindingKind::InvalidString, &member.name);
            }
        }
        true
    }

    /// Of every name the last member stays. Repeated elements were reported where they stand; here the
    /// members that are no elements are.
    #[cold]
    fn keep_the_last(&mut self, members: &mut [Member<'a>]) -> bool {
        let mut order: Vec<usize> = (0..members.len()).collect();
        order.sort_by(|&a, &b| (members[a].name(), a).cmp(&(members[b].name(), b)));
        let mut dropped = false;
        for pair in order.windows(2) {
            let (earlier, later) = (pair[0], pair[1]);
            if members[earlier].name != members[later].name {
                continue;
            }
            let last = &members[later];
            if last.node.flags.has(Flags::UNKNOWN) || last.name == "resourceType" {
                self.note_member(FindingKind::DuplicateKey, last.name());
            }
            members[earlier].node.flags.add(Flags::DROPPED);
            dropped = true;
        }
        dropped
    }

    /// Two choices of one element: the first in the order of the definition wins.
    fn choices(
        &mut self,
        members: &mut [Member<'a>],
        shape: &'static Shape,
        seen: &Seen,
        flags: &mut Flags,
    ) {
        let mut winner: Option<&str> = None;
        for (number, element) in shape.all() {
            let Some(stem) = element.choice else {
                continue;
            };
            if !seen.has(number) {
                continue;
            }
            if winner == Some(stem) {
                self.note_member(FindingKind::TwoChoices, element.name);
                for member in members.iter_mut().filter(|m| m.name == element.name) {
                    member.node.flags.add(Flags::OMIT);
                }
                flags.add(Flags::INNER);
            }
            winner = Some(stem);
        }
    }

    fn missing(&mut self, shape: &'static Shape, seen: &Seen) {
        // The alternatives of a choice stand side by side; one of them is enough.
        let mut choice: Option<(&'static str, bool)> = None;
        for (number, element) in shape.all() {
            if let Some((stem, found)) = choice {
                if element.choice != Some(stem) {
                    if !found {
                        self.note_member(FindingKind::MissingElement, stem);
                    }
                    choice = None;
                }
            }
            if !element.required {
                continue;
            }
            match element.choice {
                None => {
                    if !seen.has_either(number) {
                        self.note_member(FindingKind::MissingElement, element.name);
                    }
                }
                Some(stem) => {
                    let before = choice.is_some_and(|(_, found)| found);
                    choice = Some((stem, before || seen.has_either(number)));
                }
            }
        }
        if let Some((stem, false)) = choice {
            self.note_member(FindingKind::MissingElement, stem);
        }
    }

    fn note_known(&mut self, kind: FindingKind, element: &'static Element, twin: bool) {
        let step = match twin {
            true => Step::Twin(element.name),
            false => Step::Member(element.name),
        };
        self.down(step, |repair| repair.note(kind));
    }

    /// `_name`: an id and extensions beside a primitive, or an array of them with `null` between.
    fn twin(&mut self, node: &mut Node<'a>, element: &'static Element) -> bool {
        let shape = &super::super::elements::ELEMENT;
        if !element.many {
            return self.single(node, Kind::Type(shape));
        }
        if let Value::Object(_) = node.value {
            self.wrap(node);
        }
        let Value::Array(items) = &mut node.value else {
            return self.single(node, Kind::Type(shape));
        };
        let mut flags = node.flags;
        for (index, item) in items.iter_mut().enumerate() {
            if item.value == Value::Null {
                continue;
            }
            let keep = self.down(Step::Item(index), |repair| {
                repair.single(item, Kind::Type(shape))
            });
            if !keep {
                item.value = Value::Null;
                item.flags.add(Flags::REPAIRED);
            }
            flags.add(item.flags.for_parent());
        }
        node.flags = flags;
        if items.is_empty() {
            self.note(FindingKind::EmptyArray);
        }
        !items.is_empty()
    }
}

struct Known {
    number: usize,
    element: &'static Element,
    twin: bool,
}

/// Which elements have `_name` beside them.
fn twins(members: &[Member<'_>], shape: &'static Shape) -> u128 {
    let names = members
        .iter()
        .filter_map(|member| member.name.strip_prefix('_'));
    names
        .filter_map(|name| shape.find(name, 0))
        .fold(0, |twins, number| twins | bit(number))
}
