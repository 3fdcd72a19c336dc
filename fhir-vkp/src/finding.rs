//! What a reader found wrong, and where. Never what stood there.

use core::fmt;

/// A place in a resource, printed as FHIRPath does: `Bundle.entry[2].resource.identifier[0].value`.
///
/// Holds names and indexes only, never a value. Names come from the text that was read, where a fault
/// may put anything in their place, the name of a person too. So one rule: a name is shown when it
/// is a resource type of R4 or an element that the tables of this crate know at whatever place, and
/// prints as `?` otherwise. What the `?` stands for is found by
/// [`Resource::unknown_members`](crate::decode::Resource::unknown_members), or by the offset of a
/// [`DecodeError`](crate::decode::DecodeError).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(String);

impl Path {
    /// A path that begins at a resource or at a document: `Bundle`.
    #[must_use]
    pub fn new(root: &str) -> Self {
        let mut path = Self::default();
        path.push_member(root);
        path
    }

    /// This path and a member below it.
    #[must_use]
    pub fn member(&self, name: &str) -> Self {
        let mut path = self.clone();
        path.push_member(name);
        path
    }

    /// This path and an element of the array it names, counted from zero.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        let mut path = self.clone();
        path.push_index(index);
        path
    }

    /// Goes down to a member.
    pub fn push_member(&mut self, name: &str) {
        if !self.0.is_empty() {
            self.0.push('.');
        }
        self.0.push_str(shown(name));
    }

    /// Goes down to an element of an array, counted from zero.
    pub fn push_index(&mut self, index: usize) {
        use fmt::Write;
        // Writing to a String cannot fail.
        let _ = write!(self.0, "[{index}]");
    }

    /// A mark for [`Path::truncate`].
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the path names nothing yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Goes back up to a mark that [`Path::len`] gave. Marks beyond the end change nothing.
    pub fn truncate(&mut self, mark: usize) {
        if self.0.is_char_boundary(mark) {
            self.0.truncate(mark);
        }
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What may be shown of a name that a text gave to a member or to a type of resource.
pub(crate) fn shown(name: &str) -> &str {
    if crate::decode::is_name(name) {
        name
    } else {
        "?"
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// One deviation that was read past (FHIR reference 13).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Finding {
    /// Where.
    pub path: Path,
    /// What.
    pub kind: FindingKind,
}

impl Finding {
    /// A finding at a place.
    #[must_use]
    pub const fn new(path: Path, kind: FindingKind) -> Self {
        Self { path, kind }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.kind)
    }
}

/// Defines the kinds with the words they print as.
macro_rules! kinds {
    ($($(#[$meta:meta])* $variant:ident = $text:literal),+ $(,)?) => {
        /// What deviates. The numbers are those of the rules in FHIR reference 13.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum FindingKind {
            $($(#[$meta])* $variant),+
        }

        impl fmt::Display for FindingKind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(match self {
                    $(Self::$variant => $text),+
                })
            }
        }
    };
}

kinds! {
    /// Rule 1: one object (or one value) where an array belongs; read as an array of one.
    SingleObjectForArray = "a single value where an array belongs",
    /// Rule 2: `""`, read as absent.
    EmptyString = "an empty string",
    /// Rule 2: `{}`, read as absent.
    EmptyObject = "an empty object",
    /// Rule 2: `[]`, read as absent.
    EmptyArray = "an empty array",
    /// Rule 2: `null`, read as absent.
    Null = "null",
    /// Rule 3: a member that R4 does not know; kept aside.
    UnknownMember = "a member that FHIR R4 does not know",
    /// Rule 4: a code that its code system does not hold; kept as text.
    UnknownCode = "a code that the code system does not hold",
    /// Rule 4: another address of a known code system or identifier system; read as that system.
    SystemAlias = "another address of the system",
    /// Rule 4: an older version of a VKP code system. Its codes are never mapped by number.
    OldSystemVersion = "an older version of the code system",
    /// Rule 8: a date-time without offset; read as the local time of Norway.
    NoOffset = "a date-time without offset",
    /// Rule 8: a time without seconds; read as the full minute.
    NoSeconds = "a time without seconds",
    /// Rule 8: a date-time that cannot be read; kept as text.
    UnparsableDateTime = "a date-time that cannot be read",
    /// Two choices of one element (`identifiedDateTime` and `identifiedPeriod`); the first in the
    /// order of the definition wins.
    TwoChoices = "two choices of one element",
    /// Rule 10: a key that stands twice in one object; the last wins.
    DuplicateKey = "a key that stands twice",
    /// Rule 10: the document begins with a byte-order mark.
    ByteOrderMark = "a byte-order mark",
    /// Rule 12: a number in a string where a number belongs.
    NumberAsString = "a number written as a string",
    /// Rule 12: a number where a string belongs.
    StringAsNumber = "a string written as a number",
    /// A modifier extension: it may change or even negate the meaning of the element that carries it
    /// (FHIR R4, Extensibility). This crate knows none, and reads the element as if it were not there:
    /// show such an element to a person. Legal FHIR; strict reading accepts it.
    ModifierExtension = "a modifier extension, which may change what the element means",
    /// Another type of value than the element has; kept aside.
    WrongType = "a value of another type than the element has",
    /// Rule 6: a code of a system that has its place elsewhere, as an alert code in
    /// `Composition.type`.
    CodeInWrongPlace = "a code of a system that belongs elsewhere",
    /// Rule 6: code and text speak of different things. Text for showing, code for counting.
    CodeContradictsText = "a code that contradicts its text",
    /// Rule 7: a reference to nothing that is there.
    DanglingReference = "a reference to nothing that is there",
    /// Rule 9: a document Bundle whose first entry is no Composition.
    CompositionNotFirst = "the Composition does not stand first",
    /// Rule 9: a document Bundle without an identifier.
    MissingBundleIdentifier = "the Bundle has no identifier",
    /// Rule 9: a document Bundle without a timestamp.
    MissingTimestamp = "the Bundle has no timestamp",
    /// Two entries of a Bundle with the same `fullUrl`.
    DuplicateFullUrl = "a fullUrl that stands twice",
    /// A resource type that this crate does not know; the entry is kept raw.
    UnknownResource = "a resource of an unknown type",
    /// An element that FHIR or the profile demands is not there.
    MissingElement = "a mandatory element is missing",
    /// A sign of STU3: a `MessageHeader` with a receiver, a `-v05` or `-v06` profile, a `Flag`
    /// (FHIR reference 1).
    OlderRelease = "a sign of the older STU3 interface",
    /// The typed model does not carry this part over (FHIR reference 12).
    LostByTypedModel = "a part that the typed model does not carry",
    /// An organisation number whose check digit does not fit; taken as it is (FHIR reference 3). Test
    /// environments have such numbers; strict reading accepts them.
    CheckDigit = "a check digit does not fit",
    /// An array of one where a single value belongs; read as that value.
    ArrayForSingle = "an array where a single value belongs",
    /// `"true"` or `"false"` where a boolean belongs.
    BooleanAsString = "a boolean written as a string",
    /// A control character that is not escaped, or half a surrogate pair (RFC 8259 section 7).
    InvalidString = "a string that JSON does not allow",
}

impl FindingKind {
    /// Whether it departs from FHIR or its profiles, so that strict reading refuses it. The others only
    /// want to be seen.
    #[must_use]
    pub const fn is_deviation(self) -> bool {
        !matches!(self, Self::CheckDigit | Self::ModifierExtension)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_prints_as_fhirpath_does() {
        let mut path = Path::new("Bundle").member("entry").index(2);
        let mark = path.len();
        path.push_member("resource");
        assert_eq!(
            path.member("identifier").index(0).as_str(),
            "Bundle.entry[2].resource.identifier[0]"
        );
        path.truncate(mark);
        assert_eq!(path.as_str(), "Bundle.entry[2]");
    }

    #[test]
    fn a_member_name_that_may_be_personal_is_not_shown() {
        let path = Path::new("Patient");
        for name in [
            "15813410033",
            "KariNordmann",
            "_Nordmann",
            "a b",
            "",
            "navn: Kari",
            "æ",
            &"x".repeat(65),
        ] {
            assert_eq!(path.member(name).as_str(), "Patient.?");
            assert_eq!(Path::new(name).as_str(), "?");
        }
        assert_eq!(path.member("_birthDate").as_str(), "Patient._birthDate");
    }
}
