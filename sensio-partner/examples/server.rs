//! A Partner API endpoint: takes events and statuses of partners, keeps each call in a file and only then
//! answers 200.
//!
//! ```text
//! PARTNER_SECRET=not-a-real-secret cargo run -p sensio-partner --features axum --example server -- \
//!     127.0.0.1:8080 calls.jsonl SN-004711 SN-004712
//! curl -d grant_type=client_credentials -d client_id=nordlys-partner -d client_secret=not-a-real-secret \
//!     http://127.0.0.1:8080/partner/api/v1/tokens/oauth/accesstoken
//! ```
//!
//! The arguments are the address (port 0 takes a free one), the file, and the registered devices; the
//! client is `nordlys-partner` unless `PARTNER_CLIENT` says otherwise, and `PARTNER_MODE=strict` tolerates
//! nothing. The file has one JSON object a line, with personal data in it: guard it. Which events are active is
//! known in memory only; TLS belongs in front.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use rustls::crypto::ring::default_provider;
use sensio_partner::server::{
    ActiveEvents, Backend, Client, Config, EventAction, EventCall, Refused, Server, StatusCall,
};
use sensio_partner::{DeviceIdentifier, EventParameters, Mode, Secret, UnityVersion, encode_event};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Events that may be active.
const ACTIVE: usize = 100_000;

struct Kept {
    devices: HashSet<DeviceIdentifier>,
    state: Mutex<State>,
}

struct State {
    active: ActiveEvents,
    file: File,
}

impl Kept {
    fn knows(&self, device: &DeviceIdentifier) -> Result<(), Refused> {
        match self.devices.contains(device) {
            true => Ok(()),
            false => Err(Refused::UnknownDevice),
        }
    }

    /// Runs on a thread that may block: a flush takes as long as the disk likes.
    fn keep(
        &self,
        line: &Value,
        apply: impl FnOnce(&mut ActiveEvents) -> Result<(), Refused>,
    ) -> Result<(), Refused> {
        tokio::task::block_in_place(|| {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            apply(&mut state.active)?;
            let kept = writeln!(state.file, "{line}").and_then(|()| state.file.sync_data());
            kept.map_err(|_| Refused::Failed)
        })
    }
}

fn parameters(event: &EventParameters) -> Value {
    let mut body = Vec::new();
    encode_event(event, UnityVersion::LATEST, &mut body);
    serde_json::from_slice(&body).unwrap_or_default()
}

fn warnings<T: ToString>(warnings: &[T]) -> Vec<String> {
    warnings.iter().map(ToString::to_string).collect()
}

impl Backend for Kept {
    async fn event(&self, call: EventCall) -> Result<(), Refused> {
        self.knows(&call.device)?;
        let action = match call.action {
            EventAction::Trigger => "trigger",
            EventAction::Update => "update",
            EventAction::Deactivate => "deactivate",
        };
        let line = json!({
            "client": call.client.as_str(),
            "action": action,
            "device": call.device.as_str(),
            "eventType": call.event_type.0,
            "parameters": parameters(call.decoded.message()),
            "unknown": call.decoded.unknown(),
            "warnings": warnings(&call.warnings),
        });
        self.keep(&line, |active| active.apply(&call).map(|_| ()))
    }

    async fn statuses(&self, call: StatusCall) -> Result<(), Refused> {
        // Whether one unknown device refuses a whole batch is this server's choice.
        for entry in &call.entries {
            self.knows(&entry.device)?;
        }
        let entries = call.entries.iter();
        let entries = entries.map(|entry| json!([entry.device.as_str(), entry.status.members()]));
        let line = json!({
            "client": call.client.as_str(),
            "action": "status",
            "statuses": entries.collect::<Vec<_>>(),
            "warnings": warnings(&call.warnings),
        });
        self.keep(&line, |_| Ok(()))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("usage: server ADDRESS FILE [DEVICE ...]".into());
    };
    let devices: Result<_, _> = arguments.map(|name| DeviceIdentifier::new(&name)).collect();
    let secret = std::env::var("PARTNER_SECRET").map_err(|_| "PARTNER_SECRET is not set")?;
    let id = std::env::var("PARTNER_CLIENT").unwrap_or_else(|_| "nordlys-partner".into());
    let client = Client::new(&id, &[Secret::new(secret)])?;

    // Tokens are made of it.
    let mut seed = [0; 32];
    let random = default_provider().secure_random;
    random.fill(&mut seed).map_err(|_| "no random bytes")?;
    let mut config = Config::new(seed, vec![client]);
    if std::env::var("PARTNER_MODE").is_ok_and(|mode| mode == "strict") {
        config.mode = Mode::Strict;
    }
    let kept = Kept {
        devices: devices?,
        state: Mutex::new(State {
            active: ActiveEvents::new(ACTIVE),
            file: OpenOptions::new().create(true).append(true).open(file)?,
        }),
    };
    let listener = TcpListener::bind(address).await?;
    writeln!(std::io::stderr(), "listening on {}", listener.local_addr()?)?;
    let app = Server::new(config, kept).router();
    let app = app.into_make_service_with_connect_info::<std::net::SocketAddr>();
    axum::serve(listener, app).await?;
    Ok(())
}
