//! Ends a connection so that its last answer arrives.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// How long what still comes is waited for.
const TIME: Duration = Duration::from_secs(1);
/// Bytes that are read of it.
const BYTES: usize = 1 << 20;

/// A stream that, once its own side is closed, reads on for a while and throws away what comes.
///
/// A request that is refused before its body was read has the rest of the body under way. Were the connection
/// closed at once, the operating system would answer that with a reset, and the client might lose the
/// refusal for it (RFC 9112 9.6).
#[derive(Debug)]
pub(super) struct Lingering<S> {
    stream: S,
    closing: Option<Closing>,
}

#[derive(Debug)]
struct Closing {
    deadline: Pin<Box<Sleep>>,
    left: usize,
}

impl<S> Lingering<S> {
    pub(super) const fn new(stream: S) -> Self {
        Self {
            stream,
            closing: None,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Lingering<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Lingering<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.closing.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
        }
        let closing = this.closing.get_or_insert_with(|| Closing {
            deadline: Box::pin(sleep(TIME)),
            left: BYTES,
        });
        let mut place = [0; 4096];
        while closing.left > 0 && closing.deadline.as_mut().poll(context).is_pending() {
            let mut buffer = ReadBuf::new(&mut place);
            // Whatever goes wrong now: the answer was written, and nobody reads.
            match ready!(Pin::new(&mut this.stream).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {
                    closing.left = closing.left.saturating_sub(buffer.filled().len());
                }
                _ => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::time::Instant;

    use super::*;

    async fn pair() -> (Lingering<TcpStream>, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let address = listener.local_addr().expect("bound");
        let (accepted, connected) = tokio::join!(listener.accept(), TcpStream::connect(address));
        let (stream, _) = accepted.expect("accepted");
        (Lingering::new(stream), connected.expect("connected"))
    }

    #[tokio::test]
    async fn whoever_still_writes_reads_the_answer() {
        let (mut server, mut client) = pair().await;
        let server = tokio::spawn(async move {
            let mut head = [0; 1];
            server.read_exact(&mut head).await.expect("a head");
            server.write_all(b"too long").await.expect("answered");
            server.shutdown().await.expect("closed");
        });
        for _ in 0..20 {
            client.write_all(&[b'x'; 4096]).await.expect("taken");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.expect("no reset");
        assert_eq!(answer, "too long");
        let begun = Instant::now();
        drop(client);
        server.await.expect("it ends");
        assert!(begun.elapsed() < TIME, "it ends with the client");
    }

    #[tokio::test]
    async fn whoever_does_not_end_is_left_after_a_while() {
        let (mut server, mut client) = pair().await;
        let begun = Instant::now();
        server.shutdown().await.expect("closed");
        assert!(begun.elapsed() >= TIME, "{:?}", begun.elapsed());
        let mut rest = Vec::new();
        client.read_to_end(&mut rest).await.expect("closed");

        let (mut server, mut client) = pair().await;
        let writer =
            tokio::spawn(async move { while client.write_all(&[0; 65_536]).await.is_ok() {} });
        let begun = Instant::now();
        server.shutdown().await.expect("closed");
        assert!(begun.elapsed() < TIME, "{:?}", begun.elapsed());
        drop(server);
        writer.await.expect("it is told");
    }
}
