//! Connections that die without a word, and questions to the driver that must not be lost.

use scaip::sender::{Config, Event};
use scaip::sip::{ConnectionId, Response, StatusCode, Transport};

use crate::sender_support::{Bench, Sent, receiver, seconds, unit};

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
