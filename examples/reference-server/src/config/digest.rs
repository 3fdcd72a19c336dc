//! Table `[scaip.digest]`: who proves who it is, over which listeners.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{ConfigError, Private, Span, holds};

/// Table `[scaip.digest]` (SCAIP reference 5.5).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DigestConfig {
    /// The transports that ask for credentials.
    pub listeners: Vec<SipListener>,
    /// The realm of the accounts.
    pub realm: String,
    /// What is offered, the first one first.
    pub algorithms: Vec<DigestAlgorithm>,
    /// How long a nonce is good.
    pub nonce_life: Span,
    /// Who is known.
    pub accounts: Vec<DigestAccount>,
}

impl Default for DigestConfig {
    fn default() -> Self {
        Self {
            listeners: Vec::new(),
            realm: String::new(),
            algorithms: vec![DigestAlgorithm::Sha256, DigestAlgorithm::Md5],
            nonce_life: Span(Duration::from_secs(300)),
            accounts: Vec::new(),
        }
    }
}

/// A transport that SIP comes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SipListener {
    /// `scaip.udp`.
    Udp,
    /// `scaip.tcp`.
    Tcp,
    /// `scaip.tls`.
    Tls,
}

/// A digest algorithm (RFC 8760).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DigestAlgorithm {
    /// SHA-256.
    #[serde(rename = "SHA-256")]
    Sha256,
    /// MD5: still the only one that many units know.
    #[serde(rename = "MD5")]
    Md5,
}

/// Whom an account speaks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountKind {
    /// For the `cid` that is its name.
    #[default]
    Controller,
    /// For every `cid`.
    Gateway,
}

/// One account. `Debug` leaves out its name, which may stand for somebody's home.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DigestAccount {
    /// The username.
    pub name: String,
    /// Whom it speaks for.
    #[serde(default)]
    pub kind: AccountKind,
    /// Its secrets; each is good, so that an old and a new one are valid at once.
    pub secrets: Vec<DigestSecret>,
}

impl fmt::Debug for DigestAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DigestAccount")
            .field("kind", &self.kind)
            .field("secrets", &self.secrets.len())
            .finish_non_exhaustive()
    }
}

/// One secret, in exactly one of these forms.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DigestSecret {
    /// The password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Private>,
    /// H(A1) by MD5: 32 hexadecimal digits of `name:realm:password`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub md5: Option<Private>,
    /// H(A1) by SHA-256: 64 hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Private>,
    /// A file with passwords, one on each line that is not blank; each is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
}

impl DigestSecret {
    fn forms(&self) -> usize {
        [
            self.password.is_some(),
            self.md5.is_some(),
            self.sha256.is_some(),
            self.file.is_some(),
        ]
        .into_iter()
        .filter(|given| *given)
        .count()
    }

    /// Whether any of the algorithms can work with it.
    fn serves(&self, algorithms: &[DigestAlgorithm]) -> bool {
        (self.md5.is_none() || algorithms.contains(&DigestAlgorithm::Md5))
            && (self.sha256.is_none() || algorithms.contains(&DigestAlgorithm::Sha256))
    }
}

fn is_hexadecimal(digits: Option<&Private>, length: usize) -> bool {
    digits.is_none_or(|digits| {
        digits.expose().len() == length && digits.expose().bytes().all(|b| b.is_ascii_hexdigit())
    })
}

impl DigestConfig {
    /// Whether anybody is asked.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.listeners.is_empty()
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let on = self.is_on();
        let secrets = || self.accounts.iter().flat_map(|account| &account.secrets);
        let names: BTreeSet<_> = self.accounts.iter().map(|account| &account.name).collect();
        let listeners: BTreeSet<_> = self.listeners.iter().collect();
        holds([
            (
                listeners.len() == self.listeners.len(),
                "scaip.digest.listeners",
                "names one twice",
            ),
            (
                !on || !self.realm.is_empty(),
                "scaip.digest.realm",
                "must be set: a name such as \"arc.example.net\" that every unit is given with its \
                 password",
            ),
            (
                !self.realm.chars().any(char::is_control),
                "scaip.digest.realm",
                "must not hold control characters",
            ),
            (
                !on || !self.algorithms.is_empty(),
                "scaip.digest.algorithms",
                "must name at least one of \"SHA-256\" and \"MD5\"",
            ),
            (
                self.nonce_life.0 >= Duration::from_secs(1),
                "scaip.digest.nonce_life",
                "must be at least 1s",
            ),
            (
                !on || !self.accounts.is_empty(),
                "scaip.digest.accounts",
                "must name at least one account, or nobody can send anything",
            ),
            (
                names.len() == self.accounts.len(),
                "scaip.digest.accounts.name",
                "stands twice: put both secrets into one account",
            ),
            (
                self.accounts.iter().all(|account| match account.kind {
                    AccountKind::Controller => {
                        (1..=16).contains(&account.name.len())
                            && account.name.bytes().all(|byte| byte.is_ascii_digit())
                    }
                    AccountKind::Gateway => (1..=128).contains(&account.name.chars().count()),
                }),
                "scaip.digest.accounts.name",
                "must be the cid, 1 to 16 digits, or 1 to 128 characters of a gateway",
            ),
            (
                self.accounts
                    .iter()
                    .all(|account| !account.secrets.is_empty()),
                "scaip.digest.accounts.secrets",
                "must not be empty",
            ),
            (
                secrets().all(|secret| secret.forms() == 1),
                "scaip.digest.accounts.secrets",
                "must have exactly one of password, md5, sha256 and file, each in braces of its own",
            ),
            (
                secrets().all(|secret| {
                    secret
                        .password
                        .as_ref()
                        .is_none_or(|password| !password.expose().is_empty())
                }),
                "scaip.digest.accounts.secrets.password",
                "must not be empty",
            ),
            (
                secrets().all(|secret| is_hexadecimal(secret.md5.as_ref(), 32)),
                "scaip.digest.accounts.secrets.md5",
                "must be 32 hexadecimal digits",
            ),
            (
                secrets().all(|secret| is_hexadecimal(secret.sha256.as_ref(), 64)),
                "scaip.digest.accounts.secrets.sha256",
                "must be 64 hexadecimal digits",
            ),
            (
                secrets().all(|secret| secret.serves(&self.algorithms)),
                "scaip.digest.algorithms",
                "must include the algorithm of every md5 and sha256 secret",
            ),
        ])
    }
}
