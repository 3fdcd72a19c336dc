//! Follow-ups and heartbeats (SCAIP reference 10).

use scaip::sender::{About, Event, SubmitError, Waiting};
use scaip::{ControllerId, MessageType, Reference, Request};

use crate::sender_support::{Bench, alarm, config, seconds};

fn follow_up(message_type: MessageType<'static>) -> Request<'static> {
    let mut request = alarm();
    request.message_type = message_type;
    request
}

#[test]
fn reset_and_information_go_to_the_receiver_that_accepted() {
    let mut bench = Bench::new(config(2));
    let alarm = bench.submit();
    // Before anybody has accepted they wait.
    let early = bench.submit_as(follow_up(MessageType::Information), About::Alarm(alarm));
    let first = bench.one();
    assert_eq!(
        bench.sender.status(early).unwrap().waiting,
        Waiting::Alarm(alarm)
    );
    bench.answer(&first, 503);
    let second = bench.one();
    bench.respond(&second, 0);
    let information = bench.one_to(1);
    assert_eq!(information.request.message_type, MessageType::Information);
    bench.respond(&information, 0);
    // And there only, also when it fails there.
    let reset = bench.submit_as(follow_up(MessageType::Reset), About::Alarm(alarm));
    let sent = bench.one_to(1);
    bench.answer(&sent, 500);
    let again = bench.until(1, seconds(5));
    assert_eq!(again.reference(), sent.reference());
    bench.respond(&again, 0);
    assert_eq!(bench.accepted(), [(alarm, 1), (early, 1), (reset, 1)]);
    assert_eq!(
        bench.sender.accepted_by(alarm).map(|id| id.index()),
        Some(1)
    );
    // After a restart the caller says who it was.
    let mut bench = Bench::new(config(2));
    let about = About::Alarm(alarm);
    let unknown = bench
        .sender
        .submit(bench.now, follow_up(MessageType::Reset), about);
    assert_eq!(unknown, Err(SubmitError::UnknownAlarm));
    let about = About::Receiver(bench.sender.receiver_named("arc1").unwrap());
    let _ = bench.submit_as(follow_up(MessageType::Reset), about);
    assert_eq!(bench.one().to(), 1);
}

#[test]
fn what_waits_for_an_abandoned_alarm_goes_to_the_receivers_in_their_order() {
    let mut bench = Bench::new(config(2));
    let alarm = bench.submit();
    let about = About::Alarm(alarm);
    let _ = bench.submit_as(follow_up(MessageType::Reset), about);
    let _ = bench.one();
    assert!(bench.sender.abandon(bench.now, alarm).is_some());
    let sent = bench.one();
    assert_eq!(
        (sent.to(), sent.request.message_type),
        (0, MessageType::Reset)
    );
}

#[test]
fn a_heartbeat_is_tried_once_through_the_list_and_then_dropped() {
    let mut bench = Bench::new(config(2));
    let beat = || Request::heartbeat(Reference::new("0"), ControllerId::new("40211870"));
    let id = bench.submit_as(beat(), About::New);
    for n in 0..2 {
        let sent = bench.one_to(n);
        bench.answer(&sent, 503);
    }
    bench.none();
    let dropped =
        |event: &Event| matches!(event, Event::HeartbeatDropped { alarm } if *alarm == id);
    assert!(bench.has(dropped));
    // One that is answered is accepted like anything else; busy is answer enough to let go.
    let accepted = bench.submit_as(beat(), About::New);
    let sent = bench.one();
    bench.respond(&sent, 0);
    assert_eq!(bench.accepted(), [(accepted, 0)]);
    let _ = bench.submit_as(beat(), About::New);
    let sent = bench.one();
    bench.respond(&sent, 6);
    bench.none();
    bench.rest();
}
