//! SIA DC-09 (Climax reference 5.4).

#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;
use std::time::Duration;

use climax_rf::Time;
use climax_rf::dc09::*;

const LENIENT: DecodeOptions = DecodeOptions::lenient();
const STRICT: DecodeOptions = DecodeOptions::strict();

const HELP: &str = "47CC0027\"ADM-CID\"0042L0#4711[#4711|1101 01 005]";
/// The examples of 5.4 without LF and CR.
const EXAMPLES: [&str; 7] = [
    HELP,
    "36DF0027\"SIA-DCS\"0043L0#4711[#4711|Nri1/MA0005]",
    "0CF6003B\"ADM-CID\"0044L0#4711[#4711|1641 00 072]_09:30:00,03-14-2026",
    "F22F0013\"NULL\"0000L0#4711[]",
    "C8F90012\"ACK\"0042L0#4711[]",
    "F1720025\"NAK\"0000R0L0A0[]_09:30:05,03-14-2026",
    "33760012\"DUH\"0043L0#4711[]",
];
const RAW: &str = "0a 47 cc 30 30 32 37 22 41 44 4d 2d 43 49 44 22 30 30 34 32 4c 30 23 34
    37 31 31 5b 23 34 37 31 31 7c 31 31 30 31 20 30 31 20 30 30 35 5d 0d";
const RAW_WITH_CR: &str = "0a 0d 0b 30 30 32 37 22 41 44 4d 2d 43 49 44 22 30 31 30 34 4c 30 23 34
    37 31 31 5b 23 34 37 31 31 7c 31 36 30 32 20 30 30 20 30 30 30 5d 0d";

fn hex(dump: &str) -> Vec<u8> {
    let byte = |text| u8::from_str_radix(text, 16).unwrap();
    dump.split_whitespace().map(byte).collect()
}

fn framed(text: &str) -> Vec<u8> {
    format!("\n{text}\r").into_bytes()
}

/// A frame around any body.
fn around(body: &str, form: CrcForm) -> Vec<u8> {
    let crc = climax_rf::checksum::crc_16_arc(body.as_bytes());
    let mut out = vec![b'\n'];
    match form {
        CrcForm::Raw => out.extend(crc.to_be_bytes()),
        CrcForm::Hexadecimal => out.extend(format!("{crc:04X}").bytes()),
    }
    out.extend(format!("{:04X}{body}\r", body.len()).bytes());
    out
}

fn utc() -> Timestamp {
    Timestamp::new((2026, 3, 14), (9, 30, 5)).unwrap()
}

fn after(seconds: u64) -> Time {
    Time::from(Duration::from_secs(seconds))
}

fn padding() -> Padding {
    Padding::from_random([9; 16])
}

#[test]
fn section_5_4_every_example_is_read_and_written() {
    for text in EXAMPLES {
        let bytes = framed(text);
        let decoded = decode(&bytes, &STRICT).unwrap();
        assert!(decoded.warnings.is_empty());
        assert_eq!(decoded.crc_form, CrcForm::Hexadecimal);
        let mut again = Vec::new();
        encode(&decoded.frame, CrcForm::Hexadecimal, &mut again).unwrap();
        assert_eq!(again, bytes);
    }
}

#[test]
fn section_5_4_the_raw_form_is_read_and_written() {
    for (dump, event) in [(RAW, "1101 01 005"), (RAW_WITH_CR, "1602 00 000")] {
        let bytes = hex(dump);
        assert_eq!(bytes.len(), 47);
        let decoded = decode(&bytes, &STRICT).unwrap();
        assert_eq!(decoded.crc_form, CrcForm::Raw);
        let Body::ContactId(read) = decoded.frame.data(&STRICT).unwrap().body else {
            panic!()
        };
        assert_eq!(read.to_string(), event);
        let mut again = Vec::new();
        encode(&decoded.frame, CrcForm::Raw, &mut again).unwrap();
        assert_eq!(again, bytes);
    }
}

#[test]
fn the_data_of_each_token_is_read() {
    let bytes = framed(EXAMPLES[1]);
    let frame = decode(&bytes, &STRICT).unwrap().frame;
    let data = frame.data(&STRICT).unwrap();
    assert_eq!(
        frame.reporting_account(&data).unwrap().as_str(),
        Some("4711")
    );
    let Body::Sia(sia) = data.body else { panic!() };
    let events: Vec<SiaEvent<'_>> = sia.events().collect();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].code.as_str(), "MA");
    assert_eq!(
        (events[0].area, events[0].number),
        (Some(&b"1"[..]), &b"0005"[..])
    );

    let bytes = framed(EXAMPLES[2]);
    let Content::Clear(clear) = decode(&bytes, &STRICT).unwrap().frame.content else {
        panic!()
    };
    assert_eq!(clear.timestamp.unwrap().to_string(), "2026-03-14T09:30:00Z");

    let bytes = framed(EXAMPLES[3]);
    let data = decode(&bytes, &STRICT)
        .unwrap()
        .frame
        .data(&STRICT)
        .unwrap();
    assert_eq!(data.body, Body::Empty);
}

#[test]
fn an_account_inside_without_hash_and_another_one_is_kept_beside_the_outer() {
    let bytes = around("\"SIA-DCS\"0043L0#4711[9999|Nri1MA0005]", CrcForm::Raw);
    let frame = decode(&bytes, &LENIENT).unwrap().frame;
    let data = frame.data(&LENIENT).unwrap();
    assert_eq!(data.account.unwrap().as_str(), Some("9999"));
    assert_eq!(
        frame.reporting_account(&data).unwrap().as_str(),
        Some("4711")
    );
    assert!(data.warnings.contains(WarningKind::InnerAccountDiffers));
    assert!(data.warnings.contains(WarningKind::InnerAccountWithoutHash));
    assert!(matches!(frame.data(&STRICT), Err(DataError::Deviation(_))));
}

#[test]
fn sia_data_with_several_events_texts_and_separators_is_read() {
    let data = SiaData::new(b"Nti10:23/ri1/BA0001*hall*^anna^/MA2/ri0A/|RP?x/CL").unwrap();
    let events: Vec<SiaEvent<'_>> = data.events().collect();
    let codes: Vec<&str> = events.iter().map(|event| event.code.as_str()).collect();
    assert_eq!(codes, ["BA", "MA", "RP", "CL"]);
    assert_eq!(events[0].time, Some(&b"10:23"[..]));
    assert_eq!(
        (events[0].name, events[0].user),
        (Some(&b"hall"[..]), Some(&b"anna"[..]))
    );
    assert_eq!(
        (events[1].area, events[1].number),
        (Some(&b"1"[..]), &b"2"[..])
    );
    assert_eq!(events[2].area, Some(&b"0A"[..]));
    assert!(data.items().any(|item| item == SiaItem::Unknown(b"?x")));
    let text_first = SiaData::new(b"Nri1^anna^CL501").unwrap();
    assert_eq!(text_first.events().next().unwrap().user, Some(&b"anna"[..]));
    let without_block = SiaData::new(b"MA0005").unwrap();
    assert_eq!(
        (without_block.block(), without_block.events().count()),
        (None, 1)
    );
    let plain = SiaData::new(b"NRP00").unwrap();
    assert_eq!((plain.block(), plain.events().count()), (Some(b'N'), 1));
}

#[test]
fn what_is_met_in_the_field_is_tolerated_and_marked() {
    let cases = [
        (
            "\"ADM-CID\"0042#4711[#4711|1101 01 005]",
            WarningKind::LineMissing,
        ),
        (
            "\"ADM-CID\"0042L0#room-217[|1101 01 005]",
            WarningKind::UnusualAccount,
        ),
        ("\"X-TEST\"0042L0#4711[abc]", WarningKind::UnknownToken),
        (
            "\"ADM-CID\"0000L0#4711[#4711|1101 01 005]",
            WarningKind::UnusualSequence,
        ),
        (
            "\"ADM-CID\"0042L0#4711[]_99:00:00,03-14-2026",
            WarningKind::TimestampInvalid,
        ),
        ("\"ADM-CID\"0042L0#4711[]tail", WarningKind::TrailingData),
        ("\"ADM-CID\"0042La#4711[]", WarningKind::LowerCase),
    ];
    for (body, expected) in cases {
        let bytes = around(body, CrcForm::Hexadecimal);
        let decoded = decode(&bytes, &LENIENT).unwrap();
        assert!(decoded.warnings.contains(expected), "{body}");
        if expected.is_allowed_when_strict() {
            continue;
        }
        let refused = decode(&bytes, &STRICT).unwrap_err().kind;
        assert_eq!(refused, DecodeErrorKind::Deviation(expected), "{body}");
    }
}

#[test]
fn further_data_is_given_block_by_block() {
    let body =
        "\"ADM-CID\"0042L0#4711[#4711|1101 01 005][X015E00.000][Y59N00.000]_09:30:00,03-14-2026";
    let bytes = around(body, CrcForm::Hexadecimal);
    let Content::Clear(clear) = decode(&bytes, &STRICT).unwrap().frame.content else {
        panic!()
    };
    let blocks: Vec<&[u8]> = clear.blocks().collect();
    assert_eq!(blocks, [&b"X015E00.000"[..], b"Y59N00.000"]);
    assert!(clear.timestamp.is_some());
}

#[test]
fn what_is_no_frame_gets_a_typed_error() {
    let kind = |bytes: &[u8]| decode(bytes, &LENIENT).unwrap_err().kind;
    assert_eq!(kind(b"x"), DecodeErrorKind::LineFeedMissing);
    assert_eq!(kind(b"\nxxxxxxxxxxxxxx"), DecodeErrorKind::NoFrame);
    assert_eq!(kind(b"\n00000401\""), DecodeErrorKind::TooLong);
    assert_eq!(
        kind(b"\n47CC0027\"ADM"),
        DecodeErrorKind::Truncated { needed: 49 }
    );
    let mut wrong = framed(HELP);
    wrong[1] = b'5';
    assert_eq!(kind(&wrong), DecodeErrorKind::Crc);
    let mut longer = framed(HELP);
    longer[8] = b'6';
    assert_eq!(kind(&longer), DecodeErrorKind::CarriageReturnMissing);
    let mut trailing = framed(HELP);
    trailing.extend(b"\0\0x");
    assert_eq!(kind(&trailing), DecodeErrorKind::TrailingBytes);
    for (body, expected) in [
        ("\"", DecodeErrorKind::Token),
        ("\"\"0042L0[]", DecodeErrorKind::Token),
        ("\"NULL\"004xL0[]", DecodeErrorKind::Sequence),
        ("\"NULL\"0000L[]", DecodeErrorKind::Number),
        ("\"NULL\"0000L1234567[]", DecodeErrorKind::Number),
        ("\"NULL\"0000L0", DecodeErrorKind::BracketMissing),
        ("\"NULL\"0000L0[", DecodeErrorKind::BracketOpen),
        ("\"*NULL\"0000L0[AB", DecodeErrorKind::EncryptedText),
    ] {
        assert_eq!(
            kind(&around(body, CrcForm::Hexadecimal)),
            expected,
            "{body}"
        );
    }
}

#[test]
fn the_two_forms_of_the_crc_never_fit_the_same_bytes() {
    // The raw form has its quote where the other has a digit of its length.
    for byte in 0..=u8::MAX {
        let mut bytes = *b"\n4700270027\"";
        bytes[7] = byte;
        bytes[9] = b'"';
        let fits_raw = byte == b'"' && bytes[3..7].iter().all(u8::is_ascii_hexdigit);
        let fits_hexadecimal = bytes[5..9].iter().all(u8::is_ascii_hexdigit);
        assert!(!(fits_raw && fits_hexadecimal));
    }
    // A hexadecimal CRC whose characters look like a length in the raw form's place.
    let hexadecimal = framed(EXAMPLES[3]);
    assert_eq!(
        decode(&hexadecimal, &STRICT).unwrap().crc_form,
        CrcForm::Hexadecimal
    );
}

fn scan(segments: &[&[u8]]) -> (Vec<Vec<u8>>, usize, usize) {
    let mut scanner = Scanner::new();
    let (mut frames, mut junk, mut broken) = (Vec::new(), 0, 0);
    for mut segment in segments.iter().copied() {
        while let Some(item) = scanner.next(&mut segment) {
            match item {
                Item::Frame(bytes) => frames.push(bytes.to_vec()),
                Item::Junk(count) => junk += count,
                Item::Broken(_) => broken += 1,
                _ => unreachable!(),
            }
        }
    }
    (frames, junk, broken)
}

#[test]
fn a_stream_split_at_every_byte_gives_the_same_frames() {
    let mut stream = b"junk".to_vec();
    for text in EXAMPLES {
        stream.extend(framed(text));
        stream.extend(b"\0\0");
    }
    stream.extend(hex(RAW));
    stream.extend(hex(RAW_WITH_CR));
    stream.extend(b"\n\n");
    stream.extend(around("\"NULL\"0000L0#4711[]", CrcForm::Raw));
    let whole = scan(&[&stream]);
    assert_eq!((whole.0.len(), whole.2), (10, 0));
    assert_eq!(whole.1, 6, "zero bytes do not count");
    for at in 0..=stream.len() {
        let (first, second) = stream.split_at(at);
        assert_eq!(scan(&[first, second]), whole, "{at}");
    }
    let single: Vec<&[u8]> = stream.chunks(1).collect();
    assert_eq!(scan(&single), whole);
}

#[test]
fn a_raw_crc_of_any_two_bytes_is_no_end_and_no_beginning() {
    // Link tests, each with a line number of its own, until the CRCs looked for have come.
    let mut wanted = std::collections::BTreeSet::from([*b"\n\r", *b"\r\n", *b"\n\n", *b"\r\r"]);
    for number in 0..0x100_0000_u32 {
        if wanted.is_empty() {
            break;
        }
        let bytes = around(&format!("\"NULL\"0000L{number:06X}[]"), CrcForm::Raw);
        wanted.remove(&[bytes[1], bytes[2]]);
        if bytes[1..3]
            .iter()
            .any(|byte| matches!(byte, b'\n' | b'\r' | b'"' | 0))
        {
            assert_eq!(scan(&[&bytes]).0, std::slice::from_ref(&bytes));
            let (first, second) = bytes.split_at(2);
            assert_eq!(scan(&[first, second]).0, std::slice::from_ref(&bytes));
        }
    }
    assert!(wanted.is_empty());
}

#[test]
fn a_wrong_length_does_not_hide_the_frame_behind_it() {
    let mut longer = framed(HELP);
    longer[8] = b'9';
    let stream = [longer, framed(EXAMPLES[1]), framed(EXAMPLES[3])].concat();
    let (frames, _, broken) = scan(&[&stream]);
    assert_eq!((frames.len(), broken), (2, 1));
    assert_eq!(scan(&[b"\n0000FFFF\"", &framed(HELP)]).0.len(), 1);
}

type Seen = (Vec<(FrameId, Message)>, Vec<Event>);

fn events(station: &mut Station) -> Seen {
    let mut seen = Seen::default();
    while let Some(event) = station.poll_event() {
        match event {
            Event::Frame { token, message, .. } => seen.0.push((token, message)),
            other => seen.1.push(other),
        }
    }
    seen
}

fn answer(station: &mut Station) -> Option<String> {
    let answer = station.poll_transmit()?.bytes;
    Some(
        answer[1..answer.len() - 1]
            .escape_ascii()
            .to_string()
            .replace("\\\"", "\""),
    )
}

#[test]
fn a_station_answers_in_kind_and_not_before_it_was_accepted() {
    let mut station = Station::new(Settings::default());
    for (bytes, expected) in [
        (framed(HELP), "C8F90012\"ACK\"0042L0#4711[]"),
        (hex(RAW_WITH_CR), "\"ACK\"0104L0#4711[]"),
        (framed(EXAMPLES[3]), "\"ACK\"0000L0#4711[]"),
        (
            around("\"SIA-DCS\"0007R1La#x y[|NMA1]", CrcForm::Raw),
            "\"ACK\"0007R1La#x y[]",
        ),
    ] {
        station.handle_bytes(Time::ZERO, utc(), &bytes, &AllClear);
        assert_eq!(answer(&mut station), None);
        let [(token, message)] = &events(&mut station).0[..] else {
            panic!()
        };
        assert_eq!(message.as_bytes(), bytes);
        station
            .accept(Time::ZERO, utc(), *token, padding())
            .unwrap();
        let sent = station.poll_transmit().unwrap();
        let form = decode(&bytes, &LENIENT).unwrap().crc_form;
        assert_eq!(decode(&sent.bytes, &LENIENT).unwrap().crc_form, form);
        let text = String::from_utf8_lossy(&sent.bytes).into_owned();
        assert!(text.trim_end().ends_with(expected), "{text}");
        assert_eq!(answer(&mut station), None);
    }
}

#[test]
fn refusals_are_nak_with_the_time_duh_with_the_number_or_silence() {
    let mut station = Station::new(Settings::default());
    for (refusal, expected) in [
        (Refusal::Silence, None),
        (Refusal::Nak, Some(EXAMPLES[5])),
        (Refusal::Duh, Some(EXAMPLES[6])),
    ] {
        station.handle_bytes(Time::ZERO, utc(), &framed(EXAMPLES[1]), &AllClear);
        let (frames, _) = events(&mut station);
        let token = frames[0].0;
        station
            .refuse(Time::ZERO, utc(), token, refusal, padding())
            .unwrap();
        assert_eq!(answer(&mut station).as_deref(), expected);
        let late = station.accept(Time::ZERO, utc(), token, padding());
        assert!(late.is_err());
    }
}

#[test]
fn section_5_4_a_bad_crc_or_length_gets_silence_or_nak_by_setting() {
    let mut wrong = framed(HELP);
    wrong[20] ^= 1;
    let mut longer = framed(HELP);
    longer[8] = b'6';
    for (unreadable, expected) in [
        (Unaccepted::Silence, None),
        (Unaccepted::Nak, Some(EXAMPLES[5])),
    ] {
        for bytes in [&wrong, &longer] {
            let mut settings = Settings::default();
            settings.unreadable = unreadable;
            let mut station = Station::new(settings);
            station.handle_bytes(Time::ZERO, utc(), bytes, &AllClear);
            assert_eq!(answer(&mut station).as_deref(), expected);
            let (frames, others) = events(&mut station);
            assert!(frames.is_empty());
            assert!(matches!(
                others[0],
                Event::Refused {
                    reason: Reason::Unreadable(_),
                    ..
                }
            ));
        }
    }
}

#[test]
fn the_time_of_a_clear_frame_counts_when_the_settings_say_so() {
    let frame = framed(EXAMPLES[2]);
    let at = |seconds: i64| Timestamp::from_unix_seconds(1_773_480_600 + seconds).unwrap();
    let mut settings = Settings::default();
    let mut window = Window::STANDARD;
    window.also_clear = true;
    settings.window = Some(window);
    for (away, taken) in [
        (0, true),
        (40, true),
        (41, false),
        (-20, true),
        (-21, false),
    ] {
        let mut station = Station::new(settings);
        station.handle_bytes(Time::ZERO, at(away), &frame, &AllClear);
        assert_eq!(events(&mut station).0.len(), usize::from(taken), "{away}");
        let nak = answer(&mut station).is_some_and(|text| text.contains("\"NAK\"0000R0L0A0[]_"));
        assert_eq!(nak, !taken);
    }
    let mut station = Station::new(Settings::default());
    station.handle_bytes(Time::ZERO, at(4000), &frame, &AllClear);
    assert_eq!(events(&mut station).0.len(), 1, "off by default");
}

#[test]
fn a_frame_that_comes_again_is_answered_as_before_and_marked() {
    let mut station = Station::new(Settings::default());
    let send = |station: &mut Station, seconds| {
        station.handle_bytes(after(seconds), utc(), &framed(HELP), &AllClear);
        events(station)
    };
    let token = send(&mut station, 0).0[0].0;
    let (frames, others) = send(&mut station, 1);
    assert!(frames.is_empty() && answer(&mut station).is_none());
    assert!(matches!(
        others[0],
        Event::Repeated {
            answered: false,
            ..
        }
    ));
    station.accept(after(2), utc(), token, padding()).unwrap();
    assert_eq!(answer(&mut station).as_deref(), Some(EXAMPLES[4]));
    let (frames, others) = send(&mut station, 60);
    assert!(frames.is_empty());
    assert!(matches!(others[0], Event::Repeated { first, answered: true, .. } if first == token));
    assert_eq!(answer(&mut station).as_deref(), Some(EXAMPLES[4]));
    let (frames, _) = send(&mut station, 62);
    assert_eq!(frames.len(), 1, "the window is over");
}

#[test]
fn a_frame_that_was_refused_or_not_decided_is_no_repeat_when_it_comes_again() {
    let mut station = Station::new(Settings::default());
    station.handle_bytes(after(0), utc(), &framed(HELP), &AllClear);
    let token = events(&mut station).0[0].0;
    station
        .refuse(after(1), utc(), token, Refusal::Silence, padding())
        .unwrap();
    station.handle_bytes(after(2), utc(), &framed(HELP), &AllClear);
    let token = events(&mut station).0[0].0;
    station.handle_timeout(after(30));
    assert_eq!(events(&mut station).1, [Event::Undecided(token)]);
    station.handle_bytes(after(31), utc(), &framed(HELP), &AllClear);
    assert_eq!(events(&mut station).0.len(), 1);
}

#[test]
fn every_link_test_is_handed_out() {
    let mut station = Station::new(Settings::default());
    for minute in 0..3 {
        let now = after(10 * minute);
        station.handle_bytes(now, utc(), &framed(EXAMPLES[3]), &AllClear);
        let token = events(&mut station).0[0].0;
        station.accept(now, utc(), token, padding()).unwrap();
        assert!(answer(&mut station).is_some());
    }
}

#[test]
fn answers_that_come_to_a_station_are_refused_in_silence() {
    let mut station = Station::new(Settings::default());
    for text in &EXAMPLES[4..] {
        station.handle_bytes(Time::ZERO, utc(), &framed(text), &AllClear);
    }
    let (frames, others) = events(&mut station);
    assert!(frames.is_empty() && answer(&mut station).is_none());
    let answers = |event: &&Event| {
        matches!(
            event,
            Event::Refused {
                reason: Reason::Answer,
                ..
            }
        )
    };
    assert_eq!(others.iter().filter(answers).count(), 3);
}

#[test]
fn datagrams_are_answered_to_their_sender() {
    let mut station = Station::new(Settings::default());
    let first: SocketAddr = "192.0.2.1:4000".parse().unwrap();
    let second: SocketAddr = "192.0.2.2:4000".parse().unwrap();
    let mut padded = framed(EXAMPLES[1]);
    padded.extend([0; 5]);
    station.handle_datagram(Time::ZERO, utc(), first, &framed(HELP), &AllClear);
    station.handle_datagram(Time::ZERO, utc(), second, &padded, &AllClear);
    station.handle_datagram(Time::ZERO, utc(), second, b"\n47CC0027\"AD", &AllClear);
    let (frames, others) = events(&mut station);
    assert!(matches!(others[0], Event::Refused { from: Some(from), .. } if from == second));
    for ((token, _), to) in frames.into_iter().zip([first, second]) {
        station.accept(Time::ZERO, utc(), token, padding()).unwrap();
        assert_eq!(station.poll_transmit().unwrap().to, Some(to));
    }
}

#[test]
fn memory_is_bounded_when_nobody_decides_or_polls() {
    let mut settings = Settings::default();
    settings.pending = 4;
    let mut station = Station::new(settings);
    for number in 1..5000 {
        let bytes = around(
            &format!("\"ADM-CID\"{number:04}L0#4711[#4711|1101 01 005]"),
            CrcForm::Raw,
        );
        station.handle_bytes(Time::ZERO, utc(), &bytes, &AllClear);
        station.handle_bytes(Time::ZERO, utc(), b"\nx\nx\n00000002\"", &AllClear);
    }
    assert_eq!(station.pending(), 4);
    let (frames, others) = events(&mut station);
    assert_eq!(frames.len(), 4);
    assert!(others.len() <= 4 + 128 && station.lost_events() > 0);
}

fn panel_and_station() -> (Panel, Station) {
    let mut settings = PanelSettings::new("4711").unwrap();
    settings.link_test = Some(Duration::from_secs(180));
    settings.with_time = true;
    (Panel::new(settings), Station::new(Settings::default()))
}

fn contact_id() -> Outgoing {
    let bytes = framed(HELP);
    let data = decode(&bytes, &STRICT)
        .unwrap()
        .frame
        .data(&STRICT)
        .unwrap();
    let Body::ContactId(event) = data.body else {
        panic!()
    };
    Outgoing::ContactId(event)
}

#[test]
fn a_panel_and_a_station_understand_each_other() {
    let (panel, mut station) = panel_and_station();
    let mut panel = panel.beginning_with(Sequence::new(9999).unwrap());
    let ids = [
        panel.send(contact_id()).unwrap(),
        panel.send(Outgoing::Sia(b"Nri1/MA0005".to_vec())).unwrap(),
        panel.send(Outgoing::LinkTest).unwrap(),
    ];
    for (id, number) in ids.into_iter().zip([9999, 1, 0]) {
        let frame = panel.poll_transmit(Time::ZERO, utc(), padding()).unwrap();
        assert_eq!(
            decode(&frame, &STRICT).unwrap().frame.sequence.get(),
            number
        );
        station.handle_bytes(Time::ZERO, utc(), &frame, &AllClear);
        let token = events(&mut station).0[0].0;
        station.accept(Time::ZERO, utc(), token, padding()).unwrap();
        let answer = station.poll_transmit().unwrap().bytes;
        panel.handle_bytes(Time::ZERO, utc(), &answer);
        assert_eq!(panel.poll_event(), Some(PanelEvent::Delivered(id)));
    }
}

#[test]
fn a_panel_repeats_with_the_same_number_and_gives_up() {
    let (mut panel, _) = panel_and_station();
    let id = panel.send(contact_id()).unwrap();
    for attempt in 0..3 {
        let frame = panel
            .poll_transmit(after(10 * attempt), utc(), padding())
            .unwrap();
        assert_eq!(
            decode(&frame, &STRICT).unwrap().frame.sequence,
            Sequence::FIRST
        );
        panel.handle_bytes(after(10 * attempt), utc(), &framed(EXAMPLES[4]));
        assert_eq!(
            panel.poll_event(),
            Some(PanelEvent::Unexpected),
            "another number"
        );
        panel.handle_timeout(after(10 * attempt + 10));
    }
    let failed = PanelEvent::Failed(id, Failure::NoAnswer);
    assert_eq!(panel.poll_event(), Some(failed));
}

#[test]
fn a_panel_sets_its_clock_by_a_nak_and_gives_up_at_duh() {
    let (mut panel, _) = panel_and_station();
    let id = panel.send(contact_id()).unwrap();
    let slow = Timestamp::new((2026, 3, 14), (8, 30, 5)).unwrap();
    panel.poll_transmit(Time::ZERO, slow, padding()).unwrap();
    panel.handle_bytes(Time::ZERO, slow, &framed(EXAMPLES[5]));
    assert_eq!(panel.poll_event(), Some(PanelEvent::ClockSet(3600)));
    let again = panel.poll_transmit(Time::ZERO, slow, padding()).unwrap();
    let Content::Clear(clear) = decode(&again, &STRICT).unwrap().frame.content else {
        panic!()
    };
    assert_eq!(clear.timestamp, Some(utc()));
    panel.handle_bytes(
        Time::ZERO,
        slow,
        &around("\"DUH\"0001L0#4711[]", CrcForm::Raw),
    );
    assert_eq!(
        panel.poll_event(),
        Some(PanelEvent::Failed(id, Failure::Duh))
    );
}

#[test]
fn a_panel_tests_its_line_when_it_has_been_quiet() {
    let (mut panel, _) = panel_and_station();
    assert_eq!(panel.poll_timeout(), Some(after(180)));
    panel.handle_timeout(after(180));
    let frame = panel.poll_transmit(after(180), utc(), padding()).unwrap();
    assert_eq!(decode(&frame, &LENIENT).unwrap().frame.token, Token::Null);
    panel.handle_bytes(
        after(181),
        utc(),
        &around("\"ACK\"0000L0#4711[]", CrcForm::Raw),
    );
    assert!(matches!(panel.poll_event(), Some(PanelEvent::Delivered(_))));
    assert_eq!(panel.poll_timeout(), Some(after(360)));
}

#[test]
fn what_cannot_be_written_is_refused_and_nothing_is_written() {
    let bytes = framed(HELP);
    let good = decode(&bytes, &STRICT).unwrap().frame;
    let clear = |data, extended| {
        Content::Clear(Clear {
            data,
            extended,
            timestamp: None,
        })
    };
    let long = vec![b'x'; 1024];
    for (frame, expected) in [
        (Frame { line: None, ..good }, EncodeError::LineMissing),
        (
            Frame {
                token: Token::Other(b"a\"b"),
                ..good
            },
            EncodeError::Token,
        ),
        (
            Frame {
                token: Token::Other(b"*x"),
                ..good
            },
            EncodeError::Token,
        ),
        (
            Frame {
                token: Token::Other(b"ACK"),
                ..good
            },
            EncodeError::Token,
        ),
        (
            Frame {
                content: clear(b"a]b", b""),
                ..good
            },
            EncodeError::Data,
        ),
        (
            Frame {
                content: clear(b"", b"[X"),
                ..good
            },
            EncodeError::Data,
        ),
        (
            Frame {
                content: clear(b"", b"x"),
                ..good
            },
            EncodeError::Data,
        ),
        (
            Frame {
                content: clear(&long, b""),
                ..good
            },
            EncodeError::TooLong,
        ),
        (
            Frame {
                content: Content::Encrypted(b"AB"),
                ..good
            },
            EncodeError::EncryptedText,
        ),
    ] {
        let mut out = b"before".to_vec();
        assert_eq!(encode(&frame, CrcForm::Raw, &mut out), Err(expected));
        assert_eq!(out, b"before");
    }
}
