//! How to talk to a driver.

use core::fmt;
use core::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use crate::identifier::DeviceIdentifier;
use crate::queue::Queue;
use crate::queue::call::{CallId, EntryId, EventCall, Outcome};
use crate::queue::store::Store;
use crate::queue::submit;
use crate::status::DeviceStatus;
use crate::time::Time;

use super::Ended;

type Run<S> = Box<dyn FnOnce(&mut Queue<S>, Time) + Send>;

/// What a handle asks for.
pub(super) enum Command<S> {
    Submit(
        EventCall,
        oneshot::Sender<Result<EntryId, submit::SubmitError>>,
    ),
    With(Run<S>),
    Slot(oneshot::Sender<Slot>),
}

/// Whether the driver is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    Running,
    By(Instant),
}

/// Talks to a running driver. To be cloned.
pub struct Handle<S> {
    commands: mpsc::Sender<Command<S>>,
    stop: watch::Sender<Stop>,
}

impl<S> Clone for Handle<S> {
    fn clone(&self) -> Self {
        Self {
            commands: self.commands.clone(),
            stop: self.stop.clone(),
        }
    }
}

impl<S> fmt::Debug for Handle<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

/// Why a driver did not take something.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// The queue did not take it.
    #[error(transparent)]
    Queue(#[from] submit::SubmitError),
    /// The driver has ended. If it ended meanwhile, the call may have been kept.
    #[error(transparent)]
    Ended(#[from] Ended),
}

impl<S: Store + Send + 'static> Handle<S> {
    pub(super) fn new(commands: mpsc::Sender<Command<S>>, stop: watch::Sender<Stop>) -> Self {
        Self { commands, stop }
    }

    async fn ask<R>(&self, command: Command<S>, reply: oneshot::Receiver<R>) -> Result<R, Ended> {
        self.commands.send(command).await.map_err(|_| Ended)?;
        reply.await.map_err(|_| Ended)
    }

    /// [Submits](Queue::submit) an event call; when this returns it is durable. Those that come at the
    /// same time share a flush.
    ///
    /// # Errors
    ///
    /// [`SubmitError`] when it was not taken.
    pub async fn submit(&self, call: EventCall) -> Result<EntryId, SubmitError> {
        let (reply, answer) = oneshot::channel();
        let kept = self.ask(Command::Submit(call, reply), answer).await?;
        Ok(kept?)
    }

    /// [Submits](Queue::submit_status) the status of a device.
    ///
    /// # Errors
    ///
    /// [`SubmitError`] when it was not taken.
    pub async fn submit_status(
        &self,
        device: DeviceIdentifier,
        status: DeviceStatus,
    ) -> Result<(), SubmitError> {
        let taken = self
            .with(move |queue, now| queue.submit_status(now, device, status))
            .await?;
        Ok(taken?)
    }

    /// Runs something on the queue, such as [`retry`](Queue::retry) or
    /// [`begin_condition`](Queue::begin_condition), and tells what it gave. It may block, but not for
    /// long: the queue waits for it.
    ///
    /// # Errors
    ///
    /// [`Ended`] when the driver has ended.
    pub async fn with<R: Send + 'static>(
        &self,
        run: impl FnOnce(&mut Queue<S>, Time) -> R + Send + 'static,
    ) -> Result<R, Ended> {
        let (reply, answer) = oneshot::channel();
        let run = Box::new(move |queue: &mut Queue<S>, now| {
            let _ = reply.send(run(queue, now));
        });
        self.ask(Command::With(run), answer).await
    }

    /// Waits for a place in the limits, for a call that the queue does not know (see
    /// [`Queue::submit_slot`]).
    ///
    /// # Errors
    ///
    /// [`Ended`] when the driver has ended or too many wait.
    pub async fn slot(&self) -> Result<Slot, Ended> {
        let (reply, answer) = oneshot::channel();
        self.ask(Command::Slot(reply), answer).await
    }

    /// Ends the driver: no further attempts, and no more than `grace` for those under way. What was
    /// under way after that is sent again by the next run.
    pub fn shut_down(&self, grace: Duration) {
        self.stop.send_replace(Stop::By(Instant::now() + grace));
    }
}

/// A place in the limits of a customer; given back when it is dropped.
#[derive(Debug)]
pub struct Slot {
    id: CallId,
    outcomes: Option<mpsc::UnboundedSender<(CallId, Outcome)>>,
}

impl Slot {
    pub(super) fn new(id: CallId, outcomes: mpsc::UnboundedSender<(CallId, Outcome)>) -> Self {
        let outcomes = Some(outcomes);
        Self { id, outcomes }
    }

    /// Gives it back with what became of the call, so that a `Retry-After` is honoured by
    /// statuses and other slots, too; an event does not wait for it.
    pub fn finish(mut self, outcome: Outcome) {
        self.give_back(outcome);
    }

    fn give_back(&mut self, outcome: Outcome) {
        if let Some(outcomes) = self.outcomes.take() {
            // A driver that has ended needs no place back.
            let _ = outcomes.send((self.id, outcome));
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.give_back(Outcome::Done);
    }
}
