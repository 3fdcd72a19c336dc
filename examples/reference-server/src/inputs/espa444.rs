//! ESPA 4.4.4 over serial ports and over TCP: from the line to the journal and back.
//!
//! Thin on purpose: `espa444` speaks the protocol, the journal keeps. Each line of the
//! configuration is a task of its own with a link of its own; a block is kept first, and only then
//! ACK leaves. What cannot be kept hears busy (`'2'` NAK), and its caller tries again.

mod calls;
mod entry;
mod line;

use std::sync::Arc;
use std::time::Duration;

use espa444::Profile;
use espa444::alarm::{Line, LineKind, RuleError};
use espa444::driver::{Driver, Settings as DriverSettings};
use metrics::{Unit, describe_counter};

use super::tasks::{self, Tasks};
use super::watch::{Links, Part, Watch};
use super::way::Wiring;
use crate::config::{Config, Espa444Line, LineRole};
use crate::input::{BoundAddress, Input, InputContext, InputError};
use crate::journal::{BoxFuture, KeptState};
use crate::lines::Line as ShownLine;
use calls::Calls;
use entry::PROTOCOL;
use line::{Settings, Work};

/// How long a port or connection may be away before that is told, unless the line says otherwise.
const AWAY: Duration = Duration::from_secs(10);

/// What supervision tells of lines.
const LINKS: Links = Links {
    protocol: PROTOCOL,
    area: "espa444.links",
    part: Part::Station,
};

/// The ESPA 4.4.4 input: all lines.
#[derive(Debug)]
pub struct Espa444Input {
    lines: Vec<Prepared>,
}

#[derive(Debug)]
struct Prepared {
    config: Espa444Line,
    settings: Settings,
    wiring: Wiring,
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
        let wiring = Wiring {
            name: Arc::clone(&settings.name),
            what: "an ESPA 4.4.4 line",
            protocol: PROTOCOL,
            events: "alarm_espa444_events_total",
            serial: config.serial.clone().map(|port| (port, profile.serial)),
            tcp: config.tcp.clone(),
            listeners: Vec::new(),
        };
        Ok(Self {
            config: config.clone(),
            settings,
            wiring,
        })
    }

    /// Begins to work the line, with what was kept of it.
    async fn start(
        self,
        context: &InputContext,
        [calls_kept, links_kept]: &[Vec<KeptState>; 2],
        tasks: &mut Tasks,
    ) {
        let mut shown = ShownLine::new(&*self.settings.name, PROTOCOL, self.wiring.describe());
        shown.profile = self.settings.profile.name.into();
        shown.role = self.config.role.name();
        let shown = context.lines.add(shown);
        let Some(way) = self.wiring.way() else { return };
        let settings = self.settings;
        let (watch, teller) = Watch::new(LINKS, &settings.name, &context.journal, links_kept);
        let way = way.beginning_lost(watch.is_lost(&None));
        let mut calls = Calls::new(settings.line.clone(), settings.profile.timers.repeat);
        calls.restore(calls_kept, &settings.profile.decode);
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
        tasks.tell(teller);
        let work = Work::new(settings, context.clone(), handle, ends, calls, watch, shown);
        tasks.work.spawn(work.run(events));
    }
}

impl Input for Espa444Input {
    fn name(&self) -> &'static str {
        PROTOCOL
    }

    fn bind(&mut self) -> BoxFuture<'_, Result<Vec<BoundAddress>, InputError>> {
        let wirings = self.lines.iter_mut().map(|line| &mut line.wiring);
        let bound = Wiring::bind_all(wirings);
        Box::pin(std::future::ready(bound))
    }

    fn run(self: Box<Self>, context: InputContext) -> BoxFuture<'static, Result<(), InputError>> {
        Box::pin(async move {
            describe();
            let kept = tasks::kept(&context, [calls::AREA, LINKS.area]).await;
            let mut tasks = Tasks::default();
            for line in self.lines {
                line.start(&context, &kept, &mut tasks).await;
            }
            tasks.finish().await
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
