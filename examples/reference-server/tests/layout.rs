//! Lines whose protocol a layout declares, over TCP and a pseudo terminal.

#[path = "support/program.rs"]
mod program;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use program::{PATIENCE, Program};
use serde_json::Value;

/// A made-up line of text, with an answer in words.
const LAYOUT: &str = include_str!("../../../climax-rf/layouts/example-ascii-line.toml");
const HELP: &str = "$0042,40211870,SOS,00,7*77\r\n";
const HELP_ANSWER: &str = "$OK,0042*2E\r\n";
const FALL: &str = "$0043,40211871,FALL,83,9,synthetic note*45\r\n";
/// An event that the layout does not know.
const GAS: &str = "$0044,40211872,GAS,00*72\r\n";

fn start(directory: &Path, layout: &str, way: &str) -> Program {
    std::fs::write(directory.join("line.toml"), layout).expect("a file");
    let file = directory.join("line.toml");
    let tables = format!("[[inputs.layout]]\nname = \"ward\"\nlayout = {file:?}\n{way}\n");
    Program::start(directory, "", &tables)
}

const LISTEN: &str = "tcp = { listen = \"127.0.0.1:0\" }\naway = \"300ms\"";

fn connect(program: &Program) -> TcpStream {
    let stream = TcpStream::connect(program.addresses["layout.ward"]).expect("loopback");
    let time = Some(Duration::from_millis(20));
    stream.set_read_timeout(time).expect("a timeout");
    stream
}

/// The next line of answer.
fn answer(stream: &mut impl Read, time: Duration) -> Option<String> {
    let patience = Instant::now() + time;
    let mut answer = Vec::new();
    while Instant::now() < patience {
        let mut byte = [0];
        match stream.read(&mut byte) {
            Ok(0) => return None,
            Ok(_) => answer.push(byte[0]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => return None,
        }
        if answer.ends_with(b"\n") {
            return String::from_utf8(answer).ok();
        }
    }
    None
}

fn ask(stream: &mut (impl Read + Write), frame: &str) -> Option<String> {
    stream
        .write_all(frame.as_bytes())
        .expect("the line takes it");
    answer(stream, PATIENCE)
}

fn stored(program: &Program) -> Vec<Value> {
    let page = program.json("/api/alarms?limit=1000");
    page["alarms"].as_array().expect("a list").clone()
}

fn line(program: &Program) -> Value {
    program.json("/api/lines")["lines"][0].clone()
}

/// The phases of what was told of the link.
fn told(program: &Program) -> Vec<String> {
    let alarms = program.alarms("link_failure");
    let phase = |alarm: &Value| alarm["event"]["phase"].as_str().unwrap_or("?").to_owned();
    alarms.iter().map(phase).collect()
}

fn wait_for(program: &Program, phases: &[&str]) {
    program.wait_until(&format!("{phases:?}"), |program| told(program) == phases);
}

#[test]
fn a_frame_becomes_what_the_layout_says_and_is_answered_when_it_is_stored() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path(), LAYOUT, LISTEN);
    let mut receiver = connect(&program);
    assert_eq!(ask(&mut receiver, HELP).as_deref(), Some(HELP_ANSWER));
    // What was answered is there, at once.
    let alarms = stored(&program);
    assert_eq!(alarms.len(), 1);
    for (key, value) in [
        ("protocol", "layout"),
        ("verdict", "accepted"),
        ("sender", "ward"),
        ("kind", "help_call"),
        ("answer", "ack"),
    ] {
        assert_eq!(alarms[0][key], value, "{key}");
    }
    assert_eq!(alarms[0]["event"]["device"]["device"], "40211870");
    let id = alarms[0]["id"].as_str().expect("an identifier");
    assert_eq!(
        program.json(&format!("/api/alarms/{id}"))["raw"]["text"],
        HELP
    );
    assert!(ask(&mut receiver, FALL).is_some());
    assert!(ask(&mut receiver, GAS).is_some());
    let kinds: Vec<_> = stored(&program)
        .iter()
        .map(|alarm| alarm["kind"].as_str().unwrap_or("none").to_owned())
        .collect();
    assert_eq!(kinds, ["help_call", "fall", "unmapped"]);
    assert_eq!(stored(&program)[2]["event"]["detail"], "GAS");
    program.wait_until("it is counted", |program| {
        line(program)["counts"]["unmatched"] == 1
    });
    let line = line(&program);
    assert_eq!(line["profile"], "example-ascii-line");
    assert_eq!(
        (&line["state"], &line["counts"]["unmatched"]),
        (&"up".into(), &1.into())
    );
    let log = program.log();
    assert!(
        !log.contains("40211870") && !log.contains("synthetic note"),
        "{log}"
    );
}

#[test]
fn an_equal_frame_is_a_repeat_that_is_answered_and_names_the_first() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path(), LAYOUT, LISTEN);
    let mut receiver = connect(&program);
    for _ in 0..2 {
        assert_eq!(ask(&mut receiver, HELP).as_deref(), Some(HELP_ANSWER));
    }
    let alarms = stored(&program);
    assert_eq!(alarms[1]["event"]["phase"], "update");
    assert_eq!(
        alarms[1]["event"]["correlation"]["updates"]["event"],
        alarms[0]["event"]["event_id"]
    );
    // After a crash the journal knows it.
    program.kill();
    let program = start(directory.path(), LAYOUT, LISTEN);
    assert_eq!(
        ask(&mut connect(&program), HELP).as_deref(),
        Some(HELP_ANSWER)
    );
    let alarms = stored(&program);
    assert_eq!((alarms.len(), &alarms[0]["repeats"]), (2, &1.into()));
}

#[test]
fn what_the_journal_does_not_take_hears_the_nak_of_the_layout() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path(), LAYOUT, LISTEN);
    let journal = rusqlite::Connection::open(directory.path().join("alarms.sqlite"));
    let journal = journal.expect("the journal");
    journal
        .execute_batch("BEGIN EXCLUSIVE")
        .expect("it is locked");
    let mut receiver = connect(&program);
    let heard = ask(&mut receiver, HELP).expect("an answer");
    assert!(heard.starts_with("$NO,0042*"), "{heard}");
    journal.execute_batch("ROLLBACK").expect("it is free");
    let patience = Instant::now() + PATIENCE;
    while ask(&mut receiver, HELP).as_deref() != Some(HELP_ANSWER) {
        assert!(Instant::now() < patience, "{}", program.log());
        std::thread::sleep(Duration::from_millis(100));
    }
    let alarms = stored(&program);
    assert_eq!(alarms.len(), 1, "{alarms:#?}");
    assert_eq!(alarms[0]["event"]["phase"], "start");
}

#[test]
fn a_layout_that_is_silent_or_away_is_told_once_over_restarts() {
    let directory = tempfile::tempdir().expect("a directory");
    let layout = LAYOUT.replace("silence_s = 60", "silence_s = 2");
    let program = start(directory.path(), &layout, LISTEN);
    let mut receiver = connect(&program);
    assert_eq!(ask(&mut receiver, "PING\r\n").as_deref(), Some("PONG\r\n"));
    wait_for(&program, &["start"]);
    assert_eq!(line(&program)["state"], "lost");
    program.kill();
    let program = start(directory.path(), &layout, LISTEN);
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(told(&program), ["start"], "{}", program.log());
    let mut receiver = connect(&program);
    assert_eq!(ask(&mut receiver, "PING\r\n").as_deref(), Some("PONG\r\n"));
    wait_for(&program, &["start", "end"]);
    program.wait_until("it is up", |program| line(program)["state"] == "up");
    drop(receiver);
    wait_for(&program, &["start", "end", "start"]);
}

#[test]
fn a_line_that_sends_only_rubbish_counts_as_silent() {
    let directory = tempfile::tempdir().expect("a directory");
    let layout = LAYOUT.replace("silence_s = 60", "silence_s = 2");
    let program = start(directory.path(), &layout, LISTEN);
    let mut receiver = connect(&program);
    assert_eq!(ask(&mut receiver, "PING\r\n").as_deref(), Some("PONG\r\n"));
    let patience = Instant::now() + PATIENCE;
    while told(&program).is_empty() {
        assert!(Instant::now() < patience, "{}", program.log());
        receiver.write_all(b"\xFE\x80\xFE").expect("loopback");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(line(&program)["state"], "lost");
    receiver.write_all(b"\r\n").expect("loopback");
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(ask(&mut receiver, "PING\r\n").as_deref(), Some("PONG\r\n"));
    wait_for(&program, &["start", "end"]);
}

#[test]
fn a_whole_frame_that_the_layout_does_not_describe_is_kept_as_evidence() {
    /// One kind of frame, in words.
    const KNOCK: &str = r#"
        version = 1
        name = "knock"
        [framing]
        end = { text = "\n" }
        ack = { text = "+" }
        separator = { text = "," }
        [[field]]
        name = "type"
        column = 0
        encoding = "text"
        constant = "K"
    "#;
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path(), KNOCK, LISTEN);
    let mut receiver = connect(&program);
    receiver.write_all(b"K,1\nB,2\n").expect("loopback");
    program.wait_until("both are kept", |program| stored(program).len() == 2);
    let refused = |alarm: &&Value| alarm["verdict"] == "refused";
    let alarms = stored(&program);
    let kept: Vec<_> = alarms.iter().filter(refused).collect();
    assert_eq!(kept.len(), 1, "{alarms:#?}");
    assert_eq!(kept[0]["event"]["layout"]["refused"], "constant");
}

#[test]
fn a_flood_of_bad_bytes_is_counted_and_the_next_frame_is_taken() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path(), LAYOUT, LISTEN);
    let mut receiver = connect(&program);
    let mut random = fastrand::Rng::with_seed(11);
    for _ in 0..100 {
        let garbage: Vec<u8> = (0..1000).map(|_| random.u8(..)).collect();
        receiver.write_all(&garbage).expect("loopback");
    }
    receiver.write_all(b"\r\n").expect("loopback");
    std::thread::sleep(Duration::from_millis(1500));
    let mut heard = ask(&mut receiver, HELP);
    // Garbage may have looked like a damaged frame, which has an answer of its own.
    while heard.as_deref().is_some_and(|heard| heard != HELP_ANSWER) {
        heard = answer(&mut receiver, PATIENCE);
    }
    assert_eq!(heard.as_deref(), Some(HELP_ANSWER));
    program.wait_until("it is counted", |program| {
        line(program)["counts"]["malformed"].as_u64() >= Some(1)
    });
    let log = program.log();
    assert!(
        log.matches("bytes that are no frame").count() < 2000,
        "within a budget"
    );
}

/// What `--check-config` says of a layout.
fn check(directory: &Path, layout: &str) -> (bool, String) {
    let (file, config) = (directory.join("line.toml"), directory.join("server.toml"));
    std::fs::write(&file, layout).expect("a file");
    let tables = format!("[[inputs.layout]]\nname = \"ward\"\nlayout = {file:?}\n{LISTEN}\n");
    std::fs::write(&config, tables).expect("a file");
    let output = Command::new(env!("CARGO_BIN_EXE_reference-server"))
        .arg("--check-config")
        .arg("--config")
        .arg(config)
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), said)
}

#[test]
fn a_layout_with_faults_or_failing_samples_does_not_start() {
    let directory = tempfile::tempdir().expect("a directory");
    let check = |layout: &str| check(directory.path(), layout);
    assert!(check(LAYOUT).0);
    let (started, said) = check(&LAYOUT.replace("kind = \"fall\"", "kind = \"no such kind\""));
    assert!(
        !started && said.contains("line.toml") && said.contains("kind"),
        "{said}"
    );
    let (started, said) = check(&LAYOUT.replace("signal = 7", "signal = 8"));
    assert!(!started, "{said}");
    assert!(
        said.contains("1 of 5 samples") && said.contains("help from 40211870"),
        "{said}"
    );
    let (started, said) = check("version = 1\nname = \"nothing\"\n");
    assert!(!started, "{said}");
    // Without samples it is untested, and says so.
    let untested = &LAYOUT[..LAYOUT.find("[[sample]]").expect("it has samples")];
    assert!(check(untested).0);
    let program = start(directory.path(), untested, LISTEN);
    program.wait_until("it says so", |program| {
        program.log().contains("has no samples")
    });
}

#[cfg(unix)]
#[test]
fn a_frame_over_a_serial_port_is_taken() {
    use serialport::{SerialPort, TTYPort};
    let directory = tempfile::tempdir().expect("a directory");
    let device = directory.path().join("port");
    let (mut receiver, port) = TTYPort::pair().expect("a pseudo terminal");
    let time = Duration::from_millis(20);
    receiver.set_timeout(time).expect("a timeout");
    std::os::unix::fs::symlink(port.name().expect("it has a name"), &device).expect("a link");
    let way = format!("serial = {{ device = {device:?}, exclusive = false, baud = 19200 }}");
    let program = start(directory.path(), LAYOUT, &way);
    program.wait_until("the port is open", |program| {
        line(program)["connected"] == true
    });
    assert_eq!(ask(&mut receiver, HELP).as_deref(), Some(HELP_ANSWER));
    let id = stored(&program)[0]["id"]
        .as_str()
        .expect("an identifier")
        .to_owned();
    let detail = program.json(&format!("/api/alarms/{id}"));
    assert_eq!(detail["transport"]["transport"], "serial");
    assert_eq!(
        line(&program)["way"],
        format!("serial {} 19200 8N1", device.display())
    );
}
