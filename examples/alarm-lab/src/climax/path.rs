//! One path of a panel to the station.

use std::collections::HashMap;
use std::io;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use climax_rf::Time;
use climax_rf::contact_id::InvalidAccount;
use climax_rf::dc09::{Scanner, Sequence, Timestamp};
use tokio::sync::{mpsc, watch};

use super::event::{Event, Outcome, ReportOutcome};
use super::fault::Fault;
use super::line::{Address, Line, Transport};
use super::machine::{Happened, Machine, damaged, deliver};
use super::panel::Panel;
use crate::Finding;

/// Between two attempts to connect.
const RECONNECT: Duration = Duration::from_millis(200);

/// A report that is queued or under way.
struct Open {
    number: u64,
    planned: Instant,
    attempts: u32,
}

pub(super) struct Path<'p> {
    panel: &'p Panel,
    number: usize,
    to: Address,
    dialogue: bool,
    began: Instant,
    tell: mpsc::UnboundedSender<Event>,
    stopped: watch::Receiver<bool>,
    machines: Vec<Machine>,
    scanner: Scanner,
    line: Option<Line>,
    /// There was a connection before.
    reached: bool,
    /// By machine and id.
    open: HashMap<(usize, u64), Open>,
    /// Reports that were queued.
    queued: u64,
    findings: Vec<&'static str>,
}

impl<'p> Path<'p> {
    pub(super) fn new(
        panel: &'p Panel,
        number: usize,
        to: Address,
        dialogue: bool,
        began: Instant,
        tell: mpsc::UnboundedSender<Event>,
        stopped: watch::Receiver<bool>,
    ) -> Result<Self, InvalidAccount> {
        Ok(Path {
            panel,
            number,
            to,
            dialogue,
            began,
            tell,
            stopped,
            machines: panel.machines()?,
            scanner: Scanner::new(),
            line: None,
            reached: false,
            open: HashMap::new(),
            queued: 0,
            findings: Vec::new(),
        })
    }

    pub(super) async fn run(mut self) {
        loop {
            let now = self.now();
            for machine in &mut self.machines {
                machine.tick(now);
            }
            self.settle(None);
            let full = self.queue();
            if self.queued == self.panel.count && self.open.is_empty() {
                break;
            }
            let mut stopped = self.stopped.clone();
            let sent = tokio::select! {
                biased;
                Ok(_) = stopped.wait_for(|stop| *stop) => None,
                sent = self.transmit() => Some(sent),
            };
            match sent {
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    self.lost(&error);
                    if !self.reached && self.open.is_empty() {
                        // Nobody is there; the rest would fare the same.
                        break;
                    }
                    tokio::time::sleep(RECONNECT).await;
                    continue;
                }
                None => {
                    self.cancel();
                    break;
                }
            }
            let due = self.machines.iter().filter_map(Machine::timeout).min();
            let due = due.map(|due| self.began + due.elapsed());
            let planned = self.next_planned().filter(|_| !full);
            let due = [due, planned].into_iter().flatten().min();
            tokio::select! {
                biased;
                Ok(_) = stopped.wait_for(|stop| *stop) => {
                    self.cancel();
                    break;
                }
                read = read(self.line.as_mut()) => match read {
                    Ok(bytes) => self.take(&bytes),
                    Err(error) => self.lost(&error),
                },
                () = sleep_until(due) => {}
            }
        }
        if let Some(line) = self.line.take() {
            line.leave().await;
        }
    }

    fn now(&self) -> Time {
        Time::from(self.began.elapsed())
    }

    /// The clock of the panel.
    fn utc(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let seconds = since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0));
        let seconds = seconds.saturating_add(self.panel.time_off());
        let epoch = Timestamp::from_unix_seconds(0);
        // Years 0 to 9999: only a clock that is off beyond them falls back.
        Timestamp::from_unix_seconds(seconds)
            .or(epoch)
            .unwrap_or_else(|| unreachable!("1970 is a year"))
    }

    fn planned(&self, sent: u64) -> Option<Instant> {
        #[allow(clippy::cast_precision_loss)]
        let after = Duration::try_from_secs_f64(sent as f64 / self.panel.rate?).ok()?;
        self.began.checked_add(after)
    }

    fn next_planned(&self) -> Option<Instant> {
        if self.queued == self.panel.count {
            return None;
        }
        self.planned(self.queued)
    }

    /// Queues what is due: with a rate by the clock, without as much as one segment holds when all
    /// before is done. Says whether more is due than there is room for.
    fn queue(&mut self) -> bool {
        let mut room = match self.panel.rate {
            None if self.open.is_empty() => self.machines.len(),
            None => 0,
            Some(_) => usize::MAX,
        };
        while self.queued < self.panel.count && room > 0 {
            let now = Instant::now();
            let planned = match self.panel.rate {
                None => now,
                Some(_) => match self.next_planned() {
                    Some(planned) if planned <= now => planned,
                    _ => return false,
                },
            };
            let open = Open {
                number: self.queued + 1,
                planned,
                attempts: 0,
            };
            let machines = u64::try_from(self.machines.len()).unwrap_or(1);
            let machine = usize::try_from(self.queued % machines).unwrap_or(0);
            let report = self.report(open.number);
            match self.machines[machine].send(report) {
                Some(id) => {
                    self.open.insert((machine, id), open);
                }
                // Its queue is full: the station is too slow, and the report waits for its turn.
                None if !self.machines[machine].is_idle() => return true,
                None => self.finish(&open, Outcome::NotWritable),
            }
            self.queued += 1;
            room -= 1;
        }
        false
    }

    fn report(&self, number: u64) -> &'p super::Reported {
        let reports = u64::try_from(self.panel.reports.len()).unwrap_or(1).max(1);
        let index = usize::try_from((number - 1) % reports).unwrap_or(0);
        &self.panel.reports[index]
    }

    async fn transmit(&mut self) -> io::Result<()> {
        let (now, utc) = (self.now(), self.utc());
        let mut messages = Vec::new();
        for (index, machine) in self.machines.iter_mut().enumerate() {
            if let Some(bytes) = machine.transmit(now, utc) {
                // The oldest report of the machine is the one under way.
                let oldest = self.open.iter_mut().filter(|((of, _), _)| *of == index);
                if let Some((_, open)) = oldest.min_by_key(|((_, id), _)| *id) {
                    open.attempts += 1;
                }
                messages.push(damaged(bytes, self.panel));
            }
        }
        if messages.is_empty() {
            return Ok(());
        }
        if self.line.is_none() {
            let opened = tokio::time::timeout(self.panel.timeout, Line::open(&self.to)).await;
            self.line = Some(opened.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??);
            self.reached = true;
            self.scanner.reset();
            self.state("connected", self.to.to_string());
        }
        let segment = messages.concat();
        self.bytes(&segment, true);
        if let Some(line) = &mut self.line {
            line.write(&segment, self.panel.has(Fault::Split)).await?;
        }
        if self.panel.has(Fault::NoWait) {
            self.go_on_without_answers();
        }
        Ok(())
    }

    /// The panel forgets what it has sent.
    fn go_on_without_answers(&mut self) {
        let mut open: Vec<_> = self.open.drain().map(|(_, open)| open).collect();
        open.sort_unstable_by_key(|open| open.number);
        let (sent, waiting): (Vec<_>, Vec<_>) = open.into_iter().partition(|one| one.attempts > 0);
        for open in sent {
            self.finish(&open, Outcome::Sent);
        }
        // What waits behind it is queued anew.
        self.queued -= u64::try_from(waiting.len()).unwrap_or(0);
        let first = u16::try_from(self.queued % 9999 + 1).ok();
        let first = first.and_then(Sequence::new).unwrap_or(Sequence::FIRST);
        for machine in &mut self.machines {
            if let Ok(fresh) = Machine::new(self.panel, first) {
                *machine = fresh;
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.bytes(bytes, false);
        let (now, utc) = (self.now(), self.utc());
        if self.panel.has(Fault::NoWait) {
            return;
        }
        let finding = deliver(&mut self.machines, &mut self.scanner, now, utc, bytes);
        if let Some(finding) = finding {
            self.found(finding);
        }
        self.settle(None);
    }

    /// The connection is gone, or there was none.
    fn lost(&mut self, error: &io::Error) {
        let connected = self.line.take().is_some() && self.to.transport == Transport::Tcp;
        let cause = if connected {
            self.state("disconnected", self.to.to_string());
            Outcome::Closed
        } else {
            self.state(
                "unreachable",
                format!(
                    "{}: {error}; start the station first, or check --to",
                    self.to
                ),
            );
            Outcome::NotSent
        };
        for machine in &mut self.machines {
            machine.disconnected();
        }
        self.settle(Some(cause));
    }

    /// Tells what has happened; `cause`: why there was no answer.
    fn settle(&mut self, cause: Option<Outcome>) {
        for index in 0..self.machines.len() {
            while let Some(happened) = self.machines[index].event() {
                match happened {
                    Happened::Finding(finding) => self.found(finding),
                    Happened::Ended(id, outcome) => {
                        let outcome = match (outcome, cause) {
                            (Outcome::NoAnswer, Some(cause)) => cause,
                            (outcome, _) => outcome,
                        };
                        if let Some(open) = self.open.remove(&(index, id)) {
                            self.finish(&open, outcome);
                        }
                    }
                }
            }
        }
    }

    fn cancel(&mut self) {
        let mut open: Vec<_> = self.open.drain().map(|(_, open)| open).collect();
        open.sort_unstable_by_key(|open| open.number);
        for open in open {
            self.finish(&open, Outcome::Cancelled);
        }
    }

    fn finish(&self, open: &Open, outcome: Outcome) {
        let event = Event::Report(ReportOutcome {
            number: open.number,
            path: self.number,
            report: self.report(open.number).to_string(),
            outcome,
            detail: outcome.detail(),
            time_ms: open.planned.elapsed().as_secs_f64() * 1e3,
            attempts: open.attempts,
        });
        self.tell(event);
    }

    fn found(&mut self, finding: Finding) {
        if !self.findings.contains(&finding.code) {
            self.findings.push(finding.code);
            self.tell(Event::Finding(finding));
        }
    }

    fn state(&self, state: &'static str, detail: String) {
        let path = self.number;
        self.tell(Event::Line {
            path,
            state,
            detail,
        });
    }

    fn bytes(&self, bytes: &[u8], sent: bool) {
        if !self.dialogue {
            return;
        }
        let after_ms = self.began.elapsed().as_secs_f64() * 1e3;
        let (path, text) = (self.number, bytes.escape_ascii().to_string());
        self.tell(if sent {
            Event::Sent {
                path,
                after_ms,
                text,
            }
        } else {
            Event::Received {
                path,
                after_ms,
                text,
            }
        });
    }

    fn tell(&self, event: Event) {
        // Nobody listens only when the run is over.
        let _ = self.tell.send(event);
    }
}

async fn read(line: Option<&mut Line>) -> io::Result<Vec<u8>> {
    match line {
        Some(line) => line.read().await,
        None => std::future::pending().await,
    }
}

async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}
