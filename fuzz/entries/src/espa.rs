//! ESPA 4.4.4: blocks against a reader without shortcuts, captures against their own blocks, texts
//! against their limits. The machines are below.

mod codec;
mod heard;
mod line;
mod link;
mod matching;
mod station;
mod tap;

pub use codec::espa444_codec;
pub use line::espa444_line;
pub use link::{PHRASES, espa444_caller, espa444_receiver};
pub use matching::espa444_matching;
pub use tap::espa444_tap;

use alarm_codes::{EventId, Kind, Timestamp};
use arbitrary::{Arbitrary, Unstructured};
use espa444::alarm::{Line, LineKind, Received, Rule, Rules, TextMatch, event_of, examples};
use espa444::{
    BccForm, BlockBuf, CharacterSet, DecodeErrorKind, DecodeOptions, Decoded, EncodeError,
    EncodeOptions, Header, Item, Limits, RecordId, decode, decode_prefix, encode, encode_into,
    encoded_len, scan,
};

fn options() -> [DecodeOptions; 5] {
    [
        DecodeOptions::strict(),
        DecodeOptions::lenient(),
        DecodeOptions::lenient().accepting_missing_bcc(),
        DecodeOptions::lenient().without_parity_detection(),
        DecodeOptions::lenient().with_limits(Limits {
            block: 60,
            address: 4,
            text: 20,
        }),
    ]
}

/// Reads a block in every way and writes it again.
pub fn espa444_block(bytes: &[u8]) {
    let lenient = decode(bytes, &DecodeOptions::lenient());
    for options in options() {
        let read = decode(bytes, &options);
        match &read {
            Ok(decoded) => {
                assert!(bytes.starts_with(decoded.raw()));
                assert_eq!(decode_prefix(bytes, &options).as_ref(), Ok(decoded));
                assert_eq!(decode(decoded.raw(), &options).as_ref(), Ok(decoded));
                let owned = decoded.clone().into_owned();
                assert_eq!(&owned, decoded);
                assert_eq!(owned.block(), decoded.block());
                sound(decoded, &options);
                understood(decoded);
            }
            Err(error) => {
                assert!(error.offset <= bytes.len());
                let _ = (error.to_string(), error.kind.code());
            }
        }
    }
    if let Ok(strict) = decode(bytes, &DecodeOptions::strict()) {
        assert_eq!(lenient.as_ref(), Ok(&strict));
        for warning in strict.warnings() {
            assert_eq!(warning.kind.strict_answer(), None);
        }
    }
    if let Some(slow) = slowly(bytes) {
        let decoded = lenient
            .as_ref()
            .expect("the slow reader takes plain blocks only");
        let block = decoded.block();
        assert_eq!(block.raw_header(), slow.header);
        let records: Vec<_> = block.records().map(|record| record.as_bytes()).collect();
        assert_eq!(records, slow.records);
        assert_eq!(decoded.bcc().received, Some(slow.bcc));
    }
    written(bytes);
}

/// What holds for every block that was accepted.
fn sound(decoded: &Decoded<'_>, options: &DecodeOptions) {
    let raw = decoded.raw();
    assert!(raw.len() <= options.limits.block);
    let block = decoded.block();
    let records: usize = block
        .records()
        .map(|record| record.as_bytes().len() + 1)
        .sum();
    assert!(records <= block.raw_records().len() + 1);
    for record in block.records() {
        let identifier = record.raw_identifier().map_or(0, |raw| raw.len() + 1);
        assert_eq!(identifier + record.data().len(), record.as_bytes().len());
    }
    if let Some(received) = decoded.bcc().received {
        let summed = raw[1..raw.len() - 1].iter().fold(0, |sum, byte| sum ^ byte);
        assert_eq!(decoded.bcc().computed, summed);
        assert_eq!((received ^ summed) & 0x7F, 0);
    } else {
        assert!(options.accept_missing_bcc);
    }
    let _ = block.message();
    assert!(!format!("{decoded:?}").is_empty());
    // A block that can be written reads back as itself.
    if let Ok(own) = BlockBuf::try_from(&block) {
        let mut out = Vec::new();
        let wide = EncodeOptions::new()
            .allowing_unknown_headers()
            .with_limits(Limits {
                block: Limits::LARGEST_BLOCK,
                ..Limits::LENIENT
            });
        if let Err(error) = encode(&own.as_block(), &wide, &mut out) {
            // The one thing that is read and never written.
            assert_eq!(error, EncodeError::NoRecords);
            return;
        }
        let limits = Limits {
            block: Limits::LARGEST_BLOCK,
            ..Limits::LENIENT
        };
        let again = decode(&out, &DecodeOptions::lenient().with_limits(limits));
        assert_eq!(again.expect("it was written").block(), own.as_block());
    }
}

/// Every call is an event with its bytes, and nothing else is.
fn understood(decoded: &Decoded<'_>) {
    let mut line = Line::new("line", LineKind::FirePanel);
    line.rules = Rules::new(examples::norwegian_fire_panel()).expect("the examples are rules");
    let received = Received::new(EventId(1), Timestamp::UNIX_EPOCH);
    let event = event_of(decoded, &line, &received);
    assert_eq!(event.is_some(), decoded.block().header() == Header::CALL);
    if let Some(event) = event {
        assert_eq!(event.raw.expect("evidence").bytes.reveal().0, decoded.raw());
        assert_ne!(event.kind, Kind::Unmapped);
    }
}

struct Slow<'a> {
    header: &'a [u8],
    records: Vec<&'a [u8]>,
    bcc: u8,
}

/// ESPA reference 6 and 6.1 to the letter, one byte after the other; `None` for everything that is
/// not a plain block and nothing behind it.
fn slowly(bytes: &[u8]) -> Option<Slow<'_>> {
    let (&first, rest) = bytes.split_first()?;
    if first != 0x01 || bytes.len() > 512 {
        return None;
    }
    let stx = rest.iter().position(|&byte| byte < 0x20)?;
    let etx = rest.iter().position(|&byte| byte == 0x03)?;
    let header = &rest[..stx];
    if rest[stx] != 0x02 || !matches!(header, [b'1'..=b'5']) || stx > etx {
        return None;
    }
    let (bcc, behind) = rest[etx + 1..].split_first()?;
    let summed = rest[..=etx].iter().fold(0, |sum, byte| sum ^ byte);
    if *bcc != summed || !behind.is_empty() {
        return None;
    }
    let records: Vec<_> = rest[stx + 1..etx].split(|&byte| byte == 0x1E).collect();
    let plain = |record: &&[u8]| {
        let mut parts = record.splitn(2, |&byte| byte == 0x1F);
        let identifier = parts.next().unwrap_or_default();
        let fits = parts
            .next()
            .is_some_and(|data| data.len() <= 16 && data.iter().all(|&byte| byte >= 0x20));
        matches!(identifier, [0x21..=0x7E]) && fits
    };
    records.iter().all(plain).then_some(Slow {
        header,
        records,
        bcc: *bcc,
    })
}

/// A block built from the input.
#[derive(Debug, Arbitrary)]
struct Built<'a> {
    header: &'a str,
    records: Vec<(&'a str, &'a [u8])>,
    seven_bit: bool,
}

/// decode(encode(x)) == x, and the two ways of writing agree.
fn written(data: &[u8]) {
    let Ok(built) = Built::arbitrary(&mut Unstructured::new(data)) else {
        return;
    };
    let Ok(mut block) = BlockBuf::new(Header::new(built.header)) else {
        return;
    };
    for (identifier, data) in &built.records {
        let before = block.clone();
        if block.push(RecordId::new(identifier), data).is_err() {
            assert_eq!(block, before, "a record refused leaves nothing behind");
        }
    }
    let mut options = EncodeOptions::new();
    if built.seven_bit {
        options = options.with_bcc(BccForm::SevenBit);
    }
    let mut out = b"before".to_vec();
    let length = encoded_len(&block.as_block(), &options);
    let mut buffer = [0xAA; Limits::LARGEST_BLOCK];
    let into = encode_into(&block.as_block(), &options, &mut buffer);
    assert_eq!(into, length);
    if let Err(error) = encode(&block.as_block(), &options, &mut out) {
        assert_eq!(length, Err(error));
        assert_eq!(out, b"before");
        assert!(buffer.iter().all(|&byte| byte == 0xAA));
        return;
    }
    let bytes = &out[b"before".len()..];
    assert_eq!(length, Ok(bytes.len()));
    assert_eq!(&buffer[..bytes.len()], bytes);
    let read = decode(bytes, &DecodeOptions::lenient()).expect("what was written is read");
    assert_eq!(read.block(), block.as_block());
    let strict = decode(bytes, &DecodeOptions::strict());
    match strict {
        Ok(strict) => assert_eq!(strict.block(), block.as_block()),
        Err(error) => assert!(
            built.seven_bit && matches!(error.kind, DecodeErrorKind::Deviation(_)),
            "{error}"
        ),
    }
}

fn is_block(item: &Item<'_>) -> bool {
    matches!(
        item,
        Item::Block(_) | Item::RefusedBlock(_) | Item::TruncatedBlock | Item::BlockWithoutStart
    )
}

/// Takes a capture apart.
pub fn espa444_capture(bytes: &[u8]) {
    for options in options() {
        let mut at = 0;
        let mut blocks = Vec::new();
        for scanned in scan(bytes, &options) {
            assert_eq!(scanned.range.start, at, "ranges tile the capture");
            assert!(scanned.range.end > at && scanned.range.end <= bytes.len());
            at = scanned.range.end;
            let own = &bytes[scanned.range.clone()];
            match &scanned.item {
                Item::Block(decoded) => {
                    assert_eq!(decoded.raw(), own);
                    // ETX and the BCC end it, and no other ETX is in it: no BCC was left over to
                    // be taken for control.
                    let etx = own.iter().position(|&byte| byte == 0x03);
                    let bcc = usize::from(decoded.bcc().received.is_some());
                    assert_eq!(etx.map(|etx| etx + 1 + bcc), Some(own.len()));
                    assert_eq!(decode(own, &options).as_ref(), Ok(decoded));
                }
                Item::Poll(address) | Item::Select(address) | Item::PollOrSelect(address) => {
                    assert_eq!(own.len(), address.as_bytes().len() + 1);
                    assert_eq!(own[own.len() - 1] & 0x7F, 0x05);
                }
                Item::EndOfTransmission => assert_eq!(own[own.len() - 1] & 0x7F, 0x04),
                Item::Acknowledgement => assert_eq!(own[own.len() - 1] & 0x7F, 0x06),
                Item::NegativeAcknowledgement(prefix) => {
                    assert_eq!(own.len(), 1 + usize::from(prefix.is_some()));
                    assert_eq!(own[own.len() - 1] & 0x7F, 0x15);
                }
                _ => {}
            }
            if is_block(&scanned.item) {
                blocks.push(scanned);
            }
        }
        assert_eq!(at, bytes.len(), "every byte belongs to an item");
        assert!(scan(bytes, &options).blocks().eq(blocks.iter().cloned()));
        let mut folded = Vec::new();
        scan(bytes, &options).for_each(|scanned| folded.push(scanned));
        assert!(folded.into_iter().eq(scan(bytes, &options)));
    }
    found_behind(bytes);
}

/// A good block whose BCC looks like EOT, behind anything and an EOT.
fn found_behind(bytes: &[u8]) {
    const GOOD: &[u8] = b"\x011\x021\x1F31\x1E2\x1FDET 15Z\x03\x04";
    let options = DecodeOptions::lenient();
    let capture = [bytes, b"\x04\x04", GOOD, b"\x06"].concat();
    let last = scan(&capture, &options).last().map(|scanned| scanned.item);
    // Bytes that end in ETX take the next one as their BCC; the second EOT stands for itself.
    let found = scan(&capture, &options)
        .filter(|scanned| matches!(&scanned.item, Item::Block(decoded) if decoded.raw() == GOOD));
    assert!(found.count() >= 1, "{last:?}");
    assert_eq!(last, Some(Item::Acknowledgement));
}

/// Texts in every character set, and rules about them.
pub fn espa444_text(data: &[u8]) {
    let (limit, bytes) = data
        .split_first()
        .map_or((0, data), |(&limit, rest)| (usize::from(limit), rest));
    let mut out = Vec::new();
    for &set in CharacterSet::ALL {
        let text = set.decode(bytes);
        let shown = |c: char| !c.is_ascii_control() || matches!(c, '\r' | '\n' | '\t' | '\x7F');
        assert!(text.chars().all(shown), "control characters are left out");
        out.clear();
        let encoded = set.encode(&text, usize::MAX, &mut out);
        assert_eq!(encoded.length, out.len());
        assert!(!encoded.cut);
        let kept: Vec<u8> = bytes
            .iter()
            .copied()
            .filter(|&byte| is_text(byte))
            .collect();
        let one_byte = !matches!(set, CharacterSet::Auto | CharacterSet::Utf8);
        if one_byte && encoded.replaced == 0 && !text.contains(char::REPLACEMENT_CHARACTER) {
            assert_eq!(out, kept, "{set:?} comes back");
        }
        if set.is_seven_bit() {
            assert!(out.is_ascii());
        }
        fits(&out);
        // Any text, not only its own.
        if let Ok(text) = std::str::from_utf8(bytes) {
            out.clear();
            let encoded = set.encode(text, limit, &mut out);
            assert!(out.len() <= limit && encoded.length == out.len());
            fits(&out);
            if encoded.replaced == 0 && !encoded.cut && set != CharacterSet::Auto {
                // Norway prints 7E as an overline.
                let read = set.decode(&out).replace('\u{203E}', "~");
                assert_eq!(read, text.replace('\u{203E}', "~"));
            }
        }
    }
    ruled(bytes);
}

const fn is_text(byte: u8) -> bool {
    byte >= 0x20 || matches!(byte, b'\r' | b'\n' | b'\t')
}

/// What was encoded can stand in a record.
fn fits(text: &[u8]) {
    let mut call = BlockBuf::call(b"31").expect("an address");
    call.push(RecordId::DISPLAY_MESSAGE, text).expect("a text");
}

/// The first line is a rule of every kind, the rest the text it is held against.
fn ruled(bytes: &[u8]) {
    let Some(at) = bytes.iter().position(|&byte| byte == b'\n') else {
        return;
    };
    let Ok(wanted) = std::str::from_utf8(&bytes[..at]) else {
        return;
    };
    let text: Vec<u8> = bytes[at + 1..]
        .iter()
        .copied()
        .filter(|&byte| is_text(byte))
        .take(1024)
        .collect();
    let mut call = BlockBuf::call(b"31").expect("an address");
    call.push(RecordId::DISPLAY_MESSAGE, &text).expect("a text");
    let mut line = Vec::new();
    let wide = EncodeOptions::new().with_limits(Limits {
        block: Limits::LARGEST_BLOCK,
        ..Limits::LENIENT
    });
    encode(&call.as_block(), &wide, &mut line).expect("a block");
    let options = DecodeOptions::lenient().with_limits(wide.limits);
    let decoded = decode(&line, &options).expect("it was written");
    let matches = [
        TextMatch::Equals(wanted.into()),
        TextMatch::Prefix(wanted.into()),
        TextMatch::Contains(wanted.into()),
        TextMatch::Word(wanted.into()),
        TextMatch::Pattern(wanted.into()),
    ];
    let mut held = [false; 5];
    for exact in [false, true] {
        for (holds, condition) in held.iter_mut().zip(&matches) {
            let mut rule = Rule::new(Kind::Fall).with_text(condition.clone());
            if exact {
                rule = rule.with_exact_letters();
            }
            let Ok(rules) = Rules::new(vec![rule]) else {
                continue;
            };
            let mut site = Line::new("line", LineKind::Calls);
            site.rules = rules;
            let received = Received::new(EventId(1), Timestamp::UNIX_EPOCH);
            let event = event_of(&decoded, &site, &received).expect("a call is an event");
            *holds = event.kind == Kind::Fall;
        }
        let [equals, prefix, contains, word, _] = held;
        // From narrow to wide.
        assert!(!equals || prefix && contains && word);
        assert!(!(prefix || word) || contains);
    }
}
