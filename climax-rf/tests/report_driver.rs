//! The tokio drivers and codecs.

#![cfg(feature = "tokio")]
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use climax_rf::codec::{Acknowledgement, BracketCodec, BracketItem, Dc09Codec, Dc09Item};
use climax_rf::contact_id::{self, DecodeOptions, decode_bracket};
use climax_rf::dc09::{self, AllClear, Outgoing, Refusal};
use climax_rf::driver::panel::{Outcome, PanelDriver};
use climax_rf::driver::{DecideError, Driver, Event, Kind, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::codec::{Decoder, Encoder};

const HELP: &[u8] = b"[4711 18110101005FF0F]";
/// Far more than anything takes on a busy machine.
const LONG: Duration = Duration::from_secs(30);

async fn next(events: &mut mpsc::Receiver<Event>) -> Event {
    timeout(LONG, events.recv()).await.unwrap().unwrap()
}

/// The next event that waits for a decision.
async fn decidable(events: &mut mpsc::Receiver<Event>) -> Event {
    loop {
        let event = next(events).await;
        if event.to_decide().is_some() {
            return event;
        }
    }
}

#[tokio::test]
async fn a_report_over_tcp_is_answered_when_it_was_accepted_over_either_path() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (driver, handle, mut events) = Driver::new(Settings::default(), AllClear);
    tokio::spawn(driver.listen(listener));
    for _path in 0..2 {
        let mut panel = TcpStream::connect(address).await.unwrap();
        panel.write_all(HELP).await.unwrap();
        let event = decidable(&mut events).await;
        assert_eq!(event.peer, Some(panel.local_addr().unwrap()));
        let mut byte = [0];
        let early = timeout(Duration::from_millis(50), panel.read(&mut byte)).await;
        assert!(early.is_err(), "nothing is answered yet");
        handle.accept(event.to_decide().unwrap()).await.unwrap();
        let read = timeout(LONG, panel.read(&mut byte)).await.unwrap().unwrap();
        assert_eq!((read, byte), (1, [0x06]));
        drop(panel);
        loop {
            if next(&mut events).await.kind == Kind::Closed {
                break;
            }
        }
        let late = handle.accept(event.to_decide().unwrap()).await;
        assert!(matches!(late, Err(DecideError::Ended(_))));
    }
}

#[tokio::test]
async fn a_panel_that_stops_sending_still_gets_its_answer() {
    let (driver, handle, mut events) = Driver::new(Settings::default(), AllClear);
    let (stream, panel) = tokio::io::duplex(256);
    tokio::spawn(driver.serve(stream, None));
    let (mut reader, mut writer) = tokio::io::split(panel);
    writer.write_all(HELP).await.unwrap();
    writer.shutdown().await.unwrap();
    let event = decidable(&mut events).await;
    handle.accept(event.to_decide().unwrap()).await.unwrap();
    assert_eq!(
        timeout(LONG, reader.read_u8()).await.unwrap().unwrap(),
        0x06
    );
}

#[tokio::test]
async fn a_slow_application_does_not_block_its_own_decisions() {
    let mut settings = Settings::default();
    settings.events = 1;
    let (driver, handle, mut events) = Driver::new(settings, AllClear);
    let (stream, mut panel) = tokio::io::duplex(4096);
    tokio::spawn(driver.serve(stream, None));
    panel.write_all(&HELP.repeat(20)).await.unwrap();
    for _ in 0..20 {
        let event = decidable(&mut events).await;
        // The channel is full again by now; the answer passes all the same.
        timeout(LONG, handle.accept(event.to_decide().unwrap()))
            .await
            .unwrap()
            .unwrap();
    }
    let mut answers = [0; 20];
    timeout(LONG, panel.read_exact(&mut answers))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(answers, [0x06; 20]);
}

#[tokio::test]
async fn dc09_over_udp_is_answered_to_its_sender() {
    let station = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = station.local_addr().unwrap();
    let (driver, handle, mut events) = Driver::new(Settings::default(), AllClear);
    tokio::spawn(driver.serve_udp(station));
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(address).await.unwrap();
    let own = socket.local_addr().unwrap();
    let panel = dc09::Panel::new(dc09::PanelSettings::new("4711").unwrap());
    let (panel, sender) = PanelDriver::new(panel);
    tokio::spawn(panel.run_udp(socket));
    let deciding = tokio::spawn(async move {
        let event = decidable(&mut events).await;
        assert_eq!(event.peer, Some(own));
        handle.accept(event.to_decide().unwrap()).await.unwrap();
        let event = decidable(&mut events).await;
        handle
            .refuse(event.to_decide().unwrap(), Refusal::Duh)
            .await
            .unwrap();
        events
    });
    let sia = || Outgoing::Sia(b"Nri1/MA0005".to_vec());
    for expected in [Outcome::Delivered, Outcome::Failed] {
        let sending = sender.send(move |panel: &mut dc09::Panel| panel.send(sia()));
        let outcome = timeout(LONG, sending).await.unwrap().unwrap().unwrap();
        assert_eq!(outcome, expected);
    }
    deciding.await.unwrap();
}

#[tokio::test]
async fn a_panel_connects_again_and_repeats_what_was_not_answered() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let panel = contact_id::Panel::new(contact_id::PanelSettings::default());
    let (panel, sender) = PanelDriver::new(panel);
    tokio::spawn(panel.run_tcp(address.to_string()));
    let sending = tokio::spawn(async move {
        let decoded = decode_bracket(HELP, &DecodeOptions::strict()).unwrap();
        let report = decoded.report;
        sender
            .send(move |panel: &mut contact_id::Panel| panel.send(&report))
            .await
    });
    for answered in [false, true] {
        let (mut stream, _) = timeout(LONG, listener.accept()).await.unwrap().unwrap();
        let mut message = [0; 22];
        timeout(LONG, stream.read_exact(&mut message))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(message, HELP);
        if answered {
            stream.write_all(&[0x06]).await.unwrap();
            let outcome = timeout(LONG, sending)
                .await
                .unwrap()
                .unwrap()
                .unwrap()
                .unwrap();
            assert_eq!(outcome, Outcome::Delivered);
            break;
        }
    }
}

#[tokio::test]
async fn a_connection_over_the_limit_is_closed_at_once_and_others_go_on() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut settings = Settings::default();
    settings.connections = 1;
    let (driver, _handle, mut events) = Driver::new(settings, AllClear);
    tokio::spawn(driver.listen(listener));
    let mut first = TcpStream::connect(address).await.unwrap();
    assert_eq!(next(&mut events).await.kind, Kind::Opened);
    let mut second = TcpStream::connect(address).await.unwrap();
    let closed = timeout(LONG, second.read(&mut [0])).await.unwrap();
    assert!(matches!(closed, Ok(0) | Err(_)));
    first.write_all(HELP).await.unwrap();
    decidable(&mut events).await;
}

#[tokio::test]
async fn everything_ends_when_nobody_takes_events() {
    let (driver, _handle, events) = Driver::new(Settings::default(), AllClear);
    let (stream, mut panel) = tokio::io::duplex(256);
    let serving = tokio::spawn(driver.serve(stream, None));
    drop(events);
    timeout(LONG, serving).await.unwrap().unwrap();
    assert_eq!(panel.read(&mut [0]).await.unwrap(), 0);
}

#[test]
fn the_codecs_read_streams_cut_anywhere() {
    let frame = b"\n47CC0027\"ADM-CID\"0042L0#4711[#4711|1101 01 005]\r";
    for size in 1..60 {
        let mut codec = BracketCodec::new();
        let mut buffer = bytes::BytesMut::new();
        let mut found = Vec::new();
        for chunk in [&b"x"[..], HELP, HELP, &HELP[..5]].concat().chunks(size) {
            buffer.extend_from_slice(chunk);
            while let Some(item) = codec.decode(&mut buffer).unwrap() {
                found.push(item);
            }
        }
        while let Some(item) = codec.decode_eof(&mut buffer).unwrap() {
            found.push(item);
        }
        let message = contact_id::Message::new(HELP).unwrap();
        let expected = [
            BracketItem::Junk(1),
            BracketItem::Message(message),
            BracketItem::Message(message),
            BracketItem::Junk(5),
        ];
        assert_eq!(found, expected);

        let mut codec = Dc09Codec::new();
        let mut frames = 0;
        for chunk in frame.repeat(2).chunks(size) {
            buffer.extend_from_slice(chunk);
            while let Some(item) = codec.decode(&mut buffer).unwrap() {
                assert_eq!(item, Dc09Item::Frame(bytes::Bytes::from_static(frame)));
                frames += 1;
            }
        }
        assert_eq!(frames, 2);
    }
}

#[test]
fn the_codecs_write() {
    let mut out = bytes::BytesMut::new();
    let decoded = decode_bracket(HELP, &DecodeOptions::strict()).unwrap();
    BracketCodec::new()
        .encode(decoded.report, &mut out)
        .unwrap();
    BracketCodec::new()
        .encode(Acknowledgement, &mut out)
        .unwrap();
    assert_eq!(out, [HELP, b"\x06"].concat());
    let frame = b"\nF22F0013\"NULL\"0000L0#4711[]\r";
    let decoded = dc09::decode(frame, &dc09::DecodeOptions::strict()).unwrap();
    let mut out = bytes::BytesMut::new();
    Dc09Codec::new()
        .encode((decoded.frame, decoded.crc_form), &mut out)
        .unwrap();
    assert_eq!(out, &frame[..]);
}
