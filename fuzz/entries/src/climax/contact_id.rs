//! Contact ID in its three forms, and the stream of brackets, beside readers without shortcuts
//! (Climax reference 5.2, 5.3 and 13).

use std::collections::BTreeSet;

use arbitrary::{Arbitrary, Unstructured};
use climax_rf::contact_id::{
    Account, ContactId, DecodeErrorKind, DecodeOptions, Decoded, EncodeError, EventCode, Form,
    Group, Item, LONGEST_MESSAGE, Message, MessageType, Qualifier, Report, Scanner, Zone, decode,
    encode, encode_into, encode_to_string, encoded_len,
};

const FORMS: [Form; 3] = [Form::Bracket, Form::ShortMessage, Form::Angle];

/// Reads the bytes in every form, as a stream, and builds a report from them.
pub fn contact_id(bytes: &[u8]) {
    for form in FORMS {
        read(bytes, form);
    }
    split(bytes);
    if let Ok(built) = Built::arbitrary(&mut Unstructured::new(bytes)) {
        built.write();
    }
}

fn read(bytes: &[u8], form: Form) {
    let lenient = DecodeOptions::lenient();
    let loose = lenient.accepting_wrong_checksum();
    let all = [DecodeOptions::strict(), lenient, loose];
    let [strict, lenient, loose] = all.map(|options| {
        let read = decode(bytes, form, &options);
        match &read {
            Ok(decoded) => sound(decoded, bytes, form),
            Err(error) => {
                assert!(error.offset <= bytes.len());
                let _ = (error.to_string(), error.kind.code());
            }
        }
        read
    });
    if let Ok(strict) = &strict {
        assert_eq!(lenient.as_ref(), Ok(strict));
        let allowed = |kind: climax_rf::contact_id::WarningKind| kind.is_allowed_when_strict();
        assert!(strict.warnings.iter().all(|warning| allowed(warning.kind)));
    }
    match &lenient {
        Ok(lenient) => assert_eq!(loose.as_ref(), Ok(lenient)),
        Err(error) => assert!(loose.is_err() || error.kind == DecodeErrorKind::ChecksumWrong),
    }
    let plain = slowly(bytes, form);
    let read = strict
        .as_ref()
        .ok()
        .filter(|decoded| decoded.warnings.is_empty());
    assert_eq!(
        read.map(|decoded| decoded.report.event.to_string()),
        plain.as_ref().map(|plain| plain.event.clone()),
    );
    if let (Some(read), Some(plain)) = (read, plain) {
        assert_eq!(read.report.account.as_bytes(), plain.account);
    }
}

fn sound(decoded: &Decoded<'_>, bytes: &[u8], form: Form) {
    assert_eq!((decoded.raw, decoded.form), (bytes, form));
    let kinds: BTreeSet<_> = decoded
        .warnings
        .iter()
        .map(|warning| warning.kind.code())
        .collect();
    assert_eq!(
        kinds.len(),
        decoded.warnings.iter().count(),
        "each kind once"
    );
    for warning in decoded.warnings.iter() {
        assert!(warning.offset <= bytes.len());
        let _ = warning.to_string();
    }
    assert!(!format!("{decoded:?}").is_empty());
    let report = &decoded.report;
    assert!(!report.account.as_bytes().contains(&b' '));
    for other in FORMS {
        written(report, other);
    }
}

/// What is written reads back the same, whichever way it is written.
fn written(report: &Report<'_>, form: Form) {
    let mut out = b"before".to_vec();
    let needed = encoded_len(report, form);
    let mut buffer = [0xAA; 80];
    let into = encode_into(report, form, &mut buffer);
    if let Err(error) = encode(report, form, &mut out) {
        assert_eq!(out, b"before");
        assert_eq!(into, Err(error));
        assert!(buffer.iter().all(|&byte| byte == 0xAA));
        match error {
            EncodeError::Account => assert!(!report.account.is_writable()),
            EncodeError::CheckDigit => assert_eq!(form, Form::Angle),
            other => panic!("{other}"),
        }
        return;
    }
    let text = &out[b"before".len()..];
    assert_eq!((into, text.len()), (Ok(needed), needed));
    assert_eq!(&buffer[..needed], text);
    assert_eq!(
        encode_to_string(report, form).map(String::into_bytes),
        Ok(text.to_vec())
    );
    let short = encode_into(report, form, &mut buffer[..needed - 1]);
    assert_eq!(short, Err(EncodeError::BufferTooSmall { needed }));
    let mut options = DecodeOptions::strict();
    let usual = [Qualifier::EVENT, Qualifier::RESTORE, Qualifier::STATUS];
    if !usual.contains(&report.event.qualifier) {
        assert!(decode(text, form, &options).is_err());
        options = DecodeOptions::lenient();
    }
    let read = decode(text, form, &options).expect("what was written is read");
    assert_eq!(read.report, *report);
    assert!(read.checksum.is_right());
}

struct Plain<'a> {
    account: &'a [u8],
    event: String,
}

/// The form to the letter; `None` for everything else, deviations that are allowed included.
fn slowly(bytes: &[u8], form: Form) -> Option<Plain<'_>> {
    let (body, gap) = match form {
        Form::Bracket => (bytes.strip_prefix(b"[")?.strip_suffix(b"]")?, ""),
        Form::ShortMessage => (bytes, " "),
        Form::Angle => (bytes.strip_prefix(b"<")?.strip_suffix(b">")?, " "),
        _ => return None,
    };
    let blank = body.iter().position(|&byte| byte == b' ')?;
    let (account, behind) = body.split_at(blank);
    let fits = |byte: &u8| byte.is_ascii_graphic() && !b"[]<>|\"".contains(byte);
    if account.is_empty() || account.len() > 32 || !account.iter().all(fits) {
        return None;
    }
    let check = if form == Form::Angle { 1 } else { 4 };
    let text = std::str::from_utf8(behind)
        .ok()
        .filter(|text| text.is_ascii())?;
    let summed = body.len().checked_sub(check + gap.len())?;
    let mut rest = text.strip_prefix(" 18")?;
    let mut digits = |count: usize| {
        rest = rest.strip_prefix(gap)?;
        let (digits, behind) = rest.split_at_checked(count)?;
        rest = behind;
        let own = |digit: u8| matches!(digit, b'0'..=b'9' | b'B'..=b'F');
        digits.bytes().all(own).then_some(digits)
    };
    let (event, group, zone) = (digits(4)?, digits(2)?, digits(3)?);
    if !event.starts_with(['1', '3', '6']) {
        return None;
    }
    let received = rest.strip_prefix(gap)?;
    let expected = if form == Form::Angle {
        digit(&body[..summed])?.to_string()
    } else {
        let (mut a, mut b) = (0_u8, 0_u8);
        for byte in &body[..summed] {
            a = a.wrapping_add(*byte);
            b = b.wrapping_add(a);
        }
        format!("{b:02X}{a:02X}")
    };
    // Ten has two names.
    let same = received == expected || (form == Form::Angle && received == "A" && expected == "0");
    same.then(|| Plain {
        account,
        event: format!("{event} {group} {zone}"),
    })
}

/// The check digit as it is printed.
fn digit(summed: &[u8]) -> Option<char> {
    let mut sum = 0;
    for byte in summed.iter().filter(|byte| **byte != b' ') {
        sum += match byte {
            b'0' | b'A' | b'a' => 10,
            b'1'..=b'9' => u32::from(byte - b'0'),
            b'B'..=b'F' => u32::from(byte - b'B') + 11,
            b'b'..=b'f' => u32::from(byte - b'b') + 11,
            _ => return None,
        };
    }
    "F1234567890BCDE".chars().nth((15 - sum as usize % 15) % 15)
}

/// The same messages however the stream is cut, and those that a walk over the bytes finds.
fn split(bytes: &[u8]) {
    let whole = scanned(&[bytes]);
    assert_eq!(whole, walked(bytes));
    let bytewise: Vec<_> = bytes.chunks(1).collect();
    assert_eq!(scanned(&bytewise), whole);
    let cut = bytes.first().map_or(0, |&at| usize::from(at) % bytes.len());
    assert_eq!(scanned(&[&bytes[..cut], &bytes[cut..]]), whole);
}

/// Messages, and how many bytes of no message were before each; what is held at the end is last.
type Messages = (Vec<(usize, Vec<u8>)>, usize, usize);

fn scanned(segments: &[&[u8]]) -> Messages {
    let mut scanner = Scanner::new();
    let (mut messages, mut junk) = (Vec::new(), 0);
    for segment in segments {
        let mut segment = *segment;
        while let Some(item) = scanner.next(&mut segment) {
            match item {
                Item::Message(message) => {
                    let kept = Message::new(message).expect("it fits");
                    assert_eq!(kept.as_bytes(), message);
                    messages.push((std::mem::take(&mut junk), message.to_vec()));
                }
                Item::Junk(count) | Item::TooLong(count) => {
                    assert!(count > 0);
                    junk += count;
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(segment.is_empty());
        assert!(scanner.held() <= LONGEST_MESSAGE + 1);
    }
    let held = scanner.reset();
    (messages, junk, held)
}

fn walked(bytes: &[u8]) -> Messages {
    let (mut messages, mut junk) = (Vec::new(), 0);
    let mut held: Option<Vec<u8>> = None;
    for &byte in bytes {
        match (&mut held, byte) {
            (Some(open), b'[') => {
                junk += open.len();
                *open = vec![byte];
            }
            (None, b'[') => held = Some(vec![byte]),
            (None, _) => junk += 1,
            (Some(open), b']') => {
                open.push(byte);
                messages.push((std::mem::take(&mut junk), std::mem::take(open)));
                held = None;
            }
            (Some(open), _) if open.len() > LONGEST_MESSAGE => {
                junk += open.len() + 1;
                held = None;
            }
            (Some(open), _) => open.push(byte),
        }
    }
    let held = held.map_or(0, |open| open.len());
    (messages, junk, held)
}

/// A report built from the input.
#[derive(Debug, Arbitrary)]
pub(super) struct Built<'a> {
    account: &'a str,
    alternative: bool,
    event: BuiltEvent,
}

/// An event built from the input.
#[derive(Debug, Clone, Copy, Arbitrary)]
pub(super) struct BuiltEvent {
    qualifier: u8,
    code: [u8; 3],
    group: [u8; 2],
    zone: [u8; 3],
}

impl BuiltEvent {
    pub(super) fn event(self) -> ContactId {
        let hex = |byte: u8| b"0123456789ABCDEF"[usize::from(byte % 16)];
        ContactId {
            qualifier: Qualifier::new(self.qualifier % 16).unwrap_or(Qualifier::EVENT),
            code: EventCode::from_digits(self.code.map(hex)).expect("digits"),
            group: Group::from_digits(self.group.map(hex)).expect("digits"),
            zone: Zone::from_digits(self.zone.map(hex)).expect("digits"),
        }
    }
}

impl Built<'_> {
    fn write(&self) {
        let Ok(account) = Account::new(self.account) else {
            return;
        };
        let report = Report {
            account,
            message_type: if self.alternative {
                MessageType::Alternative
            } else {
                MessageType::Standard
            },
            event: self.event.event(),
        };
        for form in FORMS {
            written(&report, form);
        }
    }
}
