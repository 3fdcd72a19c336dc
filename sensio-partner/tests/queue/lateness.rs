//! Late events.

use sensio_partner::queue::{Call, Event, EventCall, LateDescription, Outcome};
use sensio_partner::{Description, EventParameters, EventType, Member, Members};

use crate::bench::{BAD_REQUEST, Bench, DONE, WALL, device, members, post, rich, seconds, sent};

#[test]
fn what_waits_for_a_minute_is_reported_once_also_across_a_restart() {
    let mut bench = Bench::new();
    let waiting = bench.submit(&post("a"));
    bench.once(Outcome::NotSent);
    bench.pass(seconds(40));
    assert!(bench.events().is_empty());
    let mut bench = bench.restart();
    bench.pass(seconds(25));
    let Event::Late { id, waited, .. } = bench.event() else {
        panic!()
    };
    assert_eq!(id, waiting);
    assert!(waited >= seconds(65));
    bench.pass(seconds(600));
    assert!(bench.events().is_empty());
}

#[test]
fn late_events_tell_when_they_happened_if_so_configured() {
    let late = LateDescription::utc(seconds(60));
    let mut bench = Bench::with(|config| config.late_description = Some(late));
    bench.submit(&EventCall::post(device("a"), EventType::FALL, WALL, rich()));
    let prompt = bench.once(Outcome::NotSent);
    assert_eq!(sent(&prompt), rich());
    bench.pass(seconds(90));
    let text = |call: &Call| sent(call).description.map(|text| text.as_str().to_owned());
    let call = bench.once(BAD_REQUEST);
    let expected = "2026-11-22 07:27 UTC a synthetic text";
    assert_eq!(text(&call).as_deref(), Some(expected));
    bench.once(BAD_REQUEST);
    assert_eq!(
        text(&bench.once(DONE)),
        None,
        "refused texts are left out, times with them"
    );
}

#[test]
fn a_body_that_may_have_arrived_is_repeated_unchanged() {
    let late = LateDescription::utc(seconds(60));
    let mut bench = Bench::with(|config| config.late_description = Some(late));
    bench.submit(&EventCall::post(device("a"), EventType::FALL, WALL, rich()));
    bench.once(Outcome::Ambiguous);
    bench.pass(seconds(90));
    assert_eq!(sent(&bench.once(DONE)), rich());
}

#[test]
fn a_text_without_room_for_the_time_stays_as_it_is() {
    let late = LateDescription::utc(seconds(60));
    let mut bench = Bench::with(|config| config.late_description = Some(late));
    let mut parameters = EventParameters::new();
    parameters.description = Description::new(&"x".repeat(200)).ok();
    bench.pass(seconds(90));
    let call = EventCall::post(device("a"), EventType::FALL, WALL, parameters.clone());
    bench.submit(&call);
    assert_eq!(sent(&bench.once(DONE)), parameters);
}

#[test]
fn a_time_that_an_old_server_does_not_take_is_not_reported_as_left_out() {
    let text = members(&[Member::Description]);
    let late = LateDescription::utc(seconds(60));
    let mut bench = Bench::with(|config| config.late_description = Some(late));
    bench.pass(seconds(90));
    bench.submit(&post("a"));
    let call = EventCall::post(device("b"), EventType::FALL, WALL, rich());
    bench.submit(&call);
    for expected in [Members::NONE, text] {
        let call = bench.once(Outcome::DoneWithout(text));
        assert!(sent(&call).description.is_some());
        let Event::Delivered(delivered) = bench.event() else {
            panic!()
        };
        assert_eq!(delivered.left_out, expected);
    }
}
