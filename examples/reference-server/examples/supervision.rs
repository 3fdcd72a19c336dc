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

use std::collections::HashMap;
use std::error::Error;
use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use alarm_lab::scaip::{Amount, LoadPlan, Report, SenderSettings};
use clap::Parser;
use reference_server::config::{Config, Listen, Span};
use reference_server::devices::{DevicePath, Devices, Patience, Rules, SavedState};
use reference_server::inputs::scaip::ScaipInput;
use reference_server::journal::{Journal as _, JournalSettings, Sequence, SqliteJournal};
use reference_server::server::Server;
use reference_server::time::Timestamp;
use scaip::ControllerId;
use scaip::supervision::{self, Allowance, Interval, Supervisor};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::task::JoinSet;
use tokio::time::{sleep_until, timeout};

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

/// Sockets of the heartbeats over UDP.
const SOCKETS: usize = 64;
/// A heartbeat that has no answer by then is lost (SIP timer F).
const LOST: Duration = Duration::from_secs(32);
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

fn controller(number: usize) -> String {
    format!("50{number:06}")
}

fn heartbeat(transport: &str, local: SocketAddr, number: usize, run: usize, unit: usize) -> String {
    let controller = controller(unit);
    let body = format!(
        "<mrq><ref>h{run}x{number}</ref><mty>PI</mty><cid>{controller}</cid><dty>0003</dty></mrq>"
    );
    format!(
        "MESSAGE sip:alarm@arc.example.net SIP/2.0\r\n\
         Via: SIP/2.0/{transport} {local};branch=z9hG4bK{run}x{number};rport\r\n\
         Max-Forwards: 70\r\nFrom: <sip:{controller}@arc.example.net>;tag=1\r\n\
         To: <sip:alarm@arc.example.net>\r\nCall-ID: {run}x{number}@example.net\r\n\
         CSeq: {} MESSAGE\r\nContent-Type: application/scaip+xml\r\n\
         Content-Length: {}\r\n\r\n{body}",
        number + 1,
        body.len()
    )
}

/// The 200 to a message of the server.
fn confirmation(message: &str) -> String {
    let echo: String = message
        .lines()
        .take_while(|line| !line.is_empty())
        .filter(|line| {
            let name = line.split(':').next().unwrap_or_default();
            ["Via", "From", "To", "Call-ID", "CSeq"].contains(&name)
        })
        .map(|line| format!("{line}\r\n"))
        .collect();
    format!("SIP/2.0 200 OK\r\n{echo}Content-Length: 0\r\n\r\n")
}

/// Heartbeats of many units over UDP.
#[derive(Clone)]
struct Plan {
    to: SocketAddr,
    controllers: usize,
    count: usize,
    rate: f64,
    run: usize,
}

/// What came of them.
#[derive(Default)]
struct Beats {
    planned: u64,
    accepted: u64,
    repeated: u64,
    longest: Duration,
}

/// A heartbeat without its `mrs` so far.
struct Open {
    bytes: String,
    planned: Instant,
    again: Option<Instant>,
    pause: Duration,
}

impl Plan {
    async fn run(&self) -> Result<Beats, Box<dyn Error>> {
        let start = Instant::now() + Duration::from_millis(50);
        let mut tasks = JoinSet::new();
        for first in 0..SOCKETS {
            let plan = self.clone();
            tasks.spawn(async move { plan.socket(first, start).await });
        }
        let mut all = Beats::default();
        while let Some(done) = tasks.join_next().await {
            let some = done??;
            all.planned += some.planned;
            all.accepted += some.accepted;
            all.repeated += some.repeated;
            all.longest = all.longest.max(some.longest);
        }
        Ok(all)
    }

    /// Every so-manieth heartbeat, on a socket of its own.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    async fn socket(&self, first: usize, start: Instant) -> std::io::Result<Beats> {
        let socket = UdpSocket::bind("127.0.0.1:0").await?;
        socket.connect(self.to).await?;
        let local = socket.local_addr()?;
        let mut open: HashMap<usize, Open> = HashMap::new();
        let mut beats = Beats::default();
        let mut numbers = (first..self.count).step_by(SOCKETS).peekable();
        let mut buffer = vec![0; 4096];
        loop {
            let next = numbers
                .peek()
                .map(|number| start + Duration::from_secs_f64(*number as f64 / self.rate));
            let again = open.values().filter_map(|open| open.again).min();
            let Some(wake) = [next, again].into_iter().flatten().min() else {
                if open.is_empty() {
                    return Ok(beats);
                }
                // Answered by SIP; the mrs is to come.
                let oldest = open.values().map(|open| open.planned).min();
                let end = oldest.unwrap_or(start) + LOST;
                match tokio::time::timeout_at(end.into(), socket.recv(&mut buffer)).await {
                    Ok(Ok(length)) => {
                        take(&socket, &buffer[..length], &mut open, &mut beats).await;
                    }
                    Ok(Err(error)) => return Err(error),
                    Err(_) => return Ok(beats),
                }
                continue;
            };
            tokio::select! {
                received = socket.recv(&mut buffer) => {
                    let length = received?;
                    take(&socket, &buffer[..length], &mut open, &mut beats).await;
                }
                () = sleep_until(wake.into()) => {
                    let now = Instant::now();
                    while let Some(number) = numbers.next_if(|number| {
                        start + Duration::from_secs_f64(*number as f64 / self.rate) <= now
                    }) {
                        let unit = number % self.controllers;
                        let bytes = heartbeat("UDP", local, number, self.run, unit);
                        let _ = socket.send(bytes.as_bytes()).await;
                        let pause = Duration::from_millis(500);
                        let planned = start + Duration::from_secs_f64(number as f64 / self.rate);
                        let again = Some(now + pause);
                        open.insert(number, Open { bytes, planned, again, pause });
                        beats.planned += 1;
                    }
                    for open in open.values_mut() {
                        if open.again.is_some_and(|again| again <= now) {
                            open.pause = (open.pause * 2).min(Duration::from_secs(4));
                            open.again = (now < open.planned + LOST).then(|| now + open.pause);
                            beats.repeated += 1;
                            let _ = socket.send(open.bytes.as_bytes()).await;
                        }
                    }
                }
            }
        }
    }
}

/// One datagram of the server.
async fn take(
    socket: &UdpSocket,
    datagram: &[u8],
    open: &mut HashMap<usize, Open>,
    beats: &mut Beats,
) {
    let Ok(message) = std::str::from_utf8(datagram) else {
        return;
    };
    if message.starts_with("SIP/2.0 200") {
        let number = message
            .lines()
            .find_map(|line| line.strip_prefix("CSeq: ")?.split(' ').next()?.parse().ok())
            .map(|number: usize| number.saturating_sub(1));
        if let Some(open) = number.and_then(|number| open.get_mut(&number)) {
            open.again = None;
        }
    } else if message.starts_with("MESSAGE ") {
        let _ = socket.send(confirmation(message).as_bytes()).await;
        let reference = message
            .split_once("<ref>h")
            .and_then(|(_, rest)| rest.split_once("</ref>"));
        let number = reference.and_then(|(reference, _)| reference.split_once('x')?.1.parse().ok());
        if let Some(number) = number
            && message.contains("<snu>0</snu>")
            && let Some(done) = open.remove(&number)
        {
            beats.accepted += 1;
            beats.longest = beats.longest.max(done.planned.elapsed());
        }
    }
}

/// What came of the units that connected again.
struct Again {
    served: u64,
    longest: Duration,
    took: Duration,
}

/// Each unit connects, sends a heartbeat, hears its `mrs` and stays connected.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
async fn reconnect(to: SocketAddr, scale: &Scale) -> Again {
    let start = Instant::now();
    let pause = scale.within.as_secs_f64() / scale.connections as f64;
    let served = Arc::new(AtomicU64::new(0));
    let (stay, leave) = tokio::sync::watch::channel(false);
    let mut units = JoinSet::new();
    for number in 0..scale.connections {
        let (served, mut leave) = (Arc::clone(&served), leave.clone());
        let at = start + Duration::from_secs_f64(pause * number as f64);
        units.spawn(async move {
            sleep_until(at.into()).await;
            let begun = Instant::now();
            let connected = timeout(LOST, one(to, number)).await;
            let waited = begun.elapsed();
            let stream = connected.ok().and_then(Result::ok);
            if stream.is_some() {
                served.fetch_add(1, Ordering::Relaxed);
            }
            // Connected until the last one is.
            let _ = leave.wait_for(|leave| *leave).await;
            drop(stream);
            waited
        });
    }
    let end = start + scale.within + LOST;
    let all = scale.connections as u64;
    while served.load(Ordering::Relaxed) < all && Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let took = start.elapsed();
    let _ = stay.send(true);
    let mut longest = Duration::ZERO;
    while let Some(done) = units.join_next().await {
        longest = longest.max(done.unwrap_or_default());
    }
    Again {
        served: served.load(Ordering::Relaxed),
        longest,
        took,
    }
}

async fn one(to: SocketAddr, number: usize) -> Result<TcpStream, Box<dyn Error + Send + Sync>> {
    let mut stream = TcpStream::connect(to).await?;
    let message = heartbeat("TCP", stream.local_addr()?, number, 2, number);
    stream.write_all(message.as_bytes()).await?;
    let mut text = String::new();
    let mut buffer = [0; 2048];
    loop {
        let length = stream.read(&mut buffer).await?;
        if length == 0 {
            return Err("closed".into());
        }
        text.push_str(std::str::from_utf8(&buffer[..length])?);
        if let Some(at) = text.find("MESSAGE sip:")
            && text.ends_with("</mrs>")
        {
            stream
                .write_all(confirmation(&text[at..]).as_bytes())
                .await?;
            return match text.contains("<snu>0</snu>") {
                true => Ok(stream),
                false => Err("refused".into()),
            };
        }
    }
}

/// The server in a process of its own.
struct Process {
    child: Child,
    addresses: HashMap<String, SocketAddr>,
}

impl Process {
    fn start(place: &Path, flags: &Flags) -> Result<Self, Box<dyn Error>> {
        std::fs::create_dir(place)?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--serve").arg(place);
        command.arg(format!("--connections={}", flags.connections));
        command.args(flags.quick.then_some("--quick"));
        let mut child = command.stdin(Stdio::null()).spawn()?;
        let patience = Instant::now() + Duration::from_secs(30);
        while Instant::now() < patience {
            if let Ok(text) = std::fs::read_to_string(place.join("addresses.json")) {
                let addresses = serde_json::from_str(&text)?;
                return Ok(Self { child, addresses });
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill()?;
        child.wait()?;
        Err("the server is not ready after 30 s".into())
    }

    fn address(&self, name: &str) -> Result<SocketAddr, Box<dyn Error>> {
        let address = self.addresses.get(name).copied();
        address.ok_or_else(|| format!("no address {name}").into())
    }

    fn memory(&self) -> Result<u64, Box<dyn Error>> {
        memory(self.child.id())
    }

    /// Processor time so far, in seconds.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    fn cpu(&self) -> Result<f64, Box<dyn Error>> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // Behind the name, which may hold anything: fields 3 and on (proc(5)).
        let (_, fields) = stat.rsplit_once(") ").ok_or("no stat")?;
        let ticks: u64 = fields
            .split(' ')
            .skip(11)
            .take(2)
            .filter_map(|field| field.parse::<u64>().ok())
            .sum();
        let per_second = Command::new("getconf").arg("CLK_TCK").output()?;
        let per_second: f64 = String::from_utf8(per_second.stdout)?.trim().parse()?;
        Ok(ticks as f64 / per_second)
    }

    /// A whole number among its metrics.
    fn metric(&self, name: &str) -> Result<u64, Box<dyn Error>> {
        let http = self.address("http")?;
        let mut client = std::net::TcpStream::connect(http)?;
        write!(
            client,
            "GET /metrics HTTP/1.1\r\nHost: {http}\r\nConnection: close\r\n\r\n"
        )?;
        let mut text = String::new();
        client.read_to_string(&mut text)?;
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(value.ok_or("no such metric")?.trim().parse()?)
    }

    fn stop(&mut self) -> Result<(), Box<dyn Error>> {
        Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // After stop() it has ended and been waited for.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Memory of a process that no file stands behind, in bytes.
fn memory(process: u32) -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:")?.split_whitespace().next())
        .ok_or("no RssAnon")?;
    Ok(kilobytes.parse::<u64>()? * 1024)
}

/// How many file descriptors this process may have.
fn descriptors() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let soft = limits
        .lines()
        .find_map(|line| {
            line.strip_prefix("Max open files")?
                .split_whitespace()
                .next()
        })
        .map(str::parse);
    match soft {
        Some(Ok(soft)) => soft,
        _ => usize::MAX,
    }
}
