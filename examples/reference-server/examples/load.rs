//! Alarms per second, and how long their senders wait, beside what the disk alone costs.
//!
//! ```text
//! cargo run --release -p reference-server --example load
//! cargo run --release -p reference-server --example load -- --seconds 5
//! ```
//!
//! Two processes on this machine's loopback: the reference server, and simulated units that send at
//! planned times whatever the answers do. The wait counts from the planned time to the arrival of
//! the `mrs`, so a stall of either side is seen. Every alarm answered positively is then looked up
//! in the journal, where it must be once, and no other with it. The program ends with 1 when
//! anything that was asked is missed.
//!
//! The second load is judged against the flush of the disk. A virtual disk that answers a flush in
//! some microseconds waits for no medium, and nothing can be judged against it. There
//! `examples/load-slow-flush`, beside this file, runs it with each flush made to take 3 ms longer
//! (Linux, with a C compiler); what it is given goes on to this program.

#![allow(
    clippy::print_stdout,
    reason = "a program whose result is what it prints"
)]

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use alarm_lab::scaip::{Amount, LoadPlan, OnOutcome, Report, SenderSettings};
use clap::Parser;
use reference_server::config::{Config, Listen};
use reference_server::inputs::scaip::ScaipInput;
use reference_server::journal::{Journal as _, JournalSettings, Sequence, SqliteJournal};
use reference_server::measure::{bare_commit, bare_flush, percentile};
use reference_server::server::Server;

/// Measure the reference server under load
#[derive(Debug, Parser)]
struct Flags {
    /// How long each load lasts.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Where the journal is kept while measuring; a folder on the disk to be judged.
    #[arg(long, default_value = ".")]
    directory: std::path::PathBuf,
    /// What is copied from the write-ahead log back at a time, instead of the default.
    #[arg(long)]
    checkpoint_bytes: Option<u64>,
    /// Size of the write-ahead log from which it starts over, instead of the default.
    #[arg(long)]
    log_bytes: Option<u64>,
    /// Count what cannot be judged against this disk as missed.
    #[arg(long)]
    judge_all: bool,
    /// Serve in this folder; used by the program itself.
    #[arg(long, hide = true)]
    serve: Option<std::path::PathBuf>,
}

/// A flush that reaches a medium takes at least this long; solid-state disks with a protected cache
/// are not far above.
const REAL_FLUSH: Duration = Duration::from_micros(200);

/// One load and what is asked of it.
struct Step {
    rate: f64,
    senders: usize,
    /// The 99th percentile may be this long, if that can be judged.
    limit: Option<Duration>,
    limit_text: &'static str,
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let done = runtime.map_err(Into::into).and_then(|runtime| {
        runtime.block_on(async {
            match &flags.serve {
                Some(directory) => serve(directory, &flags).await.map(|()| true),
                None => measure(&flags).await,
            }
        })
    });
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(directory: &Path, flags: &Flags) -> Result<(), Box<dyn Error>> {
    let mut config = Config::default();
    config.journal.path = directory.join("alarms.sqlite");
    if let Some(bytes) = flags.checkpoint_bytes {
        config.journal.checkpoint_bytes = bytes;
    }
    if let Some(bytes) = flags.log_bytes {
        config.journal.log_bytes = bytes;
    }
    config.addresses_file = directory.join("addresses.json");
    config.http.listen = Listen::Off;
    config.scaip.tcp = Listen::Off;
    config.scaip.udp = Listen::On(SocketAddr::from(([127, 0, 0, 1], 0)));
    let input = ScaipInput::new(&config)?;
    let server = Server::new(config)
        .with_input(Box::new(input))
        .start()
        .await?;
    let mut stop = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    stop.recv().await;
    server.shutdown().await?;
    Ok(())
}

async fn measure(flags: &Flags) -> Result<bool, Box<dyn Error>> {
    let directory = tempfile::Builder::new()
        .prefix("alarm-load-")
        .tempdir_in(&flags.directory)?;
    let flush = bare_flush(directory.path(), 500)?;
    let commit = bare_commit(directory.path(), 300)?;
    let of = |durations: &[Duration], percent| percentile(durations, percent).unwrap_or_default();
    println!("| what | per second | 50 % | 99 % | greatest | lost |");
    println!("|---|---|---|---|---|---|");
    for (name, durations) in [
        ("bare flush of the disk", &flush),
        ("bare SQLite commit", &commit),
    ] {
        let mean = durations.iter().sum::<Duration>() / u32::try_from(durations.len())?;
        println!(
            "| {name} | {:.0} | {} | {} | {} | |",
            1.0 / mean.as_secs_f64(),
            text(of(durations, 50.0)),
            text(of(durations, 99.0)),
            text(of(durations, 100.0)),
        );
    }
    // Six times what a flush takes; `None` when it takes no time that a medium would.
    let usual = of(&flush, 50.0);
    let six_flushes = (usual >= REAL_FLUSH).then_some(usual * 6);
    let steps = [
        Step {
            rate: 1000.0,
            senders: 64,
            limit: Some(Duration::from_millis(100)),
            limit_text: "100 ms",
        },
        Step {
            rate: 5000.0,
            senders: 256,
            limit: six_flushes,
            limit_text: "6 flushes",
        },
    ];
    let mut verdicts = Vec::new();
    let mut met = true;
    for step in &steps {
        let Run {
            report,
            lost,
            stored,
            surplus,
        } = run(directory.path(), step, flags).await?;
        let p99 = report.latencies.percentile(99.0).unwrap_or_default();
        println!(
            "| {:.0} alarms/s from {} senders, stored and answered | {:.0} | {} | {} | {} | {lost} |",
            step.rate,
            step.senders,
            report.accepted_per_second(),
            text(report.latencies.percentile(50.0).unwrap_or_default()),
            text(p99),
            text(report.latencies.max().unwrap_or_default()),
        );
        let whole = report.is_all_accepted() && lost == 0 && surplus == 0;
        let in_time = step.limit.map_or(!flags.judge_all, |limit| p99 <= limit);
        let good = whole && in_time;
        met &= good;
        let asked = match step.limit {
            Some(limit) => format!("{}, {}", step.limit_text, text(limit)),
            None => format!(
                "{}: not judged, this disk does not wait for a medium",
                step.limit_text
            ),
        };
        verdicts.push(format!(
            "{} {:.0} alarms/s for {} s: {} sent, {} accepted, {stored} in the journal, {lost} of the \
             accepted not there, {surplus} others or twice, {} unanswered; 99 % within {} (asked: {asked})",
            if good { "met   " } else { "MISSED" },
            step.rate,
            flags.seconds,
            report.sent,
            report.accepted,
            report.unanswered,
            text(p99),
        ));
    }
    println!();
    verdicts.iter().for_each(|verdict| println!("{verdict}"));
    Ok(met)
}

/// What a load came to.
trait PerSecond {
    fn accepted_per_second(&self) -> f64;
}

impl PerSecond for Report {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    fn accepted_per_second(&self) -> f64 {
        self.accepted as f64 / self.elapsed.as_secs_f64()
    }
}

/// Controller and reference.
type Alarm = (String, String);

/// What a load came to, and what its journal holds.
struct Run {
    report: Report,
    /// Accepted, and not in the journal.
    lost: usize,
    /// Alarms in the journal.
    stored: usize,
    /// In the journal, and not accepted or there before.
    surplus: usize,
}

/// A fresh server under one load, and its journal beside what was accepted.
async fn run(directory: &Path, step: &Step, flags: &Flags) -> Result<Run, Box<dyn Error>> {
    let place = directory.join(format!("{:.0}", step.rate));
    std::fs::create_dir(&place)?;
    let (mut child, to) = start(&place, flags)?;
    let amount = Amount::Duration(Duration::from_secs(flags.seconds));
    let plan = LoadPlan::new(step.senders, step.rate, amount);
    let accepted = Arc::<Mutex<Vec<Alarm>>>::default();
    let listener: OnOutcome = {
        let accepted = Arc::clone(&accepted);
        Arc::new(move |outcome| {
            if outcome.verdict.is_accepted() {
                let alarm = (outcome.controller.clone(), outcome.reference.clone());
                let mut accepted = accepted.lock().unwrap_or_else(PoisonError::into_inner);
                accepted.push(alarm);
            }
        })
    };
    let settings = SenderSettings::new(to);
    let report = plan
        .run_watched(&settings, &Arc::default(), Some(listener))
        .await?;
    Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()?;
    child.wait()?;
    let accepted = std::mem::take(&mut *accepted.lock().unwrap_or_else(PoisonError::into_inner));
    let mut missing: HashSet<Alarm> = accepted.into_iter().collect();
    let journal = SqliteJournal::open(JournalSettings::at(place.join("alarms.sqlite")))?;
    let (mut cursor, mut stored, mut surplus) = (Sequence::START, 0, 0);
    loop {
        let records = journal.alarms_after(cursor, 1000).await?;
        let Some(last) = records.last() else { break };
        cursor = last.sequence;
        stored += records.len();
        for record in records {
            let alarm = (record.sender, record.source_ref.unwrap_or_default());
            surplus += usize::from(!missing.remove(&alarm));
        }
    }
    journal.close().await?;
    std::fs::remove_dir_all(&place)?;
    Ok(Run {
        report,
        lost: missing.len(),
        stored,
        surplus,
    })
}

fn start(directory: &Path, flags: &Flags) -> Result<(Child, SocketAddr), Box<dyn Error>> {
    let mut child = Command::new(std::env::current_exe()?)
        .arg("--serve")
        .arg(directory)
        .args(
            flags
                .checkpoint_bytes
                .map(|bytes| format!("--checkpoint-bytes={bytes}")),
        )
        .args(flags.log_bytes.map(|bytes| format!("--log-bytes={bytes}")))
        .stdin(Stdio::null())
        .spawn()?;
    let patience = Instant::now() + Duration::from_secs(10);
    while Instant::now() < patience {
        if let Ok(text) = std::fs::read_to_string(directory.join("addresses.json")) {
            let addresses: HashMap<String, SocketAddr> = serde_json::from_str(&text)?;
            let udp = addresses.get("udp").ok_or("no UDP address")?;
            return Ok((child, *udp));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill()?;
    child.wait()?;
    Err("the server is not ready after 10 s".into())
}

fn text(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1000.0)
}
