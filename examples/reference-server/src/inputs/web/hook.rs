//! Webhooks of the Sensio server that alarms go to (Partner API reference 6): staff closed an event
//! there, or wants it closed here.
//!
//! The alarm that is meant is found among those that the output has raised. Its end goes into the
//! journal before the 200; the output reads it there and sends the DELETE that a command asks for.
//! What means no open alarm (an echo, a repeat, something older) is kept and closes nothing.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use alarm_codes::{Ack, Event, Handling, Reference};
use bytes::Bytes;
use sensio_partner::Mode;
use sensio_partner::alarm::{Received, event_of_webhook};
use sensio_partner::webhook::axum::{Handler, NotDurable};
use sensio_partner::webhook::{Config, Incoming, Receiver, Verifier, Webhook};

use super::super::record::{self, Arrival, Message};
use super::desk::Desk;
use super::evidence::Evidence;
use super::occurrences::Occurrences;
use super::{SettingError, secrets, sensio};
use crate::config::SensioWebhookConfig;
use crate::journal::{Answer, ContentHash, Note, Verdict};
use crate::outputs::sensio::{HOOK_PROTOCOL, HookReference, Meant, Raised};

/// The receiving side by the configuration.
pub(super) fn receiver(config: &SensioWebhookConfig) -> Result<Receiver, SettingError> {
    let tokens = secrets::read_all(&config.tokens)?;
    let verifier = Verifier::new(&tokens).map_err(SettingError::Webhook)?;
    let mut settings = Config::default();
    if config.strict {
        settings.mode = Mode::Strict;
    }
    Ok(Receiver::new(verifier, settings))
}

/// Keeps what webhooks say.
#[derive(Debug)]
pub(super) struct Hook {
    work: Arc<Work>,
}

#[derive(Debug)]
struct Work {
    desk: Desk,
    raised: Raised,
    /// What partners have active here.
    active: Arc<Occurrences>,
}

impl Hook {
    pub(super) fn new(desk: Desk, raised: Raised, active: Arc<Occurrences>) -> Self {
        Self {
            work: Arc::new(Work {
                desk,
                raised,
                active,
            }),
        }
    }
}

impl Handler for Hook {
    async fn handle(&self, incoming: &Incoming) -> Result<(), NotDurable> {
        let evidence = Evidence::of_this_call();
        let work = Arc::clone(&self.work);
        let webhook = incoming.webhook().clone();
        let warnings = incoming.warnings().len() as u64;
        let kept = tokio::spawn(async move {
            work.desk.counters.received.increment(1);
            work.desk.counters.warnings.increment(warnings);
            let meant = work.raised.handle_webhook(&webhook);
            let kept = work
                .keep(&webhook, meant.as_ref().map_err(|why| *why), evidence)
                .await;
            work.raised.closed_here(meant, kept.is_ok());
            kept
        });
        kept.await.unwrap_or(Err(NotDurable))
    }
}

impl Work {
    async fn keep(
        &self,
        webhook: &Webhook,
        meant: Result<&Meant, &'static str>,
        evidence: Option<Evidence>,
    ) -> Result<(), NotDurable> {
        let arrival = Arrival::now();
        let raw = evidence.as_ref().map_or_else(Bytes::new, Evidence::raw);
        let message = Message {
            protocol: HOOK_PROTOCOL,
            sender: webhook.device().as_str().to_owned(),
            source_ref: Some(HookReference::of(webhook).to_string()),
            content_hash: ContentHash::of(&raw),
            duplicate_window: Duration::ZERO,
            raw,
            transport: sensio::facts(evidence.as_ref(), "webhook"),
            answer: Answer {
                bytes: Bytes::new(),
                summary: Cow::Borrowed("200"),
            },
        };
        let (entry, event) = match meant {
            Ok(meant) => {
                let mut event = end(arrival, webhook, meant);
                (record::accepted(arrival, &mut event, message), Some(event))
            }
            Err(why) => {
                let json = serde_json::json!({
                    "webhook": { "name": webhook.name().as_str(), "closes": null, "because": why }
                });
                let json = json.to_string();
                let entry = record::data(arrival, Verdict::Accepted, json, message);
                (Ok(entry), None)
            }
        };
        let entry = entry.map_err(|_| NotDurable)?;
        let ticket = self.active.begin(&self.desk.journal);
        let stored = self.desk.store(entry).await;
        if stored.is_ok()
            && let Some(event) = &event
        {
            let at = arrival.at.as_micros();
            let known = |key: &str| self.active.get(key);
            if let Some((key, after)) = sensio::closed(event, webhook.event_type(), at, &known) {
                self.active.set(&key, after);
            }
        }
        self.active.end(ticket);
        // The library answers 500 then, and Sensio may send it again.
        stored.map_err(|_| NotDurable)?;
        if let Ok(meant) = meant {
            tracing::info!(
                name = webhook.name().as_str(),
                code = webhook.event_type().0,
                "an alarm was closed by a webhook"
            );
            let note = Note {
                at: arrival.at,
                text: format!("closed by Sensio, {}", webhook.name()).into(),
            };
            self.desk.journal.note(meant.sequence, note);
        }
        Ok(())
    }
}

/// The end of the alarm that is meant, with Sensio's word among the acknowledgements.
fn end(arrival: Arrival, webhook: &Webhook, meant: &Meant) -> Event {
    let received = Received::new(arrival.alarm_id(), arrival.alarm_time());
    let mut event = event_of_webhook(webhook, &received);
    event.correlation.clears = Some(Reference::Event(meant.id));
    event.device.controller.clone_from(&meant.controller);
    event.device.device.clone_from(&meant.device);
    event.handling = Handling::Closed;
    event.acks.push(Ack::Receiver {
        receiver: "sensio".into(),
        at: arrival.alarm_time(),
        answer: webhook.name().as_str().to_owned(),
    });
    event
}
