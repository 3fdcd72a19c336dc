//! The client without a socket: which request to send next, with which token.

use core::fmt;

use crate::answer::{Class, Outcome, Refusal};
use crate::request::{Request, RequestError, Requests};
use crate::time::Time;
use crate::token::{
    Access, AccessToken, AttemptId, Config, Credentials, CredentialsError, Problem, Tokens,
    Transmit, token_request,
};

/// One customer's client for any HTTP client: requests, and the token they travel with.
///
/// Each call is an [`Exchange`]; [`step`](Self::step) says what it needs now.
#[derive(Debug)]
pub struct ClientCore {
    requests: Requests,
    tokens: Tokens,
}

/// One call on its way, until it has an outcome.
#[derive(Debug, Clone)]
pub struct Exchange {
    request: Request,
    token: Option<AccessToken>,
    repeated: bool,
    outcome: Option<Outcome>,
}

/// What an exchange needs now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Send [`Exchange::request`] and hand the outcome back.
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

impl Exchange {
    /// A call that begins.
    #[must_use]
    pub const fn new(request: Request) -> Self {
        Self {
            request,
            token: None,
            repeated: false,
            outcome: None,
        }
    }

    /// The request, with the token after [`Step::Send`].
    #[must_use]
    pub const fn request(&self) -> &Request {
        &self.request
    }

    /// The body alone, for a client that keeps it in its own shape between repeats.
    #[cfg(feature = "reqwest")]
    pub(crate) fn take_body(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.request.body)
    }

    /// What became of the call; `None` before [`Step::Done`].
    #[must_use]
    pub fn into_outcome(self) -> Option<Outcome> {
        self.outcome
    }
}

impl ClientCore {
    /// The client of one customer. The seed should differ between customers and starts.
    ///
    /// # Errors
    ///
    /// [`CredentialsError`] when the profile wants credentials that are not there.
    pub fn new(
        requests: Requests,
        credentials: &Credentials,
        config: Config,
        seed: u64,
    ) -> Result<Self, CredentialsError> {
        let wire = requests.profile().token.clone();
        let request = token_request(requests.endpoint(), credentials, &wire)?;
        let tokens = Tokens::new(request, wire, config, seed);
        Ok(Self { requests, tokens })
    }

    /// What builds the requests.
    #[must_use]
    pub const fn requests(&self) -> &Requests {
        &self.requests
    }

    /// What keeps the token.
    pub fn tokens(&mut self) -> &mut Tokens {
        &mut self.tokens
    }

    /// Takes other credentials; the next token is asked for with them, at once.
    ///
    /// # Errors
    ///
    /// [`CredentialsError`] when the profile wants credentials that are not there.
    pub fn set_credentials(&mut self, credentials: &Credentials) -> Result<(), CredentialsError> {
        let wire = &self.requests.profile().token;
        let request = token_request(self.requests.endpoint(), credentials, wire)?;
        self.tokens.set_request(request);
        Ok(())
    }

    /// What the exchange needs now. After [`Step::Send`] its request carries a token.
    pub fn step(&mut self, now: Time, exchange: &mut Exchange) -> Step {
        if exchange.outcome.is_some() {
            return Step::Done;
        }
        match self.tokens.access(now) {
            Access::Token(token) => {
                exchange.request.authorize(&token);
                exchange.token = Some(token);
                Step::Send
            }
            Access::Wait => Step::Wait,
            Access::Unavailable { problem, retry_at } => Step::NoToken { problem, retry_at },
        }
    }

    /// What the call came to. The first 401 drops the token, and the exchange goes on with another;
    /// the second one is the outcome (Partner API reference 3).
    pub fn handle_outcome(&mut self, now: Time, exchange: &mut Exchange, outcome: Outcome) {
        if let Some(token) = exchange.token.take() {
            if outcome.class == Class::Token {
                self.tokens.handle_unauthorized(now, &token);
                if !exchange.repeated {
                    exchange.repeated = true;
                    return;
                }
            } else if outcome.status.is_some() {
                self.tokens.handle_accepted(&token);
            }
        }
        exchange.outcome = Some(outcome);
    }

    /// The request for a token, when one is due.
    pub fn poll_transmit(&mut self, now: Time) -> Option<Transmit<'_>> {
        self.tokens.poll_transmit(now)
    }

    /// What the request for a token came to.
    pub fn handle_token(&mut self, now: Time, attempt: AttemptId, outcome: &Outcome) {
        self.tokens.handle_outcome(now, attempt, outcome);
    }

    /// When [`handle_timeout`](Self::handle_timeout) and [`poll_transmit`](Self::poll_transmit) want
    /// to be called again.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        self.tokens.poll_timeout()
    }

    /// Lets time pass.
    pub fn handle_timeout(&mut self, now: Time) {
        self.tokens.handle_timeout(now);
    }
}

/// Why a call is not done. Neither URLs nor bodies print.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallError {
    /// No request could be built; nothing was sent.
    Request(RequestError),
    /// There was no token; nothing was sent.
    NoToken(Problem),
    /// Too many calls wait already; nothing was sent.
    Busy,
    /// The call was made and is not done.
    Outcome(Box<Outcome>),
}

impl CallError {
    /// What to do about it.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Request(_) => Class::Permanent(Refusal::Refused),
            Self::NoToken(Problem::CredentialsRefused | Problem::Forbidden) => Class::Permission,
            Self::NoToken(Problem::Misconfigured) => Class::Configuration,
            Self::NoToken(_) | Self::Busy => Class::NotSent,
            Self::Outcome(outcome) => outcome.class,
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(error) => error.fmt(f),
            Self::NoToken(problem) => write!(f, "no token: {problem}"),
            Self::Busy => f.write_str("too many calls wait already"),
            Self::Outcome(outcome) => outcome.fmt(f),
        }
    }
}

impl core::error::Error for CallError {}

impl From<RequestError> for CallError {
    fn from(error: RequestError) -> Self {
        Self::Request(error)
    }
}

impl Outcome {
    /// The outcome if the call is done.
    ///
    /// # Errors
    ///
    /// [`CallError::Outcome`] for every other class.
    pub fn into_result(self) -> Result<Self, CallError> {
        match self.class.is_done() {
            true => Ok(self),
            false => Err(CallError::Outcome(Box::new(self))),
        }
    }
}
