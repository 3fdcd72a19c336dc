//! What a token call asks for (Partner API reference 3, RFC 6749 2.3.1 and 4.4).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode;
use serde_json::Value;
use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::json::decode_status;
use crate::media_type::MediaType;
use crate::options::{DecodeOptions, Limits, Mode};
use crate::wire::{CLIENT_ID, CLIENT_SECRET};

/// Bytes of a token call's body.
pub(super) const BODY_LIMIT: usize = 16 * 1024;

/// Who claims to be who.
pub(super) struct Claim {
    pub(super) id: Zeroizing<String>,
    /// The secret, in each reading that is possible: one, or two for HTTP Basic.
    pub(super) secrets: Vec<Zeroizing<String>>,
}

/// An error code of RFC 6749 5.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OAuthError {
    InvalidRequest,
    InvalidClient,
    UnsupportedGrantType,
}

impl OAuthError {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
        }
    }
}

/// The parameters, their names in lower case.
struct Parameters(Vec<(String, Zeroizing<String>)>);

impl Parameters {
    /// A parameter; an empty one counts as left out (RFC 6749 3.1).
    fn take(&mut self, name: &str) -> Option<Zeroizing<String>> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.swap_remove(at).1).filter(|value| !value.is_empty())
    }
}

/// Reads the call. `basic` is the value of an `Authorization` header.
pub(super) fn read(
    content_type: Option<&[u8]>,
    basic: Option<&[u8]>,
    body: &[u8],
    mode: Mode,
) -> Result<Claim, OAuthError> {
    let mut parameters = parameters(content_type, body, mode)?;
    let grant = parameters.take("grant_type");
    let (id, secret) = match grant.as_ref().map(|grant| grant.as_str()) {
        Some("client_credentials") => (CLIENT_ID, CLIENT_SECRET),
        Some("password") => ("username", "password"),
        Some(_) => return Err(OAuthError::UnsupportedGrantType),
        None if mode == Mode::Lenient => (CLIENT_ID, CLIENT_SECRET),
        None => return Err(OAuthError::InvalidRequest),
    };
    let (id, secret) = (parameters.take(id), parameters.take(secret));
    match (basic, id, secret) {
        (Some(basic), None, None) => from_basic(basic).ok_or(OAuthError::InvalidClient),
        // One way only (RFC 6749 2.3); a client id beside Basic is common.
        (Some(basic), id, secret) => {
            if secret.is_some() && mode == Mode::Strict {
                return Err(OAuthError::InvalidRequest);
            }
            let claim = from_basic(basic).ok_or(OAuthError::InvalidClient)?;
            match id {
                Some(id) if *id != *claim.id => Err(OAuthError::InvalidRequest),
                _ => Ok(claim),
            }
        }
        (None, Some(id), Some(secret)) => Ok(Claim {
            id,
            secrets: vec![secret],
        }),
        (None, _, _) => Err(OAuthError::InvalidRequest),
    }
}

fn parameters(
    content_type: Option<&[u8]>,
    body: &[u8],
    mode: Mode,
) -> Result<Parameters, OAuthError> {
    let json = body.trim_ascii_start().starts_with(b"{");
    let json = match content_type.map(MediaType::of) {
        Some(MediaType::Form) => false,
        Some(MediaType::Json) => true,
        Some(MediaType::JsonLike) if mode == Mode::Lenient => true,
        // What it looks like.
        None if mode == Mode::Lenient => json,
        None if body.is_empty() => false,
        _ => return Err(OAuthError::InvalidRequest),
    };
    let mut pairs: Vec<(String, Zeroizing<String>)> = Vec::new();
    if json {
        let limits = Limits {
            body: BODY_LIMIT,
            ..Limits::DEFAULT
        };
        // The body of a status is what this is: an open object of bounded size, no name twice.
        let options = DecodeOptions::lenient().with_limits(limits);
        let object = decode_status(body, &options).map_err(|_| OAuthError::InvalidRequest)?;
        for (name, value) in object.message().members() {
            if let Value::String(text) = value {
                pairs.push((name.to_ascii_lowercase(), Zeroizing::new(text.clone())));
            }
        }
        return Ok(Parameters(pairs));
    }
    for (name, value) in form_urlencoded::parse(body).take(Limits::DEFAULT.members) {
        let name = name.to_ascii_lowercase();
        // A parameter stands once (RFC 6749 3.2).
        if pairs.iter().any(|(known, _)| *known == name) {
            return Err(OAuthError::InvalidRequest);
        }
        pairs.push((name, Zeroizing::new(value.into_owned())));
    }
    Ok(Parameters(pairs))
}

/// Id and secret are form-encoded before they are joined (RFC 6749 2.3.1), but many clients forget that:
/// the secret is kept in both readings.
fn from_basic(value: &[u8]) -> Option<Claim> {
    let pair = credentials(value, b"basic")?;
    let pair = Zeroizing::new(STANDARD.decode(pair).ok()?);
    let colon = pair.iter().position(|&byte| byte == b':')?;
    let (id, secret) = (&pair[..colon], &pair[colon + 1..]);
    let plain = Zeroizing::new(std::str::from_utf8(secret).ok()?.to_owned());
    let mut secrets = vec![plain];
    secrets.extend(form_decoded(secret).filter(|decoded| **decoded != *secrets[0]));
    Some(Claim {
        id: form_decoded(id)?,
        secrets,
    })
}

fn form_decoded(text: &[u8]) -> Option<Zeroizing<String>> {
    let spaced: Zeroizing<Vec<u8>> = text
        .iter()
        .map(|&byte| if byte == b'+' { b' ' } else { byte })
        .collect::<Vec<_>>()
        .into();
    let decoded = percent_decode(&spaced).decode_utf8().ok()?;
    Some(Zeroizing::new(decoded.into_owned()))
}

/// What follows the scheme, which is compared without case (RFC 9110 11.1).
pub(super) fn credentials<'a>(value: &'a [u8], scheme: &[u8]) -> Option<&'a [u8]> {
    let value = value.trim_ascii();
    let space = value.iter().position(|&byte| byte == b' ')?;
    let (found, rest) = value.split_at(space);
    found
        .eq_ignore_ascii_case(scheme)
        .then(|| rest.trim_ascii())
        .filter(|rest| !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: Option<&[u8]> = Some(b"application/x-www-form-urlencoded");
    const JSON: Option<&[u8]> = Some(b"application/json; charset=utf-8");

    fn claim(
        content_type: Option<&[u8]>,
        basic: Option<&str>,
        body: &str,
        mode: Mode,
    ) -> Result<(String, Vec<String>), OAuthError> {
        let basic = basic.map(str::as_bytes);
        let claim = read(content_type, basic, body.as_bytes(), mode)?;
        let secrets = claim.secrets.iter().map(|secret| secret.to_string());
        Ok((claim.id.to_string(), secrets.collect()))
    }

    #[test]
    fn a_claim_comes_as_form_as_json_and_as_basic() {
        let expected = Ok(("id".to_owned(), vec!["s p".to_owned()]));
        for mode in [Mode::Strict, Mode::Lenient] {
            for (content_type, body) in [
                (
                    FORM,
                    "grant_type=client_credentials&client_id=id&client_secret=s+p",
                ),
                (
                    FORM,
                    "grant_type=password&username=id&password=s%20p&scope=",
                ),
                (
                    JSON,
                    r#"{"grant_type":"client_credentials","client_id":"id","client_secret":"s p"}"#,
                ),
            ] {
                assert_eq!(claim(content_type, None, body, mode), expected, "{body}");
            }
        }
        // id:s%20p
        let basic = Some("basic aWQ6cyUyMHA=");
        let body = "grant_type=client_credentials";
        let both = vec!["s%20p".to_owned(), "s p".to_owned()];
        assert_eq!(
            claim(FORM, basic, body, Mode::Strict),
            Ok(("id".to_owned(), both))
        );
        assert!(claim(None, basic, "", Mode::Lenient).is_ok());
    }

    #[test]
    fn unfit_calls_are_told_apart() {
        use OAuthError::{InvalidClient, InvalidRequest, UnsupportedGrantType};
        let grant = "grant_type=client_credentials";
        for (content_type, basic, body, mode, error) in [
            (FORM, None, grant, Mode::Lenient, InvalidRequest),
            (
                FORM,
                None,
                "grant_type=client_credentials&client_id=a&client_id=b&client_secret=c",
                Mode::Lenient,
                InvalidRequest,
            ),
            (JSON, None, "{", Mode::Lenient, InvalidRequest),
            (
                JSON,
                None,
                r#"{"client_id":"a","CLIENT_ID":"b","client_secret":"c"}"#,
                Mode::Lenient,
                InvalidRequest,
            ),
            (
                FORM,
                None,
                "grant_type=refresh_token",
                Mode::Lenient,
                UnsupportedGrantType,
            ),
            (
                FORM,
                None,
                "client_id=a&client_secret=b",
                Mode::Strict,
                InvalidRequest,
            ),
            (FORM, Some("Basic !"), grant, Mode::Lenient, InvalidClient),
            (FORM, Some("Bearer x"), grant, Mode::Lenient, InvalidClient),
            (
                FORM,
                Some("Basic aWQ6cw=="),
                "grant_type=client_credentials&client_id=other",
                Mode::Lenient,
                InvalidRequest,
            ),
            (
                Some(&b"text/plain"[..]),
                None,
                grant,
                Mode::Lenient,
                InvalidRequest,
            ),
        ] {
            assert_eq!(
                claim(content_type, basic, body, mode).err(),
                Some(error),
                "{body}"
            );
        }
    }
}
