use std::time::SystemTime;

use fhir_vkp::answer::{Failure, Outcome};
use fhir_vkp::request::{Action, BaseAddress, Call, Method, Request, Service};
use fhir_vkp::security::{
    Access, AccessToken, ClientCore, Config, Credentials, Discovery, DpopKey, Endpoint, Event,
    Exchange, PrivateKey, Problem, Step, Tokens, Transmit,
};
use fhir_vkp::{Time, WallMicros};
use serde_json::Value;

use super::keys::P256_JWK;
use super::signed::verified;

const WALL: WallMicros = WallMicros(1_795_332_425_000_000);
const TOKEN: &str = r#"{"access_token":"t","token_type":"DPoP","expires_in":600}"#;

fn at(millis: u64) -> Time {
    Time::from_millis(millis)
}

fn issuer() -> BaseAddress {
    BaseAddress::new("https://sts.example.net").expect("an address")
}

fn credentials() -> Credentials {
    let key = PrivateKey::from_jwk(P256_JWK, None).expect("a key");
    let dpop = DpopKey::generate().expect("a key");
    Credentials::new("client-1", key, ["nhn:jft/api"]).with_dpop(dpop)
}

fn tokens() -> Tokens {
    Tokens::new(
        Endpoint::Issuer(issuer()),
        credentials(),
        Config::default(),
        7,
    )
}

fn answer(call: Call, status: u16, headers: &[(&str, &str)], body: &str) -> Outcome {
    let headers = headers
        .iter()
        .map(|(name, value)| (*name, value.as_bytes()));
    Outcome::read(call, status, headers, body.into(), SystemTime::UNIX_EPOCH)
}

fn nonce_of(request: &Request) -> Option<String> {
    let proof = request.headers().find(|header| header.name == "dpop")?;
    let jwk = {
        use base64::Engine as _;
        let head = proof.value.split('.').next()?;
        let head = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(head)
            .ok()?;
        serde_json::from_slice::<Value>(&head).ok()?["jwk"].to_string()
    };
    let (_, claims) = verified(proof.value, &jwk);
    claims["nonce"].as_str().map(Into::into)
}

fn start(tokens: &mut Tokens, now: Time) -> Transmit {
    tokens.poll_transmit(now, WALL).expect("an attempt is due")
}

fn given(access: &Access) -> AccessToken {
    match access {
        Access::Token(token) => token.clone(),
        other => panic!("no token: {other:?}"),
    }
}

fn fetched() -> (Tokens, AccessToken) {
    let mut tokens = tokens();
    assert_eq!(tokens.access(at(0)), Access::Wait);
    let sent = start(&mut tokens, at(0));
    let outcome = answer(sent.request.call(), 200, &[], TOKEN);
    tokens.handle_outcome(at(500), sent.attempt, &outcome);
    let token = given(&tokens.access(at(500)));
    (tokens, token)
}

#[test]
fn nothing_is_fetched_before_somebody_asks_and_then_once() {
    let mut tokens = tokens();
    assert_eq!(tokens.poll_timeout(), None);
    assert!(tokens.poll_transmit(at(0), WALL).is_none());
    assert_eq!(tokens.access(at(0)), Access::Wait);
    let _ = start(&mut tokens, at(0));
    assert_eq!(tokens.access(at(1)), Access::Wait);
    assert!(tokens.poll_transmit(at(1), WALL).is_none());
}

#[test]
fn a_token_lives_from_sending_and_is_renewed_early() {
    let (mut tokens, token) = fetched();
    assert_eq!(token.authorization().expose(), "DPoP t");
    let due = tokens.poll_timeout().expect("a renewal");
    assert!(due > at(500_000) && due <= at(540_000), "{due:?}");
    given(&tokens.access(at(599_999)));
    assert_eq!(tokens.access(at(600_000)), Access::Wait);
}

#[test]
fn a_wanted_nonce_is_used_once_and_at_once_in_a_fresh_request() {
    let mut tokens = tokens();
    assert_eq!(tokens.access(at(0)), Access::Wait);
    let first = start(&mut tokens, at(0));
    assert_eq!(nonce_of(&first.request), None);
    let wanted = |nonce| {
        let body = r#"{"error":"use_dpop_nonce"}"#;
        answer(first.request.call(), 400, &[("DPoP-Nonce", nonce)], body)
    };
    tokens.handle_outcome(at(1), first.attempt, &wanted("n-1"));
    assert_eq!(tokens.access(at(1)), Access::Wait);
    let second = start(&mut tokens, at(1));
    assert_eq!(nonce_of(&second.request).as_deref(), Some("n-1"));
    assert_ne!(first.request.body(), second.request.body());
    // The second demand is a problem, but its nonce is kept.
    tokens.handle_outcome(at(2), second.attempt, &wanted("n-2"));
    let Access::Unavailable { problem, retry_at } = tokens.access(at(2)) else {
        panic!("it must not go on at once");
    };
    assert_eq!(problem, Problem::NonceRefused);
    let third = start(&mut tokens, retry_at);
    assert_eq!(nonce_of(&third.request).as_deref(), Some("n-2"));
    let outcome = answer(third.request.call(), 200, &[], TOKEN);
    tokens.handle_outcome(retry_at, third.attempt, &outcome);
    given(&tokens.access(retry_at));
}

#[test]
fn the_issuer_may_be_asked_for_its_token_endpoint_first() {
    let endpoint = Endpoint::Discover(issuer());
    let mut tokens = Tokens::new(endpoint, credentials(), Config::default(), 7);
    assert_eq!(tokens.access(at(0)), Access::Wait);
    let first = start(&mut tokens, at(0));
    let call = first.request.call();
    assert_eq!(
        (call.action, first.request.method()),
        (Action::Discover, Method::Get)
    );
    assert_eq!(first.request.url(), Discovery::request(&issuer()).url());
    let document =
        r#"{"issuer":"https://sts.example.net","token_endpoint":"https://sts.example.net/t"}"#;
    tokens.handle_outcome(at(1), first.attempt, &answer(call, 200, &[], document));
    let second = start(&mut tokens, at(1));
    assert_eq!(second.request.url(), "https://sts.example.net/t");
    // 404: it may have moved, so the document is read again.
    let gone = answer(second.request.call(), 404, &[], "");
    tokens.handle_outcome(at(2), second.attempt, &gone);
    let third = start(&mut tokens, at(400_000));
    assert_eq!(third.request.call().action, Action::Discover);
    let bad = document.replace(
        "\"https://sts.example.net\"",
        "\"https://evil.example.net\"",
    );
    tokens.handle_outcome(at(400_001), third.attempt, &answer(call, 200, &[], &bad));
    let access = tokens.access(at(400_001));
    assert!(matches!(
        access,
        Access::Unavailable {
            problem: Problem::Discovery(_),
            ..
        }
    ));
}

#[test]
fn every_refusal_has_its_problem_and_its_pause() {
    let oauth = |code: &str| format!(r#"{{"error":"{code}"}}"#);
    for (status, body, problem) in [
        (400, oauth("invalid_client"), Problem::ClientRefused),
        (401, String::new(), Problem::ClientRefused),
        (400, oauth("invalid_scope"), Problem::ScopeRefused),
        (400, oauth("invalid_dpop_proof"), Problem::ProofRefused),
        (400, oauth("invalid_request"), Problem::Misconfigured),
        (400, "<html>".into(), Problem::Misconfigured),
        (404, String::new(), Problem::Misconfigured),
        (302, String::new(), Problem::Misconfigured),
        (403, String::new(), Problem::Forbidden),
        (400, oauth("temporarily_unavailable"), Problem::EndpointDown),
        (429, String::new(), Problem::EndpointDown),
        (503, String::new(), Problem::EndpointDown),
        (500, String::new(), Problem::EndpointDown),
    ] {
        let mut tokens = tokens();
        assert_eq!(tokens.access(at(0)), Access::Wait);
        let sent = start(&mut tokens, at(0));
        let outcome = answer(sent.request.call(), status, &[], &body);
        tokens.handle_outcome(at(1), sent.attempt, &outcome);
        let Access::Unavailable {
            problem: found,
            retry_at,
        } = tokens.access(at(1))
        else {
            panic!("{status}: a token or waiting");
        };
        assert_eq!(found, problem, "{status} {body}");
        assert_eq!(retry_at > at(60_000), problem.is_permanent(), "{status}");
        assert!(tokens.poll_transmit(at(2), WALL).is_none());
        assert!(tokens.poll_transmit(retry_at, WALL).is_some());
    }
}

#[test]
fn an_answer_that_is_no_token_is_tried_again_and_a_late_one_is_ignored() {
    let mut tokens = tokens();
    assert_eq!(tokens.access(at(0)), Access::Wait);
    let sent = start(&mut tokens, at(0));
    let page = answer(sent.request.call(), 200, &[], "<html>sign in</html>");
    tokens.handle_outcome(at(1), sent.attempt, &page);
    let Access::Unavailable {
        problem: Problem::Unreadable(_),
        retry_at,
    } = tokens.access(at(1))
    else {
        panic!("no token was there");
    };
    let slow = start(&mut tokens, retry_at);
    assert_eq!(tokens.poll_timeout(), Some(slow.deadline));
    tokens.handle_timeout(slow.deadline);
    let late = answer(slow.request.call(), 200, &[], TOKEN);
    tokens.handle_outcome(slow.deadline, slow.attempt, &late);
    assert!(!matches!(tokens.access(slow.deadline), Access::Token(_)));
    let events: Vec<_> = core::iter::from_fn(|| tokens.poll_event()).collect();
    assert!(matches!(
        events[..],
        [Event::Failed { .. }, Event::Failed { .. }]
    ));
}

#[test]
fn calls_use_the_old_token_while_a_renewal_fails() {
    let (mut tokens, old) = fetched();
    let due = tokens.poll_timeout().expect("a renewal");
    let sent = start(&mut tokens, due);
    tokens.handle_failure(due, sent.attempt, Failure::NotSent);
    assert_eq!(given(&tokens.access(due)), old);
    assert!(tokens.poll_timeout().is_some_and(|next| next > due));
}

#[test]
fn tokens_that_are_refused_one_after_the_other_are_renewed_with_pauses() {
    let (mut tokens, first) = fetched();
    tokens.handle_unauthorized(at(600), &first);
    assert_eq!(tokens.access(at(600)), Access::Wait);
    let sent = start(&mut tokens, at(600));
    tokens.handle_outcome(
        at(601),
        sent.attempt,
        &answer(sent.request.call(), 200, &[], TOKEN),
    );
    let second = given(&tokens.access(at(601)));
    // A late 401 with the first one does not drop the second.
    tokens.handle_unauthorized(at(602), &first);
    assert_eq!(given(&tokens.access(at(602))), second);
    tokens.handle_unauthorized(at(603), &second);
    let access = tokens.access(at(603));
    assert!(matches!(
        access,
        Access::Unavailable {
            problem: Problem::TokensRejected,
            ..
        }
    ));
}

#[test]
fn another_proof_key_ends_the_token_that_was_bound_to_the_old_one() {
    let (mut tokens, _) = fetched();
    tokens.set_credentials(credentials());
    assert_eq!(tokens.access(at(700)), Access::Wait);
    let (mut tokens, token) = fetched();
    let same = tokens.credentials().clone();
    tokens.set_credentials(same);
    assert_eq!(given(&tokens.access(at(700))), token);
    assert!(tokens.poll_transmit(at(700), WALL).is_some());
}

fn core_with_token() -> ClientCore {
    let endpoint = Endpoint::Issuer(issuer());
    let mut core = ClientCore::new(endpoint, credentials(), Config::default(), 7);
    let mut exchange = exchange();
    assert_eq!(core.step(at(0), WALL, &mut exchange), Step::Wait);
    fetch(&mut core, 0);
    core
}

fn fetch(core: &mut ClientCore, millis: u64) {
    let sent = core.poll_transmit(at(millis), WALL).expect("due");
    let outcome = answer(sent.request.call(), 200, &[], TOKEN);
    core.handle_token(at(millis), sent.attempt, &outcome);
}

fn exchange() -> Exchange {
    let read = BaseAddress::new("https://read.example.net").expect("an address");
    let jft = fhir_vkp::request::JftRequests::new(read.clone(), read);
    let query = fhir_vkp::request::JftQuery::default();
    Exchange::new(jft.read(fhir_vkp::request::JftType::Bundle, &query))
}

#[test]
fn each_attempt_has_a_proof_of_its_own_and_a_nonce_is_followed_once() {
    let (mut core, mut exchange) = (core_with_token(), exchange());
    assert_eq!(core.step(at(1), WALL, &mut exchange), Step::Send);
    let header = |exchange: &Exchange, name| {
        let mut headers = exchange.request().headers();
        let found = headers.find(|header| header.name == name);
        found.map(|header| header.value.to_owned())
    };
    assert_eq!(
        header(&exchange, "authorization").as_deref(),
        Some("DPoP t")
    );
    let first = header(&exchange, "dpop").expect("a proof");
    let call = exchange.request().call();
    let headers = [
        ("WWW-Authenticate", "DPoP error=\"use_dpop_nonce\""),
        ("DPoP-Nonce", "n-1"),
    ];
    let wanted = answer(call, 401, &headers, "");
    core.handle_outcome(at(2), &mut exchange, wanted.clone());
    assert_eq!(core.step(at(2), WALL, &mut exchange), Step::Send);
    assert_eq!(nonce_of(exchange.request()).as_deref(), Some("n-1"));
    assert_ne!(header(&exchange, "dpop"), Some(first));
    core.handle_outcome(at(3), &mut exchange, wanted);
    assert_eq!(core.step(at(3), WALL, &mut exchange), Step::Done);
    let outcome = exchange.into_outcome().expect("an outcome");
    assert_eq!(outcome.class, fhir_vkp::answer::Class::NonceWanted);
}

#[test]
fn the_first_401_is_followed_with_a_new_token_and_the_second_is_the_outcome() {
    let (mut core, mut exchange) = (core_with_token(), exchange());
    let call = Call {
        service: Service::Jft,
        action: Action::Search,
    };
    assert_eq!(core.step(at(1), WALL, &mut exchange), Step::Send);
    core.handle_outcome(at(2), &mut exchange, answer(call, 401, &[], ""));
    assert_eq!(core.step(at(2), WALL, &mut exchange), Step::Wait);
    fetch(&mut core, 3);
    assert_eq!(core.step(at(4), WALL, &mut exchange), Step::Send);
    core.handle_outcome(at(5), &mut exchange, answer(call, 401, &[], ""));
    assert_eq!(core.step(at(5), WALL, &mut exchange), Step::Done);
}

#[test]
fn a_service_without_tokens_is_called_without_one() {
    let (mut core, mut exchange) = (ClientCore::without_token(), exchange());
    assert_eq!(core.step(at(1), WALL, &mut exchange), Step::Send);
    assert!(exchange.request().headers().all(|header| !header.sensitive));
    assert!(core.poll_transmit(at(1), WALL).is_none());
}
