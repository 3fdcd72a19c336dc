//! The log: lines on standard error, without personal data.
//!
//! Nothing in this crate logs a sender, a reference, a peer address or a body; an alarm is named
//! by its sequence or identifier, which lead to the journal. `tests/privacy.rs` holds it to that.

use std::io;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

use crate::config::{LogConfig, LogFormat};

/// The log cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoggingError {
    /// The filter is not understood.
    #[error("log.filter: {0}")]
    Filter(#[from] ParseError),
    /// The process has a log already.
    #[error("the log of this process is set up already")]
    Installed,
}

/// Reads the filter and sets nothing up.
///
/// # Errors
/// [`LoggingError::Filter`].
pub fn check(config: &LogConfig) -> Result<(), LoggingError> {
    EnvFilter::try_new(&config.filter)?;
    Ok(())
}

/// Sets up the log of this process.
///
/// # Errors
/// See [`LoggingError`].
pub fn init(config: &LogConfig) -> Result<(), LoggingError> {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(&config.filter)?)
        .with_writer(io::stderr)
        .with_ansi(false);
    match config.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    }
    .map_err(|_| LoggingError::Installed)
}
