//! What goes with an event: the body of POST and PUT.

use core::fmt;

use unicode_segmentation::UnicodeSegmentation as _;

use crate::codes::State;
use crate::external_event_id::ExternalEventId;

/// The parameters of an event. All are optional, and what is not used is not sent (Partner API
/// reference 4.2). Texts and pictures do not print.
#[derive(Clone, PartialEq, Default)]
pub struct EventParameters {
    /// A value that goes with the event, such as a measurement. A measured zero is a value.
    pub trigger_value: Option<TriggerValue>,
    /// Up to five pictures.
    pub images: Images,
    /// The partner's own id of the event.
    pub external_event_id: Option<ExternalEventId>,
    /// Only for events that have states.
    pub state: Option<State>,
    /// Text for the staff, since 6.11.
    pub description: Option<Description>,
}

impl EventParameters {
    /// Nothing to say beyond the event itself.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether no member would be sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.trigger_value.is_none()
            && self.images.is_empty()
            && self.external_event_id.is_none()
            && self.state.is_none()
            && self.description.is_none()
    }
}

impl fmt::Debug for EventParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventParameters")
            .field("trigger_value", &self.trigger_value.map(|_| "hidden"))
            .field("images", &self.images.len())
            .field("external_event_id", &self.external_event_id)
            .field("state", &self.state)
            .field("description", &self.description.as_ref().map(|_| "hidden"))
            .finish()
    }
}

/// A finite number. Integral values are written without a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TriggerValue(f64);

impl TriggerValue {
    /// `None` for what JSON cannot carry: infinities and not-a-number.
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        value.is_finite().then_some(Self(value))
    }

    /// The number.
    #[must_use]
    pub const fn value(self) -> f64 {
        self.0
    }
}

impl From<i32> for TriggerValue {
    fn from(value: i32) -> Self {
        Self(f64::from(value))
    }
}

/// Text for the staff: 1 to 200 UTF-16 code units, the strictest reading of "200 characters" (Partner
/// API reference 4.2). Does not print.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Description(Box<str>);

/// Why a text cannot be a description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DescriptionError {
    /// Nothing to say is said by leaving the member out.
    #[error("a description must not be empty: leave it out")]
    Empty,
    /// Too long for the documented limit.
    #[error("a description has at most {limit} UTF-16 code units, got {length}", limit = Description::LIMIT)]
    TooLong {
        /// How many there were.
        length: usize,
    },
}

impl Description {
    /// The documented limit, in UTF-16 code units.
    pub const LIMIT: usize = 200;

    /// Checks and keeps the text; nothing is cut in silence.
    ///
    /// # Errors
    ///
    /// [`DescriptionError`] when it is empty or too long.
    pub fn new(text: &str) -> Result<Self, DescriptionError> {
        let length = text.encode_utf16().count();
        match length {
            0 => Err(DescriptionError::Empty),
            1..=Self::LIMIT => Ok(Self(text.into())),
            _ => Err(DescriptionError::TooLong { length }),
        }
    }

    /// As much of the text as the limit allows, cut between two graphemes (what a reader sees as one
    /// character), and whether something was cut. Only for callers who chose this: an alarm's text is
    /// never cut by default (Partner API reference 4.2).
    ///
    /// # Errors
    ///
    /// [`DescriptionError::Empty`] when there is nothing, or [`DescriptionError::TooLong`] when the
    /// first grapheme alone passes the limit.
    pub fn shortened_at_grapheme(text: &str) -> Result<(Self, bool), DescriptionError> {
        let mut length = 0;
        let mut end = 0;
        for (at, grapheme) in text.grapheme_indices(true) {
            length += grapheme.encode_utf16().count();
            if length > Self::LIMIT {
                return match end {
                    0 => Err(DescriptionError::TooLong { length }),
                    _ => Ok((Self(text[..end].into()), true)),
                };
            }
            end = at + grapheme.len();
        }
        Self::new(text).map(|description| (description, false))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Description(hidden)")
    }
}

/// A picture that goes with an event: bytes of a JPEG and perhaps a name. Never empty; what the
/// bytes hold is looked at by [`check_image`](crate::check_image).
#[derive(Clone, PartialEq, Eq)]
pub struct Image {
    data: Vec<u8>,
    name: Option<Box<str>>,
}

/// A picture without bytes, which must be left out instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an image must not be empty: leave it out")]
pub struct EmptyImage;

impl Image {
    /// Takes the JPEG over, as bytes and not as base64.
    ///
    /// # Errors
    ///
    /// [`EmptyImage`] when there are none.
    pub fn new(data: Vec<u8>) -> Result<Self, EmptyImage> {
        if data.is_empty() {
            return Err(EmptyImage);
        }
        Ok(Self { data, name: None })
    }

    /// The same with a name; an empty one means none. The vendor's example has a name, whether it is
    /// required is not said.
    #[must_use]
    pub fn with_name(mut self, name: &str) -> Self {
        self.name = (!name.is_empty()).then(|| name.into());
        self
    }

    /// The bytes of the JPEG.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The bytes alone.
    #[must_use]
    pub fn into_data(self) -> Vec<u8> {
        self.data
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Image({} bytes, hidden)", self.data.len())
    }
}

/// At most five pictures (Partner API reference 4.3).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Images(Vec<Image>);

/// More than five pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an event carries at most {limit} images", limit = Images::LIMIT)]
pub struct TooManyImages;

impl Images {
    /// The documented limit.
    pub const LIMIT: usize = 5;

    /// Keeps up to five.
    ///
    /// # Errors
    ///
    /// [`TooManyImages`] when there are more.
    pub fn new(images: Vec<Image>) -> Result<Self, TooManyImages> {
        if images.len() > Self::LIMIT {
            return Err(TooManyImages);
        }
        Ok(Self(images))
    }
}

impl core::ops::Deref for Images {
    type Target = [Image];

    fn deref(&self) -> &[Image] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_counts_utf16_code_units() {
        assert!(Description::new(&"ø".repeat(200)).is_ok());
        assert_eq!(
            Description::new(&"🛏".repeat(101)),
            Err(DescriptionError::TooLong { length: 202 })
        );
        assert_eq!(Description::new(""), Err(DescriptionError::Empty));
    }

    #[test]
    fn shortening_never_splits_what_a_reader_sees_as_one() {
        let family = "👩\u{200d}👩\u{200d}👧"; // eight code units
        let (short, cut) =
            Description::shortened_at_grapheme(&format!("{}{family}", "a".repeat(195)))
                .expect("valid");
        assert!(cut);
        assert_eq!(short.as_str(), "a".repeat(195));
        let (whole, cut) = Description::shortened_at_grapheme("fall").expect("valid");
        assert_eq!((whole.as_str(), cut), ("fall", false));
        let endless = format!("e{}", "\u{301}".repeat(300));
        assert!(Description::shortened_at_grapheme(&endless).is_err());
    }
}
