//! One connection, from its first byte to its last.

use std::io;
use std::time::Duration;
use std::vec::Vec;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::Instant;

use super::{Connect, Driver, sleep_until};
use crate::time::Time;

/// How a connection ended.
pub(super) enum End<S> {
    /// With the driver.
    Over,
    /// By itself.
    Lost,
    /// The other side opened another one.
    Replaced(S),
}

/// Read errors that are damaged characters, without a byte between them.
const DAMAGED: u32 = 64;
/// Bytes that may wait for a port that takes none.
const UNSENT: usize = 64 * 1024;
/// Until the link is asked again, when it takes no bytes and does not say when it will.
const AGAIN: Duration = Duration::from_millis(2);

impl Driver {
    pub(super) async fn serve<S, C>(&mut self, stream: S, connect: &mut C) -> End<S>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin,
        C: Connect<Stream = S>,
    {
        let now = self.begin();
        self.pump.connected(now);
        let end = self.move_bytes(stream, connect).await;
        let why = match &end {
            Ok(End::Over | End::Lost) => io::ErrorKind::UnexpectedEof,
            Ok(End::Replaced(_)) => io::ErrorKind::ConnectionAborted,
            Err(error) => error.kind(),
        };
        if !matches!(end, Ok(End::Over)) {
            self.disconnected(why);
            let mut unsent = Vec::new();
            let now = self.now();
            self.pump.tick(now, &mut self.events, &mut unsent);
        }
        end.unwrap_or(End::Lost)
    }

    async fn move_bytes<S, C>(&mut self, stream: S, connect: &mut C) -> io::Result<End<S>>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin,
        C: Connect<Stream = S>,
    {
        let (mut reader, mut writer) = tokio::io::split(stream);
        let mut buffer = [0; 512];
        let (mut start, mut end) = (0, 0);
        let (mut damaged, mut damaged_waits) = (0, false);
        let mut out = Vec::with_capacity(512);
        let (mut unflushed, mut stuck) = (false, None);
        loop {
            let now = self.now();
            if damaged_waits {
                damaged_waits = !self.pump.byte_error(now, &mut self.events, &mut out);
            }
            if start < end && !damaged_waits {
                let bytes = &buffer[start..end];
                start += self.pump.input(now, bytes, &mut self.events, &mut out);
            } else {
                self.pump.tick(now, &mut self.events, &mut out);
            }
            self.note_ending();
            if self.is_over() && (out.is_empty() || self.patience_is_over()) {
                return Ok(End::Over);
            }
            if out.len() > UNSENT {
                return Err(io::ErrorKind::TimedOut.into());
            }
            let pending = start < end || damaged_waits;
            if out.is_empty() {
                stuck = None;
            } else if stuck.is_none() {
                stuck = Some(Instant::now() + self.settings.write_time);
            }
            let due = [self.due(now, pending), self.ending, stuck]
                .into_iter()
                .flatten()
                .min();
            let stalled = self.pump.is_stalled();
            tokio::select! {
                biased;
                written = put_out(&mut writer, &out), if unflushed || !out.is_empty() => {
                    let written = written?;
                    unflushed = !out.is_empty();
                    out.drain(..written);
                    stuck = None;
                }
                command = self.commands.recv(), if !self.alone => self.obey(command),
                read = reader.read(&mut buffer), if !pending => match read {
                    Ok(0) => return Ok(End::Lost),
                    Ok(length) => {
                        (start, end) = (0, length);
                        damaged = 0;
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                        damaged += 1;
                        if damaged > DAMAGED {
                            return Err(error);
                        }
                        damaged_waits = true;
                    }
                    Err(error) => return Err(error),
                },
                () = self.events.room(), if stalled => {}
                () = self.events.0.closed(), if !self.pump.has_decider() => {
                    return Ok(End::Over);
                }
                stream = connect.replacement() => return Ok(End::Replaced(stream)),
                () = sleep_until(due) => {
                    if stuck.is_some_and(|at| at <= Instant::now()) {
                        return Err(io::ErrorKind::TimedOut.into());
                    }
                }
            }
        }
    }

    fn patience_is_over(&self) -> bool {
        self.ending.is_some_and(|end| end <= Instant::now())
    }

    /// When the link is to be asked again.
    fn due(&self, now: Time, pending: bool) -> Option<Instant> {
        let link = self.pump.poll_timeout().map(|at| at.since(now));
        let again = pending.then_some(AGAIN);
        let wait = match (link, again) {
            (Some(link), Some(again)) => link.min(again),
            (link, again) => link.or(again).unwrap_or(Duration::from_secs(1)),
        };
        Instant::now().checked_add(wait)
    }
}

/// Writes, or flushes when nothing is left to write.
async fn put_out<W: AsyncWrite + Unpin>(writer: &mut W, out: &[u8]) -> io::Result<usize> {
    if out.is_empty() {
        writer.flush().await?;
        return Ok(0);
    }
    match writer.write(out).await? {
        0 => Err(io::ErrorKind::WriteZero.into()),
        written => Ok(written),
    }
}
