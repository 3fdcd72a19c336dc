//! The double: calls in, answers out.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use alarm_codes::Timestamp;
use alarm_codes::national_identity_number::holds_identity_number;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use fhir_vkp::OutcomeCode;
use fhir_vkp::decode::{DecodeOptions, decode};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

use super::fault::{Calls, Fault, Planned};
use super::helseid::{HelseId, Refused};
use super::journal::{End, Journal};

/// What JFT takes: about 1 MB (FHIR reference 9.2).
const MOST: usize = 1_000_000;

/// A double of HelseID, JFT and VKP.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Double {
    /// Where it listens, without TLS.
    pub listen: SocketAddr,
    /// Demand a token of its own, and a proof with each call.
    pub tokens: bool,
    /// Demand a nonce in proofs from the beginning.
    pub nonce: bool,
    /// How long it takes until a document is journaled.
    pub journal_after: Duration,
    /// Read documents leniently; otherwise the first deviation is refused.
    pub lenient: bool,
    /// What searches in VKP are answered with, by resource in lower case. Others are answered with an
    /// empty searchset.
    pub answers: BTreeMap<String, Vec<u8>>,
    /// What goes wrong.
    pub faults: Vec<Planned>,
    /// End after so many writes.
    pub writes: Option<u64>,
}

/// Why a double cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address.
    #[error("cannot listen: {0}")]
    Listen(#[from] io::Error),
}

/// One call and its answer. Holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Answered {
    /// `POST`, `GET` …
    pub method: String,
    /// The path.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
    /// The fault that showed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// The id of a document that was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Whether the document was there already.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub repeat: bool,
    /// What was read past in a document, as `path: what`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<String>,
}

/// What a double has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DoubleReport {
    /// Calls of every kind.
    pub calls: u64,
    /// Calls that were refused, not counting faults.
    pub refused: u64,
    /// Writes that were taken, repeats counted.
    pub writes: u64,
    /// Documents that are kept.
    pub documents: usize,
}

impl Double {
    /// One that demands tokens and nonces, reads strictly, and journals after two seconds.
    #[must_use]
    pub fn new(listen: SocketAddr) -> Self {
        Double {
            listen,
            tokens: true,
            nonce: true,
            journal_after: Duration::from_secs(2),
            lenient: false,
            answers: BTreeMap::new(),
            faults: Vec::new(),
            writes: None,
        }
    }

    /// Serves until `stop` is ready or enough has been written. `listening` gets the address, `tell` every
    /// call.
    ///
    /// # Errors
    ///
    /// [`StartError`].
    pub async fn serve(
        self,
        stop: impl Future<Output = ()> + Send + 'static,
        listening: impl FnOnce(SocketAddr),
        mut tell: impl FnMut(&Answered),
    ) -> Result<DoubleReport, StartError> {
        let listener = TcpListener::bind(self.listen).await?;
        listening(listener.local_addr()?);
        let (events, mut told) = mpsc::unbounded_channel();
        let mut helse_id = HelseId::default();
        if self.nonce {
            helse_id.renew_nonce();
        }
        let enough = self.writes;
        let memory = Arc::new(Memory {
            faults: Mutex::new(self.faults.clone()),
            helse_id: Mutex::new(helse_id),
            journal: Mutex::new(Journal::default()),
            double: self,
            events,
        });
        let (end, ended) = oneshot::channel::<()>();
        let router = Router::new().fallback(call).with_state(Arc::clone(&memory));
        let server = axum::serve(listener, router).with_graceful_shutdown(async {
            tokio::select! {
                () = stop => {}
                _ = ended => {}
            }
        });
        let mut server = std::pin::pin!(server.into_future());
        let (mut calls, mut refused, mut writes, mut end) = (0, 0, 0, Some(end));
        let mut count = |answered: &Answered| {
            calls += 1;
            refused += u64::from(answered.refused.is_some());
            writes += u64::from(answered.id.is_some());
            tell(answered);
            if enough.is_some_and(|enough| writes >= enough) {
                end.take().map(|end| end.send(()));
            }
        };
        loop {
            tokio::select! {
                biased;
                Some(answered) = told.recv() => count(&answered),
                served = &mut server => {
                    served?;
                    break;
                }
            }
        }
        while let Ok(answered) = told.try_recv() {
            count(&answered);
        }
        Ok(DoubleReport {
            calls,
            refused,
            writes,
            documents: lock(&memory.journal).len(),
        })
    }
}

struct Memory {
    double: Double,
    faults: Mutex<Vec<Planned>>,
    helse_id: Mutex<HelseId>,
    journal: Mutex<Journal>,
    events: mpsc::UnboundedSender<Answered>,
}

/// A panic elsewhere leaves nothing half done in here.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An answer with what is told of it.
struct Answer {
    status: StatusCode,
    headers: Vec<(&'static str, String)>,
    media_type: &'static str,
    body: Vec<u8>,
    refused: Option<String>,
    id: Option<String>,
    repeat: bool,
    findings: Vec<String>,
}

impl Answer {
    fn json(status: StatusCode, body: &Value) -> Self {
        Answer {
            status,
            headers: Vec::new(),
            media_type: "application/json",
            body: body.to_string().into_bytes(),
            refused: None,
            id: None,
            repeat: false,
            findings: Vec::new(),
        }
    }

    fn empty(status: StatusCode) -> Self {
        let mut answer = Self::json(status, &Value::Null);
        answer.body.clear();
        answer
    }

    /// 4xx with an OperationOutcome.
    fn outcome(status: StatusCode, kind: &str, vkp: Option<OutcomeCode>, text: &str) -> Self {
        let mut details = json!({ "text": text });
        if let Some(code) = vkp {
            details["coding"] = json!([{
                "system": OutcomeCode::SYSTEM.url(), "code": code.code(), "display": code.display(),
            }]);
        }
        let body = json!({ "resourceType": "OperationOutcome",
            "issue": [{ "severity": "error", "code": kind, "details": details }] });
        let mut answer = Self::json(status, &body);
        answer.media_type = "application/fhir+json";
        answer.refused = Some(text.to_owned());
        answer
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn into_response(self) -> Response {
        let mut response = Response::builder().status(self.status);
        if !self.body.is_empty() {
            response = response.header("content-type", self.media_type);
        }
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        let body = Body::from(self.body);
        response.body(body).unwrap_or_default()
    }
}

/// What a path asks for.
enum Asked<'p> {
    Metadata,
    Token,
    /// To JFT, or to VKP for an organisation.
    Write {
        resource: &'p str,
        at_vkp: bool,
    },
    Status {
        resource: &'p str,
        id: &'p str,
    },
    Search {
        resource: &'p str,
    },
    Nothing,
}

impl<'p> Asked<'p> {
    fn read(method: &str, path: &'p str) -> Self {
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let organisation =
            |text: &str| text.len() == 9 && text.bytes().all(|byte| byte.is_ascii_digit());
        match (method, parts.as_slice()) {
            ("GET", [".well-known", "openid-configuration"]) => Asked::Metadata,
            ("POST", ["connect", "token"]) => Asked::Token,
            (
                "POST",
                [
                    "v1",
                    resource @ ("Bundle" | "Composition" | "MedicationDispense"),
                ],
            ) => Asked::Write {
                resource,
                at_vkp: false,
            },
            ("GET", ["v1", resource, id, "$status"]) => Asked::Status { resource, id },
            ("POST", [org, resource, "_search"]) if organisation(org) => Asked::Search { resource },
            (
                "POST",
                [
                    org,
                    resource @ ("bundle" | "composition" | "medicationdispense" | "encounter"),
                ],
            ) if organisation(org) => Asked::Write {
                resource,
                at_vkp: true,
            },
            _ => Asked::Nothing,
        }
    }

    const fn is_vkp(&self) -> bool {
        matches!(
            self,
            Asked::Search { .. } | Asked::Write { at_vkp: true, .. }
        )
    }

    const fn calls(&self) -> Option<Calls> {
        match self {
            Asked::Token => Some(Calls::Token),
            Asked::Write { .. } => Some(Calls::Write),
            Asked::Status { .. } => Some(Calls::Status),
            Asked::Search { .. } => Some(Calls::Search),
            Asked::Metadata | Asked::Nothing => None,
        }
    }
}

async fn call(State(memory): State<Arc<Memory>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let (method, path) = (head.method.as_str(), head.uri.path());
    let asked = Asked::read(method, path);
    let fault = asked.calls().and_then(|calls| {
        let mut faults = lock(&memory.faults);
        let mut faults = faults.iter_mut();
        faults.find_map(|planned| planned.takes(calls).then_some(planned.fault))
    });
    if let Some(Fault::Slow(time)) = fault {
        tokio::time::sleep(time).await;
    }
    // One byte more than is taken tells that it is too long.
    let answer = match to_bytes(body, MOST + 1).await {
        Ok(body) => memory.answer(&asked, fault, &head.headers, method, path, &body),
        Err(_) => Answer::outcome(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-long",
            None,
            "the body is longer than 1 MB",
        ),
    };
    // The end of the double: nobody listens.
    let _ = memory.events.send(Answered {
        method: method.to_owned(),
        path: if holds_identity_number(path) {
            "(a number of a person stands in the path)".to_owned()
        } else {
            path.to_owned()
        },
        status: answer.status.as_u16(),
        fault: fault.map(|fault| fault.to_string()),
        refused: answer.refused.clone(),
        id: answer.id.clone(),
        repeat: answer.repeat,
        findings: answer.findings.clone(),
    });
    answer.into_response()
}

impl Memory {
    fn answer(
        &self,
        asked: &Asked<'_>,
        fault: Option<Fault>,
        headers: &HeaderMap,
        method: &str,
        path: &str,
        body: &[u8],
    ) -> Answer {
        let status_of = |code: u16| StatusCode::from_u16(code).unwrap_or(StatusCode::BAD_GATEWAY);
        match fault {
            Some(Fault::Status(status, pause)) => {
                let answer = Answer::empty(status_of(status));
                return match pause {
                    Some(pause) => answer.with("retry-after", pause.as_secs().to_string()),
                    None => answer,
                };
            }
            Some(Fault::Refuse(code)) => {
                let status = StatusCode::BAD_REQUEST;
                let mut answer = Answer::outcome(status, "forbidden", Some(code), code.display());
                answer.refused = None;
                return answer;
            }
            Some(Fault::Html) => {
                let mut answer = Answer::empty(StatusCode::BAD_GATEWAY);
                answer.media_type = "text/html";
                answer.body = b"<!DOCTYPE html><html><body>Bad gateway</body></html>".to_vec();
                return answer;
            }
            Some(Fault::ForgetTokens) => lock(&self.helse_id).forget_tokens(),
            Some(Fault::NewNonce) => lock(&self.helse_id).renew_nonce(),
            _ => {}
        }
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let mut answer = match asked {
            Asked::Metadata => Self::metadata(header("host").unwrap_or("localhost")),
            Asked::Token => self.token(body, header("dpop"), path),
            Asked::Nothing => {
                let text = "there is no such address in HelseID, JFT or VKP";
                Answer::outcome(StatusCode::NOT_FOUND, "not-found", None, text)
            }
            _ => {
                let admitted = if self.double.tokens {
                    let (authorization, proof) = (header("authorization"), header("dpop"));
                    let mut helse_id = lock(&self.helse_id);
                    helse_id.admit(asked.is_vkp(), authorization, proof, method, path)
                } else {
                    Ok(())
                };
                match admitted {
                    Err(refused) => unauthorised(&refused),
                    Ok(()) => self.serve_admitted(asked, fault, header("servicecodes"), body),
                }
            }
        };
        if let Some(nonce) = lock(&self.helse_id).nonce() {
            answer = answer.with("dpop-nonce", nonce);
        }
        if let (Some(Fault::DoneBut(status)), None) = (fault, &answer.refused) {
            let id = answer.id.take();
            answer = Answer::empty(status_of(status));
            answer.id = id;
        }
        answer
    }

    fn metadata(host: &str) -> Answer {
        let issuer = format!("http://{host}");
        let body = json!({
            "issuer": issuer,
            "token_endpoint": format!("{issuer}/connect/token"),
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "dpop_signing_alg_values_supported": ["ES256", "ES384", "PS256", "RS256"],
        });
        Answer::json(StatusCode::OK, &body)
    }

    fn token(&self, form: &[u8], proof: Option<&str>, path: &str) -> Answer {
        match lock(&self.helse_id).token(form, proof, path) {
            Ok((token, kind)) => Answer::json(
                StatusCode::OK,
                &json!({ "access_token": token, "token_type": kind, "expires_in": 600 }),
            ),
            Err(refused) => {
                let body = json!({ "error": refused.error, "error_description": refused.detail });
                let mut answer = Answer::json(StatusCode::BAD_REQUEST, &body);
                answer.refused = Some(format!("{}: {}", refused.error, refused.detail));
                answer
            }
        }
    }

    fn serve_admitted(
        &self,
        asked: &Asked<'_>,
        fault: Option<Fault>,
        service_codes: Option<&str>,
        body: &[u8],
    ) -> Answer {
        match asked {
            Asked::Write { resource, at_vkp } => self.write(resource, *at_vkp, fault, body),
            Asked::Status { resource, id } => {
                let after = self.double.journal_after;
                match lock(&self.journal).status(resource, id, after) {
                    Some(status) => Answer::json(StatusCode::OK, &status),
                    None => {
                        let text = "no such document was written";
                        Answer::outcome(StatusCode::NOT_FOUND, "not-found", None, text)
                    }
                }
            }
            Asked::Search { resource } => self.search(resource, service_codes, body),
            _ => Answer::empty(StatusCode::NOT_FOUND),
        }
    }

    fn write(&self, resource: &str, at_vkp: bool, fault: Option<Fault>, body: &[u8]) -> Answer {
        let bad = |text: &str| {
            let code = at_vkp.then_some(OutcomeCode::INVALID_FORMAT);
            Answer::outcome(StatusCode::BAD_REQUEST, "invalid", code, text)
        };
        let options = if self.double.lenient {
            DecodeOptions::lenient()
        } else {
            DecodeOptions::strict()
        };
        let document = match decode(body, options) {
            Ok(document) => document,
            Err(error) => return bad(&error.to_string()),
        };
        let written = document.resource().resource_type();
        if !written.eq_ignore_ascii_case(resource) {
            return bad("the resource is of another type than the address");
        }
        let end = match fault {
            Some(Fault::Fails) => End::Failed,
            Some(Fault::Never) => End::Never,
            _ => End::Journaled,
        };
        let kept = lock(&self.journal).keep(written, &document, now(), end);
        let findings = document.findings().iter().map(ToString::to_string);
        let mut answer = if at_vkp {
            Answer::empty(StatusCode::OK)
        } else {
            let answer = Answer::empty(StatusCode::ACCEPTED);
            if fault == Some(Fault::NoLocation) {
                answer
            } else {
                let address = format!("/v1/{written}/{}/$status", kept.id);
                answer.with("location", address)
            }
        };
        answer.findings = findings.collect();
        answer.repeat = kept.repeat;
        answer.id = Some(kept.id);
        answer
    }

    fn search(&self, resource: &str, service_codes: Option<&str>, body: &[u8]) -> Answer {
        let bad = |code: OutcomeCode, text: &str| {
            Answer::outcome(StatusCode::BAD_REQUEST, "forbidden", Some(code), text)
        };
        if service_codes.is_none_or(|codes| codes.trim().is_empty()) {
            let text = "there is no header ServiceCodes";
            return bad(OutcomeCode::NO_ACTIVE_SERVICE, text);
        }
        if body.starts_with(b"{") {
            let text = "a search is a form, not JSON";
            return bad(OutcomeCode::INVALID_FORMAT, text);
        }
        let mut answer = Answer::empty(StatusCode::OK);
        answer.media_type = "application/fhir+json";
        answer.body = match self.double.answers.get(resource) {
            Some(body) => body.clone(),
            None => br#"{"resourceType":"Bundle","type":"searchset","total":0}"#.to_vec(),
        };
        answer
    }
}

/// 401, with what is wrong (RFC 9449 7.1).
fn unauthorised(refused: &Refused) -> Answer {
    let Refused { error, detail } = refused;
    let mut answer = Answer::empty(StatusCode::UNAUTHORIZED);
    answer.refused = Some(format!("{error}: {detail}"));
    let challenge = format!("DPoP error=\"{error}\", error_description=\"{detail}\"");
    answer.with("www-authenticate", challenge)
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let micros = since.ok().and_then(|it| i64::try_from(it.as_micros()).ok());
    let now = micros.and_then(Timestamp::from_micros);
    now.unwrap_or(Timestamp::UNIX_EPOCH)
}
