//! A double of HelseID, JFT and VKP on axum that leaves every signature to a judge: another program, with a
//! JOSE library of its own, asked over standard output and answering on standard input, a line of JSON each.
//!
//! Two servers on the own machine, since nonces and proofs belong to one server each. The first line tells their
//! addresses and nonces. Then:
//!
//! | question | answer |
//! |---|---|
//! | `{"ask": "assertion", "form", "audience"}` | `{}` |
//! | `{"ask": "proof", "proofs", "method", "url", "nonce", "token"}` | `{"thumbprint"}` |
//! | `{"ask": "seen", "method", "base", "path", "headers", "body", "status", "refused"}` | `{}` |
//!
//! Each question has a `number` as well, and each answer repeats that of its question: a client that gives up leaves
//! a question behind, and what the judge says to it later must not be taken for the answer to the next one.
//!
//! An answer `{"refused": WORD}` to one of the first two refuses the request; so does an answer that is none of
//! these or has another number; one with a smaller number is passed over. What is refused says why, in one word, in
//! `error_description`. It ends with its standard input.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::collections::HashMap;
use std::error::Error;
use std::io::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};

/// A request that is not accepted. Why is a word; `nonce` is what was wanted.
struct Refused {
    status: u16,
    error: &'static str,
    why: String,
    nonce: Option<String>,
}

fn refused(status: u16, error: &'static str, why: impl Into<String>) -> Refused {
    Refused {
        status,
        error,
        why: why.into(),
        nonce: None,
    }
}

struct Accepted {
    status: u16,
    location: Option<String>,
    body: Option<Value>,
}

fn accepted(status: u16, body: Value) -> Accepted {
    Accepted {
        status,
        location: None,
        body: Some(body),
    }
}

struct Request {
    method: Method,
    /// Path and query.
    path: String,
    headers: HeaderMap,
    body: String,
}

impl Request {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// One of the two servers.
#[derive(Clone)]
struct Server {
    base: Arc<str>,
    nonce: &'static str,
    is_issuer: bool,
    book: Arc<Mutex<Book>>,
}

/// What both servers know.
struct Book {
    answers: mpsc::UnboundedReceiver<String>,
    /// How many questions were asked.
    questions: u64,
    /// The thumbprint of the key of each token, `None` for a bearer token.
    tokens: HashMap<String, Option<String>>,
    documents: usize,
    /// How often each status was asked for.
    asked: HashMap<String, usize>,
}

impl Book {
    /// Asks the judge. An answer that cannot be read, or is to another question, becomes a string, which accepts
    /// nothing.
    async fn ask(&mut self, mut question: Value) -> Value {
        self.questions += 1;
        question["number"] = self.questions.into();
        println!("{question}");
        if std::io::stdout().flush().is_err() {
            return json!("");
        }
        while let Some(answer) = self.answers.recv().await {
            let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
            match answer["number"].as_u64() {
                Some(number) if number == self.questions => return answer,
                // Of a request that is not there any more: hyper drops its handler with the connection.
                Some(number) if number < self.questions => {}
                _ => break,
            }
        }
        json!("")
    }
}

/// Why the judge refuses; `None` when it does not.
fn refusal(answer: &Value) -> Option<String> {
    let why = answer.get("refused")?;
    Some(why.as_str().unwrap_or("judge").to_owned())
}

impl Server {
    async fn bind(
        is_issuer: bool,
        book: &Arc<Mutex<Book>>,
    ) -> Result<(Self, TcpListener), Box<dyn Error>> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let server = Self {
            base: format!("http://{}", listener.local_addr()?).into(),
            nonce: if is_issuer {
                "nonce-of-the-issuer"
            } else {
                "nonce-of-the-api"
            },
            is_issuer,
            book: book.clone(),
        };
        Ok((server, listener))
    }

    /// The thumbprint of the key of a good DPoP proof (RFC 9449 4.3).
    async fn proof(
        &self,
        book: &mut Book,
        request: &Request,
        token: Option<&str>,
    ) -> Result<String, Refused> {
        let status = if token.is_some() { 401 } else { 400 };
        let proofs = request.headers.get_all("dpop");
        let proofs: Vec<_> = proofs
            .iter()
            .map(|proof| String::from_utf8_lossy(proof.as_bytes()))
            .collect();
        let path = request.path.split('?').next().unwrap_or_default();
        let question = json!({
            "ask": "proof", "proofs": proofs, "method": request.method.as_str(),
            "url": format!("{}{path}", self.base), "nonce": self.nonce, "token": token,
        });
        let answer = book.ask(question).await;
        let error = "invalid_dpop_proof";
        match (refusal(&answer), answer["thumbprint"].as_str()) {
            (None, Some(thumbprint)) => Ok(thumbprint.to_owned()),
            (Some(why), _) if why == "nonce" => Err(Refused {
                nonce: Some(self.nonce.to_owned()),
                ..refused(status, "use_dpop_nonce", why)
            }),
            (why, _) => {
                let why = why.unwrap_or_else(|| "judge".to_owned());
                Err(refused(status, error, why))
            }
        }
    }

    /// HelseID: discovery and token.
    async fn issue(&self, book: &mut Book, request: &Request) -> Result<Accepted, Refused> {
        let endpoint = format!("{}/connect/token", self.base);
        match (&request.method, request.path.as_str()) {
            (&Method::GET, "/.well-known/openid-configuration") => {
                let document = json!({"issuer": *self.base, "token_endpoint": endpoint});
                return Ok(accepted(200, document));
            }
            (&Method::POST, "/connect/token") => {}
            _ => return Err(refused(404, "invalid_request", "path")),
        }
        // The proof first: a client that is sent back for a nonce has not used its assertion up.
        let key = if request.headers.contains_key("dpop") {
            Some(self.proof(book, request, None).await?)
        } else {
            None
        };
        let question = json!({"ask": "assertion", "form": request.body, "audience": *self.base});
        let answer = book.ask(question).await;
        if !answer.is_object() {
            return Err(refused(401, "invalid_client", "judge"));
        }
        if let Some(why) = refusal(&answer) {
            return Err(refused(401, "invalid_client", why));
        }
        let token = format!("token-{}", book.tokens.len() + 1);
        let kind = if key.is_some() { "DPoP" } else { "Bearer" };
        book.tokens.insert(token.clone(), key);
        let answer = json!({"access_token": token, "token_type": kind, "expires_in": 300});
        Ok(accepted(200, answer))
    }

    /// JFT with a token that is bound to a key, VKP with a bearer token.
    async fn serve(&self, book: &mut Book, request: &Request) -> Result<Accepted, Refused> {
        let shown = request.header("authorization").unwrap_or_default();
        let (scheme, token) = shown.split_once(' ').unwrap_or_default();
        let Some(bound) = book.tokens.get(token).cloned() else {
            return Err(refused(401, "invalid_token", "token"));
        };
        if scheme != bound.as_ref().map_or("Bearer", |_| "DPoP") {
            return Err(refused(401, "invalid_token", "scheme"));
        }
        if let Some(bound) = &bound {
            if self.proof(book, request, Some(token)).await? != *bound {
                return Err(refused(401, "invalid_token", "jkt"));
            }
        }
        if request.method == Method::POST {
            return receive(book, request, bound.is_some());
        }
        let Some(asked) = book.asked.get_mut(&request.path) else {
            return Err(refused(404, "invalid_request", "path"));
        };
        *asked += 1;
        let time = |after: usize| (*asked >= after).then_some("2026-03-14T02:20:00.1234567+00:00");
        let status = json!({
            "registered": time(1), "read": time(2), "journaled": time(3), "failed": null,
        });
        Ok(accepted(200, status))
    }

    async fn answer(&self, request: Request) -> Response {
        let book = &mut *self.book.lock().await;
        let outcome = if self.is_issuer {
            self.issue(book, &request).await
        } else {
            self.serve(book, &request).await
        };
        let (status, why) = match &outcome {
            Ok(accepted) => (accepted.status, None),
            Err(refused) => (refused.status, Some(refused.why.as_str())),
        };
        let kept = ["authorization", "dpop", "content-type", "accept"];
        let headers: HashMap<_, _> = kept
            .into_iter()
            .filter_map(|name| Some((name, request.header(name)?)))
            .collect();
        let seen = json!({
            "ask": "seen", "method": request.method.as_str(), "base": *self.base, "path": request.path,
            "headers": headers, "body": request.body, "status": status, "refused": why,
        });
        book.ask(seen).await;
        response(outcome)
    }
}

/// Takes a document in.
fn receive(book: &mut Book, request: &Request, is_jft: bool) -> Result<Accepted, Refused> {
    let kind = request.header("content-type").unwrap_or_default();
    if !kind.starts_with("application/json") && !kind.starts_with("application/fhir+json") {
        return Err(refused(415, "invalid_request", "content-type"));
    }
    let document: Value = serde_json::from_str(&request.body)
        .map_err(|_| refused(400, "invalid_request", "document"))?;
    let name = document["resourceType"].as_str().unwrap_or_default();
    let is_there = if is_jft {
        request.path == format!("/v1/{name}")
    } else {
        request.path.to_lowercase().ends_with("/bundle")
    };
    if !is_there {
        return Err(refused(404, "invalid_request", "path"));
    }
    book.documents += 1;
    let mut location = None;
    if is_jft {
        let address = format!("{}/{}/$status", request.path, book.documents);
        book.asked.insert(address.clone(), 0);
        location = Some(address);
    }
    Ok(Accepted {
        status: if is_jft { 202 } else { 200 },
        location,
        body: None,
    })
}

fn response(outcome: Result<Accepted, Refused>) -> Response {
    let (status, headers, body) = match outcome {
        Ok(accepted) => {
            let location = accepted.location.map(|place| ("location", place));
            (accepted.status, Vec::from_iter(location), accepted.body)
        }
        Err(refused) => {
            let Refused { error, why, .. } = &refused;
            let mut headers = vec![("www-authenticate", format!("DPoP error=\"{error}\""))];
            let body = json!({"error": error, "error_description": why});
            headers.extend(refused.nonce.map(|nonce| ("dpop-nonce", nonce)));
            (refused.status, headers, Some(body))
        }
    };
    let mut response = body
        .map_or_else(String::new, |body| body.to_string())
        .into_response();
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let json = ("content-type", "application/json".to_owned());
    for (name, value) in headers.into_iter().chain([json]) {
        if let Ok(value) = header::HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

async fn handle(
    State(server): State<Server>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> Response {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let request = Request {
        method,
        path: path.to_owned(),
        headers,
        body,
    };
    server.answer(request).await
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (sender, answers) = mpsc::unbounded_channel();
    let book = Arc::new(Mutex::new(Book {
        answers,
        questions: 0,
        tokens: HashMap::new(),
        documents: 0,
        asked: HashMap::new(),
    }));
    let mut addresses = json!({});
    for (name, is_issuer) in [("sts", true), ("api", false)] {
        let (server, listener) = Server::bind(is_issuer, &book).await?;
        addresses[name] = json!({"base": *server.base, "nonce": server.nonce});
        let router = Router::new().fallback(handle).with_state(server);
        tokio::spawn(async move { axum::serve(listener, router).await });
    }
    println!("{addresses}");
    std::io::stdout().flush()?;
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        sender.send(line)?;
    }
    Ok(())
}
