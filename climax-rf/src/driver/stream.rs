//! One connection, from its first byte to its last.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, sleep_until, timeout};

use super::clock::{Clock, instant};
use super::event::Kind;
use super::handle::{Command, Route};
use super::{Driver, Event};
use crate::station::Station;
use std::boxed::Box;

use crate::station::ForeignHandler;

type AnyStation = Station<Box<dyn ForeignHandler + Send>>;

pub(super) async fn serve<S>(driver: Driver, stream: S, peer: Option<SocketAddr>)
where
    S: AsyncRead + AsyncWrite + Send + Unpin,
{
    let mut route = driver.routes.open();
    let opened = Event {
        connection: route.id,
        peer,
        kind: Kind::Opened,
    };
    if driver.events.send(opened).await.is_err() {
        return;
    }
    // However it ends, the panel repeats what has no answer.
    let _ = move_bytes(&driver, stream, peer, &mut route).await;
    let closed = Event {
        connection: route.id,
        peer,
        kind: Kind::Closed,
    };
    drop(route);
    let _ = driver.events.send(closed).await;
}

async fn move_bytes<S>(
    driver: &Driver,
    stream: S,
    peer: Option<SocketAddr>,
    route: &mut Route,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Send + Unpin,
{
    let (mut reader, mut writer) = tokio::io::split(stream);
    let mut station = Station::new(driver.settings.station, (driver.handlers)());
    let mut clock = Clock::new();
    let mut buffer = [0; 2048];
    let mut idle_until = Instant::now() + driver.settings.idle;
    let mut next: Option<Event> = None;
    loop {
        let mut written = false;
        while let Some(bytes) = station.poll_transmit() {
            timeout(driver.settings.write_time, writer.write_all(&bytes)).await??;
            written = true;
        }
        if written {
            timeout(driver.settings.write_time, writer.flush()).await??;
        }
        if next.is_none() {
            let event = station.poll_event();
            next = event.map(|event| Event {
                connection: route.id,
                peer,
                kind: Kind::Station(event),
            });
        }
        let due = station
            .poll_timeout()
            .map_or(idle_until, |due| instant(due).min(idle_until));
        tokio::select! {
            // Decisions free what new reports need, so they go first.
            biased;
            Some(command) = route.commands.recv() => obey(&mut station, &mut clock, command),
            permit = driver.events.reserve(), if next.is_some() => {
                let Ok(permit) = permit else { return Ok(()) };
                if let Some(event) = next.take() {
                    permit.send(event);
                }
            }
            () = driver.events.closed() => return Ok(()),
            read = reader.read(&mut buffer), if next.is_none() => {
                let length = read?;
                if length == 0 {
                    return linger(driver, station, clock, writer, route).await;
                }
                idle_until = Instant::now() + driver.settings.idle;
                station.handle_bytes(clock.moment(), &buffer[..length], &*driver.accounts);
            }
            () = sleep_until(due) => {
                if Instant::now() >= idle_until {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                station.handle_timeout(clock.moment().now);
            }
        }
    }
}

/// The panel has finished sending but may still wait for answers.
async fn linger<W: AsyncWrite + Unpin>(
    driver: &Driver,
    mut station: AnyStation,
    mut clock: Clock,
    mut writer: W,
    route: &mut Route,
) -> io::Result<()> {
    while let Some(due) = station.poll_timeout() {
        tokio::select! {
            biased;
            Some(command) = route.commands.recv() => obey(&mut station, &mut clock, command),
            () = driver.events.closed() => return Ok(()),
            () = sleep_until(instant(due)) => station.handle_timeout(clock.moment().now),
        }
        while let Some(bytes) = station.poll_transmit() {
            timeout(driver.settings.write_time, writer.write_all(&bytes)).await??;
        }
    }
    timeout(driver.settings.write_time, writer.flush()).await??;
    Ok(())
}

fn obey(station: &mut AnyStation, clock: &mut Clock, command: Command) {
    let moment = clock.moment_to_answer();
    let done = match command.refusal {
        None => station.accept(moment, command.message),
        Some(refusal) => station.refuse(moment, command.message, refusal),
    };
    let _ = command.reply.send(done);
}
