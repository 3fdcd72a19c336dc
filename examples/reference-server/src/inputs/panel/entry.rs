//! What of a report goes into the journal.

use std::borrow::Cow;
use std::time::Duration;

use alarm_codes::{Attachment, Event, EventId as AlarmId, Kind, Private};
use bytes::Bytes;
use climax_rf::alarm::{Received, Report, event_of};
use climax_rf::contact_id::ACK;
use climax_rf::dc09::Timestamp as SentAt;
use climax_rf::events::Profile;
use climax_rf::events::visit::Step;
use serde_json::json;

use super::super::record::{self, Arrival, Message};
use super::accounts::Known;
use super::said::{Format, Said, Told};
use crate::journal::{Answer, ContentHash, Entry, TransportFacts, Verdict};

/// The sender of what names none.
pub(super) const NOBODY: &str = "-";

/// What is known of a report beside what it says.
#[derive(Debug)]
pub(super) struct Case<'c> {
    pub(super) arrival: Arrival,
    pub(super) account: &'c str,
    /// The key by which an equal report is known.
    pub(super) key: &'c str,
    pub(super) double_of: Option<AlarmId>,
    pub(super) step: Step<AlarmId>,
    pub(super) window: Duration,
    pub(super) transport: TransportFacts,
}

impl Case<'_> {
    /// Its entry; `text` is what it says in short.
    fn message(&self, said: &Said<'_>, text: &str) -> Message {
        // A double is kept by itself. What is sent again because nobody answered is found by this.
        let source_ref = self.double_of.is_none().then(|| match said.sequence {
            Some(sequence) => format!("{sequence:04} {text}"),
            None => text.to_owned(),
        });
        Message {
            protocol: said.format.protocol(),
            sender: self.account.to_owned(),
            source_ref,
            content_hash: ContentHash::of(self.key.as_bytes()),
            duplicate_window: self.window,
            raw: Bytes::copy_from_slice(said.raw),
            transport: self.transport.clone(),
            answer: answer(said.format),
        }
    }
}

fn answer(format: Format) -> Answer {
    match format {
        Format::ContactId => Answer {
            bytes: Bytes::from_static(ACK),
            summary: Cow::Borrowed("06"),
        },
        // Its bytes have the time of their sending in them where they are encrypted.
        Format::Dc09 => Answer {
            bytes: Bytes::new(),
            summary: Cow::Borrowed("ACK"),
        },
    }
}

/// The entry of an event that will be answered once it is stored.
pub(super) fn accepted(
    case: &Case<'_>,
    said: &Said<'_>,
    told: &Told<'_>,
    known: Option<&Known>,
) -> Result<Entry, serde_json::Error> {
    let profile = known.map_or(Profile::Unknown, |known| known.profile);
    let texts: Vec<&str> = told.texts.iter().map(AsRef::as_ref).collect();
    let device_time = said.time.map(device_time);
    let way = format!("{}+{}", said.format.protocol(), case.transport.transport);
    let mut report = Report::new(case.account, profile, told.content, said.raw);
    report.sequence = said.sequence;
    report.device_time = device_time.as_deref();
    report.texts = &texts;
    report.position = said.position.as_deref();
    report.protocol = Some(&way);
    let received = Received::new(case.arrival.alarm_id(), case.arrival.alarm_time())
        .doubling(case.double_of)
        .in_visit(case.step);
    let mut event = event_of(&report, &received);
    mark(&mut event, said, known);
    record::accepted(case.arrival, &mut event, case.message(said, &told.text()))
}

/// The entry of what stands behind a token that nobody knows: it may be an alarm.
pub(super) fn unmapped(
    case: &Case<'_>,
    said: &Said<'_>,
    token: &str,
    known: Option<&Known>,
) -> Result<Entry, serde_json::Error> {
    let arrival = case.arrival;
    let mut event = Event::new(arrival.alarm_id(), Kind::Unmapped, arrival.alarm_time());
    event.device.controller = Some(case.account.to_owned());
    event.detail = Some(token.to_owned());
    mark(&mut event, said, known);
    record::accepted(arrival, &mut event, case.message(said, token))
}

/// What the configuration knows of the account, and what is odd about the message.
fn mark(event: &mut Event, said: &Said<'_>, known: Option<&Known>) {
    let mut add = |text: &str| {
        let text = Attachment::Text(Private::new(text.to_owned()));
        event.attachments.push(text);
    };
    match known {
        None => add("the account is not registered"),
        Some(known) => known.name.iter().for_each(|name| add(name.expose())),
    }
    if said.wrong_checksum {
        add("the checksum is wrong: account or event may be another");
    }
    if event.location.text.is_none() {
        let place = known.and_then(|known| known.place.as_ref());
        event.location.text = place.map(|place| Private::new(place.expose().to_owned()));
    }
}

/// As DC-09 writes it, without the underscore.
fn device_time(time: SentAt) -> String {
    let bytes = time.to_bytes();
    String::from_utf8_lossy(bytes.get(1..).unwrap_or_default()).into_owned()
}

/// Evidence of what was not taken.
pub(super) fn refused(
    arrival: Arrival,
    protocol: &'static str,
    account: Option<&str>,
    raw: &[u8],
    transport: TransportFacts,
    reason: &'static str,
    answer: &'static str,
) -> Entry {
    let json = json!({ "panel": { "refused": reason, "format": protocol } }).to_string();
    let message = Message {
        protocol,
        sender: account.unwrap_or(NOBODY).to_owned(),
        source_ref: None,
        content_hash: ContentHash::of(raw),
        duplicate_window: Duration::ZERO,
        raw: Bytes::copy_from_slice(raw),
        transport,
        answer: Answer {
            bytes: Bytes::new(),
            summary: Cow::Borrowed(answer),
        },
    };
    record::data(arrival, Verdict::Refused, json, message)
}
