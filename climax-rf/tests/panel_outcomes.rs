//! What becomes of a report is told, whatever else is heard.
#![allow(clippy::unwrap_used)]

use climax_rf::Time;
use climax_rf::contact_id::{self, DecodeOptions, decode_bracket};
use climax_rf::dc09::{self, Failure, Outgoing, Padding, PanelSettings, Timestamp};

#[test]
fn noise_does_not_drive_out_the_outcome_of_a_frame() {
    let utc = Timestamp::new((2026, 3, 14), (9, 30, 0)).unwrap();
    let mut settings = PanelSettings::new("4711").unwrap();
    settings.attempts = 1;
    let mut panel = dc09::Panel::new(settings);
    let id = panel.send(Outgoing::LinkTest).unwrap();
    panel
        .poll_transmit(Time::ZERO, utc, Padding::from_random([7; 16]))
        .unwrap();
    // Nobody answers in time, and then there is nothing but noise.
    let noise = b"\n\"not a frame\"".repeat(1000);
    panel.handle_bytes(Time::from_millis(60_000), utc, &noise);
    let mut events = Vec::new();
    while let Some(event) = panel.poll_event() {
        events.push(event);
    }
    assert_eq!(events[0], dc09::PanelEvent::Failed(id, Failure::NoAnswer));
    assert!(
        events.len() <= 128
            && events[1..]
                .iter()
                .all(|e| *e == dc09::PanelEvent::Unexpected)
    );
}

#[test]
fn noise_does_not_drive_out_the_outcome_of_a_report_in_brackets() {
    let decoded = decode_bracket(b"[4711 18160200000240F]", &DecodeOptions::strict()).unwrap();
    let mut panel = contact_id::Panel::new(contact_id::PanelSettings::default());
    let id = panel.send(&decoded.report).unwrap();
    panel.poll_transmit(Time::ZERO).unwrap();
    panel.handle_bytes(Time::ZERO, b"\x06");
    for _ in 0..1000 {
        panel.handle_bytes(Time::ZERO, b"OK");
    }
    assert_eq!(
        panel.poll_event(),
        Some(contact_id::PanelEvent::Delivered(id))
    );
    let mut more = 0;
    while let Some(event) = panel.poll_event() {
        assert_eq!(event, contact_id::PanelEvent::Unexpected(2));
        more += 1;
    }
    assert!(more < 128);
}
