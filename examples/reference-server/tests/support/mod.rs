//! What the journal tests share.
#![allow(dead_code, reason = "each test file uses a part")]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use reference_server::journal::{
    Answer, BoxFuture, ContentHash, Entry, EventId, Health, Journal, JournalError, JournalSettings,
    Lane, SqliteJournal, Stored, TransportFacts, Verdict,
};
use reference_server::time::Timestamp;

/// An accepted care alarm of `sender` with the sender's reference and a body.
pub(crate) fn alarm(sender: &str, reference: &str, body: &str) -> Entry {
    Entry {
        id: EventId::new(),
        lane: Lane::Care,
        protocol: "scaip",
        verdict: Verdict::Accepted,
        sender: sender.to_owned(),
        source_ref: Some(reference.to_owned()),
        content_hash: ContentHash::of(body.as_bytes()),
        duplicate_window: Duration::from_secs(600),
        received_at: Timestamp::now(),
        event: format!("{{\"body\":\"{body}\"}}"),
        kind: Some("personal-alarm".into()),
        class: Some("care".into()),
        priority: Some("urgent".into()),
        raw: Bytes::copy_from_slice(body.as_bytes()),
        transport: TransportFacts {
            transport: "udp".into(),
            peer: "127.0.0.1:5062".into(),
            local: "127.0.0.1:5060".into(),
        },
        answer: Answer {
            bytes: Bytes::from(format!("answer to {body}")),
            summary: "snu 0".into(),
        },
    }
}

pub(crate) fn open(path: &Path) -> SqliteJournal {
    SqliteJournal::open(JournalSettings::at(path)).expect("the journal opens")
}

/// The future of one [`Journal::store`].
pub(crate) type Storing = BoxFuture<'static, Result<Stored, JournalError>>;

/// Queues an alarm, and the others so that they share the batch after it.
pub(crate) fn store_together(
    journal: &SqliteJournal,
    path: &Path,
    first: Entry,
    others: impl IntoIterator<Item = Entry>,
) -> (Storing, Vec<Storing>) {
    // Holds the write lock, so that the writer is stuck in a first batch.
    let blocker = rusqlite::Connection::open(path).expect("the file");
    blocker.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    let first = journal.store(first);
    std::thread::sleep(Duration::from_millis(200));
    let others = others.into_iter().map(|entry| journal.store(entry));
    let others = others.collect();
    blocker.execute_batch("ROLLBACK").expect("it lets go");
    (first, others)
}

/// Waits until the health is as wished; fails after ten seconds.
pub(crate) async fn wait_for_health(journal: &Arc<dyn Journal>, healthy: bool) -> Duration {
    let start = Instant::now();
    while matches!(journal.health(), Health::Healthy) != healthy {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "health stays {:?}",
            journal.health()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    start.elapsed()
}

/// Size of a file beside the journal, or 0 without it.
pub(crate) fn size(path: &Path, suffix: &str) -> u64 {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    std::fs::metadata(name).map_or(0, |file| file.len())
}
