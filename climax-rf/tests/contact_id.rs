//! Contact ID in its text forms (Climax reference 5.2 and 5.3).

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use climax_rf::Time;
use climax_rf::contact_id::*;

const LENIENT: DecodeOptions = DecodeOptions::lenient();
const STRICT: DecodeOptions = DecodeOptions::strict();

/// The examples of 5.2: message, account, event.
const EXAMPLES: [(&str, &str, &str); 6] = [
    ("[4711 18110101005FF0F]", "4711", "1101 01 005"),
    ("[4711 183101010051111]", "4711", "3101 01 005"),
    ("[4711 181641000724A1B]", "4711", "1641 00 072"),
    ("[4711 18160200000240F]", "4711", "1602 00 000"),
    ("[C0FFEE 1811200000304C9]", "C0FFEE", "1120 00 003"),
    ("[room-217 1817320201412D1]", "room-217", "1732 02 014"),
];

fn warnings(message: &str) -> Vec<WarningKind> {
    let decoded = decode_bracket(message.as_bytes(), &LENIENT).unwrap();
    decoded
        .warnings
        .iter()
        .map(|warning| warning.kind)
        .collect()
}

fn refusal(message: &str, options: &DecodeOptions) -> DecodeErrorKind {
    decode_bracket(message.as_bytes(), options)
        .unwrap_err()
        .kind
}

#[test]
fn section_5_2_every_example_is_read_and_written() {
    for (message, account, event) in EXAMPLES {
        let decoded = decode_bracket(message.as_bytes(), &STRICT).unwrap();
        assert_eq!(decoded.report.account.as_str(), Some(account));
        assert_eq!(decoded.report.event.to_string(), event);
        assert!(decoded.checksum.is_right() && decoded.warnings.is_empty());
        let again = encode_to_string(&decoded.report, Form::Bracket).unwrap();
        assert_eq!(again, message);
        assert_eq!(encoded_len(&decoded.report, Form::Bracket), message.len());
    }
}

#[test]
fn section_5_3_the_short_message_and_both_angle_examples_are_read_and_written() {
    let sms = decode_sms(b"4711 18 1101 01 005 C86F", &STRICT).unwrap();
    assert_eq!(sms.report.event.to_string(), "1101 01 005");
    let written = encode_to_string(&sms.report, Form::ShortMessage).unwrap();
    assert_eq!(written, "4711 18 1101 01 005 C86F");

    let angle = decode_angle(b"<4711 18 1101 01 005 4>", &STRICT).unwrap();
    assert!(angle.checksum.is_right());
    let written = encode_to_string(&angle.report, Form::Angle).unwrap();
    assert_eq!(written, "<4711 18 1101 01 005 4>");

    let bare = decode_angle(b"4711 18 3401 00 001 9", &LENIENT).unwrap();
    assert!(bare.checksum.is_right());
    assert!(bare.warnings.contains(WarningKind::DelimitersMissing));
    assert_eq!(bare.report.event.to_string(), "3401 00 001");
}

#[test]
fn section_5_2_a_wrong_checksum_is_refused_unless_the_options_take_it_marked() {
    let wrong = "[4711 18110101005FF10]";
    assert_eq!(refusal(wrong, &LENIENT), DecodeErrorKind::ChecksumWrong);
    let options = LENIENT.accepting_wrong_checksum();
    let decoded = decode_bracket(wrong.as_bytes(), &options).unwrap();
    assert!(decoded.warnings.contains(WarningKind::ChecksumWrong));
    assert!(!decoded.checksum.is_right());
    let strict = STRICT.accepting_wrong_checksum();
    assert_eq!(refusal(wrong, &strict), DecodeErrorKind::ChecksumWrong);
}

#[test]
fn section_5_2_a_missing_or_short_checksum_is_tolerated_and_strictly_refused() {
    assert_eq!(
        warnings("[4711 18110101005]"),
        [WarningKind::ChecksumMissing]
    );
    assert_eq!(
        warnings("[4711 18110101005FF]"),
        [WarningKind::ChecksumShort]
    );
    for message in ["[4711 18110101005]", "[4711 18110101005FF]"] {
        assert!(matches!(
            refusal(message, &STRICT),
            DecodeErrorKind::Deviation(_)
        ));
    }
}

#[test]
fn section_5_2_extra_spaces_are_tolerated_and_are_part_of_the_sum() {
    let sum = climax_rf::checksum::fletcher_256(b"4711   18110101005");
    let message = format!("[4711   18110101005{sum:04X}]");
    assert_eq!(warnings(&message), [WarningKind::Spaces]);
    let deviation = DecodeErrorKind::Deviation(WarningKind::Spaces);
    assert_eq!(refusal(&message, &STRICT), deviation);
}

#[test]
fn section_5_2_letters_among_the_digits_are_kept_but_a_reads_as_0() {
    let message = |event: &str| {
        let sum = climax_rf::checksum::fletcher_256(format!("4711 {event}").as_bytes());
        format!("[4711 {event}{sum:04X}]")
    };
    let kept = message("1811BF01005");
    assert!(warnings(&kept).is_empty());
    let text = message("18110A01005");
    assert_eq!(warnings(&text), [WarningKind::LetterA]);
    let decoded = decode_bracket(text.as_bytes(), &STRICT).unwrap();
    assert_eq!(decoded.report.event.code, EventCode::new(100).unwrap());
    assert_eq!(
        warnings(&message("98110101005")),
        [WarningKind::AlternativeMessageType]
    );
    assert_eq!(
        warnings(&message("18210101005")),
        [WarningKind::UnusualQualifier]
    );
    let lower = message("18110101005").to_lowercase();
    assert_eq!(warnings(&lower), [WarningKind::LowerCase]);
    assert_eq!(
        refusal(&message("17110101005"), &LENIENT),
        DecodeErrorKind::MessageType
    );
    assert_eq!(
        refusal(&message("1811G101005"), &LENIENT),
        DecodeErrorKind::InvalidDigit
    );
}

#[test]
fn what_is_no_report_gets_a_typed_error_with_its_place() {
    let kind = |text: &str| refusal(text, &LENIENT);
    assert_eq!(kind(""), DecodeErrorKind::DelimitersMissing);
    assert_eq!(kind("[]"), DecodeErrorKind::AccountMissing);
    assert_eq!(kind("[4711]"), DecodeErrorKind::AccountMissing);
    assert_eq!(kind("[4711 18]"), DecodeErrorKind::Truncated);
    assert_eq!(kind("[4711 181101010]"), DecodeErrorKind::Truncated);
    assert_eq!(
        kind("[4711 18110101005FF0F0]"),
        DecodeErrorKind::InvalidDigit
    );
    assert_eq!(
        kind(&format!("[{} 18110101005]", "7".repeat(128))),
        DecodeErrorKind::TooLong
    );
    let error = decode_bracket(b"[4711 1811x101005FF0F]", &LENIENT).unwrap_err();
    assert_eq!(error.offset, 9);
}

#[test]
fn an_account_that_is_no_text_is_kept_byte_for_byte() {
    let mut message = b"[v\xE5rd 18110101005".to_vec();
    let sum = climax_rf::checksum::fletcher_256(&message[1..]);
    message.extend_from_slice(format!("{sum:04X}]").as_bytes());
    let decoded = decode_bracket(&message, &LENIENT).unwrap();
    assert_eq!(decoded.report.account.as_bytes(), b"v\xE5rd");
    assert!(decoded.warnings.contains(WarningKind::UnusualAccount));
    assert_eq!(
        encode_to_string(&decoded.report, Form::Bracket),
        Err(EncodeError::Account)
    );
}

fn scan(segments: &[&[u8]]) -> (Vec<Vec<u8>>, usize) {
    let mut scanner = Scanner::new();
    let (mut messages, mut junk) = (Vec::new(), 0);
    for mut segment in segments.iter().copied() {
        while let Some(item) = scanner.next(&mut segment) {
            match item {
                Item::Message(bytes) => messages.push(bytes.to_vec()),
                Item::Junk(count) | Item::TooLong(count) => junk += count,
                _ => unreachable!(),
            }
        }
        assert!(segment.is_empty());
    }
    (messages, junk + scanner.held())
}

#[test]
fn section_5_2_a_stream_split_at_every_byte_gives_the_same_messages() {
    let stream = b"\r\n[4711 18110101005FF0F]x[4711 183101010051111][47[4711 18160200000240F]]";
    let whole = scan(&[stream]);
    assert_eq!(whole.0.len(), 3);
    let bytes: usize = whole.0.iter().map(Vec::len).sum();
    assert_eq!(bytes + whole.1, stream.len(), "every byte is counted");
    for at in 0..=stream.len() {
        let (first, second) = stream.split_at(at);
        assert_eq!(scan(&[first, second]), whole, "{at}");
    }
    let single: Vec<&[u8]> = stream.chunks(1).collect();
    assert_eq!(scan(&single), whole);
}

#[test]
fn section_5_2_the_limit_between_brackets_is_128_bytes() {
    for (length, expected) in [(128, 1), (129, 0)] {
        let message = [b"[".to_vec(), vec![b'7'; length], b"]".to_vec()].concat();
        assert_eq!(scan(&[&message]).0.len(), expected);
        let (first, second) = message.split_at(60);
        assert_eq!(scan(&[first, second]).0.len(), expected);
        let more = [message, EXAMPLES[0].0.as_bytes().to_vec()].concat();
        assert_eq!(
            scan(&[&more]).0.len(),
            expected + 1,
            "the next one is found"
        );
    }
}

fn reports(station: &mut Station) -> Vec<Token> {
    let events = std::iter::from_fn(|| station.poll_event());
    events
        .filter_map(|event| match event {
            Event::Report { token, .. } => Some(token),
            _ => None,
        })
        .collect()
}

fn answers(station: &mut Station) -> usize {
    std::iter::from_fn(|| station.poll_transmit())
        .inspect(|bytes| assert_eq!(*bytes, [0x06]))
        .count()
}

fn after(seconds: u64) -> Time {
    Time::from(Duration::from_secs(seconds))
}

#[test]
fn a_station_does_not_answer_before_the_application_has_accepted() {
    let mut station = Station::new(Settings::default());
    station.handle_bytes(Time::ZERO, EXAMPLES[0].0.as_bytes());
    station.handle_timeout(after(19));
    assert_eq!(answers(&mut station), 0);
    let [token] = reports(&mut station)[..] else {
        panic!()
    };
    station.accept(after(19), token).unwrap();
    assert_eq!(answers(&mut station), 1);
    assert!(station.accept(after(19), token).is_err());
}

#[test]
fn several_reports_in_a_segment_are_answered_in_their_order() {
    let mut station = Station::new(Settings::default());
    let segment: String = EXAMPLES.iter().map(|(message, ..)| *message).collect();
    station.handle_bytes(Time::ZERO, segment.as_bytes());
    let tokens = reports(&mut station);
    assert_eq!(tokens.len(), 6);
    for &token in tokens[1..].iter().rev() {
        station.accept(Time::ZERO, token).unwrap();
        assert_eq!(answers(&mut station), 0, "the first is not decided");
    }
    station.accept(Time::ZERO, tokens[0]).unwrap();
    assert_eq!(answers(&mut station), 6);
}

#[test]
fn no_answer_passes_for_that_of_a_report_which_got_none() {
    let mut station = Station::new(Settings::default());
    let pair = [EXAMPLES[0].0, EXAMPLES[1].0].concat();
    station.handle_bytes(Time::ZERO, pair.as_bytes());
    let tokens = reports(&mut station);
    station.accept(Time::ZERO, tokens[1]).unwrap();
    station.refuse(Time::ZERO, tokens[0]).unwrap();
    assert_eq!(answers(&mut station), 0);
    assert_eq!(station.poll_event(), Some(Event::Withheld(tokens[1])));
    // The panel repeats both, one after the other.
    for message in [EXAMPLES[0].0, EXAMPLES[1].0] {
        station.handle_bytes(after(5), message.as_bytes());
        let [token] = reports(&mut station)[..] else {
            panic!()
        };
        station.accept(after(5), token).unwrap();
        assert_eq!(answers(&mut station), 1);
    }
}

#[test]
fn section_12_a_bad_checksum_is_not_answered_and_the_next_message_is() {
    let mut station = Station::new(Settings::default());
    station.handle_bytes(Time::ZERO, b"[4711 18110101005FF10]");
    assert!(matches!(
        station.poll_event(),
        Some(Event::Refused { error, .. }) if error.kind == DecodeErrorKind::ChecksumWrong
    ));
    assert_eq!((answers(&mut station), station.pending()), (0, 0));
    station.handle_bytes(Time::ZERO, EXAMPLES[0].0.as_bytes());
    let [token] = reports(&mut station)[..] else {
        panic!()
    };
    station.accept(Time::ZERO, token).unwrap();
    assert_eq!(answers(&mut station), 1);
}

#[test]
fn a_report_that_is_not_decided_in_time_stays_without_an_answer() {
    let mut station = Station::new(Settings::default());
    station.handle_bytes(Time::ZERO, EXAMPLES[0].0.as_bytes());
    let [token] = reports(&mut station)[..] else {
        panic!()
    };
    assert_eq!(station.poll_timeout(), Some(after(20)));
    station.handle_timeout(after(20));
    assert_eq!(station.poll_event(), Some(Event::Undecided(token)));
    assert!(station.accept(after(20), token).is_err());
    assert_eq!(answers(&mut station), 0);
}

#[test]
fn a_message_that_does_not_end_is_given_up() {
    let mut station = Station::new(Settings::default());
    station.handle_bytes(Time::ZERO, b"[4711 18");
    assert_eq!(station.poll_timeout(), Some(after(10)));
    station.handle_timeout(after(10));
    assert_eq!(station.poll_event(), Some(Event::Junk(8)));
    assert_eq!(station.poll_timeout(), None);
    // One that begins later has its own time.
    station.handle_bytes(after(20), b"[4711 18");
    station.handle_bytes(after(29), b"110101005FF0F][47");
    assert_eq!(reports(&mut station).len(), 1);
    station.handle_timeout(after(38));
    assert_eq!(station.poll_event(), None);
}

#[test]
fn more_reports_than_the_settings_allow_are_not_answered_and_memory_stays_bounded() {
    let mut settings = Settings::default();
    settings.pending = 2;
    let mut station = Station::new(settings);
    for _ in 0..10_000 {
        station.handle_bytes(Time::ZERO, b"[4711 18110101005FF0F]?[bad]");
    }
    let events: Vec<Event> = std::iter::from_fn(|| station.poll_event()).collect();
    assert!(events.len() <= 2 + 128, "{}", events.len());
    assert!(station.lost_events() > 0);
    let reports = events
        .iter()
        .filter(|event| matches!(event, Event::Report { .. }));
    assert_eq!((reports.count(), station.pending()), (2, 2));
}

#[test]
fn a_panel_repeats_until_it_is_answered_and_an_echo_is_no_answer() {
    let mut panel = Panel::new(PanelSettings::default());
    let decoded = decode_bracket(EXAMPLES[0].0.as_bytes(), &STRICT).unwrap();
    let id = panel.send(&decoded.report).unwrap();
    for attempt in 0..2 {
        let now = after(10 * attempt);
        panel.handle_timeout(now);
        assert_eq!(panel.poll_transmit(now).unwrap().as_bytes(), decoded.raw);
        assert_eq!(panel.poll_transmit(now), None);
        panel.handle_bytes(now, EXAMPLES[0].0.as_bytes());
        assert_eq!(panel.poll_event(), Some(PanelEvent::Unexpected(22)));
    }
    panel.handle_bytes(after(11), &[0x06]);
    assert_eq!(panel.poll_event(), Some(PanelEvent::Delivered(id)));
    assert_eq!(panel.queued(), 0);
}

#[test]
fn a_panel_gives_up_after_its_attempts() {
    let mut panel = Panel::new(PanelSettings::default());
    let decoded = decode_bracket(EXAMPLES[0].0.as_bytes(), &STRICT).unwrap();
    let id = panel.send(&decoded.report).unwrap();
    for attempt in 0..3 {
        assert!(panel.poll_transmit(after(10 * attempt)).is_some());
        panel.handle_timeout(after(10 * attempt + 10));
    }
    assert_eq!(panel.poll_event(), Some(PanelEvent::Failed(id)));
    assert!(panel.poll_transmit(after(40)).is_none());
}

#[test]
fn the_account_is_not_in_debug() {
    let mut station = Station::new(Settings::default());
    station.handle_bytes(
        Time::ZERO,
        b"[40211870 18110101005][40211870 18110101005FFFF]",
    );
    let (first, second) = (station.poll_event(), station.poll_event());
    let decoded = decode_bracket(b"[40211870 18110101005]", &LENIENT).unwrap();
    let shown = format!("{station:?} {first:?} {second:?} {decoded:?}");
    assert!(
        !shown.contains("40211870") && !shown.contains("52, 48, 50"),
        "{shown}"
    );
}
