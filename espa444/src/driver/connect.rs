//! How a driver comes to a stream, again and again.

use core::marker::PhantomData;
use std::future::Future;
use std::io;

use tokio::io::{AsyncRead, AsyncWrite};

/// Opens the port or connection of a line, as often as needed.
pub trait Connect: Send {
    /// What it opens.
    type Stream: AsyncRead + AsyncWrite + Send + Unpin;

    /// Opens it. After an error the driver waits and asks again. The future may be dropped before
    /// it is ready.
    fn connect(&mut self) -> impl Future<Output = io::Result<Self::Stream>> + Send;

    /// Ready with a stream that takes the place of the present one. Never, by default. The future
    /// may be dropped before it is ready.
    fn replacement(&mut self) -> impl Future<Output = Self::Stream> + Send {
        std::future::pending()
    }

    /// Whether `connect` may be asked again at once after a connection has ended, because it waits
    /// for the other side. `false` by default.
    fn paces_itself(&self) -> bool {
        false
    }
}

/// Nothing after the first stream.
pub(super) struct Never<S>(PhantomData<fn() -> S>);

impl<S> Never<S> {
    pub(super) const fn new() -> Self {
        Never(PhantomData)
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Connect for Never<S> {
    type Stream = S;

    async fn connect(&mut self) -> io::Result<S> {
        std::future::pending().await
    }
}
