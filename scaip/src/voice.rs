//! Addresses of the voice call: `crd` and `tnu` (SCAIP reference 6.1 and 6.3).

use std::borrow::Cow;
use std::fmt;

use crate::text::trimmed;

/// How the voice call travels; the part of an address in front of the first colon.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallScheme<'a> {
    /// `sip:` SIP. Without an address: the account that sent the message.
    Sip,
    /// `tel:` telephone. One source.
    Tel,
    /// `gsm:` mobile telephone. The address may be missing or a lone `+`.
    Gsm,
    /// `no-voice:` no call will follow.
    NoVoice,
    /// `sip-pp:` a SIP variant whose meaning is not public.
    SipPp,
    /// A scheme that no public source names; kept as sent.
    Other(&'a str),
    /// No colon at all: a bare number or SIP address, as seen in `tnu`.
    Bare,
}

/// One address of the voice call: a scheme, a colon, and possibly an address; at most 256
/// characters.
///
/// `Debug` prints the scheme and hides the number.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CallAddress<'a>(Cow<'a, str>);

impl<'a> CallAddress<'a> {
    /// Wraps an address as written; white space around it is removed.
    pub fn new(text: impl Into<Cow<'a, str>>) -> Self {
        CallAddress(trimmed(text.into()))
    }

    /// `sip:` without an address, which is what a missing `crd` means.
    #[must_use]
    pub const fn same_account() -> CallAddress<'static> {
        CallAddress(Cow::Borrowed("sip:"))
    }

    /// `no-voice:`.
    #[must_use]
    pub const fn no_voice() -> CallAddress<'static> {
        CallAddress(Cow::Borrowed("no-voice:"))
    }

    /// The whole text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The scheme, compared without regard to case.
    #[must_use]
    pub fn scheme(&self) -> CallScheme<'_> {
        let Some((scheme, _)) = self.0.split_once(':') else {
            return CallScheme::Bare;
        };
        let known = [
            ("sip", CallScheme::Sip),
            ("tel", CallScheme::Tel),
            ("gsm", CallScheme::Gsm),
            ("no-voice", CallScheme::NoVoice),
            ("sip-pp", CallScheme::SipPp),
        ];
        known
            .into_iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(scheme))
            .map_or(CallScheme::Other(scheme), |(_, known)| known)
    }

    /// What stands behind the colon; `None` when there is nothing usable, which for `gsm:`
    /// includes a lone `+`.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        let address = match self.0.split_once(':') {
            Some((_, address)) => address.trim(),
            None => &self.0,
        };
        (!address.is_empty() && address != "+").then_some(address)
    }

    /// The same, no longer borrowed.
    #[must_use]
    pub fn into_owned(self) -> CallAddress<'static> {
        CallAddress(Cow::Owned(self.0.into_owned()))
    }
}

impl<'a> From<&'a str> for CallAddress<'a> {
    fn from(text: &'a str) -> Self {
        CallAddress::new(text)
    }
}

impl fmt::Debug for CallScheme<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CallScheme::Sip => "sip:",
            CallScheme::Tel => "tel:",
            CallScheme::Gsm => "gsm:",
            CallScheme::NoVoice => "no-voice:",
            CallScheme::SipPp => "sip-pp:",
            CallScheme::Other(_) => "other:",
            CallScheme::Bare => "bare",
        })
    }
}

impl fmt::Debug for CallAddress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.scheme())?;
        if self.address().is_some() {
            f.write_str("<hidden>")
        } else {
            Ok(())
        }
    }
}

/// The addresses of one message in order; the first needs no heap.
///
/// SS 91100 allows one; the newer edition is seen to repeat `crd` and `tnu` (SCAIP reference 2).
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct CallAddresses<'a> {
    first: Option<CallAddress<'a>>,
    more: Vec<CallAddress<'a>>,
}

impl<'a> CallAddresses<'a> {
    /// No address.
    #[must_use]
    pub const fn none() -> Self {
        CallAddresses {
            first: None,
            more: Vec::new(),
        }
    }

    /// Adds one at the end.
    pub fn push(&mut self, address: CallAddress<'a>) {
        if self.first.is_none() {
            self.first = Some(address);
        } else {
            self.more.push(address);
        }
    }

    /// The first one: the one to use if only one can be.
    #[must_use]
    pub fn first(&self) -> Option<&CallAddress<'a>> {
        self.first.as_ref()
    }

    /// All of them, in order of preference.
    pub fn iter(&self) -> impl Iterator<Item = &CallAddress<'a>> {
        self.first.iter().chain(&self.more)
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.more.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// The same, no longer borrowed.
    #[must_use]
    pub fn into_owned(self) -> CallAddresses<'static> {
        CallAddresses {
            first: self.first.map(CallAddress::into_owned),
            more: self.more.into_iter().map(CallAddress::into_owned).collect(),
        }
    }
}

impl<'a> From<CallAddress<'a>> for CallAddresses<'a> {
    fn from(address: CallAddress<'a>) -> Self {
        CallAddresses {
            first: Some(address),
            more: Vec::new(),
        }
    }
}

impl<'a> FromIterator<CallAddress<'a>> for CallAddresses<'a> {
    fn from_iter<I: IntoIterator<Item = CallAddress<'a>>>(addresses: I) -> Self {
        let mut all = CallAddresses::none();
        addresses.into_iter().for_each(|address| all.push(address));
        all
    }
}

impl fmt::Debug for CallAddresses<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_reference_splits() {
        for (text, scheme, address) in [
            ("sip:", CallScheme::Sip, None),
            ("SIP:a@example.net", CallScheme::Sip, Some("a@example.net")),
            ("gsm:+4700000000", CallScheme::Gsm, Some("+4700000000")),
            ("gsm:", CallScheme::Gsm, None),
            ("gsm:+", CallScheme::Gsm, None),
            ("tel:4700000000", CallScheme::Tel, Some("4700000000")),
            ("no-voice:", CallScheme::NoVoice, None),
            ("sip-pp:x", CallScheme::SipPp, Some("x")),
            ("fax:1", CallScheme::Other("fax"), Some("1")),
            ("+4700000000", CallScheme::Bare, Some("+4700000000")),
        ] {
            let call = CallAddress::new(text);
            assert_eq!((call.scheme(), call.address()), (scheme, address), "{text}");
        }
    }

    #[test]
    fn debug_hides_the_number() {
        assert_eq!(
            format!("{:?}", CallAddress::new("gsm:+4700000000")),
            "gsm:<hidden>"
        );
        assert_eq!(format!("{:?}", CallAddress::new("no-voice:")), "no-voice:");
    }
}
