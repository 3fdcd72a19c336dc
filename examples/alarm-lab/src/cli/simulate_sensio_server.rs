//! `alarm-lab simulate sensio server`.

use std::io::{self, BufRead, Write};
use std::net::SocketAddr;
use std::time::Duration;

use alarm_lab::sensio::{
    Command, DEFAULT_ADDRESS, DEFAULT_CLIENT_ID, DEFAULT_SECRET, DEFAULT_TOKEN, Hooks, Planned,
    Sensio, SensioEvent, SensioReport, Staff, WebhookState,
};
use indicatif::ProgressBar;
use sensio_partner::{DeviceIdentifier, Mode, Secret};

use super::decode_sensio::{WireArgs, device};
use super::shower::{Shower, Told};
use super::simulate_sensio::{is_local, secret};
use super::{Success, runtime, values, wrong_usage};

pub(crate) const LONG: &str = "\
Is a Sensio server: gives out tokens, takes events and statuses, keeps in memory which events are active, and \
prints every call, what it changed and what was tolerated. It serves plain HTTP: for TLS put something in front. \
What the vendor does not document it does as the crate sensio-partner says.

With --webhook it tells the partner when staff ends an event. Staff is you, by lines on the standard input:

  close DEVICE CODE   the event ends here, and the partner is told (EventStateChanged)
  ask DEVICE CODE     the partner is asked for its DELETE (RequestDeactivateEvent)
  active              which events are active?
  quit

or --staff-closes or --staff-asks, so long after each event. Failed webhooks are repeated with growing pauses.";

const EXAMPLES: &str = "\
Examples:
  alarm-lab simulate sensio server
  alarm-lab simulate sensio server --device SN-40211870 --strict --unity 6.11
  alarm-lab simulate sensio server --fault 503@events*2 --fault forget-tokens*1
  alarm-lab simulate sensio server --fault cut-after-body@events*1
  alarm-lab simulate sensio server --webhook http://127.0.0.1:8080/sensio/webhook --staff-asks 5
  echo 'close SN-40211870 906' | alarm-lab simulate sensio server --webhook http://127.0.0.1:8080/hook

`alarm-lab faults sensio-server` explains the faults: FAULT, with @token, @events or @statuses for some calls only, \
with *N for so many calls; one without *N shows always. --base is the path before every call.

Exit status: 0 unless a webhook was given up or nothing could be served; 2 for wrong usage.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Where it listens; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = DEFAULT_ADDRESS, help_heading = "Server")]
    listen: SocketAddr,
    /// The path before every call
    #[arg(
        long,
        value_name = "PATH",
        default_value = "/partner",
        help_heading = "Server"
    )]
    base: String,
    /// The client that gets a token
    #[arg(long, value_name = "TEXT", default_value = DEFAULT_CLIENT_ID,
          env = "ALARM_LAB_CLIENT_ID", help_heading = "Server")]
    client_id: String,
    /// A file with the client's secret; or ALARM_LAB_CLIENT_SECRET in the environment
    #[arg(long, value_name = "FILE", help_heading = "Server")]
    secret_file: Option<String>,
    /// How long a token lives, in seconds
    #[arg(long, value_name = "TIME", default_value = "86400", value_parser = values::seconds,
          help_heading = "Server")]
    token_life: Duration,
    /// A registered device; without any, every device is
    #[arg(long, value_name = "TEXT", value_parser = device, help_heading = "Server")]
    device: Vec<DeviceIdentifier>,
    /// Refuse deviations instead of tolerating them
    #[arg(long, help_heading = "Server")]
    strict: bool,
    #[command(flatten)]
    wire: WireArgs,

    /// Where webhooks go
    #[arg(long, value_name = "URL", help_heading = "Webhooks")]
    webhook: Option<String>,
    /// A file with the validation token; or ALARM_LAB_WEBHOOK_TOKEN in the environment
    #[arg(
        long,
        value_name = "FILE",
        requires = "webhook",
        help_heading = "Webhooks"
    )]
    token_file: Option<String>,
    /// Staff closes each event after so many seconds
    #[arg(long, value_name = "TIME", value_parser = values::seconds, requires = "webhook",
          conflicts_with = "staff_asks", help_heading = "Webhooks")]
    staff_closes: Option<Duration>,
    /// Staff asks for the end of each event after so many seconds
    #[arg(long, value_name = "TIME", value_parser = values::seconds, requires = "webhook",
          help_heading = "Webhooks")]
    staff_asks: Option<Duration>,
    /// Tell the partner of its own DELETE, too
    #[arg(long, requires = "webhook", help_heading = "Webhooks")]
    echo: bool,
    /// How long a webhook is tried, in seconds
    #[arg(long, value_name = "TIME", default_value = "86400", value_parser = values::seconds,
          help_heading = "Webhooks")]
    give_up_after: Duration,

    /// A fault; may be given several times
    #[arg(long, value_name = "FAULT", help_heading = "Faults")]
    fault: Vec<Planned>,

    /// End after so many calls about events and statuses [default: at Ctrl-C]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..),
          help_heading = "Run")]
    calls: Option<u64>,
    /// End after so many seconds
    #[arg(long, value_name = "TIME", value_parser = values::seconds, help_heading = "Run")]
    duration: Option<Duration>,

    /// Show the answers to all requests, not only those that were not taken
    #[arg(long, help_heading = "Output")]
    dialogue: bool,
    /// One JSON object per line instead of text
    #[arg(long, help_heading = "Output")]
    json: bool,
}

fn sensio(args: &Args) -> Sensio {
    let local = args.listen.ip().is_loopback();
    let file = args.secret_file.as_deref();
    let secret = secret(file, "ALARM_LAB_CLIENT_SECRET", "--secret-file").unwrap_or_else(|| {
        if !local {
            wrong_usage("others can reach this address: give a secret with --secret-file or ALARM_LAB_CLIENT_SECRET");
        }
        DEFAULT_SECRET.to_owned()
    });
    let mut sensio = Sensio::new(args.listen, &args.client_id, Secret::new(secret));
    sensio.base.clone_from(&args.base);
    sensio.devices.clone_from(&args.device);
    if args.strict {
        sensio.mode = Mode::Strict;
    }
    sensio.version = args.wire.unity;
    sensio.wire = args.wire.profile();
    sensio.token_life = args.token_life;
    sensio.faults.clone_from(&args.fault);
    sensio.calls = args.calls;
    sensio.hooks = args.webhook.as_ref().map(|url| {
        let file = args.token_file.as_deref();
        let token =
            self::secret(file, "ALARM_LAB_WEBHOOK_TOKEN", "--token-file").unwrap_or_else(|| {
                if !is_local(url) {
                    wrong_usage("give the token with --token-file or ALARM_LAB_WEBHOOK_TOKEN");
                }
                DEFAULT_TOKEN.to_owned()
            });
        let mut hooks = Hooks::new(url, Secret::new(token));
        hooks.version = args.wire.unity;
        hooks.give_up_after = args.give_up_after;
        hooks.echo = args.echo;
        let closes = args.staff_closes.map(|after| (after, Staff::Closes));
        hooks.staff = closes.or(args.staff_asks.map(|after| (after, Staff::Asks)));
        hooks
    });
    sensio
}

pub(crate) fn run(args: &Args) -> io::Result<Success> {
    let sensio = sensio(args);
    let (sender, commands) = tokio::sync::mpsc::channel(16);
    // Reading cannot be given up half way, so it has a thread that ends with the process.
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            let Ok(line) = line else { break };
            if line.trim().is_empty() {
                continue;
            }
            if sender.blocking_send(line.parse::<Command>()).is_err() {
                break;
            }
        }
    });
    let mut shower = Shower::new(args.json, args.dialogue, ProgressBar::hidden());
    let stop = shower.stop();
    let duration = args.duration;
    let stop = async move {
        match duration {
            Some(duration) => {
                let _ = tokio::time::timeout(duration, stop).await;
            }
            None => stop.await,
        }
    };
    let runtime = runtime()?;
    let report = runtime.block_on(sensio.run(commands, stop, &mut |event| shower.show(&event)));
    let report = report.unwrap_or_else(|error| wrong_usage(error));
    shower.finish(&report, &rows(&report))?;
    Ok(report.is_good())
}

fn rows(report: &SensioReport) -> Vec<(&'static str, String)> {
    let changes: Vec<_> = report
        .changes
        .iter()
        .map(|(name, count)| format!("{count} {name}"))
        .collect();
    let answers: Vec<_> = report
        .answers
        .iter()
        .map(|(status, count)| format!("{count} times {status}"))
        .collect();
    let mut rows = vec![
        (
            "calls about events",
            format!("{} ({})", report.calls, changes.join(", ")),
        ),
        (
            "statuses",
            format!("{} in {} calls", report.statuses, report.status_calls),
        ),
        ("answers", answers.join(", ")),
        ("with deviations", report.with_warnings.to_string()),
        ("still active", report.active.to_string()),
    ];
    let hooks = [
        (report.webhooks_delivered, "delivered"),
        (report.webhooks_given_up, "given up"),
        (
            u64::try_from(report.webhooks_waiting).unwrap_or(u64::MAX),
            "waiting",
        ),
    ];
    if hooks.iter().any(|(count, _)| *count > 0) {
        let hooks: Vec<_> = hooks
            .iter()
            .map(|(count, name)| format!("{count} {name}"))
            .collect();
        rows.push(("webhooks", hooks.join(", ")));
    }
    rows.push(("elapsed", format!("{:.1} s", report.elapsed_s)));
    rows
}

impl Told for SensioEvent {
    fn is_dialogue(&self) -> bool {
        matches!(
            self,
            SensioEvent::Answer {
                status: Some(200..=299),
                ..
            }
        )
    }

    fn text(&self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        match self {
            SensioEvent::Listening { url } => writeln!(out, "listening: {url}")?,
            SensioEvent::Call(call) => {
                let name = call.event_type_name.unwrap_or("not in the tables");
                let change = call.change.or(call.refused.as_deref()).unwrap_or_default();
                let (action, code, device) = (call.action, call.event_type, &call.device);
                write!(out, "{action} {code} ({name}) {device}: {change}")?;
                if let Some(id) = &call.external_event_id {
                    write!(out, ", id {id}")?;
                }
                if let Some(state) = call.state {
                    write!(out, ", state {state}")?;
                }
                if let Some(value) = call.trigger_value {
                    write!(out, ", value {value}")?;
                }
                if call.images > 0 {
                    write!(out, ", {} pictures", call.images)?;
                }
                if let Some(text) = &call.description {
                    write!(out, ", {text:?}")?;
                }
                writeln!(out)?;
                tolerated(&mut out, &call.warnings)?;
            }
            SensioEvent::Statuses {
                devices,
                count,
                refused,
                warnings,
                ..
            } => {
                let more = if *count > devices.len() { ", ..." } else { "" };
                let verdict = refused.as_deref().unwrap_or("taken");
                writeln!(
                    out,
                    "{count} statuses of {}{more}: {verdict}",
                    devices.join(", ")
                )?;
                tolerated(&mut out, warnings)?;
            }
            SensioEvent::Answer {
                method,
                path,
                status,
                time_ms,
            } => {
                let status = status.map_or_else(|| "cut".to_owned(), |status| status.to_string());
                writeln!(out, "{method} {path}: {status} after {time_ms:.1} ms")?;
            }
            SensioEvent::Webhook {
                state,
                name,
                device,
                event_type,
                detail,
            } => {
                let mark = if *state == WebhookState::GivenUp {
                    "! "
                } else {
                    ""
                };
                writeln!(out, "{mark}webhook {name} {event_type} {device}: {detail}")?;
            }
            SensioEvent::Active { device, event_type } => {
                writeln!(out, "active: {event_type} {device}")?;
            }
            SensioEvent::Problem { detail } => writeln!(out, "! {detail}")?,
            other => writeln!(out, "{other:?}")?,
        }
        out.flush()
    }
}

fn tolerated(out: &mut impl Write, warnings: &[String]) -> io::Result<()> {
    for warning in warnings {
        writeln!(out, "  tolerated: {warning}")?;
    }
    Ok(())
}
