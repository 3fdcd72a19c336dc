//! TCP, both sides of the connection, over loopback.
#![allow(clippy::unwrap_used)]
#![cfg(feature = "tokio")]

use std::time::Duration;

use espa444::driver::tcp::{Client, Line, Listener, Server, TcpSettings};
use espa444::driver::{Decision, Driver, Event, Settings};
use espa444::link::{self, Received};
use espa444::{BlockBuf, Profile, Role};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::Receiver;

const SELECT: &[u8] = b"\x041\x052\x05";
const CALL: &[u8] = b"\x011\x021\x1F31\x1E2\x1FTEST\x03\x39";

async fn next(events: &mut Receiver<Event>) -> Event {
    tokio::time::timeout(Duration::from_secs(60), events.recv())
        .await
        .expect("an event in time")
        .expect("the driver runs")
}

async fn expect(stream: &mut TcpStream, bytes: &[u8]) {
    let mut got = vec![0; bytes.len()];
    let read = stream.read_exact(&mut got);
    tokio::time::timeout(Duration::from_secs(20), read)
        .await
        .expect("an answer in time")
        .unwrap();
    assert_eq!(got, bytes);
}

fn quick() -> Settings {
    let mut settings = Settings::default();
    settings.reconnect = Duration::from_millis(10);
    settings.longest_reconnect = Duration::from_millis(100);
    settings
}

#[tokio::test]
async fn a_client_calls_a_listener_and_comes_back_when_it_was_away() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (panel, handle, mut panel_events) = Driver::new(Role::caller(), &Profile::TCP, quick());
    let client = Client::new(address.to_string(), TcpSettings::default());
    tokio::spawn(panel.run(client));

    // First a peer that takes the connection and drops it in the middle of a call.
    let (mut half, _) = listener.accept().await.unwrap();
    let id = handle.send(BlockBuf::call(b"208").unwrap()).await.unwrap();
    half.read_u8().await.unwrap();
    drop(half);

    let (pager, _, mut pager_events) = Driver::new(Role::receiver(), &Profile::TCP, quick());
    let pager = pager.deciding(|_: &Received<'_>| Decision::Queue);
    tokio::spawn(pager.run(Listener::new(listener, TcpSettings::default())));
    let (mut connections, mut disconnections) = (0, 0);
    loop {
        match next(&mut panel_events).await {
            Event::Connected => connections += 1,
            Event::Disconnected(_) => disconnections += 1,
            Event::Link(link::Event::Delivered { id: done, .. }) => {
                assert_eq!(done, id);
                break;
            }
            _ => {}
        }
    }
    assert!(connections >= 2 && disconnections >= 1);
    loop {
        if let Event::Queued(received) = next(&mut pager_events).await {
            let address = received.block.block().call_address();
            assert_eq!(address.and_then(|address| address.as_str()), Some("208"));
            break;
        }
    }
}

#[tokio::test]
async fn a_new_peer_takes_the_place_of_one_that_is_half_open() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (pager, _, mut events) = Driver::new(Role::receiver(), &Profile::TCP, quick());
    let pager = pager.deciding(|_: &Received<'_>| Decision::Queue);
    tokio::spawn(pager.run(Listener::new(listener, TcpSettings::default())));

    let mut old = TcpStream::connect(address).await.unwrap();
    old.write_all(SELECT).await.unwrap();
    expect(&mut old, &[0x06]).await;
    old.write_all(&CALL[..9]).await.unwrap();
    let mut new = TcpStream::connect(address).await.unwrap();
    new.write_all(SELECT).await.unwrap();
    expect(&mut new, &[0x06]).await;
    new.write_all(CALL).await.unwrap();
    expect(&mut new, &[0x06]).await;
    // The old one is closed, with or without a reset.
    let mut rest = Vec::new();
    let closed = tokio::time::timeout(Duration::from_secs(20), old.read_to_end(&mut rest));
    assert!(closed.await.is_ok());
    assert_eq!(rest, []);
    while !matches!(next(&mut events).await, Event::Queued(_)) {}
}

#[tokio::test]
async fn a_peer_waits_for_the_present_one_when_the_newest_does_not_win() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (pager, _, _events) = Driver::new(Role::receiver(), &Profile::TCP, quick());
    let pager = pager.deciding(|_: &Received<'_>| Decision::Accept);
    let mut settings = TcpSettings::default();
    settings.newest_wins = false;
    tokio::spawn(pager.run(Listener::new(listener, settings)));

    let mut first = TcpStream::connect(address).await.unwrap();
    first.write_all(SELECT).await.unwrap();
    expect(&mut first, &[0x06]).await;
    let mut second = TcpStream::connect(address).await.unwrap();
    second.write_all(SELECT).await.unwrap();
    let mut one = [0];
    let early = tokio::time::timeout(Duration::from_millis(200), second.read(&mut one));
    assert!(early.await.is_err(), "two peers at a time");
    drop(first);
    expect(&mut second, &[0x06]).await;
}

#[tokio::test]
async fn a_server_gives_each_connection_a_line_of_its_own() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (server, mut lines) = Server::new(
        listener,
        Role::receiver(),
        &Profile::FIELD,
        quick(),
        TcpSettings::default(),
    );
    let running = tokio::spawn(server.with_most_lines(2).run());

    let mut panels = Vec::new();
    let mut open: Vec<Line> = Vec::new();
    for _ in 0..2 {
        panels.push(TcpStream::connect(address).await.unwrap());
        open.push(lines.recv().await.unwrap());
    }
    // One too many is closed at once.
    let mut third = TcpStream::connect(address).await.unwrap();
    assert_eq!(third.read(&mut [0]).await.unwrap(), 0);

    // Half a block on the one line is nothing to the other.
    for panel in &mut panels {
        panel.write_all(SELECT).await.unwrap();
        expect(panel, &[0x06]).await;
    }
    panels[0].write_all(&CALL[..7]).await.unwrap();
    panels[1].write_all(CALL).await.unwrap();
    let Line {
        peer,
        handle,
        mut events,
        ..
    } = open.pop().unwrap();
    assert_eq!(peer, panels[1].local_addr().unwrap());
    loop {
        if let Event::Link(link::Event::Block(block)) = next(&mut events).await {
            handle.accept(block.id).await.unwrap();
            break;
        }
    }
    expect(&mut panels[1], &[0x06]).await;
    // Its place is free again when it is gone.
    panels.pop();
    while events.recv().await.is_some() {}
    let mut fourth = loop {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(SELECT).await.unwrap();
        if matches!(stream.read(&mut [0]).await, Ok(1)) {
            break stream;
        }
    };
    drop((lines, open));
    running.await.unwrap();
    assert!(matches!(fourth.read(&mut [0]).await, Ok(0) | Err(_)));
}

#[tokio::test]
async fn a_server_decides_on_each_line_by_itself_while_nobody_looks_at_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (server, _lines) = Server::new(
        listener,
        Role::receiver(),
        &Profile::FIELD,
        quick(),
        TcpSettings::default(),
    );
    let (calls, mut kept) = tokio::sync::mpsc::channel(8);
    let server = server.deciding(move |peer| {
        let calls = calls.clone();
        move |received: &Received<'_>| match calls.try_send((peer, received.block.raw().to_vec())) {
            Ok(()) => Decision::Accept,
            Err(_) => Decision::Refuse(link::Refusal::Busy),
        }
    });
    tokio::spawn(server.run());
    for _ in 0..3 {
        let mut panel = TcpStream::connect(address).await.unwrap();
        panel.write_all(&[SELECT, CALL].concat()).await.unwrap();
        expect(&mut panel, &[0x06, 0x06]).await;
        let (peer, bytes) = kept.recv().await.unwrap();
        assert_eq!(peer, panel.local_addr().unwrap());
        assert_eq!(bytes, CALL);
    }
}
