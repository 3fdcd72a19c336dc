//! The members of an event's body, and sets of them.

use core::fmt;

/// A member of the body of an event (Partner API reference 4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Member {
    /// `triggerValue`.
    TriggerValue,
    /// `images`.
    Images,
    /// `externalEventId`.
    ExternalEventId,
    /// `state`.
    State,
    /// `description`.
    Description,
}

impl Member {
    /// Every member, in the order in which they are written.
    pub const ALL: [Self; 5] = [
        Self::TriggerValue,
        Self::Images,
        Self::ExternalEventId,
        Self::State,
        Self::Description,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TriggerValue => "triggerValue",
            Self::Images => "images",
            Self::ExternalEventId => "externalEventId",
            Self::State => "state",
            Self::Description => "description",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of members, such as what was left out of a body.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Members(u8);

impl Members {
    /// None.
    pub const NONE: Self = Self(0);

    /// The set with the member.
    #[must_use]
    pub const fn with(self, member: Member) -> Self {
        Self(self.0 | member.bit())
    }

    /// What is in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether the member is in the set.
    #[must_use]
    pub const fn contains(self, member: Member) -> bool {
        self.0 & member.bit() != 0
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The members, in the order in which they are written.
    pub fn iter(self) -> impl Iterator<Item = Member> {
        Member::ALL.into_iter().filter(move |m| self.contains(*m))
    }
}

impl FromIterator<Member> for Members {
    fn from_iter<I: IntoIterator<Item = Member>>(members: I) -> Self {
        members.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl fmt::Display for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, member) in self.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            f.write_str(member.name())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let set: Members = [Member::Description, Member::Images].into_iter().collect();
        assert!(set.contains(Member::Images) && !set.contains(Member::State));
        assert_eq!(set.to_string(), "images, description");
        assert_eq!(set.union(Members::NONE), set);
        let images = Members::NONE.with(Member::Images);
        assert_eq!(set.intersection(images.with(Member::State)), images);
    }
}
