//! `lge`: the geographic location of a message (SCAIP reference 3.2).

use std::fmt;

use crate::text::Text;

/// The children of `lge`, as text; all three are optional.
///
/// `Debug` says which are present and hides where that is.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct GeographicLocation<'a> {
    /// `geo`: position in WGS 84, 1 to 23 of `0-9 . ,`; see [`GeographicLocation::position`].
    pub position: Option<Text<'a>>,
    /// `tim`: time of the position; the schema fits `YYYY-MM-DDThh:mm:ss+hh`, other ISO 8601
    /// forms are read too. Kept as sent: the clock of a device may be wrong.
    pub time: Option<Text<'a>>,
    /// `gga`: raw NMEA 0183 GGA sentence, at most 81 characters.
    pub nmea_gga: Option<Text<'a>>,
}

/// A position in WGS 84.
#[derive(Clone, Copy, PartialEq)]
pub struct Position {
    /// Degrees, -90 to 90, north positive.
    pub latitude: f64,
    /// Degrees, -180 to 180, east positive.
    pub longitude: f64,
    /// Metres, only from a `geo:` URI.
    pub altitude: Option<f64>,
}

impl GeographicLocation<'_> {
    /// The position as numbers, `None` when the text cannot be read as one.
    ///
    /// Reads `latitude,longitude` (order inferred), with a sign or blanks although the pattern
    /// has none, and `geo:` URIs (RFC 5870) as the newer edition may send.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        Position::read(self.position.as_ref()?.as_str())
    }

    /// Whether no child is present.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.position.is_none() && self.time.is_none() && self.nmea_gga.is_none()
    }

    /// The same, no longer borrowed.
    #[must_use]
    pub fn into_owned(self) -> GeographicLocation<'static> {
        GeographicLocation {
            position: self.position.map(Text::into_owned),
            time: self.time.map(Text::into_owned),
            nmea_gga: self.nmea_gga.map(Text::into_owned),
        }
    }
}

impl fmt::Debug for GeographicLocation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut set = f.debug_set();
        for (name, present) in [
            ("geo", self.position.is_some()),
            ("tim", self.time.is_some()),
            ("gga", self.nmea_gga.is_some()),
        ] {
            if present {
                set.entry(&format_args!("{name}"));
            }
        }
        set.finish()
    }
}

impl Position {
    fn read(text: &str) -> Option<Position> {
        let text = text.trim();
        let uri = text
            .get(..4)
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("geo:"));
        let coordinates = if uri {
            text[4..].split(';').next()?
        } else {
            text
        };
        let mut numbers = coordinates.split(',').map(number);
        let latitude = numbers.next()??;
        let longitude = numbers.next()??;
        let altitude = match numbers.next() {
            Some(altitude) if uri => Some(altitude?),
            Some(_) => return None,
            None => None,
        };
        let inside = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        (inside && numbers.next().is_none()).then_some(Position {
            latitude,
            longitude,
            altitude,
        })
    }
}

/// A plain decimal number: no exponent, no `inf`.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = text
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+'));
    if plain { text.parse().ok() } else { None }
}

impl fmt::Debug for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Position(<hidden>)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(f64, f64, Option<f64>)> {
        Position::read(text).map(|p| (p.latitude, p.longitude, p.altitude))
    }

    #[test]
    fn positions_are_read_in_every_form_met() {
        assert_eq!(read("59.91387,10.75225"), Some((59.91387, 10.75225, None)));
        assert_eq!(read(" 59.9 , -10.7 "), Some((59.9, -10.7, None)));
        assert_eq!(read("+1,-2"), Some((1.0, -2.0, None)));
        assert_eq!(read("geo:59.9,10.7"), Some((59.9, 10.7, None)));
        assert_eq!(
            read("GEO:59.9,10.7,12.5;u=35"),
            Some((59.9, 10.7, Some(12.5)))
        );
    }

    #[test]
    fn what_is_no_position_is_none() {
        for text in [
            "",
            "59.9",
            "91,0",
            "0,181",
            "1,2,3",
            "a,b",
            "geo:",
            "geo:1,2,3,4",
            "1e3,0",
            "ø,1",
            "inf,0",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
