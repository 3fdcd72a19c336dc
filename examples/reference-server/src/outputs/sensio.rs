//! Alarms to a Sensio server, by the Partner API (Partner API reference 2 to 5, 8 and 9).
//!
//! A feeder reads the journal behind its mark and puts calls into a queue of its own on disk, which
//! delivers each at least once, in order for each device and code. After a crash the last calls may
//! be put in again; in one batch no device and code comes twice, so that a repeat changes nothing.

mod feed;
mod plan;
mod raised;
mod report;

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sensio_partner::client::{BuildError, Client};
use sensio_partner::queue::client::send;
use sensio_partner::queue::driver::{Driver, Settings};
use sensio_partner::queue::{
    Config as QueueConfig, LateDescription, Queue, SqliteStore, StoreError, WallMicros,
};
use sensio_partner::token::Credentials;
use sensio_partner::{Endpoint, Random, Time, UnityVersion};

use super::place;
use crate::config::{Config, SensioOutputConfig};
use crate::inputs::web::{SecretError, read_secret};
use crate::journal::{BoxFuture, JournalHandle, Sequence};
use crate::output::{Output, OutputContext, OutputError};
use feed::Feeder;
use plan::Planner;
pub use raised::Raised;
pub(crate) use raised::{HookReference, Meant};
use report::Reporter;

/// What the journal calls the webhooks of the Sensio server.
pub(crate) const HOOK_PROTOCOL: &str = "sensio-webhook";
/// What the output is called.
const NAME: &str = "sensio";
/// Where the mark and what is raised are kept.
const AREA: &str = "outputs.sensio";
/// How long one attempt may take, with the wait for a token.
const ATTEMPT: Duration = Duration::from_secs(30);
/// How long attempts under way may take when the server stops.
const GRACE: Duration = Duration::from_secs(2);
/// An alarm that is sent later than this says in its text when it happened.
const LATE: Duration = Duration::from_secs(120);

/// What of the configuration the output cannot work with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingError {
    /// The endpoint.
    #[error("outputs.sensio.endpoint: {0}")]
    Endpoint(#[from] sensio_partner::InvalidEndpoint),
    /// The secret.
    #[error("outputs.sensio.client_secret: {0}")]
    Secret(#[from] SecretError),
    /// The root certificates cannot be read.
    #[error("outputs.sensio.root_certificates: {}: {source}", path.display())]
    Roots {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The client cannot be built.
    #[error("outputs.sensio: {0}")]
    Client(#[from] BuildError),
}

/// The output to a Sensio server.
pub struct SensioOutput {
    config: SensioOutputConfig,
    queue_path: PathBuf,
    client: Client,
    raised: Raised,
    prepared: Option<(Queue<SqliteStore>, Sequence)>,
}

impl std::fmt::Debug for SensioOutput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SensioOutput")
            .field("raised", &self.raised)
            .finish_non_exhaustive()
    }
}

impl SensioOutput {
    /// The output as configured, `None` without one. The secret is read; nothing is opened yet.
    /// `raised` is shared with the webhooks.
    ///
    /// # Errors
    /// [`SettingError`] when the configuration cannot be used.
    pub fn new(config: &Config, raised: Raised) -> Result<Option<Self>, SettingError> {
        let Some(settings) = &config.outputs.sensio else {
            return Ok(None);
        };
        let endpoint = Endpoint::new(&settings.endpoint)?;
        let secret = read_secret(&settings.client_secret)?;
        let credentials = Credentials::new(&*settings.client_id, secret.expose());
        let version = settings.version.parse().unwrap_or(UnityVersion::LATEST);
        let mut client = Client::builder(endpoint, credentials).version(version);
        if !settings.root_certificates.as_os_str().is_empty() {
            let path = &settings.root_certificates;
            let pem = std::fs::read(path).map_err(|source| SettingError::Roots {
                path: path.clone(),
                source,
            })?;
            client = client.root_certificates(&pem);
        }
        let queue_path = place::file(&settings.queue, &config.journal.path, ".sensio");
        Ok(Some(Self {
            config: settings.clone(),
            queue_path,
            client: client.build()?,
            raised,
            prepared: None,
        }))
    }

    async fn open(&mut self, journal: JournalHandle) -> Result<(), OutputError> {
        let path = self.queue_path.clone();
        let queue = tokio::task::spawn_blocking(move || open_queue(&path))
            .await
            .map_err(OutputError::other)?
            .map_err(OutputError::other)?;
        let kept = journal.kept(AREA).await?;
        self.raised.restore(&kept);
        let mark = place::mark(&kept, self.config.from, &journal);
        // Before any input takes an alarm: what comes from now on is sent, also after a crash.
        feed::keep(&journal, &self.raised, mark).await?;
        self.prepared = Some((queue, mark));
        Ok(())
    }
}

fn open_queue(path: &Path) -> Result<Queue<SqliteStore>, StoreError> {
    let store = SqliteStore::open(path)?;
    let mut config = QueueConfig::default();
    config.late_description = Some(LateDescription::utc(LATE));
    let random = Random::new(RandomState::new().hash_one(0));
    Queue::open(Time::ZERO, WallMicros::now(), store, config, random)
}

impl Output for SensioOutput {
    fn name(&self) -> &'static str {
        NAME
    }

    fn prepare(&mut self, journal: JournalHandle) -> BoxFuture<'_, Result<(), OutputError>> {
        Box::pin(self.open(journal))
    }

    fn run(
        mut self: Box<Self>,
        context: OutputContext,
    ) -> BoxFuture<'static, Result<(), OutputError>> {
        Box::pin(async move {
            report::describe();
            let Some((queue, mark)) = self.prepared.take() else {
                return Err(OutputError::other("it was not prepared"));
            };
            let mut settings = Settings::default();
            settings.attempt_timeout = ATTEMPT;
            let client = self.client.clone();
            let (driver, handle, events) =
                Driver::new(queue, settings, move |call| send(client.clone(), call));
            let mut driver = tokio::spawn(driver.run());
            let stop = context.shutdown.clone();
            let reporter = Reporter::new(
                context.deliveries.clone(),
                self.raised.clone(),
                handle.clone(),
            );
            let reporting = tokio::spawn(reporter.run(events, stop.clone()));
            let feeder = Feeder {
                journal: Arc::clone(&context.journal),
                deliveries: context.deliveries.clone(),
                planner: Planner::new(&self.config),
                raised: self.raised.clone(),
                handle: handle.clone(),
                mark,
            };
            let fed = tokio::select! {
                fed = feeder.run(stop) => fed,
                ended = &mut driver => {
                    let error = match ended {
                        Ok(_) => "its queue has ended".into(),
                        Err(error) => error.to_string(),
                    };
                    reporting.abort();
                    return Err(OutputError::other(error));
                }
            };
            handle.shut_down(GRACE);
            drop(handle);
            let ended = driver.await;
            // It ends with the queue.
            let _ = reporting.await;
            fed?;
            match ended {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => Err(OutputError::other(error)),
                Err(error) => Err(OutputError::other(error)),
            }
        })
    }
}
