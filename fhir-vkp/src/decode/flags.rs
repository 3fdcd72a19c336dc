//! What reading noted on a value.

/// A small set of marks on a [`Node`](super::Node).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flags(u16);

impl Flags {
    pub(crate) const NONE: Self = Flags(0);
    /// The value, or something in it, is not what its text says: write it from the tree.
    pub(crate) const REPAIRED: Self = Flags(1);
    /// A member that FHIR does not know here.
    pub(crate) const UNKNOWN: Self = Flags(1 << 1);
    /// Leave it out of the copy for a typed model: it would sink the whole resource.
    pub(crate) const OMIT: Self = Flags(1 << 2);
    /// A date-time that a typed model wants rewritten.
    pub(crate) const REWRITE: Self = Flags(1 << 3);
    /// A date written with a time: a typed model wants the date alone.
    pub(crate) const REWRITE_DATE: Self = Flags(1 << 7);
    /// A resource that passes a limit: not read.
    pub(crate) const REFUSED: Self = Flags(1 << 8);
    /// Something in it is marked for a typed model.
    pub(crate) const INNER: Self = Flags(1 << 4);
    /// Lost to a later member of the same name.
    pub(crate) const DROPPED: Self = Flags(1 << 5);
    /// The text holds what JSON does not allow in a string.
    pub(crate) const RELAXED: Self = Flags(1 << 6);

    /// A resource of a type without a table here; a typed model may know it or not.
    pub(crate) const FOREIGN: Self = Flags(1 << 9);

    const FOR_TYPED: u16 =
        Self::OMIT.0 | Self::REWRITE.0 | Self::REWRITE_DATE.0 | Self::FOREIGN.0 | Self::INNER.0;

    /// What a container takes over from a value in it.
    pub(crate) const fn for_parent(self) -> Self {
        let mut up = self.0 & Self::REPAIRED.0;
        if self.0 & Self::FOR_TYPED != 0 {
            up |= Self::INNER.0;
        }
        Flags(up)
    }

    #[cfg(feature = "fhir-sdk")]
    /// Whether the copy for a typed model differs from the tree.
    pub(crate) const fn differs_for_typed(self) -> bool {
        self.0 & Self::FOR_TYPED != 0
    }

    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) const fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }
}
