//! What comes in over HTTPS beside SCAIP, on listeners that all of it shares: third parties in the
//! form of the Sensio Partner API, vendors whose JSON a mapping file declares, and webhooks of the
//! Sensio server that alarms go to.

mod desk;
mod evidence;
mod hook;
mod json;
mod occurrences;
mod secrets;
mod sensio;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::{Extension, Router, middleware};
use metrics::{Unit, describe_counter};
use sensio_partner::server::Server;
use sensio_partner::webhook::Receiver;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::accept::{Door, Opened};
use super::link::Speech;
use super::network::{self, Networks};
use super::places::{Place, Places};
use super::report::Report;
use super::scaip::origin::Origin;
use super::served;
use super::tls::{Reloader, Tls, TlsError, TlsFiles};
use crate::config::{Config, SensioInputConfig, SensioWebhookConfig, WebConfig};
use crate::input::{BoundAddress, Input, InputContext, InputError};
use crate::journal::{BoxFuture, JournalError};
use crate::outputs::sensio::{HOOK_PROTOCOL, Raised};
use desk::Desk;
pub use json::JsonError;
use json::Vendor;
use occurrences::Occurrences;
pub use secrets::SecretError;
pub(crate) use secrets::read as read_secret;
use sensio::Partners;

/// Connections that may wait between the door and whoever serves them.
const OPENED: usize = 64;
/// One source gets one in so many of the connections, and 16 in any case.
const SOURCE_SHARE: usize = 16;
/// How long a connection has for its first call in order.
const FIRST_CALL: Duration = Duration::from_secs(32);
/// Handshakes at a time, and how long one may take.
const HANDSHAKES: usize = 256;
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
/// How long the start waits for what was kept.
const FIRST_PATIENCE: Duration = Duration::from_secs(60);

/// What of the configuration the input cannot work with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingError {
    /// A certificate or key.
    #[error("inputs.web: {0}")]
    Tls(#[from] TlsError),
    /// A secret.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// A client of the Partner API has a secret that is none.
    #[error("inputs.sensio.client {id:?} has no usable secret")]
    Client {
        /// Its id.
        id: String,
    },
    /// The tokens of webhooks.
    #[error("inputs.sensio_webhook.tokens: {0}")]
    Webhook(sensio_partner::webhook::InvalidToken),
    /// A vendor.
    #[error(transparent)]
    Json(#[from] JsonError),
}

/// The inputs over HTTPS beside SCAIP.
pub struct WebInput {
    settings: WebConfig,
    tls: Option<(Reloader, Tls)>,
    sensio: Option<(SensioInputConfig, sensio_partner::server::Config)>,
    vendors: Vec<Vendor>,
    hook: Option<(SensioWebhookConfig, Receiver)>,
    raised: Raised,
    listeners: Vec<(bool, TcpListener)>,
}

impl std::fmt::Debug for WebInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebInput")
            .field("sensio", &self.sensio.is_some())
            .field("vendors", &self.vendors.len())
            .field("webhook", &self.hook.is_some())
            .finish_non_exhaustive()
    }
}

impl WebInput {
    /// The input as configured, `None` without anything to serve. Files are read; nothing is
    /// listened on yet. `raised` is what the output has raised, for webhooks to close.
    ///
    /// # Errors
    /// [`SettingError`] when a file or a secret cannot be used.
    pub fn new(config: &Config, raised: Raised) -> Result<Option<Self>, SettingError> {
        let inputs = &config.inputs;
        let sensio = match &inputs.sensio {
            Some(settings) => Some((settings.clone(), sensio::server_config(settings)?)),
            None => None,
        };
        let vendors: Result<Vec<_>, _> = inputs.json.iter().map(Vendor::new).collect();
        let vendors = vendors?;
        let hook = match &inputs.sensio_webhook {
            Some(settings) => Some((settings.clone(), hook::receiver(settings)?)),
            None => None,
        };
        if sensio.is_none() && vendors.is_empty() && hook.is_none() {
            return Ok(None);
        }
        let web = &inputs.web;
        let tls = match web.listen.is_on() {
            true => Some(Reloader::new(TlsFiles {
                certificate: web.certificate.clone(),
                key: web.key.clone(),
                client_certificates: web.client_certificates,
                client_ca: web.client_ca.clone(),
                protocols: &[b"http/1.1"],
            })?),
            false => None,
        };
        Ok(Some(Self {
            settings: web.clone(),
            tls,
            sensio,
            vendors,
            hook,
            raised,
            listeners: Vec::new(),
        }))
    }

    fn bind_all(&mut self) -> Result<Vec<BoundAddress>, InputError> {
        let mut bound = Vec::new();
        for (encrypted, name, what, listen) in [
            (true, "web", "the inputs over HTTPS", &self.settings.listen),
            (
                false,
                "web_http",
                "the inputs over HTTP",
                &self.settings.plain,
            ),
        ] {
            for (address, listener) in network::bind_all(what, listen)? {
                let name = name.into();
                bound.push(BoundAddress { name, address });
                self.listeners.push((encrypted, listener));
            }
        }
        Ok(bound)
    }

    /// Everything that is served, and what is kept of it. What was open before a restart is known
    /// before the first call is taken.
    async fn router(
        &mut self,
        context: &InputContext,
    ) -> Result<(Router, Vec<Arc<Occurrences>>), JournalError> {
        let journal = &context.journal;
        let mut kept = Vec::new();
        let mut router = Router::new();
        if !self.vendors.is_empty() {
            let open = Arc::new(Occurrences::new(json::AREA));
            open.restore(journal, json::said).await?;
            let desk = Arc::new(Desk::new(context, json::PROTOCOL));
            let interval = self.settings.reload_interval.0;
            for vendor in self.vendors.drain(..) {
                let stop = context.shutdown.clone();
                tokio::spawn(vendor.tokens.clone().reload(interval, stop));
                router = router.merge(vendor.router(Arc::clone(&desk), Arc::clone(&open)));
            }
            kept.push(open);
        }
        let active = Arc::new(Occurrences::new(sensio::AREA));
        active.restore(journal, sensio::said).await?;
        kept.push(Arc::clone(&active));
        if let Some((settings, receiver)) = self.hook.take() {
            let desk = Desk::new(context, HOOK_PROTOCOL);
            let hook = hook::Hook::new(desk, self.raised.clone(), Arc::clone(&active));
            let path = &settings.path;
            router = router.merge(sensio_partner::webhook::axum::router(path, receiver, hook));
        }
        if let Some((settings, server)) = self.sensio.take() {
            let desk = Desk::new(context, sensio::PROTOCOL);
            let partners = Partners::new(&settings, desk, active);
            // It looks at every path itself, as the fallback of the others.
            router = router.merge(Server::new(server, partners).router());
        }
        Ok((router, kept))
    }

    fn open(&mut self, router: &Router, stop: &CancellationToken) -> JoinSet<()> {
        let settings = &self.settings;
        let share = settings.connections.div_ceil(SOURCE_SHARE).max(16);
        let places = Places::new(settings.connections, share);
        let tls = self.tls.take().map(|(reloader, tls)| {
            let interval = settings.reload_interval.0;
            tokio::spawn(reloader.run(interval, stop.clone()));
            tls
        });
        let mut serving = JoinSet::new();
        for (encrypted, listener) in self.listeners.drain(..) {
            let transport = if encrypted { "https" } else { "http" };
            let report = Report::new("alarm_web_connections_total", transport);
            // What connects on loopback is a proxy.
            let networks = Networks::new(&[]);
            let door = Door::plain(report, networks, places.clone(), Speech::Served, FIRST_CALL);
            let door = match (&tls, encrypted) {
                (Some(tls), true) => door.with_tls(tls.clone(), HANDSHAKES, HANDSHAKE_TIME),
                _ => door.without_shares(),
            };
            let (sender, opened) = mpsc::channel::<Opened>(OPENED);
            tokio::spawn(door.run(listener, sender, stop.clone()));
            let serve = served::serve(opened, router.clone(), transport, stop.clone(), dress);
            serving.spawn(serve);
        }
        serving
    }
}

/// Hands the way of a connection to the calls that come over it.
fn dress(router: Router, origin: Origin, place: Arc<Place>) -> Router {
    let peer = ConnectInfo::<SocketAddr>(origin.remote);
    // The order in which a call meets them is the other way round.
    router
        .layer(middleware::from_fn(evidence::witness))
        .layer(Extension(Arc::new(origin)))
        .layer(Extension(place))
        .layer(Extension(peer))
}

impl Input for WebInput {
    fn name(&self) -> &'static str {
        "web"
    }

    fn bind(&mut self) -> BoxFuture<'_, Result<Vec<BoundAddress>, InputError>> {
        Box::pin(async { self.bind_all() })
    }

    fn run(
        mut self: Box<Self>,
        context: InputContext,
    ) -> BoxFuture<'static, Result<(), InputError>> {
        Box::pin(async move {
            describe_counter!(
                "alarm_web_connections_total",
                Unit::Count,
                "Connections to the inputs over HTTPS, by what became of them."
            );
            let journal = &context.journal;
            let reporting = context.devices.reporting();
            let begin = async {
                desk::restore_devices(journal, reporting).await?;
                self.router(&context).await
            };
            // Without knowing what is open an end would find nothing: better not to begin at all.
            let begun = tokio::time::timeout(FIRST_PATIENCE, begin).await;
            let begun = begun.map_err(|error| InputError::Other(error.into()))?;
            let (router, kept) = begun.map_err(|error| InputError::Other(error.into()))?;
            let mut serving = self.open(&router, &context.shutdown);
            drop(router);
            let stop_keeping = CancellationToken::new();
            let keeping = tokio::spawn(desk::keep(
                Arc::clone(journal),
                reporting.clone(),
                kept,
                stop_keeping.clone(),
            ));
            let mut failed = None;
            while let Some(ended) = serving.join_next().await {
                failed = ended.err().or(failed);
            }
            stop_keeping.cancel();
            // It ends by itself, at the latest when the journal closes.
            let _ = keeping.await;
            match failed {
                Some(error) => Err(InputError::Other(error.into())),
                None => Ok(()),
            }
        })
    }
}
