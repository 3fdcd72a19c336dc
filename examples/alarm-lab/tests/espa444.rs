//! Panel, pager and tap as a person or a script meets them, on TCP and on pseudo terminals.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

/// Far beyond what anything here takes, on a machine that does other things.
const PATIENCE: Duration = Duration::from_secs(40);

/// ESPA reference 13, example B, as a panel sends it and a pager answers it.
const CALL: &[u8] = b"\x041\x052\x05\x06\x011\x021\x1F31\x1E2\x1FTEST\x03\x39\x06\x04";

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_alarm-lab"));
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn lab(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = command(arguments).spawn().unwrap();
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

/// A command that runs beside the test.
struct Running {
    child: Child,
    lines: Receiver<Value>,
    heard: Vec<Value>,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut child = command(arguments).arg("--json").spawn().unwrap();
        let (sender, lines) = channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines() {
                let Ok(line) = line else { break };
                let value = serde_json::from_str(&line).unwrap();
                if sender.send(value).is_err() {
                    break;
                }
            }
        });
        Running {
            child,
            lines,
            heard: Vec::new(),
        }
    }

    /// Reads until a line is as wanted.
    fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> &Value {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).unwrap();
            self.heard.push(line);
            if wanted(self.heard.last().unwrap()) {
                return self.heard.last().unwrap();
            }
        }
    }

    fn state(&mut self, state: &str) -> String {
        let line = self.until(|line| line["state"] == state);
        line["detail"].as_str().unwrap().to_owned()
    }

    /// Ctrl-C, everything that was said, and the exit status.
    fn stop(mut self) -> Done {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-INT", &id]).status().unwrap();
        self.finish()
    }

    fn finish(&mut self) -> Done {
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            self.heard.push(line);
        }
        Done {
            lines: std::mem::take(&mut self.heard),
            code: self.child.wait().unwrap().code(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a command said, and how it ended.
#[derive(Debug)]
struct Done {
    lines: Vec<Value>,
    code: Option<i32>,
}

impl Done {
    fn of<'a>(&'a self, event: &'a str) -> impl Iterator<Item = &'a Value> {
        self.lines.iter().filter(move |line| line["event"] == event)
    }

    fn outcomes(&self) -> Vec<&str> {
        self.of("call")
            .map(|call| call["outcome"].as_str().unwrap())
            .collect()
    }

    fn answers(&self) -> Vec<&str> {
        self.of("block")
            .map(|block| block["answer"].as_str().unwrap())
            .collect()
    }

    fn found(&self, code: &str) -> bool {
        let found = self.of("finding").find(|finding| finding["code"] == code);
        if let Some(found) = found {
            assert!(found["advice"].as_str().unwrap().ends_with('.'), "{found}");
            assert!(found["detail"].as_str().unwrap().ends_with('.'), "{found}");
        }
        found.is_some()
    }

    /// The codes of the blocks that could not be read.
    fn refused(&self) -> Vec<&str> {
        self.of("refused")
            .map(|one| one["error"]["code"].as_str().unwrap())
            .collect()
    }

    fn summary(&self) -> &Value {
        let last = self.lines.last().unwrap();
        assert_eq!(last["event"], "summary", "{self:?}");
        last
    }
}

fn after<'a>(command: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [command, more].concat()
}

const PAGER: &[&str] = &["simulate", "espa444", "pager"];
const PANEL: &[&str] = &["simulate", "espa444", "panel"];

/// A pager and a panel on TCP, the panel to its end.
fn play(pager: &[&str], panel: &[&str]) -> (Done, Done) {
    let listen: &[&str] = &["--listen", "127.0.0.1:0"];
    let mut running = Running::start(&[PAGER, listen, pager].concat());
    let to = running.state("listening");
    let connect: &[&str] = &["--connect", &to];
    // No polls, so that only what is tested is on the line; arguments of a test come later.
    let mut panel = Running::start(&[PANEL, connect, panel].concat());
    let panel = panel.finish();
    running.state("disconnected");
    (running.stop(), panel)
}

/// For cases in which nothing answers.
const SOON: &[&str] = &[
    "--answer-time",
    "0.3",
    "--retry",
    "0.01",
    "--repeats",
    "1",
    "--poll-every",
    "0",
];
/// For those in which something does.
const LATER: &[&str] = &[
    "--answer-time",
    "20",
    "--retry",
    "0.01",
    "--repeats",
    "1",
    "--poll-every",
    "0",
];

/// The arguments of a base, in pairs, where these do not say something else.
fn with<'a>(base: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    let kept = base.chunks(2).filter(|pair| !more.contains(&pair[0]));
    kept.flatten().chain(more).copied().collect()
}

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

    let (_, panel) = play(&["--fault", "echo"], &with(LATER, &["--count", "3"]));
    assert_eq!(panel.outcomes(), ["line-taken"; 3]);
    assert!(panel.found("echo"), "{panel:?}");

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
    let cases: &[(&str, &[&str], &[&str], &str, &str)] = &[
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

/// Items, blocks and findings that a tap told of.
fn heard(done: &Done) -> Vec<&str> {
    done.of("heard")
        .map(|heard| heard["item"].as_str().unwrap())
        .collect()
}

const ITEMS: [&str; 7] = ["eot", "poll", "select", "ack", "block", "ack", "eot"];

#[test]
fn a_tap_hears_the_standard_input() {
    let output = lab(&["tap", "--stdin", "--json"], &CALL.repeat(2));
    assert_eq!(output.status.code(), Some(0));
    let done = Done {
        lines: lines(&output),
        code: Some(0),
    };
    assert_eq!(heard(&done), [ITEMS, ITEMS].concat());
    let block = done
        .of("heard")
        .find(|heard| heard["item"] == "block")
        .unwrap();
    assert_eq!(block["message"]["records"][1]["text"], "TEST");
    let end = done
        .of("heard")
        .filter(|heard| heard["item"] == "eot")
        .nth(1)
        .unwrap();
    assert_eq!(end["dialogue"]["acknowledged"], 1);
    assert_eq!(done.summary()["blocks"], 2);
    assert_eq!(done.summary()["acknowledged"], 2);

    let blocks = lab(
        &["tap", "--stdin", "--json", "--blocks", "--count", "1"],
        &CALL.repeat(2),
    );
    assert_eq!(lines(&blocks).len(), 2, "one block and the summary");

    let nothing = lab(&["tap", "--stdin"], b"\xA0\xA1\xA2");
    assert!(
        std::str::from_utf8(&nothing.stderr)
            .unwrap()
            .contains("--settings")
    );
    let text = lab(&["tap", "--stdin"], CALL);
    assert!(
        std::str::from_utf8(&text.stdout)
            .unwrap()
            .contains("display message \"TEST\"")
    );
}

#[test]
fn a_tap_on_tcp_listens_and_never_writes() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = server.local_addr().unwrap().to_string();
    let mut tap = Running::start(&["tap", "--connect", &to, "--address", "3"]);
    let (mut line, _) = server.accept().unwrap();
    line.write_all(&CALL.repeat(12)).unwrap();
    line.shutdown(std::net::Shutdown::Write).unwrap();
    let done = tap.finish();
    assert_eq!(done.code, Some(0));
    assert_eq!(heard(&done).len(), 12 * 7);
    assert!(done.found("wrong-address"));
    let mut written = Vec::new();
    // Ends with the connection.
    let _ = line.read_to_end(&mut written);
    assert_eq!(written, b"");

    // One connection after the other.
    let mut tap = Running::start(&["tap", "--listen", "127.0.0.1:0", "--count", "2"]);
    let to = tap.state("listening");
    for _ in 0..2 {
        let mut line = TcpStream::connect(&to).unwrap();
        line.write_all(CALL).unwrap();
    }
    let done = tap.finish();
    assert_eq!(
        (done.code, done.summary()["blocks"].as_u64()),
        (Some(0), Some(2))
    );
}

#[cfg(unix)]
mod terminals {
    use serialport::{SerialPort, TTYPort};

    use super::*;

    /// Two terminals joined by a pair of threads, as two ports are by a cable.
    struct Cable {
        /// Open, so that they stay.
        _ends: [TTYPort; 2],
        names: [String; 2],
    }

    impl Cable {
        /// With a tap on each wire: what it hears goes to the second terminal as well.
        fn new(taps: Option<[TTYPort; 2]>) -> Self {
            let (master, first) = TTYPort::pair().unwrap();
            let (other, second) = TTYPort::pair().unwrap();
            let wires = [
                (
                    master.try_clone_native().unwrap(),
                    other.try_clone_native().unwrap(),
                ),
                (other, master),
            ];
            let mut taps = taps.map(|[a, b]| [Some(a), Some(b)]).unwrap_or_default();
            for (side, (mut from, mut to)) in wires.into_iter().enumerate() {
                let mut tap = taps[side].take();
                from.set_timeout(Duration::from_secs(600)).unwrap();
                std::thread::spawn(move || {
                    let mut buffer = [0; 256];
                    while let Ok(length @ 1..) = from.read(&mut buffer) {
                        if let Some(tap) = &mut tap {
                            tap.write_all(&buffer[..length]).unwrap();
                        }
                        if to.write_all(&buffer[..length]).is_err() {
                            break;
                        }
                    }
                });
            }
            let names = [first.name().unwrap(), second.name().unwrap()];
            Cable {
                _ends: [first, second],
                names,
            }
        }
    }

    #[test]
    fn a_panel_and_a_pager_on_terminals_with_a_tap_on_each_wire() {
        let (one, tapped_one) = TTYPort::pair().unwrap();
        let (two, tapped_two) = TTYPort::pair().unwrap();
        let (mut quiet_one, mut quiet_two) = (
            one.try_clone_native().unwrap(),
            two.try_clone_native().unwrap(),
        );
        let cable = Cable::new(Some([one, two]));
        let names = [tapped_one.name().unwrap(), tapped_two.name().unwrap()];
        let tap = [
            "tap", "--shared", "--serial", &names[0], "--other", &names[1],
        ];
        let mut tap = Running::start(&tap);
        for _ in 0..2 {
            tap.state("connected");
        }
        let line = ["--shared", "--settings", "9600-7E1", "--serial"];
        let pager = [
            PAGER,
            &line,
            &[&cable.names[1], "--status", "--answer-time", "20"],
        ]
        .concat();
        let mut pager = Running::start(&pager);
        pager.state("connected");
        let more = [
            &cable.names[0],
            "--count",
            "3",
            "--answer-time",
            "20",
            "--poll-every",
            "0.1",
            "--linger",
            "3",
        ];
        let panel = Running::start(&[PANEL, &line, &more].concat()).finish();
        assert_eq!(
            (panel.outcomes(), panel.code),
            (vec!["accepted"; 3], Some(0))
        );
        let pager = pager.stop();
        assert_eq!((pager.answers(), pager.code), (vec!["ack"; 3], Some(0)));
        assert_eq!(pager.summary()["status_sent"], 3);
        tap.until(|line| line["message"]["header"] == "2");
        let tap = tap.stop();
        assert_eq!(tap.code, Some(0));
        let blocks: Vec<_> = tap
            .of("heard")
            .filter(|heard| heard["item"] == "block")
            .map(|heard| {
                (
                    heard["sender"].as_str().unwrap(),
                    heard["message"]["header"].as_str().unwrap(),
                )
            })
            .collect();
        assert!(blocks.contains(&("caller", "1")) && blocks.contains(&("receiver", "2")));
        for quiet in [&mut quiet_one, &mut quiet_two] {
            quiet.set_timeout(Duration::from_millis(50)).unwrap();
            let mut byte = [0];
            let written = quiet.read(&mut byte);
            assert_eq!(written.unwrap_err().kind(), std::io::ErrorKind::TimedOut);
        }
    }

    #[test]
    fn faults_on_terminals_have_the_outcomes_they_have_on_tcp() {
        let cable = Cable::new(None);
        let line = ["--shared", "--serial"];
        let mut pager = Running::start(&[PAGER, &line, &[&cable.names[1]]].concat());
        pager.state("connected");
        let more = with(LATER, &["--count", "2", "--fault", "no-bcc"]);
        let panel = [PANEL, &line, &[&cable.names[0]], &more].concat();
        let panel = Running::start(&panel).finish();
        let pager = pager.stop();
        assert_eq!(panel.outcomes(), ["transmission-error"; 2]);
        assert_eq!(pager.refused(), ["bcc-missing"; 4]);
        assert!(pager.found("bcc-missing"));
        assert_eq!(pager.code, Some(1));
    }

    #[test]
    fn a_tap_with_the_wrong_settings_says_so() {
        let (mut line, tapped) = TTYPort::pair().unwrap();
        let name = tapped.name().unwrap();
        let mut tap = Running::start(&["tap", "--shared", "--serial", &name]);
        tap.state("connected");
        line.write_all(b"\x84\xB1\x05\xB2\x05").unwrap();
        let finding = tap.until(|line| line["event"] == "finding");
        assert_eq!(finding["code"], "parity-in-data");
        assert!(finding["advice"].as_str().unwrap().contains("7 data bits"));
        line.write_all(&[0xA5; 64]).unwrap();
        tap.until(|line| line["code"] == "garbage");
        assert_eq!(tap.stop().code, Some(0));

        // Set as the line is, bit 7 is nobody's business.
        let right = [
            "tap",
            "--shared",
            "--serial",
            &name,
            "--settings",
            "9600-7E1",
        ];
        let mut tap = Running::start(&[&right[..], &["--count", "1"]].concat());
        tap.state("connected");
        let mut call = CALL.to_vec();
        espa444::parity::add(&mut call);
        line.write_all(&call).unwrap();
        let done = tap.finish();
        assert_eq!(done.summary()["findings"], serde_json::json!([]));
        assert_eq!(done.summary()["blocks"], 1);
    }
}
