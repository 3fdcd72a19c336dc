//! Encrypted DC-09 (Climax reference 5.4).

#![cfg(feature = "aes")]
#![allow(clippy::unwrap_used)]

use climax_rf::Time;
use climax_rf::contact_id::Account;
use climax_rf::dc09::*;
use proptest::prelude::*;

const KEY: &str = "000102030405060708090A0B0C0D0E0F";
const REPORT: &str = "57E50076\"*ADM-CID\"0042L0#4711[3A453243A366BC389A903CBFFB988E60BDFA81D4B779E2324D6DB4830EBB7F4858D038A7198967973A0E2536422A6D36";
const ANSWER: &str =
    "97950052\"*ACK\"0042L0#4711[E02F38560A05EE77F5070606F4A340F4E081DAA27A1243B17A7E9D91D652E012";
const LENIENT: DecodeOptions = DecodeOptions::lenient();

fn key() -> Key {
    Key::from_hexadecimal(KEY).unwrap()
}

fn framed(text: &str) -> Vec<u8> {
    format!("\n{text}\r").into_bytes()
}

fn xs() -> Padding {
    Padding::from_characters([b'x'; 15]).unwrap()
}

fn at(second: u8) -> Timestamp {
    Timestamp::new((2026, 3, 14), (9, 30, second)).unwrap()
}

fn with_key(_: Option<Account<'_>>) -> Security {
    Security::Encrypted(key())
}

fn decode_clear(text: &str, buffer: &mut Vec<u8>) -> (Vec<u8>, Option<Timestamp>) {
    let bytes = framed(text);
    let decoded = decode(&bytes, &LENIENT).unwrap();
    assert!(decoded.encrypted);
    let opened = key().decrypt(&decoded, buffer).unwrap();
    let Content::Clear(clear) = opened.frame.content else {
        panic!()
    };
    (clear.data.to_vec(), clear.timestamp)
}

#[test]
fn section_5_4_both_examples_are_decrypted_and_encrypted() {
    for (text, data, time, token) in [
        (REPORT, &b"#4711|1101 01 005"[..], at(0), Token::AdmCid),
        (ANSWER, b"", at(1), Token::Ack),
    ] {
        assert_eq!(
            decode_clear(text, &mut Vec::new()),
            (data.to_vec(), Some(time))
        );
        let clear = Clear {
            data,
            extended: b"",
            timestamp: Some(time),
        };
        let mut digits = Vec::new();
        key().encrypt(&clear, xs(), &mut digits).unwrap();
        let frame = Frame {
            token,
            sequence: Sequence::new(42).unwrap(),
            receiver: None,
            line: Some(Number::ZERO),
            account: Some(Account::new("4711").unwrap()),
            content: Content::Encrypted(&digits),
        };
        let mut out = Vec::new();
        encode(&frame, CrcForm::Hexadecimal, &mut out).unwrap();
        assert_eq!(out, framed(text));
    }
}

#[test]
fn section_5_4_a_station_answers_an_encrypted_frame_encrypted() {
    let mut station = Station::new(Settings::default());
    station.handle_bytes(Time::ZERO, at(1), &framed(REPORT), &with_key);
    let Some(Event::Frame { token, message, .. }) = station.poll_event() else {
        panic!()
    };
    let decoded = message.decode().unwrap();
    assert!(decoded.encrypted);
    let Body::ContactId(event) = decoded.frame.data(&LENIENT).unwrap().body else {
        panic!()
    };
    assert_eq!(event.to_string(), "1101 01 005");
    assert!(station.poll_transmit().is_none());
    station.accept(Time::ZERO, at(1), token, xs()).unwrap();
    assert_eq!(station.poll_transmit().unwrap().bytes, framed(ANSWER));
    // A repeat gets the answer again, with the time that it is then.
    station.handle_bytes(Time::ZERO, at(9), &framed(REPORT), &with_key);
    assert!(matches!(
        station.poll_event(),
        Some(Event::Repeated { answered: true, .. })
    ));
    let again = station.poll_transmit().unwrap().bytes;
    let again = decode(&again, &LENIENT).unwrap();
    assert_eq!(again.frame.token, Token::Ack);
    let mut text = Vec::new();
    let opened = key().decrypt(&again, &mut text).unwrap();
    let Content::Clear(clear) = opened.frame.content else {
        panic!()
    };
    assert_eq!(clear.timestamp, Some(at(9)));
}

fn refused(
    settings: Settings,
    text: &str,
    accounts: &impl Accounts,
    utc: Timestamp,
) -> (Reason, bool) {
    let mut station = Station::new(settings);
    station.handle_bytes(Time::ZERO, utc, &framed(text), accounts);
    let Some(Event::Refused { reason, .. }) = station.poll_event() else {
        panic!()
    };
    assert!(station.poll_event().is_none());
    let answer = station.poll_transmit();
    let is_nak = |answer: Transmit| {
        let text = String::from_utf8_lossy(&answer.bytes).into_owned();
        text.contains("\"NAK\"0000R0L0A0[]_")
    };
    (reason, answer.is_some_and(is_nak))
}

#[test]
fn another_key_or_none_is_noticed_and_gets_silence_or_nak_by_setting() {
    let other = |_: Option<Account<'_>>| {
        Security::Encrypted(Key::from_hexadecimal(&"AB".repeat(16)).unwrap())
    };
    let mut nak = Settings::default();
    nak.not_opened = Unaccepted::Nak;
    for (settings, answered) in [(Settings::default(), false), (nak, true)] {
        let seen = refused(settings, REPORT, &other, at(0));
        assert_eq!(seen, (Reason::WrongKey, answered));
        let seen = refused(settings, REPORT, &AllClear, at(0));
        assert_eq!(seen, (Reason::NoKey, answered));
        let clear = "47CC0027\"ADM-CID\"0042L0#4711[#4711|1101 01 005]";
        let seen = refused(settings, clear, &with_key, at(0));
        assert_eq!(seen, (Reason::NotEncrypted, answered));
    }
}

#[test]
fn a_clear_frame_of_an_account_with_a_key_is_taken_only_by_setting() {
    let mut settings = Settings::default();
    settings.accept_clear = true;
    let mut station = Station::new(settings);
    let clear = framed("47CC0027\"ADM-CID\"0042L0#4711[#4711|1101 01 005]");
    station.handle_bytes(Time::ZERO, at(0), &clear, &with_key);
    let Some(Event::Frame { token, .. }) = station.poll_event() else {
        panic!()
    };
    station.accept(Time::ZERO, at(0), token, xs()).unwrap();
    let answer = station.poll_transmit().unwrap().bytes;
    assert_eq!(answer, framed("C8F90012\"ACK\"0042L0#4711[]"));
}

#[test]
fn section_5_4_an_old_or_early_frame_gets_nak_with_the_present_time() {
    let seconds = at(0).unix_seconds();
    for (away, expected) in [(41, -41), (-21, 21), (86_400, -86_400)] {
        let utc = Timestamp::from_unix_seconds(seconds + away).unwrap();
        let seen = refused(Settings::default(), REPORT, &with_key, utc);
        assert_eq!(seen, (Reason::OutOfWindow(expected), true));
    }
    for away in [40, -20] {
        let utc = Timestamp::from_unix_seconds(seconds + away).unwrap();
        let mut station = Station::new(Settings::default());
        station.handle_bytes(Time::ZERO, utc, &framed(REPORT), &with_key);
        assert!(matches!(station.poll_event(), Some(Event::Frame { .. })));
    }
}

#[test]
fn a_panel_with_a_key_reports_and_trusts_only_encrypted_answers() {
    let mut settings = PanelSettings::new("4711").unwrap();
    settings.key = Some(key());
    let mut panel = Panel::new(settings);
    let id = panel.send(Outgoing::Sia(b"Nri1/MA0005".to_vec())).unwrap();
    // The clock is an hour late: the station says so.
    let late = Timestamp::new((2026, 3, 14), (8, 30, 0)).unwrap();
    let mut station = Station::new(Settings::default());
    for attempt in 0..2 {
        let frame = panel.poll_transmit(Time::ZERO, late, xs()).unwrap();
        station.handle_bytes(Time::ZERO, at(0), &frame, &with_key);
        if attempt == 0 {
            let nak = station.poll_transmit().unwrap().bytes;
            panel.handle_bytes(Time::ZERO, late, &nak);
            assert_eq!(panel.poll_event(), Some(PanelEvent::ClockSet(3600)));
            assert!(matches!(station.poll_event(), Some(Event::Refused { .. })));
        }
    }
    let Some(Event::Frame { token, .. }) = station.poll_event() else {
        panic!()
    };
    let forged = framed("45D40012\"ACK\"0001L0#4711[]");
    panel.handle_bytes(Time::ZERO, late, &forged);
    assert_eq!(panel.poll_event(), Some(PanelEvent::Unexpected));
    station.accept(Time::ZERO, at(0), token, xs()).unwrap();
    panel.handle_bytes(Time::ZERO, late, &station.poll_transmit().unwrap().bytes);
    assert_eq!(panel.poll_event(), Some(PanelEvent::Delivered(id)));
}

#[test]
fn a_key_is_32_48_or_64_digits_and_does_not_print() {
    for (length, bits) in [(32, 128), (48, 192), (64, 256)] {
        let key = Key::from_hexadecimal(&"aB".repeat(length / 2)).unwrap();
        assert_eq!(key.bits(), bits);
        assert_eq!(format!("{key:?}"), format!("Key({bits} bits, hidden)"));
    }
    for text in ["", "00", &"0".repeat(31), &"x".repeat(32), &"0".repeat(65)] {
        assert!(Key::from_hexadecimal(text).is_err());
    }
}

#[test]
fn padding_never_has_a_mark_of_the_frame() {
    for byte in 0..=u8::MAX {
        let clear = Clear {
            data: b"#4711|1101 01 005",
            extended: b"",
            timestamp: Some(at(0)),
        };
        let mut digits = Vec::new();
        let padding = Padding::from_random([byte; 16]);
        key().encrypt(&clear, padding, &mut digits).unwrap();
        assert_eq!(digits.len(), 96);
    }
    for mark in [b'|', b'[', b']', b'\n', 0xE5] {
        assert!(Padding::from_characters([mark; 15]).is_none());
    }
    let untimed = Clear::default();
    let missing = key().encrypt(&untimed, xs(), &mut Vec::new());
    assert_eq!(missing, Err(EncodeError::TimestampMissing));
}

proptest! {
    #[test]
    fn what_is_encrypted_with_a_key_of_any_size_is_decrypted_with_it_and_no_other(
        bytes: [u8; 32],
        other: [u8; 32],
        size in prop::sample::select(vec![32_usize, 48, 64]),
        data in "[ -Z^-z]{0,100}",
        random: [u8; 16],
        seconds in 0_i64..4_000_000_000,
    ) {
        let hex = |bytes: [u8; 32]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
        let key = Key::from_hexadecimal(&hex(bytes)[..size]).unwrap();
        let clear = Clear {
            data: data.as_bytes(),
            extended: b"[X015E00.000]",
            timestamp: Timestamp::from_unix_seconds(seconds),
        };
        let mut digits = Vec::new();
        key.encrypt(&clear, Padding::from_random(random), &mut digits).unwrap();
        let frame = Frame {
            token: Token::SiaDcs,
            sequence: Sequence::FIRST,
            receiver: None,
            line: Some(Number::ZERO),
            account: None,
            content: Content::Encrypted(&digits),
        };
        let mut out = Vec::new();
        encode(&frame, CrcForm::Raw, &mut out).unwrap();
        let decoded = decode(&out, &LENIENT).unwrap();
        let mut buffer = Vec::new();
        let opened = key.decrypt(&decoded, &mut buffer).unwrap();
        prop_assert_eq!(opened.frame.content, Content::Clear(clear));
        if bytes[..size / 2] != other[..size / 2] {
            let wrong = Key::from_hexadecimal(&hex(other)[..size]).unwrap();
            let mut buffer = Vec::new();
            prop_assert!(wrong.decrypt(&decoded, &mut buffer).is_err());
        }
    }
}
