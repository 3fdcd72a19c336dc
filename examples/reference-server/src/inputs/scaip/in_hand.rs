//! The alarms between their request and the end of their response, and how each one ended.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::Hash;

use crate::journal::Sequence;

/// What goes into the journal about the response to a stored alarm.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) sequence: Sequence,
    pub(super) delivered: bool,
    pub(super) detail: Cow<'static, str>,
}

/// Whether the journal was done before the sender was told that nothing is decided.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Timing {
    /// The response to give is still open.
    InTime,
    /// The sender was told `snu` 5 already.
    Late(Option<Note>),
}

#[derive(Debug, Default)]
struct Alarm {
    /// Once the journal is done: where it is, if it was stored at all.
    stored: Option<Option<Sequence>>,
    /// Once the response has ended: whether the sender confirmed it, and how it ended.
    end: Option<(bool, Cow<'static, str>)>,
    /// The sender was told `snu` 5 for want of time.
    late: bool,
}

impl Alarm {
    /// `Some` once nothing further will happen to it; in it the note, if it was stored.
    fn settled(&mut self) -> Option<Option<Note>> {
        let sequence = self.stored?;
        let (delivered, detail) = self.end.take()?;
        Some(sequence.map(|sequence| note(sequence, self.late, delivered, detail)))
    }
}

fn note(sequence: Sequence, late: bool, delivered: bool, detail: Cow<'static, str>) -> Note {
    let detail = match (late, delivered) {
        (false, _) => detail,
        (true, true) => "stored too late, the sender heard snu 5".into(),
        (true, false) => format!("stored too late, snu 5 was sent: {detail}").into(),
    };
    Note {
        sequence,
        // What was confirmed of a late one is the snu 5 and not the answer that is kept.
        delivered: delivered && !late,
        detail,
    }
}

/// Every alarm from its request until both the journal is done with it and its response has ended,
/// in whatever order.
#[derive(Debug)]
pub(super) struct InHand<Id> {
    alarms: HashMap<Id, Alarm>,
    /// The one that was settled last: the SIP layer may report the end of its own `snu` 5 before
    /// it reports that it gave it.
    last: Option<(Id, Sequence)>,
}

impl<Id: Copy + Eq + Hash> InHand<Id> {
    pub(super) fn new() -> Self {
        Self {
            alarms: HashMap::new(),
            last: None,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.alarms.len()
    }

    /// The journal has it.
    pub(super) fn begin(&mut self, id: Id) {
        self.alarms.insert(id, Alarm::default());
    }

    /// The journal is done with it; `None` when it was not stored.
    pub(super) fn stored(&mut self, id: Id, sequence: Option<Sequence>) -> Timing {
        match self.alarms.get_mut(&id) {
            Some(alarm) => alarm.stored = Some(sequence),
            None => return Timing::Late(None),
        }
        if self.alarms.get(&id).is_some_and(|alarm| alarm.late) {
            Timing::Late(self.settle(id))
        } else {
            Timing::InTime
        }
    }

    /// The time was over and the sender was told `snu` 5.
    pub(super) fn undecided(&mut self, id: Id) -> Option<Note> {
        if let Some(alarm) = self.alarms.get_mut(&id) {
            alarm.late = true;
            return self.settle(id);
        }
        let (_, sequence) = self.last.take_if(|(last, _)| *last == id)?;
        Some(note(sequence, true, false, "its end is not known".into()))
    }

    /// The response has ended.
    pub(super) fn ended(
        &mut self,
        id: Id,
        delivered: bool,
        detail: Cow<'static, str>,
    ) -> Option<Note> {
        let alarm = self.alarms.get_mut(&id)?;
        // A response before the journal was done is not the one given here.
        alarm.late |= alarm.stored.is_none();
        alarm.end = Some((delivered, detail));
        self.settle(id)
    }

    fn settle(&mut self, id: Id) -> Option<Note> {
        let note = self.alarms.get_mut(&id)?.settled()?;
        self.alarms.remove(&id);
        self.last = note.as_ref().map(|note| (id, note.sequence));
        note
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Sequence = Sequence::new(7);

    fn begun() -> InHand<u8> {
        let mut alarms = InHand::new();
        alarms.begin(1);
        alarms
    }

    fn note(delivered: bool, detail: &'static str) -> Option<Note> {
        Some(Note {
            sequence: AT,
            delivered,
            detail: detail.into(),
        })
    }

    #[test]
    fn a_delivered_answer_is_noted_and_forgotten() {
        let mut alarms = begun();
        assert_eq!(alarms.stored(1, Some(AT)), Timing::InTime);
        assert_eq!(alarms.ended(1, true, "200".into()), note(true, "200"));
        assert_eq!(alarms.len(), 0);
    }

    #[test]
    fn an_alarm_that_was_not_stored_leaves_nothing_to_note() {
        let mut alarms = begun();
        assert_eq!(alarms.stored(1, None), Timing::InTime);
        assert_eq!(alarms.ended(1, true, "200".into()), None);
        assert_eq!(alarms.len(), 0);
    }

    #[test]
    fn a_late_alarm_is_noted_as_late_in_whatever_order_things_happen() {
        let heard = "stored too late, the sender heard snu 5";
        let mut first = begun();
        assert_eq!(first.undecided(1), None);
        assert_eq!(first.ended(1, true, "200".into()), None);
        let late = Timing::Late(note(false, heard));
        assert_eq!(first.stored(1, Some(AT)), late);

        let mut second = begun();
        assert_eq!(second.undecided(1), None);
        assert_eq!(second.stored(1, Some(AT)), Timing::Late(None));
        assert_eq!(second.ended(1, true, "200".into()), note(false, heard));

        // The yes was on its way when the time was over.
        let mut third = begun();
        assert_eq!(third.stored(1, Some(AT)), Timing::InTime);
        assert_eq!(third.undecided(1), None);
        assert_eq!(third.ended(1, true, "200".into()), note(false, heard));

        // The end is reported before the reason.
        let mut fourth = begun();
        assert_eq!(fourth.ended(1, false, "sent".into()), None);
        assert_eq!(fourth.undecided(1), None);
        let late = note(false, "stored too late, snu 5 was sent: sent");
        assert_eq!(fourth.stored(1, Some(AT)), Timing::Late(late));
        let mut fifth = begun();
        assert_eq!(fifth.stored(1, Some(AT)), Timing::InTime);
        assert_eq!(fifth.ended(1, false, "sent".into()), note(false, "sent"));
        let late = note(
            false,
            "stored too late, snu 5 was sent: its end is not known",
        );
        assert_eq!(fifth.undecided(1), late);

        for alarms in [first, second, third, fourth, fifth] {
            assert_eq!(alarms.len(), 0);
        }
    }
}
