//! A full or read-only disk: negative answers, an honest state, and recovery without a restart.

#[path = "support/not_tested.rs"]
mod not_tested;
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use not_tested::{Lacking, not_tested};
use reference_server::journal::{
    Health, Journal, JournalError, JournalSettings, Sequence, SqliteJournal, StoredOutcome,
};
use support::{alarm, open, store_together, wait_for_health};

fn reason(health: &Health) -> String {
    match health {
        Health::Unhealthy { reason, .. } => reason.to_string(),
        other => panic!("{other:?}"),
    }
}

/// Everything that was accepted is there, everything else is not.
async fn holds_exactly(journal: &dyn Journal, references: &[String]) {
    let alarms = journal
        .alarms_after(Sequence::START, 10_000)
        .await
        .expect("it can be read");
    let found: Vec<_> = alarms
        .into_iter()
        .filter_map(|alarm| alarm.source_ref)
        .collect();
    assert_eq!(found, references);
}

#[tokio::test]
async fn a_journal_at_its_limit_refuses_and_recovers_when_the_limit_is_raised() {
    let directory = tempfile::tempdir().unwrap();
    let settings = JournalSettings {
        max_bytes: 1 << 20,
        ..JournalSettings::at(directory.path().join("alarms.sqlite"))
    };
    let sqlite = Arc::new(SqliteJournal::open(settings).unwrap());
    let journal: Arc<dyn Journal> = sqlite.clone();
    let body = "x".repeat(20_000);
    let mut kept = Vec::new();
    let mut refused = None;
    for number in 0..100 {
        match journal
            .store(alarm("40211870", &format!("r{number}"), &body))
            .await
        {
            Ok(_) => kept.push(format!("r{number}")),
            Err(error) => {
                refused = Some(error);
                break;
            }
        }
    }
    let refused = refused.expect("1 MiB takes fewer than 100 alarms of 60 kB");
    assert!(
        matches!(refused, JournalError::Unavailable { .. }),
        "{refused:?}"
    );
    assert!(kept.len() > 5, "{kept:?}");
    assert!(reason(&journal.health()).contains("max_bytes"));
    holds_exactly(&*journal, &kept).await;
    // The probes do not declare it healthy while there is no room.
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    assert!(matches!(journal.health(), Health::Unhealthy { .. }));

    sqlite.set_max_bytes(0);
    wait_for_health(&journal, true).await;
    journal
        .store(alarm("40211870", "after", &body))
        .await
        .unwrap();
    kept.push("after".into());
    holds_exactly(&*journal, &kept).await;
}

#[tokio::test]
async fn a_batch_that_does_not_fit_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("alarms.sqlite");
    let settings = JournalSettings {
        max_bytes: 1 << 20,
        ..JournalSettings::at(&path)
    };
    let journal = SqliteJournal::open(settings).unwrap();
    let body = "x".repeat(20_000);
    let large = (0..40).map(|number| alarm("40211870", &format!("r{number}"), &body));
    let first = alarm("40211870", "first", "x");
    let (first, batch) = store_together(&journal, &path, first, large);
    first.await.unwrap();
    for store in batch {
        let result = store.await;
        assert!(
            matches!(result, Err(JournalError::Unavailable { .. })),
            "{result:?}"
        );
    }
    holds_exactly(&journal, &["first".to_owned()]).await;
    // A smaller alarm fits, and its success is the recovery.
    let small = journal.store(alarm("40211870", "r1", "x")).await.unwrap();
    assert_eq!(small.outcome, StoredOutcome::New);
    assert_eq!(journal.health(), Health::Healthy);
}

/// A small file system of its own, or `None` with a message where mounting is not permitted.
struct SmallDisk {
    directory: tempfile::TempDir,
}

impl SmallDisk {
    fn mount(options: &str) -> Option<Self> {
        let directory = tempfile::tempdir().expect("a directory");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(directory.path())
            .output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self { directory }),
            _ => {
                not_tested(Lacking::Mount);
                None
            }
        }
    }

    fn remount(&self, options: &str) {
        let done = Command::new("mount")
            .args(["-o", &format!("remount,{options}")])
            .arg(self.directory.path())
            .status();
        assert!(
            done.is_ok_and(|status| status.success()),
            "remount {options}"
        );
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("alarms.sqlite")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.directory.path()).status();
    }
}

#[tokio::test]
async fn a_full_disk_is_refused_and_recovers_when_room_is_made() {
    let Some(disk) = SmallDisk::mount("size=4m") else {
        return;
    };
    let journal: Arc<dyn Journal> = Arc::new(open(&disk.path()));
    let mut kept = vec!["before".to_owned()];
    journal
        .store(alarm("40211870", "before", "x"))
        .await
        .unwrap();
    let filler = disk.directory.path().join("filler");
    // Fills what is left; the last write is short or fails.
    let _ = fs::write(&filler, vec![7; 8 << 20]);

    let body = "x".repeat(20_000);
    let mut refused = 0;
    for number in 0..20 {
        match journal
            .store(alarm("40211870", &format!("r{number}"), &body))
            .await
        {
            Ok(_) => kept.push(format!("r{number}")),
            Err(JournalError::Unavailable { .. }) => refused += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(refused > 0);
    assert!(matches!(journal.health(), Health::Unhealthy { .. }));
    holds_exactly(&*journal, &kept).await;

    fs::remove_file(&filler).unwrap();
    let took = wait_for_health(&journal, true).await;
    assert!(took.as_secs() < 3, "{took:?}");
    journal
        .store(alarm("40211870", "after", &body))
        .await
        .unwrap();
    kept.push("after".into());
    holds_exactly(&*journal, &kept).await;
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_server_that_starts_on_a_read_only_disk_recovers_when_it_can_write() {
    let Some(disk) = SmallDisk::mount("size=16m") else {
        return;
    };
    let before = open(&disk.path());
    before
        .store(alarm("40211870", "before", "x"))
        .await
        .unwrap();
    before.close().await.unwrap();
    drop(before);
    disk.remount("ro");

    let journal: Arc<dyn Journal> = Arc::new(open(&disk.path()));
    assert!(matches!(journal.health(), Health::Unhealthy { .. }));
    let refused = journal.store(alarm("40211870", "during", "x")).await;
    assert!(
        matches!(refused, Err(JournalError::Unavailable { .. })),
        "{refused:?}"
    );

    disk.remount("rw");
    wait_for_health(&journal, true).await;
    journal
        .store(alarm("40211870", "after", "x"))
        .await
        .unwrap();
    holds_exactly(&*journal, &["before".to_owned(), "after".to_owned()]).await;
    journal.close().await.unwrap();
}

fn set_immutable(path: &Path, on: bool) -> bool {
    let flag = if on { "+i" } else { "-i" };
    ["", "-wal"].iter().all(|suffix| {
        let file = format!("{}{suffix}", path.display());
        Command::new("chattr")
            .args([flag, &file])
            .output()
            .is_ok_and(|out| out.status.success())
    })
}

/// Makes the files writable again, so that the directory can be removed.
struct Mutable<'a>(&'a Path);

impl Drop for Mutable<'_> {
    fn drop(&mut self) {
        set_immutable(self.0, false);
    }
}

#[tokio::test]
async fn a_journal_that_becomes_read_only_while_open_refuses_and_recovers() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("alarms.sqlite");
    let journal: Arc<dyn Journal> = Arc::new(open(&path));
    journal
        .store(alarm("40211870", "before", "x"))
        .await
        .unwrap();
    let _mutable = Mutable(&path);
    if !set_immutable(&path, true) {
        not_tested(Lacking::Immutable);
        return;
    }
    let refused = journal.store(alarm("40211870", "during", "x")).await;
    if refused.is_ok() {
        not_tested(Lacking::Immutable);
        return;
    }
    assert!(
        matches!(refused, Err(JournalError::Unavailable { .. })),
        "{refused:?}"
    );
    assert!(matches!(journal.health(), Health::Unhealthy { .. }));

    assert!(set_immutable(&path, false));
    wait_for_health(&journal, true).await;
    journal
        .store(alarm("40211870", "after", "x"))
        .await
        .unwrap();
    holds_exactly(&*journal, &["before".to_owned(), "after".to_owned()]).await;
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_journal_that_was_deleted_while_open_takes_nothing_into_the_void() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("alarms.sqlite");
    let aside = directory.path().join("aside.sqlite");
    let journal: Arc<dyn Journal> = Arc::new(open(&path));
    journal
        .store(alarm("40211870", "before", "x"))
        .await
        .unwrap();
    fs::rename(&path, &aside).unwrap();
    for _ in 0..2 {
        let refused = journal.store(alarm("40211870", "during", "x")).await;
        assert!(
            matches!(refused, Err(JournalError::Unavailable { .. })),
            "{refused:?}"
        );
    }
    assert!(!path.exists(), "no empty journal appears in its place");
    fs::rename(&aside, &path).unwrap();
    wait_for_health(&journal, true).await;
    journal
        .store(alarm("40211870", "after", "x"))
        .await
        .unwrap();
    holds_exactly(&*journal, &["before".to_owned(), "after".to_owned()]).await;
}
