//! Which call a block is about: the calls that are open on a line, kept over a restart.
//!
//! ESPA 4.4.4 has no reference number (ESPA reference 8). So a repeat is known by its content and
//! the time since the last one, and a reset by what it repeats of the call.

use std::collections::HashMap;
use std::time::Duration;

use alarm_codes::{Kind, Phase};
use bytes::{BufMut, Bytes};
use espa444::alarm::{Basis, Interpretation, Line, Repeat, mapping_of};
use espa444::matching::Reset;
use espa444::{Block, BlockBuf, CallType, DecodeOptions, OpenCalls, RecordId, decode};

use crate::journal::{ContentHash, EventId, KeptState, StateChange};
use crate::time::Timestamp;

/// The place of open calls among what the journal keeps.
pub(super) const AREA: &str = "espa444.calls";
/// Calls that may be open on a line; the oldest make room. Many systems never reset one.
const MOST_OPEN: usize = 256;
/// Ends that are remembered, to know a call made anew from a repeat of the one that was ended.
const MOST_ENDED: usize = 64;
/// The form in which they are kept.
const VERSION: u8 = 1;

/// What is known of an open call.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Open {
    content: ContentHash,
    /// When it, or a repeat of it, came last.
    last_at: Timestamp,
    source_ref: String,
    /// Whether its sender is known to have heard ACK. After a restart nobody knows.
    answered: bool,
    /// The block as it came, to be kept.
    raw: Bytes,
}

/// A call that was ended.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Ended {
    call: ContentHash,
    /// The block that ended it.
    by: ContentHash,
    by_id: EventId,
    source_ref: String,
    at: Timestamp,
}

/// What the link says about a block.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hints {
    /// An equal block came before it in this transaction: very probably our ACK was lost.
    pub(super) same_transaction: bool,
    /// It was accepted before, too late for an answer.
    pub(super) accepted: bool,
}

/// What a block is, among those that came before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Judgement {
    pub(super) repeat: Repeat,
    /// The event that it ends.
    pub(super) ends: Option<EventId>,
    /// By which the journal knows it again; `None` for one that is stored in any case.
    pub(super) source_ref: Option<String>,
    /// It ends something, and nothing that is open fits.
    pub(super) unmatched_end: bool,
    /// What must be equal for a repeat to count as one.
    pub(super) content: ContentHash,
    change: Change,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Change {
    /// It opens a call.
    Open,
    /// It is the call of that event once more.
    Again(EventId),
    /// It closes the call of that event.
    Close(EventId),
    Nothing,
}

/// The calls of one line.
#[derive(Debug)]
pub(super) struct Calls {
    line: Line,
    window: Duration,
    table: Table,
}

#[derive(Clone, Debug)]
struct Table {
    open: OpenCalls<EventId>,
    known: HashMap<EventId, Open>,
    ended: Vec<Ended>,
    /// The call that was opened last: what ends nothing known is new after a further call.
    latest: Option<EventId>,
}

/// The content of a block, without BCC and what else differs from one transmission to the next.
fn content(block: &Block<'_>) -> ContentHash {
    let mut bytes = block.raw_header().to_vec();
    bytes.push(espa444::codes::STX);
    bytes.extend_from_slice(block.raw_records());
    ContentHash::of(&bytes)
}

fn short(hash: ContentHash) -> String {
    let bytes = hash.as_bytes();
    bytes[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

impl Calls {
    /// None yet. `window` is how long after the last one an equal block may be a repeat.
    pub(super) fn new(line: Line, window: Duration) -> Self {
        Self {
            line,
            window,
            table: Table {
                open: OpenCalls::new(MOST_OPEN),
                known: HashMap::new(),
                ended: Vec::new(),
                latest: None,
            },
        }
    }

    pub(super) fn line(&self) -> &Line {
        &self.line
    }

    /// Says what a block is. `meaning` is that of the line, `None` for other blocks than calls.
    pub(super) fn judge(
        &self,
        block: &Block<'_>,
        meaning: Option<&Interpretation<'_>>,
        hints: Hints,
        now: Timestamp,
    ) -> Judgement {
        let content = content(block);
        let since = now.saturating_sub(self.window);
        let latest = self
            .table
            .latest
            .map_or_else(String::new, |id| format!("-{id}"));
        let mut judgement = Judgement {
            repeat: Repeat::No,
            ends: None,
            source_ref: Some(format!("{}{latest}", short(content))),
            unmatched_end: false,
            content,
            change: Change::Nothing,
        };
        match meaning.map(|meaning| meaning.phase) {
            Some(Phase::Start) => self.judge_call(&mut judgement, hints, since),
            Some(Phase::End) => {
                if let Some(meaning) = meaning {
                    self.judge_end(&mut judgement, block, meaning, since);
                }
            }
            _ => {}
        }
        judgement
    }

    fn judge_call(&self, judgement: &mut Judgement, hints: Hints, since: Timestamp) {
        let content = judgement.content;
        let known = &self.table.known;
        let open = known
            .iter()
            .find(|(_, open)| open.content == content && open.last_at >= since);
        if let Some((&first, open)) = open {
            judgement.repeat = Repeat::Of(alarm_id(first));
            judgement.change = Change::Again(first);
            let unanswered = hints.same_transaction || hints.accepted || !open.answered;
            judgement.source_ref = unanswered.then(|| open.source_ref.clone());
            return;
        }
        // Ended and made again within the window: another one, and not a repeat in the journal.
        let ended = self.table.ended.iter().rev();
        let mut ended = ended.filter(|ended| ended.call == content && ended.at >= since);
        let generation = ended
            .next()
            .map_or_else(String::new, |ended| format!("-{}", ended.by_id));
        judgement.source_ref = Some(format!("{}{generation}", short(content)));
        judgement.change = Change::Open;
    }

    fn judge_end(
        &self,
        judgement: &mut Judgement,
        block: &Block<'_>,
        meaning: &Interpretation<'_>,
        since: Timestamp,
    ) {
        let found = if meaning.basis == Basis::Reset {
            self.reset(block)
        } else {
            self.only_one_of(block, meaning)
        };
        if let Some(call) = found {
            judgement.ends = Some(call);
            judgement.source_ref = Some(format!("{}-{call}", short(judgement.content)));
            judgement.change = Change::Close(call);
            return;
        }
        // The same end once more.
        let mut before = self.table.ended.iter().rev();
        match before.find(|ended| ended.by == judgement.content && ended.at >= since) {
            Some(ended) => judgement.source_ref = Some(ended.source_ref.clone()),
            None => judgement.unmatched_end = true,
        }
    }

    /// The call that a reset ends. What counts as one is a setting of the line, so it is compared
    /// as the reset of the standard.
    fn reset(&self, block: &Block<'_>) -> Option<EventId> {
        let mut reset = BlockBuf::new(block.header()).ok()?;
        for identifier in [
            RecordId::CALL_ADDRESS,
            RecordId::DISPLAY_MESSAGE,
            RecordId::PAGING_IDENTITY,
            RecordId::RUNNING_NUMBER,
        ] {
            if let Some(record) = block.record(identifier) {
                reset.push(identifier, record.data()).ok()?;
            }
        }
        reset
            .push(RecordId::CALL_TYPE, CallType::RESET.as_bytes())
            .ok()?;
        match self.table.open.clone().reset(&reset.as_block()) {
            Reset::Closed(found) => Some(found.key),
            _ => None,
        }
    }

    /// The call that an end by its text is about: the only one of its kinds that is open for the
    /// address, if there is just one, and its place is not another.
    fn only_one_of(&self, block: &Block<'_>, meaning: &Interpretation<'_>) -> Option<EventId> {
        let kinds: &[Kind] = &meaning.clears;
        let mut fitting = self.table.open.iter().filter(|(_, open)| {
            let address = |block: &Block<'_>| block.call_address().map(|it| it.as_bytes().to_vec());
            let Some(theirs) = mapping_of(open, &self.line) else {
                return false;
            };
            let differ = |ours: Option<&str>, theirs: Option<&str>| {
                matches!((ours, theirs), (Some(ours), Some(theirs)) if ours != theirs)
            };
            let place = |meaning: &Interpretation<'_>| {
                meaning.location.as_ref().map(|place| place.reveal().clone())
            };
            kinds.contains(&theirs.kind)
                && address(open) == address(block)
                && !differ(place(meaning).as_deref(), place(&theirs).as_deref())
                && !differ(meaning.component.as_deref(), theirs.component.as_deref())
        });
        match (fitting.next(), fitting.next()) {
            (Some((&id, _)), None) => Some(id),
            _ => None,
        }
    }

    /// Whether a status request is about a call that is open.
    pub(super) fn knows(&self, request: &Block<'_>) -> bool {
        self.table.open.find(request).is_some()
    }

    /// The block of this judgement is about to be stored under this identifier: gives what is to
    /// be kept with it, and the way back.
    pub(super) fn enter(
        &mut self,
        judgement: &Judgement,
        id: EventId,
        block: &Block<'_>,
        raw: &[u8],
        now: Timestamp,
    ) -> (Vec<StateChange>, Before) {
        let before = Before(self.table.clone(), Vec::new());
        let mut keys = Vec::new();
        self.table
            .forget(now.saturating_sub(self.window), &mut keys);
        match judgement.change {
            Change::Open => {
                let open = Open {
                    content: judgement.content,
                    last_at: now,
                    source_ref: judgement.source_ref.clone().unwrap_or_default(),
                    answered: false,
                    raw: Bytes::copy_from_slice(raw),
                };
                self.table.add(id, open, block, &mut keys);
            }
            Change::Again(first) => {
                if let Some(open) = self.table.known.get_mut(&first) {
                    open.last_at = now;
                    keys.push(Key::Open(first));
                }
            }
            Change::Close(call) => {
                let of = self.table.known.get(&call).map(|open| open.content);
                self.table.close(call, &mut keys);
                if let Some(of) = of {
                    self.table.ended.push(Ended {
                        call: of,
                        by: judgement.content,
                        by_id: id,
                        source_ref: judgement.source_ref.clone().unwrap_or_default(),
                        at: now,
                    });
                    keys.push(Key::Ended(id));
                }
            }
            Change::Nothing => {}
        }
        let changes = self.changes(&keys);
        (changes, Before(before.0, keys))
    }

    /// It was not stored after all: gives what is to be kept instead.
    pub(super) fn undo(&mut self, before: Before) -> Vec<StateChange> {
        self.table = before.0;
        self.changes(&before.1)
    }

    /// What its sender heard of the call.
    pub(super) fn answered(&mut self, judgement: &Judgement, id: EventId, answered: bool) {
        let call = match judgement.change {
            Change::Open => id,
            Change::Again(first) => first,
            _ => return,
        };
        if let Some(open) = self.table.known.get_mut(&call) {
            open.answered = answered;
        }
    }

    /// The present values of these. A key is the name of the line, NUL, and what it is of.
    fn changes(&self, keys: &[Key]) -> Vec<StateChange> {
        let change = |key: &Key| {
            let mut name = self.line.name.as_bytes().to_vec();
            name.push(0);
            let (sort, id) = match key {
                Key::Open(id) => (OPEN, id),
                Key::Ended(id) => (ENDED, id),
            };
            name.push(sort);
            name.extend_from_slice(id.as_bytes());
            StateChange {
                key: name.into(),
                value: self.table.value(*key),
            }
        };
        keys.iter().map(change).collect()
    }

    /// Takes back what was kept of this line.
    pub(super) fn restore(&mut self, kept: &[KeptState], options: &DecodeOptions) {
        let mut calls = Vec::new();
        for state in kept {
            let rest = state.key.strip_prefix(self.line.name.as_bytes());
            let Some(([0, sort], id)) = rest.and_then(|rest| rest.split_first_chunk::<2>()) else {
                continue;
            };
            let Ok(id) = <[u8; 16]>::try_from(id) else {
                continue;
            };
            let id = EventId::from_bytes(id);
            match *sort {
                OPEN => calls.extend(read_open(&state.value).map(|open| (id, open))),
                ENDED => self.table.ended.extend(read_ended(&state.value, id)),
                _ => {}
            }
        }
        self.table.ended.sort_by_key(|ended| ended.at);
        // The identifiers sort by time.
        calls.sort_by_key(|(id, _)| *id);
        for (id, open) in calls {
            let raw = open.raw.clone();
            if let Ok(decoded) = decode(&raw, options) {
                self.table.add(id, open, &decoded.block(), &mut Vec::new());
            }
        }
    }

    /// How many are open.
    pub(super) fn len(&self) -> usize {
        self.table.known.len()
    }

    /// The event of the call that was opened last.
    pub(super) fn latest(&self) -> Option<EventId> {
        self.table.latest
    }

    /// It was not stored after all.
    pub(super) fn take_back(&mut self, id: EventId) -> Vec<StateChange> {
        let mut keys = Vec::new();
        self.table.close(id, &mut keys);
        self.changes(&keys)
    }
}

/// How the calls stood before a block, and what was changed since.
#[derive(Debug)]
pub(super) struct Before(Table, Vec<Key>);

#[derive(Clone, Copy, Debug)]
enum Key {
    Open(EventId),
    Ended(EventId),
}

const OPEN: u8 = b'o';
const ENDED: u8 = b'e';

impl Table {
    fn value(&self, key: Key) -> Option<Bytes> {
        match key {
            Key::Open(id) => self.known.get(&id).map(open_value),
            Key::Ended(id) => {
                let ended = self.ended.iter().find(|ended| ended.by_id == id);
                ended.map(ended_value)
            }
        }
    }

    fn add(&mut self, id: EventId, open: Open, block: &Block<'_>, keys: &mut Vec<Key>) {
        // An equal call that nobody ended is over, or a reset would find the wrong one.
        let known = self.known.iter();
        let equal = known.filter(|(_, other)| other.content == open.content);
        let equal: Vec<_> = equal.map(|(id, _)| *id).collect();
        for id in equal {
            self.close(id, keys);
        }
        while self.open.len() >= MOST_OPEN {
            if let Some(oldest) = self.open.close_oldest() {
                self.known.remove(&oldest);
                keys.push(Key::Open(oldest));
            }
        }
        if self.open.open(id, block).is_ok() {
            self.known.insert(id, open);
            self.latest = Some(id);
            keys.push(Key::Open(id));
        }
    }

    fn close(&mut self, id: EventId, keys: &mut Vec<Key>) {
        self.open.close(&id);
        if self.known.remove(&id).is_some() {
            keys.push(Key::Open(id));
        }
    }

    /// Ends that are too old to matter.
    fn forget(&mut self, since: Timestamp, keys: &mut Vec<Key>) {
        let too_many = self.ended.len().saturating_sub(MOST_ENDED - 1);
        let mut index = 0;
        self.ended.retain(|ended| {
            index += 1;
            let stays = index > too_many && ended.at >= since;
            if !stays {
                keys.push(Key::Ended(ended.by_id));
            }
            stays
        });
    }
}

pub(super) fn alarm_id(id: EventId) -> alarm_codes::EventId {
    alarm_codes::EventId(u128::from_be_bytes(*id.as_bytes()))
}

/// Version, time, content, length of the reference, the reference, the block.
fn open_value(open: &Open) -> Bytes {
    let mut value = Vec::with_capacity(32 + open.source_ref.len() + open.raw.len());
    value.push(VERSION);
    value.put_i64(open.last_at.as_micros());
    value.extend_from_slice(open.content.as_bytes());
    value.push(u8::try_from(open.source_ref.len()).unwrap_or(0));
    value.extend_from_slice(open.source_ref.as_bytes());
    value.extend_from_slice(&open.raw);
    value.into()
}

fn read_open(value: &[u8]) -> Option<Open> {
    let (&[VERSION], rest) = value.split_first_chunk::<1>()? else {
        return None;
    };
    let (at, rest) = rest.split_first_chunk::<8>()?;
    let (content, rest) = rest.split_first_chunk::<16>()?;
    let (&length, rest) = rest.split_first()?;
    let (reference, raw) = rest.split_at_checked(length.into())?;
    Some(Open {
        content: ContentHash::from_bytes(*content),
        last_at: Timestamp::from_micros(i64::from_be_bytes(*at)),
        source_ref: String::from_utf8(reference.to_vec()).ok()?,
        // Its ACK may have been lost with the crash, but most were not.
        answered: true,
        raw: Bytes::copy_from_slice(raw),
    })
}

/// Version, time, the contents of the call and of its end, the reference of the end.
fn ended_value(ended: &Ended) -> Bytes {
    let mut value = Vec::with_capacity(41 + ended.source_ref.len());
    value.push(VERSION);
    value.put_i64(ended.at.as_micros());
    value.extend_from_slice(ended.call.as_bytes());
    value.extend_from_slice(ended.by.as_bytes());
    value.extend_from_slice(ended.source_ref.as_bytes());
    value.into()
}

fn read_ended(value: &[u8], by_id: EventId) -> Option<Ended> {
    let (&[VERSION], rest) = value.split_first_chunk::<1>()? else {
        return None;
    };
    let (at, rest) = rest.split_first_chunk::<8>()?;
    let (call, rest) = rest.split_first_chunk::<16>()?;
    let (by, reference) = rest.split_first_chunk::<16>()?;
    Some(Ended {
        call: ContentHash::from_bytes(*call),
        by: ContentHash::from_bytes(*by),
        by_id,
        source_ref: String::from_utf8(reference.to_vec()).ok()?,
        at: Timestamp::from_micros(i64::from_be_bytes(*at)),
    })
}

#[cfg(test)]
mod tests;
