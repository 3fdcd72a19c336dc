//! What the outbox forgets, and what it reads where it grows all the same.

use super::*;

#[test]
fn what_is_over_is_forgotten_though_nothing_is_delivered() {
    let directory = tempfile::tempdir().expect("a directory");
    let outbox = Outbox::open(&directory.path().join("outbox")).expect("open");
    let far_later = || {
        let sql = "UPDATE document SET id = id + 20000 WHERE id = (SELECT max(id) FROM document)";
        outbox.inner().connection.execute(sql, []).expect("set");
        *numbers(&outbox).last().expect("one")
    };
    outbox.withhold(&about(1), "no").expect("kept");
    outbox.withhold(&about(2), "no").expect("kept");
    assert!(outbox.dismiss(1).expect("given up"));
    outbox.await_patient(&about(3), NOBODY).expect("kept");
    let third = far_later();
    assert_eq!(numbers(&outbox), [1, 2, third]);
    // What is withheld stays.
    assert_eq!(outbox.expire(std::time::Duration::ZERO), Ok(1));
    assert_eq!(numbers(&outbox), [2, third]);
    outbox.withhold(&about(4), "no").expect("kept");
    let fourth = far_later();
    assert!(outbox.dismiss(2).expect("given up"));
    assert_eq!(numbers(&outbox), [fourth]);
}

#[test]
fn how_many_somebody_has_to_look_at_is_known_without_counting_them() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("outbox");
    let mut outbox = Outbox::open(&path).expect("open");
    let look = |outbox: &Outbox| {
        let sql = "SELECT count(*) FROM document WHERE reason IS NOT NULL";
        let inner = outbox.inner();
        let counted = inner
            .connection
            .query_row(sql, [], |row| row.get::<_, i64>(0));
        drop(inner);
        let dead = outbox.overview().expect("read").dead;
        assert_eq!(counted, Ok(i64::try_from(dead).expect("few")));
        dead
    };
    for number in 1..=3 {
        append(&mut outbox, number);
        parked(&mut outbox, u64::from(number), ParkReason::TooLarge);
    }
    for number in 4..=6 {
        outbox.withhold(&about(number), "no").expect("kept");
    }
    for number in 4..=6 {
        outbox.withhold(&about(number), "again").expect("kept");
    }
    assert_eq!(look(&outbox), 6);
    let done = outbox.finish(EntryId(1), Completion::Dismissed);
    done.expect("given up");
    append(&mut outbox, 4);
    outbox.dismiss(5).expect("given up");
    assert_eq!(look(&outbox), 3);
    // What fails has changed nothing.
    let fails = "CREATE TRIGGER fails BEFORE UPDATE ON document WHEN NEW.word = 'dismissed' \
                 BEGIN SELECT RAISE(ABORT, 'no'); END";
    outbox.inner().connection.execute_batch(fails).expect("set");
    outbox.dismiss(6).expect_err("it fails");
    let failed = outbox.finish(EntryId(2), Completion::Dismissed);
    failed.expect_err("it fails");
    assert_eq!(look(&outbox), 3);
    drop(outbox);
    assert_eq!(look(&Outbox::open(&path).expect("open")), 3);
}

#[test]
fn what_is_asked_often_reads_no_whole_table() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut outbox = Outbox::open(&directory.path().join("outbox")).expect("open");
    let mut seen = 0;
    for number in 1..=2 {
        append(&mut outbox, number);
        outbox.withhold(&about(number + 2), "no").expect("kept");
    }
    let sql = "ANALYZE";
    outbox.inner().connection.execute_batch(sql).expect("known");
    let often = [
        &shown::latest_letters(),
        awaiting::EXPIRE,
        awaiting::COUNT,
        FORGET,
        WAITS,
    ];
    for sql in often {
        let inner = outbox.inner();
        let mut plan = inner
            .connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .expect("a plan");
        let mut steps = plan.raw_query();
        while let Some(step) = steps.next().expect("a plan") {
            let step: String = step.get(3).expect("a text");
            let whole =
                step.contains("TEMP B-TREE") || step.starts_with("SCAN") && !step.contains("INDEX");
            assert!(!whole, "{step} in {sql}");
            seen += 1;
        }
    }
    assert!(seen > 4, "{seen}");
}
