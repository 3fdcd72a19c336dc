//! A thin driver for a [`Link`](crate::Link) without a runtime: two threads and a port.
//!
//! One thread reads, the one that [`run`](Driver::run)s owns the link. It works over whatever a
//! [`Connect`] opens, again and again: a [`SerialLine`](crate::serial::SerialLine), or any pair of
//! `Read` and `Write`.
//!
//! ```no_run
//! use espa444::blocking::{Driver, Event, Settings};
//! use espa444::serial::{PortSettings, SerialLine};
//! use espa444::{Profile, Role, link};
//!
//! let profile = Profile::FIELD;
//! let line = SerialLine::new("/dev/ttyUSB0", profile.serial, PortSettings::default());
//! let (driver, handle, events) = Driver::new(Role::receiver(), &profile, Settings::default());
//! let running = driver.spawn(line)?;
//! for event in &events {
//!     if let Event::Link(link::Event::Block(call)) = event {
//!         // Keep it, durably, then:
//!         handle.accept(call.id)?;
//!     }
//! }
//! # let _ = running.join();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Driver::deciding`] decides on the thread of the link, so that the answer leaves at once. When
//! the application does not keep up, the line hears busy and never falls silent; when it has room
//! again, [`Event::Congested`] tells.
//!
//! A reader that gives an error of kind `InvalidData` reports one character with a parity or
//! framing error; the link refuses the block it is in.

mod handle;
mod reader;

use std::boxed::Box;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};
use std::vec::Vec;

use crate::link::Role;
use crate::profile::Profile;
use crate::pump::{Backoff, Command, Pump, Sink};
use crate::time::Time;

pub use crate::pump::{
    Decide, DecideError, Decision, Ended, Event, SendBlockError, Settings, Status,
};
pub use handle::{Events, Handle};
use reader::{Input, Reading};

/// Inputs and commands that may wait.
const INPUTS: usize = 64;
/// Until events that wait for room are offered again.
const STALLED: Duration = Duration::from_millis(20);
/// Until the link is asked again, when it takes no bytes and does not say when it will.
const AGAIN: Duration = Duration::from_millis(2);

/// Opens the port of a line, as often as needed.
pub trait Connect: Send {
    /// Its reading side. A read should come back within a second or so, with `TimedOut` or
    /// `WouldBlock` when there was nothing: a driver that ends, or opens the port again, waits
    /// for that.
    type Reader: Read + Send + 'static;
    /// Its writing side.
    type Writer: Write;

    /// Opens it. After an error the driver waits and asks again.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from being opened.
    fn connect(&mut self) -> io::Result<(Self::Reader, Self::Writer)>;
}

/// What comes to the thread of the link.
enum Message {
    Input(u32, Input),
    Command(Command),
}

/// Events to the application, counted.
#[derive(Debug)]
struct Outlet {
    events: mpsc::Sender<Event>,
    waiting: Arc<AtomicUsize>,
    most: usize,
    closed: bool,
}

impl Sink for Outlet {
    fn has_room(&self) -> bool {
        self.closed || self.waiting.load(Ordering::Acquire) < self.most
    }

    fn send(&mut self, event: Event) {
        self.waiting.fetch_add(1, Ordering::AcqRel);
        self.closed |= self.events.send(event).is_err();
    }
}

/// Owns a link and moves bytes and events.
#[derive(Debug)]
pub struct Driver {
    pump: Pump,
    settings: Settings,
    messages: mpsc::Receiver<Message>,
    own_messages: mpsc::SyncSender<Message>,
    outlet: Outlet,
    /// Numbers the connections: what a former one still brings is dropped.
    connection: u32,
    /// The time of the link begins with the first connection.
    epoch: Option<Instant>,
    ending: Option<Instant>,
}

impl Driver {
    /// A driver with a link of this role, its handle, and the events. It ends when the events are
    /// dropped, unless it is [`deciding`](Self::deciding) by itself.
    #[must_use]
    pub fn new(role: Role, profile: &Profile, settings: Settings) -> (Driver, Handle, Events) {
        let (own_messages, messages) = mpsc::sync_channel(INPUTS);
        let (sender, receiver) = mpsc::channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let driver = Driver {
            pump: Pump::new(role, profile, &settings),
            settings,
            messages,
            own_messages: own_messages.clone(),
            outlet: Outlet {
                events: sender,
                waiting: Arc::clone(&waiting),
                most: settings.events.max(1),
                closed: false,
            },
            connection: 0,
            epoch: None,
            ending: None,
        };
        (
            driver,
            Handle::new(own_messages),
            Events::new(receiver, waiting),
        )
    }

    /// The same with a decision on the thread of the link.
    #[must_use]
    pub fn deciding(mut self, decider: impl Decide + 'static) -> Self {
        self.pump.set_decider(Box::new(decider));
        self
    }

    /// Runs on a thread of its own.
    ///
    /// # Errors
    ///
    /// When the system has no thread.
    pub fn spawn(self, connect: impl Connect + 'static) -> io::Result<thread::JoinHandle<()>> {
        thread::Builder::new()
            .name("espa444".into())
            .spawn(move || self.run(connect))
    }

    /// Opens the port, and opens it again whenever it is gone, until shut down or until nobody
    /// takes events.
    pub fn run(mut self, mut connect: impl Connect) {
        let mut backoff = Backoff::new(self.settings.reconnect, self.settings.longest_reconnect);
        while !self.is_over() {
            let since = Instant::now();
            match connect.connect() {
                Ok((reader, mut writer)) => {
                    if let Some(why) = self.serve(reader, &mut writer) {
                        self.disconnected(why);
                    }
                }
                Err(error) => self.disconnected(error.kind()),
            }
            if since.elapsed() > self.settings.longest_reconnect {
                backoff.reset();
            }
            self.rest(Instant::now() + backoff.next_delay());
        }
        for event in self.pump.take_waiting() {
            self.outlet.send(event);
        }
    }

    /// One connection; `None` when the driver is to end.
    fn serve(
        &mut self,
        reader: impl Read + Send + 'static,
        writer: &mut impl Write,
    ) -> Option<io::ErrorKind> {
        self.connection = self.connection.wrapping_add(1);
        let now = self.begin();
        self.pump.connected(now);
        let reading = match Reading::start(reader, self.connection, self.own_messages.clone()) {
            Ok(reading) => reading,
            Err(error) => return Some(error.kind()),
        };
        let why = self.move_bytes(writer);
        // The reader may wait for room.
        while !reading.has_ended() {
            reading.stop();
            let _ = self.receive(Instant::now() + AGAIN);
        }
        why
    }

    fn move_bytes(&mut self, writer: &mut impl Write) -> Option<io::ErrorKind> {
        let mut out = Vec::with_capacity(512);
        let mut pending: Option<(Input, usize)> = None;
        loop {
            let now = self.now();
            pending = match pending {
                None => {
                    self.pump.tick(now, &mut self.outlet, &mut out);
                    None
                }
                Some((Input::Bytes(bytes, length), at)) => {
                    let rest = &bytes[at..length];
                    let at = at + self.pump.input(now, rest, &mut self.outlet, &mut out);
                    (at < length).then_some((Input::Bytes(bytes, length), at))
                }
                Some((Input::Damaged, _)) => {
                    let taken = self.pump.byte_error(now, &mut self.outlet, &mut out);
                    (!taken).then_some((Input::Damaged, 0))
                }
                Some((Input::Ended(why), _)) => return Some(why),
            };
            if !out.is_empty() {
                if let Err(error) = write(writer, &out, self.settings.write_time) {
                    return Some(error.kind());
                }
                out.clear();
            }
            if self.is_over() {
                return None;
            }
            let due = self.due(pending.is_some());
            if pending.is_some() {
                // What is next waits behind it.
                thread::sleep(due.saturating_duration_since(Instant::now()).min(AGAIN));
                continue;
            }
            pending = self.receive(due).map(|input| (input, 0));
        }
    }

    /// Waits for the next input until then; obeys commands meanwhile.
    fn receive(&mut self, until: Instant) -> Option<Input> {
        let wait = until.saturating_duration_since(Instant::now());
        match self.messages.recv_timeout(wait) {
            Ok(Message::Input(connection, input)) if connection == self.connection => Some(input),
            Ok(Message::Input(..)) | Err(_) => None,
            Ok(Message::Command(command)) => {
                let now = self.now();
                command(&mut self.pump, now);
                if let (None, Some(patience)) = (self.ending, self.pump.patience) {
                    let now = Instant::now();
                    self.ending = Some(now.checked_add(patience).unwrap_or(now));
                }
                None
            }
        }
    }

    /// Obeys the handle without a port.
    fn rest(&mut self, until: Instant) {
        let mut unsent = Vec::new();
        loop {
            let now = self.now();
            self.pump.tick(now, &mut self.outlet, &mut unsent);
            if self.is_over() || until <= Instant::now() {
                return;
            }
            let due = self.due(false).min(until);
            let _ = self.receive(due);
        }
    }

    fn due(&self, pending: bool) -> Instant {
        let now = Instant::now();
        let link = self
            .pump
            .poll_timeout()
            .map(|at| now + at.since(self.now()));
        let stalled = self.pump.is_stalled().then(|| now + STALLED);
        let again = pending.then(|| now + AGAIN);
        [link, stalled, again, self.ending]
            .into_iter()
            .flatten()
            .fold(now + Duration::from_secs(1), Instant::min)
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

    fn is_over(&self) -> bool {
        let deserted = self.outlet.closed && !self.pump.has_decider();
        deserted
            || self
                .ending
                .is_some_and(|end| self.pump.is_done() || end <= Instant::now())
    }
}

/// All of it, within the time.
fn write(writer: &mut impl Write, mut bytes: &[u8], time: Duration) -> io::Result<()> {
    let until = Instant::now() + time;
    while !bytes.is_empty() {
        match writer.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(error) => match error.kind() {
                io::ErrorKind::Interrupted => {}
                io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock if Instant::now() < until => {
                    thread::sleep(Duration::from_millis(1));
                }
                _ => return Err(error),
            },
        }
    }
    Ok(())
}
