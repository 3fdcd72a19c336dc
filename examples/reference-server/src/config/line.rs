//! What a line runs over: a serial port, or a TCP connection that stands in for one.

use std::ffi::OsStr;
use std::path::PathBuf;

use espa444::profile::{Parity, Serial, StopBits};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{ConfigError, Listen, holds};

/// The most lines of a protocol: each has a task, a port or a connection.
const MOST_LINES: usize = 256;
/// The most networks of a line.
pub(super) const MOST_NETWORKS: usize = 256;

/// The keys of one table of lines, for what is said when a value is wrong.
#[derive(Clone, Copy, Debug)]
pub(super) struct LineKeys {
    pub(super) table: &'static str,
    pub(super) name: &'static str,
    pub(super) device: &'static str,
    pub(super) baud: &'static str,
    pub(super) data_bits: &'static str,
    pub(super) stop_bits: &'static str,
    pub(super) tcp: &'static str,
    pub(super) listen: &'static str,
    pub(super) connect: &'static str,
    pub(super) plain_networks: &'static str,
}

/// The keys of a table.
macro_rules! line_keys {
    ($table:literal) => {
        $crate::config::line::LineKeys {
            table: $table,
            name: concat!($table, ".name"),
            device: concat!($table, ".serial.device"),
            baud: concat!($table, ".serial.baud"),
            data_bits: concat!($table, ".serial.data_bits"),
            stop_bits: concat!($table, ".serial.stop_bits"),
            tcp: concat!($table, ".tcp"),
            listen: concat!($table, ".tcp.listen"),
            connect: concat!($table, ".tcp.connect"),
            plain_networks: concat!($table, ".tcp.plain_networks"),
        }
    };
}
pub(super) use line_keys;

/// The serial port of a line. What is not given is that of the profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SerialConfig {
    /// The device, such as `/dev/ttyUSB0` or `COM3`.
    pub device: PathBuf,
    /// Bits per second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baud: Option<u32>,
    /// 7 or 8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_bits: Option<u8>,
    /// The parity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parity: Option<ParityName>,
    /// 1 or 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_bits: Option<u8>,
    /// Nobody else can open the port; so without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusive: Option<bool>,
    /// The level of DTR; as the system opens it without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_terminal_ready: Option<bool>,
    /// The level of RTS, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_to_send: Option<bool>,
}

/// Parity, as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParityName {
    /// None.
    None,
    /// Even.
    Even,
    /// Odd.
    Odd,
}

/// The TCP connection of a line: either side may open it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TcpConfig {
    /// Where the panel connects to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listen: Option<Listen>,
    /// The networks that may connect besides loopback.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plain_networks: Vec<IpNet>,
    /// Where the server connects to: `host:port`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect: Option<String>,
}

impl SerialConfig {
    /// This device with the settings of the profile.
    #[must_use]
    pub fn new(device: impl Into<PathBuf>) -> Self {
        Self {
            device: device.into(),
            baud: None,
            data_bits: None,
            parity: None,
            stop_bits: None,
            exclusive: None,
            data_terminal_ready: None,
            request_to_send: None,
        }
    }

    pub(super) fn change(&self, serial: &mut Serial) {
        if let Some(baud) = self.baud {
            serial.baud = baud;
        }
        if let Some(bits) = self.data_bits {
            serial.data_bits = bits;
        }
        if let Some(parity) = self.parity {
            serial.parity = match parity {
                ParityName::None => Parity::None,
                ParityName::Even => Parity::Even,
                ParityName::Odd => Parity::Odd,
            };
        }
        match self.stop_bits {
            Some(2) => serial.stop_bits = StopBits::Two,
            Some(_) => serial.stop_bits = StopBits::One,
            None => {}
        }
    }

    fn check(&self, keys: &LineKeys, serial: Serial) -> Result<(), ConfigError> {
        holds([
            (
                !self.device.as_os_str().is_empty() && self.device.to_str().is_some(),
                keys.device,
                "must name a device",
            ),
            (
                serial.baud > 0,
                keys.baud,
                "must be given with a profile that has no serial port",
            ),
            (
                matches!(serial.data_bits, 7 | 8),
                keys.data_bits,
                "must be 7 or 8",
            ),
            (
                matches!(self.stop_bits, None | Some(1 | 2)),
                keys.stop_bits,
                "must be 1 or 2",
            ),
        ])
    }
}

impl TcpConfig {
    /// The other side connects to these addresses.
    #[must_use]
    pub fn listening(listen: Listen) -> Self {
        Self {
            listen: Some(listen),
            plain_networks: Vec::new(),
            connect: None,
        }
    }

    /// The server connects to `host:port`.
    #[must_use]
    pub fn connecting(to: impl Into<String>) -> Self {
        Self {
            listen: None,
            plain_networks: Vec::new(),
            connect: Some(to.into()),
        }
    }

    /// The addresses that are listened on outside loopback.
    pub(super) fn outside_loopback(&self) -> impl Iterator<Item = std::net::SocketAddr> {
        self.listen.iter().flat_map(Listen::outside_loopback)
    }

    fn check(&self, keys: &LineKeys, line: &str) -> Result<(), ConfigError> {
        holds([
            (
                self.listen.is_some() != self.connect.is_some(),
                keys.tcp,
                "needs either listen or connect",
            ),
            (
                self.listen.as_ref().is_none_or(Listen::is_on),
                keys.listen,
                "must name an address; leave out the whole table to switch the line off",
            ),
            (
                self.connect.as_ref().is_none_or(|to| {
                    to.rsplit_once(':').is_some_and(|(host, port)| {
                        !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0)
                    })
                }),
                keys.connect,
                "must be a host and a port, such as \"192.0.2.7:4001\"",
            ),
            (
                self.connect.is_none() || self.plain_networks.is_empty(),
                keys.plain_networks,
                "goes with listen only",
            ),
            (
                self.plain_networks.len() <= MOST_NETWORKS,
                keys.plain_networks,
                "must be at most 256",
            ),
        ])?;
        match self.outside_loopback().next() {
            Some(address) if self.plain_networks.is_empty() => Err(ConfigError::NoLineNetworks {
                table: keys.table,
                line: line.to_owned(),
                address,
            }),
            _ => Ok(()),
        }
    }
}

pub(super) fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// Checks what one line is called and runs over.
pub(super) fn check(
    keys: &LineKeys,
    name: &str,
    serial: Option<(&SerialConfig, Serial)>,
    tcp: Option<&TcpConfig>,
) -> Result<(), ConfigError> {
    holds([
        (
            is_name(name),
            keys.name,
            "must be 1 to 64 letters, digits and any of ._-",
        ),
        (
            serial.is_some() != tcp.is_some(),
            keys.table,
            "needs either serial = { device = \"...\" } or tcp = { listen = \"...\" } or \
             tcp = { connect = \"...\" }",
        ),
    ])?;
    if let Some((port, serial)) = serial {
        port.check(keys, serial)?;
    }
    tcp.map_or(Ok(()), |tcp| tcp.check(keys, name))
}

/// Checks what lines must not share.
pub(super) fn check_together<'l>(
    keys: &LineKeys,
    lines: impl Iterator<Item = (&'l str, Option<&'l SerialConfig>)>,
) -> Result<(), ConfigError> {
    let (mut names, mut devices) = (Vec::<&OsStr>::new(), Vec::new());
    for (name, serial) in lines {
        names.push(name.as_ref());
        devices.extend(serial.map(|port| port.device.as_os_str()));
    }
    let differ = |keys: &mut Vec<&OsStr>| {
        keys.sort_unstable();
        keys.windows(2).all(|pair| pair[0] != pair[1])
    };
    holds([
        (
            names.len() <= MOST_LINES,
            keys.table,
            "must be at most 256 lines",
        ),
        (differ(&mut names), keys.name, "stands in two tables"),
        (differ(&mut devices), keys.device, "stands in two tables"),
    ])
}
