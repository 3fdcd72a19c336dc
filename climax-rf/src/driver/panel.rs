//! The panel's side over TCP or UDP: for simulators and tests.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use climax_rf::dc09::{AllClear, Outgoing, Panel, PanelSettings};
//! use climax_rf::driver::panel::{Outcome, PanelDriver};
//! use climax_rf::driver::{Driver, Settings};
//!
//! let (station, handle, mut events) = Driver::new(Settings::default(), AllClear);
//! let (near, far) = tokio::io::duplex(256);
//! tokio::spawn(station.serve(far, None));
//! tokio::spawn(async move {
//!     while let Some(event) = events.recv().await {
//!         if let Some(id) = event.to_decide() {
//!             let _ = handle.accept(id).await;
//!         }
//!     }
//! });
//!
//! let (panel, sender) = PanelDriver::new(Panel::new(PanelSettings::new("4711")?));
//! tokio::spawn(panel.run_stream(near));
//! let outcome = sender.send(|panel: &mut Panel| panel.send(Outgoing::LinkTest)).await??;
//! assert_eq!(outcome, Outcome::Delivered);
//! # Ok(())
//! # }
//! ```

use core::fmt;
use std::boxed::Box;
use std::collections::HashMap;
use std::io;
use std::string::String;
use std::time::Duration;
use std::vec::Vec;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep_until;

use super::Ended;
use super::clock::{Clock, instant, now};
use crate::station::Moment;
use crate::time::Time;
use crate::{contact_id, dc09};

/// What became of something that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The station has taken it.
    Delivered,
    /// Given up after as many attempts as the settings say, or at once when the station cannot
    /// process it.
    Failed,
}

/// A panel that can be driven: [`contact_id::Panel`] and [`dc09::Panel`].
pub trait Machine: machine::Sealed + Send + 'static {}

impl Machine for contact_id::Panel {}
impl Machine for dc09::Panel {}

mod machine {
    use super::{Moment, Outcome, Time, Vec, contact_id, dc09};

    /// What the driver needs of a panel.
    pub trait Sealed {
        /// A report that was queued.
        type Id: Copy + Eq + core::hash::Hash + Send;
        /// What is to be sent.
        fn transmit(&mut self, moment: Moment) -> Option<Vec<u8>>;
        /// Takes what came.
        fn take(&mut self, moment: Moment, bytes: &[u8]);
        /// When time is to be told.
        fn timeout(&self) -> Option<Time>;
        /// Tells the time.
        fn tick(&mut self, now: Time);
        /// The connection is gone.
        fn gone(&mut self);
        /// What has happened; `None` inside for what ends no report.
        fn event(&mut self) -> Option<Option<(Self::Id, Outcome)>>;
        /// Whether something is to be sent or answered.
        fn is_busy(&self) -> bool;
    }

    impl Sealed for contact_id::Panel {
        type Id = contact_id::ReportId;

        fn transmit(&mut self, moment: Moment) -> Option<Vec<u8>> {
            self.poll_transmit(moment.now)
                .map(|message| message.as_bytes().to_vec())
        }

        fn take(&mut self, moment: Moment, bytes: &[u8]) {
            self.handle_bytes(moment.now, bytes);
        }

        fn timeout(&self) -> Option<Time> {
            self.poll_timeout()
        }

        fn tick(&mut self, now: Time) {
            self.handle_timeout(now);
        }

        fn gone(&mut self) {
            self.disconnected();
        }

        fn event(&mut self) -> Option<Option<(Self::Id, Outcome)>> {
            Some(match self.poll_event()? {
                contact_id::PanelEvent::Delivered(id) => Some((id, Outcome::Delivered)),
                contact_id::PanelEvent::Failed(id) => Some((id, Outcome::Failed)),
                contact_id::PanelEvent::Unexpected(_) => None,
            })
        }

        fn is_busy(&self) -> bool {
            self.queued() > 0
        }
    }

    impl Sealed for dc09::Panel {
        type Id = dc09::ReportId;

        fn transmit(&mut self, moment: Moment) -> Option<Vec<u8>> {
            self.poll_transmit(moment.now, moment.utc, moment.padding)
        }

        fn take(&mut self, moment: Moment, bytes: &[u8]) {
            self.handle_bytes(moment.now, moment.utc, bytes);
        }

        fn timeout(&self) -> Option<Time> {
            self.poll_timeout()
        }

        fn tick(&mut self, now: Time) {
            self.handle_timeout(now);
        }

        fn gone(&mut self) {
            self.disconnected();
        }

        fn event(&mut self) -> Option<Option<(Self::Id, Outcome)>> {
            Some(match self.poll_event()? {
                dc09::PanelEvent::Delivered(id) => Some((id, Outcome::Delivered)),
                dc09::PanelEvent::Failed(id, _) => Some((id, Outcome::Failed)),
                dc09::PanelEvent::ClockSet(_) | dc09::PanelEvent::Unexpected => None,
            })
        }

        fn is_busy(&self) -> bool {
            self.queued() > 0
        }
    }
}

type Command<M> = Box<dyn FnOnce(&mut Core<M>) + Send>;

struct Core<M: Machine> {
    machine: M,
    waiting: HashMap<M::Id, oneshot::Sender<Outcome>>,
}

impl<M: Machine> Core<M> {
    fn settle(&mut self) {
        while let Some(event) = self.machine.event() {
            let Some((id, outcome)) = event else { continue };
            if let Some(reply) = self.waiting.remove(&id) {
                let _ = reply.send(outcome);
            }
        }
    }
}

/// The application's end; clone it freely. The driver ends when all are dropped and nothing waits.
pub struct PanelHandle<M: Machine> {
    commands: mpsc::Sender<Command<M>>,
}

impl<M: Machine> Clone for PanelHandle<M> {
    fn clone(&self) -> Self {
        PanelHandle {
            commands: self.commands.clone(),
        }
    }
}

impl<M: Machine> fmt::Debug for PanelHandle<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PanelHandle")
    }
}

impl<M: Machine> PanelHandle<M> {
    /// Queues something and waits for its outcome.
    ///
    /// # Errors
    ///
    /// [`Ended`] outside; inside whatever the closure gives, and then nothing is queued.
    pub async fn send<E: Send + 'static>(
        &self,
        queue: impl FnOnce(&mut M) -> Result<M::Id, E> + Send + 'static,
    ) -> Result<Result<Outcome, E>, Ended> {
        let (reply, outcome) = oneshot::channel();
        let (failed, failure) = oneshot::channel();
        let command: Command<M> = Box::new(move |core| match queue(&mut core.machine) {
            Ok(id) => {
                core.waiting.insert(id, reply);
            }
            Err(error) => {
                let _ = failed.send(error);
            }
        });
        self.commands.send(command).await.map_err(|_| Ended)?;
        match outcome.await {
            Ok(outcome) => Ok(Ok(outcome)),
            Err(_) => failure.await.map(Err).map_err(|_| Ended),
        }
    }
}

/// Owns a panel and moves its bytes.
pub struct PanelDriver<M: Machine> {
    core: Core<M>,
    commands: mpsc::Receiver<Command<M>>,
    clock: Clock,
    /// Every handle is gone.
    alone: bool,
}

impl<M: Machine> fmt::Debug for PanelDriver<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PanelDriver")
    }
}

/// Between two attempts to connect.
const RECONNECT: Duration = Duration::from_secs(1);

impl<M: Machine> PanelDriver<M> {
    /// A driver and its handle.
    #[must_use]
    pub fn new(machine: M) -> (PanelDriver<M>, PanelHandle<M>) {
        let (sender, commands) = mpsc::channel(64);
        let driver = PanelDriver {
            core: Core {
                machine,
                waiting: HashMap::new(),
            },
            commands,
            clock: Clock::new(),
            alone: false,
        };
        (driver, PanelHandle { commands: sender })
    }

    /// Runs on one stream until that ends, or until all handles are dropped and nothing waits.
    pub async fn run_stream<S>(mut self, stream: S)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin,
    {
        let _ = self.serve(Stream(stream)).await;
    }

    /// Connects to `host:port` when there is something to send, again whenever the connection is
    /// gone, until all handles are dropped and nothing waits.
    pub async fn run_tcp(mut self, to: impl Into<String>) {
        let to = to.into();
        loop {
            self.until_busy().await;
            if self.is_over() {
                return;
            }
            match TcpStream::connect(to.as_str()).await {
                Ok(stream) => {
                    let _ = stream.set_nodelay(true);
                    if self.serve(Stream(stream)).await.is_ok() {
                        return;
                    }
                }
                Err(_) => {
                    // An attempt that did not even connect is one.
                    let moment = self.clock.moment_to_answer();
                    let _ = self.core.machine.transmit(moment);
                }
            }
            self.core.machine.gone();
            self.core.settle();
            tokio::time::sleep(RECONNECT).await;
        }
    }

    /// Runs on a socket that is connected to the station, until all handles are dropped and
    /// nothing waits. For [`dc09::Panel`].
    pub async fn run_udp(mut self, socket: UdpSocket) {
        // A port that is closed gives an error now and then; the station may come back.
        while self.serve(Datagrams(&socket)).await.is_err() {
            self.core.machine.gone();
            self.core.settle();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn is_over(&self) -> bool {
        self.alone && !self.core.machine.is_busy()
    }

    async fn until_busy(&mut self) {
        while !self.core.machine.is_busy() && !self.alone {
            let due = self.core.machine.timeout().map(instant);
            tokio::select! {
                command = self.commands.recv() => self.obey(command),
                () = sleep_or_never(due) => self.core.machine.tick(now()),
            }
        }
    }

    fn obey(&mut self, command: Option<Command<M>>) {
        match command {
            Some(command) => command(&mut self.core),
            None => self.alone = true,
        }
    }

    /// Ends well when the driver is over.
    async fn serve(&mut self, mut wire: impl Wire) -> io::Result<()> {
        let mut buffer = [0; 2048];
        loop {
            self.core.machine.tick(now());
            self.core.settle();
            if self.is_over() {
                return Ok(());
            }
            let moment = self.clock.moment_to_answer();
            if let Some(bytes) = self.core.machine.transmit(moment) {
                wire.write(&bytes).await?;
            }
            let due = self.core.machine.timeout().map(instant);
            tokio::select! {
                command = self.commands.recv(), if !self.alone => self.obey(command),
                read = wire.read(&mut buffer) => {
                    let moment = self.clock.moment();
                    let length = read?;
                    self.core.machine.take(moment, &buffer[..length]);
                }
                () = sleep_or_never(due) => {}
            }
        }
    }
}

async fn sleep_or_never(due: Option<tokio::time::Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}

trait Wire {
    fn write(&mut self, bytes: &[u8]) -> impl Future<Output = io::Result<()>> + Send;
    fn read(&mut self, buffer: &mut [u8]) -> impl Future<Output = io::Result<usize>> + Send;
}

struct Stream<S>(S);

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Wire for Stream<S> {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes).await?;
        self.0.flush().await
    }

    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            length => Ok(length),
        }
    }
}

struct Datagrams<'s>(&'s UdpSocket);

impl Wire for Datagrams<'_> {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.send(bytes).await.map(|_| ())
    }

    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.recv(buffer).await
    }
}
