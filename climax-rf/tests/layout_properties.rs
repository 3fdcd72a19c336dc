//! Random layouts, random values: what is written is read, whatever happens to the line.
#![cfg(feature = "layout")]
#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "a test that cannot go on"
)]

use std::fmt::Write;

use climax_rf::Time;
use climax_rf::layout::{
    EncodeError, Encoding, Field, Layout, Place, Receiver, ReceiverEvent, Shape, Terminator, Test,
    Value, Values,
};
use proptest::prelude::*;

/// The framing of a random layout.
#[derive(Debug, Clone)]
struct Line {
    start: &'static [u8],
    end: &'static [u8],
    escape: Option<&'static str>,
    check: Option<(String, usize)>,
    after_end: bool,
    /// Fixed, by mark, or a length field written so many bytes long.
    ends: Ends,
}

#[derive(Debug, Clone)]
enum Ends {
    Mark,
    Fixed,
    Length { bytes: usize, rest: String },
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x} ")).collect()
}

fn line() -> impl Strategy<Value = Line> {
    let xor = "{ byte = \"10\", bytes = \"02 03 10\", xor = \"20\" }";
    let hdlc = "{ byte = \"7d\", bytes = \"7d 7e\", xor = \"20\" }";
    let map = "{ byte = \"10\", map = { \"10\" = \"81\", \"02\" = \"82\", \"03\" = \"83\" } }";
    let double = "{ byte = \"10\", map = { \"10\" = \"10\" } }";
    type Marks = (&'static [u8], &'static [u8], Option<&'static str>);
    let marks: Vec<Marks> = vec![
        (b"\x02", b"\x03", Some(xor)),
        (b"\x02", b"\x03", Some(map)),
        (b"\x02", b"\x03", None),
        (b"\x10\x02", b"\x10\x03", Some(double)),
        (b"\x7e", b"\x7e", Some(hdlc)),
        (b"\xaa\x55", b"", None),
        (b"\xaa\x55", b"\r\n", None),
        (b"", b"\r\n", None),
        (b"", b"\x03", Some(xor)),
    ];
    let ends = prop_oneof![
        Just(Ends::Mark),
        Just(Ends::Fixed),
        (
            1..=2usize,
            0..3i32,
            prop::sample::select(vec!["frame", "after", "data"]),
            any::<bool>()
        )
            .prop_map(|(bytes, add, counts, little)| Ends::Length {
                bytes,
                rest: format!(
                    "counts = \"{counts}\", add = {add}, order = \"{}\"",
                    if little { "little" } else { "big" }
                ),
            }),
        (3..=4usize, prop::sample::select(vec!["hex", "decimal"])).prop_map(|(bytes, encoding)| {
            Ends::Length {
                bytes,
                rest: format!("counts = \"data\", encoding = \"{encoding}\""),
            }
        }),
    ];
    (
        prop::sample::select(marks),
        prop::option::weighted(0.9, check()),
        any::<bool>(),
        ends,
    )
        .prop_map(|((start, end, escape), check, after_end, ends)| Line {
            start,
            end,
            escape,
            after_end: after_end && check.is_some(),
            check,
            ends: if end.is_empty() && matches!(ends, Ends::Mark) {
                Ends::Fixed
            } else {
                ends
            },
        })
}

/// The text of a check and the bytes that it takes with its prefix.
fn check() -> impl Strategy<Value = (String, usize)> {
    let crcs = [
        ("width = 8, polynomial = 0x07", 1),
        (
            "width = 8, polynomial = 0x31, reflect_in = true, reflect_out = true",
            1,
        ),
        ("width = 16, polynomial = 0x8005, initial = 0xFFFF", 2),
        ("width = 16, polynomial = 0x1021, xor_out = 0xFFFF", 2),
        (
            "width = 32, polynomial = 0x04C11DB7, initial = 0xFFFFFFFF, reflect_in = true, reflect_out = true, xor_out = 0xFFFFFFFF",
            4,
        ),
    ];
    let mut kinds: Vec<(String, usize)> = crcs
        .iter()
        .map(|(text, size)| (format!("kind = \"crc\", {text}"), *size))
        .collect();
    for complement in ["none", "ones", "twos"] {
        kinds.push((
            format!("kind = \"sum8\", initial = 3, complement = \"{complement}\""),
            1,
        ));
        kinds.push((
            format!("kind = \"sum16\", complement = \"{complement}\""),
            2,
        ));
        kinds.push((format!("kind = \"xor\", complement = \"{complement}\""), 1));
    }
    kinds.push(("kind = \"fletcher\"".into(), 2));
    kinds.push(("kind = \"fletcher\", modulus = 255".into(), 2));
    let form = (any::<bool>(), any::<bool>(), any::<bool>());
    (prop::sample::select(kinds), form).prop_map(|((mut text, mut size), (hex, little, prefix))| {
        if hex {
            text += ", encoding = \"hex\"";
            size *= 2;
        }
        if little {
            text += ", order = \"little\"";
        }
        if prefix {
            text += ", prefix = \"2a\"";
            size += 1;
        }
        (text, size)
    })
}

/// A field: what stands in the layout, and how long it is.
fn field() -> impl Strategy<Value = (String, usize)> {
    let flag = || any::<bool>();
    prop_oneof![
        (1..=8usize, flag(), flag()).prop_map(|(bytes, signed, little)| {
            let order = if little { "little" } else { "big" };
            (format!("bytes = {bytes}\nsigned = {signed}\norder = \"{order}\""), bytes)
        }),
        (1..=4usize, 0..8u32, 1..=24u32, flag(), flag()).prop_map(
            |(bytes, low, count, signed, hex)| {
                let width = bytes as u32 * if hex { 4 } else { 8 };
                let low = low.min(width - 1);
                let count = count.min(width - low);
                let encoding = if hex { "hex" } else { "binary" };
                let text = format!(
                    "bytes = {bytes}\nbit = {low}\nbits = {count}\nsigned = {signed}\nencoding = \"{encoding}\""
                );
                (text, bytes)
            }
        ),
        (1..=9usize, flag()).prop_map(|(bytes, little)| {
            let order = if little { "little" } else { "big" };
            (format!("bytes = {bytes}\nencoding = \"bcd\"\norder = \"{order}\""), bytes)
        }),
        (1..=18usize, flag(), flag()).prop_map(|(bytes, signed, blank)| {
            let pad = if blank { "20" } else { "30" };
            let text = format!(
                "bytes = {bytes}\nencoding = \"decimal\"\nsigned = {signed}\npad = \"{pad}\""
            );
            (text, bytes)
        }),
        (1..=16usize).prop_map(|bytes| (format!("bytes = {bytes}\nencoding = \"hex\""), bytes)),
        (1..=12usize).prop_map(|bytes| (format!("bytes = {bytes}\nencoding = \"text\""), bytes)),
        (1..=12usize).prop_map(|bytes| (format!("bytes = {bytes}\nencoding = \"bytes\""), bytes)),
    ]
}

/// The text of a layout.
fn layout() -> impl Strategy<Value = String> {
    let fields = prop::collection::vec((field(), any::<bool>()), 0..6);
    let tail = prop::option::of(prop::sample::select(vec!["text", "bytes"]));
    (line(), fields, tail, any::<bool>()).prop_map(|(line, fields, tail, back)| {
        let mut text = String::from("version = 1\nname = \"random\"\n[framing]\nmax_length = 200\n");
        for (key, mark) in [("start", line.start), ("end", line.end)] {
            if !mark.is_empty() {
                writeln!(text, "{key} = \"{}\"", hex(mark)).unwrap();
            }
        }
        if let Some(escape) = line.escape {
            writeln!(text, "escape = {escape}").unwrap();
        }
        let position = if line.after_end { "after_end" } else { "before_end" };
        if let Some((check, _)) = &line.check {
            writeln!(text, "checksum = {{ {check}, position = \"{position}\" }}").unwrap();
        }
        let trailer = line.end.len() + line.check.as_ref().map_or(0, |(_, size)| *size);
        let mut offset = line.start.len();
        if let Ends::Length { bytes, rest } = &line.ends {
            writeln!(text, "length = {{ offset = {offset}, bytes = {bytes}, {rest} }}").unwrap();
            offset += bytes;
        }
        let mut body = String::new();
        // A first byte for the others to depend on.
        writeln!(body, "[[field]]\nname = \"kind\"\noffset = {offset}").unwrap();
        offset += 1;
        for (i, ((field, bytes), conditional)) in fields.iter().enumerate() {
            writeln!(body, "[[field]]\nname = \"f{i}\"\noffset = {offset}\n{field}").unwrap();
            if *conditional {
                writeln!(body, "when = {{ field = \"kind\", at_least = 128 }}").unwrap();
            }
            offset += bytes;
        }
        let mut behind = 0;
        if back {
            behind = 2;
            let from = trailer + behind;
            writeln!(body, "[[field]]\nname = \"back\"\noffset = -{from}\nbytes = 2").unwrap();
        }
        match (&line.ends, tail) {
            (Ends::Fixed, _) => {
                let whole = offset + behind + trailer;
                writeln!(text, "fixed_length = {whole}").unwrap();
            }
            (_, Some(encoding)) => {
                writeln!(body, "[[field]]\nname = \"tail\"\noffset = {offset}\nbytes = \"rest\"\nencoding = \"{encoding}\"").unwrap();
            }
            (_, None) => {}
        }
        text + &body
    })
}

/// A value that a field can hold, made of a seed.
fn value(field: &Field, seed: u64, raw: &[u8]) -> Value {
    let length = match field.place {
        Place::At { length, .. } => length,
        _ => raw.len(),
    };
    let some = || raw.iter().copied().cycle().take(length);
    let number = |bits: u32| {
        let unused = 64 - bits.min(64);
        if field.signed {
            Value::Signed(((seed << unused) as i64) >> unused)
        } else {
            Value::Unsigned(seed << unused >> unused)
        }
    };
    let bits = field.bits.map(|bits| bits.count);
    match field.encoding {
        Encoding::Binary => number(bits.unwrap_or(length as u32 * 8)),
        Encoding::Hex => number(bits.unwrap_or(length as u32 * 4)),
        Encoding::Bcd => Value::Unsigned(seed % 10u64.pow(length as u32 * 2)),
        Encoding::Decimal if field.signed && seed % 2 == 1 && length > 1 => {
            Value::Signed(-((seed % 10u64.pow(length as u32 - 1)) as i64))
        }
        Encoding::Decimal if field.signed => {
            Value::Signed((seed % 10u64.pow(length as u32)) as i64)
        }
        Encoding::Decimal => Value::Unsigned(seed % 10u64.pow(length as u32)),
        Encoding::Text => {
            let text: String = some().map(char::from).collect();
            let text = match field.place {
                Place::At { .. } => text.trim_end_matches(' '),
                _ => &text,
            };
            Value::Text(text.to_owned())
        }
        _ => Value::Bytes(some().collect()),
    }
}

fn values(layout: &Layout, seeds: &[u64], raw: &[u8]) -> Values {
    let mut values = Values::new();
    for (field, seed) in layout.fields().iter().zip(seeds.iter().cycle()) {
        let there = field.when.iter().all(|condition| {
            let on = &layout.fields()[condition.field];
            let number = values.get(&on.name).and_then(Value::number);
            condition.tests.iter().all(|test| match test {
                Test::AtLeast(least) => number.is_some_and(|number| number >= *least),
                _ => panic!("the generator makes no other test"),
            })
        });
        if there {
            values.set(field.name.clone(), value(field, *seed, raw));
        }
    }
    values
}

/// True where the framing itself keeps data and marks apart.
fn is_transparent(layout: &Layout) -> bool {
    let Shape::Wire(framing) = layout.shape() else {
        return true;
    };
    framing.escape.as_ref().is_some_and(|escape| {
        let first = framing.end.first();
        first.is_none_or(|first| {
            *first == escape.byte || escape.codes.iter().any(|(byte, _)| byte == first)
        })
    }) || !matches!(framing.terminator, Terminator::Mark)
}

/// The frames that a line gives, fed in pieces of this size, with all time-outs over at the end.
fn frames(receiver: &mut Receiver, bytes: &[u8], piece: usize) -> Vec<Values> {
    let mut found = Vec::new();
    let mut events = 0;
    let mut drain = |receiver: &mut Receiver, now| {
        while let Some(event) = receiver.poll_event() {
            events += 1;
            if let ReceiverEvent::Frame(received) = event {
                receiver.accept(now, received.token).unwrap();
                found.push(received.decoded.values());
            }
        }
        assert!(
            events <= 8 * bytes.len() + 8,
            "more events than bytes can make"
        );
    };
    for piece in bytes.chunks(piece) {
        let mut rest = piece;
        while !rest.is_empty() {
            let taken = receiver.handle_bytes(Time::ZERO, rest);
            rest = &rest[taken..];
            drain(receiver, Time::ZERO);
        }
    }
    let later = Time::from_millis(60_000);
    receiver.handle_timeout(later);
    drain(receiver, later);
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_written_is_read_back(
        text in layout(),
        seeds in prop::collection::vec(any::<u64>(), 12),
        raw in prop::collection::vec(any::<u8>(), 1..20),
        piece in 1..40usize,
        noise in prop::collection::vec((any::<prop::sample::Index>(), 1..=255u8), 1..4),
    ) {
        let layout = Layout::parse(&text).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
        let values = values(&layout, &seeds, &raw);
        let frame = match layout.encode(&values) {
            Ok(frame) => frame,
            // Data that looks like a mark, where nothing keeps the two apart.
            Err(EncodeError::Ambiguous { .. }) if !is_transparent(&layout) => return Ok(()),
            Err(error) => panic!("{error}\n{text}"),
        };
        let decoded = layout.decode_frame(&frame).unwrap();
        prop_assert_eq!(decoded.values(), values.clone());
        prop_assert_eq!(layout.encode(&decoded.values()).unwrap(), frame.clone());

        // Two in a row, in pieces of any size.
        let pair = frame.repeat(2);
        let mut receiver = Receiver::new(&layout, Time::ZERO).unwrap();
        prop_assert_eq!(frames(&mut receiver, &pair, piece), vec![values.clone(); 2]);

        // Garbage between them, where there are marks and a check to find the second by.
        let Shape::Wire(framing) = layout.shape() else { unreachable!() };
        if !framing.start.is_empty() && framing.checksum.is_some() {
            let stream = [&b"GARBAGE"[..], &frame, b"GARBAGE", &frame].concat();
            let mut receiver = Receiver::new(&layout, Time::ZERO).unwrap();
            prop_assert_eq!(frames(&mut receiver, &stream, piece), vec![values.clone(); 2]);
        }

        // Damage anywhere: no panic, and after a pause the next good frame is read.
        let mut damaged = pair;
        for (at, change) in noise {
            let at = at.index(damaged.len());
            damaged[at] ^= change;
        }
        let _ = layout.decode_frame(&damaged);
        let mut receiver = Receiver::new(&layout, Time::ZERO).unwrap();
        frames(&mut receiver, &damaged, piece);
        prop_assert_eq!(frames(&mut receiver, &frame, piece), vec![values]);
    }

    #[test]
    fn any_bytes_are_an_answer_and_no_panic(
        text in layout(),
        bytes in prop::collection::vec(
            prop_oneof![
                any::<u8>(),
                prop::sample::select(vec![0x02_u8, 0x03, 0x10, 0x7d, 0x7e, 0xaa, 0x55, 13, 10, 0]),
            ],
            0..300,
        ),
        piece in 1..80usize,
    ) {
        let layout = Layout::parse(&text).unwrap();
        let _ = layout.decode_frame(&bytes);
        let mut receiver = Receiver::new(&layout, Time::ZERO).unwrap();
        frames(&mut receiver, &bytes, piece);
    }

    #[test]
    fn a_crc_finds_every_single_wrong_bit(
        seeds in prop::collection::vec(any::<u64>(), 3),
        width in prop::sample::select(vec![8u32, 16, 32]),
        polynomial in any::<u32>(),
        reflect in any::<(bool, bool)>(),
        initial in any::<u32>(),
    ) {
        let mask = u32::MAX >> (32 - width);
        // The lowest term makes it a check at all.
        let polynomial = polynomial & mask | 1;
        let text = format!(
            "version = 1\nname = \"x\"\n[framing]\nstart = \"02\"\nfixed_length = {}\n\
             checksum = {{ kind = \"crc\", width = {width}, polynomial = {polynomial}, initial = {}, reflect_in = {}, reflect_out = {} }}\n\
             [[field]]\nname = \"a\"\noffset = 1\nbytes = 8\n[[field]]\nname = \"b\"\noffset = 9\nbytes = 8\n",
            17 + width / 8, initial & mask, reflect.0, reflect.1,
        );
        let layout = Layout::parse(&text).unwrap();
        let frame = layout.encode(&values(&layout, &seeds, b"x")).unwrap();
        for bit in 0..frame.len() * 8 {
            let mut damaged = frame.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(layout.decode_frame(&damaged).is_err(), "bit {}", bit);
        }
    }

    #[test]
    fn columns_are_read_as_they_are_written(
        device in "[A-Za-z0-9 .;:æøå-]{0,12}",
        number in 0..100_000u64,
        reading in -9999..9999i64,
        bits in (0..16u64, 0..16u64),
        note in prop::option::of("[ -+.-~]{1,20}"),
    ) {
        let text = r#"
            version = 1
            name = "x"
            [framing]
            start = "24"
            end = "0d 0a"
            separator = "2c"
            checksum = { kind = "sum16", encoding = "hex", prefix = "2a" }
            [[field]]
            name = "device"
            column = 0
            [[field]]
            name = "low"
            column = 1
            encoding = "hex"
            bits = 4
            digits = 2
            [[field]]
            name = "high"
            column = 1
            encoding = "hex"
            bit = 4
            bits = 4
            digits = 2
            [[field]]
            name = "number"
            column = 2
            encoding = "decimal"
            digits = 3
            [[field]]
            name = "reading"
            column = 3
            encoding = "decimal"
            signed = true
            [[field]]
            name = "note"
            column = 4
            optional = true
        "#;
        let layout = Layout::parse(text).unwrap();
        let mut values = Values::new()
            .with("device", device)
            .with("low", bits.0)
            .with("high", bits.1)
            .with("number", number)
            .with("reading", reading);
        if let Some(note) = note {
            values.set("note", note);
        }
        let frame = layout.encode(&values).unwrap();
        prop_assert_eq!(layout.decode_frame(&frame).unwrap().values(), values);
    }

    #[test]
    fn any_text_is_a_layout_or_a_list_of_faults(
        at in any::<prop::sample::Index>(),
        cut in 0..30usize,
        with in "[ -~\n]{0,12}",
        which in 0..4usize,
    ) {
        let texts = [
            include_str!("../layouts/example-binary-crc.toml"),
            include_str!("../layouts/example-ascii-line.toml"),
            include_str!("../layouts/example-length-escape.toml"),
            include_str!("../layouts/example-payload.toml"),
        ];
        let text = texts[which];
        let at = at.index(text.len());
        let end = (at + cut).min(text.len());
        let (Some(before), Some(behind)) = (text.get(..at), text.get(end..)) else {
            return Ok(());
        };
        let changed = [before, &with, behind].concat();
        let lines = changed.lines().count() + 1;
        if let Err(errors) = Layout::parse(&changed) {
            prop_assert!(!errors.errors().is_empty());
            for error in errors.errors() {
                prop_assert!((1..=lines).contains(&error.line), "{}", error);
            }
        }
    }
}

#[test]
fn every_byte_goes_through_every_escape() {
    for escape in [
        "{ byte = \"10\", bytes = \"02 03 10\", xor = \"20\" }",
        "{ byte = \"10\", map = { \"10\" = \"81\", \"02\" = \"82\", \"03\" = \"83\" } }",
        "{ byte = \"10\", map = { \"10\" = \"10\", \"02\" = \"82\", \"03\" = \"83\" } }",
    ] {
        let text = format!(
            "version = 1\nname = \"x\"\n[framing]\nstart = \"02\"\nend = \"03\"\nescape = {escape}\n\
             checksum = {{ kind = \"xor\" }}\n[[field]]\nname = \"data\"\nbytes = \"rest\"\nencoding = \"bytes\"\n"
        );
        let layout = Layout::parse(&text).unwrap();
        for first in 0..=255u8 {
            for second in 0..=255u8 {
                let values = Values::new().with("data", vec![first, second]);
                let frame = layout.encode(&values).unwrap();
                assert_eq!(layout.decode_frame(&frame).unwrap().values(), values);
            }
        }
    }
}
