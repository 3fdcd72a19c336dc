//! SCAIP over HTTPS (SCAIP reference 13): the rules of the SIP receiver, and the sender's reading
//! of what comes back.

#![cfg(feature = "sip")]
#![allow(clippy::unwrap_used)]

#[allow(dead_code, reason = "each test file uses a part")]
mod support;

use std::time::Duration;

use proptest::prelude::*;
use scaip::https::{
    CONTENT_TYPE, Config, Failure, Next, Outcome, Received, RefusedPost, Reply, Status, post,
    read_answer, receive,
};
use scaip::receiver::ReceiverWarning;
use scaip::{
    DecodeOptions, Edition, EncodeOptions, Reference, Response, StatusNumber, encode_response,
};
use support::{any_request, any_response};

const GOOD: &[u8] = b"<mrq><ref>a1</ref><cid>40211870</cid><dty>0003</dty></mrq>";

fn strict() -> Config {
    let mut config = Config::default();
    config.decode = DecodeOptions::strict();
    config.strict_content_type = true;
    config
}

fn refusal(content_type: Option<&str>, body: &[u8], config: &Config) -> RefusedPost {
    match receive(content_type.map(str::as_bytes), body, config) {
        Received::Refused(refusal) => *refusal,
        Received::Request(_) => panic!("taken"),
    }
}

fn text(refusal: &RefusedPost) -> &str {
    std::str::from_utf8(&refusal.answer.as_ref().unwrap().0).unwrap()
}

#[test]
fn a_body_whose_reference_can_be_read_is_refused_with_an_mrs_in_a_200() {
    for (body, snu) in [
        ("<mrq><ref>q1</ref><cid>40211870</cid></mrq>", 7),
        ("<mrq><ref>q1</ref><cid>40211870</cid><dty> </dty></mrq>", 7),
        ("<mrq><ref>q1</ref><dty>0003</dty></mrq>", 7),
        ("<mrq><ref>q1</ref><cid>4021</cid><dty>0003", 2),
        (
            "<mrq><ref>q1</ref><mty>ZZ</mty><cid>1</cid><dty>3</dty></mrq>",
            3,
        ),
    ] {
        let refusal = refusal(Some(CONTENT_TYPE), body.as_bytes(), &Config::default());
        assert_eq!(refusal.status, Status::Ok, "{body}");
        let start = format!("<mrs><ref>q1</ref><snu>{snu}</snu>");
        assert!(text(&refusal).starts_with(&start), "{}", text(&refusal));
        assert_eq!(refusal.reference.unwrap().as_str(), "q1");
    }
}

#[test]
fn a_body_without_a_reference_gets_an_http_status_alone() {
    let long = [b"<mrq>".as_slice(), &b"x".repeat(70_000)].concat();
    for (content_type, body, status) in [
        (Some(CONTENT_TYPE), b"".as_slice(), 400),
        (Some(CONTENT_TYPE), b"<mrq><cid>1</cid></mrq>", 400),
        (
            Some(CONTENT_TYPE),
            b"<mrs><ref>a</ref><snu>0</snu></mrs>",
            400,
        ),
        (Some(CONTENT_TYPE), &long, 413),
        (Some("application/json"), b"{}", 415),
        (None, b"{}", 400),
    ] {
        let refusal = refusal(content_type, body, &Config::default());
        assert_eq!(refusal.status.code(), status, "{content_type:?}");
        assert!(refusal.answer.is_none());
    }
}

#[test]
fn a_body_a_little_too_long_hears_snu_1_when_its_reference_can_be_read() {
    let text_of = "x".repeat(70_000);
    let body = format!("<mrq><ref>q1</ref><cid>1</cid><dty>3</dty><ite>{text_of}</ite></mrq>");
    assert!(body.len() < Config::default().body_limit());
    let refusal = refusal(Some(CONTENT_TYPE), body.as_bytes(), &Config::default());
    assert_eq!(refusal.status, Status::Ok);
    assert_eq!(refusal.status_number, Some(StatusNumber::MESSAGE_TOO_LONG));
}

#[test]
fn another_content_type_is_a_warning_and_415_when_strict() {
    for content_type in [Some("application/xml"), Some("text/plain"), None] {
        let received = receive(content_type.map(str::as_bytes), GOOD, &Config::default());
        let Received::Request(incoming) = received else {
            panic!("refused")
        };
        assert_eq!(incoming.warnings, [ReceiverWarning::ContentType]);
        let refusal = refusal(content_type, GOOD, &strict());
        assert_eq!(refusal.status, Status::UnsupportedMediaType);
    }
    for config in [Config::default(), strict()] {
        let received = receive(Some(b"Application/SCAIP+XML"), GOOD, &config);
        assert!(matches!(received, Received::Request(incoming) if incoming.warnings.is_empty()));
    }
}

#[test]
fn the_answer_echoes_the_reference_and_the_root() {
    let body = b"<scaip><ref>p-1&amp;</ref><cid>1</cid><dty>3</dty></scaip>";
    let mut config = Config::default();
    config.decode.accept_scaip_root = true;
    let Received::Request(incoming) = receive(Some(CONTENT_TYPE.as_bytes()), body, &config) else {
        panic!("refused")
    };
    let verdict = Response::new(Reference::new("another"), StatusNumber::OK);
    let answer = incoming.answer(&verdict, &config.encode).unwrap();
    assert_eq!(answer, b"<scaip><ref>p-1&amp;</ref><snu>0</snu></scaip>");
}

fn reply(status: u16, body: &[u8]) -> Reply<'_> {
    Reply {
        status,
        retry_after: None,
        body,
    }
}

fn outcome(reply: &Reply<'_>) -> Outcome {
    read_answer(&Reference::new("a1"), reply, &DecodeOptions::lenient())
}

#[test]
fn every_snu_has_its_reaction() {
    for (snu, expected) in [
        (1, Next::Shorten),
        (2, Next::NextReceiver),
        (4, Next::Wait),
        (5, Next::NextReceiver),
        (6, Next::Wait),
        (99, Next::NextReceiver),
    ] {
        let body = format!("<mrs><ref>a1</ref><snu>{snu}</snu></mrs>");
        let Outcome::Refused { next, response } = outcome(&reply(200, body.as_bytes())) else {
            panic!("snu {snu}")
        };
        assert_eq!(next, expected, "snu {snu}");
        assert_eq!(response.message().status_number.number(), snu);
    }
    let good = b"<mrs><ref>a1</ref><snu>0</snu></mrs>";
    for status in [200, 202] {
        assert!(matches!(
            outcome(&reply(status, good)),
            Outcome::Accepted(_)
        ));
    }
}

#[test]
fn only_an_mrs_with_the_reference_sent_is_an_acceptance() {
    let other = b"<mrs><ref>a2</ref><snu>0</snu></mrs>";
    let wrong = Outcome::TryNext(Failure::Reference);
    assert_eq!(outcome(&reply(200, other)), wrong);
    for body in [b"".as_slice(), b"OK", b"<html></html>", GOOD] {
        let outcome = outcome(&reply(200, body));
        assert!(matches!(outcome, Outcome::TryNext(Failure::Unreadable(_))));
    }
    for status in [301, 400, 401, 403, 404, 413, 415, 501] {
        let failed = Outcome::TryNext(Failure::Status(status));
        assert_eq!(outcome(&reply(status, other)), failed);
    }
}

#[test]
fn a_receiver_in_trouble_may_be_asked_later() {
    for (value, after) in [
        (Some("5"), Some(5)),
        (Some(" 120 "), Some(120)),
        (Some("+5"), None),
        (Some("99999999999"), None),
        (Some("Wed, 21 Oct 2026 07:28:00 GMT"), None),
        (None, None),
    ] {
        let reply = Reply {
            status: 503,
            retry_after: value.map(str::as_bytes),
            body: b"",
        };
        let later = Outcome::TryLater {
            failure: Failure::Status(503),
            after: after.map(Duration::from_secs),
        };
        assert_eq!(outcome(&reply), later, "{value:?}");
    }
}

proptest! {
    #[test]
    fn what_is_posted_is_received_the_same(request in any_request()) {
        let options = EncodeOptions::new().with_edition(Edition::ClcTs50134);
        let post = post(&request, &options).unwrap();
        let content_type = Some(post.content_type.as_bytes());
        let received = receive(content_type, &post.body, &Config::default());
        let Received::Request(incoming) = received else { panic!("refused") };
        prop_assert_eq!(incoming.decoded.message(), &request);
        prop_assert!(incoming.warnings.is_empty());
    }

    #[test]
    fn what_is_answered_is_read_the_same(response in any_response()) {
        let mut body = Vec::new();
        let options = EncodeOptions::new().with_edition(Edition::ClcTs50134);
        encode_response(&response, &options, &mut body).unwrap();
        let outcome = read_answer(&response.reference, &reply(200, &body), &DecodeOptions::lenient());
        match outcome {
            Outcome::Accepted(read) => {
                prop_assert_eq!(response.status_number, StatusNumber::OK);
                prop_assert_eq!(read.message(), &response);
            }
            Outcome::Refused { response: read, .. } => {
                prop_assert_ne!(response.status_number, StatusNumber::OK);
                prop_assert_eq!(read.message(), &response);
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn anything_at_all_gets_an_answer(
        content_type in prop::option::of(prop::collection::vec(any::<u8>(), 0..40)),
        body in prop::collection::vec(any::<u8>(), 0..200),
        cut in any::<prop::sample::Index>(),
    ) {
        for body in [&body[..], &GOOD[..cut.index(GOOD.len())]] {
            for config in [Config::default(), strict()] {
                match receive(content_type.as_deref(), body, &config) {
                    Received::Request(incoming) => prop_assert_eq!(incoming.decoded.raw(), body),
                    Received::Refused(refusal) => {
                        prop_assert_eq!(refusal.status == Status::Ok, refusal.answer.is_some());
                    }
                }
            }
            let _ = outcome(&reply(200, body));
        }
    }
}
