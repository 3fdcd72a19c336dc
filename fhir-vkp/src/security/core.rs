//! The client without a socket: which request to send next, with which token and which proof.

use uuid::Uuid;

use super::answer::{AccessToken, TokenType};
use super::credentials::Credentials;
use super::dpop::Proof;
use super::tokens::{Access, AttemptId, Config, Endpoint, Problem, Tokens, Transmit};
use crate::answer::{BatchError, Class, Outcome, StatusError};
use crate::clock::{Time, WallMicros};
use crate::request::{Request, RequestError};

/// One client for any HTTP client: the token, and the proofs that go with it.
///
/// Each call is an [`Exchange`]; [`step`](Self::step) says what it needs now.
#[derive(Debug)]
pub struct ClientCore {
    /// `None` for a service without tokens, such as the development server of PMD.
    tokens: Option<Tokens>,
}

/// One call on its way, until it has an outcome.
#[derive(Debug, Clone)]
pub struct Exchange {
    request: Request,
    token: Option<AccessToken>,
    token_repeated: bool,
    nonce_repeated: bool,
    outcome: Option<Outcome>,
}

/// What an exchange needs now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Send [`Exchange::request`] and hand the outcome back. Its proof is used once.
    Send,
    /// A token is being fetched: send what [`ClientCore::poll_transmit`] gives, or wait for whoever
    /// does, then ask again.
    Wait,
    /// No token can be had now; the call was not sent.
    NoToken {
        /// Why.
        problem: Problem,
        /// When the next attempt for a token is made.
        retry_at: Time,
    },
    /// Take [`Exchange::into_outcome`].
    Done,
}

/// Why a call is not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The request could not be built; nothing was sent.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// There was no token; nothing was sent.
    #[error("no token: {0}")]
    NoToken(Problem),
    /// It took longer than the caller wanted to wait. The server may have it.
    #[error("it took longer than the deadline")]
    Deadline,
    /// There were more pages than are followed.
    #[error("the search has more pages than are followed")]
    TooManyPages,
    /// The status of a document cannot be understood.
    #[error(transparent)]
    Status(#[from] StatusError),
    /// The answer to a batch cannot be understood.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// The server said something else than 2xx, or nothing.
    #[error("{0}")]
    Outcome(Box<Outcome>),
}

impl CallError {
    /// What it means, where the server was asked.
    #[must_use]
    pub fn class(&self) -> Option<Class> {
        match self {
            Self::Outcome(outcome) => Some(outcome.class),
            _ => None,
        }
    }

    /// Whether the same call may succeed later without anybody doing anything.
    #[must_use]
    pub fn may_repeat(&self) -> bool {
        match self {
            Self::Outcome(outcome) => outcome.class.may_repeat(),
            Self::NoToken(problem) => !problem.is_permanent(),
            Self::Deadline | Self::Status(_) => true,
            _ => false,
        }
    }
}

impl Exchange {
    /// A call that begins.
    #[must_use]
    pub const fn new(request: Request) -> Self {
        Self {
            request,
            token: None,
            token_repeated: false,
            nonce_repeated: false,
            outcome: None,
        }
    }

    /// The request, with token and proof after [`Step::Send`].
    #[must_use]
    pub const fn request(&self) -> &Request {
        &self.request
    }

    /// What became of the call; `None` before [`Step::Done`].
    #[must_use]
    pub fn into_outcome(self) -> Option<Outcome> {
        self.outcome
    }
}

impl ClientCore {
    /// The client with these credentials. The seed is for pauses only.
    #[must_use]
    pub fn new(endpoint: Endpoint, credentials: Credentials, config: Config, seed: u64) -> Self {
        Self {
            tokens: Some(Tokens::new(endpoint, credentials, config, seed)),
        }
    }

    /// A client that shows no token, for the development server of PMD (FHIR reference 1).
    #[must_use]
    pub const fn without_token() -> Self {
        Self { tokens: None }
    }

    /// What keeps the token, if one is needed.
    pub const fn tokens(&mut self) -> Option<&mut Tokens> {
        self.tokens.as_mut()
    }

    /// What the exchange needs now. After [`Step::Send`] its request carries a token and, where the
    /// token is bound to a key, a fresh proof.
    pub fn step(&mut self, now: Time, wall: WallMicros, exchange: &mut Exchange) -> Step {
        if exchange.outcome.is_some() {
            return Step::Done;
        }
        let Some(tokens) = &mut self.tokens else {
            return Step::Send;
        };
        let token = match tokens.access(now) {
            Access::Token(token) => token,
            Access::Wait => return Step::Wait,
            Access::Unavailable { problem, retry_at } => {
                return Step::NoToken { problem, retry_at };
            }
        };
        let request = &mut exchange.request;
        let proof = match prove(tokens, request, &token, wall) {
            Ok(proof) => proof,
            Err(problem) => {
                return Step::NoToken {
                    problem,
                    retry_at: now,
                };
            }
        };
        request.set_dpop(proof);
        request.authorize(token.authorization());
        exchange.token = Some(token);
        Step::Send
    }

    /// What the call came to. The first 401 drops the token, and the first demand for a nonce is
    /// followed: the exchange goes on. The second one is the outcome.
    pub fn handle_outcome(&mut self, now: Time, exchange: &mut Exchange, outcome: Outcome) {
        if let (Some(tokens), Some(token)) = (&mut self.tokens, exchange.token.take()) {
            if let Some(nonce) = outcome.dpop_nonce() {
                tokens.nonces().set(exchange.request.url(), nonce);
            }
            match outcome.class {
                Class::NonceWanted if !exchange.nonce_repeated => {
                    exchange.nonce_repeated = true;
                    return;
                }
                Class::NonceWanted => {}
                Class::Token => {
                    tokens.handle_unauthorized(now, &token);
                    if !exchange.token_repeated {
                        exchange.token_repeated = true;
                        return;
                    }
                }
                _ if outcome.status.is_some() => tokens.handle_accepted(&token),
                _ => {}
            }
        }
        exchange.outcome = Some(outcome);
    }

    /// The request for a token, when one is due.
    pub fn poll_transmit(&mut self, now: Time, wall: WallMicros) -> Option<Transmit> {
        self.tokens.as_mut()?.poll_transmit(now, wall)
    }

    /// What the request for a token came to.
    pub fn handle_token(&mut self, now: Time, attempt: AttemptId, outcome: &Outcome) {
        if let Some(tokens) = &mut self.tokens {
            tokens.handle_outcome(now, attempt, outcome);
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) and [`poll_transmit`](Self::poll_transmit) want
    /// to be called again.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        self.tokens.as_ref()?.poll_timeout()
    }

    /// Gives up a call for a token that took too long.
    pub fn handle_timeout(&mut self, now: Time) {
        if let Some(tokens) = &mut self.tokens {
            tokens.handle_timeout(now);
        }
    }
}

/// The proof for a request with this token; `None` for a bearer token.
fn prove(
    tokens: &mut Tokens,
    request: &Request,
    token: &AccessToken,
    wall: WallMicros,
) -> Result<Option<crate::Secret>, Problem> {
    if token.token_type() == TokenType::Bearer {
        return Ok(None);
    }
    let key = tokens.credentials().dpop().cloned().ok_or(Problem::Key)?;
    let mut proof = Proof::new(request.method(), request.url()).with_access_token(token.expose());
    if let Some(nonce) = tokens.nonces().get(request.url()) {
        proof = proof.with_nonce(nonce);
    }
    let proof = key.prove(&proof, wall, &Uuid::new_v4().to_string());
    proof.map(Some).map_err(|_| Problem::Key)
}
