//! A thin tokio driver for a [`Link`](crate::Link): bytes in, events out, nothing decided.
//!
//! One task owns the link. It runs over any `AsyncRead + AsyncWrite` ([`Driver::run_stream`]), or
//! over whatever a [`Connect`] opens, again and again: TCP in [`tcp`], a serial port with feature
//! `tokio-serial`.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use espa444::driver::{Driver, Event, Settings};
//! use espa444::{Profile, Role, link};
//! use tokio::io::{AsyncReadExt, AsyncWriteExt};
//!
//! let (driver, handle, mut events) =
//!     Driver::new(Role::receiver(), &Profile::TCP, Settings::default());
//! let (stream, mut panel) = tokio::io::duplex(256);
//! tokio::spawn(driver.run_stream(stream));
//!
//! // A panel selects and calls.
//! panel.write_all(b"\x041\x052\x05").await?;
//! assert_eq!(panel.read_u8().await?, 0x06);
//! panel.write_all(b"\x011\x021\x1F31\x1E2\x1FTEST\x03\x39").await?;
//! while let Some(event) = events.recv().await {
//!     if let Event::Link(link::Event::Block(call)) = event {
//!         // Keep it, durably, then:
//!         handle.accept(call.id).await?;
//!         break;
//!     }
//! }
//! assert_eq!(panel.read_u8().await?, 0x06);
//! # Ok(())
//! # }
//! ```
//!
//! # Where the decision is made
//!
//! Between BCC and ACK stand two changes of task when the application decides by [`Handle`]. With
//! [`Driver::deciding`] a closure decides on the task of the link and the answer leaves at once;
//! [`Decision::Queue`] is the shortest of them.
//!
//! # When the application does not keep up
//!
//! The line never falls silent. Polls are answered as ever. While there is no room for events,
//! selects and blocks hear busy, and the caller tries again; [`Event::Congested`] tells afterwards.
//! A block that is not decided in time hears busy as well
//! ([`link::Event::Undecided`](crate::link::Event::Undecided)).
//!
//! # Parity errors
//!
//! A stream that gives a read error of kind `InvalidData` reports one character with a parity or
//! framing error; the link refuses the block it is in. Sixty-four of them without a byte between
//! count as the end of the connection.

mod connect;
mod handle;
mod serve;
pub mod tcp;

use std::boxed::Box;
use std::future::Future;
use std::io;
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;

use crate::link::Role;
use crate::profile::Profile;
use crate::pump::{Backoff, Command, Pump, Sink};
use crate::time::Time;

pub use crate::pump::{
    Decide, DecideError, Decision, Ended, Event, SendBlockError, Settings, Status,
};
pub use connect::Connect;
pub use handle::Handle;

/// Commands that may wait.
const COMMANDS: usize = 64;

/// Owns a link and moves bytes and events.
#[derive(Debug)]
pub struct Driver {
    pump: Pump,
    settings: Settings,
    commands: mpsc::Receiver<Command>,
    /// Every handle is gone.
    alone: bool,
    events: Events,
    /// The time of the link begins with the first connection.
    epoch: Option<Instant>,
    /// How long the first connection may take before the link counts as lost.
    grace: Option<tokio::time::Instant>,
    supervision: Option<Duration>,
    ending: Option<tokio::time::Instant>,
}

#[derive(Debug)]
struct Events(mpsc::Sender<Event>);

impl Sink for Events {
    fn has_room(&self) -> bool {
        self.0.capacity() > 0 || self.0.is_closed()
    }

    fn send(&mut self, event: Event) {
        // Fails only when nobody listens any more.
        let _ = self.0.try_send(event);
    }
}

impl Events {
    /// Until there is room, or nobody listens any more.
    async fn room(&self) {
        let _ = self.0.reserve().await;
    }
}

impl Driver {
    /// A driver with a link of this role, its handle, and the events. It ends when the receiver
    /// of the events is dropped, unless it is [`deciding`](Self::deciding) by itself.
    ///
    /// For TCP the timers of the profile have to be relaxed ([`tcp::relaxed`]).
    #[must_use]
    pub fn new(
        role: Role,
        profile: &Profile,
        settings: Settings,
    ) -> (Driver, Handle, mpsc::Receiver<Event>) {
        let (command_sender, commands) = mpsc::channel(COMMANDS);
        let (events, event_receiver) = mpsc::channel(settings.events.max(1));
        let driver = Driver {
            pump: Pump::new(role, profile, &settings),
            settings,
            commands,
            alone: false,
            events: Events(events),
            epoch: None,
            grace: None,
            supervision: profile.timers.supervision,
            ending: None,
        };
        (driver, Handle::new(command_sender), event_receiver)
    }

    /// The same with a decision on the task of the link.
    ///
    /// ```
    /// use espa444::driver::{Decision, Driver, Settings};
    /// use espa444::link::Received;
    /// use espa444::{Profile, Role};
    ///
    /// let (driver, _handle, _events) =
    ///     Driver::new(Role::receiver(), &Profile::FIELD, Settings::default());
    /// // Acknowledged as soon as it is in the queue of events.
    /// let _driver = driver.deciding(|_: &Received<'_>| Decision::Queue);
    /// ```
    #[must_use]
    pub fn deciding(mut self, decider: impl Decide + 'static) -> Self {
        self.pump.set_decider(Box::new(decider));
        self
    }

    /// Runs on one stream until that ends, until shut down, or until nobody takes events.
    pub async fn run_stream<S>(mut self, stream: S)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin,
    {
        let mut never = connect::Never::<S>::new();
        self.serve(stream, &mut never).await;
        self.finish().await;
    }

    /// Connects, and connects again whenever the connection is gone, until shut down or until
    /// nobody takes events.
    pub async fn run<C: Connect>(mut self, mut connect: C) {
        let mut backoff = Backoff::new(self.settings.reconnect, self.settings.longest_reconnect);
        self.grace = self
            .supervision
            .map(|limit| tokio::time::Instant::now() + limit);
        let mut next = None;
        loop {
            let stream = match next.take() {
                Some(stream) => stream,
                None => match self.meanwhile(connect.connect()).await {
                    None => break,
                    Some(Ok(stream)) => stream,
                    Some(Err(error)) => {
                        self.disconnected(error.kind());
                        let pause = tokio::time::sleep(backoff.next_delay());
                        if self.meanwhile(pause).await.is_none() {
                            break;
                        }
                        continue;
                    }
                },
            };
            let since = Instant::now();
            match self.serve(stream, &mut connect).await {
                serve::End::Over => break,
                serve::End::Replaced(stream) => next = Some(stream),
                serve::End::Lost => {
                    // One that is taken and dropped at once is no better than one refused.
                    if since.elapsed() > self.settings.longest_reconnect {
                        backoff.reset();
                    }
                    if connect.paces_itself() {
                        continue;
                    }
                    let pause = tokio::time::sleep(backoff.next_delay());
                    if self.meanwhile(pause).await.is_none() {
                        break;
                    }
                }
            }
        }
        self.finish().await;
    }

    /// Obeys the handle until something else is done; `None` when the driver is to end.
    async fn meanwhile<F: Future>(&mut self, other: F) -> Option<F::Output> {
        let mut other = core::pin::pin!(other);
        let mut unsent = std::vec::Vec::new();
        loop {
            let now = self.now();
            self.pump.tick(now, &mut self.events, &mut unsent);
            self.note_ending();
            if self.is_over() {
                return None;
            }
            if self
                .grace
                .is_some_and(|at| at <= tokio::time::Instant::now())
            {
                self.grace = None;
                if !self.pump.has_begun() {
                    let now = self.begin();
                    self.pump.waited_too_long(now);
                    continue;
                }
            }
            let due = [self.ending, self.grace].into_iter().flatten().min();
            let stalled = self.pump.is_stalled();
            tokio::select! {
                biased;
                command = self.commands.recv(), if !self.alone => self.obey(command),
                () = self.events.room(), if stalled => {}
                () = self.events.0.closed(), if !self.pump.has_decider() => return None,
                () = sleep_until(due) => {}
                output = &mut other => return Some(output),
            }
        }
    }

    fn obey(&mut self, command: Option<Command>) {
        match command {
            Some(command) => {
                let now = self.now();
                command(&mut self.pump, now);
            }
            None => self.alone = true,
        }
    }

    fn now(&self) -> Time {
        self.epoch
            .map_or(Time::ZERO, |epoch| Time::from(epoch.elapsed()))
    }

    fn begin(&mut self) -> Time {
        self.epoch.get_or_insert_with(Instant::now);
        self.now()
    }

    fn disconnected(&mut self, why: io::ErrorKind) {
        let now = self.begin();
        self.pump.disconnected(now, why);
    }

    /// Patience begins when the driver hears of it.
    fn note_ending(&mut self) {
        if let (None, Some(patience)) = (self.ending, self.pump.patience) {
            let now = tokio::time::Instant::now();
            self.ending = Some(now.checked_add(patience).unwrap_or(now));
        }
    }

    fn is_over(&self) -> bool {
        self.ending
            .is_some_and(|end| self.pump.is_done() || end <= tokio::time::Instant::now())
    }

    /// What still waits is handed out, if somebody takes it soon.
    async fn finish(mut self) {
        for event in self.pump.take_waiting() {
            let send = self.events.0.send(event);
            if !matches!(
                tokio::time::timeout(Duration::from_secs(1), send).await,
                Ok(Ok(()))
            ) {
                return;
            }
        }
    }
}

async fn sleep_until(due: Option<tokio::time::Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
