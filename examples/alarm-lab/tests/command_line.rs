//! The command as a person or a script meets it.
#![allow(clippy::unwrap_used)]

#[path = "support/scratch.rs"]
mod scratch;
mod support;

use std::io::Write;
use std::process::{Command, Output, Stdio};

use scaip::StatusNumber;
use scratch::Scratch;
use serde_json::Value;
use support::{Manner, TestReceiver};

const ALARM: &str = "<mrq><ref>a1</ref><cid>40211870</cid><dty>0003</dty><stc>10</stc></mrq>";

fn lab(arguments: &[&str]) -> Output {
    lab_with(arguments, b"")
}

fn lab_with(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_alarm-lab"))
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

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_good_message_decodes_to_one_line_and_status_0() {
    let output = lab_with(&["decode", "scaip", "-"], ALARM.as_bytes());
    assert_eq!(output.status.code(), Some(0));
    let json = &lines(&output)[0];
    assert_eq!(json["file"], "-");
    assert_eq!(json["protocol"], "scaip");
    assert_eq!(json["message"]["status_code"], "0010");
    assert_eq!(json["message"]["status_code_name"], "Manual alarm");
    assert_eq!(json["message"]["status_code_text"], "10");
    assert_eq!(json["warnings"], serde_json::json!([]));
    assert_eq!(json["alarm"]["kind"], "help_call");
    assert_eq!(json["alarm"].get("raw"), None);
    // The members come in the order of the message, not of the alphabet.
    let line = text(&output.stdout);
    assert!(
        line.starts_with("{\"file\":\"-\",\"protocol\":\"scaip\""),
        "{line}"
    );
    assert!(line.find("\"reference\"") < line.find("\"controller_id\""));
}

#[test]
fn one_bad_file_among_good_ones_gives_status_1_and_every_line() {
    let good = Scratch::new("good.xml", ALARM);
    let bad = Scratch::new("bad.xml", "<mrq><ref>a1</ref>");
    let output = lab(&[
        "decode",
        "scaip",
        good.path(),
        bad.path(),
        "no/such/file",
        good.path(),
    ]);
    assert_eq!(output.status.code(), Some(1));
    let lines = lines(&output);
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[1]["error"]["code"], "not-well-formed");
    assert!(lines[1]["error"]["offset"].is_u64());
    assert_eq!(lines[2]["error"]["code"], "file");
    assert_eq!(lines[2]["error"]["layer"], "file");
    assert_eq!(lines[2]["error"].get("offset"), Some(&Value::Null));
    assert_eq!(lines[3]["message"]["reference"], "a1");
    assert!(text(&output.stdout).lines().count() == 4);
}

#[test]
fn strict_raw_hex_and_pretty_do_what_they_say() {
    let shouting = ALARM.replace("cid", "CID");
    let lenient = lab_with(&["decode", "scaip", "-"], shouting.as_bytes());
    assert_eq!(lines(&lenient)[0]["warnings"][0]["code"], "letter-case");
    let strict = lab_with(&["decode", "scaip", "--strict", "-"], shouting.as_bytes());
    assert_eq!(strict.status.code(), Some(1));
    assert_eq!(lines(&strict)[0]["error"]["code"], "letter-case");

    let raw = lab_with(&["decode", "scaip", "--raw", "-"], ALARM.as_bytes());
    assert_eq!(lines(&raw)[0]["alarm"]["raw"]["bytes"]["text"], ALARM);

    let hex: String = ALARM.bytes().map(|byte| format!("{byte:02x} ")).collect();
    let output = lab_with(&["decode", "scaip", "--hex", "-"], hex.as_bytes());
    assert_eq!(lines(&output)[0]["message"]["reference"], "a1");

    let pretty = lab_with(&["decode", "scaip", "--pretty", "-"], ALARM.as_bytes());
    let whole: Value = serde_json::from_slice(&pretty.stdout).unwrap();
    assert_eq!(whole["message"]["reference"], "a1");
    assert!(text(&pretty.stdout).lines().count() > 10);
}

#[test]
fn wrong_usage_gives_status_2_and_says_what_to_write() {
    for (arguments, hint) in [
        (&["decode", "scaip"][..], "<FILE>"),
        (&["decode", "scaip", "-", "--profile", "x"], "standard"),
        (
            &["decode", "scaip", "-", "--edition", "ss-91100"],
            "--strict",
        ),
        (&["convert", "--from", "scaip"], "scaip:0003+0010"),
        (
            &["convert", "--from", "sensio:1", "--to", "x"],
            "contact-id",
        ),
        (&["simulate", "scaip", "--fault", "x"], "alarm-lab faults"),
        (
            &["simulate", "scaip", "--fault", "split-tcp"],
            "--transport tcp",
        ),
        (&["simulate", "scaip", "--rate", "0"], "above 0"),
        (&["simulate", "scaip", "--device-type", "x"], "0003"),
        (&["simulate", "scaip", "--to", "sips:127.0.0.1"], "TLS"),
        (
            &["simulate", "scaip", "--count", "1", "--duration", "1"],
            "--duration",
        ),
        (&["play", "scaip", "x"], "--list"),
        (&["bake"], "--help"),
    ] {
        let output = lab(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = text(&output.stderr);
        assert!(said.contains(hint), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn convert_prints_the_mapping_and_its_loss() {
    let output = lab(&["convert", "--from", "scaip:0003+0010", "--to", "sensio"]);
    assert_eq!(output.status.code(), Some(0));
    let said = text(&output.stdout);
    assert!(
        said.contains("help_call") && said.contains("lost"),
        "{said}"
    );

    let output = lab(&["convert", "--from", "scaip:9999", "--json"]);
    assert_eq!(output.status.code(), Some(0));
    let json = &lines(&output)[0];
    assert_eq!(json["from"]["kind"], "unmapped");
    assert!(json["to"].as_array().unwrap().len() > 10);
    assert!(json["to"][0]["no_code"].is_string());
}

#[test]
fn the_lists_are_complete_as_tables_and_as_json() {
    for (arguments, least) in [
        (&["kinds"][..], 87),
        (&["codes", "scaip"], 50),
        (&["systems"], 14),
        (&["faults"], 19),
    ] {
        let table = lab(arguments);
        assert_eq!(table.status.code(), Some(0));
        assert!(text(&table.stdout).lines().count() > least, "{arguments:?}");
        let mut arguments = arguments.to_vec();
        arguments.push("--json");
        let json = &lines(&lab(&arguments))[0];
        assert!(json.as_array().unwrap().len() >= least, "{arguments:?}");
    }
}

#[test]
fn one_simulated_alarm_is_shown_message_by_message() {
    let receiver = TestReceiver::accepting();
    for transport in ["udp", "tcp"] {
        let to = receiver.address.to_string();
        let output = lab(&["simulate", "scaip", "--to", &to, "--transport", transport]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let said = text(&output.stdout);
        for part in [
            "> sent",
            "< received",
            "<mrq>",
            "<snu>0</snu>",
            "accepted (snu 0)",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
    assert_eq!(receiver.accepted(), 2);
}

#[test]
fn the_alarm_is_made_as_the_arguments_say() {
    let receiver = TestReceiver::accepting();
    let to = receiver.address.to_string();
    let output = lab(&[
        "simulate",
        "scaip",
        "--to",
        &to,
        "--json",
        "--controller",
        "70993311",
        "--device-type",
        "5",
        "--status",
        "none",
        "--voice",
        "gsm:+4700000000",
        "--location",
        "021",
        "--device-id",
        "5A19",
        "--component",
        "2",
        "--text",
        "Prøve",
        "--account",
        "sip:arc@example.net",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let json = &lines(&output)[0];
    assert_eq!(
        (&json["accepted"], &json["planned"]),
        (&1.into(), &1.into())
    );
    let exchange = &json["exchange"];
    assert_eq!(exchange["verdict"], "accepted");
    let request = exchange["messages"][0]["text"].as_str().unwrap();
    assert!(request.starts_with("MESSAGE sip:arc@example.net SIP/2.0"));
    assert!(request.contains("From: <sip:70993311@example.net>"));
    let reference = exchange["reference"].as_str().unwrap();
    let body = format!(
        "<mrq><ref>{reference}</ref><cid>70993311</cid><dty>0005</dty><did>5A19</did>\
         <dco>002</dco><crd>gsm:+4700000000</crd><lco>021</lco><ite>Prøve</ite></mrq>"
    );
    assert!(request.ends_with(&body), "{request}");

    let output = lab(&[
        "simulate",
        "scaip",
        "--to",
        &to,
        "--json",
        "--message-type",
        "pi",
    ]);
    let json = &lines(&output)[0];
    let request = json["exchange"]["messages"][0]["text"].as_str().unwrap();
    assert!(request.contains("<mty>PI</mty>") && request.contains("<dty>0002</dty>"));
    assert!(!request.contains("<stc>") && !request.contains("<crd>"));
}

#[test]
fn a_load_reports_and_logs_every_accepted_alarm() {
    let receiver = TestReceiver::accepting();
    let to = receiver.address.to_string();
    let log = Scratch::new("accepted.txt", "");
    let output = lab(&[
        "simulate",
        "scaip",
        "--to",
        &to,
        "--senders",
        "8",
        "--rate",
        "400",
        "--count",
        "40",
        "--log",
        log.path(),
        "--json",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let json = &lines(&output)[0];
    for (member, value) in [
        ("planned", 40),
        ("sent", 40),
        ("accepted", 40),
        ("refused", 0),
    ] {
        assert_eq!(json[member], value, "{json}");
    }
    assert_eq!(json["latency"]["count"], 40);
    assert!(json["latency"]["p99_ms"].is_f64());
    let logged = std::fs::read_to_string(log.path()).unwrap();
    let mut logged: Vec<_> = logged.lines().map(str::to_owned).collect();
    let mut seen: Vec<_> = receiver
        .seen()
        .iter()
        .map(|alarm| format!("{} {}", alarm.controller, alarm.reference))
        .collect();
    logged.sort();
    seen.sort();
    assert_eq!(logged, seen);

    let output = lab(&[
        "simulate", "scaip", "--to", &to, "--count", "3", "--rate", "100",
    ]);
    let said = text(&output.stdout);
    assert!(said.contains("3 of 3") && said.contains("p99"), "{said}");
}

#[test]
fn a_refused_alarm_gives_status_1() {
    let receiver = TestReceiver::start(Manner {
        verdict: Some(StatusNumber::NOT_TREATED),
        ..Manner::default()
    });
    let to = receiver.address.to_string();
    let output = lab(&["simulate", "scaip", "--to", &to]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("refused with snu 5"));
    let output = lab(&[
        "simulate", "scaip", "--to", &to, "--count", "2", "--rate", "100", "--json",
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(lines(&output)[0]["by_status_number"]["5"], 2);
}

#[test]
fn without_a_receiver_the_command_says_so_at_once() {
    let port = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let to = port.local_addr().unwrap().to_string();
    drop(port);
    for transport in ["udp", "tcp"] {
        let begun = std::time::Instant::now();
        let arguments = ["simulate", "scaip", "--to", &to, "--transport", transport];
        let output = lab(&arguments);
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains("nobody listens"));
        assert!(begun.elapsed() < std::time::Duration::from_secs(5));
    }
    let output = lab(&["simulate", "scaip", "--to", &to, "--json"]);
    assert_eq!(lines(&output)[0]["error"]["code"], "nobody-listens");
}

#[test]
fn to_simulate_nothing_is_wrong_usage() {
    for arguments in [
        &["simulate", "scaip", "--count", "0"][..],
        &["simulate", "scaip", "--duration", "0"],
        &["simulate", "scaip", "--duration", "0.1", "--rate", "1"],
        &["simulate", "scaip", "--senders", "0"],
        &[
            "simulate",
            "espa444",
            "panel",
            "--connect",
            "127.0.0.1:9",
            "--count",
            "0",
        ],
        &[
            "simulate",
            "espa444",
            "pager",
            "--connect",
            "127.0.0.1:9",
            "--count",
            "0",
        ],
        &[
            "simulate",
            "climax-panel",
            "contact-id",
            "--to",
            "tcp://127.0.0.1:9",
            "--count",
            "0",
        ],
        &["simulate", "sensio", "partner", "--count", "0"],
        &["simulate", "sensio", "partner", "--devices", "0"],
        &["simulate", "sensio", "server", "--calls", "0"],
        &["simulate", "fhir", "server", "--writes", "0"],
        &["tap", "--stdin", "--count", "0"],
    ] {
        let output = lab(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = text(&output.stderr);
        let flag = arguments
            .iter()
            .rfind(|argument| argument.starts_with("--"));
        assert!(said.contains(flag.unwrap()), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn an_offset_counts_bytes_of_the_whole_file() {
    let message = |body: &str| {
        format!(
            "MESSAGE sip:alarm@example.net SIP/2.0\r\n\
             Via: SIP/2.0/TCP 192.0.2.7;branch=z9hG4bK77\r\n\
             From: <sip:40211870@example.net>;tag=1\r\n\
             To: <sip:alarm@example.net>\r\nCall-ID: a1\r\nCSeq: 1 MESSAGE\r\n\
             Max-Forwards: 70\r\nContent-Type: application/scaip+xml\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let good = message(ALARM);
    let stream = good.repeat(2) + &message("<mrq><ref>a1</wrong></mrq>") + &good[..40];
    let hex: String = stream.bytes().map(|byte| format!("{byte:02x} ")).collect();
    for (arguments, input) in [
        (&["decode", "scaip", "-"][..], &stream),
        (&["decode", "scaip", "--hex", "-"], &hex),
    ] {
        let output = lab_with(arguments, input.as_bytes());
        assert_eq!(output.status.code(), Some(1));
        let lines = lines(&output);
        assert_eq!(lines.len(), 4);
        assert_eq!(lines[2]["error"]["code"], "not-well-formed");
        let wrong = stream.find("</wrong>").unwrap();
        assert_eq!(lines[2]["error"]["offset"], wrong);
        assert_eq!(lines[3]["error"]["code"], "cut-short");
        assert_eq!(lines[3]["error"]["offset"], stream.len() - 40);
    }
    let output = lab_with(&["decode", "scaip", "--hex", "-"], b"3c 6d 7g");
    assert_eq!(lines(&output)[0]["error"]["offset"], 7);
}

#[test]
fn the_habits_are_listed_and_played() {
    let list = text(&lab(&["play", "scaip", "--list"]).stdout);
    assert!(list.lines().count() >= 8, "{list}");
    let receiver = TestReceiver::accepting();
    let to = receiver.address.to_string();
    let output = lab(&["play", "scaip", "--to", &to]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let output = lab(&["play", "scaip", "--to", &to, "one-branch", "--json"]);
    let lines = lines(&output);
    assert_eq!(lines.len(), 3);
    assert!(lines.iter().all(|line| line["verdict"] == "accepted"));
}

#[test]
fn help_teaches_by_example() {
    for arguments in [
        &["--help"][..],
        &["decode", "scaip", "--help"],
        &["convert", "--help"],
        &["simulate", "scaip", "--help"],
        &["play", "scaip", "--help"],
    ] {
        let output = lab(arguments);
        assert_eq!(output.status.code(), Some(0));
        assert!(text(&output.stdout).contains("Examples:"), "{arguments:?}");
    }
    let decode = text(&lab(&["decode", "scaip", "--help"]).stdout);
    assert!(decode.contains("treat the output as you treat the capture"));
    let simulate = text(&lab(&["simulate", "scaip", "--help"]).stdout);
    assert!(simulate.contains("planned time"));
}
