//! The relay example between a unit and next receivers that both write SIP by hand, so that bytes
//! are compared as they were on the wire.

#![cfg(feature = "tokio")]
#![allow(clippy::unwrap_used)]

#[path = "../examples/relay/core.rs"]
mod core;
#[path = "driver_sender/support.rs"]
#[allow(dead_code, reason = "shared with the tests of the sender's driver")]
mod support;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::core::{Counts, Relay, Settings};
use scaip::sender::ReceiverAddress;
use scaip::sip::{Message, Response, StatusCode, Transport};
use scaip::{DecodeOptions, decode_response};
use support::{PATIENCE, Peer, answer, datagram, milliseconds, mrs, reference};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Everything that tempts a relay to tidy up: declaration, comments, blanks, other order, unknown
/// and repeated elements, references, CDATA, Latin-1.
fn odd_body(reference: &str) -> Vec<u8> {
    let mut body = Vec::new();
    body.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\r\n<!-- from the kitchen -->\n<mrq >\n\t<dty>3</dty><stc>10</stc>");
    body.extend_from_slice(
        b"<dte>R\xf8ykvarsler g\xe5ng</dte><newer><part a='1'>x&amp;y</part></newer>",
    );
    body.extend_from_slice(b"<cid> 40211870</cid><stt><![CDATA[hjelp & st\xf8tte]]></stt><crd>sip:</crd><crd>tel:5550100</crd>");
    body.extend_from_slice(format!("<sco>0</sco><ref>{reference}</ref></mrq>\0\r\n").as_bytes());
    body
}

fn plain_body(reference: &str) -> Vec<u8> {
    format!("<mrq><ref>{reference}</ref><cid>40211870</cid><dty>0003</dty></mrq>").into_bytes()
}

fn message(call_id: &str, body: &[u8]) -> Vec<u8> {
    let mut out = format!(
        "MESSAGE sip:alarm@relay.example.net SIP/2.0\r\n\
         Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK{call_id};rport\r\n\
         Max-Forwards: 70\r\n\
         From: <sip:40211870@relay.example.net>;tag=b7720e\r\n\
         To: <sip:alarm@relay.example.net>\r\n\
         Call-ID: {call_id}\r\n\
         CSeq: 1 MESSAGE\r\n\
         Content-Type: application/scaip+xml\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    out.extend_from_slice(body);
    out
}

/// Bytes on the wire from the end of the head.
fn body_on_the_wire(message: &Message) -> Vec<u8> {
    let raw = message.raw();
    let end = raw.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    raw[end + 4..].to_vec()
}

struct Running {
    udp: SocketAddr,
    tcp: SocketAddr,
    stop: oneshot::Sender<()>,
    relay: JoinHandle<Counts>,
}

async fn start(next: Vec<ReceiverAddress>, patience: Duration) -> Running {
    let loopback: SocketAddr = "127.0.0.1:0".parse().unwrap();
    let (relay, addresses) = Relay::start(Settings {
        udp: vec![loopback],
        tcp: vec![loopback],
        next,
        local: "0.0.0.0:0".parse().unwrap(),
        patience,
        open: 100,
        seeds: [[1; 16], [2; 16]],
        quiet: true,
    })
    .await
    .unwrap();
    let (stop, stopped) = oneshot::channel();
    Running {
        udp: addresses[0],
        tcp: addresses[1],
        stop,
        relay: tokio::spawn(relay.run(async { drop(stopped.await) })),
    }
}

fn next(name: &str, transport: Transport, address: SocketAddr) -> ReceiverAddress {
    ReceiverAddress::new(name, transport, address, "sip:alarm@next.example.net")
}

/// A unit on UDP; answers every MESSAGE with 200.
struct Unit {
    socket: UdpSocket,
    relay: SocketAddr,
}

impl Unit {
    async fn new(relay: SocketAddr) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        Unit { socket, relay }
    }

    async fn send(&self, call_id: &str, body: &[u8]) {
        let bytes = message(call_id, body);
        self.socket.send_to(&bytes, self.relay).await.unwrap();
    }

    async fn ok(&self) {
        let (message, _) = datagram(&self.socket).await;
        assert_eq!(message.status(), Some(StatusCode::OK), "{message:?}");
        assert!(message.body().is_empty());
    }

    /// The next `mrs`.
    async fn mrs(&self) -> String {
        loop {
            let (message, from) = datagram(&self.socket).await;
            if message.method().is_some() {
                let ok = answer(&message, from, &Response::new(StatusCode::OK));
                self.socket.send_to(&ok, from).await.unwrap();
                return String::from_utf8(message.body().to_vec()).unwrap();
            }
        }
    }

    async fn hears_nothing(&self, time: Duration) {
        let mut buffer = [0; 2000];
        let heard = timeout(time, self.socket.recv_from(&mut buffer)).await;
        assert!(heard.is_err(), "heard something");
    }
}

/// The next receiver on UDP.
struct Next {
    socket: UdpSocket,
}

impl Next {
    async fn new() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        Next { socket }
    }

    fn address(&self, name: &str) -> ReceiverAddress {
        next(name, Transport::Udp, self.socket.local_addr().unwrap())
    }

    /// The next request, its repeats of SIP left out; answered 200.
    async fn request(&self, seen: &mut Vec<Vec<u8>>) -> (Message, SocketAddr) {
        loop {
            let (message, from) = datagram(&self.socket).await;
            if message.method().is_none() {
                continue;
            }
            let ok = answer(&message, from, &Response::new(StatusCode::OK));
            self.socket.send_to(&ok, from).await.unwrap();
            if !seen.iter().any(|earlier| earlier == message.raw()) {
                seen.push(message.raw().to_vec());
                return (message, from);
            }
        }
    }

    async fn say(&self, to: SocketAddr, bytes: &[u8]) {
        self.socket.send_to(bytes, to).await.unwrap();
    }
}

/// An `mrs` in a MESSAGE with this body, to the unit that the request is from.
fn answer_with(unit: &str, call_id: &str, body: &str) -> Vec<u8> {
    format!(
        "MESSAGE sip:{unit}@next.example.net SIP/2.0\r\n\
         Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK{call_id}\r\n\
         From: <sip:alarm@next.example.net>;tag=1\r\n\
         To: <sip:{unit}@next.example.net>\r\n\
         Call-ID: {call_id}\r\n\
         CSeq: 1 MESSAGE\r\n\
         Content-Type: application/scaip+xml\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

#[tokio::test]
async fn every_byte_arrives_over_udp_and_the_answer_comes_back_under_the_same_ref() {
    let next = Next::new().await;
    let running = start(vec![next.address("one")], PATIENCE).await;
    let unit = Unit::new(running.udp).await;
    let body = odd_body("odd-ref.with+22characters");
    unit.send("u1", &body).await;
    let mut seen = Vec::new();
    let (request, from) = next.request(&mut seen).await;
    assert_eq!(body_on_the_wire(&request), body);
    let user = request.from().unwrap().uri.user.map(str::to_owned);
    assert_eq!(user.as_deref(), Some("40211870"));
    // Nothing positive before the next one's answer: the 200 says only that it arrived.
    unit.ok().await;
    unit.hears_nothing(milliseconds(400)).await;
    let said = "<mrs><ref>odd-ref.with+22characters</ref><snu>0</snu><ste>på vei</ste><cve>01.01</cve>\
                <mre>2</mre><cre>62</cre><tnu>sip:desk7@next.example.net</tnu><tnu>tel:5550101</tnu><hbi>3</hbi></mrs>";
    next.say(from, &answer_with("40211870", "m1", said)).await;
    let heard = unit.mrs().await;
    let options = DecodeOptions::lenient();
    let (said, heard) = (said.as_bytes(), heard.as_bytes());
    let said = decode_response(said, &options).unwrap().into_message();
    let heard = decode_response(heard, &options).unwrap().into_message();
    assert_eq!(heard, said);
    running.stop.send(()).unwrap();
    let counts = timeout(PATIENCE, running.relay).await.unwrap().unwrap();
    assert_eq!(
        (counts.accepted, counts.refused, counts.unanswered),
        (1, 0, 0)
    );
}

#[tokio::test]
async fn every_byte_arrives_over_tcp_and_the_answer_goes_back_on_the_same_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let one = next("one", Transport::Tcp, listener.local_addr().unwrap());
    let running = start(vec![one], PATIENCE).await;
    let mut unit = Peer::new(TcpStream::connect(running.tcp).await.unwrap());
    let body = odd_body("t1");
    unit.write(&message("t1", &body)).await;
    let mut far = Peer::accept(&listener).await;
    let request = far.read().await;
    assert_eq!(body_on_the_wire(&request), body);
    assert_eq!(unit.read().await.status(), Some(StatusCode::OK));
    // In the body of the 200 this time.
    let yes = Response {
        body: b"<mrs><ref>t1</ref><snu>0</snu><mre>01</mre></mrs>",
        ..Response::new(StatusCode::OK)
    };
    let source = far.stream.peer_addr().unwrap();
    far.write(&answer(&request, source, &yes)).await;
    let heard = unit.read().await;
    assert_eq!(
        &heard.body()[..],
        b"<mrs><ref>t1</ref><snu>0</snu><mre>1</mre></mrs>"
    );
}

#[tokio::test]
async fn the_second_receiver_takes_over_when_the_first_is_down_silent_or_refuses() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let down = next("down", Transport::Tcp, closed.local_addr().unwrap());
    drop(closed);
    let (silent, refusing, good) = (Next::new().await, Next::new().await, Next::new().await);
    let receivers = vec![
        down,
        silent.address("silent"),
        refusing.address("refusing"),
        good.address("good"),
    ];
    let running = start(receivers, Duration::from_secs(12)).await;
    let unit = Unit::new(running.udp).await;
    let start = Instant::now();
    unit.send("f1", &plain_body("f1")).await;
    let mut seen = Vec::new();
    let (request, from) = refusing.request(&mut seen).await;
    assert_eq!(body_on_the_wire(&request), plain_body("f1"));
    // The silent one had a third of the time that was left.
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
    refusing.say(from, &mrs("f1", 5)).await;
    let (request, from) = good.request(&mut seen).await;
    assert_eq!(body_on_the_wire(&request), plain_body("f1"));
    good.say(from, &mrs("f1", 0)).await;
    assert_eq!(unit.mrs().await, "<mrs><ref>f1</ref><snu>0</snu></mrs>");
    // The dead ones are remembered: the next message does not wait for them.
    let start = Instant::now();
    unit.send("f2", &plain_body("f2")).await;
    let (_, from) = refusing.request(&mut seen).await;
    refusing.say(from, &mrs("f2", 0)).await;
    assert_eq!(unit.mrs().await, "<mrs><ref>f2</ref><snu>0</snu></mrs>");
    assert!(
        start.elapsed() < Duration::from_secs(3),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn when_nobody_takes_it_the_unit_hears_no_in_time() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let down = next("down", Transport::Tcp, closed.local_addr().unwrap());
    drop(closed);
    let silent = Next::new().await;
    let patience = Duration::from_secs(2);
    let running = start(vec![down, silent.address("silent")], patience).await;
    let unit = Unit::new(running.udp).await;
    let start = Instant::now();
    unit.send("n1", &plain_body("n1")).await;
    let heard = unit.mrs().await;
    assert!(
        heard.starts_with("<mrs><ref>n1</ref><snu>5</snu>"),
        "{heard}"
    );
    assert!(
        start.elapsed() < Duration::from_secs(15),
        "{:?}",
        start.elapsed()
    );
    running.stop.send(()).unwrap();
    let counts = timeout(PATIENCE, running.relay).await.unwrap().unwrap();
    assert_eq!((counts.accepted, counts.refused), (0, 1));
}

#[tokio::test]
async fn a_refusal_goes_back_as_it_was_said_for_the_unit_to_act_on() {
    let next = Next::new().await;
    let running = start(vec![next.address("one")], PATIENCE).await;
    let unit = Unit::new(running.udp).await;
    let mut seen = Vec::new();
    for snu in [1_u16, 2, 3, 4, 5, 6, 7, 99] {
        let name = format!("r{snu}");
        unit.send(&name, &odd_body(&name)).await;
        let (request, from) = next.request(&mut seen).await;
        assert_eq!(body_on_the_wire(&request), odd_body(&name));
        let said = format!("<mrs><ref>{name}</ref><snu>{snu}</snu><ste>no</ste></mrs>");
        next.say(from, &answer_with("40211870", &name, &said)).await;
        assert_eq!(unit.mrs().await, said);
    }
    // Each was sent once: nothing was shortened, nothing repeated.
    assert_eq!(seen.len(), 8);
}

#[tokio::test]
async fn a_repeat_in_hand_shares_the_answer_and_a_later_one_is_relayed_again_with_the_same_ref() {
    let next = Next::new().await;
    let running = start(vec![next.address("one")], PATIENCE).await;
    let unit = Unit::new(running.udp).await;
    let mut seen = Vec::new();
    unit.send("d1", &odd_body("d1")).await;
    let (_, from) = next.request(&mut seen).await;
    unit.send("d2", &odd_body("d1")).await;
    // Another event under the same ref cannot be told apart while the first is in hand.
    unit.send("d3", &plain_body("d1")).await;
    let busy = unit.mrs().await;
    assert!(busy.starts_with("<mrs><ref>d1</ref><snu>6</snu>"), "{busy}");
    next.say(from, &mrs("d1", 0)).await;
    for _ in 0..2 {
        assert_eq!(unit.mrs().await, "<mrs><ref>d1</ref><snu>0</snu></mrs>");
    }
    unit.send("d4", &odd_body("d1")).await;
    let (again, from) = next.request(&mut seen).await;
    assert_eq!(body_on_the_wire(&again), odd_body("d1"));
    next.say(
        from,
        &answer_with("40211870", "again", "<mrs><ref>d1</ref><snu>0</snu></mrs>"),
    )
    .await;
    assert_eq!(unit.mrs().await, "<mrs><ref>d1</ref><snu>0</snu></mrs>");
    assert_eq!(seen.len(), 2);
    running.stop.send(()).unwrap();
    let counts = timeout(PATIENCE, running.relay).await.unwrap().unwrap();
    assert_eq!(
        (counts.accepted, counts.refused, counts.repeated),
        (3, 1, 1)
    );
}

#[tokio::test]
async fn two_units_with_the_same_ref_at_once_get_their_own_answers() {
    let next = Next::new().await;
    let running = start(vec![next.address("one")], PATIENCE).await;
    let (first, second) = (Unit::new(running.udp).await, Unit::new(running.udp).await);
    let body = |unit: &str| format!("<mrq><ref>1</ref><cid>{unit}</cid><dty>3</dty></mrq>");
    first.send("c1", body("40211870").as_bytes()).await;
    second.send("c2", body("+40211871").as_bytes()).await;
    let mut seen = Vec::new();
    let (_, from) = next.request(&mut seen).await;
    let _ = next.request(&mut seen).await;
    // The second one first, and the first one refused.
    let yes = "<mrs><ref>1</ref><snu>0</snu></mrs>";
    next.say(from, &answer_with("+40211871", "m2", yes)).await;
    assert_eq!(second.mrs().await, yes);
    let no = "<mrs><ref>1</ref><snu>5</snu></mrs>";
    next.say(from, &answer_with("40211870", "m1", no)).await;
    assert_eq!(first.mrs().await, no);
}

#[tokio::test]
async fn a_reset_goes_to_the_receiver_that_accepted_the_alarm() {
    let (first, second) = (Next::new().await, Next::new().await);
    let receivers = vec![first.address("first"), second.address("second")];
    let running = start(receivers, PATIENCE).await;
    let unit = Unit::new(running.udp).await;
    let mut seen = Vec::new();
    unit.send("a1", &plain_body("a1")).await;
    let (_, from) = first.request(&mut seen).await;
    first.say(from, &mrs("a1", 5)).await;
    let (_, from) = second.request(&mut seen).await;
    second.say(from, &mrs("a1", 0)).await;
    unit.mrs().await;
    let reset = b"<mrq><ref>a2</ref><mty>RE</mty><cid>40211870</cid><dty>3</dty></mrq>";
    unit.send("a2", reset).await;
    let (request, from) = second.request(&mut seen).await;
    assert_eq!(reference(&request), "a2");
    second.say(from, &mrs("a2", 0)).await;
    assert_eq!(unit.mrs().await, "<mrs><ref>a2</ref><snu>0</snu></mrs>");
}

#[tokio::test]
async fn a_stop_turns_new_requests_away_and_brings_what_is_in_hand_to_its_end() {
    let next = Next::new().await;
    let running = start(vec![next.address("one")], PATIENCE).await;
    let unit = Unit::new(running.udp).await;
    let mut seen = Vec::new();
    unit.send("s1", &plain_body("s1")).await;
    let (_, from) = next.request(&mut seen).await;
    unit.ok().await;
    running.stop.send(()).unwrap();
    // The stop and the request race; it is turned away as soon as the stop is seen.
    for attempt in 0.. {
        assert!(attempt < 100, "never turned away");
        unit.send(&format!("late{attempt}"), b"").await;
        let (message, _) = datagram(&unit.socket).await;
        if message.status() == Some(StatusCode::SERVICE_UNAVAILABLE) {
            break;
        }
        tokio::time::sleep(milliseconds(10)).await;
    }
    next.say(from, &mrs("s1", 0)).await;
    assert_eq!(unit.mrs().await, "<mrs><ref>s1</ref><snu>0</snu></mrs>");
    let counts = timeout(PATIENCE, running.relay).await.unwrap().unwrap();
    assert_eq!((counts.accepted, counts.unanswered), (1, 0));
}
