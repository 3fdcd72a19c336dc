//! Numbers and digits out of any text, and what sounds during a call.

use std::time::{Duration, Instant};

use arbitrary::Unstructured;
use scaip::call::{ClearDown, ClearDownOutput, ClearedBy, PhoneNumber};
use scaip::dtmf::{Digit, Effect, KeepAlive, ToneLength, VolumeKeys};

/// A number is the digits of the text, and every spelling of it is the same number.
pub(super) fn number(text: &str) {
    let Some(number) = PhoneNumber::read(text) else {
        return;
    };
    let digits = number.digits();
    assert!((1..=32).contains(&digits.len()));
    assert!(digits.bytes().all(|digit| digit.is_ascii_digit()));
    let all: String = text.chars().filter(char::is_ascii_digit).collect();
    assert!(all.contains(digits), "digits that are not there");
    assert_eq!(format!("{number:?}"), "PhoneNumber(hidden)");
    let spaced: Vec<String> = digits.chars().map(String::from).collect();
    for spelling in [
        format!("+{digits}"),
        format!("00{digits}"),
        format!("tel:+{}", spaced.join(" ")),
        format!("sip:+{digits}@example.net;user=phone"),
        format!(" +({})", spaced.join("-")),
    ] {
        assert_eq!(PhoneNumber::read(&spelling).as_ref(), Some(&number));
    }
}

pub(super) fn digits(text: &str) {
    for sign in text.chars().take(64) {
        let known = "0123456789*#ABCDabcd".contains(sign);
        let digit = Digit::new(sign);
        assert_eq!(digit.is_some(), known);
        let Some(digit) = digit else { continue };
        assert_eq!(digit.get(), sign.to_ascii_uppercase());
        assert_eq!(Digit::from_event(digit.event()), Some(digit));
        for keys in [VolumeKeys::OneUp, VolumeKeys::OneDown] {
            if let Some(effect) = keys.effect_of(digit) {
                assert_eq!(keys.digit_for(effect), digit);
            }
        }
    }
}

/// The repeated digit and the end of a call, by a walk through time.
pub(super) fn speech(input: &mut Unstructured<'_>) {
    let every = Duration::from_millis(input.arbitrary::<u16>().unwrap_or_default().into());
    let wait = Duration::from_millis(input.arbitrary::<u16>().unwrap_or_default().into());
    let steps: [u8; 8] = input.arbitrary().unwrap_or_default();
    let keys = VolumeKeys::OneUp;
    let start = Instant::now();
    let mut now = start;
    let mut repeated = KeepAlive::new(keys, Some(every));
    let every = every.max(Duration::from_secs(1));
    let mut due: Option<(Digit, Instant)> = None;
    let mut clear_down = ClearDown::new(now, wait, ToneLength::USUAL);
    let mut outputs = Vec::new();
    for step in steps {
        now += Duration::from_millis(u64::from(step) * 100);
        if step % 3 == 0 {
            let effect = Effect::ALL[usize::from(step / 3) % Effect::ALL.len()];
            repeated.begin(now, effect);
            match effect {
                Effect::Duplex | Effect::Listen | Effect::Speak => {
                    due = Some((keys.digit_for(effect), now + every));
                }
                Effect::ClearDown => due = None,
                _ => {}
            }
        }
        let expected = due.filter(|(_, at)| *at <= now).map(|(digit, _)| digit);
        assert_eq!(repeated.poll_digit(now), expected);
        if let Some(digit) = expected {
            due = Some((digit, now + every));
        }
        assert_eq!(repeated.poll_timeout(), due.map(|(_, at)| at));
        while let Some(output) = clear_down.poll_output(now) {
            outputs.push(output);
            if output == ClearDownOutput::HangUp {
                assert!(now >= start + wait);
            }
        }
        if step == 255 {
            clear_down.hung_up();
        }
    }
    assert!(outputs.len() <= 2);
    let forced = outputs.contains(&ClearDownOutput::HangUp);
    assert_eq!(clear_down.outcome() == Some(ClearedBy::Force), forced);
}
