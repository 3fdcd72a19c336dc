//! SCAIP over SIP and over HTTPS: from the wire to the journal and back.
//!
//! Thin on purpose: `scaip` speaks the protocol, the journal keeps. Here an alarm is kept first,
//! and only what the journal says decides what the sender hears. Both ways in lead to the same
//! work.

mod accounts;
mod awaited_calls;

mod entry;
mod https;
mod in_hand;
pub(super) mod origin;
mod sip;
mod watch;
mod work;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use alarm_codes::Profile;
use metrics::{Unit, counter, describe_counter};
use scaip::call::CallSettings;
use scaip::driver::receiver::{Driver, Handle, Settings};
use scaip::receiver::{AnswerMode, Config as ReceiverConfig, Receiver};
use scaip::sip::{Method, Transport};
use scaip::{
    CallAddress, CallHandlingReply, DecodeOptions, EncodeOptions, MediaReply, Reference, Request,
    Response, StatusNumber, encode_response, registrar,
};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::accept::{Door, Opened};
pub use super::bearer::TokenError;
use super::bearer::Tokens;
use super::limiter::Limiter;
use super::link::Speech;
use super::network::{self, Networks};
use super::places::Places;
use super::report::Report;
use super::source_filter;
use super::tls::{Reloader, Tls, TlsError, TlsFiles};
use crate::config::{ClientCertificates, Config, Listen, ScaipConfig};
use crate::input::{BoundAddress, Input, InputContext, InputError};
use crate::journal::BoxFuture;
pub use accounts::AccountError;
use accounts::DigestAccounts;
use awaited_calls::AwaitedCalls;
use https::{Post, Site};
use origin::Certificates;
use watch::{Reporter, Watch};
use work::{MustMatch, Watching, Work};

/// Connections that may wait between the door and whoever serves them.
const OPENED: usize = 64;
/// Posted requests that may wait for the work; one more hears 503.
const POSTS: usize = 1024;
/// Lines of the log about requests that are turned away unheard, in one second.
const LINES: u32 = 20;
/// How often the drops of the operating system are copied into the metrics.
const UPKEEP: Duration = Duration::from_secs(2);

/// The SCAIP input.
#[derive(Debug)]
pub struct ScaipInput {
    settings: ScaipConfig,
    profiles: HashMap<String, Profile>,
    reply: Reply,
    tokens: Tokens,
    accounts: Option<DigestAccounts>,
    watched: Arc<watch::Settings>,
    sip_tls: Option<(Reloader, Tls)>,
    https_tls: Option<(Reloader, Tls)>,
    udp: Vec<(UdpSocket, SocketAddr)>,
    listeners: Vec<(Way, TcpListener)>,
}

/// What a listener is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Tcp,
    Tls,
    Http,
    Https,
}

/// What of the configuration the input cannot work with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingError {
    /// A profile that the shared taxonomy does not know.
    #[error("the profile {profile:?} of a [[controller]] is unknown; known are: {known}")]
    Profile {
        /// The name in the configuration.
        profile: String,
        /// All names.
        known: String,
    },
    /// A reply that SCAIP cannot carry.
    #[error("[scaip] media_reply, call_handling_reply or transferred_number: {0}")]
    Reply(#[from] scaip::EncodeError),
    /// A certificate, key or authority.
    #[error("[scaip.{table}] {source}")]
    Tls {
        /// The table: `tls` or `https`.
        table: &'static str,
        /// What is wrong.
        source: TlsError,
    },
    /// A bearer token.
    #[error("[scaip.https] {0}")]
    Token(#[from] TokenError),
    /// A digest account.
    #[error("[scaip.digest] {0}")]
    Account(#[from] AccountError),
    /// A value that the check of the configuration finds; see there.
    #[error(
        "[scaip.supervision] or [[controller]]: an interval, missed or hbi is out of its range"
    )]
    Supervision,
}

impl ScaipInput {
    /// The input as configured; certificates and tokens are read, nothing is listened on yet.
    ///
    /// # Errors
    /// [`SettingError`] when profiles, replies, certificates or tokens cannot be used.
    pub fn new(config: &Config) -> Result<Self, SettingError> {
        let mut profiles = HashMap::new();
        for controller in &config.controllers {
            let profile = Profile::from_name(&controller.profile).ok_or_else(|| {
                let known: Vec<_> = Profile::ALL.iter().map(|profile| profile.name()).collect();
                SettingError::Profile {
                    profile: controller.profile.clone(),
                    known: known.join(", "),
                }
            })?;
            profiles.insert(controller.id.clone(), profile);
        }
        let reply = Reply::new(&config.scaip)?;
        let (tls, https) = (&config.scaip.tls, &config.scaip.https);
        let load = |table, listen: &Listen, files| match listen.is_on() {
            true => Reloader::new(files)
                .map(Some)
                .map_err(|source| SettingError::Tls { table, source }),
            false => Ok(None),
        };
        let sip_files = TlsFiles {
            certificate: tls.certificate.clone(),
            key: tls.key.clone(),
            client_certificates: tls.client_certificates,
            client_ca: tls.client_ca.clone(),
            protocols: &[],
        };
        let https_files = TlsFiles {
            certificate: https.certificate.clone(),
            key: https.key.clone(),
            client_certificates: https.client_certificates,
            client_ca: https.client_ca.clone(),
            protocols: &[b"http/1.1"],
        };
        Ok(Self {
            profiles,
            reply,
            tokens: Tokens::new(&https.bearer_tokens)?,
            accounts: match config.scaip.digest.is_on() {
                true => Some(DigestAccounts::new(&config.scaip.digest)?),
                false => None,
            },
            watched: Arc::new(watch::Settings::new(config).ok_or(SettingError::Supervision)?),
            sip_tls: load("tls", &tls.listen, sip_files)?,
            https_tls: load("https", &https.listen, https_files)?,
            udp: Vec::new(),
            listeners: Vec::new(),
            settings: config.scaip.clone(),
        })
    }

    fn decode(&self) -> DecodeOptions {
        let mut decode = if self.settings.strict {
            DecodeOptions::strict()
        } else {
            DecodeOptions::lenient()
        };
        decode.accept_scaip_root = self.settings.accept_scaip_root;
        decode
    }

    fn receiver(&self) -> Result<Receiver, InputError> {
        let mut config = ReceiverConfig::new(*uuid::Uuid::new_v4().as_bytes());
        config.decode = self.decode();
        config.strict_content_type = self.settings.strict;
        config.accept_unknown_message_types = self.settings.accept_unknown_message_types;
        // The doors keep the limit. One that they ended may still be here when the next one comes.
        config.endpoint.connections = self.settings.connections.saturating_mul(2);
        if self.settings.body_in_200 {
            config.answer_mode = AnswerMode::BodyInOk;
        }
        if let Some(accounts) = &self.accounts {
            config.listeners = accounts.listeners();
        }
        let registration = &self.settings.registration;
        if registration.enabled {
            let mut registrar = registrar::Config::new();
            registrar.min_expires = registration.min_expires.0;
            registrar.max_expires = registration.max_expires.0;
            registrar.default_expires = registration.default_expires.0;
            registrar.controllers = registration.controllers;
            config.registrar = Some(registrar);
            config.endpoint.methods.push(Method::Register);
        }
        if self.settings.supervision.enabled {
            config.supervision = Some(self.watched.supervisor());
        }
        config.heartbeat_policy = Some(self.watched.policy.clone());
        if self.reply.media != MediaReply::NO_VOICE {
            let mut calls = CallSettings::default();
            calls.wait = self.settings.calls.wait.0;
            calls.calls = self.settings.calls.expected;
            config.calls = Some(calls);
        }
        Receiver::new(config).map_err(|error| InputError::Other(error.into()))
    }

    fn site(&self, posts: mpsc::Sender<Post>) -> Site {
        let mut config = scaip::https::Config::default();
        config.decode = self.decode();
        config.strict_content_type = self.settings.strict;
        config.accept_unknown_message_types = self.settings.accept_unknown_message_types;
        Site {
            config,
            tokens: self.tokens.clone(),
            certificate_is_enough: self.settings.https.client_certificates
                != ClientCertificates::Required,
            posts,
            last: AtomicU64::new(0),
            lines: Mutex::new(Limiter::new(LINES)),
            busy: Mutex::new(Limiter::new(1)),
        }
    }

    fn bind_all(&mut self) -> Result<Vec<BoundAddress>, InputError> {
        let mut bound = Vec::new();
        let networks = Networks::new(&self.settings.plain_networks);
        for &address in self.settings.udp.addresses() {
            let failed = |source| InputError::Bind {
                what: "SCAIP over UDP",
                address,
                source,
            };
            let socket = network::bind_udp(address, &networks).map_err(failed)?;
            let (name, address) = ("udp", socket.local_addr().map_err(failed)?);
            let name = name.into();
            bound.push(BoundAddress { name, address });
            self.udp.push((socket, address));
        }
        let https = &self.settings.https;
        for (way, name, what, listen) in [
            (Way::Tcp, "tcp", "SCAIP over TCP", &self.settings.tcp),
            (Way::Tls, "tls", "SCAIP over TLS", &self.settings.tls.listen),
            (Way::Https, "https", "SCAIP over HTTPS", &https.listen),
            (Way::Http, "scaip_http", "SCAIP over HTTP", &https.plain),
        ] {
            for (address, listener) in network::bind_all(what, listen)? {
                let name = name.into();
                bound.push(BoundAddress { name, address });
                self.listeners.push((way, listener));
            }
        }
        Ok(bound)
    }

    /// Begins to supervise, with what was kept before the restart. The changes that the work finds
    /// go where the sender leads.
    async fn watch(
        &self,
        context: &InputContext,
        handle: &Handle,
    ) -> (
        mpsc::UnboundedSender<watch::Change>,
        Option<(CancellationToken, JoinSet<()>)>,
    ) {
        let (changes, to_tell) = mpsc::unbounded_channel();
        if !self.settings.supervision.enabled {
            return (changes, None);
        }
        let journal = || Arc::clone(&context.journal);
        let devices = || context.devices.clone();
        let settings = || Arc::clone(&self.watched);
        let more = changes.clone();
        let mut watch = Watch::new(settings(), devices(), journal(), handle.clone(), more);
        watch.begin().await;
        let reporter = Reporter {
            settings: settings(),
            devices: devices(),
            journal: journal(),
            profiles: self.profiles.clone(),
        };
        // Not the token of the server: alarms that are under way when it stops still count.
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        tasks.spawn(watch.run(stop.clone()));
        tasks.spawn(reporter.run(to_tell, stop.clone()));
        (changes, Some((stop, tasks)))
    }

    /// Opens the doors. What comes by SIP goes to the driver, the rest to the work by way of the
    /// receiver that is given back.
    fn open(
        &mut self,
        handle: &Handle,
        certificates: &Certificates,
        stop: &CancellationToken,
    ) -> Option<mpsc::Receiver<Post>> {
        let settings = &self.settings;
        let reload = settings.reload_interval.0;
        // What the receiver takes.
        let limits = ReceiverConfig::new([0; 16]).endpoint.limits;
        // TCP and TLS together, and HTTPS by itself.
        let places = || Places::new(settings.connections, settings.connections_per_source());
        let (sip_places, https_places) = (places(), places());
        let door = |way: Way, tls: Option<&Tls>, places: &Places| {
            let networks = Networks::new(&settings.plain_networks);
            let speech = match way {
                Way::Tcp | Way::Tls => Speech::Sip(limits),
                Way::Http | Way::Https => Speech::Served,
            };
            let first = settings.first_message_timeout.0;
            let report = Report::new("alarm_scaip_connections_total", way.name());
            let door = Door::plain(report, networks, places.clone(), speech, first);
            match tls {
                Some(tls) => {
                    let patience = settings.handshake_timeout.0;
                    door.with_tls(tls.clone(), settings.handshakes, patience)
                }
                // On loopback only: what connects there is a proxy.
                None if way == Way::Http => door.without_shares(),
                None => door,
            }
        };
        let sip_tls = self.sip_tls.take().map(|(reloader, tls)| {
            tokio::spawn(reloader.run(reload, stop.clone()));
            tls
        });
        let https_tls = self.https_tls.take().map(|(reloader, tls)| {
            tokio::spawn(reloader.run(reload, stop.clone()));
            tls
        });
        tokio::spawn(self.tokens.clone().reload(reload, stop.clone()));
        let doors = [
            (Way::Tcp, door(Way::Tcp, None, &sip_places)),
            (Way::Tls, door(Way::Tls, sip_tls.as_ref(), &sip_places)),
            (Way::Http, door(Way::Http, None, &https_places)),
            (
                Way::Https,
                door(Way::Https, https_tls.as_ref(), &https_places),
            ),
        ];
        let (posts, posted) = mpsc::channel(POSTS);
        let router = self.site(posts).router(&self.settings.https.path);
        let mut receives_posts = false;
        for (way, door) in doors {
            let (sender, opened) = mpsc::channel::<Opened>(OPENED);
            for (_, listener) in self.listeners.extract_if(.., |(of, _)| *of == way) {
                tokio::spawn(door.clone().run(listener, sender.clone(), stop.clone()));
            }
            if sender.strong_count() == 1 {
                continue;
            }
            let (handle, certificates) = (handle.clone(), certificates.clone());
            match way {
                Way::Tcp => {
                    tokio::spawn(sip::hand_over(opened, Transport::Tcp, handle, certificates));
                }
                Way::Tls => {
                    tokio::spawn(sip::hand_over(opened, Transport::Tls, handle, certificates));
                }
                Way::Http | Way::Https => {
                    receives_posts = true;
                    let router = router.clone();
                    tokio::spawn(https::serve(opened, router, way.name(), stop.clone()));
                }
            }
        }
        receives_posts.then_some(posted)
    }
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

impl Input for ScaipInput {
    fn name(&self) -> &'static str {
        "scaip"
    }

    fn bind(&mut self) -> BoxFuture<'_, Result<Vec<BoundAddress>, InputError>> {
        Box::pin(async { self.bind_all() })
    }

    fn run(
        mut self: Box<Self>,
        context: InputContext,
    ) -> BoxFuture<'static, Result<(), InputError>> {
        Box::pin(async move {
            describe();
            let (driver, handle, events) = Driver::new(self.receiver()?, Settings::default());
            let driver = tokio::spawn(driver.run());
            if let Some(accounts) = self.accounts.take() {
                let (interval, stop) = (self.settings.reload_interval.0, context.shutdown.clone());
                tokio::spawn(accounts.reload(handle.clone(), interval, stop));
            }
            let watching = self.watch(&context, &handle).await;
            for (socket, local) in self.udp.drain(..) {
                handle.add_udp(socket)?;
                if !local.ip().is_loopback() {
                    tokio::spawn(watch_drops(local, context.shutdown.clone()));
                }
            }
            let certificates = Certificates::default();
            let posts = self.open(&handle, &certificates, &context.shutdown);
            let must_match = MustMatch {
                presented: self.settings.certificate_names_controller,
                required_on_tls: self.settings.certificate_names_controller
                    && self.settings.tls.client_certificates == ClientCertificates::Required,
            };
            let window = self.settings.duplicate_window.0;
            let mut work = Work::new(context, handle, self.reply, self.profiles, window)
                .with_certificates(certificates, must_match);
            if let Some(posts) = posts {
                work = work.with_posts(posts);
            }
            let calls = &self.settings.calls;
            work = work.with_calls(AwaitedCalls::new(calls.wait.0, calls.expected));
            let (changes, supervision) = watching;
            work = work.with_watching(Watching {
                settings: Arc::clone(&self.watched),
                changes,
            });
            work.run(events).await;
            let ended = driver
                .await
                .map_err(|error| InputError::Other(error.into()));
            // How the units stand is stored last, while the journal is still open.
            if let Some((stop, tasks)) = supervision {
                stop.cancel();
                tasks.join_all().await;
            }
            ended
        })
    }
}

fn describe() {
    describe_counter!(
        "alarm_scaip_connections_total",
        Unit::Count,
        "Connections, by transport and by what became of them."
    );
    describe_counter!(
        "alarm_scaip_datagrams_dropped_total",
        Unit::Count,
        "Datagrams that the operating system dropped unread: from networks that are not named, or for want of room."
    );
}

/// Tells of the datagrams that were dropped before anybody read them.
async fn watch_drops(local: SocketAddr, stop: CancellationToken) {
    let mut limiter = Limiter::new(1);
    let mut before = 0;
    while tokio::time::timeout(UPKEEP, stop.cancelled())
        .await
        .is_err()
    {
        let Ok(Some(dropped)) =
            tokio::task::spawn_blocking(move || source_filter::dropped(local)).await
        else {
            continue;
        };
        let more = dropped.saturating_sub(before);
        before = dropped;
        counter!("alarm_scaip_datagrams_dropped_total").increment(more);
        if more > 0 && limiter.pass(Instant::now()).is_some() {
            tracing::warn!(
                datagrams = more,
                "dropped unread: from networks that are not named, or for want of room"
            );
        }
    }
}

/// What accepted alarms are told about the voice call.
#[derive(Clone, Debug)]
struct Reply {
    media: MediaReply,
    call_handling: CallHandlingReply,
    number: Option<CallAddress<'static>>,
}

impl Reply {
    fn new(settings: &ScaipConfig) -> Result<Self, scaip::EncodeError> {
        let number = settings.transferred_number.expose();
        let reply = Self {
            media: MediaReply::new(settings.media_reply.into()),
            call_handling: CallHandlingReply::new(settings.call_handling_reply.into()),
            number: (!number.is_empty()).then(|| CallAddress::new(number.to_owned())),
        };
        // Whatever cannot be written is found now and not with the first alarm.
        let mut response = Response::new(Reference::new("x"), StatusNumber::OK);
        reply.fill(&mut response);
        encode_response(&response, &EncodeOptions::new(), &mut Vec::new())?;
        Ok(reply)
    }

    fn fill(&self, response: &mut Response<'_>) {
        response.media_reply = self.media;
        response.call_handling_reply = self.call_handling;
        if let Some(number) = &self.number {
            response.transferred_numbers = number.clone().into();
        }
    }

    /// The response to an alarm in safe keeping.
    fn accepting(&self, request: &Request<'_>) -> Response<'static> {
        let reference = request.reference.clone().into_owned();
        let mut response = Response::new(reference, StatusNumber::OK);
        if request.wants_voice() && self.media != MediaReply::NO_VOICE {
            self.fill(&mut response);
        }
        response
    }
}
