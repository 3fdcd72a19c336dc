//! Errors of the token endpoint.

use std::borrow::Cow;

use serde::Deserialize;

/// The code in `error` of a refused call for a token (RFC 6749 5.2, RFC 9449 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OAuthError {
    /// `invalid_request`
    InvalidRequest,
    /// `invalid_client`: the client or its key is not known, or the assertion is refused.
    InvalidClient,
    /// `invalid_grant`
    InvalidGrant,
    /// `unauthorized_client`
    UnauthorizedClient,
    /// `unsupported_grant_type`
    UnsupportedGrantType,
    /// `invalid_scope`
    InvalidScope,
    /// `invalid_dpop_proof`
    InvalidDpopProof,
    /// `use_dpop_nonce`
    UseDpopNonce,
    /// `server_error`
    ServerError,
    /// `temporarily_unavailable`
    TemporarilyUnavailable,
    /// Any other code.
    Other,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    error: Cow<'a, str>,
}

impl OAuthError {
    /// Reads a body; `None` when it holds no such error.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Self> {
        let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
        let body: Body<'_> = serde_json::from_slice(body).ok()?;
        Some(match &*body.error {
            "invalid_request" => Self::InvalidRequest,
            "invalid_client" => Self::InvalidClient,
            "invalid_grant" => Self::InvalidGrant,
            "unauthorized_client" => Self::UnauthorizedClient,
            "unsupported_grant_type" => Self::UnsupportedGrantType,
            "invalid_scope" => Self::InvalidScope,
            "invalid_dpop_proof" => Self::InvalidDpopProof,
            "use_dpop_nonce" => Self::UseDpopNonce,
            "server_error" => Self::ServerError,
            "temporarily_unavailable" => Self::TemporarilyUnavailable,
            _ => Self::Other,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_recognised_and_others_are_told_from_no_code() {
        let read = |body: &str| OAuthError::read(body.as_bytes());
        assert_eq!(
            read(r#"{"error_description":"x","error":"invalid_client"}"#),
            Some(OAuthError::InvalidClient)
        );
        assert_eq!(read(r#"{"error":"odd"}"#), Some(OAuthError::Other));
        for body in ["", "{}", "<html>", r#"{"error":7}"#, "\"invalid_client\""] {
            assert_eq!(read(body), None, "{body}");
        }
    }
}
