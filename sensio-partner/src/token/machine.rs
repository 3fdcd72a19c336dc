//! The life of a token as a state machine.

use core::time::Duration;
use std::collections::VecDeque;
use std::sync::Arc;

use super::{AccessToken, TokenAnswerError, read_token};
use crate::answer::{Class, ErrorShape, Failure, Outcome};
use crate::backoff::{Backoff, Random};
use crate::request::{Call, Request};
use crate::secret::Secret;
use crate::time::Time;
use crate::wire::TokenWire;

/// Times of the life of a token (Partner API reference 3 and 16).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// The life that counts when the answer names none or a longer one: 24 hours.
    pub life: Duration,
    /// How long before the end it is renewed: 10 minutes, or a fifth of a short life.
    pub margin: Duration,
    /// How much earlier at random, so that many customers do not renew at once: up to 5 minutes, or a
    /// tenth of a short life.
    pub spread: Duration,
    /// How long an attempt may take: 10 seconds.
    pub attempt: Duration,
    /// The pauses while the endpoint is down: 0.2 to 30 seconds, growing, at random.
    pub backoff: Backoff,
    /// The pause after refused credentials or a wrong URL, which somebody has to mend: 5 minutes.
    pub refused: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            life: Duration::from_secs(24 * 3600),
            margin: Duration::from_secs(600),
            spread: Duration::from_secs(300),
            attempt: Duration::from_secs(10),
            backoff: Backoff::default(),
            refused: Duration::from_secs(300),
        }
    }
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
    /// 401, or 400 with an OAuth error: the credentials are refused. An operator has to act.
    #[error("the credentials are refused")]
    CredentialsRefused,
    /// 403: the client or its address is not allowed.
    #[error("the token call is not permitted: check the allow-list")]
    Forbidden,
    /// The URL, the encoding or the parameters are wrong. An operator has to act.
    #[error("the token call is not understood: check the URL and the wire profile")]
    Misconfigured,
    /// 2xx without a token.
    #[error("{0}")]
    Unreadable(TokenAnswerError),
    /// The endpoint is down, slow or busy. It is tried again.
    #[error("the token endpoint is not available")]
    EndpointDown,
    /// The server refuses tokens that it gave a moment ago.
    #[error("the server refuses fresh tokens")]
    TokensRejected,
}

impl Problem {
    /// Whether somebody has to act; everything else may pass.
    #[must_use]
    pub const fn is_permanent(self) -> bool {
        matches!(
            self,
            Self::CredentialsRefused | Self::Forbidden | Self::Misconfigured
        )
    }
}

/// Something an operator may want to know.
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
        /// Whether calls go on with the old token.
        still_valid: bool,
    },
    /// The server refused a token and it was dropped.
    Dropped,
}

/// One attempt to fetch a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AttemptId(u64);

/// A request to send now.
#[derive(Debug)]
#[non_exhaustive]
pub struct Transmit<'a> {
    /// To hand back with the answer.
    pub attempt: AttemptId,
    /// The request.
    pub request: &'a Request,
    /// Until when the answer counts.
    pub deadline: Time,
}

/// Keeps one customer's token.
///
/// Ask [`access`](Self::access) before each call; send what [`poll_transmit`](Self::poll_transmit)
/// gives and hand back what came. The first `access` starts it, after that it renews by itself as
/// long as [`poll_timeout`](Self::poll_timeout) is followed.
#[derive(Debug)]
pub struct Tokens {
    config: Config,
    wire: TokenWire,
    request: Request,
    random: Random,
    cached: Option<Cached>,
    flight: Option<Flight>,
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
    sent: Time,
    deadline: Time,
}

/// Events that wait to be polled; older ones give way.
const EVENTS: usize = 16;

impl Tokens {
    /// Starts without a token. The request is made by [`token_request`](super::token_request); the
    /// seed should differ between customers and starts.
    #[must_use]
    pub fn new(request: Request, wire: TokenWire, config: Config, seed: u64) -> Self {
        Self {
            config,
            wire,
            request,
            random: Random::new(seed),
            cached: None,
            flight: None,
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

    /// The request for a token, if one is due and none is on its way.
    pub fn poll_transmit(&mut self, now: Time) -> Option<Transmit<'_>> {
        if self.flight.is_some() || self.due().is_none_or(|due| now < due) {
            return None;
        }
        self.attempts += 1;
        let attempt = AttemptId(self.attempts);
        let deadline = now + self.config.attempt;
        self.flight = Some(Flight {
            id: attempt,
            sent: now,
            deadline,
        });
        Some(Transmit {
            attempt,
            request: &self.request,
            deadline,
        })
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

    /// What the token call came to. An attempt that was given up meanwhile does not count.
    pub fn handle_outcome(&mut self, now: Time, attempt: AttemptId, outcome: &Outcome) {
        let Some(flight) = self.flight.take_if(|flight| flight.id == attempt) else {
            return;
        };
        match problem(outcome) {
            Some(problem) => self.fail(now, problem, outcome.pause),
            None => match read_token(outcome.body(), &self.wire) {
                Ok(answer) => {
                    let life = answer
                        .life
                        .map_or(self.config.life, |l| l.min(self.config.life));
                    self.keep(flight.sent, life, &answer.token);
                }
                Err(error) => self.fail(now, Problem::Unreadable(error), None),
            },
        }
    }

    /// An attempt that was not finished, such as a request that was cancelled.
    pub fn handle_failure(&mut self, now: Time, attempt: AttemptId, failure: Failure) {
        self.handle_outcome(now, attempt, &Outcome::failed(Call::Token, failure));
    }

    fn keep(&mut self, sent: Time, life: Duration, token: &Secret) {
        let margin = self.config.margin.min(life / 5);
        let spread = self.random.below(self.config.spread.min(life / 10));
        let expires = sent + life;
        self.generations += 1;
        let authorization = format!("{} {}", self.wire.scheme, token.expose());
        self.cached = Some(Cached {
            token: AccessToken {
                authorization: Arc::new(Secret::new(authorization)),
                generation: self.generations,
            },
            expires,
            renew: sent + (life - margin - spread),
        });
        self.problem = None;
        self.failures = 0;
        self.not_before = Time::ZERO;
        self.push(Event::Renewed { expires });
    }

    fn fail(&mut self, now: Time, problem: Problem, asked: Option<Duration>) {
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
            // A longer pause that the endpoint or its refusal asked for stays.
            if now + pause > self.not_before {
                self.not_before = now + pause;
                self.problem = Some(Problem::TokensRejected);
            }
        }
        self.rejections = self.rejections.saturating_add(1);
    }

    /// Any other answer to a call that carried this token: the token is good.
    pub fn handle_accepted(&mut self, token: &AccessToken) {
        if token.generation == self.generations {
            self.rejections = 0;
        }
    }

    /// Other credentials, or the same with mended settings: the next attempt is due at once. A token
    /// that is valid stays until the new one is there.
    pub fn set_request(&mut self, request: Request) {
        self.request = request;
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

/// Why an outcome brings no token; `None` for 2xx.
fn problem(outcome: &Outcome) -> Option<Problem> {
    Some(match outcome.class {
        Class::Done(_) => return None,
        Class::Permission => Problem::Forbidden,
        Class::NotSent | Class::Ambiguous | Class::Transient | Class::ServerFault => {
            Problem::EndpointDown
        }
        _ if outcome.status == Some(401) => Problem::CredentialsRefused,
        _ if outcome.status == Some(400) => oauth_problem(outcome),
        _ => Problem::Misconfigured,
    })
}

/// The error codes of RFC 6749 5.2.
fn oauth_problem(outcome: &Outcome) -> Problem {
    let body = outcome.error_body();
    match (body.shape, body.title.as_deref()) {
        (
            ErrorShape::OAuth,
            Some("invalid_request" | "invalid_scope" | "unsupported_grant_type"),
        ) => Problem::Misconfigured,
        (ErrorShape::OAuth, Some("server_error" | "temporarily_unavailable")) => {
            Problem::EndpointDown
        }
        (ErrorShape::OAuth, _) => Problem::CredentialsRefused,
        _ => Problem::Misconfigured,
    }
}
