//! The unit against the receiver of the protocol crate, without sockets.

use scaip::StatusNumber;
use scaip::receiver::{AnswerMode, Config, Event, Receiver, ReceiverWarning};
use scaip::sip::SipWarning;

use super::*;

const UNIT: &str = "192.0.2.7:5062";
const RECEIVER: &str = "192.0.2.1:5060";

/// A unit and a receiver with a wire between them that the test holds in its hands.
struct Pair {
    unit: Unit,
    receiver: Receiver,
    connection: Option<ConnectionId>,
    now: Instant,
    verdict: StatusNumber,
    /// What the receiver made of each request: accepted with warnings, or the refusal's code.
    seen: Vec<Result<Vec<ReceiverWarning>, String>>,
}

impl Pair {
    fn new(mode: AnswerMode, transport: Transport, faults: &[Fault]) -> Self {
        let mut settings = SenderSettings::new(RECEIVER.parse().unwrap());
        settings.transport = transport;
        settings.faults = faults.to_vec();
        settings.check().unwrap();
        let mut config = Config::new([7; 16]);
        config.answer_mode = mode;
        let local = UNIT.parse().unwrap();
        let mut pair = Pair {
            unit: Unit::new(Arc::new(settings), 0, local, 1).unwrap(),
            receiver: Receiver::new(config).unwrap(),
            connection: None,
            now: Instant::now(),
            verdict: StatusNumber::OK,
            seen: Vec::new(),
        };
        if transport.is_stream() {
            pair.unit.connection_opened(local);
            let opened =
                pair.receiver
                    .connection_opened(Transport::Tcp, RECEIVER.parse().unwrap(), local);
            pair.connection = Some(opened.unwrap());
        }
        pair
    }

    fn send(&mut self) {
        self.unit.send(self.now, self.now);
    }

    /// What the unit wants to send.
    fn unit_sends(&mut self) -> Vec<Bytes> {
        std::iter::from_fn(|| self.unit.poll_transmit())
            .map(|outgoing| outgoing.bytes)
            .collect()
    }

    /// Gives bytes to the receiver, which decides at once; what it wants to send.
    fn give_receiver(&mut self, bytes: &Bytes) -> Vec<Bytes> {
        let path = Path::udp(RECEIVER.parse().unwrap(), UNIT.parse().unwrap());
        match self.connection {
            Some(id) => self.receiver.handle_stream(self.now, id, bytes),
            None => self.receiver.handle_datagram(self.now, path, bytes.clone()),
        }
        while let Some(event) = self.receiver.poll_event(self.now) {
            match event {
                Event::Request(incoming) => {
                    let reference = incoming.decoded.message().reference.clone();
                    let response = Response::new(reference, self.verdict);
                    self.receiver
                        .answer(self.now, incoming.id, &response)
                        .unwrap();
                    self.seen.push(Ok(incoming.warnings));
                }
                Event::Refused(refusal) => {
                    self.seen.push(Err(refusal.reason.code().to_owned()));
                }
                Event::Bad { error, .. } => self.seen.push(Err(error.to_string())),
                _ => {}
            }
        }
        std::iter::from_fn(|| self.receiver.poll_transmit())
            .map(|transmit| transmit.bytes)
            .filter(|bytes| !bytes.is_empty())
            .collect()
    }

    fn give_unit(&mut self, bytes: &Bytes) {
        if self.connection.is_some() {
            self.unit.handle_stream(self.now, bytes);
        } else {
            self.unit
                .handle_datagram(self.now, RECEIVER.parse().unwrap(), bytes);
        }
    }

    /// Carries everything to and fro until both are silent.
    fn settle(&mut self) {
        loop {
            let sent = self.unit_sends();
            if sent.is_empty() {
                break;
            }
            for bytes in sent {
                for answer in self.give_receiver(&bytes) {
                    self.give_unit(&answer);
                }
            }
        }
    }

    fn verdicts(&mut self) -> Vec<Verdict> {
        std::iter::from_fn(|| self.unit.poll_outcome())
            .map(|outcome| outcome.verdict)
            .collect()
    }

    fn advance(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
        self.unit.handle_timeout(self.now);
    }
}

fn udp(faults: &[Fault]) -> Pair {
    Pair::new(AnswerMode::SeparateMessage, Transport::Udp, faults)
}

#[test]
fn an_alarm_is_accepted_by_a_message_of_its_own_and_the_mrs_gets_its_200() {
    for transport in [Transport::Udp, Transport::Tcp] {
        let mut pair = Pair::new(AnswerMode::SeparateMessage, transport, &[]);
        pair.unit.record(pair.now);
        pair.send();
        pair.settle();
        assert_eq!(pair.verdicts(), [Verdict::Accepted], "{transport:?}");
        assert!(pair.unit.is_idle());
        let lines: Vec<_> = pair
            .unit
            .take_transcript()
            .iter()
            .map(|message| {
                let text = message.text();
                let start = text.lines().next().unwrap_or_default().to_owned();
                (message.direction, start)
            })
            .collect();
        let ok = "SIP/2.0 200 OK".to_owned();
        assert_eq!(
            lines,
            [
                (
                    Direction::Sent,
                    "MESSAGE sip:alarm@192.0.2.1 SIP/2.0".to_owned()
                ),
                (Direction::Received, ok.clone()),
                (
                    Direction::Received,
                    "MESSAGE sip:40211870@192.0.2.1 SIP/2.0".to_owned()
                ),
                (Direction::Sent, ok),
            ]
        );
    }
}

#[test]
fn an_mrs_in_the_200_counts() {
    let mut pair = Pair::new(AnswerMode::BodyInOk, Transport::Udp, &[]);
    pair.send();
    pair.settle();
    assert_eq!(pair.verdicts(), [Verdict::Accepted]);
}

#[test]
fn an_mrs_before_the_200_counts_and_the_late_200_ends_the_repeating() {
    let mut pair = udp(&[]);
    pair.send();
    let request = pair.unit_sends().remove(0);
    let answers = pair.give_receiver(&request);
    assert_eq!(answers.len(), 2);
    pair.give_unit(&answers[1]);
    assert_eq!(pair.verdicts(), [Verdict::Accepted]);
    assert!(pair.unit.lingers());
    pair.give_unit(&answers[0]);
    let _ = pair.unit_sends();
    assert!(pair.unit.is_idle());
}

#[test]
fn a_second_mrs_is_answered_and_counted_as_a_stray() {
    let mut pair = udp(&[]);
    pair.send();
    let request = pair.unit_sends().remove(0);
    let answers = pair.give_receiver(&request);
    for answer in &answers {
        pair.give_unit(answer);
    }
    // The same response again, in another transaction.
    let again = String::from_utf8(answers[1].to_vec()).unwrap();
    let again = again.replacen(";branch=z9hG4bK", ";branch=z9hG4bKx", 1);
    let _ = pair.unit_sends();
    pair.give_unit(&again.into());
    assert_eq!(pair.unit.strays(), 1);
    assert_eq!(pair.unit_sends().len(), 1, "a 200 for the stray");
    assert_eq!(pair.verdicts(), [Verdict::Accepted]);
}

#[test]
fn a_refusal_keeps_its_number() {
    let mut pair = udp(&[]);
    pair.verdict = StatusNumber::BUSY;
    pair.send();
    pair.settle();
    assert_eq!(pair.verdicts(), [Verdict::Refused(StatusNumber::BUSY)]);
}

#[test]
fn a_refusal_by_sip_is_a_verdict() {
    let mut pair = udp(&[]);
    pair.receiver.set_overloaded(true);
    pair.send();
    pair.settle();
    assert_eq!(
        pair.verdicts(),
        [Verdict::RefusedBySip(StatusCode::SERVICE_UNAVAILABLE)]
    );
}

#[test]
fn silence_is_repeated_into_and_given_up_after_the_timeout() {
    for faults in [&[][..], &[Fault::SameBranch]] {
        let mut pair = udp(faults);
        pair.send();
        assert_eq!(pair.unit_sends().len(), 1);
        pair.advance(1);
        assert_eq!(pair.unit_sends().len(), 1, "Timer E");
        assert_eq!(pair.verdicts(), []);
        pair.advance(20);
        assert_eq!(
            pair.verdicts(),
            [Verdict::Unanswered(Silence::Complete)],
            "{faults:?}"
        );
    }
}

#[test]
fn a_200_without_an_mrs_is_no_acceptance() {
    for faults in [&[][..], &[Fault::NoFromTag]] {
        let mut pair = udp(faults);
        pair.send();
        let request = pair.unit_sends().remove(0);
        let answers = pair.give_receiver(&request);
        pair.give_unit(&answers[0]);
        pair.advance(21);
        assert_eq!(
            pair.verdicts(),
            [Verdict::Unanswered(Silence::NoResponse)],
            "{faults:?}"
        );
    }
}

#[test]
fn a_closed_connection_ends_the_waiting() {
    let mut pair = Pair::new(AnswerMode::SeparateMessage, Transport::Tcp, &[]);
    pair.send();
    pair.unit.connection_closed(pair.now);
    assert_eq!(pair.verdicts(), [Verdict::Unanswered(Silence::Closed)]);
    pair.send();
    assert_eq!(pair.verdicts(), [Verdict::NotSent]);
}

#[test]
fn latency_counts_from_the_planned_time() {
    let mut pair = udp(&[]);
    let planned = pair.now;
    pair.now += Duration::from_millis(70);
    pair.unit.send(pair.now, planned);
    pair.settle();
    let outcome = pair.unit.poll_outcome().unwrap();
    assert_eq!(outcome.latency, Duration::from_millis(70));
    assert_eq!(outcome.lag, Duration::from_millis(70));
}

#[test]
fn one_branch_for_three_alarms_makes_three_alarms() {
    let mut pair = udp(&[Fault::SameBranch]);
    for _ in 0..3 {
        pair.send();
    }
    pair.settle();
    assert_eq!(pair.verdicts(), [Verdict::Accepted; 3]);
    let reused = ReceiverWarning::Sip(SipWarning::BranchReused);
    let warned = |seen: &Result<Vec<_>, _>| seen.as_ref().is_ok_and(|w| w.contains(&reused));
    assert!(!warned(&pair.seen[0]) && warned(&pair.seen[1]) && warned(&pair.seen[2]));
}

#[test]
fn a_repeated_reference_still_gets_one_verdict_for_each_alarm() {
    let mut pair = udp(&[Fault::RepeatReference]);
    for _ in 0..3 {
        pair.send();
    }
    pair.settle();
    assert_eq!(pair.verdicts(), [Verdict::Accepted; 3]);
}

type Is<'a> = &'a dyn Fn(&ReceiverWarning) -> bool;

#[test]
fn each_fault_of_the_head_is_accepted_with_its_warning_on_udp() {
    let sip = ReceiverWarning::Sip;
    let length = |warning: &ReceiverWarning| {
        matches!(
            warning,
            ReceiverWarning::Sip(SipWarning::ContentLengthMismatch { .. })
        )
    };
    let cases: [(Fault, Is<'_>); 6] = [
        (Fault::NoFromTag, &|w| *w == sip(SipWarning::MissingFromTag)),
        (Fault::BareLf, &|w| *w == sip(SipWarning::BareLineFeed)),
        (Fault::ShortContentLength, &length),
        (Fault::NoContentLength, &|w| {
            *w == sip(SipWarning::ContentLengthMissing)
        }),
        (Fault::FromUnlikeController, &|w| {
            *w == ReceiverWarning::FromUnlikeController
        }),
        (Fault::WrongContentType, &|w| {
            *w == ReceiverWarning::ContentType
        }),
    ];
    for (fault, expected) in cases {
        let mut pair = udp(&[fault]);
        pair.send();
        pair.settle();
        assert_eq!(pair.verdicts(), [Verdict::Accepted], "{fault}");
        let warnings = pair.seen[0].clone().unwrap();
        assert!(warnings.iter().any(expected), "{fault}: {warnings:?}");
    }
}

#[test]
fn on_tcp_a_message_without_length_is_refused() {
    let mut pair = Pair::new(
        AnswerMode::SeparateMessage,
        Transport::Tcp,
        &[Fault::NoContentLength],
    );
    pair.send();
    pair.settle();
    assert_eq!(
        pair.verdicts(),
        [Verdict::RefusedBySip(StatusCode::BAD_REQUEST)]
    );
}

#[test]
fn hand_made_requests_get_their_answers_on_tcp() {
    for fault in [Fault::SameBranch, Fault::NoFromTag, Fault::BareLf] {
        let mut pair = Pair::new(AnswerMode::SeparateMessage, Transport::Tcp, &[fault]);
        pair.send();
        pair.settle();
        assert_eq!(pair.verdicts(), [Verdict::Accepted], "{fault}");
    }
}

#[test]
fn malformed_xml_is_refused_with_invalid_format() {
    let mut pair = udp(&[Fault::MalformedXml]);
    pair.send();
    pair.settle();
    assert_eq!(
        pair.verdicts(),
        [Verdict::Refused(StatusNumber::INVALID_FORMAT)]
    );
    assert_eq!(pair.seen, [Err("not-well-formed".to_owned())]);
}

#[test]
fn a_datagram_that_comes_twice_is_one_alarm() {
    let mut pair = udp(&[Fault::Retransmit]);
    pair.send();
    let request = pair.unit_sends().remove(0);
    let first = pair.give_receiver(&request);
    let second = pair.give_receiver(&request);
    assert_eq!((first.len(), second.len()), (2, 1));
    assert_eq!(pair.seen.len(), 1);
}

#[test]
fn references_differ_between_alarms_units_and_runs_and_fit_their_pattern() {
    let settings = Arc::new(SenderSettings::new(RECEIVER.parse().unwrap()));
    let mut all = std::collections::BTreeSet::new();
    for (index, run) in [(0, 1), (1, 1), (0, 2)] {
        let local = UNIT.parse().unwrap();
        let mut unit = Unit::new(Arc::clone(&settings), index, local, run).unwrap();
        let now = Instant::now();
        unit.send(now, now);
        unit.send(now, now);
        for open in unit.open.values() {
            assert!(Reference::new(open.reference.clone()).is_conforming());
            all.insert(open.reference.clone());
        }
    }
    assert_eq!(all.len(), 6);
    let mut longest = prefix(u64::MAX, usize::MAX);
    push_base36(&mut longest, 36_u64.pow(8) - 1, 1);
    assert_eq!(longest.len(), 16);
}
