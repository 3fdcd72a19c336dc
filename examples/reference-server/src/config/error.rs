//! What is wrong with a configuration.

use std::net::SocketAddr;
use std::path::PathBuf;

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration file {} cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("{}:{line}:{column}: {message}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// What is wrong; names the key where there is one.
        message: String,
    },
    /// A value is out of its range or does not go with another one.
    #[error("{key}: {reason}")]
    Value {
        /// The key, with its table.
        key: &'static str,
        /// What is wrong.
        reason: &'static str,
    },
    /// The HTTP API outside loopback, without the permission.
    #[error(
        "{key} = \"{address}\" is outside loopback, and nothing protects it there: use a loopback \
         address, or set insecure_allow_non_loopback = true if the network itself is protected"
    )]
    NotLoopback {
        /// The key, with its table.
        key: &'static str,
        /// The address.
        address: SocketAddr,
    },
    /// Plain SIP outside loopback, for nobody in particular.
    #[error(
        "{key} = \"{address}\" is outside loopback, and plain SIP is taken there only from the \
         networks that scaip.plain_networks names: name them, use a loopback address, or use \
         scaip.tls"
    )]
    NoPlainNetworks {
        /// The key, with its table.
        key: &'static str,
        /// The address.
        address: SocketAddr,
    },
    /// A line that listens outside loopback, for nobody in particular.
    #[error(
        "{table} {line:?}: \"{address}\" is outside loopback, and panels are heard there only from \
         the networks that plain_networks names: name them, or use a loopback address"
    )]
    NoLineNetworks {
        /// The table.
        table: &'static str,
        /// The name of the line.
        line: String,
        /// The address.
        address: SocketAddr,
    },
    /// Text rules that cannot be meant as they stand.
    #[error("inputs.espa444 line {line:?}, rules counted from 0: {source}")]
    Rules {
        /// The name of the line.
        line: String,
        /// What is wrong.
        source: ::espa444::alarm::RuleError,
    },
}
