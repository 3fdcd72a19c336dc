//! Documents, notes, answers, tokens, deliveries, codes, texts and times.

use fuzz_entries::DOCUMENTS;

use super::shape::Shape;
use super::{Seed, texts};

/// Operations as bytes, each with what it reads.
fn operations(seeds: &[(&'static str, &[&[u8]])]) -> Vec<Seed> {
    let joined = seeds.iter().map(|(name, parts)| (*name, parts.concat()));
    joined.collect()
}

pub(super) fn documents() -> Vec<Seed> {
    let mut seeds = texts(&[
        ("alarm-in-a-bundle", DOCUMENTS[0]),
        ("care-measures", DOCUMENTS[1]),
        ("care-plan", DOCUMENTS[2]),
        ("medication-dispense", DOCUMENTS[3]),
        ("episode-of-care", DOCUMENTS[4]),
        ("measurements", DOCUMENTS[5]),
        ("operation-outcome", DOCUMENTS[6]),
        ("patient-in-a-searchset", DOCUMENTS[7]),
        ("our-own-alarm", DOCUMENTS[8]),
        ("our-own-patient", DOCUMENTS[9]),
    ]);
    seeds.extend(texts(&[
        ("single-objects-and-empty-texts", r#"{"resourceType":"DetectedIssue","status":"final","identifier":{"system":"","value":17},"code":{"coding":{"code":"4.1"}},"implicated":[]}"#),
        ("a-key-twice", r#"{"resourceType":"Patient","active":true,"active":"false","name":[{"family":"A"},null,{"family":"B"}]}"#),
        ("byte-order-mark-and-unknown-members", "\u{feff}{\"resourceType\":\"Device\",\"x-vendor\":{\"a\":[1,2.50,1e999]},\"15813410033\":1}"),
        (
            "a-control-character-where-nobody-looks",
            "{\"resourceType\":\"DetectedIssue\",\"x-vendor\":\"2026-\u{0}\"}",
        ),
        ("half-a-surrogate-pair", r#"{"resourceType":"Composition","title":"\ud83d and \ud83d\ude00","text":{"div":"<div>a<br>b&oslash;"}}"#),
        ("two-choices-and-no-offset", r#"{"resourceType":"DetectedIssue","identifiedDateTime":"2026-03-14T02:17","identifiedPeriod":{"start":"2026"}}"#),
        ("stu3", r#"{"resourceType":"Bundle","type":"message","entry":[{"resource":{"resourceType":"MessageHeader","receiver":{"reference":"x"}}},{"resource":{"resourceType":"Flag"}}]}"#),
        ("searchset-page", r#"{"resourceType":"Bundle","type":"searchset","total":3,"link":[{"relation":"next","url":"https://pit.example.net?page=2"}],"entry":[{"search":{"mode":"match"},"resource":{"resourceType":"Patient"}},{"search":{"mode":"outcome"},"resource":{"resourceType":"OperationOutcome","issue":[{}]}}]}"#),
        ("truncated", r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Pat"#),
        ("sections-in-sections", r#"{"resourceType":"Composition","section":[{"section":[{"section":[{"section":[{"title":"x"}]}]}]}]}"#),
        ("an-array-for-one-value", r#"{"resourceType":"Encounter","status":["finished"],"class":[{"code":"VR"}],"period":[{"start":"2026-03-14T02:17:41+01:00"}]}"#),
        ("html", "<html><body>Sign in</body></html>"),
    ]));
    seeds
}

pub(super) fn deviations() -> Vec<Seed> {
    operations(&[
        ("a-good-document", &[&[0]]),
        ("a-byte-order-mark", &[&[12], &[1, 0, 0, 9]]),
        ("resource-type-last", &[&[22], &[0, 0, 9]]),
        ("an-unknown-member", &[&[0], &[0, 0, 9]]),
        ("an-empty-text", &[&[8], &[1, 0, 40]]),
        ("an-empty-object", &[&[7], &[2, 0, 3]]),
        ("an-empty-array", &[&[9], &[3, 0, 3]]),
        ("null", &[&[10], &[4, 0, 3]]),
        ("a-single-object", &[&[0], &[5, 0, 20]]),
        ("an-array-for-one", &[&[0], &[6, 0, 2]]),
        ("a-number-for-a-text", &[&[2], &[7, 0, 2]]),
        ("a-text-for-a-boolean", &[&[7], &[8, 0, 0]]),
        ("a-text-for-a-number", &[&[5], &[9, 0, 1]]),
        ("an-unknown-code", &[&[0], &[10, 0, 3]]),
        ("an-unknown-status", &[&[0], &[11, 0, 3]]),
        ("a-value-set-address", &[&[0], &[12, 0, 3]]),
        ("an-https-address", &[&[5], &[13, 0, 3]]),
        ("an-old-address", &[&[0], &[14, 0, 3]]),
        ("an-old-profile", &[&[0], &[15, 0, 3]]),
        ("an-identifier-alias", &[&[0], &[16, 0, 3]]),
        ("another-display", &[&[0], &[17, 0, 3]]),
        ("a-code-in-the-wrong-place", &[&[0], &[18, 0, 3]]),
        ("a-code-that-contradicts-its-text", &[&[0], &[19, 0, 3]]),
        ("a-local-identifier", &[&[0], &[20, 0, 3]]),
        ("a-literal-reference", &[&[0], &[21, 0, 3]]),
        ("a-dangling-reference", &[&[0], &[22, 0, 3]]),
        ("no-offset", &[&[0], &[23, 0, 3]]),
        ("no-seconds", &[&[0], &[24, 0, 3]]),
        ("seven-digits", &[&[0], &[25, 0, 3]]),
        ("a-month-only", &[&[0], &[26, 0, 3]]),
        ("no-time", &[&[0], &[27, 0, 3]]),
        ("two-choices", &[&[0], &[28, 0, 3]]),
        ("another-bundle-type", &[&[0], &[29, 0, 3]]),
        ("composition-not-first", &[&[0], &[30, 0, 3]]),
        ("no-bundle-identifier", &[&[0], &[31, 0, 3]]),
        ("no-timestamp", &[&[0], &[32, 0, 3]]),
        ("the-same-full-url", &[&[0], &[33, 0, 3]]),
        ("an-unknown-resource", &[&[0], &[34, 0, 3]]),
        ("no-status", &[&[0], &[35, 0, 3]]),
        ("a-key-twice", &[&[0], &[36, 0, 3]]),
        ("a-plain-div", &[&[0], &[37, 0, 3]]),
        ("a-wrong-type", &[&[0], &[38, 0, 3]]),
        ("null-beside-its-twin", &[&[7], &[39, 0, 3]]),
        ("an-unknown-extension", &[&[0], &[40, 0, 3]]),
        (
            "rare-ones-at-once",
            &[
                &[30],
                &[12, 0, 1],
                &[23, 0, 2],
                &[34, 0, 1],
                &[36, 0, 4],
                &[22, 0, 0],
                &[31, 0, 0],
            ],
        ),
        (
            "many-at-once",
            &[
                &[8],
                &[1, 0, 9],
                &[5, 0, 8],
                &[4, 0, 1],
                &[0, 0, 30],
                &[2, 0, 11],
            ],
        ),
    ])
}

pub(super) fn notes() -> Vec<Seed> {
    let long: Vec<u8> = (0..=255).collect();
    let mixed: Vec<u8> = (0..300u16).map(|n| (n * 7 % 251) as u8).collect();
    let odd: Vec<u8> = (0..400u16).map(|n| (n * 13 % 255) as u8 | 1).collect();
    operations(&[
        ("nobody", &[&[0]]),
        (
            "an-alarm",
            &[&[0], &[1, 0, 1, 0, 0, 1, 3, b'A', b'n', b'n']],
        ),
        ("an-alarm-with-everything", &[&[0], &odd]),
        ("alarms-and-devices", &[&[1], &mixed]),
        ("counting", &[&[0], &long]),
        ("medicine", &[&[2], &odd]),
        ("more-medicine", &[&[2], &mixed]),
        ("a-patient", &[&[3], &odd]),
        ("another-patient", &[&[3], &mixed]),
        ("measurements", &[&[4], &mixed]),
        ("a-batch", &[&[4], &odd]),
        ("a-questionnaire", &[&[5], &mixed]),
        ("questions-in-questions", &[&[5], &odd]),
    ])
}

/// An answer: call, status, headers by the place of their name, repetitions, body.
fn answer(call: u8, status: u16, headers: &[(u8, &str)], times: u8, body: &str) -> Vec<u8> {
    let mut shape = Shape::of(&[call]).bytes(&status.to_le_bytes());
    for (name, value) in headers {
        shape = shape.some().bytes(&[*name]).slice(value.as_bytes());
    }
    shape.end().bytes(&[times]).slice(body.as_bytes()).done()
}

pub(super) fn answers() -> Vec<Seed> {
    let location = "https://read.example.net/v1/Bundle/7/$status";
    vec![
        ("accepted", answer(2, 202, &[(2, location)], 0, "")),
        (
            "accepted-elsewhere",
            answer(2, 202, &[(2, "//evil.example.net/7")], 0, ""),
        ),
        (
            "journaled",
            answer(
                3,
                200,
                &[],
                0,
                r#"{"registered":"2026-03-14T02:20:00Z","journaled":"2026-03-14T02:21:00Z"}"#,
            ),
        ),
        (
            "failed",
            answer(
                3,
                200,
                &[],
                0,
                r#"{"journalingAcknowledged":null,"failed":{"why":"x"}}"#,
            ),
        ),
        (
            "page-of-a-proxy",
            answer(3, 200, &[(8, "text/html")], 1, "<html>"),
        ),
        (
            "nonce-wanted",
            answer(
                2,
                401,
                &[
                    (4, "DPoP error=\"use_dpop_nonce\""),
                    (3, "eyJ7S_zG.eyJH0-Z"),
                ],
                0,
                "",
            ),
        ),
        (
            "nonce-wanted-by-the-endpoint",
            answer(1, 400, &[(3, "n-1")], 0, r#"{"error":"use_dpop_nonce"}"#),
        ),
        ("token-refused", answer(2, 401, &[], 0, "")),
        ("too-many", answer(4, 429, &[(0, "120"), (5, "r-1")], 0, "")),
        (
            "later",
            answer(
                4,
                503,
                &[
                    (1, "Sun, 06 Nov 1994 08:49:37 GMT"),
                    (0, "Sun, 06 Nov 1994 08:49:40 GMT"),
                ],
                0,
                "",
            ),
        ),
        (
            "coded",
            answer(
                4,
                400,
                &[],
                0,
                r#"{"resourceType":"OperationOutcome","issue":[{"details":{"coding":[{"code":"1.3"}]}}]}"#,
            ),
        ),
        ("long", answer(2, 413, &[], 39, "{")),
        (
            "batch-response",
            answer(
                7,
                200,
                &[],
                0,
                r#"{"resourceType":"Bundle","type":"batch-response","entry":[{"fullUrl":"urn:uuid:2","response":{"status":"201"}}]}"#,
            ),
        ),
        (
            "next-page",
            answer(
                5,
                200,
                &[],
                0,
                r#"{"resourceType":"Bundle","link":[{"relation":"next","url":"?p=2"}]}"#,
            ),
        ),
    ]
}

pub(super) fn tokens() -> Vec<Seed> {
    const GOOD: &[u8] = &[0, 1, 2, 60];
    const CALL: &[u8] = &[8, 9, 0, 4];
    operations(&[
        ("asked-for", &[&[0], GOOD, &[0]]),
        ("discovered-first", &[&[2], &[0, 1, 2, 60, 1, 2, 60, 0]]),
        ("a-nonce-first", &[&[0], &[0, 1, 3, 1, 2, 60]]),
        ("a-nonce-twice", &[&[0], &[0, 1, 3, 1, 3, 7, 2, 60]]),
        ("a-bearer-token", &[&[1], GOOD, CALL]),
        ("a-call", &[&[0], GOOD, CALL, &[9, 0]]),
        (
            "a-call-that-wants-a-nonce",
            &[&[0], GOOD, &[8, 9, 0, 1, 9, 0, 4, 9, 0]],
        ),
        (
            "a-call-that-is-refused",
            &[&[0], GOOD, &[8, 9, 0, 0, 7, 2, 60, 9, 0, 4]],
        ),
        (
            "refused-again-and-again",
            &[&[0], GOOD, &[8, 9, 0, 0, 7, 2, 60, 9, 0, 0, 7, 2, 60, 9, 0]],
        ),
        ("client-refused", &[&[0], &[0, 1, 4, 1, 0, 0, 0, 7, 2, 60]]),
        (
            "endpoint-down",
            &[&[0], &[0, 1, 5, 0, 7, 5, 1, 7, 5, 2, 7, 2, 60]],
        ),
        ("too-late", &[&[0], &[0, 1, 7, 11, 7, 2, 60, 11, 0]]),
        (
            "renewed",
            &[&[0], GOOD, &[7, 2, 60, 0, 6, 255, 7, 2, 1, 6, 30, 0]],
        ),
        ("no-life-at-all", &[&[0], &[0, 1, 2, 0, 7, 2, 60]]),
        // Keys made for tests, by their number: the algorithm, the key, and what is changed.
        ("a-p256-jwk", &[&[0x80], &[6, 0, 0]]),
        ("a-p384-jwk", &[&[0x80], &[1, 1, 0]]),
        ("an-rsa-jwk", &[&[0xf0], &[2, 6, 0]]),
        ("an-rsa-jwk-without-an-algorithm", &[&[0xf0], &[6, 6, 0]]),
        ("a-curve-that-is-not-supported", &[&[0x80], &[6, 2, 0]]),
        ("a-p256-pem", &[&[0x80], &[0, 3, 0]]),
        ("a-p256-pem-in-sec1", &[&[0x80], &[0, 4, 0]]),
        ("a-p384-pem", &[&[0x80], &[1, 5, 0]]),
        ("an-rsa-pem", &[&[0xf0], &[5, 7, 0]]),
        ("an-rsa-pem-in-pkcs1", &[&[0xf0], &[4, 8, 0]]),
        ("a-short-rsa-pem", &[&[0xf0], &[2, 9, 0]]),
        ("a-jwk-with-a-byte-changed", &[&[0x80], &[0, 0, 1, 90, 1, 9, 0, b'Q']]),
        ("a-jwk-cut-short", &[&[0x80], &[0, 0, 1, 120, 0, 0, 4]]),
        ("an-rsa-jwk-with-a-piece-out", &[&[0xf0], &[2, 6, 1, 2, 10, 0, 40, 1]]),
        ("a-pem-with-a-piece-twice", &[&[0x80], &[0, 3, 1, 60, 0, 20, 3, 80]]),
        (
            "a-jwk-of-our-own",
            &[&[0x80], &[6, 6, 15, 0], br#"{"kty":"EC","crv":"P-256","d":"AQ","x":"AQ"}"#],
        ),
        ("discovered", &[&[0x40], &[0, 0]]),
        ("discovered-with-a-byte-changed", &[&[0x40], &[0, 1, 12, 0, 0, 0, b'h']]),
        ("discovered-and-cut-short", &[&[0x40], &[0, 1, 40, 0, 0, 4]]),
        (
            "discovered-elsewhere",
            &[
                &[0x40],
                &[1, 15, 0],
                br#"{"issuer":"https://sts.example.net","token_endpoint":"http://evil.example.net"}"#,
            ],
        ),
        (
            "discovered-without-our-algorithm",
            &[
                &[0x40],
                &[1, 15, 0],
                br#"{"issuer":"https://sts.example.net/","token_endpoint":"https://a.example.net","dpop_signing_alg_values_supported":["x"]}"#,
            ],
        ),
    ])
}

pub(super) fn deliveries() -> Vec<Seed> {
    operations(&[
        ("journaled", &[&[0], &[0, 0, 3, 0, 0, 9, 3, 0, 1]]),
        ("done-at-vkp", &[&[1], &[0, 1, 3, 0, 0]]),
        (
            "in-their-order",
            &[&[0], &[0, 1, 0, 1, 0, 2, 3, 0, 3, 9, 3, 0, 0, 3, 0, 0]],
        ),
        (
            "each-journaled-first",
            &[&[2], &[0, 1, 0, 1, 3, 0, 0, 9, 3, 0, 1, 9, 3, 0, 0]],
        ),
        ("the-same-again", &[&[0], &[0, 0, 2, 0, 3, 0, 0, 2, 0]]),
        (
            "answer-lost",
            &[&[0], &[0, 0, 3, 0, 8, 9, 3, 0, 0, 9, 3, 0, 1]],
        ),
        ("no-answer-at-all", &[&[0], &[0, 0, 3, 0, 9, 9, 9, 3, 0, 0]]),
        (
            "refused-and-tried-again",
            &[&[0], &[0, 0, 3, 0, 5, 13, 0, 3, 0, 0, 9, 3, 0, 1]],
        ),
        ("refused-and-dismissed", &[&[0], &[0, 0, 3, 0, 5, 14, 0]]),
        (
            "dismissed-on-a-full-disk",
            &[&[0], &[0, 0, 3, 0, 5, 12, 129, 14, 0, 11]],
        ),
        (
            "all-wait",
            &[&[0], &[0, 0, 0, 1, 3, 0, 4, 9, 3, 0, 6, 15, 3, 0, 0]],
        ),
        (
            "a-crash-on-the-way",
            &[&[0], &[0, 0, 3, 0, 0, 11, 9, 3, 0, 1]],
        ),
        (
            "a-full-disk",
            &[&[0], &[12, 2, 0, 0, 0, 0, 3, 0, 0, 12, 131, 9, 3, 0, 1, 11]],
        ),
        (
            "without-a-status",
            &[&[0], &[0, 0, 3, 0, 10, 13, 0, 0, 13, 0, 200, 3, 0, 11]],
        ),
        (
            "questions-refused-and-a-write",
            &[
                &[0],
                &[0, 0, 3, 0, 0, 9, 3, 0, 224, 0, 0, 3, 0, 0, 9, 3, 0, 1],
            ],
        ),
        (
            "at-another-address-and-back",
            &[
                &[0],
                &[0, 0, 3, 0, 0, 12, 64, 9, 13, 0, 0, 11, 13, 0, 9, 3, 0, 1],
            ],
        ),
        (
            "a-wrong-path",
            &[&[0], &[0, 0, 3, 0, 14, 9, 3, 0, 0, 9, 3, 0, 1]],
        ),
        (
            "a-conflict-after-a-lost-answer",
            &[&[0], &[0, 0, 3, 0, 8, 9, 3, 0, 15, 14, 0]],
        ),
        (
            "a-day-later",
            &[&[0], &[0, 0, 8, 200, 13, 0, 3, 0, 0, 8, 255, 8, 255, 13, 0]],
        ),
        (
            "failed-and-journaled",
            &[&[0], &[0, 0, 3, 0, 0, 9, 3, 0, 2, 13, 0, 3, 0, 0]],
        ),
    ])
}

pub(super) fn codes() -> Vec<Seed> {
    texts(&[
        (
            "alert",
            "http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v090\n4.1",
        ),
        (
            "alert-as-value-set",
            "http://ehelse.no/fhir/ValueSet/vkp-alert-code-v090\n1.17",
        ),
        (
            "alert-of-an-older-version",
            "http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v05\n4",
        ),
        ("loinc", "https://loinc.org|2.77\n8867-4"),
        (
            "volven",
            "http://helsedir.no/fhir/CodeSystem/no-kodeverk-8327\n1",
        ),
        (
            "oid-in-capitals",
            "URN:OID:2.16.578.1.12.4.1.4.1\n15813410033",
        ),
        ("bare-oid", "2.16.578.1.12.4.1.4.2\n55813410033"),
        ("organisation", "urn:oid:2.16.578.1.12.4.1.4.101\n310000000"),
        ("hpr", "urn:oid:2.16.578.1.12.4.1.4.4\n9999999"),
        ("duf", "urn:oid:2.16.578.1.12.4.1.4.5\n202612345678"),
        (
            "uuid",
            "urn:ietf:rfc:3986\nurn:uuid:37f1f0c9-778f-5870-af6e-98adb3cc9b7d",
        ),
        (
            "outcome",
            "http://ehelse.no/fhir/CodeSystem/vkp-operation-outcome-v090\n1.3",
        ),
        (
            "an-oid-that-is-none",
            "urn:oid:2.16.578.1.12.4.1.1.12.4.14.h//\n1",
        ),
        ("nothing", ""),
    ])
}

pub(super) fn narratives() -> Vec<Seed> {
    texts(&[
        ("words", "Fall på soverom. Nattjenesten overtok."),
        ("lines", "Puls < 60\r\nKari & Ola\n\rx"),
        (
            "markup",
            "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>a</p><ul><li>b</li></ul></div>",
        ),
        (
            "entities",
            "&amp;&oslash;&#230;&#xE6;&unknown;&#0;&#x110000;&",
        ),
        (
            "comment-and-script",
            "<!-- a --><script>x < y</script>b<![CDATA[c]]>",
        ),
        ("unclosed", "<div>a<br>b<p"),
        ("control-characters", "a\u{0}b\u{1b}c\u{7f}d\u{85}e"),
        ("white-space", "  a \t b\u{a0}\u{2003}c  "),
        ("beyond-the-plane", "🛏 \u{fffe}\u{ffff}\u{10ffff}"),
        ("table", "<table><tr><td>1</td><td>2</td></tr></table>"),
        ("empty", ""),
    ])
}

pub(super) fn times() -> Vec<Seed> {
    texts(&[
        ("a-moment", "2026-03-14T02:17:41+01:00"),
        ("utc", "2026-03-14T02:17:41Z"),
        ("fraction", "2026-03-14T02:17:41.1234567+00:00"),
        ("many-digits", "2026-03-14T02:17:41.123456789012345+01:00"),
        (
            "too-long-with-an-offset",
            "2022-03-14T02:17:41.120333333333333333333333333333333333333333",
        ),
        ("year", "2026"),
        ("month", "2026-03"),
        ("date", "2026-03-14"),
        ("no-seconds", "2026-03-14T02:17+01:00"),
        ("no-offset", "2026-03-14T02:17:41"),
        ("left-out-in-spring", "2026-03-29T02:30:00"),
        ("twice-in-autumn", "2026-10-25T02:30"),
        ("leap-second", "2016-12-31T23:59:60Z"),
        ("far-east", "2026-03-14T02:17:41+14:00"),
        ("year-one", "0001-01-01T00:00:00"),
        ("last-moment", "9999-12-31T23:59:59.999999-14:00"),
        ("no-such-day", "2026-02-29"),
    ])
}
