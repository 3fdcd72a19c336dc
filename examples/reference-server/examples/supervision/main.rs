//! Supervision at scale: 40,000 units with a heartbeat a minute, alarms in the middle of them, and
//! 13,000 units that connect again within a minute.
//!
//! ```text
//! cargo run --release -p reference-server --example supervision
//! cargo run --release -p reference-server --example supervision -- --seconds 300
//! cargo run -p reference-server --example supervision -- --quick     # some seconds, judges less
//! ```
//!
//! Two processes on this machine's loopback: the reference server as it is configured for this, and
//! simulated units. Heartbeats over UDP leave at planned times, 40,000 units on 64 sockets, and are
//! sent again like SIP asks for (500 ms, doubled) when no answer comes; care alarms are those of the
//! `load` example. What a unit takes by itself is measured in this program, as is the store of
//! the supervision; what the journal takes for each message is seen before, with 64 units, and
//! taken off. Connections need file descriptors, one for each unit on either side: the program raises
//! its soft limit to the hard one and says when that is too low.

#![allow(
    clippy::print_stdout,
    reason = "a program whose result is what it prints"
)]

mod process;
mod units;

use std::collections::HashMap;
use std::error::Error;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use alarm_lab::scaip::{Amount, LoadPlan, Report, SenderSettings};
use clap::Parser;
use process::{Process, descriptors, memory};
use reference_server::config::{Config, Listen, Span};
use reference_server::devices::{DevicePath, Devices, Patience, Rules, SavedState};
use reference_server::inputs::scaip::ScaipInput;
use reference_server::journal::{Journal as _, JournalSettings, Sequence, SqliteJournal};
use reference_server::server::Server;
use reference_server::time::Timestamp;
use scaip::ControllerId;
use scaip::supervision::{self, Allowance, Interval, Supervisor};
use units::{Beats, Plan, SOCKETS, controller, reconnect};

/// Measure supervision at scale
#[derive(Debug, Clone, Parser)]
struct Flags {
    /// How long the heartbeats last.
    #[arg(long, default_value_t = 90)]
    seconds: u64,
    /// Units that send heartbeats over UDP.
    #[arg(long, default_value_t = 40_000)]
    controllers: usize,
    /// Units that connect again over TCP.
    #[arg(long, default_value_t = 13_000)]
    connections: usize,
    /// A few seconds with a few units: judges only that nothing is lost.
    #[arg(long)]
    quick: bool,
    /// Where the journal is kept while measuring; a folder on the disk to be judged.
    #[arg(long, default_value = ".")]
    directory: PathBuf,
    /// Serve in this folder; used by the program itself.
    #[arg(long, hide = true)]
    serve: Option<PathBuf>,
}

const SET: &str = "ALARM_SUPERVISION_LIMIT_SET";

/// How large the whole is.
struct Scale {
    controllers: usize,
    lap: Duration,
    seconds: Duration,
    connections: usize,
    within: Duration,
    /// Heartbeats until the journal's cache of 64 MiB is full.
    filling: usize,
    /// Whether it is large enough to be judged by.
    judged: bool,
}

impl Scale {
    fn of(flags: &Flags) -> Self {
        if flags.quick {
            return Scale {
                controllers: 900,
                lap: Duration::from_secs(3),
                seconds: Duration::from_secs(4),
                connections: 150,
                within: Duration::from_secs(2),
                filling: 500,
                judged: false,
            };
        }
        Scale {
            controllers: flags.controllers,
            lap: Duration::from_secs(60),
            seconds: Duration::from_secs(flags.seconds),
            connections: flags.connections,
            within: Duration::from_secs(60),
            filling: 60_000,
            judged: true,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    fn rate(&self) -> f64 {
        self.controllers as f64 / self.lap.as_secs_f64()
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count"
    )]
    fn heartbeats(&self) -> usize {
        (self.rate() * self.seconds.as_secs_f64()) as usize
    }
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    if std::env::var_os(SET).is_none() {
        return with_descriptors();
    }
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
            eprintln!("supervision: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs this program again with as many file descriptors as the system gives.
fn with_descriptors() -> ExitCode {
    let again = std::env::current_exe().and_then(|program| {
        Command::new("sh")
            .args(["-c", "ulimit -n \"$(ulimit -H -n)\"; exec \"$0\" \"$@\""])
            .arg(program)
            .args(std::env::args_os().skip(1))
            .env(SET, "1")
            .status()
    });
    match again {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("supervision: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(directory: &Path, flags: &Flags) -> Result<(), Box<dyn Error>> {
    let scale = Scale::of(flags);
    let free = || Listen::On(SocketAddr::from(([127, 0, 0, 1], 0)));
    let mut config = Config::default();
    config.journal.path = directory.join("alarms.sqlite");
    config.addresses_file = directory.join("addresses.json");
    config.http.listen = free();
    (config.scaip.tcp, config.scaip.udp) = (free(), free());
    config.scaip.connections = scale.connections + 1000;
    // All of them come from this machine.
    config.scaip.source_share = 1;
    config.scaip.supervision.enabled = true;
    config.scaip.supervision.interval = Span(Duration::from_secs(60));
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

/// One line of the table, and whether it is as asked.
struct Verdicts {
    judged: bool,
    met: bool,
}

impl Verdicts {
    fn line(&mut self, what: &str, value: &str, asked: &str, good: Option<bool>) {
        let verdict = match good {
            None => "",
            Some(_) if !self.judged => "not judged",
            Some(true) => "met",
            Some(false) => "MISSED",
        };
        self.met &= good != Some(false) || !self.judged;
        println!("| {what} | {value} | {asked} | {verdict} |");
    }

    /// Counts at every scale.
    fn always(&mut self, what: &str, value: &str, asked: &str, good: bool) {
        self.met &= good;
        let verdict = if good { "met" } else { "MISSED" };
        println!("| {what} | {value} | {asked} | {verdict} |");
    }
}

async fn measure(flags: &Flags) -> Result<bool, Box<dyn Error>> {
    let scale = Scale::of(flags);
    let descriptors = descriptors();
    if descriptors < scale.connections + 500 {
        return Err(format!(
            "{} connections need {} file descriptors and {descriptors} are allowed: raise the hard \
             limit (ulimit -H -n), or give fewer --connections",
            scale.connections,
            scale.connections + 500
        )
        .into());
    }
    let directory = tempfile::Builder::new()
        .prefix("alarm-supervision-")
        .tempdir_in(&flags.directory)?;
    let mut verdicts = Verdicts {
        judged: scale.judged,
        met: true,
    };
    println!(
        "{} units, {:.0} heartbeats/s for {} s; {} connections within {} s",
        scale.controllers,
        scale.rate(),
        scale.seconds.as_secs(),
        scale.connections,
        scale.within.as_secs()
    );
    println!();
    println!("| what | seen | asked | |");
    println!("|---|---|---|---|");
    own_memory(&scale, &mut verdicts)?;
    store(&directory.path().join("store"), &scale, &mut verdicts).await?;
    storm(
        &directory.path().join("storm"),
        &scale,
        flags,
        &mut verdicts,
    )
    .await?;
    Ok(verdicts.met)
}

/// What the supervision adds to the write-ahead log: its store alone, at the pace of the heartbeats.
async fn store(place: &Path, scale: &Scale, verdicts: &mut Verdicts) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir(place)?;
    let mut settings = JournalSettings::at(place.join("alarms.sqlite"));
    settings.checkpoint_bytes = 1 << 40;
    settings.answer_delay = Duration::from_millis(1);
    let journal = SqliteJournal::open(settings)?;
    let devices = listing(scale);
    let mut state = SavedState::default();
    let mut heard = |numbers: &mut dyn Iterator<Item = usize>| {
        for number in numbers {
            devices.heard(&controller(number), Timestamp::now(), DevicePath::Udp);
        }
        state.turn(&devices)
    };
    let all = heard(&mut (0..scale.controllers));
    journal.keep("store", all.unwrap_or_default()).await?;
    let before = journal.statistics().wal_bytes;
    let turns = 120_usize;
    let each = scale.controllers.div_ceil(60);
    for turn in 0..turns {
        // In an order that has nothing to do with their names.
        let some = (turn * each..(turn + 1) * each).map(|number| number * 7919 % scale.controllers);
        let changes = heard(&mut { some });
        journal.keep("store", changes.unwrap_or_default()).await?;
    }
    let written = journal.statistics().wal_bytes - before;
    journal.close().await?;
    std::fs::remove_dir_all(place)?;
    let per_turn = written / turns as u64;
    verdicts.line(
        "write-ahead log of the supervision, stored each second",
        &format!("{per_turn} bytes/s"),
        "",
        None,
    );
    Ok(())
}

/// What a unit takes in the two places that know it, in bytes: this process makes both, alone.
fn own_memory(scale: &Scale, verdicts: &mut Verdicts) -> Result<(), Box<dyn Error>> {
    let me = std::process::id();
    let (now, minute) = (Instant::now(), Interval::new(Duration::from_secs(60))?);
    let before = memory(me)?;
    let mut supervisor = Supervisor::new(now, supervision::Config::new(Allowance::new(minute)));
    for number in 0..scale.controllers {
        supervisor.sign_of_life(now, &ControllerId::new(controller(number)))?;
    }
    let watched = memory(me)?;
    let devices = listing(scale);
    for number in 0..scale.controllers {
        devices.heard(&controller(number), Timestamp::now(), DevicePath::Udp);
    }
    let listed = memory(me)?;
    let each = |from: u64, to: u64| to.saturating_sub(from) / scale.controllers as u64;
    let whole = each(before, listed);
    verdicts.line(
        "memory of a unit by itself",
        &format!(
            "{whole} bytes (supervision {}, list {})",
            each(before, watched),
            each(watched, listed)
        ),
        "below 500",
        Some(whole < 500 && supervisor.len() == devices.counts().supervised),
    );
    Ok(())
}

fn listing(scale: &Scale) -> Devices {
    let devices = Devices::default();
    devices.begin(Rules {
        patience: Patience {
            interval: Duration::from_secs(60),
            missed: 3,
        },
        own: HashMap::new(),
        unlisted: true,
        limit: scale.controllers,
    });
    devices
}

async fn storm(
    place: &Path,
    scale: &Scale,
    flags: &Flags,
    verdicts: &mut Verdicts,
) -> Result<(), Box<dyn Error>> {
    let mut server = Process::start(place, flags)?;
    let udp = server.address("udp")?;
    let plan = |run, controllers, count, rate| Plan {
        to: udp,
        controllers,
        count,
        rate,
        run,
    };
    // Few units first: until the journal's cache is full, and then to see what its memory of
    // references takes for each message.
    let (few, rate) = (SOCKETS, scale.rate());
    let filled = plan(0, few, scale.filling, rate * 2.0).run().await?;
    let empty = server.memory()?;
    let alone = plan(1, few, scale.heartbeats() / 2, rate).run().await?;
    let (before, cpu_before) = (server.memory()?, server.cpu()?);
    let plan = plan(2, scale.controllers, scale.heartbeats(), rate);
    let care = LoadPlan::new(32, 20.0, Amount::Duration(scale.seconds.mul_f64(0.8)));
    let begun = Instant::now();
    let alarms = async {
        tokio::time::sleep(scale.seconds.mul_f64(0.1)).await;
        care.run(&SenderSettings::new(udp)).await
    };
    let (beats, care): (Result<Beats, _>, Result<Report, _>) = tokio::join!(plan.run(), alarms);
    let (beats, care) = (beats?, care?);
    let took = begun.elapsed();
    let cpu = (server.cpu()? - cpu_before) / took.as_secs_f64();
    let after = server.memory()?;
    let units = scale.controllers as u64;
    let for_each = |bytes: f64| bytes / units as f64;
    let grown = for_each(after as f64 - before as f64);
    let of_message = (before as f64 - empty as f64) / alone.planned.max(1) as f64;
    let of_journal = for_each(of_message * beats.planned as f64);
    let own = grown - of_journal;

    verdicts.line(
        "processor time of the server",
        &format!("{cpu:.2} cores"),
        "below 1",
        Some(cpu < 1.0),
    );
    verdicts.line(
        "memory of the server grown, for each unit",
        &format!("{grown:.0} bytes"),
        "",
        None,
    );
    verdicts.line(
        "  of it the journal's, for the messages",
        &format!("{of_journal:.0} bytes"),
        "",
        None,
    );
    verdicts.line(
        "  of it the unit's own",
        &format!("{own:.0} bytes"),
        "below 500",
        Some(own < 500.0),
    );
    let p99 = care.latencies.percentile(99.0).unwrap_or_default();
    verdicts.line(
        &format!("wait of {} care alarms in the middle, 99 %", care.planned),
        &format!("{:.1} ms", p99.as_secs_f64() * 1000.0),
        "at most 1 s",
        Some(p99 <= Duration::from_secs(1)),
    );
    verdicts.always(
        "care alarms not accepted",
        &(care.planned - care.accepted).to_string(),
        "0",
        care.accepted == care.planned,
    );
    verdicts.always(
        "heartbeats lost",
        &format!(
            "{} of {} ({} sent again)",
            beats.planned - beats.accepted,
            beats.planned,
            beats.repeated
        ),
        "0",
        beats.accepted == beats.planned,
    );
    verdicts.line(
        "longest wait of a heartbeat",
        &format!("{:.1} ms", beats.longest.as_secs_f64() * 1000.0),
        "",
        None,
    );
    let supervised = server.metric("alarm_scaip_supervised")?;
    // Those of the heartbeats; the alarms have units of their own.
    verdicts.always(
        "units supervised",
        &format!("{supervised}"),
        &format!("at least {units}"),
        supervised >= units,
    );
    let silent = server.metric("alarm_scaip_silent")?;
    verdicts.always(
        "units taken for silent",
        &silent.to_string(),
        "0",
        silent == 0,
    );

    let again = reconnect(server.address("tcp")?, scale).await;
    verdicts.always(
        &format!(
            "units that connected again over TCP in {:.0} s, served",
            again.took.as_secs_f64()
        ),
        &format!("{} of {}", again.served, scale.connections),
        "all",
        again.served == scale.connections as u64,
    );
    verdicts.line(
        "longest from connecting to the mrs",
        &format!("{:.1} ms", again.longest.as_secs_f64() * 1000.0),
        "",
        None,
    );
    server.stop()?;
    let stored = stored(&place.join("alarms.sqlite")).await?;
    let few = filled.accepted + alone.accepted;
    let accepted = few + beats.accepted + care.accepted + again.served;
    verdicts.always(
        "accepted and not in the journal",
        &accepted.saturating_sub(stored).to_string(),
        "0",
        stored >= accepted,
    );
    Ok(())
}

async fn stored(path: &Path) -> Result<u64, Box<dyn Error>> {
    let journal = SqliteJournal::open(JournalSettings::at(path))?;
    let (mut cursor, mut stored) = (Sequence::START, 0);
    loop {
        let records = journal.alarms_after(cursor, 1000).await?;
        let Some(last) = records.last() else { break };
        cursor = last.sequence;
        stored += records.len() as u64;
    }
    journal.close().await?;
    Ok(stored)
}
