//! SCAIP over HTTPS on the whole server (SCAIP reference 13): who is let in, what is answered, and
//! that it is the same work as over SIP.

#[path = "support/tls.rs"]
mod support;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reference_server::config::{BearerToken, ClientCertificates, Config, Span};
use reference_server::journal::{Journal as _, JournalSettings, Sequence, SqliteJournal, Verdict};
use rustls::version::{TLS12, TLS13};
use support::{
    Answer, Authority, Certified, Link, PATIENCE, Running, Web, accepted, alarm, connect,
    connector, free, write,
};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

const OLD: &str = "old-token-of-the-test";
const NEW: &str = "new-token-of-the-test";

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\n")
}

fn token(name: &str, file: &Path) -> BearerToken {
    BearerToken {
        name: name.into(),
        file: file.into(),
        ..BearerToken::default()
    }
}

async fn start(change: impl FnOnce(&mut Config, &Path)) -> Running {
    Running::start(|config, at| {
        config.scaip.https.listen = free("127.0.0.1:0");
        change(config, at);
    })
    .await
}

async fn start_with_tokens() -> Running {
    start(|config, at| {
        config.scaip.reload_interval = Span(Duration::from_millis(50));
        config.scaip.https.bearer_tokens = vec![
            token("old", &write(at, "old", OLD)),
            token("new", &write(at, "new", NEW)),
        ];
    })
    .await
}

async fn web(running: &Running, own: Option<&Certified>) -> Option<Web<TlsStream<TcpStream>>> {
    let connector = connector(&running.authority.pem, &[&TLS13, &TLS12], own);
    let stream = connect(&connector, running.address("https")).await;
    stream.ok().map(Web)
}

async fn post(running: &Running, headers: &str, body: &str) -> Answer {
    let mut web = web(running, None).await.expect("it is let in");
    web.post(headers, body).await.expect("an answer")
}

#[tokio::test]
async fn an_alarm_is_answered_in_the_200_and_the_connection_goes_on() {
    let running = start(|_, _| ()).await;
    let mut web = web(&running, None).await.expect("it is let in");
    for number in 0..5 {
        let reference = format!("w{number}");
        let answer = web.post("", &alarm("40211870", &reference)).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some("application/scaip+xml"));
        assert_eq!(answer.body, accepted(&reference));
    }
    let records = running.records().await;
    assert_eq!(records.len(), 5);
    let detail = running.detail(&records[0]).await;
    assert_eq!(detail.transport.transport, "https");
    assert_eq!(detail.raw.0, alarm("40211870", "w0").as_bytes());
    assert_eq!(detail.answer.bytes, accepted("w0").as_bytes());
    assert_eq!(records[0].kind.as_deref(), Some("help_call"));
}

#[tokio::test]
async fn tls_1_2_carries_it_too() {
    let running = start(|_, _| ()).await;
    let connector = connector(&running.authority.pem, &[&TLS12], None);
    let stream = connect(&connector, running.address("https")).await;
    let answer = Web(stream.expect("it is let in"))
        .post("", &alarm("1", "o1"))
        .await;
    assert_eq!(answer.expect("an answer").body, accepted("o1"));
}

#[tokio::test]
async fn only_a_known_token_is_let_in() {
    let running = start_with_tokens().await;
    for (headers, challenge) in [
        (String::new(), "Bearer realm=\"scaip\""),
        (
            bearer("guessed"),
            "Bearer realm=\"scaip\", error=\"invalid_token\"",
        ),
        (
            "Authorization: Basic b2xkOm9sZA==\r\n".to_owned(),
            "Bearer realm=\"scaip\", error=\"invalid_token\"",
        ),
    ] {
        let answer = post(&running, &headers, &alarm("1", "t0")).await;
        assert_eq!(answer.status, 401, "{headers}");
        assert_eq!(answer.header("www-authenticate"), Some(challenge));
        assert_eq!(answer.body, "");
    }
    assert!(running.records().await.is_empty());
    for (secret, reference) in [(OLD, "t1"), (NEW, "t2")] {
        let answer = post(&running, &bearer(secret), &alarm("1", reference)).await;
        assert_eq!((answer.status, answer.body), (200, accepted(reference)));
    }
    let records = running.records().await;
    for (record, name) in records.iter().zip(["old", "new"]) {
        let detail = running.detail(record).await;
        let peer = detail.transport.peer;
        assert!(peer.ends_with(&format!(" token \"{name}\"")), "{peer}");
        let raw = String::from_utf8_lossy(&detail.raw.0).into_owned();
        assert!(!raw.contains("token"), "{raw}");
    }
}

#[tokio::test]
async fn a_token_is_rotated_without_a_restart() {
    let running = start_with_tokens().await;
    write(
        running.directory.path(),
        "old",
        "even-newer-token-of-the-test",
    );
    let patience = Instant::now() + PATIENCE;
    let even_newer = bearer("even-newer-token-of-the-test");
    while post(&running, &even_newer, &alarm("1", "r1")).await.status != 200 {
        assert!(Instant::now() < patience, "it never came into force");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(
        post(&running, &bearer(OLD), &alarm("1", "r2")).await.status,
        401
    );
    assert_eq!(
        post(&running, &bearer(NEW), &alarm("1", "r3")).await.status,
        200
    );
    // A file that holds no token is no reason to let nobody in.
    write(running.directory.path(), "old", "");
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(
        post(&running, &bearer(NEW), &alarm("1", "r4")).await.status,
        200
    );
    assert_eq!(
        post(&running, &even_newer, &alarm("1", "r5")).await.status,
        200
    );
}

#[tokio::test]
async fn a_client_certificate_stands_in_for_a_token_where_it_is_optional() {
    let running = start(|config, at| {
        config.scaip.https.client_certificates = ClientCertificates::Optional;
        config.scaip.https.bearer_tokens = vec![token("one", &write(at, "one", NEW))];
    })
    .await;
    let own = running.authority.issue("40211870");
    let body = alarm("40211870", "c1");
    assert_eq!(post(&running, "", &body).await.status, 401);
    let mut with = web(&running, Some(&own)).await.expect("it is let in");
    let answer = with.post("", &body).await.expect("an answer");
    assert_eq!(answer.body, accepted("c1"));
    let answer = post(&running, &bearer(NEW), &alarm("40211870", "c2")).await;
    assert_eq!(answer.body, accepted("c2"));
    let records = running.records().await;
    let peer = running.detail(&records[0]).await.transport.peer;
    assert!(peer.contains(" certificate \"40211870\""), "{peer}");
    // A wrong certificate does not get as far as a token.
    let wrong = Authority::new("another authority").issue("40211870");
    let answer = match web(&running, Some(&wrong)).await {
        Some(mut web) => web
            .post(&bearer(NEW), &body)
            .await
            .map(|answer| answer.status),
        None => None,
    };
    assert_eq!(answer, None);
}

#[tokio::test]
async fn a_client_certificate_can_be_demanded_beside_the_token_and_speak_for_one_controller() {
    let running = start(|config, at| {
        config.scaip.certificate_names_controller = true;
        config.scaip.https.client_certificates = ClientCertificates::Required;
        config.scaip.https.bearer_tokens = vec![token("one", &write(at, "one", NEW))];
    })
    .await;
    let own = running.authority.issue("40211870");
    if let Some(mut without) = web(&running, None).await {
        assert!(
            without
                .post(&bearer(NEW), &alarm("1", "q0"))
                .await
                .is_none()
        );
    }
    let mut web = web(&running, Some(&own)).await.expect("it is let in");
    let answer = web
        .post("", &alarm("40211870", "q1"))
        .await
        .expect("an answer");
    assert_eq!(answer.status, 401, "the certificate alone is not enough");
    let answer = web.post(&bearer(NEW), &alarm("40211870", "q2")).await;
    assert_eq!(answer.expect("an answer").body, accepted("q2"));
    let answer = web.post(&bearer(NEW), &alarm("70993311", "q3")).await;
    let answer = answer.expect("an answer");
    assert!(
        answer.body.starts_with("<mrs><ref>q3</ref><snu>5</snu>"),
        "{answer:?}"
    );
}

#[tokio::test]
async fn refusals_carry_an_mrs_where_the_reference_can_be_read_and_are_kept() {
    let running = start(|_, _| ()).await;
    let long = format!(
        "<mrq><ref>z4</ref><cid>1</cid><dty>3</dty><ite>{}</ite></mrq>",
        "x".repeat(70_000)
    );
    let bodies = [
        ("<mrq><ref>z1</ref><cid>40211870</cid></mrq>", "z1", 7),
        ("<mrq><ref>z2</ref><cid>40211870</dty></mrq>", "z2", 2),
        (
            "<mrq><ref>z3</ref><mty>ZZ</mty><cid>1</cid><dty>3</dty></mrq>",
            "z3",
            3,
        ),
        (&long, "z4", 1),
    ];
    for (body, reference, snu) in bodies {
        let answer = post(&running, "", body).await;
        assert_eq!(answer.status, 200, "{reference}");
        let start = format!("<mrs><ref>{reference}</ref><snu>{snu}</snu>");
        assert!(answer.body.starts_with(&start), "{answer:?}");
    }
    for (content_type, body, status) in [
        ("application/scaip+xml", "", 400),
        ("application/scaip+xml", "hello", 400),
        ("application/json", "{}", 415),
    ] {
        let mut web = web(&running, None).await.expect("it is let in");
        let headers = format!("Content-Type: {content_type}\r\n");
        let answer = web
            .ask("POST", "/scaip", &headers, body)
            .await
            .expect("an answer");
        assert_eq!(answer.status, status, "{content_type} {body}");
        let accept = (status == 415).then_some("application/scaip+xml");
        assert_eq!(answer.header("accept"), accept);
    }
    let records = running.wait_for_records(7).await;
    assert!(
        records
            .iter()
            .all(|record| record.verdict == Verdict::Refused)
    );
    let said: Vec<_> = records
        .iter()
        .map(|record| &*record.answer_summary)
        .collect();
    let expected = [
        "snu 7", "snu 2", "snu 3", "snu 1", "HTTP 400", "HTTP 400", "HTTP 415",
    ];
    assert_eq!(said, expected);
    // Far too long: not even read.
    let answer = post(&running, "", &"x".repeat(200_000)).await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn other_content_types_are_taken_unless_strict() {
    for (strict, status) in [(false, 200), (true, 415)] {
        let running = start(|config, _| config.scaip.strict = strict).await;
        let mut web = web(&running, None).await.expect("it is let in");
        let headers = "Content-Type: text/plain\r\n";
        let answer = web.ask("POST", "/scaip", headers, &alarm("1", "s1")).await;
        assert_eq!(answer.expect("an answer").status, status);
    }
}

#[tokio::test]
async fn there_is_one_path_and_one_method() {
    let running = start(|config, _| config.scaip.https.path = "/here/scaip".into()).await;
    let mut web = web(&running, None).await.expect("it is let in");
    for (method, path, status) in [
        ("POST", "/scaip", 404),
        ("POST", "/api/alarms", 404),
        ("GET", "/here/scaip", 405),
        ("POST", "/here/scaip", 200),
    ] {
        let body = alarm("1", "p1");
        let headers = "Content-Type: application/scaip+xml\r\n";
        let answer = web
            .ask(method, path, headers, &body)
            .await
            .expect("an answer");
        assert_eq!(answer.status, status, "{method} {path}");
        let allow = (status == 405).then_some("POST");
        assert_eq!(answer.header("allow"), allow);
    }
}

#[tokio::test]
async fn a_repeat_is_one_alarm_with_equal_answers_over_sip_too() {
    let running = start(|config, _| config.scaip.tls.listen = free("127.0.0.1:0")).await;
    let body = alarm("40211870", "d1");
    let first = post(&running, "", &body).await;
    let second = post(&running, "", &body).await;
    assert_eq!(first.body, accepted("d1"));
    assert_eq!(second.body, first.body);
    let connector = connector(&running.authority.pem, &[&TLS13], None);
    let stream = connect(&connector, running.address("tls")).await;
    let third = Link::new(stream.expect("it is let in"))
        .send("TLS", &body)
        .await;
    assert_eq!(third, Some(first.body));
    let records = running.records().await;
    assert_eq!((records.len(), records[0].repeats), (1, 2));
}

#[tokio::test]
async fn an_alarm_that_cannot_be_stored_is_not_accepted() {
    let running = start(|config, _| config.journal.max_bytes = 2 * 1024 * 1024).await;
    let text = "x".repeat(60_000);
    let mut web = web(&running, None).await.expect("it is let in");
    for number in 0..100 {
        let body =
            format!("<mrq><ref>f{number}</ref><cid>1</cid><dty>0003</dty><ite>{text}</ite></mrq>");
        let answer = web.post("", &body).await.expect("an answer");
        assert_eq!(answer.status, 200);
        if answer.body != accepted(&format!("f{number}")) {
            assert!(answer.body.contains("<snu>5</snu>"), "{answer:?}");
            return;
        }
    }
    panic!("the journal is bounded");
}

#[tokio::test]
async fn a_stop_ends_connections_that_are_kept_open() {
    let running = start(|_, _| ()).await;
    let mut web = web(&running, None).await.expect("it is let in");
    let answer = web.post("", &alarm("1", "e1")).await.expect("an answer");
    assert_eq!(answer.body, accepted("e1"));
    let begun = Instant::now();
    let stopped = timeout(PATIENCE, running.server.shutdown()).await;
    stopped.expect("in time").expect("a clean end");
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    let mut rest = Vec::new();
    let end = timeout(PATIENCE, web.0.read_to_end(&mut rest)).await;
    assert!(end.is_ok(), "closed");
    assert!(rest.is_empty());
}

/// Starts the program, with HTTP on loopback.
#[expect(clippy::zombie_processes, reason = "the caller kills it and waits")]
fn program(directory: &Path) -> (Child, SocketAddr) {
    let addresses = directory.join("addresses.json");
    let _ = std::fs::remove_file(&addresses);
    let child = Command::new(env!("CARGO_BIN_EXE_reference-server"))
        .args(["--http", "off", "--scaip-tcp", "off", "--scaip-udp", "off"])
        .args(["--scaip-http", "127.0.0.1:0", "--log", "warn", "--journal"])
        .arg(directory.join("alarms.sqlite"))
        .arg("--addresses-file")
        .arg(&addresses)
        .stdin(Stdio::null())
        .spawn()
        .expect("the server starts");
    let patience = Instant::now() + PATIENCE;
    loop {
        if let Ok(text) = std::fs::read_to_string(&addresses) {
            let addresses: HashMap<String, SocketAddr> =
                serde_json::from_str(&text).expect("the addresses file is whole");
            return (child, addresses["scaip_http"]);
        }
        assert!(Instant::now() < patience, "the server is not ready");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Posts alarms one after the other until the connection breaks; the accepted references.
async fn post_on(address: SocketAddr, sender: usize, round: usize) -> Vec<String> {
    let mut taken = Vec::new();
    let Ok(stream) = TcpStream::connect(address).await else {
        return taken;
    };
    let mut web = Web(stream);
    for number in 0.. {
        let reference = format!("k{round}x{number}");
        let Some(answer) = web.post("", &alarm(&sender.to_string(), &reference)).await else {
            break;
        };
        assert_eq!(answer.body, accepted(&reference));
        taken.push(reference);
    }
    taken
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_is_there_once_after_a_kill() {
    const SENDERS: usize = 8;
    let directory = tempfile::tempdir().expect("a directory");
    let mut taken: Vec<Vec<String>> = vec![Vec::new(); SENDERS];
    for round in 0..5 {
        let (mut child, address) = program(directory.path());
        let posting: Vec<_> = (0..SENDERS)
            .map(|sender| tokio::spawn(post_on(address, sender, round)))
            .collect();
        tokio::time::sleep(Duration::from_millis(100 + fastrand::u64(..200))).await;
        child.kill().expect("SIGKILL");
        child.wait().expect("it was running");
        for (sender, posting) in posting.into_iter().enumerate() {
            taken[sender].extend(posting.await.expect("no assertion fails"));
        }
    }
    assert!(
        taken.iter().any(|taken| !taken.is_empty()),
        "nothing was posted"
    );

    // The first of each sender again, after all that: known, and answered as before.
    let (mut child, address) = program(directory.path());
    for (sender, taken) in taken.iter().enumerate() {
        let Some(reference) = taken.first() else {
            continue;
        };
        let mut web = Web(TcpStream::connect(address).await.expect("loopback"));
        let answer = web.post("", &alarm(&sender.to_string(), reference)).await;
        assert_eq!(answer.expect("an answer").body, accepted(reference));
    }
    child.kill().expect("SIGKILL");
    child.wait().expect("it was running");

    let path = directory.path().join("alarms.sqlite");
    let journal = SqliteJournal::open(JournalSettings::at(path)).expect("it opens");
    let mut stored: HashMap<(String, String), (u32, u64)> = HashMap::new();
    let mut cursor = Sequence::START;
    loop {
        let records = journal.alarms_after(cursor, 1000).await.expect("it reads");
        let Some(last) = records.last() else { break };
        cursor = last.sequence;
        for record in records {
            let key = (record.sender, record.source_ref.unwrap_or_default());
            let entry = stored.entry(key).or_default();
            entry.0 += 1;
            entry.1 += record.repeats;
        }
    }
    for (sender, taken) in taken.iter().enumerate() {
        for (at, reference) in taken.iter().enumerate() {
            let found = stored.get(&(sender.to_string(), reference.clone()));
            assert_eq!(
                found,
                Some(&(1, u64::from(at == 0))),
                "{sender} {reference}"
            );
        }
    }
}
