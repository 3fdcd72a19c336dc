//! ESPA 4.4.4 over TCP, both directions of connect: what a panel hears, and what is stored.

#[path = "support/espa.rs"]
mod espa;
#[path = "support/program.rs"]
mod program;

use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use espa::{ACK, BUSY, Panel, SELECT, bytes, call, reset};
use espa444::BlockBuf;
use program::Program;
use serde_json::Value;

fn start(directory: &std::path::Path, tables: &str) -> Program {
    Program::start(directory, "", tables)
}

fn panel(program: &Program, line: &str) -> Panel<TcpStream> {
    connected(TcpStream::connect(program.addresses[&format!("espa444.{line}")]).expect("loopback"))
}

fn connected(stream: TcpStream) -> Panel<TcpStream> {
    let time = Some(Duration::from_millis(100));
    stream.set_read_timeout(time).expect("a timeout");
    stream.set_nodelay(true).expect("an option");
    Panel::new(stream)
}

/// Everything stored, oldest first.
fn stored(program: &Program) -> Vec<Value> {
    let page = program.json("/api/alarms?limit=1000");
    page["alarms"].as_array().expect("a list").clone()
}

fn line(program: &Program, name: &str) -> Value {
    let page = program.json("/api/lines");
    let lines = page["lines"].as_array().expect("a list");
    let found = lines.iter().find(|line| line["name"] == name);
    found.expect("it is configured").clone()
}

const WARD: &str = r#"
[[inputs.espa444]]
name = "ward"
tcp = { listen = "127.0.0.1:0" }
characters = "iso646-no"
[[inputs.espa444.rules]]
text = [{ pattern = "ANROP {location}" }]
kind = "help_call"
[[inputs.espa444.rules]]
text = [{ pattern = "SLUTT {location}" }]
kind = "help_call"
phase = "end"
"#;

const PANEL: &str = r#"
[[inputs.espa444]]
name = "panel"
tcp = { listen = "127.0.0.1:0" }
fire_panel = true
"#;

#[test]
fn a_call_over_tcp_is_stored_with_its_bytes_before_it_is_acknowledged() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path(), WARD);
    let mut ward = panel(&program, "ward");
    let ring = call("208", "ANROP ROM 17");
    ward.deliver_ok(&ring);
    // What was acknowledged is there, at once.
    let alarms = stored(&program);
    assert_eq!(alarms.len(), 1);
    let alarm = &alarms[0];
    for (key, value) in [
        ("protocol", "espa444"),
        ("verdict", "accepted"),
        ("sender", "ward"),
        ("kind", "help_call"),
        ("class", "care"),
        ("answer", "ACK"),
    ] {
        assert_eq!(alarm[key], value, "{key}");
    }
    assert_eq!(alarm["event"]["device"]["device"], "208");
    assert_eq!(alarm["event"]["location"]["text"], "ROM 17");
    let id = alarm["id"].as_str().expect("an identifier");
    let detail = program.json(&format!("/api/alarms/{id}"));
    let raw: String = bytes(&ring.as_block())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(detail["raw"]["hex"], raw.as_str());
    assert_eq!(detail["transport"]["transport"], "tcp");
    let peer = ward.stream.local_addr().expect("bound").to_string();
    assert_eq!(detail["transport"]["peer"], peer.as_str());
    assert_eq!(detail["answer_given"]["hex"], "06");
    program.wait_until("it is counted", |program| {
        line(program, "ward")["counts"]["accepted"] == 1
    });
    let line = line(&program, "ward");
    assert_eq!(line["state"], "up");
    assert_eq!(line["profile"], "tcp");
    // No text of a call is in the log, though everything is logged.
    assert!(!program.log().contains("ROM 17"), "{}", program.log());
}

#[test]
fn text_that_no_rule_knows_is_a_generic_call_or_a_fire_and_never_dropped() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path(), &format!("{WARD}{PANEL}"));
    panel(&program, "ward").deliver_ok(&call("208", "HVA ER DETTE"));
    panel(&program, "panel").deliver_ok(&call("1", "DET 17"));
    let kinds: Vec<_> = stored(&program)
        .iter()
        .map(|alarm| alarm["kind"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(
        kinds,
        [Some("call_alarm_generic".into()), Some("fire".into())]
    );
    program.wait_until("it is counted", |program| {
        line(program, "ward")["counts"]["unmatched"] == 1
    });
}

#[test]
fn the_server_connects_to_a_panel_and_comes_back_when_the_panel_was_away() {
    let directory = tempfile::tempdir().expect("a directory");
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let to = listener.local_addr().expect("bound");
    let program = start(
        directory.path(),
        &format!("[[inputs.espa444]]\nname = \"out\"\ntcp = {{ connect = \"{to}\" }}\n"),
    );
    for text in ["FIRST", "SECOND"] {
        let (stream, _) = listener.accept().expect("the server connects");
        let mut panel = connected(stream);
        panel.deliver_ok(&call("208", text));
    }
    assert_eq!(stored(&program).len(), 2);
    program.wait_until("both are counted", |program| {
        line(program, "out")["counts"]["connections"].as_u64() >= Some(2)
    });
}

#[test]
fn a_repeat_in_the_same_transaction_is_counted_and_a_later_one_is_stored_with_a_mark() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path(), WARD);
    let mut ward = panel(&program, "ward");
    let ring = bytes(&call("208", "ANROP ROM 17").as_block());
    ward.send(SELECT);
    ward.expect(ACK);
    // Its ACK was lost on the way, says the panel.
    for _ in 0..2 {
        ward.send(&ring);
        ward.expect(ACK);
    }
    ward.send(espa::EOT);
    let alarms = stored(&program);
    assert_eq!(alarms.len(), 1);
    assert_eq!(alarms[0]["repeats"], 1);
    // Some time later the same again, which may be the same call or a new one.
    ward.deliver_ok(&call("208", "ANROP ROM 17"));
    let alarms = stored(&program);
    assert_eq!(alarms.len(), 2);
    assert_eq!(alarms[1]["event"]["phase"], "update");
    assert_eq!(
        alarms[1]["event"]["correlation"]["updates"]["event"],
        alarms[0]["event"]["event_id"]
    );
    program.wait_until("both are counted", |program| {
        line(program, "ward")["counts"]["repeats"] == 2
    });
}

#[test]
fn a_reset_ends_the_call_it_matches_and_the_same_call_is_new_afterwards() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path(), WARD);
    let mut ward = panel(&program, "ward");
    for block in [
        call("208", "ANROP ROM 17"),
        call("208", "ANROP ROM 18"),
        reset("208", "ANROP ROM 17"),
        call("208", "ANROP ROM 17"),
        reset("208", "ANROP ROM 17"),
        // Nothing of this is open.
        reset("209", "ANROP ROM 19"),
    ] {
        ward.deliver_ok(&block);
    }
    let alarms = stored(&program);
    assert_eq!(alarms.len(), 6);
    let event = |at: usize| &alarms[at]["event"];
    let ends = |at: usize| &event(at)["correlation"]["clears"]["event"];
    assert_eq!(event(2)["phase"], "end");
    assert_eq!(ends(2), &event(0)["event_id"]);
    assert_eq!(event(3)["phase"], "start");
    assert_eq!(ends(4), &event(3)["event_id"]);
    assert_eq!(event(5)["phase"], "end");
    assert!(ends(5).is_null());
    let id = alarms[5]["id"].as_str().expect("an identifier");
    program.wait_until("the note", |program| {
        let detail = program.json(&format!("/api/alarms/{id}"));
        detail["notes"][0]["text"] == "it ends no call that is open"
    });
    program.wait_until("it is counted", |program| {
        line(program, "ward")["counts"]["unmatched_ends"] == 1
    });
    // An end by its text finds the only call that it can be about.
    ward.deliver_ok(&call("208", "SLUTT ROM 18"));
    let alarms = stored(&program);
    assert_eq!(
        alarms[6]["event"]["correlation"]["clears"]["event"],
        alarms[1]["event"]["event_id"]
    );
}

#[test]
fn what_is_open_is_known_after_a_restart() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path(), WARD);
    panel(&program, "ward").deliver_ok(&call("208", "ANROP ROM 17"));
    program.kill();
    let program = start(directory.path(), WARD);
    let mut ward = panel(&program, "ward");
    ward.deliver_ok(&call("208", "ANROP ROM 17"));
    ward.deliver_ok(&reset("208", "ANROP ROM 17"));
    program.stop();
    let program = start(directory.path(), WARD);
    let alarms = stored(&program);
    assert_eq!(
        alarms.len(),
        3,
        "{alarms:#?} {}",
        program
            .log()
            .lines()
            .filter(|l| l.contains("open") || l.contains("WARN"))
            .collect::<Vec<_>>()
            .join("\n")
    );
    let first = &alarms[0]["event"]["event_id"];
    assert_eq!(alarms[1]["event"]["phase"], "update");
    assert_eq!(
        &alarms[1]["event"]["correlation"]["updates"]["event"],
        first
    );
    assert_eq!(&alarms[2]["event"]["correlation"]["clears"]["event"], first);
    // The end is known too: made again, the call is a new one.
    panel(&program, "ward").deliver_ok(&call("208", "ANROP ROM 17"));
    assert_eq!(stored(&program)[3]["event"]["phase"], "start");
}

#[test]
fn a_status_request_is_kept_and_answered_when_the_panel_polls() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path(), WARD);
    let mut ward = panel(&program, "ward");
    let ring = call("208", "ANROP ROM 17");
    ward.deliver_ok(&ring);
    ward.deliver_ok(&BlockBuf::status_request(&ring.as_block()).expect("a request"));
    let alarms = stored(&program);
    assert_eq!(alarms[1]["event"]["espa444"]["header"], "3");
    assert!(alarms[1]["kind"].is_null());
    let block = status(&mut ward);
    // In queue: it is kept, and nobody knows more.
    assert!(
        block.windows(3).any(|three| three == b"7\x1F2"),
        "{block:02x?}"
    );
}

#[test]
fn a_status_is_sent_for_each_call_where_the_panel_wants_one() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(
        directory.path(),
        &PANEL.replace("fire_panel", "report_status = \"3\"\nfire_panel"),
    );
    let mut panel = panel(&program, "panel");
    panel.deliver_ok(&call("1", "DET 17"));
    let block = status(&mut panel);
    assert!(
        block.windows(3).any(|three| three == b"7\x1F3"),
        "{block:02x?}"
    );
}

/// The panel polls: the server selects it and sends status information.
fn status(panel: &mut Panel<TcpStream>) -> Vec<u8> {
    let patience = Instant::now() + espa::PATIENCE;
    loop {
        panel.send(espa::POLL);
        match panel.answer_within(espa::PATIENCE).as_deref() {
            Some(b"1\x05") => break,
            // It has nothing yet.
            answer => assert_eq!(answer, Some(espa::EOT)),
        }
        assert!(Instant::now() < patience, "no status");
    }
    panel.send(ACK);
    let mut block = Vec::new();
    while !block.contains(&0x03) && Instant::now() < patience {
        let mut byte = [0];
        if std::io::Read::read(&mut panel.stream, &mut byte).is_ok() {
            block.push(byte[0]);
        }
    }
    assert!(block.starts_with(b"\x012\x02"), "{block:02x?}");
    block
}

#[test]
fn a_call_that_the_journal_does_not_take_hears_busy_and_is_taken_when_it_can() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path(), WARD);
    let mut ward = panel(&program, "ward");
    ward.deliver_ok(&call("208", "ANROP ROM 1"));
    let journal = rusqlite::Connection::open(directory.path().join("alarms.sqlite"));
    let journal = journal.expect("the journal");
    journal
        .execute_batch("BEGIN EXCLUSIVE")
        .expect("it is locked");
    let blocked = call("208", "ANROP ROM 2");
    // Polls are answered all the same, the call hears busy, again and again.
    for _ in 0..3 {
        assert_eq!(ward.deliver(&blocked).as_deref(), Some(BUSY));
        ward.send(espa::POLL);
        ward.expect(espa::EOT);
    }
    journal.execute_batch("ROLLBACK").expect("it is free");
    let patience = Instant::now() + espa::PATIENCE;
    while ward.deliver(&blocked).as_deref() != Some(ACK) {
        assert!(Instant::now() < patience, "{}", program.log());
        std::thread::sleep(Duration::from_millis(100));
    }
    let starts: Vec<_> = stored(&program)
        .into_iter()
        .filter(|alarm| alarm["event"]["phase"] == "start")
        .collect();
    assert_eq!(starts.len(), 2, "{starts:#?}");
    assert_eq!(starts[1]["event"]["location"]["text"], "ROM 2");
}

#[test]
fn a_flood_of_bad_bytes_is_refused_counted_and_the_next_call_is_taken() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path(), WARD);
    let mut ward = panel(&program, "ward");
    let mut random = fastrand::Rng::with_seed(444);
    for _ in 0..200 {
        let garbage: Vec<u8> = (0..1000).map(|_| random.u8(..)).collect();
        ward.send(&garbage);
        while ward.stream.set_nonblocking(true).is_ok()
            && ward.answer_within(Duration::from_millis(1)).is_some()
        {}
        ward.stream.set_nonblocking(false).expect("an option");
    }
    ward.send(SELECT);
    while ward.answer_within(Duration::from_millis(500)).is_some() {}
    // A damaged block is refused with the prefix that says so.
    let mut damaged = bytes(&call("208", "ANROP ROM 17").as_block());
    damaged[10] ^= 0x01;
    ward.send(espa::EOT);
    ward.send(SELECT);
    ward.expect(ACK);
    ward.send(&damaged);
    ward.expect(b"1\x15");
    ward.send(espa::EOT);
    ward.deliver_ok(&call("208", "ANROP ROM 17"));
    program.wait_until("it is counted", |program| {
        line(program, "ward")["counts"]["malformed"].as_u64() >= Some(1)
    });
    let line = line(&program, "ward");
    let findings = line["findings"].as_array().expect("a list");
    assert!(
        findings.iter().any(|finding| finding["code"] == "garbage"
            && finding["advice"]
                .as_str()
                .is_some_and(|advice| advice.len() > 20)),
        "{line}"
    );
    assert!(
        program.metric("alarm_espa444_findings_total{line=\"ward\",finding=\"garbage\"}") >= 1.0
            || program.metric("alarm_espa444_findings_total{finding=\"garbage\",line=\"ward\"}")
                >= 1.0,
        "{}",
        program.get("/metrics")
    );
}

#[test]
fn a_line_that_only_listens_sends_nothing_and_stores_what_it_hears() {
    let directory = tempfile::tempdir().expect("a directory");
    let tap = "[[inputs.espa444]]\nname = \"tap\"\ntcp = { listen = \"127.0.0.1:0\" }\n\
               role = \"listener\"\n";
    let program = start(directory.path(), tap);
    let mut tap = panel(&program, "tap");
    // Both sides of the dialogue are on the wire.
    let dialogue = |tap: &mut Panel<TcpStream>| {
        tap.send(SELECT);
        tap.send(ACK);
        tap.send(&bytes(&call("208", "TEST").as_block()));
        tap.send(ACK);
        tap.send(espa::EOT);
    };
    dialogue(&mut tap);
    program.wait_until("it is stored", |program| stored(program).len() == 1);
    assert_eq!(
        stored(&program)[0]["answer"],
        "none, this line has no answers"
    );
    // Nobody repeats it for want of an ACK, so that the next one may be a call made anew.
    dialogue(&mut tap);
    program.wait_until("it is stored as well", |program| stored(program).len() == 2);
    assert_eq!(stored(&program)[1]["event"]["phase"], "update");
    // Several in one go: those that the next one overtakes are not late.
    let burst: Vec<u8> = ["301", "302", "303", "304"]
        .iter()
        .flat_map(|to| {
            [
                SELECT,
                ACK,
                &bytes(&call(to, "TEST").as_block()),
                ACK,
                espa::EOT,
            ]
            .concat()
        })
        .collect();
    tap.send(&burst);
    program.wait_until("all are stored", |program| stored(program).len() == 6);
    program.wait_until("all are counted", |program| {
        line(program, "tap")["counts"]["accepted"] == 5
    });
    assert_eq!(tap.answer_within(Duration::from_millis(500)), None);
}

#[test]
fn a_call_that_nobody_would_send_again_waits_for_the_journal() {
    let directory = tempfile::tempdir().expect("a directory");
    let tap = "[[inputs.espa444]]\nname = \"tap\"\ntcp = { listen = \"127.0.0.1:0\" }\n\
               role = \"listener\"\n";
    let program = start(directory.path(), tap);
    let mut tap = panel(&program, "tap");
    let journal = rusqlite::Connection::open(directory.path().join("alarms.sqlite"));
    let journal = journal.expect("the journal");
    journal
        .execute_batch("BEGIN EXCLUSIVE")
        .expect("it is locked");
    tap.send(SELECT);
    tap.send(ACK);
    tap.send(&bytes(&call("208", "TEST").as_block()));
    tap.send(ACK);
    tap.send(espa::EOT);
    program.wait_until("it was refused", |program| {
        program.log().contains("a call waits for the journal")
    });
    journal.execute_batch("ROLLBACK").expect("it is free");
    program.wait_until("it is stored", |program| stored(program).len() == 1);
}

#[test]
fn the_server_owns_the_line_of_panels_that_wait_to_be_polled() {
    let directory = tempfile::tempdir().expect("a directory");
    let owner = "[[inputs.espa444]]\nname = \"owner\"\ntcp = { listen = \"127.0.0.1:0\" }\n\
                 role = \"control-station\"\n";
    let program = start(directory.path(), owner);
    let mut panel = panel(&program, "owner");
    let patience = Instant::now() + espa::PATIENCE;
    // EOT and the poll of '1'.
    while panel.answer_within(espa::PATIENCE).as_deref() != Some(b"1\x05".as_slice()) {
        assert!(Instant::now() < patience, "not polled");
    }
    panel.send(b"2\x05");
    panel.expect(ACK);
    panel.send(&bytes(&call("208", "TEST").as_block()));
    panel.expect(ACK);
    panel.send(espa::EOT);
    assert_eq!(stored(&program).len(), 1);
}
