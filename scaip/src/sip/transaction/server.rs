//! The non-INVITE server transaction (RFC 3261 17.2.2), with our own key.
//!
//! The key is a hash over branch, source, connection, Call-ID, CSeq number, method and body (SCAIP reference
//! 5.6). Two different requests under one key would cost an alarm. The hash has 128 bits and is keyed with
//! [`RandomState`], which nobody outside the process knows, so collisions can be had only by chance: among
//! 200 000 live transactions one new request meets one with probability 200 000 / 2^128, below 10^-33.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::sip::HeaderName;
use crate::sip::endpoint::{Path, RequestId};
use crate::sip::header::Via;
use crate::sip::layout::Head;
use crate::sip::message::Message;

type Key = u128;
type Turn = (Instant, u64);

enum State {
    /// Waits for the application. The head is kept to write the answer from, and with it the request.
    Trying(Arc<Head>),
    /// Answered; the answer is kept for retransmissions (Timer J).
    Completed(Bytes),
}

struct Transaction {
    serial: u64,
    until: Instant,
    /// Bytes of the request while it waits.
    waiting: usize,
    path: Path,
    branch: Option<u64>,
    state: State,
}

/// What an arriving request is.
pub(crate) enum Arrival {
    /// New. `branch_reused` if another live request from the same source has the branch.
    New { id: RequestId, branch_reused: bool },
    /// A repetition, with the answer to send again if there is one.
    Repeated {
        id: RequestId,
        answer: Option<Bytes>,
    },
    /// No room, and nothing finished to make room with.
    Full,
}

/// Every live server transaction. All operations take at most logarithmic time.
pub(crate) struct ServerTransactions {
    hasher: RandomState,
    lifetime: Duration,
    capacity: usize,
    answer_capacity: usize,
    live: HashMap<Key, Transaction>,
    /// Unanswered, by the time they are given up.
    trying: BTreeMap<Turn, Key>,
    /// Answered, by the end of Timer J: the first is the oldest.
    completed: BTreeMap<Turn, Key>,
    /// Live transactions by hash of source and branch. For a warning only: a collision costs nothing.
    branches: HashMap<u64, u32>,
    answer_bytes: usize,
    waiting_capacity: usize,
    waiting_bytes: usize,
    serial: u64,
    evicted: u64,
}

impl ServerTransactions {
    pub(crate) fn new(
        lifetime: Duration,
        capacity: usize,
        answer_capacity: usize,
        waiting_capacity: usize,
    ) -> Self {
        Self {
            hasher: RandomState::new(),
            lifetime,
            capacity,
            answer_capacity,
            live: HashMap::new(),
            trying: BTreeMap::new(),
            completed: BTreeMap::new(),
            branches: HashMap::new(),
            answer_bytes: 0,
            waiting_capacity,
            waiting_bytes: 0,
            serial: 0,
            evicted: 0,
        }
    }

    fn source(&self, path: &Path, lead: u8) -> impl Hasher + use<> {
        use std::hash::Hash;
        let mut hasher = self.hasher.build_hasher();
        hasher.write_u8(lead);
        (path.transport, path.remote, path.connection).hash(&mut hasher);
        hasher
    }

    /// The key of a request, and the hash of source and branch if it has a branch.
    pub(crate) fn key(&self, path: &Path, message: &Message) -> (u128, Option<u64>) {
        let via_value = message.header(HeaderName::Via).unwrap_or_default();
        let via = Via::parse(via_value).ok();
        let branch = via.and_then(|via| via.branch());
        // Without a branch the whole Via stands in for it.
        let mark = branch.unwrap_or(via_value);
        let half = |lead| {
            let mut hasher = self.source(path, lead);
            for part in [
                mark,
                message.call_id(),
                message.method_text().unwrap_or_default(),
                message.body_bytes(),
            ] {
                hasher.write_usize(part.len());
                hasher.write(part);
            }
            hasher.write_u32(message.cseq());
            hasher.finish()
        };
        let key = (u128::from(half(1)) << 64) | u128::from(half(2));
        let branch = branch.map(|branch| {
            let mut hasher = self.source(path, 3);
            hasher.write(branch);
            hasher.finish()
        });
        (key, branch)
    }

    /// A repetition of a live request, if it is one.
    pub(crate) fn find(&self, key: u128) -> Option<Arrival> {
        let found = self.live.get(&key)?;
        Some(Arrival::Repeated {
            id: RequestId {
                key,
                serial: found.serial,
            },
            answer: match &found.state {
                State::Trying(_) => None,
                State::Completed(answer) => Some(answer.clone()),
            },
        })
    }

    /// Takes a request whose key [`find`](Self::find) does not know.
    pub(crate) fn begin(
        &mut self,
        now: Instant,
        key: u128,
        branch: Option<u64>,
        path: &Path,
        message: &Message,
    ) -> Arrival {
        let waiting = message.raw().len();
        if self.waiting_bytes.saturating_add(waiting) > self.waiting_capacity {
            return Arrival::Full;
        }
        if self.live.len() >= self.capacity && !self.evict_oldest() {
            return Arrival::Full;
        }
        self.serial += 1;
        let serial = self.serial;
        let until = now + self.lifetime;
        let Entry::Vacant(place) = self.live.entry(key) else {
            return Arrival::Full;
        };
        place.insert(Transaction {
            serial,
            until,
            waiting,
            path: *path,
            branch,
            state: State::Trying(Arc::clone(message.head())),
        });
        self.waiting_bytes += waiting;
        self.trying.insert((until, serial), key);
        let mut branch_reused = false;
        if let Some(branch) = branch {
            let count = self.branches.entry(branch).or_insert(0);
            branch_reused = *count > 0;
            *count += 1;
        }
        Arrival::New {
            id: RequestId { key, serial },
            branch_reused,
        }
    }

    /// The head and path of an unanswered request.
    pub(crate) fn waiting(&self, id: RequestId) -> Option<(&Head, &Path)> {
        let found = self.live.get(&id.key)?;
        match &found.state {
            State::Trying(head) if found.serial == id.serial => Some((head, &found.path)),
            _ => None,
        }
    }

    /// Keeps the answer: for 64 T1 on UDP (Timer J), not at all on a stream.
    pub(crate) fn finish(&mut self, now: Instant, id: RequestId, answer: Bytes) {
        let Some(found) = self.live.get_mut(&id.key) else {
            return;
        };
        if found.serial != id.serial || !matches!(found.state, State::Trying(_)) {
            return;
        }
        self.trying.remove(&(found.until, found.serial));
        if found.path.transport.is_stream() {
            self.forget(id.key);
            return;
        }
        found.until = now + self.lifetime;
        self.waiting_bytes -= core::mem::take(&mut found.waiting);
        self.answer_bytes += answer.len();
        found.state = State::Completed(answer);
        self.completed.insert((found.until, found.serial), id.key);
        while self.answer_bytes > self.answer_capacity && self.evict_oldest() {}
    }

    fn evict_oldest(&mut self) -> bool {
        let Some((_, key)) = self.completed.pop_first() else {
            return false;
        };
        self.forget(key);
        self.evicted += 1;
        true
    }

    /// Drops a transaction that no timer table names any more.
    fn forget(&mut self, key: Key) {
        let Some(gone) = self.live.remove(&key) else {
            return;
        };
        self.waiting_bytes -= gone.waiting;
        if let State::Completed(answer) = &gone.state {
            self.answer_bytes -= answer.len();
        }
        if let Some(Entry::Occupied(mut count)) = gone.branch.map(|b| self.branches.entry(b)) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }

    /// Ends what is due; gives one request that nobody answered, `None` when all is done.
    pub(crate) fn expire(&mut self, now: Instant) -> Option<RequestId> {
        while let Some(entry) = self.completed.first_entry() {
            if entry.key().0 > now {
                break;
            }
            let key = entry.remove();
            self.forget(key);
        }
        let entry = self.trying.first_entry()?;
        let (until, serial) = *entry.key();
        if until > now {
            return None;
        }
        let key = entry.remove();
        self.forget(key);
        Some(RequestId { key, serial })
    }

    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        let first = |turns: &BTreeMap<Turn, Key>| turns.keys().next().map(|turn| turn.0);
        [first(&self.trying), first(&self.completed)]
            .into_iter()
            .flatten()
            .min()
    }

    pub(crate) fn len(&self) -> usize {
        self.live.len()
    }

    pub(crate) fn evicted(&self) -> u64 {
        self.evicted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::SipLimits;

    fn request(call: usize) -> Message {
        let text = format!(
            "MESSAGE sip:alarm@example.net SIP/2.0\r\n\
             Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bKsame;rport\r\n\
             From: <sip:40211870@example.net>;tag=1\r\nTo: <sip:alarm@example.net>\r\n\
             Call-ID: {call}\r\nCSeq: 1 MESSAGE\r\nMax-Forwards: 70\r\n\r\n<mrq/>"
        );
        Message::parse_datagram(text.into(), &SipLimits::default()).unwrap()
    }

    fn path() -> Path {
        Path::udp(
            "192.0.2.1:5060".parse().unwrap(),
            "192.0.2.7:5062".parse().unwrap(),
        )
    }

    fn begin(table: &mut ServerTransactions, now: Instant, call: usize) -> Option<RequestId> {
        let message = request(call);
        let (key, branch) = table.key(&path(), &message);
        match table.begin(now, key, branch, &path(), &message) {
            Arrival::New { id, .. } => Some(id),
            _ => None,
        }
    }

    #[test]
    fn a_finished_transaction_takes_less_than_2_kb() {
        // A generous answer: two Vias, long identifiers.
        let answer = 900;
        // Hash tables hold at most 7/8 of their places and double; B-trees are at least half full.
        let entry = 2 * (size_of::<Key>() + size_of::<Transaction>() + 1) * 8 / 7
            + 2 * (size_of::<Turn>() + size_of::<Key>() + 8)
            + 2 * (size_of::<u64>() + size_of::<u32>() + 8);
        // Bytes keeps a small shared header on the heap.
        let total = entry + answer + 64;
        assert!(total < 2048, "{total}");
    }

    #[test]
    fn a_full_table_gives_up_the_oldest_finished_first_and_then_says_so() {
        let now = Instant::now();
        let mut table = ServerTransactions::new(Duration::from_secs(32), 3, 1 << 20, 1 << 20);
        let first = begin(&mut table, now, 1).unwrap();
        let second = begin(&mut table, now, 2).unwrap();
        begin(&mut table, now, 3).unwrap();
        assert!(begin(&mut table, now, 4).is_none(), "all unfinished");
        table.finish(now, second, Bytes::from_static(b"b"));
        table.finish(now, first, Bytes::from_static(b"a"));
        begin(&mut table, now, 5).unwrap();
        assert_eq!((table.len(), table.evicted()), (3, 1));
        let (key, _) = table.key(&path(), &request(1));
        assert!(
            table.find(key).is_none(),
            "same instant: the lower number goes first"
        );
        let (key, _) = table.key(&path(), &request(2));
        assert!(table.find(key).is_some());
    }

    #[test]
    fn requests_waiting_are_bounded_in_bytes() {
        let now = Instant::now();
        let room = 3 * request(0).raw().len();
        let mut table = ServerTransactions::new(Duration::from_secs(32), 100, 1 << 20, room);
        let first = begin(&mut table, now, 1).unwrap();
        assert!(begin(&mut table, now, 2).is_some() && begin(&mut table, now, 3).is_some());
        assert!(begin(&mut table, now, 4).is_none());
        table.finish(now, first, Bytes::from_static(b"ok"));
        assert!(begin(&mut table, now, 4).is_some());
    }

    #[test]
    fn answers_kept_are_bounded_in_bytes() {
        let now = Instant::now();
        let mut table = ServerTransactions::new(Duration::from_secs(32), 100, 250, 1 << 20);
        for call in 0..10 {
            let id = begin(&mut table, now, call).unwrap();
            table.finish(now, id, Bytes::from(vec![b'x'; 100]));
            assert!(table.answer_bytes <= 250);
        }
        assert_eq!((table.len(), table.evicted()), (2, 8));
    }

    #[test]
    fn nothing_is_left_behind_when_all_timers_have_run() {
        let now = Instant::now();
        let life = Duration::from_secs(32);
        let mut table = ServerTransactions::new(life, 100, 1 << 20, 1 << 20);
        for call in 0..10 {
            let id = begin(&mut table, now, call).unwrap();
            if call % 2 == 0 {
                table.finish(now, id, Bytes::from_static(b"ok"));
            }
        }
        assert!(
            table
                .expire(now + life - Duration::from_millis(1))
                .is_none()
        );
        let mut expired = 0;
        while table.expire(now + life).is_some() {
            expired += 1;
        }
        assert_eq!(expired, 5);
        assert_eq!(
            (table.len(), table.answer_bytes, table.waiting_bytes),
            (0, 0, 0)
        );
        assert!(table.branches.is_empty() && table.completed.is_empty() && table.trying.is_empty());
        assert_eq!(table.next_deadline(), None);
    }

    #[test]
    fn two_hundred_thousand_live_transactions_stay_quick() {
        let now = Instant::now();
        let mut table = ServerTransactions::new(Duration::from_secs(32), 200_000, 1 << 30, 1 << 20);
        let message = request(0);
        for number in 0..200_000_u64 {
            let at = now + Duration::from_micros(number);
            let Arrival::New { id, .. } =
                table.begin(at, u128::from(number), Some(number), &path(), &message)
            else {
                panic!("room for all");
            };
            table.finish(at, id, Bytes::from_static(b"answer"));
        }
        assert_eq!(table.next_deadline(), Some(now + Duration::from_secs(32)));
        assert!(table.expire(now + Duration::from_secs(40)).is_none());
        assert_eq!(table.len(), 0);
    }
}
