//! Starting, running and stopping.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::task::JoinSet;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::config::{Config, ConfigError};
use crate::devices::Devices;
use crate::health::{InputStatus, Inputs};
use crate::http::connections::{Limits, serve_connections};
use crate::http::{self, HttpState};
use crate::input::{Input, InputContext, InputCounters, InputError};
use crate::inputs::network;
use crate::journal::{JournalError, JournalHandle, OpenError, SqliteJournal};
use crate::lines::Lines;
use crate::output::{Deliveries, Output, OutputContext, OutputError};
use crate::patients::Patients;
use crate::telemetry::{self, TelemetryError};

/// How long open HTTP connections may take to finish.
const HTTP_SHUTDOWN: Duration = Duration::from_secs(2);
/// How often histograms that nobody fetches are folded up.
const METRICS_UPKEEP: Duration = Duration::from_secs(5);

/// A server that has not been started.
///
/// ```
/// use reference_server::config::{Config, HttpConfig};
/// use reference_server::server::Server;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// let mut config = Config::default();
/// config.journal.path = directory.path().join("alarms.sqlite");
/// config.http = HttpConfig { listen: "127.0.0.1:0".parse()? };
/// runtime.block_on(async {
///     let server = Server::new(config).start().await?;
///     println!("ready {}", server.addresses());
///     server.shutdown().await?;
///     Ok(())
/// })
/// # }
/// ```
#[must_use = "a server does nothing until it is started"]
pub struct Server {
    config: Config,
    inputs: Vec<Box<dyn Input>>,
    outputs: Vec<Box<dyn Output>>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inputs: Vec<_> = self.inputs.iter().map(|input| input.name()).collect();
        f.debug_struct("Server")
            .field("config", &self.config)
            .field("inputs", &inputs)
            .field("outputs", &self.outputs.len())
            .finish()
    }
}

/// The server cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The configuration does not hold together.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The journal cannot be opened.
    #[error(transparent)]
    Journal(#[from] OpenError),
    /// The metrics cannot be recorded.
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    /// Something cannot be listened on.
    #[error(transparent)]
    Input(#[from] InputError),
    /// An output cannot open what it keeps.
    #[error("the output {name}: {source}")]
    Output {
        /// Its name.
        name: &'static str,
        /// Why not.
        source: OutputError,
    },
    /// The addresses file cannot be written.
    #[error("the addresses file {} cannot be written: {source}", path.display())]
    AddressesFile {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// The server did not stop as it should. It has stopped all the same.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShutdownError {
    /// An input had not finished when the time was over.
    #[error("an input did not finish in time")]
    Inputs,
    /// The last entries could not be written. Their senders were told.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// What a server listens on, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Addresses(BTreeMap<String, SocketAddr>);

impl Addresses {
    /// The address with this name: `http`, `udp`, `tcp`, `tls`, `https`, `scaip_http`,
    /// `web`, `web_http`, `espa444.NAME` and `layout.NAME` for the line of that name, `panel.NAME.tcp` and
    /// `panel.NAME.udp` for the receiver of that name. Further ones of the same kind are numbered, in the order of the configuration: `udp2`, `udp3`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<SocketAddr> {
        self.0.get(name).copied()
    }

    fn add(&mut self, name: &str, address: SocketAddr) {
        let numbered = (2..).map(|number| format!("{name}{number}"));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        if let Some(free) = names.find(|name| !self.0.contains_key(name)) {
            self.0.insert(free, address);
        }
    }
}

impl fmt::Display for Addresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, address)) in self.0.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{name}={address}")?;
        }
        Ok(())
    }
}

/// Replaces the file at once or not at all, so that a reader never sees a part of it.
fn write_addresses(addresses: &Addresses, path: &Path) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.tmp", std::process::id()));
    std::fs::write(&beside, serde_json::to_vec(addresses)?)?;
    std::fs::rename(&beside, path)
}

impl Server {
    /// A server with no inputs yet.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            inputs: Vec::new(),
            outputs: Vec::new(),
        }
    }

    /// Adds an output. Names of outputs must differ.
    pub fn with_output(mut self, output: Box<dyn Output>) -> Self {
        self.outputs.push(output);
        self
    }

    /// Adds an input. Names of inputs and of their addresses must differ.
    pub fn with_input(mut self, input: Box<dyn Input>) -> Self {
        self.inputs.push(input);
        self
    }

    fn warn_of_plain_listeners(&self) {
        for address in self.config.http.listen.outside_loopback() {
            tracing::warn!(
                %address,
                "INSECURE: the HTTP API outside loopback, without encryption or authentication"
            );
        }
        for line in &self.config.inputs.espa444 {
            for address in line.outside_loopback() {
                tracing::warn!(
                    line = line.name,
                    %address,
                    "ESPA 4.4.4 outside loopback: whoever connects from a named network is believed"
                );
            }
        }
        for line in &self.config.inputs.layout {
            for address in line.outside_loopback() {
                tracing::warn!(
                    line = line.name,
                    %address,
                    "a line with a layout outside loopback: whoever connects from a named network \
                     is believed"
                );
            }
        }
        for panel in &self.config.inputs.panel {
            for (key, address) in panel.outside_loopback() {
                tracing::warn!(
                    panel = panel.name,
                    key,
                    %address,
                    "panels outside loopback: reports in clear are believed from named networks"
                );
            }
        }
        let scaip = &self.config.scaip;
        for (key, listen) in [("scaip.udp", &scaip.udp), ("scaip.tcp", &scaip.tcp)] {
            for address in listen.outside_loopback() {
                tracing::warn!(
                    key,
                    %address,
                    networks = scaip.plain_networks.len(),
                    "plain SIP outside loopback: whoever sends from a named network is believed"
                );
            }
        }
    }

    /// What has to be in order before anything runs.
    async fn get_ready(
        &mut self,
        journal: &JournalHandle,
        addresses: &Addresses,
    ) -> Result<(), StartError> {
        for output in &mut self.outputs {
            let name = output.name();
            let prepared = output.prepare(Arc::clone(journal)).await;
            prepared.map_err(|source| StartError::Output { name, source })?;
        }
        let path = &self.config.addresses_file;
        if path.as_os_str().is_empty() {
            return Ok(());
        }
        write_addresses(addresses, path).map_err(|source| StartError::AddressesFile {
            path: path.clone(),
            source,
        })
    }

    /// Opens the journal, binds everything, and only then begins to receive.
    ///
    /// # Errors
    /// See [`StartError`]. Nothing is left running.
    pub async fn start(mut self) -> Result<RunningServer, StartError> {
        let started = Instant::now();
        self.config.check()?;
        self.warn_of_plain_listeners();
        let metrics = telemetry::install()?;

        let mut addresses = Addresses::default();
        let mut listeners = Vec::new();
        for &address in self.config.http.listen.addresses() {
            let failed = |source| InputError::Bind {
                what: "the HTTP API",
                address,
                source,
            };
            let listener = network::bind_tcp(address).map_err(failed)?;
            addresses.add("http", listener.local_addr().map_err(failed)?);
            listeners.push(listener);
        }
        for input in &mut self.inputs {
            for bound in input.bind().await? {
                addresses.add(&bound.name, bound.address);
            }
        }

        let mut settings = self.config.journal.settings();
        settings.duplicate_window = self.config.duplicate_window();
        let journal = tokio::task::spawn_blocking(move || SqliteJournal::open(settings))
            .await
            .map_err(|error| OpenError::Thread(io::Error::other(error)))??;
        let journal: JournalHandle = Arc::new(journal);

        if let Err(error) = self.get_ready(&journal, &addresses).await {
            // The journal is empty-handed: closing it can only succeed or be logged.
            if let Err(error) = journal.close().await {
                tracing::warn!(%error, "the journal did not close cleanly");
            }
            return Err(error);
        }

        let stop = CancellationToken::new();
        let inputs = Inputs::default();
        let devices = Devices::default();
        let lines = Lines::default();
        let mut tasks = JoinSet::new();
        let deliveries = Deliveries::default();
        let patients = Patients::default();
        for output in self.outputs {
            let name = output.name();
            deliveries.update(name, |_| {});
            let context = OutputContext {
                journal: Arc::clone(&journal),
                deliveries: deliveries.clone(),
                patients: patients.clone(),
                shutdown: stop.clone(),
            };
            tasks.spawn(deliver(name, output, context));
        }
        for input in self.inputs {
            let name = input.name();
            inputs.set(name, InputStatus::Running);
            let context = InputContext {
                journal: Arc::clone(&journal),
                counters: InputCounters::new(name),
                devices: devices.clone(),
                lines: lines.clone(),
                shutdown: stop.clone(),
            };
            tasks.spawn(supervise(name, input, context, inputs.clone()));
        }

        let stop_http = CancellationToken::new();
        let mut http = JoinSet::new();
        for listener in listeners {
            let local_only = listener.local_addr().is_ok_and(|at| at.ip().is_loopback());
            let state = HttpState {
                journal: Arc::clone(&journal),
                metrics: metrics.clone(),
                inputs: inputs.clone(),
                devices: devices.clone(),
                lines: lines.clone(),
                deliveries: deliveries.clone(),
                patients: patients.clone(),
                started,
                local_only,
            };
            let router = http::router(state);
            let limits = Limits::default();
            http.spawn(serve_connections(
                listener,
                router,
                limits,
                stop_http.clone(),
            ));
        }
        let stopped = stop_http.clone();
        tokio::spawn(async move {
            while tokio::time::timeout(METRICS_UPKEEP, stopped.cancelled())
                .await
                .is_err()
            {
                metrics.run_upkeep();
            }
        });

        tracing::info!(took_ms = started.elapsed().as_millis(), "ready {addresses}");
        Ok(RunningServer {
            addresses,
            journal,
            tasks,
            http,
            stop: stop.drop_guard(),
            stop_http: stop_http.drop_guard(),
            shutdown_timeout: self.config.shutdown_timeout.0,
        })
    }
}

/// Runs an output and notes how it ended.
async fn deliver(name: &'static str, output: Box<dyn Output>, context: OutputContext) {
    /// Notes the end even when the output panics.
    struct Ended(&'static str, Deliveries, CancellationToken);
    impl Drop for Ended {
        fn drop(&mut self) {
            let asked = self.2.is_cancelled();
            self.1.update(self.0, |state| {
                state.status = match asked {
                    true => InputStatus::Stopped,
                    false => InputStatus::Failed,
                };
            });
            if !asked {
                tracing::error!(output = self.0, "output ended: it delivers nothing more");
            }
        }
    }
    let _ended = Ended(name, context.deliveries.clone(), context.shutdown.clone());
    if let Err(error) = output.run(context).await {
        tracing::error!(output = name, %error, "output failed");
    }
}

/// Runs an input and notes how it ended.
async fn supervise(
    name: &'static str,
    input: Box<dyn Input>,
    context: InputContext,
    inputs: Inputs,
) {
    /// Notes the end even when the input panics.
    struct Ended(&'static str, Inputs, CancellationToken);
    impl Drop for Ended {
        fn drop(&mut self) {
            let asked = self.2.is_cancelled();
            self.1.set(
                self.0,
                if asked {
                    InputStatus::Stopped
                } else {
                    InputStatus::Failed
                },
            );
            if !asked {
                tracing::error!(input = self.0, "input ended: it receives nothing more");
            }
        }
    }
    let _ended = Ended(name, inputs, context.shutdown.clone());
    if let Err(error) = input.run(context).await {
        tracing::error!(input = name, %error, "input failed");
    }
}

/// A server that receives, stores and answers. Dropping it stops the inputs without waiting for
/// them; [`shutdown`](Self::shutdown) is the clean way.
#[derive(Debug)]
#[must_use = "dropping a running server stops it"]
pub struct RunningServer {
    addresses: Addresses,
    journal: JournalHandle,
    tasks: JoinSet<()>,
    http: JoinSet<()>,
    stop: DropGuard,
    stop_http: DropGuard,
    shutdown_timeout: Duration,
}

impl RunningServer {
    /// What it listens on.
    #[must_use]
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// Its journal.
    #[must_use]
    pub fn journal(&self) -> JournalHandle {
        Arc::clone(&self.journal)
    }

    /// Stops receiving, answers what was begun, commits what is queued, folds the write-ahead
    /// log back and ends. Health is served until the journal is closed.
    ///
    /// # Errors
    /// See [`ShutdownError`]; the server has stopped in either case.
    pub async fn shutdown(mut self) -> Result<(), ShutdownError> {
        tracing::info!("stopping");
        self.stop.disarm().cancel();
        let inputs = tokio::time::timeout(self.shutdown_timeout, async {
            while self.tasks.join_next().await.is_some() {}
        })
        .await;
        if inputs.is_err() {
            tracing::error!("an input did not finish in time; it is ended");
            self.tasks.shutdown().await;
        }
        let closed = self.journal.close().await;

        self.stop_http.disarm().cancel();
        let ended = async { while self.http.join_next().await.is_some() {} };
        // Whatever is left is ended with the set.
        let _ = tokio::time::timeout(HTTP_SHUTDOWN, ended).await;
        closed?;
        inputs.map_err(|_| ShutdownError::Inputs)?;
        tracing::info!("stopped");
        Ok(())
    }
}
