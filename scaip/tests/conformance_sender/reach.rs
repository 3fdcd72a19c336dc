//! Which receiver is asked when and from where: silent ones, those that asked to wait, and those
//! known by name.

use std::time::Duration;

use scaip::sender::{
    About, Config, ConfigError, Event, FailureReason, ReceiverAddress, Sender, Waiting,
};
use scaip::sip::Transport;
use scaip::{ControllerId, Reference, Request};

use crate::sender_support::{Bench, Sent, arc, config, pressed, receiver, seconds, unit, waiting};

fn later(bench: &mut Bench, sent: &Sent, status: u16, retry_after: &str) {
    bench.answer_headed(sent, status, &[("Retry-After", retry_after)]);
}

#[test]
fn a_silent_receiver_is_asked_after_the_others_for_a_while_and_then_in_its_order_again() {
    let mut bench = Bench::new(config(3));
    let _ = bench.submit();
    assert_eq!(bench.one().to(), 0);
    let next = bench.until(1, seconds(11));
    bench.respond(&next, 0);
    // The second alarm does not wait for it.
    let (_, sent) = bench.press();
    assert_eq!(sent.to(), 1);
    // But it is asked before the alarm goes without: last.
    bench.answer(&sent, 500);
    let sent = bench.one_to(2);
    bench.answer(&sent, 500);
    let sent = bench.one_to(0);
    bench.answer(&sent, 500);
    // A minute after it was silent the order holds again.
    let _ = bench.pass(seconds(61));
    let new = bench.submit();
    let sent = bench.sent();
    let reference = bench.sender.status(new).unwrap().reference;
    let first = sent.iter().find(|one| one.request.reference == reference);
    assert_eq!(first.unwrap().to(), 0);
}

#[test]
fn a_receiver_that_answers_again_is_first_again_at_once() {
    let (mut bench, _, first) = pressed(config(2));
    let next = bench.until(1, seconds(11));
    // Late, and it says no: it lives.
    bench.message(0, &first.mrs(5));
    bench.respond(&next, 0);
    let _ = bench.submit();
    assert_eq!(bench.one().to(), 0);
}

#[test]
fn a_heartbeat_finds_out_that_a_silent_receiver_is_back() {
    let (mut bench, _, _) = pressed(config(2));
    let next = bench.until(1, seconds(11));
    bench.respond(&next, 0);
    let beat = Request::heartbeat(Reference::new("0"), ControllerId::new("40211870"));
    let _ = bench.submit_as(beat, About::New);
    let beat = bench.one_to(0);
    bench.respond(&beat, 0);
    let _ = bench.submit();
    assert_eq!(bench.one().to(), 0);
}

#[test]
fn a_refusal_is_no_silence_and_with_the_setting_off_the_order_always_holds() {
    let (mut bench, _, sent) = pressed(config(2));
    bench.answer(&sent, 500);
    let next = bench.one();
    bench.respond(&next, 0);
    let _ = bench.submit();
    assert_eq!(bench.one().to(), 0);

    let mut config = config(2);
    config.silent_wait = Duration::ZERO;
    let (mut bench, _, _) = pressed(config);
    let next = bench.until(1, seconds(11));
    bench.respond(&next, 0);
    let _ = bench.submit();
    assert_eq!(bench.one().to(), 0);
}

#[test]
fn a_repeat_after_busy_goes_elsewhere_when_the_receiver_has_asked_to_be_left_alone_since() {
    let (mut bench, held, first) = pressed(config(2));
    bench.respond(&first, 6);
    let (_, second) = bench.press();
    assert_eq!(second.to(), 0);
    later(&mut bench, &second, 503, "30");
    let elsewhere = bench.one_to(1);
    bench.respond(&elsewhere, 0);
    let repeat = bench.until(1, seconds(6));
    assert_eq!(repeat.reference(), first.reference());
    bench.respond(&repeat, 0);
    assert!(bench.accepted().contains(&(held, 1)));
    assert!(bench.failures().contains(&(0, FailureReason::AskedToWait)));
}

#[test]
fn a_503_with_retry_after_is_heeded_by_every_alarm_until_its_time_is_over() {
    let (mut bench, _, sent) = pressed(config(2));
    later(&mut bench, &sent, 503, "20 (much to do);duration=60");
    let next = bench.one_to(1);
    bench.respond(&next, 0);
    let until = bench.now + seconds(20);
    assert!(bench.has(|event| matches!(
        event,
        Event::Postponed { receiver, until: told } if receiver.index() == 0 && *told == until
    )));
    let (_, next) = bench.press();
    assert_eq!(next.to(), 1);
    // Not even when the other one fails.
    bench.answer(&next, 500);
    bench.none();
    let early = bench.pass(seconds(19));
    assert!(early.iter().all(|one| one.to() == 1), "{early:?}");
    let _ = bench.pass(seconds(2));
    let _ = bench.submit();
    assert!(bench.sent().iter().any(|one| one.to() == 0));
}

#[test]
fn the_only_receiver_is_asked_when_it_said_and_no_later_than_the_setting_allows() {
    for (header, wait) in [("7", 7), ("86400", 60), ("99999999999999999999", 1)] {
        let (mut bench, alarm, sent) = pressed(config(1));
        later(&mut bench, &sent, 503, header);
        let Waiting::BackOff { until } = bench.sender.status(alarm).unwrap().waiting else {
            panic!("{:?}", bench.sender.status(alarm))
        };
        let waits = until - bench.now;
        if wait > 1 {
            assert_eq!(waits, seconds(wait), "{header}");
        } else {
            // Not a number of seconds: the ordinary back-off.
            assert!(
                waits <= seconds(1) || waits == seconds(60),
                "{header}: {waits:?}"
            );
        }
        let again = bench.until(0, seconds(61));
        bench.respond(&again, 0);
        assert_eq!(bench.accepted(), [(alarm, 0)]);
    }
    // Nor at all if that is set, nor on another status.
    for (longest, status) in [(0, 503), (60, 480)] {
        let mut config = config(1);
        config.longest_retry_after = seconds(longest);
        let (mut bench, _, sent) = pressed(config);
        later(&mut bench, &sent, status, "30");
        let start = bench.now;
        let _ = bench.until(0, seconds(5));
        assert!(bench.now - start <= seconds(1));
    }
}

#[test]
fn a_round_begins_again_when_one_receiver_said_so_though_the_back_off_is_longer() {
    let mut config = config(2);
    config.first_back_off = seconds(1);
    let mut bench = Bench::new(config);
    let alarm = bench.submit();
    // Until the back-off is long.
    for _ in 0..7 {
        for n in 0..2 {
            let sent = bench.until(n, seconds(70));
            bench.answer(&sent, 500);
        }
    }
    let sent = bench.until(0, seconds(70));
    later(&mut bench, &sent, 503, "5");
    let sent = bench.one();
    bench.answer(&sent, 500);
    let start = bench.now;
    let sent = bench.until(0, seconds(70));
    assert_eq!(bench.now - start, seconds(5));
    bench.respond(&sent, 0);
    assert_eq!(bench.accepted(), [(alarm, 0)]);
}

fn named(transport: Transport) -> ReceiverAddress {
    let host = "arc0.example.net:5060";
    ReceiverAddress::named("arc0", transport, host, "sip:alarm@arc0.example.net")
}

fn resolves(bench: &Bench) -> usize {
    let wanted = "arc0.example.net:5060";
    bench.count(|event| matches!(event, Event::Resolve { host, .. } if host == wanted))
}

#[test]
fn a_name_is_looked_up_once_used_while_it_is_fresh_and_looked_up_again() {
    let mut settings = config(1);
    settings.receivers = vec![named(Transport::Udp), receiver(1, Transport::Udp)];
    let mut bench = Bench::new(settings);
    let id = bench.sender.receiver_named("arc0").unwrap();
    let _ = bench.submit();
    let _ = bench.submit();
    bench.none();
    assert_eq!(resolves(&bench), 1);
    bench.sender.resolved(bench.now, id, vec![arc(0)]);
    let sent = bench.sent();
    assert_eq!(sent.len(), 2);
    for one in &sent {
        bench.respond(one, 0);
    }
    let (_, sent) = bench.press();
    assert_eq!((sent.to(), resolves(&bench)), (0, 1));
    bench.respond(&sent, 0);
    // Five minutes later the name may mean another address; if nobody knows, the old one.
    let _ = bench.pass(seconds(301));
    let _ = bench.submit();
    bench.none();
    assert_eq!(resolves(&bench), 2);
    bench.sender.resolve_failed(bench.now, id);
    let sent = bench.one_to(0);
    bench.respond(&sent, 0);
    let _ = bench.pass(seconds(301));
    let _ = bench.submit();
    bench.none();
    bench.sender.resolved(bench.now, id, vec![arc(2)]);
    assert_eq!(bench.one().to(), 2);
}

#[test]
fn a_name_that_is_not_found_or_not_answered_sends_the_alarm_on() {
    let mut settings = config(1);
    settings.receivers = vec![named(Transport::Udp), receiver(1, Transport::Udp)];
    let (mut bench, _) = waiting(settings.clone());
    let id = bench.sender.receiver_named("arc0").unwrap();
    bench.sender.resolve_failed(bench.now, id);
    bench.moved_on(FailureReason::ResolveFailed);

    let mut bench = Bench::new(settings);
    let _ = bench.submit();
    let start = bench.now;
    let _ = bench.until(1, seconds(11));
    assert_eq!(bench.now - start, seconds(10));
    assert_eq!(bench.failures(), [(0, FailureReason::ResolveFailed)]);
}

#[test]
fn each_address_of_a_name_is_tried_before_the_next_receiver() {
    let mut settings = config(1);
    settings.receivers = vec![named(Transport::Tcp), receiver(1, Transport::Udp)];
    let (mut bench, alarm) = waiting(settings.clone());
    let id = bench.sender.receiver_named("arc0").unwrap();
    bench.sender.resolved(bench.now, id, vec![arc(0), arc(2)]);
    bench.none();
    bench.sender.connect_failed(bench.now, id);
    bench.none();
    let connects: Vec<_> = bench
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Connect { address, .. } => Some(*address),
            _ => None,
        })
        .collect();
    assert_eq!(connects, [arc(0), arc(2)]);
    let connection = bench.connect("arc0");
    let sent = bench.one();
    assert_eq!((sent.path.connection, sent.to()), (Some(connection), 2));
    bench.answer_with(&sent, &sent.mrs(0));
    bench.none();
    assert_eq!(bench.accepted(), [(alarm, 0)]);

    // When all have failed the next receiver is asked, and the name looked up again.
    let (mut bench, _) = waiting(settings);
    bench.sender.resolved(bench.now, id, vec![arc(0), arc(2)]);
    bench.sender.connect_failed(bench.now, id);
    bench.sender.connect_failed(bench.now, id);
    let sent = bench.one_to(1);
    bench.answer(&sent, 500);
    let sent = bench.until(1, seconds(2));
    bench.answer(&sent, 500);
    bench.none();
    assert_eq!(resolves(&bench), 2);
    // A report that comes late, after everybody has gone on, changes nothing.
    bench.sender.connect_failed(bench.now, id);
    bench.none();
}

#[test]
fn a_silent_address_of_a_name_on_udp_gives_way_to_the_next_one() {
    let mut settings = config(1);
    settings.receivers = vec![named(Transport::Udp)];
    let (mut bench, alarm) = waiting(settings);
    let id = bench.sender.receiver_named("arc0").unwrap();
    bench.sender.resolved(bench.now, id, vec![arc(0), arc(2)]);
    assert_eq!(bench.one().to(), 0);
    let sent = bench.until(2, seconds(15));
    bench.respond(&sent, 0);
    assert_eq!(bench.accepted(), [(alarm, 0)]);
    let _ = bench.submit();
    assert_eq!(bench.one().to(), 2);
}

#[test]
fn the_local_address_towards_one_receiver_can_change() {
    let mut bench = Bench::new(config(1));
    let id = bench.sender.receiver_named("arc0").unwrap();
    let local = "192.0.2.99:5060".parse().unwrap();
    bench.sender.set_local(id, local);
    let (_, sent) = bench.press();
    assert_eq!(sent.path.local, local);
    assert!(sent.header("Via").unwrap().contains("192.0.2.99:5060"));
}

#[test]
fn an_account_spelled_scaips_is_written_sips() {
    for (spelled, written) in [
        (
            "scaips://alarm@arc0.example.net:5061",
            "sips:alarm@arc0.example.net:5061",
        ),
        ("SCAIP:alarm@arc0.example.net", "sip:alarm@arc0.example.net"),
    ] {
        let mut settings = config(1);
        settings.receivers = vec![ReceiverAddress::new(
            "arc0",
            Transport::Udp,
            arc(0),
            spelled,
        )];
        let (_, _, sent) = pressed(settings);
        assert_eq!(sent.message.request_uri_raw(), Some(written.as_bytes()));
        assert!(sent.header("From").unwrap().contains("@arc0.example.net"));
    }
}

#[test]
fn a_host_without_a_port_gets_the_usual_one_and_what_is_no_host_is_refused() {
    let named = |transport, host: &str| {
        let account = "sip:alarm@arc0.example.net";
        let arc = ReceiverAddress::named("arc0", transport, host, account);
        Sender::new(Config::new([5; 16], unit(), vec![arc]))
    };
    for (transport, host, wanted) in [
        (Transport::Udp, "arc0.example.net", "arc0.example.net:5060"),
        (Transport::Tcp, "arc0.example.net", "arc0.example.net:5060"),
        (Transport::Tls, "arc0.example.net", "arc0.example.net:5061"),
        (
            Transport::Tls,
            "arc0.example.net:5066",
            "arc0.example.net:5066",
        ),
        (Transport::Tcp, "2001:db8::1", "[2001:db8::1]:5060"),
        (Transport::Tls, "[2001:db8::1]", "[2001:db8::1]:5061"),
        (Transport::Tls, "[2001:db8::1]:5062", "[2001:db8::1]:5062"),
        (Transport::Udp, "192.0.2.1", "192.0.2.1:5060"),
    ] {
        let mut bench = Bench::new(Config::new([5; 16], unit(), vec![receiver(0, transport)]));
        bench.sender = named(transport, host).unwrap();
        let _ = bench.submit();
        bench.none();
        let asked = |event: &Event| matches!(event, Event::Resolve { host, .. } if host == wanted);
        assert!(bench.has(asked), "{host}: {:?}", bench.events);
    }
    for host in [
        "",
        ":5060",
        "arc0:",
        "arc0:0",
        "arc0:x",
        "arc0:65536",
        "a b",
        "a:b:5060",
        "[::g]:1",
    ] {
        let refused = named(Transport::Tls, host).err();
        assert_eq!(refused, Some(ConfigError::Host { index: 0 }), "{host}");
    }
}

#[test]
fn receivers_of_both_families_are_reached_each_from_an_address_of_its_own() {
    let mut config = config(2);
    config.receivers[1].address = "[2001:db8::1]:5060".parse().unwrap();
    config.receivers[1].local = Some("[2001:db8::7]:5060".parse().unwrap());
    let (mut bench, alarm, first) = pressed(config);
    assert_eq!(first.path.local, unit());
    bench.answer(&first, 503);
    let second = bench.one();
    assert_eq!(second.path.local, "[2001:db8::7]:5060".parse().unwrap());
    assert_eq!(second.path.remote, "[2001:db8::1]:5060".parse().unwrap());
    bench.answer_with(&second, &second.mrs(0));
    assert_eq!(bench.accepted(), [(alarm, 1)]);
}
