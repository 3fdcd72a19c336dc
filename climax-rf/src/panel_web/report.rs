//! Report events (`reportEventListGet`): the most useful call for alarms.

use alloc::string::String;
use alloc::vec::Vec;

use super::members::{Members, read_rows};
use super::{Limits, Member, Read, ReadError, Warning};
use crate::contact_id::{ContactId, EventCode, Group, Qualifier, Zone};

/// Whether an event began or ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Trigger {
    /// `Trigger`.
    Trigger,
    /// `Restore`.
    Restore,
    /// Anything else, as the panel wrote it.
    Other(String),
}

/// A line of `reportEventListGet`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReportEvent {
    /// The panel's number of the event.
    pub uid: Option<u64>,
    /// Whether it began or ended.
    pub trigger: Option<Trigger>,
    /// The Contact ID code as the panel wrote it: three digits, or four with the qualifier.
    pub code: Option<String>,
    /// Area.
    pub area: Option<u16>,
    /// Zone.
    pub zone: Option<u16>,
    /// What the line reports; `None` when the code is no Contact ID. Without area or zone it is
    /// that of the whole panel.
    pub contact_id: Option<ContactId>,
    /// Everything else.
    pub others: Vec<Member>,
}

/// Reads the lines of `reportEventListGet`.
///
/// The members are looked for under the names `uid`, `cid` or `code`, and a value of `Trigger` or
/// `Restore` under `type`, `event`, `status` or `trigger`; the reference names only the values.
///
/// # Errors
///
/// [`ReadError`] when the answer is too large, no JSON, or without rows.
pub fn read_report_events(answer: &[u8], limits: &Limits) -> Result<Read<ReportEvent>, ReadError> {
    read_rows(answer, limits, |row| {
        let trigger = trigger(row);
        let code = row.text(&["cid", "cid_code", "code"]);
        let area = row.number("area", &["area"]);
        let zone = row.number("zone", &["zone"]);
        let read = code
            .as_deref()
            .and_then(|code| read_code(code.trim().as_bytes()));
        if code.is_some() && read.is_none() {
            let (place, member) = (row.row, "code");
            row.warnings
                .push(Warning::Unreadable { row: place, member });
        }
        let told = match trigger {
            Some(Trigger::Trigger) => Some(Qualifier::EVENT),
            Some(Trigger::Restore) => Some(Qualifier::RESTORE),
            _ => None,
        };
        let contact_id = read.and_then(|(qualifier, code)| {
            if let (Some(told), Some(qualifier)) = (told, qualifier) {
                if told != qualifier {
                    let place = row.row;
                    row.warnings
                        .push(Warning::QualifierAgainstTrigger { row: place });
                }
            }
            Some(ContactId {
                // A line that says neither is one alarm too many rather than one too few.
                qualifier: qualifier.or(told).unwrap_or(Qualifier::EVENT),
                code,
                group: Group::new(area.unwrap_or(0))?,
                zone: Zone::new(zone.unwrap_or(0))?,
            })
        });
        ReportEvent {
            uid: row.number("uid", &["uid", "id"]),
            trigger,
            code,
            area,
            zone,
            contact_id,
            others: row.others(),
        }
    })
}

fn trigger(row: &mut Members<'_>) -> Option<Trigger> {
    const NAMES: [&str; 4] = ["trigger", "type", "event", "status"];
    for name in NAMES {
        let value = row.members.iter().find_map(|(key, value)| {
            let text = value.as_str()?.trim();
            let named = key.eq_ignore_ascii_case(name);
            let trigger = text.eq_ignore_ascii_case("trigger");
            let restore = text.eq_ignore_ascii_case("restore");
            (named && (trigger || restore)).then_some((key.clone(), trigger))
        });
        if let Some((key, trigger)) = value {
            row.members.remove(&key);
            return Some(if trigger {
                Trigger::Trigger
            } else {
                Trigger::Restore
            });
        }
    }
    row.text(&["trigger"]).map(Trigger::Other)
}

fn read_code(code: &[u8]) -> Option<(Option<Qualifier>, EventCode)> {
    match *code {
        [a, b, c] => Some((None, EventCode::from_digits([a, b, c])?)),
        [qualifier, a, b, c] => Some((
            Some(Qualifier::from_digit(qualifier)?),
            EventCode::from_digits([a, b, c])?,
        )),
        _ => None,
    }
}
