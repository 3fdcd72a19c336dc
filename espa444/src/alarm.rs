//! To the shared event model of `alarm-codes`.
//!
//! ESPA carries no code for what happened, only text (taxonomy reference section 7): the kind comes
//! from ordered [`rules`] that belong to the installation. A call that no rule knows is a generic
//! call, or a fire on a line declared to be a fire panel's, and never nothing.
//!
//! ```
//! use alarm_codes::{EventId, Kind, Timestamp};
//! use espa444::alarm::{Line, LineKind, Received, Rule, Rules, TextMatch, event_of};
//! use espa444::{DecodeOptions, decode};
//!
//! let mut line = Line::new("fire-panel-1", LineKind::FirePanel);
//! line.rules = Rules::new(vec![
//!     Rule::new(Kind::Smoke).with_text(TextMatch::Word("RØYK".into())),
//!     Rule::new(Kind::Malfunction).with_text(TextMatch::Prefix("FEIL".into())),
//! ])?;
//! let received = Received::new(EventId(1), Timestamp::UNIX_EPOCH);
//!
//! let decoded = decode(b"\x011\x021\x1F208\x1E2\x1FROYK ROM 17\x03\x4E", &DecodeOptions::lenient())?;
//! let event = event_of(&decoded, &line, &received).ok_or("a call is an event")?;
//! assert_eq!(event.kind, Kind::Smoke); // Ø may be written O
//!
//! let decoded = decode(b"\x011\x021\x1F208\x1E2\x1FDET 17\x03\x64", &DecodeOptions::lenient())?;
//! let event = event_of(&decoded, &line, &received).ok_or("a call is an event")?;
//! assert_eq!(event.kind, Kind::Fire); // no rule, on the line of a fire panel
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod examples;
mod fold;
mod pattern;
pub mod rules;

use alloc::borrow::{Cow, ToOwned};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use alarm_codes::{
    Attachment, Code, Decoder, EspaCallType, Event, EventId, Kind, Mapping, Phase, Private,
    Profile, Raw, RecordedMapping, Reference, Timestamp, VoiceMode, kind_of,
};

use crate::block::Block;
use crate::characters::CharacterSet;
use crate::codes::{CallType, Header, RecordId};
use crate::decode::{Decoded, is_control};

use rules::{Found, Readings};
pub use rules::{Letters, PatternError, Rule, RuleError, RuleErrorKind, Rules, TextMatch};

/// What stands at the other end of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum LineKind {
    /// A nurse call system, an exchange, anything: an unmatched call is
    /// [`Kind::CallAlarmGeneric`].
    #[default]
    Calls,
    /// A fire panel: an unmatched call is [`Kind::Fire`].
    FirePanel,
}

impl LineKind {
    /// The kind of a call that no rule knows.
    #[must_use]
    pub const fn unmatched(self) -> Kind {
        match self {
            LineKind::Calls => Kind::CallAlarmGeneric,
            LineKind::FirePanel => Kind::Fire,
        }
    }
}

/// How the calls of a line are understood: settings of the site.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Line {
    /// The name of the line or panel in the registry; the controller of its events.
    pub name: String,
    /// What stands at the other end.
    pub kind: LineKind,
    /// The character set of the texts.
    pub characters: CharacterSet,
    /// Text rules; the first one that holds counts.
    pub rules: Rules,
    /// Call types that end a call: `'1'` by the standard. At least one product numbers them
    /// otherwise (taxonomy reference section 7). A value of one character stands for its
    /// refinements too.
    pub reset_call_types: Vec<String>,
    /// Take the vendor records 9 and D (one source) as references: they then find duplicates and
    /// what a reset is about. Off by default: a panel that counts its references anew would have
    /// its next alarm taken for a repetition.
    pub vendor_references: bool,
}

impl Line {
    /// A line without rules, character set [`CharacterSet::Auto`].
    #[must_use]
    pub fn new(name: impl Into<String>, kind: LineKind) -> Self {
        Line {
            name: name.into(),
            kind,
            characters: CharacterSet::Auto,
            rules: Rules::default(),
            reset_call_types: Vec::from(["1".to_owned()]),
            vendor_references: false,
        }
    }

    fn is_reset(&self, block: &Block<'_>) -> bool {
        let call_type = block.call_type().map(CallType::as_bytes);
        call_type.is_some_and(|received| {
            self.reset_call_types
                .iter()
                .any(|value| rules::is_value(value, received))
        })
    }
}

/// How sure it is that a block came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Repeat {
    /// It is new.
    #[default]
    No,
    /// The same block came before it in the transaction, so probably our ACK was lost (ESPA
    /// reference 5).
    Possible,
    /// As [`Possible`](Self::Possible), and this event was made from the first one.
    Of(EventId),
}

/// What the application knows of a block beside its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// The id of the event; best a UUID of version 7.
    pub id: EventId,
    /// When the block arrived.
    pub at: Timestamp,
    /// Whether it came before. A repeated call keeps its kind and becomes an update, so that it
    /// is seen and does not count as a second alarm.
    pub repeat: Repeat,
    /// The event that a reset ends, as [`OpenCalls::reset`](crate::OpenCalls::reset) found it.
    pub ends: Option<EventId>,
}

impl Received {
    /// A block that is no repetition.
    #[must_use]
    pub const fn new(id: EventId, at: Timestamp) -> Self {
        Received {
            id,
            at,
            repeat: Repeat::No,
            ends: None,
        }
    }

    /// The same, with what is known of repetition.
    #[must_use]
    pub const fn with_repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }

    /// The same, ending an earlier event.
    #[must_use]
    pub const fn ending(mut self, event: EventId) -> Self {
        self.ends = Some(event);
        self
    }
}

/// Why a call was given its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Basis<'r> {
    /// This rule holds.
    Rule {
        /// Its place among the rules, from 0.
        index: usize,
        /// The rule.
        rule: &'r Rule,
    },
    /// The call type says reset, whatever the rules say.
    Reset,
    /// No rule holds: the default of the line.
    Unmatched,
}

/// Something of a call that its event does not carry. It is still in the raw bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Lost {
    /// What happened: no rule knows the text.
    Kind,
    /// A call type other than reset, speech and standard.
    CallType,
    /// Record 3.
    BeepCoding,
    /// Record 5.
    Transmissions,
    /// Records 7 and 8, which have no place in a call.
    Status,
    /// Records of a vendor, or without identifier.
    OtherRecords,
    /// The second and further records of an identifier.
    RepeatedRecords,
    /// Control characters in the text.
    ControlCharacters,
    /// Bytes that the character set has no character for.
    Characters,
}

impl Lost {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Lost::Kind => "kind",
            Lost::CallType => "call-type",
            Lost::BeepCoding => "beep-coding",
            Lost::Transmissions => "transmissions",
            Lost::Status => "status",
            Lost::OtherRecords => "other-records",
            Lost::RepeatedRecords => "repeated-records",
            Lost::ControlCharacters => "control-characters",
            Lost::Characters => "characters",
        }
    }
}

/// What a call means on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Interpretation<'r> {
    /// The kind; [`Kind::Cancel`] for a reset.
    pub kind: Kind,
    /// What the call says about the occurrence.
    pub phase: Phase,
    /// The kinds that an end is about; empty when neither rule nor text says.
    pub clears: Cow<'r, [Kind]>,
    /// Why.
    pub basis: Basis<'r>,
    /// What the crosswalk says of the call type. Its kind is that of a call no rule knows.
    pub mapping: Mapping,
    /// What the event does not carry.
    pub lost: Vec<Lost>,
    /// The place, if the pattern of the rule names one.
    pub location: Option<Private<String>>,
    /// The detector, button or bed, if the pattern of the rule names one.
    pub component: Option<String>,
}

/// What a block means on a line, without building an event; `None` unless it is a call (header
/// `'1'`). Everything else is data: see [`Block::message`].
#[must_use]
pub fn mapping_of<'r>(block: &Block<'_>, line: &'r Line) -> Option<Interpretation<'r>> {
    if block.header() != Header::CALL {
        return None;
    }
    let reset = line.is_reset(block);
    let found = line
        .rules
        .find(&Readings::new(block, line.characters, reset));
    let mut lost = lost_of(block, line);
    let (location, component) = found.as_ref().map_or((None, None), |found| {
        (found.location.clone(), found.component.clone())
    });
    let (kind, phase, clears, basis) = match found {
        _ if reset => (
            Kind::Cancel,
            Phase::End,
            cleared_by_reset(block, line, found.as_ref()),
            Basis::Reset,
        ),
        Some(Found { index, rule, .. }) => {
            let clears = match (rule.phase, rule.clears.as_slice()) {
                (Phase::Start | Phase::Update, _) => Cow::Borrowed(&[][..]),
                (Phase::End, []) if rule.kind != Kind::Cancel => {
                    Cow::Borrowed(core::slice::from_ref(&rule.kind))
                }
                (Phase::End, clears) => Cow::Borrowed(clears),
            };
            (rule.kind, rule.phase, clears, Basis::Rule { index, rule })
        }
        None => {
            lost.insert(0, Lost::Kind);
            let kind = line.kind.unmatched();
            (kind, Phase::Start, Cow::Borrowed(&[][..]), Basis::Unmatched)
        }
    };
    Some(Interpretation {
        kind,
        phase,
        clears,
        basis,
        mapping: crosswalk(block, reset),
        lost,
        location,
        component,
    })
}

/// The kinds that a reset is about: those of the call with the same text.
fn cleared_by_reset<'r>(
    block: &Block<'_>,
    line: &Line,
    found: Option<&Found<'r>>,
) -> Cow<'r, [Kind]> {
    match found {
        Some(Found { rule, .. }) if !rule.clears.is_empty() => Cow::Borrowed(&rule.clears),
        Some(Found { rule, .. }) if rule.kind != Kind::Cancel => {
            Cow::Borrowed(core::slice::from_ref(&rule.kind))
        }
        // The call with this text was unmatched as well.
        None if block.display_message().is_some() => Cow::Owned(Vec::from([line.kind.unmatched()])),
        _ => Cow::Borrowed(&[]),
    }
}

/// An absent call type means the default, a standard call (ESPA reference 6).
fn crosswalk(block: &Block<'_>, reset: bool) -> Mapping {
    let number = match block.call_type().and_then(CallType::as_str) {
        _ if reset => 1,
        None => 3,
        Some(text) => text.parse().unwrap_or(u32::MAX),
    };
    kind_of(Profile::Standard, &Code::Espa444(EspaCallType(number)))
}

fn lost_of(block: &Block<'_>, line: &Line) -> Vec<Lost> {
    let mut lost = Vec::new();
    let mut add = |what: Lost| {
        if !lost.contains(&what) {
            lost.push(what);
        }
    };
    for record in block.records() {
        let identifier = record.identifier();
        let first = identifier.and_then(|identifier| block.record(identifier));
        if first.is_some_and(|first| !core::ptr::eq(first.as_bytes(), record.as_bytes())) {
            add(Lost::RepeatedRecords);
            continue;
        }
        match identifier {
            Some(RecordId::CALL_ADDRESS | RecordId::PRIORITY) => {}
            Some(RecordId::DISPLAY_MESSAGE) => {
                if record.data().iter().any(|&byte| is_control(byte)) {
                    add(Lost::ControlCharacters);
                }
                let text = line.characters.decode(record.data());
                if text.contains(char::REPLACEMENT_CHARACTER) {
                    add(Lost::Characters);
                }
            }
            Some(RecordId::BEEP_CODING) => add(Lost::BeepCoding),
            Some(RecordId::CALL_TYPE) => {
                let known = matches!(
                    CallType::from_bytes(record.data()),
                    CallType::RESET | CallType::SPEECH | CallType::STANDARD
                );
                if !known && !line.is_reset(block) {
                    add(Lost::CallType);
                }
            }
            Some(RecordId::NUMBER_OF_TRANSMISSIONS) => add(Lost::Transmissions),
            Some(RecordId::CALL_STATUS | RecordId::SYSTEM_STATUS) => add(Lost::Status),
            Some(RecordId::PAGING_IDENTITY | RecordId::RUNNING_NUMBER)
                if line.vendor_references => {}
            _ => add(Lost::OtherRecords),
        }
    }
    lost
}

/// The event that a call reports; `None` unless the block is a call.
///
/// The bytes go along as evidence; add the transport facts to `event.raw`. The call address becomes
/// the device, the text an attachment, priority (record 6) the source's priority. A reset ends the
/// event that [`Received::ends`] names, otherwise the kinds that its text stands for.
#[must_use]
pub fn event_of(decoded: &Decoded<'_>, line: &Line, received: &Received) -> Option<Event> {
    let block = decoded.block();
    let meaning = mapping_of(&block, line)?;
    let mut event = Event::new(received.id, meaning.kind, received.at);
    event.phase = meaning.phase;
    if meaning.phase == Phase::End {
        event.condition = alarm_codes::Condition::Cleared;
    }
    event.source_priority = block.priority().map(|priority| priority.to_string());
    event.device.controller = Some(line.name.clone());
    // Escaped: an address of other bytes than ASCII is no number of a pager, but it is data.
    event.device.device = block
        .call_address()
        .map(|address| RecordId::from_bytes(address.as_bytes()).to_string());
    event.device.component.clone_from(&meaning.component);
    event.location.text.clone_from(&meaning.location);
    event.attachments = block
        .display_message()
        .map(|text| text.decode(line.characters).into_owned())
        .map(|text| Attachment::Text(Private::new(text)))
        .into_iter()
        .collect();
    event.voice.mode = match block.call_type().map(CallType::base) {
        _ if meaning.basis == Basis::Reset => Some(VoiceMode::None),
        Some(CallType::SPEECH) => Some(VoiceMode::Expected),
        Some(CallType::STANDARD) => Some(VoiceMode::None),
        _ => None,
    };
    correlate(&mut event, &block, line, received, &meaning);
    event.mapping = Some(recorded(&block, &meaning));
    let mut raw = Raw::new(decoded.raw());
    raw.transport.protocol = Some("espa444".to_owned());
    raw.decoder = Some(Decoder {
        name: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    });
    event.raw = Some(raw);
    Some(event)
}

fn correlate(
    event: &mut Event,
    block: &Block<'_>,
    line: &Line,
    received: &Received,
    meaning: &Interpretation<'_>,
) {
    let reference = || {
        let data = block.paging_identity().or_else(|| block.running_number());
        data.filter(|data| !data.is_empty())
            .map(|data| RecordId::from_bytes(data).to_string())
    };
    let reference = line.vendor_references.then(reference).flatten();
    if meaning.phase == Phase::End {
        event.correlation.clears = match (received.ends, reference) {
            (Some(id), _) => Some(Reference::Event(id)),
            (None, reference) => reference.map(Reference::SourceRef),
        };
        if event.correlation.clears.is_none() {
            event.correlation.clears_kinds = meaning.clears.to_vec();
        }
        return;
    }
    event.correlation.source_ref = reference;
    match received.repeat {
        Repeat::No => {}
        Repeat::Possible => event.phase = Phase::Update,
        Repeat::Of(first) => {
            event.phase = Phase::Update;
            event.correlation.updates = Some(Reference::Event(first));
        }
    }
}

fn recorded(block: &Block<'_>, meaning: &Interpretation<'_>) -> RecordedMapping {
    let code = block
        .call_type()
        .map_or_else(String::new, |call_type| format!("type={call_type}"));
    let mut recorded = RecordedMapping::new(&meaning.mapping, code);
    match meaning.basis {
        Basis::Reset => {}
        // The installation says so; the code itself says less.
        Basis::Rule { .. } => {
            recorded.relation = alarm_codes::Relation::CodeBroader;
            recorded.uncertain = false;
        }
        Basis::Unmatched => {
            recorded.relation = alarm_codes::Relation::CodeBroader;
            recorded.uncertain = meaning.kind != meaning.mapping.kind();
        }
    }
    recorded
}
