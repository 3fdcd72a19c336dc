//! The status of one device, and of many, as JSON (Partner API reference 5).

use core::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::decode::Decoded;
use super::object::{ObjectSeed, TakeMembers};
use super::reader::{Reader, run};
use super::write::{ObjectWriter, write_number, write_string};
use crate::error::{DecodeError, DecodeErrorKind, Expected};
use crate::identifier::{DeviceIdentifier, IdentifierRules};
use crate::options::DecodeOptions;
use crate::status::{DeviceStatus, InvalidStatus, StatusEntry, is_used};
use crate::warning::WarningKind;
use crate::wire::StatusNames;

/// Appends the status of one device; a heartbeat alone is `{}`.
pub fn encode_status(status: &DeviceStatus, out: &mut Vec<u8>) {
    write_object(out, None, status.members());
}

/// Appends the array of the batch call.
///
/// # Errors
///
/// [`InvalidStatus::NamesDevice`] when a status holds the member that names the device; nothing is
/// appended then.
pub fn encode_status_batch(
    entries: &[StatusEntry],
    names: &StatusNames,
    out: &mut Vec<u8>,
) -> Result<(), InvalidStatus> {
    let device = names.device_identifier.as_str();
    if entries
        .iter()
        .any(|entry| entry.status.get(device).is_some())
    {
        return Err(InvalidStatus::NamesDevice);
    }
    out.push(b'[');
    for (i, entry) in entries.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        write_object(
            out,
            Some((device, entry.device.as_str())),
            entry.status.members(),
        );
    }
    out.push(b']');
    Ok(())
}

fn write_object(out: &mut Vec<u8>, device: Option<(&str, &str)>, members: &Map<String, Value>) {
    let mut object = ObjectWriter::begin(out);
    if let Some((name, value)) = device {
        write_string(object.any_member(name), value);
    }
    for (name, value) in members {
        write_value(object.any_member(name), value);
    }
    object.end();
}

fn write_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        // Whole numbers beyond 2^53 stay what they are.
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(value) => write_number(out, value),
            None => out.extend_from_slice(number.to_string().as_bytes()),
        },
        Value::String(text) => write_string(out, text),
        Value::Array(values) => {
            out.push(b'[');
            for (i, value) in values.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write_value(out, value);
            }
            out.push(b']');
        }
        Value::Object(members) => write_object(out, None, members),
    }
}

/// Reads the status of one device. No body is a heartbeat.
///
/// # Errors
///
/// [`DecodeError`] for a body that is too large or no JSON object.
pub fn decode_status(
    body: &[u8],
    options: &DecodeOptions,
) -> Result<Decoded<DeviceStatus>, DecodeError> {
    if body.is_empty() {
        return Ok(Decoded::new(
            DeviceStatus::heartbeat(),
            Vec::new(),
            Map::new(),
        ));
    }
    let (status, warnings) = Reader::read(body, *options, Expected::Object, |reader, json| {
        let mut members = Open::default();
        let seed = ObjectSeed {
            reader: &mut *reader,
            members: &mut members,
            name: None,
        };
        run(seed, json)?;
        members.finish(reader)
    })?;
    Ok(Decoded::new(status, warnings, Map::new()))
}

/// Reads the array of the batch call.
///
/// # Errors
///
/// [`DecodeError`] for a body that is too large, no JSON array of objects, or has an element without
/// a device; its index says which.
pub fn decode_status_batch(
    body: &[u8],
    names: &StatusNames,
    options: &DecodeOptions,
) -> Result<Decoded<Vec<StatusEntry>>, DecodeError> {
    let (entries, warnings) = Reader::read(body, *options, Expected::Array, |reader, json| {
        run(EntriesSeed { reader, names }, json)
    })?;
    Ok(Decoded::new(entries, warnings, Map::new()))
}

/// An object whose members are all the caller's.
#[derive(Default)]
struct Open(Map<String, Value>);

impl<'de> TakeMembers<'de> for Open {
    const NAMES: &'static [&'static str] = &[];
    const OPEN: bool = true;

    fn take<A: MapAccess<'de>>(
        &mut self,
        _: &mut Reader,
        _: usize,
        _: &mut A,
    ) -> Result<(), A::Error> {
        Ok(()) // there are no names
    }

    fn keep(&mut self, name: String, value: Value) {
        self.0.insert(name, value);
    }
}

impl Open {
    /// The status, without what says "not used".
    fn finish<E: de::Error>(self, reader: &mut Reader) -> Result<DeviceStatus, E> {
        let mut members = Map::new();
        for (name, value) in self.0 {
            let used = !name.is_empty() && is_used(&value);
            if !used {
                reader.tolerate(WarningKind::NotUsed)?;
            }
            if let Some(value) = if used { Some(value) } else { pruned(value) } {
                if !name.is_empty() {
                    members.insert(name, value);
                }
            }
        }
        Ok(DeviceStatus::new(members).unwrap_or_default())
    }
}

/// What is left of a value when "not used" is taken out.
fn pruned(value: Value) -> Option<Value> {
    let left = match value {
        Value::Array(values) => Value::Array(values.into_iter().filter_map(pruned).collect()),
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .filter_map(|(name, value)| Some((name, pruned(value)?)))
                .collect(),
        ),
        other => other,
    };
    is_used(&left).then_some(left)
}

struct EntriesSeed<'r> {
    reader: &'r mut Reader,
    names: &'r StatusNames,
}

impl<'de> DeserializeSeed<'de> for EntriesSeed<'_> {
    type Value = Vec<StatusEntry>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for EntriesSeed<'_> {
    type Value = Vec<StatusEntry>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of statuses")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let Self { reader, names } = self;
        let limit = reader.options.limits.batch;
        let mut entries = Vec::new();
        loop {
            let mut members = Open::default();
            reader.index = Some(entries.len());
            reader.expect(None, Expected::Object);
            let seed = ObjectSeed {
                reader: &mut *reader,
                members: &mut members,
                name: None,
            };
            if array.next_element_seed(seed)?.is_none() {
                reader.index = None;
                return Ok(entries);
            }
            if entries.len() == limit {
                return Err(reader.refuse(DecodeErrorKind::TooManyElements { limit }));
            }
            let device = take_device(reader, &mut members.0, &names.device_identifier)?;
            let status = members.finish(reader)?;
            entries.push(StatusEntry { device, status });
        }
    }
}

fn take_device<E: de::Error>(
    reader: &mut Reader,
    members: &mut Map<String, Value>,
    name: &str,
) -> Result<DeviceIdentifier, E> {
    reader.expect(Some("deviceIdentifier"), Expected::String);
    let known = members
        .keys()
        .find(|known| known.eq_ignore_ascii_case(name))
        .cloned();
    let Some(known) = known else {
        return Err(reader.refuse(DecodeErrorKind::MissingMember));
    };
    if known != name {
        reader.tolerate(WarningKind::NameCase)?;
    }
    let text = match members.remove(&known) {
        Some(Value::String(text)) => text,
        Some(Value::Number(number)) if !number.is_f64() => {
            reader.tolerate(WarningKind::TextAsNumber)?;
            number.to_string()
        }
        Some(Value::Null) | None => return Err(reader.refuse(DecodeErrorKind::MissingMember)),
        Some(_) => return Err(reader.wrong()),
    };
    reader.expect(None, Expected::Object);
    // In a body a slash does no harm.
    DeviceIdentifier::with_rules(&text, IdentifierRules { slashes: true })
        .map_err(|why| reader.refuse(DecodeErrorKind::Identifier(why)))
}
