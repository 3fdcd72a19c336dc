//! The doors for connections: whoever keeps silent, and however many do, an alarm gets in.

#[path = "support/tls.rs"]
mod support;

#[cfg(target_os = "linux")]
#[path = "support/program.rs"]
mod program;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
use program::Program;
use reference_server::config::{Config, Span};
use rustls::version::{TLS12, TLS13};
use support::{Link, PATIENCE, Running, Web, accepted, alarm, connect, connector, free};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
#[cfg(target_os = "linux")]
use tokio::net::TcpSocket;
use tokio::net::TcpStream;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

/// The beginning of a TLS record that says it goes on: a handshake that never does.
const BEGUN: &[u8] = &[22, 3, 1, 0x40, 0];

async fn start(change: impl FnOnce(&mut Config)) -> Running {
    Running::start(|config, _| {
        config.scaip.tcp = free("127.0.0.1:0");
        config.scaip.tls.listen = free("127.0.0.1:0");
        config.scaip.https.listen = free("127.0.0.1:0");
        config.scaip.https.plain = free("127.0.0.1:0");
        change(config);
    })
    .await
}

async fn over_tls(running: &Running, name: &str) -> std::io::Result<TlsStream<TcpStream>> {
    let connector = connector(&running.authority.pem, &[&TLS13, &TLS12], None);
    connect(&connector, running.address(name)).await
}

/// One alarm over a new connection; the answer.
async fn once(running: &Running, name: &str, reference: &str) -> Option<String> {
    let body = alarm("40211870", reference);
    match name {
        "tcp" => {
            let stream = TcpStream::connect(running.address(name)).await.ok()?;
            Link::new(stream).send("TCP", &body).await
        }
        "tls" => {
            let stream = over_tls(running, name).await.ok()?;
            Link::new(stream).send("TLS", &body).await
        }
        _ => {
            let stream = over_tls(running, name).await.ok()?;
            let answer = Web(stream).post("", &body).await?;
            Some(answer.body)
        }
    }
}

/// Opens so many connections a second which send these bytes and no more, and keeps them.
fn flood(address: SocketAddr, per_second: u32, bytes: &'static [u8]) -> JoinHandle<()> {
    tokio::spawn(async move {
        let begun = Instant::now();
        let mut kept = Vec::new();
        let mut pace = tokio::time::interval(Duration::from_millis(10));
        loop {
            pace.tick().await;
            let due = begun.elapsed().as_secs_f64() * f64::from(per_second);
            while (kept.len() as f64) < due {
                let stream = TcpStream::connect(address).await;
                let mut stream = stream.expect("the backlog has room");
                // It may have been ended already.
                let _ = stream.write_all(bytes).await;
                kept.push(stream);
            }
        }
    })
}

/// Alarms over TLS and HTTPS while connections that send these bytes pour in.
async fn alarms_get_through(bytes: &'static [u8]) {
    const LONGEST: Duration = Duration::from_secs(2);
    // As if from everywhere: the share of a source does not help.
    let running = start(|config| config.scaip.source_share = 1).await;
    let floods = ["tls", "https"].map(|name| flood(running.address(name), 300, bytes));
    let begun = Instant::now();
    let mut number = 0;
    while begun.elapsed() < Duration::from_secs(5) {
        tokio::time::sleep(Duration::from_millis(500)).await;
        for name in ["tls", "https"] {
            number += 1;
            let (reference, asked) = (format!("f{number}"), Instant::now());
            let answer = once(&running, name, &reference).await;
            let took = asked.elapsed();
            assert_eq!(answer, Some(accepted(&reference)), "{name} {took:?}");
            assert!(took <= LONGEST, "{name}: {took:?}");
        }
    }
    for flood in floods {
        assert!(!flood.is_finished(), "it went on to the end");
        flood.abort();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_silent_connections_a_second_do_not_keep_an_alarm_out() {
    alarms_get_through(b"").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_handshakes_a_second_that_never_go_on_do_not_keep_an_alarm_out() {
    alarms_get_through(BEGUN).await;
}

#[tokio::test]
async fn stalled_handshakes_at_their_limit_make_room_after_a_second() {
    let running = start(|config| {
        config.scaip.handshakes = 2;
        config.scaip.handshake_timeout = Span(Duration::from_secs(60));
    })
    .await;
    let mut stalled = Vec::new();
    for _ in 0..4 {
        let stream = TcpStream::connect(running.address("tls")).await;
        let mut stream = stream.expect("open");
        stream.write_all(BEGUN).await.expect("sent");
        stalled.push(stream);
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let begun = Instant::now();
    let answer = once(&running, "tls", "h1").await;
    assert_eq!(answer, Some(accepted("h1")));
    // Two pairs are before it, with a second each.
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "not by the timeout"
    );
}

#[tokio::test]
async fn a_connection_without_a_whole_message_in_time_is_closed_on_every_transport() {
    const TIME: Duration = Duration::from_secs(1);
    let running = start(|config| config.scaip.first_message_timeout = Span(TIME)).await;
    let mut all = JoinSet::new();
    let beginning = &support::message("TCP", 1, &alarm("1", "s1"))[..100];
    for (name, bytes) in [
        ("tcp", ""),
        ("tcp", "\r\n\r\n"),
        ("tcp", beginning),
        ("tls", ""),
        ("tls", beginning),
        ("https", ""),
        ("https", "POST /scaip HTTP/1.1\r\n"),
        (
            "https",
            "POST /scaip HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n<mrq>",
        ),
        ("scaip_http", ""),
    ] {
        let begun = Instant::now();
        let mut stream: Box<dyn Stream> = match name {
            "tls" | "https" => Box::new(over_tls(&running, name).await.expect("let in")),
            _ => Box::new(
                TcpStream::connect(running.address(name))
                    .await
                    .expect("open"),
            ),
        };
        let bytes = bytes.to_owned();
        all.spawn(async move {
            stream.write_all(bytes.as_bytes()).await.expect("sent");
            stream.flush().await.expect("sent");
            let mut answer = Vec::new();
            let closed = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
            assert!(closed.is_ok(), "{name} {bytes:?}");
            let took = begun.elapsed();
            assert!(
                took >= TIME * 9 / 10,
                "{name} {bytes:?}: {took:?} {answer:?}"
            );
        });
    }
    // Through the TCP handshake, and not a byte more.
    let mut silent = TcpStream::connect(running.address("tls"))
        .await
        .expect("open");
    let mut nothing = [0; 16];
    let closed = timeout(PATIENCE, silent.read(&mut nothing)).await;
    assert!(matches!(closed.expect("closed in time"), Ok(0) | Err(_)));
    while let Some(checked) = all.join_next().await {
        checked.expect("closed in time, and not before");
    }
}

trait Stream: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin {}

impl<T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin> Stream for T {}

#[tokio::test]
async fn bytes_that_trickle_in_do_not_put_the_end_off() {
    const TIME: Duration = Duration::from_secs(1);
    let running = start(|config| config.scaip.first_message_timeout = Span(TIME)).await;
    let stream = TcpStream::connect(running.address("tcp")).await;
    let mut stream = stream.expect("open");
    let (begun, mut nothing) = (Instant::now(), [0; 16]);
    loop {
        // Pings are answered and are no message.
        let sent = stream.write_all(b"\r\n\r\n").await;
        let read = timeout(Duration::from_millis(50), stream.read(&mut nothing)).await;
        if sent.is_err() || matches!(read, Ok(Ok(0) | Err(_))) {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "it is still open");
    }
    assert!(begun.elapsed() >= TIME * 9 / 10);
}

#[tokio::test]
async fn a_unit_that_has_sent_a_message_may_be_silent_until_its_next_one() {
    const TIME: Duration = Duration::from_secs(1);
    let running = start(|config| config.scaip.first_message_timeout = Span(TIME)).await;
    let tcp = TcpStream::connect(running.address("tcp")).await;
    let mut tcp = Link::new(tcp.expect("open"));
    let mut tls = Link::new(over_tls(&running, "tls").await.expect("let in"));
    let mut https = Web(over_tls(&running, "https").await.expect("let in"));
    for round in 0..2 {
        if round > 0 {
            tokio::time::sleep(TIME * 3).await;
        }
        let [a, b, c] = ["a", "b", "c"].map(|name| format!("{name}{round}"));
        assert_eq!(tcp.send("TCP", &alarm("1", &a)).await, Some(accepted(&a)));
        assert_eq!(tls.send("TLS", &alarm("1", &b)).await, Some(accepted(&b)));
        let answer = https.post("", &alarm("1", &c)).await.expect("an answer");
        assert_eq!(answer.body, accepted(&c));
    }
}

#[tokio::test]
async fn at_the_limit_the_longest_silent_one_makes_room_and_a_unit_that_spoke_stays() {
    let running = start(|config| config.scaip.connections = 8).await;
    let mut unit = Link::new(over_tls(&running, "tls").await.expect("let in"));
    let answer = unit.send("TLS", &alarm("1", "u1")).await;
    assert_eq!(answer, Some(accepted("u1")));
    let mut silent = Vec::new();
    for _ in 0..20 {
        // Some have finished their handshake, some have not begun it.
        silent.push(over_tls(&running, "tls").await.expect("let in"));
        let _ = TcpStream::connect(running.address("tcp")).await;
    }
    for name in ["tls", "tcp"] {
        let answer = once(&running, name, &format!("n-{name}")).await;
        assert_eq!(answer, Some(accepted(&format!("n-{name}"))));
    }
    let mut nothing = [0; 16];
    let ended = timeout(PATIENCE, silent[0].read(&mut nothing)).await;
    assert!(matches!(ended.expect("ended in time"), Ok(0) | Err(_)));
    let answer = unit.send("TLS", &alarm("1", "u2")).await;
    assert_eq!(answer, Some(accepted("u2")));
}

/// A connection from this address of loopback.
#[cfg(target_os = "linux")]
async fn from(source: &str, to: SocketAddr) -> Link<TcpStream> {
    let socket = TcpSocket::new_v4().expect("a socket");
    let source = format!("{source}:0").parse().expect("an address");
    socket.bind(source).expect("loopback");
    Link::new(socket.connect(to).await.expect("open"))
}

/// All of 127.0.0.0/8 is this machine on Linux.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_source_gets_no_more_than_its_share_which_is_told_and_counted() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = Program::start(directory.path(), "connections = 100\nsource_share = 5", "");
    let to = program.addresses["tcp"];
    let outcome = |name: &str| {
        let series =
            format!("alarm_scaip_connections_total{{transport=\"tcp\",outcome=\"{name}\"}}");
        program.metric(&series)
    };
    let mut units = Vec::new();
    for number in 0..20 {
        let mut unit = from("127.0.0.7", to).await;
        let reference = format!("o{number}");
        let answer = unit.send("TCP", &alarm("1", &reference)).await;
        assert_eq!(answer, Some(accepted(&reference)));
        units.push(unit);
    }
    assert_eq!(outcome("share"), 0.0);
    let mut refused = from("127.0.0.7", to).await;
    assert_eq!(refused.send("TCP", &alarm("1", "o20")).await, None);
    assert_eq!(outcome("share"), 1.0);
    assert!(program.log().contains("source_share"), "{}", program.log());
    let answer = from("127.0.0.8", to)
        .await
        .send("TCP", &alarm("1", "p1"))
        .await;
    assert_eq!(answer, Some(accepted("p1")), "another source has its own");

    // One goes, and there is room again: silent ones take it and give it.
    drop(units.pop());
    let patience = Instant::now() + PATIENCE;
    while from("127.0.0.7", to)
        .await
        .send("TCP", &alarm("1", "o21"))
        .await
        .is_none()
    {
        assert!(Instant::now() < patience, "the place never came back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drop(units.pop());
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut silent = Vec::new();
    for _ in 0..5 {
        silent.push(from("127.0.0.7", to).await);
    }
    let answer = from("127.0.0.7", to)
        .await
        .send("TCP", &alarm("1", "o22"))
        .await;
    assert_eq!(answer, Some(accepted("o22")));
    assert!(outcome("ended-for-share") >= 1.0);
    program.stop();
}
