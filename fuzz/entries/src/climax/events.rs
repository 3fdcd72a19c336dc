//! What follows from events: one machine for each input, beside a list that is walked.

use arbitrary::{Arbitrary, Unstructured};
use climax_rf::contact_id::ContactId;
use climax_rf::events::{PositionText, Profile, area_and_zone, meaning, read_group, read_zone};

use super::contact_id::BuiltEvent;
use super::{presence, supervision, visits};

#[derive(Debug, Arbitrary)]
enum Input {
    Visits(visits::Input),
    Supervision(supervision::Input),
    Presence(presence::Input),
    Any(BuiltEvent),
}

/// Runs one of the machines, and reads the input as text of a position.
pub fn climax_events(data: &[u8]) {
    match Input::arbitrary(&mut Unstructured::new(data)) {
        Ok(Input::Visits(input)) => visits::visits(&input),
        Ok(Input::Supervision(input)) => supervision::supervision(&input),
        Ok(Input::Presence(input)) => presence::presence(&input),
        Ok(Input::Any(event)) => any(&event.event()),
        Err(_) => {}
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let position = PositionText::read(text);
        assert_eq!(position.as_str(), text);
        let _ = position.is_from_satellites();
        assert!(position.unknown().all(|unknown| text.contains(unknown)));
    }
}

/// Any digits mean something; conventions are read from any of them.
fn any(event: &ContactId) {
    for profile in [
        Profile::Unknown,
        Profile::CareUnitA,
        Profile::CareUnitB,
        Profile::Intrusion,
    ] {
        assert!(!meaning(profile, event).meaning().is_empty());
        let zone = read_zone(profile, event);
        let _ = (zone.first(), zone.second());
    }
    let _ = (read_group(event.group), area_and_zone(event.zone));
}
