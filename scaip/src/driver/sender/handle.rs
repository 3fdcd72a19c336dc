//! The application's end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

use crate::decode::Decoded;
use crate::driver::{Ended, Input, Inputs, stream};
use crate::message::{Request, Response};
use crate::sender::{
    About, AlarmId, AlarmStatus, FailureReason, ReceiverId, ReferenceState, Refusal, Relayed,
    SubmitError,
};
use crate::sip::{self, Transport};
use crate::text::Reference;

/// Why nothing was submitted; the caller still answers for the alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitFailed {
    /// The sender did not take it.
    #[error(transparent)]
    Refused(#[from] SubmitError),
    /// The driver is shutting down.
    #[error("the driver is shutting down")]
    ShuttingDown,
    /// The driver has ended.
    #[error(transparent)]
    Ended(#[from] Ended),
}

/// What became of an alarm, in the end.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Outcome {
    /// A receiver took responsibility (`snu` 0).
    Accepted {
        /// Who.
        receiver: ReceiverId,
        /// The whole response: follow its `mre`, `cre` and `tnu` with the voice call.
        response: Box<Decoded<'static, Response<'static>>>,
        /// Time from submitting to here.
        after: Duration,
    },
    /// Only for relayed messages: nobody took it in its time.
    GivenUp {
        /// What happened last.
        reason: FailureReason,
        /// The last `mrs` that said no, if there was one.
        response: Option<Refusal>,
    },
    /// Only for heartbeats: nobody took it.
    HeartbeatDropped,
    /// [`Handle::abandon`] gave it back.
    Abandoned,
    /// The driver was shut down before anybody took it; [`Handle::shut_down`] gave it back.
    Unfinished,
}

impl Outcome {
    /// Whether a receiver took responsibility.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        matches!(self, Outcome::Accepted { .. })
    }
}

/// An alarm that the sender has taken. Dropping it does not end the alarm.
#[derive(Debug)]
#[must_use = "the alarm goes on without it, but what becomes of it is told here"]
pub struct Submitted {
    pub(super) id: AlarmId,
    pub(super) reference: Reference<'static>,
    pub(super) outcome: oneshot::Receiver<Outcome>,
}

impl Submitted {
    /// Its name in the events, for [`About::Alarm`] and for [`Handle::abandon`].
    #[must_use]
    pub fn id(&self) -> AlarmId {
        self.id
    }

    /// The `ref` it was given. Keep it with the request for [`Handle::resume`].
    #[must_use]
    pub fn reference(&self) -> &Reference<'static> {
        &self.reference
    }

    /// Waits for the end of it: with the default settings that is until a receiver accepts.
    ///
    /// # Errors
    ///
    /// [`Ended`]: the driver was dropped; nothing is known of the alarm.
    pub async fn outcome(self) -> Result<Outcome, Ended> {
        self.outcome.await.map_err(|_| Ended)
    }
}

/// An alarm that nobody had taken when the driver ended. Keep it and [`resume`](Handle::resume) it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Unfinished {
    /// Its name in this run.
    pub id: AlarmId,
    /// The request with its `ref`.
    pub request: Request<'static>,
    /// What it belongs to. [`About::Alarm`] names another one of the list, by its name in this
    /// run; whose alarm was accepted meanwhile stands as [`About::Receiver`].
    pub about: About,
    /// The bytes of a relayed message, else `None`.
    pub body: Option<Bytes>,
}

/// How the driver is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Counters {
    /// Counts of the SIP layer.
    pub sip: sip::Counters,
    /// Alarms and heartbeats that are open now.
    pub open: usize,
    /// Reports left out because nobody took events. What became of each alarm is never left out.
    pub events_left_out: u64,
    /// Connections that could not be opened.
    pub connects_failed: u64,
    /// Names that could not be looked up.
    pub lookups_failed: u64,
    /// Times there was no UDP socket, or it would not send.
    pub datagrams_failed: u64,
}

/// What there is to send.
pub(super) enum Work {
    New(Box<Request<'static>>, About),
    Again(Box<Request<'static>>, About),
    Relayed(Box<Relayed>),
}

pub(super) enum Command {
    Submit(Work, oneshot::Sender<Result<Submitted, SubmitFailed>>),
    Abandon(AlarmId, oneshot::Sender<Option<Request<'static>>>),
    Status(AlarmId, oneshot::Sender<Option<AlarmStatus>>),
    References(oneshot::Sender<ReferenceState>),
    SetDay(u32),
    Counters(oneshot::Sender<Counters>),
    ShutDown(Duration, oneshot::Sender<Vec<Unfinished>>),
}

impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Command::Submit(..) => "Submit",
            Command::Abandon(..) => "Abandon",
            Command::Status(..) => "Status",
            Command::References(_) => "References",
            Command::SetDay(_) => "SetDay",
            Command::Counters(_) => "Counters",
            Command::ShutDown(..) => "ShutDown",
        })
    }
}

/// The application's end; clone it freely. When every handle is gone the driver ends as soon as
/// nothing is open any more.
#[derive(Debug, Clone)]
pub struct Handle {
    pub(super) commands: mpsc::Sender<Command>,
    pub(super) inputs: Inputs,
    pub(super) names: Arc<[String]>,
}

impl Handle {
    /// Sends an event until a receiver accepts; see
    /// [`Sender::submit`](crate::sender::Sender::submit). The reference is replaced by a new one.
    ///
    /// # Errors
    ///
    /// [`SubmitFailed`]; nothing was taken.
    pub async fn submit(
        &self,
        request: Request<'_>,
        about: About,
    ) -> Result<Submitted, SubmitFailed> {
        let request = Box::new(request.into_owned());
        self.work(Work::New(request, about)).await
    }

    /// Sends an event of an earlier run with the reference it had then; see
    /// [`Sender::resume`](crate::sender::Sender::resume).
    ///
    /// # Errors
    ///
    /// [`SubmitFailed`]; nothing was taken.
    pub async fn resume(
        &self,
        request: Request<'_>,
        about: About,
    ) -> Result<Submitted, SubmitFailed> {
        let request = Box::new(request.into_owned());
        self.work(Work::Again(request, about)).await
    }

    /// Passes a message of another party on, byte for byte; see
    /// [`Sender::relay`](crate::sender::Sender::relay).
    ///
    /// # Errors
    ///
    /// [`SubmitFailed`]; nothing was taken.
    pub async fn relay(&self, relayed: Relayed) -> Result<Submitted, SubmitFailed> {
        self.work(Work::Relayed(Box::new(relayed))).await
    }

    async fn work(&self, work: Work) -> Result<Submitted, SubmitFailed> {
        self.ask(|reply| Command::Submit(work, reply)).await?
    }

    /// Gives an open alarm up and hands it back; the caller answers for it now. `None` when it is
    /// not open.
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn abandon(&self, id: AlarmId) -> Result<Option<Request<'static>>, Ended> {
        self.ask(|reply| Command::Abandon(id, reply)).await
    }

    /// What an open alarm waits for; `None` when it is not open.
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn status(&self, id: AlarmId) -> Result<Option<AlarmStatus>, Ended> {
        self.ask(|reply| Command::Status(id, reply)).await
    }

    /// Where the references stand: store it, and give it to the
    /// [`Config`](crate::sender::Config) of the next run.
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn references(&self) -> Result<ReferenceState, Ended> {
        self.ask(Command::References).await
    }

    /// Tells that another day has begun; see [`ReferenceState::day`].
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn set_day(&self, day: u32) -> Result<(), Ended> {
        let command = Command::SetDay(day);
        self.commands.send(command).await.map_err(|_| Ended)
    }

    /// How the driver is doing.
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn counters(&self) -> Result<Counters, Ended> {
        self.ask(Command::Counters).await
    }

    /// Ends the driver: nothing new is taken, what is open gets up to `grace`. Then whatever
    /// nobody has taken is given back, in the order it was submitted.
    ///
    /// # Errors
    ///
    /// [`Ended`]: it had ended before.
    pub async fn shut_down(&self, grace: Duration) -> Result<Vec<Unfinished>, Ended> {
        self.ask(|reply| Command::ShutDown(grace, reply)).await
    }

    /// The name of a receiver in the settings.
    #[must_use]
    pub fn receiver_name(&self, id: ReceiverId) -> Option<&str> {
        self.names.get(id.index()).map(String::as_str)
    }

    /// The receiver of that name.
    #[must_use]
    pub fn receiver_named(&self, name: &str) -> Option<ReceiverId> {
        let place = self.names.iter().position(|other| other == name);
        place.map(ReceiverId)
    }

    /// Accepts connections of receivers that answer on one of their own, for as long as the driver
    /// lives.
    ///
    /// # Errors
    ///
    /// When the listener has no address.
    pub fn add_listener(&self, listener: TcpListener) -> io::Result<SocketAddr> {
        let local = listener.local_addr()?;
        tokio::spawn(stream::accept(listener, self.inputs.clone()));
        Ok(local)
    }

    /// Takes over one connection that a receiver has opened, such as a TLS stream after its
    /// handshake.
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn add_stream(
        &self,
        io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        transport: Transport,
        local: SocketAddr,
        remote: SocketAddr,
    ) -> Result<(), Ended> {
        let opened = Input::Opened {
            io: Box::new(io),
            transport,
            local,
            remote,
        };
        if self.inputs.send(opened).await {
            Ok(())
        } else {
            Err(Ended)
        }
    }

    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<T>) -> Command,
    ) -> Result<T, Ended> {
        let (reply, answer) = oneshot::channel();
        let command = command(reply);
        self.commands.send(command).await.map_err(|_| Ended)?;
        answer.await.map_err(|_| Ended)
    }
}
