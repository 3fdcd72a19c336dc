//! Times and spans of time.

use super::{accessors, element_view, one, time};
use crate::DateTime;
use crate::decode::Node;

element_view! {
    /// A span of time; either end may be open.
    Period
}

accessors! { Period:
    /// When it begins.
    start: time "start";
    /// When it ends; a date means the whole day.
    end: time "end";
}

/// When something was: a point in time, a span, or what people wrote.
#[derive(Clone)]
#[non_exhaustive]
pub enum When<'r> {
    /// A point in time, or a date.
    At(DateTime),
    /// A span.
    During(Period<'r>),
    /// A text, an age, or a date-time that cannot be read.
    Text(&'r str),
}

super::hidden_debug!(When);

impl<'r> When<'r> {
    /// The first choice of `stem[x]` that is there, in the order of the definition.
    pub(super) fn of(node: &'r Node<'r>, date_time: &str, period: &str) -> Option<Self> {
        if let Some(at) = time(node, date_time) {
            return Some(When::At(at));
        }
        if let Some(text) = node.text(date_time) {
            return Some(When::Text(text));
        }
        one(node, period).map(When::During)
    }

    /// The point in time, or the beginning of the span.
    #[must_use]
    pub fn start(&self) -> Option<DateTime> {
        match self {
            When::At(at) => Some(at.clone()),
            When::During(period) => period.start(),
            When::Text(_) => None,
        }
    }
}
