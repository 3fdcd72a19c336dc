//! What a link says has happened, held against what is known of it.

use espa444::decode;
use espa444::link::{CallId, Event, FailureReason};

use super::{ACK, Handed, Last, Outcome, Remembered, Station, masked};

impl Station {
    /// What has happened; whether anything has.
    pub(super) fn events(&mut self) -> bool {
        let mut any = false;
        for _ in 0..32 {
            let Some(event) = self.link.poll_event() else {
                return any;
            };
            any = true;
            match event {
                Event::Block(received) => {
                    let raw = received.block.raw();
                    let again = decode(raw, &self.profile.decode);
                    assert_eq!(again.as_ref(), Ok(&received.block));
                    if !self.profile.line.echo {
                        assert!(ends_with(&self.heard, raw), "{raw:02X?} was not heard");
                    }
                    let handed = Handed {
                        id: received.id,
                        bytes: masked(raw),
                        repeat: received.possible_repeat,
                        accepted: received.accepted,
                        refused: false,
                    };
                    self.handed_out(handed);
                }
                Event::Ignored(block) => {
                    assert!(!self.profile.headers.takes(block.block().header()));
                    self.acks_due += 1;
                    self.open = false;
                }
                Event::Refused(error) => {
                    let _ = error.to_string();
                }
                Event::Undecided(id) | Event::Doubtful(id) => {
                    // One that was ignored has no number here.
                    let known = self.handed.iter().any(|one| one.id == id);
                    assert!(known || self.profile.headers.taken.is_some());
                }
                Event::Delivered { id, acknowledged } => {
                    assert!(acknowledged || !self.profile.answers);
                    let call = self.calls.get(&id).expect("one of ours");
                    if acknowledged {
                        assert_eq!(self.heard.last().map(|byte| byte & 0x7F), Some(ACK.into()));
                        let sent = Last::Block(call.bytes.clone());
                        assert!(self.withheld || self.last_before == sent, "not sent");
                    }
                    self.ended(id, Outcome::Delivered);
                }
                Event::Failing {
                    id, transactions, ..
                } => {
                    assert_eq!(transactions % self.profile.sending.report_after.max(1), 0);
                    self.failed(id, transactions);
                }
                Event::Failed {
                    id,
                    reason,
                    transactions,
                } => {
                    if reason == FailureReason::InvalidMessage {
                        assert!(
                            ends_with(&self.heard, b"3\x15") || ends_with(&self.heard, b"\xB3\x95")
                        );
                    } else {
                        assert!(self.profile.sending.give_up_after.is_some());
                    }
                    self.failed(id, transactions);
                    self.ended(id, Outcome::Failed(reason));
                }
                Event::StationSilent(address) => {
                    assert!(self.control && self.addresses[1..].contains(&address));
                    assert!(!self.silent.contains(&address), "silent twice");
                    self.silent.push(address);
                }
                Event::StationBack(address) => {
                    let at = self.silent.iter().position(|one| *one == address);
                    self.silent.remove(at.expect("it was silent"));
                }
                Event::LinkLost => {
                    assert!(!self.lost, "lost twice");
                    self.lost = true;
                }
                Event::LinkRestored => {
                    assert!(self.lost, "restored without being lost");
                    self.lost = false;
                }
                Event::Finding(finding) => {
                    assert!(finding.evidence >= finding.kind.threshold());
                    assert!(!finding.to_string().is_empty());
                }
                other => panic!("not known here: {other:?}"),
            }
        }
        panic!("events without end: {:?}", self.link);
    }

    fn handed_out(&mut self, handed: Handed) {
        let newer = self.handed.last().is_none_or(|last| last.id < handed.id);
        assert!(newer, "numbers rise");
        if handed.accepted {
            self.acks_due += 1;
            let before = self.handed.last().expect("it came before");
            assert_eq!(before.bytes, handed.bytes, "accepted, and another one");
            assert!(before.accepted);
        }
        // Blocks that are acknowledged unread have numbers, too, and nobody is told.
        if self.profile.headers.taken.is_none() {
            self.remember(&handed);
        }
        self.open = !handed.accepted;
        self.handed.push(handed);
    }

    /// What is equal to one of the last eight different blocks is marked, and nothing else.
    fn remember(&mut self, handed: &Handed) {
        let (now, window) = (self.now, self.profile.timers.repeat);
        let mut kept = self.remembered.iter();
        let mut one = Remembered {
            bytes: handed.bytes.clone(),
            id: handed.id,
            at: now,
        };
        match kept.position(|one| one.bytes == handed.bytes) {
            None => assert_eq!(handed.repeat, None, "a repeat of nothing"),
            Some(at) => {
                let before = self.remembered.remove(at);
                let late = now.since(before.at) > window;
                match handed.repeat {
                    Some(repeat) => {
                        assert_eq!(repeat.of, before.id, "a repeat of another one");
                        assert!(repeat.same_transaction || !late);
                        one.id = before.id;
                    }
                    None => assert!(late, "not marked"),
                }
            }
        }
        self.remembered.insert(0, one);
        self.remembered.truncate(8);
    }

    fn failed(&mut self, id: CallId, transactions: u32) {
        let call = self.calls.get_mut(&id).expect("one of ours");
        assert!(transactions > call.failures, "failures are counted");
        call.failures = transactions;
    }

    fn ended(&mut self, id: CallId, outcome: Outcome) {
        let call = self.calls.get_mut(&id).expect("one of ours");
        assert_eq!(call.outcome, None, "two outcomes for one call");
        call.outcome = Some(outcome);
    }
}

/// Whether these bytes were heard last; an EOT may have ended a block without BCC.
fn ends_with(heard: &[u16], bytes: &[u8]) -> bool {
    let at_the_end = |heard: &[u16]| {
        let rest = heard.len().checked_sub(bytes.len());
        rest.is_some_and(|rest| {
            let pairs = heard[rest..].iter().zip(bytes);
            pairs
                .into_iter()
                .all(|(&one, &other)| one == u16::from(other))
        })
    };
    at_the_end(heard)
        || heard
            .split_last()
            .is_some_and(|(_, before)| at_the_end(before))
}
