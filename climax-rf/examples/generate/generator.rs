//! From the data files to tables. Shared by the command and by the test that compares.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

#[path = "meanings.rs"]
mod meanings;
#[path = "tables.rs"]
mod tables;

const COMMAND: &str = "cargo run -p climax-rf --example generate";

type Fail = Box<dyn Error>;

/// What one source calls a code.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    name: String,
    note: String,
    /// A variant of `Provenance`.
    provenance: &'static str,
}

impl Entry {
    fn print(&self) -> String {
        format!(
            "entry({:?}, {:?}, Provenance::{})",
            self.name, self.note, self.provenance
        )
    }
}

fn print_entries(entries: &[Entry]) -> String {
    let entries: Vec<_> = entries.iter().map(Entry::print).collect();
    format!("&[{}]", entries.join(", "))
}

/// One line of a data file.
struct Line {
    code: String,
    entry: Entry,
}

/// The lines of both files by table, in the order of the files.
type Data = BTreeMap<String, Vec<Line>>;

fn provenance(mark: &str) -> Option<&'static str> {
    Some(match mark {
        "C2" => "Confirmed",
        "C1" => "SingleSource",
        "INF" => "Inferred",
        "STD" => "Standard",
        _ => return None,
    })
}

/// Takes the mark out of a note: it begins the note or one of its parts.
fn split_note(note: &str) -> Option<(&'static str, String)> {
    let mut mark = None;
    let mut rest = Vec::new();
    for part in note.split("; ") {
        let found = part.get(..2).and_then(provenance);
        match (mark, found) {
            (None, Some(found)) => {
                mark = Some(found);
                let more = part[2..].trim();
                if !more.is_empty() {
                    rest.push(more);
                }
            }
            _ => rest.push(part),
        }
    }
    Some((mark?, rest.join("; ")))
}

fn read(root: &Path) -> Result<Data, Fail> {
    let mut data = Data::new();
    for (file, standard) in [("climax-codes.csv", false), ("contact-id-codes.csv", true)] {
        let mut reader = csv::Reader::from_path(root.join("data").join(file))?;
        if reader.headers()? != vec!["table", "code", "name", "note"] {
            return Err(format!("{file}: unexpected header").into());
        }
        for record in reader.records() {
            let record = record?;
            let (table, code, name, note) = (&record[0], &record[1], &record[2], &record[3]);
            let (provenance, note) = if standard {
                ("Standard", note.to_owned())
            } else {
                split_note(note).ok_or_else(|| format!("{table} {code}: no mark in {note:?}"))?
            };
            let table = if standard {
                format!("contact_id_{table}")
            } else {
                table.to_owned()
            };
            data.entry(table).or_default().push(Line {
                code: code.to_owned(),
                entry: Entry {
                    name: name.to_owned(),
                    note,
                    provenance,
                },
            });
        }
    }
    Ok(data)
}

/// Everything that follows from the data files: path below the crate, and content.
pub(crate) fn generate(root: &Path) -> Result<Vec<(&'static str, String)>, Fail> {
    let data = read(root)?;
    Ok(vec![
        ("src/codes/tables.rs", tables::tables_rs(&data)?),
        (
            "src/events/generated.rs",
            meanings::meanings_rs(root, &data)?,
        ),
    ])
}
