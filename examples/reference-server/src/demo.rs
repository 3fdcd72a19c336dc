//! The demonstration: the whole way of an alarm, from a unit's socket to the journal and back.

mod lines;
mod panels;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use alarm_lab::scaip::{Exchange, Habit, OpenError, Verdict, habits, play};
use scaip::sip::Transport;

use crate::config::{Config, Listen};
use crate::inputs::espa444::{Espa444Input, SettingError as LineError};
use crate::inputs::panel::{PanelInput, SettingError as PanelError};
use crate::inputs::scaip::{ScaipInput, SettingError};
use crate::journal::{AlarmRecord, JournalError, Sequence};
use crate::server::{RunningServer, Server, StartError};
use crate::time::Timestamp;

/// Why the demonstration could not be given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// No room for the temporary journal, or nowhere to print to.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The server does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The input cannot be made.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// A line cannot be made.
    #[error(transparent)]
    Line(#[from] LineError),
    /// The receiver of panels cannot be made.
    #[error(transparent)]
    Panel(#[from] PanelError),
    /// A unit has no socket.
    #[error(transparent)]
    Unit(#[from] OpenError),
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// An alarm did not come through.
    #[error("{failed} of {played} messages were not accepted")]
    Failed {
        /// Not accepted.
        failed: usize,
        /// Sent.
        played: usize,
    },
}

/// What was played.
#[derive(Clone, Copy, Debug, Default)]
struct Played {
    played: usize,
    failed: usize,
}

/// A server on free ports of loopback with a journal that goes away with it.
#[derive(Debug)]
pub struct Demo {
    server: RunningServer,
    // Removed when dropped, after the server.
    _directory: tempfile::TempDir,
}

impl Demo {
    /// Starts the server. What the configuration says about listening and the journal's place
    /// is replaced.
    ///
    /// # Errors
    /// [`DemoError`] when it does not start.
    pub async fn start(mut config: Config) -> Result<Self, DemoError> {
        let directory = tempfile::Builder::new().prefix("alarm-demo-").tempdir()?;
        let free = Listen::On(SocketAddr::from(([127, 0, 0, 1], 0)));
        config.journal.path = directory.path().join("alarms.sqlite");
        config.http.listen = free.clone();
        config.scaip.udp = free.clone();
        config.scaip.tcp = free;
        config.scaip.tls.listen = Listen::Off;
        (config.scaip.https.listen, config.scaip.https.plain) = (Listen::Off, Listen::Off);
        config.inputs.espa444 = lines::lines(&config.http.listen);
        config.inputs.panel = vec![panels::receiver(&config.http.listen)];
        config.inputs.layout = Vec::new();
        let input = ScaipInput::new(&config)?;
        let lines = Espa444Input::new(&config)?;
        let panels = PanelInput::new(&config)?;
        let mut server = Server::new(config).with_input(Box::new(input));
        if let Some(lines) = lines {
            server = server.with_input(Box::new(lines));
        }
        if let Some(panels) = panels {
            server = server.with_input(Box::new(panels));
        }
        let server = server.start().await?;
        Ok(Self {
            server,
            _directory: directory,
        })
    }

    /// Plays every habit through real sockets and prints each message's way.
    ///
    /// # Errors
    /// [`DemoError::Failed`] after all of them when one was not accepted.
    pub async fn play(&self, out: &mut impl Write) -> Result<(), DemoError> {
        let addresses = self.server.addresses();
        writeln!(out, "The reference server listens on loopback: {addresses}")?;
        writeln!(
            out,
            "Alarms of several makers' habits, through real sockets:\n"
        )?;
        let journal = self.server.journal();
        let mut cursor = Sequence::START;
        let (mut played, mut failed) = (0, 0);
        for habit in habits() {
            let name = if habit.transport == Transport::Udp {
                "udp"
            } else {
                "tcp"
            };
            let Some(to) = addresses.get(name) else {
                continue;
            };
            writeln!(out, "{} ({name})\n  {}", habit.name, habit.description)?;
            let exchanges = play(&habit, to).await?;
            let stored = journal.alarms_after(cursor, 100).await?;
            cursor = stored.last().map_or(cursor, |record| record.sequence);
            for exchange in &exchanges {
                played += 1;
                failed += usize::from(!exchange.outcome.verdict.is_accepted());
                let record = stored.iter().find(|record| {
                    record.source_ref.as_deref() == Some(&exchange.outcome.reference)
                });
                write_exchange(out, exchange, record)?;
            }
            write_surplus(out, &habit, exchanges.len(), stored.len())?;
        }
        let lines = lines::play(addresses, &journal, &mut cursor, out).await?;
        let panels = panels::play(addresses, &journal, &mut cursor, out).await?;
        played += lines.played + panels.played;
        failed += lines.failed + panels.failed;
        writeln!(
            out,
            "\n{} of {played} messages kept and accepted.",
            played - failed
        )?;
        if failed > 0 {
            Err(DemoError::Failed { failed, played })
        } else {
            Ok(())
        }
    }

    /// Says where to look.
    ///
    /// # Errors
    /// When nothing can be printed.
    pub fn invite(&self, out: &mut impl Write) -> io::Result<()> {
        let addresses = self.server.addresses();
        if let Some(http) = addresses.get("http") {
            writeln!(out, "\nStill serving. Look around, then stop with Ctrl-C:")?;
            writeln!(out, "  curl http://{http}/api/alarms")?;
            writeln!(out, "  curl http://{http}/api/lines")?;
            writeln!(out, "  curl http://{http}/healthz")?;
            writeln!(out, "  curl http://{http}/metrics")?;
        }
        if let Some(udp) = addresses.get("udp") {
            writeln!(out, "  cargo run -p alarm-lab -- simulate scaip --to {udp}")?;
        }
        out.flush()
    }

    /// Stops the server and removes its journal.
    ///
    /// # Errors
    /// See [`RunningServer::shutdown`].
    pub async fn stop(self) -> Result<(), crate::server::ShutdownError> {
        self.server.shutdown().await
    }
}

/// Received, stored and acknowledged, counted from the moment the unit began to send.
fn write_exchange(
    out: &mut impl Write,
    exchange: &Exchange,
    record: Option<&AlarmRecord>,
) -> io::Result<()> {
    let outcome = &exchange.outcome;
    let answer = match outcome.verdict {
        Verdict::Accepted => "snu 0, accepted".to_owned(),
        other => other.to_string(),
    };
    let Some(record) = record else {
        return writeln!(
            out,
            "  {:<22} not in the journal: {answer}",
            outcome.reference
        );
    };
    write_way(out, record, exchange.started, outcome.latency, &answer)
}

fn write_way(
    out: &mut impl Write,
    record: &AlarmRecord,
    started: SystemTime,
    latency: Duration,
    answer: &str,
) -> io::Result<()> {
    let kind = record.kind.as_deref().unwrap_or("?");
    let priority = record.priority.as_deref().unwrap_or("?");
    writeln!(
        out,
        "  {:<22} received {:>6}  stored {:>6}  acknowledged {:>6}  ({answer})",
        format!("{kind} [{priority}]"),
        since(started, record.received_at),
        since(started, record.stored_at),
        milliseconds(latency),
    )
}

/// What a habit must not lead to: more alarms than were meant.
fn write_surplus(
    out: &mut impl Write,
    habit: &Habit,
    sent: usize,
    stored: usize,
) -> io::Result<()> {
    if stored == sent {
        return Ok(());
    }
    writeln!(out, "  {}: {sent} sent, {stored} stored", habit.name)
}

fn since(start: SystemTime, at: Timestamp) -> String {
    let start = start
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let at = Duration::from_micros(u64::try_from(at.as_micros()).unwrap_or_default());
    milliseconds(at.saturating_sub(start))
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1}ms", duration.as_secs_f64() * 1000.0)
}
