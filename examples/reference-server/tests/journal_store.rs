//! Storing: durable before told, many with one flush, one poison entry spoils nothing.

mod support;

use std::sync::Arc;

use reference_server::journal::{
    AnswerDelivery, Health, Journal, JournalError, JournalSettings, Lane, OpenError, Sequence,
    SqliteJournal, StoredOutcome,
};
use reference_server::time::Timestamp;
use support::{alarm, open, size};

#[tokio::test]
async fn what_was_stored_is_found_again_after_reopening() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("alarms.sqlite");
    let mut ids = Vec::new();
    {
        let journal = open(&path);
        for number in 0..20 {
            let entry = alarm("40211870", &format!("r{number}"), &format!("body {number}"));
            ids.push(entry.id);
            let stored = journal.store(entry).await.unwrap();
            assert_eq!(stored.outcome, StoredOutcome::New);
            assert_eq!(stored.sequence.get(), number + 1);
        }
        journal.close().await.unwrap();
    }
    let journal = open(&path);
    let alarms = journal.alarms_after(Sequence::START, 100).await.unwrap();
    assert_eq!(alarms.iter().map(|alarm| alarm.id).collect::<Vec<_>>(), ids);
    let detail = journal.alarm(ids[7]).await.unwrap().unwrap();
    assert_eq!(detail.raw.0, b"body 7");
    assert_eq!(&detail.answer.bytes[..], b"answer to body 7");
    assert_eq!(detail.transport.peer, "127.0.0.1:5062");
    assert_eq!(detail.record.event, "{\"body\":\"body 7\"}");
    assert_eq!(detail.record.source_ref.as_deref(), Some("r7"));
    assert!(detail.record.stored_at >= detail.record.received_at);
}

#[tokio::test]
async fn what_was_stored_survives_without_a_clean_end() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("alarms.sqlite");
    let journal = open(&path);
    for number in 0..50 {
        journal
            .store(alarm("40211870", &format!("r{number}"), "x"))
            .await
            .unwrap();
    }
    // The files as a crash would leave them: taken while the journal is open.
    let crashed = directory.path().join("crashed.sqlite");
    std::fs::copy(&path, &crashed).unwrap();
    std::fs::copy(
        directory.path().join("alarms.sqlite-wal"),
        directory.path().join("crashed.sqlite-wal"),
    )
    .unwrap();
    let after = open(&crashed);
    assert_eq!(
        after
            .alarms_after(Sequence::START, 100)
            .await
            .unwrap()
            .len(),
        50
    );
    let again = after.store(alarm("40211870", "r7", "x")).await.unwrap();
    assert!(
        matches!(again.outcome, StoredOutcome::Duplicate { .. }),
        "{again:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_waiting_entries_take_far_fewer_flushes() {
    let directory = tempfile::tempdir().unwrap();
    let journal = Arc::new(open(&directory.path().join("alarms.sqlite")));
    let stores: Vec<_> = (0..1000)
        .map(|number| {
            let journal = Arc::clone(&journal);
            tokio::spawn(async move {
                journal
                    .store(alarm("40211870", &format!("r{number}"), "x"))
                    .await
            })
        })
        .collect();
    for store in stores {
        store.await.unwrap().unwrap();
    }
    let statistics = journal.statistics();
    assert_eq!(statistics.stored, 1000);
    assert!((1..=200).contains(&statistics.commits), "{statistics:?}");
    let alarms = journal.alarms_after(Sequence::START, 2000).await.unwrap();
    assert_eq!(alarms.len(), 1000);
}

#[tokio::test]
async fn a_poison_entry_does_not_fail_its_neighbours() {
    let directory = tempfile::tempdir().unwrap();
    let journal = open(&directory.path().join("alarms.sqlite"));
    let first = alarm("40211870", "r1", "first");
    let mut poison = alarm("40211871", "r1", "poison");
    poison.id = first.id;
    let last = alarm("40211872", "r1", "last");
    // Queued before any is awaited, so that they share a batch or at most two.
    let stores = [
        journal.store(first),
        journal.store(poison),
        journal.store(last),
    ];
    let mut results = Vec::new();
    for store in stores {
        results.push(store.await);
    }
    assert!(results[0].is_ok() && results[2].is_ok(), "{results:?}");
    assert!(
        matches!(results[1], Err(JournalError::Rejected { .. })),
        "{results:?}"
    );
    assert_eq!(journal.health(), Health::Healthy);
    assert_eq!(journal.statistics().rejected, 1);
    assert_eq!(
        journal
            .alarms_after(Sequence::START, 10)
            .await
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn a_full_queue_says_busy_at_once_and_each_lane_has_its_own_room() {
    let directory = tempfile::tempdir().unwrap();
    let settings = JournalSettings {
        queue_entries: 4,
        ..JournalSettings::at(directory.path().join("alarms.sqlite"))
    };
    let journal = SqliteJournal::open(settings).unwrap();
    // Holds the write lock, so that the writer is stuck in its first batch.
    let blocker = rusqlite::Connection::open(directory.path().join("alarms.sqlite")).unwrap();
    blocker.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut routine = |number: u32| {
        let mut entry = alarm("40211870", &format!("h{number}"), "x");
        entry.lane = Lane::Routine;
        journal.store(entry)
    };
    let stuck = routine(0);
    std::thread::sleep(std::time::Duration::from_millis(200));
    let waiting: Vec<_> = (1..=4).map(&mut routine).collect();
    let turned_away = routine(5);
    let care = journal.store(alarm("40211870", "c1", "x"));
    let asked = std::time::Instant::now();
    assert_eq!(turned_away.await, Err(JournalError::Busy));
    assert!(asked.elapsed().as_millis() < 100);
    assert_eq!(journal.statistics().busy, 1);
    blocker.execute_batch("ROLLBACK").unwrap();
    let care = care.await.unwrap();
    stuck.await.unwrap();
    for store in waiting {
        // The alarm came last and was committed first.
        assert!(store.await.unwrap().sequence > care.sequence);
    }
}

#[tokio::test]
async fn the_bytes_that_wait_are_bounded_too() {
    let directory = tempfile::tempdir().unwrap();
    let settings = JournalSettings {
        queue_bytes: 10_000,
        ..JournalSettings::at(directory.path().join("alarms.sqlite"))
    };
    let journal = SqliteJournal::open(settings).unwrap();
    let big = journal
        .store(alarm("40211870", "r1", &"x".repeat(20_000)))
        .await;
    assert_eq!(big, Err(JournalError::Busy));
    journal.store(alarm("40211870", "r2", "x")).await.unwrap();
}

#[tokio::test]
async fn the_delivery_of_an_answer_is_noted_without_being_waited_for() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("alarms.sqlite");
    let entry = alarm("40211870", "r1", "x");
    let id = entry.id;
    {
        let journal = open(&path);
        let stored = journal.store(entry).await.unwrap();
        assert_eq!(journal.alarm(id).await.unwrap().unwrap().delivery, None);
        let at = Timestamp::now();
        let lost = AnswerDelivery {
            at,
            delivered: false,
            detail: "no answer".into(),
        };
        journal.answered(stored.sequence, lost);
        let arrived = AnswerDelivery {
            at,
            delivered: true,
            detail: "200".into(),
        };
        journal.answered(stored.sequence, arrived);
        // Nothing else comes: it is committed alone after a short while.
        let start = std::time::Instant::now();
        loop {
            if let Some(delivery) = journal.alarm(id).await.unwrap().unwrap().delivery
                && delivery.attempts == 2
            {
                assert_eq!(
                    (delivery.delivered, delivery.last_detail.as_str()),
                    (1, "200")
                );
                break;
            }
            assert!(start.elapsed().as_secs() < 5);
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        // A record for an alarm that does not exist spoils nothing.
        let stray = AnswerDelivery {
            at,
            delivered: true,
            detail: "200".into(),
        };
        journal.answered(Sequence::new(4711), stray.clone());
        journal.answered(stored.sequence, stray);
        // The last ones go with the close.
        journal.close().await.unwrap();
        assert_eq!(journal.statistics().answers_dropped, 1);
    }
    let delivery = open(&path)
        .alarm(id)
        .await
        .unwrap()
        .unwrap()
        .delivery
        .unwrap();
    assert_eq!((delivery.attempts, delivery.delivered), (3, 2));
}

#[tokio::test]
async fn a_clean_close_empties_the_log_and_takes_nothing_more() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("alarms.sqlite");
    let journal = open(&path);
    let queued: Vec<_> = (0..100)
        .map(|number| journal.store(alarm("40211870", &format!("r{number}"), "x")))
        .collect();
    journal.close().await.unwrap();
    for store in queued {
        store.await.unwrap();
    }
    assert_eq!(size(&path, "-wal"), 0);
    assert_eq!(journal.health(), Health::Closed);
    let late = journal.store(alarm("40211870", "late", "x")).await;
    assert_eq!(late, Err(JournalError::Closed));
    journal.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_stays_bounded_under_steady_load() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("alarms.sqlite");
    let log_bytes = 1 << 20;
    let settings = JournalSettings {
        checkpoint_bytes: 256 << 10,
        log_bytes,
        ..JournalSettings::at(&path)
    };
    let journal = Arc::new(SqliteJournal::open(settings).unwrap());
    let body = "x".repeat(4000);
    let senders: Vec<_> = (0..32)
        .map(|sender| {
            let (journal, body) = (Arc::clone(&journal), body.clone());
            tokio::spawn(async move {
                for number in 0..256 {
                    let entry = alarm(&format!("{sender}"), &format!("r{number}"), &body);
                    journal.store(entry).await.unwrap();
                }
            })
        })
        .collect();
    for sender in senders {
        sender.await.unwrap();
    }
    assert!(journal.statistics().checkpoints > 0);
    // More than 32 MB went through; the log is a fraction of that, also where the thread that copies it
    // back hardly gets to run.
    let log = size(&path, "-wal");
    assert!(log <= 16 * log_bytes, "{log}");
}

#[tokio::test]
async fn a_backup_can_be_taken_while_alarms_are_stored() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("alarms.sqlite");
    let copy = directory.path().join("copy.sqlite");
    let journal = open(&path);
    journal.store(alarm("40211870", "r1", "x")).await.unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other
        .execute("VACUUM INTO ?1", [copy.to_str().unwrap()])
        .unwrap();
    journal.store(alarm("40211870", "r2", "x")).await.unwrap();
    let restored = open(&copy);
    assert_eq!(
        restored
            .alarms_after(Sequence::START, 10)
            .await
            .unwrap()
            .len(),
        1
    );
    let next = restored.store(alarm("40211870", "r3", "x")).await.unwrap();
    assert_eq!(next.sequence.get(), 2);
}

#[tokio::test]
async fn two_servers_do_not_share_a_journal() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("alarms.sqlite");
    let first = open(&path);
    let second = SqliteJournal::open(JournalSettings::at(&path)).unwrap_err();
    assert!(matches!(second, OpenError::InUse { .. }));
    assert!(second.to_string().contains("stop that server"), "{second}");
    first.close().await.unwrap();
    open(&path);
}

#[test]
fn a_path_that_cannot_become_a_journal_is_refused_with_advice() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing/alarms.sqlite");
    let refused = SqliteJournal::open(JournalSettings::at(missing)).unwrap_err();
    assert!(
        matches!(refused, OpenError::NoDirectory { .. }),
        "{refused:?}"
    );

    let other = directory.path().join("letter.txt");
    std::fs::write(
        &other,
        "Dear reader, this is not a database at all. ".repeat(100),
    )
    .unwrap();
    let refused = SqliteJournal::open(JournalSettings::at(&other)).unwrap_err();
    assert!(
        matches!(refused, OpenError::NotAJournal { .. }),
        "{refused:?}"
    );

    let newer = directory.path().join("newer.sqlite");
    drop(open(&newer));
    rusqlite::Connection::open(&newer)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let refused = SqliteJournal::open(JournalSettings::at(&newer)).unwrap_err();
    assert!(
        matches!(refused, OpenError::Newer { found: 99, .. }),
        "{refused:?}"
    );
}
