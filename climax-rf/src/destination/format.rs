//! The suffix of a destination, which selects the format.

use core::fmt;

use super::{Secret, WarningKind, Warnings};
use crate::provenance::Provenance;

/// Which of the two DC-09 dialects. What tells them apart is not public; the working assumption
/// is a raw CRC in the first and the strict standard in the second (Climax reference 5.4,
/// inferred). A station detects the form of each frame instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// `/SIA`, `/CID_SIA`
    First,
    /// `/SIA2`, `/CID_SIA2`
    Second,
}

/// User and password of `/CSV`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The user.
    pub user: Secret,
    /// The password.
    pub password: Secret,
}

/// What a panel sends (Climax reference 5.1).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// `/CID`: Contact ID in brackets.
    ContactId,
    /// `/SIA`, `/SIA2`: DC-09 with SIA events.
    Sia {
        /// Which of the two.
        dialect: Dialect,
        /// `_A`: the zone is 100 times the area plus the zone.
        area_in_zone: bool,
        /// `/KEY/`: AES.
        key: Option<Secret>,
    },
    /// `/CID_SIA`, `/CID_SIA2`: DC-09 with Contact ID.
    ContactIdOverDc09 {
        /// Which of the two.
        dialect: Dialect,
        /// `/KEY/`: AES.
        key: Option<Secret>,
    },
    /// `/CSV`: comma separated; its layout is not public.
    Csv(Option<Login>),
    /// `/MAN`: XML of a monitoring software; its layout is not public.
    Manitou {
        /// `/MAN_TLS`
        tls: bool,
    },
    /// Anything else, with its slash. Hidden, because a key may be in it.
    Other(Secret),
}

impl Format {
    /// How sure the suffix is.
    #[must_use]
    pub fn provenance(&self) -> Provenance {
        match self {
            Format::Sia {
                area_in_zone: true, ..
            }
            | Format::ContactIdOverDc09 {
                dialect: Dialect::Second,
                ..
            } => Provenance::SingleSource,
            Format::Other(_) => Provenance::User,
            _ => Provenance::Confirmed,
        }
    }

    /// Reads a suffix with its slash.
    pub(super) fn parse(suffix: &str, warnings: &mut Warnings) -> Self {
        let known = Self::known(suffix);
        match &known {
            Some(Format::Sia { key: Some(key), .. })
            | Some(Format::ContactIdOverDc09 { key: Some(key), .. }) => {
                let digits = key.expose();
                let fits = matches!(digits.len(), 32 | 48 | 64)
                    && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                if !fits {
                    warnings.add(WarningKind::KeyUnusual, 0);
                }
            }
            None => warnings.add(WarningKind::FormatUnknown, 0),
            Some(_) => {}
        }
        known.unwrap_or_else(|| Format::Other(Secret::new(suffix)))
    }

    fn known(suffix: &str) -> Option<Self> {
        let mut parts = suffix.strip_prefix('/')?.splitn(3, '/');
        let name = parts.next()?;
        let (second, third) = (parts.next(), parts.next());
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        let bare = second.is_none() || (second == Some("") && third.is_none());
        let key = match (second, third) {
            (Some(word), Some(key)) if word.eq_ignore_ascii_case("KEY") && !key.is_empty() => {
                Some(Secret::new(key))
            }
            _ => None,
        };
        let framed = [
            ("SIA", Dialect::First, false),
            ("SIA2", Dialect::Second, false),
            ("SIA_A", Dialect::First, true),
            ("SIA2_A", Dialect::Second, true),
        ];
        if bare || key.is_some() {
            for (other, dialect, area_in_zone) in framed {
                if is(other) {
                    return Some(Format::Sia {
                        dialect,
                        area_in_zone,
                        key,
                    });
                }
            }
            for (other, dialect) in [("CID_SIA", Dialect::First), ("CID_SIA2", Dialect::Second)] {
                if is(other) {
                    return Some(Format::ContactIdOverDc09 { dialect, key });
                }
            }
        }
        match (second, third) {
            (Some(user), Some(password)) if is("CSV") => Some(Format::Csv(Some(Login {
                user: Secret::new(user),
                password: Secret::new(password),
            }))),
            _ if !bare => None,
            _ if is("CID") => Some(Format::ContactId),
            _ if is("CSV") => Some(Format::Csv(None)),
            _ if is("MAN") => Some(Format::Manitou { tls: false }),
            _ if is("MAN_TLS") => Some(Format::Manitou { tls: true }),
            _ => None,
        }
    }

    pub(super) fn write(&self, out: &mut dyn fmt::Write, secrets: bool) -> fmt::Result {
        let two = |dialect: &Dialect| match dialect {
            Dialect::First => "",
            Dialect::Second => "2",
        };
        let key = match self {
            Format::ContactId => return out.write_str("/CID"),
            Format::Csv(None) => return out.write_str("/CSV"),
            Format::Csv(Some(login)) => {
                out.write_str("/CSV/")?;
                login.user.write(out, secrets)?;
                out.write_str("/")?;
                return login.password.write(out, secrets);
            }
            Format::Manitou { tls } => {
                return out.write_str(if *tls { "/MAN_TLS" } else { "/MAN" });
            }
            Format::Other(_) if !secrets => return out.write_str("/***"),
            Format::Other(text) => return out.write_str(text.expose()),
            Format::Sia {
                dialect,
                area_in_zone,
                key,
            } => {
                let area = if *area_in_zone { "_A" } else { "" };
                write!(out, "/SIA{}{area}", two(dialect))?;
                key
            }
            Format::ContactIdOverDc09 { dialect, key } => {
                write!(out, "/CID_SIA{}", two(dialect))?;
                key
            }
        };
        match key {
            Some(key) => {
                out.write_str("/KEY/")?;
                key.write(out, secrets)
            }
            None => Ok(()),
        }
    }
}
