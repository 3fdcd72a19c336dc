//! Connections to the HTTP API: how many there may be, and how long one may keep silent.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::linger::Lingering;

/// How long to wait when the operating system gives no connection: it is out of descriptors.
const RECOVERY: Duration = Duration::from_secs(1);

/// What connections may cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Connections at a time; further ones wait to be accepted.
    pub(crate) connections: usize,
    /// How long the head of a request may take, the wait for its first byte included.
    pub(crate) head: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 128,
            head: Duration::from_secs(10),
        }
    }
}

/// The connections that are served at present. Dropping it ends them all.
#[derive(Debug)]
pub(crate) struct Connections {
    server: http1::Builder,
    graceful: GracefulShutdown,
    running: JoinSet<()>,
}

impl Connections {
    /// None yet. `head` is how long the head of a request may take, the wait for its first byte
    /// included.
    pub(crate) fn new(head: Duration) -> Self {
        let mut server = http1::Builder::new();
        server.timer(TokioTimer::new()).header_read_timeout(head);
        Self {
            server,
            graceful: GracefulShutdown::new(),
            running: JoinSet::new(),
        }
    }

    /// Serves one more; `held` is dropped at its end.
    pub(crate) fn serve(
        &mut self,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        router: Router,
        held: impl Send + 'static,
    ) {
        let service = TowerToHyperService::new(router);
        let stream = TokioIo::new(Lingering::new(stream));
        let connection = self.server.serve_connection(stream, service);
        let connection = self.graceful.watch(connection);
        self.running.spawn(async move {
            // It fails when the client goes or keeps silent: nothing to do about it.
            let _ = connection.await;
            drop(held);
        });
    }

    /// Waits for the end of one; for ever when there is none.
    pub(crate) async fn reap(&mut self) {
        if self.running.join_next().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    /// Lets the requests under way finish.
    pub(crate) async fn shut_down(self) {
        let Self {
            graceful, running, ..
        } = self;
        graceful.shutdown().await;
        drop(running);
    }
}

/// Serves until `stop`, then lets the requests under way finish.
pub(crate) async fn serve_connections(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    stop: CancellationToken,
) {
    let slots = Arc::new(Semaphore::new(limits.connections));
    let mut connections = Connections::new(limits.head);
    loop {
        let (permit, stream) = tokio::select! {
            () = stop.cancelled() => break,
            next = next(&listener, &slots) => next,
            () = connections.reap() => continue,
        };
        connections.serve(stream, router.clone(), permit);
    }
    drop(listener);
    connections.shut_down().await;
}

async fn next(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (Option<OwnedSemaphorePermit>, TcpStream) {
    // It is never closed, so there always is a permit in the end.
    let permit = Arc::clone(slots).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (permit, stream),
            Err(error) => {
                tracing::warn!(%error, "the HTTP API cannot accept a connection");
                tokio::time::sleep(RECOVERY).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::http::StatusCode;
    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::task::JoinHandle;
    use tokio::time::timeout;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);
    const HEAD: Duration = Duration::from_millis(200);

    async fn start(connections: usize) -> (SocketAddr, CancellationToken, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let address = listener.local_addr().expect("bound");
        let router = Router::new()
            .route("/", get(async || "here"))
            .route("/", post(async || StatusCode::PAYLOAD_TOO_LARGE));
        let stop = CancellationToken::new();
        let limits = Limits {
            connections,
            head: HEAD,
        };
        let serving = tokio::spawn(serve_connections(listener, router, limits, stop.clone()));
        (address, stop, serving)
    }

    async fn connect(address: SocketAddr, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        stream.write_all(text.as_bytes()).await.expect("sent");
        stream
    }

    async fn read(mut stream: TcpStream) -> String {
        let mut text = String::new();
        let read = timeout(PATIENCE, stream.read_to_string(&mut text)).await;
        read.expect("closed in time").expect("read");
        text
    }

    const WHOLE: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    #[tokio::test]
    async fn whoever_keeps_silent_is_not_waited_for() {
        let (address, stop, serving) = start(8).await;
        for text in ["", "GET / HTTP/1.1\r\nHost: local"] {
            let answer = read(connect(address, text).await).await;
            assert!(!answer.contains("here"), "{answer}");
        }
        assert!(read(connect(address, WHOLE).await).await.ends_with("here"));
        stop.cancel();
        timeout(PATIENCE, serving)
            .await
            .expect("ends")
            .expect("ends");
    }

    #[tokio::test]
    async fn connections_above_the_limit_wait_until_there_is_room() {
        let (address, stop, serving) = start(2).await;
        let begun = tokio::time::Instant::now();
        let silent = [connect(address, "").await, connect(address, "").await];
        assert!(read(connect(address, WHOLE).await).await.ends_with("here"));
        assert!(begun.elapsed() >= HEAD, "{:?}", begun.elapsed());
        drop(silent);
        stop.cancel();
        timeout(PATIENCE, serving)
            .await
            .expect("ends")
            .expect("ends");
    }

    #[tokio::test]
    async fn whoever_is_refused_while_sending_hears_it() {
        let (address, stop, serving) = start(2).await;
        let head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 400000\r\n\r\n";
        let mut stream = connect(address, head).await;
        for _ in 0..40 {
            stream.write_all(&[b'x'; 10_000]).await.expect("taken");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let answer = read(stream).await;
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
        stop.cancel();
        timeout(PATIENCE, serving)
            .await
            .expect("ends")
            .expect("ends");
    }
}
