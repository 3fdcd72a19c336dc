//! SIA DC-09 stations and panels (Climax reference 5.4 and 5.6).

#![allow(clippy::unwrap_used)]

mod dc09_support;

use std::net::SocketAddr;
use std::time::Duration;

use climax_rf::Time;
use climax_rf::dc09::*;
use dc09_support::*;

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
fn a_panel_that_does_not_wait_leaves_room_for_the_others() {
    let mut station = Station::new(Settings::default());
    let hasty: SocketAddr = "192.0.2.1:4000".parse().unwrap();
    let patient: SocketAddr = "192.0.2.2:4000".parse().unwrap();
    for number in 1..200 {
        let body = format!("\"ADM-CID\"{number:04}L0#4711[#4711|1101 01 005]");
        let bytes = around(&body, CrcForm::Hexadecimal);
        station.handle_datagram(Time::ZERO, utc(), hasty, &bytes, &AllClear);
    }
    assert_eq!(station.pending(), 16);
    let (frames, _) = events(&mut station);
    let other = around(
        "\"ADM-CID\"0001L0#4712[#4712|1101 01 005]",
        CrcForm::Hexadecimal,
    );
    station.handle_datagram(Time::ZERO, utc(), patient, &other, &AllClear);
    assert_eq!(events(&mut station).0.len(), 1);
    // What is decided makes room again.
    let token = frames[0].0;
    station.accept(Time::ZERO, utc(), token, padding()).unwrap();
    let next = around(
        "\"ADM-CID\"0300L0#4711[#4711|1101 01 005]",
        CrcForm::Hexadecimal,
    );
    station.handle_datagram(Time::ZERO, utc(), hasty, &next, &AllClear);
    assert_eq!(events(&mut station).0.len(), 1);
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
fn a_frame_that_does_not_end_is_given_up() {
    let mut station = Station::new(Settings::default());
    let frame = framed(HELP);
    station.handle_bytes(after(0), utc(), &frame[..20], &AllClear);
    assert_eq!(station.poll_timeout(), Some(after(10)));
    station.handle_timeout(after(10));
    assert_eq!(events(&mut station).1, [Event::Junk(20)]);
    assert_eq!(station.poll_timeout(), None);
    // One that begins later has its own time.
    station.handle_bytes(after(20), utc(), &frame[..20], &AllClear);
    let rest = [&frame[20..], &frame[..20]].concat();
    station.handle_bytes(after(29), utc(), &rest, &AllClear);
    assert_eq!(events(&mut station).0.len(), 1);
    station.handle_timeout(after(38));
    station.handle_bytes(after(38), utc(), &frame[20..], &AllClear);
    assert!(matches!(
        events(&mut station).1[..],
        [Event::Repeated { .. }]
    ));
}

#[test]
fn neither_account_nor_names_are_in_debug() {
    let mut station = Station::new(Settings::default());
    let body = "\"SIA-DCS\"0042L0#40211870[#40211870|Nri1/MA0005*Anna*^Berg^][X015E00.000]";
    let frame = around(body, CrcForm::Hexadecimal);
    let mut wrong = frame.clone();
    wrong[1] ^= 1;
    station.handle_bytes(
        Time::ZERO,
        utc(),
        &[frame.clone(), wrong].concat(),
        &AllClear,
    );
    let decoded = decode(&frame, &LENIENT).unwrap();
    let data = decoded.frame.data(&LENIENT).unwrap();
    let (first, second) = (station.poll_event(), station.poll_event());
    let shown = format!("{station:?} {first:?} {second:?} {decoded:?} {data:?}");
    for secret in ["40211870", "Anna", "Berg", "015E", "52, 48, 50"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
