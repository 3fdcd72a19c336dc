//! What goes on beside the calls: fetching tokens, and opening the gate when its time comes.

use std::sync::{Arc, Weak};

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::{Client, Inner, Permit, lock};
use crate::answer::{Class, Failure, Outcome};
use crate::request::{Call, Request};
use crate::time::Time;
use crate::token::AttemptId;

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
        let (was_due, transmit, token) = {
            let mut core = self.core();
            let was_due = core.poll_timeout().is_some_and(|due| due <= now);
            core.handle_timeout(now);
            let transmit = core.poll_transmit(now);
            let transmit = transmit.map(|transmit| (transmit.attempt, transmit.request.clone()));
            (was_due, transmit, core.poll_timeout())
        };
        if let Some((attempt, request)) = transmit {
            tokio::spawn(Arc::clone(self).fetch(attempt, request));
        }
        if was_due {
            // Only then: who waits wakes the keeper again.
            self.changed.notify_waiters();
        }
        self.let_through();
        let gate = lock(&self.gate).poll_timeout();
        let next = match (token, gate) {
            (Some(token), Some(gate)) => token.min(gate),
            (token, gate) => token.or(gate)?,
        };
        Some(self.started + next.elapsed())
    }

    async fn fetch(self: Arc<Self>, attempt: AttemptId, mut request: Request) {
        let body = Bytes::from(core::mem::take(&mut request.body));
        let outcome = self.call(&request, body).await;
        let outcome = outcome.unwrap_or_else(|_| Outcome::failed(Call::Token, Failure::NotSent));
        let now = self.now();
        self.core().handle_token(now, attempt, &outcome);
        self.touch();
    }

    /// Lets through whoever may go now.
    pub(super) fn let_through(self: &Arc<Self>) {
        loop {
            let now = self.now();
            let next = lock(&self.gate).poll_ready(now, |waiting| !waiting.is_closed());
            let Some(next) = next else {
                return;
            };
            // Who left meanwhile gives the permit back by dropping it.
            drop(next.send(Permit(Arc::clone(self))));
        }
    }

    /// Leaves a server alone that asks for it: calls as important as this one, and lesser ones.
    pub(super) fn heed(&self, now: Time, outcome: &Outcome) {
        if let (Class::Transient, Some(pause)) = (outcome.class, outcome.pause) {
            lock(&self.gate).pause_until(outcome.call.priority(), now + pause);
        }
    }
}
