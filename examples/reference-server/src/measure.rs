//! What the disk alone costs: the yardstick for everything built on top of it.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;

/// A measurement could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MeasureError {
    /// The file system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// SQLite refused.
    #[error("SQLite: {0}")]
    Sqlite(String),
}

impl From<rusqlite::Error> for MeasureError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error.to_string())
    }
}

/// Appends 4 KiB to a file in `directory` and flushes its data, `count` times. The times of the
/// flushes with their writes, shortest first. The file is removed.
///
/// # Errors
/// When the file system refuses.
pub fn bare_flush(directory: &Path, count: usize) -> Result<Vec<Duration>, MeasureError> {
    let path = directory.join(format!("flush-{}.tmp", std::process::id()));
    let times = (|| {
        let mut file = OpenOptions::new()
            .create_new(true)
            .append(true)
            .open(&path)?;
        sorted(count, || {
            file.write_all(&[0xA5; 4096])?;
            Ok(file.sync_data()?)
        })
    })();
    std::fs::remove_file(&path)?;
    times
}

/// Commits one row of 400 bytes to an SQLite file in `directory` with the journal's settings
/// (write-ahead log, full synchronisation), `count` times. The times of the commits, shortest
/// first. The files are removed.
///
/// # Errors
/// When the file system or SQLite refuses.
pub fn bare_commit(directory: &Path, count: usize) -> Result<Vec<Duration>, MeasureError> {
    let name = format!("commit-{}.tmp", std::process::id());
    let path = directory.join(&name);
    let times = (|| {
        let connection = Connection::open(&path)?;
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
        connection.execute_batch("CREATE TABLE bare (id INTEGER PRIMARY KEY, body BLOB)")?;
        let mut insert = connection.prepare("INSERT INTO bare (body) VALUES (zeroblob(400))")?;
        sorted(count, || {
            insert.execute([])?;
            Ok(())
        })
    })();
    for suffix in ["", "-wal", "-shm"] {
        match std::fs::remove_file(directory.join(format!("{name}{suffix}"))) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    times
}

fn sorted(
    count: usize,
    mut step: impl FnMut() -> Result<(), MeasureError>,
) -> Result<Vec<Duration>, MeasureError> {
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let start = Instant::now();
        step()?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok(times)
}

/// The value below which `percent` of the sorted values lie (nearest rank); `None` without values.
#[must_use]
pub fn percentile(sorted: &[Duration], percent: f64) -> Option<Duration> {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rank within the slice"
    )]
    let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
    sorted
        .get(rank.saturating_sub(1).min(sorted.len().checked_sub(1)?))
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_percentile_is_the_nearest_rank() {
        let values: Vec<_> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentile(&values, 50.0), Some(Duration::from_millis(100)));
        assert_eq!(percentile(&values, 99.0), Some(Duration::from_millis(198)));
        assert_eq!(percentile(&values, 100.0), Some(Duration::from_millis(200)));
        assert_eq!(percentile(&values, 0.0), Some(Duration::from_millis(1)));
        assert_eq!(percentile(&[], 50.0), None);
    }

    #[test]
    fn the_yardsticks_measure_and_leave_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        for times in [
            bare_flush(directory.path(), 5),
            bare_commit(directory.path(), 5),
        ] {
            let times = times.unwrap();
            assert_eq!(times.len(), 5);
            assert!(times.is_sorted());
        }
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}
