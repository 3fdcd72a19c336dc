//! Reading values that JSON carries as text.

use core::fmt;
use core::marker::PhantomData;

use serde::de::{Deserializer, Error, Unexpected, Visitor};

struct TextVisitor<T, F> {
    expected: &'static str,
    parse: F,
    result: PhantomData<T>,
}

impl<T, F: FnOnce(&str) -> Option<T>> Visitor<'_> for TextVisitor<T, F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        // The text itself stays out of the error: it may be personal data.
        (self.parse)(text)
            .ok_or_else(|| E::invalid_value(Unexpected::Other("text"), &self.expected))
    }
}

/// Reads a text and turns it into a value without allocating.
pub(crate) fn deserialize<'de, T, D: Deserializer<'de>>(
    deserializer: D,
    expected: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, D::Error> {
    deserializer.deserialize_str(TextVisitor {
        expected,
        parse,
        result: PhantomData,
    })
}
