//! What a commit costs, as pages in the write-ahead log, and what it waits for.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::oneshot;

use super::*;
use crate::journal::entry::{Answer, AnswerDelivery, ContentHash, Lane, TransportFacts};

/// An accepted alarm of the size that SCAIP ones have.
fn waiting(number: u32) -> Waiting {
    let entry = Entry {
        id: EventId::new(),
        lane: Lane::Care,
        protocol: "scaip",
        verdict: Verdict::Accepted,
        // Senders come in any order.
        sender: format!("4021{:04}", number.wrapping_mul(2_654_435_761) % 256),
        source_ref: Some(format!("R{number:08}")),
        content_hash: ContentHash::of(&number.to_le_bytes()),
        duplicate_window: Duration::from_secs(600),
        received_at: Timestamp::now(),
        event: "e".repeat(552),
        kind: Some("help_call".into()),
        class: Some("care".into()),
        priority: Some("high".into()),
        raw: Bytes::from(vec![b'r'; 453]),
        transport: TransportFacts {
            transport: "udp".into(),
            peer: "127.0.0.1:50000".into(),
            local: "127.0.0.1:5060".into(),
        },
        answer: Answer {
            bytes: Bytes::from(vec![b'a'; 45]),
            summary: "snu 0".into(),
        },
    };
    Waiting {
        entry,
        queued_at: Instant::now(),
        reply: oneshot::channel().0,
    }
}

fn answer(sequence: i64) -> Record {
    let delivery = AnswerDelivery {
        at: Timestamp::now(),
        delivered: true,
        detail: "200".into(),
    };
    Record::Answer(Sequence::new(sequence), delivery)
}

/// Alarms in a commit, as 5,000 of them a second and a flush of 3 ms make it.
const ALARMS: u32 = 15;

/// Pages that a commit adds to the log, when the answers of so many commits are written together;
/// none with 0.
fn pages_of_a_commit(answers_together: u32) -> f64 {
    let directory = tempfile::tempdir().unwrap();
    let settings = JournalSettings::at(directory.path().join("alarms.sqlite"));
    let shared = Arc::new(Shared::new(settings));
    let mut store = Store::open(&shared, true).unwrap();
    let mut answers = Vec::new();
    let mut commits = |range: Range<u32>| {
        for commit in range {
            let batch: Vec<_> = (0..ALARMS)
                .map(|number| waiting(commit * ALARMS + number))
                .collect();
            let due = answers_together > 0 && commit % answers_together == 0;
            let records = if due { &answers[..] } else { &[] };
            let mut results = Vec::new();
            store
                .commit(&shared, &batch, records, &[], &mut results)
                .unwrap();
            if due {
                answers.clear();
            }
            let stored = results.into_iter().map(|stored| stored.unwrap());
            answers.extend(stored.map(|stored| answer(stored.sequence.get())));
        }
        shared.wal_pages.load(Ordering::Relaxed)
    };
    // Past the growth of the first pages.
    let before = commits(0..100);
    f64::from(commits(100..500) - before) / 400.0
}

#[test]
fn a_commit_of_fifteen_alarms_writes_few_pages() {
    let without = pages_of_a_commit(0);
    let each = pages_of_a_commit(1);
    // As the queue hands them out under that load.
    let together = pages_of_a_commit(18);
    println!(
        "pages a commit: {without:.2} without answers, {each:.2} with the answers of each commit, \
         {together:.2} with the answers of 18 commits together"
    );
    // Five pages of rows, one above them, the head of the file; the rest is spread thin.
    assert!(without < 8.0, "{without}");
    assert!(together < without + 0.5, "{together}");
    assert!(together < each - 0.5, "{together} {each}");
}

#[test]
fn a_commit_waits_for_the_disk() {
    let directory = tempfile::tempdir().unwrap();
    let settings = JournalSettings::at(directory.path().join("alarms.sqlite"));
    let store = Store::open(&Shared::new(settings), true).unwrap();
    let synchronous: i64 = store
        .connection
        .pragma_query_value(None, "synchronous", |row| row.get(0))
        .unwrap();
    assert_eq!(synchronous, 2, "FULL");
}
