//! The application's end of a driver.

use std::boxed::Box;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::{DecideError, Ended, SendBlockError, Status};
use crate::address::Address;
use crate::builder::BlockBuf;
use crate::link::{Accepted, BlockId, CallId, Refusal};
use crate::pump::{Command, Pump};
use crate::time::Time;

/// The application's end; clone it freely. The driver runs on when all are dropped.
#[derive(Debug, Clone)]
pub struct Handle {
    commands: mpsc::Sender<Command>,
}

impl Handle {
    pub(super) const fn new(commands: mpsc::Sender<Command>) -> Self {
        Handle { commands }
    }

    async fn ask<T: Send + 'static>(
        &self,
        what: impl FnOnce(&mut Pump, Time) -> T + Send + 'static,
    ) -> Result<T, Ended> {
        let (sender, receiver) = oneshot::channel();
        let command: Command = Box::new(move |pump, now| {
            let _ = sender.send(what(pump, now));
        });
        self.commands.send(command).await.map_err(|_| Ended)?;
        receiver.await.map_err(|_| Ended)
    }

    /// The block is in safety: ACK is sent, if the caller still waits for it.
    ///
    /// # Errors
    ///
    /// [`DecideError`]; see [`Link::accept`](crate::Link::accept).
    pub async fn accept(&self, id: BlockId) -> Result<Accepted, DecideError> {
        let done = self.ask(move |pump, now| pump.link.accept(now, id)).await?;
        Ok(done?)
    }

    /// The block is not taken: NAK is sent, if the caller still waits for an answer.
    ///
    /// # Errors
    ///
    /// [`DecideError`]; see [`Link::refuse`](crate::Link::refuse).
    pub async fn refuse(&self, id: BlockId, refusal: Refusal) -> Result<(), DecideError> {
        let done = self
            .ask(move |pump, now| pump.link.refuse(now, id, refusal))
            .await?;
        Ok(done?)
    }

    /// Queues a block for the other station; what becomes of it is among the events.
    ///
    /// # Errors
    ///
    /// [`SendBlockError`]; nothing is queued then.
    pub async fn send(&self, block: BlockBuf) -> Result<CallId, SendBlockError> {
        let done = self
            .ask(move |pump, now| pump.link.send(now, &block.as_block()))
            .await?;
        Ok(done?)
    }

    /// Queues a block for one of several stations.
    ///
    /// # Errors
    ///
    /// [`SendBlockError`]; nothing is queued then.
    pub async fn send_to(
        &self,
        station: Address,
        block: BlockBuf,
    ) -> Result<CallId, SendBlockError> {
        let done = self
            .ask(move |pump, now| pump.link.send_to(now, station, &block.as_block()))
            .await?;
        Ok(done?)
    }

    /// Takes a call back; `false` when it is not queued any more or is on the line.
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn cancel(&self, id: CallId) -> Result<bool, Ended> {
        self.ask(move |pump, _| pump.link.cancel(id)).await
    }

    /// Answers every select with busy while set; polls are answered as ever.
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn set_busy(&self, busy: bool) -> Result<(), Ended> {
        self.ask(move |pump, _| pump.set_busy(busy)).await
    }

    /// How the line is doing.
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn status(&self) -> Result<Status, Ended> {
        self.ask(|pump, _| pump.status()).await
    }

    /// Ends the driver: selects hear busy from now on, and calls that are queued and a block that
    /// waits for its decision get up to `patience`.
    pub fn shut_down(&self, patience: Duration) {
        let command: Command = Box::new(move |pump, _| pump.patience = Some(patience));
        if let Err(mpsc::error::TrySendError::Full(command)) = self.commands.try_send(command) {
            let commands = self.commands.clone();
            match tokio::runtime::Handle::try_current() {
                Ok(runtime) => {
                    runtime.spawn(async move { commands.send(command).await });
                }
                Err(_) => {
                    let _ = commands.blocking_send(command);
                }
            }
        }
    }
}
