//! A receiving centre on loopback, and peers that write SIP by hand.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use scaip::codec::{Frame, SipCodec};
use scaip::driver::sender::{Connector, Driver, Handle, Outcome, Settings, Submitted};
use scaip::receiver::{self, Receiver};
use scaip::sender::{About, Config, Event, FailureReason, ReceiverAddress, Sender};
use scaip::sip::{Message, SipLimits, StatusCode, Transport};
use scaip::{ControllerId, DeviceType, Reference, Request, Response, StatusNumber};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::codec::Decoder;

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) const fn milliseconds(number: u64) -> Duration {
    Duration::from_millis(number)
}

pub(crate) fn alarm() -> Request<'static> {
    Request::new(
        Reference::new("0"),
        ControllerId::new("40211870"),
        DeviceType::PERSONAL_TRIGGER,
    )
}

pub(crate) fn heartbeat() -> Request<'static> {
    Request::heartbeat(Reference::new("0"), ControllerId::new("40211870"))
}

pub(crate) fn receiver(name: &str, transport: Transport, address: SocketAddr) -> ReceiverAddress {
    ReceiverAddress::new(name, transport, address, "sip:alarm@arc.example.net")
}

/// Short waits, any address of our own.
pub(crate) fn config(receivers: Vec<ReceiverAddress>) -> Config {
    let mut config = Config::new([5; 16], "0.0.0.0:0".parse().unwrap(), receivers);
    config.endpoint.timers.t1 = milliseconds(100);
    config.connect_wait = milliseconds(1000);
    config.ok_wait = milliseconds(700);
    config.response_wait = milliseconds(1500);
    config.first_back_off = milliseconds(50);
    config.longest_back_off = milliseconds(200);
    config
}

pub(crate) struct Unit {
    pub(crate) handle: Handle,
    pub(crate) events: mpsc::Receiver<Event>,
    pub(crate) driver: JoinHandle<()>,
}

impl Unit {
    pub(crate) fn start(config: Config) -> Self {
        Self::with(config, Settings::default())
    }

    /// One that has a single receiver, "arc".
    pub(crate) fn towards(transport: Transport, address: SocketAddr) -> Self {
        Self::start(config(vec![receiver("arc", transport, address)]))
    }

    /// The same with room for so many events.
    pub(crate) fn keeping(events: usize, transport: Transport, address: SocketAddr) -> Self {
        let mut settings = Settings::default();
        settings.events = events;
        Self::with(config(vec![receiver("arc", transport, address)]), settings)
    }

    /// One that keeps a connection alive every second.
    pub(crate) fn pinging(listener: &TcpListener) -> Self {
        let arc = receiver("arc", Transport::Tcp, listener.local_addr().unwrap());
        let mut settings = Settings::default();
        settings.keep_alive = Some(Duration::from_secs(1));
        Self::with(config(vec![arc]), settings)
    }

    pub(crate) fn with(config: Config, settings: Settings) -> Self {
        Self::run(Driver::new(Sender::new(config).unwrap(), settings))
    }

    /// One whose connections are opened by the test.
    pub(crate) fn connecting(
        config: Config,
        settings: Settings,
        connector: impl Connector,
    ) -> Self {
        let sender = Sender::new(config).unwrap();
        Self::run(Driver::with_connector(sender, settings, connector))
    }

    fn run((driver, handle, events): (Driver, Handle, mpsc::Receiver<Event>)) -> Self {
        Unit {
            handle,
            events,
            driver: tokio::spawn(driver.run()),
        }
    }

    pub(crate) async fn submit(&self) -> Submitted {
        self.handle.submit(alarm(), About::New).await.unwrap()
    }

    /// Submits an alarm and waits until somebody accepts; gives the name of who did.
    pub(crate) async fn accepted(&self) -> String {
        let outcome = end(self.submit().await).await;
        let Outcome::Accepted { receiver, .. } = outcome else {
            panic!("{outcome:?}")
        };
        self.handle.receiver_name(receiver).unwrap().to_owned()
    }

    /// Submits an alarm that a peer on a new connection accepts.
    pub(crate) async fn accepted_by(&self, listener: &TcpListener) -> Peer {
        let submitted = self.submit().await;
        let (mut peer, request) = Peer::asked(listener).await;
        peer.accept_alarm(&request).await;
        assert!(end(submitted).await.is_accepted());
        peer
    }

    /// Waits until nothing is open.
    pub(crate) async fn idle(&self) {
        while self.handle.counters().await.unwrap().open > 0 {
            tokio::time::sleep(milliseconds(1)).await;
        }
    }

    pub(crate) async fn event(&mut self) -> Event {
        timeout(PATIENCE, self.events.recv())
            .await
            .unwrap()
            .unwrap()
    }

    /// Which receivers failed and why, among the events that nobody has read yet.
    pub(crate) fn failures(&mut self) -> Vec<(usize, FailureReason)> {
        std::iter::from_fn(|| self.events.try_recv().ok())
            .filter_map(|event| match event {
                Event::AttemptFailed {
                    receiver, reason, ..
                } => Some((receiver.index(), reason)),
                _ => None,
            })
            .collect()
    }
}

pub(crate) async fn end(submitted: Submitted) -> Outcome {
    timeout(PATIENCE, submitted.outcome())
        .await
        .unwrap()
        .unwrap()
}

/// A centre that accepts everything.
pub(crate) struct Centre {
    pub(crate) handle: scaip::driver::receiver::Handle,
    pub(crate) udp: SocketAddr,
    pub(crate) tcp: SocketAddr,
    pub(crate) driver: JoinHandle<()>,
    pub(crate) answering: JoinHandle<Vec<String>>,
}

impl Centre {
    pub(crate) async fn start(ip: &str) -> Self {
        Self::at(&format!("{ip}:0")).await
    }

    pub(crate) async fn at(address: &str) -> Self {
        let machine = Receiver::new(receiver::Config::new([7; 16])).unwrap();
        let settings = scaip::driver::receiver::Settings::default();
        let (driver, handle, mut events) = scaip::driver::receiver::Driver::new(machine, settings);
        let udp = handle
            .add_udp(UdpSocket::bind(address).await.unwrap())
            .unwrap();
        let tcp = handle
            .add_listener(TcpListener::bind(address).await.unwrap())
            .unwrap();
        let answers = handle.clone();
        let answering = tokio::spawn(async move {
            let mut taken = Vec::new();
            while let Some(event) = events.recv().await {
                if let receiver::Event::Request(alarm) = event {
                    let reference = alarm.decoded.message().reference.clone();
                    taken.push(reference.as_str().to_owned());
                    let yes = Response::new(reference, StatusNumber::OK);
                    answers.answer(alarm.id, yes).await.unwrap();
                }
            }
            taken
        });
        Centre {
            handle,
            udp,
            tcp,
            driver: tokio::spawn(driver.run()),
            answering,
        }
    }

    /// Ends it; gives the references it took.
    pub(crate) async fn stop(self) -> Vec<String> {
        let ended = self.handle.shut_down(milliseconds(500));
        timeout(PATIENCE, ended).await.unwrap().unwrap();
        timeout(PATIENCE, self.driver).await.unwrap().unwrap();
        drop(self.handle);
        timeout(PATIENCE, self.answering).await.unwrap().unwrap()
    }
}

/// A peer on a stream that writes by hand.
pub(crate) struct Peer {
    pub(crate) stream: TcpStream,
    codec: SipCodec,
    buffer: BytesMut,
}

impl Peer {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Peer {
            stream,
            codec: SipCodec::new(SipLimits::default()),
            buffer: BytesMut::new(),
        }
    }

    pub(crate) async fn accept(listener: &TcpListener) -> Self {
        Peer::new(
            timeout(PATIENCE, listener.accept())
                .await
                .unwrap()
                .unwrap()
                .0,
        )
    }

    /// The next connection, and the request that comes on it.
    pub(crate) async fn asked(listener: &TcpListener) -> (Self, Message) {
        let mut peer = Peer::accept(listener).await;
        let request = peer.read().await;
        (peer, request)
    }

    /// Says 200 to a request.
    pub(crate) async fn ok(&mut self, request: &Message) {
        let source = self.stream.peer_addr().unwrap();
        let ok = scaip::sip::Response::new(StatusCode::OK);
        self.write(&answer(request, source, &ok)).await;
    }

    /// Says yes to an alarm, in a MESSAGE.
    pub(crate) async fn accept_alarm(&mut self, request: &Message) {
        self.write(&yes(request)).await;
    }

    /// Waits for the empty lines that keep the connection alive, after the end of a 200.
    pub(crate) async fn ping(&mut self) {
        let mut heard = Vec::new();
        while !heard.ends_with(b"\r\n\r\n\r\n\r\n") {
            let read = timeout(PATIENCE, self.stream.read_buf(&mut heard));
            assert!(read.await.unwrap().unwrap() > 0, "closed");
        }
    }

    pub(crate) async fn read(&mut self) -> Message {
        loop {
            if let Some(frame) = self.codec.decode(&mut self.buffer).unwrap() {
                match frame {
                    Frame::Message(message) => return message,
                    Frame::KeepAlive => continue,
                    other => panic!("{other:?}"),
                }
            }
            let read = timeout(PATIENCE, self.stream.read_buf(&mut self.buffer));
            assert!(read.await.unwrap().unwrap() > 0, "closed");
        }
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }
}

/// The reference of a request on the wire.
pub(crate) fn reference(message: &Message) -> String {
    let body = message.body();
    let request = scaip::decode_request(&body, &scaip::DecodeOptions::lenient()).unwrap();
    request.message().reference.as_str().to_owned()
}

/// A SIP answer to a request.
pub(crate) fn answer(
    message: &Message,
    source: SocketAddr,
    response: &scaip::sip::Response<'_>,
) -> Vec<u8> {
    let mut out = Vec::new();
    scaip::sip::write_response(&mut out, message, source, b"t1", response).unwrap();
    out
}

/// An `mrs` in a MESSAGE.
pub(crate) fn mrs(reference: &str, status_number: u16) -> Vec<u8> {
    let body = format!("<mrs><ref>{reference}</ref><snu>{status_number}</snu></mrs>");
    format!(
        "MESSAGE sip:40211870@arc.example.net SIP/2.0\r\n\
         Via: SIP/2.0/TCP 127.0.0.1:5060;branch=z9hG4bKm{reference}\r\n\
         From: <sip:alarm@arc.example.net>;tag=1\r\n\
         To: <sip:40211870@arc.example.net>\r\n\
         Call-ID: m{reference}\r\n\
         CSeq: 1 MESSAGE\r\n\
         Content-Type: application/scaip+xml\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The yes to an alarm, in a MESSAGE.
pub(crate) fn yes(alarm: &Message) -> Vec<u8> {
    mrs(&reference(alarm), 0)
}

/// The next datagram of a socket of this kind, whatever comes before it.
pub(crate) async fn datagram_that(
    socket: &UdpSocket,
    wanted: impl Fn(&Message) -> bool,
) -> Message {
    loop {
        let (message, _) = datagram(socket).await;
        if wanted(&message) {
            return message;
        }
    }
}

/// The next datagram of a socket, as a message.
pub(crate) async fn datagram(socket: &UdpSocket) -> (Message, SocketAddr) {
    let mut buffer = vec![0; 65_536];
    let (length, from) = timeout(PATIENCE, socket.recv_from(&mut buffer))
        .await
        .unwrap()
        .unwrap();
    buffer.truncate(length);
    let message = Message::parse_datagram(Bytes::from(buffer), &SipLimits::default()).unwrap();
    (message, from)
}
