//! The token call (Partner API reference 3).

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::json;

use super::authorization::{Authorization, authorization, single};
use super::client::{Client, ClientId};
use super::config::Config;
use super::problem::{Refusal, answer, problem, with_retry_after};
use super::token_request::{Claim, OAuthError, read};
use super::tokens::Tokens;
use crate::refusal_limit::Refusals;
use crate::secret::Secret;
use crate::time::Time;
use crate::webhook::Verifier;

/// Gives tokens and knows them again.
pub(super) struct TokenDesk {
    clients: Vec<Client>,
    /// Compared with when the client is unknown, so that its absence takes no less time.
    nobody: Option<Verifier>,
    held: Mutex<Held>,
}

struct Held {
    tokens: Tokens,
    refusals: Refusals,
}

impl TokenDesk {
    pub(super) fn new(config: &mut Config) -> Self {
        let seed = config.seed;
        let tokens = Tokens::new(seed, config.token_life, config.tokens_per_client);
        let nobody: String = seed.iter().map(|byte| char::from(byte & 0x7F)).collect();
        Self {
            clients: std::mem::take(&mut config.clients),
            nobody: Verifier::with_any_text(&[Secret::new(nobody)]).ok(),
            held: Mutex::new(Held {
                tokens,
                refusals: Refusals::new(config.refusal_limit),
            }),
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whose token this is.
    pub(super) fn client(&self, now: Time, token: &[u8]) -> Option<ClientId> {
        self.held().tokens.check(now, token).cloned()
    }

    pub(super) fn forget_all(&self) {
        self.held().tokens.revoke_all();
    }

    /// 429 for a source that was refused too often.
    pub(super) fn check(&self, now: Time, source: Option<IpAddr>) -> Result<(), Refusal> {
        self.held()
            .refusals
            .check(now, source)
            .map_err(|wait| with_retry_after(problem(429, "too many refused token calls"), wait))
    }

    /// Answers the call.
    pub(super) fn call(
        &self,
        now: Time,
        source: Option<IpAddr>,
        headers: &HeaderMap,
        body: &[u8],
        config: &Config,
    ) -> Response {
        let (basic, usable) = match authorization(headers) {
            Authorization::Missing => (None, true),
            Authorization::Once(value) => (Some(value), true),
            Authorization::Repeated => (None, false),
        };
        let claim = match single(headers, &header::CONTENT_TYPE) {
            Ok(content_type) if usable => read(content_type, basic, body, config.mode),
            _ => Err(OAuthError::InvalidRequest),
        };
        let client = claim.and_then(|claim| {
            let known = self.known(&claim);
            known.ok_or(OAuthError::InvalidClient)
        });
        let mut held = self.held();
        match client {
            Ok(client) => {
                let token = held.tokens.issue(now, &client.id);
                granted(&token, config)
            }
            Err(error) => {
                if error == OAuthError::InvalidClient {
                    held.refusals.refused(now, source);
                }
                refused(error, basic.is_some())
            }
        }
    }

    fn known(&self, claim: &Claim) -> Option<&Client> {
        let client = self
            .clients
            .iter()
            .find(|known| known.id.as_str() == *claim.id);
        let verifier = client
            .map(|known| &known.secrets)
            .or(self.nobody.as_ref())?;
        let mut accepted = false;
        for secret in &claim.secrets {
            accepted |= verifier.accepts(secret.as_bytes());
        }
        client.filter(|_| accepted)
    }
}

fn granted(token: &Secret, config: &Config) -> Response {
    let body = json!({
        "access_token": token.expose(),
        "token_type": "bearer",
        "expires_in": config.token_life.as_secs(),
    });
    uncached(answer(StatusCode::OK, "application/json", body.to_string()))
}

/// 401 to whoever used the header, 400 otherwise (RFC 6749 5.2).
fn refused(error: OAuthError, basic: bool) -> Response {
    let challenge = error == OAuthError::InvalidClient && basic;
    let status = match challenge {
        true => StatusCode::UNAUTHORIZED,
        false => StatusCode::BAD_REQUEST,
    };
    let body = json!({ "error": error.code() }).to_string();
    let mut response = uncached(answer(status, "application/json", body));
    if challenge {
        response.headers_mut().insert(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Basic realm=\"partner\", charset=\"UTF-8\""),
        );
    }
    response
}

fn uncached(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
