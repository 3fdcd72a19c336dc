//! Connections that die without a word, and questions to the driver that must not be lost.

use scaip::digest::{Credentials, Secret};
use scaip::sender::{About, Config, Event};
use scaip::sip::{ConnectionId, Response, StatusCode, Transport};
use scaip::{CallAddress, Request, Text};

use crate::sender_support::{Bench, Sent, alarm, receiver, seconds, unit};

fn connects(bench: &Bench) -> usize {
    let asks = |event: &&Event| matches!(event, Event::Connect { .. });
    bench.events.iter().filter(asks).count()
}

fn connected(bench: &mut Bench) -> ConnectionId {
    let arc = bench.sender.receiver_named("arc0").unwrap();
    bench.sender.connected(bench.now, arc, unit()).unwrap()
}

fn hear(bench: &mut Bench, sent: &Sent, body: &str) {
    let bytes = sent.answer(&Response {
        body: body.as_bytes(),
        ..Response::new(StatusCode::OK)
    });
    let connection = sent.path.connection.unwrap();
    bench.sender.handle_stream(bench.now, connection, &bytes);
    bench.none();
}

#[test]
fn a_connection_on_which_nothing_is_answered_is_closed_and_replaced() {
    for transport in [Transport::Tcp, Transport::Tls] {
        let mut bench = Bench::new(Config::new([5; 16], unit(), vec![receiver(0, transport)]));
        let alarm = bench.submit();
        bench.none();
        let dead = connected(&mut bench);
        assert_eq!(bench.one().path.connection, Some(dead));
        assert_eq!(connects(&bench), 1);
        // No 200 in ten seconds, and one to back off: then a new connection is asked for.
        let again = bench.pass(seconds(12));
        assert!(again.is_empty(), "{again:?}");
        assert_eq!(connects(&bench), 2, "{:?}", bench.events);
        let fresh = connected(&mut bench);
        assert_ne!(fresh, dead);
        let sent = bench.one();
        assert_eq!(sent.path.connection, Some(fresh));
        hear(&mut bench, &sent, &sent.mrs(0));
        assert_eq!(bench.accepted(), [(alarm, 0)]);
    }
}

#[test]
fn a_connection_that_answers_other_requests_is_kept_when_one_is_not_answered() {
    let arc = receiver(0, Transport::Tls);
    let mut bench = Bench::new(Config::new([5; 16], unit(), vec![arc]));
    let _ = bench.submit();
    bench.none();
    let connection = connected(&mut bench);
    let _ignored = bench.one();
    let _ = bench.pass(seconds(5));
    let second = bench.submit();
    let sent = bench.one();
    hear(&mut bench, &sent, &sent.mrs(0));
    assert_eq!(bench.accepted(), [(second, 0)]);
    let again = bench.until(0, seconds(10));
    assert_eq!(again.path.connection, Some(connection));
    assert_eq!(connects(&bench), 1);
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
    assert_eq!(connects(&bench), 1, "{:?}", bench.events);
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
        let _ = bench.sender.submit(bench.now, long(), About::New).unwrap();
        bench.none();
        let arc = bench.sender.receiver_named("arc1").unwrap();
        let _ = bench.sender.connected(bench.now, arc, unit()).unwrap();
        let sent = bench.one();
        assert_eq!(sent.to(), 1);
        assert!(sent.request.information_text.is_some());
        // When that fails the other one gets it, as it is set.
        bench
            .sender
            .connection_closed(sent.path.connection.unwrap());
        let sent = bench.one();
        assert_eq!(sent.to(), 0);
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
        let refuse = |bench: &mut Bench, sent: &Sent, nonce: &str| {
            let value = asks(nonce);
            let bytes = sent.answer(&Response {
                headers: &[("WWW-Authenticate", &value)],
                ..Response::new(StatusCode::UNAUTHORIZED)
            });
            bench.hand_in(sent.path.remote, bytes);
        };
        refuse(&mut bench, &first, &format!("a{round}"));
        let shown = bench.until(0, seconds(1));
        assert!(shown.header("Authorization").is_some());
        refuse(&mut bench, &shown, &format!("b{round}"));
        last = bench.now;
        // The other one takes the alarms meanwhile.
        while bench.sender.open() > 0 {
            let sent = bench.until(1, seconds(700));
            bench.respond(&sent, 0);
        }
        let _ = bench.pass(seconds(0));
        // An alarm a moment later does not go there.
        let _ = bench.submit();
        let sent = bench.one();
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
