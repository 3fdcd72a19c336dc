//! Which call a path names.

use crate::codes::EventType;
use crate::wire::Paths;

/// What stands behind the base. Device and code are raw segments, not decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target<'a> {
    Token,
    Event { device: &'a str, code: &'a str },
    Status { device: &'a str },
    Statuses,
    OpenApi,
}

impl<'a> Target<'a> {
    /// Finds the call by the path as it came: segments are split before anything is decoded, so no
    /// device can become a part of the path, and no segment vanishes.
    pub(super) fn of(path: &'a str, base: &str, paths: &Paths) -> Option<Self> {
        let path = path.strip_prefix(base)?;
        if path == "/openapi.yaml" {
            return Some(Self::OpenApi);
        }
        let path = path.strip_prefix(paths.api.as_str())?;
        if path == paths.token {
            return Some(Self::Token);
        }
        let mut segments = path.strip_prefix("/devices/")?.split('/');
        let first = segments.next()?;
        let rest = (segments.next(), segments.next(), segments.next());
        match rest {
            (None, _, _) if first == "status" => Some(Self::Statuses),
            (Some("status"), None, _) => Some(Self::Status { device: first }),
            (Some("events"), Some(code), None) => Some(Self::Event {
                device: first,
                code,
            }),
            _ => None,
        }
    }
}

/// The code in a path and whether it is written plainly; `None` for what is no code: digits only, up to
/// the greatest number of 32 bits.
pub(super) fn event_type(segment: &str) -> Option<(EventType, bool)> {
    if segment.is_empty() || segment.len() > 32 || !segment.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let code: u32 = segment.parse().ok()?;
    let plain = segment == "0" || !segment.starts_with('0');
    (code <= i32::MAX.unsigned_abs()).then_some((EventType(code), plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_never_folded() {
        let paths = Paths::default();
        let of = |path| Target::of(path, "/partner", &paths);
        let device = "SN-1";
        let code = "906";
        for (path, expected) in [
            (
                "/partner/api/v1/tokens/oauth/accesstoken",
                Some(Target::Token),
            ),
            (
                "/partner/api/v1/devices/SN-1/events/906",
                Some(Target::Event { device, code }),
            ),
            (
                "/partner/api/v1/devices/SN-1/status",
                Some(Target::Status { device }),
            ),
            ("/partner/api/v1/devices/status", Some(Target::Statuses)),
            (
                "/partner/api/v1/devices/status/status",
                Some(Target::Status { device: "status" }),
            ),
            (
                "/partner/api/v1/devices//status",
                Some(Target::Status { device: "" }),
            ),
            (
                "/partner/api/v1/devices/../status",
                Some(Target::Status { device: ".." }),
            ),
            (
                "/partner/api/v1/devices/a%2Fb/status",
                Some(Target::Status { device: "a%2Fb" }),
            ),
            ("/partner/api/v1/devices/a/b/status", None),
            ("/partner/api/v1/devices/status/", None),
            ("/partner/api/v1/devices/SN-1/events/906/", None),
            ("/partnerapi/v1/devices/status", None),
            ("/api/v1/devices/status", None),
            ("/partner/openapi.yaml", Some(Target::OpenApi)),
        ] {
            assert_eq!(of(path), expected, "{path}");
        }
    }

    #[test]
    fn a_code_is_digits() {
        assert_eq!(event_type("10014"), Some((EventType(10014), true)));
        assert_eq!(event_type("0906"), Some((EventType(906), false)));
        assert_eq!(event_type("0"), Some((EventType(0), true)));
        for text in ["", "-1", "+1", "1.0", "fall", "2147483648", "%39"] {
            assert_eq!(event_type(text), None, "{text}");
        }
    }
}
