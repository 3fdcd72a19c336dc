//! Events from JSON.

use serde::de::MapAccess;
use serde_json::{Map, Value};

use super::object::{ObjectSeed, TakeMembers};
use super::picture::ImagesSeed;
use super::reader::{Reader, run};
use super::value::FoundSeed;
use crate::codes::State;
use crate::error::{DecodeError, DecodeErrorKind, Expected};
use crate::event::{Description, EventParameters, Images};
use crate::external_event_id::ExternalEventId;
use crate::member::Member;
use crate::options::DecodeOptions;
use crate::warning::{Warning, WarningKind};

/// A value, what was tolerated on the way to it, and what has no place in it.
#[derive(Clone, PartialEq)]
pub struct Decoded<T> {
    message: T,
    warnings: Vec<Warning>,
    unknown: Map<String, Value>,
}

impl<T> Decoded<T> {
    pub(super) fn new(message: T, warnings: Vec<Warning>, unknown: Map<String, Value>) -> Self {
        Self {
            message,
            warnings,
            unknown,
        }
    }

    /// The message.
    #[must_use]
    pub fn message(&self) -> &T {
        &self.message
    }

    /// The message alone; the rest is dropped.
    #[must_use]
    pub fn into_message(self) -> T {
        self.message
    }

    /// Every deviation that was tolerated, in the order met. Empty for a clean body.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Members without a place in the message, as they came. A member of an image stands under a
    /// name like `images[0].width`, and a description that had to be shortened stands here whole.
    #[must_use]
    pub fn unknown(&self) -> &Map<String, Value> {
        &self.unknown
    }
}

/// Unknown members do not print: anything may stand there.
impl<T: core::fmt::Debug> core::fmt::Debug for Decoded<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Decoded")
            .field("message", &self.message)
            .field("warnings", &self.warnings)
            .field("unknown", &self.unknown.len())
            .finish()
    }
}

/// Reads the body of an event (Partner API reference 4.2 and 4.3). No body at all is a complete event
/// without parameters.
///
/// Names are compared without case, and `null`, `""`, `[]` and `{}` mean "not used". A name that comes
/// twice is refused, since nobody can know which one is meant. What the pictures hold is not looked
/// at: see [`check_image`](crate::check_image).
///
/// ```
/// use sensio_partner::{DecodeOptions, State, WarningKind, decode_event};
///
/// let body = br#"{"State": 88, "images": []}"#;
/// let decoded = decode_event(body, &DecodeOptions::lenient())?;
/// assert_eq!(decoded.message().state, Some(State::PRESENT));
/// let kinds: Vec<_> = decoded.warnings().iter().map(|warning| warning.kind).collect();
/// assert_eq!(kinds, [WarningKind::NameCase, WarningKind::NotUsed]);
/// assert!(decode_event(body, &DecodeOptions::strict()).is_err());
/// # Ok::<(), sensio_partner::DecodeError>(())
/// ```
///
/// # Errors
///
/// [`DecodeError`] for a body that is too large, no JSON object, or holds what does not fit; in
/// strict mode also the first deviation.
pub fn decode_event(
    body: &[u8],
    options: &DecodeOptions,
) -> Result<Decoded<EventParameters>, DecodeError> {
    if body.is_empty() {
        return Ok(Decoded::new(EventParameters::new(), Vec::new(), Map::new()));
    }
    let mut event = Event::default();
    let ((), warnings) = Reader::read(body, *options, Expected::Object, |reader, json| {
        let seed = ObjectSeed {
            reader,
            members: &mut event,
            name: None,
        };
        run(seed, json)
    })?;
    Ok(Decoded::new(event.parameters, warnings, event.unknown))
}

#[derive(Default)]
struct Event {
    parameters: EventParameters,
    unknown: Map<String, Value>,
}

const fn names() -> [&'static str; Member::ALL.len()] {
    let mut names = [""; Member::ALL.len()];
    let mut i = 0;
    while i < names.len() {
        names[i] = Member::ALL[i].name();
        i += 1;
    }
    names
}

impl<'de> TakeMembers<'de> for Event {
    const NAMES: &'static [&'static str] = &names();

    fn take<A: MapAccess<'de>>(
        &mut self,
        reader: &mut Reader,
        which: usize,
        object: &mut A,
    ) -> Result<(), A::Error> {
        let member = Member::ALL[which];
        let expected = match member {
            Member::TriggerValue => Expected::Number,
            Member::State => Expected::Integer,
            Member::Images => Expected::Array,
            Member::ExternalEventId | Member::Description => Expected::String,
        };
        reader.expect(Some(member.name()), expected);
        let parameters = &mut self.parameters;
        match member {
            Member::TriggerValue => {
                parameters.trigger_value = object.next_value_seed(FoundSeed)?.number(reader)?;
            }
            Member::State => {
                let state = object.next_value_seed(FoundSeed)?.integer(reader)?;
                parameters.state = state.map(State);
            }
            Member::ExternalEventId => {
                let text = object.next_value_seed(FoundSeed)?.text(reader)?;
                parameters.external_event_id =
                    text.and_then(|text| ExternalEventId::new(&text).ok());
            }
            Member::Description => {
                let Some(text) = object.next_value_seed(FoundSeed)?.text(reader)? else {
                    return Ok(());
                };
                match Description::shortened_at_grapheme(&text) {
                    Ok((description, false)) => parameters.description = Some(description),
                    shortened => {
                        reader.tolerate(WarningKind::DescriptionTooLong)?;
                        parameters.description = shortened.ok().map(|(text, _)| text);
                        self.unknown
                            .insert(member.name().into(), text.into_owned().into());
                    }
                }
            }
            Member::Images => {
                let seed = ImagesSeed {
                    reader,
                    unknown: &mut self.unknown,
                };
                parameters.images = match Images::new(object.next_value_seed(seed)?) {
                    Ok(images) => images,
                    Err(_) => return Err(reader.refuse(DecodeErrorKind::TooManyImages)),
                };
            }
        }
        Ok(())
    }

    fn keep(&mut self, name: String, value: Value) {
        self.unknown.insert(name, value);
    }
}
