//! The thread that reads.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::thread::{self, JoinHandle};

use super::Message;

/// Bytes of one input.
const PIECE: usize = 64;
/// Errors that are damaged characters, without a byte between them.
const DAMAGED: u32 = 64;

/// What the port brings.
pub(super) enum Input {
    Bytes([u8; PIECE], usize),
    Damaged,
    Ended(io::ErrorKind),
}

/// A thread that reads until it is stopped or the port is gone.
pub(super) struct Reading {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Reading {
    pub(super) fn start(
        mut reader: impl Read + Send + 'static,
        connection: u32,
        messages: SyncSender<Message>,
    ) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::Builder::new()
            .name("espa444-reader".into())
            .spawn(move || {
                let mut damaged = 0;
                while !stopped.load(Ordering::Acquire) {
                    let Some(input) = read(&mut reader, &mut damaged) else {
                        continue;
                    };
                    let ended = matches!(input, Input::Ended(_));
                    if messages.send(Message::Input(connection, input)).is_err() || ended {
                        return;
                    }
                }
            })?;
        Ok(Reading { stop, thread })
    }

    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::Release);
    }

    /// The port is closed then.
    pub(super) fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }
}

/// `None` when there is nothing yet.
fn read(reader: &mut impl Read, damaged: &mut u32) -> Option<Input> {
    let mut piece = [0; PIECE];
    match reader.read(&mut piece) {
        Ok(0) => Some(Input::Ended(io::ErrorKind::UnexpectedEof)),
        Ok(length) => {
            *damaged = 0;
            Some(Input::Bytes(piece, length))
        }
        Err(error) => match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => {
                None
            }
            io::ErrorKind::InvalidData if *damaged < DAMAGED => {
                *damaged += 1;
                Some(Input::Damaged)
            }
            kind => Some(Input::Ended(kind)),
        },
    }
}
