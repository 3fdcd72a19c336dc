//! Streams: a connection is used again, one that breaks or dies without a word is replaced, what
//! is too long for a datagram goes there, and questions to the driver are not lost.

use scaip::digest::{Credentials, Secret};
use scaip::sender::{About, Config, ConnectedError, Event, FailureReason, ShortenCause};
use scaip::sip::Transport;
use scaip::{CallAddress, Request, Text};

use crate::sender_support::{Bench, alarm, config, long_alarm, receiver, seconds, unit, waiting};

fn tls_and_udp() -> Config {
    let receivers = vec![receiver(0, Transport::Tls), receiver(1, Transport::Udp)];
    Config::new([5; 16], unit(), receivers)
}

#[test]
fn a_connection_on_which_nothing_is_answered_is_closed_and_replaced() {
    for transport in [Transport::Tcp, Transport::Tls] {
        let config = Config::new([5; 16], unit(), vec![receiver(0, transport)]);
        let (mut bench, alarm) = waiting(config);
        let dead = bench.connect("arc0");
        assert_eq!(bench.one().path.connection, Some(dead));
        assert_eq!(bench.connects(), 1);
        // No 200 in ten seconds, and one to back off: then a new connection is asked for.
        let again = bench.pass(seconds(12));
        assert!(again.is_empty(), "{again:?}");
        assert_eq!(bench.connects(), 2, "{:?}", bench.events);
        let fresh = bench.connect("arc0");
        assert_ne!(fresh, dead);
        let sent = bench.one();
        assert_eq!(sent.path.connection, Some(fresh));
        bench.answer_with(&sent, &sent.mrs(0));
        bench.none();
        assert_eq!(bench.accepted(), [(alarm, 0)]);
    }
}

#[test]
fn a_connection_that_answers_other_requests_is_kept_when_one_is_not_answered() {
    let arc = receiver(0, Transport::Tls);
    let (mut bench, _) = waiting(Config::new([5; 16], unit(), vec![arc]));
    let connection = bench.connect("arc0");
    let _ignored = bench.one();
    let _ = bench.pass(seconds(5));
    let (second, sent) = bench.press();
    bench.answer_with(&sent, &sent.mrs(0));
    bench.none();
    assert_eq!(bench.accepted(), [(second, 0)]);
    let again = bench.until(0, seconds(10));
    assert_eq!(again.path.connection, Some(connection));
    assert_eq!(bench.connects(), 1);
}

#[test]
fn what_the_driver_has_to_do_is_told_though_nobody_took_reports_for_long() {
    let mut config = Config::new(
        [5; 16],
        unit(),
        vec![receiver(1, Transport::Udp), receiver(0, Transport::Tcp)],
    );
    config.endpoint.queue = 2;
    let mut bench = Bench::new(config);
    // Reports fill the queue before the second receiver is come to, and nobody takes them.
    let _ = bench.submit();
    let end = bench.now + seconds(300);
    while let Some(at) = bench.sender.poll_timeout().filter(|at| *at <= end) {
        bench.now = at;
        bench.sender.handle_timeout(at);
        while bench.sender.poll_transmit().is_some() {}
    }
    assert!(bench.sender.events_left_out() > 0);
    bench.none();
    // Asked many times meanwhile, told once.
    assert_eq!(bench.connects(), 1, "{:?}", bench.events);
}

/// An alarm of more than 1300 bytes with its SIP.
fn long() -> Request<'static> {
    let mut long = alarm();
    let address = format!("sip:{}@example.net", "a".repeat(230));
    long.caller_ids.push(CallAddress::new(address));
    for (text, length) in [
        (&mut long.information_text, 128),
        (&mut long.status_text, 32),
        (&mut long.location_text, 32),
        (&mut long.device_text, 32),
    ] {
        *text = Some(Text::new("\u{20ac}".repeat(length)));
    }
    long
}

fn udp_and_tcp() -> Config {
    let receivers = vec![receiver(0, Transport::Udp), receiver(1, Transport::Tcp)];
    Config::new([5; 16], unit(), receivers)
}

#[test]
fn an_alarm_too_long_for_a_datagram_goes_to_a_stream_first_and_whole() {
    for shorten in [false, true] {
        let mut config = udp_and_tcp();
        config.shorten_oversize = shorten;
        let mut bench = Bench::new(config);
        let _ = bench.submit_as(long(), About::New);
        bench.none();
        let _ = bench.connect("arc1");
        let sent = bench.one_to(1);
        assert!(sent.request.information_text.is_some());
        // When that fails the other one gets it, as it is set.
        bench
            .sender
            .connection_closed(sent.path.connection.unwrap());
        let sent = bench.one_to(0);
        assert_eq!(sent.request.information_text.is_none(), shorten);
        let whole = |event: &Event| matches!(event, Event::Oversize { .. });
        assert_eq!(bench.has(whole), !shorten);
        // One that fits keeps to the order.
        let _ = bench.submit();
        assert_eq!(bench.one().to(), 0);
    }
}

#[test]
fn credentials_that_were_refused_are_not_shown_again_for_a_minute_and_then_less_and_less() {
    let credentials = Credentials::new("40211870", Secret::password("wrong"));
    let arc = receiver(0, Transport::Udp).with_credentials(credentials);
    let mut config = Config::new([5; 16], unit(), vec![arc, receiver(1, Transport::Udp)]);
    config.silent_wait = seconds(0);
    let mut bench = Bench::new(config);
    let asks = |nonce: &str| format!("Digest realm=\"arc\", nonce=\"{nonce}\", algorithm=MD5");
    let mut waits = Vec::new();
    let mut last = bench.now;
    for round in 0..6 {
        let _ = bench.submit();
        let first = bench.until(0, seconds(700));
        waits.push((bench.now - last).as_secs());
        bench.challenge(&first, &asks(&format!("a{round}")));
        let shown = bench.until(0, seconds(1));
        assert!(shown.header("Authorization").is_some());
        bench.challenge(&shown, &asks(&format!("b{round}")));
        last = bench.now;
        // The other one takes the alarms meanwhile.
        while bench.sender.open() > 0 {
            let sent = bench.until(1, seconds(700));
            bench.respond(&sent, 0);
        }
        let _ = bench.pass(seconds(0));
        // An alarm a moment later does not go there.
        let (_, sent) = bench.press();
        assert_eq!(sent.to(), 1);
        bench.respond(&sent, 0);
        // Go on when its time is over.
        let postponed = bench.events.iter().rev().find_map(|event| match event {
            Event::Postponed { until, .. } => Some(*until),
            _ => None,
        });
        let until = postponed.unwrap();
        let _ = bench.pass(until - bench.now);
    }
    assert_eq!(waits, [0, 60, 120, 240, 480, 600]);
}

#[test]
fn a_message_above_1300_bytes_on_udp_is_told_or_shortened_as_set() {
    let mut request = long_alarm();
    request.caller_ids = [CallAddress::new(format!("sip:{}", "c".repeat(250)))]
        .into_iter()
        .collect();
    for shorten in [false, true] {
        let mut config = config(1);
        config.shorten_oversize = shorten;
        config.receivers[0].domain = format!("{}.example.net", "d".repeat(100));
        config.receivers[0].account = format!("sip:alarm@{}.example.net", "d".repeat(160));
        let mut bench = Bench::new(config);
        let _ = bench.submit_as(request.clone(), About::New);
        let sent = bench.one();
        let length = sent.message.raw().len();
        assert_eq!(sent.request.information_text.is_none(), shorten);
        assert_eq!(length > 1300, !shorten, "{length}");
        assert!(bench.has(|event| match event {
            Event::Oversize { length: told, .. } => !shorten && *told == length,
            Event::Shortened {
                cause: ShortenCause::Oversize { .. },
                ..
            } => shorten,
            _ => false,
        }));
    }
}

#[test]
fn a_stream_receiver_is_connected_to_once_and_the_connection_used_again() {
    let mut bench = Bench::new(tls_and_udp());
    let (first, second) = (bench.submit(), bench.submit());
    bench.none();
    assert_eq!(bench.connects(), 1);
    let connection = bench.connect("arc0");
    let sent = bench.sent();
    assert_eq!(sent.len(), 2);
    assert!(
        sent.iter()
            .all(|sent| sent.path.connection == Some(connection))
    );
    for sent in &sent {
        bench.answer_with(sent, &sent.mrs(0));
    }
    bench.none();
    assert_eq!(bench.accepted(), [(first, 0), (second, 0)]);
    let _ = bench.submit();
    assert_eq!(bench.one().path.connection, Some(connection));
    assert_eq!(bench.connects(), 1);
}

#[test]
fn a_connection_that_fails_is_late_or_breaks_ends_in_the_next_receiver() {
    // Refused.
    let (mut bench, _) = waiting(tls_and_udp());
    let to = bench.sender.receiver_named("arc0").unwrap();
    bench.sender.connect_failed(bench.now, to);
    assert_eq!(bench.one().to(), 1);
    // Never answered.
    let (mut bench, _) = waiting(tls_and_udp());
    let start = bench.now;
    let _ = bench.until(1, seconds(11));
    assert!(bench.now - start <= seconds(10));
    // Broken before the 200, and before the mrs.
    for with_ok in [false, true] {
        let (mut bench, _) = waiting(tls_and_udp());
        let connection = bench.connect("arc0");
        let sent = bench.one();
        if with_ok {
            bench.answer(&sent, 200);
            bench.none();
        }
        bench.sender.connection_closed(connection);
        bench.moved_on(FailureReason::Transport);
        // The next alarm asks for a new connection.
        let _ = bench.submit();
        bench.none();
        assert_eq!(bench.connects(), 2);
    }
    // A stream that turns to nonsense is closed by the sender.
    let (mut bench, _) = waiting(tls_and_udp());
    let connection = bench.connect("arc0");
    let sent = bench.one();
    bench.answer(&sent, 200);
    bench
        .sender
        .handle_stream(bench.now, connection, b"MESSAGE sip:a SIP/2.0\r\n\r\n");
    bench.moved_on(FailureReason::Transport);
    let udp = bench.sender.receiver_named("arc1").unwrap();
    let refused = bench.sender.connected(bench.now, udp, unit());
    assert_eq!(refused, Err(ConnectedError::NotAStream));
}
