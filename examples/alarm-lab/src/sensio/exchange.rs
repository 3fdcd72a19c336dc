//! The partner's half of HTTP: requests that can be spoiled, and the token.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use sensio_partner::token::Problem;
use sensio_partner::{
    BODY_LIMIT, Call, ClientCore, Endpoint, Exchange, Failure, Outcome, Request, Step, Time,
};
use tokio::sync::mpsc;

use super::fault::Fault;
use super::told::{PartnerEvent, word};

/// What all calls of a partner share.
pub(super) struct Line {
    pub(super) endpoint: Endpoint,
    pub(super) http: reqwest::Client,
    pub(super) core: Mutex<ClientCore>,
    /// Held by whoever asks for a token.
    fetching: tokio::sync::Mutex<()>,
    pub(super) began: Instant,
    pub(super) tell: mpsc::Sender<PartnerEvent>,
    pub(super) dialogue: bool,
}

/// A call without an outcome.
pub(super) enum Ended {
    Outcome(Outcome),
    NoToken(Problem),
}

/// Text of a body that is shown.
const SHOWN: usize = 2_000;

impl Line {
    pub(super) fn new(
        endpoint: Endpoint,
        http: reqwest::Client,
        core: ClientCore,
        tell: mpsc::Sender<PartnerEvent>,
        dialogue: bool,
    ) -> Self {
        Line {
            endpoint,
            http,
            core: Mutex::new(core),
            fetching: tokio::sync::Mutex::new(()),
            began: Instant::now(),
            tell,
            dialogue,
        }
    }

    fn core(&self) -> MutexGuard<'_, ClientCore> {
        // A panic elsewhere leaves it whole.
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Time {
        Time::from(self.began.elapsed())
    }

    fn after_ms(&self) -> f64 {
        self.began.elapsed().as_secs_f64() * 1e3
    }

    async fn tell(&self, event: PartnerEvent) {
        // Nobody listens when the run was ended.
        let _ = self.tell.send(event).await;
    }

    /// One attempt, two where the first is answered 401.
    pub(super) async fn call(&self, request: Request, faults: &[Fault]) -> Ended {
        let mut exchange = Exchange::new(request);
        loop {
            if let Err(problem) = self.authorise(&mut exchange).await {
                return Ended::NoToken(problem);
            }
            let outcome = self.send(exchange.request(), faults).await;
            if faults
                .iter()
                .any(|fault| matches!(fault, Fault::NoToken | Fault::WrongToken))
            {
                // The good token has nothing to do with it.
                return Ended::Outcome(outcome);
            }
            let now = self.now();
            let step = {
                let mut core = self.core();
                core.handle_outcome(now, &mut exchange, outcome);
                core.step(now, &mut exchange)
            };
            if let Step::NoToken { problem, .. } = step {
                return Ended::NoToken(problem);
            }
            if step == Step::Done {
                // Only a finished exchange is done.
                let lost = Outcome::failed(exchange.request().call(), Failure::ConnectionLost);
                return Ended::Outcome(exchange.into_outcome().unwrap_or(lost));
            }
        }
    }

    /// Puts a token into the request, and asks for one when it is due.
    async fn authorise(&self, exchange: &mut Exchange) -> Result<(), Problem> {
        loop {
            if let Ok(_fetching) = self.fetching.try_lock() {
                self.fetch_if_due().await;
            }
            let step = self.core().step(self.now(), exchange);
            match step {
                Step::NoToken { problem, .. } => return Err(problem),
                Step::Wait => {
                    let _fetching = self.fetching.lock().await;
                    self.fetch_if_due().await;
                }
                _ => return Ok(()),
            }
            let pause = {
                let mut core = self.core();
                match core.step(self.now(), exchange) {
                    Step::Wait => core.poll_timeout().map(|at| at.since(self.now())),
                    _ => None,
                }
            };
            if let Some(pause) = pause {
                // A bound, so that nothing here can spin.
                tokio::time::sleep(pause.clamp(Duration::from_millis(5), Duration::from_secs(1)))
                    .await;
                self.core().handle_timeout(self.now());
            }
        }
    }

    async fn fetch_if_due(&self) {
        let due = {
            let now = self.now();
            let mut core = self.core();
            let due = core.poll_transmit(now);
            due.map(|transmit| (transmit.attempt, transmit.request.clone()))
        };
        let Some((attempt, request)) = due else {
            return;
        };
        let began = Instant::now();
        let outcome = self.send(&request, &[]).await;
        self.core().handle_token(self.now(), attempt, &outcome);
        let (outcome, detail) = (word(outcome.class), outcome.to_string());
        let time_ms = began.elapsed().as_secs_f64() * 1e3;
        self.tell(PartnerEvent::Token {
            outcome,
            detail,
            time_ms,
        })
        .await;
    }

    /// Sends one request, spoiled by the faults.
    async fn send(&self, request: &Request, faults: &[Fault]) -> Outcome {
        let call = request.call();
        let mut body = request.body().to_vec();
        let mut url = self.endpoint.url(request);
        for fault in faults {
            spoil(*fault, call, &mut url, &mut body);
        }
        let method = reqwest::Method::from_bytes(call.method().as_str().as_bytes());
        let mut builder = self.http.request(method.unwrap_or_default(), &url);
        for header in request.headers() {
            let value = match (header.name, faults) {
                ("authorization", faults) if faults.contains(&Fault::NoToken) => continue,
                ("authorization", faults) if faults.contains(&Fault::WrongToken) => {
                    "Bearer nobody-issued-this"
                }
                ("content-type", faults) if faults.contains(&Fault::NoContentType) => continue,
                _ => header.value,
            };
            let name = HeaderName::from_static(header.name);
            if let Ok(mut value) = HeaderValue::from_str(value) {
                value.set_sensitive(header.sensitive);
                builder = builder.header(name, value);
            }
        }
        if self.dialogue && call != Call::Token {
            let path = url.split_once("://").map_or(&*url, |(_, rest)| rest);
            let path = path.find('/').map_or("/", |at| &path[at..]);
            let text = format!("{} {path} {}", call.method(), shown(&body));
            let after_ms = self.after_ms();
            self.tell(PartnerEvent::Sent { after_ms, text }).await;
        }
        if !body.is_empty() {
            builder = builder.body(body);
        } else if request
            .headers()
            .any(|header| header.name == CONTENT_TYPE.as_str())
        {
            // Some servers refuse a POST or PUT that says no length (411).
            builder = builder.header(CONTENT_LENGTH, 0);
        }
        let outcome = match builder.send().await {
            Ok(response) => read(call, response).await,
            Err(error) => Outcome::failed(call, failure(&error)),
        };
        if self.dialogue && call != Call::Token {
            let status = outcome.status;
            let status = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
            let text = format!("{status} {}", shown(outcome.body()));
            let after_ms = self.after_ms();
            self.tell(PartnerEvent::Received { after_ms, text }).await;
        }
        outcome
    }
}

async fn read(call: Call, mut response: reqwest::Response) -> Outcome {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = BODY_LIMIT + 1 - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() > BODY_LIMIT {
            break;
        }
    }
    let headers = response.headers().iter();
    let headers = headers.map(|(name, value)| (name.as_str(), value.as_bytes()));
    let status = response.status().as_u16();
    Outcome::read(call, status, headers, &body, SystemTime::now())
}

fn failure(error: &reqwest::Error) -> Failure {
    if error.is_connect() || error.is_builder() {
        Failure::NotSent
    } else if error.is_timeout() {
        Failure::TimedOut
    } else {
        Failure::ConnectionLost
    }
}

fn shown(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(SHOWN)]);
    let text = text.trim();
    match body.len() > SHOWN {
        true => format!("{text}… ({} bytes)", body.len()),
        false => text.to_owned(),
    }
}

/// What a fault does to path and body. Headers and devices are spoiled elsewhere.
fn spoil(fault: Fault, call: Call, url: &mut String, body: &mut Vec<u8>) {
    let is_event = matches!(call, Call::PostEvent | Call::PutEvent);
    match fault {
        Fault::LeadingZeros if call != Call::Token => *url = url.replace("/events/", "/events/00"),
        Fault::CutBody if !body.is_empty() => {
            body.truncate(body.len() - 1);
            if body.is_empty() || *body == b"{" {
                *body = b"{\"description\":\"cut".to_vec();
            }
        }
        Fault::LargeBody if !body.is_empty() => {
            *body = format!("{{\"description\":\"{}\"}}", "a".repeat(512 * 1024)).into_bytes();
        }
        _ if fault.is_in_event_bodies() && is_event => {
            if let Ok(serde_json::Value::Object(members)) = serde_json::from_slice(body) {
                *body = spoilt(fault, &members);
            }
        }
        _ => {}
    }
}

/// Written by hand: no serializer of ours would.
fn spoilt(fault: Fault, members: &serde_json::Map<String, serde_json::Value>) -> Vec<u8> {
    let mut parts: Vec<_> = members
        .iter()
        .map(|(name, value)| (name.clone(), value.to_string()))
        .collect();
    let mut add = |name: &str, value: &str| parts.push((name.to_owned(), value.to_owned()));
    match fault {
        Fault::UnusedMembers => {
            for (name, value) in [("state", "null"), ("description", "\"\""), ("images", "[]")] {
                if !members.contains_key(name) {
                    add(name, value);
                }
            }
        }
        Fault::PascalCase => {
            if members.is_empty() {
                add("triggerValue", "1");
            }
            for (name, _) in &mut parts {
                if let Some(first) = name.get_mut(..1) {
                    first.make_ascii_uppercase();
                }
            }
        }
        Fault::NumberAsText => {
            let value = members.get("triggerValue");
            let value = value.map_or_else(|| "1".to_owned(), ToString::to_string);
            parts.retain(|(name, _)| name != "triggerValue");
            parts.push(("triggerValue".to_owned(), format!("\"{value}\"")));
        }
        Fault::UnknownMember => add("labMember", "\"nobody knows this\""),
        Fault::DuplicateMember => {
            add("triggerValue", "1");
            add("triggerValue", "2");
        }
        _ => {}
    }
    let parts: Vec<_> = parts
        .iter()
        .map(|(name, value)| format!("\"{name}\":{value}"))
        .collect();
    format!("{{{}}}", parts.join(",")).into_bytes()
}

#[cfg(test)]
mod tests {
    use sensio_partner::{DecodeOptions, WarningKind, decode_event};

    use super::*;

    #[test]
    fn spoilt_bodies_are_what_their_faults_say() {
        for body in [&b"{}"[..], br#"{"triggerValue":7,"state":1}"#] {
            for (fault, kind) in [
                (Fault::UnusedMembers, WarningKind::NotUsed),
                (Fault::PascalCase, WarningKind::NameCase),
                (Fault::NumberAsText, WarningKind::NumberAsText),
                (Fault::UnknownMember, WarningKind::UnknownMember),
            ] {
                let mut spoilt = body.to_vec();
                spoil(fault, Call::PostEvent, &mut String::new(), &mut spoilt);
                let read = decode_event(&spoilt, &DecodeOptions::lenient()).unwrap();
                let warnings = read.warnings();
                assert!(!warnings.is_empty() && warnings.iter().all(|one| one.kind == kind));
            }
            for fault in [Fault::DuplicateMember, Fault::CutBody, Fault::LargeBody] {
                let mut spoilt = body.to_vec();
                spoil(fault, Call::PutEvent, &mut String::new(), &mut spoilt);
                assert!(decode_event(&spoilt, &DecodeOptions::lenient()).is_err());
            }
        }
    }

    #[test]
    fn statuses_and_tokens_keep_their_members() {
        let mut body = b"{}".to_vec();
        spoil(
            Fault::DuplicateMember,
            Call::PutStatus,
            &mut String::new(),
            &mut body,
        );
        assert_eq!(body, b"{}");
    }
}
