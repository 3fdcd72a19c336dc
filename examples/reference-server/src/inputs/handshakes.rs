//! How many TLS handshakes are under way at a time.
//!
//! Further ones wait for their turn, so that a crowd that connects at once is served one after the
//! other. But nobody waits long for those that have stopped: the oldest that had its second is ended.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};

/// What a handshake may always take. A client far away needs some round trips, and ending what this
/// server itself has not come to yet would only make the client begin again.
const GRACE: Duration = Duration::from_secs(1);
/// How soon to look again when enough were ended that have not gone yet.
const AGAIN: Duration = Duration::from_millis(10);

#[derive(Clone, Debug)]
pub(super) struct Handshakes {
    permits: Arc<Semaphore>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    last: u64,
    /// The oldest first, those that were ended left out.
    running: BTreeMap<u64, (Instant, CancellationToken)>,
    waiting: usize,
    /// Ended, but still there.
    ending: usize,
}

impl Handshakes {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(limit.clamp(1, Semaphore::MAX_PERMITS))),
            state: Arc::default(),
        }
    }

    /// Waits for the turn of one more.
    pub(super) async fn begin(&self) -> Turn {
        let permit = match Arc::clone(&self.permits).try_acquire_owned() {
            Ok(permit) => Some(permit),
            Err(_) => self.wait().await,
        };
        let token = CancellationToken::new();
        let mut state = lock(&self.state);
        state.last += 1;
        let id = state.last;
        state.running.insert(id, (Instant::now(), token.clone()));
        drop(state);
        Turn {
            state: Arc::clone(&self.state),
            id,
            token,
            _permit: permit,
        }
    }

    async fn wait(&self) -> Option<OwnedSemaphorePermit> {
        let _waiting = Waiting::new(&self.state);
        let permit = Arc::clone(&self.permits).acquire_owned();
        tokio::pin!(permit);
        loop {
            let next = lock(&self.state).make_room(Instant::now());
            tokio::select! {
                biased;
                // It is never closed, so there always is one in the end.
                permit = &mut permit => return permit.ok(),
                () = tokio::time::sleep_until(next) => {}
            }
        }
    }
}

impl State {
    /// Ends the oldest when it had its time and more wait than room is being made for; when to look
    /// again.
    fn make_room(&mut self, now: Instant) -> Instant {
        if self.ending < self.waiting
            && let Some(oldest) = self.running.first_entry()
        {
            let over = oldest.get().0 + GRACE;
            if over > now {
                return over;
            }
            oldest.remove().1.cancel();
            self.ending += 1;
        }
        now + AGAIN
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Waiting<'a>(&'a Mutex<State>);

impl<'a> Waiting<'a> {
    fn new(state: &'a Mutex<State>) -> Self {
        lock(state).waiting += 1;
        Self(state)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        lock(self.0).waiting -= 1;
    }
}

/// The right to one handshake, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    state: Arc<Mutex<State>>,
    id: u64,
    token: CancellationToken,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Turn {
    /// Waits until another one needs the turn more.
    pub(super) fn ended(&self) -> WaitForCancellationFuture<'_> {
        self.token.cancelled()
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = lock(&self.state);
        if state.running.remove(&self.id).is_none() {
            state.ending -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Holds a turn until it is taken away; for how long.
    async fn stalled(handshakes: Handshakes) -> Duration {
        let turn = handshakes.begin().await;
        let begun = Instant::now();
        turn.ended().await;
        begun.elapsed()
    }

    #[tokio::test]
    async fn the_oldest_that_had_its_second_is_ended_for_one_that_waits_and_no_more() {
        let handshakes = Handshakes::new(2);
        let first = tokio::spawn(stalled(handshakes.clone()));
        let second = tokio::spawn(stalled(handshakes.clone()));
        tokio::time::sleep(GRACE + GRACE / 2).await;
        assert!(!first.is_finished(), "nobody waits");
        let turn = handshakes.begin().await;
        assert!(first.await.expect("ended") >= GRACE);
        tokio::time::sleep(GRACE / 2).await;
        assert!(!second.is_finished(), "one was enough");
        drop(turn);
        let state = lock(&handshakes.state);
        assert_eq!(
            (state.waiting, state.ending, state.running.len()),
            (0, 0, 1)
        );
    }

    #[tokio::test]
    async fn those_that_move_on_are_waited_for() {
        let handshakes = Handshakes::new(1);
        let turn = handshakes.begin().await;
        let waiting = tokio::spawn({
            let handshakes = handshakes.clone();
            async move { drop(handshakes.begin().await) }
        });
        tokio::time::sleep(GRACE / 4).await;
        assert!(!turn.token.is_cancelled());
        drop(turn);
        waiting.await.expect("its turn");
        assert_eq!(lock(&handshakes.state).ending, 0);
    }

    #[tokio::test]
    async fn stalled_ones_in_a_row_each_get_a_second() {
        let handshakes = Handshakes::new(2);
        for _ in 0..4 {
            tokio::spawn(stalled(handshakes.clone()));
        }
        tokio::time::sleep(GRACE / 10).await;
        let begun = Instant::now();
        let _turn = handshakes.begin().await;
        let waited = begun.elapsed();
        assert!(waited > GRACE, "{waited:?}");
        assert!(waited < 10 * GRACE, "{waited:?}");
    }
}
