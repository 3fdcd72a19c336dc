//! The register of patients: which device is whose (a TOML or a CSV file).
//!
//! TOML has tables `[[patient]]`, CSV a head line; both have `controller`, `identifier` and, where they
//! are known, `device`, `name`, `system` and `assigner`. No message says more of a line than its number.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use alarm_codes::Event;
use alarm_codes::national_identity_number::NationalIdentityNumber;
use fhir_vkp::{Identifier, Person};
use serde::Deserialize;
use tokio::time::Instant;

use crate::config::Private;

/// How often the file is looked at for changes.
const LOOK: Duration = Duration::from_secs(2);
/// Bytes that are read.
const LARGEST: u64 = 64 * 1024 * 1024;

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
    #[error("{} patient {number}: {what}", path.display())]
    Patient {
        /// The file.
        path: PathBuf,
        /// Which one, from 1.
        number: usize,
        /// What is wrong.
        what: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    patient: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    controller: Private,
    #[serde(default)]
    device: Option<Private>,
    identifier: Private,
    #[serde(default)]
    system: Option<Private>,
    #[serde(default)]
    assigner: Option<Private>,
    #[serde(default)]
    name: Option<Private>,
}

/// Who has which device.
#[derive(Default)]
pub(super) struct Register {
    persons: HashMap<(String, Option<String>), Person>,
}

impl fmt::Debug for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Register({} devices)", self.persons.len())
    }
}

fn text(value: Option<&Private>) -> Option<&str> {
    let text = value?.expose().trim();
    (!text.is_empty()).then_some(text)
}

impl Row {
    fn identifier(&self) -> Result<Identifier, &'static str> {
        let value = self.identifier.expose().trim();
        if let Some(system) = text(self.system.as_ref()) {
            return Identifier::new(system, value).map_err(|_| "the identifier is empty");
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
    pub(super) fn read(path: &Path) -> Result<Self, RegisterError> {
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
        for (index, row) in rows.into_iter().enumerate() {
            register.add(&row).map_err(|what| RegisterError::Patient {
                path: path.to_owned(),
                number: index + 1,
                what,
            })?;
        }
        Ok(register)
    }

    fn add(&mut self, row: &Row) -> Result<(), &'static str> {
        let controller = row.controller.expose().trim();
        if controller.is_empty() {
            return Err("the controller is empty");
        }
        let device = text(row.device.as_ref()).map(str::to_owned);
        let person = Person {
            identifier: Some(row.identifier()?),
            name: text(row.name.as_ref()).map(str::to_owned),
        };
        match self.persons.insert((controller.to_owned(), device), person) {
            None => Ok(()),
            Some(_) => Err("the same controller and device stand in another place"),
        }
    }

    /// Whose device raised this, if the register knows it. What an operator has confirmed with a national
    /// number counts before it.
    pub(super) fn person(&self, event: &Event) -> Option<Person> {
        let mut confirmed = event.subjects.iter().filter(|subject| subject.confirmed);
        if let (Some(subject), None) = (confirmed.next(), confirmed.next())
            && let Ok(number) = NationalIdentityNumber::read(subject.id.reveal())
        {
            return Some(Person {
                identifier: Some(number.into()),
                name: subject.name.as_ref().map(|name| name.reveal().clone()),
            });
        }
        let controller = event.device.controller.clone()?;
        if let Some(device) = event.device.device.clone()
            && let Some(person) = self.persons.get(&(controller.clone(), Some(device)))
        {
            return Some(person.clone());
        }
        self.persons.get(&(controller, None)).cloned()
    }
}

fn from_toml(text: &str, path: &Path) -> Result<Vec<Row>, RegisterError> {
    let file: File = toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or_default();
        RegisterError::Toml {
            path: path.to_owned(),
            line: before.matches('\n').count() + 1,
            // Not the whole error: it quotes the line.
            message: error.message().to_owned(),
        }
    })?;
    Ok(file.patient)
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

/// A register whose file is read again when it changes.
#[derive(Debug)]
pub(super) struct WatchedRegister {
    path: PathBuf,
    register: Register,
    seen: Option<(SystemTime, u64)>,
    looked: Instant,
}

impl WatchedRegister {
    /// Reads the file.
    pub(super) fn open(path: &Path) -> Result<Self, RegisterError> {
        let seen = seen(path);
        Ok(Self {
            path: path.to_owned(),
            register: Register::read(path)?,
            seen,
            looked: Instant::now(),
        })
    }

    /// The register as it is now. A file that cannot be read changes nothing.
    pub(super) fn now(&mut self) -> &Register {
        if self.looked.elapsed() >= LOOK {
            self.looked = Instant::now();
            let seen = seen(&self.path);
            if seen.is_some() && seen != self.seen {
                self.seen = seen;
                match Register::read(&self.path) {
                    Ok(register) => {
                        tracing::info!(
                            devices = register.persons.len(),
                            "the register of patients is new"
                        );
                        self.register = register;
                    }
                    Err(error) => {
                        tracing::error!(%error, "the register of patients stays as it was");
                    }
                }
            }
        }
        &self.register
    }
}

fn seen(path: &Path) -> Option<(SystemTime, u64)> {
    let data = std::fs::metadata(path).ok()?;
    Some((data.modified().ok()?, data.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alarm_codes::{EventId, FoundBy, Kind, Subject, Timestamp};

    /// Synthetic numbers.
    const ONE: &str = "15813410033";

    fn read(name: &str, text: &str) -> Result<Register, RegisterError> {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join(name);
        std::fs::write(&path, text).expect("a file");
        Register::read(&path)
    }

    fn event(controller: &str, device: Option<&str>) -> Event {
        let received: Timestamp = "2026-03-14T01:17:41Z".parse().expect("a time");
        let mut event = Event::new(EventId(1), Kind::Fall, received);
        event.device.controller = Some(controller.into());
        event.device.device = device.map(Into::into);
        event
    }

    fn name(register: &Register, event: &Event) -> Option<String> {
        register.person(event)?.name
    }

    #[test]
    fn the_device_counts_before_its_controller_in_both_forms() {
        let toml = format!(
            "[[patient]]\ncontroller = \"40211870\"\nidentifier = \"{ONE}\"\nname = \"A\"\n\
             [[patient]]\ncontroller = \"40211870\"\ndevice = \"2\"\nidentifier = \"x\"\n\
             system = \"https://epj.example.net\"\nname = \"B\"\n"
        );
        let csv = format!(
            "\u{feff}controller,device,identifier,system,name\n40211870,,{ONE},,A\n\
             40211870,2,x,https://epj.example.net,B\n"
        );
        for register in [read("p.toml", &toml), read("p.csv", &csv)] {
            let register = register.expect("a register");
            assert_eq!(
                name(&register, &event("40211870", None)).as_deref(),
                Some("A")
            );
            assert_eq!(
                name(&register, &event("40211870", Some("9"))).as_deref(),
                Some("A")
            );
            assert_eq!(
                name(&register, &event("40211870", Some("2"))).as_deref(),
                Some("B")
            );
            assert_eq!(name(&register, &event("40211871", None)), None);
        }
    }

    #[test]
    fn only_a_confirmed_subject_counts_before_the_register() {
        let csv = format!("controller,identifier,name\n40211870,{ONE},A\n");
        let register = read("p.csv", &csv).expect("a register");
        let mut event = event("40211870", None);
        let mut subject = Subject::new(ONE, FoundBy::Message);
        event.subjects.push(subject.clone());
        assert_eq!(name(&register, &event).as_deref(), Some("A"));
        subject.confirmed = true;
        event.subjects = vec![subject.clone()];
        assert_eq!(name(&register, &event), None);
        // Two persons are none.
        event.subjects.push(subject);
        assert_eq!(name(&register, &event).as_deref(), Some("A"));
    }

    #[tokio::test]
    async fn a_file_that_changes_is_read_again_unless_it_is_broken() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("p.csv");
        let write = |text: &str| std::fs::write(&path, text).expect("a file");
        write("controller,identifier,name\n");
        let mut watched = WatchedRegister::open(&path).expect("a register");
        let event = event("40211870", None);
        assert_eq!(name(watched.now(), &event), None);
        for text in [
            format!("controller,identifier,name\n40211870,{ONE},A\n"),
            "controller,identifier\n40211870,1\n".into(),
        ] {
            write(&text);
            tokio::time::sleep(LOOK).await;
            assert_eq!(name(watched.now(), &event).as_deref(), Some("A"));
        }
    }

    #[test]
    fn no_error_shows_what_stands_in_the_file() {
        for (name, text) in [
            (
                "p.toml",
                format!("[[patient]]\ncontroller = 40211870\nidentifier = {ONE}\n"),
            ),
            (
                "p.toml",
                format!("[[patient]]\ncontroller = \"40211870\"\nidentifier = \"{ONE}9\"\n"),
            ),
            ("p.toml", format!("[[patient]\nidentifier = \"{ONE}\"")),
            (
                "p.csv",
                format!("controller,identifier\n40211870,{ONE},40211870\n"),
            ),
            (
                "p.csv",
                format!("controller,identifier\n40211870,{ONE}\n40211870,{ONE}\n"),
            ),
            ("p.csv", format!("{ONE},40211870\n")),
        ] {
            let error = read(name, &text).expect_err(&text);
            let shown = format!("{error} {error:?}");
            assert!(
                !shown.contains(ONE) && !shown.contains("40211870"),
                "{shown}"
            );
        }
    }
}
