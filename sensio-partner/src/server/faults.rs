//! Faults that a test double commits on purpose.
//!
//! ```
//! use sensio_partner::server::faults::{Fault, Faults, Scope};
//!
//! let faults = Faults::default(); // a clone of it goes into `Config::faults`
//! faults.once(Scope::Events, Fault::CutAfterBody);
//! faults.times(2, Scope::Token, Fault::answer(503));
//! assert_eq!(faults.left(), 3);
//! ```
//!
//! To cut a connection the double has to hold it: [`serve`] does.

use core::fmt;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use crate::member::Members;

/// The calls that a fault waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// Any call.
    Any,
    /// The token call.
    Token,
    /// Calls about events.
    Events,
    /// Calls with statuses.
    Statuses,
}

impl Scope {
    fn takes(self, call: Self) -> bool {
        self == Self::Any || self == call
    }
}

/// What goes wrong with one call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The connection is cut when the head has come: nothing is kept.
    CutBeforeBody,
    /// The connection is cut within the body: nothing is kept.
    CutDuringBody,
    /// The connection is cut after the call was kept: the partner cannot know.
    CutAfterBody,
    /// This status instead of taking the call, with problem details.
    Answer {
        /// 401, 409, 429, 500 ...
        status: u16,
        /// Put into `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// The call is taken and kept, and this status is answered all the same.
    KeptButAnswer {
        /// The status.
        status: u16,
    },
    /// Every token is forgotten before the call is looked at.
    ForgetTokens,
    /// The answer takes so long; then the call is taken as usual.
    Slow(Duration),
    /// 302 to this place.
    Redirect {
        /// A URL.
        location: String,
    },
    /// The HTML page of a proxy.
    HtmlPage {
        /// Its status.
        status: u16,
    },
    /// A body that carries one of these members is refused; any other is taken.
    RefuseMembers {
        /// The members.
        members: Members,
        /// The status.
        status: u16,
    },
    /// 500 to a body with a deviation, such as a member that is not used: the documented cause of a 500.
    /// Any other is taken.
    RefuseUnused,
}

impl Fault {
    /// A status without `Retry-After`.
    #[must_use]
    pub const fn answer(status: u16) -> Self {
        Self::Answer {
            status,
            retry_after: None,
        }
    }
}

/// The faults to come, in order. Clones share them.
#[derive(Clone, Default)]
pub struct Faults(Arc<Mutex<Plan>>);

#[derive(Default)]
struct Plan {
    once: VecDeque<(Scope, Fault)>,
    always: Option<(Scope, Fault)>,
}

impl Faults {
    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next call of the scope gets this fault, after those that are planned for it already.
    pub fn once(&self, scope: Scope, fault: Fault) {
        self.plan().once.push_back((scope, fault));
    }

    /// The next so many calls of the scope.
    pub fn times(&self, count: usize, scope: Scope, fault: Fault) {
        let faults = core::iter::repeat_n((scope, fault), count);
        self.plan().once.extend(faults);
    }

    /// Every call of the scope for which nothing else is planned.
    pub fn always(&self, scope: Scope, fault: Fault) {
        self.plan().always = Some((scope, fault));
    }

    /// No faults any more.
    pub fn clear(&self) {
        *self.plan() = Plan::default();
    }

    /// Planned faults that no call has met yet.
    #[must_use]
    pub fn left(&self) -> usize {
        self.plan().once.len()
    }

    pub(super) fn next(&self, call: Scope) -> Option<Fault> {
        let mut plan = self.plan();
        let planned = plan.once.iter().position(|(scope, _)| scope.takes(call));
        match planned {
            Some(at) => plan.once.remove(at).map(|(_, fault)| fault),
            None => {
                let (scope, fault) = plan.always.as_ref()?;
                scope.takes(call).then(|| fault.clone())
            }
        }
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Faults({} planned)", self.left())
    }
}

/// Serves a router over connections that its faults can cut.
///
/// # Errors
///
/// As [`axum::serve()`].
pub async fn serve(listener: TcpListener, router: Router) -> io::Result<()> {
    let service = router.into_make_service_with_connect_info::<Switch>();
    axum::serve(CutListener(listener), service).await
}

/// Cuts the connection of a call.
#[derive(Debug, Clone)]
pub(super) struct Switch {
    cut: Arc<AtomicBool>,
    pub(super) peer: SocketAddr,
}

impl Switch {
    pub(super) fn cut(&self) {
        self.cut.store(true, Ordering::Release);
    }
}

impl Connected<IncomingStream<'_, CutListener>> for Switch {
    fn connect_info(stream: IncomingStream<'_, CutListener>) -> Self {
        Self {
            cut: stream.io().cut.clone(),
            peer: *stream.remote_addr(),
        }
    }
}

/// A listener whose connections can be cut.
#[derive(Debug)]
pub(super) struct CutListener(TcpListener);

impl Listener for CutListener {
    type Io = CutStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (CutStream, SocketAddr) {
        let (stream, peer) = Listener::accept(&mut self.0).await;
        let cut = Arc::new(AtomicBool::new(false));
        (CutStream { stream, cut }, peer)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// A connection that can be cut: then nothing is read or written any more, and the server drops it.
#[derive(Debug)]
pub(super) struct CutStream {
    stream: TcpStream,
    cut: Arc<AtomicBool>,
}

impl CutStream {
    fn whole(self: Pin<&mut Self>) -> io::Result<Pin<&mut TcpStream>> {
        let this = self.get_mut();
        match this.cut.load(Ordering::Acquire) {
            true => Err(io::ErrorKind::ConnectionReset.into()),
            false => Ok(Pin::new(&mut this.stream)),
        }
    }
}

impl AsyncRead for CutStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.whole()?.poll_read(context, buffer)
    }
}

impl AsyncWrite for CutStream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.whole()?.poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.whole()?.poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.whole()?.poll_shutdown(context)
    }
}
