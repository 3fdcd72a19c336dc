//! A running server, and a partner that talks to it byte by byte; every answer is checked against the
//! OpenAPI document.

#[path = "../contract/mod.rs"]
pub(crate) mod contract;
#[path = "../raw_http/mod.rs"]
pub(crate) mod raw_http;

use std::net::SocketAddr;

use contract::Contract;
use raw_http::{Answer, exchange, request};
use sensio_partner::server::faults::{Faults, serve};
use sensio_partner::server::{
    Change, Client, Config, EventCall, MemoryBackend, OPENAPI, Recorded, Refused, Server,
};
use sensio_partner::{DeviceIdentifier, DeviceType, EventType, Secret};
use serde_json::Value;
use tokio::net::TcpListener;

pub(crate) const TOKEN_PATH: &str = "/partner/api/v1/tokens/oauth/accesstoken";
pub(crate) const FALL: &str = "/partner/api/v1/devices/SN-004711/events/906";
pub(crate) const STATUS: &str = "/partner/api/v1/devices/SN-004711/status";
pub(crate) const BATCH: &str = "/partner/api/v1/devices/status";
pub(crate) const JSON: (&str, &str) = ("Content-Type", "application/json");
pub(crate) const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
pub(crate) const CREDENTIALS: &str =
    "grant_type=client_credentials&client_id=nordlys-partner&client_secret=not-a-real-secret";

/// A running server with a token of its own.
pub(crate) struct Partner {
    pub(crate) address: SocketAddr,
    pub(crate) backend: MemoryBackend,
    pub(crate) faults: Faults,
    pub(crate) token: String,
    pub(crate) contract: Contract,
}

pub(crate) fn config() -> Config {
    let secrets = ["not-a-real-secret", "the-next-secret"].map(Secret::new);
    let client = Client::new("nordlys-partner", &secrets).expect("fit");
    Config::new([7; 32], vec![client])
}

pub(crate) async fn listen(router: axum::Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(serve(listener, router));
    address
}

pub(crate) async fn start(change: impl FnOnce(&mut Config)) -> Partner {
    let mut config = config();
    change(&mut config);
    let faults = config.faults.clone();
    let backend = MemoryBackend::default();
    for device in ["SN-004711", "a/b", "%2F", "blåbær", "status"] {
        backend.register(device).expect("valid");
    }
    backend
        .register_as("CORD-1", DeviceType::PullCord)
        .expect("valid");
    let server = Server::new(config, backend.clone());
    let mut partner = Partner {
        address: listen(server.router()).await,
        backend,
        faults,
        token: String::new(),
        contract: Contract::load(OPENAPI),
    };
    partner.renew().await;
    partner
}

/// The operation of the document that a raw path belongs to.
pub(crate) fn template(path: &str) -> Option<&'static str> {
    let path = path.strip_prefix("/partner")?;
    if path == "/api/v1/tokens/oauth/accesstoken" {
        return Some("/api/v1/tokens/oauth/accesstoken");
    }
    let segments: Vec<_> = path.strip_prefix("/api/v1/devices/")?.split('/').collect();
    match segments[..] {
        ["status"] => Some("/api/v1/devices/status"),
        [_, "status"] => Some("/api/v1/devices/{deviceIdentifier}/status"),
        [_, "events", _] => Some("/api/v1/devices/{deviceIdentifier}/events/{eventType}"),
        _ => None,
    }
}

impl Partner {
    pub(crate) async fn raw(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let answer = exchange(self.address, &request(method, path, headers, body)).await;
        let answer = answer.expect("an answer");
        if let Some(template) = template(path) {
            let operation = &self.contract.0["paths"][template][method.to_lowercase()];
            if operation.is_object() {
                let content_type = answer.header("content-type");
                self.contract
                    .check(operation, answer.status, content_type, &answer.body);
            }
        }
        answer
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let headers = [JSON, ("Authorization", bearer.as_str())];
        self.raw(method, path, &headers, body.as_bytes()).await
    }

    pub(crate) async fn status_of(&self, method: &str, path: &str, body: &str) -> u16 {
        self.call(method, path, body).await.status
    }

    pub(crate) async fn token(&self, headers: &[(&str, &str)], body: &str) -> Answer {
        self.raw("POST", TOKEN_PATH, headers, body.as_bytes()).await
    }

    pub(crate) async fn renew(&mut self) {
        let answer = self.token(&[FORM], CREDENTIALS).await;
        assert_eq!(answer.status, 200);
        let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert_eq!(body["expires_in"], 86_400);
        self.token = body["access_token"].as_str().expect("a token").to_owned();
    }

    pub(crate) fn last_event(&self) -> (EventCall, Result<Change, Refused>) {
        let calls = self.backend.calls();
        match calls.into_iter().next_back() {
            Some(Recorded::Event { call, outcome }) => (call, outcome),
            other => panic!("no call about an event: {other:?}"),
        }
    }

    pub(crate) fn is_active(&self, code: EventType) -> bool {
        self.backend.active(&device(), code).is_some()
    }
}

pub(crate) fn device() -> DeviceIdentifier {
    DeviceIdentifier::new("SN-004711").expect("valid")
}
