//! Secrets from files and from the environment.

use std::io;
use std::path::PathBuf;

use sensio_partner::Secret;

use super::super::tls::read_small;
use crate::config::SecretSource;

/// A secret cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// Its file cannot be read.
    #[error("a secret cannot be read from {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Its file holds none.
    #[error("{} holds no secret in UTF-8", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The variable is not set, or empty.
    #[error("the variable {name} of the environment holds no secret")]
    Unset {
        /// Its name.
        name: String,
    },
}

/// Reads a secret.
pub(crate) fn read(source: &SecretSource) -> Result<Secret, SecretError> {
    if !source.env.is_empty() {
        let value = std::env::var(&source.env).ok();
        let value = value.filter(|value| !value.trim().is_empty());
        let value = value.ok_or_else(|| SecretError::Unset {
            name: source.env.clone(),
        })?;
        return Ok(Secret::new(value.trim()));
    }
    let path = source.file.clone();
    let bytes = match read_small(&path) {
        Ok(bytes) => bytes,
        Err(source) => return Err(SecretError::Read { path, source }),
    };
    match std::str::from_utf8(bytes.trim_ascii()) {
        Ok(text) if !text.is_empty() => Ok(Secret::new(text)),
        _ => Err(SecretError::Empty { path }),
    }
}

/// Reads several.
pub(crate) fn read_all(sources: &[SecretSource]) -> Result<Vec<Secret>, SecretError> {
    sources.iter().map(read).collect()
}
