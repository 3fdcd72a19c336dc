//! `alarm-lab tap`.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::time::{Duration, Instant};

use alarm_lab::decode::espa444::Sender;
use alarm_lab::espa444::{Event, Observer, Place};
use clap::ValueEnum;
use espa444::driver::Connect;
use espa444::{Address, FindingKind};
use indicatif::ProgressBar;
use serde::Serialize;
use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;

use super::espa444_line::{self, not_opened};
use super::shower::Shower;
use super::simulate_espa444::announce;
use super::{Success, runtime, values, wrong_usage};

/// Reads that may wait to be heard.
const AHEAD: usize = 64;

pub(crate) const LONG: &str = "\
Listens to an ESPA 4.4.4 line and says what happens on it: who polls and selects whom, what the blocks \
hold, how they are answered, and what is wrong with the line and what to do about it. Not a single byte \
is written to the line.

One wire is heard with one port. A serial line has a wire for each direction: with --other a second \
port hears the other one, and then the tap knows who speaks. Without, both directions come merged, as \
on two-wire lines and from many device servers, or only one is heard.

With --listen the tap takes one connection after the other; else it ends when the line is closed.";

const EXAMPLES: &str = "\
Examples:
  alarm-lab tap --serial /dev/ttyUSB0 --settings 9600-7E1
  alarm-lab tap --serial /dev/ttyUSB0 --other /dev/ttyUSB1
      Each direction on a port of its own: > is the panel, < the pager
  alarm-lab tap --connect 192.0.2.7:8000 --json | jq -c 'select(.event == \"finding\")'
      What is wrong with a line behind a device server?
  socat -u /dev/ttyS0,raw,b9600 - | alarm-lab tap --stdin
  alarm-lab tap --serial /dev/ttyUSB0 --address 2 --duration 10m
      Is the pager, set to address 2, ever called?

Exit status: 0 when the line was heard to the end asked for, 1 when it could not be opened or broke, 2 \
for wrong usage.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    line: espa444_line::Args,
    /// A second serial port, on the wire that the pager sends on
    #[arg(
        long,
        value_name = "DEVICE",
        requires = "serial",
        help_heading = "Line"
    )]
    other: Option<String>,
    /// Bytes of a line from the standard input
    #[arg(long, conflicts_with = "place", help_heading = "Line")]
    stdin: bool,
    /// The address that the pager is set to: a finding when others are called and it never
    #[arg(long, value_name = "ADDRESS", value_parser = espa444_line::address, help_heading = "Line")]
    address: Option<Address>,
    /// Who sends what is heard, where that is known; with --other it is
    #[arg(long, value_enum, conflicts_with = "other", help_heading = "Line")]
    side: Option<SideName>,
    /// Show only blocks and findings
    #[arg(long)]
    blocks: bool,
    /// End after so many blocks, good or not
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// End after this time, in seconds (or 10m)
    #[arg(long, value_name = "TIME", value_parser = values::seconds)]
    duration: Option<Duration>,
    /// One JSON object per line instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum SideName {
    /// The panel
    Caller,
    /// The pager
    Receiver,
}

/// What was heard altogether.
#[derive(Default, Serialize)]
struct Report {
    /// Bytes of the line.
    bytes: u64,
    /// Blocks that could be read, repeats included.
    blocks: u64,
    /// Blocks that could not.
    refused_blocks: u64,
    /// Blocks that were acknowledged.
    acknowledged: u64,
    /// Polls and selects.
    enquiries: u64,
    /// Transactions in which a station was selected.
    transactions: u64,
    /// Codes of all that was found, each once.
    findings: BTreeSet<&'static str>,
    /// In seconds.
    elapsed_s: f64,
}

impl Report {
    const fn all_blocks(&self) -> u64 {
        self.blocks + self.refused_blocks
    }
}

/// Something from the line.
enum Input {
    Bytes(Option<Sender>, Vec<u8>),
    Opened,
    Closed(io::Result<()>),
    NotOpened(io::Error),
}

pub(crate) fn run(args: &Args) -> io::Result<Success> {
    if !args.stdin && !args.line.is_given() {
        wrong_usage(
            "where is the line? Write --serial DEVICE, --connect HOST:PORT, --listen ADDR or --stdin",
        );
    }
    runtime()?.block_on(listen(args))
}

async fn listen(args: &Args) -> io::Result<Success> {
    let (sender, input) = mpsc::channel(AHEAD);
    let side = args.side.map(|side| match side {
        SideName::Caller => Sender::Caller,
        SideName::Receiver => Sender::Receiver,
    });
    let mut shower = Shower::new(args.json, true, ProgressBar::hidden());
    let name = if args.stdin {
        // A thread of its own: a read from a terminal cannot be given up.
        std::thread::Builder::new().spawn(move || read_input(side, &sender))?;
        "the standard input".to_owned()
    } else if let (Some(first), Some(second)) = (&args.line.serial, &args.other) {
        for (device, who) in [(first, Sender::Caller), (second, Sender::Receiver)] {
            let place = args.line.port(device);
            tokio::spawn(read_place(place, Some(who), sender.clone()));
        }
        format!("{first} and {second}")
    } else {
        let (place, name) = args.line.place(espa444_line::Default::Connect).await?;
        announce(&mut shower, &place, &name);
        tokio::spawn(read_place(place, side, sender));
        name
    };
    let (report, end) = follow(args, &mut shower, input).await;
    let broken = match end {
        End::Asked => None,
        End::NotOpened(error) => {
            not_opened(&name, &error, args.json)?;
            return Ok(false);
        }
        End::Broken(error) => Some(error),
    };
    let rows = [
        ("bytes", report.bytes.to_string()),
        ("polls and selects", report.enquiries.to_string()),
        ("blocks", report.blocks.to_string()),
        ("acknowledged", report.acknowledged.to_string()),
        ("damaged blocks", report.refused_blocks.to_string()),
        (
            "findings",
            report
                .findings
                .iter()
                .copied()
                .collect::<Vec<_>>()
                .join(", "),
        ),
        ("elapsed", format!("{:.1} s", report.elapsed_s)),
    ];
    shower.finish(&report, &rows)?;
    if !args.json {
        hint(&report);
    }
    if let Some(error) = broken {
        eprintln!("error: {name}: {error}");
        eprintln!("Check the cable and the adapter, then start the tap again.");
        return Ok(false);
    }
    Ok(true)
}

enum End {
    /// By a limit, by Ctrl-C, or by the end of the line.
    Asked,
    NotOpened(io::Error),
    Broken(io::Error),
}

async fn follow(
    args: &Args,
    shower: &mut Shower,
    mut input: mpsc::Receiver<Input>,
) -> (Report, End) {
    let observer = Observer::new(&args.line.profile());
    let mut observer = match args.address {
        Some(address) => observer.for_station(address),
        None => observer,
    };
    let started = Instant::now();
    let until = args.duration.and_then(|time| started.checked_add(time));
    let mut report = Report::default();
    let mut stop = std::pin::pin!(shower.stop());
    let end = 'heard: loop {
        while let Some(event) = observer.next() {
            count(&mut report, &event);
            let is_block = match &event {
                Event::Heard(heard) => matches!(heard.item, "block" | "refused-block"),
                _ => true,
            };
            if is_block || !args.blocks {
                shower.show(&event);
            }
            if args.count.is_some_and(|count| report.all_blocks() >= count) {
                break 'heard End::Asked;
            }
        }
        let due = [observer.due(), until].into_iter().flatten().min();
        tokio::select! {
            biased;
            () = &mut stop => break End::Asked,
            heard = input.recv() => match heard {
                Some(Input::Bytes(sender, bytes)) => {
                    report.bytes += bytes.len() as u64;
                    observer.hear(sender, &bytes);
                }
                Some(Input::Opened) => shower.show(&line("connected", "the line is open")),
                Some(Input::Closed(Ok(()))) => shower.show(&line("disconnected", "the line was closed")),
                Some(Input::Closed(Err(error))) => break End::Broken(error),
                Some(Input::NotOpened(error)) => break End::NotOpened(error),
                None => break End::Asked,
            },
            () = sleep_until(due) => {
                if until.is_some_and(|at| at <= Instant::now()) {
                    break End::Asked;
                }
                observer.tick();
            }
        }
    };
    report.elapsed_s = started.elapsed().as_secs_f64();
    (report, end)
}

fn line(state: &'static str, detail: &str) -> Event {
    Event::Line {
        state,
        detail: detail.to_owned(),
    }
}

fn count(report: &mut Report, event: &Event) {
    match event {
        Event::Heard(heard) => match heard.item {
            "block" => report.blocks += 1,
            "refused-block" => report.refused_blocks += 1,
            "poll" | "select" | "poll-or-select" | "enquiry" => report.enquiries += 1,
            "eot" => {
                if let Some(dialogue) = &heard.dialogue {
                    report.transactions += u64::from(!dialogue["selected"].is_null());
                    report.acknowledged += dialogue["acknowledged"].as_u64().unwrap_or(0);
                }
            }
            _ => {}
        },
        Event::Finding(finding) => {
            report.findings.insert(finding.code);
        }
        _ => {}
    }
}

/// What to do next, where nothing of use was heard.
fn hint(report: &Report) {
    let sense = report.all_blocks() + report.enquiries;
    if report.bytes == 0 {
        eprintln!(
            "Nothing was heard. Check the wire (a tap needs the signal ground and the pin that the \
             other side sends on), and whether the panel polls when it is idle."
        );
    } else if sense == 0 && !report.findings.contains(FindingKind::ParityInData.code()) {
        eprintln!(
            "Bytes came, and nothing of the protocol was among them. Try other --settings: another \
             speed first, then 7E1 or 7E2 instead of 8N1; with RS-485, exchange the two wires."
        );
    }
}

/// Reads a place until it ends; listeners take one connection after the other.
async fn read_place(mut place: Place, who: Option<Sender>, to: mpsc::Sender<Input>) {
    let mut again = true;
    while again {
        let mut stream = match place.connect().await {
            Ok(stream) => stream,
            Err(error) => {
                let _ = to.send(Input::NotOpened(error)).await;
                return;
            }
        };
        if to.send(Input::Opened).await.is_err() {
            return;
        }
        let mut buffer = [0; 1024];
        let end = loop {
            match stream.read(&mut buffer).await {
                Ok(0) => break Ok(()),
                Ok(length) => {
                    let bytes = Input::Bytes(who, buffer[..length].to_vec());
                    if to.send(bytes).await.is_err() {
                        return;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        again = matches!(place, Place::Listen(_));
        // A listener outlives its peers, however they go.
        let end = if again { Ok(()) } else { end };
        if to.send(Input::Closed(end)).await.is_err() {
            return;
        }
    }
}

fn read_input(who: Option<Sender>, to: &mpsc::Sender<Input>) {
    let mut input = io::stdin().lock();
    let mut buffer = [0; 1024];
    loop {
        let message = match input.read(&mut buffer) {
            Ok(0) => return,
            Ok(length) => Input::Bytes(who, buffer[..length].to_vec()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                let _ = to.blocking_send(Input::Closed(Err(error)));
                return;
            }
        };
        if to.blocking_send(message).is_err() {
            return;
        }
    }
}

async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}
