//! Every code to the shared event model and back.
#![cfg(feature = "alarm-codes")]

use alarm_codes::{
    Attachment, Bytes, Class, Condition, Event, EventId, Handling, Kind, Measurement, Outcome,
    Part, Phase, Picture, Priority, Private, Reference, Subject, Timestamp, Tracker,
};
use proptest::prelude::*;
use sensio_partner::alarm::{
    Closed, Fallback, Received, Reported, Target, Unsayable, calls_of, close, deactivation_of,
    event_of, event_of_webhook, heartbeat_of, mapping_of,
};
use sensio_partner::codes::DOCUMENTED;
use sensio_partner::queue::{EventAction, EventMethod};
use sensio_partner::webhook::{EventStateChanged, RequestDeactivateEvent, Webhook};
use sensio_partner::{
    Description, DeviceIdentifier, DeviceType, EventParameters, EventType, ExternalEventId,
    Feature, Image, Images, State, TriggerValue, UnityVersion,
};

fn device() -> DeviceIdentifier {
    DeviceIdentifier::new("SN-004711").expect("valid")
}

fn received(id: u128) -> Received<'static> {
    Received::new(EventId(id), Timestamp::UNIX_EPOCH)
}

fn latest() -> Target {
    Target::new(UnityVersion::LATEST)
}

fn reported(method: EventMethod, code: EventType, parameters: &EventParameters) -> Event {
    let device = device();
    let reported = Reported::new(method, &device, code).with_parameters(parameters);
    event_of(&reported, &received(1))
}

fn plain(method: EventMethod, code: EventType) -> Event {
    reported(method, code, &EventParameters::new())
}

fn in_state(method: EventMethod, state: State) -> Event {
    let mut parameters = EventParameters::new();
    parameters.state = Some(state);
    reported(method, EventType::PATIENT_SIGNAL, &parameters)
}

fn of_kind(kind: Kind) -> Event {
    Event::new(EventId(9), kind, Timestamp::UNIX_EPOCH)
}

#[test]
fn every_documented_code_has_a_kind_and_comes_back_as_itself() {
    for row in DOCUMENTED {
        let code = row.event_type;
        let event = plain(EventMethod::Post, code);
        assert_ne!(event.kind, Kind::Unmapped, "{code}");
        assert_eq!(
            (event.phase, event.condition),
            (Phase::Start, Condition::Active)
        );
        assert_eq!(event.device.controller.as_deref(), Some("SN-004711"));
        let wanted = code.for_version(UnityVersion::LATEST);
        for (method, make) in [
            (EventMethod::Post, event.clone()),
            (EventMethod::Put, plain(EventMethod::Put, code)),
            (EventMethod::Delete, plain(EventMethod::Delete, code)),
        ] {
            let written = calls_of(&make, &device(), &latest()).expect("a code");
            assert_eq!(written.calls.len(), 1, "{code}");
            let call = &written.calls[0];
            assert_eq!(
                (call.pair.event_type, call.action.method()),
                (wanted, method)
            );
        }
        let call = deactivation_of(&event, &device(), &latest()).expect("a code");
        assert_eq!(
            (call.pair.event_type, call.action),
            (wanted, EventAction::Delete)
        );
    }
}

#[test]
fn every_code_ends_what_it_started() {
    for row in DOCUMENTED {
        let start = plain(EventMethod::Post, row.event_type);
        let mut end = plain(EventMethod::Delete, row.event_type);
        end.event_id = EventId(2);
        assert_eq!((end.kind, end.phase), (Kind::Cancel, Phase::End));
        assert!(end.correlation.clears_kinds.contains(&start.kind));
        let mut tracker = Tracker::new(Default::default());
        if tracker.handle(&start) == Outcome::Started {
            let cleared = vec![EventId(1)];
            let ambiguous = vec![];
            assert_eq!(tracker.handle(&end), Outcome::Ended { cleared, ambiguous });
        }
    }
}

#[test]
fn a_kind_goes_out_under_a_code_that_means_it() {
    for &kind in Kind::ALL {
        let event = of_kind(kind);
        for device_type in [
            None,
            Some(DeviceType::PullCord),
            Some(DeviceType::SocialCareAlarm),
        ] {
            let mut target = latest();
            target.device_type = device_type;
            match calls_of(&event, &device(), &target) {
                Ok(written) => {
                    let call = &written.calls[0];
                    let parameters = call.action.parameters().expect("no end");
                    let code = call.pair.event_type;
                    let back = mapping_of(code, parameters.state, UnityVersion::LATEST);
                    assert_eq!(back.kind(), kind, "{code}");
                }
                Err(error) => assert!(
                    matches!(error, Unsayable::NoCode { .. } | Unsayable::EndOfWhat),
                    "{kind}"
                ),
            }
        }
        let target = latest().with_fallback(Fallback::Suggested);
        let suggested = calls_of(&event, &device(), &target);
        let person = matches!(
            kind.class(),
            Class::Care | Class::LifeSafety | Class::Unknown
        );
        assert!(suggested.is_ok() || !person, "{kind} would reach nobody");
        if let Ok(written) = suggested {
            assert_eq!(
                written.mapping.is_none(),
                calls_of(&event, &device(), &latest()).is_err()
            );
            assert!(written.mapping.is_some() || written.loss().is_some());
        }
    }
}

#[test]
fn an_unknown_code_is_an_alarm_and_travels_on_unharmed() {
    let event = plain(EventMethod::Post, EventType(902));
    assert_eq!(
        (event.kind, event.priority),
        (Kind::Unmapped, Priority::High)
    );
    let written = calls_of(&event, &device(), &latest()).expect("as it came");
    assert_eq!(written.calls[0].pair.event_type, EventType(902));
    let end = plain(EventMethod::Delete, EventType(902));
    assert!(
        end.correlation.clears_kinds.is_empty(),
        "nothing in particular"
    );
    let written = calls_of(&end, &device(), &latest()).expect("as it came");
    assert_eq!(written.calls[0].pair.event_type, EventType(902));
}

#[test]
fn codes_follow_the_version_of_the_server() {
    let old = Target::new(UnityVersion::V6_11);
    let event = of_kind(Kind::MedicationNotTaken);
    let code = |target| {
        calls_of(&event, &device(), target).expect("a code").calls[0]
            .pair
            .event_type
    };
    assert_eq!(
        (code(&old), code(&latest())),
        (EventType(917), EventType(923))
    );
    for code in [917, 923] {
        let event = plain(EventMethod::Post, EventType(code));
        assert_eq!(event.kind, Kind::MedicationNotTaken);
        let written = calls_of(&event, &device(), &old).expect("a code");
        assert_eq!(written.calls[0].pair.event_type, EventType(917));
    }
    let oldest = Target::new(UnityVersion::V6_3);
    assert_eq!(
        calls_of(&of_kind(Kind::RespirationRate), &device(), &oldest),
        Err(Unsayable::NeedsVersion {
            event_type: EventType::RESPIRATION_RATE,
            feature: Feature::RespirationAndOxygen,
        })
    );
    let generic = oldest.with_fallback(Fallback::Suggested);
    let written = calls_of(&of_kind(Kind::RespirationRate), &device(), &generic).expect("a code");
    assert_eq!(written.calls[0].pair.event_type, EventType::ALARM);
}

#[test]
fn the_states_of_the_pull_cord_are_kinds_of_their_own() {
    let call = in_state(EventMethod::Post, State::ALARM_CALL);
    assert_eq!((call.kind, call.phase), (Kind::HelpCall, Phase::Start));
    let again = in_state(EventMethod::Put, State::ALARM_CALL);
    assert_eq!((again.kind, again.phase), (Kind::HelpCall, Phase::Update));
    for (state, kind) in [
        (State::PRESENT, Kind::PresenceAfterAlarm),
        (State::ASSISTANCE, Kind::AssistanceCall),
        (State::EMERGENCY_CALL, Kind::StaffEmergency),
    ] {
        let event = in_state(EventMethod::Put, state);
        assert_eq!((event.kind, event.phase), (kind, Phase::Start));
        let target = latest().with_active(true);
        let written = calls_of(&event, &device(), &target).expect("a state");
        let action = &written.calls[0].action;
        assert_eq!(action.method(), EventMethod::Put);
        assert_eq!(action.parameters().and_then(|p| p.state), Some(state));
    }
    // Without an active event a PUT might reach nobody.
    let emergency = in_state(EventMethod::Put, State::EMERGENCY_CALL);
    let written = calls_of(&emergency, &device(), &latest()).expect("a state");
    assert_eq!(written.calls[0].action.method(), EventMethod::Post);
    let end = plain(EventMethod::Delete, EventType::PATIENT_SIGNAL);
    let kinds = [
        Kind::HelpCall,
        Kind::PresenceAfterAlarm,
        Kind::AssistanceCall,
        Kind::StaffEmergency,
    ];
    assert_eq!(end.correlation.clears_kinds, kinds);

    let unknown = in_state(EventMethod::Post, State(-3));
    assert_eq!(unknown.kind, Kind::HelpCall);
}

#[test]
fn the_type_of_the_device_chooses_among_codes() {
    let event = of_kind(Kind::AssistanceCall);
    let cord = latest().with_device_type(DeviceType::PullCord);
    let call = |target: &Target| {
        let written = calls_of(&event, &device(), target).expect("a code");
        written.calls[0].pair.event_type
    };
    assert_eq!(call(&latest()), EventType::MOBILE_ASSISTANCE);
    assert_eq!(call(&cord), EventType::PATIENT_SIGNAL);
    let help = of_kind(Kind::HelpCall);
    let written = calls_of(&help, &device(), &cord).expect("a state");
    let parameters = written.calls[0].action.parameters().expect("a body");
    assert_eq!(parameters.state, Some(State::ALARM_CALL));
    // The end of a further call must not close the first.
    let mut end = event;
    end.phase = Phase::End;
    assert!(matches!(
        calls_of(&end, &device(), &cord),
        Err(Unsayable::NoCode { .. })
    ));
}

#[test]
fn ends_are_deletes_of_every_kind_that_they_clear() {
    let mut end = of_kind(Kind::Cancel);
    assert_eq!(
        calls_of(&end, &device(), &latest()),
        Err(Unsayable::EndOfWhat)
    );
    end.correlation.clears_kinds = vec![Kind::Fall, Kind::ManDown, Kind::BatteryLow];
    let written = calls_of(&end, &device(), &latest()).expect("codes");
    let codes: Vec<_> = written.calls.iter().map(|c| c.pair.event_type).collect();
    assert_eq!(codes, [EventType::FALL, EventType::LOW_BATTERY]);
    assert!(
        written
            .calls
            .iter()
            .all(|c| c.action == EventAction::Delete)
    );
}

#[test]
fn what_goes_with_an_event_survives_both_ways() {
    let mut parameters = EventParameters::new();
    parameters.trigger_value = TriggerValue::new(36.5);
    parameters.description = Some(Description::new("Fall ved sengen").expect("short"));
    parameters.external_event_id = Some(ExternalEventId::new("01J9").expect("not empty"));
    let image = Image::new(vec![0xff, 0xd8, 0xff]).expect("not empty");
    parameters.images = Images::new(vec![image]).expect("one");
    let event = reported(EventMethod::Post, EventType::FALL, &parameters);
    assert_eq!(event.correlation.source_ref.as_deref(), Some("01J9"));
    assert_eq!(
        event.correlation.dedup_key.as_deref(),
        Some("SN-004711/906/01J9")
    );
    assert_eq!(event.attachments.len(), 3);

    let written = calls_of(&event, &device(), &latest()).expect("a code");
    let sent = written.calls[0].action.parameters().expect("a body");
    parameters.external_event_id = ExternalEventId::new(&event.event_id.to_string()).ok();
    assert_eq!(**sent, parameters);
    assert!(written.left_out.is_empty() && written.loss().is_none());
    assert!(!format!("{event:?}").contains("sengen"));
}

#[test]
fn what_is_lost_is_said() {
    let mut event = of_kind(Kind::Fall);
    event.priority = Priority::Critical;
    event.subjects = vec![Subject::new("P1", alarm_codes::FoundBy::Message)];
    event.location.code = Some("011".into());
    event.location.text = Some("Rom 12".into());
    event.voice.mode = Some(alarm_codes::VoiceMode::Callback);
    event.times.device = Some(alarm_codes::DeviceTime::new("2026-11-22T00:21:02"));
    let mut measured = Measurement::new("36.60");
    measured.unit = Some("°C".into());
    event.attachments = vec![
        Attachment::Text(Private::new("ordet ".repeat(60))),
        Attachment::Measurement(measured),
        Attachment::Picture(Picture::Inline {
            media_type: "image/png".into(),
            content: Private::new(Bytes(vec![1])),
        }),
    ];
    let written = calls_of(&event, &device(), &latest()).expect("a code");
    let sent = written.calls[0].action.parameters().expect("a body");
    let text = sent.description.as_ref().expect("a text").as_str();
    assert!(text.ends_with("ordet") && text.len() > 190, "{text}");
    for part in [
        Part::Priority,
        Part::Subject,
        Part::Location,
        Part::Voice,
        Part::DeviceTime,
        Part::Measurements,
        Part::Pictures,
        Part::Text,
    ] {
        assert!(written.left_out.contains(&part), "{part}");
    }
    assert_eq!(written.left_out.len(), 8);

    let old = calls_of(&event, &device(), &Target::new(UnityVersion::V6_9)).expect("a code");
    let sent = old.calls[0].action.parameters().expect("a body");
    assert!(sent.description.is_none() && old.left_out.contains(&Part::Text));
}

#[test]
fn a_test_says_so_or_does_not_leave() {
    let mut event = of_kind(Kind::HelpCall);
    event.test = true;
    let written = calls_of(&event, &device(), &latest()).expect("a code");
    let sent = written.calls[0].action.parameters().expect("a body");
    assert_eq!(
        sent.description.as_ref().map(Description::as_str),
        Some("TEST")
    );
    let old = Target::new(UnityVersion::V6_9);
    assert_eq!(
        calls_of(&event, &device(), &old),
        Err(Unsayable::TestUnmarked)
    );
}

#[test]
fn a_status_is_a_sign_of_life() {
    let event = heartbeat_of(&device(), &received(1).with_raw(b"{}"));
    assert_eq!(
        (event.kind, event.class),
        (Kind::Heartbeat, Class::Supervision)
    );
    assert!(event.raw.is_some());
}

fn webhook(end: bool, code: EventType, id: Option<&str>) -> Webhook {
    let mut changed = EventStateChanged::inactive(device(), code);
    changed.is_active = !end;
    changed.external_event_id = id.map(|id| ExternalEventId::new(id).expect("not empty"));
    changed.into()
}

#[test]
fn a_webhook_closes_the_event_that_it_names_and_no_newer_one() {
    let version = UnityVersion::LATEST;
    let at = Timestamp::UNIX_EPOCH;
    let mut event = plain(EventMethod::Post, EventType::FALL);
    let id = event.event_id.to_string();
    for (webhook, answer) in [
        (
            webhook(true, EventType::FALL, Some("another")),
            Closed::AnotherEvent,
        ),
        (
            webhook(true, EventType::INACTIVITY, Some(&id)),
            Closed::AnotherEvent,
        ),
        (
            webhook(false, EventType::FALL, Some(&id)),
            Closed::StillActive,
        ),
    ] {
        let before = event.clone();
        assert_eq!(close(&mut event, &webhook, version, at), answer);
        assert_eq!(event, before);
    }
    let named = webhook(true, EventType::FALL, Some(&id));
    assert_eq!(close(&mut event, &named, version, at), Closed::Now);
    assert_eq!(
        (event.handling, event.condition),
        (Handling::Closed, Condition::Cleared)
    );
    assert_eq!((event.acks.len(), event.history.len()), (1, 2));
    assert_eq!(close(&mut event, &named, version, at), Closed::Before);
    assert_eq!((event.acks.len(), event.history.len()), (1, 2));

    let mut other = plain(EventMethod::Post, EventType::FALL);
    other.device.controller = Some("SN-2".into());
    let unnamed = webhook(true, EventType::FALL, None);
    assert_eq!(
        close(&mut other, &unnamed, version, at),
        Closed::AnotherEvent
    );
}

#[test]
fn a_webhook_closes_what_went_out_under_any_code() {
    let version = UnityVersion::LATEST;
    let at = Timestamp::UNIX_EPOCH;
    for &kind in Kind::ALL {
        let mut event = of_kind(kind);
        event.device.controller = Some("SN-004711".into());
        for fallback in [Fallback::Refuse, Fallback::Suggested] {
            let target = latest().with_fallback(fallback);
            let Ok(written) = calls_of(&event, &device(), &target) else {
                continue;
            };
            let code = written.calls[0].pair.event_type;
            let mut event = event.clone();
            let request = Webhook::from(RequestDeactivateEvent::new(device(), code));
            assert_eq!(
                close(&mut event, &request, version, at),
                Closed::Now,
                "{kind}"
            );
        }
    }
}

#[test]
fn a_webhook_is_an_end_for_the_journal() {
    let id = EventId(7).to_string();
    let end = event_of_webhook(&webhook(true, EventType::FALL, Some(&id)), &received(2));
    assert_eq!((end.kind, end.phase), (Kind::Cancel, Phase::End));
    assert_eq!(end.correlation.clears, Some(Reference::Event(EventId(7))));
    assert_eq!(end.correlation.clears_kinds, [Kind::Fall]);
    let on = event_of_webhook(&webhook(false, EventType::FALL, Some("x")), &received(2));
    assert_eq!((on.kind, on.phase), (Kind::Fall, Phase::Update));
    assert_eq!(
        on.correlation.updates,
        Some(Reference::SourceRef("x".into()))
    );
}

proptest! {
    #[test]
    fn every_number_and_state_is_taken_and_goes_on_as_it_came(
        code: u32, state in prop::option::of(any::<i32>()), put: bool,
    ) {
        let mut parameters = EventParameters::new();
        parameters.state = state.map(State);
        let method = if put { EventMethod::Put } else { EventMethod::Post };
        let event = reported(method, EventType(code), &parameters);
        let written = calls_of(&event, &device(), &latest()).expect("its own code");
        let wanted = EventType(code).for_version(UnityVersion::LATEST);
        prop_assert_eq!(written.calls[0].pair.event_type, wanted);
        let sent = written.calls[0].action.parameters().and_then(|p| p.state);
        prop_assert_eq!(sent, state.filter(|state| *state >= 0).map(State));
    }
}
