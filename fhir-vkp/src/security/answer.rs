//! Reading what the token endpoint answers (RFC 6749 5.1, RFC 9449 5).

use core::fmt;
use core::time::Duration;
use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use crate::secret::Secret;

/// How a token is shown to an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenType {
    /// `Authorization: Bearer`, for VKP.
    Bearer,
    /// `Authorization: DPoP` with a proof for each request, for JFT and PIT.
    Dpop,
}

impl TokenType {
    /// The scheme of the `Authorization` header.
    #[must_use]
    pub const fn scheme(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::Dpop => "DPoP",
        }
    }
}

/// An access token. Cheap to clone; does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken {
    authorization: Arc<Secret>,
    kind: TokenType,
    pub(super) generation: u64,
}

impl AccessToken {
    pub(super) fn new(token: &Secret, kind: TokenType, generation: u64) -> Self {
        let authorization = format!("{} {}", kind.scheme(), token.expose());
        Self {
            authorization: Arc::new(Secret::new(authorization)),
            kind,
            generation,
        }
    }

    /// The value of the `Authorization` header.
    #[must_use]
    pub fn authorization(&self) -> Arc<Secret> {
        self.authorization.clone()
    }

    /// The token alone, whose hash a proof carries.
    #[must_use]
    pub fn expose(&self) -> &str {
        let whole = self.authorization.expose();
        whole.split_once(' ').map_or("", |(_, token)| token)
    }

    /// How it is shown.
    #[must_use]
    pub const fn token_type(&self) -> TokenType {
        self.kind
    }

    /// Which of the tokens of its machine it is, from 1.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.kind.scheme();
        write!(
            f,
            "AccessToken({scheme}, hidden, generation {})",
            self.generation
        )
    }
}

/// Why an answer holds no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum TokenAnswerError {
    /// Not a JSON object with a token.
    #[error("the answer of the token endpoint holds no token")]
    NoToken,
    /// A token with characters that a header cannot carry.
    #[error("the token holds characters that a header cannot carry")]
    NotForHeader,
    /// A bearer token where one bound to a key was asked for, or another type.
    #[error("the token is of another type than was asked for")]
    OtherType,
    /// The token is over already.
    #[error("the token has no time to live")]
    Expired,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    access_token: Cow<'a, str>,
    #[serde(borrow)]
    token_type: Option<Cow<'a, str>>,
    expires_in: Option<Value>,
}

/// A token and how long it lives, where that is said.
pub(super) fn read_token(
    body: &[u8],
    expected: TokenType,
) -> Result<(Secret, Option<Duration>), TokenAnswerError> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let body: Body<'_> = serde_json::from_slice(body).map_err(|_| TokenAnswerError::NoToken)?;
    let token = Secret::new(body.access_token);
    // A token without a type is taken for what was asked for.
    let kind = body.token_type.as_deref().unwrap_or(expected.scheme());
    if !kind.trim().eq_ignore_ascii_case(expected.scheme()) {
        return Err(TokenAnswerError::OtherType);
    }
    if token.expose().is_empty() {
        return Err(TokenAnswerError::NoToken);
    }
    if !token.expose().bytes().all(|b| b.is_ascii_graphic()) {
        return Err(TokenAnswerError::NotForHeader);
    }
    let life = body.expires_in.as_ref().and_then(seconds);
    if life == Some(Duration::ZERO) {
        return Err(TokenAnswerError::Expired);
    }
    Ok((token, life))
}

/// Whole seconds, also in a text; what is no number says nothing, what is negative is over.
fn seconds(value: &Value) -> Option<Duration> {
    let seconds = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    let finite = Some(seconds).filter(|seconds: &f64| !seconds.is_nan())?;
    Some(Duration::from_secs_f64(finite.clamp(0.0, 1e9).trunc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<(String, Option<u64>), TokenAnswerError> {
        read_token(body.as_bytes(), TokenType::Dpop)
            .map(|(token, life)| (token.expose().to_owned(), life.map(|life| life.as_secs())))
    }

    #[test]
    fn tokens_are_read_and_what_is_none_is_refused() {
        use TokenAnswerError as Error;
        for (body, expected) in [
            (
                r#"{"access_token":"t","token_type":"DPoP","expires_in":600,"scope":"a"}"#,
                Ok(("t".into(), Some(600))),
            ),
            (
                r#"{"access_token":"t","token_type":"dpop","expires_in":"60"}"#,
                Ok(("t".into(), Some(60))),
            ),
            (
                r#"{"access_token":"t","expires_in":"soon"}"#,
                Ok(("t".into(), None)),
            ),
            (
                r#"{"access_token":"t","token_type":"Bearer"}"#,
                Err(Error::OtherType),
            ),
            (r#"{"access_token":""}"#, Err(Error::NoToken)),
            (r#"{"access_token":"a b"}"#, Err(Error::NotForHeader)),
            (r#"{"access_token":"a\r\nb"}"#, Err(Error::NotForHeader)),
            (
                r#"{"access_token":"t","expires_in":0}"#,
                Err(Error::Expired),
            ),
            (
                r#"{"access_token":"t","expires_in":-1}"#,
                Err(Error::Expired),
            ),
            (r#"{"access_token":7}"#, Err(Error::NoToken)),
            ("\"t\"", Err(Error::NoToken)),
            ("<html>", Err(Error::NoToken)),
            ("", Err(Error::NoToken)),
        ] {
            assert_eq!(read(body), expected, "{body}");
        }
    }
}
