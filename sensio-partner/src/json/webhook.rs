//! The bodies of webhooks as JSON (Partner API reference 6.2).

use serde::de::{self, MapAccess};
use serde_json::{Map, Value};

use super::decode::Decoded;
use super::object::{ObjectSeed, TakeMembers};
use super::reader::{Reader, run};
use super::value::FoundSeed;
use super::write::{ObjectWriter, write_integer, write_string};
use crate::codes::EventType;
use crate::error::{DecodeError, DecodeErrorKind, Expected};
use crate::external_event_id::ExternalEventId;
use crate::identifier::{DeviceIdentifier, IdentifierRules};
use crate::member::{Member, Members};
use crate::options::DecodeOptions;
use crate::version::{Feature, UnityVersion};
use crate::warning::WarningKind;
use crate::webhook::{EventName, EventStateChanged, RequestDeactivateEvent, Webhook};

const DEVICE_IDENTIFIER: &str = "DeviceIdentifier";
const EVENT_TYPE: &str = "EventType";
const IS_ACTIVE: &str = "IsActive";
const EXTERNAL_EVENT_ID: &str = "ExternalEventId";

/// Appends the body of a webhook, in Pascal case, and says what was left out because a server of this
/// version does not send it: only [`Member::ExternalEventId`], before 6.11.
///
/// *Medicine Not Taken* goes under the number of the version.
///
/// ```
/// use sensio_partner::webhook::{RequestDeactivateEvent, encode_webhook};
/// use sensio_partner::{DeviceIdentifier, EventType, UnityVersion};
///
/// let device = DeviceIdentifier::new("SN-004711")?;
/// let webhook = RequestDeactivateEvent::new(device, EventType::FALL).into();
/// let mut body = Vec::new();
/// encode_webhook(&webhook, UnityVersion::LATEST, &mut body);
/// assert_eq!(body, br#"{"DeviceIdentifier":"SN-004711","EventType":906}"#);
/// # Ok::<(), sensio_partner::InvalidIdentifier>(())
/// ```
pub fn encode_webhook(webhook: &Webhook, version: UnityVersion, out: &mut Vec<u8>) -> Members {
    let mut left_out = Members::NONE;
    let mut object = ObjectWriter::begin(out);
    write_string(object.member(DEVICE_IDENTIFIER), webhook.device().as_str());
    let code = webhook.event_type().for_version(version);
    write_integer(object.member(EVENT_TYPE), code.0.into());
    if let Webhook::EventStateChanged(changed) = webhook {
        let active: &[u8] = if changed.is_active { b"true" } else { b"false" };
        object.member(IS_ACTIVE).extend_from_slice(active);
    }
    if let Some(id) = webhook.external_event_id() {
        if version.has(Feature::ExternalEventIdInWebhooks) {
            write_string(object.member(EXTERNAL_EVENT_ID), id.as_str());
        } else {
            left_out = left_out.with(Member::ExternalEventId);
        }
    }
    object.end();
    left_out
}

/// Reads the body of a webhook of this name (Partner API reference 6.4, step 4).
///
/// `ExternalEventId` may be absent, `null` or empty, which all mean "none" and none is a deviation.
///
/// # Errors
///
/// [`DecodeError`] for a body that is too large, no JSON object, or lacks a required member; in strict
/// mode also the first deviation.
pub fn decode_webhook(
    name: EventName,
    body: &[u8],
    options: &DecodeOptions,
) -> Result<Decoded<Webhook>, DecodeError> {
    let mut members = Body {
        wants_state: name == EventName::EventStateChanged,
        ..Body::default()
    };
    let (webhook, warnings) = Reader::read(body, *options, Expected::Object, |reader, json| {
        let seed = ObjectSeed {
            reader: &mut *reader,
            members: &mut members,
            name: None,
        };
        run(seed, json)?;
        members.finish(reader)
    })?;
    Ok(Decoded::new(webhook, warnings, members.unknown))
}

#[derive(Default)]
struct Body {
    wants_state: bool,
    device: Option<DeviceIdentifier>,
    event_type: Option<EventType>,
    is_active: Option<bool>,
    external_event_id: Option<ExternalEventId>,
    unknown: Map<String, Value>,
}

impl<'de> TakeMembers<'de> for Body {
    const NAMES: &'static [&'static str] =
        &[DEVICE_IDENTIFIER, EVENT_TYPE, IS_ACTIVE, EXTERNAL_EVENT_ID];

    fn take<A: MapAccess<'de>>(
        &mut self,
        reader: &mut Reader,
        which: usize,
        object: &mut A,
    ) -> Result<(), A::Error> {
        let name = Self::NAMES[which];
        match name {
            DEVICE_IDENTIFIER => {
                reader.expect(Some(name), Expected::String);
                // An empty text is a missing one.
                let Some(text) = object.next_value_seed(FoundSeed)?.text(reader)? else {
                    return Err(reader.refuse(DecodeErrorKind::MissingMember));
                };
                // In a body a slash does no harm.
                let rules = IdentifierRules { slashes: true };
                match DeviceIdentifier::with_rules(&text, rules) {
                    Ok(device) => self.device = Some(device),
                    Err(why) => return Err(reader.refuse(DecodeErrorKind::Identifier(why))),
                }
            }
            EVENT_TYPE => {
                reader.expect(Some(name), Expected::Integer);
                let Some(code) = object.next_value_seed(FoundSeed)?.integer(reader)? else {
                    return Err(reader.refuse(DecodeErrorKind::MissingMember));
                };
                match u32::try_from(code) {
                    Ok(code) => self.event_type = Some(EventType(code)),
                    Err(_) => return Err(reader.refuse(DecodeErrorKind::OutOfRange)),
                }
            }
            IS_ACTIVE if self.wants_state => {
                reader.expect(Some(name), Expected::Boolean);
                self.is_active = Some(object.next_value()?);
            }
            IS_ACTIVE => {
                reader.tolerate(WarningKind::UnknownMember)?;
                let value = object.next_value()?;
                self.keep(name.to_owned(), value);
            }
            _ => {
                reader.expect(Some(name), Expected::String);
                let found: Option<Value> = object.next_value()?;
                self.external_event_id = match found {
                    None => None,
                    Some(Value::String(text)) => ExternalEventId::new(&text).ok(),
                    Some(Value::Number(number)) if !number.is_f64() => {
                        reader.tolerate(WarningKind::TextAsNumber)?;
                        ExternalEventId::new(&number.to_string()).ok()
                    }
                    Some(_) => return Err(reader.wrong()),
                };
            }
        }
        Ok(())
    }

    fn keep(&mut self, name: String, value: Value) {
        self.unknown.insert(name, value);
    }
}

impl Body {
    fn finish<E: de::Error>(&mut self, reader: &mut Reader) -> Result<Webhook, E> {
        let mut missing = |name, expected| {
            reader.expect(Some(name), expected);
            reader.refuse(DecodeErrorKind::MissingMember)
        };
        let device = self.device.take();
        let device = device.ok_or_else(|| missing(DEVICE_IDENTIFIER, Expected::String))?;
        let event_type = self
            .event_type
            .ok_or_else(|| missing(EVENT_TYPE, Expected::Integer))?;
        let external_event_id = self.external_event_id.take();
        if !self.wants_state {
            return Ok(Webhook::RequestDeactivateEvent(RequestDeactivateEvent {
                device,
                event_type,
                external_event_id,
            }));
        }
        let is_active = self
            .is_active
            .ok_or_else(|| missing(IS_ACTIVE, Expected::Boolean))?;
        Ok(Webhook::EventStateChanged(EventStateChanged {
            device,
            event_type,
            is_active,
            external_event_id,
        }))
    }
}
