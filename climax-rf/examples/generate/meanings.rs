//! Who gives an event which meaning: the tables side by side, parted by `data/meanings.csv`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::path::Path;

use super::{COMMAND, Data, Entry, Fail, print_entries, provenance};

/// Who can give a meaning, in the order in which meanings are given.
const HOLDERS: &[(&str, &str)] = &[
    ("care-unit-a", "Source::Profile(Profile::CareUnitA)"),
    ("care-unit-b", "Source::Profile(Profile::CareUnitB)"),
    ("mobile", "Source::Profile(Profile::Mobile)"),
    ("intrusion", "Source::Profile(Profile::Intrusion)"),
    ("cloud", "Source::Profile(Profile::Cloud)"),
    ("standard", "Source::Standard"),
];

/// How the maker's list names restores that have no name of their own.
const PLAIN_RESTORE: &str = "Alarm restored (see the 1xxx code)";

struct Parted {
    code: u16,
    qualifier: Option<u16>,
    holder: usize,
    sense: String,
    meaning: String,
    provenance: Option<&'static str>,
    distinction: &'static str,
}

fn read(root: &Path) -> Result<Vec<Parted>, Fail> {
    let mut reader = csv::Reader::from_path(root.join("data/meanings.csv"))?;
    if reader.headers()?
        != vec![
            "code",
            "qualifier",
            "holder",
            "sense",
            "meaning",
            "mark",
            "origin",
        ]
    {
        return Err("meanings.csv: unexpected header".into());
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let holder = HOLDERS.iter().position(|(name, _)| *name == &record[2]);
        rows.push(Parted {
            code: record[0].parse()?,
            qualifier: match &record[1] {
                "" => None,
                digit => Some(digit.parse()?),
            },
            holder: holder.ok_or_else(|| format!("no holder {}", &record[2]))?,
            sense: record[3].to_owned(),
            meaning: record[4].to_owned(),
            provenance: match &record[5] {
                "" => None,
                mark => Some(provenance(mark).ok_or_else(|| format!("no mark {mark}"))?),
            },
            distinction: match &record[6] {
                "7.1" => "SingleSource",
                "compared" => "Inferred",
                other => return Err(format!("no origin {other}").into()),
            },
        });
    }
    Ok(rows)
}

struct Tables<'a> {
    by_holder: Vec<BTreeMap<u16, Vec<&'a Entry>>>,
    rebrand: BTreeMap<u16, Vec<&'a Entry>>,
}

fn table<'a>(data: &'a Data, name: &str) -> Result<BTreeMap<u16, Vec<&'a Entry>>, Fail> {
    let mut out = BTreeMap::<u16, Vec<&Entry>>::new();
    for line in data.get(name).ok_or_else(|| format!("no table {name}"))? {
        out.entry(line.code.parse()?).or_default().push(&line.entry);
    }
    Ok(out)
}

impl Tables<'_> {
    /// What a holder calls an event with qualifier 1 or 3.
    fn entries(&self, holder: usize, qualifier: u16, code: u16) -> Vec<Entry> {
        let own = &self.by_holder[holder];
        let found = match HOLDERS[holder].0 {
            "cloud" => {
                let at = |key| own.get(&key).into_iter().flatten().copied();
                let mut found: Vec<&Entry> = at(qualifier * 1000 + code)
                    .filter(|entry| entry.name != PLAIN_RESTORE)
                    .collect();
                if found.is_empty() && qualifier == 3 {
                    found = at(1000 + code).collect();
                }
                found.extend(
                    self.rebrand
                        .get(&(qualifier * 1000 + code))
                        .into_iter()
                        .flatten(),
                );
                found
            }
            _ => own.get(&code).into_iter().flatten().copied().collect(),
        };
        found.into_iter().cloned().collect()
    }
}

struct Claim {
    holder: usize,
    meaning: String,
    entries: Vec<Entry>,
}

struct Meaning {
    sense: String,
    distinction: Option<&'static str>,
    claims: Vec<Claim>,
}

impl Meaning {
    fn print(&self) -> String {
        let distinction = self
            .distinction
            .map_or("None".to_owned(), |p| format!("Some(Provenance::{p})"));
        let claims: Vec<_> = self
            .claims
            .iter()
            .map(|claim| {
                format!(
                    "Claim {{ source: {}, meaning: {:?}, names: {} }}",
                    HOLDERS[claim.holder].1,
                    claim.meaning,
                    print_entries(&claim.entries)
                )
            })
            .collect();
        format!(
            "Meaning {{ distinction: {distinction}, claims: &[{}] }}",
            claims.join(", ")
        )
    }
}

fn of_event(
    tables: &Tables<'_>,
    parted: &[Parted],
    qualifier: u16,
    code: u16,
) -> Result<Vec<Meaning>, Fail> {
    let rows: Vec<&Parted> = parted
        .iter()
        .filter(|row| row.code == code && row.qualifier.is_none_or(|q| q == qualifier))
        .collect();
    let mut out: Vec<Meaning> = Vec::new();
    for (holder, (name, _)) in HOLDERS.iter().enumerate() {
        let mut entries = tables.entries(holder, qualifier, code);
        let row = rows.iter().find(|row| row.holder == holder);
        if let (None, Some(row)) = (entries.first(), row) {
            // The reference's own cell where no table has the code.
            let provenance = row
                .provenance
                .ok_or_else(|| format!("{code} {name}: neither in a table nor marked"))?;
            entries.push(Entry {
                name: row.meaning.clone(),
                note: String::new(),
                provenance,
            });
        }
        let Some(first) = entries.first() else {
            continue;
        };
        let (sense, meaning) = match row {
            Some(row) => {
                // Restores have marks of their own in the maker's list.
                if qualifier == 1 && row.provenance.is_some_and(|p| p != first.provenance) {
                    return Err(format!("{code} {name}: the mark is not the table's").into());
                }
                (row.sense.clone(), row.meaning.clone())
            }
            None if rows.is_empty() => (String::new(), String::new()),
            None => return Err(format!("{code} {name}: part it in data/meanings.csv").into()),
        };
        let meaning = if meaning.is_empty() {
            first.name.clone()
        } else {
            meaning
        };
        let claim = Claim {
            holder,
            meaning,
            entries,
        };
        match out.iter_mut().find(|other| other.sense == sense) {
            Some(other) => other.claims.push(claim),
            None => out.push(Meaning {
                distinction: row.map(|row| row.distinction),
                sense,
                claims: vec![claim],
            }),
        }
    }
    Ok(out)
}

pub(super) fn meanings_rs(root: &Path, data: &Data) -> Result<String, Fail> {
    let parted = read(root)?;
    let tables = Tables {
        by_holder: [
            "care_panel_a_event",
            "care_panel_b_event",
            "care_mobile_event",
            "intrusion_panel_event",
            "climax_cid_qualified",
            "contact_id_event",
        ]
        .into_iter()
        .map(|name| table(data, name))
        .collect::<Result<_, _>>()?,
        rebrand: table(data, "rebrand_cloud_event")?,
    };
    let mut codes: BTreeSet<u16> = parted.iter().map(|row| row.code).collect();
    for own in &tables.by_holder {
        codes.extend(own.keys().map(|key| key % 1000));
    }
    let qualified = tables.rebrand.keys().filter(|key| **key < 4000);
    codes.extend(qualified.map(|key| key % 1000));

    let mut out = format!("// Generated from the files in data/. Rerun: {COMMAND}\n\n");
    out.push_str(
        "use super::meaning::{Claim, Meaning, Source};\n\
         use super::profile::Profile;\n\
         use crate::codes::entry;\n\
         use crate::provenance::Provenance;\n\n",
    );
    let mut printed = HashMap::<String, u16>::new();
    let mut keys = BTreeMap::new();
    for &code in &codes {
        for qualifier in [1, 3] {
            let meanings = of_event(&tables, &parted, qualifier, code)?;
            if meanings.is_empty() {
                continue;
            }
            let key = qualifier * 1000 + code;
            let lines: Vec<_> = meanings.iter().map(Meaning::print).collect();
            let lines = lines.join(",\n    ");
            let name = match printed.get(&lines) {
                Some(name) => *name,
                None => {
                    writeln!(out, "static M{key}: &[Meaning] = &[\n    {lines},\n];")?;
                    printed.insert(lines, key);
                    key
                }
            };
            keys.insert(key, name);
        }
    }
    out.push_str("\n/// By 1000 times the qualifier, 1 or 3, plus the event.\n");
    out.push_str("pub(super) static MEANINGS: &[(u16, &[Meaning])] = &[\n");
    for (key, name) in keys {
        writeln!(out, "    ({key}, M{name}),")?;
    }
    out.push_str("];\n");
    Ok(out)
}
