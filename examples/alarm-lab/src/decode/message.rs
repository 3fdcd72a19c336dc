//! A SCAIP document as JSON.

use std::fmt::Display;

use alarm_codes::EventId;
use scaip::alarm::event_of;
use scaip::{
    DecodeError, DecodeErrorKind, ExtraElement, GeographicLocation, Message, MessageType, Request,
    Response, Tag, Warning, decode_request,
};
use serde_json::{Value, json};

use super::{Decoded, Finding, Layer, Object, Options};

/// `start` is where the body begins in the input.
pub(super) fn decode(
    body: &[u8],
    start: usize,
    options: &Options,
    new_id: &mut impl FnMut() -> EventId,
) -> Result<Decoded, Finding> {
    let decoded = scaip::decode(body, &options.xml).map_err(|error| failure(&error, start))?;
    let warnings = decoded.warnings().iter();
    let warnings = warnings.map(|found| warning(*found, start)).collect();
    let mut message = match decoded.message() {
        Message::Request(message) => request(message),
        Message::Response(message) => response(message),
    };
    if !decoded.extra_elements().is_empty() {
        message.add("extra", extra(decoded.extra_elements(), start));
    }
    let (document, alarm) = match decoded.message() {
        Message::Request(_) => ("mrq", event(body, options, new_id)),
        Message::Response(_) => ("mrs", None),
    };
    Ok(Decoded {
        protocol: "scaip",
        document,
        sip: None,
        message,
        warnings,
        alarm,
    })
}

fn event(body: &[u8], options: &Options, new_id: &mut impl FnMut() -> EventId) -> Option<Value> {
    // The body was read once already, so this cannot fail.
    let request = decode_request(body, &options.xml).ok()?;
    let mut event = event_of(&request, options.profile, new_id(), options.received);
    if !options.raw {
        event.raw = None;
    }
    serde_json::to_value(&event).ok()
}

fn failure(error: &DecodeError, start: usize) -> Finding {
    Finding {
        code: error.code(),
        detail: error.kind.to_string(),
        element: match error.kind {
            DecodeErrorKind::Missing(tag) | DecodeErrorKind::Unreadable(tag) => Some(tag.wire()),
            DecodeErrorKind::Deviation(warning) => warning.tag().map(Tag::wire),
            _ => None,
        },
        layer: Layer::Xml,
        offset: Some(start + error.offset),
    }
}

fn warning(Warning { kind, offset, .. }: Warning, start: usize) -> Finding {
    Finding {
        code: kind.code(),
        detail: kind.to_string(),
        element: kind.tag().map(Tag::wire),
        layer: Layer::Xml,
        offset: Some(start + offset),
    }
}

/// A code: its number in full width, its public name, and the digits received where they differ.
struct Shown {
    tag: Tag,
    full: String,
    received: String,
    name: Option<&'static str>,
}

macro_rules! shown {
    ($type:ident, $code:expr) => {{
        let code: scaip::$type = $code;
        Shown {
            tag: scaip::$type::TAG,
            full: code.to_string(),
            received: code.as_received().to_string(),
            name: code.name(),
        }
    }};
}

impl Shown {
    fn add_to(self, object: &mut Object) {
        let name = self.tag.long_name();
        let differs = self.received != self.full;
        object.add(name, self.full);
        if let Some(meaning) = self.name {
            object.add(format!("{name}_name"), meaning);
        }
        if differs {
            object.add(format!("{name}_text"), self.received);
        }
    }
}

fn add(object: &mut Object, tag: Tag, value: impl Display) {
    object.add(tag.long_name(), value.to_string());
}

fn add_text(object: &mut Object, tag: Tag, text: Option<&impl AsRef<str>>) {
    if let Some(text) = text {
        object.add(tag.long_name(), text.as_ref());
    }
}

/// In canonical order (SCAIP reference 2).
fn request(request: &Request<'_>) -> Object {
    let mut object = Object::new();
    let o = &mut object;
    add(o, Tag::Reference, request.reference.as_str());
    add(o, Tag::Version, request.version);
    shown!(SystemConfiguration, request.system_configuration).add_to(o);
    shown!(CallHandling, request.call_handling).add_to(o);
    add(o, Tag::MessageType, request.message_type.code());
    let meaning = match request.message_type {
        MessageType::Message => Some("message"),
        MessageType::Reset => Some("reset"),
        MessageType::Information => Some("information"),
        MessageType::Heartbeat => Some("heartbeat"),
        _ => None,
    };
    if let Some(meaning) = meaning {
        o.add("message_type_name", meaning);
    }
    shown!(HeartbeatOptions, request.heartbeat_options).add_to(o);
    add(o, Tag::ControllerId, request.controller_id.as_str());
    shown!(DeviceType, request.device_type).add_to(o);
    add_text(o, Tag::DeviceId, request.device_id.as_ref());
    if let Some(component) = request.device_component {
        shown!(DeviceComponent, component).add_to(o);
    }
    add_text(o, Tag::DeviceText, request.device_text.as_ref());
    // A missing crd means sip: (SCAIP reference 3).
    let calls: Vec<_> = request
        .calls()
        .map(|call| Value::from(call.as_str()))
        .collect();
    o.add(Tag::CallerId.long_name(), calls);
    shown!(MediaRequest, request.media_request).add_to(o);
    if let Some(status) = request.status_code {
        shown!(StatusCode, status).add_to(o);
    }
    add_text(o, Tag::StatusText, request.status_text.as_ref());
    shown!(Priority, request.priority).add_to(o);
    shown!(LocationCode, request.location_code).add_to(o);
    add_text(o, Tag::LocationValue, request.location_value.as_ref());
    if let Some(place) = &request.geographic_location {
        o.add(Tag::GeographicLocation.long_name(), location(place));
    }
    add_text(o, Tag::LocationText, request.location_text.as_ref());
    if let Some(information) = request.information_code {
        shown!(InformationCode, information).add_to(o);
    }
    add_text(o, Tag::InformationText, request.information_text.as_ref());
    o.add(
        Tag::AdditionalMessage.long_name(),
        request.additional_message,
    );
    object
}

/// In canonical order (SCAIP reference 2).
fn response(response: &Response<'_>) -> Object {
    let mut object = Object::new();
    let o = &mut object;
    add(o, Tag::Reference, response.reference.as_str());
    shown!(StatusNumber, response.status_number).add_to(o);
    add_text(o, Tag::ResponseText, response.status_text.as_ref());
    add(o, Tag::CommonVersion, response.common_version);
    shown!(MediaReply, response.media_reply).add_to(o);
    shown!(CallHandlingReply, response.call_handling_reply).add_to(o);
    if !response.transferred_numbers.is_empty() {
        let numbers: Vec<_> = response
            .transferred_numbers
            .iter()
            .map(|number| Value::from(number.as_str()))
            .collect();
        o.add(Tag::TransferredNumber.long_name(), numbers);
    }
    if let Some(interval) = response.heartbeat_interval {
        shown!(HeartbeatInterval, interval).add_to(o);
    }
    object
}

/// The texts as sent, and the position as numbers when it can be read.
fn location(location: &GeographicLocation<'_>) -> Value {
    let mut value = json!({});
    for (tag, text) in [
        (Tag::Position, &location.position),
        (Tag::PositionTime, &location.time),
        (Tag::NmeaGga, &location.nmea_gga),
    ] {
        if let Some(text) = text {
            value[tag.long_name()] = text.as_str().into();
        }
    }
    if let Some(position) = location.position() {
        value["latitude"] = position.latitude.into();
        value["longitude"] = position.longitude.into();
        if let Some(altitude) = position.altitude {
            value["altitude"] = altitude.into();
        }
    }
    value
}

fn extra(elements: &[ExtraElement<'_>], start: usize) -> Vec<Value> {
    elements
        .iter()
        .map(|element| {
            json!({
                "name": element.name,
                "content": element.content,
                "offset": start + element.offset,
            })
        })
        .collect()
}
