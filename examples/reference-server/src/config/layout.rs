//! Tables `[[inputs.layout]]`: lines to receivers whose protocol a layout declares.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use espa444::profile::Serial;
use serde::{Deserialize, Serialize};

use super::line::{self, LineKeys, SerialConfig, TcpConfig};
use super::{ConfigError, Listen, Span, holds, line_keys};

const KEYS: LineKeys = line_keys!("inputs.layout");

/// One line, table `[[inputs.layout]]`. Either `serial` or `tcp` is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayoutLine {
    /// What it is called: 1 to 64 letters, digits and any of `._-`. The sender of its alarms.
    pub name: String,
    /// The file that declares its protocol, TOML.
    pub layout: PathBuf,
    /// A serial port, 9600 8N1 without settings of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<SerialConfig>,
    /// A TCP connection that stands in for a serial line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tcp: Option<TcpConfig>,
    /// How long a port or connection may be away before the link counts as lost.
    #[serde(default = "away")]
    pub away: Span,
    /// For how long an equal frame may be the same message again.
    #[serde(default = "repeat")]
    pub repeat: Span,
}

fn away() -> Span {
    Span(Duration::from_secs(10))
}

fn repeat() -> Span {
    Span(Duration::from_secs(60))
}

impl LayoutLine {
    /// A line of this name with this layout, on which the receiver connects to these addresses.
    #[must_use]
    pub fn listening(name: impl Into<String>, layout: impl Into<PathBuf>, listen: Listen) -> Self {
        Self {
            name: name.into(),
            layout: layout.into(),
            serial: None,
            tcp: Some(TcpConfig::listening(listen)),
            away: away(),
            repeat: repeat(),
        }
    }

    /// The addresses that it listens on outside loopback.
    pub fn outside_loopback(&self) -> impl Iterator<Item = SocketAddr> {
        self.tcp.iter().flat_map(TcpConfig::outside_loopback)
    }

    /// The settings of its serial port.
    #[must_use]
    pub fn port(&self) -> Serial {
        let mut serial = Serial::FIELD;
        if let Some(port) = &self.serial {
            port.change(&mut serial);
        }
        serial
    }

    fn check(&self) -> Result<(), ConfigError> {
        let hour = Duration::from_secs(3600);
        holds([
            (
                !self.layout.as_os_str().is_empty(),
                "inputs.layout.layout",
                "must name a file",
            ),
            (
                self.away.0 <= hour,
                "inputs.layout.away",
                "must be at most 1h",
            ),
            (
                self.repeat.0 <= hour,
                "inputs.layout.repeat",
                "must be at most 1h",
            ),
        ])?;
        let serial = self.serial.as_ref().map(|port| (port, self.port()));
        line::check(&KEYS, &self.name, serial, self.tcp.as_ref())
    }
}

/// Checks the lines, each and together.
pub(super) fn check(lines: &[LayoutLine]) -> Result<(), ConfigError> {
    let each = lines.iter().map(|line| (&*line.name, line.serial.as_ref()));
    line::check_together(&KEYS, each)?;
    lines.iter().try_for_each(LayoutLine::check)
}
