//! The server side as an HTTP server: tokens, limits of size and time, statuses, planned faults.
#![cfg(feature = "axum")]

#[allow(dead_code, reason = "each test file uses a part")]
mod partner;

use std::time::Duration;

use partner::contract::Contract;
use partner::raw_http::{exchange, request};
use partner::{BATCH, CREDENTIALS, FALL, FORM, JSON, STATUS, TOKEN_PATH, config, listen, start};
use sensio_partner::server::faults::{Fault, Scope};
use sensio_partner::server::{
    Backend, EventCall, MemoryBackend, OPENAPI, Refused, Server, StatusCall,
};
use sensio_partner::{EventType, Limits, Member, Members, RefusalLimit};
use serde_json::{Value, json};

#[tokio::test]
async fn tokens_are_given_for_form_json_and_basic() {
    let partner = start(|_| ()).await;
    let next =
        "grant_type=client_credentials&client_id=nordlys-partner&client_secret=the-next-secret";
    let password = "grant_type=password&username=nordlys-partner&password=not-a-real-secret";
    let json = r#"{"grant_type":"client_credentials","client_id":"nordlys-partner","client_secret":"not-a-real-secret"}"#;
    let basic = (
        "Authorization",
        "Basic bm9yZGx5cy1wYXJ0bmVyOm5vdC1hLXJlYWwtc2VjcmV0",
    );
    let mut given = vec![partner.token.clone()];
    for (headers, body) in [
        (vec![FORM], CREDENTIALS),
        (vec![FORM], next),
        (vec![FORM], password),
        (vec![JSON], json),
        (vec![], json),
        (vec![FORM, basic], "grant_type=client_credentials"),
    ] {
        let answer = partner.token(&headers, body).await;
        assert_eq!(answer.status, 200, "{body}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
        given.push(body["access_token"].as_str().expect("a token").to_owned());
    }
    for token in given {
        let bearer = format!("bearer {token}");
        let headers = [JSON, ("Authorization", bearer.as_str())];
        assert_eq!(
            partner.raw("PUT", STATUS, &headers, b"{}").await.status,
            200
        );
    }
}

#[tokio::test]
async fn refused_credentials_have_the_shape_of_oauth() {
    let partner = start(|_| ()).await;
    let wrong = "grant_type=client_credentials&client_id=nordlys-partner&client_secret=kari";
    let nobody = "grant_type=client_credentials&client_id=kari&client_secret=not-a-real-secret";
    let basic = ("Authorization", "Basic a2FyaTprYXJp");
    for (headers, body, status, error) in [
        (vec![FORM], wrong, 400, "invalid_client"),
        (vec![FORM], nobody, 400, "invalid_client"),
        (
            vec![FORM, basic],
            "grant_type=client_credentials",
            401,
            "invalid_client",
        ),
        (vec![FORM], "grant_type=kari", 400, "unsupported_grant_type"),
        (vec![FORM], "", 400, "invalid_request"),
        (vec![JSON], "{", 400, "invalid_request"),
        (
            vec![("Content-Type", "text/plain")],
            CREDENTIALS,
            400,
            "invalid_request",
        ),
        (
            vec![FORM, basic, basic],
            CREDENTIALS,
            400,
            "invalid_request",
        ),
    ] {
        let answer = partner.token(&headers, body).await;
        let expected = json!({ "error": error });
        let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert_eq!((answer.status, body), (status, expected), "{headers:?}");
        assert_eq!(answer.header("www-authenticate").is_some(), status == 401);
    }
    let limited = start(|config| {
        config.refusal_limit = Some(RefusalLimit {
            refusals: 2,
            ..RefusalLimit::default()
        });
    })
    .await;
    for status in [400, 400, 429] {
        assert_eq!(limited.token(&[FORM], wrong).await.status, status);
    }
}

#[tokio::test]
async fn a_call_without_one_valid_token_is_unauthorized() {
    let partner = start(|_| ()).await;
    let bearer = format!("Bearer {}", partner.token);
    let upper = bearer.to_uppercase();
    for headers in [
        vec![],
        vec![("Authorization", "")],
        vec![("Authorization", "Bearer")],
        vec![("Authorization", "Bearer x")],
        vec![("Authorization", "Basic a2FyaTprYXJp")],
        vec![("Authorization", upper.as_str())],
        vec![("Authorization", &bearer), ("Authorization", &bearer)],
    ] {
        for (method, path) in [
            ("POST", FALL),
            ("PUT", FALL),
            ("DELETE", FALL),
            ("PUT", STATUS),
            ("PUT", BATCH),
        ] {
            let answer = partner.raw(method, path, &headers, b"").await;
            assert_eq!(answer.status, 401, "{headers:?}");
            assert!(answer.header("www-authenticate").is_some());
        }
    }
    assert!(partner.backend.calls().is_empty());
}

#[tokio::test]
async fn a_token_grows_old() {
    let mut config = config();
    config.token_life = Duration::from_millis(400);
    let backend = MemoryBackend::default();
    backend.register("SN-004711").expect("valid");
    let address = listen(Server::new(config, backend).router()).await;
    let ask = request("POST", TOKEN_PATH, &[FORM], CREDENTIALS.as_bytes());
    let answer = exchange(address, &ask).await.expect("an answer");
    let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
    let bearer = format!("Bearer {}", body["access_token"].as_str().expect("a token"));
    let call = request("PUT", STATUS, &[JSON, ("Authorization", &bearer)], b"{}");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(
        exchange(address, &call).await.expect("an answer").status,
        401
    );
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_before_it_is_read() {
    let partner = start(|config| {
        config.limits = Limits {
            body: 1_000,
            ..Limits::DEFAULT
        }
    })
    .await;
    let bearer = format!("Bearer {}", partner.token);
    let bearer = ("Authorization", bearer.as_str());
    for (method, path) in [
        ("POST", FALL),
        ("PUT", FALL),
        ("PUT", STATUS),
        ("PUT", BATCH),
    ] {
        // The body is announced and never comes.
        let headers = [JSON, bearer, ("Content-Length", "1001")];
        assert_eq!(partner.raw(method, path, &headers, b"").await.status, 413);
        // The same for whoever waits to be asked for it.
        let headers = [
            JSON,
            bearer,
            ("Content-Length", "1001"),
            ("Expect", "100-continue"),
        ];
        assert_eq!(partner.raw(method, path, &headers, b"").await.status, 413);
    }
    let headers = [JSON, bearer, ("Transfer-Encoding", "chunked")];
    let mut chunked = request("POST", FALL, &headers, b"");
    chunked.extend_from_slice(&[b"400\r\n", &[b' '; 0x400][..], b"\r\n"].concat());
    let answer = exchange(partner.address, &chunked)
        .await
        .expect("an answer");
    assert_eq!(
        (answer.status, answer.header("connection")),
        (413, Some("close"))
    );
    let large = [FORM, ("Content-Length", "16385")];
    assert_eq!(partner.token(&large, "").await.status, 413);

    let partner = start(|config| {
        config.limits = Limits {
            image: 3,
            ..Limits::DEFAULT
        }
    })
    .await;
    let image = r#"{"images":[{"imageData":"/9j/4A=="}]}"#;
    assert_eq!(partner.status_of("POST", FALL, image).await, 413);
    assert!(partner.backend.calls().is_empty());
}

#[tokio::test]
async fn a_slow_body_and_a_slow_backend_are_not_waited_for() {
    let partner = start(|config| config.body_timeout = Duration::from_millis(200)).await;
    let bearer = format!("Bearer {}", partner.token);
    let headers = [
        JSON,
        ("Authorization", bearer.as_str()),
        ("Content-Length", "10"),
    ];
    let mut slow = request("POST", FALL, &headers, b"");
    slow.extend_from_slice(b"{\"st");
    let answer = exchange(partner.address, &slow).await.expect("an answer");
    assert_eq!(answer.status, 408);

    struct Stuck;
    impl Backend for Stuck {
        async fn event(&self, _: EventCall) -> Result<(), Refused> {
            std::future::pending().await
        }
        async fn statuses(&self, _: StatusCall) -> Result<(), Refused> {
            Err(Refused::TooMany {
                retry_after: Duration::from_millis(1_500),
            })
        }
    }
    let mut config = config();
    config.backend_timeout = Duration::from_millis(200);
    let mut partner = partner;
    partner.address = listen(Server::new(config, Stuck).router()).await;
    partner.renew().await;
    assert_eq!(partner.status_of("POST", FALL, "{}").await, 503);
    let answer = partner.call("PUT", STATUS, "{}").await;
    assert_eq!(
        (answer.status, answer.header("retry-after")),
        (429, Some("2"))
    );
}

/// Every operation of the document is there, and every status that it declares can be had.
#[tokio::test]
async fn every_operation_answers_with_every_status_that_is_declared() {
    let mut partner = start(|_| ()).await;
    let contract = Contract::load(OPENAPI);
    let operations = contract.operations();
    assert_eq!(operations.len(), 6);
    for (template, method, operation) in operations {
        let path = format!("/partner{template}")
            .replace("{deviceIdentifier}", "SN-004711")
            .replace("{eventType}", "906");
        let is_token = path == TOKEN_PATH;
        let good = match path.as_str() {
            TOKEN_PATH => CREDENTIALS,
            BATCH => "[]",
            _ if method == "DELETE" => "",
            _ => "{}",
        };
        for status in operation["responses"]
            .as_object()
            .expect("responses")
            .keys()
        {
            let Ok(status) = status.parse::<u16>() else {
                continue;
            };
            // What a real request brings about is not planned.
            let planned = match status {
                200 => None,
                400 | 401 if is_token => None,
                _ => Some(Fault::answer(status)),
            };
            if let Some(fault) = planned {
                partner.faults.once(Scope::Any, fault);
            }
            let answer = match (is_token, status) {
                (true, 401) => {
                    let basic = ("Authorization", "Basic a2FyaTprYXJp");
                    partner
                        .token(&[FORM, basic], "grant_type=client_credentials")
                        .await
                }
                (true, 400) => partner.token(&[FORM], "").await,
                (true, _) => partner.token(&[FORM], good).await,
                (false, _) => partner.call(&method, &path, good).await,
            };
            assert_eq!(answer.status, status, "{method} {path}");
        }
    }
    partner.renew().await;
    assert_eq!(partner.faults.left(), 0);
}

#[tokio::test]
async fn planned_faults_happen_once_and_where_they_are_planned() {
    let partner = start(|_| ()).await;
    let bearer = format!("Bearer {}", partner.token);
    let headers = [JSON, ("Authorization", bearer.as_str())];
    let post = request("POST", FALL, &headers, b"{}");
    for (fault, kept) in [
        (Fault::CutBeforeBody, false),
        (Fault::CutDuringBody, false),
        (Fault::CutAfterBody, true),
    ] {
        partner.faults.once(Scope::Events, fault.clone());
        assert_eq!(
            partner.status_of("PUT", STATUS, "{}").await,
            200,
            "another scope"
        );
        assert!(
            exchange(partner.address, &post).await.is_none(),
            "{fault:?}"
        );
        assert_eq!(partner.is_active(EventType::FALL), kept, "{fault:?}");
    }
    assert_eq!(partner.status_of("DELETE", FALL, "").await, 200);

    partner
        .faults
        .once(Scope::Events, Fault::KeptButAnswer { status: 500 });
    assert_eq!(partner.status_of("POST", FALL, "{}").await, 500);
    assert!(partner.is_active(EventType::FALL));

    let throttled = Fault::Answer {
        status: 429,
        retry_after: Some(Duration::from_secs(7)),
    };
    partner.faults.times(2, Scope::Any, throttled);
    for _ in 0..2 {
        let answer = partner.call("POST", FALL, "{}").await;
        assert_eq!(
            (answer.status, answer.header("retry-after")),
            (429, Some("7"))
        );
    }
    partner
        .faults
        .once(Scope::Any, Fault::HtmlPage { status: 502 });
    let answer = partner.call("POST", FALL, "{}").await;
    assert!(answer.status == 502 && answer.text().starts_with("<!DOCTYPE html>"));
    let location = "https://elsewhere.example.net/".to_owned();
    partner.faults.once(
        Scope::Any,
        Fault::Redirect {
            location: location.clone(),
        },
    );
    let answer = partner.call("POST", FALL, "{}").await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (302, Some(&*location))
    );

    let began = std::time::Instant::now();
    partner
        .faults
        .once(Scope::Any, Fault::Slow(Duration::from_millis(200)));
    assert_eq!(partner.status_of("POST", FALL, "{}").await, 200);
    assert!(began.elapsed() >= Duration::from_millis(200));

    let members = Members::NONE.with(Member::Images).with(Member::Description);
    partner.faults.always(
        Scope::Events,
        Fault::RefuseMembers {
            members,
            status: 500,
        },
    );
    assert_eq!(
        partner
            .status_of("POST", FALL, r#"{"description":"x"}"#)
            .await,
        500
    );
    assert_eq!(
        partner
            .status_of("POST", FALL, r#"{"triggerValue":1}"#)
            .await,
        200
    );
    partner.faults.always(Scope::Events, Fault::RefuseUnused);
    assert_eq!(
        partner.status_of("POST", FALL, r#"{"images":null}"#).await,
        500
    );
    assert_eq!(partner.status_of("POST", FALL, "{}").await, 200);
    partner.faults.clear();
    partner.faults.once(Scope::Any, Fault::ForgetTokens);
    assert_eq!(partner.status_of("POST", FALL, "{}").await, 401);
}
