//! What the journal keeps beside the alarms: it survives, it goes with the alarms, it harms none.

mod support;

use std::time::Duration;

use bytes::Bytes;
use reference_server::journal::{
    Journal, JournalError, JournalSettings, Note, Sequence, SqliteJournal, StateChange,
};
use reference_server::time::Timestamp;
use support::{alarm, open};

fn put(key: &'static str, value: impl Into<Bytes>) -> StateChange {
    StateChange {
        key: Bytes::from_static(key.as_bytes()),
        value: Some(value.into()),
    }
}

fn take_away(key: &'static str) -> StateChange {
    StateChange {
        key: Bytes::from_static(key.as_bytes()),
        value: None,
    }
}

async fn kept(journal: &impl Journal, area: &'static str) -> Vec<(String, String)> {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let states = journal.kept(area).await.expect("it reads");
    let pairs = states
        .into_iter()
        .map(|state| (text(state.key), text(state.value)));
    pairs.collect()
}

fn pair(key: &str, value: &str) -> (String, String) {
    (key.into(), value.into())
}

#[tokio::test]
async fn what_is_kept_is_there_after_a_restart_in_its_own_area_and_in_the_order_of_its_keys() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("alarms.sqlite");
    let journal = open(&path);
    let changes = vec![put("b", "1"), put("a", "2"), put("c", "3")];
    journal.keep("one", changes).await.expect("kept");
    journal
        .keep("two", vec![put("a", "4")])
        .await
        .expect("kept");
    let changes = vec![put("b", "5"), take_away("c"), take_away("never there")];
    journal.keep("one", changes).await.expect("kept");
    journal.close().await.expect("a clean end");

    let journal = open(&path);
    assert_eq!(
        kept(&journal, "one").await,
        [pair("a", "2"), pair("b", "5")]
    );
    assert_eq!(kept(&journal, "two").await, [pair("a", "4")]);
    assert_eq!(kept(&journal, "three").await, []);
    journal.close().await.expect("a clean end");
    let late = journal.keep("one", vec![put("a", "6")]).await;
    assert_eq!(late, Err(JournalError::Closed));
}

#[tokio::test]
async fn what_is_kept_goes_with_the_next_alarms_and_alone_when_none_come() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut settings = JournalSettings::at(directory.path().join("alarms.sqlite"));
    settings.answer_delay = Duration::from_secs(3600);
    let journal = SqliteJournal::open(settings).expect("it opens");
    let waiting = journal.keep("one", vec![put("a", "1")]);
    journal.store(alarm("1", "a", "x")).await.expect("stored");
    waiting.await.expect("kept with the alarm");
    let last = journal.keep("one", vec![put("a", "2")]);
    journal.close().await.expect("a clean end");
    last.await.expect("kept at the end");

    let journal = open(&directory.path().join("alarms.sqlite"));
    assert_eq!(kept(&journal, "one").await, [pair("a", "2")]);
    let alone = journal.keep("one", vec![put("a", "3")]);
    let alone = tokio::time::timeout(Duration::from_secs(10), alone).await;
    alone.expect("in time").expect("kept");
    assert_eq!(journal.statistics().stored, 0);
    journal.close().await.expect("a clean end");
}

#[tokio::test]
async fn an_alarm_is_stored_also_when_what_goes_with_it_has_no_room() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut settings = JournalSettings::at(directory.path().join("alarms.sqlite"));
    settings.max_bytes = 1 << 20;
    settings.answer_delay = Duration::from_secs(3600);
    let journal = SqliteJournal::open(settings).expect("it opens");
    let too_much = journal.keep("one", vec![put("a", vec![7; 4 << 20])]);
    let stored = journal.store(alarm("1", "a", "x")).await;
    stored.expect("an alarm finds room");
    let refused = too_much.await;
    assert!(
        matches!(refused, Err(JournalError::Unavailable { .. })),
        "{refused:?}"
    );
    assert_eq!(
        journal.health(),
        reference_server::journal::Health::Healthy,
        "alarms are stored"
    );
    journal.close().await.expect("a clean end");
}

#[tokio::test]
async fn what_is_found_out_later_stands_with_its_alarm() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("alarms.sqlite");
    let journal = open(&path);
    let stored = journal.store(alarm("1", "a", "x")).await.expect("stored");
    for text in ["first", "second"] {
        let at = Timestamp::from_micros(7);
        let text = text.into();
        journal.note(stored.sequence, Note { at, text });
    }
    let at = Timestamp::from_micros(7);
    let text = "about nothing".into();
    journal.note(Sequence::new(99), Note { at, text });
    journal.close().await.expect("a clean end");
    assert_eq!(journal.statistics().answers_dropped, 1);

    let journal = open(&path);
    let detail = journal.alarm(stored.id).await.expect("it reads");
    let notes = detail.expect("there").notes;
    let texts: Vec<_> = notes.iter().map(|note| &*note.text).collect();
    assert_eq!(texts, ["first", "second"]);
    assert_eq!(notes[0].at, at);
    journal.close().await.expect("a clean end");
}
