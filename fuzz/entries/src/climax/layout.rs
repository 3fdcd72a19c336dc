//! Declared layouts: any text is a layout or a list of faults; what a layout writes it reads.

use std::fmt::Write;

use arbitrary::{Arbitrary, Unstructured};
use climax_rf::layout::{EncodeError, Encoding, Field, Layout, Place, Test, Value, Values, check};

/// The text up to a NUL is a layout, what follows a frame; and the input builds a layout.
pub fn climax_layout(data: &[u8]) {
    let end = data
        .iter()
        .position(|&byte| byte == 0)
        .unwrap_or(data.len());
    let frame = data.get(end + 1..).unwrap_or_default();
    if let Ok(text) = std::str::from_utf8(&data[..end]) {
        if let Some(layout) = any_text(text) {
            read(&layout, frame);
        }
    }
    if let Ok(built) = Built::arbitrary(&mut Unstructured::new(data)) {
        built.run();
    }
}

fn any_text(text: &str) -> Option<Layout> {
    let report = check(text);
    let _ = format!("{report:?}");
    let lines = text.lines().count() + 1;
    match Layout::parse(text) {
        Ok(layout) => {
            let names: Vec<_> = layout.fields().iter().map(|field| &field.name).collect();
            for (index, name) in names.iter().enumerate() {
                assert!(!names[..index].contains(name), "a name for each field");
            }
            let _ = format!("{layout:?}");
            Some(layout)
        }
        Err(errors) => {
            assert!(!errors.errors().is_empty());
            for error in errors.errors() {
                assert!((1..=lines).contains(&error.line), "{error}");
            }
            assert!(!report.passed());
            None
        }
    }
}

/// What was read and can be written is read the same.
pub(super) fn read(layout: &Layout, bytes: &[u8]) {
    let decoded = match layout.decode_frame(bytes) {
        Ok(decoded) => decoded,
        Err(error) => {
            assert!(error.offset <= bytes.len());
            let _ = (error.to_string(), error.kind.code());
            return;
        }
    };
    let _ = (format!("{decoded:?}"), layout.ack_for(bytes));
    for field in decoded.fields() {
        assert!(decoded.get(field.name()).is_some());
        let _ = (field.quantity(), field.unit(), field.label());
    }
    let _ = (
        decoded.device(),
        decoded.device_type(),
        decoded.battery(),
        decoded.rssi(),
    );
    let events: Vec<_> = decoded.events().collect();
    assert!(events.len() <= layout.events().len());
    let values = decoded.values();
    if let Ok(written) = layout.encode(&values) {
        let again = layout.decode_frame(&written).expect("it was written");
        assert_eq!(again.values(), values);
        assert_eq!(layout.encode(&values), Ok(written));
    }
}

/// A layout built from the input: marks, length, check, fields.
#[derive(Debug, Arbitrary)]
pub(super) struct Built<'a> {
    marks: u8,
    ends: u8,
    length_bytes: u8,
    counts: u8,
    check: u8,
    check_form: u8,
    after_end: bool,
    fields: Vec<(u8, u8, u8, bool)>,
    tail: Option<bool>,
    back: bool,
    seeds: [u64; 4],
    raw: &'a [u8],
    pub(super) stream: &'a [u8],
}

type Marks = (&'static str, &'static str, Option<&'static str>);

const XOR: &str = "{ byte = \"10\", bytes = \"02 03 10\", xor = \"20\" }";
const MAP: &str = "{ byte = \"10\", map = { \"10\" = \"81\", \"02\" = \"82\", \"03\" = \"83\" } }";

const MARKS: [Marks; 9] = [
    ("02", "03", Some(XOR)),
    ("02", "03", Some(MAP)),
    ("02", "03", None),
    (
        "10 02",
        "10 03",
        Some("{ byte = \"10\", map = { \"10\" = \"10\" } }"),
    ),
    (
        "7e",
        "7e",
        Some("{ byte = \"7d\", bytes = \"7d 7e\", xor = \"20\" }"),
    ),
    ("aa 55", "", None),
    ("aa 55", "0d 0a", None),
    ("", "0d 0a", None),
    ("", "03", Some(XOR)),
];

const CHECKS: [(&str, usize); 11] = [
    ("kind = \"crc\", width = 8, polynomial = 0x07", 1),
    (
        "kind = \"crc\", width = 8, polynomial = 0x31, reflect_in = true, reflect_out = true",
        1,
    ),
    (
        "kind = \"crc\", width = 16, polynomial = 0x8005, initial = 0xFFFF",
        2,
    ),
    (
        "kind = \"crc\", width = 16, polynomial = 0x1021, xor_out = 0xFFFF",
        2,
    ),
    (
        "kind = \"crc\", width = 32, polynomial = 0x04C11DB7, initial = 0xFFFFFFFF, \
         reflect_in = true, reflect_out = true, xor_out = 0xFFFFFFFF",
        4,
    ),
    ("kind = \"sum8\", initial = 3", 1),
    ("kind = \"sum8\", complement = \"twos\"", 1),
    ("kind = \"sum16\", complement = \"ones\"", 2),
    ("kind = \"xor\"", 1),
    ("kind = \"fletcher\"", 2),
    ("kind = \"fletcher\", modulus = 255", 2),
];

fn bytes_of(mark: &str) -> usize {
    mark.split_whitespace().count()
}

impl Built<'_> {
    pub(super) fn text(&self) -> String {
        let (start, end, escape) = MARKS[usize::from(self.marks) % MARKS.len()];
        let mut text = String::from("version = 1\nname = \"built\"\n[framing]\nmax_length = 200\n");
        let mut line = |args: std::fmt::Arguments<'_>| {
            text.write_fmt(args).expect("a text takes all");
            text.push('\n');
        };
        for (key, mark) in [("start", start), ("end", end)] {
            if !mark.is_empty() {
                line(format_args!("{key} = \"{mark}\""));
            }
        }
        if let Some(escape) = escape {
            line(format_args!("escape = {escape}"));
        }
        let mut trailer = bytes_of(end);
        let checked = usize::from(self.check) % (CHECKS.len() + 1);
        if let Some((check, size)) = CHECKS.get(checked) {
            let (hex, little, prefix) = (
                self.check_form & 1 != 0,
                self.check_form & 2 != 0,
                self.check_form & 4 != 0,
            );
            let position = if self.after_end {
                "after_end"
            } else {
                "before_end"
            };
            let mut check = format!("{check}, position = \"{position}\"");
            for (wanted, more) in [
                (hex, ", encoding = \"hex\""),
                (little, ", order = \"little\""),
                (prefix, ", prefix = \"2a\""),
            ] {
                if wanted {
                    check += more;
                }
            }
            line(format_args!("checksum = {{ {check} }}"));
            trailer += size * (1 + usize::from(hex)) + usize::from(prefix);
        }
        let mut offset = bytes_of(start);
        let ends = match self.ends % 3 {
            0 if end.is_empty() => 1,
            ends => ends,
        };
        if ends == 2 {
            let bytes = 1 + usize::from(self.length_bytes % 4);
            let counts = ["frame", "after", "data"][usize::from(self.counts % 3)];
            let encoding = ["hex", "decimal"][usize::from(self.counts / 3 % 2)];
            let (counts, form) = if bytes > 2 {
                ("data", format!("encoding = \"{encoding}\""))
            } else {
                (counts, format!("add = {}", self.counts / 3 % 3))
            };
            line(format_args!(
                "length = {{ offset = {offset}, bytes = {bytes}, counts = \"{counts}\", {form} }}"
            ));
            offset += bytes;
        }
        let mut body = format!("[[field]]\nname = \"kind\"\noffset = {offset}\n");
        offset += 1;
        for (index, field) in self.fields.iter().take(6).enumerate() {
            let (form, bytes) = field_of(*field);
            let when = "when = { field = \"kind\", at_least = 128 }\n";
            let when = if field.3 { when } else { "" };
            body += &format!("[[field]]\nname = \"f{index}\"\noffset = {offset}\n{form}{when}");
            offset += bytes;
        }
        let behind = if self.back { 2 } else { 0 };
        if self.back {
            let from = trailer + behind;
            body += &format!("[[field]]\nname = \"back\"\noffset = -{from}\nbytes = 2\n");
        }
        if ends == 1 {
            line(format_args!("fixed_length = {}", offset + behind + trailer));
        } else if let Some(text) = self.tail {
            let encoding = if text { "text" } else { "bytes" };
            body += &format!(
                "[[field]]\nname = \"tail\"\noffset = {offset}\nbytes = \"rest\"\nencoding = \"{encoding}\"\n"
            );
        }
        text + &body
    }

    pub(super) fn layout(&self) -> Option<Layout> {
        Layout::parse(&self.text()).ok()
    }

    /// A frame with values that the fields can hold.
    pub(super) fn frame(&self, layout: &Layout) -> Option<(Values, Vec<u8>)> {
        let mut values = Values::new();
        for (field, seed) in layout.fields().iter().zip(self.seeds.iter().cycle()) {
            let there = field.when.iter().all(|condition| {
                let on = &layout.fields()[condition.field];
                let number = values.get(&on.name).and_then(Value::number);
                condition.tests.iter().all(|test| match test {
                    Test::AtLeast(least) => number.is_some_and(|number| number >= *least),
                    other => panic!("{other:?}"),
                })
            });
            if there {
                values.set(field.name.clone(), value(field, *seed, self.raw));
            }
        }
        match layout.encode(&values) {
            Ok(frame) => Some((values, frame)),
            Err(EncodeError::Ambiguous { .. } | EncodeError::FrameLength { .. }) => None,
            Err(error) => panic!("{error}\n{}", self.text()),
        }
    }

    fn run(&self) {
        let Some(layout) = any_text(&self.text()) else {
            return;
        };
        read(&layout, self.stream);
        if let Some((values, frame)) = self.frame(&layout) {
            let decoded = layout.decode_frame(&frame).expect("it was written");
            assert_eq!(decoded.values(), values);
            read(&layout, &frame);
        }
    }
}

/// A field: what stands in the layout, and how long it is.
fn field_of((kind, bytes, bits, _): (u8, u8, u8, bool)) -> (String, usize) {
    let flag = bits & 1 != 0;
    let order = if bits & 2 != 0 { "little" } else { "big" };
    match kind % 7 {
        0 => {
            let bytes = 1 + bytes % 8;
            let text = format!("bytes = {bytes}\nsigned = {flag}\norder = \"{order}\"\n");
            (text, usize::from(bytes))
        }
        1 => {
            let bytes = 1 + bytes % 4;
            let (encoding, width) = if flag { ("hex", 4) } else { ("binary", 8) };
            let low = (bits / 4 % 8).min(bytes * width - 1);
            let count = (1 + bits / 8 % 24).min(bytes * width - low);
            let text = format!(
                "bytes = {bytes}\nbit = {low}\nbits = {count}\nencoding = \"{encoding}\"\n"
            );
            (text, usize::from(bytes))
        }
        2 => {
            let bytes = 1 + bytes % 9;
            (
                format!("bytes = {bytes}\nencoding = \"bcd\"\norder = \"{order}\"\n"),
                usize::from(bytes),
            )
        }
        3 => {
            let bytes = 1 + bytes % 18;
            let pad = if bits & 2 != 0 { "20" } else { "30" };
            let text = format!(
                "bytes = {bytes}\nencoding = \"decimal\"\nsigned = {flag}\npad = \"{pad}\"\n"
            );
            (text, usize::from(bytes))
        }
        kind => {
            let bytes = 1 + bytes % 16;
            let encoding = ["hex", "text", "bytes"][usize::from(kind - 4)];
            (
                format!("bytes = {bytes}\nencoding = \"{encoding}\"\n"),
                usize::from(bytes),
            )
        }
    }
}

/// A value that a field can hold, made of a seed.
fn value(field: &Field, seed: u64, raw: &[u8]) -> Value {
    let length = match field.place {
        Place::At { length, .. } => length,
        _ => raw.len().min(20),
    };
    let raw = if raw.is_empty() { b"x" } else { raw };
    let some = || raw.iter().copied().cycle().take(length);
    let digits = u32::try_from(length).expect("a short field");
    let below = |digits: u32| seed % 10_u64.pow(digits);
    let number = |bits: u32| {
        let value = seed >> (64 - bits.min(64));
        if !field.signed {
            return Value::Unsigned(value);
        }
        // The highest bit is the sign.
        let unused = 64 - bits.min(64);
        Value::Signed(i64::from_le_bytes((value << unused).to_le_bytes()) >> unused)
    };
    let bits = field.bits.map(|bits| bits.count);
    match field.encoding {
        Encoding::Binary => number(bits.unwrap_or(digits * 8)),
        Encoding::Hex => number(bits.unwrap_or(digits * 4)),
        Encoding::Bcd => Value::Unsigned(below(digits * 2)),
        Encoding::Decimal if field.signed => {
            let minus = seed % 2 == 1 && digits > 1;
            let size = below(if minus { digits - 1 } else { digits });
            let size = i64::try_from(size).expect("eighteen digits");
            Value::Signed(if minus { -size } else { size })
        }
        Encoding::Decimal => Value::Unsigned(below(digits)),
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
