//! ESPA 4.4.4 over serial ports and over TCP: from the line to the journal and back.
//!
//! Thin on purpose: `espa444` speaks the protocol, the journal keeps. Each line of the
//! configuration is a task of its own with a link of its own; a block is kept first, and only then
//! ACK leaves. What cannot be kept hears busy (`'2'` NAK), and its caller tries again.

mod calls;
mod entry;
mod line;
mod watch;
mod way;

use std::sync::Arc;
use std::time::Duration;

use espa444::Profile;
use espa444::alarm::{Line, LineKind, RuleError};
use espa444::driver::{Driver, Settings as DriverSettings};
use espa444::serial::{PortSettings, SerialLine};
use metrics::{Unit, describe_counter};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::network::{self, Networks};
use crate::config::{Config, Espa444Line, LineRole};
use crate::input::{BoundAddress, Input, InputContext, InputError};
use crate::journal::{BoxFuture, KeptState};
use crate::lines::Line as ShownLine;
use calls::Calls;
use entry::PROTOCOL;
use line::{Settings, Work};
use watch::Watch;
use way::Way;

/// How long the start waits for what was kept, before it goes on without.
const FIRST_PATIENCE: Duration = Duration::from_secs(5);
/// How long a port or connection may be away before that is told, unless the line says otherwise.
const AWAY: Duration = Duration::from_secs(10);

/// The ESPA 4.4.4 input: all lines.
#[derive(Debug)]
pub struct Espa444Input {
    lines: Vec<Prepared>,
}

#[derive(Debug)]
struct Prepared {
    config: Espa444Line,
    settings: Settings,
    listeners: Vec<TcpListener>,
}

/// What of the configuration the input cannot work with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingError {
    /// Text rules that cannot be meant as they stand.
    #[error("inputs.espa444 line {line:?}, rules counted from 0: {source}")]
    Rules {
        /// The name of the line.
        line: String,
        /// What is wrong.
        source: RuleError,
    },
}

impl Espa444Input {
    /// The input as configured, `None` without any line. Nothing is opened yet.
    ///
    /// # Errors
    /// [`SettingError`] when the rules of a line cannot be used.
    pub fn new(config: &Config) -> Result<Option<Self>, SettingError> {
        let lines = config.inputs.espa444.iter().map(Prepared::new);
        let lines: Vec<_> = lines.collect::<Result<_, _>>()?;
        Ok((!lines.is_empty()).then_some(Self { lines }))
    }
}

impl Prepared {
    fn new(config: &Espa444Line) -> Result<Self, SettingError> {
        let profile: Profile = config.profile();
        let kind = match config.fire_panel {
            true => LineKind::FirePanel,
            false => LineKind::Calls,
        };
        let mut line = Line::new(config.name.clone(), kind);
        line.characters = profile.characters;
        line.vendor_references = config.vendor_references;
        line.rules = config
            .checked_rules()
            .map_err(|source| SettingError::Rules {
                line: config.name.clone(),
                source,
            })?;
        if !config.reset_call_types.is_empty() {
            line.reset_call_types.clone_from(&config.reset_call_types);
        }
        let report = &config.report_status;
        let settings = Settings {
            name: config.name.as_str().into(),
            profile,
            line,
            answers: profile.answers && config.role != LineRole::Listener,
            polled: match config.role {
                LineRole::ControlStation => {
                    u32::try_from(config.stations.len().max(1)).unwrap_or(u32::MAX)
                }
                _ => 0,
            },
            away: config.away.map_or(AWAY, |away| away.0),
            report_status: (!report.is_empty()).then(|| report.clone()),
        };
        Ok(Self {
            config: config.clone(),
            settings,
            listeners: Vec::new(),
        })
    }

    /// What it runs over, for people.
    fn way_name(&self) -> String {
        match (&self.config.serial, &self.config.tcp) {
            (Some(port), _) => {
                format!(
                    "serial {} {}",
                    port.device.display(),
                    self.settings.profile.serial
                )
            }
            (None, Some(tcp)) => match &tcp.connect {
                Some(to) => format!("tcp connect {to}"),
                None => {
                    let bound = self
                        .listeners
                        .iter()
                        .filter_map(|one| one.local_addr().ok());
                    let bound: Vec<_> = bound.map(|address| address.to_string()).collect();
                    format!("tcp listen {}", bound.join(" "))
                }
            },
            (None, None) => String::new(),
        }
    }

    fn bind(&mut self) -> Result<Vec<BoundAddress>, InputError> {
        let mut bound = Vec::new();
        let listen = self.config.tcp.iter().filter_map(|tcp| tcp.listen.as_ref());
        for &address in listen.flat_map(|listen| listen.addresses()) {
            let failed = |source| InputError::Bind {
                what: "an ESPA 4.4.4 line",
                address,
                source,
            };
            let listener = network::bind_tcp(address).map_err(failed)?;
            bound.push(BoundAddress {
                name: format!("espa444.{}", self.config.name).into(),
                address: listener.local_addr().map_err(failed)?,
            });
            self.listeners.push(listener);
        }
        Ok(bound)
    }

    fn way(&mut self) -> Option<Way> {
        let name = Arc::clone(&self.settings.name);
        if let Some(port) = &self.config.serial {
            let mut settings = PortSettings::default();
            settings.exclusive = port.exclusive.unwrap_or(settings.exclusive);
            settings.data_terminal_ready = port.data_terminal_ready;
            settings.request_to_send = port.request_to_send;
            // The configuration was checked for it.
            let device = port.device.to_str()?;
            let line = SerialLine::new(device, self.settings.profile.serial, settings);
            return Some(Way::serial(name, line));
        }
        let tcp = self.config.tcp.as_ref()?;
        match &tcp.connect {
            Some(to) => Some(Way::connecting(name, to)),
            None => {
                let networks = Networks::new(&tcp.plain_networks);
                let listeners = std::mem::take(&mut self.listeners);
                Some(Way::listening(name, listeners, networks))
            }
        }
    }

    /// Begins to work the line, with what was kept of it.
    async fn start(mut self, context: &InputContext, kept: &Kept, tasks: &mut Tasks) {
        let mut shown = ShownLine::new(&*self.settings.name, PROTOCOL, self.way_name());
        shown.profile = self.settings.profile.name;
        shown.role = self.config.role.name();
        let shown = context.lines.add(shown);
        let Some(way) = self.way() else { return };
        let settings = self.settings;
        let (watch, teller) = Watch::new(&settings.name, &context.journal, &kept.links);
        let way = way.beginning_lost(watch.is_lost(None));
        let mut calls = Calls::new(settings.line.clone(), settings.profile.timers.repeat);
        calls.restore(&kept.calls, &settings.profile.decode);
        if calls.len() > 0 {
            let line = &*settings.name;
            tracing::info!(line, calls = calls.len(), "open calls are known again");
        }
        // It is kept in the commit that stores it. If that one failed for the call alone, and the
        // crash came before this was taken back, the journal does not know it.
        if let Some(latest) = calls.latest()
            && let Ok(None) = context.journal.alarm(latest).await
        {
            drop(context.journal.keep(calls::AREA, calls.take_back(latest)));
        }
        let (driver, handle, events) = Driver::new(
            self.config.role(),
            &settings.profile,
            DriverSettings::default(),
        );
        let ends = way.ends();
        tasks.work.spawn(driver.run(way));
        tasks.tell.spawn(teller.run(tasks.stop_telling.clone()));
        let work = Work::new(settings, context.clone(), handle, ends, calls, watch, shown);
        tasks.work.spawn(work.run(events));
    }
}

/// What was kept over the restart.
#[derive(Debug, Default)]
struct Kept {
    calls: Vec<KeptState>,
    links: Vec<KeptState>,
}

impl Kept {
    async fn of(context: &InputContext) -> Self {
        let read = async {
            let calls = context.journal.kept(calls::AREA).await?;
            let links = context.journal.kept(watch::AREA).await?;
            Ok::<_, crate::journal::JournalError>(Self { calls, links })
        };
        match tokio::time::timeout(FIRST_PATIENCE, read).await {
            Ok(Ok(kept)) => kept,
            _ => {
                tracing::error!("the ESPA lines begin without what was kept of them");
                Self::default()
            }
        }
    }
}

struct Tasks {
    work: JoinSet<()>,
    tell: JoinSet<()>,
    stop_telling: CancellationToken,
}

impl Input for Espa444Input {
    fn name(&self) -> &'static str {
        PROTOCOL
    }

    fn bind(&mut self) -> BoxFuture<'_, Result<Vec<BoundAddress>, InputError>> {
        Box::pin(async {
            let mut bound = Vec::new();
            for line in &mut self.lines {
                bound.extend(line.bind()?);
            }
            Ok(bound)
        })
    }

    fn run(self: Box<Self>, context: InputContext) -> BoxFuture<'static, Result<(), InputError>> {
        Box::pin(async move {
            describe();
            let kept = Kept::of(&context).await;
            let mut tasks = Tasks {
                work: JoinSet::new(),
                tell: JoinSet::new(),
                stop_telling: CancellationToken::new(),
            };
            for line in self.lines {
                line.start(&context, &kept, &mut tasks).await;
            }
            let mut failed = None;
            // One line that falls over takes no other along.
            while let Some(ended) = tasks.work.join_next().await {
                if let Err(error) = ended {
                    tracing::error!(%error, "a line fell over");
                    failed = Some(error);
                }
            }
            tasks.stop_telling.cancel();
            tasks.tell.join_all().await;
            match failed {
                Some(error) => Err(InputError::Other(error.into())),
                None => Ok(()),
            }
        })
    }
}

fn describe() {
    for (name, text) in [
        (
            "alarm_espa444_events_total",
            "What happened on a line, by line and by what.",
        ),
        (
            "alarm_espa444_refused_total",
            "Blocks that could not be read, by reason.",
        ),
        (
            "alarm_espa444_findings_total",
            "What the diagnosis of a line told, by line and by finding.",
        ),
    ] {
        describe_counter!(name, Unit::Count, text);
    }
}
