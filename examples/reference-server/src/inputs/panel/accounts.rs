//! The accounts of a receiver: what each one is, and how it must report.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use climax_rf::contact_id::Account;
use climax_rf::dc09::{Accounts as Lookup, Key, Security, Timestamp};
use climax_rf::events::Profile;
use climax_rf::events::supervision::CheckIn;

use super::SettingError;
use super::said::Said;
use crate::config::{ClockCheck, PanelAccount, PanelConfig, Private};

/// One account.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) profile: Profile,
    pub(super) name: Option<Private>,
    pub(super) place: Option<Private>,
    key: Option<Key>,
    require_encryption: bool,
    clock: Clock,
    pub(super) check_in: Option<CheckIn>,
}

/// Of which frames the time must be right, and how far away it may be.
#[derive(Clone, Copy, Debug)]
struct Clock {
    check: ClockCheck,
    ahead: Duration,
    behind: Duration,
}

/// Why a message that can be read is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Objection {
    /// It is in clear, and the account must encrypt.
    NotEncrypted,
    /// Its time is too far from the present.
    OutOfWindow,
    /// It has no time, and must have one.
    NoTime,
}

impl Objection {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::NotEncrypted => "not-encrypted",
            Self::OutOfWindow => "out-of-window",
            Self::NoTime => "timestamp-missing",
        }
    }
}

/// All accounts of a receiver.
#[derive(Clone, Default)]
pub(super) struct Accounts {
    known: HashMap<Box<[u8]>, Known>,
    unknown: Option<Clock>,
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Accounts({})", self.known.len())
    }
}

impl Clock {
    fn of(config: &PanelConfig, account: Option<&PanelAccount>) -> Self {
        let own = |span: Option<crate::config::Span>, common: crate::config::Span| {
            span.unwrap_or(common).0
        };
        Self {
            check: account
                .and_then(|account| account.clock)
                .unwrap_or(config.clock),
            ahead: own(
                account.and_then(|account| account.clock_ahead),
                config.clock_ahead,
            ),
            behind: own(
                account.and_then(|account| account.clock_behind),
                config.clock_behind,
            ),
        }
    }

    fn check(self, said: &Said<'_>, now: i64) -> Result<(), Objection> {
        let concerned = match self.check {
            ClockCheck::Never => false,
            ClockCheck::Encrypted => said.encrypted,
            ClockCheck::Always => said.encrypted || said.time.is_some(),
        };
        if !concerned {
            return Ok(());
        }
        let sent = said.time.map(Timestamp::unix_seconds);
        let ahead = sent.ok_or(Objection::NoTime)? - now;
        let seconds = |span: Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        if ahead > seconds(self.ahead) || -ahead > seconds(self.behind) {
            return Err(Objection::OutOfWindow);
        }
        Ok(())
    }
}

impl Accounts {
    /// As configured; key files are read.
    pub(super) fn new(config: &PanelConfig) -> Result<Self, SettingError> {
        let known = config.accounts.iter().enumerate().map(|(index, account)| {
            let key = key(config, index, account)?;
            let known = Known {
                profile: account.profile,
                name: account.name.clone(),
                place: account.place.clone(),
                require_encryption: account.require_encryption.unwrap_or(key.is_some()),
                key,
                clock: Clock::of(config, Some(account)),
                check_in: account.check_in.map(|period| {
                    let mut check_in = CheckIn::new(period.0);
                    check_in.missed = account.missed;
                    check_in
                }),
            };
            Ok((account.account.as_bytes().into(), known))
        });
        Ok(Self {
            known: known.collect::<Result<_, SettingError>>()?,
            unknown: Some(Clock::of(config, None)),
        })
    }

    pub(super) fn get(&self, account: Option<Account<'_>>) -> Option<&Known> {
        self.known.get(account?.as_bytes())
    }

    pub(super) fn by_name(&self, account: &str) -> Option<&Known> {
        self.known.get(account.as_bytes())
    }

    /// Those that are supervised, with their check-ins.
    pub(super) fn supervised(&self) -> impl Iterator<Item = (&str, CheckIn)> {
        self.known.iter().filter_map(|(account, known)| {
            let account = std::str::from_utf8(account).ok()?;
            Some((account, known.check_in?))
        })
    }

    /// Whether a message came as its account must send it.
    pub(super) fn check(&self, said: &Said<'_>, now: i64) -> Result<(), Objection> {
        let known = self.get(said.account);
        if known.is_some_and(|known| known.require_encryption) && !said.encrypted {
            return Err(Objection::NotEncrypted);
        }
        let clock = known.map(|known| known.clock).or(self.unknown);
        clock.map_or(Ok(()), |clock| clock.check(said, now))
    }
}

/// The key of an account. What is said of a wrong one names neither account nor key.
fn key(
    config: &PanelConfig,
    index: usize,
    account: &PanelAccount,
) -> Result<Option<Key>, SettingError> {
    let wrong = |reason: String| SettingError::Key {
        panel: config.name.clone(),
        account: index + 1,
        reason,
    };
    let digits = match (&account.key, &account.key_file) {
        (Some(key), _) => key.expose().to_owned(),
        (None, Some(path)) => {
            read(path).map_err(|error| wrong(format!("{}: {error}", path.display())))?
        }
        (None, None) => return Ok(None),
    };
    let key = Key::from_hexadecimal(digits.trim());
    key.map(Some).map_err(|error| wrong(error.to_string()))
}

fn read(path: &PathBuf) -> std::io::Result<String> {
    std::fs::read_to_string(path)
}

impl Lookup for Accounts {
    fn security(&self, account: Option<Account<'_>>) -> Security {
        match self.get(account).and_then(|known| known.key.clone()) {
            Some(key) => Security::Encrypted(key),
            None => Security::Clear,
        }
    }
}
