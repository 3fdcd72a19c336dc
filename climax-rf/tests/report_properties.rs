//! Properties of the report codecs: what is written is read, and nothing panics.

#![allow(clippy::unwrap_used)]

use climax_rf::Time;
use climax_rf::contact_id::{
    self, Account, ContactId, EventCode, Form, Group, MessageType, Qualifier, Zone,
};
use climax_rf::dc09::{
    self, AllClear, Clear, Content, CrcForm, Frame, Number, Padding, Sequence, Timestamp, Token,
};
use climax_rf::station::{Moment, NoHandler, Settings, Station, detect};
use proptest::prelude::*;

fn any_event() -> impl Strategy<Value = ContactId> {
    ("[0-9B-F]", "[0-9B-F]{3}", "[0-9B-F]{2}", "[0-9B-F]{3}").prop_map(|(q, code, group, zone)| {
        ContactId {
            qualifier: Qualifier::from_digit(q.as_bytes()[0]).unwrap(),
            code: EventCode::from_digits(code.as_bytes().try_into().unwrap()).unwrap(),
            group: Group::from_digits(group.as_bytes().try_into().unwrap()).unwrap(),
            zone: Zone::from_digits(zone.as_bytes().try_into().unwrap()).unwrap(),
        }
    })
}

fn any_message_type() -> impl Strategy<Value = MessageType> {
    prop_oneof![Just(MessageType::Standard), Just(MessageType::Alternative)]
}

#[derive(Debug, Clone)]
struct AnyFrame {
    token: &'static str,
    sequence: u16,
    receiver: Option<String>,
    line: String,
    account: Option<String>,
    data: String,
    extended: Vec<String>,
    seconds: Option<i64>,
    raw: bool,
}

fn any_frame() -> impl Strategy<Value = AnyFrame> {
    let token = prop::sample::select(vec!["SIA-DCS", "ADM-CID", "NULL", "ACK", "DUH", "X-1"]);
    let head = (
        token,
        0_u16..10_000,
        prop::option::of("[0-9A-F]{1,6}"),
        "[0-9A-F]{1,6}",
        prop::option::of("[0-9A-Za-z#*-]{1,32}"),
    );
    let tail = (
        "[ -Z^-~]{0,80}",
        prop::collection::vec("[ -Z^-~]{0,20}", 0..3),
        prop::option::of(0_i64..4_000_000_000),
        any::<bool>(),
    );
    (head, tail).prop_map(|(head, tail)| AnyFrame {
        token: head.0,
        sequence: head.1,
        receiver: head.2,
        line: head.3,
        account: head.4,
        data: tail.0,
        extended: tail.1,
        seconds: tail.2,
        raw: tail.3,
    })
}

impl AnyFrame {
    fn form(&self) -> CrcForm {
        if self.raw {
            CrcForm::Raw
        } else {
            CrcForm::Hexadecimal
        }
    }

    fn extended(&self) -> String {
        self.extended
            .iter()
            .map(|block| format!("[{block}]"))
            .collect()
    }

    fn frame<'a>(&'a self, extended: &'a str) -> Frame<'a> {
        let number = |digits: &String| Number::from_digits(digits.as_bytes()).unwrap();
        Frame {
            token: Token::from_bytes(self.token.as_bytes()),
            sequence: Sequence::new(self.sequence).unwrap(),
            receiver: self.receiver.as_ref().map(number),
            line: Some(number(&self.line)),
            account: self
                .account
                .as_deref()
                .map(|text| Account::new(text).unwrap()),
            content: Content::Clear(Clear {
                data: self.data.as_bytes(),
                extended: extended.as_bytes(),
                timestamp: self.seconds.and_then(Timestamp::from_unix_seconds),
            }),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let extended = self.extended();
        let mut out = Vec::new();
        dc09::encode(&self.frame(&extended), self.form(), &mut out).unwrap();
        out
    }
}

fn mutate(bytes: &mut Vec<u8>, changes: &[(prop::sample::Index, u8, u8)]) {
    for (place, byte, how) in changes {
        if bytes.is_empty() {
            return;
        }
        let at = place.index(bytes.len());
        match how % 4 {
            0 => bytes[at] = *byte,
            1 => bytes.insert(at, *byte),
            2 => drop(bytes.remove(at)),
            _ => bytes.truncate(at),
        }
    }
}

fn any_changes() -> impl Strategy<Value = Vec<(prop::sample::Index, u8, u8)>> {
    let byte = prop_oneof![
        3 => prop::sample::select(b"[]<>|\"\n\r\0# LR*0918AF".to_vec()),
        1 => any::<u8>(),
    ];
    prop::collection::vec((any::<prop::sample::Index>(), byte, any::<u8>()), 0..6)
}

/// Everything that has to hold for any bytes.
fn check_any(bytes: &[u8]) {
    for options in [
        contact_id::DecodeOptions::lenient().accepting_wrong_checksum(),
        contact_id::DecodeOptions::strict(),
    ] {
        for form in [Form::Bracket, Form::ShortMessage, Form::Angle] {
            if let Ok(decoded) = contact_id::decode(bytes, form, &options) {
                assert!(bytes.len() >= decoded.report.account.as_bytes().len() + 11);
                // What the reader takes, the writer gives back, unless the account is odd.
                if let Ok(text) = contact_id::encode_to_string(&decoded.report, form) {
                    let again = contact_id::decode(text.as_bytes(), form, &options);
                    if let Ok(again) = again {
                        assert_eq!(again.report, decoded.report);
                        assert!(again.checksum.is_right());
                    }
                }
            }
        }
    }
    for options in [
        dc09::DecodeOptions::lenient(),
        dc09::DecodeOptions::strict(),
    ] {
        if let Ok(decoded) = dc09::decode_prefix(bytes, &options) {
            assert!(bytes.starts_with(decoded.raw));
            if let Ok(data) = decoded.frame.data(&options) {
                if let dc09::Body::Sia(sia) = data.body {
                    assert!(sia.items().count() <= bytes.len());
                    assert!(sia.events().count() <= sia.items().count());
                }
            }
            let _ = format!("{decoded:?}");
        }
    }
    let _ = detect(bytes);
}

fn feed(bytes: &[u8], sizes: &[usize]) -> (usize, usize) {
    let utc = Timestamp::new((2026, 3, 14), (9, 30, 0)).unwrap();
    let padding = Padding::from_random([9; 16]);
    let moment = Moment {
        now: Time::ZERO,
        utc,
        padding,
    };
    let mut station = Station::new(Settings::default(), NoHandler);
    let (mut rest, mut sizes) = (bytes, sizes.iter().cycle());
    let (mut taken, mut answers) = (0, 0);
    while !rest.is_empty() {
        let size = *sizes.next().unwrap_or(&1);
        let (chunk, behind) = rest.split_at(size.clamp(1, rest.len()));
        rest = behind;
        station.handle_bytes(moment, chunk, &AllClear);
        while let Some(event) = station.poll_event() {
            if let Some(id) = event.to_decide() {
                taken += 1;
                station.accept(moment, id).unwrap();
            }
        }
        while let Some(answer) = station.poll_transmit() {
            assert!(!answer.is_empty());
            answers += 1;
        }
    }
    (taken, answers)
}

proptest! {
    #[test]
    fn every_report_comes_back_from_every_form(
        account in "[0-9A-Fa-f]{1,16}",
        word in "[!-;=?-Z^-z~]{1,32}",
        message_type in any_message_type(),
        event in any_event(),
    ) {
        let options = contact_id::DecodeOptions::lenient();
        for (text, forms) in [
            (&account, &[Form::Bracket, Form::ShortMessage, Form::Angle][..]),
            (&word, &[Form::Bracket, Form::ShortMessage]),
        ] {
            let Ok(account) = Account::new(text) else { continue };
            let report = contact_id::Report { account, message_type, event };
            for &form in forms {
                let mut out = Vec::new();
                contact_id::encode(&report, form, &mut out).unwrap();
                prop_assert_eq!(out.len(), contact_id::encoded_len(&report, form));
                let decoded = contact_id::decode(&out, form, &options).unwrap();
                prop_assert_eq!(decoded.report, report);
                prop_assert!(decoded.checksum.is_right());
                let mut small = vec![0; out.len() - 1];
                let refused = contact_id::encode_into(&report, form, &mut small);
                let needed = contact_id::EncodeError::BufferTooSmall { needed: out.len() };
                prop_assert_eq!(refused, Err(needed));
            }
        }
    }

    #[test]
    fn every_frame_comes_back_in_both_forms(any in any_frame()) {
        let extended = any.extended();
        let frame = any.frame(&extended);
        let bytes = any.bytes();
        let decoded = dc09::decode(&bytes, &dc09::DecodeOptions::lenient()).unwrap();
        prop_assert_eq!(decoded.frame, frame);
        prop_assert_eq!(decoded.crc_form, any.form());
        for length in 0..bytes.len() {
            let cut = dc09::decode_prefix(&bytes[..length], &dc09::DecodeOptions::lenient());
            let kind = cut.unwrap_err().kind;
            let truncated = matches!(kind, dc09::DecodeErrorKind::Truncated { needed } if needed > length);
            prop_assert!(truncated, "{} {:?}", length, kind);
        }
    }

    #[test]
    fn contact_id_data_comes_back(event in any_event()) {
        let mut data = Vec::new();
        dc09::put_contact_id(Account::new("4711").unwrap(), &event, &mut data);
        let frame = Frame {
            token: Token::AdmCid,
            sequence: Sequence::FIRST,
            receiver: None,
            line: Some(Number::ZERO),
            account: None,
            content: Content::Clear(Clear { data: &data, ..Clear::default() }),
        };
        let read = frame.data(&dc09::DecodeOptions::lenient()).unwrap();
        prop_assert_eq!(read.body, dc09::Body::ContactId(event));
        prop_assert_eq!(read.account.unwrap().as_str(), Some("4711"));
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check_any(&bytes);
        feed(&bytes, &[7]);
    }

    #[test]
    fn damaged_reports_and_frames_make_no_reader_panic(
        any in any_frame(),
        event in any_event(),
        changes in any_changes(),
        sizes in prop::collection::vec(1_usize..40, 1..5),
    ) {
        let account = Account::new("4711").unwrap();
        let report = contact_id::Report { account, message_type: MessageType::Standard, event };
        for form in [Form::Bracket, Form::ShortMessage, Form::Angle] {
            let mut bytes = contact_id::encode_to_string(&report, form).unwrap().into_bytes();
            mutate(&mut bytes, &changes);
            check_any(&bytes);
            feed(&[&b"["[..], &bytes].concat(), &sizes);
        }
        let mut bytes = any.bytes();
        mutate(&mut bytes, &changes);
        check_any(&bytes);
        let good = any.bytes();
        feed(&[&good[..], &bytes, &good].concat(), &sizes);
    }

    #[test]
    fn damage_of_a_character_of_a_bracket_report_is_always_noticed(
        event in any_event(),
        at in 1_usize..20,
        byte in 0x21_u8..0x7F,
    ) {
        let event = ContactId { qualifier: Qualifier::EVENT, ..event };
        let account = Account::new("4711").unwrap();
        let report = contact_id::Report { account, message_type: MessageType::Standard, event };
        let mut bytes = contact_id::encode_to_string(&report, Form::Bracket).unwrap().into_bytes();
        let before = bytes[at];
        bytes[at] = byte;
        let read = contact_id::decode_bracket(&bytes, &contact_id::DecodeOptions::strict());
        prop_assert_eq!(read.is_ok(), before == byte);
    }

    #[test]
    fn every_accepted_report_is_answered_once_however_it_is_cut(
        events in prop::collection::vec(any_event(), 1..8),
        sizes in prop::collection::vec(1_usize..40, 1..5),
    ) {
        let account = Account::new("4711").unwrap();
        let mut stream = Vec::new();
        for event in &events {
            let report = contact_id::Report { account, message_type: MessageType::Standard, event: *event };
            contact_id::encode(&report, Form::Bracket, &mut stream).unwrap();
        }
        prop_assert_eq!(feed(&stream, &sizes), (events.len(), events.len()));
    }
}
