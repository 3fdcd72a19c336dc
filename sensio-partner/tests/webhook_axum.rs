//! The webhook router over real sockets, spoken to byte by byte.
#![cfg(feature = "axum")]

mod raw_http;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use raw_http::{Answer, exchange, request};
use sensio_partner::Secret;
use sensio_partner::webhook::axum::{Handler, NotDurable, router};
use sensio_partner::webhook::{Config, Incoming, Receiver, Verifier, Webhook};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const TOKEN: (&str, &str) = (
    "X-SensioPartner-ValidationToken",
    "3c1f5f7a-not-a-real-token",
);
const NAME: (&str, &str) = ("X-SensioPartner-EventName", "RequestDeactivateEvent");
const JSON: (&str, &str) = ("Content-Type", "application/json");
const BODY: &[u8] = br#"{"DeviceIdentifier":"SN-004711","EventType":906}"#;

#[derive(Clone, Default)]
struct Store {
    kept: Arc<Mutex<Vec<Webhook>>>,
    full: bool,
}

impl Handler for Store {
    async fn handle(&self, incoming: &Incoming) -> Result<(), NotDurable> {
        assert!(incoming.source().is_some(), "the address of the peer");
        if self.full {
            return Err(NotDurable);
        }
        let mut kept = self.kept.lock().expect("unpoisoned");
        kept.push(incoming.webhook().clone());
        Ok(())
    }
}

async fn serve(store: Store) -> SocketAddr {
    serve_with(store, Config::default()).await
}

async fn serve_with(store: Store, config: Config) -> SocketAddr {
    let verifier = Verifier::new(&[Secret::new(TOKEN.1)]).expect("fit");
    let app = router("/hooks/sensio", Receiver::new(verifier, config), store);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

async fn post(address: SocketAddr, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let request = request("POST", "/hooks/sensio", headers, body);
    exchange(address, &request).await.expect("an answer")
}

#[tokio::test]
async fn two_hundred_comes_after_the_outcome_is_kept_and_five_hundred_when_it_is_not() {
    let store = Store::default();
    let address = serve(store.clone()).await;
    let answer = post(address, &[TOKEN, NAME, JSON], BODY).await;
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    assert_eq!(store.kept.lock().expect("unpoisoned").len(), 1);
    let full = Store {
        full: true,
        ..Store::default()
    };
    let address = serve(full).await;
    let answer = post(address, &[TOKEN, NAME, JSON], BODY).await;
    assert_eq!(answer.status, 500);
}

#[tokio::test]
async fn refusals_have_their_status_and_repeat_nothing() {
    let store = Store::default();
    let address = serve(store.clone()).await;
    let wrong = ("X-SensioPartner-ValidationToken", "a-guess-of-some-length");
    for (headers, body, status) in [
        (vec![NAME, JSON], BODY, 403),
        (vec![wrong, NAME, JSON], BODY, 403),
        (vec![TOKEN, TOKEN, NAME, JSON], BODY, 403),
        (vec![TOKEN, JSON], BODY, 400),
        (vec![TOKEN, NAME, NAME, JSON], BODY, 400),
        (vec![TOKEN, NAME, ("Content-Type", "text/html")], BODY, 400),
        (
            vec![TOKEN, NAME, JSON],
            &b"{\"EventType\":\"kari\"}"[..],
            400,
        ),
    ] {
        let answer = post(address, &headers, body).await;
        assert_eq!(answer.status, status, "{headers:?}");
        let text = answer.text();
        assert!(!text.is_empty() && text.len() < 100);
        assert!(!text.contains("guess") && !text.contains("kari"), "{text}");
    }
    let get = exchange(address, &request("GET", "/hooks/sensio", &[TOKEN], b"")).await;
    let get = get.expect("an answer");
    assert_eq!((get.status, get.header("allow")), (405, Some("POST")));
    assert!(store.kept.lock().expect("unpoisoned").is_empty());
}

#[tokio::test]
async fn a_long_body_is_refused_before_it_is_sent() {
    let address = serve(Store::default()).await;
    // The body is announced and never comes.
    let announced = [TOKEN, NAME, JSON, ("Content-Length", "65537")];
    let announced = request("POST", "/hooks/sensio", &announced, b"");
    let answer = exchange(address, &announced).await.expect("an answer");
    assert_eq!(answer.status, 413);
    // The body has no length and does not end.
    let chunked = [TOKEN, NAME, JSON, ("Transfer-Encoding", "chunked")];
    let mut chunked = request("POST", "/hooks/sensio", &chunked, b"");
    let chunk = [&b"4000\r\n"[..], &[b' '; 0x4000], b"\r\n"].concat();
    for _ in 0..5 {
        chunked.extend_from_slice(&chunk);
    }
    let answer = exchange(address, &chunked).await.expect("an answer");
    assert_eq!(answer.status, 413);
    // A wrong token is told without waiting for the body.
    let wrong = [NAME, JSON, ("Content-Length", "100")];
    let wrong = request("POST", "/hooks/sensio", &wrong, b"");
    let answer = exchange(address, &wrong).await.expect("an answer");
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let mut config = Config::default();
    config.body_timeout = Duration::from_millis(300);
    let address = serve_with(Store::default(), config).await;
    let headers = [TOKEN, NAME, JSON, ("Content-Length", "48")];
    let mut slow = request("POST", "/hooks/sensio", &headers, b"");
    slow.extend_from_slice(b"{\"Device");
    let began = std::time::Instant::now();
    let answer = exchange(address, &slow).await.expect("an answer");
    assert_eq!(answer.status, 408);
    assert!(began.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn guesses_are_put_off() {
    let address = serve(Store::default()).await;
    let mut statuses = Vec::new();
    for _ in 0..31 {
        statuses.push(post(address, &[NAME, JSON], BODY).await);
    }
    assert!(statuses[..30].iter().all(|answer| answer.status == 403));
    assert_eq!(statuses[30].status, 429);
    assert!(statuses[30].header("retry-after").is_some());
}

#[tokio::test]
async fn one_connection_carries_many_calls() {
    let store = Store::default();
    let address = serve(store.clone()).await;
    let mut stream = TcpStream::connect(address).await.expect("a listener");
    let one = request("POST", "/hooks/sensio", &[TOKEN, NAME, JSON], BODY);
    for _ in 0..3 {
        stream.write_all(&one).await.expect("written");
        let mut buffer = [0; 1024];
        let read = stream.read(&mut buffer).await.expect("read");
        assert!(buffer[..read].starts_with(b"HTTP/1.1 200 "));
    }
    assert_eq!(store.kept.lock().expect("unpoisoned").len(), 3);
}
