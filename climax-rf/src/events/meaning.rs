//! What a report means, and according to whom.

use core::fmt;

use super::class::EventClass;
use super::generated::MEANINGS;
use super::profile::Profile;
use crate::codes::Entry;
use crate::contact_id::{ContactId, EventCode, Qualifier};
use crate::provenance::Provenance;

/// Who gives a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Source {
    /// Equipment of this profile. [`Profile::Cloud`] stands for the maker's list of qualified
    /// events.
    Profile(Profile),
    /// The Contact ID standard.
    Standard,
    /// Nobody: only the class that the first digit tells (Climax reference 6).
    Class,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Profile(profile) => profile.fmt(f),
            Self::Standard => f.pad("standard"),
            Self::Class => f.pad("class"),
        }
    }
}

/// What one source says that an event means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Claim {
    pub(super) source: Source,
    pub(super) meaning: &'static str,
    pub(super) names: &'static [Entry],
}

impl Claim {
    /// The source.
    #[must_use]
    pub const fn source(&self) -> Source {
        self.source
    }

    /// The meaning in short, in English.
    #[must_use]
    pub const fn meaning(&self) -> &'static str {
        self.meaning
    }

    /// Every name in the table of the source; at least one, the first one is the one to use.
    #[must_use]
    pub const fn names(&self) -> &'static [Entry] {
        self.names
    }

    /// How the first name came to be known.
    #[must_use]
    pub const fn provenance(&self) -> Provenance {
        match self.names {
            [first, ..] => first.provenance,
            [] => Provenance::Inferred,
        }
    }
}

/// One meaning of an event, with everybody who gives it that meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Meaning {
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub(super) distinction: Option<Provenance>,
    pub(super) claims: &'static [Claim],
}

impl Meaning {
    /// Who says so; at least one. Care comes first, then mobile, intrusion, the maker's list, the
    /// standard.
    #[must_use]
    pub const fn claims(&self) -> &'static [Claim] {
        self.claims
    }

    /// The meaning in short, in the words of the first who says so.
    #[must_use]
    pub const fn meaning(&self) -> &'static str {
        match self.claims {
            [first, ..] => first.meaning,
            [] => "",
        }
    }

    /// How it is known that the event has other meanings beside this one; `None` when all sources
    /// agree. [`Provenance::Inferred`] where this crate found it by comparing the tables.
    #[must_use]
    pub const fn distinction(&self) -> Option<Provenance> {
        self.distinction
    }

    /// What a source says, if it is among those who give this meaning.
    #[must_use]
    pub fn claim(&self, source: Source) -> Option<&'static Claim> {
        self.claims.iter().find(|claim| claim.source == source)
    }
}

/// What a report means in a profile: at least one meaning.
///
/// With the feature `serde` it is written with all claims, names and provenance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Meanings {
    profile: Profile,
    source: Option<Source>,
    meanings: &'static [Meaning],
}

impl Meanings {
    /// The profile that was asked.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// Whose meaning it is; `None` in the profile *unknown* where sources answered. Another one
    /// than the profile asked: it has no meaning of its own for the event.
    #[must_use]
    pub const fn source(&self) -> Option<Source> {
        self.source
    }

    /// The meanings; more than one only in the profile *unknown*.
    #[must_use]
    pub const fn all(&self) -> &'static [Meaning] {
        self.meanings
    }

    /// Whether it depends on the profile, which nobody said.
    #[must_use]
    pub const fn is_ambiguous(&self) -> bool {
        self.meanings.len() > 1
    }

    /// Whether no table has the event: the meaning is that of its class.
    #[must_use]
    pub fn is_unknown_code(&self) -> bool {
        self.source == Some(Source::Class)
    }

    /// The claim to show first: that of the source, or the first of all.
    #[must_use]
    pub fn claim(&self) -> &'static Claim {
        let first = self.meanings.first();
        let own = self
            .source
            .and_then(|source| first.and_then(|meaning| meaning.claim(source)));
        let any = || first.and_then(|meaning| meaning.claims.first());
        own.or_else(any).unwrap_or(EventClass::Unassigned.claim())
    }

    /// The meaning in short, in the words of [`claim`](Self::claim).
    #[must_use]
    pub fn meaning(&self) -> &'static str {
        self.claim().meaning
    }
}

/// Meanings joined by `or`: `fall or panic`.
impl fmt::Display for Meanings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.meaning())?;
        for other in self.meanings.iter().skip(1) {
            write!(f, " or {}", other.meaning())?;
        }
        Ok(())
    }
}

/// What a report means in a profile (Climax reference 7.1 and 7.2).
///
/// The profile's own table answers first, then the maker's list, then the standard, then the class
/// by the hundreds digit: there is always a meaning and never an error. In [`Profile::Unknown`]
/// every meaning is given, care first.
///
/// Qualifier 3 has names of its own in places (1661 help arrived, 3661 visit finished); elsewhere
/// the meaning is that of the event which is restored. Any other qualifier counts as 1.
///
/// ```
/// use climax_rf::contact_id::{ContactId, EventCode, Group, Qualifier, Zone};
/// use climax_rf::events::{Profile, meaning};
///
/// let report = ContactId {
///     qualifier: Qualifier::EVENT,
///     code: EventCode::new(120).ok_or("three digits")?,
///     group: Group::PANEL,
///     zone: Zone::new(3).ok_or("three digits")?,
/// };
/// assert_eq!(meaning(Profile::CareUnitA, &report).meaning(), "fall");
/// assert_eq!(meaning(Profile::Intrusion, &report).meaning(), "panic");
///
/// let unknown = meaning(Profile::Unknown, &report);
/// assert!(unknown.is_ambiguous());
/// assert_eq!(unknown.to_string(), "fall or panic");
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn meaning(profile: Profile, report: &ContactId) -> Meanings {
    let Some(known) = known(report.qualifier, report.code) else {
        return of_class(profile, report.code);
    };
    if profile == Profile::Unknown {
        return Meanings {
            profile,
            source: None,
            meanings: known,
        };
    }
    let chain = [
        Source::Profile(profile),
        Source::Profile(Profile::Cloud),
        Source::Standard,
    ];
    for source in chain {
        let place = known
            .iter()
            .position(|meaning| meaning.claim(source).is_some());
        if let Some(meanings) = place.and_then(|place| known.get(place..=place)) {
            return Meanings {
                profile,
                source: Some(source),
                meanings,
            };
        }
    }
    of_class(profile, report.code)
}

fn known(qualifier: Qualifier, code: EventCode) -> Option<&'static [Meaning]> {
    let restore = qualifier == Qualifier::RESTORE;
    let key = code.number()? + if restore { 3000 } else { 1000 };
    let found = MEANINGS.binary_search_by_key(&key, |(key, _)| *key).ok()?;
    MEANINGS.get(found).map(|(_, meanings)| *meanings)
}

fn of_class(profile: Profile, code: EventCode) -> Meanings {
    Meanings {
        profile,
        source: Some(Source::Class),
        meanings: EventClass::of(code).meanings(),
    }
}

/// Every event that a table names, with its meanings: 1000 times the qualifier (1 or 3) plus the
/// event. For tools that print or check the tables.
pub fn all_meanings() -> impl Iterator<Item = (u16, &'static [Meaning])> {
    MEANINGS.iter().copied()
}
