//! Parameters of searches.

use core::fmt;
use core::num::NonZeroU16;

use url::form_urlencoded::Serializer;

use crate::time::{DateTime, Precision};

/// A form or a query that is being written.
pub(super) type Pairs = Serializer<'static, String>;

pub(super) fn pairs() -> Pairs {
    Serializer::new(String::new())
}

/// How a date of a search compares (FHIR R4, Search, prefixes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Prefix {
    /// Later.
    Gt,
    /// Then or later.
    Ge,
    /// Earlier.
    Lt,
    /// Then or earlier.
    Le,
}

impl Prefix {
    /// As a parameter writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
        }
    }
}

/// A period of days or moments, written as `date=ge…` and `date=le…` (FHIR reference 9.1). An end that
/// is `None` is left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DateRange {
    /// Not before.
    pub from: Option<DateTime>,
    /// Not after.
    pub to: Option<DateTime>,
}

impl DateRange {
    pub(super) fn write(&self, pairs: &mut Pairs) {
        for (prefix, date) in [(Prefix::Ge, &self.from), (Prefix::Le, &self.to)] {
            if let Some(date) = date {
                pairs.append_pair("date", &format!("{}{date}", prefix.as_str()));
            }
        }
    }
}

/// A bound of `_lastUpdated`, always with a prefix and to the minute at least, as PIT demands it (FHIR
/// reference 9.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastUpdated {
    prefix: Prefix,
    at: DateTime,
}

/// A date where a time to the minute is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("_lastUpdated needs a time to the minute")]
pub struct TooCoarse;

impl LastUpdated {
    /// This bound.
    ///
    /// # Errors
    ///
    /// [`TooCoarse`] for a year, a month or a day.
    pub fn new(prefix: Prefix, at: DateTime) -> Result<Self, TooCoarse> {
        match at.precision() {
            Precision::Minute | Precision::Second => Ok(Self { prefix, at }),
            _ => Err(TooCoarse),
        }
    }
}

impl fmt::Display for LastUpdated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.prefix.as_str(), self.at)
    }
}

/// The order of a searchset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sort {
    /// Oldest first: `_lastUpdated`.
    OldestFirst,
    /// Newest first: `-_lastUpdated`.
    NewestFirst,
}

impl Sort {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::OldestFirst => "_lastUpdated",
            Self::NewestFirst => "-_lastUpdated",
        }
    }
}

/// A tag that must or must not be there. How JFT writes the tag of an acknowledged resource is not
/// public: the text is handed on as it is (FHIR reference 9.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagFilter {
    /// `_tag`
    Has(String),
    /// `_tag:not`
    Not(String),
}

/// What to read from JFT (FHIR reference 9.2). The next pages are reached by the `next` link only.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct JftQuery {
    /// Bounds of `_lastUpdated`.
    pub last_updated: Vec<LastUpdated>,
    /// Tags.
    pub tags: Vec<TagFilter>,
    /// Resources in one page.
    pub count: Option<NonZeroU16>,
    /// The order.
    pub sort: Option<Sort>,
}

impl JftQuery {
    pub(super) fn write(&self) -> String {
        let mut pairs = pairs();
        for bound in &self.last_updated {
            pairs.append_pair("_lastUpdated", &bound.to_string());
        }
        for tag in &self.tags {
            match tag {
                TagFilter::Has(tag) => pairs.append_pair("_tag", tag),
                TagFilter::Not(tag) => pairs.append_pair("_tag:not", tag),
            };
        }
        if let Some(count) = self.count {
            pairs.append_pair("_count", &count.to_string());
        }
        if let Some(sort) = self.sort {
            pairs.append_pair("_sort", sort.as_str());
        }
        pairs.finish()
    }
}
