//! The calls of the server side: what is taken, what is tolerated, what is refused.
#![cfg(feature = "axum")]

#[allow(dead_code, reason = "each test file uses a part")]
mod partner;

use partner::{BATCH, FALL, JSON, STATUS, TOKEN_PATH, config, device, start};
use sensio_partner::server::{Change, OPENAPI, Recorded, Server, ServerWarning};
use sensio_partner::{
    DeviceIdentifier, EventType, Feature, Mode, State, UnityVersion, WarningKind,
};
use serde_json::json;

#[tokio::test]
async fn an_event_is_triggered_updated_and_deactivated() {
    let partner = start(|_| ()).await;
    let body = r#"{"externalEventId":"01J9Z7P4WQ3N","description":"Fall ved sengen"}"#;
    let answer = partner.call("POST", FALL, body).await;
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    let (call, outcome) = partner.last_event();
    assert_eq!(call.client.as_str(), "nordlys-partner");
    assert!(call.source.is_some() && call.warnings.is_empty());
    assert_eq!(outcome, Ok(Change::Raised));

    assert_eq!(partner.status_of("POST", FALL, body).await, 200);
    assert_eq!(partner.last_event().1, Ok(Change::Unchanged));
    assert_eq!(
        partner
            .status_of("POST", FALL, r#"{"triggerValue":31}"#)
            .await,
        200
    );
    assert_eq!(partner.last_event().1, Ok(Change::Replaced));
    assert_eq!(
        partner
            .status_of("PUT", FALL, r#"{"externalEventId":"b"}"#)
            .await,
        200
    );
    let active = partner
        .backend
        .active(&device(), EventType::FALL)
        .expect("active");
    assert!(active.parameters.trigger_value.is_some() && active.parameters.description.is_none());
    assert_eq!(
        active
            .parameters
            .external_event_id
            .map(|id| id.to_string())
            .as_deref(),
        Some("b")
    );

    assert_eq!(partner.status_of("DELETE", FALL, "").await, 200);
    assert!(!partner.is_active(EventType::FALL));
    assert_eq!(partner.status_of("DELETE", FALL, "").await, 200, "lenient");
    assert_eq!(partner.status_of("PUT", FALL, "{}").await, 404);
    let strict = start(|config| config.mode = Mode::Strict).await;
    assert_eq!(strict.status_of("DELETE", FALL, "").await, 404);
    assert_eq!(strict.status_of("POST", FALL, "{}").await, 200);
    assert_eq!(
        strict.status_of("POST", FALL, "").await,
        200,
        "no body at all"
    );
    assert_eq!(strict.status_of("DELETE", FALL, "").await, 200);
}

#[tokio::test]
async fn unknown_devices_are_missing_and_unknown_codes_are_data() {
    let partner = start(|_| ()).await;
    for (method, path) in [
        ("POST", "/partner/api/v1/devices/SN-9/events/906"),
        ("PUT", "/partner/api/v1/devices/SN-9/events/906"),
        ("DELETE", "/partner/api/v1/devices/SN-9/events/906"),
        ("PUT", "/partner/api/v1/devices/SN-9/status"),
        ("POST", "/partner/api/v1/devices/CORD-1/events/906"),
    ] {
        assert_eq!(partner.status_of(method, path, "").await, 404, "{path}");
    }
    for code in [953, 40_404, i32::MAX] {
        let path = format!("/partner/api/v1/devices/CORD-1/events/{code}");
        assert_eq!(partner.status_of("POST", &path, "{}").await, 200, "{path}");
    }
    for code in ["fall", "-1", "2147483648", "", "906.0"] {
        let path = format!("/partner/api/v1/devices/SN-004711/events/{code}");
        assert_eq!(partner.status_of("POST", &path, "{}").await, 400, "{path}");
    }
    let path = "/partner/api/v1/devices/CORD-1/events/2";
    assert_eq!(
        partner.status_of("POST", path, r#"{"state":50}"#).await,
        200
    );
    assert_eq!(partner.status_of("PUT", path, r#"{"state":88}"#).await, 200);
    let cord = DeviceIdentifier::new("CORD-1").expect("valid");
    let active = partner.backend.active(&cord, EventType::PATIENT_SIGNAL);
    assert_eq!(
        active.expect("active").parameters.state,
        Some(State::PRESENT)
    );
}

#[tokio::test]
async fn both_numbers_of_medicine_not_taken_name_one_event_in_every_version() {
    let old = |code| format!("/partner/api/v1/devices/SN-004711/events/{code}");
    for (version, kept_as) in [
        (UnityVersion::LATEST, EventType(923)),
        (UnityVersion::V6_11, EventType(917)),
    ] {
        let partner = start(|config| config.version = version).await;
        assert_eq!(partner.status_of("POST", &old(917), "{}").await, 200);
        let (call, _) = partner.last_event();
        assert_eq!((call.event_type, call.sent_as), (kept_as, EventType(917)));
        assert_eq!(partner.status_of("PUT", &old(923), "{}").await, 200);
        assert_eq!(partner.status_of("DELETE", &old(923), "").await, 200);
        assert_eq!(partner.backend.active_count(), 0);
    }
}

#[tokio::test]
async fn an_older_version_notes_what_it_would_not_know() {
    let described = r#"{"description":"x"}"#;
    let partner = start(|config| config.version = UnityVersion::V6_9).await;
    assert_eq!(partner.status_of("POST", FALL, described).await, 200);
    let (call, _) = partner.last_event();
    assert_eq!(call.warnings, [ServerWarning::TooNew(Feature::Description)]);
    let path = "/partner/api/v1/devices/SN-004711/events/967";
    assert_eq!(partner.status_of("POST", path, "{}").await, 200);
    let (call, _) = partner.last_event();
    let expected = ServerWarning::TooNew(Feature::ContainerMalfunctions);
    assert_eq!(call.warnings, [expected]);
    let strict = start(|config| {
        config.version = UnityVersion::V6_9;
        config.mode = Mode::Strict;
    })
    .await;
    assert_eq!(strict.status_of("POST", FALL, described).await, 500);
    assert_eq!(strict.status_of("POST", path, "{}").await, 200);
}

#[tokio::test]
async fn deviations_are_warnings_in_lenient_mode_and_refusals_in_strict_mode() {
    let partner = start(|_| ()).await;
    let strict = start(|config| config.mode = Mode::Strict).await;
    let body = |kind| move |warning: &ServerWarning| matches!(warning, ServerWarning::Body(w) if w.kind == kind);
    type Is = Box<dyn Fn(&ServerWarning) -> bool>;
    let stub =
        r#"{"images":[{"imageData":"/9j/4AAQSkZJRgABAQEASABIAAD/2Q==","name":"rom-12.jpg"}]}"#;
    let cases: Vec<(&str, &str, Is, u16)> = vec![
        (
            FALL,
            r#"{"images":[]}"#,
            Box::new(body(WarningKind::NotUsed)),
            400,
        ),
        (
            FALL,
            r#"{"extra":1}"#,
            Box::new(body(WarningKind::UnknownMember)),
            400,
        ),
        (
            FALL,
            r#"{"State":1}"#,
            Box::new(body(WarningKind::NameCase)),
            400,
        ),
        (
            FALL,
            r#"{"state":50}"#,
            Box::new(|w| *w == ServerWarning::StateNotUsed),
            500,
        ),
        (
            FALL,
            stub,
            Box::new(|w| matches!(w, ServerWarning::Image { index: 0, .. })),
            400,
        ),
        (
            "/partner/api/v1/devices/SN-004711/events/0906",
            "{}",
            Box::new(|w| *w == ServerWarning::LeadingZeros),
            400,
        ),
    ];
    for (path, body, expected, status) in cases {
        assert_eq!(partner.status_of("POST", path, body).await, 200, "{body}");
        let (call, _) = partner.last_event();
        assert!(
            call.warnings.iter().any(expected),
            "{body} {:?}",
            call.warnings
        );
        assert_eq!(strict.status_of("POST", path, body).await, status, "{body}");
    }
    for body in [
        "{",
        "[]",
        r#"{"state":1,"STATE":2}"#,
        r#"{"triggerValue":"kari"}"#,
        r#"{"images":[{"imageData":"*"}]}"#,
    ] {
        let answer = partner.call("POST", FALL, body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(!answer.text().contains("kari"));
    }
}

#[tokio::test]
async fn content_types_and_codings_that_are_not_json_are_refused() {
    let partner = start(|_| ()).await;
    let bearer = format!("Bearer {}", partner.token);
    let bearer = ("Authorization", bearer.as_str());
    for (headers, status) in [
        (vec![bearer], 200),
        (
            vec![bearer, ("Content-Type", "text/json; charset=utf-8")],
            200,
        ),
        (vec![bearer, ("Content-Type", "text/plain")], 415),
        (vec![bearer, JSON, JSON], 415),
        (vec![bearer, JSON, ("Content-Encoding", "gzip")], 415),
    ] {
        let answer = partner.raw("POST", FALL, &headers, b"{}").await;
        assert_eq!(answer.status, status, "{headers:?}");
    }
}

#[tokio::test]
async fn statuses_come_one_by_one_and_in_a_batch() {
    let partner = start(|_| ()).await;
    for body in ["", "{}", r#"{"batteryLevel":78}"#] {
        assert_eq!(partner.status_of("PUT", STATUS, body).await, 200, "{body}");
    }
    let status = partner.backend.status(&device()).expect("kept");
    assert_eq!(status.get("batteryLevel"), Some(&json!(78)));
    let batch = r#"[{"deviceIdentifier":"SN-004711","batteryLevel":7},{"deviceIdentifier":"a/b"}]"#;
    assert_eq!(partner.status_of("PUT", BATCH, batch).await, 200);
    let status = partner.backend.status(&device()).expect("kept");
    assert_eq!(status.get("batteryLevel"), Some(&json!(7)));
    assert_eq!(partner.status_of("PUT", BATCH, "[]").await, 200);
    let missing = r#"[{"deviceIdentifier":"SN-9"}]"#;
    assert_eq!(partner.status_of("PUT", BATCH, missing).await, 404);
    for body in ["", "{}", r#"[{"batteryLevel":7}]"#, "[7]"] {
        assert_eq!(partner.status_of("PUT", BATCH, body).await, 400, "{body}");
    }
}

#[tokio::test]
async fn no_segment_of_a_path_is_folded_and_each_is_decoded_once() {
    let partner = start(|_| ()).await;
    for segment in [
        "..", ".", "", "%2e%2e", "%2E", "%00", "%ff", "%20SN", "SN%20",
    ] {
        for (method, rest) in [
            ("PUT", "status"),
            ("POST", "events/906"),
            ("DELETE", "events/906"),
        ] {
            let path = format!("/partner/api/v1/devices/{segment}/{rest}");
            assert_eq!(partner.status_of(method, &path, "").await, 400, "{path}");
        }
    }
    // None of them was taken for the batch call or another resource.
    assert!(partner.backend.calls().is_empty());
    for path in [
        "/partner/api/v1/devices/x/../status",
        "/partner/api/v1/devices/a/b/status",
        "/partner/api/v1/./devices/status",
        "/partner//api/v1/devices/status",
        "/partner/api/v1/devices/status/",
        "/partner/api/v1/devices/%73tatus",
        "/api/v1/devices/status",
        "/partner/api/v1/devices",
        "/",
    ] {
        assert_eq!(partner.status_of("PUT", path, "[]").await, 404, "{path}");
    }
    for (segment, device) in [
        ("a%2Fb", "a/b"),
        ("%252F", "%2F"),
        ("bl%C3%A5b%c3%a6r", "blåbær"),
        ("status", "status"),
    ] {
        let path = format!("/partner/api/v1/devices/{segment}/status");
        assert_eq!(partner.status_of("PUT", &path, "{}").await, 200, "{path}");
        let Some(Recorded::Statuses { call, .. }) = partner.backend.calls().pop() else {
            panic!("a status");
        };
        assert_eq!(call.entries[0].device.as_str(), device);
        assert!(!call.batch);
    }
    let strict = start(|config| config.mode = Mode::Strict).await;
    let path = "/partner/api/v1/devices/a%2Fb/status";
    assert_eq!(strict.status_of("PUT", path, "{}").await, 400);
}

#[tokio::test]
async fn methods_that_are_not_there_are_named() {
    let partner = start(|_| ()).await;
    for (path, allow) in [
        (TOKEN_PATH, "POST"),
        (FALL, "POST, PUT, DELETE"),
        (STATUS, "PUT"),
        (BATCH, "PUT"),
        ("/partner/openapi.yaml", "GET, HEAD"),
    ] {
        let answer = partner.call("PATCH", path, "").await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some(allow)));
    }
}

#[tokio::test]
async fn the_description_is_served_as_it_is() {
    let partner = start(|_| ()).await;
    let answer = partner.raw("GET", "/partner/openapi.yaml", &[], b"").await;
    assert_eq!(answer.header("content-type"), Some("application/yaml"));
    assert_eq!(answer.text(), OPENAPI);
}

#[tokio::test]
async fn nothing_prints_that_should_not() {
    let partner = start(|_| ()).await;
    let body = r#"{"description":"Kari fell","externalEventId":"e1"}"#;
    assert_eq!(partner.status_of("POST", FALL, body).await, 200);
    let server = Server::new(config(), partner.backend.clone());
    let printed = format!(
        "{server:?} {:?} {:?}",
        partner.backend,
        partner.backend.calls()
    );
    for hidden in [
        "Kari",
        "SN-004711",
        "not-a-real-secret",
        partner.token.as_str(),
    ] {
        assert!(!printed.contains(hidden), "{hidden}");
    }
}
