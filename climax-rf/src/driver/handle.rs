//! The application's end of a driver.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, oneshot};

use super::event::{ConnectionId, Id};
use crate::dc09::Refusal;
use crate::station::{MessageId, NotHeld};

/// The connection is gone, or the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the connection has ended")]
#[non_exhaustive]
pub struct Ended;

/// A decision that came to nothing. The panel repeats its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecideError {
    /// See there.
    #[error(transparent)]
    NotHeld(#[from] NotHeld),
    /// See there.
    #[error(transparent)]
    Ended(#[from] Ended),
}

/// A decision on its way to a connection.
#[derive(Debug)]
pub(super) struct Command {
    pub(super) message: MessageId,
    /// `None` to accept.
    pub(super) refusal: Option<Refusal>,
    pub(super) reply: oneshot::Sender<Result<(), NotHeld>>,
}

#[derive(Debug)]
struct Table {
    next: ConnectionId,
    open: HashMap<ConnectionId, mpsc::Sender<Command>>,
}

impl Default for Table {
    fn default() -> Self {
        Table {
            next: ConnectionId::FIRST,
            open: HashMap::new(),
        }
    }
}

/// Which connection takes decisions where.
#[derive(Debug, Clone, Default)]
pub(super) struct Routes(Arc<Mutex<Table>>);

/// Decisions that may wait at one connection.
const COMMANDS: usize = 64;

impl Routes {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn open(&self) -> Route {
        let (sender, commands) = mpsc::channel(COMMANDS);
        let mut table = self.table();
        let id = table.next.take();
        table.open.insert(id, sender);
        Route {
            id,
            commands,
            routes: self.clone(),
        }
    }
}

/// The place of one connection in the table, until it is dropped.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) id: ConnectionId,
    pub(super) commands: mpsc::Receiver<Command>,
    routes: Routes,
}

impl Drop for Route {
    fn drop(&mut self) {
        self.routes.table().open.remove(&self.id);
    }
}

/// The application's end of a driver; clone it freely.
#[derive(Debug, Clone)]
pub struct Handle {
    routes: Routes,
}

impl Handle {
    pub(super) const fn new(routes: Routes) -> Self {
        Handle { routes }
    }

    /// The message is in safety: it is answered.
    ///
    /// # Errors
    ///
    /// [`DecideError`].
    pub async fn accept(&self, id: Id) -> Result<(), DecideError> {
        self.decide(id, None).await
    }

    /// The message is not taken. Brackets know no negative answer: there is none.
    ///
    /// # Errors
    ///
    /// [`DecideError`].
    pub async fn refuse(&self, id: Id, refusal: Refusal) -> Result<(), DecideError> {
        self.decide(id, Some(refusal)).await
    }

    async fn decide(&self, id: Id, refusal: Option<Refusal>) -> Result<(), DecideError> {
        let sender = self.routes.table().open.get(&id.connection).cloned();
        let sender = sender.ok_or(Ended)?;
        let (reply, outcome) = oneshot::channel();
        let command = Command {
            message: id.message,
            refusal,
            reply,
        };
        sender.send(command).await.map_err(|_| Ended)?;
        Ok(outcome.await.map_err(|_| Ended)??)
    }
}
