//! `alarm-lab decode fhir`.

use std::io::{self, IsTerminal};

use alarm_lab::decode::fhir::{Options, decode};
use fhir_vkp::decode::Mode;

use super::decode_files::Files;
use super::fhir_text;
use super::{Success, values};

pub(crate) const LONG: &str = "\
Reads a FHIR resource in JSON, a Bundle among them, as VKP, JFT, PIT and PMD hand them out and take them, and \
says what it holds: a summary for people on a terminal (or with --text), else one JSON object per file:

  {\"file\",\"protocol\",\"item\",\"masked\",\"release\",\"bundle\":{\"type\",\"identifier\",\"timestamp\",\"entries\",\"total\",\"next\"},\
\"resources\":[{\"path\",\"type\",\"profiles\",\"status\",\"about\",\"at\"}],\"alarms\",\"notes\",\"follow_ups\",\"dispenses\",\
\"measurements\",\"patients\",\"services\",\"plans\",\"health\",\"outcomes\",\"findings\":[{\"code\",\"path\",\"detail\"}]}

An alarm is a DetectedIssue with its code by VKP's list, its kind in the shared model, its device and what was \
written about it; a note is a Composition with its log and its texts without markup; an outcome is an issue of an \
OperationOutcome with VKP's code and what to do about it. Empty lists are left out.

Everything is read tolerantly: what deviates is a finding with the path of the element. release is STU3 where \
something speaks for the older interface: a Flag, a MessageHeader with a receiver, a profile of version 05 or 06. \
Codes of older versions are never mapped by number. A file that cannot be read gives

  {\"file\",\"error\":{\"code\",\"detail\",\"layer\",\"offset\",\"advice\"}}

with code xml for FHIR in XML.

Persons are hidden: names, the last five characters of their identifiers, days of birth, addresses, telephone \
numbers. In texts that people wrote, the names of the document and numbers of five digits or more are hidden, and \
nothing else can be: --reveal or not, this is health data. --reveal shows it all.";

const EXAMPLES: &str = "\
Examples:
  alarm-lab decode fhir bundle.json
  alarm-lab decode fhir --text answers/*.json | less
  alarm-lab decode fhir bundle.json | jq -r '.alarms[] | [.at, .kind.name, .code.display] | @tsv'
  alarm-lab decode fhir outcome.json | jq -r '.outcomes[].advice'
  alarm-lab encode fhir event.json --context context.json | alarm-lab decode fhir --strict -
  alarm-lab decode fhir --max-size 40M searchset.json | jq -r .bundle.next

Exit status: 0 when every file was read, also one that holds a refusal; 1 when one was not; 2 for wrong usage.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    files: Files,
    /// Refuse the first deviation instead of telling all
    #[arg(long, help_heading = "Reading")]
    strict: bool,
    /// The most bytes that a file may have, such as 500k or 40M; at most 64M
    #[arg(long, value_name = "BYTES", default_value = "10M", value_parser = values::bytes,
          help_heading = "Reading")]
    max_size: usize,
    /// Show persons: identifiers whole, names, days of birth, addresses, telephone numbers
    #[arg(long, help_heading = "Output")]
    reveal: bool,
    /// A summary for people, also when the output is no terminal
    #[arg(long, conflicts_with_all = ["pretty", "json_lines"], help_heading = "Output")]
    text: bool,
}

pub(crate) fn run(args: &Args) -> io::Result<Success> {
    let mut options = Options::default().with_bytes(args.max_size);
    options.reveal = args.reveal;
    if args.strict {
        options.mode = Mode::Strict;
    }
    let text = args.text || (!args.files.asks_for_json() && io::stdout().is_terminal());
    args.files.each(false, |shown, bytes| {
        let read = decode(bytes, &options);
        if !text {
            return shown.all([read]);
        }
        match &read {
            Ok(decoded) => fhir_text::show(shown.file(), decoded)?,
            Err(failure) => fhir_text::show_failure(shown.file(), &failure.error)?,
        }
        Ok(read.is_ok())
    })
}
