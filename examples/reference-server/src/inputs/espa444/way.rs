//! How a line comes to its port or connection, again and again.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use espa444::driver::Connect;
use espa444::driver::tcp::{Client, TcpSettings};
use espa444::serial::SerialLine;
use metrics::counter;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};

use super::super::limiter::Limiter;
use super::super::network::Networks;
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
    /// The far end, when it is known, and the near one.
    now: Arc<Mutex<(String, String)>>,
}

impl Ends {
    fn new(transport: &'static str, peer: String, local: String) -> Self {
        Self {
            transport,
            now: Arc::new(Mutex::new((peer, local))),
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

    pub(super) fn serial(line: Arc<str>, port: SerialLine) -> Self {
        let ends = Ends::new("serial", String::new(), port.path().to_owned());
        Self::new(line, Kind::Serial(port), ends)
    }

    pub(super) fn connecting(line: Arc<str>, to: &str) -> Self {
        let client = Client::new(to, TcpSettings::default());
        let ends = Ends::new("tcp", to.to_owned(), String::new());
        Self::new(line, Kind::Connect(client), ends)
    }

    pub(super) fn listening(
        line: Arc<str>,
        listeners: Vec<TcpListener>,
        networks: Networks,
    ) -> Self {
        let door = Door {
            line: Arc::clone(&line),
            listeners,
            networks,
            limiter: Limiter::new(LINES),
        };
        let ends = Ends::new("tcp", String::new(), String::new());
        Self::new(line, Kind::Listen(door), ends)
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
                    counter!("alarm_espa444_events_total", "line" => line.to_owned(), "event" => "network")
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
