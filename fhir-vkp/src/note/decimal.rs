//! Decimals as text: digits have meaning.

use core::fmt;
use core::str::FromStr;

use crate::short_text::ShortText;

/// A decimal exactly as it was given: `72.50` stays `72.50` (FHIR reference 12).
///
/// The form is that of the FHIR type `decimal`, which is that of a JSON number, in at most
/// [`MAX_LENGTH`](Self::MAX_LENGTH) bytes.
///
/// ```
/// use fhir_vkp::note::Decimal;
///
/// let rate: Decimal = "72.50".parse()?;
/// assert_eq!(rate.as_str(), "72.50");
/// assert!("1,5".parse::<Decimal>().is_err());
/// # Ok::<(), fhir_vkp::note::InvalidDecimal>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal(ShortText<{ Decimal::MAX_LENGTH }>);

impl Decimal {
    /// The longest text, in bytes. FHIR asks for 18 digits; sign, point and exponent come on top.
    pub const MAX_LENGTH: usize = 30;

    /// The text as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Why a text is no decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidDecimal {
    /// Not the form of a JSON number.
    #[error("not the form of a decimal: digits, then perhaps a point with digits and an exponent")]
    Form,
    /// Longer than [`Decimal::MAX_LENGTH`].
    #[error("the decimal is longer than {} bytes", Decimal::MAX_LENGTH)]
    TooLong,
}

impl FromStr for Decimal {
    type Err = InvalidDecimal;

    fn from_str(text: &str) -> Result<Self, InvalidDecimal> {
        let kept = ShortText::new(text).ok_or(InvalidDecimal::TooLong)?;
        if is_number(text.as_bytes()) {
            Ok(Self(kept))
        } else {
            Err(InvalidDecimal::Form)
        }
    }
}

/// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`
fn is_number(text: &[u8]) -> bool {
    /// What follows the digits at the start, and how many they were.
    fn digits(text: &[u8]) -> (usize, &[u8]) {
        let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        (count, &text[count..])
    }
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let (count, mut rest) = digits(text);
    if count == 0 || (count > 1 && text[0] == b'0') {
        return false;
    }
    if let Some(fraction) = rest.strip_prefix(b".") {
        let (count, after) = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = after;
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let unsigned = match exponent {
            [b'+' | b'-', unsigned @ ..] => unsigned,
            unsigned => unsigned,
        };
        let (count, after) = digits(unsigned);
        if count == 0 {
            return false;
        }
        rest = after;
    }
    rest.is_empty()
}

impl From<i32> for Decimal {
    fn from(value: i32) -> Self {
        let mut text = ShortText::EMPTY;
        if value < 0 {
            text.push(b'-');
        }
        text.push_whole(value.unsigned_abs());
        Self(text)
    }
}

/// Hidden: a measurement is about a person.
impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decimal(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_form_of_a_json_number_passes() {
        for good in ["0", "-0", "72.50", "1e3", "1.0E-10", "-12.003e+4", "10"] {
            assert_eq!(good.parse::<Decimal>().expect(good).as_str(), good);
        }
        for bad in [
            "", "-", "01", ".5", "5.", "1e", "1e+", "+1", "1,5", " 1", "NaN", "0x1", "1.5.2",
        ] {
            assert_eq!(bad.parse::<Decimal>(), Err(InvalidDecimal::Form), "{bad}");
        }
        assert_eq!(
            "1".repeat(31).parse::<Decimal>(),
            Err(InvalidDecimal::TooLong)
        );
    }

    #[test]
    fn whole_numbers_are_written_in_digits() {
        for value in [0, 7, -7, 120, i32::MIN, i32::MAX] {
            assert_eq!(Decimal::from(value).as_str(), value.to_string());
            assert_eq!(Ok(Decimal::from(value)), value.to_string().parse());
        }
    }
}
