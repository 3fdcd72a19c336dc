//! F1 frames beside a search without shortcuts, one bit after the other (Climax reference 2.7).

use arbitrary::{Arbitrary, Unstructured};
use climax_rf::checksum::{CrcParameters, CrcWidth};
use climax_rf::f1::{
    Bits, ChipCrc, CrcOver, Declaration, EncodeOptions, Family, Forward, Found, FrameCrc,
    LengthRule, Leniency, Payload, Polarities, Polarity, Row, SearchOptions, SeenBelow, State,
    SyncTolerance, SyncWord, Truncated, WarningKind, decode, encode, packet, rows, search,
};
use climax_rf::{ByteOrder, Provenance};

/// The longest stream, in bits.
const LONGEST: usize = 4096;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    tolerance: u8,
    polarities: u8,
    late_rows: bool,
    last_bit_lost: bool,
    crc_cut_short: bool,
    declared: Option<Declared>,
    cut: u8,
    pieces: Vec<Piece<'a>>,
}

/// A family of its own.
#[derive(Debug, Arbitrary)]
struct Declared {
    word: u64,
    bits: u8,
    fixed: Option<u8>,
    min: u8,
    max: u8,
    expected: u8,
    crc: Option<(u8, [u32; 3], [bool; 4])>,
    seen_below: Option<(u8, u8)>,
}

#[derive(Debug, Arbitrary)]
enum Piece<'a> {
    /// Bits as they are.
    Noise(&'a [u8]),
    /// A frame, some of its bits wrong, its end missing.
    Frame {
        payload: &'a [u8],
        lead: u8,
        inverted: bool,
        wrong: [u8; 3],
        flips: u8,
        cut: u8,
    },
}

impl Declared {
    fn family(&self) -> Option<Family> {
        let bits = 16 + self.bits % 49;
        let crc = self.crc.map(|(width, values, flags)| {
            let width = [8, 16, 24, 32][usize::from(width % 4)];
            let [polynomial, initial, xor_out] = values.map(|value| value >> (32 - width));
            let [reflect_in, reflect_out, ..] = flags;
            FrameCrc {
                parameters: CrcParameters {
                    width: CrcWidth::from_bits(width).expect("a width"),
                    polynomial,
                    initial,
                    reflect_in,
                    reflect_out,
                    xor_out,
                },
                byte_order: [ByteOrder::LowFirst, ByteOrder::HighFirst][usize::from(flags[2])],
                over: [CrcOver::Payload, CrcOver::LengthAndPayload][usize::from(flags[3])],
            }
        });
        Family::declare(Declaration {
            name: "declared".into(),
            provenance: Provenance::User,
            sync: SyncWord::new(self.word >> (64 - bits), bits).ok()?,
            length: match self.fixed {
                Some(length) => LengthRule::Fixed(length),
                None => LengthRule::Byte {
                    min: self.min,
                    max: self.max,
                    expected: vec![self.expected].into(),
                },
            },
            crc,
            seen_below: self
                .seen_below
                .map(|(byte, limit)| SeenBelow { byte, limit }),
            ..Family::F1.declaration().clone()
        })
        .ok()
    }
}

impl Input<'_> {
    fn options(&self) -> SearchOptions {
        let family = self.declared.as_ref().and_then(Declared::family);
        let mut options = SearchOptions::new()
            .with_family(family.unwrap_or_default())
            .with_tolerance(SyncTolerance::ALL[usize::from(self.tolerance % 4)])
            .with_polarities(
                [Polarities::Both, Polarities::Normal, Polarities::Inverted]
                    [usize::from(self.polarities % 3)],
            );
        options.late_rows = self.late_rows;
        options.last_bit_lost = self.last_bit_lost;
        options.crc_cut_short = self.crc_cut_short;
        options
    }

    fn stream(&self, family: &Family) -> Vec<bool> {
        let mut stream = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Noise(bytes) => stream.extend(bits_of(bytes)),
                Piece::Frame {
                    payload,
                    lead,
                    inverted,
                    wrong,
                    flips,
                    cut,
                } => {
                    let Some(mut frame) = written(payload, family, usize::from(*lead), *inverted)
                    else {
                        continue;
                    };
                    for wrong in &wrong[..usize::from(flips % 4)] {
                        let at = usize::from(*wrong) % frame.len();
                        frame[at] ^= true;
                    }
                    frame.truncate(frame.len().saturating_sub(usize::from(cut / 8)));
                    stream.append(&mut frame);
                }
            }
            if stream.len() > LONGEST {
                break;
            }
        }
        stream.truncate(LONGEST - usize::from(self.cut % 8));
        stream
    }
}

fn bits_of(bytes: &[u8]) -> impl Iterator<Item = bool> + '_ {
    bytes
        .iter()
        .flat_map(|byte| (0..8).map(move |bit| byte & (0x80 >> bit) != 0))
}

fn packed(bits: &[bool]) -> Vec<u8> {
    let byte = |bits: &[bool]| {
        let number = bits
            .iter()
            .fold(0, |number, bit| number << 1 | u8::from(*bit));
        number << (8 - bits.len())
    };
    bits.chunks(8).map(byte).collect()
}

/// A frame of the encoder, checked against the parts that make it up.
fn written(payload: &[u8], family: &Family, lead: usize, inverted: bool) -> Option<Vec<bool>> {
    let polarity = [Polarity::Normal, Polarity::Inverted][usize::from(inverted)];
    let options = EncodeOptions::new().with_lead(lead).with_polarity(polarity);
    let mut buffer = [0; 512];
    let Ok(bits) = encode(payload, family, options, &mut buffer) else {
        let length = u8::try_from(payload.len());
        assert!(!length.is_ok_and(|length| family.length().accepts(length)));
        return None;
    };
    let stream: Vec<bool> = (0..bits.len()).filter_map(|at| bits.get(at)).collect();
    let sync = family.sync();
    let mut expected: Vec<bool> = bits_of(&family.declaration().preamble).collect();
    expected.extend((0..sync.len()).rev().map(|bit| sync.word() >> bit & 1 == 1));
    let mut body = Vec::new();
    if let LengthRule::Byte { .. } = family.length() {
        body.push(u8::try_from(payload.len()).expect("the encoder took it"));
    }
    body.extend_from_slice(payload);
    let check = slow_check(family, payload);
    expected.extend(bits_of(&body).chain(check));
    for bit in &mut expected {
        *bit ^= inverted;
    }
    assert_eq!(stream[..lead], vec![false; lead]);
    assert_eq!(stream[lead..], expected);
    Some(stream)
}

/// The check in the order of the air, one bit after the other.
fn slow_check(family: &Family, payload: &[u8]) -> Vec<bool> {
    let Some(crc) = family.crc() else {
        return Vec::new();
    };
    let mut over = Vec::new();
    let has_byte = matches!(family.length(), LengthRule::Byte { .. });
    if crc.over == CrcOver::LengthAndPayload && has_byte {
        over.push(u8::try_from(payload.len()).expect("one length byte"));
    }
    over.extend_from_slice(payload);
    let CrcParameters {
        width,
        polynomial,
        initial,
        reflect_in,
        reflect_out,
        xor_out,
    } = crc.parameters;
    let width = u32::from(width.bits());
    let mut register = u64::from(initial);
    for byte in over {
        for bit in 0..8 {
            let bit = if reflect_in { bit } else { 7 - bit };
            let carry = register >> (width - 1) & 1 ^ u64::from(byte >> bit & 1);
            register = (register << 1) & (u64::MAX >> (64 - width));
            register ^= carry * u64::from(polynomial);
        }
    }
    let mut bits: Vec<bool> = (0..width)
        .rev()
        .map(|bit| register >> bit & 1 == 1)
        .collect();
    if reflect_out {
        bits.reverse();
    }
    for (index, bit) in bits.iter_mut().rev().enumerate() {
        *bit ^= xor_out >> index & 1 == 1;
    }
    if crc.byte_order == ByteOrder::LowFirst {
        bits = bits.rchunks(8).flatten().copied().collect();
    }
    bits
}

/// What the slow search says of a frame.
#[derive(Debug, PartialEq)]
struct Slow {
    offset: usize,
    body: usize,
    end: usize,
    state: State,
    polarity: Polarity,
    sync_errors: Option<u8>,
    payload: Vec<u8>,
}

impl Slow {
    fn of(found: &Found) -> Self {
        Slow {
            offset: found.offset,
            body: found.body,
            end: found.end,
            state: found.frame.state(),
            polarity: found.frame.polarity(),
            sync_errors: found.frame.sync_errors(),
            payload: found.frame.payload().to_vec(),
        }
    }
}

/// Rules 1 to 6 to the letter; also how many lengths were refused.
fn slowly(stream: &[bool], options: &SearchOptions) -> (Vec<Slow>, u64) {
    let (mut found, mut refused) = (Vec::new(), 0);
    let sync = options.family.sync();
    let length = sync.len() as usize;
    let word: Vec<bool> = (0..sync.len())
        .rev()
        .map(|bit| sync.word() >> bit & 1 == 1)
        .collect();
    let tried = [
        (Polarity::Normal, options.polarities != Polarities::Inverted),
        (Polarity::Inverted, options.polarities != Polarities::Normal),
    ];
    let meets = |seen: &[bool], word: &[bool], allowed: usize| {
        tried.iter().find_map(|&(polarity, tried)| {
            let flip = polarity == Polarity::Inverted;
            let wrong = seen
                .iter()
                .zip(word)
                .filter(|(a, b)| (**a ^ flip) != **b)
                .count();
            (tried && wrong <= allowed).then_some((polarity, wrong))
        })
    };
    let mut at = 0;
    if options.late_rows && options.family.crc().is_some() {
        for offset in 0..8 {
            let body = offset + length - 8;
            let Some((polarity, _)) = stream
                .get(offset..body)
                .and_then(|seen| meets(seen, &word[8..], 0))
            else {
                continue;
            };
            let exact = SearchOptions::new().with_family(options.family.clone());
            if let Some((state @ State::Ok, payload, end)) = read(stream, body, polarity, &exact) {
                found.push(Slow {
                    offset,
                    body,
                    end,
                    state,
                    polarity,
                    sync_errors: None,
                    payload,
                });
                at = end;
                break;
            }
        }
    }
    while let Some(seen) = stream.get(at..at + length) {
        let offset = at;
        at += 1;
        let allowed = options.tolerance.bits() as usize;
        let Some((polarity, wrong)) = meets(seen, &word, allowed) else {
            continue;
        };
        let body = offset + length;
        let Some((state, payload, end)) = read(stream, body, polarity, options) else {
            refused += 1;
            continue;
        };
        if state.is_event() {
            at = end;
        }
        found.push(Slow {
            offset,
            body,
            end,
            state,
            polarity,
            sync_errors: u8::try_from(wrong).ok(),
            payload,
        });
    }
    (found, refused)
}

/// Length, payload and check; `None` for a refused length.
fn read(
    stream: &[bool],
    body: usize,
    polarity: Polarity,
    options: &SearchOptions,
) -> Option<(State, Vec<u8>, usize)> {
    let rest: Vec<bool> = stream[body..]
        .iter()
        .map(|bit| bit ^ (polarity == Polarity::Inverted))
        .collect();
    let cut = |crc_bits, right| State::Truncated(Truncated { crc_bits, right });
    let whole = |bits: &[bool]| {
        let bytes = bits.len() / 8;
        packed(&bits[..bytes * 8])
    };
    let (length, start) = match options.family.length() {
        LengthRule::Fixed(length) => (*length, 0),
        rule => {
            let Some(bits) = rest.get(..8) else {
                return Some((cut(0, true), Vec::new(), stream.len()));
            };
            let length = packed(bits)[0];
            if !rule.accepts(length) {
                return None;
            }
            (length, 8)
        }
    };
    let end = start + usize::from(length) * 8;
    let Some(payload) = rest.get(start..end) else {
        return Some((cut(0, true), whole(&rest[start..]), stream.len()));
    };
    let payload = packed(payload);
    let check = slow_check(&options.family, &payload);
    let there = &rest[end..rest.len().min(end + check.len())];
    let right = check.starts_with(there);
    let events = if options.family.length().expects(length) {
        State::Ok
    } else {
        State::UnseenLength
    };
    let state = if there.len() < check.len() {
        if right && options.crc_cut_short && there.len() * 4 >= check.len() * 3 {
            State::Lenient(Leniency::CrcCutShort)
        } else {
            cut(u8::try_from(there.len()).expect("32 bits at most"), right)
        }
    } else if right {
        events
    } else if options.last_bit_lost && there[..check.len() - 1] == check[..check.len() - 1] {
        State::Lenient(Leniency::LastBitLost)
    } else {
        State::BadCrc
    };
    Some((state, payload, body + end + there.len()))
}

/// Searches a stream, and reads the input as bytes of a chip and as text.
pub fn climax_f1(data: &[u8]) {
    if let Ok(input) = Input::arbitrary(&mut Unstructured::new(data)) {
        let options = input.options();
        let stream = input.stream(&options.family);
        searched(&stream, &options);
        printed(&stream);
        chip(data, &options.family);
    }
    if let Ok(text) = std::str::from_utf8(data) {
        any_text(text);
    }
}

fn searched(stream: &[bool], options: &SearchOptions) {
    let bytes = packed(stream);
    let bits = Bits::new(&bytes, stream.len()).expect("that many bits");
    let mut frames = search(bits, options);
    let found: Vec<_> = frames.by_ref().collect();
    let (slow, refused) = slowly(stream, options);
    assert_eq!(found.iter().map(Slow::of).collect::<Vec<_>>(), slow);
    assert_eq!(frames.refused(), refused);
    assert_eq!(frames.refused_length().is_some(), refused > 0);
    assert!(frames.next().is_none());
    for found in &found {
        let frame = &found.frame;
        let opaque = Payload::opaque(frame);
        assert_eq!(opaque.device(), None);
        let warnings = frame.warnings();
        let inverted = frame.polarity() == Polarity::Inverted;
        assert_eq!(warnings.contains(WarningKind::Inverted), inverted);
        let wrong = frame.sync_errors().is_some_and(|errors| errors > 0);
        assert_eq!(warnings.contains(WarningKind::SyncErrors), wrong);
        let marked = frame.state() == State::UnseenLength;
        assert_eq!(frame.state().forward() == Forward::MarkedEvent, marked);
        assert_eq!(warnings.iter().count(), warnings.len());
        let _ = (frame.state().to_string(), format!("{frame:?}"));
    }
    // Whole bytes: the best frame of those that the search finds.
    let whole = &bytes[..stream.len() / 8];
    let rank = |found: &Found| match found.frame.state().forward() {
        Forward::Event | Forward::MarkedEvent => 0,
        Forward::RecordOnly => 1,
        Forward::Never => 2,
    };
    let best = search(Bits::of_bytes(whole), options).min_by_key(rank);
    assert_eq!(decode(whole, options).ok(), best);
}

/// A row that was printed is read as the same bits.
fn printed(stream: &[bool]) {
    let digits: String = packed(stream)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let text = format!(
        "{{{}}}{}",
        stream.len(),
        &digits[..stream.len().div_ceil(4)]
    );
    let mut buffer = [0xFF; LONGEST / 8];
    let row = Row::parse(&text).expect("a row");
    let bits = row.read_into(&mut buffer).expect("room for it");
    let read: Vec<bool> = (0..bits.len()).filter_map(|at| bits.get(at)).collect();
    assert_eq!(read, stream);
}

/// What a chip hands on, beside the same bits behind an exact sync word.
fn chip(bytes: &[u8], family: &Family) {
    let bytes = &bytes[..bytes.len().min(300)];
    let stream: Vec<bool> = bits_of(bytes).collect();
    let options = SearchOptions::new().with_family(family.clone());
    let slow = read(&stream, 0, Polarity::Normal, &options);
    match packet(bytes, ChipCrc::Bytes, family) {
        Ok(frame) => {
            let (state, payload, end) = slow.expect("the length was taken");
            assert_eq!((frame.state(), frame.payload()), (state, &payload[..]));
            let behind = frame.warnings().contains(WarningKind::TrailingBytes);
            assert_eq!(behind, end < stream.len());
        }
        Err(_) => assert!(bytes.is_empty() || slow.is_none()),
    }
    for (crc, event) in [(ChipCrc::Passed, true), (ChipCrc::Failed, false)] {
        if let Ok(frame) = packet(bytes, crc, family) {
            let whole = !matches!(frame.state(), State::Truncated(_));
            assert!(!frame.state().is_event() || event || family.crc().is_none());
            assert!(!whole || frame.check().is_none());
        }
    }
}

fn any_text(text: &str) {
    let mut buffer = [0; 1024];
    let mut last = None;
    for row in rows(text) {
        let offset = match row {
            Ok(row) => {
                if let Ok(bits) = row.read_into(&mut buffer) {
                    assert_eq!(bits.len(), row.bits());
                }
                row.offset()
            }
            Err(error) => error.offset,
        };
        assert!(last.is_none_or(|last| last < offset) && offset < text.len());
        last = Some(offset);
    }
}
