//! What goes on beside the calls: fetching tokens.

use std::sync::{Arc, Weak};

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::{Client, Inner, lock};
use crate::answer::{Failure, Outcome};
use crate::clock::WallMicros;
use crate::security::Transmit;

impl Client {
    /// Wakes the keeper, or starts it when there is none: the first time, or on another runtime.
    pub(super) fn keep(&self) {
        let inner = &self.inner;
        let mut keeper = lock(&inner.keeper);
        if keeper
            .as_ref()
            .is_none_or(tokio::task::JoinHandle::is_finished)
        {
            let (weak, wake) = (Arc::downgrade(inner), inner.wake.clone());
            *keeper = Some(tokio::spawn(keep(weak, wake)));
        } else {
            inner.wake.notify_one();
        }
    }
}

async fn keep(weak: Weak<Inner>, wake: Arc<Notify>) {
    loop {
        let next = {
            let Some(inner) = weak.upgrade() else {
                return;
            };
            inner.turn()
        };
        match next {
            Some(next) => tokio::select! {
                () = sleep_until(next) => {}
                () = wake.notified() => {}
            },
            None => wake.notified().await,
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(keeper) = lock(&self.keeper).take() {
            keeper.abort();
        }
    }
}

impl Inner {
    /// Does what is due and says when to look again.
    fn turn(self: &Arc<Self>) -> Option<Instant> {
        let now = self.now();
        let (was_due, transmit, next) = {
            let mut core = self.core();
            let was_due = core.poll_timeout().is_some_and(|due| due <= now);
            core.handle_timeout(now);
            let transmit = core.poll_transmit(now, WallMicros::now());
            (was_due, transmit, core.poll_timeout())
        };
        if let Some(transmit) = transmit {
            tokio::spawn(Arc::clone(self).fetch(transmit));
        }
        if was_due {
            // Only then: who waits wakes the keeper again.
            self.changed.notify_waiters();
        }
        Some(self.started + next?.elapsed())
    }

    async fn fetch(self: Arc<Self>, transmit: Transmit) {
        let call = transmit.request.call();
        let outcome = self.call(&transmit.request).await;
        let outcome = outcome.unwrap_or_else(|_| Outcome::failed(call, Failure::NotSent));
        let now = self.now();
        self.core().handle_token(now, transmit.attempt, &outcome);
        self.touch();
    }
}
