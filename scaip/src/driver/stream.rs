//! Connections: accepting, reading, writing.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::{Input, Inputs, Io, Settings};
use crate::sip::{ConnectionId, Transport};

/// Accepts connections until the driver is gone.
pub(super) async fn accept(listener: TcpListener, inputs: Inputs) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = inputs.closed() => return,
        };
        let Ok((stream, remote)) = accepted else {
            // Most likely out of file descriptors: they come back as connections close.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let Ok(local) = stream.local_addr() else {
            continue;
        };
        // An answer is one small segment; waiting to fill it helps nobody.
        let _ = stream.set_nodelay(true);
        let opened = Input::Opened {
            io: Box::new(stream),
            transport: Transport::Tcp,
            local,
            remote,
        };
        if !inputs.send(opened).await {
            return;
        }
    }
}

/// Starts the two tasks of one connection.
pub(super) fn serve(
    io: Box<dyn Io>,
    id: ConnectionId,
    bytes: mpsc::Receiver<Bytes>,
    inputs: Inputs,
    settings: Settings,
) {
    let (reader, writer) = tokio::io::split(io);
    let writing = tokio::spawn(write(writer, bytes, settings.write_time));
    tokio::spawn(async move {
        let mut writing = writing;
        tokio::select! {
            finished = read(reader, id, &inputs, settings.idle) => {
                // A peer that has only finished sending still waits for its responses.
                if finished {
                    let _ = timeout(settings.linger, &mut writing).await;
                }
            }
            // The driver let go of the connection, or the peer takes nothing.
            _ = &mut writing => {}
        }
        inputs.send(Input::Closed(id)).await;
    });
}

/// Reads until the end; `true` when it was the peer's.
async fn read(
    mut reader: ReadHalf<Box<dyn Io>>,
    id: ConnectionId,
    inputs: &Inputs,
    idle: Duration,
) -> bool {
    let mut buffer = BytesMut::new();
    loop {
        buffer.reserve(8192);
        match timeout(idle, reader.read_buf(&mut buffer)).await {
            Ok(Ok(0)) => return true,
            Ok(Ok(length)) => {
                let Some(_room) = inputs.room(length).await else {
                    return false;
                };
                let bytes = buffer.split().freeze();
                if !inputs.send(Input::Bytes { id, bytes, _room }).await {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

async fn write(
    mut writer: WriteHalf<Box<dyn Io>>,
    mut bytes: mpsc::Receiver<Bytes>,
    write_time: Duration,
) {
    while let Some(piece) = bytes.recv().await {
        let written = timeout(write_time, async {
            writer.write_all(&piece).await?;
            writer.flush().await
        });
        if !matches!(written.await, Ok(Ok(()))) {
            return;
        }
    }
    let _ = timeout(write_time, writer.shutdown()).await;
}
