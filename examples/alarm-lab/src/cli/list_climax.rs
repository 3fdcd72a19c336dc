//! `alarm-lab meanings`, `tables` and `families`.

use std::io;

use climax_rf::codes::tables as data;
use climax_rf::codes::{Entry, Row, Table};
use climax_rf::events::{Profile, Source, all_meanings};
use climax_rf::f1::{Family, LengthRule};

use super::list::{self, print};
use super::{Success, output, wrong_usage};

pub(crate) const MEANINGS_LONG: &str = "\
Lists the events of panels: qualifier and code, what each kind of equipment means by it, and how sure \
that is. One code has several meanings: 1120 is a fall from a care unit and panic from an intrusion panel.

The names serve `simulate climax-panel --event`.";

#[derive(clap::Args)]
pub(crate) struct MeaningsArgs {
    /// Only what this kind of equipment means: care-unit-a, care-unit-b, mobile, intrusion, cloud
    #[arg(long, value_name = "NAME", default_value = "unknown")]
    profile: Profile,
    /// One JSON array instead of a table
    #[arg(long)]
    json: bool,
}

pub(crate) fn meanings(args: &MeaningsArgs) -> io::Result<Success> {
    let wanted = |source: Source| {
        args.profile == Profile::Unknown || source == Source::Profile(args.profile)
    };
    let claims = all_meanings().flat_map(|(number, meanings)| {
        let claims = meanings.iter().flat_map(|meaning| meaning.claims());
        claims.map(move |claim| (number, claim))
    });
    let rows = claims
        .filter(|(_, claim)| wanted(claim.source()))
        .map(|(number, claim)| {
            // Profiles and sources have names without blanks.
            let source = match claim.source() {
                Source::Profile(profile) => profile.name().to_owned(),
                other => other.to_string(),
            };
            vec![
                number.to_string(),
                source,
                claim.meaning().to_owned(),
                claim.provenance().name().to_owned(),
            ]
        })
        .collect();
    print(
        args.json,
        &["event", "profile", "meaning", "provenance"],
        rows,
    )
}

pub(crate) const TABLES_LONG: &str = "\
Without a name, lists the code tables of Climax equipment; with one, its codes, each with every name that \
a public source gives it, and how sure that is. The numbers are of panels and reports: that any of them \
is sent by radio has not been shown.";

#[derive(clap::Args)]
pub(crate) struct TablesArgs {
    /// The table, such as panel_device_type
    #[arg(value_name = "TABLE")]
    table: Option<String>,
    /// One JSON array instead of a table
    #[arg(long)]
    json: bool,
}

/// Tables whose codes are numbers.
const NUMBERS: &[&Table<u16>] = &[
    &data::PANEL_DEVICE_TYPE,
    &data::PANEL_RESPONSE_VALUE,
    &data::MOBILE_REPORT_TYPE,
    &data::MOBILE_REPORT_FILTER,
    &data::CLIMAX_CID_QUALIFIED,
    &data::REBRAND_CLOUD_EVENT,
    &data::CARE_PANEL_A_EVENT,
    &data::CARE_PANEL_B_EVENT,
    &data::CARE_MOBILE_EVENT,
    &data::INTRUSION_PANEL_EVENT,
];

/// Tables whose codes are texts.
const TEXTS: &[&Table<&str>] = &[
    &data::CLOUD_DEVICE_TYPE_TAG,
    &data::CLOUD_STATUS_TAG,
    &data::DEVICE_ID_PREFIX,
    &data::PANEL_STATUS_TEXT,
    &data::PANEL_SET_MODE_VALUE,
    &data::MOBILE_LOCATION_KEY,
    &data::MOBILE_SMS_COMMAND,
    &data::REPORT_URL_SUFFIX,
    &data::GROUP_ZONE_CONVENTION,
    &data::RADIO_MODEL_SUFFIX,
    &data::SUPERVISION_INTERVAL,
    &data::CARE_TWO_DIGIT_EVENT,
    &data::CARE_TONE_EVENT,
    &data::CONTACT_ID_QUALIFIER,
    &data::CONTACT_ID_MESSAGE_TYPE,
    &data::CONTACT_ID_CHECKSUM_DIGIT_VALUE,
    &data::CONTACT_ID_RANGE,
];

/// Names of the two tables with a shape of their own, as in the data files.
const SIA: &str = "sia_to_cid_map";
const STANDARD: &str = "contact_id_event";

fn entry(code: &str, entry: &Entry) -> Vec<String> {
    let cells = [code, entry.name(), entry.provenance().name(), entry.note()];
    cells.map(str::to_owned).to_vec()
}

fn rows<C: Copy + ToString>(table: &Table<C>) -> Vec<Vec<String>> {
    let of_row = |row: &Row<C>| {
        let code = row.code().to_string();
        let entries = row.entries().iter();
        entries.map(|one| entry(&code, one)).collect::<Vec<_>>()
    };
    table.rows().iter().flat_map(of_row).collect()
}

fn of_name(name: &str) -> Option<Vec<Vec<String>>> {
    if let Some(table) = NUMBERS.iter().find(|table| table.name() == name) {
        return Some(rows(table));
    }
    if let Some(table) = TEXTS.iter().find(|table| table.name() == name) {
        return Some(rows(table));
    }
    match name {
        SIA => {
            let all = data::SIA_TO_CID_MAP.iter();
            let rows = all.flat_map(|row| {
                row.entries().iter().map(|one| {
                    let mut cells = entry(&row.code().to_string(), one.entry());
                    if let Some(code) = one.code() {
                        cells[1] = format!("{} ({}{code})", cells[1], one.qualifier());
                    }
                    cells
                })
            });
            Some(rows.collect())
        }
        STANDARD => {
            let all = data::CONTACT_ID_EVENT.iter();
            let rows = all.map(|event| {
                let code = format!("{:03}", event.code);
                [&code, event.name, "standard", ""]
                    .map(str::to_owned)
                    .to_vec()
            });
            Some(rows.collect())
        }
        _ => None,
    }
}

pub(crate) fn tables(args: &TablesArgs) -> io::Result<Success> {
    if let Some(name) = &args.table {
        let rows = of_name(name).unwrap_or_else(|| {
            wrong_usage(format!("no table {name}; `alarm-lab tables` lists them"))
        });
        return print(args.json, &["code", "name", "provenance", "note"], rows);
    }
    let numbers = NUMBERS.iter().map(|table| (table.name(), table.len()));
    let texts = TEXTS.iter().map(|table| (table.name(), table.len()));
    let own = [
        (SIA, data::SIA_TO_CID_MAP.len()),
        (STANDARD, data::CONTACT_ID_EVENT.len()),
    ];
    let mut rows: Vec<_> = numbers
        .chain(texts)
        .chain(own)
        .map(|(name, codes)| vec![name.to_owned(), codes.to_string()])
        .collect();
    rows.sort_unstable();
    print(args.json, &["table", "codes"], rows)
}

pub(crate) const FAMILIES_LONG: &str = "\
Lists the families of F1 radio frames, and how sure it is that frames look so. With --json each is a \
declaration: copy one to a file, change it, and give the file to --family.";

pub(crate) fn families(args: &list::Args) -> io::Result<Success> {
    if args.json {
        output::json(&Family::ALL, false)?;
        return Ok(true);
    }
    let rows = Family::ALL.iter().map(|family| {
        let declared = family.declaration();
        let sync = family.sync();
        let digits = usize::try_from(sync.len().div_ceil(4)).unwrap_or(16);
        let lengths = match family.length() {
            LengthRule::Fixed(length) => length.to_string(),
            LengthRule::Byte { min, max, .. } => format!("{min} to {max}"),
        };
        let centres: Vec<_> = declared
            .centres
            .iter()
            .map(|hertz| format!("{:.4} MHz", f64::from(*hertz) / 1e6))
            .collect();
        vec![
            family.name().to_owned(),
            family.provenance().name().to_owned(),
            format!("{:0digits$x}", sync.word()),
            lengths,
            format!("{} bit/s", declared.bit_rate),
            centres.join(", "),
        ]
    });
    let columns = [
        "family",
        "provenance",
        "sync",
        "payload",
        "bit rate",
        "centres",
    ];
    print(false, &columns, rows.collect())
}
