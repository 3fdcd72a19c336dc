//! The life of a token as a state machine.

use core::time::Duration;
use std::collections::VecDeque;

use uuid::Uuid;

use super::answer::{AccessToken, TokenAnswerError, TokenType, read_token};
use super::credentials::Credentials;
use super::discovery::{Discovery, DiscoveryError};
use super::nonces::Nonces;
use crate::answer::{Class, Failure, OAuthError, Outcome};
use crate::backoff::{Backoff, Random};
use crate::clock::{Time, WallMicros};
use crate::request::{Action, BaseAddress, Call, Request, Service};

/// Times of the life of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// The life that counts when the answer names none or a longer one: 1 hour.
    pub life: Duration,
    /// How long before the end it is renewed: 1 minute, or a fifth of a short life.
    pub margin: Duration,
    /// How much earlier at random, so that many clients do not renew at once: up to 30 seconds, or a
    /// tenth of a short life.
    pub spread: Duration,
    /// How long an attempt may take: 10 seconds.
    pub attempt: Duration,
    /// The pauses while the endpoint is down: 0.2 to 30 seconds, growing, at random.
    pub backoff: Backoff,
    /// The pause after refused credentials or a wrong address, which somebody has to mend: 5 minutes.
    pub refused: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            life: Duration::from_secs(3_600),
            margin: Duration::from_secs(60),
            spread: Duration::from_secs(30),
            attempt: Duration::from_secs(10),
            backoff: Backoff::default(),
            refused: Duration::from_secs(300),
        }
    }
}

/// Where tokens come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// Read the discovery document of this issuer first.
    Discover(BaseAddress),
    /// Without discovery: this issuer, whose token endpoint is `/connect/token` below it (FHIR reference
    /// 10).
    Issuer(BaseAddress),
}

/// What a call gets that needs a token.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// This token.
    Token(AccessToken),
    /// A token is being fetched: ask again when something happened.
    Wait,
    /// None can be had now.
    Unavailable {
        /// Why.
        problem: Problem,
        /// When the next attempt is made.
        retry_at: Time,
    },
}

/// Why there is no new token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// HelseID refuses the client: its id, its key or its assertion. An operator has to act.
    #[error("the client is refused: check its id, its key and the clock")]
    ClientRefused,
    /// The client does not have a scope that it asks for. An operator has to act.
    #[error("a scope is refused")]
    ScopeRefused,
    /// The proof is refused, such as for its clock or its algorithm. An operator has to act.
    #[error("the DPoP proof is refused: check the clock and the algorithm")]
    ProofRefused,
    /// HelseID asks for a nonce that it was given.
    #[error("HelseID does not take its own nonce")]
    NonceRefused,
    /// 403: the client or its address is not allowed. An operator has to act.
    #[error("the call for a token is not permitted")]
    Forbidden,
    /// The address or the parameters are wrong. An operator has to act.
    #[error("the call for a token is not understood: check the address")]
    Misconfigured,
    /// The key cannot sign. An operator has to act.
    #[error("the key could not sign")]
    Key,
    /// The discovery document is not usable.
    #[error(transparent)]
    Discovery(DiscoveryError),
    /// 2xx without a token.
    #[error(transparent)]
    Unreadable(TokenAnswerError),
    /// The endpoint is down, slow or busy. It is tried again.
    #[error("the token endpoint is not available")]
    EndpointDown,
    /// An API refuses tokens that HelseID gave a moment ago.
    #[error("fresh tokens are refused: check the scopes and the claims of the client")]
    TokensRejected,
}

impl Problem {
    /// Whether somebody has to act; everything else may pass.
    #[must_use]
    pub const fn is_permanent(self) -> bool {
        matches!(
            self,
            Self::ClientRefused
                | Self::ScopeRefused
                | Self::ProofRefused
                | Self::Forbidden
                | Self::Misconfigured
                | Self::Key
        )
    }
}

/// What happened to the token, for operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A new token is there.
    Renewed {
        /// When it ends.
        expires: Time,
    },
    /// An attempt failed.
    Failed {
        /// Why.
        problem: Problem,
        /// When the next one is made.
        retry_at: Time,
        /// Whether calls go on with the old token meanwhile.
        still_valid: bool,
    },
    /// An API refused the token, and it was dropped.
    Dropped,
}

/// One attempt; answers to older ones do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AttemptId(u64);

/// A request to be sent now.
#[derive(Debug)]
#[non_exhaustive]
pub struct Transmit {
    /// To hand back with the answer.
    pub attempt: AttemptId,
    /// The request. Its assertion and proof are used once: it must not be sent again.
    pub request: Request,
    /// Until when the answer counts.
    pub deadline: Time,
}

/// Keeps one client's token.
///
/// Ask [`access`](Self::access) before each call; send what [`poll_transmit`](Self::poll_transmit)
/// gives and hand back what came. The first `access` starts it, after that it renews by itself as
/// long as [`poll_timeout`](Self::poll_timeout) is followed.
#[derive(Debug)]
pub struct Tokens {
    config: Config,
    credentials: Credentials,
    endpoint: Endpoint,
    discovered: Option<Discovery>,
    random: Random,
    cached: Option<Cached>,
    flight: Option<Flight>,
    nonces: Nonces,
    /// The nonce of the last answer is to be used at once.
    nonce_retry: bool,
    attempts: u64,
    generations: u64,
    wanted: bool,
    not_before: Time,
    problem: Option<Problem>,
    failures: u32,
    rejections: u32,
    events: VecDeque<Event>,
}

#[derive(Debug)]
struct Cached {
    token: AccessToken,
    expires: Time,
    renew: Time,
}

#[derive(Debug)]
struct Flight {
    id: AttemptId,
    call: Call,
    url: String,
    nonce_retry: bool,
    sent: Time,
    deadline: Time,
}

/// Events that wait to be polled; older ones give way.
const EVENTS: usize = 16;

impl Tokens {
    /// Starts without a token. The seed is for pauses only; it should differ between clients and starts.
    #[must_use]
    pub fn new(endpoint: Endpoint, credentials: Credentials, config: Config, seed: u64) -> Self {
        Self {
            config,
            credentials,
            endpoint,
            discovered: None,
            random: Random::new(seed),
            cached: None,
            flight: None,
            nonces: Nonces::default(),
            nonce_retry: false,
            attempts: 0,
            generations: 0,
            wanted: false,
            not_before: Time::ZERO,
            problem: None,
            failures: 0,
            rejections: 0,
            events: VecDeque::new(),
        }
    }

    /// What the client shows.
    #[must_use]
    pub const fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The nonces, of HelseID and of the APIs.
    pub fn nonces(&mut self) -> &mut Nonces {
        &mut self.nonces
    }

    fn token_type(&self) -> TokenType {
        match self.credentials.dpop() {
            Some(_) => TokenType::Dpop,
            None => TokenType::Bearer,
        }
    }

    /// The token for a call. While the old one is valid it is given, whatever a renewal is at.
    pub fn access(&mut self, now: Time) -> Access {
        self.wanted = true;
        if let Some(cached) = &self.cached {
            if now < cached.expires {
                return Access::Token(cached.token.clone());
            }
            self.cached = None;
        }
        match self.problem {
            Some(problem) if self.flight.is_none() && now < self.not_before => {
                Access::Unavailable {
                    problem,
                    retry_at: self.not_before,
                }
            }
            _ => Access::Wait,
        }
    }

    /// The request for a token or for the discovery document, if one is due and none is on its way.
    pub fn poll_transmit(&mut self, now: Time, wall: WallMicros) -> Option<Transmit> {
        if self.flight.is_some() || self.due().is_none_or(|due| now < due) {
            return None;
        }
        let Some(request) = self.request(wall) else {
            self.fail(now, Problem::Key, None);
            return None;
        };
        self.attempts += 1;
        let attempt = AttemptId(self.attempts);
        let deadline = now + self.config.attempt;
        self.flight = Some(Flight {
            id: attempt,
            call: request.call(),
            url: request.url().to_owned(),
            nonce_retry: core::mem::take(&mut self.nonce_retry),
            sent: now,
            deadline,
        });
        Some(Transmit {
            attempt,
            request,
            deadline,
        })
    }

    /// `None` when the key cannot sign.
    fn request(&self, wall: WallMicros) -> Option<Request> {
        let (issuer, endpoint) = match (&self.endpoint, &self.discovered) {
            (_, Some(known)) => (known.issuer.clone(), known.token_endpoint.clone()),
            (Endpoint::Discover(issuer), None) => return Some(Discovery::request(issuer)),
            (Endpoint::Issuer(issuer), None) => (issuer.join(""), issuer.join("/connect/token")),
        };
        let nonce = self.nonces.get(&endpoint);
        let ids = [(); 2].map(|()| Uuid::new_v4().to_string());
        let ids = (&*ids[0], &*ids[1]);
        let request = self
            .credentials
            .token_request(&endpoint, &issuer, wall, nonce, ids);
        request.ok()
    }

    fn due(&self) -> Option<Time> {
        let renew = self
            .cached
            .as_ref()
            .map_or(Time::ZERO, |cached| cached.renew);
        self.wanted.then_some(renew.max(self.not_before))
    }

    /// When [`handle_timeout`](Self::handle_timeout) and [`poll_transmit`](Self::poll_transmit) want
    /// to be called again; a time that has passed means now.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        match &self.flight {
            Some(flight) => Some(flight.deadline),
            None => self.due(),
        }
    }

    /// Gives up an attempt that took too long.
    pub fn handle_timeout(&mut self, now: Time) {
        if self
            .flight
            .as_ref()
            .is_some_and(|flight| flight.deadline <= now)
        {
            self.flight = None;
            self.fail(now, Problem::EndpointDown, None);
        }
    }

    /// What an attempt came to. One that was given up meanwhile does not count.
    pub fn handle_outcome(&mut self, now: Time, attempt: AttemptId, outcome: &Outcome) {
        let Some(flight) = self.flight.take_if(|flight| flight.id == attempt) else {
            return;
        };
        if let Some(nonce) = outcome.dpop_nonce() {
            self.nonces.set(&flight.url, nonce);
        }
        match (outcome.class, flight.call.action) {
            (Class::Done, Action::Discover) => self.discover(now, outcome.body()),
            (Class::Done, _) => match read_token(outcome.body(), self.token_type()) {
                Ok((token, life)) => {
                    let life = life.map_or(self.config.life, |l| l.min(self.config.life));
                    self.generations += 1;
                    let token = AccessToken::new(&token, self.token_type(), self.generations);
                    self.keep(flight.sent, life, token);
                }
                Err(error) => self.fail(now, Problem::Unreadable(error), None),
            },
            // Once, and at once, with the nonce that came (RFC 9449 8).
            (Class::NonceWanted, _) if !flight.nonce_retry => self.nonce_retry = true,
            _ => self.fail(now, problem(outcome), outcome.pause),
        }
    }

    /// An attempt that was not finished, such as a request that was cancelled.
    pub fn handle_failure(&mut self, now: Time, attempt: AttemptId, failure: Failure) {
        let call = Call {
            service: Service::HelseId,
            action: Action::Token,
        };
        self.handle_outcome(now, attempt, &Outcome::failed(call, failure));
    }

    /// The token is due at once then, since nothing keeps it back.
    fn discover(&mut self, now: Time, body: &[u8]) {
        if let Endpoint::Discover(issuer) = &self.endpoint {
            match Discovery::read(body, issuer) {
                Ok(discovery) => self.discovered = Some(discovery),
                Err(error) => self.fail(now, Problem::Discovery(error), None),
            }
        }
    }

    fn keep(&mut self, sent: Time, life: Duration, token: AccessToken) {
        let margin = self.config.margin.min(life / 5);
        let spread = self.random.below(self.config.spread.min(life / 10));
        let expires = sent + life;
        self.cached = Some(Cached {
            token,
            expires,
            renew: sent + (life - margin - spread),
        });
        self.problem = None;
        self.failures = 0;
        self.not_before = Time::ZERO;
        self.push(Event::Renewed { expires });
    }

    fn fail(&mut self, now: Time, problem: Problem, asked: Option<Duration>) {
        if matches!(problem, Problem::Misconfigured) {
            // The endpoint may have moved: read the document again.
            self.discovered = None;
        }
        let pause = match problem.is_permanent() {
            true => self.config.refused,
            false => self.config.backoff.pause(self.failures, &mut self.random),
        };
        self.failures = self.failures.saturating_add(1);
        self.not_before = now + pause.max(asked.unwrap_or_default());
        self.problem = Some(problem);
        self.push(Event::Failed {
            problem,
            retry_at: self.not_before,
            still_valid: self
                .cached
                .as_ref()
                .is_some_and(|cached| now < cached.expires),
        });
    }

    /// 401 to a call that carried this token: it is dropped, if it is still the cached one. Tokens
    /// that are refused one after the other are renewed with growing pauses.
    pub fn handle_unauthorized(&mut self, now: Time, token: &AccessToken) {
        let same = |cached: &mut Cached| cached.token.generation == token.generation;
        if self.cached.take_if(same).is_none() {
            return;
        }
        self.push(Event::Dropped);
        if self.rejections > 0 {
            let pause = self
                .config
                .backoff
                .pause(self.rejections + 1, &mut self.random);
            self.not_before = now + pause;
            self.problem = Some(Problem::TokensRejected);
        }
        self.rejections = self.rejections.saturating_add(1);
    }

    /// Any other answer to a call that carried this token: the token is good.
    pub fn handle_accepted(&mut self, token: &AccessToken) {
        if token.generation == self.generations {
            self.rejections = 0;
        }
    }

    /// Other credentials, such as a new key: the next attempt is due at once. A token that is valid
    /// stays until the new one is there, if it is bound to the same key.
    pub fn set_credentials(&mut self, credentials: Credentials) {
        let thumbprint = |credentials: &Credentials| {
            let key = credentials.dpop();
            key.map(super::dpop::DpopKey::thumbprint)
        };
        if thumbprint(&self.credentials) != thumbprint(&credentials) {
            self.cached = None;
        }
        self.credentials = credentials;
        self.flight = None;
        self.failures = 0;
        self.not_before = Time::ZERO;
        self.problem = None;
        if let Some(cached) = &mut self.cached {
            cached.renew = Time::ZERO;
        }
    }

    /// What happened since, oldest first; at most 16 wait.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    fn push(&mut self, event: Event) {
        if self.events.len() == EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }
}

/// Why an outcome other than 2xx brings no token.
fn problem(outcome: &Outcome) -> Problem {
    match (outcome.class, outcome.oauth_error()) {
        (Class::NonceWanted, _) => Problem::NonceRefused,
        (Class::Permission, _) => Problem::Forbidden,
        (Class::NotSent | Class::Ambiguous | Class::Transient | Class::ServerFault, _) => {
            Problem::EndpointDown
        }
        (Class::Malformed, _) => Problem::Unreadable(TokenAnswerError::NoToken),
        (_, Some(OAuthError::ServerError | OAuthError::TemporarilyUnavailable)) => {
            Problem::EndpointDown
        }
        (_, Some(OAuthError::InvalidScope)) => Problem::ScopeRefused,
        (_, Some(OAuthError::InvalidDpopProof | OAuthError::UseDpopNonce)) => Problem::ProofRefused,
        (_, Some(OAuthError::InvalidRequest | OAuthError::UnsupportedGrantType)) => {
            Problem::Misconfigured
        }
        (_, Some(_)) => Problem::ClientRefused,
        (_, None) if outcome.status == Some(401) => Problem::ClientRefused,
        (_, None) => Problem::Misconfigured,
    }
}
