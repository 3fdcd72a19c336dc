//! DC-09 over datagrams.

use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::sleep_until;

use super::clock::{Clock, instant};
use super::event::Kind;
use super::{Driver, Event};
use crate::dc09::{self, LONGEST_FRAME};
use crate::station::{self, MessageId, NotHeld};

/// Room to see that a datagram is too long.
const DATAGRAM: usize = 2 * LONGEST_FRAME;

pub(super) async fn serve(driver: Driver, socket: UdpSocket) {
    let mut route = driver.routes.open();
    let mut station = dc09::Station::new(driver.settings.station.dc09);
    let mut clock = Clock::new();
    let mut buffer = std::vec![0; DATAGRAM];
    let mut next: Option<Event> = None;
    loop {
        while let Some(answer) = station.poll_transmit() {
            if let Some(to) = answer.to {
                // The panel repeats what gets no answer.
                let _ = socket.send_to(&answer.bytes, to).await;
            }
        }
        if next.is_none() {
            next = station.poll_event().map(|event| {
                let peer = match &event {
                    dc09::Event::Frame { from, .. } | dc09::Event::Refused { from, .. } => *from,
                    _ => None,
                };
                let kind = Kind::Station(station::Event::Dc09(event));
                Event {
                    connection: route.id,
                    peer,
                    kind,
                }
            });
        }
        let due = station.poll_timeout().map(instant);
        tokio::select! {
            biased;
            Some(command) = route.commands.recv() => {
                let moment = clock.moment_to_answer();
                let done = match (command.message, command.refusal) {
                    (MessageId::Dc09(id), None) => {
                        station.accept(moment.now, moment.utc, id, moment.padding)
                    }
                    (MessageId::Dc09(id), Some(refusal)) => {
                        station.refuse(moment.now, moment.utc, id, refusal, moment.padding)
                    }
                    _ => Err(dc09::NotHeld),
                };
                let _ = command.reply.send(done.map_err(NotHeld::from));
            }
            permit = driver.events.reserve(), if next.is_some() => {
                let Ok(permit) = permit else { return };
                if let Some(event) = next.take() {
                    permit.send(event);
                }
            }
            () = driver.events.closed() => return,
            received = socket.recv_from(&mut buffer), if next.is_none() => match received {
                Ok((length, from)) => {
                    let moment = clock.moment();
                    let datagram = &buffer[..length];
                    station.handle_datagram(moment.now, moment.utc, from, datagram, &*driver.accounts);
                }
                // An answer met a closed port, or the system is short of something.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            () = async {
                match due {
                    Some(due) => sleep_until(due).await,
                    None => std::future::pending().await,
                }
            } => station.handle_timeout(clock.moment().now),
        }
    }
}
