//! TLS 1.2 and 1.3 for every input: certificates from files, reloaded when these change.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

use super::certificate::Identity;
use crate::config::ClientCertificates;

/// The most that one of the files may hold, in bytes.
const LARGEST_FILE: u64 = 1024 * 1024;

/// What TLS on one listener is made of.
#[derive(Clone, Debug)]
pub(super) struct TlsFiles {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
    pub(super) client_certificates: ClientCertificates,
    pub(super) client_ca: PathBuf,
    /// What the application protocol negotiation offers; empty for none (RFC 7301).
    pub(super) protocols: &'static [&'static [u8]],
}

/// A certificate, key or authority cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file holds nothing of what it should, or something broken.
    #[error("{} holds no usable PEM {what}", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
    },
    /// Certificate and key do not go together, or TLS cannot work with them.
    #[error("{}: {reason}", path.display())]
    Unusable {
        /// The certificate's file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

/// The bytes of the files, to see whether they have changed.
#[derive(PartialEq, Eq)]
struct Contents {
    certificate: Vec<u8>,
    key: Vec<u8>,
    client_ca: Option<Vec<u8>>,
}

impl TlsFiles {
    fn read(&self) -> Result<Contents, TlsError> {
        let asked = self.client_certificates != ClientCertificates::None;
        Ok(Contents {
            certificate: read(&self.certificate)?,
            key: read(&self.key)?,
            client_ca: asked.then(|| read(&self.client_ca)).transpose()?,
        })
    }

    fn build(&self, contents: &Contents) -> Result<ServerConfig, TlsError> {
        let unusable = |reason: &dyn std::fmt::Display| TlsError::Unusable {
            path: self.certificate.clone(),
            reason: reason.to_string(),
        };
        let chain = certificates(&self.certificate, &contents.certificate)?;
        let key = PrivateKeyDer::from_pem_slice(&contents.key).map_err(|_| TlsError::Pem {
            path: self.key.clone(),
            what: "private key",
        })?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable(&error))?;
        let builder = match &contents.client_ca {
            None => builder.with_no_client_auth(),
            Some(authorities) => {
                let mut roots = RootCertStore::empty();
                for authority in certificates(&self.client_ca, authorities)? {
                    roots.add(authority).map_err(|_| TlsError::Pem {
                        path: self.client_ca.clone(),
                        what: "authority certificate",
                    })?;
                }
                let mut verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                if self.client_certificates == ClientCertificates::Optional {
                    verifier = verifier.allow_unauthenticated();
                }
                let verifier = verifier.build().map_err(|error| unusable(&error))?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let mut config = builder
            .with_single_cert(chain, key)
            .map_err(|error| unusable(&error))?;
        config.alpn_protocols = self.protocols.iter().map(|name| name.to_vec()).collect();
        Ok(config)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    read_small(path).map_err(|source| TlsError::Read {
        path: path.to_owned(),
        source,
    })
}

/// Reads a file that is meant to be small.
pub(super) fn read_small(path: &Path) -> io::Result<Vec<u8>> {
    use io::Read as _;
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path)?;
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

fn certificates(path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    all.ok()
        .filter(|all| !all.is_empty())
        .ok_or_else(|| TlsError::Pem {
            path: path.to_owned(),
            what: "certificate",
        })
}

/// The present settings of TLS on one listener.
#[derive(Clone, Debug)]
pub(super) struct Tls(watch::Receiver<Arc<ServerConfig>>);

impl Tls {
    /// Takes a handshake to its end; gives the stream and who the client is, if it said so.
    pub(super) async fn handshake(
        &self,
        stream: TcpStream,
    ) -> io::Result<(TlsStream<TcpStream>, Option<Arc<Identity>>)> {
        let config = Arc::clone(&self.0.borrow());
        let stream = tokio_rustls::TlsAcceptor::from(config)
            .accept(stream)
            .await?;
        let certificates = stream.get_ref().1.peer_certificates();
        let identity = certificates
            .and_then(<[_]>::first)
            .map(|certificate| Arc::new(Identity::of(certificate)));
        Ok((stream, identity))
    }
}

/// Keeps the settings of TLS in step with the files.
pub(super) struct Reloader {
    files: TlsFiles,
    contents: Contents,
    settings: watch::Sender<Arc<ServerConfig>>,
}

impl std::fmt::Debug for Reloader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The contents hold a private key.
        f.debug_struct("Reloader")
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

impl Reloader {
    /// Reads the files for the first time.
    pub(super) fn new(files: TlsFiles) -> Result<(Self, Tls), TlsError> {
        let contents = files.read()?;
        let (settings, tls) = watch::channel(Arc::new(files.build(&contents)?));
        let reloader = Self {
            files,
            contents,
            settings,
        };
        Ok((reloader, Tls(tls)))
    }

    /// Looks again; `true` when there is something new and it is in force.
    fn look(&mut self) -> Result<bool, TlsError> {
        let contents = self.files.read()?;
        if contents == self.contents {
            return Ok(false);
        }
        self.settings
            .send_replace(Arc::new(self.files.build(&contents)?));
        self.contents = contents;
        Ok(true)
    }

    /// Looks again and again until stopped. Polling sees a file replaced, a link switched and a
    /// mounted secret renewed alike, on every system; half a change does not go together and is
    /// seen whole the next time.
    pub(super) async fn run(self, interval: Duration, stop: CancellationToken) {
        let mut failing = false;
        let mut this = self;
        while tokio::time::timeout(interval, stop.cancelled())
            .await
            .is_err()
        {
            let looked = tokio::task::spawn_blocking(move || {
                let mut this = this;
                let result = this.look();
                (this, result)
            });
            let Ok((back, result)) = looked.await else {
                tracing::error!("certificates are not looked at any more");
                return;
            };
            this = back;
            let path = this.files.certificate.display();
            match &result {
                Ok(true) => tracing::info!(certificate = %path, "new certificates are in force"),
                Err(error) if !failing => {
                    tracing::error!(%error, "the certificates on disk cannot be used, the old ones stay");
                }
                _ => {}
            }
            failing = result.is_err();
        }
    }
}
