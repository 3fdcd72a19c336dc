//! Plain SIP outside loopback: taken from the networks that are named, dropped unread from others.
#![cfg(target_os = "linux")]

#[path = "support/not_tested.rs"]
mod not_tested;
#[path = "support/tls.rs"]
mod support;

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use not_tested::{Lacking, not_tested};
use reference_server::config::Listen;
use support::{Link, PATIENCE, Running, Web, accepted, alarm, free, over_udp};
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpSocket, TcpStream, UdpSocket};
use tokio::time::timeout;

/// How long to wait for something that must not come.
const SILENCE: Duration = Duration::from_millis(700);

/// An address of this machine outside loopback: what is sent to it comes from it.
fn own_address(elsewhere: &str) -> Option<IpAddr> {
    let elsewhere: SocketAddr = elsewhere.parse().expect("an address");
    let any = SocketAddr::new(
        if elsewhere.is_ipv6() {
            IpAddr::from([0_u8; 16])
        } else {
            IpAddr::from([0_u8; 4])
        },
        0,
    );
    let socket = std::net::UdpSocket::bind(any).ok()?;
    // Nothing is sent: the operating system only chooses the way.
    socket.connect(elsewhere).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_loopback() && !ip.is_unspecified()).then_some(ip)
}

/// The addresses to try, each with the one to listen on.
fn addresses() -> Vec<(IpAddr, Listen)> {
    let mut found = Vec::new();
    for (elsewhere, any) in [("192.0.2.9:9", "0.0.0.0:0"), ("[2001:db8::9]:9", "[::]:0")] {
        match own_address(elsewhere) {
            Some(ip) => found.push((ip, free(any))),
            None => eprintln!("no address outside loopback to come from, as {any}"),
        }
    }
    if found.is_empty() {
        not_tested(Lacking::Address);
    }
    found
}

async fn unit(from: IpAddr, to: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind(SocketAddr::new(from, 0))
        .await
        .expect("own");
    socket.connect(to).await.expect("a way");
    socket
}

async fn stream(from: IpAddr, to: SocketAddr) -> TcpStream {
    let socket = if from.is_ipv6() {
        TcpSocket::new_v6()
    } else {
        TcpSocket::new_v4()
    };
    let socket = socket.expect("a socket");
    socket.bind(SocketAddr::new(from, 0)).expect("own");
    socket.connect(to).await.expect("a way")
}

/// The value of a metric whose name begins so.
async fn metric(running: &Running, name: &str) -> f64 {
    let to = running.address("http");
    let mut web = Web(TcpStream::connect(to).await.expect("loopback"));
    let request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    tokio::io::AsyncWriteExt::write_all(&mut web.0, request.as_bytes())
        .await
        .expect("sent");
    let mut text = String::new();
    web.0.read_to_string(&mut text).await.expect("read");
    text.lines()
        .find_map(|line| line.strip_prefix(name)?.split(' ').next_back())
        .map_or(0.0, |value| value.parse().expect("a number"))
}

#[tokio::test]
async fn what_comes_from_elsewhere_is_dropped_unread_and_counted() {
    for (ip, listen) in addresses() {
        let running = Running::start(|config, _| {
            (config.scaip.udp, config.scaip.tcp) = (listen.clone(), listen.clone());
            config.http.listen = free("127.0.0.1:0");
            config.scaip.plain_networks = ["198.51.100.0/24", "2001:db8:7::/48"]
                .map(|network| network.parse().expect("a network"))
                .into();
        })
        .await;
        let (udp, tcp) = (running.address("udp").port(), running.address("tcp").port());
        let closed = "alarm_scaip_connections_total{transport=\"tcp\",outcome=\"network\"}";
        let dropped = "alarm_scaip_datagrams_dropped_total";
        let before = (
            metric(&running, closed).await,
            metric(&running, dropped).await,
        );

        let strange = unit(ip, SocketAddr::new(ip, udp)).await;
        let nothing = over_udp(&strange, 1, &alarm("1", "x1"), SILENCE).await;
        assert_eq!(nothing, None, "{ip}");
        let mut strange = stream(ip, SocketAddr::new(ip, tcp)).await;
        let mut nothing = [0; 16];
        let end = timeout(PATIENCE, strange.read(&mut nothing)).await;
        assert!(
            matches!(end.expect("closed in time"), Ok(0) | Err(_)),
            "{ip}"
        );

        // Loopback is let in at the same listeners.
        let home: IpAddr = if ip.is_ipv6() {
            [0, 0, 0, 0, 0, 0, 0, 1].into()
        } else {
            [127, 0, 0, 1].into()
        };
        let known = unit(home, SocketAddr::new(home, udp)).await;
        let answer = over_udp(&known, 2, &alarm("1", "x2"), PATIENCE).await;
        assert_eq!(answer, Some(accepted("x2")), "{ip}");
        let mut known = Link::new(stream(home, SocketAddr::new(home, tcp)).await);
        let answer = known.send("TCP", &alarm("1", "x3")).await;
        assert_eq!(answer, Some(accepted("x3")), "{ip}");
        assert_eq!(running.records().await.len(), 2);

        assert!(metric(&running, closed).await > before.0);
        let patience = Instant::now() + PATIENCE;
        while metric(&running, dropped).await <= before.1 {
            assert!(Instant::now() < patience, "the drop is not counted");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

#[tokio::test]
async fn what_comes_from_a_named_network_is_taken() {
    for (ip, listen) in addresses() {
        let running = Running::start(|config, _| {
            (config.scaip.udp, config.scaip.tcp) = (listen.clone(), listen.clone());
            config.scaip.plain_networks = vec![ip.into()];
        })
        .await;
        let (udp, tcp) = (running.address("udp").port(), running.address("tcp").port());
        let known = unit(ip, SocketAddr::new(ip, udp)).await;
        let answer = over_udp(&known, 1, &alarm("1", "n1"), PATIENCE).await;
        assert_eq!(answer, Some(accepted("n1")), "{ip}");
        let mut known = Link::new(stream(ip, SocketAddr::new(ip, tcp)).await);
        let answer = known.send("TCP", &alarm("1", "n2")).await;
        assert_eq!(answer, Some(accepted("n2")), "{ip}");
        let records = running.records().await;
        let peer = running.detail(&records[0]).await.transport.peer;
        assert_eq!(peer.parse::<SocketAddr>().expect("an address").ip(), ip);
    }
}
