//! The work between the driver and the journal, on loopback, with a journal of any speed.

use std::net::SocketAddr;
use std::sync::Arc;

use metrics::with_local_recorder;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};
use scaip::driver::receiver::{Driver, Settings};
use scaip::receiver::{AnswerMode, Config as ReceiverConfig, Receiver};
use scaip::sip::Path;
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::config::ScaipConfig;
use crate::devices::Devices;
use crate::input::InputCounters;
use crate::journal::{
    AlarmDetail, AlarmRecord, BoxFuture, DeliveryRecord, Entry, EventId, Health, Journal,
    JournalSettings, KeptState, Note, Sequence, SqliteJournal, StateChange, Statistics,
};

const PATIENCE: Duration = Duration::from_secs(5);

/// The delay of a journal that is busy for ever.
const BUSY: Duration = Duration::MAX;

/// A journal that says only later that it has stored.
#[derive(Debug)]
struct Slow(SqliteJournal, Duration);

impl Journal for Slow {
    fn store(&self, entry: Entry) -> BoxFuture<'static, Result<Stored, JournalError>> {
        let delay = self.1;
        if delay == BUSY {
            return Box::pin(async { Err(JournalError::Busy) });
        }
        let stored = self.0.store(entry);
        Box::pin(async move {
            tokio::time::sleep(delay).await;
            stored.await
        })
    }

    fn answered(&self, sequence: Sequence, delivery: AnswerDelivery) {
        self.0.answered(sequence, delivery);
    }

    fn note(&self, sequence: Sequence, note: Note) {
        self.0.note(sequence, note);
    }

    fn keep(
        &self,
        area: &'static str,
        changes: Vec<StateChange>,
    ) -> BoxFuture<'static, Result<(), JournalError>> {
        self.0.keep(area, changes)
    }

    fn kept(&self, area: &'static str) -> BoxFuture<'_, Result<Vec<KeptState>, JournalError>> {
        self.0.kept(area)
    }

    fn alarms_after(
        &self,
        cursor: Sequence,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<AlarmRecord>, JournalError>> {
        self.0.alarms_after(cursor, limit)
    }

    fn newest(&self) -> Sequence {
        self.0.newest()
    }

    fn alarm(&self, id: EventId) -> BoxFuture<'_, Result<Option<AlarmDetail>, JournalError>> {
        self.0.alarm(id)
    }

    fn health(&self) -> Health {
        self.0.health()
    }

    fn statistics(&self) -> Statistics {
        self.0.statistics()
    }

    fn close(&self) -> BoxFuture<'_, Result<(), JournalError>> {
        self.0.close()
    }
}

struct Rig {
    _directory: tempfile::TempDir,
    recorder: PrometheusRecorder,
    journal: Arc<dyn Journal>,
    handle: Handle,
    udp: SocketAddr,
    unit: UdpSocket,
    /// Taken by the work, or fed by hand.
    events: Option<mpsc::Receiver<Event>>,
    driver: JoinHandle<()>,
    stop: CancellationToken,
}

impl Rig {
    async fn new(delay: Duration, change: impl FnOnce(&mut ReceiverConfig)) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let settings = JournalSettings::at(directory.path().join("alarms.sqlite"));
        let journal = SqliteJournal::open(settings).expect("it opens");
        let mut config = ReceiverConfig::new([7; 16]);
        change(&mut config);
        let receiver = Receiver::new(config).expect("the settings are good");
        let (driver, handle, events) = Driver::new(receiver, Settings::default());
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("loopback");
        let udp = handle.add_udp(socket).expect("there is room");
        let unit = UdpSocket::bind("127.0.0.1:0").await.expect("loopback");
        unit.connect(udp).await.expect("loopback");
        Rig {
            _directory: directory,
            recorder: PrometheusBuilder::new().build_recorder(),
            journal: Arc::new(Slow(journal, delay)),
            handle,
            udp,
            unit,
            events: Some(events),
            driver: tokio::spawn(driver.run()),
            stop: CancellationToken::new(),
        }
    }

    fn work(&self) -> Work {
        let context = InputContext {
            journal: Arc::clone(&self.journal),
            counters: with_local_recorder(&self.recorder, || InputCounters::new("scaip")),
            devices: Devices::default(),
            lines: Default::default(),
            shutdown: self.stop.clone(),
        };
        let reply = Reply::new(&ScaipConfig::default()).expect("the defaults are good");
        let handle = self.handle.clone();
        with_local_recorder(&self.recorder, || {
            Work::new(context, handle, reply, HashMap::new(), Duration::ZERO)
        })
    }

    fn start(&mut self) -> JoinHandle<()> {
        let events = self.events.take().expect("not started");
        tokio::spawn(self.work().run(events))
    }

    /// Sends an alarm and does not wait.
    async fn post(&self, number: u32) {
        let local = self.unit.local_addr().expect("bound");
        let body = format!("<mrq><ref>r{number}</ref><cid>1</cid><dty>0003</dty></mrq>");
        let message = format!(
            "MESSAGE sip:alarm@arc.example.net SIP/2.0\r\n\
             Via: SIP/2.0/UDP {local};branch=z9hG4bK{number};rport\r\n\
             Max-Forwards: 70\r\nFrom: <sip:1@arc.example.net>;tag=1\r\n\
             To: <sip:alarm@arc.example.net>\r\nCall-ID: {number}@{local}\r\n\
             CSeq: {number} MESSAGE\r\nContent-Type: application/scaip+xml\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.unit.send(message.as_bytes()).await.expect("loopback");
    }

    /// Sends an alarm and hears its `mrs`, wherever that comes.
    async fn send(&self, number: u32) -> String {
        self.post(number).await;
        let mut buffer = vec![0; 65_536];
        loop {
            let received = tokio::time::timeout(PATIENCE, self.unit.recv(&mut buffer)).await;
            let length = received.expect("an answer in time").expect("loopback");
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            let (head, body) = text.split_once("\r\n\r\n").expect("a SIP message");
            if !head.starts_with("SIP/2.0 ") {
                let echo: String = head
                    .lines()
                    .filter(|line| {
                        let name = line.split(':').next().unwrap_or_default();
                        ["Via", "From", "To", "Call-ID", "CSeq"].contains(&name)
                    })
                    .map(|line| format!("{line}\r\n"))
                    .collect();
                let answer = format!("SIP/2.0 200 OK\r\n{echo}Content-Length: 0\r\n\r\n");
                self.unit.send(answer.as_bytes()).await.expect("loopback");
            }
            if !body.is_empty() {
                return body.to_owned();
            }
        }
    }

    /// The value of a series, as it is shown.
    fn metric(&self, series: &str) -> Option<String> {
        let text = self.recorder.handle().render();
        let line = text.lines().find(|line| line.starts_with(series))?;
        line.rsplit(' ').next().map(ToOwned::to_owned)
    }

    async fn wait_for(&self, series: &str, value: &str) {
        let patience = Instant::now() + PATIENCE;
        while self.metric(series).as_deref() != Some(value) {
            assert!(
                Instant::now() < patience,
                "{series}: {:?}",
                self.metric(series)
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// What became of the answer to each alarm, once all is written.
    async fn deliveries(&self) -> Vec<Option<DeliveryRecord>> {
        let alarms = self.journal.alarms_after(Sequence::START, 1000).await;
        let mut all = Vec::new();
        for alarm in alarms.expect("the journal reads") {
            let patience = Instant::now() + PATIENCE;
            all.push(loop {
                let detail = self.journal.alarm(alarm.id).await;
                let detail = detail.expect("the journal reads").expect("it is there");
                if detail.delivery.is_some() || Instant::now() > patience {
                    break detail.delivery;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            });
        }
        all
    }

    async fn stop(self, work: JoinHandle<()>) {
        self.stop.cancel();
        // Either way it ends: the work has asked for it too.
        let _ = self.handle.shut_down(Duration::ZERO).await;
        work.await.expect("the work ends");
        self.driver.await.expect("the driver ends");
        self.journal.close().await.expect("a clean end");
    }
}

#[tokio::test]
async fn responses_in_the_200_are_recorded_and_leave_nothing_in_hand() {
    let body_in_ok = |config: &mut ReceiverConfig| config.answer_mode = AnswerMode::BodyInOk;
    let mut rig = Rig::new(Duration::ZERO, body_in_ok).await;
    let work = rig.start();
    for number in 1..=20 {
        let answer = rig.send(number).await;
        assert!(answer.contains("<snu>0</snu>"), "{answer}");
    }
    rig.wait_for("alarm_scaip_in_hand", "0").await;
    let deliveries = rig.deliveries().await;
    assert_eq!(deliveries.len(), 20);
    for delivery in deliveries {
        let delivery = delivery.expect("recorded");
        assert_eq!((delivery.attempts, delivery.delivered), (1, 0));
        assert_eq!(delivery.last_detail, "sent in the 200, not confirmed");
    }
    rig.stop(work).await;
}

#[tokio::test]
async fn an_alarm_that_is_stored_too_late_is_not_counted_as_accepted() {
    for (mode, detail) in [
        (
            AnswerMode::SeparateMessage,
            "stored too late, the sender heard snu 5",
        ),
        (
            AnswerMode::BodyInOk,
            "stored too late, snu 5 was sent: sent in the 200, not confirmed",
        ),
    ] {
        let hasty = |config: &mut ReceiverConfig| {
            config.answer_mode = mode;
            config.decision_time = Duration::from_millis(50);
        };
        let mut rig = Rig::new(Duration::from_millis(300), hasty).await;
        let work = rig.start();
        let answer = rig.send(1).await;
        assert!(answer.contains("<snu>5</snu>"), "{answer}");
        let result =
            |name: &str| format!("alarm_input_messages_total{{input=\"scaip\",result=\"{name}\"}}");
        rig.wait_for(&result("late"), "1").await;
        assert_eq!(rig.metric(&result("accepted")).as_deref(), Some("0"));
        rig.wait_for("alarm_scaip_in_hand", "0").await;
        let delivery = rig.deliveries().await[0].clone().expect("recorded");
        assert_eq!((delivery.attempts, delivery.delivered), (1, 0));
        assert_eq!(delivery.last_detail, detail);
        rig.stop(work).await;
    }
}

#[tokio::test]
async fn the_counts_of_the_sip_layer_are_fresh_under_load() {
    let rig = Rig::new(Duration::ZERO, |_| ()).await;
    // All tasks of this test run on its thread.
    let _recording = metrics::set_default_local_recorder(&rig.recorder);
    let (feed, events) = mpsc::channel(4096);
    let path = Path::udp(rig.udp, rig.udp);
    // Always full: whenever the work is run again, more waits than it can take in one turn.
    let feeder = tokio::spawn(tokio::task::unconstrained(async move {
        let answered = true;
        loop {
            match feed.try_send(Event::Retransmission { path, answered }) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Full(_)) => tokio::task::yield_now().await,
                Err(mpsc::error::TrySendError::Closed(_)) => return,
            }
        }
    }));
    let work = rig.work();
    let work = tokio::spawn(work.run_and_publish(events, Duration::from_millis(50)));
    tokio::time::sleep(Duration::from_millis(200)).await;
    rig.unit
        .send(b"no SIP at all\r\n\r\n")
        .await
        .expect("loopback");
    tokio::time::sleep(Duration::from_millis(500)).await;
    let text = rig.recorder.handle().render();
    let fresh = text
        .lines()
        .any(|line| line.starts_with("alarm_sip_total{") && !line.ends_with(" 0"));
    assert!(fresh, "{text}");
    feeder.abort();
    work.abort();
}

/// A posted request, and where its verdict comes out.
fn posted(id: u64) -> (Post, oneshot::Receiver<Response<'static>>) {
    let body = format!("<mrq><ref>p{id}</ref><cid>1</cid><dty>0003</dty></mrq>");
    let config = https::Config::default();
    let content_type = Some(https::CONTENT_TYPE.as_bytes());
    let https::Received::Request(incoming) = https::receive(content_type, body.as_bytes(), &config)
    else {
        panic!("a clean request")
    };
    let here = SocketAddr::from(([127, 0, 0, 1], 443));
    let (verdict, heard) = oneshot::channel();
    let waiting = Waiting {
        id,
        incoming: Arc::from(incoming),
        raw: body.into(),
        origin: Origin {
            transport: "https",
            local: here,
            remote: here,
            identity: None,
            token: None,
            account: None,
        },
        verdict,
    };
    (Post::Request(Box::new(waiting)), heard)
}

#[tokio::test]
async fn posted_alarms_are_answered_and_recorded_whatever_becomes_of_their_senders() {
    let mut rig = Rig::new(Duration::from_millis(200), |_| ()).await;
    let (posts, posted_requests) = mpsc::channel(8);
    let work = rig.work().with_posts(posted_requests);
    let events = rig.events.take().expect("not started");
    let work = tokio::spawn(work.run(events));

    let (stayed, heard) = posted(1);
    let (left, gone) = posted(2);
    let (waited, late) = posted(3);
    for post in [stayed, left, waited] {
        posts.send(post).await.expect("it works");
    }
    // The second hung up; the third was told snu 5 for want of time.
    drop((gone, late));
    posts.send(Post::Undecided(3)).await.expect("it works");
    let verdict = tokio::time::timeout(PATIENCE, heard).await;
    let verdict = verdict.expect("in time").expect("a verdict");
    assert_eq!(verdict.status_number, StatusNumber::OK);

    let details: Vec<_> = rig
        .deliveries()
        .await
        .into_iter()
        .map(|delivery| delivery.expect("recorded").last_detail)
        .collect();
    let expected = [
        "sent in the 200, not confirmed",
        "its sender had gone",
        "stored too late, snu 5 was sent: sent in the 200, not confirmed",
    ];
    assert_eq!(details, expected);
    let result =
        |name: &str| format!("alarm_input_messages_total{{input=\"scaip\",result=\"{name}\"}}");
    rig.wait_for(&result("late"), "1").await;
    assert_eq!(rig.metric(&result("accepted")).as_deref(), Some("2"));

    // The driver ends first; the work goes on until nobody can post any more.
    rig.stop.cancel();
    let (last, heard) = posted(4);
    posts.send(last).await.expect("it works on");
    drop(posts);
    let verdict = tokio::time::timeout(PATIENCE, heard).await;
    let verdict = verdict.expect("in time").expect("a verdict");
    assert_eq!(verdict.status_number, StatusNumber::OK);
    rig.stop(work).await;
}

/// The log of one thread.
#[derive(Clone, Default)]
struct Log(Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("whole").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn begin() -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self::default();
        let to = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(move || to.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn lines(&self, text: &str) -> Vec<String> {
        let all = String::from_utf8(self.0.lock().expect("whole").clone()).expect("text");
        let found = all.lines().filter(|line| line.contains(text));
        found.map(ToOwned::to_owned).collect()
    }
}

#[tokio::test]
async fn alarms_that_a_busy_journal_refuses_are_one_line_of_the_log_in_a_second() {
    let (log, _guard) = Log::begin();
    let mut rig = Rig::new(BUSY, |_| ()).await;
    let work = rig.start();
    let begun = Instant::now();
    for number in 1..=20 {
        let answer = rig.send(number).await;
        assert!(answer.contains("<snu>6</snu>"), "{answer}");
    }
    let seconds = begun.elapsed().as_millis().div_ceil(1000);
    let lines = log.lines("an alarm could not be kept");
    assert!((1..=seconds).contains(&(lines.len() as u128)), "{lines:?}");
    assert!(lines[0].contains("answer=snu 6"), "{lines:?}");
    tokio::time::sleep(Duration::from_secs(1)).await;
    rig.send(21).await;
    let lines = log.lines("an alarm could not be kept");
    let last = lines.last().expect("one more");
    assert!(
        !last.contains("held_back=0"),
        "it tells of the others: {last}"
    );
    rig.stop(work).await;
}

#[tokio::test]
async fn alarms_that_hear_503_are_told_in_the_log() {
    let (log, _guard) = Log::begin();
    // One alarm may wait for its decision, which never comes.
    let mut rig = Rig::new(Duration::from_secs(60), |config| config.pending = 1).await;
    let work = rig.start();
    for number in 1..=3 {
        rig.post(number).await;
    }
    let patience = Instant::now() + PATIENCE;
    while log.lines("status=503").is_empty() {
        assert!(Instant::now() < patience, "{:?}", log.lines(""));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let lines = log.lines("status=503");
    assert!(lines[0].contains("reason=\"busy\""), "{lines:?}");
    work.abort();
}

#[tokio::test]
async fn alarms_that_the_sip_layer_turns_away_by_itself_are_told_in_the_log() {
    let (log, _guard) = Log::begin();
    let mut rig = Rig::new(Duration::ZERO, |_| ()).await;
    rig.handle.set_overloaded(true).await.expect("it runs");
    let events = rig.events.take().expect("not started");
    let work = tokio::spawn(
        rig.work()
            .run_and_publish(events, Duration::from_millis(50)),
    );
    rig.post(1).await;
    let patience = Instant::now() + PATIENCE;
    while log.lines("too many at once").is_empty() {
        assert!(Instant::now() < patience, "{:?}", log.lines(""));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    rig.stop(work).await;
}
