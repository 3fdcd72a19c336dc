//! The text that tells a panel where to report (Climax reference 5.1 and 5.7).
//!
//! ```
//! use climax_rf::destination::{Destination, Format};
//!
//! let parsed = Destination::parse("ip://4711@192.0.2.7:5000/CID_SIA/KEY/000102030405060708090A0B0C0D0E0F")?;
//! let Destination::Report(report) = &parsed.destination else { panic!() };
//! assert_eq!((report.account.as_str(), report.port), ("4711", Some(5000)));
//! assert!(matches!(report.format, Some(Format::ContactIdOverDc09 { .. })));
//! assert_eq!(parsed.destination.to_string(), "ip://4711@192.0.2.7:5000/CID_SIA/KEY/***");
//! # Ok::<(), climax_rf::destination::DestinationError>(())
//! ```

mod format;
mod mobile;
mod secret;

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;
use core::net::Ipv6Addr;

use crate::warnings;

pub use format::{Dialect, Format, Login};
pub use mobile::{MobileReportType, Transport};
pub use secret::Secret;

/// Where a panel reports.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Destination {
    /// A station, over IP.
    Report(Report),
    /// `mailto:`; the address is personal and hidden.
    Mail(Secret),
}

/// A station, over IP. `Debug` hides the account and all secrets.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// How the text begins.
    pub scheme: Scheme,
    /// Under which account.
    pub account: String,
    /// Name or address; an IPv6 address without its brackets.
    pub host: String,
    /// The port, 1 to 65535.
    pub port: Option<u16>,
    /// What the suffix says; `None` without one.
    pub format: Option<Format>,
}

/// How a destination begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// `ip://`
    Ip,
    /// `rptn://` of the oldest panels, for the bracket form.
    Rptn,
    /// None, as in mobile care units, where a number beside the text selects the format
    /// ([`MobileReportType`]).
    Bare,
}

/// A destination and what was odd about its text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parsed {
    /// The destination.
    pub destination: Destination,
    /// Every deviation. Offsets are always 0.
    pub warnings: Warnings,
}

/// One tolerated deviation.
pub type Warning = warnings::Warning<WarningKind>;
/// All deviations of a destination.
pub type Warnings = warnings::Warnings<WarningKind>;

/// What a warning is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WarningKind {
    /// No suffix after `ip://`: what panels do then is not known, the bracket form is assumed.
    FormatMissing,
    /// A suffix that is not known; kept as text.
    FormatUnknown,
    /// A key that is not 32, 48 or 64 hexadecimal digits; kept.
    KeyUnusual,
    /// No port.
    PortMissing,
    /// An IPv6 address without brackets.
    BracketsMissing,
    /// An account that the report forms cannot carry.
    AccountUnusual,
    /// Blanks around the text; left out.
    Blanks,
}

impl fmt::Display for WarningKind {
    /// One line for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WarningKind::FormatMissing => "no suffix, the bracket form is assumed",
            WarningKind::FormatUnknown => "suffix that is not known",
            WarningKind::KeyUnusual => "key of other than 32, 48 or 64 hexadecimal digits",
            WarningKind::PortMissing => "no port",
            WarningKind::BracketsMissing => "IPv6 address without brackets",
            WarningKind::AccountUnusual => "account that the report forms cannot carry",
            WarningKind::Blanks => "blanks around the text",
        })
    }
}

/// Text that is no destination. The text never shows values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DestinationError {
    /// Longer than [`Destination::LONGEST`].
    #[error("a destination has {} bytes at most", Destination::LONGEST)]
    TooLong,
    /// A scheme other than `ip`, `rptn` and `mailto`.
    #[error("the scheme is none of ip, rptn and mailto")]
    Scheme,
    /// Nothing before the last `@`, or no `@`.
    #[error("there is no account before an @")]
    AccountMissing,
    /// No host, or no mail address.
    #[error("there is no host")]
    HostMissing,
    /// The port is no number from 1 to 65535.
    #[error("the port is no number from 1 to 65535")]
    Port,
}

impl Destination {
    /// Bytes of a text that is read.
    pub const LONGEST: usize = 1024;

    /// Reads a destination. Scheme and suffix compare without regard to letter case.
    ///
    /// The account reaches to the last `@` before the suffix, so that one in a password does no
    /// harm.
    ///
    /// # Errors
    ///
    /// [`DestinationError`].
    pub fn parse(text: &str) -> Result<Parsed, DestinationError> {
        if text.len() > Self::LONGEST {
            return Err(DestinationError::TooLong);
        }
        let mut warnings = Warnings::NONE;
        let trimmed = text.trim();
        if trimmed.len() != text.len() {
            warnings.add(WarningKind::Blanks, 0);
        }
        let destination = if let Some(address) = strip_prefix(trimmed, "mailto:") {
            if address.is_empty() {
                return Err(DestinationError::HostMissing);
            }
            Destination::Mail(Secret::new(address))
        } else {
            Destination::Report(report(trimmed, &mut warnings)?)
        };
        Ok(Parsed {
            destination,
            warnings,
        })
    }

    /// The text with keys, passwords and mail address: for the panel, never for a log.
    #[must_use]
    pub fn to_text_with_secrets(&self) -> String {
        let mut text = String::new();
        // Writing to a text does not fail.
        let _ = self.write(&mut text, true);
        text
    }

    fn write(&self, out: &mut dyn fmt::Write, secrets: bool) -> fmt::Result {
        match self {
            Destination::Mail(address) => {
                out.write_str("mailto:")?;
                address.write(out, secrets)
            }
            Destination::Report(report) => report.write(out, secrets),
        }
    }
}

impl fmt::Display for Destination {
    /// The text with `***` for every secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, false)
    }
}

impl Report {
    /// The format that is meant: that of the suffix, or the bracket form.
    #[must_use]
    pub fn effective_format(&self) -> Format {
        self.format.clone().unwrap_or(Format::ContactId)
    }

    fn write(&self, out: &mut dyn fmt::Write, secrets: bool) -> fmt::Result {
        out.write_str(match self.scheme {
            Scheme::Ip => "ip://",
            Scheme::Rptn => "rptn://",
            Scheme::Bare => "",
        })?;
        if self.host.contains(':') {
            write!(out, "{}@[{}]", self.account, self.host)?;
        } else {
            write!(out, "{}@{}", self.account, self.host)?;
        }
        if let Some(port) = self.port {
            write!(out, ":{port}")?;
        }
        match &self.format {
            Some(format) => format.write(out, secrets),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("scheme", &self.scheme)
            .field("host", &self.host)
            .field("port", &self.port)
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}

/// What follows a prefix of any letter case.
fn strip_prefix<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let start = text.get(..prefix.len())?;
    let rest = &text[prefix.len()..];
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn report(text: &str, warnings: &mut Warnings) -> Result<Report, DestinationError> {
    let (scheme, rest) = if let Some(rest) = strip_prefix(text, "ip://") {
        (Scheme::Ip, rest)
    } else if let Some(rest) = strip_prefix(text, "rptn://") {
        (Scheme::Rptn, rest)
    } else if text.split('@').next().is_some_and(|t| t.contains("://")) {
        return Err(DestinationError::Scheme);
    } else {
        (Scheme::Bare, text)
    };
    // The last @ before the suffix; or the very last, where the account has a slash.
    let before_slash = rest.split('/').next().unwrap_or_default();
    let at = before_slash.rfind('@').or_else(|| rest.rfind('@'));
    let (account, place) = match at {
        None | Some(0) => return Err(DestinationError::AccountMissing),
        Some(at) => (&rest[..at], &rest[at + 1..]),
    };
    if crate::contact_id::Account::new(account).is_err() {
        warnings.add(WarningKind::AccountUnusual, 0);
    }
    let (authority, suffix) = match place.find('/') {
        Some(at) => (&place[..at], Some(&place[at..])),
        None => (place, None),
    };
    let (host, port) = host_and_port(authority, warnings)?;
    let format = match suffix {
        None | Some("/") => {
            if scheme == Scheme::Ip {
                warnings.add(WarningKind::FormatMissing, 0);
            }
            None
        }
        Some(suffix) => Some(Format::parse(suffix, warnings)),
    };
    Ok(Report {
        scheme,
        account: account.to_owned(),
        host: host.to_owned(),
        port,
        format,
    })
}

fn host_and_port<'t>(
    authority: &'t str,
    warnings: &mut Warnings,
) -> Result<(&'t str, Option<u16>), DestinationError> {
    let (host, port) = if let Some(inside) = authority.strip_prefix('[') {
        let (host, behind) = inside
            .split_once(']')
            .ok_or(DestinationError::HostMissing)?;
        match behind.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            None if behind.is_empty() => (host, None),
            None => return Err(DestinationError::Port),
        }
    } else if authority.parse::<Ipv6Addr>().is_ok() {
        warnings.add(WarningKind::BracketsMissing, 0);
        (authority, None)
    } else {
        match authority.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        }
    };
    if host.is_empty() {
        return Err(DestinationError::HostMissing);
    }
    let port = match port {
        None => {
            warnings.add(WarningKind::PortMissing, 0);
            None
        }
        Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            let port = text.parse::<u16>().ok().filter(|&port| port != 0);
            Some(port.ok_or(DestinationError::Port)?)
        }
        Some(_) => return Err(DestinationError::Port),
    };
    Ok((host, port))
}
