//! Packet loss, with real sockets: several senders behind a network that loses 30 % of the
//! datagrams each way, doubles some and reorders them, and a centre that answers only what it has
//! stored. No accepted alarm is lost, none is raised twice, all are accepted in the end.

#![cfg(feature = "tokio")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use scaip::driver::sender::{self, Outcome};
use scaip::driver::{Driver, Settings};
use scaip::receiver::{self, Receiver};
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
}

/// Carries one datagram, or loses it; late by chance, so that they overtake each other.
fn carry(
    socket: &Arc<UdpSocket>,
    to: SocketAddr,
    bytes: &[u8],
    chance: &Chance,
    weather: &Arc<Weather>,
) {
    let copies = if chance.below(100) < 10 { 2 } else { 1 };
    weather.doubled.fetch_add(copies - 1, Ordering::Relaxed);
    for _ in 0..copies {
        if chance.below(100) < 30 {
            weather.lost.fetch_add(1, Ordering::Relaxed);
            continue;
        }
        weather.carried.fetch_add(1, Ordering::Relaxed);
        let (socket, bytes) = (Arc::clone(socket), bytes.to_vec());
        let delay = Duration::from_millis(chance.below(40));
        tokio::spawn(async move {
            sleep(delay).await;
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
        let mut backs: HashMap<SocketAddr, Arc<UdpSocket>> = HashMap::new();
        let mut buffer = vec![0; 65_536];
        loop {
            let (length, unit) = front.recv_from(&mut buffer).await.unwrap();
            let back = match backs.get(&unit) {
                Some(back) => Arc::clone(back),
                None => {
                    let back = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
                    backs.insert(unit, Arc::clone(&back));
                    let (front, back_too) = (Arc::clone(&front), Arc::clone(&back));
                    let (chance, weather) = (chance.clone(), Arc::clone(&weather));
                    tokio::spawn(async move {
                        let mut buffer = vec![0; 65_536];
                        loop {
                            let (length, _) = back_too.recv_from(&mut buffer).await.unwrap();
                            carry(&front, unit, &buffer[..length], &chance, &weather);
                        }
                    });
                    back
                }
            };
            carry(&back, centre, &buffer[..length], &chance, &weather);
        }
    });
    address
}

/// What the centre keeps: raised alarms in order, and by sender and `ref` what their content was.
#[derive(Default)]
struct Store {
    known: HashMap<(String, String), Vec<u8>>,
    raised: Vec<(String, String)>,
    repeats: usize,
}

impl Store {
    /// The duplicate rule of SCAIP reference 10: known by sender, `ref` and content.
    fn keep(&mut self, request: &Request<'_>, body: &[u8]) {
        let controller = request.controller_id.as_str().to_owned();
        let key = (controller, request.reference.as_str().to_owned());
        if self.known.get(&key).is_some_and(|known| known == body) {
            self.repeats += 1;
        } else {
            assert!(
                self.known.insert(key.clone(), body.to_vec()).is_none(),
                "other content"
            );
            self.raised.push(key);
        }
    }
}

/// A centre that stores, which takes its time, and only then answers.
async fn centre(seed: u8, store: Arc<Mutex<Store>>) -> SocketAddr {
    let mut config = receiver::Config::new([seed; 16]);
    config.endpoint.timers.t1 = Duration::from_millis(50);
    config.endpoint.timers.t2 = Duration::from_millis(400);
    config.endpoint.timers.t4 = Duration::from_millis(500);
    let (driver, handle, mut events) =
        Driver::new(Receiver::new(config).unwrap(), Settings::default());
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = handle.add_udp(socket).unwrap();
    tokio::spawn(driver.run());
    tokio::spawn(async move {
        while let Some(event) = events.recv().await {
            let receiver::Event::Request(alarm) = event else {
                continue;
            };
            let (store, handle) = (Arc::clone(&store), handle.clone());
            tokio::spawn(async move {
                sleep(Duration::from_millis(5)).await;
                let request = alarm.decoded.message();
                store.lock().unwrap().keep(request, alarm.decoded.raw());
                let yes = Response::new(request.reference.clone(), StatusNumber::OK);
                handle.answer(alarm.id, yes).await.unwrap();
            });
        }
    });
    address
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
    // Two addresses of one centre with one store, as a server with two lines has.
    let mut lines = Vec::new();
    for seed in [8, 9] {
        let line = centre(seed, Arc::clone(&store)).await;
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
    assert!(
        raised.windows(2).all(|two| two[0] != two[1]),
        "raised twice"
    );
    // It was felt: datagrams went missing, attempts failed, the centre met what it knew already.
    let (carried, lost, doubled) = (
        weather.carried.load(Ordering::Relaxed),
        weather.lost.load(Ordering::Relaxed),
        weather.doubled.load(Ordering::Relaxed),
    );
    println!(
        "{} alarms in {took:?}: {carried} datagrams carried, {lost} lost, {doubled} doubled, {failed} attempts failed, {} repeats",
        accepted.len(),
        store.repeats
    );
    let share = lost * 100 / (lost + carried);
    assert!((25..35).contains(&share), "{share} % lost");
    assert!(failed > 0 && store.repeats > 0);
}
