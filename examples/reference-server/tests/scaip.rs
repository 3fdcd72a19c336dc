//! The SCAIP input on the whole server: lines 53 to 55 of the conformance list (SCAIP reference 15),
//! refusals kept as evidence, storage trouble told to the sender.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use reference_server::config::{Config, ControllerConfig, Listen};
use reference_server::inputs::scaip::{ScaipInput, SettingError};
use reference_server::journal::{AlarmRecord, Sequence, Verdict};
use reference_server::server::{RunningServer, Server};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(5);

struct Running {
    server: RunningServer,
    directory: TempDir,
}

impl Running {
    async fn start(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_in(tempfile::tempdir().expect("a directory"), change).await
    }

    async fn start_in(directory: TempDir, change: impl FnOnce(&mut Config)) -> Self {
        let free = Listen::On(SocketAddr::from(([127, 0, 0, 1], 0)));
        let mut config = Config::default();
        config.journal.path = directory.path().join("alarms.sqlite");
        config.http.listen = Listen::Off;
        (config.scaip.udp, config.scaip.tcp) = (free, Listen::Off);
        change(&mut config);
        let input = ScaipInput::new(&config).expect("the settings are good");
        let server = Server::new(config).with_input(Box::new(input));
        let server = server.start().await.expect("the server starts");
        Running { server, directory }
    }

    async fn unit(&self) -> Unit {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
        let udp = self.server.addresses().get("udp").expect("bound");
        socket.connect(udp).await.expect("loopback");
        Unit { socket, cseq: 0 }
    }

    async fn records(&self) -> Vec<AlarmRecord> {
        let journal = self.server.journal();
        journal
            .alarms_after(Sequence::START, 100)
            .await
            .expect("the journal reads")
    }
}

struct Unit {
    socket: UdpSocket,
    cseq: u32,
}

impl Unit {
    /// Sends a body in a new transaction; gives the `mrs`, or the SIP status when there is none.
    async fn send(&mut self, body: &str) -> String {
        self.cseq += 1;
        let number = self.cseq;
        let local = self.socket.local_addr().expect("bound");
        let message = format!(
            "MESSAGE sip:alarm@arc.example.net SIP/2.0\r\n\
             Via: SIP/2.0/UDP {local};branch=z9hG4bK{number};rport\r\n\
             Max-Forwards: 70\r\n\
             From: <sip:40211870@arc.example.net>;tag=1\r\n\
             To: <sip:alarm@arc.example.net>\r\n\
             Call-ID: {number}@{local}\r\n\
             CSeq: {number} MESSAGE\r\n\
             Content-Type: application/scaip+xml\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.socket
            .send(message.as_bytes())
            .await
            .expect("loopback");
        let mut buffer = vec![0; 65_536];
        loop {
            let received = timeout(PATIENCE, self.socket.recv(&mut buffer)).await;
            let length = received.expect("an answer in time").expect("loopback");
            let text = String::from_utf8(buffer[..length].to_vec()).expect("UTF-8");
            let (head, body) = text.split_once("\r\n\r\n").expect("a SIP message");
            if let Some(status) = text.strip_prefix("SIP/2.0 ") {
                if !body.is_empty() || !status.starts_with("200") {
                    return if body.is_empty() {
                        status[..3].to_owned()
                    } else {
                        body.to_owned()
                    };
                }
                continue;
            }
            let echo: String = head
                .lines()
                .filter(|line| {
                    let name = line.split(':').next().unwrap_or_default();
                    ["Via", "From", "To", "Call-ID", "CSeq"].contains(&name)
                })
                .map(|line| format!("{line}\r\n"))
                .collect();
            let answer = format!("SIP/2.0 200 OK\r\n{echo}Content-Length: 0\r\n\r\n");
            self.socket.send(answer.as_bytes()).await.expect("loopback");
            return body.to_owned();
        }
    }
}

fn alarm(cid: &str, reference: &str, status: &str) -> String {
    format!("<mrq><ref>{reference}</ref><cid>{cid}</cid><dty>0003</dty><stc>{status}</stc></mrq>")
}

fn accepted(reference: &str) -> String {
    format!("<mrs><ref>{reference}</ref><snu>0</snu></mrs>")
}

#[tokio::test]
async fn line_53_the_same_reference_twice_is_one_alarm_with_two_equal_answers() {
    let running = Running::start(|_| ()).await;
    let mut unit = running.unit().await;
    let first = unit.send(&alarm("40211870", "r1", "0010")).await;
    let second = unit.send(&alarm("40211870", "r1", "0010")).await;
    assert_eq!(first, accepted("r1"));
    assert_eq!(second, first);
    let records = running.records().await;
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].repeats, 1);
    assert_eq!(records[0].kind.as_deref(), Some("help_call"));
}

#[tokio::test]
async fn line_53_a_repeat_is_known_after_a_restart() {
    let running = Running::start(|_| ()).await;
    assert_eq!(
        running.unit().await.send(&alarm("1", "r1", "0010")).await,
        accepted("r1")
    );
    let Running { server, directory } = running;
    server.shutdown().await.expect("a clean end");
    let running = Running::start_in(directory, |_| ()).await;
    assert_eq!(
        running.unit().await.send(&alarm("1", "r1", "0010")).await,
        accepted("r1")
    );
    let records = running.records().await;
    assert_eq!((records.len(), records[0].repeats), (1, 1));
}

#[tokio::test]
async fn line_54_the_same_reference_of_two_senders_is_two_alarms() {
    let running = Running::start(|_| ()).await;
    let mut unit = running.unit().await;
    assert_eq!(unit.send(&alarm("1", "r1", "0010")).await, accepted("r1"));
    assert_eq!(unit.send(&alarm("2", "r1", "0010")).await, accepted("r1"));
    assert_eq!(running.records().await.len(), 2);
}

#[tokio::test]
async fn line_55_the_same_reference_with_other_content_is_a_new_event_and_flagged() {
    let running = Running::start(|_| ()).await;
    let mut unit = running.unit().await;
    unit.send(&alarm("1", "r1", "0010")).await;
    assert_eq!(unit.send(&alarm("1", "r1", "0016")).await, accepted("r1"));
    let records = running.records().await;
    assert_eq!(records.len(), 2);
    assert_eq!(records[1].reuses, Some(records[0].sequence));
    assert_eq!(records[1].kind.as_deref(), Some("battery_low"));
}

#[tokio::test]
async fn refused_messages_are_answered_and_kept_as_evidence() {
    let running = Running::start(|_| ()).await;
    let mut unit = running.unit().await;
    let answer = unit.send("<mrq><ref>q9</ref><cid>1</cid></mrq>").await;
    assert!(
        answer.starts_with("<mrs><ref>q9</ref><snu>7</snu>"),
        "{answer}"
    );
    assert_eq!(unit.send("hello").await, "400");
    let unknown = alarm("40211870", "q8", "0010").replace("<dty>", "<mty>ZZ</mty><dty>");
    let refusal = unit.send(&unknown).await;
    assert!(refusal.contains("<snu>3</snu>"), "{refusal}");
    assert_eq!(
        unit.send(&alarm("1", "r1", "0010")).await,
        accepted("r1"),
        "the next one is served"
    );
    let journal = running.server.journal();
    running.server.shutdown().await.expect("a clean end");
    drop(journal);
    let settings = reference_server::journal::JournalSettings::at(
        running.directory.path().join("alarms.sqlite"),
    );
    let journal = reference_server::journal::SqliteJournal::open(settings).expect("it opens");
    let records = reference_server::journal::Journal::alarms_after(&journal, Sequence::START, 10)
        .await
        .expect("the journal reads");
    let refused: Vec<_> = records
        .iter()
        .filter(|record| record.verdict == Verdict::Refused)
        .collect();
    assert_eq!(refused.len(), 3);
    assert_eq!(refused[0].answer_summary, "snu 7");
    assert_eq!(refused[0].source_ref.as_deref(), Some("q9"));
    let detail = reference_server::journal::Journal::alarm(&journal, refused[0].id)
        .await
        .expect("the journal reads")
        .expect("it is there");
    assert_eq!(detail.answer.bytes, answer.as_bytes());
    assert!(detail.raw.0.starts_with(b"MESSAGE sip:alarm@arc"));
    assert!(detail.raw.0.ends_with(b"<cid>1</cid></mrq>"));
    assert_eq!(refused[1].sender, "127.0.0.1", "where it came from");
    assert_eq!(refused[2].sender, "40211870", "who, where the body says so");
    assert_eq!(refused[2].source_ref.as_deref(), Some("q8"));
    assert_eq!(refused[2].answer_summary, "snu 3");
    assert!(
        refused[0].event.contains("\"refused\":\"missing\""),
        "{}",
        refused[0].event
    );
    assert_eq!(refused[1].answer_summary, "SIP 400");
}

#[tokio::test]
async fn an_alarm_that_cannot_be_stored_is_not_accepted() {
    let running = Running::start(|config| config.journal.max_bytes = 2 * 1024 * 1024).await;
    let mut unit = running.unit().await;
    let text = "x".repeat(60_000);
    let mut refused = None;
    for number in 0..100 {
        let body =
            format!("<mrq><ref>f{number}</ref><cid>1</cid><dty>0003</dty><ite>{text}</ite></mrq>");
        let answer = unit.send(&body).await;
        if answer != accepted(&format!("f{number}")) {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("the journal is bounded");
    assert!(refused.contains("<snu>5</snu>"), "{refused}");
    assert!(!matches!(
        running.server.journal().health(),
        reference_server::journal::Health::Healthy
    ));
}

#[tokio::test]
async fn the_profile_of_a_controller_is_used_and_an_unknown_one_is_refused_at_start() {
    let controller = |profile: &str| ControllerConfig {
        profile: profile.to_owned(),
        ..ControllerConfig::new("40211870")
    };
    let running = Running::start(|config| config.controllers = vec![controller("climax-mp")]).await;
    running
        .unit()
        .await
        .send(&alarm("40211870", "r1", "0010"))
        .await;
    let records = running.records().await;
    assert!(
        records[0].event.contains("\"profile\":\"climax-mp\""),
        "{}",
        records[0].event
    );

    let config = Config {
        controllers: vec![controller("klingon")],
        ..Config::default()
    };
    let error = ScaipInput::new(&config).expect_err("unknown");
    assert!(matches!(error, SettingError::Profile { .. }));
    assert!(
        error.to_string().contains("climax-mp"),
        "it says which are known: {error}"
    );
}

#[tokio::test]
async fn voice_replies_follow_the_configuration_and_the_request() {
    let running = Running::start(|config| {
        config.scaip.media_reply = 1;
        config.scaip.call_handling_reply = 62;
        config.scaip.transferred_number =
            reference_server::config::Private::new("sip:desk7@arc.example.net");
    })
    .await;
    let mut unit = running.unit().await;
    let voice = unit.send(&alarm("1", "v1", "0010")).await;
    let tail = "<snu>0</snu><mre>1</mre><cre>62</cre><tnu>sip:desk7@arc.example.net</tnu></mrs>";
    assert!(voice.ends_with(tail), "{voice}");
    let silent = alarm("1", "v2", "0010").replace("<stc>", "<crd>no-voice:</crd><stc>");
    assert_eq!(unit.send(&silent).await, accepted("v2"));
}

/// One SIP message as a stream carries it.
fn over_tcp(number: u32, body: &str) -> String {
    format!(
        "MESSAGE sip:alarm@arc.example.net SIP/2.0\r\n\
         Via: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKt{number}\r\n\
         Max-Forwards: 70\r\n\
         From: <sip:40211870@arc.example.net>;tag=1\r\n\
         To: <sip:alarm@arc.example.net>\r\n\
         Call-ID: t{number}@arc.example.net\r\n\
         CSeq: {number} MESSAGE\r\n\
         Content-Type: application/scaip+xml\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

// As the program runs: a worker takes the task it spawned last first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alarm_and_its_reset_in_one_write_are_stored_in_their_order() {
    const PAIRS: u32 = 100;
    let free = Listen::On(SocketAddr::from(([127, 0, 0, 1], 0)));
    let running = Running::start(|config| config.scaip.tcp = free).await;
    let tcp = running.server.addresses().get("tcp").expect("bound");
    let stream = TcpStream::connect(tcp).await.expect("loopback");
    let (mut answers, mut stream) = stream.into_split();
    tokio::spawn(async move { tokio::io::copy(&mut answers, &mut tokio::io::sink()).await });
    let mut records = Vec::new();
    for pair in 0..PAIRS {
        let alarm = alarm("40211870", &format!("a{pair}"), "0010");
        let reset = alarm
            .replace("<ref>a", "<ref>r")
            .replace("<cid>", "<mty>RE</mty><cid>");
        let both = over_tcp(2 * pair + 1, &alarm) + &over_tcp(2 * pair + 2, &reset);
        stream.write_all(both.as_bytes()).await.expect("loopback");
        let patience = Instant::now() + PATIENCE;
        let wanted = 2 * (pair as usize + 1);
        while records.len() < wanted {
            assert!(Instant::now() < patience, "{} of {wanted}", records.len());
            let journal = running.server.journal();
            let page = journal.alarms_after(Sequence::START, 1000).await;
            records = page.expect("the journal reads");
        }
    }
    let found: Vec<_> = records
        .iter()
        .map(|record| record.source_ref.clone().unwrap_or_default())
        .collect();
    let sent: Vec<_> = (0..PAIRS)
        .flat_map(|pair| [format!("a{pair}"), format!("r{pair}")])
        .collect();
    assert_eq!(found, sent);
    assert_eq!(records[1].class.as_deref(), Some("control"));
}

#[tokio::test]
async fn dialects_are_accepted_where_the_configuration_says_so() {
    let unknown = alarm("1", "u1", "0010").replace("<dty>", "<mty>ZZ</mty><dty>");
    let private = alarm("1", "p1", "0010").replace("mrq>", "scaip>");

    let running = Running::start(|_| ()).await;
    let mut unit = running.unit().await;
    let refused = unit.send(&unknown).await;
    assert!(refused.contains("<snu>3</snu>"), "{refused}");
    let refused = unit.send(&private).await;
    assert!(!refused.contains("<snu>0</snu>"), "{refused}");

    let running = Running::start(|config| {
        config.scaip.accept_scaip_root = true;
        config.scaip.accept_unknown_message_types = true;
    })
    .await;
    let mut unit = running.unit().await;
    assert_eq!(unit.send(&unknown).await, accepted("u1"));
    let answer = unit.send(&private).await;
    assert_eq!(answer, accepted("p1").replace("mrs>", "scaip>"));
    assert_eq!(running.records().await.len(), 2);
}
