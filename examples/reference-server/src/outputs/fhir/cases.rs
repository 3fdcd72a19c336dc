//! Which alarms are open, what adds to them, and what closes them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use alarm_codes::{Ack, Event, EventId as AlarmId, Handling, Kind, Phase, Reference};
use bytes::Bytes;
use fhir_vkp::alarm::NotJournalableReason;
use serde::{Deserialize, Serialize};

use super::coding::Coding;
use super::outbox::PersonMark;
use crate::config::ClosedBy;
use crate::journal::{KeptState, StateChange};

/// Most cases that are open at once; the oldest make room.
const LIMIT: usize = 100_000;
/// Messages that are remembered of one case, from its last opening on.
const LATER: usize = 32;

/// An alarm that will be journaled when it is closed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Case {
    /// The alarm that began it.
    pub(super) id: AlarmId,
    /// Its place in the journal.
    sequence: i64,
    kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    controller: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    device: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source_ref: Option<String>,
    /// How many documents about it went before: it was closed, and opened again.
    #[serde(default)]
    pub(super) writing: u32,
    /// What came later and belongs to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) later: Vec<AlarmId>,
    /// Which of them opened it again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) reopened_by: Vec<AlarmId>,
    /// How many of them came before its last opening.
    #[serde(default)]
    told: usize,
    /// Whether its cause is over, though nobody has said that its handling is.
    #[serde(default)]
    cleared: bool,
    /// Whose device it was when it was raised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) person: Option<PersonMark>,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("later", &self.later.len())
            .finish_non_exhaustive()
    }
}

impl Case {
    fn of(event: &Event, sequence: i64) -> Self {
        Self {
            id: event.event_id,
            sequence,
            kind: event.kind,
            controller: event.device.controller.clone(),
            device: event.device.device.clone(),
            source_ref: event.correlation.source_ref.clone(),
            writing: 0,
            later: Vec::new(),
            reopened_by: Vec::new(),
            told: 0,
            cleared: false,
            person: None,
        }
    }

    /// The case of an alarm that was closed and is opened again by the last of `later`.
    pub(super) fn reopened(
        event: &Event,
        sequence: i64,
        writing: u32,
        later: Vec<AlarmId>,
        reopened_by: Vec<AlarmId>,
    ) -> Self {
        Self {
            writing,
            told: later.len(),
            later,
            reopened_by,
            ..Self::of(event, sequence)
        }
    }
}

/// What an alarm of the journal leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing, for this reason.
    Nothing(&'static str),
    /// A case begins.
    Opens(Case),
    /// It belongs to these cases; `clears` when it says that their cause is over.
    Adds { to: Vec<AlarmId>, clears: bool },
    /// It closes these.
    Closes(Vec<Case>),
    /// It is a document by itself.
    AtOnce(Case),
    /// It opens this alarm again, which is not open; whether it was closed is not known here.
    Reopens(AlarmId),
}

/// The open cases. What is told of them follows from the journal alone.
#[derive(Default)]
pub(super) struct Cases {
    closed_by: ClosedBy,
    coding: Coding,
    rows: HashMap<AlarmId, Case>,
    /// The oldest first.
    order: BTreeMap<i64, AlarmId>,
    changed: HashSet<AlarmId>,
    forgotten: u64,
    passed_over: u64,
}

impl Cases {
    pub(super) fn new(closed_by: ClosedBy, coding: Coding) -> Self {
        Self {
            closed_by,
            coding,
            ..Self::default()
        }
    }

    /// How many are open.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Cases that had to make room since the last time.
    pub(super) fn take_forgotten(&mut self) -> u64 {
        std::mem::take(&mut self.forgotten)
    }

    /// Messages for which their case had no room since the last time.
    pub(super) fn take_passed_over(&mut self) -> u64 {
        std::mem::take(&mut self.passed_over)
    }

    /// What an accepted alarm leads to. Changes nothing.
    pub(super) fn step(&self, event: &Event, sequence: i64) -> Step {
        let closes = last_word(event) == Some(Handling::Closed);
        let ends = event.phase == Phase::End || event.kind == Kind::Cancel;
        if ends {
            let rows = self.ended(event);
            if rows.is_empty() {
                return Step::Nothing("no_open_alarm");
            }
            if closes || self.closed_by == ClosedBy::End {
                return Step::Closes(rows.into_iter().cloned().collect());
            }
            let open = rows.into_iter().filter(|case| !case.cleared);
            return Step::Adds {
                to: open.map(|case| case.id).collect(),
                clears: true,
            };
        }
        if let Some(reference) = &event.correlation.updates {
            let row = self.referred(event, reference);
            let reopens = last_word(event) == Some(Handling::Reopened);
            return match row {
                None => match reference {
                    Reference::Event(id) if reopens => Step::Reopens(*id),
                    _ => Step::Nothing("no_open_alarm"),
                },
                Some(case) if closes => Step::Closes(vec![case.clone()]),
                Some(case) => Step::Adds {
                    to: vec![case.id],
                    clears: false,
                },
            };
        }
        if event.kind == Kind::Heartbeat {
            return Step::Nothing("no_alarm");
        }
        match self.coding.code_of(event) {
            Ok(_) if closes => Step::AtOnce(Case::of(event, sequence)),
            Ok(_) => Step::Opens(Case::of(event, sequence)),
            Err(reason) => match reason {
                NotJournalableReason::Dispense(_) => Step::AtOnce(Case::of(event, sequence)),
                NotJournalableReason::Test => Step::Nothing("test"),
                NotJournalableReason::NoCode => Step::Nothing("no_code"),
                _ => Step::Nothing("no_care"),
            },
        }
    }

    /// The cases that an end is about: what it names, or else those of its kinds and device.
    fn ended(&self, event: &Event) -> Vec<&Case> {
        if let Some(reference) = &event.correlation.clears {
            return self.referred(event, reference).into_iter().collect();
        }
        let kinds = &event.correlation.clears_kinds;
        let device = &event.device.device;
        let mut rows: Vec<&Case> = self
            .rows
            .values()
            .filter(|case| {
                case.controller == event.device.controller
                    && (device.is_none() || case.device == *device)
                    && (case.kind == event.kind || kinds.contains(&case.kind))
            })
            .collect();
        rows.sort_by_key(|case| case.sequence);
        rows
    }

    fn referred(&self, event: &Event, reference: &Reference) -> Option<&Case> {
        match reference {
            Reference::Event(id) => self.rows.get(id),
            Reference::SourceRef(reference) => self
                .rows
                .values()
                .filter(|case| {
                    case.controller == event.device.controller
                        && case.source_ref.as_ref() == Some(reference)
                })
                .max_by_key(|case| case.sequence),
        }
    }

    /// Does what a step says, for the alarm with this id.
    pub(super) fn apply(&mut self, step: Step, id: AlarmId) {
        match step {
            Step::Opens(case) => self.open(case),
            Step::Adds { to, clears } => {
                for of in to {
                    if let Some(case) = self.rows.get_mut(&of) {
                        case.cleared |= clears;
                        if !case.later.contains(&id) {
                            match case.later.len().saturating_sub(case.told) < LATER {
                                true => case.later.push(id),
                                false => self.passed_over += 1,
                            }
                        }
                        self.changed.insert(of);
                    }
                }
            }
            Step::Closes(cases) => cases.iter().for_each(|case| self.remove(case.id)),
            Step::Nothing(_) | Step::AtOnce(_) | Step::Reopens(_) => {}
        }
    }

    fn open(&mut self, case: Case) {
        while self.rows.len() >= LIMIT
            && let Some((_, oldest)) = self.order.first_key_value()
        {
            self.remove(*oldest);
            self.forgotten += 1;
        }
        self.changed.insert(case.id);
        self.order.insert(case.sequence, case.id);
        self.rows.insert(case.id, case);
    }

    fn remove(&mut self, id: AlarmId) {
        if let Some(case) = self.rows.remove(&id) {
            self.order.remove(&case.sequence);
            self.changed.insert(id);
        }
    }

    /// What has changed since the last time, for the journal to keep.
    pub(super) fn changes(&mut self) -> Vec<StateChange> {
        let changed = std::mem::take(&mut self.changed);
        let row = |id: AlarmId| StateChange {
            key: Bytes::copy_from_slice(&id.0.to_be_bytes()),
            value: self
                .rows
                .get(&id)
                .and_then(|case| serde_json::to_vec(case).ok())
                .map(Bytes::from),
        };
        changed.into_iter().map(row).collect()
    }

    /// What of it was not kept after all.
    pub(super) fn not_kept(&mut self, changes: &[StateChange]) {
        let ids = changes.iter();
        let ids = ids.filter_map(|change| <[u8; 16]>::try_from(&*change.key).ok());
        self.changed
            .extend(ids.map(|id| AlarmId(u128::from_be_bytes(id))));
    }

    /// Takes back what was kept before a restart.
    pub(super) fn restore(&mut self, kept: &[KeptState]) {
        let rows = kept.iter().filter(|row| row.key.len() == 16);
        for case in rows.filter_map(|row| serde_json::from_slice::<Case>(&row.value).ok()) {
            self.open(case);
        }
        self.changed.clear();
    }
}

/// Whether it says that its alarm is closed, or open again: by itself, or by what an operator did last.
pub(super) fn last_word(event: &Event) -> Option<Handling> {
    let word = |step: &Handling| matches!(step, Handling::Closed | Handling::Reopened);
    let steps = event.acks.iter().filter_map(|ack| match ack {
        Ack::Operator { at, step, .. } if word(step) => Some((*at, *step)),
        _ => None,
    });
    let last = steps.max_by_key(|(at, _)| *at).map(|(_, step)| step);
    Some(event.handling).filter(word).or(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::UncodedCare;
    use alarm_codes::Timestamp;

    fn event(id: u128, kind: Kind) -> Event {
        let received: Timestamp = "2026-03-14T01:17:41Z".parse().expect("a time");
        let mut event = Event::new(AlarmId(id), kind, received);
        event.device.controller = Some("40211870".into());
        event
    }

    fn play(cases: &mut Cases, event: &Event) -> Step {
        let step = cases.step(event, i64::try_from(event.event_id.0).expect("small"));
        cases.apply(step.clone(), event.event_id);
        step
    }

    fn end_of(id: u128, of: u128) -> Event {
        let mut end = event(id, Kind::Cancel);
        end.correlation.clears = Some(Reference::Event(AlarmId(of)));
        end
    }

    #[test]
    fn a_cleared_alarm_stays_open_until_its_handling_is_closed() {
        let mut cases = Cases::new(ClosedBy::Handling, Coding::default());
        assert!(matches!(
            play(&mut cases, &event(1, Kind::Fall)),
            Step::Opens(_)
        ));
        let cleared = play(&mut cases, &end_of(2, 1));
        assert_eq!(
            cleared,
            Step::Adds {
                to: vec![AlarmId(1)],
                clears: true
            }
        );
        // It is told over a restart.
        let kept: Vec<KeptState> = cases
            .changes()
            .into_iter()
            .filter_map(|change| {
                let (key, value) = (change.key.to_vec(), change.value?.to_vec());
                Some(KeptState { key, value })
            })
            .collect();
        let mut cases = Cases::new(ClosedBy::Handling, Coding::default());
        cases.restore(&kept);
        let mut closed = end_of(3, 1);
        closed.handling = Handling::Closed;
        let Step::Closes(rows) = play(&mut cases, &closed) else {
            panic!("it closes");
        };
        assert_eq!((rows.len(), &rows[0].later[..]), (1, &[AlarmId(2)][..]));
        assert_eq!(cases.len(), 0);
        assert_eq!(cases.step(&closed, 3), Step::Nothing("no_open_alarm"));
    }

    #[test]
    fn where_the_end_closes_it_closes_what_its_kind_and_device_have_open() {
        let mut cases = Cases::new(ClosedBy::End, Coding::default());
        play(&mut cases, &event(1, Kind::Fall));
        play(&mut cases, &event(2, Kind::HelpCall));
        let mut other = event(3, Kind::Fall);
        other.device.controller = Some("40211871".into());
        play(&mut cases, &other);
        let mut end = event(4, Kind::Fall);
        end.phase = Phase::End;
        let Step::Closes(rows) = play(&mut cases, &end) else {
            panic!("it closes");
        };
        assert_eq!(
            rows.iter().map(|case| case.id).collect::<Vec<_>>(),
            [AlarmId(1)]
        );
        assert_eq!(cases.len(), 2);
    }

    #[test]
    fn what_is_no_care_opens_nothing_and_says_why() {
        let cases = Cases::new(ClosedBy::End, Coding::default());
        for (kind, why) in [
            (Kind::BatteryLow, "no_care"),
            (Kind::CarbonMonoxide, "no_code"),
            (Kind::Heartbeat, "no_alarm"),
            (Kind::Cancel, "no_open_alarm"),
        ] {
            assert_eq!(cases.step(&event(1, kind), 1), Step::Nothing(why), "{kind}");
        }
        let mut test = event(1, Kind::Fall);
        test.test = true;
        assert_eq!(cases.step(&test, 1), Step::Nothing("test"));
        assert!(matches!(
            cases.step(&event(1, Kind::MedicationTaken), 1),
            Step::AtOnce(_)
        ));
    }

    #[test]
    fn care_without_a_code_opens_a_case_where_its_family_counts_and_nothing_else_does() {
        let coding = Coding {
            uncoded_care: UncodedCare::Family,
            ..Coding::default()
        };
        let cases = Cases::new(ClosedBy::End, coding);
        let gas = cases.step(&event(1, Kind::CarbonMonoxide), 1);
        assert!(matches!(gas, Step::Opens(_)), "{gas:?}");
        let battery = cases.step(&event(1, Kind::BatteryLow), 1);
        assert_eq!(battery, Step::Nothing("no_care"));
    }

    #[test]
    fn an_operator_who_closes_an_alarm_closes_the_case() {
        let mut cases = Cases::new(ClosedBy::Handling, Coding::default());
        play(&mut cases, &event(1, Kind::Fall));
        let mut update = event(2, Kind::Fall);
        update.phase = Phase::Update;
        update.correlation.updates = Some(Reference::Event(AlarmId(1)));
        let added = Step::Adds {
            to: vec![AlarmId(1)],
            clears: false,
        };
        assert_eq!(play(&mut cases, &update), added);
        update.acks.push(Ack::Operator {
            operator: alarm_codes::Private::new("op-7".to_owned()),
            at: update.times.received.at,
            step: Handling::Closed,
        });
        assert!(matches!(play(&mut cases, &update), Step::Closes(_)));
    }

    #[test]
    fn only_a_message_that_says_so_reopens_what_is_closed() {
        let mut cases = Cases::new(ClosedBy::End, Coding::default());
        play(&mut cases, &event(1, Kind::Fall));
        play(&mut cases, &end_of(2, 1));
        let mut update = event(3, Kind::Fall);
        update.phase = Phase::Update;
        update.correlation.updates = Some(Reference::Event(AlarmId(1)));
        assert_eq!(cases.step(&update, 3), Step::Nothing("no_open_alarm"));
        let ack = |step, second: i64| Ack::Operator {
            operator: alarm_codes::Private::new("op-7".to_owned()),
            at: Timestamp::from_micros(1_773_451_100_000_000 + second * 1_000_000).expect("a time"),
            step,
        };
        // An operator's client may tell all that was done.
        update.acks = vec![ack(Handling::Reopened, 2), ack(Handling::Closed, 1)];
        assert_eq!(cases.step(&update, 3), Step::Reopens(AlarmId(1)));
        update.acks.clear();
        update.handling = Handling::Reopened;
        assert_eq!(cases.step(&update, 3), Step::Reopens(AlarmId(1)));
        // While it is open it is one more message about it.
        let (later, by) = (vec![AlarmId(2), AlarmId(3)], vec![AlarmId(3)]);
        let again = Case::reopened(&event(1, Kind::Fall), 1, 1, later, by);
        cases.apply(Step::Opens(again), AlarmId(3));
        assert!(matches!(cases.step(&update, 4), Step::Adds { .. }));
        let Step::Closes(rows) = play(&mut cases, &end_of(5, 1)) else {
            panic!("it closes");
        };
        assert_eq!(rows[0].writing, 1);
    }

    #[test]
    fn messages_without_room_are_counted_and_a_reopened_case_has_room_again() {
        let mut cases = Cases::new(ClosedBy::End, Coding::default());
        let more = |id: u128| {
            let mut update = event(id, Kind::Fall);
            update.phase = Phase::Update;
            update.correlation.updates = Some(Reference::Event(AlarmId(1)));
            update
        };
        play(&mut cases, &event(1, Kind::Fall));
        for id in 2..40 {
            play(&mut cases, &more(id));
        }
        assert_eq!(cases.take_passed_over(), 6);
        assert_eq!(cases.take_passed_over(), 0);
        let Step::Closes(rows) = play(&mut cases, &end_of(40, 1)) else {
            panic!("it closes");
        };
        let mut later = rows[0].later.clone();
        later.extend([AlarmId(40), AlarmId(41)]);
        let again = Case::reopened(&event(1, Kind::Fall), 1, 1, later, vec![AlarmId(41)]);
        cases.apply(Step::Opens(again), AlarmId(41));
        play(&mut cases, &more(42));
        assert_eq!(cases.take_passed_over(), 0);
        let Step::Closes(rows) = play(&mut cases, &end_of(43, 1)) else {
            panic!("it closes");
        };
        assert_eq!(rows[0].later.last(), Some(&AlarmId(42)));
    }
}
