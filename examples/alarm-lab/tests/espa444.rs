//! Panel and pager as a person or a script meets them.
#![allow(clippy::unwrap_used)]

#[path = "support/stations.rs"]
mod stations;

use std::net::TcpListener;

use serde_json::Value;
use stations::{LATER, PAGER, PANEL, Running, SOON, after, lab, lines, play, with};

#[test]
fn a_good_line_accepts_calls_and_reports_status() {
    let panel = [
        "--count",
        "3",
        "--call",
        "208",
        "--text",
        "BRANN",
        "--beep",
        "2",
        "--call-type",
        "3",
        "--transmissions",
        "2",
        "--priority",
        "1",
        "--poll-every",
        "0.05",
        "--linger",
        "3",
        "--answer-time",
        "20",
    ];
    let (pager, panel) = play(&["--status", "6"], &panel);
    assert_eq!(panel.outcomes(), ["accepted"; 3]);
    assert_eq!(panel.code, Some(0));
    assert_eq!(panel.of("call").next().unwrap()["answer"], "ACK");
    assert_eq!(pager.answers(), ["ack"; 3]);
    assert_eq!(pager.code, Some(0));
    let records = &pager.of("block").next().unwrap()["message"]["records"];
    let read: Vec<_> = records
        .as_array()
        .unwrap()
        .iter()
        .map(|record| {
            (
                record["id"].as_str().unwrap(),
                record["value"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        read,
        [
            ("1", "208"),
            ("2", "BRANN 1"),
            ("3", "2"),
            ("4", "3"),
            ("5", "2"),
            ("6", "1")
        ]
    );
    let status = panel.of("block").next().unwrap();
    assert_eq!(status["message"]["header_name"], "status information");
    assert_eq!(pager.summary()["status_sent"], 3);
    assert_eq!(panel.summary()["accepted"], 3);
    assert_eq!(panel.summary()["latency"]["count"], 3);
    for side in [&pager, &panel] {
        assert_eq!(side.summary()["findings"], serde_json::json!([]));
    }
}

#[test]
fn faults_in_answers_have_the_outcomes_they_name() {
    let cases: &[(&str, &[&str], &str, &[&str])] = &[
        ("nak", LATER, "transmission-error", &["nak-1", "nak-1"]),
        ("invalid", LATER, "invalid-message", &["nak-3"]),
        ("busy", LATER, "busy", &[]),
        ("no-answer", SOON, "no-answer-to-select", &[]),
        (
            "lost-ack",
            SOON,
            "no-answer-to-block",
            &["lost-ack", "lost-ack"],
        ),
        (
            "late-answer",
            SOON,
            "no-answer-to-block",
            &["late-ack", "late-ack"],
        ),
    ];
    std::thread::scope(|scope| {
        for &(fault, base, outcome, answers) in cases {
            scope.spawn(move || {
                let (pager, panel) = play(&["--fault", fault], base);
                assert_eq!(panel.outcomes(), [outcome], "{fault}");
                assert_eq!(panel.code, Some(1), "{fault}");
                assert_eq!(pager.answers(), answers, "{fault}");
                assert_eq!(panel.found("select-unanswered"), fault == "no-answer");
                let repeated = pager
                    .of("block")
                    .any(|block| block["possible_repeat"] == true);
                assert_eq!(
                    repeated,
                    matches!(fault, "lost-ack" | "late-answer"),
                    "{fault}"
                );
                assert_eq!(panel.summary()["by_outcome"][outcome], 1);
            });
        }
    });
}

#[test]
fn faults_of_the_line_at_the_pager_are_found_by_the_panel() {
    let (pager, panel) = play(
        &["--fault", "wrong-address"],
        &with(SOON, &["--count", "11", "--answer-time", "0.1"]),
    );
    assert_eq!(panel.outcomes(), ["no-answer-to-select"; 11]);
    assert!(panel.found("select-unanswered") && pager.found("wrong-address"));

    // Where in its own transmission a panel hears the echo is a matter of chance; an owner that
    // steps back for what it takes for another owner makes the rest wait.
    let echo = ["--count", "8", "--rate", "5", "--timeout", "4"];
    let (_, panel) = play(&["--fault", "echo"], &with(LATER, &echo));
    let outcomes = ["line-taken", "collision", "timed-out"];
    for outcome in panel.outcomes() {
        assert!(outcomes.contains(&outcome), "{outcome}");
    }
    assert!(panel.found("echo"), "{panel:?}");
    assert!(!panel.found("two-control-stations"), "{panel:?}");

    let (_, panel) = play(&["--fault", "garbage"], LATER);
    assert_eq!(panel.outcomes(), ["collision"]);
    assert!(panel.found("garbage"), "{panel:?}");

    let (pager, panel) = play(
        &["--fault", "silence-after:1"],
        &with(SOON, &["--count", "2"]),
    );
    assert_eq!(panel.outcomes(), ["accepted", "no-answer-to-select"]);
    assert_eq!(pager.answers(), ["ack"]);

    let polls = [
        "--poll-every",
        "0.05",
        "--answer-time",
        "0.2",
        "--linger",
        "3",
    ];
    let (_, panel) = play(&["--fault", "missing-eot"], &polls);
    assert_eq!(panel.outcomes(), ["accepted"]);
    assert!(
        panel
            .of("line")
            .any(|line| line["state"] == "station-silent")
    );
}

#[test]
fn faults_in_the_status_of_a_pager_are_found_by_the_panel() {
    let polls = [
        "--poll-every",
        "0.05",
        "--linger",
        "4",
        "--answer-time",
        "5",
        "--dialogue",
    ];
    let cases: &[(&str, &str)] = &[
        ("bad-bcc", "bcc"),
        ("cut-block", "restarted"),
        ("no-bcc", "bcc"),
    ];
    std::thread::scope(|scope| {
        for &(fault, code) in cases {
            scope.spawn(move || {
                let pager = ["--status", "--fault", fault, "--answer-time", "0.4"];
                let (pager, panel) = play(&pager, &polls);
                assert_eq!(panel.outcomes(), ["accepted"], "{fault}");
                let heard = panel
                    .of("heard")
                    .any(|heard| heard["error"]["code"] == code);
                assert!(heard, "{fault}: {panel:?}");
                assert_eq!(pager.summary()["status_sent"], 0, "{fault}");
            });
        }
        scope.spawn(move || {
            let pager = ["--status", "--fault", "bad-parity", "--answer-time", "0.4"];
            let (_, panel) = play(&pager, &polls);
            assert!(panel.found("parity-in-data"), "{panel:?}");
        });
    });
}

#[test]
fn faults_of_a_panel_are_found_by_the_pager() {
    // The fault, the arguments of the pager and of the panel, the outcome, the finding.
    type Case<'a> = (&'a str, &'a [&'a str], &'a [&'a str], &'a str, &'a str);
    let cases: &[Case<'_>] = &[
        ("bad-parity", &[], LATER, "accepted", "parity-in-data"),
        ("missing-eot", &[], LATER, "accepted", "eot-missing"),
        ("garbage", &[], LATER, "accepted", "garbage"),
        ("bad-bcc", &[], LATER, "transmission-error", "bcc-errors"),
        ("no-bcc", &[], LATER, "transmission-error", "bcc-missing"),
        (
            "no-bcc",
            &["--accept-missing-bcc"],
            LATER,
            "accepted",
            "bcc-missing",
        ),
        (
            "no-start",
            &["--fault", "nak"],
            LATER,
            "transmission-error",
            "block-without-start",
        ),
        (
            "no-select",
            &[],
            SOON,
            "no-answer-to-block",
            "block-without-select",
        ),
        ("cut-block", &[], SOON, "no-answer-to-block", ""),
        ("echo", &[], LATER, "accepted", ""),
    ];
    std::thread::scope(|scope| {
        for &(fault, pager, base, outcome, finding) in cases {
            scope.spawn(move || {
                let more = ["--count", "3", "--fault", fault];
                let (pager, panel) = play(&after(pager, &["--dialogue"]), &with(base, &more));
                assert_eq!(panel.outcomes(), [outcome; 3], "{fault}: {pager:?}");
                assert_eq!(
                    panel.code,
                    Some(i32::from(outcome != "accepted")),
                    "{fault}"
                );
                assert!(
                    finding.is_empty() || pager.found(finding),
                    "{fault}: {pager:?}"
                );
                match fault {
                    "bad-bcc" => assert_eq!(pager.refused(), ["bcc"; 6]),
                    "cut-block" => {
                        let cut = |code: &str| {
                            pager
                                .of("heard")
                                .any(|heard| heard["error"]["code"] == code)
                        };
                        assert!(cut("restarted") && cut("aborted"), "{pager:?}");
                    }
                    _ => {}
                }
            });
        }
        scope.spawn(|| {
            let panel = with(
                SOON,
                &[
                    "--fault",
                    "wrong-address",
                    "--count",
                    "11",
                    "--answer-time",
                    "0.1",
                ],
            );
            let (pager, panel) = play(&[], &panel);
            assert_eq!(panel.outcomes(), ["no-answer-to-select"; 11]);
            assert!(pager.found("wrong-address"));
        });
        scope.spawn(|| {
            let panel = with(
                SOON,
                &[
                    "--fault",
                    "silence-after:1",
                    "--count",
                    "2",
                    "--linger",
                    "3",
                ],
            );
            let (pager, panel) = play(&["--supervision", "1"], &panel);
            assert_eq!(panel.outcomes(), ["accepted", "no-answer-to-select"]);
            assert!(pager.found("silence"), "{pager:?}");
        });
    });
}

#[test]
fn a_fault_with_a_rate_shows_now_and_then() {
    let more = [
        "--fault",
        "bad-bcc:40",
        "--count",
        "30",
        "--seed",
        "7",
        "--repeats",
        "0",
    ];
    let (pager, panel) = play(&[], &with(LATER, &more));
    let bad = pager.refused().len();
    assert!((1..30).contains(&bad), "{bad}");
    let failed = panel
        .outcomes()
        .iter()
        .filter(|one| **one != "accepted")
        .count();
    assert_eq!(failed, bad);
}

#[test]
fn the_pager_may_own_the_line_and_two_owners_are_found() {
    let owner = [
        "--control-station",
        "--poll-every",
        "0.05",
        "--answer-time",
        "20",
    ];
    let (pager, panel) = play(&owner, &["--polled", "--count", "2", "--answer-time", "20"]);
    assert_eq!(panel.outcomes(), ["accepted"; 2]);
    assert_eq!(pager.answers(), ["ack"; 2]);

    let both = [
        "--poll-every",
        "0.05",
        "--answer-time",
        "0.2",
        "--linger",
        "4",
    ];
    let owner = [
        "--control-station",
        "--poll-every",
        "0.05",
        "--answer-time",
        "0.2",
    ];
    let (pager, panel) = play(&owner, &both);
    let found = "two-control-stations";
    assert!(pager.found(found) || panel.found(found), "{panel:?}");
}

#[test]
fn a_line_without_answers_has_calls_that_are_sent() {
    let profile: &[&str] = &["--profile", "no-ack-panel"];
    let (pager, panel) = play(profile, profile);
    assert_eq!((panel.outcomes(), panel.code), (vec!["sent"], Some(0)));
    assert_eq!((pager.answers(), pager.code), (vec!["none"], Some(0)));
}

#[test]
fn calls_come_from_files_and_the_standard_input() {
    let file = std::env::temp_dir().join(format!("alarm-lab-{}-calls", std::process::id()));
    let text = "# two calls\n208 SLOYFE 3\n\n{\"address\":\"31\",\"priority\":\"1\"}\n";
    std::fs::write(&file, text).unwrap();
    let name = file.to_str().unwrap().to_owned();
    let calls = ["--calls", &name, "--beep", "2", "--rate", "50"];
    let (pager, panel) = play(&[], &with(LATER, &calls));
    std::fs::remove_file(&file).unwrap();
    assert_eq!(panel.outcomes(), ["accepted"; 2]);
    let values = |at: usize| -> Vec<String> {
        let block = pager.of("block").nth(at).unwrap();
        let records = block["message"]["records"].as_array().unwrap();
        records
            .iter()
            .map(|record| record["value"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(values(0), ["208", "SLOYFE 3", "2"]);
    assert_eq!(values(1), ["31", "2", "1"]);

    let mut pager = Running::start(&[PAGER, &["--listen", "127.0.0.1:0", "--count", "1"]].concat());
    let to = pager.state("listening");
    let panel = [PANEL, &["--connect", &to, "--calls", "-", "--json"]].concat();
    let output = lab(&panel, b"208 BRANN\n{\"adress\":\"31\"}\n");
    assert_eq!(output.status.code(), Some(1), "one line is no call");
    assert!(
        std::str::from_utf8(&output.stderr)
            .unwrap()
            .contains("address")
    );
    assert_eq!(
        lines(&output)
            .iter()
            .filter(|line| line["event"] == "call")
            .count(),
        1
    );
    let pager = pager.finish();
    assert_eq!(
        (pager.code, pager.summary()["calls"].as_u64()),
        (Some(0), Some(1))
    );
}

#[test]
fn what_cannot_be_done_is_said_with_what_to_do_next() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    for (side, hint) in [
        (vec!["--connect", &closed], "Start the other side first"),
        (
            vec!["--serial", "/dev/no-such-port"],
            "Check the name of the port",
        ),
    ] {
        for command in [PANEL, PAGER, &["tap"]] {
            let output = lab(&[command, &side].concat(), b"");
            assert_eq!(output.status.code(), Some(1), "{command:?}");
            let said = std::str::from_utf8(&output.stderr).unwrap();
            assert!(said.contains(hint), "{said}");
            let output = lab(&[command, &side, &["--json"]].concat(), b"");
            assert_eq!(lines(&output)[0]["error"]["code"], "not-opened");
        }
    }
    let late = ["--polled", "--timeout", "0.3"];
    let (_, panel) = play(&[], &late);
    assert_eq!((panel.outcomes(), panel.code), (vec!["timed-out"], Some(1)));
    for (arguments, hint) in [
        (after(PANEL, &["--fault", "nak"]), "fault of the pager"),
        (after(PANEL, &["--fault", "x"]), "alarm-lab faults espa444"),
        (after(PANEL, &["--fault", "nak:200"]), "percentage"),
        (after(PAGER, &["--fault", "no-bcc"]), "--status"),
        (
            after(PANEL, &["--call", "01234567890123456"]),
            "longer than 16",
        ),
        (after(PANEL, &["--calls", "no/such/file"]), "no/such/file"),
        (after(PANEL, &["--profile", "x"]), "standard-1984"),
        (
            after(PANEL, &["--serial", "x", "--connect", "y"]),
            "cannot be used with",
        ),
        (
            after(PAGER, &["--serial", "x", "--settings", "9600"]),
            "9600-8N1",
        ),
        (vec!["tap"], "--serial DEVICE"),
        (
            vec!["tap", "--stdin", "--serial", "x"],
            "cannot be used with",
        ),
    ] {
        let output = lab(&arguments, b"");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = std::str::from_utf8(&output.stderr).unwrap();
        assert!(said.contains(hint), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn faults_are_listed() {
    let output = lab(&["faults", "espa444", "--json"], b"");
    let faults: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(faults.len(), 17);
    assert!(
        faults
            .iter()
            .any(|fault| fault["fault"] == "no-bcc" && fault["side"] == "both")
    );
}
