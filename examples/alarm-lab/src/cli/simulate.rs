//! `alarm-lab simulate scaip`.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use alarm_lab::scaip::{
    Amount, DEFAULT_CONTROLLER, Exchange, Fault, LoadPlan, OnOutcome, Progress, Report, Sender,
    SenderSettings, Silence, Verdict, may_listen,
};
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use scaip::sip::Transport;
use scaip::{
    CallAddress, ControllerId, DeviceComponent, DeviceId, DeviceType, LocationCode, MessageType,
    StatusCode, Text,
};
use serde::Serialize;

use super::play::{ShownExchange, show_exchange};
use super::{Success, output, runtime, values, wrong_usage};

/// Alarms per second when nobody says.
const DEFAULT_RATE: f64 = 10.0;

pub(crate) const LONG: &str = "\
Sends alarms as a unit does: a SIP MESSAGE with an mrq, repeated on UDP by the timers of RFC 3261 \
until SIP answers, then waits for the mrs, wherever it comes (in a MESSAGE of its own, in the body \
of the 200, before the 200), and answers it with 200.

One alarm is shown message by message. More than one make a load: each leaves at its planned time \
whatever the answers do, and its latency counts from that time, so that neither side can hide a \
stall. Each sender has a socket and a controller of its own, counted upward from --controller.

An alarm counts as accepted when an mrs with its ref and snu 0 is in, and only then.";

const EXAMPLES: &str = "\
Examples:
  alarm-lab simulate scaip
      A pendant's alarm to 127.0.0.1:5060, request and answer shown
  alarm-lab simulate scaip --to 192.0.2.1 --device-type 0005 --status 0009 --voice no-voice:
      An automatic fall alarm without a call
  alarm-lab simulate scaip --message-type PI --controller 40211999
      A heartbeat
  alarm-lab simulate scaip --fault same-branch --fault no-from-tag --count 3
      Three alarms from a unit with a broken SIP stack
  alarm-lab simulate scaip --senders 256 --rate 1000 --duration 60 --log accepted.txt
      A load; accepted.txt gets a line `cid ref` for each accepted alarm at once

`alarm-lab faults` explains the faults.

Exit status: 0 when every alarm was accepted, 1 when one was not, 2 for wrong usage.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The receiver; port 5060 unless given
    #[arg(long, value_name = "HOST[:PORT]", default_value = "127.0.0.1:5060",
          value_parser = values::receiver, help_heading = "Receiver")]
    to: SocketAddr,
    /// How SIP travels
    #[arg(long, value_enum, default_value_t = TransportName::Udp, help_heading = "Receiver")]
    transport: TransportName,
    /// The receiver's account, Request-URI and To [default: sip:alarm@HOST]
    #[arg(long, value_name = "URI", help_heading = "Receiver")]
    account: Option<String>,

    /// cid: the first unit; further ones count upward
    #[arg(long, value_name = "CID", default_value = DEFAULT_CONTROLLER, help_heading = "Alarm")]
    controller: String,
    /// mty: message type
    #[arg(long, value_enum, ignore_case = true, default_value_t = Mty::Me, help_heading = "Alarm")]
    message_type: Mty,
    /// dty: device type [default: 0003 personal trigger; 0002 in a heartbeat]
    #[arg(long, value_name = "CODE", value_parser = values::device_type, help_heading = "Alarm")]
    device_type: Option<DeviceType>,
    /// did: device identifier
    #[arg(long, value_name = "ID", help_heading = "Alarm")]
    device_id: Option<String>,
    /// dco: device component
    #[arg(long, value_name = "CODE", value_parser = values::component, help_heading = "Alarm")]
    component: Option<DeviceComponent>,
    /// stc: status code, or none [default: 0010 manual alarm; none in a heartbeat]
    #[arg(long, value_name = "CODE", value_parser = values::status, help_heading = "Alarm")]
    status: Option<values::Status>,
    /// lco: location code
    #[arg(long, value_name = "CODE", value_parser = values::location, help_heading = "Alarm")]
    location: Option<LocationCode>,
    /// crd: where the call will come from, such as sip:, gsm:+4700000000 or no-voice:
    #[arg(long, value_name = "ADDRESS", value_parser = values::voice, help_heading = "Alarm")]
    voice: Option<CallAddress<'static>>,
    /// ite: information text, at most 128 characters
    #[arg(long, value_name = "TEXT", help_heading = "Alarm")]
    text: Option<String>,

    /// How many alarms [default: one per sender]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..),
          conflicts_with = "duration", help_heading = "Load")]
    count: Option<u64>,
    /// How long to send, in seconds (or 2m)
    #[arg(long, value_name = "TIME", value_parser = values::seconds, help_heading = "Load")]
    duration: Option<Duration>,
    /// Alarms per second of all senders together [default: 10]
    #[arg(long, value_name = "PER_SECOND", value_parser = values::rate, help_heading = "Load")]
    rate: Option<f64>,
    /// How many units, each with a socket and a controller of its own
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u16).range(1..=20_000), help_heading = "Load")]
    senders: u16,
    /// How long to wait for each mrs, in seconds
    #[arg(long, value_name = "TIME", default_value = "20", value_parser = values::seconds,
          help_heading = "Load")]
    timeout: Duration,
    /// Append a line `cid ref` for each accepted alarm as soon as its mrs is in
    #[arg(long, value_name = "FILE", help_heading = "Load")]
    log: Option<std::path::PathBuf>,

    /// A habit to imitate; may be given several times
    #[arg(long, value_name = "NAME", help_heading = "Faults")]
    fault: Vec<Fault>,
    /// Decides which datagrams `--fault lossy` drops
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 1,
        help_heading = "Faults"
    )]
    seed: u64,

    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum TransportName {
    /// Datagrams
    Udp,
    /// One connection per unit
    Tcp,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mty {
    /// An alarm or another event
    #[value(name = "ME")]
    Me,
    /// The alarm is withdrawn
    #[value(name = "RE")]
    Re,
    /// More about an alarm reported before
    #[value(name = "IN")]
    In,
    /// A heartbeat
    #[value(name = "PI")]
    Pi,
}

#[derive(Serialize)]
struct Summary<'a> {
    #[serde(flatten)]
    report: &'a Report,
    #[serde(skip_serializing_if = "Option::is_none")]
    exchange: Option<ShownExchange<'a>>,
}

#[derive(Serialize)]
struct Failure {
    error: FailureText,
}

#[derive(Serialize)]
struct FailureText {
    code: &'static str,
    detail: String,
}

pub(crate) fn run(args: &Args) -> io::Result<Success> {
    let settings = settings(args);
    if let Err(error) = settings.check() {
        wrong_usage(error);
    }
    let amount = match (args.duration, args.count) {
        (Some(duration), _) => Amount::Duration(duration),
        (None, Some(count)) => Amount::Count(count),
        (None, None) => Amount::Count(u64::from(args.senders)),
    };
    let rate = args.rate.unwrap_or(DEFAULT_RATE);
    let plan = LoadPlan::new(usize::from(args.senders), rate, amount);
    if plan.total() == 0 {
        wrong_usage("no alarm is due in this --duration: give a longer one or a higher --rate");
    }
    runtime()?.block_on(async {
        if !may_listen(settings.to, settings.transport).await {
            return nobody_listens(&settings, args.json);
        }
        if amount == Amount::Count(1) {
            one(&settings, args).await
        } else {
            many(&settings, plan, args).await
        }
    })
}

fn settings(args: &Args) -> SenderSettings {
    let heartbeat = args.message_type == Mty::Pi;
    let mut settings = SenderSettings::new(args.to);
    settings.transport = match args.transport {
        TransportName::Udp => Transport::Udp,
        TransportName::Tcp => Transport::Tcp,
    };
    settings.account = args.account.clone();
    settings.faults = args.fault.clone();
    settings.timeout = args.timeout;
    settings.seed = args.seed;
    let request = &mut settings.request;
    request.controller_id = ControllerId::new(args.controller.clone());
    request.message_type = match args.message_type {
        Mty::Me => MessageType::Message,
        Mty::Re => MessageType::Reset,
        Mty::In => MessageType::Information,
        Mty::Pi => MessageType::Heartbeat,
    };
    request.device_type = args.device_type.unwrap_or(if heartbeat {
        DeviceType::LOCAL_UNIT_AND_CONTROLLER
    } else {
        DeviceType::PERSONAL_TRIGGER
    });
    request.status_code = match args.status {
        Some(status) => status.0,
        None if heartbeat => None,
        None => Some(StatusCode::MANUAL_ALARM),
    };
    request.device_id = args.device_id.clone().map(DeviceId::from);
    request.device_component = args.component;
    request.location_code = args.location.unwrap_or(LocationCode::UNKNOWN);
    request.information_text = args.text.clone().map(Text::from);
    if let Some(voice) = &args.voice {
        request.caller_ids = voice.clone().into();
    } else if args.message_type != Mty::Me {
        request.caller_ids = scaip::CallAddresses::none();
    }
    settings
}

/// Says so before a timeout of twenty seconds would.
pub(crate) fn nobody_listens(settings: &SenderSettings, json: bool) -> io::Result<Success> {
    let (to, transport) = (settings.to, settings.transport.as_str());
    let detail = format!("nobody listens on {transport} {to}");
    if json {
        let code = "nobody-listens";
        output::json(
            &Failure {
                error: FailureText { code, detail },
            },
            false,
        )?;
    } else {
        eprintln!("error: {detail}");
        eprintln!("Start the receiver first, or name another with --to HOST:PORT or --transport.");
    }
    Ok(false)
}

async fn one(settings: &SenderSettings, args: &Args) -> io::Result<Success> {
    let log = open_log(args)?;
    let mut sender = Sender::open(settings).await.map_err(io::Error::other)?;
    let exchange = sender.exchange().await;
    if let Some(log) = log {
        log(&exchange.outcome);
    }
    let accepted = exchange.outcome.verdict.is_accepted();
    if args.json {
        let mut report = Report::default();
        report.planned = 1;
        report.elapsed = exchange.outcome.latency;
        report.add(&exchange.outcome);
        let summary = Summary {
            report: &report,
            exchange: Some(ShownExchange::of(&exchange)),
        };
        output::json(&summary, false)?;
    } else {
        show_exchange(&exchange)?;
        hint(&exchange, settings);
    }
    Ok(accepted)
}

/// What to do next, where that can be said.
fn hint(exchange: &Exchange, settings: &SenderSettings) {
    let text = match exchange.outcome.verdict {
        Verdict::Unanswered(Silence::Complete) => {
            "Check address, transport and firewall; a UDP port that is closed says nothing across \
             most networks."
        }
        Verdict::Unanswered(Silence::NoResponse) => {
            "The receiver took the message and sent no mrs back to the address it came from. Is \
             something behind it refusing to decide?"
        }
        Verdict::RefusedBySip(status) if matches!(status.get(), 401 | 407) => {
            "The receiver asks for credentials (SIP digest); the simulator has none."
        }
        Verdict::RefusedBySip(status) if status.get() == 404 => {
            "The receiver does not know the account; name it with --account sip:USER@DOMAIN."
        }
        Verdict::Refused(_) if !settings.faults.is_empty() => {
            "Some faults have to be refused; `alarm-lab faults` says which."
        }
        _ => return,
    };
    eprintln!("{text}");
}

async fn many(settings: &SenderSettings, plan: LoadPlan, args: &Args) -> io::Result<Success> {
    let log = open_log(args)?;
    let progress = Arc::new(Progress::default());
    // Hidden by itself when the error output is no terminal.
    let bar = ProgressBar::new(plan.total());
    if let Ok(style) = ProgressStyle::with_template(
        "{bar:30} {pos}/{len} answered, {msg}  {elapsed} of {duration}",
    ) {
        bar.set_style(style);
    }
    let watch = async {
        loop {
            let (accepted, failed) = (progress.accepted(), progress.failed());
            bar.set_position(accepted + failed);
            bar.set_message(format!("{failed} not accepted"));
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let report = tokio::select! {
        report = plan.run_watched(settings, &progress, log) => report,
        () = watch => unreachable!("the watch never ends"),
    };
    bar.finish_and_clear();
    let report = report.map_err(io::Error::other)?;
    if args.json {
        let summary = Summary {
            report: &report,
            exchange: None,
        };
        output::json(&summary, false)?;
    } else {
        show_report(&report, &plan)?;
    }
    Ok(report.is_all_accepted())
}

/// Appends a line for each accepted alarm, unbuffered: what is in the file was answered.
fn open_log(args: &Args) -> io::Result<Option<OnOutcome>> {
    let Some(path) = &args.log else {
        return Ok(None);
    };
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
    let file = Mutex::new(file);
    Ok(Some(Arc::new(move |outcome| {
        if outcome.verdict.is_accepted() {
            let line = format!("{} {}\n", outcome.controller, outcome.reference);
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(error) = file.write_all(line.as_bytes()) {
                eprintln!("warning: the log lacks {}: {error}", line.trim_end());
            }
        }
    })))
}

fn show_report(report: &Report, plan: &LoadPlan) -> io::Result<()> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut row = |name: &str, value: String| rows.push(vec![name.to_owned(), value]);
    row("sent", format!("{} of {}", report.sent, report.planned));
    row("accepted", report.accepted.to_string());
    row("refused", report.refused.to_string());
    for (number, count) in &report.by_status_number {
        if *number != 0 {
            row(&format!("  snu {number}"), count.to_string());
        }
    }
    for (status, count) in &report.by_sip_status {
        row(&format!("  SIP {status}"), count.to_string());
    }
    row("unanswered", report.unanswered.to_string());
    if report.not_sent > 0 {
        row("not sent", report.not_sent.to_string());
    }
    if report.strays > 0 {
        row("late or repeated mrs", report.strays.to_string());
    }
    for (name, latencies) in [("latency", &report.latencies), ("send lag", &report.lags)] {
        let at = |percent| millis(latencies.percentile(percent));
        let text = format!(
            "p50 {}, p90 {}, p99 {}, max {}",
            at(50.0),
            at(90.0),
            at(99.0),
            millis(latencies.max())
        );
        row(name, text);
    }
    #[allow(clippy::cast_precision_loss)]
    let achieved = report.accepted as f64 / report.elapsed.as_secs_f64().max(1e-9);
    let text = format!(
        "{:.1} s, {achieved:.0} accepted per second, {:.0} planned",
        report.elapsed.as_secs_f64(),
        plan.rate
    );
    row("elapsed", text);
    output::table(&rows)
}

pub(crate) fn millis(time: Option<Duration>) -> String {
    time.map_or_else(
        || "-".to_owned(),
        |time| format!("{:.1} ms", time.as_secs_f64() * 1e3),
    )
}
