//! What the delivery queue itself costs per call: 10,000 devices, a server that fails 20 % of calls.
//!
//! ```text
//! cargo run --release -p sensio-partner --features sqlite --example queue_speed
//! ```
//!
//! The limits are set out of the way and the clock is the queue's own: what is measured is the work of
//! `submit`, `poll_call`, `handle_outcome`, `poll_event` and `poll_timeout`, and of the store.

use std::io::Write;
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::{Duration, Instant};

use sensio_partner::queue::{Config, EventCall, MemoryStore, Outcome, Queue, Store, WallMicros};
use sensio_partner::{
    Description, DeviceIdentifier, EventParameters, EventType, ExternalEventId, Random, Time,
};

const DEVICES: usize = 10_000;
const WALL: WallMicros = WallMicros(1_795_332_425_000_000);

fn config() -> Result<Config, Box<dyn std::error::Error>> {
    let mut config = Config::default();
    config.parallel = NonZeroUsize::new(64).ok_or("zero")?;
    config.per_second = NonZeroU32::new(100_000).ok_or("zero")?;
    config.repeat_burst = NonZeroU32::new(100_000).ok_or("zero")?;
    config.entries = 1_000_000;
    Ok(config)
}

fn events(rounds: usize) -> Result<Vec<EventCall>, Box<dyn std::error::Error>> {
    let mut events = Vec::new();
    for round in 0..rounds {
        for device in 0..DEVICES {
            let device = DeviceIdentifier::new(&format!("SN-{device:06}"))?;
            let call = if round % 2 == 0 {
                let mut parameters = EventParameters::new();
                let id = format!("{round}-{}", device.as_str());
                parameters.external_event_id = Some(ExternalEventId::new(&id)?);
                parameters.description = Some(Description::new("Fall, sensor i rom 12")?);
                EventCall::post(device, EventType::FALL, WALL, parameters)
            } else {
                EventCall::delete(device, EventType::FALL, WALL)
            };
            events.push(call);
        }
    }
    Ok(events)
}

/// Delivers everything; gives the calls that were made and the time per call.
fn run<S: Store>(store: S, rounds: usize) -> Result<(u32, Duration), Box<dyn std::error::Error>> {
    let events = events(rounds)?;
    let mut queue = Queue::open(Time::ZERO, WALL, store, config()?, Random::new(7))?;
    let mut fate = Random::new(9);
    let mut now = Time::ZERO;
    let mut under_way = Vec::new();
    let mut calls = 0u32;
    let began = Instant::now();
    for batch in events.chunks(1_000) {
        queue.submit_all(now, batch)?;
    }
    while queue.waiting() > 0 {
        while let Some(call) = queue.poll_call(now) {
            calls += 1;
            under_way.push(call.id);
        }
        if under_way.is_empty() && queue.waiting() > 0 {
            now = queue.poll_timeout().ok_or("something waits")?;
        }
        for id in under_way.drain(..) {
            let outcome = match fate.next_u64() % 100 {
                0..7 => Outcome::Ambiguous,
                7..14 => Outcome::Repeat { after: None },
                14..20 => Outcome::NotSent,
                _ => Outcome::Done,
            };
            queue.handle_outcome(now, id, outcome);
        }
        while queue.poll_event().is_some() {}
    }
    Ok((calls, began.elapsed() / calls))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout();
    let (calls, each) = run(MemoryStore::new(), 10)?;
    writeln!(out, "memory: {calls} calls, {each:?} per call")?;
    #[cfg(feature = "sqlite")]
    {
        use sensio_partner::queue::SqliteStore;

        let file = std::env::temp_dir().join(format!("queue-speed-{}", std::process::id()));
        let (calls, each) = run(SqliteStore::open(&file)?, 1)?;
        writeln!(
            out,
            "SQLite: {calls} calls, {each:?} per call, one flush for what ends together"
        )?;
        for end in ["", "-wal", "-shm"] {
            let mut name = file.clone().into_os_string();
            name.push(end);
            let _ = std::fs::remove_file(name);
        }
    }
    Ok(())
}
