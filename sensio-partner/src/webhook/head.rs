//! What stands before the body of a call.

use core::fmt;

/// Names the kind of call.
pub const EVENT_NAME_HEADER: &str = "X-SensioPartner-EventName";
/// Carries the validation token.
pub const VALIDATION_TOKEN_HEADER: &str = "X-SensioPartner-ValidationToken";

/// Method and headers of a call, as far as they matter. The token does not print.
#[derive(Clone, Copy)]
pub struct Head<'a> {
    pub(super) method: &'a str,
    pub(super) event_name: Field<'a>,
    pub(super) validation_token: Field<'a>,
    pub(super) content_type: Field<'a>,
    pub(super) content_encoding: Field<'a>,
    pub(super) content_length: Option<u64>,
}

/// A header that may stand once.
#[derive(Clone, Copy, Default)]
pub(super) enum Field<'a> {
    #[default]
    Missing,
    Once(&'a [u8]),
    Repeated,
}

impl<'a> Field<'a> {
    fn add(&mut self, value: &'a [u8]) {
        *self = match self {
            Self::Missing => Self::Once(value),
            _ => Self::Repeated,
        };
    }
}

impl<'a> Head<'a> {
    /// Takes the method, compared exactly, and the headers, their names compared without case.
    #[must_use]
    pub fn new(method: &'a str, headers: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut head = Self {
            method,
            event_name: Field::Missing,
            validation_token: Field::Missing,
            content_type: Field::Missing,
            content_encoding: Field::Missing,
            content_length: None,
        };
        for (name, value) in headers {
            let is = |other: &str| name.eq_ignore_ascii_case(other);
            if is(VALIDATION_TOKEN_HEADER) {
                head.validation_token.add(value);
            } else if is(EVENT_NAME_HEADER) {
                head.event_name.add(value);
            } else if is("content-type") {
                head.content_type.add(value);
            } else if is("content-encoding") {
                head.content_encoding.add(value);
            } else if is("content-length") {
                let length = core::str::from_utf8(value).ok();
                head.content_length = length.and_then(|text| text.trim().parse().ok());
            }
        }
        head
    }
}

impl fmt::Debug for Head<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Head")
            .field("content_length", &self.content_length)
            .finish_non_exhaustive()
    }
}
