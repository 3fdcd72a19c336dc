//! What a client has to show HelseID.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use url::form_urlencoded::Serializer;

use super::assertion::{Assertion, AssertionType, Details, LONGEST_LIFE};
use super::dpop::{DpopKey, Proof};
use super::jwt::SignError;
use super::key::PrivateKey;
use crate::clock::WallMicros;
use crate::request::{Action, Method, Request, Service};

/// Half of the longest life: a clock that is ahead of HelseID's, or behind it, may be so by almost 30
/// seconds as far as the end of an assertion is concerned.
const DEFAULT_LIFE: u8 = 30;

/// A client of HelseID: id, key, scopes, and how it proves itself. Cheap to clone; does not print.
#[derive(Clone)]
pub struct Credentials {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    client_id: Box<str>,
    key: PrivateKey,
    scope: Box<str>,
    dpop: Option<DpopKey>,
    details: Option<Details>,
    kind: AssertionType,
    life: u8,
}

impl Credentials {
    /// A client with the key that is registered for it. The scopes are those of
    /// [`Request::scope`]; those that the client does not have are refused by HelseID.
    ///
    /// Its tokens are bearer tokens, as VKP takes them, unless it gets a [DPoP
    /// key](Self::with_dpop).
    #[must_use]
    pub fn new<'a>(
        client_id: &str,
        key: PrivateKey,
        scopes: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let scopes: Vec<&str> = scopes.into_iter().collect();
        Self {
            inner: Arc::new(Inner {
                client_id: client_id.into(),
                key,
                scope: scopes.join(" ").into(),
                dpop: None,
                details: None,
                kind: AssertionType::default(),
                life: DEFAULT_LIFE,
            }),
        }
    }

    fn edit(mut self, edit: impl FnOnce(&mut Inner)) -> Self {
        edit(Arc::make_mut(&mut self.inner));
        self
    }

    /// The same with tokens that are bound to this key, as JFT and PIT want them.
    #[must_use]
    pub fn with_dpop(self, key: DpopKey) -> Self {
        self.edit(|inner| inner.dpop = Some(key))
    }

    /// The same on behalf of an organisation, for a multi-tenant client.
    #[must_use]
    pub fn with_details(self, details: Details) -> Self {
        self.edit(|inner| inner.details = Some(details))
    }

    /// The same with another `typ` in its assertions.
    #[must_use]
    pub fn with_assertion_type(self, kind: AssertionType) -> Self {
        self.edit(|inner| inner.kind = kind)
    }

    /// The same with assertions of another life: 1 to 60 seconds, 30 by default. HelseID takes an end at
    /// most 60 seconds ahead of its own clock (FHIR reference 10), so what is left of them is what the
    /// clock of this machine may be ahead.
    #[must_use]
    pub fn with_assertion_life(self, life: Duration) -> Self {
        let seconds = u8::try_from(life.as_secs());
        let life = seconds.unwrap_or(LONGEST_LIFE).clamp(1, LONGEST_LIFE);
        self.edit(|inner| inner.life = life)
    }

    /// The key of the proofs, if there is one.
    #[must_use]
    pub fn dpop(&self) -> Option<&DpopKey> {
        self.inner.dpop.as_ref()
    }

    /// The scopes, separated by spaces.
    #[must_use]
    pub fn scope(&self) -> &str {
        &self.inner.scope
    }

    /// The request for a token: `grant_type=client_credentials` with a fresh assertion, and with a
    /// fresh proof if there is a key for it (FHIR reference 10). `audience` is the issuer.
    /// The two ids must not have been used before.
    ///
    /// # Errors
    ///
    /// [`SignError`] when a key cannot sign.
    pub fn token_request(
        &self,
        token_endpoint: &str,
        audience: &str,
        now: WallMicros,
        nonce: Option<&str>,
        (assertion_id, proof_id): (&str, &str),
    ) -> Result<Request, SignError> {
        let inner = &*self.inner;
        let assertion = Assertion {
            client_id: &inner.client_id,
            audience,
            kind: inner.kind,
            details: inner.details.as_ref(),
            life: inner.life,
        };
        let assertion = assertion.sign(&inner.key, now, assertion_id)?;
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials")
            .append_pair("client_id", &inner.client_id)
            .append_pair("scope", &inner.scope)
            .append_pair(
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            )
            .append_pair("client_assertion", assertion.expose());
        let url = token_endpoint.to_owned();
        let mut request = Request::form(Service::HelseId, Action::Token, url, form.finish());
        if let Some(key) = &inner.dpop {
            let mut proof = Proof::new(Method::Post, token_endpoint);
            if let Some(nonce) = nonce {
                proof = proof.with_nonce(nonce);
            }
            request.set_dpop(Some(key.prove(&proof, now, proof_id)?));
        }
        Ok(request)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("scope", &self.inner.scope)
            .field("key", &self.inner.key)
            .field("dpop", &self.inner.dpop)
            .finish_non_exhaustive()
    }
}
