//! The bytes of messages that were refused, or are none: evidence, and bounded.

use scaip::receiver::Event;
use scaip::registrar;
use scaip::sip::{Message, Method, SipLimits, StatusCode};

use crate::bench::{Bench, CID, Sip, mrq};

const LIMIT: usize = 2000;

/// How many bytes of the message an event holds.
fn held(event: &Event) -> usize {
    match event {
        Event::Refused(refusal) => refusal.raw.0.len(),
        Event::Bad { raw, .. } => raw.0.len(),
        other => panic!("{other:?}"),
    }
}

/// Every way to be refused, `round` apart from the last time.
fn rubbish(round: u32) -> [Vec<u8>; 5] {
    let numbered = |mut sip: Sip, number: &str| {
        sip.call_id = format!("{number}{round}");
        sip.bytes()
    };
    [
        numbered(Sip::message("rubbish".into()), "unreadable"),
        numbered(Sip::message(mrq("r1", CID, "<mty>XX</mty>")), "unknown"),
        numbered(Sip::register(1, &["Contact: nobody"]), "register"),
        b"MESSAGE sip:alarm@arc.example.net SIP/9.0\r\n\r\n".to_vec(),
        vec![0xff; 300],
    ]
}

#[test]
fn what_is_refused_costs_no_more_memory_than_the_settings_say_and_is_answered_all_the_same() {
    let mut bench = Bench::new(|config| {
        config.evidence_bytes = LIMIT;
        config.registrar = Some(registrar::Config::new());
        config.endpoint.methods.push(Method::Register);
    });
    let mut kept = Vec::new();
    let mut answers = 0;
    for round in 0..20 {
        for bytes in rubbish(round) {
            let path = bench.path;
            bench
                .receiver
                .handle_datagram(bench.now, path, bytes.into());
            let events = bench.events();
            assert_eq!(events.len(), 1, "{events:?}");
            kept.extend(events);
            let sent = std::iter::from_fn(|| bench.receiver.poll_transmit());
            answers += sent
                .map(|sent| Message::parse_datagram(sent.bytes, &SipLimits::default()).unwrap())
                .filter(|answer| answer.status().is_some_and(|status| status.get() != 503))
                .count();
        }
    }
    let bytes: usize = kept.iter().map(held).sum();
    assert!(bytes <= LIMIT && bytes > LIMIT / 2, "{bytes}");
    let without = kept.iter().filter(|event| held(event) == 0).count();
    assert!(without > 50, "{without}");
    assert_eq!(bench.receiver.evidence_left_out(), without as u64);
    assert!(answers >= 60, "{answers}");
    // An alarm is no evidence and is taken.
    let mut alarm = Sip::message(mrq("a1", CID, ""));
    alarm.call_id = "alarm".into();
    let events = bench.send(&alarm);
    let [Event::Request(incoming)] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(incoming.raw.0, alarm.bytes());
    assert_eq!(bench.sent()[0].status(), Some(StatusCode::OK));
    // What is dropped makes room again.
    drop(kept);
    let events = bench.send(&Sip::message("again".into()));
    assert!(held(&events[0]) > 0);
}
