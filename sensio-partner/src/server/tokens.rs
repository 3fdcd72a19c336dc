//! The tokens that are valid.

use core::fmt;
use core::fmt::Write as _;
use core::time::Duration;
use std::collections::{HashMap, VecDeque};

use sha2::{Digest as _, Sha256};

use super::client::ClientId;
use crate::secret::Secret;
use crate::time::Time;

/// Issues tokens and knows them again. Only their digests are kept, so neither a copy of the memory nor
/// the time of a look-up tells a token. Bounded: each client has a number of tokens, the oldest gives way.
pub struct Tokens {
    seed: [u8; 32],
    issued: u64,
    life: Duration,
    per_client: usize,
    known: HashMap<[u8; 32], Issued>,
    of_client: HashMap<ClientId, VecDeque<[u8; 32]>>,
}

struct Issued {
    client: ClientId,
    until: Time,
}

impl Tokens {
    /// No token yet. `seed` is 32 random bytes, fresh for each start of the process, secret.
    #[must_use]
    pub fn new(seed: [u8; 32], life: Duration, per_client: usize) -> Self {
        Self {
            seed,
            issued: 0,
            life,
            per_client: per_client.max(1),
            known: HashMap::new(),
            of_client: HashMap::new(),
        }
    }

    /// A new token of 64 hexadecimal digits. Those that the client has stay valid.
    pub fn issue(&mut self, now: Time, client: &ClientId) -> Secret {
        let of_client = self.of_client.entry(client.clone()).or_default();
        while let Some(oldest) = of_client.front() {
            let expired = self
                .known
                .get(oldest)
                .is_none_or(|token| token.until <= now);
            if !expired && of_client.len() < self.per_client {
                break;
            }
            self.known.remove(oldest);
            of_client.pop_front();
        }
        self.issued += 1;
        let random = Sha256::new()
            .chain_update(self.seed)
            .chain_update(self.issued.to_le_bytes())
            .chain_update(b"access token")
            .finalize();
        let mut text = String::with_capacity(64);
        for byte in random {
            // Writing into a string cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        let digest = Sha256::digest(&text).into();
        of_client.push_back(digest);
        self.known.insert(
            digest,
            Issued {
                client: client.clone(),
                until: now + self.life,
            },
        );
        Secret::new(text)
    }

    /// Whose token this is; `None` when it is unknown or too old.
    #[must_use]
    pub fn check(&self, now: Time, token: &[u8]) -> Option<&ClientId> {
        let digest: [u8; 32] = Sha256::digest(token).into();
        self.known
            .get(&digest)
            .filter(|token| now < token.until)
            .map(|token| &token.client)
    }

    /// Forgets every token.
    pub fn revoke_all(&mut self) {
        self.known.clear();
        self.of_client.clear();
    }

    /// Tokens that are kept, expired ones among them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether none is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tokens({}, hidden)", self.known.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::Client;

    fn client(id: &str) -> ClientId {
        Client::new(id, &[Secret::new("secret")]).expect("fit").id
    }

    #[test]
    fn several_tokens_are_valid_until_they_are_a_day_old() {
        let day = Duration::from_secs(86_400);
        let mut tokens = Tokens::new([1; 32], day, 8);
        let one = client("one");
        let first = tokens.issue(Time::ZERO, &one);
        let noon = Time::from(day / 2);
        let second = tokens.issue(noon, &one);
        assert_ne!(first, second);
        for token in [&first, &second] {
            assert_eq!(tokens.check(noon, token.expose().as_bytes()), Some(&one));
        }
        assert_eq!(
            tokens.check(Time::from(day), first.expose().as_bytes()),
            None
        );
        assert!(
            tokens
                .check(Time::from(day), second.expose().as_bytes())
                .is_some()
        );
        assert_eq!(tokens.check(noon, b""), None);
        tokens.issue(Time::from(day), &one);
        assert_eq!(tokens.len(), 2, "the expired one is forgotten");
    }

    #[test]
    fn one_client_cannot_push_out_the_tokens_of_another() {
        let mut tokens = Tokens::new([1; 32], Duration::from_secs(60), 3);
        let (quiet, busy) = (client("quiet"), client("busy"));
        let kept = tokens.issue(Time::ZERO, &quiet);
        for _ in 0..100 {
            tokens.issue(Time::ZERO, &busy);
        }
        assert_eq!(tokens.len(), 4);
        assert!(tokens.check(Time::ZERO, kept.expose().as_bytes()).is_some());
        assert!(!format!("{tokens:?}{kept:?}").contains(kept.expose()));
    }
}
