//! `check-vocabulary`, `check-id` and the decoders of the Sensio Partner API as a script meets them.
#![allow(clippy::unwrap_used)]

#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/stations.rs"]
mod stations;

use scratch::Scratch;
use stations::{lab, lines};

const VOCABULARY: &str = r#"
format = 1
name = "nattlys"
version = "1"
status = "suggestion"

[paths]
device = "/unit"
event = "/what"

[[events]]
event = "fall"
kind = "fall"
sensio = 906

[[samples]]
name = "a fall"
json = '{ "unit": "40211870", "what": "Fall" }'
expect = [{ device = "40211870", kind = "fall", sensio = 906 }]
"#;

#[test]
fn the_shipped_vocabularies_pass() {
    let files =
        ["evondos", "safemate", "roommate", "somnofy"].map(|name| format!("shipped:{name}"));
    let files: Vec<_> = files.iter().map(String::as_str).collect();
    let output = lab(&[&["check-vocabulary", "--json"], &files[..]].concat(), b"");
    assert_eq!(output.status.code(), Some(0));
    for file in lines(&output) {
        assert_eq!(file["passed"], true);
        assert_eq!(file["status"], "suggestion");
        assert!(file["samples"].as_u64() > Some(0));
    }
}

#[test]
fn a_wrong_vocabulary_is_told_with_its_lines() {
    let wrong = VOCABULARY.replace("kind = \"fall\", sensio", "kind = \"fire\", sensio");
    let output = lab(&["check-vocabulary", "-"], wrong.as_bytes());
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("`kind` is fall, fire was expected"), "{said}");
    assert!(said.ends_with("-: refused: 1 problems\n"), "{said}");
    let output = lab(&["check-vocabulary", "--json", "no/such/file"], b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(lines(&output)[0]["error"].is_string());
    let output = lab(&["check-vocabulary", "shipped:other"], b"");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_vocabulary_is_held_against_messages_that_a_vendor_has_sent() {
    let good = Scratch::new("good.json", r#"{"unit":"40211871","what":"FALL"}"#);
    let strange = Scratch::new("strange.json", r#"{"unit":"40211871","what":"levitation"}"#);
    let run = |file: &str| {
        let arguments = ["check-vocabulary", "-", "--json", "--message", file];
        lab(&arguments, VOCABULARY.as_bytes())
    };
    let output = run(good.path());
    assert_eq!(output.status.code(), Some(0));
    let event = &lines(&output)[0]["messages"][0]["events"][0];
    assert_eq!(
        (&event["kind"], &event["sensio"]),
        (&"fall".into(), &906.into())
    );
    let output = run(strange.path());
    assert_eq!(
        output.status.code(),
        Some(1),
        "the file does not know all of it"
    );
    let event = &lines(&output)[0]["messages"][0]["events"][0];
    assert_eq!(
        (&event["kind"], event["row"].is_null()),
        (&"call_alarm_generic".into(), true)
    );
}

#[test]
fn identity_numbers_are_told_masked_and_never_repeated() {
    // Synthetic, of Skatteetaten's population; the second has a wrong check digit.
    let output = lab(
        &["check-id", "--json"],
        b"158134 10033\n\n15813410034\nabc\n",
    );
    assert_eq!(output.status.code(), Some(1));
    let all = lines(&output);
    assert_eq!(all[0]["kind"], "fnr");
    assert_eq!(all[0]["population"], "synthetic-skatteetaten");
    assert_eq!(all[0]["rule"], "legacy");
    assert_eq!(
        (&all[1]["line"], &all[1]["error"]["code"]),
        (&3.into(), &"check-digits".into())
    );
    assert_eq!(all[2]["error"]["code"], "not-eleven-digits");
    let text = lab(&["check-id"], b"15813410033\n15813410034");
    for output in [output, text] {
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(
            !said.contains("1003") && said.contains("158134*****"),
            "{said}"
        );
    }
    for arguments in [
        &["check-id", "15813410033"][..],
        &["check-id", "--15813410033"],
    ] {
        let output = lab(arguments, b"");
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!said.contains("15813410033"), "{said}");
    }
    assert_eq!(lab(&["check-id"], b"").status.code(), Some(1));
}

#[test]
fn calls_and_webhooks_are_decoded_from_files_bodies_and_hexadecimal_digits() {
    let body = br#"{"externalEventId":"a","state":88}"#;
    let by_parts = [
        "decode",
        "sensio-event",
        "--device",
        "SN-1",
        "--event",
        "fall",
        "-",
    ];
    let output = lab(&by_parts, body);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(lines(&output)[0]["alarm"]["kind"], "fall");
    let request = "PUT /partner/api/v1/devices/SN-1/events/2";
    let output = lab(&["decode", "sensio-event", "--request", request, "-"], body);
    assert_eq!(lines(&output)[0]["message"]["state_name"], "Present");
    let hex = Scratch::new("hex", "7b 22 73 74 61 74 65 22 3a 31 7d");
    let output = lab(&["decode", "sensio-event", "--hex", hex.path()], b"");
    assert_eq!(lines(&output)[0]["message"]["state"], 1);
    let strict = lab(
        &["decode", "sensio-event", "--strict", "-"],
        br#"{"STATE":1}"#,
    );
    assert_eq!(strict.status.code(), Some(1));
    assert_eq!(lines(&strict)[0]["error"]["code"], "name-case");
    let hook = br#"{"DeviceIdentifier":"SN-1","EventType":906}"#;
    let name = ["--name", "RequestDeactivateEvent"];
    let output = lab(
        &[&["decode", "sensio-webhook", "-"], &name[..]].concat(),
        hook,
    );
    assert_eq!(lines(&output)[0]["alarm"]["phase"], "end");
    let output = lab(&["decode", "sensio-webhook", "-"], hook);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(lines(&output)[0]["error"]["code"], "event-name");
    for arguments in [
        &["sensio-event", "--request", "GET /x", "-"][..],
        &["sensio-event", "--request", request, "--device", "a", "-"],
        &["sensio-event", "--device", "..", "-"],
        &["sensio-event", "--device-type", "toaster", "-"],
        &["sensio-webhook", "--name", "Other", "-"],
    ] {
        let output = lab(&[&["decode"], arguments].concat(), b"");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}
