//! Kill the server at random moments under load. Every alarm that was answered positively is in
//! the journal, exactly once; every other one is sent again to the restarted server, answered
//! positively and in the journal exactly once too (SCAIP reference 15, line 68).
//!
//! 50 rounds by default; `ALARM_CRASH_ROUNDS=1000` for more. The seed of the moments is printed and
//! can be given as `ALARM_CRASH_SEED`.
//!
//! A killed process leaves what it wrote to the operating system: this shows that nothing is
//! answered before it is written, and that a restart finds all of it. That it has reached the disk
//! by then is shown in `flush_before_answer.rs`.

#[path = "support/program.rs"]
mod program;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use alarm_lab::scaip::{Sender, SenderSettings};
use program::{PATIENCE, PROGRAM, Program, Unit};
use reference_server::journal::{Journal as _, JournalSettings, Sequence, SqliteJournal, Verdict};
use scaip::sip::Transport;
use scaip::{ControllerId, EncodeOptions, Reference, encode_request};

const DEFAULT_ROUNDS: u32 = 50;
/// Alarms per second, far more than the flushes of most disks, so that batches are cut apart.
const RATE: u32 = 3000;
const SENDERS: u32 = 32;
/// The server lives this long under load, in milliseconds.
const LIFE: std::ops::Range<u64> = 5..250;
/// What a unit sends in one life at most, so that a machine too slow for the rate is not buried.
const MOST: usize = 64;
/// Alarms whose positive answer is taken to have been lost on the way, in each round: few kills hit
/// the moment between storing and answering, and the server cannot tell these from those.
const ANSWERS_LOST: usize = 10;

/// Controller and reference.
type Alarm = (String, String);

/// How often each alarm is in the journal.
type Rows = HashMap<Alarm, u32>;

/// What was sent in one life of the server.
#[derive(Debug, Default)]
struct Sent {
    /// No more is sent.
    over: AtomicBool,
    planned: AtomicUsize,
    /// With whether it was answered positively.
    outcomes: Mutex<Vec<(Alarm, bool)>>,
}

impl Sent {
    fn count(&self) -> usize {
        self.outcomes.lock().expect("no sender panics").len()
    }

    fn any_accepted(&self) -> bool {
        let outcomes = self.outcomes.lock().expect("no sender panics");
        outcomes.iter().any(|(_, accepted)| *accepted)
    }
}

fn setting<T: std::str::FromStr>(name: &str, default: T) -> T {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name} is no number")),
        Err(_) => default,
    }
}

/// The settings of one unit.
fn unit(to: SocketAddr, controller: String) -> SenderSettings {
    let mut settings = SenderSettings::new(to);
    settings.request.controller_id = ControllerId::new(controller);
    // The end of its connection tells a unit at once that no more answers come.
    settings.transport = Transport::Tcp;
    settings
}

/// One unit that sends its part of the load until it is over.
async fn load(to: SocketAddr, number: u32, sent: Arc<Sent>) {
    let settings = unit(to, format!("{}", 40_211_870 + number));
    let mut sender = Sender::open(&settings).await.expect("a socket");
    let start = Instant::now() + Duration::from_secs(1) / RATE * number;
    let each = Duration::from_secs(1) * SENDERS / RATE;
    let schedule = (0..)
        .map(|alarm| start + each * alarm)
        .take(MOST)
        .take_while(|_| !sent.over.load(Ordering::SeqCst))
        .inspect(|_| {
            sent.planned.fetch_add(1, Ordering::SeqCst);
        });
    sender
        .run(schedule, |outcome| {
            let alarm = (outcome.controller.clone(), outcome.reference.clone());
            let mut outcomes = sent.outcomes.lock().expect("no sender panics");
            outcomes.push((alarm, outcome.verdict.is_accepted()));
        })
        .await;
}

fn wait_for(what: &str, holds: impl Fn() -> bool) {
    let patience = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < patience, "{what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Load on the server, and the kill in the middle of it. What was answered positively, and what
/// was not.
fn kill_under_load(
    runtime: &tokio::runtime::Runtime,
    program: Program,
    life: Duration,
) -> (Vec<Alarm>, Vec<Alarm>) {
    let to = program.addresses["tcp"];
    let sent = Arc::<Sent>::default();
    let senders: Vec<_> = (0..SENDERS)
        .map(|number| runtime.spawn(load(to, number, Arc::clone(&sent))))
        .collect();
    // The life begins with the first answer, so that no round is spent on starting alone.
    wait_for("no alarm was accepted", || sent.any_accepted());
    std::thread::sleep(life);
    program.kill();
    sent.over.store(true, Ordering::SeqCst);
    // Answers on their way still count as given.
    wait_for("not every alarm has its outcome", || {
        senders.iter().all(tokio::task::JoinHandle::is_finished)
            || sent.count() == sent.planned.load(Ordering::SeqCst)
    });
    for sender in senders {
        sender.abort();
        if let Err(error) = runtime.block_on(sender) {
            assert!(error.is_cancelled(), "{error}");
        }
    }
    let mut outcomes = sent.outcomes.lock().expect("no sender panics");
    let (accepted, others): (Vec<_>, Vec<_>) = outcomes.drain(..).partition(|(_, yes)| *yes);
    let alarms = |of: Vec<(Alarm, bool)>| of.into_iter().map(|(alarm, _)| alarm).collect();
    (alarms(accepted), alarms(others))
}

/// Sends an alarm as it was sent before, in a transaction of its own, and wants it accepted.
fn send_again(to: SocketAddr, alarm: &Alarm) {
    let (controller, reference) = alarm;
    let mut request = unit(to, controller.clone()).request;
    request.reference = Reference::new(reference.clone());
    let mut body = Vec::new();
    encode_request(&request, &EncodeOptions::new(), &mut body).expect("it was sent before");
    let body = String::from_utf8(body).expect("the codec writes UTF-8");
    let content = "Content-Type: application/scaip+xml\r\n";
    let told = Unit::udp(to, controller).request("MESSAGE", content, &body);
    let yes = told.mrs.contains("<snu>0</snu>");
    let own = told.mrs.contains(&format!("<ref>{reference}</ref>"));
    assert!(
        told.status == 200 && yes && own,
        "{alarm:?} again: {told:?}"
    );
}

/// Counts what the running server gives behind the cursor.
fn read(program: &Program, cursor: &mut String, rows: &mut Rows) {
    for alarm in program.alarms_after(cursor) {
        let text = |name: &str| alarm[name].as_str().expect("a text").to_owned();
        if alarm["verdict"] != "accepted" {
            continue;
        }
        *rows.entry((text("sender"), text("ref"))).or_default() += 1;
    }
}

/// What is in the file when no server runs.
async fn read_file(path: &Path) -> Rows {
    let journal = SqliteJournal::open(JournalSettings::at(path)).expect("the journal opens");
    let (mut cursor, mut rows) = (Sequence::START, Rows::new());
    loop {
        let records = journal.alarms_after(cursor, 1000).await.expect("it reads");
        let Some(last) = records.last() else { break };
        cursor = last.sequence;
        for record in records {
            if record.verdict != Verdict::Accepted {
                continue;
            }
            let reference = record.source_ref.expect("SCAIP has references");
            *rows.entry((record.sender, reference)).or_default() += 1;
        }
    }
    journal.close().await.expect("it closes");
    rows
}

fn assert_once<'a>(rows: &Rows, alarms: impl IntoIterator<Item = &'a Alarm>, when: &str) {
    for alarm in alarms {
        let times = rows.get(alarm).copied().unwrap_or(0);
        assert_eq!(times, 1, "{when}: {alarm:?} is there {times} times");
    }
}

#[test]
fn line_68_a_kill_loses_no_answered_alarm_and_doubles_none_that_is_sent_again() {
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
    let (mut cursor, mut rows) = ("0".to_owned(), Rows::new());
    let (mut answered, mut open, mut unheard) = (Vec::new(), Vec::new(), Vec::new());
    let (mut total, mut again, mut between) = (0, 0, 0);
    for round in 0..=rounds {
        let when = format!("seed {seed}, {round} kills");
        let command = Command::new(PROGRAM);
        let program = Program::start_by(command, directory.path(), "warn", "", "");
        read(&program, &mut cursor, &mut rows);
        assert_once(&rows, &answered, &when);
        // Stored, and the kill came before the answer.
        between += open
            .iter()
            .filter(|alarm| rows.contains_key(*alarm))
            .count();
        total += answered.len();
        again += open.len() + unheard.len();
        for alarm in open.iter().chain(&unheard) {
            send_again(program.addresses["udp"], alarm);
        }
        read(&program, &mut cursor, &mut rows);
        assert_once(&rows, answered.iter().chain(&open), &when);
        assert_once(&rows, rows.keys(), &when);
        if round == rounds {
            program.stop();
            break;
        }
        let life = Duration::from_millis(random.u64(LIFE));
        (answered, open) = kill_under_load(&runtime, program, life);
        unheard = answered[answered.len().saturating_sub(ANSWERS_LOST)..].to_vec();
    }
    let file = runtime.block_on(read_file(&directory.path().join("alarms.sqlite")));
    assert_eq!(file, rows, "the file and what the servers gave of it");
    println!(
        "{rounds} kills, {total} alarms answered positively, none lost; {again} sent again to the \
         restarted server, {between} of them stored before the kill and not yet answered: each \
         answered positively, none doubled"
    );
}
