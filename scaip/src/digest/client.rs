//! The answers of a client to one challenge.

use super::hash::Exchange;
use super::parameters::{put_plain, put_quoted};
use super::{Challenge, Credentials, QualityOfProtection};

/// A challenge under answer: counts how often its nonce was used (RFC 7616 3.4, `nc`).
///
/// Keep it for the next requests to the same server: they go through at once until the server
/// calls the nonce stale.
#[derive(Debug, Clone)]
pub struct Session {
    challenge: Challenge,
    client_nonce: String,
    count: u32,
}

impl Session {
    /// Answers to this challenge. `client_nonce` is text that nobody can foretell, new for each
    /// session.
    #[must_use]
    pub fn new(challenge: Challenge, client_nonce: impl Into<String>) -> Self {
        Session {
            challenge,
            client_nonce: client_nonce.into(),
            count: 0,
        }
    }

    /// The challenge.
    #[must_use]
    pub fn challenge(&self) -> &Challenge {
        &self.challenge
    }

    /// How many answers were made.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The value of `Authorization` (after a 401) or `Proxy-Authorization` (after a 407) for one
    /// request. `uri` is the Request-URI as written in that request.
    ///
    /// `None` if the secret is a hash of another algorithm, or the nonce was used 2^32 - 1 times.
    #[must_use]
    pub fn answer(&mut self, credentials: &Credentials, method: &str, uri: &str) -> Option<String> {
        let challenge = &self.challenge;
        let username = &credentials.username;
        let secret = credentials
            .secret
            .hashed(challenge.algorithm, username, &challenge.realm)?;
        self.count = self.count.checked_add(1)?;
        let count = format!("{:08x}", self.count);
        let with_count = challenge.protection == QualityOfProtection::Auth;
        let response = Exchange {
            algorithm: challenge.algorithm,
            nonce: &challenge.nonce,
            protection: with_count.then_some((&*count, &*self.client_nonce)),
            client_nonce: &self.client_nonce,
            method,
            uri,
        }
        .response(&secret);
        let mut out = String::with_capacity(320);
        out.push_str("Digest ");
        put_quoted(&mut out, "username", username);
        put_quoted(&mut out, "realm", &challenge.realm);
        put_quoted(&mut out, "nonce", &challenge.nonce);
        put_quoted(&mut out, "uri", uri);
        put_quoted(&mut out, "response", response.as_str());
        put_plain(&mut out, "algorithm", challenge.algorithm.as_str());
        if with_count {
            put_plain(&mut out, "qop", "auth");
            put_plain(&mut out, "nc", &count);
        }
        if with_count || challenge.algorithm.is_session() {
            put_quoted(&mut out, "cnonce", &self.client_nonce);
        }
        if let Some(opaque) = &challenge.opaque {
            put_quoted(&mut out, "opaque", opaque);
        }
        Some(out)
    }
}
