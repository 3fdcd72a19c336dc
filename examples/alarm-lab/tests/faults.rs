//! Every fault on real sockets, against the receiver of the protocol crate.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use alarm_lab::scaip::{
    Amount, Fault, LoadPlan, Report, Sender, SenderSettings, Verdict, habits, may_listen, play,
};
use scaip::StatusNumber;
use scaip::sip::{StatusCode, Transport};
use support::{Manner, TestReceiver};

fn settings(receiver: &TestReceiver, fault: Fault) -> SenderSettings {
    let mut settings = SenderSettings::new(receiver.address);
    settings.transport = fault.only_on().unwrap_or(Transport::Udp);
    settings.faults = vec![fault];
    settings
}

async fn load(settings: &SenderSettings, senders: usize, rate: f64, count: u64) -> Report {
    let plan = LoadPlan::new(senders, rate, Amount::Count(count));
    plan.run(settings).await.unwrap()
}

/// The warning that a lenient receiver gives, `None` where nothing deviates on its side.
fn expected_warning(fault: Fault) -> Option<&'static str> {
    match fault {
        Fault::SameBranch => Some("branch-reused"),
        Fault::NoFromTag => Some("missing-from-tag"),
        Fault::FromUnlikeController => Some("from-unlike-controller"),
        Fault::BareLf => Some("bare-line-feed"),
        Fault::ShortContentLength => Some("content-length-mismatch"),
        Fault::NoContentLength => Some("content-length-missing"),
        Fault::Latin1 => Some("assumed-windows-1252"),
        Fault::UpperCaseTags => Some("letter-case"),
        Fault::LeadingBlank => Some("white-space"),
        Fault::RepeatElement => Some("repeated"),
        Fault::WrongContentType => Some("content-type"),
        _ => None,
    }
}

#[tokio::test]
async fn every_fault_that_can_be_tolerated_is_accepted_with_its_warning() {
    for &fault in Fault::ALL {
        if matches!(fault, Fault::MalformedXml) {
            continue;
        }
        let receiver = TestReceiver::accepting();
        let report = load(&settings(&receiver, fault), 1, 200.0, 6).await;
        assert_eq!(report.accepted, 6, "{fault}: {report:?}");
        let seen = receiver.seen();
        assert_eq!(seen.len(), 6, "{fault}");
        let warned = |code| seen.iter().any(|alarm| alarm.warnings.contains(&code));
        match expected_warning(fault) {
            Some(code) => assert!(warned(code), "{fault}: {seen:?}"),
            None => assert!(
                seen.iter().all(|alarm| alarm.warnings.is_empty()),
                "{fault}: {seen:?}"
            ),
        }
        assert!(seen.iter().all(|alarm| alarm.controller == "40211870"));
        let references: std::collections::BTreeSet<_> =
            seen.iter().map(|alarm| &alarm.reference).collect();
        let distinct = if fault == Fault::RepeatReference {
            1
        } else {
            6
        };
        assert_eq!(references.len(), distinct, "{fault}");
        match fault {
            Fault::Retransmit => {
                // The last copy may still be on its way.
                for _ in 0..100 {
                    if receiver.retransmissions() < 6 {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                }
                assert_eq!(receiver.retransmissions(), 6);
            }
            Fault::GlueTcp => {
                let reads = receiver.reads();
                assert!(reads.iter().any(|&(_, starts)| starts > 1), "{reads:?}");
            }
            Fault::SplitTcp => {
                let reads = receiver.reads();
                assert!(reads.len() > 6 * 6, "pieces: {reads:?}");
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn malformed_xml_is_refused_with_snu_2_on_both_transports() {
    for transport in [Transport::Udp, Transport::Tcp] {
        let receiver = TestReceiver::accepting();
        let mut settings = settings(&receiver, Fault::MalformedXml);
        settings.transport = transport;
        let exchange = Sender::open(&settings).await.unwrap().exchange().await;
        let verdict = exchange.outcome.verdict;
        assert_eq!(verdict, Verdict::Refused(StatusNumber::INVALID_FORMAT));
        assert_eq!(receiver.refused(), ["not-well-formed"]);
    }
}

#[tokio::test]
async fn on_tcp_a_missing_length_is_refused_by_sip_and_the_unit_connects_again() {
    let receiver = TestReceiver::accepting();
    let mut settings = settings(&receiver, Fault::NoContentLength);
    settings.transport = Transport::Tcp;
    let mut sender = Sender::open(&settings).await.unwrap();
    for _ in 0..2 {
        let verdict = sender.exchange().await.outcome.verdict;
        assert_eq!(verdict, Verdict::RefusedBySip(StatusCode::BAD_REQUEST));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(receiver.accepted(), 0);
}

#[tokio::test]
async fn faults_of_the_head_get_through_on_tcp_too() {
    for fault in [
        Fault::SameBranch,
        Fault::NoFromTag,
        Fault::BareLf,
        Fault::FromUnlikeController,
    ] {
        let receiver = TestReceiver::accepting();
        let mut settings = settings(&receiver, fault);
        settings.transport = Transport::Tcp;
        let report = load(&settings, 2, 200.0, 6).await;
        assert_eq!(report.accepted, 6, "{fault}: {report:?}");
    }
}

#[tokio::test]
async fn heavy_loss_is_repaired_by_repeating() {
    let receiver = TestReceiver::accepting();
    let mut settings = settings(&receiver, Fault::Lossy(30));
    settings.seed = 3;
    let report = load(&settings, 4, 100.0, 20).await;
    assert_eq!(report.accepted, 20, "{report:?}");
    assert_eq!(receiver.accepted(), 20, "no alarm twice");
    // With this loss one of eighty datagrams is missing, and T1 is half a second.
    assert!(report.latencies.max() > Some(Duration::from_millis(400)));
}

#[tokio::test]
async fn an_mrs_in_the_200_and_a_refusal_are_understood() {
    let manner = Manner {
        body_in_ok: true,
        verdict: Some(StatusNumber::BUSY),
        ..Manner::default()
    };
    for transport in [Transport::Udp, Transport::Tcp] {
        let receiver = TestReceiver::start(manner);
        let mut settings = SenderSettings::new(receiver.address);
        settings.transport = transport;
        let exchange = Sender::open(&settings).await.unwrap().exchange().await;
        assert_eq!(
            exchange.outcome.verdict,
            Verdict::Refused(StatusNumber::BUSY)
        );
        assert!(exchange.answered().unwrap().starts_with("SIP/2.0 200"));
    }
}

#[tokio::test]
async fn a_receiver_that_never_decides_leaves_the_alarm_unanswered() {
    let receiver = TestReceiver::start(Manner {
        verdict: None,
        ..Manner::default()
    });
    let mut settings = SenderSettings::new(receiver.address);
    settings.timeout = Duration::from_millis(200);
    let report = load(&settings, 2, 1000.0, 4).await;
    assert_eq!((report.unanswered, report.accepted), (4, 0));
    assert_eq!(report.latencies.count(), 0);
    assert!(!report.is_all_accepted());
}

#[tokio::test]
async fn every_habit_is_accepted() {
    let receiver = TestReceiver::accepting();
    let mut alarms = 0;
    for habit in habits() {
        let exchanges = play(&habit, receiver.address).await.unwrap();
        assert_eq!(exchanges.len(), habit.requests.len());
        for exchange in exchanges {
            alarms += 1;
            assert!(exchange.outcome.verdict.is_accepted(), "{}", habit.name);
            let sent = exchange.sent().unwrap();
            assert!(sent.starts_with("MESSAGE sip:alarm@127.0.0.1 SIP/2.0"));
            assert!(exchange.answered().unwrap().contains("<snu>0</snu>"));
        }
    }
    assert_eq!(receiver.accepted(), alarms);
}

#[tokio::test]
async fn a_closed_port_is_noticed_before_anything_is_sent() {
    let port = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let closed = port.local_addr().unwrap();
    assert!(may_listen(closed, Transport::Udp).await);
    drop(port);
    assert!(!may_listen(closed, Transport::Udp).await);
    assert!(!may_listen(closed, Transport::Tcp).await);
    let receiver = TestReceiver::accepting();
    assert!(may_listen(receiver.address, Transport::Udp).await);
    assert!(may_listen(receiver.address, Transport::Tcp).await);
}

#[tokio::test]
async fn many_units_have_controllers_and_references_of_their_own() {
    let receiver = TestReceiver::accepting();
    let report = load(&SenderSettings::new(receiver.address), 16, 2000.0, 160).await;
    assert!(report.is_all_accepted(), "{report:?}");
    let seen = receiver.seen();
    let distinct = |part: fn(&support::Seen) -> &str| {
        let all: std::collections::BTreeSet<_> = seen.iter().map(part).collect();
        all.len()
    };
    assert_eq!(distinct(|alarm| &alarm.controller), 16);
    assert_eq!(distinct(|alarm| &alarm.reference), 160);
}
