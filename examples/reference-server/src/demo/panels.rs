//! A care unit that reports in Contact ID, and a panel that reports in encrypted DC-09.

use std::io::Write;
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use climax_rf::contact_id::{
    self, Account, ContactId, EventCode, Group, MessageType, Qualifier, Zone,
};
use climax_rf::dc09::{self, Key, Outgoing};
use climax_rf::driver::Ended;
use climax_rf::driver::panel::{Outcome, PanelDriver};
use climax_rf::events::Profile;
use tokio::net::UdpSocket;

use super::{DemoError, Played, write_way};
use crate::config::{Listen, PanelAccount, PanelConfig, Private};
use crate::journal::{JournalHandle, Sequence};
use crate::server::Addresses;

/// How long a report may take from the panel to its answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The name of the receiver.
const NAME: &str = "panels";
/// The accounts: a care unit, and a panel that encrypts.
const CARE: &str = "4711";
const INTRUSION: &str = "C0FFEE";
const KEY: &str = "000102030405060708090A0B0C0D0E0F";

/// Qualifier, event, zone.
type Report = (Qualifier, u16, u16);

/// A button, a carer who comes and goes.
const VISIT: &[Report] = &[
    (Qualifier::EVENT, 101, 5),
    (Qualifier::EVENT, 661, 0),
    (Qualifier::RESTORE, 661, 0),
];
/// A fall from a care unit, and from this one a panic button.
const PANIC: &[Report] = &[(Qualifier::EVENT, 120, 3)];

/// Where they report.
pub(super) fn receiver(listen: &Listen) -> PanelConfig {
    let mut config = PanelConfig::new(NAME, listen.clone(), listen.clone());
    let mut encrypting = PanelAccount::new(INTRUSION, Profile::Intrusion);
    encrypting.key = Some(Private::new(KEY));
    config.accounts = vec![PanelAccount::new(CARE, Profile::CareUnitA), encrypting];
    config
}

fn event((qualifier, code, zone): Report) -> Option<ContactId> {
    Some(ContactId {
        qualifier,
        code: EventCode::new(code)?,
        group: Group::PANEL,
        zone: Zone::new(zone)?,
    })
}

/// Contact ID over TCP; whether it was answered.
async fn contact_id(to: SocketAddr, event: ContactId) -> bool {
    let panel = contact_id::Panel::new(contact_id::PanelSettings::default());
    let (panel, sender) = PanelDriver::new(panel);
    let running = tokio::spawn(panel.run_tcp(to.to_string()));
    let sent = sender.send(move |panel: &mut contact_id::Panel| {
        panel.send(&contact_id::Report {
            account: Account::new(CARE).map_err(|_| contact_id::EncodeError::Account)?,
            message_type: MessageType::Standard,
            event,
        })
    });
    let delivered = is_delivered(&tokio::time::timeout(PATIENCE, sent).await.ok());
    running.abort();
    delivered
}

/// Encrypted DC-09 over UDP; whether it was acknowledged.
async fn dc09(to: SocketAddr, event: ContactId) -> Result<bool, DemoError> {
    let Ok(settings) = dc09::PanelSettings::new(INTRUSION) else {
        return Ok(false);
    };
    let mut settings = settings;
    settings.key = Key::from_hexadecimal(KEY).ok();
    let socket = UdpSocket::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    socket.connect(to).await?;
    let (panel, sender) = PanelDriver::new(dc09::Panel::new(settings));
    let running = tokio::spawn(panel.run_udp(socket));
    let sent = sender.send(move |panel: &mut dc09::Panel| panel.send(Outgoing::ContactId(event)));
    let delivered = is_delivered(&tokio::time::timeout(PATIENCE, sent).await.ok());
    running.abort();
    Ok(delivered)
}

fn is_delivered<E>(sent: &Option<Result<Result<Outcome, E>, Ended>>) -> bool {
    matches!(sent, Some(Ok(Ok(Outcome::Delivered))))
}

/// Reports as panels do, and prints each report's way.
pub(super) async fn play(
    addresses: &Addresses,
    journal: &JournalHandle,
    cursor: &mut Sequence,
    out: &mut impl Write,
) -> Result<Played, DemoError> {
    let mut done = Played::default();
    for (transport, title, about, answer, reports) in [
        (
            "tcp",
            "care unit (Contact ID over tcp)",
            "A help button, and the visit of a carer as one case.",
            "06",
            VISIT,
        ),
        (
            "udp",
            "intrusion panel (SIA DC-09 over udp, AES-128)",
            "120: a panic button here, a fall on a care unit; the profile of the account decides.",
            "ACK",
            PANIC,
        ),
    ] {
        let Some(to) = addresses.get(&format!("panel.{NAME}.{transport}")) else {
            continue;
        };
        writeln!(out, "{title}\n  {about}")?;
        for event in reports.iter().filter_map(|&report| event(report)) {
            done.played += 1;
            let (started, clock) = (SystemTime::now(), Instant::now());
            let delivered = match transport {
                "tcp" => contact_id(to, event).await,
                _ => dc09(to, event).await?,
            };
            let latency = clock.elapsed();
            let stored = journal.alarms_after(*cursor, 1).await?;
            match stored.first() {
                Some(record) if delivered => {
                    *cursor = record.sequence;
                    write_way(out, record, started, latency, answer)?;
                }
                _ => {
                    done.failed += 1;
                    writeln!(out, "  a report was not answered")?;
                }
            }
        }
    }
    Ok(done)
}
