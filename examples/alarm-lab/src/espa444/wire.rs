//! A stream between a station and its line: faults on the way out, an observer of both ways.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use espa444::driver::Connect;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;
use tokio::time::{Instant, Sleep};

use super::fault::Station;
use super::mischief::{Mischief, Outgoing};
use super::observer::Observer;
use super::settings::LineSettings;
use crate::decode::espa444::Sender;

/// Bytes that may wait for the line before nothing more is read from it.
const MOST_WAITING: usize = 16 * 1024;

/// What station, line and simulator share.
#[derive(Debug)]
pub(super) struct Shared {
    mischief: Mutex<Mischief>,
    observer: Mutex<Observer>,
    /// The first attempt to connect failed.
    failure: Mutex<Option<io::Error>>,
    /// Something of these has changed.
    pub(super) changed: Notify,
    /// Who sends what this side sends, and what it hears.
    senders: (Sender, Sender),
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing here is left half changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(super) fn new(settings: &LineSettings, station: Station) -> Arc<Self> {
        let observer = Observer::new(&settings.profile);
        Arc::new(Shared {
            mischief: Mutex::new(Mischief::new(settings, station)),
            observer: Mutex::new(match station {
                Station::Panel => observer,
                Station::Pager => observer.for_station(settings.own_address(station)),
            }),
            failure: Mutex::new(None),
            changed: Notify::new(),
            senders: match station {
                Station::Panel => (Sender::Caller, Sender::Receiver),
                Station::Pager => (Sender::Receiver, Sender::Caller),
            },
        })
    }

    pub(super) fn mischief(&self) -> MutexGuard<'_, Mischief> {
        lock(&self.mischief)
    }

    pub(super) fn observer(&self) -> MutexGuard<'_, Observer> {
        lock(&self.observer)
    }

    pub(super) fn take_failure(&self) -> Option<io::Error> {
        lock(&self.failure).take()
    }

    fn observe(&self, sender: Sender, bytes: &[u8]) {
        self.observer().hear(Some(sender), bytes);
        self.changed.notify_one();
    }
}

/// Opens streams with a [`Wire`] around each.
pub(super) struct Wired<C> {
    inner: C,
    shared: Arc<Shared>,
    opened: bool,
}

impl<C> Wired<C> {
    pub(super) const fn new(inner: C, shared: Arc<Shared>) -> Self {
        Wired {
            inner,
            shared,
            opened: false,
        }
    }
}

impl<C: Connect> Connect for Wired<C> {
    type Stream = Wire<C::Stream>;

    async fn connect(&mut self) -> io::Result<Self::Stream> {
        match self.inner.connect().await {
            Ok(stream) => {
                self.opened = true;
                Ok(Wire::new(stream, Arc::clone(&self.shared)))
            }
            Err(error) => {
                let kind = error.kind();
                if !self.opened {
                    *lock(&self.shared.failure) = Some(error);
                    self.shared.changed.notify_one();
                }
                Err(kind.into())
            }
        }
    }

    async fn replacement(&mut self) -> Self::Stream {
        let stream = self.inner.replacement().await;
        Wire::new(stream, Arc::clone(&self.shared))
    }

    fn paces_itself(&self) -> bool {
        self.inner.paces_itself()
    }
}

/// The stream of one connection.
pub(super) struct Wire<S> {
    inner: S,
    shared: Arc<Shared>,
    /// What is being written, and how much of it is.
    current: Option<(Outgoing, usize)>,
    /// Until it may be.
    pause: Option<Pin<Box<Sleep>>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    fn new(inner: S, shared: Arc<Shared>) -> Self {
        shared.mischief().reset();
        Wire {
            inner,
            shared,
            current: None,
            pause: None,
        }
    }

    /// Ready when nothing waits for the line.
    fn poll_drain(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            if self.current.is_none() {
                let Some(next) = self.shared.mischief().next() else {
                    return Poll::Ready(Ok(()));
                };
                if next.after > Duration::ZERO {
                    let until = Instant::now() + next.after;
                    self.pause = Some(Box::pin(tokio::time::sleep_until(until)));
                }
                self.current = Some((next, 0));
            }
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(context));
                self.pause = None;
            }
            let Some((item, written)) = &mut self.current else {
                continue;
            };
            while *written < item.bytes.len() {
                let rest = &item.bytes[*written..];
                let more = ready!(Pin::new(&mut self.inner).poll_write(context, rest))?;
                if more == 0 {
                    return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
                }
                self.shared.observe(self.shared.senders.0, &rest[..more]);
                *written += more;
            }
            self.current = None;
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Poll::Ready(drained) = self.poll_drain(context) {
            drained?;
        }
        let heard = self.shared.mischief().take_heard(buffer.remaining());
        if !heard.is_empty() {
            buffer.put_slice(&heard);
            return Poll::Ready(Ok(()));
        }
        if self.shared.mischief().waiting() > MOST_WAITING {
            // The drain wakes us.
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(context, buffer))?;
        let fresh = &buffer.filled()[before..];
        if !fresh.is_empty() {
            self.shared.observe(self.shared.senders.1, fresh);
            self.shared.mischief().incoming(fresh);
            // An echo is on the line before the station can answer.
            if let Poll::Ready(drained) = self.poll_drain(context) {
                drained?;
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.shared.mischief().outgoing(bytes);
        if let Poll::Ready(drained) = self.poll_drain(context) {
            drained?;
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drain(context))?;
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drain(context))?;
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
