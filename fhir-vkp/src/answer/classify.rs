//! From a status, headers and the start of a body to a class.

use super::headers::Headers;
use super::oauth::OAuthError;
use super::operation_outcome::OperationOutcome;
use super::{Class, Refusal};
use crate::codes::OutcomeCode;
use crate::request::{Action, Call};

pub(super) fn classify(
    call: Call,
    status: u16,
    headers: &Headers,
    body: &[u8],
    too_long: bool,
) -> Class {
    match status {
        200..=299 if needs_body(call) && (too_long || !is_object(body)) => Class::Malformed,
        200..=299 => Class::Done,
        400 | 401 if wants_nonce(headers, body) => Class::NonceWanted,
        401 if call.action == Action::Token => Class::Refused(Refusal::Uncoded),
        401 => Class::Token,
        413 => Class::TooLarge,
        408 | 425 | 429 => Class::Transient,
        407 => Class::Configuration,
        400..=499 => refused(call, status, body),
        500 => Class::ServerFault,
        501..=599 => Class::Transient,
        _ => Class::Configuration,
    }
}

/// Of a write and an acknowledgement the status alone counts (FHIR reference 15).
pub(super) const fn needs_body(call: Call) -> bool {
    !matches!(call.action, Action::Write | Action::Acknowledge)
}

/// Whether it begins like a JSON object. An HTML page of a proxy does not.
fn is_object(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    body.trim_ascii_start().first() == Some(&b'{')
}

fn wants_nonce(headers: &Headers, body: &[u8]) -> bool {
    headers.dpop_nonce.is_some()
        && (headers.wants_nonce || OAuthError::read(body) == Some(OAuthError::UseDpopNonce))
}

fn refused(call: Call, status: u16, body: &[u8]) -> Class {
    let code = OperationOutcome::read(body).and_then(|outcome| outcome.code());
    match (code, status) {
        (Some(OutcomeCode::TIMEOUT), _) => Class::Transient,
        (Some(code), _) => Class::Refused(Refusal::Coded(code)),
        (None, 403) => Class::Permission,
        // What is created has no address yet: it is the one of the type that is wrong, such as while a
        // gateway is set up anew; servers of FHIR answer an unknown path in FHIR. Method and media type are
        // those of every document, too.
        (None, 404 | 405 | 406 | 410 | 415) if creates(call) => Class::Configuration,
        (None, 404 | 410) => Class::Refused(Refusal::NotFound),
        (None, 409 | 412) => Class::Refused(Refusal::Conflict),
        (None, 406 | 415) => Class::Refused(Refusal::MediaType),
        (None, _) => Class::Refused(Refusal::Uncoded),
    }
}

/// Whether something is posted to the address of its type, or of the whole server.
const fn creates(call: Call) -> bool {
    matches!(call.action, Action::Write | Action::Batch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Service;

    fn class(action: Action, status: u16, headers: &[(&str, &str)], body: &str) -> Class {
        let call = Call {
            service: Service::Vkp,
            action,
        };
        let headers = headers
            .iter()
            .map(|(name, value)| (*name, value.as_bytes()));
        classify(
            call,
            status,
            &Headers::read(headers),
            body.as_bytes(),
            false,
        )
    }

    #[test]
    fn every_status_has_its_class() {
        let of = |status| class(Action::Write, status, &[], "");
        for (status, expected) in [
            (200, Class::Done),
            (202, Class::Done),
            (204, Class::Done),
            (301, Class::Configuration),
            (100, Class::Configuration),
            (400, Class::Refused(Refusal::Uncoded)),
            (401, Class::Token),
            (403, Class::Permission),
            (404, Class::Configuration),
            (405, Class::Configuration),
            (406, Class::Configuration),
            (407, Class::Configuration),
            (408, Class::Transient),
            (409, Class::Refused(Refusal::Conflict)),
            (410, Class::Configuration),
            (413, Class::TooLarge),
            (415, Class::Configuration),
            (422, Class::Refused(Refusal::Uncoded)),
            (429, Class::Transient),
            (500, Class::ServerFault),
            (503, Class::Transient),
            (600, Class::Configuration),
        ] {
            assert_eq!(of(status), expected, "{status}");
        }
    }

    #[test]
    fn a_wrong_path_or_media_type_is_about_no_single_document() {
        const SAID: &str = r#"{"resourceType":"OperationOutcome","issue":[{"code":"not-found","diagnostics":"no such patient"}]}"#;
        const EMPTY: &str = r#"{"resourceType":"OperationOutcome","issue":[]}"#;
        let of = |action, status, body| class(action, status, &[], body);
        let not_found = Class::Refused(Refusal::NotFound);
        for action in [Action::Write, Action::Batch] {
            for body in ["", "<html>not here</html>", "{}", EMPTY, SAID] {
                for status in [404, 405, 406, 410, 415] {
                    assert_eq!(of(action, status, body), Class::Configuration, "{body}");
                }
            }
        }
        // Elsewhere the address is that of one resource, or of one search.
        let media_type = Class::Refused(Refusal::MediaType);
        for action in [Action::Status, Action::Acknowledge, Action::Search] {
            assert_eq!(of(action, 404, ""), not_found);
            assert_eq!(of(action, 405, ""), Class::Refused(Refusal::Uncoded));
            assert_eq!(of(action, 415, ""), media_type);
        }
    }

    #[test]
    fn a_page_of_a_proxy_is_no_answer_where_one_is_needed() {
        for body in ["<html>sign in</html>", "", "[]"] {
            assert_eq!(class(Action::Search, 200, &[], body), Class::Malformed);
            assert_eq!(class(Action::Write, 202, &[], body), Class::Done);
        }
        assert_eq!(class(Action::Status, 200, &[], "\u{feff} {}"), Class::Done);
    }

    #[test]
    fn a_nonce_is_wanted_when_it_is_brought_and_asked_for() {
        let asked = ("www-authenticate", "DPoP error=\"use_dpop_nonce\"");
        let brought = ("dpop-nonce", "n");
        let of = |action, status, headers: &[_], body| class(action, status, headers, body);
        assert_eq!(
            of(Action::Write, 401, &[asked, brought], ""),
            Class::NonceWanted
        );
        assert_eq!(of(Action::Write, 401, &[asked], ""), Class::Token);
        assert_eq!(of(Action::Write, 401, &[brought], ""), Class::Token);
        let body = r#"{"error":"use_dpop_nonce"}"#;
        assert_eq!(of(Action::Token, 400, &[brought], body), Class::NonceWanted);
        let refused = Class::Refused(Refusal::Uncoded);
        assert_eq!(of(Action::Token, 400, &[brought], ""), refused);
        assert_eq!(of(Action::Token, 401, &[], ""), refused);
    }

    #[test]
    fn codes_of_vkp_decide_whatever_the_status_is() {
        let body = |code: &str| {
            format!(
                r#"{{"resourceType":"OperationOutcome","issue":[{{"details":{{"coding":[{{"code":"{code}"}}]}}}}]}}"#
            )
        };
        let of = |status, code| class(Action::Search, status, &[], &body(code));
        let coded = |code| Class::Refused(Refusal::Coded(code));
        assert_eq!(of(400, "1.3"), coded(OutcomeCode::NO_ACTIVE_SERVICE));
        assert_eq!(of(403, "1.4"), coded(OutcomeCode::NO_ACCESS));
        assert_eq!(
            of(404, "2.1"),
            coded(OutcomeCode::INVALID_PERSON_IDENTIFIER)
        );
        assert_eq!(of(400, "3.1"), Class::Transient);
        assert_eq!(of(429, "1.3"), Class::Transient);
        assert_eq!(of(400, "9.9"), Class::Refused(Refusal::Uncoded));
    }
}
