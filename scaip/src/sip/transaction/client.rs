//! The non-INVITE client transaction (RFC 3261 17.1.2).

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::TimerSettings;
use crate::sip::StatusCode;
use crate::sip::endpoint::{ConnectionId, Path};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Trying,
    Proceeding,
    /// Answered; absorbs repeated answers until Timer K.
    Completed,
}

struct Transaction {
    state: State,
    path: Path,
    /// For retransmission; empty on streams and once answered.
    request: Bytes,
    /// Timer E, on UDP until answered, with its present interval.
    resend: Option<(Instant, Duration)>,
    /// Timer F until answered, then Timer K.
    end: Instant,
}

impl Transaction {
    fn deadline(&self) -> Instant {
        self.resend.map_or(self.end, |(at, _)| at.min(self.end))
    }
}

/// What became of a response.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// 1xx: wait on.
    Provisional,
    /// The first final answer.
    Final,
    /// A repeated answer, or one to nothing.
    Stray,
}

/// What a timer did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// Timer E: send again.
    Resend(u64, Path, Bytes),
    /// Timer F: nobody answered.
    TimedOut(u64),
}

/// Every live client transaction by message number. All operations take at most logarithmic time.
pub(crate) struct ClientTransactions {
    timers: TimerSettings,
    live: HashMap<u64, Transaction>,
    turns: BTreeSet<(Instant, u64)>,
    by_connection: BTreeSet<(ConnectionId, u64)>,
}

impl ClientTransactions {
    pub(crate) fn new(timers: TimerSettings) -> Self {
        Self {
            timers,
            live: HashMap::new(),
            turns: BTreeSet::new(),
            by_connection: BTreeSet::new(),
        }
    }

    pub(crate) fn begin(&mut self, now: Instant, number: u64, path: &Path, request: Bytes) {
        let stream = path.transport.is_stream();
        let transaction = Transaction {
            state: State::Trying,
            path: *path,
            request: if stream { Bytes::new() } else { request },
            resend: (!stream).then(|| (now + self.timers.t1, self.timers.t1)),
            end: now + self.timers.transaction(),
        };
        self.turns.insert((transaction.deadline(), number));
        if let Some(connection) = path.connection {
            self.by_connection.insert((connection, number));
        }
        self.live.insert(number, transaction);
    }

    /// Takes a response whose branch is that of message `number`.
    pub(crate) fn receive(&mut self, now: Instant, number: u64, status: StatusCode) -> Answer {
        let Some(found) = self.live.get_mut(&number) else {
            return Answer::Stray;
        };
        if found.state == State::Completed {
            return Answer::Stray;
        }
        let before = found.deadline();
        if status.is_provisional() {
            // Timer E goes on at T2 from its next firing (RFC 3261 17.1.2.2).
            found.state = State::Proceeding;
            return Answer::Provisional;
        }
        self.turns.remove(&(before, number));
        if let Some(connection) = found.path.connection {
            self.by_connection.remove(&(connection, number));
        }
        if found.path.transport.is_stream() {
            self.live.remove(&number);
            return Answer::Final;
        }
        found.state = State::Completed;
        found.resend = None;
        found.request = Bytes::new();
        found.end = now + self.timers.t4;
        self.turns.insert((found.end, number));
        Answer::Final
    }

    /// Ends a message whose transmission failed; `false` if it is answered or unknown.
    pub(crate) fn fail(&mut self, number: u64) -> bool {
        match self.live.get(&number) {
            Some(found) if found.state != State::Completed => {
                self.remove(number);
                true
            }
            _ => false,
        }
    }

    /// One unanswered message on a connection.
    pub(crate) fn on_connection(&self, connection: ConnectionId) -> Option<u64> {
        self.by_connection
            .range((connection, 0)..=(connection, u64::MAX))
            .next()
            .map(|(_, number)| *number)
    }

    fn remove(&mut self, number: u64) {
        if let Some(gone) = self.live.remove(&number) {
            self.turns.remove(&(gone.deadline(), number));
            if let Some(connection) = gone.path.connection {
                self.by_connection.remove(&(connection, number));
            }
        }
    }

    /// Runs the next due timer that concerns the caller; `None` when all is done.
    pub(crate) fn expire(&mut self, now: Instant) -> Option<Due> {
        loop {
            let &(at, number) = self.turns.first()?;
            if at > now {
                return None;
            }
            let Some(found) = self.live.get_mut(&number) else {
                self.turns.pop_first();
                continue;
            };
            if found.end <= now {
                let answered = found.state == State::Completed;
                self.remove(number);
                if answered {
                    continue;
                }
                return Some(Due::TimedOut(number));
            }
            self.turns.pop_first();
            let interval = found
                .resend
                .map_or(self.timers.t2, |(_, interval)| interval);
            let interval = match found.state {
                State::Proceeding => self.timers.t2,
                _ => interval.saturating_mul(2).min(self.timers.t2),
            };
            // From now, not from the missed deadline: a late caller sends once, not in a burst. A zero T2
            // would never let go.
            let interval = interval.max(Duration::from_millis(1));
            found.resend = Some((now + interval, interval));
            let due = Due::Resend(number, found.path, found.request.clone());
            self.turns.insert((found.deadline(), number));
            return Some(due);
        }
    }

    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.turns.first().map(|(at, _)| *at)
    }

    pub(crate) fn len(&self) -> usize {
        self.live.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn udp() -> Path {
        Path::udp(
            "192.0.2.1:5060".parse().unwrap(),
            "192.0.2.7:5062".parse().unwrap(),
        )
    }

    fn tcp() -> Path {
        Path {
            transport: crate::sip::Transport::Tcp,
            connection: Some(ConnectionId(9)),
            ..udp()
        }
    }

    /// Runs the clock to the end; gives the milliseconds of each resend and of the time-out.
    fn run(table: &mut ClientTransactions, start: Instant) -> (Vec<u128>, Option<u128>) {
        let mut resends = Vec::new();
        while let Some(at) = table.next_deadline() {
            let elapsed = (at - start).as_millis();
            match table.expire(at) {
                Some(Due::Resend(..)) => resends.push(elapsed),
                Some(Due::TimedOut(_)) => return (resends, Some(elapsed)),
                None => {}
            }
        }
        (resends, None)
    }

    #[test]
    fn timer_e_doubles_to_t2_and_timer_f_ends_after_64_t1() {
        let start = Instant::now();
        let mut table = ClientTransactions::new(TimerSettings::default());
        table.begin(start, 1, &udp(), Bytes::from_static(b"request"));
        let (resends, end) = run(&mut table, start);
        // RFC 3261 17.1.2.2 prints these: 500 ms, 1 s, 2 s, 4 s, 4 s ...
        assert_eq!(
            resends,
            [
                500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500
            ]
        );
        assert_eq!(end, Some(32_000));
        assert_eq!((table.len(), table.next_deadline()), (0, None));
    }

    #[test]
    fn after_a_provisional_answer_timer_e_runs_at_t2() {
        let start = Instant::now();
        let mut table = ClientTransactions::new(TimerSettings::default());
        table.begin(start, 1, &udp(), Bytes::from_static(b"request"));
        let trying = StatusCode::new(100).unwrap();
        assert_eq!(table.receive(start, 1, trying), Answer::Provisional);
        let (resends, end) = run(&mut table, start);
        assert_eq!(
            resends,
            [500, 4500, 8500, 12500, 16500, 20500, 24500, 28500]
        );
        assert_eq!(end, Some(32_000));
    }

    #[test]
    fn timer_k_absorbs_repeated_answers_for_t4_on_udp() {
        let start = Instant::now();
        let mut table = ClientTransactions::new(TimerSettings::default());
        table.begin(start, 1, &udp(), Bytes::from_static(b"request"));
        assert_eq!(table.receive(start, 1, StatusCode::OK), Answer::Final);
        assert_eq!(table.receive(start, 1, StatusCode::OK), Answer::Stray);
        assert_eq!(table.next_deadline(), Some(start + Duration::from_secs(5)));
        assert_eq!(table.expire(start + Duration::from_secs(5)), None);
        assert_eq!(table.len(), 0);
        assert_eq!(table.receive(start, 1, StatusCode::OK), Answer::Stray);
    }

    #[test]
    fn a_stream_has_no_timer_e_and_no_timer_k() {
        let start = Instant::now();
        let mut table = ClientTransactions::new(TimerSettings::default());
        table.begin(start, 1, &tcp(), Bytes::from_static(b"request"));
        assert_eq!(table.next_deadline(), Some(start + Duration::from_secs(32)));
        assert_eq!(table.on_connection(ConnectionId(9)), Some(1));
        assert_eq!(table.receive(start, 1, StatusCode::ACCEPTED), Answer::Final);
        assert_eq!((table.len(), table.next_deadline()), (0, None));
        assert_eq!(table.on_connection(ConnectionId(9)), None);
    }

    #[test]
    fn a_failed_transmission_ends_only_what_is_unanswered() {
        let start = Instant::now();
        let mut table = ClientTransactions::new(TimerSettings::default());
        table.begin(start, 1, &udp(), Bytes::new());
        table.begin(start, 2, &udp(), Bytes::new());
        let _ = table.receive(start, 2, StatusCode::OK);
        assert!(table.fail(1) && !table.fail(1) && !table.fail(2));
        assert_eq!(table.len(), 1);
    }
}
