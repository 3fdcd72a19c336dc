//! Which account has which key.

#[cfg(feature = "aes")]
use super::Key;
use crate::contact_id::Account;

/// How an account reports.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Security {
    /// In clear. Encrypted frames cannot be read.
    Clear,
    /// Encrypted. Frames in clear are refused, unless the settings say otherwise.
    #[cfg(feature = "aes")]
    Encrypted(Key),
}

/// Looks up how an account reports. Implemented for closures.
pub trait Accounts {
    /// How this account reports. `None` for frames without an account outside of the data.
    fn security(&self, account: Option<Account<'_>>) -> Security;
}

impl<F: Fn(Option<Account<'_>>) -> Security> Accounts for F {
    fn security(&self, account: Option<Account<'_>>) -> Security {
        self(account)
    }
}

/// Every account reports in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct AllClear;

impl Accounts for AllClear {
    fn security(&self, _: Option<Account<'_>>) -> Security {
        Security::Clear
    }
}
