//! A journal that has been in use for long opens as fast as a new one, and still finds repeats.
//!
//! `ALARM_TEST_ROWS=1000000` runs the full size.

mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use reference_server::journal::{Journal, Sequence, StoredOutcome};
use support::{alarm, open};

fn rows() -> i64 {
    match std::env::var("ALARM_TEST_ROWS") {
        Ok(text) => text.parse().expect("ALARM_TEST_ROWS is a number"),
        Err(_) => 100_000,
    }
}

/// Fills the journal by its schema: going through the writer would measure the disk.
fn fill(path: &Path, rows: i64) {
    let connection = rusqlite::Connection::open(path).expect("the journal");
    connection
        .execute_batch(&format!(
            "PRAGMA synchronous = OFF;
             WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number LIMIT {rows})
             INSERT INTO alarm (id, protocol, verdict, sender, source_ref, content_hash,
               received_at, stored_at, transport, peer, local, answer_summary, answer, event, raw)
             SELECT randomblob(16), 'scaip', 'accepted', 'sender' || (n % 256), 'r' || n,
               randomblob(16), 1700000000000000 + n * 1000, 1700000000000000 + n * 1000, 'udp',
               '127.0.0.1:5062', '127.0.0.1:5060', 'snu 0', zeroblob(100), '{{}}', zeroblob(400)
             FROM number;"
        ))
        .expect("rows");
}

#[tokio::test]
async fn a_journal_with_many_alarms_opens_quickly_and_finds_repeats() {
    let rows = rows();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("alarms.sqlite");
    open(&path).close().await.unwrap();
    fill(&path, rows);

    let start = Instant::now();
    let journal = open(&path);
    let stored = journal.store(alarm("sender7", "new", "x")).await.unwrap();
    let first = start.elapsed();
    assert_eq!(stored.sequence.get(), rows + 1);
    assert!(
        first < Duration::from_secs(1),
        "open and first store took {first:?}"
    );

    let start = Instant::now();
    let again = journal.store(alarm("sender7", "new", "x")).await.unwrap();
    assert!(matches!(again.outcome, StoredOutcome::Duplicate { .. }));
    let last = journal
        .alarms_after(Sequence::new(rows - 10), 100)
        .await
        .unwrap();
    assert_eq!(last.len(), 11);
    let found = journal.alarm(stored.id).await.unwrap();
    assert!(found.is_some());
    let reads = start.elapsed();
    assert!(
        reads < Duration::from_secs(1),
        "repeat and reads took {reads:?}"
    );
    println!("{rows} rows: open and first store {first:?}, repeat and reads {reads:?}");
}

#[tokio::test]
async fn a_sender_that_uses_one_reference_for_everything_does_not_slow_the_search() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("alarms.sqlite");
    open(&path).close().await.unwrap();
    fill(&path, 20_000);
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch(&format!(
            "UPDATE alarm SET sender = 'stuck', source_ref = '1', received_at = {}",
            reference_server::time::Timestamp::now().as_micros()
        ))
        .unwrap();
    let journal = open(&path);
    journal.store(alarm("stuck", "1", "warm")).await.unwrap();
    let start = Instant::now();
    for number in 0..50 {
        let stored = journal
            .store(alarm("stuck", "1", &format!("{number}")))
            .await
            .unwrap();
        assert!(matches!(
            stored.outcome,
            StoredOutcome::ReusedReference { .. }
        ));
    }
    let each = start.elapsed() / 50;
    assert!(each < Duration::from_millis(100), "{each:?}");
}
