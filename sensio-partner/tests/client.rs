//! The client against a real server with injected faults (Partner API reference 3, 4, 8, 9).
#![cfg(feature = "reqwest")]

mod support;

use std::time::{Duration, Instant};

use sensio_partner::client::Client;
use sensio_partner::token::{Config, Credentials, Problem};
use sensio_partner::{
    CallError, Class, Description, DeviceIdentifier, DeviceStatus, Effect, Endpoint, ErrorShape,
    EventParameters, EventType, GateLimits, Outcome, Refusal, Requests, State, StatusEntry,
    WireProfile, wire::EmptyBody,
};
use support::{Answer, Server, answer};

fn credentials() -> Credentials {
    Credentials::new("nordlys-partner", "not-a-real-secret")
}

fn fast() -> GateLimits {
    let mut limits = GateLimits::default();
    limits.per_second = 1000;
    limits
}

fn client(server: &Server) -> Client {
    Client::builder(server.endpoint(), credentials())
        .limits(fast())
        .seed(7)
        .build()
        .expect("a client")
}

fn device() -> DeviceIdentifier {
    DeviceIdentifier::new("SN-004711").expect("valid")
}

async fn post(client: &Client) -> Result<Outcome, CallError> {
    let event = EventParameters {
        description: Description::new("Fall ved sengen").ok(),
        ..EventParameters::new()
    };
    let delivered = client.post_event(&device(), EventType::FALL, &event).await;
    delivered.map(|delivered| delivered.outcome)
}

async fn heartbeat(client: &Client, device: &DeviceIdentifier) {
    let status = DeviceStatus::heartbeat();
    client.put_status(device, &status).await.expect("done");
}

async fn refused(client: &Client) -> Outcome {
    match post(client).await {
        Err(CallError::Outcome(outcome)) => *outcome,
        other => panic!("not refused by the server: {other:?}"),
    }
}

async fn class_of(answer: Answer) -> Class {
    let server = Server::start().await;
    server.otherwise(answer);
    refused(&client(&server)).await.class
}

#[tokio::test]
async fn an_alarm_is_raised_updated_and_closed() {
    let server = Server::start().await;
    let client = client(&server);
    assert_eq!(
        post(&client).await.expect("done").class,
        Class::Done(Effect::Accepted)
    );
    let present = EventParameters {
        state: Some(State::PRESENT),
        ..EventParameters::new()
    };
    client
        .put_event(&device(), EventType::PATIENT_SIGNAL, &present)
        .await
        .expect("done");
    client
        .delete_event(&device(), EventType::FALL)
        .await
        .expect("done");
    heartbeat(&client, &device()).await;

    let asked = server.asked();
    let lines: Vec<_> = asked
        .iter()
        .map(|a| format!("{} {}", a.method, a.path))
        .collect();
    assert_eq!(
        lines,
        [
            "POST /partner/api/v1/devices/SN-004711/events/906",
            "PUT /partner/api/v1/devices/SN-004711/events/2",
            "DELETE /partner/api/v1/devices/SN-004711/events/906",
            "PUT /partner/api/v1/devices/SN-004711/status",
        ]
    );
    assert_eq!(asked[0].body, r#"{"description":"Fall ved sengen"}"#);
    assert_eq!(asked[1].body, r#"{"state":88}"#);
    assert!(asked[2].body.is_empty() && !asked[2].headers.contains_key("content-type"));
    assert_eq!(asked[3].body, "{}");
    for call in &asked {
        assert_eq!(call.headers["authorization"], "Bearer token-1");
        assert_eq!(
            call.headers["user-agent"],
            concat!("sensio-partner/", env!("CARGO_PKG_VERSION"))
        );
    }
    let tokens = server.token_calls();
    assert_eq!(tokens.len(), 1);
    assert_eq!(
        tokens[0].headers["content-type"],
        "application/x-www-form-urlencoded"
    );
    assert_eq!(
        tokens[0].body,
        "grant_type=client_credentials&client_id=nordlys-partner&client_secret=not-a-real-secret"
    );
}

#[tokio::test]
async fn one_401_renews_the_token_and_the_call_is_done() {
    let server = Server::start().await;
    server.answers([answer(401)]);
    post(&client(&server)).await.expect("done");
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[1].headers["authorization"], "Bearer token-2");
    assert_eq!(asked[0].body, asked[1].body);
}

#[tokio::test]
async fn a_second_401_is_an_error() {
    let server = Server::start().await;
    server.answers([answer(401), answer(401)]);
    let client = client(&server);
    assert_eq!(refused(&client).await.class, Class::Token);
    assert_eq!(server.asked().len(), 2);
    assert_eq!(server.token_calls().len(), 2);
}

#[tokio::test]
async fn many_calls_that_meet_401_share_one_renewal() {
    let server = Server::start().await;
    let client = client(&server);
    post(&client).await.expect("done");
    server.answers((0..4).map(|_| answer(401).after(Duration::from_millis(100))));
    let calls = (0..4).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { post(&client).await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.expect("no panic").expect("done");
    }
    assert_eq!(server.token_calls().len(), 2);
}

#[tokio::test]
async fn conflict_and_missing_events_depend_on_the_call() {
    let server = Server::start().await;
    let client = client(&server);
    server.answers([
        answer(409),
        answer(404),
        answer(410),
        answer(404),
        answer(404),
    ]);
    assert_eq!(
        post(&client).await.expect("done").class,
        Class::Done(Effect::AlreadyActive)
    );
    for _ in 0..2 {
        let delivered = client.delete_event(&device(), EventType::FALL).await;
        let class = delivered.expect("done").outcome.class;
        assert_eq!(class, Class::Done(Effect::WasNotActive));
    }
    let event = EventParameters::new();
    let put = client.put_event(&device(), EventType::FALL, &event).await;
    let class = put.expect_err("refused").class();
    assert_eq!(class, Class::Permanent(Refusal::NoActiveEvent));
    assert_eq!(
        refused(&client).await.class,
        Class::Permanent(Refusal::UnknownDevice)
    );
}

#[tokio::test]
async fn a_server_that_asks_for_a_pause_gets_it() {
    let server = Server::start().await;
    server.answers([answer(429).with_header("retry-after", "1")]);
    let client = client(&server);
    let outcome = refused(&client).await;
    assert_eq!(outcome.class, Class::Transient);
    assert_eq!(outcome.pause, Some(Duration::from_secs(1)));
    let began = Instant::now();
    post(&client).await.expect("done");
    assert!(began.elapsed() >= Duration::from_millis(900));
}

#[tokio::test]
async fn a_500_keeps_its_body_for_an_operator_and_shows_none_of_it() {
    let server = Server::start().await;
    let body = r#"{"Message":"Fall ved sengen","ExceptionMessage":"image of SN-004711"}"#;
    server.answers([answer(500)
        .with_body(body)
        .with_header("x-request-id", "r-1")]);
    let outcome = refused(&client(&server)).await;
    assert_eq!(outcome.class, Class::ServerFault);
    assert_eq!(outcome.request_id.as_deref(), Some("r-1"));
    assert_eq!(outcome.error_body().shape, ErrorShape::Message);
    let printed = format!("{outcome} {outcome:?} {:?}", outcome.error_body());
    for hidden in ["sengen", "SN-004711", "token-1", "127.0.0.1"] {
        assert!(!printed.contains(hidden), "{printed}");
    }
}

#[tokio::test]
async fn an_html_page_of_a_proxy_is_told_and_cut() {
    let server = Server::start().await;
    let page = format!("<!DOCTYPE html><html>{}", "x".repeat(100_000));
    server.answers([answer(502)
        .with_body(page)
        .with_header("content-type", "text/html")]);
    let outcome = refused(&client(&server)).await;
    assert_eq!(outcome.class, Class::Transient);
    assert_eq!(outcome.error_body().shape, ErrorShape::Html);
    assert_eq!(outcome.content_type.as_deref(), Some("text/html"));
    assert!(outcome.is_truncated() && outcome.body().len() == sensio_partner::BODY_LIMIT);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let other = Server::start().await;
    let elsewhere = format!("http://{}/partner/api/v1", other.address());
    for status in [301, 302, 307, 308] {
        let class = class_of(answer(status).with_header("location", elsewhere.clone())).await;
        assert_eq!(class, Class::Configuration, "{status}");
    }
    assert!(other.asked().is_empty() && other.token_calls().is_empty());
}

#[tokio::test]
async fn permission_size_and_refusals_have_their_classes() {
    assert_eq!(class_of(answer(403)).await, Class::Permission);
    assert_eq!(class_of(answer(413)).await, Class::TooLarge);
    let refused = Class::Permanent(Refusal::Refused);
    assert_eq!(class_of(answer(422)).await, refused);
}

#[tokio::test]
async fn a_slow_answer_is_ambiguous() {
    let server = Server::start().await;
    server.answers([answer(200).after(Duration::from_secs(30))]);
    let client = Client::builder(server.endpoint(), credentials())
        .timeout(Duration::from_millis(500))
        .build()
        .expect("a client");
    assert_eq!(refused(&client).await.class, Class::Ambiguous);
}

#[tokio::test]
async fn refused_credentials_are_reported_and_mended_ones_used_at_once() {
    let server = Server::start().await;
    server.tokens([answer(400).with_body(r#"{"error":"invalid_client"}"#)]);
    let client = client(&server);
    for _ in 0..3 {
        let error = post(&client).await.expect_err("no token");
        assert_eq!(error, CallError::NoToken(Problem::CredentialsRefused));
        assert_eq!(error.class(), Class::Permission);
    }
    assert_eq!(server.token_calls().len(), 1);
    let mended = Credentials::new("nordlys-partner", "mended");
    client.set_credentials(&mended).expect("complete");
    post(&client).await.expect("done");
    assert!(
        server.token_calls()[1]
            .body
            .ends_with(b"client_secret=mended")
    );
}

#[tokio::test]
async fn a_token_endpoint_that_is_down_is_tried_again() {
    let server = Server::start().await;
    server.tokens([answer(503)]);
    let client = client(&server);
    let error = post(&client).await.expect_err("no token");
    assert_eq!(error, CallError::NoToken(Problem::EndpointDown));
    assert_eq!(error.class(), Class::NotSent);
    let began = Instant::now();
    while post(&client).await.is_err() {
        assert!(began.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_token_is_renewed_beside_the_calls() {
    let server = Server::start().await;
    let short = r#"{"access_token":"short","expires_in":2}"#;
    server.tokens([answer(200).with_body(short)]);
    let client = client(&server);
    post(&client).await.expect("done");
    let began = Instant::now();
    while server.token_calls().len() < 2 {
        assert!(began.elapsed() < Duration::from_secs(20), "never renewed");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_call_that_is_dropped_while_it_fetches_a_token_harms_nobody() {
    let server = Server::start().await;
    let late = answer(200)
        .with_body("\"late\"")
        .after(Duration::from_millis(300));
    server.tokens([late]);
    let client = client(&server);
    let dropped = tokio::time::timeout(Duration::from_millis(100), post(&client)).await;
    assert!(dropped.is_err());
    post(&client).await.expect("done");
    assert_eq!(server.token_calls().len(), 1);
}

#[tokio::test]
async fn four_calls_at_once_and_events_overtake_statuses() {
    let server = Server::start().await;
    let client = client(&server);
    post(&client).await.expect("done");
    server.otherwise(answer(200).after(Duration::from_millis(200)));
    let mut calls = Vec::new();
    for _ in 0..12 {
        let client = client.clone();
        calls.push(tokio::spawn(async move {
            heartbeat(&client, &device()).await;
        }));
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    post(&client).await.expect("done");
    for call in calls {
        call.await.expect("no panic");
    }
    // Three statuses, and the place that is kept for events.
    assert_eq!(server.most_running(), 4);
    let asked = server.asked();
    let alarm = asked.iter().rposition(|call| call.method == "POST");
    assert!(
        alarm.is_some_and(|at| at < 10),
        "the alarm waited: {alarm:?}"
    );
}

#[tokio::test]
async fn a_bad_entry_is_found_in_a_batch_and_the_others_are_delivered() {
    let server = Server::start().await;
    let client = client(&server);
    let entries: Vec<_> = (0..4)
        .map(|i| StatusEntry {
            device: DeviceIdentifier::new(&format!("SN-{i}")).expect("valid"),
            status: DeviceStatus::heartbeat(),
        })
        .collect();
    // All four; the first two; the last two; the third; the fourth.
    server.answers([
        answer(400),
        answer(200),
        answer(404),
        answer(500),
        answer(200),
    ]);
    assert_eq!(client.put_statuses(&entries).await.expect("sent"), [2]);
    let asked = server.asked();
    assert_eq!(asked[0].path, "/partner/api/v1/devices/status");
    assert_eq!(asked[3].body, r#"[{"deviceIdentifier":"SN-2"}]"#);
}

#[tokio::test]
async fn a_server_that_is_not_there_gets_nothing() {
    let server = Server::start().await;
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = closed.local_addr().expect("an address");
    drop(closed);
    let token_url = format!("http://{}/accesstoken", server.address());
    let endpoint = Endpoint::new(&format!("http://{address}"))
        .and_then(|endpoint| endpoint.with_token_url(&token_url))
        .expect("loopback");
    let client = Client::builder(endpoint, credentials())
        .build()
        .expect("a client");
    assert_eq!(refused(&client).await.class, Class::NotSent);
}

/// Section 4.1: what a path does to identifiers on its way through a real URL library and server.
#[tokio::test]
async fn identifiers_arrive_as_one_segment_and_the_traps_are_closed() {
    for trap in ["", ".", "..", "a/b", "a\\b"] {
        assert!(DeviceIdentifier::new(trap).is_err(), "{trap:?}");
    }
    // Why: this would be the call for many devices, encoded or not.
    for trap in [".", "%2e"] {
        let url = url::Url::parse(&format!("https://unity.example.no/devices/{trap}/status"));
        assert_eq!(url.expect("a URL").path(), "/devices/status");
    }
    let server = Server::start().await;
    let client = client(&server);
    let requests = Requests::new(server.endpoint());
    for name in [
        "...", "%2e%2e", "a b", "a?b#c", "50%", "blåbær", "a+b", "a;b=c", "a:b@c", ".a",
    ] {
        let device = DeviceIdentifier::new(name).expect("a valid one");
        let event = EventParameters::new();
        let delivered = client.post_event(&device, EventType::FALL, &event).await;
        delivered.expect("done");
        let path = server.asked().last().expect("a call").path.clone();
        let segments: Vec<_> = path.split('/').collect();
        assert_eq!(segments.len(), 8, "{path}");
        let arrived = DeviceIdentifier::from_path_segment(segments[5], Default::default());
        assert_eq!(arrived.as_ref(), Ok(&device), "{path}");
        heartbeat(&client, &device).await;
        let path = server.asked().last().expect("a call").path.clone();
        assert_eq!(
            path,
            requests
                .put_status(&device, &DeviceStatus::heartbeat())
                .path()
        );
    }
}

#[tokio::test]
async fn a_call_without_a_body_says_so() {
    let server = Server::start().await;
    let mut profile = WireProfile::default();
    profile.empty_body = EmptyBody::None;
    let client = Client::builder(server.endpoint(), credentials())
        .profile(profile)
        .build()
        .expect("a client");
    heartbeat(&client, &device()).await;
    let asked = &server.asked()[0];
    assert!(asked.body.is_empty() && !asked.headers.contains_key("content-type"));
    assert_eq!(asked.headers["content-length"], "0");
}

#[tokio::test]
async fn neither_client_nor_builder_print_secrets() {
    let server = Server::start().await;
    let builder = Client::builder(server.endpoint(), credentials()).proxy("http://u:p@127.0.0.1:1");
    let printed = format!("{builder:?}");
    assert!(
        !printed.contains("not-a-real") && !printed.contains("u:p"),
        "{printed}"
    );
    let printed = format!("{:?}", builder.token(Config::default()).build());
    assert!(
        !printed.contains("not-a-real") && !printed.contains("u:p"),
        "{printed}"
    );
}
