//! Pictures, texts and measurements.

use alloc::string::String;

use crate::event::Bytes;
use crate::private::Private;

/// Something that came with the message. Its content does not appear in `Debug`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Attachment {
    /// A picture.
    Picture(Picture),
    /// Text for people, for example a description or an operator's instruction.
    Text(Private<String>),
    /// A measured value.
    Measurement(Measurement),
}

/// A picture, as bytes or as the address to fetch it from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Picture {
    /// The picture itself.
    Inline {
        /// Media type, for example `image/jpeg`.
        media_type: String,
        /// The file.
        content: Private<Bytes>,
    },
    /// Where the picture lies. May carry a token, so it is private too.
    Address(Private<String>),
}

/// A measured value as it was sent.
///
/// The crate does no arithmetic with it: see the medical border (taxonomy reference section 10).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Measurement {
    /// The value in the digits that were sent: `36.60` stays `36.60`.
    pub value: Private<String>,
    /// The unit as it was sent.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub unit: Option<String>,
    /// The limit that the sender compared with.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub limit: Option<Private<String>>,
}

impl Measurement {
    /// A value of which nothing else is known.
    pub fn new(value: impl Into<String>) -> Self {
        Self {
            value: Private::new(value.into()),
            unit: None,
            limit: None,
        }
    }
}
