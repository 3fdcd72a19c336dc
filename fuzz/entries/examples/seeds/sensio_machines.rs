//! Sensio Partner: answers, tokens, the queue, webhooks, the server side, provisioning.

use super::Seed;
use super::shape::{Shape, Steps};

fn le(number: u16) -> [u8; 2] {
    number.to_le_bytes()
}

/// Call, status, headers by number, how often the body comes.
fn answer(call: u8, status: u16, headers: &[(u8, &str)], times: u8, body: &str) -> Vec<u8> {
    let begin = Shape::of(&[call]).bytes(&le(status));
    let headers = headers.iter().fold(begin, |shape, (name, value)| {
        shape.some().bytes(&[*name]).slice(value.as_bytes())
    });
    headers.end().bytes(&[times]).slice(body.as_bytes()).done()
}

pub(super) fn answers() -> Vec<Seed> {
    vec![
        ("accepted", answer(1, 204, &[], 0, "")),
        (
            "already_active",
            answer(1, 409, &[], 0, r#"{"title":"Conflict"}"#),
        ),
        ("was_not_active", answer(3, 404, &[], 0, "")),
        ("no_active_event", answer(2, 410, &[], 0, "")),
        ("unknown_device", answer(4, 404, &[], 0, "")),
        ("busy", answer(1, 429, &[(0, "7")], 0, "")),
        (
            "busy_until",
            answer(1, 503, &[(0, "Sun, 22 Nov 2026 08:49:47 GMT")], 0, ""),
        ),
        (
            "limit",
            answer(5, 429, &[(2, "limit=10, remaining=0, reset=9")], 0, ""),
        ),
        (
            "limits",
            answer(5, 200, &[(4, "0"), (7, "1795332430"), (1, "soon")], 0, ""),
        ),
        (
            "token_refused",
            answer(0, 401, &[], 0, r#"{"error":"invalid_client"}"#),
        ),
        ("unauthorized", answer(1, 401, &[(8, "4bf92f35")], 0, "")),
        (
            "message",
            answer(1, 500, &[], 0, r#"{"Message":"No","ExceptionMessage":"e"}"#),
        ),
        (
            "page",
            answer(
                1,
                502,
                &[(10, "text/html; charset=utf-8")],
                0,
                "<!DOCTYPE html><html>",
            ),
        ),
        ("long", answer(1, 500, &[], 39, &"ø".repeat(100))),
        ("text", answer(1, 400, &[], 0, "\"Kari\"")),
        ("no_status", answer(1, 65_000, &[], 0, "")),
    ]
}

const TOKEN: u64 = 11;

fn token(steps: impl FnOnce(Steps) -> Steps) -> Vec<u8> {
    steps(Steps::new(Shape::of(&[7]), TOKEN)).done()
}

pub(super) fn tokens() -> Vec<Seed> {
    let ask = |s: Steps| s.then(0, &[]).then(1, &[]);
    let good = |s: Steps, seconds: u32| {
        s.then(2, &[1])
            .with(|shape| shape.bytes(&seconds.to_le_bytes()).bytes(&[0]))
    };
    let status = |s: Steps, status: u16, body: &[u8]| {
        s.then(4, &le(status - 100))
            .with(|shape| shape.none().slice(body))
    };
    let access = |s: Steps| s.then(0, &[]);
    let timeout = |s: Steps| s.then(7, &[]);
    vec![
        ("token", token(|s| access(good(ask(s), 3600)))),
        ("a_day", token(|s| access(ask(s).then(2, &[0, 0])))),
        (
            "short_life",
            token(|s| access(good(ask(s), 1).then(6, &le(1)))),
        ),
        ("over_at_once", token(|s| access(good(ask(s), 0)))),
        (
            "renewed",
            token(|s| access(timeout(access(good(ask(s), 60))))),
        ),
        ("too_late", token(|s| timeout(ask(s)).then(2, &[0, 1]))),
        ("bare_text", token(|s| access(ask(s).slice(3, b"\"t\"")))),
        ("page", token(|s| access(ask(s).slice(3, b"<html>")))),
        (
            "refused",
            token(|s| access(status(ask(s), 400, b"{\"error\":\"invalid_client\"}"))),
        ),
        ("down", token(|s| timeout(status(ask(s), 503, b"")))),
        ("forbidden", token(|s| timeout(status(ask(s), 403, b"")))),
        ("lost", token(|s| timeout(ask(s).then(5, &[1])))),
        (
            "unauthorized",
            token(|s| access(access(good(ask(s), 3600)).then(8, &[0]).then(1, &[]))),
        ),
        (
            "dropped_while_renewal_fails",
            token(|s| {
                let renewed = timeout(access(good(ask(s), 3600)));
                access(status(renewed, 503, b"").then(8, &[0]))
            }),
        ),
        (
            "fresh_ones_refused",
            token(|s| (0..4).fold(s, |s, n| timeout(access(good(ask(s), 3600)).then(8, &[n])))),
        ),
        (
            "other_credentials",
            token(|s| access(good(ask(ask(s).then(10, &[])), 60))),
        ),
    ]
}

fn correlator(events: u8, steps: &[(u64, &[u8])]) -> Vec<u8> {
    let begin = Steps::new(Shape::of(&[events, 30]), 7);
    let steps = steps
        .iter()
        .fold(begin, |s, (variant, fields)| s.then(*variant, fields));
    steps.done()
}

/// Raised, closed, command, changed, deactivated, failed, wait; ids from 4 on are none.
pub(super) fn correlators() -> Vec<Seed> {
    vec![
        (
            "command",
            correlator(9, &[(0, &[0, 0]), (2, &[0, 0]), (4, &[0]), (3, &[0, 4, 0])]),
        ),
        (
            "failed",
            correlator(9, &[(0, &[0, 0]), (2, &[0, 0]), (5, &[0]), (2, &[0, 0])]),
        ),
        (
            "information",
            correlator(9, &[(0, &[0, 0]), (3, &[0, 0, 0]), (4, &[0])]),
        ),
        (
            "still_active",
            correlator(9, &[(0, &[0, 0]), (3, &[0, 0, 1])]),
        ),
        (
            "newer",
            correlator(9, &[(0, &[0, 0]), (0, &[0, 1]), (2, &[0, 0]), (2, &[0, 1])]),
        ),
        (
            "mismatch",
            correlator(9, &[(0, &[0, 0]), (0, &[3, 1]), (2, &[3, 0])]),
        ),
        (
            "no_ids",
            correlator(9, &[(0, &[0, 4]), (2, &[0, 4]), (4, &[0])]),
        ),
        (
            "perhaps_echo",
            correlator(
                9,
                &[
                    (0, &[0, 4]),
                    (1, &[0]),
                    (0, &[0, 4]),
                    (3, &[0, 4, 0]),
                    (3, &[0, 4, 0]),
                ],
            ),
        ),
        (
            "echo_too_late",
            correlator(
                9,
                &[
                    (0, &[0, 4]),
                    (1, &[0]),
                    (0, &[0, 4]),
                    (6, &[31]),
                    (3, &[0, 4, 0]),
                ],
            ),
        ),
        (
            "renamed",
            correlator(9, &[(0, &[1, 0]), (2, &[2, 0]), (4, &[0])]),
        ),
        (
            "raised_twice",
            correlator(9, &[(0, &[0, 0]), (0, &[0, 0]), (2, &[0, 0])]),
        ),
        (
            "raised_while_closing",
            correlator(9, &[(0, &[0, 0]), (2, &[0, 0]), (0, &[0, 1]), (4, &[0])]),
        ),
        (
            "full",
            correlator(0, &[(0, &[0, 0]), (0, &[3, 1]), (1, &[0]), (0, &[3, 1])]),
        ),
        (
            "id_of_another",
            correlator(
                1,
                &[
                    (0, &[0, 0]),
                    (0, &[3, 0]),
                    (1, &[3]),
                    (0, &[4, 1]),
                    (2, &[0, 0]),
                ],
            ),
        ),
        ("unknown", correlator(9, &[(2, &[0, 0]), (3, &[0, 4, 0])])),
    ]
}

/// Someone: id, name, sites, groups.
fn people(shape: Shape, people: &[[u8; 4]]) -> Shape {
    people
        .iter()
        .fold(shape, |shape, someone| shape.some().bytes(someone))
        .end()
}

fn provisioning(
    first: u8,
    excluded: [u8; 2],
    employees: &[[u8; 4]],
    persons: &[[u8; 4]],
    stops: &[u8],
) -> Vec<u8> {
    let shape = people(Shape::of(&[first]).bytes(&excluded), employees);
    let shape = people(shape, persons);
    stops
        .iter()
        .fold(shape, |shape, stop| shape.some().bytes(&[*stop]))
        .end()
        .done()
}

pub(super) fn provisionings() -> Vec<Seed> {
    const ADA: [u8; 4] = [0, 0, 1, 1];
    const BO: [u8; 4] = [1, 1, 2, 18];
    vec![
        ("joiner", provisioning(0, [0, 0], &[ADA], &[ADA, BO], &[])),
        ("leaver", provisioning(0, [0, 0], &[ADA, BO], &[ADA], &[])),
        (
            "mover",
            provisioning(0, [0, 0], &[ADA, BO], &[[0, 0, 4, 36], BO], &[]),
        ),
        (
            "renamed",
            provisioning(0, [0, 0], &[ADA], &[[0, 2, 1, 1]], &[]),
        ),
        (
            "first_run",
            provisioning(1, [0, 0], &[ADA, BO], &[[0, 0, 6, 6]], &[]),
        ),
        (
            "excluded_site",
            provisioning(0, [1, 0], &[ADA, BO], &[BO], &[]),
        ),
        (
            "excluded_group",
            provisioning(0, [0, 2], &[ADA, BO], &[ADA], &[]),
        ),
        (
            "double_person",
            provisioning(0, [0, 0], &[ADA], &[ADA, ADA, BO], &[]),
        ),
        (
            "double_employee",
            provisioning(0, [0, 0], &[ADA, ADA], &[ADA], &[]),
        ),
        (
            "no_key",
            provisioning(0, [0, 0], &[[8, 0, 1, 1]], &[[9, 0, 1, 1], ADA], &[]),
        ),
        (
            "unknown_places",
            provisioning(0, [0, 0], &[ADA], &[[0, 0, 255, 255]], &[]),
        ),
        (
            "interrupted",
            provisioning(0, [0, 0], &[ADA], &[BO, [2, 0, 7, 127]], &[0, 1, 3]),
        ),
        ("nobody", provisioning(0, [0, 0], &[ADA, BO], &[], &[])),
        (
            "empty_server",
            provisioning(1, [0, 0], &[], &[ADA, BO], &[2]),
        ),
    ]
}

const QUEUE: u64 = 17;

fn queue(steps: impl FnOnce(Steps) -> Steps) -> Vec<u8> {
    steps(Steps::new(Shape::default(), QUEUE)).done()
}

/// Post, put, delete, status, slot, begin, end, milliseconds, seconds, timeout, answer, quietly,
/// crash, fail the disk, retry, retry as POST, stray.
pub(super) fn queues() -> Vec<Seed> {
    let post = |s: Steps| s.then(0, &[0]);
    let put = |s: Steps| s.then(1, &[0]);
    let delete = |s: Steps| s.then(2, &[0]);
    let answer = |s: Steps, which: u8, detail: u8| {
        s.then(10, &[0]).with(|shape| shape.bytes(&[which, detail]))
    };
    let done = |s: Steps| answer(s, 0, 0);
    let timeout = |s: Steps| s.then(9, &[]);
    let crash = |s: Steps, which: u8| s.then(12, &[]).with(|shape| shape.bytes(&[which, 0]));
    vec![
        ("delivered", queue(|s| done(done(delete(post(s)))))),
        ("updated", queue(|s| done(done(done(delete(put(post(s)))))))),
        (
            "lost_answer",
            queue(|s| done(timeout(answer(delete(post(s)), 1, 0)))),
        ),
        ("not_sent", queue(|s| timeout(answer(post(s), 3, 0)))),
        ("busy", queue(|s| timeout(answer(post(s), 5, 30)))),
        (
            "fault",
            queue(|s| (0..4).fold(post(s), |s, _| timeout(answer(s, 6, 1)))),
        ),
        (
            "sent_with_less",
            queue(|s| (0..4).fold(post(s), |s, _| timeout(answer(s, 7, 0)))),
        ),
        (
            "too_large",
            queue(|s| (0..4).fold(post(s), |s, _| timeout(answer(s, 8, 0)))),
        ),
        ("forbidden", queue(|s| timeout(answer(post(s), 9, 0)))),
        ("redirected", queue(|s| timeout(answer(post(s), 11, 0)))),
        ("crash", queue(|s| crash(delete(post(s)), 1))),
        ("crash_unsent", queue(|s| crash(answer(post(s), 3, 0), 2))),
        (
            "failing_disk",
            queue(|s| done(post(s).then(13, &[3])).then(9, &[]).then(9, &[])),
        ),
        (
            "dead_letter",
            queue(|s| {
                let refused = (0..5).fold(put(s), |s, _| timeout(answer(s, 7, 1)));
                done(refused.then(15, &[0]))
            }),
        ),
        (
            "overtaken",
            queue(|s| {
                let refused = (0..5).fold(post(s), |s, _| timeout(answer(s, 7, 1)));
                delete(refused).then(14, &[0])
            }),
        ),
        (
            "conditions",
            queue(|s| {
                let begun = s.then(5, &[1]).then(5, &[1]);
                done(crash(done(begun), 0).then(6, &[1]).then(6, &[1]))
            }),
        ),
        (
            "statuses",
            queue(|s| (0..3).fold(s, |s, n| s.then(3, &[n]))),
        ),
        (
            "batch_refused",
            queue(|s| {
                let statuses = (0..3).fold(post(s), |s, n| s.then(3, &[n]));
                answer(done(statuses), 7, 0)
            }),
        ),
        ("slots", queue(|s| done(post(s.then(4, &[]).then(4, &[]))))),
        ("many", queue(|s| (0..6).fold(s, |s, n| s.then(0, &[n])))),
        (
            "stray",
            queue(|s| done(post(s)).then(16, &[]).with(|shape| shape.bytes(&[1]))),
        ),
    ]
}

const SERVER: u64 = 6;

fn usual(shape: Shape, number: u8) -> Shape {
    shape.variant(0, 3).bytes(&[number])
}

fn id(shape: Shape, number: u8) -> Shape {
    shape.variant(1, 3).bytes(&[number])
}

fn server(strict: u8, steps: impl FnOnce(Steps) -> Steps) -> Vec<u8> {
    steps(Steps::new(Shape::of(&[strict]), SERVER)).done()
}

/// POST, PUT, DELETE, PATCH; device, code, token from 3 on is the right one.
pub(super) fn servers() -> Vec<Seed> {
    let event = |s: Steps, method: u8, device: u8, code: u8, body: u8| {
        s.then(0, &[method, device, code, 3])
            .with(|shape| id(shape, body))
    };
    let any = |s: Steps, body: &[u8]| {
        s.then(0, &[0, 0, 0, 3])
            .with(|shape| shape.variant(2, 3).slice(body))
    };
    let closed = |s: Steps| event(event(s, 0, 0, 0, 0), 2, 0, 0, 0);
    vec![
        (
            "raised",
            server(0, |s| event(event(s, 0, 0, 0, 0), 1, 0, 0, 1)),
        ),
        (
            "repeated",
            server(1, |s| event(event(s, 0, 0, 0, 0), 0, 0, 0, 0)),
        ),
        ("closed_twice", server(0, |s| event(closed(s), 2, 0, 0, 0))),
        (
            "closed_strictly",
            server(1, |s| {
                s.then(0, &[2, 0, 0, 3]).with(|shape| usual(shape, 0))
            }),
        ),
        (
            "renamed",
            server(0, |s| event(event(s, 0, 0, 1, 0), 1, 0, 2, 1)),
        ),
        (
            "dots",
            server(0, |s| event(event(s, 0, 7, 0, 0), 0, 8, 0, 0)),
        ),
        (
            "decoded_once",
            server(0, |s| event(event(s, 0, 5, 0, 0), 0, 6, 0, 0)),
        ),
        ("leading_zero", server(1, |s| event(s, 0, 0, 3, 0))),
        (
            "no_code",
            server(0, |s| event(event(s, 0, 0, 5, 0), 0, 0, 6, 0)),
        ),
        ("unknown_device", server(0, |s| event(s, 0, 4, 0, 0))),
        (
            "no_token",
            server(0, |s| {
                s.then(0, &[0, 0, 0, 0]).with(|shape| usual(shape, 1))
            }),
        ),
        (
            "two_tokens",
            server(0, |s| {
                s.then(0, &[0, 0, 0, 2]).with(|shape| usual(shape, 1))
            }),
        ),
        (
            "unused_member",
            server(1, |s| any(s, br#"{"description":""}"#)),
        ),
        (
            "picture",
            server(0, |s| any(s, br#"{"images":[{"imageData":"/9j/4A=="}]}"#)),
        ),
        (
            "status",
            server(0, |s| s.then(1, &[0, 3]).with(|shape| usual(shape, 4))),
        ),
        (
            "batch",
            server(0, |s| s.then(2, &[3]).with(|shape| usual(shape, 5))),
        ),
        (
            "batch_unknown",
            server(0, |s| s.then(2, &[3]).with(|shape| usual(shape, 6))),
        ),
        (
            "token",
            server(0, |s| s.then(3, &[0, 0]).with(|shape| usual(shape, 7))),
        ),
        (
            "wrong_secret",
            server(0, |s| s.then(3, &[0, 0]).with(|shape| usual(shape, 8))),
        ),
        (
            "basic",
            server(0, |s| {
                s.then(3, &[1, 0])
                    .with(|shape| shape.variant(2, 3).slice(b"grant_type=client_credentials"))
            }),
        ),
        (
            "document",
            server(0, |s| {
                s.then(4, &[0, 0])
                    .with(|shape| shape.slice(b"/openapi.yaml"))
            }),
        ),
        (
            "folded",
            server(0, |s| {
                s.then(4, &[1, 3])
                    .with(|shape| shape.slice(b"/api/v1/devices/./status"))
            }),
        ),
        ("forgotten", server(0, |s| s.then(5, &[]))),
    ]
}

/// Headers by number, with a value: token, name, type, length, any.
fn webhook(method: u8, strict: u8, headers: &[(u8, u64, &[u8])], body: &str) -> Vec<u8> {
    let begin = Shape::of(&[method, strict, 0]);
    let headers = headers.iter().fold(begin, |shape, (name, kind, value)| {
        let shape = shape.some().bytes(&[*name]).variant(*kind, 5);
        match kind {
            4 => shape.slice(value),
            _ => shape.bytes(value),
        }
    });
    headers.end().slice(body.as_bytes()).done()
}

pub(super) fn webhooks() -> Vec<Seed> {
    const TOKEN: (u8, u64, &[u8]) = (0, 0, &[0]);
    const NEXT: (u8, u64, &[u8]) = (3, 0, &[1]);
    const CHANGED: (u8, u64, &[u8]) = (1, 1, &[0]);
    const REQUEST: (u8, u64, &[u8]) = (1, 1, &[1]);
    const JSON: (u8, u64, &[u8]) = (2, 2, &[0]);
    let request =
        r#"{"DeviceIdentifier":"SN-004711","EventType":906,"ExternalEventId":"01J9Z7P4WQ3N"}"#;
    let changed = r#"{"DeviceIdentifier":"SN-004711","EventType":906,"IsActive":false}"#;
    vec![
        ("request", webhook(0, 1, &[TOKEN, REQUEST, JSON], request)),
        ("changed", webhook(0, 1, &[TOKEN, CHANGED, JSON], changed)),
        ("next_token", webhook(0, 0, &[NEXT, REQUEST, JSON], request)),
        (
            "two_tokens",
            webhook(0, 0, &[TOKEN, NEXT, REQUEST], request),
        ),
        ("no_token", webhook(0, 0, &[REQUEST, JSON], request)),
        (
            "wrong_token",
            webhook(0, 0, &[(0, 4, b"3c1f"), REQUEST, JSON], request),
        ),
        (
            "token_with_blanks",
            webhook(
                0,
                0,
                &[(0, 4, b" 3c1f5f7a-not-a-real-token "), REQUEST],
                request,
            ),
        ),
        (
            "other_case",
            webhook(0, 0, &[TOKEN, (1, 1, &[2]), (2, 2, &[2])], changed),
        ),
        (
            "unknown_name",
            webhook(0, 0, &[TOKEN, (1, 4, b"Kari"), JSON], request),
        ),
        (
            "two_names",
            webhook(0, 0, &[TOKEN, CHANGED, REQUEST], request),
        ),
        ("put", webhook(3, 0, &[TOKEN, REQUEST, JSON], request)),
        (
            "declared_long",
            webhook(0, 0, &[TOKEN, REQUEST, (6, 3, &[0, 0, 16, 0])], request),
        ),
        (
            "coded",
            webhook(0, 0, &[TOKEN, REQUEST, (5, 4, b"gzip")], request),
        ),
        (
            "text",
            webhook(0, 0, &[TOKEN, REQUEST, (2, 2, &[4])], request),
        ),
        (
            "camel_case",
            webhook(
                0,
                0,
                &[TOKEN, REQUEST],
                r#"{"deviceIdentifier":"a/b","eventType":"923","externalEventId":7}"#,
            ),
        ),
        (
            "renamed",
            webhook(
                0,
                0,
                &[TOKEN, REQUEST],
                r#"{"DeviceIdentifier":"a","EventType":917}"#,
            ),
        ),
        (
            "no_device",
            webhook(0, 0, &[TOKEN, REQUEST], r#"{"EventType":906}"#),
        ),
        ("no_state", webhook(0, 0, &[TOKEN, CHANGED], request)),
        (
            "twice",
            webhook(0, 0, &[TOKEN, REQUEST], r#"{"EventType":1,"eventtype":2}"#),
        ),
    ]
}
