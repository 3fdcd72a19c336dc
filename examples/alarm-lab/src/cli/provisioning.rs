//! `alarm-lab provisioning plan`.

use std::io;

use sensio_partner::provisioning::{
    ActualState, Brakes, Confirmation, DesiredState, Directory, Exclusions, FingerprintKey,
    InMemoryDirectory, MatchAttribute, Memberships, Plan, Refused, Report, RunKind, Settings,
    apply, plan,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::decode::read;
use super::provisioning_text as text;
use super::{Success, output, wrong_usage};

pub(crate) const LONG: &str = "\
Reads what an identity system wants (persons with attributes, sites, groups or roles) and what a server has \
(sites, groups, employees), plans what has to be written, and shows the plan. Nothing is written: it is a dry run.

With --apply-in-memory the plan is written to a directory in memory that holds the actual state and behaves as the \
server is described, and the report of that run is shown, with what a second run would find to do (nothing, or \
what had failed). No path of the provisioning interface is public, so there is no server to write to; a transport \
of your own goes behind the trait Directory of the crate sensio-partner.

A plan that removes more memberships than the brakes allow (10 percent of them, and at least 5) is shown, and not \
written unless its number of removals is confirmed. The very first run (--first-run) only adds.

A national identity number appears in no plan and no report: where one has to be told apart, a keyed hash \
stands for it. Names and e-mail addresses do appear in plans.";

const EXAMPLES: &str = "\
Examples:
  alarm-lab provisioning plan desired.json actual.json
  alarm-lab provisioning plan desired.json actual.json --settings settings.json --json | jq .plan.operations
  alarm-lab provisioning plan desired.json actual.json --exclude-sites 18,19 --apply-in-memory
  alarm-lab provisioning plan desired.json actual.json --apply-in-memory --confirm-removals 12

Examples of all three files stand in examples/alarm-lab/provisioning. Settings are JSON: matchBy (email, username, \
pid, externalID), fallbacks, exclusions {sites, groups}, run (first, regular), brakes {percent, atLeast}, predating \
{sites, groups}. All may be left out. A key for hashes, 16 bytes or more, comes from --key-file or from \
ALARM_LAB_FINGERPRINT_KEY; without one the hashes of each run differ.

Exit status: 0 when the plan has no conflicts and, if applied, everything was written; 1 when not, or when a brake \
holds it; 2 for wrong usage.";

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Plan what has to be written, from two JSON files
    #[command(long_about = LONG)]
    Plan(Box<Args>),
}

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// What the identity system wants, as JSON; - is the standard input
    #[arg(value_name = "DESIRED")]
    desired: String,
    /// What the server has, as JSON
    #[arg(value_name = "ACTUAL")]
    actual: String,
    /// Settings, as JSON
    #[arg(long, value_name = "FILE", help_heading = "Settings")]
    settings: Option<String>,
    /// By what an employee is recognised: email, username, pid or externalID [default: externalID]
    #[arg(long, value_name = "ATTRIBUTE", value_parser = attribute, help_heading = "Settings")]
    match_by: Option<MatchAttribute>,
    /// The very first run: only add
    #[arg(long, help_heading = "Settings")]
    first_run: bool,
    /// Ids of sites to leave alone, with commas between; besides those of the settings
    #[arg(
        long,
        value_name = "IDS",
        default_value = "",
        hide_default_value = true,
        help_heading = "Settings"
    )]
    exclude_sites: String,
    /// Ids of groups to leave alone, with commas between; besides those of the settings
    #[arg(
        long,
        value_name = "IDS",
        default_value = "",
        hide_default_value = true,
        help_heading = "Settings"
    )]
    exclude_groups: String,
    /// The key under which national identity numbers are hashed, 16 bytes or more
    #[arg(long, value_name = "FILE", help_heading = "Settings")]
    key_file: Option<String>,
    /// Write the plan to a directory in memory and report
    #[arg(long, help_heading = "Applying")]
    apply_in_memory: bool,
    /// Confirm a plan that removes this many memberships
    #[arg(
        long,
        value_name = "N",
        requires = "apply_in_memory",
        help_heading = "Applying"
    )]
    confirm_removals: Option<usize>,
    /// One JSON object instead of text
    #[arg(long, help_heading = "Output")]
    json: bool,
}

fn attribute(text: &str) -> Result<MatchAttribute, String> {
    serde_json::from_value(text.into())
        .map_err(|_| "write email, username, pid or externalID".to_owned())
}

/// The settings of a file; those that are left out are the recommended ones.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    match_by: Option<MatchAttribute>,
    fallbacks: Vec<MatchAttribute>,
    exclusions: Exclusions,
    run: Option<RunKind>,
    brakes: Brakes,
    predating: Memberships,
}

#[derive(Serialize)]
struct Shown<'a> {
    plan: &'a Plan,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<&'a Report>,
    /// Operations that a second run would still find.
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<usize>,
}

pub(crate) fn run(command: &Command) -> io::Result<Success> {
    let Command::Plan(args) = command;
    if args.desired == "-" && args.actual == "-" {
        wrong_usage("only one of the two can be the standard input");
    }
    let desired: DesiredState = file(&args.desired);
    let actual: ActualState = file(&args.actual);
    let settings = settings(args);
    let planned = match plan(&desired, &actual, &settings) {
        Ok(planned) => planned,
        Err(error) => {
            eprintln!("error: {error}");
            return Ok(false);
        }
    };
    let mut applied = None;
    let mut refused = None;
    if args.apply_in_memory {
        match written(&planned, &desired, &actual, &settings, args) {
            Ok(done) => applied = Some(done),
            Err(error) => refused = Some(error.to_string()),
        }
    }
    let report = applied.as_ref().map(|(report, _)| report);
    let left = applied.as_ref().map(|(_, left)| *left);
    if args.json {
        let shown = Shown {
            plan: &planned,
            refused: refused.clone(),
            report,
            left,
        };
        output::json(&shown, false)?;
    } else {
        text::plan(&planned, &actual)?;
        if let Some(reason) = &refused {
            text::refused(reason)?;
        }
        if let (Some(report), Some(left)) = (report, left) {
            text::report(report, left)?;
        }
    }
    let clean = planned.conflicts.is_empty();
    Ok(clean
        && match report {
            Some(report) => report.is_complete() && left == Some(0),
            // Without applying, a brake is something to know before it stops a run.
            None => refused.is_none() && (args.apply_in_memory || planned.brake.is_none()),
        })
}

/// The report, and how many operations a second run would find.
fn written(
    planned: &Plan,
    desired: &DesiredState,
    actual: &ActualState,
    settings: &Settings,
    args: &Args,
) -> Result<(Report, usize), Refused> {
    let confirmation = match args.confirm_removals {
        Some(removals) => Confirmation::Removals(removals),
        None => Confirmation::None,
    };
    let mut directory = InMemoryDirectory::new(actual.clone());
    let report = apply(
        planned.clone(),
        actual,
        settings,
        confirmation,
        &mut directory,
    )?;
    let left = directory
        .read()
        .ok()
        .and_then(|now| plan(desired, &now, settings).ok())
        .map_or(report.remaining, |second| second.operations.len());
    Ok((report, left))
}

/// A file of JSON. What is wrong is told by its place alone: the file holds personal data.
fn file<T: DeserializeOwned>(name: &str) -> T {
    let bytes = read(name).unwrap_or_else(|error| {
        wrong_usage(format!("{name}: {}", error.detail()));
    });
    serde_json::from_slice(&bytes).unwrap_or_else(|error| wrong_usage(named(name, &error)))
}

/// The error without values: serde shows the unexpected ones, and these may be anything.
fn named(name: &str, error: &serde_json::Error) -> String {
    let place = format!("{name}: line {}, column {}", error.line(), error.column());
    let text = error.to_string();
    let known = [
        "unknown field",
        "missing field",
        "a person needs",
        "EOF",
        "expected",
        "an id",
        "a person's id",
    ];
    match known.iter().any(|start| text.starts_with(start)) {
        true if !text.starts_with("unknown field") => format!("{name}: {text}"),
        true => format!("{place}: a member that is not known"),
        false => format!("{place}: not what belongs there"),
    }
}

fn settings(args: &Args) -> Settings {
    let written: Written = match &args.settings {
        Some(name) => file(name),
        None => Written::default(),
    };
    let match_by = args.match_by.or(written.match_by);
    let run = match (args.first_run, written.run) {
        (true, _) => RunKind::First,
        (false, run) => run.unwrap_or(RunKind::Regular),
    };
    let match_by = match_by.unwrap_or(MatchAttribute::ExternalId);
    let mut settings = Settings::new(match_by, run, key(args));
    settings.fallbacks = written.fallbacks;
    settings.exclusions = written.exclusions;
    settings.brakes = written.brakes;
    settings.predating = written.predating;
    let more = Exclusions::from_lists(&args.exclude_sites, &args.exclude_groups)
        .unwrap_or_else(|error| wrong_usage(format!("--exclude-sites, --exclude-groups: {error}")));
    settings.exclusions.sites.extend(more.sites);
    settings.exclusions.groups.extend(more.groups);
    settings
}

fn key(args: &Args) -> FingerprintKey {
    let bytes = match &args.key_file {
        Some(name) => read(name)
            .unwrap_or_else(|error| wrong_usage(format!("--key-file {name}: {}", error.detail()))),
        None => match std::env::var_os("ALARM_LAB_FINGERPRINT_KEY") {
            Some(key) => key.into_encoded_bytes(),
            None => [uuid::Uuid::new_v4(), uuid::Uuid::new_v4()]
                .map(uuid::Uuid::into_bytes)
                .concat(),
        },
    };
    FingerprintKey::new(bytes.trim_ascii()).unwrap_or_else(|error| wrong_usage(error))
}
