//! The client on `reqwest` with rustls (feature `reqwest`).
//!
//! One [`Client`] is one client of HelseID: it holds the token, the nonces and the connections. It makes one
//! attempt at each call, a second one after a first 401, and one more when a server wants its nonce in the
//! proof. What to repeat later is for a [delivery](crate::delivery) to decide, which a [`Courier`]
//! drives.
//!
//! It follows no redirects and uses no proxies of the environment. Nothing that it reports holds
//! personal data; each call has an id of its own, in the header `X-Request-Id`.

mod builder;
mod courier;
mod http;
mod keeper;
mod pages;

pub use crate::security::CallError;
pub use builder::{BuildError, ClientBuilder};
pub use courier::Courier;
pub use pages::Pages;

use core::fmt;
use core::pin::pin;
use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use uuid::Uuid;

use crate::answer::{BatchAnswer, Failure, JournalStatus, Outcome};
use crate::clock::{Time, WallMicros};
use crate::delivery::Target;
use crate::identifier::Identifier;
use crate::request::{
    Document, JftRequests, PmdRequests, Request, ServiceCodes, StatusAddress, VkpRequests,
};
use crate::security::{ClientCore, Credentials, Endpoint, Event, Exchange, Step};

/// A client of the services. Cheap to clone; clones share token, nonces and connections.
///
/// It needs a tokio runtime with time and I/O, and all clones should live on the same one: the token is
/// fetched beside the calls, by a task of the runtime that made the first call. Dropping a call's future
/// ends the call.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    http: reqwest::Client,
    core: Mutex<ClientCore>,
    /// Something happened to the token.
    changed: Notify,
    /// The keeper should look again.
    wake: Arc<Notify>,
    keeper: Mutex<Option<JoinHandle<()>>>,
    started: Instant,
    pages: usize,
}

/// A document that a service has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sent {
    /// What the service said.
    pub outcome: Outcome,
    /// Where JFT tells what becomes of it; `None` where 2xx is the end, and when JFT did not say.
    pub status: Option<StatusAddress>,
}

impl Client {
    /// A client with these credentials, to be adapted and built.
    #[must_use]
    pub fn builder(endpoint: Endpoint, credentials: Credentials) -> ClientBuilder {
        ClientBuilder::new(Some((endpoint, credentials)))
    }

    /// A client that shows no token, for the development server of PMD (FHIR reference 1).
    #[must_use]
    pub fn without_token() -> ClientBuilder {
        ClientBuilder::new(None)
    }

    /// Makes any call.
    ///
    /// # Errors
    ///
    /// [`CallError`] when it is not done; its class says what to do.
    pub async fn send(&self, mut request: Request) -> Result<Outcome, CallError> {
        request.set_request_id(&Uuid::new_v4().to_string());
        let call = request.call();
        let mut exchange = Exchange::new(request);
        loop {
            match self.next_step(&mut exchange).await {
                Step::Done => break,
                Step::NoToken { problem, .. } => return Err(CallError::NoToken(problem)),
                _ => {
                    let outcome = self.inner.call(exchange.request()).await?;
                    let now = self.inner.now();
                    let mut core = self.inner.core();
                    core.handle_outcome(now, &mut exchange, outcome);
                    drop(core);
                    self.inner.touch();
                }
            }
        }
        // Only a finished exchange ends the loop.
        let lost = || Outcome::failed(call, Failure::ConnectionLost);
        let outcome = exchange.into_outcome().unwrap_or_else(lost);
        if outcome.class.is_done() {
            Ok(outcome)
        } else {
            Err(CallError::Outcome(Box::new(outcome)))
        }
    }

    /// Makes any call, but waits no longer than this, the wait for a token included: for look-ups that
    /// must not hold up an alarm.
    ///
    /// # Errors
    ///
    /// [`CallError::Deadline`], and as for [`send`](Self::send).
    pub async fn send_within(
        &self,
        request: Request,
        deadline: Duration,
    ) -> Result<Outcome, CallError> {
        let call = tokio::time::timeout(deadline, self.send(request));
        call.await.unwrap_or(Err(CallError::Deadline))
    }

    /// Writes a document, once. Whether a failure may be repeated is for the caller to decide, or for
    /// a [`Courier`].
    ///
    /// # Errors
    ///
    /// [`CallError`] when the service does not take it.
    pub async fn send_document(
        &self,
        target: &Target,
        document: &Document,
    ) -> Result<Sent, CallError> {
        let outcome = self.send(target.write(document)?).await?;
        let status = target.status_address(&outcome);
        Ok(Sent { outcome, status })
    }

    /// What became of a document at JFT.
    ///
    /// # Errors
    ///
    /// [`CallError`] when JFT does not say, or [`CallError::Status`] when it cannot be understood.
    pub async fn status(
        &self,
        jft: &JftRequests,
        address: &StatusAddress,
    ) -> Result<JournalStatus, CallError> {
        let outcome = self.send(jft.status(address)?).await?;
        Ok(JournalStatus::read(outcome.body())?)
    }

    /// Writes a batch to PMD, and says what became of each of its entries.
    ///
    /// # Errors
    ///
    /// [`CallError`] when the batch as a whole is not done, or [`CallError::Batch`] when the answer cannot
    /// be understood.
    pub async fn send_batch(
        &self,
        pmd: &PmdRequests,
        document: &Document,
    ) -> Result<BatchAnswer, CallError> {
        let outcome = self.send(pmd.batch(document)?).await?;
        Ok(BatchAnswer::read(document.body(), outcome.body())?)
    }

    /// The pages of a search or a read, one after the other.
    #[must_use]
    pub fn search(&self, request: Request) -> Pages {
        Pages::new(self.clone(), request)
    }

    /// Looks a patient up in VKP, within a deadline: an alarm waits for nobody. The body of the outcome
    /// is the searchset.
    ///
    /// # Errors
    ///
    /// [`CallError::Deadline`], and as for [`send`](Self::send).
    pub async fn patient(
        &self,
        vkp: &VkpRequests,
        codes: &ServiceCodes,
        patient: &Identifier,
        deadline: Duration,
    ) -> Result<Outcome, CallError> {
        let request = vkp.patients(codes, Some(patient));
        self.send_within(request, deadline).await
    }

    /// The next step that is not waiting for a token.
    async fn next_step(&self, exchange: &mut Exchange) -> Step {
        loop {
            let mut changed = pin!(self.inner.changed.notified());
            changed.as_mut().enable();
            let (now, wall) = (self.inner.now(), WallMicros::now());
            let step = self.inner.core().step(now, wall, exchange);
            if step != Step::Wait {
                return step;
            }
            self.keep();
            changed.await;
        }
    }

    /// Takes other credentials; the next token is asked for with them, at once.
    pub fn set_credentials(&self, credentials: Credentials) {
        if let Some(tokens) = self.inner.core().tokens() {
            tokens.set_credentials(credentials);
        }
        self.inner.touch();
    }

    /// What happened to the token since, oldest first; at most 16 wait. For operators: an alert on
    /// [`Problem::is_permanent`](crate::security::Problem::is_permanent) is due.
    #[must_use]
    pub fn poll_event(&self) -> Option<Event> {
        self.inner.core().tokens()?.poll_event()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
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
