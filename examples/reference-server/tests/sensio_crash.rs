//! The program is killed while partners report and the output sends: every event that was answered
//! is raised at the Sensio server, and in order for each device and code.

mod support {
    pub(crate) mod program;
    pub(crate) mod web;
}

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sensio_partner::server::faults::{Fault, Scope};
use support::program::{PATIENCE, Program};
use support::web::{Double, Partner, inputs};

const DEVICES: usize = 4;
const DEFAULT_ROUNDS: u64 = 8;

fn setting(name: &str, default: u64) -> u64 {
    let set = std::env::var(name).ok().and_then(|text| text.parse().ok());
    set.unwrap_or(default)
}

fn device(number: usize) -> String {
    format!("SN-{number}")
}

/// A partner that reports a fall and its end, and so on, until the server is gone; what was not
/// answered comes again.
fn play(web: SocketAddr, of: usize, step: &mut u64, answered: &AtomicU64) {
    let Some(partner) = Partner::new(web) else {
        return;
    };
    loop {
        let (number, ends) = (*step / 2, *step % 2 == 1);
        let body = format!("{{\"externalEventId\":\"{of}-{number}\",\"triggerValue\":{number}}}");
        let status = match ends {
            false => partner.event("POST", &device(of), 906, &body),
            true => partner.event("DELETE", &device(of), 906, ""),
        };
        match status {
            Some(200) => {
                *step += 1;
                answered.fetch_add(1, Ordering::Relaxed);
                // Ten calls in a second are all that a Sensio server is sent.
                std::thread::sleep(Duration::from_millis(80));
            }
            Some(429 | 503) => {}
            Some(status) => panic!("{status}"),
            None => return,
        }
    }
}

#[test]
fn every_answered_event_arrives_at_least_once_and_in_order() {
    let rounds = setting("ALARM_CRASH_ROUNDS", DEFAULT_ROUNDS);
    let seed = setting("ALARM_CRASH_SEED", fastrand::u64(..));
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let directory = tempfile::tempdir().expect("a directory");
    let names: Vec<String> = (0..DEVICES).map(device).collect();
    let double = Double::start(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let tables = inputs(directory.path()) + &double.table(directory.path(), "");
    let answered = AtomicU64::new(0);
    let mut steps = [0_u64; DEVICES];
    for _ in 0..rounds {
        for _ in 0..3 {
            let fault = match random.u8(0..3) {
                0 => Fault::CutAfterBody,
                1 => Fault::answer(503),
                _ => Fault::ForgetTokens,
            };
            double.faults.once(Scope::Events, fault);
        }
        let program = Program::start(directory.path(), "", &tables);
        let before = answered.load(Ordering::Relaxed);
        let web = program.addresses["web_http"];
        std::thread::scope(|scope| {
            for (of, step) in steps.iter_mut().enumerate() {
                let answered = &answered;
                scope.spawn(move || play(web, of, step, answered));
            }
            let patience = Instant::now() + PATIENCE;
            while answered.load(Ordering::Relaxed) == before {
                assert!(Instant::now() < patience, "{}", program.log());
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(Duration::from_millis(random.u64(20..600)));
            program.kill();
        });
    }
    double.faults.clear();
    let program = Program::start(directory.path(), "", &tables);
    let web = program.addresses["web_http"];
    let partner = Partner::new(web).expect("it is up");
    // The last ones come again, and then all are ended.
    for (of, step) in steps.iter_mut().enumerate() {
        let number = *step / 2;
        if *step % 2 == 0 {
            let body = format!("{{\"externalEventId\":\"{of}-{number}\"}}");
            assert_eq!(partner.event("POST", &device(of), 906, &body), Some(200));
            *step += 1;
        }
        assert_eq!(partner.event("DELETE", &device(of), 906, ""), Some(200));
        *step += 1;
    }
    let falls = program.alarms("fall");
    let ends = program.alarms("cancel").len();
    println!(
        "{rounds} kills, {} answered",
        answered.load(Ordering::Relaxed)
    );
    program.wait_until("all are delivered", |program| {
        let delivery = program.json("/api/deliveries")["outputs"][0].clone();
        delivery["waiting"] == 0 && double.backend.active_count() == 0 && {
            let events = double.events();
            falls.iter().all(|fall| {
                let id = fall["id"].as_str();
                events.iter().any(|(.., sent)| sent.as_deref() == id)
            })
        }
    });
    // Every fall that was answered is one here, raised once.
    let told: u64 = steps.iter().map(|step| step / 2).sum();
    assert_eq!(falls.len() as u64, told, "seed {seed}");
    assert!(ends as u64 >= told, "seed {seed}");
    let events = double.events();
    for name in &names {
        let ids = falls.iter().filter(|fall| fall["sender"] == **name);
        let ids: Vec<_> = ids.map(|fall| fall["id"].as_str()).collect();
        // First arrivals are in the order of the journal, and a DELETE stands between two of them.
        let (mut next, mut deleted) = (0, true);
        for (method, of, _, id) in &events {
            if of != name {
                continue;
            }
            match *method {
                "DELETE" => deleted = true,
                _ if next > 0 && id.as_deref() == ids[next - 1] => {
                    assert!(!deleted, "seed {seed}: raised again after its end");
                }
                _ => {
                    assert_eq!(id.as_deref(), ids[next], "seed {seed}: out of order");
                    assert!(deleted, "seed {seed}: the end before it is missing");
                    (next, deleted) = (next + 1, false);
                }
            }
        }
        assert_eq!(next, ids.len(), "seed {seed}");
        assert!(deleted, "seed {seed}");
    }
}
