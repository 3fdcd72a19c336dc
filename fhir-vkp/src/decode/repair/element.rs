//! Elements: arrays or single, empty or not, and the type of the value.

use std::borrow::Cow;

use super::super::elements::{
    CODEABLE_CONCEPT, CODING, Element, IDENTIFIER, Kind, REFERENCE, Shape,
};
use super::super::flags::Flags;
use super::super::json::number_length;
use super::super::node::{Node, Value};
use super::super::primitive;
use super::{Repair, Step};
use crate::{DateTime, FindingKind};

impl<'a> Repair<'a> {
    /// One member that is an element; `false` when it counts as absent.
    pub(super) fn element(
        &mut self,
        node: &mut Node<'a>,
        element: &'static Element,
        has_twin: bool,
    ) -> bool {
        if element.many {
            self.many(node, element, has_twin)
        } else {
            self.one(node, element)
        }
    }

    fn one(&mut self, node: &mut Node<'a>, element: &'static Element) -> bool {
        if let Value::Array(items) = &mut node.value {
            match (items.pop(), items.is_empty()) {
                (None, _) => {
                    self.note(FindingKind::EmptyArray);
                    return false;
                }
                (Some(only), true) => {
                    self.note(FindingKind::ArrayForSingle);
                    *node = only;
                    node.flags.add(Flags::REPAIRED);
                }
                (Some(last), false) => {
                    items.push(last);
                    self.wrong_type(node);
                    return true;
                }
            }
        }
        self.single(node, element.kind)
    }

    fn many(&mut self, node: &mut Node<'a>, element: &'static Element, has_twin: bool) -> bool {
        if !matches!(node.value, Value::Array(_)) {
            if node.is_empty() {
                return self.single(node, element.kind);
            }
            self.wrap(node);
        }
        let Value::Array(items) = &mut node.value else {
            return false;
        };
        if items.is_empty() {
            self.note(FindingKind::EmptyArray);
            return false;
        }
        let mut flags = node.flags;
        let mut dropped = false;
        for (index, item) in items.iter_mut().enumerate() {
            // Beside `_name` a `null` holds the place.
            if has_twin && item.value == Value::Null {
                continue;
            }
            self.steps.push(Step::Item(index));
            let keep = self.single(item, element.kind);
            self.steps.pop();
            if !keep {
                flags.add(Flags::REPAIRED);
                if has_twin {
                    item.value = Value::Null;
                    item.flags.add(Flags::REPAIRED);
                } else {
                    item.flags.add(Flags::DROPPED);
                    dropped = true;
                }
            }
            flags.add(item.flags.for_parent());
        }
        node.flags = flags;
        if dropped {
            items.retain(|item| !item.flags.has(Flags::DROPPED));
        }
        !items.is_empty()
    }

    /// Puts a single value into an array of one (rule 1).
    #[cold]
    pub(super) fn wrap(&mut self, node: &mut Node<'a>) {
        self.note(FindingKind::SingleObjectForArray);
        let inner = core::mem::replace(node, Node::new(Value::Null, node.raw));
        node.value = Value::Array(vec![inner]);
        node.flags.add(Flags::REPAIRED);
    }

    /// One value; `false` when it counts as absent (rule 2).
    pub(super) fn single(&mut self, node: &mut Node<'a>, kind: Kind) -> bool {
        if node.is_empty() {
            self.note(match node.value {
                Value::Null => FindingKind::Null,
                Value::Text(_) => FindingKind::EmptyString,
                Value::Array(_) => FindingKind::EmptyArray,
                _ => FindingKind::EmptyObject,
            });
            return false;
        }
        // Of a type that is not looked into, somewhere below.
        let below = matches!(kind, Kind::Any) && node.flags.has(Flags::REPAIRED);
        if node.flags.has(Flags::RELAXED) || below {
            self.note(FindingKind::InvalidString);
        }
        match kind {
            Kind::Type(shape) => return self.complex(node, shape),
            Kind::Resource => self.resource(node),
            Kind::Any => {}
            Kind::Boolean => self.boolean(node),
            Kind::Integer | Kind::Decimal => self.number(node, matches!(kind, Kind::Integer)),
            Kind::Text | Kind::Time => self.text(node),
            Kind::Code(codes) => self.code(node, codes),
            Kind::Date => self.date(node),
            Kind::DateTime => self.date_time(node, false),
            Kind::Instant => self.date_time(node, true),
        }
        true
    }

    fn complex(&mut self, node: &mut Node<'a>, shape: &'static Shape) -> bool {
        let Value::Object(_) = node.value else {
            self.wrong_type(node);
            return true;
        };
        self.object(node, shape);
        if core::ptr::eq(shape, &CODING) {
            self.coding(node);
        } else if core::ptr::eq(shape, &CODEABLE_CONCEPT) {
            self.concept(node);
        } else if core::ptr::eq(shape, &REFERENCE) {
            self.reference(node);
        } else if core::ptr::eq(shape, &IDENTIFIER) {
            self.identifier(node);
        }
        // Everything in it counted as absent.
        !node.members().is_empty()
    }

    fn boolean(&mut self, node: &mut Node<'a>) {
        let value = match &node.value {
            Value::Bool(_) => return,
            Value::Text(text) => match text.as_ref() {
                "true" => true,
                "false" => false,
                _ => return self.wrong_type(node),
            },
            _ => return self.wrong_type(node),
        };
        self.note(FindingKind::BooleanAsString);
        node.value = Value::Bool(value);
        node.flags.add(Flags::REPAIRED);
    }

    fn number(&mut self, node: &mut Node<'a>, whole: bool) {
        let is_number = |text: &str| {
            number_length(text.as_bytes()) == Some(text.len())
                && !(whole && text.contains(['.', 'e', 'E']))
        };
        match &node.value {
            Value::Number => {
                if !is_number(node.raw) {
                    self.wrong_type(node);
                }
            }
            Value::Text(Cow::Borrowed(text)) if is_number(text) => {
                let text: &'a str = text;
                node.raw = text;
                node.value = Value::Number;
                node.flags.add(Flags::REPAIRED);
                self.note(FindingKind::NumberAsString);
            }
            _ => self.wrong_type(node),
        }
    }

    /// Any text; a number is taken by its digits (rule 12).
    fn text(&mut self, node: &mut Node<'a>) {
        match node.value {
            Value::Text(_) => {}
            Value::Number => {
                self.note(FindingKind::StringAsNumber);
                node.value = Value::Text(Cow::Borrowed(node.raw));
                node.flags.add(Flags::REPAIRED);
            }
            _ => self.wrong_type(node),
        }
    }

    fn code(&mut self, node: &mut Node<'a>, codes: Option<&'static [&'static str]>) {
        self.text(node);
        let (Some(codes), Some(code)) = (codes, node.as_str()) else {
            return;
        };
        if codes.binary_search(&code).is_err() {
            self.note(FindingKind::UnknownCode);
            node.flags.add(Flags::OMIT);
        }
    }

    fn date(&mut self, node: &mut Node<'a>) {
        self.text(node);
        let Some(text) = node.as_str() else {
            return;
        };
        if primitive::is_plain_date(text.as_bytes()) || primitive::is_plain_month_or_year(text) {
            return;
        }
        let has_date = text
            .as_bytes()
            .get(..10)
            .is_some_and(primitive::is_plain_date);
        if has_date && DateTime::parse(text).is_ok() {
            // A date with a time, as programs print one: the date is what was meant.
            self.note(FindingKind::WrongType);
            node.flags.add(Flags::REWRITE_DATE);
        } else {
            self.note(FindingKind::UnparsableDateTime);
            node.flags.add(Flags::OMIT);
        }
    }

    fn date_time(&mut self, node: &mut Node<'a>, instant: bool) {
        self.text(node);
        let Some(text) = node.as_str() else {
            return;
        };
        if primitive::is_plain_date_time(text) {
            return;
        }
        let is_date =
            primitive::is_plain_date(text.as_bytes()) || primitive::is_plain_month_or_year(text);
        if is_date && !instant {
            return;
        }
        match DateTime::parse(text) {
            Ok((_, finding)) if !is_date => {
                if let Some(finding) = finding {
                    self.note(finding);
                }
                node.flags.add(Flags::REWRITE);
            }
            _ => {
                self.note(FindingKind::UnparsableDateTime);
                node.flags.add(Flags::OMIT);
            }
        }
    }
}
