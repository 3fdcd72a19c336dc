//! The location text of mobile units (Climax reference 5.7).

use core::ops::RangeInclusive;
use core::time::Duration;

/// While a call with the station goes on, the position is sent again this often (one source).
pub const POSITION_INTERVAL: Duration = Duration::from_secs(60);

/// A last position older than this is not used by the unit (one source).
pub const POSITION_LIFE: Duration = Duration::from_secs(8 * 3600);

/// What the keys of a location text say.
///
/// The keys are known from one source, the text around them is not public. That pairs are written
/// `key=value` or `key:value`, parted by blanks, commas, semicolons or `&`, is a **guess** of this
/// crate. Whatever does not read that way is kept: [`unknown`](Self::unknown) gives it and
/// [`as_str`](Self::as_str) the whole text. Coordinates have no known key and are never guessed.
///
/// `Debug` shows no text: it can say where a person is.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PositionText<'a> {
    text: &'a str,
    /// `P`: radius of the error in metres of a position by cells; 0 when it is from satellites.
    pub error_radius_m: Option<u32>,
    /// `b`: battery in per cent, in steps of 10.
    pub battery_percent: Option<u8>,
    /// `d`: on the charging base.
    pub on_base: Option<bool>,
    /// `g`: strength of the mobile network, 1 weak to 5 strong.
    pub cellular_signal: Option<u8>,
    /// `t`: when the position was taken, in UTC, as the unit wrote it.
    pub taken: Option<&'a str>,
    /// `la`: the last known position and not the present one.
    pub last_known: Option<bool>,
    /// `c`: charging.
    pub charging: Option<bool>,
}

impl core::fmt::Debug for PositionText<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("PositionText")
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}

fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '&'))
        .filter(|token| !token.is_empty())
}

fn pair(token: &str) -> Option<(&str, &str)> {
    token.split_once(['=', ':'])
}

fn flag(value: &str) -> Option<bool> {
    match value {
        "0" => Some(false),
        "1" => Some(true),
        _ => None,
    }
}

fn within(value: &str, range: RangeInclusive<u8>) -> Option<u8> {
    value.parse().ok().filter(|number| range.contains(number))
}

impl<'a> PositionText<'a> {
    /// Reads a location text. The first value of a key counts.
    ///
    /// ```
    /// use climax_rf::events::PositionText;
    ///
    /// let text = PositionText::read("P=0 b=80 la=1 t=2026-03-14T09:30:00Z x=7");
    /// assert_eq!(text.battery_percent, Some(80));
    /// assert_eq!(text.last_known, Some(true));
    /// assert!(text.is_from_satellites());
    /// assert_eq!(text.unknown().collect::<Vec<_>>(), ["x=7"]);
    /// ```
    #[must_use]
    pub fn read(text: &'a str) -> Self {
        let mut out = Self {
            text,
            error_radius_m: None,
            battery_percent: None,
            on_base: None,
            cellular_signal: None,
            taken: None,
            last_known: None,
            charging: None,
        };
        for token in tokens(text) {
            out.take(token);
        }
        out
    }

    /// Whether a pair says something, and that is taken over unless its key came before.
    fn take(&mut self, token: &'a str) -> bool {
        let Some((key, value)) = pair(token) else {
            return false;
        };
        fn put<T>(place: &mut Option<T>, value: Option<T>) -> bool {
            let read = value.is_some();
            if place.is_none() {
                *place = value;
            }
            read
        }
        match key {
            "P" => put(&mut self.error_radius_m, value.parse().ok()),
            "b" => put(&mut self.battery_percent, within(value, 0..=100)),
            "d" => put(&mut self.on_base, flag(value)),
            "g" => put(&mut self.cellular_signal, within(value, 1..=5)),
            "t" => put(&mut self.taken, (!value.is_empty()).then_some(value)),
            "la" => put(&mut self.last_known, flag(value)),
            "c" => put(&mut self.charging, flag(value)),
            _ => false,
        }
    }

    /// The whole text.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.text
    }

    /// Whether the position is said to be from satellites.
    #[must_use]
    pub fn is_from_satellites(&self) -> bool {
        self.error_radius_m == Some(0)
    }

    /// The pieces of the text that no key explains.
    pub fn unknown(&self) -> impl Iterator<Item = &'a str> {
        let mut probe = Self::read("");
        tokens(self.text).filter(move |token| !probe.take(token))
    }
}
