//! Tables `[[inputs.panel]]`: where panels report in Contact ID and SIA DC-09.

use std::collections::HashSet;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use climax_rf::contact_id::Account;
use climax_rf::dc09::Key;
use climax_rf::events::Profile;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::line::{MOST_NETWORKS, is_name};
use super::{ConfigError, Listen, Private, Span, holds};

/// The most tables: each has sockets and tasks.
const MOST_INPUTS: usize = 64;
/// The most accounts of a table.
const MOST_ACCOUNTS: usize = 100_000;

/// One table `[[inputs.panel]]`: a receiver, with every path that its panels report over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PanelConfig {
    /// What it is called: 1 to 64 letters, digits and any of `._-`.
    pub name: String,
    /// Where Contact ID in brackets and DC-09 are received over TCP, told apart by the first bytes.
    #[serde(default = "off")]
    pub tcp: Listen,
    /// Where DC-09 is received over UDP.
    #[serde(default = "off")]
    pub udp: Listen,
    /// The networks that are heard besides loopback.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plain_networks: Vec<IpNet>,
    /// Connections at a time.
    #[serde(default = "connections")]
    pub connections: usize,
    /// One source gets one in so many of them, and 16 in any case; 1 for no cap.
    #[serde(default = "source_share")]
    pub source_share: usize,
    /// How long a connection may take to bring its first whole report.
    #[serde(default = "first_message_timeout")]
    pub first_message_timeout: Span,
    /// For how long an equal report of an account counts as a double (Climax reference 5.2).
    #[serde(default = "duplicate_window")]
    pub duplicate_window: Span,
    /// What becomes of reports of accounts that have no table.
    #[serde(default)]
    pub unknown_accounts: UnknownAccounts,
    /// Take bracket reports whose checksum is wrong, marked (Climax reference 5.2).
    #[serde(default)]
    pub accept_wrong_checksum: bool,
    /// Whether DC-09 frames that cannot be read or opened hear `NAK`; otherwise nothing.
    #[serde(default)]
    pub nak: bool,
    /// Of which DC-09 frames the time must be right, unless the account says otherwise.
    #[serde(default)]
    pub clock: ClockCheck,
    /// How far in the future it may be, unless the account says otherwise.
    #[serde(default = "clock_ahead")]
    pub clock_ahead: Span,
    /// How far in the past it may be, unless the account says otherwise.
    #[serde(default = "clock_behind")]
    pub clock_behind: Span,
    /// Tables `[[inputs.panel.account]]`.
    #[serde(default, rename = "account", skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<PanelAccount>,
}

fn off() -> Listen {
    Listen::Off
}

fn connections() -> usize {
    2000
}

fn source_share() -> usize {
    16
}

fn first_message_timeout() -> Span {
    Span(Duration::from_secs(32))
}

fn duplicate_window() -> Span {
    Span(Duration::from_secs(60))
}

fn clock_ahead() -> Span {
    Span(Duration::from_secs(20))
}

fn clock_behind() -> Span {
    Span(Duration::from_secs(40))
}

/// What becomes of reports of accounts that have no table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnknownAccounts {
    /// They are taken, with the profile *unknown*, and marked.
    #[default]
    Accept,
    /// They are kept as evidence; DC-09 hears `DUH`, a bracket report nothing.
    Refuse,
}

/// Of which DC-09 frames the time must be right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClockCheck {
    /// Of encrypted ones, which must have one (Climax reference 5.4).
    #[default]
    Encrypted,
    /// Of every one that has a time, and encrypted ones must.
    Always,
    /// Of none.
    Never,
}

/// One account. `Debug` leaves out all that leads to a home, and the key.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PanelAccount {
    /// The account as the panel sends it.
    pub account: String,
    /// The kind of equipment (Climax reference 7.1).
    #[serde(default)]
    pub profile: Profile,
    /// What people call it; goes along with its alarms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Private>,
    /// Where it is; the location of alarms that say none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Private>,
    /// The key of its encrypted reports: 32, 48 or 64 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Private>,
    /// A file that holds the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_file: Option<PathBuf>,
    /// Whether reports in clear are refused; without it, so for an account with a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require_encryption: Option<bool>,
    /// Of which DC-09 frames the time must be right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockCheck>,
    /// How far in the future it may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_ahead: Option<Span>,
    /// How far in the past it may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_behind: Option<Span>,
    /// The period of its check-ins; without one it is not supervised (Climax reference 5.6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_in: Option<Span>,
    /// How many in a row may be missing: the line is lost with this one.
    #[serde(default = "missed")]
    pub missed: u32,
}

fn missed() -> u32 {
    3
}

impl PanelAccount {
    /// An account of this profile of which nothing else is known.
    #[must_use]
    pub fn new(account: impl Into<String>, profile: Profile) -> Self {
        Self {
            account: account.into(),
            profile,
            name: None,
            place: None,
            key: None,
            key_file: None,
            require_encryption: None,
            clock: None,
            clock_ahead: None,
            clock_behind: None,
            check_in: None,
            missed: missed(),
        }
    }

    fn has_key(&self) -> bool {
        self.key.is_some() || self.key_file.is_some()
    }

    fn check(&self) -> Result<(), ConfigError> {
        let (second, day) = (Duration::from_secs(1), Duration::from_secs(86_400));
        let key_fits = |key: &Private| Key::from_hexadecimal(key.expose()).is_ok();
        let near = |span: Option<Span>| span.is_none_or(|span| span.0 <= day);
        holds([
            (
                Account::new(&self.account).is_ok(),
                "inputs.panel.account.account",
                "must be 1 to 32 printable ASCII characters, without space and []<>|\"",
            ),
            (
                self.key.is_none() || self.key_file.is_none(),
                "inputs.panel.account.key",
                "goes without key_file",
            ),
            (
                self.key.as_ref().is_none_or(key_fits),
                "inputs.panel.account.key",
                "must be 32, 48 or 64 hexadecimal digits",
            ),
            (
                self.require_encryption != Some(true) || self.has_key(),
                "inputs.panel.account.require_encryption",
                "needs a key or a key_file",
            ),
            (
                near(self.clock_ahead) && near(self.clock_behind),
                "inputs.panel.account.clock_ahead, clock_behind",
                "must be at most 24h",
            ),
            (
                self.check_in
                    .is_none_or(|span| (second..=day * 32).contains(&span.0)),
                "inputs.panel.account.check_in",
                "must be 1s to 768h (32 days)",
            ),
            (
                (1..=10).contains(&self.missed),
                "inputs.panel.account.missed",
                "must be 1 to 10",
            ),
        ])
    }
}

impl fmt::Debug for PanelAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PanelAccount")
            .field("profile", &self.profile)
            .field("has_key", &self.has_key())
            .field("check_in", &self.check_in)
            .finish_non_exhaustive()
    }
}

impl PanelConfig {
    /// A receiver of this name over TCP and UDP, with every account unknown.
    #[must_use]
    pub fn new(name: impl Into<String>, tcp: Listen, udp: Listen) -> Self {
        Self {
            name: name.into(),
            tcp,
            udp,
            plain_networks: Vec::new(),
            connections: connections(),
            source_share: source_share(),
            first_message_timeout: first_message_timeout(),
            duplicate_window: duplicate_window(),
            unknown_accounts: UnknownAccounts::default(),
            accept_wrong_checksum: false,
            nak: false,
            clock: ClockCheck::default(),
            clock_ahead: clock_ahead(),
            clock_behind: clock_behind(),
            accounts: Vec::new(),
        }
    }

    /// The addresses that it listens on outside loopback, with their keys.
    pub fn outside_loopback(&self) -> impl Iterator<Item = (&'static str, SocketAddr)> {
        [
            ("inputs.panel.tcp", &self.tcp),
            ("inputs.panel.udp", &self.udp),
        ]
        .into_iter()
        .flat_map(|(key, listen)| listen.outside_loopback().map(move |address| (key, address)))
    }

    fn check(&self) -> Result<(), ConfigError> {
        let (second, hour) = (Duration::from_secs(1), Duration::from_secs(3600));
        holds([
            (
                is_name(&self.name),
                "inputs.panel.name",
                "must be 1 to 64 letters, digits and any of ._-",
            ),
            (
                self.tcp.is_on() || self.udp.is_on(),
                "inputs.panel",
                "needs tcp = \"ADDRESS\" or udp = \"ADDRESS\"",
            ),
            (
                self.plain_networks.len() <= MOST_NETWORKS,
                "inputs.panel.plain_networks",
                "must be at most 256",
            ),
            (
                self.connections > 0,
                "inputs.panel.connections",
                "must be at least 1",
            ),
            (
                self.source_share > 0,
                "inputs.panel.source_share",
                "must be at least 1",
            ),
            (
                (second..=hour).contains(&self.first_message_timeout.0),
                "inputs.panel.first_message_timeout",
                "must be 1s to 1h",
            ),
            (
                self.duplicate_window.0 <= hour,
                "inputs.panel.duplicate_window",
                "must be at most 1h",
            ),
            (
                self.clock_ahead.0 <= 24 * hour && self.clock_behind.0 <= 24 * hour,
                "inputs.panel.clock_ahead, clock_behind",
                "must be at most 24h",
            ),
            (
                self.accounts.len() <= MOST_ACCOUNTS,
                "inputs.panel.account",
                "must be at most 100000",
            ),
            (
                differ(self.accounts.iter().map(|one| &*one.account)),
                "inputs.panel.account.account",
                "stands in two tables",
            ),
        ])?;
        self.accounts.iter().try_for_each(PanelAccount::check)?;
        match self.outside_loopback().next() {
            Some((_, address)) if self.plain_networks.is_empty() => {
                Err(ConfigError::NoLineNetworks {
                    table: "inputs.panel",
                    line: self.name.clone(),
                    address,
                })
            }
            _ => Ok(()),
        }
    }
}

fn differ<'t>(mut texts: impl Iterator<Item = &'t str>) -> bool {
    let mut seen = HashSet::new();
    texts.all(|text| seen.insert(text))
}

/// Checks the tables, each and together.
pub(super) fn check(panels: &[PanelConfig]) -> Result<(), ConfigError> {
    holds([
        (
            panels.len() <= MOST_INPUTS,
            "inputs.panel",
            "must be at most 64 tables",
        ),
        (
            differ(panels.iter().map(|one| &*one.name)),
            "inputs.panel.name",
            "stands in two tables",
        ),
    ])?;
    panels.iter().try_for_each(PanelConfig::check)
}
