//! Supervision in the server: restored at the start, stored while it runs, told as events.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use alarm_codes::Profile;
use metrics::counter;
use scaip::driver::receiver::Handle;
use scaip::supervision::{
    self, Allowance, Config as SupervisorConfig, HeartbeatPolicy, Interval, MissedLimit, Presence,
    Saved, WallMicros,
};
use scaip::{ControllerId, HeartbeatInterval};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::super::record::Told;
use super::entry;
use crate::config::{Config, ControllerConfig, SupervisedUnits, SupervisionConfig};
use crate::devices::{Devices, Patience, Restored, Rules, SavedState};
use crate::journal::{JournalError, JournalHandle};
use crate::time::Timestamp;

/// The place of the supervision among what the journal keeps.
const AREA: &str = "scaip.supervision";
/// Units whose change is stored together, at most.
const TOGETHER: usize = 256;
/// After what time a change is stored again that could not be stored.
const AGAIN: Duration = Duration::from_secs(1);
/// How long the start waits for what was kept, before it goes on without.
const FIRST_PATIENCE: Duration = Duration::from_secs(5);

/// A change of presence that is to be told.
#[derive(Clone)]
pub(super) struct Change {
    pub(super) controller: Arc<str>,
    /// For a unit gone silent, when it was heard last; `None` for one that is back.
    pub(super) gone_since: Option<Timestamp>,
}

/// Settings of the supervision.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) config: SupervisionConfig,
    /// The units that have a table, with their own allowance if they have one.
    listed: HashMap<String, Option<Allowance>>,
    /// Those that are watched from the start on.
    known: Vec<String>,
    default: Allowance,
    pub(super) policy: HeartbeatPolicy,
}

fn allowance(interval: Duration, missed: u8) -> Option<Allowance> {
    let mut allowance = Allowance::new(Interval::new(interval).ok()?);
    allowance.missed = match missed {
        2 => MissedLimit::Two,
        _ => MissedLimit::Three,
    };
    Some(allowance)
}

fn patience(allowance: Allowance) -> Patience {
    Patience {
        interval: allowance.interval.get(),
        missed: allowance.missed.get(),
    }
}

fn own(controller: &ControllerConfig, config: &SupervisionConfig) -> Option<Allowance> {
    if controller.interval.is_none() && controller.missed.is_none() {
        return None;
    }
    let interval = controller.interval.unwrap_or(config.interval);
    allowance(interval.0, controller.missed.unwrap_or(config.missed))
}

impl Settings {
    /// `None` when a value is out of its range, which the configuration was checked for.
    pub(super) fn new(config: &Config) -> Option<Self> {
        let supervision = &config.scaip.supervision;
        let all_known = supervision.units == SupervisedUnits::Listed;
        let mut policy = HeartbeatPolicy::with_limit(config.controllers.len());
        for controller in &config.controllers {
            if let Some(hbi) = controller.hbi {
                let id = ControllerId::new(controller.id.as_str());
                policy
                    .configure(&id, HeartbeatInterval::new(hbi.into()))
                    .ok()?;
            }
        }
        let controllers = config.controllers.iter();
        Some(Self {
            default: allowance(supervision.interval.0, supervision.missed)?,
            listed: controllers
                .clone()
                .map(|one| (one.id.clone(), own(one, supervision)))
                .collect(),
            known: controllers
                .filter(|one| one.known || all_known)
                .map(|one| one.id.clone())
                .collect(),
            policy,
            config: supervision.clone(),
        })
    }

    pub(super) fn only_listed(&self) -> bool {
        self.config.units == SupervisedUnits::Listed
    }

    /// What the receiver watches by.
    pub(super) fn supervisor(&self) -> SupervisorConfig {
        let mut config = SupervisorConfig::new(self.default);
        config.restart_grace = self.config.restart_grace.0;
        config.controllers = if self.only_listed() {
            // All of these are declared at the start, so that there is room for nobody else.
            self.listed.len()
        } else {
            self.config.controllers
        };
        config
    }

    /// What the list of units goes by.
    pub(super) fn rules(&self) -> Rules {
        let own = self.listed.iter().filter_map(|(name, own)| {
            let patience = patience(own.unwrap_or(self.default));
            (own.is_some() || self.only_listed()).then(|| (name.clone(), patience))
        });
        Rules {
            patience: patience(self.default),
            own: own.collect(),
            unlisted: !self.only_listed(),
            limit: self.config.controllers,
        }
    }

    /// The allowance that a unit has to be given with its first message.
    pub(super) fn own(&self, controller: &str) -> Option<Allowance> {
        self.listed.get(controller).copied().flatten()
    }
}

/// Stores how the units stand, turn by turn.
pub(super) struct Watch {
    settings: Arc<Settings>,
    devices: Devices,
    journal: JournalHandle,
    handle: Handle,
    changes: mpsc::UnboundedSender<Change>,
    state: SavedState,
    restored: bool,
}

impl Watch {
    pub(super) fn new(
        settings: Arc<Settings>,
        devices: Devices,
        journal: JournalHandle,
        handle: Handle,
        changes: mpsc::UnboundedSender<Change>,
    ) -> Self {
        devices.begin(settings.rules());
        Self {
            settings,
            devices,
            journal,
            handle,
            changes,
            state: SavedState::default(),
            restored: false,
        }
    }

    /// Takes back what was kept, if the journal gives it soon; else while it runs.
    pub(super) async fn begin(&mut self) {
        match tokio::time::timeout(FIRST_PATIENCE, self.restore()).await {
            Ok(true) => {}
            _ => tracing::error!("supervision begins without what was kept; it is tried again"),
        }
    }

    async fn restore(&mut self) -> bool {
        let kept = match self.journal.kept(AREA).await {
            Ok(kept) => kept,
            Err(_) => return false,
        };
        let restored = self.state.restore(&self.devices, &kept);
        self.restored = true;
        let count = restored.len();
        let silent = restored.iter().filter(|unit| unit.silent).count();
        // Heard before it was known that they were silent: the supervisor cannot tell.
        for unit in restored
            .iter()
            .filter(|unit| unit.silent && unit.heard_since)
        {
            let _ = self.changes.send(Change {
                controller: unit.controller.as_str().into(),
                gone_since: None,
            });
        }
        let saved = restored
            .into_iter()
            .map(|unit| self.saved(unit))
            .collect::<Vec<_>>();
        let now = WallMicros(Timestamp::now().as_micros());
        match self.handle.restore(now, saved).await {
            Ok(refused) if refused.is_empty() => {}
            Ok(refused) => tracing::error!(
                units = refused.len(),
                "kept units are not supervised any more: raise scaip.supervision.controllers"
            ),
            Err(_) => return true,
        }
        for name in &self.settings.known {
            if self.devices.expect(name) || self.settings.only_listed() {
                let id = ControllerId::new(name.clone());
                // There is room: the configuration was checked for it.
                let _ = self.handle.declare(id, self.settings.own(name)).await;
            }
        }
        if count > 0 {
            tracing::info!(units = count, silent, "supervision goes on");
        }
        true
    }

    fn saved(&self, unit: Restored) -> Saved<'static> {
        let own = self.settings.own(&unit.controller);
        let seen = unit.last_heard.map(|at| WallMicros(at.as_micros()));
        let mut saved = Saved::new(ControllerId::new(unit.controller), seen);
        saved.silence = Duration::from_micros(unit.silence);
        saved.allowance = own;
        if unit.silent {
            saved.presence = Presence::Lost;
        }
        saved
    }

    /// Stores what changed at each turn until stopped, and then once more.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut turns = tokio::time::interval(self.settings.config.store_interval.0);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failing = false;
        loop {
            let stopping = tokio::select! {
                () = stop.cancelled() => true,
                _ = turns.tick() => false,
            };
            if !self.restored && !self.restore().await {
                // What is kept must not be overwritten by less.
                if stopping {
                    return;
                }
                continue;
            }
            if let Some(changes) = self.state.turn(&self.devices) {
                match self.journal.keep(AREA, changes).await {
                    Ok(()) => failing = false,
                    Err(error) => {
                        self.state.failed();
                        if !failing {
                            tracing::warn!(%error, "how the units stand was not stored; it is tried again");
                        }
                        failing = true;
                    }
                }
            }
            if stopping {
                return;
            }
        }
    }
}

/// Tells the changes of presence: as events in the journal, each exactly once.
pub(super) struct Reporter {
    pub(super) settings: Arc<Settings>,
    pub(super) devices: Devices,
    pub(super) journal: JournalHandle,
    pub(super) profiles: HashMap<String, Profile>,
}

impl Reporter {
    /// Tells what comes until stopped. What is not told then is told after the next start, when
    /// the silence is found again.
    pub(super) async fn run(
        self,
        mut changes: mpsc::UnboundedReceiver<Change>,
        stop: CancellationToken,
    ) {
        let mut pending = VecDeque::new();
        loop {
            if pending.is_empty() {
                let first = tokio::select! {
                    () = stop.cancelled() => return,
                    first = changes.recv() => first,
                };
                let Some(first) = first else { return };
                pending.push_back(first);
            }
            while let Ok(next) = changes.try_recv() {
                pending.push_back(next);
            }
            // Never two of one unit: the second waits until the first is stored.
            let mut units = HashSet::new();
            let count = pending
                .iter()
                .take(TOGETHER)
                .take_while(|change| units.insert(Arc::clone(&change.controller)))
                .count();
            let Ok(left) = self.tell(pending.drain(..count)).await else {
                return;
            };
            let failed = !left.is_empty();
            for change in left.into_iter().rev() {
                pending.push_front(change);
            }
            if stop.is_cancelled() {
                return;
            }
            if failed {
                tokio::time::sleep(AGAIN).await;
            }
        }
    }

    /// Gives back those that have to be tried again.
    async fn tell(
        &self,
        changes: impl Iterator<Item = Change>,
    ) -> Result<Vec<Change>, JournalError> {
        // Queued in their order, then awaited together: one flush for all.
        let mut waiting = Vec::new();
        for change in changes {
            let name = change.controller.as_ref();
            let silent = change.gone_since.is_some();
            let Some(since) = change
                .gone_since
                .or_else(|| self.devices.silent_since(name))
            else {
                continue;
            };
            let device = self.devices.get(name);
            let patience = device.map_or(patience(self.settings.default), |one| one.patience);
            let profile = self.profiles.get(name).copied();
            let profile = profile.unwrap_or(Profile::Standard);
            let entry = match entry::presence(name, since, silent, patience, profile) {
                Ok(entry) => entry,
                Err(error) => {
                    tracing::error!(%error, "an event cannot be written as JSON");
                    continue;
                }
            };
            let told = Told::begin(&self.journal, entry).await?;
            waiting.push((change, since, told));
        }
        let (mut gone, mut back, mut left) = (0_u64, 0_u64, Vec::new());
        for (change, since, told) in waiting {
            let done = told.end().await?;
            if !done {
                left.push(change);
            } else if change.gone_since.is_some() {
                gone += 1;
                self.devices.went_silent(&change.controller, since);
            } else {
                back += 1;
                self.devices.came_back(&change.controller);
            }
        }
        for (event, count) in [("silent", gone), ("back", back)] {
            counter!("alarm_scaip_supervision_total", "event" => event).increment(count);
        }
        if gone > 0 {
            tracing::warn!(units = gone, "supervised units have gone silent");
        }
        if back > 0 {
            tracing::info!(units = back, "silent units are heard again");
        }
        Ok(left)
    }
}

/// Says how an event of the supervision is to be told; `None` when there is nothing to tell.
pub(super) fn change(devices: &Devices, event: &supervision::Event) -> Option<Change> {
    match event {
        supervision::Event::Lost {
            controller,
            silent_for,
            ..
        } => {
            let name = controller.as_str();
            let by_supervisor =
                silent_for.map(|silent_for| Timestamp::now().saturating_sub(silent_for));
            // The time as it was stored is the same after a restart, and so is the event then.
            let listed = devices.get(name).and_then(|device| device.last_heard);
            let since = match (listed, by_supervisor) {
                // Heard again in the meantime.
                (Some(listed), Some(by)) if listed > by.saturating_add(SAME) => by,
                (Some(listed), _) => listed,
                (None, by) => by.unwrap_or(Timestamp::from_micros(0)),
            };
            Some(Change {
                controller: name.into(),
                gone_since: Some(since),
            })
        }
        supervision::Event::Restored { controller, .. } => Some(Change {
            controller: controller.as_str().into(),
            gone_since: None,
        }),
        _ => None,
    }
}

/// Two readings of one moment are not further apart.
const SAME: Duration = Duration::from_millis(500);
