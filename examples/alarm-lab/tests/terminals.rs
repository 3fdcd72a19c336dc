//! Panel, pager and tap on pseudo terminals.
#![allow(clippy::unwrap_used)]
#![cfg(unix)]

#[path = "support/stations.rs"]
mod stations;

use std::io::{Read, Write};
use std::time::Duration;

use serialport::{SerialPort, TTYPort};
use stations::{CALL, LATER, PAGER, PANEL, Running, with};

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
