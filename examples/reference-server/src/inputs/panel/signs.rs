//! Who has checked in: supervision of accounts by their periods, over restarts (Climax reference
//! 5.6).
//!
//! Each accepted message is a sign of life. `climax-rf` says who is silent for too long; the watch
//! that lines have tells it once. What is kept is when each account was last heard and when the
//! server last lived, so that a time at which nobody was there to hear counts against nobody.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use climax_rf::events::Supervision;
use climax_rf::events::supervision::{CheckIn, Event, Saved, Settings, Watch as Kind};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::super::repeats::now;
use super::super::watch::{Reason, Watch};
use crate::journal::{JournalHandle, KeptState, StateChange};
use crate::lines::LineHandle;
use crate::time::Timestamp;

/// The place of what is kept of accounts.
pub(super) const AREA: &str = "panel.heard";
/// How often what changed is kept.
const STORE: Duration = Duration::from_secs(1);
/// How often it is kept that the server lives, when nothing else is.
const ALIVE: Duration = Duration::from_secs(30);

/// The accounts of one receiver that are supervised.
#[derive(Debug)]
pub(super) struct Signs {
    panel: Arc<str>,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    supervision: Supervision<String>,
    watch: Watch,
    /// When those were last heard of which it is not kept yet.
    heard: BTreeMap<String, Timestamp>,
}

impl Signs {
    /// What was kept is taken back; whose loss was told counts as told.
    pub(super) fn new<'a>(
        panel: Arc<str>,
        watch: Watch,
        accounts: impl Iterator<Item = (&'a str, CheckIn)>,
        kept: &[KeptState],
    ) -> Self {
        let mut heard = BTreeMap::new();
        for state in kept {
            if let Some(account) = super::account_of(&panel, &state.key)
                && let Ok(micros) = <[u8; 8]>::try_from(state.value.as_slice())
            {
                heard.insert(account, i64::from_be_bytes(micros));
            }
        }
        // Under no account.
        let alive = heard.get("").copied();
        let mut settings = Settings::default();
        settings.entries = usize::MAX;
        let mut supervision = Supervision::new(settings);
        let mut watch = watch;
        let mut supervised = std::collections::BTreeSet::new();
        for (account, check_in) in accounts {
            supervised.insert(account);
            let mut saved = Saved::new(account.to_owned(), Kind::Line(check_in));
            if let (Some(alive), Some(heard)) = (alive, heard.get(account)) {
                let silence = u64::try_from(alive.saturating_sub(*heard)).unwrap_or(0);
                saved.silence = Duration::from_micros(silence);
            }
            saved.reported = watch.is_told(&Some(account.into()));
            // There is room for all.
            let _ = supervision.restore(now(), &saved);
        }
        // Whoever is not supervised any more is not lost any more.
        let gone: Vec<_> = watch
            .parts()
            .filter(|part| !supervised.contains(&***part))
            .cloned()
            .collect();
        for part in gone {
            watch.restored(&Some(part));
        }
        Self {
            panel,
            state: Mutex::new(State {
                supervision,
                watch,
                heard: BTreeMap::new(),
            }),
            changed: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A message of this account was accepted.
    pub(super) fn heard(&self, account: &str) {
        let mut state = self.state();
        if !state.supervision.heard(now(), &account.to_owned(), None) {
            return;
        }
        state.heard.insert(account.to_owned(), Timestamp::now());
        drop(state);
        self.changed.notify_one();
    }

    /// Tells what is due.
    fn tell(&self, shown: &LineHandle) {
        let mut state = self.state();
        let mut losses = 0;
        while let Some(event) = state.supervision.poll_event(now()) {
            match event {
                Event::LineLost { who, .. } | Event::Silent { who, .. } => {
                    losses += 1;
                    let part = Some(who.into());
                    state.watch.lost(part, Reason::Silence, Duration::ZERO);
                }
                Event::HeardAgain { who, .. } => {
                    state.watch.restored(&Some(who.into()));
                }
                _ => {}
            }
        }
        let silent = state.watch.parts().map(|part| part.to_string()).collect();
        drop(state);
        shown.change(|line| {
            line.counts.losses += losses;
            line.silent_stations = silent;
        });
    }

    /// Until something is due, or somebody was heard.
    async fn wait(&self) {
        let due = self.state().supervision.poll_timeout();
        let patience = due.map_or(ALIVE, |due| due.since(now()).min(ALIVE));
        // Whichever it is.
        let _ = tokio::time::timeout(patience, self.changed.notified()).await;
    }

    /// Keeps who was heard, and that the server lives.
    async fn keep(&self, journal: &JournalHandle) {
        let heard = std::mem::take(&mut self.state().heard);
        let mut changes: Vec<_> = heard
            .iter()
            .map(|(account, at)| self.change(account, *at))
            .collect();
        changes.push(self.change("", Timestamp::now()));
        if journal.keep(AREA, changes).await.is_err() {
            // Those that were heard since then know better.
            let mut state = self.state();
            for (account, at) in heard {
                state.heard.entry(account).or_insert(at);
            }
        }
    }

    fn change(&self, account: &str, at: Timestamp) -> StateChange {
        StateChange {
            key: super::key(&self.panel, account),
            value: Some(Bytes::copy_from_slice(&at.as_micros().to_be_bytes())),
        }
    }

    /// Until stopped; the last thing is kept then.
    pub(super) async fn run(
        self: Arc<Self>,
        journal: JournalHandle,
        shown: Arc<LineHandle>,
        stop: CancellationToken,
    ) {
        self.tell(&shown);
        if self.len() == 0 {
            return;
        }
        loop {
            let stopped = tokio::select! {
                () = stop.cancelled() => true,
                () = async {
                    self.wait().await;
                    self.tell(&shown);
                    // What comes at once is kept together.
                    tokio::time::sleep(STORE).await;
                } => false,
            };
            self.tell(&shown);
            self.keep(&journal).await;
            if stopped {
                return;
            }
        }
    }

    /// How many are supervised.
    pub(super) fn len(&self) -> usize {
        self.state().supervision.len()
    }
}
