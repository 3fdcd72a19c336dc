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

/// Brings the schema up to date, one step per transaction.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), SchemaError> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    for (reached, step) in (1..).zip(STEPS).filter(|(reached, _)| *reached > version) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", reached)?;
        transaction.commit()?;
    }
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

    #[test]
    fn the_references_are_read_from_their_index_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        let sql = crate::journal::store::RECENT_REFERENCES;
        let mut plan = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap();
        let count = plan.parameter_count();
        let rows: Vec<String> = plan
            .query_map(rusqlite::params_from_iter(vec![0; count]), |row| row.get(3))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let plan = rows.join("; ");
        assert!(plan.contains("COVERING INDEX alarm_by_arrival"), "{plan}");
        assert!(
            !plan.contains("SCAN") && !plan.contains("TEMP B-TREE"),
            "{plan}"
        );
    }

    #[test]
    fn the_journal_of_an_older_version_is_brought_up_to_date() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(STEPS[0]).unwrap();
        connection
            .pragma_update(None, "application_id", APPLICATION_ID)
            .unwrap();
        connection.pragma_update(None, "user_version", 1).unwrap();
        check(&connection).unwrap();
        migrate(&mut connection).unwrap();
        let indexes: i64 = connection
            .query_row(
                "SELECT count(*) FROM sqlite_schema WHERE name IN \
                 ('alarm_by_arrival', 'alarm_by_reference')",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(indexes, 1);
    }
}
