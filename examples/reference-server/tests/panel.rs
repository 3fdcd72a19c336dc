//! Panels over TCP and UDP: what they hear, and what is stored.

#[path = "support/panel.rs"]
mod panel;
#[path = "support/program.rs"]
mod program;

use std::net::SocketAddr;
use std::path::Path;

use climax_rf::dc09::{CrcForm, Token};
use panel::{
    KEY, PATIENCE, Panel, SILENCE, adm_cid, bracket, datagram, deliver, encrypted, is, names,
    socket,
};
use program::Program;
use serde_json::Value;

const TABLES: &str = r#"
[[inputs.panel]]
name = "north"
tcp = "127.0.0.1:0"
udp = "127.0.0.1:0"
[[inputs.panel.account]]
account = "4711"
profile = "care-unit-a"
name = "Flat-Nine"
place = "Second floor"
[[inputs.panel.account]]
account = "C0FFEE"
profile = "intrusion"
[[inputs.panel.account]]
account = "BEEF"
profile = "care-unit-b"
key = "000102030405060708090A0B0C0D0E0F"
"#;

fn start(directory: &Path, tables: &str) -> Program {
    Program::start(directory, "", tables)
}

fn tcp(program: &Program) -> SocketAddr {
    program.addresses["panel.north.tcp"]
}

fn udp(program: &Program) -> SocketAddr {
    program.addresses["panel.north.udp"]
}

/// Everything stored, oldest first.
fn stored(program: &Program) -> Vec<Value> {
    let page = program.json("/api/alarms?limit=1000");
    page["alarms"].as_array().expect("a list").clone()
}

fn detail(program: &Program, alarm: &Value) -> Value {
    let id = alarm["id"].as_str().expect("an identifier");
    program.json(&format!("/api/alarms/{id}"))
}

fn texts(alarm: &Value) -> String {
    alarm["event"]["attachments"].to_string()
}

fn refused(program: &Program, reason: &str) -> f64 {
    let series = format!("alarm_panel_refused_total{{panel=\"north\",reason=\"{reason}\"}}");
    program.metric(&series)
}

fn happened(program: &Program, event: &str) -> f64 {
    let series = format!("alarm_panel_events_total{{panel=\"north\",event=\"{event}\"}}");
    program.metric(&series)
}

#[test]
fn a_bracket_report_is_stored_with_its_bytes_before_06_leaves() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path(), TABLES);
    let mut panel = Panel::connect(tcp(&program));
    let report = bracket("4711", "1101 01 005");
    assert_eq!(report, b"[4711 18110101005FF0F]");
    assert_eq!(panel.ask(&report).as_deref(), Some(&[6][..]));
    // What was answered is there, at once.
    let alarms = stored(&program);
    assert_eq!(alarms.len(), 1);
    for (key, value) in [
        ("protocol", "contact-id"),
        ("verdict", "accepted"),
        ("sender", "4711"),
        ("kind", "help_call"),
        ("answer", "06"),
    ] {
        assert_eq!(alarms[0][key], value, "{key}");
    }
    let event = &alarms[0]["event"];
    assert_eq!(event["device"]["controller"], "4711");
    assert_eq!(event["device"]["device"], "01/005");
    assert_eq!(event["location"]["text"], "Second floor");
    assert!(texts(&alarms[0]).contains("Flat-Nine"));
    let detail = detail(&program, &alarms[0]);
    assert_eq!(detail["raw"]["text"], "[4711 18110101005FF0F]");
    assert_eq!(detail["transport"]["transport"], "tcp");
    let peer = panel.stream.local_addr().expect("bound").to_string();
    assert_eq!(detail["transport"]["peer"], peer.as_str());
    // Another one on the same connection, and byte by byte.
    for byte in bracket("4711", "1641 00 072") {
        panel.send(&[byte]);
    }
    assert_eq!(panel.answer_within(PATIENCE).as_deref(), Some(&[6][..]));
    program.wait_until("both are counted", |program| {
        program.json("/api/lines")["lines"][0]["counts"]["accepted"] == 2
    });
    let line = &program.json("/api/lines")["lines"][0];
    assert_eq!(
        (&line["state"], &line["protocol"]),
        (&"up".into(), &"panel".into())
    );
}

#[test]
fn the_profile_of_the_account_decides_what_a_number_means() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path(), TABLES);
    for account in ["4711", "C0FFEE", "room-217"] {
        deliver(tcp(&program), &bracket(account, "1120 00 003"));
    }
    let alarms = stored(&program);
    let kinds: Vec<_> = alarms.iter().map(|alarm| &alarm["kind"]).collect();
    assert_eq!(kinds, ["fall", "help_call", "fall"]);
    let uncertain = |alarm: &Value| alarm["event"]["mapping"]["uncertain"] == true;
    assert!(!uncertain(&alarms[0]));
    // Nobody knows this one: taken all the same, and marked.
    assert!(uncertain(&alarms[2]));
    assert!(texts(&alarms[2]).contains("not registered"));
    assert!(texts(&alarms[2]).contains("fall or panic"));
    assert_eq!(happened(&program, "unknown-account"), 1.0);
}

#[test]
fn accounts_that_are_unknown_may_be_refused_and_are_kept_as_evidence() {
    let directory = tempfile::tempdir().expect("a directory");
    let tables = TABLES.replacen("udp =", "unknown_accounts = \"refuse\"\nudp =", 1);
    let program = start(directory.path(), &tables);
    let mut panel = Panel::connect(tcp(&program));
    panel.send(&bracket("room-217", "1120 00 003"));
    assert_eq!(panel.answer_within(SILENCE), None);
    let frame = adm_cid(7, "9999", "1120 00 003");
    let answer = datagram(&socket(udp(&program)), &frame, PATIENCE);
    assert!(is(answer.as_deref(), "DUH"), "{answer:?}");
    program.wait_until("both are kept", |program| stored(program).len() == 2);
    for alarm in stored(&program) {
        assert_eq!(alarm["verdict"], "refused");
        assert_eq!(alarm["event"]["panel"]["refused"], "unknown-account");
    }
    deliver(tcp(&program), &bracket("4711", "1120 00 003"));
}

#[test]
fn dc09_is_answered_over_tcp_and_udp_in_the_form_it_came_in() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path(), TABLES);
    let udp = socket(udp(&program));
    // Climax reference 5.4: the frame, and the answer to it.
    let frame = b"\n47CC0027\"ADM-CID\"0042L0#4711[#4711|1101 01 005]\r";
    let answer = datagram(&udp, frame, PATIENCE);
    let expected = b"\nC8F90012\"ACK\"0042L0#4711[]\r";
    assert_eq!(answer.as_deref(), Some(&expected[..]));
    let alarms = stored(&program);
    assert_eq!(alarms[0]["protocol"], "dc09");
    assert_eq!(alarms[0]["kind"], "help_call");
    assert_eq!(
        detail(&program, &alarms[0])["transport"]["transport"],
        "udp"
    );
    // The same datagram: the same answer, and nothing more is raised.
    assert_eq!(
        datagram(&udp, frame, PATIENCE).as_deref(),
        Some(&expected[..])
    );
    assert_eq!(stored(&program).len(), 1);
    program.wait_until("it is noted", |program| {
        detail(program, &alarms[0])["notes"]
            .to_string()
            .contains("came again")
    });
    // A CRC in two raw bytes, one of which is CR, over TCP.
    let raw = b"\n\x0d\x0b0027\"ADM-CID\"0104L0#4711[#4711|1602 00 000]\r";
    let mut panel = Panel::connect(tcp(&program));
    let answer = panel.ask(raw).expect("an answer");
    assert!(is(Some(&answer), "ACK"));
    assert_eq!(answer[7], b'"', "the raw form: {answer:?}");
    assert_eq!(stored(&program).len(), 2);
    assert_eq!(stored(&program)[1]["class"], "test");
}

#[test]
fn each_event_of_sia_data_is_stored_and_texts_go_along() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path(), TABLES);
    let data = "#4711|Nri1/MA0005*Anna*/FA0007";
    let frame = panel::frame(Token::SiaDcs, 43, "4711", data, CrcForm::Hexadecimal, None);
    let answer = datagram(&socket(udp(&program)), &frame, PATIENCE);
    assert!(is(answer.as_deref(), "ACK"), "{answer:?}");
    let alarms = stored(&program);
    assert_eq!(alarms.len(), 2, "{alarms:#?}");
    assert_eq!(alarms[1]["kind"], "fire");
    assert!(texts(&alarms[0]).contains("Anna"));
    assert!(!program.log().contains("Anna"));
}

#[test]
fn what_is_behind_an_unknown_token_is_raised_and_what_nobody_can_read_hears_duh() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path(), TABLES);
    let udp = socket(udp(&program));
    let form = CrcForm::Hexadecimal;
    let odd = panel::frame(Token::Other(b"XYZ-99"), 44, "4711", "whatever", form, None);
    assert!(is(datagram(&udp, &odd, PATIENCE).as_deref(), "ACK"));
    let alarms = stored(&program);
    assert_eq!(alarms[0]["kind"], "unmapped");
    assert_eq!(alarms[0]["event"]["detail"], "XYZ-99");
    let broken = panel::frame(Token::AdmCid, 45, "4711", "#4711|help!", form, None);
    assert!(is(datagram(&udp, &broken, PATIENCE).as_deref(), "DUH"));
    program.wait_until("the evidence is kept", |program| stored(program).len() == 2);
    assert_eq!(stored(&program)[1]["verdict"], "refused");
}

#[test]
fn an_encrypted_report_is_read_and_its_answer_encrypted_and_a_wrong_key_hears_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path(), TABLES);
    let udp = socket(udp(&program));
    let good = encrypted(KEY, 1, "BEEF", "1101 01 005", 0);
    let answer = datagram(&udp, &good, PATIENCE);
    assert!(is(answer.as_deref(), "*ACK"), "{answer:?}");
    let alarms = stored(&program);
    assert_eq!(alarms[0]["sender"], "BEEF");
    assert_eq!(alarms[0]["event"]["device"]["device"], "01/005");
    let other = "FF0102030405060708090A0B0C0D0E0F";
    for frame in [
        encrypted(other, 2, "BEEF", "1101 01 005", 0),
        // In clear, though the account has a key.
        adm_cid(3, "BEEF", "1101 01 005"),
        // Of an account without a key.
        encrypted(KEY, 4, "4711", "1101 01 005", 0),
    ] {
        assert_eq!(datagram(&udp, &frame, SILENCE), None);
    }
    // Two minutes old: NAK has the time in it.
    let late = encrypted(KEY, 5, "BEEF", "1101 01 006", -120);
    assert!(is(datagram(&udp, &late, PATIENCE).as_deref(), "NAK"));
    for reason in ["wrong-key", "not-encrypted", "no-key", "out-of-window"] {
        assert_eq!(refused(&program, reason), 1.0, "{reason}");
    }
    program.wait_until("the evidence is kept", |program| stored(program).len() == 5);
    let accepted = stored(&program);
    let accepted = accepted
        .iter()
        .filter(|alarm| alarm["verdict"] == "accepted");
    assert_eq!(accepted.count(), 1);
    let log = program.log();
    assert!(!log.contains(KEY) && !log.contains("BEEF"), "{log}");
}

#[test]
fn an_account_may_have_a_key_and_report_in_clear_and_have_a_clock_of_its_own() {
    let directory = tempfile::tempdir().expect("a directory");
    let key = directory.path().join("key");
    std::fs::write(&key, format!("{KEY}\n")).expect("a file");
    let own = format!("key_file = {key:?}\nrequire_encryption = false\nclock = \"never\"");
    let tables = TABLES.replace(&format!("key = \"{KEY}\""), &own);
    let program = start(directory.path(), &tables);
    let mut panel = Panel::connect(tcp(&program));
    let clear = panel.ask(&adm_cid(1, "BEEF", "1101 01 005"));
    assert!(is(clear.as_deref(), "ACK"));
    let old = panel.ask(&encrypted(KEY, 2, "BEEF", "1101 01 006", -86_400));
    assert!(is(old.as_deref(), "*ACK"));
    assert_eq!(stored(&program).len(), 2);
}

#[test]
fn a_double_over_another_path_is_answered_stored_and_names_the_first() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path(), TABLES);
    deliver(tcp(&program), &bracket("4711", "1120 00 003"));
    let frame = adm_cid(9, "4711", "1120 00 003");
    let answer = datagram(&socket(udp(&program)), &frame, PATIENCE);
    assert!(is(answer.as_deref(), "ACK"));
    // And over the first path again: somebody pressed once more, or the panel is in doubt.
    deliver(tcp(&program), &bracket("4711", "1120 00 003"));
    let alarms = stored(&program);
    assert_eq!(alarms.len(), 3);
    let first = &alarms[0]["event"]["event_id"];
    assert_eq!(alarms[0]["event"]["phase"], "start");
    for double in &alarms[1..] {
        assert_eq!(double["event"]["phase"], "update");
        assert_eq!(&double["event"]["correlation"]["updates"]["event"], first);
        assert_eq!(double["kind"], "fall");
    }
    assert_eq!(happened(&program, "other-path"), 1.0);
    program.wait_until("it is noted", |program| {
        detail(program, &alarms[1])["notes"]
            .to_string()
            .contains("another path")
    });
    // Another zone is another event.
    deliver(tcp(&program), &bracket("4711", "1120 00 004"));
    assert_eq!(stored(&program)[3]["event"]["phase"], "start");
}

#[test]
fn the_visit_of_a_carer_is_one_case_over_a_restart() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path(), TABLES);
    deliver(tcp(&program), &bracket("4711", "1101 01 005"));
    deliver(tcp(&program), &bracket("4711", "1661 00 000"));
    // The second commit after it has the case in it.
    deliver(tcp(&program), &bracket("C0FFEE", "1602 00 000"));
    deliver(tcp(&program), &bracket("C0FFEE", "3602 00 000"));
    program.kill();
    let program = start(directory.path(), TABLES);
    program.wait_until("the case is known", |program| {
        program.log().contains("open_cases=1")
    });
    for report in ["1662 00 000", "1663 00 000", "3661 00 000"] {
        deliver(tcp(&program), &bracket("4711", report));
    }
    let alarms = stored(&program);
    let of: Vec<_> = alarms
        .iter()
        .filter(|alarm| alarm["sender"] == "4711")
        .collect();
    assert_eq!(of.len(), 5);
    let first = &of[0]["event"]["event_id"];
    for step in &of[1..] {
        assert_eq!(
            &step["event"]["correlation"]["caused_by"]["event"], first,
            "{step:#}"
        );
    }
    // It is over: the next alarm begins another.
    deliver(tcp(&program), &bracket("4711", "1101 01 006"));
    deliver(tcp(&program), &bracket("4711", "1662 00 001"));
    let alarms = stored(&program);
    let last = &alarms[alarms.len() - 2..];
    assert_eq!(
        last[1]["event"]["correlation"]["caused_by"]["event"],
        last[0]["event"]["event_id"]
    );
}

#[test]
fn garbage_of_every_kind_is_counted_and_closed_and_the_next_report_is_taken() {
    let directory = tempfile::tempdir().expect("a directory");
    let tables = TABLES.replacen("udp =", "first_message_timeout = \"1s\"\nudp =", 1);
    let program = start(directory.path(), &tables);
    let mut random = fastrand::Rng::with_seed(4711);
    for round in 0..60 {
        let mut panel = Panel::connect(tcp(&program));
        let mut garbage: Vec<u8> = (0..5000).map(|_| random.u8(..)).collect();
        match round % 3 {
            0 => garbage[0] = b'[',
            1 => garbage[..9].copy_from_slice(b"\n47CC0027"),
            _ => garbage[..5].copy_from_slice(b"<?xml"),
        }
        // The server may have closed it by then.
        let _ = std::io::Write::write_all(&mut panel.stream, &garbage);
    }
    // A connection that brings no whole report is closed in time.
    let mut silent = Panel::connect(tcp(&program));
    silent.send(b"[47");
    assert_eq!(silent.answer_within(PATIENCE), None);
    let closed =
        "alarm_panel_connections_total{transport=\"tcp\",outcome=\"first-message-timeout\"}";
    assert!(program.metric(closed) >= 1.0);
    let udp = socket(udp(&program));
    for _ in 0..200 {
        let garbage: Vec<u8> = (0..random.usize(0..1200)).map(|_| random.u8(..)).collect();
        udp.send(&garbage).expect("loopback");
    }
    assert!(is(
        datagram(&udp, &adm_cid(1, "4711", "1101 01 005"), PATIENCE).as_deref(),
        "ACK"
    ));
    deliver(tcp(&program), &bracket("4711", "1101 01 006"));
    program.wait_until("it is counted", |program| refused(program, "xml") == 20.0);
    // Evidence is kept within a budget.
    let all = stored(&program);
    let refused = all
        .iter()
        .filter(|alarm| alarm["verdict"] == "refused")
        .count();
    assert!((1..400).contains(&refused), "{refused}");
    // A wrong checksum is not answered.
    let mut panel = Panel::connect(tcp(&program));
    panel.send(b"[4711 18110101005FF0E]");
    assert_eq!(panel.answer_within(SILENCE), None);
    assert!(!names(&program.log(), "4711"), "an account leads to a home");
}

#[test]
fn a_wrong_checksum_may_be_taken_and_is_marked() {
    let directory = tempfile::tempdir().expect("a directory");
    let tables = TABLES.replacen("udp =", "accept_wrong_checksum = true\nudp =", 1);
    let program = start(directory.path(), &tables);
    deliver(tcp(&program), b"[4711 18110101005FF0E]");
    assert!(texts(&stored(&program)[0]).contains("checksum is wrong"));
}

#[test]
fn what_the_journal_does_not_take_hears_nothing_and_is_taken_when_it_can() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path(), TABLES);
    deliver(tcp(&program), &bracket("4711", "1602 00 000"));
    let journal = rusqlite::Connection::open(directory.path().join("alarms.sqlite"));
    let journal = journal.expect("the journal");
    journal
        .execute_batch("BEGIN EXCLUSIVE")
        .expect("it is locked");
    let (report, frame) = (
        bracket("4711", "1101 01 005"),
        adm_cid(8, "C0FFEE", "1130 01 002"),
    );
    let link_test = panel::frame(Token::Null, 0, "4711", "", CrcForm::Hexadecimal, None);
    let udp = socket(udp(&program));
    let mut panel = Panel::connect(tcp(&program));
    panel.send(&report);
    assert_eq!(datagram(&udp, &frame, SILENCE), None);
    assert_eq!(panel.answer_within(SILENCE), None);
    program.wait_until("the journal has failed", |program| {
        program.log().contains("an alarm could not be kept")
    });
    // Whoever hears that the line is good relies on it.
    assert_eq!(datagram(&udp, &link_test, SILENCE), None);
    journal.execute_batch("ROLLBACK").expect("it is free");
    drop(panel);
    // Both come again, as panels do, until they are answered.
    let answered =
        |answer: Option<Vec<u8>>| answer == Some(vec![6]) || is(answer.as_deref(), "ACK");
    program.wait_until("it is answered", |program| {
        let mut panel = Panel::connect(tcp(program));
        panel.send(&report);
        answered(panel.answer_within(SILENCE))
    });
    program.wait_until("it is answered", |_| {
        answered(datagram(&udp, &frame, SILENCE))
    });
    program.wait_until("the link is good", |_| {
        is(datagram(&udp, &link_test, SILENCE).as_deref(), "ACK")
    });
    let alarms = stored(&program);
    for (sender, class) in [("4711", "care"), ("C0FFEE", "property")] {
        let of: Vec<_> = alarms
            .iter()
            .filter(|alarm| alarm["sender"] == sender && alarm["class"] != "test")
            .filter(|alarm| alarm["event"]["phase"] == "start")
            .collect();
        assert_eq!(of.len(), 1, "{alarms:#?}");
        assert_eq!(of[0]["class"], class);
    }
}
