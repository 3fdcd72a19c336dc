//! The client on `reqwest` with rustls (feature `reqwest`).
//!
//! One [`Client`] belongs to one customer: endpoint, credentials, token, limits and version (Partner API
//! reference 2). It makes one attempt at each call, and a second one after a first 401; what to repeat
//! later is for a delivery queue to decide, by the [`Class`](crate::Class) of what came back.

mod builder;
mod http;
mod keeper;

pub use builder::{BuildError, ClientBuilder};

use core::fmt;
use core::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::answer::Outcome;
use crate::client_core::{CallError, ClientCore, Exchange, Step};
use crate::codes::EventType;
use crate::endpoint::Endpoint;
use crate::event::EventParameters;
use crate::gate::Gate;
use crate::identifier::DeviceIdentifier;
use crate::member::Members;
use crate::request::{Notice, Prepared, Priority, Request, Requests};
use crate::status::{BATCH, BatchPlan, DeviceStatus, StatusEntry};
use crate::time::Time;
use crate::token::{Credentials, CredentialsError, Event};

/// The client of one customer. Cheap to clone; clones share token, limits and connections.
///
/// It needs a tokio runtime with time and I/O, and all clones should live on the same one: the token is
/// fetched beside the calls, by a task of the runtime that made the first call. Dropping a call's future ends the call.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

/// An event that was delivered, and what the caller should know about it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivered {
    /// What the server said.
    pub outcome: Outcome,
    /// Members that were not sent: a server of this version does not know them, or the event has no
    /// states.
    pub left_out: Members,
    /// What is unusual about the event.
    pub notices: Vec<Notice>,
}

struct Inner {
    http: reqwest::Client,
    requests: Requests,
    core: Mutex<ClientCore>,
    gate: Mutex<Gate<oneshot::Sender<Permit>>>,
    /// Something happened to the token.
    changed: Notify,
    /// The keeper should look again.
    wake: Arc<Notify>,
    keeper: Mutex<Option<JoinHandle<()>>>,
    started: Instant,
}

/// The right to make one call; the next one may start when it is dropped.
struct Permit(Arc<Inner>);

impl Drop for Permit {
    fn drop(&mut self) {
        lock(&self.0.gate).leave();
        self.0.let_through();
    }
}

impl Client {
    /// A client for this endpoint with these credentials, to be adapted and built.
    #[must_use]
    pub fn builder(endpoint: Endpoint, credentials: Credentials) -> ClientBuilder {
        ClientBuilder::new(endpoint, credentials)
    }

    /// What builds the requests of this client.
    #[must_use]
    pub fn requests(&self) -> &Requests {
        &self.inner.requests
    }

    /// Triggers an event.
    ///
    /// # Errors
    ///
    /// [`CallError`] when the event is not done; its class says what to do.
    pub async fn post_event(
        &self,
        device: &DeviceIdentifier,
        event_type: EventType,
        event: &EventParameters,
    ) -> Result<Delivered, CallError> {
        self.deliver(self.requests().post_event(device, event_type, event)?)
            .await
    }

    /// Updates the status or the parameters of an active event.
    ///
    /// # Errors
    ///
    /// [`CallError`] when the update is not done, such as when no such event is active.
    pub async fn put_event(
        &self,
        device: &DeviceIdentifier,
        event_type: EventType,
        event: &EventParameters,
    ) -> Result<Delivered, CallError> {
        self.deliver(self.requests().put_event(device, event_type, event)?)
            .await
    }

    /// Deactivates an active event. One that was not active is done too.
    ///
    /// # Errors
    ///
    /// [`CallError`] when the event may still be active.
    pub async fn delete_event(
        &self,
        device: &DeviceIdentifier,
        event_type: EventType,
    ) -> Result<Delivered, CallError> {
        self.deliver(self.requests().delete_event(device, event_type)?)
            .await
    }

    async fn deliver(&self, prepared: Prepared) -> Result<Delivered, CallError> {
        Ok(Delivered {
            outcome: self.send(prepared.request).await?,
            left_out: prepared.left_out,
            notices: prepared.notices,
        })
    }

    /// Reports the status of one device.
    ///
    /// # Errors
    ///
    /// [`CallError`] when the server does not have it.
    pub async fn put_status(
        &self,
        device: &DeviceIdentifier,
        status: &DeviceStatus,
    ) -> Result<Outcome, CallError> {
        self.send(self.requests().put_status(device, status)).await
    }

    /// Reports many statuses, 100 in a call, and says which entries were refused (Partner API
    /// reference 5). A batch that is refused is halved until the bad ones stand alone.
    ///
    /// # Errors
    ///
    /// [`CallError`] as soon as a call fails for a reason that is not an entry's; what went before has
    /// been delivered.
    pub async fn put_statuses(&self, entries: &[StatusEntry]) -> Result<Vec<usize>, CallError> {
        let mut plan = BatchPlan::new(entries.len(), BATCH);
        while let Some(batch) = plan.next_batch() {
            let request = self.requests().put_statuses(&entries[batch.clone()])?;
            if let Err(error) = self.send(request).await {
                if !plan.handle_class(batch, error.class()) {
                    return Err(error);
                }
            }
        }
        Ok(plan.refused().to_vec())
    }

    /// Makes any call, such as one of provisioning.
    ///
    /// # Errors
    ///
    /// [`CallError`] when it is not done; its class says what to do.
    pub async fn send(&self, request: Request) -> Result<Outcome, CallError> {
        let priority = request.call().priority();
        let mut exchange = Exchange::new(request);
        let body = Bytes::from(exchange.take_body());
        let mut permit = None;
        loop {
            match self.next_step(&mut exchange).await {
                Step::Done => break,
                Step::NoToken { problem, .. } => return Err(CallError::NoToken(problem)),
                Step::Send if permit.is_none() => {
                    // The token may end while others go first: ask for it again after that.
                    permit = Some(self.permit(priority).await?);
                }
                _ => {
                    let request = exchange.request();
                    let outcome = self.inner.call(request, body.clone()).await?;
                    let now = self.inner.now();
                    self.inner.heed(now, &outcome);
                    self.inner
                        .core()
                        .handle_outcome(now, &mut exchange, outcome);
                    self.inner.touch();
                }
            }
        }
        // Only a finished exchange ends the loop.
        let lost = Outcome::failed(exchange.request().call(), crate::Failure::ConnectionLost);
        exchange.into_outcome().unwrap_or(lost).into_result()
    }

    /// The next step that is not waiting for a token.
    async fn next_step(&self, exchange: &mut Exchange) -> Step {
        loop {
            let mut changed = pin!(self.inner.changed.notified());
            changed.as_mut().enable();
            let step = self.inner.core().step(self.inner.now(), exchange);
            if step != Step::Wait {
                return step;
            }
            self.keep();
            changed.await;
        }
    }

    async fn permit(&self, priority: Priority) -> Result<Permit, CallError> {
        let (sender, receiver) = oneshot::channel();
        // Whoever gives way learns it by the end of the channel.
        drop(lock(&self.inner.gate).enter(priority, sender));
        self.inner.let_through();
        self.keep();
        receiver.await.map_err(|_| CallError::Busy)
    }

    /// Takes other credentials; the next token is asked for with them, at once. Calls go on with the
    /// old token until then.
    ///
    /// # Errors
    ///
    /// [`CredentialsError`] when the profile wants credentials that are not there.
    pub fn set_credentials(&self, credentials: &Credentials) -> Result<(), CredentialsError> {
        self.inner.core().set_credentials(credentials)?;
        self.inner.touch();
        Ok(())
    }

    /// What happened to the token since, oldest first; at most 16 wait. For operators: an alert on
    /// [`Problem::is_permanent`](crate::token::Problem::is_permanent) is due.
    #[must_use]
    pub fn poll_event(&self) -> Option<Event> {
        self.inner.core().tokens().poll_event()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", self.requests().endpoint())
            .field("version", &self.requests().version())
            .finish_non_exhaustive()
    }
}

impl Inner {
    fn now(&self) -> Time {
        Time::from(self.started.elapsed())
    }

    fn core(&self) -> MutexGuard<'_, ClientCore> {
        lock(&self.core)
    }

    /// Tells everybody to look at the token again.
    fn touch(&self) {
        self.changed.notify_waiters();
        self.wake.notify_one();
    }
}

/// A panic elsewhere leaves the machines as they are: each step of theirs is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
