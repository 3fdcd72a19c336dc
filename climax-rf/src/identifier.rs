//! Numbers that a state machine gives to what it holds.

/// A newtype over a rising number that begins with 1.
macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(u64);

        impl $name {
            /// The number, from 1.
            #[must_use]
            pub const fn get(self) -> u64 {
                self.0
            }

            #[allow(dead_code, reason = "some machines count by themselves")]
            pub(crate) const FIRST: Self = $name(1);

            /// This one; `self` becomes the one after.
            #[allow(dead_code, reason = "some machines count by themselves")]
            pub(crate) const fn take(&mut self) -> Self {
                let this = *self;
                self.0 += 1;
                this
            }
        }
    };
}

pub(crate) use identifier;
