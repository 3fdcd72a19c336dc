//! A port for tokio.

use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::io;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_serial::SerialStream;

use super::{Latency, SerialLine, has_seven_bits};
use crate::driver::Connect;
use crate::profile::Serial;

/// An open port.
#[derive(Debug)]
pub struct AsyncPort {
    inner: SerialStream,
    serial: Serial,
    latency: Latency,
}

impl AsyncPort {
    pub(super) const fn new(inner: SerialStream, serial: Serial, latency: Latency) -> Self {
        AsyncPort {
            inner,
            serial,
            latency,
        }
    }

    /// What was found about the latency of the adapter.
    #[must_use]
    pub const fn latency(&self) -> Latency {
        self.latency
    }
}

impl AsyncRead for AsyncPort {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(context, buffer))?;
        if has_seven_bits(self.serial) {
            let fresh = &mut buffer.filled_mut()[before..];
            fresh.iter_mut().for_each(|byte| *byte &= 0x7F);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for AsyncPort {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if !has_seven_bits(self.serial) || bytes.is_ascii() {
            return Pin::new(&mut self.inner).poll_write(context, bytes);
        }
        let mut buffer = [0; 256];
        let length = bytes.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(bytes) {
            *to = from & 0x7F;
        }
        Pin::new(&mut self.inner).poll_write(context, &buffer[..length])
    }

    /// Nothing is held back here. Waiting until all is on the line would stop the whole thread.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(context)
    }
}

impl Connect for SerialLine {
    type Stream = AsyncPort;

    async fn connect(&mut self) -> io::Result<AsyncPort> {
        self.open_async()
    }
}
