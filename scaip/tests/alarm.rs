//! From SCAIP to the shared event model and back.

#![cfg(feature = "alarm-codes")]
#![allow(clippy::unwrap_used)]

use alarm_codes::{
    Class, Condition, DeviceKind, Event, EventId, Kind, Phase, Priority, Profile, System,
    Timestamp, VoiceMode, codes_of,
};
use scaip::alarm::{event_of, mapping_of, request_of};
use scaip::{DecodeOptions, EncodeOptions, Reference, decode_request, encode_request};

fn event(xml: &str) -> Event {
    let decoded = decode_request(xml.as_bytes(), &DecodeOptions::lenient()).unwrap();
    event_of(
        &decoded,
        Profile::Standard,
        EventId(7),
        Timestamp::UNIX_EPOCH,
    )
}

#[test]
fn a_pendant_alarm_becomes_a_help_call_with_everything_that_was_sent() {
    let event = event(
        "<mrq><ref>m55Tq0</ref><cid>70993311</cid><dty>3</dty><did>5A19</did><dco>002</dco>\
         <dte>Pendant</dte><crd>gsm:+4700000000</crd><stc>10</stc><pri>2</pri><lco>035</lco>\
         <lva>3</lva><lge><geo>59.91387,10.75225</geo><tim>2031-02-03T04:05:06+01</tim></lge>\
         <lte>Hall</lte><ite>Note</ite></mrq>",
    );
    assert_eq!(event.kind, Kind::HelpCall);
    assert_eq!((event.class, event.priority), (Class::Care, Priority::High));
    assert_eq!(event.phase, Phase::Start);
    assert_eq!(event.source_priority.as_deref(), Some("2"));
    assert_eq!(event.device.controller.as_deref(), Some("70993311"));
    assert_eq!(event.device.device.as_deref(), Some("5A19"));
    assert_eq!(event.device.component.as_deref(), Some("002"));
    assert_eq!(event.device.kind, Some(DeviceKind::PersonalTrigger));
    assert_eq!(event.device.kind_code.as_deref(), Some("0003"));
    assert_eq!(event.location.code.as_deref(), Some("035"));
    assert_eq!(event.location.value.as_deref(), Some("3"));
    assert_eq!(event.location.text.as_ref().unwrap().reveal(), "Hall");
    let position = event.location.position.as_ref().unwrap().reveal();
    assert!((position.latitude.degrees() - 59.91387).abs() < 1e-7);
    assert_eq!(
        position.time.as_ref().unwrap().as_str(),
        "2031-02-03T04:05:06+01"
    );
    assert_eq!(event.correlation.source_ref.as_deref(), Some("m55Tq0"));
    assert_eq!(event.voice.mode, Some(VoiceMode::Expected));
    assert_eq!(
        event.voice.address.as_ref().unwrap().reveal(),
        "gsm:+4700000000"
    );
    assert_eq!(event.attachments.len(), 2);
    assert!(event.raw.is_some());
    let shown = format!("{event:?}");
    for private in ["+4700000000", "59.9", "Hall", "Pendant", "Note"] {
        assert!(!shown.contains(private), "{private} in {shown}");
    }
}

#[test]
fn line_63_a_heartbeat_is_never_an_alarm_whatever_status_it_carries() {
    for status in ["0009", "0102", "0010", "0085"] {
        let event = event(&format!(
            "<mrq><ref>1</ref><mty>PI</mty><cid>1</cid><dty>0003</dty><stc>{status}</stc></mrq>"
        ));
        assert_eq!(
            (event.kind, event.class),
            (Kind::Heartbeat, Class::Supervision)
        );
        assert_eq!(event.voice.mode, Some(VoiceMode::None));
    }
}

#[test]
fn line_64_a_test_transmission_is_a_test_and_asks_for_no_call() {
    let event =
        event("<mrq><ref>1</ref><cid>1</cid><dty>2</dty><crd>no-voice:</crd><stc>102</stc></mrq>");
    assert_eq!(event.kind, Kind::TestPeriodic);
    assert!(event.test);
    assert_eq!(event.voice.mode, Some(VoiceMode::None));
}

#[test]
fn a_restored_battery_ends_and_a_reset_cancels() {
    let end = event("<mrq><ref>1</ref><cid>1</cid><dty>0023</dty><stc>0015</stc></mrq>");
    assert_eq!((end.phase, end.condition), (Phase::End, Condition::Cleared));
    assert!(end.correlation.clears_kinds.contains(&Kind::BatteryLow));
    assert!(end.correlation.clears_kinds.contains(&Kind::BatteryFailure));
    let reset =
        event("<mrq><ref>1</ref><mty>RE</mty><cid>1</cid><dty>0003</dty><stc>0093</stc></mrq>");
    assert_eq!((reset.kind, reset.phase), (Kind::Cancel, Phase::End));
}

#[test]
fn a_message_without_a_status_or_with_an_unknown_one_is_kept_high_and_unmapped() {
    for inner in [
        "<dty>0003</dty>",
        "<dty>0003</dty><stc>4711</stc>",
        "<dty>99</dty><stc>1</stc>",
    ] {
        let event = event(&format!("<mrq><ref>1</ref><cid>1</cid>{inner}</mrq>"));
        assert_eq!(
            (event.kind, event.priority),
            (Kind::Unmapped, Priority::High),
            "{inner}"
        );
    }
}

#[test]
fn every_kind_that_scaip_can_say_survives_the_way_there_and_back() {
    let mut said = 0;
    for &kind in Kind::ALL {
        for phase in [Phase::Start, Phase::End] {
            let mut event = Event::new(EventId(1), kind, Timestamp::UNIX_EPOCH);
            event.phase = phase;
            event.device.controller = Some("40211870".to_owned());
            let Ok(written) = request_of(&event, Profile::Standard, Reference::new("r1")) else {
                let codes = codes_of(kind, System::Scaip, Profile::Standard);
                assert!(
                    codes.codes().all(|mapping| mapping.code(phase).is_none()),
                    "{kind}"
                );
                continue;
            };
            let mut body = Vec::new();
            encode_request(&written.request, &EncodeOptions::new(), &mut body).unwrap();
            let decoded = decode_request(&body, &DecodeOptions::strict()).unwrap();
            let back = mapping_of(decoded.message(), Profile::Standard);
            if written.mapping.pattern_is_a_call() {
                continue;
            }
            let same = back.kind() == kind || back.clears().contains(&kind);
            assert!(
                same && back.phase() == phase,
                "{kind} {phase} came back as {back:?}"
            );
            said += 1;
        }
    }
    assert!(said >= 60, "only {said}");
}

/// `cha=1` says how to answer; no message can report it as an event.
trait PatternIsACall {
    fn pattern_is_a_call(&self) -> bool;
}

impl PatternIsACall for alarm_codes::Mapping {
    fn pattern_is_a_call(&self) -> bool {
        self.code_text() == "cha=1"
    }
}

#[test]
fn what_stands_beside_the_code_goes_along_and_what_cannot_is_named() {
    let xml = "<mrq><ref>m55Tq0</ref><cid>70993311</cid><dty>0051</dty><dte>Unit</dte>\
               <crd>gsm:+4700000000</crd><stc>0010</stc><pri>2</pri><lco>035</lco>\
               <lge><geo>59.91387,10.75225</geo><tim>2031-02-03T04:05:06+01</tim></lge>\
               <lte>Hall</lte><ite>A longer note</ite></mrq>";
    let decoded = decode_request(xml.as_bytes(), &DecodeOptions::strict()).unwrap();
    let event = event(xml);
    let written = request_of(&event, Profile::Standard, Reference::new("m55Tq0")).unwrap();
    assert_eq!(written.left_out, []);
    assert_eq!(&written.request, decoded.message());

    let mut west = event;
    let position = west.location.position.as_mut().unwrap().reveal_mut();
    position.longitude = alarm_codes::Longitude::from_degrees(-10.0).unwrap();
    west.source_priority = Some("urgent".to_owned());
    let written = request_of(&west, Profile::Standard, Reference::new("r1")).unwrap();
    assert_eq!(
        written.left_out,
        [alarm_codes::Part::Position, alarm_codes::Part::Priority]
    );
}

#[test]
fn the_device_type_of_the_event_chooses_among_equal_codes() {
    let mut event = Event::new(EventId(1), Kind::HelpCall, Timestamp::UNIX_EPOCH);
    event.device.kind_code = Some("0048".to_owned());
    let written = request_of(&event, Profile::Standard, Reference::new("r1")).unwrap();
    assert_eq!(written.request.device_type.number(), 48);
    event.device.kind_code = None;
    let written = request_of(&event, Profile::Standard, Reference::new("r1")).unwrap();
    assert_eq!(
        written.request.device_type.number(),
        4,
        "the confirmed pair comes first"
    );
}

#[test]
fn a_kind_without_a_code_is_an_error_not_a_neighbour() {
    let event = Event::new(EventId(1), Kind::StoveGuard, Timestamp::UNIX_EPOCH);
    assert!(request_of(&event, Profile::Standard, Reference::new("r1")).is_err());
}
