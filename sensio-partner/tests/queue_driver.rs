//! The driver of the queue, against a server with faults.
#![cfg(feature = "tokio")]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use sensio_partner::queue::driver::{Driver, Ended, Handle, Settings};
use sensio_partner::queue::{
    Call, Config, Event, EventCall, EventMethod, MemoryStore, Outcome, Queue, WallMicros, Work,
};
use sensio_partner::{DeviceIdentifier, DeviceStatus, EventParameters, EventType, Random, Time};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

const LONG: Duration = Duration::from_secs(60);

fn device(name: &str) -> DeviceIdentifier {
    DeviceIdentifier::new(name).expect("valid")
}

fn post(name: &str) -> EventCall {
    let parameters = EventParameters::new();
    EventCall::post(device(name), EventType::FALL, WallMicros::now(), parameters)
}

fn delete(name: &str) -> EventCall {
    EventCall::delete(device(name), EventType::FALL, WallMicros::now())
}

fn queue(change: impl FnOnce(&mut Config)) -> Queue<MemoryStore> {
    let mut config = Config::default();
    config.per_second = std::num::NonZeroU32::new(1_000).expect("not zero");
    change(&mut config);
    let random = Random::new(3);
    let store = MemoryStore::new();
    Queue::open(Time::ZERO, WallMicros::now(), store, config, random).expect("readable")
}

/// What the server knows: which devices have an alarm, and what came in which order.
#[derive(Default)]
struct Server {
    active: Mutex<HashMap<String, bool>>,
    calls: Mutex<Vec<(String, Method)>>,
    count: AtomicUsize,
}

async fn answer(
    State(server): State<Arc<Server>>,
    Path((device, code)): Path<(String, u32)>,
    method: Method,
) -> StatusCode {
    assert_eq!(code, EventType::FALL.0);
    let number = server.count.fetch_add(1, Ordering::SeqCst);
    // Every third call fails, some of them after they were applied.
    match number % 9 {
        2 => return StatusCode::SERVICE_UNAVAILABLE,
        5 => return StatusCode::INTERNAL_SERVER_ERROR,
        _ => {}
    }
    server
        .calls
        .lock()
        .expect("sound")
        .push((device.clone(), method.clone()));
    let before = server
        .active
        .lock()
        .expect("sound")
        .insert(device, method == Method::POST);
    match (number % 9, method, before) {
        (8, ..) => StatusCode::BAD_GATEWAY,
        (_, Method::POST, Some(true)) => StatusCode::CONFLICT,
        (_, Method::DELETE, None | Some(false)) => StatusCode::NOT_FOUND,
        _ => StatusCode::OK,
    }
}

async fn serve() -> (Arc<Server>, SocketAddr) {
    let server = Arc::new(Server::default());
    let route = "/api/v1/devices/{device}/events/{code}";
    let router = Router::new()
        .route(route, axum::routing::any(answer))
        .with_state(Arc::clone(&server));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move { axum::serve(listener, router).await });
    (server, address)
}

/// As little of an HTTP client as the test needs.
async fn send(address: SocketAddr, call: Call) -> Outcome {
    let Work::Event(event) = call.work else {
        return Outcome::Done;
    };
    let method = match event.action.method() {
        EventMethod::Post => "POST",
        EventMethod::Put => "PUT",
        EventMethod::Delete => "DELETE",
    };
    let body = match event.action.parameters() {
        None => String::new(),
        Some(_) => "{}".to_owned(),
    };
    let request = format!(
        "{method} /api/v1/devices/{}/events/{} HTTP/1.1\r\nHost: example.net\r\n\
         Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
        event.pair.device.path_segment(),
        event.pair.event_type,
        body.len(),
    );
    let Ok(mut stream) = TcpStream::connect(address).await else {
        return Outcome::NotSent;
    };
    let mut answer = String::new();
    if stream.write_all(request.as_bytes()).await.is_err()
        || stream.read_to_string(&mut answer).await.is_err()
    {
        return Outcome::Ambiguous;
    }
    match (method, answer.get(9..12)) {
        (_, Some("200")) => Outcome::Done,
        ("POST", Some("409")) => Outcome::AlreadyActive,
        ("DELETE", Some("404")) => Outcome::WasNotActive,
        (_, Some("500")) => Outcome::ServerFault,
        (_, Some("502" | "503")) => Outcome::Repeat { after: None },
        _ => Outcome::Ambiguous,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_arrives_in_order_at_a_server_that_fails_now_and_then() {
    let (server, address) = serve().await;
    let queue = queue(|config| config.backoff.longest = Duration::from_millis(20));
    let (driver, handle, mut events) =
        Driver::new(queue, Settings::default(), move |call| send(address, call));
    let running = tokio::spawn(driver.run());
    for number in 0..40 {
        let name = format!("SN-{}", number / 2);
        let call = match number % 2 {
            0 => post(&name),
            _ => delete(&name),
        };
        handle.submit(call).await.expect("kept");
    }
    drop(handle);
    let mut delivered = 0;
    while let Some(event) = timeout(LONG, events.recv()).await.expect("in time") {
        delivered += usize::from(matches!(event, Event::Delivered(_)));
    }
    // Nobody holds a handle and nothing waits: the driver ends by itself.
    let ended = timeout(LONG, running).await.expect("in time");
    let queue = ended.expect("no panic").expect("not cut off");
    assert_eq!(delivered, 40);
    assert!(queue.store().is_empty());
    assert!(
        server
            .active
            .lock()
            .expect("sound")
            .values()
            .all(|active| !active)
    );
    let calls = server.calls.lock().expect("sound");
    for number in 0..20 {
        let name = format!("SN-{number}");
        let of_one = calls.iter().filter(|(device, _)| *device == name);
        let methods: Vec<_> = of_one.map(|(_, method)| method.clone()).collect();
        let deletes = methods.iter().skip_while(|method| **method == Method::POST);
        assert!(methods.len() >= 2 && deletes.clone().count() >= 1);
        assert!(
            deletes.clone().all(|method| *method == Method::DELETE),
            "{methods:?}"
        );
    }
}

type Running = tokio::task::JoinHandle<Result<Queue<MemoryStore>, Ended>>;

fn run<F>(
    settings: Settings,
    send: impl FnMut(Call) -> F + Send + 'static,
) -> (
    Running,
    Handle<MemoryStore>,
    tokio::sync::mpsc::Receiver<Event>,
)
where
    F: Future<Output = Outcome> + Send + 'static,
{
    let (driver, handle, events) = Driver::new(queue(|_| {}), settings, send);
    (tokio::spawn(driver.run()), handle, events)
}

/// Delivers one event whose first attempt ends as told; gives the time that took.
async fn second_attempt<F>(first: impl FnOnce() -> F + Send + 'static) -> Duration
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut first = Some(first);
    let (_running, handle, mut events) = run(Settings::default(), move |_| {
        let first = first.take().map(|first| first());
        async move {
            if let Some(first) = first {
                first.await;
            }
            Outcome::Done
        }
    });
    let began = tokio::time::Instant::now();
    handle.submit(post("a")).await.expect("kept");
    let Some(Event::Delivered(delivered)) = events.recv().await else {
        panic!()
    };
    assert_eq!(delivered.attempts, 2);
    began.elapsed()
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_hangs_is_given_up_and_repeated() {
    let took = second_attempt(std::future::pending).await;
    assert!(took >= Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_panics_is_repeated() {
    second_attempt(|| async { panic!("on purpose") }).await;
}

#[tokio::test(start_paused = true)]
async fn statuses_slots_and_everything_else_go_through_the_handle() {
    let (running, handle, mut events) = run(Settings::default(), |call: Call| async move {
        match call.work {
            Work::Event(_) => Outcome::NotFound,
            _ => Outcome::Done,
        }
    });
    let status = DeviceStatus::heartbeat();
    handle
        .submit_status(device("a"), status)
        .await
        .expect("taken");
    let slot = handle.slot().await.expect("granted");
    slot.finish(Outcome::Done);
    drop(handle.slot().await.expect("granted"));

    let id = handle.submit(post("a")).await.expect("kept");
    let Some(Event::Parked(letter)) = events.recv().await else {
        panic!()
    };
    assert_eq!(letter.id, id);
    let gone = handle.with(move |queue, _| queue.discard(id)).await;
    assert!(gone.expect("running").expect("removable"));
    let idle = handle
        .with(|queue, _| (queue.waiting_statuses(), queue.in_flight()))
        .await;
    assert_eq!(idle, Ok((0, 0)), "statuses are gone and slots given back");
    handle.shut_down(Duration::ZERO);
    running.await.expect("no panic").expect("not cut off");
    assert!(handle.submit(post("a")).await.is_err());
    assert!(handle.slot().await.is_err());
}

#[tokio::test(start_paused = true)]
async fn what_is_under_way_at_the_end_is_kept_for_the_next_run() {
    let (running, handle, _events) = run(Settings::default(), |_| std::future::pending());
    handle.submit(post("a")).await.expect("kept");
    handle.shut_down(Duration::from_secs(2));
    let queue = running.await.expect("no panic").expect("not cut off");
    assert_eq!(queue.into_store().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn deliveries_go_on_while_nobody_reads_the_events() {
    let mut settings = Settings::default();
    settings.events = 2;
    let (_running, handle, mut events) = run(settings, |_| async { Outcome::Done });
    for number in 0..9 {
        handle
            .submit(post(&number.to_string()))
            .await
            .expect("kept");
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let waiting = handle.with(|queue, _| queue.waiting()).await;
    assert_eq!(
        waiting,
        Ok(0),
        "an alarm does not wait for a report to be read"
    );
    let (mut seen, mut told) = (0, 0);
    while let Ok(Some(event)) = timeout(Duration::from_secs(1), events.recv()).await {
        match event {
            Event::Delivered(_) => seen += 1,
            Event::Missed { count } => told += count,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((seen, told), (4, 5), "each is reported or counted");

    drop(events);
    for number in 0..3 {
        handle
            .submit(post(&number.to_string()))
            .await
            .expect("kept");
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let waiting = handle
        .with(|queue, _| (queue.waiting(), queue.unpolled_events()))
        .await;
    assert_eq!(waiting, Ok((0, 0)), "reports for nobody are dropped");
}
