//! Configuration: a TOML file, flags and environment variables, and defaults on loopback.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::journal::{DEFAULT_DUPLICATE_WINDOW, JournalSettings};

mod flags;

pub use flags::{Command, Flags};

/// The defaults as a commented file; what `--print-config` prints.
pub const DEFAULT_FILE: &str = include_str!("default.toml");

/// Everything that can be chosen. [`DEFAULT_FILE`] explains each key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Allow listening outside loopback without any protection.
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
            log: LogConfig::default(),
            controllers: Vec::new(),
        }
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

/// Table `[scaip]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScaipConfig {
    /// Where SIP over UDP is received.
    pub udp: Listen,
    /// Where SIP over TCP is received.
    pub tcp: Listen,
    /// Whether the response goes into the body of the SIP 200 (SCAIP reference 5.1).
    pub body_in_200: bool,
    /// Whether only messages that follow the published rules are accepted.
    pub strict: bool,
    /// Whether the private root element `scaip` is read too, and answered in kind (SCAIP
    /// reference 11 rule 10).
    pub accept_scaip_root: bool,
    /// Whether a message of an unknown `mty` is stored as an alarm instead of hearing `snu` 3.
    pub accept_unknown_message_types: bool,
    /// How long an equal message counts as a repeat; zero for never (SCAIP reference 10).
    pub duplicate_window: Span,
    /// `mre`: which speech the device is to set up, 0 to 99 (SCAIP reference 6.3).
    pub media_reply: u8,
    /// `cre`: where the device is to call, 0 to 99 (SCAIP reference 6.3).
    pub call_handling_reply: u8,
    /// `tnu`: the address to call, at most 256 characters; empty for none.
    pub transferred_number: Private,
}

impl Default for ScaipConfig {
    fn default() -> Self {
        let sip = Listen::On(SocketAddr::from(([127, 0, 0, 1], 5060)));
        Self {
            udp: sip,
            tcp: sip,
            body_in_200: false,
            strict: false,
            accept_scaip_root: false,
            accept_unknown_message_types: false,
            duplicate_window: Span(DEFAULT_DUPLICATE_WINDOW),
            media_reply: 0,
            call_handling_reply: 61,
            transferred_number: Private::default(),
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
    pub profile: String,
}

impl fmt::Debug for ControllerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The identifier stands for somebody's home.
        f.debug_struct("ControllerConfig")
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

/// An address to listen on, or `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listen {
    /// Not at all.
    Off,
    /// There; port 0 lets the operating system choose.
    On(SocketAddr),
}

impl Listen {
    /// The address, unless off.
    #[must_use]
    pub fn address(self) -> Option<SocketAddr> {
        match self {
            Self::Off => None,
            Self::On(address) => Some(address),
        }
    }
}

/// The text is neither an address nor `off`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an address with a port, such as 127.0.0.1:5060, or \"off\"")]
pub struct ParseListenError;

impl FromStr for Listen {
    type Err = ParseListenError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "off" {
            return Ok(Self::Off);
        }
        text.parse().map(Self::On).map_err(|_| ParseListenError)
    }
}

impl<'de> Deserialize<'de> for Listen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl Serialize for Listen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Off => serializer.serialize_str("off"),
            Self::On(address) => serializer.collect_str(address),
        }
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
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Private(String);

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
    /// An address outside loopback, without the permission.
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
    /// [`ConfigError::Value`] and [`ConfigError::NotLoopback`].
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
                !(self.scaip.strict && self.scaip.accept_scaip_root),
                "scaip.accept_scaip_root",
                "does not go with strict, which refuses that root",
            ),
            (
                self.scaip.media_reply <= 99,
                "scaip.media_reply",
                "must be at most 99",
            ),
            (
                self.scaip.call_handling_reply <= 99,
                "scaip.call_handling_reply",
                "must be at most 99",
            ),
            (
                self.scaip.transferred_number.expose().chars().count() <= 256,
                "scaip.transferred_number",
                "must have at most 256 characters",
            ),
            (
                self.scaip.call_handling_reply != 62
                    || !self.scaip.transferred_number.expose().is_empty(),
                "scaip.call_handling_reply",
                "62 needs a scaip.transferred_number",
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
                self.controllers_differ(),
                "controller.id",
                "stands in two tables",
            ),
        ];
        if let Some((_, key, reason)) = rules.into_iter().find(|(holds, ..)| !holds) {
            return Err(ConfigError::Value { key, reason });
        }
        if !self.insecure_allow_non_loopback
            && let Some((key, address)) = self.outside_loopback().next()
        {
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

    /// The addresses that are reachable from elsewhere, with their keys.
    pub fn outside_loopback(&self) -> impl Iterator<Item = (&'static str, SocketAddr)> {
        [
            ("http.listen", self.http.listen),
            ("scaip.udp", self.scaip.udp),
            ("scaip.tcp", self.scaip.tcp),
        ]
        .into_iter()
        .filter_map(|(key, listen)| Some((key, listen.address()?)))
        .filter(|(_, address)| !address.ip().to_canonical().is_loopback())
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

#[cfg(test)]
mod tests;
