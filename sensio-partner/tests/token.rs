//! The life of a token, with an injected clock (Partner API reference 3).

use core::time::Duration;
use std::time::SystemTime;

use sensio_partner::token::{
    Access, AccessToken, AttemptId, Config, Credentials, Event, Problem, Tokens, token_request,
};
use sensio_partner::wire::TokenWire;
use sensio_partner::{Call, Endpoint, Failure, Outcome, Time};

const HOUR: u64 = 3_600_000;

fn at(millis: u64) -> Time {
    Time::from_millis(millis)
}

fn tokens() -> Tokens {
    let endpoint = Endpoint::new("https://unity.example.no/partner").expect("valid");
    let wire = TokenWire::default();
    let request = token_request(&endpoint, &Credentials::new("id", "secret"), &wire);
    Tokens::new(request.expect("complete"), wire, Config::default(), 7)
}

fn answer(status: u16, body: &str) -> Outcome {
    let headers: [(&str, &[u8]); 0] = [];
    Outcome::read(
        Call::Token,
        status,
        headers,
        body.as_bytes(),
        SystemTime::UNIX_EPOCH,
    )
}

fn start(tokens: &mut Tokens, now: Time) -> AttemptId {
    tokens
        .poll_transmit(now)
        .expect("an attempt is due")
        .attempt
}

fn given(access: &Access) -> AccessToken {
    match access {
        Access::Token(token) => token.clone(),
        other => panic!("no token: {other:?}"),
    }
}

/// A machine that fetched a token at time zero.
fn fetched(body: &str) -> (Tokens, AccessToken) {
    let mut tokens = tokens();
    assert_eq!(tokens.access(at(0)), Access::Wait);
    let attempt = start(&mut tokens, at(0));
    tokens.handle_outcome(at(500), attempt, &answer(200, body));
    let token = given(&tokens.access(at(500)));
    (tokens, token)
}

#[test]
fn nothing_is_fetched_before_somebody_asks() {
    let mut tokens = tokens();
    assert_eq!(tokens.poll_timeout(), None);
    assert!(tokens.poll_transmit(at(0)).is_none());
    assert_eq!(tokens.access(at(0)), Access::Wait);
    assert!(tokens.poll_timeout().is_some_and(|due| due <= at(0)));
}

#[test]
fn one_renewal_at_a_time() {
    let mut tokens = tokens();
    assert_eq!(tokens.access(at(0)), Access::Wait);
    let _ = start(&mut tokens, at(0));
    assert_eq!(tokens.access(at(1)), Access::Wait);
    assert!(tokens.poll_transmit(at(1)).is_none());
}

#[test]
fn the_life_counts_from_sending_and_is_a_day_at_most() {
    for body in ["\"t\"", r#"{"access_token":"t","expires_in":999999999}"#] {
        let (mut tokens, token) = fetched(body);
        assert_eq!(token.authorization().expose(), "Bearer t");
        given(&tokens.access(at(24 * HOUR - 1)));
        assert_eq!(tokens.access(at(24 * HOUR)), Access::Wait);
    }
    let (mut tokens, _) = fetched(r#"{"access_token":"t","expires_in":"60"}"#);
    given(&tokens.access(at(59_999)));
    assert_eq!(tokens.access(at(60_000)), Access::Wait);
}

#[test]
fn it_is_renewed_ten_to_fifteen_minutes_before_the_end_and_earlier_for_short_lives() {
    let (tokens, _) = fetched("\"t\"");
    let due = tokens.poll_timeout().expect("renewal");
    assert!(due > at(24 * HOUR - 900_000) && due <= at(24 * HOUR - 600_000));
    let (tokens, _) = fetched(r#"{"access_token":"t","expires_in":100}"#);
    let due = tokens.poll_timeout().expect("renewal");
    assert!(due > at(70_000) && due <= at(80_000));
}

#[test]
fn calls_use_the_old_token_while_a_renewal_fails() {
    let (mut tokens, old) = fetched("\"t\"");
    let now = at(24 * HOUR - 600_000);
    let attempt = start(&mut tokens, now);
    assert_eq!(given(&tokens.access(now)), old);
    tokens.handle_outcome(now, attempt, &answer(503, ""));
    assert_eq!(given(&tokens.access(now)), old);
    let events: Vec<_> = core::iter::from_fn(|| tokens.poll_event()).collect();
    assert!(matches!(
        events[..],
        [
            Event::Renewed { .. },
            Event::Failed {
                problem: Problem::EndpointDown,
                still_valid: true,
                ..
            }
        ]
    ));
    // It tries again, and the new one takes over.
    let retry = tokens.poll_timeout().expect("another attempt");
    assert!(retry > now && retry <= now + Duration::from_secs(1));
    let attempt = start(&mut tokens, retry);
    tokens.handle_outcome(retry, attempt, &answer(200, "\"u\""));
    assert_eq!(
        given(&tokens.access(retry)).authorization().expose(),
        "Bearer u"
    );
}

#[test]
fn refused_credentials_are_told_from_an_endpoint_that_is_down() {
    for (status, body, problem) in [
        (401, "", Problem::CredentialsRefused),
        (
            400,
            r#"{"error":"invalid_client"}"#,
            Problem::CredentialsRefused,
        ),
        (
            400,
            r#"{"error":"unsupported_grant_type"}"#,
            Problem::Misconfigured,
        ),
        (400, "<html>", Problem::Misconfigured),
        (404, "", Problem::Misconfigured),
        (302, "", Problem::Misconfigured),
        (415, "", Problem::Misconfigured),
        (403, "", Problem::Forbidden),
        (429, "", Problem::EndpointDown),
        (500, "", Problem::EndpointDown),
        (503, "", Problem::EndpointDown),
        (
            400,
            r#"{"error":"temporarily_unavailable"}"#,
            Problem::EndpointDown,
        ),
    ] {
        let mut tokens = tokens();
        assert_eq!(tokens.access(at(0)), Access::Wait);
        let attempt = start(&mut tokens, at(0));
        tokens.handle_outcome(at(1), attempt, &answer(status, body));
        let Access::Unavailable {
            problem: found,
            retry_at,
        } = tokens.access(at(1))
        else {
            panic!("{status}: a token or waiting");
        };
        assert_eq!(found, problem, "{status} {body}");
        assert_eq!(retry_at > at(60_000), problem.is_permanent(), "{status}");
        assert!(tokens.poll_transmit(at(2)).is_none());
        assert_eq!(tokens.access(retry_at), Access::Wait);
        assert!(tokens.poll_transmit(retry_at).is_some());
    }
}

#[test]
fn an_answer_without_a_token_is_reported_and_tried_again() {
    let mut tokens = tokens();
    assert_eq!(tokens.access(at(0)), Access::Wait);
    let attempt = start(&mut tokens, at(0));
    tokens.handle_outcome(at(1), attempt, &answer(200, "<html>sign in</html>"));
    assert!(matches!(
        tokens.access(at(1)),
        Access::Unavailable {
            problem: Problem::Unreadable(_),
            ..
        }
    ));
}

#[test]
fn an_attempt_that_takes_too_long_is_given_up_and_its_late_answer_ignored() {
    let mut tokens = tokens();
    assert_eq!(tokens.access(at(0)), Access::Wait);
    let attempt = start(&mut tokens, at(0));
    assert_eq!(tokens.poll_timeout(), Some(at(10_000)));
    tokens.handle_timeout(at(9_999));
    assert_eq!(tokens.access(at(9_999)), Access::Wait);
    tokens.handle_timeout(at(10_000));
    assert!(matches!(
        tokens.access(at(10_000)),
        Access::Unavailable { .. }
    ));
    tokens.handle_outcome(at(10_001), attempt, &answer(200, "\"t\""));
    assert!(matches!(
        tokens.access(at(10_001)),
        Access::Unavailable { .. }
    ));
    let next = start(&mut tokens, at(12_000));
    tokens.handle_failure(at(12_001), attempt, Failure::NotSent); // an old one
    tokens.handle_outcome(at(12_002), next, &answer(200, "\"t\""));
    given(&tokens.access(at(12_002)));
}

#[test]
fn unauthorized_drops_only_the_token_that_is_still_cached() {
    let (mut tokens, first) = fetched("\"t\"");
    tokens.handle_unauthorized(at(600), &first);
    assert_eq!(tokens.access(at(600)), Access::Wait);
    let attempt = start(&mut tokens, at(600)); // at once, the first time
    tokens.handle_outcome(at(700), attempt, &answer(200, "\"u\""));
    let second = given(&tokens.access(at(700)));
    tokens.handle_unauthorized(at(800), &first); // a slow call with the first one
    assert_eq!(given(&tokens.access(at(800))), second);
}

#[test]
fn a_server_that_refuses_fresh_tokens_is_not_stormed() {
    let (mut tokens, mut token) = fetched("\"t\"");
    let mut now = at(1_000);
    let mut fetches = 0;
    while now < at(61_000) {
        tokens.handle_unauthorized(now, &token);
        now = now + Duration::from_millis(10);
        if let Some(attempt) = tokens.poll_transmit(now).map(|transmit| transmit.attempt) {
            fetches += 1;
            tokens.handle_outcome(now, attempt, &answer(200, "\"t\""));
        }
        match tokens.access(now) {
            Access::Token(fresh) => token = fresh,
            Access::Unavailable { problem, .. } => assert_eq!(problem, Problem::TokensRejected),
            other => panic!("{other:?}"),
        }
    }
    assert!(fetches < 40, "{fetches} fetches in a minute");
    // One that is taken ends it.
    now = now + Duration::from_secs(60);
    if let Some(attempt) = tokens.poll_transmit(now).map(|transmit| transmit.attempt) {
        tokens.handle_outcome(now, attempt, &answer(200, "\"t\""));
    }
    let good = given(&tokens.access(now));
    tokens.handle_accepted(&good);
    tokens.handle_unauthorized(now, &good);
    assert!(tokens.poll_transmit(now).is_some());
}

#[test]
fn a_refused_token_does_not_cut_the_pause_after_refused_credentials_short() {
    let (mut tokens, first) = fetched("{\"token\":\"a\"}");
    tokens.handle_unauthorized(at(1_000), &first);
    let attempt = start(&mut tokens, at(1_000));
    let answered = answer(200, r#"{"token":"b","expires_in":3600}"#);
    tokens.handle_outcome(at(1_000), attempt, &answered);
    let second = given(&tokens.access(at(1_000)));
    // Its early renewal is refused, and then it is, too.
    let attempt = start(&mut tokens, at(HOUR));
    tokens.handle_outcome(at(HOUR), attempt, &answer(401, ""));
    tokens.handle_unauthorized(at(HOUR + 500), &second);
    let expected = Access::Unavailable {
        problem: Problem::CredentialsRefused,
        retry_at: at(HOUR + 300_000),
    };
    assert_eq!(tokens.access(at(HOUR + 500)), expected);
}

#[test]
fn new_credentials_are_used_at_once() {
    let mut tokens = tokens();
    assert_eq!(tokens.access(at(0)), Access::Wait);
    let attempt = start(&mut tokens, at(0));
    tokens.handle_outcome(at(1), attempt, &answer(401, ""));
    assert!(tokens.poll_transmit(at(2)).is_none());
    let endpoint = Endpoint::new("https://unity.example.no/partner").expect("valid");
    let request = token_request(
        &endpoint,
        &Credentials::new("id", "new"),
        &TokenWire::default(),
    );
    tokens.set_request(request.expect("complete"));
    let transmit = tokens.poll_transmit(at(2)).expect("at once");
    assert!(transmit.request.body().ends_with(b"client_secret=new"));
}

#[test]
fn secrets_do_not_print() {
    let (tokens, token) = fetched("\"sesame\"");
    let printed = format!("{tokens:?} {token:?}");
    assert!(!printed.contains("sesame") && !printed.contains("secret="));
}
