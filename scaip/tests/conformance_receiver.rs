//! The receiver over SIP: lines 30, 33 to 37, 39 and 41 to 45 of the conformance list
//! (SCAIP reference 15). No socket and no clock: time is an argument.

#![cfg(feature = "sip")]
#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use scaip::receiver::{
    AnswerError, AnswerMode, Config, Event, Incoming, IncomingId, Receiver, ReceiverWarning,
    RefusalReason,
};
use scaip::sip::{Path, SipWarning, StatusCode, Transport};
use scaip::{DecodeOptions, MediaReply, Response, StatusNumber, decode_response};

const ALARM: &str =
    "<mrq><ref>a1</ref><cid>40211870</cid><dty>0003</dty><crd>sip:</crd><stc>0010</stc></mrq>";

fn local() -> SocketAddr {
    "192.0.2.1:5060".parse().unwrap()
}

fn peer(port: u16) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 7], port))
}

/// A MESSAGE with adjustable parts.
struct Sip {
    branch: &'static str,
    call_id: String,
    cseq: u32,
    from: &'static str,
    via: &'static str,
    content_type: Option<&'static str>,
    content_length: Option<String>,
    body: Vec<u8>,
}

impl Sip {
    fn new(body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Sip {
            branch: "z9hG4bKq81c0",
            call_id: "5f1d2c@192.0.2.7".into(),
            cseq: 31,
            from: "<sip:40211870@arc.example.net>;tag=b7720e",
            via: ";rport",
            content_type: Some("application/scaip+xml"),
            content_length: Some(body.len().to_string()),
            body,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut text = format!(
            "MESSAGE sip:alarm@arc.example.net SIP/2.0\r\n\
             Via: SIP/2.0/UDP 192.0.2.7:5062;branch={}{}\r\n\
             Max-Forwards: 70\r\n\
             From: {}\r\n\
             To: <sip:alarm@arc.example.net>\r\n\
             Call-ID: {}\r\n\
             CSeq: {} MESSAGE\r\n",
            self.branch, self.via, self.from, self.call_id, self.cseq
        );
        if let Some(content_type) = self.content_type {
            text += &format!("Content-Type: {content_type}\r\n");
        }
        if let Some(length) = &self.content_length {
            text += &format!("Content-Length: {length}\r\n");
        }
        let mut bytes = (text + "\r\n").into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

struct Bench {
    receiver: Receiver,
    now: Instant,
    path: Path,
}

impl Bench {
    fn new(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::new([7; 16]);
        change(&mut config);
        let receiver = Receiver::new(config).unwrap();
        Bench {
            receiver,
            now: Instant::now(),
            path: Path::udp(local(), peer(5062)),
        }
    }

    fn udp(&mut self, datagram: Vec<u8>) -> Vec<Event> {
        self.receiver
            .handle_datagram(self.now, self.path, datagram.into());
        self.events()
    }

    fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.receiver.poll_event(self.now)).collect()
    }

    fn sent(&mut self) -> Vec<(Path, String)> {
        std::iter::from_fn(|| self.receiver.poll_transmit())
            .map(|transmit| {
                (
                    transmit.path,
                    String::from_utf8(transmit.bytes.to_vec()).unwrap(),
                )
            })
            .collect()
    }

    fn texts(&mut self) -> Vec<String> {
        self.sent().into_iter().map(|(_, text)| text).collect()
    }

    fn accept(&mut self, id: IncomingId) -> Result<(), AnswerError> {
        let mut response = Response::new("ignored".into(), StatusNumber::OK);
        response.media_reply = MediaReply::DUPLEX;
        self.receiver.answer(self.now, id, &response)
    }
}

fn incoming(events: Vec<Event>) -> Incoming {
    match <[Event; 1]>::try_from(events) {
        Ok([Event::Request(incoming)]) => *incoming,
        other => panic!("expected one request, got {other:?}"),
    }
}

fn refusal(events: Vec<Event>) -> (RefusalReason, StatusCode, Option<u32>) {
    match <[Event; 1]>::try_from(events) {
        Ok([Event::Refused(refusal)]) => (
            refusal.reason,
            refusal.status,
            refusal.status_number.map(StatusNumber::number),
        ),
        other => panic!("expected one refusal, got {other:?}"),
    }
}

fn body(text: &str) -> &str {
    text.split_once("\r\n\r\n").unwrap().1
}

fn status(text: &str) -> &str {
    text.strip_prefix("SIP/2.0 ")
        .unwrap_or(text)
        .get(..3)
        .unwrap()
}

fn header<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[test]
fn line_30_no_decision_in_time_is_5_before_the_limit_of_the_sender() {
    let mut bench = Bench::new(|_| ());
    let alarm = incoming(bench.udp(Sip::new(ALARM).bytes()));
    assert_eq!(bench.texts().len(), 1, "only the 200");
    let due = bench.receiver.poll_timeout().unwrap();
    assert!(
        due - bench.now <= Duration::from_secs(10),
        "below the 20 s that senders wait"
    );
    bench.now = due;
    bench.receiver.handle_timeout(due);
    assert!(matches!(bench.events()[..], [Event::Undecided { id }] if id == alarm.id));
    let sent = bench.texts();
    let answer = decode_response(body(&sent[0]).as_bytes(), &DecodeOptions::strict()).unwrap();
    assert_eq!(answer.message().status_number, StatusNumber::NOT_TREATED);
    assert_eq!(bench.accept(alarm.id), Err(AnswerError::NotWaiting));
    assert_eq!(bench.receiver.pending(), 0);
}

#[test]
fn line_30_a_refusal_of_the_system_behind_is_5() {
    let mut bench = Bench::new(|_| ());
    let alarm = incoming(bench.udp(Sip::new(ALARM).bytes()));
    let refusal = Response::new("x".into(), StatusNumber::NOT_TREATED);
    bench
        .receiver
        .answer(bench.now, alarm.id, &refusal)
        .unwrap();
    assert!(bench.texts()[1].ends_with("<mrs><ref>a1</ref><snu>5</snu></mrs>"));
}

#[test]
fn line_33_200_without_body_then_a_message_of_its_own_only_after_the_decision() {
    let mut bench = Bench::new(|_| ());
    let alarm = incoming(bench.udp(Sip::new(ALARM).bytes()));
    let sent = bench.texts();
    assert_eq!(sent.len(), 1);
    assert_eq!(status(&sent[0]), "200");
    assert_eq!(body(&sent[0]), "");
    assert_eq!(header(&sent[0], "Content-Length"), Some("0"));

    bench.accept(alarm.id).unwrap();
    let sent = bench.texts();
    assert_eq!(sent.len(), 1);
    let message = &sent[0];
    assert!(
        message.starts_with("MESSAGE sip:40211870@arc.example.net SIP/2.0\r\n"),
        "{message}"
    );
    assert_eq!(
        header(message, "Content-Type"),
        Some("application/scaip+xml")
    );
    assert!(
        header(message, "To")
            .unwrap()
            .contains("sip:40211870@arc.example.net")
    );
    assert!(
        header(message, "From")
            .unwrap()
            .contains("sip:alarm@arc.example.net")
    );
    assert_eq!(
        body(message),
        "<mrs><ref>a1</ref><snu>0</snu><mre>1</mre></mrs>"
    );
    assert_eq!(
        bench.accept(alarm.id),
        Err(AnswerError::NotWaiting),
        "decided once"
    );

    // The sender's 200 ends it.
    let answer = format!(
        "SIP/2.0 200 OK\r\nVia: {}\r\nFrom: {}\r\nTo: {};tag=9\r\nCall-ID: {}\r\nCSeq: {}\r\nContent-Length: 0\r\n\r\n",
        header(message, "Via").unwrap(),
        header(message, "From").unwrap(),
        header(message, "To").unwrap(),
        header(message, "Call-ID").unwrap(),
        header(message, "CSeq").unwrap(),
    );
    let events = bench.udp(answer.into_bytes());
    assert!(matches!(events[..], [Event::AnswerDelivered { id, .. }] if id == alarm.id));
}

#[test]
fn line_33_an_unanswered_response_is_repeated_and_then_reported() {
    let mut bench = Bench::new(|_| ());
    let alarm = incoming(bench.udp(Sip::new(ALARM).bytes()));
    bench.accept(alarm.id).unwrap();
    let first = bench.texts().pop().unwrap();
    let (mut repeats, begin) = (0, bench.now);
    loop {
        bench.now = bench
            .receiver
            .poll_timeout()
            .expect("a timer runs until the end");
        bench.receiver.handle_timeout(bench.now);
        for text in bench.texts() {
            assert_eq!(text, first);
            repeats += 1;
        }
        if let [Event::AnswerUndelivered { id, .. }] = bench.events()[..] {
            assert_eq!(id, alarm.id);
            break;
        }
    }
    assert_eq!(repeats, 10, "timer E: 0.5, 1, 2, 4, 4 … s until timer F");
    assert_eq!(bench.now - begin, Duration::from_secs(32));
}

#[test]
fn line_34_body_in_200_mode_holds_the_200_until_the_decision() {
    let mut bench = Bench::new(|config| config.answer_mode = AnswerMode::BodyInOk);
    let alarm = incoming(bench.udp(Sip::new(ALARM).bytes()));
    assert!(
        bench.texts().is_empty(),
        "nothing positive before the decision"
    );
    bench.accept(alarm.id).unwrap();
    assert!(matches!(bench.events()[..], [Event::AnswerSent { id }] if id == alarm.id));
    let sent = bench.texts();
    assert_eq!(sent.len(), 1);
    assert_eq!(status(&sent[0]), "200");
    assert_eq!(
        header(&sent[0], "Content-Type"),
        Some("application/scaip+xml")
    );
    assert_eq!(
        body(&sent[0]),
        "<mrs><ref>a1</ref><snu>0</snu><mre>1</mre></mrs>"
    );
    // Refusals travel the same way.
    let mut other = Sip::new("<mrq><ref>b2</ref><cid>40211870</cid></mrq>");
    other.branch = "z9hG4bK2";
    assert_eq!(refusal(bench.udp(other.bytes())).2, Some(7));
    assert!(body(&bench.texts()[0]).starts_with("<mrs><ref>b2</ref><snu>7</snu>"));
}

#[test]
fn line_35_a_retransmission_is_one_alarm_and_gets_the_same_200_again() {
    let mut bench = Bench::new(|_| ());
    let datagram = Sip::new(ALARM).bytes();
    let alarm = incoming(bench.udp(datagram.clone()));
    let first = bench.texts();
    for _ in 0..3 {
        let events = bench.udp(datagram.clone());
        assert!(
            matches!(events[..], [Event::Retransmission { answered: true, .. }]),
            "{events:?}"
        );
        assert_eq!(bench.texts(), first);
    }
    bench.accept(alarm.id).unwrap();
    assert_eq!(bench.texts().len(), 1);
    bench.now += Duration::from_secs(31);
    bench.receiver.handle_timeout(bench.now);
    let _ = (bench.events(), bench.texts());
    bench.udp(datagram);
    assert_eq!(bench.texts(), first, "kept for 32 s");
}

#[test]
fn line_36_a_new_message_with_the_branch_of_the_last_one_is_a_new_alarm() {
    let mut bench = Bench::new(|_| ());
    let mut sip = Sip::new(ALARM);
    incoming(bench.udp(sip.bytes()));
    // Only the body differs: a unit whose stack repeats every header.
    sip.body = ALARM.replace("a1", "a2").into_bytes();
    let second = incoming(bench.udp(sip.bytes()));
    assert_eq!(second.decoded.message().reference.as_str(), "a2");
    assert!(
        second
            .warnings
            .contains(&ReceiverWarning::Sip(SipWarning::BranchReused))
    );
    // Only the CSeq differs.
    sip.cseq += 1;
    incoming(bench.udp(sip.bytes()));
    // Only the Call-ID differs.
    sip.call_id = "other".into();
    incoming(bench.udp(sip.bytes()));
    // Only the source differs.
    bench.path = Path::udp(local(), peer(5063));
    incoming(bench.udp(sip.bytes()));
    assert_eq!(bench.receiver.pending(), 5);
}

#[test]
fn line_37_missing_tag_missing_rport_and_a_strange_from_are_accepted_with_warnings() {
    for (from, warning) in [
        (
            "<sip:40211870@arc.example.net>",
            Some(ReceiverWarning::Sip(SipWarning::MissingFromTag)),
        ),
        (
            "<sip:999@192.0.2.7>;tag=1",
            Some(ReceiverWarning::FromUnlikeController),
        ),
        (
            "<sip:192.0.2.7>;tag=1",
            Some(ReceiverWarning::FromUnlikeController),
        ),
        (
            "<sip:@192.0.2.7>;tag=1",
            Some(ReceiverWarning::FromUnlikeController),
        ),
        ("\"Unit\" <sip:40211870@192.0.2.7>;tag=1", None),
    ] {
        for via in ["", ";rport"] {
            let mut bench = Bench::new(|_| ());
            let mut sip = Sip::new(ALARM);
            (sip.from, sip.via) = (from, via);
            let alarm = incoming(bench.udp(sip.bytes()));
            assert_eq!(alarm.warnings, Vec::from_iter(warning), "{from}");
            bench.accept(alarm.id).unwrap();
            let sent = bench.sent();
            // Both go to the source address, whatever Via and From say; the cid is the one called.
            assert!(sent.iter().all(|(path, _)| path.remote == peer(5062)));
            assert!(
                sent[1]
                    .1
                    .starts_with("MESSAGE sip:40211870@arc.example.net ")
            );
        }
    }
}

#[test]
fn line_39_answers_go_back_on_the_same_connection() {
    let mut bench = Bench::new(|_| ());
    let mut connections = Vec::new();
    for port in [6001, 6002] {
        let id = bench
            .receiver
            .connection_opened(Transport::Tcp, local(), peer(port))
            .unwrap();
        connections.push(id);
    }
    for (port, &id) in [6001, 6002].iter().zip(&connections) {
        let mut sip = Sip::new(ALARM.replace("a1", &format!("a{port}")));
        sip.call_id = port.to_string();
        bench.receiver.handle_stream(bench.now, id, &sip.bytes());
        let alarm = incoming(bench.events());
        bench.accept(alarm.id).unwrap();
        let sent = bench.sent();
        assert_eq!(sent.len(), 2);
        assert!(sent.iter().all(|(path, _)| path.connection == Some(id)));
        assert!(sent[1].1.contains(&format!("<ref>a{port}</ref>")));
    }
    // A connection that is gone cannot be answered on; the sender will repeat.
    let mut sip = Sip::new(ALARM);
    sip.call_id = "gone".into();
    bench
        .receiver
        .handle_stream(bench.now, connections[0], &sip.bytes());
    let alarm = incoming(bench.events());
    bench.receiver.connection_closed(connections[0]);
    bench.events();
    bench.accept(alarm.id).unwrap();
    let events = bench.events();
    assert!(matches!(events[..], [Event::AnswerUndelivered { id, .. }] if id == alarm.id));
}

#[test]
fn line_40_a_sender_that_does_not_register_or_moves_is_answered_where_it_is_now() {
    let mut bench = Bench::new(|_| ());
    for (number, port) in [5062, 5063, 40_000].into_iter().enumerate() {
        bench.path = Path::udp(local(), peer(port));
        let mut sip = Sip::new(ALARM.replace("a1", &format!("m{number}")));
        sip.cseq = 40 + u32::try_from(number).unwrap();
        let alarm = incoming(bench.udp(sip.bytes()));
        bench.accept(alarm.id).unwrap();
        assert!(
            bench
                .sent()
                .iter()
                .all(|(path, _)| path.remote == peer(port))
        );
    }
}

#[test]
fn line_41_content_types_are_tolerated_with_a_warning_and_refused_strictly() {
    for (content_type, clean) in [
        (Some("application/scaip+xml"), true),
        (Some("APPLICATION/SCAIP+XML"), true),
        (Some("application/scaip+xml; charset=utf-8"), false),
        (Some("application/xml"), false),
        (Some("text/plain"), false),
        (None, false),
    ] {
        let mut sip = Sip::new(ALARM);
        sip.content_type = content_type;
        let alarm = incoming(Bench::new(|_| ()).udp(sip.bytes()));
        let expected = if clean {
            vec![]
        } else {
            vec![ReceiverWarning::ContentType]
        };
        assert_eq!(alarm.warnings, expected, "{content_type:?}");

        let mut bench = Bench::new(|config| config.strict_content_type = true);
        let events = bench.udp(sip.bytes());
        if content_type.is_some_and(|t| t.to_ascii_lowercase().starts_with("application/scaip+xml"))
        {
            incoming(events);
        } else {
            assert_eq!(
                refusal(events),
                (
                    RefusalReason::ContentType,
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    None
                )
            );
            let sent = bench.texts();
            assert_eq!(sent.len(), 1);
            assert_eq!(status(&sent[0]), "415");
            assert_eq!(header(&sent[0], "Accept"), Some("application/scaip+xml"));
        }
    }
}

#[test]
fn line_42_a_wrong_content_length_is_tolerated_on_udp_and_closes_a_stream_without_one() {
    for length in [
        None,
        Some("5"),
        Some("5000"),
        Some("18446744073709551615"),
        Some("x"),
    ] {
        let mut sip = Sip::new(ALARM);
        sip.content_length = length.map(str::to_owned);
        let alarm = incoming(Bench::new(|_| ()).udp(sip.bytes()));
        assert_eq!(
            alarm.decoded.raw(),
            ALARM.as_bytes(),
            "the datagram is the body"
        );
        assert_eq!(alarm.warnings.len(), 1, "{length:?}");
    }
    for length in [None, Some("18446744073709551615"), Some("x")] {
        let mut bench = Bench::new(|_| ());
        let id = bench
            .receiver
            .connection_opened(Transport::Tcp, local(), peer(1))
            .unwrap();
        let mut sip = Sip::new(ALARM);
        sip.content_length = length.map(str::to_owned);
        bench.receiver.handle_stream(bench.now, id, &sip.bytes());
        assert!(
            matches!(bench.events()[..], [Event::Bad { .. }]),
            "{length:?}"
        );
        let closing = std::iter::from_fn(|| bench.receiver.poll_transmit())
            .last()
            .unwrap();
        assert!(
            closing.close_after,
            "where the next message begins is unknown"
        );
    }
}

#[test]
fn line_42_bytes_behind_a_right_content_length_are_passed_over() {
    let mut sip = Sip::new(ALARM);
    sip.body.extend_from_slice(b"\r\njunk");
    let alarm = incoming(Bench::new(|_| ()).udp(sip.bytes()));
    assert_eq!(alarm.decoded.raw(), ALARM.as_bytes());
}

#[test]
fn line_43_large_messages_are_taken_on_both_transports() {
    let text = "x".repeat(1400);
    let body = ALARM.replace("</mrq>", &format!("<ite>{text}</ite></mrq>"));
    let sip = Sip::new(body.clone());
    let mut bench = Bench::new(|_| ());
    let alarm = incoming(bench.udp(sip.bytes()));
    assert_eq!(
        alarm
            .decoded
            .message()
            .information_text
            .as_ref()
            .unwrap()
            .as_str(),
        text
    );
    let id = bench
        .receiver
        .connection_opened(Transport::Tcp, local(), peer(1))
        .unwrap();
    bench.receiver.handle_stream(bench.now, id, &sip.bytes());
    incoming(bench.events());

    // Beyond the limit: snu 1 when the reference can be read, else 413.
    let huge = ALARM.replace(
        "</mrq>",
        &format!("<ite>{}</ite></mrq>", "x".repeat(65_536)),
    );
    for (body, number, code) in [
        (huge.clone(), Some(1), "200"),
        (huge.replace("<ref>a1</ref>", ""), None, "413"),
    ] {
        let mut bench = Bench::new(|_| ());
        let id = bench
            .receiver
            .connection_opened(Transport::Tcp, local(), peer(1))
            .unwrap();
        bench
            .receiver
            .handle_stream(bench.now, id, &Sip::new(body).bytes());
        assert_eq!(refusal(bench.events()).2, number);
        assert_eq!(status(&bench.texts()[0]), code);
    }
}

#[test]
fn line_44_options_is_answered_and_other_methods_are_not_allowed() {
    for (method, code) in [
        ("OPTIONS", "200"),
        ("INVITE", "405"),
        ("SUBSCRIBE", "405"),
        ("XYZ", "405"),
    ] {
        let mut bench = Bench::new(|_| ());
        let text = String::from_utf8(Sip::new("").bytes())
            .unwrap()
            .replace("MESSAGE", method);
        assert!(bench.udp(text.into_bytes()).is_empty());
        let sent = bench.texts();
        assert_eq!(status(&sent[0]), code, "{method}");
        assert_eq!(header(&sent[0], "Allow"), Some("MESSAGE, OPTIONS"));
        if method == "OPTIONS" {
            assert_eq!(header(&sent[0], "Accept"), Some("application/scaip+xml"));
        }
    }
}

#[test]
fn line_45_several_messages_in_one_segment_and_one_over_many() {
    let mut bench = Bench::new(|_| ());
    let id = bench
        .receiver
        .connection_opened(Transport::Tcp, local(), peer(1))
        .unwrap();
    let mut segment = Vec::new();
    for number in 0..5 {
        let mut sip = Sip::new(ALARM.replace("a1", &format!("s{number}")));
        sip.cseq = number;
        segment.extend(sip.bytes());
    }
    bench.receiver.handle_stream(bench.now, id, &segment);
    assert_eq!(bench.events().len(), 5);
    let mut events = Vec::new();
    for byte in &segment {
        bench
            .receiver
            .handle_stream(bench.now, id, std::slice::from_ref(byte));
        events.extend(bench.events());
    }
    // On a stream nothing is repeated by the transport: the same bytes again are five again.
    assert_eq!(events.len(), 5, "{events:?}");
}

#[test]
fn refusals_follow_the_table_of_the_reference() {
    let cases: [(&str, u16, Option<u32>); 7] = [
        ("", 400, None),
        ("hello", 400, None),
        ("<mrq><cid>1</cid><dty>0003</dty></mrq>", 400, None),
        ("<mrq><ref>a1</ref><cid>1</cid>", 200, Some(2)),
        ("<mrq><ref>a1</ref><cid>1</cid></mrq>", 200, Some(7)),
        (
            "<mrq><ref>a1</ref><mty>XX</mty><cid>1</cid><dty>3</dty></mrq>",
            200,
            Some(3),
        ),
        // A response is nothing to answer with a response.
        ("<mrs><ref>a1</ref><snu>0</snu></mrs>", 400, None),
    ];
    for (xml, code, number) in cases {
        let mut bench = Bench::new(|_| ());
        let (_, status_code, status_number) = refusal(bench.udp(Sip::new(xml).bytes()));
        assert_eq!((status_code.get(), status_number), (code, number), "{xml}");
        let sent = bench.texts();
        assert_eq!(status(&sent[0]), code.to_string());
        assert_eq!(sent.len(), if number.is_some() { 2 } else { 1 });
        // The next good message is served.
        let mut next = Sip::new(ALARM);
        next.branch = "z9hG4bKnext";
        incoming(bench.udp(next.bytes()));
    }
}

#[test]
fn a_busy_receiver_says_503_with_retry_after() {
    let mut bench = Bench::new(|config| config.pending_bytes = 1000);
    incoming(bench.udp(Sip::new(ALARM).bytes()));
    let mut large =
        Sip::new(ALARM.replace("</mrq>", &format!("<ite>{}</ite></mrq>", "x".repeat(999))));
    large.branch = "z9hG4bK2";
    assert_eq!(refusal(bench.udp(large.bytes())).0, RefusalReason::Busy);

    let mut bench = Bench::new(|config| config.pending = 1);
    incoming(bench.udp(Sip::new(ALARM).bytes()));
    bench.texts();
    let mut second = Sip::new(ALARM.replace("a1", "a2"));
    second.branch = "z9hG4bK2";
    assert_eq!(refusal(bench.udp(second.bytes())).0, RefusalReason::Busy);
    let sent = bench.texts();
    assert_eq!(status(&sent[0]), "503");
    assert!(
        header(&sent[0], "Retry-After")
            .unwrap()
            .parse::<u32>()
            .unwrap()
            > 0
    );

    let mut bench = Bench::new(|_| ());
    bench.receiver.set_overloaded(true);
    assert!(bench.udp(Sip::new(ALARM).bytes()).is_empty());
    assert_eq!(status(&bench.texts()[0]), "503");
}

#[test]
fn the_private_root_is_answered_in_kind_and_odd_references_are_echoed() {
    let mut bench =
        Bench::new(|config| config.decode = DecodeOptions::lenient().accepting_scaip_root());
    let xml = ALARM.replace("mrq>", "scaip>").replace("a1", "a-1&amp;ø");
    let alarm = incoming(bench.udp(Sip::new(xml).bytes()));
    bench.accept(alarm.id).unwrap();
    let sent = bench.texts();
    assert!(sent[1].ends_with("<scaip><ref>a-1&amp;ø</ref><snu>0</snu><mre>1</mre></scaip>"));
}

#[test]
fn debug_output_hides_numbers_texts_and_bodies() {
    let mut bench = Bench::new(|_| ());
    let xml = ALARM
        .replace("sip:", "gsm:+4799999999")
        .replace("</mrq>", "<dte>Kari</dte></mrq>");
    let mut sip = Sip::new(xml);
    sip.from = "\"Kari\" <sip:+4799999999@192.0.2.7>;tag=1";
    let events = bench.udp(sip.bytes());
    let shown = format!("{events:?} {:?}", bench.receiver);
    assert!(
        !shown.contains("4799999999") && !shown.contains("Kari"),
        "{shown}"
    );
}
