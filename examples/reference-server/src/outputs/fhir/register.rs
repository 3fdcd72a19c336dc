//! The register of patients: which device is whose (a TOML or a CSV file).
//!
//! TOML has tables `[[patient]]`, CSV a head line; both have `controller`, `identifier` and, where they
//! are known, `device`, `name`, `system` and `assigner`. No message says more of a line than its number.

mod watched;

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use alarm_codes::Event;
use alarm_codes::national_identity_number::NationalIdentityNumber;
use fhir_vkp::identifier::system;
use fhir_vkp::{Identifier, Person};
use serde::Deserialize;
use toml::Spanned;

use crate::config::Private;
use crate::time::Timestamp;

pub(super) use watched::WatchedRegister;

/// Bytes that are read.
const LARGEST: u64 = 64 * 1024 * 1024;
/// Why a number is not taken.
const TYPING_ERROR: &str = "a number that is valid only when given out from 2032: a typing error";
/// Why an alarm is withheld whose device stands in a line with such a number.
const LINE_NOT_TAKEN: &str = "the register has a mistyped number for the device";
/// Why one is withheld that an operator has confirmed under such a number.
const CONFIRMED_NOT_TAKEN: &str = "the number that was confirmed is mistyped";

/// What is wrong with a register. Holds nothing of what stands in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// It cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It is no TOML, or has other keys.
    #[error("{} line {line}: {message}", path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// It is no CSV, or has other columns.
    #[error("{} line {line}: not a line with the columns of the head", path.display())]
    Csv {
        /// The file.
        path: PathBuf,
        /// The line, 0 for the head.
        line: u64,
    },
    /// A patient who cannot be journaled.
    #[error("{} line {line}: {what}", path.display())]
    Patient {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
        /// What is wrong.
        what: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    patient: Vec<Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    controller: Private,
    #[serde(default)]
    device: Option<Private>,
    identifier: Spanned<Private>,
    #[serde(default)]
    system: Option<Private>,
    #[serde(default)]
    assigner: Option<Private>,
    #[serde(default)]
    name: Option<Private>,
}

struct Row {
    /// Where the identifier stands.
    line: u64,
    controller: Private,
    device: Option<Private>,
    identifier: Private,
    system: Option<Private>,
    assigner: Option<Private>,
    name: Option<Private>,
}

/// A controller, and one of its devices.
type Key = (String, Option<String>);

/// Who has which device.
#[derive(Default)]
pub(super) struct Register {
    /// Nobody where the line is not taken: the device is not that of whoever has its controller.
    persons: HashMap<Key, Option<Person>>,
    /// The lines that are not taken.
    not_taken: Vec<u64>,
}

impl fmt::Debug for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Register({} devices)", self.persons.len())
    }
}

/// Whether this is a number that nobody has yet, and in practice somebody else's, mistyped.
fn is_typing_error(identifier: &Identifier, now: Timestamp) -> bool {
    let now = alarm_codes::Timestamp::from_micros(now.as_micros());
    now.is_some_and(|now| identifier.is_not_yet_issued(now))
}

fn text(value: Option<&Private>) -> Option<&str> {
    let text = value?.expose().trim();
    (!text.is_empty()).then_some(text)
}

impl Row {
    fn identifier(&self) -> Result<Identifier, &'static str> {
        let value = self.identifier.expose().trim();
        if let Some(system) = text(self.system.as_ref()) {
            let system = system::canonical(system).unwrap_or(system);
            let identifier =
                Identifier::new(system, value).map_err(|_| "the identifier is empty")?;
            return match identifier.national_identity_number() {
                Some(Err(_)) => Err("no national identity number, though its system says so"),
                _ => Ok(identifier),
            };
        }
        let number = NationalIdentityNumber::read(value)
            .map_err(|_| "no national identity number: another identifier needs its system")?;
        match text(self.assigner.as_ref()) {
            Some(assigner) => Identifier::h_number(&number, assigner)
                .map_err(|_| "only an H-number has an assigner"),
            None => Ok(Identifier::from(number)),
        }
    }
}

impl Register {
    /// Reads a file: CSV if its name ends so, TOML otherwise.
    fn read(path: &Path, now: Timestamp) -> Result<Self, RegisterError> {
        let failed = |source| RegisterError::Read {
            path: path.to_owned(),
            source,
        };
        let length = std::fs::metadata(path).map_err(failed)?.len();
        if length > LARGEST {
            return Err(failed(io::ErrorKind::FileTooLarge.into()));
        }
        let text = std::fs::read_to_string(path).map_err(failed)?;
        let is_csv = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        let rows = match is_csv {
            true => from_csv(&text, path)?,
            false => from_toml(&text, path)?,
        };
        let mut register = Self::default();
        for row in rows {
            let added = register.add(&row, now);
            added.map_err(|what| RegisterError::Patient {
                path: path.to_owned(),
                line: row.line,
                what,
            })?;
        }
        Ok(register)
    }

    fn add(&mut self, row: &Row, now: Timestamp) -> Result<(), &'static str> {
        let controller = row.controller.expose().trim();
        if controller.is_empty() {
            return Err("the controller is empty");
        }
        let device = text(row.device.as_ref()).map(str::to_owned);
        let identifier = row.identifier()?;
        let person = match is_typing_error(&identifier, now) {
            true => {
                self.not_taken.push(row.line);
                None
            }
            false => Some(Person {
                identifier: Some(identifier),
                name: text(row.name.as_ref()).map(str::to_owned),
            }),
        };
        match self.persons.insert((controller.to_owned(), device), person) {
            None => Ok(()),
            Some(_) => Err("the same controller and device stand in another place"),
        }
    }

    /// How many devices stand in it.
    fn len(&self) -> usize {
        self.persons.len()
    }

    /// Whose device raised this, if the register knows it. What an operator has confirmed with a national
    /// number counts before it.
    ///
    /// # Errors
    ///
    /// Why the alarm must be withheld: whose it is stands there, and cannot be right.
    pub(super) fn person(
        &self,
        event: &Event,
        now: Timestamp,
    ) -> Result<Option<Person>, &'static str> {
        let mut confirmed = event.subjects.iter().filter(|subject| subject.confirmed);
        if let (Some(subject), None) = (confirmed.next(), confirmed.next())
            && let Ok(number) = NationalIdentityNumber::read(subject.id.reveal())
        {
            let identifier = Identifier::from(number);
            return match is_typing_error(&identifier, now) {
                true => Err(CONFIRMED_NOT_TAKEN),
                false => Ok(Some(Person {
                    identifier: Some(identifier),
                    name: subject.name.as_ref().map(|name| name.reveal().clone()),
                })),
            };
        }
        let mut rows = keys(event).filter_map(|key| self.persons.get(&key));
        let person = rows.next().map(Option::as_ref);
        person.map_or(Ok(None), |person| {
            person.cloned().map(Some).ok_or(LINE_NOT_TAKEN)
        })
    }
}

/// Where the device of an event may stand; what counts before comes first.
fn keys(event: &Event) -> impl Iterator<Item = Key> {
    let device = &event.device;
    let own = device.controller.clone().zip(device.device.clone());
    let own = own.map(|(controller, device)| (controller, Some(device)));
    own.into_iter().chain(
        device
            .controller
            .clone()
            .map(|controller| (controller, None)),
    )
}

fn from_toml(text: &str, path: &Path) -> Result<Vec<Row>, RegisterError> {
    let line = |at: usize| {
        let before = text.get(..at).unwrap_or_default();
        before.matches('\n').count() + 1
    };
    let file: File = toml::from_str(text).map_err(|error| RegisterError::Toml {
        path: path.to_owned(),
        line: line(error.span().map_or(0, |span| span.start)),
        // Not the whole error: it quotes the line.
        message: error.message().to_owned(),
    })?;
    // Line by line from the one before: tables stand in their order.
    let (mut seen, mut lines) = (0, 1);
    let mut line_of = |at: usize| {
        let between = text.get(seen..at).unwrap_or_default();
        lines += between.matches('\n').count() as u64;
        seen = seen.max(at);
        lines
    };
    let row = |table: Table| Row {
        line: line_of(table.identifier.span().start),
        controller: table.controller,
        device: table.device,
        identifier: table.identifier.into_inner(),
        system: table.system,
        assigner: table.assigner,
        name: table.name,
    };
    Ok(file.patient.into_iter().map(row).collect())
}

fn from_csv(text: &str, path: &Path) -> Result<Vec<Row>, RegisterError> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    // Not through serde: a number of eleven digits is a text here. Its errors would quote it, too.
    let wrong = |line| RegisterError::Csv {
        path: path.to_owned(),
        line,
    };
    let head = reader.headers().map_err(|_| wrong(0))?.clone();
    let known = [
        "controller",
        "device",
        "identifier",
        "system",
        "assigner",
        "name",
    ];
    if !head.iter().all(|name| known.contains(&name)) {
        return Err(wrong(0));
    }
    let place = |name: &str| head.iter().position(|found| found == name);
    let (Some(controller), Some(identifier)) = (place("controller"), place("identifier")) else {
        return Err(wrong(0));
    };
    for record in reader.records() {
        let record =
            record.map_err(|error| wrong(error.position().map_or(0, csv::Position::line)))?;
        let at = |index: usize| Private::new(record.get(index).unwrap_or_default());
        let named = |name: &str| place(name).map(at);
        rows.push(Row {
            line: record.position().map_or(0, csv::Position::line),
            controller: at(controller),
            device: named("device"),
            identifier: at(identifier),
            system: named("system"),
            assigner: named("assigner"),
            name: named("name"),
        });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests;
