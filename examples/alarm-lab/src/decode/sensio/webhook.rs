//! Webhooks.

use alarm_codes::EventId;
use sensio_partner::alarm::event_of_webhook;
use sensio_partner::webhook::{
    EVENT_NAME_HEADER, EventName, VALIDATION_TOKEN_HEADER, Webhook, decode_webhook,
};

use super::failure::{reason, warnings};
use super::head::{Body, Request};
use super::{Decoded, Options, meaning, tell_event_type};
use crate::decode::failure::{Failure, Reason, Warning};

pub(super) fn of_request(
    request: &Request<'_>,
    name: Option<EventName>,
    options: &Options,
    new_id: &mut dyn FnMut() -> EventId,
) -> Result<Decoded, Failure<Decoded>> {
    let header = |code, detail: &str| Reason::new(code, detail, "http", request.offset);
    if request.method != "POST" {
        return Err(header("method", "a webhook is a POST").alone());
    }
    let named = request.header(EVENT_NAME_HEADER).map(|text| {
        let mut all = EventName::ALL.iter().copied();
        all.find(|known| known.as_str().eq_ignore_ascii_case(text))
    });
    if named == Some(None) {
        let detail = "the header names a webhook that is not known";
        return Err(header("event-name", detail).alone());
    }
    let mut warnings = request.warnings.clone();
    // Whether there is one, never which: it is a secret.
    if request.header(VALIDATION_TOKEN_HEADER).is_none() {
        let detail = "the request carries no validation token: a receiver answers 403";
        warnings.push(Warning::new("no-validation-token", detail, None));
    }
    let name = named.flatten().or(name);
    of_body(name, request.body, warnings, options, new_id)
}

pub(super) fn of_body(
    name: Option<EventName>,
    body: Body<'_>,
    told: Vec<Warning>,
    options: &Options,
    new_id: &mut dyn FnMut() -> EventId,
) -> Result<Decoded, Failure<Decoded>> {
    let mut decoded = Decoded::new("webhook", body.item, told);
    let Some(name) = name else {
        let reason = Reason::new("event-name", "nothing names the webhook", "http", None);
        let advice = "its name stands in the header X-SensioPartner-EventName: give it with --name";
        return Err(reason.advising(advice).about(decoded));
    };
    decoded.call.add("name", name.as_str());
    let read = match decode_webhook(name, body.bytes, &options.decode_options()) {
        Ok(read) => read,
        Err(error) => return Err(reason(&error, body).about(decoded)),
    };
    decoded.warnings.extend(warnings(read.warnings()));
    decoded.unknown = read.unknown().clone();
    let webhook = read.message();
    let message = &mut decoded.message;
    message.add("device", webhook.device().as_str());
    let code = webhook.event_type();
    tell_event_type(code, options, message, &mut decoded.warnings);
    if let Webhook::EventStateChanged(changed) = webhook {
        message.add("is_active", changed.is_active);
    }
    if let Some(id) = webhook.external_event_id() {
        message.add("external_event_id", id.as_str());
    }
    decoded.meaning = Some(meaning(code, None, options.version));
    let event = event_of_webhook(webhook, &options.received(new_id(), body.bytes));
    decoded.alarm = Some(options.alarm(event));
    Ok(decoded)
}
