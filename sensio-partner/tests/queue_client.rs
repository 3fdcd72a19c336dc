//! The queue, its driver and the crate's own client against a real server.
#![cfg(feature = "reqwest")]

#[allow(dead_code, reason = "shared with tests that want more of it")]
mod support;

use std::time::Duration;

use sensio_partner::client::Client;
use sensio_partner::queue::client::send;
use sensio_partner::queue::driver::{Driver, Handle, Settings};
use sensio_partner::queue::{
    Config, Event, EventCall, MemoryStore, Queue, RefusalReason, WallMicros,
};
use sensio_partner::token::Credentials;
use sensio_partner::{
    Description, DeviceIdentifier, DeviceStatus, Effect, EventParameters, EventType, Member,
    Random, Time, TriggerValue, UnityVersion,
};
use support::{Server, answer};
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

const LONG: Duration = Duration::from_secs(60);

fn device(name: &str) -> DeviceIdentifier {
    DeviceIdentifier::new(name).expect("valid")
}

fn fall() -> EventCall {
    let parameters = EventParameters {
        trigger_value: Some(TriggerValue::from(31)),
        description: Description::new("a synthetic text").ok(),
        ..EventParameters::new()
    };
    let now = WallMicros::now();
    EventCall::post(device("SN-004711"), EventType::FALL, now, parameters)
}

fn run(server: &Server) -> (Handle<MemoryStore>, Receiver<Event>) {
    run_for(server, UnityVersion::LATEST)
}

fn run_for(server: &Server, version: UnityVersion) -> (Handle<MemoryStore>, Receiver<Event>) {
    let credentials = Credentials::new("nordlys-partner", "not-a-real-secret");
    let client = Client::builder(server.endpoint(), credentials).version(version);
    let client = client.seed(7).build().expect("a client");
    let wall = WallMicros::now();
    let (store, config) = (MemoryStore::new(), Config::default());
    let queue = Queue::open(Time::ZERO, wall, store, config, Random::new(7)).expect("readable");
    let send = move |call| send(client.clone(), call);
    let (driver, handle, events) = Driver::new(queue, Settings::default(), send);
    tokio::spawn(driver.run());
    (handle, events)
}

async fn next(events: &mut Receiver<Event>) -> Event {
    let event = timeout(LONG, events.recv()).await.expect("in time");
    event.expect("the driver runs")
}

#[tokio::test]
async fn an_alarm_gets_through_busy_answers_and_refusals_of_its_text() {
    let server = Server::start().await;
    server.answers([answer(503), answer(429), answer(400), answer(204)]);
    let (handle, mut events) = run(&server);
    handle.submit(fall()).await.expect("kept");
    let Event::Delivered(delivered) = next(&mut events).await else {
        panic!()
    };
    assert_eq!(delivered.attempts, 4);
    assert!(delivered.left_out.contains(Member::Description));
    let asked = server.asked();
    assert_eq!(asked[0].body, asked[2].body);
    assert_eq!(asked[3].body, r#"{"triggerValue":31}"#);
    assert_eq!(
        asked[3].path,
        "/partner/api/v1/devices/SN-004711/events/906"
    );
}

#[tokio::test]
async fn the_end_of_an_alarm_comes_after_it_and_statuses_come_together() {
    let server = Server::start().await;
    server.answers([answer(502), answer(200), answer(404)]);
    let (handle, mut events) = run(&server);
    handle.submit(fall()).await.expect("kept");
    let end = EventCall::delete(device("SN-004711"), EventType::FALL, WallMicros::now());
    handle.submit(end).await.expect("kept");
    for _ in 0..2 {
        assert!(matches!(next(&mut events).await, Event::Delivered(_)));
    }
    let methods: Vec<_> = server
        .asked()
        .iter()
        .map(|asked| asked.method.clone())
        .collect();
    assert_eq!(methods, ["POST", "POST", "DELETE"]);

    let taken = handle.with(|queue, now| {
        for name in ["SN-1", "SN-2"] {
            let status = DeviceStatus::heartbeat();
            queue
                .submit_status(now, device(name), status)
                .expect("there is room");
        }
    });
    taken.await.expect("running");
    let waits = async {
        while server.asked().len() < 4 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(LONG, waits).await.expect("in time");
    assert_eq!(server.asked()[3].path, "/partner/api/v1/devices/status");
}

#[tokio::test]
async fn an_unregistered_device_is_parked() {
    let server = Server::start().await;
    server.otherwise(answer(404));
    let (handle, mut events) = run(&server);
    handle.submit(fall()).await.expect("kept");
    let Event::Parked(letter) = next(&mut events).await else {
        panic!()
    };
    assert_eq!(letter.reason, RefusalReason::UnknownDevice);
}

#[tokio::test]
async fn what_an_old_server_does_not_know_is_reported_as_left_out() {
    let server = Server::start().await;
    server.answers([answer(200), answer(409)]);
    let (handle, mut events) = run_for(&server, UnityVersion::V6_9);
    for _ in 0..2 {
        handle.submit(fall()).await.expect("kept");
    }
    let Event::Delivered(delivered) = next(&mut events).await else {
        panic!()
    };
    let left_out: Vec<_> = delivered.left_out.iter().collect();
    assert_eq!(left_out, [Member::Description]);
    assert_eq!(server.asked()[0].body, r#"{"triggerValue":31}"#);
    // What the server had already took nothing of it.
    let Event::Delivered(delivered) = next(&mut events).await else {
        panic!()
    };
    assert_eq!(delivered.effect, Effect::AlreadyActive);
}
