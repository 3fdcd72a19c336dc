//! Reading what the token call answers.

use core::time::Duration;

use serde_json::{Map, Value};

use crate::secret::Secret;
use crate::wire::TokenWire;

/// Why an answer holds no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum TokenAnswerError {
    /// Neither a JSON object nor a JSON string.
    #[error("the answer of the token call is not JSON with a token")]
    NotJson,
    /// No member of the known names, or an empty one.
    #[error("the answer of the token call holds no token")]
    NoToken,
    /// A token with characters that a header cannot carry.
    #[error("the token holds characters that a header cannot carry")]
    NotForHeader,
    /// Another type of token than the profile's scheme.
    #[error("the token is of another type")]
    OtherType,
    /// The token is over already.
    #[error("the token has no time to live")]
    Expired,
}

/// A token and how long it lives, where that is said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TokenAnswer {
    pub(crate) token: Secret,
    pub(crate) life: Option<Duration>,
}

/// Reads the answer: names without case, a bare string, numbers in strings.
pub(crate) fn read_token(body: &[u8], wire: &TokenWire) -> Result<TokenAnswer, TokenAnswerError> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let (token, life) = match serde_json::from_slice(body) {
        Ok(Value::String(token)) => (Secret::new(token), None),
        Ok(Value::Object(mut object)) => {
            let token = match take(&mut object, &wire.answer_token) {
                Some(Value::String(token)) => Secret::new(token),
                _ => return Err(TokenAnswerError::NoToken),
            };
            // A type that is no text says nothing.
            if let Some(Value::String(kind)) = take(&mut object, &wire.answer_type) {
                if !kind.is_empty() && !kind.trim().eq_ignore_ascii_case(&wire.scheme) {
                    return Err(TokenAnswerError::OtherType);
                }
            }
            (token, take(&mut object, &wire.answer_life))
        }
        _ => return Err(TokenAnswerError::NotJson),
    };
    let text = token.expose();
    if text.is_empty() {
        return Err(TokenAnswerError::NoToken);
    }
    if !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(TokenAnswerError::NotForHeader);
    }
    let life = life.and_then(|life| seconds(&life));
    if life == Some(Duration::ZERO) {
        return Err(TokenAnswerError::Expired);
    }
    Ok(TokenAnswer { token, life })
}

/// The first member of these names that says something.
fn take(object: &mut Map<String, Value>, names: &[String]) -> Option<Value> {
    names.iter().find_map(|name| {
        let known = object
            .iter()
            .find(|(known, value)| {
                known.eq_ignore_ascii_case(name) && crate::status::is_used(value)
            })
            .map(|(known, _)| known.clone())?;
        object.remove(&known)
    })
}

/// Whole seconds; what is no number says nothing, what is negative is over.
fn seconds(value: &Value) -> Option<Duration> {
    let seconds = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    if seconds.is_nan() {
        return None;
    }
    // Longer than a day counts as a day anyway.
    Some(Duration::from_secs_f64(seconds.clamp(0.0, 1e9).trunc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<(String, Option<u64>), TokenAnswerError> {
        read_token(body.as_bytes(), &TokenWire::default()).map(|answer| {
            let life = answer.life.map(|life| life.as_secs());
            (answer.token.expose().to_owned(), life)
        })
    }

    #[test]
    fn tokens_come_under_many_names() {
        for body in [
            r#"{"access_token":"t","token_type":"bearer","expires_in":60}"#,
            r#"{"accessToken":"t","expiresIn":"60"}"#,
            r#"{"AccessToken":"t","tokenType":"BEARER","Expires_In":60.9}"#,
            r#"{"accesstoken":"t","expires_in":" 60 "}"#,
            r#"{"access_token":null,"Token":"t","expires_in":60}"#,
        ] {
            assert_eq!(read(body), Ok(("t".into(), Some(60))), "{body}");
        }
        assert_eq!(read("\"t\""), Ok(("t".into(), None)));
        assert_eq!(read("\u{feff}\"t\""), Ok(("t".into(), None)));
        assert_eq!(
            read(r#"{"token":"t","expires_in":"soon","token_type":7}"#),
            Ok(("t".into(), None))
        );
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for (body, error) in [
            ("", TokenAnswerError::NotJson),
            ("<html>", TokenAnswerError::NotJson),
            ("[\"t\"]", TokenAnswerError::NotJson),
            ("{}", TokenAnswerError::NoToken),
            ("\"\"", TokenAnswerError::NoToken),
            (r#"{"access_token":""}"#, TokenAnswerError::NoToken),
            (r#"{"access_token":7}"#, TokenAnswerError::NoToken),
            ("\"a b\"", TokenAnswerError::NotForHeader),
            (r#""a\r\nX: y""#, TokenAnswerError::NotForHeader),
            ("\"ø\"", TokenAnswerError::NotForHeader),
            (
                r#"{"token":"t","token_type":"mac"}"#,
                TokenAnswerError::OtherType,
            ),
            (r#"{"token":"t","expires_in":0}"#, TokenAnswerError::Expired),
            (
                r#"{"token":"t","expires_in":-9}"#,
                TokenAnswerError::Expired,
            ),
        ] {
            assert_eq!(read(body), Err(error), "{body}");
        }
    }
}
