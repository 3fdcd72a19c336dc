//! What can happen: the kinds of the taxonomy.

use crate::class::Class;
pub use crate::generated::kinds::Kind;
use crate::generated::kinds::{FACTS, Facts};
use crate::priority::Priority;

impl Kind {
    fn facts(self) -> &'static Facts {
        // `FACTS` is generated beside the enum, in the order of its variants.
        &FACTS[self as usize]
    }

    /// The class that the kind is routed by.
    #[must_use]
    pub fn class(self) -> Class {
        self.facts().class
    }

    /// The priority unless a profile, a device or a subject overrides it.
    #[must_use]
    pub fn default_priority(self) -> Priority {
        self.facts().default_priority
    }

    /// True for kinds about body functions, medicine or seizures (taxonomy reference section 10).
    ///
    /// Carrying and showing such a message is one thing. Rules that raise, lower or suppress it from
    /// a measured value may make the product a medical device: take regulatory advice first. This
    /// crate holds no such rule.
    #[must_use]
    pub fn medical_border(self) -> bool {
        self.facts().medical_border
    }

    /// One sentence that says what the kind means.
    #[must_use]
    pub fn definition(self) -> &'static str {
        self.facts().definition
    }

    /// The kind as a slice of one, without allocating.
    pub(crate) fn as_slice(self) -> &'static [Self] {
        core::slice::from_ref(&Self::ALL[self as usize])
    }
}
