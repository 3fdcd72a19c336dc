//! Table `[scaip]` and the tables in it.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{
    CallsConfig, ConfigError, DigestConfig, Listen, Private, RegistrationConfig, Span,
    SupervisionConfig, holds,
};
use crate::journal::DEFAULT_DUPLICATE_WINDOW;

/// What a source always gets, however small its share.
const LEAST_PER_SOURCE: usize = 16;
/// Networks that `plain_networks` may name: what a filter of the operating system has room for.
const MOST_NETWORKS: usize = 256;

/// Table `[scaip]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScaipConfig {
    /// Where SIP over UDP is received.
    pub udp: Listen,
    /// Where SIP over TCP is received.
    pub tcp: Listen,
    /// The networks that plain SIP is taken from, besides loopback.
    pub plain_networks: Vec<IpNet>,
    /// Whether the response goes into the body of the SIP 200 (SCAIP reference 5.1).
    pub body_in_200: bool,
    /// Whether only messages that follow the published rules are accepted.
    pub strict: bool,
    /// Whether the private root element `scaip` is read too, and answered in kind (SCAIP
    /// reference 11 rule 10).
    pub accept_scaip_root: bool,
    /// Whether a message of an unknown `mty` is stored as an alarm instead of hearing `snu` 3.
    pub accept_unknown_message_types: bool,
    /// How long an equal message counts as a repeat; zero for never (SCAIP reference 10).
    pub duplicate_window: Span,
    /// `mre`: which speech the device is to set up, 0 to 99 (SCAIP reference 6.3).
    pub media_reply: u8,
    /// `cre`: where the device is to call, 0 to 99 (SCAIP reference 6.3).
    pub call_handling_reply: u8,
    /// `tnu`: the address to call, at most 256 characters; empty for none.
    pub transferred_number: Private,
    /// Connections at a time: over TCP and TLS together, and as many over HTTPS.
    pub connections: usize,
    /// The part of the connections, one in so many, that one source may have: an IPv4 address or
    /// an IPv6 network of 64 bits. See [`Self::connections_per_source`].
    pub source_share: usize,
    /// How long a connection may take to bring its first whole message, the handshake included.
    pub first_message_timeout: Span,
    /// TLS handshakes under way at a time, for SIP and for HTTPS each.
    pub handshakes: usize,
    /// How long a TLS handshake may take.
    pub handshake_timeout: Span,
    /// How often the files of certificates and tokens are looked at for changes.
    pub reload_interval: Span,
    /// Whether a client certificate must name the controller of the message, its `cid`.
    pub certificate_names_controller: bool,
    /// Table `[scaip.tls]`.
    pub tls: TlsConfig,
    /// Table `[scaip.https]`.
    pub https: HttpsConfig,
    /// Table `[scaip.digest]`.
    pub digest: DigestConfig,
    /// Table `[scaip.registration]`.
    pub registration: RegistrationConfig,
    /// Table `[scaip.supervision]`.
    pub supervision: SupervisionConfig,
    /// Table `[scaip.calls]`.
    pub calls: CallsConfig,
}

impl Default for ScaipConfig {
    fn default() -> Self {
        let sip = Listen::On(SocketAddr::from(([127, 0, 0, 1], 5060)));
        Self {
            udp: sip.clone(),
            tcp: sip,
            plain_networks: Vec::new(),
            body_in_200: false,
            strict: false,
            accept_scaip_root: false,
            accept_unknown_message_types: false,
            duplicate_window: Span(DEFAULT_DUPLICATE_WINDOW),
            media_reply: 0,
            call_handling_reply: 61,
            transferred_number: Private::default(),
            connections: 10_000,
            source_share: 16,
            first_message_timeout: Span(Duration::from_secs(32)),
            handshakes: 512,
            handshake_timeout: Span(Duration::from_secs(10)),
            reload_interval: Span(Duration::from_secs(10)),
            certificate_names_controller: false,
            tls: TlsConfig::default(),
            https: HttpsConfig::default(),
            digest: DigestConfig::default(),
            registration: RegistrationConfig::default(),
            supervision: SupervisionConfig::default(),
            calls: CallsConfig::default(),
        }
    }
}

/// Table `[scaip.tls]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TlsConfig {
    /// Where SIP over TLS 1.2 and 1.3 is received.
    pub listen: Listen,
    /// The certificate chain of this server, PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
    /// Whether senders present a certificate.
    pub client_certificates: ClientCertificates,
    /// The authorities that issue them, PEM.
    pub client_ca: PathBuf,
}

impl Default for TlsConfig {
    fn default() -> Self {
        Self {
            listen: Listen::Off,
            certificate: PathBuf::new(),
            key: PathBuf::new(),
            client_certificates: ClientCertificates::None,
            client_ca: PathBuf::new(),
        }
    }
}

/// Table `[scaip.https]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HttpsConfig {
    /// Where SCAIP over HTTPS is received.
    pub listen: Listen,
    /// Where the same is received over plain HTTP; loopback only.
    pub plain: Listen,
    /// The path of the URL.
    pub path: String,
    /// The certificate chain of this server, PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
    /// Whether senders present a certificate.
    pub client_certificates: ClientCertificates,
    /// The authorities that issue them, PEM.
    pub client_ca: PathBuf,
    /// The tokens that senders may present.
    pub bearer_tokens: Vec<BearerToken>,
}

impl Default for HttpsConfig {
    fn default() -> Self {
        Self {
            listen: Listen::Off,
            plain: Listen::Off,
            path: "/scaip".into(),
            certificate: PathBuf::new(),
            key: PathBuf::new(),
            client_certificates: ClientCertificates::None,
            client_ca: PathBuf::new(),
            bearer_tokens: Vec::new(),
        }
    }
}

/// Whether a sender presents a certificate when it connects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientCertificates {
    /// Nobody is asked.
    #[default]
    None,
    /// A sender may; a wrong one is refused.
    Optional,
    /// Every sender must.
    Required,
}

/// One bearer token, by its hash or by a file that holds it. The token itself never stands in the
/// configuration.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BearerToken {
    /// Its name, kept with each alarm that it let in.
    pub name: String,
    /// SHA-256 of the token, 64 hexadecimal digits.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sha256: String,
    /// The file that holds the token; white space around it does not count.
    #[serde(skip_serializing_if = "is_empty")]
    pub file: PathBuf,
}

fn is_empty(path: &Path) -> bool {
    path.as_os_str().is_empty()
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BearerToken")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl ScaipConfig {
    /// How many connections one source may have at a time: its share, rounded up, and never less
    /// than 16.
    #[must_use]
    pub fn connections_per_source(&self) -> usize {
        let share = self.connections.div_ceil(self.source_share.max(1));
        share.max(LEAST_PER_SOURCE)
    }

    /// Checks what the types cannot.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        holds([
            (
                !(self.strict && self.accept_scaip_root),
                "scaip.accept_scaip_root",
                "does not go with strict, which refuses that root",
            ),
            (
                self.media_reply <= 99,
                "scaip.media_reply",
                "must be at most 99",
            ),
            (
                self.call_handling_reply <= 99,
                "scaip.call_handling_reply",
                "must be at most 99",
            ),
            (
                self.transferred_number.expose().chars().count() <= 256,
                "scaip.transferred_number",
                "must have at most 256 characters",
            ),
            (
                self.call_handling_reply != 62 || !self.transferred_number.expose().is_empty(),
                "scaip.call_handling_reply",
                "62 needs a scaip.transferred_number",
            ),
            (
                self.plain_networks.len() <= MOST_NETWORKS,
                "scaip.plain_networks",
                "must be at most 256 networks",
            ),
            (
                self.connections > 0,
                "scaip.connections",
                "must be at least 1",
            ),
            (
                self.source_share > 0,
                "scaip.source_share",
                "must be at least 1",
            ),
            (
                !self.first_message_timeout.0.is_zero(),
                "scaip.first_message_timeout",
                "must be longer than nothing",
            ),
            (
                self.handshakes > 0,
                "scaip.handshakes",
                "must be at least 1",
            ),
            (
                !self.handshake_timeout.0.is_zero(),
                "scaip.handshake_timeout",
                "must be longer than nothing",
            ),
            (
                !self.reload_interval.0.is_zero(),
                "scaip.reload_interval",
                "must be longer than nothing",
            ),
        ])?;
        self.tls.check()?;
        self.https.check()?;
        self.digest.check()?;
        self.registration.check()?;
        self.supervision.check()?;
        self.calls.check()?;
        if self.plain_networks.is_empty() {
            for (key, listen) in [("scaip.udp", &self.udp), ("scaip.tcp", &self.tcp)] {
                if let Some(address) = listen.outside_loopback().next() {
                    return Err(ConfigError::NoPlainNetworks { key, address });
                }
            }
        }
        Ok(())
    }
}

impl TlsConfig {
    fn check(&self) -> Result<(), ConfigError> {
        let on = self.listen.is_on();
        holds([
            (
                !on || !is_empty(&self.certificate),
                "scaip.tls.certificate",
                "must name a file",
            ),
            (
                !on || !is_empty(&self.key),
                "scaip.tls.key",
                "must name a file",
            ),
            (
                self.client_certificates == ClientCertificates::None || !is_empty(&self.client_ca),
                "scaip.tls.client_ca",
                "must name a file when client certificates are asked for",
            ),
        ])
    }
}

impl HttpsConfig {
    fn check(&self) -> Result<(), ConfigError> {
        let on = self.listen.is_on();
        holds([
            (
                !on || !is_empty(&self.certificate),
                "scaip.https.certificate",
                "must name a file",
            ),
            (
                !on || !is_empty(&self.key),
                "scaip.https.key",
                "must name a file",
            ),
            (
                self.client_certificates == ClientCertificates::None || !is_empty(&self.client_ca),
                "scaip.https.client_ca",
                "must name a file when client certificates are asked for",
            ),
            (
                self.path.starts_with('/')
                    && self
                        .path
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte)),
                "scaip.https.path",
                "must begin with / and have only letters, digits and any of -._~/",
            ),
            (
                self.plain.outside_loopback().next().is_none(),
                "scaip.https.plain",
                "must be on loopback: elsewhere the tokens would be seen by others",
            ),
            (
                self.listen.outside_loopback().next().is_none()
                    || !self.bearer_tokens.is_empty()
                    || self.client_certificates == ClientCertificates::Required,
                "scaip.https.listen",
                "outside loopback needs bearer_tokens or client_certificates = \"required\"",
            ),
        ])?;
        check_tokens(
            &self.bearer_tokens,
            [
                "scaip.https.bearer_tokens",
                "scaip.https.bearer_tokens.name",
                "scaip.https.bearer_tokens.sha256",
            ],
        )
    }
}

/// Checks tokens; the keys are those of the list, of a name and of a hash.
pub(super) fn check_tokens(
    tokens: &[BearerToken],
    [list, name, sha256]: [&'static str; 3],
) -> Result<(), ConfigError> {
    let names: std::collections::BTreeSet<_> = tokens.iter().map(|token| &token.name).collect();
    holds([
        (
            tokens.iter().all(|token| {
                (1..=64).contains(&token.name.len())
                    && token.name.bytes().all(|byte| byte.is_ascii_graphic())
            }),
            name,
            "must be 1 to 64 characters without blanks",
        ),
        (names.len() == tokens.len(), name, "stands twice"),
        (
            tokens
                .iter()
                .all(|token| token.sha256.is_empty() != is_empty(&token.file)),
            list,
            "must have either sha256 or file",
        ),
        (
            tokens.iter().all(|token| {
                token.sha256.is_empty()
                    || token.sha256.len() == 64
                        && token.sha256.bytes().all(|byte| byte.is_ascii_hexdigit())
            }),
            sha256,
            "must be 64 hexadecimal digits",
        ),
    ])
}
