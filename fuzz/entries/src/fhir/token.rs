//! Tokens, nonces and proofs of one client under a list of operations (FHIR reference 10, RFC 9449), and what it
//! is set up with.

mod material;

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fhir_vkp::answer::{Class, Failure, Outcome, PAUSE_LIMIT};
use fhir_vkp::request::{Action, BaseAddress, JftQuery, JftRequests, JftType, Request};
use fhir_vkp::security::{
    Access, AttemptId, ClientCore, Config, Credentials, DpopKey, Endpoint, Event, Exchange,
    PrivateKey, Step, Tokens,
};
use fhir_vkp::{Time, WallMicros};
use serde_json::Value;

use super::luck::Luck;

const OPERATIONS: usize = 80;
const KEY: &str = include_str!("../../../../fhir-vkp/tests/keys/p256.jwk.json");
const STS: &str = "https://sts.example.net";
const API: &str = "https://write.example.net";
const DISCOVERY: &str = r#"{"issuer":"https://sts.example.net","token_endpoint":"https://sts.example.net/connect/token"}"#;

struct Flight {
    id: AttemptId,
    sent: Time,
    request: Request,
}

struct Desk {
    now: Time,
    bound: bool,
    core: ClientCore,
    flight: Option<Flight>,
    given_up: Option<AttemptId>,
    /// Generation and end of the token that counts.
    cached: Option<(u64, Time)>,
    generations: u64,
    not_before: Time,
    wanted: bool,
    /// The newest nonce of each server.
    nonces: [Option<String>; 2],
    handed_out: u32,
    /// Every id that was signed.
    used: BTreeSet<String>,
    calls: Vec<(Exchange, u32)>,
}

/// The first byte says what the rest is: a key, a discovery document, or operations, which run; then HelseID and
/// the service behave.
pub fn fhir_token(data: &[u8]) {
    let mut luck = Luck::new(data);
    let settings = luck.byte();
    match settings {
        0x80.. => return material::keys(&mut luck, settings >= 0xf0),
        0x40.. => return material::discovery(&mut luck),
        _ => {}
    }
    let bound = settings & 1 == 0;
    let issuer = BaseAddress::new(STS).expect("an address");
    let endpoint = match settings & 2 {
        0 => Endpoint::Issuer(issuer),
        _ => Endpoint::Discover(issuer),
    };
    let mut desk = Desk {
        now: Time::ZERO,
        bound,
        core: ClientCore::new(
            endpoint,
            credentials(bound),
            Config::default(),
            settings.into(),
        ),
        flight: None,
        given_up: None,
        cached: None,
        generations: 0,
        not_before: Time::ZERO,
        wanted: false,
        nonces: [None, None],
        handed_out: 0,
        used: BTreeSet::new(),
        calls: Vec::new(),
    };
    for _ in 0..OPERATIONS {
        if luck.is_over() {
            break;
        }
        desk.run(&mut luck);
    }
    let printed = format!("{:?} {:?}", desk.core, desk.calls);
    assert!(!printed.contains("token-number") && !printed.contains("nonce-number"));
    desk.settle();
}

fn credentials(bound: bool) -> Credentials {
    let key = || PrivateKey::from_jwk(KEY, None).expect("a key");
    let credentials = Credentials::new("client-1", key(), ["nhn:jft/api"]);
    match bound {
        true => credentials.with_dpop(DpopKey::new(key()).expect("for DPoP")),
        false => credentials,
    }
}

fn read(request: &Request, status: u16, nonce: Option<&str>, body: &str) -> Outcome {
    let nonce = nonce.map(|nonce| ("DPoP-Nonce", nonce.as_bytes()));
    let body = body.as_bytes().to_vec();
    Outcome::read(request.call(), status, nonce, body, SystemTime::UNIX_EPOCH)
}

impl Desk {
    fn run(&mut self, luck: &mut Luck<'_>) {
        match luck.byte() % 12 {
            0 => self.access(),
            1 => drop(self.transmit()),
            2 => self.good(Some(u32::from(luck.byte()) * 20)),
            3 => self.wants_nonce(),
            4 => {
                let status = [400, 401, 403, 429, 500, 503, 302, 200][luck.below(8)];
                let body = String::from_utf8_lossy(luck.bytes(40)).into_owned();
                let error = |name| format!("{{\"error\":\"{name}\"}}");
                let body = match luck.below(4) {
                    0 => error("invalid_client"),
                    1 => error("invalid_dpop_proof"),
                    2 => error("invalid_scope"),
                    _ => body,
                };
                self.hand_in(|request| read(request, status, None, &body));
            }
            5 => {
                let failure =
                    *luck.pick(&[Failure::NotSent, Failure::ConnectionLost, Failure::TimedOut]);
                self.hand_in(|request| Outcome::failed(request.call(), failure));
            }
            6 => self.now = self.now + Duration::from_secs(luck.byte().into()),
            7 => self.timeout(),
            8 => self.begin_call(),
            9 | 10 => self.call(luck),
            _ => self.late(),
        }
    }

    fn tokens(&mut self) -> &mut Tokens {
        self.core.tokens().expect("a client with tokens")
    }

    fn wall(&self) -> WallMicros {
        WallMicros(1_795_332_425_000_000).after(self.now.elapsed())
    }

    fn is_valid(&self) -> bool {
        self.cached.is_some_and(|(_, end)| self.now < end)
    }

    fn access(&mut self) {
        self.wanted = true;
        let (now, valid) = (self.now, self.is_valid());
        match self.tokens().access(now) {
            Access::Token(token) => {
                assert!(valid, "a token that is over, or was dropped");
                assert_eq!(
                    self.cached.map(|(number, _)| number),
                    Some(token.generation())
                );
                assert_eq!(
                    token.expose(),
                    format!("token-number-{}", token.generation())
                );
            }
            Access::Wait => assert!(!valid, "a token that is good is held back"),
            Access::Unavailable { retry_at, .. } => {
                assert!(!valid && self.flight.is_none() && retry_at > now);
            }
            other => panic!("{other:?}"),
        }
    }

    fn transmit(&mut self) -> bool {
        let (now, wall) = (self.now, self.wall());
        let Some(transmit) = self.core.poll_transmit(now, wall) else {
            let due = self.core.poll_timeout();
            let idle = self.flight.is_some() || !self.wanted;
            assert!(
                idle || due.is_some_and(|due| due > now),
                "an attempt is due"
            );
            return false;
        };
        assert!(
            self.wanted && self.flight.is_none(),
            "one attempt at a time"
        );
        assert!(now >= self.not_before, "a pause is not kept");
        assert_eq!(transmit.deadline, now + Config::default().attempt);
        let request = transmit.request;
        if request.call().action == Action::Token {
            assert_eq!(request.url(), format!("{STS}/connect/token"));
            self.signed(&request, None, 0);
            let form = String::from_utf8_lossy(request.body()).into_owned();
            let assertion = form
                .split("client_assertion=")
                .nth(1)
                .expect("an assertion");
            let claims = claims(assertion);
            let (issued, ends) = (claims["iat"].as_i64(), claims["exp"].as_i64());
            assert_eq!(issued, Some(wall.unix_seconds()));
            assert_eq!(ends, issued.map(|issued| issued + 30));
            assert_eq!(
                (&claims["aud"], &claims["iss"]),
                (&STS.into(), &claims["sub"])
            );
            self.once(&claims);
        } else {
            assert_eq!(request.call().action, Action::Discover);
            assert!(request.body().is_empty());
        }
        self.flight = Some(Flight {
            id: transmit.attempt,
            sent: now,
            request,
        });
        true
    }

    fn once(&mut self, claims: &Value) {
        let id = claims["jti"].as_str().expect("an id").to_owned();
        assert!(self.used.insert(id), "an id is signed twice");
    }

    /// The proof of a request: fresh, about this request, with the newest nonce of this server.
    fn signed(&mut self, request: &Request, token: Option<&str>, server: usize) {
        let proof = request.headers().find(|header| header.name == "dpop");
        let Some(proof) = proof else {
            assert!(!self.bound, "a proof is missing");
            return;
        };
        assert!(self.bound && proof.sensitive);
        let claims = claims(proof.value);
        assert_eq!(claims["htm"], request.method().as_str());
        assert_eq!(claims["htu"].as_str(), request.url().split('?').next());
        assert_eq!(claims["iat"].as_i64(), Some(self.wall().unix_seconds()));
        assert_eq!(claims["nonce"].as_str(), self.nonces[server].as_deref());
        assert_eq!(claims["ath"].is_string(), token.is_some());
        self.once(&claims);
    }

    fn nonce(&mut self, server: usize) -> String {
        self.handed_out += 1;
        let nonce = format!("nonce-number-{}", self.handed_out);
        self.nonces[server] = Some(nonce.clone());
        nonce
    }

    fn good(&mut self, life: Option<u32>) {
        let Some(flight) = &self.flight else { return };
        if flight.request.call().action == Action::Discover {
            self.hand_in(|request| read(request, 200, None, DISCOVERY));
            return;
        }
        let number = self.generations + 1;
        let kind = if self.bound { "DPoP" } else { "Bearer" };
        let life = life.map_or_else(String::new, |life| format!(",\"expires_in\":{life}"));
        let body = format!(
            "{{\"access_token\":\"token-number-{number}\",\"token_type\":\"{kind}\"{life}}}"
        );
        self.hand_in(|request| read(request, 200, None, &body));
    }

    fn wants_nonce(&mut self) {
        if self.flight.is_some() {
            let nonce = self.nonce(0);
            let body = "{\"error\":\"use_dpop_nonce\"}";
            self.hand_in(|request| read(request, 400, Some(&nonce), body));
        }
    }

    fn hand_in(&mut self, outcome: impl Fn(&Request) -> Outcome) {
        let Some(flight) = self.flight.take() else {
            return;
        };
        let outcome = outcome(&flight.request);
        let now = self.now;
        self.core.handle_token(now, flight.id, &outcome);
        self.told(&flight, outcome.pause);
        // A second answer to the same attempt says nothing.
        self.core.handle_token(now, flight.id, &outcome);
        assert!(
            self.tokens().poll_event().is_none(),
            "an answer counts twice"
        );
    }

    /// One event at most for each attempt that ended.
    fn told(&mut self, flight: &Flight, asked: Option<Duration>) {
        let valid = self.is_valid();
        match self.tokens().poll_event() {
            Some(Event::Renewed { expires }) => {
                let life = Config::default().life;
                assert!(
                    expires > flight.sent && expires <= flight.sent + life,
                    "counted from sending"
                );
                self.generations += 1;
                self.cached = Some((self.generations, expires));
                self.not_before = Time::ZERO;
            }
            Some(Event::Failed {
                problem,
                retry_at,
                still_valid,
            }) => {
                assert_eq!(still_valid, valid);
                let refused = Config::default().refused;
                assert!(
                    retry_at <= self.now + refused.max(PAUSE_LIMIT),
                    "pauses are bounded"
                );
                assert!(retry_at >= self.now + asked.unwrap_or_default());
                assert!(!problem.is_permanent() || retry_at >= self.now + refused);
                self.not_before = retry_at;
            }
            // The discovery document, or a nonce: the next attempt is due at once.
            None => self.not_before = self.not_before.min(self.now),
            other => panic!("{other:?}"),
        }
        assert!(self.tokens().poll_event().is_none(), "told once");
    }

    fn timeout(&mut self) {
        let Some(due) = self.core.poll_timeout() else {
            assert!(self.flight.is_none() && !self.wanted);
            return;
        };
        self.now = self.now.max(due);
        self.core.handle_timeout(self.now);
        match self.flight.take() {
            Some(flight) => {
                self.given_up = Some(flight.id);
                self.told(&flight, None);
            }
            None => assert!(self.transmit(), "what was due is sent"),
        }
    }

    /// An answer to an attempt that was given up.
    fn late(&mut self) {
        let Some(id) = self.given_up else { return };
        let jft = request();
        let outcome = read(&jft, 200, None, "{\"access_token\":\"token-number-0\"}");
        self.core.handle_token(self.now, id, &outcome);
        assert!(
            self.tokens().poll_event().is_none(),
            "an answer that came too late counts"
        );
    }

    fn begin_call(&mut self) {
        if self.calls.len() < 4 {
            self.calls.push((Exchange::new(request()), 0));
        }
    }

    /// One step of one call, and an answer if it was sent.
    fn call(&mut self, luck: &mut Luck<'_>) {
        if self.calls.is_empty() {
            return;
        }
        let which = luck.below(self.calls.len());
        let (mut exchange, mut sent) = self.calls.remove(which);
        let (now, wall) = (self.now, self.wall());
        self.wanted = true;
        match self.core.step(now, wall, &mut exchange) {
            Step::Send => {
                assert!(self.is_valid(), "sent without a token");
                sent += 1;
                assert!(sent <= 3, "a call without end");
                let number = self.cached.map(|(number, _)| number).expect("a token");
                self.shown(exchange.request(), number);
                let (status, nonce) = match luck.below(6) {
                    0 => (401, None),
                    1 if self.bound => (401, Some(self.nonce(1))),
                    2 => (200, Some(self.nonce(1))),
                    3 => (503, None),
                    _ => (200, None),
                };
                let body = match status {
                    401 if nonce.is_some() => "{\"error\":\"use_dpop_nonce\"}",
                    _ => "{}",
                };
                let outcome = read(exchange.request(), status, nonce.as_deref(), body);
                let class = outcome.class;
                self.core.handle_outcome(now, &mut exchange, outcome);
                if class == Class::Token {
                    assert_eq!(self.tokens().poll_event(), Some(Event::Dropped));
                    self.cached = None;
                    // Tokens refused one after the other are paused for, a little.
                    if let Access::Unavailable { retry_at, .. } = self.tokens().access(now) {
                        assert!(retry_at <= now + Config::default().refused.max(PAUSE_LIMIT));
                        self.not_before = retry_at;
                    }
                }
            }
            Step::Wait => assert!(!self.is_valid()),
            Step::NoToken { retry_at, .. } => {
                assert!(!self.is_valid() && retry_at >= now);
                return;
            }
            Step::Done => {
                assert!(
                    exchange.into_outcome().is_some(),
                    "an end without an outcome"
                );
                return;
            }
            other => panic!("{other:?}"),
        }
        assert!(self.tokens().poll_event().is_none());
        self.calls.push((exchange, sent));
    }

    fn shown(&mut self, request: &Request, number: u64) {
        let header = request
            .headers()
            .find(|header| header.name == "authorization");
        let header = header.expect("a token is shown");
        let scheme = if self.bound { "DPoP" } else { "Bearer" };
        assert_eq!(header.value, format!("{scheme} token-number-{number}"));
        assert!(header.sensitive && request.url().starts_with(API));
        let request = request.clone();
        self.signed(&request, Some("a token"), 1);
    }

    /// A HelseID that behaves gives a token, and renews it before it is over.
    fn settle(&mut self) {
        self.wanted = true;
        let now = self.now;
        let _ = self.tokens().access(now);
        if self.flight.is_some() {
            self.timeout();
        }
        for _ in 0..3 {
            let before = self.generations;
            for _ in 0..3 {
                if self.flight.is_none() && self.generations == before {
                    let due = self.core.poll_timeout().expect("wanted");
                    self.now = self.now.max(due);
                    assert!(self.transmit());
                }
                self.good(Some(3600));
            }
            assert!(self.is_valid() && self.generations == before + 1);
            let renewal = self.core.poll_timeout().expect("a renewal");
            let (_, end) = self.cached.expect("a token");
            assert!(renewal < end && renewal > self.now, "renewed early");
        }
    }
}

fn request() -> Request {
    let base = |text| BaseAddress::new(text).expect("an address");
    let jft = JftRequests::new(base(API), base(API));
    jft.read(JftType::Bundle, &JftQuery::default())
}

/// The claims of a token, its signature aside.
fn claims(token: &str) -> Value {
    let claims = token.split('.').nth(1).expect("three parts");
    let claims = URL_SAFE_NO_PAD.decode(claims).expect("base64url");
    serde_json::from_slice(&claims).expect("JSON")
}
