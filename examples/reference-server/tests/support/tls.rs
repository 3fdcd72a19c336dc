//! Certificates, TLS clients and SIP over streams, for the tests of the transports.
#![allow(dead_code, reason = "each test file uses a part")]

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use reference_server::config::{Config, Listen};
use reference_server::inputs::scaip::ScaipInput;
use reference_server::journal::{AlarmDetail, AlarmRecord, Sequence};
use reference_server::server::{RunningServer, Server};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn free(address: &str) -> Listen {
    address.parse().expect("an address")
}

/// An authority that issues certificates.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) pem: String,
}

/// A certificate and its key, PEM.
#[derive(Clone)]
pub(crate) struct Certified {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let pem = params.self_signed(&key).expect("signed").pem();
        Self {
            issuer: Issuer::new(params, key),
            pem,
        }
    }

    pub(crate) fn issue(&self, name: &str) -> Certified {
        let key = KeyPair::generate().expect("a key");
        let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
        let mut params = CertificateParams::new(names).expect("names");
        params.distinguished_name.push(DnType::CommonName, name);
        let certificate = params.signed_by(&key, &self.issuer).expect("signed");
        Certified {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        }
    }
}

/// A server with a directory of its own, in which there are an authority and a certificate.
pub(crate) struct Running {
    pub(crate) server: RunningServer,
    pub(crate) directory: TempDir,
    pub(crate) authority: Authority,
}

pub(crate) fn write(directory: &Path, name: &str, text: &str) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, text).expect("written");
    path
}

impl Running {
    /// Nothing listens but what `change` says; certificates are set for TLS and HTTPS.
    pub(crate) async fn start(change: impl FnOnce(&mut Config, &Path)) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let authority = Authority::new("test authority");
        let own = authority.issue("arc.example.net");
        let at = directory.path();
        let mut config = Config::default();
        config.journal.path = at.join("alarms.sqlite");
        config.http.listen = Listen::Off;
        (config.scaip.udp, config.scaip.tcp) = (Listen::Off, Listen::Off);
        let certificate = write(at, "certificate.pem", &own.certificate);
        let key = write(at, "key.pem", &own.key);
        let client_ca = write(at, "client-ca.pem", &authority.pem);
        let (tls, https) = (&mut config.scaip.tls, &mut config.scaip.https);
        tls.certificate.clone_from(&certificate);
        tls.key.clone_from(&key);
        tls.client_ca.clone_from(&client_ca);
        (https.certificate, https.key, https.client_ca) = (certificate, key, client_ca);
        change(&mut config, at);
        let input = ScaipInput::new(&config).expect("the settings are good");
        let server = Server::new(config).with_input(Box::new(input));
        let server = server.start().await.expect("the server starts");
        Self {
            server,
            directory,
            authority,
        }
    }

    pub(crate) fn address(&self, name: &str) -> SocketAddr {
        self.server.addresses().get(name).expect("bound")
    }

    pub(crate) async fn records(&self) -> Vec<AlarmRecord> {
        let journal = self.server.journal();
        journal
            .alarms_after(Sequence::START, 1000)
            .await
            .expect("the journal reads")
    }

    /// Waits until there are so many records: evidence comes behind the answer.
    pub(crate) async fn wait_for_records(&self, count: usize) -> Vec<AlarmRecord> {
        let patience = Instant::now() + PATIENCE;
        loop {
            let records = self.records().await;
            if records.len() >= count {
                assert_eq!(records.len(), count);
                return records;
            }
            assert!(Instant::now() < patience, "{} of {count}", records.len());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub(crate) async fn detail(&self, record: &AlarmRecord) -> AlarmDetail {
        let journal = self.server.journal();
        let detail = journal.alarm(record.id).await.expect("the journal reads");
        detail.expect("it is there")
    }
}

/// A client that trusts this authority.
pub(crate) fn connector(
    authority: &str,
    versions: &[&'static SupportedProtocolVersion],
    own: Option<&Certified>,
) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_slice(authority.as_bytes()).expect("PEM");
    roots.add(authority).expect("an authority");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .expect("versions")
        .with_root_certificates(roots);
    let config = match own {
        None => builder.with_no_client_auth(),
        Some(own) => {
            let chain = CertificateDer::from_pem_slice(own.certificate.as_bytes()).expect("PEM");
            let key = PrivateKeyDer::from_pem_slice(own.key.as_bytes()).expect("PEM");
            builder
                .with_client_auth_cert(vec![chain], key)
                .expect("they go together")
        }
    };
    TlsConnector::from(Arc::new(config))
}

pub(crate) async fn connect(
    connector: &TlsConnector,
    address: SocketAddr,
) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::from(address.ip());
    timeout(PATIENCE, connector.connect(name, stream))
        .await
        .expect("in time")
}

pub(crate) fn alarm(cid: &str, reference: &str) -> String {
    format!("<mrq><ref>{reference}</ref><cid>{cid}</cid><dty>0003</dty><stc>0010</stc></mrq>")
}

pub(crate) fn accepted(reference: &str) -> String {
    format!("<mrs><ref>{reference}</ref><snu>0</snu></mrs>")
}

/// One SIP request.
pub(crate) fn message(transport: &str, number: u32, body: &str) -> String {
    format!(
        "MESSAGE sip:alarm@arc.example.net SIP/2.0\r\n\
         Via: SIP/2.0/{transport} unit.example.net;branch=z9hG4bKt{number};rport\r\n\
         Max-Forwards: 70\r\n\
         From: <sip:40211870@arc.example.net>;tag=1\r\n\
         To: <sip:alarm@arc.example.net>\r\n\
         Call-ID: t{number}@unit.example.net\r\n\
         CSeq: {number} MESSAGE\r\n\
         Content-Type: application/scaip+xml\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The 200 to a request that came.
pub(crate) fn ok(head: &str) -> String {
    let echo: String = head
        .lines()
        .filter(|line| {
            let name = line.split(':').next().unwrap_or_default();
            ["Via", "From", "To", "Call-ID", "CSeq"].contains(&name)
        })
        .map(|line| format!("{line}\r\n"))
        .collect();
    format!("SIP/2.0 200 OK\r\n{echo}Content-Length: 0\r\n\r\n")
}

/// SIP over a stream.
pub(crate) struct Link<S> {
    stream: S,
    buffer: Vec<u8>,
    number: u32,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Link<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self {
            stream,
            buffer: Vec::new(),
            number: 0,
        }
    }

    /// The next message, head and body; `None` at the end of the stream.
    async fn next(&mut self) -> Option<(String, String)> {
        loop {
            let text = String::from_utf8(self.buffer.clone()).expect("UTF-8");
            if let Some((head, rest)) = text.split_once("\r\n\r\n") {
                let length: usize = head
                    .lines()
                    .find_map(|line| line.strip_prefix("Content-Length: "))
                    .map_or(0, |length| length.parse().expect("a number"));
                if rest.len() >= length {
                    self.buffer.drain(..head.len() + 4 + length);
                    return Some((head.to_owned(), rest[..length].to_owned()));
                }
            }
            let read = self.stream.read_buf(&mut self.buffer);
            let read = timeout(PATIENCE, read).await.expect("in time");
            if !matches!(read, Ok(1..)) {
                return None;
            }
        }
    }

    /// Sends a body; gives the `mrs` that came on the same connection, `None` when it ended.
    pub(crate) async fn send(&mut self, transport: &str, body: &str) -> Option<String> {
        self.number += 1;
        let request = message(transport, self.number, body);
        self.stream.write_all(request.as_bytes()).await.ok()?;
        self.stream.flush().await.ok()?;
        let mut answered = false;
        loop {
            let (head, body) = self.next().await?;
            if head.starts_with("SIP/2.0 ") {
                assert!(head.starts_with("SIP/2.0 200 "), "{head}");
                answered = true;
                continue;
            }
            assert!(answered, "the 200 comes first on a stream");
            self.stream.write_all(ok(&head).as_bytes()).await.ok()?;
            self.stream.flush().await.ok()?;
            return Some(body);
        }
    }
}

/// Plays a unit on a connected UDP socket; the `mrs`, or `None` when nothing came in time.
pub(crate) async fn over_udp(
    socket: &tokio::net::UdpSocket,
    number: u32,
    body: &str,
    patience: Duration,
) -> Option<String> {
    let request = message("UDP", number, body);
    socket.send(request.as_bytes()).await.expect("sent");
    let mut buffer = vec![0; 65_536];
    loop {
        let received = timeout(patience, socket.recv(&mut buffer)).await.ok()?;
        let text = String::from_utf8_lossy(&buffer[..received.ok()?]).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").expect("a SIP message");
        if head.starts_with("SIP/2.0 ") {
            assert!(head.starts_with("SIP/2.0 200 "), "{head}");
            continue;
        }
        socket.send(ok(head).as_bytes()).await.expect("sent");
        return Some(body.to_owned());
    }
}

/// What an HTTP server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// HTTP/1.1 over a stream that is kept.
pub(crate) struct Web<S>(pub(crate) S);

impl<S: AsyncRead + AsyncWrite + Unpin> Web<S> {
    /// Sends one request; `headers` end with CRLF each. `None` when the server closed first.
    pub(crate) async fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> Option<Answer> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: arc.example.net\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        // The server may answer before it has read everything.
        let _ = self.0.write_all(request.as_bytes()).await;
        let _ = self.0.flush().await;
        let mut buffer = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&buffer).into_owned();
            if let Some((head, rest)) = text.split_once("\r\n\r\n") {
                let mut answer = Answer {
                    status: head[9..12].parse().expect("a status"),
                    head: head.to_owned(),
                    body: String::new(),
                };
                let length: usize = answer
                    .header("content-length")
                    .map_or(0, |length| length.parse().expect("a number"));
                if rest.len() >= length {
                    assert_eq!(rest.len(), length, "nothing behind it");
                    answer.body = rest.to_owned();
                    return Some(answer);
                }
            }
            let read = timeout(PATIENCE, self.0.read_buf(&mut buffer)).await;
            if !matches!(read.expect("in time"), Ok(1..)) {
                return None;
            }
        }
    }

    /// Posts a message.
    pub(crate) async fn post(&mut self, headers: &str, body: &str) -> Option<Answer> {
        let headers = format!("Content-Type: application/scaip+xml\r\n{headers}");
        self.ask("POST", "/scaip", &headers, body).await
    }
}
