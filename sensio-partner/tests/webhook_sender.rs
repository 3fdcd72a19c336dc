//! Webhooks that are sent: what goes out, what is repeated, in which order.

#[allow(dead_code, reason = "each test file uses a part")]
mod webhook_calls;

use std::time::{Duration, SystemTime};

use sensio_partner::webhook::{
    Config, EventStateChanged, Failure, Head, NotTaken, Receiver, Sender, SenderConfig,
    SenderEvent, Transmit, Verifier, encode_webhook,
};
use sensio_partner::{EventType, Member, Members, Mode, Secret, Time, UnityVersion};
use webhook_calls::{device, inactive, request};

const TOKEN: &str = "3c1f5f7a-not-a-real-token";

fn strict_receiver() -> Receiver {
    let mut config = Config::default();
    config.mode = Mode::Strict;
    Receiver::new(Verifier::new(&[Secret::new(TOKEN)]).expect("fit"), config)
}

fn sender(change: impl FnOnce(&mut SenderConfig)) -> Sender {
    let mut config = SenderConfig::new(Secret::new(TOKEN), 7);
    change(&mut config);
    Sender::new(config)
}

fn answer(sender: &mut Sender, now: Time, post: &Transmit, status: u16) {
    sender.handle_answer(now, post.attempt(), status, [], SystemTime::UNIX_EPOCH);
}

#[test]
fn what_is_sent_is_what_the_receiver_takes() {
    let mut sender = sender(|_| ());
    for webhook in [request(Some("a")), inactive(None)] {
        sender.submit(Time::ZERO, &webhook).expect("room");
        let post = sender.poll_transmit(Time::ZERO).expect("ready");
        let headers = post.headers();
        assert_eq!(headers.filter(|header| header.sensitive).count(), 1);
        assert!(!format!("{post:?}").contains(TOKEN));
        let headers = post.headers().map(|h| (h.name, h.value.as_bytes()));
        let incoming = strict_receiver()
            .handle(Time::ZERO, None, &Head::new("POST", headers), post.body())
            .expect("taken");
        assert_eq!(incoming.webhook(), &webhook);
        answer(&mut sender, Time::ZERO, &post, 200);
    }
    assert_eq!(sender.waiting(), 0);
}

#[test]
fn refusals_are_final_and_faults_are_repeated() {
    for status in [301, 400, 403, 404, 405, 410, 413] {
        let mut sender = sender(|_| ());
        let id = sender.submit(Time::ZERO, &request(None)).expect("room");
        let post = sender.poll_transmit(Time::ZERO).expect("ready");
        answer(&mut sender, Time::ZERO, &post, status);
        let given_up = SenderEvent::GivenUp {
            webhook: id,
            failure: Failure::Status(status),
        };
        assert_eq!(sender.poll_event(), Some(given_up));
        assert_eq!((sender.poll_timeout(), sender.waiting()), (None, 0));
    }
    for status in [408, 429, 500, 502, 503, 504] {
        let mut sender = sender(|_| ());
        sender.submit(Time::ZERO, &request(None)).expect("room");
        let post = sender.poll_transmit(Time::ZERO).expect("ready");
        answer(&mut sender, Time::ZERO, &post, status);
        let due = sender.poll_timeout().expect("a pause");
        assert!(due > Time::ZERO && due <= Time::from_millis(200), "{due:?}");
        assert!(sender.poll_transmit(Time::ZERO).is_none());
        sender.handle_timeout(due);
        let again = sender.poll_transmit(due).expect("again");
        assert_eq!((again.attempt().number, again.body()), (2, post.body()));
    }
}

#[test]
fn retry_after_is_honoured_and_silence_is_a_failure() {
    let mut sender = sender(|_| ());
    sender.submit(Time::ZERO, &request(None)).expect("room");
    let post = sender.poll_transmit(Time::ZERO).expect("ready");
    let headers = [("Retry-After", &b"7"[..])];
    sender.handle_answer(Time::ZERO, post.attempt(), 503, headers, SystemTime::now());
    let due = Time::from_millis(7_000);
    assert_eq!(sender.poll_timeout(), Some(due));
    sender.handle_timeout(due);
    let silent = sender.poll_transmit(due).expect("again");
    let deadline = due + Duration::from_secs(10);
    assert_eq!(sender.poll_timeout(), Some(deadline));
    sender.handle_timeout(deadline);
    sender.poll_event();
    let Some(SenderEvent::Retrying { failure, .. }) = sender.poll_event() else {
        panic!("it goes on");
    };
    assert_eq!(failure, Failure::TimedOut);
    // The answer after all: whatever the time, it is delivered.
    answer(&mut sender, deadline, &silent, 200);
    assert!(matches!(
        sender.poll_event(),
        Some(SenderEvent::Delivered(_))
    ));
    assert_eq!((sender.poll_timeout(), sender.waiting()), (None, 0));
    assert!(sender.poll_transmit(deadline).is_none());
}

#[test]
fn one_pair_goes_in_order_and_others_do_not_wait() {
    let mut sender = sender(|_| ());
    let first = sender.submit(Time::ZERO, &request(None)).expect("room");
    let second = sender.submit(Time::ZERO, &inactive(None)).expect("room");
    let other = EventStateChanged::inactive(device(), EventType::LOW_BATTERY);
    let other = sender.submit(Time::ZERO, &other.into()).expect("room");
    let a = sender.poll_transmit(Time::ZERO).expect("ready");
    let b = sender.poll_transmit(Time::ZERO).expect("ready");
    assert_eq!((a.attempt().webhook, b.attempt().webhook), (first, other));
    assert!(sender.poll_transmit(Time::ZERO).is_none());
    sender.handle_failure(Time::ZERO, a.attempt());
    assert!(
        sender.poll_transmit(Time::ZERO).is_none(),
        "the first is not through"
    );
    let due = Time::from_millis(1_000);
    sender.handle_timeout(due);
    let a = sender.poll_transmit(due).expect("again");
    assert_eq!(a.attempt().webhook, first);
    answer(&mut sender, due, &a, 200);
    assert_eq!(
        sender.poll_transmit(due).map(|post| post.attempt().webhook),
        Some(second)
    );
}

#[test]
fn a_sender_is_bounded_and_knows_its_version() {
    let mut sender = self::sender(|config| {
        config.waiting = 2;
        config.parallel = 1;
        config.give_up_after = Duration::from_secs(5);
    });
    sender.submit(Time::ZERO, &request(None)).expect("room");
    let other = EventStateChanged::inactive(device(), EventType(4)).into();
    sender.submit(Time::ZERO, &other).expect("room");
    assert_eq!(
        sender.submit(Time::ZERO, &other),
        Err(NotTaken::Full { waiting: 2 })
    );
    let post = sender.poll_transmit(Time::ZERO).expect("ready");
    assert!(sender.poll_transmit(Time::ZERO).is_none(), "one at once");
    sender.handle_timeout(Time::from_millis(10_000));
    assert!(matches!(
        sender.poll_event(),
        Some(SenderEvent::GivenUp { .. })
    ));
    sender.handle_failure(Time::from_millis(10_000), post.attempt());
    assert_eq!(sender.waiting(), 1);

    let mut old = self::sender(|config| config.version = UnityVersion::V6_8);
    assert_eq!(
        old.submit(Time::ZERO, &request(None)),
        Err(NotTaken::Version)
    );
    let mut body = Vec::new();
    let webhook = request(Some("a"));
    let left_out = encode_webhook(&webhook, UnityVersion::V6_9, &mut body);
    assert_eq!(left_out, Members::NONE.with(Member::ExternalEventId));
    assert_eq!(body, br#"{"DeviceIdentifier":"SN-004711","EventType":906}"#);
}
