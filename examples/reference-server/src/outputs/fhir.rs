//! Closed care alarms into the patient record, by VKP or JFT (FHIR reference 9 to 11).
//!
//! A feeder reads the journal behind its mark and notes which care alarms are open. When one is closed,
//! its document is made from what the journal has, and put into an outbox on disk; from there it is
//! delivered at least once, the same bytes each time, until the service has confirmed it or somebody has
//! to act. All of it runs on a thread of its own, so that neither its disk nor a slow service holds up an
//! input; patients are looked up there, too.

mod cases;
mod coding;
mod document;
mod feed;
mod look_up;
mod outbox;
mod register;
mod report;
mod settings;

use std::collections::BTreeSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::path::PathBuf;

use fhir_vkp::client::{Client, Courier};
use fhir_vkp::delivery::{Config as DeliveryConfig, Delivery, StoreError, Target};
use fhir_vkp::{Random, Time, WallMicros};
use tokio::sync::oneshot;

use super::place;
use crate::config::{Config, FhirOutputConfig};
use crate::journal::{BoxFuture, JournalHandle, Sequence};
use crate::output::{Output, OutputContext, OutputError};
use cases::Cases;
use coding::Coding;
use document::Writer;
use feed::{Awaiting, Feeder};
use look_up::{LookUp, Worker};
use outbox::Outbox;
pub use register::RegisterError;
use register::WatchedRegister;
use report::Reporter;
use settings::Parts;
pub use settings::SettingError;

/// What the output is called.
const NAME: &str = "fhir";
/// Where the mark and the open cases are kept.
const AREA: &str = "outputs.fhir";

/// The output to the patient record.
pub struct FhirOutput {
    config: FhirOutputConfig,
    outbox_path: PathBuf,
    target: Target,
    client: Client,
    look_up: Option<LookUp>,
    writer: Writer,
    register: WatchedRegister,
    prepared: Option<Prepared>,
}

struct Prepared {
    outbox: Outbox,
    cases: Cases,
    mark: Sequence,
}

impl std::fmt::Debug for FhirOutput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FhirOutput")
            .field("target", &self.target)
            .field("register", &self.register)
            .finish_non_exhaustive()
    }
}

impl FhirOutput {
    /// The output as configured, `None` without one. Key and register are read; nothing is opened yet.
    ///
    /// # Errors
    /// [`SettingError`] when the configuration cannot be used.
    pub fn new(config: &Config) -> Result<Option<Self>, SettingError> {
        let Some(settings) = &config.outputs.fhir else {
            return Ok(None);
        };
        let parts = Parts::new(settings)?;
        let outbox_path = place::file(&settings.outbox, &config.journal.path, ".fhir");
        Ok(Some(Self {
            writer: Writer::new(settings, &parts.organisation),
            register: WatchedRegister::open(&settings.patients, settings.await_patient.0)?,
            config: settings.clone(),
            outbox_path,
            target: parts.target,
            client: parts.client,
            look_up: parts.look_up,
            prepared: None,
        }))
    }

    async fn open(&mut self, journal: JournalHandle) -> Result<(), OutputError> {
        let path = self.outbox_path.clone();
        let outbox = tokio::task::spawn_blocking(move || Outbox::open(&path))
            .await
            .map_err(OutputError::other)?
            .map_err(OutputError::other)?;
        let mut cases = Cases::new(self.config.closed_by, Coding::new(&self.config));
        let kept = journal.kept(AREA).await?;
        cases.restore(&kept);
        let mark = place::mark(&kept, self.config.from, &journal);
        // Before any input takes an alarm: what comes from now on is sent, also after a crash.
        feed::keep(&journal, &mut cases, mark).await?;
        self.prepared = Some(Prepared {
            outbox,
            cases,
            mark,
        });
        Ok(())
    }

    fn courier(&self, outbox: &Outbox) -> Result<Courier<Outbox>, StoreError> {
        let mut config = DeliveryConfig::default();
        config.status.first = self.config.status_after.0;
        let delivery = Delivery::open(
            Time::ZERO,
            WallMicros::now(),
            self.target.clone(),
            outbox.clone(),
            config,
            Random::new(RandomState::new().hash_one(0)),
        )?;
        Ok(Courier::new(self.client.clone(), delivery))
    }

    /// The work, on the thread of the output.
    async fn work(mut self, context: OutputContext) -> Result<(), OutputError> {
        let Some(prepared) = self.prepared.take() else {
            return Err(OutputError::other("it was not prepared"));
        };
        let Prepared {
            outbox,
            cases,
            mark,
        } = prepared;
        let courier = self.courier(&outbox).map_err(OutputError::other)?;
        let desk = self.look_up.take().map(|look_up| {
            let (worker, desk) = Worker::new(look_up, context.patients.clone());
            tokio::spawn(worker.run(context.shutdown.clone()));
            desk
        });
        let (orders, questions) = context.deliveries.orders(NAME);
        let awaiting = Awaiting::new(self.config.await_patient.0);
        let feeder = Feeder {
            orders,
            questions,
            awaiting,
            journal: context.journal,
            cases,
            writer: self.writer,
            register: self.register,
            courier,
            desk,
            reporter: Reporter {
                deliveries: context.deliveries,
                outbox: outbox.clone(),
                client: self.client,
                no_token: None,
                paused: None,
                types_paused: BTreeSet::new(),
                questions_paused: None,
            },
            outbox,
            mark,
        };
        feeder.run(context.shutdown).await;
        Ok(())
    }
}

impl Output for FhirOutput {
    fn name(&self) -> &'static str {
        NAME
    }

    fn prepare(&mut self, journal: JournalHandle) -> BoxFuture<'_, Result<(), OutputError>> {
        Box::pin(self.open(journal))
    }

    fn run(
        self: Box<Self>,
        mut context: OutputContext,
    ) -> BoxFuture<'static, Result<(), OutputError>> {
        Box::pin(async move {
            report::describe();
            // The thread ends with this future, too.
            let stop = context.shutdown.child_token();
            let _guard = stop.clone().drop_guard();
            context.shutdown = stop;
            let (tell, ended) = oneshot::channel();
            let thread = std::thread::Builder::new().name(NAME.into());
            let work = move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build();
                let result = match runtime {
                    Ok(runtime) => runtime.block_on(self.work(context)),
                    Err(error) => Err(OutputError::other(error)),
                };
                // Nobody may be left who listens.
                let _ = tell.send(result);
            };
            thread.spawn(work).map_err(OutputError::other)?;
            let gone = || OutputError::other("its thread has ended");
            ended.await.unwrap_or_else(|_| Err(gone()))
        })
    }
}
