//! A double of HelseID, JFT and VKP that outlives the program under test, and fails as it is told. It
//! checks that tokens and proofs are shown; what they say is checked by the tests of `fhir-vkp`.
#![allow(dead_code, reason = "each test file uses a part")]

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::web::loopback;

/// A synthetic person.
pub(crate) const NUMBER: &str = "15813410033";
pub(crate) const NAME: &str = "BLID FJELLREV";
pub(crate) const ORGANISATION: &str = "310000000";
const KEY: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../fhir-vkp/tests/keys/p256.jwk.json"
));

/// What goes wrong once.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// This status, and nothing is done.
    Answer(u16),
    /// It is done, and the answer is this one all the same.
    KeptButAnswer(u16),
    /// It is done, and the connection is cut.
    KeptButCut,
    /// Another nonce is wanted.
    Nonce(&'static str),
    /// All tokens are forgotten: 401.
    ForgetTokens,
}

#[derive(Default)]
pub(crate) struct Book {
    pub(crate) token_faults: VecDeque<Fault>,
    pub(crate) write_faults: VecDeque<Fault>,
    /// Every document that came, repeats too: its identifier and its bytes.
    pub(crate) documents: Vec<(String, Bytes)>,
    /// Where each came.
    pub(crate) paths: Vec<String>,
    /// What the status of every document says.
    pub(crate) status: Value,
    /// How long searches take.
    pub(crate) search_takes: Duration,
    /// The patient that every search finds.
    pub(crate) patient: Value,
    pub(crate) searches: usize,
    /// What the assertions said by which tokens were asked for, unchecked.
    pub(crate) assertions: Vec<Value>,
    /// What was wrong with what was shown.
    pub(crate) complaints: Vec<String>,
    live: HashSet<String>,
    bound: HashSet<String>,
    tokens: usize,
    nonce: Option<&'static str>,
    proofs: HashSet<String>,
}

impl Book {
    /// The identifiers that came, each with the different bytes under it.
    pub(crate) fn by_identifier(&self) -> HashMap<&str, HashSet<&Bytes>> {
        let mut all: HashMap<&str, HashSet<&Bytes>> = HashMap::new();
        for (identifier, bytes) in &self.documents {
            all.entry(identifier).or_default().insert(bytes);
        }
        all
    }
}

pub(crate) struct Double {
    runtime: Option<tokio::runtime::Runtime>,
    pub(crate) address: SocketAddr,
    book: Arc<Mutex<Book>>,
}

#[derive(Clone)]
struct Shared {
    book: Arc<Mutex<Book>>,
    base: String,
}

pub(crate) fn journaled() -> Value {
    json!({"registered": "2026-03-14T02:20:00Z", "read": "2026-03-14T02:20:30Z",
        "journaled": "2026-03-14T02:21:00Z", "failed": null})
}

impl Double {
    pub(crate) fn start() -> Self {
        let (runtime, listener, address) = loopback();
        let book: Arc<Mutex<Book>> = Arc::default();
        book.lock().expect("free").status = journaled();
        let shared = Shared {
            book: Arc::clone(&book),
            base: format!("http://{address}"),
        };
        let router = Router::new().fallback(handle).with_state(shared);
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self {
            runtime: Some(runtime),
            address,
            book,
        }
    }

    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        // A cut connection unwinds, but not while it holds the book.
        self.book.lock().expect("free")
    }

    /// The table of an output to it, with a register that knows these devices.
    pub(crate) fn table(&self, directory: &Path, devices: &[&str], more: &str) -> String {
        self.table_for("jft", "test", directory, devices, more)
    }

    pub(crate) fn table_for(
        &self,
        service: &str,
        stage: &str,
        directory: &Path,
        devices: &[&str],
        more: &str,
    ) -> String {
        let (key, patients) = (directory.join("key"), directory.join("patients.csv"));
        std::fs::write(&key, KEY).expect("a file");
        let rows = devices.iter();
        let rows: String = rows
            .map(|device| format!("{device},{NUMBER},{NAME}\n"))
            .collect();
        std::fs::write(&patients, format!("controller,identifier,name\n{rows}")).expect("a file");
        let base = format!("http://{}", self.address);
        format!(
            "[outputs.fhir]\nservice = \"{service}\"\nstage = \"{stage}\"\n\
             organisation = \"{ORGANISATION}\"\nsender = \"https://alarm.example.net\"\n\
             client_id = \"client-1\"\nkey = {{ file = {key:?} }}\npatients = {patients:?}\n\
             status_after = \"200ms\"\n\
             addresses = {{ helseid = \"{base}\", vkp = \"{base}\", jft_write = \"{base}\", \
             jft_read = \"{base}\" }}\n{more}\n"
        )
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn handle(
    State(shared): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let takes = match uri.path().ends_with("/_search") {
        true => shared.book.lock().expect("free").search_takes,
        false => Duration::ZERO,
    };
    tokio::time::sleep(takes).await;
    match shared.answer(&uri, &headers, &body) {
        Some(response) => response,
        // Without a message: the connection ends with its task.
        None => std::panic::resume_unwind(Box::new("cut")),
    }
}

fn plain(status: u16, headers: &[(&'static str, &str)], body: &Value) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    let mut response = (status, body.to_string()).into_response();
    for (name, value) in headers {
        let value = value.parse().expect("a value");
        response.headers_mut().insert(*name, value);
    }
    response
}

/// What a signed text says, unchecked.
fn said(signed: &str) -> Option<Value> {
    let claims = URL_SAFE_NO_PAD.decode(signed.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&claims).ok()
}

/// What a proof says, unchecked.
fn claims(headers: &HeaderMap) -> Option<Value> {
    said(headers.get("dpop")?.to_str().ok()?)
}

impl Shared {
    fn answer(&self, uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Option<Response> {
        let (path, mut book) = (uri.path(), self.book.lock().expect("free"));
        if path == "/.well-known/openid-configuration" {
            let endpoint = format!("{}/connect/token", self.base);
            let document = json!({"issuer": self.base, "token_endpoint": endpoint});
            return Some(plain(200, &[], &document));
        }
        let claims = claims(headers);
        if let Some(claims) = &claims {
            let id = claims["jti"].as_str().unwrap_or_default().to_owned();
            if !book.proofs.insert(id) {
                book.complaints.push("a proof was used twice".into());
            }
        }
        if path == "/connect/token" {
            return Some(token(&mut book, claims.as_ref(), body));
        }
        let shown = headers
            .get("authorization")
            .and_then(|shown| shown.to_str().ok());
        let token = shown
            .and_then(|shown| shown.split_once(' '))
            .map(|(_, token)| token);
        let Some(token) = token.filter(|token| book.live.contains(*token)) else {
            return Some(plain(401, &[], &Value::Null));
        };
        let token = token.to_owned();
        if book.bound.contains(&token) && claims.is_none() {
            book.complaints.push("a bound token without a proof".into());
        }
        if path.ends_with("/_search") {
            book.searches += 1;
            let entries = match &book.patient {
                Value::Null => json!([]),
                patient => json!([{"resource": patient}]),
            };
            let found = json!({"resourceType": "Bundle", "type": "searchset", "entry": entries});
            return Some(plain(200, &[], &found));
        }
        let nonce = claims.as_ref().and_then(|claims| claims["nonce"].as_str());
        if let Some(wanted) = book.nonce.filter(|wanted| nonce != Some(wanted)) {
            return Some(nonce_wanted(wanted));
        }
        if path.ends_with("/$status") {
            return Some(plain(200, &[], &book.status));
        }
        self.write(&mut book, path, body)
    }

    /// `None` when the connection is to be cut.
    fn write(&self, book: &mut Book, path: &str, body: &Bytes) -> Option<Response> {
        let fault = book.write_faults.pop_front();
        match fault {
            Some(Fault::Answer(status)) => {
                return Some(plain(status, &[("retry-after", "1")], &Value::Null));
            }
            Some(Fault::ForgetTokens) => {
                book.live.clear();
                return Some(plain(401, &[], &Value::Null));
            }
            Some(Fault::Nonce(nonce)) => {
                book.nonce = Some(nonce);
                return Some(nonce_wanted(nonce));
            }
            _ => {}
        }
        let resource: Value = serde_json::from_slice(body).unwrap_or_default();
        let identifier = match &resource["identifier"] {
            Value::Array(many) => many[0]["value"].clone(),
            one => one["value"].clone(),
        };
        let number = book.documents.len();
        let identifier = identifier.as_str().unwrap_or_default().to_owned();
        book.documents.push((identifier, body.clone()));
        book.paths.push(path.to_owned());
        match fault {
            Some(Fault::KeptButCut) => None,
            Some(Fault::KeptButAnswer(status)) => Some(plain(status, &[], &Value::Null)),
            _ if path.starts_with("/v1/") => {
                let status = format!("{}{path}/{number}/$status", self.base);
                Some(plain(202, &[("location", &status)], &Value::Null))
            }
            _ => Some(plain(201, &[], &Value::Null)),
        }
    }
}

fn nonce_wanted(nonce: &str) -> Response {
    let wanted = [
        ("dpop-nonce", nonce),
        ("www-authenticate", "DPoP error=\"use_dpop_nonce\""),
    ];
    plain(401, &wanted, &Value::Null)
}

fn token(book: &mut Book, claims: Option<&Value>, body: &Bytes) -> Response {
    match book.token_faults.pop_front() {
        Some(Fault::Nonce(nonce)) => {
            let error = json!({"error": "use_dpop_nonce"});
            return plain(400, &[("dpop-nonce", nonce)], &error);
        }
        Some(Fault::Answer(status)) => return plain(status, &[], &Value::Null),
        _ => {}
    }
    let body = String::from_utf8_lossy(body);
    let mut pairs = body.split('&');
    match pairs.find_map(|pair| said(pair.strip_prefix("client_assertion=")?)) {
        Some(claims) => book.assertions.push(claims),
        None => book
            .complaints
            .push("a token was asked for without an assertion".into()),
    }
    book.tokens += 1;
    let token = format!("secret-token-{}", book.tokens);
    book.live.insert(token.clone());
    let kind = match claims {
        Some(_) => {
            book.bound.insert(token.clone());
            "DPoP"
        }
        None => "Bearer",
    };
    let answer = json!({"access_token": token, "token_type": kind, "expires_in": 600});
    plain(200, &[], &answer)
}
