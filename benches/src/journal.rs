//! Producers that store alarms in the journal of the reference server and wait for each.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use reference_server::journal::{
    Answer, ContentHash, Entry, EventId, Journal, JournalSettings, Lane, SqliteJournal,
    TransportFacts, Verdict,
};
use reference_server::time::Timestamp;
use tempfile::TempDir;

use crate::samples::ALARM;

/// A folder on the disk that builds use: a temporary folder may lie in memory and flush nothing.
///
/// # Errors
///
/// When it cannot be made.
pub fn folder(wanted: Option<&Path>) -> io::Result<TempDir> {
    let builds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    let parent: PathBuf = wanted.map_or(builds, Path::to_owned);
    std::fs::create_dir_all(&parent)?;
    tempfile::tempdir_in(parent)
}

/// What a run of producers gave.
#[derive(Debug)]
pub struct Stored {
    /// How long it took.
    pub elapsed: Duration,
    /// How long each alarm waited until it was durable, shortest first.
    pub waits: Vec<Duration>,
}

impl Stored {
    /// Alarms stored in a second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        let count = u32::try_from(self.waits.len()).unwrap_or(u32::MAX);
        f64::from(count) / self.elapsed.as_secs_f64()
    }
}

/// A journal in a folder of its own, and a runtime for the producers.
#[derive(Debug)]
pub struct Bench {
    runtime: tokio::runtime::Runtime,
    journal: Arc<SqliteJournal>,
    references: Arc<AtomicU64>,
}

impl Bench {
    /// Opens a journal in the folder.
    ///
    /// # Panics
    ///
    /// When it cannot be opened.
    #[must_use]
    pub fn open(folder: &Path) -> Self {
        let settings = JournalSettings::at(folder.join("alarms.sqlite"));
        Bench {
            runtime: tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .expect("a runtime"),
            journal: Arc::new(SqliteJournal::open(settings).expect("the journal opens")),
            references: Arc::new(AtomicU64::new(0)),
        }
    }

    /// Stores at least `count` alarms from so many producers at once, each of which waits for
    /// its alarm before it goes on.
    ///
    /// # Panics
    ///
    /// When the journal refuses one.
    #[must_use]
    pub fn store(&self, producers: u64, count: u64) -> Stored {
        let each = count.div_ceil(producers);
        let start = Instant::now();
        let tasks: Vec<_> = (0..producers)
            .map(|producer| {
                let journal = Arc::clone(&self.journal);
                let references = Arc::clone(&self.references);
                self.runtime.spawn(async move {
                    let mut waits = Vec::new();
                    for _ in 0..each {
                        let entry = alarm(producer, references.fetch_add(1, Ordering::Relaxed));
                        let start = Instant::now();
                        journal.store(entry).await.expect("the journal stores");
                        waits.push(start.elapsed());
                    }
                    waits
                })
            })
            .collect();
        let mut waits: Vec<_> = tasks
            .into_iter()
            .flat_map(|task| self.runtime.block_on(task).expect("a producer ends"))
            .collect();
        let elapsed = start.elapsed();
        waits.sort_unstable();
        Stored { elapsed, waits }
    }
}

fn alarm(sender: u64, reference: u64) -> Entry {
    Entry {
        id: EventId::new(),
        lane: Lane::Care,
        protocol: "scaip",
        verdict: Verdict::Accepted,
        sender: format!("4021{sender:04}"),
        source_ref: Some(format!("r{reference}")),
        content_hash: ContentHash::of(&reference.to_le_bytes()),
        duplicate_window: Duration::from_secs(600),
        received_at: Timestamp::now(),
        event: "{\"kind\":\"personal-alarm\"}".into(),
        kind: Some("personal-alarm".into()),
        class: Some("care".into()),
        priority: Some("urgent".into()),
        raw: Bytes::from_static(ALARM.body.as_bytes()),
        transport: TransportFacts {
            transport: "udp".into(),
            peer: "192.0.2.7:5062".into(),
            local: "192.0.2.1:5060".into(),
        },
        answer: Answer {
            bytes: Bytes::from_static(b"<mrs><ref>Zt41LxB0aE7Kq2m9</ref><snu>0</snu></mrs>"),
            summary: "snu 0".into(),
        },
    }
}
