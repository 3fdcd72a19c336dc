//! A station that finds the format of a connection by itself (Climax reference 5.2 to 5.5).

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use climax_rf::Time;
use climax_rf::dc09::{AllClear, CrcForm, Padding, Refusal, Timestamp};
use climax_rf::station::*;

const BRACKET: &[u8] = b"[4711 18110101005FF0F]";
const FRAME: &[u8] = b"\n47CC0027\"ADM-CID\"0042L0#4711[#4711|1101 01 005]\r";

fn moment(seconds: u64) -> Moment {
    Moment {
        now: Time::from(Duration::from_secs(seconds)),
        utc: Timestamp::new((2026, 3, 14), (9, 30, 0)).unwrap(),
        padding: Padding::from_random([9; 16]),
    }
}

#[test]
fn the_first_bytes_tell_the_format() {
    let raw = b"\n\x47\xcc0027\"ADM-CID\"0042L0#4711[";
    for (bytes, expected) in [
        (BRACKET, Detected::Bracket),
        (b"\r\n\0 [47", Detected::Bracket),
        (FRAME, Detected::Dc09(CrcForm::Hexadecimal)),
        (raw, Detected::Dc09(CrcForm::Raw)),
        (b"\n\n47CC0027\"ADM", Detected::Dc09(CrcForm::Hexadecimal)),
        (b"<4711 18 1101 01 005 4>", Detected::Angle),
        (b"<?xml version", Detected::Xml),
        (b"<Event id='1'>", Detected::Xml),
        (b"<Event>", Detected::Xml),
        (b"user,password,4711", Detected::Csv),
        (b"?[4711 18110101005FF0F],", Detected::Bracket),
        (b"a,[4711 18110101005FF0F]", Detected::Csv),
    ] {
        let text = bytes.escape_ascii().to_string();
        assert_eq!(detect(bytes), Some(expected), "{text}");
        // Fewer bytes give no answer or the same one.
        for length in 0..bytes.len() {
            let early = detect(&bytes[..length]);
            assert!(
                early.is_none() || early == Some(expected),
                "{text} {length}"
            );
        }
    }
    assert_eq!(detect(&[b'x'; ENOUGH]), Some(Detected::Unknown));
    assert_eq!(detect(&[0; ENOUGH]), Some(Detected::Unknown));
    // What stands behind them makes no difference, or it would matter how the bytes were cut.
    let late = [&[0; ENOUGH][..], b"[4711 18110101005FF0F]"].concat();
    assert_eq!(detect(&late), Some(Detected::Unknown));
}

#[test]
fn whatever_the_format_nothing_is_answered_before_it_is_accepted() {
    let dc09 = b"\nC8F90012\"ACK\"0042L0#4711[]\r";
    for (bytes, expected) in [(BRACKET, &b"\x06"[..]), (FRAME, &dc09[..])] {
        for size in [1, 7, bytes.len()] {
            let mut station = Station::new(Settings::default(), NoHandler);
            for chunk in bytes.chunks(size) {
                station.handle_bytes(moment(0), chunk, &AllClear);
            }
            assert_eq!(station.poll_transmit(), None);
            assert!(matches!(station.poll_event(), Some(Event::Detected(_))));
            let id = station.poll_event().unwrap().to_decide().unwrap();
            station.accept(moment(1), id).unwrap();
            assert_eq!(station.poll_transmit().as_deref(), Some(expected));
            assert!(station.accept(moment(1), id).is_err());
        }
    }
}

#[test]
fn section_5_2_junk_before_the_first_report_hides_no_report() {
    for junk in [
        &b"?"[..],
        b"OK \r\n",
        b"\x06",
        b"\xFF\xFD\x01",
        b"[47",
        b"]x\n",
    ] {
        for report in [BRACKET, FRAME] {
            let bytes = [junk, report].concat();
            let text = bytes.escape_ascii().to_string();
            let mut station = Station::new(Settings::default(), NoHandler);
            station.handle_bytes(moment(0), &bytes, &AllClear);
            let mut events = core::iter::from_fn(|| station.poll_event());
            let id = events.find_map(|event| event.to_decide());
            if junk == b"[47" && report == FRAME {
                // A bracket is what the connection began with.
                assert_eq!(id, None, "{text}");
                continue;
            }
            station.accept(moment(1), id.expect(&text)).unwrap();
            assert!(station.poll_transmit().is_some(), "{text}");
        }
    }
    // Printable junk may come by itself, and the report byte by byte.
    let mut station = Station::new(Settings::default(), NoHandler);
    for byte in [b"ready> ", BRACKET].concat() {
        station.handle_bytes(moment(0), &[byte], &AllClear);
    }
    assert_eq!(
        station.poll_event(),
        Some(Event::Detected(Detected::Bracket))
    );
    // With a wrong check it tells nothing.
    assert_eq!(detect(b"\x06[4711 18110101005FF0E]"), None);
}

/// Lines of text, answered with "+".
#[derive(Debug, Default)]
struct Lines;

impl ForeignHandler for Lines {
    fn frame(&mut self, _: Detected, bytes: &[u8]) -> Framing {
        match bytes.iter().position(|&byte| byte == b'\n') {
            Some(0) => Framing::Skip(1),
            Some(end) => Framing::Message(end + 1),
            None => Framing::More,
        }
    }

    fn answer(&mut self, _: Detected, message: &[u8], answer: &mut Vec<u8>) {
        answer.extend([b'+', message[0]]);
    }

    fn refusal(&mut self, _: Detected, _: &[u8], answer: &mut Vec<u8>) {
        answer.push(b'-');
    }
}

#[test]
fn section_5_5_a_format_that_is_not_public_goes_to_the_handler() {
    let mut station = Station::new(Settings::default(), Lines);
    for chunk in b"a,4711,1101\n\nb,4711,3101\nc,".chunks(3) {
        station.handle_bytes(moment(0), chunk, &AllClear);
    }
    assert_eq!(station.poll_event(), Some(Event::Detected(Detected::Csv)));
    let mut ids = Vec::new();
    while let Some(Event::Foreign { id, bytes, .. }) = station.poll_event() {
        assert!(bytes.ends_with(b"\n"));
        ids.push(MessageId::Foreign(id));
    }
    assert_eq!((ids.len(), station.poll_transmit()), (2, None));
    station.accept(moment(1), ids[1]).unwrap();
    station.refuse(moment(1), ids[0], Refusal::Silence).unwrap();
    assert_eq!(station.poll_transmit().as_deref(), Some(&b"+b"[..]));
    assert_eq!(station.poll_transmit().as_deref(), Some(&b"-"[..]));
    assert!(station.accept(moment(1), ids[0]).is_err());
}

#[test]
fn without_a_handler_an_unknown_format_is_refused_and_its_bytes_are_told() {
    let mut station = Station::new(Settings::default(), NoHandler);
    station.handle_bytes(moment(0), b"<?xml version='1.0'?>", &AllClear);
    station.handle_bytes(moment(0), b"<x/>", &AllClear);
    assert_eq!(station.poll_event(), Some(Event::Detected(Detected::Xml)));
    let refused = Event::ForeignRefused {
        format: Detected::Xml,
        bytes: b"<?xml version='1.0'?>".to_vec(),
    };
    assert_eq!(station.poll_event(), Some(refused));
    assert_eq!(
        (station.poll_event(), station.poll_transmit()),
        (None, None)
    );
}

#[test]
fn a_connection_that_says_too_little_counts_as_unknown_after_a_while() {
    let mut station = Station::new(Settings::default(), NoHandler);
    station.handle_bytes(moment(0), b"he", &AllClear);
    let due = station.poll_timeout().unwrap();
    station.handle_timeout(due);
    assert_eq!(
        station.poll_event(),
        Some(Event::Detected(Detected::Unknown))
    );
    assert!(matches!(
        station.poll_event(),
        Some(Event::ForeignRefused { .. })
    ));
}

#[test]
fn bytes_of_no_known_format_wait_a_second_for_a_report_behind_them() {
    for junk in [&b"hello\n"[..], b"\x01\x02", b"\xd8\n\r\xd8"] {
        assert_eq!(detect(junk), None);
        let mut station = Station::new(Settings::default(), NoHandler);
        station.handle_bytes(moment(0), junk, &AllClear);
        assert_eq!(station.poll_event(), None);
        station.handle_bytes(moment(1), BRACKET, &AllClear);
        assert_eq!(
            station.poll_event(),
            Some(Event::Detected(Detected::Bracket))
        );
        // Nothing follows.
        let mut station = Station::new(Settings::default(), NoHandler);
        station.handle_bytes(moment(0), junk, &AllClear);
        let due = station.poll_timeout().unwrap();
        assert_eq!(due, moment(1).now);
        station.handle_timeout(due);
        assert_eq!(
            station.poll_event(),
            Some(Event::Detected(Detected::Unknown))
        );
    }
}

#[test]
fn messages_of_a_handler_are_bounded_in_length_number_and_time() {
    let mut settings = Settings::default();
    settings.foreign.longest = 16;
    settings.foreign.pending = 2;
    let mut station = Station::new(settings, Lines);
    station.handle_bytes(moment(0), b"a,1\nb,2\n", &AllClear);
    station.handle_timeout(moment(20).now);
    let events: Vec<Event> = std::iter::from_fn(|| station.poll_event()).collect();
    assert!(matches!(
        events[3..],
        [Event::ForeignUndecided(_), Event::ForeignUndecided(_)]
    ));
    station.handle_bytes(moment(20), &[b'x'; 40], &AllClear);
    assert!(matches!(
        station.poll_event(),
        Some(Event::ForeignRefused { bytes, .. }) if bytes.len() == 16
    ));
    let mut station = Station::new(settings, Lines);
    station.handle_bytes(moment(0), b"a,1\nb,2\nc,3\nd,4\n", &AllClear);
    let events: Vec<Event> = std::iter::from_fn(|| station.poll_event()).collect();
    assert_eq!(events.len(), 1 + 2 + 1);
}
