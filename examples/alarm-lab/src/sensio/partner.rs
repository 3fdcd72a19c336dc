//! A simulated partner.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sensio_partner::token::{Config, Credentials, CredentialsError};
use sensio_partner::webhook::Delete;
use sensio_partner::wire::WireProfile;
use sensio_partner::{
    Class, ClientCore, DeviceIdentifier, DeviceStatus, Effect, Endpoint, EventParameters,
    EventType, ExternalEventId, Member, Outcome, Request, RequestError, Requests, StatusEntry,
    UnityVersion,
};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use super::ears::{self, Ears, Serving, WebhookEnd};
use super::exchange::{Ended, Line};
use super::fault::{Fault, FaultRate};
use super::told::{CallOutcome, PartnerEvent, PartnerReport, word};

/// What a partner does to an event or device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Trigger the event.
    Post,
    /// Update it.
    Put,
    /// Deactivate it.
    Delete,
    /// Report the status of the device.
    Status,
    /// Report the statuses of all devices.
    Statuses,
}

impl Action {
    /// The name on the command line and in the JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Action::Post => "post",
            Action::Put => "put",
            Action::Delete => "delete",
            Action::Status => "status",
            Action::Statuses => "statuses",
        }
    }

    const fn is_event(self) -> bool {
        matches!(self, Action::Post | Action::Put | Action::Delete)
    }
}

/// A simulated partner. Its credentials do not print.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Partner {
    /// Where it reports: the base URL, such as `https://unity.example.net/partner`.
    pub url: String,
    /// Where it asks for tokens, when that is not below the base.
    pub token_url: Option<String>,
    /// Its credentials.
    pub credentials: Credentials,
    /// Root certificates of the customer, in PEM, besides those of the system.
    pub roots: Vec<Vec<u8>>,
    /// Paths and names that are guessed.
    pub wire: WireProfile,
    /// The version of the server.
    pub version: UnityVersion,
    /// Its devices, which take turns.
    pub devices: Vec<DeviceIdentifier>,
    /// Which event they report.
    pub event_type: EventType,
    /// What goes with POST and PUT.
    pub parameters: EventParameters,
    /// Give each round an id of its own, as long as [`parameters`](Self::parameters) has none.
    pub with_ids: bool,
    /// What a status says.
    pub status: DeviceStatus,
    /// What is done in each round, one after the other.
    pub actions: Vec<Action>,
    /// How many rounds.
    pub count: u64,
    /// Rounds per second, each at its planned time whatever became of those before. `None`: each
    /// follows the one before.
    pub rate: Option<f64>,
    /// How long an answer may take; 10 s.
    pub timeout: Duration,
    /// How often a call is sent where a repeat may help; once.
    pub attempts: u32,
    /// The longest pause between two attempts; 60 s, as servers may ask for that.
    pub longest_pause: Duration,
    /// What it does wrong.
    pub faults: Vec<FaultRate>,
    /// In which of the calls a fault with a rate shows.
    pub seed: u64,
    /// Where it takes webhooks, and closes what they mean.
    pub webhooks: Option<WebhookEnd>,
}

/// Settings that cannot be carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The URL.
    #[error(transparent)]
    Url(#[from] sensio_partner::InvalidEndpoint),
    /// The credentials.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// A call that cannot be made.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// Nothing to do.
    #[error("there is nothing to do: name an action and a device")]
    Nothing,
    /// The validation token of webhooks.
    #[error(transparent)]
    Token(#[from] sensio_partner::webhook::InvalidToken),
    /// The address for webhooks.
    #[error("cannot listen: {0}")]
    Listen(String),
    /// The certificates, or TLS.
    #[error("the root certificates are not PEM, or TLS cannot be set up")]
    Tls,
}

/// Rounds under way at once, at the most.
const UNDER_WAY: usize = 512;

impl Partner {
    /// A partner that reports one fall of one synthetic device.
    #[must_use]
    pub fn new(url: &str, credentials: Credentials) -> Self {
        Partner {
            url: url.to_owned(),
            token_url: None,
            credentials,
            roots: Vec::new(),
            wire: WireProfile::default(),
            version: UnityVersion::LATEST,
            devices: DeviceIdentifier::new("SN-40211870").into_iter().collect(),
            event_type: EventType::FALL,
            parameters: EventParameters::new(),
            with_ids: true,
            status: DeviceStatus::heartbeat(),
            actions: vec![Action::Post],
            count: 1,
            rate: None,
            timeout: Duration::from_secs(10),
            attempts: 1,
            longest_pause: Duration::from_secs(60),
            faults: Vec::new(),
            seed: 0,
            webhooks: None,
        }
    }

    fn requests(&self) -> Result<(Endpoint, Requests), SettingsError> {
        let mut endpoint = Endpoint::with_paths(&self.url, &self.wire.paths)?;
        if let Some(url) = &self.token_url {
            endpoint = endpoint.with_token_url(url)?;
        }
        let requests = Requests::new(endpoint.clone())
            .with_profile(self.wire.clone())
            .with_version(self.version)
            // Whatever a file holds is sent: finding out what a server does with it is the purpose.
            .with_image_limits(None);
        Ok((endpoint, requests))
    }

    /// Reports until all rounds have come to something, or until `stop` is ready. Everything is told
    /// to `on` at once; requests and answers only with `dialogue`.
    ///
    /// # Errors
    ///
    /// [`SettingsError`]; nothing was sent then.
    pub async fn run(
        &self,
        dialogue: bool,
        stop: impl Future<Output = ()>,
        on: &mut dyn FnMut(PartnerEvent),
    ) -> Result<PartnerReport, SettingsError> {
        let (endpoint, requests) = self.requests()?;
        if self.actions.is_empty() || self.devices.is_empty() || self.count == 0 {
            return Err(SettingsError::Nothing);
        }
        let core = ClientCore::new(
            requests.clone(),
            &self.credentials,
            Config::default(),
            self.seed,
        )?;
        let http = super::http(self.timeout, &self.roots).map_err(|_| SettingsError::Tls)?;
        let (tell, mut told) = mpsc::channel(256);
        let verifier = self.webhooks.as_ref().map(WebhookEnd::verifier);
        let verifier = verifier.transpose()?;
        let (ears, deletes) = Ears::new(&tell);
        let round = Arc::new(Rounds {
            partner: self.clone(),
            requests,
            line: Line::new(endpoint, http, core, tell, dialogue),
            ears: Arc::clone(&ears),
        });
        // What cannot be built is found before anything is sent.
        for (number, &action) in (0..).zip(&self.actions) {
            round.request(action, &round.whose(0), &[], number)?;
        }
        let mut listening = None;
        if let (Some(end), Some(verifier)) = (&self.webhooks, verifier) {
            let (url, serving) = ears::listen(end, verifier, ears).await?;
            on(PartnerEvent::Listening { url });
            listening = Some((end.wait, serving));
        }
        let began = Instant::now();
        let mut report = PartnerReport::default();
        {
            let run = round.clone().run(began, listening, deletes);
            drop(round);
            let listen = async {
                while let Some(event) = told.recv().await {
                    count(&mut report, &event);
                    on(event);
                }
            };
            tokio::select! {
                biased;
                () = stop => {}
                ((), ()) = async { tokio::join!(run, listen) } => {}
            }
        }
        report.elapsed_s = began.elapsed().as_secs_f64();
        Ok(report)
    }
}

fn count(report: &mut PartnerReport, event: &PartnerEvent) {
    let call = match event {
        PartnerEvent::Call(call) => call,
        PartnerEvent::Webhook { .. } => {
            report.webhooks += 1;
            return;
        }
        _ => return,
    };
    report.calls += 1;
    *report.by_outcome.entry(call.outcome).or_default() += 1;
    match call.outcome {
        "accepted" | "already-active" | "was-not-active" => {
            report.accepted += 1;
            let time = Duration::try_from_secs_f64(call.time_ms / 1e3);
            report.latency.add(time.unwrap_or_default());
        }
        _ => report.failed += 1,
    }
}

struct Rounds {
    partner: Partner,
    requests: Requests,
    line: Line,
    ears: Arc<Ears>,
}

impl Rounds {
    /// All rounds, and the calls that webhooks ask for while they run and so long after.
    async fn run(
        self: Arc<Self>,
        began: Instant,
        listening: Option<(Duration, Serving)>,
        mut deletes: mpsc::UnboundedReceiver<Delete>,
    ) {
        let Some((wait, _serving)) = listening else {
            return self.all(began).await;
        };
        let mut over = std::pin::pin!(async {
            self.clone().all(began).await;
            tokio::time::sleep(wait).await;
        });
        let per_round = u64::try_from(self.partner.actions.len()).unwrap_or(u64::MAX);
        let mut number = self.partner.count.saturating_mul(per_round);
        let mut under_way = JoinSet::new();
        loop {
            tokio::select! {
                biased;
                Some(delete) = deletes.recv() => {
                    number = number.saturating_add(1);
                    under_way.spawn(self.clone().delete(number, delete));
                }
                () = &mut over => break,
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    /// The DELETE that a webhook asked for.
    async fn delete(self: Arc<Self>, number: u64, delete: Delete) {
        let faults: &[Fault] = match delete.event_type == self.partner.event_type {
            true => &[],
            false => &[Fault::UnknownCode],
        };
        let (device, began) = (&delete.device, Instant::now());
        self.one(number, 0, Action::Delete, device, faults, began)
            .await;
    }

    /// What webhooks may mean from now on.
    fn note(&self, action: Action, device: &DeviceIdentifier, faults: &[Fault], round: u64) {
        let code = self.event_type(faults);
        match action {
            _ if faults.contains(&Fault::UnknownDevice) => {}
            Action::Post => {
                let id = self.parameters(round).external_event_id;
                self.ears.raised(device, code, id);
            }
            Action::Delete => self.ears.closed(device, code),
            Action::Put | Action::Status | Action::Statuses => {}
        }
    }

    async fn all(self: Arc<Self>, began: Instant) {
        let permits = Arc::new(Semaphore::new(match self.partner.rate {
            Some(_) => UNDER_WAY,
            None => 1,
        }));
        let mut under_way = JoinSet::new();
        for number in 0..self.partner.count {
            let planned = self.partner.rate.map(|rate| {
                #[allow(clippy::cast_precision_loss, reason = "a time to wait")]
                let after = Duration::try_from_secs_f64(number as f64 / rate);
                began + after.unwrap_or(Duration::MAX / 4)
            });
            if let Some(planned) = planned {
                tokio::time::sleep_until(planned.into()).await;
            }
            // Closed by nobody.
            let permit = permits.clone().acquire_owned().await;
            while under_way.try_join_next().is_some() {}
            let this = self.clone();
            under_way.spawn(async move {
                let _permit = permit;
                this.round(number, planned.unwrap_or_else(Instant::now))
                    .await;
            });
        }
        while under_way.join_next().await.is_some() {}
    }

    async fn round(&self, number: u64, planned: Instant) {
        let device = self.whose(number);
        let per_round = u64::try_from(self.partner.actions.len()).unwrap_or(u64::MAX);
        for (place, &action) in (0..).zip(&self.partner.actions) {
            let began = if place == 0 { planned } else { Instant::now() };
            let call = number * per_round + place + 1;
            let faults = self.faults(call, action);
            self.note(action, &device, &faults, number);
            let times = if faults.contains(&Fault::Twice) { 2 } else { 1 };
            for _ in 0..times {
                self.one(call, number, action, &device, &faults, began)
                    .await;
            }
        }
    }

    async fn one(
        &self,
        number: u64,
        round: u64,
        action: Action,
        device: &DeviceIdentifier,
        faults: &[Fault],
        began: Instant,
    ) {
        let (request, left_out) = match self.request(action, device, faults, round) {
            Ok(request) => request,
            // Was tried before the run.
            Err(_) => return,
        };
        let mut attempts = 0;
        let ended = loop {
            attempts += 1;
            let ended = self.line.call(request.clone(), faults).await;
            let pause = match &ended {
                Ended::Outcome(outcome) if outcome.class.may_repeat() => outcome.pause,
                Ended::NoToken(problem) if !problem.is_permanent() => None,
                _ => break ended,
            };
            if attempts >= self.partner.attempts {
                break ended;
            }
            let pause = pause.unwrap_or(Duration::from_millis(500) * attempts);
            tokio::time::sleep(pause.min(self.partner.longest_pause)).await;
        };
        let id = match action {
            Action::Post | Action::Put => self.parameters(round).external_event_id,
            _ => None,
        };
        let code = self.event_type(faults);
        if let Ended::Outcome(outcome) = &ended
            && outcome.class == Class::Done(Effect::AlreadyActive)
        {
            self.ears.already_active(device, code, id.as_ref());
        }
        let (outcome, detail, status, answer) = match &ended {
            Ended::Outcome(outcome) => (
                word(outcome.class),
                outcome.class.to_string(),
                outcome.status,
                said(outcome),
            ),
            Ended::NoToken(problem) => ("no-token", problem.to_string(), None, None),
        };
        let told = CallOutcome {
            number,
            action: action.name(),
            device: device.as_str().to_owned(),
            event_type: action.is_event().then_some(code.0),
            external_event_id: id.map(|id| id.as_str().to_owned()),
            outcome,
            detail,
            status,
            answer,
            time_ms: began.elapsed().as_secs_f64() * 1e3,
            attempts,
            faults: faults.iter().map(|fault| fault.name()).collect(),
            left_out,
        };
        // Nobody listens when the run was ended.
        let _ = self.line.tell.send(PartnerEvent::Call(told)).await;
    }

    fn whose(&self, round: u64) -> DeviceIdentifier {
        let devices = &self.partner.devices;
        let place = round % u64::try_from(devices.len()).unwrap_or(u64::MAX);
        devices[usize::try_from(place).unwrap_or_default()].clone()
    }

    /// The faults of a call, by the seed alone, so that a run can be repeated.
    fn faults(&self, call: u64, action: Action) -> Vec<Fault> {
        let mut random =
            fastrand::Rng::with_seed(self.partner.seed ^ call.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let faults = self.partner.faults.iter();
        faults
            .filter(|one| one.percent >= 100 || random.u8(0..100) < one.percent)
            .map(|one| one.fault)
            .filter(|fault| fault.shows_in(action))
            .collect()
    }

    fn event_type(&self, faults: &[Fault]) -> EventType {
        match faults.contains(&Fault::UnknownCode) {
            true => EventType(902),
            false => self.partner.event_type,
        }
    }

    fn parameters(&self, round: u64) -> EventParameters {
        let mut parameters = self.partner.parameters.clone();
        if self.partner.with_ids && parameters.external_event_id.is_none() {
            let id = format!("lab-{:08x}-{round}", self.partner.seed & 0xFFFF_FFFF);
            parameters.external_event_id = ExternalEventId::new(&id).ok();
        }
        parameters
    }

    fn request(
        &self,
        action: Action,
        device: &DeviceIdentifier,
        faults: &[Fault],
        round: u64,
    ) -> Result<(Request, Vec<&'static str>), RequestError> {
        let unknown = faults
            .contains(&Fault::UnknownDevice)
            .then(|| DeviceIdentifier::new(&format!("{}-unknown", device.as_str())).ok())
            .flatten();
        let device = unknown.as_ref().unwrap_or(device);
        let code = self.event_type(faults);
        let requests = &self.requests;
        let status = &self.partner.status;
        let prepared = match action {
            Action::Post => requests.post_event(device, code, &self.parameters(round))?,
            Action::Put => requests.put_event(device, code, &self.parameters(round))?,
            Action::Delete => requests.delete_event(device, code)?,
            Action::Status => return Ok((requests.put_status(device, status), Vec::new())),
            Action::Statuses => {
                let devices = match &unknown {
                    Some(device) => std::slice::from_ref(device),
                    None => &self.partner.devices,
                };
                let entries: Vec<_> = devices
                    .iter()
                    .map(|device| StatusEntry {
                        device: device.clone(),
                        status: status.clone(),
                    })
                    .collect();
                return Ok((requests.put_statuses(&entries)?, Vec::new()));
            }
        };
        let left_out = prepared.left_out.iter().map(Member::name).collect();
        Ok((prepared.request, left_out))
    }
}

/// What the server said about a call that it does not have.
fn said(outcome: &Outcome) -> Option<String> {
    if matches!(outcome.class, Class::Done(_)) {
        return None;
    }
    let body = outcome.error_body();
    let text = match (body.title, body.detail) {
        (Some(title), Some(detail)) => format!("{title}: {detail}"),
        (title, detail) => title.or(detail)?,
    };
    Some(text.chars().take(500).collect())
}
