//! The tables of the roles: digest, supervision, registrar, sender, calls.

use std::time::{Duration, Instant};

use benches::calls::CallRound;
use benches::clock::{Effort, Row, measure, of_this_process};
use benches::digest::{BareHashes, Kept, VerifyRound};
use benches::registrar::{PathRound, RegisterRound, Registers};
use benches::sender::{Peer, SenderRound};
use benches::supervision::{
    CONTROLLERS, Looks, MapRound, SupervisorRound, an_hour, names, supervisor,
};
use scaip::ControllerId;
use scaip::digest::Algorithm;

use crate::{Verdict, table, time};

/// Judging an answer: at most so many times the hashes that it must compute, which processors with
/// instructions for them do in a quarter of a microsecond.
const OF_THE_HASHES: f64 = 5.0;
/// A path: at most so many times a map from name to time.
const OF_THE_MAP: f64 = 4.0;
/// A heartbeat likewise, which also moves the unit in the order of deadlines. All of it is misses of
/// the cache: 2.4 to 4.5 were seen on one machine within a minute, so this is a guard, not a figure.
const HEARTBEAT_OF_THE_MAP: f64 = 8.0;
/// What supervision of 40,000 controllers may take of a core.
const OF_A_CORE: f64 = 0.02;
/// How late a loss may be told: a second, or a hundredth of the allowance if that is more.
const LATE: Duration = Duration::from_millis(1_800);

/// Every table. `each` is what [`bytes_for_each`] found.
pub(crate) fn all(effort: Effort, each: Option<f64>, verdicts: &mut Vec<Verdict>) {
    digest(effort, verdicts);
    heartbeats(effort, verdicts);
    hours(each, verdicts);
    registrar(effort, verdicts);
    sender(effort);
    calls(effort, verdicts);
}

fn judge(verdicts: &mut Vec<Verdict>, target: &str, found: f64, met: bool) {
    verdicts.push(Verdict {
        target: target.to_owned(),
        found: format!("{found:.2}"),
        met,
        goal: false,
    });
}

fn digest(effort: Effort, verdicts: &mut Vec<Verdict>) {
    for (name, algorithm) in [("SHA-256", Algorithm::Sha256), ("MD5", Algorithm::Md5)] {
        let bare = BareHashes::new(algorithm);
        let mut hashed = VerifyRound::new(algorithm, Kept::Hash);
        let mut password = VerifyRound::new(algorithm, Kept::Password);
        let mut rows = [
            Row::new("the three hashes alone", || match algorithm {
                Algorithm::Md5 => bare.md5(),
                _ => bare.sha256(),
            }),
            Row::new("verify, hash of the secret kept", || hashed.run()),
            Row::new("verify, password kept", || password.run()),
        ];
        measure(&mut rows, effort);
        let title = format!("Digest: an answer judged, {name}");
        table(&title, &rows, "the three hashes alone");
        let ratio =
            time(&rows, "verify, hash of the secret kept") / time(&rows, "the three hashes alone");
        judge(
            verdicts,
            &format!("digest, {name}: at most {OF_THE_HASHES} times its hashes"),
            ratio,
            ratio <= OF_THE_HASHES,
        );
    }
}

fn heartbeats(effort: Effort, verdicts: &mut Vec<Verdict>) {
    let mut insert = MapRound::new();
    let mut update = MapRound::new();
    let mut alone = SupervisorRound::new();
    let mut looking = SupervisorRound::new();
    let walked = MapRound::new();
    let mut rows = [
        Row::new("HashMap<String, Instant>, get_mut", || update.update()),
        Row::new("HashMap<String, Instant>, insert", || insert.insert()),
        Row::new("supervisor: sign of life", || alone.run()),
        Row::new("supervisor: sign of life and a look", || {
            looking.run_and_look();
        }),
        Row::new("HashMap: one look at everybody", || walked.overdue()),
    ];
    measure(&mut rows, effort);
    let title = format!("Supervision: a heartbeat of one of {CONTROLLERS} controllers");
    table(&title, &rows, "HashMap<String, Instant>, get_mut");
    let map = time(&rows, "HashMap<String, Instant>, get_mut");
    let ratio = time(&rows, "supervisor: sign of life") / map;
    judge(
        verdicts,
        &format!("sign of life: at most {HEARTBEAT_OF_THE_MAP} times the map"),
        ratio,
        ratio <= HEARTBEAT_OF_THE_MAP,
    );
}

/// Resident memory of this process in bytes, where the system tells.
fn resident() -> Option<f64> {
    of_this_process("VmRSS:")
}

fn hours(each: Option<f64>, verdicts: &mut Vec<Verdict>) {
    println!(
        "\n## Supervision: {CONTROLLERS} controllers, one hour of 60 s heartbeats, simulated\n\n\
         | row | heartbeats | lost | restored | looks | µs per simulated second | of a core | longest look µs | latest loss told ms |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|"
    );
    for (name, looks) in [
        ("woken by `poll_timeout`", Looks::WhenTold),
        ("looking twice a second", Looks::TwiceASecond),
    ] {
        let hour = an_hour(looks);
        let core = hour.of_a_core();
        println!(
            "| {name} | {} | {} | {} | {} | {:.1} | {core:.6} | {:.1} | {:.3} |",
            hour.heartbeats,
            hour.lost,
            hour.restored,
            hour.looks,
            core * 1e6,
            hour.longest_look.as_secs_f64() * 1e6,
            hour.latest.as_secs_f64() * 1e3,
        );
        verdicts.push(Verdict {
            target: format!("an hour, {name}: at most {OF_A_CORE} of a core"),
            found: format!("{core:.5}"),
            met: core <= OF_A_CORE,
            goal: false,
        });
        verdicts.push(Verdict {
            target: format!("an hour, {name}: no loss told later than 1.8 s, 1 % of the allowance"),
            found: format!("{:.3} s", hour.latest.as_secs_f64()),
            met: hour.latest <= LATE && hour.lost > 0,
            goal: false,
        });
    }
    if let Some(each) = each {
        println!(
            "\nResident memory grew by {each:.0} bytes for each of {CONTROLLERS} controllers, what \
             the allocator keeps beside included; `cargo test -p benches` counts the bytes asked for."
        );
    }
}

/// By how many bytes resident memory grows for each controller that is supervised. Measured
/// before anything else has left room in the heap.
#[expect(clippy::cast_precision_loss, reason = "forty thousand")]
pub(crate) fn bytes_for_each() -> Option<f64> {
    let names = names();
    let now = Instant::now();
    let before = resident()?;
    let mut all = supervisor(now);
    for name in &names {
        let _ = all.sign_of_life(now, &ControllerId::new(&**name));
    }
    let grown = resident()? - before;
    (all.len() == CONTROLLERS).then_some(grown / CONTROLLERS as f64)
}

fn registrar(effort: Effort, verdicts: &mut Vec<Verdict>) {
    let mut registers = Registers::new();
    let mut register = RegisterRound::new();
    let mut rows = [
        Row::new("read a REGISTER", || registers.next_one()),
        Row::new("read and carry out: a refresh", || register.run()),
    ];
    measure(&mut rows, effort);
    let title = format!("Registrar: a REGISTER of one of {CONTROLLERS} controllers");
    table(&title, &rows, "read a REGISTER");

    let mut map = PathRound::new();
    let mut paths = PathRound::new();
    let mut rows = [
        Row::new("HashMap<String, (Path, Instant)>, get_mut", || map.map()),
        Row::new("remember_path, the path of before", || paths.run()),
    ];
    measure(&mut rows, effort);
    let title = format!("Registrar: a message of one of {CONTROLLERS} controllers");
    table(&title, &rows, "HashMap<String, (Path, Instant)>, get_mut");
    let ratio = time(&rows, "remember_path, the path of before")
        / time(&rows, "HashMap<String, (Path, Instant)>, get_mut");
    judge(
        verdicts,
        &format!("remember_path: at most {OF_THE_MAP} times the map"),
        ratio,
        ratio <= OF_THE_MAP,
    );
}

fn sender(effort: Effort) {
    let mut peer = Peer::default();
    let datagram = SenderRound::new().submit();
    let mut round = SenderRound::new();
    let mut rows = [
        Row::new("the other side alone", || {
            peer.answer(datagram.clone()).len()
        }),
        Row::new("submit to accepted, the other side included", || {
            round.run();
        }),
    ];
    measure(&mut rows, effort);
    table(
        "Sender: an alarm over UDP, the mrs in the 200",
        &rows,
        "the other side alone",
    );
}

fn calls(effort: Effort, verdicts: &mut Vec<Verdict>) {
    let mut map = CallRound::new();
    let mut walk = CallRound::new();
    let mut user = CallRound::new();
    let mut number = CallRound::new();
    let mut nobody = CallRound::new();
    let mut renew = CallRound::new();
    let mut rows = [
        Row::new("HashMap<String, u64> by user", || map.map()),
        Row::new("incoming, by From user", || user.by_user()),
        Row::new("incoming, by caller number", || number.by_number()),
        Row::new("incoming, nothing fits", || nobody.by_nobody()),
        Row::new("cancel and expect again", || renew.renew()),
        Row::new("walk over a list by number", || walk.walk()),
    ];
    measure(&mut rows, effort);
    let title = format!("Calls: one incoming, {} expected", benches::calls::EXPECTED);
    table(&title, &rows, "HashMap<String, u64> by user");
    let ratio =
        time(&rows, "walk over a list by number") / time(&rows, "incoming, by caller number");
    judge(
        verdicts,
        "incoming call: faster than a walk over the list",
        ratio,
        ratio > 1.0,
    );
}
