//! Supervision of ESPA 4.4.4 lines: each loss of a link is told once, and its end, over restarts
//! and over serial ports that come and go.

#[path = "support/espa.rs"]
mod espa;
#[path = "support/not_tested.rs"]
mod not_tested;
#[path = "support/program.rs"]
mod program;

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use espa::{Panel, call};
use not_tested::{Lacking, not_tested};
use program::Program;
use serde_json::Value;

const SUPERVISED: &str = "[[inputs.espa444]]\nname = \"panel\"\n\
                          tcp = { listen = \"127.0.0.1:0\" }\nfire_panel = true\n\
                          supervision = \"2s\"\naway = \"300ms\"\n";

fn connect(program: &Program) -> Panel<TcpStream> {
    let stream = TcpStream::connect(program.addresses["espa444.panel"]).expect("loopback");
    let time = Some(Duration::from_millis(100));
    stream.set_read_timeout(time).expect("a timeout");
    Panel::new(stream)
}

/// What was told of the link: the phases, oldest first.
fn told(program: &Program) -> Vec<String> {
    let alarms = program.alarms("link_failure");
    let phase = |alarm: &Value| alarm["event"]["phase"].as_str().unwrap_or("?").to_owned();
    alarms.iter().map(phase).collect()
}

fn wait_for(program: &Program, phases: &[&str]) {
    program.wait_until(&format!("{phases:?}"), |program| told(program) == phases);
}

fn state(program: &Program) -> String {
    let page = program.json("/api/lines");
    page["lines"][0]["state"].as_str().unwrap_or("?").to_owned()
}

#[test]
fn silence_is_told_once_and_ends_with_the_next_poll() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = Program::start(directory.path(), "", SUPERVISED);
    let mut panel = connect(&program);
    panel.send(espa::POLL);
    panel.expect(espa::EOT);
    // It is connected and says nothing more.
    wait_for(&program, &["start"]);
    assert_eq!(state(&program), "lost");
    let up = "alarm_line_up{protocol=\"espa444\",line=\"panel\"} 0";
    assert!(
        program.get("/metrics").contains(up),
        "{}",
        program.get("/metrics")
    );
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(told(&program), ["start"], "once");
    panel.send(espa::POLL);
    panel.expect(espa::EOT);
    wait_for(&program, &["start", "end"]);
    assert_eq!(state(&program), "up");
    let alarms = program.alarms("link_failure");
    assert_eq!(alarms[0]["sender"], "panel");
    assert_eq!(alarms[0]["class"], "technical");
    assert_eq!(
        alarms[1]["event"]["correlation"]["clears"]["source_ref"],
        alarms[0]["ref"]
    );
    let id = alarms[0]["id"].as_str().expect("an identifier");
    let detail = program.json(&format!("/api/alarms/{id}"));
    let evidence: Value =
        serde_json::from_str(detail["raw"]["text"].as_str().expect("text")).expect("JSON");
    assert_eq!(evidence["reason"], "silence");
    // Lost again is another loss.
    wait_for(&program, &["start", "end", "start"]);
}

#[test]
fn a_loss_is_told_once_over_restarts_and_its_end_too() {
    let directory = tempfile::tempdir().expect("a directory");
    // What is lost here is the connection; silence takes longer than the test.
    let tables = &SUPERVISED.replace("2s", "60s");
    let program = Program::start(directory.path(), "", tables);
    let mut panel = connect(&program);
    panel.send(espa::POLL);
    panel.expect(espa::EOT);
    drop(panel);
    wait_for(&program, &["start"]);
    // Hanging up is the panel's own business; that it stays away is told.
    let log = program.log();
    assert!(log.contains("the other end closed its connection"), "{log}");
    assert!(!log.contains("the port or connection is gone"), "{log}");
    program.kill();
    let program = Program::start(directory.path(), "", tables);
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(told(&program), ["start"], "{}", program.log());
    assert_eq!(state(&program), "lost");
    program.stop();
    let program = Program::start(directory.path(), "", tables);
    // The panel is back.
    let mut panel = connect(&program);
    panel.send(espa::POLL);
    panel.expect(espa::EOT);
    wait_for(&program, &["start", "end"]);
    panel.deliver_ok(&call("1", "BRANN"));
    program.kill();
    let program = Program::start(directory.path(), "", tables);
    let mut panel = connect(&program);
    for _ in 0..4 {
        panel.send(espa::POLL);
        panel.expect(espa::EOT);
        std::thread::sleep(Duration::from_millis(500));
    }
    assert_eq!(told(&program), ["start", "end"]);
}

#[test]
fn a_connection_that_is_soon_back_is_no_loss() {
    let directory = tempfile::tempdir().expect("a directory");
    let tables = SUPERVISED
        .replace("300ms", "20s")
        .replace("\"2s\"", "\"30s\"");
    let program = Program::start(directory.path(), "", &tables);
    for _ in 0..3 {
        let mut panel = connect(&program);
        panel.send(espa::POLL);
        panel.expect(espa::EOT);
    }
    let mut panel = connect(&program);
    panel.deliver_ok(&call("1", "BRANN"));
    assert_eq!(told(&program), [""; 0]);
    let page = program.json("/api/lines");
    assert!(
        page["lines"][0]["counts"]["losses"].as_u64() >= Some(1),
        "{page}"
    );
}

#[test]
fn a_panel_that_refuses_the_connection_is_a_lost_link() {
    let directory = tempfile::tempdir().expect("a directory");
    let free = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let to = free.local_addr().expect("bound");
    drop(free);
    let tables = format!(
        "[[inputs.espa444]]\nname = \"out\"\ntcp = {{ connect = \"{to}\" }}\naway = \"200ms\"\n"
    );
    let program = Program::start(directory.path(), "", &tables);
    wait_for(&program, &["start"]);
    let log = program.log();
    assert_eq!(log.matches("the line cannot be opened").count(), 1, "{log}");
}

#[test]
fn a_station_that_misses_its_polls_is_told_by_itself_and_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let tables = "[[inputs.espa444]]\nname = \"panel\"\ntcp = { listen = \"127.0.0.1:0\" }\n\
                  role = \"control-station\"\nstations = [\"1\", \"3\"]\n";
    for _ in 0..2 {
        let program = Program::start(directory.path(), "", tables);
        let mut panel = connect(&program);
        let patience = Instant::now() + Duration::from_secs(20);
        // Only '1' is there; the second time, it is long enough for '3' to be missed again.
        let mut missed = 0;
        while missed < 4 && Instant::now() < patience {
            match panel.answer_within(Duration::from_secs(5)).as_deref() {
                Some(b"1\x05") => panel.send(espa::EOT),
                Some(b"3\x05") => missed += 1,
                _ => {}
            }
            if missed == 3 && told(&program) == ["start"] {
                break;
            }
        }
        wait_for(&program, &["start"]);
        let alarms = program.alarms("link_failure");
        assert_eq!(alarms[0]["event"]["device"]["device"], "3");
        program.wait_until("it is shown", |program| {
            program.json("/api/lines")["lines"][0]["silent_stations"] == serde_json::json!(["3"])
        });
        assert_eq!(state(&program), "up", "the line itself is not lost");
        program.stop();
    }
}

#[test]
fn connections_from_networks_that_are_not_named_are_closed() {
    // Loopback is let in always, so it takes another address of this machine.
    let directory = tempfile::tempdir().expect("a directory");
    let Some(own) = own_address() else {
        not_tested(Lacking::Address);
        return;
    };
    let tables = format!(
        "[[inputs.espa444]]\nname = \"panel\"\n\
         tcp = {{ listen = \"{own}:0\", plain_networks = [\"198.51.100.0/24\"] }}\n"
    );
    let program = Program::start(directory.path(), "", &tables);
    let mut panel = connect(&program);
    assert_eq!(panel.deliver(&call("1", "BRANN")), None);
    program.wait_until("it is counted", |program| {
        program.get("/metrics").contains("event=\"network\"")
    });
    assert!(program.log().contains("outside loopback"));
}

/// An IPv4 address of this machine that is not loopback.
fn own_address() -> Option<std::net::IpAddr> {
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").ok()?;
    // Sends nothing.
    socket.connect("192.0.2.1:9").ok()?;
    let own = socket.local_addr().ok()?.ip();
    (!own.is_loopback() && !own.is_unspecified()).then_some(own)
}

#[cfg(unix)]
mod serial {
    use std::io::{Read, Write};
    use std::os::unix::fs::symlink;

    use serialport::{SerialPort, TTYPort};

    use super::*;

    /// A panel at one end of a pseudo terminal; the other end is the port of the server.
    fn terminal(device: &Path) -> (Panel<TTYPort>, TTYPort) {
        let (mut master, port) = TTYPort::pair().expect("a pseudo terminal");
        master
            .set_timeout(Duration::from_millis(100))
            .expect("a timeout");
        let _ = std::fs::remove_file(device);
        symlink(port.name().expect("it has a name"), device).expect("a link");
        (Panel::new(master), port)
    }

    fn tables(device: &Path, more: &str) -> String {
        format!(
            "[[inputs.espa444]]\nname = \"panel\"\nserial = {{ device = {device:?}, \
             exclusive = false{more} }}\nfire_panel = true\naway = \"300ms\"\n"
        )
    }

    #[test]
    fn a_call_over_a_serial_port_is_taken_and_its_way_is_kept() {
        let directory = tempfile::tempdir().expect("a directory");
        let device = directory.path().join("port");
        let (mut panel, _port) = terminal(&device);
        let program = Program::start(directory.path(), "", &tables(&device, ""));
        program.wait_until("the port is open", |program| state(program) == "up");
        panel.deliver_ok(&call("208", "BRANN"));
        let alarms = program.alarms("fire");
        assert_eq!(alarms.len(), 1);
        let id = alarms[0]["id"].as_str().expect("an identifier");
        let detail = program.json(&format!("/api/alarms/{id}"));
        assert_eq!(detail["transport"]["transport"], "serial");
        assert_eq!(
            detail["transport"]["local"],
            device.to_str().expect("UTF-8")
        );
        let page = program.json("/api/lines");
        assert_eq!(
            page["lines"][0]["way"],
            format!("serial {} 9600 8N1", device.display())
        );
    }

    #[test]
    fn a_port_that_is_not_there_is_a_lost_link_and_is_opened_when_it_comes() {
        let directory = tempfile::tempdir().expect("a directory");
        let device = directory.path().join("port");
        let program = Program::start(directory.path(), "", &tables(&device, ""));
        wait_for(&program, &["start"]);
        // The adapter is plugged in.
        let (mut panel, port) = terminal(&device);
        program.wait_until("it is opened", |program| {
            program.json("/api/lines")["lines"][0]["connected"] == true
        });
        panel.deliver_ok(&call("208", "BRANN"));
        wait_for(&program, &["start", "end"]);
        // And pulled out again.
        std::fs::remove_file(&device).expect("the link");
        drop((panel, port));
        wait_for(&program, &["start", "end", "start"]);
    }

    #[test]
    fn parity_left_in_the_data_is_found_and_the_advice_is_shown() {
        let directory = tempfile::tempdir().expect("a directory");
        let device = directory.path().join("port");
        let (mut panel, _port) = terminal(&device);
        let program = Program::start(directory.path(), "", &tables(&device, ""));
        program.wait_until("the port is open", |program| state(program) == "up");
        let even = |bytes: &[u8]| -> Vec<u8> {
            let mut bytes = bytes.to_vec();
            espa444::parity::add(&mut bytes);
            bytes
        };
        let patience = Instant::now() + espa::PATIENCE;
        // Answers have parity too, so any answer is looked at without it.
        let hear = |panel: &mut Panel<TTYPort>| {
            let mut byte = [0];
            while Instant::now() < patience {
                if panel.stream.read(&mut byte).is_ok() {
                    return byte[0] & 0x7F;
                }
            }
            0
        };
        panel.stream.write_all(&even(espa::SELECT)).expect("a port");
        assert_eq!(hear(&mut panel), 0x06);
        let block = espa::bytes(&call("208", "BRANN").as_block());
        panel.stream.write_all(&even(&block)).expect("a port");
        assert_eq!(hear(&mut panel), 0x06);
        assert_eq!(program.alarms("fire").len(), 1);
        let page = program.json("/api/lines");
        assert_eq!(page["lines"][0]["findings"][0]["code"], "parity-in-data");
        // With the settings that the advice names there is nothing to find.
        program.stop();
        let seven = tables(&device, ", data_bits = 7, parity = \"even\"");
        let program = Program::start(directory.path(), "", &seven);
        program.wait_until("the port is open", |program| state(program) == "up");
        panel.stream.write_all(&even(espa::EOT)).expect("a port");
        panel.stream.write_all(&even(espa::SELECT)).expect("a port");
        assert_eq!(hear(&mut panel), 0x06);
        panel.stream.write_all(&even(&block)).expect("a port");
        assert_eq!(hear(&mut panel), 0x06);
        let page = program.json("/api/lines");
        assert_eq!(
            page["lines"][0]["findings"],
            serde_json::json!([]),
            "{page}"
        );
    }
}
