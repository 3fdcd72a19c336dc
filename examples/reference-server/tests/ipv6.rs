//! IPv6 on every transport, and several listeners of one kind.

#[path = "support/tls.rs"]
mod support;

use std::net::SocketAddr;

use reference_server::config::Listen;
use rustls::version::TLS13;
use support::{Link, PATIENCE, Running, Web, accepted, alarm, connect, connector, free, over_udp};
use tokio::net::{TcpStream, UdpSocket};

#[tokio::test]
async fn every_transport_is_received_on_ipv6() {
    let running = Running::start(|config, _| {
        let here = free("[::1]:0");
        config.http.listen = here.clone();
        config.scaip.udp = here.clone();
        config.scaip.tcp = here.clone();
        config.scaip.tls.listen = here.clone();
        config.scaip.https.listen = here.clone();
        config.scaip.https.plain = here;
    })
    .await;
    for name in ["http", "udp", "tcp", "tls", "https", "scaip_http"] {
        assert!(running.address(name).is_ipv6(), "{name}");
    }

    let unit = UdpSocket::bind("[::1]:0").await.expect("loopback");
    unit.connect(running.address("udp"))
        .await
        .expect("loopback");
    let answer = over_udp(&unit, 1, &alarm("1", "udp"), PATIENCE).await;
    assert_eq!(answer, Some(accepted("udp")));

    let stream = TcpStream::connect(running.address("tcp")).await;
    let mut link = Link::new(stream.expect("loopback"));
    assert_eq!(
        link.send("TCP", &alarm("1", "tcp")).await,
        Some(accepted("tcp"))
    );

    let connector = connector(&running.authority.pem, &[&TLS13], None);
    let stream = connect(&connector, running.address("tls")).await;
    let mut link = Link::new(stream.expect("it is let in"));
    assert_eq!(
        link.send("TLS", &alarm("1", "tls")).await,
        Some(accepted("tls"))
    );

    let stream = connect(&connector, running.address("https")).await;
    let answer = Web(stream.expect("it is let in"))
        .post("", &alarm("1", "https"))
        .await;
    assert_eq!(answer.expect("an answer").body, accepted("https"));

    let stream = TcpStream::connect(running.address("scaip_http")).await;
    let answer = Web(stream.expect("loopback"))
        .post("", &alarm("1", "http"))
        .await;
    assert_eq!(answer.expect("an answer").body, accepted("http"));

    let stream = TcpStream::connect(running.address("http")).await;
    let mut web = Web(stream.expect("loopback"));
    let api = SocketAddr::to_string(&running.address("http"));
    let answer = web
        .ask("GET", "/healthz", &format!("X-Asked: {api}\r\n"), "")
        .await;
    // A foreign Host: the page exists and is guarded.
    assert_eq!(answer.expect("an answer").status, 403);

    let records = running.records().await;
    assert_eq!(records.len(), 5);
    for record in &records {
        let detail = running.detail(record).await;
        let name = record.source_ref.as_deref();
        assert_eq!(name, Some(&*detail.transport.transport));
        assert!(detail.transport.peer.starts_with("[::1]:"));
        assert!(detail.transport.local.starts_with("[::1]:"));
    }
}

#[tokio::test]
async fn several_listeners_of_one_kind_lead_to_the_same_journal() {
    let both = || free("127.0.0.1:0, [::1]:0");
    let running = Running::start(|config, _| {
        (config.scaip.udp, config.scaip.tcp) = (both(), both());
        config.scaip.https.plain = both();
        config.http.listen = both();
    })
    .await;
    assert!(running.address("http2").is_ipv6());
    for (number, name) in (1..).zip(["udp", "udp2"]) {
        let to = running.address(name);
        let unit = UdpSocket::bind(SocketAddr::new(to.ip(), 0))
            .await
            .expect("loopback");
        unit.connect(to).await.expect("loopback");
        let answer = over_udp(&unit, number, &alarm("1", name), PATIENCE).await;
        assert_eq!(answer, Some(accepted(name)));
    }
    for name in ["tcp", "tcp2"] {
        let stream = TcpStream::connect(running.address(name)).await;
        let answer = Link::new(stream.expect("loopback"))
            .send("TCP", &alarm("1", name))
            .await;
        assert_eq!(answer, Some(accepted(name)));
    }
    for name in ["scaip_http", "scaip_http2"] {
        let stream = TcpStream::connect(running.address(name)).await;
        let reference = name.replace('_', "");
        let answer = Web(stream.expect("loopback"))
            .post("", &alarm("1", &reference))
            .await;
        assert_eq!(answer.expect("an answer").body, accepted(&reference));
    }
    assert_eq!(running.records().await.len(), 6);
}

#[tokio::test]
async fn an_ipv6_address_does_not_take_ipv4_along() {
    let running = Running::start(|config, _| {
        config.scaip.tls.listen = free("[::]:0");
        config.scaip.tcp = Listen::Off;
    })
    .await;
    let port = running.address("tls").port();
    TcpStream::connect(("::1", port))
        .await
        .expect("it listens on IPv6");
    TcpStream::connect(("127.0.0.1", port))
        .await
        .expect_err("and there alone");
    // So that the other half can be taken beside it.
    let beside = Running::start(|config, _| {
        config.scaip.tls.listen = Listen::On(SocketAddr::from(([127, 0, 0, 1], port)));
    })
    .await;
    assert_eq!(beside.address("tls").port(), port);
}
