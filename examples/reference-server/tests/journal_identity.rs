//! A sequence is given once, an identifier belongs to one alarm, and both are found again.

mod support;

use std::path::Path;

use reference_server::journal::{
    AnswerDelivery, Entry, EventId, Journal, JournalError, JournalSettings, Sequence,
    SqliteJournal, StoredOutcome,
};
use reference_server::time::Timestamp;
use support::{alarm, open, store_together};

/// Opens the file as an operator would, with a tool that keeps the references between the tables.
fn by_hand(path: &Path) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(path).expect("the file");
    connection
        .pragma_update(None, "foreign_keys", true)
        .expect("the setting");
    connection
}

async fn store(journal: &SqliteJournal, numbers: std::ops::Range<u32>) -> Vec<EventId> {
    let mut ids = Vec::new();
    let mut waiting = Vec::new();
    for number in numbers {
        let entry = alarm("40211870", &format!("r{number}"), "x");
        ids.push(entry.id);
        waiting.push(journal.store(entry));
    }
    for stored in waiting {
        stored.await.expect("it is stored");
    }
    ids
}

async fn sequence(journal: &SqliteJournal, id: EventId) -> Option<i64> {
    let found = journal.alarm(id).await.expect("it reads");
    found.map(|detail| detail.record.sequence.get())
}

#[tokio::test]
async fn a_sequence_is_not_given_again_after_the_newest_alarms_were_deleted() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("alarms.sqlite");
    let journal = open(&path);
    store(&journal, 0..20).await;
    // While the server runs, and while it does not.
    by_hand(&path)
        .execute("DELETE FROM alarm WHERE sequence > 15", [])
        .unwrap();
    let next = journal.store(alarm("40211870", "a", "x")).await.unwrap();
    assert_eq!(next.sequence.get(), 21);
    journal.close().await.unwrap();
    drop(journal);
    by_hand(&path).execute("DELETE FROM alarm", []).unwrap();
    let journal = open(&path);
    assert_eq!(
        journal.alarms_after(Sequence::START, 10).await.unwrap(),
        vec![]
    );
    let next = journal.store(alarm("40211870", "b", "x")).await.unwrap();
    assert_eq!(next.sequence.get(), 22);
    drop(journal);
    // Nor in a copy.
    by_hand(&path)
        .execute("DELETE FROM alarm WHERE sequence = 22", [])
        .unwrap();
    let copy = directory.path().join("copy.sqlite");
    by_hand(&path)
        .execute("VACUUM INTO ?1", [copy.to_str().unwrap()])
        .unwrap();
    let next = open(&copy).store(alarm("40211870", "c", "x")).await;
    assert_eq!(next.unwrap().sequence.get(), 23);
}

#[tokio::test]
async fn deleting_old_alarms_takes_what_belongs_to_them_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("alarms.sqlite");
    let journal = open(&path);
    let ids = store(&journal, 0..600).await;
    for place in [1, 600] {
        let delivery = AnswerDelivery {
            at: Timestamp::now(),
            delivered: true,
            detail: "200".into(),
        };
        journal.answered(Sequence::new(place), delivery);
    }
    journal.close().await.unwrap();
    drop(journal);
    let connection = by_hand(&path);
    connection
        .execute("DELETE FROM alarm WHERE sequence <= 590", [])
        .unwrap();
    for (table, left) in [("answer_delivery", 1), ("alarm", 10)] {
        let count = format!("SELECT count(*) FROM {table}");
        let rows: i64 = connection.query_row(&count, [], |row| row.get(0)).unwrap();
        assert_eq!(rows, left, "{table}");
    }
    let stray: i64 = connection
        .query_row(
            "SELECT count(*) FROM alarm_by_id WHERE sequence <= 590",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(stray, 0);
    drop(connection);
    let journal = open(&path);
    assert_eq!(sequence(&journal, ids[589]).await, None);
    assert_eq!(sequence(&journal, ids[590]).await, Some(591));
    assert_eq!(sequence(&journal, ids[599]).await, Some(600));
    let next = journal.store(alarm("40211870", "a", "x")).await.unwrap();
    assert_eq!(next.sequence.get(), 601);
}

#[tokio::test]
async fn every_alarm_is_found_by_its_identifier_indexed_or_not() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("alarms.sqlite");
    let journal = open(&path);
    let mut ids = Vec::new();
    // One by one, across the point from which they are in the index, and in large batches.
    for range in [0..1, 1..250, 250..256, 256..257, 257..300, 300..2000] {
        ids.extend(store(&journal, range).await);
        for (place, id) in (1..).zip(&ids).skip(ids.len().saturating_sub(300)) {
            assert_eq!(sequence(&journal, *id).await, Some(place));
        }
        assert_eq!(sequence(&journal, EventId::new()).await, None);
    }
    drop(journal);
    let journal = open(&path);
    for (place, id) in (1..).zip(&ids) {
        assert_eq!(sequence(&journal, *id).await, Some(place));
    }
}

#[tokio::test]
async fn an_identifier_is_taken_once_indexed_or_not_and_after_reopening() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("alarms.sqlite");
    let mut journal = open(&path);
    let first = store(&journal, 0..600).await;
    let again = |id: EventId, reference: &str| {
        let mut entry = alarm("40211871", reference, "y");
        entry.id = id;
        entry
    };
    for round in ["a", "b"] {
        for id in [first[0], first[255], first[256], first[599]] {
            let refused = journal.store(again(id, round)).await;
            assert!(
                matches!(refused, Err(JournalError::Rejected { .. })),
                "{refused:?}"
            );
        }
        drop(journal);
        journal = open(&path);
    }
    // An identifier that knows no time does as well.
    let odd = EventId::from_bytes([7; 16]);
    let stored = journal.store(again(odd, "c")).await.unwrap();
    assert_eq!(stored.sequence.get(), 601);
    let refused = journal.store(again(odd, "d")).await;
    assert!(
        matches!(refused, Err(JournalError::Rejected { .. })),
        "{refused:?}"
    );
    assert_eq!(sequence(&journal, odd).await, Some(601));
}

#[tokio::test]
async fn what_a_failed_batch_would_have_used_is_free_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("alarms.sqlite");
    let settings = JournalSettings {
        max_bytes: 1 << 20,
        ..JournalSettings::at(&path)
    };
    let journal = SqliteJournal::open(settings).unwrap();
    let body = "x".repeat(5_000);
    let entries: Vec<Entry> = (0..300)
        .map(|number| alarm("40211870", &format!("r{number}"), &body))
        .collect();
    let first = alarm("40211870", "first", "x");
    let (first, batch) = store_together(&journal, &path, first, entries.clone());
    assert_eq!(first.await.unwrap().sequence.get(), 1);
    for store in batch {
        let result = store.await;
        assert!(
            matches!(result, Err(JournalError::Unavailable { .. })),
            "{result:?}"
        );
    }
    assert_eq!(sequence(&journal, entries[0].id).await, None);
    journal.set_max_bytes(0);
    for (place, entry) in (2..).zip(entries) {
        let id = entry.id;
        let stored = journal.store(entry).await.unwrap();
        assert_eq!(stored.outcome, StoredOutcome::New);
        assert_eq!(stored.sequence.get(), place);
        assert_eq!(sequence(&journal, id).await, Some(place));
    }
}
