//! Takes Sensio's webhooks: closes what is meant, keeps it in a file, and says which DELETE has to follow.
//!
//! ```text
//! WEBHOOK_TOKEN=3c1f5f7a-not-a-real-token cargo run -p sensio-partner --features axum --example webhooks -- \
//!     127.0.0.1:8081 closed.jsonl SN-004711:906:01J9Z7P4WQ3N SN-004712:951
//! curl -d '{"DeviceIdentifier":"SN-004711","EventType":906,"ExternalEventId":"01J9Z7P4WQ3N"}' \
//!     -H 'Content-Type: application/json' -H 'X-SensioPartner-EventName: RequestDeactivateEvent' \
//!     -H 'X-SensioPartner-ValidationToken: 3c1f5f7a-not-a-real-token' http://127.0.0.1:8081/hooks/sensio
//! ```
//!
//! The arguments are the address (port 0 takes a free one), the file, and the events that are open:
//! device, code and, if there is one, the partner's own id. `WEBHOOK_TOKEN_NEXT` is accepted, too, while a token
//! is being changed. Each call that was accepted is a line of the file: what came and what was done. The DELETE that
//! belongs into the delivery queue is printed. TLS belongs in front.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use sensio_partner::webhook::axum::{Handler, NotDurable, router};
use sensio_partner::webhook::{
    Action, Config, Correlator, CorrelatorConfig, Delete, Incoming, Receiver, Verifier, Webhook,
};
use sensio_partner::{DeviceIdentifier, EventType, ExternalEventId, Secret, Time};
use serde_json::json;
use tokio::net::TcpListener;

struct Hook {
    started: Instant,
    state: Mutex<State>,
}

struct State {
    correlator: Correlator,
    file: File,
}

impl State {
    fn keep(&mut self, webhook: &Webhook, done: &str) -> io::Result<()> {
        let line = json!({
            "webhook": webhook.name().as_str(),
            "device": webhook.device().as_str(),
            "eventType": webhook.event_type().0,
            "externalEventId": webhook.external_event_id().map(ExternalEventId::as_str),
            "done": done,
        });
        writeln!(self.file, "{line}")?;
        self.file.sync_data()
    }
}

fn say(delete: &Delete) -> io::Result<()> {
    let (device, code) = (delete.device.path_segment(), delete.event_type);
    writeln!(
        io::stdout(),
        "DELETE /api/v1/devices/{device}/events/{code}"
    )
}

impl Handler for Hook {
    async fn handle(&self, incoming: &Incoming) -> Result<(), NotDurable> {
        // A flush takes as long as the disk likes.
        tokio::task::block_in_place(|| {
            let now = Time::from(self.started.elapsed());
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let webhook = incoming.webhook();
            match state.correlator.handle_webhook(now, webhook) {
                Action::Deactivate(key) => {
                    // Here one's own system closes the alarm. If that fails or cannot be kept it is still
                    // on: no DELETE, and Sensio may repeat.
                    if state.keep(webhook, "closed").is_err() {
                        state.correlator.deactivation_failed(key);
                        return Err(NotDurable);
                    }
                    match state.correlator.deactivated(now, key) {
                        // Into the delivery queue with it, outside the handling of the webhook.
                        Some(delete) => say(&delete).map_err(|_| NotDurable),
                        None => Ok(()),
                    }
                }
                Action::Nothing(why) => {
                    let done = format!("nothing: {why:?}");
                    state.keep(webhook, &done).map_err(|_| NotDurable)
                }
                _ => Err(NotDurable),
            }
        })
    }
}

fn open(correlator: &mut Correlator, event: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut parts = event.splitn(3, ':');
    let device = DeviceIdentifier::new(parts.next().unwrap_or_default())?;
    let code = parts
        .next()
        .ok_or("an event is DEVICE:CODE or DEVICE:CODE:ID")?;
    let id = parts.next().map(ExternalEventId::new).transpose()?;
    correlator.raised(device, EventType(code.parse()?), id)?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("usage: webhooks ADDRESS FILE [DEVICE:CODE[:ID] ...]".into());
    };
    let mut correlator = Correlator::new(CorrelatorConfig::default());
    for event in arguments {
        open(&mut correlator, &event)?;
    }
    let token = std::env::var("WEBHOOK_TOKEN").map_err(|_| "WEBHOOK_TOKEN is not set")?;
    let next = std::env::var("WEBHOOK_TOKEN_NEXT").ok();
    let tokens: Vec<_> = [Some(token), next]
        .into_iter()
        .flatten()
        .map(Secret::new)
        .collect();
    let receiver = Receiver::new(Verifier::new(&tokens)?, Config::default());
    let hook = Hook {
        started: Instant::now(),
        state: Mutex::new(State {
            correlator,
            file: OpenOptions::new().create(true).append(true).open(file)?,
        }),
    };
    let listener = TcpListener::bind(address).await?;
    writeln!(io::stderr(), "listening on {}", listener.local_addr()?)?;
    let app = router("/hooks/sensio", receiver, hook);
    let app = app.into_make_service_with_connect_info::<std::net::SocketAddr>();
    axum::serve(listener, app).await?;
    Ok(())
}
