//! Supervision of a line, or of all accounts of a receiver: each loss of a link becomes one event
//! of the kind `link_failure`, and its end, over every crash (ESPA reference 5, Climax reference
//! 5.6).
//!
//! The order is what makes it exact: first the loss and its time are kept, then the event is told,
//! whose identifier follows from both; told again after a crash it is the same one.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use alarm_codes::Kind;
use bytes::Bytes;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::record::{Occurrence, Told};
use crate::journal::{Entry, JournalError, JournalHandle, KeptState, Lane, StateChange};
use crate::time::Timestamp;

/// After what time something is told again that could not be told.
const AGAIN: Duration = Duration::from_secs(1);
/// Changes that may wait for the journal; of more, those that undo each other are left out.
const MOST_WAITING: usize = 64;

/// What can be lost: the link, or one part of several on it: a station, an account.
pub(super) type Subject = Option<Arc<str>>;

/// What the parts of a link are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Stations on a line, which is their sender.
    Station,
    /// Accounts, each a sender of its own.
    Account,
}

/// The links of one protocol.
#[derive(Clone, Copy, Debug)]
pub(super) struct Links {
    pub(super) protocol: &'static str,
    /// The place of lost links among what the journal keeps.
    pub(super) area: &'static str,
    pub(super) part: Part,
}

/// Why the link of a line counts as lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// Nothing valid for the time of supervision.
    Silence,
    /// There is no port or connection.
    Away,
    /// A station does not answer its polls.
    Station,
}

impl Reason {
    const ALL: [Self; 3] = [Self::Silence, Self::Away, Self::Station];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Silence => "silence",
            Self::Away => "no port or connection",
            Self::Station => "a station does not answer",
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Loss {
    /// Told when it lasts until then.
    Waiting(Instant, Reason),
    /// Told, or about to be.
    Since(Timestamp, Reason),
}

/// A change that is to be told.
#[derive(Clone, Debug)]
struct Change {
    subject: Subject,
    since: Timestamp,
    /// Why it was lost.
    reason: Reason,
    /// It is back.
    over: bool,
}

/// What is lost on a line.
#[derive(Debug)]
pub(super) struct Watch {
    losses: BTreeMap<Subject, Loss>,
    changes: mpsc::UnboundedSender<Change>,
}

/// Key: the name of the line, NUL, and the part if it is one.
fn key(line: &str, subject: Option<&str>) -> Bytes {
    let mut key = line.as_bytes().to_vec();
    key.push(0);
    if let Some(part) = subject {
        key.extend_from_slice(part.as_bytes());
    }
    key.into()
}

/// Since when, whether it is over, and why.
fn value(since: Timestamp, over: bool, reason: Reason) -> Bytes {
    let mut value = since.as_micros().to_be_bytes().to_vec();
    value.push(over.into());
    value.push(reason as u8);
    value.into()
}

fn read(line: &str, kept: &KeptState) -> Option<(Subject, Timestamp, bool, Reason)> {
    let part = kept.key.strip_prefix(line.as_bytes())?.strip_prefix(&[0])?;
    let subject = match part {
        [] => None,
        part => Some(std::str::from_utf8(part).ok()?.into()),
    };
    let (since, [over, reason]) = kept.value.split_first_chunk::<8>()? else {
        return None;
    };
    let since = Timestamp::from_micros(i64::from_be_bytes(*since));
    let reason = Reason::ALL.get(usize::from(*reason))?;
    Some((subject, since, *over != 0, *reason))
}

impl Watch {
    /// The supervision of a line, with what was lost before the restart, and the task that tells.
    pub(super) fn new(
        links: Links,
        line: &Arc<str>,
        journal: &JournalHandle,
        kept: &[KeptState],
    ) -> (Self, Teller) {
        let (changes, waiting) = mpsc::unbounded_channel();
        let mut watch = Self {
            losses: BTreeMap::new(),
            changes,
        };
        for (subject, since, over, reason) in kept.iter().filter_map(|kept| read(line, kept)) {
            // It may have been told or not; telling it again changes nothing.
            watch
                .losses
                .insert(subject.clone(), Loss::Since(since, reason));
            watch.send(subject.clone(), since, reason, false);
            if over {
                watch.restored(&subject);
            }
        }
        let teller = Teller {
            links,
            line: Arc::clone(line),
            journal: Arc::clone(journal),
            changes: waiting,
        };
        (watch, teller)
    }

    fn send(&self, subject: Subject, since: Timestamp, reason: Reason, over: bool) {
        let _ = self.changes.send(Change {
            subject,
            since,
            reason,
            over,
        });
    }

    /// Lost, or about to be.
    pub(super) fn is_lost(&self, subject: &Subject) -> bool {
        self.losses.contains_key(subject)
    }

    /// Lost, and told or about to be told.
    pub(super) fn is_told(&self, subject: &Subject) -> bool {
        matches!(self.losses.get(subject), Some(Loss::Since(..)))
    }

    /// The parts that are lost.
    pub(super) fn parts(&self) -> impl Iterator<Item = &Arc<str>> {
        self.losses.keys().flatten()
    }

    /// It is lost; told after this time, unless it is back by then.
    pub(super) fn lost(&mut self, subject: Subject, reason: Reason, after: Duration) {
        if self.losses.contains_key(&subject) {
            return;
        }
        let due = Instant::now() + after;
        self.losses.insert(subject, Loss::Waiting(due, reason));
        self.tell_due();
    }

    /// It is back; `true` when it was lost.
    pub(super) fn restored(&mut self, subject: &Subject) -> bool {
        match self.losses.remove(subject) {
            Some(Loss::Since(since, reason)) => {
                self.send(subject.clone(), since, reason, true);
                true
            }
            Some(Loss::Waiting(..)) => true,
            None => false,
        }
    }

    /// When the next loss is to be told.
    pub(super) fn due(&self) -> Option<Instant> {
        let waiting = self.losses.values().filter_map(|loss| match loss {
            Loss::Waiting(due, _) => Some(*due),
            Loss::Since(..) => None,
        });
        waiting.min()
    }

    /// Tells the losses that have lasted long enough.
    pub(super) fn tell_due(&mut self) {
        let now = Instant::now();
        let mut told = Vec::new();
        for (subject, loss) in &mut self.losses {
            if let Loss::Waiting(due, reason) = *loss
                && due <= now
            {
                let since = Timestamp::now();
                *loss = Loss::Since(since, reason);
                told.push((subject.clone(), since, reason));
            }
        }
        for (subject, since, reason) in told {
            self.send(subject, since, reason, false);
        }
    }

    /// It may be back, and has this time to show it, if it has not been told yet.
    pub(super) fn wait(&mut self, subject: &Subject, after: Duration) {
        if let Some(Loss::Waiting(due, reason)) = self.losses.get_mut(subject) {
            *due = Instant::now() + after;
            *reason = Reason::Silence;
        }
    }
}

/// Tells the changes of one line, in their order.
#[derive(Debug)]
pub(super) struct Teller {
    links: Links,
    line: Arc<str>,
    journal: JournalHandle,
    changes: mpsc::UnboundedReceiver<Change>,
}

impl Teller {
    /// Until the line has ended and all is told, or until stopped: what is not told then is found
    /// again after the next start.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut waiting: VecDeque<Change> = VecDeque::new();
        loop {
            if waiting.is_empty() {
                match self.changes.recv().await {
                    Some(change) => waiting.push_back(change),
                    None => return,
                }
            }
            while let Ok(change) = self.changes.try_recv() {
                let undone = waiting.len() > MOST_WAITING
                    && change.over
                    && waiting.back().is_some_and(|last| {
                        last.subject == change.subject && last.since == change.since
                    });
                if undone {
                    waiting.pop_back();
                } else {
                    waiting.push_back(change);
                }
            }
            let Some(change) = waiting.front().cloned() else {
                continue;
            };
            match self.tell(change).await {
                Ok(true) => {
                    waiting.pop_front();
                }
                Err(JournalError::Closed) => return,
                Ok(false) | Err(_) => {
                    tokio::select! {
                        () = stop.cancelled() => return,
                        () = tokio::time::sleep(AGAIN) => {}
                    }
                }
            }
        }
    }

    async fn keep(&self, subject: Option<&str>, value: Option<Bytes>) -> Result<(), JournalError> {
        let key = key(&self.line, subject);
        self.journal
            .keep(self.links.area, vec![StateChange { key, value }])
            .await
    }

    /// `false` when it is to be tried again.
    async fn tell(&self, change: Change) -> Result<bool, JournalError> {
        let Change {
            subject,
            since,
            reason,
            over,
        } = change;
        let part = subject.as_deref();
        self.keep(part, Some(value(since, over, reason))).await?;
        let entry = match self.entry(part, since, reason, over) {
            Ok(entry) => entry,
            Err(error) => {
                tracing::error!(%error, "an event cannot be written as JSON");
                return Ok(true);
            }
        };
        if !self.store(entry).await? {
            return Ok(false);
        }
        let line = &*self.line;
        // An account leads to a home.
        let station = part.filter(|_| self.links.part == Part::Station);
        if over {
            self.keep(part, None).await?;
            tracing::info!(line, station, "link restored");
        } else {
            tracing::error!(line, station, reason = reason.as_str(), "link lost");
        }
        Ok(true)
    }

    /// The event of a link that is lost since then, or is back.
    fn entry(
        &self,
        part: Option<&str>,
        since: Timestamp,
        reason: Reason,
        over: bool,
    ) -> Result<Entry, serde_json::Error> {
        let Links { protocol, .. } = self.links;
        let (sender, device) = match (self.links.part, part) {
            (Part::Account, Some(account)) => (account, None),
            (_, station) => (&*self.line, station),
        };
        let suffix = device.map_or_else(String::new, |station| format!("-{station}"));
        let gone = format!("link-lost{suffix}-{}", since.as_micros());
        let (name, ends) = if over {
            let back = format!("link-back{suffix}-{}", since.as_micros());
            (back, Some(gone))
        } else {
            (gone, None)
        };
        Occurrence {
            protocol,
            kind: Kind::LinkFailure,
            sender,
            device: device.map(str::to_owned),
            profile: None,
            name,
            ends,
            lane: Lane::Care,
            evidence: json!({
                "supervision": if over { "link restored" } else { "link lost" },
                "line": &*self.line,
                "station": device,
                "lost_since": since.to_string(),
                "reason": reason.as_str(),
            }),
        }
        .entry()
    }

    async fn store(&self, entry: Entry) -> Result<bool, JournalError> {
        Told::begin(&self.journal, entry).await?.end().await
    }
}
