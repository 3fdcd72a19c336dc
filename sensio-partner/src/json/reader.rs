//! What happens while a body is read: where the reader stands, what it tolerated, why it refused.

use serde::de::{self, DeserializeSeed};
use serde_json::error::Category;

use crate::error::{DecodeError, DecodeErrorKind, Expected};
use crate::options::{DecodeOptions, Mode};
use crate::warning::{Warning, WarningKind};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The state of reading one body. Serde's own errors carry text only, so the typed reason waits here.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) options: DecodeOptions,
    pub(super) warnings: Vec<Warning>,
    /// The member that is being read and what belongs there.
    pub(super) member: Option<&'static str>,
    pub(super) expected: Expected,
    pub(super) index: Option<usize>,
    error: Option<DecodeError>,
}

impl Reader {
    /// Reads a whole body with the seed that `read` makes of the reader.
    pub(super) fn read<'de, T>(
        body: &'de [u8],
        options: DecodeOptions,
        expected: Expected,
        read: impl FnOnce(&mut Self, &mut Deserializer<'de>) -> Result<T, serde_json::Error>,
    ) -> Result<(T, Vec<Warning>), DecodeError> {
        let limit = options.limits.body;
        if body.len() > limit {
            return Err(DecodeError::new(DecodeErrorKind::BodyTooLarge { limit }));
        }
        let mut reader = Self {
            options,
            warnings: Vec::new(),
            member: None,
            expected,
            index: None,
            error: None,
        };
        let (body, marked) = match body.strip_prefix(BYTE_ORDER_MARK) {
            Some(rest) => (rest, true),
            None => (body, false),
        };
        let mut json = serde_json::Deserializer::from_slice(body);
        let read = match marked {
            true => reader.tolerate(WarningKind::ByteOrderMark),
            false => Ok(()),
        }
        .and_then(|()| read(&mut reader, &mut json))
        .and_then(|value| json.end().map(|()| value));
        match read {
            Ok(value) => Ok((value, reader.warnings)),
            Err(error) => Err(reader.reason(&error)),
        }
    }

    fn reason(self, error: &serde_json::Error) -> DecodeError {
        if let Some(reason) = self.error {
            return reason;
        }
        let kind = match error.classify() {
            Category::Data => DecodeErrorKind::WrongType {
                expected: self.expected,
            },
            _ => DecodeErrorKind::Syntax {
                line: error.line(),
                column: error.column(),
            },
        };
        self.located(kind)
    }

    fn located(&self, kind: DecodeErrorKind) -> DecodeError {
        DecodeError {
            kind,
            member: self.member,
            index: self.index,
        }
    }

    /// Says what is being read, for the errors to come.
    pub(super) fn expect(&mut self, member: Option<&'static str>, expected: Expected) {
        self.member = member;
        self.expected = expected;
    }

    /// Refuses the body.
    pub(super) fn refuse<E: de::Error>(&mut self, kind: DecodeErrorKind) -> E {
        self.error = Some(self.located(kind));
        E::custom("refused")
    }

    /// Notes a deviation at the member that is being read, or refuses it in strict mode.
    pub(super) fn tolerate<E: de::Error>(&mut self, kind: WarningKind) -> Result<(), E> {
        if self.options.mode == Mode::Strict {
            return Err(self.refuse(DecodeErrorKind::Deviation(kind)));
        }
        self.warnings.push(Warning {
            kind,
            member: self.member,
            index: self.index,
        });
        Ok(())
    }

    /// A value of any type, in the place of the expected one.
    pub(super) fn wrong<E: de::Error>(&mut self) -> E {
        self.refuse(DecodeErrorKind::WrongType {
            expected: self.expected,
        })
    }
}

pub(super) type Deserializer<'de> = serde_json::Deserializer<serde_json::de::SliceRead<'de>>;

/// Runs a seed.
pub(super) fn run<'de, S: DeserializeSeed<'de>>(
    seed: S,
    json: &mut Deserializer<'de>,
) -> Result<S::Value, serde_json::Error> {
    seed.deserialize(json)
}
