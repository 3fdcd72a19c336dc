//! What the headers of an answer say: addresses, nonces, pauses, ids.

use core::time::Duration;
use std::time::SystemTime;

use crate::clock::WallMicros;

/// The longest pause that a server is granted: 5 minutes. One that asks for more is asked again after so
/// long, a few times an hour: notes of a night must not wait for a `Retry-After` that a proxy made up, and
/// tokens even less.
pub const PAUSE_LIMIT: Duration = Duration::from_secs(300);

/// The headers that matter.
#[derive(Default)]
pub(super) struct Headers {
    pub(super) request_id: Option<Box<str>>,
    pub(super) location: Option<Box<str>>,
    pub(super) dpop_nonce: Option<Box<str>>,
    pub(super) wants_nonce: bool,
    retry_after: Option<RetryAfter>,
    date: Option<WallMicros>,
}

enum RetryAfter {
    Seconds(u64),
    Date(WallMicros),
}

impl Headers {
    pub(super) fn read<'a>(headers: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut read = Self::default();
        for (name, value) in headers {
            if let Ok(value) = core::str::from_utf8(value) {
                read.take(name, value.trim());
            }
        }
        read
    }

    fn take(&mut self, name: &str, value: &str) {
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        if is("retry-after") {
            self.retry_after = match value.parse() {
                Ok(seconds) => Some(RetryAfter::Seconds(seconds)),
                // More digits than fit are a very long pause.
                Err(_) if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) => {
                    Some(RetryAfter::Seconds(u64::MAX))
                }
                Err(_) => http_date(value).map(RetryAfter::Date),
            };
        } else if is("date") {
            self.date = http_date(value);
        } else if is("location") {
            self.location = short(value, 8_192).map(Into::into);
        } else if is("dpop-nonce") {
            self.dpop_nonce = nonce(value).map(Into::into);
        } else if is("www-authenticate") {
            // There may be several challenges, in one header or more.
            self.wants_nonce |= value.contains("use_dpop_nonce");
        } else if is("x-request-id") || is("request-id") || is("x-correlation-id") {
            self.request_id = short(value, 128).map(Into::into);
        }
    }

    /// How long to leave the server alone.
    pub(super) fn pause(&self, now: SystemTime) -> Option<Duration> {
        let pause = match self.retry_after.as_ref()? {
            RetryAfter::Seconds(seconds) => Duration::from_secs(*seconds),
            // Against the server's own clock, where it tells.
            RetryAfter::Date(date) => date.since(self.date.unwrap_or_else(|| now.into())),
        };
        Some(pause.min(PAUSE_LIMIT))
    }
}

/// A date of HTTP in its one current form (RFC 9110 5.6.7).
fn http_date(value: &str) -> Option<WallMicros> {
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value);
    Some(WallMicros(date.ok()?.as_microsecond()))
}

/// A text that may be kept: printable and not too long.
fn short(value: &str, longest: usize) -> Option<&str> {
    (1..=longest)
        .contains(&value.len())
        .then_some(value)
        .filter(|value| value.bytes().all(|b| b.is_ascii_graphic() || b == b' '))
}

/// A nonce (RFC 9449 8.1): no quotes, backslashes or spaces.
fn nonce(value: &str) -> Option<&str> {
    short(value, 2_048).filter(|value| !value.bytes().any(|b| b" \"\\".contains(&b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::UNIX_EPOCH;

    fn read(headers: &[(&str, &str)]) -> Headers {
        let headers = headers
            .iter()
            .map(|(name, value)| (*name, value.as_bytes()));
        Headers::read(headers)
    }

    #[test]
    fn a_pause_comes_in_seconds_or_as_a_date_and_has_a_bound() {
        let now = UNIX_EPOCH + Duration::from_secs(784_111_777);
        let date = ("Date", "Sun, 06 Nov 1994 08:49:37 GMT");
        for (headers, expected) in [
            (&[("retry-after", "7")][..], Some(7)),
            (&[("Retry-After", "86400")], Some(300)),
            (&[("Retry-After", "99999999999999999999999")], Some(300)),
            (
                &[("Retry-After", "Sun, 06 Nov 1994 08:49:47 GMT")],
                Some(10),
            ),
            (&[("Retry-After", "Sun, 06 Nov 1994 08:49:27 GMT")], Some(0)),
            (
                &[date, ("Retry-After", "Sun, 06 Nov 1994 08:49:40 GMT")],
                Some(3),
            ),
            (&[("Retry-After", "soon")], None),
            (&[("Retry-After", "-5")], None),
            (&[("Retry-After", "")], None),
            (&[], None),
        ] {
            let pause = read(headers).pause(now);
            assert_eq!(pause, expected.map(Duration::from_secs), "{headers:?}");
        }
    }

    #[test]
    fn what_is_kept_is_short_and_printable() {
        let read = read(&[
            ("Location", "https://a.example.net/v1/Bundle/7/$status"),
            ("DPoP-Nonce", "eyJ7S_zG.eyJH0-Z.HX4w-7v"),
            ("X-Request-Id", "a\u{7f}b"),
        ]);
        assert!(read.location.is_some() && read.dpop_nonce.is_some());
        assert!(read.request_id.is_none() && !read.wants_nonce);
        for bad in ["", "a b", "a\"b", &"n".repeat(2_049)] {
            assert!(nonce(bad).is_none(), "{bad}");
        }
    }
}
