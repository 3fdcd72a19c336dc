//! `alarm-lab simulate climax-panel`.

use std::io::{self, Write};
use std::time::Duration;

use alarm_lab::climax::{Address, Event, Fault, Format, Panel, PanelReport, Reported};
use clap::ValueEnum;
use climax_rf::contact_id::{Group, Zone};
use climax_rf::events::Profile;
use indicatif::{ProgressBar, ProgressStyle};

use super::decode_reports::KeyArgs;
use super::shower::{Shower, Told};
use super::simulate::millis;
use super::{Success, runtime, values, wrong_usage};

pub(crate) const LONG: &str = "\
Reports as a panel does, in bracket Contact ID (contact-id) or SIA DC-09 (dc09), waits for the answer, the \
byte 06 or ACK, and prints what became of each report and after what time.

One report is under way at a time, and repeated as often as --attempts says. With --rate reports are due \
at their planned time and their time counts from there; without, each follows the outcome of the one \
before.

A fault changes what goes on the wire, or over how many paths and in what segments, and nothing else. What \
is wrong with the station is printed as a finding, with what to do about it.";

const EXAMPLES: &str = "\
Examples:
  alarm-lab simulate climax-panel contact-id --to tcp://127.0.0.1:5000
      The button of a transmitter, 101, with everything that goes over the line
  alarm-lab simulate climax-panel contact-id --to tcp://192.0.2.1:5000 --profile care-unit-a --event fall
  alarm-lab simulate climax-panel dc09 --to udp://127.0.0.1:5000 --key-file keys.txt --event 1641 --zone 072
  alarm-lab simulate climax-panel dc09 --to tcp://127.0.0.1:5000 --event sia:Nri1/MA0005 --event link-test \\
      --count 2
  alarm-lab simulate climax-panel contact-id --to tcp://127.0.0.1:5000 --count 100 --rate 20 --json
  alarm-lab simulate climax-panel dc09 --to tcp://127.0.0.1:5000 --fault raw-crc --fault split

An event is a code (101, 1101, 3101, '1641 00 072'), a name of the profile (fall, restore:fall; \
`alarm-lab meanings` lists them), sia: and SIA data, or link-test. `alarm-lab faults climax-panel` explains \
the faults. A key file has a key of 32, 48 or 64 hexadecimal digits, an account and a blank before it if \
it is for that account alone.

Exit status: 0 when every report was accepted, 1 when one was not, 2 for wrong usage. With --fault no-wait \
sent is enough.";

#[derive(Clone, Copy, ValueEnum)]
enum FormatName {
    /// [ACCT 18QXYZGGCCCSSSS] over TCP
    ContactId,
    /// SIA DC-09 over TCP or UDP
    Dc09,
}

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// How the panel reports
    #[arg(value_enum)]
    format: FormatName,
    /// Where it reports: tcp://HOST:PORT or udp://HOST:PORT
    #[arg(long, value_name = "ADDRESS", help_heading = "Station")]
    to: Address,
    /// Where the second path of --fault two-paths leads [default: as --to]
    #[arg(long, value_name = "ADDRESS", help_heading = "Station")]
    second: Option<Address>,

    /// Under which account
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "4711",
        help_heading = "Report"
    )]
    account: String,
    /// What it reports, by code or name [default: 101]; several are reported in turn
    #[arg(long, value_name = "EVENT", help_heading = "Report")]
    event: Vec<String>,
    /// The kind of equipment whose names of events are meant
    #[arg(
        long,
        value_name = "NAME",
        default_value = "unknown",
        help_heading = "Report"
    )]
    profile: Profile,
    /// The group or area, 00 to 99, of events without their own
    #[arg(long, value_name = "GG", default_value = "01", value_parser = group,
          help_heading = "Report")]
    group: Group,
    /// The zone or user, 000 to 999, of events without their own
    #[arg(long, value_name = "CCC", default_value = "005", value_parser = zone,
          help_heading = "Report")]
    zone: Zone,
    /// Put the time into DC-09 frames in clear
    #[arg(long, help_heading = "Report")]
    with_time: bool,

    /// How many reports [default: one of each event]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..),
          help_heading = "Sending")]
    count: Option<u64>,
    /// Reports per second [default: each after the one before]
    #[arg(long, value_name = "PER_SECOND", value_parser = values::rate, help_heading = "Sending")]
    rate: Option<f64>,
    /// How often a report is sent until it is answered
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u32).range(1..), help_heading = "Sending")]
    attempts: u32,
    /// How long an answer may take, in seconds
    #[arg(long, value_name = "TIME", default_value = "10", value_parser = values::seconds,
          help_heading = "Sending")]
    timeout: Duration,

    #[command(flatten)]
    keys: KeyArgs,
    /// A fault; may be given several times
    #[arg(long, value_name = "NAME", help_heading = "Faults")]
    fault: Vec<Fault>,

    /// Show all bytes in both directions
    #[arg(long, help_heading = "Output")]
    dialogue: bool,
    /// One JSON object per line instead of text
    #[arg(long, help_heading = "Output")]
    json: bool,
}

fn group(text: &str) -> Result<Group, String> {
    let digits = text.as_bytes().try_into().ok();
    digits
        .and_then(Group::from_digits)
        .ok_or_else(|| "write two digits, such as 01".to_owned())
}

fn zone(text: &str) -> Result<Zone, String> {
    let digits = text.as_bytes().try_into().ok();
    digits
        .and_then(Zone::from_digits)
        .ok_or_else(|| "write three digits, such as 005".to_owned())
}

fn panel(args: &Args) -> Panel {
    let read = |text: &str| {
        Reported::read(text, args.profile, args.group, args.zone)
            .unwrap_or_else(|error| wrong_usage(format!("--event {text}: {error}")))
    };
    let reports: Vec<_> = match args.event.as_slice() {
        [] => vec![read("101")],
        events => events.iter().map(|text| read(text)).collect(),
    };
    let format = match args.format {
        FormatName::ContactId => Format::ContactId,
        FormatName::Dc09 => Format::Dc09,
    };
    let mut panel = Panel::new(args.to.clone(), format, reports[0].clone());
    let keys = args.keys.keys();
    panel.key = keys.of(&args.account).cloned();
    if !keys.is_empty() && panel.key.is_none() {
        wrong_usage("no key is for this account: put one into the key file, or give --account");
    }
    panel.count = args
        .count
        .unwrap_or_else(|| u64::try_from(reports.len()).unwrap_or(1));
    panel.reports = reports;
    panel.second.clone_from(&args.second);
    panel.account.clone_from(&args.account);
    panel.with_time = args.with_time;
    panel.rate = args.rate;
    panel.attempts = args.attempts;
    panel.timeout = args.timeout;
    panel.faults.clone_from(&args.fault);
    if args.second.is_some() && !args.fault.contains(&Fault::TwoPaths) {
        wrong_usage("--second is for --fault two-paths");
    }
    if let Err(error) = panel.check() {
        wrong_usage(error);
    }
    panel
}

pub(crate) fn run(args: &Args) -> io::Result<Success> {
    let panel = panel(args);
    let bar = match panel.count {
        1 => ProgressBar::hidden(),
        count => ProgressBar::new(count),
    };
    let template = "{bar:30} {pos}/{len} reports, {msg}  {elapsed} of {duration}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    let dialogue = args.dialogue || (panel.count == 1 && !args.json);
    let mut shower = Shower::new(args.json, dialogue, bar.clone());
    let stop = shower.stop();
    let mut failed = 0_u64;
    let report = runtime()?.block_on(panel.run(dialogue, stop, &mut |event| {
        if let Event::Report(report) = &event {
            failed += u64::from(!report.outcome.is_good());
            bar.set_position(report.number);
            bar.set_message(format!("{failed} not accepted"));
        }
        shower.show(&event);
    }));
    let report = report.unwrap_or_else(|error| wrong_usage(error));
    shower.finish(&report, &rows(&report))?;
    Ok(report.is_all_accepted())
}

fn rows(report: &PanelReport) -> Vec<(&'static str, String)> {
    let mut rows = vec![
        ("reports", report.reports.to_string()),
        ("accepted", report.accepted.to_string()),
    ];
    if report.sent > 0 {
        rows.push(("sent, not waited for", report.sent.to_string()));
    }
    rows.push(("failed", report.failed.to_string()));
    let latency = &report.latency;
    if latency.count() > 1 {
        let at = |percent| millis(latency.percentile(percent));
        let (p50, p99, most) = (at(50.0), at(99.0), millis(latency.max()));
        rows.push((
            "time to answer",
            format!("p50 {p50}, p99 {p99}, max {most}"),
        ));
    }
    if !report.findings.is_empty() {
        rows.push(("findings", report.findings.join(", ")));
    }
    rows.push(("elapsed", format!("{:.1} s", report.elapsed_s)));
    rows
}

impl Told for Event {
    fn is_dialogue(&self) -> bool {
        matches!(self, Event::Sent { .. } | Event::Received { .. })
    }

    fn text(&self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        match self {
            Event::Line { state, detail, .. } => writeln!(out, "{state}: {detail}")?,
            Event::Report(report) => {
                let path = match report.path {
                    1 => String::new(),
                    path => format!(" over path {path}"),
                };
                write!(
                    out,
                    "{}: {}{path}: {} after {:.1} ms",
                    report.number, report.report, report.detail, report.time_ms
                )?;
                match report.attempts {
                    0 | 1 => writeln!(out)?,
                    attempts => writeln!(out, ", {attempts} attempts")?,
                }
            }
            Event::Sent { after_ms, text, .. } => writeln!(out, "{after_ms:10.1} ms > {text}")?,
            Event::Received { after_ms, text, .. } => {
                writeln!(out, "{after_ms:10.1} ms < {text}")?;
            }
            Event::Finding(finding) => {
                writeln!(out, "finding {}: {}", finding.code, finding.detail)?;
                writeln!(out, "  {}", finding.advice)?;
            }
            other => writeln!(out, "{other:?}")?,
        }
        out.flush()
    }
}
