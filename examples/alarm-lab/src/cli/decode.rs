//! `alarm-lab decode scaip`.

use std::fs::File;
use std::io::{self, IsTerminal, Read};

use alarm_codes::{EventId, Profile, Timestamp};
use alarm_lab::decode::{Decoded, Finding, Format, HexError, Options, decode, from_hex};
use clap::ValueEnum;
use scaip::{DecodeOptions, Edition};
use serde::Serialize;

use super::{Success, output, values};

/// More than any capture of single messages; a bound on memory.
const GREATEST_FILE: u64 = 64 * 1024 * 1024;

pub(crate) const LONG: &str = "\
Prints one JSON object per message:

  {\"file\",\"protocol\",\"document\",\"message\":{...},\"warnings\":[{\"code\",\"detail\",...}],\"alarm\":{...}}

message holds the elements by their long names, defaults filled in: codes in full width, each with \
its public name (status_code, status_code_name) and the digits received where they differ \
(status_code_text). alarm is the event of the shared model, for requests. A message that cannot be \
decoded gives

  {\"file\",\"error\":{\"code\",\"detail\",\"layer\",\"offset\"}}

and so does, once, whatever follows the last whole message of a stream. layer is sip, xml, or file for a \
file that cannot be read. offset counts bytes from the start of the file, in warnings and extra too, also \
inside a body or in a later message of a stream; with --hex it counts the bytes that the digits stand for, \
but for a wrong digit the characters of the file. It is null where no place is known. What is cut short has \
the offset at which it begins.

Everything in the file is shown, names, numbers and positions included: treat the output as you \
treat the capture.";

const EXAMPLES: &str = "\
Examples:
  alarm-lab decode scaip alarm.xml
  alarm-lab decode scaip --strict alarm.xml           hold it against the published patterns
  alarm-lab decode scaip captures/*.sip | jq -r .alarm.kind
  xxd -p datagram.bin | alarm-lab decode scaip --hex -

Exit status: 0 when all messages were decoded, 1 when one was not, 2 for wrong usage.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Files to decode; - is the standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// What a file holds
    #[arg(long, value_enum, default_value_t = InputFormat::Auto)]
    format: InputFormat,
    /// The files hold hexadecimal digits; blanks and colons between them are passed over
    #[arg(long)]
    hex: bool,
    /// Refuse the first deviation from the published patterns instead of warning
    #[arg(long)]
    strict: bool,
    /// The edition that --strict holds a message against
    #[arg(long, value_enum, default_value_t = EditionName::Ss91100, requires = "strict")]
    edition: EditionName,
    /// Read the private root element `scaip` too
    #[arg(long)]
    accept_scaip_root: bool,
    /// The dialect that codes are looked up in
    #[arg(long, value_name = "NAME", default_value = "standard", value_parser = values::profile)]
    profile: Profile,
    /// Keep the raw bytes in alarm.raw
    #[arg(long)]
    raw: bool,
    /// Indented JSON, also when the output is no terminal
    #[arg(long, conflicts_with = "json_lines")]
    pretty: bool,
    /// One line per message, also on a terminal
    #[arg(long)]
    json_lines: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum InputFormat {
    /// XML when it begins with <, else SIP
    Auto,
    /// A bare XML body
    Xml,
    /// One SIP message, or several behind one another
    Sip,
}

#[derive(Clone, Copy, ValueEnum)]
enum EditionName {
    /// SS 91100:2014
    #[value(name = "ss-91100")]
    Ss91100,
    /// CLC/TS 50134-9:2018, as far as it is known
    #[value(name = "clc-ts-50134-9")]
    ClcTs50134,
}

/// What came out, and of which file.
#[derive(Serialize)]
pub(super) struct Good<'a, D> {
    pub(super) file: &'a str,
    #[serde(flatten)]
    pub(super) decoded: &'a D,
}

/// What went wrong, and with which file.
#[derive(Serialize)]
pub(super) struct Bad<'a, E> {
    pub(super) file: &'a str,
    pub(super) error: E,
}

/// A file that could not be read at all.
#[derive(Serialize)]
pub(super) struct Unreadable {
    code: &'static str,
    detail: String,
    layer: &'static str,
    offset: Option<usize>,
}

impl Unreadable {
    pub(super) fn new(code: &'static str, detail: String, offset: Option<usize>) -> Self {
        Unreadable {
            code,
            detail,
            layer: "file",
            offset,
        }
    }

    /// One line for people.
    pub(super) fn detail(&self) -> &str {
        &self.detail
    }
}

pub(crate) fn run(args: &Args) -> io::Result<Success> {
    let pretty = args.pretty || (!args.json_lines && io::stdout().is_terminal());
    let mut success = true;
    for file in &args.files {
        match input(file, args.hex) {
            Ok(input) => {
                for message in decode(&input, &options(args), new_id) {
                    success &= message.is_ok();
                    show(file, &message, pretty)?;
                }
            }
            Err(error) => {
                success = false;
                output::json(&Bad { file, error }, pretty)?;
            }
        }
    }
    Ok(success)
}

fn show(file: &str, message: &Result<Decoded, Finding>, pretty: bool) -> io::Result<()> {
    match message {
        Ok(decoded) => output::json(&Good { file, decoded }, pretty),
        Err(error) => output::json(&Bad { file, error }, pretty),
    }
}

fn options(args: &Args) -> Options {
    let mut options = Options::new(now());
    options.format = match args.format {
        InputFormat::Auto => Format::Auto,
        InputFormat::Xml => Format::Xml,
        InputFormat::Sip => Format::Sip,
    };
    if args.strict {
        options.xml = DecodeOptions::strict().with_edition(match args.edition {
            EditionName::Ss91100 => Edition::Ss91100,
            EditionName::ClcTs50134 => Edition::ClcTs50134,
        });
    }
    if args.accept_scaip_root {
        options.xml = options.xml.accepting_scaip_root();
    }
    options.profile = args.profile;
    options.raw = args.raw;
    options
}

pub(super) fn new_id() -> EventId {
    EventId(uuid::Uuid::now_v7().as_u128())
}

pub(super) fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since
        .ok()
        .and_then(|since| i64::try_from(since.as_micros()).ok())
        .and_then(Timestamp::from_micros)
        .unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The bytes of a file, or of the standard input.
pub(super) fn read(file: &str) -> Result<Vec<u8>, Unreadable> {
    let unreadable = |error: io::Error| Unreadable::new("file", error.to_string(), None);
    let mut bytes = Vec::new();
    let read = if file == "-" {
        io::stdin()
            .lock()
            .take(GREATEST_FILE)
            .read_to_end(&mut bytes)
    } else {
        let opened = File::open(file).map_err(unreadable)?;
        opened.take(GREATEST_FILE).read_to_end(&mut bytes)
    };
    read.map_err(unreadable)?;
    if bytes.len() as u64 >= GREATEST_FILE {
        let detail = format!("longer than {} MiB", GREATEST_FILE / 1024 / 1024);
        return Err(Unreadable::new("file-too-large", detail, None));
    }
    Ok(bytes)
}

/// The bytes of a file, or those that its hexadecimal digits stand for.
pub(super) fn input(file: &str, hex: bool) -> Result<Vec<u8>, Unreadable> {
    let bytes = read(file)?;
    if !hex {
        return Ok(bytes);
    }
    from_hex(&bytes).map_err(|error| {
        let offset = match error {
            HexError::Digit { offset } => Some(offset),
            _ => None,
        };
        Unreadable::new("hex", error.to_string(), offset)
    })
}
