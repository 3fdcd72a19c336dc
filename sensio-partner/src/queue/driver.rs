//! A thin tokio driver for a [`Queue`]: a clock, a closure that makes the calls, nothing decided.
//!
//! [`Driver::new`] takes the queue and gives a driver to be spawned, a [`Handle`] to be cloned, and the
//! events. The store works on a blocking thread, and what comes meanwhile shares the next flush.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use sensio_partner::queue::driver::{Driver, Settings};
//! use sensio_partner::queue::{Call, Config, Event, EventCall, MemoryStore, Outcome, Queue, WallMicros};
//! use sensio_partner::{DeviceIdentifier, EventParameters, EventType, Random, Time};
//!
//! let random = Random::new(7); // another seed for each start, in earnest
//! let queue =
//!     Queue::open(Time::ZERO, WallMicros::now(), MemoryStore::new(), Config::default(), random)?;
//! let send = |call: Call| async move {
//!     // Here the request of an HTTP client.
//!     # let _ = call;
//!     Outcome::Done
//! };
//! let (driver, handle, mut events) = Driver::new(queue, Settings::default(), send);
//! let running = tokio::spawn(driver.run());
//!
//! let device = DeviceIdentifier::new("SN-004711")?;
//! let fall = EventCall::post(device, EventType::FALL, WallMicros::now(), EventParameters::new());
//! let id = handle.submit(fall).await?; // durable now
//! let Some(Event::Delivered(delivered)) = events.recv().await else { panic!() };
//! assert_eq!(delivered.id, id);
//!
//! handle.shut_down(std::time::Duration::from_secs(5));
//! let queue = running.await??; // what waits is in its store
//! assert_eq!(queue.waiting(), 0);
//! # Ok(())
//! # }
//! ```

mod handle;
mod turn;

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::time::Duration;
use std::collections::HashMap;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use crate::time::Time;

use super::call::{Call, CallId, Outcome, SlotId, Work};
use super::event::Event;
use super::store::Store;
use super::{Queue, WallMicros};

use handle::{Command, Stop};
pub use handle::{Handle, Slot, SubmitError};
use turn::{Inputs, turn};

/// The driver has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the driver of the delivery queue has ended")]
pub struct Ended;

/// Settings of a driver.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// How long one attempt may take; after that its future is dropped, which must end the request.
    /// Default 10 seconds (Partner API reference 8.2).
    pub attempt_timeout: Duration,
    /// Submissions and other commands that may wait. Default 1024.
    pub commands: usize,
    /// Events that may wait for the caller; twice as many in all. Beyond that the oldest are dropped
    /// and counted ([`Event::Missed`]): a report that nobody reads must not hold up an alarm.
    /// Default 1024.
    pub events: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            attempt_timeout: Duration::from_secs(10),
            commands: 1024,
            events: 1024,
        }
    }
}

type Attempt = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// Runs a queue: see [the module](self).
pub struct Driver<S> {
    queue: Queue<S>,
    settings: Settings,
    send: Box<dyn FnMut(Call) -> Attempt + Send>,
    began: (Instant, Time),
    commands: mpsc::Receiver<Command<S>>,
    stop: watch::Receiver<Stop>,
    outcomes: mpsc::UnboundedReceiver<(CallId, Outcome)>,
    to_outcomes: mpsc::UnboundedSender<(CallId, Outcome)>,
    events: Option<mpsc::Sender<Event>>,
    /// Events that were dropped since the last one handed out.
    missed: u64,
    calls: JoinSet<(CallId, Outcome)>,
    tasks: HashMap<tokio::task::Id, CallId>,
    slots: HashMap<SlotId, oneshot::Sender<Slot>>,
}

impl<S> fmt::Debug for Driver<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("queue", &self.queue)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl<S: Store + Send + 'static> Driver<S> {
    /// A driver, how to talk to it, and what it reports. `send` makes one call; it should say
    /// [`Outcome::NotSent`] when nothing was sent and must not go on when its future is dropped. The
    /// clock of the queue goes on from where the queue last was.
    pub fn new<F>(
        queue: Queue<S>,
        settings: Settings,
        mut send: impl FnMut(Call) -> F + Send + 'static,
    ) -> (Self, Handle<S>, mpsc::Receiver<Event>)
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let (to_commands, commands) = mpsc::channel(settings.commands.max(1));
        let (to_stop, stop) = watch::channel(Stop::Running);
        let (to_events, events) = mpsc::channel(settings.events.max(1));
        let (to_outcomes, outcomes) = mpsc::unbounded_channel();
        let driver = Self {
            began: (Instant::now(), queue.now),
            queue,
            settings,
            send: Box::new(move |call| Box::pin(send(call))),
            commands,
            stop,
            outcomes,
            to_outcomes,
            events: Some(to_events),
            missed: 0,
            calls: JoinSet::new(),
            tasks: HashMap::new(),
            slots: HashMap::new(),
        };
        (driver, Handle::new(to_commands, to_stop), events)
    }

    /// Runs until it is [shut down](Handle::shut_down), or until every handle is dropped and nothing
    /// waits. Gives the queue back.
    ///
    /// # Errors
    ///
    /// [`Ended`] when the runtime is shut down.
    ///
    /// # Panics
    ///
    /// When the store panics.
    pub async fn run(mut self) -> Result<Queue<S>, Ended> {
        let mut inputs = Inputs::default();
        let mut open = true;
        loop {
            let stop = *self.stop.borrow();
            if let Stop::By(deadline) = stop {
                let over = deadline <= Instant::now();
                if self.queue.in_flight() == 0 || over {
                    return Ok(self.queue);
                }
            }
            if !open && self.is_idle() {
                return Ok(self.queue);
            }
            self.wait(&mut inputs, &mut open, stop).await;
            self = self.take_turn(&mut inputs, stop).await?;
        }
    }

    fn is_idle(&self) -> bool {
        self.queue.waiting() == 0
            && self.queue.in_flight() == 0
            && self.queue.waiting_statuses() == 0
            && (self.events.is_none() || self.queue.unpolled_events() == 0)
    }

    fn now(&self) -> Time {
        let (instant, time) = self.began;
        time + instant.elapsed()
    }

    /// Waits for something to do and collects what there is.
    async fn wait(&mut self, inputs: &mut Inputs<S>, open: &mut bool, stop: Stop) {
        let (instant, time) = self.began;
        let wake = match stop {
            Stop::Running => self.queue.poll_timeout().map(|at| instant + at.since(time)),
            Stop::By(deadline) => Some(deadline),
        };
        let wake = async {
            match wake {
                Some(at) => sleep_until(at).await,
                None => core::future::pending().await,
            }
        };
        let unpolled = self.queue.unpolled_events();
        let events = self.events.clone();
        let room = async {
            match &events {
                Some(events) if unpolled > 0 => drop(events.reserve().await),
                _ => core::future::pending().await,
            }
        };
        let takes = *open && stop == Stop::Running;
        tokio::select! {
            command = self.commands.recv(), if takes => match command {
                Some(command) => inputs.commands.push(command),
                None => *open = false,
            },
            Some(ended) = self.calls.join_next_with_id() => {
                inputs.outcomes.extend(outcome(&mut self.tasks, ended));
            }
            Some(outcome) = self.outcomes.recv() => inputs.outcomes.push(outcome),
            Ok(()) = self.stop.changed() => {}
            () = room => {}
            () = wake => {}
        }
        while let Some(ended) = self.calls.try_join_next_with_id() {
            inputs.outcomes.extend(outcome(&mut self.tasks, ended));
        }
        while let Ok(outcome) = self.outcomes.try_recv() {
            inputs.outcomes.push(outcome);
        }
        while takes && inputs.commands.len() < self.settings.commands {
            let Ok(command) = self.commands.try_recv() else {
                break;
            };
            inputs.commands.push(command);
        }
    }

    /// Lets the queue work on a thread that may block, then makes the calls it wants.
    async fn take_turn(mut self, inputs: &mut Inputs<S>, stop: Stop) -> Result<Self, Ended> {
        let now = self.now();
        let inputs = core::mem::take(inputs);
        let mut queue = self.queue;
        queue.set_wall(now, WallMicros::now());
        let send = stop == Stop::Running;
        let turn = tokio::task::spawn_blocking(move || {
            let outputs = turn(&mut queue, now, inputs, send);
            (queue, outputs)
        });
        let (queue, outputs) = match turn.await {
            Ok(done) => done,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => return Err(Ended),
        };
        self.queue = queue;
        self.slots.extend(outputs.slots);
        for call in outputs.calls {
            match call.work {
                Work::Slot(id) => {
                    let slot = Slot::new(call.id, self.to_outcomes.clone());
                    if let Some(reply) = self.slots.remove(&id) {
                        // If nobody waits any more the slot is dropped, which gives it back.
                        let _ = reply.send(slot);
                    }
                }
                _ => self.attempt(call),
            }
        }
        self.report();
        Ok(self)
    }

    fn attempt(&mut self, call: Call) {
        let id = call.id;
        let attempt = (self.send)(call);
        let limit = self.settings.attempt_timeout;
        let task = self.calls.spawn(async move {
            let outcome = timeout(limit, attempt).await;
            (id, outcome.unwrap_or(Outcome::Ambiguous))
        });
        self.tasks.insert(task.id(), id);
    }

    /// Hands out as many events as there is room for.
    fn report(&mut self) {
        while self.queue.unpolled_events() > 0 {
            let room = match &self.events {
                Some(events) => events.try_reserve(),
                None => Err(TrySendError::Closed(())),
            };
            match room {
                Ok(permit) if self.missed > 0 => {
                    let count = core::mem::take(&mut self.missed);
                    permit.send(Event::Missed { count });
                }
                Ok(permit) => {
                    if let Some(event) = self.queue.poll_event() {
                        permit.send(event);
                    }
                }
                Err(TrySendError::Full(())) => {
                    while self.queue.unpolled_events() > self.settings.events {
                        self.queue.poll_event();
                        self.missed += 1;
                    }
                    return;
                }
                Err(TrySendError::Closed(())) => {
                    // Nobody wants to know.
                    while self.queue.poll_event().is_some() {}
                    break;
                }
            }
        }
        if self.events.as_ref().is_some_and(mpsc::Sender::is_closed) {
            self.events = None;
        }
    }
}

type Joined = Result<(tokio::task::Id, (CallId, Outcome)), tokio::task::JoinError>;

/// What an ended task says; one that panicked may have sent something.
fn outcome(
    tasks: &mut HashMap<tokio::task::Id, CallId>,
    ended: Joined,
) -> Option<(CallId, Outcome)> {
    match ended {
        Ok((task, outcome)) => {
            tasks.remove(&task);
            Some(outcome)
        }
        Err(error) => {
            let id = tasks.remove(&error.id())?;
            Some((id, Outcome::Ambiguous))
        }
    }
}
