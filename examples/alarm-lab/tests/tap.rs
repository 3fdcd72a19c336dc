//! The tap as a person or a script meets it.
#![allow(clippy::unwrap_used)]

#[path = "support/stations.rs"]
mod stations;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use stations::{CALL, Done, Running, heard, lab, lines};

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
