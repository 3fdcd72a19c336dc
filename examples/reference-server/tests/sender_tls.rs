//! The sender of `scaip` over TLS, by a connector made of rustls, against the whole server.

#[path = "support/tls.rs"]
mod support;

use std::sync::Arc;

use rustls::version::{TLS12, TLS13};
use scaip::driver::sender::{Destination, Driver, Outcome, Settings, Stream, connect_tcp};
use scaip::sender::{About, Config, FailureReason, ReceiverAddress, Sender};
use scaip::sip::Transport;
use scaip::{ControllerId, DeviceType, Reference, Request, StatusCode};
use support::{Authority, PATIENCE, Running, connector, free};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

async fn server() -> Running {
    Running::start(|config, _| config.scaip.tls.listen = free("127.0.0.1:0")).await
}

/// What an application writes: TCP, then the handshake with the receiver's host as its name.
fn sender(
    seed: u8,
    tls: TlsConnector,
    receiver: ReceiverAddress,
) -> (
    scaip::driver::sender::Handle,
    tokio::sync::mpsc::Receiver<scaip::sender::Event>,
) {
    let tls = Arc::new(tls);
    let open = move |to: Destination| {
        let tls = Arc::clone(&tls);
        async move {
            let stream = connect_tcp(to.address).await?;
            let local = stream.local_addr()?;
            let name = to.host.try_into().map_err(std::io::Error::other)?;
            Ok(Stream::new(tls.connect(name, stream).await?, local))
        }
    };
    let any = "0.0.0.0:0".parse().expect("an address");
    let machine = Sender::new(Config::new([seed; 16], any, vec![receiver])).expect("good settings");
    let (driver, handle, events) = Driver::with_connector(machine, Settings::default(), open);
    tokio::spawn(driver.run());
    (handle, events)
}

fn alarm() -> Request<'static> {
    let (unit, pendant) = (ControllerId::new("40211870"), DeviceType::PERSONAL_TRIGGER);
    let mut request = Request::new(Reference::new("0"), unit, pendant);
    request.status_code = Some(StatusCode::MANUAL_ALARM);
    request
}

#[tokio::test]
async fn alarms_are_accepted_over_tls_1_2_and_1_3_and_share_a_connection() {
    let running = server().await;
    let port = running.address("tls").port();
    // A seed of its own for each: with the same one the references would be the same too.
    for (seed, version) in [(5, &TLS12), (6, &TLS13)] {
        let tls = connector(&running.authority.pem, &[version], None);
        let host = format!("localhost:{port}");
        let account = "sip:alarm@arc.example.net";
        let arc = ReceiverAddress::named("arc", Transport::Tls, host, account);
        let (handle, events) = sender(seed, tls, arc);
        drop(events);
        for _ in 0..3 {
            let submitted = handle.submit(alarm(), About::New).await.expect("taken");
            let outcome = timeout(PATIENCE, submitted.outcome()).await;
            let outcome = outcome.expect("in time").expect("running");
            assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
        }
    }
    let records = running.wait_for_records(6).await;
    let mut peers = Vec::new();
    for record in &records {
        let transport = running.detail(record).await.transport;
        assert_eq!(transport.transport, "tls");
        peers.push(transport.peer);
    }
    peers.dedup();
    assert_eq!(peers.len(), 2, "{peers:?}");
}

#[tokio::test]
async fn no_alarm_goes_to_a_server_whose_certificate_is_not_trusted_or_for_another_host() {
    let running = server().await;
    let address = running.address("tls");
    let stranger = Authority::new("another authority");
    for (trusted, account) in [
        (&stranger.pem, "sip:alarm@localhost"),
        // The certificate is for localhost.
        (&running.authority.pem, "sip:alarm@elsewhere.example.net"),
    ] {
        let tls = connector(trusted, &[&TLS13], None);
        let arc = ReceiverAddress::new("arc", Transport::Tls, address, account);
        let (handle, mut events) = sender(5, tls, arc);
        let _submitted = handle.submit(alarm(), About::New).await.expect("taken");
        loop {
            let event = timeout(PATIENCE, events.recv()).await;
            let event = event.expect("in time").expect("running");
            if let scaip::sender::Event::AttemptFailed { reason, .. } = event {
                assert_eq!(reason, FailureReason::ConnectFailed);
                break;
            }
        }
    }
    assert!(running.records().await.is_empty());
}
