use fhir_vkp::answer::Refusal;
use fhir_vkp::delivery::Parked;

use super::*;

mod bounds;

/// What closed it.
fn later(number: u8) -> EventId {
    EventId::from_bytes([number + 100; 16])
}

fn about(number: u8) -> About {
    About {
        alarm: EventId::from_bytes([number; 16]),
        writing: 0,
        later: vec![later(number)],
        reopened_by: vec![],
        person: None,
        device: "40211870".into(),
        code: "4.1".into(),
        occurred: 7,
    }
}

fn document(number: u8) -> Document {
    let json = format!(
        "{{\"resourceType\":\"Bundle\",\"identifier\":{{\"system\":\"s\",\"value\":\"{number}\"}}}}"
    );
    Document::from_json(json.into_bytes()).expect("a document")
}

fn append(outbox: &mut Outbox, number: u8) {
    append_as(outbox, u64::from(number), about(number), number);
}

fn append_as(outbox: &mut Outbox, id: u64, about: About, number: u8) {
    outbox.announce(about);
    let document = document(number);
    let entry = NewEntry {
        id: EntryId(id),
        document: &document,
        lane: Some(Lane(u64::MAX)),
        submitted: WallMicros(5),
    };
    outbox.append(&entry).expect("kept");
}

fn loaded(outbox: &mut Outbox) -> Vec<StoredEntry> {
    let mut all = Vec::new();
    outbox
        .load(&mut |stored| match stored {
            Stored::Entry(entry) => all.push(entry),
            other => panic!("{other:?}"),
        })
        .expect("read");
    all
}

#[test]
fn what_waits_is_the_same_to_the_byte_after_it_is_opened_again() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("outbox");
    let mut outbox = Outbox::open(&path).expect("open");
    append(&mut outbox, 1);
    append(&mut outbox, 2);
    outbox
        .finish(EntryId(1), Completion::Journaled)
        .expect("done");
    drop(outbox);
    let mut outbox = Outbox::open(&path).expect("open");
    let kept = loaded(&mut outbox);
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].document.body(), document(2).body());
    assert_eq!(
        (kept[0].lane, kept[0].submitted),
        (Some(Lane(u64::MAX)), WallMicros(5))
    );
    // The delivered one is known, and its bytes are gone.
    assert!(outbox.knows(about(1).alarm, 0).expect("read"));
    assert!(outbox.document(EntryId(1)).expect("read").is_none());
    let words = outbox.overview().expect("read").documents;
    let words: Vec<_> = words.iter().map(|one| &*one.state).collect();
    assert_eq!(words, ["journaled", "waiting"]);
}

#[test]
fn what_is_delivered_leaves_no_bytes_in_the_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("outbox");
    let mut outbox = Outbox::open(&path).expect("open");
    outbox.announce(about(1));
    let json = br#"{"resourceType":"Bundle","identifier":{"system":"s","value":"BLID FJELLREV"}}"#;
    let document = Document::from_json(&json[..]).expect("a document");
    let entry = NewEntry {
        id: EntryId(1),
        document: &document,
        lane: None,
        submitted: WallMicros(5),
    };
    outbox.append(&entry).expect("kept");
    outbox.finish(EntryId(1), Completion::Done).expect("done");
    for file in ["outbox", "outbox-wal"] {
        let bytes = std::fs::read(directory.path().join(file)).unwrap_or_default();
        assert!(!bytes.windows(4).any(|part| part == b"BLID"), "{file}");
    }
}

/// Lets removals from the table fail, or lets them go on.
fn removals_fail(outbox: &Outbox, fail: bool) {
    let sql = match fail {
        true => {
            "CREATE TRIGGER no_removal BEFORE DELETE ON document \
             BEGIN SELECT RAISE(FAIL, 'no'); END"
        }
        false => "DROP TRIGGER no_removal",
    };
    outbox.inner().connection.execute_batch(sql).expect("set");
}

#[test]
fn what_cannot_be_removed_is_not_half_removed() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut outbox = Outbox::open(&directory.path().join("outbox")).expect("open");
    append(&mut outbox, 1);
    append(&mut outbox, 2);
    let done = outbox.finish(EntryId(1), Completion::Done);
    done.expect("done");
    // The first one is forgotten with the second.
    let sql = "UPDATE document SET id = id + 20000 WHERE id = 2";
    outbox.inner().connection.execute(sql, []).expect("set");
    removals_fail(&outbox, true);
    let failed = outbox.finish(EntryId(2), Completion::Dismissed);
    failed.expect_err("it is not removed");
    let kept = loaded(&mut outbox);
    assert_eq!(kept[0].document.body(), document(2).body());
    removals_fail(&outbox, false);
    let done = outbox.finish(EntryId(2), Completion::Dismissed);
    done.expect("now");
    assert!(!outbox.knows(about(1).alarm, 0).expect("read"));
    assert_eq!(loaded(&mut outbox).len(), 0);
}

#[test]
fn what_is_given_up_is_so_though_the_log_cannot_be_erased() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut outbox = Outbox::open(&directory.path().join("outbox")).expect("open");
    append(&mut outbox, 1);
    {
        // A question that never comes to its end holds the log.
        let inner = outbox.inner();
        let sql = "SELECT 1 UNION SELECT id FROM document";
        let mut held = inner.connection.prepare(sql).expect("a question");
        let mut rows = held.query([]).expect("asked");
        rows.next().expect("read");
        std::mem::forget(rows);
        std::mem::forget(held);
    }
    let done = outbox.finish(EntryId(1), Completion::Dismissed);
    done.expect("given up");
    assert!(outbox.inner().log_stays);
    assert_eq!(loaded(&mut outbox).len(), 0);
    let documents = outbox.overview().expect("read").documents;
    assert_eq!(documents[0].state, "dismissed");
}

#[test]
fn bytes_that_stayed_in_the_log_are_erased_as_soon_as_it_can_be() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut outbox = Outbox::open(&directory.path().join("outbox")).expect("open");
    append(&mut outbox, 1);
    append(&mut outbox, 2);
    outbox.inner().removals = 0;
    let done = outbox.finish(EntryId(1), Completion::Done);
    done.expect("done");
    let log_length = || {
        let log = std::fs::metadata(directory.path().join("outbox-wal"));
        log.expect("a log").len()
    };
    // Something waits, and little was removed.
    outbox.make_good();
    assert!(log_length() > 0);
    outbox.inner().log_stays = true;
    outbox.make_good();
    assert_eq!(log_length(), 0);
    assert!(!outbox.inner().log_stays);
}

#[test]
fn what_is_parked_or_withheld_is_shown_with_its_reason_and_nothing_of_the_receiver() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut outbox = Outbox::open(&directory.path().join("outbox")).expect("open");
    append(&mut outbox, 1);
    let state = EntryState::Parked {
        why: why(ParkReason::Failed("Kari".into()), false),
        at: WallMicros(9),
        status: None,
    };
    outbox.update(EntryId(1), &state).expect("kept");
    for _ in 0..2 {
        outbox
            .withhold(&about(2), "a synthetic number")
            .expect("kept");
    }
    let overview = outbox.overview().expect("read");
    let reasons: Vec<_> = overview
        .dead_letters
        .iter()
        .map(|one| &*one.reason)
        .collect();
    assert_eq!(
        (overview.dead, &reasons[..]),
        (2, &["failed at the receiver", "a synthetic number"][..])
    );
    let words: Vec<_> = overview.documents.iter().map(|one| &*one.state).collect();
    assert_eq!(words, ["failed", "withheld"]);
    assert_eq!(loaded(&mut outbox)[0].state, state);
}

#[test]
fn a_dead_letter_says_whether_it_may_be_in_the_record_all_the_same() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut outbox = Outbox::open(&directory.path().join("outbox")).expect("open");
    append(&mut outbox, 1);
    let conflict = || ParkReason::Refused(Refusal::Conflict);
    for (why, may_have_arrived, word) in [
        (why(ParkReason::TooLarge, false), false, "refused"),
        (why(ParkReason::TooLarge, true), true, "unconfirmed"),
        (why(conflict(), false), true, "unconfirmed"),
        (why(conflict(), true), true, "unconfirmed"),
        (why(ParkReason::NotTaken, false), false, "not_taken"),
        (why(ParkReason::NotTaken, true), true, "unconfirmed"),
        (why(ParkReason::WithoutStatus, false), true, "unconfirmed"),
        (why(ParkReason::Failed("x".into()), false), false, "failed"),
    ] {
        let text = why.to_string();
        parked_as(&mut outbox, 1, why);
        let overview = outbox.overview().expect("read");
        let letter = &overview.dead_letters[0];
        assert_eq!(letter.may_have_arrived, Some(may_have_arrived), "{text}");
        assert_eq!(
            (&*letter.reason, &*overview.documents[0].state),
            (&*text, word)
        );
        assert_eq!(outbox.letters(0, 9).expect("read"), overview.dead_letters);
    }
}

fn numbers(outbox: &Outbox) -> Vec<u64> {
    let documents = outbox.overview().expect("read").documents;
    documents.iter().map(|one| one.id).collect()
}

#[test]
fn numbers_grow_by_one_and_are_given_once_whatever_the_clock_does() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("outbox");
    let mut outbox = Outbox::open(&path).expect("open");
    // Places in the delivery begin with the clock.
    append_as(&mut outbox, 1_900_000_000_000_000, about(1), 1);
    append_as(&mut outbox, 1_900_000_000_000_001, about(2), 2);
    for id in [1_900_000_000_000_000, 1_900_000_000_000_001] {
        let id = EntryId(id);
        outbox.finish(id, Completion::Journaled).expect("done");
    }
    drop(outbox);
    // Set back, and then to the same moment once more.
    let mut outbox = Outbox::open(&path).expect("open");
    append_as(&mut outbox, 7, about(3), 3);
    append_as(&mut outbox, 1_900_000_000_000_000, about(4), 4);
    assert_eq!(numbers(&outbox), [1, 2, 3, 4]);
    assert_eq!(outbox.number(EntryId(1_900_000_000_000_000)), Some(4));
    assert_eq!(outbox.number(EntryId(7)), Some(3));
    // Nor is one given again that was taken away by hand.
    let sql = "DELETE FROM document WHERE id = 4";
    outbox.inner().connection.execute(sql, []).expect("gone");
    drop(outbox);
    let mut outbox = Outbox::open(&path).expect("open");
    append(&mut outbox, 5);
    assert_eq!(numbers(&outbox), [1, 2, 3, 5]);
}

#[test]
fn one_that_is_withheld_can_be_sent_under_its_number_or_given_up() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut outbox = Outbox::open(&directory.path().join("outbox")).expect("open");
    for number in [1, 2] {
        let reason = "a synthetic number";
        outbox.withhold(&about(number), reason).expect("kept");
    }
    let found = outbox.find(1).expect("read").expect("it is there");
    let kept = Some(vec![later(1)]);
    assert_eq!((found.entry, found.document.later), (None, kept));
    assert!(found.is_dead && !found.superseded);
    append(&mut outbox, 1);
    assert!(!outbox.find(1).expect("read").expect("there").is_dead);
    assert_eq!(outbox.number(EntryId(1)), Some(1));
    assert!(!outbox.dismiss(1).expect("it is on its way"));
    assert!(outbox.dismiss(2).expect("given up"));
    assert!(!outbox.dismiss(2).expect("once"));
    let overview = outbox.overview().expect("read");
    let words: Vec<_> = overview.documents.iter().map(|one| &*one.state).collect();
    assert_eq!(
        (overview.dead, &words[..]),
        (0, &["waiting", "dismissed"][..])
    );
    // Withheld again, such as after a crash: what is on its way stays so.
    outbox.withhold(&about(1), "no").expect("kept");
    assert_eq!(loaded(&mut outbox).len(), 1);
    assert_eq!(outbox.find(3).expect("read"), None);
    assert_eq!(outbox.find(u64::MAX).expect("read"), None);
}

#[test]
fn a_document_that_is_taken_again_in_spite_of_an_error_is_kept_once_and_another_one_is_not() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut outbox = Outbox::open(&directory.path().join("outbox")).expect("open");
    append_as(&mut outbox, 1, about(1), 1);
    append_as(&mut outbox, 2, about(1), 1);
    let kept = loaded(&mut outbox);
    assert_eq!((kept.len(), kept[0].id), (1, EntryId(2)));
    outbox.announce(about(1));
    let other = NewEntry {
        id: EntryId(3),
        document: &document(9),
        lane: None,
        submitted: WallMicros(5),
    };
    outbox.append(&other).expect_err("the alarm has a document");
}

#[test]
fn a_correction_supersedes_what_it_corrects_and_is_found_by_what_reopened_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut outbox = Outbox::open(&directory.path().join("outbox")).expect("open");
    append(&mut outbox, 1);
    let (alarm, by) = (about(1).alarm, EventId::from_bytes([77; 16]));
    let first = Earlier {
        writing: 0,
        later: Some(vec![later(1)]),
        reopened_by: vec![],
    };
    assert_eq!(outbox.before(alarm, by).expect("read"), Some(first.clone()));
    let state = EntryState::Parked {
        why: why(ParkReason::TooLarge, false),
        at: WallMicros(9),
        status: None,
    };
    outbox.update(EntryId(1), &state).expect("kept");
    let mut second = about(1);
    second.writing = 1;
    second.later.extend([by, EventId::from_bytes([78; 16])]);
    append_as(&mut outbox, 2, second, 2);
    // After a crash the same event reopens the same document.
    assert_eq!(outbox.before(alarm, by).expect("read"), Some(first));
    let next = outbox.before(alarm, EventId::from_bytes([79; 16]));
    assert_eq!(next.expect("read").map(|one| one.writing), Some(1));
    assert!(outbox.knows(alarm, 1).expect("read") && !outbox.knows(alarm, 2).expect("read"));
    assert!(outbox.find(1).expect("read").expect("there").superseded);
    assert!(outbox.overview().expect("read").dead_letters[0].superseded);
}

const fn why(reason: ParkReason, maybe_taken: bool) -> Parked {
    Parked {
        reason,
        maybe_taken,
    }
}

fn parked(outbox: &mut Outbox, id: u64, reason: ParkReason) {
    parked_as(outbox, id, why(reason, false));
}

fn parked_as(outbox: &mut Outbox, id: u64, why: Parked) {
    let state = EntryState::Parked {
        why,
        at: WallMicros(9),
        status: None,
    };
    outbox.update(EntryId(id), &state).expect("kept");
}

/// A document about alarm 1, with this number.
fn writing(number: u32, person: PersonMark) -> About {
    About {
        writing: number,
        person: Some(person),
        ..about(1)
    }
}

fn somebody(outbox: &Outbox, number: &str) -> PersonMark {
    let system = "https://epj.example.net";
    outbox.mark(&fhir_vkp::Identifier::new(system, number).expect("one"))
}

#[test]
fn a_correction_that_was_given_up_does_not_stand_in_the_way_of_the_first_document() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut outbox = Outbox::open(&directory.path().join("outbox")).expect("open");
    let person = somebody(&outbox, "1");
    append_as(&mut outbox, 1, writing(0, person), 1);
    parked(&mut outbox, 1, ParkReason::TooLarge);
    append_as(&mut outbox, 2, writing(1, person), 2);
    parked(&mut outbox, 2, ParkReason::TooLarge);
    let superseded = |outbox: &Outbox| {
        let shown = outbox.overview().expect("read").dead_letters[0].superseded;
        let found = outbox.find(1).expect("read").expect("there").superseded;
        assert_eq!(found, shown);
        found
    };
    assert!(superseded(&outbox));
    outbox
        .finish(EntryId(2), Completion::Dismissed)
        .expect("given up");
    assert!(!superseded(&outbox));
    // But one that may be in the record does.
    append_as(&mut outbox, 3, writing(2, person), 3);
    parked(&mut outbox, 3, ParkReason::Unconfirmed);
    outbox
        .finish(EntryId(3), Completion::Dismissed)
        .expect("given up");
    assert!(superseded(&outbox));
}

#[test]
fn what_a_correction_replaces_is_what_the_record_may_have() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut outbox = Outbox::open(&directory.path().join("outbox")).expect("open");
    let (person, alarm) = (somebody(&outbox, "1"), about(1).alarm);
    let replaces = |outbox: &Outbox, of| outbox.history(alarm, of).expect("read").replaces;
    assert_eq!(replaces(&outbox, 0), None);
    append_as(&mut outbox, 1, writing(0, person), 1);
    assert_eq!(replaces(&outbox, 1), Some(0));
    parked_as(&mut outbox, 1, why(ParkReason::NotTaken, true));
    assert_eq!(replaces(&outbox, 1), Some(0));
    for reason in [
        ParkReason::NotTaken,
        ParkReason::Failed("no such patient".into()),
        ParkReason::NotPermitted,
    ] {
        parked(&mut outbox, 1, reason);
        assert_eq!(replaces(&outbox, 1), None);
    }
    outbox
        .withhold(&writing(1, person), "no")
        .expect("withheld");
    assert_eq!(replaces(&outbox, 2), None);
    // Sent again, it may arrive after all.
    let again = EntryState::Waiting {
        since: Some(WallMicros(9)),
    };
    outbox.update(EntryId(1), &again).expect("kept");
    assert_eq!(replaces(&outbox, 2), Some(0));
    // What becomes of it later is kept when it is given up.
    parked(&mut outbox, 1, ParkReason::TooLarge);
    outbox
        .finish(EntryId(1), Completion::Dismissed)
        .expect("given up");
    assert_eq!(replaces(&outbox, 2), None);
    append_as(&mut outbox, 2, writing(2, person), 2);
    outbox.finish(EntryId(2), Completion::Done).expect("done");
    assert_eq!(replaces(&outbox, 3), Some(2));
}

#[test]
fn whose_an_alarm_was_is_known_when_its_document_is_done_and_nobody_else_gets_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("outbox");
    let mut outbox = Outbox::open(&path).expect("open");
    let (one, two) = (somebody(&outbox, "1"), somebody(&outbox, "2"));
    append_as(&mut outbox, 1, writing(0, one), 1);
    outbox.finish(EntryId(1), Completion::Done).expect("done");
    drop(outbox);
    let mut outbox = Outbox::open(&path).expect("open");
    assert_eq!(somebody(&outbox, "1"), one);
    let alarm = about(1).alarm;
    let objection = |outbox: &Outbox, alarm, person| {
        let history = outbox.history(alarm, 1).expect("read");
        history.objection(person)
    };
    assert_eq!(objection(&outbox, alarm, Some(one)), None);
    assert!(objection(&outbox, alarm, Some(two)).is_some());
    assert!(objection(&outbox, alarm, None).is_some());
    assert_eq!(objection(&outbox, about(2).alarm, Some(two)), None);
    // A first one that went nowhere and was given up binds nobody: its patient may have been wrong.
    let other = |writing| About {
        writing,
        person: Some(one),
        ..about(3)
    };
    append_as(&mut outbox, 3, other(0), 3);
    parked(&mut outbox, 3, ParkReason::TooLarge);
    assert!(objection(&outbox, about(3).alarm, Some(two)).is_some());
    outbox
        .finish(EntryId(3), Completion::Dismissed)
        .expect("given up");
    assert_eq!(objection(&outbox, about(3).alarm, Some(two)), None);
    // Another outbox has other marks.
    let other = Outbox::open(&directory.path().join("other")).expect("open");
    assert_ne!(somebody(&other, "1"), one);
    assert!(!format!("{one:?}").contains(|shown: char| shown.is_ascii_digit()));
}

#[test]
fn an_outbox_of_version_2_says_what_it_does_not_know() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("outbox");
    let old = Connection::open(&path).expect("open");
    old.execute_batch(
        "CREATE TABLE document ( \
           id INTEGER PRIMARY KEY AUTOINCREMENT, entry INTEGER UNIQUE, alarm BLOB NOT NULL, \
           writing INTEGER NOT NULL DEFAULT 0, later BLOB, device TEXT NOT NULL, code TEXT NOT NULL, \
           occurred INTEGER NOT NULL, submitted INTEGER NOT NULL, lane INTEGER, body BLOB, \
           state TEXT NOT NULL, word TEXT NOT NULL, since INTEGER NOT NULL, reason TEXT, \
           UNIQUE (alarm, writing)) STRICT; \
         CREATE INDEX document_dead ON document (since) WHERE reason IS NOT NULL; \
         INSERT INTO document (alarm, device, code, occurred, submitted, state, word, since, reason) VALUES \
           (x'01010101010101010101010101010101', '40211870', '4.1', 7, 5, '', 'done', 5, NULL), \
           (x'02020202020202020202020202020202', '40211870', 'fall', 7, 5, '', 'withheld', 5, 'no'); \
         PRAGMA user_version = 2;",
    )
    .expect("as it was");
    drop(old);
    let outbox = Outbox::open(&path).expect("open");
    let person = Some(somebody(&outbox, "1"));
    let history = |number, writing| {
        let history = outbox.history(about(number).alarm, writing);
        history.expect("read")
    };
    assert_eq!(history(1, 1).replaces, Some(0));
    assert!(history(1, 1).objection(person).is_some());
    assert_eq!(history(2, 1).replaces, None);
    assert_eq!(history(2, 0).objection(person), None);
    drop(outbox);
    // Once.
    Outbox::open(&path).expect("open");
}

#[test]
fn an_outbox_of_version_1_is_brought_up_to_date_and_a_later_one_is_not_touched() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("outbox");
    let old = Connection::open(&path).expect("open");
    old.execute_batch(
        "CREATE TABLE document ( \
           id INTEGER PRIMARY KEY, entry INTEGER UNIQUE, alarm BLOB NOT NULL UNIQUE, \
           device TEXT NOT NULL, code TEXT NOT NULL, occurred INTEGER NOT NULL, \
           submitted INTEGER NOT NULL, lane INTEGER, body BLOB, state TEXT NOT NULL, \
           word TEXT NOT NULL, since INTEGER NOT NULL, reason TEXT) STRICT; \
         CREATE INDEX document_dead ON document (since) WHERE reason IS NOT NULL; \
         INSERT INTO document VALUES (41, 9, x'01010101010101010101010101010101', '40211870', '4.1', 7, \
           5, 3, CAST('{\"resourceType\":\"Bundle\"}' AS BLOB), '{\"state\":\"waiting\"}', 'waiting', 5, NULL); \
         PRAGMA user_version = 1;",
    )
    .expect("as it was");
    drop(old);
    let mut outbox = Outbox::open(&path).expect("open");
    assert_eq!(loaded(&mut outbox)[0].id, EntryId(9));
    let earlier = outbox.before(about(1).alarm, later(1)).expect("read");
    let unknown = Earlier {
        writing: 0,
        later: None,
        reopened_by: vec![],
    };
    assert_eq!(earlier, Some(unknown));
    append(&mut outbox, 2);
    assert_eq!(numbers(&outbox), [41, 42]);
    let set = "PRAGMA user_version = 4";
    outbox.inner().connection.execute_batch(set).expect("set");
    drop(outbox);
    Outbox::open(&path).expect_err("of a later version");
}
