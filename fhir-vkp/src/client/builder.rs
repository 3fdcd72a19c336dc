//! Settings of a client.

use core::fmt;
use core::time::Duration;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::{Arc, Mutex};

use reqwest::header::HeaderValue;
use reqwest::redirect::Policy;
use rustls::crypto::{CryptoProvider, ring};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::{Client, Inner};
use crate::request::USER_AGENT;
use crate::security::{ClientCore, Config, Credentials, Endpoint};

/// Puts a client together.
#[derive(Debug)]
pub struct ClientBuilder {
    access: Option<(Endpoint, Credentials)>,
    token: Config,
    timeout: Duration,
    connect_timeout: Duration,
    pages: usize,
    user_agent: String,
    roots: Vec<Pem>,
    only_own_roots: bool,
    proxy: Option<Proxy>,
    seed: Option<u64>,
}

struct Pem(Vec<u8>);

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pem({} bytes)", self.0.len())
    }
}

/// May carry a user name and a password.
struct Proxy(String);

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proxy(hidden)")
    }
}

/// Why no client can be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Something else than certificates in PEM.
    #[error("the root certificates are not PEM")]
    RootCertificates,
    /// Only own roots are wanted, and there are none.
    #[error("there are no root certificates of one's own")]
    NoRootCertificates,
    /// The proxy is not a URL that can be used.
    #[error("the proxy is not a URL")]
    Proxy,
    /// The `User-Agent` cannot be written into a header.
    #[error("the user agent is not printable")]
    UserAgent,
    /// TLS cannot be set up, such as without any root certificates on the system.
    #[error("TLS cannot be set up: are there root certificates?")]
    Tls,
}

impl ClientBuilder {
    pub(super) fn new(access: Option<(Endpoint, Credentials)>) -> Self {
        Self {
            access,
            token: Config::default(),
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(5),
            pages: 1_000,
            user_agent: USER_AGENT.into(),
            roots: Vec::new(),
            only_own_roots: false,
            proxy: None,
            seed: None,
        }
    }

    /// Other times of the life of a token.
    #[must_use]
    pub const fn token(mut self, config: Config) -> Self {
        self.token = config;
        self
    }

    /// How long one attempt may take: 30 seconds. Connecting has at most 5 of them.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self.connect_timeout = Duration::from_secs(5).min(timeout / 2);
        self
    }

    /// How many pages of a search are followed: 1,000.
    #[must_use]
    pub const fn pages(mut self, most: usize) -> Self {
        self.pages = most;
        self
    }

    /// Another name and version for the `User-Agent` header.
    #[must_use]
    pub fn user_agent(mut self, user_agent: &str) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Root certificates of one's own, in PEM, beside those of the system.
    #[must_use]
    pub fn root_certificates(mut self, pem: &[u8]) -> Self {
        self.roots.push(Pem(pem.to_vec()));
        self
    }

    /// Only the own root certificates count, not those of the system.
    #[must_use]
    pub const fn only_own_root_certificates(mut self) -> Self {
        self.only_own_roots = true;
        self
    }

    /// A proxy, such as `http://proxy.example.net:3128`. Proxies of the environment are not used.
    #[must_use]
    pub fn proxy(mut self, url: &str) -> Self {
        self.proxy = Some(Proxy(url.into()));
        self
    }

    /// A seed for the random part of pauses, for tests; by default one from the system. What is
    /// signed never depends on it.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Builds the client. Nothing is sent before the first call.
    ///
    /// rustls runs on the process's default cryptography provider; when there is none, `ring` is
    /// installed, once.
    ///
    /// # Errors
    ///
    /// [`BuildError`].
    pub fn build(self) -> Result<Client, BuildError> {
        let http = self.http()?;
        let seed = self.seed.unwrap_or_else(|| RandomState::new().hash_one(0));
        let core = match self.access {
            Some((endpoint, credentials)) => {
                ClientCore::new(endpoint, credentials, self.token, seed)
            }
            None => ClientCore::without_token(),
        };
        Ok(Client {
            inner: Arc::new(Inner {
                http,
                core: Mutex::new(core),
                changed: Notify::new(),
                wake: Arc::default(),
                keeper: Mutex::default(),
                started: Instant::now(),
                pages: self.pages,
            }),
        })
    }

    fn http(&self) -> Result<reqwest::Client, BuildError> {
        if CryptoProvider::get_default().is_none() {
            // Another thread may have been quicker, with the same result.
            let _ = ring::default_provider().install_default();
        }
        let agent = HeaderValue::from_str(&self.user_agent).map_err(|_| BuildError::UserAgent)?;
        let mut builder = reqwest::Client::builder()
            .redirect(Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .no_proxy()
            .timeout(self.timeout)
            .connect_timeout(self.connect_timeout)
            .user_agent(agent);
        if let Some(Proxy(url)) = &self.proxy {
            builder = builder.proxy(reqwest::Proxy::all(url).map_err(|_| BuildError::Proxy)?);
        }
        let mut roots = Vec::new();
        for Pem(pem) in &self.roots {
            let read = reqwest::Certificate::from_pem_bundle(pem);
            let read = read.map_err(|_| BuildError::RootCertificates)?;
            if read.is_empty() {
                return Err(BuildError::RootCertificates);
            }
            roots.extend(read);
        }
        builder = match (self.only_own_roots, roots.is_empty()) {
            (true, true) => return Err(BuildError::NoRootCertificates),
            (true, false) => builder.tls_certs_only(roots),
            (false, true) => builder,
            (false, false) => builder.tls_certs_merge(roots),
        };
        builder.build().map_err(|_| BuildError::Tls)
    }
}
