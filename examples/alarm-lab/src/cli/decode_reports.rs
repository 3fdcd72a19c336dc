//! `alarm-lab decode contact-id` and `alarm-lab decode dc09`.

use std::io;

use alarm_lab::decode::climax::{Keys, contact_id, dc09};
use clap::ValueEnum;
use climax_rf::contact_id::{DecodeOptions, Form};
use climax_rf::events::Profile;

use super::decode::{new_id, now, read};
use super::decode_files::Files;
use super::{Success, wrong_usage};

pub(crate) const CONTACT_ID_LONG: &str = "\
Reads reports of panels in Contact ID, as many as there are in a capture, and prints one JSON object per \
report:

  {\"file\",\"protocol\",\"item\",\"offset\",\"length\",\"form\",\"provenance\",\"account\",\"message_type\",\"event\":{\"text\",\
\"qualifier\",\"code\",\"group\",\"zone\",...},\"checksum\":{\"kind\",\"received\",\"computed\",\"right\"},\"occurrence\",\
\"warnings\":[...],\"meaning\",\"meanings\":{...},\"interpretation\":{\"uncertain\",\"alternatives\"},\"alarm\":{...}}

The form is found for each report: bracket [4711 18110101005FF0F], sms 4711 18 1101 01 005 C86F, angle \
<4711 18 1101 01 005 4>. The byte 06 between reports, a station's answer, is the item ack. occurrence counts \
how often the same event of the same account has come.

One number means a fall from a care unit and an attack from an intrusion panel: give --profile. Without \
it meaning has all meanings, meanings says who gives each and how sure that is, and alarm, the event of the \
shared model, is marked uncertain. What cannot be read gives

  {\"file\",\"error\":{\"code\",\"detail\",\"layer\",\"offset\"}}

Everything in the file is shown: treat the output as you treat the capture.";

const CONTACT_ID_EXAMPLES: &str = "\
Examples:
  echo '[C0FFEE 1811200000304C9]' | alarm-lab decode contact-id - | jq -r .meaning
  alarm-lab decode contact-id --profile care-unit-a capture.bin | jq -r .alarm.kind
  alarm-lab decode contact-id --accept-wrong-checksum capture.bin

`alarm-lab meanings` lists the events of each profile.

Exit status: 0 when everything was decoded, 1 when something was not, 2 for wrong usage.";

pub(crate) const DC09_LONG: &str = "\
Reads SIA DC-09 frames, as many as there are in a capture, and prints one JSON object per frame:

  {\"file\",\"protocol\",\"item\",\"offset\",\"length\",\"token\",\"encrypted\",\"crc_form\",\"provenance\",\"sequence\",\"receiver\",\
\"line\",\"account\",\"data\":{\"account\",\"contact_id\"|\"sia\"},\"timestamp\",\"warnings\":[...],\"meaning\",\"meanings\",\
\"interpretation\",\"alarm\":{...},\"more\":[...]}

item is report, link-test, answer or other. The CRC may stand in four hexadecimal characters or in two raw \
bytes; crc_form says which. meaning, meanings, interpretation and alarm are as for decode contact-id; more has \
them of further events in SIA data. A frame that cannot be read, or opened, gives

  {\"file\",...,\"error\":{\"code\",\"detail\",\"layer\",\"offset\",\"advice\"}}

with whatever could be read of it. A stream is cut by its lengths; frames copied as text, without LF and \
CR, are read with --lines.

Everything in the file is shown, and with a key what was encrypted: treat the output as you treat the key.";

const DC09_EXAMPLES: &str = "\
Examples:
  alarm-lab decode dc09 --profile care-unit-b capture.bin | jq -r .alarm.kind
  alarm-lab decode dc09 --lines log.txt
  xxd -p datagram.bin | alarm-lab decode dc09 --hex -
  alarm-lab decode dc09 --key-file keys.txt capture.bin

A key file has a key of 32, 48 or 64 hexadecimal digits on each line, with an account and a blank before \
it if it is for that account alone. ALARM_LAB_KEY in the environment holds one key.

Exit status: 0 when everything was decoded, 1 when something was not, 2 for wrong usage.";

#[derive(clap::Args)]
struct ReportArgs {
    /// The files hold hexadecimal digits; blanks and colons between them are passed over
    #[arg(long, help_heading = "Input")]
    hex: bool,
    /// Refuse the first deviation instead of warning
    #[arg(long, help_heading = "Reading")]
    strict: bool,
    /// The kind of equipment that reports: care-unit-a, care-unit-b, mobile, intrusion, cloud or
    /// unknown
    #[arg(
        long,
        value_name = "NAME",
        default_value = "unknown",
        help_heading = "Reading"
    )]
    profile: Profile,
    /// Keep the raw bytes in alarm.raw
    #[arg(long, help_heading = "Output")]
    raw: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormName {
    /// Found for each report
    Auto,
    /// [ACCT 18QXYZGGCCCSSSS]
    Bracket,
    /// ACCT 18 QXYZ GG CCC SSSS
    Sms,
    /// <ACCT 18 QXYZ GG CCC K>
    Angle,
}

#[derive(clap::Args)]
#[command(after_help = CONTACT_ID_EXAMPLES)]
pub(crate) struct ContactIdArgs {
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    reports: ReportArgs,
    /// The form of all reports
    #[arg(long, value_enum, default_value_t = FormName::Auto, help_heading = "Reading")]
    form: FormName,
    /// Take reports with a wrong checksum, marked: some panels' accounts are altered on the way
    #[arg(long, conflicts_with = "strict", help_heading = "Reading")]
    accept_wrong_checksum: bool,
}

pub(crate) fn run_contact_id(args: &ContactIdArgs) -> io::Result<Success> {
    let mut options = contact_id::Options::new(now());
    if args.reports.strict {
        options.decode = DecodeOptions::strict();
    }
    if args.accept_wrong_checksum {
        options.decode = options.decode.accepting_wrong_checksum();
    }
    options.form = match args.form {
        FormName::Auto => None,
        FormName::Bracket => Some(Form::Bracket),
        FormName::Sms => Some(Form::ShortMessage),
        FormName::Angle => Some(Form::Angle),
    };
    options.profile = args.reports.profile;
    options.raw = args.reports.raw;
    args.files.each(args.reports.hex, |shown, bytes| {
        shown.all(contact_id::decode(bytes, &options, new_id))
    })
}

/// Where keys come from. Never from the command line alone: others can read that.
#[derive(clap::Args)]
pub(super) struct KeyArgs {
    /// Keys for encrypted DC-09, one per line, ACCOUNT before a key for one account alone
    #[arg(long, value_name = "FILE", help_heading = "Encryption")]
    key_file: Option<String>,
    /// One key as hexadecimal digits; better in the environment, as every user of this computer
    /// can read a command line
    #[arg(
        long,
        value_name = "HEX",
        env = "ALARM_LAB_KEY",
        hide_env_values = true,
        help_heading = "Encryption"
    )]
    key: Option<String>,
}

impl KeyArgs {
    pub(super) fn keys(&self) -> Keys {
        let mut text = String::new();
        if let Some(key) = &self.key {
            if std::env::args_os().any(|argument| {
                argument.to_string_lossy().starts_with("--key=") || argument == "--key"
            }) {
                eprintln!(
                    "warning: every user of this computer can read a key on the command line; \
                     use --key-file or ALARM_LAB_KEY"
                );
            }
            if Keys::read(key).is_err() || key.split_whitespace().count() != 1 {
                wrong_usage("--key or ALARM_LAB_KEY: write 32, 48 or 64 hexadecimal digits");
            }
            text.push_str(key);
            text.push('\n');
        }
        if let Some(file) = &self.key_file {
            let refuse =
                |error: &dyn std::fmt::Display| wrong_usage(format!("--key-file {file}: {error}"));
            let bytes = read(file).unwrap_or_else(|error| refuse(&error.detail()));
            let own = String::from_utf8_lossy(&bytes);
            // Alone first, so that an error names the line of the file.
            if let Err(error) = Keys::read(&own) {
                refuse(&error);
            }
            text.push_str(&own);
        }
        if text.is_empty() {
            return Keys::default();
        }
        Keys::read(&text).unwrap_or_else(|error| wrong_usage(error))
    }
}

#[derive(clap::Args)]
#[command(after_help = DC09_EXAMPLES)]
pub(crate) struct Dc09Args {
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    reports: ReportArgs,
    /// Each line is a frame without its LF and CR
    #[arg(long, conflicts_with = "hex", help_heading = "Input")]
    lines: bool,
    #[command(flatten)]
    keys: KeyArgs,
}

pub(crate) fn run_dc09(args: &Dc09Args) -> io::Result<Success> {
    let mut options = dc09::Options::new(now());
    if args.reports.strict {
        options.decode = climax_rf::dc09::DecodeOptions::strict();
    }
    options.lines = args.lines;
    options.profile = args.reports.profile;
    options.keys = args.keys.keys();
    options.raw = args.reports.raw;
    args.files.each(args.reports.hex, |shown, bytes| {
        shown.all(dc09::decode(bytes, &options, new_id))
    })
}
