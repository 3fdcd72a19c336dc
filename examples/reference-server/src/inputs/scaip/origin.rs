//! Where a message came from, and as whom.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use scaip::sip::{Path, Transport};

use super::super::certificate::Identity;
use crate::devices::DevicePath;
use crate::journal::TransportFacts;

/// How long a certificate is remembered after its connection is gone: messages of it may still
/// wait for their turn.
const MEMORY: Duration = Duration::from_secs(60);

/// The way one message came.
#[derive(Clone, Debug)]
pub(in crate::inputs) struct Origin {
    pub(in crate::inputs) transport: &'static str,
    pub(in crate::inputs) local: SocketAddr,
    pub(in crate::inputs) remote: SocketAddr,
    /// Who the client certificate speaks for.
    pub(in crate::inputs) identity: Option<Arc<Identity>>,
    /// The name of the bearer token.
    pub(in crate::inputs) token: Option<Arc<str>>,
    /// The name of the digest account.
    pub(in crate::inputs) account: Option<String>,
}

impl Origin {
    /// Of a SIP message.
    pub(in crate::inputs::scaip) fn of(path: &Path, certificates: &Certificates) -> Self {
        let (transport, identity) = match path.transport {
            Transport::Udp => ("udp", None),
            Transport::Tcp => ("tcp", None),
            Transport::Tls => ("tls", certificates.of(path.local, path.remote)),
        };
        Self {
            transport,
            local: path.local,
            remote: path.remote,
            identity,
            token: None,
            account: None,
        }
    }

    /// Over what its sender was heard.
    pub(in crate::inputs) fn path(&self) -> DevicePath {
        match self.transport {
            "udp" => DevicePath::Udp,
            "tcp" => DevicePath::Tcp,
            "tls" => DevicePath::Tls,
            _ => DevicePath::Https,
        }
    }

    /// What the journal keeps of it: behind the peer's address stands as whom it came.
    pub(in crate::inputs) fn facts(&self) -> TransportFacts {
        let mut peer = self.remote.to_string();
        // Writing to a String cannot fail.
        if let Some(identity) = &self.identity {
            let _ = write!(peer, " certificate {identity}");
        }
        if let Some(token) = &self.token {
            let _ = write!(peer, " token \"{token}\"");
        }
        if let Some(account) = &self.account {
            let _ = write!(peer, " account {account:?}");
        }
        TransportFacts {
            transport: Cow::Borrowed(self.transport),
            peer,
            local: self.local.to_string(),
        }
    }
}

type Ends = (SocketAddr, SocketAddr);

/// The client certificates of the TLS connections that are open, by their two ends: the SIP layer
/// numbers connections, but tells nobody outside.
#[derive(Clone, Debug, Default)]
pub(super) struct Certificates(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    identities: HashMap<Ends, (u64, Arc<Identity>)>,
    last: u64,
}

impl Certificates {
    /// Notes whose connection this is, until some time after the guard is dropped.
    pub(super) fn note(
        &self,
        local: SocketAddr,
        remote: SocketAddr,
        identity: Arc<Identity>,
    ) -> CertificateGuard {
        let ends = (local, remote);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.last += 1;
        let number = known.last;
        known.identities.insert(ends, (number, identity));
        drop(known);
        CertificateGuard {
            certificates: self.clone(),
            ends,
            number,
        }
    }

    /// The ends are free for somebody without a certificate.
    pub(super) fn forget(&self, local: SocketAddr, remote: SocketAddr) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.identities.remove(&(local, remote));
    }

    fn of(&self, local: SocketAddr, remote: SocketAddr) -> Option<Arc<Identity>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, identity) = known.identities.get(&(local, remote))?;
        Some(Arc::clone(identity))
    }

    fn remove(&self, ends: Ends, number: u64) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known
            .identities
            .get(&ends)
            .is_some_and(|(of, _)| *of == number)
        {
            known.identities.remove(&ends);
        }
    }
}

/// Lives as long as its connection.
#[derive(Debug)]
pub(super) struct CertificateGuard {
    certificates: Certificates,
    ends: Ends,
    number: u64,
}

impl Drop for CertificateGuard {
    fn drop(&mut self) {
        let (certificates, ends, number) = (self.certificates.clone(), self.ends, self.number);
        // Without a runtime the server is at its end anyway.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                tokio::time::sleep(MEMORY).await;
                certificates.remove(ends, number);
            });
        }
    }
}
