//! Configuration: a TOML file, flags and environment variables, and defaults on loopback.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::journal::JournalSettings;

mod digest;
mod espa444;
mod flags;
mod layout;
mod line;
mod listen;
mod panel;
mod scaip;
mod services;

pub use digest::{
    AccountKind, DigestAccount, DigestAlgorithm, DigestConfig, DigestSecret, SipListener,
};
pub use espa444::{Characters, Espa444Line, LineRole, ProfileName, SpanOrOff, StationAddress};
pub use flags::{Command, Flags};
pub use layout::LayoutLine;
use line::line_keys;
pub use line::{ParityName, SerialConfig, TcpConfig};
pub use listen::{Listen, ParseListenError};
pub use panel::{ClockCheck, PanelAccount, PanelConfig, UnknownAccounts};
pub use scaip::{BearerToken, ClientCertificates, HttpsConfig, ScaipConfig, TlsConfig};
pub use services::{CallsConfig, RegistrationConfig, SupervisedUnits, SupervisionConfig};

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
}

impl InputsConfig {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.espa444.is_empty() && self.panel.is_empty() && self.layout.is_empty()
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
    /// Size of the write-ahead log from which it is copied back.
    pub checkpoint_bytes: u64,
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

/// One table `[[controller]]`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControllerConfig {
    /// The controller identifier, 1 to 16 digits (SCAIP reference 3).
    pub id: String,
    /// The name of the dialect that it speaks.
    #[serde(default = "standard")]
    pub profile: String,
    /// The time between two of its heartbeats, 10 s to 32 days; that of `scaip.supervision`
    /// without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Span>,
    /// How many of its heartbeats in a row may be missing, 2 or 3; that of `scaip.supervision`
    /// without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed: Option<u8>,
    /// The `hbi` that it is told if it takes one, 0 to 4 (SCAIP reference 7.4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hbi: Option<u8>,
    /// Whether it is supervised from the start of the server on, before its first message.
    #[serde(default)]
    pub known: bool,
}

fn standard() -> String {
    "standard".into()
}

impl ControllerConfig {
    /// A controller of which nothing but its identifier is known.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            profile: standard(),
            interval: None,
            missed: None,
            hbi: None,
            known: false,
        }
    }
}

impl fmt::Debug for ControllerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The identifier stands for somebody's home.
        f.debug_struct("ControllerConfig")
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

/// A length of time, written like `10m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub Duration);

/// The text is not a length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a length of time such as \"500ms\", \"10s\" or \"10m\"")]
pub struct ParseSpanError;

impl FromStr for Span {
    type Err = ParseSpanError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let span: jiff::SignedDuration = text.parse().map_err(|_| ParseSpanError)?;
        Duration::try_from(span)
            .map(Self)
            .map_err(|_| ParseSpanError)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match jiff::SignedDuration::try_from(self.0) {
            Ok(span) => serializer.collect_str(&format_args!("{span:#}")),
            Err(_) => Err(serde::ser::Error::custom("length of time out of range")),
        }
    }
}

/// A text that `Debug` does not show: a telephone number, an address of a person.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Private(String);

impl<'de> Deserialize<'de> for Private {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Says what is wrong without saying the value.
        struct Text;
        impl Text {
            fn wrong<E: serde::de::Error>() -> E {
                E::custom("expected a text in quotation marks")
            }
        }
        impl serde::de::Visitor<'_> for Text {
            type Value = Private;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text in quotation marks")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Private, E> {
                Ok(Private::new(text))
            }

            fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Private, E> {
                Err(Self::wrong())
            }

            fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Private, E> {
                Err(Self::wrong())
            }

            fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Private, E> {
                Err(Self::wrong())
            }

            fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Private, E> {
                Err(Self::wrong())
            }
        }
        deserializer.deserialize_any(Text)
    }
}

impl Private {
    /// Wraps a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() {
            "Private(none)"
        } else {
            "Private(hidden)"
        })
    }
}

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration file {} cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("{}:{line}:{column}: {message}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// What is wrong; names the key where there is one.
        message: String,
    },
    /// A value is out of its range or does not go with another one.
    #[error("{key}: {reason}")]
    Value {
        /// The key, with its table.
        key: &'static str,
        /// What is wrong.
        reason: &'static str,
    },
    /// The HTTP API outside loopback, without the permission.
    #[error(
        "{key} = \"{address}\" is outside loopback, and nothing protects it there: use a loopback \
         address, or set insecure_allow_non_loopback = true if the network itself is protected"
    )]
    NotLoopback {
        /// The key, with its table.
        key: &'static str,
        /// The address.
        address: SocketAddr,
    },
    /// Plain SIP outside loopback, for nobody in particular.
    #[error(
        "{key} = \"{address}\" is outside loopback, and plain SIP is taken there only from the \
         networks that scaip.plain_networks names: name them, use a loopback address, or use \
         scaip.tls"
    )]
    NoPlainNetworks {
        /// The key, with its table.
        key: &'static str,
        /// The address.
        address: SocketAddr,
    },
    /// A line that listens outside loopback, for nobody in particular.
    #[error(
        "{table} {line:?}: \"{address}\" is outside loopback, and panels are heard there only from \
         the networks that plain_networks names: name them, or use a loopback address"
    )]
    NoLineNetworks {
        /// The table.
        table: &'static str,
        /// The name of the line.
        line: String,
        /// The address.
        address: SocketAddr,
    },
    /// Text rules that cannot be meant as they stand.
    #[error("inputs.espa444 line {line:?}, rules counted from 0: {source}")]
    Rules {
        /// The name of the line.
        line: String,
        /// What is wrong.
        source: ::espa444::alarm::RuleError,
    },
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
        repeats
            .chain(panels)
            .chain(layouts)
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
