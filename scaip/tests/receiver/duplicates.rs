//! Lines 53 to 55: what comes twice is raised once and answered twice.

use std::collections::HashMap;

use proptest::prelude::*;
use scaip::call::{CallSettings, DuringCall, VoiceReply, VoiceTarget};
use scaip::digest::{Account, ChallengerConfig, Secret};
use scaip::receiver::{
    Answer, AnswerMode, Config, ConfigError, DuplicateSettings, Duplicates, Event, IncomingId,
    Listener, ListenerConfig, Receiver, ReceiverWarning, RefusalReason, Repeat, Seen,
};
use scaip::registrar;
use scaip::sip::{Message, StatusCode};
use scaip::supervision::{self, Allowance, HeartbeatPolicy, Interval, Presence};
use scaip::{
    DecodeOptions, HeartbeatInterval, MediaReply, Response, StatusNumber, Text, decode_request,
    decode_response,
};

use crate::bench::{Bench, CID, Sip, challenge_of, incoming, mrq, refusal, seconds, udp, unit};

const WINDOW: u64 = 600;

fn bench() -> Bench {
    bench_with(|_| ())
}

fn bench_with(change: impl FnOnce(&mut Config)) -> Bench {
    Bench::new(|config| {
        config.duplicates = Some(DuplicateSettings::default());
        change(config);
    })
}

/// The same body in a transaction of its own.
fn attempt(number: u32, body: &str) -> Sip {
    let mut sip = Sip::message(body.to_owned());
    sip.call_id = format!("attempt{number}");
    sip
}

fn alarm() -> String {
    mrq("a1", CID, "<crd>sip:</crd><stc>0010</stc>")
}

fn repeat(events: Vec<Event>) -> Repeat {
    match <[Event; 1]>::try_from(events) {
        Ok([Event::Repeated(repeat)]) => *repeat,
        other => panic!("expected one repeat, got {other:?}"),
    }
}

fn accepted() -> Response<'static> {
    let mut response = Response::new("x".into(), StatusNumber::OK);
    response.status_text = Some(Text::new("desk 7"));
    response
}

fn duplex() -> Answer<'static> {
    let desk = VoiceTarget::Shared("sip:desk7@arc.example.net".into());
    Answer::from(accepted()).with_voice(VoiceReply::new(MediaReply::DUPLEX, desk))
}

fn answer(bench: &mut Bench, id: IncomingId, answer: impl Into<Answer<'static>>) {
    bench.receiver.answer(bench.now, id, answer).unwrap();
}

/// The bodies of what was sent, in order.
fn bodies(sent: &[Message]) -> Vec<Vec<u8>> {
    let bodies = sent.iter().map(|message| message.body().to_vec());
    bodies.filter(|body| !body.is_empty()).collect()
}

fn read(body: &[u8]) -> Response<'static> {
    let decoded = decode_response(body, &DecodeOptions::strict()).unwrap();
    decoded.message().clone().into_owned()
}

#[test]
fn line_53_the_same_sender_and_ref_twice_is_one_alarm_and_two_equal_answers() {
    for mode in [AnswerMode::SeparateMessage, AnswerMode::BodyInOk] {
        let mut bench = bench_with(|config| config.answer_mode = mode);
        let first = incoming(bench.send(&attempt(1, &alarm())));
        assert!(first.warnings.is_empty());
        answer(&mut bench, first.id, duplex());
        let said = bodies(&bench.sent());
        assert_eq!(said.len(), 1);
        // It moved meanwhile: the answer goes where the repeat came from.
        bench.path = udp(6000);
        for number in 2..5 {
            bench.receiver.handle_timeout(bench.now);
            let mut events = bench.send(&attempt(number, &alarm()));
            events.retain(|event| !matches!(event, Event::AnswerSent { .. }));
            let repeat = repeat(events);
            assert!(repeat.answered && repeat.id != first.id);
            assert_eq!(repeat.first, Some(first.id));
            assert_eq!((repeat.path, repeat.controller_id), (bench.path, unit()));
            assert_eq!(repeat.reference.as_str(), "a1");
            let paths: Vec<_> = std::iter::from_fn(|| bench.receiver.poll_transmit()).collect();
            assert!(paths.iter().all(|sent| sent.path == bench.path));
            let last = &paths.last().unwrap().bytes;
            assert!(last.ends_with(&said[0]), "the same mrs again");
        }
        assert_eq!((bench.receiver.pending(), bench.receiver.repeats()), (0, 3));
    }
}

#[test]
fn line_53_a_repeat_before_the_decision_waits_for_it_and_both_hear_the_same() {
    for mode in [AnswerMode::SeparateMessage, AnswerMode::BodyInOk] {
        let mut bench = bench_with(|config| config.answer_mode = mode);
        let first = incoming(bench.send(&attempt(1, &alarm())));
        bench.path = udp(6000);
        let second = repeat(bench.send(&attempt(2, &alarm())));
        assert!(!second.answered);
        assert_eq!(second.first, Some(first.id));
        assert!(bodies(&bench.sent()).is_empty(), "nothing is decided");
        assert_eq!(bench.receiver.pending(), 1);
        answer(&mut bench, first.id, duplex());
        let sent: Vec<_> = std::iter::from_fn(|| bench.receiver.poll_transmit()).collect();
        let ports: Vec<_> = sent.iter().map(|sent| sent.path.remote.port()).collect();
        assert_eq!(ports, [5062, 6000]);
        let parsed = sent.into_iter().map(|sent| {
            Message::parse_datagram(sent.bytes, &scaip::sip::SipLimits::default()).unwrap()
        });
        let said = bodies(&parsed.collect::<Vec<_>>());
        assert_eq!((said.len(), &said[0]), (2, &said[1]));
        // Each is told of under its own number.
        if mode == AnswerMode::SeparateMessage {
            bench.wait(seconds(33));
        }
        let told: Vec<_> = bench
            .events()
            .into_iter()
            .map(|event| match event {
                Event::AnswerSent { id } | Event::AnswerUndelivered { id, .. } => id,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(told, [first.id, second.id]);
        assert!(repeat_again(&mut bench).answered);
    }
}

fn repeat_again(bench: &mut Bench) -> Repeat {
    let mut events = bench.send(&attempt(99, &alarm()));
    events.retain(|event| !matches!(event, Event::AnswerSent { .. }));
    repeat(events)
}

#[test]
fn line_53_without_a_decision_in_time_both_hear_5_and_the_next_one_is_decided_afresh() {
    let mut bench = bench();
    let first = incoming(bench.send(&attempt(1, &alarm())));
    bench.wait(seconds(8));
    repeat(bench.send(&attempt(2, &alarm())));
    bench.sent();
    bench.wait(seconds(2));
    assert!(matches!(bench.events()[..], [Event::Undecided { id }] if id == first.id));
    let said = bodies(&bench.sent());
    assert_eq!(said.len(), 2);
    for body in &said {
        assert_eq!(read(body).status_number, StatusNumber::NOT_TREATED);
    }
    assert!(
        incoming(bench.send(&attempt(3, &alarm())))
            .warnings
            .is_empty()
    );
}

#[test]
fn line_53_what_was_not_accepted_is_decided_again() {
    let mut bench = bench();
    let verdicts = [
        StatusNumber::HOLD,
        StatusNumber::BUSY,
        StatusNumber::NOT_TREATED,
    ];
    for (number, verdict) in (1..).zip(verdicts) {
        let again = incoming(bench.send(&attempt(number, &alarm())));
        assert!(again.warnings.is_empty());
        let response = Response::new("x".into(), verdict);
        answer(&mut bench, again.id, response);
        bench.sent();
    }
    let last = incoming(bench.send(&attempt(9, &alarm())));
    answer(&mut bench, last.id, accepted());
    assert_eq!(bench.mrs().status_number, StatusNumber::OK);
    repeat(bench.send(&attempt(10, &alarm())));
    assert_eq!(bench.receiver.repeats(), 1);
}

#[test]
fn line_54_the_same_ref_from_two_senders_is_two_alarms() {
    let mut bench = bench();
    for (number, cid) in [(1, CID), (2, "40211871")] {
        let body = mrq("1", cid, "<stc>0010</stc>");
        let alarm = incoming(bench.send(&attempt(number, &body)));
        assert_eq!(alarm.decoded.message().controller_id.as_str(), cid);
        assert!(!alarm.warnings.contains(&ReceiverWarning::ReferenceReused));
        answer(&mut bench, alarm.id, accepted());
        bench.sent();
    }
    assert_eq!(bench.receiver.duplicates().unwrap().len(), 2);
}

#[test]
fn line_55_the_same_sender_and_ref_with_other_content_is_a_new_event_and_a_warning() {
    let mut bench = bench();
    let smoke = mrq("a1", CID, "<crd>sip:</crd><stc>0085</stc>");
    // Also while the first is not decided.
    let first = incoming(bench.send(&attempt(1, &alarm())));
    let other = incoming(bench.send(&attempt(2, &smoke)));
    assert_eq!(other.warnings, [ReceiverWarning::ReferenceReused]);
    assert_eq!(other.warnings[0].code(), "reference-reused");
    answer(&mut bench, first.id, accepted());
    answer(&mut bench, other.id, duplex());
    let said = bodies(&bench.sent());
    assert_eq!(said.len(), 2);
    // Each of them is known again, by its content.
    for (number, body, first, said) in [
        (3, alarm(), first.id, &said[0]),
        (4, smoke, other.id, &said[1]),
    ] {
        assert_eq!(
            repeat(bench.send(&attempt(number, &body))).first,
            Some(first)
        );
        assert_eq!(&bodies(&bench.sent())[0], said);
    }
}

#[test]
fn a_ref_and_a_content_that_come_back_after_the_window_are_a_new_alarm() {
    let mut bench = bench();
    let first = incoming(bench.send(&attempt(1, &alarm())));
    answer(&mut bench, first.id, accepted());
    bench.sent();
    // A repeat does not lengthen it.
    bench.wait(seconds(WINDOW - 1));
    bench.events();
    bench.sent();
    repeat(bench.send(&attempt(2, &alarm())));
    bench.sent();
    bench.wait(seconds(1));
    assert!(bench.receiver.duplicates().unwrap().is_empty());
    assert_eq!(bench.receiver.duplicates().unwrap().bytes(), 0);
    let new = incoming(bench.send(&attempt(3, &alarm())));
    assert!(new.warnings.is_empty());
}

#[test]
fn a_heartbeat_is_never_a_repeat() {
    let mut bench = bench();
    for number in 1..4 {
        let body = mrq("1", CID, "<mty>PI</mty>");
        let heartbeat = incoming(bench.send(&attempt(number, &body)));
        assert!(heartbeat.warnings.is_empty());
        answer(&mut bench, heartbeat.id, accepted());
        bench.sent();
    }
    assert!(bench.receiver.duplicates().unwrap().is_empty());
}

#[test]
fn off_by_default_every_request_is_handed_out() {
    let mut bench = Bench::new(|_| ());
    for number in 1..3 {
        let alarm = incoming(bench.send(&attempt(number, &alarm())));
        answer(&mut bench, alarm.id, accepted());
        bench.sent();
    }
    assert!(bench.receiver.duplicates().is_none());
}

#[test]
fn a_repeat_is_a_sign_of_life_its_path_the_latest_and_its_call_is_waited_for_afresh() {
    let mut bench = bench_with(|config| {
        let minute = Interval::new(seconds(60)).unwrap();
        config.supervision = Some(supervision::Config::new(Allowance::new(minute)));
        config.registrar = Some(registrar::Config::new());
        config.calls = Some(CallSettings::default());
    });
    let first = incoming(bench.send(&attempt(1, &alarm())));
    answer(&mut bench, first.id, duplex());
    bench.sent();
    bench.wait(seconds(50));
    bench.events();
    bench.sent();
    bench.path = udp(6000);
    repeat(bench.send(&attempt(2, &alarm())));
    let status = bench.receiver.supervisor().unwrap();
    let status = status.status(bench.now, &unit()).unwrap();
    assert_eq!(status.presence, Presence::Present);
    let routes = bench.receiver.routes(bench.now, &unit());
    assert_eq!(routes, [registrar::Route::Path(bench.path)]);
    assert_eq!(bench.receiver.calls().unwrap().expected(), 1);
    bench.sent();
    bench.wait(seconds(59));
    let late = |event: &Event| matches!(event, Event::Call(_));
    assert!(!bench.events().iter().any(late), "109 s after the first");
    bench.wait(seconds(1));
    assert!(bench.events().iter().any(late), "60 s after the repeat");
}

#[test]
fn during_a_call_a_repeat_of_what_was_accepted_hears_0_without_voice_and_not_6() {
    for during_call in [DuringCall::NoVoice, DuringCall::Busy] {
        let mut bench = bench_with(|config| {
            let mut calls = CallSettings::default();
            calls.during_call = during_call;
            config.calls = Some(calls);
        });
        let first = incoming(bench.send(&attempt(1, &alarm())));
        answer(&mut bench, first.id, duplex());
        let said = bench.mrs();
        assert_eq!(said.media_reply, MediaReply::DUPLEX);
        let now = bench.now;
        let calls = bench.receiver.calls_mut().unwrap();
        calls.call_started(now, &unit()).unwrap();
        repeat(bench.send(&attempt(2, &alarm())));
        let during = bench.mrs();
        assert_eq!(during.status_number, StatusNumber::OK);
        assert_eq!(during.media_reply, MediaReply::NO_VOICE);
        assert!(during.transferred_numbers.is_empty());
        assert_eq!(during.status_text, said.status_text);
        // After the call the same as the first time.
        let calls = bench.receiver.calls_mut().unwrap();
        calls.call_ended(now, &unit(), scaip::call::CallEnd::Dropped);
        repeat(bench.send(&attempt(3, &alarm())));
        assert_eq!(bench.mrs(), said);
    }
}

#[test]
fn a_repeat_is_told_the_heartbeat_interval_that_is_set_now() {
    let mut bench = bench_with(|config| config.heartbeat_policy = Some(HeartbeatPolicy::new()));
    let body = mrq("a1", CID, "<hbo>1</hbo>");
    let first = incoming(bench.send(&attempt(1, &body)));
    answer(&mut bench, first.id, accepted());
    assert_eq!(bench.mrs().heartbeat_interval, None);
    let policy = bench.receiver.heartbeat_policy_mut().unwrap();
    policy
        .configure(&unit(), HeartbeatInterval::new(2))
        .unwrap();
    repeat(bench.send(&attempt(2, &body)));
    let told = bench.mrs().heartbeat_interval;
    assert_eq!(told, Some(HeartbeatInterval::new(2)));
}

#[test]
fn a_reset_that_comes_again_does_not_withdraw_the_alarm_after_it() {
    let mut bench = bench_with(|config| config.calls = Some(CallSettings::default()));
    let reset = mrq("r1", CID, "<mty>RE</mty>");
    for (number, body) in [(1, alarm()), (2, reset.clone()), (3, mrq("a2", CID, ""))] {
        let alarm = incoming(bench.send(&attempt(number, &body)));
        answer(&mut bench, alarm.id, duplex());
        bench.sent();
    }
    assert_eq!(bench.receiver.calls().unwrap().expected(), 1);
    repeat(bench.send(&attempt(4, &reset)));
    assert_eq!(bench.receiver.calls().unwrap().expected(), 1);
}

#[test]
fn what_was_said_to_one_unit_is_not_told_to_another_that_shows_its_own_credentials() {
    let secret = |text: &str| vec![Secret::password(text)];
    let accounts = HashMap::from([
        (CID.to_owned(), Account::controller(secret("pendant"))),
        ("40211871".to_owned(), Account::controller(secret("other"))),
    ]);
    let mut bench = bench_with(|config| {
        let challenger = ChallengerConfig::new("arc.example.net", [9; 32]);
        let listener = ListenerConfig::digest(Listener::Any, challenger, accounts);
        config.listeners.push(listener);
    });
    let mut send = |number, username: &str, password: &str| {
        let (_, challenge) = bench.exchange(&attempt(number, &alarm()));
        let mut session = scaip::digest::Session::new(challenge_of(&challenge), "5c0e2f");
        let secret = Secret::password(password);
        let credentials = scaip::digest::Credentials::new(username, secret);
        let request = attempt(number, &alarm()).answering(&mut session, &credentials);
        let mut events = bench.send(&request);
        if let [Event::Request(alarm)] = &events[..] {
            answer(&mut bench, alarm.id, accepted());
        }
        events.retain(|event| !matches!(event, Event::Request(_)));
        (events, bodies(&bench.sent()).len())
    };
    assert_eq!(send(1, CID, "pendant").1, 1);
    let (events, said) = send(2, "40211871", "other");
    assert_eq!(refusal(events).reason, RefusalReason::ForeignController);
    assert_eq!(said, 0);
    let (events, said) = send(3, CID, "pendant");
    assert_eq!(repeat(events).identity.unwrap().username, CID);
    assert_eq!(said, 1);
}

#[test]
fn repeats_of_an_undecided_alarm_are_bounded_and_beyond_it_hear_503() {
    let mut bench = bench();
    let first = incoming(bench.send(&attempt(1, &alarm())));
    bench.sent();
    for number in 2..18 {
        repeat(bench.send(&attempt(number, &alarm())));
        bench.sent();
    }
    let (events, busy) = bench.exchange(&attempt(18, &alarm()));
    assert_eq!(refusal(events).reason, RefusalReason::Busy);
    assert_eq!(busy.status(), Some(StatusCode::SERVICE_UNAVAILABLE));
    answer(&mut bench, first.id, accepted());
    assert_eq!(bodies(&bench.sent()).len(), 17);
    // The bytes of those that wait count with those of the alarms.
    let size = attempt(1, &alarm()).bytes().len();
    let mut bench = bench_with(|config| config.pending_bytes = 2 * size + 1);
    let first = incoming(bench.send(&attempt(1, &alarm())));
    repeat(bench.send(&attempt(2, &alarm())));
    let events = bench.send(&attempt(3, &alarm()));
    assert_eq!(refusal(events).reason, RefusalReason::Busy);
    answer(&mut bench, first.id, accepted());
    let other = mrq("b1", CID, "<crd>sip:</crd><stc>0010</stc>");
    incoming(bench.send(&attempt(4, &other)));
}

#[test]
fn what_another_transport_has_kept_is_known_over_sip() {
    let mut bench = bench();
    let body = alarm();
    let decoded = decode_request(body.as_bytes(), &DecodeOptions::lenient()).unwrap();
    let now = bench.now;
    let response = bench.receiver.complete(now, decoded.message(), accepted());
    let duplicates = bench.receiver.duplicates_mut().unwrap();
    assert_eq!(duplicates.see(now, &decoded), Seen::New);
    duplicates.keep(now, &decoded, &response);
    assert_eq!(repeat(bench.send(&attempt(1, &body))).first, None);
    assert_eq!(bench.mrs(), response);
    // And one that breaks a limit is at least said yes to.
    let long = mrq("l1", CID, "");
    let decoded = decode_request(long.as_bytes(), &DecodeOptions::lenient()).unwrap();
    let mut response = accepted();
    response.status_text = Some(Text::new("x".repeat(200)));
    let duplicates = bench.receiver.duplicates_mut().unwrap();
    duplicates.keep(now, &decoded, &response);
    repeat(bench.send(&attempt(2, &long)));
    let said = bench.mrs();
    assert_eq!(
        (said.status_number, said.status_text),
        (StatusNumber::OK, None)
    );
}

#[test]
fn limits_that_cannot_be_are_refused() {
    let error = |change: fn(&mut DuplicateSettings)| {
        let mut settings = DuplicateSettings::default();
        change(&mut settings);
        let mut config = Config::new([7; 16]);
        config.duplicates = Some(settings);
        Receiver::new(config).unwrap_err()
    };
    for (change, setting) in [
        (
            (|all| all.window = seconds(0)) as fn(&mut DuplicateSettings),
            "duplicates.window",
        ),
        (|all| all.entries = 0, "duplicates.entries"),
        (|all| all.bytes = 0, "duplicates.bytes"),
    ] {
        assert_eq!(error(change), ConfigError::Zero { setting });
    }
    let (setting, limit) = ("duplicates.window", seconds(24 * 60 * 60));
    let long = error(|all| all.window = std::time::Duration::MAX);
    assert_eq!(long, ConfigError::TooLong { setting, limit });
}

#[test]
fn debug_output_shows_nobody() {
    let mut bench = bench();
    let alarm = incoming(bench.send(&attempt(1, &alarm())));
    answer(&mut bench, alarm.id, duplex());
    let shown = format!("{:?}", bench.receiver.duplicates().unwrap());
    for private in [CID, "desk"] {
        assert!(!shown.contains(private), "{shown}");
    }
}

#[derive(Debug, Clone)]
enum Step {
    Send {
        unit: u8,
        reference: u8,
        content: u8,
    },
    Wait(u16),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..3_u8, 0..4_u8, 0..3_u8).prop_map(|(unit, reference, content)| Step::Send {
            unit,
            reference,
            content,
        }),
        1 => (0..400_u16).prop_map(Step::Wait),
    ]
}

proptest! {
    /// Against a list of everything that was accepted.
    #[test]
    fn the_rule_is_that_of_a_list_of_what_was_accepted_in_the_window(
        steps in prop::collection::vec(step(), 1..120),
        entries in 1..12_usize,
    ) {
        let mut settings = DuplicateSettings::default();
        settings.entries = entries;
        let mut duplicates = Duplicates::new(settings);
        let mut list: Vec<(std::time::Instant, (u8, u8), u8)> = Vec::new();
        let mut pushed_out = 0;
        let mut now = std::time::Instant::now();
        for step in steps {
            let (unit, reference, content) = match step {
                Step::Wait(time) => {
                    now += seconds(time.into());
                    continue;
                }
                Step::Send { unit, reference, content } => (unit, reference, content),
            };
            list.retain(|(at, ..)| now - *at < seconds(WINDOW));
            let body = mrq(&reference.to_string(), &unit.to_string(), &format!("<stc>{content}</stc>"));
            let decoded = decode_request(body.as_bytes(), &DecodeOptions::lenient()).unwrap();
            let name = (unit, reference);
            let mut same = list.iter().filter(|(_, other, _)| *other == name).peekable();
            let known = same.peek().is_some();
            let repeat = same.any(|(.., other)| *other == content);
            match duplicates.see(now, &decoded) {
                Seen::Accepted { first: None, answer } => {
                    prop_assert!(repeat);
                    let text = format!("{unit} {reference} {content}");
                    let said = answer.response.status_text.as_ref();
                    prop_assert_eq!(said.map(Text::as_str), Some(text.as_str()));
                }
                Seen::ReferenceReused => prop_assert!(known && !repeat),
                Seen::New => prop_assert!(!known),
                other => panic!("{other:?}"),
            }
            let mut response = accepted();
            response.status_text = Some(Text::new(format!("{unit} {reference} {content}")));
            duplicates.keep(now, &decoded, &response);
            if !repeat {
                list.push((now, name, content));
                if list.len() > entries {
                    list.remove(0);
                    pushed_out += 1;
                }
            }
            prop_assert_eq!(duplicates.len(), list.len());
            prop_assert_eq!(duplicates.pushed_out(), pushed_out);
            prop_assert_eq!(duplicates.bytes() == 0, list.is_empty());
        }
    }
}
