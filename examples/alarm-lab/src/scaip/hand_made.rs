//! Requests that a correct stack refuses to write, and their client transactions.
//!
//! The transaction is that of RFC 3261 17.1.2, with one difference: answers are matched by
//! Call-ID, because a branch that never changes names no transaction.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::Fault;

/// Timers of RFC 3261 17.1.1.1 and 17.1.2.2.
const T1: Duration = Duration::from_millis(500);
const T2: Duration = Duration::from_secs(4);
const TIMER_F: Duration = Duration::from_secs(32);

/// The branch of a unit that knows only one.
pub(super) const ONE_BRANCH: &[u8] = b"z9hG4bK0000000001";

/// Applies the faults of the head to a correctly written request.
pub(super) fn mangle(request: &[u8], faults: &[Fault]) -> Bytes {
    let end = find(request, b"\r\n\r\n").unwrap_or(request.len());
    let (head, body) = request.split_at(end);
    let body = body.strip_prefix(b"\r\n\r\n").unwrap_or(body);
    let has = |fault| faults.contains(&fault);
    let newline: &[u8] = if has(Fault::BareLf) { b"\n" } else { b"\r\n" };
    let mut out = Vec::with_capacity(request.len());
    for line in lines(head) {
        let stated = line.strip_prefix(b"Content-Length: ");
        if stated.is_some() && has(Fault::NoContentLength) {
            continue;
        }
        if stated.is_some() && has(Fault::ShortContentLength) {
            out.extend_from_slice(format!("Content-Length: {}", body.len() / 2).as_bytes());
        } else if line.starts_with(b"From:") && has(Fault::NoFromTag) {
            let tag = find(line, b";tag=").unwrap_or(line.len());
            out.extend_from_slice(&line[..tag]);
        } else {
            out.extend_from_slice(line);
        }
        out.extend_from_slice(newline);
    }
    out.extend_from_slice(newline);
    out.extend_from_slice(body);
    out.into()
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn lines(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    head.split(|&byte| byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

struct Transaction {
    request: Bytes,
    /// When to send again and the interval then; `None` on streams.
    resend: Option<(Instant, Duration)>,
    end: Instant,
}

impl Transaction {
    fn deadline(&self) -> Instant {
        self.resend.map_or(self.end, |(at, _)| at.min(self.end))
    }
}

/// What a timer of a hand-made request did.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Due {
    Resend(Bytes),
    TimedOut(u64),
}

/// The client transactions of one unit, by the number of the alarm.
#[derive(Default)]
pub(super) struct Transactions {
    live: HashMap<u64, Transaction>,
    turns: BTreeSet<(Instant, u64)>,
}

impl Transactions {
    pub(super) fn begin(&mut self, now: Instant, number: u64, request: Bytes, stream: bool) {
        let transaction = Transaction {
            request,
            resend: (!stream).then(|| (now + T1, T1)),
            end: now + TIMER_F,
        };
        self.turns.insert((transaction.deadline(), number));
        self.live.insert(number, transaction);
    }

    /// Ends a transaction; `false` if it is over already.
    pub(super) fn finish(&mut self, number: u64) -> bool {
        let Some(gone) = self.live.remove(&number) else {
            return false;
        };
        self.turns.remove(&(gone.deadline(), number));
        true
    }

    pub(super) fn clear(&mut self) {
        self.live.clear();
        self.turns.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.live.is_empty()
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.turns.first().map(|&(at, _)| at)
    }

    /// Runs the next due timer; `None` when all is done.
    pub(super) fn expire(&mut self, now: Instant) -> Option<Due> {
        let &(at, number) = self.turns.first()?;
        if at > now {
            return None;
        }
        self.turns.pop_first();
        let found = self.live.get_mut(&number)?;
        if found.end <= now {
            self.live.remove(&number);
            return Some(Due::TimedOut(number));
        }
        let interval = found.resend.map_or(T2, |(_, last)| (last * 2).min(T2));
        found.resend = Some((now + interval, interval));
        self.turns.insert((found.deadline(), number));
        Some(Due::Resend(found.request.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &[u8] = b"MESSAGE sip:alarm@example.net SIP/2.0\r\n\
        From: <sip:40211870@example.net>;tag=1\r\nContent-Length: 4\r\n\r\nbo\r\n";

    #[test]
    fn each_fault_changes_only_its_own_line() {
        let text = |fault| String::from_utf8(mangle(REQUEST, &[fault]).to_vec()).unwrap();
        let clean = String::from_utf8(REQUEST.to_vec()).unwrap();
        assert_eq!(text(Fault::SameBranch), clean);
        assert_eq!(text(Fault::NoFromTag), clean.replace(";tag=1", ""));
        assert_eq!(
            text(Fault::ShortContentLength),
            clean.replace("Length: 4", "Length: 2")
        );
        assert_eq!(
            text(Fault::NoContentLength),
            clean.replace("Content-Length: 4\r\n", "")
        );
        let bare = text(Fault::BareLf);
        assert_eq!(bare, clean.replace("\r\n", "\n").replace("bo\n", "bo\r\n"));
    }

    #[test]
    fn requests_are_repeated_by_timer_e_until_timer_f() {
        let start = Instant::now();
        let mut table = Transactions::default();
        table.begin(start, 7, Bytes::from_static(b"x"), false);
        let mut resends = Vec::new();
        let mut end = None;
        while let Some(at) = table.next_deadline() {
            match table.expire(at) {
                Some(Due::Resend(_)) => resends.push((at - start).as_millis()),
                Some(Due::TimedOut(number)) => end = Some((number, (at - start).as_millis())),
                None => {}
            }
        }
        assert_eq!(
            resends,
            [
                500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500
            ]
        );
        assert_eq!(end, Some((7, 32_000)));
        assert!(table.is_empty());
    }

    #[test]
    fn an_answered_request_and_one_on_a_stream_are_not_repeated() {
        let start = Instant::now();
        let mut table = Transactions::default();
        table.begin(start, 1, Bytes::from_static(b"x"), false);
        assert!(table.finish(1) && !table.finish(1));
        assert_eq!(table.next_deadline(), None);
        table.begin(start, 2, Bytes::from_static(b"x"), true);
        assert_eq!(table.next_deadline(), Some(start + TIMER_F));
    }
}
