//! The tokio driver over real sockets on loopback, and over a stream that is no socket.

#![cfg(feature = "tokio")]
#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;
use std::time::Duration;

use scaip::driver::receiver::{Driver, Ended, Handle, Settings};
use scaip::receiver::{Config, Event, Receiver};
use scaip::sip::{self, SipLimits, Transport};
use scaip::{Response, StatusNumber, codec};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::codec::Decoder;

const PATIENCE: Duration = Duration::from_secs(5);

fn message(reference: &str) -> Vec<u8> {
    let body = format!("<mrq><ref>{reference}</ref><cid>40211870</cid><dty>0003</dty></mrq>");
    format!(
        "MESSAGE sip:alarm@arc.example.net SIP/2.0\r\n\
         Via: SIP/2.0/TCP 192.0.2.7:5062;branch=z9hG4bK{reference};rport\r\n\
         Max-Forwards: 70\r\n\
         From: <sip:40211870@arc.example.net>;tag=b7720e\r\n\
         To: <sip:alarm@arc.example.net>\r\n\
         Call-ID: {reference}\r\n\
         CSeq: 1 MESSAGE\r\n\
         Content-Type: application/scaip+xml\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

struct Running {
    handle: Handle,
    udp: SocketAddr,
    tcp: SocketAddr,
    driver: JoinHandle<()>,
    answering: JoinHandle<usize>,
}

/// Accepts every alarm; counts them.
async fn answer_all(handle: Handle, mut events: mpsc::Receiver<Event>) -> usize {
    let mut alarms = 0;
    while let Some(event) = events.recv().await {
        if let Event::Request(alarm) = event {
            alarms += 1;
            let reference = alarm.decoded.message().reference.clone();
            handle
                .answer(alarm.id, Response::new(reference, StatusNumber::OK))
                .await
                .unwrap();
        }
    }
    alarms
}

async fn start() -> Running {
    let receiver = Receiver::new(Config::new([7; 16])).unwrap();
    let (driver, handle, events) = Driver::new(receiver, Settings::default());
    let udp = handle
        .add_udp(UdpSocket::bind("127.0.0.1:0").await.unwrap())
        .unwrap();
    let tcp = handle
        .add_listener(TcpListener::bind("127.0.0.1:0").await.unwrap())
        .unwrap();
    let answering = tokio::spawn(answer_all(handle.clone(), events));
    Running {
        handle,
        udp,
        tcp,
        driver: tokio::spawn(driver.run()),
        answering,
    }
}

/// Reads SIP messages off a stream until one with a body, and answers it with 200.
async fn mrs_of(stream: &mut (impl AsyncReadExt + AsyncWriteExt + Unpin)) -> String {
    let mut codec = codec::SipCodec::new(SipLimits::default());
    let mut buffer = bytes::BytesMut::new();
    loop {
        while let Some(frame) = codec.decode(&mut buffer).unwrap() {
            let codec::Frame::Message(message) = frame else {
                panic!("{frame:?}")
            };
            if message.method() == Some(sip::Method::Message) {
                return String::from_utf8(message.body().to_vec()).unwrap();
            }
            assert_eq!(message.status().unwrap().get(), 200);
        }
        let read = timeout(PATIENCE, stream.read_buf(&mut buffer))
            .await
            .unwrap()
            .unwrap();
        assert!(read > 0, "closed before the response");
    }
}

#[tokio::test]
async fn an_alarm_over_udp_is_answered_to_the_source() {
    let running = start().await;
    let unit = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    unit.send_to(&message("u1"), running.udp).await.unwrap();
    let mut texts = Vec::new();
    for _ in 0..2 {
        let mut buffer = [0; 2000];
        let (length, from) = timeout(PATIENCE, unit.recv_from(&mut buffer))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(from, running.udp);
        texts.push(String::from_utf8(buffer[..length].to_vec()).unwrap());
    }
    assert!(texts[0].starts_with("SIP/2.0 200 OK\r\n"));
    assert!(texts[1].ends_with("<mrs><ref>u1</ref><snu>0</snu></mrs>"));
}

#[tokio::test]
async fn alarms_over_tcp_are_answered_on_their_own_connections() {
    let running = start().await;
    let mut first = TcpStream::connect(running.tcp).await.unwrap();
    let mut second = TcpStream::connect(running.tcp).await.unwrap();
    // One message over many segments on one connection, while the other one is served.
    let bytes = message("t1");
    let (head, tail) = bytes.split_at(bytes.len() / 2);
    first.write_all(head).await.unwrap();
    second.write_all(&message("t2")).await.unwrap();
    assert!(mrs_of(&mut second).await.contains("<ref>t2</ref>"));
    first.write_all(tail).await.unwrap();
    assert!(mrs_of(&mut first).await.contains("<ref>t1</ref>"));
}

#[tokio::test]
async fn a_peer_that_has_finished_sending_still_gets_its_response() {
    let running = start().await;
    let mut unit = TcpStream::connect(running.tcp).await.unwrap();
    unit.write_all(&message("h1")).await.unwrap();
    unit.shutdown().await.unwrap();
    assert!(mrs_of(&mut unit).await.contains("<ref>h1</ref>"));
}

#[tokio::test]
async fn a_small_room_for_inputs_slows_senders_down_and_loses_nothing_on_a_stream() {
    let receiver = Receiver::new(Config::new([7; 16])).unwrap();
    let mut settings = Settings::default();
    settings.input_bytes = 100;
    let (driver, handle, events) = Driver::new(receiver, settings);
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let tcp = handle.add_listener(tcp).unwrap();
    tokio::spawn(driver.run());
    let answering = tokio::spawn(answer_all(handle.clone(), events));
    let mut unit = TcpStream::connect(tcp).await.unwrap();
    for number in 0..50 {
        unit.write_all(&message(&format!("s{number}")))
            .await
            .unwrap();
    }
    unit.write_all(&message("last")).await.unwrap();
    let mut heard = Vec::new();
    while !String::from_utf8_lossy(&heard).contains("<mrs><ref>last</ref>") {
        let read = timeout(PATIENCE, unit.read_buf(&mut heard))
            .await
            .unwrap()
            .unwrap();
        assert!(read > 0, "closed before the last response");
    }
    let ended = timeout(PATIENCE, handle.shut_down(Duration::from_secs(1))).await;
    assert_eq!(ended.unwrap(), Ok(Vec::new()));
    assert_eq!(timeout(PATIENCE, answering).await.unwrap().unwrap(), 51);
}

#[tokio::test]
async fn any_stream_will_do() {
    let running = start().await;
    let (mut unit, server) = tokio::io::duplex(64);
    let address = "192.0.2.7:5061".parse().unwrap();
    running
        .handle
        .add_stream(server, Transport::Tls, running.tcp, address)
        .await
        .unwrap();
    let writing = message("s1");
    // The pipe holds 64 bytes, so reading and writing have to take turns.
    let (mut reader, mut writer) = tokio::io::split(&mut unit);
    let (written, mrs) = tokio::join!(writer.write_all(&writing), async {
        let mut joined = tokio::io::join(&mut reader, tokio::io::sink());
        mrs_of(&mut joined).await
    });
    written.unwrap();
    assert!(mrs.contains("<ref>s1</ref>"));
}

#[tokio::test]
async fn a_shut_down_ends_driver_and_events() {
    let running = start().await;
    let unit = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    unit.send_to(&message("e1"), running.udp).await.unwrap();
    let mut buffer = [0; 2000];
    timeout(PATIENCE, unit.recv_from(&mut buffer))
        .await
        .unwrap()
        .unwrap();
    timeout(PATIENCE, unit.recv_from(&mut buffer))
        .await
        .unwrap()
        .unwrap();
    let ended = running.handle.shut_down(Duration::from_secs(1));
    let left = timeout(PATIENCE, ended).await.unwrap();
    assert_eq!(left, Ok(Vec::new()));
    timeout(PATIENCE, running.driver).await.unwrap().unwrap();
    assert_eq!(
        timeout(PATIENCE, running.answering).await.unwrap().unwrap(),
        1
    );
    assert!(running.handle.counters().await.is_err(), "ended");
}

#[tokio::test]
async fn a_shut_down_with_endless_patience_ends_with_the_last_decision() {
    let receiver = Receiver::new(Config::new([7; 16])).unwrap();
    let (driver, handle, mut events) = Driver::new(receiver, Settings::default());
    let udp = handle
        .add_udp(UdpSocket::bind("127.0.0.1:0").await.unwrap())
        .unwrap();
    let driver = tokio::spawn(driver.run());
    let unit = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    unit.send_to(&message("p1"), udp).await.unwrap();
    let event = timeout(PATIENCE, events.recv()).await.unwrap().unwrap();
    let Event::Request(alarm) = event else {
        panic!("{event:?}")
    };
    let ending = handle.clone();
    let ended = tokio::spawn(async move { ending.shut_down(Duration::MAX).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(handle.counters().await.unwrap().pending, 1, "it waits");
    let reference = alarm.decoded.message().reference.clone();
    let response = Response::new(reference, StatusNumber::OK);
    handle.answer(alarm.id, response).await.unwrap();
    timeout(PATIENCE, driver).await.unwrap().unwrap();
    assert_eq!(ended.await.unwrap(), Ok(Vec::new()));
}

#[tokio::test]
async fn a_shut_down_names_what_nobody_has_decided_and_comes_back_with_the_end() {
    let receiver = Receiver::new(Config::new([7; 16])).unwrap();
    let (driver, handle, mut events) = Driver::new(receiver, Settings::default());
    let udp = handle
        .add_udp(UdpSocket::bind("127.0.0.1:0").await.unwrap())
        .unwrap();
    let driver = tokio::spawn(driver.run());
    let unit = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    unit.send_to(&message("u1"), udp).await.unwrap();
    let event = timeout(PATIENCE, events.recv()).await.unwrap().unwrap();
    let Event::Request(alarm) = event else {
        panic!("{event:?}")
    };
    // Two ask; the shorter grace counts.
    let ending = handle.clone();
    let longer = tokio::spawn(async move { ending.shut_down(PATIENCE * 100).await });
    tokio::time::sleep(Duration::from_millis(20)).await;
    let left = handle.shut_down(Duration::from_millis(20));
    assert_eq!(timeout(PATIENCE, left).await.unwrap(), Ok(vec![alarm.id]));
    assert_eq!(longer.await.unwrap(), Ok(vec![alarm.id]));
    timeout(PATIENCE, driver).await.unwrap().unwrap();
    assert_eq!(handle.shut_down(Duration::ZERO).await, Err(Ended));
}

#[tokio::test]
async fn an_application_that_falls_behind_makes_senders_wait_and_loses_nothing() {
    let receiver = Receiver::new(Config::new([7; 16])).unwrap();
    let mut settings = Settings::default();
    settings.events = 1;
    let (driver, handle, mut events) = Driver::new(receiver, settings);
    let udp = handle
        .add_udp(UdpSocket::bind("127.0.0.1:0").await.unwrap())
        .unwrap();
    tokio::spawn(driver.run());
    let unit = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    for number in 0..20 {
        unit.send_to(&message(&format!("b{number}")), udp)
            .await
            .unwrap();
    }
    // Nobody takes events: at most one was handed out and so at most a few were answered.
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut seen = 0;
    while seen < 20 {
        let event = timeout(PATIENCE, events.recv()).await.unwrap().unwrap();
        if let Event::Request(alarm) = event {
            seen += 1;
            let reference = alarm.decoded.message().reference.clone();
            handle
                .answer(alarm.id, Response::new(reference, StatusNumber::OK))
                .await
                .unwrap();
        }
    }
    assert!(handle.counters().await.is_ok());
}
