//! Connections that are open, and whether they still live.

use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::mpsc;

use super::Driver;
use crate::driver::{BACKLOG, Io, stream};
use crate::sip::ConnectionId;

/// How long the answer to a ping may take (RFC 5626 4.4.1).
const PONG_TIME: Duration = Duration::from_secs(10);
/// An empty line and another: a ping (RFC 5626 3.5.1).
const PING: &[u8] = b"\r\n\r\n";

pub(super) struct Connection {
    pub(super) bytes: mpsc::Sender<Bytes>,
    /// When to send an empty line; `None` on connections that a receiver opened.
    pub(super) ping_at: Option<Instant>,
    /// When the answer to the last one is overdue.
    pub(super) pong_by: Option<Instant>,
    /// The receiver has answered one before, so it is one that does.
    ponged: bool,
}

impl Connection {
    /// Bytes have come: it lives, and perhaps answers pings.
    pub(super) fn heard(&mut self, bytes: &[u8]) {
        let awaited = self.pong_by.take().is_some();
        self.ponged |= awaited && bytes.starts_with(b"\r\n");
    }
}

impl Driver {
    pub(super) fn serve(&mut self, id: ConnectionId, io: Box<dyn Io>, ping_at: Option<Instant>) {
        let (sender, bytes) = mpsc::channel(BACKLOG);
        let connection = Connection {
            bytes: sender,
            ping_at,
            pong_by: None,
            ponged: false,
        };
        self.connections.insert(id, connection);
        let settings = self.settings.shared();
        stream::serve(io, id, bytes, self.own_inputs.clone(), settings);
    }

    pub(super) fn next_ping(&self) -> Option<Instant> {
        let wait = self.settings.keep_alive?.max(Duration::from_secs(1));
        Instant::now().checked_add(wait)
    }

    pub(super) fn ping(&mut self, now: Instant) {
        let next = self.next_ping();
        let sender = &mut self.sender;
        self.connections.retain(|id, connection| {
            let overdue = connection.pong_by.is_some_and(|by| by <= now);
            if overdue {
                connection.pong_by = None;
            }
            // Not every receiver answers; only from one that did its silence says something.
            let dead = overdue && connection.ponged;
            if dead {
                // The writer ends with it.
                sender.connection_closed(*id);
            }
            !dead
        });
        for connection in self.connections.values_mut() {
            if connection.ping_at.is_some_and(|at| at <= now) {
                connection.ping_at = next;
                // One that takes nothing is found out by the time limit of writing.
                let _ = connection.bytes.try_send(Bytes::from_static(PING));
                connection.pong_by.get_or_insert(now + PONG_TIME);
            }
        }
    }
}
