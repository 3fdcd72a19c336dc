//! Which messages came before, over the same path or another one, and which of them wait to come
//! again because they were not kept or not answered.

use std::collections::{HashMap, VecDeque};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use alarm_codes::EventId as AlarmId;
use climax_rf::Time;
use climax_rf::contact_id::{ContactId, EventCode, Group, Qualifier, Zone};
use climax_rf::events::{DoubleSettings, Doubles, Seen};

use crate::journal::EventId;
use crate::time::Timestamp;

/// Messages that wait to come again; the oldest make room.
const MOST_OPEN: usize = 4096;
/// For how long one is waited for.
const LONGEST_OPEN: Duration = Duration::from_secs(600);

/// The present, for the machines of `climax-rf`: the clock on the wall when the server started, and
/// from there on one that does not go backwards.
pub(super) fn now() -> Time {
    static START: OnceLock<(Duration, Instant)> = OnceLock::new();
    let (wall, start) = START.get_or_init(|| {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH);
        (wall.unwrap_or_default(), Instant::now())
    });
    Time::from(wall.saturating_add(start.elapsed()))
}

/// A time of the journal, for the same machines.
pub(super) fn time_of(at: Timestamp) -> Time {
    let micros = u64::try_from(at.as_micros()).unwrap_or(0);
    Time::from(Duration::from_micros(micros))
}

/// The identifier of the journal for one of the event model.
pub(super) fn event_id(id: AlarmId) -> EventId {
    EventId::from_bytes(id.0.to_be_bytes())
}

/// What a message is, among those that came before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Judgement<S> {
    /// The identifier of its event.
    pub(super) id: AlarmId,
    /// The event of which it is a double: it was answered, and came again.
    pub(super) double_of: Option<AlarmId>,
    /// That one came over another path.
    pub(super) other_path: bool,
    /// It came before and was not kept, or not answered in time.
    pub(super) again: bool,
    /// What was found out about it then.
    pub(super) found: Option<S>,
}

#[derive(Debug)]
struct Open<S> {
    at: Time,
    /// The identifier and the findings that it keeps; `None` for one that is stored already.
    unkept: Option<(AlarmId, S)>,
}

/// Messages by their keys: who sent them, and what they say.
#[derive(Debug)]
pub(super) struct Repeats<P, S> {
    doubles: Doubles<P, AlarmId>,
    open: HashMap<String, Open<S>>,
    order: VecDeque<String>,
}

/// The key says it all.
const SAME: ContactId = match (EventCode::new(0), Zone::new(0)) {
    (Some(code), Some(zone)) => ContactId {
        qualifier: Qualifier::EVENT,
        code,
        group: Group::PANEL,
        zone,
    },
    _ => panic!("0 has few digits"),
};

impl<P: Copy + Eq, S> Repeats<P, S> {
    /// `window`: how long after the first one an equal message is a double.
    pub(super) fn new(window: Duration) -> Self {
        let mut settings = DoubleSettings::default();
        settings.window = window;
        Self {
            doubles: Doubles::new(settings),
            open: HashMap::new(),
            order: VecDeque::new(),
        }
    }

    /// Says what a message is. `id` is for one that is new.
    pub(super) fn judge(&mut self, now: Time, key: &str, path: P, id: AlarmId) -> Judgement<S> {
        let mut judgement = Judgement {
            id,
            double_of: None,
            other_path: false,
            again: false,
            found: None,
        };
        let open = self.open.remove(key);
        if let Some(open) = open.filter(|open| now.since(open.at) < LONGEST_OPEN) {
            self.order.retain(|waiting| waiting != key);
            judgement.again = true;
            if let Some((id, found)) = open.unkept {
                judgement.id = id;
                judgement.found = Some(found);
            }
        } else {
            let seen = self.doubles.see(now, key, &SAME, path);
            judgement.other_path = matches!(seen, Seen::OtherPath { .. });
            judgement.double_of = seen.first();
        }
        if judgement.double_of.is_none() {
            self.doubles.keep(now, key, &SAME, path, judgement.id);
        }
        judgement
    }

    /// It was not kept: when it comes again it has the same identifier and the same findings.
    pub(super) fn not_kept(&mut self, now: Time, key: String, id: AlarmId, found: S) {
        self.wait_for(now, key, Some((id, found)));
    }

    /// It was kept and its sender heard nothing of it: when it comes again the journal knows it.
    pub(super) fn not_answered(&mut self, now: Time, key: String) {
        self.wait_for(now, key, None);
    }

    fn wait_for(&mut self, now: Time, key: String, unkept: Option<(AlarmId, S)>) {
        if self.open.len() >= MOST_OPEN
            && let Some(oldest) = self.order.pop_front()
        {
            self.open.remove(&oldest);
        }
        let open = Open { at: now, unkept };
        if self.open.insert(key.clone(), open).is_none() {
            self.order.push_back(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Time {
        Time::from_millis(seconds * 1000)
    }

    #[test]
    fn a_double_names_the_first_one_and_its_path_until_the_window_is_over() {
        let mut repeats = Repeats::<u8, ()>::new(Duration::from_secs(60));
        let first = repeats.judge(at(0), "a", 1, AlarmId(1));
        assert_eq!((first.id, first.double_of), (AlarmId(1), None));
        let same = repeats.judge(at(10), "a", 1, AlarmId(2));
        assert_eq!((same.double_of, same.other_path), (Some(AlarmId(1)), false));
        let other = repeats.judge(at(20), "a", 2, AlarmId(3));
        assert_eq!(
            (other.double_of, other.other_path),
            (Some(AlarmId(1)), true)
        );
        assert_eq!(repeats.judge(at(20), "b", 1, AlarmId(4)).double_of, None);
        assert_eq!(repeats.judge(at(60), "a", 1, AlarmId(5)).double_of, None);
    }

    #[test]
    fn what_was_not_kept_comes_again_under_its_identifier_and_what_was_not_answered_as_new() {
        let mut repeats = Repeats::new(Duration::from_secs(60));
        let first = repeats.judge(at(0), "a", (), AlarmId(1));
        repeats.not_kept(at(0), "a".into(), first.id, 7);
        let again = repeats.judge(at(5), "a", (), AlarmId(2));
        assert_eq!((again.id, again.double_of), (AlarmId(1), None));
        assert_eq!((again.again, again.found), (true, Some(7)));
        repeats.not_answered(at(5), "a".into());
        let again = repeats.judge(at(6), "a", (), AlarmId(3));
        assert_eq!((again.id, again.double_of), (AlarmId(3), None));
        assert_eq!((again.again, again.found), (true, None));
        // Answered by now.
        assert!(
            repeats
                .judge(at(7), "a", (), AlarmId(4))
                .double_of
                .is_some()
        );
    }

    #[test]
    fn what_waits_to_come_again_is_bounded_in_number_and_time() {
        let mut repeats = Repeats::<(), ()>::new(Duration::ZERO);
        for number in 0..2 * MOST_OPEN {
            repeats.not_answered(at(0), number.to_string());
        }
        assert_eq!(repeats.open.len(), MOST_OPEN);
        assert_eq!(repeats.order.len(), MOST_OPEN);
        let last = (2 * MOST_OPEN - 1).to_string();
        assert!(!repeats.judge(at(600), &last, (), AlarmId(1)).again);
    }
}
