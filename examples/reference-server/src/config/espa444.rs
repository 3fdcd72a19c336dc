//! Tables `[[inputs.espa444]]`: lines to fire panels and nurse call systems.

mod names;

use std::path::PathBuf;
use std::time::Duration;

use espa444::alarm::{Rule, RuleError, Rules};
use espa444::{Address, Profile};
use serde::{Deserialize, Serialize};

use super::line::{self, LineKeys, SerialConfig, TcpConfig};
use super::{ConfigError, Listen, Span, holds};
pub use names::{Characters, ProfileName, SpanOrOff, StationAddress};

const KEYS: LineKeys = super::line_keys!("inputs.espa444");

/// One line, table `[[inputs.espa444]]`. Either `serial` or `tcp` is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Espa444Line {
    /// What it is called: 1 to 64 letters, digits and any of `._-`. The sender of its alarms.
    pub name: String,
    /// A serial port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<SerialConfig>,
    /// A TCP connection that stands in for a serial line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tcp: Option<TcpConfig>,
    /// The dialect; without one `field` on a serial port and `tcp` over TCP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<ProfileName>,
    /// What the server is on the line.
    #[serde(default)]
    pub role: LineRole,
    /// The own address; `2` without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<StationAddress>,
    /// The addresses of the other side: one, or up to 32 that a control station polls; `1` without.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stations: Vec<StationAddress>,
    /// The character set of the texts; that of the profile without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub characters: Option<Characters>,
    /// A fire panel stands at the other end: a call that no rule knows is a fire.
    #[serde(default)]
    pub fire_panel: bool,
    /// What the texts mean; the first rule that holds counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// The call types that end a call, where the product numbers them otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reset_call_types: Vec<String>,
    /// Take the vendor records 9 and D as references.
    #[serde(default)]
    pub vendor_references: bool,
    /// The call status (record 7) that is sent back for each call, empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub report_status: String,
    /// Silence after which the link counts as lost; that of the profile without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supervision: Option<SpanOrOff>,
    /// How long a port or connection may be away before the link counts as lost; 10 s without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub away: Option<Span>,
    /// For how long an equal block may be the same call again; that of the profile without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Span>,
    /// How long the caller waits for the journal before it hears busy; that of the profile
    /// without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Span>,
    /// Take blocks without a block check character.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accept_missing_bcc: Option<bool>,
    /// Take blocks that come without a select.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block_without_select: Option<bool>,
    /// Take ENQ without an address as a select.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bare_enquiry: Option<bool>,
    /// Take the own address and ENQ directly after EOT as a select.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub single_enquiry_select: Option<bool>,
    /// Own bytes are heard on the line, as on two wires: they are dropped, and answers wait for two
    /// characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub echo: Option<bool>,
}

/// What the server is on a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LineRole {
    /// The pager side: takes calls, answers polls.
    #[default]
    Receiver,
    /// Owner of the line: polls the panels, which call then.
    ControlStation,
    /// Beside the receiver that answers: sends not a single byte.
    Listener,
}

impl LineRole {
    /// Its name in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Receiver => "receiver",
            Self::ControlStation => "control-station",
            Self::Listener => "listener",
        }
    }
}

impl Espa444Line {
    /// A line of this name over TCP, on which the panel connects to these addresses.
    #[must_use]
    pub fn listening(name: impl Into<String>, listen: Listen) -> Self {
        Self::over_tcp(name, TcpConfig::listening(listen))
    }

    /// A line of this name over TCP, on which the server connects to `host:port`.
    #[must_use]
    pub fn connecting(name: impl Into<String>, to: impl Into<String>) -> Self {
        Self::over_tcp(name, TcpConfig::connecting(to))
    }

    fn over_tcp(name: impl Into<String>, tcp: TcpConfig) -> Self {
        Self {
            tcp: Some(tcp),
            ..Self::bare(name.into())
        }
    }

    /// A line of this name over a serial port.
    #[must_use]
    pub fn serial(name: impl Into<String>, device: impl Into<PathBuf>) -> Self {
        Self {
            serial: Some(SerialConfig::new(device)),
            ..Self::bare(name.into())
        }
    }

    fn bare(name: String) -> Self {
        Self {
            name,
            serial: None,
            tcp: None,
            profile: None,
            role: LineRole::default(),
            address: None,
            stations: Vec::new(),
            characters: None,
            fire_panel: false,
            rules: Vec::new(),
            reset_call_types: Vec::new(),
            vendor_references: false,
            report_status: String::new(),
            supervision: None,
            away: None,
            repeat: None,
            decision: None,
            accept_missing_bcc: None,
            block_without_select: None,
            bare_enquiry: None,
            single_enquiry_select: None,
            echo: None,
        }
    }

    /// The addresses that it listens on outside loopback.
    pub fn outside_loopback(&self) -> impl Iterator<Item = std::net::SocketAddr> {
        self.tcp.iter().flat_map(TcpConfig::outside_loopback)
    }

    /// The dialect with what is set here.
    #[must_use]
    pub fn profile(&self) -> Profile {
        let default = match &self.serial {
            Some(_) => Profile::FIELD,
            None => Profile::TCP,
        };
        let mut profile = self.profile.map_or(default, |named| named.0);
        if let Some(port) = &self.serial {
            port.change(&mut profile.serial);
        } else {
            profile = espa444::driver::tcp::relaxed(&profile);
        }
        fn set<T>(place: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *place = value;
            }
        }
        set(&mut profile.characters, self.characters.map(|set| set.0));
        set(
            &mut profile.timers.supervision,
            self.supervision.map(|set| match set {
                SpanOrOff::Off => None,
                SpanOrOff::After(span) => Some(span.0),
            }),
        );
        set(&mut profile.timers.repeat, self.repeat.map(|span| span.0));
        set(
            &mut profile.timers.decision,
            self.decision.map(|span| span.0),
        );
        let tolerance = &mut profile.tolerance;
        set(
            &mut tolerance.block_without_select,
            self.block_without_select,
        );
        set(&mut tolerance.bare_enquiry, self.bare_enquiry);
        set(
            &mut tolerance.single_enquiry_select,
            self.single_enquiry_select,
        );
        set(
            &mut profile.decode.accept_missing_bcc,
            self.accept_missing_bcc,
        );
        set(&mut profile.line.echo, self.echo);
        let line = &mut profile.line;
        if line.echo && line.turnaround.is_zero() {
            // Two wires: the other side needs the time to let go of them (ESPA reference 1).
            line.turnaround = profile.serial.character_time() * 2;
        }
        profile
    }

    /// What the server is on the line.
    #[must_use]
    pub fn role(&self) -> espa444::Role {
        let stations: Vec<_> = self.stations.iter().map(|station| station.0).collect();
        let own = self.address.map_or(Address::RECEIVER, |own| own.0);
        let first = stations.first().copied().unwrap_or(Address::CALLER);
        match self.role {
            LineRole::Receiver => espa444::Role::receiver()
                .with_address(own)
                .with_remote(first),
            LineRole::Listener => espa444::Role::listener()
                .with_address(own)
                .with_remote(first),
            LineRole::ControlStation if stations.is_empty() => {
                espa444::Role::control_station(own, &[Address::CALLER])
            }
            LineRole::ControlStation => espa444::Role::control_station(own, &stations),
        }
    }

    /// The rules, checked.
    ///
    /// # Errors
    /// For the first rule that cannot be meant as it stands.
    pub fn checked_rules(&self) -> Result<Rules, RuleError> {
        Rules::new(self.rules.clone())
    }

    fn check(&self) -> Result<(), ConfigError> {
        let within = |span: Option<Span>, least: Duration, most: Duration| {
            span.is_none_or(|span| (least..=most).contains(&span.0))
        };
        let second = Duration::from_secs(1);
        let hour = second * 3600;
        holds([
            (
                self.role == LineRole::ControlStation || self.stations.len() <= 1,
                "inputs.espa444.stations",
                "may be several only with role = \"control-station\"",
            ),
            (
                self.stations.len() <= espa444::Role::MOST_STATIONS,
                "inputs.espa444.stations",
                "must be at most 32",
            ),
            (
                self.reset_call_types.iter().all(|value| !value.is_empty()),
                "inputs.espa444.reset_call_types",
                "must not hold an empty value",
            ),
            (
                self.report_status.len() <= 16
                    && self
                        .report_status
                        .bytes()
                        .all(|byte| byte.is_ascii_graphic()),
                "inputs.espa444.report_status",
                "must be a value of record 7, such as \"3\" (paged), or \"\" for none",
            ),
            (
                match self.supervision {
                    Some(SpanOrOff::After(span)) => within(Some(span), second, hour * 24),
                    _ => true,
                },
                "inputs.espa444.supervision",
                "must be 1s to 24h, or \"off\"",
            ),
            (
                within(self.away, Duration::ZERO, hour),
                "inputs.espa444.away",
                "must be at most 1h",
            ),
            (
                within(self.repeat, Duration::ZERO, hour),
                "inputs.espa444.repeat",
                "must be at most 1h",
            ),
            (
                within(self.decision, Duration::from_millis(50), second * 10),
                "inputs.espa444.decision",
                "must be 50ms to 10s",
            ),
        ])?;
        line::check(
            &KEYS,
            &self.name,
            self.serial
                .as_ref()
                .map(|port| (port, self.profile().serial)),
            self.tcp.as_ref(),
        )?;
        match self.checked_rules() {
            Ok(_) => Ok(()),
            Err(source) => Err(ConfigError::Rules {
                line: self.name.clone(),
                source,
            }),
        }
    }
}

/// Checks the lines, each and together.
pub(super) fn check(lines: &[Espa444Line]) -> Result<(), ConfigError> {
    let each = lines.iter().map(|line| (&*line.name, line.serial.as_ref()));
    line::check_together(&KEYS, each)?;
    lines.iter().try_for_each(Espa444Line::check)
}
