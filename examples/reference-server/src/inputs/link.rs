//! The stream of a connection, which ends when no whole message comes over it in time.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use scaip::sip::{Framed, SipLimits, StreamFramer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};
use tokio_rustls::server::TlsStream;
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::places::Place;
use super::report::Report;

/// Who says that a first message is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speech {
    /// The link itself, which cuts SIP messages off the stream until there was one.
    Sip,
    /// Whoever serves HTTP, with [`Place::hear`].
    Http,
}

/// A stream and its place among the connections, which it gives back when it is dropped. A stream
/// that was heard is only passed on.
#[derive(Debug)]
pub(super) struct Link {
    stream: Stream,
    place: Arc<Place>,
    unheard: Option<Box<Unheard>>,
}

#[derive(Debug)]
pub(super) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

#[derive(Debug)]
struct Unheard {
    framer: Option<StreamFramer>,
    ended: Pin<Box<WaitForCancellationFutureOwned>>,
    deadline: Pin<Box<Sleep>>,
    report: Report,
}

impl Link {
    pub(super) fn new(
        stream: Stream,
        place: Arc<Place>,
        speech: Speech,
        deadline: Instant,
        report: Report,
    ) -> Self {
        let unheard = Unheard {
            framer: (speech == Speech::Sip).then(|| StreamFramer::new(SipLimits::default())),
            ended: Box::pin(place.ended()),
            deadline: Box::pin(tokio::time::sleep_until(deadline)),
            report,
        };
        Self {
            stream,
            place,
            unheard: Some(Box::new(unheard)),
        }
    }

    /// The place, for whoever is to say that a message came.
    pub(super) fn place(&self) -> &Arc<Place> {
        &self.place
    }

    /// Whether it is time to end the stream.
    fn is_over(&mut self, context: &mut Context<'_>) -> Option<io::Error> {
        let unheard = self.unheard.as_mut()?;
        if self.place.is_heard() {
            self.unheard = None;
            return None;
        }
        // Counted and logged by the door, which knows why.
        if unheard.ended.as_mut().poll(context).is_ready() {
            return Some(io::ErrorKind::ConnectionAborted.into());
        }
        if unheard.deadline.as_mut().poll(context).is_ready() {
            let what = "a connection without a whole message in time";
            unheard.report.closed("first-message-timeout", what);
            return Some(io::ErrorKind::TimedOut.into());
        }
        None
    }

    fn listen(&mut self, bytes: &[u8]) {
        if let Some(framer) = self.unheard.as_mut().and_then(|it| it.framer.as_mut())
            && framer.hears(bytes)
        {
            self.place.hear();
            if self.place.is_heard() {
                self.unheard = None;
            }
        }
    }
}

trait Hears {
    /// Whether a whole message has come with these bytes.
    fn hears(&mut self, bytes: &[u8]) -> bool;
}

impl Hears for StreamFramer {
    fn hears(&mut self, bytes: &[u8]) -> bool {
        self.push(bytes);
        loop {
            match self.poll() {
                Framed::Message(_) => return true,
                Framed::NeedMore => return false,
                // A ping is no message, and neither is what nobody can read.
                _ => {}
            }
        }
    }
}

/// Runs the same call on either kind of stream.
macro_rules! on_either {
    ($link:expr, $stream:ident => $call:expr) => {
        match &mut $link.stream {
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
        let this = self.get_mut();
        if let Some(error) = this.is_over(context) {
            return Poll::Ready(Err(error));
        }
        let before = buffer.filled().len();
        let read = on_either!(this, stream => stream.poll_read(context, buffer));
        if this.unheard.is_some() {
            this.listen(&buffer.filled()[before..]);
        }
        read
    }
}

impl AsyncWrite for Link {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        on_either!(self.get_mut(), stream => stream.poll_write(context, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_either!(self.get_mut(), stream => stream.poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        on_either!(self.get_mut(), stream => stream.poll_shutdown(context))
    }
}
