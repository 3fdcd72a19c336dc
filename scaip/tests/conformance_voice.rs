//! The voice call: lines 57 to 62 of the conformance list (SCAIP reference 15), without audio.
//! Time is an argument.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use scaip::call::{
    CallEnd, CallError, CallExpectations, CallSettings, ClearDown, ClearDownOutput, ClearedBy,
    DuringCall, Event, ExpectedCall, IncomingCall, Match, NoCall, PairedBy, Pairing, PhoneNumber,
    VoiceReply, VoiceTarget,
};
use scaip::dtmf::{Digit, Effect, ToneLength, VolumeKeys};
use scaip::{
    CallAddress, CallHandling, CallHandlingReply, Confidence, ControllerId, DecodeOptions,
    DeviceType, MediaReply, MediaRequest, Reference, Request, Response, StatusNumber,
    decode_request,
};

const CID: &str = "40211870";

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn alarm(cid: &str) -> Request<'static> {
    Request::new(
        Reference::new("a1"),
        ControllerId::from(cid.to_owned()),
        DeviceType::PERSONAL_TRIGGER,
    )
}

fn alarm_with(crd: &[&str]) -> Request<'static> {
    let crd: String = crd.iter().map(|crd| format!("<crd>{crd}</crd>")).collect();
    let body = format!("<mrq><ref>a1</ref><cid>{CID}</cid><dty>0003</dty>{crd}</mrq>");
    let options = DecodeOptions::lenient();
    let decoded = decode_request(body.as_bytes(), &options).unwrap();
    decoded.message().clone().into_owned()
}

fn duplex(target: VoiceTarget<'static>) -> VoiceReply<'static> {
    VoiceReply::new(MediaReply::DUPLEX, target)
}

fn answer(request: &Request<'_>, voice: &VoiceReply<'static>) -> Response<'static> {
    let reference = request.reference.clone().into_owned();
    let mut response = Response::new(reference, StatusNumber::OK);
    let _ = voice.fill(request, &mut response);
    response
}

/// Expectations with one accepted alarm in them, to the configured address.
fn expecting(now: Instant, request: &Request<'_>) -> CallExpectations<u64> {
    let mut calls = CallExpectations::new(CallSettings::default());
    expect(&mut calls, now, 1, request, VoiceTarget::Configured).unwrap();
    calls
}

fn expect(
    calls: &mut CallExpectations<u64>,
    now: Instant,
    alarm: u64,
    request: &Request<'_>,
    target: VoiceTarget<'static>,
) -> Result<Vec<ExpectedCall>, CallError> {
    let voice = duplex(target);
    let response = answer(request, &voice);
    calls
        .expect(now, alarm, request, &response, &voice.target)
        .map(|expectation| expectation.calls.clone())
}

fn from(user: &str) -> IncomingCall<'_> {
    IncomingCall {
        from_user: Some(user),
        ..IncomingCall::default()
    }
}

fn by_phone(number: &str) -> IncomingCall<'_> {
    IncomingCall {
        caller_number: Some(number),
        ..IncomingCall::default()
    }
}

fn to(called: &str) -> IncomingCall<'_> {
    IncomingCall {
        called: Some(called),
        ..IncomingCall::default()
    }
}

fn paired(found: Match<u64>) -> Pairing<u64> {
    match found {
        Match::Paired(pairing) => pairing,
        other => panic!("{other:?}"),
    }
}

const UNEXPECTED: Match<u64> = Match::Unexpected { known: None };

#[test]
fn line_57_every_form_of_crd_says_what_call_to_expect() {
    let user = |user: &str| ExpectedCall::FromUser(user.into());
    let number = |number: &str| ExpectedCall::CallerNumber(PhoneNumber::read(number).unwrap());
    let now = Instant::now();
    for (crd, more) in [
        (&[][..], vec![]),
        (&["sip:"], vec![]),
        (&["SIP:"], vec![]),
        (&["sip:40211870@arc.example.net"], vec![number("40211870")]),
        (&["sip:flat7@arc.example.net"], vec![user("flat7")]),
        (&["gsm:+4700000000"], vec![number("4700000000")]),
        (&["gsm:"], vec![ExpectedCall::UnknownNumber]),
        (&["gsm:+"], vec![ExpectedCall::UnknownNumber]),
        (&["tel:004700000000"], vec![number("4700000000")]),
        (&["sip-pp:"], vec![]),
        // An unknown scheme: its number, if it has one.
        (&["voip:+4700000000"], vec![number("4700000000")]),
        (&["voip:flat 7"], vec![ExpectedCall::UnknownNumber]),
        (
            &["sip:", "gsm:+4700000000", "no-voice:"],
            vec![number("4700000000")],
        ),
    ] {
        let request = alarm_with(crd);
        let mut calls = CallExpectations::new(CallSettings::default());
        let expected = expect(&mut calls, now, 1, &request, VoiceTarget::Configured).unwrap();
        // The cid always tells.
        let mut all = vec![user(CID)];
        all.extend(more);
        assert_eq!(expected, all, "{crd:?}");
        assert_eq!(paired(calls.incoming(now, &from(CID))).alarm, 1, "{crd:?}");
    }
}

#[test]
fn line_57_an_unknown_scheme_and_several_crd_still_get_voice() {
    for crd in [&["fax:1"][..], &["no-voice:", "gsm:+4700000000"]] {
        let request = alarm_with(crd);
        let response = answer(&request, &duplex(VoiceTarget::Configured));
        assert_eq!(response.media_reply, MediaReply::DUPLEX, "{crd:?}");
    }
}

#[test]
fn line_58_no_voice_and_mreq_4_give_mre_0_and_no_call_is_expected() {
    let now = Instant::now();
    let mut no_media = alarm_with(&["sip:"]);
    no_media.media_request = MediaRequest::NO_MEDIA;
    let heartbeat = Request::heartbeat(Reference::new("a1"), ControllerId::new(CID));
    for (request, reason) in [
        (alarm_with(&["no-voice:"]), NoCall::NoVoice),
        (alarm_with(&["NO-VOICE:", "no-voice:"]), NoCall::NoVoice),
        (no_media, NoCall::MediaRequest),
        (heartbeat, NoCall::MessageType),
    ] {
        let desk = VoiceTarget::ForThisAlarm(CallAddress::new("sip:desk7@arc.example.net"));
        let voice = duplex(desk);
        let mut response = Response::new(request.reference.clone(), StatusNumber::OK);
        assert_eq!(voice.fill(&request, &mut response), Err(reason));
        assert_eq!(
            response,
            Response::new(request.reference.clone(), StatusNumber::OK)
        );
        let mut calls = CallExpectations::new(CallSettings::default());
        assert_eq!(
            calls.expect(now, 1, &request, &response, &voice.target),
            Err(CallError::NoCall(reason))
        );
        assert_eq!(calls.expected(), 0);
        assert_eq!(calls.incoming(now, &from(CID)), UNEXPECTED);
    }
}

#[test]
fn the_caller_chooses_speech_and_target() {
    let request = alarm(CID);
    let response = answer(&request, &duplex(VoiceTarget::Configured));
    assert_eq!(
        response.call_handling_reply,
        CallHandlingReply::PREDEFINED_RECEIVER
    );
    assert!(response.transferred_numbers.is_empty());
    let desk = VoiceTarget::Shared(CallAddress::new("tel:+4700000001"));
    let listen = VoiceReply::new(MediaReply::LISTEN_ONLY, desk);
    let response = answer(&request, &listen);
    assert_eq!(response.media_reply, MediaReply::LISTEN_ONLY);
    assert_eq!(
        response.call_handling_reply,
        CallHandlingReply::TRANSFERRED_NUMBER
    );
    assert_eq!(response.transferred_numbers.len(), 1);
    let mut refusal = Response::new(Reference::new("a1"), StatusNumber::NOT_TREATED);
    assert_eq!(
        listen.fill(&request, &mut refusal),
        Err(NoCall::NotAccepted)
    );
    let mut quiet = Response::new(Reference::new("a1"), StatusNumber::OK);
    assert_eq!(
        VoiceReply::none().fill(&request, &mut quiet),
        Err(NoCall::NotWanted)
    );
}

#[test]
fn no_call_comes_in_when_the_receiver_calls_back() {
    let mut request = alarm(CID);
    request.call_handling = CallHandling::RECEIVER_CALLS_BACK;
    let mut calls = CallExpectations::new(CallSettings::default());
    assert_eq!(
        expect(
            &mut calls,
            Instant::now(),
            1,
            &request,
            VoiceTarget::Configured
        ),
        Err(CallError::NoCall(NoCall::CallBack))
    );
}

#[test]
fn line_59_a_call_within_the_wait_is_paired() {
    let now = Instant::now();
    let mut calls = expecting(now, &alarm(CID));
    let almost = now + seconds(60) - Duration::from_millis(1);
    let pairing = paired(calls.incoming(almost, &from(CID)));
    assert_eq!((pairing.alarm, pairing.attempt), (1, 1));
    assert_eq!(pairing.by, PairedBy::FromUser);
    assert_eq!(pairing.media, MediaReply::DUPLEX);
    assert_eq!(calls.poll_event(now + seconds(120)), None);
    assert_eq!(calls.poll_event(now + seconds(3600)), None);
    assert_eq!(calls.expected(), 0);
    assert_eq!(calls.poll_timeout(), None);
}

#[test]
fn line_59_a_late_call_is_told_apart() {
    let now = Instant::now();
    let mut calls = expecting(now, &alarm(CID));
    let over = now + seconds(60);
    assert_eq!(calls.poll_timeout(), Some(over));
    let missing = Event::NotCalled {
        controller: ControllerId::new(CID),
        alarm: 1,
        attempts: 0,
    };
    assert_eq!(calls.poll_event(over), Some(missing));
    let Match::Late { pairing, late_by } = calls.incoming(over + seconds(10), &from(CID)) else {
        panic!()
    };
    assert_eq!((pairing.alarm, late_by), (1, seconds(10)));
}

#[test]
fn line_59_a_call_that_never_comes_is_told_once_and_forgotten_after_the_grace() {
    let now = Instant::now();
    let mut calls = expecting(now, &alarm(CID));
    assert!(calls.poll_event(now + seconds(61)).is_some());
    assert_eq!(calls.poll_event(now + seconds(62)), None);
    let gone = now + seconds(360);
    assert_eq!(calls.incoming(gone, &from(CID)), UNEXPECTED);
    assert_eq!(calls.poll_event(gone), None);
    assert_eq!(calls.expected(), 0);
}

#[test]
fn line_59_no_time_limit_is_a_long_one_and_not_none_at_all() {
    let now = Instant::now();
    let forever = Duration::MAX;
    let mut settings = CallSettings::default();
    settings.grace = forever;
    settings.longest_call = forever;
    let mut calls = CallExpectations::new(settings);
    let request = alarm(CID);
    let voice = duplex(VoiceTarget::Configured);
    let response = answer(&request, &voice);
    calls
        .expect_within(now, forever, 1_u64, &request, &response, &voice.target)
        .unwrap();
    calls.call_started(now, &request.controller_id).unwrap();
    let late = now + seconds(364 * 24 * 60 * 60);
    assert_eq!(calls.poll_event(late), None);
    assert_eq!(calls.expected(), 1);
    assert!(calls.in_call(&request.controller_id));
    // Within its wait still, so not late.
    assert_eq!(paired(calls.incoming(late, &from(CID))).alarm, 1);
}

#[test]
fn line_59_a_second_call_after_a_dropped_one_is_paired_again_and_after_clear_down_is_not() {
    let now = Instant::now();
    let unit = ControllerId::new(CID);
    let mut calls = expecting(now, &alarm(CID));
    let first = now + seconds(20);
    assert_eq!(paired(calls.incoming(first, &from(CID))).attempt, 1);
    calls.call_started(first, &unit).unwrap();
    // It goes on for longer than wait and grace together.
    let dropped = first + seconds(1000);
    assert_eq!(calls.poll_event(dropped), None);
    assert!(calls.call_ended(dropped, &unit, CallEnd::Dropped));
    let again = dropped + seconds(30);
    assert_eq!(paired(calls.incoming(again, &from(CID))).attempt, 2);
    calls.call_started(again, &unit).unwrap();
    assert!(calls.call_ended(again + seconds(60), &unit, CallEnd::ClearedDown));
    assert_eq!(calls.incoming(again + seconds(61), &from(CID)), UNEXPECTED);
    assert!(!calls.call_ended(again + seconds(62), &unit, CallEnd::Dropped));
    assert_eq!(calls.poll_timeout(), None);
}

#[test]
fn line_59_a_unit_that_does_not_call_again_after_a_dropped_call_is_told() {
    let now = Instant::now();
    let unit = ControllerId::new(CID);
    let mut calls = expecting(now, &alarm(CID));
    paired(calls.incoming(now, &from(CID)));
    calls.call_started(now, &unit).unwrap();
    calls.call_ended(now + seconds(5), &unit, CallEnd::Dropped);
    assert_eq!(calls.poll_event(now + seconds(64)), None);
    let missing = Event::NotCalled {
        controller: unit,
        alarm: 1,
        attempts: 1,
    };
    assert_eq!(calls.poll_event(now + seconds(65)), Some(missing));
}

#[test]
fn line_59_a_second_call_while_the_first_goes_on_keeps_the_unit_in_call() {
    let now = Instant::now();
    let unit = ControllerId::new(CID);
    let mut calls = expecting(now, &alarm(CID));
    paired(calls.incoming(now, &from(CID)));
    calls.call_started(now, &unit).unwrap();
    assert_eq!(paired(calls.incoming(now, &from(CID))).attempt, 2);
    calls.call_started(now, &unit).unwrap();
    calls.call_ended(now, &unit, CallEnd::Dropped);
    assert!(calls.in_call(&unit));
    calls.call_ended(now, &unit, CallEnd::Dropped);
    assert!(!calls.in_call(&unit));
}

#[test]
fn line_59_another_number_is_unexpected_until_it_is_learned() {
    let now = Instant::now();
    let unit = ControllerId::new(CID);
    let mut calls = expecting(now, &alarm_with(&["gsm:+4700000000"]));
    let pairing = paired(calls.incoming(now, &by_phone("0047 00 00 00 00")));
    assert_eq!(pairing.by, PairedBy::CallerNumber);
    assert_eq!(calls.incoming(now, &by_phone("+4700000001")), UNEXPECTED);
    let other = PhoneNumber::read("+4700000001").unwrap();
    calls.learn(&unit, &other).unwrap();
    let pairing = paired(calls.incoming(now, &by_phone("4700000001")));
    assert_eq!((pairing.alarm, pairing.by), (1, PairedBy::LearnedNumber));
    // Long after, the number still tells who calls.
    let later = now + seconds(86_400);
    assert_eq!(
        calls.incoming(later, &by_phone("4700000001")),
        Match::Unexpected { known: Some(unit) }
    );
    assert!(calls.unlearn(&ControllerId::new(CID), &other));
    assert_eq!(calls.incoming(later, &by_phone("4700000001")), UNEXPECTED);
}

#[test]
fn line_59_a_unit_that_does_not_know_its_number_is_known_by_a_learned_one() {
    let now = Instant::now();
    let mut calls = expecting(now, &alarm_with(&["gsm:+"]));
    let number = PhoneNumber::read("+4700000000").unwrap();
    calls.learn(&ControllerId::new(CID), &number).unwrap();
    // The gateway puts the number into From.
    let pairing = paired(calls.incoming(now, &from("+4700000000")));
    assert_eq!(pairing.by, PairedBy::LearnedNumber);
}

#[test]
fn line_59_a_number_of_two_units_is_reported_as_ambiguous() {
    let now = Instant::now();
    let mut calls = CallExpectations::new(CallSettings::default());
    let shared = PhoneNumber::read("+4700000000").unwrap();
    for (key, cid) in [(1, "40211870"), (2, "40211871")] {
        expect(&mut calls, now, key, &alarm(cid), VoiceTarget::Configured).unwrap();
        calls.learn(&ControllerId::new(cid), &shared).unwrap();
    }
    let pairing = paired(calls.incoming(now, &by_phone("+4700000000")));
    assert!(pairing.ambiguous);
    // The next call goes to the one that has had none.
    let second = paired(calls.incoming(now, &by_phone("+4700000000")));
    assert_ne!(pairing.alarm, second.alarm);
    // The From user is not ambiguous.
    assert!(!paired(calls.incoming(now, &from("40211871"))).ambiguous);
}

#[test]
fn a_number_handed_out_for_one_alarm_tells_that_alarm_and_a_shared_one_does_not() {
    let now = Instant::now();
    let mut calls = CallExpectations::new(CallSettings::default());
    let own = |user: &str| {
        VoiceTarget::ForThisAlarm(CallAddress::new(format!("sip:{user}@arc.example.net")))
    };
    expect(&mut calls, now, 1, &alarm("40211870"), own("x1")).unwrap();
    expect(&mut calls, now, 2, &alarm("40211870"), own("x2")).unwrap();
    let desk = VoiceTarget::Shared(CallAddress::new("tel:+4700000009"));
    expect(&mut calls, now, 3, &alarm("40211871"), desk).unwrap();
    let number = VoiceTarget::ForThisAlarm(CallAddress::new("tel:+4700000010"));
    expect(&mut calls, now, 4, &alarm("40211872"), number).unwrap();

    let pairing = paired(calls.incoming(now, &to("sip:x2@192.0.2.9;transport=tcp")));
    assert_eq!((pairing.alarm, pairing.by), (2, PairedBy::CalledAddress));
    assert_eq!(paired(calls.incoming(now, &to("x1"))).alarm, 1);
    assert_eq!(paired(calls.incoming(now, &to("004700000010"))).alarm, 4);
    assert_eq!(calls.incoming(now, &to("+4700000009")), UNEXPECTED);
    // Both marks of a call: the unit by its user, the alarm by the number called.
    let both = IncomingCall {
        called: Some("x2"),
        ..from("40211870")
    };
    let pairing = paired(calls.incoming(now, &both));
    assert_eq!((pairing.alarm, pairing.by), (2, PairedBy::FromUser));
}

#[test]
fn of_several_alarms_of_one_unit_the_one_that_still_waits_is_called_about() {
    let now = Instant::now();
    let mut calls = expecting(now, &alarm(CID));
    let later = now + seconds(70);
    assert!(calls.poll_event(later).is_some());
    expect(&mut calls, later, 2, &alarm(CID), VoiceTarget::Configured).unwrap();
    expect(&mut calls, later, 3, &alarm(CID), VoiceTarget::Configured).unwrap();
    assert_eq!(paired(calls.incoming(later, &from(CID))).alarm, 2);
    assert_eq!(paired(calls.incoming(later, &from(CID))).alarm, 3);
    assert!(matches!(
        calls.incoming(later, &from(CID)),
        Match::Late { pairing, .. } if pairing.alarm == 1
    ));
}

#[test]
fn clearing_down_a_call_ends_its_alarm_and_leaves_the_one_that_had_no_call() {
    let now = Instant::now();
    let unit = ControllerId::new(CID);
    let mut calls = expecting(now, &alarm(CID));
    expect(&mut calls, now, 2, &alarm(CID), VoiceTarget::Configured).unwrap();
    assert_eq!(paired(calls.incoming(now, &from(CID))).alarm, 1);
    calls.call_started(now, &unit).unwrap();
    calls.call_ended(now + seconds(5), &unit, CallEnd::ClearedDown);
    assert_eq!(calls.expected(), 1);
    let missing = Event::NotCalled {
        controller: unit,
        alarm: 2,
        attempts: 0,
    };
    assert_eq!(calls.poll_event(now + seconds(60)), Some(missing));
}

#[test]
fn a_repeated_alarm_is_one_expectation_and_a_reset_ends_it() {
    let now = Instant::now();
    let unit = ControllerId::new(CID);
    let mut calls = expecting(now, &alarm(CID));
    let repeat = now + seconds(50);
    expect(&mut calls, repeat, 1, &alarm(CID), VoiceTarget::Configured).unwrap();
    assert_eq!(calls.expected(), 1);
    assert_eq!(calls.poll_event(now + seconds(109)), None);
    assert_eq!(calls.poll_timeout(), Some(repeat + seconds(60)));
    assert!(calls.cancel(&unit, &1));
    assert!(!calls.cancel(&unit, &1));
    assert_eq!(calls.incoming(repeat, &from(CID)), UNEXPECTED);
    assert_eq!(calls.poll_timeout(), None);
}

#[test]
fn line_60_a_heartbeat_during_a_call_is_answered_with_mre_0_and_the_call_untouched() {
    let now = Instant::now();
    let unit = ControllerId::new(CID);
    for during_call in [DuringCall::NoVoice, DuringCall::Busy] {
        let mut settings = CallSettings::default();
        settings.during_call = during_call;
        let mut calls = CallExpectations::<u64>::new(settings);
        calls.call_started(now, &unit).unwrap();
        let heartbeat = Request::heartbeat(Reference::new("H1"), unit.clone());
        let mut response = Response::new(Reference::new("H1"), StatusNumber::OK);
        assert!(calls.restrain(&heartbeat, &mut response));
        assert_eq!(
            response,
            Response::new(Reference::new("H1"), StatusNumber::OK)
        );
        assert!(calls.in_call(&unit));
        // A second alarm sets up no second call.
        let second = alarm(CID);
        let voice = duplex(VoiceTarget::Shared(CallAddress::new("sip:d@example.net")));
        let mut response = answer(&second, &voice);
        assert!(calls.restrain(&second, &mut response));
        let status = match during_call {
            DuringCall::NoVoice => StatusNumber::OK,
            DuringCall::Busy => StatusNumber::BUSY,
        };
        assert_eq!(response, Response::new(Reference::new("a1"), status));
        let none = calls.expect(now, 2, &second, &response, &voice.target);
        assert!(matches!(none, Err(CallError::NoCall(_))));
        // Other units are free, and this one is after its call.
        assert!(!calls.restrain(&alarm("40211871"), &mut response));
        calls.call_ended(now, &unit, CallEnd::ClearedDown);
        assert!(!calls.restrain(&second, &mut response));
    }
}

#[test]
fn line_60_a_call_whose_end_nobody_reported_does_not_leave_the_unit_without_voice() {
    let now = Instant::now();
    let unit = ControllerId::new(CID);
    let mut calls = CallExpectations::<u64>::new(CallSettings::default());
    calls.call_started(now, &unit).unwrap();
    let end = now + seconds(7200);
    assert_eq!(calls.poll_timeout(), Some(end));
    let overrun = Event::CallOverrun {
        controller: unit.clone(),
    };
    assert_eq!(calls.poll_event(end), Some(overrun));
    assert!(!calls.in_call(&unit));
}

#[test]
fn line_61_every_digit_in_both_directions_with_the_volume_swapped_by_setting() {
    let fixed = [
        (Effect::ClearDown, '0'),
        (Effect::Duplex, '4'),
        (Effect::Listen, '7'),
        (Effect::Speak, '8'),
        (Effect::OperateOutput, '9'),
    ];
    let volume = [
        (VolumeKeys::OneUp, '1', '3'),
        (VolumeKeys::OneDown, '3', '1'),
    ];
    for (keys, up, down) in volume {
        let mut table: BTreeMap<char, Effect> = fixed.iter().map(|&(e, d)| (d, e)).collect();
        table.insert(up, Effect::VolumeUp);
        table.insert(down, Effect::VolumeDown);
        for sign in "0123456789*#ABCD".chars() {
            let digit = Digit::new(sign).unwrap();
            let effect = table.get(&sign).copied();
            assert_eq!(keys.effect_of(digit), effect, "{keys:?} {sign}");
            if let Some(effect) = effect {
                assert_eq!(keys.digit_for(effect), digit, "{keys:?} {sign}");
            }
        }
    }
    for (media, digit) in [(1, '4'), (2, '7'), (3, '8')] {
        let effect = Effect::of_media(MediaReply::new(media)).unwrap();
        assert_eq!(VolumeKeys::OneUp.digit_for(effect).get(), digit);
    }
    assert_eq!(Effect::of_media(MediaReply::NO_VOICE), None);
}

#[test]
fn line_61_the_digits_are_those_of_the_code_file() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/scaip-codes.csv");
    let mut rows = csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(path)
        .unwrap();
    let mut seen = 0;
    for row in rows.records().map(Result::unwrap) {
        if &row[0] != "dtmf" {
            continue;
        }
        seen += 1;
        let digit = Digit::new(row[1].chars().next().unwrap()).unwrap();
        let effect = VolumeKeys::OneUp.effect_of(digit).unwrap();
        let confidence = if row[3].contains("confidence A") {
            Confidence::A
        } else {
            Confidence::C
        };
        assert_eq!(effect.confidence(), confidence, "{row:?}");
        let word = match effect {
            Effect::ClearDown => "Clear down",
            Effect::VolumeUp | Effect::VolumeDown => "Volume",
            Effect::Duplex => "Duplex",
            Effect::Listen => "(listen)",
            Effect::Speak => "(speak)",
            Effect::OperateOutput => "output",
            other => panic!("{other:?}"),
        };
        assert!(row[2].contains(word), "{row:?}");
    }
    assert_eq!(seen, Effect::ALL.len());
}

#[test]
fn line_62_clear_down_sends_0_and_the_device_hangs_up() {
    let now = Instant::now();
    let mut clear_down = ClearDown::new(now, ClearDown::USUAL_WAIT, ToneLength::USUAL);
    let zero = ClearDownOutput::SendDigit {
        digit: Digit::ZERO,
        length: ToneLength::USUAL,
    };
    assert_eq!(clear_down.poll_output(now), Some(zero));
    assert_eq!(clear_down.poll_output(now), None);
    assert_eq!(clear_down.outcome(), None);
    clear_down.hung_up();
    assert_eq!(clear_down.outcome(), Some(ClearedBy::Device));
    assert_eq!(clear_down.poll_timeout(), None);
    assert_eq!(clear_down.poll_output(now + seconds(60)), None);
}

#[test]
fn line_62_a_device_that_does_not_hang_up_is_forced_after_the_wait() {
    let now = Instant::now();
    let mut clear_down = ClearDown::new(now, ClearDown::USUAL_WAIT, ToneLength::EARLIER);
    assert!(clear_down.poll_output(now).is_some());
    let end = now + seconds(10);
    assert_eq!(clear_down.poll_timeout(), Some(end));
    assert_eq!(clear_down.poll_output(end - Duration::from_millis(1)), None);
    assert_eq!(clear_down.poll_output(end), Some(ClearDownOutput::HangUp));
    assert_eq!(clear_down.outcome(), Some(ClearedBy::Force));
    clear_down.hung_up();
    assert_eq!(clear_down.outcome(), Some(ClearedBy::Force));
    assert_eq!(clear_down.poll_output(end + seconds(1)), None);
}

#[test]
fn line_62_the_digit_comes_before_the_hanging_up_even_if_nobody_asked_in_time() {
    let now = Instant::now();
    let mut clear_down = ClearDown::new(now, Duration::ZERO, ToneLength::USUAL);
    let first = clear_down.poll_output(now);
    assert!(matches!(first, Some(ClearDownOutput::SendDigit { .. })));
    let second = clear_down.poll_output(now);
    assert_eq!(second, Some(ClearDownOutput::HangUp));
}

#[test]
fn everything_is_bounded() {
    let now = Instant::now();
    let mut settings = CallSettings::default();
    settings.calls = 20;
    settings.learned = 100;
    let mut calls = CallExpectations::new(settings);
    let mut of_one = 0;
    while expect(
        &mut calls,
        now,
        of_one,
        &alarm(CID),
        VoiceTarget::Configured,
    )
    .is_ok()
    {
        of_one += 1;
    }
    assert_eq!(of_one, 16);
    let mut all = 16;
    while expect(
        &mut calls,
        now,
        99,
        &alarm(&format!("{all}")),
        VoiceTarget::Configured,
    )
    .is_ok()
    {
        all += 1;
    }
    assert_eq!(all, 20);
    let one = PhoneNumber::read("+4700000000").unwrap();
    let units = (0..).map(|number| ControllerId::new(format!("{number}")));
    let learned = units
        .clone()
        .take_while(|unit| calls.learn(unit, &one).is_ok())
        .count();
    assert_eq!(learned, 64);
    let learned = (1..)
        .map(|number| PhoneNumber::read(&format!("47{number:08}")).unwrap())
        .take_while(|number| calls.learn(&ControllerId::new(CID), number).is_ok())
        .count();
    assert_eq!(learned, 36, "100 in all");
    let started = units
        .take_while(|unit| calls.call_started(now, unit).is_ok())
        .count();
    assert_eq!(started, 20);
}

#[test]
fn debug_output_hides_numbers_and_users() {
    let now = Instant::now();
    let mut calls = expecting(
        now,
        &alarm_with(&["gsm:+4799999999", "sip:9999@example.net"]),
    );
    let number = PhoneNumber::read("+4799999999").unwrap();
    calls.learn(&ControllerId::new(CID), &number).unwrap();
    let desk = VoiceTarget::ForThisAlarm(CallAddress::new("tel:+4799999999"));
    let voice = duplex(desk);
    let request = alarm("1");
    let response = answer(&request, &voice);
    let expectation = calls
        .expect(now, 2, &request, &response, &voice.target)
        .unwrap()
        .clone();
    let call = IncomingCall {
        from_user: Some("9999"),
        caller_number: Some("+4799999999"),
        called: Some("tel:+4799999999"),
    };
    let found = calls.incoming(now, &call);
    let text = format!("{calls:?} {expectation:?} {voice:?} {call:?} {found:?} {number:?}");
    assert!(!text.contains("999"), "{text}");
}

#[derive(Debug, Clone)]
enum Step {
    Expect(u64, usize),
    Cancel(u64, usize),
    Incoming(usize),
    Started(usize),
    Ended(usize, bool),
    Pause(u64),
}

fn any_step() -> impl Strategy<Value = Step> {
    let unit = 0..3_usize;
    prop_oneof![
        3 => (0..4_u64, unit.clone()).prop_map(|(key, unit)| Step::Expect(key, unit)),
        1 => (0..4_u64, unit.clone()).prop_map(|(key, unit)| Step::Cancel(key, unit)),
        3 => unit.clone().prop_map(Step::Incoming),
        2 => unit.clone().prop_map(Step::Started),
        2 => (unit, any::<bool>()).prop_map(|(unit, clear)| Step::Ended(unit, clear)),
        3 => (0..500_u64).prop_map(Step::Pause),
    ]
}

const UNITS: [&str; 3] = ["40211870", "40211871", "40211872"];

proptest! {
    #[test]
    fn any_order_of_calls_and_alarms_ends_with_nothing_left(
        steps in prop::collection::vec(any_step(), 0..80),
    ) {
        let mut now = Instant::now();
        let mut calls = CallExpectations::new(CallSettings::default());
        // The alarms that wait for a call, by a model that knows no time.
        let mut waiting: BTreeMap<(usize, u64), bool> = BTreeMap::new();
        for step in steps {
            match step {
                Step::Expect(key, unit) => {
                    let target = VoiceTarget::Configured;
                    expect(&mut calls, now, key, &alarm(UNITS[unit]), target).unwrap();
                    waiting.insert((unit, key), true);
                }
                Step::Cancel(key, unit) => {
                    calls.cancel(&ControllerId::new(UNITS[unit]), &key);
                    waiting.remove(&(unit, key));
                }
                Step::Incoming(unit) => match calls.incoming(now, &from(UNITS[unit])) {
                    Match::Paired(pairing) | Match::Late { pairing, .. } => {
                        prop_assert_eq!(pairing.controller.as_str(), UNITS[unit]);
                        prop_assert!(waiting.contains_key(&(unit, pairing.alarm)));
                        prop_assert!(!pairing.ambiguous);
                    }
                    Match::Unexpected { known } => prop_assert_eq!(known, None),
                    other => panic!("{other:?}"),
                },
                Step::Started(unit) => {
                    calls.call_started(now, &ControllerId::new(UNITS[unit])).unwrap();
                }
                Step::Ended(unit, clear) => {
                    let end = if clear { CallEnd::ClearedDown } else { CallEnd::Dropped };
                    calls.call_ended(now, &ControllerId::new(UNITS[unit]), end);
                }
                Step::Pause(pause) => {
                    now += seconds(pause);
                    while let Some(event) = calls.poll_event(now) {
                        if let Event::NotCalled { controller, alarm, .. } = event {
                            let unit = UNITS.iter().position(|cid| *cid == controller.as_str());
                            prop_assert!(waiting.contains_key(&(unit.unwrap(), alarm)));
                        }
                    }
                    if let Some(next) = calls.poll_timeout() {
                        prop_assert!(next > now);
                    }
                }
            }
            prop_assert!(calls.expected() <= waiting.len());
        }
        // Time alone empties everything.
        for _ in 0..2000 {
            let Some(next) = calls.poll_timeout() else { break };
            now = now.max(next);
            while calls.poll_event(now).is_some() {}
        }
        prop_assert_eq!(calls.poll_timeout(), None);
        prop_assert_eq!(calls.expected(), 0);
        for unit in UNITS {
            prop_assert!(!calls.in_call(&ControllerId::new(unit)));
        }
    }

    #[test]
    fn no_text_of_a_caller_panics(
        user in ".{0,40}",
        number in "[+0-9 ().;:@a-z-]{0,40}",
        called in ".{0,40}",
        crd in "[a-z:+0-9@; ]{0,40}",
    ) {
        let now = Instant::now();
        let mut request = alarm(CID);
        request.caller_ids = CallAddress::new(crd).into();
        let mut calls = CallExpectations::new(CallSettings::default());
        let target = VoiceTarget::ForThisAlarm(CallAddress::new(called.clone()));
        let _ = expect(&mut calls, now, 1, &request, target);
        let call = IncomingCall {
            from_user: Some(&user),
            caller_number: Some(&number),
            called: Some(&called),
        };
        let _ = calls.incoming(now, &call);
        if let Some(read) = PhoneNumber::read(&number) {
            prop_assert_eq!(PhoneNumber::read(&format!("+{}", read.digits())), Some(read.clone()));
            prop_assert!(!read.digits().is_empty() && read.digits().len() <= 32);
        }
    }
}
