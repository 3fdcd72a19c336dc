//! What was written, and how far it has come.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use alarm_codes::Timestamp;
use fhir_vkp::decode::{Bundle, Decoded, Node};
use serde_json::{Value, json};

/// The end of a document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Journaled,
    Failed,
    Never,
}

struct Entry {
    resource: String,
    at: Instant,
    registered: Timestamp,
    end: End,
}

/// Documents by their number, and the numbers by business identifier.
#[derive(Default)]
pub(super) struct Journal {
    entries: Vec<Entry>,
    by_identifier: HashMap<String, usize>,
}

/// What happened to a document.
pub(super) struct Kept {
    pub(super) id: String,
    pub(super) repeat: bool,
}

impl Journal {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Keeps a document. A repeat, known by its identifier, is kept once and keeps its id: what JFT does
    /// with repeats is not public.
    pub(super) fn keep(
        &mut self,
        resource: &str,
        document: &Decoded<'_>,
        registered: Timestamp,
        end: End,
    ) -> Kept {
        let key = identifier_of(document).map(|it| format!("{resource}|{it}"));
        if let Some(&number) = key.as_ref().and_then(|key| self.by_identifier.get(key)) {
            let id = id_of(number);
            return Kept { id, repeat: true };
        }
        let number = self.entries.len();
        self.by_identifier.extend(key.map(|key| (key, number)));
        self.entries.push(Entry {
            resource: resource.to_owned(),
            at: Instant::now(),
            registered,
            end,
        });
        Kept {
            id: id_of(number),
            repeat: false,
        }
    }

    /// The status of a document as JFT says it: read after half of the time, then journaled or failed.
    pub(super) fn status(&self, resource: &str, id: &str, after: Duration) -> Option<Value> {
        let number: usize = id.strip_prefix("lab-")?.parse().ok()?;
        let entry = self
            .entries
            .get(number)
            .filter(|it| it.resource == resource)?;
        let at = |share: u32| {
            let micros = i64::try_from((after * share / 2).as_micros()).ok()?;
            let at = Timestamp::from_micros(entry.registered.as_micros().checked_add(micros)?)?;
            let passed = entry.end != End::Never && entry.at.elapsed() >= after * share / 2;
            passed.then(|| at.to_string())
        };
        let done = at(2);
        let failed = done.is_some() && entry.end == End::Failed;
        Some(json!({
            "registered": entry.registered.to_string(),
            "read": at(1),
            "journaled": if failed { None } else { done.clone() },
            "failed": if failed { done } else { None },
        }))
    }
}

fn id_of(number: usize) -> String {
    format!("lab-{number}")
}

/// The identifier that a repeat carries again.
fn identifier_of(document: &Decoded<'_>) -> Option<String> {
    let node = document.resource().node();
    let one = match Bundle::of(document.resource()) {
        Some(_) => node.get("identifier"),
        None => node
            .get("identifier")
            .map(|it| it.items().first().unwrap_or(it)),
    };
    let text = |name| one.and_then(|it: &Node<'_>| it.text(name));
    Some(format!("{}|{}", text("system")?, text("value")?))
}
