//! DPoP: proof of possession of the key that a token is bound to (RFC 9449).

use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::elliptic_curve::rand_core::OsRng;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::jwt::{SignError, sign};
use super::key::{Algorithm, InvalidKey, PrivateKey};
use super::key_material::p256_key;
use crate::clock::WallMicros;
use crate::request::Method;
use crate::secret::Secret;

/// A key that signs proofs. Tokens are bound to it: it lives at least as long as they do.
#[derive(Clone)]
pub struct DpopKey(PrivateKey);

/// A key whose algorithm NHN does not accept for proofs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{0} is not for DPoP: use ES256, ES384 or PS256 to PS512")]
pub struct NotForDpop(pub Algorithm);

impl DpopKey {
    /// A key of one's own, which may be that of the assertion.
    ///
    /// # Errors
    ///
    /// [`NotForDpop`] for RS256.
    pub fn new(key: PrivateKey) -> Result<Self, NotForDpop> {
        if key.algorithm().is_for_dpop() {
            Ok(Self(key))
        } else {
            Err(NotForDpop(key.algorithm()))
        }
    }

    /// A new ES256 key from the system's random numbers: the usual choice, since it needs to be kept
    /// nowhere.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`] when the library cannot write it down, which is not to be expected.
    pub fn generate() -> Result<Self, InvalidKey> {
        let key = p256_key(&p256::SecretKey::random(&mut OsRng), None)?;
        Self::new(key).map_err(|_| InvalidKey::OtherAlgorithm)
    }

    /// The thumbprint of the public key, which the token carries in `cnf.jkt` (RFC 9449 6).
    #[must_use]
    pub fn thumbprint(&self) -> String {
        self.0.thumbprint()
    }

    /// The public key as a JWK.
    #[must_use]
    pub fn public_jwk(&self) -> &str {
        self.0.public_jwk()
    }

    /// Signs a proof for one request. `jti` must not have been used before.
    ///
    /// # Errors
    ///
    /// [`SignError`] when the library cannot sign or the URL is none.
    pub fn prove(
        &self,
        proof: &Proof<'_>,
        now: WallMicros,
        jti: &str,
    ) -> Result<Secret, SignError> {
        let mut url = Url::parse(proof.url).map_err(|_| SignError)?;
        url.set_query(None);
        url.set_fragment(None);
        // Neither a name nor a JWK of ours needs escapes.
        let header = format!(
            "{{\"typ\":\"dpop+jwt\",\"alg\":\"{}\",\"jwk\":{}}}",
            self.0.algorithm(),
            self.0.public_jwk()
        );
        let claims = Claims {
            jti,
            htm: proof.method.as_str(),
            htu: url.as_str(),
            iat: now.unix_seconds(),
            nonce: proof.nonce,
            ath: proof.access_token.map(token_hash),
        };
        sign(&self.0, header.as_bytes(), &claims)
    }
}

impl fmt::Debug for DpopKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DpopKey({}, hidden)", self.0.algorithm())
    }
}

/// What a proof is about. It does not print: it may hold a token.
#[derive(Clone, Copy)]
pub struct Proof<'a> {
    method: Method,
    url: &'a str,
    nonce: Option<&'a str>,
    access_token: Option<&'a str>,
}

impl<'a> Proof<'a> {
    /// A proof for a request; query and fragment of the URL do not count (RFC 9449 4.2).
    #[must_use]
    pub const fn new(method: Method, url: &'a str) -> Self {
        Self {
            method,
            url,
            nonce: None,
            access_token: None,
        }
    }

    /// With the nonce that the server handed out.
    #[must_use]
    pub const fn with_nonce(mut self, nonce: &'a str) -> Self {
        self.nonce = Some(nonce);
        self
    }

    /// With the access token that goes with the request: its hash is signed as `ath`.
    #[must_use]
    pub const fn with_access_token(mut self, token: &'a str) -> Self {
        self.access_token = Some(token);
        self
    }
}

impl fmt::Debug for Proof<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proof({}, hidden)", self.method)
    }
}

/// base64url(SHA-256(token)) (RFC 9449 4.2).
fn token_hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
}

#[derive(Serialize)]
struct Claims<'a> {
    jti: &'a str,
    htm: &'static str,
    htu: &'a str,
    iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ath: Option<String>,
}
