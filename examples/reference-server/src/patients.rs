//! What is known about the patients of open alarms, for the page of an alarm only.
//!
//! It is kept in memory, for a while and for so many alarms; nothing of it is written anywhere, and
//! `Debug` shows none of it.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::journal::EventId;
use crate::time::Timestamp;

/// What a patient record says about somebody who needs help.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PatientFacts {
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Municipality, district, zone, sub-zone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// The electronic lock of the door.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub electronic_lock: Option<String>,
    /// The lines of the address.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub address: Vec<String>,
    /// How to find the door.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub door_hint: Option<String>,
}

impl fmt::Debug for PatientFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PatientFacts(private)")
    }
}

/// How far a look-up has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[non_exhaustive]
pub enum PatientView {
    /// It is under way.
    Asked,
    /// Somebody was found.
    Found {
        /// When.
        at: Timestamp,
        /// What is known.
        #[serde(flatten)]
        facts: Arc<PatientFacts>,
    },
    /// Nobody was found, or no answer came in time.
    NotFound {
        /// When that was clear.
        at: Timestamp,
        /// Why.
        reason: &'static str,
    },
}

#[derive(Default)]
struct Table {
    rows: HashMap<EventId, (Instant, PatientView)>,
    /// The oldest first.
    order: VecDeque<EventId>,
}

/// What is known, by alarm; shared.
#[derive(Clone, Default)]
pub struct Patients(Arc<Mutex<Table>>);

impl fmt::Debug for Patients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Patients({} alarms)", self.table().rows.len())
    }
}

impl Patients {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known about the patient of this alarm.
    #[must_use]
    pub fn of(&self, alarm: EventId) -> Option<PatientView> {
        let table = self.table();
        let (until, view) = table.rows.get(&alarm)?;
        (Instant::now() < *until).then(|| view.clone())
    }

    /// Notes something about an alarm, for this time and among at most so many.
    pub fn note(&self, alarm: EventId, view: PatientView, keep: Duration, most: usize) {
        let mut table = self.table();
        if table
            .rows
            .insert(alarm, (Instant::now() + keep, view))
            .is_none()
        {
            table.order.push_back(alarm);
        }
        while table.order.len() > most.max(1)
            && let Some(oldest) = table.order.pop_front()
        {
            table.rows.remove(&oldest);
        }
    }

    /// Forgets what is too old.
    pub fn forget_old(&self) {
        let (mut table, now) = (self.table(), Instant::now());
        table.rows.retain(|_, (until, _)| now < *until);
        let Table { rows, order } = &mut *table;
        order.retain(|alarm| rows.contains_key(alarm));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(600);

    fn found(name: &str) -> PatientView {
        let facts = PatientFacts {
            name: Some(name.into()),
            ..PatientFacts::default()
        };
        PatientView::Found {
            at: Timestamp::from_micros(0),
            facts: Arc::new(facts),
        }
    }

    #[test]
    fn it_is_kept_for_so_long_and_for_so_many() {
        let patients = Patients::default();
        let ids: Vec<EventId> = (0..3).map(|_| EventId::new()).collect();
        for id in &ids {
            patients.note(*id, PatientView::Asked, LONG, 2);
            patients.note(*id, found("A"), LONG, 2);
        }
        assert_eq!(patients.of(ids[0]), None);
        assert_eq!(patients.of(ids[2]), Some(found("A")));
        patients.note(ids[2], found("B"), Duration::ZERO, 2);
        assert_eq!(patients.of(ids[2]), None);
        patients.forget_old();
        assert_eq!(format!("{patients:?}"), "Patients(1 alarms)");
    }

    #[test]
    fn it_does_not_print() {
        let view = found("BLID FJELLREV");
        assert!(!format!("{view:?}").contains("BLID"));
        let json = serde_json::to_value(&view).expect("JSON");
        assert_eq!(
            (&json["state"], &json["name"]),
            (&"found".into(), &"BLID FJELLREV".into())
        );
    }
}
