//! Connections of SIP, from the door to the driver.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use scaip::driver::receiver::Handle;
use scaip::sip::Transport;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;

use super::super::accept::Opened;
use super::super::link::Link;
use super::origin::{CertificateGuard, Certificates};

/// Hands every connection to the driver, for as long as there are any.
pub(super) async fn hand_over(
    mut opened: mpsc::Receiver<Opened>,
    transport: Transport,
    handle: Handle,
    certificates: Certificates,
) {
    while let Some(connection) = opened.recv().await {
        let Opened {
            link,
            local,
            remote,
            identity,
        } = connection;
        let _guard = match identity {
            Some(identity) => Some(certificates.note(local, remote, identity)),
            None => {
                certificates.forget(local, remote);
                None
            }
        };
        let noted = Noted { link, _guard };
        if handle
            .add_stream(noted, transport, local, remote)
            .await
            .is_err()
        {
            return;
        }
    }
}

/// A connection whose certificate is noted while it lives.
#[derive(Debug)]
struct Noted {
    link: Link,
    _guard: Option<CertificateGuard>,
}

impl AsyncRead for Noted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.link).poll_read(context, buffer)
    }
}

impl AsyncWrite for Noted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.link).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.link).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.link).poll_shutdown(context)
    }
}
