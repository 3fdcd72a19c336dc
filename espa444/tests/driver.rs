//! The tokio driver over streams in memory.
#![allow(clippy::unwrap_used)]
#![cfg(feature = "tokio")]

use std::time::Duration;

use espa444::driver::{Connect, DecideError, Decision, Driver, Event, Handle, Settings};
use espa444::link::{self, Accepted, Received, Refusal};
use espa444::{BlockBuf, FindingKind, Profile, RecordId, Role};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::mpsc::Receiver;

const SELECT: &[u8] = b"\x041\x052\x05";
const CALL: &[u8] = b"\x011\x021\x1F31\x1E2\x1FTEST\x03\x39";
const ACK: &[u8] = &[0x06];
const BUSY: &[u8] = b"2\x15";

fn receiver(settings: Settings) -> (DuplexStream, Handle, Receiver<Event>) {
    let (driver, handle, events) = Driver::new(Role::receiver(), &Profile::TCP, settings);
    let (ours, theirs) = tokio::io::duplex(4096);
    tokio::spawn(driver.run_stream(ours));
    (theirs, handle, events)
}

fn call(text: &[u8]) -> BlockBuf {
    let mut call = BlockBuf::call(b"31").unwrap();
    call.push(RecordId::DISPLAY_MESSAGE, text).unwrap();
    call
}

async fn expect(stream: &mut DuplexStream, bytes: &[u8]) {
    let mut got = vec![0; bytes.len()];
    let read = stream.read_exact(&mut got);
    tokio::time::timeout(Duration::from_secs(20), read)
        .await
        .expect("an answer in time")
        .unwrap();
    assert_eq!(got, bytes);
}

async fn next(events: &mut Receiver<Event>) -> Event {
    tokio::time::timeout(Duration::from_secs(60), events.recv())
        .await
        .expect("an event in time")
        .expect("the driver runs")
}

async fn next_block(events: &mut Receiver<Event>) -> Received<'static> {
    loop {
        if let Event::Link(link::Event::Block(block)) = next(events).await {
            return block;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_acknowledged_before_the_application_accepts() {
    let (mut panel, handle, mut events) = receiver(Settings::default());
    panel.write_all(SELECT).await.unwrap();
    expect(&mut panel, ACK).await;
    panel.write_all(CALL).await.unwrap();
    let block = next_block(&mut events).await;
    assert_eq!(block.block.raw(), CALL);
    let mut one = [0];
    let early = tokio::time::timeout(Duration::from_millis(100), panel.read(&mut one));
    assert!(early.await.is_err(), "an answer nobody decided on");
    assert_eq!(handle.accept(block.id).await, Ok(Accepted::Acknowledged));
    expect(&mut panel, ACK).await;
    assert!(matches!(
        handle.accept(block.id).await,
        Err(DecideError::NotHeld(_))
    ));
    panel.write_all(SELECT).await.unwrap();
    expect(&mut panel, ACK).await;
    panel.write_all(CALL).await.unwrap();
    let block = next_block(&mut events).await;
    assert!(block.possible_repeat.is_some());
    handle.refuse(block.id, Refusal::Invalid).await.unwrap();
    expect(&mut panel, b"3\x15").await;
}

#[tokio::test]
async fn a_block_that_nobody_decides_about_hears_busy_and_polls_are_answered() {
    let (mut panel, handle, mut events) = receiver(Settings::default());
    panel.write_all(SELECT).await.unwrap();
    expect(&mut panel, ACK).await;
    panel.write_all(CALL).await.unwrap();
    let block = next_block(&mut events).await;
    expect(&mut panel, BUSY).await;
    assert_eq!(
        next(&mut events).await,
        Event::Link(link::Event::Undecided(block.id))
    );
    panel.write_all(b"\x042\x05").await.unwrap();
    expect(&mut panel, b"\x04").await;
    assert_eq!(handle.accept(block.id).await, Ok(Accepted::Late));
    panel.write_all(SELECT).await.unwrap();
    panel.write_all(CALL).await.unwrap();
    expect(&mut panel, &[0x06, 0x06]).await;
    assert!(next_block(&mut events).await.accepted);
}

#[tokio::test]
async fn a_decider_answers_where_the_link_is() {
    let (driver, _handle, mut events) =
        Driver::new(Role::receiver(), &Profile::TCP, Settings::default());
    let mut seen = 0;
    let driver = driver.deciding(move |received: &Received<'_>| {
        assert_eq!(received.block.raw(), CALL);
        seen += 1;
        match seen {
            1 => Decision::Accept,
            2 => Decision::Refuse(Refusal::Busy),
            _ => Decision::Queue,
        }
    });
    let (ours, mut panel) = tokio::io::duplex(4096);
    tokio::spawn(driver.run_stream(ours));
    panel.write_all(SELECT).await.unwrap();
    expect(&mut panel, ACK).await;
    for answer in [ACK, BUSY, ACK] {
        panel.write_all(CALL).await.unwrap();
        expect(&mut panel, answer).await;
    }
    assert_eq!(next(&mut events).await, Event::Connected);
    let Event::Queued(queued) = next(&mut events).await else {
        panic!("not queued")
    };
    assert_eq!(queued.block.raw(), CALL);
}

#[tokio::test]
async fn a_full_queue_makes_the_line_busy_and_never_silent_and_loses_no_call() {
    let mut settings = Settings::default();
    settings.events = 2;
    let (mut panel, handle, mut events) = receiver(settings);
    // `Connected` takes one place, the first block the other.
    panel.write_all(SELECT).await.unwrap();
    expect(&mut panel, ACK).await;
    panel.write_all(CALL).await.unwrap();
    expect(&mut panel, BUSY).await;
    panel.write_all(SELECT).await.unwrap();
    expect(&mut panel, BUSY).await;
    panel.write_all(b"\x042\x05").await.unwrap();
    expect(&mut panel, b"\x04").await;
    // The application comes back.
    assert_eq!(next(&mut events).await, Event::Connected);
    let block = next_block(&mut events).await;
    assert_eq!(handle.accept(block.id).await, Ok(Accepted::Late));
    panel.write_all(SELECT).await.unwrap();
    panel.write_all(CALL).await.unwrap();
    expect(&mut panel, &[0x06, 0x06]).await;
}

#[tokio::test]
async fn without_room_a_block_is_refused_and_told_afterwards() {
    let mut settings = Settings::default();
    settings.events = 1;
    let (driver, _handle, mut events) = Driver::new(Role::receiver(), &Profile::TCP, settings);
    let (ours, mut panel) = tokio::io::duplex(4096);
    // A decider is asked even then; the event has no room beside `Connected`.
    let driver = driver.deciding(|_: &Received<'_>| Decision::Queue);
    tokio::spawn(driver.run_stream(ours));
    panel.write_all(SELECT).await.unwrap();
    expect(&mut panel, ACK).await;
    panel.write_all(CALL).await.unwrap();
    expect(&mut panel, BUSY).await;
    assert_eq!(next(&mut events).await, Event::Connected);
    assert_eq!(
        next(&mut events).await,
        Event::Congested {
            refused: 1,
            missed: 0
        }
    );
    panel.write_all(CALL).await.unwrap();
    expect(&mut panel, ACK).await;
    assert!(matches!(next(&mut events).await, Event::Queued(_)));
}

#[tokio::test]
async fn a_caller_and_a_receiver_of_ours_talk_over_a_stream() {
    let (pager, _pager_handle, mut pager_events) =
        Driver::new(Role::receiver(), &Profile::TCP, Settings::default());
    let (panel, panel_handle, mut panel_events) =
        Driver::new(Role::caller(), &Profile::TCP, Settings::default());
    let (ours, theirs) = tokio::io::duplex(64);
    tokio::spawn(
        pager
            .deciding(|_: &Received<'_>| Decision::Queue)
            .run_stream(ours),
    );
    let running = tokio::spawn(panel.run_stream(theirs));
    // Before the first connection is served, too.
    let id = panel_handle.send(call(b"ONE")).await.unwrap();
    loop {
        if let Event::Link(link::Event::Delivered {
            id: delivered,
            acknowledged,
        }) = next(&mut panel_events).await
        {
            assert_eq!((delivered, acknowledged), (id, true));
            break;
        }
    }
    assert_eq!(next(&mut pager_events).await, Event::Connected);
    assert!(matches!(next(&mut pager_events).await, Event::Queued(_)));
    let status = panel_handle.status().await.unwrap();
    assert!(status.connected && !status.lost && status.queued == 0);
    panel_handle.shut_down(Duration::from_secs(5));
    running.await.unwrap();
    assert!(panel_handle.send(call(b"TWO")).await.is_err());
}

#[tokio::test]
async fn shutting_down_waits_for_calls_in_the_queue_but_not_for_ever() {
    let (driver, handle, _events) = Driver::new(Role::caller(), &Profile::TCP, Settings::default());
    // Nobody answers here.
    let (ours, _theirs) = tokio::io::duplex(4096);
    handle_queued(&handle, driver, ours).await;
}

async fn handle_queued(handle: &Handle, driver: Driver, stream: DuplexStream) {
    let running = tokio::spawn(driver.run_stream(stream));
    handle.send(call(b"ONE")).await.unwrap();
    let asked = std::time::Instant::now();
    handle.shut_down(Duration::from_millis(300));
    running.await.unwrap();
    assert!(asked.elapsed() >= Duration::from_millis(300));
}

/// Gives these streams, with an error between every two.
struct Streams(Vec<Option<DuplexStream>>);

impl Connect for Streams {
    type Stream = DuplexStream;

    async fn connect(&mut self) -> std::io::Result<DuplexStream> {
        match self.0.pop() {
            Some(Some(stream)) => Ok(stream),
            Some(None) => Err(std::io::ErrorKind::ConnectionRefused.into()),
            None => std::future::pending().await,
        }
    }
}

#[tokio::test]
async fn a_new_connection_begins_anew_without_the_half_block_of_the_old_one() {
    let mut settings = Settings::default();
    settings.reconnect = Duration::from_millis(1);
    let (driver, _handle, mut events) = Driver::new(Role::receiver(), &Profile::TCP, settings);
    let driver = driver.deciding(|_: &Received<'_>| Decision::Queue);
    let (first, mut panel) = tokio::io::duplex(4096);
    let (second, mut later) = tokio::io::duplex(4096);
    tokio::spawn(driver.run(Streams(vec![Some(second), None, Some(first)])));
    panel.write_all(SELECT).await.unwrap();
    expect(&mut panel, ACK).await;
    panel.write_all(&CALL[..10]).await.unwrap();
    drop(panel);
    // The unknown state: a select without EOT before it is answered.
    later.write_all(&CALL[10..]).await.unwrap();
    later.write_all(SELECT).await.unwrap();
    expect(&mut later, ACK).await;
    later.write_all(CALL).await.unwrap();
    expect(&mut later, ACK).await;
    let mut seen = Vec::new();
    while !matches!(seen.last(), Some(Event::Queued(_))) {
        let event = next(&mut events).await;
        if !matches!(event, Event::Link(link::Event::Finding(_))) {
            seen.push(event);
        }
    }
    assert_eq!(
        seen[..seen.len() - 1],
        [
            Event::Connected,
            Event::Disconnected(std::io::ErrorKind::UnexpectedEof),
            Event::Link(link::Event::LinkLost),
            Event::Connected,
            Event::Link(link::Event::LinkRestored),
        ]
    );
}

#[tokio::test]
async fn a_first_connection_that_fails_is_a_lost_link() {
    let (driver, handle, mut events) =
        Driver::new(Role::receiver(), &Profile::TCP, Settings::default());
    tokio::spawn(driver.run(Streams(vec![None])));
    assert_eq!(next(&mut events).await, Event::Link(link::Event::LinkLost));
    assert!(!handle.status().await.unwrap().connected);
}

#[tokio::test]
async fn a_peer_that_never_comes_is_a_lost_link_after_the_time_of_supervision() {
    let mut profile = Profile::TCP;
    profile.timers.supervision = Some(Duration::from_millis(200));
    let started = std::time::Instant::now();
    let (driver, _handle, mut events) =
        Driver::new(Role::receiver(), &profile, Settings::default());
    tokio::spawn(driver.run(Streams(vec![])));
    assert_eq!(next(&mut events).await, Event::Link(link::Event::LinkLost));
    assert!(started.elapsed() >= Duration::from_millis(200));
}

/// Reports a damaged character once in the middle of what comes.
struct Damaging {
    inner: DuplexStream,
    after: usize,
}

impl tokio::io::AsyncRead for Damaging {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        if self.after == 0 {
            self.after = usize::MAX;
            return std::task::Poll::Ready(Err(std::io::ErrorKind::InvalidData.into()));
        }
        let mut part = buffer.take(self.after.min(buffer.remaining()));
        let result = std::pin::Pin::new(&mut self.inner).poll_read(context, &mut part);
        let length = part.filled().len();
        // The part is the front of the buffer, initialised by the read above.
        let bytes = part.filled().to_vec();
        if length > 0 {
            buffer.put_slice(&bytes);
        }
        if self.after != usize::MAX {
            self.after -= length;
        }
        result
    }
}

impl tokio::io::AsyncWrite for Damaging {
    fn poll_write(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
        bytes: &[u8],
    ) -> std::task::Poll<std::io::Result<usize>> {
        std::pin::Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

#[tokio::test]
async fn section_12_a_damaged_character_in_a_block_is_a_transmission_error() {
    let (driver, _handle, mut events) =
        Driver::new(Role::receiver(), &Profile::TCP, Settings::default());
    let driver = driver.deciding(|_: &Received<'_>| Decision::Queue);
    let (inner, mut panel) = tokio::io::duplex(4096);
    let after = SELECT.len() + 8;
    tokio::spawn(driver.run_stream(Damaging { inner, after }));
    panel.write_all(SELECT).await.unwrap();
    expect(&mut panel, ACK).await;
    panel.write_all(CALL).await.unwrap();
    expect(&mut panel, b"1\x15").await;
    panel.write_all(CALL).await.unwrap();
    expect(&mut panel, ACK).await;
    loop {
        match next(&mut events).await {
            Event::Queued(_) => break,
            Event::Link(link::Event::Finding(finding)) => {
                assert_ne!(finding.kind, FindingKind::Garbage);
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn case_14_a_listener_sends_not_a_single_byte() {
    let (driver, _handle, mut events) =
        Driver::new(Role::listener(), &Profile::LISTEN_ONLY, Settings::default());
    let (ours, mut line) = tokio::io::duplex(4096);
    let running = tokio::spawn(driver.run_stream(ours));
    line.write_all(&[SELECT, ACK, CALL, ACK, b"\x04\x042\x05\x04"].concat())
        .await
        .unwrap();
    assert_eq!(next_block(&mut events).await.block.raw(), CALL);
    line.shutdown().await.unwrap();
    running.await.unwrap();
    let mut sent = Vec::new();
    line.read_to_end(&mut sent).await.unwrap();
    assert_eq!(sent, []);
}

#[tokio::test]
async fn the_driver_ends_with_its_events_unless_it_decides_by_itself() {
    let (driver, handle, events) =
        Driver::new(Role::receiver(), &Profile::TCP, Settings::default());
    let (ours, _panel) = tokio::io::duplex(4096);
    let running = tokio::spawn(driver.run_stream(ours));
    drop(events);
    running.await.unwrap();
    assert!(handle.status().await.is_err());

    let (driver, handle, events) =
        Driver::new(Role::receiver(), &Profile::TCP, Settings::default());
    let (ours, mut panel) = tokio::io::duplex(4096);
    let driver = driver.deciding(|_: &Received<'_>| Decision::Accept);
    let running = tokio::spawn(driver.run_stream(ours));
    drop((events, handle));
    panel.write_all(SELECT).await.unwrap();
    expect(&mut panel, ACK).await;
    for _ in 0..3 {
        panel.write_all(CALL).await.unwrap();
        expect(&mut panel, ACK).await;
    }
    drop(panel);
    running.await.unwrap();
}
