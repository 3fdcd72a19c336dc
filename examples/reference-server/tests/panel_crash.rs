//! Kill the server at random moments while panels report; every report that heard `06` or `ACK` is
//! in the journal, and what its panel sent again is raised once.
//!
//! 20 rounds by default; `ALARM_CRASH_ROUNDS` for more. The seed of the moments is printed and can
//! be given as `ALARM_CRASH_SEED`.

#[path = "support/panel.rs"]
mod panel;
#[path = "support/program.rs"]
mod program;

use std::collections::HashMap;
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use panel::{PATIENCE, Panel, adm_cid, bracket, socket};
use program::Program;

const DEFAULT_ROUNDS: u64 = 20;
const PANELS: usize = 6;
/// The server lives this long under load, in milliseconds.
const LIFE: std::ops::Range<u64> = 5..200;

const TABLES: &str = "[[inputs.panel]]\nname = \"north\"\ntcp = \"127.0.0.1:0\"\n\
                      udp = \"127.0.0.1:0\"\n";

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// What the panels know.
#[derive(Default)]
struct Ledger {
    accepted: Mutex<Vec<String>>,
    count: AtomicUsize,
}

/// The account of a panel, and its report of this number: each one is another.
fn report(panel: usize, number: u32) -> (String, String) {
    let (group, zone) = (number / 1000 % 100, number % 1000);
    let code = 100 + number / 100_000;
    (
        format!("47{panel:02}"),
        format!("1{code:03} {group:02} {zone:03}"),
    )
}

/// Panels of even numbers report over TCP, the others over UDP.
struct Way(Option<Panel>, Option<std::net::UdpSocket>);

impl Way {
    fn open(program: &HashMap<String, SocketAddr>, number: usize) -> Option<Self> {
        if number % 2 == 1 {
            let socket = socket(program["panel.north.udp"]);
            let time = Some(Duration::from_secs(2));
            socket.set_read_timeout(time).expect("a timeout");
            return Some(Self(None, Some(socket)));
        }
        let stream = TcpStream::connect(program["panel.north.tcp"]).ok()?;
        stream
            .set_read_timeout(Some(Duration::from_millis(20)))
            .expect("a timeout");
        Some(Self(Some(Panel { stream }), None))
    }

    /// Whether it was answered; `None` when the server is gone.
    fn deliver(&mut self, sequence: u16, account: &str, text: &str) -> Option<bool> {
        match (&mut self.0, &self.1) {
            (Some(panel), _) => {
                use std::io::Write;
                panel.stream.write_all(&bracket(account, text)).ok()?;
                Some(panel.answer_within(PATIENCE)? == [6])
            }
            (_, Some(socket)) => {
                let frame = adm_cid(sequence, account, text);
                socket.send(&frame).ok()?;
                let patience = Instant::now() + Duration::from_secs(2);
                let expected = format!("\"ACK\"{sequence:04}L0#{account}[]");
                let mut answer = [0; 256];
                // One that is late is of the frame before.
                while Instant::now() < patience {
                    let length = socket.recv(&mut answer).ok()?;
                    if String::from_utf8_lossy(&answer[..length]).contains(&expected) {
                        return Some(true);
                    }
                }
                None
            }
            _ => None,
        }
    }
}

/// A panel that reports until its server is gone, beginning with what was not answered before.
fn play(addresses: &HashMap<String, SocketAddr>, panel: usize, number: &mut u32, ledger: &Ledger) {
    let Some(mut way) = Way::open(addresses, panel) else {
        return;
    };
    loop {
        let (account, text) = report(panel, *number);
        let sequence = u16::try_from(*number % 9999 + 1).expect("below 10000");
        match way.deliver(sequence, &account, &text) {
            Some(true) => {
                let known = format!("{account} {text}");
                ledger.accepted.lock().expect("no panic").push(known);
                ledger.count.fetch_add(1, Ordering::Relaxed);
                *number += 1;
            }
            Some(false) => {}
            None => return,
        }
    }
}

#[test]
fn every_answered_report_survives_a_kill_and_what_is_sent_again_is_raised_once() {
    let rounds = setting("ALARM_CRASH_ROUNDS", DEFAULT_ROUNDS);
    let seed = setting("ALARM_CRASH_SEED", fastrand::u64(..));
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let directory = tempfile::tempdir().expect("a directory");
    let ledger = Ledger::default();
    let mut numbers = [0_u32; PANELS];
    for _ in 0..rounds {
        let program = Program::start(directory.path(), "", TABLES);
        let before = ledger.count.load(Ordering::Relaxed);
        std::thread::scope(|scope| {
            for (panel, number) in numbers.iter_mut().enumerate() {
                let (addresses, ledger) = (program.addresses.clone(), &ledger);
                scope.spawn(move || play(&addresses, panel, number, ledger));
            }
            // The life begins with the first answer.
            let patience = Instant::now() + PATIENCE;
            while ledger.count.load(Ordering::Relaxed) == before {
                assert!(Instant::now() < patience, "{}", program.log());
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(Duration::from_millis(random.u64(LIFE)));
            program.kill();
        });
    }
    // The last ones are sent again, too.
    let program = Program::start(directory.path(), "", TABLES);
    for (panel, number) in numbers.iter().enumerate() {
        let (account, text) = report(panel, *number);
        let mut way = Way::open(&program.addresses, panel).expect("loopback");
        let sequence = u16::try_from(*number % 9999 + 1).expect("below 10000");
        assert_eq!(way.deliver(sequence, &account, &text), Some(true));
        let mut accepted = ledger.accepted.lock().expect("no panic");
        accepted.push(format!("{account} {text}"));
    }
    let (mut starts, mut repeats) = (HashMap::<String, u32>::new(), 0);
    let mut after = "0".to_owned();
    loop {
        let page = program.json(&format!("/api/alarms?after={after}&limit=1000"));
        let alarms = page["alarms"].as_array().expect("a list");
        if alarms.is_empty() {
            break;
        }
        for alarm in alarms {
            let text = |key: &str| alarm[key].as_str().expect("a text");
            repeats += alarm["repeats"].as_u64().unwrap_or(0);
            if let Some(source_ref) = alarm["ref"].as_str() {
                // With the number of the frame before it where there is one.
                let event = &source_ref[source_ref.len() - 11..];
                *starts
                    .entry(format!("{} {event}", text("sender")))
                    .or_default() += 1;
            } else {
                assert_eq!(alarm["event"]["phase"], "update");
                repeats += 1;
            }
        }
        page["next"]
            .as_str()
            .expect("a cursor")
            .clone_into(&mut after);
    }
    let accepted = ledger.accepted.into_inner().expect("no panic");
    for report in &accepted {
        let times = starts.get(report).copied().unwrap_or(0);
        assert_eq!(times, 1, "seed {seed}: {report} is raised {times} times");
    }
    assert_eq!(starts.len(), accepted.len(), "seed {seed}: raised unasked");
    println!(
        "{rounds} kills, {} reports answered, none lost, none raised twice; {repeats} repeats marked",
        accepted.len()
    );
}
