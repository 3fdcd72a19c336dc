//! Repeats are answered again, counted, and never raised twice.

mod support;

use std::time::Duration;

use reference_server::journal::{Entry, Journal, Sequence, SqliteJournal, StoredOutcome, Verdict};
use support::{alarm, open, store_together};

async fn outcome(journal: &SqliteJournal, entry: Entry) -> StoredOutcome {
    journal.store(entry).await.expect("it is stored").outcome
}

fn journal() -> (tempfile::TempDir, SqliteJournal) {
    let directory = tempfile::tempdir().expect("a directory");
    let journal = open(&directory.path().join("alarms.sqlite"));
    (directory, journal)
}

#[tokio::test]
async fn a_repeat_gets_the_stored_answer_and_is_counted() {
    let (_directory, journal) = journal();
    let first = alarm("40211870", "r1", "x");
    let id = first.id;
    let stored = journal.store(first).await.unwrap();
    for count in 1..=3 {
        let mut repeat = alarm("40211870", "r1", "x");
        repeat.answer.bytes = "another answer".into();
        let again = journal.store(repeat).await.unwrap();
        assert_eq!((again.sequence, again.id), (stored.sequence, id));
        let StoredOutcome::Duplicate {
            of,
            answer,
            repeats,
        } = again.outcome
        else {
            panic!("{again:?}");
        };
        assert_eq!(
            (of, &answer[..], repeats),
            (stored.sequence, &b"answer to x"[..], count)
        );
    }
    let alarms = journal.alarms_after(Sequence::START, 10).await.unwrap();
    assert_eq!(alarms.len(), 1);
    assert_eq!(alarms[0].repeats, 3);
    assert!(alarms[0].last_repeat_at >= Some(alarms[0].received_at));
    assert_eq!(journal.statistics().duplicates, 3);
}

#[tokio::test]
async fn a_repeat_in_the_same_batch_is_found() {
    let (directory, journal) = journal();
    let path = directory.path().join("alarms.sqlite");
    let same = (0..5).map(|_| alarm("40211870", "r1", "x"));
    let (first, stores) = store_together(&journal, &path, alarm("40211879", "r0", "x"), same);
    first.await.unwrap();
    let mut new = 0;
    for store in stores {
        new += usize::from(store.await.unwrap().outcome == StoredOutcome::New);
    }
    assert_eq!(new, 1);
    assert_eq!(journal.statistics().commits, 2);
    assert_eq!(journal.statistics().duplicates, 4);
}

#[tokio::test]
async fn a_repeat_is_found_after_reopening() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("alarms.sqlite");
    let journal = open(&path);
    let first = journal.store(alarm("40211870", "r1", "x")).await.unwrap();
    drop(journal);
    let again = outcome(&open(&path), alarm("40211870", "r1", "x")).await;
    assert!(matches!(again, StoredOutcome::Duplicate { of, .. } if of == first.sequence));
}

#[tokio::test]
async fn a_repeat_is_found_after_reopening_behind_alarms_from_a_clock_that_was_wrong() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("alarms.sqlite");
    let journal = open(&path);
    let first = journal.store(alarm("40211870", "r1", "x")).await.unwrap();
    for number in 0..300_u32 {
        let mut entry = alarm("40211871", &format!("r{number}"), "x");
        // An hour behind, then a day ahead.
        entry.received_at = match number {
            0..200 => entry.received_at.saturating_sub(Duration::from_secs(3600)),
            _ => entry
                .received_at
                .saturating_add(Duration::from_secs(86_400)),
        };
        outcome(&journal, entry).await;
    }
    drop(journal);
    let again = outcome(&open(&path), alarm("40211870", "r1", "x")).await;
    assert!(matches!(again, StoredOutcome::Duplicate { of, .. } if of == first.sequence));
}

#[tokio::test]
async fn after_the_window_it_is_a_new_event_counted_from_the_first_arrival() {
    let (_directory, journal) = journal();
    let window = Duration::from_secs(600);
    let first = alarm("40211870", "r1", "x");
    let start = first.received_at;
    assert_eq!(outcome(&journal, first).await, StoredOutcome::New);
    let at = |after| {
        let mut entry = alarm("40211870", "r1", "x");
        entry.received_at = start.saturating_add(after);
        entry
    };
    // A repeat inside the window does not prolong it.
    let inside = outcome(&journal, at(window)).await;
    assert!(
        matches!(inside, StoredOutcome::Duplicate { .. }),
        "{inside:?}"
    );
    let outside = outcome(&journal, at(window + Duration::from_micros(1))).await;
    assert_eq!(outside, StoredOutcome::New);
}

#[tokio::test]
async fn a_clock_that_was_set_back_does_not_hide_the_first_arrival() {
    let (_directory, journal) = journal();
    let first = alarm("40211870", "r1", "x");
    let mut second = alarm("40211870", "r1", "x");
    second.received_at = first.received_at.saturating_sub(Duration::from_secs(60));
    outcome(&journal, first).await;
    let again = outcome(&journal, second).await;
    assert!(
        matches!(again, StoredOutcome::Duplicate { .. }),
        "{again:?}"
    );
}

#[tokio::test]
async fn other_content_under_the_same_reference_is_a_new_flagged_event() {
    let (_directory, journal) = journal();
    let first = journal.store(alarm("40211870", "r1", "x")).await.unwrap();
    let second = journal.store(alarm("40211870", "r1", "y")).await.unwrap();
    assert_eq!(
        second.outcome,
        StoredOutcome::ReusedReference {
            earlier: first.sequence
        }
    );
    // Both are repeated, each finds its own.
    for (body, of) in [("x", first.sequence), ("y", second.sequence)] {
        let again = outcome(&journal, alarm("40211870", "r1", body)).await;
        assert!(matches!(again, StoredOutcome::Duplicate { of: found, .. } if found == of));
    }
    let alarms = journal.alarms_after(Sequence::START, 10).await.unwrap();
    assert_eq!(alarms[1].reuses, Some(first.sequence));
    assert_eq!(journal.statistics().reused_references, 1);
}

#[tokio::test]
async fn senders_and_protocols_do_not_collide() {
    let (_directory, journal) = journal();
    outcome(&journal, alarm("40211870", "r1", "x")).await;
    assert_eq!(
        outcome(&journal, alarm("40211871", "r1", "x")).await,
        StoredOutcome::New
    );
    let mut other = alarm("40211870", "r1", "x");
    other.protocol = "espa";
    assert_eq!(outcome(&journal, other).await, StoredOutcome::New);
}

#[tokio::test]
async fn without_a_reference_or_a_window_nothing_is_a_repeat() {
    let (_directory, journal) = journal();
    for _ in 0..2 {
        let mut entry = alarm("40211870", "-", "x");
        entry.source_ref = None;
        assert_eq!(outcome(&journal, entry).await, StoredOutcome::New);
    }
    for _ in 0..2 {
        let mut entry = alarm("40211871", "r1", "x");
        entry.duplicate_window = Duration::ZERO;
        assert_eq!(outcome(&journal, entry).await, StoredOutcome::New);
    }
}

#[tokio::test]
async fn an_alarm_that_was_refused_before_is_not_taken_for_a_repeat_once_it_is_accepted() {
    let (_directory, journal) = journal();
    let refused = || {
        let mut entry = alarm("40211870", "r1", "x");
        entry.verdict = Verdict::Refused;
        entry
    };
    assert_eq!(outcome(&journal, refused()).await, StoredOutcome::New);
    let again = outcome(&journal, refused()).await;
    assert!(
        matches!(again, StoredOutcome::Duplicate { .. }),
        "{again:?}"
    );
    assert_eq!(
        outcome(&journal, alarm("40211870", "r1", "x")).await,
        StoredOutcome::New
    );
}

#[tokio::test]
async fn a_repeat_is_found_behind_many_others_with_its_reference_but_not_behind_any_number() {
    let (_directory, journal) = journal();
    let body = |number: u32| alarm("40211870", "1", &format!("{number}"));
    for number in 0..64 {
        outcome(&journal, body(number)).await;
    }
    let found = outcome(&journal, body(0)).await;
    assert!(
        matches!(found, StoredOutcome::Duplicate { .. }),
        "{found:?}"
    );
    // One more in between: raised again rather than not at all.
    outcome(&journal, body(64)).await;
    let raised = outcome(&journal, body(0)).await;
    assert!(
        matches!(raised, StoredOutcome::ReusedReference { .. }),
        "{raised:?}"
    );
}
