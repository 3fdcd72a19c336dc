//! A simulated panel.

use std::time::{Duration, Instant};

use climax_rf::contact_id::InvalidAccount;
use climax_rf::dc09::{CrcForm, Key, Sequence};
use tokio::sync::{mpsc, watch};

use super::event::{Event, Outcome, PanelReport};
use super::fault::Fault;
use super::line::{Address, Transport};
use super::machine::Machine;
use super::path::Path;
use super::reported::Reported;

/// The synthetic account that simulated panels have unless told otherwise.
const DEFAULT_ACCOUNT: &str = "4711";

/// How a panel reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Contact ID in brackets over TCP (Climax reference 5.2).
    ContactId,
    /// SIA DC-09 over TCP or UDP (Climax reference 5.4).
    Dc09,
}

impl Format {
    /// The name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Format::ContactId => "contact-id",
            Format::Dc09 => "dc09",
        }
    }
}

/// A simulated panel.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Panel {
    /// Where it reports.
    pub to: Address,
    /// Where the second path of [`Fault::TwoPaths`] leads; `None`: to the same place.
    pub second: Option<Address>,
    /// How it reports.
    pub format: Format,
    /// Under which account.
    pub account: String,
    /// What it reports, one after the other, and again from the first.
    pub reports: Vec<Reported>,
    /// How many reports.
    pub count: u64,
    /// Reports per second. Each is due at its planned time, whatever became of those before, and
    /// its time counts from there. `None`: each follows the outcome of the one before.
    pub rate: Option<f64>,
    /// How long an answer may take; 10 s.
    pub timeout: Duration,
    /// How often a report is sent; once.
    pub attempts: u32,
    /// Put the time into DC-09 frames in clear; encrypted ones always have it.
    pub with_time: bool,
    /// Encrypt DC-09 with this key.
    pub key: Option<Key>,
    /// What it does wrong.
    pub faults: Vec<Fault>,
}

/// Settings that cannot be carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// A fault of the other format.
    #[error("the fault {} is one of {}", .0.name(), .0.formats())]
    Format(Fault),
    /// A fault that the transport cannot show.
    #[error("the fault {0} needs a connection: write tcp:// for --to")]
    Transport(Fault),
    /// Brackets go over TCP.
    #[error("contact-id goes over TCP: write tcp:// for --to, or take dc09")]
    ContactIdOverUdp,
    /// Brackets are not encrypted.
    #[error("contact-id is never encrypted: take dc09")]
    ContactIdEncrypted,
    /// A report that the format, or the account, does not allow.
    #[error("{0} cannot be reported in this format and under this account")]
    Report(String),
    /// Nothing to report.
    #[error("there is nothing to report")]
    Nothing,
    /// The account cannot be written.
    #[error(transparent)]
    Account(#[from] InvalidAccount),
}

/// Reports of [`Fault::Glue`] in a segment.
const GLUED: u16 = 4;

impl Panel {
    /// A panel that reports once and waits 10 s for the answer.
    #[must_use]
    pub fn new(to: Address, format: Format, report: Reported) -> Self {
        Panel {
            to,
            second: None,
            format,
            account: DEFAULT_ACCOUNT.to_owned(),
            reports: vec![report],
            count: 1,
            rate: None,
            timeout: Duration::from_secs(10),
            attempts: 1,
            with_time: false,
            key: None,
            faults: Vec::new(),
        }
    }

    /// Finds what cannot be carried out before a connection is opened.
    ///
    /// # Errors
    ///
    /// [`SettingsError`].
    pub fn check(&self) -> Result<(), SettingsError> {
        let udp = [Some(&self.to), self.second.as_ref()]
            .into_iter()
            .flatten()
            .any(|address| address.transport == Transport::Udp);
        if self.format == Format::ContactId && udp {
            return Err(SettingsError::ContactIdOverUdp);
        }
        if self.format == Format::ContactId && self.key.is_some() {
            return Err(SettingsError::ContactIdEncrypted);
        }
        for &fault in &self.faults {
            if fault
                .needs_format()
                .is_some_and(|format| format != self.format)
            {
                return Err(SettingsError::Format(fault));
            }
            if udp && fault.needs_transport().is_some() {
                return Err(SettingsError::Transport(fault));
            }
        }
        if self.reports.is_empty() || self.count == 0 {
            return Err(SettingsError::Nothing);
        }
        let mut trial = Machine::new(self, Sequence::FIRST)?;
        for report in &self.reports {
            if trial.send(report).is_none() {
                return Err(SettingsError::Report(report.to_string()));
            }
        }
        Ok(())
    }

    pub(super) fn has(&self, fault: Fault) -> bool {
        self.faults.contains(&fault)
    }

    pub(super) fn crc_form(&self) -> CrcForm {
        if self.has(Fault::RawCrc) {
            CrcForm::Raw
        } else {
            CrcForm::Hexadecimal
        }
    }

    /// Seconds by which its clock is off at the start.
    pub(super) fn time_off(&self) -> i64 {
        let off = self.faults.iter().find_map(|fault| match fault {
            Fault::TimeOff(seconds) => Some(i64::from(*seconds)),
            _ => None,
        });
        off.unwrap_or(0)
    }

    pub(super) fn encryption_key(&self) -> Option<Key> {
        if !self.has(Fault::UnknownKey) {
            return self.key.clone();
        }
        let digits: String = (0..32).map(|_| fastrand::digit(16)).collect();
        Key::from_hexadecimal(&digits).ok()
    }

    /// Panels of the protocol crate that one path needs: one for each report of a segment.
    pub(super) fn machines(&self) -> Result<Vec<Machine>, InvalidAccount> {
        let number = if self.has(Fault::Glue) { GLUED } else { 1 };
        (0..number)
            // Far enough apart that no two frames under way have the same number.
            .map(|index| {
                let first = Sequence::new(1 + index * 2400).unwrap_or(Sequence::FIRST);
                Machine::new(self, first)
            })
            .collect()
    }

    /// Reports until all reports have come to something, or until `stop` is ready. Everything is
    /// told to `on` at once; bytes only with `dialogue`.
    ///
    /// # Errors
    ///
    /// [`SettingsError`]; nothing was opened then.
    pub async fn run(
        &self,
        dialogue: bool,
        stop: impl Future<Output = ()>,
        on: &mut dyn FnMut(Event),
    ) -> Result<PanelReport, SettingsError> {
        self.check()?;
        let began = Instant::now();
        let (tell, mut told) = mpsc::unbounded_channel();
        let (stopper, stopped) = watch::channel(false);
        let path = |number, to: &Address| {
            let (tell, stopped) = (tell.clone(), stopped.clone());
            Path::new(self, number, to.clone(), dialogue, began, tell, stopped)
        };
        let first = path(1, &self.to)?;
        let second = match self.has(Fault::TwoPaths) {
            true => Some(path(2, self.second.as_ref().unwrap_or(&self.to))?),
            false => None,
        };
        drop(tell);
        let mut report = PanelReport::default();
        let paths = async {
            let second = async {
                if let Some(second) = second {
                    second.run().await;
                }
            };
            tokio::join!(first.run(), second);
        };
        let listen = async {
            while let Some(event) = told.recv().await {
                count(&mut report, &event);
                on(event);
            }
        };
        {
            let mut all = std::pin::pin!(async { tokio::join!(paths, listen) });
            tokio::select! {
                biased;
                _ = &mut all => {}
                () = stop => {
                    let _ = stopper.send(true);
                    all.await;
                }
            }
        }
        report.elapsed_s = began.elapsed().as_secs_f64();
        Ok(report)
    }
}

fn count(report: &mut PanelReport, event: &Event) {
    match event {
        Event::Report(one) => {
            report.reports += 1;
            match one.outcome {
                Outcome::Accepted => {
                    report.accepted += 1;
                    let time = Duration::try_from_secs_f64(one.time_ms / 1e3);
                    report.latency.add(time.unwrap_or_default());
                }
                Outcome::Sent => report.sent += 1,
                _ => report.failed += 1,
            }
            *report.by_outcome.entry(one.outcome.code()).or_default() += 1;
        }
        Event::Finding(finding) if !report.findings.contains(&finding.code) => {
            report.findings.push(finding.code);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use climax_rf::contact_id::{Group, Zone};
    use climax_rf::events::Profile;

    use super::*;

    fn panel(to: &str, format: Format, report: &str) -> Panel {
        let report = Reported::read(report, Profile::CareUnitA, Group::PANEL, Zone::PANEL);
        Panel::new(to.parse().unwrap(), format, report.unwrap())
    }

    #[test]
    fn what_cannot_be_carried_out_is_found_before_a_connection_is_opened() {
        let tcp = "tcp://127.0.0.1:1";
        let check = |panel: Panel| panel.check().unwrap_err().to_string();
        let mut faulty = panel(tcp, Format::ContactId, "101");
        assert_eq!(faulty.check(), Ok(()));
        faulty.faults = vec![Fault::RawCrc];
        assert_eq!(check(faulty), "the fault raw-crc is one of dc09");
        let mut faulty = panel("udp://127.0.0.1:1", Format::Dc09, "101");
        faulty.faults = vec![Fault::Glue];
        assert!(check(faulty).contains("tcp://"));
        let udp = panel("udp://127.0.0.1:1", Format::ContactId, "101");
        assert!(check(udp).contains("take dc09"));
        let test = panel(tcp, Format::ContactId, "link-test");
        assert!(check(test).contains("link-test"));
        let mut account = panel(tcp, Format::Dc09, "101");
        account.account = "a b".to_owned();
        assert!(check(account).contains("account"));
    }
}
