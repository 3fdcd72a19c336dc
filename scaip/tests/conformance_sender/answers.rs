//! Lines 46 and 47: which answers count, wherever they come, and which do not.

use scaip::sender::{Event, FailureReason, Waiting};

use crate::sender_support::{config, mrs, pressed, seconds};

#[test]
fn line_46_an_mrs_in_a_message_of_its_own_is_taken_and_answered() {
    let (mut bench, alarm, sent) = pressed(config(2));
    bench.answer(&sent, 200);
    assert!(matches!(
        bench.sender.status(alarm).unwrap().waiting,
        Waiting::Response { .. }
    ));
    bench.message(0, &sent.mrs(0));
    bench.none();
    assert_eq!(bench.accepted(), [(alarm, 0)]);
    assert_eq!(bench.answers, ["SIP/2.0 200 OK"]);
    assert_eq!(bench.sender.status(alarm), None);
    bench.rest();
}

#[test]
fn line_46_an_mrs_in_the_200_is_taken() {
    let (mut bench, alarm, sent) = pressed(config(2));
    bench.answer_with(&sent, &sent.mrs(0));
    assert_eq!(bench.accepted(), [(alarm, 0)]);
    bench.rest();
}

#[test]
fn line_46_an_mrs_in_both_places_is_taken_once() {
    let (mut bench, alarm, sent) = pressed(config(2));
    bench.answer_with(&sent, &sent.mrs(0));
    bench.message(0, &sent.mrs(0));
    bench.none();
    assert_eq!(bench.accepted(), [(alarm, 0)]);
    assert_eq!(bench.answers, ["SIP/2.0 200 OK"]);
    assert!(
        bench.has(|event| matches!(event, Event::LateResponse { alarm: of, .. } if *of == alarm))
    );
    bench.rest();
}

#[test]
fn line_46_an_mrs_in_the_200_to_another_alarm_is_known_by_its_ref() {
    let (mut bench, first, one) = pressed(config(2));
    let (second, two) = bench.press();
    bench.answer_with(&two, &one.mrs(0));
    assert_eq!(bench.accepted(), [(first, 0)]);
    assert!(!bench.has(|event| matches!(event, Event::UnknownResponse { .. })));
    bench.message(0, &two.mrs(0));
    assert_eq!(bench.accepted(), [(first, 0), (second, 0)]);
    bench.rest();
}

#[test]
fn line_46_an_mrs_before_the_200_is_taken() {
    let (mut bench, alarm, sent) = pressed(config(2));
    bench.message(0, &sent.mrs(0));
    bench.answer(&sent, 200);
    bench.none();
    assert_eq!(bench.accepted(), [(alarm, 0)]);
    // The request is not repeated once it is settled.
    assert!(bench.pass(seconds(40)).is_empty());
    bench.rest();
}

#[test]
fn line_46_202_is_as_good_as_200_and_a_late_mrs_of_an_earlier_receiver_counts() {
    let (mut bench, alarm, first) = pressed(config(2));
    bench.answer(&first, 202);
    let second = bench.until(1, seconds(21));
    assert_eq!(bench.failures(), [(0, FailureReason::NoResponse)]);
    // A refusal of the one given up changes nothing, its yes does.
    bench.message(0, &first.mrs(5));
    assert!(bench.has(|event| matches!(event, Event::LateResponse { .. })));
    bench.message(0, &first.mrs(0));
    assert_eq!(bench.accepted(), [(alarm, 0)]);
    // The second one took it as well: somebody should know.
    bench.respond(&second, 0);
    assert_eq!(bench.accepted().len(), 1);
    assert!(bench.has(
        |event| matches!(event, Event::AlsoAccepted { receiver, .. } if receiver.index() == 1)
    ));
    bench.none();
    bench.rest();
}

#[test]
fn line_47_an_mrs_with_an_unknown_ref_is_answered_200_ignored_and_told() {
    let (mut bench, alarm, sent) = pressed(config(1));
    bench.message(0, &mrs("nobody", 0));
    bench.none();
    assert_eq!(bench.answers, ["SIP/2.0 200 OK"]);
    assert!(bench.has(|event| matches!(
        event,
        Event::UnknownResponse { reference, .. } if reference.as_str() == "nobody"
    )));
    // The same in a 200.
    bench.answer_with(&sent, &mrs("someone", 0));
    assert!(bench.accepted().is_empty());
    assert!(bench.sender.status(alarm).is_some());
    bench.message(0, &sent.mrs(0));
    assert_eq!(bench.accepted(), [(alarm, 0)]);
}

#[test]
fn line_47_what_is_no_mrs_is_refused_and_told() {
    let (mut bench, _, sent) = pressed(config(2));
    bench.message(0, "<mrq><ref>a</ref><cid>1</cid><dty>1</dty></mrq>");
    bench.message(0, "gibberish");
    bench.none();
    assert_eq!(bench.answers, ["SIP/2.0 400 Bad Request"; 2]);
    assert!(bench.failures().is_empty());
    // An answer to our alarm that cannot be read is not a yes.
    bench.answer(&sent, 200);
    bench.message(0, &format!("<mrs><ref>{}</ref></mrs>", sent.reference()));
    bench.one_to(1);
    assert!(matches!(
        bench.failures()[..],
        [(0, FailureReason::Unreadable(_))]
    ));
}
