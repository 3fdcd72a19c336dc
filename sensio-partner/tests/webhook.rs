//! Webhooks without a web framework: what is refused and why, what is tolerated.

use std::net::IpAddr;

use proptest::prelude::*;
use sensio_partner::webhook::{
    Config, EventName, EventStateChanged, Head, Incoming, Receiver, Rejection,
    RequestDeactivateEvent, Verifier, Webhook, WebhookWarning, decode_webhook, encode_webhook,
};
use sensio_partner::{
    DecodeErrorKind, DecodeOptions, DeviceIdentifier, EventType, Expected, ExternalEventId, Mode,
    RefusalLimit, Secret, Time, UnityVersion, WarningKind,
};

const TOKEN: &str = "3c1f5f7a-not-a-real-token";
const NEXT_TOKEN: &str = "another-not-real-token";
const REQUEST: &str =
    r#"{"DeviceIdentifier":"SN-004711","EventType":906,"ExternalEventId":"01J9"}"#;
const CHANGED: &str = r#"{"DeviceIdentifier":"SN-004711","EventType":906,"IsActive":false}"#;

fn receiver(config: Config) -> Receiver {
    let tokens = [Secret::new(TOKEN), Secret::new(NEXT_TOKEN)];
    Receiver::new(Verifier::new(&tokens).expect("fit"), config)
}

fn strict() -> Config {
    let mut config = Config::default();
    config.mode = Mode::Strict;
    config
}

const JSON: (&str, &str) = ("Content-Type", "application/json");
const NAME: (&str, &str) = ("X-SensioPartner-EventName", "RequestDeactivateEvent");
const GOOD_TOKEN: (&str, &str) = ("X-SensioPartner-ValidationToken", TOKEN);

fn handle_with(
    receiver: &mut Receiver,
    method: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<Incoming, Rejection> {
    let headers = headers
        .iter()
        .map(|(name, value)| (*name, value.as_bytes()));
    receiver.handle(
        Time::ZERO,
        None,
        &Head::new(method, headers),
        body.as_bytes(),
    )
}

fn handle(headers: &[(&str, &str)], body: &str) -> Result<Incoming, Rejection> {
    handle_with(&mut receiver(Config::default()), "POST", headers, body)
}

fn device() -> DeviceIdentifier {
    DeviceIdentifier::new("SN-004711").expect("valid")
}

#[test]
fn the_order_of_refusals_is_method_length_token_name_body() {
    let long = "x".repeat(65 * 1024);
    let limit = 64 * 1024;
    let wrong = ("X-SensioPartner-ValidationToken", "wrong");
    let unknown = ("X-SensioPartner-EventName", "Else");
    let mut receiver = receiver(Config::default());
    for (method, headers, body, expected) in [
        ("GET", &[wrong, unknown][..], &*long, Rejection::Method),
        (
            "post",
            &[GOOD_TOKEN, NAME, JSON],
            REQUEST,
            Rejection::Method,
        ),
        (
            "POST",
            &[wrong, unknown],
            &long,
            Rejection::TooLong { limit },
        ),
        ("POST", &[wrong, unknown], "{", Rejection::Token),
        (
            "POST",
            &[unknown, GOOD_TOKEN],
            "{",
            Rejection::EventNameUnknown,
        ),
        ("POST", &[GOOD_TOKEN], "{", Rejection::EventNameMissing),
        (
            "POST",
            &[GOOD_TOKEN, NAME, NAME],
            "{",
            Rejection::EventNameRepeated,
        ),
    ] {
        let rejection = handle_with(&mut receiver, method, headers, body).expect_err("refused");
        assert_eq!(rejection, expected, "{method} {headers:?}");
    }
    let statuses = [
        (Rejection::Method, 405),
        (Rejection::TooLong { limit }, 413),
        (Rejection::Token, 403),
        (Rejection::EventNameMissing, 400),
        (Rejection::ContentType, 400),
    ];
    for (rejection, status) in statuses {
        assert_eq!(rejection.status(), status);
    }
}

#[test]
fn a_declared_length_is_enough_to_be_refused() {
    let headers = [("Content-Length", "65537"), GOOD_TOKEN];
    let head = headers.map(|(name, value)| (name, value.as_bytes()));
    let refused =
        receiver(Config::default()).handle_head(Time::ZERO, None, &Head::new("POST", head));
    assert!(matches!(refused, Err(Rejection::TooLong { .. })));
}

#[test]
fn a_token_is_missing_empty_repeated_or_wrong_and_the_answer_is_one() {
    let token = |value| ("x-sensiopartner-validationtoken", value);
    for headers in [
        vec![NAME, JSON],
        vec![NAME, JSON, token("")],
        vec![NAME, JSON, token("  ")],
        vec![NAME, JSON, token(TOKEN), token(TOKEN)],
        vec![NAME, JSON, token("3c1f5f7a-not-a-real-tokeN")],
        vec![NAME, JSON, token("3c1f5f7a-not-a-real-token-and-more")],
    ] {
        assert_eq!(
            handle(&headers, REQUEST).expect_err("refused"),
            Rejection::Token
        );
    }
    for accepted in [TOKEN, NEXT_TOKEN, " 3c1f5f7a-not-a-real-token "] {
        assert!(handle(&[NAME, JSON, token(accepted)], REQUEST).is_ok());
    }
}

#[test]
fn content_types_that_promise_json_are_taken() {
    for (content_type, warning) in [
        ("application/json", None),
        ("Application/JSON;charset=utf-8", None),
        ("text/json", Some(WebhookWarning::ContentTypeJsonLike)),
        (
            "application/vnd.x+json",
            Some(WebhookWarning::ContentTypeJsonLike),
        ),
    ] {
        let headers = [GOOD_TOKEN, NAME, ("content-type", content_type)];
        let incoming = handle(&headers, REQUEST).expect("taken");
        assert_eq!(
            incoming.warnings(),
            Vec::from_iter(warning),
            "{content_type}"
        );
        let strictly = handle_with(&mut receiver(strict()), "POST", &headers, REQUEST);
        assert_eq!(strictly.is_ok(), warning.is_none());
    }
    let incoming = handle(&[GOOD_TOKEN, NAME], REQUEST).expect("taken");
    assert_eq!(incoming.warnings(), [WebhookWarning::ContentTypeMissing]);
    for refused in [
        vec![GOOD_TOKEN, NAME, ("content-type", "text/plain")],
        vec![GOOD_TOKEN, NAME, JSON, JSON],
        vec![GOOD_TOKEN, NAME, JSON, ("content-encoding", "gzip")],
    ] {
        assert_eq!(
            handle(&refused, REQUEST).expect_err("refused"),
            Rejection::ContentType
        );
    }
}

#[test]
fn an_event_name_in_another_case_is_taken_with_a_warning() {
    let name = ("X-SensioPartner-EventName", " requestdeactivateevent\t");
    let incoming = handle(&[GOOD_TOKEN, name, JSON], REQUEST).expect("taken");
    assert_eq!(incoming.warnings(), [WebhookWarning::EventNameCase]);
    let strictly = handle_with(
        &mut receiver(strict()),
        "POST",
        &[GOOD_TOKEN, name, JSON],
        REQUEST,
    );
    assert_eq!(strictly.expect_err("refused"), Rejection::EventNameUnknown);
}

fn decode(name: EventName, body: &str) -> Result<(Webhook, Vec<WarningKind>), DecodeErrorKind> {
    let decoded = decode_webhook(name, body.as_bytes(), &DecodeOptions::lenient());
    let decoded = decoded.map_err(|error| error.kind)?;
    let warnings = decoded.warnings().iter().map(|w| w.kind).collect();
    Ok((decoded.into_message(), warnings))
}

#[test]
fn bodies_are_read_in_any_case_and_with_every_form_of_no_id() {
    let expected: Webhook = EventStateChanged::inactive(device(), EventType::FALL).into();
    for (body, warnings) in [
        (CHANGED, &[][..]),
        (
            r#"{"deviceidentifier":"SN-004711","EventType":906,"IsActive":false}"#,
            &[WarningKind::NameCase],
        ),
        (
            r#"{"DeviceIdentifier":"SN-004711","EventType":"906","IsActive":false}"#,
            &[WarningKind::NumberAsText],
        ),
        (
            r#"{"DeviceIdentifier":"SN-004711","EventType":906,"IsActive":false,"ExternalEventId":null}"#,
            &[],
        ),
        (
            r#"{"DeviceIdentifier":"SN-004711","EventType":906,"IsActive":false,"ExternalEventId":""}"#,
            &[],
        ),
        (
            r#"{"DeviceIdentifier":"SN-004711","EventType":906,"IsActive":false,"New":{"a":[1]}}"#,
            &[WarningKind::UnknownMember],
        ),
        (
            "\u{feff}{\"DeviceIdentifier\":\"SN-004711\",\"EventType\":906,\"IsActive\":false}",
            &[WarningKind::ByteOrderMark],
        ),
    ] {
        let read = decode(EventName::EventStateChanged, body);
        assert_eq!(read, Ok((expected.clone(), warnings.to_vec())), "{body}");
    }
    let (webhook, _) = decode(
        EventName::RequestDeactivateEvent,
        r#"{"DeviceIdentifier":"a/b","EventType":40404}"#,
    )
    .expect("unknown codes and slashes are data");
    assert_eq!(webhook.event_type(), EventType(40404));
}

#[test]
fn a_missing_or_mistyped_member_is_named_and_its_value_is_not_repeated() {
    use DecodeErrorKind::{DuplicateMember, MissingMember, OutOfRange, WrongType};
    let wrong = |expected| WrongType { expected };
    for (body, kind, member) in [
        (
            r#"{"EventType":906,"IsActive":true}"#,
            MissingMember,
            Some("DeviceIdentifier"),
        ),
        (
            r#"{"DeviceIdentifier":"","EventType":906,"IsActive":true}"#,
            MissingMember,
            Some("DeviceIdentifier"),
        ),
        (
            r#"{"DeviceIdentifier":"x"}"#,
            MissingMember,
            Some("EventType"),
        ),
        (
            r#"{"DeviceIdentifier":"x","EventType":1}"#,
            MissingMember,
            Some("IsActive"),
        ),
        (
            r#"{"DeviceIdentifier":"x","EventType":"fall"}"#,
            wrong(Expected::Integer),
            Some("EventType"),
        ),
        (
            r#"{"DeviceIdentifier":"x","EventType":-1}"#,
            OutOfRange,
            Some("EventType"),
        ),
        (
            r#"{"DeviceIdentifier":"x","EventType":1,"IsActive":"secret"}"#,
            wrong(Expected::Boolean),
            Some("IsActive"),
        ),
        (
            r#"{"DeviceIdentifier":"x","EventType":1,"IsActive":true,"ExternalEventId":["secret"]}"#,
            wrong(Expected::String),
            Some("ExternalEventId"),
        ),
        (
            r#"{"EventType":1,"eventtype":2}"#,
            DuplicateMember,
            Some("EventType"),
        ),
    ] {
        let error = decode_webhook(
            EventName::EventStateChanged,
            body.as_bytes(),
            &DecodeOptions::lenient(),
        )
        .expect_err("refused");
        assert_eq!((error.kind, error.member), (kind, member), "{body}");
        assert!(
            error.to_string().contains(member.expect("named")),
            "{error}"
        );
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    for body in ["", "[]", "null", "{", "7"] {
        let headers = [GOOD_TOKEN, NAME, JSON];
        assert_eq!(
            handle(&headers, body).expect_err("refused").status(),
            400,
            "{body}"
        );
    }
}

#[test]
fn the_state_is_no_part_of_a_command() {
    let body = r#"{"DeviceIdentifier":"SN-004711","EventType":906,"IsActive":"x"}"#;
    let expected: Webhook = RequestDeactivateEvent::new(device(), EventType::FALL).into();
    let read = decode(EventName::RequestDeactivateEvent, body);
    assert_eq!(read, Ok((expected, vec![WarningKind::UnknownMember])));
}

#[test]
fn a_source_that_guesses_is_put_off_and_others_are_not() {
    let mut config = Config::default();
    config.refusal_limit = Some(RefusalLimit {
        refusals: 3,
        ..RefusalLimit::default()
    });
    let mut receiver = receiver(config);
    let source = |last: u8| Some(IpAddr::from([192, 0, 2, last]));
    let mut call = |millis, source, token: &str| {
        let headers = [NAME, JSON, ("X-SensioPartner-ValidationToken", token)];
        let headers = headers.map(|(name, value)| (name, value.as_bytes()));
        let head = Head::new("POST", headers);
        let answer = receiver.handle(Time::from_millis(millis), source, &head, REQUEST.as_bytes());
        answer.map_or_else(
            |rejection| rejection.status(),
            |incoming| incoming.accept().status,
        )
    };
    for _ in 0..3 {
        assert_eq!(call(0, source(1), "guess"), 403);
    }
    assert_eq!(call(1, source(1), "guess"), 429);
    assert_eq!(call(1, source(1), TOKEN), 429);
    assert_eq!(call(1, source(2), TOKEN), 200);
    assert_eq!(call(60_000, source(1), TOKEN), 200);
}

#[test]
fn nothing_of_a_call_prints_that_should_not() {
    let headers = [GOOD_TOKEN, NAME, JSON];
    let bytes = headers.map(|(name, value)| (name, value.as_bytes()));
    let head = format!("{:?}", Head::new("POST", bytes));
    let incoming = handle(&headers, REQUEST).expect("taken");
    let printed = format!("{head}{incoming:?}{:?}", receiver(Config::default()));
    assert!(
        !printed.contains(TOKEN) && !printed.contains("SN-004711"),
        "{printed}"
    );
}

fn webhooks() -> impl Strategy<Value = Webhook> {
    (
        "[!-~æøå]{1,40}",
        0..=i32::MAX.unsigned_abs(),
        prop::option::of(any::<bool>()),
        prop::option::of(".{1,40}"),
    )
        .prop_filter_map(
            "a path could not carry it",
            |(device, code, active, external)| {
                let rules = sensio_partner::IdentifierRules { slashes: true };
                let device = DeviceIdentifier::with_rules(&device, rules).ok()?;
                // The latest version does not know 917.
                let event_type = EventType(code).for_version(UnityVersion::LATEST);
                let external_event_id =
                    external.map(|text| ExternalEventId::new(&text).expect("not empty"));
                Some(match active {
                    Some(is_active) => EventStateChanged {
                        device,
                        event_type,
                        is_active,
                        external_event_id,
                    }
                    .into(),
                    None => RequestDeactivateEvent {
                        device,
                        event_type,
                        external_event_id,
                    }
                    .into(),
                })
            },
        )
}

proptest! {
    #[test]
    fn every_webhook_comes_back_as_it_was_written(webhook in webhooks()) {
        let mut body = Vec::new();
        prop_assert!(encode_webhook(&webhook, UnityVersion::LATEST, &mut body).is_empty());
        let decoded = decode_webhook(webhook.name(), &body, &DecodeOptions::strict());
        prop_assert_eq!(decoded.expect("ours").into_message(), webhook);
    }

    #[test]
    fn no_body_makes_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        for name in EventName::ALL {
            let _ = decode_webhook(*name, &body, &DecodeOptions::lenient());
        }
    }
}
