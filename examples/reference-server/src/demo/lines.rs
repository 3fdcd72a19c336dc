//! A fire panel and a nurse call system, over ESPA 4.4.4 and TCP.

use std::io::Write;
use std::time::{Duration, Instant, SystemTime};

use espa444::alarm::examples;
use espa444::driver::tcp::{Client, TcpSettings};
use espa444::driver::{Driver, Event, Settings};
use espa444::{BlockBuf, CallType, CharacterSet, Profile, RecordId, Role, link};

use super::{DemoError, Played, write_way};
use crate::config::{Characters, Espa444Line, Listen};
use crate::journal::{JournalHandle, Sequence};
use crate::server::Addresses;

/// How long a call may take from the panel to its ACK.
const PATIENCE: Duration = Duration::from_secs(10);
/// A call: address, text, whether it is a reset.
type Call = (&'static str, &'static str, bool);

/// The lines, and what their panels call.
const CALLS: [(&str, &[Call]); 2] = [
    (
        "fire-panel",
        &[
            ("1", "BRANN SONE 3 DETEKTOR 17", false),
            ("1", "BRANN SONE 3 DETEKTOR 17", true),
        ],
    ),
    (
        "nurse-call",
        &[("208", "ANROP ROM 12", false), ("208", "GRØNN VOGN", false)],
    ),
];

pub(super) fn lines(listen: &Listen) -> Vec<Espa444Line> {
    CALLS
        .into_iter()
        .map(|(name, _)| {
            let mut line = Espa444Line::listening(name, listen.clone());
            line.characters = Some(Characters(CharacterSet::Iso646Norway));
            line.fire_panel = name == "fire-panel";
            line.rules = if line.fire_panel {
                examples::norwegian_fire_panel()
            } else {
                examples::nurse_call()
            };
            line
        })
        .collect()
}

fn block(address: &str, text: &str, reset: bool) -> Result<BlockBuf, espa444::EncodeError> {
    let mut bytes = Vec::new();
    CharacterSet::Iso646Norway.encode(text, 128, &mut bytes);
    let mut block = BlockBuf::call(address.as_bytes())?;
    block.push(RecordId::DISPLAY_MESSAGE, &bytes)?;
    if reset {
        block.push(RecordId::CALL_TYPE, CallType::RESET.as_bytes())?;
    }
    Ok(block)
}

/// Calls as a panel does that owns its line, and prints each call's way.
pub(super) async fn play(
    addresses: &Addresses,
    journal: &JournalHandle,
    cursor: &mut Sequence,
    out: &mut impl Write,
) -> Result<Played, DemoError> {
    let mut done = Played::default();
    for (name, calls) in CALLS {
        let Some(to) = addresses.get(&format!("espa444.{name}")) else {
            continue;
        };
        writeln!(
            out,
            "{name} (ESPA 4.4.4 over tcp)\n  A panel that owns its line, selects the server and calls."
        )?;
        let (driver, handle, mut events) =
            Driver::new(Role::caller(), &Profile::TCP, Settings::default());
        let client = Client::new(to.to_string(), TcpSettings::default());
        let panel = tokio::spawn(driver.run(client));
        for &(address, text, reset) in calls {
            done.played += 1;
            let (started, clock) = (SystemTime::now(), Instant::now());
            let sent = match block(address, text, reset) {
                Ok(block) => handle.send(block).await.ok(),
                Err(_) => None,
            };
            let delivered = async {
                while let Some(event) = events.recv().await {
                    if let Event::Link(link::Event::Delivered { id, acknowledged }) = event
                        && Some(id) == sent
                    {
                        return acknowledged;
                    }
                }
                false
            };
            let acknowledged = tokio::time::timeout(PATIENCE, delivered).await == Ok(true);
            let latency = clock.elapsed();
            let stored = journal.alarms_after(*cursor, 1).await?;
            match stored.first() {
                Some(record) if acknowledged => {
                    *cursor = record.sequence;
                    write_way(out, record, started, latency, "ACK")?;
                }
                _ => {
                    done.failed += 1;
                    writeln!(out, "  a call was not acknowledged")?;
                }
            }
        }
        handle.shut_down(Duration::from_millis(100));
        // It has nothing more to do.
        let _ = panel.await;
    }
    Ok(done)
}
