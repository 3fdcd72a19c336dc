//! Tables `[inputs.web]`, `[inputs.sensio]`, `[[inputs.json]]` and `[inputs.sensio_webhook]`: what
//! comes in over HTTPS beside SCAIP.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::line::is_name;
use super::scaip::check_tokens;
use super::{BearerToken, ClientCertificates, ConfigError, InputsConfig, Listen, Span, holds};

/// Table `[inputs.web]`: where the inputs over HTTPS listen, together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebConfig {
    /// Where they are served over HTTPS.
    pub listen: Listen,
    /// Where the same is served over plain HTTP; loopback only.
    pub plain: Listen,
    /// The certificate chain of this server, PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
    /// Whether senders present a certificate.
    pub client_certificates: ClientCertificates,
    /// The authorities that issue them, PEM.
    pub client_ca: PathBuf,
    /// Connections at a time, 1 and more.
    pub connections: usize,
    /// How often the files of certificates and tokens are looked at for changes.
    pub reload_interval: Span,
}

impl Default for WebConfig {
    fn default() -> Self {
        Self {
            listen: Listen::Off,
            plain: Listen::Off,
            certificate: PathBuf::new(),
            key: PathBuf::new(),
            client_certificates: ClientCertificates::None,
            client_ca: PathBuf::new(),
            connections: 1_000,
            reload_interval: Span(Duration::from_secs(10)),
        }
    }
}

impl WebConfig {
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Where a secret is kept: a file or a variable of the environment. It never stands in the
/// configuration itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecretSource {
    /// The file that holds it; white space around it does not count.
    #[serde(skip_serializing_if = "is_empty")]
    pub file: PathBuf,
    /// The variable that holds it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub env: String,
}

fn is_empty(path: &Path) -> bool {
    path.as_os_str().is_empty()
}

impl SecretSource {
    /// A secret in this file.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self {
            file: path.into(),
            env: String::new(),
        }
    }

    /// Whether it names exactly one place.
    pub(super) fn is_one(&self) -> bool {
        is_empty(&self.file) != self.env.is_empty()
    }
}

/// Table `[inputs.sensio]`: the server side of the Sensio Partner API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SensioInputConfig {
    /// The path in front of every call.
    pub base: String,
    /// The version of the platform to be: `latest`, or such as `6.11`.
    pub version: String,
    /// Whether deviations are refused.
    pub strict: bool,
    /// How long a call that says the same again is the same call.
    pub duplicate_window: Span,
    /// The devices that may report; empty for every device.
    pub devices: Vec<String>,
    /// Who may ask for a token.
    #[serde(rename = "client")]
    pub clients: Vec<SensioClient>,
}

impl Default for SensioInputConfig {
    fn default() -> Self {
        Self {
            base: "/partner".into(),
            version: "latest".into(),
            strict: false,
            duplicate_window: Span(Duration::from_secs(60)),
            devices: Vec::new(),
            clients: Vec::new(),
        }
    }
}

/// A client of the Partner API: table `[[inputs.sensio.client]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SensioClient {
    /// Its `client_id`, kept with each alarm that it sent.
    pub id: String,
    /// Its secrets; each is good.
    pub secrets: Vec<SecretSource>,
}

/// A vendor whose JSON is read by a mapping file: table `[[inputs.json]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JsonConfig {
    /// What it is called: 1 to 64 letters, digits and any of `._-`.
    pub name: String,
    /// The path that messages are posted to.
    pub path: String,
    /// The mapping file, TOML.
    pub mapping: PathBuf,
    /// The header that carries the token: `Authorization` with `Bearer`, any other with the bare
    /// token.
    #[serde(default = "authorization")]
    pub header: String,
    /// The tokens that the vendor may present.
    pub tokens: Vec<BearerToken>,
    /// How long an equal message is the same message again.
    #[serde(default = "a_minute")]
    pub duplicate_window: Span,
}

fn authorization() -> String {
    "Authorization".into()
}

fn a_minute() -> Span {
    Span(Duration::from_secs(60))
}

/// Table `[inputs.sensio_webhook]`: webhooks of the Sensio server that alarms go to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SensioWebhookConfig {
    /// The path that they are posted to.
    pub path: String,
    /// Whether deviations are refused.
    pub strict: bool,
    /// The validation tokens; each is good.
    pub tokens: Vec<SecretSource>,
}

impl Default for SensioWebhookConfig {
    fn default() -> Self {
        Self {
            path: "/hooks/sensio".into(),
            strict: false,
            tokens: Vec::new(),
        }
    }
}

fn is_path(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    path.len() > 1 && path.starts_with('/') && !path.ends_with('/') && path.bytes().all(plain)
}

const A_PATH: &str = "must begin with /, must not end with it, and have only letters, digits and any \
                      of -._~/";

pub(super) fn check(inputs: &InputsConfig) -> Result<(), ConfigError> {
    let web = &inputs.web;
    let on = web.listen.is_on();
    let wanted =
        inputs.sensio.is_some() || !inputs.json.is_empty() || inputs.sensio_webhook.is_some();
    holds([
        (
            on || web.plain.is_on() || !wanted,
            "inputs.web",
            "must have listen or plain: inputs.sensio, inputs.json and inputs.sensio_webhook are \
             served there",
        ),
        (
            !on || !is_empty(&web.certificate),
            "inputs.web.certificate",
            "must name a file",
        ),
        (
            !on || !is_empty(&web.key),
            "inputs.web.key",
            "must name a file",
        ),
        (
            web.client_certificates == ClientCertificates::None || !is_empty(&web.client_ca),
            "inputs.web.client_ca",
            "must name a file when client certificates are asked for",
        ),
        (
            web.plain.outside_loopback().next().is_none(),
            "inputs.web.plain",
            "must be on loopback: elsewhere tokens and alarms would be seen by others",
        ),
        (
            web.connections > 0,
            "inputs.web.connections",
            "must be at least 1",
        ),
        (
            !web.reload_interval.0.is_zero(),
            "inputs.web.reload_interval",
            "must be longer than nothing",
        ),
    ])?;
    if let Some(sensio) = &inputs.sensio {
        sensio.check()?;
    }
    for json in &inputs.json {
        json.check()?;
    }
    if let Some(hook) = &inputs.sensio_webhook {
        holds([
            (is_path(&hook.path), "inputs.sensio_webhook.path", A_PATH),
            (
                !hook.tokens.is_empty() && hook.tokens.iter().all(SecretSource::is_one),
                "inputs.sensio_webhook.tokens",
                "must name at least one token, each by either file or env",
            ),
        ])?;
    }
    // Below the base of the Partner API nothing else is found.
    let below = |path: &str| {
        let base = inputs.sensio.as_ref().map(|sensio| &*sensio.base);
        let rest = base.and_then(|base| path.strip_prefix(base));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mut paths: Vec<&str> = inputs.json.iter().map(|json| &*json.path).collect();
    paths.extend(inputs.sensio_webhook.iter().map(|hook| &*hook.path));
    let apart = !paths.iter().any(|path| below(path));
    paths.sort_unstable();
    let mut names: Vec<&str> = inputs.json.iter().map(|json| &*json.name).collect();
    names.sort_unstable();
    holds([
        (
            apart && paths.windows(2).all(|pair| pair[0] != pair[1]),
            "inputs.json.path",
            "must be a path of its own, outside inputs.sensio.base and not inputs.sensio_webhook.path",
        ),
        (
            names.windows(2).all(|pair| pair[0] != pair[1]),
            "inputs.json.name",
            "stands twice",
        ),
    ])
}

impl SensioInputConfig {
    fn check(&self) -> Result<(), ConfigError> {
        let mut ids: Vec<_> = self.clients.iter().map(|client| &client.id).collect();
        ids.sort_unstable();
        let hour = Duration::from_secs(3600);
        holds([
            (is_path(&self.base), "inputs.sensio.base", A_PATH),
            (
                is_version(&self.version),
                "inputs.sensio.version",
                "must be \"latest\" or like \"6.13.4\"",
            ),
            (
                self.duplicate_window.0 <= hour,
                "inputs.sensio.duplicate_window",
                "must be at most 1h",
            ),
            (
                !self.clients.is_empty(),
                "inputs.sensio.client",
                "must name at least one client, or nobody can send anything",
            ),
            (
                self.clients.iter().all(|client| {
                    (1..=128).contains(&client.id.len())
                        && client.id.bytes().all(|byte| byte.is_ascii_graphic())
                }),
                "inputs.sensio.client.id",
                "must be 1 to 128 characters without blanks",
            ),
            (
                ids.windows(2).all(|pair| pair[0] != pair[1]),
                "inputs.sensio.client.id",
                "stands twice: put both secrets into one client",
            ),
            (
                self.clients.iter().all(|client| {
                    !client.secrets.is_empty() && client.secrets.iter().all(SecretSource::is_one)
                }),
                "inputs.sensio.client.secrets",
                "must name at least one secret, each by either file or env",
            ),
        ])
    }
}

/// Whether it names a version of the platform.
pub(super) fn is_version(text: &str) -> bool {
    text.parse::<sensio_partner::UnityVersion>().is_ok()
}

impl JsonConfig {
    fn check(&self) -> Result<(), ConfigError> {
        let hour = Duration::from_secs(3600);
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        holds([
            (
                is_name(&self.name),
                "inputs.json.name",
                "must be 1 to 64 letters, digits and any of ._-",
            ),
            (is_path(&self.path), "inputs.json.path", A_PATH),
            (
                !is_empty(&self.mapping),
                "inputs.json.mapping",
                "must name a file",
            ),
            (
                !self.header.is_empty() && self.header.bytes().all(is_token),
                "inputs.json.header",
                "must be the name of a header",
            ),
            (
                !self.tokens.is_empty(),
                "inputs.json.tokens",
                "must name at least one token, or nobody can send anything",
            ),
            (
                self.duplicate_window.0 <= hour,
                "inputs.json.duplicate_window",
                "must be at most 1h",
            ),
        ])?;
        check_tokens(
            &self.tokens,
            [
                "inputs.json.tokens",
                "inputs.json.tokens.name",
                "inputs.json.tokens.sha256",
            ],
        )
    }
}
