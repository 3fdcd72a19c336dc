//! How a line comes to its port or connection, again and again.
//!
//! The serial port and the TCP client are those of `espa444`: nothing in them is about its protocol.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use espa444::driver::Connect;
use espa444::driver::tcp::{Client, TcpSettings};
use espa444::profile::Serial;
use espa444::serial::{PortSettings, SerialLine};
use metrics::counter;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};

use super::limiter::Limiter;
use super::network::{self, Networks};
use crate::config::{SerialConfig, TcpConfig};
use crate::input::{BoundAddress, InputError};
use crate::journal::TransportFacts;

/// Before another attempt when the operating system gives no connection.
const RECOVERY: Duration = Duration::from_millis(100);
/// Lines of the log about connections that were turned away, in one second.
const LINES: u32 = 5;

/// A port or a connection.
pub(super) trait Bytes: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Bytes for T {}

/// Who is at the other end at this moment.
#[derive(Clone, Debug)]
pub(super) struct Ends {
    transport: &'static str,
    /// Whether the far end opens the connection, and so decides when it ends.
    called: bool,
    /// The far end, when it is known, and the near one.
    now: Arc<Mutex<(String, String)>>,
}

impl Ends {
    fn new(transport: &'static str, peer: String, local: String) -> Self {
        Self {
            transport,
            called: false,
            now: Arc::new(Mutex::new((peer, local))),
        }
    }

    /// Of a connection that the far end opens.
    fn called() -> Self {
        Self {
            called: true,
            ..Self::new("tcp", String::new(), String::new())
        }
    }

    /// Writes to the log that the port or connection is gone. One that the far end opened and
    /// closed in order is nothing to be warned of: whether the line is missed, its watch tells.
    pub(super) fn log_gone(&self, line: &str, why: io::ErrorKind) {
        if self.called && why == io::ErrorKind::UnexpectedEof {
            tracing::info!(line, "the other end closed its connection");
        } else {
            tracing::warn!(line, %why, "the port or connection is gone");
        }
    }

    fn set(&self, stream: &TcpStream) {
        let text = |address: io::Result<SocketAddr>| {
            address.map_or_else(|_| String::new(), |address| address.to_string())
        };
        let ends = (text(stream.peer_addr()), text(stream.local_addr()));
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = ends;
    }

    /// What the journal keeps of it.
    pub(super) fn facts(&self) -> TransportFacts {
        let (peer, local) = self
            .now
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        TransportFacts {
            transport: self.transport.into(),
            peer,
            local,
        }
    }
}

/// The port or the sockets of one line, as configured.
#[derive(Debug)]
pub(super) struct Wiring {
    pub(super) name: Arc<str>,
    /// What it is, when an address cannot be listened on.
    pub(super) what: &'static str,
    /// Its protocol, in the names of its addresses.
    pub(super) protocol: &'static str,
    /// The metric that counts what happens on it.
    pub(super) events: &'static str,
    pub(super) serial: Option<(SerialConfig, Serial)>,
    pub(super) tcp: Option<TcpConfig>,
    pub(super) listeners: Vec<TcpListener>,
}

impl Wiring {
    /// What it runs over, for people.
    pub(super) fn describe(&self) -> String {
        match (&self.serial, &self.tcp) {
            (Some((port, serial)), _) => format!("serial {} {serial}", port.device.display()),
            (None, Some(tcp)) => match &tcp.connect {
                Some(to) => format!("tcp connect {to}"),
                None => {
                    let bound = self.listeners.iter();
                    let bound = bound.filter_map(|one| one.local_addr().ok());
                    let bound: Vec<_> = bound.map(|address| address.to_string()).collect();
                    format!("tcp listen {}", bound.join(" "))
                }
            },
            (None, None) => String::new(),
        }
    }

    /// Binds the lines of an input; nothing more after the first that cannot be listened on.
    pub(super) fn bind_all<'w>(
        all: impl Iterator<Item = &'w mut Self>,
    ) -> Result<Vec<BoundAddress>, InputError> {
        let mut bound = Vec::new();
        for wiring in all {
            bound.extend(wiring.bind()?);
        }
        Ok(bound)
    }

    fn bind(&mut self) -> Result<Vec<BoundAddress>, InputError> {
        let mut bound = Vec::new();
        let listen = self.tcp.iter().filter_map(|tcp| tcp.listen.as_ref());
        for &address in listen.flat_map(|listen| listen.addresses()) {
            let failed = |source| InputError::Bind {
                what: self.what,
                address,
                source,
            };
            let listener = network::bind_tcp(address).map_err(failed)?;
            bound.push(BoundAddress {
                name: format!("{}.{}", self.protocol, self.name).into(),
                address: listener.local_addr().map_err(failed)?,
            });
            self.listeners.push(listener);
        }
        Ok(bound)
    }

    /// `None` only for what the check of the configuration refuses.
    pub(super) fn way(self) -> Option<Way> {
        let name = self.name;
        if let Some((port, serial)) = &self.serial {
            let mut settings = PortSettings::default();
            settings.exclusive = port.exclusive.unwrap_or(settings.exclusive);
            settings.data_terminal_ready = port.data_terminal_ready;
            settings.request_to_send = port.request_to_send;
            let device = port.device.to_str()?;
            let line = SerialLine::new(device, *serial, settings);
            return Some(Way::serial(name, line));
        }
        let tcp = self.tcp?;
        Some(match &tcp.connect {
            Some(to) => Way::connecting(name, to),
            None => {
                let networks = Networks::new(&tcp.plain_networks);
                Way::listening(name, self.events, self.listeners, networks)
            }
        })
    }
}

#[derive(Debug)]
enum Kind {
    Serial(SerialLine),
    Connect(Client),
    Listen(Door),
}

/// Opens the port or connection of one line.
#[derive(Debug)]
pub(super) struct Way {
    line: Arc<str>,
    kind: Kind,
    ends: Ends,
    /// The link was lost when the server stopped: the first attempt fails, so that the link begins
    /// as lost and says when it is back.
    begin_lost: bool,
    /// Why the last attempt failed, so that it is logged once.
    failed: Option<io::ErrorKind>,
}

impl Way {
    fn new(line: Arc<str>, kind: Kind, ends: Ends) -> Self {
        Self {
            line,
            kind,
            ends,
            begin_lost: false,
            failed: None,
        }
    }

    fn serial(line: Arc<str>, port: SerialLine) -> Self {
        let ends = Ends::new("serial", String::new(), port.path().to_owned());
        Self::new(line, Kind::Serial(port), ends)
    }

    fn connecting(line: Arc<str>, to: &str) -> Self {
        let client = Client::new(to, TcpSettings::default());
        let ends = Ends::new("tcp", to.to_owned(), String::new());
        Self::new(line, Kind::Connect(client), ends)
    }

    fn listening(
        line: Arc<str>,
        events: &'static str,
        listeners: Vec<TcpListener>,
        networks: Networks,
    ) -> Self {
        let door = Door {
            line: Arc::clone(&line),
            events,
            listeners,
            networks,
            limiter: Limiter::new(LINES),
        };
        Self::new(line, Kind::Listen(door), Ends::called())
    }

    pub(super) fn beginning_lost(mut self, lost: bool) -> Self {
        self.begin_lost = lost;
        self
    }

    pub(super) fn ends(&self) -> Ends {
        self.ends.clone()
    }

    async fn open(&mut self) -> io::Result<Box<dyn Bytes>> {
        match &mut self.kind {
            Kind::Serial(port) => Ok(Box::new(port.open_async()?)),
            Kind::Connect(client) => {
                let stream = client.connect().await?;
                self.ends.set(&stream);
                Ok(Box::new(stream))
            }
            Kind::Listen(door) => {
                let stream = door.accept().await;
                self.ends.set(&stream);
                Ok(Box::new(stream))
            }
        }
    }
}

impl Connect for Way {
    type Stream = Box<dyn Bytes>;

    async fn connect(&mut self) -> io::Result<Box<dyn Bytes>> {
        if std::mem::take(&mut self.begin_lost) {
            return Err(io::ErrorKind::NotConnected.into());
        }
        match self.open().await {
            Ok(stream) => {
                self.failed = None;
                Ok(stream)
            }
            Err(error) => {
                if self.failed.replace(error.kind()) != Some(error.kind()) {
                    let line = &*self.line;
                    tracing::warn!(line, %error, "the line cannot be opened; it is tried again");
                }
                Err(error)
            }
        }
    }

    /// A panel that was restarted opens a new connection while the old one is half open.
    async fn replacement(&mut self) -> Box<dyn Bytes> {
        match &mut self.kind {
            Kind::Listen(door) => {
                let stream = door.accept().await;
                self.ends.set(&stream);
                Box::new(stream)
            }
            _ => std::future::pending().await,
        }
    }

    fn paces_itself(&self) -> bool {
        matches!(self.kind, Kind::Listen(_))
    }
}

/// Lets in who may connect.
#[derive(Debug)]
struct Door {
    line: Arc<str>,
    /// The metric that counts what is turned away.
    events: &'static str,
    listeners: Vec<TcpListener>,
    networks: Networks,
    limiter: Limiter,
}

impl Door {
    async fn accept(&mut self) -> TcpStream {
        loop {
            let accepted = poll_fn(|context| {
                for listener in &self.listeners {
                    if let Poll::Ready(accepted) = listener.poll_accept(context) {
                        return Poll::Ready(accepted);
                    }
                }
                Poll::Pending
            });
            match accepted.await {
                Ok((stream, remote)) if self.networks.allow(remote.ip()) => {
                    if prepare(&stream).is_ok() {
                        return stream;
                    }
                }
                Ok(_) => {
                    let line = &*self.line;
                    counter!(self.events, "line" => line.to_owned(), "event" => "network")
                        .increment(1);
                    if let Some(held_back) = self.limiter.pass(Instant::now()) {
                        tracing::warn!(
                            line,
                            held_back,
                            "closed a connection from a network that is not named"
                        );
                    }
                }
                // Out of file descriptors, or a peer that is gone already.
                Err(_) => tokio::time::sleep(RECOVERY).await,
            }
        }
    }
}

/// No delay, and keep-alive: a panel that vanished without a word is noticed.
fn prepare(stream: &TcpStream) -> io::Result<()> {
    let settings = TcpSettings::default();
    stream.set_nodelay(true)?;
    if let Some(time) = settings.keep_alive {
        let keep_alive = TcpKeepalive::new()
            .with_time(time)
            .with_interval(settings.keep_alive_interval);
        SockRef::from(stream).set_tcp_keepalive(&keep_alive)?;
    }
    Ok(())
}
