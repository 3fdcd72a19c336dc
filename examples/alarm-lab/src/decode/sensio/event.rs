//! Calls of a partner.

use alarm_codes::EventId;
use sensio_partner::alarm::{Reported, event_of, heartbeat_of};
use sensio_partner::queue::EventMethod;
use sensio_partner::{
    DeviceStatus, EventParameters, EventType, Image, ImageLimits, Limits, Mode, check_image,
    decode_event, decode_status, decode_status_batch,
};
use serde_json::{Map, Value, json};

use super::failure::{reason, warnings};
use super::head::{Body, Request};
use super::{Call, Decoded, Options, meaning, tell_event_type};
use crate::decode::failure::{Failure, Reason, Warning};
use crate::decode::json::Object;

pub(super) fn of_request(
    request: &Request<'_>,
    options: &Options,
    new_id: &mut dyn FnMut() -> EventId,
) -> Result<Decoded, Failure<Decoded>> {
    let call = Call::read(request.method, request.target, &options.wire.paths)
        .map_err(|error| Reason::new(error.code(), error, "path", request.offset).alone())?;
    let mut warnings = request.warnings.clone();
    let mut note = |code, detail: &str| warnings.push(Warning::new(code, detail, None));
    if call != Call::Token {
        if request.header("authorization").is_none() {
            note("no-authorization", "the request carries no access token");
        }
        if !request.body.bytes.is_empty() {
            match request.header("content-type") {
                None => note("no-content-type", "there is a body and no content type"),
                Some(kind) if !kind.to_ascii_lowercase().starts_with("application/json") => {
                    note("content-type", "the content type is not application/json");
                }
                Some(_) => {}
            }
        }
    }
    of_body(&call, request.body, warnings, options, new_id)
}

pub(super) fn of_body(
    call: &Call,
    body: Body<'_>,
    warnings: Vec<Warning>,
    options: &Options,
    new_id: &mut dyn FnMut() -> EventId,
) -> Result<Decoded, Failure<Decoded>> {
    let mut decoded = Decoded::new(call.item(), body.item, warnings);
    let done = match call {
        Call::Event { .. } => event(call, body, &mut decoded, options, new_id),
        Call::Status { device } => {
            decoded.call.add("method", "PUT");
            decoded.call.add("device", device.as_str());
            decode_status(body.bytes, &options.decode_options())
                .map_err(|error| reason(&error, body))
                .map(|read| {
                    decoded.warnings.extend(self::warnings(read.warnings()));
                    decoded.message = members(read.message());
                    let event = heartbeat_of(device, &options.received(new_id(), body.bytes));
                    decoded.alarm = Some(options.alarm(event));
                })
        }
        Call::Statuses => statuses(body, &mut decoded, options, new_id),
        Call::Token => {
            decoded.call.add("method", "POST");
            decoded.message.add("bytes", body.bytes.len());
            Ok(())
        }
    };
    match done {
        Ok(()) => Ok(decoded),
        Err(reason) => Err(reason.about(decoded)),
    }
}

fn event(
    call: &Call,
    body: Body<'_>,
    decoded: &mut Decoded,
    options: &Options,
    new_id: &mut dyn FnMut() -> EventId,
) -> Result<(), Reason> {
    let Call::Event {
        method,
        device,
        event_type,
    } = call
    else {
        return Ok(());
    };
    decoded.call.add(
        "method",
        match method {
            EventMethod::Post => "POST",
            EventMethod::Put => "PUT",
            EventMethod::Delete => "DELETE",
        },
    );
    if let Some(device) = device {
        decoded.call.add("device", device.as_str());
    }
    if let Some(event_type) = event_type {
        let (call, warnings) = (&mut decoded.call, &mut decoded.warnings);
        tell_event_type(*event_type, options, call, warnings);
    }
    let mut parameters = EventParameters::new();
    if *method == EventMethod::Delete {
        if !body.bytes.is_empty() {
            let detail = "DELETE has no body; this one is passed over";
            decoded
                .warnings
                .push(Warning::new("body-of-delete", detail, None));
        }
    } else {
        let read = decode_event(body.bytes, &options.decode_options())
            .map_err(|error| reason(&error, body))?;
        decoded.warnings.extend(warnings(read.warnings()));
        decoded.unknown = read.unknown().clone();
        parameters = read.into_message();
        decoded.message = message(&parameters, &mut decoded.warnings);
        if body.bytes.len() > Limits::DEFAULT.body {
            let limit = Limits::DEFAULT.body;
            let detail = format!(
                "the body has {} bytes, a server takes {limit}",
                body.bytes.len()
            );
            decoded
                .warnings
                .push(Warning::new("body-size", detail, None));
        }
        let has_states = event_type.is_none_or(|code| code == EventType::PATIENT_SIGNAL);
        if parameters.state.is_some() && !has_states {
            let detail = "a state with an event for which none is documented";
            let warning = Warning::new("state-not-documented", detail, None);
            decoded.warnings.push(warning);
        }
    }
    if options.mode == Mode::Strict {
        // The codec has refused its own; these are deviations of the pictures.
        if let Some(image) = decoded.warnings.iter().find(|one| one.code == "image") {
            return Err(Reason::new("image", &image.detail, "json", None));
        }
    }
    if let Some(event_type) = event_type {
        decoded.meaning = Some(meaning(*event_type, parameters.state, options.version));
        if let Some(device) = device {
            let reported = Reported::new(*method, device, *event_type).with_parameters(&parameters);
            let event = event_of(&reported, &options.received(new_id(), body.bytes));
            decoded.alarm = Some(options.alarm(event));
        }
    }
    Ok(())
}

fn message(parameters: &EventParameters, warnings: &mut Vec<Warning>) -> Object {
    let mut object = Object::new();
    if let Some(value) = parameters.trigger_value {
        object.add("trigger_value", value.value());
    }
    if !parameters.images.is_empty() {
        let images = parameters.images.iter().enumerate();
        let images: Vec<_> = images.map(|(at, one)| image(at, one, warnings)).collect();
        object.add("images", images);
    }
    if let Some(id) = &parameters.external_event_id {
        object.add("external_event_id", id.as_str());
    }
    if let Some(state) = parameters.state {
        object.add("state", state.0);
        if let Some(name) = state.name() {
            object.add("state_name", name);
        }
    }
    if let Some(text) = &parameters.description {
        object.add("description", text.as_str());
    }
    object
}

fn image(at: usize, image: &Image, warnings: &mut Vec<Warning>) -> Value {
    let mut shown = Map::new();
    if let Some(name) = image.name() {
        shown.insert("name".into(), name.into());
    }
    shown.insert("bytes".into(), image.data().len().into());
    match check_image(image.data(), &ImageLimits::DEFAULT) {
        Ok(size) => {
            shown.insert("width".into(), size.width.into());
            shown.insert("height".into(), size.height.into());
        }
        Err(error) => {
            let detail = format!("image {at}: {error}");
            warnings.push(Warning::new("image", detail, None));
        }
    }
    Value::Object(shown)
}

fn statuses(
    body: Body<'_>,
    decoded: &mut Decoded,
    options: &Options,
    new_id: &mut dyn FnMut() -> EventId,
) -> Result<(), Reason> {
    decoded.call.add("method", "PUT");
    let names = &options.wire.status;
    let read = decode_status_batch(body.bytes, names, &options.decode_options())
        .map_err(|error| reason(&error, body))?;
    decoded.warnings.extend(warnings(read.warnings()));
    let mut entries = Vec::new();
    for entry in read.message() {
        let status = Value::Object(entry.status.members().clone());
        entries.push(json!({ "device": entry.device.as_str(), "status": status }));
        let event = heartbeat_of(&entry.device, &options.received(new_id(), b""));
        decoded.alarms.push(options.alarm(event));
    }
    decoded.message.add("entries", entries);
    Ok(())
}

fn members(status: &DeviceStatus) -> Object {
    let mut object = Object::new();
    for (name, value) in status.members() {
        object.add(name, value.clone());
    }
    object
}
