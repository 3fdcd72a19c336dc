//! Bearer tokens (RFC 6750): several at a time, known by their hashes, compared in constant time.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConditionallySelectable as _, ConstantTimeEq as _};
use tokio_util::sync::CancellationToken;

use super::tls::read_small;
use crate::config::BearerToken;

/// The fewest characters of a token in a file: less can be guessed.
const SHORTEST: usize = 16;

/// A token of the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Its file cannot be read.
    #[error("the bearer token {name:?} cannot be read from {}: {source}", path.display())]
    Read {
        /// Its name.
        name: String,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Its file holds no token.
    #[error("{} holds no bearer token of at least {SHORTEST} characters", path.display())]
    Short {
        /// The file.
        path: PathBuf,
    },
    /// Its hash is not one.
    #[error("the bearer token {name:?} has no SHA-256 of 64 hexadecimal digits")]
    Hash {
        /// Its name.
        name: String,
    },
}

struct Known {
    name: Arc<str>,
    sha256: [u8; 32],
}

/// The tokens in force. Cloned ones stay in step.
#[derive(Clone)]
pub(super) struct Tokens {
    settings: Arc<[BearerToken]>,
    known: Arc<Mutex<Arc<[Known]>>>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.settings.iter()).finish()
    }
}

impl Tokens {
    /// Reads all of them.
    pub(super) fn new(settings: &[BearerToken]) -> Result<Self, TokenError> {
        Ok(Self {
            settings: settings.into(),
            known: Arc::new(Mutex::new(read(settings)?)),
        })
    }

    /// Whether nobody needs any.
    pub(super) fn is_empty(&self) -> bool {
        self.settings.is_empty()
    }

    /// The name of the token in an Authorization header, if it is one of ours.
    pub(super) fn check(&self, authorization: &[u8]) -> Option<Arc<str>> {
        let (scheme, token) = authorization.split_at_checked(7)?;
        if !scheme.eq_ignore_ascii_case(b"bearer ") {
            return None;
        }
        self.check_bare(token)
    }

    /// The name of a token that stands alone, as in a header of a vendor's own.
    pub(super) fn check_bare(&self, token: &[u8]) -> Option<Arc<str>> {
        let presented: [u8; 32] = Sha256::digest(token.trim_ascii()).into();
        let known = Arc::clone(&self.known.lock().unwrap_or_else(PoisonError::into_inner));
        // Every one is looked at, to the last bit, whichever fits.
        let mut found = u32::MAX;
        for (at, token) in (0..u32::MAX).zip(known.iter()) {
            let fits: Choice = token.sha256.ct_eq(&presented);
            found = u32::conditional_select(&found, &at, fits);
        }
        let found = known.get(usize::try_from(found).ok()?)?;
        Some(Arc::clone(&found.name))
    }

    /// Reads the files again and again until stopped.
    pub(super) async fn reload(self, interval: Duration, stop: CancellationToken) {
        if self.settings.iter().all(|token| !token.sha256.is_empty()) {
            return;
        }
        let mut failing = false;
        while tokio::time::timeout(interval, stop.cancelled())
            .await
            .is_err()
        {
            let settings = Arc::clone(&self.settings);
            let read = tokio::task::spawn_blocking(move || read(&settings)).await;
            match read {
                Ok(Ok(known)) => {
                    *self.known.lock().unwrap_or_else(PoisonError::into_inner) = known;
                    failing = false;
                }
                Ok(Err(error)) => {
                    if !failing {
                        tracing::error!(%error, "the bearer tokens on disk cannot be used, the old ones stay");
                    }
                    failing = true;
                }
                Err(_) => return,
            }
        }
    }
}

fn read(settings: &[BearerToken]) -> Result<Arc<[Known]>, TokenError> {
    settings
        .iter()
        .map(|setting| {
            let sha256 = if setting.sha256.is_empty() {
                from_file(setting)?
            } else {
                from_hex(&setting.sha256).ok_or_else(|| TokenError::Hash {
                    name: setting.name.clone(),
                })?
            };
            Ok(Known {
                name: setting.name.as_str().into(),
                sha256,
            })
        })
        .collect()
}

fn from_file(setting: &BearerToken) -> Result<[u8; 32], TokenError> {
    let bytes = read_small(&setting.file).map_err(|source| TokenError::Read {
        name: setting.name.clone(),
        path: setting.file.clone(),
        source,
    })?;
    let token = bytes.trim_ascii();
    if token.len() < SHORTEST {
        return Err(TokenError::Short {
            path: setting.file.clone(),
        });
    }
    Ok(Sha256::digest(token).into())
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let digits = std::str::from_utf8(digits).ok()?;
        *byte = u8::from_str_radix(digits, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(name: &str, sha256: &str, file: &str) -> BearerToken {
        BearerToken {
            name: name.into(),
            sha256: sha256.into(),
            file: file.into(),
        }
    }

    // SHA-256 of "abc", FIPS 180-4.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn each_of_several_tokens_is_known_by_its_name() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("token");
        std::fs::write(&path, "next-token-0123456789\n").expect("written");
        let settings = [
            token("old", ABC, ""),
            token("new", "", path.to_str().expect("UTF-8")),
        ];
        let tokens = Tokens::new(&settings).expect("good");
        let name = |header: &str| tokens.check(header.as_bytes());
        assert_eq!(name("Bearer abc").as_deref(), Some("old"));
        assert_eq!(name("bearer  abc ").as_deref(), Some("old"));
        assert_eq!(name("Bearer next-token-0123456789").as_deref(), Some("new"));
        for wrong in ["Bearer abd", "Bearer ", "Bearer", "Basic abc", "", "abc"] {
            assert_eq!(name(wrong), None, "{wrong}");
        }
        assert!(!format!("{tokens:?}").contains("ba78"));
    }

    #[test]
    fn a_token_that_can_be_guessed_or_read_by_nobody_is_refused() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("token");
        std::fs::write(&path, "short").expect("written");
        let short = [token("a", "", path.to_str().expect("UTF-8"))];
        assert!(matches!(Tokens::new(&short), Err(TokenError::Short { .. })));
        let missing = [token("a", "", "/nowhere/at/all")];
        assert!(matches!(
            Tokens::new(&missing),
            Err(TokenError::Read { .. })
        ));
        let odd = [token("a", "zz", "")];
        assert!(matches!(Tokens::new(&odd), Err(TokenError::Hash { .. })));
    }
}
