//! Accepting connections, plain and over TLS, within bounds.
//!
//! Whoever comes is accepted at once. What is bounded is bounded by ending those that have said
//! nothing, so that silent connections, however many, do not keep an alarm out.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::certificate::Identity;
use super::handshakes::Handshakes;
use super::link::{Link, Speech, Stream};
use super::network::Networks;
use super::places::{Ended, NoPlace, Place, Places, Source};
use super::report::Report;
use super::tls::Tls;

/// How long to wait when the operating system gives no connection: it is out of descriptors.
const RECOVERY: Duration = Duration::from_millis(20);
/// How many silent connections are ended then.
const RECOVERED: usize = 32;

/// A connection that is ready for its protocol.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) link: Link,
    pub(super) local: SocketAddr,
    pub(super) remote: SocketAddr,
    /// Who the client is, when it presented a certificate.
    pub(super) identity: Option<Arc<Identity>>,
}

/// How connections of one transport are let in.
#[derive(Clone, Debug)]
pub(super) struct Door {
    networks: Networks,
    places: Places,
    speech: Speech,
    first_message: Duration,
    /// Whether one source gets no more than its share.
    by_source: bool,
    tls: Option<TlsDoor>,
    report: Report,
}

#[derive(Clone, Debug)]
struct TlsDoor {
    tls: Tls,
    handshakes: Handshakes,
    patience: Duration,
}

impl Door {
    /// For plain connections from these networks, which must bring a whole message in time.
    pub(super) fn plain(
        report: Report,
        networks: Networks,
        places: Places,
        speech: Speech,
        first_message: Duration,
    ) -> Self {
        Self {
            networks,
            places,
            speech,
            first_message,
            by_source: true,
            tls: None,
            report,
        }
    }

    /// For connections from a proxy, which stands for many.
    pub(super) fn without_shares(self) -> Self {
        Self {
            by_source: false,
            ..self
        }
    }

    /// For connections over TLS from anywhere, so many handshakes at a time.
    pub(super) fn with_tls(self, tls: Tls, handshakes: usize, patience: Duration) -> Self {
        Self {
            networks: Networks::all(),
            tls: Some(TlsDoor {
                tls,
                handshakes: Handshakes::new(handshakes),
                patience,
            }),
            ..self
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
                accepted = listener.accept() => accepted,
                () = stop.cancelled() => return,
                () = opened.closed() => return,
            };
            let (stream, remote) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    self.recover(&error).await;
                    continue;
                }
            };
            if !self.networks.allow(remote.ip()) {
                let what = "a connection from a network that is not named";
                self.report.closed("network", what);
                continue;
            }
            let Some(place) = self.place(remote) else {
                continue;
            };
            let Ok(local) = stream.local_addr() else {
                continue;
            };
            // An answer is one small segment; waiting to fill it helps nobody.
            let _ = stream.set_nodelay(true);
            let (door, opened, stop) = (self.clone(), opened.clone(), stop.clone());
            tokio::spawn(async move {
                let ended = place.ended();
                tokio::select! {
                    () = door.bring_in(stream, local, remote, place, opened) => {}
                    () = ended => {}
                    () = stop.cancelled() => {}
                }
            });
        }
    }

    async fn recover(&self, error: &io::Error) {
        use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
        self.report
            .failed("not-accepted", "cannot accept a connection", error);
        // It was the client's doing, and the next one may have come already.
        let of_the_client = [
            ConnectionAborted,
            ConnectionRefused,
            ConnectionReset,
            Interrupted,
        ];
        if of_the_client.contains(&error.kind()) {
            return;
        }
        for _ in 0..self.places.end_oldest(RECOVERED) {
            let what = "a silent connection, to accept another";
            self.report.closed("ended-for-another", what);
        }
        tokio::time::sleep(RECOVERY).await;
    }

    /// A place for a connection from there, if there is one or can be made.
    fn place(&self, remote: SocketAddr) -> Option<Place> {
        let source = self.by_source.then(|| Source::of(remote.ip()));
        match self.places.enter(source) {
            Ok((place, ended)) => {
                match ended {
                    Some(Ended::Oldest) => {
                        let what = "the longest silent connection: the limit is reached";
                        self.report.closed("ended-for-another", what);
                    }
                    Some(Ended::OfSource) => {
                        let what = "the longest silent connection of a source with all its share";
                        self.report.closed("ended-for-share", what);
                    }
                    None => {}
                }
                Some(place)
            }
            Err(NoPlace::Source) => {
                let what = "a connection above the share of its source (source_share)";
                self.report.closed("share", what);
                None
            }
            Err(NoPlace::All) => {
                self.report.closed("full", "a connection above the limit");
                None
            }
        }
    }

    /// Takes a connection to where its protocol begins.
    async fn bring_in(
        &self,
        stream: TcpStream,
        local: SocketAddr,
        remote: SocketAddr,
        place: Place,
        opened: mpsc::Sender<Opened>,
    ) {
        let deadline = Instant::now() + self.first_message;
        let (stream, identity) = match &self.tls {
            None => (Stream::Plain(stream), None),
            Some(tls) => match self.shake(tls, stream, deadline).await {
                Some(shaken) => shaken,
                None => return,
            },
        };
        self.report.count("opened");
        let (place, report) = (Arc::new(place), self.report.clone());
        let ready = Opened {
            link: Link::new(stream, place, self.speech, deadline, report),
            local,
            remote,
            identity,
        };
        // It fails when the server stops; dropping it closes it.
        let _ = opened.send(ready).await;
    }

    async fn shake(
        &self,
        door: &TlsDoor,
        stream: TcpStream,
        deadline: Instant,
    ) -> Option<(Stream, Option<Arc<Identity>>)> {
        let shaking = async {
            // One that says nothing is no handshake yet. (Readiness alone may be a false alarm.)
            stream.peek(&mut [0]).await?;
            let turn = door.handshakes.begin().await;
            tokio::select! {
                shaken = door.tls.handshake(stream) => shaken.map(Some),
                () = turn.ended() => Ok(None),
            }
        };
        let deadline = deadline.min(Instant::now() + door.patience);
        match tokio::time::timeout_at(deadline, shaking).await {
            Ok(Ok(Some((stream, identity)))) => Some((Stream::Tls(Box::new(stream)), identity)),
            Ok(Ok(None)) => {
                let what = "the oldest unfinished TLS handshake: others waited";
                self.report.closed("handshake-ended", what);
                None
            }
            Ok(Err(error)) => {
                let what = "a TLS handshake failed";
                self.report.failed("handshake-failed", what, &error);
                None
            }
            Err(_) => {
                let what = "a TLS handshake that took too long";
                self.report.closed("handshake-timeout", what);
                None
            }
        }
    }
}
