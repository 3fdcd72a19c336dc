//! What is read all the same and with which warning, and what is not read and how that is told.

use scaip::sip::{Event, HeaderName, Message, SipError, SipLimits, SipWarning, StatusCode};

use crate::bench::{Bench, heard};
use crate::sip_support::{BODY, alarm, request, unit};

fn warnings(text: &str) -> Vec<SipWarning> {
    heard(text.to_owned()).2.warnings().to_vec()
}

#[test]
fn test_37_from_without_tag_without_user_or_unreadable_is_answered() {
    let from = "From: <sip:40211870@example.net>;tag=1";
    for (other, expected) in [
        (
            "From: <sip:40211870@example.net>",
            Some(SipWarning::MissingFromTag),
        ),
        ("From: <sip:99999@example.net>;tag=1", None),
        ("From: <sip:@example.net>;tag=1", None),
        ("From: sip:example.net;tag=1", None),
        ("From: nobody", Some(SipWarning::FromUnreadable)),
        ("From:", Some(SipWarning::FromUnreadable)),
    ] {
        let (mut bench, id, message) = heard(alarm("a").replace(from, other));
        assert_eq!(message.warnings(), expected.as_slice(), "{other}");
        bench.ok(id);
        let echoed = if other == "From:" {
            "From: \r\n"
        } else {
            other
        };
        assert!(bench.only().contains(echoed));
    }
}

#[test]
fn compact_forms_folds_blanks_and_letter_case_are_read_alike() {
    let odd = format!(
        "\r\n\r\nMESSAGE sip:alarm@example.net sip/2.0\r\n\
         v:SIP/2.0/UDP 10.0.0.7:5062\r\n ;branch=z9hG4bK77\r\n\t;rport\r\n\
         MAX-forwards : 70\r\n\
         f  :\t<sip:40211870@example.net>;tag=1  \r\n\
         t:\r\n <sip:alarm@example.net>\r\n\
         i: a\r\n\
         cseq: 1\r\n  MESSAGE\r\n\
         X-Unknown: kept\r\n\
         c: application/scaip+xml\r\n\
         l: {}\r\n\r\n{BODY}",
        BODY.len()
    );
    let (mut bench, id, message) = heard(odd);
    assert!(message.warnings().is_empty(), "{message:?}");
    assert_eq!(message.top_via().unwrap().branch(), Some(&b"z9hG4bK77"[..]));
    assert_eq!(message.cseq(), 1);
    assert_eq!(message.to().unwrap().uri.user, Some("alarm"));
    assert_eq!(message.header_named("x-unknown"), Some(&b"kept"[..]));
    assert!(
        message
            .content_type()
            .unwrap()
            .unwrap()
            .is("application/scaip+xml")
    );
    assert_eq!(message.headers().count(), 9);
    assert_eq!(message.body(), BODY);
    bench.ok(id);
    // What is echoed is unfolded.
    assert!(bench.only().contains("CSeq: 1    MESSAGE\r\n"));
}

#[test]
fn each_tolerated_deviation_is_named() {
    let base = alarm("a");
    let cases = [
        (base.replace("\r\n", "\n"), SipWarning::BareLineFeed),
        (
            base.replace("Max-Forwards: 70\r\n", ""),
            SipWarning::MissingMaxForwards,
        ),
        (
            base.replace("Max-", "Contact: <sip:a@b>\r\nMax-"),
            SipWarning::ContactInMessage,
        ),
        (
            base.replace("Max-", "Require: x\r\nMax-"),
            SipWarning::RequireIgnored,
        ),
        (
            base.replace("Max-", "no colon here\r\n folded\r\nMax-"),
            SipWarning::HeaderIgnored { offset: 94 },
        ),
        (
            base.replace("Max-", "X: a\0b\r\nMax-"),
            SipWarning::HeaderIgnored { offset: 94 },
        ),
        (
            base.replace("MESSAGE sip:alarm@example.net", "MESSAGE alarm"),
            SipWarning::RequestUriUnreadable,
        ),
        (base.replace("To: <sip:", "To: <"), SipWarning::ToUnreadable),
    ];
    for (text, expected) in cases {
        assert_eq!(warnings(&text), [expected], "{text}");
    }
    let twice = base.replace("Call-ID: a", "Call-ID: a\r\nCall-ID: b");
    let name = HeaderName::CallId;
    assert_eq!(warnings(&twice), [SipWarning::HeaderRepeated { name }]);
}

#[test]
fn test_42_on_udp_a_content_length_that_does_not_fit_yields_to_the_datagram() {
    let length = format!("Content-Length: {}\r\n", BODY.len());
    let actual = BODY.len() as u64;
    let mismatch = |stated| SipWarning::ContentLengthMismatch { stated, actual };
    for (header, expected) in [
        ("Content-Length: 0\r\n", mismatch(0)),
        ("Content-Length: 5\r\n", mismatch(5)),
        ("Content-Length: 5000\r\n", mismatch(5000)),
        (
            "Content-Length: 18446744073709551615\r\n",
            mismatch(u64::MAX),
        ),
        (
            "Content-Length: 184467440737095516150\r\n",
            mismatch(u64::MAX),
        ),
        (
            "Content-Length: many\r\n",
            SipWarning::ContentLengthUnreadable,
        ),
        (
            "Content-Length: -1\r\n",
            SipWarning::ContentLengthUnreadable,
        ),
        ("", SipWarning::ContentLengthMissing),
    ] {
        let text = alarm("a").replace(&length, header);
        let (_, _, message) = heard(text);
        assert_eq!(message.body(), BODY, "{header}");
        assert_eq!(message.warnings(), [expected]);
    }
}

#[test]
fn test_43_a_message_above_1300_bytes_is_taken_over_udp() {
    let body = "x".repeat(2000);
    let text = request("MESSAGE", "z9hG4bK1", "a", &body);
    assert_eq!(heard(text).2.body(), body);
}

#[test]
fn what_cannot_be_read_is_answered_where_it_can_be_and_always_told() {
    let base = alarm("a");
    let cases = [
        (base.replace("SIP/2.0\r\nVia", "SIP/3.0\r\nVia"), Some(505)),
        (
            base.replace("CSeq: 1 MESSAGE", "CSeq: one MESSAGE"),
            Some(400),
        ),
        (
            base.replace("CSeq: 1 MESSAGE", "CSeq: 1 OPTIONS"),
            Some(400),
        ),
        (
            base.replace("CSeq: 1 MESSAGE", "CSeq: 4294967296 MESSAGE"),
            Some(400),
        ),
        (
            base.replace("MESSAGE sip:alarm@example.net SIP/2.0", "MESSAGE"),
            Some(400),
        ),
        (
            base.replace("MESSAGE sip:alarm@example.net SIP/2.0", "MESSAGE SIP/2.0"),
            Some(400),
        ),
        (base.replace("Call-ID: a\r\n", ""), None),
        (base.replace("Via", "Vio"), None),
        (base.replace("From", "Form"), None),
        (base.replace("To:", "Too:"), None),
        (base.replace("CSeq", "Seq"), None),
        (
            base.replace("CSeq: 1 MESSAGE", "CSeq: 1 ACK")
                .replace("MESSAGE sip", "ACK sip")
                .replace("2.0\r\nVia", "3.0\r\nVia"),
            None,
        ),
        (
            base.split("\r\nContent-Type").next().unwrap().to_owned(),
            None,
        ),
        ("SIP/2.0 2000 OK\r\n\r\n".to_owned(), None),
        ("SIP/2.0 099 OK\r\n\r\n".to_owned(), None),
        (
            "GET / HTTP/1.1\r\nHost: example.net\r\n\r\n".to_owned(),
            None,
        ),
        ("junk".to_owned(), None),
        ("\0\u{1}\u{2}".to_owned(), None),
    ];
    for (text, status) in cases {
        let mut bench = Bench::new();
        bench.hear(text.clone());
        let Some(Event::Bad {
            answered,
            raw,
            path,
            ..
        }) = bench.endpoint.poll_event()
        else {
            panic!("{text}")
        };
        assert_eq!(answered.map(StatusCode::get), status, "{text}");
        assert_eq!((raw.0, path), (text.into(), unit()));
        let lines = bench.statuses();
        assert_eq!(lines.len(), usize::from(status.is_some()));
        assert_eq!(bench.endpoint.counters().bad(), 1);
    }
}

#[test]
fn a_cut_head_is_answered_400_if_the_needed_headers_came_through() {
    let mut bench = Bench::new();
    let text = alarm("a");
    let cut = text.find("\r\n\r\n").unwrap();
    bench.hear(text[..cut].to_owned());
    assert_eq!(bench.statuses(), ["SIP/2.0 400 Bad Request"]);
}

#[test]
fn each_limit_holds_at_its_edge() {
    let limits = |change: fn(&mut SipLimits)| {
        let mut limits = SipLimits::default();
        change(&mut limits);
        limits
    };
    let text = alarm("a");
    let head = text.find("\r\n\r\n").unwrap() + 4;
    let whole = text.len();
    let parse =
        |limits| Message::parse_datagram(text.clone().into(), &limits).map_err(|r| r.error());
    assert_eq!((head, whole, BODY.len()), (269, 326, 57));
    assert!(
        parse(limits(|l| {
            l.head = 269;
            l.headers = 8;
            l.body = 57;
            l.message = 326;
        }))
        .is_ok()
    );
    assert_eq!(
        parse(limits(|l| l.head = 268)).unwrap_err(),
        SipError::HeadTooLarge { limit: 268 }
    );
    assert_eq!(
        parse(limits(|l| l.headers = 7)).unwrap_err(),
        SipError::TooManyHeaders { limit: 7 }
    );
    assert_eq!(
        parse(limits(|l| l.body = 56)).unwrap_err(),
        SipError::BodyTooLarge {
            length: 57,
            limit: 56
        }
    );
    assert_eq!(
        parse(limits(|l| l.message = 325)).unwrap_err(),
        SipError::MessageTooLarge {
            length: 326,
            limit: 325
        }
    );
}

#[test]
fn a_body_over_the_limit_is_answered_413_and_told() {
    let mut bench = Bench::with(|config| config.limits.body = 10);
    bench.hear(alarm("a"));
    assert_eq!(bench.statuses(), ["SIP/2.0 413 Request Entity Too Large"]);
    assert!(matches!(
        bench.events()[..],
        [Event::Bad {
            error: SipError::BodyTooLarge {
                length: 57,
                limit: 10
            },
            answered: Some(_),
            ..
        }]
    ));
}

#[test]
fn a_control_byte_on_a_folded_line_takes_the_whole_header_with_it() {
    let text = alarm("a").replace("Max-", "X: a\r\n b\0c\r\n d\r\nMax-");
    assert_eq!(warnings(&text), [SipWarning::HeaderIgnored { offset: 94 }]);
    assert_eq!(heard(text).2.header_named("X"), None);
}

#[test]
fn keep_alives_on_udp_raise_nothing() {
    let mut bench = Bench::new();
    for blank in ["", "\r\n", "\r\n\r\n", "\0", "\0\0\0\0"] {
        bench.hear(blank);
    }
    assert_eq!(bench.endpoint.counters().keep_alives(), 5);
    assert!(bench.endpoint.poll_event().is_none() && bench.endpoint.poll_transmit().is_none());
}
