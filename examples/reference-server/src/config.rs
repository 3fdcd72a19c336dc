//! Configuration: a TOML file, flags and environment variables, and defaults on loopback.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::journal::JournalSettings;

mod controller;
mod digest;
mod error;
mod espa444;
mod fhir;
mod flags;
mod layout;
mod line;
mod listen;
mod outputs;
mod panel;
mod scaip;
mod services;
mod values;
mod web;

pub use controller::ControllerConfig;
pub use digest::{
    AccountKind, DigestAccount, DigestAlgorithm, DigestConfig, DigestSecret, SipListener,
};
pub use error::ConfigError;
pub use espa444::{Characters, Espa444Line, LineRole, ProfileName, SpanOrOff, StationAddress};
pub use fhir::{
    ClosedBy, FhirAddresses, FhirAlarmSystem, FhirOutputConfig, FhirService, FhirStage,
    LookUpConfig, OnBehalfOf, UncodedCare,
};
pub use flags::{Command, Flags};
pub use layout::LayoutLine;
use line::line_keys;
pub use line::{ParityName, SerialConfig, TcpConfig};
pub use listen::{Listen, ParseListenError};
pub use outputs::{OutputsConfig, SensioDevice, SensioOutputConfig, StartFrom, Unlisted};
pub use panel::{ClockCheck, PanelAccount, PanelConfig, UnknownAccounts};
pub use scaip::{BearerToken, ClientCertificates, HttpsConfig, ScaipConfig, TlsConfig};
pub use services::{CallsConfig, RegistrationConfig, SupervisedUnits, SupervisionConfig};
pub use values::{ParseSpanError, Private, Span};
pub use web::{
    JsonConfig, SecretSource, SensioClient, SensioInputConfig, SensioWebhookConfig, WebConfig,
};

/// The defaults as a commented file; what `--print-config` prints.
pub const DEFAULT_FILE: &str = include_str!("default.toml");

/// Everything that can be chosen. [`DEFAULT_FILE`] explains each key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Allow the HTTP API outside loopback, where nothing protects it.
    pub insecure_allow_non_loopback: bool,
    /// How long a shutdown waits for the inputs.
    pub shutdown_timeout: Span,
    /// Where to write the bound addresses; empty for nowhere.
    pub addresses_file: PathBuf,
    /// Table `[journal]`.
    pub journal: JournalConfig,
    /// Table `[http]`.
    pub http: HttpConfig,
    /// Table `[scaip]`.
    pub scaip: ScaipConfig,
    /// The inputs that there may be several of.
    #[serde(skip_serializing_if = "InputsConfig::is_empty")]
    pub inputs: InputsConfig,
    /// Where alarms go on to.
    #[serde(skip_serializing_if = "OutputsConfig::is_empty")]
    pub outputs: OutputsConfig,
    /// Table `[log]`.
    pub log: LogConfig,
    /// Tables `[[controller]]`.
    #[serde(rename = "controller", skip_serializing_if = "Vec::is_empty")]
    pub controllers: Vec<ControllerConfig>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            insecure_allow_non_loopback: false,
            shutdown_timeout: Span(Duration::from_secs(10)),
            addresses_file: PathBuf::new(),
            journal: JournalConfig::default(),
            http: HttpConfig::default(),
            scaip: ScaipConfig::default(),
            inputs: InputsConfig::default(),
            outputs: OutputsConfig::default(),
            log: LogConfig::default(),
            controllers: Vec::new(),
        }
    }
}

/// Tables `[[inputs.PROTOCOL]]`: one for each line, port or account of a protocol.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InputsConfig {
    /// Lines to fire panels and nurse call systems.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub espa444: Vec<Espa444Line>,
    /// Where panels report in Contact ID and SIA DC-09.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub panel: Vec<PanelConfig>,
    /// Lines to receivers whose protocol a layout declares.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub layout: Vec<LayoutLine>,
    /// Where the inputs over HTTPS listen.
    #[serde(skip_serializing_if = "WebConfig::is_default")]
    pub web: WebConfig,
    /// Third parties that send in the form of the Sensio Partner API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sensio: Option<SensioInputConfig>,
    /// Vendors whose JSON a mapping file declares.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub json: Vec<JsonConfig>,
    /// Webhooks of the Sensio server that alarms go to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sensio_webhook: Option<SensioWebhookConfig>,
}

impl InputsConfig {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Table `[journal]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JournalConfig {
    /// The SQLite file.
    pub path: PathBuf,
    /// The most bytes the file may grow to; 0 for no limit.
    pub max_bytes: u64,
    /// Entries that may wait in each lane.
    pub queue_entries: usize,
    /// Bytes that may wait in each lane.
    pub queue_bytes: usize,
    /// Entries committed with one flush, at most.
    pub batch_entries: usize,
    /// What is copied from the write-ahead log back into the file at a time.
    pub checkpoint_bytes: u64,
    /// Size of the write-ahead log from which it starts over.
    pub log_bytes: u64,
    /// Messages that are remembered to recognise repeats.
    pub remembered_entries: usize,
}

impl Default for JournalConfig {
    fn default() -> Self {
        let settings = JournalSettings::at("./alarms.sqlite");
        Self {
            path: settings.path,
            max_bytes: settings.max_bytes,
            queue_entries: settings.queue_entries,
            queue_bytes: settings.queue_bytes,
            batch_entries: settings.batch_entries,
            checkpoint_bytes: settings.checkpoint_bytes,
            log_bytes: settings.log_bytes,
            remembered_entries: settings.remembered_entries,
        }
    }
}

impl JournalConfig {
    /// The settings of the journal.
    #[must_use]
    pub fn settings(&self) -> JournalSettings {
        JournalSettings {
            max_bytes: self.max_bytes,
            queue_entries: self.queue_entries,
            queue_bytes: self.queue_bytes,
            batch_entries: self.batch_entries,
            checkpoint_bytes: self.checkpoint_bytes,
            log_bytes: self.log_bytes,
            remembered_entries: self.remembered_entries,
            ..JournalSettings::at(&self.path)
        }
    }
}

/// Table `[http]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HttpConfig {
    /// Where health, metrics and the alarm API are served.
    pub listen: Listen,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            listen: Listen::On(SocketAddr::from(([127, 0, 0, 1], 8080))),
        }
    }
}

/// Table `[log]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// What is logged, in the language of `tracing_subscriber::EnvFilter`.
    pub filter: String,
    /// For people or for machines.
    pub format: LogFormat,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            filter: "info".into(),
            format: LogFormat::Text,
        }
    }
}

/// How a line of the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

impl Config {
    /// Reads the file that the flags name, if any, lets the flags win over it, and checks the
    /// whole.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub fn load(flags: &Flags) -> Result<Self, ConfigError> {
        let mut config = match &flags.config {
            None => Self::default(),
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read {
                    path: path.clone(),
                    source,
                })?;
                Self::parse(&text, path)?
            }
        };
        flags.apply(&mut config);
        config.check()?;
        Ok(config)
    }

    /// Reads a file's text; `path` is for the messages. The values are not yet checked.
    ///
    /// # Errors
    /// [`ConfigError::File`] with the line, for unknown keys too.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start.min(text.len()));
            let before = text.get(..start).unwrap_or_default();
            ConfigError::File {
                path: path.to_owned(),
                line: before.matches('\n').count() + 1,
                column: before
                    .rsplit('\n')
                    .next()
                    .map_or(0, |line| line.chars().count())
                    + 1,
                // Not the whole error: it quotes the line, which may hold a number.
                message: error.message().to_owned(),
            }
        })
    }

    /// Checks what the types cannot.
    ///
    /// # Errors
    /// Every [`ConfigError`] but those of reading the file.
    pub fn check(&self) -> Result<(), ConfigError> {
        let rules = [
            (
                self.journal.queue_entries > 0,
                "journal.queue_entries",
                "must be at least 1",
            ),
            (
                self.journal.batch_entries > 0,
                "journal.batch_entries",
                "must be at least 1",
            ),
            (
                self.journal.queue_bytes >= 256 << 10,
                "journal.queue_bytes",
                "must be at least 262144, or a large message never fits",
            ),
            (
                self.journal.max_bytes == 0 || self.journal.max_bytes >= 1 << 20,
                "journal.max_bytes",
                "must be 0 (no limit) or at least 1048576",
            ),
            (
                self.journal.checkpoint_bytes >= 64 << 10,
                "journal.checkpoint_bytes",
                "must be at least 65536",
            ),
            (
                !self.journal.path.as_os_str().is_empty(),
                "journal.path",
                "must name a file",
            ),
            (
                self.controllers.iter().all(|controller| {
                    (1..=16).contains(&controller.id.len())
                        && controller.id.bytes().all(|byte| byte.is_ascii_digit())
                }),
                "controller.id",
                "must be 1 to 16 digits",
            ),
            (
                self.controllers
                    .iter()
                    .all(|controller| !controller.profile.is_empty()),
                "controller.profile",
                "must not be empty",
            ),
            (
                self.controllers
                    .iter()
                    .all(|controller| controller.interval.is_none_or(services::is_interval)),
                "controller.interval",
                "must be 10s to 768h (32 days)",
            ),
            (
                self.controllers
                    .iter()
                    .all(|controller| controller.missed.is_none_or(services::is_missed)),
                "controller.missed",
                "must be 2 or 3",
            ),
            (
                self.controllers
                    .iter()
                    .all(|controller| controller.hbi.is_none_or(|hbi| hbi <= 4)),
                "controller.hbi",
                "must be 0 to 4",
            ),
            (
                self.controllers_differ(),
                "controller.id",
                "stands in two tables",
            ),
        ];
        holds(rules)?;
        self.scaip.check()?;
        espa444::check(&self.inputs.espa444)?;
        panel::check(&self.inputs.panel)?;
        layout::check(&self.inputs.layout)?;
        web::check(&self.inputs)?;
        self.outputs.check()?;
        if self.scaip.supervision.enabled {
            let room = self.controllers.len() <= self.scaip.supervision.controllers;
            holds([(
                room,
                "scaip.supervision.controllers",
                "must be at least as many as there are [[controller]] tables",
            )])?;
        }
        if !self.insecure_allow_non_loopback
            && let Some(address) = self.http.listen.outside_loopback().next()
        {
            let key = "http.listen";
            return Err(ConfigError::NotLoopback { key, address });
        }
        Ok(())
    }

    fn controllers_differ(&self) -> bool {
        let mut ids: Vec<_> = self
            .controllers
            .iter()
            .map(|controller| &controller.id)
            .collect();
        ids.sort_unstable();
        ids.windows(2).all(|pair| pair[0] != pair[1])
    }

    /// The addresses that are reachable from elsewhere without encryption, with their keys.
    pub fn outside_loopback(&self) -> impl Iterator<Item = (&'static str, SocketAddr)> {
        [
            ("http.listen", &self.http.listen),
            ("scaip.udp", &self.scaip.udp),
            ("scaip.tcp", &self.scaip.tcp),
        ]
        .into_iter()
        .flat_map(|(key, listen)| listen.outside_loopback().map(move |address| (key, address)))
        .chain(self.inputs.espa444.iter().flat_map(|line| {
            let key = "inputs.espa444.tcp.listen";
            line.outside_loopback().map(move |address| (key, address))
        }))
        .chain(self.inputs.layout.iter().flat_map(|line| {
            let key = "inputs.layout.tcp.listen";
            line.outside_loopback().map(move |address| (key, address))
        }))
        .chain(
            self.inputs
                .panel
                .iter()
                .flat_map(PanelConfig::outside_loopback),
        )
    }

    /// For how long the journal has to recognise repeats: the longest time of any input.
    #[must_use]
    pub fn duplicate_window(&self) -> Duration {
        let lines = self.inputs.espa444.iter();
        let repeats = lines.map(|line| line.profile().timers.repeat);
        let panels = self
            .inputs
            .panel
            .iter()
            .map(|panel| panel.duplicate_window.0);
        let layouts = self.inputs.layout.iter().map(|line| line.repeat.0);
        let vendors = self.inputs.json.iter().map(|json| json.duplicate_window.0);
        repeats
            .chain(panels)
            .chain(layouts)
            .chain(vendors)
            .fold(self.scaip.duplicate_window.0, Duration::max)
    }

    /// The dialect of a controller, when one is set.
    #[must_use]
    pub fn profile_of(&self, controller: &str) -> Option<&str> {
        let found = self
            .controllers
            .iter()
            .find(|known| known.id == controller)?;
        Some(&found.profile)
    }
}

/// The first rule that does not hold, with its key and what is wrong.
fn holds(
    rules: impl IntoIterator<Item = (bool, &'static str, &'static str)>,
) -> Result<(), ConfigError> {
    match rules.into_iter().find(|(holds, ..)| !holds) {
        Some((_, key, reason)) => Err(ConfigError::Value { key, reason }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
