//! What the headers of an answer say: pauses, limits, ids.

use core::time::Duration;
use std::time::{SystemTime, UNIX_EPOCH};

/// The longest pause that a server is granted: a minute, since alarms wait meanwhile (Partner API
/// reference 8.2 asks for an upper bound and names none).
pub const PAUSE_LIMIT: Duration = Duration::from_secs(60);

/// What `RateLimit-*` headers said, in any of their forms. None of them is documented (Partner API
/// reference 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct RateLimit {
    /// Calls per window.
    pub limit: Option<u64>,
    /// Calls left in this window.
    pub remaining: Option<u64>,
    /// Until the next window.
    pub reset: Option<Duration>,
}

/// The headers that matter.
#[derive(Default)]
pub(super) struct Headers {
    pub(super) request_id: Option<Box<str>>,
    pub(super) content_type: Option<Box<str>>,
    retry_after: Option<RetryAfter>,
    date: Option<SystemTime>,
    limit: Option<u64>,
    remaining: Option<u64>,
    reset: Option<u64>,
}

enum RetryAfter {
    Seconds(u64),
    Date(SystemTime),
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
            self.retry_after = seconds(value)
                .map(RetryAfter::Seconds)
                .or_else(|| Some(RetryAfter::Date(httpdate::parse_http_date(value).ok()?)));
        } else if is("date") {
            self.date = httpdate::parse_http_date(value).ok();
        } else if is("content-type") {
            let essence = value.split(';').next().unwrap_or_default().trim();
            self.content_type = short(essence).map(|text| text.to_ascii_lowercase().into());
        } else if is("x-request-id") || is("request-id") || is("x-correlation-id") {
            self.request_id = short(value).map(Into::into);
        } else if is("ratelimit-limit") || is("x-ratelimit-limit") {
            self.limit = leading_number(value);
        } else if is("ratelimit-remaining") || is("x-ratelimit-remaining") {
            self.remaining = leading_number(value);
        } else if is("ratelimit-reset") || is("x-ratelimit-reset") {
            self.reset = leading_number(value);
        } else if is("ratelimit") {
            self.take_combined(value);
        }
    }

    /// One header for all, in the forms of two drafts: `limit=10, remaining=0, reset=5` and
    /// `"default";r=0;t=5`.
    fn take_combined(&mut self, value: &str) {
        for part in value.split([',', ';']) {
            let Some((name, value)) = part.split_once('=') else {
                continue;
            };
            let place = match name.trim() {
                "limit" | "q" => &mut self.limit,
                "remaining" | "r" => &mut self.remaining,
                "reset" | "t" => &mut self.reset,
                _ => continue,
            };
            *place = leading_number(value.trim());
        }
    }

    /// How long to leave the server alone: `Retry-After`, or the rest of a window that is used up.
    pub(super) fn pause(&self, now: SystemTime) -> Option<Duration> {
        let pause = match self.retry_after {
            Some(RetryAfter::Seconds(seconds)) => Some(Duration::from_secs(seconds)),
            // Against the server's own clock, where it tells.
            Some(RetryAfter::Date(date)) => Some(
                date.duration_since(self.date.unwrap_or(now))
                    .unwrap_or_default(),
            ),
            None if self.remaining == Some(0) => self.reset(now),
            None => None,
        };
        pause.map(|pause| pause.min(PAUSE_LIMIT))
    }

    pub(super) fn rate_limit(&self, now: SystemTime) -> RateLimit {
        RateLimit {
            limit: self.limit,
            remaining: self.remaining,
            reset: self.reset(now),
        }
    }

    fn reset(&self, now: SystemTime) -> Option<Duration> {
        /// Larger numbers are seconds since 1970.
        const EPOCH: u64 = 1_000_000_000;
        let reset = self.reset?;
        if reset < EPOCH {
            return Some(Duration::from_secs(reset));
        }
        let now = self.date.unwrap_or(now).duration_since(UNIX_EPOCH).ok()?;
        Some(Duration::from_secs(reset).saturating_sub(now))
    }
}

/// Whole seconds; a fraction counts as one more.
fn seconds(value: &str) -> Option<u64> {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return None;
    }
    // More digits than fit are a very long pause.
    let whole: u64 = whole.parse().unwrap_or(u64::MAX);
    Some(whole.saturating_add(u64::from(fraction.bytes().any(|b| b != b'0'))))
}

fn leading_number(value: &str) -> Option<u64> {
    let end = value
        .bytes()
        .position(|b| !b.is_ascii_digit())
        .unwrap_or(value.len());
    value[..end].parse().ok()
}

/// A text that may be kept: short and printable.
fn short(value: &str) -> Option<&str> {
    (1..=128)
        .contains(&value.len())
        .then_some(value)
        .filter(|value| value.bytes().all(|b| b.is_ascii_graphic() || b == b' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pause(headers: &[(&str, &str)]) -> Option<Duration> {
        let headers = headers
            .iter()
            .map(|(name, value)| (*name, value.as_bytes()));
        Headers::read(headers).pause(UNIX_EPOCH + Duration::from_secs(784_111_777))
    }

    #[test]
    fn a_pause_comes_in_seconds_or_as_a_date_and_has_a_bound() {
        let now = "Sun, 06 Nov 1994 08:49:37 GMT";
        for (headers, expected) in [
            (&[("retry-after", "7")][..], Some(7)),
            (&[("Retry-After", "1.5")], Some(2)),
            (&[("Retry-After", "86400")], Some(60)),
            (&[("Retry-After", "99999999999999999999999")], Some(60)),
            (
                &[("Retry-After", "Sun, 06 Nov 1994 08:49:47 GMT")],
                Some(10),
            ),
            (&[("Retry-After", "Sun, 06 Nov 1994 08:49:27 GMT")], Some(0)),
            (
                &[
                    ("Date", now),
                    ("Retry-After", "Sun, 06 Nov 1994 08:49:40 GMT"),
                ],
                Some(3),
            ),
            (&[("Retry-After", "soon")], None),
            (&[("Retry-After", "-5")], None),
            (
                &[("RateLimit-Remaining", "0"), ("RateLimit-Reset", "5")],
                Some(5),
            ),
            (
                &[("RateLimit-Remaining", "3"), ("RateLimit-Reset", "5")],
                None,
            ),
            (
                &[
                    ("X-RateLimit-Remaining", "0"),
                    ("X-RateLimit-Reset", "784111781"),
                ],
                Some(60),
            ),
            (&[("RateLimit", "limit=10, remaining=0, reset=9")], Some(9)),
            (&[("RateLimit", "\"default\";r=0;t=4")], Some(4)),
        ] {
            assert_eq!(
                pause(headers),
                expected.map(Duration::from_secs),
                "{headers:?}"
            );
        }
    }

    #[test]
    fn a_reset_may_be_seconds_since_1970() {
        let headers = [("x-ratelimit-reset", &b"1700000030"[..])];
        let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let read = Headers::read(headers).rate_limit(now);
        assert_eq!(read.reset, Some(Duration::from_secs(30)));
    }

    #[test]
    fn ids_and_types_are_kept_when_they_are_short_text() {
        let read = Headers::read([
            ("X-Request-Id", &b"4bf92f35"[..]),
            ("Content-Type", b"Application/Problem+JSON; charset=utf-8"),
        ]);
        assert_eq!(read.request_id.as_deref(), Some("4bf92f35"));
        assert_eq!(
            read.content_type.as_deref(),
            Some("application/problem+json")
        );
        assert_eq!(
            Headers::read([("X-Request-Id", &[b'a'; 200][..])]).request_id,
            None
        );
    }
}
