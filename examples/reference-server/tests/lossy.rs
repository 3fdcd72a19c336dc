//! The program behind a network that loses 30 % of the datagrams each way, doubles some and reorders
//! them: every accepted alarm is in the journal, none twice.
#![cfg(unix)]

#[path = "support/program.rs"]
mod program;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use program::Program;
use scaip::driver::sender::{Driver, Outcome, Settings};
use scaip::sender::{About, Config, Event, ReceiverAddress, Sender};
use scaip::sip::Transport;
use scaip::{ControllerId, DeviceType, Reference, Request, StatusCode, Text};
use tokio::net::UdpSocket;
use tokio::task::JoinSet;

const SENDERS: u8 = 4;
const ALARMS: u32 = 40;

#[derive(Default)]
struct Weather {
    carried: AtomicU64,
    lost: AtomicU64,
}

/// Carries one datagram, or loses it, or two of it; late by chance, so that they overtake.
fn carry(socket: &Arc<UdpSocket>, to: SocketAddr, bytes: &[u8], weather: &Arc<Weather>) {
    for _ in 0..if fastrand::u8(..100) < 10 { 2 } else { 1 } {
        if fastrand::u8(..100) < 30 {
            weather.lost.fetch_add(1, Ordering::Relaxed);
            continue;
        }
        weather.carried.fetch_add(1, Ordering::Relaxed);
        let (socket, bytes) = (Arc::clone(socket), bytes.to_vec());
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(fastrand::u64(..40))).await;
            let _ = socket.send_to(&bytes, to).await;
        });
    }
}

/// A network in front of the server; each unit gets a socket of its own behind it.
async fn network(server: SocketAddr, weather: Arc<Weather>) -> SocketAddr {
    let front = Arc::new(UdpSocket::bind("127.0.0.1:0").await.expect("loopback"));
    let address = front.local_addr().expect("bound");
    tokio::spawn(async move {
        let mut backs: HashMap<SocketAddr, Arc<UdpSocket>> = HashMap::new();
        let mut buffer = vec![0; 65_536];
        loop {
            let (length, unit) = front.recv_from(&mut buffer).await.expect("loopback");
            if let Entry::Vacant(place) = backs.entry(unit) {
                let back = Arc::new(UdpSocket::bind("127.0.0.1:0").await.expect("loopback"));
                place.insert(Arc::clone(&back));
                let (front, weather) = (Arc::clone(&front), Arc::clone(&weather));
                tokio::spawn(async move {
                    let mut buffer = vec![0; 65_536];
                    loop {
                        let length = back.recv(&mut buffer).await.expect("loopback");
                        carry(&front, unit, &buffer[..length], &weather);
                    }
                });
            }
            carry(&backs[&unit], server, &buffer[..length], &weather);
        }
    });
    address
}

fn config(number: u8, to: SocketAddr) -> Config {
    let receiver = ReceiverAddress::new("first", Transport::Udp, to, "sip:alarm@arc.example.net");
    let here = "127.0.0.1:0".parse().expect("an address");
    let mut config = Config::new([number + 100; 16], here, vec![receiver]);
    let timers = &mut config.endpoint.timers;
    timers.t1 = Duration::from_millis(50);
    timers.t2 = Duration::from_millis(400);
    timers.t4 = Duration::from_millis(500);
    // Short beside the repeats of SIP, so that alarms are sent again by the sender too.
    config.ok_wait = Duration::from_millis(200);
    config.response_wait = Duration::from_millis(400);
    config.first_back_off = Duration::from_millis(50);
    config.longest_back_off = Duration::from_millis(500);
    config
}

/// Sends its alarms one after the other; gives what was accepted, and how many attempts failed.
async fn unit(number: u8, to: SocketAddr) -> (Vec<(String, String)>, usize) {
    let sender = Sender::new(config(number, to)).expect("the settings are good");
    let (driver, handle, mut events) = Driver::new(sender, Settings::default());
    let driving = tokio::spawn(driver.run());
    let counting = tokio::spawn(async move {
        let mut failed = 0;
        while let Some(event) = events.recv().await {
            failed += usize::from(matches!(event, Event::AttemptFailed { .. }));
        }
        failed
    });
    let controller = format!("4021187{number}");
    let mut waiting = JoinSet::new();
    for alarm in 0..ALARMS {
        let mut request = Request::new(
            Reference::new("0"),
            ControllerId::new(controller.clone()),
            DeviceType::PERSONAL_TRIGGER,
        );
        request.status_code = Some(StatusCode::MANUAL_ALARM);
        request.information_text = Some(Text::new(format!("number {alarm}")));
        let submitted = handle.submit(request, About::New).await.expect("it runs");
        let controller = controller.clone();
        waiting.spawn(async move {
            let reference = submitted.reference().as_str().to_owned();
            let outcome = submitted.outcome().await.expect("it runs");
            assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
            (controller, reference)
        });
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let accepted = waiting.join_all().await;
    let left = handle.shut_down(Duration::ZERO).await.expect("it runs");
    assert!(left.is_empty(), "{left:?}");
    driving.await.expect("it ends");
    (accepted, counting.await.expect("it ends"))
}

#[test]
fn with_thirty_percent_loss_every_accepted_alarm_is_in_the_journal_and_none_twice() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = Program::start(directory.path(), "", "");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let weather = Arc::new(Weather::default());
    let (mut accepted, failed) = runtime.block_on(async {
        let to = network(program.addresses["udp"], Arc::clone(&weather)).await;
        let mut units = JoinSet::new();
        for number in 0..SENDERS {
            units.spawn(unit(number, to));
        }
        let all = tokio::time::timeout(Duration::from_secs(180), units.join_all()).await;
        let all = all.expect("every alarm is accepted in the end");
        let failed: usize = all.iter().map(|(_, failed)| failed).sum();
        (
            all.into_iter()
                .flat_map(|(some, _)| some)
                .collect::<Vec<_>>(),
            failed,
        )
    });
    let text = |alarm: &serde_json::Value, key: &str| alarm[key].as_str().expect("text").to_owned();
    let stored = program.json("/api/alarms?limit=1000");
    let stored = stored["alarms"].as_array().expect("a list");
    let mut raised: Vec<_> = stored
        .iter()
        .map(|alarm| (text(alarm, "sender"), text(alarm, "ref")))
        .collect();
    let repeats: u64 = stored
        .iter()
        .filter_map(|alarm| alarm["repeats"].as_u64())
        .sum();
    accepted.sort_unstable();
    raised.sort_unstable();
    assert_eq!(accepted.len(), usize::from(SENDERS) * ALARMS as usize);
    assert_eq!(accepted, raised);
    assert!(
        raised.windows(2).all(|two| two[0] != two[1]),
        "raised twice"
    );
    // It was felt.
    let (carried, lost) = (
        weather.carried.load(Ordering::Relaxed),
        weather.lost.load(Ordering::Relaxed),
    );
    println!(
        "{} alarms: {carried} datagrams carried, {lost} lost, {failed} attempts failed, {repeats} repeats",
        accepted.len()
    );
    assert!(
        (25..35).contains(&(lost * 100 / (lost + carried))),
        "{lost} lost"
    );
    assert!(failed > 0 && repeats > 0);
    program.stop();
}
