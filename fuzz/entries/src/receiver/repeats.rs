//! What comes again, beside a list of what was accepted that is walked.

use std::time::Instant;

use scaip::StatusNumber;
use scaip::receiver::{IncomingId, Repeat};
use scaip::sip::RawBytes;

use super::units::{Credential, Kind, cid, mrq};
use super::{EVIDENCE, Known, REMEMBERED, REPEATABLE, UNITS, WINDOW, World};

/// Repeats that may wait for one decision.
const WAITING: usize = 16;

/// A message of a unit.
#[derive(Clone)]
pub(super) struct Said {
    pub(super) unit: u8,
    pub(super) kind: Kind,
    pub(super) reference: String,
    pub(super) body: String,
}

impl Said {
    pub(super) fn new(unit: u8, kind: Kind, reference: String) -> Said {
        Said {
            body: mrq(unit, kind, &reference),
            unit,
            kind,
            reference,
        }
    }

    /// The same `ref` with another content, or the same content.
    fn with_content(mut self, content: u8) -> Said {
        match content % 8 {
            // Another device.
            1 => self.body = self.body.replace("<dty>0003", "<dty>0004"),
            // Other bytes that say the same.
            2 => self.body.push('\n'),
            // Another unit.
            3 => {
                let other = self.unit.wrapping_add(1) % UNITS;
                self.body = mrq(other, self.kind, &self.reference);
                self.unit = other;
            }
            _ => {}
        }
        self
    }
}

/// What is remembered of an accepted request.
pub(super) struct Kept {
    pub(super) controller: String,
    pub(super) reference: String,
    pub(super) body: Vec<u8>,
    pub(super) heartbeat: bool,
    pub(super) at: Instant,
    pub(super) first: Option<IncomingId>,
    pub(super) text: usize,
}

impl Kept {
    pub(super) fn is(&self, said: &Said) -> bool {
        self.is_of(said) && self.body == said.body.as_bytes()
    }

    pub(super) fn is_of(&self, said: &Said) -> bool {
        self.controller == cid(said.unit) && self.reference == said.reference
    }
}

impl Known {
    /// The application has yet to decide about it.
    pub(super) fn waits(&self) -> bool {
        !self.answered && !self.undecided && self.repeat.is_none()
    }

    /// It waits, and has this sender and `ref`.
    pub(super) fn is_of(&self, said: &Said) -> bool {
        self.waits() && self.controller == cid(said.unit) && self.reference == said.reference
    }
}

/// What is behind the head.
fn body_of(message: &[u8]) -> Option<&[u8]> {
    let head = message.windows(4).position(|four| four == b"\r\n\r\n")?;
    message.get(head + 4..)
}

impl World {
    pub(super) fn say(&mut self, said: &Said, credential: Credential, way: u8) {
        self.bodies
            .entry(said.body.clone().into_bytes())
            .or_default();
        self.send("MESSAGE", said.unit, credential, way, "", &said.body, None);
    }

    /// Notes what may be said again.
    pub(super) fn note(&mut self, said: Said) {
        if self.said.len() == REPEATABLE {
            self.said.remove(0);
        }
        self.said.push(said);
    }

    pub(super) fn again(
        &mut self,
        message: u8,
        content: u8,
        credential: Credential,
        way: u8,
        posted: bool,
    ) {
        let index = usize::from(message) % self.said.len().max(1);
        let Some(said) = self.said.get(index).cloned() else {
            return;
        };
        let said = said.with_content(content);
        if posted {
            self.posted(&said, StatusNumber::OK, false);
        } else {
            self.say(&said, credential, way);
        }
        self.note(said);
    }

    /// A body that is known is handed in.
    pub(super) fn count_in(&mut self, message: &[u8]) {
        let known = body_of(message).and_then(|body| self.bodies.get_mut(body));
        if let Some(count) = known {
            *count += 1;
        }
    }

    /// It comes out, as a request or as a repeat.
    fn count_out(&mut self, body: &[u8]) {
        if let Some(count) = self.bodies.get_mut(body) {
            assert!(*count > 0, "nobody has sent this content");
            *count -= 1;
        }
    }

    /// What is older than the window is not remembered.
    pub(super) fn forget(&mut self) {
        let now = self.now;
        self.kept.retain(|kept| now - kept.at < WINDOW);
    }

    pub(super) fn keep(&mut self, kept: Kept) {
        self.forget();
        if !self.settings.duplicates || kept.heartbeat {
            return;
        }
        self.kept.push(kept);
        if self.kept.len() > REMEMBERED {
            self.kept.remove(0);
        }
    }

    /// What becomes of an alarm becomes of the repeats that wait with it.
    pub(super) fn decided(&mut self, id: IncomingId, accepted: bool) {
        let first = &self.incoming[&id];
        let (answered, text) = (first.answered, first.text);
        let kept = accepted.then(|| Kept {
            controller: first.controller.clone(),
            reference: first.reference.clone(),
            body: first.body.clone(),
            heartbeat: first.heartbeat,
            at: self.now,
            first: Some(id),
            text,
        });
        for known in self.incoming.values_mut() {
            if known.repeat == Some(Some(id)) && !known.answered {
                assert!(!known.undecided, "decided before its first");
                known.answered = answered;
                known.undecided = !answered;
                known.text = text;
                self.allowed += usize::from(accepted);
            }
        }
        if let Some(kept) = kept {
            self.keep(kept);
        }
    }

    /// A request is handed out: it is no repeat, and it says whether its `ref` is used.
    pub(super) fn is_new(&mut self, known: &Known, reused: bool) {
        self.count_out(&known.body);
        self.forget();
        if !self.settings.duplicates || known.heartbeat {
            assert!(!reused, "nobody compares");
            return;
        }
        let kept = self.kept.iter().filter(|kept| {
            kept.controller == known.controller && kept.reference == known.reference
        });
        let waiting = self.incoming.values().filter(|other| {
            other.waits()
                && !other.heartbeat
                && other.controller == known.controller
                && other.reference == known.reference
        });
        let uses: Vec<_> = (kept.map(|kept| &kept.body))
            .chain(waiting.map(|other| &other.body))
            .collect();
        assert!(
            !uses.iter().any(|body| **body == known.body),
            "raised twice"
        );
        assert_eq!(reused, !uses.is_empty(), "is the ref used?");
    }

    /// Whether what was accepted is turned away.
    pub(super) fn is_kept(&mut self, controller: &str, reference: &str, message: &[u8]) -> bool {
        self.forget();
        let body = body_of(message);
        self.kept.iter().any(|kept| {
            kept.controller == controller
                && kept.reference == reference
                && Some(&*kept.body) == body
        })
    }

    pub(super) fn repeated(&mut self, repeat: &Repeat) {
        assert!(self.settings.duplicates, "nobody compares");
        self.taken_in += 1;
        self.repeats += 1;
        self.forget();
        let awaited = self.awaited.take();
        let unit = repeat.controller_id.as_str();
        let reference = repeat.reference.as_str();
        let username = repeat.identity.as_ref().map(|known| &*known.username);
        self.vouch(&repeat.path, username, unit, awaited.as_deref());
        let same = |controller: &str, its: &str| controller == unit && its == reference;
        let mut known = Known {
            reference: reference.to_owned(),
            controller: unit.to_owned(),
            repeat: Some(repeat.first),
            ..Known::default()
        };
        let sent = awaited.as_deref().and_then(body_of);
        if repeat.answered {
            let kept = self.kept.iter().find(|kept| {
                kept.first == repeat.first
                    && same(&kept.controller, &kept.reference)
                    && (repeat.first.is_some() || sent.is_none_or(|body| body == kept.body))
            });
            let kept = kept.expect("nothing like it was accepted lately");
            known.answered = true;
            known.text = kept.text;
            known.body.clone_from(&kept.body);
            self.allowed += 1;
            self.accepted.insert(known.reference.clone());
            self.vouched.insert(known.controller.clone());
            self.reachable.insert(known.controller.clone());
        } else {
            let first = repeat.first.and_then(|id| self.incoming.get(&id));
            let first = first.expect("what waits was handed out");
            assert!(first.waits() && !first.heartbeat);
            assert!(same(&first.controller, &first.reference), "of another one");
            known.body.clone_from(&first.body);
            let others = self.incoming.values().filter(|other| {
                other.repeat == Some(repeat.first) && !other.answered && !other.undecided
            });
            assert!(others.count() < WAITING, "more than may wait");
        }
        assert!(
            sent.is_none_or(|body| body == known.body),
            "another content"
        );
        if repeat.first.is_some() {
            self.count_out(&known.body);
        }
        let new = self.incoming.insert(repeat.id, known);
        assert!(new.is_none(), "an id came twice");
        self.ids.push(repeat.id);
    }

    /// Bytes of a refused message, held for a while.
    pub(super) fn hold_evidence(&mut self, raw: RawBytes) {
        self.left_out += u64::from(raw.0.is_empty());
        self.evidence.push_back(raw);
        assert!(self.receiver.evidence_left_out() <= self.left_out);
        assert!(
            !self.little_evidence() || self.evidence_held() <= EVIDENCE,
            "more than may be held"
        );
        if self.evidence.len() > 3 {
            self.evidence.pop_front();
        }
    }

    pub(super) fn little_evidence(&self) -> bool {
        self.settings.off & 16 != 0
    }

    pub(super) fn evidence_held(&self) -> usize {
        self.evidence.iter().map(|raw| raw.0.len()).sum()
    }
}
