//! From events to calls.

use alarm_codes::{
    Attachment, Class, Code, Event, Kind, Loss, Mapping, Part, Phase, Picture, Profile,
    RecordedMapping, Reference, Relation, SensioRequest, System, VoiceMode, codes_of, kind_of,
};

use super::{DEACTIVATE, code_of, profile_of, suggested_code};
use crate::codes::{DeviceType, EventType, State};
use crate::event::{Description, EventParameters, Image, Images, TriggerValue};
use crate::external_event_id::ExternalEventId;
use crate::identifier::DeviceIdentifier;
use crate::queue::{EventCall, WallMicros};
use crate::version::{Feature, UnityVersion};

/// What to do with a kind that the Partner API has no code for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Fallback {
    /// Refuse, so that the caller decides: encoding never invents.
    #[default]
    Refuse,
    /// Send the [suggested](suggested_code) broader code, with the kind in the description where the server takes
    /// one.
    Suggested,
}

/// What is known of the receiving server and device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Target {
    /// The version of the server.
    pub version: UnityVersion,
    /// The type under which the device is registered; the code is chosen to fit it.
    pub device_type: Option<DeviceType>,
    /// The code that the event goes out under, whatever its kind: for those who know better, such as a
    /// vocabulary file.
    pub event_type: Option<EventType>,
    /// What to do without a code.
    pub fallback: Fallback,
    /// Whether the pull cord's event is active at the server. A further state is then sent by PUT;
    /// otherwise by POST, since a PUT without an active event may reach nobody.
    pub active: bool,
}

impl Target {
    /// A server of this version, a device of unknown type, no invented codes.
    #[must_use]
    pub const fn new(version: UnityVersion) -> Self {
        Self {
            version,
            device_type: None,
            event_type: None,
            fallback: Fallback::Refuse,
            active: false,
        }
    }

    /// The same for a device of this type.
    #[must_use]
    pub const fn with_device_type(mut self, device_type: DeviceType) -> Self {
        self.device_type = Some(device_type);
        self
    }

    /// The same with a code of the caller's.
    #[must_use]
    pub const fn with_event_type(mut self, event_type: EventType) -> Self {
        self.event_type = Some(event_type);
        self
    }

    /// The same with broader codes where there is none.
    #[must_use]
    pub const fn with_fallback(mut self, fallback: Fallback) -> Self {
        self.fallback = fallback;
        self
    }

    /// The same with an event that is known to be active, or not.
    #[must_use]
    pub const fn with_active(mut self, active: bool) -> Self {
        self.active = active;
        self
    }
}

/// Calls made from an event, with what the step loses.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Written {
    /// The calls, in order. More than one only when the event ends several kinds, or ends some and
    /// is one itself.
    pub calls: Vec<EventCall>,
    /// The row that was used; `None` for a [suggested](suggested_code) or given code that means something else.
    pub mapping: Option<Mapping>,
    /// Parts of this event that the calls do not carry.
    pub left_out: Vec<Part>,
}

impl Written {
    /// What the code loses; `None` when it says exactly the kind. A code without a row for the kind
    /// counts as broader.
    #[must_use]
    pub fn loss(&self) -> Option<Loss> {
        match &self.mapping {
            Some(mapping) => mapping.loss(),
            None => Some(Loss {
                relation: Relation::CodeBroader,
                note: "the crosswalk has no row for the kind under this code",
            }),
        }
    }
}

/// An event that the Partner API has no honest way to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unsayable {
    /// No code.
    #[error("the Partner API has no code for {kind} in phase {phase}")]
    NoCode {
        /// The kind.
        kind: Kind,
        /// The phase.
        phase: Phase,
    },
    /// A code that this server is too old for.
    #[error("code {event_type} needs a newer server")]
    NeedsVersion {
        /// The code.
        event_type: EventType,
        /// What the server lacks.
        feature: Feature,
    },
    /// An end that does not say of what: use [`deactivation_of`] with the event that it ends.
    #[error("the end does not say what it ends")]
    EndOfWhat,
    /// A test, and a server that takes no description to say so: staff would run for nothing.
    #[error("the server takes no text, so a test cannot be told from an alarm")]
    TestUnmarked,
}

/// What decides the code.
#[derive(Debug, Clone, Copy)]
struct Said<'a> {
    kind: Kind,
    class: Class,
    phase: Phase,
    recorded: Option<&'a RecordedMapping>,
}

impl<'a> Said<'a> {
    const fn by(event: &'a Event) -> Self {
        Self {
            kind: event.kind,
            class: event.class,
            phase: event.phase,
            recorded: event.mapping.as_ref(),
        }
    }

    /// The end of an event of another kind.
    fn end_of(kind: Kind) -> Self {
        Self {
            kind,
            class: kind.class(),
            phase: Phase::End,
            recorded: None,
        }
    }
}

/// The code for an event.
#[derive(Debug, Clone, Copy)]
struct Choice {
    event_type: EventType,
    state: Option<State>,
    mapping: Option<Mapping>,
}

/// The calls that report an event.
///
/// A start is a POST, an update a PUT, an end a DELETE; what a start or update clears besides is deleted
/// after it. The code that the event came with is kept, if it
/// came from a Partner API; otherwise the best code for the kind that is documented for the type of device is
/// taken. `externalEventId` is the id of the event, so that a webhook leads back to it.
///
/// Of a test the description says so. Text that does not fit is cut between two words, and listed
/// as left out.
///
/// # Errors
///
/// [`Unsayable`]; nothing is invented unless [`Fallback`] says so.
pub fn calls_of(
    event: &Event,
    device: &DeviceIdentifier,
    target: &Target,
) -> Result<Written, Unsayable> {
    let occurred = WallMicros(event.times.received.at.as_micros());
    if event.phase == Phase::End || event.kind == Kind::Cancel {
        return ends_of(event, device, target);
    }
    let choice = choose(&Said::by(event), target)?;
    if event.test && !target.version.has(Feature::Description) {
        return Err(Unsayable::TestUnmarked);
    }
    let (parameters, left_out) = parameters_of(event, &choice, target);
    // Presence is nothing to raise; a further call from the same cord changes its event.
    let update = event.phase == Phase::Update
        || choice.state == Some(State::PRESENT)
        || choice.state.is_some() && target.active;
    let make = if update {
        EventCall::put
    } else {
        EventCall::post
    };
    let event_type = choice.event_type;
    let mut calls = vec![make(device.clone(), event_type, occurred, parameters)];
    // A dose that was taken settles the one that was not.
    let own = Target {
        event_type: None,
        ..*target
    };
    for &kind in &event.correlation.clears_kinds {
        if let Ok(choice) = choose(&Said::end_of(kind), &own) {
            let event_type = choice.event_type;
            calls.push(EventCall::delete(device.clone(), event_type, occurred));
        }
    }
    Ok(Written {
        calls,
        mapping: choice.mapping,
        left_out,
    })
}

/// The DELETE for an event that was started with [`calls_of`] and the same target.
///
/// # Errors
///
/// [`Unsayable`], as for the start.
pub fn deactivation_of(
    event: &Event,
    device: &DeviceIdentifier,
    target: &Target,
) -> Result<EventCall, Unsayable> {
    let choice = choose(&Said::by(event), target)?;
    let occurred = WallMicros(event.times.received.at.as_micros());
    Ok(EventCall::delete(
        device.clone(),
        choice.event_type,
        occurred,
    ))
}

fn ends_of(
    event: &Event,
    device: &DeviceIdentifier,
    target: &Target,
) -> Result<Written, Unsayable> {
    let occurred = WallMicros(event.times.received.at.as_micros());
    let mut written = Written {
        calls: Vec::new(),
        mapping: None,
        left_out: Vec::new(),
    };
    // A withdrawal that came through a Partner API names its code.
    let named = event
        .mapping
        .as_ref()
        .filter(|m| m.system == System::Sensio);
    let named = named.and_then(|m| m.code.strip_prefix(DEACTIVATE)?.parse().ok());
    if let Some(code) = named {
        let request = SensioRequest::DeactivateEvent;
        written.mapping = Some(kind_of(
            profile_of(target.version),
            &Code::SensioRequest(request),
        ));
        let event_type = EventType(code).for_version(target.version);
        written.calls = vec![EventCall::delete(device.clone(), event_type, occurred)];
        return Ok(written);
    }
    let kinds = match event.kind {
        Kind::Cancel => event.correlation.clears_kinds.as_slice(),
        _ => core::slice::from_ref(&event.kind),
    };
    let mut failed = Unsayable::EndOfWhat;
    for &kind in kinds {
        let said = match kind == event.kind {
            true => Said::by(event),
            false => Said::end_of(kind),
        };
        let choice = match choose(&said, target) {
            // A further call of the cord ended; its event stays until the first call ends.
            Ok(choice) if choice.state.is_some_and(|state| state != State::ALARM_CALL) => {
                failed = Unsayable::NoCode {
                    kind,
                    phase: Phase::End,
                };
                continue;
            }
            Ok(choice) => choice,
            Err(error) => {
                failed = error;
                continue;
            }
        };
        let call = EventCall::delete(device.clone(), choice.event_type, occurred);
        if !written.calls.contains(&call) {
            written.calls.push(call);
            written.mapping = choice.mapping;
        }
    }
    if written.calls.is_empty() {
        return Err(failed);
    }
    Ok(written)
}

fn choose(said: &Said<'_>, target: &Target) -> Result<Choice, Unsayable> {
    let profile = profile_of(target.version);
    let choice = given_code(said.kind, profile, target)
        .or_else(|| own_code(said, profile))
        .or_else(|| state_code(said.kind, profile, target))
        .or_else(|| event_code(said.kind, profile, target));
    let no_code = Unsayable::NoCode {
        kind: said.kind,
        phase: said.phase,
    };
    let lacking = |event_type: EventType| {
        let feature = event_type.needs()?;
        (!target.version.has(feature)).then_some(feature)
    };
    let refused = match choice {
        None => no_code,
        Some(mut choice) => {
            choice.event_type = choice.event_type.for_version(target.version);
            match lacking(choice.event_type) {
                None => return Ok(choice),
                Some(feature) => Unsayable::NeedsVersion {
                    event_type: choice.event_type,
                    feature,
                },
            }
        }
    };
    let suggested = match target.fallback {
        Fallback::Refuse => None,
        Fallback::Suggested => suggested_code(said.kind, said.class),
    };
    suggested.map_or(Err(refused), |event_type| {
        Ok(Choice {
            event_type,
            state: None,
            mapping: None,
        })
    })
}

/// The code of the caller's; there is a row for it only when it means the kind.
fn given_code(kind: Kind, profile: Profile, target: &Target) -> Option<Choice> {
    let event_type = target.event_type?;
    let mapping = kind_of(profile, &code_of(event_type, None));
    Some(Choice {
        event_type,
        state: None,
        mapping: (mapping.kind() == kind).then_some(mapping),
    })
}

/// The code that the event came with, if it came through a Partner API and still means its kind.
fn own_code(said: &Said<'_>, profile: Profile) -> Option<Choice> {
    let recorded = said.recorded?;
    if !matches!(recorded.system, System::Sensio | System::SensioState) {
        return None;
    }
    let code = Code::parse(recorded.system, &recorded.code).ok()?;
    let mapping = kind_of(profile, &code);
    let (event_type, state) = match code {
        Code::SensioEvent(code) => (EventType(code.0), None),
        Code::SensioState(code) => (EventType(code.event.0), i32::try_from(code.state).ok()),
        _ => return None,
    };
    // A code that is in no table is handed on as it came.
    (mapping.kind() == said.kind).then_some(Choice {
        event_type,
        state: state.map(State),
        mapping: Some(mapping),
    })
}

/// A state of the pull cord, for a pull cord, or for what nothing else can say.
fn state_code(kind: Kind, profile: Profile, target: &Target) -> Option<Choice> {
    match target.device_type {
        Some(DeviceType::PullCord) => {}
        None if codes_of(kind, System::Sensio, profile).best().is_none() => {}
        _ => return None,
    }
    codes_of(kind, System::SensioState, profile)
        .codes()
        .find_map(|mapping| match mapping.code(Phase::Start)? {
            Code::SensioState(code) => Some(Choice {
                event_type: EventType(code.event.0),
                state: i32::try_from(code.state).ok().map(State),
                mapping: Some(mapping),
            }),
            _ => None,
        })
}

fn event_code(kind: Kind, profile: Profile, target: &Target) -> Option<Choice> {
    let choices = || {
        codes_of(kind, System::Sensio, profile)
            .codes()
            .filter_map(|mapping| match mapping.code(Phase::Start)? {
                Code::SensioEvent(code) => Some(Choice {
                    event_type: EventType(code.0),
                    state: None,
                    mapping: Some(mapping),
                }),
                _ => None,
            })
    };
    let fits = |choice: &Choice| {
        let fits = |device| choice.event_type.is_documented_for(device);
        target.device_type.is_some_and(fits)
    };
    choices().find(fits).or_else(|| choices().next())
}

/// What goes with a POST or PUT, and what cannot.
fn parameters_of(event: &Event, choice: &Choice, target: &Target) -> (EventParameters, Vec<Part>) {
    let mut parameters = EventParameters::new();
    let mut left_out = LeftOut::default();
    parameters.state = choice.state;
    let id = match (event.phase, &event.correlation.updates) {
        (Phase::Update, Some(Reference::Event(id))) => Some(id.to_string()),
        // The id of the update itself would replace that of the event at the server.
        (Phase::Update, _) => None,
        _ => Some(event.event_id.to_string()),
    };
    parameters.external_event_id = id.and_then(|id| ExternalEventId::new(&id).ok());

    let mut texts = Vec::new();
    let mut images = Vec::new();
    for attachment in &event.attachments {
        match attachment {
            Attachment::Text(text) => texts.push(text.reveal().as_str()),
            Attachment::Measurement(measurement) => {
                let value = measurement.value.reveal().parse().ok();
                let value = value.and_then(TriggerValue::new);
                let first = parameters.trigger_value.is_none();
                if first {
                    parameters.trigger_value = value;
                }
                let bare = measurement.unit.is_none() && measurement.limit.is_none();
                left_out.note(Part::Measurements, !first || value.is_none() || !bare);
            }
            Attachment::Picture(Picture::Inline {
                media_type,
                content,
            }) if media_type == "image/jpeg" && images.len() < Images::LIMIT => {
                match Image::new(content.reveal().0.clone()) {
                    Ok(image) => images.push(image),
                    Err(_) => left_out.note(Part::Pictures, true),
                }
            }
            _ => left_out.note(Part::Pictures, true),
        }
    }
    parameters.images = Images::new(images).unwrap_or_default();

    let location = event
        .location
        .text
        .as_ref()
        .map(|text| text.reveal().as_str());
    if target.version.has(Feature::Description) {
        let mut parts = Vec::new();
        if event.test {
            parts.push("TEST");
        }
        if choice.mapping.is_none() {
            parts.push(event.kind.name());
        }
        parts.append(&mut texts);
        parts.extend(location);
        let (description, cut) = described(&parts);
        parameters.description = description;
        left_out.note(Part::Text, cut);
    } else {
        left_out.note(Part::Text, !texts.is_empty());
        left_out.note(Part::Location, location.is_some());
    }
    left_out.note_the_rest(event);
    (parameters, left_out.0)
}

#[derive(Default)]
struct LeftOut(Vec<Part>);

impl LeftOut {
    fn note(&mut self, part: Part, lost: bool) {
        if lost && !self.0.contains(&part) {
            self.0.push(part);
        }
    }

    /// What no field carries.
    fn note_the_rest(&mut self, event: &Event) {
        let location = &event.location;
        let place = location.code.is_some() || location.value.is_some();
        self.note(Part::Location, place || location.address.is_some());
        self.note(Part::Position, location.position.is_some());
        self.note(Part::Subject, !event.subjects.is_empty());
        self.note(Part::DeviceTime, event.times.device.is_some());
        let usual = event.priority == event.kind.default_priority();
        self.note(Part::Priority, !usual || event.source_priority.is_some());
        let voice = event.voice.mode.is_some_and(|mode| mode != VoiceMode::None);
        self.note(Part::Voice, voice || event.voice.address.is_some());
    }
}

/// The parts in one text, and whether something had to go.
fn described(parts: &[&str]) -> (Option<Description>, bool) {
    let parts: Vec<&str> = parts
        .iter()
        .map(|p| p.trim())
        .filter(|p| !p.is_empty())
        .collect();
    let whole = parts.join(" · ");
    let Ok((description, cut)) = Description::shortened_at_grapheme(&whole) else {
        return (None, !whole.is_empty());
    };
    if !cut {
        return (Some(description), false);
    }
    // Rather a word less than half a word.
    let kept = description.as_str();
    let at_word = kept
        .rfind(char::is_whitespace)
        .map(|end| kept[..end].trim_end());
    let at_word = at_word.and_then(|kept| Description::new(kept).ok());
    (at_word.or(Some(description)), true)
}
