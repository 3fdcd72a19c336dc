//! The sender's tokio driver over real sockets on loopback.

#![cfg(feature = "tokio")]
#![allow(clippy::unwrap_used)]

#[path = "driver_sender/support.rs"]
mod support;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use scaip::digest::{Challenger, ChallengerConfig, Credentials, Secret, Verdict};
use scaip::driver::sender::{Destination, Outcome, Settings, Stream, SubmitFailed};
use scaip::sender::{About, Event, FailureReason, ReceiverAddress, Registration};
use scaip::sip::{Message, Method, Response, StatusCode, Transport};
use scaip::{ControllerId, StatusNumber};
use support::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::time::timeout;

#[tokio::test]
async fn alarms_are_accepted_over_udp_and_tcp_on_both_families() {
    for ip in ["127.0.0.1", "[::1]"] {
        let centre = Centre::start(ip).await;
        for (transport, address) in [(Transport::Udp, centre.udp), (Transport::Tcp, centre.tcp)] {
            let unit = Unit::towards(transport, address);
            let submitted = unit.submit().await;
            let wanted = submitted.reference().clone();
            let outcome = end(submitted).await;
            let Outcome::Accepted {
                response, after, ..
            } = outcome
            else {
                panic!("{outcome:?}")
            };
            assert_eq!(response.message().reference, wanted);
            assert_eq!(response.message().status_number, StatusNumber::OK);
            assert!(after < PATIENCE);
            assert_eq!(unit.handle.counters().await.unwrap().open, 0);
        }
        assert_eq!(centre.stop().await.len(), 2);
    }
}

#[tokio::test]
async fn many_alarms_at_once_are_all_accepted_while_nobody_reads_events() {
    let centre = Centre::start("127.0.0.1").await;
    let unit = Unit::keeping(1, Transport::Tcp, centre.tcp);
    let mut submitted = Vec::new();
    for _ in 0..100 {
        submitted.push(unit.submit().await);
    }
    for submitted in submitted {
        assert!(end(submitted).await.is_accepted());
    }
    let counters = unit.handle.counters().await.unwrap();
    assert!(counters.events_left_out > 0, "{counters:?}");
    assert_eq!(centre.stop().await.len(), 100);
}

#[tokio::test]
async fn the_ends_of_alarms_that_nobody_waits_for_stay_in_the_events_as_far_as_there_is_room() {
    let centre = Centre::start("127.0.0.1").await;
    let mut unit = Unit::keeping(8, Transport::Tcp, centre.tcp);
    for _ in 0..8 {
        drop(unit.submit().await);
    }
    let mut accepted = 0;
    while accepted < 8 {
        let event = unit.event().await;
        accepted += usize::from(matches!(event, Event::Accepted { .. }));
    }
}

#[tokio::test]
async fn an_alarm_goes_through_after_days_of_reports_that_nobody_read() {
    let centre = Centre::start("127.0.0.1").await;
    let unit = Unit::keeping(8, Transport::Udp, centre.udp);
    for _ in 0..4 * 8 {
        for request in [heartbeat(), alarm()] {
            drop(unit.handle.submit(request, About::New).await.unwrap());
            unit.idle().await;
        }
    }
    assert_eq!(unit.accepted().await, "arc");
    let counters = unit.handle.counters().await.unwrap();
    assert!(counters.events_left_out > 0, "{counters:?}");
    assert_eq!(centre.stop().await.len(), 4 * 8 * 2 + 1);
    drop(unit.events);
}

#[tokio::test]
async fn ends_of_heartbeats_do_not_push_out_those_of_alarms() {
    let centre = Centre::start("127.0.0.1").await;
    let mut unit = Unit::keeping(2, Transport::Udp, centre.udp);
    for _ in 0..4 {
        let submitted = unit.handle.submit(heartbeat(), About::New).await.unwrap();
        assert!(end(submitted).await.is_accepted());
    }
    let wanted = unit.submit().await.id();
    for _ in 0..8 {
        drop(unit.handle.submit(heartbeat(), About::New).await.unwrap());
    }
    unit.idle().await;
    loop {
        let event = unit.event().await;
        if matches!(event, Event::Accepted { alarm, .. } if alarm == wanted) {
            break;
        }
    }
}

#[tokio::test]
async fn a_receiver_that_restarts_is_connected_to_again() {
    let centre = Centre::start("127.0.0.1").await;
    let address = centre.tcp;
    let unit = Unit::towards(Transport::Tcp, address);
    assert_eq!(unit.accepted().await, "arc");
    assert_eq!(centre.stop().await.len(), 1);
    // While it is away the alarm is kept and tried.
    let waiting = unit.submit().await;
    tokio::time::sleep(milliseconds(300)).await;
    let status = unit.handle.status(waiting.id()).await.unwrap().unwrap();
    assert!(status.rounds > 0, "{status:?}");
    assert_eq!(&status.reference, waiting.reference());
    let centre = Centre::at(&address.to_string()).await;
    assert!(end(waiting).await.is_accepted());
    assert_eq!(unit.accepted().await, "arc");
    assert_eq!(centre.stop().await.len(), 2);
}

#[tokio::test]
async fn a_half_closed_connection_sends_the_alarm_on_to_the_next_receiver_at_once() {
    let centre = Centre::start("127.0.0.1").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let first = receiver("half", Transport::Tcp, listener.local_addr().unwrap());
    let second = receiver("arc", Transport::Udp, centre.udp);
    let mut config = config(vec![first, second]);
    config.response_wait = Duration::from_secs(60);
    let unit = Unit::start(config);
    let submitted = unit.submit().await;
    let (mut peer, request) = Peer::asked(&listener).await;
    peer.ok(&request).await;
    peer.stream.shutdown().await.unwrap();
    let outcome = end(submitted).await;
    let Outcome::Accepted {
        receiver, after, ..
    } = outcome
    else {
        panic!("{outcome:?}")
    };
    assert_eq!(unit.handle.receiver_name(receiver), Some("arc"));
    assert!(after < Duration::from_secs(15), "{after:?}");
}

#[tokio::test]
async fn a_receiver_that_never_answers_costs_the_first_alarm_its_wait_and_the_next_ones_nothing() {
    let centre = Centre::start("127.0.0.1").await;
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let first = receiver("silent", Transport::Udp, silent.local_addr().unwrap());
    let mut config = config(vec![first, receiver("arc", Transport::Udp, centre.udp)]);
    config.ok_wait = Duration::from_secs(2);
    let mut unit = Unit::start(config);
    let start = Instant::now();
    assert_eq!(unit.accepted().await, "arc");
    assert!(start.elapsed() >= Duration::from_secs(2));
    assert!(unit.failures().contains(&(0, FailureReason::NoOk)));
    // It is remembered: the others do not wait for it.
    for _ in 0..3 {
        assert_eq!(unit.accepted().await, "arc");
    }
    assert_eq!(unit.failures(), []);
}

#[tokio::test]
async fn an_mrs_before_the_200_and_on_a_connection_of_its_own_is_taken_and_answered() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let unit = Unit::towards(Transport::Tcp, listener.local_addr().unwrap());
    let back = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let back = unit.handle.add_listener(back).unwrap();
    let submitted = unit.submit().await;
    let (mut peer, request) = Peer::asked(&listener).await;
    let mut own = Peer::new(TcpStream::connect(back).await.unwrap());
    own.accept_alarm(&request).await;
    assert_eq!(own.read().await.status(), Some(StatusCode::OK));
    let outcome = end(submitted).await;
    assert!(outcome.is_accepted());
    peer.ok(&request).await;
    // The connection is as good as before.
    let submitted = unit.submit().await;
    let request = peer.read().await;
    peer.accept_alarm(&request).await;
    assert!(end(submitted).await.is_accepted());
}

#[tokio::test]
async fn a_shut_down_gives_back_what_is_open_and_the_next_run_takes_it_up_with_its_ref() {
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let unit = Unit::towards(Transport::Udp, silent.local_addr().unwrap());
    let first = unit.submit().await;
    let about = About::Alarm(first.id());
    let second = unit.handle.submit(alarm(), about).await.unwrap();
    let references = unit.handle.references().await.unwrap();
    let kept = [first.reference().clone(), second.reference().clone()];
    let left = unit.handle.shut_down(milliseconds(200)).await.unwrap();
    timeout(PATIENCE, unit.driver).await.unwrap().unwrap();
    assert!(matches!(end(first).await, Outcome::Unfinished));
    assert!(matches!(end(second).await, Outcome::Unfinished));
    let given: Vec<_> = left
        .iter()
        .map(|left| left.request.reference.clone())
        .collect();
    assert_eq!(given, kept);
    assert_eq!(left[0].about, About::New);
    assert_eq!(left[1].about, About::Alarm(left[0].id));
    assert!(unit.handle.counters().await.is_err(), "ended");
    let refused = unit.handle.submit(alarm(), About::New).await;
    assert!(matches!(refused, Err(SubmitFailed::Ended(_))));

    let centre = Centre::start("127.0.0.1").await;
    let mut config = config(vec![receiver("arc", Transport::Udp, centre.udp)]);
    config.references = references;
    let unit = Unit::start(config);
    for left in left {
        let submitted = unit.handle.resume(left.request, About::New).await.unwrap();
        assert!(end(submitted).await.is_accepted());
    }
    let kept: Vec<_> = kept.iter().map(|kept| kept.as_str().to_owned()).collect();
    assert_eq!(centre.stop().await, kept);
}

#[tokio::test]
async fn a_shut_down_waits_for_what_is_under_way_and_takes_nothing_new() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let unit = Unit::towards(Transport::Tcp, listener.local_addr().unwrap());
    let submitted = unit.submit().await;
    let (mut peer, request) = Peer::asked(&listener).await;
    let handle = unit.handle.clone();
    let ending = tokio::spawn(async move { handle.shut_down(PATIENCE).await });
    loop {
        let refused = unit.handle.submit(alarm(), About::New).await;
        if matches!(refused, Err(SubmitFailed::ShuttingDown)) {
            break;
        }
        let _ = unit.handle.abandon(refused.unwrap().id()).await;
        tokio::task::yield_now().await;
    }
    peer.accept_alarm(&request).await;
    assert!(end(submitted).await.is_accepted());
    let left = timeout(PATIENCE, ending).await.unwrap().unwrap().unwrap();
    assert!(left.is_empty(), "{left:?}");
    // The 200 to the mrs still leaves.
    loop {
        let message = peer.read().await;
        if message.status() == Some(StatusCode::OK) {
            break;
        }
    }
}

#[tokio::test]
async fn without_any_handle_the_driver_ends_when_nothing_is_open() {
    let centre = Centre::start("127.0.0.1").await;
    let unit = Unit::towards(Transport::Udp, centre.udp);
    let submitted = unit.submit().await;
    drop((unit.handle, unit.events));
    assert!(end(submitted).await.is_accepted());
    timeout(PATIENCE, unit.driver).await.unwrap().unwrap();
}

#[tokio::test]
async fn an_abandoned_alarm_is_handed_back_and_its_waiter_told() {
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let unit = Unit::towards(Transport::Udp, silent.local_addr().unwrap());
    let submitted = unit.submit().await;
    let request = unit.handle.abandon(submitted.id()).await.unwrap().unwrap();
    assert_eq!(&request.reference, submitted.reference());
    assert!(matches!(end(submitted).await, Outcome::Abandoned));
}

#[tokio::test]
async fn a_401_is_answered_with_cseq_plus_one_and_the_same_call_id() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let arc = receiver("arc", Transport::Udp, socket.local_addr().unwrap());
    let credentials = Credentials::new("40211870", Secret::password("pendant"));
    let mut config = config(vec![arc.with_credentials(credentials)]);
    config.ok_wait = Duration::from_secs(10);
    let unit = Unit::start(config);
    let submitted = unit.submit().await;
    let settings = ChallengerConfig::new("arc.example.net", [8; 32]);
    let mut challenger = Challenger::new(settings, Instant::now()).unwrap();
    let accounts = HashMap::from([("40211870".to_owned(), vec![Secret::password("pendant")])]);
    let (first, from) = datagram(&socket).await;
    let asked = challenger.challenge(Instant::now(), false);
    let headers: Vec<_> = asked
        .iter()
        .map(|value| ("WWW-Authenticate", &**value))
        .collect();
    let unauthorized = Response {
        headers: &headers,
        ..Response::new(StatusCode::UNAUTHORIZED)
    };
    socket
        .send_to(&answer(&first, from, &unauthorized), from)
        .await
        .unwrap();
    // Repeats of the first may still be under way.
    let second = datagram_that(&socket, |message| message.cseq() != first.cseq()).await;
    assert_eq!(second.cseq(), first.cseq() + 1);
    assert_eq!(second.call_id(), first.call_id());
    assert_eq!(second.from().unwrap().tag(), first.from().unwrap().tag());
    assert_eq!(second.body(), first.body());
    let verdict = challenger.verify(
        Instant::now(),
        "MESSAGE",
        second.request_uri_raw().unwrap(),
        second.header_named("Authorization"),
        &accounts,
    );
    assert!(matches!(verdict, Verdict::Accepted(_)), "{verdict:?}");
    let ok = answer(&second, from, &Response::new(StatusCode::OK));
    socket.send_to(&ok, from).await.unwrap();
    socket.send_to(&yes(&second), from).await.unwrap();
    assert!(end(submitted).await.is_accepted());
}

#[tokio::test]
async fn host_names_are_looked_up_and_every_address_of_one_is_tried() {
    let centre = Centre::start("127.0.0.1").await;
    for (transport, address) in [(Transport::Tcp, centre.tcp), (Transport::Udp, centre.udp)] {
        let host = format!("localhost:{}", address.port());
        let named = ReceiverAddress::named("arc", transport, host, "sip:alarm@arc.example.net");
        let unit = Unit::start(config(vec![named]));
        assert_eq!(unit.accepted().await, "arc");
        assert_eq!(unit.accepted().await, "arc");
    }
    let nowhere = "no-such-host.invalid:5060";
    let first = ReceiverAddress::named(
        "nowhere",
        Transport::Tcp,
        nowhere,
        "sip:alarm@arc.example.net",
    );
    let mut config = config(vec![first, receiver("arc", Transport::Udp, centre.udp)]);
    config.connect_wait = Duration::from_secs(8);
    let mut unit = Unit::start(config);
    assert_eq!(unit.accepted().await, "arc");
    assert_eq!(unit.failures(), [(0, FailureReason::ResolveFailed)]);
}

#[tokio::test]
async fn connections_may_be_anything_that_a_connector_opens() {
    let centre = Centre::start("127.0.0.1").await;
    let arc = receiver("arc", Transport::Tls, "192.0.2.1:5061".parse().unwrap());
    // Without a connector of its own TLS is not spoken in plain text.
    let mut plain = Unit::start(config(vec![
        arc.clone(),
        receiver("udp", Transport::Udp, centre.udp),
    ]));
    assert_eq!(plain.accepted().await, "udp");
    let failures = plain.failures();
    assert!(failures.contains(&(0, FailureReason::ConnectFailed)));

    let opened = Arc::new(AtomicUsize::new(0));
    let (count, far) = (Arc::clone(&opened), centre.handle.clone());
    let connector = move |to: Destination| {
        let (count, far) = (Arc::clone(&count), far.clone());
        async move {
            assert_eq!(
                (to.name.as_str(), to.host.as_str()),
                ("arc", "arc.example.net")
            );
            // The first one fails: the back-off brings the next.
            if count.fetch_add(1, Ordering::SeqCst) == 0 {
                return Err(std::io::ErrorKind::ConnectionRefused.into());
            }
            let (near_end, far_end) = tokio::io::duplex(4096);
            let local = "192.0.2.7:40000".parse().unwrap();
            far.add_stream(far_end, Transport::Tls, to.address, local)
                .await
                .map_err(std::io::Error::other)?;
            Ok(Stream::new(near_end, local))
        }
    };
    let unit = Unit::connecting(config(vec![arc]), Settings::default(), connector);
    assert_eq!(unit.accepted().await, "arc");
    assert_eq!(unit.accepted().await, "arc");
    assert_eq!(opened.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_still_connection_is_kept_alive_with_empty_lines() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let unit = Unit::pinging(&listener);
    let mut peer = unit.accepted_by(&listener).await;
    peer.ping().await;
}

#[tokio::test]
async fn a_receiver_that_no_longer_answers_empty_lines_is_connected_to_anew() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let unit = Unit::pinging(&listener);
    let mut peer = unit.accepted_by(&listener).await;
    peer.ping().await;
    peer.write(b"\r\n").await;
    // From now on nothing comes back: it is closed, not before ten seconds.
    let mut heard = Vec::new();
    let started = Instant::now();
    while peer.stream.read_buf(&mut heard).await.unwrap() > 0 {
        assert!(started.elapsed() < 2 * PATIENCE, "not closed");
    }
    assert!(started.elapsed() >= Duration::from_secs(9));
    unit.accepted_by(&listener).await;
}

#[tokio::test]
async fn a_receiver_that_takes_no_bytes_is_cut_off_and_the_next_one_asked() {
    let centre = Centre::start("127.0.0.1").await;
    // A pipe that holds next to nothing and that nobody reads.
    let stuck = Arc::new(std::sync::Mutex::new(Vec::new()));
    let far_ends = Arc::clone(&stuck);
    let connector = move |to: Destination| {
        let far_ends = Arc::clone(&far_ends);
        async move {
            let (near_end, far_end) = tokio::io::duplex(16);
            far_ends.lock().unwrap().push(far_end);
            Ok(Stream::new(near_end, to.address))
        }
    };
    let first = receiver("stuck", Transport::Tcp, "192.0.2.1:5060".parse().unwrap());
    let mut config = config(vec![first, receiver("arc", Transport::Udp, centre.udp)]);
    config.ok_wait = Duration::from_secs(60);
    let mut settings = Settings::default();
    settings.write_time = milliseconds(200);
    let unit = Unit::connecting(config, settings, connector);
    assert_eq!(unit.accepted().await, "arc");
}

#[tokio::test]
async fn a_receiver_that_wants_it_is_registered_with_and_alarms_do_not_wait_for_it() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let registration = Registration::new(ControllerId::new("40211870"), Duration::from_secs(2));
    let arc = receiver("arc", Transport::Udp, socket.local_addr().unwrap());
    let mut unit = Unit::start(config(vec![arc.with_registration(registration)]));
    let (register, from) = datagram(&socket).await;
    assert_eq!(register.method(), Some(Method::Register));
    let contact = String::from_utf8(register.header_named("Contact").unwrap().to_vec()).unwrap();
    assert_eq!(contact, format!("<sip:40211870@{from}>"));
    // Not answered yet, and the alarm goes out.
    let submitted = unit.submit().await;
    let is_alarm = |message: &Message| message.method() == Some(Method::Message);
    let message = datagram_that(&socket, is_alarm).await;
    socket.send_to(&yes(&message), from).await.unwrap();
    assert!(end(submitted).await.is_accepted());
    let ok = answer(&register, from, &Response::new(StatusCode::OK));
    socket.send_to(&ok, from).await.unwrap();
    loop {
        let event = unit.event().await;
        if let Event::Registered { expires, .. } = event {
            assert_eq!(expires, Duration::from_secs(2));
            break;
        }
    }
    // And again when half of it is over.
    let again = datagram_that(&socket, |message| message.cseq() > register.cseq()).await;
    assert_eq!(again.method(), Some(Method::Register));
    assert_eq!(again.call_id(), register.call_id());
}
