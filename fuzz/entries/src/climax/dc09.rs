//! DC-09 beside a reader without shortcuts (Climax reference 5.4).

use arbitrary::{Arbitrary, Unstructured};
use climax_rf::contact_id::Account;
use climax_rf::dc09::{
    Body, Clear, Content, CrcForm, DecodeErrorKind, DecodeOptions, Decoded, Frame, Item, Key,
    LONGEST_BODY, LONGEST_FRAME, Number, Padding, Scanner, Sequence, SiaData, Timestamp, Token,
    decode, decode_prefix, encode, put_contact_id,
};

use super::contact_id::BuiltEvent;

pub(super) const KEYS: [&str; 3] = [
    "000102030405060708090A0B0C0D0E0F",
    "000102030405060708090a0b0c0d0e0f1011121314151617",
    "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
];

/// LF, CRC and length of the longer form.
const SHORTEST: usize = 9;

/// Reads the bytes as a frame, as a stream, as a time and as SIA data, and builds frames.
pub fn dc09(bytes: &[u8]) {
    for options in [DecodeOptions::strict(), DecodeOptions::lenient()] {
        read(bytes, &options);
    }
    if let Ok(strict) = decode(bytes, &DecodeOptions::strict()) {
        assert_eq!(decode(bytes, &DecodeOptions::lenient()), Ok(strict));
        let allowed = |kind: climax_rf::dc09::WarningKind| kind.is_allowed_when_strict();
        assert!(strict.warnings.iter().all(|warning| allowed(warning.kind)));
    }
    split(bytes);
    times(bytes);
    if let Some(data) = SiaData::new(bytes) {
        sia(&data);
    }
    if let Ok(built) = Built::arbitrary(&mut Unstructured::new(bytes)) {
        built.write();
    }
    // The bytes as a body, in an envelope that is right.
    for raw in [false, true] {
        let frame = enveloped(&bytes[..bytes.len().min(LONGEST_BODY)], raw);
        if bytes.first() == Some(&b'"') {
            read(&frame, &DecodeOptions::lenient());
            split(&frame);
        }
    }
}

fn read(bytes: &[u8], options: &DecodeOptions) {
    let prefix = decode_prefix(bytes, options);
    let slow = slowly(bytes);
    match (&prefix, slow) {
        (Ok(decoded), slow) => {
            let Slow::Frame { length, raw } = slow else {
                panic!("the slow reader finds no frame");
            };
            assert_eq!(decoded.raw, &bytes[..length]);
            assert_eq!(decoded.crc_form == CrcForm::Raw, raw);
            sound(decoded, options);
            let behind = bytes[length..].iter().all(|&byte| byte == 0);
            assert_eq!(decode(bytes, options).is_ok(), behind);
        }
        (Err(error), slow) => {
            let offset = error.offset;
            assert!(offset <= bytes.len());
            let kind = error.kind;
            match slow {
                Slow::Frame { .. } => assert!(
                    !matches!(
                        kind,
                        DecodeErrorKind::LineFeedMissing
                            | DecodeErrorKind::NoFrame
                            | DecodeErrorKind::TooLong
                            | DecodeErrorKind::Truncated { .. }
                            | DecodeErrorKind::CarriageReturnMissing
                            | DecodeErrorKind::Crc
                    ),
                    "{error}"
                ),
                Slow::More => {
                    let DecodeErrorKind::Truncated { needed } = kind else {
                        panic!("{error}");
                    };
                    assert!(needed > bytes.len() && needed <= LONGEST_FRAME);
                }
                // Too short for either form is not looked at any closer.
                Slow::None => {
                    let cut = matches!(kind, DecodeErrorKind::Truncated { .. });
                    assert!(!cut || bytes.len() <= SHORTEST);
                }
            }
            assert_eq!(decode(bytes, options), Err(*error));
            let _ = (error.to_string(), kind.code());
        }
    }
}

/// What the framing rule makes of bytes.
enum Slow {
    Frame { length: usize, raw: bool },
    More,
    None,
}

/// The framing rule to the letter: offsets from LF, length digits and quote in their place, exactly
/// so many bytes, CR, and the CRC.
fn slowly(bytes: &[u8]) -> Slow {
    match bytes {
        [] => return Slow::More,
        [0x0A, ..] => {}
        _ => return Slow::None,
    }
    let mut more = false;
    for (raw, width) in [(true, 2), (false, 4)] {
        // A byte that is not there yet can be any.
        let digits = (1 + width..5 + width).map(|at| bytes.get(at));
        let hex = digits
            .clone()
            .all(|byte| byte.is_none_or(u8::is_ascii_hexdigit));
        let quote = bytes.get(5 + width).is_none_or(|&byte| byte == b'"');
        // An LF that is followed by another one is a stray.
        let stray = !raw && bytes.len() >= SHORTEST && bytes[1..5].contains(&0x0A);
        if !hex || !quote || stray {
            continue;
        }
        if bytes.len() <= 5 + width {
            more = true;
            continue;
        }
        let text: String = digits.flatten().map(|&byte| char::from(byte)).collect();
        let body = usize::from_str_radix(&text, 16).expect("digits");
        if body > LONGEST_BODY {
            return Slow::None;
        }
        let start = 5 + width;
        let Some(&last) = bytes.get(start + body) else {
            return Slow::More;
        };
        let crc = arc(&bytes[start..start + body]);
        let right = if raw {
            bytes[1..3] == crc.to_be_bytes()
        } else {
            bytes[1..5].eq_ignore_ascii_case(format!("{crc:04X}").as_bytes())
        };
        let whole = last == 0x0D && right;
        return if whole {
            let length = start + body + 1;
            Slow::Frame { length, raw }
        } else {
            Slow::None
        };
    }
    if more { Slow::More } else { Slow::None }
}

/// CRC-16/ARC, bit by bit.
pub(super) fn arc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, &byte| {
        (0..8).fold(crc ^ u16::from(byte), |crc, _| {
            if crc & 1 == 1 {
                crc >> 1 ^ 0xA001
            } else {
                crc >> 1
            }
        })
    })
}

pub(super) fn enveloped(body: &[u8], raw: bool) -> Vec<u8> {
    let crc = arc(body);
    let mut frame = vec![0x0A];
    if raw {
        frame.extend(crc.to_be_bytes());
    } else {
        frame.extend(format!("{crc:04X}").bytes());
    }
    frame.extend(format!("{:04X}", body.len()).bytes());
    frame.extend_from_slice(body);
    frame.push(0x0D);
    frame
}

/// What holds for every frame that was read.
fn sound(decoded: &Decoded<'_>, options: &DecodeOptions) {
    let frame = &decoded.frame;
    assert!(!format!("{decoded:?}").is_empty());
    for warning in decoded.warnings.iter() {
        assert!(warning.offset <= decoded.raw.len());
        let _ = warning.to_string();
    }
    assert_eq!(
        decoded.encrypted,
        matches!(frame.content, Content::Encrypted(_))
    );
    if let Content::Clear(clear) = &frame.content {
        let blocks: usize = clear.blocks().map(|block| block.len() + 2).sum();
        assert_eq!(blocks, clear.extended.len());
    }
    data(frame, options);
    opened(decoded);
    // A frame that can be written reads back as itself, in both forms.
    for form in [CrcForm::Hexadecimal, CrcForm::Raw] {
        written(frame, form);
    }
}

fn written(frame: &Frame<'_>, form: CrcForm) {
    let mut out = b"before".to_vec();
    match encode(frame, form, &mut out) {
        Ok(()) => {
            let bytes = &out[b"before".len()..];
            let again = decode(bytes, &DecodeOptions::lenient()).expect("it was written");
            assert_eq!((&again.frame, again.crc_form), (frame, form));
        }
        Err(_) => assert_eq!(out, b"before"),
    }
}

fn data(frame: &Frame<'_>, options: &DecodeOptions) {
    let lenient = frame.data(&DecodeOptions::lenient());
    if let Ok(strict) = frame.data(&DecodeOptions::strict()) {
        assert_eq!(lenient, Ok(strict));
    }
    let Ok(data) = frame.data(options) else {
        return;
    };
    let reporting = frame.reporting_account(&data);
    assert_eq!(reporting, frame.account.or(data.account));
    match data.body {
        Body::Sia(data) => sia(&data),
        Body::ContactId(event) => {
            let account = Account::new("4711").expect("an account");
            let mut text = Vec::new();
            put_contact_id(account, &event, &mut text);
            let clear = Clear {
                data: &text,
                ..Clear::default()
            };
            let own = Frame {
                token: Token::AdmCid,
                content: Content::Clear(clear),
                ..*frame
            };
            let read = own.data(&DecodeOptions::lenient()).expect("it was written");
            assert_eq!(read.body, Body::ContactId(event));
        }
        _ => {}
    }
}

fn sia(data: &SiaData<'_>) {
    let raw = data.as_bytes();
    let items = data.items().count();
    let events = data.events().count();
    assert!(events <= items && items <= raw.len());
    for event in data.events() {
        assert_eq!(event.code.as_str().len(), 2);
        assert!(event.number.iter().all(u8::is_ascii_digit));
    }
    assert!(!format!("{data:?}").is_empty());
}

/// With any key: what opens has a time or is plain text, and what this crate encrypted opens.
fn opened(decoded: &Decoded<'_>) {
    let mut buffer = b"before".to_vec();
    for key in KEYS {
        let key = Key::from_hexadecimal(key).expect("a key");
        if let Ok(opened) = key.decrypt(decoded, &mut buffer) {
            let Content::Clear(clear) = opened.frame.content else {
                panic!("it is open");
            };
            let plain = |byte: &u8| matches!(byte, 0x20..=0x7E);
            let text = clear.data.iter().chain(clear.extended);
            assert!(clear.timestamp.is_some() || text.clone().all(plain));
            let _ = opened.frame.data(&DecodeOptions::lenient());
        }
    }
    let Content::Clear(clear) = decoded.frame.content else {
        return;
    };
    encrypted(&decoded.frame, &clear, [7; 16]);
}

fn encrypted(frame: &Frame<'_>, clear: &Clear<'_>, random: [u8; 16]) {
    for key in KEYS {
        let key = Key::from_hexadecimal(key).expect("a key");
        let mut digits = Vec::new();
        if key
            .encrypt(clear, Padding::from_random(random), &mut digits)
            .is_err()
        {
            assert!(digits.is_empty());
            continue;
        }
        let frame = Frame {
            content: Content::Encrypted(&digits),
            ..*frame
        };
        let mut out = Vec::new();
        if encode(&frame, CrcForm::Hexadecimal, &mut out).is_err() {
            continue;
        }
        let read = decode(&out, &DecodeOptions::lenient()).expect("it was written");
        let mut buffer = Vec::new();
        let opened = key.decrypt(&read, &mut buffer).expect("its own key");
        assert_eq!(opened.frame.content, Content::Clear(*clear));
    }
}

fn times(bytes: &[u8]) {
    for window in bytes.windows(Timestamp::LENGTH) {
        if let Some(time) = Timestamp::from_bytes(window) {
            assert_eq!(time.to_bytes(), window);
            assert_eq!(
                Timestamp::from_unix_seconds(time.unix_seconds()),
                Some(time)
            );
        }
    }
    let Some(seconds) = bytes.first_chunk::<8>() else {
        return;
    };
    let seconds = i64::from_le_bytes(*seconds);
    for seconds in [seconds, seconds % 300_000_000_000] {
        if let Some(time) = Timestamp::from_unix_seconds(seconds) {
            assert_eq!(time.unix_seconds(), seconds);
            assert_eq!(Timestamp::from_bytes(&time.to_bytes()), Some(time));
            assert_eq!(Timestamp::new(time.date(), time.time()), Some(time));
            let later = Timestamp::from_unix_seconds(seconds + 1);
            assert!(later.is_none_or(|later| later > time));
        }
    }
}

/// The same frames however the stream is cut, and those that the framing rule gives.
fn split(bytes: &[u8]) {
    let whole = scanned(&[bytes]);
    let bytewise: Vec<_> = bytes.chunks(1).collect();
    assert_eq!(scanned(&bytewise), whole);
    let cut = bytes.last().map_or(0, |&at| usize::from(at) % bytes.len());
    assert_eq!(scanned(&[&bytes[..cut], &bytes[cut..]]), whole);
    let good = whole
        .0
        .iter()
        .filter(|(_, frame)| matches!(slowly(frame), Slow::Frame { .. }));
    assert_eq!(
        good.map(|(_, frame)| frame.clone()).collect::<Vec<_>>(),
        walked(bytes)
    );
}

/// Frames with the junk before them, then what is left.
type Frames = (Vec<(usize, Vec<u8>)>, usize, Vec<DecodeErrorKind>);

fn scanned(segments: &[&[u8]]) -> Frames {
    let mut scanner = Scanner::new();
    let (mut frames, mut junk, mut broken) = (Vec::new(), 0, Vec::new());
    for segment in segments {
        let mut segment = *segment;
        while let Some(item) = scanner.next(&mut segment) {
            match item {
                Item::Frame(frame) => frames.push((std::mem::take(&mut junk), frame.to_vec())),
                Item::Junk(count) => {
                    assert!(count > 0);
                    junk += count;
                }
                Item::Broken(kind) => broken.push(kind),
                other => panic!("{other:?}"),
            }
        }
        assert!(segment.is_empty());
        assert!(scanner.held() <= LONGEST_FRAME);
    }
    (frames, junk, broken)
}

/// Every frame of the stream by the rule: where neither form fits, the next LF.
fn walked(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    let mut at = 0;
    while let Some(line_feed) = bytes[at..].iter().position(|&byte| byte == 0x0A) {
        at += line_feed;
        let rest = &bytes[at..];
        match slowly(rest) {
            Slow::Frame { length, .. } => {
                frames.push(rest[..length].to_vec());
                at += length;
            }
            Slow::More => break,
            // A frame with its CR and a wrong CRC is passed over as a whole.
            Slow::None => at += ended(rest).unwrap_or(1),
        }
    }
    frames
}

/// The length of a frame whose length and CR are right, whatever its CRC.
fn ended(bytes: &[u8]) -> Option<usize> {
    match decode_prefix(bytes, &DecodeOptions::lenient()).map_err(|error| error.kind) {
        Err(DecodeErrorKind::Crc) => {
            let start = if bytes[7] == b'"' { 7 } else { 9 };
            let text = std::str::from_utf8(&bytes[start - 4..start]).ok()?;
            Some(start + usize::from_str_radix(text, 16).ok()? + 1)
        }
        _ => None,
    }
}

/// A frame built from the input.
#[derive(Debug, Arbitrary)]
struct Built<'a> {
    token: u8,
    other: &'a [u8],
    sequence: u16,
    receiver: Option<&'a [u8]>,
    line: &'a [u8],
    account: Option<&'a str>,
    event: Option<BuiltEvent>,
    data: &'a [u8],
    extended: &'a [u8],
    seconds: Option<i64>,
    padding: [u8; 15],
    raw: bool,
}

impl Built<'_> {
    fn write(&self) {
        let token = match self.token % 7 {
            0 => Token::SiaDcs,
            1 => Token::AdmCid,
            2 => Token::Null,
            3 => Token::Ack,
            4 => Token::Nak,
            5 => Token::Duh,
            _ => Token::from_bytes(self.other),
        };
        let account = self.account.and_then(|text| Account::new(text).ok());
        let mut text = self.data.to_vec();
        if let (Some(event), Some(account)) = (self.event, account) {
            text.clear();
            put_contact_id(account, &event.event(), &mut text);
        }
        let clear = Clear {
            data: &text,
            extended: self.extended,
            timestamp: self
                .seconds
                .and_then(|seconds| Timestamp::from_unix_seconds(seconds % 300_000_000_000)),
        };
        let frame = Frame {
            token,
            sequence: Sequence::new(self.sequence % 10_000).expect("four digits"),
            receiver: self.receiver.and_then(Number::from_digits),
            line: Number::from_digits(self.line).or(Some(Number::ZERO)),
            account,
            content: Content::Clear(clear),
        };
        let form = [CrcForm::Hexadecimal, CrcForm::Raw][usize::from(self.raw)];
        written(&frame, form);
        let mut random = [0; 16];
        random[..15].copy_from_slice(&self.padding);
        encrypted(&frame, &clear, random);
        if let Some(padding) = Padding::from_characters(self.padding) {
            let _ = format!("{padding:?}");
        }
    }
}
