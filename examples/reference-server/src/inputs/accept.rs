//! Accepting connections, plain and over TLS, within bounds.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use metrics::counter;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

use super::certificate::Identity;
use super::limiter::Limiter;
use super::network::Networks;
use super::tls::Tls;

/// How long to wait when the operating system gives no connection: it is out of descriptors.
const RECOVERY: Duration = Duration::from_millis(200);
/// Lines of the log about connections that came to nothing, in one second.
const LINES: u32 = 5;

/// A connection that is ready for its protocol.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) link: Link,
    pub(super) local: SocketAddr,
    pub(super) remote: SocketAddr,
    /// Who the client is, when it presented a certificate.
    pub(super) identity: Option<Arc<Identity>>,
}

/// The stream, and its place among the connections, which it gives back when it is dropped.
#[derive(Debug)]
pub(super) struct Link {
    stream: Stream,
    _slot: OwnedSemaphorePermit,
}

#[derive(Debug)]
enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// Runs the same call on either kind of stream.
macro_rules! on_either {
    ($link:ident, $stream:ident => $call:expr) => {
        match &mut $link.get_mut().stream {
            Stream::Plain(stream) => {
                let $stream = Pin::new(stream);
                $call
            }
            Stream::Tls(stream) => {
                let $stream = Pin::new(stream.as_mut());
                $call
            }
        }
    };
}

impl AsyncRead for Link {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        on_either!(self, stream => stream.poll_read(context, buffer))
    }
}

impl AsyncWrite for Link {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        on_either!(self, stream => stream.poll_write(context, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_either!(self, stream => stream.poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_either!(self, stream => stream.poll_shutdown(context))
    }
}

/// How connections of one transport are let in.
#[derive(Clone, Debug)]
pub(super) struct Door {
    transport: &'static str,
    networks: Networks,
    slots: Arc<Semaphore>,
    tls: Option<TlsDoor>,
    lines: Arc<Mutex<Limiter>>,
}

#[derive(Clone, Debug)]
struct TlsDoor {
    tls: Tls,
    handshakes: Arc<Semaphore>,
    patience: Duration,
}

impl Door {
    /// For plain connections from these networks. `slots` bounds the connections.
    pub(super) fn plain(
        transport: &'static str,
        networks: Networks,
        slots: Arc<Semaphore>,
    ) -> Self {
        Self {
            transport,
            networks,
            slots,
            tls: None,
            lines: Arc::new(Mutex::new(Limiter::new(LINES))),
        }
    }

    /// For connections over TLS from anywhere, so many handshakes at a time.
    pub(super) fn tls(
        transport: &'static str,
        tls: Tls,
        slots: Arc<Semaphore>,
        handshakes: usize,
        patience: Duration,
    ) -> Self {
        let handshakes = Arc::new(Semaphore::new(handshakes.min(Semaphore::MAX_PERMITS)));
        Self {
            tls: Some(TlsDoor {
                tls,
                handshakes,
                patience,
            }),
            ..Self::plain(transport, Networks::all(), slots)
        }
    }

    /// Lets connections in until stopped, or until nobody takes them.
    pub(super) async fn run(
        self,
        listener: TcpListener,
        opened: mpsc::Sender<Opened>,
        stop: CancellationToken,
    ) {
        loop {
            let accepted = tokio::select! {
                accepted = self.next(&listener) => accepted,
                () = stop.cancelled() => return,
                () = opened.closed() => return,
            };
            let (stream, remote, handshake) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    if self.may_log() {
                        tracing::warn!(%error, transport = self.transport, "cannot accept a connection");
                    }
                    tokio::time::sleep(RECOVERY).await;
                    continue;
                }
            };
            if !self.networks.allow(remote.ip()) {
                self.turned_away("network", "a connection from a network that is not named");
                continue;
            }
            let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() else {
                self.turned_away("full", "a connection above the limit");
                continue;
            };
            let Ok(local) = stream.local_addr() else {
                continue;
            };
            // An answer is one small segment; waiting to fill it helps nobody.
            let _ = stream.set_nodelay(true);
            let (door, opened, stop) = (self.clone(), opened.clone(), stop.clone());
            tokio::spawn(async move {
                let shaken = tokio::select! {
                    shaken = door.shake(stream) => shaken,
                    () = stop.cancelled() => None,
                };
                drop(handshake);
                if let Some((stream, identity)) = shaken {
                    door.count("opened");
                    let link = Link {
                        stream,
                        _slot: slot,
                    };
                    let ready = Opened {
                        link,
                        local,
                        remote,
                        identity,
                    };
                    // It fails when the server stops; dropping it closes it.
                    let _ = opened.send(ready).await;
                }
            });
        }
    }

    /// The next connection, and the right to a handshake.
    async fn next(
        &self,
        listener: &TcpListener,
    ) -> io::Result<(TcpStream, SocketAddr, Option<OwnedSemaphorePermit>)> {
        let handshake = match &self.tls {
            // It is never closed, so there always is a permit in the end.
            Some(tls) => Arc::clone(&tls.handshakes).acquire_owned().await.ok(),
            None => None,
        };
        let (stream, remote) = listener.accept().await?;
        Ok((stream, remote, handshake))
    }

    async fn shake(&self, stream: TcpStream) -> Option<(Stream, Option<Arc<Identity>>)> {
        let Some(tls) = &self.tls else {
            return Some((Stream::Plain(stream), None));
        };
        match tokio::time::timeout(tls.patience, tls.tls.handshake(stream)).await {
            Ok(Ok((stream, identity))) => Some((Stream::Tls(Box::new(stream)), identity)),
            Ok(Err(error)) => {
                self.count("handshake-failed");
                if self.may_log() {
                    tracing::warn!(%error, transport = self.transport, "a TLS handshake failed");
                }
                None
            }
            Err(_) => {
                self.turned_away("handshake-timeout", "a TLS handshake that took too long");
                None
            }
        }
    }

    fn turned_away(&self, outcome: &'static str, what: &str) {
        self.count(outcome);
        if self.may_log() {
            tracing::warn!(transport = self.transport, "closed {what}");
        }
    }

    fn count(&self, outcome: &'static str) {
        counter!(
            "alarm_scaip_connections_total",
            "transport" => self.transport,
            "outcome" => outcome
        )
        .increment(1);
    }

    fn may_log(&self) -> bool {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.pass(Instant::now()).is_some()
    }
}
