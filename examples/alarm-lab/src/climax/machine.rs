//! The panel of the protocol crate, of either format, and what faults make of its bytes.

use climax_rf::Time;
use climax_rf::contact_id::{self, Account, MessageType, Report};
use climax_rf::dc09::{
    self, CrcForm, DecodeOptions, Failure, Item, Padding, Scanner, Sequence, Timestamp,
};

use super::event::Outcome;
use super::fault::Fault;
use super::panel::{Format, Panel};
use super::reported::Reported;
use crate::Finding;

/// Reports that may wait in a panel.
const QUEUE: usize = 1024;

/// Something that has happened to a report, by its id in the machine.
pub(super) enum Happened {
    Ended(u64, Outcome),
    Finding(Finding),
}

enum Kind {
    ContactId(contact_id::Panel),
    Dc09(Box<dc09::Panel>),
}

/// One panel: one report is under way at a time.
pub(super) struct Machine {
    kind: Kind,
    account: String,
    /// The number of the frame under way.
    under_way: Option<Sequence>,
    /// How the CRC of the frame under way stands.
    form: CrcForm,
}

impl Machine {
    /// `first`: the number of the first frame.
    pub(super) fn new(panel: &Panel, first: Sequence) -> Result<Self, contact_id::InvalidAccount> {
        let kind = match panel.format {
            Format::ContactId => {
                Account::new(&panel.account)?;
                let mut settings = contact_id::PanelSettings::default();
                settings.answer = panel.timeout;
                settings.attempts = panel.attempts;
                settings.queue = QUEUE;
                Kind::ContactId(contact_id::Panel::new(settings))
            }
            Format::Dc09 => {
                let mut settings = dc09::PanelSettings::new(&panel.account)?;
                settings.answer = panel.timeout;
                settings.attempts = panel.attempts;
                settings.queue = QUEUE;
                settings.form = panel.crc_form();
                settings.with_time = panel.with_time || panel.time_off() != 0;
                settings.key = panel.encryption_key();
                Kind::Dc09(Box::new(dc09::Panel::new(settings).beginning_with(first)))
            }
        };
        Ok(Machine {
            kind,
            account: panel.account.clone(),
            under_way: None,
            form: panel.crc_form(),
        })
    }

    /// Queues a report and gives its id; `None` when it cannot be written.
    pub(super) fn send(&mut self, reported: &Reported) -> Option<u64> {
        match (&mut self.kind, reported) {
            (Kind::ContactId(panel), Reported::ContactId(event)) => {
                let report = Report {
                    account: Account::new(&self.account).ok()?,
                    message_type: MessageType::Standard,
                    event: *event,
                };
                panel.send(&report).ok().map(contact_id::ReportId::get)
            }
            (Kind::ContactId(_), _) => None,
            (Kind::Dc09(panel), reported) => {
                let outgoing = match reported {
                    Reported::ContactId(event) => dc09::Outgoing::ContactId(*event),
                    Reported::Sia(data) => dc09::Outgoing::Sia(data.as_bytes().to_vec()),
                    Reported::LinkTest => dc09::Outgoing::LinkTest,
                };
                panel.send(outgoing).ok().map(dc09::ReportId::get)
            }
        }
    }

    pub(super) fn transmit(&mut self, now: Time, utc: Timestamp) -> Option<Vec<u8>> {
        match &mut self.kind {
            Kind::ContactId(panel) => panel
                .poll_transmit(now)
                .map(|message| message.as_bytes().to_vec()),
            Kind::Dc09(panel) => {
                let mut random = [0; 16];
                fastrand::fill(&mut random);
                let sent = panel.poll_transmit(now, utc, Padding::from_random(random))?;
                let decoded = dc09::decode(&sent, &DecodeOptions::lenient()).ok();
                self.under_way = decoded.map(|decoded| decoded.frame.sequence);
                Some(sent)
            }
        }
    }

    fn take(&mut self, now: Time, utc: Timestamp, bytes: &[u8]) {
        match &mut self.kind {
            Kind::ContactId(panel) => panel.handle_bytes(now, bytes),
            Kind::Dc09(panel) => panel.handle_bytes(now, utc, bytes),
        }
    }

    pub(super) fn timeout(&self) -> Option<Time> {
        match &self.kind {
            Kind::ContactId(panel) => panel.poll_timeout(),
            Kind::Dc09(panel) => panel.poll_timeout(),
        }
    }

    pub(super) fn tick(&mut self, now: Time) {
        match &mut self.kind {
            Kind::ContactId(panel) => panel.handle_timeout(now),
            Kind::Dc09(panel) => panel.handle_timeout(now),
        }
    }

    pub(super) fn disconnected(&mut self) {
        match &mut self.kind {
            Kind::ContactId(panel) => panel.disconnected(),
            Kind::Dc09(panel) => panel.disconnected(),
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        match &self.kind {
            Kind::ContactId(panel) => panel.queued() == 0,
            Kind::Dc09(panel) => panel.queued() == 0,
        }
    }

    /// The oldest thing that has happened.
    pub(super) fn event(&mut self) -> Option<Happened> {
        Some(match &mut self.kind {
            Kind::ContactId(panel) => match panel.poll_event()? {
                contact_id::PanelEvent::Delivered(id) => {
                    Happened::Ended(id.get(), Outcome::Accepted)
                }
                contact_id::PanelEvent::Failed(id) => Happened::Ended(id.get(), Outcome::NoAnswer),
                _ => Happened::Finding(Finding::UNEXPECTED),
            },
            Kind::Dc09(panel) => match panel.poll_event()? {
                dc09::PanelEvent::Delivered(id) => Happened::Ended(id.get(), Outcome::Accepted),
                dc09::PanelEvent::Failed(id, failure) => {
                    let outcome = match failure {
                        Failure::Nak => Outcome::Nak,
                        Failure::Duh => Outcome::Duh,
                        Failure::NotWritable => Outcome::NotWritable,
                        _ => Outcome::NoAnswer,
                    };
                    Happened::Ended(id.get(), outcome)
                }
                dc09::PanelEvent::ClockSet(_) => Happened::Finding(Finding::CLOCK_SET),
                _ => Happened::Finding(Finding::UNEXPECTED),
            },
        })
    }
}

/// Hands what came to the machines it is for: an 06 to the first that waits, a frame to the one
/// whose number it has. `scanner` keeps what is not whole.
pub(super) fn deliver(
    machines: &mut [Machine],
    scanner: &mut Scanner,
    now: Time,
    utc: Timestamp,
    mut bytes: &[u8],
) -> Option<Finding> {
    if let Kind::ContactId(_) = machines.first()?.kind {
        for byte in bytes {
            let waits = machines.iter().position(|one| one.timeout().is_some());
            machines[waits.unwrap_or(0)].take(now, utc, std::slice::from_ref(byte));
        }
        return None;
    }
    let mut finding = None;
    while let Some(item) = scanner.next(&mut bytes) {
        let Item::Frame(frame) = item else {
            finding = Some(Finding::UNEXPECTED);
            continue;
        };
        let decoded = dc09::decode(frame, &DecodeOptions::lenient()).ok();
        let number = decoded.map(|decoded| decoded.frame.sequence);
        let waits = |one: &Machine| one.timeout().is_some();
        let own = machines
            .iter()
            .position(|one| waits(one) && one.under_way == number)
            .or_else(|| machines.iter().position(waits));
        let machine = &mut machines[own.unwrap_or(0)];
        if decoded.is_some_and(|decoded| decoded.crc_form != machine.form) {
            finding = Some(Finding::ANSWER_FORM);
        }
        machine.take(now, utc, frame);
    }
    finding
}

/// What faults make of a report on the wire.
pub(super) fn damaged(mut bytes: Vec<u8>, panel: &Panel) -> Vec<u8> {
    if panel.has(Fault::WrongChecksum) {
        let at = match panel.format {
            // The last digit before the bracket.
            Format::ContactId => bytes.len().saturating_sub(2),
            Format::Dc09 => 1,
        };
        if let Some(byte) = bytes.get_mut(at) {
            *byte = match panel.crc_form() {
                CrcForm::Raw => *byte ^ 1,
                // Another digit.
                CrcForm::Hexadecimal => match *byte {
                    b'0' => b'1',
                    _ => b'0',
                },
            };
        }
    }
    if panel.has(Fault::NoChecksum) {
        let end = bytes.len().saturating_sub(1);
        bytes.drain(end.saturating_sub(4)..end);
    }
    if panel.has(Fault::Junk) {
        bytes.extend(b"\xFF~junk~");
    }
    if panel.has(Fault::ZeroBytes) {
        bytes.extend([0; 3]);
    }
    bytes
}
