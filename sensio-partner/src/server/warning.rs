//! What the server side tolerates.

use core::fmt;

use crate::image::ImageError;
use crate::version::Feature;
use crate::warning::Warning;

/// A tolerated deviation of a call. In strict mode it is a refusal instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServerWarning {
    /// There is a body and no content type.
    ContentTypeMissing,
    /// `text/json`, or a type that ends in `+json`.
    ContentTypeJsonLike,
    /// DELETE has no body; this one is ignored.
    BodyOfDelete,
    /// The code is written with zeros before it.
    LeadingZeros,
    /// The body holds, or the code is, what the configured version does not know.
    TooNew(Feature),
    /// A state with an event that has none.
    StateNotUsed,
    /// A picture that Sensio would not take; it is kept as it came.
    Image {
        /// Which one, from 0.
        index: usize,
        /// Why.
        error: ImageError,
    },
    /// In the body.
    Body(Warning),
}

impl fmt::Display for ServerWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ContentTypeMissing => f.write_str("there is no content type"),
            Self::ContentTypeJsonLike => f.write_str("the content type is a variant of JSON"),
            Self::BodyOfDelete => f.write_str("a body with DELETE"),
            Self::LeadingZeros => f.write_str("the event type has leading zeros"),
            Self::TooNew(feature) => {
                write!(f, "a feature of version {} and later", feature.since())
            }
            Self::StateNotUsed => f.write_str("a state with an event that has none"),
            Self::Image { index, error } => write!(f, "image {index}: {error}"),
            Self::Body(warning) => warning.fmt(f),
        }
    }
}
