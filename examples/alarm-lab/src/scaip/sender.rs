//! A unit on real sockets: one UDP port or one TCP connection of its own.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use scaip::Request;
use scaip::sip::{ConfigError, Transport};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{sleep_until, timeout};

use super::Fault;
use super::outcome::{Exchange, Outcome, Silence, Verdict};
use super::settings::{SenderSettings, SettingsError};
use super::unit::{Outgoing, Unit};

/// Bytes of a segment and time between two of them with [`Fault::SplitTcp`].
const SEGMENT: usize = 48;
const SEGMENT_GAP: Duration = Duration::from_millis(1);
/// Alarms in one segment with [`Fault::GlueTcp`], and how long the first waits for the others.
const GLUED: usize = 3;
const GLUE_WAIT: Duration = Duration::from_millis(200);
/// How long a connection may take to open.
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// How long a closed UDP port has to say so.
const PROBE_TIME: Duration = Duration::from_millis(100);
/// Messages read in a row before the clock is looked at again.
const BURST: usize = 64;
/// The largest datagram.
const DATAGRAM: usize = 65_535;

/// Why a sender cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The settings contradict themselves.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The settings of the SIP layer; never in practice.
    #[error(transparent)]
    Sip(#[from] ConfigError),
    /// No socket, or no way to the receiver.
    #[error("no way to {to}: {source}")]
    Socket {
        /// The receiver.
        to: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
}

enum Link {
    Udp(UdpSocket),
    Tcp(TcpLink),
}

#[derive(Default)]
struct TcpLink {
    stream: Option<TcpStream>,
    out: Vec<u8>,
    /// Alarms held back for [`Fault::GlueTcp`] and when the first one came.
    held: usize,
    held_until: Option<Instant>,
    next_segment: Option<Instant>,
}

/// One simulated unit on a socket of its own.
///
/// Needs a tokio runtime with I/O and time. Time is the runtime's: pacing is good to about a
/// millisecond.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use alarm_lab::scaip::{Sender, SenderSettings};
///
/// let settings = SenderSettings::new("127.0.0.1:5060".parse()?);
/// let mut sender = Sender::open(&settings).await?;
/// let exchange = sender.exchange().await;
/// println!("{}", exchange.outcome.verdict);
/// # Ok(())
/// # }
/// ```
pub struct Sender {
    settings: Arc<SenderSettings>,
    unit: Unit,
    link: Link,
    loss: u8,
    random: fastrand::Rng,
    buffer: Vec<u8>,
}

impl std::fmt::Debug for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sender")
            .field("unit", &self.unit)
            .field("transport", &self.settings.transport)
            .finish_non_exhaustive()
    }
}

impl Sender {
    /// Opens a socket, and with TCP the connection.
    ///
    /// # Errors
    ///
    /// [`OpenError`].
    pub async fn open(settings: &SenderSettings) -> Result<Self, OpenError> {
        Self::open_as(&Arc::new(settings.clone()), 0, fresh_run()).await
    }

    /// Opens unit number `index` of a run.
    pub(crate) async fn open_as(
        settings: &Arc<SenderSettings>,
        index: usize,
        run: u64,
    ) -> Result<Self, OpenError> {
        settings.check()?;
        let to = settings.to;
        let failed = |source| OpenError::Socket { to, source };
        let local = local_address(to).map_err(failed)?;
        let (link, local) = if settings.transport.is_stream() {
            (Link::Tcp(TcpLink::default()), local)
        } else {
            let socket = UdpSocket::bind(local).await.map_err(failed)?;
            let local = socket.local_addr().map_err(failed)?;
            (Link::Udp(socket), local)
        };
        let loss = settings.faults.iter().find_map(|fault| match fault {
            Fault::Lossy(percent) => Some(*percent),
            _ => None,
        });
        let mut sender = Sender {
            unit: Unit::new(Arc::clone(settings), index, local, run)?,
            link,
            loss: loss.unwrap_or(0),
            random: fastrand::Rng::with_seed(settings.seed.wrapping_add(index as u64)),
            buffer: vec![0; DATAGRAM],
            settings: Arc::clone(settings),
        };
        if settings.transport.is_stream() {
            sender.connect().await.map_err(failed)?;
        }
        Ok(sender)
    }

    /// The `cid` of the unit.
    #[must_use]
    pub fn controller(&self) -> &str {
        self.unit.controller()
    }

    /// Responses that belonged to no open alarm.
    #[must_use]
    pub fn strays(&self) -> u64 {
        self.unit.strays()
    }

    /// Sends the alarm of the settings and waits for the verdict.
    pub async fn exchange(&mut self) -> Exchange {
        let settings = Arc::clone(&self.settings);
        self.exchange_of(&settings.request).await
    }

    /// Sends another alarm and waits for the verdict; controller and reference are the unit's own.
    pub async fn exchange_of(&mut self, request: &Request<'static>) -> Exchange {
        let started = SystemTime::now();
        let now = Instant::now();
        self.unit.record(now);
        let mut outcome = None;
        self.drive(std::iter::once(now), request, |found| {
            outcome = Some(found.clone());
        })
        .await;
        Exchange {
            started,
            messages: self.unit.take_transcript(),
            outcome: outcome.unwrap_or_else(|| Outcome {
                number: 0,
                controller: self.unit.controller().to_owned(),
                reference: String::new(),
                verdict: Verdict::Unanswered(Silence::Complete),
                sip_status: None,
                response: None,
                latency: now.elapsed(),
                lag: Duration::ZERO,
            }),
        }
    }

    /// Sends one alarm at each of these times, whatever the answers do, and returns when each has
    /// its verdict. Times that are past are made up for at once.
    pub async fn run(
        &mut self,
        schedule: impl Iterator<Item = Instant>,
        on_outcome: impl FnMut(&Outcome),
    ) {
        let settings = Arc::clone(&self.settings);
        self.drive(schedule, &settings.request, on_outcome).await;
    }

    async fn drive(
        &mut self,
        mut schedule: impl Iterator<Item = Instant>,
        request: &Request<'static>,
        mut on_outcome: impl FnMut(&Outcome),
    ) {
        let mut next = schedule.next();
        let mut linger = None;
        loop {
            let mut now = Instant::now();
            if next.is_some_and(|at| at <= now) {
                // The receiver may have closed the connection while nobody looked.
                self.read_stream();
                if self.is_disconnected() {
                    // Without a connection the unit says "not sent".
                    let _ = self.connect().await;
                    now = Instant::now();
                }
            }
            while let Some(planned) = next.filter(|&at| at <= now) {
                self.unit.send_request(now, planned, request);
                next = schedule.next();
            }
            if self.unit.poll_timeout().is_some_and(|at| at <= now) {
                self.unit.handle_timeout(now);
            }
            self.flush(now, next.is_none()).await;
            while let Some(outcome) = self.unit.poll_outcome() {
                on_outcome(&outcome);
            }
            let mut wake = [next, self.unit.poll_timeout(), self.link_deadline()]
                .into_iter()
                .flatten()
                .min()
                .unwrap_or(now + Duration::from_secs(1));
            if next.is_none() && self.unit.open() == 0 {
                let until = *linger.get_or_insert(now + Unit::LINGER);
                if until <= now || (self.is_flushed() && !self.unit.lingers()) {
                    break;
                }
                wake = wake.min(until);
            }
            self.wait(wake).await;
        }
    }

    fn is_disconnected(&self) -> bool {
        matches!(&self.link, Link::Tcp(link) if link.stream.is_none())
    }

    fn is_flushed(&self) -> bool {
        match &self.link {
            Link::Udp(_) => true,
            Link::Tcp(link) => link.out.is_empty() || link.stream.is_none(),
        }
    }

    /// When the link itself wants to go on.
    fn link_deadline(&self) -> Option<Instant> {
        match &self.link {
            Link::Tcp(link) if !link.out.is_empty() => link.held_until.or(link.next_segment),
            _ => None,
        }
    }

    async fn connect(&mut self) -> io::Result<()> {
        let Link::Tcp(link) = &mut self.link else {
            return Ok(());
        };
        let stream = timeout(CONNECT_TIME, TcpStream::connect(self.settings.to))
            .await
            .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        stream.set_nodelay(true)?;
        self.unit.connection_opened(stream.local_addr()?);
        *link = TcpLink {
            stream: Some(stream),
            ..TcpLink::default()
        };
        Ok(())
    }

    fn disconnect(&mut self, now: Instant) {
        if let Link::Tcp(link) = &mut self.link {
            *link = TcpLink::default();
            self.unit.connection_closed(now);
        }
    }

    /// Hands everything that is ready to the socket.
    async fn flush(&mut self, now: Instant, last: bool) {
        while let Some(outgoing) = self.unit.poll_transmit() {
            match &mut self.link {
                Link::Udp(socket) => {
                    let copies = if self.settings.has(Fault::Retransmit) {
                        2
                    } else {
                        1
                    };
                    for _ in 0..copies {
                        if self.random.u8(0..100) >= self.loss {
                            send_datagram(socket, &outgoing).await;
                        }
                    }
                }
                Link::Tcp(link) => {
                    link.out.extend_from_slice(&outgoing.bytes);
                    if outgoing.is_request && self.settings.has(Fault::GlueTcp) {
                        link.held += 1;
                        link.held_until.get_or_insert(now + GLUE_WAIT);
                    }
                }
            }
        }
        let split = self.settings.has(Fault::SplitTcp);
        let Link::Tcp(link) = &mut self.link else {
            return;
        };
        if last || link.held >= GLUED || link.held_until.is_some_and(|until| until <= now) {
            link.held = 0;
            link.held_until = None;
        }
        if write_stream(link, now, split).is_err() {
            self.disconnect(now);
        }
    }

    /// Waits for bytes or the time, whichever is first.
    async fn wait(&mut self, wake: Instant) {
        let wake = sleep_until(wake.into());
        match &mut self.link {
            Link::Udp(socket) => {
                tokio::select! {
                    received = socket.recv_from(&mut self.buffer) => {
                        let mut received = received.ok();
                        let mut burst = 0;
                        while let Some((length, from)) = received {
                            // Drawn for every datagram, so that the draws depend on nothing else.
                            if self.random.u8(0..100) >= self.loss {
                                let now = Instant::now();
                                self.unit.handle_datagram(now, from, &self.buffer[..length]);
                            }
                            burst += 1;
                            if burst == BURST {
                                break;
                            }
                            received = socket.try_recv_from(&mut self.buffer).ok();
                        }
                    }
                    () = wake => {}
                }
            }
            Link::Tcp(link) => {
                let Some(stream) = &link.stream else {
                    wake.await;
                    return;
                };
                let pending = !link.out.is_empty()
                    && link.held_until.is_none()
                    && link.next_segment.is_none();
                tokio::select! {
                    _ = stream.readable() => self.read_stream(),
                    _ = stream.writable(), if pending => {}
                    () = wake => {}
                }
            }
        }
    }

    fn read_stream(&mut self) {
        let mut closed = false;
        for _ in 0..BURST {
            let Link::Tcp(TcpLink {
                stream: Some(stream),
                ..
            }) = &self.link
            else {
                return;
            };
            match stream.try_read(&mut self.buffer) {
                Ok(0) => closed = true,
                Ok(length) => {
                    self.unit
                        .handle_stream(Instant::now(), &self.buffer[..length]);
                    continue;
                }
                Err(error) => closed = error.kind() != io::ErrorKind::WouldBlock,
            }
            break;
        }
        if closed {
            self.disconnect(Instant::now());
        }
    }
}

/// Writes what may leave now.
fn write_stream(link: &mut TcpLink, now: Instant, split: bool) -> io::Result<()> {
    let Some(stream) = &link.stream else {
        return Ok(());
    };
    if link.held_until.is_some() || link.next_segment.is_some_and(|at| at > now) {
        return Ok(());
    }
    link.next_segment = None;
    while !link.out.is_empty() {
        let piece = if split {
            &link.out[..link.out.len().min(SEGMENT)]
        } else {
            &link.out
        };
        match stream.try_write(piece) {
            Ok(written) => {
                link.out.drain(..written);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) => return Err(error),
        }
        if split {
            link.next_segment = Some(now + SEGMENT_GAP);
            break;
        }
    }
    Ok(())
}

/// A datagram that cannot be sent counts as lost on the way: SIP repeats it.
async fn send_datagram(socket: &UdpSocket, outgoing: &Outgoing) {
    let sent = socket.try_send_to(&outgoing.bytes, outgoing.to);
    if sent.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock) {
        let _ = socket.send_to(&outgoing.bytes, outgoing.to).await;
    }
}

/// Our own address as the receiver sees it, with any port: it goes into the Via.
fn local_address(to: SocketAddr) -> io::Result<SocketAddr> {
    let any: SocketAddr = if to.is_ipv4() {
        (Ipv4Addr::UNSPECIFIED, 0).into()
    } else {
        (Ipv6Addr::UNSPECIFIED, 0).into()
    };
    let socket = std::net::UdpSocket::bind(any)?;
    // Connecting a UDP socket sends nothing; it only chooses the way.
    socket.connect(to)?;
    Ok(SocketAddr::new(socket.local_addr()?.ip(), 0))
}

/// A number that differs from run to run.
pub(crate) fn fresh_run() -> u64 {
    fastrand::u64(..)
}

/// Whether a receiver may be there: `false` only when the system says that the port is closed.
///
/// UDP gives no more certainty than that; a SIP keep-alive (RFC 5626) is sent to find out.
pub async fn may_listen(to: SocketAddr, transport: Transport) -> bool {
    if transport.is_stream() {
        return match timeout(CONNECT_TIME, TcpStream::connect(to)).await {
            Ok(connected) => connected.is_ok(),
            Err(_) => false,
        };
    }
    let probe = async {
        let socket = UdpSocket::bind(local_address(to)?).await?;
        socket.connect(to).await?;
        socket.send(b"\r\n\r\n").await?;
        let mut answer = [0; 16];
        match timeout(PROBE_TIME, socket.recv(&mut answer)).await {
            Ok(Err(error)) => Err(error),
            _ => io::Result::Ok(()),
        }
    };
    !matches!(probe.await, Err(error) if error.kind() == io::ErrorKind::ConnectionRefused)
}
