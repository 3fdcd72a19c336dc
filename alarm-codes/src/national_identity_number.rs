//! Norwegian national identity numbers: kinds, populations and check digits (FHIR reference 4).
//!
//! One implementation for every crate that meets such a number. The number is secret: `Debug` and
//! `Display` mask its last five digits, and only [`NationalIdentityNumber::reveal`] gives it whole.
//!
//! ```
//! use alarm_codes::national_identity_number::{
//!     IdentityNumberKind, NationalIdentityNumber, Population, Rule,
//! };
//!
//! let number: NationalIdentityNumber = "15813410033".parse()?; // synthetic
//! assert_eq!(number.kind(), IdentityNumberKind::Fodselsnummer);
//! assert_eq!(number.population(), Some(Population::SyntheticSkatteetaten));
//! assert_eq!(number.rule(), Rule::Legacy);
//! assert_eq!(number.to_string(), "158134*****");
//! # Ok::<(), alarm_codes::national_identity_number::InvalidIdentityNumber>(())
//! ```

use core::fmt;
use core::str::FromStr;

use crate::names::names;

names! {
    /// What a number was issued as (FHIR reference 4).
    #[non_exhaustive]
    pub enum IdentityNumberKind ("kind of national identity number") {
        /// Fødselsnummer: a person in the national register.
        Fodselsnummer = "fnr",
        /// D-nummer: a person without permanent residence; 4 added to the first digit.
        DNumber = "dnr",
        /// H-nummer, given out by one enterprise; 4 added to the third digit. Test tools of the
        /// labour and welfare administration likely mark synthetic persons in the same way.
        HNumber = "hnr",
        /// Both marks in one number. The marks combine freely, so such numbers can be met; the reference
        /// gives them no name of their own.
        DAndHNumber = "dnr-and-hnr",
        /// Felles hjelpenummer: begins with 8 or 9 and holds no date.
        FellesHjelpenummer = "fhn",
    }
}

names! {
    /// Whom a number may belong to. Services for tests refuse real numbers and the other way round.
    #[non_exhaustive]
    pub enum Population ("population") {
        /// A real person.
        Real = "real",
        /// Synthetic, from Skatteetaten (Tenor, Test-Norge): 80 added to the month.
        SyntheticSkatteetaten = "synthetic-skatteetaten",
        /// Synthetic, reserved by Norsk helsenett (SyntPop): 65 added to the month.
        SyntheticNhn = "synthetic-nhn",
    }
}

names! {
    /// The rule that the first check digit satisfies.
    #[non_exhaustive]
    pub enum Rule ("rule of the first check digit") {
        /// Remainder 0: every number issued before 2032, and one in four of those after it.
        Legacy = "legacy",
        /// Remainder 1, 2 or 3: valid only when issued from 1 January 2032. Before that day it is in
        /// practice a typing error.
        Rule2032 = "rule-2032",
    }
}

/// Day and month with the last two digits of the year: the century cannot be known from a number
/// issued from 2032. `Debug` hides it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DateWithoutCentury {
    year: u8,
    month: u8,
    day: u8,
}

impl DateWithoutCentury {
    /// The last two digits of the year, 0 to 99.
    #[must_use]
    pub const fn year(self) -> u8 {
        self.year
    }

    /// 1 to 12.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.month
    }

    /// 1 to 31.
    #[must_use]
    pub const fn day(self) -> u8 {
        self.day
    }

    /// A date that exists in some century; `00` counts as 2000, a leap year.
    const fn new(year: u8, month: u8, day: u8) -> Option<Self> {
        let days = match month {
            2 if year % 4 == 0 => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        if day == 0 || day > days {
            return None;
        }
        Some(Self { year, month, day })
    }
}

impl fmt::Debug for DateWithoutCentury {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DateWithoutCentury(private)")
    }
}

/// Why a text is no national identity number. Says nothing of the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidIdentityNumber {
    /// Not eleven digits, or something besides digits.
    NotElevenDigits,
    /// Day and month, without their marks, are no date.
    Date,
    /// A check digit does not fit. Which one was mistyped cannot be told, since three wrong values
    /// of the first pass under the rule from 2032.
    CheckDigits,
}

impl fmt::Display for InvalidIdentityNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotElevenDigits => "a national identity number has eleven digits",
            Self::Date => "the national identity number holds no date of the calendar",
            Self::CheckDigits => "the check digits of the national identity number do not fit",
        })
    }
}

impl core::error::Error for InvalidIdentityNumber {}

/// A national identity number with a possible date and fitting check digits.
///
/// Neither sex nor age can be read from it: from 2032 the digits no longer say (FHIR reference 4).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NationalIdentityNumber {
    /// ASCII digits.
    digits: [u8; 11],
}

impl NationalIdentityNumber {
    /// Reads a number as people write it: white space, points and hyphens between the digits are
    /// passed over. [`FromStr`] takes the eleven digits alone.
    ///
    /// # Errors
    ///
    /// [`InvalidIdentityNumber`].
    pub fn read(text: &str) -> Result<Self, InvalidIdentityNumber> {
        let mut digits = [0; 11];
        let mut count = 0;
        for c in text.chars() {
            if c.is_whitespace() || matches!(c, '.' | '-') {
                continue;
            }
            match (u8::try_from(c), digits.get_mut(count)) {
                (Ok(byte), Some(slot)) => *slot = byte,
                _ => return Err(InvalidIdentityNumber::NotElevenDigits),
            }
            count += 1;
        }
        if count != digits.len() {
            return Err(InvalidIdentityNumber::NotElevenDigits);
        }
        Self::from_digits(digits)
    }

    /// Takes eleven ASCII digits.
    ///
    /// # Errors
    ///
    /// [`InvalidIdentityNumber`].
    pub fn from_digits(digits: [u8; 11]) -> Result<Self, InvalidIdentityNumber> {
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(InvalidIdentityNumber::NotElevenDigits);
        }
        let number = Self { digits };
        if number.kind() != IdentityNumberKind::FellesHjelpenummer && number.date().is_none() {
            return Err(InvalidIdentityNumber::Date);
        }
        let first = weighted(&digits, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]);
        let second = weighted(&digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]);
        if first > 3 || second != 0 {
            return Err(InvalidIdentityNumber::CheckDigits);
        }
        Ok(number)
    }

    /// The number whole. Every call is a place where a secret leaves.
    #[must_use]
    pub fn reveal(&self) -> &str {
        // Checked to be ASCII when it was built.
        core::str::from_utf8(&self.digits).unwrap_or_default()
    }

    /// What it was issued as.
    #[must_use]
    pub const fn kind(&self) -> IdentityNumberKind {
        let (d, h) = (self.digit(0) >= 4, matches!(self.digit(2), 4 | 5));
        match (self.digit(0), d, h) {
            (8 | 9, _, _) => IdentityNumberKind::FellesHjelpenummer,
            (_, true, true) => IdentityNumberKind::DAndHNumber,
            (_, true, false) => IdentityNumberKind::DNumber,
            (_, false, true) => IdentityNumberKind::HNumber,
            (_, false, false) => IdentityNumberKind::Fodselsnummer,
        }
    }

    /// Whom it may belong to; `None` where the number does not say: a felles hjelpenummer has no
    /// mark, and the mark of an H-number may also be that of a test tool.
    #[must_use]
    pub const fn population(&self) -> Option<Population> {
        match (self.kind(), self.pair(2)) {
            (
                IdentityNumberKind::FellesHjelpenummer
                | IdentityNumberKind::HNumber
                | IdentityNumberKind::DAndHNumber,
                _,
            ) => None,
            (_, 81..) => Some(Population::SyntheticSkatteetaten),
            (_, 66..) => Some(Population::SyntheticNhn),
            (_, _) => Some(Population::Real),
        }
    }

    /// The rule that its first check digit satisfies. Before 2032 a caller may refuse
    /// [`Rule::Rule2032`].
    #[must_use]
    pub fn rule(&self) -> Rule {
        match weighted(&self.digits, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) {
            0 => Rule::Legacy,
            _ => Rule::Rule2032,
        }
    }

    /// The date inside, without its marks; `None` for a felles hjelpenummer.
    #[must_use]
    pub const fn date(&self) -> Option<DateWithoutCentury> {
        let day = match self.pair(0) {
            day @ 0..=39 => day,
            day @ 40..=79 => day - 40,
            _ => return None,
        };
        let month = match self.pair(2) {
            month @ 0..=40 => month,
            month @ 41..=65 => month - 40,
            month @ 66..=80 => month - 65,
            month => month - 80,
        };
        DateWithoutCentury::new(self.pair(4), month, day)
    }

    const fn digit(&self, index: usize) -> u8 {
        self.digits[index] - b'0'
    }

    const fn pair(&self, index: usize) -> u8 {
        self.digit(index) * 10 + self.digit(index + 1)
    }
}

/// The weighted sum of the first digits modulo 11.
fn weighted(digits: &[u8; 11], weights: &[u32]) -> u32 {
    let terms = digits.iter().zip(weights);
    terms.map(|(d, w)| u32::from(d - b'0') * w).sum::<u32>() % 11
}

impl FromStr for NationalIdentityNumber {
    type Err = InvalidIdentityNumber;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = <[u8; 11]>::try_from(text.as_bytes());
        Self::from_digits(digits.map_err(|_| InvalidIdentityNumber::NotElevenDigits)?)
    }
}

impl fmt::Display for NationalIdentityNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}*****", &self.reveal()[..6])
    }
}

impl fmt::Debug for NationalIdentityNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NationalIdentityNumber({self})")
    }
}

/// Whether a text holds eleven digits in a row that are a valid number, with no digit before or
/// after them: for places where such a number must not be written.
///
/// Between one and two in a hundred random runs of eleven digits pass the check by chance.
#[must_use]
pub fn holds_identity_number(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit())
        .any(|run| run.parse::<NationalIdentityNumber>().is_ok())
}
