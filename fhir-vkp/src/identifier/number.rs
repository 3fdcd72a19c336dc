//! Numbers of health personnel and organisations (FHIR reference 3).

use core::fmt;
use core::str::FromStr;

use super::{Identifier, IdentifierKind, system};

/// Why a text is no such number. Says nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidNumber {
    /// Empty, or something besides ASCII digits.
    #[error("digits only")]
    NotDigits,
    /// More or fewer digits than such a number has.
    #[error("another number of digits")]
    Length,
    /// An identifier of another system.
    #[error("an identifier of another system")]
    OtherSystem,
}

/// Defines a number of so many ASCII digits under one system.
macro_rules! number {
    ($(#[$meta:meta])* $name:ident, $system:expr, $kind:ident, $min:literal..=$max:literal, $field:ident) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name {
            $field: String,
        }

        impl $name {
            #[doc = concat!("Takes the digits, ", stringify!($min), " to ", stringify!($max), ".")]
            ///
            /// # Errors
            ///
            /// [`InvalidNumber::NotDigits`], [`InvalidNumber::Length`].
            pub fn new(digits: impl Into<String>) -> Result<Self, InvalidNumber> {
                let $field = digits.into();
                if $field.is_empty() || !$field.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(InvalidNumber::NotDigits);
                }
                if !($min..=$max).contains(&$field.len()) {
                    return Err(InvalidNumber::Length);
                }
                Ok(Self { $field })
            }
        }

        impl FromStr for $name {
            type Err = InvalidNumber;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::new(text)
            }
        }

        impl From<$name> for Identifier {
            fn from(number: $name) -> Self {
                Self::known($system, number.$field)
            }
        }

        impl TryFrom<&Identifier> for $name {
            type Error = InvalidNumber;

            fn try_from(identifier: &Identifier) -> Result<Self, Self::Error> {
                if identifier.kind() != IdentifierKind::$kind {
                    return Err(InvalidNumber::OtherSystem);
                }
                Self::new(identifier.reveal())
            }
        }
    };
}

/// A number that names a person: it prints masked.
macro_rules! personal_number {
    ($(#[$meta:meta])* $name:ident, $system:expr, $kind:ident, $min:literal..=$max:literal) => {
        number! {
            $(#[$meta])*
            ///
            /// Names a person: `Debug` and `Display` mask its last five digits.
            $name, $system, $kind, $min..=$max, secret
        }

        impl $name {
            /// The digits whole. Every call is a place where personal data may leave.
            #[must_use]
            pub fn reveal(&self) -> &str {
                &self.secret
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&super::Masked(&self.secret), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    };
}

/// A number that names an organisation: it prints whole.
macro_rules! public_number {
    ($(#[$meta:meta])* $name:ident, $system:expr, $kind:ident, $min:literal..=$max:literal) => {
        number! { $(#[$meta])* #[derive(Debug)] $name, $system, $kind, $min..=$max, digits }

        impl $name {
            /// The digits.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.digits
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.digits)
            }
        }
    };
}

personal_number! {
    /// HPR number: health personnel, 1 to 9 digits. No check digit is published.
    HprNumber, system::HPR, Hpr, 1..=9
}

personal_number! {
    /// DUF number: immigration authorities, 12 digits.
    DufNumber, system::DUF, Duf, 12..=12
}

public_number! {
    /// Organisation number (ENH): 9 digits, the last of them a check digit, which is reported and
    /// never refused.
    ///
    /// ```
    /// use fhir_vkp::identifier::{CheckDigit, OrganisationNumber};
    ///
    /// // The test municipality of Norsk helsenett has a number that does not fit.
    /// let number: OrganisationNumber = "314159265".parse()?;
    /// assert_eq!(number.check_digit(), CheckDigit::DoesNotFit);
    /// # Ok::<(), fhir_vkp::identifier::InvalidNumber>(())
    /// ```
    OrganisationNumber, system::ORGANISATION, Organisation, 9..=9
}

public_number! {
    /// RESH id: a unit of specialist care. The reference gives no length; 1 to 20 digits are taken.
    ReshId, system::RESH, Resh, 1..=20
}

public_number! {
    /// HER-id: a communication party. The reference gives no length; 1 to 20 digits are taken.
    HerId, system::HER_ID, HerId, 1..=20
}

/// What the check digit of a number says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CheckDigit {
    /// It fits.
    Fits,
    /// It does not fit: a typing error, or a number of a test environment.
    DoesNotFit,
}

impl OrganisationNumber {
    /// Whether the check digit fits: modulo 11 with the weights 3 2 7 6 5 4 3 2.
    #[must_use]
    pub fn check_digit(&self) -> CheckDigit {
        let weights = [3, 2, 7, 6, 5, 4, 3, 2, 1];
        let terms = self.digits.bytes().zip(weights);
        let sum: u32 = terms
            .map(|(digit, weight)| u32::from(digit - b'0') * weight)
            .sum();
        if sum % 11 == 0 {
            CheckDigit::Fits
        } else {
            CheckDigit::DoesNotFit
        }
    }
}
