//! The application's end of a blocking driver.

use std::boxed::Box;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, SyncSender};
use std::time::Duration;

use super::{DecideError, Ended, Event, Message, SendBlockError, Status};
use crate::address::Address;
use crate::builder::BlockBuf;
use crate::link::{Accepted, BlockId, CallId, Refusal};
use crate::pump::{Command, Pump};
use crate::time::Time;

/// The application's end; clone it freely. Not to be used by a decider: it would wait for itself.
#[derive(Debug, Clone)]
pub struct Handle {
    messages: SyncSender<Message>,
}

impl Handle {
    pub(super) const fn new(messages: SyncSender<Message>) -> Self {
        Handle { messages }
    }

    fn ask<T: Send + 'static>(
        &self,
        what: impl FnOnce(&mut Pump, Time) -> T + Send + 'static,
    ) -> Result<T, Ended> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let command: Command = Box::new(move |pump, now| {
            let _ = sender.send(what(pump, now));
        });
        self.messages
            .send(Message::Command(command))
            .map_err(|_| Ended)?;
        receiver.recv().map_err(|_| Ended)
    }

    /// The block is in safety: ACK is sent, if the caller still waits for it.
    ///
    /// # Errors
    ///
    /// [`DecideError`]; see [`Link::accept`](crate::Link::accept).
    pub fn accept(&self, id: BlockId) -> Result<Accepted, DecideError> {
        Ok(self.ask(move |pump, now| pump.link.accept(now, id))??)
    }

    /// The block is not taken: NAK is sent, if the caller still waits for an answer.
    ///
    /// # Errors
    ///
    /// [`DecideError`]; see [`Link::refuse`](crate::Link::refuse).
    pub fn refuse(&self, id: BlockId, refusal: Refusal) -> Result<(), DecideError> {
        Ok(self.ask(move |pump, now| pump.link.refuse(now, id, refusal))??)
    }

    /// Queues a block for the other station; what becomes of it is among the events.
    ///
    /// # Errors
    ///
    /// [`SendBlockError`]; nothing is queued then.
    pub fn send(&self, block: BlockBuf) -> Result<CallId, SendBlockError> {
        Ok(self.ask(move |pump, now| pump.link.send(now, &block.as_block()))??)
    }

    /// Queues a block for one of several stations.
    ///
    /// # Errors
    ///
    /// [`SendBlockError`]; nothing is queued then.
    pub fn send_to(&self, station: Address, block: BlockBuf) -> Result<CallId, SendBlockError> {
        Ok(self.ask(move |pump, now| pump.link.send_to(now, station, &block.as_block()))??)
    }

    /// Takes a call back; `false` when it is not queued any more or is on the line.
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub fn cancel(&self, id: CallId) -> Result<bool, Ended> {
        self.ask(move |pump, _| pump.link.cancel(id))
    }

    /// Answers every select with busy while set; polls are answered as ever.
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub fn set_busy(&self, busy: bool) -> Result<(), Ended> {
        self.ask(move |pump, _| pump.set_busy(busy))
    }

    /// How the line is doing.
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub fn status(&self) -> Result<Status, Ended> {
        self.ask(|pump, _| pump.status())
    }

    /// Ends the driver: selects hear busy from now on, and calls that are queued and a block that
    /// waits for its decision get up to `patience`. Does not wait for the end.
    pub fn shut_down(&self, patience: Duration) {
        let command: Command = Box::new(move |pump, _| pump.patience = Some(patience));
        // Fails only when it has ended already.
        let _ = self.messages.send(Message::Command(command));
    }
}

/// What the driver says, oldest first.
#[derive(Debug)]
pub struct Events {
    events: mpsc::Receiver<Event>,
    waiting: Arc<AtomicUsize>,
}

impl Events {
    pub(super) const fn new(events: mpsc::Receiver<Event>, waiting: Arc<AtomicUsize>) -> Self {
        Events { events, waiting }
    }

    fn taken(&self, event: Event) -> Event {
        self.waiting.fetch_sub(1, Ordering::AcqRel);
        event
    }

    /// The next one; `None` when the driver has ended.
    pub fn recv(&self) -> Option<Event> {
        let event = self.events.recv().ok()?;
        Some(self.taken(event))
    }

    /// The next one within a time; `None` when there was none or the driver has ended.
    pub fn recv_timeout(&self, time: Duration) -> Option<Event> {
        let event = self.events.recv_timeout(time).ok()?;
        Some(self.taken(event))
    }

    /// The next one, if it is there already.
    pub fn try_recv(&self) -> Option<Event> {
        let event = self.events.try_recv().ok()?;
        Some(self.taken(event))
    }
}

impl Iterator for &Events {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        self.recv()
    }
}
