//! HTTP by hand, and a double of a Sensio server that outlives the program under test.
#![allow(dead_code, reason = "each test file uses a part")]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

use sensio_partner::Secret;
use sensio_partner::server::faults::{Faults, serve};
use sensio_partner::server::{Client, Config, EventAction, MemoryBackend, Recorded, Server};
use serde_json::Value;

use super::program::PATIENCE;

pub(crate) const SECRET: &str = "not-a-real-secret";
pub(crate) const TOKEN: &str = "3c1f5f7a-not-a-real-token";

/// One answer.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// Makes one call; `None` when the connection is cut.
pub(crate) fn call(
    to: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> Option<Heard> {
    let mut stream = TcpStream::connect(to).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n{headers}\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some(Heard {
        status: head.get(9..12)?.parse().ok()?,
        body: body.to_owned(),
    })
}

/// A partner of the program's own input.
pub(crate) struct Partner {
    to: SocketAddr,
    authorization: String,
}

const JSON: &str = "Content-Type: application/json\r\n";

impl Partner {
    /// Gets a token; `None` when the server is gone.
    pub(crate) fn new(to: SocketAddr) -> Option<Self> {
        let path = "/partner/api/v1/tokens/oauth/accesstoken";
        let body = format!(
            "grant_type=client_credentials&client_id=nordlys-partner&client_secret={SECRET}"
        );
        let form = "Content-Type: application/x-www-form-urlencoded\r\n";
        let heard = call(to, "POST", path, form, &body)?;
        assert_eq!(heard.status, 200, "{heard:?}");
        let answer: Value = serde_json::from_str(&heard.body).expect("JSON");
        let token = answer["access_token"].as_str().expect("a token");
        Some(Self {
            to,
            authorization: format!("Authorization: Bearer {token}\r\n"),
        })
    }

    pub(crate) fn event(&self, method: &str, device: &str, code: u32, body: &str) -> Option<u16> {
        let path = format!("/partner/api/v1/devices/{device}/events/{code}");
        let headers = format!("{}{JSON}", self.authorization);
        Some(call(self.to, method, &path, &headers, body)?.status)
    }

    pub(crate) fn statuses(&self, body: &str) -> Option<u16> {
        let path = "/partner/api/v1/devices/status";
        let headers = format!("{}{JSON}", self.authorization);
        Some(call(self.to, "PUT", path, &headers, body)?.status)
    }
}

/// Posts a webhook with the right token.
pub(crate) fn webhook(to: SocketAddr, name: &str, body: &str) -> u16 {
    let headers = format!(
        "{JSON}X-SensioPartner-EventName: {name}\r\nX-SensioPartner-ValidationToken: {TOKEN}\r\n"
    );
    let heard = call(to, "POST", "/hooks/sensio", &headers, body);
    heard.expect("an answer").status
}

/// A runtime for a double, and where it listens.
pub(crate) fn loopback() -> (tokio::runtime::Runtime, tokio::net::TcpListener, SocketAddr) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let listener = runtime
        .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
        .expect("loopback");
    let address = listener.local_addr().expect("bound");
    (runtime, listener, address)
}

/// A Sensio server of the test's own.
pub(crate) struct Double {
    runtime: Option<tokio::runtime::Runtime>,
    pub(crate) address: SocketAddr,
    pub(crate) backend: MemoryBackend,
    pub(crate) faults: Faults,
}

impl Double {
    pub(crate) fn start(devices: &[&str]) -> Self {
        let backend = MemoryBackend::default();
        for device in devices {
            backend.register(device).expect("an identifier");
        }
        let faults = Faults::default();
        let client = Client::new("nordlys-arc", &[Secret::new(SECRET)]).expect("a client");
        let mut config = Config::new([7; 32], vec![client]);
        config.faults = faults.clone();
        let router = Server::new(config, backend.clone()).router();
        let (runtime, listener, address) = loopback();
        runtime.spawn(serve(listener, router));
        Self {
            runtime: Some(runtime),
            address,
            backend,
            faults,
        }
    }

    /// The table of an output to it.
    pub(crate) fn table(&self, directory: &Path, more: &str) -> String {
        let secret = directory.join("secret");
        std::fs::write(&secret, format!("{SECRET}\n")).expect("a file");
        format!(
            "[outputs.sensio]\nendpoint = \"http://{}/partner\"\nclient_id = \"nordlys-arc\"\n\
             client_secret = {{ file = {secret:?} }}\n{more}\n",
            self.address
        )
    }

    /// What came about events: method, device, code and the id, in order; repeats included.
    pub(crate) fn events(&self) -> Vec<(&'static str, String, u32, Option<String>)> {
        let calls = self.backend.calls();
        let events = calls.iter().filter_map(|call| match call {
            Recorded::Event { call, .. } => {
                let method = match call.action {
                    EventAction::Trigger => "POST",
                    EventAction::Update => "PUT",
                    EventAction::Deactivate => "DELETE",
                };
                let id = call.decoded.message().external_event_id.as_ref();
                let id = id.map(ToString::to_string);
                Some((
                    method,
                    call.device.as_str().to_owned(),
                    call.event_type.0,
                    id,
                ))
            }
            _ => None,
        });
        events.collect()
    }

    /// Methods in order for one device.
    pub(crate) fn methods(&self, device: &str) -> Vec<&'static str> {
        let events = self.events().into_iter();
        let of_one = events.filter(|(_, of, ..)| of == device);
        of_one.map(|(method, ..)| method).collect()
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The tables of the inputs over HTTPS, on a loopback port.
pub(crate) fn inputs(directory: &Path) -> String {
    let (secret, token) = (directory.join("partner"), directory.join("hook"));
    std::fs::write(&secret, SECRET).expect("a file");
    std::fs::write(&token, TOKEN).expect("a file");
    format!(
        "[inputs.web]\nplain = \"127.0.0.1:0\"\n\
         [inputs.sensio]\n[[inputs.sensio.client]]\nid = \"nordlys-partner\"\n\
         secrets = [{{ file = {secret:?} }}]\n\
         [inputs.sensio_webhook]\ntokens = [{{ file = {token:?} }}]\n"
    )
}
