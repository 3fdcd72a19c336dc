//! The server side: questions, and what the answers are worth.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::time::{Duration, Instant};

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::hash::{Exchange, Hex, hexadecimal, keyed};
use super::parameters::{Scheme, put_plain, put_quoted, read};
use super::replay::{NonceId, Replay};
use super::{Algorithm, Secret};
use crate::sip::StatusCode;

/// Settings of a [`Challenger`].
#[derive(Clone)]
#[non_exhaustive]
pub struct ChallengerConfig {
    /// The realm of the accounts: what users are told, and part of every hashed secret.
    pub realm: String,
    /// The key of the nonces: 32 random bytes, fresh for each start of the process, secret.
    pub key: [u8; 32],
    /// What is offered, one header each, in this order. SHA-256 and then MD5 by default (RFC 8760
    /// 2.6). Put MD5 first, or alone, for units that read the first challenge only or keep only
    /// the algorithms that the hashed secrets are of.
    pub algorithms: Vec<Algorithm>,
    /// How long a nonce is good. 5 min by default.
    pub nonce_life: Duration,
    /// Nonces in use whose counts are remembered. 65,536 by default, about 60 bytes each. Beyond
    /// it the oldest turn stale.
    pub nonces: usize,
    /// Refuse answers without `qop`. Off by default: then such an answer is taken once for each
    /// nonce.
    pub require_count: bool,
    /// Refuse answers for another URI than that of the request. Off by default: RFC 3261 22.4
    /// knows good reasons for a difference, and [`Identity::other_uri`] tells.
    pub require_same_uri: bool,
}

impl ChallengerConfig {
    /// The defaults.
    #[must_use]
    pub fn new(realm: impl Into<String>, key: [u8; 32]) -> Self {
        ChallengerConfig {
            realm: realm.into(),
            key,
            algorithms: vec![Algorithm::Sha256, Algorithm::Md5],
            nonce_life: Duration::from_secs(300),
            nonces: 65_536,
            require_count: false,
            require_same_uri: false,
        }
    }
}

impl fmt::Debug for ChallengerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChallengerConfig")
            .field("realm", &self.realm)
            .field("key", &"(hidden)")
            .field("algorithms", &self.algorithms)
            .field("nonce_life", &self.nonce_life)
            .field("nonces", &self.nonces)
            .field("require_count", &self.require_count)
            .field("require_same_uri", &self.require_same_uri)
            .finish()
    }
}

/// Why there is no challenger with these settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChallengerError {
    /// No algorithm to offer.
    #[error("no algorithm to offer")]
    NoAlgorithm,
    /// A life or capacity of zero.
    #[error("{setting} is zero")]
    Zero {
        /// The field of the settings.
        setting: &'static str,
    },
    /// The realm holds a control character.
    #[error("the realm holds a control character")]
    Realm,
}

/// Where secrets are found.
pub trait Accounts {
    /// The secrets of a user: none if unknown, several while they are rotated (the present and
    /// the next one).
    fn secrets(&self, username: &str) -> &[Secret];

    /// Whether this user may speak for this `cid`. By default a user is one controller and its
    /// name the `cid`; say otherwise for a gateway that carries the messages of many.
    fn may_speak_for(&self, username: &str, controller_id: &str) -> bool {
        username == controller_id
    }
}

/// A user with its secrets and its rights; a map of these is [`Accounts`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// Its secrets; several while they are rotated.
    pub secrets: Vec<Secret>,
    /// Whether it may speak for every `cid` and not only for that of its own name: a gateway.
    pub any_controller: bool,
}

impl Account {
    /// A controller: it speaks for the `cid` that is its name.
    #[must_use]
    pub fn controller(secrets: Vec<Secret>) -> Self {
        Account {
            secrets,
            any_controller: false,
        }
    }

    /// A gateway: it speaks for every `cid`.
    #[must_use]
    pub fn gateway(secrets: Vec<Secret>) -> Self {
        Account {
            secrets,
            any_controller: true,
        }
    }
}

impl<S: std::hash::BuildHasher> Accounts for HashMap<String, Account, S> {
    fn secrets(&self, username: &str) -> &[Secret] {
        self.get(username).map_or(&[], |account| &account.secrets)
    }

    fn may_speak_for(&self, username: &str, controller_id: &str) -> bool {
        let any = self
            .get(username)
            .is_some_and(|account| account.any_controller);
        any || username == controller_id
    }
}

impl<S: std::hash::BuildHasher> Accounts for HashMap<String, Vec<Secret>, S> {
    fn secrets(&self, username: &str) -> &[Secret] {
        self.get(username).map_or(&[], Vec::as_slice)
    }
}

impl Accounts for BTreeMap<String, Vec<Secret>> {
    fn secrets(&self, username: &str) -> &[Secret] {
        self.get(username).map_or(&[], Vec::as_slice)
    }
}

/// Who a request is from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// The username.
    pub username: String,
    /// Which of the user's secrets was right, from 0: tells when a rotation is through.
    pub secret: usize,
    /// The algorithm of the answer.
    pub algorithm: Algorithm,
    /// The answer was made for another URI than that of the request (RFC 3261 22.4).
    pub other_uri: bool,
}

/// Why an answer is refused for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CredentialsFault {
    /// The header cannot be read, or lacks a part.
    Malformed,
    /// The user is unknown or the secret wrong; which of the two is not told.
    Credentials,
    /// An algorithm that was not offered.
    Algorithm,
    /// No nonce count although the settings want it.
    NoCount,
    /// Another URI than that of the request although the settings want the same.
    OtherUri,
}

impl CredentialsFault {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            CredentialsFault::Malformed => "malformed",
            CredentialsFault::Credentials => "credentials",
            CredentialsFault::Algorithm => "algorithm",
            CredentialsFault::NoCount => "no-count",
            CredentialsFault::OtherUri => "other-uri",
        }
    }
}

/// What a request is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// It is from this user.
    Accepted(Identity),
    /// Answer 401 with [`Challenger::challenge`].
    Challenge {
        /// The secret was right, the nonce too old or used before: the client answers again
        /// without asking anybody.
        stale: bool,
    },
    /// Answer with [`Verdict::status`].
    Refused(CredentialsFault),
}

impl Verdict {
    /// The status to answer with: 401 for a challenge, 403 for wrong credentials (SCAIP reference
    /// 5.7), 400 for what cannot be read. `None` when accepted. A proxy says 407 instead of 401.
    #[must_use]
    pub const fn status(&self) -> Option<StatusCode> {
        match self {
            Verdict::Accepted(_) => None,
            Verdict::Challenge { .. } => Some(StatusCode::UNAUTHORIZED),
            Verdict::Refused(CredentialsFault::Malformed) => Some(StatusCode::BAD_REQUEST),
            Verdict::Refused(_) => Some(StatusCode::FORBIDDEN),
        }
    }
}

/// Asks for digest credentials and checks the answers, for one realm.
///
/// Nonces carry their time and a keyed check, so that asking costs no memory; what is kept is the
/// counts of nonces whose answers were right, and that is bounded.
pub struct Challenger {
    config: ChallengerConfig,
    /// When it began, from which nonces count: at the latest with the first request.
    since: Option<Instant>,
    last_serial: u32,
    replay: Replay,
    /// Compared against when a user is unknown, so that the answer takes as long.
    nobody: [Secret; 1],
}

impl fmt::Debug for Challenger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Challenger")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// How old a nonce is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Age {
    Good(NonceId),
    Old,
}

impl Challenger {
    /// A challenger with these settings, from `now` on.
    ///
    /// # Errors
    ///
    /// [`ChallengerError`] if nothing could be asked or accepted.
    pub fn new(config: ChallengerConfig, now: Instant) -> Result<Self, ChallengerError> {
        let mut challenger = Challenger::unstarted(config)?;
        challenger.since = Some(now);
        Ok(challenger)
    }

    /// The same from the first request on.
    pub(crate) fn unstarted(config: ChallengerConfig) -> Result<Self, ChallengerError> {
        if config.algorithms.is_empty() {
            return Err(ChallengerError::NoAlgorithm);
        }
        for (setting, zero) in [
            ("nonce_life", config.nonce_life.is_zero()),
            ("nonces", config.nonces == 0),
        ] {
            if zero {
                return Err(ChallengerError::Zero { setting });
            }
        }
        if config.realm.chars().any(char::is_control) {
            return Err(ChallengerError::Realm);
        }
        Ok(Challenger {
            since: None,
            last_serial: 0,
            replay: Replay::new(config.nonces),
            nobody: [Secret::password(keyed(&config.key, &[b"nobody"]))],
            config,
        })
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> &ChallengerConfig {
        &self.config
    }

    /// Values for `WWW-Authenticate` (or `Proxy-Authenticate` with a 407), one header each, in the
    /// order of [`ChallengerConfig::algorithms`].
    #[must_use]
    pub fn challenge(&mut self, now: Instant, stale: bool) -> Vec<String> {
        self.last_serial = self.last_serial.wrapping_add(1);
        let id = NonceId {
            made: self.age(now),
            serial: self.last_serial,
        };
        let nonce = self.nonce(id);
        let value = |algorithm: &Algorithm| {
            let mut out = String::with_capacity(200);
            out.push_str("Digest ");
            put_quoted(&mut out, "realm", &self.config.realm);
            put_quoted(&mut out, "nonce", &nonce);
            put_plain(&mut out, "algorithm", algorithm.as_str());
            put_quoted(&mut out, "qop", "auth");
            if stale {
                put_plain(&mut out, "stale", "true");
            }
            out
        };
        self.config.algorithms.iter().map(value).collect()
    }

    /// Judges one request by its `Authorization` (or `Proxy-Authorization`) value. Give every
    /// request once: a retransmission is answered below this. Of several such headers give each
    /// in turn until one is not [`Verdict::Challenge`].
    pub fn verify(
        &mut self,
        now: Instant,
        method: &str,
        request_uri: &[u8],
        authorization: Option<&[u8]>,
        accounts: &(impl Accounts + ?Sized),
    ) -> Verdict {
        let Some(value) = authorization else {
            return Verdict::Challenge { stale: false };
        };
        let Ok(schemes) = read(value) else {
            return Verdict::Refused(CredentialsFault::Malformed);
        };
        match &schemes[..] {
            [scheme] if scheme.is_digest() && !scheme.is_ambiguous() => {
                self.judge(now, method, request_uri, scheme, accounts)
            }
            // Another scheme; its credentials may look like a second one.
            [first, ..] if !first.is_digest() => Verdict::Challenge { stale: false },
            _ => Verdict::Refused(CredentialsFault::Malformed),
        }
    }

    fn judge(
        &mut self,
        now: Instant,
        method: &str,
        request_uri: &[u8],
        answer: &Scheme<'_>,
        accounts: &(impl Accounts + ?Sized),
    ) -> Verdict {
        let (Some(username), Some(realm), Some(nonce), Some(uri), Some(response)) = (
            answer.get("username"),
            answer.get("realm"),
            answer.get("nonce"),
            answer.get("uri"),
            answer.get("response"),
        ) else {
            return Verdict::Refused(CredentialsFault::Malformed);
        };
        if realm != self.config.realm {
            return Verdict::Challenge { stale: false };
        }
        let algorithm = match answer.get("algorithm") {
            None => Some(Algorithm::Md5),
            Some(name) => Algorithm::from_name(name),
        };
        let Some(algorithm) = algorithm.filter(|one| self.config.algorithms.contains(one)) else {
            return Verdict::Refused(CredentialsFault::Algorithm);
        };
        let client_nonce = answer.get("cnonce");
        let protection = match (answer.get("qop"), answer.get("nc"), client_nonce) {
            (None, _, _) => None,
            (Some(quality), Some(count), Some(client_nonce))
                if quality.eq_ignore_ascii_case("auth") =>
            {
                Some((count, client_nonce))
            }
            _ => return Verdict::Refused(CredentialsFault::Malformed),
        };
        let count = match protection {
            None if self.config.require_count => {
                return Verdict::Refused(CredentialsFault::NoCount);
            }
            // Without a count each nonce is good for one request.
            None => 1,
            Some((digits, _)) => match read_count(digits) {
                Some(count) => count,
                None => return Verdict::Refused(CredentialsFault::Malformed),
            },
        };
        let exchange = Exchange {
            algorithm,
            nonce,
            protection,
            client_nonce: client_nonce.unwrap_or_default(),
            method,
            uri,
        };
        let Some(secret) = self.right_secret(&exchange, username, response, accounts) else {
            return Verdict::Refused(CredentialsFault::Credentials);
        };
        let other_uri = uri.as_bytes() != request_uri;
        if other_uri && self.config.require_same_uri {
            return Verdict::Refused(CredentialsFault::OtherUri);
        }
        let fresh = match self.age_of(now, nonce) {
            Age::Good(id) => self.replay.take(id, count),
            Age::Old => false,
        };
        if !fresh {
            return Verdict::Challenge { stale: true };
        }
        Verdict::Accepted(Identity {
            username: username.to_owned(),
            secret,
            algorithm,
            other_uri,
        })
    }

    /// Which secret gives this response, in a time that does not depend on how wrong it is.
    fn right_secret(
        &self,
        exchange: &Exchange<'_>,
        username: &str,
        response: &str,
        accounts: &(impl Accounts + ?Sized),
    ) -> Option<usize> {
        let known = accounts.secrets(username);
        let secrets = if known.is_empty() {
            &self.nobody
        } else {
            known
        };
        let given = response.to_ascii_lowercase();
        let mut right = None;
        for (index, secret) in secrets.iter().enumerate() {
            let hashed: Option<Zeroizing<Vec<u8>>> =
                secret.hashed(exchange.algorithm, username, &self.config.realm);
            let expected: Option<Hex> = hashed.map(|hashed| exchange.response(&hashed));
            let equal = expected
                .is_some_and(|expected| bool::from(expected.bytes().ct_eq(given.as_bytes())));
            if equal && right.is_none() {
                right = Some(index);
            }
        }
        right.filter(|_| !known.is_empty())
    }

    /// Milliseconds since the challenger was made.
    fn age(&mut self, now: Instant) -> u64 {
        let since = now.saturating_duration_since(*self.since.get_or_insert(now));
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    fn nonce(&self, id: NonceId) -> String {
        let mut bytes = [0; 28];
        bytes[..8].copy_from_slice(&id.made.to_be_bytes());
        bytes[8..12].copy_from_slice(&id.serial.to_be_bytes());
        let check = keyed(&self.config.key, &[b"nonce", &bytes[..12]]);
        bytes[12..].copy_from_slice(&check);
        hexadecimal(&bytes)
    }

    /// Reads a nonce of ours. One that is not, of an earlier start say, counts as old.
    fn age_of(&mut self, now: Instant, nonce: &str) -> Age {
        let number = |from: usize, to: usize| {
            nonce
                .get(from..to)
                .and_then(|digits| u64::from_str_radix(digits, 16).ok())
        };
        let (Some(made), Some(serial)) = (number(0, 16), number(16, 24)) else {
            return Age::Old;
        };
        let Ok(serial) = u32::try_from(serial) else {
            return Age::Old;
        };
        let id = NonceId { made, serial };
        if !bool::from(self.nonce(id).as_bytes().ct_eq(nonce.as_bytes())) {
            return Age::Old;
        }
        let life = u64::try_from(self.config.nonce_life.as_millis()).unwrap_or(u64::MAX);
        let oldest = self.age(now).saturating_sub(life);
        self.replay.forget_before(oldest);
        if made < oldest {
            Age::Old
        } else {
            Age::Good(id)
        }
    }
}

/// `nc`: eight hexadecimal digits; fewer are met.
fn read_count(digits: &str) -> Option<u32> {
    let good = (1..=8).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    good.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}
