//! The passive listener.

#![allow(clippy::unwrap_used)]

mod support;

use espa444::tap::{Dialogue, Heard, Side};
use espa444::{Address, FindingKind, NakPrefix, Profile, Tap, Time};
use proptest::prelude::*;
use support::{DIALOGUE, example, hex};

fn name(heard: &Heard<'_>) -> String {
    match heard {
        Heard::Poll(address) => format!("poll {address}"),
        Heard::Select(address) => format!("select {address}"),
        Heard::PollOrSelect(address) => format!("either {address}"),
        Heard::Acknowledgement => "ACK".to_owned(),
        Heard::NegativeAcknowledgement(prefix) => {
            format!("NAK {}", prefix.map_or('-', |p| char::from(p.character())))
        }
        Heard::Block(decoded) => format!("block {}", decoded.block().header()),
        Heard::RefusedBlock(error) => format!("bad {}", error.kind.code()),
        Heard::EndOfTransmission(_) => "EOT".to_owned(),
        Heard::Finding(finding) => finding.kind.code().to_owned(),
        other => format!("{other:?}"),
    }
}

fn hear(
    tap: &mut Tap,
    now: Time,
    side: Side,
    bytes: &[u8],
    into: &mut Vec<String>,
) -> Vec<Dialogue> {
    let mut at = 0;
    let mut ends = Vec::new();
    loop {
        at += tap.handle_bytes(now, side, &bytes[at..]);
        while let Some(heard) = tap.poll_event() {
            into.push(name(&heard));
            if let Heard::EndOfTransmission(dialogue) = heard {
                ends.push(dialogue);
            }
        }
        if at == bytes.len() {
            return ends;
        }
    }
}

const HEARD: &[&str] = &[
    "EOT", "poll 1", "select 2", "NAK 2", "EOT", "EOT", "poll 1", "select 2", "ACK", "bad bcc",
    "NAK 1", "block 1", "ACK", "EOT", "EOT", "poll 2", "select 1", "ACK", "block 2", "ACK", "EOT",
];

#[test]
fn example_s_is_heard_merged() {
    let mut tap = Tap::new(&Profile::FIELD, Time::ZERO);
    let mut heard = Vec::new();
    let ends = hear(
        &mut tap,
        Time::ZERO,
        Side::Control,
        &hex(DIALOGUE),
        &mut heard,
    );
    assert_eq!(heard, HEARD);
    let call = ends[3];
    assert_eq!(call.polled, Some(Address::CALLER));
    assert_eq!(call.selected, Some(Address::RECEIVER));
    assert_eq!((call.blocks, call.acknowledged, call.refused), (1, 1, 1));
    assert_eq!(ends[1].ready, Some(false));
    assert!(ends.iter().all(|dialogue| !dialogue.is_link_test()));
    assert_eq!(tap.diagnosis().findings().count(), 0);
}

#[test]
fn merged_or_byte_by_byte_the_same_is_heard() {
    let mut tap = Tap::new(&Profile::FIELD, Time::ZERO);
    let mut heard = Vec::new();
    for byte in hex(DIALOGUE) {
        hear(&mut tap, Time::ZERO, Side::Control, &[byte], &mut heard);
    }
    assert_eq!(heard, HEARD);
}

#[test]
fn example_s_is_heard_on_two_wires() {
    let mut tap = Tap::new(&Profile::FIELD, Time::ZERO);
    let mut heard = Vec::new();
    let bytes = hex(DIALOGUE);
    // Lengths of what each side says in turn.
    let turns = [5, 2, 6, 1, 16, 2, 16, 1, 4, 2, 1, 20, 1, 1];
    assert_eq!(turns.iter().sum::<usize>(), bytes.len());
    let mut at = 0;
    for (turn, length) in turns.into_iter().enumerate() {
        let side = if turn % 2 == 0 {
            Side::Control
        } else {
            Side::Other
        };
        // In two pieces, the other wire idle in between.
        for piece in bytes[at..at + length].chunks(length.div_ceil(2)) {
            hear(&mut tap, Time::ZERO, side, piece, &mut heard);
        }
        at += length;
    }
    assert_eq!(heard, HEARD);
}

#[test]
fn a_heartbeat_is_a_dialogue_without_a_block() {
    let mut tap = Tap::new(&Profile::FIELD, Time::ZERO);
    let mut heard = Vec::new();
    let ends = hear(
        &mut tap,
        Time::ZERO,
        Side::Control,
        b"\x041\x052\x05\x06\x04",
        &mut heard,
    );
    assert!(ends[1].is_link_test());
    let damaged = b"1\x052\x05\x06\x011\x021\x1F31\x03\x00\x04";
    let ends = hear(&mut tap, Time::ZERO, Side::Control, damaged, &mut heard);
    assert!(ends[0].damaged == 1 && !ends[0].is_link_test());
}

#[test]
fn what_is_wrong_with_a_line_is_found() {
    let mut tap = Tap::new(&Profile::FIELD, Time::ZERO);
    let mut heard = Vec::new();
    let bad = [
        b"1\x052\x05\x06",
        &example('B')[..15],
        b"\x00",
        b"1\x15\x04",
    ]
    .concat();
    for _ in 0..5 {
        hear(&mut tap, Time::ZERO, Side::Control, &bad, &mut heard);
    }
    let findings: Vec<_> = tap.diagnosis().findings().map(|f| f.kind).collect();
    assert_eq!(findings, [FindingKind::BccErrors, FindingKind::NakIgnored]);
    hear(
        &mut tap,
        Time::ZERO,
        Side::Control,
        &[0x84, 0xB1, 0x05, 0xB2, 0x05],
        &mut heard,
    );
    assert!(heard.contains(&"parity-in-data".to_owned()));
    tap.handle_timeout(Time::from_millis(60_000));
    assert!(tap.diagnosis().evidence(FindingKind::Silence) == 1);
}

#[test]
fn section_3_3_an_address_and_enq_behind_a_block_is_a_select() {
    let mut tap = Tap::new(&Profile::FIELD, Time::ZERO);
    let mut heard = Vec::new();
    let capture = [b"\x04", &example('B')[..], b"2\x05"].concat();
    hear(&mut tap, Time::ZERO, Side::Control, &capture, &mut heard);
    assert_eq!(heard, ["EOT", "block 1", "select 2"]);
}

#[test]
fn a_block_that_stops_is_heard_as_such() {
    let mut tap = Tap::new(&Profile::FIELD, Time::ZERO);
    let mut heard = Vec::new();
    hear(
        &mut tap,
        Time::ZERO,
        Side::Control,
        b"\x04\x011\x021",
        &mut heard,
    );
    assert_eq!(tap.poll_timeout(), Some(Time::from_millis(1000)));
    hear(
        &mut tap,
        Time::from_millis(1000),
        Side::Other,
        b"2\x15",
        &mut heard,
    );
    assert_eq!(heard, ["EOT", "bad truncated", "NAK 2"]);
    assert_eq!(NakPrefix::BUSY.character(), b'2');
}

#[test]
fn a_block_cut_by_an_eot_or_a_new_block_is_heard_as_such() {
    let mut tap = Tap::new(&Profile::FIELD, Time::ZERO);
    let mut heard = Vec::new();
    let cut = [b"\x011\x021", &example('B')[..], b"\x011\x04"].concat();
    hear(&mut tap, Time::ZERO, Side::Control, &cut, &mut heard);
    assert_eq!(heard, ["bad restarted", "block 1", "bad aborted", "EOT"]);
}

/// The findings of a line on which one side says this and the other that, in turn.
fn found(turns: &[(Side, &[u8])], times: usize) -> Vec<FindingKind> {
    let mut tap = Tap::new(&Profile::FIELD, Time::ZERO).for_station(Address::RECEIVER);
    for _ in 0..times {
        for &(side, bytes) in turns {
            hear(&mut tap, Time::ZERO, side, bytes, &mut Vec::new());
        }
    }
    tap.diagnosis().findings().map(|one| one.kind).collect()
}

#[test]
fn an_echo_is_found_on_two_wires_in_bursts_and_byte_by_byte_and_in_doubled_bytes() {
    use Side::{Control, Other};
    let burst: &[u8] = b"\x041\x052\x05";
    let echo = [FindingKind::Echo];
    assert_eq!(found(&[(Control, burst), (Other, burst)], 3), echo);
    // The caller takes the echo of its EOT for an answer, and gives up before the rest comes.
    let gives_up: &[(Side, &[u8])] = &[
        (Control, burst),
        (Other, b"\x04"),
        (Control, b"\x04"),
        (Other, b"1\x052\x05\x04"),
    ];
    assert_eq!(found(gives_up, 3), echo);
    let poll: &[(Side, &[u8])] = &[(Control, b"\x042\x05"), (Other, b"\x042\x05\x04")];
    assert_eq!(found(poll, 3), echo);
    let bytes: Vec<_> = burst
        .chunks(1)
        .flat_map(|byte| [(Control, byte), (Other, byte)])
        .collect();
    assert_eq!(found(&bytes, 3), echo);
    let doubled: Vec<u8> = burst.iter().flat_map(|&byte| [byte, byte]).collect();
    assert_eq!(found(&[(Control, &doubled)], 2), echo);
    // A caller that repeats its burst, since nobody answers.
    assert_eq!(found(&[(Control, burst)], 50), []);
    // Answers that begin like the question, on a line with a third station.
    let polls: &[(Side, &[u8])] = &[
        (Control, b"\x042\x05"),
        (Other, b"\x04"),
        (Control, b"\x043\x05"),
        (Other, b"2\x05"),
    ];
    assert_eq!(found(polls, 50), []);
}

#[test]
fn two_that_poll_are_found_when_each_has_its_own_wire() {
    use Side::{Control, Other};
    let both: &[(Side, &[u8])] = &[(Control, b"\x042\x05"), (Other, b"\x041\x05")];
    assert_eq!(found(both, 2), [FindingKind::TwoControlStations]);
    let status: &[(Side, &[u8])] = &[
        (Control, b"\x042\x05"),
        (Other, b"\x04"),
        (Control, b"\x042\x05"),
        (Other, b"1\x05"),
        (Control, b"\x06"),
        (Other, b"\x04"),
    ];
    assert_eq!(found(status, 50), []);
}

#[test]
fn a_station_that_is_never_asked_is_found_by_whoever_knows_its_address() {
    let others: &[(Side, &[u8])] = &[(Side::Control, b"\x041\x053\x05")];
    assert_eq!(found(others, 9), []);
    assert_eq!(found(others, 10), [FindingKind::WrongAddress]);
    let asked: &[(Side, &[u8])] = &[(Side::Control, b"\x041\x053\x05\x042\x05")];
    assert_eq!(found(asked, 50), []);
}

proptest! {
    #[test]
    fn case_09_any_bytes_in_any_pieces_are_heard_the_same(
        bytes in prop::collection::vec(
            prop_oneof![
                prop::sample::select(b"\x01\x02\x03\x04\x05\x06\x15\x1E\x1F12\x81\x84\xB1\xB2".to_vec()),
                any::<u8>(),
            ],
            0..400,
        ),
        cut in any::<prop::sample::Index>(),
    ) {
        let (mut whole, mut pieces) = (Vec::new(), Vec::new());
        let mut tap = Tap::new(&Profile::FIELD, Time::ZERO);
        hear(&mut tap, Time::ZERO, Side::Control, &bytes, &mut whole);
        let mut tap = Tap::new(&Profile::FIELD, Time::ZERO);
        let (left, right) = bytes.split_at(cut.index(bytes.len() + 1));
        hear(&mut tap, Time::ZERO, Side::Control, left, &mut pieces);
        hear(&mut tap, Time::ZERO, Side::Control, right, &mut pieces);
        prop_assert_eq!(whole, pieces);
        tap.handle_timeout(Time::from_millis(1_000_000));
        while tap.poll_event().is_some() {}
        prop_assert_eq!(tap.poll_timeout(), None);
    }
}
