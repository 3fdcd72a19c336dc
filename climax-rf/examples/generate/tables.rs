//! One table each for the tables of the data files.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{COMMAND, Data, Entry, Fail, print_entries};

enum Key {
    Number,
    Text,
    /// Two letters with a target in Contact ID.
    Sia,
    /// A standard event: what its third field holds is data too.
    StandardEvent,
}

/// Every table of the data files, and what is said about it.
const TABLES: &[(&str, Key, &str)] = &[
    (
        "panel_device_type",
        Key::Number,
        "Device types as panels number them; a number of the panel's database, not shown to be a radio code (Climax reference 8).",
    ),
    (
        "cloud_device_type_tag",
        Key::Text,
        "Device types as clouds of rebranded panels name them (Climax reference 8).",
    ),
    (
        "cloud_status_tag",
        Key::Text,
        "Statuses as clouds of rebranded panels name them (Climax reference 8).",
    ),
    (
        "device_id_prefix",
        Key::Text,
        "How device identifiers begin (Climax reference 8).",
    ),
    (
        "panel_status_text",
        Key::Text,
        "Place holders and texts in answers of panels (Climax reference 9).",
    ),
    (
        "panel_set_mode_value",
        Key::Text,
        "What the numbers of set-mode mean in the two generations. For reading settings; this crate sets no mode (Climax reference 9).",
    ),
    (
        "panel_response_value",
        Key::Number,
        "What a device is set to raise, in the settings of a panel (Climax reference 9).",
    ),
    (
        "mobile_report_type",
        Key::Number,
        "Report types of mobile units (Climax reference 5.7).",
    ),
    (
        "mobile_report_filter",
        Key::Number,
        "Report filters of mobile units (Climax reference 5.7).",
    ),
    (
        "mobile_location_key",
        Key::Text,
        "Keys in the location text of mobile units (Climax reference 5.7).",
    ),
    (
        "mobile_sms_command",
        Key::Text,
        "Commands that mobile units take by short message (Climax reference 5.7). For reading; this crate sends none.",
    ),
    (
        "report_url_suffix",
        Key::Text,
        "Suffixes and schemes of report destinations (Climax reference 5.1).",
    ),
    (
        "climax_cid_qualified",
        Key::Number,
        "The maker's list of qualifier and event: 1000 times the qualifier plus the event (Climax reference 6 and 7.2).",
    ),
    (
        "rebrand_cloud_event",
        Key::Number,
        "Events in the cloud of one rebrand. 5xxx and 6xxx are not Contact ID.",
    ),
    (
        "care_panel_a_event",
        Key::Number,
        "Events of care unit A (Climax reference 7.1).",
    ),
    (
        "care_panel_b_event",
        Key::Number,
        "Events of care unit B, with panel (Climax reference 7.1).",
    ),
    (
        "care_mobile_event",
        Key::Number,
        "Events of mobile care units (Climax reference 7.1).",
    ),
    (
        "intrusion_panel_event",
        Key::Number,
        "Events of intrusion panels (Climax reference 7.1).",
    ),
    (
        "group_zone_convention",
        Key::Text,
        "Conventions for group and zone (Climax reference 7.4).",
    ),
    (
        "radio_model_suffix",
        Key::Text,
        "Radio generations by the suffix of the model name (Climax reference 1.1).",
    ),
    (
        "supervision_interval",
        Key::Text,
        "How often devices say that they live, in words (Climax reference 3.1).",
    ),
    (
        "care_two_digit_event",
        Key::Text,
        "Two-digit telephone dialect of one care unit; incomplete, for old records only (Climax reference 7.5).",
    ),
    (
        "care_tone_event",
        Key::Text,
        "Tone dialect of one care unit; incomplete, for old records only (Climax reference 7.5).",
    ),
    (
        "sia_to_cid_map",
        Key::Sia,
        "SIA event codes and the Contact ID that they stand for: one service provider's table for one panel.",
    ),
    (
        "contact_id_event",
        Key::StandardEvent,
        "The events of the standard (Climax reference 6).",
    ),
    (
        "contact_id_qualifier",
        Key::Text,
        "The qualifiers of the standard.",
    ),
    (
        "contact_id_message_type",
        Key::Text,
        "The message types of the standard.",
    ),
    (
        "contact_id_checksum_digit_value",
        Key::Text,
        "What a digit counts in the modulo 15 sum (Climax reference 5.3).",
    ),
    (
        "contact_id_range",
        Key::Text,
        "Ranges of events in the standard.",
    ),
];

fn constant(name: &str) -> String {
    name.to_uppercase()
}

pub(super) fn tables_rs(data: &Data) -> Result<String, Fail> {
    for table in data.keys() {
        if !TABLES.iter().any(|(name, ..)| name == table) {
            return Err(format!("nobody said what {table} is").into());
        }
    }
    let mut out = format!(
        "//! The tables, by the names of the data files.\n\n\
         // Generated from the files in data/. Rerun: {COMMAND}\n\n"
    );
    out.push_str(
        "use super::sia::{SiaRow, sia, to};\n\
         use super::standard::{StandardEvent, StandardClass, ThirdField};\n\
         use super::table::{Row, Table, entry};\n\
         use crate::provenance::Provenance;\n",
    );
    for (name, key, says) in TABLES {
        let lines = data
            .get(*name)
            .ok_or_else(|| format!("no table {name} in the data"))?;
        let constant = constant(name);
        match key {
            Key::Number => {
                let mut rows = BTreeMap::<u16, Vec<Entry>>::new();
                for line in lines {
                    let code = line.code.parse()?;
                    rows.entry(code).or_default().push(line.entry.clone());
                }
                table(
                    &mut out,
                    name,
                    &constant,
                    "u16",
                    says,
                    &rows,
                    u16::to_string,
                )?;
            }
            Key::Text => {
                let mut rows = BTreeMap::<(String, String), Vec<Entry>>::new();
                for line in lines {
                    let key = (line.code.to_ascii_lowercase(), line.code.clone());
                    rows.entry(key).or_default().push(line.entry.clone());
                }
                let mut folded: Vec<_> = rows.keys().map(|(folded, _)| folded).collect();
                folded.dedup();
                if folded.len() != rows.len() {
                    return Err(format!("{name}: codes that differ by case only").into());
                }
                let code = |(_, code): &(String, String)| format!("{code:?}");
                table(&mut out, name, &constant, "&'static str", says, &rows, code)?;
            }
            Key::Sia => {
                let mut rows = BTreeMap::<String, Vec<String>>::new();
                for line in lines {
                    let (target, note) = line.entry.note.split_once("; ").unwrap_or_default();
                    let target: u16 = target
                        .strip_prefix("CID ")
                        .ok_or_else(|| format!("{}: no target", line.code))?
                        .parse()?;
                    rows.entry(line.code.clone()).or_default().push(format!(
                        "to({target}, entry({:?}, {note:?}, Provenance::{}))",
                        line.entry.name, line.entry.provenance
                    ));
                }
                writeln!(out, "\n/// {says}")?;
                writeln!(out, "pub static {constant}: &[SiaRow] = &[")?;
                for (code, targets) in rows {
                    let targets = targets.join(", ");
                    writeln!(
                        out,
                        "    SiaRow {{ code: sia({code:?}), entries: &[{targets}] }},"
                    )?;
                }
                writeln!(out, "];")?;
            }
            Key::StandardEvent => standard(&mut out, data, &constant, says)?,
        }
    }
    Ok(out)
}

fn table<K: Ord>(
    out: &mut String,
    name: &str,
    constant: &str,
    key_type: &str,
    says: &str,
    rows: &BTreeMap<K, Vec<Entry>>,
    code: impl Fn(&K) -> String,
) -> Result<(), Fail> {
    writeln!(out, "\n/// {says}")?;
    writeln!(out, "pub static {constant}: Table<{key_type}> = Table {{")?;
    writeln!(out, "    name: {name:?},\n    rows: &[")?;
    for (key, entries) in rows {
        let (code, entries) = (code(key), print_entries(entries));
        writeln!(out, "        Row {{ code: {code}, entries: {entries} }},")?;
    }
    writeln!(out, "    ],\n}};")?;
    Ok(())
}

fn standard(out: &mut String, data: &Data, constant: &str, says: &str) -> Result<(), Fail> {
    let mut rows = BTreeMap::new();
    for line in &data["contact_id_event"] {
        let unreadable = || format!("{}: {:?}", line.code, line.entry.note);
        let (class, field) = line
            .entry
            .note
            .strip_prefix("class: ")
            .and_then(|note| note.split_once("; CCC: "))
            .ok_or_else(unreadable)?;
        let class = match class {
            "alarm" => "Alarm",
            "supervisory" => "Supervisory",
            "trouble" => "Trouble",
            "open/close, access, remote" => "OpenCloseAccessRemote",
            "bypass/disable" => "BypassDisable",
            "test/misc" => "TestMisc",
            _ => return Err(unreadable().into()),
        };
        let field = match field {
            "zone" => "Zone",
            "zone, or 000" => "ZoneOrPanel",
            "user" => "User",
            "user or access point" => "UserOrAccessPoint",
            "module or device" => "ModuleOrDevice",
            _ => return Err(unreadable().into()),
        };
        let row = format!(
            "StandardEvent {{ code: {}, name: {:?}, class: StandardClass::{class}, third_field: ThirdField::{field} }}",
            line.code, line.entry.name
        );
        if rows.insert(line.code.parse::<u16>()?, row).is_some() {
            return Err(format!("{} twice in the standard", line.code).into());
        }
    }
    writeln!(out, "\n/// {says}")?;
    writeln!(out, "pub static {constant}: &[StandardEvent] = &[")?;
    for row in rows.values() {
        writeln!(out, "    {row},")?;
    }
    writeln!(out, "];")?;
    Ok(())
}
