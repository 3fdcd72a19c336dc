//! From meaning to kind.

use alarm_codes::{
    Code, ContactIdCode, ContactIdEvent, Kind, Mapping, Priority, Profile as Rows, Qualifier,
    SiaCode, kind_of,
};

use super::{Content, Sia};
use crate::contact_id::{self, ContactId};
use crate::events::{Claim, Meanings, Profile, Source, meaning};
use crate::provenance::Provenance;

/// Kinds that a report may also be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alternatives {
    // As many as there are sources of a meaning.
    kinds: [Kind; 6],
    len: usize,
}

impl Alternatives {
    const NONE: Self = Self {
        kinds: [Kind::Unmapped; 6],
        len: 0,
    };

    /// The kinds, without the one that was chosen.
    #[must_use]
    pub fn as_slice(&self) -> &[Kind] {
        self.kinds.get(..self.len).unwrap_or_default()
    }

    fn add(&mut self, kind: Kind) {
        if self.as_slice().contains(&kind) {
            return;
        }
        if let Some(place) = self.kinds.get_mut(self.len) {
            *place = kind;
            self.len += 1;
        }
    }
}

/// What a report is in the shared event model.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Interpretation {
    /// The row of the crosswalk that was chosen.
    pub mapping: Mapping,
    /// What else it may be, where nobody said what kind of equipment reports.
    pub alternatives: Alternatives,
    /// The meanings of a Contact ID event; `None` for an SIA code that the crosswalk knows itself.
    pub meanings: Option<Meanings>,
}

impl Interpretation {
    /// Whether the row is uncertain, or the kind depends on a profile that nobody said.
    #[must_use]
    pub fn is_uncertain(&self) -> bool {
        self.mapping.uncertain() || !self.alternatives.as_slice().is_empty()
    }
}

/// The dialect of the crosswalk that comes closest to a profile, for the registry entry.
pub(super) const fn registered(profile: Profile) -> Option<Rows> {
    match profile {
        Profile::CareUnitA | Profile::Mobile => Some(Rows::ClimaxMp),
        Profile::CareUnitB => Some(Rows::ClimaxCtc1052),
        Profile::Intrusion | Profile::Cloud => Some(Rows::ClimaxVesta),
        Profile::Unknown => None,
    }
}

/// What a report is in the shared event model, without building an event; does not allocate.
#[must_use]
pub fn interpret(profile: Profile, content: &Content<'_>) -> Interpretation {
    match content {
        Content::ContactId(report) => contact_id(profile, report),
        Content::Sia(sia) => self::sia(profile, sia),
    }
}

fn contact_id(profile: Profile, report: &ContactId) -> Interpretation {
    let meanings = meaning(profile, report);
    let code = Code::ContactId(code_of(report));
    if meanings.source().is_some() {
        return Interpretation {
            mapping: row(meanings.claim(), &code),
            alternatives: Alternatives::NONE,
            meanings: Some(meanings),
        };
    }
    let claims = || meanings.all().iter().flat_map(|meaning| meaning.claims());
    // Where all mean the same, a table without a kind takes nothing away from one that has it.
    let counts = |mapping: &Mapping| meanings.is_ambiguous() || mapping.kind() != Kind::Unmapped;
    let rows = || claims().map(|claim| row(claim, &code)).filter(counts);
    let mut chosen: Option<Mapping> = None;
    for mapping in rows() {
        if chosen.is_none_or(|best| rank(&mapping) > rank(&best)) {
            chosen = Some(mapping);
        }
    }
    let mapping = chosen.unwrap_or_else(|| kind_of(Rows::Standard, &code));
    let mut alternatives = Alternatives::NONE;
    for other in rows().filter(|other| other.kind() != mapping.kind()) {
        alternatives.add(other.kind());
    }
    Interpretation {
        mapping,
        alternatives,
        meanings: Some(meanings),
    }
}

/// The most urgent first; in doubt nothing is ended.
fn rank(mapping: &Mapping) -> (Priority, bool) {
    let kind = mapping.kind();
    (kind.default_priority(), kind != Kind::Cancel)
}

/// The row that says what a claim says.
fn row(claim: &Claim, code: &Code<'_>) -> Mapping {
    let tries: &[Rows] = match claim.source() {
        Source::Profile(Profile::CareUnitA | Profile::Mobile) => {
            &[Rows::ClimaxMp, Rows::ClimaxVesta]
        }
        Source::Profile(Profile::CareUnitB) => {
            &[Rows::ClimaxCtc1052, Rows::ClimaxMp, Rows::ClimaxVesta]
        }
        // The panel keeps to the standard here.
        Source::Profile(Profile::Intrusion) if claim.provenance() == Provenance::Standard => &[],
        Source::Profile(_) => &[Rows::ClimaxVesta],
        Source::Standard | Source::Class => &[],
    };
    tries
        .iter()
        .map(|rows| (kind_of(*rows, code), *rows))
        .find(|(mapping, rows)| mapping.profile() == *rows)
        .map_or_else(|| kind_of(Rows::Standard, code), |(mapping, _)| mapping)
}

fn code_of(report: &ContactId) -> ContactIdCode {
    let qualifier = Qualifier::new(report.qualifier.value()).unwrap_or(Qualifier::EVENT);
    let packed = report.code.packed();
    let digit = |shift: u16| match u8::try_from(packed >> shift & 0xF) {
        Ok(digit @ 0..=9) => b'0' + digit,
        Ok(digit) => b'A' + digit - 10,
        Err(_) => b'0',
    };
    let event = ContactIdEvent::from_digits([digit(8), digit(4), digit(0)]);
    ContactIdCode {
        qualifier,
        // Three digits are always an event.
        event: event.unwrap_or(NO_EVENT),
    }
}

const NO_EVENT: ContactIdEvent = match ContactIdEvent::new(0) {
    Some(event) => event,
    None => panic!("0 has three digits"),
};

fn sia(profile: Profile, sia: &Sia<'_>) -> Interpretation {
    let letters = SiaCode::new(sia.code.letters());
    let own = letters.map(|letters| kind_of(Rows::Standard, &Code::SiaDc03(letters)));
    if let Some(mapping) = own.filter(|mapping| mapping.kind() != Kind::Unmapped) {
        return Interpretation {
            mapping,
            alternatives: Alternatives::NONE,
            meanings: None,
        };
    }
    // What the crosswalk has no row for, a service provider's table may.
    let mut found: Option<Interpretation> = None;
    for entry in sia.code.row().map(|row| row.entries()).unwrap_or_default() {
        let Some(code) = entry.code() else { continue };
        let report = ContactId {
            qualifier: entry.qualifier(),
            code,
            group: contact_id::Group::PANEL,
            zone: contact_id::Zone::PANEL,
        };
        let next = contact_id(profile, &report);
        match &mut found {
            None => found = Some(next),
            Some(first) if first.mapping.kind() != next.mapping.kind() => {
                first.alternatives.add(next.mapping.kind());
            }
            Some(_) => {}
        }
    }
    found.unwrap_or_else(|| Interpretation {
        mapping: own.unwrap_or_else(|| kind_of(Rows::Standard, &Code::ContactId(NOTHING))),
        alternatives: Alternatives::NONE,
        meanings: None,
    })
}

/// What no row knows.
const NOTHING: ContactIdCode = ContactIdCode {
    qualifier: Qualifier::EVENT,
    event: NO_EVENT,
};
