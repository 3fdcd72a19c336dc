//! Visits of carers, one case for each account, kept over a restart (Climax reference 7.3).
//!
//! A case is kept as the reports that made it what it is; they are played again after a restart.

use std::collections::BTreeMap;
use std::sync::Arc;

use alarm_codes::EventId as AlarmId;
use bytes::{Buf, BufMut, Bytes};
use climax_rf::Time;
use climax_rf::contact_id::{ContactId, EventCode, Group, Qualifier, Zone};
use climax_rf::events::visit::{Settings, Step, Warning};
use climax_rf::events::{Profile, Visits};

use super::super::repeats::time_of;
use crate::journal::{KeptState, StateChange};
use crate::time::Timestamp;

/// The place of open cases among what the journal keeps.
pub(super) const AREA: &str = "panel.visits";
/// The form in which they are kept.
const VERSION: u8 = 1;
/// Reports of a case that are kept: the first one and the latest.
const MOST: usize = 16;
/// Bytes of one of them.
const LENGTH: usize = 8 + 16 + 1 + 2 + 1 + 2;

#[derive(Clone, Copy, Debug)]
struct Kept {
    at: Timestamp,
    id: AlarmId,
    event: ContactId,
}

/// The open cases of one receiver.
#[derive(Debug)]
pub(super) struct Cases {
    panel: Arc<str>,
    visits: Visits<AlarmId>,
    kept: BTreeMap<String, Vec<Kept>>,
}

impl Cases {
    pub(super) fn new(panel: Arc<str>) -> Self {
        Self {
            panel,
            visits: Visits::new(Settings::default()),
            kept: BTreeMap::new(),
        }
    }

    /// Takes a report that is no double. Whatever this says, it is raised.
    pub(super) fn handle(
        &mut self,
        now: Time,
        account: &str,
        id: AlarmId,
        profile: Profile,
        event: &ContactId,
    ) -> (Step<AlarmId>, Option<Warning>) {
        let handled = self.visits.handle(now, account, id, profile, event);
        (handled.step, handled.warning)
    }

    /// The report of this step is stored: what is to be kept of the case.
    pub(super) fn stored(
        &mut self,
        account: &str,
        at: Timestamp,
        id: AlarmId,
        event: &ContactId,
        step: &Step<AlarmId>,
    ) -> Option<StateChange> {
        match step {
            Step::Began | Step::Arrived { .. } | Step::MoreHelp { .. } => {}
            Step::ClosedOnSite { .. } => {}
            Step::Finished { .. } => return self.close(account),
            _ => return None,
        }
        let reports = self.kept.entry(account.to_owned()).or_default();
        if reports.len() >= MOST {
            reports.remove(1);
        }
        let event = *event;
        reports.push(Kept { at, id, event });
        let mut value = vec![VERSION];
        for report in reports.iter() {
            put(report, &mut value);
        }
        Some(StateChange {
            key: self.key(account),
            value: Some(value.into()),
        })
    }

    /// Cases that ended by their age.
    pub(super) fn expired(&mut self, now: Time) -> Vec<StateChange> {
        let mut changes = Vec::new();
        while let Some(over) = self.visits.poll_event(now) {
            changes.extend(self.close(&over.account));
        }
        changes
    }

    /// Takes back what was kept of this receiver. `profile` is that of an account.
    pub(super) fn restore(&mut self, states: &[KeptState], profile: impl Fn(&str) -> Profile) {
        for state in states {
            let Some((account, reports)) = read(&self.panel, state) else {
                continue;
            };
            for report in &reports {
                let Kept { at, id, event } = report;
                self.visits
                    .handle(time_of(*at), &account, *id, profile(&account), event);
            }
            self.kept.insert(account, reports);
        }
    }

    /// How many are open.
    pub(super) fn len(&self) -> usize {
        self.visits.len()
    }

    fn close(&mut self, account: &str) -> Option<StateChange> {
        self.kept.remove(account)?;
        Some(StateChange {
            key: self.key(account),
            value: None,
        })
    }

    fn key(&self, account: &str) -> Bytes {
        super::key(&self.panel, account)
    }
}

fn put(report: &Kept, value: &mut Vec<u8>) {
    value.put_i64(report.at.as_micros());
    value.put_u128(report.id.0);
    let event = &report.event;
    value.put_u8(event.qualifier.value());
    value.put_u16(event.code.packed());
    value.put_u8(event.group.packed());
    value.put_u16(event.zone.packed());
}

fn read(panel: &str, state: &KeptState) -> Option<(String, Vec<Kept>)> {
    let account = super::account_of(panel, &state.key)?.to_owned();
    let [VERSION, rest @ ..] = state.value.as_slice() else {
        return None;
    };
    let reports = rest.chunks_exact(LENGTH).map(get);
    let reports: Vec<_> = reports.collect::<Option<_>>()?;
    (!reports.is_empty()).then_some((account, reports))
}

fn get(mut bytes: &[u8]) -> Option<Kept> {
    let digit = |packed: u16, place: u16| {
        let value = u32::from(packed >> (4 * place) & 0xF);
        // A digit is at most 15.
        char::from_digit(value, 16).map_or(b'0', |digit| digit.to_ascii_uppercase() as u8)
    };
    let three = |packed| [digit(packed, 2), digit(packed, 1), digit(packed, 0)];
    Some(Kept {
        at: Timestamp::from_micros(bytes.try_get_i64().ok()?),
        id: AlarmId(bytes.try_get_u128().ok()?),
        event: ContactId {
            qualifier: Qualifier::new(bytes.try_get_u8().ok()?)?,
            code: EventCode::from_digits(three(bytes.try_get_u16().ok()?))?,
            group: {
                let packed = u16::from(bytes.try_get_u8().ok()?);
                Group::from_digits([digit(packed, 1), digit(packed, 0)])?
            },
            zone: Zone::from_digits(three(bytes.try_get_u16().ok()?))?,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::repeats::now;

    fn event(qualifier: Qualifier, code: u16) -> ContactId {
        ContactId {
            qualifier,
            code: EventCode::new(code).expect("three digits"),
            group: Group::PANEL,
            zone: Zone::from_digits(*b"0B7").expect("three digits"),
        }
    }

    #[test]
    fn a_case_goes_on_over_a_restart_and_leaves_nothing_when_it_ends() {
        let panel: Arc<str> = "north".into();
        let mut cases = Cases::new(Arc::clone(&panel));
        let mut states = BTreeMap::new();
        let mut play = |cases: &mut Cases, id, event: &ContactId| {
            let id = AlarmId(id);
            let (step, _) = cases.handle(now(), "4711", id, Profile::CareUnitA, event);
            if let Some(change) = cases.stored("4711", Timestamp::now(), id, event, &step) {
                match change.value {
                    Some(value) => states.insert(change.key.to_vec(), value.to_vec()),
                    None => states.remove(&change.key.to_vec()),
                };
            }
            let kept = states.iter().map(|(key, value)| KeptState {
                key: key.clone(),
                value: value.clone(),
            });
            (step, kept.collect::<Vec<_>>())
        };
        let (step, _) = play(&mut cases, 1, &event(Qualifier::EVENT, 120));
        assert_eq!(step, Step::Began);
        let (_, kept) = play(&mut cases, 2, &event(Qualifier::EVENT, 661));
        let mut cases = Cases::new(Arc::clone(&panel));
        cases.restore(&kept, |_| Profile::CareUnitA);
        assert_eq!(cases.len(), 1);
        let first = Some(AlarmId(1));
        let (step, kept) = play(&mut cases, 3, &event(Qualifier::EVENT, 662));
        assert_eq!((step, kept.len()), (Step::MoreHelp { first }, 1));
        let (step, kept) = play(&mut cases, 4, &event(Qualifier::RESTORE, 661));
        assert_eq!((step, kept.len()), (Step::Finished { first }, 0));
        // What belongs to another receiver, or is damaged, is left alone.
        let odd = |key: &[u8], value: &[u8]| KeptState {
            key: key.to_vec(),
            value: value.to_vec(),
        };
        cases.restore(
            &[odd(b"south\x004711", &[1; 31]), odd(b"north\x004712", b"?")],
            |_| Profile::Unknown,
        );
        assert_eq!(cases.len(), 0);
    }
}
