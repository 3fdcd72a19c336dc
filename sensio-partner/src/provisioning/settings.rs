//! How an integration is set up.

use core::fmt;
use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::id::{GroupId, InvalidId, SiteId};
use super::plan::Warning;
use super::state::{Group, Memberships, Site};
use super::value::FingerprintKey;

/// The attribute by which an employee is recognised as a person (Partner API reference 12.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum MatchAttribute {
    /// E-mail address, compared without case.
    #[serde(rename = "email")]
    Email,
    /// User name, compared without case.
    #[serde(rename = "username")]
    Username,
    /// National identity number, compared by its digits.
    #[serde(rename = "pid")]
    Pid,
    /// The identity system's id of the person, compared exactly.
    #[serde(rename = "externalID")]
    ExternalId,
}

impl MatchAttribute {
    /// The name in settings and plans.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Username => "username",
            Self::Pid => "pid",
            Self::ExternalId => "externalID",
        }
    }

    /// The form in which two values are compared. Empty means: matches nothing.
    #[must_use]
    pub fn normalised(self, value: &str) -> Cow<'_, str> {
        let value = value.trim();
        match self {
            Self::Email | Self::Username => Cow::Owned(value.to_lowercase()),
            Self::Pid => Cow::Owned(value.chars().filter(char::is_ascii_digit).collect()),
            Self::ExternalId => Cow::Borrowed(value),
        }
    }
}

impl fmt::Display for MatchAttribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Sites and groups that are no business of the integration. An excluded site excludes its groups.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Exclusions {
    /// Ids of sites.
    pub sites: BTreeSet<SiteId>,
    /// Ids of groups.
    pub groups: BTreeSet<GroupId>,
}

impl Exclusions {
    /// Reads the two comma-separated lists of the public integration; empty places are passed over.
    ///
    /// # Errors
    ///
    /// [`InvalidId`] for an id that cannot be one.
    pub fn from_lists(sites: &str, groups: &str) -> Result<Self, InvalidId> {
        fn ids(list: &str) -> impl Iterator<Item = &str> {
            list.split(',').map(str::trim).filter(|id| !id.is_empty())
        }
        Ok(Self {
            sites: ids(sites).map(SiteId::new).collect::<Result<_, _>>()?,
            groups: ids(groups).map(GroupId::new).collect::<Result<_, _>>()?,
        })
    }

    /// The same with the groups of excluded sites; unknown ids are a warning.
    pub(super) fn closed_over(
        &self,
        sites: &[Site],
        groups: &[Group],
        warnings: &mut Vec<Warning>,
    ) -> Self {
        for site in &self.sites {
            if !sites.iter().any(|known| known.id == *site) {
                warnings.push(Warning::UnknownExcludedSite {
                    site_id: site.clone(),
                });
            }
        }
        for group in &self.groups {
            if !groups.iter().any(|known| known.id == *group) {
                warnings.push(Warning::UnknownExcludedGroup {
                    group_id: group.clone(),
                });
            }
        }
        let of_sites = groups
            .iter()
            .filter(|group| self.sites.contains(&group.site));
        let mut closed = self.clone();
        closed.groups.extend(of_sites.map(|group| group.id.clone()));
        closed
    }
}

/// How many memberships a plan may remove without being confirmed: a share of all, and at least a
/// number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Brakes {
    /// Percent of the memberships that were read: 10.
    pub percent: u8,
    /// Allowed whatever the share says: 5.
    pub at_least: usize,
}

impl Default for Brakes {
    fn default() -> Self {
        Self {
            percent: 10,
            at_least: 5,
        }
    }
}

impl Brakes {
    /// How many of so many memberships may be removed.
    #[must_use]
    pub fn allowed(self, memberships: usize) -> usize {
        let share = memberships.saturating_mul(usize::from(self.percent)) / 100;
        share.max(self.at_least)
    }
}

/// Whether the integration has run before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RunKind {
    /// The very first run only adds: what it finds is not its own.
    First,
    /// Any later run.
    Regular,
}

/// The settings of an integration with one customer.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// How employees are recognised.
    pub match_by: MatchAttribute,
    /// Further attributes, asked in order where the one before is empty or matches nobody. Empty by
    /// default.
    pub fallbacks: Vec<MatchAttribute>,
    /// What is left alone.
    pub exclusions: Exclusions,
    /// Whether this is the very first run.
    pub run: RunKind,
    /// How much a plan may remove.
    pub brakes: Brakes,
    /// Memberships from before the integration, never removed: store what
    /// [`ActualState::memberships`](super::ActualState::memberships) gives at go-live. Empty by default.
    pub predating: Memberships,
    /// Hashes national identity numbers.
    pub key: FingerprintKey,
}

impl Settings {
    /// The recommended settings.
    #[must_use]
    pub fn new(match_by: MatchAttribute, run: RunKind, key: FingerprintKey) -> Self {
        Self {
            match_by,
            fallbacks: Vec::new(),
            exclusions: Exclusions::default(),
            run,
            brakes: Brakes::default(),
            predating: Memberships::default(),
            key,
        }
    }

    /// The attributes in the order in which they are asked, each once.
    pub(super) fn attributes(&self) -> Vec<MatchAttribute> {
        let mut all = vec![self.match_by];
        for attribute in &self.fallbacks {
            if !all.contains(attribute) {
                all.push(*attribute);
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_as_the_reference_says() {
        for (attribute, a, b) in [
            (
                MatchAttribute::Email,
                " Kari@Example.NO ",
                "kari@example.no",
            ),
            (MatchAttribute::Username, "KARI", "kari"),
            (MatchAttribute::Pid, "158134 10033", "15813410033"),
            (MatchAttribute::ExternalId, " A1 ", "A1"),
        ] {
            assert_eq!(
                attribute.normalised(a),
                attribute.normalised(b),
                "{attribute}"
            );
        }
        let exact = MatchAttribute::ExternalId;
        assert_ne!(exact.normalised("a1"), exact.normalised("A1"));
    }

    #[test]
    fn lists_of_ids_are_separated_by_commas() {
        let exclusions = Exclusions::from_lists("17, 18,", "").expect("ids");
        assert_eq!(exclusions.sites.len(), 2);
        assert!(exclusions.groups.is_empty());
    }

    #[test]
    fn ten_percent_and_at_least_five_may_be_removed() {
        let brakes = Brakes::default();
        assert_eq!([0, 50, 60, 1000].map(|n| brakes.allowed(n)), [5, 5, 6, 100]);
    }
}
