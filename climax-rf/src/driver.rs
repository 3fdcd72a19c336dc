//! Thin tokio drivers: bytes in, events out, nothing decided.
//!
//! A [`Driver`] serves the station's side: any `AsyncRead + AsyncWrite` ([`Driver::serve`]), a TCP
//! listener ([`Driver::listen`]) and a UDP socket for DC-09 ([`Driver::serve_udp`]), as many of
//! them as there are, with one [`Handle`] and one channel of events. [`panel`] drives the other
//! side.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use climax_rf::dc09::AllClear;
//! use climax_rf::driver::{Driver, Settings};
//! use tokio::io::{AsyncReadExt, AsyncWriteExt};
//!
//! let (driver, handle, mut events) = Driver::new(Settings::default(), AllClear);
//! let (stream, mut panel) = tokio::io::duplex(256);
//! tokio::spawn(driver.serve(stream, None));
//!
//! panel.write_all(b"[4711 18110101005FF0F]").await?;
//! while let Some(event) = events.recv().await {
//!     if let Some(id) = event.to_decide() {
//!         // Keep it, durably, then:
//!         handle.accept(id).await?;
//!         break;
//!     }
//! }
//! assert_eq!(panel.read_u8().await?, 0x06);
//! # Ok(())
//! # }
//! ```

mod clock;
mod event;
mod handle;
pub mod panel;
mod stream;
mod udp;

use core::fmt;
use std::boxed::Box;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::dc09::Accounts;
use crate::station::{self, ForeignHandler, NoHandler};

pub use event::{ConnectionId, Event, Id, Kind};
pub use handle::{DecideError, Ended, Handle};

use handle::Routes;

/// Settings of a driver.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Settings {
    /// Of the station of each connection.
    pub station: station::Settings,
    /// Events that may wait for the application, 1024 by default. When it falls behind, nothing is
    /// read, and panels wait.
    pub events: usize,
    /// Connections of a listener that may be open, 1024 by default. One beyond them is closed at
    /// once.
    pub connections: usize,
    /// A connection without a byte for this long is closed, 1 h by default.
    pub idle: Duration,
    /// How long writing an answer may take, 10 s by default.
    pub write_time: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            station: station::Settings::default(),
            events: 1024,
            connections: 1024,
            idle: Duration::from_secs(3600),
            write_time: Duration::from_secs(10),
        }
    }
}

type Handlers = Arc<dyn Fn() -> Box<dyn ForeignHandler + Send> + Send + Sync>;

/// Serves panels. Clone it for further sockets; all of them share accounts and events.
#[derive(Clone)]
pub struct Driver {
    settings: Settings,
    accounts: Arc<dyn Accounts + Send + Sync>,
    handlers: Handlers,
    events: mpsc::Sender<Event>,
    routes: Routes,
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Driver {
    /// A driver, its handle, and the events. When the receiver of events is dropped everything
    /// ends.
    #[must_use]
    pub fn new(
        settings: Settings,
        accounts: impl Accounts + Send + Sync + 'static,
    ) -> (Driver, Handle, mpsc::Receiver<Event>) {
        let (events, receiver) = mpsc::channel(settings.events.max(1));
        let routes = Routes::default();
        let driver = Driver {
            settings,
            accounts: Arc::new(accounts),
            handlers: Arc::new(|| Box::new(NoHandler)),
            events,
            routes: routes.clone(),
        };
        (driver, Handle::new(routes), receiver)
    }

    /// The same with a handler for formats that are not known, a new one for each connection.
    #[must_use]
    pub fn handling<H: ForeignHandler + Send + 'static>(
        mut self,
        handler: impl Fn() -> H + Send + Sync + 'static,
    ) -> Self {
        self.handlers = Arc::new(move || Box::new(handler()));
        self
    }

    /// Serves one connection until it ends or nobody takes events any more.
    pub async fn serve<S>(self, stream: S, peer: Option<SocketAddr>)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin,
    {
        stream::serve(self, stream, peer).await;
    }

    /// Takes connections until nobody takes events any more. Those that are open then end, too.
    pub async fn listen(self, listener: TcpListener) {
        let mut open = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                biased;
                () = self.events.closed() => return,
                Some(_) = open.join_next() => continue,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) if open.len() < self.settings.connections => {
                    let _ = stream.set_nodelay(true);
                    open.spawn(self.clone().serve(stream, Some(peer)));
                }
                Ok(_) => {}
                // Out of file descriptors, or a peer that is gone already.
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    /// Serves DC-09 over datagrams until nobody takes events any more.
    pub async fn serve_udp(self, socket: UdpSocket) {
        udp::serve(self, socket).await;
    }
}
