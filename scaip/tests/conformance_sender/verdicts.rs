//! Line 52: what each status number of a receiver leads to.

use scaip::StatusNumber;
use scaip::sender::{About, Event, FailureReason, ShortenCause};

use crate::sender_support::{Bench, config, long_alarm, pressed, seconds};

#[test]
fn line_52_snu_4_and_6_wait_and_repeat_the_same() {
    for snu in [4, 6] {
        let config = config(2);
        let (wait, repeats) = match snu {
            4 => (config.hold_wait, config.hold_repeats),
            _ => (config.busy_wait, config.busy_repeats),
        };
        let (mut bench, alarm, first) = pressed(config);
        bench.respond(&first, snu);
        bench.none();
        assert!(bench.has(|event| matches!(
            event,
            Event::Held { status_number, .. } if status_number.number() == snu
        )));
        let start = bench.now;
        let again = bench.until(0, seconds(60));
        assert_eq!(bench.now - start, wait);
        assert_eq!(again.request, first.request);
        bench.respond(&again, 0);
        assert_eq!(bench.accepted(), [(alarm, 0)]);
        // Not for ever: somebody else may have time.
        let _ = bench.submit();
        for _ in 0..=repeats {
            let sent = bench.until(0, seconds(60));
            bench.respond(&sent, snu);
        }
        let next = bench.one_to(1);
        bench.respond(&next, 0);
        assert_eq!(bench.accepted().len(), 2);
    }
}

#[test]
fn line_52_a_yes_during_hold_ends_the_alarm() {
    let (mut bench, alarm, sent) = pressed(config(2));
    bench.respond(&sent, 4);
    bench.message(0, &sent.mrs(0));
    assert_eq!(bench.accepted(), [(alarm, 0)]);
    bench.none();
    bench.rest();
}

#[test]
fn line_52_snu_1_shortens_once_and_then_moves_on() {
    let mut bench = Bench::new(config(2));
    let alarm = bench.submit_as(long_alarm(), About::New);
    let first = bench.one();
    assert!(first.request.information_text.is_some());
    // In both places: the second does not count against the shortened one.
    bench.answer_with(&first, &first.mrs(1));
    bench.message(0, &first.mrs(1));
    let short = bench.one();
    assert_eq!((short.to(), short.reference()), (0, first.reference()));
    let texts = [
        &short.request.device_text,
        &short.request.status_text,
        &short.request.location_text,
        &short.request.information_text,
    ];
    assert!(texts.iter().all(|text| text.is_none()));
    assert!(bench.has(|event| matches!(
        event,
        Event::Shortened {
            cause: ShortenCause::TooLong,
            ..
        }
    )));
    bench.respond(&short, 1);
    let next = bench.one_to(1);
    assert!(next.request.information_text.is_some());
    bench.respond(&next, 0);
    assert_eq!(bench.accepted(), [(alarm, 1)]);
    // Without texts there is nothing to leave out.
    let (_, plain) = bench.press();
    bench.respond(&plain, 1);
    assert_eq!(bench.one().to(), 1);
}

#[test]
fn line_52_snu_2_3_5_7_and_unknown_ones_move_on() {
    for snu in [2, 3, 5, 7, 8, 99, 12345] {
        let (mut bench, alarm, first) = pressed(config(2));
        bench.respond(&first, snu);
        let reason = FailureReason::Response(StatusNumber::new(u16::try_from(snu).unwrap()));
        let next = bench.moved_on(reason);
        bench.respond(&next, 0);
        assert_eq!(bench.accepted(), [(alarm, 1)]);
    }
}

#[test]
fn line_52_who_found_fault_with_the_bytes_does_not_get_them_again_while_another_is_left() {
    let (mut bench, alarm, first) = pressed(config(2));
    bench.respond(&first, 3);
    for _ in 0..4 {
        let sent = bench.until(1, seconds(70));
        bench.answer(&sent, 503);
    }
    // Nor after 5, which is not about the bytes: the other one gets them again.
    for snu in [5, 7] {
        let sent = bench.until(1, seconds(70));
        bench.respond(&sent, snu);
    }
    let first = bench.failures().iter().filter(|(n, _)| *n == 0).count();
    assert_eq!(first, 1, "{:?}", bench.failures());
    // When all have found fault the alarm still goes on.
    let sent = bench.until(0, seconds(61));
    bench.respond(&sent, 0);
    assert_eq!(bench.accepted(), [(alarm, 0)]);
}

#[test]
fn line_52_a_refusal_while_the_repeat_is_waited_for_ends_the_wait_at_once() {
    for (first, then) in [(4, 5), (6, 3), (4, 99)] {
        let (mut bench, _, sent) = pressed(config(2));
        bench.respond(&sent, first);
        bench.none();
        bench.message(0, &sent.mrs(then));
        assert_eq!(bench.one().to(), 1, "{first} then {then}");
    }
    // The same word again, in the 200 and in a MESSAGE, changes nothing.
    let (mut bench, _, sent) = pressed(config(2));
    bench.answer_with(&sent, &sent.mrs(4));
    bench.message(0, &sent.mrs(4));
    bench.none();
    let held = |event: &Event| matches!(event, Event::Held { .. });
    assert_eq!(bench.count(held), 1);
}
