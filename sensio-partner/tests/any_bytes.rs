//! Whatever comes from outside is answered, and nothing of it shows.

use std::time::SystemTime;

use proptest::prelude::*;
use sensio_partner::token::{Access, Config, Credentials, Tokens, token_request};
use sensio_partner::wire::TokenWire;
use sensio_partner::{
    BODY_LIMIT, Call, DeviceIdentifier, Endpoint, ErrorBody, EventType, ImageLimits, Outcome,
    PAUSE_LIMIT, Requests, Time, check_image,
};

fn calls() -> impl Strategy<Value = Call> {
    prop::sample::select(vec![
        Call::Token,
        Call::PostEvent,
        Call::PutEvent,
        Call::DeleteEvent,
        Call::PutStatus,
        Call::PutStatuses,
    ])
}

fn names() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "Retry-After",
        "Date",
        "RateLimit",
        "RateLimit-Remaining",
        "X-RateLimit-Reset",
        "X-Request-Id",
        "Content-Type",
    ])
}

proptest! {
    #[test]
    fn any_answer_has_a_class_and_its_pause_a_bound(
        call in calls(),
        status: u16,
        headers in prop::collection::vec((names(), "[ -~]{0,30}|[0-9]{1,25}"), 0..5),
        body in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let headers = headers.iter().map(|(name, value)| (*name, value.as_bytes()));
        let outcome = Outcome::read(call, status, headers, &body, SystemTime::now());
        prop_assert!(outcome.pause.is_none_or(|pause| pause <= PAUSE_LIMIT));
        prop_assert_eq!(outcome.class.is_done(), outcome.clone().into_result().is_ok());
        prop_assert!(outcome.class.is_done() || !(200..300).contains(&status));
        let _ = outcome.error_body();
    }

    #[test]
    fn no_error_body_shows_what_it_holds(body in "[{}\":,a-z]{0,60}|\\PC{0,60}") {
        let text = format!("{:?}", ErrorBody::read(body.as_bytes()));
        let hidden = text.starts_with("ErrorBody { shape: ") && text.len() < 60;
        prop_assert!(hidden, "{}", text);
    }

    #[test]
    fn any_picture_is_answered(mut data in prop::collection::vec(any::<u8>(), 0..300), jpeg: bool) {
        if jpeg {
            data.splice(0..0, [0xFF, 0xD8, 0xFF]);
        }
        if let Ok(dimensions) = check_image(&data, &ImageLimits::default()) {
            prop_assert!(dimensions.width > 0 && dimensions.height <= 4096);
        }
    }

    #[test]
    fn any_token_answer_gives_a_token_that_a_header_carries_or_none(
        body in "[{}\": ,a-z_0-9\\\\]{0,80}|\"\\PC{0,20}\"|\\{\"token\":\"\\PC{1,9}\"\\}",
    ) {
        let endpoint = Endpoint::new("https://unity.example.no").expect("valid");
        let wire = TokenWire::default();
        let request = token_request(&endpoint, &Credentials::new("id", "secret"), &wire);
        let mut tokens = Tokens::new(request.expect("complete"), wire, Config::default(), 1);
        let now = Time::ZERO;
        let _ = tokens.access(now);
        let attempt = tokens.poll_transmit(now).expect("due").attempt;
        let headers: [(&str, &[u8]); 0] = [];
        let answer = Outcome::read(Call::Token, 200, headers, body.as_bytes(), SystemTime::now());
        tokens.handle_outcome(now, attempt, &answer);
        if let Access::Token(token) = tokens.access(now) {
            let header = token.authorization().expose().strip_prefix("Bearer ");
            prop_assert!(header.is_some_and(|t| !t.is_empty() && t.bytes().all(|b| b.is_ascii_graphic())));
        }
    }

    #[test]
    fn any_identifier_that_is_taken_stays_one_segment(name in "\\PC{1,20}") {
        let Ok(device) = DeviceIdentifier::new(&name) else {
            return Ok(());
        };
        let endpoint = Endpoint::new("https://unity.example.no/partner").expect("valid");
        let requests = Requests::new(endpoint);
        let request = requests.delete_event(&device, EventType::FALL).expect("known").request;
        let url = url::Url::parse(&requests.endpoint().url(&request)).expect("a URL");
        prop_assert_eq!(url.path(), request.path());
        prop_assert_eq!(url.path_segments().map(Iterator::count), Some(7));
        let segment = url.path_segments().and_then(|mut s| s.nth(4)).expect("seven");
        let read = DeviceIdentifier::from_path_segment(segment, Default::default());
        prop_assert_eq!(read, Ok(device));
    }

    #[test]
    fn any_text_is_an_endpoint_or_refused(text in "\\PC{0,40}|https?://[a-z.@:/?#%0-9]{0,30}") {
        if let Ok(endpoint) = Endpoint::new(&text) {
            let printed = format!("{endpoint:?}");
            prop_assert!(!printed.contains('@'), "{}", printed);
        }
    }
}

#[test]
fn no_more_of_a_body_is_kept_than_the_limit() {
    let headers: [(&str, &[u8]); 0] = [];
    let body = vec![b'x'; BODY_LIMIT + 1];
    let outcome = Outcome::read(Call::PutEvent, 500, headers, &body, SystemTime::now());
    assert!(outcome.is_truncated() && outcome.body().len() == BODY_LIMIT);
}
