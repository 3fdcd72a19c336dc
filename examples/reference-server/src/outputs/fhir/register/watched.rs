//! A register whose file is read again when it changes, and what is known beside it.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use alarm_codes::Event;
use fhir_vkp::{Identifier, Person};
use tokio::time::Instant;

use super::{Key, Register, RegisterError, TYPING_ERROR, keys};
use crate::time::Timestamp;

/// How often the file is looked at for changes.
pub(super) const LOOK: Duration = Duration::from_secs(2);
/// Lines of a file that the log names.
const NAMED: usize = 20;
/// Devices that are remembered when they are no longer in the register.
const FORMER: usize = 100_000;

/// What is wrong with the register, for `/healthz`.
const EMPTY: &str = "the register of patients is empty";
const EMPTIED: &str = "the register of patients is empty: the last good one is used";
const UNREADABLE: &str = "the register of patients cannot be read: the last good one is used";
const NOT_TAKEN: &str = "lines of the register of patients are not taken: the log names them";

/// Whose devices were that are no longer in the register, and since when they are not.
#[derive(Default)]
struct Former(HashMap<Key, (Instant, Identifier)>);

impl fmt::Debug for Former {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Former({} devices)", self.0.len())
    }
}

impl Former {
    /// Takes note of what is in the old register and not in the new one.
    fn follow(&mut self, old: Register, new: &Register, keep: Duration) {
        let now = Instant::now();
        self.0
            .retain(|key, (gone, _)| !new.persons.contains_key(key) && gone.elapsed() < keep);
        for (key, person) in old.persons {
            let identifier = person.and_then(|person| person.identifier);
            if let Some(identifier) = identifier
                && !new.persons.contains_key(&key)
                && self.0.len() < FORMER
            {
                self.0.insert(key, (now, identifier));
            }
        }
    }
}

/// A register whose file is read again when it changes.
#[derive(Debug)]
pub(in crate::outputs::fhir) struct WatchedRegister {
    path: PathBuf,
    register: Register,
    former: Former,
    /// How long those are remembered.
    keep: Duration,
    seen: Option<(SystemTime, u64)>,
    /// Whether what was seen could not be read.
    unread: bool,
    looked: Instant,
    warning: Option<&'static str>,
    readings: u64,
}

impl WatchedRegister {
    /// Reads the file. Whose a device was is remembered for so long when it is gone from the register.
    pub(in crate::outputs::fhir) fn open(
        path: &Path,
        keep: Duration,
    ) -> Result<Self, RegisterError> {
        let seen = seen(path);
        let register = Register::read(path, Timestamp::now())?;
        let warning = match register.len() {
            0 => Some(EMPTY),
            _ => tell_not_taken(&register),
        };
        if warning == Some(EMPTY) {
            tracing::warn!("{EMPTY}");
        }
        Ok(Self {
            path: path.to_owned(),
            register,
            former: Former::default(),
            keep,
            seen,
            unread: false,
            looked: Instant::now(),
            warning,
            readings: 1,
        })
    }

    /// The register as it is now. A file that cannot be read changes nothing, nor does one that is empty all
    /// at once: it is half written, or was exported from nowhere. What could not be read is tried again at
    /// each look: where its rights are mended nothing else of it changes.
    pub(in crate::outputs::fhir) fn now(&mut self) -> &Register {
        if self.looked.elapsed() >= LOOK {
            self.looked = Instant::now();
            let seen = seen(&self.path);
            let is_new = seen != self.seen;
            if is_new || self.unread {
                self.seen = seen;
                self.read(is_new);
            }
        }
        &self.register
    }

    /// `is_new` where nothing was said about this file yet.
    fn read(&mut self, is_new: bool) {
        let register = match Register::read(&self.path, Timestamp::now()) {
            Ok(register) => register,
            Err(error) => {
                if is_new {
                    tracing::error!(%error, "the register of patients stays as it was");
                }
                self.unread = true;
                self.warning = Some(UNREADABLE);
                return;
            }
        };
        self.unread = false;
        if register.len() == 0 && self.register.len() > 0 {
            tracing::error!(
                devices = self.register.len(),
                "the register of patients is empty: it stays as it was until the server is started anew"
            );
            self.warning = Some(EMPTIED);
            return;
        }
        tracing::info!(devices = register.len(), "the register of patients is new");
        self.warning = match register.len() {
            0 => Some(EMPTY),
            _ => tell_not_taken(&register),
        };
        let old = std::mem::replace(&mut self.register, register);
        self.former.follow(old, &self.register, self.keep);
        self.readings += 1;
    }

    /// Whose device raised this, by the register as it is now ([`Register::person`]).
    pub(in crate::outputs::fhir) fn person(
        &mut self,
        event: &Event,
    ) -> Result<Option<Person>, &'static str> {
        self.now().person(event, Timestamp::now())
    }

    /// Whose device it is, or was before it was gone from the register.
    pub(in crate::outputs::fhir) fn known(&mut self, event: &Event) -> Option<Identifier> {
        match self.person(event) {
            Ok(Some(person)) => person.identifier,
            Ok(None) => {
                let mut former = keys(event).filter_map(|key| self.former.0.get(&key));
                let found = former.find(|(gone, _)| gone.elapsed() < self.keep);
                found.map(|(_, identifier)| identifier.clone())
            }
            Err(_) => None,
        }
    }

    /// What is wrong with it.
    pub(in crate::outputs::fhir) const fn warning(&self) -> Option<&'static str> {
        self.warning
    }

    /// How many devices stand in it.
    pub(in crate::outputs::fhir) fn devices(&self) -> usize {
        self.register.len()
    }

    /// Grows with every register that is taken.
    pub(in crate::outputs::fhir) const fn readings(&self) -> u64 {
        self.readings
    }
}

/// Names the lines that are not taken in the log.
fn tell_not_taken(register: &Register) -> Option<&'static str> {
    let lines = &register.not_taken;
    for line in lines.iter().take(NAMED) {
        tracing::error!(
            line,
            reason = TYPING_ERROR,
            "a line of the register of patients is not taken"
        );
    }
    if let Some(more) = lines.len().checked_sub(NAMED).filter(|more| *more > 0) {
        tracing::error!(
            more,
            "further lines of the register of patients are not taken"
        );
    }
    (!lines.is_empty()).then_some(NOT_TAKEN)
}

fn seen(path: &Path) -> Option<(SystemTime, u64)> {
    let data = std::fs::metadata(path).ok()?;
    Some((data.modified().ok()?, data.len()))
}
