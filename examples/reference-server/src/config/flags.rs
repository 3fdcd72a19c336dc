//! Flags and environment variables; both win over the file.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use super::{Config, Listen, LogFormat};

/// What the program can do besides serving.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Show the whole way of an alarm: start a server on free loopback ports with a temporary
    /// journal, play alarms of several makers' habits through real sockets, print each one's way,
    /// and keep serving until interrupted
    Demo {
        /// End after playing instead of serving on.
        #[arg(long)]
        once: bool,
    },
}

/// Receives alarms, stores them durably, and only then answers.
#[derive(Clone, Debug, Default, Parser)]
#[command(name = "reference-server", version)]
pub struct Flags {
    /// What to do instead of serving as configured.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Configuration file (TOML); without one, the defaults hold.
    #[arg(long, env = "ALARM_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Print a commented configuration file with every default, and end.
    #[arg(long)]
    pub print_config: bool,

    /// Check the configuration, and end.
    #[arg(long)]
    pub check_config: bool,

    /// The journal, an SQLite file.
    #[arg(long, env = "ALARM_JOURNAL", value_name = "FILE")]
    pub journal: Option<PathBuf>,

    /// Where health, metrics and the alarm API are served: an address, several with commas, or "off".
    #[arg(long, env = "ALARM_HTTP", value_name = "ADDRESSES")]
    pub http: Option<Listen>,

    /// Where SCAIP over SIP and UDP is received, or "off".
    #[arg(long, env = "ALARM_SCAIP_UDP", value_name = "ADDRESSES")]
    pub scaip_udp: Option<Listen>,

    /// Where SCAIP over SIP and TCP is received, or "off".
    #[arg(long, env = "ALARM_SCAIP_TCP", value_name = "ADDRESSES")]
    pub scaip_tcp: Option<Listen>,

    /// A network that plain SIP is taken from besides loopback, such as 192.0.2.0/24; repeat it, or
    /// use commas. Replaces those of the file.
    #[arg(
        long = "scaip-plain-network",
        env = "ALARM_SCAIP_PLAIN_NETWORKS",
        value_name = "NETWORK",
        value_delimiter = ','
    )]
    pub scaip_plain_networks: Vec<ipnet::IpNet>,

    /// Where SCAIP over SIP and TLS is received, or "off"; the certificate stands in the file.
    #[arg(long, env = "ALARM_SCAIP_TLS", value_name = "ADDRESSES")]
    pub scaip_tls: Option<Listen>,

    /// Where SCAIP over HTTPS is received, or "off"; certificate and tokens stand in the file.
    #[arg(long, env = "ALARM_SCAIP_HTTPS", value_name = "ADDRESSES")]
    pub scaip_https: Option<Listen>,

    /// Where SCAIP over plain HTTP is received, on loopback, or "off".
    #[arg(long, env = "ALARM_SCAIP_HTTP", value_name = "ADDRESSES")]
    pub scaip_http: Option<Listen>,

    /// What is logged: a level, or a list such as "info,reference_server::journal=debug".
    #[arg(long, env = "ALARM_LOG", value_name = "FILTER")]
    pub log: Option<String>,

    /// How the log is written.
    #[arg(long, env = "ALARM_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,

    /// A file to write the bound addresses to, as JSON, once the server is ready.
    #[arg(long, env = "ALARM_ADDRESSES_FILE", value_name = "FILE")]
    pub addresses_file: Option<PathBuf>,

    /// Allow the HTTP API outside loopback, where nothing protects what it serves.
    #[arg(long, env = "ALARM_INSECURE_ALLOW_NON_LOOPBACK")]
    pub insecure_allow_non_loopback: bool,
}

impl Flags {
    /// Lets the flags that were given win.
    pub(super) fn apply(&self, config: &mut Config) {
        fn set<T: Clone>(place: &mut T, flag: Option<&T>) {
            if let Some(value) = flag {
                value.clone_into(place);
            }
        }
        set(&mut config.journal.path, self.journal.as_ref());
        set(&mut config.http.listen, self.http.as_ref());
        set(&mut config.scaip.udp, self.scaip_udp.as_ref());
        set(&mut config.scaip.tcp, self.scaip_tcp.as_ref());
        set(&mut config.scaip.tls.listen, self.scaip_tls.as_ref());
        set(&mut config.scaip.https.listen, self.scaip_https.as_ref());
        set(&mut config.scaip.https.plain, self.scaip_http.as_ref());
        if !self.scaip_plain_networks.is_empty() {
            config
                .scaip
                .plain_networks
                .clone_from(&self.scaip_plain_networks);
        }
        set(&mut config.log.filter, self.log.as_ref());
        set(&mut config.log.format, self.log_format.as_ref());
        set(&mut config.addresses_file, self.addresses_file.as_ref());
        config.insecure_allow_non_loopback |= self.insecure_allow_non_loopback;
    }
}
