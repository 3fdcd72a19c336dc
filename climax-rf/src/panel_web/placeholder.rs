//! Texts with place holders such as `{WEB_MSG_DC_OPEN}` (Climax reference 9).

use alloc::string::String;
use core::fmt;

use super::members::Reading;
use crate::codes::{DeviceTypeCode, tables};

/// A text of a panel, its place holders kept.
///
/// `Display` resolves the place holders that a table knows and leaves the others as they are.
///
/// ```
/// use climax_rf::panel_web::Text;
///
/// let text = Text::new("{WEB_MSG_TS_DEGREE} 21,5 {WEB_MSG_NEW}");
/// assert_eq!(text.temperature().and_then(|t| t.value()), Some(21.5));
/// assert_eq!(Text::new("{D_TYPE_4} {WEB_MSG_NEW}").to_string(), "Door/window contact {WEB_MSG_NEW}");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Text(String);

/// A piece of a [`Text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part<'a> {
    /// Text as it stands.
    Plain(&'a str),
    /// A place holder that a table names.
    Known {
        /// As written, with its braces.
        placeholder: &'a str,
        /// What it stands for.
        name: &'static str,
    },
    /// `{WEB_MSG_TS_DEGREE}`: a temperature in degrees Celsius follows.
    Temperature,
    /// `{WEB_MSG_RH_HUMIDITY}`: a relative humidity in per cent follows.
    Humidity,
    /// `{D_TYPE_n}`: a device type.
    DeviceType(DeviceTypeCode),
    /// A place holder that no table names, with its braces.
    Unknown(&'a str),
}

const TEMPERATURE: &str = "{WEB_MSG_TS_DEGREE}";
const HUMIDITY: &str = "{WEB_MSG_RH_HUMIDITY}";

impl Text {
    /// Takes any text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text as the panel wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The pieces of the text.
    #[must_use]
    pub fn parts(&self) -> Parts<'_> {
        Parts(&self.0)
    }

    /// The number after a place holder.
    fn after(&self, placeholder: &str) -> Option<Reading> {
        let (_, rest) = self.0.split_once(placeholder)?;
        let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ':');
        let number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+');
        let end = rest.find(|c| !number(c)).unwrap_or(rest.len());
        let digits = rest[..end].trim_end_matches(['.', ',']);
        let reading = Reading::new(digits);
        reading.value().map(|_| reading)
    }

    /// The temperature in degrees Celsius after `{WEB_MSG_TS_DEGREE}`.
    #[must_use]
    pub fn temperature(&self) -> Option<Reading> {
        self.after(TEMPERATURE)
    }

    /// The relative humidity in per cent after `{WEB_MSG_RH_HUMIDITY}`.
    #[must_use]
    pub fn humidity(&self) -> Option<Reading> {
        self.after(HUMIDITY)
    }

    /// `{AREA_MODE_n}` or `{D_TYPE_n}`: the number, when that is all the text.
    pub(super) fn number_of(&self, family: &str) -> Option<u16> {
        let inner = self.0.trim().strip_prefix('{')?.strip_suffix('}')?;
        let digits = inner.strip_prefix(family)?.strip_prefix('_')?;
        digits.parse().ok()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Panels write some statuses out instead.
        let words = self.0.trim();
        if let (false, Some(row)) = (words.starts_with('{'), tables::PANEL_STATUS_TEXT.get(words)) {
            return f.write_str(short(row.name()));
        }
        self.parts().try_for_each(|part| match part {
            Part::Plain(text) | Part::Unknown(text) => f.write_str(text),
            Part::Known { name, .. } => f.write_str(short(name)),
            Part::Temperature => f.write_str("temperature"),
            Part::Humidity => f.write_str("humidity"),
            Part::DeviceType(device_type) => write!(f, "{device_type}"),
        })
    }
}

/// A name without the remark in brackets that the table adds.
fn short(name: &'static str) -> &'static str {
    name.split_once(" (").map_or(name, |(name, _)| name)
}

/// The pieces of a [`Text`], in order.
#[derive(Debug, Clone)]
pub struct Parts<'a>(&'a str);

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        if self.0.is_empty() {
            return None;
        }
        let end = match self.0.find('{') {
            Some(0) => match self.0.find('}') {
                Some(end) => {
                    let (placeholder, rest) = self.0.split_at(end + 1);
                    self.0 = rest;
                    return Some(resolve(placeholder));
                }
                None => self.0.len(),
            },
            Some(start) => start,
            None => self.0.len(),
        };
        let (plain, rest) = self.0.split_at(end);
        self.0 = rest;
        Some(Part::Plain(plain))
    }
}

fn resolve(placeholder: &str) -> Part<'_> {
    match placeholder {
        TEMPERATURE => return Part::Temperature,
        HUMIDITY => return Part::Humidity,
        _ => {}
    }
    if let Some(row) = tables::PANEL_STATUS_TEXT.get(placeholder) {
        return Part::Known {
            placeholder,
            name: row.name(),
        };
    }
    let number = placeholder
        .strip_prefix("{D_TYPE_")
        .and_then(|rest| rest.strip_suffix('}'))
        .and_then(|digits| digits.parse().ok());
    match number {
        Some(number) => Part::DeviceType(DeviceTypeCode(number)),
        None => Part::Unknown(placeholder),
    }
}
