//! Seeds of the Climax machines: operations, whose variants are those of the file of the same name
//! in `src/climax`, in order.

use super::Seed;
use super::shape::{Shape, Steps, event};

fn le(number: u16) -> [u8; 2] {
    number.to_le_bytes()
}

/// Frames of an opaque burst: payload and milliseconds before each.
fn burst(shape: Shape, frames: &[(u8, u16)]) -> Shape {
    frames.iter().fold(shape, |shape, (payload, before)| {
        shape.then(0, 5, &le(*before)).bytes(&[*payload, 0]).none()
    })
}

pub(super) fn bursts() -> Vec<Seed> {
    let begin = || Shape::of(&[1, 3, 0]);
    let six = [(1, 0), (2, 396), (3, 396), (4, 396), (5, 396), (0, 396)];
    let equal = [
        (1, 0),
        (1, 400),
        (1, 400),
        (1, 400),
        (1, 400),
        (1, 400),
        (1, 400),
    ];
    let busy = |shape: Shape, on: u8, after: u16| shape.then(1, 5, &le(after)).bytes(&[on]);
    vec![
        ("six_copies", burst(begin(), &six).end().done()),
        (
            "equal_copies_and_one_more",
            burst(begin(), &equal).end().done(),
        ),
        (
            "two_of_six",
            burst(begin(), &six[..2]).then(2, 5, &[0]).end().done(),
        ),
        (
            "two_transmitters",
            burst(begin(), &[(1, 0), (2, 100), (1, 300), (2, 100)])
                .end()
                .done(),
        ),
        (
            "heard_twice",
            burst(begin(), &[(1, 0), (1, 10), (1, 390), (1, 10)])
                .end()
                .done(),
        ),
        (
            "damaged_copy",
            burst(begin(), &[(1, 0)])
                .then(0, 5, &le(400))
                .bytes(&[1, 1])
                .none()
                .end()
                .done(),
        ),
        (
            "strengths",
            burst(begin(), &[(1, 0)])
                .then(0, 5, &le(400))
                .bytes(&[1, 0])
                .some()
                .bytes(&[0, 0xA9])
                .then(4, 5, &[])
                .end()
                .done(),
        ),
        (
            "just_in_time",
            burst(begin(), &[(1, 0), (2, 599), (3, 600)]).end().done(),
        ),
        (
            "just_early",
            burst(begin(), &[(1, 0)])
                .then(2, 5, &[1])
                .then(2, 5, &[0])
                .end()
                .done(),
        ),
        (
            "after_the_end",
            burst(begin(), &[(1, 0), (1, 1400), (1, 1400)]).end().done(),
        ),
        (
            "blocked",
            busy(busy(begin(), 1, 0), 1, 31_000)
                .then(3, 5, &[90])
                .then(4, 5, &[])
                .end()
                .done(),
        ),
        (
            "blocked_and_free",
            busy(busy(Shape::of(&[1, 3, 1]), 1, 100), 0, 65_000)
                .then(3, 5, &[255])
                .end()
                .done(),
        ),
        (
            "little_room",
            burst(Shape::of(&[0, 0, 0]), &[(1, 0), (2, 10), (3, 10)])
                .end()
                .done(),
        ),
    ]
}

/// Brackets: variants Bytes, Good, Accept, Refuse, Wait, Timeout, Poll.
fn station(pending: u8, wrong_checksums: u8) -> Steps {
    Steps::new(Shape::of(&[pending, 20, 10, wrong_checksums]), 7)
}

impl Steps {
    /// Good messages, and what they say.
    fn good(self, count: u8) -> Self {
        self.then(1, &[count]).then(6, &[255])
    }
}

pub(super) fn brackets() -> Vec<Seed> {
    let new = || station(7, 0);
    vec![
        ("accepted", new().good(1).then(2, &[0]).done()),
        ("refused", new().good(1).then(3, &[0]).done()),
        ("undecided", new().good(1).then(5, &[]).done()),
        (
            "late_decision",
            new().good(1).then(4, &le(25_000)).then(2, &[0]).done(),
        ),
        (
            "in_order",
            new()
                .good(3)
                .then(2, &[2])
                .then(2, &[1])
                .then(2, &[0])
                .done(),
        ),
        (
            "withheld",
            new()
                .good(3)
                .then(2, &[1])
                .then(3, &[0])
                .then(2, &[1])
                .done(),
        ),
        ("too_many", station(1, 0).good(4).then(2, &[0]).done()),
        (
            "cut",
            new()
                .slice(0, b"[4711 181101")
                .slice(0, b"01005FF0F]")
                .then(6, &[9])
                .then(2, &[0])
                .done(),
        ),
        (
            "given_up",
            new()
                .slice(0, b"[4711 181101")
                .then(5, &[])
                .good(1)
                .then(2, &[0])
                .done(),
        ),
        (
            "damaged",
            new()
                .slice(0, b"[4711 18110101005FF0E]")
                .good(1)
                .then(2, &[0])
                .done(),
        ),
        (
            "damaged_and_taken",
            station(7, 1)
                .slice(0, b"[4711 18110101005FF0E]")
                .then(6, &[9])
                .then(2, &[0])
                .done(),
        ),
        (
            "shadowed",
            new()
                .slice(0, b"[4711 1][4711 18110101005FF0F]")
                .then(6, &[9])
                .then(2, &[0])
                .done(),
        ),
        (
            "junk",
            new()
                .slice(0, b"junk")
                .good(1)
                .slice(0, b"[[]]")
                .then(2, &[0])
                .done(),
        ),
    ]
}

#[derive(Clone, Copy)]
struct Sent {
    account: u8,
    key: Option<u8>,
    link_test: u8,
    sequence: u8,
    late: Option<u8>,
    raw: u8,
}

const CLEAR: Sent = Sent {
    account: 0,
    key: None,
    link_test: 0,
    sequence: 1,
    late: None,
    raw: 0,
};

const SECRET: Sent = Sent {
    account: 1,
    key: Some(0),
    late: Some(0),
    ..CLEAR
};

fn option(shape: Shape, value: Option<u8>) -> Shape {
    match value {
        Some(value) => shape.some().bytes(&[value]),
        None => shape.none(),
    }
}

/// Frames: variants Bytes, Frame, Again, Accept, Refuse, Wait, Timeout. With NAK for what cannot be
/// read or opened, and frames in clear of all accounts.
fn socket(datagrams: u8, nak: u8, accept_clear: u8) -> Steps {
    let settings = Shape::of(&[datagrams, 7, 7, 20, 60, nak, nak]);
    Steps::new(settings.some().bytes(&[0, accept_clear]), 7)
}

impl Steps {
    fn frame(self, sent: Sent) -> Self {
        self.then(1, &[sent.account]).with(|shape| {
            let shape = option(shape, sent.key).bytes(&[sent.link_test, sent.sequence]);
            let shape = option(shape.bytes(&event("1101 01 005")), sent.late);
            shape.bytes(&[sent.raw, 0, 9])
        })
    }

    fn accept(self) -> Self {
        self.then(3, &[0])
    }
}

pub(super) fn stations() -> Vec<Seed> {
    let tcp = || socket(0, 0, 0);
    let udp = || socket(1, 0, 0);
    let raw = Sent { raw: 1, ..CLEAR };
    let test = Sent {
        link_test: 1,
        ..CLEAR
    };
    let old = Sent {
        late: Some(100),
        ..SECRET
    };
    let strange = Sent {
        key: Some(2),
        ..SECRET
    };
    let open = Sent {
        account: 1,
        ..CLEAR
    };
    vec![
        ("accepted", tcp().frame(CLEAR).accept().done()),
        ("raw_crc", tcp().frame(raw).accept().done()),
        (
            "link_test",
            tcp().frame(test).accept().frame(test).accept().done(),
        ),
        ("encrypted", tcp().frame(SECRET).accept().done()),
        ("wrong_key", socket(0, 1, 0).frame(strange).done()),
        ("in_clear", socket(0, 1, 0).frame(open).done()),
        (
            "in_clear_and_taken",
            socket(0, 0, 1).frame(open).accept().done(),
        ),
        ("out_of_window", tcp().frame(old).done()),
        ("silence", tcp().frame(CLEAR).then(4, &[0, 0]).done()),
        ("nak", tcp().frame(CLEAR).then(4, &[0, 1]).done()),
        ("duh", udp().frame(CLEAR).then(4, &[0, 2]).done()),
        ("again", udp().frame(CLEAR).accept().then(2, &[1]).done()),
        (
            "again_undecided",
            udp().frame(CLEAR).then(2, &[1]).accept().done(),
        ),
        (
            "again_too_late",
            udp()
                .frame(CLEAR)
                .accept()
                .then(5, &le(61_000))
                .then(2, &[1])
                .accept()
                .done(),
        ),
        ("undecided", tcp().frame(CLEAR).then(6, &[]).done()),
        (
            "damaged",
            socket(0, 1, 0)
                .slice(0, b"\n47CD0027\"ADM-CID\"0042L0#4711[#4711|1101 01 005]\r")
                .done(),
        ),
        ("brackets", b"\r\n[4711 18110101005FF0F]".to_vec()),
        ("xml", b" <?xml version=\"1.0\"?><event/>".to_vec()),
        ("angle", b"<4711 18 1101 01 005 4>".to_vec()),
        ("csv", b"user,password,1101".to_vec()),
    ]
}

/// Panels: variants Send, Sia, LinkTest, Carry, Decide, Wait, Timeout, Disconnected, Injected.
fn panel(brackets: u8, key: Option<u8>, link_test: Option<u8>, clock: u8) -> Steps {
    let shape = option(Shape::of(&[brackets, 3, 9, 8]), key).bytes(&[0, 0, 0]);
    Steps::new(option(shape, link_test).bytes(&[clock, 1, 0]), 9)
}

impl Steps {
    fn send(self) -> Self {
        self.then(0, &event("1120 00 003"))
    }

    /// With a fault: none, lost, doubled.
    fn carry(self, to_panel: u8, fault: u64) -> Self {
        self.then(3, &[to_panel])
            .with(|shape| shape.variant(fault, 4))
    }

    fn decide(self, accept: u8, how: u8) -> Self {
        self.then(4, &[accept, how])
    }

    fn round(self) -> Self {
        self.send().carry(0, 0).decide(1, 0).carry(1, 0)
    }
}

pub(super) fn panels() -> Vec<Seed> {
    let new = |brackets| panel(brackets, None, None, 0);
    let secret = |clock| panel(0, Some(1), None, clock);
    vec![
        ("brackets", new(1).round().done()),
        ("frames", new(0).round().round().done()),
        ("encrypted", secret(0).round().done()),
        (
            "clock_set",
            secret(100).round().carry(1, 0).carry(0, 0).done(),
        ),
        (
            "sia",
            new(0)
                .slice(1, b"Nri1/MA0005")
                .carry(0, 0)
                .decide(1, 0)
                .carry(1, 0)
                .done(),
        ),
        (
            "link_test",
            new(0)
                .then(2, &[])
                .carry(0, 0)
                .decide(1, 0)
                .carry(1, 0)
                .done(),
        ),
        (
            "own_link_tests",
            panel(0, None, Some(3), 0)
                .then(6, &[])
                .carry(0, 0)
                .decide(1, 0)
                .done(),
        ),
        (
            "lost",
            new(0).send().carry(0, 1).then(6, &[]).carry(0, 0).done(),
        ),
        (
            "doubled",
            new(0).send().carry(0, 2).decide(1, 0).carry(1, 2).done(),
        ),
        (
            "answer_lost",
            new(0)
                .send()
                .carry(0, 0)
                .decide(1, 0)
                .carry(1, 1)
                .then(6, &[])
                .carry(0, 0)
                .done(),
        ),
        (
            "refused",
            new(0).send().carry(0, 0).decide(0, 2).carry(1, 0).done(),
        ),
        (
            "nak",
            new(0).send().carry(0, 0).decide(0, 1).carry(1, 0).done(),
        ),
        (
            "disconnected",
            new(1).send().then(7, &[]).carry(0, 0).done(),
        ),
        (
            "echo",
            new(1).send().slice(8, b"[4711 181120]OK\x06").done(),
        ),
        (
            "false_ack",
            secret(0)
                .send()
                .slice(8, b"\nC8F90012\"ACK\"0042L0#4711[]\r")
                .done(),
        ),
        (
            "noise",
            new(0)
                .send()
                .slice(8, b"\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n")
                .done(),
        ),
    ]
}

/// A layout that the target builds: marks, ends, length, check, one field, values.
fn built(marks: u8, ends: u8, check: u8, form: u8) -> Shape {
    Shape::of(&[marks, ends, 0, 0, check, form, 0])
        .some()
        .bytes(&[0, 3, 0, 0])
        .end()
        .none()
        .bytes(&[0])
        .bytes(&[0x81; 32])
        .slice(b"raw")
        .slice(b"\x02stream\x03")
}

pub(super) fn layouts() -> Vec<Seed> {
    let example = |text: &str, frame: &[u8]| [text.as_bytes(), b"\0", frame].concat();
    let ascii = include_str!("../../../../climax-rf/layouts/example-ascii-line.toml");
    vec![
        (
            "ascii_line",
            example(ascii, b"$0042,40211870,SOS,00,7*77\r\n"),
        ),
        (
            "binary_crc",
            example(
                include_str!("../../../../climax-rf/layouts/example-binary-crc.toml"),
                b"\x02\x03",
            ),
        ),
        (
            "length_escape",
            example(
                include_str!("../../../../climax-rf/layouts/example-length-escape.toml"),
                b"\x7e",
            ),
        ),
        (
            "payload",
            example(
                include_str!("../../../../climax-rf/layouts/example-payload.toml"),
                b"\x01\x02",
            ),
        ),
        ("empty", Vec::new()),
        ("not_toml", b"version = [".to_vec()),
        ("other_version", b"version = 2\nname = \"x\"".to_vec()),
        (
            "unknown_key",
            b"version = 1\nname = \"x\"\nspeed = 3".to_vec(),
        ),
        ("built_xor", built(0, 0, 8, 0).done()),
        ("built_crc_fixed", built(5, 1, 2, 2).done()),
        ("built_length", built(6, 2, 9, 4).done()),
        ("built_doubled_escape", built(3, 0, 7, 1).done()),
        ("built_one_mark", built(4, 0, 3, 0).done()),
    ]
}

/// A declared line: variants Bytes, Good, Accept, Refuse, Wait, Timeout, Transmit, Connected.
fn line(example: u8, operations: impl FnOnce(Shape) -> Shape) -> Vec<u8> {
    let shape = operations(Shape::of(&[example])).end();
    // The layout that the input builds comes behind.
    shape
        .bytes(&[0, 0, 0, 0, 8, 0, 0])
        .some()
        .bytes(&[0, 3, 0, 0])
        .end()
        .none()
        .bytes(&[0])
        .bytes(&[0x81; 32])
        .slice(b"raw")
        .slice(b"\x02\x10")
        .done()
}

pub(super) fn receivers() -> Vec<Seed> {
    let good = |shape: Shape, which: u8| shape.then(1, 8, &[which, 9]);
    vec![
        (
            "ascii_accepted",
            line(0, |s| good(s, 0).then(2, 8, &[0]).then(6, 8, &[64])),
        ),
        (
            "ascii_refused",
            line(0, |s| good(s, 1).then(3, 8, &[0]).then(6, 8, &[3])),
        ),
        (
            "binary_accepted",
            line(1, |s| good(s, 0).then(2, 8, &[0]).then(6, 8, &[64])),
        ),
        (
            "length_accepted",
            line(2, |s| good(s, 0).then(2, 8, &[0]).then(6, 8, &[64])),
        ),
        (
            "built_accepted",
            line(3, |s| good(s, 0).then(2, 8, &[0]).then(6, 8, &[64])),
        ),
        (
            "undecided",
            line(0, |s| good(s, 0).then(5, 8, &[]).then(5, 8, &[])),
        ),
        (
            "too_late",
            line(1, |s| good(s, 0).then(4, 8, &le(60_000)).then(2, 8, &[0])),
        ),
        ("heartbeats", line(1, |s| s.then(0, 8, &[]).slice(&[0; 30]))),
        (
            "heartbeat_text",
            line(0, |s| {
                s.then(0, 8, &[]).slice(b"PING\r\nPI").then(5, 8, &[])
            }),
        ),
        (
            "cut",
            line(0, |s| {
                good(s.then(0, 8, &[]).slice(b"$0042,4021"), 0).then(2, 8, &[0])
            }),
        ),
        ("silence", line(1, |s| s.then(5, 8, &[]).then(5, 8, &[]))),
        (
            "connected_anew",
            line(0, |s| good(s, 0).then(7, 8, &[]).then(2, 8, &[0])),
        ),
        ("many", line(0, |s| (0..10).fold(s, good))),
    ]
}

/// Visits: seconds, hours above 200, account, code, qualifier, zone, profile, path, keep.
fn visits(steps: &[(u16, u8, u8, u8)]) -> Vec<u8> {
    let begin = Shape::default().variant(0, 4).bytes(&[3, 7, 60]);
    let shape = steps
        .iter()
        .fold(begin, |shape, (wait, pause, code, qualifier)| {
            let fields = [*pause, 0, *code, *qualifier, 0, 0, 0, 1];
            shape.some().bytes(&le(*wait)).bytes(&fields)
        });
    shape.end().done()
}

/// The codes of the target, by place.
const HELP: u8 = 0;
const FALL: u8 = 2;
const BUTTON_OF_B: u8 = 7;
const ARRIVED: u8 = 10;
const MORE_HELP: u8 = 11;
const CLOSED: u8 = 12;

fn supervision(operations: impl FnOnce(Shape) -> Shape) -> Vec<u8> {
    let begin = Shape::default().variant(1, 4).bytes(&[7]).bytes(&le(60));
    operations(begin).end().done()
}

fn declared(shape: Shape, who: u8, class: u8, seconds: u32) -> Shape {
    shape
        .then(0, 6, &[who, class])
        .bytes(&seconds.to_le_bytes())
}

fn presence(operations: impl FnOnce(Shape) -> Shape) -> Vec<u8> {
    let begin = Shape::default().variant(2, 4).bytes(&[4, 120, 6]);
    operations(begin).end().done()
}

/// A beacon of device 0 at a receiver, in dBm.
fn seen(shape: Shape, receiver: u8, dbm: i8) -> Shape {
    let [dbm] = dbm.to_le_bytes();
    shape.then(0, 6, &[0, receiver, 0, 0, dbm, 0])
}

pub(super) fn events() -> Vec<Seed> {
    let heard = |shape: Shape, who| shape.then(1, 6, &[who]).none();
    let due = |shape: Shape| shape.then(4, 6, &[0]);
    vec![
        (
            "visit",
            visits(&[(0, 0, HELP, 0), (300, 0, ARRIVED, 0), (900, 0, ARRIVED, 1)]),
        ),
        (
            "more_help",
            visits(&[
                (0, 0, FALL, 0),
                (60, 0, ARRIVED, 0),
                (9, 0, MORE_HELP, 0),
                (900, 0, MORE_HELP, 0),
            ]),
        ),
        (
            "off_interval",
            visits(&[(0, 0, MORE_HELP, 0), (300, 0, MORE_HELP, 0)]),
        ),
        (
            "closed_on_site",
            visits(&[(0, 0, HELP, 0), (60, 0, ARRIVED, 0), (60, 0, CLOSED, 0)]),
        ),
        (
            "finished_without_arrival",
            visits(&[(0, 0, HELP, 0), (60, 0, ARRIVED, 1)]),
        ),
        (
            "case_too_old",
            visits(&[(0, 0, HELP, 0), (0, 230, HELP, 0)]),
        ),
        ("arrival_of_care_unit_b", visits(&[(0, 0, BUTTON_OF_B, 0)])),
        (
            "double",
            visits(&[(0, 0, FALL, 0), (5, 0, FALL, 0), (70, 0, FALL, 0)]),
        ),
        ("silent", supervision(|s| due(declared(s, 0, 0, 0)))),
        (
            "heard_again",
            supervision(|s| heard(due(declared(s, 0, 7, 0)), 0)),
        ),
        (
            "heard_in_time",
            supervision(|s| due(heard(declared(s, 0, 0, 0).then(3, 6, &le(3000)), 0))),
        ),
        ("line_lost", supervision(|s| due(declared(s, 1, 12, 3600)))),
        (
            "low_battery",
            supervision(|s| due(declared(s, 2, 6, 0).then(1, 6, &[2]).some().bytes(&[1]))),
        ),
        (
            "restart",
            supervision(|s| {
                due(declared(s, 0, 0, 0)
                    .then(3, 6, &le(7000))
                    .then(5, 6, &le(900)))
            }),
        ),
        (
            "never_supervised",
            supervision(|s| declared(declared(s, 0, 8, 0), 1, 11, 0)),
        ),
        (
            "forgotten",
            supervision(|s| due(declared(s, 0, 0, 0)).then(2, 6, &[0])),
        ),
        (
            "present_and_silent",
            presence(|s| seen(s, 0, -60).then(3, 6, &[])),
        ),
        ("moved", presence(|s| seen(seen(s, 0, -80), 1, -60))),
        ("not_stronger", presence(|s| seen(seen(s, 0, -80), 1, -77))),
        ("too_weak", presence(|s| seen(s, 0, -120))),
        (
            "passage",
            presence(|s| {
                s.then(5, 6, &[1])
                    .then(4, 6, &[0])
                    .then(2, 6, &[3])
                    .then(4, 6, &[1])
            }),
        ),
        (
            "both_zones_at_once",
            presence(|s| s.then(4, 6, &[0]).then(4, 6, &[1])),
        ),
        (
            "any_event",
            Shape::default()
                .variant(3, 4)
                .bytes(&event("1BCD EF 99B"))
                .done(),
        ),
        (
            "position_text",
            b"E12 B80 {LOC} https://maps.example.net/?q=0,0".to_vec(),
        ),
    ]
}
