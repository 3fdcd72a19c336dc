//! Simulated units: heartbeats over UDP at planned times, and connections over TCP.

use std::collections::HashMap;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::task::JoinSet;
use tokio::time::{sleep_until, timeout};

use crate::Scale;

/// Sockets of the heartbeats over UDP.
pub(crate) const SOCKETS: usize = 64;
/// A heartbeat that has no answer by then is lost (SIP timer F).
pub(crate) const LOST: Duration = Duration::from_secs(32);

pub(crate) fn controller(number: usize) -> String {
    format!("50{number:06}")
}

fn heartbeat(transport: &str, local: SocketAddr, number: usize, run: usize, unit: usize) -> String {
    let controller = controller(unit);
    let body = format!(
        "<mrq><ref>h{run}x{number}</ref><mty>PI</mty><cid>{controller}</cid><dty>0003</dty></mrq>"
    );
    format!(
        "MESSAGE sip:alarm@arc.example.net SIP/2.0\r\n\
         Via: SIP/2.0/{transport} {local};branch=z9hG4bK{run}x{number};rport\r\n\
         Max-Forwards: 70\r\nFrom: <sip:{controller}@arc.example.net>;tag=1\r\n\
         To: <sip:alarm@arc.example.net>\r\nCall-ID: {run}x{number}@example.net\r\n\
         CSeq: {} MESSAGE\r\nContent-Type: application/scaip+xml\r\n\
         Content-Length: {}\r\n\r\n{body}",
        number + 1,
        body.len()
    )
}

/// The 200 to a message of the server.
fn confirmation(message: &str) -> String {
    let echo: String = message
        .lines()
        .take_while(|line| !line.is_empty())
        .filter(|line| {
            let name = line.split(':').next().unwrap_or_default();
            ["Via", "From", "To", "Call-ID", "CSeq"].contains(&name)
        })
        .map(|line| format!("{line}\r\n"))
        .collect();
    format!("SIP/2.0 200 OK\r\n{echo}Content-Length: 0\r\n\r\n")
}

/// Heartbeats of many units over UDP.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) to: SocketAddr,
    pub(crate) controllers: usize,
    pub(crate) count: usize,
    pub(crate) rate: f64,
    pub(crate) run: usize,
}

/// What came of them.
#[derive(Default)]
pub(crate) struct Beats {
    pub(crate) planned: u64,
    pub(crate) accepted: u64,
    pub(crate) repeated: u64,
    pub(crate) longest: Duration,
}

/// A heartbeat without its `mrs` so far.
struct Open {
    bytes: String,
    planned: Instant,
    again: Option<Instant>,
    pause: Duration,
}

impl Plan {
    pub(crate) async fn run(&self) -> Result<Beats, Box<dyn Error>> {
        let start = Instant::now() + Duration::from_millis(50);
        let mut tasks = JoinSet::new();
        for first in 0..SOCKETS {
            let plan = self.clone();
            tasks.spawn(async move { plan.socket(first, start).await });
        }
        let mut all = Beats::default();
        while let Some(done) = tasks.join_next().await {
            let some = done??;
            all.planned += some.planned;
            all.accepted += some.accepted;
            all.repeated += some.repeated;
            all.longest = all.longest.max(some.longest);
        }
        Ok(all)
    }

    /// Every so-manieth heartbeat, on a socket of its own.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    async fn socket(&self, first: usize, start: Instant) -> std::io::Result<Beats> {
        let socket = UdpSocket::bind("127.0.0.1:0").await?;
        socket.connect(self.to).await?;
        let local = socket.local_addr()?;
        let mut open: HashMap<usize, Open> = HashMap::new();
        let mut beats = Beats::default();
        let mut numbers = (first..self.count).step_by(SOCKETS).peekable();
        let mut buffer = vec![0; 4096];
        loop {
            let next = numbers
                .peek()
                .map(|number| start + Duration::from_secs_f64(*number as f64 / self.rate));
            let again = open.values().filter_map(|open| open.again).min();
            let Some(wake) = [next, again].into_iter().flatten().min() else {
                if open.is_empty() {
                    return Ok(beats);
                }
                // Answered by SIP; the mrs is to come.
                let oldest = open.values().map(|open| open.planned).min();
                let end = oldest.unwrap_or(start) + LOST;
                match tokio::time::timeout_at(end.into(), socket.recv(&mut buffer)).await {
                    Ok(Ok(length)) => {
                        take(&socket, &buffer[..length], &mut open, &mut beats).await;
                    }
                    Ok(Err(error)) => return Err(error),
                    Err(_) => return Ok(beats),
                }
                continue;
            };
            tokio::select! {
                received = socket.recv(&mut buffer) => {
                    let length = received?;
                    take(&socket, &buffer[..length], &mut open, &mut beats).await;
                }
                () = sleep_until(wake.into()) => {
                    let now = Instant::now();
                    while let Some(number) = numbers.next_if(|number| {
                        start + Duration::from_secs_f64(*number as f64 / self.rate) <= now
                    }) {
                        let unit = number % self.controllers;
                        let bytes = heartbeat("UDP", local, number, self.run, unit);
                        let _ = socket.send(bytes.as_bytes()).await;
                        let pause = Duration::from_millis(500);
                        let planned = start + Duration::from_secs_f64(number as f64 / self.rate);
                        let again = Some(now + pause);
                        open.insert(number, Open { bytes, planned, again, pause });
                        beats.planned += 1;
                    }
                    for open in open.values_mut() {
                        if open.again.is_some_and(|again| again <= now) {
                            open.pause = (open.pause * 2).min(Duration::from_secs(4));
                            open.again = (now < open.planned + LOST).then(|| now + open.pause);
                            beats.repeated += 1;
                            let _ = socket.send(open.bytes.as_bytes()).await;
                        }
                    }
                }
            }
        }
    }
}

/// One datagram of the server.
async fn take(
    socket: &UdpSocket,
    datagram: &[u8],
    open: &mut HashMap<usize, Open>,
    beats: &mut Beats,
) {
    let Ok(message) = std::str::from_utf8(datagram) else {
        return;
    };
    if message.starts_with("SIP/2.0 200") {
        let number = message
            .lines()
            .find_map(|line| line.strip_prefix("CSeq: ")?.split(' ').next()?.parse().ok())
            .map(|number: usize| number.saturating_sub(1));
        if let Some(open) = number.and_then(|number| open.get_mut(&number)) {
            open.again = None;
        }
    } else if message.starts_with("MESSAGE ") {
        let _ = socket.send(confirmation(message).as_bytes()).await;
        let reference = message
            .split_once("<ref>h")
            .and_then(|(_, rest)| rest.split_once("</ref>"));
        let number = reference.and_then(|(reference, _)| reference.split_once('x')?.1.parse().ok());
        if let Some(number) = number
            && message.contains("<snu>0</snu>")
            && let Some(done) = open.remove(&number)
        {
            beats.accepted += 1;
            beats.longest = beats.longest.max(done.planned.elapsed());
        }
    }
}

/// What came of the units that connected again.
pub(crate) struct Again {
    pub(crate) served: u64,
    pub(crate) longest: Duration,
    pub(crate) took: Duration,
}

/// Each unit connects, sends a heartbeat, hears its `mrs` and stays connected.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
pub(crate) async fn reconnect(to: SocketAddr, scale: &Scale) -> Again {
    let start = Instant::now();
    let pause = scale.within.as_secs_f64() / scale.connections as f64;
    let served = Arc::new(AtomicU64::new(0));
    let (stay, leave) = tokio::sync::watch::channel(false);
    let mut units = JoinSet::new();
    for number in 0..scale.connections {
        let (served, mut leave) = (Arc::clone(&served), leave.clone());
        let at = start + Duration::from_secs_f64(pause * number as f64);
        units.spawn(async move {
            sleep_until(at.into()).await;
            let begun = Instant::now();
            let connected = timeout(LOST, one(to, number)).await;
            let waited = begun.elapsed();
            let stream = connected.ok().and_then(Result::ok);
            if stream.is_some() {
                served.fetch_add(1, Ordering::Relaxed);
            }
            // Connected until the last one is.
            let _ = leave.wait_for(|leave| *leave).await;
            drop(stream);
            waited
        });
    }
    let end = start + scale.within + LOST;
    let all = scale.connections as u64;
    while served.load(Ordering::Relaxed) < all && Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let took = start.elapsed();
    let _ = stay.send(true);
    let mut longest = Duration::ZERO;
    while let Some(done) = units.join_next().await {
        longest = longest.max(done.unwrap_or_default());
    }
    Again {
        served: served.load(Ordering::Relaxed),
        longest,
        took,
    }
}

async fn one(to: SocketAddr, number: usize) -> Result<TcpStream, Box<dyn Error + Send + Sync>> {
    let mut stream = TcpStream::connect(to).await?;
    let message = heartbeat("TCP", stream.local_addr()?, number, 3, number);
    stream.write_all(message.as_bytes()).await?;
    let mut text = String::new();
    let mut buffer = [0; 2048];
    loop {
        let length = stream.read(&mut buffer).await?;
        if length == 0 {
            return Err("closed".into());
        }
        text.push_str(std::str::from_utf8(&buffer[..length])?);
        if let Some(at) = text.find("MESSAGE sip:")
            && text.ends_with("</mrs>")
        {
            stream
                .write_all(confirmation(&text[at..]).as_bytes())
                .await?;
            return match text.contains("<snu>0</snu>") {
                true => Ok(stream),
                false => Err("refused".into()),
            };
        }
    }
}
