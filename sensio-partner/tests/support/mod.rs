//! A server that answers as it is told and remembers what it was asked.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use sensio_partner::Endpoint;
use tokio::net::TcpListener;

/// One answer of the script.
#[derive(Clone, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    pub(crate) delay: Duration,
}

pub(crate) fn answer(status: u16) -> Answer {
    Answer {
        status,
        ..Answer::default()
    }
}

impl Answer {
    pub(crate) fn with_body(mut self, body: impl Into<String>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

/// One request that came, tokens aside.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

#[derive(Default)]
struct Book {
    tokens: VecDeque<Answer>,
    answers: VecDeque<Answer>,
    otherwise: Option<Answer>,
    asked: Vec<Asked>,
    token_calls: Vec<Asked>,
    running: usize,
    most_running: usize,
}

#[derive(Clone, Default)]
pub(crate) struct Server {
    book: Arc<Mutex<Book>>,
    address: Option<SocketAddr>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let server = Self {
            address: Some(listener.local_addr().expect("an address")),
            ..Self::default()
        };
        let app = Router::new().fallback(handle).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        server
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address.expect("started")
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint::new(&format!("http://{}/partner/", self.address())).expect("loopback")
    }

    /// The next answers to calls; afterwards 200.
    pub(crate) fn answers(&self, answers: impl IntoIterator<Item = Answer>) {
        self.book.lock().expect("book").answers.extend(answers);
    }

    /// The answer when the script has come to its end.
    pub(crate) fn otherwise(&self, answer: Answer) {
        self.book.lock().expect("book").otherwise = Some(answer);
    }

    /// The next answers to the token call; afterwards a new token each time.
    pub(crate) fn tokens(&self, answers: impl IntoIterator<Item = Answer>) {
        self.book.lock().expect("book").tokens.extend(answers);
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.book.lock().expect("book").asked.clone()
    }

    pub(crate) fn token_calls(&self) -> Vec<Asked> {
        self.book.lock().expect("book").token_calls.clone()
    }

    pub(crate) fn most_running(&self) -> usize {
        self.book.lock().expect("book").most_running
    }

    fn next(&self, asked: Asked) -> Answer {
        let mut book = self.book.lock().expect("book");
        if asked.path.ends_with("/accesstoken") {
            book.token_calls.push(asked);
            let body = format!("{{\"access_token\":\"token-{}\"}}", book.token_calls.len());
            return book
                .tokens
                .pop_front()
                .unwrap_or(answer(200).with_body(body));
        }
        book.asked.push(asked);
        book.running += 1;
        book.most_running = book.most_running.max(book.running);
        let otherwise = book.otherwise.clone().unwrap_or(answer(200));
        book.answers.pop_front().unwrap_or(otherwise)
    }
}

async fn handle(
    State(server): State<Server>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let is_call = !uri.path().ends_with("/accesstoken");
    let answer = server.next(Asked {
        method,
        path: uri.path().to_owned(),
        headers,
        body,
    });
    tokio::time::sleep(answer.delay).await;
    if is_call {
        server.book.lock().expect("book").running -= 1;
    }
    let mut response = answer.body.into_response();
    *response.status_mut() = StatusCode::from_u16(answer.status).expect("a status");
    for (name, value) in answer.headers {
        response
            .headers_mut()
            .insert(name, value.parse().expect("a value"));
    }
    response
}
