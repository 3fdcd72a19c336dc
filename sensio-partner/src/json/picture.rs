//! Pictures inside the body of an event (Partner API reference 4.3).

use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD};
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::object::{ObjectSeed, TakeMembers};
use super::reader::Reader;
use super::value::FoundSeed;
use crate::error::{DecodeErrorKind, Expected};
use crate::event::{Image, Images};
use crate::member::Member;
use crate::options::Mode;
use crate::warning::WarningKind;

pub(super) const IMAGE_DATA: &str = "imageData";
pub(super) const IMAGE_NAME: &str = "name";

const UNPADDED: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const TOLERANT: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, UNPADDED);
const MOST_TOLERANT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    UNPADDED.with_decode_allow_trailing_bits(true),
);

/// Reads the array; `null` and its like say "none".
pub(super) struct ImagesSeed<'r> {
    pub(super) reader: &'r mut Reader,
    pub(super) unknown: &'r mut Map<String, Value>,
}

impl<'de> DeserializeSeed<'de> for ImagesSeed<'_> {
    type Value = Vec<Image>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ImagesSeed<'_> {
    type Value = Vec<Image>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of images")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        self.reader
            .tolerate(WarningKind::NotUsed)
            .map(|()| Vec::new())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        match text {
            "" => self.visit_unit(),
            _ => Err(self.reader.wrong()),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        match object.next_key::<de::IgnoredAny>()? {
            None => self.visit_unit(),
            Some(_) => Err(self.reader.wrong()),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let Self { reader, unknown } = self;
        let mut images = Vec::new();
        for index in 0.. {
            let mut picture = Picture::default();
            reader.index = Some(index);
            reader.expect(Some(Member::Images.name()), Expected::Object);
            let seed = ObjectSeed {
                reader,
                members: &mut picture,
                name: Some(Member::Images.name()),
            };
            if array.next_element_seed(seed)?.is_none() {
                reader.index = None;
                if index == 0 {
                    reader.tolerate(WarningKind::NotUsed)?;
                }
                return Ok(images);
            }
            // An element too many costs, even an empty one.
            if index == Images::LIMIT {
                return Err(reader.refuse(DecodeErrorKind::TooManyImages));
            }
            for (name, value) in picture.unknown {
                unknown.insert(format!("images[{index}].{name}"), value);
            }
            match picture.data.map(Image::new) {
                Some(Ok(image)) => images.push(match picture.name {
                    Some(name) => image.with_name(&name),
                    None => image,
                }),
                _ => {
                    if let Some(name) = picture.name {
                        unknown.insert(format!("images[{index}].{IMAGE_NAME}"), name.into());
                    }
                    reader.expect(Some(IMAGE_DATA), Expected::String);
                    reader.tolerate(WarningKind::NotUsed)?;
                }
            }
        }
        Ok(images)
    }
}

#[derive(Default)]
struct Picture {
    data: Option<Vec<u8>>,
    name: Option<String>,
    unknown: Map<String, Value>,
}

impl<'de> TakeMembers<'de> for Picture {
    const NAMES: &'static [&'static str] = &[IMAGE_DATA, IMAGE_NAME];

    fn take<A: MapAccess<'de>>(
        &mut self,
        reader: &mut Reader,
        which: usize,
        object: &mut A,
    ) -> Result<(), A::Error> {
        let text = object.next_value_seed(FoundSeed)?.text(reader)?;
        match (which, text) {
            (_, None) => {}
            (0, Some(text)) => self.data = Some(decode_base64(reader, &text)?),
            (_, Some(text)) => self.name = Some(text.into_owned()),
        }
        Ok(())
    }

    fn keep(&mut self, name: String, value: Value) {
        self.unknown.insert(name, value);
    }
}

fn decode_base64<E: de::Error>(reader: &mut Reader, text: &str) -> Result<Vec<u8>, E> {
    let data = match STANDARD.decode(text.as_bytes()) {
        Ok(data) => data,
        Err(_) if reader.options.mode == Mode::Lenient => decode_tolerantly(reader, text)?,
        Err(_) => return Err(reader.refuse(DecodeErrorKind::Base64)),
    };
    let limit = reader.options.limits.image;
    if data.len() > limit {
        return Err(reader.refuse(DecodeErrorKind::ImageTooLarge { limit }));
    }
    Ok(data)
}

fn decode_tolerantly<E: de::Error>(reader: &mut Reader, text: &str) -> Result<Vec<u8>, E> {
    let mut rest = text.trim();
    if rest
        .get(..5)
        .is_some_and(|start| start.eq_ignore_ascii_case("data:"))
    {
        if let Some((_, behind)) = rest.split_once(',') {
            reader.tolerate(WarningKind::DataPrefix)?;
            rest = behind;
        }
    }
    let clean: Vec<u8> = rest.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    if clean.len() != rest.len() || text.trim() != text {
        reader.tolerate(WarningKind::Base64LineBreaks)?;
    }
    if clean.len() % 4 != 0 {
        reader.tolerate(WarningKind::Base64Padding)?;
    }
    if let Ok(data) = TOLERANT.decode(&clean) {
        return Ok(data);
    }
    match MOST_TOLERANT.decode(&clean) {
        Ok(data) => {
            reader.tolerate(WarningKind::Base64TrailingBits)?;
            Ok(data)
        }
        Err(_) => Err(reader.refuse(DecodeErrorKind::Base64)),
    }
}
