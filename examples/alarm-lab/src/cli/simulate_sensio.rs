//! `alarm-lab simulate sensio partner`; the other side stands in `simulate_sensio_server`.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use alarm_lab::sensio::{
    Action, DEFAULT_CLIENT_ID, DEFAULT_SECRET, DEFAULT_TOKEN, DEFAULT_URL, FaultRate, Partner,
    PartnerEvent, PartnerReport, WebhookEnd,
};
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use sensio_partner::token::Credentials;
use sensio_partner::{
    BatteryLevel, Description, DeviceIdentifier, DeviceStatus, EventType, ExternalEventId, Image,
    Images, Secret, State, TriggerValue,
};

use super::decode::read;
use super::decode_sensio::{WireArgs, device, event_type};
use super::shower::{Shower, Told};
use super::simulate::millis;
use super::simulate_sensio_server as server;
use super::{Success, runtime, values, wrong_usage};

const LONG: &str = "\
Reports as a partner does: asks for a token, triggers, updates and deactivates events, reports statuses, and \
prints what became of each call and after what time. Without --to it meets `alarm-lab simulate sensio \
server` on this computer.

Each round does what --do says, one after the other, for one device; devices take turns. With --rate \
rounds begin at their planned time, whatever became of those before, and their time counts from there; \
without, each follows the one before. Each round has an externalEventId of its own.

With --listen it takes webhooks: it closes the event that is meant, and sends the DELETE that \
RequestDeactivateEvent asks for. Give the server the URL that it prints.

A fault changes what goes over the line and nothing else.";

const EXAMPLES: &str = "\
Examples:
  alarm-lab simulate sensio partner
      One fall, with everything that goes over the line
  alarm-lab simulate sensio partner --event patient-signal --state 50 --do post --do put --do delete
  alarm-lab simulate sensio partner --image room.jpg --description 'in the hall'
  alarm-lab simulate sensio partner --devices 100 --count 1000 --rate 50 --json
  alarm-lab simulate sensio partner --do status --battery 7
  alarm-lab simulate sensio partner --listen 127.0.0.1:8080 --wait 60
      and beside it: alarm-lab simulate sensio server --webhook http://127.0.0.1:8080/hook --staff-asks 5
  alarm-lab simulate sensio partner --fault unused-members --fault twice:30 --count 10
  ALARM_LAB_CLIENT_SECRET=... alarm-lab simulate sensio partner --to https://unity.example.net/partner

`alarm-lab faults sensio-partner` explains the faults. Nobody should point this at a server that belongs to \
somebody else: an event of a registered device reaches staff.

Exit status: 0 when the server has every call, 1 when not, 2 for wrong usage.";

/// Which side of the interface.
#[derive(clap::Subcommand)]
pub(crate) enum Side {
    /// A partner that reports events and statuses
    #[command(long_about = LONG)]
    Partner(Box<Args>),
    /// A server that takes them, and sends webhooks
    #[command(long_about = server::LONG)]
    Server(Box<server::Args>),
}

/// Secrets come from the environment or from a file, never from the command line.
pub(super) fn secret(file: Option<&str>, variable: &str, argument: &str) -> Option<String> {
    let text = match file {
        Some(file) => {
            let bytes = read(file).unwrap_or_else(|error| {
                wrong_usage(format!("{argument} {file}: {}", error.detail()));
            });
            String::from_utf8(bytes)
                .unwrap_or_else(|_| wrong_usage(format!("{argument} {file}: not UTF-8")))
        }
        None => std::env::var(variable).ok()?,
    };
    let text = text.trim();
    if text.is_empty() {
        wrong_usage(format!("{argument} or {variable}: empty"));
    }
    Some(text.to_owned())
}

#[derive(Clone, Copy, ValueEnum)]
enum ActionName {
    /// Trigger the event
    Post,
    /// Update it
    Put,
    /// Deactivate it
    Delete,
    /// The status of the device
    Status,
    /// The statuses of all devices in one call
    Statuses,
}

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Where it reports: the base URL
    #[arg(long, value_name = "URL", default_value = DEFAULT_URL, help_heading = "Server")]
    to: String,
    /// Where it asks for tokens, when that is not below the base URL
    #[arg(long, value_name = "URL", help_heading = "Server")]
    token_url: Option<String>,
    /// Its client id
    #[arg(long, value_name = "TEXT", default_value = DEFAULT_CLIENT_ID,
          env = "ALARM_LAB_CLIENT_ID", help_heading = "Server")]
    client_id: String,
    /// A file with its secret; or ALARM_LAB_CLIENT_SECRET in the environment
    #[arg(long, value_name = "FILE", help_heading = "Server")]
    secret_file: Option<String>,
    /// Root certificates of the customer as PEM, besides those of the system
    #[arg(long, value_name = "FILE", help_heading = "Server")]
    ca: Vec<String>,
    #[command(flatten)]
    wire: WireArgs,

    /// What a round does; several are done one after the other
    #[arg(
        long = "do",
        value_enum,
        value_name = "ACTION",
        default_value = "post",
        help_heading = "Events"
    )]
    actions: Vec<ActionName>,
    /// A device; several take turns [default: SN-40211870]
    #[arg(long, value_name = "TEXT", value_parser = device, help_heading = "Events")]
    device: Vec<DeviceIdentifier>,
    /// So many synthetic devices, from SN-40211870 on
    #[arg(long, value_name = "N", conflicts_with = "device",
          value_parser = clap::value_parser!(u32).range(1..=100_000), help_heading = "Events")]
    devices: Option<u32>,
    /// Which event, by code or name
    #[arg(long, value_name = "CODE", default_value = "906", value_parser = event_type,
          help_heading = "Events")]
    event: EventType,
    /// The externalEventId of every round [default: one of its own each]
    #[arg(
        long,
        value_name = "TEXT",
        conflicts_with = "no_id",
        help_heading = "Events"
    )]
    id: Option<String>,
    /// No externalEventId
    #[arg(long, help_heading = "Events")]
    no_id: bool,
    /// A state, such as 50 (AlarmCall), 88 (Present), 110 (Assistance), 10 (EmergencyCall)
    #[arg(
        long,
        value_name = "NUMBER",
        allow_negative_numbers = true,
        help_heading = "Events"
    )]
    state: Option<i32>,
    /// A trigger value
    #[arg(
        long,
        value_name = "NUMBER",
        allow_negative_numbers = true,
        help_heading = "Events"
    )]
    trigger_value: Option<f64>,
    /// Text for the staff, at most 200 characters
    #[arg(long, value_name = "TEXT", help_heading = "Events")]
    description: Option<String>,
    /// A picture, sent as the file holds it; at most five
    #[arg(long, value_name = "FILE", help_heading = "Events")]
    image: Vec<String>,
    /// The battery level in a status, in percent; the name of the member is a guess
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100),
          help_heading = "Events")]
    battery: Option<u8>,

    /// How many rounds
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u64).range(1..), help_heading = "Sending")]
    count: u64,
    /// Rounds per second [default: each after the one before]
    #[arg(long, value_name = "PER_SECOND", value_parser = values::rate, help_heading = "Sending")]
    rate: Option<f64>,
    /// How often a call is sent where a repeat may help
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u32).range(1..=1000), help_heading = "Sending")]
    attempts: u32,
    /// How long an answer may take, in seconds
    #[arg(long, value_name = "TIME", default_value = "10", value_parser = values::seconds,
          help_heading = "Sending")]
    timeout: Duration,

    /// Take webhooks at this address, path /hook, and close what they mean; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", help_heading = "Webhooks")]
    listen: Option<SocketAddr>,
    /// A file with the validation token; or ALARM_LAB_WEBHOOK_TOKEN in the environment
    #[arg(
        long,
        value_name = "FILE",
        requires = "listen",
        help_heading = "Webhooks"
    )]
    token_file: Option<String>,
    /// How long it listens after its last round, in seconds
    #[arg(long, value_name = "TIME", default_value = "10", value_parser = values::seconds,
          requires = "listen", help_heading = "Webhooks")]
    wait: Duration,

    /// A fault, with :PERCENT for some calls only; may be given several times
    #[arg(long, value_name = "NAME", help_heading = "Faults")]
    fault: Vec<FaultRate>,
    /// In which of the calls a fault with a percentage shows
    #[arg(long, value_name = "NUMBER", help_heading = "Faults")]
    seed: Option<u64>,

    /// Show all requests and answers, without tokens
    #[arg(long, help_heading = "Output")]
    dialogue: bool,
    /// One JSON object per line instead of text
    #[arg(long, help_heading = "Output")]
    json: bool,
}

/// Whether a URL stays on this computer: only then there is a default secret.
pub(super) fn is_local(url: &str) -> bool {
    ["http://127.0.0.1", "http://localhost", "http://[::1]"]
        .iter()
        .any(|start| {
            let rest = url.strip_prefix(start);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
        })
}

fn partner(args: &Args) -> Partner {
    let secret = secret(
        args.secret_file.as_deref(),
        "ALARM_LAB_CLIENT_SECRET",
        "--secret-file",
    );
    let secret = secret.unwrap_or_else(|| {
        if !is_local(&args.to) {
            wrong_usage("give the secret with --secret-file or ALARM_LAB_CLIENT_SECRET");
        }
        DEFAULT_SECRET.to_owned()
    });
    let credentials = Credentials::new(args.client_id.clone(), secret.clone())
        .with("username", args.client_id.clone())
        .with("password", secret);
    let mut partner = Partner::new(&args.to, credentials);
    partner.token_url.clone_from(&args.token_url);
    partner.roots = args.ca.iter().map(|file| bytes("--ca", file)).collect();
    partner.wire = args.wire.profile();
    partner.version = args.wire.unity;
    partner.actions = args
        .actions
        .iter()
        .map(|&action| action_of(action))
        .collect();
    if let Some(count) = args.devices {
        let names = (0..count).map(|number| format!("SN-{}", 40_211_870 + number));
        partner.devices = names
            .filter_map(|name| DeviceIdentifier::new(&name).ok())
            .collect();
    } else if !args.device.is_empty() {
        partner.devices.clone_from(&args.device);
    }
    partner.event_type = args.event;
    fill(args, &mut partner);
    partner.count = args.count;
    partner.rate = args.rate;
    partner.attempts = args.attempts;
    partner.timeout = args.timeout;
    partner.faults.clone_from(&args.fault);
    partner.seed = args
        .seed
        .unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0);
    partner.webhooks = args.listen.map(|listen| webhooks(args, listen));
    partner
}

fn webhooks(args: &Args, listen: SocketAddr) -> WebhookEnd {
    let token = secret(
        args.token_file.as_deref(),
        "ALARM_LAB_WEBHOOK_TOKEN",
        "--token-file",
    );
    let token = token.unwrap_or_else(|| {
        if !listen.ip().is_loopback() {
            wrong_usage("give the validation token with --token-file or ALARM_LAB_WEBHOOK_TOKEN");
        }
        DEFAULT_TOKEN.to_owned()
    });
    let mut end = WebhookEnd::new(listen, Secret::new(token));
    end.wait = args.wait;
    end
}

const fn action_of(action: ActionName) -> Action {
    match action {
        ActionName::Post => Action::Post,
        ActionName::Put => Action::Put,
        ActionName::Delete => Action::Delete,
        ActionName::Status => Action::Status,
        ActionName::Statuses => Action::Statuses,
    }
}

fn bytes(argument: &str, file: &str) -> Vec<u8> {
    read(file).unwrap_or_else(|error| wrong_usage(format!("{argument} {file}: {}", error.detail())))
}

/// What goes with the events and statuses.
fn fill(args: &Args, partner: &mut Partner) {
    let parameters = &mut partner.parameters;
    parameters.state = args.state.map(State);
    if let Some(value) = args.trigger_value {
        parameters.trigger_value = Some(
            TriggerValue::new(value).unwrap_or_else(|| wrong_usage("--trigger-value: no number")),
        );
    }
    if let Some(text) = &args.description {
        parameters.description = Some(
            Description::new(text)
                .unwrap_or_else(|error| wrong_usage(format!("--description: {error}"))),
        );
    }
    if let Some(id) = &args.id {
        parameters.external_event_id = Some(
            ExternalEventId::new(id).unwrap_or_else(|error| wrong_usage(format!("--id: {error}"))),
        );
    }
    let images = args.image.iter().map(|file| {
        let name = std::path::Path::new(file).file_name();
        let name = name.map(|name| name.to_string_lossy().into_owned());
        Image::new(bytes("--image", file))
            .map(|image| image.with_name(&name.unwrap_or_default()))
            .unwrap_or_else(|error| wrong_usage(format!("--image {file}: {error}")))
    });
    parameters.images = Images::new(images.collect())
        .unwrap_or_else(|error| wrong_usage(format!("--image: {error}")));
    partner.with_ids = !args.no_id;
    if let Some(level) = args.battery.and_then(BatteryLevel::new) {
        partner.status = DeviceStatus::heartbeat().with_battery_level(level, &partner.wire.status);
    }
}

pub(crate) fn run(side: &Side) -> io::Result<Success> {
    let args = match side {
        Side::Partner(args) => args,
        Side::Server(args) => return server::run(args),
    };
    let partner = partner(args);
    let actions = u64::try_from(partner.actions.len()).unwrap_or(u64::MAX);
    let calls = partner.count.saturating_mul(actions);
    let bar = match calls {
        1 => ProgressBar::hidden(),
        calls => ProgressBar::new(calls),
    };
    let template = "{bar:30} {pos}/{len} calls, {msg}  {elapsed} of {duration}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    let dialogue = args.dialogue || (calls <= actions && !args.json);
    let mut shower = Shower::new(args.json, dialogue, bar.clone());
    let stop = shower.stop();
    let mut failed = 0_u64;
    let report = runtime()?.block_on(partner.run(dialogue, stop, &mut |event| {
        if let PartnerEvent::Call(call) = &event {
            failed += u64::from(!matches!(call.status, Some(200..=299)));
            bar.set_position(call.number);
            bar.set_message(format!("{failed} without success"));
        }
        shower.show(&event);
    }));
    let report = report.unwrap_or_else(|error| wrong_usage(error));
    shower.finish(&report, &rows(&report))?;
    Ok(report.is_all_accepted())
}

fn rows(report: &PartnerReport) -> Vec<(&'static str, String)> {
    let mut rows = vec![
        ("calls", report.calls.to_string()),
        ("accepted", report.accepted.to_string()),
        ("failed", report.failed.to_string()),
    ];
    let latency = &report.latency;
    if latency.count() > 1 {
        let at = |percent| millis(latency.percentile(percent));
        let (p50, p99, most) = (at(50.0), at(99.0), millis(latency.max()));
        let text = format!("p50 {p50}, p99 {p99}, max {most}");
        rows.push(("time to answer", text));
    }
    rows.push(("elapsed", format!("{:.1} s", report.elapsed_s)));
    rows
}

impl Told for PartnerEvent {
    fn is_dialogue(&self) -> bool {
        matches!(
            self,
            PartnerEvent::Sent { .. } | PartnerEvent::Received { .. }
        )
    }

    fn text(&self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        match self {
            PartnerEvent::Token {
                detail, time_ms, ..
            } => writeln!(out, "{detail} after {time_ms:.1} ms")?,
            PartnerEvent::Call(call) => {
                let code = call
                    .event_type
                    .map(|code| format!(" {code}"))
                    .unwrap_or_default();
                write!(
                    out,
                    "{}: {}{code} {}: {}",
                    call.number, call.action, call.device, call.detail
                )?;
                if let Some(status) = call.status {
                    write!(out, " ({status})")?;
                }
                write!(out, " after {:.1} ms", call.time_ms)?;
                if call.attempts > 1 {
                    write!(out, ", {} attempts", call.attempts)?;
                }
                if !call.faults.is_empty() {
                    write!(out, ", with {}", call.faults.join(", "))?;
                }
                if !call.left_out.is_empty() {
                    write!(out, ", without {}", call.left_out.join(", "))?;
                }
                writeln!(out)?;
                if let Some(answer) = &call.answer {
                    writeln!(out, "  {answer}")?;
                }
            }
            PartnerEvent::Listening { url } => writeln!(out, "takes webhooks at {url}")?,
            PartnerEvent::Webhook {
                name,
                device,
                event_type,
                warnings,
                did,
                ..
            } => {
                writeln!(out, "webhook {name} {device} {event_type}: {did}")?;
                for warning in warnings {
                    writeln!(out, "  tolerated: {warning}")?;
                }
            }
            PartnerEvent::Sent { after_ms, text } => writeln!(out, "{after_ms:10.1} ms > {text}")?,
            PartnerEvent::Received { after_ms, text } => {
                writeln!(out, "{after_ms:10.1} ms < {text}")?;
            }
            other => writeln!(out, "{other:?}")?,
        }
        out.flush()
    }
}
