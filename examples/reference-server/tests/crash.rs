//! Kill the server at random moments under load; every alarm that was answered positively is in
//! the journal, exactly once (SCAIP reference 15, line 68).
//!
//! 50 rounds by default; `ALARM_CRASH_ROUNDS=1000` for more. The seed of the moments is printed and
//! can be given as `ALARM_CRASH_SEED`.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use alarm_lab::scaip::{Amount, LoadPlan, OnOutcome, SenderSettings};
use reference_server::journal::{Journal as _, JournalSettings, Sequence, SqliteJournal, Verdict};

const DEFAULT_ROUNDS: u32 = 50;
/// Alarms per second, far more than the flushes of most disks, so that batches are cut apart.
const RATE: f64 = 3000.0;
const SENDERS: usize = 32;
/// The server lives this long under load, in milliseconds.
const LIFE: std::ops::Range<u64> = 5..250;

/// What was answered positively: (controller, reference).
type Accepted = Arc<Mutex<Vec<(String, String)>>>;

fn setting<T: std::str::FromStr>(name: &str, default: T) -> T {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name} is no number")),
        Err(_) => default,
    }
}

/// Starts the program on the journal and waits until it has bound its sockets.
#[expect(clippy::zombie_processes, reason = "the caller kills it and waits")]
fn start(directory: &Path) -> (Child, SocketAddr) {
    let addresses = directory.join("addresses.json");
    let _ = std::fs::remove_file(&addresses);
    let mut child = Command::new(env!("CARGO_BIN_EXE_reference-server"))
        .args([
            "--http",
            "off",
            "--scaip-tcp",
            "off",
            "--scaip-udp",
            "127.0.0.1:0",
        ])
        .args(["--log", "warn", "--journal"])
        .arg(directory.join("alarms.sqlite"))
        .arg("--addresses-file")
        .arg(&addresses)
        .stdin(Stdio::null())
        .spawn()
        .expect("the server starts");
    let patience = Instant::now() + Duration::from_secs(10);
    loop {
        if let Ok(text) = std::fs::read_to_string(&addresses) {
            let addresses: HashMap<String, SocketAddr> =
                serde_json::from_str(&text).expect("the addresses file is whole");
            return (child, addresses["udp"]);
        }
        if Instant::now() > patience {
            let _ = child.kill();
            let _ = child.wait();
            panic!("the server is not ready after 10 s");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// One life of the server: load, and the kill in the middle of it.
async fn round(directory: &Path, life: Duration, accepted: &Accepted) {
    let (mut child, udp) = start(directory);
    let plan = LoadPlan::new(SENDERS, RATE, Amount::Duration(Duration::from_secs(10)));
    let settings = SenderSettings::new(udp);
    let log = Arc::clone(accepted);
    let listener: OnOutcome = Arc::new(move |outcome| {
        if outcome.verdict.is_accepted() {
            let alarm = (outcome.controller.clone(), outcome.reference.clone());
            log.lock().expect("no listener panics").push(alarm);
        }
    });
    let load = tokio::spawn(async move {
        plan.run_watched(&settings, &Arc::default(), Some(listener))
            .await
    });
    let begun = accepted.lock().expect("no listener panics").len();
    // The life begins with the first answer, so that no round is spent on starting alone.
    let patience = Instant::now() + Duration::from_secs(10);
    while accepted.lock().expect("no listener panics").len() == begun {
        assert!(
            Instant::now() < patience,
            "no alarm was accepted within 10 s"
        );
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tokio::time::sleep(life).await;
    child.kill().expect("SIGKILL");
    child.wait().expect("it was running");
    // Answers already on their way are still counted as given.
    tokio::time::sleep(Duration::from_millis(5)).await;
    load.abort();
    let _ = load.await;
}

/// How often each accepted alarm is in the journal.
async fn stored(journal: &SqliteJournal, cursor: &mut Sequence) -> HashMap<(String, String), u32> {
    let mut found = HashMap::new();
    loop {
        let records = journal
            .alarms_after(*cursor, 1000)
            .await
            .expect("the journal reads");
        let Some(last) = records.last() else {
            return found;
        };
        *cursor = last.sequence;
        for record in records {
            if record.verdict == Verdict::Accepted {
                let reference = record.source_ref.expect("SCAIP has references");
                *found.entry((record.sender, reference)).or_default() += 1;
            }
        }
    }
}

#[test]
fn line_68_every_positively_answered_alarm_survives_a_kill_exactly_once() {
    let rounds = setting("ALARM_CRASH_ROUNDS", DEFAULT_ROUNDS);
    let seed = setting("ALARM_CRASH_SEED", fastrand::u64(..));
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let directory = tempfile::tempdir().expect("a temporary directory");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let (mut total, mut cursor) = (0, Sequence::START);
        for number in 0..rounds {
            let accepted = Accepted::default();
            let life = Duration::from_millis(random.u64(LIFE));
            round(directory.path(), life, &accepted).await;
            // The first thing a restarted server does with its journal.
            let settings = JournalSettings::at(directory.path().join("alarms.sqlite"));
            let journal = SqliteJournal::open(settings).expect("the journal opens after a kill");
            let found = stored(&journal, &mut cursor).await;
            journal.close().await.expect("the journal closes");
            let accepted = std::mem::take(&mut *accepted.lock().expect("no listener panics"));
            for alarm in &accepted {
                let times = found.get(alarm).copied().unwrap_or(0);
                assert_eq!(
                    times, 1,
                    "seed {seed}, round {number}: {alarm:?} is there {times} times"
                );
            }
            assert!(
                found.values().all(|&times| times == 1),
                "seed {seed}, round {number}: doubled"
            );
            total += accepted.len();
        }
        println!("{rounds} kills, {total} alarms answered positively, none lost, none doubled");
    });
}
