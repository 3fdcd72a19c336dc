//! The life of a token under a list of operations (Partner API reference 3).

use std::time::{Duration, SystemTime};

use arbitrary::{Arbitrary, Unstructured};
use sensio_partner::token::{
    Access, AccessToken, AttemptId, Config, Credentials, Event, Problem, Tokens, token_request,
};
use sensio_partner::wire::TokenWire;
use sensio_partner::{Call, Endpoint, Failure, Outcome, PAUSE_LIMIT, Request, Time};

const OPERATIONS: usize = 200;
const DAY: Duration = Duration::from_secs(24 * 3600);

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    seed: u8,
    operations: Vec<Operation<'a>>,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Operation<'a> {
    Access,
    Transmit,
    /// A token of so many seconds, to the attempt under way or to one that was given up.
    Good {
        life: Option<u32>,
        late: bool,
    },
    /// 200 with any body.
    Body(&'a [u8]),
    Status {
        status: u16,
        after: Option<u8>,
        body: &'a [u8],
    },
    Failure(u8),
    Wait {
        seconds: u16,
    },
    Timeout,
    /// 401 to a call with one of the tokens so far.
    Unauthorized(u8),
    Accepted(u8),
    SetRequest,
}

struct Flight {
    id: AttemptId,
    sent: Time,
    deadline: Time,
}

struct Desk {
    now: Time,
    tokens: Tokens,
    wanted: bool,
    flight: Option<Flight>,
    given_up: Option<AttemptId>,
    /// Generation and end of the token that counts.
    cached: Option<(u64, Time)>,
    generations: u64,
    seen: Vec<AccessToken>,
    /// No attempt before.
    not_before: Time,
}

fn request() -> Request {
    let endpoint = Endpoint::new("https://unity.example.no/partner").expect("valid");
    let credentials = Credentials::new("nordlys-partner", "not-a-real-secret");
    token_request(&endpoint, &credentials, &TokenWire::default()).expect("complete")
}

fn answer(status: u16, after: Option<u8>, body: &[u8]) -> Outcome {
    let after = after.map(|seconds| seconds.to_string());
    let headers = after
        .iter()
        .map(|seconds| ("Retry-After", seconds.as_bytes()));
    Outcome::read(Call::Token, status, headers, body, SystemTime::UNIX_EPOCH)
}

/// Runs the operations; then the endpoint behaves.
pub fn sensio_token(data: &[u8]) {
    let Ok(input) = Input::arbitrary(&mut Unstructured::new(data)) else {
        return;
    };
    let config = Config::default();
    let mut desk = Desk {
        now: Time::ZERO,
        tokens: Tokens::new(request(), TokenWire::default(), config, input.seed.into()),
        wanted: false,
        flight: None,
        given_up: None,
        cached: None,
        generations: 0,
        seen: Vec::new(),
        not_before: Time::ZERO,
    };
    for operation in input.operations.iter().take(OPERATIONS) {
        desk.run(*operation);
        let printed = format!("{:?}", desk.tokens);
        assert!(!printed.contains("not-a-real-secret") && !printed.contains("token-number"));
    }
    desk.settle();
}

impl Desk {
    fn run(&mut self, operation: Operation<'_>) {
        match operation {
            Operation::Access => self.access(),
            Operation::Transmit => drop(self.transmit()),
            Operation::Good { life, late } => self.good(life, late),
            Operation::Body(body) => self.hand_in(&answer(200, None, body), None),
            Operation::Status {
                status,
                after,
                body,
            } => {
                let status = 100 + status % 500;
                let outcome = answer(status, after, body);
                let least = outcome.pause.unwrap_or_default();
                self.hand_in(&outcome, Some(least));
            }
            Operation::Failure(which) => {
                let failure = match which % 3 {
                    0 => Failure::NotSent,
                    1 => Failure::ConnectionLost,
                    _ => Failure::TimedOut,
                };
                let Some(flight) = self.flight.take() else {
                    return;
                };
                self.tokens.handle_failure(self.now, flight.id, failure);
                self.told(&flight, Some(Duration::ZERO));
            }
            Operation::Wait { seconds } => {
                self.now = self.now + Duration::from_secs(seconds.into());
            }
            Operation::Timeout => self.timeout(),
            Operation::Unauthorized(which) => self.unauthorized(which),
            Operation::Accepted(which) => {
                if let Some(token) = pick(&self.seen, which) {
                    self.tokens.handle_accepted(token);
                }
            }
            Operation::SetRequest => {
                self.tokens.set_request(request());
                self.given_up = self.flight.take().map(|flight| flight.id).or(self.given_up);
                self.not_before = Time::ZERO;
            }
        }
    }

    fn is_valid(&self) -> bool {
        self.cached.is_some_and(|(_, end)| self.now < end)
    }

    fn access(&mut self) {
        self.wanted = true;
        match self.tokens.access(self.now) {
            Access::Token(token) => {
                assert!(self.is_valid(), "a token that is over, or was dropped");
                assert_eq!(
                    self.cached.map(|(number, _)| number),
                    Some(token.generation())
                );
                let header = token.authorization().expose();
                let text = header.strip_prefix("Bearer ").expect("the scheme");
                assert!(!text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic()));
                if self.seen.last().map(AccessToken::generation) != Some(token.generation()) {
                    self.seen.push(token);
                }
            }
            Access::Wait => assert!(!self.is_valid(), "a token that is good is held back"),
            Access::Unavailable { retry_at, .. } => {
                assert!(!self.is_valid() && self.flight.is_none());
                assert!(retry_at > self.now && retry_at == self.not_before);
            }
            other => panic!("{other:?}"),
        }
    }

    fn transmit(&mut self) -> bool {
        let Some(transmit) = self.tokens.poll_transmit(self.now) else {
            let idle = self.flight.is_some() || !self.wanted;
            let due = self.tokens.poll_timeout();
            assert!(
                idle || due.is_some_and(|due| due > self.now),
                "an attempt is due"
            );
            return false;
        };
        assert!(
            self.wanted && self.flight.is_none(),
            "one attempt at a time"
        );
        assert!(self.now >= self.not_before, "a pause is not kept");
        let Flight { deadline, .. } = self.flight.insert(Flight {
            id: transmit.attempt,
            sent: self.now,
            deadline: transmit.deadline,
        });
        assert_eq!(*deadline, self.now + Config::default().attempt);
        true
    }

    fn good(&mut self, life: Option<u32>, late: bool) {
        let number = self.generations + 1;
        let text = format!("token-number-{number}");
        let body = match life {
            Some(life) => format!("{{\"access_token\":\"{text}\",\"expires_in\":{life}}}"),
            None => format!("{{\"token\":\"{text}\"}}"),
        };
        let outcome = answer(200, None, body.as_bytes());
        if late {
            if let Some(id) = self.given_up {
                self.tokens.handle_outcome(self.now, id, &outcome);
                assert!(
                    self.tokens.poll_event().is_none(),
                    "an answer that came too late counts"
                );
            }
            return;
        }
        let Some(flight) = &self.flight else {
            return;
        };
        let sent = flight.sent;
        self.hand_in(&outcome, None);
        match life {
            Some(0) => assert_eq!(self.generations + 1, number),
            life => {
                let life = life.map_or(DAY, |life| Duration::from_secs(life.into()).min(DAY));
                assert_eq!(
                    self.cached,
                    Some((number, sent + life)),
                    "life counts from sending"
                );
            }
        }
    }

    /// `paused` when it is known to be no token, with the least pause.
    fn hand_in(&mut self, outcome: &Outcome, paused: Option<Duration>) {
        let Some(flight) = self.flight.take() else {
            return;
        };
        self.tokens.handle_outcome(self.now, flight.id, outcome);
        let paused = paused.filter(|_| !outcome.class.is_done());
        self.told(&flight, paused);
        // A second answer to the same attempt says nothing.
        self.tokens
            .handle_outcome(self.now, flight.id, &answer(200, None, b"\"again\""));
        assert!(self.tokens.poll_event().is_none());
    }

    /// One event for each attempt that ended.
    fn told(&mut self, flight: &Flight, failed: Option<Duration>) {
        let still_good = self.is_valid();
        match self.tokens.poll_event().expect("how it ended") {
            Event::Renewed { expires } => {
                assert_eq!(failed, None, "a failure brings a token");
                assert!(expires > flight.sent && expires <= flight.sent + DAY);
                self.generations += 1;
                self.cached = Some((self.generations, expires));
                self.not_before = Time::ZERO;
            }
            Event::Failed {
                problem,
                retry_at,
                still_valid,
            } => {
                assert_eq!(still_valid, still_good);
                let refused = Config::default().refused;
                let longest = refused.max(PAUSE_LIMIT);
                assert!(retry_at <= self.now + longest, "pauses are bounded");
                assert!(!problem.is_permanent() || retry_at >= self.now + refused);
                assert!(retry_at >= self.now + failed.unwrap_or_default());
                self.not_before = retry_at;
            }
            other => panic!("{other:?}"),
        }
        assert!(self.tokens.poll_event().is_none(), "told once");
    }

    fn timeout(&mut self) {
        let Some(due) = self.tokens.poll_timeout() else {
            assert!(self.flight.is_none() && !self.wanted);
            return;
        };
        self.now = self.now.max(due);
        self.tokens.handle_timeout(self.now);
        match self.flight.take() {
            Some(flight) => {
                assert!(flight.deadline <= self.now);
                self.given_up = Some(flight.id);
                self.told(&flight, Some(Duration::ZERO));
            }
            None => assert!(self.transmit(), "what was due is sent"),
        }
    }

    fn unauthorized(&mut self, which: u8) {
        let Some(token) = pick(&self.seen, which).cloned() else {
            return;
        };
        let is_cached = self
            .cached
            .is_some_and(|(number, _)| number == token.generation());
        self.tokens.handle_unauthorized(self.now, &token);
        let event = self.tokens.poll_event();
        if event.is_some() {
            assert!(is_cached, "another token is dropped");
            self.cached = None;
        } else if is_cached {
            // Only one that was over may be gone already.
            assert!(!self.is_valid(), "a refused token is kept");
        }
        // Tokens refused one after the other are paused for, a little.
        let due = self.tokens.poll_timeout();
        if self.flight.is_none() {
            if let Access::Unavailable { problem, retry_at } = self.tokens.access(self.now) {
                // A longer pause after a failure stays.
                assert!(retry_at >= self.not_before, "a pause is cut short");
                assert!(problem == Problem::TokensRejected || retry_at == self.not_before);
                assert!(retry_at <= self.now + Config::default().refused.max(PAUSE_LIMIT));
                self.not_before = retry_at;
                assert_eq!(due, Some(retry_at));
            }
            self.wanted = true;
        }
    }

    /// An endpoint that behaves gives a token, and renews it before it is over.
    fn settle(&mut self) {
        self.wanted = true;
        let _ = self.tokens.access(self.now);
        if self.flight.is_some() {
            self.timeout();
        }
        for _ in 0..4 {
            if self.flight.is_none() {
                let due = self.tokens.poll_timeout().expect("wanted");
                self.now = self.now.max(due);
                assert!(self.transmit());
            }
            self.good(Some(3600), false);
            self.access();
            assert!(self.is_valid());
            let renewal = self.tokens.poll_timeout().expect("a renewal");
            let (_, end) = self.cached.expect("a token");
            assert!(renewal < end && renewal > self.now, "renewed early");
        }
    }
}

fn pick(tokens: &[AccessToken], which: u8) -> Option<&AccessToken> {
    tokens.get(usize::from(which) % tokens.len().max(1))
}
