//! The stream of a connection, which ends when no whole message comes over it in time.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

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
    /// The link itself, which cuts SIP messages of these lengths off the stream until there was one.
    Sip(SipLimits),
    /// Whoever serves it, with [`Place::hear`].
    Served,
}

/// How long a SIP client that has finished sending is still waited on for its answers: a little more
/// than a decision may take.
const LINGER: Duration = Duration::from_secs(12);

/// A stream and its place among the connections, which it gives back when it is dropped. A stream
/// that was heard is only passed on.
#[derive(Debug)]
pub(super) struct Link {
    stream: Stream,
    place: Arc<Place>,
    speech: Speech,
    watch: Option<Box<Watch>>,
    report: Report,
}

#[derive(Debug)]
pub(super) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// What can end a stream that is not in use yet, or not any more.
#[derive(Debug)]
struct Watch {
    why: Why,
    ended: Pin<Box<WaitForCancellationFutureOwned>>,
    deadline: Pin<Box<Sleep>>,
}

#[derive(Debug)]
enum Why {
    /// No whole message has come over it; with SIP the framer finds out.
    Unheard(Option<StreamFramer>),
    /// Its client has finished sending.
    Left,
}

impl Watch {
    fn new(why: Why, place: &Place, deadline: Instant) -> Box<Self> {
        Box::new(Self {
            why,
            ended: Box::pin(place.ended()),
            deadline: Box::pin(tokio::time::sleep_until(deadline)),
        })
    }
}

impl Link {
    pub(super) fn new(
        stream: Stream,
        place: Arc<Place>,
        speech: Speech,
        deadline: Instant,
        report: Report,
    ) -> Self {
        let framer = match speech {
            Speech::Sip(limits) => Some(StreamFramer::new(limits)),
            Speech::Served => None,
        };
        Self {
            watch: Some(Watch::new(Why::Unheard(framer), &place, deadline)),
            stream,
            place,
            speech,
            report,
        }
    }

    /// The place, for whoever is to say that a message came.
    pub(super) fn place(&self) -> &Arc<Place> {
        &self.place
    }

    /// Whether there is nothing to read: it is time to end the stream, or its client has finished.
    fn is_over(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(watch) = &mut self.watch else {
            return Poll::Ready(Ok(()));
        };
        let left = matches!(watch.why, Why::Left);
        if !left && self.place.is_heard() {
            self.watch = None;
            return Poll::Ready(Ok(()));
        }
        // Counted and logged by the door, which knows why.
        if watch.ended.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        if watch.deadline.as_mut().poll(context).is_ready() {
            if !left {
                let what = "a connection without a whole message in time";
                self.report.closed("first-message-timeout", what);
            }
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        if left {
            Poll::Pending
        } else {
            Poll::Ready(Ok(()))
        }
    }

    fn listen(&mut self, bytes: &[u8]) {
        if let Some(watch) = &mut self.watch
            && let Why::Unheard(Some(framer)) = &mut watch.why
            && hears(framer, bytes)
        {
            self.place.hear();
            if self.place.is_heard() {
                self.watch = None;
            }
        }
    }

    /// The client of a SIP stream has finished sending. It may be gone altogether: its place is for
    /// whoever needs it.
    fn leave(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.watch.is_some() {
            // It never asked, so there is nothing to answer.
            return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
        }
        self.place.leave();
        self.watch = Some(Watch::new(Why::Left, &self.place, Instant::now() + LINGER));
        self.is_over(context)
    }
}

/// Whether a whole message has come with these bytes.
fn hears(framer: &mut StreamFramer, bytes: &[u8]) -> bool {
    framer.push(bytes);
    loop {
        match framer.poll() {
            Framed::Message(_) => return true,
            Framed::NeedMore => return false,
            // A ping is no message, and neither is what nobody can read.
            _ => {}
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
        ready!(this.is_over(context))?;
        let before = buffer.filled().len();
        let had_room = buffer.remaining() > 0;
        let read = ready!(on_either!(this, stream => stream.poll_read(context, buffer)));
        let bytes = &buffer.filled()[before..];
        if read.is_ok() && bytes.is_empty() && had_room && this.speech != Speech::Served {
            return this.leave(context);
        }
        this.listen(bytes);
        Poll::Ready(read)
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
