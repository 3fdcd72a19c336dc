//! Seeds of the machines of ESPA: operations, whose variants are those of `Operation` in the file
//! of the same name in `src/espa`, in order.

use fuzz_entries::PHRASES;

use super::{Operations, Seed, milliseconds};

/// The number of a phrase.
fn phrase(bytes: &[u8]) -> u8 {
    let at = PHRASES.iter().position(|phrase| *phrase == bytes);
    u8::try_from(at.expect("a phrase")).expect("not many")
}

const BURST: &[u8] = b"\x041\x052\x05";
const CALL: &[u8] = b"\x011\x021\x1F31\x1E2\x1FTEST\x03\x39";
const OTHER: &[u8] = b"\x011\x021\x1F31\x1E2\x1FSECRET\x03\x39";
const DAMAGED: &[u8] = b"\x011\x021\x1F31\x1E2\x1FTDST\x03\x39";
const EOT: &[u8] = b"\x04";
const ACK: &[u8] = b"\x06";

/// A link: profile, switches, more switches, role.
struct Link(Operations);

impl Link {
    fn new(settings: [u8; 4]) -> Self {
        Link(Operations::new(&settings, 16))
    }

    fn then(self, variant: u64, fields: &[u8]) -> Self {
        Link(self.0.then(variant, fields))
    }

    fn heard(self, bytes: &[u8]) -> Self {
        let phrase = phrase(bytes);
        self.then(1, &[phrase])
    }

    fn wait(self, time: u16) -> Self {
        self.then(5, &milliseconds(time))
    }

    fn decide(self, how: u8) -> Self {
        self.then(7, &[0, how])
    }

    fn send(self, station: u8, text: u8, priority: u8) -> Self {
        self.then(9, &[station, text, priority])
    }

    fn answer(self) -> Self {
        self.then(11, &[]).wait(30)
    }

    fn policy(self, how: u8) -> Self {
        self.then(15, &[how])
    }

    fn done(self) -> Vec<u8> {
        self.0.done()
    }
}

pub(super) fn receivers() -> Vec<Seed> {
    let field = || Link::new([0, 0, 0, 0]);
    let called = || field().heard(BURST).wait(20).heard(CALL);
    let mut seeds = vec![
        ("accepted", called().decide(1).heard(EOT).done()),
        ("busy", called().decide(2).heard(CALL).decide(1).done()),
        ("invalid", called().decide(3).heard(EOT).done()),
        (
            "undecided_then_late",
            called().wait(600).decide(1).heard(CALL).done(),
        ),
        (
            "two_blocks_and_a_repeat",
            called()
                .decide(1)
                .heard(OTHER)
                .decide(1)
                .heard(CALL)
                .decide(1)
                .done(),
        ),
        (
            "damaged_then_good",
            field()
                .policy(1)
                .heard(BURST)
                .heard(DAMAGED)
                .heard(CALL)
                .done(),
        ),
        (
            "changed_byte",
            field()
                .policy(1)
                .heard(BURST)
                .then(2, &[phrase(CALL), 5, 0, 0, b'9'])
                .done(),
        ),
        ("character_error", called().then(4, &[]).heard(BURST).done()),
        (
            "endless",
            field().heard(BURST).then(3, &[7]).wait(3000).done(),
        ),
        (
            "busy_switch",
            field()
                .then(8, &[1])
                .heard(BURST)
                .then(8, &[0])
                .heard(BURST)
                .done(),
        ),
        (
            "status_when_polled",
            field()
                .send(0, 1, 0)
                .heard(b"\x042\x051\x05")
                .heard(EOT)
                .heard(b"2\x05")
                .heard(ACK)
                .wait(100)
                .heard(ACK)
                .done(),
        ),
        (
            "cut_and_connected_again",
            called()
                .decide(1)
                .then(13, &[])
                .then(14, &[])
                .heard(BURST)
                .done(),
        ),
        (
            "held_back",
            field()
                .then(12, &[1])
                .heard(BURST)
                .heard(CALL)
                .then(12, &[0])
                .done(),
        ),
        (
            "parity",
            field()
                .policy(1)
                .heard(b"\x84\xB1\x05\xB2\x05")
                .heard(PHRASES[25])
                .done(),
        ),
        (
            "bytes",
            field().then(0, &[4, b'2', 5, 4, b'2', 5, 6]).done(),
        ),
        (
            "late_timers",
            called().then(6, &milliseconds(20_000)).heard(BURST).done(),
        ),
    ];
    for (name, profile) in [("strict", 1), ("ignores_headers", 4), ("no_answers", 8)] {
        let seed = Link::new([profile, 0, 0, 0])
            .policy(1)
            .heard(BURST)
            .heard(CALL);
        seeds.push((name, seed.heard(PHRASES[18]).done()));
    }
    for (name, role) in [("listener", 1), ("long_address", 2), ("polled_caller", 3)] {
        let seed = Link::new([0, 0, 0, role]).policy(1).send(0, 0, 1);
        let seed = seed.heard(BURST).heard(b"\x0442\x05").heard(CALL);
        seeds.push((
            name,
            seed.heard(EOT).heard(b"1\x05").answer().answer().done(),
        ));
    }
    for (name, switches) in [
        ("everything_tolerated", 0x1F),
        ("echo", 0x20),
        ("turn", 0x40),
    ] {
        let seed = Link::new([0, switches, 0, 0]).policy(1).heard(BURST);
        seeds.push((name, seed.wait(10).heard(CALL).wait(10).heard(EOT).done()));
    }
    seeds
}

pub(super) fn callers() -> Vec<Seed> {
    let field = || Link::new([0, 0x80, 0, 0]).wait(50);
    let polling = || Link::new([0, 0, 0, 1]);
    let mut seeds = vec![
        ("delivered", field().send(0, 0, 2).answer().answer().done()),
        (
            "three_by_priority",
            field()
                .send(0, 0, 2)
                .send(0, 1, 1)
                .send(0, 2, 0)
                .answer()
                .answer()
                .answer()
                .answer()
                .done(),
        ),
        (
            "equal_calls",
            field()
                .send(0, 0, 2)
                .send(0, 0, 2)
                .answer()
                .answer()
                .answer()
                .done(),
        ),
        (
            "select_refused",
            field()
                .send(0, 0, 2)
                .heard(b"2\x15")
                .wait(2000)
                .answer()
                .done(),
        ),
        (
            "block_refused",
            field()
                .send(0, 0, 2)
                .answer()
                .heard(b"1\x15")
                .answer()
                .done(),
        ),
        (
            "not_understood",
            field().send(0, 0, 2).answer().heard(b"3\x15").done(),
        ),
        ("no_answer", field().send(0, 0, 2).wait(60_000).done()),
        (
            "doubled_ack",
            field()
                .send(0, 0, 2)
                .send(0, 1, 2)
                .answer()
                .heard(ACK)
                .heard(ACK)
                .done(),
        ),
        (
            "cancelled",
            field()
                .send(0, 0, 2)
                .send(0, 1, 2)
                .then(10, &[1])
                .then(10, &[0])
                .done(),
        ),
        (
            "queue_full",
            (0..12)
                .fold(field(), |link, text| link.send(0, text, 2))
                .done(),
        ),
        ("unknown_station", field().send(1, 0, 2).answer().done()),
        (
            "several_stations",
            polling()
                .send(0, 0, 2)
                .send(1, 1, 2)
                .send(2, 2, 2)
                .answer()
                .answer()
                .done(),
        ),
        (
            "one_is_silent",
            polling()
                .wait(4000)
                .answer()
                .wait(4000)
                .answer()
                .wait(9000)
                .done(),
        ),
        (
            "polled_station_calls",
            polling()
                .policy(1)
                .wait(1010)
                .heard(b"1\x05")
                .wait(20)
                .heard(PHRASES[17])
                .heard(EOT)
                .done(),
        ),
        (
            "two_owners",
            polling()
                .heard(BURST)
                .heard(BURST)
                .heard(BURST)
                .wait(20_000)
                .done(),
        ),
        (
            "cut_in_a_block",
            field()
                .send(0, 0, 2)
                .answer()
                .then(13, &[])
                .wait(1000)
                .then(14, &[])
                .done(),
        ),
        (
            "collision",
            field()
                .send(0, 0, 2)
                .heard(b"\xFF\xFE\x80\x7F")
                .wait(12_000)
                .done(),
        ),
    ];
    for (name, settings) in [
        ("no_answers", [8, 0, 0, 0]),
        ("line_end", [3, 0, 0, 0]),
        ("gives_up", [0, 0x80, 1, 0]),
        ("no_own_poll", [0, 0, 2, 0]),
        ("echo", [0, 0x20, 0, 0]),
        ("pager_that_polls", [0, 0, 0, 2]),
        ("long_addresses", [10, 0, 0, 3]),
    ] {
        let seed = Link::new(settings).wait(50).send(0, 0, 0).send(1, 1, 2);
        seeds.push((name, seed.answer().answer().wait(8000).answer().done()));
    }
    seeds
}

/// Settings, then the faults of both directions and what happens, as the run asks for it.
pub(super) fn lines() -> Vec<Seed> {
    let ramp: Vec<u8> = (0..200).collect();
    vec![
        ("clean", vec![0]),
        ("clean_pager_polls", vec![1]),
        ("four_calls_each", vec![0x78]),
        ("four_calls_each_pager_polls", vec![0x79]),
        ("one_block_each", vec![0x7A]),
        ("fast_polls", vec![0x7C]),
        (
            "lost",
            [&[0x78, 9, 14][..], &[0; 30], &[0, 20, 0, 30]].concat(),
        ),
        ("doubled", [&[0x78, 9, 1, 1, 5][..], &[1; 60]].concat()),
        ("errors", [&[0x79, 3, 4, 2, 7][..], &[2; 60]].concat()),
        (
            "flipped",
            [&[0x7A, 3, 4, 3, 7][..], &[7, 11, 15, 19].repeat(20)].concat(),
        ),
        ("busy", [&[0x78, 0, 0][..], &[6; 40]].concat()),
        ("undecided", [&[0x79, 0, 0][..], &[199; 60]].concat()),
        ("broken", [&[0x78, 0, 0][..], &[0xFF; 60]].concat()),
        ("everything", [&[0x7B][..], &ramp].concat()),
        ("everything_fast", [&[0x7C][..], &ramp, &ramp].concat()),
    ]
}

pub(super) fn taps() -> Vec<Seed> {
    let tap = |settings: u8| Operations::new(&[settings], 6);
    let heard = |tap: Operations, side: u8, bytes: &[u8]| tap.then(0, &[side, phrase(bytes)]);
    let dialogue = |settings: u8, other: u8| {
        let tap = heard(tap(settings), 0, BURST);
        let tap = heard(heard(tap, other, ACK), 0, DAMAGED);
        let tap = heard(heard(tap, other, b"1\x15"), 0, CALL);
        heard(heard(tap, other, ACK), 0, EOT)
    };
    let mut seeds = Vec::new();
    for (name, settings, other) in [
        ("merged", 0, 0),
        ("two_wires", 0, 1),
        ("strict", 1, 0),
        ("tcp", 2, 1),
        ("small_blocks", 64, 0),
        ("without_parity", 32, 1),
        ("missing_bcc_taken", 48, 0),
    ] {
        seeds.push((name, dialogue(settings, other).done()));
    }
    let cut = |settings: u8| heard(tap(settings), 1, b"\x011\x021\x1F31").then(4, &[0xFF, 3]);
    seeds.extend([
        ("cut", cut(32).done()),
        ("cut_then_good", heard(cut(32), 1, CALL).done()),
        ("error", heard(tap(0), 0, BURST).then(3, &[0]).done()),
        (
            "error_in_a_block",
            heard(heard(tap(0), 0, b"\x011\x021\x1F31").then(3, &[0]), 0, CALL).done(),
        ),
        ("endless", tap(32).then(5, &[0, 7]).then(5, &[1, 2]).done()),
        ("silence", dialogue(0, 0).then(4, &[0xFF, 0xFF]).done()),
        (
            "parity",
            heard(heard(tap(0), 0, PHRASES[24]), 0, PHRASES[25]).done(),
        ),
        (
            "no_start",
            heard(heard(tap(32), 0, BURST), 0, PHRASES[22]).done(),
        ),
        (
            "bytes",
            tap(32).then(1, &[0, 4, 5, b'2', 5, 6, 6, 6]).done(),
        ),
        (
            "changed",
            tap(32).then(2, &[0, phrase(CALL), 3, 0, 0, b'7']).done(),
        ),
    ]);
    seeds
}

pub(super) fn matchings() -> Vec<Seed> {
    // Header, number of records, five of them.
    let spec = |header: u8, records: &[(u8, u8)]| {
        let mut bytes = vec![header, u8::try_from(records.len()).expect("few")];
        for at in 0..5 {
            let (identifier, data) = records.get(at).copied().unwrap_or_default();
            bytes.extend([identifier, data]);
        }
        bytes
    };
    let list = || Operations::new(&[], 7);
    let called = || list().then(1, &[2, 3]).then(1, &[2, 7]);
    vec![
        (
            "status",
            called().then(2, &spec(1, &[(0, 2), (1, 3), (5, 0)])).done(),
        ),
        (
            "status_of_address",
            called().then(2, &spec(1, &[(0, 2), (5, 0)])).done(),
        ),
        (
            "status_of_nothing",
            called().then(2, &spec(1, &[(5, 0)])).done(),
        ),
        (
            "status_of_the_only_call",
            list().then(1, &[2, 3]).then(2, &spec(1, &[(5, 0)])).done(),
        ),
        (
            "system_status",
            called().then(2, &spec(1, &[(6, 0)])).done(),
        ),
        (
            "reset",
            called().then(2, &spec(0, &[(0, 2), (3, 0)])).done(),
        ),
        (
            "reset_by_text",
            called().then(2, &spec(0, &[(0, 2), (1, 7), (3, 0)])).done(),
        ),
        (
            "reset_of_nothing",
            called().then(2, &spec(0, &[(0, 0), (3, 0)])).done(),
        ),
        ("request", called().then(2, &spec(2, &[(0, 2)])).done()),
        (
            "request_after_status",
            called()
                .then(6, &[1, 1])
                .then(2, &spec(2, &[(0, 2), (1, 3)]))
                .done(),
        ),
        (
            "references",
            list()
                .then(0, &spec(0, &[(0, 2), (7, 0)]))
                .then(0, &spec(0, &[(0, 2), (7, 1), (8, 1)]))
                .then(2, &spec(1, &[(7, 1), (5, 1)]))
                .done(),
        ),
        (
            "padded_text",
            called().then(2, &spec(1, &[(1, 4), (5, 0)])).done(),
        ),
        (
            "repeated",
            called()
                .then(3, &[0, 1, 5, 0])
                .then(3, &[1, 0, 3, 0])
                .done(),
        ),
        (
            "closed",
            called().then(4, &[1]).then(4, &[1]).then(5, &[]).done(),
        ),
        (
            "full",
            (0..8)
                .fold(list(), |list, at| list.then(1, &[at, at]))
                .done(),
        ),
        (
            "repeated_records",
            list().then(0, &spec(0, &[(0, 0), (0, 1)])).done(),
        ),
    ]
}

/// Options, the length of a piece less one, and a line.
pub(super) fn frames(captures: Vec<Seed>) -> Vec<Seed> {
    let mut seeds = Vec::new();
    for (at, (name, line)) in captures.into_iter().enumerate() {
        let at = u8::try_from(at).expect("few");
        let settings = [at % 5 + 64 * (at % 2), at % 9];
        seeds.push((name, [&settings[..], &line].concat()));
    }
    seeds
}
