//! What goes with an event: the body of POST and PUT.

use core::fmt;

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

/// A picture that goes with an event: bytes of a JPEG and a name.
#[derive(Clone, PartialEq, Eq)]
pub struct Image {
    /// The JPEG as bytes, not base64.
    pub data: Vec<u8>,
    /// The name; the vendor's example has one, whether it is required is not said.
    pub name: Option<String>,
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
