//! Signal strength, on whatever scale the receiver has.

use core::fmt;

use super::error::SignalError;

/// The scale of panels: 0 to 9, 9 strongest. Its relation to dBm is unknown (Climax reference 3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "u8", into = "u8"))]
pub struct SignalLevel(u8);

impl SignalLevel {
    /// From the number.
    ///
    /// # Errors
    ///
    /// [`SignalError::LevelTooHigh`] above 9.
    pub const fn new(level: u8) -> Result<Self, SignalError> {
        if level > 9 {
            return Err(SignalError::LevelTooHigh);
        }
        Ok(SignalLevel(level))
    }

    /// 0 to 9.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl From<SignalLevel> for u8 {
    fn from(level: SignalLevel) -> u8 {
        level.0
    }
}

impl TryFrom<u8> for SignalLevel {
    type Error = SignalError;

    fn try_from(level: u8) -> Result<Self, SignalError> {
        SignalLevel::new(level)
    }
}

/// Signal strength as panels write it: `Strong, 9`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SignalText<'a> {
    /// The word in front, whatever it is. Panels have their own per language and firmware.
    pub word: Option<&'a str>,
    /// The number.
    pub level: SignalLevel,
}

impl<'a> SignalText<'a> {
    /// Reads a word, a comma and a number; the number alone is taken too, and any blanks.
    ///
    /// ```
    /// use climax_rf::f1::SignalText;
    ///
    /// let signal = SignalText::parse("Strong, 9")?;
    /// assert_eq!((signal.word, signal.level.get()), (Some("Strong"), 9));
    /// # Ok::<(), climax_rf::f1::SignalError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SignalError`] without a number from 0 to 9 at the end.
    pub fn parse(text: &'a str) -> Result<Self, SignalError> {
        let (word, number) = match text.rsplit_once(',') {
            Some((word, number)) => (word.trim(), number.trim()),
            None => ("", text.trim()),
        };
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(SignalError::LevelMissing);
        }
        let level = number.parse().map_err(|_| SignalError::LevelTooHigh)?;
        Ok(SignalText {
            word: Some(word).filter(|word| !word.is_empty()),
            level: SignalLevel::new(level)?,
        })
    }
}

/// A strength that a receiver measured, and on which scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Strength {
    /// The scale.
    pub scale: Scale,
    /// The value on it; more is stronger.
    pub value: i16,
}

/// What a strength is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[repr(u8)]
pub enum Scale {
    /// Tenths of a decibel over a milliwatt.
    DeciDbm,
    /// The scale of panels, 0 to 9.
    Level,
    /// A register of a chip, as it stands there.
    Raw,
}

impl Scale {
    /// All of them.
    pub const ALL: [Scale; 3] = [Scale::DeciDbm, Scale::Level, Scale::Raw];
}

impl Strength {
    /// In tenths of dBm: −874 is −87.4 dBm.
    #[must_use]
    pub const fn deci_dbm(value: i16) -> Self {
        let scale = Scale::DeciDbm;
        Strength { scale, value }
    }

    /// As a chip gives it.
    #[must_use]
    pub const fn raw(value: i16) -> Self {
        let scale = Scale::Raw;
        Strength { scale, value }
    }

    /// The stronger of two; the first one when the scales differ.
    #[must_use]
    pub(super) fn stronger(self, other: Strength) -> Strength {
        if self.scale == other.scale && other.value > self.value {
            other
        } else {
            self
        }
    }

    /// The weaker of two; the first one when the scales differ.
    #[must_use]
    pub(super) fn weaker(self, other: Strength) -> Strength {
        if self.scale == other.scale && other.value < self.value {
            other
        } else {
            self
        }
    }
}

impl From<SignalLevel> for Strength {
    fn from(level: SignalLevel) -> Self {
        Strength {
            scale: Scale::Level,
            value: i16::from(level.0),
        }
    }
}

impl fmt::Display for Strength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scale {
            Scale::DeciDbm => {
                let sign = if self.value < 0 { "-" } else { "" };
                let value = self.value.unsigned_abs();
                write!(f, "{sign}{}.{} dBm", value / 10, value % 10)
            }
            Scale::Level => write!(f, "{} of 9", self.value),
            Scale::Raw => write!(f, "{} (raw)", self.value),
        }
    }
}
