//! Drives a delivery with a client.

use core::future::pending;
use core::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::Client;
use crate::answer::{Failure, Outcome};
use crate::clock::Time;
use crate::delivery::{CallId, Delivery, Event, Lane, Store, SubmitError, Submitted};
use crate::request::{Document, Request};

/// Makes the calls of a [`Delivery`]: several at once, each within its time.
///
/// Loop over [`next_event`](Self::next_event), and hand documents in between two of them. Dropping it
/// ends its calls; what waits is in the store.
#[derive(Debug)]
pub struct Courier<S> {
    client: Client,
    delivery: Delivery<S>,
    calls: JoinSet<(CallId, Outcome)>,
    started: Instant,
}

impl<S: Store> Courier<S> {
    /// Takes a delivery over whose [`Time`] is zero now: it has just been
    /// [opened](Delivery::open) with [`Time::ZERO`].
    #[must_use]
    pub fn new(client: Client, delivery: Delivery<S>) -> Self {
        Self {
            client,
            delivery,
            calls: JoinSet::new(),
            started: Instant::now(),
        }
    }

    /// The present time of the delivery.
    #[must_use]
    pub fn now(&self) -> Time {
        Time::from(self.started.elapsed())
    }

    /// Takes a document over: it is in the store when this returns `Ok`. It leaves with the next
    /// [`next_event`](Self::next_event).
    ///
    /// # Errors
    ///
    /// [`SubmitError`]; the document is not taken over.
    pub fn submit(
        &mut self,
        document: &Document,
        lane: Option<Lane>,
    ) -> Result<Submitted, SubmitError> {
        let now = self.now();
        self.delivery.submit(now, document, lane)
    }

    /// The delivery, to look at it, to retry, to dismiss, to resume.
    pub const fn delivery(&mut self) -> &mut Delivery<S> {
        &mut self.delivery
    }

    /// Works until something happened. The future may be dropped and made anew at any time, such as
    /// by `select!`: nothing is lost.
    pub async fn next_event(&mut self) -> Event {
        loop {
            let now = self.now();
            self.delivery.handle_timeout(now);
            while let Some(call) = self.delivery.poll_call(now) {
                let left = call.deadline.since(now);
                let (client, id) = (self.client.clone(), call.id);
                self.calls
                    .spawn(async move { (id, attempt(&client, call.request, left).await) });
            }
            if let Some(event) = self.delivery.poll_event() {
                return event;
            }
            let timeout = self.delivery.poll_timeout();
            let started = self.started;
            let rest = async {
                match timeout {
                    Some(time) => sleep_until(started + time.elapsed()).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                Some(ended) = self.calls.join_next() => {
                    // A call that panicked is given up by its deadline.
                    if let Ok((id, outcome)) = ended {
                        let now = self.now();
                        self.delivery.handle_outcome(now, id, &outcome);
                    }
                }
                () = rest => {}
            }
        }
    }
}

/// One attempt. When it is over its time, the connection is closed: it must not arrive later.
async fn attempt(client: &Client, request: Request, left: Duration) -> Outcome {
    let call = request.call();
    match client.send_within(request, left).await {
        Ok(outcome) => outcome,
        Err(super::CallError::Outcome(outcome)) => *outcome,
        Err(super::CallError::Deadline) => Outcome::failed(call, Failure::TimedOut),
        Err(_) => Outcome::failed(call, Failure::NotSent),
    }
}
