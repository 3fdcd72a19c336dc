//! `alarm-lab decode espa444` as a person or a script meets it.
#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

/// ESPA reference 13, example B: a small call.
const SMALL: &[u8] = b"\x011\x021\x1F31\x1E2\x1FTEST\x03\x39";

/// ESPA reference 13, example A: a fire alarm.
const FIRE: &str = "01 31 02 31 1F 32 30 38 1E 32 1F 42 52 41 4E 4E 20 53 4C 4F 59 46 45 20 33 20 \
    44 45 54 20 31 37 1E 33 1F 32 1E 34 1F 33 1E 36 1F 31 03 2C";

/// ESPA reference 13, example S, as one writes it down.
const DIALOGUE: &str = "\
# receiver first busy, then a damaged block, then success, then status on a poll
> 04 31 05 32 05        EOT, poll '1' (itself), select '2'
< 32 15
> 04
  (1 s)
> 04 31 05 32 05
< 06
> 01 31 02 31 1F 33 31 1E 32 1F 54 44 53 54 03 39
< 31 15                  transmission error

> 01 31 02 31 1F 33 31 1E 32 1F 54 45 53 54 03 39
< 06
> 04
> 04 32 05
< 31 05
> 06
< 01 32 02 31 1F 33 31 1E 32 1F 54 45 53 54 1E 37 1F 33 03 3F
> 06
< 04
";

fn lab(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_alarm-lab"))
        .args(["decode", "espa444"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that ends before it reads closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The lines and whether all was decoded.
fn decoded(arguments: &[&str], input: impl AsRef<[u8]>) -> (Vec<Value>, bool) {
    let output = lab(&[arguments, &["-"]].concat(), input.as_ref());
    let status = output.status.code();
    assert!(status == Some(0) || status == Some(1), "{output:?}");
    (lines(&output), status == Some(0))
}

fn one(arguments: &[&str], input: impl AsRef<[u8]>) -> Value {
    let (mut lines, _) = decoded(arguments, input);
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines.remove(0)
}

fn codes(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap();
    list.iter().map(|it| it["code"].as_str().unwrap()).collect()
}

#[test]
fn a_block_decodes_to_one_line_and_status_0() {
    let output = lab(&["-"], SMALL);
    assert_eq!(output.status.code(), Some(0));
    let text = std::str::from_utf8(&output.stdout).unwrap();
    assert!(
        text.starts_with("{\"file\":\"-\",\"protocol\":\"espa444\",\"item\":\"block\""),
        "{text}"
    );
    let line = &lines(&output)[0];
    assert_eq!(line["message"]["header"], "1");
    assert_eq!(line["message"]["header_name"], "call to pager");
    assert_eq!(
        line["message"]["records"],
        json!([
            {"id": "1", "name": "call address", "value": "31", "text": "31"},
            {"id": "2", "name": "display message", "value": "TEST", "text": "TEST"},
        ])
    );
    assert_eq!(
        line["message"]["bcc"],
        json!({"received": "39", "computed": "39", "variant": "exact"})
    );
    assert_eq!(
        (&line["warnings"], &line["findings"]),
        (&json!([]), &json!([]))
    );
    assert_eq!(line["alarm"]["kind"], "call_alarm_generic");
    assert_eq!(line["alarm"]["device"]["device"], "31");
    assert_eq!(line["alarm"].get("raw"), None);
    assert_eq!(
        line["interpretation"],
        json!({"basis": "unmatched", "lost": ["kind"]})
    );
}

#[test]
fn a_dialogue_in_both_directions_is_told_item_by_item() {
    let (lines, all) = decoded(&["--hex"], DIALOGUE);
    assert!(!all, "one block is damaged");
    let told: Vec<_> = lines
        .iter()
        .map(|line| {
            let what = line["item"].as_str().or(line["error"]["code"].as_str());
            let of = line["address"]
                .as_str()
                .or(line["prefix"]["value"].as_str());
            (
                line["sender"].as_str().unwrap(),
                what.unwrap(),
                of.unwrap_or(""),
            )
        })
        .collect();
    let (c, r) = ("caller", "receiver");
    assert_eq!(
        told,
        [
            (c, "eot", ""),
            (c, "poll", "1"),
            (c, "select", "2"),
            (r, "nak", "2"),
            (c, "eot", ""),
            (c, "eot", ""),
            (c, "poll", "1"),
            (c, "select", "2"),
            (r, "ack", ""),
            (c, "bcc", ""),
            (r, "nak", "1"),
            (c, "block", ""),
            (r, "ack", ""),
            (c, "eot", ""),
            (c, "eot", ""),
            (c, "poll", "2"),
            (r, "select", "1"),
            (c, "ack", ""),
            (r, "block", ""),
            (c, "ack", ""),
            (r, "eot", ""),
        ]
    );
    assert_eq!(lines[3]["prefix"]["name"], "busy");
    assert_eq!(lines[9]["error"]["answer"], "1");
    assert_eq!(lines[9]["error"]["layer"], "block");
    let status = &lines[18];
    assert_eq!(
        status["message"]["records"][2]["text"],
        "paged (transmitted)"
    );
    assert_eq!(
        status["interpretation"]["about"],
        lines[11]["alarm"]["event_id"]
    );
    assert_eq!(status.get("alarm"), None);

    let (blocks, _) = decoded(&["--hex", "--blocks"], DIALOGUE);
    assert_eq!(blocks.len(), 3);
}

#[test]
fn raw_bytes_and_their_dump_give_the_same() {
    let capture = [b"\x041\x052\x05\x06", SMALL, b"\x06\x04"].concat();
    let dump: String = capture.iter().map(|byte| format!("{byte:02x} ")).collect();
    let without_ids = |mut lines: Vec<Value>| {
        for line in &mut lines {
            if let Some(alarm) = line.get_mut("alarm") {
                alarm["event_id"] = Value::Null;
                alarm["times"] = Value::Null;
            }
        }
        lines
    };
    let (from_bytes, all) = decoded(&[], &capture);
    assert!(all);
    let (from_dump, _) = decoded(&["--hex"], &dump);
    assert_eq!(without_ids(from_bytes), without_ids(from_dump));
}

#[test]
fn rules_line_and_character_set_decide_the_alarm() {
    let fire = one(&["--hex", "--line", "fire-panel"], FIRE);
    assert_eq!(fire["alarm"]["kind"], "fire");
    assert_eq!(fire["interpretation"]["basis"], "unmatched");
    let rules = ["--hex", "--rules", "example:fire-panel"];
    let fire = one(&rules, FIRE);
    assert_eq!(fire["alarm"]["kind"], "fire");
    assert_eq!(fire["alarm"]["device"]["component"], "17");
    assert_eq!(
        fire["interpretation"]["rule"]["name"],
        "fire with its detector"
    );
    let own = std::env::temp_dir().join(format!("alarm-lab-{}-rules.json", std::process::id()));
    let text = r#"[{"text":[{"word":"brann"}],"priority":["1"],"kind":"heat"}]"#;
    std::fs::write(&own, text).unwrap();
    let heat = one(&["--hex", "--rules", own.to_str().unwrap()], FIRE);
    std::fs::remove_file(&own).unwrap();
    assert_eq!(heat["alarm"]["kind"], "heat");

    // Example J: RØYK KJØKKEN in NS 4551-1.
    let norwegian = "01 31 02 31 1F 33 31 1E 32 1F 52 5C 59 4B 20 4B 4A 5C 4B 4B 45 4E 03 45";
    let guessed = one(&rules, norwegian);
    assert_eq!(codes(&guessed["findings"]), ["national-letters"]);
    assert_eq!(guessed["message"]["records"][1]["text"], r"R\YK KJ\KKEN");
    let set = one(
        &[&rules[..], &["--charset", "iso646-no"]].concat(),
        norwegian,
    );
    assert_eq!(set["message"]["records"][1]["text"], "RØYK KJØKKEN");
    assert_eq!(set["message"]["records"][1]["value"], r"R\YK KJ\KKEN");
    assert_eq!(set["findings"], json!([]));
    assert_eq!(set["alarm"]["kind"], "smoke");
}

#[test]
fn findings_tell_what_is_wrong_with_the_line() {
    // Example P: parity left in bit 7; M: a BCC of seven bits.
    let parity = one(
        &["--hex"],
        "81 B1 82 B1 9F 33 B1 1E B2 9F D4 C5 53 D4 03 39",
    );
    assert_eq!(codes(&parity["findings"]), ["parity-in-data"]);
    assert_eq!(codes(&parity["warnings"]), ["parity-in-data"]);
    assert_eq!(parity["message"]["records"][1]["text"], "TEST");
    let seven = "01 31 02 31 1F 33 31 1E 32 1F 52 D8 59 4B 03 37";
    let seven = one(&["--hex"], seven);
    assert_eq!(codes(&seven["findings"]), ["seven-bit-bcc"]);
    assert_eq!(
        seven["message"]["bcc"],
        json!({"received": "37", "computed": "B7", "variant": "seven-bit"})
    );
    let latin = one(
        &["--hex", "--charset", "ascii"],
        "01 31 02 31 1F 33 31 1E 32 1F 52 D8 59 4B 03 B7",
    );
    assert_eq!(codes(&latin["findings"]), ["unreadable-characters"]);

    let without_bcc = [&SMALL[..SMALL.len() - 1], b"\x04"].concat();
    let (lines, _) = decoded(&[], &without_bcc);
    assert_eq!(lines[0]["error"]["code"], "bcc");
    assert_eq!(codes(&lines[0]["findings"]), ["bcc-missing"]);
    let (lines, all) = decoded(&["--accept-missing-bcc"], &without_bcc);
    assert!(all);
    assert_eq!(codes(&lines[0]["findings"]), ["bcc-missing"]);
    assert_eq!(lines[0]["message"]["bcc"]["received"], Value::Null);
    assert_eq!(lines[1]["item"], "eot");

    let habit = [b"1\x15", &SMALL[1..SMALL.len() - 1], b"\x04"].concat();
    let (lines, _) = decoded(&[], &habit);
    assert_eq!(lines[1]["error"]["code"], "soh-missing");
    assert_eq!(codes(&lines[1]["findings"]), ["block-without-start"]);

    let (lines, _) = decoded(&["--hex"], "> 01 31 02 31 1F\n< 31 15\n> 04");
    assert_eq!(lines[0]["error"]["code"], "truncated");
    assert_eq!(codes(&lines[0]["findings"]), ["both-sides-send"]);
    assert_eq!(lines[0]["findings"][0]["offset"], 5);
}

#[test]
fn an_eot_says_what_was_done_before_it() {
    let (lines, _) = decoded(&["--hex"], DIALOGUE);
    let ends: Vec<_> = lines.iter().filter(|line| line["item"] == "eot").collect();
    assert_eq!(ends[0].get("dialogue"), None, "nothing before the first");
    assert_eq!(ends[1]["dialogue"]["ready"], false);
    assert_eq!(
        ends[3]["dialogue"],
        json!({
            "polled": "1", "selected": "2", "ready": true,
            "blocks": 1, "damaged": 1, "acknowledged": 1, "refused": 1, "link_test": false,
        })
    );
}

#[test]
fn whole_dialogues_show_what_no_block_does() {
    let found = |arguments: &[&str], capture: &str| -> Vec<String> {
        let (lines, _) = decoded(arguments, capture);
        for finding in lines
            .iter()
            .flat_map(|line| line["findings"].as_array().unwrap())
        {
            assert!(finding["detail"].as_str().unwrap().ends_with('.'));
            assert!(finding["advice"].as_str().unwrap().ends_with('.'));
            assert!(finding["offset"].is_u64());
        }
        let all = lines.iter().flat_map(|line| codes(&line["findings"]));
        let mut all: Vec<_> = all.map(str::to_owned).collect();
        all.sort();
        all.dedup();
        all
    };
    let (small, cut): (String, String) = (
        SMALL.iter().map(|byte| format!("{byte:02X} ")).collect(),
        SMALL[..15]
            .iter()
            .map(|byte| format!("{byte:02X} "))
            .collect(),
    );
    let select = "> 04 31 05 32 05\n";
    // A BCC that is never there, before an EOT and before the next block.
    let no_bcc = format!("{select}< 06\n> {cut}\n> 04\n").repeat(2);
    assert_eq!(
        found(&["--hex", "--accept-missing-bcc"], &no_bcc),
        ["bcc-missing"]
    );
    let no_eot = format!("> 31 05 32 05\n< 06\n> {small}\n< 06\n").repeat(4);
    // Without an EOT the same call is a repeat, too.
    assert_eq!(
        found(&["--hex"], &no_eot),
        ["eot-missing", "repeated-block"]
    );
    let echo = format!("{select}< 04 31 05 32 05\n").repeat(3);
    assert_eq!(found(&["--hex"], &echo)[..1], ["echo"]);
    let two = "> 04 32 05\n< 04 31 05\n".repeat(3);
    assert_eq!(found(&["--hex"], &two), ["two-control-stations"]);
    let silent = format!("{select}> 04\n").repeat(10);
    assert_eq!(found(&["--hex"], &silent), ["select-unanswered"]);
    assert_eq!(
        found(&["--hex", "--address", "3"], &silent),
        ["select-unanswered", "wrong-address"]
    );
    // A finding that belongs to what is not shown stands at the end.
    let (lines, _) = decoded(&["--hex", "--blocks"], format!("> {small}\n{silent}"));
    let last = lines.last().unwrap();
    assert_eq!(
        (&last["item"], codes(&last["findings"])),
        (&json!("line"), vec!["select-unanswered"])
    );
    let parity = "> 84 B1 05 B2 05\n< 06\n> 84\n";
    assert_eq!(found(&["--hex"], parity), ["parity-in-data"]);
    assert_eq!(found(&["--hex"], DIALOGUE), Vec::<String>::new());
}

#[test]
fn repeats_and_resets_point_to_their_call() {
    let mut reset = b"\x011\x021\x1F31\x1E2\x1FTEST\x1E4\x1F1\x03".to_vec();
    reset.push(reset[1..].iter().fold(0, |sum, byte| sum ^ byte));
    let select = b"\x041\x052\x05\x06";
    let capture = [
        select,
        SMALL,
        b"\x06",
        SMALL,
        b"\x06\x04",
        select,
        SMALL,
        b"\x04",
        select,
        &reset,
        b"\x04",
        select,
        &reset,
        b"\x04",
        select,
        &reset,
        b"\x04",
    ]
    .concat();
    let (lines, all) = decoded(&["--blocks"], &capture);
    assert!(all);
    let of = |at: usize| &lines[at]["alarm"];
    assert_eq!(codes(&lines[1]["findings"]), ["repeated-block"]);
    assert_eq!(of(1)["phase"], "update");
    assert_eq!(of(1)["correlation"]["updates"]["event"], of(0)["event_id"]);
    // After EOT it is a call of its own.
    assert_eq!(
        (&lines[2]["findings"], &of(2)["phase"]),
        (&json!([]), &json!("start"))
    );
    assert_eq!(
        (&of(3)["kind"], &of(3)["phase"]),
        (&json!("cancel"), &json!("end"))
    );
    assert_eq!(of(3)["correlation"]["clears"]["event"], of(0)["event_id"]);
    assert_eq!(of(4)["correlation"]["clears"]["event"], of(2)["event_id"]);
    assert_eq!(codes(&lines[5]["findings"]), ["reset-without-call"]);
}

#[test]
fn strict_refuses_what_lenient_warns_about() {
    let separator = b"\x011\x021\x1F31\x1E\x1E2\x1FX\x03";
    let bcc = separator[1..].iter().fold(0, |sum, byte| sum ^ byte);
    let input = [&separator[..], &[bcc]].concat();
    let lenient = one(&[], &input);
    assert_eq!(codes(&lenient["warnings"]), ["empty-record"]);
    assert_eq!(lenient["warnings"][0]["offset"], 8);
    let strict = one(&["--strict"], &input);
    assert_eq!(strict["error"]["code"], "empty-record");
    assert_eq!(strict["error"]["answer"], "3");
}

#[test]
fn what_holds_nothing_is_an_error() {
    for (arguments, input, code) in [
        (&[][..], &b""[..], "no-message"),
        (&[], b"\r\n\0", "no-message"),
        (&[], b"hello", "garbage"),
        (&["--blocks"], b"\x041\x05", "no-message"),
        (&["--hex"], b"> 3G", "hex"),
        (&[], &SMALL[..5], "truncated"),
    ] {
        let (lines, all) = decoded(arguments, input);
        assert!(!all);
        assert_eq!(lines[0]["error"]["code"], code, "{lines:?}");
        assert!(
            lines[0]["error"]
                .as_object()
                .unwrap()
                .contains_key("offset")
        );
    }
    let output = lab(&["no/such/file", "-"], SMALL);
    assert_eq!(output.status.code(), Some(1));
    let lines = lines(&output);
    assert_eq!(
        (&lines[0]["error"]["code"], lines.len()),
        (&json!("file"), 2)
    );
}

#[test]
fn raw_and_pretty_do_what_they_say() {
    let raw = one(&["--raw"], SMALL);
    assert_eq!(raw["alarm"]["raw"]["transport"]["protocol"], "espa444");
    assert!(raw["alarm"]["raw"]["bytes"]["hex"].is_string());
    let output = lab(&["--pretty", "-"], SMALL);
    let whole: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(whole["item"], "block");
}

#[test]
fn wrong_usage_gives_status_2_and_says_what_to_write() {
    for (arguments, hint) in [
        (&[][..], "<FILE>"),
        (&["--charset", "x", "-"], "iso646-no"),
        (&["--line", "x", "-"], "fire-panel"),
        (&["--rules", "no/such/rules", "-"], "no/such/rules"),
        (&["--pretty", "--json-lines", "-"], "--json-lines"),
    ] {
        let output = lab(arguments, b"");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = std::str::from_utf8(&output.stderr).unwrap();
        assert!(said.contains(hint), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty());
    }
}
