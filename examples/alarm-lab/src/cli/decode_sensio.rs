//! `alarm-lab decode sensio-event` and `alarm-lab decode sensio-webhook`.

use std::io;

use alarm_lab::decode::sensio::{Call, Options, decode_calls, decode_webhooks};
use sensio_partner::codes::DOCUMENTED;
use sensio_partner::queue::EventMethod;
use sensio_partner::webhook::EventName;
use sensio_partner::wire::WireProfile;
use sensio_partner::{
    DeviceIdentifier, DeviceType, EventType, IdentifierRules, Mode, UnityVersion,
};

use super::decode::{new_id, now, read};
use super::decode_files::Files;
use super::{Success, wrong_usage};

pub(crate) const EVENT_LONG: &str = "\
Reads calls of a partner in the Sensio Partner API and prints one JSON object per call:

  {\"file\",\"protocol\",\"item\",\"offset\",\"call\":{\"method\",\"device\",\"event_type\",\"event_type_name\"},\"message\":{\"trigger_value\",\
\"images\",\"external_event_id\",\"state\",\"description\"},\"unknown\",\"warnings\":[...],\"meaning\":{\"kind\",...},\"alarm\":{...}}

A file holds whole HTTP requests, one behind the other, or one body. What a body belongs to is given as \
--request 'METHOD PATH', or with --device and --event; without both there is no alarm. item is event, status, \
statuses or token. Of pictures size and measures are shown, and the pictures themselves in alarm with --raw. \
Tokens and secrets are never shown. A body that cannot be read gives, with what could be,

  \"error\":{\"code\",\"detail\",\"layer\",\"offset\"}

Larger bodies and pictures than a server takes are read, with a warning. Everything else in the file is \
shown: treat the output as you treat the capture.";

const EVENT_EXAMPLES: &str = "\
Examples:
  alarm-lab decode sensio-event request.http | jq -r .alarm.kind
  alarm-lab decode sensio-event --device SN-004711 --event 906 body.json
  alarm-lab decode sensio-event --request 'PUT /partner/api/v1/devices/status' statuses.json
  alarm-lab decode sensio-event --strict --unity 6.9 --device-type fall-sensor request.http

Exit status: 0 when everything was decoded, 1 when something was not, 2 for wrong usage.";

pub(crate) const WEBHOOK_LONG: &str = "\
Reads webhooks of Sensio to a partner and prints one JSON object per webhook:

  {\"file\",\"protocol\",\"item\",\"offset\",\"call\":{\"name\"},\"message\":{\"device\",\"event_type\",\"event_type_name\",\"is_active\",\
\"external_event_id\"},\"unknown\",\"warnings\":[...],\"meaning\",\"alarm\":{...}}

A file holds whole HTTP requests, whose header X-SensioPartner-EventName names them, or one body, for which \
--name does. The validation token is never shown. alarm is the end of an event: cancel with what it clears.";

const WEBHOOK_EXAMPLES: &str = "\
Examples:
  alarm-lab decode sensio-webhook hook.http | jq .alarm.correlation
  alarm-lab decode sensio-webhook --name RequestDeactivateEvent body.json

Exit status: 0 when everything was decoded, 1 when something was not, 2 for wrong usage.";

#[derive(clap::Args)]
pub(super) struct WireArgs {
    /// The version of the server, such as 6.11 or latest
    #[arg(
        long,
        value_name = "VERSION",
        default_value = "latest",
        help_heading = "Server"
    )]
    pub(super) unity: UnityVersion,
    /// Paths and names that are guessed, as a JSON file; other members stay as they are
    #[arg(long, value_name = "FILE", help_heading = "Server")]
    wire: Option<String>,
}

impl WireArgs {
    pub(super) fn profile(&self) -> WireProfile {
        let Some(file) = &self.wire else {
            return WireProfile::default();
        };
        let bytes = read(file).unwrap_or_else(|error| {
            wrong_usage(format!("--wire {file}: {}", error.detail()));
        });
        serde_json::from_slice(&bytes)
            .unwrap_or_else(|error| wrong_usage(format!("--wire {file}: {error}")))
    }
}

#[derive(clap::Args)]
struct ReadingArgs {
    /// The files hold hexadecimal digits; blanks and colons between them are passed over
    #[arg(long, help_heading = "Input")]
    hex: bool,
    /// Refuse the first deviation instead of warning, and what is too large for a server
    #[arg(long, help_heading = "Reading")]
    strict: bool,
    #[command(flatten)]
    wire: WireArgs,
    /// The type under which the device is registered, such as fall-sensor
    #[arg(long, value_name = "NAME", value_parser = device_type, help_heading = "Reading")]
    device_type: Option<DeviceType>,
    /// Keep the raw body and the pictures in alarm
    #[arg(long, help_heading = "Output")]
    raw: bool,
}

impl ReadingArgs {
    fn options(&self) -> Options {
        let mut options = Options::new(now());
        if self.strict {
            options.mode = Mode::Strict;
        }
        options.version = self.wire.unity;
        options.wire = self.wire.profile();
        options.device_type = self.device_type;
        options.raw = self.raw;
        options
    }
}

fn device_type(text: &str) -> Result<DeviceType, String> {
    let slug = |of: DeviceType| of.name().to_ascii_lowercase().replace([' ', '/'], "-");
    let mut all: Vec<DeviceType> = Vec::new();
    for row in DOCUMENTED {
        if row.device != DeviceType::All && !all.contains(&row.device) {
            all.push(row.device);
        }
    }
    let found = all.iter().copied().find(|&of| slug(of) == text);
    found.ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|&of| slug(of)).collect();
        format!("write one of {}", names.join(", "))
    })
}

/// A device identifier, slashes allowed.
pub(super) fn device(text: &str) -> Result<DeviceIdentifier, String> {
    DeviceIdentifier::with_rules(text, IdentifierRules { slashes: true })
        .map_err(|error| error.to_string())
}

/// A code by its number, or by its documented name with hyphens.
pub(super) fn event_type(text: &str) -> Result<EventType, String> {
    if let Ok(code) = text.parse() {
        return Ok(EventType(code));
    }
    let slug = |name: &str| name.to_ascii_lowercase().replace([' ', '/'], "-");
    // Where a code has changed its number, the present one is meant.
    let row = DOCUMENTED
        .iter()
        .filter(|row| slug(row.event) == text)
        .max_by_key(|row| row.before.is_none());
    row.map(|row| row.event_type).ok_or_else(|| {
        "write a code such as 906, or its name such as fall or out-of-bed; `alarm-lab codes sensio` \
         lists them"
            .to_owned()
    })
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Method {
    /// Trigger
    Post,
    /// Update
    Put,
    /// Deactivate
    Delete,
}

#[derive(clap::Args)]
#[command(after_help = EVENT_EXAMPLES)]
pub(crate) struct EventArgs {
    #[command(flatten)]
    files: Files,
    /// What the body belongs to: method, a blank, and path
    #[arg(long, value_name = "CALL", conflicts_with_all = ["device", "event", "method"],
          help_heading = "Input")]
    request: Option<String>,
    /// The device of the body
    #[arg(long, value_name = "TEXT", value_parser = device, help_heading = "Input")]
    device: Option<DeviceIdentifier>,
    /// The code of the body, such as 906 or fall
    #[arg(long, value_name = "CODE", value_parser = event_type, help_heading = "Input")]
    event: Option<EventType>,
    /// The method of the body [default: post]
    #[arg(long, value_enum, help_heading = "Input")]
    method: Option<Method>,
    #[command(flatten)]
    reading: ReadingArgs,
}

pub(crate) fn run_event(args: &EventArgs) -> io::Result<Success> {
    let options = args.reading.options();
    let named = args.device.is_some() || args.event.is_some() || args.method.is_some();
    let call = match &args.request {
        Some(text) => {
            let call = Call::from_text(text, &options.wire.paths);
            Some(call.unwrap_or_else(|error| wrong_usage(format!("--request: {error}"))))
        }
        None => named.then(|| Call::Event {
            method: match args.method {
                None | Some(Method::Post) => EventMethod::Post,
                Some(Method::Put) => EventMethod::Put,
                Some(Method::Delete) => EventMethod::Delete,
            },
            device: args.device.clone(),
            event_type: args.event,
        }),
    };
    args.files.each(args.reading.hex, |shown, bytes| {
        shown.all(decode_calls(bytes, call.as_ref(), &options, new_id))
    })
}

#[derive(clap::Args)]
#[command(after_help = WEBHOOK_EXAMPLES)]
pub(crate) struct WebhookArgs {
    #[command(flatten)]
    files: Files,
    /// Which webhook a body is: EventStateChanged or RequestDeactivateEvent
    #[arg(long, value_name = "NAME", value_parser = event_name, help_heading = "Input")]
    name: Option<EventName>,
    #[command(flatten)]
    reading: ReadingArgs,
}

fn event_name(text: &str) -> Result<EventName, String> {
    let mut all = EventName::ALL.iter().copied();
    let found = all.find(|name| name.as_str().eq_ignore_ascii_case(text));
    found.ok_or_else(|| "write EventStateChanged or RequestDeactivateEvent".to_owned())
}

pub(crate) fn run_webhook(args: &WebhookArgs) -> io::Result<Success> {
    let options = args.reading.options();
    args.files.each(args.reading.hex, |shown, bytes| {
        shown.all(decode_webhooks(bytes, args.name, &options, new_id))
    })
}
