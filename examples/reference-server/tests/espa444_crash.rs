//! Kill the server at random moments while panels call over ESPA 4.4.4; every call that was
//! acknowledged is in the journal, and what its panel sent again is marked and raised once.
//!
//! 20 rounds by default; `ALARM_CRASH_ROUNDS` for more. The seed of the moments is printed and can
//! be given as `ALARM_CRASH_SEED`.

#[path = "support/espa.rs"]
mod espa;
#[path = "support/program.rs"]
mod program;

use std::collections::HashMap;
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use espa::{ACK, Panel, call};
use program::Program;

const DEFAULT_ROUNDS: u64 = 20;
const PANELS: usize = 6;
/// The server lives this long under load, in milliseconds.
const LIFE: std::ops::Range<u64> = 5..200;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// A panel that calls until its connection ends, beginning with what was not answered before.
/// Gives what is not answered now.
fn play(
    to: SocketAddr,
    number: usize,
    next: &mut u64,
    unanswered: Option<String>,
    accepted: &Mutex<Vec<String>>,
    count: &AtomicUsize,
) -> Option<String> {
    let Ok(stream) = TcpStream::connect(to) else {
        return unanswered;
    };
    let time = Some(Duration::from_millis(50));
    stream.set_read_timeout(time).expect("a timeout");
    stream.set_nodelay(true).expect("an option");
    let mut panel = Panel::new(stream);
    let mut text = unanswered;
    loop {
        let now = text.take().unwrap_or_else(|| {
            *next += 1;
            format!("CALL {number} {next}")
        });
        let block = call(&number.to_string(), &now);
        match deliver(&mut panel, &block) {
            Some(answer) if answer == ACK => {
                accepted.lock().expect("no panic").push(now);
                count.fetch_add(1, Ordering::Relaxed);
            }
            // Busy: again.
            Some(_) => text = Some(now),
            None => return Some(now),
        }
    }
}

/// One transaction; `None` when the connection is gone.
fn deliver(panel: &mut Panel<TcpStream>, block: &espa444::BlockBuf) -> Option<Vec<u8>> {
    use std::io::Write;
    panel.stream.write_all(espa::SELECT).ok()?;
    let ready = panel.answer_within(espa::PATIENCE)?;
    if ready != ACK {
        return Some(ready);
    }
    let bytes = espa::bytes(&block.as_block());
    panel.stream.write_all(&bytes).ok()?;
    panel.answer_within(espa::PATIENCE)
}

#[test]
fn every_acknowledged_call_survives_a_kill_and_what_is_sent_again_is_raised_once() {
    let rounds = setting("ALARM_CRASH_ROUNDS", DEFAULT_ROUNDS);
    let seed = setting("ALARM_CRASH_SEED", fastrand::u64(..));
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let directory = tempfile::tempdir().expect("a directory");
    let tables: String = (0..PANELS)
        .map(|number| {
            format!(
                "[[inputs.espa444]]\nname = \"{number}\"\ntcp = {{ listen = \"127.0.0.1:0\" }}\n"
            )
        })
        .collect();
    let accepted = Mutex::new(Vec::new());
    let mut next = [0; PANELS];
    let mut unanswered: [Option<String>; PANELS] = Default::default();
    let mut sent_again = 0;
    for _ in 0..rounds {
        let program = Program::start(directory.path(), "", &tables);
        sent_again += unanswered.iter().flatten().count();
        let count = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            let panels = next.iter_mut().zip(&mut unanswered).enumerate();
            for (number, (next, left)) in panels {
                let to = program.addresses[&format!("espa444.{number}")];
                let (accepted, count) = (&accepted, &count);
                scope.spawn(move || {
                    *left = play(to, number, next, left.take(), accepted, count);
                });
            }
            // The life begins with the first answer.
            let patience = Instant::now() + espa::PATIENCE;
            while count.load(Ordering::Relaxed) == 0 {
                assert!(Instant::now() < patience, "{}", program.log());
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(Duration::from_millis(random.u64(LIFE)));
            program.kill();
        });
    }
    // The last ones are sent again, too.
    let program = Program::start(directory.path(), "", &tables);
    for (number, text) in unanswered.iter().enumerate() {
        if let Some(text) = text {
            let to = program.addresses[&format!("espa444.{number}")];
            let mut panel = Panel::new(TcpStream::connect(to).expect("loopback"));
            panel.deliver_ok(&call(&number.to_string(), text));
            accepted.lock().expect("no panic").push(text.clone());
        }
    }
    let (mut starts, mut marked) = (HashMap::<String, u32>::new(), 0);
    for alarm in program.alarms("call_alarm_generic") {
        let text = alarm["event"]["attachments"][0]["text"].as_str();
        let text = text.expect("a text").to_owned();
        marked += alarm["repeats"].as_u64().unwrap_or(0);
        match alarm["event"]["phase"].as_str() {
            Some("start") => *starts.entry(text).or_default() += 1,
            _ => {
                assert!(starts.contains_key(&text), "{text}: a repeat of nothing");
                marked += 1;
            }
        }
    }
    let accepted = accepted.into_inner().expect("no panic");
    for text in &accepted {
        let times = starts.get(text).copied().unwrap_or(0);
        assert_eq!(times, 1, "seed {seed}: {text} is raised {times} times");
    }
    assert_eq!(starts.len(), accepted.len(), "seed {seed}: raised unasked");
    println!(
        "{rounds} kills, {} calls acknowledged, none lost, none raised twice; {sent_again} sent \
         again, {marked} of these were there and are marked",
        accepted.len()
    );
}
