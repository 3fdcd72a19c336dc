//! The program is killed while alarms are closed and their documents are sent: every closed care alarm
//! reaches the patient record at least once, and every repeat is the same to the byte.

mod support {
    pub(crate) mod fhir;
    pub(crate) mod program;
    pub(crate) mod web;
}

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use fhir_vkp::{Role, UuidNames, urn};
use support::fhir::{Double, Fault};
use support::program::{PATIENCE, Program};
use support::web::{Partner, inputs};

const DEVICES: [&str; 3] = ["SN-0", "SN-1", "SN-2"];
const DEFAULT_ROUNDS: u64 = 8;

fn setting(name: &str, default: u64) -> u64 {
    let set = std::env::var(name).ok().and_then(|text| text.parse().ok());
    set.unwrap_or(default)
}

/// Falls and their ends, until the server is gone; what was not answered comes again.
fn play(web: SocketAddr, device: &str, step: &mut u64, answered: &AtomicU64) {
    let Some(partner) = Partner::new(web) else {
        return;
    };
    loop {
        let body = format!("{{\"externalEventId\":\"{device}-{}\"}}", *step / 2);
        let status = match *step % 2 {
            0 => partner.event("POST", device, 906, &body),
            _ => partner.event("DELETE", device, 906, ""),
        };
        match status {
            Some(200) => {
                *step += 1;
                answered.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(20));
            }
            Some(429 | 503) => {}
            Some(status) => panic!("{status}"),
            None => return,
        }
    }
}

#[test]
fn every_closed_alarm_arrives_at_least_once_and_repeats_are_the_same_to_the_byte() {
    let rounds = setting("ALARM_CRASH_ROUNDS", DEFAULT_ROUNDS);
    let seed = setting("ALARM_CRASH_SEED", fastrand::u64(..));
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let table = double.table(directory.path(), &DEVICES, "closed_by = \"end\"");
    let tables = inputs(directory.path()) + &table;
    let answered = AtomicU64::new(0);
    let mut steps = [0_u64; DEVICES.len()];
    for _ in 0..rounds {
        for _ in 0..4 {
            let fault = match random.u8(0..4) {
                0 => Fault::KeptButCut,
                1 => Fault::KeptButAnswer(502),
                2 => Fault::Answer(503),
                _ => Fault::ForgetTokens,
            };
            double.book().write_faults.push_back(fault);
        }
        let program = Program::start(directory.path(), "", &tables);
        let before = answered.load(Ordering::Relaxed);
        let web = program.addresses["web_http"];
        std::thread::scope(|scope| {
            for (device, step) in DEVICES.iter().zip(&mut steps) {
                let answered = &answered;
                scope.spawn(move || play(web, device, step, answered));
            }
            let patience = Instant::now() + PATIENCE;
            while answered.load(Ordering::Relaxed) == before {
                assert!(Instant::now() < patience, "{}", program.log());
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(Duration::from_millis(random.u64(20..1_500)));
            program.kill();
        });
    }
    double.book().write_faults.clear();
    let program = Program::start(directory.path(), "", &tables);
    let partner = Partner::new(program.addresses["web_http"]).expect("it is up");
    // Nothing is left open.
    for device in DEVICES {
        assert_eq!(partner.event("DELETE", device, 906, ""), Some(200));
    }
    let falls = program.alarms("fall");
    let names = UuidNames::new("https://alarm.example.net");
    let wanted: HashSet<String> = falls
        .iter()
        .map(|fall| {
            let id = fall["id"].as_str().expect("an id");
            urn(&names.uuid(Role::Bundle, id, 0))
        })
        .collect();
    program.wait_until("all are journaled", |program| {
        let outputs = program.json("/api/deliveries")["outputs"].clone();
        let fhir = &outputs[0];
        fhir["open"] == 0 && fhir["waiting"] == 0 && fhir["taken"].as_u64() >= Some(1) && {
            let book = double.book();
            let all = book.by_identifier();
            wanted
                .iter()
                .all(|identifier| all.contains_key(&**identifier))
        }
    });
    let book = double.book();
    let all = book.by_identifier();
    println!(
        "{rounds} kills, {} falls, {} documents with {} repeats",
        falls.len(),
        all.len(),
        book.documents.len() - all.len()
    );
    assert!(falls.len() as u64 >= rounds / 2, "seed {seed}");
    // Nothing came that is no alarm here, and nothing came in two forms.
    for (identifier, bytes) in &all {
        assert!(wanted.contains(*identifier), "seed {seed}: {identifier}");
        assert_eq!(bytes.len(), 1, "seed {seed}: {identifier}");
    }
    assert_eq!(book.complaints, Vec::<String>::new(), "seed {seed}");
}
