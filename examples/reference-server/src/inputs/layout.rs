//! Lines to receivers whose protocol a layout declares, over serial ports and TCP (Climax
//! reference 11): from the line to the journal and back.
//!
//! A layout that has faults, or whose own samples do not come out, does not start.

mod entry;
mod line;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use climax_rf::layout::{Layout, Receiver, Shape, Verification, check};
use metrics::{Unit, describe_counter};

use super::repeats::now;
use super::tasks::{self, Tasks};
use super::watch::{Links, Part, Watch};
use super::way::Wiring;
use crate::config::{Config, LayoutLine};
use crate::input::{BoundAddress, Input, InputContext, InputError};
use crate::journal::{BoxFuture, KeptState};
use crate::lines::Line;
use entry::PROTOCOL;
use line::{Settings, Work};

/// What supervision tells of lines.
const LINKS: Links = Links {
    protocol: PROTOCOL,
    area: "layout.links",
    part: Part::Station,
};
/// The longest file that is read as a layout, in bytes.
const LONGEST_FILE: u64 = 4 << 20;

/// The input for declared layouts: all lines.
#[derive(Debug)]
pub struct LayoutInput {
    lines: Vec<Prepared>,
}

#[derive(Debug)]
struct Prepared {
    settings: Settings,
    receiver: Receiver,
    wiring: Wiring,
    layout: Layout,
}

/// What of the configuration the input cannot work with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingError {
    /// The file of a layout cannot be read.
    #[error("inputs.layout {line:?}: {}: {source}", path.display())]
    Read {
        /// The name of the line.
        line: String,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The layout has faults.
    #[error("inputs.layout {line:?}: {}: {faults}", path.display())]
    Faults {
        /// The name of the line.
        line: String,
        /// The file.
        path: PathBuf,
        /// All of them, each with its place.
        faults: String,
    },
    /// What the layout says of its own samples does not come out.
    #[error(
        "inputs.layout {line:?}: {}: {failed} of {samples} samples do not come out as they should: \
         {report}",
        path.display()
    )]
    Samples {
        /// The name of the line.
        line: String,
        /// The file.
        path: PathBuf,
        /// How many there are.
        samples: usize,
        /// How many came out otherwise.
        failed: usize,
        /// What is wrong with them.
        report: String,
    },
    /// The layout describes no line.
    #[error(
        "inputs.layout {line:?}: {}: the layout has no [framing], so it describes no line",
        path.display()
    )]
    NoFraming {
        /// The name of the line.
        line: String,
        /// The file.
        path: PathBuf,
    },
}

impl LayoutInput {
    /// The input as configured, `None` without any line. Layouts are read and their samples run;
    /// nothing is opened yet.
    ///
    /// # Errors
    /// [`SettingError`] when a layout cannot be used.
    pub fn new(config: &Config) -> Result<Option<Self>, SettingError> {
        let lines = config.inputs.layout.iter().map(Prepared::new);
        let lines: Vec<_> = lines.collect::<Result<_, _>>()?;
        Ok((!lines.is_empty()).then_some(Self { lines }))
    }
}

fn read(path: &Path) -> std::io::Result<String> {
    use std::io::Read as _;
    let mut text = String::new();
    let file = std::fs::File::open(path)?;
    let read = file.take(LONGEST_FILE + 1).read_to_string(&mut text)?;
    if read as u64 > LONGEST_FILE {
        let kind = std::io::ErrorKind::FileTooLarge;
        return Err(std::io::Error::new(kind, "longer than 4 MiB"));
    }
    Ok(text)
}

/// What is wrong with the samples: each with its line and name.
fn findings(text: &str) -> String {
    let samples = check(text).samples;
    let failed = samples.iter().flat_map(|sample| {
        let findings = sample.findings.iter();
        findings.map(|finding| format!("line {}, {:?}: {finding}", sample.line, sample.name))
    });
    failed.collect::<Vec<_>>().join("; ")
}

impl Prepared {
    fn new(config: &LayoutLine) -> Result<Self, SettingError> {
        let (line, path) = (config.name.clone(), config.layout.clone());
        let text = match read(&path) {
            Ok(text) => text,
            Err(source) => return Err(SettingError::Read { line, path, source }),
        };
        let layout = match Layout::parse(&text) {
            Ok(layout) => layout,
            Err(faults) => {
                let faults = faults.to_string();
                return Err(SettingError::Faults { line, path, faults });
            }
        };
        if let Verification::Failed { samples, failed } = layout.verification() {
            return Err(SettingError::Samples {
                line,
                path,
                samples,
                failed,
                report: findings(&text),
            });
        }
        let (Shape::Wire(framing), Ok(receiver)) = (layout.shape(), Receiver::new(&layout, now()))
        else {
            return Err(SettingError::NoFraming { line, path });
        };
        let settings = Settings {
            name: config.name.as_str().into(),
            answers: framing.ack.is_some(),
            silence: framing.silence,
            away: config.away.0,
            repeat: config.repeat.0,
        };
        let wiring = Wiring {
            name: Arc::clone(&settings.name),
            what: "a line with a layout",
            protocol: PROTOCOL,
            events: "alarm_layout_events_total",
            serial: config.serial.clone().map(|port| (port, config.port())),
            tcp: config.tcp.clone(),
            listeners: Vec::new(),
        };
        Ok(Self {
            settings,
            receiver,
            wiring,
            layout,
        })
    }

    fn start(self, context: &InputContext, kept: &[KeptState], tasks: &mut Tasks) {
        let name = Arc::clone(&self.settings.name);
        let layout = self.layout.name().to_owned();
        if self.layout.verification() == Verification::Untested {
            tracing::warn!(
                line = &*name,
                layout,
                "the layout has no samples: it is untested"
            );
        }
        for warning in self.layout.warnings() {
            tracing::warn!(line = &*name, layout, "layout, {warning}");
        }
        let mut shown = Line::new(&*name, PROTOCOL, self.wiring.describe());
        shown.profile = layout.into();
        shown.role = "receiver";
        let shown = context.lines.add(shown);
        let Some(way) = self.wiring.way() else { return };
        let (watch, teller) = Watch::new(LINKS, &name, &context.journal, kept);
        tasks.tell(teller);
        let ends = way.ends();
        let context = context.clone();
        let work = Work::new(self.settings, context, self.receiver, watch, ends, shown);
        tasks.work.spawn(work.run(way));
    }
}

impl Input for LayoutInput {
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
            let [kept] = tasks::kept(&context, [LINKS.area]).await;
            let mut tasks = Tasks::default();
            for line in self.lines {
                line.start(&context, &kept, &mut tasks);
            }
            tasks.finish().await
        })
    }
}

fn describe() {
    for (name, text) in [
        (
            "alarm_layout_events_total",
            "What happened on a line with a layout, by line and by what.",
        ),
        (
            "alarm_layout_refused_total",
            "Bytes that were no frame of the layout, by line and reason.",
        ),
    ] {
        describe_counter!(name, Unit::Count, text);
    }
}
