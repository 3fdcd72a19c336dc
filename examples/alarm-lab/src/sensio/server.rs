//! A simulated Sensio.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use sensio_partner::server::faults::serve;
use sensio_partner::server::{ActiveEvent, Change, Client, Config, InvalidClient, Server};
use sensio_partner::webhook::{EventStateChanged, RequestDeactivateEvent, Webhook};
use sensio_partner::wire::WireProfile;
use sensio_partner::{DeviceIdentifier, EventType, Mode, Secret, UnityVersion};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::backend::{Lab, Told};
use super::hooks::Post;
use super::planned::Planned;
use super::told::{SensioEvent, SensioReport, WebhookState};

/// A simulated Sensio: takes calls of partners, and sends webhooks. Its secrets do not print.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Sensio {
    /// Where it listens, without TLS.
    pub listen: SocketAddr,
    /// The path before every call: `/partner`.
    pub base: String,
    /// Who gets a token.
    pub client_id: String,
    /// With which secret.
    pub secret: Secret,
    /// Devices that are registered; none: every device is.
    pub devices: Vec<DeviceIdentifier>,
    /// Lenient or strict.
    pub mode: Mode,
    /// The version to be.
    pub version: UnityVersion,
    /// Paths and names that are guessed.
    pub wire: WireProfile,
    /// How long a token lives: 24 hours.
    pub token_life: Duration,
    /// What it does wrong.
    pub faults: Vec<Planned>,
    /// Where webhooks go.
    pub hooks: Option<Hooks>,
    /// End after so many calls about events and statuses.
    pub calls: Option<u64>,
}

/// Where webhooks go, and when.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Hooks {
    /// The partner's URL.
    pub url: String,
    /// The validation token that the partner has chosen.
    pub token: Secret,
    /// As which version to send.
    pub version: UnityVersion,
    /// How long a webhook is tried: 24 hours.
    pub give_up_after: Duration,
    /// Send `EventStateChanged` after the partner's own DELETE, too. Whether Sensio does is unknown.
    pub echo: bool,
    /// What staff does with every event.
    pub staff: Option<(Duration, Staff)>,
}

impl Hooks {
    /// Webhooks on command alone.
    #[must_use]
    pub fn new(url: &str, token: Secret) -> Self {
        Hooks {
            url: url.to_owned(),
            token,
            version: UnityVersion::LATEST,
            give_up_after: Duration::from_secs(24 * 60 * 60),
            echo: false,
            staff: None,
        }
    }
}

/// How staff ends an event (Partner API reference 6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Staff {
    /// It is closed at Sensio's side, and the partner is told: `EventStateChanged`.
    Closes,
    /// The partner is asked for its DELETE: `RequestDeactivateEvent`.
    Asks,
}

/// What somebody at the keyboard wants.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command {
    /// Staff ends an event.
    Staff(Staff, DeviceIdentifier, EventType),
    /// Which events are active?
    Active,
    /// Enough.
    Quit,
}

/// A line that is no command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write close DEVICE CODE, ask DEVICE CODE, active or quit")]
pub struct InvalidCommand;

impl FromStr for Command {
    type Err = InvalidCommand;

    fn from_str(line: &str) -> Result<Self, InvalidCommand> {
        let words: Vec<_> = line.split_whitespace().collect();
        let event = |device: &str, code: &str| {
            let device = DeviceIdentifier::new(device).map_err(|_| InvalidCommand)?;
            let code = code.parse().map_err(|_| InvalidCommand)?;
            Ok((device, EventType(code)))
        };
        match words.as_slice() {
            ["active"] => Ok(Command::Active),
            ["quit" | "exit"] => Ok(Command::Quit),
            ["close", device, code] => {
                let (device, code) = event(device, code)?;
                Ok(Command::Staff(Staff::Closes, device, code))
            }
            ["ask", device, code] => {
                let (device, code) = event(device, code)?;
                Ok(Command::Staff(Staff::Asks, device, code))
            }
            _ => Err(InvalidCommand),
        }
    }
}

/// Why a Sensio cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The client.
    #[error(transparent)]
    Client(#[from] InvalidClient),
    /// The address.
    #[error("cannot listen: {0}")]
    Listen(#[from] io::Error),
    /// Two faults that always show.
    #[error("only one fault can show always: write *N behind the others")]
    Faults,
    /// The HTTP client of the webhooks.
    #[error("no HTTP client can be built")]
    Http,
}

impl Sensio {
    /// A lenient one of the latest version with one client, for which every device is registered.
    #[must_use]
    pub fn new(listen: SocketAddr, client_id: &str, secret: Secret) -> Self {
        Sensio {
            listen,
            base: "/partner".to_owned(),
            client_id: client_id.to_owned(),
            secret,
            devices: Vec::new(),
            mode: Mode::Lenient,
            version: UnityVersion::LATEST,
            wire: WireProfile::default(),
            token_life: Duration::from_secs(24 * 60 * 60),
            faults: Vec::new(),
            hooks: None,
            calls: None,
        }
    }

    fn config(&self) -> Result<Config, StartError> {
        if self.faults.iter().filter(|one| one.times.is_none()).count() > 1 {
            return Err(StartError::Faults);
        }
        let client = Client::new(&self.client_id, std::slice::from_ref(&self.secret))?;
        let mut seed = [0; 32];
        // Good enough for a double: its tokens open nothing but itself.
        fastrand::Rng::new().fill(&mut seed);
        let mut config = Config::new(seed, vec![client]);
        config.base.clone_from(&self.base);
        config.profile = self.wire.clone();
        config.mode = self.mode;
        config.version = self.version;
        config.token_life = self.token_life;
        for fault in &self.faults {
            fault.plan(&config.faults);
        }
        Ok(config)
    }

    /// Serves until `stop` is ready, a command ends it, or enough calls have come. Everything is told
    /// to `on` at once.
    ///
    /// # Errors
    ///
    /// [`StartError`]; nothing was served then.
    pub async fn run(
        &self,
        mut commands: mpsc::Receiver<Result<Command, InvalidCommand>>,
        stop: impl Future<Output = ()>,
        on: &mut dyn FnMut(SensioEvent),
    ) -> Result<SensioReport, StartError> {
        let config = self.config()?;
        let http = super::http(Duration::from_secs(10), &[]).map_err(|_| StartError::Http)?;
        let listener = TcpListener::bind(self.listen).await?;
        let address = listener.local_addr()?;
        let (tell, mut told) = mpsc::channel(1024);
        let lab = Lab::new(&self.devices, tell);
        let watch = Watch {
            lab: lab.clone(),
            under_way: Arc::default(),
            cuts: self.faults.iter().any(Planned::cuts)
                && !self.faults.iter().any(Planned::answers_500),
        };
        let under_way = watch.under_way.clone();
        let router = Server::new(config, lab.clone()).router();
        let router = router.layer(from_fn_with_state(watch, answered));
        let serving = tokio::spawn(serve(listener, router));
        let began = Instant::now();
        let mut run = Run {
            lab,
            hooks: self.hooks.clone(),
            post: self
                .hooks
                .as_ref()
                .map(|hooks| Post::new(hooks, http, began)),
            due: VecDeque::new(),
            report: SensioReport::default(),
            on,
        };
        (run.on)(SensioEvent::Listening {
            url: format!("http://{address}{}", self.base),
        });
        let mut stop = std::pin::pin!(stop);
        let mut open = true;
        loop {
            run.step();
            let at = run.next();
            let due = async {
                match at {
                    Some(at) => tokio::time::sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            let answered = async {
                match &mut run.post {
                    Some(post) => post.answered().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = &mut stop => break,
                command = commands.recv(), if open => match command {
                    // The end of the standard input is not the end of the run.
                    None => open = false,
                    Some(Ok(Command::Quit)) => break,
                    Some(command) => run.obey(command),
                },
                one = told.recv() => if let Some(one) = one {
                    run.take(one);
                },
                () = answered => {}
                () = due => {}
            }
            let calls = run.report.calls + run.report.status_calls;
            let enough = self.calls.is_some_and(|wanted| calls >= wanted);
            if enough && under_way.load(Ordering::Acquire) == 0 {
                // The last answer is on its way to the socket.
                tokio::time::sleep(LAST_ANSWER).await;
                break;
            }
        }
        serving.abort();
        while let Ok(one) = told.try_recv() {
            run.take(one);
        }
        run.report.active = run.lab.active_count();
        run.report.webhooks_waiting = run.post.as_ref().map_or(0, Post::waiting);
        run.report.elapsed_s = began.elapsed().as_secs_f64();
        Ok(run.report)
    }
}

/// How long the last answer of a run may take to leave.
const LAST_ANSWER: Duration = Duration::from_millis(200);

/// Events that staff will end, at the most.
const STAFF: usize = 100_000;

struct Run<'a> {
    lab: Lab,
    hooks: Option<Hooks>,
    post: Option<Post>,
    /// In the order of their times: the delay is the same for all.
    due: VecDeque<(Instant, DeviceIdentifier, EventType)>,
    report: SensioReport,
    on: &'a mut dyn FnMut(SensioEvent),
}

impl Run<'_> {
    fn next(&self) -> Option<Instant> {
        let staff = self.due.front().map(|(at, ..)| *at);
        let post = self.post.as_ref().and_then(Post::due);
        staff.into_iter().chain(post).min()
    }

    fn tell(&mut self, event: SensioEvent) {
        match &event {
            SensioEvent::Webhook { state, .. } => match state {
                WebhookState::Delivered => self.report.webhooks_delivered += 1,
                WebhookState::GivenUp => self.report.webhooks_given_up += 1,
                _ => {}
            },
            SensioEvent::Statuses {
                count,
                refused,
                warnings,
                ..
            } => {
                self.report.status_calls += 1;
                self.report.with_warnings += u64::from(!warnings.is_empty());
                if refused.is_none() {
                    self.report.statuses += u64::try_from(*count).unwrap_or(u64::MAX);
                }
            }
            SensioEvent::Answer { status, .. } => {
                let status = status.map_or_else(|| "cut".to_owned(), |status| status.to_string());
                *self.report.answers.entry(status).or_default() += 1;
            }
            _ => {}
        }
        (self.on)(event);
    }

    /// What is due: webhooks, and what staff does.
    fn step(&mut self) {
        while self
            .due
            .front()
            .is_some_and(|(at, ..)| *at <= Instant::now())
        {
            if let Some((_, device, code)) = self.due.pop_front() {
                let staff = self.hooks.as_ref().and_then(|hooks| hooks.staff);
                if let Some((_, staff)) = staff {
                    // Nothing to do when it is over already.
                    self.staff(staff, &device, code, false);
                }
            }
        }
        if let Some(post) = &mut self.post {
            for event in post.step() {
                self.tell(event);
            }
        }
    }

    fn take(&mut self, told: Told) {
        let (told, changed) = match told {
            Told::Other(event) => return self.tell(event),
            Told::Event { told, changed } => (told, changed),
        };
        self.report.calls += 1;
        self.report.with_warnings += u64::from(!told.warnings.is_empty());
        let change = told.change.unwrap_or("refused");
        *self.report.changes.entry(change).or_default() += 1;
        self.tell(SensioEvent::Call(told));
        let (Some((device, code, change)), Some(hooks)) = (changed, &self.hooks) else {
            return;
        };
        match (change, hooks.staff) {
            (Change::Raised, Some((after, _))) if self.due.len() < STAFF => {
                self.due.push_back((Instant::now() + after, device, code));
            }
            (Change::Closed, _) if hooks.echo => {
                self.submit(&EventStateChanged::inactive(device, code).into());
            }
            _ => {}
        }
    }

    fn obey(&mut self, command: Result<Command, InvalidCommand>) {
        match command {
            Ok(Command::Staff(staff, device, code)) => self.staff(staff, &device, code, true),
            Ok(Command::Active) => {
                for (device, code) in self.lab.active() {
                    self.tell(SensioEvent::Active {
                        device: device.as_str().to_owned(),
                        event_type: code.0,
                    });
                }
            }
            Ok(Command::Quit) => {}
            Err(error) => self.tell(SensioEvent::Problem {
                detail: error.to_string(),
            }),
        }
    }

    /// Staff ends an event. One that is not active is said to be, where somebody asked for it.
    fn staff(&mut self, staff: Staff, device: &DeviceIdentifier, code: EventType, asked: bool) {
        let event = match staff {
            Staff::Closes => self.lab.close(device, code),
            Staff::Asks => self.lab.find(device, code),
        };
        match event {
            Some(event) => self.submit(&webhook(staff, event)),
            None if asked => self.tell(SensioEvent::Problem {
                detail: "no such event is active".to_owned(),
            }),
            None => {}
        }
    }

    fn submit(&mut self, webhook: &Webhook) {
        let event = match &mut self.post {
            Some(post) => post.submit(webhook),
            None => SensioEvent::Problem {
                detail: "no webhook: there is no URL to send it to".to_owned(),
            },
        };
        self.tell(event);
    }
}

fn webhook(staff: Staff, event: ActiveEvent) -> Webhook {
    let id = event.parameters.external_event_id.clone();
    match staff {
        Staff::Closes => {
            let mut closed = EventStateChanged::inactive(event.device, event.event_type);
            closed.external_event_id = id;
            closed.into()
        }
        Staff::Asks => {
            let mut request = RequestDeactivateEvent::new(event.device, event.event_type);
            request.external_event_id = id;
            request.into()
        }
    }
}

/// Tells every answer.
#[derive(Clone)]
struct Watch {
    lab: Lab,
    /// Requests that are not answered yet.
    under_way: Arc<AtomicUsize>,
    /// Whether 500 can only be a connection that was cut.
    cuts: bool,
}

async fn answered(State(watch): State<Watch>, request: Request, next: Next) -> Response {
    let (method, path) = (
        request.method().to_string(),
        request.uri().path().to_owned(),
    );
    let began = Instant::now();
    let under_way = UnderWay::new(&watch.under_way);
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let event = SensioEvent::Answer {
        method,
        path,
        status: (status != 500 || !watch.cuts).then_some(status),
        time_ms: began.elapsed().as_secs_f64() * 1e3,
    };
    // Before the answer is told, so that whoever hears of it finds the count right.
    drop(under_way);
    watch.lab.tell(Told::Other(event)).await;
    response
}

/// Counts a request, also one whose partner goes away.
struct UnderWay(Arc<AtomicUsize>);

impl UnderWay {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        UnderWay(count.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_from_lines() {
        let device = DeviceIdentifier::new("SN-1").unwrap();
        let staff = |staff| Command::Staff(staff, device.clone(), EventType::FALL);
        for (line, command) in [
            ("close SN-1 906", Ok(staff(Staff::Closes))),
            (" ask  SN-1 906 ", Ok(staff(Staff::Asks))),
            ("active", Ok(Command::Active)),
            ("quit", Ok(Command::Quit)),
            ("close SN-1", Err(InvalidCommand)),
            ("close .. 906", Err(InvalidCommand)),
            ("close SN-1 fall", Err(InvalidCommand)),
            ("", Err(InvalidCommand)),
        ] {
            assert_eq!(line.parse(), command, "{line}");
        }
    }
}
