//! The partner's end of webhooks.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sensio_partner::webhook::axum::{Handler, NotDurable, router};
use sensio_partner::webhook::{
    Action, Config, Correlator, CorrelatorConfig, Delete, Incoming, InvalidToken, NothingToDo,
    Receiver, Verifier, Webhook,
};
use sensio_partner::{DeviceIdentifier, EventType, ExternalEventId, Secret, Time};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::partner::SettingsError;
use super::told::PartnerEvent;

/// Where a [`Partner`](super::Partner) takes webhooks.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WebhookEnd {
    /// The address; port 0 takes a free one. The path is [`HOOK_PATH`].
    pub listen: SocketAddr,
    /// The validation token.
    pub token: Secret,
    /// How long it listens after its last round; 10 s.
    pub wait: Duration,
}

/// The path at which a partner takes webhooks.
pub const HOOK_PATH: &str = "/hook";

impl WebhookEnd {
    /// Takes webhooks with this token.
    #[must_use]
    pub const fn new(listen: SocketAddr, token: Secret) -> Self {
        WebhookEnd {
            listen,
            token,
            wait: Duration::from_secs(10),
        }
    }

    pub(super) fn verifier(&self) -> Result<Verifier, InvalidToken> {
        Verifier::new(std::slice::from_ref(&self.token))
    }
}

/// Knows what the partner has raised, and what webhooks mean.
pub(super) struct Ears {
    correlator: Mutex<Correlator>,
    began: Instant,
    /// Weak: a connection that stays open does not keep the run from ending.
    tell: mpsc::WeakSender<PartnerEvent>,
    deletes: mpsc::UnboundedSender<Delete>,
}

impl Ears {
    pub(super) fn new(
        tell: &mpsc::Sender<PartnerEvent>,
    ) -> (Arc<Self>, mpsc::UnboundedReceiver<Delete>) {
        let (deletes, queue) = mpsc::unbounded_channel();
        let ears = Ears {
            correlator: Mutex::new(Correlator::new(CorrelatorConfig::default())),
            began: Instant::now(),
            tell: tell.downgrade(),
            deletes,
        };
        (Arc::new(ears), queue)
    }

    fn correlator(&self) -> MutexGuard<'_, Correlator> {
        // A panic elsewhere leaves it whole.
        self.correlator
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Time {
        Time::from(self.began.elapsed())
    }

    pub(super) fn raised(
        &self,
        device: &DeviceIdentifier,
        code: EventType,
        id: Option<ExternalEventId>,
    ) {
        // When too many are open, webhooks about this one find nothing.
        let _ = self.correlator().raised(device.clone(), code, id);
    }

    pub(super) fn already_active(
        &self,
        device: &DeviceIdentifier,
        code: EventType,
        id: Option<&ExternalEventId>,
    ) {
        self.correlator().already_active(device, code, id);
    }

    pub(super) fn closed(&self, device: &DeviceIdentifier, code: EventType) {
        let now = self.now();
        self.correlator().closed(now, device, code);
    }

    /// Closes what the webhook means; nothing of it is kept, as nothing is of the events.
    fn obey(&self, webhook: &Webhook) -> &'static str {
        let now = self.now();
        let mut correlator = self.correlator();
        match correlator.handle_webhook(now, webhook) {
            Action::Deactivate(key) => match correlator.deactivated(now, key) {
                Some(delete) => {
                    // Outside of the webhook; when the run is over nobody sends it.
                    let _ = self.deletes.send(delete);
                    "closed, its DELETE follows"
                }
                None => "closed",
            },
            Action::Nothing(NothingToDo::StillActive) => "nothing: it says that it is active",
            Action::Nothing(NothingToDo::Unknown) => "nothing: never raised here",
            Action::Nothing(NothingToDo::ClosedAlready) => "nothing: closed already",
            Action::Nothing(NothingToDo::NewerEvent) => "nothing: a newer event stays",
            Action::Nothing(NothingToDo::Mismatch) => "nothing: the id is of another event",
            Action::Nothing(NothingToDo::PerhapsEcho) => "nothing: perhaps an echo",
            _ => "nothing",
        }
    }
}

struct Hook(Arc<Ears>);

impl Handler for Hook {
    async fn handle(&self, incoming: &Incoming) -> Result<(), NotDurable> {
        let webhook = incoming.webhook();
        let told = PartnerEvent::Webhook {
            name: webhook.name().as_str(),
            device: webhook.device().as_str().to_owned(),
            event_type: webhook.event_type().0,
            external_event_id: webhook.external_event_id().map(ToString::to_string),
            warnings: incoming
                .warnings()
                .iter()
                .map(ToString::to_string)
                .collect(),
            did: self.0.obey(webhook),
        };
        if let Some(tell) = self.0.tell.upgrade() {
            // Nobody listens when the run was ended.
            let _ = tell.send(told).await;
        }
        Ok(())
    }
}

/// Serves until dropped.
pub(super) struct Serving(tokio::task::JoinHandle<()>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Listens; gives the URL.
pub(super) async fn listen(
    end: &WebhookEnd,
    verifier: Verifier,
    ears: Arc<Ears>,
) -> Result<(String, Serving), SettingsError> {
    let cannot = |error: std::io::Error| SettingsError::Listen(error.to_string());
    let listener = TcpListener::bind(end.listen).await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    let receiver = Receiver::new(verifier, Config::default());
    let service =
        router(HOOK_PATH, receiver, Hook(ears)).into_make_service_with_connect_info::<SocketAddr>();
    let serving = tokio::spawn(async move {
        // It never ends by itself.
        let _ = axum::serve(listener, service).await;
    });
    Ok((format!("http://{address}{HOOK_PATH}"), Serving(serving)))
}
