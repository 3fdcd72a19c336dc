//! Events as JSON.

use crate::codes::EventType;
use crate::event::{EventParameters, Image};
use crate::json::picture::{IMAGE_DATA, IMAGE_NAME};
use crate::json::write::{ObjectWriter, write_base64, write_integer, write_number, write_string};
use crate::member::{Member, Members};
use crate::version::{Feature, UnityVersion};

/// Appends the body of an event and says what was left out because a server of this version does
/// not know it: only [`Member::Description`], before 6.11 (Partner API reference 4.2 and 10.4).
///
/// Unused members are not written; with nothing to say the body is `{}`.
///
/// ```
/// use sensio_partner::{EventParameters, UnityVersion, encode_event};
///
/// let event = EventParameters { trigger_value: Some(31.into()), ..EventParameters::new() };
/// let mut body = Vec::new();
/// let left_out = encode_event(&event, UnityVersion::LATEST, &mut body);
/// assert_eq!(body, br#"{"triggerValue":31}"#);
/// assert!(left_out.is_empty());
/// ```
pub fn encode_event(event: &EventParameters, version: UnityVersion, out: &mut Vec<u8>) -> Members {
    encode_event_of(None, event, version, out)
}

/// The same for an event of this code: a state beside a code that is documented without states is
/// left out, too (Partner API reference 4.2 and 10.2). Codes that are in no table may have states.
pub(crate) fn encode_event_of(
    event_type: Option<EventType>,
    event: &EventParameters,
    version: UnityVersion,
    out: &mut Vec<u8>,
) -> Members {
    let mut left_out = Members::NONE;
    let stateless = event_type.is_some_and(|code| code.name().is_some() && !code.has_states());
    out.reserve(size_hint(event));
    let mut object = ObjectWriter::begin(out);
    if let Some(value) = event.trigger_value {
        write_number(object.member(Member::TriggerValue.name()), value.value());
    }
    if !event.images.is_empty() {
        write_images(&event.images, object.member(Member::Images.name()));
    }
    if let Some(id) = &event.external_event_id {
        write_string(object.member(Member::ExternalEventId.name()), id.as_str());
    }
    if let Some(state) = event.state {
        if stateless {
            left_out = left_out.with(Member::State);
        } else {
            write_integer(object.member(Member::State.name()), i64::from(state.0));
        }
    }
    if let Some(description) = &event.description {
        if version.has(Feature::Description) {
            write_string(
                object.member(Member::Description.name()),
                description.as_str(),
            );
        } else {
            left_out = left_out.with(Member::Description);
        }
    }
    object.end();
    left_out
}

fn write_images(images: &[Image], out: &mut Vec<u8>) {
    for (i, image) in images.iter().enumerate() {
        out.push(if i == 0 { b'[' } else { b',' });
        let mut picture = ObjectWriter::begin(out);
        write_base64(picture.member(IMAGE_DATA), image.data());
        if let Some(name) = image.name() {
            write_string(picture.member(IMAGE_NAME), name);
        }
        picture.end();
    }
    out.push(b']');
}

/// Room for the body in one allocation, escapes aside.
fn size_hint(event: &EventParameters) -> usize {
    let images: usize = event
        .images
        .iter()
        .map(|i| i.data().len().div_ceil(3) * 4 + 48 + i.name().map_or(0, str::len))
        .sum();
    let id = event
        .external_event_id
        .as_ref()
        .map_or(0, |id| id.as_str().len());
    let text = event.description.as_ref().map_or(0, |d| d.as_str().len());
    128 + images + id + text
}
