//! What partners in the field do wrong.

use super::partner::Action;
use crate::rate::Faults;

/// Something that a simulated partner does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// Members that are not used, as `null`, `""` and `[]` (Partner API reference 4.2).
    UnusedMembers,
    /// Names in Pascal case.
    PascalCase,
    /// A number written as text.
    NumberAsText,
    /// A member that nobody knows.
    UnknownMember,
    /// A member twice, with two values.
    DuplicateMember,
    /// A body that breaks off.
    CutBody,
    /// A body larger than a server takes.
    LargeBody,
    /// No content type.
    NoContentType,
    /// No access token.
    NoToken,
    /// An access token that nobody has issued.
    WrongToken,
    /// A device that is not registered.
    UnknownDevice,
    /// A code that is in no table.
    UnknownCode,
    /// Zeros before the code.
    LeadingZeros,
    /// Every call twice, as after a lost answer.
    Twice,
}

impl Fault {
    /// Every fault.
    pub const ALL: &'static [Fault] = &[
        Fault::UnusedMembers,
        Fault::PascalCase,
        Fault::NumberAsText,
        Fault::UnknownMember,
        Fault::DuplicateMember,
        Fault::CutBody,
        Fault::LargeBody,
        Fault::NoContentType,
        Fault::NoToken,
        Fault::WrongToken,
        Fault::UnknownDevice,
        Fault::UnknownCode,
        Fault::LeadingZeros,
        Fault::Twice,
    ];

    /// The name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Fault::UnusedMembers => "unused-members",
            Fault::PascalCase => "pascal-case",
            Fault::NumberAsText => "number-as-text",
            Fault::UnknownMember => "unknown-member",
            Fault::DuplicateMember => "duplicate-member",
            Fault::CutBody => "cut-body",
            Fault::LargeBody => "large-body",
            Fault::NoContentType => "no-content-type",
            Fault::NoToken => "no-token",
            Fault::WrongToken => "wrong-token",
            Fault::UnknownDevice => "unknown-device",
            Fault::UnknownCode => "unknown-code",
            Fault::LeadingZeros => "leading-zeros",
            Fault::Twice => "twice",
        }
    }

    /// One line for people: what the partner does, and what a lenient server makes of it.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Fault::UnusedMembers => {
                "unused members as null, \"\" and []: accepted; the vendor's server may answer 500"
            }
            Fault::PascalCase => "names in Pascal case: accepted",
            Fault::NumberAsText => "a trigger value as text: accepted",
            Fault::UnknownMember => "a member that nobody knows: accepted",
            Fault::DuplicateMember => "one member twice: refused (400)",
            Fault::CutBody => "a body that breaks off: refused (400)",
            Fault::LargeBody => "a body of half a mebibyte: refused (413)",
            Fault::NoContentType => "no content type: accepted",
            Fault::NoToken => "no access token: refused (401)",
            Fault::WrongToken => "an access token that nobody has issued: refused (401)",
            Fault::UnknownDevice => "a device that is not registered: refused (404)",
            Fault::UnknownCode => "code 902, which is in no table: accepted, codes are data",
            Fault::LeadingZeros => "zeros before the code: accepted",
            Fault::Twice => "every call twice, as after a lost answer: accepted twice, raised once",
        }
    }

    /// The calls that it can show in, in words.
    #[must_use]
    pub const fn calls(self) -> &'static str {
        match (self.shows_in(Action::Delete), self.shows_in(Action::Status)) {
            (true, true) => "all",
            (true, false) => "post, put, delete",
            (false, true) => "all but delete",
            (false, false) => "post, put",
        }
    }

    /// Whether it can show in what is done.
    #[must_use]
    pub const fn shows_in(self, action: Action) -> bool {
        let has_body = !matches!(action, Action::Delete);
        let is_event = matches!(action, Action::Post | Action::Put | Action::Delete);
        match self {
            _ if self.is_in_event_bodies() => has_body && is_event,
            Fault::UnknownCode | Fault::LeadingZeros => is_event,
            Fault::CutBody | Fault::LargeBody | Fault::NoContentType => has_body,
            _ => true,
        }
    }

    /// Whether it changes the members of an event.
    pub(super) const fn is_in_event_bodies(self) -> bool {
        matches!(
            self,
            Fault::UnusedMembers
                | Fault::PascalCase
                | Fault::NumberAsText
                | Fault::UnknownMember
                | Fault::DuplicateMember
        )
    }
}

impl Faults for Fault {
    const PROTOCOL: &'static str = "sensio-partner";
    const EVERY: &'static [Self] = Self::ALL;

    fn name(self) -> &'static str {
        self.name()
    }
}

/// A fault of a partner and how often it shows: `twice`, or `twice:30` for 30 of 100 calls.
pub type FaultRate = crate::FaultRate<Fault>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::UnknownFault;

    #[test]
    fn every_fault_reads_back_with_its_rate() {
        for &fault in Fault::ALL {
            for percent in [0, 30, 100] {
                let mut rate = FaultRate::always(fault);
                rate.percent = percent;
                assert_eq!(rate.to_string().parse(), Ok(rate));
            }
        }
        for (text, error) in [
            ("", UnknownFault::Name("sensio-partner")),
            ("thrice", UnknownFault::Name("sensio-partner")),
            ("twice:", UnknownFault::Rate("twice")),
            ("twice:101", UnknownFault::Rate("twice")),
        ] {
            assert_eq!(text.parse::<FaultRate>(), Err(error), "{text}");
        }
    }
}
