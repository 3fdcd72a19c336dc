//! The services that give a caller a professional need.

use core::fmt;
use std::sync::Arc;

/// What the header `ServiceCodes` says: the services whose patients are asked for (FHIR reference 9.1).
///
/// The list of codes is open. Seen are [`TA`](Self::TA), [`GPS`](Self::GPS), [`RT`](Self::RT) and
/// [`DHO`](Self::DHO).
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceCodes(Arc<str>);

/// Why texts are no [`ServiceCodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidServiceCodes {
    /// Every search names a service.
    #[error("there must be a service code")]
    None,
    /// A code of other characters than letters, digits, hyphens, dots and underscores, or longer than 32.
    #[error("a service code must be 1 to 32 letters, digits, hyphens, dots or underscores")]
    Characters,
    /// More than 32 codes.
    #[error("there are more than 32 service codes")]
    TooMany,
}

impl ServiceCodes {
    /// Social alarm ("trygghetsalarm").
    pub const TA: &'static str = "ta";
    /// Localisation by satellite.
    pub const GPS: &'static str = "gps";
    /// The code `rt`, which was seen without an explanation.
    pub const RT: &'static str = "rt";
    /// Digital home follow-up ("digital hjemmeoppfølging").
    pub const DHO: &'static str = "dho";

    /// Joins codes.
    ///
    /// # Errors
    ///
    /// [`InvalidServiceCodes`] for none, too many, or a code that a list in a header cannot carry.
    pub fn new<'a>(codes: impl IntoIterator<Item = &'a str>) -> Result<Self, InvalidServiceCodes> {
        let mut joined = String::new();
        for (at, code) in codes.into_iter().enumerate() {
            let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
            if !(1..=32).contains(&code.len()) || !code.bytes().all(plain) {
                return Err(InvalidServiceCodes::Characters);
            }
            if at == 32 {
                return Err(InvalidServiceCodes::TooMany);
            }
            if at > 0 {
                joined.push(',');
            }
            joined.push_str(code);
        }
        if joined.is_empty() {
            return Err(InvalidServiceCodes::None);
        }
        Ok(Self(joined.into()))
    }

    /// The value of the header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn shared(&self) -> Arc<str> {
        self.0.clone()
    }
}

impl fmt::Debug for ServiceCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceCodes({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_joined_with_commas_and_cannot_break_the_header() {
        let codes = ServiceCodes::new([ServiceCodes::TA, ServiceCodes::GPS]).expect("codes");
        assert_eq!(codes.as_str(), "ta,gps");
        assert_eq!(ServiceCodes::new([]), Err(InvalidServiceCodes::None));
        for code in ["", "ta,gps", "ta\r\nx: y", "tå", "t a"] {
            let refused = ServiceCodes::new([code]);
            assert_eq!(refused, Err(InvalidServiceCodes::Characters), "{code}");
        }
        assert_eq!(
            ServiceCodes::new(["a"; 33]),
            Err(InvalidServiceCodes::TooMany)
        );
    }
}
