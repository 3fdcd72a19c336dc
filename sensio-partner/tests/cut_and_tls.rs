//! Connections that break, and certificates (Partner API reference 2 and 8.2).
#![cfg(feature = "reqwest")]

use std::sync::Arc;

use sensio_partner::client::{BuildError, Client};
use sensio_partner::token::Credentials;
use sensio_partner::{Class, DeviceIdentifier, Effect, Endpoint, EventParameters, EventType};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// Where a connection breaks.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Cut {
    Never,
    BeforeTheRequest,
    InsideTheRequest,
    BeforeTheAnswer,
    InsideTheHead,
    InsideTheBody,
}

/// Serves one connection: the token as it should be, everything else as told.
async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, cut: Cut) {
    let mut read = Vec::new();
    let mut buffer = [0; 4096];
    if cut == Cut::BeforeTheRequest {
        return;
    }
    // The body of the token call and of a bare event both end with one of these.
    while !read.ends_with(b"secret=s") && !read.ends_with(b"{}") {
        match stream.read(&mut buffer).await {
            Ok(n @ 1..) => read.extend_from_slice(&buffer[..n]),
            _ => return,
        }
        if cut == Cut::InsideTheRequest {
            return;
        }
    }
    let token = read.windows(11).any(|window| window == b"accesstoken");
    let whole: &[u8] = match token {
        true => b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 3\r\n\r\n\"t\"",
        false => b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 9\r\n\r\n\"thanks!\"",
    };
    let part = match cut {
        Cut::BeforeTheAnswer => &[],
        Cut::InsideTheHead => &whole[..20],
        Cut::InsideTheBody => &whole[..whole.len() - 3],
        _ => whole,
    };
    let _ = stream.write_all(part).await;
    let _ = stream.shutdown().await;
}

async fn post(client: &Client) -> Class {
    let device = DeviceIdentifier::new("SN-004711").expect("valid");
    let event = EventParameters::new();
    match client.post_event(&device, EventType::FALL, &event).await {
        Ok(delivered) => delivered.outcome.class,
        Err(error) => error.class(),
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_ambiguous_until_the_status_has_come() {
    for (cut, class) in [
        (Cut::Never, Class::Done(Effect::Accepted)),
        (Cut::BeforeTheRequest, Class::Ambiguous),
        (Cut::InsideTheRequest, Class::Ambiguous),
        (Cut::BeforeTheAnswer, Class::Ambiguous),
        (Cut::InsideTheHead, Class::Ambiguous),
        (Cut::InsideTheBody, Class::Done(Effect::Accepted)),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            let mut token = true;
            while let Ok((stream, _)) = listener.accept().await {
                serve(stream, if token { Cut::Never } else { cut }).await;
                token = false;
            }
        });
        let endpoint = Endpoint::new(&format!("http://{address}")).expect("loopback");
        let client = Client::builder(endpoint, Credentials::new("id", "s")).build();
        assert_eq!(post(&client.expect("a client")).await, class, "{cut:?}");
    }
}

#[tokio::test]
async fn a_customers_own_root_certificate_counts_for_that_customer_only() {
    let certificate = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("made");
    let key = PrivatePkcs8KeyDer::from(certificate.signing_key.serialize_der());
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.cert.der().clone()],
            PrivateKeyDer::from(key),
        )
        .expect("a certificate");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    serve(stream, Cut::Never).await;
                }
            });
        }
    });
    let builder = || {
        let endpoint = Endpoint::new(&format!("https://localhost:{}", address.port()));
        Client::builder(endpoint.expect("https"), Credentials::new("id", "s"))
    };
    let pem = certificate.cert.pem();
    let own = builder().root_certificates(pem.as_bytes());
    let own = own.only_own_root_certificates().build().expect("a client");
    assert_eq!(post(&own).await, Class::Done(Effect::Accepted));

    let beside = builder().root_certificates(pem.as_bytes()).build();
    let class = post(&beside.expect("a client")).await;
    assert_eq!(class, Class::Done(Effect::Accepted));
    let system = builder().build().expect("a client");
    assert_eq!(post(&system).await, Class::NotSent);

    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("made");
    let other = builder().root_certificates(other.cert.pem().as_bytes());
    let other = other
        .only_own_root_certificates()
        .build()
        .expect("a client");
    assert_eq!(post(&other).await, Class::NotSent);
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused_before_anything_is_sent() {
    let builder = || {
        let endpoint = Endpoint::new("https://unity.example.no").expect("https");
        Client::builder(endpoint, Credentials::new("id", "s"))
    };
    let error = builder().only_own_root_certificates().build();
    assert_eq!(error.expect_err("none"), BuildError::NoRootCertificates);
    let error = builder().root_certificates(b"no PEM").build();
    assert_eq!(error.expect_err("none"), BuildError::RootCertificates);
    let error = builder().user_agent("a\nb").build();
    assert_eq!(error.expect_err("none"), BuildError::UserAgent);
    let error = builder().proxy("no proxy").build();
    assert_eq!(error.expect_err("none"), BuildError::Proxy);
}
