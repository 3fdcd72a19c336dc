//! Status over a line: matching, requests, reset (ESPA reference 8).

#![allow(clippy::unwrap_used)]

#[path = "support/driven.rs"]
mod driven;
mod support;

use std::time::Duration;

use driven::{Driven, Seen, call, line, quiet};
use espa444::link::Role;
use espa444::matching::Reset;
use espa444::status::{SentCalls, StatusOf, Taken, TakenCalls};
use espa444::{BlockBuf, CallStatus, CallType, DecodeOptions, RecordId, SystemStatus, decode};
use support::example;

/// Lets the two talk for a while.
fn talk(caller: &mut Driven, receiver: &mut Driven, millis: u64) {
    for _ in 0..millis / 10 {
        let bytes = caller.sent();
        receiver.feed(&bytes);
        let bytes = receiver.sent();
        caller.feed(&bytes);
        caller.wait_ms(10);
        receiver.wait_ms(10);
    }
}

#[test]
fn a_call_and_its_status_find_each_other_over_the_line() {
    let mut profile = quiet();
    profile.timers.poll_interval = Some(Duration::from_secs(1));
    let mut panel = Driven::caller_with(&profile);
    let mut pager = Driven::new(Role::receiver(), &quiet());
    let (mut sent, mut taken) = (SentCalls::new(4), TakenCalls::new(4));
    for text in ["ONE", "TWO"] {
        let id = panel.send(&call(text).as_block());
        sent.open((id, text), &call(text).as_block()).unwrap();
    }
    talk(&mut panel, &mut pager, 3000);
    for event in pager.events() {
        let Seen::Block { id, raw, .. } = event else {
            continue;
        };
        let decoded = decode(&raw, &DecodeOptions::lenient()).unwrap();
        assert_eq!(taken.take(id.get(), &decoded.block()), Ok(Taken::Call));
    }
    for (key, status) in [(2, CallStatus::PAGED), (1, CallStatus::ACKNOWLEDGED)] {
        let block = taken.status(&key, status).unwrap().unwrap();
        pager.send(&block.as_block());
    }
    panel.events();
    talk(&mut panel, &mut pager, 4000);
    let mut found = Vec::new();
    for raw in panel.blocks() {
        let decoded = decode(&raw, &DecodeOptions::lenient()).unwrap();
        let StatusOf::Call {
            found: call,
            status,
        } = sent.status(&decoded.block())
        else {
            panic!("matches nothing");
        };
        found.push((call.key.1, status.as_str().unwrap().to_owned()));
    }
    assert_eq!(found, [("TWO", "3".to_owned()), ("ONE", "6".to_owned())]);
    assert_eq!(taken.status(&9, CallStatus::PAGED), Ok(None));
}

#[test]
fn a_status_that_matches_nothing_says_so() {
    let mut sent = SentCalls::new(4);
    sent.open(1, &call("ONE").as_block()).unwrap();
    let stray = BlockBuf::status_information(&call("TWO").as_block(), CallStatus::BUSY).unwrap();
    let (stray, system, other) = (line(&stray), example('G'), example('B'));
    let options = DecodeOptions::lenient();
    let of = |bytes: &[u8]| {
        let decoded = decode(bytes, &options).unwrap();
        match sent.status(&decoded.block()) {
            StatusOf::NoSuchCall(status) => format!("no such call: {status}"),
            StatusOf::System(status) => {
                assert_eq!(status, SystemStatus::TRANSMITTER_FAILURE);
                "system".to_owned()
            }
            StatusOf::Nothing => "nothing".to_owned(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(of(&stray), "no such call: 1");
    assert_eq!(of(&system), "system");
    assert_eq!(of(&other), "nothing");
}

#[test]
fn a_status_request_is_answered_with_the_last_status() {
    let mut taken = TakenCalls::new(4);
    taken.take("one", &call("ONE").as_block()).unwrap();
    let request = BlockBuf::status_request(&call("ONE").as_block()).unwrap();
    let mut ask = |status: Option<CallStatus<'static>>| {
        if let Some(status) = status {
            taken.status(&"one", status).unwrap().unwrap();
        }
        match taken.take("request", &request.as_block()) {
            Ok(Taken::StatusRequest(Some(reply))) => {
                let reply = reply.as_block();
                assert_eq!(
                    reply.display_message(),
                    call("ONE").as_block().display_message()
                );
                reply.call_status().unwrap().as_str().unwrap().to_owned()
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(ask(None), "2");
    assert_eq!(ask(Some(CallStatus::PAGED)), "3");
    assert_eq!(ask(Some(CallStatus::SPEECH_CHANNEL_OPEN_PAGED)), "71");
    let stranger = BlockBuf::status_request(&call("TWO").as_block()).unwrap();
    assert_eq!(
        taken.take("request", &stranger.as_block()),
        Ok(Taken::StatusRequest(None))
    );
}

#[test]
fn a_reset_ends_its_call_or_matches_nothing() {
    let mut taken = TakenCalls::new(1);
    taken.take(1, &call("ONE").as_block()).unwrap();
    let full = taken.take(2, &call("TWO").as_block()).unwrap_err();
    assert_eq!(full.key, 2);
    let mut reset = call("ONE");
    reset
        .push(RecordId::CALL_TYPE, CallType::RESET.as_bytes())
        .unwrap();
    let Ok(Taken::Reset(Reset::Closed(found))) = taken.take(3, &reset.as_block()) else {
        panic!("not closed");
    };
    assert_eq!(found.key, 1);
    assert_eq!(
        taken.take(3, &reset.as_block()),
        Ok(Taken::Reset(Reset::NoSuchCall))
    );
    assert!(taken.is_empty());
}
