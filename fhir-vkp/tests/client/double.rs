//! A double of HelseID, JFT and VKP that checks what it is shown, and fails as it is told.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{DecodingKey, Validation};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;

use fhir_vkp::request::BaseAddress;

/// What goes wrong once.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// This status, with these headers and this body.
    Answer(u16, Vec<(&'static str, String)>, String),
    /// The request is done, but the answer comes after this time.
    Slow(Duration),
    /// Another nonce is wanted.
    Nonce(&'static str),
}

pub(crate) fn status(status: u16) -> Fault {
    Fault::Answer(status, Vec::new(), String::new())
}

#[derive(Default)]
pub(crate) struct Book {
    pub(crate) token_faults: VecDeque<Fault>,
    pub(crate) api_faults: VecDeque<Fault>,
    pub(crate) tokens: usize,
    /// Method, path with query, headers, body.
    pub(crate) asked: Vec<(Method, String, HeaderMap, Bytes)>,
    pub(crate) documents: Vec<Bytes>,
    pub(crate) journaled: HashSet<usize>,
    /// The next page, for each page that has one.
    pub(crate) pages: HashMap<String, String>,
    /// What was wrong with what was shown; nothing, if all is well.
    pub(crate) complaints: Vec<String>,
    nonce: Option<&'static str>,
    ids: HashSet<String>,
    bound: HashMap<String, String>,
}

#[derive(Clone)]
pub(crate) struct Double {
    pub(crate) book: Arc<Mutex<Book>>,
    pub(crate) base: String,
    client_key: Arc<str>,
}

impl Double {
    pub(crate) async fn start(client_key: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("bound"));
        let double = Self {
            book: Arc::default(),
            base,
            client_key: client_key.into(),
        };
        let router = Router::new().fallback(handle).with_state(double.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        double
    }

    pub(crate) fn address(&self) -> BaseAddress {
        BaseAddress::new(&self.base).expect("an address")
    }

    pub(crate) fn book(&self) -> std::sync::MutexGuard<'_, Book> {
        self.book.lock().expect("not poisoned")
    }

    pub(crate) fn requests(&self, path: &str) -> usize {
        let book = self.book();
        book.asked
            .iter()
            .filter(|(_, asked, ..)| asked.starts_with(path))
            .count()
    }
}

async fn handle(
    State(double): State<Double>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (response, delay) = double.answer(&method, &uri, &headers, &body);
    tokio::time::sleep(delay).await;
    response
}

fn plain(status: u16, headers: &[(&'static str, String)], body: String) -> Response {
    let mut response = body.into_response();
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    for (name, value) in headers {
        response
            .headers_mut()
            .insert(*name, value.parse().expect("a value"));
    }
    response
}

impl Double {
    fn answer(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> (Response, Duration) {
        let path = uri
            .path_and_query()
            .map_or("/", |path| path.as_str())
            .to_owned();
        let mut book = self.book();
        book.asked
            .push((method.clone(), path.clone(), headers.clone(), body.clone()));
        if path == "/.well-known/openid-configuration" {
            let (issuer, endpoint) = (&self.base, format!("{}/connect/token", self.base));
            let document = json!({"issuer": issuer, "token_endpoint": endpoint});
            return (plain(200, &[], document.to_string()), Duration::ZERO);
        }
        let is_token = path == "/connect/token";
        let faults = if is_token {
            &mut book.token_faults
        } else {
            &mut book.api_faults
        };
        let mut delay = Duration::ZERO;
        match faults.pop_front() {
            Some(Fault::Answer(status, headers, body)) => {
                return (plain(status, &headers, body), delay);
            }
            Some(Fault::Slow(time)) => delay = time,
            Some(Fault::Nonce(nonce)) => {
                book.nonce = Some(nonce);
                let nonce = ("dpop-nonce", nonce.to_owned());
                let (status, header, body) = if is_token {
                    (
                        400,
                        nonce.clone(),
                        json!({"error": "use_dpop_nonce"}).to_string(),
                    )
                } else {
                    let wanted = "DPoP error=\"use_dpop_nonce\"".to_owned();
                    (401, ("www-authenticate", wanted), String::new())
                };
                return (plain(status, &[nonce, header], body), delay);
            }
            None => {}
        }
        // As a real server does: a proof with an older nonce is sent back.
        if let Some(nonce) = book
            .nonce
            .filter(|nonce| !is_token && nonce_of(headers) != Some((*nonce).into()))
        {
            let wanted = "DPoP error=\"use_dpop_nonce\"".to_owned();
            let headers = [
                ("dpop-nonce", nonce.to_owned()),
                ("www-authenticate", wanted),
            ];
            return (plain(401, &headers, String::new()), delay);
        }
        let response = if is_token {
            self.token(&mut book, headers, body)
        } else {
            self.check_access(&mut book, method, uri, headers);
            self.api(&mut book, method, &path, body)
        };
        (response, delay)
    }

    fn token(&self, book: &mut Book, headers: &HeaderMap, body: &Bytes) -> Response {
        let form: HashMap<_, _> = url::form_urlencoded::parse(body).into_owned().collect();
        let jwk: Jwk = serde_json::from_str(&self.client_key).expect("a JWK");
        match verified(&form["client_assertion"], &jwk) {
            None => book.complaints.push("assertion: signature".into()),
            Some(claims) => {
                if claims["aud"] != self.base.as_str() || claims["iss"] != claims["sub"] {
                    book.complaints.push("assertion: claims".into());
                }
                let time = |name: &str| claims[name].as_i64();
                if !good_times(time("iat"), time("nbf"), time("exp")) {
                    book.complaints.push("assertion: times".into());
                }
                book.once(&claims);
            }
        }
        book.tokens += 1;
        let token = format!("token-{}", book.tokens);
        let kind = match headers.get("dpop") {
            None => "Bearer",
            Some(_) => {
                let url = format!("{}/connect/token", self.base);
                let thumbprint = book.check_proof(headers, "POST", &url, None);
                book.bound
                    .insert(token.clone(), thumbprint.unwrap_or_default());
                "DPoP"
            }
        };
        let answer = json!({"access_token": token, "token_type": kind, "expires_in": 600});
        plain(200, &[], answer.to_string())
    }

    fn check_access(&self, book: &mut Book, method: &Method, uri: &Uri, headers: &HeaderMap) {
        let shown = headers
            .get("authorization")
            .and_then(|value| value.to_str().ok());
        let Some((scheme, token)) = shown.and_then(|shown| shown.split_once(' ')) else {
            return book.complaints.push("no token".into());
        };
        let Some(bound) = book.bound.get(token).cloned() else {
            if scheme != "Bearer" {
                book.complaints.push("scheme of a bearer token".into());
            }
            return;
        };
        let url = format!("{}{}", self.base, uri.path());
        let thumbprint = book.check_proof(headers, method.as_str(), &url, Some(token));
        if scheme != "DPoP" || thumbprint != Some(bound) {
            book.complaints.push("proof of another key".into());
        }
    }

    fn api(&self, book: &mut Book, method: &Method, path: &str, body: &Bytes) -> Response {
        if let Some(rest) = path.strip_suffix("/$status") {
            let number = rest
                .rsplit('/')
                .next()
                .and_then(|number| number.parse().ok());
            let journaled = number.is_some_and(|number: usize| book.journaled.contains(&number));
            let time = journaled.then_some("2026-03-14T02:21:00Z");
            let status =
                json!({"registered": "2026-03-14T02:20:00Z", "journaled": time, "failed": null});
            return plain(200, &[], status.to_string());
        }
        if *method == Method::POST && path == "/v1/Bundle" {
            let known = book.documents.iter().position(|known| known == body);
            let number = known.unwrap_or(book.documents.len());
            if known.is_none() {
                book.documents.push(body.clone());
            }
            let location = format!("{}/v1/Bundle/{number}/$status", self.base);
            return plain(202, &[("location", location)], String::new());
        }
        let next = book.pages.get(path).cloned();
        let link = next.map(|url| json!([{"relation": "next", "url": url}]));
        let bundle =
            json!({"resourceType": "Bundle", "type": "searchset", "link": link, "page": path});
        plain(200, &[], bundle.to_string())
    }
}

impl Book {
    fn once(&mut self, claims: &Value) {
        let id = claims["jti"].as_str().unwrap_or_default().to_owned();
        if id.is_empty() || !self.ids.insert(id) {
            self.complaints.push("jti used twice".into());
        }
    }

    /// The thumbprint of the key of a good proof.
    fn check_proof(
        &mut self,
        headers: &HeaderMap,
        method: &str,
        url: &str,
        token: Option<&str>,
    ) -> Option<String> {
        let proof = headers.get("dpop")?.to_str().ok()?;
        let header = URL_SAFE_NO_PAD.decode(proof.split('.').next()?).ok()?;
        let header: Value = serde_json::from_slice(&header).ok()?;
        let jwk: Jwk = serde_json::from_value(header["jwk"].clone()).ok()?;
        let claims = verified(proof, &jwk)?;
        let hash = token.map(|token| URL_SAFE_NO_PAD.encode(Sha256::digest(token)));
        let nonce = claims["nonce"].as_str();
        for (what, good) in [
            ("typ", header["typ"] == "dpop+jwt"),
            ("private key", header["jwk"].get("d").is_none()),
            ("htm", claims["htm"] == method),
            ("htu", claims["htu"] == url),
            ("ath", claims["ath"].as_str() == hash.as_deref()),
            ("nonce", self.nonce.is_none() || nonce == self.nonce),
        ] {
            if !good {
                self.complaints.push(format!("proof: {what}"));
            }
        }
        self.once(&claims);
        jwk.thumbprint(ThumbprintHash::SHA256).ok()
    }
}

/// Whether an assertion is good now, by the clock of the double: ahead of it the start may be 5 seconds,
/// the end 60, and nothing more.
fn good_times(issued: Option<i64>, start: Option<i64>, end: Option<i64>) -> bool {
    const LEEWAY: i64 = 5;
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = i64::try_from(since.expect("after 1970").as_secs()).expect("in range");
    let (Some(issued), Some(start), Some(end)) = (issued, start, end) else {
        return false;
    };
    issued.max(start) <= now + LEEWAY && now < end && end <= now + 60
}

/// What the proof says, unchecked; a bearer token needs none.
fn nonce_of(headers: &HeaderMap) -> Option<String> {
    let proof = headers.get("dpop")?.to_str().ok()?;
    let claims = URL_SAFE_NO_PAD.decode(proof.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    Some(claims["nonce"].as_str()?.to_owned())
}

fn verified(jwt: &str, jwk: &Jwk) -> Option<Value> {
    let header = jsonwebtoken::decode_header(jwt).ok()?;
    let mut validation = Validation::new(header.alg);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let key = DecodingKey::from_jwk(jwk).ok()?;
    let data = jsonwebtoken::decode::<Value>(jwt, &key, &validation).ok()?;
    Some(data.claims)
}
