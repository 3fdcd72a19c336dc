//! To the shared event model of `alarm-codes`.
//!
//! A [`Report`] says what an account sent; [`event_of`] makes an event of it. The kind follows from
//! the [`Profile`] of the account. In the profile *unknown* the most urgent meaning is taken, the
//! event is marked uncertain, and every meaning goes along as text: an operator sees *fall or
//! panic* and not a guess.
//!
//! | profile | rows of the crosswalk |
//! |---|---|
//! | care unit A, mobile | `climax-mp` for what the unit itself defines |
//! | care unit B | `climax-ctc1052`, then `climax-mp` for what the unit itself defines |
//! | intrusion | `climax-vesta`, or the standard where the panel keeps to it (102, 406 ...) |
//! | cloud, and the maker's list for all | `climax-vesta` |
//! | what only the standard has | `standard` |
//!
//! ```
//! use alarm_codes::{EventId, Kind, Timestamp};
//! use climax_rf::alarm::{Content, Received, Report, event_of};
//! use climax_rf::contact_id::{ContactId, EventCode, Group, Qualifier, Zone};
//! use climax_rf::events::Profile;
//!
//! let fall = ContactId {
//!     qualifier: Qualifier::EVENT,
//!     code: EventCode::new(120).ok_or("three digits")?,
//!     group: Group::PANEL,
//!     zone: Zone::new(3).ok_or("three digits")?,
//! };
//! let raw = b"[C0FFEE 1811200000304C9]";
//! let received = Received::new(EventId(1), Timestamp::UNIX_EPOCH);
//!
//! let report = Report::new("C0FFEE", Profile::CareUnitA, Content::ContactId(fall), raw);
//! let event = event_of(&report, &received);
//! assert_eq!(event.kind, Kind::Fall);
//! assert!(event.mapping.is_some_and(|mapping| !mapping.uncertain));
//!
//! let report = Report::new("C0FFEE", Profile::Unknown, Content::ContactId(fall), raw);
//! let event = event_of(&report, &received);
//! assert_eq!(event.kind, Kind::Fall); // or a panic button
//! assert!(event.mapping.is_some_and(|mapping| mapping.uncertain));
//! # Ok::<(), &str>(())
//! ```

mod interpret;
mod place;

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};

use alarm_codes::{
    Attachment, Class, Decoder, DeviceTime, Event, EventId, Kind, Phase, Priority, Private, Raw,
    Reference, Timestamp, VoiceMode,
};

pub use interpret::{Alternatives, Interpretation, interpret};
pub use place::{Coordinates, location_of};

use crate::codes::SiaCode;
use crate::contact_id::{ContactId, Group, Zone};
use crate::events::visit::Step;
use crate::events::{EventClass, Profile, ZoneReading, area_in_number, read_zone};

/// What a report carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content<'a> {
    /// Contact ID, in whatever form it came.
    ContactId(ContactId),
    /// An SIA event.
    Sia(Sia<'a>),
}

/// An SIA event: code, area, number (Climax reference 5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sia<'a> {
    /// The two-letter code.
    pub code: SiaCode,
    /// The area after `ri`, as it was sent.
    pub area: Option<&'a str>,
    /// The number after the code, as it was sent: a zone or a user.
    pub number: Option<&'a str>,
}

/// What an account sent, read by whichever decoder.
#[derive(Clone)]
#[non_exhaustive]
pub struct Report<'a> {
    /// The account.
    pub account: &'a str,
    /// The profile of the account in the registry.
    pub profile: Profile,
    /// What happened.
    pub content: Content<'a>,
    /// The bytes as they came.
    pub raw: &'a [u8],
    /// Whether it belongs to a test that was announced.
    pub test: bool,
    /// The sequence number of DC-09, which tells messages of an account apart. None for `0000`.
    pub sequence: Option<u16>,
    /// The time that the panel sent. The form of DC-09, `HH:MM:SS,MM-DD-YYYY` in UTC, is read;
    /// any other is kept as it is.
    pub device_time: Option<&'a str>,
    /// Texts that came along, such as the names in SIA data.
    pub texts: &'a [&'a str],
    /// The location text of a mobile unit.
    pub position: Option<&'a str>,
    /// Coordinates, for who can read them out of the text: their form is not public.
    pub coordinates: Option<Coordinates>,
    /// The account reports to a destination that ends in `/SIA_A` or `/SIA2_A`: the number of an
    /// SIA event holds area and zone ([`area_in_number`]).
    pub area_in_number: bool,
    /// How it came, for instance `contact-id+tcp` or `dc09+udp`.
    pub protocol: Option<&'a str>,
}

impl core::fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Report")
            .field("account", &self.account)
            .field("profile", &self.profile)
            .field("content", &self.content)
            .field("test", &self.test)
            .field("sequence", &self.sequence)
            .field("protocol", &self.protocol)
            .finish_non_exhaustive()
    }
}

impl<'a> Report<'a> {
    /// A report of which nothing else is known.
    #[must_use]
    pub const fn new(
        account: &'a str,
        profile: Profile,
        content: Content<'a>,
        raw: &'a [u8],
    ) -> Self {
        Self {
            account,
            profile,
            content,
            raw,
            test: false,
            sequence: None,
            device_time: None,
            texts: &[],
            position: None,
            coordinates: None,
            area_in_number: false,
            protocol: None,
        }
    }
}

/// What the application knows of a report beside what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// The id of the event; best a UUID of version 7.
    pub id: EventId,
    /// When the bytes arrived.
    pub at: Timestamp,
    /// The event of which this is a double, as [`Doubles`](crate::events::Doubles) found it. It
    /// then becomes an update: seen, and not a second alarm.
    pub double_of: Option<EventId>,
    /// Its part in a carer's visit, as [`Visits`](crate::events::Visits) found it.
    pub step: Step<EventId>,
}

impl Received {
    /// A report that is no double and has no part in a visit.
    #[must_use]
    pub const fn new(id: EventId, at: Timestamp) -> Self {
        Self {
            id,
            at,
            double_of: None,
            step: Step::Unrelated,
        }
    }

    /// The same, a double of an earlier event if there is one.
    #[must_use]
    pub const fn doubling(mut self, first: Option<EventId>) -> Self {
        self.double_of = first;
        self
    }

    /// The same, with its part in a visit.
    #[must_use]
    pub const fn in_visit(mut self, step: Step<EventId>) -> Self {
        self.step = step;
        self
    }
}

/// The event that a report is. Never fails: what nobody knows is [`Kind::Unmapped`], and urgent.
#[must_use]
pub fn event_of(report: &Report<'_>, received: &Received) -> Event {
    let found = interpret(report.profile, &report.content);
    let code = code_text(&report.content);
    let mut event = Event::from_mapping(received.id, received.at, &found.mapping, code.clone());
    if let Some(mapping) = &mut event.mapping {
        mapping.uncertain |= found.is_uncertain();
    }
    if event.kind == Kind::Unmapped {
        event.detail = Some(code);
        settle(&mut event, report, &found);
    }
    event.test |= report.test;
    event.device = device(report);
    event.location = location_of(report.position, report.coordinates);
    event.times.device = report.device_time.map(device_time);
    event.voice.mode = match event.kind {
        Kind::VoiceFollows => Some(VoiceMode::Expected),
        Kind::CallbackRequest => Some(VoiceMode::Callback),
        _ => None,
    };
    // The text says what the kind leaves open.
    if let Some(meanings) = found.meanings {
        if found.is_uncertain() || meanings.is_ambiguous() || event.kind == Kind::Unmapped {
            attach(&mut event, meanings.to_string());
        }
    }
    for text in report.texts {
        attach(&mut event, (*text).to_owned());
    }
    correlate(&mut event, report, received);
    let mut raw = Raw::new(report.raw);
    raw.transport.protocol = report.protocol.map(ToOwned::to_owned);
    raw.decoder = Some(Decoder {
        name: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    });
    event.raw = Some(raw);
    event
}

fn attach(event: &mut Event, text: String) {
    event.attachments.push(Attachment::Text(Private::new(text)));
}

fn code_text(content: &Content<'_>) -> String {
    match content {
        Content::ContactId(report) => report.to_string(),
        Content::Sia(sia) => format!(
            "{}{}{}",
            sia.area
                .map(|area| format!("ri{area}/"))
                .unwrap_or_default(),
            sia.code,
            sia.number.unwrap_or_default()
        ),
    }
}

/// Codes that a table names and that nobody is sent for: opening and closing, bypass, troubles,
/// positions. What no table names stays urgent, and so does everything else.
fn settle(event: &mut Event, report: &Report<'_>, found: &Interpretation) {
    let (Content::ContactId(contact_id), Some(meanings)) = (&report.content, found.meanings) else {
        return;
    };
    if meanings.is_unknown_code() || !found.alternatives.as_slice().is_empty() {
        return;
    }
    let (class, priority) = match (EventClass::of(contact_id.code), contact_id.code.number()) {
        (_, Some(655 | 699)) => (Class::Test, Priority::Info),
        (_, Some(643 | 645..=648 | 665 | 666 | 674 | 681..=686)) => (Class::Info, Priority::Info),
        (EventClass::OpenCloseAccess, _) => (Class::Info, Priority::Info),
        (EventClass::Bypass, _) => (Class::Technical, Priority::Low),
        (EventClass::Trouble | EventClass::FireSupervision, _) => {
            (Class::Technical, Priority::Medium)
        }
        _ => return,
    };
    event.class = class;
    event.priority = priority;
    event.test |= class == Class::Test;
}

fn device(report: &Report<'_>) -> alarm_codes::Device {
    let device = match &report.content {
        Content::ContactId(contact_id) => {
            let zone = matches!(
                read_zone(report.profile, contact_id).first(),
                ZoneReading::Zone(_) | ZoneReading::Care(_) | ZoneReading::NoNumber
            );
            let panel = contact_id.zone == Zone::PANEL && contact_id.group == Group::PANEL;
            (zone && !panel).then(|| format!("{}/{}", contact_id.group, contact_id.zone))
        }
        Content::Sia(sia) => sia.number.map(|number| {
            let inside = area_in_number(number).filter(|_| report.area_in_number);
            match inside {
                // As wide as it came: the device is the same as with a destination without `_A`.
                Some(at) => format!("{}/{:02$}", at.area, at.zone, number.len()),
                None => format!("{}/{number}", sia.area.unwrap_or_default()),
            }
        }),
    };
    alarm_codes::Device {
        controller: Some(report.account.to_owned()),
        device,
        component: None,
        kind: None,
        kind_code: None,
        profile: interpret::registered(report.profile),
        software_version: None,
    }
}

/// `09:30:00,03-14-2026` as RFC 3339; anything else as it is.
fn device_time(text: &str) -> DeviceTime {
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let read = || {
        let (time, date) = text.split_once(',')?;
        let mut date = date.split('-');
        let (month, day, year) = (date.next()?, date.next()?, date.next()?);
        let sizes = time.len() == 8 && month.len() == 2 && day.len() == 2 && year.len() == 4;
        let plain = [month, day, year].into_iter().all(digits) && date.next().is_none();
        (sizes && plain).then(|| format!("{year}-{month}-{day}T{time}Z"))
    };
    DeviceTime::new(read().unwrap_or_else(|| text.to_owned()))
}

fn correlate(event: &mut Event, report: &Report<'_>, received: &Received) {
    let correlation = &mut event.correlation;
    if let Some(sequence) = report.sequence.filter(|sequence| *sequence != 0) {
        correlation.source_ref = Some(format!("{sequence:04}"));
    }
    let of = |first: Option<EventId>| first.map(Reference::Event);
    let mut repeats = None;
    match received.step {
        Step::Arrived { first }
        | Step::MoreHelp { first }
        | Step::ClosedOnSite { first }
        | Step::Finished { first } => correlation.caused_by = of(first),
        Step::MoreHelpRepeated { first, request, .. } => {
            correlation.caused_by = of(first);
            repeats = Some(request);
        }
        Step::Began | Step::Another { .. } | Step::Unrelated => {}
    }
    if let Some(first) = received.double_of.or(repeats) {
        correlation.updates = Some(Reference::Event(first));
        if event.phase == Phase::Start {
            event.phase = Phase::Update;
        }
    }
}
