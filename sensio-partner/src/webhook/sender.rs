//! The sending side, sans-I/O (Partner API reference 6.6).

use core::fmt;
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::SystemTime;

use super::message::{EventName, Webhook};
use crate::answer::Outcome;
use crate::backoff::{Backoff, Random};
use crate::json::encode_webhook;
use crate::pair::{Pair, pair};
use crate::request::{Call, Header, JSON};
use crate::secret::Secret;
use crate::time::Time;
use crate::version::{Feature, UnityVersion};

/// Sends webhooks to one partner, for gateways and test doubles. It owns no socket.
///
/// After each input take every [`poll_transmit`](Self::poll_transmit), then every
/// [`poll_event`](Self::poll_event), then ask [`poll_timeout`](Self::poll_timeout). Do not follow
/// redirects. Webhooks about one device and code go in order, one at a time.
///
/// ```
/// use std::time::SystemTime;
/// use sensio_partner::webhook::{EventStateChanged, Sender, SenderConfig, SenderEvent};
/// use sensio_partner::{DeviceIdentifier, EventType, Secret, Time};
///
/// let token = Secret::new("3c1f5f7a-not-a-real-token");
/// let mut sender = Sender::new(SenderConfig::new(token, 7)); // a random seed, in earnest
/// let device = DeviceIdentifier::new("SN-004711")?;
/// let closed = EventStateChanged::inactive(device, EventType::FALL);
/// let id = sender.submit(Time::ZERO, &closed.into())?;
///
/// let post = sender.poll_transmit(Time::ZERO).expect("a request to send");
/// assert_eq!(post.body(), br#"{"DeviceIdentifier":"SN-004711","EventType":906,"IsActive":false}"#);
/// sender.handle_answer(Time::ZERO, post.attempt(), 200, [], SystemTime::now());
/// assert_eq!(sender.poll_event(), Some(SenderEvent::Delivered(id)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Sender {
    config: SenderConfig,
    waiting: BTreeMap<WebhookId, Waiting>,
    /// What waits for each pair, the first of them being sent.
    lines: HashMap<Pair, VecDeque<WebhookId>>,
    ready: VecDeque<WebhookId>,
    timers: BTreeSet<(Time, WebhookId)>,
    under_way: usize,
    events: VecDeque<SenderEvent>,
    random: Random,
    last: u64,
}

/// Settings of a [`Sender`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SenderConfig {
    /// The validation token that the partner has chosen.
    pub token: Secret,
    /// As which version of the platform to send: the latest.
    pub version: UnityVersion,
    /// How long an attempt may take: 10 seconds.
    pub attempt_timeout: Duration,
    /// The pauses between attempts.
    pub backoff: Backoff,
    /// How long a webhook is tried: 24 hours.
    pub give_up_after: Duration,
    /// Attempts at once: 4.
    pub parallel: usize,
    /// Webhooks that may wait: 10,000.
    pub waiting: usize,
    seed: u64,
}

impl SenderConfig {
    /// The defaults. The seed makes the pauses of two senders differ; it is no secret.
    #[must_use]
    pub fn new(token: Secret, seed: u64) -> Self {
        Self {
            token,
            version: UnityVersion::LATEST,
            attempt_timeout: Duration::from_secs(10),
            backoff: Backoff::default(),
            give_up_after: Duration::from_secs(24 * 60 * 60),
            parallel: 4,
            waiting: 10_000,
            seed,
        }
    }
}

/// One webhook of a [`Sender`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WebhookId(u64);

/// One attempt at a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Attempt {
    /// Which webhook.
    pub webhook: WebhookId,
    /// Which attempt at it, from 1.
    pub number: u32,
}

struct Waiting {
    pair: Pair,
    name: EventName,
    body: Arc<[u8]>,
    submitted: Time,
    attempts: u32,
    /// When the attempt or the pause ends.
    timer: Option<Time>,
    under_way: bool,
}

/// A request to send with method POST to the partner's URL.
#[derive(Clone)]
pub struct Transmit {
    attempt: Attempt,
    name: EventName,
    body: Arc<[u8]>,
    token: Secret,
}

impl Transmit {
    /// For [`Sender::handle_answer`] and [`Sender::handle_failure`].
    #[must_use]
    pub const fn attempt(&self) -> Attempt {
        self.attempt
    }

    /// The headers, without those that an HTTP client adds by itself.
    pub fn headers(&self) -> impl Iterator<Item = Header<'_>> {
        let header = |name, value, sensitive| Header {
            name,
            value,
            sensitive,
        };
        [
            header("content-type", JSON, false),
            header("x-sensiopartner-eventname", self.name.as_str(), false),
            header("x-sensiopartner-validationtoken", self.token.expose(), true),
        ]
        .into_iter()
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

impl fmt::Debug for Transmit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transmit")
            .field("attempt", &self.attempt)
            .field("name", &self.name)
            .field("body", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Why an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Failure {
    /// No connection, or it was lost.
    Connection,
    /// No answer in time.
    TimedOut,
    /// This status.
    Status(u16),
}

impl Failure {
    /// Whether another attempt may succeed (Partner API reference 6.6).
    const fn may_repeat(self) -> bool {
        match self {
            Self::Connection | Self::TimedOut => true,
            Self::Status(status) => matches!(status, 408 | 429 | 500..=599),
        }
    }
}

/// What became of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SenderEvent {
    /// The partner has it.
    Delivered(WebhookId),
    /// An attempt failed, and another follows.
    Retrying {
        /// Which webhook.
        webhook: WebhookId,
        /// Why it failed.
        failure: Failure,
        /// When the next attempt is due.
        at: Time,
    },
    /// The partner refused it, or it was tried long enough.
    GivenUp {
        /// Which webhook.
        webhook: WebhookId,
        /// Why the last attempt failed.
        failure: Failure,
    },
}

/// Why a webhook was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotTaken {
    /// As many wait as may.
    #[error("{waiting} webhooks wait already")]
    Full {
        /// How many.
        waiting: usize,
    },
    /// The version knows no webhooks.
    #[error("webhooks came with 6.9")]
    Version,
}

impl Sender {
    /// Sends with these settings.
    #[must_use]
    pub fn new(config: SenderConfig) -> Self {
        Self {
            random: Random::new(config.seed),
            config,
            waiting: BTreeMap::new(),
            lines: HashMap::new(),
            ready: VecDeque::new(),
            timers: BTreeSet::new(),
            under_way: 0,
            events: VecDeque::new(),
            last: 0,
        }
    }

    /// Takes a webhook.
    ///
    /// # Errors
    ///
    /// [`NotTaken`] when too many wait or the version is too old.
    pub fn submit(&mut self, now: Time, webhook: &Webhook) -> Result<WebhookId, NotTaken> {
        if !self.config.version.has(Feature::Webhooks) {
            return Err(NotTaken::Version);
        }
        // Events that nobody took count too: memory is bounded.
        let waiting = self.waiting.len() + self.events.len();
        if waiting >= self.config.waiting {
            return Err(NotTaken::Full { waiting });
        }
        let mut body = Vec::with_capacity(128);
        encode_webhook(webhook, self.config.version, &mut body);
        self.last += 1;
        let id = WebhookId(self.last);
        let pair = pair(webhook.device(), webhook.event_type());
        let line = self.lines.entry(pair.clone()).or_default();
        line.push_back(id);
        if line.len() == 1 {
            self.ready.push_back(id);
        }
        let waiting = Waiting {
            pair,
            name: webhook.name(),
            body: body.into(),
            submitted: now,
            attempts: 0,
            timer: None,
            under_way: false,
        };
        self.waiting.insert(id, waiting);
        Ok(id)
    }

    /// The next request to send, if there is one and no more than the set number are under way.
    pub fn poll_transmit(&mut self, now: Time) -> Option<Transmit> {
        if self.under_way >= self.config.parallel {
            return None;
        }
        let id = self.ready.pop_front()?;
        let waiting = self.waiting.get_mut(&id)?;
        waiting.attempts = waiting.attempts.saturating_add(1);
        waiting.under_way = true;
        let deadline = now + self.config.attempt_timeout;
        waiting.timer = Some(deadline);
        self.timers.insert((deadline, id));
        self.under_way += 1;
        Some(Transmit {
            attempt: Attempt {
                webhook: id,
                number: waiting.attempts,
            },
            name: waiting.name,
            body: waiting.body.clone(),
            token: self.config.token.clone(),
        })
    }

    /// An answer came: its status and headers. `wall` is the wall clock, for a date in `Retry-After`.
    /// The answer to an attempt that was given up changes nothing, unless it is a success.
    pub fn handle_answer<'a>(
        &mut self,
        now: Time,
        attempt: Attempt,
        status: u16,
        headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
        wall: SystemTime,
    ) {
        if (200..300).contains(&status) {
            // Late or not: the partner has it.
            if self.waiting.contains_key(&attempt.webhook) {
                self.end(attempt.webhook);
                self.events
                    .push_back(SenderEvent::Delivered(attempt.webhook));
            }
            return;
        }
        let pause = Outcome::read(Call::PostEvent, status, headers, b"", wall).pause;
        self.failed(now, attempt, Failure::Status(status), pause);
    }

    /// The attempt ended without an answer.
    pub fn handle_failure(&mut self, now: Time, attempt: Attempt) {
        self.failed(now, attempt, Failure::Connection, None);
    }

    /// Runs what is due.
    pub fn handle_timeout(&mut self, now: Time) {
        while let Some(&(at, id)) = self.timers.first() {
            if at > now {
                break;
            }
            let Some(waiting) = self.waiting.get_mut(&id) else {
                self.timers.pop_first();
                continue;
            };
            if waiting.under_way {
                let attempt = Attempt {
                    webhook: id,
                    number: waiting.attempts,
                };
                self.failed(now, attempt, Failure::TimedOut, None);
            } else {
                self.timers.pop_first();
                waiting.timer = None;
                self.ready.push_back(id);
            }
        }
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// What happened.
    pub fn poll_event(&mut self) -> Option<SenderEvent> {
        self.events.pop_front()
    }

    /// Webhooks that are not delivered yet.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    fn failed(&mut self, now: Time, attempt: Attempt, failure: Failure, pause: Option<Duration>) {
        let id = attempt.webhook;
        let Some(waiting) = self.waiting.get_mut(&id) else {
            return;
        };
        if !waiting.under_way || waiting.attempts != attempt.number {
            return;
        }
        let own = self
            .config
            .backoff
            .pause(attempt.number.saturating_sub(1), &mut self.random);
        let at = now + pause.map_or(own, |pause| pause.max(own));
        let last = waiting.submitted + self.config.give_up_after;
        if !failure.may_repeat() || at > last {
            self.end(id);
            self.events.push_back(SenderEvent::GivenUp {
                webhook: id,
                failure,
            });
            return;
        }
        waiting.under_way = false;
        if let Some(timer) = waiting.timer.replace(at) {
            self.timers.remove(&(timer, id));
        }
        self.timers.insert((at, id));
        self.under_way -= 1;
        // The latest is enough for whoever does not listen.
        if self.events.len() < self.config.waiting {
            self.events.push_back(SenderEvent::Retrying {
                webhook: id,
                failure,
                at,
            });
        }
    }

    /// Takes the webhook out; the next of its line may go.
    fn end(&mut self, id: WebhookId) {
        let Some(waiting) = self.waiting.remove(&id) else {
            return;
        };
        if let Some(timer) = waiting.timer {
            self.timers.remove(&(timer, id));
        } else {
            self.ready.retain(|ready| *ready != id);
        }
        if waiting.under_way {
            self.under_way -= 1;
        }
        let Some(line) = self.lines.get_mut(&waiting.pair) else {
            return;
        };
        line.pop_front();
        match line.front() {
            Some(&next) => self.ready.push_back(next),
            None => {
                self.lines.remove(&waiting.pair);
            }
        }
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("waiting", &self.waiting.len())
            .field("under_way", &self.under_way)
            .field("events", &self.events.len())
            .finish_non_exhaustive()
    }
}
