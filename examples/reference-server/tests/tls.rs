//! SIP over TLS 1.2 and 1.3 on the whole server (SCAIP reference 5.3 and 5.5; line 39 of the
//! conformance list).

#[path = "support/tls.rs"]
mod support;

use std::time::{Duration, Instant};

use reference_server::config::{ClientCertificates, Config, Span};
use reference_server::inputs::scaip::{ScaipInput, SettingError};
use rustls::ProtocolVersion;
use rustls::version::{TLS12, TLS13};
use support::{
    Authority, Certified, Link, PATIENCE, Running, accepted, alarm, connect, connector, free, write,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

async fn start(change: impl FnOnce(&mut Config)) -> Running {
    Running::start(|config, _| {
        config.scaip.tls.listen = free("127.0.0.1:0");
        change(config);
    })
    .await
}

/// Sends one alarm as this client; `None` when it was not let in.
async fn try_as(running: &Running, own: Option<&Certified>, body: &str) -> Option<String> {
    let connector = connector(&running.authority.pem, &[&TLS13, &TLS12], own);
    let stream = connect(&connector, running.address("tls")).await.ok()?;
    Link::new(stream).send("TLS", body).await
}

#[tokio::test]
async fn tls_1_2_and_1_3_carry_alarms_and_their_answers_on_the_same_connection() {
    let running = start(|_| ()).await;
    for (version, protocol, name) in [
        (&TLS12, ProtocolVersion::TLSv1_2, "old"),
        (&TLS13, ProtocolVersion::TLSv1_3, "new"),
    ] {
        let connector = connector(&running.authority.pem, &[version], None);
        let stream = connect(&connector, running.address("tls")).await;
        let stream = stream.expect("it is let in");
        assert_eq!(stream.get_ref().1.protocol_version(), Some(protocol));
        let mut link = Link::new(stream);
        for number in 0..5 {
            let reference = format!("{name}{number}");
            let answer = link.send("TLS", &alarm("40211870", &reference)).await;
            assert_eq!(answer, Some(accepted(&reference)));
        }
    }
    let records = running.records().await;
    assert_eq!(records.len(), 10);
    for record in &records {
        let detail = running.detail(record).await;
        assert_eq!(detail.transport.transport, "tls");
        assert!(!detail.transport.peer.contains("certificate"));
    }
}

#[tokio::test]
async fn a_client_certificate_may_be_presented_and_is_noted_with_the_alarm() {
    let running = start(|config| {
        config.scaip.tls.client_certificates = ClientCertificates::Optional;
    })
    .await;
    let own = running.authority.issue("40211870.units.example.net");
    let wrong = Authority::new("another authority").issue("40211870");
    let answer = try_as(&running, Some(&own), &alarm("40211870", "c1")).await;
    assert_eq!(answer, Some(accepted("c1")));
    let answer = try_as(&running, None, &alarm("40211870", "c2")).await;
    assert_eq!(answer, Some(accepted("c2")));
    let answer = try_as(&running, Some(&wrong), &alarm("40211870", "c3")).await;
    assert_eq!(answer, None, "a wrong one is worse than none");

    let records = running.records().await;
    assert_eq!(records.len(), 2);
    let peer = running.detail(&records[0]).await.transport.peer;
    assert!(
        peer.contains(" certificate \"40211870.units.example.net\""),
        "{peer}"
    );
    let peer = running.detail(&records[1]).await.transport.peer;
    assert!(!peer.contains("certificate"), "{peer}");
}

#[tokio::test]
async fn a_client_certificate_can_be_demanded() {
    let running = start(|config| {
        config.scaip.tls.client_certificates = ClientCertificates::Required;
    })
    .await;
    let own = running.authority.issue("40211870");
    let wrong = Authority::new("another authority").issue("40211870");
    assert_eq!(try_as(&running, None, &alarm("1", "d1")).await, None);
    assert_eq!(
        try_as(&running, Some(&wrong), &alarm("1", "d2")).await,
        None
    );
    let answer = try_as(&running, Some(&own), &alarm("1", "d3")).await;
    assert_eq!(answer, Some(accepted("d3")));
    assert_eq!(running.records().await.len(), 1);
}

#[tokio::test]
async fn a_certificate_that_must_name_the_controller_speaks_for_no_other() {
    let running = start(|config| {
        config.scaip.tls.client_certificates = ClientCertificates::Required;
        config.scaip.certificate_names_controller = true;
    })
    .await;
    let own = running.authority.issue("40211870");
    let answer = try_as(&running, Some(&own), &alarm("40211870", "n1")).await;
    assert_eq!(answer, Some(accepted("n1")));
    let answer = try_as(&running, Some(&own), &alarm("70993311", "n2")).await;
    let answer = answer.expect("an mrs");
    assert!(
        answer.starts_with("<mrs><ref>n2</ref><snu>5</snu>"),
        "{answer}"
    );

    let records = running.wait_for_records(2).await;
    assert_eq!(records[1].sender, "70993311");
    assert_eq!(records[1].answer_summary, "snu 5");
    assert!(records[1].event.contains("certificate-unlike-controller"));
    let detail = running.detail(&records[1]).await;
    assert_eq!(detail.answer.bytes, answer.as_bytes());
}

#[tokio::test]
async fn plain_bytes_on_the_tls_port_are_turned_away_and_the_next_one_is_served() {
    let running = start(|_| ()).await;
    let mut stream = TcpStream::connect(running.address("tls"))
        .await
        .expect("open");
    let plain = support::message("TCP", 1, &alarm("1", "p1"));
    stream.write_all(plain.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    let end = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    // An alert at most, or a reset; never SIP.
    let _ = end.expect("closed in time");
    assert!(!answer.starts_with(b"SIP"), "{answer:?}");
    let answer = try_as(&running, None, &alarm("1", "p2")).await;
    assert_eq!(answer, Some(accepted("p2")));
    assert_eq!(running.records().await.len(), 1);
}

#[tokio::test]
async fn a_handshake_that_stalls_is_ended_and_does_not_hold_up_others() {
    const TIMEOUT: Duration = Duration::from_secs(15);
    let running = start(|config| {
        config.scaip.handshakes = 2;
        config.scaip.handshake_timeout = Span(TIMEOUT);
    })
    .await;
    let mut silent = Vec::new();
    for _ in 0..6 {
        let stream = TcpStream::connect(running.address("tls")).await;
        silent.push(stream.expect("open"));
    }
    // Six that say nothing are before it, and two may shake hands at a time.
    let begun = Instant::now();
    let answer = try_as(&running, None, &alarm("1", "s1")).await;
    assert_eq!(answer, Some(accepted("s1")));
    assert!(begun.elapsed() < TIMEOUT / 2, "{:?}", begun.elapsed());
    for mut stream in silent {
        let mut nothing = [0; 16];
        let end = timeout(PATIENCE, stream.read(&mut nothing)).await;
        assert!(matches!(end.expect("closed in time"), Ok(0) | Err(_)));
    }
    assert!(begun.elapsed() > TIMEOUT / 2, "they had their time");
}

#[tokio::test]
async fn connections_above_the_limit_are_closed() {
    let running = start(|config| config.scaip.connections = 2).await;
    let connector = connector(&running.authority.pem, &[&TLS13], None);
    let mut links = Vec::new();
    for number in 0..2 {
        let stream = connect(&connector, running.address("tls")).await;
        let mut link = Link::new(stream.expect("it is let in"));
        let reference = format!("l{number}");
        let answer = link.send("TLS", &alarm("1", &reference)).await;
        assert_eq!(answer, Some(accepted(&reference)));
        links.push(link);
    }
    assert_eq!(try_as(&running, None, &alarm("1", "l2")).await, None);
    drop(links);
    // The places come back when the server has seen the ends.
    let patience = tokio::time::Instant::now() + PATIENCE;
    while try_as(&running, None, &alarm("1", "l3")).await.is_none() {
        assert!(tokio::time::Instant::now() < patience);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn new_certificates_are_in_force_without_a_restart_and_broken_ones_are_not() {
    let running =
        start(|config| config.scaip.reload_interval = Span(Duration::from_millis(50))).await;
    let at = running.directory.path();
    let old = connector(&running.authority.pem, &[&TLS13], None);
    let stream = connect(&old, running.address("tls")).await;
    let mut kept = Link::new(stream.expect("it is let in"));

    // A key that does not go with the certificate: everything stays as it was.
    let renewed = Authority::new("renewed authority");
    let own = renewed.issue("arc.example.net");
    let new = connector(&renewed.pem, &[&TLS13], None);
    write(at, "key.pem", &own.key);
    tokio::time::sleep(Duration::from_millis(500)).await;
    connect(&old, running.address("tls"))
        .await
        .expect("the old one");

    write(at, "certificate.pem", &own.certificate);
    let patience = tokio::time::Instant::now() + PATIENCE;
    let stream = loop {
        match connect(&new, running.address("tls")).await {
            Ok(stream) => break stream,
            Err(_) => assert!(tokio::time::Instant::now() < patience),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let answer = Link::new(stream).send("TLS", &alarm("1", "k1")).await;
    assert_eq!(answer, Some(accepted("k1")));
    connect(&old, running.address("tls"))
        .await
        .expect_err("the old one is gone");
    let answer = kept.send("TLS", &alarm("1", "k2")).await;
    assert_eq!(
        answer,
        Some(accepted("k2")),
        "connections that are open go on"
    );
}

#[tokio::test]
async fn certificates_that_cannot_be_used_are_found_before_anything_listens() {
    let directory = tempfile::tempdir().expect("a directory");
    let own = Authority::new("test authority").issue("arc.example.net");
    let other = Authority::new("test authority").issue("arc.example.net");
    let certificate = write(directory.path(), "certificate.pem", &own.certificate);
    let mut config = Config::default();
    config.scaip.tls.listen = free("127.0.0.1:0");
    config.scaip.tls.certificate = certificate;
    for (key, word) in [
        (directory.path().join("missing.pem"), "cannot be read"),
        (write(directory.path(), "empty.pem", ""), "private key"),
        (
            write(directory.path(), "other.pem", &other.key),
            "certificate.pem",
        ),
    ] {
        config.scaip.tls.key = key;
        let error = ScaipInput::new(&config).expect_err("unusable");
        assert!(matches!(error, SettingError::Tls { table: "tls", .. }));
        assert!(error.to_string().contains(word), "{error}");
    }
}

#[tokio::test]
async fn a_stop_answers_what_was_begun_and_ends_in_time() {
    let running = start(|_| ()).await;
    let connector = connector(&running.authority.pem, &[&TLS13], None);
    let stream = connect(&connector, running.address("tls")).await;
    let mut link = Link::new(stream.expect("it is let in"));
    let answer = link.send("TLS", &alarm("1", "e1")).await;
    assert_eq!(answer, Some(accepted("e1")));
    // One connection is open and silent, one in its handshake.
    let _silent = TcpStream::connect(running.address("tls")).await;
    let stopped = timeout(PATIENCE, running.server.shutdown()).await;
    stopped.expect("in time").expect("a clean end");
}
