//! What Sensio hands out, and the request made of it.

use core::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::endpoint::Endpoint;
use crate::json::{ObjectWriter, write_string};
use crate::request::{Call, FORM, JSON, Request};
use crate::secret::Secret;
use crate::wire::{BodyEncoding, CLIENT_ID, CLIENT_SECRET, ParameterValue, TokenWire};

/// Named secrets. The [profile](TokenWire) says which of them goes where.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Credentials(Vec<(Box<str>, Secret)>);

/// Why no token request can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// The profile names a credential that is not there or empty.
    #[error("the credential {0:?} is missing or empty")]
    Missing(Box<str>),
    /// The scheme of the profile holds something else than letters and digits.
    #[error("the token scheme of the profile is not a word")]
    Scheme,
}

impl Credentials {
    /// Client credentials, by the names of the default profile.
    #[must_use]
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        Self::default()
            .with(CLIENT_ID, client_id)
            .with(CLIENT_SECRET, client_secret)
    }

    /// The same with one more, in place of an older one of this name.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.retain(|(known, _)| &**known != name);
        self.0.push((name.into(), Secret::new(value)));
        self
    }

    fn get(&self, name: &str) -> Result<&str, CredentialsError> {
        self.0
            .iter()
            .find(|(known, _)| &**known == name)
            .map(|(_, secret)| secret.expose())
            .filter(|value| !value.is_empty())
            .ok_or_else(|| CredentialsError::Missing(name.into()))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({}, hidden)", self.0.len())
    }
}

/// The request for a token, as the profile wants it.
///
/// ```
/// use sensio_partner::{Endpoint, token::{Credentials, token_request}, wire::TokenWire};
///
/// let endpoint = Endpoint::new("https://unity.example.no/partner")?;
/// let credentials = Credentials::new("nordlys-partner", "not-a-real-secret");
/// let request = token_request(&endpoint, &credentials, &TokenWire::default())?;
/// assert_eq!(request.path(), "/partner/api/v1/tokens/oauth/accesstoken");
/// assert_eq!(
///     request.body(),
///     b"grant_type=client_credentials&client_id=nordlys-partner&client_secret=not-a-real-secret"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`CredentialsError`] when a credential is missing, or the scheme is not a word.
pub fn token_request(
    endpoint: &Endpoint,
    credentials: &Credentials,
    wire: &TokenWire,
) -> Result<Request, CredentialsError> {
    if wire.scheme.is_empty() || !wire.scheme.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(CredentialsError::Scheme);
    }
    let mut pairs = Vec::with_capacity(wire.parameters.len());
    for parameter in &wire.parameters {
        let value = match &parameter.value {
            ParameterValue::Value(text) => text.as_str(),
            ParameterValue::Credential(name) => credentials.get(name)?,
        };
        pairs.push((parameter.name.as_str(), value));
    }
    let (content_type, body) = match wire.encoding {
        BodyEncoding::Form => (FORM, form(&pairs)),
        BodyEncoding::Json => (JSON, json(&pairs)),
    };
    let authorization = match &wire.basic {
        Some(basic) => Some(basic_authorization(
            credentials.get(&basic.user)?,
            credentials.get(&basic.password)?,
        )),
        None => None,
    };
    Ok(Request {
        call: Call::Token,
        path: endpoint.token_path().to_owned(),
        content_type: (!body.is_empty()).then_some(content_type),
        authorization,
        body,
    })
}

fn form(pairs: &[(&str, &str)]) -> Vec<u8> {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
        .into_bytes()
}

fn json(pairs: &[(&str, &str)]) -> Vec<u8> {
    let mut body = Vec::new();
    let mut object = ObjectWriter::begin(&mut body);
    for (name, value) in pairs {
        write_string(object.any_member(name), value);
    }
    object.end();
    body
}

/// Both parts are form-encoded first (RFC 6749 2.3.1).
fn basic_authorization(user: &str, password: &str) -> Arc<Secret> {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = Zeroizing::new(format!("{}:{}", encoded(user), encoded(password)));
    Arc::new(Secret::new(format!(
        "Basic {}",
        STANDARD.encode(pair.as_bytes())
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(wire: &TokenWire, credentials: &Credentials) -> Result<Request, CredentialsError> {
        let endpoint = Endpoint::new("https://unity.example.no").expect("valid");
        token_request(&endpoint, credentials, wire)
    }

    #[test]
    fn json_and_basic_by_the_profile() {
        let credentials = Credentials::new("id", "s&=\"ø");
        let json = TokenWire {
            encoding: BodyEncoding::Json,
            ..TokenWire::default()
        };
        let json = request(&json, &credentials).expect("complete");
        assert_eq!(
            core::str::from_utf8(json.body()),
            Ok(r#"{"grant_type":"client_credentials","client_id":"id","client_secret":"s&=\"ø"}"#)
        );
        let basic = request(&TokenWire::basic(), &credentials).expect("complete");
        assert_eq!(basic.body(), b"grant_type=client_credentials");
        let header = basic.headers().last().expect("authorization");
        assert!(header.sensitive);
        let pair = STANDARD
            .decode(&header.value["Basic ".len()..])
            .expect("base64");
        assert_eq!(pair, b"id:s%26%3D%22%C3%B8");
        assert!(!format!("{basic:?}{header:?}{credentials:?}").contains("s%26"));
    }

    #[test]
    fn a_missing_credential_is_named() {
        assert_eq!(
            request(&TokenWire::password(), &Credentials::new("id", "secret")),
            Err(CredentialsError::Missing("username".into()))
        );
        assert_eq!(
            request(&TokenWire::default(), &Credentials::new("id", "")),
            Err(CredentialsError::Missing("client_secret".into()))
        );
    }
}
