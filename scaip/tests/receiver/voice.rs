//! Lines 56, 59 and 60 through the receiver: which call is expected, and what ends that.

use std::time::Duration;

use scaip::call::{
    self, CallEnd, CallError, CallSettings, DuringCall, IncomingCall, Match, PairedBy, Pairing,
    VoiceReply, VoiceTarget,
};
use scaip::receiver::{AlarmKey, Answer, Event, NotTracked, RefusalReason};
use scaip::{
    CallAddress, CallHandlingReply, DecodeOptions, MediaReply, Response, StatusNumber,
    decode_request,
};

use crate::bench::{Bench, CID, Sip, incoming, mrq, refusal, seconds, unit};

fn bench() -> Bench {
    Bench::new(|config| config.calls = Some(CallSettings::default()))
}

fn desk() -> VoiceTarget<'static> {
    VoiceTarget::Shared(CallAddress::new("sip:desk7@arc.example.net"))
}

fn duplex(target: VoiceTarget<'static>) -> VoiceReply<'static> {
    VoiceReply::new(MediaReply::DUPLEX, target)
}

/// Accepts a message and asks for a call.
fn ask(
    bench: &mut Bench,
    body: &str,
    change: impl FnOnce(Answer<'static>) -> Answer<'static>,
) -> Response<'static> {
    let incoming = incoming(bench.send(&Sip::message(body.into())));
    let response = Response::new("x".into(), StatusNumber::OK);
    let answer = change(Answer::from(response).with_voice(duplex(desk())));
    bench
        .receiver
        .answer(bench.now, incoming.id, answer)
        .unwrap();
    bench.mrs()
}

fn call(bench: &mut Bench, from_user: &str) -> Match<AlarmKey> {
    let call = IncomingCall {
        from_user: Some(from_user),
        ..IncomingCall::default()
    };
    let now = bench.now;
    bench.receiver.calls_mut().unwrap().incoming(now, &call)
}

fn paired(found: Match<AlarmKey>) -> Pairing<AlarmKey> {
    match found {
        Match::Paired(pairing) => pairing,
        other => panic!("{other:?}"),
    }
}

fn expected(bench: &Bench) -> usize {
    bench.receiver.calls().unwrap().expected()
}

/// What time brought about calls.
fn brought(bench: &mut Bench) -> Vec<call::Event<AlarmKey>> {
    bench
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::Call(event) => Some(event),
            _ => None,
        })
        .collect()
}

#[test]
fn line_59_the_answer_asks_for_a_call_and_the_call_is_paired_with_its_alarm() {
    let mut bench = bench();
    let response = ask(&mut bench, &mrq("a1", CID, ""), |answer| answer);
    assert_eq!(response.media_reply, MediaReply::DUPLEX);
    assert_eq!(
        response.call_handling_reply,
        CallHandlingReply::TRANSFERRED_NUMBER
    );
    bench.now += seconds(59);
    let pairing = paired(call(&mut bench, CID));
    assert_eq!(pairing.alarm.reference.as_str(), "a1");
    assert_eq!(pairing.controller, unit());
    assert_eq!(pairing.by, PairedBy::FromUser);
    // From another number, and from another unit.
    assert!(matches!(
        call(&mut bench, "+4700000009"),
        Match::Unexpected { .. }
    ));
}

#[test]
fn line_59_a_late_call_is_told_apart_and_one_that_never_comes_is_told_once() {
    let mut bench = bench();
    ask(&mut bench, &mrq("a1", CID, ""), |answer| {
        answer.with_wait(seconds(20))
    });
    bench.wait(seconds(20));
    let over = brought(&mut bench);
    let [call::Event::NotCalled { alarm, .. }] = &over[..] else {
        panic!("{over:?}")
    };
    assert_eq!(alarm.reference.as_str(), "a1");
    bench.wait(seconds(40));
    assert!(brought(&mut bench).is_empty(), "once");
    assert!(matches!(call(&mut bench, CID), Match::Late { .. }));
    bench.wait(seconds(400));
    assert!(brought(&mut bench).is_empty());
    assert_eq!(expected(&bench), 0);
}

#[test]
fn line_59_a_wait_of_its_own_holds_after_a_dropped_call_too() {
    let mut bench = bench();
    ask(&mut bench, &mrq("a1", CID, ""), |answer| {
        answer.with_wait(seconds(200))
    });
    bench.wait(seconds(199));
    assert!(brought(&mut bench).is_empty());
    paired(call(&mut bench, CID));
    let now = bench.now;
    let calls = bench.receiver.calls_mut().unwrap();
    calls.call_started(now, &unit()).unwrap();
    assert!(calls.call_ended(now, &unit(), CallEnd::Dropped));
    bench.wait(seconds(199));
    assert!(brought(&mut bench).is_empty());
    assert_eq!(paired(call(&mut bench, CID)).attempt, 2);
}

#[test]
fn line_59_nothing_is_expected_that_the_response_does_not_ask_for() {
    let none = |answer: Answer<'static>| Answer::from(answer.response);
    let mut bench = bench();
    let response = ask(&mut bench, &mrq("a1", CID, ""), none);
    assert_eq!(response.media_reply, MediaReply::NO_VOICE);
    // Refused.
    let refused = incoming(bench.send(&Sip::message(mrq("a22", CID, ""))));
    let response = Response::new("x".into(), StatusNumber::NOT_TREATED);
    let answer = Answer::from(response).with_voice(duplex(desk()));
    bench
        .receiver
        .answer(bench.now, refused.id, answer)
        .unwrap();
    assert_eq!(bench.mrs().media_reply, MediaReply::NO_VOICE);
    // Forbidden by the request, also when the caller writes mre by hand.
    for body in [
        "<mrq><ref>b1</ref><cid>40211870</cid><dty>0023</dty><crd>no-voice:</crd></mrq>",
        "<mrq><ref>b2</ref><cid>40211870</cid><dty>0023</dty><crd>sip:</crd><mreq>4</mreq></mrq>",
    ] {
        let by_hand = |answer: Answer<'static>| {
            let mut answer = Answer::from(answer.response);
            answer.response.media_reply = MediaReply::DUPLEX;
            answer
        };
        assert_eq!(
            ask(&mut bench, body, by_hand).media_reply,
            MediaReply::NO_VOICE
        );
        bench.wait(seconds(40));
        bench.events();
        bench.sent();
    }
    assert_eq!(expected(&bench), 0);
    // By hand where it is allowed.
    let by_hand = |answer: Answer<'static>| {
        let mut answer = Answer::from(answer.response);
        answer.response.media_reply = MediaReply::DUPLEX;
        answer
    };
    let response = ask(&mut bench, &mrq("c4444", CID, ""), by_hand);
    assert_eq!(response.media_reply, MediaReply::DUPLEX);
    assert_eq!(expected(&bench), 1);
}

#[test]
fn line_59_a_repeated_alarm_is_one_expectation() {
    let mut bench = bench();
    for cseq in [31, 32] {
        let mut request = Sip::message(mrq("a1", CID, ""));
        request.cseq = cseq;
        let incoming = incoming(bench.send(&request));
        let answer = Answer::from(Response::new("a1".into(), StatusNumber::OK));
        bench
            .receiver
            .answer(bench.now, incoming.id, answer.with_voice(duplex(desk())))
            .unwrap();
        bench.now += seconds(30);
    }
    assert_eq!(expected(&bench), 1);
    bench.wait(seconds(29));
    assert!(brought(&mut bench).is_empty(), "waited for afresh");
}

#[test]
fn line_60_during_a_call_a_heartbeat_is_answered_with_mre_0_and_the_call_untouched() {
    let mut bench = bench();
    ask(&mut bench, &mrq("a1", CID, ""), |answer| answer);
    let now = bench.now;
    let calls = bench.receiver.calls_mut().unwrap();
    calls.call_started(now, &unit()).unwrap();
    let heartbeat = mrq("h22", CID, "<mty>PI</mty>");
    let response = ask(&mut bench, &heartbeat, |answer| answer);
    assert_eq!(response.status_number, StatusNumber::OK);
    assert_eq!(response.media_reply, MediaReply::NO_VOICE);
    // A second alarm sets up no second call.
    let response = ask(&mut bench, &mrq("a333", CID, ""), |answer| answer);
    assert_eq!(response.status_number, StatusNumber::OK);
    assert_eq!(response.media_reply, MediaReply::NO_VOICE);
    assert_eq!(expected(&bench), 1);
    assert!(bench.receiver.calls().unwrap().in_call(&unit()));
}

#[test]
fn line_60_with_busy_an_alarm_during_a_call_hears_6_and_is_not_handed_out() {
    let mut bench = Bench::new(|config| {
        let mut settings = CallSettings::default();
        settings.during_call = DuringCall::Busy;
        config.calls = Some(settings);
    });
    // One that is handed out before the call begins is answered as it was decided.
    let before = incoming(bench.send(&Sip::message(mrq("a1", CID, ""))));
    let now = bench.now;
    let calls = bench.receiver.calls_mut().unwrap();
    calls.call_started(now, &unit()).unwrap();
    let answer = Answer::from(Response::new("a1".into(), StatusNumber::OK));
    bench
        .receiver
        .answer(now, before.id, answer.with_voice(duplex(desk())))
        .unwrap();
    let response = bench.mrs();
    assert_eq!(response.status_number, StatusNumber::OK);
    assert_eq!(response.media_reply, MediaReply::NO_VOICE);

    let refusal = refusal(bench.send(&Sip::message(mrq("a22", CID, ""))));
    assert_eq!(refusal.reason, RefusalReason::InCall);
    assert_eq!(refusal.status_number, Some(StatusNumber::BUSY));
    assert_eq!(bench.mrs().status_number, StatusNumber::BUSY);
    let body = mrq("a22", CID, "");
    let decoded = decode_request(body.as_bytes(), &DecodeOptions::lenient()).unwrap();
    let away = bench.receiver.turn_away(decoded.message()).unwrap();
    assert_eq!(away.status_number, StatusNumber::BUSY);
    // Heartbeats are taken, and alarms after the call.
    let response = bench.accept(mrq("h333", CID, "<mty>PI</mty>"));
    assert_eq!(response.status_number, StatusNumber::OK);
    let calls = bench.receiver.calls_mut().unwrap();
    calls.call_ended(now, &unit(), CallEnd::ClearedDown);
    bench.accept(mrq("a4444", CID, ""));
}

#[test]
fn line_56_reset_before_alarm_and_information_without_alarm_and_reset_twice_are_accepted() {
    let mut bench = bench();
    let yes = |answer: Answer<'static>| answer;
    for body in [
        mrq("r1", CID, "<mty>RE</mty>"),
        mrq("i22", CID, "<mty>IN</mty>"),
    ] {
        let response = ask(&mut bench, &body, yes);
        assert_eq!(response.status_number, StatusNumber::OK);
        assert_eq!(response.media_reply, MediaReply::NO_VOICE);
        assert_eq!(expected(&bench), 0);
    }
    ask(&mut bench, &mrq("a333", CID, ""), yes);
    assert_eq!(expected(&bench), 1);
    // Information touches nothing.
    ask(&mut bench, &mrq("i4444", CID, "<mty>IN</mty>"), yes);
    assert_eq!(expected(&bench), 1);
    for reference in ["r55555", "r666666"] {
        let body = mrq(reference, CID, "<mty>RE</mty>");
        let response = ask(&mut bench, &body, yes);
        assert_eq!(response.status_number, StatusNumber::OK);
        assert_eq!(expected(&bench), 0);
    }
    bench.wait(Duration::from_secs(61));
    assert!(brought(&mut bench).is_empty(), "nobody waits any more");
    assert!(matches!(call(&mut bench, CID), Match::Unexpected { .. }));
}

#[test]
fn line_56_a_reset_ends_the_wait_for_its_own_device_and_unit_alone() {
    let yes = |answer: Answer<'static>| answer;
    let alarm = |reference: &str, cid: &str, did: &str| {
        format!("<mrq><ref>{reference}</ref><cid>{cid}</cid><dty>0003</dty><did>{did}</did></mrq>")
    };
    let mut bench = bench();
    ask(&mut bench, &alarm("a1", CID, "5A19"), yes);
    ask(&mut bench, &alarm("a22", CID, "5A20"), yes);
    let mut other = Sip::message(alarm("a333", "40211871", "5A19"));
    other.cid = "40211871".into();
    let other = incoming(bench.send(&other));
    let answer = Answer::from(Response::new("a333".into(), StatusNumber::OK));
    bench
        .receiver
        .answer(bench.now, other.id, answer.with_voice(duplex(desk())))
        .unwrap();
    bench.sent();
    assert_eq!(expected(&bench), 3);
    let reset = format!(
        "<mrq><ref>r4444</ref><mty>RE</mty><cid>{CID}</cid><dty>0003</dty><did>5A19</did></mrq>"
    );
    // Not accepted, it withdraws nothing.
    let refused = |mut answer: Answer<'static>| {
        answer.response.status_number = StatusNumber::NOT_TREATED;
        answer
    };
    ask(&mut bench, &reset, refused);
    assert_eq!(expected(&bench), 3);
    let again = reset.replace("r4444", "r55555");
    ask(&mut bench, &again, yes);
    assert_eq!(expected(&bench), 2);
    let pairing = paired(call(&mut bench, CID));
    assert_eq!(pairing.alarm.reference.as_str(), "a22");
}

#[test]
fn calls_beyond_the_limit_are_told_and_their_alarms_accepted() {
    let mut bench = Bench::new(|config| {
        let mut settings = CallSettings::default();
        settings.calls = 0;
        config.calls = Some(settings);
    });
    let response = ask(&mut bench, &mrq("a1", CID, ""), |answer| answer);
    assert_eq!(response.media_reply, MediaReply::DUPLEX);
    let events = bench.events();
    let [Event::NotTracked { reason, .. }] = &events[..] else {
        panic!("{events:?}")
    };
    let error = CallError::TooManyCalls { limit: 0 };
    assert_eq!(*reason, NotTracked::Call(error));
}

#[test]
fn an_answer_that_cannot_be_written_leaves_the_alarm_waiting_and_nothing_noted() {
    let mut bench = bench();
    let incoming = incoming(bench.send(&Sip::message(mrq("a1", CID, ""))));
    let mut response = Response::new("x".into(), StatusNumber::OK);
    response.status_text = Some("x".repeat(129).into());
    let answer = Answer::from(response).with_voice(duplex(desk()));
    let refused = bench.receiver.answer(bench.now, incoming.id, &answer);
    assert!(refused.is_err());
    assert_eq!(bench.receiver.pending(), 1);
    assert_eq!(expected(&bench), 0);
}
