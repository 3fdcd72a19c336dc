//! ESPA 4.4.4 over TCP, from either side of the connection (ESPA reference 1.2).
//!
//! [`Client`] connects, [`Listener`] waits for one peer at a time, both for [`Driver::run`];
//! [`Server`] takes any number of peers, each a line of its own with its own link. No port number
//! is assigned to the protocol. There is no encryption and no authentication: keep it inside a
//! network that has both.
//!
//! A new connection finds the link in the unknown state; half a block of the old one is dropped,
//! calls of our own go back to the queue. A connection that is half open is noticed by keep-alive
//! and by the supervision of the profile.

use core::fmt;
use std::boxed::Box;
use std::io;
use std::net::SocketAddr;
use std::string::String;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::{Connect, Decide, Driver, Event, Handle, Settings};
use crate::link::{Received, Role};
use crate::profile::{Profile, Serial, Timers};

/// Settings of TCP connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct TcpSettings {
    /// How long a connection may take to come about, 10 s by default.
    pub connect_time: Duration,
    /// Silence before the first keep-alive, 30 s by default. `None`: no keep-alive.
    pub keep_alive: Option<Duration>,
    /// Between two keep-alives without an answer, 10 s by default. After how many the connection
    /// is given up is up to the system, nine as a rule.
    pub keep_alive_interval: Duration,
    /// A [`Listener`] lets a new peer take the place of the present one; on by default. A panel
    /// that was restarted would otherwise wait until its old connection is given up. Off, it
    /// waits.
    pub newest_wins: bool,
}

impl Default for TcpSettings {
    fn default() -> Self {
        TcpSettings {
            connect_time: Duration::from_secs(10),
            keep_alive: Some(Duration::from_secs(30)),
            keep_alive_interval: Duration::from_secs(10),
            newest_wins: true,
        }
    }
}

impl TcpSettings {
    /// No delay, and keep-alive.
    fn prepare(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        if let Some(time) = self.keep_alive {
            let keep_alive = TcpKeepalive::new()
                .with_time(time)
                .with_interval(self.keep_alive_interval);
            SockRef::from(stream).set_tcp_keepalive(&keep_alive)?;
        }
        Ok(())
    }
}

/// A profile for TCP: no character times, and at least 3 s between characters (ESPA reference 5).
#[must_use]
pub fn relaxed(profile: &Profile) -> Profile {
    let mut relaxed = *profile;
    relaxed.serial = Serial::ABSENT;
    relaxed.timers.character = relaxed.timers.character.max(Timers::TCP.character);
    relaxed
}

/// Connects to a peer, such as a serial device server in raw mode.
#[derive(Debug, Clone)]
pub struct Client {
    to: String,
    settings: TcpSettings,
}

impl Client {
    /// To `host:port`; a name is looked up for each attempt.
    #[must_use]
    pub fn new(to: impl Into<String>, settings: TcpSettings) -> Self {
        Client {
            to: to.into(),
            settings,
        }
    }
}

impl Connect for Client {
    type Stream = TcpStream;

    async fn connect(&mut self) -> io::Result<TcpStream> {
        let attempt = TcpStream::connect(self.to.as_str());
        let stream = tokio::time::timeout(self.settings.connect_time, attempt).await??;
        self.settings.prepare(&stream)?;
        Ok(stream)
    }
}

/// Waits for a peer, and for the next one when that is gone: one line.
#[derive(Debug)]
pub struct Listener {
    listener: TcpListener,
    settings: TcpSettings,
}

impl Listener {
    /// On a bound listener.
    #[must_use]
    pub const fn new(listener: TcpListener, settings: TcpSettings) -> Self {
        Listener { listener, settings }
    }

    async fn accept(&self) -> io::Result<TcpStream> {
        let (stream, _) = self.listener.accept().await?;
        self.settings.prepare(&stream)?;
        Ok(stream)
    }
}

impl Connect for Listener {
    type Stream = TcpStream;

    async fn connect(&mut self) -> io::Result<TcpStream> {
        self.accept().await
    }

    async fn replacement(&mut self) -> TcpStream {
        if !self.settings.newest_wins {
            return std::future::pending().await;
        }
        loop {
            match self.accept().await {
                Ok(stream) => return stream,
                // Out of file descriptors, or a peer that is gone already.
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    fn paces_itself(&self) -> bool {
        true
    }
}

/// A peer of a [`Server`]: a line of its own.
#[derive(Debug)]
#[non_exhaustive]
pub struct Line {
    /// Who connected.
    pub peer: SocketAddr,
    /// To decide and to send.
    pub handle: Handle,
    /// What happens on the line; they end with the connection.
    pub events: mpsc::Receiver<Event>,
}

type Deciders = Box<dyn FnMut(SocketAddr) -> Box<dyn Decide> + Send>;

/// Takes connections, each a line with a link of its own.
pub struct Server {
    listener: TcpListener,
    role: Role,
    profile: Profile,
    settings: Settings,
    tcp: TcpSettings,
    most: usize,
    deciders: Option<Deciders>,
    lines: mpsc::Sender<Line>,
}

impl Server {
    /// Lines that may be open, unless set otherwise.
    pub const MOST_LINES: usize = 64;

    /// On a bound listener. The timers of the profile are [`relaxed`]. Each connection gives a
    /// [`Line`]; when their receiver is dropped the server ends.
    #[must_use]
    pub fn new(
        listener: TcpListener,
        role: Role,
        profile: &Profile,
        settings: Settings,
        tcp: TcpSettings,
    ) -> (Server, mpsc::Receiver<Line>) {
        let (lines, receiver) = mpsc::channel(16);
        let server = Server {
            listener,
            role,
            profile: relaxed(profile),
            settings,
            tcp,
            most: Self::MOST_LINES,
            deciders: None,
            lines,
        };
        (server, receiver)
    }

    /// The same with another number of lines; a connection beyond it is closed at once.
    #[must_use]
    pub const fn with_most_lines(mut self, most: usize) -> Self {
        self.most = most;
        self
    }

    /// The same with a decision on the task of each link; see [`Driver::deciding`].
    #[must_use]
    pub fn deciding<D: Decide + 'static>(
        mut self,
        mut decider: impl FnMut(SocketAddr) -> D + Send + 'static,
    ) -> Self {
        self.deciders = Some(Box::new(move |peer| Box::new(decider(peer))));
        self
    }

    /// Runs until nobody takes lines any more. Lines that are open then end, too.
    pub async fn run(mut self) {
        let mut open = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                biased;
                () = self.lines.closed() => return,
                Some(_) = open.join_next() => continue,
                accepted = self.listener.accept() => accepted,
            };
            let Ok((stream, peer)) = accepted else {
                // Out of file descriptors, or a peer that is gone already.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            if open.len() >= self.most || self.tcp.prepare(&stream).is_err() {
                continue;
            }
            let (mut driver, handle, events) =
                Driver::new(self.role.clone(), &self.profile, self.settings);
            if let Some(deciders) = &mut self.deciders {
                let mut decider = deciders(peer);
                driver = driver.deciding(move |block: &Received<'_>| decider.decide(block));
            }
            // The link works from the first byte on, also while the application is slow to look.
            open.spawn(driver.run_stream(stream));
            let line = Line {
                peer,
                handle,
                events,
            };
            if self.lines.send(line).await.is_err() {
                return;
            }
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("listener", &self.listener)
            .field("role", &self.role)
            .field("profile", &self.profile.name)
            .field("most", &self.most)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_connection_has_keep_alive_and_no_delay_unless_switched_off() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut settings = TcpSettings::default();
        for keep_alive in [settings.keep_alive, None] {
            settings.keep_alive = keep_alive;
            let mut client = Client::new(std::format!("{address}"), settings);
            let stream = client.connect().await.unwrap();
            assert!(stream.nodelay().unwrap());
            let set = SockRef::from(&stream).keepalive().unwrap();
            assert_eq!(set, keep_alive.is_some());
        }
    }

    #[test]
    fn section_5_a_profile_for_tcp_has_relaxed_timers_and_keeps_the_rest() {
        let relaxed = relaxed(&Profile::AUTRONICA);
        assert_eq!(relaxed.timers.character, Duration::from_secs(3));
        assert_eq!(relaxed.serial.character_time(), Duration::ZERO);
        assert_eq!(
            relaxed.timers.supervision,
            Profile::AUTRONICA.timers.supervision
        );
        assert_eq!(super::relaxed(&Profile::TCP), Profile::TCP);
    }
}
