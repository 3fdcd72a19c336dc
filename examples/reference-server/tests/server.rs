//! The server as a whole: start, an input that plugs in, stop; and the program itself.

mod support;

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reference_server::config::{Config, Listen};
use reference_server::input::{BoundAddress, Input, InputContext, InputError};
use reference_server::journal::{BoxFuture, Journal as _, Sequence, Verdict};
use reference_server::server::{Server, StartError};
use support::{alarm, open, size};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};

/// An input that takes each datagram for an alarm and answers what the journal says.
#[derive(Default)]
struct Datagrams {
    socket: Option<UdpSocket>,
}

impl Input for Datagrams {
    fn name(&self) -> &'static str {
        "datagrams"
    }

    fn bind(&mut self) -> BoxFuture<'_, Result<Vec<BoundAddress>, InputError>> {
        Box::pin(async {
            let socket = UdpSocket::bind("127.0.0.1:0").await?;
            let address = socket.local_addr()?;
            self.socket = Some(socket);
            Ok(vec![BoundAddress {
                name: "udp".into(),
                address,
            }])
        })
    }

    fn run(self: Box<Self>, context: InputContext) -> BoxFuture<'static, Result<(), InputError>> {
        Box::pin(async move {
            let socket = self.socket.expect("bound before");
            let mut buffer = [0; 1500];
            loop {
                let received = tokio::select! {
                    () = context.shutdown.cancelled() => return Ok(()),
                    received = socket.recv_from(&mut buffer) => received,
                };
                let (length, peer) = received?;
                context.counters.received.increment(1);
                let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
                if text == "fail" {
                    return Err(InputError::Other("told to".into()));
                }
                let result = context.journal.store(alarm("40211870", &text, &text)).await;
                let outcome = result.as_ref().map(|stored| &stored.outcome);
                context.counters.stored(Verdict::Accepted, outcome);
                socket
                    .send_to(if result.is_ok() { b"yes" } else { b"no " }, peer)
                    .await?;
            }
        })
    }
}

fn config(directory: &tempfile::TempDir) -> Config {
    let mut config = Config::default();
    config.journal.path = directory.path().join("alarms.sqlite");
    config.http.listen = Listen::On(SocketAddr::from(([127, 0, 0, 1], 0)));
    config
}

async fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("received");
    text
}

async fn ask(server: SocketAddr, text: &str) -> [u8; 3] {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
    socket.send_to(text.as_bytes(), server).await.expect("sent");
    let mut answer = [0; 3];
    let received = tokio::time::timeout(Duration::from_secs(5), socket.recv(&mut answer));
    received
        .await
        .expect("an answer in time")
        .expect("an answer");
    answer
}

#[tokio::test]
async fn an_input_plugs_in_and_its_alarms_are_served() {
    let directory = tempfile::tempdir().unwrap();
    let mut config = config(&directory);
    config.addresses_file = directory.path().join("addresses.json");
    let input = Box::new(Datagrams::default());
    let server = Server::new(config.clone())
        .with_input(input)
        .start()
        .await
        .unwrap();
    let (http, udp) = (
        server.addresses().get("http").unwrap(),
        server.addresses().get("udp").unwrap(),
    );
    assert_eq!(
        server.addresses().to_string(),
        format!("http={http} udp={udp}")
    );
    let written: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&config.addresses_file).unwrap()).unwrap();
    assert_eq!(written["udp"], udp.to_string());

    assert_eq!(&ask(udp, "r1").await, b"yes");
    assert_eq!(&ask(udp, "r1").await, b"yes");
    let alarms = get(http, "/api/alarms").await;
    assert!(alarms.starts_with("HTTP/1.1 200"), "{alarms}");
    assert!(
        alarms.contains("\"ref\":\"r1\"") && alarms.contains("\"repeats\":1"),
        "{alarms}"
    );
    let metrics = get(http, "/metrics").await;
    let counted = "alarm_input_messages_total{input=\"datagrams\",result=\"duplicate\"} 1";
    assert!(metrics.contains(counted), "{metrics}");
    let health = get(http, "/healthz").await;
    assert!(
        health.contains("{\"name\":\"datagrams\",\"status\":\"running\"}"),
        "{health}"
    );

    server.shutdown().await.unwrap();
    assert!(TcpStream::connect(http).await.is_err());
    assert_eq!(size(&config.journal.path, "-wal"), 0);
    let journal = open(&config.journal.path);
    assert_eq!(
        journal
            .alarms_after(Sequence::START, 10)
            .await
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn an_input_that_ends_by_itself_shows_in_the_health() {
    let directory = tempfile::tempdir().unwrap();
    let input = Box::new(Datagrams::default());
    let server = Server::new(config(&directory))
        .with_input(input)
        .start()
        .await
        .unwrap();
    let udp = server.addresses().get("udp").unwrap();
    UdpSocket::bind("127.0.0.1:0")
        .await
        .unwrap()
        .send_to(b"fail", udp)
        .await
        .unwrap();
    let start = Instant::now();
    loop {
        let health = get(server.addresses().get("http").unwrap(), "/healthz").await;
        if health.starts_with("HTTP/1.1 503") {
            assert!(health.contains("\"status\":\"failed\""), "{health}");
            break;
        }
        assert!(start.elapsed().as_secs() < 5);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    server.shutdown().await.unwrap();
}

/// Never ends.
struct Stubborn;

impl Input for Stubborn {
    fn name(&self) -> &'static str {
        "stubborn"
    }

    fn bind(&mut self) -> BoxFuture<'_, Result<Vec<BoundAddress>, InputError>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn run(self: Box<Self>, _: InputContext) -> BoxFuture<'static, Result<(), InputError>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn an_input_that_does_not_end_is_ended_and_the_journal_closed() {
    let directory = tempfile::tempdir().unwrap();
    let mut config = config(&directory);
    config.shutdown_timeout.0 = Duration::from_millis(50);
    let path = config.journal.path.clone();
    let server = Server::new(config)
        .with_input(Box::new(Stubborn))
        .start()
        .await
        .unwrap();
    let journal = server.journal();
    journal.store(alarm("40211870", "r1", "x")).await.unwrap();
    assert!(server.shutdown().await.is_err());
    assert_eq!(size(&path, "-wal"), 0);
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let mut config = config(&directory);
    config.http.listen = Listen::On(address);
    let error = Server::new(config).start().await.unwrap_err();
    assert!(
        matches!(error, StartError::Input(InputError::Bind { .. })),
        "{error:?}"
    );
    assert!(error.to_string().contains(&address.to_string()), "{error}");
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_reference-server"))
}

/// Ends the program when a test fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(unix)]
#[test]
fn the_program_becomes_ready_and_stops_cleanly_on_sigterm() {
    let directory = tempfile::tempdir().unwrap();
    let journal = directory.path().join("alarms.sqlite");
    let start = Instant::now();
    let child = program()
        .args([
            "--http",
            "127.0.0.1:0",
            "--scaip-udp",
            "off",
            "--scaip-tcp",
            "off",
            "--journal",
        ])
        .arg(&journal)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut child = Running(child);
    let mut log = BufReader::new(child.0.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("ready http=127.0.0.1:") {
        line.clear();
        assert_ne!(
            log.read_line(&mut line).unwrap(),
            0,
            "ended before it was ready"
        );
    }
    assert!(
        start.elapsed() < Duration::from_secs(1),
        "{:?}",
        start.elapsed()
    );
    let kill = Command::new("kill")
        .arg(child.0.id().to_string())
        .status()
        .unwrap();
    assert!(kill.success());
    let status = child.0.wait().unwrap();
    let mut rest = String::new();
    log.read_to_string(&mut rest).unwrap();
    assert!(status.success(), "{status} {rest}");
    assert!(rest.contains("stopped"), "{rest}");
    assert_eq!(size(&journal, "-wal"), 0);
}

#[test]
fn the_printed_configuration_is_accepted_and_a_wrong_one_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("server.toml");
    let printed = program().arg("--print-config").output().unwrap();
    assert!(printed.status.success());
    std::fs::write(&file, &printed.stdout).unwrap();
    let check = || {
        program()
            .arg("--check-config")
            .arg("--config")
            .arg(&file)
            .output()
            .unwrap()
    };
    assert!(check().status.success());
    for (text, word) in [
        ("[log]\nfilter = \"warn,a=b=c\"\n", "log.filter"),
        (
            "[[controller]]\nid = \"1\"\nprofile = \"klingon\"\n",
            "klingon",
        ),
    ] {
        std::fs::write(&file, text).unwrap();
        let refused = check();
        assert_eq!(refused.status.code(), Some(2), "{text}");
        let error = String::from_utf8(refused.stderr).unwrap();
        assert!(error.contains(word), "{error}");
    }
    std::fs::write(&file, "[journal]\npaht = \"x\"\n").unwrap();
    let refused = check();
    assert_eq!(refused.status.code(), Some(2));
    let text = String::from_utf8(refused.stderr).unwrap();
    assert!(
        text.contains("server.toml:2:1") && text.contains("`paht`"),
        "{text}"
    );
}
