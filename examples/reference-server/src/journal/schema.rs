//! The tables, and how an older file is brought up to date.

use rusqlite::{Connection, OptionalExtension};

use super::error::Fault;

/// Marks the file as an alarm journal in the SQLite header ("AlrJ").
const APPLICATION_ID: i64 = 0x416c_724a;

/// Each step brings the schema from the version of its index to the next one.
/// A step that has been released is never changed.
const STEPS: &[&str] = &[
    include_str!("schema-1.sql"),
    include_str!("schema-2.sql"),
    include_str!("schema-3.sql"),
    include_str!("schema-4.sql"),
];

/// The newest version this program knows.
pub(super) const VERSION: i64 = STEPS.len().cast_signed() as i64;

/// What stands in the way of using a file as a journal.
#[derive(Debug)]
pub(super) enum SchemaError {
    Newer { found: i64 },
    NotAJournal,
    Fault(Fault),
}

impl From<rusqlite::Error> for SchemaError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => Self::NotAJournal,
            _ => Self::Fault(error.into()),
        }
    }
}

/// Refuses files that belong to somebody else or to the future, without writing to them.
pub(super) fn check(connection: &Connection) -> Result<(), SchemaError> {
    let application: i64 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let something: Option<i64> = connection
        .query_row("SELECT 1 FROM sqlite_schema LIMIT 1", [], |row| row.get(0))
        .optional()?;
    match (application, something) {
        (APPLICATION_ID, _) if version > VERSION => Err(SchemaError::Newer { found: version }),
        (APPLICATION_ID, _) | (0, None) => Ok(()),
        _ => Err(SchemaError::NotAJournal),
    }
}

/// Brings the schema up to date, one step per transaction, and has references between the tables
/// kept from then on.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), SchemaError> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    // A step that puts a table in the place of another drops that one, and what refers to its rows
    // must not go with them. Within a transaction this setting does nothing.
    connection.pragma_update(None, "foreign_keys", false)?;
    for (reached, step) in (1..).zip(STEPS).filter(|(reached, _)| *reached > version) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", reached)?;
        transaction.commit()?;
    }
    if version < VERSION {
        // A step may have written everything anew: the alarms to come do not wait for that.
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    }
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_becomes_a_journal_of_the_newest_version() {
        let mut connection = Connection::open_in_memory().unwrap();
        check(&connection).unwrap();
        migrate(&mut connection).unwrap();
        check(&connection).unwrap();
        let version: i64 = connection
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .unwrap();
        assert_eq!(version, VERSION);
        migrate(&mut connection).unwrap();
    }

    #[test]
    fn a_newer_journal_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        connection
            .pragma_update(None, "user_version", VERSION + 1)
            .unwrap();
        let refused = check(&connection);
        assert!(matches!(refused, Err(SchemaError::Newer { found }) if found == VERSION + 1));
    }

    #[test]
    fn the_database_of_another_program_is_refused() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch("CREATE TABLE recipes (name TEXT)")
            .unwrap();
        assert!(matches!(check(&connection), Err(SchemaError::NotAJournal)));
    }

    fn plan(connection: &Connection, sql: &str) -> String {
        let mut plan = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap();
        let count = plan.parameter_count();
        let rows: Vec<String> = plan
            .query_map(rusqlite::params_from_iter(vec![0; count]), |row| row.get(3))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        rows.join("; ")
    }

    #[test]
    fn an_alarm_is_found_by_its_identifier_without_a_scan() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        let plan = plan(&connection, crate::journal::query::ALARM);
        assert!(
            plan.contains("SEARCH alarm_by_id USING PRIMARY KEY"),
            "{plan}"
        );
        assert!(!plan.contains("SCAN alarm"), "{plan}");
    }

    #[test]
    fn the_references_are_read_without_sorting() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        assert_eq!(
            plan(&connection, crate::journal::store::REFERENCES),
            "SCAN alarm"
        );
    }

    fn rows() -> i64 {
        match std::env::var("ALARM_TEST_ROWS") {
            Ok(text) => text.parse().expect("ALARM_TEST_ROWS is a number"),
            Err(_) => 5_000,
        }
    }

    /// A journal as a program of that version left it, with some alarms, every tenth of them
    /// answered, noted and naming the one before it, and the last ones deleted.
    fn older(path: &std::path::Path, version: usize, rows: i64) -> Connection {
        let connection = Connection::open(path).unwrap();
        connection
            .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;")
            .unwrap();
        for step in &STEPS[..version] {
            connection.execute_batch(step).unwrap();
        }
        connection
            .pragma_update(None, "application_id", APPLICATION_ID)
            .unwrap();
        connection
            .pragma_update(None, "user_version", version.cast_signed() as i64)
            .unwrap();
        connection
            .execute_batch(&format!(
                "WITH RECURSIVE number (n) AS
                   (SELECT 1 UNION ALL SELECT n + 1 FROM number LIMIT {rows} + 3)
                 INSERT INTO alarm (id, protocol, verdict, sender, source_ref, content_hash,
                   received_at, stored_at, reuses, repeats, transport, peer, local, answer_summary,
                   answer, event, raw)
                 SELECT unhex(printf('%032x', n)), 'scaip', 'accepted', 'sender' || (n % 256),
                   'r' || n, randomblob(16), n, n, iif(n % 10, NULL, n - 1), n % 3, 'udp',
                   '127.0.0.1:5062', '127.0.0.1:5060', 'snu 0', zeroblob(45),
                   printf('%0552d', n), zeroblob(453)
                 FROM number;
                 INSERT INTO answer_delivery (sequence, attempts, delivered, last_at, last_detail)
                   SELECT sequence, 1, 1, 0, '200' FROM alarm WHERE sequence % 10 = 0;
                 DELETE FROM alarm WHERE sequence > {rows};"
            ))
            .unwrap();
        if version >= 3 {
            connection
                .execute_batch(
                    "INSERT INTO note (sequence, at, text)
                       SELECT sequence, 0, 'no call' FROM alarm WHERE sequence % 10 = 0;
                     INSERT INTO state (area, key, value) VALUES ('one', x'01', x'02')",
                )
                .unwrap();
        }
        connection
    }

    /// What is in the journal, as one line.
    fn contents(connection: &Connection, notes: bool) -> String {
        let digest =
            |sql: &str| -> String { connection.query_row(sql, [], |row| row.get(0)).unwrap() };
        let alarms = digest(
            "SELECT count(*) || ' ' || sum(sequence) || ' ' || sum(sequence * received_at % 97)
               || ' ' || count(reuses) || ' ' || sum(reuses) || ' ' || sum(repeats) || ' '
               || sum(length(event) + length(raw) + length(answer)) || ' ' || max(event) || ' '
               || max(hex(content_hash)) FROM alarm",
        );
        let answers = digest("SELECT count(*) || ' ' || sum(sequence) FROM answer_delivery");
        if !notes {
            return format!("{alarms}; {answers}");
        }
        let notes = digest("SELECT count(*) || ' ' || sum(sequence) FROM note");
        format!("{alarms}; {answers}; {notes}")
    }

    /// Bringing a journal of that version up to date loses nothing and breaks no promise.
    fn is_brought_up_to_date(version: usize, rows: i64) {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = older(&directory.path().join("alarms.sqlite"), version, rows);
        let before = contents(&connection, version >= 3);
        check(&connection).unwrap();
        let start = std::time::Instant::now();
        migrate(&mut connection).unwrap();
        println!("{rows} rows of version {version}: {:?}", start.elapsed());
        assert_eq!(contents(&connection, version >= 3), before);
        let text =
            |sql: &str| -> String { connection.query_row(sql, [], |row| row.get(0)).unwrap() };
        assert_eq!(text("PRAGMA integrity_check"), "ok");
        let broken: i64 = connection
            .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(broken, 0);
        let indexes = text(
            "SELECT group_concat(name, ' ') FROM
               (SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'alarm')",
        );
        assert_eq!(indexes, "alarm_by_reused");
        let found = text(
            "SELECT count(*) || '' FROM alarm JOIN alarm_by_id USING (sequence)
               WHERE alarm.id = alarm_by_id.id",
        );
        assert_eq!(found, rows.to_string());
        let marks = text("SELECT group_concat(name || ' ' || sequence) FROM mark");
        assert_eq!(marks, format!("deleted {},indexed {rows}", rows + 3));
        // The references between the tables hold.
        connection
            .execute("DELETE FROM alarm WHERE sequence IN (9, 20)", [])
            .unwrap();
        let left = text(
            "SELECT (SELECT count(*) FROM answer_delivery WHERE sequence = 20) || ' '
               || (SELECT count(*) FROM alarm WHERE reuses = 9) || ' '
               || (SELECT count(*) FROM alarm WHERE sequence = 10) || ' '
               || (SELECT count(*) FROM alarm_by_id WHERE sequence IN (9, 20))",
        );
        assert_eq!(left, "0 0 1 0");
    }

    #[test]
    fn the_journal_of_an_older_version_is_brought_up_to_date() {
        for version in 1..STEPS.len() {
            is_brought_up_to_date(version, 5_000);
        }
    }

    /// `ALARM_TEST_ROWS=1000000` runs the full size.
    #[test]
    fn a_large_journal_is_brought_up_to_date() {
        is_brought_up_to_date(3, rows());
    }

    #[test]
    fn a_journal_that_finds_no_room_stays_as_it_was_until_there_is() {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = older(&directory.path().join("alarms.sqlite"), 3, 2_000);
        let before = contents(&connection, true);
        let limit = |connection: &Connection, sql: &str| -> i64 {
            connection.query_row(sql, [], |row| row.get(0)).unwrap()
        };
        let pages = limit(&connection, "PRAGMA page_count");
        limit(
            &connection,
            &format!("PRAGMA max_page_count = {}", pages + 50),
        );
        assert!(matches!(
            migrate(&mut connection),
            Err(SchemaError::Fault(Fault::Storage { reopen: false, .. }))
        ));
        assert_eq!(limit(&connection, "PRAGMA user_version"), 3);
        assert_eq!(contents(&connection, true), before);
        limit(&connection, "PRAGMA max_page_count = 1000000");
        migrate(&mut connection).unwrap();
        assert_eq!(limit(&connection, "PRAGMA user_version"), VERSION);
        assert_eq!(contents(&connection, true), before);
    }

    #[test]
    fn an_older_journal_without_alarms_is_brought_up_to_date() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(STEPS[0]).unwrap();
        connection.pragma_update(None, "user_version", 1).unwrap();
        migrate(&mut connection).unwrap();
        let marks: String = connection
            .query_row(
                "SELECT group_concat(name || ' ' || sequence) FROM mark",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(marks, "deleted 0,indexed 0");
    }
}
