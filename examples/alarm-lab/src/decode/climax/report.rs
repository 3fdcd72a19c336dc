//! What a panel reports, whatever form it came in.

use alarm_codes::{EventId, Timestamp};
use climax_rf::alarm::{Content, Received, Report, event_of, interpret};
use climax_rf::codes::tables::CONTACT_ID_QUALIFIER;
use climax_rf::contact_id::ContactId;
use climax_rf::events::{
    CareZone, EventClass, GroupReading, Profile, ZoneReading, meaning, read_group, read_zone,
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::decode::Object;

/// How a report becomes an event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    pub(super) profile: Profile,
    pub(super) raw: bool,
    pub(super) received: Timestamp,
}

/// What a report means.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Meant {
    /// The meaning in short; where nobody said what kind of equipment reports, all of them.
    pub meaning: String,
    /// Who gives it which meaning, by which names, and how sure that is. Contact ID only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meanings: Option<Value>,
    /// Whether the kind is certain, and what else it may be.
    pub interpretation: Value,
    /// The event of the shared model.
    pub alarm: Value,
}

/// The digits of Contact ID and what they stand for.
pub(super) fn contact_id(event: &ContactId, profile: Profile) -> Object {
    let mut object = Object::new();
    let qualifier = event.qualifier.to_string();
    object.add("text", event.to_string());
    object.add(
        "qualifier_name",
        CONTACT_ID_QUALIFIER
            .get(&qualifier)
            .map(climax_rf::codes::Row::name),
    );
    object.add("qualifier", qualifier);
    object.add("code", event.code.to_string());
    object.add("class", EventClass::of(event.code).name());
    object.add("group", event.group.to_string());
    object.add("group_means", group(read_group(event.group)));
    object.add("zone", event.zone.to_string());
    let readings = read_zone(profile, event);
    let readings: Vec<_> = [Some(readings.first()), readings.second()]
        .into_iter()
        .flatten()
        .map(|reading| {
            json!({ "reading": zone(reading), "provenance": reading.provenance().name() })
        })
        .collect();
    object.add("zone_means", readings);
    object
}

fn group(reading: GroupReading) -> String {
    match reading {
        GroupReading::WholePanel => "the whole panel".to_owned(),
        GroupReading::Area(area) => format!("area {area}"),
        _ => "no number".to_owned(),
    }
}

fn zone(reading: ZoneReading) -> String {
    match reading {
        ZoneReading::Panel => "the panel itself".to_owned(),
        ZoneReading::TemporaryCode => "the temporary code".to_owned(),
        ZoneReading::DuressCode => "the duress code".to_owned(),
        ZoneReading::Automation => "a rule of the cloud".to_owned(),
        ZoneReading::WebUser => "the user of the web page".to_owned(),
        ZoneReading::UserCode(number) => format!("user code {number}"),
        ZoneReading::User(number) => format!("user {number}"),
        ZoneReading::Care(CareZone::MobilityTimer) => "the mobility timer".to_owned(),
        ZoneReading::Care(CareZone::InactivityOrNoTransmitter) => {
            "the inactivity timer, or no transmitter enrolled".to_owned()
        }
        ZoneReading::Zone(number) => format!("zone {number}"),
        _ => "no number".to_owned(),
    }
}

/// What it means, and the event that it is.
pub(super) fn meant(report: &Report<'_>, reading: &Reading, id: EventId) -> Meant {
    let found = interpret(report.profile, &report.content);
    let alternatives = found.alternatives.as_slice().iter();
    let alternatives: Vec<_> = alternatives.map(|kind| kind.name()).collect();
    let mut event = event_of(report, &Received::new(id, reading.received));
    if !reading.raw {
        event.raw = None;
    }
    let meanings = match &report.content {
        Content::ContactId(event) => Some(meaning(report.profile, event)),
        _ => None,
    };
    Meant {
        meaning: match (&meanings, &report.content) {
            (Some(meanings), _) => meanings.to_string(),
            (None, Content::Sia(sia)) => match sia.code.row() {
                Some(row) => row.name().to_owned(),
                None => event.kind.definition().to_owned(),
            },
            _ => event.kind.definition().to_owned(),
        },
        meanings: meanings.and_then(|meanings| serde_json::to_value(meanings).ok()),
        interpretation: json!({
            "uncertain": found.is_uncertain(),
            "alternatives": alternatives,
        }),
        alarm: serde_json::to_value(&event).unwrap_or_default(),
    }
}
