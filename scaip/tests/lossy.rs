//! Packet loss, with real sockets: several senders behind a network that loses 30 % of the
//! datagrams each way, doubles some and reorders them, and a centre that answers only what it has
//! stored. No accepted alarm is lost, none is raised twice, all are accepted in the end. What comes
//! again is known by the receiver's own rule ([`receiver::Config::duplicates`]); the test only counts
//! what is handed out.

#![cfg(feature = "tokio")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use scaip::driver::receiver::{Driver, Settings};
use scaip::driver::sender::{self, Outcome};
use scaip::receiver::{self, DuplicateSettings, Receiver};
use scaip::sender::{About, Config, Event, ReceiverAddress, Sender};
use scaip::sip::Transport;
use scaip::{
    ControllerId, DeviceType, Reference, Request, Response, StatusCode, StatusNumber, Text,
};
use tokio::net::UdpSocket;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

const SENDERS: u64 = 6;
const ALARMS: u64 = 100;

/// Numbers by chance from a seed (splitmix64).
#[derive(Clone)]
struct Chance(Arc<AtomicU64>);

impl Chance {
    fn new(seed: u64) -> Self {
        Chance(Arc::new(AtomicU64::new(seed)))
    }

    fn below(&self, bound: u64) -> u64 {
        let step = 0x9e37_79b9_7f4a_7c15;
        let mut z = self.0.fetch_add(step, Ordering::Relaxed).wrapping_add(step);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

#[derive(Default)]
struct Weather {
    carried: AtomicU64,
    lost: AtomicU64,
    doubled: AtomicU64,
    /// Datagrams that came after one that was sent later, on the same way.
    overtaken: AtomicU64,
}

/// One way of one unit's datagrams, and in which order they arrive.
#[derive(Default)]
struct Way {
    sent: AtomicU64,
    latest: AtomicU64,
}

/// Carries one datagram, or loses it; late by chance, so that they overtake each other.
fn carry(
    socket: &Arc<UdpSocket>,
    to: SocketAddr,
    bytes: &[u8],
    chance: &Chance,
    weather: &Arc<Weather>,
    way: &Arc<Way>,
) {
    let place = way.sent.fetch_add(1, Ordering::Relaxed);
    let copies = if chance.below(100) < 10 { 2 } else { 1 };
    weather.doubled.fetch_add(copies - 1, Ordering::Relaxed);
    for _ in 0..copies {
        if chance.below(100) < 30 {
            weather.lost.fetch_add(1, Ordering::Relaxed);
            continue;
        }
        weather.carried.fetch_add(1, Ordering::Relaxed);
        let (socket, bytes) = (Arc::clone(socket), bytes.to_vec());
        let (way, weather) = (Arc::clone(way), Arc::clone(weather));
        let delay = Duration::from_millis(chance.below(40));
        tokio::spawn(async move {
            sleep(delay).await;
            let latest = way.latest.fetch_max(place, Ordering::Relaxed);
            weather
                .overtaken
                .fetch_add(u64::from(place < latest), Ordering::Relaxed);
            let _ = socket.send_to(&bytes, to).await;
        });
    }
}

/// A network between one centre and any number of units; gives its address towards the units.
/// Each unit gets a socket of its own towards the centre, as behind a router.
async fn network(centre: SocketAddr, chance: Chance, weather: Arc<Weather>) -> SocketAddr {
    let front = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
    let address = front.local_addr().unwrap();
    tokio::spawn(async move {
        let mut backs: HashMap<SocketAddr, (Arc<UdpSocket>, Arc<Way>)> = HashMap::new();
        let mut buffer = vec![0; 65_536];
        loop {
            let (length, unit) = front.recv_from(&mut buffer).await.unwrap();
            let (back, way) = match backs.get(&unit) {
                Some((back, way)) => (Arc::clone(back), Arc::clone(way)),
                None => {
                    let back = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
                    let (there, here) = (Arc::<Way>::default(), Arc::<Way>::default());
                    backs.insert(unit, (Arc::clone(&back), Arc::clone(&there)));
                    let (front, back_too) = (Arc::clone(&front), Arc::clone(&back));
                    let (chance, weather) = (chance.clone(), Arc::clone(&weather));
                    tokio::spawn(async move {
                        let mut buffer = vec![0; 65_536];
                        loop {
                            let (length, _) = back_too.recv_from(&mut buffer).await.unwrap();
                            carry(&front, unit, &buffer[..length], &chance, &weather, &here);
                        }
                    });
                    (back, there)
                }
            };
            carry(&back, centre, &buffer[..length], &chance, &weather, &way);
        }
    });
    address
}

/// What the centre raises, in order: everything that it is asked about. And how often it was told
/// of a repeat.
#[derive(Default)]
struct Store {
    raised: Vec<(String, String)>,
    repeats: usize,
}

/// A centre with two addresses that stores, which takes its time, and only then answers.
async fn centre(store: Arc<Mutex<Store>>) -> [SocketAddr; 2] {
    let mut config = receiver::Config::new([8; 16]);
    config.duplicates = Some(DuplicateSettings::default());
    config.endpoint.timers.t1 = Duration::from_millis(50);
    config.endpoint.timers.t2 = Duration::from_millis(400);
    config.endpoint.timers.t4 = Duration::from_millis(500);
    let (driver, handle, mut events) =
        Driver::new(Receiver::new(config).unwrap(), Settings::default());
    let mut addresses = Vec::new();
    for _ in 0..2 {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        addresses.push(handle.add_udp(socket).unwrap());
    }
    tokio::spawn(driver.run());
    tokio::spawn(async move {
        while let Some(event) = events.recv().await {
            let alarm = match event {
                receiver::Event::Request(alarm) => alarm,
                receiver::Event::Repeated(_) => {
                    store.lock().unwrap().repeats += 1;
                    continue;
                }
                _ => continue,
            };
            let request = alarm.decoded.message();
            let controller = request.controller_id.as_str().to_owned();
            let raised = (controller, request.reference.as_str().to_owned());
            store.lock().unwrap().raised.push(raised);
            let handle = handle.clone();
            tokio::spawn(async move {
                sleep(Duration::from_millis(5)).await;
                let reference = alarm.decoded.message().reference.clone();
                let yes = Response::new(reference, StatusNumber::OK);
                handle.answer(alarm.id, yes).await.unwrap();
            });
        }
    });
    addresses.try_into().unwrap()
}

fn config(number: u64, receivers: Vec<ReceiverAddress>) -> Config {
    let seed = [u8::try_from(number).unwrap() + 100; 16];
    let mut config = Config::new(seed, "127.0.0.1:0".parse().unwrap(), receivers);
    config.endpoint.timers.t1 = Duration::from_millis(50);
    config.endpoint.timers.t2 = Duration::from_millis(400);
    config.endpoint.timers.t4 = Duration::from_millis(500);
    // Short beside the repeats of SIP, so that attempts do fail and receivers change.
    config.ok_wait = Duration::from_millis(200);
    config.response_wait = Duration::from_millis(400);
    config.first_back_off = Duration::from_millis(50);
    config.longest_back_off = Duration::from_millis(500);
    config
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_thirty_percent_loss_no_accepted_alarm_is_lost_and_none_is_raised_twice() {
    let store = Arc::new(Mutex::new(Store::default()));
    let weather = Arc::new(Weather::default());
    let chance = Chance::new(20_260_601);
    // Two addresses of one centre, as a server with two lines has.
    let mut lines = Vec::new();
    for line in centre(Arc::clone(&store)).await {
        lines.push(network(line, chance.clone(), Arc::clone(&weather)).await);
    }
    let start = Instant::now();
    let mut units = JoinSet::new();
    for number in 0..SENDERS {
        let receivers = lines.iter().zip(["first", "second"]).map(|(line, name)| {
            ReceiverAddress::new(name, Transport::Udp, *line, "sip:alarm@arc.example.net")
        });
        let config = config(number, receivers.collect());
        let controller = (40_211_870 + number).to_string();
        units.spawn(async move {
            let sender = Sender::new(config).unwrap();
            let (driver, handle, mut events) =
                sender::Driver::new(sender, sender::Settings::default());
            let driving = tokio::spawn(driver.run());
            let counting = tokio::spawn(async move {
                let (mut failed, mut accepted) = (0, 0);
                while let Some(event) = events.recv().await {
                    failed += usize::from(matches!(event, Event::AttemptFailed { .. }));
                    accepted += usize::from(matches!(event, Event::Accepted { .. }));
                }
                (failed, accepted)
            });
            let mut waiting = JoinSet::new();
            for alarm in 0..ALARMS {
                let controller = controller.clone();
                let mut request = Request::new(
                    Reference::new("0"),
                    ControllerId::new(controller.clone()),
                    DeviceType::PERSONAL_TRIGGER,
                );
                request.status_code = Some(StatusCode::MANUAL_ALARM);
                request.information_text = Some(Text::new(format!("number {alarm}")));
                let submitted = handle.submit(request, About::New).await.unwrap();
                waiting.spawn(async move {
                    let reference = submitted.reference().as_str().to_owned();
                    let outcome = submitted.outcome().await.unwrap();
                    let Outcome::Accepted { response, .. } = outcome else {
                        panic!("{outcome:?}")
                    };
                    assert_eq!(response.message().reference.as_str(), reference);
                    (controller, reference)
                });
                sleep(Duration::from_millis(10)).await;
            }
            let accepted = waiting.join_all().await;
            let left = handle.shut_down(Duration::ZERO).await.unwrap();
            assert!(left.is_empty(), "{left:?}");
            driving.await.unwrap();
            let (failed, told) = counting.await.unwrap();
            assert_eq!(told, accepted.len(), "accepted more than once");
            (accepted, failed)
        });
    }
    let all = timeout(Duration::from_secs(120), units.join_all());
    let outcomes = all.await.expect("every alarm is accepted in the end");
    let took = start.elapsed();
    let failed: usize = outcomes.iter().map(|(_, failed)| failed).sum();
    let mut accepted: Vec<_> = outcomes
        .into_iter()
        .flat_map(|(accepted, _)| accepted)
        .collect();
    let store = store.lock().unwrap();
    let mut raised = store.raised.clone();
    accepted.sort_unstable();
    raised.sort_unstable();
    // Every alarm accepted is in the store, once, and there is nothing else.
    assert_eq!(accepted.len(), usize::try_from(SENDERS * ALARMS).unwrap());
    assert_eq!(accepted, raised);
    // It was felt: datagrams went missing and came in another order, attempts failed, the centre
    // met what it knew already.
    let [carried, lost, doubled, overtaken] = [
        &weather.carried,
        &weather.lost,
        &weather.doubled,
        &weather.overtaken,
    ]
    .map(|count| count.load(Ordering::Relaxed));
    println!(
        "{} alarms in {took:?}: {carried} datagrams carried, {lost} lost, {doubled} doubled, {overtaken} overtaken, {failed} attempts failed, {} repeats",
        accepted.len(),
        store.repeats
    );
    let share = lost * 100 / (lost + carried);
    assert!((25..35).contains(&share), "{share} % lost");
    assert!(doubled > 0 && overtaken > 0);
    assert!(failed > 0 && store.repeats > 0);
}
