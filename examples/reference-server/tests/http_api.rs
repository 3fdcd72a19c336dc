//! The HTTP API, called the way a client would.

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use reference_server::devices::Devices;
use reference_server::health::Inputs;
use reference_server::http::{HttpState, router};
use reference_server::journal::{
    AnswerDelivery, EventId, JournalHandle, JournalSettings, SqliteJournal,
};
use reference_server::output::{Action, Deliveries, OrderError, Orders};
use reference_server::telemetry;
use reference_server::time::Timestamp;
use serde_json::Value;
use support::alarm;
use tower::ServiceExt as _;

struct Api {
    journal: JournalHandle,
    router: axum::Router,
    deliveries: Deliveries,
    _directory: tempfile::TempDir,
}

impl Api {
    fn with(max_bytes: u64) -> Self {
        Self::listening(max_bytes, true)
    }

    fn listening(max_bytes: u64, local_only: bool) -> Self {
        let metrics = telemetry::install().expect("the recorder of this process");
        let directory = tempfile::tempdir().expect("a directory");
        let settings = JournalSettings {
            max_bytes,
            ..JournalSettings::at(directory.path().join("alarms.sqlite"))
        };
        let journal: JournalHandle =
            Arc::new(SqliteJournal::open(settings).expect("the journal opens"));
        let deliveries = Deliveries::default();
        let router = router(HttpState {
            devices: Devices::default(),
            lines: Default::default(),
            deliveries: deliveries.clone(),
            patients: Default::default(),
            journal: Arc::clone(&journal),
            metrics,
            inputs: Inputs::default(),
            started: Instant::now(),
            local_only,
        });
        Self {
            journal,
            router,
            deliveries,
            _directory: directory,
        }
    }

    fn new() -> Self {
        Self::with(0)
    }

    /// Posts an order with these headers beside the host.
    async fn order(&self, path: &str, headers: &[(&str, &str)], body: &str) -> (StatusCode, Value) {
        let mut request = Request::post(path).header(header::HOST, "127.0.0.1:8080");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).expect("valid");
        let (status, kind, body) = self.send(request).await;
        if !status.is_success() {
            assert_eq!(kind, "application/problem+json");
        }
        (status, serde_json::from_slice(&body).expect("JSON"))
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, String, Vec<u8>) {
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        let status = response.status();
        let kind = response.headers()[header::CONTENT_TYPE]
            .to_str()
            .expect("text")
            .to_owned();
        let body = to_bytes(response.into_body(), 16 << 20)
            .await
            .expect("a body");
        (status, kind, body.to_vec())
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        let request = Request::get(path).header(header::HOST, "127.0.0.1:8080");
        let (status, kind, body) = self.send(request.body(Body::empty()).expect("valid")).await;
        if !status.is_success() && path != "/healthz" {
            assert_eq!(kind, "application/problem+json");
        }
        (status, serde_json::from_slice(&body).expect("JSON"))
    }
}

#[tokio::test]
async fn a_cursor_walks_through_all_alarms_and_then_stays() {
    let api = Api::new();
    let (status, empty) = api.get("/api/alarms").await;
    assert_eq!(
        (status, &empty["alarms"]),
        (StatusCode::OK, &serde_json::json!([]))
    );
    assert_eq!(empty["next"], "0");
    for number in 0..25 {
        api.journal
            .store(alarm("40211870", &format!("r{number}"), "x"))
            .await
            .unwrap();
    }
    let mut cursor = empty["next"].as_str().unwrap().to_owned();
    let mut seen = Vec::new();
    loop {
        let (_, page) = api
            .get(&format!("/api/alarms?after={cursor}&limit=10"))
            .await;
        let alarms = page["alarms"].as_array().unwrap();
        if alarms.is_empty() {
            assert_eq!(page["next"], cursor.as_str());
            break;
        }
        assert!(alarms.len() <= 10);
        seen.extend(
            alarms
                .iter()
                .map(|alarm| alarm["ref"].as_str().unwrap().to_owned()),
        );
        page["next"].as_str().unwrap().clone_into(&mut cursor);
    }
    assert_eq!(
        seen,
        (0..25)
            .map(|number| format!("r{number}"))
            .collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn a_list_shows_the_event_as_it_was_stored() {
    let api = Api::new();
    let mut entry = alarm("40211870", "r1", "x");
    entry.event = "{\"value\":1.50,\"unknown\":[null]}".into();
    api.journal.store(entry).await.unwrap();
    api.journal
        .store(alarm("40211870", "r1", "y"))
        .await
        .unwrap();
    let request = Request::get("/api/alarms").body(Body::empty()).unwrap();
    let (_, _, body) = api.send(request).await;
    let text = String::from_utf8(body).unwrap();
    assert!(
        text.contains("\"event\":{\"value\":1.50,\"unknown\":[null]}"),
        "{text}"
    );
    let page: Value = serde_json::from_str(&text).unwrap();
    let first = &page["alarms"][0];
    assert_eq!(first["sequence"], 1);
    assert_eq!(first["verdict"], "accepted");
    assert_eq!(first["kind"], "personal-alarm");
    assert_eq!(first["answer"], "snu 0");
    assert_eq!(first["repeats"], 0);
    assert_eq!(first["reuses"], Value::Null);
    assert_eq!(page["alarms"][1]["reuses"], 1);
}

#[tokio::test]
async fn one_alarm_shows_its_evidence_and_what_became_of_the_answer() {
    let api = Api::new();
    let mut entry = alarm("40211870", "r1", "x");
    entry.raw = bytes::Bytes::from_static(b"MESSAGE \xff");
    let id = entry.id;
    let stored = api.journal.store(entry).await.unwrap();
    let at = Timestamp::from_micros(1_700_000_000_000_000);
    let delivery = AnswerDelivery {
        at,
        delivered: true,
        detail: "200".into(),
    };
    api.journal.answered(stored.sequence, delivery);
    // The record is written a little later.
    let patience = Instant::now() + Duration::from_secs(10);
    let shown = loop {
        let (status, shown) = api.get(&format!("/api/alarms/{id}")).await;
        assert_eq!(status, StatusCode::OK);
        if !shown["answer_given"]["delivery"].is_null() {
            break shown;
        }
        assert!(Instant::now() < patience, "{shown}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(shown["id"], id.to_string());
    assert_eq!(shown["raw"]["length"], 9);
    assert_eq!(shown["raw"]["text"], Value::Null);
    assert_eq!(shown["raw"]["hex"], "4d45535341474520ff");
    assert_eq!(shown["transport"]["peer"], "127.0.0.1:5062");
    assert_eq!(shown["answer_given"]["text"], "answer to x");
    assert_eq!(shown["answer_given"]["delivery"]["delivered"], 1);
    assert_eq!(
        shown["answer_given"]["delivery"]["last_at"],
        "2023-11-14T22:13:20.000000Z"
    );
}

#[tokio::test]
async fn what_is_unknown_or_wrong_is_a_problem_document() {
    let api = Api::new();
    for (path, status) in [
        (
            format!("/api/alarms/{}", EventId::new()),
            StatusCode::NOT_FOUND,
        ),
        ("/api/alarms/17".into(), StatusCode::BAD_REQUEST),
        ("/api/alarms?after=x".into(), StatusCode::BAD_REQUEST),
        ("/api/alarms?after=-1".into(), StatusCode::BAD_REQUEST),
        ("/api/alarms?limit=0".into(), StatusCode::BAD_REQUEST),
        ("/api/alarms?limit=1001".into(), StatusCode::BAD_REQUEST),
        ("/api/alarms?before=3".into(), StatusCode::BAD_REQUEST),
        ("/nothing".into(), StatusCode::NOT_FOUND),
    ] {
        let (found, problem) = api.get(&path).await;
        assert_eq!(found, status, "{path}");
        assert_eq!(problem["status"], status.as_u16());
        assert!(!problem["detail"].as_str().unwrap().is_empty());
    }
    let post = Request::builder()
        .method(Method::POST)
        .uri("/api/alarms")
        .body(Body::empty());
    let (status, kind, _) = api.send(post.unwrap()).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(kind, "application/problem+json");
}

#[tokio::test]
async fn a_foreign_host_name_gets_nothing() {
    let api = Api::new();
    for (host, expected) in [
        ("rebound.example.net", StatusCode::FORBIDDEN),
        ("localhost.example.net:8080", StatusCode::FORBIDDEN),
        ("", StatusCode::FORBIDDEN),
        ("localhost:8080", StatusCode::OK),
        ("[::1]:8080", StatusCode::OK),
        ("127.0.0.1", StatusCode::OK),
    ] {
        let request = Request::get("/api/alarms").header(header::HOST, host);
        let (status, ..) = api.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(status, expected, "{host}");
    }
}

const JSON: (&str, &str) = ("content-type", "application/json");
const RETRY: &str = "/api/deliveries/fhir/7/retry";
const RETRY_ALL: &str = "/api/deliveries/fhir/retry";

/// Whether no order waits.
async fn nothing(orders: &mut Orders) -> bool {
    let wait = Duration::from_millis(20);
    tokio::time::timeout(wait, orders.next()).await.is_err()
}

#[tokio::test]
async fn no_page_in_a_browser_can_have_anything_sent_again_or_discarded() {
    let api = Api::new();
    api.deliveries.update("fhir", |_| {});
    let (mut orders, _questions) = api.deliveries.orders("fhir");
    // What a form, an image or a script of another page can send without asking.
    for kind in [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "text/plain; a=application/json",
        "",
    ] {
        for path in [RETRY, RETRY_ALL, "/api/deliveries/fhir/7/discard"] {
            let (status, problem) = api.order(path, &[("content-type", kind)], "{}").await;
            assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
            assert!(
                problem["detail"]
                    .as_str()
                    .unwrap()
                    .contains("application/json")
            );
        }
    }
    assert_eq!(
        api.order(RETRY, &[], "").await.0,
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    for site in ["cross-site", "same-site"] {
        let (status, _) = api
            .order(RETRY, &[JSON, ("sec-fetch-site", site)], "")
            .await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{site}");
    }
    // A page whose own name points here.
    let request = Request::post(RETRY)
        .header(header::HOST, "rebound.example.net")
        .header("content-type", "application/json");
    let (status, ..) = api.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    // What a script of another page must ask for first is not granted.
    let request = Request::options(RETRY)
        .header(header::HOST, "127.0.0.1:8080")
        .header(header::ORIGIN, "https://page.example.net")
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST");
    let response = api
        .router
        .clone()
        .oneshot(request.body(Body::empty()).unwrap());
    let response = response.await.unwrap();
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert!(
        !response
            .headers()
            .contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN)
    );
    // Nor is a link followed.
    assert_eq!(api.get(RETRY).await.0, StatusCode::METHOD_NOT_ALLOWED);
    assert!(nothing(&mut orders).await, "something was ordered");
}

#[tokio::test]
async fn outside_loopback_nothing_can_be_changed() {
    let api = Api::listening(0, false);
    api.deliveries.update("fhir", |_| {});
    let (mut orders, _questions) = api.deliveries.orders("fhir");
    let (status, problem) = api.order(RETRY, &[JSON], "").await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(problem["detail"].as_str().unwrap().contains("loopback"));
    assert_eq!(
        api.order(RETRY_ALL, &[JSON], "").await.0,
        StatusCode::FORBIDDEN
    );
    assert_eq!(api.get("/api/deliveries").await.0, StatusCode::OK);
    assert!(nothing(&mut orders).await);
}

#[tokio::test]
async fn what_an_output_says_to_an_order_is_what_the_caller_hears() {
    let api = Api::new();
    let kind = ("content-type", "Application/JSON; charset=utf-8");
    let answer = api.order(RETRY, &[kind], "").await;
    assert_eq!(answer.0, StatusCode::NOT_FOUND, "there is no output");
    api.deliveries.update("fhir", |_| {});
    let (status, problem) = api.order(RETRY, &[kind], "").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "it does not run");
    assert!(problem["detail"].as_str().unwrap().contains("log"));
    let (mut orders, _questions) = api.deliveries.orders("fhir");
    for (path, body) in [
        (RETRY, "[]"),
        (RETRY, "{\"as_post\":1}"),
        (RETRY, "{\"no_such\":true}"),
        ("/api/deliveries/fhir/7/discard", "{\"as_post\":true}"),
        (RETRY, &" ".repeat(5000)),
    ] {
        let (status, _) = api.order(path, &[kind], body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body:.20}");
    }
    for id in ["", "x", "-1", "99999999999999999999"] {
        let path = format!("/api/deliveries/fhir/{id}/retry");
        let (status, _) = api.order(&path, &[kind], "").await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{id}");
    }
    for (result, expected) in [
        (Ok(()), StatusCode::OK),
        (Err(OrderError::Unknown), StatusCode::NOT_FOUND),
        (Err(OrderError::NotParked), StatusCode::CONFLICT),
        (Err(OrderError::GivenUp), StatusCode::CONFLICT),
        (Err(OrderError::PersonUnknown), StatusCode::CONFLICT),
        (Err(OrderError::Superseded), StatusCode::CONFLICT),
        (Err(OrderError::TakenBefore), StatusCode::CONFLICT),
        (Err(OrderError::NothingTaken), StatusCode::CONFLICT),
        (Err(OrderError::StillRefused("why")), StatusCode::CONFLICT),
        (
            Err(OrderError::NotKept("full".into())),
            StatusCode::SERVICE_UNAVAILABLE,
        ),
    ] {
        let said = result.clone();
        let output = async {
            let order = orders.next().await.expect("an order");
            assert_eq!(
                (order.id, order.action),
                (
                    7,
                    Action::Retry {
                        as_post: true,
                        even_if_taken: false,
                        is_bulk: false
                    }
                )
            );
            order.answer(said);
        };
        let kinds = [kind];
        let asked = api.order(RETRY, &kinds, " {\"as_post\": true} ");
        let ((), (status, body)) = tokio::join!(output, asked);
        assert_eq!(status, expected);
        if let Err(error) = result {
            assert_eq!(body["detail"], error.to_string());
        }
    }
}

#[tokio::test]
async fn an_output_that_does_not_answer_leaves_open_whether_it_was_done() {
    let api = Api::new();
    api.deliveries.update("fhir", |_| {});
    let (mut orders, _questions) = api.deliveries.orders("fhir");
    let ends = async { drop(orders.next().await) };
    let asked = api.order(RETRY, &[JSON], "");
    let ((), (status, problem)) = tokio::join!(ends, asked);
    assert_eq!(status, StatusCode::GATEWAY_TIMEOUT);
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("GET /api/deliveries")
    );
}

#[tokio::test]
async fn an_order_leaves_its_trace_when_its_caller_hangs_up_and_is_not_begun_after_that() {
    let api = Api::new();
    api.deliveries.update("hung-up", |_| {});
    let (mut orders, _questions) = api.deliveries.orders("hung-up");
    let path = "/api/deliveries/hung-up/7/discard";
    let order = {
        let asked = std::pin::pin!(api.order(path, &[JSON], ""));
        tokio::select! {
            _ = asked => panic!("nobody has answered"),
            order = orders.next() => order.expect("an order"),
        }
    };
    // It was begun, so it is done.
    order.answer(Ok(()));
    for _ in 0..2 {
        let wait = Duration::from_millis(20);
        let asked = tokio::time::timeout(wait, api.order(path, &[JSON], ""));
        asked.await.expect_err("nobody answers");
    }
    assert!(nothing(&mut orders).await, "nobody waits for it");
    let last = async {
        let order = orders.next().await.expect("an order");
        order.answer(Err(OrderError::NotParked));
    };
    let kinds = [JSON];
    let ((), (status, _)) = tokio::join!(last, api.order(path, &kinds, ""));
    assert_eq!(status, StatusCode::CONFLICT);
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    let (_, _, body) = api.send(request).await;
    let text = String::from_utf8(body).unwrap();
    for (result, count) in [("done", 1), ("withdrawn", 2), ("not_parked", 1)] {
        let labels = format!("output=\"hung-up\",action=\"discard\",result=\"{result}\"");
        let line = format!("alarm_delivery_orders_total{{{labels}}} {count}");
        assert!(text.contains(&line), "{line} in:\n{text}");
    }
}

#[tokio::test]
async fn every_dead_letter_of_an_output_is_on_some_page() {
    let api = Api::new();
    let path = "/api/deliveries/fhir/dead_letters";
    assert_eq!(api.get(path).await.0, StatusCode::NOT_FOUND);
    api.deliveries.update("fhir", |_| {});
    assert_eq!(api.get(path).await.0, StatusCode::SERVICE_UNAVAILABLE);
    let (_orders, mut questions) = api.deliveries.orders("fhir");
    for query in ["?after=x", "?after=-1", "?limit=0", "?limit=1001", "?x=1"] {
        let (status, _) = api.get(&format!("{path}{query}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
    }
    let output = async {
        let question = questions.recv().await.expect("a question");
        assert_eq!((question.after, question.limit), (7, 2));
        question.answer(Vec::new());
    };
    let asked = format!("{path}?after=7&limit=2");
    let ((), (status, page)) = tokio::join!(output, api.get(&asked));
    let none = serde_json::json!({"dead_letters": [], "next": 7});
    assert_eq!((status, page), (StatusCode::OK, none));
    let output = async { drop(questions.recv().await) };
    let ((), (status, _)) = tokio::join!(output, api.get(&asked));
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    let (status, _) = api.order(path, &[JSON], "").await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn health_says_when_alarms_cannot_be_stored_and_why() {
    let api = Api::with(1 << 20);
    let (status, health) = api.get("/healthz").await;
    assert_eq!((status, &health["status"]), (StatusCode::OK, &"ok".into()));
    let body = "x".repeat(20_000);
    for number in 0..100 {
        if api
            .journal
            .store(alarm("40211870", &format!("r{number}"), &body))
            .await
            .is_err()
        {
            break;
        }
    }
    let (status, health) = api.get("/healthz").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(health["status"], "unavailable");
    assert_eq!(health["journal"]["status"], "unhealthy");
    assert!(
        health["journal"]["reason"]
            .as_str()
            .unwrap()
            .contains("max_bytes")
    );
    // What is stored can still be read.
    assert_eq!(api.get("/api/alarms").await.0, StatusCode::OK);
    api.journal.close().await.unwrap();
    assert_eq!(
        api.get("/api/alarms").await.0,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(api.get("/healthz").await.1["status"], "stopping");
}

#[tokio::test]
async fn metrics_are_rendered_for_prometheus() {
    let api = Api::new();
    api.journal
        .store(alarm("40211870", "r1", "x"))
        .await
        .unwrap();
    api.journal
        .store(alarm("40211870", "r1", "x"))
        .await
        .unwrap();
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    let (status, kind, body) = api.send(request).await;
    let text = String::from_utf8(body).unwrap();
    assert_eq!(status, StatusCode::OK);
    assert!(kind.starts_with("text/plain; version=0.0.4"));
    for line in [
        "# HELP alarm_journal_store_seconds ",
        "# TYPE alarm_journal_store_seconds histogram",
        "alarm_journal_store_seconds_bucket{le=\"0.1\"}",
        "alarm_journal_entries_total{outcome=\"new\"}",
        "alarm_journal_entries_total{outcome=\"duplicate\"}",
        "alarm_journal_healthy ",
        "alarm_journal_waiting_entries{lane=\"care\"}",
        "alarm_server_uptime_seconds ",
    ] {
        assert!(text.contains(line), "{line} in:\n{text}");
    }
}
