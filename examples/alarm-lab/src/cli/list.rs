//! `alarm-lab kinds`, `codes`, `systems` and `faults`.

use std::io;

use alarm_codes::{Kind, System, rows};
use alarm_lab::scaip::Fault;
use alarm_lab::{climax, espa444, fhir, sensio};
use serde_json::{Value, json};

use super::{Success, output, values};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// One JSON array instead of a table
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(clap::Args)]
pub(crate) struct CodesArgs {
    /// The code system; `alarm-lab systems` lists them
    #[arg(value_name = "SYSTEM", value_parser = values::system)]
    system: System,
    /// One JSON array instead of a table
    #[arg(long)]
    json: bool,
}

/// Prints objects with the same members in the same order, as an array or as a table.
pub(super) fn print(json: bool, columns: &[&str], rows: Vec<Vec<String>>) -> io::Result<Success> {
    if json {
        let objects: Vec<Value> = rows
            .into_iter()
            .map(|row| {
                let members = columns.iter().zip(row);
                Value::Object(
                    members
                        .map(|(name, cell)| ((*name).to_owned(), Value::from(cell)))
                        .collect(),
                )
            })
            .collect();
        output::json(&objects, false)?;
    } else {
        let head = columns.iter().map(|name| name.to_uppercase()).collect();
        let mut all = vec![head];
        all.extend(rows);
        output::table(&all)?;
    }
    Ok(true)
}

pub(crate) fn kinds(args: &Args) -> io::Result<Success> {
    let rows = Kind::ALL
        .iter()
        .map(|kind| {
            vec![
                kind.name().to_owned(),
                kind.class().to_string(),
                kind.default_priority().to_string(),
                kind.definition().to_owned(),
            ]
        })
        .collect();
    print(
        args.json,
        &["kind", "class", "priority", "definition"],
        rows,
    )
}

pub(crate) fn codes(args: &CodesArgs) -> io::Result<Success> {
    let rows = rows()
        .filter(|row| row.system() == args.system)
        .map(|row| {
            vec![
                row.code_text().to_owned(),
                row.kind().name().to_owned(),
                row.relation().name().to_owned(),
                row.direction().name().to_owned(),
                if row.uncertain() { "uncertain" } else { "" }.to_owned(),
                row.profile().name().to_owned(),
                row.note().to_owned(),
            ]
        })
        .collect();
    let columns = [
        "code",
        "kind",
        "relation",
        "direction",
        "certainty",
        "profile",
        "note",
    ];
    print(args.json, &columns, rows)
}

pub(crate) fn systems(args: &Args) -> io::Result<Success> {
    if args.json {
        let all: Vec<_> = System::ALL
            .iter()
            .map(|system| {
                let profiles: Vec<_> = system.profiles().iter().map(|p| p.name()).collect();
                json!({ "system": system.name(), "profiles": profiles })
            })
            .collect();
        output::json(&all, false)?;
        return Ok(true);
    }
    let rows = System::ALL
        .iter()
        .map(|system| {
            let profiles: Vec<_> = system.profiles().iter().map(|p| p.name()).collect();
            vec![system.name().to_owned(), profiles.join(", ")]
        })
        .collect();
    print(false, &["system", "profiles"], rows)
}

/// Whose faults.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Protocol {
    /// Units of SCAIP
    Scaip,
    /// Stations of ESPA 4.4.4
    Espa444,
    /// Panels that report in Contact ID or DC-09
    ClimaxPanel,
    /// Partners of the Sensio Partner API
    SensioPartner,
    /// The server of the Sensio Partner API
    SensioServer,
    /// The double of HelseID, JFT and VKP
    FhirServer,
}

#[derive(clap::Args)]
pub(crate) struct FaultsArgs {
    /// Whose faults
    #[arg(value_enum, value_name = "PROTOCOL", default_value_t = Protocol::Scaip)]
    protocol: Protocol,
    /// One JSON array instead of a table
    #[arg(long)]
    json: bool,
}

pub(crate) fn faults(args: &FaultsArgs) -> io::Result<Success> {
    let owned = |cells: &[&str]| cells.iter().map(|&cell| cell.to_owned()).collect();
    let (columns, rows): (&[&str], Vec<Vec<String>>) = match args.protocol {
        Protocol::Scaip => {
            let all = Fault::ALL.iter();
            let rows = all.map(|fault| owned(&[fault.name(), fault.description()]));
            (&["fault", "description"], rows.collect())
        }
        Protocol::Espa444 => {
            let all = espa444::Fault::ALL.iter();
            let rows = all.map(|one| owned(&[one.name(), one.sides(), one.description()]));
            (&["fault", "side", "description"], rows.collect())
        }
        Protocol::ClimaxPanel => {
            let all = climax::Fault::ALL.iter();
            let rows = all.map(|one| owned(&[one.name(), one.formats(), one.description()]));
            (&["fault", "format", "description"], rows.collect())
        }
        Protocol::SensioPartner => {
            let all = sensio::Fault::ALL.iter();
            let rows = all.map(|one| owned(&[one.name(), one.calls(), one.description()]));
            (&["fault", "calls", "description"], rows.collect())
        }
        Protocol::SensioServer => {
            let rows = sensio::PLANNED.iter();
            let rows = rows.map(|(name, description)| owned(&[name, description]));
            (&["fault", "description"], rows.collect())
        }
        Protocol::FhirServer => {
            let rows = fhir::FAULTS.iter();
            let rows = rows.map(|(name, description)| owned(&[name, description]));
            (&["fault", "description"], rows.collect())
        }
    };
    print(args.json, columns, rows)
}
