//! The handling of an event as a log (FHIR reference 11.5).

use alarm_codes::{Ack, Change, Event, Handling, Timestamp};

use super::Zone;
use crate::note::{LogEntry, Text};
use crate::{InvalidDateTime, NoteEvent};

/// A step of the handling, by whom.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Step<'a> {
    at: Timestamp,
    to: Handling,
    by: Option<&'a str>,
}

/// The log of an event, in order of time: what its history and the acknowledgements of operators say.
///
/// | step | entry |
/// |---|---|
/// | received | 0 hendelse meldt |
/// | accepted | 1 hendelse behandles |
/// | accepted by another operator than before | 10 annen aktør |
/// | handed over | 4 hendelse til utrykning |
/// | accepted after that | 5 hendelse ok utrykning |
/// | reopened | 1 hendelse behandles, with the text `gjenåpnet` |
/// | closed | 3 hendelse kvittert |
///
/// The text of an entry is who did it. A step that stands both in the history and among the
/// acknowledgements is one entry. Steps that the list has no code for (presented to an operator, an
/// update, a repeat) are left out.
///
/// # Errors
///
/// [`InvalidDateTime`] for a time that cannot be written.
pub fn log_of(event: &Event, zone: Zone) -> Result<Vec<LogEntry>, InvalidDateTime> {
    let received = event.times.received.at;
    let steps = steps(event);
    let mut log = Vec::with_capacity(1 + steps.len());
    log.push(LogEntry::new(
        NoteEvent::REPORTED,
        zone.date_time(received)?,
    ));
    let (mut handed_over, mut operator) = (false, None);
    for step in steps {
        let (code, text) = match step.to {
            Handling::Accepted if handed_over => {
                handed_over = false;
                (
                    NoteEvent::ACCEPTED_BY_RESPONDERS,
                    step.by.map(str::to_owned),
                )
            }
            Handling::Accepted => {
                let other = operator.is_some() && step.by.is_some() && step.by != operator;
                operator = step.by.or(operator);
                let code = if other {
                    NoteEvent::OTHER_ACTOR
                } else {
                    NoteEvent::IN_PROGRESS
                };
                (code, step.by.map(str::to_owned))
            }
            Handling::HandedOver => {
                handed_over = true;
                (NoteEvent::SENT_TO_RESPONDERS, step.by.map(str::to_owned))
            }
            Handling::Closed => {
                handed_over = false;
                (NoteEvent::ACKNOWLEDGED, step.by.map(str::to_owned))
            }
            Handling::Reopened => {
                let by = step.by.map(|by| format!(" ({by})")).unwrap_or_default();
                (NoteEvent::IN_PROGRESS, Some(format!("gjenåpnet{by}")))
            }
            Handling::Received | Handling::Presented => continue,
        };
        let mut entry = LogEntry::new(code, zone.date_time(step.at)?);
        entry.text = text.and_then(Text::new);
        log.push(entry);
    }
    log.sort_by_key(|entry| entry.at.unix_micros());
    Ok(log)
}

/// The steps in order of time, each once.
fn steps(event: &Event) -> Vec<Step<'_>> {
    let mut steps: Vec<Step<'_>> = Vec::with_capacity(event.history.len());
    for entry in &event.history {
        if let Change::Handling(to) = entry.change {
            let by = entry.by.as_ref().map(|by| by.reveal().as_str());
            steps.push(Step {
                at: entry.at,
                to,
                by,
            });
        }
    }
    for ack in &event.acks {
        let Ack::Operator {
            operator,
            at,
            step: to,
        } = ack
        else {
            continue;
        };
        let by = Some(operator.reveal().as_str());
        let same = steps
            .iter_mut()
            .find(|step| (step.at, step.to) == (*at, *to) && (step.by.is_none() || step.by == by));
        match same {
            Some(step) => step.by = by,
            None => steps.push(Step {
                at: *at,
                to: *to,
                by,
            }),
        }
    }
    steps.sort_by_key(|step| step.at);
    steps
}
