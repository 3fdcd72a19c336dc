//! Whether a content type promises JSON.

/// What a `Content-Type` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MediaType {
    /// `application/json`, with any parameters.
    Json,
    /// `text/json` and any type that ends in `+json`.
    JsonLike,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// Anything else.
    Other,
}

impl MediaType {
    /// Names are compared without case and parameters do not count (RFC 9110 8.3.1).
    pub(crate) fn of(value: &[u8]) -> Self {
        let essence = value.split(|&byte| byte == b';').next().unwrap_or_default();
        let essence = essence.trim_ascii();
        let is = |name: &str| essence.eq_ignore_ascii_case(name.as_bytes());
        let suffix = essence.len().checked_sub(5).map(|at| &essence[at..]);
        if is("application/json") {
            Self::Json
        } else if is("text/json")
            || essence.contains(&b'/') && suffix.is_some_and(|s| s.eq_ignore_ascii_case(b"+json"))
        {
            Self::JsonLike
        } else if is("application/x-www-form-urlencoded") {
            Self::Form
        } else {
            Self::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::MediaType;

    #[test]
    fn parameters_and_case_do_not_count() {
        for (value, expected) in [
            ("Application/JSON; charset=utf-8", MediaType::Json),
            ("text/json", MediaType::JsonLike),
            ("application/vnd.sensio.v1+JSON ;a=b", MediaType::JsonLike),
            ("application/x-www-form-urlencoded", MediaType::Form),
            ("text/plain", MediaType::Other),
            ("+json", MediaType::Other),
            ("", MediaType::Other),
        ] {
            assert_eq!(MediaType::of(value.as_bytes()), expected, "{value}");
        }
    }
}
