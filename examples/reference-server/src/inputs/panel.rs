//! Panels that report in Contact ID over TCP and in SIA DC-09 over TCP and UDP (Climax reference
//! 5): from the socket to the journal and back.
//!
//! Thin on purpose: `climax-rf` speaks the protocols and knows doubles, visits and check-ins, the
//! journal keeps. A report is kept first, and only then `06` or `ACK` leaves. What cannot be kept
//! hears nothing: its panel sends it again, or to its next receiver.

mod accounts;
mod cases;
mod connection;
mod desk;
mod entry;
mod said;
mod signs;

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use climax_rf::contact_id::DecodeOptions;
use climax_rf::dc09::Unaccepted;
use climax_rf::driver::Settings;
use climax_rf::events::Profile;
use metrics::{Unit, counter, describe_counter};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::accept::{Door, Opened};
use super::link::Speech;
use super::network::{self, Networks};
use super::places::Places;
use super::report::Report;
use super::tasks::{self, Tasks};
use super::watch::{Links, Part, Watch};
use crate::config::{Config, PanelConfig};
use crate::input::{BoundAddress, Input, InputContext, InputError};
use crate::journal::{BoxFuture, KeptState};
use crate::lines::{Line, LineState};
use accounts::Accounts;
use cases::Cases;
use desk::Desk;
use signs::Signs;

/// Its name among the inputs.
const NAME: &str = "panel";
/// What supervision tells of accounts.
const LINKS: Links = Links {
    protocol: NAME,
    area: "panel.links",
    part: Part::Account,
};
/// Connections that may wait between the door and whoever serves them.
const OPENED: usize = 64;
/// One source may have so many connections in any case.
const LEAST_SHARE: usize = 16;

/// The input for panels: every receiver.
#[derive(Debug)]
pub struct PanelInput {
    receivers: Vec<Receiver>,
}

/// What of the configuration the input cannot work with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingError {
    /// The key of an account.
    #[error("inputs.panel {panel:?}, account {account} of the file: {reason}")]
    Key {
        /// The name of the table.
        panel: String,
        /// Which of its accounts, from 1.
        account: usize,
        /// What is wrong, without the key.
        reason: String,
    },
}

#[derive(Debug)]
struct Receiver {
    config: PanelConfig,
    accounts: Arc<Accounts>,
    listeners: Vec<TcpListener>,
    sockets: Vec<(UdpSocket, SocketAddr)>,
}

/// The key of something kept about an account: the receiver, NUL, the account.
fn key(panel: &str, account: &str) -> Bytes {
    format!("{panel}\0{account}").into_bytes().into()
}

/// The account of such a key.
fn account_of<'k>(panel: &str, key: &'k [u8]) -> Option<&'k str> {
    let rest = key.strip_prefix(panel.as_bytes())?.strip_prefix(&[0])?;
    std::str::from_utf8(rest).ok()
}

impl PanelInput {
    /// The input as configured, `None` without any receiver. Key files are read; nothing is
    /// listened on yet.
    ///
    /// # Errors
    /// [`SettingError`] when a key cannot be used.
    pub fn new(config: &Config) -> Result<Option<Self>, SettingError> {
        let receivers = config.inputs.panel.iter().map(|config| {
            Ok(Receiver {
                accounts: Arc::new(Accounts::new(config)?),
                config: config.clone(),
                listeners: Vec::new(),
                sockets: Vec::new(),
            })
        });
        let receivers: Vec<_> = receivers.collect::<Result<_, _>>()?;
        Ok((!receivers.is_empty()).then_some(Self { receivers }))
    }
}

impl Receiver {
    fn bind(&mut self) -> Result<Vec<BoundAddress>, InputError> {
        let mut bound = Vec::new();
        let failed = |what, address| {
            move |source| InputError::Bind {
                what,
                address,
                source,
            }
        };
        for &address in self.config.tcp.addresses() {
            let failed = failed("a receiver of panels over TCP", address);
            let listener = network::bind_tcp(address).map_err(failed)?;
            bound.push(BoundAddress {
                name: format!("{NAME}.{}.tcp", self.config.name).into(),
                address: listener.local_addr().map_err(failed)?,
            });
            self.listeners.push(listener);
        }
        let networks = Networks::new(&self.config.plain_networks);
        for &address in self.config.udp.addresses() {
            let failed = failed("a receiver of panels over UDP", address);
            let socket = network::bind_udp(address, &networks).map_err(failed)?;
            let address = socket.local_addr().map_err(failed)?;
            bound.push(BoundAddress {
                name: format!("{NAME}.{}.udp", self.config.name).into(),
                address,
            });
            self.sockets.push((socket, address));
        }
        Ok(bound)
    }

    /// What it listens on, for people.
    fn way(&self) -> String {
        let tcp = self.listeners.iter();
        let tcp = tcp.filter_map(|one| Some(format!("tcp listen {}", one.local_addr().ok()?)));
        let udp = self
            .sockets
            .iter()
            .map(|(_, at)| format!("udp listen {at}"));
        tcp.chain(udp).collect::<Vec<_>>().join(", ")
    }

    /// How the drivers work. What accounts differ in is looked at when a message is whole.
    fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        let station = &mut settings.station;
        station.contact_id.decode = if self.config.accept_wrong_checksum {
            DecodeOptions::lenient().accepting_wrong_checksum()
        } else {
            DecodeOptions::lenient()
        };
        station.dc09.window = None;
        station.dc09.accept_clear = true;
        station.dc09.repeat = self.config.duplicate_window.0;
        if self.config.nak {
            station.dc09.unreadable = Unaccepted::Nak;
            station.dc09.not_opened = Unaccepted::Nak;
        }
        settings
    }

    fn start(
        self,
        context: &InputContext,
        [links, heard, open]: &[Vec<KeptState>; 3],
        tasks: &mut Tasks,
    ) {
        let name: Arc<str> = self.config.name.as_str().into();
        let mut shown = Line::new(&*name, NAME, self.way());
        shown.role = "receiver";
        shown.connected = true;
        let shown = Arc::new(context.lines.add(shown));
        shown.set_state(LineState::Up);
        let (watch, teller) = Watch::new(LINKS, &name, &context.journal, links);
        let supervised = self.accounts.supervised();
        let signs = Signs::new(Arc::clone(&name), watch, supervised, heard);
        let signs = Arc::new(signs);
        let mut cases = Cases::new(Arc::clone(&name));
        cases.restore(open, |account| {
            let known = self.accounts.by_name(account);
            known.map_or(Profile::Unknown, |known| known.profile)
        });
        let settings = self.settings();
        tracing::info!(
            panel = &*name,
            supervised = signs.len(),
            open_cases = cases.len(),
            "panels are received"
        );
        let desk = Arc::new(Desk::new(
            &self.config,
            context.clone(),
            Arc::clone(&shown),
            Arc::clone(&self.accounts),
            Arc::clone(&signs),
            cases,
        ));
        let stop = &context.shutdown;
        tasks.tell(teller);
        let (journal, stopping) = (Arc::clone(&context.journal), stop.clone());
        tasks.work.spawn(signs.run(journal, shown, stopping));
        tasks.work.spawn(Arc::clone(&desk).tidy());
        let config = &self.config;
        let share = (config.connections / config.source_share).max(LEAST_SHARE);
        let places = Places::new(config.connections, share.min(config.connections));
        for listener in self.listeners {
            let door = Door::plain(
                Report::new("alarm_panel_connections_total", "tcp"),
                Networks::new(&config.plain_networks),
                places.clone(),
                Speech::Served,
                config.first_message_timeout.0,
            );
            let (sender, opened) = mpsc::channel(OPENED);
            tasks.work.spawn(door.run(listener, sender, stop.clone()));
            let (desk, accounts) = (Arc::clone(&desk), Arc::clone(&self.accounts));
            tasks.work.spawn(accept(desk, accounts, settings, opened));
        }
        for (socket, local) in self.sockets {
            let (desk, accounts) = (Arc::clone(&desk), Arc::clone(&self.accounts));
            let serving = connection::serve_udp(desk, accounts, settings, socket, local);
            tasks.work.spawn(serving);
        }
    }
}

/// Serves what the door lets in. One that falls over takes no other along.
async fn accept(
    desk: Arc<Desk>,
    accounts: Arc<Accounts>,
    settings: Settings,
    mut opened: mpsc::Receiver<Opened>,
) {
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            connection = opened.recv() => {
                let Some(connection) = connection else { break };
                let (desk, accounts) = (Arc::clone(&desk), Arc::clone(&accounts));
                open.spawn(connection::serve(desk, accounts, settings, connection));
            }
            Some(ended) = open.join_next() => {
                if let Err(error) = ended {
                    tracing::error!(%error, "a connection fell over");
                }
            }
        }
    }
    while open.join_next().await.is_some() {}
}

impl Input for PanelInput {
    fn name(&self) -> &'static str {
        NAME
    }

    fn bind(&mut self) -> BoxFuture<'_, Result<Vec<BoundAddress>, InputError>> {
        Box::pin(async {
            let mut bound = Vec::new();
            for receiver in &mut self.receivers {
                bound.extend(receiver.bind()?);
            }
            Ok(bound)
        })
    }

    fn run(self: Box<Self>, context: InputContext) -> BoxFuture<'static, Result<(), InputError>> {
        Box::pin(async move {
            describe();
            let areas = [LINKS.area, signs::AREA, cases::AREA];
            let kept = tasks::kept(&context, areas).await;
            let mut tasks = Tasks::default();
            for receiver in self.receivers {
                receiver.start(&context, &kept, &mut tasks);
            }
            tasks.finish().await
        })
    }
}

fn describe() {
    for (name, text) in [
        (
            "alarm_panel_events_total",
            "What happened at a receiver of panels, by receiver and by what.",
        ),
        (
            "alarm_panel_refused_total",
            "Messages of panels that were not taken, by receiver and reason.",
        ),
        (
            "alarm_panel_connections_total",
            "Connections of panels, by what became of them.",
        ),
    ] {
        describe_counter!(name, Unit::Count, text);
    }
    counter!("alarm_panel_connections_total", "transport" => "tcp", "outcome" => "opened")
        .increment(0);
}
