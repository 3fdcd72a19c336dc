//! Which requests are one that was accepted before, come again (SCAIP reference 10).

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use super::{Answer, IncomingId};
use crate::decode::Decoded;
use crate::message::{MessageType, Request};

/// How long and how many accepted requests are remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DuplicateSettings {
    /// How long after it was accepted a request is known again, 10 min by default; 1 ms to 24 h.
    /// It counts from the first time: a counter that begins again at 1 comes to an old reference
    /// sooner or later, and the alarm behind it must not be taken for the old one.
    pub window: Duration,
    /// Accepted requests that are remembered, 100,000 by default. One more pushes the oldest out.
    pub entries: usize,
    /// Bytes that they take, about, 64 MiB by default. Beyond it the oldest are pushed out.
    pub bytes: usize,
}

impl Default for DuplicateSettings {
    fn default() -> Self {
        DuplicateSettings {
            window: Duration::from_secs(600),
            entries: 100_000,
            bytes: 64 * 1024 * 1024,
        }
    }
}

/// What is known of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Seen<'d> {
    /// Nothing: it is new, or a heartbeat.
    New,
    /// The sender has used the `ref` within the window for something else. It is a new event.
    ReferenceReused,
    /// It is one that still waits for its decision.
    Undecided {
        /// That one.
        first: IncomingId,
    },
    /// It is one that was accepted: raise nothing, answer the same.
    Accepted {
        /// That one; `None` when it was [kept](Duplicates::keep) without a number.
        first: Option<IncomingId>,
        /// What the application said to it.
        answer: &'d Answer<'static>,
    },
}

/// The duplicate rule: a request is a repeat when sender (`cid`), `ref` and every byte of the body
/// are those of one that was accepted within the window.
///
/// - The same `ref` from another sender is another event: short counters collide.
/// - The same `ref` with another body is a new event, [`Seen::ReferenceReused`].
/// - What was not accepted is not remembered. Who hears "hold", "busy" or "not treated" repeats to
///   get another decision, and shall.
/// - A heartbeat is never a repeat: one more of them is one more sign of life, and their number
///   would push the alarms out.
///
/// Of a request only hashes (SHA-256, 128 bits of it) are kept. Nothing outlives the process: who
/// must know repeats after a restart keeps them where the alarms are.
///
/// [`Receiver`](super::Receiver) has one inside, with
/// [`Config::duplicates`](super::Config::duplicates). One of your own serves several receivers, or
/// another transport alone:
///
/// ```
/// use std::time::Instant;
/// use scaip::receiver::{DuplicateSettings, Duplicates, Seen};
/// use scaip::{DecodeOptions, Response, StatusNumber, decode_request};
///
/// let mut duplicates = Duplicates::new(DuplicateSettings::default());
/// let body = b"<mrq><ref>a1</ref><cid>40211870</cid><dty>0003</dty><stc>0010</stc></mrq>";
/// let alarm = decode_request(body, &DecodeOptions::lenient())?;
/// let now = Instant::now();
/// assert_eq!(duplicates.see(now, &alarm), Seen::New);
/// // Stored, then:
/// let yes = Response::new(alarm.message().reference.clone(), StatusNumber::OK);
/// duplicates.keep(now, &alarm, &yes);
/// let Seen::Accepted { answer, .. } = duplicates.see(now, &alarm) else { panic!() };
/// assert_eq!(answer.response, yes);
/// # Ok::<(), scaip::DecodeError>(())
/// ```
pub struct Duplicates {
    settings: DuplicateSettings,
    known: BTreeMap<Key, State>,
    /// The accepted ones by age, each once.
    ages: VecDeque<(Instant, Key)>,
    bytes: usize,
    pushed_out: u64,
}

/// A request by name and content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// Of `cid` and `ref`.
    name: [u8; 16],
    /// Of the body.
    content: [u8; 16],
}

enum State {
    Undecided(IncomingId),
    Accepted(Box<Accepted>),
}

struct Accepted {
    first: Option<IncomingId>,
    answer: Answer<'static>,
    bytes: usize,
}

/// What an entry takes besides its answer: key, age, and their share of the tables.
const ENTRY: usize = 192;

impl Key {
    /// `None` for what is never a repeat.
    pub(super) fn of(decoded: &Decoded<'_, Request<'_>>) -> Option<Key> {
        let request = decoded.message();
        if request.message_type == MessageType::Heartbeat {
            return None;
        }
        let controller = request.controller_id.as_str().as_bytes();
        let length = (controller.len() as u64).to_be_bytes();
        let reference = request.reference.as_str().as_bytes();
        Some(Key {
            name: half(&[&length, controller, reference]),
            content: half(&[decoded.raw()]),
        })
    }
}

/// 128 bits of a hash.
fn half(parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    let mut half = [0; 16];
    for (to, from) in half.iter_mut().zip(hash.finalize()) {
        *to = from;
    }
    half
}

impl fmt::Debug for Duplicates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Duplicates")
            .field("settings", &self.settings)
            .field("known", &self.known.len())
            .field("bytes", &self.bytes)
            .field("pushed_out", &self.pushed_out)
            .finish_non_exhaustive()
    }
}

impl Duplicates {
    /// Nothing seen yet. Of a window longer than 24 h, 24 h count.
    #[must_use]
    pub fn new(mut settings: DuplicateSettings) -> Self {
        settings.window = settings.window.min(super::config::LONGEST);
        Duplicates {
            settings,
            known: BTreeMap::new(),
            ages: VecDeque::new(),
            bytes: 0,
            pushed_out: 0,
        }
    }

    /// What is known of a request.
    pub fn see(&mut self, now: Instant, request: &Decoded<'_, Request<'_>>) -> Seen<'_> {
        match Key::of(request) {
            Some(key) => self.look(now, key),
            None => Seen::New,
        }
    }

    /// Remembers a request that was accepted, and what it was told. Nothing is remembered of a
    /// heartbeat, of an answer other than `snu` 0, and of a request that is remembered already.
    pub fn keep<'a>(
        &mut self,
        now: Instant,
        request: &Decoded<'_, Request<'_>>,
        answer: impl Into<Answer<'a>>,
    ) {
        let answer = answer.into();
        if let (true, Some(key)) = (answer.is_accepted(), Key::of(request)) {
            self.accepted(now, key, None, answer.into_owned());
        }
    }

    /// How many accepted requests are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ages.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ages.is_empty()
    }

    /// Bytes that they take, about.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Requests forgotten within their window, for want of room. More than none: the limits are
    /// too small for the traffic.
    #[must_use]
    pub fn pushed_out(&self) -> u64 {
        self.pushed_out
    }

    pub(super) fn look(&mut self, now: Instant, key: Key) -> Seen<'_> {
        self.forget_old(now);
        match self.known.get(&key) {
            Some(State::Undecided(first)) => Seen::Undecided { first: *first },
            Some(State::Accepted(accepted)) => Seen::Accepted {
                first: accepted.first,
                answer: &accepted.answer,
            },
            None if self.uses_of(key).next().is_some() => Seen::ReferenceReused,
            None => Seen::New,
        }
    }

    /// Everything with the same sender and `ref`.
    fn uses_of(&self, key: Key) -> impl Iterator<Item = &Key> {
        let bound = |byte| Key {
            content: [byte; 16],
            ..key
        };
        self.known.range(bound(0)..=bound(0xff)).map(|(key, _)| key)
    }

    /// A new request waits for its decision.
    pub(super) fn begun(&mut self, key: Key, first: IncomingId) {
        self.known.entry(key).or_insert(State::Undecided(first));
    }

    /// A request was decided, and not accepted.
    pub(super) fn declined(&mut self, key: Key) {
        if let Some(State::Undecided(_)) = self.known.get(&key) {
            self.known.remove(&key);
        }
    }

    pub(super) fn accepted(
        &mut self,
        now: Instant,
        key: Key,
        first: Option<IncomingId>,
        answer: Answer<'static>,
    ) {
        self.forget_old(now);
        if let Some(State::Accepted(_)) = self.known.get(&key) {
            return;
        }
        let bytes = ENTRY + answer.size();
        let accepted = Accepted {
            first,
            answer,
            bytes,
        };
        self.known.insert(key, State::Accepted(Box::new(accepted)));
        self.ages.push_back((now, key));
        self.bytes += bytes;
        while self.ages.len() > self.settings.entries || self.bytes > self.settings.bytes {
            if !self.forget_oldest() {
                break;
            }
            self.pushed_out += 1;
        }
    }

    /// Forgets what is older than the window.
    pub(super) fn forget_old(&mut self, now: Instant) {
        while let Some(&(at, _)) = self.ages.front() {
            if now.saturating_duration_since(at) < self.settings.window {
                break;
            }
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) -> bool {
        let Some((_, key)) = self.ages.pop_front() else {
            return false;
        };
        if let Some(State::Accepted(accepted)) = self.known.remove(&key) {
            self.bytes -= accepted.bytes;
        }
        true
    }
}
