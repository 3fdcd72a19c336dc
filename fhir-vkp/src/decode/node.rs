//! The tree: JSON as it was written, with order, number text and repeated names kept.

use core::fmt;
use std::borrow::Cow;

use super::flags::Flags;

/// One value of a document, with the text it was read from.
///
/// Objects keep their members in order, repeated names included; numbers keep their digits (FHIR
/// gives `72.50` and `72.5` different meaning). `Debug` shows the shape, never a value.
#[derive(Clone, PartialEq)]
pub struct Node<'a> {
    pub(crate) value: Value<'a>,
    pub(crate) raw: &'a str,
    pub(crate) flags: Flags,
}

/// What a node holds.
#[derive(Clone, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    /// The digits are the node's `raw`.
    Number,
    Text(Cow<'a, str>),
    Array(Vec<Node<'a>>),
    Object(Vec<Member<'a>>),
}

/// A name and its value in an object.
#[derive(Clone, PartialEq)]
pub struct Member<'a> {
    pub(crate) name: Cow<'a, str>,
    pub(crate) node: Node<'a>,
}

/// The kinds of JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JsonKind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// A string.
    String,
    /// `[…]`.
    Array,
    /// `{…}`.
    Object,
}

impl<'a> Node<'a> {
    pub(crate) const fn new(value: Value<'a>, raw: &'a str) -> Self {
        Node {
            value,
            raw,
            flags: Flags::NONE,
        }
    }

    /// What kind of value this is.
    #[must_use]
    pub const fn kind(&self) -> JsonKind {
        match self.value {
            Value::Null => JsonKind::Null,
            Value::Bool(_) => JsonKind::Boolean,
            Value::Number => JsonKind::Number,
            Value::Text(_) => JsonKind::String,
            Value::Array(_) => JsonKind::Array,
            Value::Object(_) => JsonKind::Object,
        }
    }

    /// The member of this name. Of repeated names the last one (FHIR reference 13 rule 10);
    /// `None` when there is none or this is no object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Node<'a>> {
        self.members()
            .iter()
            .rev()
            .find(|member| member.name == name)
            .map(|member| &member.node)
    }

    /// The members of an object in order; empty for anything else.
    #[must_use]
    pub fn members(&self) -> &[Member<'a>] {
        match &self.value {
            Value::Object(members) => members,
            _ => &[],
        }
    }

    /// The elements of an array in order; empty for anything else.
    #[must_use]
    pub fn items(&self) -> &[Node<'a>] {
        match &self.value {
            Value::Array(items) => items,
            _ => &[],
        }
    }

    /// The elements of the array that is the member `name`; empty when there is none.
    #[must_use]
    pub fn list(&self, name: &str) -> &[Node<'a>] {
        self.get(name).map_or(&[], Node::items)
    }

    /// The text of a string, escapes resolved.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The digits of a number exactly as written.
    #[must_use]
    pub const fn as_number(&self) -> Option<&'a str> {
        match self.value {
            Value::Number => Some(self.raw),
            _ => None,
        }
    }

    /// The value of a boolean.
    #[must_use]
    pub const fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The text of the string member `name`.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Node::as_str)
    }

    /// The text this value was read from, byte for byte. A value that was made by a repair points to
    /// what it was made from.
    #[must_use]
    pub const fn original(&self) -> &'a str {
        self.raw
    }

    /// Whether this is a member that FHIR R4 does not know at its place.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        self.flags.has(Flags::UNKNOWN)
    }

    /// Whether this value or something in it was repaired, so that
    /// [`original`](Self::original) says something else.
    #[must_use]
    pub const fn is_repaired(&self) -> bool {
        self.flags.has(Flags::REPAIRED)
    }

    /// Whether there is nothing here: `null`, `""`, `[]` or `{}`.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match &self.value {
            Value::Null => true,
            Value::Text(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Object(members) => members.is_empty(),
            Value::Bool(_) | Value::Number => false,
        }
    }
}

impl<'a> Member<'a> {
    /// The name, escapes resolved.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value.
    #[must_use]
    pub const fn node(&self) -> &Node<'a> {
        &self.node
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Value::Array(items) => write!(f, "Array({})", items.len()),
            Value::Object(members) => write!(f, "Object({})", members.len()),
            _ => write!(f, "{:?}", self.kind()),
        }
    }
}

impl fmt::Debug for Member<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Member({:?})", self.node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_costs_what_the_limits_say() {
        assert!(size_of::<Member<'_>>() <= 80 && size_of::<Node<'_>>() <= 80);
    }
}
