//! `alarm-lab fhir-codes`.

use std::io;

use fhir_vkp::CodeSystem;
use fhir_vkp::alarm::{mapping_of_alert, mapping_of_dispense};
use fhir_vkp::codes::SystemMatch;

use super::Success;
use super::list::print;

pub(crate) const LONG: &str = "\
Lists the code systems of VKP 0.9.0 and the foreign ones that it takes, or the codes of one: complete for VKP, of the \
others those that are in use. kind is what an alert code or a dispense event means in the shared model; \
alarm-lab convert --from vkp-alert:CODE says more. Codes are texts: 1.10 is another code than 1.1.

A system is named by its short name or by any of its addresses. Older versions (-v05, -v06) are refused: their \
numbers mean other things.";

const EXAMPLES: &str = "\
Examples:
  alarm-lab fhir-codes
  alarm-lab fhir-codes vkp-alert-code
  alarm-lab fhir-codes http://ehelse.no/fhir/ValueSet/vkp-composition-event-v090 --json";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The code system; all are listed without
    #[arg(value_name = "SYSTEM", value_parser = system)]
    system: Option<CodeSystem>,
    /// One JSON array instead of a table
    #[arg(long)]
    json: bool,
}

fn system(text: &str) -> Result<CodeSystem, String> {
    let by_name = CodeSystem::ALL.into_iter().find(|it| it.name() == text);
    if let Some(system) = by_name {
        return Ok(system);
    }
    match CodeSystem::recognise(text) {
        Some(SystemMatch::Canonical(system) | SystemMatch::Alias(system)) => Ok(system),
        Some(SystemMatch::OldVersion(_)) => {
            Err("an older version, whose numbers mean other things".to_owned())
        }
        None => {
            let names: Vec<_> = CodeSystem::ALL.iter().map(|it| it.name()).collect();
            Err(format!("write one of {}", names.join(", ")))
        }
    }
}

pub(crate) fn run(args: &Args) -> io::Result<Success> {
    let Some(system) = args.system else {
        let rows = CodeSystem::ALL.into_iter().map(|system| {
            let count = system.entries().len();
            vec![
                system.name().to_owned(),
                count.to_string(),
                system.url().to_owned(),
            ]
        });
        return print(args.json, &["system", "codes", "address"], rows.collect());
    };
    let kind = match system {
        CodeSystem::ALERT_CODE => Some(mapping_of_alert as fn(&str) -> alarm_codes::Mapping),
        CodeSystem::DISPENSE_EVENT => Some(mapping_of_dispense as fn(&str) -> _),
        _ => None,
    };
    let rows = system.entries().iter().map(|entry| {
        let mut row = vec![entry.code.to_owned(), entry.display.to_owned()];
        row.extend(kind.map(|kind| kind(entry.code).kind().name().to_owned()));
        row
    });
    let columns: &[&str] = match kind {
        Some(_) => &["code", "display", "kind"],
        None => &["code", "display"],
    };
    print(args.json, columns, rows.collect())
}
