//! Webhooks without a web framework: what is refused and why, what is tolerated, which event is meant,
//! what is sent.

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use sensio_partner::webhook::{
    Action, Config, Correlator, CorrelatorConfig, Delete, EventKey, EventName, EventStateChanged,
    Failure, Head, Incoming, NotTaken, NothingToDo, Receiver, Rejection, RequestDeactivateEvent,
    Sender, SenderConfig, SenderEvent, Transmit, Verifier, Webhook, WebhookWarning, decode_webhook,
    encode_webhook,
};
use sensio_partner::{
    DecodeErrorKind, DecodeOptions, DeviceIdentifier, EventType, Expected, ExternalEventId, Member,
    Members, Mode, RefusalLimit, Secret, Time, UnityVersion, WarningKind,
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

fn id(text: &str) -> ExternalEventId {
    ExternalEventId::new(text).expect("not empty")
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

// Which event is meant.

fn closes(key: EventKey) -> Action {
    Action::Deactivate(key)
}

const ON: fn(NothingToDo) -> Action = Action::Nothing;

fn request(external: Option<&str>) -> Webhook {
    let request = RequestDeactivateEvent::new(device(), EventType::FALL);
    match external {
        Some(text) => request.with_external_event_id(id(text)).into(),
        None => request.into(),
    }
}

fn inactive(external: Option<&str>) -> Webhook {
    let changed = EventStateChanged::inactive(device(), EventType::FALL);
    match external {
        Some(text) => changed.with_external_event_id(id(text)).into(),
        None => changed.into(),
    }
}

fn correlator() -> Correlator {
    Correlator::new(CorrelatorConfig::default())
}

fn raise(correlator: &mut Correlator, external: Option<&str>) -> EventKey {
    correlator
        .raised(device(), EventType::FALL, external.map(id))
        .expect("room")
}

#[test]
fn information_closes_without_a_delete_and_a_command_with_one() {
    for (webhook, deletes) in [(inactive(Some("a")), false), (request(Some("a")), true)] {
        let mut correlator = correlator();
        let key = raise(&mut correlator, Some("a"));
        assert_eq!(correlator.handle_webhook(Time::ZERO, &webhook), closes(key));
        let delete: Option<Delete> = correlator.deactivated(Time::ZERO, key);
        assert_eq!(delete.is_some(), deletes);
        // Repeats and echoes of either kind.
        for late in [
            inactive(Some("a")),
            inactive(None),
            request(Some("a")),
            request(None),
        ] {
            let action = correlator.handle_webhook(Time::ZERO, &late);
            assert_eq!(action, ON(NothingToDo::ClosedAlready), "{late:?}");
        }
        assert_eq!(correlator.deactivated(Time::ZERO, key), None);
    }
}

#[test]
fn a_failed_deactivation_sends_nothing_and_can_be_tried_again() {
    let mut correlator = correlator();
    let key = raise(&mut correlator, None);
    assert_eq!(
        correlator.handle_webhook(Time::ZERO, &request(None)),
        closes(key)
    );
    assert_eq!(
        correlator.handle_webhook(Time::ZERO, &request(None)),
        ON(NothingToDo::UnderWay)
    );
    correlator.deactivation_failed(key);
    assert_eq!(correlator.deactivated(Time::ZERO, key), None);
    assert_eq!(
        correlator.handle_webhook(Time::ZERO, &request(None)),
        closes(key)
    );
    assert!(correlator.deactivated(Time::ZERO, key).is_some());
}

#[test]
fn a_newer_event_is_not_closed_by_a_call_about_an_older_one() {
    let mut correlator = correlator();
    let old = raise(&mut correlator, Some("old"));
    assert_eq!(
        correlator.handle_webhook(Time::ZERO, &request(Some("old"))),
        closes(old)
    );
    let new = raise(&mut correlator, Some("new"));
    // The DELETE for the old one would close the new one.
    assert_eq!(correlator.deactivated(Time::ZERO, old), None);
    for late in [
        request(Some("old")),
        inactive(Some("old")),
        inactive(Some("never-seen")),
    ] {
        let action = correlator.handle_webhook(Time::ZERO, &late);
        assert_eq!(action, ON(NothingToDo::NewerEvent), "{late:?}");
    }
    assert_eq!(
        correlator.handle_webhook(Time::ZERO, &inactive(Some("new"))),
        closes(new)
    );
}

#[test]
fn an_echo_without_an_id_does_not_close_what_was_raised_meanwhile() {
    let mut correlator = correlator();
    raise(&mut correlator, None);
    correlator.closed(Time::ZERO, &device(), EventType::FALL);
    let new = raise(&mut correlator, None);
    let soon = Time::from_millis(2_000);
    assert_eq!(
        correlator.handle_webhook(soon, &inactive(None)),
        ON(NothingToDo::PerhapsEcho)
    );
    // One per DELETE: the next one is meant.
    assert_eq!(
        correlator.handle_webhook(soon, &inactive(None)),
        closes(new)
    );

    let mut correlator = self::correlator();
    raise(&mut correlator, None);
    correlator.closed(Time::ZERO, &device(), EventType::FALL);
    let new = raise(&mut correlator, None);
    let late = Time::from_millis(31_000);
    assert_eq!(
        correlator.handle_webhook(late, &inactive(None)),
        closes(new)
    );
}

#[test]
fn an_id_of_another_device_or_code_closes_nothing() {
    let mut correlator = correlator();
    let other = DeviceIdentifier::new("SN-2").expect("valid");
    correlator
        .raised(other, EventType::FALL, Some(id("theirs")))
        .expect("room");
    correlator
        .raised(device(), EventType::LOW_BATTERY, Some(id("battery")))
        .expect("room");
    raise(&mut correlator, Some("ours"));
    for wrong in ["theirs", "battery"] {
        let action = correlator.handle_webhook(Time::ZERO, &request(Some(wrong)));
        assert_eq!(action, ON(NothingToDo::Mismatch));
    }
    let active = EventStateChanged {
        is_active: true,
        ..EventStateChanged::inactive(device(), EventType::FALL)
    };
    assert_eq!(
        correlator.handle_webhook(Time::ZERO, &active.into()),
        ON(NothingToDo::StillActive)
    );
    let unknown = RequestDeactivateEvent::new(device(), EventType(4));
    assert_eq!(
        correlator.handle_webhook(Time::ZERO, &unknown.into()),
        ON(NothingToDo::Unknown)
    );
}

#[test]
fn the_two_numbers_of_medicine_not_taken_are_one_event() {
    let mut correlator = correlator();
    let key = correlator
        .raised(device(), EventType(917), None)
        .expect("room");
    let request = RequestDeactivateEvent::new(device(), EventType(923));
    assert_eq!(
        correlator.handle_webhook(Time::ZERO, &request.into()),
        closes(key)
    );
    let delete = correlator.deactivated(Time::ZERO, key).expect("a command");
    assert_eq!(delete.event_type, EventType(917), "as it was raised");
}

#[test]
fn memory_is_bounded_and_open_events_are_never_forgotten() {
    let mut config = CorrelatorConfig::default();
    config.events = 4;
    let mut correlator = Correlator::new(config);
    let open = raise(&mut correlator, Some("open"));
    for n in 1..100 {
        let code = EventType(n);
        correlator.raised(device(), code, None).expect("room");
        correlator.closed(Time::ZERO, &device(), code);
    }
    assert_eq!(
        correlator.handle_webhook(Time::ZERO, &request(Some("open"))),
        closes(open)
    );
    let mut correlator = Correlator::new(config);
    for n in 1..=4 {
        correlator
            .raised(device(), EventType(n), None)
            .expect("room");
    }
    let full = correlator.raised(device(), EventType(5), None);
    assert_eq!(full.expect_err("full").limit, 4);
    correlator
        .raised(device(), EventType(4), None)
        .expect("it takes the place of the open one");
    assert_eq!(correlator.open(), 4);
}

// What is sent.

fn sender(change: impl FnOnce(&mut SenderConfig)) -> Sender {
    let mut config = SenderConfig::new(Secret::new(TOKEN), 7);
    change(&mut config);
    Sender::new(config)
}

fn answer(sender: &mut Sender, now: Time, post: &Transmit, status: u16) {
    sender.handle_answer(now, post.attempt(), status, [], SystemTime::UNIX_EPOCH);
}

#[test]
fn what_is_sent_is_what_the_receiver_takes() {
    let mut sender = sender(|_| ());
    for webhook in [request(Some("a")), inactive(None)] {
        sender.submit(Time::ZERO, &webhook).expect("room");
        let post = sender.poll_transmit(Time::ZERO).expect("ready");
        let headers = post.headers();
        assert_eq!(headers.filter(|header| header.sensitive).count(), 1);
        assert!(!format!("{post:?}").contains(TOKEN));
        let headers = post.headers().map(|h| (h.name, h.value.as_bytes()));
        let incoming = receiver(strict())
            .handle(Time::ZERO, None, &Head::new("POST", headers), post.body())
            .expect("taken");
        assert_eq!(incoming.webhook(), &webhook);
        answer(&mut sender, Time::ZERO, &post, 200);
    }
    assert_eq!(sender.waiting(), 0);
}

#[test]
fn refusals_are_final_and_faults_are_repeated() {
    for status in [301, 400, 403, 404, 405, 410, 413] {
        let mut sender = sender(|_| ());
        let id = sender.submit(Time::ZERO, &request(None)).expect("room");
        let post = sender.poll_transmit(Time::ZERO).expect("ready");
        answer(&mut sender, Time::ZERO, &post, status);
        let given_up = SenderEvent::GivenUp {
            webhook: id,
            failure: Failure::Status(status),
        };
        assert_eq!(sender.poll_event(), Some(given_up));
        assert_eq!((sender.poll_timeout(), sender.waiting()), (None, 0));
    }
    for status in [408, 429, 500, 502, 503, 504] {
        let mut sender = sender(|_| ());
        sender.submit(Time::ZERO, &request(None)).expect("room");
        let post = sender.poll_transmit(Time::ZERO).expect("ready");
        answer(&mut sender, Time::ZERO, &post, status);
        let due = sender.poll_timeout().expect("a pause");
        assert!(due > Time::ZERO && due <= Time::from_millis(200), "{due:?}");
        assert!(sender.poll_transmit(Time::ZERO).is_none());
        sender.handle_timeout(due);
        let again = sender.poll_transmit(due).expect("again");
        assert_eq!((again.attempt().number, again.body()), (2, post.body()));
    }
}

#[test]
fn retry_after_is_honoured_and_silence_is_a_failure() {
    let mut sender = sender(|_| ());
    sender.submit(Time::ZERO, &request(None)).expect("room");
    let post = sender.poll_transmit(Time::ZERO).expect("ready");
    let headers = [("Retry-After", &b"7"[..])];
    sender.handle_answer(Time::ZERO, post.attempt(), 503, headers, SystemTime::now());
    let due = Time::from_millis(7_000);
    assert_eq!(sender.poll_timeout(), Some(due));
    sender.handle_timeout(due);
    let silent = sender.poll_transmit(due).expect("again");
    let deadline = due + Duration::from_secs(10);
    assert_eq!(sender.poll_timeout(), Some(deadline));
    sender.handle_timeout(deadline);
    sender.poll_event();
    let Some(SenderEvent::Retrying { failure, .. }) = sender.poll_event() else {
        panic!("it goes on");
    };
    assert_eq!(failure, Failure::TimedOut);
    // The answer after all: whatever the time, it is delivered.
    answer(&mut sender, deadline, &silent, 200);
    assert!(matches!(
        sender.poll_event(),
        Some(SenderEvent::Delivered(_))
    ));
    assert_eq!((sender.poll_timeout(), sender.waiting()), (None, 0));
    assert!(sender.poll_transmit(deadline).is_none());
}

#[test]
fn one_pair_goes_in_order_and_others_do_not_wait() {
    let mut sender = sender(|_| ());
    let first = sender.submit(Time::ZERO, &request(None)).expect("room");
    let second = sender.submit(Time::ZERO, &inactive(None)).expect("room");
    let other = EventStateChanged::inactive(device(), EventType::LOW_BATTERY);
    let other = sender.submit(Time::ZERO, &other.into()).expect("room");
    let a = sender.poll_transmit(Time::ZERO).expect("ready");
    let b = sender.poll_transmit(Time::ZERO).expect("ready");
    assert_eq!((a.attempt().webhook, b.attempt().webhook), (first, other));
    assert!(sender.poll_transmit(Time::ZERO).is_none());
    sender.handle_failure(Time::ZERO, a.attempt());
    assert!(
        sender.poll_transmit(Time::ZERO).is_none(),
        "the first is not through"
    );
    let due = Time::from_millis(1_000);
    sender.handle_timeout(due);
    let a = sender.poll_transmit(due).expect("again");
    assert_eq!(a.attempt().webhook, first);
    answer(&mut sender, due, &a, 200);
    assert_eq!(
        sender.poll_transmit(due).map(|post| post.attempt().webhook),
        Some(second)
    );
}

#[test]
fn a_sender_is_bounded_and_knows_its_version() {
    let mut sender = self::sender(|config| {
        config.waiting = 2;
        config.parallel = 1;
        config.give_up_after = Duration::from_secs(5);
    });
    sender.submit(Time::ZERO, &request(None)).expect("room");
    let other = EventStateChanged::inactive(device(), EventType(4)).into();
    sender.submit(Time::ZERO, &other).expect("room");
    assert_eq!(
        sender.submit(Time::ZERO, &other),
        Err(NotTaken::Full { waiting: 2 })
    );
    let post = sender.poll_transmit(Time::ZERO).expect("ready");
    assert!(sender.poll_transmit(Time::ZERO).is_none(), "one at once");
    sender.handle_timeout(Time::from_millis(10_000));
    assert!(matches!(
        sender.poll_event(),
        Some(SenderEvent::GivenUp { .. })
    ));
    sender.handle_failure(Time::from_millis(10_000), post.attempt());
    assert_eq!(sender.waiting(), 1);

    let mut old = self::sender(|config| config.version = UnityVersion::V6_8);
    assert_eq!(
        old.submit(Time::ZERO, &request(None)),
        Err(NotTaken::Version)
    );
    let mut body = Vec::new();
    let webhook = request(Some("a"));
    let left_out = encode_webhook(&webhook, UnityVersion::V6_9, &mut body);
    assert_eq!(left_out, Members::NONE.with(Member::ExternalEventId));
    assert_eq!(body, br#"{"DeviceIdentifier":"SN-004711","EventType":906}"#);
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
                let external_event_id = external.map(|text| id(&text));
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

    /// Whatever comes in whatever order: a DELETE follows only a command, at most one for each event
    /// that was raised, and never while a newer event of the pair is open.
    #[test]
    fn no_order_of_calls_makes_two_systems_close_for_ever(
        steps in prop::collection::vec((0..6u8, prop::option::of(0..4u8)), 1..80)
    ) {
        let mut correlator = correlator();
        let (mut raised, mut deletes, mut commands) = (0u32, 0u32, 0u32);
        let mut newest = None;
        for (at, (step, external)) in steps.into_iter().enumerate() {
            let now = Time::from_millis(at as u64 * 1_000);
            let text = external.map(|n| n.to_string());
            let external = text.as_deref();
            match step {
                0 => {
                    raised += 1;
                    newest = Some(raise(&mut correlator, external));
                }
                1 => correlator.closed(now, &device(), EventType::FALL),
                _ => {
                    let command = step < 4;
                    let webhook = if command { request(external) } else { inactive(external) };
                    commands += u32::from(command);
                    if let Action::Deactivate(key) = correlator.handle_webhook(now, &webhook) {
                        prop_assert_eq!(Some(key), newest);
                        if let Some(delete) = correlator.deactivated(now, key) {
                            prop_assert!(command);
                            prop_assert_eq!(delete.device, device());
                            deletes += 1;
                        }
                        prop_assert_eq!(correlator.open(), 0);
                    }
                }
            }
        }
        prop_assert!(deletes <= raised && deletes <= commands);
    }
}
