//! Webhooks on their way to the partner.

use std::collections::HashMap;
use std::time::{Duration, Instant, SystemTime};

use sensio_partner::Time;
use sensio_partner::webhook::{
    Attempt, Sender, SenderConfig, SenderEvent, Transmit, Webhook, WebhookId,
};
use tokio::task::JoinSet;

use super::server::Hooks;
use super::told::{SensioEvent, WebhookState};

/// Status and headers of an answer; `None`: none came.
type Answer = Option<(u16, Vec<(String, Vec<u8>)>)>;

/// Sends webhooks, one state machine for all of them.
pub(super) struct Post {
    sender: Sender,
    url: String,
    http: reqwest::Client,
    began: Instant,
    under_way: JoinSet<(Attempt, Answer)>,
    about: HashMap<WebhookId, Webhook>,
}

impl Post {
    pub(super) fn new(hooks: &Hooks, http: reqwest::Client, began: Instant) -> Self {
        let mut config = SenderConfig::new(hooks.token.clone(), fastrand::u64(..));
        config.version = hooks.version;
        config.give_up_after = hooks.give_up_after;
        Post {
            sender: Sender::new(config),
            url: hooks.url.clone(),
            http,
            began,
            under_way: JoinSet::new(),
            about: HashMap::new(),
        }
    }

    fn now(&self) -> Time {
        Time::from(self.began.elapsed())
    }

    pub(super) fn submit(&mut self, webhook: &Webhook) -> SensioEvent {
        let now = self.now();
        match self.sender.submit(now, webhook) {
            Ok(id) => {
                self.about.insert(id, webhook.clone());
                told(webhook, WebhookState::Submitted, "submitted".to_owned())
            }
            Err(error) => SensioEvent::Problem {
                detail: format!("the webhook was not taken: {error}"),
            },
        }
    }

    pub(super) fn waiting(&self) -> usize {
        self.sender.waiting()
    }

    /// When [`step`](Self::step) is due again.
    pub(super) fn due(&self) -> Option<Instant> {
        self.sender
            .poll_timeout()
            .map(|at| self.began + at.elapsed())
    }

    /// Sends what is due, and tells what has happened.
    pub(super) fn step(&mut self) -> Vec<SensioEvent> {
        let now = self.now();
        self.sender.handle_timeout(now);
        while let Some(transmit) = self.sender.poll_transmit(now) {
            let (http, url) = (self.http.clone(), self.url.clone());
            self.under_way.spawn(async move {
                let answer = send(&http, &url, &transmit).await;
                (transmit.attempt(), answer)
            });
        }
        let mut all = Vec::new();
        while let Some(event) = self.sender.poll_event() {
            let (id, state, detail) = match event {
                SenderEvent::Delivered(id) => (id, WebhookState::Delivered, "delivered".to_owned()),
                SenderEvent::Retrying {
                    webhook,
                    failure,
                    at,
                } => {
                    let wait: Duration = at.since(now);
                    let wait = wait.as_secs_f64();
                    let detail = format!("{failure:?}; again in {wait:.1} s");
                    (webhook, WebhookState::Retrying, detail)
                }
                SenderEvent::GivenUp { webhook, failure } => (
                    webhook,
                    WebhookState::GivenUp,
                    format!("given up: {failure:?}"),
                ),
                _ => continue,
            };
            if let Some(webhook) = self.about.get(&id) {
                all.push(told(webhook, state, detail));
            }
            if state != WebhookState::Retrying {
                self.about.remove(&id);
            }
        }
        all
    }

    /// Ready when an attempt has come to something; never when none is under way.
    pub(super) async fn answered(&mut self) {
        match self.under_way.join_next().await {
            None => std::future::pending().await,
            Some(Ok((attempt, Some((status, headers))))) => {
                let headers = headers
                    .iter()
                    .map(|(name, value)| (name.as_str(), &value[..]));
                let now = self.now();
                let wall = SystemTime::now();
                self.sender
                    .handle_answer(now, attempt, status, headers, wall);
            }
            Some(Ok((attempt, None))) => self.sender.handle_failure(self.now(), attempt),
            // Its time runs out in the sender.
            Some(Err(_)) => {}
        }
    }
}

async fn send(http: &reqwest::Client, url: &str, transmit: &Transmit) -> Answer {
    let mut builder = http.post(url).body(transmit.body().to_vec());
    for header in transmit.headers() {
        let mut value = reqwest::header::HeaderValue::from_str(header.value).ok()?;
        value.set_sensitive(header.sensitive);
        builder = builder.header(header.name, value);
    }
    let response = builder.send().await.ok()?;
    let headers = response.headers().iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
    Some((response.status().as_u16(), headers.collect()))
}

fn told(webhook: &Webhook, state: WebhookState, detail: String) -> SensioEvent {
    SensioEvent::Webhook {
        state,
        name: webhook.name().as_str(),
        device: webhook.device().as_str().to_owned(),
        event_type: webhook.event_type().0,
        detail,
    }
}
