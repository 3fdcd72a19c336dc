//! `alarm-lab decode espa444`.

use std::io::{self, IsTerminal};

use alarm_lab::decode::espa444::{Capture, Options, decode};
use clap::ValueEnum;
use espa444::alarm::{LineKind, Rule, Rules, examples};
use espa444::{Address, CharacterSet, DecodeOptions};

use super::decode::{Bad, Good, Unreadable, new_id, now, read};
use super::{Success, espa444_line, output, values, wrong_usage};

pub(crate) const LONG: &str = "\
Prints one JSON object per item of a line: blocks, polls, selects and answers, in the order of time:

  {\"file\",\"protocol\",\"item\",\"sender\",\"offset\",\"length\",\"message\":{\"header\",\"records\":[{\"id\",\"name\",\
\"value\",\"text\"}],\"bcc\":{\"received\",\"computed\",\"variant\"}},\"warnings\":[...],\"findings\":[...],\
\"interpretation\":{...},\"alarm\":{...}}

message and warnings are for blocks; value is the bytes as they came, text what they stand for. \
findings, {\"code\",\"detail\",\"advice\",\"offset\",\"evidence\"}, tell the installer what is wrong with the \
line or its settings and what to do about it; evidence counts how often it was seen, where once is no \
proof. dialogue, at an EOT, says what was done since the one before. Two control stations and an echo \
show when the dump says who sends; a wrong address, with --address. alarm is the event of the shared \
model, for calls; interpretation says which rule gave it its kind and what the event does not carry, and \
for a status which call it is about. What cannot be decoded gives

  {\"file\",\"error\":{\"code\",\"detail\",\"layer\",\"offset\",\"answer\"},\"findings\":[...]}

where answer is the prefix of the NAK that a receiver sends. offset counts bytes of the capture.

With --hex the file is a dump: hexadecimal bytes, > before what the caller sends and < before what the \
receiver sends, comments behind # or two blanks; xxd and hexdump -C are read, too.

Everything in the file is shown, texts and numbers included: treat the output as you treat the capture.";

const EXAMPLES: &str = "\
Examples:
  alarm-lab decode espa444 capture.bin
  alarm-lab decode espa444 --hex --charset iso646-no dialogue.txt
  alarm-lab decode espa444 --blocks --line fire-panel line.bin | jq -r .alarm.kind
  alarm-lab decode espa444 --rules example:nurse-call line.bin

Exit status: 0 when everything was decoded, 1 when something was not, 2 for wrong usage.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Files to decode; - is the standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// The files are dumps in hexadecimal digits, with > and < for the directions
    #[arg(long)]
    hex: bool,
    /// Refuse the first deviation from the standard instead of warning
    #[arg(long)]
    strict: bool,
    /// The character set of the texts: auto, ascii, iso646-no, iso646-se, iso646-se-c, iso646-de,
    /// latin1, cp1252, cp850, cp865 or utf-8
    #[arg(long, value_name = "NAME", default_value = "auto", value_parser = values::character_set)]
    charset: CharacterSet,
    /// Take blocks without BCC
    #[arg(long)]
    accept_missing_bcc: bool,
    /// The address that the receiver is set to: a finding when others are called and it never
    #[arg(long, value_name = "ADDRESS", value_parser = espa444_line::address)]
    address: Option<Address>,
    /// Only blocks, good or not
    #[arg(long)]
    blocks: bool,
    /// What stands at the other end: decides the kind of a call that no rule knows
    #[arg(long, value_enum, default_value_t = LineName::Calls)]
    line: LineName,
    /// Text rules as JSON, or example:fire-panel, example:nurse-call
    #[arg(long, value_name = "FILE")]
    rules: Option<String>,
    /// Keep the raw bytes in alarm.raw
    #[arg(long)]
    raw: bool,
    /// Indented JSON, also when the output is no terminal
    #[arg(long, conflicts_with = "json_lines")]
    pretty: bool,
    /// One line per item, also on a terminal
    #[arg(long)]
    json_lines: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum LineName {
    /// A nurse call system or anything else
    Calls,
    /// A fire panel
    FirePanel,
}

pub(crate) fn run(args: &Args) -> io::Result<Success> {
    let pretty = args.pretty || (!args.json_lines && io::stdout().is_terminal());
    let options = options(args);
    let mut success = true;
    for file in &args.files {
        match capture(file, args.hex) {
            Ok(capture) => {
                for item in decode(&capture, &options, new_id) {
                    success &= item.is_ok();
                    match &item {
                        Ok(decoded) => output::json(&Good { file, decoded }, pretty)?,
                        Err(failure) => output::json(
                            &Good {
                                file,
                                decoded: failure,
                            },
                            pretty,
                        )?,
                    }
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

fn capture(file: &str, hex: bool) -> Result<Capture, Unreadable> {
    let bytes = read(file)?;
    if !hex {
        return Ok(Capture::from_bytes(bytes));
    }
    Capture::from_dump(&bytes).map_err(|error| Unreadable::new("hex", error.to_string(), None))
}

fn options(args: &Args) -> Options {
    let mut options = Options::new(now());
    if args.strict {
        options.blocks = DecodeOptions::strict();
    }
    if args.accept_missing_bcc {
        options.blocks = options.blocks.accepting_missing_bcc();
    }
    options.line.characters = args.charset;
    if matches!(args.line, LineName::FirePanel) {
        options.line.kind = LineKind::FirePanel;
    }
    if let Some(name) = &args.rules {
        options.line.rules = rules(name);
    }
    options.blocks_only = args.blocks;
    options.station = args.address;
    options.raw = args.raw;
    options
}

fn rules(name: &str) -> Rules {
    let rules: Vec<Rule> = match name {
        "example:fire-panel" => examples::norwegian_fire_panel(),
        "example:nurse-call" => examples::nurse_call(),
        _ => {
            let text = std::fs::read(name)
                .unwrap_or_else(|error| wrong_usage(format!("--rules {name}: {error}")));
            serde_json::from_slice(&text)
                .unwrap_or_else(|error| wrong_usage(format!("--rules {name}: {error}")))
        }
    };
    Rules::new(rules).unwrap_or_else(|error| wrong_usage(format!("--rules {name}: {error}")))
}
