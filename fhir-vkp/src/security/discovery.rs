//! The discovery document of the issuer (OpenID Connect Discovery 1.0, RFC 8414).

use serde::Deserialize;

use super::key::Algorithm;
use crate::request::{Action, BaseAddress, InvalidAddress, Method, Request, Service, checked};

/// What a client needs of the discovery document.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Discovery {
    /// Whom assertions are for.
    pub issuer: String,
    /// Where tokens are asked for.
    pub token_endpoint: String,
    /// The algorithms of proofs; empty when the document names none.
    pub dpop_algorithms: Vec<String>,
    /// The algorithms of assertions; empty when the document names none.
    pub assertion_algorithms: Vec<String>,
}

/// Why a discovery document is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum DiscoveryError {
    /// Not a JSON object with an issuer and a token endpoint.
    #[error("the discovery document cannot be read")]
    NotJson,
    /// Another issuer than the one that was asked (RFC 8414 3.3).
    #[error("the discovery document is of another issuer")]
    OtherIssuer,
    /// A token endpoint that assertions must not be sent to.
    #[error("the token endpoint cannot be used: {0}")]
    TokenEndpoint(InvalidAddress),
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    token_endpoint: String,
    #[serde(default)]
    dpop_signing_alg_values_supported: Option<Vec<String>>,
    #[serde(default)]
    token_endpoint_auth_signing_alg_values_supported: Option<Vec<String>>,
}

impl Discovery {
    /// The request for the document of an issuer.
    #[must_use]
    pub fn request(issuer: &BaseAddress) -> Request {
        let url = issuer.join("/.well-known/openid-configuration");
        Request::new(Service::HelseId, Action::Discover, Method::Get, url)
    }

    /// Reads the document of this issuer.
    ///
    /// # Errors
    ///
    /// [`DiscoveryError`]
    pub fn read(body: &[u8], issuer: &BaseAddress) -> Result<Self, DiscoveryError> {
        let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
        let document: Document =
            serde_json::from_slice(body).map_err(|_| DiscoveryError::NotJson)?;
        if document.issuer.trim_end_matches('/') != issuer.join("") {
            return Err(DiscoveryError::OtherIssuer);
        }
        let endpoint = checked(&document.token_endpoint).map_err(DiscoveryError::TokenEndpoint)?;
        // What is learnt over TLS must not lead into the open, not even on the own machine.
        if endpoint.scheme() == "http" && issuer.origin().starts_with("https:") {
            let why = InvalidAddress::NotHttps;
            return Err(DiscoveryError::TokenEndpoint(why));
        }
        Ok(Self {
            issuer: document.issuer,
            token_endpoint: endpoint.into(),
            dpop_algorithms: document
                .dpop_signing_alg_values_supported
                .unwrap_or_default(),
            assertion_algorithms: document
                .token_endpoint_auth_signing_alg_values_supported
                .unwrap_or_default(),
        })
    }

    /// Whether proofs may be signed like this, as far as the document says.
    #[must_use]
    pub fn takes_proofs(&self, algorithm: Algorithm) -> bool {
        takes(&self.dpop_algorithms, algorithm)
    }

    /// Whether assertions may be signed like this, as far as the document says.
    #[must_use]
    pub fn takes_assertions(&self, algorithm: Algorithm) -> bool {
        takes(&self.assertion_algorithms, algorithm)
    }
}

fn takes(named: &[String], algorithm: Algorithm) -> bool {
    named.is_empty() || named.iter().any(|name| name == algorithm.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Discovery, DiscoveryError> {
        let issuer = BaseAddress::new("https://sts.example.net").expect("an address");
        Discovery::read(json.as_bytes(), &issuer)
    }

    #[test]
    fn issuer_and_token_endpoint_are_checked() {
        let good = r#"{"issuer":"https://sts.example.net","token_endpoint":"https://sts.example.net/connect/token","dpop_signing_alg_values_supported":["ES256"],"x":1}"#;
        let discovery = read(good).expect("a document");
        assert_eq!(
            discovery.token_endpoint,
            "https://sts.example.net/connect/token"
        );
        assert!(discovery.takes_proofs(Algorithm::Es256));
        assert!(!discovery.takes_proofs(Algorithm::Ps256));
        assert!(discovery.takes_assertions(Algorithm::Ps256));
        let replaced = |from, to| read(&good.replacen(from, to, 1)).map(|_| ());
        let other = Err(DiscoveryError::OtherIssuer);
        assert_eq!(replaced("sts.example.net", "evil.example.net"), other);
        for endpoint in [
            "http://sts.example.net/t",
            "http://127.0.0.1/t",
            "sts",
            "ftp://a/t",
        ] {
            let refused = replaced("https://sts.example.net/connect/token", endpoint);
            assert!(
                matches!(refused, Err(DiscoveryError::TokenEndpoint(_))),
                "{endpoint}"
            );
        }
        for json in ["", "[]", "{}", "<html>"] {
            assert_eq!(read(json), Err(DiscoveryError::NotJson), "{json}");
        }
    }
}
