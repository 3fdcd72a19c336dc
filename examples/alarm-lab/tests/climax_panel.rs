//! A simulated panel against the station of the protocol crate, as a person or a script meets it.
#![allow(clippy::unwrap_used)]

#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/stations.rs"]
mod stations;

use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, channel};

use climax_rf::contact_id::Account;
use climax_rf::dc09::{Body, Key, Refusal, Security, Unaccepted};
use climax_rf::driver::{Driver, Kind, Settings};
use climax_rf::{contact_id, dc09, station};
use scratch::Scratch;
use serde_json::Value;
use stations::{Done, PATIENCE, Running, lab};
use tokio::net::{TcpListener, UdpSocket};

const KEY: &str = "000102030405060708090A0B0C0D0E0F";

/// What a station made of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    text: String,
}

/// A good station, but for what it is told.
struct Station {
    tcp: SocketAddr,
    udp: SocketAddr,
    seen: Receiver<Seen>,
}

#[derive(Clone, Copy)]
struct Manner {
    /// `None`: accepts.
    refusal: Option<Refusal>,
    /// What unreadable frames and those that cannot be opened get.
    unaccepted: Unaccepted,
    encrypted: bool,
    /// Frames in clear have a time, and it is looked at.
    looks_at_time: bool,
}

const GOOD: Manner = Manner {
    refusal: None,
    unaccepted: Unaccepted::Silence,
    encrypted: false,
    looks_at_time: false,
};

impl Station {
    fn start(manner: Manner) -> Self {
        let (ready, addresses) = channel();
        let (tell, seen) = channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
                let addresses = (listener.local_addr().unwrap(), socket.local_addr().unwrap());
                ready.send(addresses).unwrap();
                let mut settings = Settings::default();
                settings.station.dc09.unreadable = manner.unaccepted;
                settings.station.dc09.not_opened = manner.unaccepted;
                if manner.looks_at_time {
                    let mut window = dc09::Window::STANDARD;
                    window.also_clear = true;
                    settings.station.dc09.window = Some(window);
                }
                let accounts = move |_: Option<Account<'_>>| match manner.encrypted {
                    true => Security::Encrypted(Key::from_hexadecimal(KEY).unwrap()),
                    false => Security::Clear,
                };
                let (driver, handle, mut events) = Driver::new(settings, accounts);
                tokio::spawn(driver.clone().listen(listener));
                tokio::spawn(driver.serve_udp(socket));
                while let Some(event) = events.recv().await {
                    let Some(id) = event.to_decide() else {
                        continue;
                    };
                    let Kind::Station(told) = &event.kind else {
                        continue;
                    };
                    // Nobody listens when the test has seen enough.
                    let _ = tell.send(Seen { text: text(told) });
                    let _ = match manner.refusal {
                        None => handle.accept(id).await,
                        Some(refusal) => handle.refuse(id, refusal).await,
                    };
                }
            });
        });
        let (tcp, udp) = addresses.recv_timeout(PATIENCE).unwrap();
        Station { tcp, udp, seen }
    }

    /// What came, in order.
    fn seen(&self, count: usize) -> Vec<Seen> {
        let next = |_| self.seen.recv_timeout(PATIENCE).unwrap();
        let seen = (0..count).map(next).collect();
        assert!(self.seen.try_recv().is_err(), "nothing more came");
        seen
    }
}

fn text(event: &station::Event) -> String {
    match event {
        station::Event::ContactId(contact_id::Event::Report { message, .. }) => {
            let decoded = message
                .decode(&contact_id::DecodeOptions::lenient())
                .unwrap();
            decoded.report.event.to_string()
        }
        station::Event::Dc09(dc09::Event::Frame { message, .. }) => {
            let decoded = message.decode().unwrap();
            let data = decoded.frame.data(&dc09::DecodeOptions::lenient()).unwrap();
            match data.body {
                Body::ContactId(event) => event.to_string(),
                Body::Sia(sia) => String::from_utf8(sia.as_bytes().to_vec()).unwrap(),
                Body::Empty => "link-test".to_owned(),
                other => format!("{other:?}"),
            }
        }
        other => format!("{other:?}"),
    }
}

fn panel(format: &str, to: &str, arguments: &[&str]) -> Done {
    let base = [
        "simulate",
        "climax-panel",
        format,
        "--to",
        to,
        "--timeout",
        "30",
    ];
    // A test that expects silence has a time-out of its own.
    let own = arguments.contains(&"--timeout");
    let base = if own { &base[..5] } else { &base[..] };
    Running::start(&[base, arguments].concat()).finish()
}

fn outcomes(done: &Done) -> Vec<&str> {
    let reports = done.of("report");
    reports
        .map(|one| one["outcome"].as_str().unwrap())
        .collect()
}

fn texts(seen: &[Seen]) -> Vec<&str> {
    seen.iter().map(|one| one.text.as_str()).collect()
}

#[test]
fn events_by_code_and_name_are_accepted_in_brackets() {
    let station = Station::start(GOOD);
    let arguments = [
        "--profile",
        "care-unit-a",
        "--event",
        "fall",
        "--event",
        "3641 00 072",
        "--event",
        "101",
        "--group",
        "02",
    ];
    let done = panel("contact-id", &format!("tcp://{}", station.tcp), &arguments);
    assert_eq!(outcomes(&done), ["accepted"; 3]);
    assert_eq!(done.code, Some(0));
    assert_eq!(
        texts(&station.seen(3)),
        ["1120 02 005", "3641 00 072", "1101 02 005"]
    );
    assert_eq!(done.summary()["latency"]["count"], 3);
    assert_eq!(done.summary()["findings"], serde_json::json!([]));
}

#[test]
fn dc09_goes_over_tcp_and_udp_in_clear_and_encrypted() {
    let events = [
        "--event",
        "1101 01 005",
        "--event",
        "sia:Nri1/MA0005",
        "--event",
        "link-test",
    ];
    let keys = Scratch::new("panel-keys", &format!("4711 {KEY}\n"));
    for encrypted in [false, true] {
        let station = Station::start(Manner { encrypted, ..GOOD });
        let mut arguments = events.to_vec();
        if encrypted {
            arguments.extend(["--key-file", keys.path()]);
        }
        for to in [
            format!("tcp://{}", station.tcp),
            format!("udp://{}", station.udp),
        ] {
            let done = panel("dc09", &to, &arguments);
            assert_eq!(
                outcomes(&done),
                ["accepted"; 3],
                "{to} {encrypted} {done:?}"
            );
            let seen = station.seen(3);
            assert_eq!(texts(&seen), ["1101 01 005", "Nri1/MA0005", "link-test"]);
        }
    }
}

#[test]
fn splitting_and_gluing_segments_changes_nothing() {
    let station = Station::start(GOOD);
    let to = format!("tcp://{}", station.tcp);
    for format in ["contact-id", "dc09"] {
        for faults in [&["--fault", "split"][..], &["--fault", "glue"]] {
            let done = panel(format, &to, &[&["--count", "6"], faults].concat());
            assert_eq!(
                outcomes(&done),
                ["accepted"; 6],
                "{format} {faults:?} {done:?}"
            );
            assert_eq!(station.seen(6).len(), 6);
        }
    }
    let glued = panel(
        "contact-id",
        &to,
        &["--count", "4", "--fault", "glue", "--dialogue"],
    );
    let sent: Vec<_> = glued.of("sent").collect();
    assert_eq!(sent.len(), 1, "four reports in one segment");
    assert_eq!(sent[0]["text"].as_str().unwrap().matches('[').count(), 4);
    station.seen(4);
}

#[test]
fn a_report_over_two_paths_is_answered_on_both() {
    for format in ["contact-id", "dc09"] {
        let station = Station::start(GOOD);
        let to = format!("tcp://{}", station.tcp);
        let done = panel(format, &to, &["--fault", "two-paths"]);
        assert_eq!(outcomes(&done), ["accepted"; 2], "{done:?}");
        let mut paths: Vec<_> = done
            .of("report")
            .map(|one| one["path"].as_u64().unwrap())
            .collect();
        paths.sort_unstable();
        assert_eq!(paths, [1, 2]);
        let seen = station.seen(2);
        assert_eq!(seen[0].text, seen[1].text);
    }
}

#[test]
fn raw_crc_zero_bytes_and_junk_are_lived_with() {
    let station = Station::start(GOOD);
    let to = format!("tcp://{}", station.tcp);
    let faults = [
        "--fault",
        "raw-crc",
        "--fault",
        "zero-bytes",
        "--fault",
        "junk",
    ];
    let done = panel("dc09", &to, &[&["--count", "3"], &faults[..]].concat());
    assert_eq!(outcomes(&done), ["accepted"; 3], "{done:?}");
    assert_eq!(
        done.summary()["findings"],
        serde_json::json!([]),
        "the answers are raw, too"
    );
    let done = panel("contact-id", &to, &["--fault", "junk"]);
    assert_eq!(outcomes(&done), ["accepted"]);
    let done = panel("contact-id", &to, &["--fault", "no-checksum"]);
    assert_eq!(outcomes(&done), ["accepted"], "a lenient station takes it");
    station.seen(5);
}

#[test]
fn a_wrong_checksum_or_key_is_not_answered_or_refused() {
    let silent = ["--timeout", "0.5", "--attempts", "2"];
    let station = Station::start(GOOD);
    let to = format!("tcp://{}", station.tcp);
    for format in ["contact-id", "dc09"] {
        let done = panel(
            format,
            &to,
            &[&["--fault", "wrong-checksum"], &silent[..]].concat(),
        );
        assert_eq!(outcomes(&done), ["no-answer"], "{format}");
        assert_eq!(done.of("report").next().unwrap()["attempts"], 2);
        assert_eq!(done.code, Some(1));
    }
    let nak = Manner {
        unaccepted: Unaccepted::Nak,
        encrypted: true,
        ..GOOD
    };
    let station = Station::start(nak);
    let to = format!("tcp://{}", station.tcp);
    for faults in [
        &["--fault", "unknown-key"][..],
        &["--fault", "wrong-checksum"],
    ] {
        let done = panel("dc09", &to, faults);
        assert_eq!(outcomes(&done), ["nak"], "{faults:?} {done:?}");
    }
    station.seen(0);
}

#[test]
fn a_clock_that_is_off_is_set_by_the_station() {
    let manner = Manner {
        looks_at_time: true,
        ..GOOD
    };
    let station = Station::start(manner);
    let to = format!("tcp://{}", station.tcp);
    let once = panel("dc09", &to, &["--fault", "time-off"]);
    assert_eq!(outcomes(&once), ["nak"], "{once:?}");
    let again = panel(
        "dc09",
        &to,
        &["--fault", "time-off:7200", "--attempts", "2"],
    );
    assert_eq!(outcomes(&again), ["accepted"], "{again:?}");
    assert_eq!(
        again.summary()["findings"],
        serde_json::json!(["clock-set"])
    );
    let right = panel("dc09", &to, &["--with-time"]);
    assert_eq!(outcomes(&right), ["accepted"]);
    station.seen(2);
}

#[test]
fn refusals_and_silence_have_the_outcomes_they_name() {
    let cases = [
        (Refusal::Duh, "duh", "10"),
        (Refusal::Nak, "nak", "10"),
        (Refusal::Silence, "no-answer", "0.3"),
    ];
    for (refusal, outcome, timeout) in cases {
        let station = Station::start(Manner {
            refusal: Some(refusal),
            ..GOOD
        });
        let to = format!("tcp://{}", station.tcp);
        let done = panel("dc09", &to, &["--timeout", timeout]);
        assert_eq!(outcomes(&done), [outcome]);
        assert_eq!(done.summary()["by_outcome"][outcome], 1);
    }
}

#[test]
fn a_panel_that_does_not_wait_has_sent_everything() {
    let station = Station::start(GOOD);
    let to = format!("tcp://{}", station.tcp);
    for format in ["contact-id", "dc09"] {
        let arguments = [
            "--fault", "no-wait", "--count", "5", "--event", "101", "--event", "602",
        ];
        let done = panel(format, &to, &arguments);
        assert_eq!(outcomes(&done), ["sent"; 5]);
        assert_eq!(done.code, Some(0));
        assert_eq!(station.seen(5)[1].text, "1602 01 005");
    }
}

#[test]
fn reports_leave_at_their_rate() {
    let station = Station::start(GOOD);
    let to = format!("tcp://{}", station.tcp);
    let done = panel("contact-id", &to, &["--count", "20", "--rate", "20"]);
    assert_eq!(outcomes(&done), ["accepted"; 20]);
    let elapsed = done.summary()["elapsed_s"].as_f64().unwrap();
    assert!(
        elapsed >= 0.95,
        "twenty at twenty a second take a second: {elapsed}"
    );
    station.seen(20);
}

/// A station that does what it is told with each connection.
fn odd_station(answer: &[u8]) -> String {
    let answer = answer.to_vec();
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut buffer = [0; 256];
            let _ = stream.read(&mut buffer);
            let _ = stream.write_all(&answer);
        }
    });
    format!("tcp://{address}")
}

#[test]
fn what_a_station_does_wrong_is_found() {
    let text = odd_station(b"OK\r\n\x06");
    let done = panel("contact-id", &text, &[]);
    assert_eq!(outcomes(&done), ["accepted"]);
    let finding = done.of("finding").next().unwrap();
    assert_eq!(finding["code"], "unexpected-answer");
    assert!(finding["advice"].as_str().unwrap().contains("06"));

    let body = "\"ACK\"0001L0#4711[]";
    let crc = climax_rf::checksum::crc_16_arc(body.as_bytes());
    let answer = format!("\n{crc:04X}{:04X}{body}\r", body.len());
    let done = panel(
        "dc09",
        &odd_station(answer.as_bytes()),
        &["--fault", "raw-crc"],
    );
    assert_eq!(outcomes(&done), ["accepted"]);
    assert_eq!(
        done.summary()["findings"],
        serde_json::json!(["answer-form"])
    );

    let closing = odd_station(b"");
    let done = panel("contact-id", &closing, &["--attempts", "2"]);
    assert_eq!(outcomes(&done), ["closed"]);
    assert_eq!(done.code, Some(1));
}

#[test]
fn nobody_there_and_wrong_usage_say_what_to_do_next() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let done = panel(
        "contact-id",
        &format!("tcp://{closed}"),
        &["--count", "1000"],
    );
    assert_eq!(done.code, Some(1));
    assert_eq!(outcomes(&done), ["not-sent"], "the rest is not tried");
    let line: &Value = done.of("line").next().unwrap();
    assert!(line["detail"].as_str().unwrap().contains("--to"), "{line}");

    let base = ["simulate", "climax-panel"];
    for (arguments, advice) in [
        (&["contact-id", "--to", "udp://127.0.0.1:1"][..], "dc09"),
        (&["contact-id", "--to", "127.0.0.1"], "tcp://HOST:PORT"),
        (
            &["dc09", "--to", "127.0.0.1:1", "--fault", "none"],
            "alarm-lab faults climax-panel",
        ),
        (
            &["dc09", "--to", "127.0.0.1:1", "--event", "tea"],
            "alarm-lab meanings",
        ),
        (
            &["dc09", "--to", "udp://127.0.0.1:1", "--fault", "glue"],
            "tcp://",
        ),
        (
            &["contact-id", "--to", "127.0.0.1:1", "--fault", "raw-crc"],
            "dc09",
        ),
        (
            &["contact-id", "--to", "127.0.0.1:1", "--event", "link-test"],
            "link-test",
        ),
        (
            &["dc09", "--to", "127.0.0.1:1", "--second", "127.0.0.1:2"],
            "two-paths",
        ),
    ] {
        let output = lab(&[&base, arguments].concat(), b"");
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(error.contains(advice), "{arguments:?}: {error}");
    }
}

#[test]
fn ctrl_c_ends_a_run_that_waits_with_what_it_has() {
    let station = Station::start(Manner {
        refusal: Some(Refusal::Silence),
        ..GOOD
    });
    let to = format!("tcp://{}", station.tcp);
    let base = ["simulate", "climax-panel", "dc09", "--to", &to];
    let rest = ["--timeout", "600", "--count", "9"];
    let mut running = Running::start(&[&base[..], &rest].concat());
    running.state("connected");
    station.seen(1);
    let done = running.stop();
    assert_eq!(outcomes(&done), ["cancelled"]);
    assert_eq!(done.code, Some(1));
}

#[test]
fn a_rate_beyond_what_the_station_takes_loses_nothing() {
    let station = Station::start(GOOD);
    let to = format!("tcp://{}", station.tcp);
    let done = panel("contact-id", &to, &["--count", "3000", "--rate", "1000000"]);
    assert_eq!(done.summary()["accepted"], 3000);
    assert_eq!(station.seen(3000).len(), 3000);
}
