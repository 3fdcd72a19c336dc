//! The client against doubles of HelseID, JFT and VKP with faults (FHIR reference 9 and 10).
#![cfg(feature = "reqwest")]

#[path = "client/double.rs"]
mod double;
#[path = "delivery/support.rs"]
#[allow(dead_code)]
mod support;

use std::time::{Duration, Instant};

use double::{Double, Fault, status};
use fhir_vkp::answer::{Class, JournalState, Refusal};
use fhir_vkp::client::{CallError, Client, Courier};
use fhir_vkp::delivery::{Config, Delivery, Event, MemoryStore, Target};
use fhir_vkp::identifier::OrganisationNumber;
use fhir_vkp::request::{
    InvalidAddress, JftQuery, JftRequests, JftType, RequestError, ServiceCodes, VkpRequests,
};
use fhir_vkp::security::{Credentials, DpopKey, Endpoint, PrivateKey, Problem};
use fhir_vkp::{Backoff, Identifier, OutcomeCode, Random, Time, WallMicros};
use support::bundle;

const KEY: &str = include_str!("keys/p256.jwk.json");

fn key() -> PrivateKey {
    PrivateKey::from_jwk(KEY, None).expect("a key")
}

async fn double() -> Double {
    Double::start(key().public_jwk()).await
}

fn client(double: &Double, bound: bool, timeout: Duration) -> Client {
    let mut credentials = Credentials::new("client-1", key(), ["nhn:jft/api"]);
    if bound {
        credentials = credentials.with_dpop(DpopKey::generate().expect("a key"));
    }
    let endpoint = Endpoint::Discover(double.address());
    Client::builder(endpoint, credentials)
        .timeout(timeout)
        .build()
        .expect("a client")
}

const LONG: Duration = Duration::from_secs(20);

fn jft(double: &Double) -> JftRequests {
    JftRequests::new(double.address(), double.address())
}

fn vkp(double: &Double) -> VkpRequests {
    VkpRequests::new(
        double.address(),
        &OrganisationNumber::new("310000000").expect("a number"),
    )
}

fn class(error: &CallError) -> Option<Class> {
    error.class()
}

#[tokio::test]
async fn a_document_is_written_with_a_bound_token_and_its_status_is_asked_for() {
    let double = double().await;
    let client = client(&double, true, LONG);
    let target = Target::Jft(jft(&double));
    let sent = client
        .send_document(&target, &bundle(1))
        .await
        .expect("taken");
    let address = sent.status.expect("a status address");
    let status = client
        .status(&jft(&double), &address)
        .await
        .expect("a status");
    assert_eq!(status.state(), JournalState::Registered);
    double.book().journaled.insert(0);
    let status = client
        .status(&jft(&double), &address)
        .await
        .expect("a status");
    assert_eq!(status.state(), JournalState::Journaled);
    let book = double.book();
    assert_eq!(book.complaints, [""; 0]);
    assert_eq!((book.tokens, &book.documents[0][..]), (1, bundle(1).body()));
    let ids: Vec<_> = book
        .asked
        .iter()
        .filter_map(|(.., headers, _)| headers.get("x-request-id"))
        .collect();
    assert_eq!(ids.len(), 3, "an id for each call but those to HelseID");
}

#[tokio::test]
async fn vkp_gets_a_bearer_token_and_no_proof() {
    let double = double().await;
    let client = client(&double, false, LONG);
    let codes = ServiceCodes::new(["ta"]).expect("codes");
    let patient = Identifier::new("urn:oid:2.16.578.1.12.4.1.4.1", "15813410033").expect("fine");
    let outcome = client
        .patient(&vkp(&double), &codes, &patient, LONG)
        .await
        .expect("found");
    assert!(outcome.body().starts_with(b"{"));
    let book = double.book();
    let (_, path, headers, body) = book.asked.last().expect("asked");
    assert_eq!(path, "/310000000/patient/_search");
    assert_eq!(headers["authorization"], "Bearer token-1");
    assert_eq!(
        (headers.get("dpop"), &body[..]),
        (None, &b"identifier=15813410033"[..])
    );
    assert!(book.complaints.is_empty());
}

#[tokio::test]
async fn nonces_are_followed_once_wherever_they_are_wanted() {
    let double = double().await;
    let client = client(&double, true, LONG);
    double.book().token_faults.push_back(Fault::Nonce("n-1"));
    double.book().api_faults.push_back(Fault::Nonce("n-2"));
    let target = Target::Jft(jft(&double));
    client
        .send_document(&target, &bundle(1))
        .await
        .expect("taken");
    assert_eq!(double.book().complaints, [""; 0]);
    assert_eq!(
        (
            double.requests("/connect/token"),
            double.requests("/v1/Bundle")
        ),
        (2, 2)
    );
    // Twice in a row is too much, but its nonce is used by the next call.
    double
        .book()
        .api_faults
        .extend([Fault::Nonce("n-3"), Fault::Nonce("n-4")]);
    let refused = client
        .send_document(&target, &bundle(1))
        .await
        .expect_err("refused");
    assert_eq!(class(&refused), Some(Class::NonceWanted));
    client
        .send_document(&target, &bundle(1))
        .await
        .expect("taken");
    assert_eq!(double.book().complaints, [""; 0]);
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let double = double().await;
    let client = client(&double, true, LONG);
    let target = Target::Jft(jft(&double));
    double.book().api_faults.push_back(status(401));
    client
        .send_document(&target, &bundle(1))
        .await
        .expect("taken");
    assert_eq!(double.book().tokens, 2);
    double.book().api_faults.extend([status(401), status(401)]);
    let refused = client
        .send_document(&target, &bundle(1))
        .await
        .expect_err("refused");
    // The third token would come after a pause, so that nobody goes round in circles.
    let rejected = matches!(refused, CallError::NoToken(Problem::TokensRejected));
    assert!(
        rejected || class(&refused) == Some(Class::Token),
        "{refused}"
    );
    assert_eq!(double.book().complaints, [""; 0]);
}

#[tokio::test]
async fn every_fault_of_an_api_has_its_class_and_is_not_repeated_by_the_client() {
    let double = double().await;
    let client = client(&double, true, LONG);
    let page = "<html>sign in</html>".to_owned();
    let outcome = r#"{"resourceType":"OperationOutcome","issue":[{"details":{"coding":[{"code":"1.4"}],"text":"Kari"}}]}"#;
    let to = vec![("location", "http://127.0.0.1:1/elsewhere".to_owned())];
    let coded = Class::Refused(Refusal::Coded(OutcomeCode::NO_ACCESS));
    for (fault, expected) in [
        (status(403), Class::Permission),
        (status(404), Class::Refused(Refusal::NotFound)),
        (status(413), Class::TooLarge),
        (status(429), Class::Transient),
        (status(500), Class::ServerFault),
        (status(503), Class::Transient),
        (Fault::Answer(307, to, String::new()), Class::Configuration),
        (
            Fault::Answer(200, Vec::new(), page.clone()),
            Class::Malformed,
        ),
        (Fault::Answer(503, Vec::new(), page), Class::Transient),
        (Fault::Answer(400, Vec::new(), outcome.into()), coded),
    ] {
        let before = double.requests("/v1/");
        double.book().api_faults.push_back(fault.clone());
        let request = jft(&double).read(JftType::Bundle, &JftQuery::default());
        let error = client.send(request).await.expect_err("a fault");
        assert_eq!(class(&error), Some(expected), "{fault:?}");
        assert_eq!(double.requests("/v1/"), before + 1, "{fault:?}");
        let shown = format!("{error} {error:?}");
        assert!(
            !shown.contains("Kari") && !shown.contains("token-"),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn a_slow_service_is_given_up_and_a_look_up_has_a_deadline_of_its_own() {
    let double = double().await;
    let client = client(&double, false, Duration::from_secs(3));
    let codes = ServiceCodes::new(["ta"]).expect("codes");
    client
        .send(vkp(&double).patients(&codes, None))
        .await
        .expect("a token and an answer");
    double.book().api_faults.push_back(Fault::Slow(LONG));
    let patient = Identifier::new("s", "v").expect("fine");
    let started = Instant::now();
    let deadline = Duration::from_millis(200);
    let error = client
        .patient(&vkp(&double), &codes, &patient, deadline)
        .await;
    assert_eq!(error, Err(CallError::Deadline));
    assert!(started.elapsed() < Duration::from_secs(3));
    double.book().api_faults.push_back(Fault::Slow(LONG));
    let error = client
        .send(vkp(&double).patients(&codes, None))
        .await
        .expect_err("given up");
    assert_eq!(class(&error), Some(Class::Ambiguous));
}

#[tokio::test]
async fn nobody_there_is_told_from_no_token() {
    let double = double().await;
    let nobody = fhir_vkp::request::BaseAddress::new("http://127.0.0.1:9").expect("an address");
    let there = client(&double, true, LONG);
    let away = JftRequests::new(nobody.clone(), nobody.clone());
    let request = || away.read(JftType::Bundle, &JftQuery::default());
    let error = there.send(request()).await.expect_err("nobody is there");
    assert_eq!(class(&error), Some(Class::NotSent));
    let credentials = Credentials::new("client-1", key(), ["x"]);
    let client = Client::builder(Endpoint::Issuer(nobody), credentials)
        .build()
        .expect("fine");
    let error = client.send(request()).await.expect_err("no token");
    assert_eq!(error, CallError::NoToken(Problem::EndpointDown));
    assert!(error.may_repeat());
    assert!(client.poll_event().is_some());
}

#[tokio::test]
async fn pages_are_followed_as_given_to_the_same_server_and_to_an_end() {
    let double = double().await;
    let client = client(&double, true, LONG);
    let base = double.base.clone();
    double.book().pages.extend([
        (
            "/v1/Bundle".to_owned(),
            format!("{base}/v1/Bundle?cursor=a%2Bb"),
        ),
        (
            "/v1/Bundle?cursor=a%2Bb".to_owned(),
            "/v1/Bundle?cursor=c".to_owned(),
        ),
    ]);
    let first = jft(&double).read(JftType::Bundle, &JftQuery::default());
    let mut pages = client.search(first.clone());
    let mut count = 0;
    while let Some(page) = pages.next().await {
        page.expect("a page");
        count += 1;
    }
    assert_eq!(count, 3);
    assert_eq!(double.book().complaints, [""; 0]);
    // Another server gets neither token nor proof.
    let elsewhere = "https://elsewhere.example.org/v1/Bundle".to_owned();
    double
        .book()
        .pages
        .insert("/v1/Bundle".to_owned(), elsewhere);
    let mut pages = client.search(first.clone());
    assert!(pages.next().await.is_some_and(|page| page.is_ok()));
    let error = pages
        .next()
        .await
        .expect("an error")
        .expect_err("another server");
    assert_eq!(
        error,
        CallError::Request(RequestError::Address(InvalidAddress::OtherOrigin))
    );
    assert!(pages.next().await.is_none());
    // A page that leads to itself.
    double
        .book()
        .pages
        .insert("/v1/Bundle".to_owned(), format!("{base}/v1/Bundle"));
    let mut pages = client.search(first);
    assert!(pages.next().await.is_some_and(|page| page.is_ok()));
    let error = pages.next().await.expect("an error").expect_err("a circle");
    assert_eq!(error, CallError::TooManyPages);
}

#[tokio::test]
async fn many_calls_at_once_share_one_token() {
    let double = double().await;
    let client = client(&double, true, LONG);
    double
        .book()
        .token_faults
        .push_back(Fault::Slow(Duration::from_millis(100)));
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let request = jft(&double).read(JftType::Bundle, &JftQuery::default());
        let client = client.clone();
        calls.spawn(async move { client.send(request).await.map(|_| ()) });
    }
    for result in calls.join_all().await {
        result.expect("done");
    }
    assert_eq!(double.book().tokens, 1);
    assert_eq!(double.requests("/v1/Bundle"), 20);
    assert_eq!(double.book().complaints, [""; 0]);
}

#[tokio::test]
async fn a_courier_brings_documents_through_faults_and_lost_answers_to_the_journal() {
    let double = double().await;
    let client = client(&double, true, LONG);
    let mut config = Config::default();
    let quick = Backoff {
        first: Duration::from_millis(20),
        longest: Duration::from_millis(50),
    };
    (config.write, config.status) = (quick, quick);
    config.attempt = Duration::from_secs(2);
    config.first_pause = Duration::from_millis(50);
    {
        let mut book = double.book();
        book.token_faults.extend([status(503), Fault::Nonce("n-1")]);
        book.api_faults.extend([
            status(503),
            Fault::Nonce("n-2"),
            Fault::Slow(Duration::from_secs(8)),
            status(500),
            status(403),
            status(401),
        ]);
    }
    let target = Target::Jft(jft(&double));
    let delivery = Delivery::open(
        Time::ZERO,
        WallMicros::now(),
        target,
        MemoryStore::new(),
        config,
        Random::new(7),
    );
    let mut courier = Courier::new(client, delivery.expect("opened"));
    for number in 0..5 {
        courier.submit(&bundle(number), None).expect("taken over");
    }
    let mut journaled = 0;
    while journaled < 5 {
        let event = tokio::time::timeout(Duration::from_secs(60), courier.next_event()).await;
        match event.expect("it goes on") {
            Event::Journaled { .. } => journaled += 1,
            // The patient record acknowledges a little later.
            Event::Progress { .. } => double.book().journaled.extend(0..5),
            Event::Parked { why, .. } => panic!("parked: {why}"),
            _ => {}
        }
    }
    assert_eq!(courier.delivery().open_documents(), 0);
    let book = double.book();
    assert_eq!(
        book.documents.len(),
        5,
        "repeats are byte for byte the same"
    );
    assert_eq!(book.complaints, [""; 0]);
}
