//! To and from the shared event model of `alarm-codes`.
//!
//! The message type decides before any code does: a heartbeat is never an alarm, a reset never a
//! new one. The profile is the one that the registry entry of the controller names; it is not
//! guessed from the message.

use alarm_codes::{
    Attachment, Code, Device, DeviceKind, DeviceTime, Event, EventId, Kind, Latitude, Location,
    Longitude, Mapping, Part, Pattern, Phase, Private, Profile, Raw, ScaipCode, ScaipMessageType,
    System, Timestamp, Voice, VoiceMode, codes_of, kind_of,
};

use crate::codes::{CallHandling, DeviceComponent, DeviceType, LocationCode, Priority, StatusCode};
use crate::decode::Decoded;
use crate::location::GeographicLocation;
use crate::message::{MessageType, Request};
use crate::tag::Tag;
use crate::text::{ControllerId, DeviceId, Reference, Text};
use crate::voice::{CallAddress, CallScheme};

/// The codes of a request that decide its kind.
///
/// A message type that nobody knows counts as `ME`, the safe side: whoever accepts such a message
/// wants it seen.
#[must_use]
pub fn code_of(request: &Request<'_>) -> ScaipCode {
    ScaipCode {
        message_type: match request.message_type {
            MessageType::Reset => ScaipMessageType::Reset,
            MessageType::Information => ScaipMessageType::Information,
            MessageType::Heartbeat => ScaipMessageType::Heartbeat,
            MessageType::Message | MessageType::Other(_) => ScaipMessageType::Message,
        },
        device_type: Some(request.device_type.number()),
        status: request.status_code.map(StatusCode::number),
        location: Some(request.location_code)
            .filter(|&code| code != LocationCode::UNKNOWN)
            .map(LocationCode::number),
        call_handling: Some(request.call_handling)
            .filter(|&code| code != CallHandling::DEVICE_CALLS)
            .map(CallHandling::number),
    }
}

/// What a request means in a profile, without building an event; does not allocate.
#[must_use]
pub fn mapping_of(request: &Request<'_>, profile: Profile) -> Mapping {
    kind_of(profile, &Code::Scaip(code_of(request)))
}

/// The event that a request reports.
///
/// `id` is the caller's, best a UUID of version 7; `received` the time the bytes arrived. The
/// bytes themselves go along as evidence; add the transport facts to `event.raw`. Texts of
/// device, status and information become attachments in that order.
#[must_use]
pub fn event_of(
    decoded: &Decoded<'_, Request<'_>>,
    profile: Profile,
    id: EventId,
    received: Timestamp,
) -> Event {
    let request = decoded.message();
    let code = code_of(request);
    let mapping = kind_of(profile, &Code::Scaip(code));
    let mut event = Event::from_mapping(id, received, &mapping, code.to_string());
    if request.priority.number() != 0 {
        event.source_priority = Some(request.priority.to_string());
    }
    event.device = device(request, profile);
    event.location = location(request);
    event.correlation.source_ref = Some(request.reference.as_str().to_owned());
    let (cid, reference) = (request.controller_id.as_str(), request.reference.as_str());
    event.correlation.dedup_key = Some(format!("{cid}/{reference}"));
    event.voice = voice(request);
    event.attachments = [
        &request.device_text,
        &request.status_text,
        &request.information_text,
    ]
    .into_iter()
    .flatten()
    .map(|text| Attachment::Text(Private::new(text.as_str().to_owned())))
    .collect();
    let mut raw = Raw::new(decoded.raw());
    raw.transport.protocol = Some("scaip".to_owned());
    raw.decoder = Some(alarm_codes::Decoder {
        name: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    });
    event.raw = Some(raw);
    event
}

fn device(request: &Request<'_>, profile: Profile) -> Device {
    Device {
        controller: Some(request.controller_id.as_str().to_owned()),
        device: request.device_id.as_ref().map(|id| id.as_str().to_owned()),
        component: request
            .device_component
            .map(|component| component.to_string()),
        kind: DeviceKind::from_scaip(request.device_type.number()),
        kind_code: Some(request.device_type.to_string()),
        profile: Some(profile),
        software_version: None,
    }
}

fn location(request: &Request<'_>) -> Location {
    let own = |text: &Text<'_>| text.as_str().to_owned();
    let mut location = Location::default();
    if request.location_code != LocationCode::UNKNOWN {
        location.code = Some(request.location_code.to_string());
    }
    location.value = request.location_value.as_ref().map(own);
    location.text = request.location_text.as_ref().map(own).map(Private::new);
    if let Some(geographic) = &request.geographic_location {
        location.position = geographic.position().and_then(|position| {
            let latitude = Latitude::from_degrees(position.latitude)?;
            let longitude = Longitude::from_degrees(position.longitude)?;
            let mut position = alarm_codes::Position::new(latitude, longitude);
            position.time = geographic.time.as_ref().map(own).map(DeviceTime::new);
            if request.location_code == LocationCode::GPS_POSITION_ATTACHED {
                position.method = Some("gps".to_owned());
            }
            Some(Private::new(position))
        });
    }
    location
}

fn voice(request: &Request<'_>) -> Voice {
    let mode = if !request.wants_voice() {
        VoiceMode::None
    } else if request.call_handling == CallHandling::RECEIVER_CALLS_BACK {
        VoiceMode::Callback
    } else {
        VoiceMode::Expected
    };
    let named =
        |call: &&CallAddress<'_>| call.scheme() != CallScheme::NoVoice && call.address().is_some();
    let address = request.caller_ids.iter().find(named);
    Voice {
        mode: Some(mode),
        address: address.map(|call| Private::new(call.as_str().to_owned())),
        direction: None,
    }
}

/// A request made from an event, with what the step loses.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// The request; held against the limits when it is encoded.
    pub request: Request<'static>,
    /// The row that was used; [`Mapping::loss`] says what the code loses.
    pub mapping: Mapping,
    /// Parts of this event that the request does not carry: SCAIP has no place for them, or they
    /// do not fit the place.
    pub left_out: Vec<Part>,
}

/// An event that SCAIP has no honest way to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("SCAIP has no code for {kind} in phase {phase}")]
#[non_exhaustive]
pub struct NoCode {
    /// The kind.
    pub kind: Kind,
    /// The phase.
    pub phase: Phase,
}

/// The request that reports an event in a profile.
///
/// Of the codes that say the kind the best one that suits the device type of the event is taken.
/// Nothing is invented: a kind without a code is an error, and the caller chooses the fallback.
///
/// # Errors
///
/// [`NoCode`] when no row can say kind and phase.
pub fn request_of(
    event: &Event,
    profile: Profile,
    reference: Reference<'static>,
) -> Result<Written, NoCode> {
    let no_code = NoCode {
        kind: event.kind,
        phase: event.phase,
    };
    let wanted = device_type_of(event);
    let (mapping, code) = best(event, profile, wanted).ok_or(no_code)?;
    let allowed = |device_type: &DeviceType| match mapping.pattern() {
        Pattern::Scaip(pattern) => pattern.allows_device_type(device_type.number()),
        _ => true,
    };
    let device_type = wanted
        .filter(allowed)
        .or_else(|| {
            code.device_type
                .and_then(|number| DeviceType::try_from(number).ok())
        })
        .unwrap_or(DeviceType::UNKNOWN);
    let controller = event.device.controller.clone().unwrap_or_default();
    let mut request = Request::new(reference, ControllerId::from(controller), device_type);
    request.message_type = match code.message_type {
        ScaipMessageType::Message => MessageType::Message,
        ScaipMessageType::Reset => MessageType::Reset,
        ScaipMessageType::Information => MessageType::Information,
        ScaipMessageType::Heartbeat => MessageType::Heartbeat,
    };
    request.status_code = code
        .status
        .and_then(|number| StatusCode::try_from(number).ok());
    request.device_id = event.device.device.clone().map(DeviceId::from);
    request.device_component = event
        .device
        .component
        .as_deref()
        .and_then(DeviceComponent::read);
    request.location_code = code
        .location
        .and_then(|number| LocationCode::try_from(number).ok())
        .or_else(|| event.location.code.as_deref().and_then(LocationCode::read))
        .unwrap_or(LocationCode::UNKNOWN);
    let left_out = fill(&mut request, event);
    Ok(Written {
        request,
        mapping,
        left_out,
    })
}

/// Fills in what stands beside the code; gives what could not be.
fn fill(request: &mut Request<'_>, event: &Event) -> Vec<Part> {
    let mut left_out = Vec::new();
    let fitting = |tag: Tag, text: &str| {
        let text = Text::from(text.to_owned());
        (tag.check(text.as_str()).is_ok() && !text.as_str().is_empty()).then_some(text)
    };
    let location = &event.location;
    request.location_value = location
        .value
        .as_deref()
        .and_then(|value| fitting(Tag::LocationValue, value));
    request.location_text = location
        .text
        .as_ref()
        .and_then(|text| fitting(Tag::LocationText, text.reveal()));
    let lost = location.text.is_some() && request.location_text.is_none()
        || location.value.is_some() && request.location_value.is_none()
        || location.address.is_some();
    if lost {
        left_out.push(Part::Location);
    }
    if let Some(position) = &location.position {
        request.geographic_location = written_position(position.reveal());
        if request.geographic_location.is_none() {
            left_out.push(Part::Position);
        }
    }
    match event.source_priority.as_deref().map(Priority::read) {
        None => {}
        Some(Some(priority)) if priority.fits() => request.priority = priority,
        Some(_) => left_out.push(Part::Priority),
    }
    if event.voice.mode == Some(VoiceMode::Callback) {
        request.call_handling = CallHandling::RECEIVER_CALLS_BACK;
    }
    let address = event
        .voice
        .address
        .as_ref()
        .map(|address| address.reveal().clone());
    match (event.voice.mode, address) {
        (Some(VoiceMode::None), _) => request.caller_ids = CallAddress::no_voice().into(),
        (_, Some(address)) if Tag::CallerId.check(&address).is_ok() => {
            request.caller_ids = CallAddress::new(address).into();
        }
        (_, Some(_)) => left_out.push(Part::Voice),
        (_, None) => {}
    }
    fill_texts(request, event, &mut left_out);
    if !event.subjects.is_empty() {
        left_out.push(Part::Subject);
    }
    if event.times.device.is_some() {
        left_out.push(Part::DeviceTime);
    }
    left_out
}

/// Texts go where the longest fits: information first, then device and status.
fn fill_texts(request: &mut Request<'_>, event: &Event, left_out: &mut Vec<Part>) {
    let slots = [
        (Tag::InformationText, &mut request.information_text),
        (Tag::DeviceText, &mut request.device_text),
        (Tag::StatusText, &mut request.status_text),
    ];
    let mut texts: Vec<&str> = Vec::new();
    for attachment in &event.attachments {
        let part = match attachment {
            Attachment::Text(text) => {
                texts.push(text.reveal());
                continue;
            }
            Attachment::Measurement(_) => Part::Measurements,
            _ => Part::Pictures,
        };
        if !left_out.contains(&part) {
            left_out.push(part);
        }
    }
    texts.sort_by_key(|text| std::cmp::Reverse(text.chars().count()));
    let mut texts = texts.into_iter();
    for (tag, slot) in slots {
        let Some(text) = texts.next() else { return };
        if tag.check(text).is_ok() {
            *slot = Some(Text::from(text.to_owned()));
        } else if !left_out.contains(&Part::Text) {
            left_out.push(Part::Text);
        }
    }
    if texts.next().is_some() && !left_out.contains(&Part::Text) {
        left_out.push(Part::Text);
    }
}

/// `lge` for a position, `None` south of the equator or west of Greenwich: the published pattern
/// has no minus sign.
fn written_position(position: &alarm_codes::Position) -> Option<GeographicLocation<'static>> {
    let (latitude, longitude) = (position.latitude.degrees(), position.longitude.degrees());
    let text = format!("{latitude},{longitude}");
    let fits = |tag: Tag, text: &str| tag.check(text).is_ok();
    fits(Tag::Position, &text).then(|| GeographicLocation {
        position: Some(Text::from(text)),
        time: position
            .time
            .as_ref()
            .filter(|time| fits(Tag::PositionTime, time.as_str()))
            .map(|time| Text::from(time.as_str().to_owned())),
        nmea_gga: None,
    })
}

fn device_type_of(event: &Event) -> Option<DeviceType> {
    event.device.kind_code.as_deref().and_then(DeviceType::read)
}

/// The first row that can say the phase, before all others one for this device type.
fn best(
    event: &Event,
    profile: Profile,
    wanted: Option<DeviceType>,
) -> Option<(Mapping, ScaipCode)> {
    let usable = || {
        codes_of(event.kind, System::Scaip, profile)
            .codes()
            .filter_map(|mapping| match mapping.code(event.phase)? {
                Code::Scaip(code) => Some((mapping, code)),
                _ => None,
            })
    };
    let suits = |(mapping, _): &(Mapping, ScaipCode)| match (mapping.pattern(), wanted) {
        (Pattern::Scaip(pattern), Some(wanted)) => pattern.allows_device_type(wanted.number()),
        _ => false,
    };
    usable().find(suits).or_else(|| usable().next())
}
