//! Deviations put into good documents, each with what a reader must find and with the document that it
//! must give back: nothing else is found, and nothing else is lost (FHIR reference 13 and 14.8).
//!
//! The limits of rule 13 refuse a document, so they are none of these.

mod edit;
mod fit;

use fhir_vkp::FindingKind;
use fhir_vkp::decode::Decoded;
use serde_json::Value;

/// What is put into a document. Some of it is legal and rare, and must be read without a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deviation {
    // Rules 1 to 3 and 12.
    UnknownMember,
    EmptyString,
    EmptyObject,
    EmptyArray,
    Null,
    SingleForArray,
    ArrayForSingle,
    NumberForText,
    TextForBoolean,
    TextForNumber,
    WrongType,
    NullBesideTwin,
    UnknownExtension,
    // Rules 4 to 6.
    UnknownCode,
    UnknownStatus,
    ValueSetAddress,
    HttpsAddress,
    OldAddress,
    OldProfile,
    IdentifierAlias,
    OtherDisplay,
    CodeInWrongPlace,
    CodeContradictsText,
    // Rule 7.
    LocalIdentifier,
    LiteralReference,
    DanglingReference,
    // Rule 8.
    NoOffset,
    NoSeconds,
    SevenDigits,
    MonthOnly,
    NoTime,
    TwoChoices,
    // Rules 9 to 11.
    OtherBundleType,
    CompositionNotFirst,
    NoBundleIdentifier,
    NoTimestamp,
    SameFullUrl,
    UnknownResource,
    NoStatus,
    KeyTwice,
    PlainDiv,
}

/// What repairing makes of it.
enum Repaired {
    /// What was there before.
    Undone,
    /// It stays as it was written.
    Kept,
    /// This, in its place.
    As(Value),
}

impl Deviation {
    /// All of them. Seeds name them by their number, so new ones stand last.
    pub(crate) const ALL: [Self; 41] = [
        Self::UnknownMember,
        Self::EmptyString,
        Self::EmptyObject,
        Self::EmptyArray,
        Self::Null,
        Self::SingleForArray,
        Self::ArrayForSingle,
        Self::NumberForText,
        Self::TextForBoolean,
        Self::TextForNumber,
        Self::UnknownCode,
        Self::UnknownStatus,
        Self::ValueSetAddress,
        Self::HttpsAddress,
        Self::OldAddress,
        Self::OldProfile,
        Self::IdentifierAlias,
        Self::OtherDisplay,
        Self::CodeInWrongPlace,
        Self::CodeContradictsText,
        Self::LocalIdentifier,
        Self::LiteralReference,
        Self::DanglingReference,
        Self::NoOffset,
        Self::NoSeconds,
        Self::SevenDigits,
        Self::MonthOnly,
        Self::NoTime,
        Self::TwoChoices,
        Self::OtherBundleType,
        Self::CompositionNotFirst,
        Self::NoBundleIdentifier,
        Self::NoTimestamp,
        Self::SameFullUrl,
        Self::UnknownResource,
        Self::NoStatus,
        Self::KeyTwice,
        Self::PlainDiv,
        Self::WrongType,
        Self::NullBesideTwin,
        Self::UnknownExtension,
    ];

    /// What a reader says about it; nothing where it is legal.
    const fn finding(self) -> Option<FindingKind> {
        Some(match self {
            Self::UnknownMember => FindingKind::UnknownMember,
            Self::EmptyString => FindingKind::EmptyString,
            Self::EmptyObject => FindingKind::EmptyObject,
            Self::EmptyArray => FindingKind::EmptyArray,
            Self::Null => FindingKind::Null,
            Self::SingleForArray => FindingKind::SingleObjectForArray,
            Self::ArrayForSingle => FindingKind::ArrayForSingle,
            Self::NumberForText => FindingKind::StringAsNumber,
            Self::TextForBoolean => FindingKind::BooleanAsString,
            Self::TextForNumber => FindingKind::NumberAsString,
            Self::WrongType => FindingKind::WrongType,
            Self::UnknownCode | Self::UnknownStatus => FindingKind::UnknownCode,
            Self::ValueSetAddress | Self::HttpsAddress | Self::IdentifierAlias => {
                FindingKind::SystemAlias
            }
            Self::OldAddress => FindingKind::OldSystemVersion,
            Self::OldProfile => FindingKind::OlderRelease,
            Self::CodeInWrongPlace => FindingKind::CodeInWrongPlace,
            Self::CodeContradictsText => FindingKind::CodeContradictsText,
            Self::DanglingReference => FindingKind::DanglingReference,
            Self::NoOffset => FindingKind::NoOffset,
            Self::NoSeconds => FindingKind::NoSeconds,
            Self::NoTime => FindingKind::UnparsableDateTime,
            Self::TwoChoices => FindingKind::TwoChoices,
            Self::CompositionNotFirst => FindingKind::CompositionNotFirst,
            Self::NoBundleIdentifier => FindingKind::MissingBundleIdentifier,
            Self::NoTimestamp => FindingKind::MissingTimestamp,
            Self::SameFullUrl => FindingKind::DuplicateFullUrl,
            Self::UnknownResource => FindingKind::UnknownResource,
            Self::NoStatus => FindingKind::MissingElement,
            Self::KeyTwice => FindingKind::DuplicateKey,
            Self::NullBesideTwin
            | Self::UnknownExtension
            | Self::OtherDisplay
            | Self::LocalIdentifier
            | Self::LiteralReference
            | Self::SevenDigits
            | Self::MonthOnly
            | Self::OtherBundleType
            | Self::PlainDiv => return None,
        })
    }

    fn repaired(self) -> Repaired {
        match self {
            Self::EmptyString
            | Self::EmptyObject
            | Self::EmptyArray
            | Self::Null
            | Self::SingleForArray
            | Self::ArrayForSingle
            | Self::TextForBoolean
            | Self::TextForNumber
            | Self::KeyTwice => Repaired::Undone,
            Self::NumberForText => Repaired::As("7".into()),
            _ => Repaired::Kept,
        }
    }

    /// What else may be found because of it.
    fn entails(self, kind: FindingKind) -> bool {
        match self {
            // Seven is no organisation number.
            Self::NumberForText => kind == FindingKind::CheckDigit,
            // Nobody has the other address any more.
            Self::SameFullUrl => kind == FindingKind::DanglingReference,
            _ => false,
        }
    }
}

/// Where something was put, and what must be found there.
#[derive(Debug)]
pub(crate) struct Put {
    deviation: Deviation,
    path: String,
}

/// A document with deviations in it.
pub(crate) struct Bent {
    document: Value,
    /// What repairing must give.
    repaired: Value,
    put: Vec<Put>,
    /// Where nothing is put any more, so that each is itself.
    taken: Vec<String>,
}

impl Bent {
    /// A document that is good.
    pub(crate) fn new(document: &str) -> Self {
        let document: Value = serde_json::from_str(document).expect("JSON");
        Self {
            repaired: document.clone(),
            document,
            put: Vec::new(),
            taken: Vec::new(),
        }
    }

    /// What was put into it.
    pub(crate) fn put(&self) -> &[Put] {
        &self.put
    }

    /// Puts one in, at one of the places where it fits; whether there is such a place.
    pub(crate) fn bend(&mut self, deviation: Deviation, place: usize) -> bool {
        let mut places = fit::places(&self.document);
        places.retain(|(path, pointer)| {
            let own = deviation.own(pointer);
            let apart = |other: &String| !own.starts_with(other) && !other.starts_with(&own);
            self.taken.iter().all(apart) && deviation.fits(&self.document, path, pointer)
        });
        let Some((path, pointer)) = places.get(place % places.len().max(1)) else {
            return false;
        };
        let path = deviation.found_at(&self.document, path, pointer);
        self.taken.push(deviation.own(pointer));
        if deviation.is_about_documents() {
            self.taken.push("/type".into());
        }
        deviation.edit(&mut self.document, pointer);
        match deviation.repaired() {
            Repaired::Undone => {}
            Repaired::Kept => deviation.edit(&mut self.repaired, pointer),
            Repaired::As(value) => *self.repaired.pointer_mut(pointer).expect("a place") = value,
        }
        self.put.push(Put { deviation, path });
        true
    }

    /// The document; `resourceType` may stand last (rule 10).
    pub(crate) fn to_json(&self, type_last: bool) -> String {
        let mut out = String::new();
        edit::write(&mut out, &self.document, type_last);
        out
    }

    /// Whether strict reading must refuse it.
    pub(crate) fn deviates(&self) -> bool {
        let mut kinds = self.put.iter().filter_map(|put| put.deviation.finding());
        kinds.any(FindingKind::is_deviation)
    }

    /// Each is found where it was put, nothing else is, and repairing gives what it must.
    pub(crate) fn check(&self, decoded: &Decoded<'_>) {
        let findings = decoded.findings();
        let is = |put: &Put, found: &fhir_vkp::Finding| {
            put.deviation.finding() == Some(found.kind) && put.path == found.path.as_str()
        };
        for put in &self.put {
            let found = findings.iter().any(|found| is(put, found));
            let legal = put.deviation.finding().is_none();
            assert!(legal || found, "{put:?} is not found: {findings:?}");
        }
        for found in findings {
            let mut put = self.put.iter();
            let explained = put.any(|put| is(put, found) || put.deviation.entails(found.kind));
            let mark = found.kind == FindingKind::ByteOrderMark;
            assert!(explained || mark, "{found} out of {:?}", self.put);
        }
        let repaired: Value = serde_json::from_str(&decoded.resource().to_json()).expect("JSON");
        assert!(
            repaired == self.repaired,
            "repaired to something else: {:?}",
            self.put
        );
    }
}
