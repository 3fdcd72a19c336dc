//! From code to kind and back.

use crate::code::{
    Code, CodeError, ContactIdCode, Ieee11073Code, ScaipCode, ScaipMessageType, SiaCode,
};
use crate::generated::tables::{
    CONTACT_ID, ENCODE, IEEE, NUMBERS, ROWS, SCAIP, SENSIO_STATES, SIA, SIA_RESTORES, TEXTS,
    UNMAPPED,
};
use crate::kind::Kind;
use crate::mapping::{Direction, Mapping, Phase, Relation};
use crate::system::{Profile, System};

/// Which row answers for a code, and what the code says about the occurrence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub(crate) row: u16,
    pub(crate) phase: Phase,
    pub(crate) clears: &'static [Kind],
}

fn mapping(hit: Hit, asked: System) -> Mapping {
    let row = &ROWS[usize::from(hit.row)];
    Mapping {
        row,
        system: row.system.unwrap_or(asked),
        phase: hit.phase,
        clears: hit.clears,
    }
}

/// The profiles to ask, in order, without asking one twice.
fn chain(system: System, profile: Profile) -> impl Iterator<Item = Profile> {
    let base = system.base_profile();
    let first = (profile != base).then_some(profile);
    // Sensio renumbered one event in 6.13.4 and both numbers stay understood for ever.
    let legacy = (system == System::Sensio && profile != Profile::PartnerApiBefore6134)
        .then_some(Profile::PartnerApiBefore6134);
    first.into_iter().chain([base]).chain(legacy)
}

fn find<K: Ord + Copy>(table: &[(K, Hit)], key: K) -> Option<Hit> {
    table
        .binary_search_by(|(k, _)| k.cmp(&key))
        .ok()
        .map(|i| table[i].1)
}

/// The kind of a code in a profile, with what the step loses.
///
/// The code names its system, so a code can never be asked of the wrong table. The profile's own rows
/// answer first, then those of the system's [base profile](System::base_profile);
/// [`Mapping::profile`] says which. A profile that has nothing to do with the system is the same as
/// the base profile.
///
/// Never fails: a code that no row knows is [`Kind::Unmapped`] with priority high. Does not allocate.
///
/// SCAIP is decided in the order of taxonomy reference section 3, rule 3: message types `PI` and `RE` before
/// any code, then device type, status and location together, then device type and status, then status
/// alone, then device type alone. A `RE` message answers `cancel`, and [`Mapping::clears`] holds the
/// kind that its codes would have raised.
///
/// For 11073-10471 a sensor class without a row for the event falls back to the row of the class;
/// the event `no condition` is then taken as the end of that condition. This fallback is a guess: the
/// standard was not read.
#[must_use]
pub fn kind_of(profile: Profile, code: &Code<'_>) -> Mapping {
    let system = code.system();
    let hit = match *code {
        Code::Scaip(code) => return scaip(profile, code),
        Code::ContactId(code) => chain(system, profile).find_map(|p| contact_id(p, code)),
        Code::SiaDc03(code) => chain(system, profile).find_map(|p| sia(p, code)),
        Code::Ieee11073(code) => chain(system, profile).find_map(|p| ieee(p, code)),
        Code::SensioEvent(event) => number(system, profile, u64::from(event.0)),
        Code::Espa444(call_type) => number(system, profile, u64::from(call_type.0)),
        Code::SnomedCt(concept) => number(system, profile, concept.0),
        Code::SensioState(s) => chain(system, profile)
            .find_map(|p| find(SENSIO_STATES, (p, s.event.0, s.state)))
            // A state that nobody documented leaves what the event alone says.
            .or_else(|| number(System::Sensio, profile, u64::from(s.event.0))),
        Code::SensioRequest(request) => text(system, profile, request.text()),
        Code::SiaDc09(t)
        | Code::VkpAlert(t)
        | Code::VkpDispense(t)
        | Code::SafemateText(t)
        | Code::CpcDigit(t)
        | Code::Ttnew(t) => text(system, profile, t),
    };
    mapping(hit.unwrap_or(UNMAPPED), system)
}

/// [`kind_of`] for a code that is still text, for tools.
///
/// # Errors
///
/// [`CodeError`] when the text cannot be a code of the system at all; see [`Code::parse`].
pub fn kind_of_text(system: System, profile: Profile, text: &str) -> Result<Mapping, CodeError> {
    Code::parse(system, text).map(|code| kind_of(profile, &code))
}

fn number(system: System, profile: Profile, value: u64) -> Option<Hit> {
    chain(system, profile).find_map(|p| find(NUMBERS, (system, p, value)))
}

fn folded(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().map(|b| b.to_ascii_lowercase())
}

fn text(system: System, profile: Profile, text: &str) -> Option<Hit> {
    let text = text.trim();
    chain(system, profile).find_map(|p| {
        TEXTS
            .binary_search_by(|((s, q, t), _)| {
                (*s, *q)
                    .cmp(&(system, p))
                    .then_with(|| folded(t).cmp(folded(text)))
            })
            .ok()
            .map(|i| TEXTS[i].1)
    })
}

fn scaip_row(profile: Profile, code: ScaipCode) -> Option<Hit> {
    let ScaipCode {
        device_type: dty,
        status: stc,
        location: lco,
        ..
    } = code;
    let tries = [
        (lco.is_some() && dty.is_some() && stc.is_some()).then_some((dty, stc, lco)),
        (dty.is_some() && stc.is_some()).then_some((dty, stc, None)),
        stc.is_some().then_some((None, stc, None)),
        dty.is_some().then_some((dty, None, None)),
    ];
    // All tries of a profile before the next profile: profiles come before standards.
    chain(System::Scaip, profile).find_map(|p| {
        tries
            .into_iter()
            .flatten()
            .find_map(|(d, s, l)| find(SCAIP, (p, d, s, l)))
    })
}

fn scaip(profile: Profile, code: ScaipCode) -> Mapping {
    let by_type = |message_type: ScaipMessageType| {
        text(System::Scaip, profile, message_type.row_text()).unwrap_or(UNMAPPED)
    };
    let hit = match code.message_type {
        ScaipMessageType::Heartbeat => by_type(ScaipMessageType::Heartbeat),
        ScaipMessageType::Reset => {
            let mut hit = by_type(ScaipMessageType::Reset);
            if let Some(withdrawn) = scaip_row(profile, code) {
                let kind = ROWS[usize::from(withdrawn.row)].kind;
                hit.clears = match (kind, withdrawn.phase) {
                    (Kind::Unmapped | Kind::Cancel, _) => &[],
                    (_, Phase::End) => withdrawn.clears,
                    (kind, _) => kind.as_slice(),
                };
            }
            hit
        }
        ScaipMessageType::Message => scaip_row(profile, code).unwrap_or(UNMAPPED),
        ScaipMessageType::Information => {
            let mut hit = scaip_row(profile, code).unwrap_or(UNMAPPED);
            if hit.phase == Phase::Start {
                hit.phase = Phase::Update;
            }
            hit
        }
    };
    mapping(hit, System::Scaip)
}

impl ScaipMessageType {
    const fn row_text(self) -> &'static str {
        match self {
            Self::Message => "mty=ME",
            Self::Reset => "mty=RE",
            Self::Information => "mty=IN",
            Self::Heartbeat => "mty=PI",
        }
    }
}

fn contact_id(profile: Profile, code: ContactIdCode) -> Option<Hit> {
    use crate::code::Qualifier;
    // A row for one qualifier is an event of its own; a row for all qualifiers has phases.
    if let Some(hit) = find(CONTACT_ID, (profile, code.event, Some(code.qualifier))) {
        return Some(hit);
    }
    let mut hit = find(CONTACT_ID, (profile, code.event, None))?;
    let kind = ROWS[usize::from(hit.row)].kind;
    if !matches!(kind, Kind::Cancel) {
        hit.phase = match code.qualifier {
            Qualifier::RESTORE => Phase::End,
            Qualifier::STATUS => Phase::Update,
            // An unknown qualifier counts as a new event: better one alarm too many.
            _ => Phase::Start,
        };
        hit.clears = match hit.phase {
            // What is not understood ends nothing in particular.
            Phase::End if kind != Kind::Unmapped => kind.as_slice(),
            _ => &[],
        };
    }
    Some(hit)
}

fn sia(profile: Profile, code: SiaCode) -> Option<Hit> {
    find(SIA, (profile, code)).or_else(|| find(SIA_RESTORES, (profile, code)))
}

fn ieee(profile: Profile, code: Ieee11073Code<'_>) -> Option<Hit> {
    let search = |event: Option<&str>| {
        IEEE.binary_search_by(|((p, d, e), _)| {
            (*p, *d, e.is_some())
                .cmp(&(profile, code.device, event.is_some()))
                .then_with(|| folded(e.unwrap_or_default()).cmp(folded(event.unwrap_or_default())))
        })
        .ok()
        .map(|i| IEEE[i].1)
    };
    let event = code.event.map(str::trim);
    if let Some(hit) = search(event) {
        return Some(hit);
    }
    let mut hit = search(None)?;
    if event.is_some_and(|e| e.eq_ignore_ascii_case("no condition")) {
        hit.phase = Phase::End;
        hit.clears = ROWS[usize::from(hit.row)].kind.as_slice();
    }
    Some(hit)
}

/// What the crosswalk offers for a kind in a system.
#[derive(Clone, Debug)]
pub enum Encoding {
    /// At least one code, best first.
    Codes(Codes),
    /// The system is known to have no code. [`Mapping::note`] names the fallback, if there is one.
    NoCode(Mapping),
    /// The crosswalk says nothing. Refuse to encode and say so.
    NoRow,
}

impl Encoding {
    /// The best code, or `None` when there is none: encoding never invents.
    #[must_use]
    pub fn best(&self) -> Option<Mapping> {
        match self {
            Self::Codes(codes) => codes.clone().next(),
            Self::NoCode(_) | Self::NoRow => None,
        }
    }

    /// The codes, best first; none for [`Encoding::NoCode`] and [`Encoding::NoRow`].
    #[must_use]
    pub fn codes(&self) -> Codes {
        match self {
            Self::Codes(codes) => codes.clone(),
            Self::NoCode(_) | Self::NoRow => Codes::EMPTY,
        }
    }

    /// What is known to be lost: the loss of the best code, or that the system has none.
    #[must_use]
    pub fn loss(&self) -> Option<crate::mapping::Loss> {
        match self {
            Self::Codes(_) => self.best().and_then(|mapping| mapping.loss()),
            Self::NoCode(row) => row.loss(),
            Self::NoRow => None,
        }
    }
}

/// The rows that may be sent for a kind, best first: equal before lossy, certain before uncertain,
/// and among the lossy a broader code before one that claims more than the kind says.
#[derive(Clone, Debug)]
pub struct Codes {
    rows: &'static [EncodeEntry],
    system: System,
    /// Set when the rows are the base profile's, asked for by another profile.
    asked: Option<Profile>,
}

/// One entry of the table that is sorted for encoding.
pub(crate) type EncodeEntry = ((Kind, System, Profile), u16);

impl Codes {
    const EMPTY: Self = Self {
        rows: &[],
        system: System::Sensio,
        asked: None,
    };

    fn find(kind: Kind, system: System, profile: Profile) -> &'static [EncodeEntry] {
        let key = (kind, system, profile);
        let from = ENCODE.partition_point(|(k, _)| *k < key);
        let len = ENCODE[from..].partition_point(|(k, _)| *k == key);
        &ENCODE[from..from + len]
    }
}

impl Iterator for Codes {
    type Item = Mapping;

    fn next(&mut self) -> Option<Mapping> {
        while let Some(((_, row), rest)) = self.rows.split_first() {
            self.rows = rest;
            let hit = Hit {
                row: *row,
                phase: Phase::Start,
                clears: &[],
            };
            let mut mapping = mapping(hit, self.system);
            if mapping.kind() == Kind::Cancel {
                mapping.phase = Phase::End;
            }
            if self
                .asked
                .is_none_or(|profile| still_means_the_same(profile, &mapping))
            {
                return Some(mapping);
            }
        }
        None
    }
}

/// A dialect may use a number of the standard list for something else; then the standard row is no
/// way to say the kind in that dialect.
fn still_means_the_same(profile: Profile, mapping: &Mapping) -> bool {
    if mapping.direction() == Direction::Encode {
        // The base list itself decodes this code to another kind; judge by the row that decodes it.
        return mapping
            .code(mapping.phase())
            .is_none_or(|code| kind_of(profile, &code).profile() != profile);
    }
    mapping.code(mapping.phase()).is_some_and(|code| {
        let back = kind_of(profile, &code);
        back.kind() == mapping.kind() || back.profile() != profile
    })
}

/// The codes that may be sent for a kind to a system in a profile.
///
/// The profile's own rows for the kind are used alone where it has any; otherwise those of the base
/// profile, without the codes that the profile uses for another kind. Does not allocate.
#[must_use]
pub fn codes_of(kind: Kind, system: System, profile: Profile) -> Encoding {
    let base = system.base_profile();
    let own = Codes::find(kind, system, profile);
    let (rows, asked) = if own.is_empty() && profile != base {
        (Codes::find(kind, system, base), Some(profile))
    } else {
        (own, None)
    };
    if let [(_, row)] = rows {
        let row = &ROWS[usize::from(*row)];
        if row.relation == Relation::None {
            return Encoding::NoCode(Mapping {
                row,
                system,
                phase: Phase::Start,
                clears: &[],
            });
        }
    }
    let codes = Codes {
        rows,
        system,
        asked,
    };
    if codes.clone().next().is_none() {
        Encoding::NoRow
    } else {
        Encoding::Codes(codes)
    }
}

/// Every row of the crosswalk, in the order of the data file, without the row for unknown codes.
///
/// For tools that print or check the tables. The phase is the one that the code begins with.
pub fn rows() -> impl Iterator<Item = Mapping> {
    ROWS.iter().filter_map(|row| {
        let phase = if row.kind == Kind::Cancel {
            Phase::End
        } else {
            Phase::Start
        };
        Some(Mapping {
            row,
            system: row.system?,
            phase,
            clears: &[],
        })
    })
}
