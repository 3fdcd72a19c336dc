//! Reading and writing datagrams.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::net::UdpSocket;

use super::{Input, Inputs};

/// Datagrams handed over together at most.
const BATCH: usize = 64;

/// Reads a socket until the driver is gone.
pub(super) async fn read(socket: Arc<UdpSocket>, local: SocketAddr, inputs: Inputs) {
    let mut buffer = vec![0; 65_536];
    loop {
        tokio::select! {
            ready = socket.readable() => {
                if ready.is_err() {
                    // Keep going: a socket that errs once is not lost.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
            () = inputs.closed() => return,
        }
        let mut datagrams = Vec::new();
        while datagrams.len() < BATCH {
            match socket.try_recv_from(&mut buffer) {
                Ok((length, remote)) => {
                    datagrams.push((remote, Bytes::copy_from_slice(&buffer[..length])));
                }
                // An ICMP error of an earlier answer, reported here; the next call reads on.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
                Err(_) => break,
            }
        }
        if datagrams.is_empty() {
            continue;
        }
        let bytes = datagrams.iter().map(|(_, datagram)| datagram.len()).sum();
        let Some(_room) = inputs.room(bytes).await else {
            return;
        };
        let input = Input::Datagrams {
            local,
            datagrams,
            _room,
        };
        if !inputs.send(input).await {
            return;
        }
    }
}

/// Sends one datagram, waiting only when the socket's buffer is full.
pub(super) async fn send(socket: &UdpSocket, bytes: &[u8], to: SocketAddr) -> io::Result<()> {
    match socket.try_send_to(bytes, to) {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
            socket.send_to(bytes, to).await.map(drop)
        }
        other => other.map(drop),
    }
}
