//! What a typed value lost: the tree that was read against the tree that it writes.

use crate::decode::node::{Member, Node, Value};
use crate::decode::write::{Purpose, is_left_out};
use crate::decode::{Limits, Resource, parse_plain};
use crate::{Finding, FindingKind, Path};

/// The most losses that are told one by one.
const MOST: usize = 1_000;

struct Compare {
    path: Path,
    lost: Vec<Finding>,
}

/// What is in the resource and not, or not so, in `written`.
pub(super) fn lost(resource: Resource<'_>, written: &str) -> Vec<Finding> {
    let mut compare = Compare {
        path: Path::new(resource.resource_type()),
        lost: Vec::new(),
    };
    match parse_plain(written, Limits::DEFAULT) {
        Some(written) => compare.node(resource.node(), &written),
        None => compare.note(),
    }
    compare.lost
}

impl Compare {
    #[cold]
    fn note(&mut self) {
        if self.lost.len() < MOST {
            let path = self.path.clone();
            self.lost
                .push(Finding::new(path, FindingKind::LostByTypedModel));
        }
    }

    fn node(&mut self, read: &Node<'_>, written: &Node<'_>) {
        let same = match (&read.value, &written.value) {
            (Value::Object(read), Value::Object(written)) => return self.object(read, written),
            (Value::Array(read), Value::Array(written)) => return self.array(read, written),
            (Value::Number, Value::Number) => read.raw == written.raw,
            (Value::Text(read), Value::Text(written)) => read == written,
            (Value::Bool(read), Value::Bool(written)) => read == written,
            (Value::Null, Value::Null) => true,
            _ => false,
        };
        if !same {
            self.note();
        }
    }

    fn object(&mut self, read: &[Member<'_>], written: &[Member<'_>]) {
        let mark = self.path.len();
        // Both come in the order of the definition for the most part.
        let mut hint = 0;
        for member in read {
            let (before, after) = written.split_at(hint.min(written.len()));
            let found = after
                .iter()
                .position(|other| other.name == member.name)
                .map(|at| at + before.len())
                .or_else(|| before.iter().position(|other| other.name == member.name));
            self.path.push_member(&member.name);
            match found.and_then(|at| Some((at, written.get(at)?))) {
                Some((at, other)) => {
                    hint = at + 1;
                    self.node(&member.node, &other.node);
                }
                None => self.note(),
            }
            self.path.truncate(mark);
        }
    }

    fn array(&mut self, read: &[Node<'_>], written: &[Node<'_>]) {
        let mark = self.path.len();
        // What was left out shifts the rest.
        let mut others = written.iter();
        for (index, item) in read.iter().enumerate() {
            self.path.push_index(index);
            let other = match is_left_out(item, Purpose::Typed) {
                true => None,
                false => others.next(),
            };
            match other {
                Some(other) => self.node(item, other),
                None => self.note(),
            }
            self.path.truncate(mark);
        }
    }
}
