//! What the application reaches in the receiver through the tokio driver, over real sockets on
//! loopback.

#![cfg(feature = "tokio")]
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use scaip::call::{CallSettings, IncomingCall, Match, VoiceReply, VoiceTarget};
use scaip::digest::{Account, Challenge, ChallengerConfig, Credentials, Secret, Session};
use scaip::driver::receiver::{Driver, Ended, Handle, Settings};
use scaip::receiver::{Answer, Config, Event, Incoming, Listener, ListenerConfig, Receiver};
use scaip::registrar::{self, OwnedRoute};
use scaip::sip::{HeaderName, Message, Method, SipLimits, Transport};
use scaip::supervision::{self, Allowance, Interval, Saved, WallMicros};
use scaip::{ControllerId, MediaReply, Reference, Request, Response, StatusNumber};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::mpsc;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(20);
const CID: &str = "40211870";
const URI: &str = "sip:alarm@arc.example.net";

fn unit() -> ControllerId<'static> {
    ControllerId::new(CID)
}

fn message(reference: &str, cseq: u32, authorization: Option<&str>) -> Vec<u8> {
    let body = format!("<mrq><ref>{reference}</ref><cid>{CID}</cid><dty>0003</dty></mrq>");
    let authorization = authorization.map(|value| format!("Authorization: {value}\r\n"));
    format!(
        "MESSAGE {URI} SIP/2.0\r\n\
         Via: SIP/2.0/TCP 192.0.2.7:5062;branch=z9hG4bK{reference}{cseq};rport\r\n\
         Max-Forwards: 70\r\n\
         From: <sip:{CID}@arc.example.net>;tag=b7720e\r\n\
         To: <{URI}>\r\n\
         Call-ID: {reference}\r\n\
         CSeq: {cseq} MESSAGE\r\n\
         {}Content-Type: application/scaip+xml\r\n\
         Content-Length: {}\r\n\r\n{body}",
        authorization.unwrap_or_default(),
        body.len()
    )
    .into_bytes()
}

fn accounts(password: &str) -> HashMap<String, Account> {
    let secrets = vec![Secret::password(password)];
    HashMap::from([(CID.to_owned(), Account::controller(secrets))])
}

fn config() -> Config {
    let mut config = Config::new([7; 16]);
    let minute = Interval::new(Duration::from_secs(60)).unwrap();
    let mut supervision = supervision::Config::new(Allowance::new(minute));
    supervision.restart_grace = Duration::ZERO;
    config.supervision = Some(supervision);
    config.registrar = Some(registrar::Config::new());
    config.endpoint.methods.push(Method::Register);
    config.calls = Some(CallSettings::default());
    config
}

fn start(config: Config, settings: Settings) -> (Handle, mpsc::Receiver<Event>) {
    let receiver = Receiver::new(config).unwrap();
    let (driver, handle, events) = Driver::new(receiver, settings);
    tokio::spawn(driver.run());
    (handle, events)
}

async fn next(events: &mut mpsc::Receiver<Event>) -> Event {
    timeout(PATIENCE, events.recv()).await.unwrap().unwrap()
}

async fn incoming(events: &mut mpsc::Receiver<Event>) -> Incoming {
    match next(events).await {
        Event::Request(incoming) => *incoming,
        other => panic!("{other:?}"),
    }
}

/// The one SIP message that comes next on a stream whose peer waits for no more.
async fn read(stream: &mut (impl AsyncReadExt + Unpin)) -> Message {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        let read = timeout(PATIENCE, stream.read_buf(&mut bytes)).await;
        assert!(read.unwrap().unwrap() > 0, "closed");
    }
    Message::parse_datagram(bytes.into(), &SipLimits::default()).unwrap()
}

async fn challenged(stream: &mut (impl AsyncReadExt + Unpin)) -> Session {
    let answer = read(stream).await;
    assert_eq!(answer.status().unwrap().get(), 401);
    let offers = answer
        .headers()
        .filter(|(name, _)| HeaderName::from_bytes(name) == HeaderName::WwwAuthenticate)
        .filter_map(|(_, value)| Challenge::read(value).ok());
    Session::new(Challenge::strongest(offers.flatten()).unwrap(), "5c0e2f")
}

/// Is challenged, answers with this password, and gives the status.
async fn knock(
    stream: &mut (impl AsyncReadExt + AsyncWriteExt + Unpin),
    reference: &str,
    password: &str,
) -> u16 {
    let bare = message(reference, 1, None);
    stream.write_all(&bare).await.unwrap();
    let mut session = challenged(stream).await;
    let credentials = Credentials::new(CID, Secret::password(password));
    let answer = session.answer(&credentials, "MESSAGE", URI).unwrap();
    let authorised = message(reference, 2, Some(&answer));
    stream.write_all(&authorised).await.unwrap();
    read(stream).await.status().unwrap().get()
}

#[tokio::test]
async fn a_tcp_listener_and_a_tls_stream_challenge_and_a_udp_socket_does_not() {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let tcp = listener.local_addr().unwrap();
    let tls: SocketAddr = "192.0.2.1:5061".parse().unwrap();
    let mut config = config();
    for listener in [
        Listener::address(Transport::Tcp, tcp),
        Listener::address(Transport::Tls, tls),
    ] {
        let challenger = ChallengerConfig::new("arc.example.net", [9; 32]);
        let listener = ListenerConfig::digest(listener, challenger, accounts("pendant"));
        config.listeners.push(listener);
    }
    let open = ListenerConfig::open(Listener::Transport(Transport::Udp));
    config.listeners.push(open);
    let (handle, mut events) = start(config, Settings::default());
    handle.add_listener(listener).unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let udp = handle.add_udp(socket).unwrap();

    let mut stream = TcpStream::connect(("127.0.0.1", tcp.port())).await.unwrap();
    assert_eq!(knock(&mut stream, "a1", "pendant").await, 200);
    assert!(matches!(next(&mut events).await, Event::Challenged { .. }));
    let identity = incoming(&mut events).await.identity.unwrap();
    assert_eq!(identity.username, CID);

    // A TLS stream is given the address of its listener and what it is.
    let (mut far, near) = tokio::io::duplex(64 * 1024);
    let remote = "198.51.100.7:40000".parse().unwrap();
    handle
        .add_stream(near, Transport::Tls, tls, remote)
        .await
        .unwrap();
    assert_eq!(knock(&mut far, "a2", "guess").await, 403);
    assert!(matches!(next(&mut events).await, Event::Challenged { .. }));
    assert!(matches!(next(&mut events).await, Event::Refused(_)));
    let next_accounts = Arc::new(accounts("next"));
    let listener = Listener::address(Transport::Tls, tls);
    let set = handle.set_accounts(listener, next_accounts).await.unwrap();
    assert!(set);
    assert_eq!(knock(&mut far, "a3", "next").await, 200);

    let unit = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    unit.send_to(&message("a4", 1, None), udp).await.unwrap();
    assert!(matches!(next(&mut events).await, Event::Challenged { .. }));
    assert!(incoming(&mut events).await.identity.is_some());
    assert!(incoming(&mut events).await.identity.is_none());
}

#[tokio::test]
async fn the_application_reaches_routes_calls_and_supervision() {
    let (handle, mut events) = start(config(), Settings::default());
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let udp = handle.add_udp(socket).unwrap();
    let sender = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    sender.send_to(&message("a1", 1, None), udp).await.unwrap();

    let alarm = incoming(&mut events).await;
    let response = Response::new(Reference::new("a1"), StatusNumber::OK);
    let voice = VoiceReply::new(MediaReply::DUPLEX, VoiceTarget::Configured);
    let answer = Answer::from(response).with_voice(voice);
    handle.answer(alarm.id, answer).await.unwrap();
    let mut texts = Vec::new();
    for _ in 0..2 {
        let mut buffer = [0; 2000];
        let (length, _) = timeout(PATIENCE, sender.recv_from(&mut buffer))
            .await
            .unwrap()
            .unwrap();
        texts.push(String::from_utf8(buffer[..length].to_vec()).unwrap());
    }
    assert!(texts[1].ends_with("<mrs><ref>a1</ref><snu>0</snu><mre>1</mre></mrs>"));

    let routes = handle.routes(unit()).await.unwrap();
    assert_eq!(routes, [OwnedRoute::Path(alarm.path)]);
    let call = IncomingCall {
        from_user: Some(CID),
        ..IncomingCall::default()
    };
    let found = handle.incoming_call(&call).await.unwrap().unwrap();
    let Match::Paired(pairing) = found else {
        panic!("{found:?}")
    };
    assert_eq!(pairing.alarm.reference.as_str(), "a1");

    // Another transport, and another unit.
    let other = ControllerId::new("40211871");
    let heartbeat = Request::heartbeat(Reference::new("h1"), other.clone());
    assert_eq!(handle.turn_away(heartbeat.clone()).await.unwrap(), None);
    let yes = Response::new(Reference::new("x"), StatusNumber::OK);
    let response = handle.complete(heartbeat, yes).await.unwrap();
    assert_eq!(response.reference.as_str(), "h1");
    handle.sign_of_life(other.clone()).await.unwrap();
    let third = ControllerId::new("40211872");
    handle.declare(third.clone(), None).await.unwrap().unwrap();
    let saved = handle.snapshot(WallMicros(0)).await.unwrap();
    assert_eq!(saved.len(), 3);
    assert!(handle.forget(third).await.unwrap());
    let saved = handle.snapshot(WallMicros(0)).await.unwrap();
    assert_eq!(saved.len(), 2);
    let count = handle.with(|receiver, _| receiver.pending()).await.unwrap();
    assert_eq!(count, 0);

    // In the next process.
    let (after, _events) = start(config(), Settings::default());
    let refused = after.restore(WallMicros(1_000_000), saved).await.unwrap();
    assert!(refused.is_empty());
    assert_eq!(after.snapshot(WallMicros(0)).await.unwrap().len(), 2);
    assert!(after.routes(unit()).await.unwrap().is_empty());
}

#[tokio::test]
async fn losses_wait_for_an_application_that_is_slow_and_none_is_left_out() {
    let mut settings = Settings::default();
    settings.events = 2;
    let (handle, mut events) = start(config(), settings);
    let lost: Vec<_> = (0..3000)
        .map(|number| {
            let mut saved = Saved::new(ControllerId::new(format!("{number:08}")), None);
            saved.silence = Duration::from_secs(3600);
            saved
        })
        .collect();
    let refused = handle.restore(WallMicros(0), lost).await.unwrap();
    assert!(refused.is_empty());
    // The driver has its hands full and obeys all the same.
    for _ in 0..20 {
        let pending = handle.with(|receiver, _| receiver.pending());
        assert_eq!(timeout(PATIENCE, pending).await.unwrap().unwrap(), 0);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for _ in 0..3000 {
        assert!(matches!(
            next(&mut events).await,
            Event::Supervision(supervision::Event::Lost { .. })
        ));
    }
    assert!(events.try_recv().is_err());
}

#[tokio::test]
async fn a_panic_in_what_is_done_with_the_receiver_hits_who_asked_and_not_the_driver() {
    let (handle, _events) = start(config(), Settings::default());
    let asking = handle.clone();
    let asked = tokio::spawn(async move {
        let work = |_: &mut Receiver, _| -> usize { panic!("a mistake of the application") };
        asking.with(work).await
    });
    let error = timeout(PATIENCE, asked).await.unwrap().unwrap_err();
    assert!(error.is_panic());
    let pending = handle.with(|receiver, _| receiver.pending());
    assert_eq!(timeout(PATIENCE, pending).await.unwrap(), Ok(0));
}

#[tokio::test]
async fn whoever_asks_a_driver_that_has_ended_is_told() {
    let (handle, mut events) = start(config(), Settings::default());
    assert_eq!(handle.shut_down(Duration::ZERO).await, Ok(Vec::new()));
    assert!(timeout(PATIENCE, events.recv()).await.unwrap().is_none());
    assert_eq!(handle.routes(unit()).await, Err(Ended));
    assert_eq!(handle.snapshot(WallMicros(0)).await, Err(Ended));
    let saved = vec![Saved::new(unit(), None)];
    assert_eq!(handle.restore(WallMicros(0), saved).await, Err(Ended));
}
