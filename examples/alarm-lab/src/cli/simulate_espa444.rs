//! `alarm-lab simulate espa444 panel` and `pager`.

use std::io::{self, BufRead};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use alarm_lab::espa444::{
    Call, Event, FaultRate, LineSettings, Pager, Panel, PanelReport, Station, Totals,
};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::mpsc;

use super::espa444_line::{self, StationArgs, not_opened};
use super::shower::Shower;
use super::simulate::millis;
use super::{Success, decode, runtime, values, wrong_usage};

/// Calls read ahead of the line.
const AHEAD: usize = 16;

pub(crate) const LONG: &str = "\
Is one side of an ESPA 4.4.4 line, on a serial port or over TCP: a panel that sends calls and says \
what became of each, or a pager that takes calls and answers, well or badly.

Both are whole stations: they poll, select, repeat, wait and give up as the profile says. A fault \
changes what such a station puts on the line, and nothing else. Without an address both sides meet on \
127.0.0.1 port 2023: start the pager first.";

const PANEL_LONG: &str = "\
Sends calls as a fire panel or nurse call system does ('1'), and prints what became of each: accepted \
(ACK), refused (NAK, busy) or not answered, and after what time. With --rate calls are due at their \
planned time and their time counts from there; without, each follows the outcome of the one before.

What is wrong with the line is printed as a finding, with what to do about it.";

const PANEL_EXAMPLES: &str = "\
Examples:
  alarm-lab simulate espa444 panel
      One call to a pager on 127.0.0.1:2023, the dialogue shown
  alarm-lab simulate espa444 panel --serial /dev/ttyUSB0 --settings 9600-7E1 \\
      --call 208 --text 'BRANN SLOYFE 3' --priority 1 --beep 2
      A fire alarm on a serial line
  alarm-lab simulate espa444 panel --calls calls.txt --json
      A call per line: ADDRESS TEXT, or an object with address, text, beep, call_type,
      transmissions, priority
  alarm-lab simulate espa444 panel --fault bad-bcc:30 --count 20
      Three in ten blocks damaged

`alarm-lab faults espa444` explains the faults.

Exit status: 0 when every call was accepted, 1 when one was not, 2 for wrong usage.";

const PAGER_LONG: &str = "\
Takes calls as a paging system does ('2'), and prints them. Faults decide how it answers.

What is wrong with the line is printed as a finding, with what to do about it.";

const PAGER_EXAMPLES: &str = "\
Examples:
  alarm-lab simulate espa444 pager
      Takes calls on 127.0.0.1:2023 until Ctrl-C
  alarm-lab simulate espa444 pager --serial /dev/ttyUSB0 --settings 9600-7E1 --status
      On a serial line, each call reported as paged when the panel polls
  alarm-lab simulate espa444 pager --fault nak:30 --fault lost-ack:10
      A bad line: what does the panel do?
  alarm-lab simulate espa444 pager --control-station --count 5 --json
      Owns the line and polls the panel; ends after five calls

`alarm-lab faults espa444` explains the faults.

Exit status: 0 when everything that came was accepted, 1 when something was not, 2 for wrong usage.";

#[derive(Subcommand)]
pub(crate) enum Side {
    /// The caller: sends calls
    #[command(long_about = PANEL_LONG)]
    Panel(Box<PanelArgs>),
    /// The receiver: takes calls
    #[command(long_about = PAGER_LONG)]
    Pager(Box<PagerArgs>),
}

#[derive(clap::Args)]
struct FaultArgs {
    /// A fault, always or in so many percent of the cases; may be given several times
    #[arg(long, value_name = "NAME[:RATE]", help_heading = "Faults")]
    fault: Vec<FaultRate>,
    /// How late `--fault late-answer` is, in seconds
    #[arg(long, value_name = "TIME", default_value = "5", value_parser = values::seconds,
          help_heading = "Faults")]
    late_by: Duration,
    /// Decides when faults with a rate show
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 1,
        help_heading = "Faults"
    )]
    seed: u64,
}

#[derive(clap::Args)]
struct OutputArgs {
    /// Show every poll, select, block and answer
    #[arg(long)]
    dialogue: bool,
    /// One JSON object per line instead of text
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
#[command(after_help = PANEL_EXAMPLES)]
pub(crate) struct PanelArgs {
    #[command(flatten)]
    station: StationArgs,
    /// The pager owns the line: call when polled
    #[arg(long, help_heading = "Line")]
    polled: bool,

    /// Record 1: the number of a pager or group [default: 31]
    #[arg(long, value_name = "NUMBER", help_heading = "Call")]
    call: Option<String>,
    /// Record 2: the text [default: TEST]; numbered when there are several calls
    #[arg(long, value_name = "TEXT", help_heading = "Call")]
    text: Option<String>,
    /// Record 3: beep coding
    #[arg(long, value_name = "CODE", help_heading = "Call")]
    beep: Option<String>,
    /// Record 4: call type; 1 reset, 2 speech, 3 standard
    #[arg(long, value_name = "CODE", help_heading = "Call")]
    call_type: Option<String>,
    /// Record 5: number of transmissions by the pager
    #[arg(long, value_name = "NUMBER", help_heading = "Call")]
    transmissions: Option<String>,
    /// Record 6: priority; 1 alarm, 2 high, 3 normal
    #[arg(long, value_name = "CODE", help_heading = "Call")]
    priority: Option<String>,
    /// Calls from a file, one per line, - for the standard input; what a line leaves out comes from
    /// the flags
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "count",
        help_heading = "Call"
    )]
    calls: Option<String>,

    /// How many calls
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u64).range(1..), help_heading = "Sending")]
    count: u64,
    /// Calls per second [default: each after the one before]
    #[arg(long, value_name = "PER_SECOND", value_parser = values::rate, help_heading = "Sending")]
    rate: Option<f64>,
    /// Transactions in which a call may fail
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u32).range(1..), help_heading = "Sending")]
    attempts: u32,
    /// Repeats of a block in one transaction [default: the profile's, 2 as a rule]
    #[arg(long, value_name = "N", help_heading = "Sending")]
    repeats: Option<u8>,
    /// How long to wait after a failed call, in seconds [default: the profile's, 1 as a rule]
    #[arg(long, value_name = "TIME", value_parser = values::seconds, help_heading = "Sending")]
    retry: Option<Duration>,
    /// How long a call may take altogether, in seconds
    #[arg(long, value_name = "TIME", default_value = "30", value_parser = values::seconds,
          help_heading = "Sending")]
    timeout: Duration,
    /// How long to stay after the last call, for status information, in seconds
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = values::seconds,
          help_heading = "Sending")]
    linger: Duration,

    #[command(flatten)]
    faults: FaultArgs,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(clap::Args)]
#[command(after_help = PAGER_EXAMPLES)]
pub(crate) struct PagerArgs {
    #[command(flatten)]
    station: StationArgs,
    /// Own the line, and poll the panel
    #[arg(long, help_heading = "Line")]
    control_station: bool,

    /// Report each call taken with this value of record 7, 3 (paged) unless given
    #[arg(long, value_name = "CODE", num_args = 0..=1, default_missing_value = "3",
          help_heading = "Answers")]
    status: Option<String>,
    /// End after so many calls, accepted or not
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..),
          help_heading = "Answers")]
    count: Option<u64>,
    /// End after this time, in seconds (or 2m)
    #[arg(long, value_name = "TIME", value_parser = values::seconds, help_heading = "Answers")]
    duration: Option<Duration>,

    #[command(flatten)]
    faults: FaultArgs,
    #[command(flatten)]
    output: OutputArgs,
}

pub(crate) fn run(side: &Side) -> io::Result<Success> {
    match side {
        Side::Panel(args) => panel(args),
        Side::Pager(args) => pager(args),
    }
}

fn settings(station: &StationArgs, faults: &FaultArgs) -> LineSettings {
    let mut settings = station.settings();
    settings.faults.clone_from(&faults.fault);
    settings.late_by = faults.late_by;
    settings.seed = faults.seed;
    settings
}

fn panel(args: &PanelArgs) -> io::Result<Success> {
    let mut line = settings(&args.station, &args.faults);
    if let Err(error) = line.check(Station::Panel, true) {
        wrong_usage(error);
    }
    line.panel_controls = !args.polled;
    if let Some(repeats) = args.repeats {
        line.profile.sending.repeats = repeats;
    }
    if let Some(time) = args.retry {
        line.set_retry(time);
    }
    let source = Source::of(args, &line);
    let mut panel = Panel::new(line);
    panel.transactions = args.attempts;
    panel.timeout = args.timeout;
    panel.rate = args.rate;
    panel.linger = args.linger;
    let total = source.total();
    runtime()?.block_on(async {
        let (place, name) = args
            .station
            .line
            .place(espa444_line::Default::Connect)
            .await?;
        let bar = match total {
            Some(total @ 2..) => ProgressBar::new(total),
            _ => ProgressBar::hidden(),
        };
        if let Ok(style) = ProgressStyle::with_template(
            "{bar:30} {pos}/{len} calls, {msg}  {elapsed} of {duration}",
        ) {
            bar.set_style(style);
        }
        let dialogue = args.output.dialogue || (total == Some(1) && !args.output.json);
        let mut shower = Shower::new(args.output.json, dialogue, bar.clone());
        announce(&mut shower, &place, &name);
        let (calls, bad) = source.start()?;
        let stop = shower.stop();
        let (mut done, mut failed) = (0_u64, 0_u64);
        let report = panel
            .run(place, calls, stop, &mut |event| {
                if let Event::Call(call) = &event {
                    done += 1;
                    failed += u64::from(!call.outcome.is_good());
                    bar.set_position(done);
                    bar.set_message(format!("{failed} not accepted"));
                }
                shower.show(&event);
            })
            .await;
        let report = match report {
            Ok(report) => report,
            Err(error) => {
                bar.finish_and_clear();
                not_opened(&name, &error, args.output.json)?;
                return Ok(false);
            }
        };
        let bad = bad.load(Ordering::Relaxed);
        shower.finish(&report, &panel_rows(&report))?;
        Ok(report.is_all_accepted() && bad == 0)
    })
}

fn pager(args: &PagerArgs) -> io::Result<Success> {
    let mut line = settings(&args.station, &args.faults);
    if let Err(error) = line.check(Station::Pager, args.status.is_some()) {
        wrong_usage(error);
    }
    line.panel_controls = !args.control_station;
    let mut pager = Pager::new(line);
    pager.status.clone_from(&args.status);
    pager.count = args.count;
    pager.duration = args.duration;
    runtime()?.block_on(async {
        let (place, name) = args
            .station
            .line
            .place(espa444_line::Default::Listen)
            .await?;
        let json = args.output.json;
        let mut shower = Shower::new(json, args.output.dialogue, ProgressBar::hidden());
        announce(&mut shower, &place, &name);
        let stop = shower.stop();
        let report = pager
            .run(place, stop, &mut |event| shower.show(&event))
            .await;
        let report = match report {
            Ok(report) => report,
            Err(error) => {
                not_opened(&name, &error, json)?;
                return Ok(false);
            }
        };
        let mut rows = vec![
            ("calls", report.calls.to_string()),
            ("accepted", report.accepted.to_string()),
            ("refused", report.refused.to_string()),
            ("damaged", report.damaged.to_string()),
            ("possible repeats", report.repeats.to_string()),
        ];
        if args.status.is_some() {
            rows.push(("status sent", report.status_sent.to_string()));
        }
        rows.extend(total_rows(&report.totals));
        shower.finish(&report, &rows)?;
        Ok(report.is_all_accepted())
    })
}

/// Says where to reach a side that waits.
pub(super) fn announce(shower: &mut Shower, place: &alarm_lab::espa444::Place, name: &str) {
    if let alarm_lab::espa444::Place::Listen(_) = place {
        shower.show(&Event::Line {
            state: "listening",
            detail: name.to_owned(),
        });
    }
}

fn panel_rows(report: &PanelReport) -> Vec<(&'static str, String)> {
    let mut rows = vec![
        ("calls", report.calls.to_string()),
        ("accepted", report.accepted.to_string()),
    ];
    if report.sent > 0 {
        rows.push(("sent, no answers", report.sent.to_string()));
    }
    rows.push(("failed", report.failed.to_string()));
    if report.received > 0 {
        rows.push(("blocks received", report.received.to_string()));
    }
    if report.damaged > 0 {
        rows.push(("damaged", report.damaged.to_string()));
    }
    let latency = &report.totals.latency;
    if latency.count() > 1 {
        let at = |percent| millis(latency.percentile(percent));
        let (p50, p99, most) = (at(50.0), at(99.0), millis(latency.max()));
        rows.push(("time to ACK", format!("p50 {p50}, p99 {p99}, max {most}")));
    }
    rows.extend(total_rows(&report.totals));
    rows
}

fn total_rows(totals: &Totals) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    if !totals.findings.is_empty() {
        rows.push(("findings", totals.findings.join(", ")));
    }
    rows.push(("elapsed", format!("{:.1} s", totals.elapsed_s)));
    rows
}

/// Where calls come from.
enum Source {
    /// The flags, so many times.
    Flags(Call, u64),
    /// Lines of a file.
    File(Vec<Call>),
    /// Lines of the standard input, and the flags.
    Input(Call),
}

impl Source {
    /// Wrong calls in flags and files are wrong usage; those of a stream come later.
    fn of(args: &PanelArgs, line: &LineSettings) -> Self {
        let mut flags = Call::default();
        flags.address.clone_from(&args.call);
        flags.text.clone_from(&args.text);
        flags.beep.clone_from(&args.beep);
        flags.call_type.clone_from(&args.call_type);
        flags.transmissions.clone_from(&args.transmissions);
        flags.priority.clone_from(&args.priority);
        let Some(file) = &args.calls else {
            let mut default = Call::default();
            default.address = Some("31".to_owned());
            default.text = Some("TEST".to_owned());
            let call = flags.or(&default);
            if let Err(error) = call.block(&line.profile) {
                wrong_usage(error);
            }
            return Source::Flags(call, args.count);
        };
        if file == "-" {
            return Source::Input(flags);
        }
        let text = match decode::read(file) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => wrong_usage(format!("--calls {file}: {}", error.detail())),
        };
        let mut calls = Vec::new();
        for (number, line_of_file) in text.lines().enumerate() {
            let refuse = |error: &dyn std::fmt::Display| -> ! {
                wrong_usage(format!("--calls {file}, line {}: {error}", number + 1))
            };
            match Call::from_line(line_of_file) {
                Ok(None) => {}
                Ok(Some(call)) => {
                    let call = call.or(&flags);
                    if let Err(error) = call.block(&line.profile) {
                        refuse(&error);
                    }
                    calls.push(call);
                }
                Err(error) => refuse(&error),
            }
        }
        if calls.is_empty() {
            wrong_usage(format!("--calls {file}: there is no call in it"));
        }
        Source::File(calls)
    }

    fn total(&self) -> Option<u64> {
        match self {
            Source::Flags(_, count) => Some(*count),
            Source::File(calls) => u64::try_from(calls.len()).ok(),
            Source::Input(_) => None,
        }
    }

    /// Calls as the panel takes them, and how many lines said none.
    fn start(self) -> io::Result<(mpsc::Receiver<Call>, Arc<AtomicU64>)> {
        let (sender, calls) = mpsc::channel(AHEAD);
        let bad = Arc::new(AtomicU64::new(0));
        match self {
            Source::Flags(call, count) => {
                tokio::spawn(async move {
                    for number in 1..=count {
                        let mut call = call.clone();
                        if let (Some(text), 2..) = (&call.text, count) {
                            call.text = Some(format!("{text} {number}"));
                        }
                        if sender.send(call).await.is_err() {
                            break;
                        }
                    }
                });
            }
            Source::File(list) => {
                tokio::spawn(async move {
                    for call in list {
                        if sender.send(call).await.is_err() {
                            break;
                        }
                    }
                });
            }
            Source::Input(flags) => {
                let bad = Arc::clone(&bad);
                // A thread of its own: a read from a terminal cannot be given up.
                std::thread::Builder::new().spawn(move || {
                    for line in io::stdin().lock().lines() {
                        let call = match line {
                            Ok(line) => Call::from_line(&line).map_err(|error| error.to_string()),
                            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                                Err(error.to_string())
                            }
                            Err(error) => {
                                bad.fetch_add(1, Ordering::Relaxed);
                                eprintln!("error: {error}");
                                break;
                            }
                        };
                        match call {
                            Ok(None) => {}
                            Ok(Some(call)) => {
                                if sender.blocking_send(call.or(&flags)).is_err() {
                                    break;
                                }
                            }
                            Err(error) => {
                                bad.fetch_add(1, Ordering::Relaxed);
                                eprintln!("error: {error}");
                            }
                        }
                    }
                })?;
            }
        }
        Ok((calls, bad))
    }
}
